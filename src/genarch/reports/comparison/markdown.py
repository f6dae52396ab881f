"""The comparison as Markdown, for the description of a change."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.reports.comparison.record import ComparisonReport
from genarch.reports.comparison.words import (
    change_words,
    elsewhere_words,
    example_words,
    field_words,
    scope_words,
    specs_words,
    title_words,
    where_words,
)
from genarch.reports.escape import code, inert


def as_markdown(report: ComparisonReport) -> str:
    """The comparison under headings."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ComparisonReport) -> Iterator[str]:
    yield f"## {code(title_words(report))}"
    yield ""
    yield "### Entries" if report["entries"] else "No entries change."
    yield ""
    for entry in report["entries"]:
        yield f"- {entry['change']} {entry['kind']} {code(entry['id'])}"
        yield from (f"  - {inert(field_words(field))}" for field in entry["fields"])
    if report["entries"]:
        yield ""
    yield "### Verdicts"
    yield ""
    yield inert(scope_words(report))
    for change in report["changes"]:
        yield ""
        yield f"**{inert(change_words(change))}**"
        yield ""
        for region in change["regions"]:
            yield f"- where {inert(where_words(region['where']))}"
            yield f"  - for example {inert(example_words(region['example']))}"
        if elsewhere_words(change):
            yield f"- {elsewhere_words(change)}"
    if report["specs"]:
        yield ""
        yield "### Specs"
        yield ""
        yield specs_words(report)
        if any(spec["changed"] for spec in report["specs"]):
            yield ""
        for spec in report["specs"]:
            if spec["changed"]:
                yield f"- {code(spec['path'])}: {inert(change_words(spec))}"
