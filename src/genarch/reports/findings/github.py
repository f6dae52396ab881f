"""Findings as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport, open_findings
from genarch.table.findings import SEVERITIES

MOST = 10
"""Annotations of one kind that GitHub shows of one step."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def as_github(report: FindingsReport) -> str:
    """One command for each finding that is open, the gravest first; of too many, the last one counts the rest."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: FindingsReport) -> Iterator[str]:
    for severity in SEVERITIES:
        found = [finding for finding in open_findings(report) if finding["severity"] == severity]
        shown = found if len(found) <= MOST else found[: MOST - 1]
        command = _COMMANDS[severity]
        for finding in shown:
            end = f",endColumn={finding['end_column']}" if finding["end_column"] else ""
            yield (
                f"::{command} file={_property(finding['file'])},line={finding['line']},"
                f"col={finding['column']}{end},title={_property(finding['check'])}::{_data(finding['message'])}"
            )
        if len(found) > len(shown):
            yield f"::{command} title=genarch::{len(found) - len(shown)} more findings of this kind, see the log"


def _data(text: str) -> str:
    """A message: nothing in it begins another command."""
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    """A property: nothing in it ends it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
