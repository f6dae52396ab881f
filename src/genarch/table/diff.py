"""Two rule tables compared: on which answers they differ, how, and where.

A complete answer on which the two differ is widened, constraint by constraint, for as long as everything in the widened
region still gives the same two results. Each region is exact and as large as it gets; how many it takes to cover every
difference depends on the change. Where a search meets its limit, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from typing import Literal, NamedTuple

from genarch.table.conditions import All, Predicate, constraints_read, predicates, satisfies
from genarch.table.constraints import BY_NAME, Answers, Value, in_order
from genarch.table.rules import Rule, RuleTable
from genarch.table.search import AnswerClass, Space, Stretch, distinct, find, sampled, search, verdict_search

LIMIT = 20_000
"""Nodes that one search for a difference may take: some one second. Tables that are alike need hundreds."""

WIDENING_LIMIT = 20_000
"""Nodes that one step of widening may take; where that is not enough, the region stays as it is."""

WIDENING_LIMIT_APART = 1_000
"""The same for tables so far apart that a search met its limit: they differ in many regions."""

TRIES = 30
"""Samples to look for an exception in, before a search for one."""

Elsewhere = Literal["yes", "no", "perhaps"]


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


_Classes = Mapping[str, tuple[AnswerClass, ...]]


class VerdictChange(NamedTuple):
    """Results in which two tables differ, with regions where they do, and whether they do elsewhere too."""

    before: str
    after: str
    regions: tuple[Region, ...]
    elsewhere: Elsewhere


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


class _Restrictions:
    """The restrictions that a space can tell apart."""

    def __init__(self, space: Space, read: Iterable[Predicate]) -> None:
        """`read` are the predicates of the space's conditions."""
        self.answers = {name: space.answers(name) for name in space.columns}
        self.stretches = {name: space.stretches(name) for name in space.columns if BY_NAME[name].numeric}
        named: dict[str, set[object]] = {name: set() for name in BY_NAME}
        for predicate in read:
            whole = predicate.operator == "is"  # which members a set has exactly, all of them decide
            named[predicate.constraint].update(BY_NAME[predicate.constraint].values if whole else predicate.operand)
        self.members = {name: tuple(v for v in BY_NAME[name].values if v in named[name]) for name in space.columns}
        """Of each set, the members that any condition tells apart."""
        self.admitted = cache(self._admitted)

    def _admitted(self, item: Restriction) -> tuple[AnswerClass, ...]:
        """The answers that a restriction admits."""
        tests = conditions(item)
        return tuple(a for a in self.answers[item.constraint] if all(satisfies(test, a.value) for test in tests))

    def around(self, name: str, value: Value) -> Restriction:
        """The narrowest restriction that admits an answer."""
        if isinstance(value, frozenset):
            inside = tuple(member for member in self.members[name] if member in value)
            return Restriction(name, members=inside, absent=tuple(m for m in self.members[name] if m not in value))
        if isinstance(value, int | float) and BY_NAME[name].numeric:
            return Restriction(name, stretch=next(s for s in self.stretches[name] if s.holds(value)))
        return Restriction(name, values=(value,))

    def wider(self, item: Restriction) -> Iterator[Callable[[Restriction], Restriction]]:
        """Ways to widen a restriction, each to be tried on what the ones before it left.

        By the stretch beside it, by a choice, or by leaving a member open.
        """
        if item.stretch:
            ranges = self.stretches[item.constraint]
            at = ranges.index(item.stretch)
            yield from (partial(_with_stretch, stretch) for stretch in (*reversed(ranges[:at]), *ranges[at + 1 :]))
        if item.values:
            others = (answer.value for answer in self.answers[item.constraint] if answer.value not in item.values)
            yield from (partial(_with_choice, value) for value in others)
        yield from (partial(_without_member, member) for member in (*item.absent, *item.members))

    def share(self, where: Iterable[Restriction]) -> float:
        """How much of the space is left, inconsistent answers counted."""
        share = 1.0
        for item in where:
            share *= len(self.admitted(item)) / len(self.answers[item.constraint])
        return share


def _with_stretch(stretch: Stretch, item: Restriction) -> Restriction:
    lower, higher = sorted((stretch, item.stretch or stretch), key=lambda each: each.value)
    return item._replace(stretch=lower.joined(higher))


def _with_choice(value: Value, item: Restriction) -> Restriction:
    return item._replace(values=(*item.values, value))


def _without_member(member: str, item: Restriction) -> Restriction:
    return item._replace(
        members=tuple(other for other in item.members if other != member),
        absent=tuple(other for other in item.absent if other != member),
    )


