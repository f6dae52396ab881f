"""Restrictions of constraints: as conditions, as kinds of answers, and the steps by which they widen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from genarch.engine.space import Kind, Space, representatives, stretches
from genarch.engine.terms import satisfies
from genarch.model.conditions import Condition, Predicate, predicates
from genarch.model.constraints import BY_NAME, Value
from genarch.model.regions import Restriction, Stretch


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
