"""One estimate with every factor, and how far off the estimator is on sources that it has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Measurement
from genarch.evidence.estimates import Error, Estimate
from genarch.reports.evidence import row_part
from genarch.reports.evidence_page import band_words, row_origin, row_words
from genarch.reports.page import Block, Entries, Entry, Line, Paragraph, Section, Table, Title, code
from genarch.reports.words import counted
from genarch.table.rules import TableVersion

WORST = 12
"""How many of the rows that the estimator is furthest off on are named."""

_PARTS = {"pass": "passes", "decoder": "decoder", "encoder": "encoder", "text": "text encoder"}
_GROUPS = (
    ("all requests", None),
    ("pipelines, eager", "eager"),
    ("pipelines, compiled", "compiled"),
    ("single networks, processors, small boards", "other"),
)


class Goals(NamedTuple):
    """What the estimator is meant to reach."""

    median: float = 1.6
    """Of the factors, at most."""
    within_3: float = 0.9
    """The share of estimates within a factor of 3, at least."""
    covered: float = 0.85
    """The share of measurements that the stated band holds, at least."""


class ErrorGroup(NamedTuple):
    """How far off the estimator is, either way, on rows of one kind."""

    title: str
    rows: int
    median: float
    nine_in_ten: float
    within_3: float
    covered: float


class WorstRow(NamedTuple):
    """A row that the estimator is far off on."""

    row: str
    estimated_ms: float
    measured_ms: float
    factor: float
    covered: bool
    """Whether the stated band holds the measurement."""


class LeftOut(NamedTuple):
    """Usable rows that nothing is estimated of."""

    reason: str
    rows: tuple[str, ...]


class AccuracyReport(NamedTuple):
    """The estimator's errors, each source estimated without it."""

    catalogue: TableVersion
    sources: int
    goals: Goals
    groups: tuple[ErrorGroup, ...]
    worst: tuple[WorstRow, ...]
    left_out: tuple[LeftOut, ...]


def accuracy_report(
    errors: Sequence[Error], load_errors: Sequence[Error], left: Mapping[str, Sequence[str]], catalogue: Catalogue
) -> AccuracyReport:
    """The report on errors of requests and at full load, and on the rows `left` out, by reason."""
    groups = [(title, [e for e in errors if group in (None, e.point.group)]) for title, group in _GROUPS]
    groups.append(("full load", list(load_errors)))
    worst = sorted([*errors, *load_errors], key=lambda error: -error.factor)[:WORST]
    return AccuracyReport(
        catalogue=TableVersion(catalogue.id, catalogue.version, catalogue.digest),
        sources=len({error.point.work for error in (*errors, *load_errors)}),
        goals=Goals(),
        groups=tuple(_group(title, found) for title, found in groups if found),
        worst=tuple(
            WorstRow(
                row=error.point.row,
                estimated_ms=round(error.estimated_ms, 1),
                measured_ms=round(error.point.measured_ms, 1),
                factor=round(error.factor, 2),
                covered=error.covered,
            )
            for error in worst
        ),
        left_out=tuple(LeftOut(reason, tuple(rows)) for reason, rows in left.items()),
    )


def _group(title: str, errors: Sequence[Error]) -> ErrorGroup:
    factors = sorted(error.factor for error in errors)
    return ErrorGroup(
        title=title,
        rows=len(factors),
        median=round(median(factors), 2),
        nine_in_ten=round(factors[min(len(factors) - 1, int(0.9 * len(factors)))], 2),
        within_3=round(_share(factor <= 3 for factor in factors), 3),
        covered=round(_share(error.covered for error in errors), 3),
    )


def _share(held: Iterable[bool]) -> float:
    found = list(held)
    return sum(found) / len(found)


