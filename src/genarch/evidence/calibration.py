"""The estimator's fit to the rows that can carry one, and how far off it is on sources that it has not seen.

The time of a request is `fixed + steps x pass + work / (share x peak)`: what a stack adds once and at each pass, and
the arithmetic at the share of the hardware's peak that such hardware achieves. At full load the first two vanish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, log
from statistics import median
from typing import NamedTuple

from genarch.evidence.catalogue import STACKS, Band, Calibration, Catalogue, Share, Stack, StackFit
from genarch.evidence.entries import Measurement
from genarch.evidence.estimates import (
    LOAD_GROUPS,
    REQUEST_GROUPS,
    Job,
    group_of,
    job_of_row,
    keys,
    load_group,
    stack_of,
)

_FIXED_MS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80)
_PASS_MS = (0, 2, 4, 6, 8, 10, 12, 15, 18, 20, 25, 30)
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
    """A row that the estimator is fitted to. `tau_ms` would be the time at the full peak, of a step and of the rest."""

    row: str
    whole: str
    stack: Stack
    hardware_class: str
    job: Job
    step_ms: float
    rest_ms: float
    measured_ms: float
    request: bool
    loaded: bool = False

    @property
    def kind(self) -> str:
        """`network` for a single network, else `pipeline`."""
        return "network" if self.job.network else "pipeline"

    @property
    def group(self) -> str:
        """The group whose errors give the band."""
        return load_group(self.kind) if self.loaded else group_of(self.stack, self.hardware_class, self.kind)


def points(catalogue: Catalogue) -> tuple[list[Point], list[Point], dict[str, list[str]]]:
    """The rows to fit requests to, those to fit full load to, and by reason the usable rows that cannot be used."""
    requests: list[Point] = []
    loads: list[Point] = []
    left: dict[str, list[str]] = {}
    for row in catalogue.measurements.values():
        if not row.usable_for_calibration:
            continue
        found = _point(row, catalogue)
        if isinstance(found, str):
            left.setdefault(found, []).append(row.id)
        else:
            (loads if row.timing == "full_load" else requests).append(found)
    return requests, loads, left


def _point(row: Measurement, catalogue: Catalogue) -> Point | str:
    if row.timing == "pipelined":
        return "the rate of a stream is not what a request waits"
    hardware = catalogue.hardware[row.hardware or ""]
    if hardware.peak_tflops is None:
        return "the hardware's peak is not known"
    work = job_of_row(row, catalogue)
    if work is None or row.latency_ms is None:
        return "the work of the model's passes is not known"
    single = catalogue.models[row.model].family == "gan"
    return Point(
        row.id,
        catalogue.sources[row.source].whole,
        stack_of(row.engine),
        hardware.efficiency_class,
        work._replace(network=single),
        work.step / hardware.peak_tflops * 1e3,
        work.rest / hardware.peak_tflops * 1e3,
        row.latency_ms / work.slowed,
        request=row.timing == "request" or (row.timing == "network" and not single),
        loaded=row.timing == "full_load",
    )


def fit(requests: Sequence[Point], loads: Sequence[Point], bands: Mapping[str, Band] | None = None) -> Calibration:
    """Fixed times by the least sum of absolute log errors over a grid; shares of the peak as medians."""
    stacks: dict[str, StackFit] = {}
    shares: dict[str, Share] = {}
    for stack in STACKS:
        mine = [point for point in requests if point.stack == stack]
        if not mine:
            continue
        tried = (
            (_misfit(mine, times, found), times, found)
            for times in (StackFit(fixed, each) for fixed in _FIXED_MS for each in _PASS_MS)
            for found in [_shares(mine, times)]
        )
        _, stacks[stack], fitted = min(tried, key=lambda entry: entry[0])
        shares |= fitted
    kinds: dict[str, list[float]] = {}
    for point in loads:
        for key in (point.kind, ""):
            kinds.setdefault(key, []).append((point.step_ms * point.job.steps + point.rest_ms) / point.measured_ms)
    load_shares = {key: Share(median(found), len(found)) for key, found in kinds.items()}
    return Calibration(stacks, shares, load_shares, bands or {})


def _shares(mine: Sequence[Point], times: StackFit) -> dict[str, Share]:
    implied: dict[str, list[float]] = {}
    for point in mine:
        fixed = times.fixed_ms if _pays_fixed(point) else 0
        each = 0 if point.hardware_class == "cpu" else times.pass_ms
        left = max(point.measured_ms - fixed - each * point.job.steps, _LEAST_SHARE_OF_TIME * point.measured_ms)
        share = (point.step_ms * point.job.steps + point.rest_ms) / left
        for key in keys(point.stack, point.hardware_class, point.kind):
            implied.setdefault(key, []).append(share)
    return {key: Share(median(found), len(found)) for key, found in implied.items()}


def _pays_fixed(point: Point) -> bool:
    """Whether a point's time holds text, scheduler and copies: not one step's, and not a single network's."""
    return point.request and not point.job.network


