"""How sure a recommendation is: the chance that its family is what gets chosen, learnt from documented cases.

A family's odds are those of its points and of the precedents that speak for it, each raised to a power that was fitted
to cases: `per_point` for each point of its best architecture, `precedents` for its share of the precedents. Families
that are ruled out have no chance. Verdicts do not hang on it; how sure they are does.
"""

# No annotations as strings here: what a table keeps is read by them at every start.
from collections.abc import Mapping
from math import exp, log
from typing import Annotated

from genarch.engine.forms import number, whole
from genarch.values import NamedTuple

LEAST_SHARE = 0.01
"""What a family counts of which no precedent speaks: that nobody chose it yet does not rule it out."""


class Right(NamedTuple):
    """How many answers of a confidence were right."""

    right: Annotated[int, whole()]
    cases: Annotated[int, whole()]


class LeftOut(NamedTuple):
    """How the answers of each confidence did on documented cases, each judged by what was fitted without its source.

    A confidence that none of the cases got has no figures.
    """

    forced: Right | None = None
    clear: Right | None = None
    lean: Right | None = None
    close_call: Right | None = None


class Calibration(NamedTuple):
    """What points and precedents are worth."""

    per_point: Annotated[float, number(above=0, below=10)]
    """What a point adds to the logarithm of a family's odds."""
    precedents: Annotated[float, number(above=-1, below=10)]
    """The power of a family's share of the precedents in its odds: at 0 they do not count."""
    clear: Annotated[float, number(above=0, below=1)]
    """The chance from which a recommendation is clear, below it a lean."""
    left_out: LeftOut = LeftOut()


def chances(points: Mapping[str, int], shares: Mapping[str, float], by: Calibration) -> Mapping[str, float]:
    """The chance of each family, by the points of its best architecture and by its share of the precedents.

    Without precedents only the points count.
    """
    power = by.precedents if shares else 0.0
    odds = {
        family: by.per_point * scored + power * log(max(shares.get(family, 0.0), LEAST_SHARE))
        for family, scored in points.items()
    }
    most = max(odds.values(), default=0.0)
    raised = {family: exp(value - most) for family, value in odds.items()}
    total = sum(raised.values())
    return {family: value / total for family, value in raised.items()}


def is_clear(family: str, chance: float, shares: Mapping[str, float], by: Calibration) -> bool:
    """Whether a recommendation is clear: likely enough, and no other family has more of the precedents."""
    contradicted = any(share > shares.get(family, 0.0) for share in shares.values())
    return chance >= by.clear and not contradicted
