"""The report on a spec: one versioned value, which every format renders. Its field names are the keys of the JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Final, Literal

from genarch.engine.answers import format_answer
from genarch.engine.conditions import ALWAYS
from genarch.engine.constraints import BY_NAME, Answers, in_order
from genarch.engine.evaluation import Evaluation, Ranked, Undecided, Unread
from genarch.engine.forms import INLINED, OMITTED
from genarch.engine.rules import Assumption, Citation, Method, Notice, Risk, Rule, RuleTable, TableVersion
from genarch.engine.scoring import Flip, Possible, Stability, Verdict, decide
from genarch.engine.spec import Origin, Spec
from genarch.errors import Problem
from genarch.evidence.advice import Advice, Judged, Start
from genarch.evidence.assessment import Assessment
from genarch.evidence.cost import LOAD
from genarch.evidence.feasibility import UNSHOWN, Status
from genarch.evidence.ways import ms_words
from genarch.reports.precedents import Precedents
from genarch.reports.words import both, counted, encodable, name_words
from genarch.values import NamedTuple
from genarch.version import __version__

if TYPE_CHECKING:
    from genarch.engine.explore import Exploration

SCHEMA_VERSION: Final = "1.2"


class SpecPart(NamedTuple):
    """The spec that was evaluated."""

    id: str
    """The one that the path gives, where it could not be read."""
    title: str
    """Empty when the spec has none."""
    source: Origin
    constraints: Answers
    """The stated constraints, --set included; what is unknown is absent."""


class RulesPart(NamedTuple):
    """The rule table that it was evaluated with."""

    table: Annotated[TableVersion, INLINED]
    source: str
    """What the table is taken from."""


class Effect(NamedTuple):
    """What a rule did; all empty for a note."""

    for_: Mapping[str, int]
    """Architecture to points."""
    against: Mapping[str, int]
    """Architecture to points taken."""
    excludes: tuple[str, ...]


class Reason(NamedTuple):
    """A rule that fired, an assumption that was made, or a note."""

    rule: str
    title: str
    because: str
    effect: Effect
    source: Citation


class MethodPart(NamedTuple):
    """What to start with."""

    id: str
    title: str
    architectures: tuple[str, ...]
    because: str
    source: Citation


class Step(NamedTuple):
    """What to do next; without id and source where it follows from the report, else an entry of the table."""

    id: str | None
    title: str
    step: str
    command: str | None
    """A command of genarch's for it, with what the spec states; null where there is none, or something is missing."""
    source: Citation | None


class RiskPart(NamedTuple):
    """What can go wrong with a recommended architecture."""

    architecture: str
    risk: Annotated[Risk, INLINED]


class Caution(NamedTuple):
    """What to know before acting; a contradiction within the spec has an id that begins with inconsistent-."""

    id: str
    message: str
    source: Citation


class Base(NamedTuple):
    """What the table that was extended says alone of the same answers."""

    rules: str
    """As id@version."""
    verdict: Annotated[Verdict, INLINED]
    differs: bool
    """Whether it recommends something else."""


class Explored(NamedTuple):
    """What exploration adds; --no-explore leaves it out."""

    settled: bool
    """Whether every way to answer the rest leads to one verdict."""
    possible: tuple[Possible, ...]
    """Every verdict that answering the rest can lead to. The present one need not be among them."""
    left_out: tuple[str, ...]
    """Inconsistencies of the table that some answers would bring about; such answers are left out."""
    next_question: str | None
    """The open constraint whose answer narrows the possible verdicts most; null when settled."""
    flips: tuple[Flip, ...]
    """For each stated constraint the nearest changes that alone give another verdict; else one combination."""
    binding: tuple[str, ...]
    """The fewest stated constraints that give this verdict when all else is unknown."""
    relax: tuple[tuple[str, ...], ...]
    """When infeasible, each smallest set of stated constraints to drop so that something is left."""
    stability: Stability | None
    partly: Annotated[Mapping[str, int] | None, OMITTED] = None
    """Of these fields those only partly known, each with the steps at which its search stopped; if there are any."""


