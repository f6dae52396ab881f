"""Precedents in reports: the cases most like a spec, what they chose, why, and how they differ; and as a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from genarch.engine.answers import format_answer, plain_value
from genarch.engine.constraints import BY_NAME, Answers, Value, in_order
from genarch.engine.forms import INLINED
from genarch.engine.precedents import Precedent, agreement, compared, contradicting
from genarch.engine.scoring import Verdict
from genarch.engine.spec import DIFFUSION_ON_OFFER, CaseSource, Origin
from genarch.evidence.ways import ms_words
from genarch.reports.page import Block, Entries, Entry, Paragraph, Section, Span, Table, Title, code, dim, strong
from genarch.reports.words import both, counted, encodable, name_words
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


IN_FULL = 10
"""Precedents of which the page of all says more than their names."""


def precedents_section(found: Precedents) -> Iterator[Block]:
    """The part of a report on a spec."""
    if found.nearest:
        entries = Entries(tuple(_entry(part, short=True) for part in found.nearest))
        yield Section("Precedents", (Paragraph(_spread_words(found)), entries))


def contradiction_words(found: Precedents, verdict: Verdict) -> str:
    """That precedents speak for something else than is recommended; empty where they do not."""
    if found.contradicts is None:
        return ""
    shares = both([_share_words(name, found.agreement.get(name, 0.0)) for name in verdict.candidates])
    lead = _share_words(found.contradicts, found.agreement[found.contradicts])
    return f"Precedents disagree: weighted by similarity, documented cases favour {lead}, not {shares}."


def precedents_page(report: PrecedentsReport, verdict: Verdict) -> Iterator[Block]:
    """All precedents, those most alike with what they chose and why."""
    found = report.precedents
    yield Title((code(report.spec), "  ", dim(f"precedents among {counted(found.cases, 'documented case')}")))
    if not found.nearest:
        yield Paragraph("No case is similar: nothing that cases are compared on is stated.")
        return
    yield Paragraph(_spread_words(found))
    yield from map(Paragraph, filter(None, [contradiction_words(found, verdict)]))
    yield Entries(tuple(map(_entry, found.nearest[:IN_FULL])))
    rows = tuple((f"{each.similarity:.2f}", _named(each), name_words(each.chosen)) for each in found.nearest[IN_FULL:])
    if rows:
        yield Section("The others", (Table(("similarity", "case", "chosen"), rows, "rll"),))


def _spread_words(found: Precedents) -> str:
    shares = both([_share_words(name, share) for name, share in found.agreement.items()])
    return f"Weighted by similarity, {counted(found.cases, 'documented case')} favour {shares}."


def _share_words(family: str, share: float) -> str:
    return f"{name_words(family)} ({100 * share:.0f} %)"


def _named(part: PrecedentPart) -> tuple[str | Span, ...]:
    """The case with its year and whose it is."""
    about = [*([str(part.year)] if part.year else []), *(["your own"] if part.own else [])]
    if not part.strict:
        early = part.year is not None and part.year < DIFFUSION_ON_OFFER
        about.append("before diffusion was available" if early else "counts a quarter")
    return code(part.case), f" ({', '.join(about)})" if about else ""


def _entry(part: PrecedentPart, *, short: bool = False) -> Entry:
    """A case with what was chosen and why, and how it differs; `short` leaves out what only one of them states."""
    chosen = strong(name_words(part.chosen), tone=part.chosen)
    first = (*_named(part), ": ", chosen, dim(f", similarity {part.similarity:.2f}"))
    here = [d.constraint for d in part.differs if d.there is None]
    there = [d.constraint for d in part.differs if d.here is None]
    lines = {
        "": part.reason,
        "Same: ": ", ".join(part.same),
        "Differs: ": ", ".join(filter(None, map(_difference_words, part.differs))),
        "Stated here alone: ": "" if short else ", ".join(here),
        "Stated there alone: ": "" if short else ", ".join(there),
    }
    below = tuple(f"{label}{words}" for label, words in lines.items() if words)
    return Entry(first, below, part.source.title or part.title)


def _difference_words(found: Difference) -> str:
    """`device consumer_gpu (here mobile)`; empty where one of the two says nothing."""
    if found.here is None or found.there is None:
        return ""
    return f"{found.constraint} {_words(found, found.there)} (here {_words(found, found.here)})"


def _words(found: Difference, value: Value) -> str:
    if found.constraint == "latency_budget_ms" and isinstance(value, int | float):
        return ms_words(value)
    return format_answer(plain_value(found.constraint, value))
