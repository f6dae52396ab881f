"""The docs pages of the checks, each made from its registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genarch.files.checks import Check
from genarch.reports.escape import inert
from genarch.reports.glossary import WAIVABLE


def table_check_page(checks: Iterable[Check]) -> str:
    """The page on the checks on rule tables, in Markdown: every check under a heading that is its id."""
    lines = _head("rule tables", "table")
    lines.append("`genarch rules lint` runs them. [How to waive a finding](rule-tables.md#verifying-a-table).")
    for check in checks:
        lines += _check(check)
    return "\n".join(lines) + "\n"


def document_check_page(checks: Iterable[Check]) -> str:
    """The page on the checks on design documents, with what fails each and what passes."""
    lines = _head("design documents", "documents")
    lines.append("`genarch check` runs them. [How documents are checked](documents.md).")
    for check in checks:
        lines += _check(check)
        lines += ["", f"Waiver: {WAIVABLE[check.waivable]}."]
        for heading, example in (("Fails", check.fails), ("Passes", check.passes)):
            if example:
                lines += ["", f"{heading}:", "", *_quoted(example)]
    return "\n".join(lines) + "\n"


def _head(subject: str, module: str) -> list[str]:
    made = f"<!-- Made by `make generate` from src/genarch/{module}/checks.py; do not edit. -->"
    return [f"# The checks on {subject}", "", made, ""]


def _check(check: Check) -> list[str]:
    title = f"{inert(check.title)}. Severity: {check.severity}."
    return ["", f"## {check.id}", "", title, "", inert(check.rationale)]


def _quoted(example: str) -> Iterator[str]:
    """An example within a fence longer than any in it, so that it is a quotation and no block."""
    yield "`````markdown"
    yield from example.rstrip("\n").split("\n")
    yield "`````"
