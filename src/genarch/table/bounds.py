"""Bounds: which verdicts some completion might still reach, when some rules hit and others are open.

For two architectures of different families, how far the first is ahead of the second is a sum over the hits. In units
of the margin a rule's share is `den * (a - b) - num * (|a| + |b|)`, where a and b are the points that it gives and
num/den is the table's `close_call`: the sum is 0 or more exactly when the first leads the second by `close_call` or
more. Its largest value takes every open rule that adds to it, its smallest every open rule that takes from it.
Bounds never say that a verdict is out of reach when it is not; the search makes them exact.
"""

from __future__ import annotations

from typing import NamedTuple

from genarch.table.rules import RuleTable


class _Pair(NamedTuple):
    """Two architectures of different families, with each rule's share in the first one's lead.

    `gains` are in units of the margin, `up` and `down` what of them is above and below 0. `leads` are in points, and
    `falls` what of them is below 0.
    """

    gains: tuple[int, ...]
    up: tuple[int, ...]
    down: tuple[int, ...]
    leads: tuple[int, ...]
    falls: tuple[int, ...]

    def may_lead(self, hits: list[int], still_open: list[int]) -> bool:
        """Whether the first may come `close_call` or more ahead."""
        return sum(map(self.gains.__getitem__, hits)) + sum(map(self.up.__getitem__, still_open)) >= 0

    def surely_leads(self, hits: list[int], still_open: list[int]) -> bool:
        """Whether the first is sure to come out `close_call` or more ahead, and never level."""
        low = sum(map(self.gains.__getitem__, hits)) + sum(map(self.down.__getitem__, still_open))
        if low:
            return low > 0
        return sum(map(self.leads.__getitem__, hits)) + sum(map(self.falls.__getitem__, still_open)) > 0


def _pair(gains: list[int], leads: list[int]) -> _Pair:
    return _Pair(
        tuple(gains),
        tuple(max(0, gain) for gain in gains),
        tuple(min(0, gain) for gain in gains),
        tuple(leads),
        tuple(min(0, lead) for lead in leads),
    )


class Bounds:
    """A rule table compiled for bounds."""

    __slots__ = ("_ahead", "_every", "_excludes", "_families", "_members", "_names", "_pairs", "_rivals", "_scores")

    def __init__(self, rules: RuleTable) -> None:
        names = [architecture.id for architecture in rules.architectures]
        position = {name: at for at, name in enumerate(names)}
        points = [[rule.points.get(name, 0) for name in names] for rule in rules.rules]
        close, whole = rules.header.close_call
        self._every = (1 << len(names)) - 1
        self._names = names
        self._families = [family.id for family in rules.families]
        self._members = [[position[a.id] for a in rules.architectures if a.family == f.id] for f in rules.families]
        self._excludes = [sum(1 << position[name] for name in set(rule.excludes)) for rule in rules.rules]
        self._scores = [sum(1 << position[name] for name in rule.points) for rule in rules.rules]
        self._rivals = [
            [at for at, other in enumerate(rules.architectures) if other.family != one.family]
            for one in rules.architectures
        ]
        self._ahead = {
            (a, b): ([p[a] - p[b] for p in points], [max(0, p[a] - p[b]) for p in points])
            for a in range(len(names))
            for b in range(len(names))
        }
        """For each two architectures, each rule's points for the first less those for the second; and that or 0."""
        self._pairs = {
            (a, b): _pair(
                [whole * (p[a] - p[b]) - close * (abs(p[a]) + abs(p[b])) for p in points],
                [p[a] - p[b] for p in points],
            )
            for a, rivals in enumerate(self._rivals)
            for b in rivals
        }

    def reachable(self, hit_rules: int, open_rules: int, wanted: set[str]) -> bool:
        """Whether any of the wanted verdicts may be reached; the table's first rule has the lowest bit."""
        hits, still_open = _positions(hit_rules), _positions(open_rules)
        alive, sure = self._surviving(hits, still_open)
        if "infeasible" in wanted and not sure:
            return True
        if "undetermined" in wanted and self._may_be_undetermined(hits, alive, sure):
            return True
        if "evaluate_both" in wanted and any(
            alive >> one & alive >> other & 1 and self._may_be_close(one, other, hits, still_open)
            for one, other in self._pairs
            if one < other
        ):
            return True
        return any(
            alive >> member & 1 and self._may_win(member, alive, sure, hits, still_open)
            for family, members in zip(self._families, self._members, strict=True)
            if family in wanted
            for member in members
        )

    def may_be_recommended(self, hit_rules: int, open_rules: int, architecture: str) -> bool:
        """Whether an architecture may still become the one that is recommended."""
        hits, still_open = _positions(hit_rules), _positions(open_rules)
        member = self._names.index(architecture)
        alive, sure = self._surviving(hits, still_open)
        if not (alive >> member & 1 and self._may_win(member, alive, sure, hits, still_open)):
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
        return bool(alive >> member & 1) and any(
            alive >> rival & 1 and self._may_be_close(member, rival, hits, still_open) for rival in self._rivals[member]
        )

    def _surviving(self, hits: list[int], still_open: list[int]) -> tuple[int, int]:
        """The bits of the architectures that no hit excludes, and of those that no open rule could exclude either."""
        out = could_be_out = 0
        for rule in hits:
            out |= self._excludes[rule]
        for rule in still_open:
            could_be_out |= self._excludes[rule]
        alive = self._every & ~out
        return alive, alive & ~could_be_out

    def _may_be_undetermined(self, hits: list[int], alive: int, sure: int) -> bool:
        """Whether several families may be left, and nothing that has points among them."""
        scored = 0
        for rule in hits:
            scored |= self._scores[rule]
        families = sum(any(alive >> member & 1 for member in members) for members in self._members)
        return families > 1 and not sure & scored

    def _may_win(self, member: int, alive: int, sure: int, hits: list[int], still_open: list[int]) -> bool:
        """Whether an architecture may come first, and `close_call` ahead of whichever rival comes second.

        The margin is held against the second best alone: a third one may have fewer points and still be closer by the
        margin, where many points for and against it cancel out.
        """
        present = [rival for rival in self._rivals[member] if sure >> rival & 1]
        if any(self._most_ahead(member, rival, hits, still_open) <= 0 for rival in present):
            return False
        return not present or any(
            self._pairs[member, second].may_lead(hits, still_open)
            and all(self._most_ahead(second, rival, hits, still_open) >= 0 for rival in present if rival != second)
            for second in self._rivals[member]
            if alive >> second & 1
        )

    def _may_be_close(self, one: int, other: int, hits: list[int], still_open: list[int]) -> bool:
        """Whether two architectures of different families may come closer than `close_call`."""
        return not (
            self._pairs[one, other].surely_leads(hits, still_open)
            or self._pairs[other, one].surely_leads(hits, still_open)
        )

    def _most_ahead(self, one: int, other: int, hits: list[int], still_open: list[int]) -> int:
        """The most points that one architecture can come to be ahead of another."""
        ahead, rises = self._ahead[one, other]
        return sum(map(ahead.__getitem__, hits)) + sum(map(rises.__getitem__, still_open))


_CHUNKS: list[tuple[tuple[int, ...], ...]] = []
"""For each eight rules, and each of the 256 sets of them, their positions."""


def _positions(mask: int) -> list[int]:
    found: list[int] = []
    at = 0
    while mask:
        if at == len(_CHUNKS):
            _CHUNKS.append(tuple(tuple(8 * at + bit for bit in range(8) if byte >> bit & 1) for byte in range(256)))
        found += _CHUNKS[at][mask & 255]
        mask >>= 8
        at += 1
    return found
