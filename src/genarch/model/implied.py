"""What one answer says of another: a GPU is a device."""

from __future__ import annotations

from genarch.model.constraints import Answers
from genarch.model.gpus import GPU_DEVICES

_IN_A_BROWSER = frozenset({"consumer_gpu", "mobile", "cpu"})


def with_implied(answers: Answers) -> Answers:
    """The answers, and `device` where `gpu` is stated and it is not."""
    gpu = answers.get("gpu")
    if gpu is None or answers.get("device") is not None:
        return answers
    return {**answers, "device": GPU_DEVICES[str(gpu)][0]}


def contradicted_device(answers: Answers) -> tuple[str, ...] | None:
    """What `device` may be for the stated `gpu`, where it is stated to be something else; else None.

    A browser runs on whatever a person has at home.
    """
    gpu, device = answers.get("gpu"), answers.get("device")
    if gpu is None or device is None:
        return None
    allowed = GPU_DEVICES[str(gpu)]
    fits = device in allowed or (device == "browser" and not _IN_A_BROWSER.isdisjoint(allowed))
    return None if fits else allowed
