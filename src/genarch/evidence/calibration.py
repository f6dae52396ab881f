"""The estimator's fit to the rows that can carry one, and how far off it is on sources that it has not seen.

The time of a request is `fixed + steps x pass + work / (share x peak)`: what a stack adds once and at each pass, and
the arithmetic at the share of the hardware's peak that such hardware achieves. At full load the first two vanish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import ceil, floor, log
from statistics import median
from typing import NamedTuple

from genarch.evidence.catalogue import STACKS, Band, Calibration, Catalogue, Share, Stack, StackFit
from genarch.evidence.entries import Measurement
from genarch.evidence.estimates import (
    LOAD_GROUPS,
    REQUEST_GROUPS,
    group_of,
    job_of_row,
    kind_of,
    share_keys,
    stack_of,
    times_added,
)

_FIXED_MS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80)
_PASS_MS = (0, 2, 4, 6, 8, 10, 12, 15, 18, 20, 25, 30)
_NO_TIMES = StackFit(0, 0)
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
    stack: Stack
    hardware_class: str
    kind: str
    full_load: bool
    fixed_times: float
    passes: float
    peak_ms: float
    measured_ms: float

    @property
    def fitted_with(self) -> str:
        """Points that are fitted together: those of a stack, or at full load."""
        return "load" if self.full_load else self.stack

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its share of the peak."""
        return share_keys(self.stack, self.hardware_class, self.kind, full_load=self.full_load)

    @property
    def group(self) -> str:
        """The group whose errors give the band."""
        return group_of(self.stack, self.hardware_class, self.kind, full_load=self.full_load)


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
        if row.usable_for_calibration:
            point = _point(row, catalogue)
            if isinstance(point, str):
                left.setdefault(point, []).append(row.id)
            else:
                found.append(point)
    return found, left


def _point(row: Measurement, catalogue: Catalogue) -> Point | str:
    if row.timing == "pipelined":
        return "the rate of a stream is not the latency of a request"
    hardware = catalogue.hardware[row.hardware or ""]
    if hardware.peak_tflops is None:
        return "the hardware's peak is not known"
    work = job_of_row(row, catalogue)
    if work is None or row.latency_ms is None:
        return "the work of the model's passes is not known"
    kind = kind_of(catalogue.models[row.model])
    times = times_added(StackFit(1, work.steps), hardware.efficiency_class, kind)
    return Point(
        row.id,
        catalogue.sources[row.source].whole,
        stack_of(row.engine),
        hardware.efficiency_class,
        kind,
        row.timing == "full_load",
        # One step's time holds no text encoder, scheduler or copies.
        0 if row.timing == "step" else times.fixed_ms,
        times.pass_ms,
        work.step / hardware.peak_tflops * 1e3 * work.steps + work.rest / hardware.peak_tflops * 1e3,
        row.latency_ms / work.slowed,
    )


def fit(given: Iterable[Point], bands: Mapping[str, Band] | None = None) -> Calibration:
    """Fixed times by the least sum of absolute log errors over a grid; shares of the peak as medians."""
    together: dict[str, list[Point]] = {}
    for point in given:
        together.setdefault(point.fitted_with, []).append(point)
    _, load_shares = _fitted(together.get("load", []))
    fits = {stack: _fitted(together[stack]) for stack in STACKS if stack in together}
    shares = {key: share for _, found in fits.values() for key, share in found.items()}
    return Calibration({stack: times for stack, (times, _) in fits.items()}, shares, load_shares, bands or {})


def _fitted(mine: Sequence[Point]) -> tuple[StackFit, dict[str, Share]]:
    """The times that a stack adds, none at full load, and the shares that are left with these times."""
    grid = [_NO_TIMES] if not mine or mine[0].full_load else map(StackFit._make, product(_FIXED_MS, _PASS_MS))
    tried = [(times, _shares(mine, times)) for times in grid]
    return min(tried, key=lambda fit: sum(abs(log(_time(point, *fit) / point.measured_ms)) for point in mine))


def _shares(mine: Iterable[Point], times: StackFit) -> dict[str, Share]:
    implied: dict[str, list[float]] = {}
    for point in mine:
        left = max(point.measured_ms - _added(point, times), _LEAST_SHARE_OF_TIME * point.measured_ms)
        for key in point.keys:
            implied.setdefault(key, []).append(point.peak_ms / left)
    return {key: Share(median(found), len(found)) for key, found in implied.items()}


def _added(point: Point, times: StackFit) -> float:
    return times.fixed_ms * point.fixed_times + times.pass_ms * point.passes


def _time(point: Point, times: StackFit, shares: Mapping[str, Share]) -> float:
    """Milliseconds that a fit gives for a point; with the first share where none is of its stack."""
    keys = [key for key in point.keys if key in shares] or list(shares)
    return _added(point, times) + point.peak_ms / shares[keys[0]].share


def leave_one_source_out(given: Sequence[Point]) -> list[Error]:
    """An estimate of each row, fitted without any row of its source or of what belongs to the same work."""
    estimates: dict[str, float] = {}
    for work, together in dict.fromkeys((point.work, point.fitted_with) for point in given):
        others = [point for point in given if point.work != work]
        alike = [point for point in others if point.fitted_with == together] or others
        fitted = _fitted(alike)
        estimates |= {
            point.row: _time(point, *fitted) for point in given if (point.work, point.fitted_with) == (work, together)
        }
    ratios = [(point, point.measured_ms / estimates[point.row]) for point in given]
    return [
        Error(
            point,
            estimates[point.row],
            _band([(other, ratio) for other, ratio in ratios if other.work != point.work], point.group),
        )
        for point in given
    ]


def _band(ratios: Sequence[tuple[Point, float]], group: str) -> Band:
    """From the errors of a group, or of all such groups where it has few, those without `_TAIL` on either side."""
    mine = sorted(ratio for point, ratio in ratios if point.group == group)
    if len(mine) < _FEW:
        alike = LOAD_GROUPS if group in LOAD_GROUPS else REQUEST_GROUPS
        mine = sorted(ratio for point, ratio in ratios if point.group in alike)
    last = len(mine) - 1
    wider = _WIDER if len(mine) < _ENOUGH else 1.0
    return Band(mine[floor(last * _TAIL)] / wider, mine[ceil(last * (1 - _TAIL))] * wider, len(mine))


def calibrate(catalogue: Catalogue) -> Calibration:
    """The fit to every row that can carry one, with bands from the errors on sources left out."""
    given, _ = points(catalogue)
    ratios = [(error.point, error.ratio) for error in leave_one_source_out(given)]
    return fit(given, {group: _band(ratios, group) for group in (*REQUEST_GROUPS, *LOAD_GROUPS)})
