"""From work, hardware and stack to a latency band, with every factor kept."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple

from genarch.evidence.catalogue import Catalogue, Share, Stack, StackFit
from genarch.evidence.entries import Component, Hardware, Measurement, Model

REQUEST_GROUPS = ("eager", "compiled", "other")
LOAD_GROUPS = ("load/pipeline", "load/network")

_EAGER = frozenset({"pytorch", None})


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

    Its middle is `fixed + steps x pass + work / (share x peak)`, times `slowed`; its ends are where the band of errors
    on sources left out puts them. For full load there are no fixed times.
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


def stack_of(engine: str | None) -> Stack:
    """The stack that an engine belongs to; one that is not stated ran as written."""
    return "eager" if engine in _EAGER else "compiled"


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
    share: Share = shares[share_from]
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
