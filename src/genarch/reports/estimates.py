"""What an image takes and costs: one estimate with every factor, the estimator's errors, the cost of a load.

The errors are on sources that the estimator has not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Annotated, Literal

from genarch.engine.forms import INLINED
from genarch.engine.rules import TableVersion
from genarch.evidence.catalogue import Catalogue, CatalogueVersion
from genarch.evidence.cost import Amounts, Bill, Cost
from genarch.evidence.entries import Measurement
from genarch.evidence.estimates import LOAD_GROUPS, REQUEST_GROUPS, Estimate
from genarch.evidence.fit import Error
from genarch.evidence.ways import ms_words
from genarch.reports.evidence import (
    band_words,
    estimated_words,
    licence_words,
    row_conditions,
    row_origin,
    row_words,
    run_words,
    shift_words,
    usd_words,
)
from genarch.reports.page import Block, Entries, Entry, Line, Paragraph, Section, Space, Span, Table, Title, code
from genarch.reports.reporting import rounded
from genarch.reports.words import both
from genarch.values import NamedTuple
from genarch.version import __version__

WORST = 12
"""How many of the rows that the estimator is furthest off on are named."""

_PARTS = {"pass": "passes", "decoder": "decoder", "encoder": "encoder", "text": "text encoder"}
_GROUPS = (
    ("all requests", REQUEST_GROUPS),
    ("pipelines, eager", ("eager",)),
    ("pipelines, compiled", ("compiled",)),
    ("single networks, processors, small boards", ("other",)),
    ("full load", LOAD_GROUPS),
)


class Goals(NamedTuple):
    """What the estimator is meant to reach."""

    median: float = 1.4
    """Of the factors, at most."""
    nine_in_ten: float = 2.2
    """The factor that nine in ten are within, at most."""
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
    """Usable rows without an estimate."""

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


def accuracy_report(errors: Sequence[Error], left: Mapping[str, Sequence[str]], catalogue: Catalogue) -> AccuracyReport:
    """The report on errors of requests and at full load, and on the rows `left` out, by reason."""
    groups = [(title, [e for e in errors if e.point.regime.group in names]) for title, names in _GROUPS]
    worst = [
        WorstRow(e.point.row, round(e.estimated_ms, 1), round(e.point.measured_ms, 1), round(e.factor, 2), e.covered)
        for e in sorted(errors, key=lambda error: -error.factor)[:WORST]
    ]
    return AccuracyReport(
        TableVersion(*catalogue.release[:3]),
        len({error.point.work for error in errors}),
        Goals(),
        tuple(_group(title, found) for title, found in groups if found),
        tuple(worst),
        tuple(LeftOut(reason, tuple(rows)) for reason, rows in left.items()),
    )


def _group(title: str, errors: Sequence[Error]) -> ErrorGroup:
    factors, count = sorted(error.factor for error in errors), len(errors)
    nine_in_ten = factors[min(count - 1, int(0.9 * count))]
    within_3 = sum(factor <= 3 for factor in factors) / count
    covered = sum(error.covered for error in errors) / count
    middle = round(median(factors), 2)
    return ErrorGroup(title, count, middle, round(nine_in_ten, 2), round(within_3, 3), round(covered, 3))


def accuracy_page(report: AccuracyReport) -> Iterator[Block]:
    """The figures for people."""
    yield Title(f"The estimator of {report.catalogue}")
    yield Paragraph(
        f"Each of {report.sources} sources is estimated from the others. Factors say how far off, either way; "
        "in band: the stated band contains the measurement."
    )
    table = (
        (g.title, str(g.rows), f"{g.median:.2f}x", f"{g.nine_in_ten:.2f}x", f"{g.within_3:.0%}", f"{g.covered:.0%}")
        for g in report.groups
    )
    header = ("", "rows", "median", "9 in 10", "in 3x", "in band")
    goals = report.goals
    nine = f"nine in ten at most {goals.nine_in_ten}x, {goals.within_3:.0%} within 3x"
    words = f"Median at most {goals.median}x, {nine}, {goals.covered:.0%} in band."
    yield Section("Errors", (Table(header, tuple(table), "lrrrrr"),))
    yield Section("Goals", (Paragraph(words),))
    worst = []
    for row in report.worst:
        outside = "" if row.covered else ", outside its band"
        off = f": {row.measured_ms:g} ms measured, {row.estimated_ms:g} estimated ({row.factor:.2f}x{outside})"
        worst.append(Entry((code(row.row), off)))
    yield Section("Furthest off", (Entries(tuple(worst)),))
    left = tuple(Entry(f"{len(item.rows)}: {item.reason}") for item in report.left_out)
    yield Section("Usable rows without an estimate", (Entries(left),))


def estimate_page(
    estimate: Estimate, measured: Sequence[Measurement], caution: str, catalogue: Catalogue
) -> Iterator[Block]:
    """The band, a caution, the work, the hardware, the stack and the error that it comes from; what was measured."""
    size = f"{estimate.width}x{estimate.height}"
    how = run_words(estimate, "time per image at full load") + ("" if estimate.full_load else ", one request")
    yield Title(f"{estimate.title} on {estimate.hardware}, {size}, {how}")
    lines = [f"estimate: {band_words(estimate)}", *([caution] if caution else [])]
    yield Entries(tuple(map(Entry, lines)))
    factors = estimate.factors
    work = [f"{_PARTS[p.part]}: {p.times:g} x {p.gmac:g}, {p.title}{_mark(p.verified)}" for p in factors.parts]
    work.append(f"together {factors.tflop:g} TFLOP")
    yield Section("Work, in 10^9 multiply-accumulates", (Entries(tuple(map(Entry, work))),))
    yield Section("Hardware and stack", (Entries(tuple(map(Entry, _stack_lines(estimate)))),))
    rows = [(catalogue.row(row), row.timing.replace("_", " ")) for row in measured]
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
    yield f"arithmetic: {factors.tflop:g} / ({share:g} x {peak:g}) = {float(f'{arithmetic:.4g}'):.10g} ms"
    yield f"fixed: {factors.fixed_ms:g} ms a request, {factors.pass_ms:g} ms a step"
    if factors.slowed != 1:
        yield f"a ControlNet beside a single step: x {factors.slowed:g}"
    if factors.shift:
        yield f"shifted: {shift_words(estimate).removeprefix('; ')}"
    band = f"{factors.band_low:.2f} to {factors.band_high:.2f} of it"
    yield f"band: {band}, from the errors on {factors.band_rows} rows of sources left out"


def _mark(verified: bool) -> str:  # noqa: FBT001  (what it is of stands beside it)
    return "" if verified else " (not verified)"


class CostReport(NamedTuple):
    """The costs of a spec's load."""

    schema_version: Literal["1.0"]
    genarch_version: str
    spec: str
    catalogue: CatalogueVersion
    bill: Annotated[Bill, INLINED]


