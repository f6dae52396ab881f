"""What a team states about one deployment."""

from __future__ import annotations

from typing import NamedTuple

from genarch.model.constraints import Answers


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
