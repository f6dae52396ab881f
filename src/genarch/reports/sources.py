"""What a report rests on, with where to read it: facts of the table, rows of the catalogue, documented cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from genarch.engine.rules import Fact, RuleTable
from genarch.engine.spec import Case
from genarch.evidence.catalogue import Catalogue
from genarch.reports.evaluation import Evaluated
from genarch.reports.page import Block, Entries, Entry, Line, Span, Title, code


def anchor(name: str) -> str:
    """What links call the source of a fact, of a row, or of a case."""
    return f"source-{name}"


def cited(names: Iterable[str]) -> tuple[str | Span, ...]:
    """Ids of facts and rows in a row, each a link to its source."""
    return tuple(part for name in names for part in (", ", Span(name, href=f"#{anchor(name)}")))[1:]


def sources_page(
    reports: Iterable[Evaluated], rules: RuleTable, catalogue: Catalogue, cases: Iterable[Case]
) -> Iterator[Block]:
    """Every fact and row that the reports' entries cite, in the order in which they come up."""
    facts, documented = {fact.id: fact for fact in rules.facts}, {case.id: case for case in cases}
    found = []
    for name in dict.fromkeys(name for report in reports for name in _cited_in(report)):
        if fact := facts.get(name):
            below = tuple(_of_fact(fact, catalogue, documented))
            found.append(Entry((code(name), f" {fact.text}"), below, anchor=anchor(name)))
        elif name in catalogue.measurements:
            found.append(Entry((code(name), " ", *_row(name, catalogue)), anchor=anchor(name)))
    yield Title("Sources")
    yield Entries(tuple(found))


def _cited_in(report: Evaluated) -> Iterator[str]:
    for entries in (report.rationale, report.methods, report.warnings):
        yield from (name for entry in entries for name in entry.source.facts)
    yield from (name for _, risk in report.risks for name in risk.source.facts)
    yield from (name for step in report.next_steps if step.source for name in step.source.facts)


def _of_fact(fact: Fact, catalogue: Catalogue, cases: Mapping[str, Case]) -> Iterator[Line]:
    for name in fact.rows:
        if name in catalogue.measurements:
            yield "Measured: ", *_row(name, catalogue), f" ({name})"
    for name in fact.cases:
        if case := cases.get(name):
            yield "Decided: ", _linked(case.title, case.source.url), f", {case.chosen}"
    yield from (f"Published: {work}" for work in fact.works)


def _row(name: str, catalogue: Catalogue) -> tuple[str | Span, ...]:
    source = catalogue.sources[catalogue.measurements[name].source]
    return (_linked(source.title, source.url or ""),)


def _linked(title: str, url: str) -> Span:
    return Span(title, href=url)
