"""What a load costs on a piece of hardware, by architecture.

Everything is a band: of the time for an image where it is estimated, and of prices. A GPU is counted as busy for a
stated share of the hour, since no load is even.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Annotated

from genarch.engine.constraints import Answers
from genarch.engine.forms import OMITTED
from genarch.evidence.assessment import Candidate, Miss, candidates
from genarch.evidence.catalogue import Catalogue, Price, Row
from genarch.evidence.entries import Licence
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import Needs, needs_of
from genarch.evidence.percentiles import PERCENTILES, PercentileName, gpus_for, percentile_of
from genarch.evidence.ways import number
from genarch.values import NamedTuple

LOAD = (
    "images_per_day",
    "peak_images_per_second",
    "batchable",
    "latency_percentile",
    "queueing",
    "price_per_gpu_hour_usd",
)
"""The constraints that costs are worked out from, beside the hardware and the size."""


class Amounts(NamedTuple):
    """From `low` to `high`."""

    low: float
    high: float


class Count(NamedTuple):
    """From `low` to `high`, whole."""

    low: int
    high: int


class Cost(NamedTuple):
    """What an architecture costs on the load; null what needs a price or a load that is not known."""

    architecture: str
    model: str
    title: str
    row: Row | None
    estimate: Estimate | None
    full_load: bool
    """Whether images are made in batches."""
    seconds_per_image: Amounts
    """Of the hardware: as the row has it, or else the estimate."""
    usd_per_1000_images: Amounts | None
    gpus: Count | None
    usd_per_month_by_use: Amounts | None
    usd_per_month_kept_on: Amounts | None
    licence: Licence | None
    misses: tuple[Miss, ...]
    """What keeps the model from fitting the spec; the one that misses least is taken."""


class Waits(NamedTuple):
    """That the wait for a GPU counts: the budget, and the percentile of the images that it is for."""

    budget_ms: float
    percentile: PercentileName


class Bill(NamedTuple):
    """The costs of a spec's load on its hardware."""

    gpu: str
    resolution_px: int
    utilisation: float
    batchable: bool
    images_per_day: int | None
    peak_images_per_second: float | None
    usd_per_hour: Amounts | None
    prices: tuple[Price, ...]
    """The published ones of machines that stay on; none where the spec states its own."""
    costs: tuple[Cost, ...]
    without_figures: tuple[str, ...]
    """Architectures without a model whose time on this hardware is measured or can be estimated."""
    waits: Annotated[Waits | None, OMITTED] = None
    """By which GPUs are counted for the peak, beside `utilisation`; left out where waits do not count."""


UTILISATION = 0.6
"""The share of the hour that a GPU is taken to be busy, unless another is stated."""

HOURS_A_MONTH = 730
DAYS_A_MONTH = 30.4
_SECONDS_A_DAY = 86_400


def bill(
    answers: Answers, architectures: Iterable[str], catalogue: Catalogue, *, utilisation: float = UTILISATION
) -> Bill | None:
    """The costs of a spec's load; None where it does not state the hardware and the size of the image."""
    # By the gpu, whatever device is stated beside it.
    needs = needs_of({name: value for name, value in answers.items() if name != "device"}, catalogue)
    found = load_of(answers, needs, utilisation)
    if found is None:
        return None
    times = {name: _time_of(name, needs, batchable=found.batchable) for name in architectures}
    return found._replace(
        costs=tuple(_priced(cost, found) for cost in times.values() if cost),
        without_figures=tuple(name for name, cost in times.items() if not cost),
    )


def load_of(answers: Answers, needs: Needs, utilisation: float = UTILISATION) -> Bill | None:
    """A spec's load and the price of its hardware, with no costs yet; None as for `bill`."""
    if needs.hardware is None or needs.resolution_px is None:
        return None
    per_day = answers.get("images_per_day")
    own = number(answers.get("price_per_gpu_hour_usd"))
    there = [price for price in needs.catalogue.prices if price.hardware == needs.hardware.id]
    prices = tuple(price for price in there if price.kind == "hourly") if own is None else ()
    ends = [end for price in prices for end in (price.low, price.high)] if own is None else [own]
    hour = Amounts(min(ends), max(ends)) if ends else None
    load = (per_day if isinstance(per_day, int) else None, number(answers.get("peak_images_per_second")))
    batchable = answers.get("batchable") is True
    queued = answers.get("queueing") is True and needs.budget_ms and not batchable
    waits = Waits(needs.budget_ms, percentile_of(answers)) if queued and needs.budget_ms else None
    return Bill(needs.hardware.id, needs.resolution_px, utilisation, batchable, *load, hour, prices, (), (), waits)


