"""The backtest: rule tables on documented cases, as a report and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Annotated, Literal

from genarch.engine import backtest
from genarch.engine.backtest import OUTCOMES, Ablation, LeaveOneOut, Outcome, Result, Score
from genarch.engine.conditions import predicates
from genarch.engine.constraints import BY_NAME
from genarch.engine.forms import INLINED
from genarch.engine.precedents import Weights
from genarch.engine.rules import RuleTable, TableVersion
from genarch.engine.scoring import Confidence
from genarch.engine.spec import DIFFUSION_ON_OFFER, Case
from genarch.engine.worth import Learner, left_out
from genarch.reports.page import Block, Entries, Entry, Paragraph, Section, Table, dim
from genarch.reports.words import both, counted, effect_words, name_words, signed
from genarch.reports.worth import CONFIDENCES, Calibration, Worth, worth_part, worth_sections
from genarch.values import NamedTuple
from genarch.version import __version__

EQUAL = Weights()
GroupName = Literal["strict", "before_2022", "all"]


class TableScore(NamedTuple):
    """A table's score on a group of cases."""

    rules: str
    """As id@version."""
    score: Annotated[Score, INLINED]


class Baseline(NamedTuple):
    """The score of one verdict given whatever is stated."""

    always: str
    most_common: bool
    """Whether it is what was chosen most often in this group."""
    score: Annotated[Score, INLINED]


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


class TableResults(NamedTuple):
    """A table and how it did, on strict cases where there are any."""

    rules: Annotated[TableVersion, INLINED]
    in_sample: bool
    """Whether facts of the table cite some of the cases: whoever wrote it had read them."""
    size: Size
    scope: Literal["strict", "all"]
    """The cases of confusion, calibration, ablation and leave_one_out."""
    confusion: tuple[Confusion, ...]
    calibration: tuple[Calibration, ...]
    results: tuple[Result, ...]
    """Every case."""
    ablation: tuple[Ablation, ...] | None
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
    left_out: tuple[Worth, ...]
    """Of calibrated tables; their confidences everywhere in the report are those of cases that were left out."""
    groups: tuple[Group, ...]
    tables: tuple[TableResults, ...]
    against: tuple[Against, ...]
    """With --against."""


_GROUPS: Mapping[GroupName, tuple[str, Callable[[Case | Result], bool]]] = {
    "strict": ("Strict, the source names the family and the others were available", lambda case: case.strict),
    "before_2022": (
        "Before 2022, when usable diffusion was not available",
        lambda case: case.year is not None and case.year < DIFFUSION_ON_OFFER,
    ),
    "all": ("All", lambda _: True),
}
"""Those that say most first, with a heading and which cases are in it."""


def backtest_report(
    cases: Sequence[Case],
    tables: Sequence[RuleTable],
    against: RuleTable | None,
    *,
    ablation: bool = False,
    leave_one_out: bool = False,
    weights: Weights = EQUAL,
    others: Sequence[Case] = (),
    learners: Mapping[str, Learner] | None = None,
) -> BacktestReport:
    """The report on tables; with `against`, also what each gains and breaks in its place.

    `others` are cases that count as precedents beside those that are scored.
    """
    every = [*tables, *([against] if against and against not in tables else [])]
    ids = {case.id for case in cases}
    known = [*cases, *(case for case in others if case.id not in ids)]
    judged, parts = {}, []
    for table in every:
        if by := table.header.calibration:
            left = left_out(known, table, weights, by.clear, ids)
            verdicts = {item.case.id: item.verdict for item in left}
            judged[table.name] = tuple(backtest.judge(cases, table, verdicts))
            if any(case.strict for case in cases):
                parts.append(worth_part(table, left, known, weights, learners or {}))
        else:
            judged[table.name] = tuple(backtest.judge(cases, table))
    found = (_table(table, judged[table.name], cases, ablation=ablation, refit=leave_one_out) for table in every)
    moved = (_against(judged, table.name, against.name) for table in tables if against and table is not against)
    return BacktestReport(1, __version__, tuple(parts), tuple(_groups(cases, judged)), tuple(found), tuple(moved))


