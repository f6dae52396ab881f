"""Specs, the constraints of a deployment and the decision taken, and documented cases; a GPU is a device.

What is wrong with the hardware that is stated is a notice: that it contradicts itself, or that the catalogue lacks it.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Annotated

from genarch.engine.answers import format_answer, nearest_gpu
from genarch.engine.conditions import All, Predicate
from genarch.engine.constraints import NOTHING_STATED, Answers, Range, Value, gpu_names, in_order
from genarch.engine.forms import (
    DAY,
    HIDDEN,
    ID,
    NAME,
    OPEN,
    SLUG,
    TABLE_AT_VERSION,
    Mark,
    ShownText,
    format_version,
    whole,
)
from genarch.engine.rules import Citation, Notice
from genarch.values import NamedTuple

SPEC_VERSION = 1


class Origin(NamedTuple):
    """Where a spec was read: the path as given (`<stdin>` for standard input) and the line it starts on."""

    path: str
    line: int = 1


class Waiver(NamedTuple):
    """A stated exception to a finding."""

    rule: Annotated[ShownText, Mark(needed="a waiver needs it")]
    """The id of what is waived."""
    reason: Annotated[ShownText, Mark(needed="a waiver needs it")]
    """Why, for whoever reads it later."""
    expires: Annotated[str | None, DAY, OPEN] = None
    """The last valid day, as 2027-03-31 (UTC)."""
    approved_by: Annotated[str | None, OPEN] = None
    """Who agreed."""


class Spec(NamedTuple):
    """A deployment for genarch: its stated constraints, and the decision taken.

    Evaluation reads the constraints alone; what they do not name is unknown.
    """

    id: Annotated[str, ID, OPEN, Mark(absent="")]
    """A slug; the file's stem when absent."""
    constraints: Annotated[Answers, Mark(own="Constraints"), OPEN] = NOTHING_STATED
    """Absent or null: nothing is known."""
    title: Annotated[str, OPEN] = ""
    """A name for people."""
    decision: Annotated[str | None, NAME, OPEN] = None
    """The family, architecture or evaluate_both chosen."""
    decided_with: Annotated[str | None, TABLE_AT_VERSION, OPEN] = None
    """The rule table that the decision was taken with, as article@1.0.0."""
    document: Annotated[str | None, OPEN] = None
    """The design document that a spec file stands beside, by its path from there."""
    waivers: Annotated[tuple[Waiver, ...], OPEN] = ()
    """Stated exceptions."""
    origin: Annotated[Origin, HIDDEN] = Origin("<python>")
    model: Annotated[str | None, Mark(own="Model"), OPEN] = None
    """The model of the evidence catalogue that the decision is for, as sd-turbo."""
    version: Annotated[int, format_version(SPEC_VERSION)] = SPEC_VERSION
    """The version of this format."""


DIFFUSION_ON_OFFER = 2022
"""The year from which usable diffusion was on offer; what was chosen before says little of it."""


class CaseSpec(NamedTuple):
    """What was known of the deployment."""

    constraints: Annotated[Answers, Mark(own="Constraints")]
    """As in a spec."""


class CaseSource(NamedTuple):
    """Where a case is documented."""

    title: Annotated[str, OPEN] = ""
    url: Annotated[str, OPEN] = ""


class Case(NamedTuple):
    """One documented decision."""

    id: Annotated[str, SLUG, Mark(needed="give each case one of its own")]
    """Used once."""
    spec: Annotated[CaseSpec, Mark(needed="write 'constraints:' below it, as in a spec")]
    """What was known, coded without looking at the choice; fits and scores read this alone."""
    chosen: Annotated[str, NAME, Mark(needed="name the family that was decided for, or evaluate_both")]
    """The family that was decided for, or evaluate_both."""
    acceptable: Annotated[tuple[Annotated[str, NAME], ...], Mark(least=1), OPEN] = ()
    """Every verdict not to be counted wrong; absent: what was chosen."""
    strict: bool = True
    """The source names the family, and the alternatives were on offer: those cases are scored first."""
    title: Annotated[str, OPEN] = ""
    """A name for people."""
    year: Annotated[int | None, whole(1900, 2099), OPEN] = None
    """When it was decided."""
    summary: Annotated[str, OPEN] = ""
    architecture: Annotated[str, OPEN] = ""
    """What was built, in the source's words."""
    reason: Annotated[str, OPEN] = ""
    """Why, in a sentence."""
    deciding: Annotated[tuple[str, ...], OPEN] = ()
    """What decided, in words of the collection."""
    source: Annotated[CaseSource, OPEN] = CaseSource()
    not_blind: Annotated[Answers, Mark(own="Constraints"), OPEN] = NOTHING_STATED
    """What else was known, coded by someone who had seen the choice."""
    second: Annotated[CaseSpec | None, OPEN] = None
    """The spec as someone else coded it, apart."""
    origin: Annotated[Origin, HIDDEN] = Origin("<python>")

    @property
    def known(self) -> Answers:
        """All that was known, however it was coded: for whoever reads the case."""
        known = dict(self.spec.constraints)
        for name, value in self.not_blind.items():
            before = known.get(name)
            known[name] = before | value if isinstance(before, frozenset) and isinstance(value, frozenset) else value
        return in_order(known)


Cases = Annotated[tuple[Case, ...], Mark(least=1)]
"""A file of cases is a list."""


_IN_A_BROWSER = frozenset({"consumer_gpu", "mobile", "cpu"})


