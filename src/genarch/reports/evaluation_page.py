"""The full report on a spec as a page: the verdict first, then its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf, log

from genarch.engine.answers import format_answer, plain_value
from genarch.engine.constraints import BY_NAME, Answers, Value, gpu_names
from genarch.engine.rules import Citation
from genarch.engine.scoring import Change, Verdict
from genarch.evidence.ways import ms_words
from genarch.reports import page
from genarch.reports.evaluation import Evaluated, Explored, Step
from genarch.reports.evidence import (
    evidence_sections,
    model_section,
    not_shown,
    quickest_there,
    standing_words,
    start_entries,
)
from genarch.reports.markdown import as_markdown
from genarch.reports.page import Block, Entry, Line, Paragraph, Section, Span, code, codes, dim, strong
from genarch.reports.precedents import contradiction_words, precedents_section
from genarch.reports.words import (
    both,
    counted,
    effect_words,
    either,
    name_words,
    signed,
    stated_words,
    unmeasured_words,
)

MOST_VALUES = 3
"""How many of the values that would change a verdict are named; JSON has all."""

_MORE: tuple[str | None, ...] = ("at_least", "above")
_LESS: tuple[str | None, ...] = ("at_most", "below")
_RELAXED = {"latency_budget_ms": _MORE, "device_memory_gb": _MORE, "resolution_px": _LESS}
_RELAXED |= dict.fromkeys(("gpu", "device", "commercial_use"), (None,))
"""What can give where nothing fits, each with the bounds that let more through."""

_BOUNDS = {"at_least": "at {} or more", "above": "above {}", "at_most": "at {} or less", "below": "below {}"}


def excerpt(report: Evaluated) -> str:
    """The verdict and its reasons in Markdown without a heading, for a place within a document.

    It changes when the answers or the rule table do, and with nothing else.
    """
    blocks: list[Block] = [
        Paragraph((*_headline(report), ". ", report.summary)),
        *map(Paragraph, standing_lines(report)),
        *_reasons(report),
        *_changes(report),
        *_warnings(report),
        Paragraph(("From ", *_table_name(report), ".")),
    ]
    return as_markdown(blocks).rstrip("\n")


def report_page(report: Evaluated) -> Iterator[Block]:
    """The report under a heading."""
    spec, recommended = report.spec, report.verdict.recommended
    yield page.Title((code(spec.id), dim(f"  {spec.title}" if spec.title else "")), _headline(report))
    yield Paragraph(report.summary)
    yield from map(Paragraph, standing_lines(report))
    if report.evidence and (recommended or not report.explored):  # else what to relax says it
        yield from map(Paragraph, filter(None, [standing_words(report.evidence, recommended)]))
    if report.precedents:
        yield from map(Paragraph, filter(None, [contradiction_words(report.precedents, report.verdict)]))
    yield from details(report)


def details(report: Evaluated) -> Iterator[Block]:
    """All that is behind the answer, in the order in which a reader asks."""
    spec = report.spec
    yield from _warnings(report)
    yield from _models(report)
    yield from _section("Next", map(_next, report.next_steps))
    bars = tuple(page.Bar(r.architecture, r.points, r.family, codes(r.excluded_by)) for r in report.ranking)
    yield Section("Ranking", (page.Bars(("Architecture", "Family", "Points", "Excluded by"), bars),))
    yield from _reasons(report)
    yield from _changes(report)
    if report.evidence:
        yield from evidence_sections(report.evidence)
    if report.precedents:
        yield from precedents_section(report.precedents)
    risks = (_cited(r.risk, [name], r.source, f"Mitigation: {r.mitigation}") for name, r in report.risks)
    yield from _section("Risks, and what to do", risks)
    unread = [f"{name}: {', '.join(members)}" if members else name for name, members in report.unread]

    def waiting(*, ranged: bool) -> str:
        """What rules wait for, of which a range is stated or nothing."""
        found = [entry for entry in report.undecided if (entry.constraint in spec.constraints) is ranged]
        counts = (len(rules) if at else counted(len(rules), "rule") for at, (_, rules) in enumerate(found))
        return ", ".join(f"{entry.constraint} ({count})" for entry, count in zip(found, counts, strict=True))

    closing: dict[str, Line] = {
        "Stated": codes(stated_words(spec.constraints)),
        "Stated, but not read by the table": ", ".join(unread),
        "Stated, but too wide a range for some rules": waiting(ranged=True),
        "Not stated, but read by rules": waiting(ranged=False),
        "Rules": (*_table_name(report), f", from {report.rules.source}."),
    }
    yield from (Section(title, (Paragraph(line),)) for title, line in closing.items() if line)
    yield Paragraph(dim(f"Evaluated by genarch {report.genarch_version}; 'genarch show ID' explains each id."))


def _models(report: Evaluated) -> Iterator[Block]:
    """The models to start with, and the methods; how the one does that was named."""
    if report.model:
        yield model_section(report.model)
    recommended, budgeted = report.verdict.recommended, "latency_budget_ms" in report.spec.constraints
    for_these = ((m, [name for name in m.architectures if name in recommended]) for m in report.methods)
    methods = (_cited(strong(m.title), names, m.source, m.because) for m, names in for_these)
    yield from _section("Start with", (*start_entries(report.start_with, budgeted=budgeted), *methods))
    if report.nearest:
        heading = "Nearest models in the catalogue"
        if report.verdict.verdict == "undetermined" and not report.nearest[0].candidate.misses:
            heading = "Models that do this, of architectures that are left"
        elif not recommended_models(report):
            heading = "Models of other architectures; those recommended have none for this in the catalogue"
        yield from _section(heading, start_entries(report.nearest, budgeted=budgeted))


def recommended_models(report: Evaluated) -> bool:
    """Whether the models that are named are of what is recommended, or nothing is recommended."""
    named = report.start_with or report.nearest
    recommended = report.verdict.recommended
    return not recommended or any(start.candidate.architecture in recommended for start in named)


def _next(step: Step) -> Entry:
    origin = (code(step.id), f"; {step.source}") if step.id else ()
    return Entry(strong(step.title), (step.step, *([code(step.command)] if step.command else [])), origin)


def _headline(report: Evaluated) -> tuple[str | Span, ...]:
    shown = not_shown(report.evidence, report.verdict.recommended) if report.evidence else ""
    words = confidence_words(report.verdict)
    return (strong(verdict_words(report.verdict), tone=report.verdict.verdict), f"{words}{shown and f'; {shown}'}")


def standing_lines(report: Evaluated) -> Iterator[str]:
    """What the extended table says alone, where that is something else; whether the verdict is final; what to ask.

    `By article@1.0.0 alone: GAN (clear, margin 0.67).`
    """
    if (base := report.base) and base.differs:
        yield f"By {base.rules} alone: {verdict_words(base.verdict)}{confidence_words(base.verdict)}."
    if not (explored := report.explored):
        return
    if report.verdict.verdict == "infeasible" and (found := relaxed_words(report, explored)):
        yield f"To relax, one of: {'; '.join(found)}."
    verdicts = [item.verdict for item in explored.possible]
    others = [name_words(name) for name in verdicts if name != report.verdict.verdict]
    if stopped := (explored.partly or {}).get("possible"):
        known = f"it could become {either(others)}, or something else" if others else "it could become something else"
        yield f"Not settled: the search stopped at {stopped:,} steps; {known}."
    elif not verdicts:
        yield "Every way to answer the rest contradicts itself, so what is still possible is not known."
    elif not others:
        missing = unmeasured_words(report.spec.constraints) if report.evidence else ""
        yield f"Settled by the rules; {missing}." if missing else "Settled: answering the rest cannot change this."
    elif len(others) < len(verdicts):
        yield f"Could still become {either(others)}."
    elif len(verdicts) == 1:
        yield f"Not final: every way to answer the rest makes it {others[0]}."
    else:
        yield f"Not final: answering the rest makes it {either(others)}."
    if name := explored.next_question:
        yield f"Ask next: {name} ({BY_NAME[name].meaning})."


def _reasons(report: Evaluated) -> Iterator[Block]:
    """The rules with an effect, then what is only noted."""
    found: dict[bool, list[Entry]] = {True: [], False: []}
    for rule, title, because, (gained, lost, excludes), source in report.rationale:
        effect = effect_words({**gained, **{name: -points for name, points in lost.items()}}, excludes)
        found[bool(effect)].append(_cited(strong(title), [rule], source, *filter(None, (effect, because))))
    yield from _section("Rules that fired", found[True])
    yield from _section("Notes", found[False])


def _changes(report: Evaluated) -> Iterator[Block]:
    """What would change the verdict, what decided it, and what to drop when nothing fits."""
    explored, stated = report.explored, report.spec.constraints
    if not explored:
        return
    if rows := flip_rows(explored, stated):
        yield Section("What would change this", (page.Table(("change", "verdict"), tuple(rows)),))
    yield from _section("If nothing fits, drop one of", map(Entry, map(both, explored.relax)))
    if explored.binding:
        words = both(explored.binding)
        if len(stated) > len(explored.binding):
            words += f": stated alone, {'it gives' if len(explored.binding) == 1 else 'they give'} the same verdict"
        yield Section("Decided by", (Paragraph(f"{words}."),))
    found = {_PARTS[name]: steps for name, steps in (explored.partly or {}).items() if name in _PARTS}
    if found:
        steps, partly = max(found.values()), list(found)
        yield Paragraph(dim(f"Only partly known, since a search stopped at {steps:,} steps: {both(partly)}."))
    if explored.left_out:
        names = codes(explored.left_out)
        yield Paragraph((dim("Left out are answers that contradict one another: "), *names, dim(".")))


_PARTS = {
    "flips": "what would change this",
    "binding": "what decided it",
    "relax": "what to drop",
    "stability": "how stable the points are",
}


def _warnings(report: Evaluated) -> Iterator[Block]:
    yield from _section("Warnings", (_cited(message, [id_], source) for id_, message, source in report.warnings))


def _section(title: str, entries: Iterable[Entry]) -> Iterator[Block]:
    if found := tuple(entries):
        yield Section(title, (page.Entries(found),))


def _cited(first: Line, names: Iterable[str], source: Citation, *below: Line) -> Entry:
    facts = tuple(part for name in source.facts for part in (", ", Span(name, href=f"#{anchor(name)}")))[1:]
    return Entry(
        first, below, (*codes(names), "; ", *(facts or (source.section,)), f"; {source.grade.replace('_', ' ')}")
    )


def anchor(name: str) -> str:
    """What links call the source of a fact, of a row, or of a case."""
    return f"source-{name}"


def _table_name(report: Evaluated) -> tuple[str | Span, ...]:
    return (code(str(report.rules.table)), " (", code(report.rules.table.digest[:19]), ")")


def verdict_words(verdict: Verdict) -> str:
    """The verdict as a headline: `GAN`, `Hybrid: consistency`, `Evaluate both: GAN and diffusion`."""
    if verdict.verdict == "evaluate_both":
        pairs = zip(verdict.candidates, verdict.recommended, strict=True)
        named = [name_words(f) if f == a else f"{name_words(f)} ({a})" for f, a in pairs]
        return f"Evaluate both: {both(named)}"
    words = name_words(verdict.verdict)
    words = words[:1].upper() + words[1:]
    return words if verdict.architecture in (None, verdict.verdict) else f"{words}: {verdict.architecture}"


def confidence_words(verdict: Verdict) -> str:
    """The confidence and what it rests on, to stand after the verdict.

    ` (clear: right in 39 of 42 left-out cases)`; without such figures ` (clear, margin 0.67)`.
    """
    if verdict.confidence is None:
        return ""
    words, found = verdict.confidence.replace("_", " "), verdict.documented
    why = "no other family is left" if verdict.confidence == "forced" else ""
    if found is not None:
        good = "one of the two right" if verdict.confidence == "close_call" else "right"
        why += f"{why and '; '}{good} in {found.right} of {found.cases} left-out cases"
    if why:
        return f" ({words}: {why})"
    return f" ({words}, margin {float(verdict.margin):.2f})" if verdict.margin is not None else f" ({words})"


def flip_rows(explored: Explored, stated: Answers) -> list[tuple[str, str]]:
    """What would change the verdict, and to which: `latency_budget_ms at 100 ms or more`, `diffusion`."""
    rows = [
        (" and ".join(change_words(change, stated) for change in flip.changes), name_words(flip.verdict))
        for flip in explored.flips
    ]
    if found := explored.stability:
        change = f"{found.architecture} {signed(found.changed)} instead of {signed(found.points)}"
        rows.append((f"{found.rule}: {change}", name_words(found.verdict)))
    return rows


def change_words(change: Change, stated: Answers) -> str:
    """A change as people would say it: `latency_budget_ms below 820 ms`, `gpu: t4`, `priorities with speed`."""
    name, before = change.constraint, stated.get(change.constraint)
    if change.bound and change.threshold is not None:
        unit = BY_NAME[name].unit
        limit = format_answer(change.threshold) + (f" {unit}" if unit else "")
        return f"{name} " + _BOUNDS[change.bound].format(limit)
    if isinstance(change.value, frozenset) and isinstance(before, frozenset):
        added = [member for member in BY_NAME[name].values if member in change.value - before]
        dropped = [member for member in BY_NAME[name].values if member in before - change.value]
        words = [f"with {both(added)}"] * bool(added) + [f"without {either(dropped)}"] * bool(dropped)
        return f"{name} {' and '.join(words)}"
    values = [format_answer(plain_value(name, value)) for value in _nearest_first(name, before, change)]
    if len(values) > MOST_VALUES + 1:
        values[MOST_VALUES:] = [f"{len(values) - MOST_VALUES} more"]
    return f"{name}: {either(values)}"


def _nearest_first(name: str, before: Value | None, change: Change) -> list[Value]:
    """The values of a change; hardware by how near it is in strength to what is stated."""
    values, peaks = [change.value, *change.others], gpu_names().peak_tflops if name == "gpu" else {}
    if own := peaks.get(str(before)):
        values.sort(key=lambda value: abs(log(peaks[str(value)] / own)) if str(value) in peaks else inf)
    return values


def relaxed_words(report: Evaluated, explored: Explored) -> list[str]:
    """What may give so that something fits, and by how much: `latency_budget_ms at 19 s or more (few_step, measured)`.

    First the budget that the quickest model would need; then the nearest changes that leave something, with a mark
    where that is only because nothing is known of it.
    """
    changes = [(flip.changes[0], flip.verdict) for flip in explored.flips if len(flip.changes) == 1]
    words = []
    least = quickest_there(report.evidence) if report.evidence else None
    if least:
        words.append(f"latency_budget_ms at {ms_words(least[0])} or more ({least[1]}; {least[2]})")
    for change, verdict in changes:
        by_budget = change.constraint == "latency_budget_ms"
        if change.bound in _RELAXED.get(change.constraint, ()):
            unshown = by_budget and least and (change.threshold or 0) < least[0]
            mark = ", of which nothing is shown there" if unshown else ""
            if unshown or not (by_budget and least):
                words.append(f"{change_words(change, report.spec.constraints)} ({name_words(verdict)}{mark})")
    return words