def _groups(cases: Sequence[Case], judged: Mapping[str, Iterable[Result]]) -> Iterator[Group]:
    for group, (_, within) in _GROUPS.items():
        some = [case for case in cases if within(case)]
        outcomes = {table: [item.outcome for item in found if within(item)] for table, found in judged.items()}
        if some:
            tables = tuple(TableScore(table, backtest.score(each)) for table, each in outcomes.items())
            baselines = _baselines([case.chosen for case in some], partial(backtest.always, cases=some))
            yield Group(group, len(some), tables, baselines)


def _baselines(chosen: Collection[str], always: Callable[[str], Score]) -> tuple[Baseline, ...]:
    """What is compared with: diffusion, which many take for granted, where somebody chose it; and the most common."""
    common = backtest.most_common(chosen)
    names = (name for name in dict.fromkeys(("diffusion" if "diffusion" in chosen else None, common)) if name)
    return tuple(Baseline(name, name == common, always(name)) for name in names)


class Decided(NamedTuple):
    """What was chosen, and a verdict beside it."""

    chosen: str
    verdict: str
    confidence: Confidence | None
    outcome: Outcome


def history_report(decided: Mapping[RuleTable, Counter[Decided]]) -> BacktestReport:
    """The report of tables on decisions that were counted, without one by one."""
    chosen, scores, found = Counter[str](), list[TableScore](), list[TableResults]()
    for rules, counts in decided.items():
        chosen, outcomes = Counter(), Counter[Outcome]()
        for entry, count in counts.items():
            chosen[entry.chosen] += count
            outcomes[entry.outcome] += count
        scores.append(TableScore(rules.name, backtest.score(outcomes)))
        found.append(TableResults(rules.identity, False, _size(rules), "all", *_tallied(rules, counts), (), None, None))  # noqa: FBT003
    total = chosen.total()

    def always(name: str) -> Score:
        return backtest.score(Counter[Outcome]({"right": chosen[name], "wrong": total - chosen[name]}))

    groups = (Group("all", total, tuple(scores), _baselines(chosen, always)),)
    return BacktestReport(1, __version__, (), groups, tuple(found), ())


def _table(
    rules: RuleTable, results: tuple[Result, ...], cases: Sequence[Case], *, ablation: bool, refit: bool
) -> TableResults:
    strict = any(case.strict for case in cases)
    scope = [item for item in results if item.strict or not strict]
    counts = Counter(Decided(item.chosen, item.verdict, item.confidence, item.outcome) for item in scope)
    cited = {name for fact in rules.facts for name in fact.cases}
    return TableResults(
        rules.identity,
        any(case.id in cited for case in cases),
        _size(rules),
        "strict" if strict else "all",
        *_tallied(rules, counts),
        results,
        tuple(backtest.ablations(scope, rules)) if ablation else None,
        backtest.leave_one_out([case for case in cases if case.strict or not strict], rules) if refit else None,
    )


def _size(rules: RuleTable) -> Size:
    read = (predicate for rule in rules.rules for predicate in predicates(rule.when))
    thresholds = {(p.constraint, p.operand) for p in read if BY_NAME[p.constraint].numeric}
    return Size(len(rules.rules), sum(len(rule.points) for rule in rules.rules), len(thresholds))


def _tallied(rules: RuleTable, counts: Counter[Decided]) -> tuple[tuple[Confusion, ...], tuple[Calibration, ...]]:
    """What was chosen by what was said, and how it came out by confidence."""
    said, by_confidence = Counter[tuple[str, str]](), {name: Counter[Outcome]() for name in CONFIDENCES}
    for entry, count in counts.items():
        said[entry.chosen, entry.verdict] += count
        by_confidence[entry.confidence][entry.outcome] += count
    chosen = (*rules.verdicts, *sorted({chosen for chosen, _ in said} - set(rules.verdicts)))
    confusion = (Confusion(*pair, said[pair]) for pair in product(chosen, rules.verdicts) if pair in said)
    calibration = (Calibration(name, backtest.score(each)) for name, each in by_confidence.items() if each)
    return tuple(confusion), tuple(calibration)


