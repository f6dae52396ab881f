"""Findings for people: a line that editors can follow, what brings it about, and a count at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from genarch.reports.console import Look, rendered
from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport
from genarch.reports.words import value_words

_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan", "waived": "dim"}


def as_text(report: FindingsReport, look: Look, *, waived: bool = False) -> str:
    """The findings in words; those that are waived only when asked for."""
    shown = [finding for finding in report["findings"] if waived or finding["waived"] is None]
    return rendered(Group(*(part for finding in shown for part in _finding(finding)), *_summary(report, waived)), look)


def _finding(finding: dict[str, Any]) -> Iterator[Text | Padding]:
    severity = "waived" if finding["waived"] else finding["severity"]
    place = f"{safe(finding['path'])}:{finding['line']}:{finding['column']}: "
    yield Text.assemble(
        place, (severity, _STYLES[severity]), f": {safe(finding['message'])} ", (f"[{finding['check']}]", "dim")
    )
    if finding["example"] is not None:
        stated = ", ".join(f"{name}: {value_words(value)}" for name, value in finding["example"].items())
        yield Padding(Text(f"example: {safe(stated) or 'nothing stated'}", style="dim"), (0, 0, 0, 2))
    if finding["waived"]:
        yield Padding(Text(f"because: {safe(finding['waived'])}", style="dim"), (0, 0, 0, 2))


def _summary(report: FindingsReport, waived: bool) -> Iterator[Text]:  # noqa: FBT001
    counts = report["counts"]
    told = [_counted(counts[severity], severity) for severity in ("error", "warning", "note") if counts[severity]]
    words = ", ".join(told) or "no findings"
    if counts["waived"]:
        words += f"; {counts['waived']} waived{'' if waived else ' (--waived lists them)'}"
    names = ", ".join(f"{table['id']}@{table['version']}" for table in report["tables"])
    yield Text(f"{names or 'no table'}: {words}", style="bold")
    if told:
        yield Text("'genarch explain CHECK' tells more of each.", style="dim")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
