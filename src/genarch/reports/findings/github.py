"""Findings as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def as_github(report: FindingsReport) -> str:
    """One command for each finding that is not waived."""
    return "".join(
        f"::{_COMMANDS[finding['severity']]} file={_property(finding['path'])},line={finding['line']},"
        f"col={finding['column']},title={_property(finding['check'])}::{_data(finding['message'])}\n"
        for finding in report["findings"]
        if finding["waived"] is None
    )


def _data(text: str) -> str:
    """A message: nothing in it begins another command."""
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    """A property: nothing in it ends it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