def cost_report(spec: str, bill: Bill, catalogue: Catalogue) -> CostReport:
    """The report on a bill, of the spec with that id, with figures no finer than they can be."""
    bill = bill._replace(usd_per_hour=rounded(bill.usd_per_hour), costs=rounded(bill.costs))
    return CostReport("1.0", __version__, spec, catalogue.release, bill)


def cost_page(report: CostReport) -> Iterator[Block]:
    """The load, the price, and each architecture's cost."""
    bill = report.bill
    yield Title(("Cost of ", code(report.spec)))
    yield Paragraph(_load_words(bill))
    price, *sources = _price_lines(bill)
    yield Entries((Entry(price, (Entries(tuple(map(Entry, sources))),) if sources else ()),))
    if bill.costs:
        gpus = "GPUs at the peak" if bill.peak_images_per_second else "GPUs"
        header = ("architecture", "an image", "1,000 images", gpus, "a month by use", "a month kept on")
        yield from (Space(), Table(header, tuple(map(_row, bill.costs))))
    for cost in bill.costs:
        lines: list[Line] = [
            (f"{_seconds_words(cost.seconds_per_image)} an image, ", *_basis(cost)),
            licence_words(cost.licence),
        ]
        if cost.misses:
            lines.append(f"does not fit the spec: {both([miss.says for miss in cost.misses])}")
        yield Section((code(cost.architecture), f": {cost.title}"), (Entries(tuple(map(Entry, lines))),))
    if bill.without_figures:
        yield Paragraph(f"Without figures for this hardware and size: {both(bill.without_figures)}.")


def _row(cost: Cost) -> tuple[Line, ...]:
    """The figures beside those of the other architectures."""
    low, high = cost.gpus or (0, 0)
    gpus = "-" if not cost.gpus else f"{low}" if low == high else f"{low} to {high}"
    amounts = (cost.usd_per_1000_images, cost.usd_per_month_by_use, cost.usd_per_month_kept_on)
    thousand, by_use, kept_on = (usd_words(amount) if amount else "-" for amount in amounts)
    return code(cost.architecture), _seconds_words(cost.seconds_per_image), thousand, gpus, by_use, kept_on


def _load_words(bill: Bill) -> str:
    """The hardware, the size and the load, with the utilisation that is counted on."""
    load = [f"{bill.images_per_day:,} images a day"] if bill.images_per_day else []
    if bill.peak_images_per_second:
        load.append(f"{bill.peak_images_per_second:g} a second at the peak")
    together = "made together in batches" if bill.batchable else "made one by one"
    what = both([*load, together]) if load else f"no load stated, {together}"
    waits = f", and so many that the wait leaves {bill.waits.percentile} within the budget" if bill.waits else ""
    return f"{bill.gpu} at {bill.resolution_px} px: {what}; busy {bill.utilisation:.0%} of the time{waits}."


def _price_lines(bill: Bill) -> Iterator[str]:
    """What an hour costs, and by whose word."""
    hour = bill.usd_per_hour
    if hour is None:
        yield f"No price of {bill.gpu} is known; state price_per_gpu_hour_usd."
        return
    yield f"An hour costs {usd_words(hour)}{'.' if bill.prices else ', as stated.'}"
    for price in bill.prices:
        amount, checked = usd_words(Amounts(price.low, price.high)), _mark(price.verified)
        yield f"{amount}: {price.scope}, {price.date or 'undated'}{checked}."


def _basis(cost: Cost) -> tuple[str | Span, ...]:
    row = cost.row
    if row is None:
        return (f"estimated ({estimated_words(cost.estimate)})",) if cost.estimate else ()
    # at full load the time of a request is another one, and is not shown here
    how = f"at full load: {row_conditions(row)}" if cost.full_load else row_words(row)
    return (f"measured{', ' if cost.full_load else ': '}{how} (", *row_origin(row), ")")


def _seconds_words(seconds: Amounts) -> str:
    low, high = ms_words(seconds.low * 1000), ms_words(seconds.high * 1000)
    return low if low == high else f"{low} to {high}"
