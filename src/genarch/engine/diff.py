"""Two rule tables compared: on which answers they differ, how, and where.

A complete answer on which the two differ is widened, constraint by constraint, for as long as everything in the widened
region still gives the same two results. Each region is exact and as large as it gets; how many it takes to cover every
difference depends on the change. Where a search meets its limit, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from math import prod
from typing import Annotated, Literal, cast

from genarch.engine.budget import Budget
from genarch.engine.completions import sampled
from genarch.engine.conditions import All, Operator, Predicate, constraints_read, satisfies
from genarch.engine.constraints import BY_NAME, Answers, Range, Value, in_order
from genarch.engine.forms import OMITTED
from genarch.engine.matching import positions
from genarch.engine.rules import Rule, RuleTable
from genarch.engine.search import AnswerClass, Space, distinct, find, search, verdict_search
from genarch.values import NamedTuple

TOTAL = 400_000
"""Steps that all searches of a comparison may take together: some half a minute."""

LIMIT = 20_000
"""Nodes that one search for a difference may take: some one second. Tables that are alike need hundreds."""

LIMIT_APART = 5_000
"""The same for one beyond known regions, of tables so far apart that a search met its limit: there are more mostly."""

WIDENING_LIMIT = 20_000
"""Nodes that one step of widening may take; where that is not enough, the region stays as it is."""

WIDENING_LIMIT_APART = 1_000
"""The same for tables so far apart: they differ in many regions."""

ANSWERS = 10
"""Answers of a region that are looked at in one step of widening it."""

TRIES = 30
"""Samples to look for an exception in, before a search for one."""

Elsewhere = Literal["yes", "no", "perhaps"]


class Where(NamedTuple):
    """What a region asks of one constraint, in the words of a table's conditions; what it does not ask is absent."""

    constraint: str
    is_: Annotated[bool | None, OMITTED] = None
    any_of: Annotated[tuple[str, ...] | None, OMITTED] = None
    all_of: Annotated[tuple[str, ...] | None, OMITTED] = None
    none_of: Annotated[tuple[str, ...] | None, OMITTED] = None
    at_least: Annotated[int | float | None, OMITTED] = None
    above: Annotated[int | float | None, OMITTED] = None
    at_most: Annotated[int | float | None, OMITTED] = None
    below: Annotated[int | float | None, OMITTED] = None

    def conditions(self) -> list[Predicate]:
        """The same as a table's conditions, all of which must hold."""
        return [
            Predicate(self.constraint, cast("Operator", name.removesuffix("_")), v if isinstance(v, tuple) else (v,))
            for name, v in self._asdict().items()
            if name != "constraint" and v is not None
        ]


class ChangedRegion(NamedTuple):
    """Answers whose verdict changes so, whatever else is answered."""

    where: tuple[Where, ...]
    """All of them must hold; none means everywhere."""
    example: Answers
    """Complete answers within."""


class VerdictChange(NamedTuple):
    """Two different outcomes: architectures, or the verdict where none is recommended."""

    before: str
    after: str
    regions: tuple[ChangedRegion, ...]
    elsewhere: Elsewhere
    """Whether answers outside these regions change so too."""


_Classes = Mapping[str, tuple[AnswerClass, ...]]


