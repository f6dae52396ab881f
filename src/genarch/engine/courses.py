"""The course of the verdict as a number grows, with all else equal, and the verdicts that it comes back to.

Between two stretches of the number, every rule that does not read it hits alike. How far one architecture comes ahead
of another on the way is up to the few rules that do, which is enough to tell that most outcomes cannot follow one
another: what only loses points overtakes nothing. The search over all other answers looks for what is left.
"""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, reduce
from itertools import chain, combinations, groupby, pairwise, permutations, product
from math import inf
from operator import ne, or_

from genarch.engine.budget import Budget
from genarch.engine.completions import sampled
from genarch.engine.conditions import answered, constraints_read
from genarch.engine.constraints import Answers, in_order
from genarch.engine.matching import Matcher, positions
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import surplus
from genarch.engine.search import Found, Space, Stretch, VerdictSearch, search, verdict_search
from genarch.values import NamedTuple

SAMPLES = 1_000
"""Answers to look at for courses, before a search for those that they do not show."""

LIMIT = 4_000
"""Nodes that the search for one return may take: some quarter of a second. Most take hundreds, a few nearly all."""

TOTAL = 400_000
"""Steps for all returns of a number together, where nobody says otherwise."""

Return = tuple[str, str]
"""A verdict that is left and come back to, and the one that follows it."""


class _Turn(NamedTuple):
    """Three stretches, and which architectures of the two families may win in them in turn; None where both are none.

    With them stand the most points that the second may gain on the first, and the third on the second.
    """

    stretches: tuple[int, int, int]
    winners: Sequence[tuple[int, int, int, float, float]] | None


class _Hits(NamedTuple):
    """Bits of the rules that read the number: those that hit in a stretch, and those that may."""

    sure: int
    possible: int

    def only(self, rules: int) -> "_Hits":
        return _Hits(self.sure & rules, self.possible & rules)


class _Outcome(NamedTuple):
    """A way to a verdict: the architecture, by position, that is best, and that of the second best family, if any."""

    verdict: str
    first: int | None = None
    second: int | None = None


class _Fact(NamedTuple):
    """Outcomes in one stretch and in another that exclude each other, with both architectures left in both.

    It holds where none of these sums of gains, by rule, can be below 0 from the one stretch to the other.
    """

    here: int
    there: int
    one: int
    other: int
    gains: Sequence[Sequence[tuple[int, int]]]


def _bits(holds: Iterable[bool]) -> int:
    return sum(1 << at for at, each in enumerate(holds) if each)


def _least(gains: Sequence[tuple[int, int]], here: _Hits, there: _Hits) -> int:
    """The smallest sum that gains by rule may come to from one stretch to another."""
    return sum(
        gained * (there.sure >> at & 1) - gained * (here.possible >> at & 1)
        if gained > 0
        else gained * (there.possible >> at & 1) - gained * (here.sure >> at & 1)
        for at, gained in gains
    )


