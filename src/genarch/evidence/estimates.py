"""The estimator: from work, hardware and stack to a latency band.

The time of a request is `fixed + steps x pass + work / (share x peak)`: what a stack adds once and at each pass, and
the arithmetic at the share of the hardware's peak that such hardware achieves. At full load the first two vanish.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from math import log, prod, sqrt
from typing import Annotated, Literal

from genarch.engine.forms import OMITTED
from genarch.evidence.catalogue import Band, Catalogue, Hardware, Share, Stack, StackFit
from genarch.evidence.entries import Component, Measurement, Model
from genarch.values import NamedTuple

REQUEST_GROUPS = ("eager", "compiled", "other")
LOAD_GROUPS = ("load/pipeline", "load/network")


class Options(NamedTuple):
    """How a model is run; None takes the model's own.

    `guided`: two passes a step. `controlnets`: how many run beside each pass. `decoder`: another one, by component.
    `with_image`: an image goes in, as in editing.
    """

    steps: int | None = None
    guided: bool | None = None
    controlnets: int = 0
    decoder: str | None = None
    with_image: bool = False


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


class Work(NamedTuple):
    """What the estimator multiplies with the pace of hardware: of one way at a size."""

    steps: int
    tflop: float
    slowed: float


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

    @property
    def work(self) -> Work:
        """What its time hangs on."""
        return Work(self.steps, self.total, self.slowed)


class Shift(NamedTuple):
    """By how much a team's own measurements on hardware exceed the estimates of a model there."""

    factor: float
    """The middle of the ratios, on a scale of ratios, and no more than `MOST_SHIFT` either way."""
    rows: tuple[str, ...]
    """The newest measurement at each size."""
    bounded: bool
    """Whether the ratio is more than that."""


MOST_SHIFT = 4.0
"""More than that is hardly the model: the estimator would have to be further off than it was on nearly every source."""


class Factors(NamedTuple):
    """What an estimate comes from.

    Its middle is the formula's time, times `slowed` and, where there is one, `shift`; its ends are where the band of
    errors on sources left out puts it.
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
    shift: Annotated[Shift | None, OMITTED] = None


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


class Regime(NamedTuple):
    """How a model runs: what decides which share of the hardware's peak it achieves, and what it pays beside that.

    `kind` is `network` for a model that is one network, with nothing around it to pay for; else `pipeline`.
    """

    stack: Stack
    hardware_class: str
    kind: Literal["network", "pipeline"]
    full_load: bool

    @property
    def fitted_with(self) -> str:
        """What is fitted together: all of a stack, or all at full load."""
        return "load" if self.full_load else self.stack

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that a share of the peak is looked up by, the nearest to what was measured first."""
        stack, hardware_class, kind, full_load = self
        return (kind, "") if full_load else (f"{stack}/{hardware_class}/{kind}", f"{stack}/{kind}", stack)

    @property
    def group(self) -> str:
        """The group whose errors give the band: a stack, full load, or what is otherwise than pipelines on GPUs."""
        if self.full_load:
            return f"load/{self.kind}"
        return "other" if self.kind == "network" or self.hardware_class in ("cpu", "jetson", "phone") else self.stack

    def added(self, times: StackFit) -> StackFit:
        """What a stack adds: nothing once for a single network, nothing for each pass on a processor."""
        fixed = 0 if self.kind == "network" else times.fixed_ms
        return StackFit(fixed, 0 if self.hardware_class == "cpu" else times.pass_ms)


def regime_of(family: str, hardware: Hardware, stack: Stack, *, full_load: bool) -> Regime:
    """How a model of a family runs on hardware."""
    return Regime(stack, hardware.efficiency_class, "network" if family == "gan" else "pipeline", full_load)


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
        ("pass", work.with_image if options.with_image and work.with_image else work.passes, steps * each_step),
        ("decoder", options.decoder or work.decoder, 1.0),
        ("encoder", work.encoder, 1.0),
        ("text", work.text, 1.0),
    )
    parts = tuple(_part(part, catalogue.components[name], pixels, times) for part, name, times in named if name)
    passes, *others = parts
    rest = 2e-3 * sum(part.gmac for part in others)
    return Job(2e-3 * passes.gmac * each_step, steps, rest, slowed, guided, parts)


