"""The backtest as plain data: what every format of it is made from, and what the JSON format prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from genarch.table.answers import plain_answers
from genarch.table.backtest import (
    DIFFUSION_ON_OFFER,
    OUTCOMES,
    Case,
    Judged,
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
from genarch.table.scoring import scorer
from genarch.version import __version__

SCHEMA_VERSION = 1


DIFFUSION = "diffusion"

BacktestReport = dict[str, Any]


class Wanted(NamedTuple):
    """What is worked out beyond the scores."""

    ablation: bool = False
    leave_one_out: bool = False


def backtest_report(
    cases: Sequence[Case], tables: Sequence[RuleTable], against: RuleTable | None, wanted: Wanted
) -> BacktestReport:
    """The report on tables; with `against`, also what each gains and breaks in its place."""
    every = [*tables, *([against] if against and against not in tables else [])]
    judged = {table.name: judge(cases, table) for table in every}
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "groups": [_group(name, chosen, judged) for name, chosen in _groups(cases)],
        "tables": [_table(table, judged[table.name], wanted) for table in every],
        "against": [
            _against(table, against, judged) for table in tables if against is not None and table is not against
        ],
    }


def _groups(cases: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    """The cases by how much they say: strict ones first, those of other times apart; none that is empty."""
    groups = [
        ("strict", [case for case in cases if case.strict]),
        ("before_2022", [case for case in cases if case.year is not None and case.year < DIFFUSION_ON_OFFER]),
        ("all", list(cases)),
    ]
    return [(name, chosen) for name, chosen in groups if chosen]


def _group(name: str, cases: Sequence[Case], judged: dict[str, tuple[Judged, ...]]) -> dict[str, Any]:
    ids = {case.id for case in cases}
    common = most_common(cases)
    assert common is not None  # noqa: S101  (a group has cases)
    usual = [] if common == DIFFUSION or all(case.chosen != DIFFUSION for case in cases) else [DIFFUSION]
    return {
        "group": name,
        "cases": len(cases),
        "tables": [
            {"rules": table, **_score(score(item.outcome for item in found if item.case.id in ids))}
            for table, found in judged.items()
        ],
        "baselines": [
            {"always": verdict, "most_common": verdict == common, **_score(always(verdict, cases))}
            for verdict in (*usual, common)
        ],
    }


def _score(found: Score) -> dict[str, Any]:
    low, high = interval(found.right, found.cases)
    return {**found._asdict(), "cases": found.cases, "right_interval": [round(low, 4), round(high, 4)]}


def _table(rules: RuleTable, judged: Sequence[Judged], wanted: Wanted) -> dict[str, Any]:
    strict = [item for item in judged if item.case.strict]
    scope = strict or list(judged)
    return {
        "id": rules.header.id,
        "version": rules.header.version,
        "digest": rules.header.digest,
        "size": _size(rules),
        "scope": "strict" if strict else "all",
        "confusion": _confusion(scope, rules),
        "calibration": _calibration(scope),
        "results": [_result(item, rules) for item in judged],
        "ablation": _ablation(scope, rules) if wanted.ablation else None,
        "leave_one_out": _leave_one_out(scope, rules) if wanted.leave_one_out else None,
    }


def _size(rules: RuleTable) -> dict[str, int]:
    """How much there is to set in a table beside its close call: its strengths, and the numbers that it names."""
    numbers = {
        (predicate.constraint, predicate.operand)
        for rule in rules.rules
        for predicate in predicates(rule.when)
        if BY_NAME[predicate.constraint].numeric
    }
    return {
        "rules": len(rules.rules),
        "strengths": sum(len(rule.points) for rule in rules.rules),
        "thresholds": len(numbers),
    }


def _confusion(judged: Iterable[Judged], rules: RuleTable) -> list[dict[str, Any]]:
    """What was chosen against what was said, in the order of the table's verdicts."""
    counted = Counter((item.case.chosen, item.verdict.verdict) for item in judged)
    known = [*rules.verdicts, *sorted({chosen for chosen, _ in counted} - set(rules.verdicts))]
    return [
        {"chosen": chosen, "verdict": verdict, "cases": counted[chosen, verdict]}
        for chosen in known
        for verdict in rules.verdicts
        if (chosen, verdict) in counted
    ]


