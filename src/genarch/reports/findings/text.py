"""Findings for people: a line that editors can follow, what brings it about, and a count at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from genarch.reports.console import Look, rendered
from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport, open_findings
from genarch.reports.words import value_words

_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan", "waived": "dim"}


def as_text(report: FindingsReport, look: Look, summary: Iterable[str], *, waived: bool = False) -> str:
    """The findings in words, those that are waived only when asked for, and below them the summary."""
    shown = report["findings"] if waived else open_findings(report)
    lines = [Text(line, style="dim" if at else "bold") for at, line in enumerate(summary)]
    return rendered(Group(*(part for finding in shown for part in _finding(finding)), *lines), look)


def _finding(finding: dict[str, Any]) -> Iterator[Text | Padding]:
    severity = "waived" if finding["waived"] else finding["severity"]
    place = safe(f"{finding['path']}:{finding['line']}:{finding['column']}: ")
    # Never broken, however narrow the window: editors follow it, and people search for it.
    heading = Text(place, no_wrap=True, overflow="ignore")
    yield heading.append(severity, _STYLES[severity]).append(f" [{finding['check']}]", "dim")
    yield Padding(Text(safe(finding["message"])), (0, 0, 0, 2))
    if finding["example"] is not None:
        stated = ", ".join(f"{name}: {value_words(value)}" for name, value in finding["example"].items())
        yield Padding(Text(f"example: {safe(stated) or 'nothing stated'}", style="dim"), (0, 0, 0, 2))
    if finding["waived"]:
        yield Padding(Text(f"because: {safe(finding['waived'])}", style="dim"), (0, 0, 0, 2))
