"""The backtest: rule tables on documented cases, as a report and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from genarch.reports.entries import effect_of
from genarch.reports.page import Block, Entries, Entry, Paragraph, Section, Table, counted, dim, signed
from genarch.reports.words import both, name_words
from genarch.table.answers import Plain, plain_answers
from genarch.table.backtest import (
    DIFFUSION_ON_OFFER,
    OUTCOMES,
    Case,
    Judged,
    Outcome,
    Score,
    ablations,
    always,
    interval,
    judge,
    leave_one_out,
    most_common,
    score,
)
from genarch.table.conditions import predicates
from genarch.table.constraints import BY_NAME
from genarch.table.rules import Rule, RuleTable
from genarch.table.scoring import Confidence, scorer
from genarch.version import __version__

DIFFUSION = "diffusion"

GroupName = Literal["strict", "before_2022", "all"]


class ScoreReport(NamedTuple):
    """How many cases came out how."""

    right: int
    """The verdict is one that the case accepts."""
    hedged: int
    """The verdict is evaluate_both, and the family chosen is one of the two."""
    wrong: int
    """Any other verdict that was not clear or forced."""
    confidently_wrong: int
    """Any other verdict that was."""
    cases: int
    right_interval: tuple[float, float]
    """The bootstrap's 95 % interval of the share that is right."""


class TableScore(NamedTuple):
    """A table's score on a group of cases."""

    rules: str
    """As id@version."""
    right: int
    hedged: int
    wrong: int
    confidently_wrong: int
    cases: int
    right_interval: tuple[float, float]


class Baseline(NamedTuple):
    """The score of one verdict given whatever is stated."""

    always: str
    most_common: bool
    """Whether it is what was chosen most often in this group."""
    right: int
    hedged: int
    wrong: int
    confidently_wrong: int
    cases: int
    right_interval: tuple[float, float]


class Group(NamedTuple):
    """Cases that are scored together, and the scores."""

    group: GroupName
    cases: int
    tables: tuple[TableScore, ...]
    baselines: tuple[Baseline, ...]


class Size(NamedTuple):
    """How much there is to set in a table, beside its close call."""

    rules: int
    strengths: int
    """Pairs of a rule and an architecture with points."""
    thresholds: int
    """Different numbers that conditions name."""


class Confusion(NamedTuple):
    """How many cases with this choice got this verdict."""

    chosen: str
    verdict: str
    cases: int


class Calibration(NamedTuple):
    """The score of the verdicts of one confidence."""

    confidence: Confidence | None
    """Null: verdicts without a recommendation."""
    right: int
    hedged: int
    wrong: int
    confidently_wrong: int
    cases: int
    right_interval: tuple[float, float]


class DecidingRule(NamedTuple):
    """A rule that preferred the verdict to what was chosen."""

    rule: str
    points: Mapping[str, int]
    excludes: tuple[str, ...]
    """Of what was chosen or acceptable."""


class Result(NamedTuple):
    """One case with a table's verdict."""

    case: str
    title: str
    path: str
    line: int
    year: int | None
    strict: bool
    constraints: Mapping[str, Plain]
    chosen: str
    acceptable: tuple[str, ...]
    reason: str
    verdict: str
    candidates: tuple[str, ...]
    confidence: Confidence | None
    outcome: Outcome
    decided_by: tuple[DecidingRule, ...]
    """For a miss, the rules that did it, those that moved most first."""


class AblatedRule(NamedTuple):
    """A rule taken out."""

    rule: str
    hits: int
    """Cases that it hits."""
    without: ScoreReport


class LeaveOneOut(NamedTuple):
    """Strengths fitted to the cases."""

    values: int
    """Strengths that were fitted."""
    seen: ScoreReport
    """Fitted to all cases, on the same."""
    unseen: ScoreReport
    """Each case by strengths fitted to the others."""


class TableResults(NamedTuple):
    """A table and how it did, on strict cases where there are any."""

    id: str
    version: str
    digest: str
    size: Size
    scope: Literal["strict", "all"]
    """The cases of confusion, calibration, ablation and leave_one_out."""
    confusion: tuple[Confusion, ...]
    calibration: tuple[Calibration, ...]
    results: tuple[Result, ...]
    """Every case."""
    ablation: tuple[AblatedRule, ...] | None
    """With --ablation."""
    leave_one_out: LeaveOneOut | None
    """With --leave-one-out."""


class VerdictOutcome(NamedTuple):
    """A verdict and how it came out."""

    verdict: str
    confidence: Confidence | None
    outcome: Outcome


class MovedCase(NamedTuple):
    """A case that comes out differently."""

    case: str
    strict: bool
    chosen: str
    before: VerdictOutcome
    after: VerdictOutcome


class Against(NamedTuple):
    """A table in place of another."""

    rules: str
    against: str
    gains: tuple[MovedCase, ...]
    breaks: tuple[MovedCase, ...]


