"""The report on a spec: one versioned value, which every format renders. Its field names are the keys of the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

from genarch.errors import Problem
from genarch.reports.evidence import EvidencePart
from genarch.reports.words import name_words
from genarch.table.constraints import BY_NAME, Answers
from genarch.table.forms import INLINED, OMITTED
from genarch.table.rules import Assumption, Citation, Notice, Ratio, Rule, RuleTable
from genarch.table.scoring import Confidence, Evaluation, Flip, Possible, Ranked, Stability, Undecided, Unread, evaluate
from genarch.table.spec import Origin, Spec
from genarch.version import __version__

if TYPE_CHECKING:
    from genarch.table.explore import Exploration

SCHEMA_VERSION: Final = "1.1"


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

    id: str
    version: str
    digest: str
    """sha256: over the digests of the table's files, the extended ones first."""
    source: str
    """What the table is taken from."""


class Effect(NamedTuple):
    """What a rule did; all empty for a note."""

    for_: Mapping[str, int]
    """Architecture to points."""
    against: Mapping[str, int]
    """Architecture to points taken."""
    excludes: tuple[str, ...]

    @property
    def points(self) -> Mapping[str, int]:
        """Architecture to points, below 0 against."""
        return {**self.for_, **{name: -points for name, points in self.against.items()}}


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


class RiskPart(NamedTuple):
    """What can go wrong with a recommended architecture."""

    architecture: str
    risk: str
    mitigation: str
    source: Citation


class Caution(NamedTuple):
    """What to know before acting; a contradiction within the spec has an id that begins with inconsistent-."""

    id: str
    message: str
    source: Citation


class Base(NamedTuple):
    """What the table that was extended says alone of the same answers."""

    rules: str
    """As id@version."""
    verdict: str
    architecture: str | None
    candidates: tuple[str, ...]
    recommended: tuple[str, ...]
    confidence: Confidence | None
    margin: float | None
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


class Evaluated(NamedTuple):
    """A spec with its verdict."""

    schema_version: Literal["1.1"]
    genarch_version: str
    spec: SpecPart
    rules: RulesPart
    verdict: str
    """A family, evaluate_both, undetermined or infeasible."""
    architecture: str | None
    """The best of that family; null without one."""
    candidates: tuple[str, ...]
    """Families in play, best first: two for evaluate_both, else one or none."""
    recommended: tuple[str, ...]
    """The architectures recommended: the best of each candidate family."""
    confidence: Confidence | None
    margin: float | None
    """Difference of the two best families' points over all points that touch either, to four places."""
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
    evidence: Annotated[EvidencePart | None, OMITTED] = None
    """What was measured and can be estimated; only where the spec has a latency budget."""
    explored: Annotated[Explored | None, INLINED] = None


class Refused(NamedTuple):
    """An input without a verdict."""

    schema_version: Literal["1.1"]
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
    evidence: EvidencePart | None = None,
    *,
    base: RuleTable | None = None,
) -> Evaluated:
    """The report of an evaluated spec.

    With an exploration, also what is settled and what would change the verdict; with `evidence` also what was measured.
    `base` is the table that this one extends: the report has what it alone would have said.
    """
    verdict = evaluation.verdict
    stated = {name: spec.constraints[name] for name in BY_NAME if name in spec.constraints}
    origin = spec.origin._replace(path=_encodable(spec.origin.path))
    reads = evidence.reads if evidence else ()
    notes = [entry for entry in evaluation.notices if entry.level == "note"]
    entries: list[Rule | Assumption | Notice] = [*evaluation.hits, *evaluation.assumed, *notes]
    table, reasons, methods, risks = _parts(rules)
    return Evaluated(
        schema_version=SCHEMA_VERSION,
        genarch_version=__version__,
        spec=SpecPart(spec.id, spec.title, origin, stated),
        rules=table,
        verdict=verdict.verdict,
        architecture=verdict.architecture,
        candidates=verdict.candidates,
        recommended=evaluation.recommended,
        confidence=verdict.confidence,
        margin=_rounded(verdict.margin),
        summary=_summary(rules, evaluation),
        base=_base(spec, base, evaluation) if base else None,
        ranking=evaluation.ranking,
        rationale=tuple([reasons[entry.id] for entry in entries]),
        methods=tuple([methods[method.id] for method in evaluation.methods]),
        risks=tuple([risk for risk in risks if risk.architecture in evaluation.recommended]),
        warnings=tuple([Caution(n.id, n.message, n.source) for n in evaluation.notices if n.level != "note"]),
        unread=tuple(entry for entry in evaluation.unread if entry.constraint not in reads),
        undecided=evaluation.undecided,
        evidence=evidence,
        explored=_explored(exploration) if exploration else None,
    )


def make_error_report(path: str, spec_id: str, problems: Sequence[Problem]) -> Refused:
    """The report of an input without a verdict; `spec_id` is the id that the path gives."""
    errors = tuple(problem._replace(path=_encodable(problem.path)) for problem in problems)
    spec = SpecPart(spec_id, "", Origin(_encodable(path)), {})
    return Refused(SCHEMA_VERSION, __version__, spec, errors[0], errors)


