"""The report on a spec as a page: the verdict first, then its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from genarch.reports.evaluation import Base, Evaluated, Explored, Refused, Report
from genarch.reports.evidence_page import evidence_sections, standing_words
from genarch.reports.markdown import as_markdown
from genarch.reports.page import (
    Bar,
    Bars,
    Block,
    Entries,
    Entry,
    Line,
    Look,
    Paragraph,
    Rule,
    Section,
    Span,
    Table,
    Title,
    code,
    codes,
    dim,
    strong,
)
from genarch.reports.words import both, counted, effect_of, either, name_words, signed, stated_words, value_words
from genarch.table.answers import format_answer, plain_value
from genarch.table.constraints import BY_NAME, Answers
from genarch.table.rules import Citation
from genarch.table.scoring import Change

_BOUNDS = {"at_least": "at {} or more", "above": "above {}", "at_most": "at {} or less", "below": "below {}"}


def text_reports(reports: Iterable[Report], look: Look) -> Iterator[str]:
    """Pages for a terminal, as the reports come; after several, a summary with a line for each."""
    from genarch.reports.text import as_text  # rich: for those who want text alone

    rows: list[tuple[Line, Line]] = []
    between = "\n" + as_text((Rule(),), look)
    for report in reports:
        rows.append(_row(report))
        yield (between if len(rows) > 1 else "") + as_text(report_page(report), look)
    if len(rows) > 1:
        summary = Section(counted(len(rows), "spec"), (Table((), tuple(rows)),))
        yield between + as_text((summary,), look)


def markdown_reports(reports: Iterable[Report]) -> Iterator[str]:
    """A section for each spec, to paste into a decision record."""
    return (("\n" if at else "") + as_markdown(report_page(report)) for at, report in enumerate(reports))


def _row(report: Report) -> tuple[Line, Line]:
    if isinstance(report, Refused):
        return report.spec.source.path, Span("not evaluated", "plain", "error")
    confidence = f" ({report.confidence.replace('_', ' ')})" if report.confidence else ""
    return report.spec.id, Span(verdict_words(report) + confidence, "plain", report.verdict)


def report_page(report: Report) -> Iterator[Block]:
    """The report under a heading."""
    return _refused(report) if isinstance(report, Refused) else _evaluated(report)


def excerpt(report: Evaluated) -> str:
    """The verdict and its reasons in Markdown without a heading, for a place within a document.

    It changes when the answers or the rule table do, and with nothing else.
    """
    rules = report.rules
    page: Iterable[Block] = chain(
        [Paragraph((*_headline(report), ". ", report.summary))],
        _standing(report),
        _reasons(report),
        _changes(report),
        _warnings(report),
        [Paragraph(("From ", code(f"{rules.id}@{rules.version}"), " (", code(rules.digest[:19]), ")."))],
    )
    return as_markdown(page).rstrip("\n")


def _refused(report: Refused) -> Iterator[Block]:
    title = (code(report.spec.source.path), ": ", Span("not evaluated", "strong", "error"))
    yield Section(title, (Entries(tuple(Entry(code(str(problem))) for problem in report.errors)),), 3)


def _evaluated(report: Evaluated) -> Iterator[Block]:
    spec, rules = report.spec, report.rules
    yield Title((code(spec.id), dim(f"  {spec.title}" if spec.title else "")), _headline(report))
    yield Paragraph(report.summary)
    yield from _standing(report)
    if report.evidence:
        yield Paragraph(standing_words(report.evidence, report.recommended))
    bars = (Bar(r.architecture, r.points, r.family, codes(r.excluded_by)) for r in report.ranking)
    yield Section("Ranking", (Bars(("Architecture", "Points", "Excluded by"), tuple(bars), toned="Family"),))
    yield from _reasons(report)
    yield from _changes(report)
    if report.evidence:
        yield from evidence_sections(report.evidence)
    methods = (
        Entry(strong(m.title), (m.because,), _origin([n for n in m.architectures if n in report.recommended], m.source))
        for m in report.methods
    )
    yield from _section("Start with", methods)
    risks = (
        Entry(r.risk, (("Mitigation: ", r.mitigation),), _origin([r.architecture], r.source)) for r in report.risks
    )
    yield from _section("Risks, and what to do", risks)
    yield from _warnings(report)
    if spec.constraints:
        yield Section("Stated", (Paragraph(codes(stated_words(spec.constraints))),))
    if report.unread:
        yield Section("Stated, but not read by the table", (Paragraph(unread_words(report)),))
    if report.undecided:
        yield Section("Not stated, but read by rules", (Paragraph(_undecided_words(report)),))
    table = (code(f"{rules.id}@{rules.version}"), " (", code(rules.digest[:19]), f"), from {rules.source}.")
    yield Section("Rules", (Paragraph(table),))
    yield Paragraph(dim(f"Evaluated by genarch {report.genarch_version}; 'genarch explain ID' explains each id."))


def _headline(report: Evaluated) -> tuple[str | Span, ...]:
    words = confidence_words(report)
    return (strong(verdict_words(report), report.verdict), f" ({words})" if words else "")


def _standing(report: Evaluated) -> Iterator[Block]:
    """What the extended table says, and how final the verdict is."""
    if words := base_words(report):
        yield Paragraph(words)
    if report.explored:
        yield Paragraph(settled_words(report.verdict, report.explored))
        if words := next_words(report.explored):
            yield Paragraph(words)


def _reasons(report: Evaluated) -> Iterator[Block]:
    """The rules with an effect, then what is only noted."""
    fired = [(entry, effect_of(entry.effect)) for entry in report.rationale]
    rules = (
        Entry(strong(entry.title), (effect, entry.because), _origin([entry.rule], entry.source))
        for entry, effect in fired
        if effect
    )
    yield from _section("Rules that fired", rules)
    notes = (
        Entry(strong(entry.title), (entry.because,), _origin([entry.rule], entry.source))
        for entry, effect in fired
        if not effect
    )
    yield from _section("Notes", notes)


def _changes(report: Evaluated) -> Iterator[Block]:
    """What would change the verdict, what decided it, and what to drop when nothing fits."""
    explored = report.explored
    if not explored:
        return
    if rows := flip_rows(explored, report.spec.constraints):
        yield Section("What would change this", (Table(("change", "verdict"), tuple(rows)),))
    yield from _section("If nothing fits, drop one of", map(Entry, relax_words(explored)))
    if words := binding_words(explored, report.spec.constraints):
        yield Section("Decided by", (Paragraph(words),))
    if explored.left_out:
        names = codes(explored.left_out)
        yield Paragraph((dim("Left out are answers that contradict one another: "), *names, dim(".")))


def _warnings(report: Evaluated) -> Iterator[Block]:
    warnings = (Entry(w.message, (), _origin([w.id], w.source)) for w in report.warnings)
    yield from _section("Warnings", warnings)


def _section(title: str, entries: Iterable[Entry]) -> Iterator[Block]:
    found = tuple(entries)
    if found:
        yield Section(title, (Entries(found),))


def _origin(names: Iterable[str], source: Citation) -> Line:
    return (*codes(names), f"; {source}")


def verdict_words(report: Evaluated | Base) -> str:
    """The verdict as a headline: `GAN`, `Hybrid: consistency`, `Evaluate both: GAN and diffusion`."""
    if report.verdict == "evaluate_both":
        pairs = zip(report.candidates, report.recommended, strict=True)
        named = [name_words(f) if f == a else f"{name_words(f)} ({a})" for f, a in pairs]
        return f"Evaluate both: {both(named)}"
    words = name_words(report.verdict)
    words = words[:1].upper() + words[1:]
    return words if report.architecture in (None, report.verdict) else f"{words}: {report.architecture}"


def confidence_words(report: Evaluated | Base) -> str:
    """The confidence and what it rests on."""
    if report.confidence == "forced":
        return "forced: no other family is left"
    if report.confidence is None or report.margin is None:
        return ""
    return f"{report.confidence.replace('_', ' ')}, margin {report.margin:.2f}"


def base_words(report: Evaluated) -> str:
    """What the table that was extended would have said alone; empty where that is the same, or none was extended.

    `By article@1.0.0 alone: GAN (clear, margin 0.67).`
    """
    base = report.base
    if not base or not base.differs:
        return ""
    confidence = confidence_words(base)
    return f"By {base.rules} alone: {verdict_words(base)}{f' ({confidence})' if confidence else ''}."


def settled_words(verdict: str, explored: Explored) -> str:
    """Whether answering what is open can still change the verdict."""
    verdicts = [item.verdict for item in explored.possible]
    others = [name_words(name) for name in verdicts if name != verdict]
    if not verdicts:
        return "Every way to answer the rest contradicts itself, so nothing can be said of what it leads to."
    if not others:
        return "Settled: answering the rest cannot change this."
    if len(verdicts) == 1:
        return f"Not final: every way to answer the rest makes it {others[0]}."
    if len(others) == len(verdicts):
        return f"Not final: answering the rest makes it {either(others)}."
    return f"Could still become {either(others)}."


def next_words(explored: Explored) -> str:
    """The question to ask next; empty when there is none."""
    name = explored.next_question
    return f"Ask next: {name} ({BY_NAME[name].meaning})." if name else ""


def flip_rows(explored: Explored, stated: Answers) -> list[tuple[str, str]]:
    """What would change the verdict, and to which: `latency_budget_ms at 100 ms or more`, `diffusion`."""
    rows = [
        (" and ".join(_change_words(change, stated) for change in flip.changes), name_words(flip.verdict))
        for flip in explored.flips
    ]
    if found := explored.stability:
        change = f"{found.architecture} {signed(found.changed)} instead of {signed(found.points)}"
        rows.append((f"{found.rule}: {change}", name_words(found.verdict)))
    return rows


def _change_words(change: Change, stated: Answers) -> str:
    name, before = change.constraint, stated.get(change.constraint)
    if change.bound and change.threshold is not None:
        unit = BY_NAME[name].unit
        limit = format_answer(change.threshold) + (f" {unit}" if unit else "")
        return f"{name} " + _BOUNDS[change.bound].format(limit)
    if isinstance(change.value, frozenset) and isinstance(before, frozenset):
        words = [f"with {member}" for member in BY_NAME[name].values if member in change.value - before]
        words += [f"without {member}" for member in BY_NAME[name].values if member in before - change.value]
        return f"{name} {' and '.join(words)}"
    values = [value_words(plain_value(name, value)) for value in (change.value, *change.others)]
    return f"{name}: {either(values)}"


def binding_words(explored: Explored, stated: Answers) -> str:
    """The constraints that alone give the verdict, and how many of the stated ones they are."""
    if not explored.binding:
        return ""
    rest = len(stated) - len(explored.binding)
    others = f" The other {f'{rest} stated' if rest > 1 else 'one stated'} would not be needed for it." if rest else ""
    return f"{both(explored.binding)}.{others}"


def relax_words(explored: Explored) -> list[str]:
    """Each smallest set of constraints to drop so that something is left."""
    return [both(dropped) for dropped in explored.relax]


def unread_words(report: Evaluated) -> str:
    """What is stated and changes nothing: `device, priorities: fidelity`."""
    return ", ".join(f"{name}: {', '.join(members)}" if members else name for name, members in report.unread)


def _undecided_words(report: Evaluated) -> str:
    """The constraints that rules wait for: `control (3 rules), training (1)`."""
    first, *rest = report.undecided
    counts = [f"{first.constraint} ({counted(len(first.rules), 'rule')})"]
    return ", ".join([*counts, *(f"{item.constraint} ({len(item.rules)})" for item in rest)])