class BacktestReport(NamedTuple):
    """A backtest of rule tables on documented cases."""

    schema_version: Literal[1]
    genarch_version: str
    groups: tuple[Group, ...]
    tables: tuple[TableResults, ...]
    against: tuple[Against, ...]
    """With --against."""


def backtest_report(
    cases: Sequence[Case],
    tables: Sequence[RuleTable],
    against: RuleTable | None,
    *,
    ablation: bool = False,
    leave_one_out: bool = False,
) -> BacktestReport:
    """The report on tables; with `against`, also what each gains and breaks in its place."""
    every = [*tables, *([against] if against and against not in tables else [])]
    judged = {table.name: judge(cases, table) for table in every}
    return BacktestReport(
        schema_version=1,
        genarch_version=__version__,
        groups=tuple(_group(name, chosen, judged) for name, chosen in _groups(cases)),
        tables=tuple(_table(table, judged[table.name], ablation=ablation, refit=leave_one_out) for table in every),
        against=tuple(
            _against(table.name, judged[table.name], against.name, judged[against.name])
            for table in tables
            if against is not None and table is not against
        ),
    )


def _groups(cases: Sequence[Case]) -> list[tuple[GroupName, list[Case]]]:
    """The cases by how much they say: strict ones first, those of other times apart; none that is empty."""
    groups: list[tuple[GroupName, list[Case]]] = [
        ("strict", [case for case in cases if case.strict]),
        ("before_2022", [case for case in cases if case.year is not None and case.year < DIFFUSION_ON_OFFER]),
        ("all", list(cases)),
    ]
    return [(name, chosen) for name, chosen in groups if chosen]


def _group(name: GroupName, cases: Sequence[Case], judged: Mapping[str, Iterable[Judged]]) -> Group:
    ids = {case.id for case in cases}
    common = most_common(cases)
    assert common is not None  # noqa: S101  (a group has cases)
    usual = [] if common == DIFFUSION or all(case.chosen != DIFFUSION for case in cases) else [DIFFUSION]
    return Group(
        name,
        len(cases),
        tuple(
            TableScore(table, *_scored(score(item.outcome for item in found if item.case.id in ids)))
            for table, found in judged.items()
        ),
        tuple(Baseline(verdict, verdict == common, *_scored(always(verdict, cases))) for verdict in (*usual, common)),
    )


def _scored(found: Score) -> ScoreReport:
    low, high = interval(found.right, found.cases)
    return ScoreReport(*found, found.cases, (round(low, 4), round(high, 4)))


def _table(rules: RuleTable, judged: Sequence[Judged], *, ablation: bool, refit: bool) -> TableResults:
    strict = [item for item in judged if item.case.strict]
    scope = strict or list(judged)
    return TableResults(
        *rules.identity,
        _size(rules),
        "strict" if strict else "all",
        _confusion(scope, rules),
        _calibration(scope),
        tuple(_result(item, rules) for item in judged),
        tuple(AblatedRule(item.rule, item.cases, _scored(item.without)) for item in ablations(scope, rules))
        if ablation
        else None,
        _leave_one_out(scope, rules) if refit else None,
    )


def _size(rules: RuleTable) -> Size:
    numbers = {
        (predicate.constraint, predicate.operand)
        for rule in rules.rules
        for predicate in predicates(rule.when)
        if BY_NAME[predicate.constraint].numeric
    }
    return Size(len(rules.rules), sum(len(rule.points) for rule in rules.rules), len(numbers))


def _confusion(judged: Iterable[Judged], rules: RuleTable) -> tuple[Confusion, ...]:
    """What was chosen by what was said, in the order of the table's verdicts."""
    counted = Counter((item.case.chosen, item.verdict.verdict) for item in judged)
    known = [*rules.verdicts, *sorted({chosen for chosen, _ in counted} - set(rules.verdicts))]
    return tuple(
        Confusion(chosen, verdict, counted[chosen, verdict])
        for chosen in known
        for verdict in rules.verdicts
        if (chosen, verdict) in counted
    )


def _calibration(judged: Sequence[Judged]) -> tuple[Calibration, ...]:
    """How often each confidence was right; None is that of verdicts without a recommendation."""
    order: tuple[Confidence | None, ...] = ("forced", "clear", "lean", "close_call", None)
    outcomes = {name: [item.outcome for item in judged if item.verdict.confidence == name] for name in order}
    return tuple(Calibration(name, *_scored(score(found))) for name, found in outcomes.items() if found)


