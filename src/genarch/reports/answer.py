"""The answer to a spec on one screen: what to take, whether the budget is kept, why, with what to start, what is next.

Of several specs it is a row each. Everything behind it is in the full report (`reports.evaluation_page`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from genarch.engine.scoring import Flip
from genarch.evidence.advice import Start
from genarch.evidence.assessment import Candidate
from genarch.evidence.feasibility import Status
from genarch.evidence.ways import LEAST_GB, ms_words
from genarch.reports import page
from genarch.reports.evaluation import Evaluated, Reason, Refused, Report
from genarch.reports.evaluation_page import (
    change_words,
    confidence_words,
    recommended_models,
    relaxed_words,
    report_page,
    verdict_words,
)
from genarch.reports.evidence import on_the_nearest, own_words, quickest_there, unshown, usd_words
from genarch.reports.page import Block, Line, Page, Paragraph, Span, code, dim, spans, strong
from genarch.reports.words import both, either, name_words, unmeasured_words

MOST_CHANGES = 2
"""How many changes that would give another verdict are named."""

MOST_METHODS = 2
"""How many methods are named."""

MOST_REASONS = 3
"""How many rules are named, the strongest against what is recommended among them."""

_CAN_CHANGE = ("latency_budget_ms", "gpu", "device", "device_memory_gb", "resolution_px")
"""What a team may move before it moves anything else: the first changes to name."""


def pages(reports: Iterable[Report], *, full: bool = False, hinted: bool = False) -> Iterator[Page]:
    """What to show, page by page as the reports come: the answer to a single one, of several a table.

    In `full`, every report, and after several the table. What is `hinted` says which option shows more.
    """
    rows: list[dict[str, Line]] = []
    first: Report | None = None
    for report in reports:
        if full:
            yield chain((page.Rule(),) if rows else (), _page(report, report_page))
        first = first or report
        rows.append(_row(report))
    if first and len(rows) > 1:
        hint = Paragraph(dim("Name one spec for its answer; --full has every report."))
        yield chain((page.Rule(),) if full else (), _overview(rows), (hint,) if hinted and not full else ())
    elif first and not full:
        yield _page(first, partial(answer_page, hinted=hinted))


def _page(report: Report, of: Callable[[Evaluated], Page]) -> Page:
    """The page of a report; of an input without a verdict, that there is none."""
    return of(report) if isinstance(report, Evaluated) else refused_page(report)


def refused_page(report: Refused) -> Page:
    """That there is no verdict: what is wrong with the input goes to standard error."""
    return (page.Title((code(report.spec.source.path), ": ", Span("not evaluated", "strong", "error"))),)


NEEDED = 3
"""How many columns of the table of several specs a narrow terminal has."""


def overview_cells(report: Evaluated) -> dict[str, Line]:
    """What a table of several has of each, by header."""
    verdict, explored = report.verdict, report.explored
    start = next(iter(report.start_with), None)
    cost = start.cost.usd_per_1000_images if start and start.cost else None
    flips = sorted(explored.flips, key=_movable)[:1] if explored else []
    hangs = [change.constraint for flip in flips for change in flip.changes]
    if explored and explored.next_question:
        hangs = [explored.next_question]
    named = verdict.verdict if verdict.verdict == "evaluate_both" else verdict.architecture or verdict.verdict
    sure = f", {verdict.confidence}" if verdict.confidence and verdict.confidence != "close_call" else ""
    return {
        "Verdict": Span(f"{name_words(named)}{sure}", tone=verdict.verdict),
        "Budget": _kept(report),
        "Start with": start.candidate.title if start else "",
        "1,000 images": usd_words(cost) if cost else "",
        "Hangs on": both(hangs),
    }


def _row(report: Report) -> dict[str, Line]:
    """A spec in the table of several."""
    named: dict[str, Line] = {"Spec": Span(report.spec.id, "code", href=f"#{report.spec.id}")}
    if isinstance(report, Evaluated):
        return named | overview_cells(report)
    return named | {"Verdict": Span("not evaluated", tone="error")}


def overview(reports: Iterable[Report]) -> Iterator[Block]:
    """Several specs, a row each."""
    return _overview(list(map(_row, reports)))


def _overview(rows: Sequence[Mapping[str, Line]]) -> Iterator[Block]:
    """Rows of specs, without the columns in which nothing stands."""
    headers = dict.fromkeys(header for row in rows for header in row)
    shown = tuple(header for header in headers if any(spans(row.get(header, "")) for row in rows))
    yield page.Table(shown, tuple(tuple(row.get(header, "") for header in shown) for row in rows), needed=NEEDED)


def answer_page(report: Evaluated, *, hinted: bool = False) -> Iterator[Block]:
    """The answer, in at most twenty lines of eighty columns; what is `hinted` says which option shows more."""
    spec = report.spec
    yield page.Title((code(spec.id), dim(f"  {spec.title}" if spec.title else "")), _verdict(report))
    fields: dict[str, tuple[Line, ...]] = {
        "Budget": tuple(_budget(report)),
        "Open": tuple(_open(report)),
        "Model": tuple(_model(report)),
        "Why": tuple(_reasons(report)),
        "Careful": tuple(_cautions(report)),
        "Changes": tuple(_changes(report)),
        "Cases": tuple(_precedents(report)),
        "Next": tuple(_next(report)),
    }
    yield page.Fields(tuple((label, lines) for label, lines in fields.items() if lines and label != "Next"))
    yield from _models(report)
    hint = dim("--full has every reason and source, all models and all steps")
    yield page.Fields((("Next", (*fields["Next"], *([hint] if hinted else []))),))


def _verdict(report: Evaluated) -> tuple[str | Span, ...]:
    verdict = report.verdict
    return strong(verdict_words(verdict), tone=verdict.verdict), confidence_words(verdict)


def _budget(report: Evaluated) -> Iterator[Line]:
    """Whether the budget is shown to be kept, with the figure and its grade."""
    evidence, recommended = report.evidence, report.verdict.recommended
    if not evidence:
        return
    place = f" on {evidence.gpu or evidence.device}" if evidence.gpu or evidence.device else ""
    size = f" at {evidence.resolution_px} px" if evidence.resolution_px else ""
    asked = f"{ms_words(evidence.budget_ms)}{place}{size}"
    if not recommended:
        least = quickest_there(evidence)
        known = f"the quickest that is known there takes {ms_words(least[0])}, {least[2]}" if least else ""
        yield Span(f"{asked}{f': {known}' if known else ''}", tone="missed" if known else "open")
        return
    one = evidence.standing(recommended)
    guess, row = one.estimate, next(iter(one.rows), None)
    alike = (start.candidate for start in report.start_with if start.candidate.status == one.status)
    if shown := next(alike, None):  # what is named as the model to start with
        guess, row = shown.estimate, shown.row
    band = f"{ms_words(guess.low_ms)} to {ms_words(guess.high_ms)} with {guess.title}" if guess else ""
    match one.status:
        case "demonstrated" if row:
            where = "" if row.hardware == evidence.gpu else f" on {row.hardware}"
            took = f"{ms_words(row.latency_ms)}{own_words(row)}"
            yield Span(f"measured to keep {asked}: {took} with {row.title}{where}", tone="kept")
        case "within":
            yield Span(f"estimated to keep {asked}: {band}", tone="kept")
        case "straddling":
            nearest = "" if shown else on_the_nearest(one, evidence.budget_ms)
            yield Span(f"open whether it keeps {asked}: estimated{nearest} at {band}", tone="open")
        case "beyond":
            yield Span(f"estimated to miss {asked}: {band}", tone="missed")
        case _:
            yield Span(f"not shown to keep {asked}", tone="open")


_STANDINGS: dict[Status, tuple[str, str]] = {
    "demonstrated": ("measured", "kept"),
    "within": ("estimated", "kept"),
    "straddling": ("open", "open"),
    "beyond": ("missed", "missed"),
    "not_demonstrated": ("not shown", "open"),
    "no_evidence": ("not shown", "open"),
}


def _kept(report: Evaluated) -> Line:
    """How it is known that the budget is kept, or that it is not, in a word or two."""
    if not report.evidence or not report.verdict.recommended:
        return ""
    words, tone = _STANDINGS[report.evidence.standing(report.verdict.recommended).status]
    return Span(words, tone=tone)


def _open(report: Evaluated) -> Iterator[Line]:
    """What the answers that are missing could still make of it, and what has to be stated for measurements to count."""
    explored, verdict = report.explored, report.verdict.verdict
    possible = [item.verdict for item in explored.possible] if explored else []
    others = [name_words(name) for name in possible if name != verdict]
    if explored and (stopped := (explored.partly or {}).get("possible")):
        could = f"could become {either(others)}; " if others else ""
        yield f"{could}not settled: the search stopped at {stopped:,} steps"
    elif explored and others and (name := explored.next_question):
        could = "could become" if verdict in possible else "not final: becomes"
        yield f"{could} {either(others)}: find out {name}"
    if report.evidence and (missing := unmeasured_words(report.spec.constraints)):
        yield missing


def _model(report: Evaluated) -> Iterator[Line]:
    """Whether the model that was named fits, and what it fails or leaves open."""
    if not (named := report.model):
        return
    yield Span(f"{named.title} {'fits' if named.fits else 'does not fit'}", tone="kept" if named.fits else "missed")
    for outcome, tone in (("fails", "missed"), ("open", "open")):
        for test in (test for test in named.tests if test.outcome == outcome):
            if unshown(named, test):
                yield f"{test.test} ", Span("not shown", tone="open"), f": {test.says}"
            else:
                yield Span(f"{outcome} ", tone=tone), f"{test.test}: {test.says}"


def _reasons(report: Evaluated) -> Iterator[Line]:
    """The strongest rules for what is recommended, and the strongest against it; where nothing is, what excludes."""
    recommended = report.verdict.recommended
    if not recommended:
        out = [reason.title for reason in report.rationale if reason.effect.excludes]
        yield from ((Span("- ", tone="missed"), title) for title in out[:MOST_REASONS])
        return
    best = recommended[0]
    others = [e for e in report.ranking if e.architecture != best and not e.excluded_by]
    second = recommended[1] if len(recommended) > 1 else others[0].architecture if others else ""
    families = {entry.architecture: entry.family for entry in report.ranking}

    def moved(reason: Reason) -> tuple[int, int]:
        """Whether a rule excludes another family; how far it brings what is recommended ahead of what comes second."""
        gained, lost, out = reason.effect
        points = {name: gained.get(name, 0) - lost.get(name, 0) for name in (best, second)}
        decisive = any(families[name] != families[best] for name in out) and points[best] >= points[second]
        return decisive * len(out), points[best] - points[second]

    ordered = sorted(report.rationale, key=moved, reverse=True)
    against = [reason for reason in reversed(ordered) if moved(reason) < (0, 0)][:1]
    for reason in [reason for reason in ordered if moved(reason) > (0, 0)][: MOST_REASONS - len(against)]:
        yield Span("+ ", tone="kept"), reason.title
    for reason in against:
        yield Span("- ", tone="missed"), reason.title


def _cautions(report: Evaluated) -> Iterator[Line]:
    """Contradictions within the spec in full; of what else to know the first, in one sentence."""
    first = [c for c in report.warnings if c.id.startswith("inconsistent-")] or report.warnings[:1]
    rest = len(report.warnings) - len(first)
    for place, caution in enumerate(first, start=1):
        words = caution.message if caution.id.startswith("inconsistent-") else caution.message.partition(". ")[0]
        more = dim(f" (and {rest} more)" if rest and place == len(first) else "")
        yield Span(words.removesuffix("."), tone="open"), more


_UNSHOWN = {
    "budget": "keep the budget",
    "conditioning": "take the conditioning",
    "memory": "fit the memory",
    "resolution": "reach the resolution",
}


def _models(report: Evaluated) -> Iterator[Block]:
    """Up to three models with what a team weighs, where none fits why; else the methods."""
    starts, recommended = report.start_with or report.nearest, report.verdict.recommended
    methods = [m.title.partition(",")[0] for m in report.methods if set(m.architectures).intersection(recommended)]
    header = "Start with" if report.start_with else "Nearest"
    if report.nearest:
        kinds = dict.fromkeys(miss.kind for start in starts for miss in start.candidate.misses)
        if lacks := [_UNSHOWN[kind] for kind in kinds if kind in _UNSHOWN]:
            yield Paragraph(Span(f"No model fits; the nearest are not shown to {either(lacks)}.", tone="open"))
        elif not recommended_models(report):
            named = both([name_words(name) for name in recommended])
            yield Paragraph(Span(f"No {named} model of the catalogue fits; others do.", tone="open"))
        else:
            header = "Models for this"
    columns: dict[str, list[Line]] = {
        header: [strong(start.candidate.title) for start in starts],
        "Time": [_time(start) for start in starts],
        "Memory": [_memory(start.candidate) for start in starts],
        "Commercial use": [
            start.candidate.licence.commercial_use if start.candidate.licence else "" for start in starts
        ],
        "1,000 images": [
            usd_words(start.cost.usd_per_1000_images) if start.cost and start.cost.usd_per_1000_images else ""
            for start in starts
        ],
    }
    known = {header: cells for header, cells in columns.items() if any(cells)}
    rows = tuple(tuple(cell or "not known" for cell in row) for row in zip(*known.values(), strict=True))
    if rows:
        yield page.Table(tuple(known), rows)
    if methods and (not rows or report.spec.constraints.get("training") == "from_scratch"):
        yield page.Fields((("Methods", ("; ".join(methods[:MOST_METHODS]),)),))


def _memory(entry: Candidate) -> str:
    """The memory of a model; of weights alone that it is more."""
    gb = entry.memory_gb or 0
    if entry.memory_is == "weights" and gb >= LEAST_GB:
        return f"over {gb:.2g} GB"
    return f"{gb:.2g} GB" if gb >= LEAST_GB else f"under {LEAST_GB:g} GB" if gb else ""


def _time(start: Start) -> str:
    if not (took := start.time):
        return ""
    if took.grade == "measured":
        return f"{ms_words(took.low_ms)} measured"
    return f"{ms_words(took.low_ms)} to {ms_words(took.high_ms)} est."


def _changes(report: Evaluated) -> Iterator[Line]:
    """The nearest changes to another verdict, of what a team may move first; what to relax where nothing fits.

    Of several that move the same way the first; another task is another project.
    """
    explored, stated = report.explored, report.spec.constraints
    if not explored:
        return
    if report.verdict.verdict == "infeasible":
        yield from relaxed_words(report, explored)[:MOST_CHANGES]
        return

    named: dict[frozenset[tuple[str, str | None]], Flip] = {}
    for flip in sorted(explored.flips, key=_movable):
        named.setdefault(frozenset((change.constraint, change.bound) for change in flip.changes), flip)
    others = [flip for flip in named.values() if all(change.constraint != "task" for change in flip.changes)]
    for flip in others[:MOST_CHANGES]:
        words = both([change_words(change, stated) for change in flip.changes])
        yield f"{words} -> {'nothing fits' if flip.verdict == 'infeasible' else name_words(flip.verdict)}"


def _precedents(report: Evaluated) -> Iterator[Line]:
    """What the documented cases that are most like it chose."""
    found = report.precedents
    if not found or not found.nearest:
        return
    chosen = Counter(name_words(each.chosen) for each in found.nearest)
    counts = ", ".join(f"{name} {count}" for name, count in chosen.most_common())
    words = f"the {len(found.nearest)} most alike: {counts}"
    other = f"; all {found.cases}, by similarity: {name_words(found.contradicts or '')}"
    yield Span(words + other, tone="open") if found.contradicts else words


def _movable(flip: Flip) -> tuple[int, bool]:
    """How early to name a change, by what a team may move."""
    names = [change.constraint for change in flip.changes]
    places = [_CAN_CHANGE.index(name) if name in _CAN_CHANGE else len(_CAN_CHANGE) for name in names]
    return max(places), "task" in names


def _next(report: Evaluated) -> Iterator[Line]:
    step = next((step for step in report.next_steps if step.command), None) or report.next_steps[0]
    yield code(step.command) if step.command else step.step
