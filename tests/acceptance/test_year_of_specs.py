"""The example of a table of specs is what its script makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_year_is_what_its_script_makes(root: Path) -> None:
    made = subprocess.run(
        [sys.executable, str(root / "examples/tables/year.py")], capture_output=True, text=True, check=True
    )
    assert made.stdout == (root / "examples/tables/year.csv").read_text()