def _calibration(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """How often each confidence was right; null is that of verdicts without a recommendation."""
    found = []
    for confidence in ("forced", "clear", "lean", "close_call", None):
        outcomes = [item.outcome for item in judged if item.verdict.confidence == confidence]
        if outcomes:
            found.append({"confidence": confidence, **_score(score(outcomes))})
    return found


def _result(item: Judged, rules: RuleTable) -> dict[str, Any]:
    case, verdict = item.case, item.verdict
    return {
        "case": case.id,
        "title": case.spec.title,
        "path": case.spec.origin.path,
        "line": case.spec.origin.line,
        "year": case.year,
        "strict": case.strict,
        "constraints": plain_answers(case.spec.constraints),
        "chosen": case.chosen,
        "acceptable": list(case.acceptable),
        "reason": case.reason,
        "verdict": verdict.verdict,
        "candidates": list(verdict.candidates),
        "confidence": verdict.confidence,
        "outcome": item.outcome,
        "decided_by": [] if item.outcome == "right" else _decided_by(item, rules),
    }


def _decided_by(item: Judged, rules: RuleTable) -> list[dict[str, Any]]:
    """The rules that told the verdict from what was chosen, those that moved most first."""
    hits = scorer(rules).hits(item.case.spec.constraints)
    families = {architecture.id: architecture.family for architecture in rules.architectures}
    wanted, given = {item.case.chosen, *item.case.acceptable}, set(item.verdict.candidates)
    moved = []
    for at, rule in enumerate(rules.rules):
        if hits >> at & 1:
            shift = _shift(rule, families, given - wanted) - _shift(rule, families, wanted)
            out = [name for name in rule.excludes if families[name] in wanted]
            if shift > 0 or out:
                moved.append((-len(out), -shift, at, rule, out))
    return [
        {"rule": rule.id, "points": {name: points for name, points in rule.points.items() if points}, "excludes": out}
        for *_, rule, out in sorted(moved, key=lambda entry: entry[:3])
    ]


def _shift(rule: Rule, families: dict[str, str], of: set[str]) -> int:
    """The most points that a rule gives an architecture of these families."""
    return max((points for name, points in rule.points.items() if families[name] in of), default=0)


def _ablation(judged: Sequence[Judged], rules: RuleTable) -> list[dict[str, Any]]:
    return [
        {"rule": entry.rule, "hits": entry.cases, "without": _score(entry.without)}
        for entry in ablations(judged, rules)
    ]


def _leave_one_out(judged: Sequence[Judged], rules: RuleTable) -> dict[str, Any]:
    refit = leave_one_out([item.case for item in judged], rules)
    return {"values": refit.values, "seen": _score(refit.seen), "unseen": _score(refit.unseen)}


def _against(table: RuleTable, before: RuleTable, judged: dict[str, tuple[Judged, ...]]) -> dict[str, Any]:
    """The cases that come out better or worse with a table in place of another."""
    pairs = list(zip(judged[before.name], judged[table.name], strict=True))
    rank = OUTCOMES.index
    return {
        "rules": table.name,
        "against": before.name,
        "gains": [_moved(old, new) for old, new in pairs if rank(new.outcome) < rank(old.outcome)],
        "breaks": [_moved(old, new) for old, new in pairs if rank(new.outcome) > rank(old.outcome)],
    }


def _moved(old: Judged, new: Judged) -> dict[str, Any]:
    return {
        "case": new.case.id,
        "strict": new.case.strict,
        "chosen": new.case.chosen,
        "before": {"verdict": old.verdict.verdict, "confidence": old.verdict.confidence, "outcome": old.outcome},
        "after": {"verdict": new.verdict.verdict, "confidence": new.verdict.confidence, "outcome": new.outcome},
    }