def _against(judged: Mapping[str, Sequence[Result]], name: str, before: str) -> Against:
    """The cases that come out better or worse with a table in place of another."""
    moved: dict[bool, list[MovedCase]] = {True: [], False: []}
    for old, new in zip(judged[before], judged[name], strict=True):
        if old.outcome != new.outcome:
            sides = (VerdictOutcome(item.verdict, item.confidence, item.outcome) for item in (old, new))
            better = OUTCOMES.index(new.outcome) < OUTCOMES.index(old.outcome)
            moved[better].append(MovedCase(new.case, new.strict, new.chosen, *sides))
    return Against(name, before, tuple(moved[True]), tuple(moved[False]))


def backtest_page(report: BacktestReport, *, failures: bool, learners: str = "") -> Iterator[Block]:
    """What was left out first; then the scores of each group of cases, and table by table what they are made of.

    With `failures` every miss; `learners` says what else there is to compare with.
    """
    for part in report.left_out:
        yield from worth_sections(part, learners=learners)
    seen = {str(table.rules): ", in-sample" for table in report.tables if table.in_sample}
    for group in report.groups:
        rows = [(f"{entry.rules}{seen.get(entry.rules, '')}", entry.score) for entry in group.tables]
        for entry in group.baselines:
            common = ", the most common" if entry.most_common else ""
            rows.append((f"always {name_words(entry.always)}{common}", entry.score))
        yield Section(f"{_GROUPS[group.group][0]}: {counted(group.cases, 'case')}", (_scores(rows),), level=3)
    for table in report.tables:
        apart = any(part.rules == str(table.rules) for part in report.left_out)
        for title, blocks in _parts(table, failures=failures, confidences=not apart):
            yield Section(f"{table.rules}: {title}", blocks, level=3)
    for name, before, gains, breaks in report.against:
        change = f"{counted(len(gains), 'case')} better, {len(breaks)} worse"
        moved = [*(("better", case) for case in gains), *(("worse", case) for case in breaks)]
        lines = Entries(tuple(Entry(f"{how}: {_case_words(case)}") for how, case in moved))
        yield Section(f"{name} in place of {before}: {change}", (lines,), level=3)


def _scores(rows: Iterable[tuple[str, Score]], first: str = "") -> Table:
    """A row for each score; with a word for what each is of, also the number of cases, which then differs."""
    header = [first, *(["cases"] if first else []), "right", "95 %", "hedged", "wrong", "confidently wrong"]
    cells = []
    for name, found in rows:
        right, *others = (f"{100 * part / found.cases:.0f} %" if found.cases else "-" for part in found[:4])
        low, high = found.right_interval
        interval = f"{100 * low:.0f}-{100 * high:.0f}"
        cells.append((name, *([str(found.cases)] if first else []), right, interval, *others))
    return Table(tuple(header), tuple(cells), "l" + "r" * (len(header) - 1))


def _parts(table: TableResults, *, failures: bool, confidences: bool) -> Iterator[tuple[str, tuple[Block, ...]]]:
    """The parts on one table: their headings and blocks."""
    scope = "strict cases" if table.scope == "strict" else "all cases"
    scope += ", in-sample" if table.in_sample else ""
    rules, strengths, thresholds = table.size
    size = f"{counted(rules, 'rule')} with {counted(strengths, 'strength')}, {counted(thresholds, 'threshold')}"
    close_call = Paragraph(f"{size} and the margin of a close call.")
    yield f"chosen and said, {scope}", (_confusion_table(table.confusion), close_call)
    sure = [(name_words(entry.confidence or "none"), entry.score) for entry in table.calibration]
    if confidences:
        yield f"right by confidence, {scope}", (_scores(sure, "confidence"),)
    if failures:
        missed = [result for result in table.results if result.outcome != "right"]
        missed.sort(key=lambda result: (not result.strict, -OUTCOMES.index(result.outcome)))
        yield "misses", (Entries(tuple(map(_miss, missed))) if missed else Paragraph("None."),)
    if table.ablation is not None:
        yield f"each rule taken out, {scope}", tuple(_ablation(table.ablation, table))
    if (found := table.leave_one_out) is not None:
        fits = (("fitted to all, in-sample", found.seen), ("each by a fit to the others", found.unseen))
        how = "strengths fitted again, from moderate throughout; conditions and thresholds as they are."
        yield f"strengths fitted to the cases, {scope}", (_scores(fits), Paragraph(f"All {found.values} {how}"))