class _Outcomes:
    """Which outcomes may come in turn, by the rules that read the number: the last ones of a table, so many."""

    def __init__(self, table: VerdictSearch, moving: int) -> None:
        scorer = table.scorer
        architectures = range(len(scorer.architectures))
        family = {at: name for name, members in scorer.families for at in members}
        rivals = [both for both in permutations(architectures, 2) if family[both[0]] != family[both[1]]]
        outcomes = [
            _Outcome("infeasible"),
            _Outcome("undetermined"),
            *(_Outcome(family[at], at) for at in architectures),
        ]
        for one, other in rivals:
            outcomes += (_Outcome(family[one], one, other), _Outcome("evaluate_both", one, other))
        self.of = {verdict: _bits(o.verdict == verdict for o in outcomes) for verdict in table.rules.verdicts}
        """The bits of the outcomes with each verdict."""
        self._every = (1 << len(outcomes)) - 1
        self._excludes = [effect.excludes for effect in scorer.effects[len(scorer.effects) - moving :]]
        points = [dict(effect.points) for effect in scorer.effects]

        def before(one: int, other: int) -> int:
            """The outcomes in which one comes before the other, where both are left."""
            return _bits(
                o.first == one or (o.second == one and o.first is not None and family[o.first] != family[other])
                for o in outcomes
            )

        def gains(gain: Callable[[int, int], int], one: int, other: int) -> Sequence[tuple[int, int]]:
            found = (gain(rule.get(one, 0), rule.get(other, 0)) for rule in points[len(points) - moving :])
            return [(at, gained) for at, gained in enumerate(found) if gained]

        def margin(first: int, second: int) -> int:
            return surplus(first - second, abs(first) + abs(second), scorer.close_call)

        self._facts = []
        self._apart: dict[tuple[int, int], Sequence[tuple[int, int]]] = {}
        for one, other in permutations(architectures, 2):
            apart = gains(int.__sub__, one, other)
            self._facts.append(_Fact(before(one, other), before(other, one), one, other, [apart]))
            if (one, other) in rivals:
                self._apart[one, other] = apart
                # A third one has no more points than the second: if none are against it, its margin is no smaller.
                clean = all(rule.get(other, 0) >= 0 for rule in points)
                wins = _bits(
                    o.verdict == family[one]
                    and o.first == one
                    and o.second is not None
                    and (clean or o.second == other)
                    for o in outcomes
                )
                close = _bits(o.verdict == "evaluate_both" and {o.first, o.second} == {one, other} for o in outcomes)
                self._facts.append(_Fact(wins, close, one, other, [apart, gains(margin, one, other)]))
        self._gone = [
            _bits(o.second is None and o.verdict not in ("undetermined", family[at]) for o in outcomes)
            for at in architectures
        ]
        self._left = [_bits(at in (o.first, o.second) for o in outcomes) for at in architectures]

    def after(self, here: _Hits, there: _Hits) -> list[int]:
        """For each outcome here, the bits of those that may be there; of the rules, only those that differ count."""
        found = [self._every] * self._every.bit_length()
        excluded = [*self._exclusive(here, there), *((one, other) for other, one in self._exclusive(there, here))]
        for one, other in excluded:
            for at in positions(one):
                found[at] &= ~other
        return found

    def gained(self, one: int, other: int, here: _Hits, there: _Hits) -> float:
        """The most points that the other may gain on the one, where this wins here and the other there."""
        if self._excluded(here) >> other & 1 or self._excluded(there) >> one & 1:
            return inf  # it may have been excluded
        return -_least(self._apart[one, other], here, there)

    def _exclusive(self, here: _Hits, there: _Hits) -> Iterator[tuple[int, int]]:
        """Outcomes here and outcomes there of which only one can be."""
        out_here, out_there = self._excluded(here), self._excluded(there)

        for outcomes, others, one, other, gains in self._facts:
            left = not (out_here >> other & 1 or out_there >> one & 1)
            if left and all(_least(each, here, there) >= 0 for each in gains):
                yield outcomes, others
        yield from (both for at, both in enumerate(zip(self._gone, self._left, strict=True)) if not out_here >> at & 1)

    def _excluded(self, hits: _Hits) -> int:
        """The architectures that these rules may exclude."""
        return reduce(or_, (self._excludes[at] for at in positions(hits.possible)), 0)