IMPLIED = ("device", "device_memory_gb")
"""What a GPU implies."""


def with_implied(answers: Answers) -> Answers:
    """The answers, and what a listed `gpu` implies: `device` and all of its memory, where they are not stated.

    It never has more memory than the most that is sold under its name.
    """
    gpu = answers.get("gpu")
    if gpu is None:
        return answers
    known = gpu_names()
    if (devices := known.devices.get(str(gpu))) is None:
        return answers
    implied: dict[str, Value] = {"device": devices[0]}
    if memory := known.memory_gb.get(str(gpu)):
        implied["device_memory_gb"] = memory
    merged = {**implied, **answers}
    stated, most = answers.get("device_memory_gb"), known.most_gb.get(str(gpu))
    if excess_memory(answers) is not None and most is not None:
        merged["device_memory_gb"] = most
    elif isinstance(stated, Range) and most is not None and (stated.high is None or stated.high > most):
        merged["device_memory_gb"] = stated._replace(at_most=most, below=None)
    return merged


def excess_memory(answers: Answers) -> float | None:
    """The most memory in GB that the stated `gpu` is sold with, where more is stated; else None."""
    stated, most = answers.get("device_memory_gb"), gpu_names().most_gb.get(str(answers.get("gpu")))
    if most is None:
        return None
    if isinstance(stated, Range):
        return most if (stated.low or 0) >= most and not stated.holds(most) else None
    return most if isinstance(stated, int | float) and stated > most else None


def contradicted_device(answers: Answers) -> tuple[str, ...] | None:
    """What `device` may be for the stated `gpu`, where it is stated to be something else; else None.

    A browser runs on whatever a person has at home.
    """
    gpu, device = answers.get("gpu"), answers.get("device")
    if gpu is None or device is None:
        return None
    allowed = gpu_names().devices.get(str(gpu))
    if allowed is None:
        return None
    fits = device in allowed or (device == "browser" and not _IN_A_BROWSER.isdisjoint(allowed))
    return None if fits else allowed


DEVICE_CONTRADICTED = "inconsistent-gpu-device"
"""Its id, as reports and waivers have it."""


MEMORY_CONTRADICTED = "inconsistent-gpu-memory"
"""Likewise."""

_CATALOGUE = Citation((), "the hardware of the evidence catalogue", "expert_judgement")


def hardware_contradicted(stated: Answers) -> tuple[Notice, ...]:
    """That `gpu` and `device`, or its memory and `device_memory_gb`, contradict each other, where they do."""
    return _contradicted(*[(name, stated[name]) for name in _HARDWARE if name in stated])


_HARDWARE = ("gpu", "device", "device_memory_gb")


@lru_cache(maxsize=1024)
def _contradicted(*hardware: tuple[str, Value]) -> tuple[Notice, ...]:
    return tuple(_contradictions(dict(hardware)))


def _contradictions(stated: Answers) -> Iterator[Notice]:
    gpu = stated.get("gpu")
    if allowed := contradicted_device(stated):
        device = stated["device"]
        message = (
            f"gpu is {gpu}, which is {' or '.join(allowed)}, but device is {device}. The rules use device, and no "
            "measurement or estimate counts: state only one of them, or make them agree."
        )
        title = "The hardware is not of the kind of device that is stated"
        when = All((Predicate("gpu", "is", (str(gpu),)), Predicate("device", "is", (str(device),))))
        yield Notice(DEVICE_CONTRADICTED, "inconsistency", title, when, message, _CATALOGUE)
    if (most := excess_memory(stated)) is not None:
        memory = format_answer(stated["device_memory_gb"])
        message = (
            f"gpu is {gpu}, which has at most {most:g} GB, but device_memory_gb is {memory}. The rules use {most:g}, "
            "since several cards for one image are not considered: state only one of them, or make them agree."
        )
        title = "The hardware has less memory than is stated"
        predicates = (Predicate("gpu", "is", (str(gpu),)), Predicate("device_memory_gb", "above", (most,)))
        yield Notice(MEMORY_CONTRADICTED, "inconsistency", title, All(predicates), message, _CATALOGUE)


GPU_NOT_LISTED = "gpu-not-listed"
"""Its id, as reports have it."""


def gpu_not_listed(stated: Answers) -> Iterator[Notice]:
    """That the catalogue lacks the stated `gpu`, where it does."""
    gpu = stated.get("gpu")
    if gpu is not None and gpu not in gpu_names().devices:
        rest = f"the rules use device, {stated['device']}" if "device" in stated else "state device, which rules read"
        lacks = f"The evidence catalogue has no gpu {gpu}{nearest_gpu(str(gpu)) or '.'}"
        message = f"{lacks} No measurement or estimate applies to it; {rest}."
        title = "The hardware is not in the evidence catalogue"
        yield Notice(GPU_NOT_LISTED, "warning", title, Predicate("gpu", "is", (str(gpu),)), message, _CATALOGUE)


def unplaced(answers: Answers) -> bool:
    """Whether evidence knows no such hardware, since the gpu is not listed or contradicts the device."""
    gpu = answers.get("gpu")
    return gpu is not None and (gpu not in gpu_names().devices or contradicted_device(answers) is not None)


def no_hardware(answers: Answers) -> bool:
    """Whether a device is stated, without a gpu, of which no hardware is listed, as a browser."""
    device, listed = answers.get("device"), chain.from_iterable(gpu_names().devices.values())
    return device is not None and "gpu" not in answers and str(device) not in listed
