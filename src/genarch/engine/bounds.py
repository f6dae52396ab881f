"""Bounds: which verdicts some completion might still reach, when some rules hit and others are open.

For two architectures of different families, how far the first is ahead of the second is a sum over the hits, in points
or in how far that is above the table's `close_call` (`scoring.surplus`). Its largest value takes every open rule that
adds to it, its smallest every open rule that takes from it. Bounds never say that a verdict is out of reach when it is
not; the search makes them exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from itertools import combinations

from genarch.engine.matching import positions
from genarch.engine.rules import Ratio
from genarch.engine.scoring import Effect, Scorer, surplus

_Given = Sequence[Sequence[int]]
"""The points of each rule, by architecture."""


class _Gains(dict[tuple[int, int], list[int]]):
    """For two architectures, how far each rule may bring the margin of the first above a limit, or below.

    Worked out when it is asked for.
    """

    def __init__(
        self, given: _Given, limit: Ratio, extreme: Callable[[int, int], int], base: _Gains | None = None
    ) -> None:
        """`extreme` is the larger of two, or the smaller; `base` are those of the rules before the given ones."""
        super().__init__()
        self.limit, self._given, self._extreme, self._base = limit, given, extreme, base

    def extended(self, given: _Given) -> _Gains:
        """Those of further rules, too."""
        return _Gains(given, self.limit, self._extreme, self)

    def __missing__(self, pair: tuple[int, int]) -> list[int]:
        both = zip(self._given[pair[0]], self._given[pair[1]], strict=True)
        own = [self._extreme(0, surplus(a - b, abs(a) + abs(b), self.limit)) if a or b else 0 for a, b in both]
        self[pair] = own if self._base is None else self._base[pair] + own
        return self[pair]


class Bounds:
    """A rule table compiled for bounds; `reach` has them for hits and open rules."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        every = range(len(scorer.architectures))
        self.members = {at: members for _, members in scorer.families for at in members}
        self.family_bits = [sum(1 << at for at in members) for _, members in scorer.families]
        self.rivals = [[other for other in every if other not in self.members[one]] for one in every]
        given = _given(scorer.effects, len(every))
        self.ahead = _Gains(given, Ratio(0, 1), max)
        """How far in points."""
        self.above, self.below = _Gains(given, scorer.close_call, max), _Gains(given, scorer.close_call, min)

    def extended(self, scorer: Scorer) -> Bounds:
        """Those of the table with further rules."""
        other, known = copy(self), len(self.scorer.effects)
        given = _given(scorer.effects[known:], len(scorer.architectures))
        other.scorer = scorer
        other.ahead, other.above, other.below = (of.extended(given) for of in (self.ahead, self.above, self.below))
        return other

    def reach(self, hits: int, still_open: int) -> Reach:
        """What may come of these hits and open rules; the table's first rule has the lowest bit."""
        return Reach(self, hits, still_open)


def _given(effects: Sequence[Effect], architectures: int) -> _Given:
    points = [dict(effect.points) for effect in effects]
    return [[rule.get(architecture, 0) for rule in points] for architecture in range(architectures)]


class Reach:
    """What may still come of some hits and open rules."""

    __slots__ = ("_alive", "_bounds", "_open", "_points", "_sure", "_touched")

    def __init__(self, bounds: Bounds, hits: int, still_open: int) -> None:
        self._bounds = bounds
        self._open = positions(still_open & bounds.scorer.scoring)
        self._points, self._touched, excluded, _ = bounds.scorer.summed(hits)
        effects = bounds.scorer.effects
        may_be_excluded = 0
        for rule in positions(still_open & bounds.scorer.excluding):
            may_be_excluded |= effects[rule].excludes
        self._alive = ((1 << len(self._points)) - 1) & ~excluded
        """The bits of the architectures that no hit excludes; `_sure` of those that no open rule may exclude either."""
        self._sure = self._alive & ~may_be_excluded

    def any_of(self, verdicts: AbstractSet[str]) -> bool:
        """Whether any of these verdicts may be reached."""
        if "infeasible" in verdicts and not self._sure:
            return True
        if "undetermined" in verdicts and self._may_be_undetermined():
            return True
        if "evaluate_both" in verdicts and any(
            other in self._bounds.rivals[one] and self._may_be_close(one, other)
            for one, other in combinations(positions(self._alive), 2)
        ):
            return True
        return any(
            self._may_win(member)
            for family, members in self._bounds.scorer.families
            if family in verdicts
            for member in self._among(members)
        )

    def recommended(self, architecture: str) -> bool:
        """Whether an architecture may become the one that is recommended."""
        member = self._bounds.scorer.architectures.index(architecture)
        return (
            bool(self._alive >> member & 1)
            and self._may_win(member)
            and all(
                self._most_ahead(member, sibling) >= 0
                for sibling in self._bounds.members[member]
                if sibling != member and self._sure >> sibling & 1
            )
        )

    def compared(self, architecture: str) -> bool:
        """Whether an architecture may become one of two that are too close to call."""
        member = self._bounds.scorer.architectures.index(architecture)
        return bool(self._alive >> member & 1) and any(
            self._may_be_close(member, rival) for rival in self._among(self._bounds.rivals[member])
        )

    def _among(self, architectures: Iterable[int]) -> list[int]:
        """Those of the architectures that are not excluded."""
        return [at for at in architectures if self._alive >> at & 1]

    def _may_be_undetermined(self) -> bool:
        """Whether several families may be left, and nothing that has points among them."""
        for at, total in enumerate(self._touched):
            if total and self._sure >> at & 1:
                return False
        return sum(map(bool, map(self._alive.__and__, self._bounds.family_bits))) > 1

    def _may_win(self, member: int) -> bool:
        """Whether an architecture may come first, and `close_call` ahead of whichever rival comes second.

        The margin is compared with the second best alone: a third one may have fewer points and still be closer by the
        margin, where many points for and against it cancel out.
        """
        rivals = self._bounds.rivals[member]
        present = [rival for rival in rivals if self._sure >> rival & 1]
        if any(self._most_ahead(member, rival) <= 0 for rival in present):
            return False
        return not present or any(
            self._extreme(self._bounds.above, member, second) >= 0
            and all(self._most_ahead(second, rival) >= 0 for rival in present if rival != second)
            for second in self._among(rivals)
        )

    def _may_be_close(self, one: int, other: int) -> bool:
        """Whether two architectures of different families may be the two best and come closer than `close_call`."""
        if self._surely_leads(one, other) or self._surely_leads(other, one):
            return False
        siblings, rivals = self._bounds.members[one], self._bounds.members[other]
        return all(
            (rival in rivals or self._most_ahead(one, rival) >= 0)
            and (rival in siblings or self._most_ahead(other, rival) >= 0)
            for rival in range(len(self._points))
            if self._sure >> rival & 1 and rival not in (one, other)
        )

    def _surely_leads(self, one: int, other: int) -> bool:
        """Whether the first is sure to come out `close_call` or more ahead, and never level."""
        least = self._extreme(self._bounds.below, one, other)
        return least > 0 or (not least and self._most_ahead(other, one) < 0)

    def _most_ahead(self, one: int, other: int) -> int:
        """The most points that one architecture can come to be ahead of another."""
        return self._extreme(self._bounds.ahead, one, other)

    def _extreme(self, gains: _Gains, one: int, other: int) -> int:
        """How far the margin of one architecture over another can come above the limit of these gains, or below."""
        apart, touched = self._points[one] - self._points[other], self._touched[one] + self._touched[other]
        return surplus(apart, touched, gains.limit) + sum(map(gains[one, other].__getitem__, self._open))