def cost(stretches: Sequence[Stretch]) -> int:
    """Steps that a node of a search takes: three of the stretches are looked at at a time."""
    return max(1, len(stretches) ** 3 // 216)


LIKELY = 80
"""As many times as much takes what the rules that read the number allow, which is worked out for several nodes."""


class Course:
    """The verdicts along the stretches of a number that some rules read."""

    def __init__(self, name: str, stretches: Sequence[Stretch], rules: RuleTable) -> None:
        self._stretches, self._cost = stretches, cost(stretches)
        moving = [rule for rule in rules.rules if name in constraints_read(rule.when)]
        still = [rule for rule in rules.rules if name not in constraints_read(rule.when)]
        self._table = verdict_search(rules._replace(rules=(*still, *moving)))
        self._still, self._moving = len(still), len(moving)
        ruled_out = self._table.ruled_out
        inner = [when for when in ruled_out if name in constraints_read(when)]
        whens = [*(rule.when for rule in moving), *inner]
        self._size = len(whens)
        along = [[answered(when, {name: stretch.value}) for when in whens] for stretch in stretches]
        self._watched = [*(rule.when for rule in still), *chain(*along)]
        outer = [when for when in ruled_out if name not in constraints_read(when)]
        self._space = Space(self._watched, outer, first=range(len(still), len(self._watched)))
        self._differ = {
            (one, other): _bits(map(ne, along[one], along[other])) for one, other in combinations(range(len(along)), 2)
        }
        """Of two stretches, the bits of the rules of which the number leaves something else."""
        self._outcomes = _Outcomes(self._table, len(moving))
        self._verdict = cache(self._table.verdict)
        reach = cache(self._table.bounds.reach)
        self._reaches = cache(lambda hits, still_open, verdict: reach(hits, still_open).any_of({verdict}))
        self._touched = cache(lambda hits: self._table.scorer.summed(hits).touched)
        self._likely = cache(self._likely_by)
        self._budget = Budget(0)

    def along(self, answers: Answers) -> list[tuple[Stretch, str]]:
        """The verdicts in order beside these answers, each with its stretch; where they contradict it there is none."""
        found: list[tuple[Stretch, str]] = []
        for at, verdict in self._verdicts(Matcher(self._watched).match(answers).hits):
            before = found.pop()[0] if found and found[-1][1] == verdict else None
            found.append((before.joined(self._stretches[at]) if before else self._stretches[at], verdict))
        return found

    def returns(self, budget: Budget | None = None) -> Found[Return]:
        """What is left and come back to beside some answers, each with such answers."""
        self._budget = budget or Budget(TOTAL)
        found: dict[Return, Answers] = {}
        for hits, answers in sampled(self._space, count=SAMPLES):
            for each in self._returns(hits) - found.keys():
                named = zip(self._space.columns, answers, strict=True)
                found[each] = in_order({name: answer.value for name, answer in named})
        complete, of = True, (self._space, self._returns, self._reachable)
        for each in permutations(self._table.rules.verdicts, 2):
            if each not in found:
                further = search(*of, {each}, limit=LIMIT, budget=self._budget, cost=self._cost)
                found.update(further.witnesses)
                complete &= further.complete
        return Found(found, complete)

    def _parts(self, hits: int) -> list[tuple[int, int]]:
        """For each stretch the rules that hit, and what rules it out."""
        still, moving = hits & ((1 << self._still) - 1), (1 << self._moving) - 1
        found = []
        for at in range(len(self._stretches)):
            part = hits >> self._still + at * self._size & ((1 << self._size) - 1)
            found.append((still | (part & moving) << self._still, part >> self._moving))
        return found

    def _verdicts(self, hits: int) -> Iterator[tuple[int, str]]:
        return ((at, self._verdict(rules)) for at, (rules, out) in enumerate(self._parts(hits)) if not out)

    def _returns(self, hits: int) -> set[Return]:
        names = [verdict for verdict, _ in groupby(verdict for _, verdict in self._verdicts(hits))]
        return {(one, other) for at, (one, other) in enumerate(pairwise(names)) if one in names[at + 2 :]}

    def _reachable(self, hits: int, unknown: int, wanted: AbstractSet[Return]) -> bool:
        """Whether any of these may still come of the conditions that hit and those that are open."""
        likely = self._likely(hits >> self._still, unknown >> self._still)
        sure, still_open = self._parts(hits), self._parts(unknown)
        limit = self._table.scorer.close_call

        def reaches(at: int, verdict: str) -> bool:
            return self._reaches(sure[at][0], still_open[at][0], verdict)

        def wins(turn: _Turn) -> bool:
            """Whether each may win by so much of the points that touch it."""
            first, then, last = (self._touched(sure[at][0]) for at in turn.stretches)
            return turn.winners is None or any(
                limit.numerator * (first[one] + then[other]) <= limit.denominator * there
                and limit.numerator * (then[other] + last[back]) <= limit.denominator * again
                for one, other, back, there, again in turn.winners
            )

        return any(
            reaches(turn.stretches[0], one)
            and reaches(turn.stretches[1], other)
            and reaches(turn.stretches[2], one)
            and wins(turn)
            for one, other in wanted
            for turn in likely.get((one, other), ())
        )

    def _likely_by(self, hits: int, unknown: int) -> dict[Return, list[_Turn]]:
        """The returns that the rules which read the number allow, with the stretches to see each in."""
        self._budget.spend(LIKELY * self._cost)
        parts = zip(self._parts(hits << self._still), self._parts(unknown << self._still), strict=True)
        here = {
            at: _Hits(sure >> self._still, (sure | still_open) >> self._still)
            for at, ((sure, out), (still_open, _)) in enumerate(parts)
            if not out
        }
        pairs = {
            (a, b): (here[a].only(self._differ[a, b]), here[b].only(self._differ[a, b]))
            for a, b in combinations(here, 2)
        }
        after = {both: self._outcomes.after(*hits) for both, hits in pairs.items()}
        members = dict(self._table.scorer.families)

        def winners(one: str, other: str, a: int, b: int, c: int) -> Iterator[tuple[int, int, int, float, float]]:
            for first, then, last in product(members[one], members[other], members[one]):
                there = self._outcomes.gained(first, then, *pairs[a, b])
                back = self._outcomes.gained(then, last, *pairs[b, c])
                if min(there, back) > 1:  # from a point behind to a point ahead
                    yield first, then, last, there, back

        found: dict[Return, list[_Turn]] = {}
        for (one, outcomes), (other, others) in permutations(self._outcomes.of.items(), 2):
            for a, b, c in combinations(here, 3):
                for first in positions(outcomes):
                    last = after[a, c][first] & outcomes
                    if any(after[b, c][between] & last for between in positions(after[a, b][first] & others)):
                        both = one in members and other in members
                        turn = _Turn((a, b, c), list(winners(one, other, a, b, c)) if both else None)
                        found.setdefault((one, other), []).append(turn)
                        break
        return found