def _result(item: Judged, rules: RuleTable) -> Result:
    case, verdict = item.case, item.verdict
    return Result(
        case=case.id,
        title=case.spec.title,
        path=case.spec.origin.path,
        line=case.spec.origin.line,
        year=case.year,
        strict=case.strict,
        constraints=plain_answers(case.spec.constraints),
        chosen=case.chosen,
        acceptable=case.acceptable,
        reason=case.reason,
        verdict=verdict.verdict,
        candidates=verdict.candidates,
        confidence=verdict.confidence,
        outcome=item.outcome,
        decided_by=() if item.outcome == "right" else _decided_by(item, rules),
    )


def _decided_by(item: Judged, rules: RuleTable) -> tuple[DecidingRule, ...]:
    """The rules that preferred the verdict to what was chosen, those that moved most first."""
    hits = scorer(rules).hits(item.case.spec.constraints)
    families = {architecture.id: architecture.family for architecture in rules.architectures}
    wanted, given = {item.case.chosen, *item.case.acceptable}, set(item.verdict.candidates)

    def most(rule: Rule, of: set[str]) -> int:
        return max((points for name, points in rule.points.items() if families[name] in of), default=0)

    moved = []
    for rule in (rule for at, rule in enumerate(rules.rules) if hits >> at & 1):
        shift = most(rule, given - wanted) - most(rule, wanted)
        out = tuple(name for name in rule.excludes if families[name] in wanted)
        if shift > 0 or out:
            points = {name: points for name, points in rule.points.items() if points}
            moved.append((-len(out), -shift, DecidingRule(rule.id, points, out)))
    return tuple(entry for *_, entry in sorted(moved, key=lambda found: found[:2]))


def _leave_one_out(judged: Sequence[Judged], rules: RuleTable) -> LeaveOneOut:
    refit = leave_one_out([item.case for item in judged], rules)
    return LeaveOneOut(refit.values, _scored(refit.seen), _scored(refit.unseen))


def _against(name: str, judged: Sequence[Judged], before: str, judged_before: Sequence[Judged]) -> Against:
    """The cases that come out better or worse with a table in place of another."""
    rank = OUTCOMES.index
    moved = [
        (
            rank(new.outcome) - rank(old.outcome),
            MovedCase(new.case.id, new.case.strict, new.case.chosen, _how(old), _how(new)),
        )
        for old, new in zip(judged_before, judged, strict=True)
    ]
    return Against(
        name,
        before,
        gains=tuple(case for change, case in moved if change < 0),
        breaks=tuple(case for change, case in moved if change > 0),
    )


def _how(item: Judged) -> VerdictOutcome:
    return VerdictOutcome(item.verdict.verdict, item.verdict.confidence, item.outcome)


_GROUPS: Mapping[GroupName, str] = {
    "strict": "Strict, the source names the family and the others were on offer",
    "before_2022": "Before 2022, when usable diffusion was not on offer",
    "all": "All",
}
_SCORE_HEADER = ("right", "95 %", "hedged", "wrong", "confidently wrong")

_Scored = ScoreReport | TableScore | Baseline | Calibration


def backtest_page(report: BacktestReport, *, failures: bool) -> Iterator[Block]:
    """The scores of each group of cases, then table by table what they are made of; with `failures` every miss."""
    for group in report.groups:
        rows = [(entry.rules, entry) for entry in group.tables] + [
            (_baseline(entry), entry) for entry in group.baselines
        ]
        yield Section(f"{_GROUPS[group.group]}: {counted(group.cases, 'case')}", (_scores(rows),), level=3)
    for table in report.tables:
        yield from _table_sections(table, failures=failures)
    for against in report.against:
        yield _moved(against)


def _baseline(entry: Baseline) -> str:
    return f"always {name_words(entry.always)}{', the most common' if entry.most_common else ''}"


def _scores(rows: Iterable[tuple[str, _Scored]], *, first: str = "", counts: bool = False) -> Table:
    """A row for each score, with the number of cases where that differs from row to row."""
    header = (first, *(["cases"] if counts else []), *_SCORE_HEADER)
    cells = ((name, *([str(found.cases)] if counts else []), *_shares(found)) for name, found in rows)
    return Table(header, tuple(cells), "l" + "r" * (len(header) - 1))


def _shares(found: _Scored) -> tuple[str, ...]:
    low, high = found.right_interval
    shares = [f"{100 * getattr(found, name) / found.cases:.0f} %" if found.cases else "-" for name in OUTCOMES]
    return (shares[0], f"{100 * low:.0f}-{100 * high:.0f}", *shares[1:])


