"""What exploration finds: what is still possible, what would change the verdict, what it rests on."""

from __future__ import annotations

from typing import Literal, NamedTuple

from genarch.model.constraints import Answers, Value

Bound = Literal["at_least", "above", "at_most", "below"]


class Possible(NamedTuple):
    """A verdict that is still possible, and answers to everything that the table reads which lead to it."""

    verdict: str
    witness: Answers


class Change(NamedTuple):
    """Another answer to a stated constraint.

    For a number, `bound` and `threshold` say from where on (`at_least` 100); `value` is one answer there, as it is for
    the other kinds. For a choice, `others` are the further choices that give the same verdict.
    """

    constraint: str
    value: Value
    bound: Bound | None = None
    threshold: int | float | None = None
    others: tuple[Value, ...] = ()


class Flip(NamedTuple):
    """Changes that together give another verdict; a single one wherever a single one does."""

    changes: tuple[Change, ...]
    verdict: str


class Stability(NamedTuple):
    """The smallest change of one rule's points for one architecture that gives another verdict."""

    rule: str
    architecture: str
    points: int
    changed: int
    verdict: str
