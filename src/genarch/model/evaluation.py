"""What an evaluation finds: the verdict, and everything it rests on."""

from __future__ import annotations

from typing import Literal, NamedTuple

from genarch.model.entries import Assumption, Method, Notice, Ratio, Rule

Confidence = Literal["forced", "clear", "lean", "close_call"]


class Contribution(NamedTuple):
    """The points that one hit gave an architecture; below 0 where it speaks against it."""

    rule: str
    points: int


class Ranked(NamedTuple):
    """An architecture with its points and the hits that gave them; `excluded_by` names the hits that ruled it out."""

    architecture: str
    family: str
    points: int
    excluded_by: tuple[str, ...]
    contributions: tuple[Contribution, ...]


class Undecided(NamedTuple):
    """A constraint that nobody has stated, and the rules that wait for it."""

    constraint: str
    rules: tuple[str, ...]


class Unread(NamedTuple):
    """A stated constraint that nothing in the table reads.

    For a set of which some members are read, `members` has the others.
    """

    constraint: str
    members: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """The answer.

    `verdict` is a family, `evaluate_both`, `undetermined` or `infeasible`. `architecture` is the best of that family,
    None without a family. `candidates` are the families in play, best first: two for `evaluate_both`, else one or none.
    `margin` is the difference of the two best families' points over the sum of the absolute points that all hits gave
    either; None where fewer than two families are compared. `confidence` is None without a recommendation.
    """

    verdict: str
    architecture: str | None
    candidates: tuple[str, ...]
    confidence: Confidence | None
    margin: Ratio | None


class Evaluation(NamedTuple):
    """A verdict with its reasons. Survivors of the ranking stand first, best first; then what was excluded."""

    verdict: Verdict
    ranking: tuple[Ranked, ...]
    hits: tuple[Rule, ...]
    undecided: tuple[Undecided, ...]
    unread: tuple[Unread, ...]
    methods: tuple[Method, ...]
    notices: tuple[Notice, ...]
    assumed: tuple[Assumption, ...]
    recommended: tuple[str, ...]
    """The architectures recommended: one, or for `evaluate_both` the best of either family."""
