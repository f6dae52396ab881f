"""The estimator: from work, hardware and stack to a latency band; its fit to measurements, and how far off it is.

The time of a request is `fixed + steps x pass + work / (share x peak)`: what a stack adds once and at each pass, and
the arithmetic at the share of the hardware's peak that such hardware achieves. At full load the first two vanish.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product
from math import ceil, floor, log, sqrt
from typing import NamedTuple

from genarch.evidence.catalogue import STACKS, Band, Calibration, Catalogue, Share, Stack, StackFit
from genarch.evidence.entries import Component, Hardware, Measurement, Model

REQUEST_GROUPS = ("eager", "compiled", "other")
LOAD_GROUPS = ("load/pipeline", "load/network")


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


class Options(NamedTuple):
    """How a model is run; None takes the model's own.

    `guided`: two passes a step. `controlnets`: how many run beside each pass. `decoder`: another one, by component.
    """

    steps: int | None = None
    guided: bool | None = None
    controlnets: int = 0
    decoder: str | None = None


AS_IT_IS = Options()
"""As the model is run as a rule."""


class Part(NamedTuple):
    """One component's share of an image: `times` passes of `gmac` 10^9 multiply-accumulates."""

    part: str
    component: str
    title: str
    gmac: float
    times: float
    verified: bool


class Job(NamedTuple):
    """The work for one image, in 10^12 operations (TFLOP; a multiply-accumulate is two).

    `step` is done `steps` times, guidance and ControlNets included; `rest` once. `slowed`: a factor on the whole time.
    """

    step: float
    steps: int
    rest: float
    slowed: float = 1.0
    guided: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def total(self) -> float:
        """TFLOP for the image."""
        return self.step * self.steps + self.rest


class Factors(NamedTuple):
    """What an estimate comes from.

    Its middle is the formula's time, times `slowed`; its ends are where the band of errors on sources left out puts it.
    """

    parts: tuple[Part, ...]
    tflop: float
    peak_tflops: float
    peak_verified: bool
    share_of_peak: float
    share_from: str
    """stack/hardware class/kind whose rows the share is the median of."""
    share_rows: int
    fixed_ms: float
    pass_ms: float
    slowed: float
    band_low: float
    band_high: float
    band_rows: int


class Estimate(NamedTuple):
    """A latency band for one request, or per image at full load; an estimate, not a measurement."""

    model: str
    title: str
    hardware: str
    width: int
    height: int
    steps: int
    stack: Stack
    guided: bool
    controlnets: int
    full_load: bool
    low_ms: float
    mid_ms: float
    high_ms: float
    factors: Factors


def kind_of(model: Model) -> str:
    """`network` for a model that is one network, with nothing around it to pay for; else `pipeline`."""
    return "network" if model.family == "gan" else "pipeline"


def times_added(times: StackFit, hardware_class: str, kind: str) -> StackFit:
    """What a stack adds: nothing once for a single network, nothing for each pass on a processor."""
    fixed = 0 if kind == "network" else times.fixed_ms
    return StackFit(fixed, 0 if hardware_class == "cpu" else times.pass_ms)


def group_of(stack: Stack, hardware_class: str, kind: str, *, full_load: bool) -> str:
    """The group whose errors give the band: a stack, full load, or what behaves otherwise than pipelines on GPUs."""
    if full_load:
        return f"load/{kind}"
    return "other" if kind == "network" or hardware_class in ("cpu", "jetson", "phone") else stack


def share_keys(stack: str, hardware_class: str, kind: str, *, full_load: bool) -> tuple[str, ...]:
    """The keys that a share of the peak is looked up by, the nearest to what was measured first."""
    return (kind, "") if full_load else (f"{stack}/{hardware_class}/{kind}", f"{stack}/{kind}", stack)


def gmac(component: Component, pixels: int) -> float:
    """10^9 multiply-accumulates of one pass: between two sizes a power of the pixels, beyond them in proportion."""
    sized = sorted((at.pixels, at.gmac) for at in component.passes if at.pixels)
    if not sized:
        return component.passes[0].gmac
    (least, lowest), (most, highest) = sized[0], sized[-1]
    if pixels <= least:
        return lowest * pixels / least
    if pixels >= most:
        return highest * pixels / most
    below, above = next((here, following) for here, following in pairwise(sized) if pixels <= following[0])
    power = log(above[1] / below[1]) / log(above[0] / below[0])
    return float(below[1] * (pixels / below[0]) ** power)


