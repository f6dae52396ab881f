"""Documented decisions, and how a rule table fares on them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from genarch.model.evaluation import Verdict
from genarch.model.spec import Spec

Outcome = Literal["right", "hedged", "wrong", "confidently_wrong"]

OUTCOMES: tuple[Outcome, ...] = ("right", "hedged", "wrong", "confidently_wrong")
"""Best first."""


DIFFUSION_ON_OFFER = 2022
"""The year from which usable diffusion was on offer; what was chosen before says little of it."""


class Case(NamedTuple):
    """One documented decision.

    `spec` has what was known of the deployment, `chosen` the family that was decided for (or `evaluate_both`), and
    `acceptable` every verdict that is not to be counted wrong. `strict` says that the source names the family and that
    the alternatives were on offer: those cases are scored first. `deciding` are the reasons that decided, in words of
    the collection; `source` is a title and an address.
    """

    id: str
    spec: Spec
    chosen: str
    acceptable: tuple[str, ...]
    strict: bool = True
    year: int | None = None
    summary: str = ""
    architecture: str = ""
    reason: str = ""
    deciding: tuple[str, ...] = ()
    source: tuple[str, str] = ("", "")


class Judged(NamedTuple):
    """A case with the verdict of a table, and how that compares with what was chosen."""

    case: Case
    verdict: Verdict
    outcome: Outcome


class Score(NamedTuple):
    """How many cases came out how."""

    right: int = 0
    hedged: int = 0
    wrong: int = 0
    confidently_wrong: int = 0

    @property
    def cases(self) -> int:
        """All of them."""
        return sum(self)


class Ablation(NamedTuple):
    """A rule taken out: how many cases it hits, and the score with and without it."""

    rule: str
    cases: int
    without: Score


class Refit(NamedTuple):
    """Each case judged by strengths that were fitted to the others.

    `values` is how many strengths were fitted, `seen` the score on all cases of strengths fitted to all of them.
    """

    values: int
    seen: Score
    unseen: Score