class _Restrictions:
    """The restrictions that a space can tell apart."""

    def __init__(self, space: Space) -> None:
        self.answers = {name: space.answers(name) for name in space.columns}
        self.stretches = {name: space.stretches(name) for name in space.columns if BY_NAME[name].numeric}
        self.members = {
            name: tuple(member for member in BY_NAME[name].values if member in column.members)
            for name, column in space.columns.items()
        }
        """Of each set, the members that any condition tells apart."""
        self.admitted = cache(self._admitted)

    def _admitted(self, item: Where) -> tuple[AnswerClass, ...]:
        """The answers that a restriction admits."""
        tests = item.conditions()
        return tuple(a for a in self.answers[item.constraint] if all(satisfies(test, a.value) for test in tests))

    def spanning(self, name: str, values: Sequence[Value]) -> Where:
        """The narrowest restriction that admits these answers."""
        constraint = BY_NAME[name]
        if constraint.numeric:
            numbers = [value for value in values if isinstance(value, int | float)]
            met = [stretch for stretch in self.stretches[name] if any(map(stretch.range.holds, numbers))]
            at_least, above, at_most, below = met[0].joined(met[-1]).range
            return Where(name, at_least=at_least, above=above, at_most=at_most, below=below)
        if constraint.kind == "set":
            sets = [value for value in values if isinstance(value, frozenset)]
            inside = tuple(member for member in self.members[name] if all(member in each for each in sets))
            outside = tuple(member for member in self.members[name] if not any(member in each for each in sets))
            return Where(name, all_of=inside or None, none_of=outside or None)
        if constraint.kind == "flag":
            return Where(name, is_=None if len(set(values)) > 1 else bool(values[0]))
        return Where(name, any_of=tuple(choice for choice in constraint.values if choice in values))

    def further(self, name: str, value: Value) -> Iterator[Value]:
        """Answers to widen the restriction around an answer to, in turn: the nearest number, another choice or set."""
        if isinstance(value, frozenset):
            yield from (value ^ {member} for member in sorted(self.members[name], key=value.__contains__))
        elif isinstance(value, str):
            yield from (other for other in BY_NAME[name].values if other != value)
        elif not isinstance(value, bool | Range):
            ranges = self.stretches[name]
            at = next(at for at, stretch in enumerate(ranges) if stretch.range.holds(value))
            yield from (stretch.value for stretch in (*reversed(ranges[:at]), *ranges[at + 1 :]))

    def share(self, where: Iterable[Where]) -> float:
        """How much of the space is left, inconsistent answers counted."""
        return prod(len(self.admitted(item)) / len(self.answers[item.constraint]) for item in where)


class _Side:
    """One table in the joint space: its rules' bits are shifted up by `shift`."""

    def __init__(self, rules: RuleTable, shift: int) -> None:
        self._table = verdict_search(rules)
        self._shift = shift
        self.own = (1 << len(rules.rules)) - 1 << shift
        families = {family.id for family in rules.families}
        self._others = [verdict for verdict in rules.verdicts if verdict not in families]
        self.results = [*self._table.scorer.architectures, *self._others]
        # Many answers, and many nodes of a search, are the same to one table.
        self._result, self._reaches = cache(self._result_of), cache(self._reaches_of)

    def result(self, hits: int) -> str:
        """The architecture that is recommended, or the verdict where none is."""
        return self._result((hits & self.own) >> self._shift)

    def _result_of(self, hits: int) -> str:
        verdict = self._table.scorer.judge(hits)
        return verdict.architecture or verdict.verdict

    def reaches(self, hits: int, unknown: int) -> Callable[[str], bool]:
        """Whether a result may still come of these hits and open conditions."""
        return self._reaches((hits & self.own) >> self._shift, (unknown & self.own) >> self._shift)

    def _reaches_of(self, hits: int, unknown: int) -> Callable[[str], bool]:
        reach = self._table.bounds.reach(hits, unknown)
        return cache(lambda result: reach.any_of({result}) if result in self._others else reach.recommended(result))


