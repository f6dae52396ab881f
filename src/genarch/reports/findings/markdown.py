"""Findings in Markdown, for a step summary or a comment on a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genarch.reports.escape import code, inert
from genarch.reports.findings.record import FindingsReport, open_findings
from genarch.reports.findings.words import counted

HEADING = "## Design decisions"
"""What a report begins with."""

MOST = 200
"""Findings listed; a step summary holds 1 MiB, and nobody reads more in one."""

LONGEST = 2_000
"""Characters of a message."""


def as_markdown(report: FindingsReport, summary: Iterable[str]) -> str:
    """A heading, a line for each finding that is open, and the summary."""
    return "\n".join(_lines(report, list(summary))) + "\n"


def _lines(report: FindingsReport, summary: list[str]) -> Iterator[str]:
    found = open_findings(report)
    yield HEADING
    yield ""
    yield inert(summary[0])
    if found:
        yield ""
        yield "| | where | what |"
        yield "| --- | --- | --- |"
    for finding in found[:MOST]:
        where = code(f"{finding['path']}:{finding['line']}")
        message = finding["message"]
        shown = message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"
        yield f"| {finding['severity']} | {where} | {inert(shown)} ({code(finding['check'])}) |"
    if len(found) > MOST:
        yield ""
        yield f"And {counted(len(found) - MOST, 'finding')} more; the log has them all."