def accuracy_page(report: AccuracyReport) -> Iterator[Block]:
    """The figures for people."""
    yield Title(f"The estimator of {report.catalogue}")
    yield Paragraph(
        f"Each of {report.sources} sources is estimated without it. Factors are how far off, either way; "
        "in band: the stated band holds the measurement."
    )
    rows = (
        (g.title, str(g.rows), f"{g.median:.2f}x", f"{g.nine_in_ten:.2f}x", f"{g.within_3:.0%}", f"{g.covered:.0%}")
        for g in report.groups
    )
    header = ("", "rows", "median", "9 in 10", "in 3x", "in band")
    goals = report.goals
    words = f"Median at most {goals.median}x, {goals.within_3:.0%} within 3x, {goals.covered:.0%} in band."
    yield Section("Errors", (Table(header, tuple(rows), "lrrrrr"),))
    yield Section("Goals", (Paragraph(words),))
    yield Section("Furthest off", (Entries(tuple(Entry(_worst(row)) for row in report.worst)),))
    left = tuple(Entry(f"{len(item.rows)}: {item.reason}") for item in report.left_out)
    yield Section("Usable rows that nothing is estimated of", (Entries(left),))


def _worst(row: WorstRow) -> Line:
    outside = "" if row.covered else ", outside its band"
    words = f": {row.measured_ms:g} ms measured, {row.estimated_ms:g} estimated ({row.factor:.2f}x{outside})"
    return (code(row.row), words)


def estimate_page(
    estimate: Estimate, measured: Sequence[Measurement], caution: str, catalogue: Catalogue
) -> Iterator[Block]:
    """The band, a caution, the work, the hardware, the stack and the error that it comes from; what was measured."""
    size = f"{estimate.width}x{estimate.height}"
    yield Title(f"{estimate.title} on {estimate.hardware}, {size}, {_how(estimate)}")
    lines = [f"estimate: {band_words(estimate)}", *([caution] if caution else [])]
    yield Entries(tuple(map(Entry, lines)))
    factors = estimate.factors
    work = [f"{_PARTS[p.part]}: {p.times:g} x {p.gmac:g}, {p.title}{_mark(p.verified)}" for p in factors.parts]
    work.append(f"together {factors.tflop:g} TFLOP")
    yield Section("Work, in 10^9 multiply-accumulates", (Entries(tuple(map(Entry, work))),))
    yield Section("Hardware and stack", (Entries(tuple(map(Entry, _stack_lines(estimate)))),))
    rows = [(row_part(row, catalogue), row.timing.replace("_", " ")) for row in measured]
    if rows:
        entries = tuple(Entry((f"{row_words(row)} ({timing}; ", *row_origin(row), ")")) for row, timing in rows)
        yield Section("Measured of this model on this hardware", (Entries(entries),))


def _stack_lines(estimate: Estimate) -> Iterator[str]:
    factors = estimate.factors
    share, peak = factors.share_of_peak, factors.peak_tflops
    above = "; above 1 where engines accumulate in fp16" if share > 1 else ""
    achieved = f"{share:.2f} of it, the median of {factors.share_rows} rows of {factors.share_from or 'all'}{above}"
    yield f"peak: {peak:g} TFLOPS{_mark(factors.peak_verified)}; achieved: {achieved}"
    arithmetic = factors.tflop / (share * peak) * 1e3
    yield f"arithmetic: {factors.tflop:g} / ({share:g} x {peak:g}) = {arithmetic:.4g} ms"
    yield f"fixed: {factors.fixed_ms:g} ms a request, {factors.pass_ms:g} ms a step"
    if factors.slowed != 1:
        yield f"a ControlNet beside a single step: x {factors.slowed:g}"
    band = f"{factors.band_low:.2f} to {factors.band_high:.2f} of it"
    yield f"band: {band}, from the errors on {factors.band_rows} rows of sources left out"


def _how(estimate: Estimate) -> str:
    nets = counted(estimate.controlnets, "ControlNet") if estimate.controlnets else ""
    parts = [counted(estimate.steps, "step"), "guided" if estimate.guided else "", nets]
    parts += ["time per image at full load"] if estimate.full_load else [estimate.stack, "one request"]
    return ", ".join(filter(None, parts))


def _mark(verified: bool) -> str:  # noqa: FBT001  (what it is of stands beside it)
    return "" if verified else " (not verified)"
