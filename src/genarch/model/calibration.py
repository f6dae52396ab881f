"""What the estimator is fitted to, as values."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Stack = Literal["eager", "compiled"]
"""How a model is run: as written, or through a compiler or an inference engine."""

STACKS: tuple[Stack, ...] = ("eager", "compiled")


class StackFit(NamedTuple):
    """Times in milliseconds that a stack adds whatever the hardware: once per request, and for each pass."""

    fixed_ms: float
    pass_ms: float


class Share(NamedTuple):
    """The achieved share of the hardware's peak, the median of `rows` rows."""

    share: float
    rows: int


class Band(NamedTuple):
    """How far off estimates of sources left out were: measured over estimated, from `low` to `high`, over `rows`."""

    low: float
    high: float
    rows: int


class Calibration(NamedTuple):
    """The fitted estimator.

    `shares` are keyed by `stack/efficiency class/kind`, with less of the key where less was measured (`stack/kind`,
    `stack`), `kind` being `network` for a single network and `pipeline` for one with a decoder. `load_shares` are keyed
    by kind. `bands` are keyed by `eager`, `compiled` and `other` for requests, and by `load/kind`.
    """

    stacks: Mapping[str, StackFit]
    shares: Mapping[str, Share]
    load_shares: Mapping[str, Share]
    bands: Mapping[str, Band]