def _factor(catalogue: Catalogue, name: str) -> float:
    """A multiplier's factor of time: the middle of its range, on a scale of ratios; 1 without a figure."""
    multiplier = catalogue.multipliers[name]
    return sqrt((multiplier.low or 1) * (multiplier.high or 1))


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
        with_image = "image_editing" in row.tasks
        return job(model, catalogue, pixels, Options(row.steps, row.cfg, row.controlnets, row.decoder, with_image))
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
    pixels, peak = size[0] * size[1], hardware.peak_tflops
    known = catalogue.models.get(model.id) is model
    work = job_of(model.id, catalogue, pixels, options) if known else job(model, catalogue, pixels, options)
    if work is None or peak is None:
        return None
    regime = regime_of(model.family, hardware, stack, full_load=full_load)
    (fixed_ms, pass_ms), key, (share, rows), (low, high, errors) = fit_of(regime, catalogue)
    (mid,) = Pace(fixed_ms, pass_ms, share * peak, low, high).middles([work.work])
    achieved = (peak, hardware.peak_verified, share, key, rows)
    shift = shift_of(model.id, hardware.id, catalogue) if known and stack == "compiled" and not full_load else None
    mid *= shift.factor if shift else 1.0
    factors = Factors(work.parts, work.total, *achieved, fixed_ms, pass_ms, work.slowed, low, high, errors, shift)
    what = (model.id, model.title, hardware.id, *size, work.steps, stack, work.guided, options.controlnets)
    return Estimate(*what, full_load, mid * low, mid, mid * high, factors)


@lru_cache(maxsize=256)
def fit_of(regime: Regime, catalogue: Catalogue) -> tuple[StackFit, str, Share, Band]:
    """What a stack adds, the share of the peak and the key that it is of, and the band of errors."""
    fitted = catalogue.calibration
    key = next(key for key in regime.keys if key in fitted.shares)
    return regime.added(fitted.stacks[regime.fitted_with]), key, fitted.shares[key], fitted.bands[regime.group]


@lru_cache(maxsize=1024)
def shift_of(model: str, hardware: str, catalogue: Catalogue) -> Shift | None:
    """What a team's own measurements of a model on hardware make of its estimates there; None where there are none.

    The newest at each size of those with enough runs for a median.
    """
    mine = [row for row in catalogue.own if (row.model, row.hardware) == (model, hardware)]
    newest = {row.size: row for row in mine if row.bounded("p50" if row.at("p50") else row.percentile)}
    if not newest or (pace := pace_of(catalogue.models[model].family, hardware, catalogue)) is None:
        return None
    ratios: dict[str, float] = {}
    for row in newest.values():
        work, typical = job_of_row(row, catalogue), row.typical_ms
        if work and typical and row.timing == "request":
            ratios[row.id] = typical / pace.middles([work.work])[0]
    if not ratios:
        return None
    factor = prod(ratios.values()) ** (1 / len(ratios))
    within = min(max(factor, 1 / MOST_SHIFT), MOST_SHIFT)
    return Shift(within, tuple(ratios), within != factor)


@lru_cache(maxsize=4096)
def job_of(model: str, catalogue: Catalogue, pixels: int, options: Options) -> Job | None:
    """The work of a model by its id."""
    return job(catalogue.models[model], catalogue, pixels, options)


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


def band_ms(
    model: Model, hardware: Hardware, side: int, catalogue: Catalogue, options: Options = AS_IT_IS
) -> tuple[float, float, float] | None:
    """Low end, middle and high end of `estimate` for one compiled request and a square: some ten times as fast."""
    work, pace = job_of(model.id, catalogue, side * side, options), pace_of(model.family, hardware.id, catalogue)
    if work is None or pace is None:
        return None
    shift = shift_of(model.id, hardware.id, catalogue) if catalogue.own else None
    (middle,) = pace.middles([work._replace(slowed=work.slowed * (shift.factor if shift else 1.0)).work])
    return middle * pace.band_low, middle, middle * pace.band_high
