"""Precedents as a page: what documented cases speak for, and how those most alike differ."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.answers import format_answer, plain_value
from genarch.engine.constraints import Value
from genarch.engine.scoring import Verdict
from genarch.engine.spec import DIFFUSION_ON_OFFER
from genarch.evidence.ways import ms_words
from genarch.reports.page import Block, Entries, Entry, Paragraph, Section, Span, Table, Title, code, dim, strong
from genarch.reports.precedents import Difference, PrecedentPart, Precedents, PrecedentsReport
from genarch.reports.words import both, counted, name_words

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
    return f"Precedents point elsewhere: weighed by similarity, documented cases speak for {lead}, not for {shares}."


def precedents_page(report: PrecedentsReport, verdict: Verdict) -> Iterator[Block]:
    """All precedents, those most alike with what they chose and why."""
    found = report.precedents
    yield Title((code(report.spec), "  ", dim(f"precedents among {counted(found.cases, 'documented case')}")))
    if not found.nearest:
        yield Paragraph("None is alike: nothing that cases are compared on is stated.")
        return
    yield Paragraph(_spread_words(found))
    yield from map(Paragraph, filter(None, [contradiction_words(found, verdict)]))
    yield Entries(tuple(map(_entry, found.nearest[:IN_FULL])))
    rows = tuple((f"{each.similarity:.2f}", _named(each), name_words(each.chosen)) for each in found.nearest[IN_FULL:])
    if rows:
        yield Section("The others", (Table(("similarity", "case", "chosen"), rows, "rll"),))


def _spread_words(found: Precedents) -> str:
    shares = both([_share_words(name, share) for name, share in found.agreement.items()])
    return f"Weighed by similarity, {counted(found.cases, 'documented case')} speak for {shares}."


def _share_words(family: str, share: float) -> str:
    return f"{name_words(family)} ({100 * share:.0f} %)"


def _named(part: PrecedentPart) -> tuple[str | Span, ...]:
    """The case with its year and whose it is."""
    about = [*([str(part.year)] if part.year else []), *(["your own"] if part.own else [])]
    if not part.strict:
        early = part.year is not None and part.year < DIFFUSION_ON_OFFER
        about.append("before diffusion was on offer" if early else "counts a quarter")
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
