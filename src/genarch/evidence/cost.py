"""What a load costs on a piece of hardware, by architecture.

Everything is a band: of the time for an image where it is estimated, and of prices. A GPU is counted as busy for a
stated share of the hour, since no load is even.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from genarch.evidence.candidates import candidates
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Measurement, Price
from genarch.evidence.estimates import Candidate, Estimate, Miss
from genarch.evidence.feasibility import Needs, estimated, needs_of, speaks_to
from genarch.table.constraints import Answers


class Range(NamedTuple):
    """From `low` to `high`."""

    low: float
    high: float


class Cost(NamedTuple):
    """What an architecture costs on a load.

    `seconds` is the hardware's time for an image, measured in `row` or else estimated; `full_load` says in batches.
    What needs a price or a load that is not known is None. `misses` are what keeps the model from fitting the spec.
    """

    architecture: str
    model: str
    row: str | None
    estimate: Estimate | None
    full_load: bool
    seconds: Range
    usd_per_1000: Range | None
    gpus: tuple[int, int] | None
    usd_per_month_by_use: Range | None
    usd_per_month_kept_on: Range | None
    misses: tuple[Miss, ...]


class Bill(NamedTuple):
    """The costs of a spec's load on its hardware. `prices` are published ones; none where the spec states its own."""

    gpu: str
    resolution_px: int
    utilisation: float
    batchable: bool
    images_per_day: int | None
    peak_images_per_second: float | None
    usd_per_hour: Range | None
    prices: tuple[Price, ...]
    costs: tuple[Cost, ...]
    without: tuple[str, ...]


UTILISATION = 0.6
"""The share of the hour that a GPU is taken to be busy, unless another is stated."""

HOURS_A_MONTH = 730
DAYS_A_MONTH = 30.4
_SECONDS_A_DAY = 86_400


class _Time(NamedTuple):
    row: str | None
    estimate: Estimate | None
    seconds: Range
    full_load: bool


def bill(
    answers: Answers, architectures: Iterable[str], catalogue: Catalogue, *, utilisation: float = UTILISATION
) -> Bill | None:
    """The costs of a spec's load; None where it does not state the hardware and the size of the image."""
    needs = needs_of(answers, catalogue)
    if needs.hardware is None or needs.resolution_px is None:
        return None
    batchable = answers.get("batchable") is True
    day, peak = answers.get("images_per_day"), answers.get("peak_images_per_second")
    per_day = int(day) if isinstance(day, int) else None
    per_second = float(peak) if isinstance(peak, int | float) else None
    prices = () if "price_per_gpu_hour_usd" in answers else prices_of(needs.hardware.id, catalogue)
    hour = _per_hour(answers, prices)
    costs: list[Cost] = []
    without: list[str] = []
    for architecture in architectures:
        # Whoever may batch need not: one by one stays open where it takes less.
        ways = (True, False) if batchable else (False,)
        found = [pair for way in ways if (pair := _time_of(architecture, needs, catalogue, batchable=way))]
        chosen = min(found, key=lambda pair: (len(pair[0].misses), sum(pair[1].seconds)), default=None)
        if chosen is None:
            without.append(architecture)
            continue
        entry, time = chosen
        gpus = _gpus(time.seconds, per_day, per_second, utilisation)
        per_1000 = _per_1000(time.seconds, hour, utilisation) if hour else None
        costs.append(
            Cost(
                architecture,
                entry.model,
                time.row,
                time.estimate,
                time.full_load,
                time.seconds,
                per_1000,
                gpus,
                _scaled(per_1000, per_day * DAYS_A_MONTH / 1000) if per_1000 and per_day else None,
                Range(gpus[0] * HOURS_A_MONTH * hour.low, gpus[1] * HOURS_A_MONTH * hour.high)
                if gpus and hour
                else None,
                entry.misses,
            )
        )
    return Bill(
        needs.hardware.id,
        needs.resolution_px,
        utilisation,
        batchable,
        per_day,
        per_second,
        hour,
        prices,
        tuple(costs),
        tuple(without),
    )


