"""Precedents in reports: the documented cases most like a spec, what they chose, why, and how they differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal

from genarch.engine.constraints import BY_NAME, Answers, Value, in_order
from genarch.engine.forms import INLINED
from genarch.engine.precedents import Precedent, agreement, compared, contradicting
from genarch.engine.scoring import Verdict
from genarch.engine.spec import CaseSource, Origin
from genarch.reports.words import encodable
from genarch.values import NamedTuple

MOST = 3
"""Precedents in a report on a spec."""


class Difference(NamedTuple):
    """A constraint on which a case and the spec do not say the same; null where one of them says nothing."""

    constraint: str
    here: Value | None
    """In the spec."""
    there: Value | None
    """In the case."""


class PrecedentPart(NamedTuple):
    """A documented case that is like the spec."""

    case: str
    title: str
    year: int | None
    chosen: str
    """The family that was decided for, or evaluate_both."""
    similarity: float
    """From 0 to 1."""
    strict: bool
    """Whether the source names the family and the others were on offer; else the case counts a quarter."""
    own: bool
    """Whether it is of a team's own cases."""
    same: tuple[str, ...]
    """Constraints on which both say the same."""
    differs: tuple[Difference, ...]
    """Those on which both say something else first."""
    architecture: str
    """What was built."""
    reason: str
    source: CaseSource
    origin: Origin
    """Where the case is written down."""


class Precedents(NamedTuple):
    """What documented cases speak for, each counting as it is like the spec."""

    cases: int
    """That were compared."""
    agreement: Mapping[str, float]
    """Family to share, the largest first."""
    contradicts: str | None
    """The family with the largest share, where the verdict recommends others; else null."""
    nearest: tuple[PrecedentPart, ...]
    """Those most alike, three in a report on a spec."""


class PrecedentsReport(NamedTuple):
    """Every documented case beside a spec."""

    schema_version: Literal[1]
    spec: str
    """Its id."""
    verdict: str
    """What the rule table says of it."""
    precedents: Annotated[Precedents, INLINED]


def precedents_part(
    answers: Answers, verdict: Verdict, found: Sequence[Precedent], own: Collection[Origin], most: int | None = MOST
) -> Precedents:
    """What reports have of the precedents; `own` are where a team's own cases stand."""
    shares = {name: round(share, 4) for name, share in agreement(found).items()}
    here = compared(answers)
    nearest = tuple(_part(each, here, own=each.case.origin in own) for each in found[:most] if each.similarity)
    return Precedents(len(found), shares, contradicting(shares, verdict.candidates), nearest)


def _part(found: Precedent, here: Answers, *, own: bool) -> PrecedentPart:
    case = found.case
    there, same = compared(case.spec.constraints), found.same
    names = (*found.differs, *(name for name in in_order({**here, **there}) if (name in here) != (name in there)))
    return PrecedentPart(
        case.id,
        case.title,
        case.year,
        case.chosen,
        round(found.similarity, 4),
        case.strict,
        own,
        tuple(name for name in BY_NAME if name in same),
        tuple(Difference(name, here.get(name), there.get(name)) for name in names),
        case.architecture,
        case.reason,
        case.source,
        case.origin._replace(path=encodable(case.origin.path)),
    )
