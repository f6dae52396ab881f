"""The formats of findings: `genarch check` and `genarch rules lint` write any of them.

A format is a function of a report, entered in `FORMATS`; the command line has its names from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from genarch.reports.escape import safe
from genarch.table.findings import SEVERITIES

if TYPE_CHECKING:
    from genarch.reports.findings import CheckReport, LintReport
    from genarch.reports.text import Look

    Report = LintReport | CheckReport


class View(NamedTuple):
    """What formats go by beside the report: what a text is laid out for, and whether it lists waived findings."""

    look: Look
    waived: bool = False
    fail_on: str = "error"


def _text(report: Report, view: View) -> str:
    """For people: a line that editors can follow, what causes it, and a count at the end."""
    from genarch.reports.findings import findings_page
    from genarch.reports.text import as_text

    return as_text(findings_page(report, waived=view.waived), view.look)


def _concise(report: Report, _: View) -> str:
    """`path:line:column: severity: message [check]`, however long: for editors and for searching in."""
    return "".join(
        safe(f"{item.path}:{item.line}:{item.column}: {item.severity}: {item.message} [{item.check}]") + "\n"
        for item in report.findings
        if item.open
    )


def _json(report: Report, _: View) -> str:
    from genarch.reports.json import as_json

    return as_json(report)


def _sarif(report: Report, _: View) -> str:
    from genarch.reports.sarif import as_sarif

    return as_sarif(report)


MOST_ANNOTATIONS = 10
"""Annotations of one kind that GitHub shows of one step."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def _github(report: Report, _: View) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change: the most severe findings first.

    Of too many of one severity, the last command counts the rest.
    """
    return "".join(f"{line}\n" for line in _annotations(report))


def _annotations(report: Report) -> Iterator[str]:
    for severity in SEVERITIES:
        found = [finding for finding in report.findings if finding.open and finding.severity == severity]
        shown = found if len(found) <= MOST_ANNOTATIONS else found[: MOST_ANNOTATIONS - 1]
        command = _COMMANDS[severity]
        for finding in shown:
            end = f",endColumn={finding.end_column}" if finding.end_column else ""
            yield (
                f"::{command} file={_property(finding.file)},line={finding.line},col={finding.column}{end},"
                f"title={_property(finding.check)}::{_data(finding.message)}"
            )
        if len(found) > len(shown):
            yield f"::{command} title=genarch::{len(found) - len(shown)} more findings of this kind, see the log"


def _data(text: str) -> str:
    """A message: nothing in it begins another command."""
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    """A property: nothing in it ends it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab(report: Report, _: View) -> str:
    """GitLab's code quality report; GitLab drops issues with a fingerprint that it has seen."""
    severities = {"error": "major", "warning": "minor", "note": "info"}
    issues = [
        {
            "description": safe(finding.message),
            "check_name": finding.check,
            "fingerprint": finding.fingerprint,
            "severity": severities[finding.severity],
            "location": {"path": finding.file, "lines": {"begin": finding.line}},
        }
        for finding in report.findings
        if finding.open
    ]
    return json.dumps(issues, indent=2) + "\n"


def _junit(report: Report, view: View) -> str:
    from genarch.reports.junit import as_junit

    return as_junit(report, view.fail_on)


def _markdown(report: Report, _: View) -> str:
    """For a step summary or a comment on a change."""
    from genarch.reports.findings import findings_table
    from genarch.reports.markdown import as_markdown

    return as_markdown(findings_table(report))


FORMATS: Mapping[str, Callable[[Report, View], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
}

LISTING = ("json", "junit")
"""The formats that have every document with its decisions, and not findings alone."""
