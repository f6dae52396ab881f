"""Two rule tables against each other: on which answers they differ, how, and where.

A complete answer on which the two differ is widened, constraint by constraint, for as long as everything in the widened
region still gives the same two outcomes. Each region is exact and as large as it gets; how many it takes to cover every
difference depends on the change. Where a search meets its limit, that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from genarch.table.bounds import Bounds
from genarch.table.conditions import All, constraints_read
from genarch.table.constraints import BY_NAME, Answers
from genarch.table.rules import Rule, RuleTable
from genarch.table.scoring import scorer
from genarch.table.search import Search, sampled
from genarch.table.space import (
    Elsewhere,
    Region,
    Restriction,
    Restrictions,
    Space,
    VerdictChange,
    conditions,
    contradictions,
)

LIMIT = 150_000
"""Nodes that one search for a difference may take: some five seconds."""

WIDENING_LIMIT = 20_000
"""Nodes that one step of widening may take; where that is not enough, the region stays as it is."""


class _Side:
    """One table in the joint space: its rules' bits are shifted up by `shift`."""

    def __init__(self, rules: RuleTable, shift: int) -> None:
        self._judge = scorer(rules).judge
        self._bounds = Bounds(rules)
        self._shift = shift
        self._architectures = {architecture.id for architecture in rules.architectures}
        self.own = (1 << len(rules.rules)) - 1 << shift
        families = {family.id for family in rules.families}
        self.outcomes = [
            *(architecture.id for architecture in rules.architectures),
            *(verdict for verdict in rules.verdicts if verdict not in families),
        ]

    def outcome(self, hits: int) -> str:
        """The architecture that is recommended, or the verdict where none is."""
        verdict = self._judge((hits & self.own) >> self._shift)
        return verdict.architecture or verdict.verdict

    def may_become(self, hits: int, unknown: int, outcome: str) -> bool:
        """Whether the outcome may still come of these hits and open conditions."""
        hits, unknown = (hits & self.own) >> self._shift, (unknown & self.own) >> self._shift
        if outcome in self._architectures:
            return self._bounds.may_be_recommended(hits, unknown, outcome)
        return self._bounds.reachable(hits, unknown, {outcome})


