"""The questions that a spec answers: every constraint of format version 1, in the order they are shown.

This is the one declaration of the fields: the reader types scalars by it, the engine cuts its space by it, and the JSON
Schema derives from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Literal

from genarch.engine.forms import OMITTED
from genarch.values import NamedTuple

ConstraintKind = Literal["choice", "set", "number", "integer", "flag"]
Group = Literal["task", "output", "serving", "priorities", "training"]


class Range(NamedTuple):
    """Numbers from one end to the other, or without an end: somewhere among them is the answer.

    Of `at_least` and `above` one is stated at most, and of `at_most` and `below`.
    """

    at_least: Annotated[int | float | None, OMITTED] = None
    above: Annotated[int | float | None, OMITTED] = None
    at_most: Annotated[int | float | None, OMITTED] = None
    below: Annotated[int | float | None, OMITTED] = None

    @property
    def low(self) -> int | float | None:
        """Where it begins; None without an end."""
        return self.above if self.at_least is None else self.at_least

    @property
    def high(self) -> int | float | None:
        """Where it ends; None without an end."""
        return self.below if self.at_most is None else self.at_most

    @property
    def stated(self) -> Mapping[str, int | float]:
        """Its ends by name."""
        return {name: end for name, end in self._asdict().items() if end is not None}

    def __str__(self) -> str:
        """`below 50`, `50 to below 100`, `above 50`, `1000 or more`, `50`, `any`."""
        if self.low is not None and self.low == self.high:
            return str(self.low)
        end = "" if self.high is None else f"{self.high} or less" if self.below is None else f"below {self.high}"
        if self.low is None:
            return end or "any"
        start = f"{self.low} or more" if self.above is None else f"above {self.low}"
        if self.high is None:
            return start
        return f"{self.low if self.above is None else start} to {self.high if self.below is None else end}"

    def holds(self, number: float) -> bool:
        """Whether a number is in it."""
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


Value = str | int | float | bool | frozenset[str] | Range
"""A stated answer: text for a choice, a frozen set for a set, `int` or `float` for numbers, `bool` for yes/no.

