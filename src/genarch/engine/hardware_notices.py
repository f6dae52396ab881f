"""What is wrong with the hardware that is stated: that it contradicts itself, or that the catalogue lacks it."""

# No annotations as strings here: what a table keeps is read by them at every start.
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from genarch.engine.answers import format_answer, nearest_gpu
from genarch.engine.conditions import All, Predicate
from genarch.engine.constraints import Answers, Value, gpu_names
from genarch.engine.rules import Citation, Notice
from genarch.engine.spec import contradicted_device, excess_memory

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
            f"gpu says {gpu}, which is {' or '.join(allowed)}; device says {device}. The rules go by the device, and "
            "no measurement or estimate counts: state one of them, or make them agree."
        )
        title = "The hardware is not of the kind of device that is stated"
        when = All((Predicate("gpu", "is", (str(gpu),)), Predicate("device", "is", (str(device),))))
        yield Notice(DEVICE_CONTRADICTED, "inconsistency", title, when, message, _CATALOGUE)
    if (most := excess_memory(stated)) is not None:
        memory = format_answer(stated["device_memory_gb"])
        message = (
            f"gpu says {gpu}, which has {most:g} GB at most; device_memory_gb says {memory}. {most:g} GB count, and "
            "several cards that work on one image are not considered: state one of them, or make them agree."
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
        rest = f"the rules go by device, {stated['device']}" if "device" in stated else "state device, which rules read"
        lacks = f"The evidence catalogue has no gpu {gpu}{nearest_gpu(str(gpu)) or '.'}"
        message = f"{lacks} Nothing measured or estimated is of it; {rest}."
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
