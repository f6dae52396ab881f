"""What is shared: the answer to a spec, all that is behind it, the decision map around it, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from genarch.engine.constraints import BY_NAME
from genarch.engine.decision_map import decision_map
from genarch.engine.rules import Fact, RuleTable
from genarch.engine.spec import Case, Spec
from genarch.evidence.catalogue import Catalogue
from genarch.reports.answer import answer_page, overview, refused_page
from genarch.reports.decision_map import map_page, map_report
from genarch.reports.evaluation import Evaluated, Report
from genarch.reports.evaluation_page import anchor, details
from genarch.reports.page import Block, Entries, Entry, Line, Section, Span, Title, code

FIRST_AXES = ("latency_budget_ms", "domain")
"""What the map is over where nothing that is asked or would change the verdict says better."""


def shared_pages(
    reports: Iterable[Report], rules: RuleTable, catalogue: Catalogue, cases: Iterable[Case]
) -> Iterator[Iterable[Block]]:
    """A page for each report, the table of all before those of several, and the sources at the end."""
    every = list(reports)
    if len(every) > 1:
        yield overview(every)
    yield from (_shared_page(report, rules) for report in every)
    yield sources_page((report for report in every if isinstance(report, Evaluated)), rules, catalogue, cases)


def _shared_page(report: Report, rules: RuleTable) -> Iterator[Block]:
    if not isinstance(report, Evaluated):
        yield from refused_page(report)
        return
    yield from answer_page(report)
    yield from details(report)
    spec = Spec(report.spec.id, report.spec.constraints)
    across, down = map_axes(report)
    drawn = map_report(spec, rules, decision_map(spec, rules, across, down, explored=False))
    yield Section("Decision map", tuple(map_page(drawn)))


def map_axes(report: Evaluated) -> tuple[str, str]:
    """The two constraints that say most: what is asked next, what would change the verdict; a number across."""
    explored = report.explored
    changing = (change.constraint for flip in explored.flips for change in flip.changes) if explored else ()
    asked = filter(None, [explored.next_question if explored else None])
    few = (name for name in chain(asked, changing) if name not in ("task", "gpu"))  # of which there are many values
    one, other = list(dict.fromkeys(chain(few, FIRST_AXES)))[:2]
    return (other, one) if BY_NAME[other].numeric and not BY_NAME[one].numeric else (one, other)


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
            found.append(Entry((code(name), " ", _source(name, catalogue)), anchor=anchor(name)))
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
            yield "Measured: ", _source(name, catalogue), f" ({name})"
    for name in fact.cases:
        if case := cases.get(name):
            yield "Decided: ", Span(case.title, href=case.source.url), f", {case.chosen}"
    yield from (f"Published: {work}" for work in fact.works)


def _source(row: str, catalogue: Catalogue) -> Span:
    source = catalogue.sources[catalogue.measurements[row].source]
    return Span(source.title, href=source.url or "")
