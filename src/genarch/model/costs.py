"""What a load costs, as values."""

from typing import NamedTuple

from genarch.model.estimates import Estimate, Miss
from genarch.model.hardware import Price


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