def _confusion_table(confusion: Sequence[Confusion]) -> Table:
    chosen = dict.fromkeys(entry.chosen for entry in confusion)
    verdicts = [entry.verdict for entry in confusion]
    said = [name for name in dict.fromkeys([*chosen, *verdicts]) if name in verdicts]
    counts = {(entry.chosen, entry.verdict): str(entry.cases) for entry in confusion}
    rows = [(name_words(name), *(counts.get((name, verdict), ".") for verdict in said)) for name in chosen]
    before = "said " if len(said) <= _SHORT else ""
    return Table(("chosen", *(f"{before}{name_words(name)}" for name in said)), tuple(rows), "l" + "r" * len(said))


_SHORT = 4
"""Verdicts of which each has its heading in full; of more they would not fit beside each other."""


def _miss(result: Result) -> Entry:
    """A case that came out otherwise than chosen, with the rules that did it and what the source says."""
    about = ", ".join([*([str(result.year)] if result.year else []), *(["strict"] if result.strict else [])])
    said = name_words(result.verdict)
    if result.verdict == "evaluate_both":
        said += f", {both([name_words(family) for family in result.candidates])}"
    elif result.confidence:
        said += f" ({name_words(result.confidence)})"
    first = f"{result.case}{f' ({about})' if about else ''}: chosen {name_words(result.chosen)}"
    below = [f"{rule.rule}: {effect_words(rule.points, rule.excludes)}" for rule in result.decided_by]
    below = below or ["no rule preferred it to what was chosen"]
    below += [f"the source: {result.reason}"] if result.reason else []
    lines = Entries(tuple(Entry(dim(words)) for words in below))
    return Entry(f"{first}, said {said}: {name_words(result.outcome)}", (lines,))


def _ablation(ablation: Sequence[Ablation], table: TableResults) -> Iterator[Block]:
    """The rules without which outcomes change, the one missed most first; then those that make no difference."""
    whole = Counter(result.outcome for result in table.results if result.strict or table.scope == "all")
    entries, moving = [], set()
    for rule, hits, without in sorted(ablation, key=lambda e: (e.without.right, -e.without.confidently_wrong, -e.hits)):
        moved = ((name, count - whole[name]) for name, count in zip(OUTCOMES, without[:4], strict=True))
        if change := ", ".join(f"{name_words(name)} {signed(by)}" for name, by in moved if by):
            entries.append(Entry(f"without {rule} ({counted(hits, 'case')}): {change}"))
            moving.add(rule)
    yield Entries(tuple(entries))
    if idle := [entry.rule for entry in ablation if entry.hits and entry.rule not in moving]:
        yield Paragraph(f"Without any one of these, no outcome changes: {both(idle)}.")
    if rest := sum(not entry.hits for entry in ablation):
        yield Paragraph(f"{counted(rest, 'further rule')} {'hits' if rest == 1 else 'hit'} none of these cases.")


def _case_words(case: MovedCase) -> str:
    sides = (case.before, case.after)
    steps = " -> ".join(f"{name_words(side.verdict)} ({name_words(side.outcome)})" for side in sides)
    return f"{case.case}{' (strict)' if case.strict else ''}, chosen {name_words(case.chosen)}: {steps}"
