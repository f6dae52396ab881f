"""Brute force over a few constraints: every answer, every completion, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations, product

from genarch import RuleTable, decide
from genarch.engine.constraints import BY_NAME, Constraint, Range, Value
from genarch.engine.matching import Matcher
from genarch.engine.spec import Spec
from strategies import BETWEEN, NUMBERS


@cache
def every(name: str) -> Sequence[Value]:
    """Every answer, numbers by a grid that has one in each cell of the thresholds that the tables are drawn from."""
    constraint = BY_NAME[name]
    match constraint.kind:
        case "choice":
            return list(constraint.values)
        case "flag":
            return [True, False]
        case "set":
            sizes = range(len(constraint.values) + 1)
            return [frozenset(some) for size in sizes for some in combinations(constraint.values, size)]
        case "integer":
            return [int(number) for number in NUMBERS if number == int(number)]
    return list(NUMBERS)


def within(constraint: Constraint, stated: Value | None) -> Sequence[Value]:
    """Every answer, or those in a range: a number of each cell of the thresholds that the range meets."""
    if not isinstance(stated, Range):
        return every(constraint.name)
    numbers = sorted(
        {*NUMBERS, *BETWEEN, *map(int, BETWEEN)} if constraint.kind == "number" else map(int, (*NUMBERS, *BETWEEN))
    )
    return [number for number in numbers if constraint.allows(number) and stated.holds(number)]


def verdict(stated: dict[str, Value], rules: RuleTable) -> str:
    return decide(Spec("s", stated), rules).verdict


def contradictions(rules: RuleTable) -> Matcher:
    return Matcher([notice.when for notice in rules.notices])


def completions(stated: dict[str, Value], rules: RuleTable, names: tuple[str, ...]) -> list[dict[str, Value]]:
    """Every completion that does not contradict itself in a new way; of a range, every number in it."""
    matcher = contradictions(rules)
    before = matcher.match(stated).hits
    rest = [name for name in names if isinstance(stated.get(name), Range) or name not in stated]
    found = []
    for chosen in product(*(within(BY_NAME[name], stated.get(name)) for name in rest)):
        completed = {**stated, **dict(zip(rest, chosen, strict=True))}
        if not matcher.match(completed).hits & ~before:
            found.append(completed)
    return found