def cost_of(entry: Candidate, load: Bill, needs: Needs) -> Cost | None:
    """What one model costs on a load; None where nothing says how long an image takes it there."""
    ways = (_timed(entry, needs, full_load=full) for full in ((True, False) if load.batchable else (False,)))
    cost = min(filter(None, ways), key=lambda cost: sum(cost.seconds_per_image), default=None)
    return cost and _priced(cost, load)


def _priced(cost: Cost, load: Bill) -> Cost:
    """GPUs are for the busiest second, or where that is not stated, for the day spread evenly."""
    seconds, hour = cost.seconds_per_image, load.usd_per_hour
    rate = load.peak_images_per_second or (load.images_per_day or 0) / _SECONDS_A_DAY
    gpus = Count._make(_gpus(rate, time, load) for time in seconds) if rate else None
    if hour is None:
        return cost._replace(gpus=gpus)
    thousands = (load.images_per_day or 0) * DAYS_A_MONTH / 1000
    ends = zip(seconds, hour, strict=True)
    per_1000 = Amounts._make(usd_per_1000(time, price, load.utilisation) for time, price in ends)
    by_use = Amounts(per_1000.low * thousands, per_1000.high * thousands) if thousands else None
    kept_on = gpus and Amounts(gpus.low * HOURS_A_MONTH * hour.low, gpus.high * HOURS_A_MONTH * hour.high)
    return cost._replace(
        usd_per_1000_images=per_1000, gpus=gpus, usd_per_month_by_use=by_use, usd_per_month_kept_on=kept_on
    )


def _gpus(rate: float, seconds: float, load: Bill) -> int:
    """GPUs for images at a rate; so many that the wait for one leaves them in the budget, where any number does."""
    busy, waits = ceil(rate * seconds / load.utilisation), load.waits
    kept = waits and gpus_for(rate, seconds, waits.budget_ms / 1000, PERCENTILES[waits.percentile])
    return max(busy, kept.gpus) if kept else busy


def usd_per_1000(seconds: float, usd_per_hour: float, utilisation: float) -> float:
    """Dollars for 1,000 images of so many seconds each, on hardware that is busy for a share of the hour."""
    return 1000 * seconds / 3600 * usd_per_hour / utilisation


def _time_of(architecture: str, needs: Needs, *, batchable: bool) -> Cost | None:
    """Of the candidates of an architecture that miss least, the fastest; a measured one before an estimated one.

    Where images may come in batches, full load or one by one, whichever takes less.
    """
    ranked = candidates((architecture,), needs)
    ways: list[Cost] = []
    for full_load in (True, False) if batchable else (False,):
        timed = [cost for entry in ranked if (cost := _timed(entry, needs, full_load=full_load))]
        ways += sorted(timed, key=lambda cost: (len(cost.misses), cost.row is None, sum(cost.seconds_per_image)))[:1]
    return min(ways, key=lambda cost: (len(cost.misses), sum(cost.seconds_per_image)), default=None)


def _timed(entry: Candidate, needs: Needs, *, full_load: bool) -> Cost | None:
    """A candidate with its seconds of the hardware for an image: measured on it at this size, else estimated."""
    model, there = needs.catalogue.models[entry.model], needs.hardware and needs.hardware.id
    measured = [
        (ms, row)
        for row in ([] if entry.adapters else needs.rows_of(model))
        if row.carries and (row.hardware, row.longer_side) == (there, needs.resolution_px)
        if full_load or not needs.outranked(row)
        if (ms := row.load_ms if full_load else row.typical_ms if row.timing == "request" else None) is not None
    ]
    row, guess = None, None
    if measured:
        low, fastest = min(measured, key=lambda pair: pair[0])
        row, high = needs.catalogue.row(fastest), low
    elif guess := needs.estimated(model, full_load=full_load):
        low, high = guess.low_ms, guess.high_ms
    else:
        return None
    what = (entry.architecture, entry.model, entry.title, row, guess, full_load)
    return Cost(*what, Amounts(low / 1000, high / 1000), None, None, None, None, entry.licence, entry.misses)
