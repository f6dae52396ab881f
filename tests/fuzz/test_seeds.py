"""What fuzzing starts from, and what it found, holds in every run of the suite."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDS = [(path.parent.name, path) for path in sorted((ROOT / "fuzz/seeds").glob("*/*"))]
EXAMPLES = [("reader", path) for path in sorted((ROOT / "examples/docs").rglob("*.md"))]


@pytest.mark.parametrize(("target", "path"), [*SEEDS, *EXAMPLES], ids=lambda value: getattr(value, "name", value))
def test_a_kept_input_keeps_what_is_promised(target: str, path: Path) -> None:
    TARGETS[target](path.read_bytes())


def test_every_target_has_a_seed() -> None:
    assert {target for target, _ in SEEDS} == set(TARGETS)