class Comparison:
    """Two tables side by side, on the answers that both call consistent."""

    def __init__(self, before: RuleTable, after: RuleTable) -> None:
        self._before, self._after = _Side(before, 0), _Side(after, len(before.rules))
        rules = (*before.rules, *after.rules)
        self._effects = [_effect(rule) for rule in rules]
        members = [[(one.id, one.family) for one in table.architectures] for table in (before, after)]
        self._unlike = before.header.close_call != after.header.close_call or members[0] != members[1]
        alike = {(rule.when, _effect(rule)) for rule in before.rules} & {(r.when, _effect(r)) for r in after.rules}
        self._changed = sum(
            1 << at for at, rule in enumerate(rules) if self._unlike or (rule.when, self._effects[at]) not in alike
        )
        """The bits of the rules that the other table does not have, with this condition and this effect."""
        self._whens = [rule.when for rule in rules]
        self._ruled_out = list(dict.fromkeys([*verdict_search(before).ruled_out, *verdict_search(after).ruled_out]))
        self._first = [*positions(self._changed), *(at for at, rule in enumerate(rules) if rule.excludes)]
        self._space = Space(self._whens, self._ruled_out, first=self._first)
        self._restrictions = _Restrictions(self._space)
        self._budget = Budget(TOTAL)
        self.complete = True
        """Whether every search so far has come to its end."""

    def scope(self) -> tuple[Where, ...]:
        """What all answers on which the two differ have in common; empty when that is nothing, or nothing differs.

        Looked at are the constraints that a changed rule reads. An answer is left out of a restriction only where it
        was proved that with it the two never differ.
        """
        read = {name for at in positions(self._changed) for name in constraints_read(self._whens[at])}
        read.intersection_update(self._space.columns)  # a condition that can never hit is left out of the space
        return tuple(item for name in BY_NAME if name in read and (item := self._common(name)))

    def changes(self, regions: int = 1) -> Iterator[VerdictChange]:
        """Each pair of different results that some complete answers have, with up to so many regions where they do."""
        for before, after, example in self._differences():
            found: list[ChangedRegion] = []
            following: Answers | None = example
            while following is not None and len(found) < regions:
                found.append(self._widened(before, after, following))
                following, elsewhere = self._outside(before, after, found)
            yield VerdictChange(before, after, tuple(found), elsewhere)

    def _differences(self) -> list[tuple[str, str, Answers]]:
        pairs = [(a, b) for a in self._before.results for b in self._after.results if a != b]
        found = search(
            self._space, lambda hits: (self._pair(hits),), self._may_be_any, pairs, limit=LIMIT, budget=self._budget
        )
        examples = dict(found.witnesses)
        self.complete &= found.complete
        for hits, answers in sampled(self._space) if not found.complete else ():  # what the search did not come to
            pair = self._pair(hits)
            if pair[0] != pair[1] and pair not in examples:
                named = zip(self._space.columns, answers, strict=True)
                examples[pair] = in_order({name: answer.value for name, answer in named})
        return [(*pair, examples[pair]) for pair in pairs if pair in examples]

    def _outside(self, before: str, after: str, regions: Sequence[ChangedRegion]) -> tuple[Answers | None, Elsewhere]:
        """Answers that change as these regions' do, and are in none of them."""
        if not all(region.where for region in regions):
            return None, "no"  # one of them is everywhere
        known = [All(tuple(part for item in region.where for part in item.conditions())) for region in regions]
        found = find(
            Space(self._whens, [*self._ruled_out, *known], first=self._first),
            lambda hits: self._pair(hits) == (before, after),
            lambda hits, unknown: self._may_be_any(hits, unknown, {(before, after)}),
            limit=LIMIT if self.complete else LIMIT_APART,
            budget=self._budget,
        )
        return found.answers, "yes" if found.answers is not None else "no" if found.complete else "perhaps"

    def _common(self, name: str) -> Where | None:
        """What the differing answers have in common in one constraint."""
        known = self._restrictions
        if self._budget.met:
            return None
        if BY_NAME[name].kind == "set":
            inside = tuple(m for m in known.members[name] if not self._differs(Where(name, none_of=(m,))))
            outside = tuple(m for m in known.members[name] if not self._differs(Where(name, all_of=(m,))))
            return Where(name, all_of=inside or None, none_of=outside or None) if inside or outside else None
        every = [item.value for item in known.stretches.get(name) or known.answers[name]]
        met = [value for value in every if self._differs(known.spanning(name, [value]))]
        found = known.spanning(name, met) if met else None
        return None if found == known.spanning(name, every) else found

    def _differs(self, item: Where) -> bool:
        """Whether some answers differ under a restriction; True when in doubt."""
        found = find(
            self._space,
            lambda hits: self._before.result(hits) != self._after.result(hits),
            self._may_differ,
            classes={item.constraint: distinct(self._restrictions.admitted(item))},
            limit=LIMIT,
            budget=self._budget,
        )
        return found.answers is not None or not found.complete

    def _pair(self, hits: int) -> tuple[str, str]:
        return self._before.result(hits), self._after.result(hits)

    def _may_be_any(self, hits: int, unknown: int, pairs: AbstractSet[tuple[str, str]]) -> bool:
        """Whether any of these pairs of results may still come of these hits and open conditions."""
        if not self._may_differ(hits, unknown):
            return False
        before, after = self._before.reaches(hits, unknown), self._after.reaches(hits, unknown)
        return any(before(one) and after(other) for one, other in pairs)

    def _may_differ(self, hits: int, unknown: int) -> bool:
        """Whether rules that changed are still open, or hit on one side with effects that the other has not."""
        if self._unlike or unknown & self._changed:
            return True
        changed = hits & self._changed
        before = [self._effects[at] for at in positions(changed & self._before.own)]
        after = [self._effects[at] for at in positions(changed & self._after.own)]
        return sorted(before) != sorted(after)

    def _widened(self, before: str, after: str, example: Answers) -> ChangedRegion:
        """The largest of the regions around an example that taking constraints in several orders gives.

        Tables so far apart that a search met its limit differ in many regions; there one order and less patience have
        to do.
        """
        names = list(self._space.columns)
        orders = (names, names[::-1], sorted(names, key=lambda name: len(self._restrictions.answers[name])))
        tried = orders if self.complete else orders[:1]
        found = [self._widened_in(order, before, after, example) for order in tried]
        return max(found, key=lambda region: self._restrictions.share(region.where))

    def _widened_in(self, order: Sequence[str], before: str, after: str, example: Answers) -> ChangedRegion:
        """The region around an example: first without each constraint, then with more of its answers.

        All answers of the region have the same results already, so only what is added has to be looked at.
        """
        known = self._restrictions
        where = {name: known.spanning(name, [example[name]]) for name in order}
        for name in order:
            if self._all_change(self._added(where, name, known.answers[name]), before, after):
                del where[name]
        for name in list(where):
            for value in known.further(name, example[name]):
                if not self._budget.spend(len(known.answers[name]) // ANSWERS):
                    break
                item = known.spanning(name, [value, *(answer.value for answer in known.admitted(where[name]))])
                classes = self._added(where, name, known.admitted(item))
                if classes[name] and not self._all_change(classes, before, after):
                    continue
                # An addition that no consistent answers have would widen the region in words alone.
                if (
                    not classes[name]
                    or find(self._space, lambda _: True, classes=classes, budget=self._budget).witnesses
                ):
                    where[name] = item
        return ChangedRegion(tuple(where[name] for name in BY_NAME if name in where), example)

    def _added(self, where: Mapping[str, Where], name: str, answers: Iterable[AnswerClass]) -> _Classes:
        """The classes of a region's answers, but of one constraint those that the region does not have yet."""
        classes = {other: distinct(self._restrictions.admitted(item)) for other, item in where.items()}
        inside = {answer.fails for answer in classes[name]}
        return {**classes, name: tuple(answer for answer in distinct(answers) if answer.fails not in inside)}

    def _all_change(self, classes: _Classes, before: str, after: str) -> bool:
        """Whether all consistent answers of these classes have just these results."""
        if self._budget.met:
            return False
        if any(self._pair(hits) != (before, after) for hits, _ in sampled(self._space, count=TRIES, classes=classes)):
            return False
        others = [result for result in self._before.results if result != before]
        others_after = [result for result in self._after.results if result != after]
        found = find(
            self._space,
            lambda hits: self._pair(hits) != (before, after),
            lambda hits, unknown: (
                any(map(self._before.reaches(hits, unknown), others))
                or any(map(self._after.reaches(hits, unknown), others_after))
            ),
            classes=classes,
            limit=WIDENING_LIMIT if self.complete else WIDENING_LIMIT_APART,
            budget=self._budget,
        )
        return found.answers is None and found.complete


def _effect(rule: Rule) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """What a rule does on a hit."""
    return tuple(sorted(rule.points.items())), tuple(sorted(rule.excludes))
