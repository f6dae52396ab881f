"""The docs pages of the checks: one list for those on documents, one for those on rule tables."""

from __future__ import annotations

from genarch.files.bundled import DOCUMENT_CHECKS, TABLE_CHECKS, Check, Checks
from genarch.reports.descriptions import WAIVABLE
from genarch.reports.markdown import inert


def table_check_page() -> str:
    """The page on the checks on rule tables, in Markdown: every check under a heading that is its id."""
    runs = "`genarch rules lint` runs them. [How to waive a finding](rule-tables.md#verifying-a-table)."
    return _page("rule tables", "tables", runs, TABLE_CHECKS)


def document_check_page() -> str:
    """The page on the checks on design documents, with links to the examples of each."""
    runs = "`genarch check` runs them. [How documents are checked](documents.md)."
    return _page("design documents", "documents", runs, DOCUMENT_CHECKS)


def _page(title: str, subject: str, runs: str, checks: Checks) -> str:
    folder = f"rules/checks/{subject}"
    lines = [f"# The checks on {title}", "", f"<!-- Made by `make generate` from {folder}; do not edit. -->", "", runs]
    for check in checks.values():
        lines += ["", f"## {check.id}", "", f"{inert(check.title)}. Severity: {check.severity}.", ""]
        lines.append(inert(check.rationale))
        if checks is DOCUMENT_CHECKS:
            lines += ["", f"Waiver: {WAIVABLE[check.waivable]}.{_examples(check, folder)}"]
    return "\n".join([*lines, ""])


def _examples(check: Check, folder: str) -> str:
    """Links to the documents beside the check, where it has them."""
    if not check.fails:
        return ""
    fails, passes = (f"../{folder}/{check.id}/{name}.md" for name in ("fails", "passes"))
    return f" Examples: [one that fails]({fails}), [one that passes]({passes})."