class _Side:
    """One table in the joint space: its rules' bits are shifted up by `shift`."""

    def __init__(self, rules: RuleTable, shift: int) -> None:
        self._table = verdict_search(rules)
        self._shift = shift
        self.own = (1 << len(rules.rules)) - 1 << shift
        families = {family.id for family in rules.families}
        self._others = [verdict for verdict in rules.verdicts if verdict not in families]
        self.results = [*self._table.scorer.architectures, *self._others]
        self.result = cache(self._result)

    def _result(self, hits: int) -> str:
        """The architecture that is recommended, or the verdict where none is."""
        verdict = self._table.scorer.judge((hits & self.own) >> self._shift)
        return verdict.architecture or verdict.verdict

    def may_be(self, hits: int, unknown: int, results: Sequence[str]) -> bool:
        """Whether any of these results may still come of these hits and open conditions."""
        reach = self._table.bounds.reach((hits & self.own) >> self._shift, (unknown & self.own) >> self._shift)
        return any(
            reach.any_of({result}) if result in self._others else reach.recommended(result) for result in results
        )


class Comparison:
    """Two tables side by side, on the answers that both call consistent."""

    def __init__(self, before: RuleTable, after: RuleTable) -> None:
        self._before, self._after = _Side(before, 0), _Side(after, len(before.rules))
        rules = (*before.rules, *after.rules)
        self._unlike = before.header.close_call != after.header.close_call or _members(before) != _members(after)
        self._changed = (1 << len(rules)) - 1 if self._unlike else _changed_bits(before, after)
        self._effects = [_effect(rule) for rule in rules]
        self._whens = [rule.when for rule in rules]
        self._ruled_out = list(dict.fromkeys([*verdict_search(before).ruled_out, *verdict_search(after).ruled_out]))
        self._first = [*_positions(self._changed), *(at for at, rule in enumerate(rules) if rule.excludes)]
        self._space = Space(self._whens, self._ruled_out, first=self._first)
        read = (predicate for when in (*self._whens, *self._ruled_out) for predicate in predicates(when))
        self._restrictions = _Restrictions(self._space, read)
        self.complete = True
        """Whether every search so far has come to its end."""

    def scope(self) -> tuple[Restriction, ...]:
        """What all answers on which the two differ have in common; empty when that is nothing, or nothing differs.

        Looked at are the constraints that a changed rule reads. An answer is left out of a restriction only where it
        was proved that with it the two never differ.
        """
        read = {name for at in _positions(self._changed) for name in constraints_read(self._whens[at])}
        read.intersection_update(self._space.columns)  # a condition that can never hit is left out of the space
        return tuple(item for name in BY_NAME if name in read and (item := self._common(name)))

    def changes(self, regions: int = 1) -> Iterator[VerdictChange]:
        """Each pair of different results that some complete answers have, with up to so many regions where they do."""
        for before, after, example in self._differences():
            found = [self._widened(before, after, example)]
            following, elsewhere = self._outside(found)
            while following and len(found) < regions:
                found.append(self._widened(before, after, following))
                following, elsewhere = self._outside(found)
            yield VerdictChange(before, after, tuple(found), elsewhere)

    def _differences(self) -> list[tuple[str, str, Answers]]:
        pairs = [(a, b) for a in self._before.results for b in self._after.results if a != b]
        found = search(self._space, lambda hits: (self._pair(hits),), self._may_be_any, pairs, limit=LIMIT)
        examples = dict(found.witnesses)
        self.complete &= found.complete
        for hits, answers in sampled(self._space) if not found.complete else ():  # what the search did not come to
            pair = self._pair(hits)
            if pair[0] != pair[1] and pair not in examples:
                named = zip(self._space.classes, answers, strict=True)
                examples[pair] = in_order({name: answer.value for name, answer in named})
        return [(*pair, examples[pair]) for pair in pairs if pair in examples]

    def _outside(self, regions: Sequence[Region]) -> tuple[Answers | None, Elsewhere]:
        """Answers that change as these regions' do, and are in none of them."""
        if not all(region.where for region in regions):
            return None, "no"  # one of them is everywhere
        before, after = regions[0].before, regions[0].after
        known = [All(tuple(part for item in region.where for part in conditions(item))) for region in regions]
        space = Space(self._whens, [*self._ruled_out, *known], first=self._first)
        found = search(space, lambda hits: (self._pair(hits),), self._may_be_any, [(before, after)], limit=LIMIT)
        return found.answers, "yes" if found.answers is not None else "no" if found.complete else "perhaps"

    def _common(self, name: str) -> Restriction | None:
        """What the differing answers have in common in one constraint."""
        constraint, known = BY_NAME[name], self._restrictions
        if constraint.kind == "set":
            members = tuple(m for m in known.members[name] if not self._differs(Restriction(name, absent=(m,))))
            absent = tuple(m for m in known.members[name] if not self._differs(Restriction(name, members=(m,))))
            return Restriction(name, members=members, absent=absent) if members or absent else None
        if constraint.numeric:
            ranges = known.stretches[name]
            met = [stretch for stretch in ranges if self._differs(Restriction(name, stretch=stretch))]
            whole = not met or (met[0] == ranges[0] and met[-1] == ranges[-1])
            return None if whole else Restriction(name, stretch=met[0].joined(met[-1]))
        every = [answer.value for answer in known.answers[name]]
        values = tuple(value for value in every if self._differs(Restriction(name, values=(value,))))
        return Restriction(name, values=values) if values and len(values) < len(every) else None

    def _differs(self, item: Restriction) -> bool:
        """Whether some answers differ under a restriction; True when in doubt."""
        classes = {item.constraint: distinct(self._restrictions.admitted(item))}
        found = find(
            self._space,
            lambda hits: self._before.result(hits) != self._after.result(hits),
            self._may_differ,
            classes=classes,
            limit=LIMIT,
        )
        return found.answers is not None or not found.complete

    def _pair(self, hits: int) -> tuple[str, str]:
        return self._before.result(hits), self._after.result(hits)

    def _may_be_any(self, hits: int, unknown: int, pairs: AbstractSet[tuple[str, str]]) -> bool:
        """Whether any of these pairs of results may still come of these hits and open conditions."""
        following: dict[str, list[str]] = {}
        for before, after in pairs if self._may_differ(hits, unknown) else ():
            following.setdefault(before, []).append(after)
        return any(
            self._before.may_be(hits, unknown, [before]) and self._after.may_be(hits, unknown, each)
            for before, each in following.items()
        )

    def _may_differ(self, hits: int, unknown: int) -> bool:
        """Whether rules that changed are still open, or hit on one side with effects that the other has not."""
        if self._unlike or unknown & self._changed:
            return True
        changed = hits & self._changed
        before = [self._effects[at] for at in _positions(changed & self._before.own)]
        after = [self._effects[at] for at in _positions(changed & self._after.own)]
        return sorted(before) != sorted(after)

    def _widened(self, before: str, after: str, example: Answers) -> Region:
        """The largest of the regions around an example that taking constraints in several orders gives.

        Tables so far apart that a search met its limit differ in many regions; there one order and less patience have
        to do.
        """
        names = list(self._space.columns)
        orders = (names, names[::-1], sorted(names, key=lambda name: len(self._restrictions.answers[name])))
        tried = orders if self.complete else orders[:1]
        found = [self._widened_in(order, before, after, example) for order in tried]
        return max(found, key=lambda region: self._restrictions.share(region.where))

    def _widened_in(self, order: Sequence[str], before: str, after: str, example: Answers) -> Region:
        """The region around an example: first without each constraint, then with more of its answers.

        All answers of the region have the same results already, so only what is added has to be looked at.
        """
        known = self._restrictions
        where = {name: known.around(name, example[name]) for name in order}
        for name in order:
            if self._all_change(self._added(where, name, known.answers[name]), before, after):
                del where[name]
        for name in list(where):
            for widened in known.wider(where[name]):
                item = widened(where[name])
                classes = self._added(where, name, known.admitted(item))
                if not classes[name] or (self._all_change(classes, before, after) and self._any(classes)):
                    where[name] = item
        return Region(before, after, tuple(where[name] for name in BY_NAME if name in where), example)

    def _added(self, where: Mapping[str, Restriction], name: str, answers: Iterable[AnswerClass]) -> _Classes:
        """The classes of a region's answers, but of one constraint those that the region does not have yet."""
        classes = {other: distinct(self._restrictions.admitted(item)) for other, item in where.items()}
        inside = {answer.fails for answer in classes[name]}
        return {**classes, name: tuple(answer for answer in distinct(answers) if answer.fails not in inside)}

    def _all_change(self, classes: _Classes, before: str, after: str) -> bool:
        """Whether all consistent answers of these classes have just these results."""
        if any(self._pair(hits) != (before, after) for hits, _ in sampled(self._space, count=TRIES, classes=classes)):
            return False
        others = [result for result in self._before.results if result != before]
        others_after = [result for result in self._after.results if result != after]
        found = find(
            self._space,
            lambda hits: self._pair(hits) != (before, after),
            lambda hits, unknown: (
                self._before.may_be(hits, unknown, others) or self._after.may_be(hits, unknown, others_after)
            ),
            classes=classes,
            limit=WIDENING_LIMIT if self.complete else WIDENING_LIMIT_APART,
        )
        return found.answers is None and found.complete

    def _any(self, classes: _Classes) -> bool:
        """Whether any consistent answers have these classes."""
        return find(self._space, lambda _: True, classes=classes).answers is not None


def _changed_bits(before: RuleTable, after: RuleTable) -> int:
    """The rules that the other table does not have, with this condition and this effect."""
    shift = len(before.rules)
    theirs = {(rule.when, _effect(rule)) for rule in before.rules}
    ours = {(rule.when, _effect(rule)) for rule in after.rules}
    changed = sum(1 << at for at, rule in enumerate(before.rules) if (rule.when, _effect(rule)) not in ours)
    return changed | sum(1 << shift + at for at, r in enumerate(after.rules) if (r.when, _effect(r)) not in theirs)


def _members(rules: RuleTable) -> list[tuple[str, str]]:
    return [(architecture.id, architecture.family) for architecture in rules.architectures]


def _effect(rule: Rule) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """What a rule does on a hit."""
    return tuple(sorted(rule.points.items())), tuple(sorted(rule.excludes))


def _positions(bits: int) -> list[int]:
    return [at for at in range(bits.bit_length()) if bits >> at & 1]
