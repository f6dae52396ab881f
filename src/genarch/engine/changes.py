"""What exploration finds: verdicts that are possible, and changes that give another one."""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from typing import Literal

from genarch.engine.constraints import Answers, Value
from genarch.values import NamedTuple

Bound = Literal["at_least", "above", "at_most", "below"]


class Stability(NamedTuple):
    """The smallest change of one rule's points for one architecture that gives another verdict."""

    rule: str
    architecture: str
    points: int
    changed: int
    verdict: str


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
