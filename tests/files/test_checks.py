"""The checks that code names are those of `rules/checks`, and each says what a reader needs."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from genarch.engine.findings import SEVERITIES
from genarch.files.bundled import DOCUMENT_CHECKS, TABLE_CHECKS, Check, Checks, Waivable

ROOT = Path(__file__).resolve().parent.parent.parent
SUBJECTS = {"documents": DOCUMENT_CHECKS, "tables": TABLE_CHECKS}


def named_in(*places: str) -> set[str]:
    """The ids in every `CheckId("…")` of the modules there."""
    found = set()
    for path in (path for place in places for path in (ROOT / "src/genarch").glob(place)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CheckId":
                (argument,) = node.args
                assert isinstance(argument, ast.Constant), f"{path}:{node.lineno}: an id is written out"
                found.add(str(argument.value))
    return found


def test_what_the_code_finds_is_what_is_described_both_ways() -> None:
    assert named_in("**/*.py") == {*TABLE_CHECKS, *DOCUMENT_CHECKS}
    assert named_in("engine/*.py") == {*TABLE_CHECKS} - {"table-invalid"}, "which is found where a table is read"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_folders_hold_checks_and_nothing_else(subject: str) -> None:
    for folder in (ROOT / "rules/checks" / subject).iterdir():
        files = {path.name for path in folder.iterdir()}
        assert files in ({"check.yaml"}, {"check.yaml", "fails.md", "passes.md"}), folder


@pytest.mark.parametrize("check", [check for checks in SUBJECTS.values() for check in checks.values()], ids=str)
def test_every_check_says_what_it_is(check: Check) -> None:
    assert check.title
    assert not check.title.endswith(".")
    assert check.rationale.endswith(".")
    assert check.severity in SEVERITIES
    assert check.waivable in get_args(Waivable)


def test_what_is_no_check_is_none() -> None:
    checks = Checks("tables")
    assert "blind-spot" in checks
    assert len(checks) == len(list(checks))
    for name in ("", "..", "../documents/block-invalid", "nonsense"):
        assert name not in checks
        with pytest.raises(KeyError):
            checks[name]
