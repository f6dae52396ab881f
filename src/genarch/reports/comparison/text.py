"""The comparison for people, laid out for the terminal's width."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from genarch.reports.comparison.record import ComparisonReport
from genarch.reports.comparison.words import (
    change_words,
    elsewhere_words,
    entry_words,
    example_words,
    field_words,
    scope_words,
    specs_words,
    title_words,
    where_words,
)
from genarch.reports.console import Look, rendered
from genarch.reports.escape import safe

_STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


def as_text(report: ComparisonReport, look: Look) -> str:
    """The comparison in words."""
    return rendered(Group(*_lines(report)), look)


def _lines(report: ComparisonReport) -> Iterator[Text | Padding]:
    yield Text(title_words(report), style="bold")
    yield Text("\nEntries" if report["entries"] else "\nNo entries change.", style="bold")
    for entry in report["entries"]:
        yield _indented(Text(entry_words(entry), style=_STYLES[entry["change"]]))
        for field in entry["fields"]:
            yield _indented(Text(safe(field_words(field))), 4)
    yield Text("\nVerdicts", style="bold")
    yield _indented(Text(scope_words(report)))
    for change in report["changes"]:
        yield _indented(Text(f"\n{change_words(change)}", style="bold"))
        for region in change["regions"]:
            yield _indented(Text(f"where {where_words(region['where'])}"), 4)
            yield _indented(Text(f"for example {example_words(region['example'])}", style="dim"), 6)
        if elsewhere_words(change):
            yield _indented(Text(elsewhere_words(change)), 4)
    if report["specs"]:
        yield Text("\nSpecs", style="bold")
        yield _indented(Text(specs_words(report)))
        for spec in report["specs"]:
            if spec["changed"]:
                yield _indented(Text(f"{safe(spec['path'])}: {change_words(spec)}"), 4)


def _indented(content: Text, columns: int = 2) -> Padding:
    return Padding(content, (0, 0, 0, columns))
