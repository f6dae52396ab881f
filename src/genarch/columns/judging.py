"""From sums of lanes to verdicts, for all rows at once; equal to `genarch.engine.scoring`, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import exp
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genarch.columns.axes import looked_up, lookup
from genarch.columns.plan import Compiled, Field, Words
from genarch.engine.conditions import Condition
from genarch.engine.rules import Ratio, RuleTable
from genarch.engine.scoring import scorer

Numbers = npt.NDArray[Any]
Small = npt.NDArray[Any]
Floats = npt.NDArray[Any]

INFEASIBLE, UNDETERMINED, EVALUATE_BOTH, FORCED, CLEAR, LEAN, FORCED_LEAN = range(7)
"""How a row comes out."""

_LARGEST = 1 << 20
"""Entries of a table of margins or chances at most; beyond, each row is worked out."""


class Lanes:
    """What the conditions of a rule table add up to, lane by lane."""

    def __init__(self, rules: RuleTable) -> None:
        self.rules, self.scorer = rules, scorer(rules)
        self.architectures = len(rules.architectures)
        self.conditions: list[Condition] = [rule.when for rule in rules.rules]
        if rules.header.contradictions_lean:
            self.conditions += [notice.when for notice in rules.notices if notice.level == "inconsistency"]
        bits = [self._bits(at) for at in range(len(self.conditions))]
        self.flags = list(dict.fromkeys(flag for flag in bits if flag))
        """What conditions exclude and limit, each once: see `_bits`."""
        self.adds = np.array([self._adds(at, flag) for at, flag in enumerate(bits)], np.int64)
        self.adds = self.adds.reshape(len(self.conditions), 2 * self.architectures + 1 + len(self.flags))

    def _bits(self, at: int) -> int:
        """What a condition excludes, then what of it is surely out, then what it limits, and whether it contradicts."""
        own = self.architectures
        if at >= len(self.rules.rules):
            return 1 << 3 * own
        effect = self.scorer.effects[at]
        return effect.excludes | (effect.excludes & effect.vouched) << own | effect.limits << 2 * own

    def _adds(self, at: int, flag: int) -> Sequence[int]:
        """Points for and against each architecture, a rule that counts, and what it excludes and limits."""
        given = dict(self.scorer.effects[at].points) if at < len(self.rules.rules) else {}
        points = [given.get(architecture, 0) for architecture in range(self.architectures)]
        counts = self.rules.header.least_rules > 1 and at < len(self.rules.rules) and bool(given or flag & self.own)
        flags = [flag == other for other in self.flags]
        return [*(max(0, gained) for gained in points), *(max(0, -gained) for gained in points), counts, *flags]

    @property
    def own(self) -> int:
        """A bit for each architecture."""
        return (1 << self.architectures) - 1


class Sums(NamedTuple):
    """What the hits of each row come to."""

    gained: Sequence[Numbers]
    """Of each architecture, the points for it."""
    lost: Sequence[Numbers]
    """Likewise the points against it; a single 0 where there are never any."""
    counted: Numbers
    """How many rules hit that give points or exclude; of no meaning where that does not matter."""
    excluded: Numbers
    """The bits of the architectures that are out, and of those whose recommendation is a lean at most."""
    limited: Numbers
    most_gained: int
    """The most points that one can gain, and lose."""
    most_lost: int


class Added(NamedTuple):
    """What decides beside a table's own rules, row by row."""

    gained: Numbers
    """Row by architecture."""
    lost: Numbers
    counted: Numbers
    flags: Numbers
    """As `Lanes` has them."""
    rules: Sequence[tuple[tuple[str, bool], ...]]
    """The ids of the rules that hit, each with whether it excludes, by what `which` has of each row."""
    which: Numbers


class Verdicts(NamedTuple):
    """How each row comes out."""

    outcome: Small
    first: Small
    """The position of the best architecture."""
    second: Small
    """That of the best of another family, where there is one."""
    margin: Floats
    """To four places; of no meaning without one."""
    standing: Sequence[Numbers]
    """Of each family, the points of its best architecture, with `most_lost` and 1 added; 0 where it is out."""


