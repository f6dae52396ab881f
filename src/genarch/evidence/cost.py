"""What a load costs on a piece of hardware, by architecture.

Everything is a band: of the time for an image where it is estimated, and of prices. A GPU is counted as busy for a
stated share of the hour, since no load is even.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from genarch.evidence.assessment import Candidate, Miss, candidates
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Measurement, Price
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import Needs, estimated, matches, needs_of, number, time_of
from genarch.table.constraints import Answers


class Range(NamedTuple):
    """From `low` to `high`."""

    low: float
    high: float


class Count(NamedTuple):
    """From `low` to `high`, whole."""

    low: int
    high: int


class Cost(NamedTuple):
    """What an architecture costs on a load.

    `seconds_per_image` is the hardware's time, measured in `row` or else estimated; `full_load` says in batches. What
    needs a price or a load that is not known is None. `misses` are what keeps the model from fitting the spec.
    """

    architecture: str
    model: str
    row: str | None
    estimate: Estimate | None
    full_load: bool
    seconds_per_image: Range
    misses: tuple[Miss, ...]
    usd_per_1000_images: Range | None = None
    gpus: Count | None = None
    usd_per_month_by_use: Range | None = None
    usd_per_month_kept_on: Range | None = None


class Bill(NamedTuple):
    """The costs of a spec's load on its hardware.

    `prices` are the published ones of machines that stay on; none where the spec states its own. `without_figures` are
    the architectures without a model whose time on the hardware is measured or can be estimated.
    """

    gpu: str
    resolution_px: int
    utilisation: float
    batchable: bool
    images_per_day: int | None
    peak_images_per_second: float | None
    usd_per_hour: Range | None
    prices: tuple[Price, ...]
    costs: tuple[Cost, ...]
    without_figures: tuple[str, ...]


UTILISATION = 0.6
"""The share of the hour that a GPU is taken to be busy, unless another is stated."""

HOURS_A_MONTH = 730
DAYS_A_MONTH = 30.4
_SECONDS_A_DAY = 86_400


def bill(
    answers: Answers, architectures: Iterable[str], catalogue: Catalogue, *, utilisation: float = UTILISATION
) -> Bill | None:
    """The costs of a spec's load; None where it does not state the hardware and the size of the image."""
    needs = needs_of(answers, catalogue)
    if needs.hardware is None or needs.resolution_px is None:
        return None
    batchable = answers.get("batchable") is True
    per_day = answers.get("images_per_day")
    own = number(answers.get("price_per_gpu_hour_usd"))
    there = [price for price in catalogue.prices if price.hardware == needs.hardware.id]
    prices = tuple(price for price in there if price.kind == "hourly") if own is None else ()
    ends = [end for price in prices for end in (price.low, price.high)] if own is None else [own]
    found = Bill(
        needs.hardware.id,
        needs.resolution_px,
        utilisation,
        batchable,
        per_day if isinstance(per_day, int) else None,
        number(answers.get("peak_images_per_second")),
        Range(min(ends), max(ends)) if ends else None,
        prices,
        (),
        (),
    )
    times = {name: _time_of(name, needs, catalogue, batchable=batchable) for name in architectures}
    return found._replace(
        costs=tuple(_priced(cost, found) for cost in times.values() if cost),
        without_figures=tuple(name for name, cost in times.items() if not cost),
    )


def _priced(cost: Cost, load: Bill) -> Cost:
    seconds, hour, gpus = cost.seconds_per_image, load.usd_per_hour, _gpus(cost.seconds_per_image, load)
    if hour is None:
        return cost._replace(gpus=gpus)
    thousands = (load.images_per_day or 0) * DAYS_A_MONTH / 1000
    ends = zip(seconds, hour, strict=True)
    per_1000 = Range._make(usd_per_1000(time, price, load.utilisation) for time, price in ends)
    return cost._replace(
        usd_per_1000_images=per_1000,
        gpus=gpus,
        usd_per_month_by_use=Range(per_1000.low * thousands, per_1000.high * thousands) if thousands else None,
        usd_per_month_kept_on=gpus
        and Range(gpus.low * HOURS_A_MONTH * hour.low, gpus.high * HOURS_A_MONTH * hour.high),
    )


def usd_per_1000(seconds: float, usd_per_hour: float, utilisation: float) -> float:
    """Dollars for 1,000 images of so many seconds each, on hardware that is busy for a share of the hour."""
    return 1000 * seconds / 3600 * usd_per_hour / utilisation


def _gpus(seconds: Range, load: Bill) -> Count | None:
    """GPUs for the busiest second, or where that is not stated, for the day spread evenly."""
    rate = load.peak_images_per_second
    if rate is None and load.images_per_day:
        rate = load.images_per_day / _SECONDS_A_DAY
    if rate is None:
        return None
    return Count(ceil(rate * seconds.low / load.utilisation), ceil(rate * seconds.high / load.utilisation))


def _time_of(architecture: str, needs: Needs, catalogue: Catalogue, *, batchable: bool) -> Cost | None:
    """Of the candidates of an architecture that miss least, the fastest; a measured one before an estimated one.

    Where images may come in batches, full load or one by one, whichever takes less.
    """
    ranked = candidates([architecture], needs, catalogue)
    ways: list[Cost] = []
    for full_load in (True, False) if batchable else (False,):
        timed = [cost for entry in ranked if (cost := _timed(entry, needs, catalogue, full_load=full_load))]
        ways += sorted(timed, key=lambda cost: (len(cost.misses), cost.row is None, sum(cost.seconds_per_image)))[:1]
    return min(ways, key=lambda cost: (len(cost.misses), sum(cost.seconds_per_image)), default=None)


def _timed(entry: Candidate, needs: Needs, catalogue: Catalogue, *, full_load: bool) -> Cost | None:
    """A candidate with its seconds of the hardware for an image: measured on it at this size, else estimated."""
    rows = [] if entry.adapters else [row for row in catalogue.rows_of(entry.model) if _measured(row, needs, catalogue)]
    if full_load:
        measured = [(ms, row.id) for row in rows if (ms := row.load_ms) is not None]
    else:
        measured = [(time_of(row), row.id) for row in rows if row.timing == "request"]
    if measured:
        ms, name = min(measured, key=lambda pair: pair[0])
        seconds = Range(ms / 1000, ms / 1000)
        return Cost(entry.architecture, entry.model, name, None, full_load, seconds, entry.misses)
    guess = estimated(catalogue.models[entry.model], needs, catalogue, full_load=full_load)
    if guess is None:
        return None
    seconds = Range(guess.low_ms / 1000, guess.high_ms / 1000)
    return Cost(entry.architecture, entry.model, None, guess, full_load, seconds, entry.misses)


def _measured(row: Measurement, needs: Needs, catalogue: Catalogue) -> bool:
    """Whether a row that carries a statement is of this very hardware and size, and of what is asked for."""
    assert needs.hardware is not None  # noqa: S101  (costs are of stated hardware)
    there = row.hardware == needs.hardware.id and row.longer_side == needs.resolution_px
    return there and row.carries and matches(row, needs, catalogue)