def _misfit(mine: Sequence[Point], times: StackFit, shares: Mapping[str, Share]) -> float:
    return sum(abs(log(_time(point, times, shares) / point.measured_ms)) for point in mine)


def _time(point: Point, times: StackFit, shares: Mapping[str, Share]) -> float:
    share = next(shares[key].share for key in keys(point.stack, point.hardware_class, point.kind) if key in shares)
    each = 0 if point.hardware_class == "cpu" else times.pass_ms
    fixed = times.fixed_ms if _pays_fixed(point) else 0
    return fixed + point.job.steps * each + (point.step_ms * point.job.steps + point.rest_ms) / share


class Error(NamedTuple):
    """What the estimator says of a row whose whole source it has not seen; `ratio` is measured over estimated."""

    point: Point
    estimated_ms: float
    ratio: float
    low: float
    high: float

    @property
    def factor(self) -> float:
        """How far off, upwards or downwards."""
        return max(self.ratio, 1 / self.ratio)

    @property
    def covered(self) -> bool:
        """Whether the band that the other sources give holds the measurement."""
        return self.low <= self.ratio <= self.high


def leave_one_source_out(requests: Sequence[Point], loads: Sequence[Point]) -> tuple[list[Error], list[Error]]:
    """Estimates of each source's rows, fitted without any row of it; requests, then full load."""
    return _left_out(requests, loads=False), _left_out(loads, loads=True)


def _left_out(given: Sequence[Point], *, loads: bool) -> list[Error]:
    estimates: dict[str, float] = {}
    for whole in dict.fromkeys(point.whole for point in given):
        others = [point for point in given if point.whole != whole]
        fitted = fit([], others) if loads else fit(others, [])
        for point in given:
            if point.whole == whole:
                estimates[point.row] = load_time(point, fitted) if loads else request_time(point, fitted)
    ratios = [(point, point.measured_ms / estimates[point.row]) for point in given]
    errors = []
    for point, ratio in ratios:
        band = _band([(other, r) for other, r in ratios if other.whole != point.whole], point.group)
        errors.append(Error(point, estimates[point.row], ratio, band.low, band.high))
    return errors


def request_time(point: Point, fitted: Calibration) -> float:
    """Milliseconds that a fit gives for a point that it may not have seen."""
    times = fitted.stacks.get(point.stack) or next(iter(fitted.stacks.values()))
    shares = fitted.shares
    if point.stack not in shares:
        shares = {**shares, point.stack: next(iter(shares.values()))}
    return _time(point, times, shares)


def load_time(point: Point, fitted: Calibration) -> float:
    """Milliseconds per image at full load that a fit gives for a point."""
    share = fitted.load_shares.get(point.kind) or fitted.load_shares[""]
    return (point.step_ms * point.job.steps + point.rest_ms) / share.share


def _band(ratios: Iterable[tuple[Point, float]], group: str) -> Band:
    """From the errors of a group, or of all where it has few, those that leave `_TAIL` out on either side."""
    known = list(ratios)
    mine = sorted(ratio for point, ratio in known if point.group == group)
    if len(mine) < _FEW:
        mine = sorted(ratio for _, ratio in known)
    last = len(mine) - 1
    wider = _WIDER if len(mine) < _ENOUGH else 1.0
    return Band(mine[floor(last * _TAIL)] / wider, mine[ceil(last * (1 - _TAIL))] * wider, len(mine))


def calibrate(catalogue: Catalogue) -> Calibration:
    """The fit to every row that can carry one, with bands from the errors on sources left out."""
    requests, loads, _ = points(catalogue)
    errors, load_errors = leave_one_source_out(requests, loads)
    ratios = [(error.point, error.ratio) for error in errors]
    bands = {group: _band(ratios, group) for group in REQUEST_GROUPS}
    load_ratios = [(error.point, error.ratio) for error in load_errors]
    bands |= {group: _band(load_ratios, group) for group in LOAD_GROUPS}
    return fit(requests, loads, bands)