class Evaluated(NamedTuple):
    """A spec with its verdict."""

    schema_version: Literal["1.2"]
    genarch_version: str
    spec: SpecPart
    rules: RulesPart
    verdict: Annotated[Verdict, INLINED]
    feasibility: Status | None
    """Whether the budget is kept, by what is recommended and most is shown of; null without either. Since 1.2."""
    summary: str
    """The reason in a sentence or two."""
    base: Base | None
    """Null where the table extends none, or none that comes with genarch. Since 1.1."""
    ranking: tuple[Ranked, ...]
    rationale: tuple[Reason, ...]
    methods: tuple[MethodPart, ...]
    risks: tuple[RiskPart, ...]
    warnings: tuple[Caution, ...]
    unread: tuple[Unread, ...]
    undecided: tuple[Undecided, ...]
    evidence: Annotated[Assessment | None, OMITTED] = None
    """What was measured and can be estimated; only where the spec has a latency budget."""
    explored: Annotated[Explored | None, INLINED] = None
    start_with: tuple[Start, ...] = ()
    """Models of the recommended architectures that fit, best first; none with --no-evidence. Since 1.2."""
    nearest: tuple[Start, ...] = ()
    """Where none fits, those that miss least. Since 1.2."""
    model: Annotated[Judged | None, OMITTED] = None
    """How the model does that --model or the spec names; only where one is named. Since 1.2."""
    next_steps: tuple[Step, ...] = ()
    """What to do now, the first thing first. Since 1.2."""
    precedents: Annotated[Precedents | None, OMITTED] = None
    """The documented cases most like it; none with --no-evidence. Since 1.2."""

    def __repr__(self) -> str:
        return f"Evaluated({self.spec.id}: {self.verdict})"

    def _repr_html_(self) -> str:
        """The answer, as notebooks show it."""
        from markdown_it import MarkdownIt

        from genarch.reports.answer import answer_page
        from genarch.reports.markdown import as_markdown

        html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(as_markdown(answer_page(self)))
        return html


class Refused(NamedTuple):
    """An input without a verdict."""

    schema_version: Literal["1.2"]
    genarch_version: str
    spec: SpecPart
    error: Problem
    """The first problem."""
    errors: tuple[Problem, ...]
    """Every problem."""


Report = Evaluated | Refused


def make_report(
    spec: Spec,
    rules: RuleTable,
    evaluation: Evaluation,
    exploration: Exploration | None = None,
    evidence: Assessment | None = None,
    *,
    base: RuleTable | None = None,
    advice: Advice | None = None,
    precedents: Precedents | None = None,
) -> Evaluated:
    """The report of an evaluated spec.

    With an exploration, also what is settled and what would change the verdict; with `evidence` also what was measured,
    with `advice` which models to start with, with `precedents` which documented cases are like it. `base` is the table
    that this one extends: the report has what it alone would have said.
    """
    verdict, as_it_is = evaluation.verdict, spec.constraints.get("training") == "pretrained"
    origin = spec.origin._replace(path=encodable(spec.origin.path))
    priced = advice is not None and any(start.cost for start in (*advice.start_with, *advice.nearest))
    reads = {*(evidence.reads if evidence else ()), *(LOAD if priced else ())}
    notes = [entry for entry in evaluation.notices if entry.level == "note"]
    cautions = [entry for entry in evaluation.notices if entry.level != "note"]
    entries: list[Rule | Assumption | Notice] = [*evaluation.hits, *evaluation.assumed, *notes]
    table, reasons, methods, risks = _parts(rules)
    report = Evaluated(
        SCHEMA_VERSION,
        __version__,
        SpecPart(spec.id, spec.title, origin, in_order(spec.constraints)),
        table,
        verdict,
        feasibility=evidence.standing(verdict.recommended).status if evidence and verdict.recommended else None,
        summary=_summary(rules, evaluation),
        base=_base(base, decide(spec, base), verdict) if base else None,
        ranking=evaluation.ranking,
        # Of methods and warnings, what holds of any spec comes after what this one gives rise to.
        rationale=tuple([reasons.get(entry.id) or _reason(entry) for entry in entries]),
        methods=tuple([methods[m.id] for m in sorted(evaluation.methods, key=_general)]),
        risks=tuple(
            [r for r in risks if r.architecture in verdict.recommended and not (as_it_is and r.risk.in_training)]
        ),
        warnings=tuple([Caution(n.id, n.message, n.source) for n in sorted(cautions, key=_general)]),
        unread=tuple([entry for entry in evaluation.unread if entry.constraint not in reads]),
        undecided=evaluation.undecided,
        evidence=evidence,
        explored=Explored._make(getattr(exploration, name) for name in Explored._fields) if exploration else None,
        **(advice._asdict() if advice else {}),
        precedents=precedents,
    )
    steps = (*_first_steps(report), *_steps(evaluation, spec))
    return report._replace(next_steps=steps or (_fallback(report),))


def _general(entry: Method | Notice) -> tuple[bool, int]:
    """Of how much it holds: what says something of every spec, or of many architectures, comes last."""
    return entry.when == ALWAYS, len(entry.architectures) if isinstance(entry, Method) else 0


