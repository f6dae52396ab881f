"""From work, hardware and stack to a latency band, with every factor kept."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from typing import Literal, NamedTuple

from genarch.evidence.catalogue import Band, Catalogue, Share, Stack, StackFit
from genarch.evidence.entries import Component, Hardware, Measurement, Model, Passes

Status = Literal["demonstrated", "within", "straddling", "beyond", "not_demonstrated", "no_evidence"]
"""How an architecture stands to a budget. `demonstrated`: a measurement keeps it. `within`, `straddling`, `beyond`: an
estimate's whole band does, a part of it, or none. `not_demonstrated`: measured, but not so; no estimate either.
`no_evidence`: nothing was measured of what is asked for."""

MissKind = Literal["budget", "conditioning", "licence", "memory", "resolution", "weights"]


class Part(NamedTuple):
    """One component's share of an estimate: `times` passes of `gmac` 10^9 multiply-accumulates."""

    part: str
    component: str
    title: str
    gmac: float
    times: float
    verified: bool


class Estimate(NamedTuple):
    """A latency band in milliseconds for one request, with every factor that it comes from.

    `mid` is `fixed + steps x pass + work / (share x peak)`, times `slowed`; `low` and `high` are where the band of
    errors on sources left out puts it. For full load there are no fixed times.
    """

    model: str
    hardware: str
    pixels: tuple[int, int]
    steps: int
    stack: Stack
    guided: bool
    controlnets: int
    full_load: bool
    tflop: float
    peak_tflops: float
    peak_verified: bool
    share: Share
    share_of: str
    times: StackFit
    slowed: float
    band: Band
    parts: tuple[Part, ...]
    low_ms: float
    mid_ms: float
    high_ms: float


class Feasibility(NamedTuple):
    """How one architecture stands to the budget.

    `rows` carry the status: first those on the hardware itself, then the fastest. `weak` would keep the budget too, but
    are of low trust or were not read in their source. `measured_beyond`: what was measured there and at that size is
    all too slow. `nearest` is the fastest measurement that comes closest to what is asked for. `apart` are rows whose
    time is of another kind (full load, a stream's rate, a network alone) and below the budget: shown, never counted.
    """

    architecture: str
    status: Status
    rows: tuple[str, ...]
    weak: tuple[str, ...]
    apart: tuple[str, ...]
    nearest: str | None
    measured_beyond: bool
    estimate: Estimate | None


class Judgement(NamedTuple):
    """A rule that fired on the budget, held against what was measured: `agrees` is None where the band straddles it."""

    rule: str
    architecture: str
    excludes: bool
    status: Status
    agrees: bool | None
    claims: tuple[str, ...]


class Miss(NamedTuple):
    """What keeps a model from fitting, in words."""

    kind: MissKind
    told: str


class Candidate(NamedTuple):
    """A model held against the spec. `row` has its measured time, `estimate` the estimated one; one or neither.

    `memory_gb` is measured in `memory_row`, or where that is None, the weights alone at two bytes a parameter.
    """

    model: str
    architecture: str
    status: Status
    row: str | None
    estimate: Estimate | None
    adapters: tuple[str, ...]
    memory_gb: float | None
    memory_row: str | None
    resolution_px: int | None
    misses: tuple[Miss, ...]


class Assessment(NamedTuple):
    """What the catalogue says of one spec with a latency budget."""

    budget_ms: float
    gpu: str | None
    device: str | None
    resolution_px: int | None
    feasibility: tuple[Feasibility, ...]
    judgements: tuple[Judgement, ...]
    candidates: tuple[Candidate, ...]
    near: tuple[Candidate, ...]


_EAGER = frozenset({"pytorch", None})


def group_of(stack: Stack, hardware_class: str, kind: str) -> str:
    """The band of a stack, or that of what behaves otherwise: single networks, processors, small boards."""
    return "other" if kind == "network" or hardware_class in ("cpu", "jetson", "phone") else stack


REQUEST_GROUPS = ("eager", "compiled", "other")
LOAD_GROUPS = ("load/pipeline", "load/network")


def load_group(kind: str) -> str:
    """The band of full load."""
    return f"load/{kind}"


def stack_of(engine: str | None) -> Stack:
    """The stack that an engine belongs to; one that is not stated ran as written."""
    return "eager" if engine in _EAGER else "compiled"


def keys(stack: str, hardware_class: str, kind: str) -> tuple[str, str, str]:
    """Under which a share is looked up: the nearest that was measured."""
    return (f"{stack}/{hardware_class}/{kind}", f"{stack}/{kind}", stack)


