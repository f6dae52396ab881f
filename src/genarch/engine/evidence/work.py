"""How much arithmetic an image takes: passes, decoder, encoder and text, at a size in pixels."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple

from genarch.model.catalogue import Catalogue
from genarch.model.evidence import Component, Measurement, Model


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
