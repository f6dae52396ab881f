"""What conditions can tell apart: for each constraint, the answers that differ in what they do to them.

Most answers do the same: of the 128 sets of conditions the shipped table tells four kinds apart, of all budgets four
ranges. Going through the kinds is going through every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from genarch.engine.matching import Column, Matcher
from genarch.model.answers import in_range
from genarch.model.conditions import Condition, predicates, threshold
from genarch.model.constraints import BY_NAME, Answers, Constraint, Value
from genarch.model.regions import Stretch
from genarch.model.table import RuleTable


class Kind(NamedTuple):
    """Answers to one constraint that do the same: one of them, and the terms that they fail."""

    value: Value
    fails: int


class Space:
    """Conditions that are watched, those that must not hit, and the kinds of answers to what they read."""

    __slots__ = ("columns", "first_terms", "kinds", "matcher", "thresholds", "watched", "watched_terms")

    def __init__(
        self, conditions: Sequence[Condition], contradictions: Iterable[Condition] = (), *, first: Iterable[int] = ()
    ) -> None:
        """Cut the space; a search settles the conditions at the positions `first` before the others."""
        every = [*conditions, *contradictions]
        self.matcher = Matcher(every)
        self.columns: dict[str, Column] = {column.constraint: column for column in self.matcher.columns}
        self.watched = (1 << len(conditions)) - 1
        """The bits of the conditions that are watched; the others' are those of contradictions."""
        self.watched_terms = self.first_terms = 0
        for position in range(len(conditions)):
            self.watched_terms |= self.matcher.terms_of(position)
        for position in first:
            self.first_terms |= self.matcher.terms_of(position)
        self.thresholds = _thresholds(every)
        self.kinds: dict[str, tuple[Kind, ...]] = {
            name: _kinds(column, self.thresholds.get(name, [])) for name, column in self.columns.items()
        }

    def against(self, stated: Answers) -> tuple[int, int]:
        """The terms that stated answers fail, and those that an unstated constraint is read by."""
        failed = pending = 0
        for name, column in self.columns.items():
            value = stated.get(name)
            if value is None:
                pending |= column.reads
            else:
                failed |= column.fails(value)
        return failed, pending & ~failed


def table_space(rules: RuleTable) -> Space:
    """The space of a table's rules, without what its inconsistencies rule out.

    Assumptions play no part: they stand in for answers, and here every answer is tried.
    """
    return Space(
        [rule.when for rule in rules.rules],
        contradictions(rules),
        first=[at for at, rule in enumerate(rules.rules) if rule.excludes],
    )


def contradictions(rules: RuleTable) -> list[Condition]:
    """The conditions of a table's inconsistencies."""
    return [notice.when for notice in rules.notices if notice.level == "inconsistency"]


def _kinds(column: Column, thresholds: list[int | float]) -> tuple[Kind, ...]:
    found: dict[int, Kind] = {}
    for value in representatives(BY_NAME[column.constraint], thresholds):
        fails = column.fails(value)
        found.setdefault(fails, Kind(value, fails))
    return tuple(found.values())


def representatives(constraint: Constraint, thresholds: list[int | float]) -> list[Value]:
    """Answers among which there is one of each kind, in the order of the declaration, numbers ascending."""
    match constraint.kind:
        case "choice":
            return list(constraint.values)
        case "flag":
            return [True, False]
        case "set":
            sizes = range(len(constraint.values) + 1)
            return [frozenset(some) for size in sizes for some in combinations(constraint.values, size)]
    return list(cells(constraint, thresholds))


def cells(constraint: Constraint, thresholds: list[int | float]) -> list[int | float]:
    """One number on each threshold and in each gap between them that has an answer, ascending."""
    lowest = constraint.at_least if constraint.at_least is not None else constraint.above or 0
    edges = sorted({lowest, *thresholds})
    between = [_midway(here, following, constraint) for here, following in pairwise(edges)]
    beyond = edges[-1] * 2 or 1
    within = [number for number in between if number not in edges]
    return [number for number in sorted({*edges, *within, beyond}) if in_range(constraint, number)]


def stretches(
    constraint: Constraint, thresholds: list[int | float], does: Callable[[int | float], object]
) -> list[Stretch]:
    """The numbers in order, cut only where what they do changes."""
    found: list[Stretch] = []
    done: object = None
    for number in cells(constraint, thresholds):
        point = number in thresholds
        high = number if point else min((edge for edge in thresholds if edge > number), default=None)
        if found and does(number) == done:
            found[-1] = found[-1].joined(Stretch(number, None, from_low=False, high=high, to_high=point))
            continue
        low = number if point else max((edge for edge in thresholds if edge < number), default=None)
        done = does(number)
        found.append(Stretch(number, low, point, high, point))
    return found


def _midway(here: float, following: float, constraint: Constraint) -> int | float:
    middle = (here + following) / 2
    return int(middle) if constraint.kind == "integer" or middle == int(middle) else middle


def _thresholds(conditions: Iterable[Condition]) -> dict[str, list[int | float]]:
    """Every number that a condition names, by constraint, ascending."""
    found: dict[str, set[int | float]] = {}
    for condition in conditions:
        for predicate in predicates(condition):
            if BY_NAME[predicate.constraint].numeric:
                found.setdefault(predicate.constraint, set()).add(threshold(predicate))
    return {name: sorted(numbers) for name, numbers in found.items()}
