"""From work, hardware and stack to a latency band, with every factor kept."""

from __future__ import annotations

from genarch.engine.evidence.regimes import group_of, keys, load_group
from genarch.engine.evidence.work import AS_IT_IS, Options, factor, gmac, job
from genarch.model.calibration import Share, Stack, StackFit
from genarch.model.catalogue import Catalogue
from genarch.model.estimates import Estimate, Part
from genarch.model.evidence import Model, Passes
from genarch.model.hardware import Hardware

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