def prices_of(hardware: str, catalogue: Catalogue) -> tuple[Price, ...]:
    """The published prices of an hour of a machine that stays on."""
    return tuple(price for price in catalogue.prices if price.hardware == hardware and price.kind == "hourly")


def _per_hour(answers: Answers, prices: tuple[Price, ...]) -> Range | None:
    stated = answers.get("price_per_gpu_hour_usd")
    if isinstance(stated, int | float):
        return Range(float(stated), float(stated))
    if not prices:
        return None
    return Range(min(price.low for price in prices), max(price.high for price in prices))


def usd_per_1000(seconds: float, usd_per_hour: float, utilisation: float) -> float:
    """Dollars for 1,000 images of so many seconds each, on hardware that is busy for a share of the hour."""
    return 1000 * seconds / 3600 * usd_per_hour / utilisation


def _per_1000(seconds: Range, hour: Range, utilisation: float) -> Range:
    return Range(usd_per_1000(seconds.low, hour.low, utilisation), usd_per_1000(seconds.high, hour.high, utilisation))


def _scaled(range_: Range, factor: float) -> Range:
    return Range(range_.low * factor, range_.high * factor)


def _gpus(seconds: Range, per_day: int | None, per_second: float | None, utilisation: float) -> tuple[int, int] | None:
    """GPUs for the busiest second, or where that is not stated, for the day spread evenly."""
    rate = per_second if per_second is not None else per_day / _SECONDS_A_DAY if per_day else None
    if rate is None:
        return None
    return ceil(rate * seconds.low / utilisation), ceil(rate * seconds.high / utilisation)


def _time_of(
    architecture: str, needs: Needs, catalogue: Catalogue, *, batchable: bool
) -> tuple[Candidate, _Time] | None:
    """Of the candidates of an architecture that miss least, the fastest: a measured one before an estimated one."""
    ranked = candidates([architecture], needs, catalogue)
    timed = [(entry, time) for entry in ranked if (time := _time(entry, needs, catalogue, batchable=batchable))]
    fewest = min((len(entry.misses) for entry, _ in timed), default=0)
    least = [pair for pair in timed if len(pair[0].misses) == fewest]
    return min(least, key=lambda pair: (pair[1].row is None, sum(pair[1].seconds)), default=None)


def _time(entry: Candidate, needs: Needs, catalogue: Catalogue, *, batchable: bool) -> _Time | None:
    """Seconds of the hardware for an image: measured on it at this size, else estimated."""
    model = catalogue.models[entry.model]
    rows = (
        []
        if entry.adapters
        else [row for row in catalogue.rows_of(entry.model) if _measured_there(row, needs, catalogue)]
    )
    if batchable:
        loads = [(load, row) for row in rows if (load := row.load_ms) is not None]
        if loads:
            ms, row = min(loads, key=lambda pair: pair[0])
            return _Time(row.id, None, Range(ms / 1000, ms / 1000), full_load=True)
        guess = estimated(model, needs, catalogue, full_load=True)
    else:
        waits = [row for row in rows if row.timing == "request"]
        if waits:
            fastest = min(waits, key=lambda row: row.latency_ms or 0)
            seconds = (fastest.latency_ms or 0) / 1000
            return _Time(fastest.id, None, Range(seconds, seconds), full_load=False)
        guess = estimated(model, needs, catalogue)
    if guess is None:
        return None
    return _Time(None, guess, Range(guess.low_ms / 1000, guess.high_ms / 1000), full_load=batchable)


def _measured_there(row: Measurement, needs: Needs, catalogue: Catalogue) -> bool:
    """Whether a row that carries a statement is of this very hardware and size, and of what is asked for."""
    assert needs.hardware is not None  # noqa: S101  (costs are of stated hardware)
    there = row.hardware == needs.hardware.id and row.longer_side == needs.resolution_px
    return there and row.carries and speaks_to(row, needs, catalogue)