def make_error_report(path: str, spec_id: str, problems: Sequence[Problem]) -> Refused:
    """The report of an input without a verdict; `spec_id` is the id that the path gives."""
    errors = tuple(problem._replace(path=encodable(problem.path)) for problem in problems)
    spec = SpecPart(spec_id, "", Origin(encodable(path)), {})
    return Refused(SCHEMA_VERSION, __version__, spec, errors[0], errors)


def _steps(evaluation: Evaluation, spec: Spec) -> Iterator[Step]:
    """What the table says to do next, with what the spec states in the commands."""
    stated = {"spec": _file_of(spec.origin), "model": spec.model, "gpu": str(spec.constraints.get("gpu", ""))}
    for entry in evaluation.next_steps:
        names = [name for name in stated if f"{{{name}}}" in entry.command]
        command = entry.command.format_map(stated) if all(stated[name] for name in names) else ""
        yield Step(entry.id, entry.title, entry.step, command or None, entry.source)


def _file_of(origin: Origin) -> str:
    """The spec's file for a command line; empty where it was read from somewhere else."""
    return "" if origin.path.startswith(("<", "-")) else shlex.quote(encodable(origin.path))


def _first_steps(report: Evaluated) -> Iterator[Step]:
    """What follows from the report: what to ask, to measure and to try first, with the command for it."""
    path, explored = _file_of(report.spec.source), report.explored
    if explored and explored.next_question and len(explored.possible) > 1:
        name = explored.next_question
        waiting = sum(entry.constraint not in report.spec.constraints for entry in report.undecided)
        rest = f"; {counted(waiting, 'constraint')} that rules read {'are' if waiting > 1 else 'is'} not stated"
        more = rest if waiting else ""
        find_out = "Narrow" if name in report.spec.constraints else "Find out"
        yield _step(
            "Settle what is open",
            f"{find_out} {name} first ({BY_NAME[name].meaning}): its answer narrows the verdict most{more}.",
            f"genarch ask --answers {path}" if path else "",
        )
    if report.verdict.verdict == "infeasible":
        drop = [both(names) for names in explored.relax] if explored else []
        of = f": {both(drop, 'or')}" if drop else ""
        yield _step("Relax what can give", f"Nothing fits. Relax one of the constraints that stand in the way{of}.", "")
    yield from _measured_first(report)
    load = {"images_per_day", "peak_images_per_second"}.intersection(report.spec.constraints)
    if load and report.verdict.recommended and {"gpu", "resolution_px"} <= report.spec.constraints.keys():
        command = f"genarch cost {path}" if path else ""
        yield _step("Work out what it costs", "Compare the cost of the stated load by architecture.", command)


def _fallback(report: Evaluated) -> Step:
    """Where nothing else is to be said: try what is recommended; else state more."""
    if recommended := report.verdict.recommended:
        return _step("Try first", f"Try {both(list(map(name_words, recommended)))} on images of your own.", "")
    path, waiting = _file_of(report.spec.source), [entry.constraint for entry in report.undecided[:3]]
    first = f", {both(waiting)} first" if waiting else ""
    return _step("State more", f"State more of the deployment{first}.", f"genarch ask --answers {path}" if path else "")


def _measured_first(report: Evaluated) -> Iterator[Step]:
    """The model to try first; what is to be measured of it, where nothing shows that it keeps the budget."""
    stated = report.spec.constraints
    gpu, side, budget = (stated.get(name) for name in ("gpu", "resolution_px", "latency_budget_ms"))
    near = (start for start in report.nearest if start.candidate.status in UNSHOWN)
    untimed = [start for start in near if {miss.kind for miss in start.candidate.misses} == {"budget"}]
    if not report.start_with and not (report.verdict.recommended and untimed):
        return
    model = (*report.start_with, *untimed)[0].candidate
    guess = model.estimate
    what = f"{model.title}{f' on {gpu}' if gpu else ''}{f' at {format_answer(side)} px' if side else ''}"
    known = guess and gpu and isinstance(side, int)
    nets = f" --controlnets {guess.controlnets}" if guess and guess.controlnets else ""
    nets += " --with-image" if guess and any(part.component.endswith("-edit") for part in guess.factors.parts) else ""
    command = f"genarch estimate --model {model.model} --gpu {gpu} --resolution {side}{nets}" if known else ""
    if not isinstance(budget, int | float):
        verb = {"from_scratch": "Train", "fine_tune": "Tune"}.get(str(stated.get("training")), "Try")
        yield _step(f"{verb} first", f"{verb} {what} on images of your own.", command)
    elif model.status == "demonstrated" and model.row:
        took = f"it was measured at {ms_words(model.row.latency_ms)} on {model.row.hardware}"
        yield _step("Try first", f"Try {what} on images of your own: {took}.", command)
    else:
        took = f"{ms_words(guess.low_ms)} to {ms_words(guess.high_ms)} are estimated" if guess else "no time is known"
        measure = f"Measure {what}: {took}, and the budget is {ms_words(budget)}. 'genarch measure' times it."
        yield _step("Measure first", measure, command)


