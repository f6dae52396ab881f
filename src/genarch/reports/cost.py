"""What a load costs: the report, and its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from genarch.evidence.assessment import Miss
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.cost import Bill, Cost, Count, Range
from genarch.evidence.entries import Licence, Price
from genarch.evidence.estimates import Estimate
from genarch.reports.evidence import (
    CatalogueVersion,
    Row,
    catalogue_version,
    rounded,
    rounded_estimate,
    row_of,
)
from genarch.reports.evidence_page import (
    estimated_words,
    licence_words,
    ms_words,
    row_conditions,
    row_origin,
    row_words,
)
from genarch.reports.page import Block, Entries, Entry, Line, Paragraph, Section, Span, Title, code
from genarch.reports.words import both, counted
from genarch.version import __version__


class CostPart(NamedTuple):
    """What an architecture costs on the load."""

    architecture: str
    model: str
    title: str
    row: Row | None
    estimate: Estimate | None
    full_load: bool
    seconds_per_image: Range
    usd_per_1000_images: Range | None
    gpus: Count | None
    usd_per_month_by_use: Range | None
    usd_per_month_kept_on: Range | None
    licence: Licence | None
    misses: tuple[Miss, ...]
    """What keeps the model from fitting the spec; the one that misses least is taken."""


class CostReport(NamedTuple):
    """The costs of a spec's load."""

    schema_version: Literal["1.0"]
    genarch_version: str
    spec: str
    catalogue: CatalogueVersion
    gpu: str
    resolution_px: int
    utilisation: float
    batchable: bool
    images_per_day: int | None
    peak_images_per_second: float | None
    usd_per_hour: Range | None
    prices: tuple[Price, ...]
    costs: tuple[CostPart, ...]
    without_figures: tuple[str, ...]
    """Architectures without a model whose time on this hardware is measured or can be estimated."""


def cost_report(spec: str, bill: Bill, catalogue: Catalogue) -> CostReport:
    """The report on a bill, of the spec with that id."""
    return CostReport(
        schema_version="1.0",
        genarch_version=__version__,
        spec=spec,
        catalogue=catalogue_version(catalogue),
        gpu=bill.gpu,
        resolution_px=bill.resolution_px,
        utilisation=bill.utilisation,
        batchable=bill.batchable,
        images_per_day=bill.images_per_day,
        peak_images_per_second=bill.peak_images_per_second,
        usd_per_hour=_rounded(bill.usd_per_hour),
        prices=bill.prices,
        costs=tuple(_cost(entry, catalogue) for entry in bill.costs),
        without_figures=bill.without_figures,
    )


def _cost(entry: Cost, catalogue: Catalogue) -> CostPart:
    model = catalogue.models[entry.model]
    return CostPart(
        architecture=entry.architecture,
        model=entry.model,
        title=model.title,
        row=row_of(entry.row, catalogue),
        estimate=entry.estimate and rounded_estimate(entry.estimate),
        full_load=entry.full_load,
        seconds_per_image=Range(rounded(entry.seconds_per_image.low), rounded(entry.seconds_per_image.high)),
        usd_per_1000_images=_rounded(entry.usd_per_1000_images),
        gpus=entry.gpus,
        usd_per_month_by_use=_rounded(entry.usd_per_month_by_use),
        usd_per_month_kept_on=_rounded(entry.usd_per_month_kept_on),
        licence=model.licence,
        misses=entry.misses,
    )


def _rounded(range_: Range | None) -> Range | None:
    return Range(rounded(range_.low), rounded(range_.high)) if range_ else None


def cost_page(report: CostReport) -> Iterator[Block]:
    """The load, the price, and each architecture's cost."""
    yield Title(("Cost of ", code(report.spec)))
    yield Paragraph(_load_words(report))
    price, *sources = _price_lines(report)
    yield Entries((Entry(price, tuple(sources)),))
    for cost in report.costs:
        lines = tuple(Entry(line) for line in _lines(cost, report))
        yield Section((code(cost.architecture), f": {cost.title}"), (Entries(lines),))
    if report.without_figures:
        yield Paragraph(f"Without figures for this hardware and size: {both(report.without_figures)}.")


def _load_words(report: CostReport) -> str:
    """The hardware, the size and the load, with the utilisation that is counted on."""
    load = [f"{report.images_per_day:,} images a day"] if report.images_per_day else []
    if report.peak_images_per_second:
        load.append(f"{report.peak_images_per_second:g} a second at the peak")
    together = "made together in batches" if report.batchable else "made one by one"
    what = both([*load, together]) if load else f"no load stated, {together}"
    return f"{report.gpu} at {report.resolution_px} px: {what}; busy {report.utilisation:.0%} of the time."


def _price_lines(report: CostReport) -> Iterator[str]:
    """What an hour costs, and by whose word."""
    hour = report.usd_per_hour
    if hour is None:
        yield f"No price of {report.gpu} is known; state price_per_gpu_hour_usd."
        return
    yield f"An hour costs {usd_words(hour)}{'.' if report.prices else ', as stated.'}"
    for price in report.prices:
        checked = "" if price.verified else " (not verified)"
        yield f"{usd_words(Range(price.low, price.high))}: {price.scope}, {price.date or 'undated'}{checked}."


def _lines(cost: CostPart, report: CostReport) -> Iterator[Line]:
    """An architecture's figures, and what they come from."""
    yield (f"{_seconds_words(cost.seconds_per_image)} an image, ", *_basis(cost))
    if cost.usd_per_1000_images:
        yield f"{usd_words(cost.usd_per_1000_images)} for 1,000 images"
    if cost.gpus:
        low, high = cost.gpus
        number = counted(low, "GPU") if low == high else f"{low} to {high} GPUs"
        yield f"{number} {'at the peak' if report.peak_images_per_second else 'for a day spread evenly'}"
    if cost.usd_per_month_by_use:
        yield f"{usd_words(cost.usd_per_month_by_use)} a month, paid by use"
    if cost.usd_per_month_kept_on:
        yield f"{usd_words(cost.usd_per_month_kept_on)} a month, kept on"
    yield licence_words(cost.licence)
    if cost.misses:
        yield f"does not fit the spec: {both([miss.told for miss in cost.misses])}"


def _basis(cost: CostPart) -> tuple[str | Span, ...]:
    row = cost.row
    if row is None:
        return (f"estimated ({estimated_words(cost.estimate)})",) if cost.estimate else ()
    # at full load the time of a request is another one, and is not shown here
    how = f"at full load: {row_conditions(row)}" if cost.full_load else row_words(row)
    return (f"measured{', ' if cost.full_load else ': '}{how} (", *row_origin(row), ")")


def _seconds_words(seconds: Range) -> str:
    low, high = ms_words(seconds.low * 1000), ms_words(seconds.high * 1000)
    return low if low == high else f"{low} to {high}"


def usd_words(amount: Range) -> str:
    """`0.36 to 1.35 USD`."""
    low, high = _dollars(amount.low), _dollars(amount.high)
    return f"{low} USD" if low == high else f"{low} to {high} USD"


def _dollars(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}" if amount >= 0.1 else f"{amount:.2g}"