class Judge:
    """Sums of lanes to verdicts."""

    def __init__(self, lanes: Lanes) -> None:
        header = lanes.rules.header
        self.lanes = lanes
        self.families = [(family, members) for family, members in lanes.scorer.families if members]
        self.calibration = header.calibration
        self._close_call, self._clear, self._least_rules = header.close_call, header.clear, header.least_rules
        self._most_added = 0
        self._ever = [bool(adds.any()) for adds in lanes.adds.T]
        self._known: dict[tuple[str, int, int], npt.NDArray[Any]] = {}

    def sums(self, words: Sequence[Words], by: Compiled, added: Added | None = None) -> Sums:
        """What is packed in words, unpacked, with what is added beside it."""
        own, fields = self.lanes.architectures, by.fields
        ever = self._ever
        lanes = [
            field.of(words).astype(np.int32) if ever[at] else np.zeros(1, np.int32)
            for at, field in enumerate(fields[: 2 * own + 1])
        ]
        flags = fields[2 * own + 1 :]
        bits = sum(field.mask.bit_length() for field in flags)
        if added:
            both = self.limits(self._flags(words, flags) | added.flags)
        elif flags and bits <= 16 and flags[0].word == flags[-1].word:
            index = Field(flags[0].word, flags[0].shift, (1 << bits) - 1).of(words)
            key = "flags", flags[0].shift, bits
            if key not in self._known:
                first = [field._replace(word=0, shift=field.shift - flags[0].shift) for field in flags]
                self._known[key] = self.limits(self._flags([np.arange(1 << bits, dtype=np.uint64)], first))
            both = self._known[key].take(index.astype(np.intp))
        else:
            both = self.limits(self._flags(words, flags))
        most = [field.most for field in fields]
        most_gained, most_lost = max(most[:own]), max(most[own : 2 * own]) if any(ever[own : 2 * own]) else 0
        if added:
            lanes = [
                lane + more for lane, more in zip(lanes, (*added.gained.T, *added.lost.T, added.counted), strict=True)
            ]
            self._most_added = max(self._most_added, int(added.gained.max(initial=0)), int(added.lost.max(initial=0)))
            most_gained, most_lost = most_gained + self._most_added, most_lost + self._most_added
        return Sums(
            lanes[:own],
            lanes[own : 2 * own],
            lanes[2 * own],
            both & self.lanes.own,
            both >> own,
            most_gained,
            most_lost,
        )

    def _flags(self, words: Sequence[Words], fields: Sequence[Field]) -> Numbers:
        found = np.zeros(len(words[0]), np.int64)
        for field, flag in zip(fields, self.lanes.flags, strict=True):
            found |= (field.of(words) != 0) * np.int64(flag)
        return found

    def limits(self, flags: Numbers) -> Numbers:
        """The bits of what is out, and above them of whose recommendation is a lean; see `genarch.engine.scoring`."""
        own, every = self.lanes.architectures, self.lanes.own
        excluded, vouched, limited = flags & every, flags >> own & every, flags >> 2 * own & every
        for _, members in self.families:
            mine = sum(1 << at for at in members)
            others = every & ~mine
            limited = limited | ((excluded & others == others) & (vouched & others != others)) * mine
        limited = np.where(flags >> 3 * own & 1, every, limited)
        kind: Any = np.int32 if 2 * own < 31 else np.int64
        return (excluded | limited << own).astype(kind)

    def verdicts(self, sums: Sums, *, alone: bool = True) -> Verdicts:
        """How the rows come out; unless points are `alone`, precedents have still to say how clear that is."""
        own, least = self.lanes.architectures, sums.most_lost
        touched_bits, rank_bits = (sums.most_gained + least).bit_length(), own.bit_length()
        points_shift = touched_bits + rank_bits
        bits = points_shift + (sums.most_gained + least + 1).bit_length()
        kind: Any = np.int32 if bits < 32 else np.int64
        order = [at for _, members in self.families for at in members]
        keys, any_touched = dict[int, Numbers](), np.zeros(1, kind)
        for rank, at in enumerate(order):
            gained, lost = sums.gained[at].astype(kind, copy=False), sums.lost[at]
            touched = gained + lost
            points = gained - lost + (least + 1)
            alive = sums.excluded >> at & 1 ^ 1
            keys[at] = ((points << rank_bits | own - rank) << touched_bits | touched) * alive
            any_touched = any_touched | touched * alive
        best = [reduce(np.maximum, [keys[at] for at in members]) for _, members in self.families]
        first, second = best[0], np.zeros(1, kind)
        for key in best[1:]:
            first, second = np.maximum(first, key), np.maximum(second, np.minimum(first, key))
        most = sums.most_gained + least
        low = (1 << touched_bits) - 1
        apart = (first >> points_shift) - (second >> points_shift)
        closeness, margin = self._margins(apart, (first & low) + (second & low), most)
        named = lookup([0, *order[::-1]])  # by what `own - rank` is
        low = (1 << rank_bits) - 1
        first_at = looked_up(named, (first >> touched_bits & low).astype(np.uint8))
        second_at = looked_up(named, (second >> touched_bits & low).astype(np.uint8))
        standing = [key >> points_shift for key in best]
        lean = sums.limited >> first_at & 1 != 0
        if self._least_rules > 1:
            lean |= sums.counted < self._least_rules
        forced = np.where(lean, np.uint8(FORCED_LEAN), np.uint8(FORCED))
        if self.calibration and alone:
            lean |= ~self.likely(standing, most, least)
        outcome = np.where(lean & (closeness == CLEAR), np.uint8(LEAN), closeness)
        outcome = np.where(any_touched == 0, np.uint8(UNDETERMINED), outcome)
        outcome = np.where(second == 0, forced, outcome)
        return Verdicts(np.where(first == 0, np.uint8(INFEASIBLE), outcome), first_at, second_at, margin, standing)

    def _margins(self, apart: Numbers, touched: Numbers, most: int) -> tuple[Small, Floats]:
        """Whether points so far apart are a close call, clear or a lean, and the margin."""
        width = 2 * most + 1
        if (most + 1) * width > _LARGEST:
            return self._margins_of(apart, touched)
        if ("margin", most, 0) not in self._known:
            each, margin = self._margins_of(*np.divmod(np.arange((most + 1) * width), width))
            self._known["closeness", most, 0], self._known["margin", most, 0] = each, margin
        index = (apart * width + touched).astype(np.intp)
        each = self._known["closeness", most, 0].take(index, mode="clip")
        return each, self._known["margin", most, 0].take(index, mode="clip")

    def _margins_of(self, apart: Numbers, touched: Numbers) -> tuple[Small, Floats]:
        whole = np.maximum(touched, 1).astype(np.int64)
        close = (apart == 0) | (_surplus(apart, whole, self._close_call) < 0)
        lean = _surplus(apart, whole, self._clear) < 0 if self.calibration is None else False
        return np.where(close, EVALUATE_BOTH, np.where(lean, LEAN, CLEAR)).astype(np.uint8), rounded(apart / whole)

    def likely(self, standing: Sequence[Numbers], most: int, least: int) -> npt.NDArray[Any]:
        """Whether the chance of the best family is enough to be clear, where nothing is known of precedents."""
        width, count = most + 2, len(standing)
        if width**count > _LARGEST:
            return self._likely(standing, most, least)
        key = "likely", most, least
        if key not in self._known:
            every = np.arange(width**count)
            grid = [every // width ** (count - 1 - at) % width for at in range(count)]
            self._known[key] = self._likely(grid, most, least)
        index = standing[0]
        for points in standing[1:]:
            index = index * width + points
        found: npt.NDArray[Any] = self._known[key].take(index)
        return found

    def _likely(self, standing: Sequence[Numbers], most: int, least: int) -> npt.NDArray[Any]:
        assert self.calibration  # noqa: S101  (asked where there is one)
        odds = self.odds(standing, most, least)
        largest = reduce(np.maximum, odds)
        total = reduce(np.add, odds)
        with np.errstate(invalid="ignore"):  # none where no family is left
            likely: npt.NDArray[Any] = largest / total >= self.calibration.clear
        return likely

    def odds(self, standing: Sequence[Numbers], most: int, least: int) -> Sequence[Floats]:
        """The odds of each family beside the best one's, by points alone; as `calibration.chances` raises them."""
        assert self.calibration  # noqa: S101  (likewise)
        worth, width = self.calibration.per_point, most + 2
        if ("odds", most, least) not in self._known:
            values = [worth * (points - 1 - least) for points in range(width)]
            raised = [
                [exp(min(0.0, value - best)) if at else 0.0 for best in values] for at, value in enumerate(values)
            ]
            self._known["odds", most, least] = np.array(raised).ravel()
        best = reduce(np.maximum, standing)
        return [self._known["odds", most, least].take(points * width + best, mode="clip") for points in standing]


def _surplus(apart: Numbers, touched: Numbers, limit: Ratio) -> Numbers:
    """As `scoring.surplus` has it, for many rows."""
    found: Numbers = limit.denominator * apart.astype(np.int64) - limit.numerator * touched
    return found


def rounded(share: Floats) -> Floats:
    """To four places, each as `round` does it."""
    scaled = share * 1e4
    found: Floats = np.rint(scaled) / 1e4
    for at in np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < 1e-6):
        found.flat[at] = round(float(share.flat[at]), 4)
    return found
