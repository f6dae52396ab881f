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

    __slots__ = ("_excludes", "_families", "_members", "_pairs", "_scores", "_size")

    def __init__(self, rules: RuleTable) -> None:
        names = [architecture.id for architecture in rules.architectures]
        position = {name: at for at, name in enumerate(names)}
        points = [[rule.points.get(name, 0) for name in names] for rule in rules.rules]
        close, whole = rules.header.close_call
        self._size = len(names)
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
        out = could_be_out = scored = 0
        for rule in hits:
            out |= self._excludes[rule]
            scored |= self._scores[rule]
        for rule in still_open:
            could_be_out |= self._excludes[rule]
        alive = ((1 << self._size) - 1) & ~out
        sure = alive & ~could_be_out
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