def _table_sections(table: TableResults, *, failures: bool) -> Iterator[Section]:
    name = f"{table.id}@{table.version}"
    scope = "strict cases" if table.scope == "strict" else "all cases"
    confusion = (_confusion_table(table.confusion), Paragraph(_size_words(table.size)))
    yield Section(f"{name}: chosen and said, {scope}", confusion, level=3)
    sure = [((entry.confidence or "none").replace("_", " "), entry) for entry in table.calibration]
    yield Section(f"{name}: right by confidence, {scope}", (_scores(sure, first="confidence", counts=True),), level=3)
    if failures:
        missed = [result for result in table.results if result.outcome != "right"]
        missed.sort(key=lambda result: (not result.strict, -OUTCOMES.index(result.outcome)))
        yield Section(
            f"{name}: misses", (Entries(tuple(map(_miss, missed))) if missed else Paragraph("None."),), level=3
        )
    if table.ablation is not None:
        yield Section(
            f"{name}: each rule taken out, {scope}", tuple(_ablation(table.ablation, table.calibration)), level=3
        )
    if (found := table.leave_one_out) is not None:
        rows = (("fitted to all, on the same", found.seen), ("each by a fit to the others", found.unseen))
        how = "strengths fitted anew, from moderate throughout; conditions and thresholds as they are."
        heading = f"{name}: strengths fitted to the cases, {scope}"
        yield Section(heading, (_scores(rows), Paragraph(f"All {found.values} {how}")), level=3)


def _confusion_table(confusion: Sequence[Confusion]) -> Table:
    chosen = dict.fromkeys(entry.chosen for entry in confusion)
    verdicts = [entry.verdict for entry in confusion]
    said = [name for name in dict.fromkeys([*chosen, *verdicts]) if name in verdicts]
    counts = {(entry.chosen, entry.verdict): str(entry.cases) for entry in confusion}
    rows = [(name_words(name), *(counts.get((name, verdict), ".") for verdict in said)) for name in chosen]
    return Table(("chosen", *(f"said {name_words(name)}" for name in said)), tuple(rows), "l" + "r" * len(said))


def _size_words(size: Size) -> str:
    return (
        f"{counted(size.rules, 'rule')} with {counted(size.strengths, 'strength')}, "
        f"{counted(size.thresholds, 'threshold')} and the margin of a close call."
    )


def _miss(result: Result) -> Entry:
    """A case that came out otherwise than chosen, with the rules that did it and what the source says."""
    about = ", ".join([*([str(result.year)] if result.year else []), *(["strict"] if result.strict else [])])
    said = name_words(result.verdict)
    if result.verdict == "evaluate_both":
        said += f", {both([name_words(family) for family in result.candidates])}"
    elif result.confidence:
        said += f" ({result.confidence.replace('_', ' ')})"
    first = (
        f"{result.case}{f' ({about})' if about else ''}: chosen {name_words(result.chosen)}, "
        f"said {said}: {_outcome_words(result.outcome)}"
    )
    rules = [f"{rule.rule}: {effect_of(rule)}" for rule in result.decided_by]
    reason = [f"the source: {result.reason}"] if result.reason else []
    below = [*(rules or ["no rule preferred it to what was chosen"]), *reason]
    return Entry(first, (Entries(tuple(Entry(dim(words)) for words in below)),))


def _outcome_words(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _ablation(ablation: Sequence[AblatedRule], calibration: Sequence[Calibration]) -> Iterator[Block]:
    """The rules without which outcomes change, the one missed most first; then those that make no difference."""
    hitting = [entry for entry in ablation if entry.hits]
    changes: dict[str, str] = {}
    for entry in hitting:
        moved = [(n, getattr(entry.without, n) - sum(getattr(part, n) for part in calibration)) for n in OUTCOMES]
        changes[entry.rule] = ", ".join(f"{_outcome_words(name)} {signed(by)}" for name, by in moved if by)
    moving = [entry for entry in hitting if changes[entry.rule]]
    moving.sort(key=lambda entry: (entry.without.right, -entry.without.confidently_wrong, -entry.hits))
    yield Entries(tuple(Entry(f"without {e.rule} ({counted(e.hits, 'case')}): {changes[e.rule]}") for e in moving))
    if idle := [entry.rule for entry in hitting if not changes[entry.rule]]:
        yield Paragraph(f"Without any one of these, no outcome changes: {both(idle)}.")
    if rest := len(ablation) - len(hitting):
        yield Paragraph(f"{counted(rest, 'further rule')} {'hits' if rest == 1 else 'hit'} none of these cases.")


def _moved(against: Against) -> Section:
    change = f"{counted(len(against.gains), 'case')} better, {len(against.breaks)} worse"
    entries = [
        Entry(f"{word}: {_case_words(case)}")
        for word, cases in (("better", against.gains), ("worse", against.breaks))
        for case in cases
    ]
    heading = f"{against.rules} in place of {against.against}: {change}"
    return Section(heading, (Entries(tuple(entries)),) if entries else (), level=3)


def _case_words(case: MovedCase) -> str:
    steps = " -> ".join(
        f"{name_words(step.verdict)} ({_outcome_words(step.outcome)})" for step in (case.before, case.after)
    )
    return f"{case.case}{' (strict)' if case.strict else ''}, chosen {name_words(case.chosen)}: {steps}"