A number may be a range instead: then all that is known is that the answer is somewhere in it.
"""

Answers = Mapping[str, Value]
"""Constraint name to stated answer. A constraint that is absent is unknown, which is neither yes nor no."""

NOTHING_STATED: Answers = {}


class GpuNames(NamedTuple):
    """The hardware that a spec may name: that of the evidence catalogue."""

    devices: Mapping[str, tuple[str, ...]]
    """Id to what `device` may say of it; the first is what it implies."""
    aliases: Mapping[str, str]
    """Other names, each with the id that it stands for."""
    memory_gb: Mapping[str, float] = {}
    """Id to its memory, where that is known."""
    most_gb: Mapping[str, float] = {}
    """Id to the largest memory that is sold under the name, where that is known."""
    peak_tflops: Mapping[str, float] = {}
    """Id to its peak, where that is known: how strong it is, beside others."""
    usual: tuple[str, ...] = ()
    """Those that stand for others of their kind when it is said what would change a verdict."""
    titles: Mapping[str, str] = {}
    """Id to its name in full."""

    def meaning(self, name: str) -> str:
        """`NVIDIA L4, 24 GB`."""
        title, memory = self.titles.get(name, ""), self.memory_gb.get(name)
        return title if "GB" in title or not memory else f"{title}, {memory:g} GB"


_MAKERS = re.compile("^(nvidia|geforce|amd|radeon|intel|apple|qualcomm)+(?=.)")


def gpu_key(name: str) -> str:
    """What names of hardware are compared by: `RTX 4090`, `rtx4090` and `NVIDIA GeForce RTX-4090` are one."""
    return _MAKERS.sub("", re.sub(r"[\s_+-]+", "", name.casefold()))


@cache
def gpu_ids() -> Mapping[str, str]:
    """The ids of the hardware that a spec may name, by the key of each of its names, also with its memory behind."""
    names = gpu_names()
    named = {gpu_key(alias): name for alias, name in names.aliases.items()} | {gpu_key(n): n for n in names.devices}
    sized = {f"{key}{gb:g}gb": name for key, name in named.items() if (gb := names.memory_gb.get(name))}
    return sized | named


def gpu_series(name: str) -> str:
    """The letters that a name begins with, whoever makes it: `rx` of `Radeon RX 6800`."""
    found = re.match("[a-z]*", gpu_key(name))
    return found[0] if found else ""


_gpu_readers: list[Callable[[], GpuNames]] = []


def read_gpu_names_by(reader: Callable[[], GpuNames]) -> None:
    """Say how the names are read, since nothing here reads a file; the package does so when it is imported."""
    _gpu_readers.append(reader)


@cache
def gpu_names() -> GpuNames:
    """The hardware that a spec may name, read when first asked for.

    Raises:
        InputError: when the catalogue was changed and is not valid.
    """
    return _gpu_readers[-1]()


class Constraint(NamedTuple):
    """One field of a spec.

    `names` are the allowed names of a choice or the members of a set, each with what it means, but for `gpu`, which
    names hardware. A number
    must be above `least`, an integer that or more. `unit` is the unit of a bare number, `units` are those
    accepted in text; `genarch.engine.answers` converts them. With those of its `group` it is compared when cases are
    (`genarch.engine.precedents`); without one it is there for the evidence catalogue, whatever a rule table reads.
    """

    name: str
    kind: ConstraintKind
    meaning: str
    names: Mapping[str, str] = {}
    least: int = 0
    unit: str = ""
    units: tuple[str, ...] = ()
    group: Group | None = None

    @property
    def evidence(self) -> bool:
        """Whether it is there for the evidence catalogue."""
        return self.group is None

    @property
    def values(self) -> tuple[str, ...]:
        """The allowed names of a choice or the members of a set."""
        return tuple(gpu_names().devices) if self.name == "gpu" else tuple(self.names)

    @property
    def aliases(self) -> Mapping[str, str]:
        """Other spellings of values."""
        return gpu_names().aliases if self.name == "gpu" else {}

    @property
    def numeric(self) -> bool:
        """Whether answers have an order, so that thresholds cut them."""
        return self.kind in ("number", "integer")

    @property
    def written_units(self) -> tuple[str, ...]:
        """The units that text may have."""
        return self.units or ((self.unit,) if self.unit else ())

    @property
    def bound(self) -> str:
        """Which numbers are answers, in words."""
        return f"above {self.least}" if self.kind == "number" else f"of at least {self.least}"

    def allows(self, value: float) -> bool:
        """Whether a number is an answer."""
        return value > self.least or (value == self.least and self.kind == "integer")


CONSTRAINTS: tuple[Constraint, ...] = (
    Constraint(
        "task", "choice", "what is generated", group="task",
        names={
            "unconditional": "images like the training set, with nothing to steer them",
            "class_conditional": "images of a named class",
            "text_to_image": "images from a written prompt",
            "image_to_image": "one kind of image turned into another, as satellite photo to map",
            "modality_translation": "one imaging modality into another, as MR to CT or radar to optical",
            "image_editing": "changes to a given image",
            "inpainting": "a missing or masked region filled in",
            "object_removal": "something taken out of a given image, and what is behind it filled in",
            "style_transfer": "a given image in another style",
            "super_resolution": "a larger, sharper version of a given image",
            "restoration": "a damaged or degraded image repaired",
            "enhancement": "light, colour, contrast or noise of a given image improved",
            "compression": "an image stored in few bytes, and its detail recreated on decoding",
            "subject_driven": "new images of one particular subject, from examples of it",
            "data_augmentation": "training images for another model",
            "texture": "a surface or material, to be tiled or mapped",
            "video_frames": "frames of a video",
            "video_generation": "whole clips, made at once",
            "portrait_animation": "a still portrait set in motion",
            "virtual_try_on": "a person wearing a given garment",
        },
    ),
    Constraint(
        "existing_generator", "choice", "what makes these images today, and is to be matched, sped up or replaced",
        group="training",
        names={
            "none": "no model; this is the first",
            "many_steps": "a diffusion model, in many steps",
            "one_pass": "a GAN, or another model of a single pass",
        },
    ),
    Constraint(
        "conditioning", "set", "what steers the output beyond the task's own input image", group="output",
        names={
            "class_label": "the name of a class",
            "attributes": "sliders or tags, such as age or hair colour",
            "text": "a written prompt or instruction",
            "spatial_layout": "a map of what goes where, edges or depth",
            "reference_image": "an image to take content or style from",
            "mask": "a region to change or keep",
            "pose": "a body or face pose",
            "audio": "speech, or other sound",
            "points": "points or strokes that are dragged to where they should be",
            "other": "anything else, such as physical quantities or readings of a sensor",
        },
    ),
    Constraint(
        "control", "choice", "how closely an image must follow what was asked for", group="output",
        names={
            "none": "any good image will do",
            "coarse": "the broad kind of image matters",
            "fine": "particular details must come out as asked",
        },
    ),
    Constraint(
        "domain", "choice", "one fixed subject area, or open-ended", group="output",
        names={
            "narrow": "faces, one object category, one art style",
            "broad": "whatever users come up with",
        },
    ),
    Constraint(
        "latency_budget_ms", "number", "model time per image or frame, at serving", group="serving",
        unit="ms", units=("ms", "s", "fps"),
    ),
    Constraint(
        "serving", "choice", "how results are delivered", group="serving",
        names={
            "realtime": "at once, as in live video or a brush",
            "near_realtime": "after a wait of about 1 to 5 s",
            "batch": "offline or from a queue",
        },
    ),
    Constraint(
        "device", "choice", "where inference runs", group="serving",
        names={
            "datacenter_gpu": "a server GPU such as an A100",
            "consumer_gpu": "a desktop or laptop GPU",
            "edge": "an embedded board, as a Jetson",
            "mobile": "a phone or tablet",
            "browser": "a web page",
            "cpu": "a processor without a GPU",
        },
    ),
    Constraint("gpu", "choice", "the hardware itself; implies device"),
    Constraint("device_memory_gb", "number", "memory the model may take there", unit="GB", group="serving"),
    Constraint("resolution_px", "integer", "longer side of the output", least=1, unit="px", group="output"),
    Constraint("temporal_consistency", "flag", "successive frames must agree", group="output"),
    Constraint(
        "priorities", "set", "what matters most", group="priorities",
        names={
            "quality": "the best images",
            "speed": "the shortest time for an image",
            "diversity": "a wide range of different images",
            "sharpness": "crisp fine detail",
            "fidelity": "nothing invented that the input does not show",
            "cost": "a low serving bill",
            "stability": "training that converges predictably",
            "robustness": "inputs unlike the training set, as from another camera or site, must work too",
            "calibration": "the spread of samples must be right, not only each sample",
            "footprint": "a small model: few parameters, little memory or energy",
            "downstream": "a model that is trained on the images must get better",
            "prompt_adherence": "everything that the prompt asks for must be there",
            "consistency": "outputs must agree with one another, as views, slices or tiles of one thing",
        },
    ),
    Constraint(
        "team_expertise", "choice", "in adversarial training", group="training",
        names={"limited": "little or none", "experienced": "has brought GANs into production"},
    ),
    Constraint(
        "training", "choice", "what the team will do", group="training",
        names={
            "pretrained": "a finished model is used as it is",
            "fine_tune": "a finished model is adapted",
            "from_scratch": "a model is trained from the start",
        },
    ),
    Constraint(
        "training_compute", "choice", "what there is to train on", group="training",
        names={
            "scarce": "one GPU, or some hours of a few",
            "ample": "many GPUs for days or weeks",
        },
    ),
    Constraint(
        "pretrained_available", "flag", "a suitable base model exists under an acceptable licence", group="training",
    ),
    Constraint("commercial_use", "flag", "the output or the service is sold"),
    Constraint("training_images", "integer", "own images at hand", group="training"),
    Constraint("paired_data", "flag", "input-output pairs exist (translation tasks)", group="training"),
    Constraint("sensitive_training_data", "flag", "the training images must not be reproduced", group="training"),
    Constraint(
        "maturity", "choice", "proven: only standard practice; emerging: newer methods are fine", group="training",
        names={"proven": "only what is standard practice", "emerging": "newer methods are fine"},
    ),
    Constraint("images_per_day", "integer", "images made on a day, on average", least=1),
    Constraint("peak_images_per_second", "number", "images asked for in the busiest second"),
    Constraint("batchable", "flag", "images may wait for one another and be made together"),
    Constraint(
        "latency_percentile", "choice", "the share of images that latency_budget_ms is for",
        names={
            "p50": "every other image, taken where nobody waits for it",
            "p95": "95 of 100 images, taken where serving is realtime or near_realtime",
            "p99": "99 of 100 images",
        },
    ),
    Constraint("queueing", "flag", "the wait for a free GPU at the peak counts into latency_budget_ms"),
    Constraint("price_per_gpu_hour_usd", "number", "what an hour of the hardware costs", unit="USD"),
)  # fmt: skip

BY_NAME: Mapping[str, Constraint] = {constraint.name: constraint for constraint in CONSTRAINTS}


def in_order(answers: Answers) -> Answers:
    """Answers in the order of the declaration."""
    return {name: answers[name] for name in BY_NAME if name in answers}
