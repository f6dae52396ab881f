"""Bounds: which verdicts some completion might still reach, when some rules hit and others are open.

For two architectures of different families, how far the first is ahead of the second is a sum over the hits. In units
of the margin a rule's share is `den * (a - b) - num * (|a| + |b|)`, where a and b are the points that it gives and
num/den is the table's `close_call`: the sum is 0 or more exactly when the first leads the second by `close_call` or
more. Its largest value takes every open rule that adds to it, its smallest every open rule that takes from it.
Bounds never say that a verdict is out of reach when it is not; the search makes them exact.
"""

from __future__ import annotations

from typing import NamedTuple

from genarch.model.table import RuleTable


class _Pair(NamedTuple):
    """Two architectures of different families, with each rule's share in the first one's lead: margin, then points."""

    first: int
    second: int
    gains: tuple[int, ...]
    leads: tuple[int, ...]


class Bounds:
    """A rule table compiled for bounds."""

    __slots__ = ("_excludes", "_families", "_members", "_names", "_pairs", "_points", "_scores", "_size")

    def __init__(self, rules: RuleTable) -> None:
        names = [architecture.id for architecture in rules.architectures]
        position = {name: at for at, name in enumerate(names)}
        points = [[rule.points.get(name, 0) for name in names] for rule in rules.rules]
        close, whole = rules.header.close_call
        self._size = len(names)
        self._names = names
        self._points = points
        self._families = [family.id for family in rules.families]
        self._members = [[position[a.id] for a in rules.architectures if a.family == f.id] for f in rules.families]
        self._excludes = [sum(1 << position[name] for name in set(rule.excludes)) for rule in rules.rules]
        self._scores = [sum(1 << position[name] for name in rule.points) for rule in rules.rules]
        self._pairs = [
            _Pair(
                a,
                b,
                tuple(whole * (p[a] - p[b]) - close * (abs(p[a]) + abs(p[b])) for p in points),
                tuple(p[a] - p[b] for p in points),
            )
            for a, one in enumerate(rules.architectures)
            for b, other in enumerate(rules.architectures)
            if one.family != other.family
        ]

    def reachable(self, hit_rules: int, open_rules: int, wanted: set[str]) -> bool:
        """Whether any of the wanted verdicts may be reached; the table's first rule has the lowest bit."""
        hits, still_open = _positions(hit_rules), _positions(open_rules)
        alive, sure = self._surviving(hits, still_open)
        scored = 0
        for rule in hits:
            scored |= self._scores[rule]
        if "infeasible" in wanted and not sure:
            return True
        families_alive = sum(any(alive >> member & 1 for member in members) for members in self._members)
        if "undetermined" in wanted and families_alive > 1 and not sure & scored:
            return True
        led: set[tuple[int, int]] = set()
        clear: set[tuple[int, int]] = set()
        for pair in self._pairs:
            if alive >> pair.first & 1 and alive >> pair.second & 1:
                low, high, lead = _range(pair, hits, still_open)
                if high >= 0:
                    led.add((pair.first, pair.second))
                if low > 0 or (low == 0 and lead > 0):
                    clear.add((pair.first, pair.second))
        if "evaluate_both" in wanted and self._may_be_close(alive, clear):
            return True
        return any(
            family in wanted and self._may_win(number, alive, sure, led) for number, family in enumerate(self._families)
        )

    def may_be_recommended(self, hit_rules: int, open_rules: int, architecture: str) -> bool:
        """Whether an architecture may still become the one that is recommended."""
        hits, still_open = _positions(hit_rules), _positions(open_rules)
        member = self._names.index(architecture)
        alive, sure = self._surviving(hits, still_open)
        if not alive >> member & 1:
            return False
        rivals = [pair for pair in self._pairs if pair.first == member and sure >> pair.second & 1]
        if any(_range(pair, hits, still_open)[1] < 0 for pair in rivals):
            return False
        siblings = next(members for members in self._members if member in members)
        return all(
            self._most_ahead(member, sibling, hits, still_open) >= 0
            for sibling in siblings
            if sibling != member and sure >> sibling & 1
        )

    def may_be_compared(self, hit_rules: int, open_rules: int, architecture: str) -> bool:
        """Whether an architecture may still become one of two that are too close to call."""
        hits, still_open = _positions(hit_rules), _positions(open_rules)
        member = self._names.index(architecture)
        alive, _ = self._surviving(hits, still_open)
        clear = {(p.first, p.second) for p in self._pairs if member in p[:2] and _clearly(p, hits, still_open)}
        return bool(alive >> member & 1) and any(
            alive >> pair.second & 1 and clear.isdisjoint((pair[:2], pair[1::-1]))
            for pair in self._pairs
            if pair.first == member
        )

    def _surviving(self, hits: list[int], still_open: list[int]) -> tuple[int, int]:
        """The bits of the architectures that no hit excludes, and of those that no open rule could exclude either."""
        out = could_be_out = 0
        for rule in hits:
            out |= self._excludes[rule]
        for rule in still_open:
            could_be_out |= self._excludes[rule]
        alive = ((1 << self._size) - 1) & ~out
        return alive, alive & ~could_be_out

    def _most_ahead(self, one: int, other: int, hits: list[int], still_open: list[int]) -> int:
        """The most points that one architecture can come to be ahead of another."""
        ahead = [points[one] - points[other] for points in self._points]
        return sum(ahead[rule] for rule in hits) + sum(max(0, ahead[rule]) for rule in still_open)

    def _may_win(self, family: int, alive: int, sure: int, led: set[tuple[int, int]]) -> bool:
        """Whether a member may come `close_call` ahead of every rival that is sure to be there."""
        rivals = [
            rival
            for number, members in enumerate(self._members)
            if number != family
            for rival in members
            if sure >> rival & 1
        ]
        return any(
            alive >> member & 1 and all((member, rival) in led for rival in rivals) for member in self._members[family]
        )

    def _may_be_close(self, alive: int, clear: set[tuple[int, int]]) -> bool:
        """Whether two architectures of different families may come closer than `close_call`."""
        return any(
            alive >> pair.first & 1
            and alive >> pair.second & 1
            and (pair.first, pair.second) not in clear
            and (pair.second, pair.first) not in clear
            for pair in self._pairs
        )


def _clearly(pair: _Pair, hits: list[int], still_open: list[int]) -> bool:
    """Whether the first is sure to lead the second by `close_call` or more."""
    low, _, lead = _range(pair, hits, still_open)
    return low > 0 or (low == 0 and lead > 0)


def _range(pair: _Pair, hits: list[int], still_open: list[int]) -> tuple[int, int, int]:
    """The least and the most that the first can be ahead, in units of the margin, and the least in points."""
    low = lead = 0
    for rule in hits:
        low += pair.gains[rule]
        lead += pair.leads[rule]
    high = low
    for rule in still_open:
        gain = pair.gains[rule]
        if gain > 0:
            high += gain
        else:
            low += gain
        lead += min(0, pair.leads[rule])
    return low, high, lead


def _positions(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found
