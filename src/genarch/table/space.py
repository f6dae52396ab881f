"""The space of answers, cut into classes that conditions tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from genarch.table.answers import in_range
from genarch.table.conditions import Condition, predicates, threshold
from genarch.table.constraints import BY_NAME, Answers, Value
from genarch.table.matching import Column, Matcher
from genarch.table.rules import RuleTable


class Stretch(NamedTuple):
    """Neighbouring numbers that do the same: one of them, and where they begin and end, None for no end.

    `low` belongs to the stretch when `from_low`, `high` when `to_high`.
    """

    value: int | float
    low: int | float | None
    from_low: bool
    high: int | float | None
    to_high: bool

    def __str__(self) -> str:
        """`below 50`, `50 to below 100`, `above 50`, `1000 or more`, `50`."""
        if self.low is None and self.high is None:
            return "any"
        if self.low == self.high:
            return str(self.low)
        end = "" if self.high is None else f"{self.high} or less" if self.to_high else f"below {self.high}"
        if self.low is None:
            return end
        start = f"{self.low} or more" if self.from_low else f"above {self.low}"
        if self.high is None:
            return start
        return f"{self.low if self.from_low else start} to {self.high if self.to_high else f'below {self.high}'}"

    def holds(self, number: float) -> bool:
        """Whether a number is in it."""
        after_low = self.low is None or number > self.low or (self.from_low and number == self.low)
        return after_low and (self.high is None or number < self.high or (self.to_high and number == self.high))

    def joined(self, following: Stretch) -> Stretch:
        """This one and the one that follows it, as one."""
        return self._replace(high=following.high, to_high=following.to_high)


class AnswerClass(NamedTuple):
    """Answers to one constraint that do the same: one of them, and the terms that they fail."""

    value: Value
    fails: int


class Space:
    """Conditions that are watched, those that must not hit, and the classes of answers to what they read."""

    __slots__ = ("classes", "columns", "first_terms", "matcher", "thresholds", "watched", "watched_terms")

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
        named: dict[str, set[int | float]] = {}
        for predicate in (predicate for condition in every for predicate in predicates(condition)):
            if BY_NAME[predicate.constraint].numeric:
                named.setdefault(predicate.constraint, set()).add(threshold(predicate))
        self.thresholds = {name: sorted(numbers) for name, numbers in named.items()}
        """Every number that a condition names, by constraint, ascending."""
        self.classes = {name: distinct(self.answers(name)) for name in self.columns}

    def answers(self, name: str) -> list[AnswerClass]:
        """Answers to a constraint, at least one of each class, in the order of the declaration, numbers ascending."""
        constraint = BY_NAME[name]
        match constraint.kind:
            case "choice":
                values: Sequence[Value] = constraint.values
            case "flag":
                values = (True, False)
            case "set":
                sizes = range(len(constraint.values) + 1)
                values = [frozenset(some) for size in sizes for some in combinations(constraint.values, size)]
            case _:
                values = self.numbers(name)
        fails = self._fails(name)
        return [AnswerClass(value, fails(value)) for value in values]

    def numbers(self, name: str) -> list[int | float]:
        """One number on each threshold and in each gap between them that has an answer, ascending."""
        constraint = BY_NAME[name]
        lowest = constraint.at_least if constraint.at_least is not None else constraint.above or 0
        edges = sorted({lowest, *self.thresholds.get(name, ())})
        found = {*edges, edges[-1] * 2 or 1}
        for middle in ((here + following) / 2 for here, following in pairwise(edges)):
            found.add(int(middle) if constraint.kind == "integer" or middle == int(middle) else middle)
        return [number for number in sorted(found) if in_range(constraint, number)]

    def stretches(self, name: str) -> list[Stretch]:
        """The numbers in order, cut only where the conditions that they fail change."""
        thresholds, fails = self.thresholds.get(name, []), self._fails(name)
        found: list[Stretch] = []
        failed: int | None = None
        for number in self.numbers(name):
            point = number in thresholds
            high = number if point else min((edge for edge in thresholds if edge > number), default=None)
            if found and fails(number) == failed:
                found[-1] = found[-1].joined(Stretch(number, None, from_low=False, high=high, to_high=point))
                continue
            low = number if point else max((edge for edge in thresholds if edge < number), default=None)
            failed = fails(number)
            found.append(Stretch(number, low, point, high, point))
        return found

    def _fails(self, name: str) -> Callable[[Value], int]:
        return self.columns[name].fails if name in self.columns else lambda _: 0


def distinct(answers: Iterable[AnswerClass]) -> tuple[AnswerClass, ...]:
    """The first answer of each class."""
    found: dict[int, AnswerClass] = {}
    for answer in answers:
        found.setdefault(answer.fails, answer)
    return tuple(found.values())


def contradictions(rules: RuleTable) -> list[Condition]:
    """The conditions of a table's inconsistencies."""
    return [notice.when for notice in rules.notices if notice.level == "inconsistency"]


def ordered(answers: Answers) -> Answers:
    """Answers in the order of the declaration."""
    return {name: answers[name] for name in BY_NAME if name in answers}
