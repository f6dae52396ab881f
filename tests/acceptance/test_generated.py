"""What is made from the rule tables is current, and `make generate` would change nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from genarch import load_rules


def test_generated_files_are_current(root: Path) -> None:
    result = subprocess.run(
        [sys.executable, "scripts/generate.py", "--check"], capture_output=True, text=True, cwd=root, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_every_rule_is_on_the_rule_page_and_nothing_else_is(root: Path) -> None:
    page = (root / "docs/rules/article.md").read_text()
    table = load_rules("article")
    rules = page.split("\n## Rules\n")[1].split("\n## ")[0]
    headings = [line.removeprefix("### ") for line in rules.splitlines() if line.startswith("### ")]
    assert headings == [rule.id for rule in table.rules]


def test_the_modules_that_contributors_are_sent_to_exist(root: Path) -> None:
    folder = root  # a name without a folder is of the one before it
    for name in re.findall(
        r"`([\w/]+\.py|(?:src|rules|scripts|tests)/[\w/]+)`", (root / "CONTRIBUTING.md").read_text()
    ):
        places = [root / name, root / "src/genarch" / name] if "/" in name else [folder / name]
        found = next((path for path in places if path.exists()), None)
        assert found, name
        folder = found.parent
