"""The backtest in words and rows: shared by its text and Markdown formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genarch.reports.backtest.record import BacktestReport
from genarch.reports.words import both, effect_words, name_words, signed
from genarch.table.backtest import OUTCOMES, Outcome

_OUTCOME_WORDS = {name: name.replace("_", " ") for name in OUTCOMES}
_GROUPS = {
    "strict": "Strict, the source names the family and the others were on offer",
    "before_2022": "Before 2022, when usable diffusion was not on offer",
    "all": "All",
}


class Block(NamedTuple):
    """A part of the report: a heading, a table with its header, entries with lines of their own, and lines of text."""

    heading: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    entries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lines: tuple[str, ...] = ()


def blocks(report: BacktestReport, *, failures: bool) -> Iterator[Block]:
    """The parts of the report in order."""
    for group in report["groups"]:
        yield _scores(group)
    for table in report["tables"]:
        yield _confusion(table)
        yield _calibration(table)
        if failures:
            yield _failures(table)
        if table["ablation"] is not None:
            yield _ablation(table)
        if table["leave_one_out"] is not None:
            yield _leave_one_out(table)
    for comparison in report["against"]:
        yield _against(comparison)


def name_of(table: Mapping[str, Any]) -> str:
    """`article@1.0.0`."""
    return f"{table['id']}@{table['version']}"


def _scores(group: Mapping[str, Any]) -> Block:
    rows = [(entry["rules"], *_score_cells(entry)) for entry in group["tables"]]
    rows += [(_baseline_words(entry), *_score_cells(entry)) for entry in group["baselines"]]
    heading = f"{_GROUPS[group['group']]}: {_counted(group['cases'], 'case')}"
    return Block(heading, ("", "right", "95 %", "hedged", "wrong", "confidently wrong"), tuple(rows))


def _baseline_words(entry: Mapping[str, Any]) -> str:
    why = ", the most common" if entry["most_common"] else ""
    return f"always {name_words(entry['always'])}{why}"


def _score_cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = entry["right_interval"]
    shares = [_percent(entry[name], entry["cases"]) for name in OUTCOMES]
    return (shares[0], f"{100 * low:.0f}-{100 * high:.0f}", *shares[1:])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _confusion(table: Mapping[str, Any]) -> Block:
    said = _in_order([entry["verdict"] for entry in table["confusion"]], [e["chosen"] for e in table["confusion"]])
    counts = {(entry["chosen"], entry["verdict"]): entry["cases"] for entry in table["confusion"]}
    rows = [
        (name_words(chosen), *(str(counts.get((chosen, verdict), ".")) for verdict in said))
        for chosen in dict.fromkeys(entry["chosen"] for entry in table["confusion"])
    ]
    size = table["size"]
    told = (
        f"{_counted(size['rules'], 'rule')} with {_counted(size['strengths'], 'strength')}, "
        f"{_counted(size['thresholds'], 'threshold')} and the margin of a close call."
    )
    header = ("chosen", *(f"said {name_words(verdict)}" for verdict in said))
    return Block(f"{name_of(table)}: chosen and said, {_scope(table)}", header, tuple(rows), lines=(told,))


def _in_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """Each name once: those of the order as they stand there, then the others."""
    return [name for name in dict.fromkeys([*order, *names]) if name in names]


def _calibration(table: Mapping[str, Any]) -> Block:
    rows = [
        (str(entry["confidence"] or "none").replace("_", " "), str(entry["cases"]), *_score_cells(entry))
        for entry in table["calibration"]
    ]
    header = ("confidence", "cases", "right", "95 %", "hedged", "wrong", "confidently wrong")
    return Block(f"{name_of(table)}: how sure, how often right, {_scope(table)}", header, tuple(rows))


def _failures(table: Mapping[str, Any]) -> Block:
    missed = [result for result in table["results"] if result["outcome"] != "right"]
    missed.sort(key=lambda result: (not result["strict"], -OUTCOMES.index(result["outcome"])))
    lines = () if missed else ("None.",)
    return Block(f"{name_of(table)}: misses", lines=lines, entries=tuple((_miss(r), _why(r)) for r in missed))


def _miss(result: Mapping[str, Any]) -> str:
    about = ", ".join([*([str(result["year"])] if result["year"] else []), *(["strict"] if result["strict"] else [])])
    return (
        f"{result['case']}{f' ({about})' if about else ''}: chosen {name_words(result['chosen'])}, "
        f"said {_said(result)}: {_OUTCOME_WORDS[result['outcome']]}"
    )


def _said(result: Mapping[str, Any]) -> str:
    words = name_words(result["verdict"])
    if result["verdict"] == "evaluate_both":
        return f"{words}, {both([name_words(family) for family in result['candidates']])}"
    return f"{words} ({result['confidence'].replace('_', ' ')})" if result["confidence"] else words


def _why(result: Mapping[str, Any]) -> tuple[str, ...]:
    rules = result["decided_by"]
    told = [f"{entry['rule']}: {_effect(entry)}" for entry in rules] or ["no rule told it from what was chosen"]
    return (*told, *([f"the source: {result['reason']}"] if result["reason"] else []))


def _effect(entry: Mapping[str, Any]) -> str:
    gained = {name: points for name, points in entry["points"].items() if points > 0}
    lost = {name: -points for name, points in entry["points"].items() if points < 0}
    return effect_words({"for": gained, "against": lost, "excludes": entry["excludes"]})


def _ablation(table: Mapping[str, Any]) -> Block:
    whole = {name: sum(entry[name] for entry in table["calibration"]) for name in OUTCOMES}
    changes = [(entry, _changes(entry["without"], whole)) for entry in table["ablation"] if entry["hits"]]
    moving = sorted((item for item in changes if item[1]), key=lambda item: _rank(item[0]))
    idle = [entry["rule"] for entry, changed in changes if not changed]
    rest = len(table["ablation"]) - len(changes)
    lines = [f"Without any one of these, no outcome changes: {both(idle)}."] if idle else []
    lines += [f"{_counted(rest, 'further rule')} {'hits' if rest == 1 else 'hit'} none of these cases."] if rest else []
    entries = [(f"without {entry['rule']} ({_counted(entry['hits'], 'case')})", (told,)) for entry, told in moving]
    heading = f"{name_of(table)}: each rule taken out, {_scope(table)}"
    return Block(heading, entries=tuple(entries), lines=tuple(lines))


def _changes(without: Mapping[str, Any], whole: Mapping[Outcome, int]) -> str:
    moved = [(name, without[name] - whole[name]) for name in OUTCOMES]
    return ", ".join(f"{_OUTCOME_WORDS[name]} {signed(by)}" for name, by in moved if by)


def _rank(entry: Mapping[str, Any]) -> tuple[int, int, int]:
    """The rule that is missed most comes first."""
    return entry["without"]["right"], -entry["without"]["confidently_wrong"], -entry["hits"]


def _scope(table: Mapping[str, Any]) -> str:
    return "strict cases" if table["scope"] == "strict" else "all cases"


def _leave_one_out(table: Mapping[str, Any]) -> Block:
    found = table["leave_one_out"]
    rows = (
        ("fitted to all, on the same", *_score_cells(found["seen"])),
        ("each by a fit to the others", *_score_cells(found["unseen"])),
    )
    told = (
        f"All {found['values']} strengths fitted anew, from moderate throughout; conditions and thresholds as they are."
    )
    header = ("", "right", "95 %", "hedged", "wrong", "confidently wrong")
    return Block(f"{name_of(table)}: strengths left to the cases, {_scope(table)}", header, rows, lines=(told,))


def _against(comparison: Mapping[str, Any]) -> Block:
    gains, breaks = comparison["gains"], comparison["breaks"]
    told = f"{_counted(len(gains), 'case')} better, {len(breaks)} worse"
    heading = f"{comparison['rules']} in place of {comparison['against']}: {told}"
    entries = [(f"better: {_case_words(case)}", ()) for case in gains]
    entries += [(f"worse: {_case_words(case)}", ()) for case in breaks]
    return Block(heading, entries=tuple(entries))


def _case_words(case: Mapping[str, Any]) -> str:
    steps = (case["before"], case["after"])
    told = " -> ".join(f"{name_words(step['verdict'])} ({_OUTCOME_WORDS[step['outcome']]})" for step in steps)
    return f"{case['case']}{' (strict)' if case['strict'] else ''}, chosen {name_words(case['chosen'])}: {told}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
