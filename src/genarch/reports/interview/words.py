"""Where a questionnaire stands, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from genarch.reports.words import both, either, name_words
from genarch.table.answers import MANY, names_words
from genarch.table.constraints import CONSTRAINTS, Constraint
from genarch.table.interview import Decided, RuledOut, Sheet, Standing
from genarch.table.rules import Notice

INTRODUCTION = (
    "Questions about one deployment. They end as soon as the rest cannot change the answer. Type a number or a name; "
    "u if nobody knows, ? to learn why it is asked, b to go back, d to be done with what is known."
)


def progress_words(number: int, standing: Standing) -> str:
    """`Question 3, at most 9 more`."""
    more = len(standing.open) - 1
    return f"Question {number}, {f'at most {more} more' if more > 0 else 'the last one'}"


def learnt_words(standing: Standing, ruled_out: Sequence[RuledOut] | None) -> str:
    """What is still possible, what an answer ruled out, and by which rules; None for a question left open."""
    if not standing.possible:
        return "Every way to answer the rest contradicts itself; b goes back."
    left = either([name_words(verdict) for verdict in standing.possible])
    if not ruled_out:
        rules = "Left open." if ruled_out is None else "This rules nothing out."
        return f"{rules} Still possible: {left}."
    groups: dict[tuple[Decided, ...], list[str]] = {}
    for item in ruled_out:
        groups.setdefault(item.rules, []).append(name_words(item.verdict))
    told = [f"{both(names)} ({_reason(rules)})" for rules, names in groups.items()]
    only = "Only possible now" if len(standing.possible) == 1 else "Still possible"
    return f"{only}: {left}. Ruled out: {'; '.join(told)}."


def contradiction_words(notice: Notice) -> str:
    """What to say when an answer contradicts an earlier one."""
    return f"This contradicts an earlier answer: {notice.message} ({notice.id}) b goes back."


def _reason(rules: tuple[Decided, ...]) -> str:
    if not rules:
        return "no way to answer the rest leads there any more"
    fired = [item.rule for item in rules if item.hits]
    missed = [item.rule for item in rules if not item.hits]
    told = [f"{both(fired)} {'fires' if len(fired) == 1 else 'fire'}"] if fired else []
    return ", ".join([*told, *([f"{both(missed)} cannot fire"] if missed else [])])


def closing_words(standing: Standing, sheet: Sheet) -> str:
    """Why there is nothing more to ask, or what stays open."""
    answered = len(sheet.stated)
    rest = len(CONSTRAINTS) - answered
    count = f"{answered} answer{'' if answered == 1 else 's'}"
    verdict = name_words(standing.verdict.verdict)
    if standing.settled:
        others = f"the other {rest}" if rest > 1 else "the other one"
        return f"Settled after {count}: {verdict}.{f' Answers to {others} cannot change this verdict.' if rest else ''}"
    left = either([name_words(name) for name in standing.possible]) or "nothing"
    told = f"Not settled after {count}: {verdict} on what is stated; still possible: {left}."
    return f"{told} Not known: {both(list(sheet.declined))}." if sheet.declined else told


def setting_words(constraint: Constraint) -> str:
    """The option that answers a question without asking it: `--set domain=narrow|broad`."""
    if constraint.kind == "flag":
        return f"--set {constraint.name}=true|false"
    if constraint.kind == "set":
        return f"--set {constraint.name}=none, or some of {','.join(constraint.values)}"
    if len(constraint.values) > MANY:
        return f"--set {constraint.name}=NAME ({names_words(constraint)})"
    if constraint.values:
        return f"--set {constraint.name}={'|'.join(constraint.values)}"
    unit = (
        f" (in {constraint.unit}{', or as in 33ms, 1.5s, 30fps' if constraint.units else ''})"
        if constraint.unit
        else ""
    )
    return f"--set {constraint.name}=NUMBER{unit}"
