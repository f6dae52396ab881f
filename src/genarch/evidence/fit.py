"""The estimator's fit to measurements, and how far off it is on sources that it has not seen."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, product
from math import ceil, floor, inf, log

from genarch.evidence.catalogue import Band, Calibration, Catalogue, Share, Stack, StackFit
from genarch.evidence.estimates import LOAD_GROUPS, REQUEST_GROUPS, Regime, job_of_row, regime_of
from genarch.values import NamedTuple, grouped

_FIXED_MS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80)
_PASS_MS = (0, 2, 4, 6, 8, 10, 12, 15, 18, 20, 25, 30)
_ANY_BAND = Band(0, inf, 0)
_LEAST_SHARE_OF_TIME = 0.25
"""What is left for arithmetic at least, where fixed times would take up all that was measured."""

_TAIL = 0.04
"""The share of errors left outside a band on either side."""

_FEW = 8
"""Errors in a group below which all groups are taken together."""

_ENOUGH = 30
_WIDER = 1.3
"""Fewer errors than `_ENOUGH` show too little of their tails: the band is widened by this factor on either side."""


class Point(NamedTuple):
    """A row that the estimator is fitted to.

    Rows of one `work` are left out together. `fixed_times` and `passes` say how often the row pays what its stack adds
    once, and at each pass. `peak_ms` is the time that its arithmetic would take at the hardware's full peak.
    """

    row: str
    work: str
    regime: Regime
    fixed_times: float
    passes: float
    peak_ms: float
    measured_ms: float

    def added(self, times: StackFit) -> float:
        """Milliseconds beside its arithmetic."""
        return times.fixed_ms * self.fixed_times + times.pass_ms * self.passes

    def time(self, times: StackFit, shares: Mapping[str, Share]) -> float:
        """Milliseconds that a fit gives; with the first share where none is of its stack."""
        keys = [key for key in self.regime.keys if key in shares] or list(shares)
        return self.added(times) + self.peak_ms / shares[keys[0]].share


class Error(NamedTuple):
    """An estimate of a row by a fit that has not seen its source, and the band of the other sources' errors."""

    point: Point
    estimated_ms: float
    band: Band

    @property
    def ratio(self) -> float:
        """Measured over estimated."""
        return self.point.measured_ms / self.estimated_ms

    @property
    def factor(self) -> float:
        """How far off, upwards or downwards."""
        return max(self.ratio, 1 / self.ratio)

    @property
    def covered(self) -> bool:
        """Whether the band holds the measurement."""
        return self.band.low <= self.ratio <= self.band.high


def points(catalogue: Catalogue) -> tuple[list[Point], dict[str, list[str]]]:
    """The rows to fit to, and by reason the usable rows that cannot be used."""
    found: list[Point] = []
    left: dict[str, list[str]] = {}
    for row in catalogue.measurements.values():
        if not row.usable_for_calibration:
            continue
        hardware, work = catalogue.hardware[row.hardware or ""], job_of_row(row, catalogue)
        if row.timing == "pipelined":
            reason = "the rate of a stream is not the latency of a request"
        elif row.timing == "parallel":
            reason = "several cards worked on one image"
        elif hardware.peak_tflops is None:
            reason = "the hardware's peak is not known"
        elif work is None or row.latency_ms is None:
            reason = "the work of the model's passes is not known"
        else:
            stack: Stack = "eager" if row.as_written else "compiled"
            regime = regime_of(catalogue.models[row.model].family, hardware, stack, full_load=row.timing == "full_load")
            once, passes = regime.added(StackFit(1, work.steps))
            if row.timing == "step":
                once = 0  # one step's time holds no text encoder, scheduler or copies
            peak_ms = work.step / hardware.peak_tflops * 1e3 * work.steps + work.rest / hardware.peak_tflops * 1e3
            source = catalogue.sources[row.source]
            found.append(
                Point(row.id, source.work or source.id, regime, once, passes, peak_ms, row.latency_ms / work.slowed)
            )
            continue
        left.setdefault(reason, []).append(row.id)
    return found, left


def fit(given: Iterable[Point], bands: Mapping[str, Band] | None = None) -> Calibration:
    """Fixed times by the least sum of absolute log errors over a grid; shares of the peak as medians."""
    together = grouped((point.regime.fitted_with, point) for point in given)
    fits = {name: _fitted(mine) for name, mine in together.items()}
    shares = {key: share for _, found in fits.values() for key, share in found.items()}
    return Calibration({name: times for name, (times, _) in fits.items()}, shares, bands or {})


def _fitted(mine: Sequence[Point]) -> tuple[StackFit, dict[str, Share]]:
    """The times that a stack adds, none at full load, and the shares that are left with these times."""
    from statistics import median

    keys, given = [point.regime.keys for point in mine], [point[3:] for point in mine]
    having = {key: [at for at, its in enumerate(keys) if key in its] for key in dict.fromkeys(chain(*keys))}
    grid = [StackFit(0, 0)] if mine[0].regime.full_load else map(StackFit._make, product(_FIXED_MS, _PASS_MS))
    best = (inf, StackFit(0, 0), dict[str, float]())
    for times in grid:
        fixed_ms, pass_ms = times
        added = [fixed_ms * once + pass_ms * passes for once, passes, _, _ in given]
        implied = [
            peak_ms / max(measured_ms - more, _LEAST_SHARE_OF_TIME * measured_ms)
            for more, (_, _, peak_ms, measured_ms) in zip(added, given, strict=True)
        ]
        shares = {key: median([implied[at] for at in some]) for key, some in having.items()}
        off = sum(
            abs(log((more + peak_ms / shares[its[0]]) / measured_ms))
            for more, its, (_, _, peak_ms, measured_ms) in zip(added, keys, given, strict=True)
        )
        if off < best[0]:
            best = off, times, shares
    return best[1], {key: Share(share, len(having[key])) for key, share in best[2].items()}


def leave_one_source_out(given: Sequence[Point]) -> list[Error]:
    """An estimate of each row, fitted without any row of its source or of what belongs to the same work."""
    fits = {}
    for point in given:
        if (left_out := (point.work, point.regime.fitted_with)) not in fits:
            others = [other for other in given if other.work != point.work]
            fits[left_out] = _fitted([o for o in others if o.regime.fitted_with == left_out[1]] or others)
    errors = [Error(point, point.time(*fits[point.work, point.regime.fitted_with]), _ANY_BAND) for point in given]
    return [
        error._replace(band=_band([o for o in errors if o.point.work != error.point.work], error.point.regime.group))
        for error in errors
    ]


def _band(errors: Iterable[Error], group: str) -> Band:
    """From the errors of a group, or of all such groups where it has few, those without `_TAIL` on either side."""
    ratios = [(error.ratio, error.point.regime.group) for error in errors]
    mine = sorted(ratio for ratio, its_group in ratios if its_group == group)
    if len(mine) < _FEW:
        alike = LOAD_GROUPS if group in LOAD_GROUPS else REQUEST_GROUPS
        mine = sorted(ratio for ratio, its_group in ratios if its_group in alike)
    last = len(mine) - 1
    wider = _WIDER if len(mine) < _ENOUGH else 1.0
    return Band(mine[floor(last * _TAIL)] / wider, mine[ceil(last * (1 - _TAIL))] * wider, len(mine))


def calibrate(catalogue: Catalogue) -> Calibration:
    """The fit to every row that can carry one, with bands from the errors on sources left out."""
    given, _ = points(catalogue)
    errors = leave_one_source_out(given)
    return fit(given, {group: _band(errors, group) for group in (*REQUEST_GROUPS, *LOAD_GROUPS)})