def job(model: Model, catalogue: Catalogue, pixels: int, options: Options = AS_IT_IS) -> Job | None:
    """The work for an image of so many pixels; None where no figure of the model's passes is known."""
    work = model.work
    if work is None:
        return None
    steps = options.steps or work.steps
    guided = work.guided if options.guided is None else options.guided
    beside, slowed = 1.0, 1.0
    if options.controlnets and steps > 1:
        beside = 1 + options.controlnets * (_factor(catalogue, "controlnet") - 1)
    elif options.controlnets:
        slowed = _factor(catalogue, "controlnet-one-step") ** options.controlnets
    each_step = (2 if guided else 1) * beside
    named = (
        ("pass", work.passes, steps * each_step),
        ("decoder", options.decoder or work.decoder, 1.0),
        ("encoder", work.encoder, 1.0),
        ("text", work.text, 1.0),
    )
    parts = tuple(_part(part, catalogue.components[name], pixels, times) for part, name, times in named if name)
    passes, *others = parts
    rest = 2e-3 * sum(part.gmac for part in others)
    return Job(2e-3 * passes.gmac * each_step, steps, rest, slowed, guided, parts)


def _factor(catalogue: Catalogue, name: str) -> float:
    """A multiplier's factor of time: the middle of its range, on a scale of ratios."""
    multiplier = catalogue.multipliers[name]
    assert multiplier.low is not None  # noqa: S101  (only multipliers with a figure are asked for)
    assert multiplier.high is not None  # noqa: S101  (likewise)
    return sqrt(multiplier.low * multiplier.high)


def _part(part: str, component: Component, pixels: int, times: float) -> Part:
    """`verified` is that of the figure nearest in size, by ratio; one without a size is at every size."""
    sizes = [(at.pixels or pixels, at.verified) for at in component.passes]
    _, verified = min(sizes, key=lambda at: max(at[0] / pixels, pixels / at[0]))
    return Part(part, component.id, component.title, gmac(component, pixels), times, verified)


def job_of_row(row: Measurement, catalogue: Catalogue) -> Job | None:
    """The work that a row's time was for; None where it is not known.

    A step rate is one step without a decoder. A ControlNet that ran is charged as in any estimate.
    """
    if not row.size:
        return None
    model, pixels = catalogue.models[row.model], row.size[0] * row.size[1]
    if row.timing != "step":
        return job(model, catalogue, pixels, Options(row.steps, row.cfg, row.controlnets, row.decoder))
    # Of several steps, so that a ControlNet is charged at the pass.
    of_two = job(model, catalogue, pixels, Options(2, row.cfg, row.controlnets))
    return Job(of_two.step, 1, 0.0) if of_two else None


def estimate(
    model: Model,
    hardware: Hardware,
    size: tuple[int, int],
    catalogue: Catalogue,
    *,
    options: Options = AS_IT_IS,
    stack: Stack = "compiled",
    full_load: bool = False,
) -> Estimate | None:
    """The time for an image of a size in pixels; None where the model's work or the hardware's peak is not known.

    Of one request, or at full load, where batches keep the hardware busy and fixed times vanish.
    """
    work = job(model, catalogue, size[0] * size[1], options)
    if work is None or hardware.peak_tflops is None:
        return None
    fitted, kind = catalogue.calibration, kind_of(model)
    of = (stack, hardware.efficiency_class, kind)
    band = fitted.bands[group_of(*of, full_load=full_load)]
    shares = fitted.load_shares if full_load else fitted.shares
    share_from = next(key for key in share_keys(*of, full_load=full_load) if key in shares)
    share = shares[share_from]
    times = StackFit(0, 0) if full_load else times_added(fitted.stacks[stack], hardware.efficiency_class, kind)
    arithmetic = work.total / (share.share * hardware.peak_tflops) * 1e3
    mid = (times.fixed_ms + work.steps * times.pass_ms + arithmetic) * work.slowed
    return Estimate(
        model=model.id,
        title=model.title,
        hardware=hardware.id,
        width=size[0],
        height=size[1],
        steps=work.steps,
        stack=stack,
        guided=work.guided,
        controlnets=options.controlnets,
        full_load=full_load,
        low_ms=mid * band.low,
        mid_ms=mid,
        high_ms=mid * band.high,
        factors=Factors(
            parts=work.parts,
            tflop=work.total,
            peak_tflops=hardware.peak_tflops,
            peak_verified=hardware.peak_verified,
            share_of_peak=share.share,
            share_from=share_from,
            share_rows=share.rows,
            fixed_ms=times.fixed_ms,
            pass_ms=times.pass_ms,
            slowed=work.slowed,
            band_low=band.low,
            band_high=band.high,
            band_rows=band.rows,
        ),
    )


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
        "eager" if row.engine in ("pytorch", None) else "compiled",
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
    from statistics import median

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