class Comparison:
    """Two tables side by side, on the answers that both call consistent."""

    def __init__(self, before: RuleTable, after: RuleTable) -> None:
        self._before, self._after = _Side(before, 0), _Side(after, len(before.rules))
        rules = (*before.rules, *after.rules)
        self._unlike = before.header.close_call != after.header.close_call or _members(before) != _members(after)
        self._changed = (1 << len(rules)) - 1 if self._unlike else _changed_bits(before, after)
        self._effects = [_effect(rule) for rule in rules]
        self._whens = [rule.when for rule in rules]
        self._ruled_out = list(dict.fromkeys([*contradictions(before), *contradictions(after)]))
        self._first = [*_positions(self._changed), *(at for at, rule in enumerate(rules) if rule.excludes)]
        self._space = Space(self._whens, self._ruled_out, first=self._first)
        self._restrictions = Restrictions(self._space, [*self._whens, *self._ruled_out])
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
        """Each pair of different outcomes that some complete answers have, with up to so many regions where they do."""
        for before, after, example in self._differences():
            found = [self._widened(before, after, example)]
            following, elsewhere = self._outside(found)
            while following and len(found) < regions:
                found.append(self._widened(before, after, following))
                following, elsewhere = self._outside(found)
            yield VerdictChange(before, after, tuple(found), elsewhere)

    def _differences(self) -> list[tuple[str, str, Answers]]:
        pairs = {f"{a} {b}": (a, b) for a in self._before.outcomes for b in self._after.outcomes if a != b}
        search = Search(self._space, self._pair, self._may_differ, {}, limit=LIMIT)
        found = dict(search.run(pairs))
        self.complete &= not search.gave_up
        for hits, kinds in sampled(self._space) if search.gave_up else ():  # what the search did not come to
            pair = self._pair(hits)
            if pair is not None and pair not in found:
                found[pair] = {name: kind.value for name, kind in zip(self._space.kinds, kinds, strict=True)}
        return [(*pairs[pair], _ordered(found[pair])) for pair in pairs if pair in found]

    def _outside(self, regions: Sequence[Region]) -> tuple[Answers | None, Elsewhere]:
        """Answers that change as these regions' do, and are in none of them."""
        if not all(region.where for region in regions):
            return None, "no"  # one of them is everywhere
        before, after = regions[0].before, regions[0].after
        told = [All(tuple(part for item in region.where for part in conditions(item))) for region in regions]

        def may_change_so(hits: int, unknown: int, missing: set[str]) -> bool:
            return (
                self._may_differ(hits, unknown, missing)
                and self._before.may_become(hits, unknown, before)
                and self._after.may_become(hits, unknown, after)
            )

        space = Space(self._whens, [*self._ruled_out, *told], first=self._first)
        search = Search(space, self._pair, may_change_so, {}, limit=LIMIT)
        found = search.run([f"{before} {after}"]).get(f"{before} {after}")
        if found is not None:
            return _ordered(found), "yes"
        return None, "perhaps" if search.gave_up else "no"

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
        every = [kind.value for kind in known.answers[name]]
        values = tuple(value for value in every if self._differs(Restriction(name, values=(value,))))
        return Restriction(name, values=values) if values and len(values) < len(every) else None

    def _differs(self, item: Restriction) -> bool:
        """Whether some answers differ under a restriction; True when in doubt."""
        kinds = self._restrictions.kinds({item.constraint: item})
        search = Search(
            self._space,
            lambda hits: "found" if self._pair(hits) else None,
            self._may_differ,
            {},
            kinds=kinds,
            limit=LIMIT,
        )
        return bool(search.run(["found"])) or search.gave_up

    def _pair(self, hits: int) -> str | None:
        one, other = self._before.outcome(hits), self._after.outcome(hits)
        return None if one == other else f"{one} {other}"

    def _may_differ(self, hits: int, unknown: int, _: set[str]) -> bool:
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
        """The region around an example: first without each constraint, then with more of its answers."""
        where = {name: self._restrictions.around(name, example[name]) for name in order}
        for name in order:
            less = {other: item for other, item in where.items() if other != name}
            if self._all_change(less, before, after):
                where = less
        for name in list(where):
            for step in self._restrictions.steps(where[name]):
                wider = {**where, name: step.widened(where[name])}
                if self._any({**where, name: step.added(where[name])}) and self._all_change(wider, before, after):
                    where = wider
        return Region(before, after, tuple(where[name] for name in BY_NAME if name in where), example)

    def _all_change(self, where: Mapping[str, Restriction], before: str, after: str) -> bool:
        """Whether all consistent answers under these restrictions have just these outcomes."""

        def other(hits: int) -> str | None:
            alike = self._before.outcome(hits) == before and self._after.outcome(hits) == after
            return None if alike else "other"

        def may_be_other(hits: int, unknown: int, _: set[str]) -> bool:
            return any(
                side.may_become(hits, unknown, outcome)
                for side, own in ((self._before, before), (self._after, after))
                for outcome in side.outcomes
                if outcome != own
            )

        kinds = self._restrictions.kinds(where)
        limit = WIDENING_LIMIT if self.complete else WIDENING_LIMIT // 5
        search = Search(self._space, other, may_be_other, {}, kinds=kinds, limit=limit)
        return not search.run(["other"]) and not search.gave_up

    def _any(self, where: Mapping[str, Restriction]) -> bool:
        """Whether any consistent answers are left under these restrictions."""
        kinds = self._restrictions.kinds(where)
        search = Search(self._space, lambda _: "found", lambda _, __, ___: True, {}, kinds=kinds)
        return bool(search.run(["found"]))


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


def _ordered(answers: Answers) -> Answers:
    return {name: answers[name] for name in BY_NAME if name in answers}
