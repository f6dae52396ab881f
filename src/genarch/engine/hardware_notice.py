"""What is said whatever the table: that the stated hardware is not of the kind of device that is stated."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.model.conditions import All, Predicate
from genarch.model.constraints import Answers
from genarch.model.entries import Notice, Source
from genarch.model.implied import contradicted_device

DEVICE_CONTRADICTED = "inconsistent-gpu-device"
"""Its id, as reports and waivers have it."""


def device_contradicted(stated: Answers) -> Iterator[Notice]:
    """That `gpu` and `device` contradict each other, where they do."""
    allowed = contradicted_device(stated)
    if allowed:
        gpu, device = stated["gpu"], stated["device"]
        message = (
            f"gpu says {gpu}, which is {' or '.join(allowed)}; device says {device}. The rules go by the device, the "
            "evidence by the gpu: state one of them, or make them agree."
        )
        title = "The hardware is not of the kind of device that is stated"
        when = All((Predicate("gpu", "is", (str(gpu),)), Predicate("device", "is", (str(device),))))
        source = Source((), "the hardware of the evidence catalogue", "expert_judgement")
        yield Notice(DEVICE_CONTRADICTED, "inconsistency", title, when, message, source)