def _rounded(margin: Ratio | None) -> float | None:
    return None if margin is None else round(float(margin), 4)


def _encodable(path: str) -> str:
    """A path that any JSON reader takes: bytes of a file name that are not UTF-8 stand as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _base(spec: Spec, base: RuleTable, evaluation: Evaluation) -> Base:
    alone = evaluate(spec, base)
    verdict = alone.verdict
    same = verdict.verdict == evaluation.verdict.verdict and set(alone.recommended) == set(evaluation.recommended)
    return Base(
        rules=base.name,
        verdict=verdict.verdict,
        architecture=verdict.architecture,
        candidates=verdict.candidates,
        recommended=alone.recommended,
        confidence=verdict.confidence,
        margin=_rounded(verdict.margin),
        differs=not same,
    )


def _explored(exploration: Exploration) -> Explored:
    return Explored(
        settled=exploration.settled,
        possible=exploration.possible,
        left_out=exploration.left_out,
        next_question=exploration.next_question,
        flips=exploration.flips,
        binding=exploration.binding,
        relax=exploration.relax,
        stability=exploration.stability,
    )


@lru_cache(maxsize=8)
def _parts(rules: RuleTable) -> tuple[RulesPart, dict[str, Reason], dict[str, MethodPart], tuple[RiskPart, ...]]:
    """What reports have of a table and of its entries, by their ids: the same parts in every report."""
    header = rules.header
    reasons = {rule.id: _reason(rule) for rule in rules.rules}
    said: list[Assumption | Notice] = [*rules.assumptions, *rules.notices]
    for entry in said:
        reasons[entry.id] = Reason(entry.id, entry.title, entry.message, Effect({}, {}, ()), entry.source)
    return (
        RulesPart(header.id, header.version, header.digest, header.source_title),
        reasons,
        {m.id: MethodPart(m.id, m.title, m.architectures, m.because, m.source) for m in rules.methods},
        tuple(RiskPart(entry.id, *risk) for entry in rules.architectures for risk in entry.risks),
    )


def _reason(rule: Rule) -> Reason:
    gained = {name: points for name, points in rule.points.items() if points > 0}
    lost = {name: -points for name, points in rule.points.items() if points < 0}
    return Reason(rule.id, rule.title, rule.because, Effect(gained, lost, rule.excludes), rule.source)


# The summary


def _summary(rules: RuleTable, evaluation: Evaluation) -> str:
    """The verdict's reason in one or two sentences."""
    verdict, margin = evaluation.verdict, evaluation.verdict.margin
    name = name_words(verdict.verdict)
    out = _excluded_families(rules, evaluation)
    also = f"; {out}." if out else "."
    survivors = [entry for entry in evaluation.ranking if not entry.excluded_by]
    if verdict.verdict == "infeasible":
        return f"Nothing is left: {out}."
    if verdict.verdict == "undetermined":
        also = f" ({out})." if out else "."
        return f"No rule that fired gives points to a family that is left, so nothing separates them{also}"
    if margin is None:
        text = f"{name} is the only family {f'left: {out}' if out else 'there is'}."
    elif verdict.verdict != "evaluate_both":
        second = next(entry.family for entry in survivors if entry.family != verdict.verdict)
        text = f"{name} leads {name_words(second)} by {_apart(margin)} (margin {float(margin):.2f}){also}"
    elif margin.numerator:
        close = f"(margin {float(margin):.2f}, below {float(rules.header.close_call):g})"
        text = f"{_names(verdict.candidates)} are too close to call: {_apart(margin)} separate them {close}{also}"
    else:
        points = next(entry.points for entry in survivors if entry.architecture == evaluation.recommended[0])
        best: dict[str, int] = {}
        for entry in survivors:
            best.setdefault(entry.family, entry.points)
        level = [family for family, most in best.items() if most == points and family not in verdict.candidates]
        others = f", and so is {_names(level)}" if level else ""
        text = f"{_names(verdict.candidates)} are level at {points} points each{others}{also}"
    return text[:1].upper() + text[1:] + "".join(_ties(survivors, evaluation.recommended))


def _names(families: Sequence[str]) -> str:
    return " and ".join(map(name_words, families))


def _apart(margin: Ratio) -> str:
    return f"{margin.numerator} of the {margin.denominator} points that touch either"


def _excluded_families(rules: RuleTable, evaluation: Evaluation) -> str:
    """Which families are out whole, and by which rules."""
    found = []
    for family in rules.families:
        members = [entry for entry in evaluation.ranking if entry.family == family.id]
        if members and all(entry.excluded_by for entry in members):
            by = dict.fromkeys(rule for entry in members for rule in entry.excluded_by)
            found.append(f"{name_words(family.id)} is excluded by {' and '.join(by)}")
    return ", ".join(found)


def _ties(survivors: Sequence[Ranked], recommended: Sequence[str]) -> Iterator[str]:
    """Architectures of a recommended family that have as many points as the one that is named."""
    for best in survivors:
        if best.architecture in recommended:
            tied = [e.architecture for e in survivors if (e.family, e.points) == (best.family, best.points)]
            tied.remove(best.architecture)
            if tied:
                yield f" Within its family, {best.architecture} ties with {' and '.join(tied)}."
