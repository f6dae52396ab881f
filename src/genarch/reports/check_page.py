"""The docs page of the checks on rule tables, made from their registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genarch.model.findings import Check
from genarch.reports.escape import inert


def check_page(checks: Iterable[Check]) -> str:
    """The page, in Markdown: every check under a heading that is its id."""
    return "\n".join(_lines(checks)) + "\n"


def _lines(checks: Iterable[Check]) -> Iterator[str]:
    yield "# The checks on rule tables"
    yield ""
    yield "<!-- Made by `make generate` from src/genarch/model/table_checks.py; do not edit. -->"
    yield ""
    yield "`genarch rules lint` runs them. [How to waive a finding](rule-tables.md#verifying-a-table)."
    for check in checks:
        yield ""
        yield f"## {check.id}"
        yield ""
        yield f"{inert(check.title)}. Severity: {check.severity}."
        yield ""
        yield inert(check.rationale)