def _step(title: str, step: str, command: str) -> Step:
    return Step(None, title, step, command or None, None)


def _base(base: RuleTable, alone: Verdict, verdict: Verdict) -> Base:
    same = alone.verdict == verdict.verdict and set(alone.recommended) == set(verdict.recommended)
    return Base(base.name, alone, differs=not same)


@lru_cache(maxsize=8)
def _parts(rules: RuleTable) -> tuple[RulesPart, dict[str, Reason], dict[str, MethodPart], tuple[RiskPart, ...]]:
    """What reports have of a table and of its entries, by their ids: the same parts in every report."""
    entries: list[Rule | Assumption | Notice] = [*rules.rules, *rules.assumptions, *rules.notices]
    return (
        RulesPart(rules.identity, rules.header.source_title),
        {entry.id: _reason(entry) for entry in entries},
        {m.id: MethodPart(m.id, m.title, m.architectures, m.because, m.source) for m in rules.methods},
        tuple(RiskPart(entry.id, risk) for entry in rules.architectures for risk in entry.risks),
    )


def _reason(entry: Rule | Assumption | Notice) -> Reason:
    if not isinstance(entry, Rule):
        return Reason(entry.id, entry.title, entry.message, Effect({}, {}, ()), entry.source)
    gained = {name: points for name, points in entry.points.items() if points > 0}
    lost = {name: -points for name, points in entry.points.items() if points < 0}
    return Reason(entry.id, entry.title, entry.because, Effect(gained, lost, entry.excludes), entry.source)


def _summary(rules: RuleTable, evaluation: Evaluation) -> str:
    """The verdict's reason in one or two sentences."""
    verdict, margin = evaluation.verdict, evaluation.verdict.margin
    out = ", ".join(_excluded_families(rules, evaluation))
    if verdict.verdict == "infeasible":
        return f"Nothing is left: {out}."
    if verdict.verdict == "undetermined":
        also = f" ({out})." if out else "."
        return f"No rule that fired gives points to a family that is left, so nothing separates them{also}"
    survivors = [entry for entry in evaluation.ranking if not entry.excluded_by]
    names = both([name_words(family) for family in verdict.candidates])
    also = f"; {out}." if out else "."
    if margin is None:
        text = f"{names} is the only family {f'left: {out}' if out else 'there is'}."
    elif not margin.numerator:
        points = survivors[0].points
        level = dict.fromkeys(e.family for e in survivors if e.points == points and e.family not in verdict.candidates)
        others = f", and so is {both(list(map(name_words, level)))}" if level else ""
        text = f"{names} are level at {points} points each{others}{also}"
    else:
        apart = f"{margin.numerator} of the {margin.denominator} points that touch either"
        share = f"margin {float(margin):.2f}"
        if verdict.verdict == "evaluate_both":
            below = f"{float(rules.header.close_call):g}"
            text = f"{names} are too close to call: {apart} separate them ({share}, below {below}){also}"
        else:
            second = next(entry.family for entry in survivors if entry.family != verdict.verdict)
            text = f"{names} leads {name_words(second)} by {apart} ({share}){also}"
    return text[:1].upper() + text[1:] + "".join(_ties(survivors, evaluation.verdict.recommended))


def _excluded_families(rules: RuleTable, evaluation: Evaluation) -> Iterator[str]:
    """Which families are out whole, and by which rules."""
    for family in rules.families:
        by = [entry.excluded_by for entry in evaluation.ranking if entry.family == family.id]
        if by and all(by):
            yield f"{name_words(family.id)} is excluded by {both(list(dict.fromkeys(chain(*by))))}"


def _ties(survivors: Sequence[Ranked], recommended: Sequence[str]) -> Iterator[str]:
    """Architectures of a recommended family that have as many points as the one that is named."""
    for best in (entry for entry in survivors if entry.architecture in recommended):
        level = (e.architecture for e in survivors if (e.family, e.points) == (best.family, best.points))
        if tied := [name for name in level if name != best.architecture]:
            yield f" Within its family, {best.architecture} ties with {' and '.join(tied)}."