class Job(NamedTuple):
    """The work for one image, in 10^12 operations (TFLOP; a multiply-accumulate is two).

    `step` is done `steps` times, guidance and ControlNets included; `rest` once. `network`: a single network, with no
    decoder, encoder or text beside it. `slowed`: a factor on the whole time.
    """

    step: float
    steps: int
    rest: float
    network: bool
    slowed: float = 1.0

    @property
    def total(self) -> float:
        """TFLOP for the image."""
        return self.step * self.steps + self.rest


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
    per_controlnet, slowed = 1.0, 1.0
    if options.controlnets and steps > 1:
        per_controlnet = 1 + options.controlnets * (factor(catalogue, "controlnet") - 1)
    elif options.controlnets:
        slowed = factor(catalogue, "controlnet-one-step") ** options.controlnets
    step = 2e-3 * gmac(catalogue.components[work.passes], pixels) * (2 if guided else 1) * per_controlnet
    others = (options.decoder or work.decoder, work.encoder, work.text)
    rest = 2e-3 * sum(gmac(catalogue.components[name], pixels) for name in others if name)
    return Job(step, steps, rest, network=not any(others), slowed=slowed)


def factor(catalogue: Catalogue, name: str) -> float:
    """A multiplier's factor of time: the middle of its range, on a scale of ratios."""
    multiplier = catalogue.multipliers[name]
    assert multiplier.low is not None  # noqa: S101  (only multipliers with a figure are asked for)
    assert multiplier.high is not None  # noqa: S101  (likewise)
    return sqrt(multiplier.low * multiplier.high)


def job_of_row(row: Measurement, catalogue: Catalogue) -> Job | None:
    """The work that a row's time was for; None where it is not known.

    A step rate is one step without a decoder. A ControlNet that ran is charged as in any estimate.
    """
    if not (row.width and row.height):
        return None
    options = Options(row.steps, row.cfg, row.controlnets, row.decoder)
    found = job(catalogue.models[row.model], catalogue, row.width * row.height, options)
    if found is None or row.timing != "step":
        return found
    one_pass = job(catalogue.models[row.model], catalogue, row.width * row.height, Options(2, row.cfg, row.controlnets))
    return Job(one_pass.step, 1, 0.0, network=True) if one_pass else None


_NO_FIXED_TIMES = StackFit(0, 0)


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
    pixels = size[0] * size[1]
    work = job(model, catalogue, pixels, options)
    if work is None or model.work is None or hardware.peak_tflops is None:
        return None
    calibration = catalogue.calibration
    kind = "network" if model.family == "gan" else "pipeline"
    if full_load:
        wanted: tuple[str, ...] = (kind, "")
        shares, times, band = calibration.load_shares, _NO_FIXED_TIMES, calibration.bands[load_group(kind)]
    else:
        wanted = keys(stack, hardware.efficiency_class, kind)
        shares = calibration.shares
        band = calibration.bands[group_of(stack, hardware.efficiency_class, kind)]
        times = _times(calibration.stacks[stack], hardware, kind)
    share_of = next(key for key in wanted if key in shares)
    share: Share = shares[share_of]
    arithmetic = work.total / (share.share * hardware.peak_tflops) * 1e3
    mid = (times.fixed_ms + work.steps * times.pass_ms + arithmetic) * work.slowed
    guided = model.work.guided if options.guided is None else options.guided
    return Estimate(
        model.id,
        hardware.id,
        size,
        work.steps,
        stack,
        guided,
        options.controlnets,
        full_load,
        work.total,
        hardware.peak_tflops,
        hardware.peak_verified,
        share,
        share_of,
        times,
        work.slowed,
        band,
        _parts(model, catalogue, pixels, options),
        mid * band.low,
        mid,
        mid * band.high,
    )


def _times(times: StackFit, hardware: Hardware, kind: str) -> StackFit:
    """What the stack adds: nothing once for a single network, nothing for each pass on a processor."""
    fixed = 0 if kind == "network" else times.fixed_ms
    return StackFit(fixed, 0 if hardware.efficiency_class == "cpu" else times.pass_ms)


def _parts(model: Model, catalogue: Catalogue, pixels: int, options: Options) -> tuple[Part, ...]:
    work = model.work
    assert work is not None  # noqa: S101  (asked for models whose work is known)
    steps = options.steps or work.steps
    guided = work.guided if options.guided is None else options.guided
    beside = options.controlnets * (factor(catalogue, "controlnet") - 1) if steps > 1 else 0.0
    passes = steps * (2 if guided else 1) * (1 + beside)
    named = (
        ("pass", work.passes, passes),
        ("decoder", options.decoder or work.decoder, 1.0),
        ("encoder", work.encoder, 1.0),
        ("text", work.text, 1.0),
    )
    found = []
    for part, name, times in named:
        if name:
            component = catalogue.components[name]
            nearest = min(component.passes, key=lambda at: _distance(at, pixels))
            found.append(Part(part, name, component.title, gmac(component, pixels), times, nearest.verified))
    return tuple(found)


def _distance(passes: Passes, pixels: int) -> float:
    """How far a figure is from a size, as a ratio; a figure without a size is at every size."""
    size = passes.pixels or pixels
    return max(size / pixels, pixels / size)
