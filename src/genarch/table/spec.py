"""What one answer says of another: a GPU is a device."""

from __future__ import annotations

from typing import NamedTuple

from genarch.table.constraints import Answers, gpu_names


class Origin(NamedTuple):
    """Where a spec was read: the path as given (`<stdin>` for standard input) and the line it starts on."""

    path: str
    line: int = 1


class Waiver(NamedTuple):
    """A stated exception. `rule` is what is waived, `expires` the last valid day (ISO date, UTC), both as written."""

    rule: str
    reason: str
    expires: str | None = None
    approved_by: str | None = None


class Spec(NamedTuple):
    """The stated constraints of one deployment; what `constraints` does not name is unknown.

    `decision` is the family, architecture or `evaluate_both` that the team has chosen, `model` the model that it is to
    be, by its id in the evidence catalogue; `decided_with` is the rule table of that day, as `id@version`.
    `document` is the path of the design document that a spec file stands beside. Evaluation reads none of them.
    """

    id: str
    constraints: Answers
    title: str = ""
    decision: str | None = None
    decided_with: str | None = None
    document: str | None = None
    waivers: tuple[Waiver, ...] = ()
    origin: Origin = Origin("<python>")
    model: str | None = None


_IN_A_BROWSER = frozenset({"consumer_gpu", "mobile", "cpu"})


def with_implied(answers: Answers) -> Answers:
    """The answers, and `device` where `gpu` is stated and it is not."""
    gpu = answers.get("gpu")
    if gpu is None or answers.get("device") is not None:
        return answers
    return {**answers, "device": gpu_names().devices[str(gpu)][0]}


def contradicted_device(answers: Answers) -> tuple[str, ...] | None:
    """What `device` may be for the stated `gpu`, where it is stated to be something else; else None.

    A browser runs on whatever a person has at home.
    """
    gpu, device = answers.get("gpu"), answers.get("device")
    if gpu is None or device is None:
        return None
    allowed = gpu_names().devices[str(gpu)]
    fits = device in allowed or (device == "browser" and not _IN_A_BROWSER.isdisjoint(allowed))
    return None if fits else allowed
