"""The pace of models on hardware: an estimate of one request in what it hangs on, for where many are made."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable
from functools import lru_cache

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Model
from genarch.evidence.estimates import AS_IT_IS, Options, fit_of, job_of, regime_of, shift_of
from genarch.evidence.hardware import Hardware
from genarch.values import NamedTuple


class Work(NamedTuple):
    """What the estimator multiplies with the pace of hardware: of one way at a size."""

    steps: int
    tflop: float
    slowed: float


def band_ms(
    model: Model, hardware: Hardware, side: int, catalogue: Catalogue, options: Options = AS_IT_IS
) -> tuple[float, float, float] | None:
    """Low end, middle and high end of `estimate` for one compiled request and a square: some ten times as fast."""
    work, pace = job_of(model.id, catalogue, side * side, options), pace_of(model.family, hardware.id, catalogue)
    if work is None or pace is None:
        return None
    shift = shift_of(model.id, hardware.id, catalogue) if catalogue.own else None
    (middle,) = pace.middles([Work(work.steps, work.total, work.slowed * (shift.factor if shift else 1.0))])
    return middle * pace.band_low, middle, middle * pace.band_high


class Pace(NamedTuple):
    """How one compiled request of a family of models goes on hardware: what `estimate` takes, the band included."""

    fixed_ms: float
    pass_ms: float
    achieved_tflops: float
    band_low: float
    band_high: float

    def middles(self, works: Iterable[Work]) -> list[float]:
        """The middles of the times for so much work."""
        fixed, each, achieved = self.fixed_ms, self.pass_ms, self.achieved_tflops
        return [(fixed + steps * each + tflop / achieved * 1e3) * slowed for steps, tflop, slowed in works]


@lru_cache(maxsize=1024)
def pace_of(family: str, hardware: str, catalogue: Catalogue) -> Pace | None:
    """The pace of a family on hardware by its id; None where its peak is not known."""
    entry = catalogue.hardware[hardware]
    if entry.peak_tflops is None:
        return None
    added, _, (share, _), (low, high, _) = fit_of(regime_of(family, entry, "compiled", full_load=False), catalogue)
    return Pace(*added, share * entry.peak_tflops, low, high)
