"""Regions of the space: stretches of numbers, restrictions of constraints, and what a region is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

from genarch.table.answers import in_range
from genarch.table.conditions import Condition, Predicate, predicates, satisfies, threshold
from genarch.table.constraints import BY_NAME, Answers, Constraint, Value
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


class Restriction(NamedTuple):
    """What a region asks of one constraint.

    `values` are the choices it admits, or the yes or no. For a number, it is the stretch; for a set, the members that
    must be in and those that must not.
    """

    constraint: str
    values: tuple[Value, ...] = ()
    stretch: Stretch | None = None
    members: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class Region(NamedTuple):
    """A part of the space in which one table answers `before` and another `after`, whatever else is answered.

    Answers are architectures, or the verdicts without one. `example` are complete answers in the region.
    """

    before: str
    after: str
    where: tuple[Restriction, ...]
    example: Answers


Elsewhere = Literal["yes", "no", "perhaps"]


class VerdictChange(NamedTuple):
    """Outcomes that two tables differ in, with regions where they do, and whether they do elsewhere too."""

    before: str
    after: str
    regions: tuple[Region, ...]
    elsewhere: Elsewhere


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


def conditions(item: Restriction) -> list[Predicate]:
    """What a restriction asks, all of which must hold."""
    name, stretch = item.constraint, item.stretch
    found: list[Predicate] = []
    names = tuple(value for value in item.values if not isinstance(value, frozenset))
    if BY_NAME[name].kind != "flag" and names:
        found.append(Predicate(name, "any_of", names))
    elif len(names) == 1:
        found.append(Predicate(name, "is", names))
    if item.members:
        found.append(Predicate(name, "all_of", item.members))
    if item.absent:
        found.append(Predicate(name, "none_of", item.absent))
    if stretch and stretch.low is not None:
        found.append(Predicate(name, "at_least" if stretch.from_low else "above", (stretch.low,)))
    if stretch and stretch.high is not None:
        found.append(Predicate(name, "at_most" if stretch.to_high else "below", (stretch.high,)))
    return found


class Step(NamedTuple):
    """One way to widen a restriction: by a choice, by the stretch beside it, or by leaving a member open."""

    value: Value | None = None
    stretch: Stretch | None = None
    member: str = ""

    def widened(self, item: Restriction) -> Restriction:
        """The restriction, wider by this step."""
        if self.value is not None:
            return item._replace(values=(*item.values, self.value))
        if self.stretch and item.stretch:
            lower, higher = sorted((self.stretch, item.stretch), key=lambda stretch: stretch.value)
            return item._replace(stretch=lower.joined(higher))
        return item._replace(
            members=tuple(member for member in item.members if member != self.member),
            absent=tuple(member for member in item.absent if member != self.member),
        )

    def added(self, item: Restriction) -> Restriction:
        """What the step adds to the restriction, without the rest of it."""
        if self.value is not None:
            return item._replace(values=(self.value,))
        if self.stretch:
            return item._replace(stretch=self.stretch)
        opened = self.widened(item)
        if self.member in item.members:
            return opened._replace(absent=(*opened.absent, self.member))
        return opened._replace(members=(*opened.members, self.member))


class Restrictions:
    """The restrictions that a space can tell apart."""

    def __init__(self, space: Space, read: Iterable[Condition]) -> None:
        """`read` are the conditions of the space."""
        self._kinds = space.kinds
        self.answers: dict[str, list[Kind]] = {
            name: [
                Kind(value, column.fails(value))
                for value in representatives(BY_NAME[name], space.thresholds.get(name, []))
            ]
            for name, column in space.columns.items()
        }
        self.stretches: dict[str, list[Stretch]] = {
            name: stretches(BY_NAME[name], space.thresholds[name], column.fails)
            for name, column in space.columns.items()
            if BY_NAME[name].numeric
        }
        named: dict[str, set[object]] = {name: set() for name in BY_NAME}
        for predicate in (predicate for condition in read for predicate in predicates(condition)):
            whole = predicate.operator == "is"  # which members a set has exactly, all of them decide
            named[predicate.constraint].update(BY_NAME[predicate.constraint].values if whole else predicate.operand)
        self.members = {name: tuple(v for v in BY_NAME[name].values if v in named[name]) for name in space.columns}
        """Of each set, the members that any condition tells apart."""

    def around(self, name: str, value: Value) -> Restriction:
        """The narrowest restriction that admits an answer."""
        if isinstance(value, frozenset):
            inside = tuple(member for member in self.members[name] if member in value)
            return Restriction(name, members=inside, absent=tuple(m for m in self.members[name] if m not in value))
        if isinstance(value, int | float) and BY_NAME[name].numeric:
            return Restriction(name, stretch=next(s for s in self.stretches[name] if s.holds(value)))
        return Restriction(name, values=(value,))

    def steps(self, item: Restriction) -> Iterator[Step]:
        """The steps by which a restriction can be widened, each to be tried on what the ones before it left."""
        if item.stretch:
            ranges = self.stretches[item.constraint]
            at = ranges.index(item.stretch)
            yield from (Step(stretch=stretch) for stretch in (*reversed(ranges[:at]), *ranges[at + 1 :]))
        if item.values:
            others = (kind.value for kind in self.answers[item.constraint] if kind.value not in item.values)
            yield from (Step(value=value) for value in others)
        yield from (Step(member=member) for member in (*item.absent, *item.members))

    def kinds(self, where: Mapping[str, Restriction]) -> dict[str, tuple[Kind, ...]]:
        """The kinds of answers that are left to each constraint."""
        return {**self._kinds, **{name: _distinct(self._admitted(item)) for name, item in where.items()}}

    def share(self, where: Iterable[Restriction]) -> float:
        """How much of the space is left, inconsistent answers counted."""
        share = 1.0
        for item in where:
            share *= len(self._admitted(item)) / len(self.answers[item.constraint])
        return share

    def _admitted(self, item: Restriction) -> list[Kind]:
        tests = conditions(item)
        return [kind for kind in self.answers[item.constraint] if all(satisfies(test, kind.value) for test in tests)]


def _distinct(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    found: dict[int, Kind] = {}
    for kind in kinds:
        found.setdefault(kind.fails, kind)
    return tuple(found.values())
