"""From sums of lanes to verdicts, for all rows at once; equal to `genarch.engine.scoring`, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt

from genarch.columns.joints import Words, part_of, taken
from genarch.columns.plan import Compiled
from genarch.columns.spelling import by_pairs, pairs_of
from genarch.engine.conditions import Condition
from genarch.engine.rules import Ratio, RuleTable
from genarch.engine.scoring import scorer, surplus
from genarch.values import NamedTuple

Numbers = npt.NDArray[Any]
Small = npt.NDArray[Any]
Floats = npt.NDArray[Any]

INFEASIBLE, UNDETERMINED, EVALUATE_BOTH, FORCED, CLEAR, LEAN, FORCED_LEAN = range(7)
"""How a row comes out."""

LOOKED_UP = 20
"""Bits of sums at most that what comes of them is looked up by; beyond, each row is worked out."""

_LARGEST = 1 << 20
"""Entries of a table of margins or chances at most; beyond, each row is worked out."""


def _outcome(state: int) -> int:
    """By how close it is, and whether it is a lean at most, too unlikely, untouched, without a second, without any."""
    closeness, lean, unlikely, untouched, alone, none = state & 3, *(state >> at & 1 for at in range(2, 7))
    if none or alone:
        return INFEASIBLE if none else FORCED_LEAN if lean else FORCED
    each = (EVALUATE_BOTH, CLEAR, LEAN, LEAN)[closeness]
    return UNDETERMINED if untouched else LEAN if each == CLEAR and (lean or unlikely) else each


_WITHOUT = 1 << 4
"""States from this on have no margin."""

_OUTCOMES = pairs_of(np.array([_outcome(state) for state in range(128)], np.uint8))


class Lanes:
    """What the conditions of a rule table add up to, lane by lane."""

    def __init__(self, rules: RuleTable) -> None:
        self.rules, self.scorer = rules, scorer(rules)
        self.architectures = len(rules.architectures)
        self.families = [(family, members) for family, members in self.scorer.families if members]
        self.conditions: list[Condition] = [rule.when for rule in rules.rules]
        if rules.header.contradictions_lean:
            self.conditions += [notice.when for notice in rules.notices if notice.level == "inconsistency"]
        bits = [self._bits(at) for at in range(len(self.conditions))]
        every = list(dict.fromkeys(flag for flag in bits if flag))
        self.flags = [[flag for flag in every if any(flag >> at & 1 for at in of)] for _, of in self.families] + [every]
        """What conditions exclude and limit, each once: of each family what excludes members of it, then all; see
        `_bits`."""
        self.slots = [2 * len(of) + len(out) for (_, of), out in zip(self.families, self.flags, strict=False)]
        self.slots.append(1 + len(every))
        """How many lanes are looked up together."""
        self.adds = np.array([self._adds(at, flag) for at, flag in enumerate(bits)], np.int64)
        self.adds = self.adds.reshape(len(self.conditions), sum(self.slots))

    def _bits(self, at: int) -> int:
        """What a condition excludes, then what of it is surely out, then what it limits, and whether it contradicts."""
        own = self.architectures
        if at >= len(self.rules.rules):
            return 1 << 3 * own
        effect = self.scorer.effects[at]
        return effect.excludes | (effect.excludes & effect.vouched) << own | effect.limits << 2 * own

    def _adds(self, at: int, flag: int) -> Sequence[int]:
        """Of each family, points for and against each of it and what excludes one; a rule that counts, and flags."""
        given = dict(self.scorer.effects[at].points) if at < len(self.rules.rules) else {}
        found: list[int] = []
        for (_, members), flags in zip(self.families, self.flags, strict=False):
            points = [given.get(architecture, 0) for architecture in members]
            found += [*(max(0, gained) for gained in points), *(max(0, -gained) for gained in points)]
            found += [flag == other for other in flags]
        counts = self.rules.header.least_rules > 1 and at < len(self.rules.rules) and bool(given or flag & self.own)
        return [*found, counts, *(flag == other for other in self.flags[-1])]

    @property
    def own(self) -> int:
        """A bit for each architecture."""
        return (1 << self.architectures) - 1


class Added(NamedTuple):
    """What decides beside a table's own rules, row by row."""

    gained: Numbers
    """Row by architecture."""
    lost: Numbers
    counted: Numbers
    flags: Numbers
    """As `Lanes` has them."""
    hits: Sequence[int]
    """A bit for each rule that hits, by what `which` has of each row."""
    which: Numbers


class Scale(NamedTuple):
    """The most points that one can gain, and lose, and how many bits those touched and a rank take."""

    gained: int
    lost: int
    touched_bits: int
    rank_bits: int

    @property
    def most(self) -> int:
        """The most points apart, and touched."""
        return self.gained + self.lost

    @property
    def points_shift(self) -> int:
        """Where points begin in a key: after whether any are touched, those touched, and the rank."""
        return 1 + self.touched_bits + self.rank_bits

    @property
    def kind(self) -> Any:
        """Numbers that keys fit in."""
        bits = self.points_shift + (self.most + 1).bit_length()
        return np.uint16 if bits <= 16 else np.uint32 if bits <= 32 else np.int64


class Verdicts(NamedTuple):
    """How each row comes out."""

    outcome: Small
    first: Small
    """The best architecture, as `Judge.named` has them."""
    second: Small
    """That of the best of another family, where there is one."""
    margin: Floats
    """To four places; of no meaning without one."""
    without: Small
    """In which rows there is none."""
    standing: Sequence[Numbers]
    """Of each family, the points of its best architecture, with the most that one can lose and 1 added; 0 where it is
    out."""
    scale: Scale


class Judge:
    """Sums of lanes to verdicts.

    A family has a key: the points of its best architecture, then its rank, the points touched, and whether any of the
    family are; 0 where all of it is out. The largest key is that of the best architecture.
    """

    def __init__(self, lanes: Lanes) -> None:
        header = lanes.rules.header
        self.lanes, self.families = lanes, lanes.families
        self.calibration = header.calibration
        self._close_call, self._clear, self._least_rules = header.close_call, header.clear, header.least_rules
        self._most_added = 0
        self._known: dict[object, npt.NDArray[Any]] = {}
        self._order = [at for _, members in self.families for at in members]
        self.named = np.array([0, *self._order[::-1]])
        """The architecture by what stands for its rank in a key, more for one that comes before."""
        of = {at: number for number, (_, members) in enumerate(self.families) for at in members}
        self.family_of = np.array([of.get(at, 0) for at in self.named.tolist()])
        """Likewise its family."""

    def points(self, words: Sequence[Words], by: Compiled, added: Added | None) -> Sequence[Numbers]:
        """The points of each architecture."""
        found: dict[int, Numbers] = {}
        for (_, members), slot in zip(self.families, by.slots, strict=False):
            for number, at in enumerate(members):
                gained, lost = (slot[number + of].of(words).astype(np.int32) for of in (0, len(members)))
                found[at] = gained - lost if added is None else gained - lost + added.gained[:, at] - added.lost[:, at]
        return [found[at] for at in range(self.lanes.architectures)]

    def _scale(self, by: Compiled, added: Added | None) -> Scale:
        most = [0, 0]
        for (_, members), slot in zip(self.families, by.slots, strict=False):
            for side in (0, 1):
                own = slot[side * len(members) : (side + 1) * len(members)]
                most[side] = max([most[side], *(field.most for field in own)])
        if added:
            self._most_added = max(self._most_added, int(added.gained.max(initial=0)), int(added.lost.max(initial=0)))
        gained, lost = (each + self._most_added for each in most)
        return Scale(gained, lost, (gained + lost).bit_length(), len(self._order).bit_length())

    def _of_slot(
        self,
        number: int,
        words: Sequence[Words],
        by: Compiled,
        scale: Scale,
        added: Added | None,
        index: Numbers,
    ) -> Numbers:
        """The keys of a family, or, of the last slot, what `_limits` has; looked up where its sums have few bits."""
        make = self._keys if number < len(self.families) else self._limits
        slot = by.slots[number]
        word, shift, end = slot[0].word, slot[0].shift, slot[-1].end
        bits = end - shift
        if added or not 0 < bits <= LOOKED_UP or word != slot[-1].word:
            return make(number, [field.of(words).astype(np.int64) for field in slot], scale, added)
        key = number, tuple(slot), scale
        if key not in self._known:
            every = [np.arange(1 << bits, dtype=np.uint64)]
            sums = [field._replace(word=0, shift=field.shift - slot[0].shift).of(every) for field in slot]
            self._known[key] = make(number, [each.astype(np.int64) for each in sums], scale, None)
        above = any(field.word == word and field.end > end for other in by.slots for field in other)
        part_of(words[word], shift, bits if above else 64 - shift, index)
        return taken(self._known[key], index)

    def _flags(self, number: int, sums: Sequence[Numbers], added: Added | None) -> Numbers:
        found = np.zeros(1, np.int64) if added is None else added.flags
        for each, flag in zip(sums, self.lanes.flags[number], strict=True):
            found = found | (each != 0) * np.int64(flag)
        return found

    def _keys(self, number: int, sums: Sequence[Numbers], scale: Scale, added: Added | None) -> Numbers:
        _, members = self.families[number]
        excluded = self._flags(number, sums[2 * len(members) :], added)
        best = any_touched = np.zeros(1, np.int64)
        for at, gained, lost in zip(members, sums, sums[len(members) :], strict=False):
            if added is not None:
                gained, lost = gained + added.gained[:, at], lost + added.lost[:, at]  # noqa: PLW2901
            alive, touched = excluded >> at & 1 ^ 1, gained + lost
            points, rank = gained - lost + (scale.lost + 1), len(self._order) - self._order.index(at)
            best = np.maximum(best, ((points << scale.rank_bits | rank) << scale.touched_bits | touched) * alive)
            any_touched = any_touched | touched * alive
        found: Numbers = (best << 1 | (any_touched != 0)).astype(scale.kind)
        return found

    def _limits(self, number: int, sums: Sequence[Numbers], scale: Scale, added: Added | None) -> Numbers:
        """The bits of the architectures whose recommendation is a lean at most, by what stands for their rank."""
        own, every, flags = self.lanes.architectures, self.lanes.own, self._flags(number, sums[1:], added)
        excluded, vouched, limited = flags & every, flags >> own & every, flags >> 2 * own & every
        for _, members in self.families:  # see `genarch.engine.scoring`
            mine = sum(1 << at for at in members)
            others = every & ~mine
            limited = limited | ((excluded & others == others) & (vouched & others != others)) * mine
        limited = np.where(flags >> 3 * own & 1, every, limited)
        if self._least_rules > 1:
            limited = np.where(sums[0] + (0 if added is None else added.counted) < self._least_rules, every, limited)
        found = np.zeros(1, np.int64)
        for number, at in enumerate(self.named[1:].tolist(), 1):  # noqa: PLR1704
            found = found | (limited >> at & 1) << number
        return found.astype(np.uint16 if own < 16 and scale.kind == np.uint16 else np.int64)

    def verdicts(
        self,
        words: Sequence[Words],
        by: Compiled,
        added: Added | None = None,
        *,
        contradicted: Numbers | None = None,
        alone: bool = True,
    ) -> Verdicts:
        """How rows come out by what is packed in words, and what is added beside it.

        Unless points are `alone`, precedents have still to say how clear that is.
        """
        scale = self._scale(by, added)
        index = np.empty(len(words[0]), np.intp)
        *keys, limited = (self._of_slot(number, words, by, scale, added, index) for number in range(len(by.slots)))
        first, second = keys[0], np.zeros(1, scale.kind)
        for key in keys[1:]:
            second = np.maximum(second, np.minimum(first, key))
            first = np.maximum(first, key)
        shift, low = scale.kind(scale.points_shift), scale.kind((1 << scale.touched_bits) - 1)
        one = scale.kind(1)
        apart = (first >> shift) - (second >> shift)
        state, margin = self._margins(apart, (first >> one & low) + (second >> one & low), scale.most, index)
        low, rank_shift = scale.kind((1 << scale.rank_bits) - 1), scale.kind(1 + scale.touched_bits)
        first_at = first >> rank_shift & low
        standing = [key >> shift for key in keys]
        lean = (limited >> first_at & limited.dtype.type(1)).astype(np.uint8)
        if contradicted is not None:
            lean = lean | contradicted
        state = state | lean << np.uint8(2)
        if self.calibration and alone:
            state |= self.unlikely(standing, scale, index) << np.uint8(3)
        state |= (reduce(np.bitwise_or, keys) & one == 0).view(np.uint8) << np.uint8(4)
        state |= (second == 0).view(np.uint8) << np.uint8(5) | (first == 0).view(np.uint8) << np.uint8(6)
        best, next_best = (at.astype(np.uint8) for at in (first_at, second >> rank_shift & low))
        return Verdicts(by_pairs(_OUTCOMES, state), best, next_best, margin, state >= _WITHOUT, standing, scale)

    def _margins(self, apart: Numbers, touched: Numbers, most: int, index: Numbers) -> tuple[Small, Floats]:
        """Whether points so far apart are a close call, clear or a lean, 0 to 2, and the margin."""
        width = 2 * most + 1
        if (most + 2) * width > _LARGEST:
            return self._margins_of(apart, touched)
        if ("margin", most, 0) not in self._known:
            each, margin = self._margins_of(*np.divmod(np.arange((most + 2) * width), width))
            self._known["closeness", most, 0], self._known["margin", most, 0] = each, margin
        index[...] = apart * apart.dtype.type(width) + touched
        return self._known["closeness", most, 0].take(index), taken(self._known["margin", most, 0], index)

    def _margins_of(self, apart: Numbers, touched: Numbers) -> tuple[Small, Floats]:
        whole = np.maximum(touched, 1).astype(np.int64)
        close = (apart == 0) | (_surplus(apart, whole, self._close_call) < 0)
        lean = _surplus(apart, whole, self._clear) < 0 if self.calibration is None else False
        return np.where(close, 0, np.where(lean, 2, 1)).astype(np.uint8), rounded(apart / whole)

    def unlikely(self, standing: Sequence[Numbers], scale: Scale, index: Numbers) -> Small:
        """1 where the chance of the best family is too little to be clear, where nothing is known of precedents."""
        width, count = scale.most + 2, len(standing)
        if width**count > _LARGEST:
            return self._unlikely(standing, scale)
        if ("unlikely", scale) not in self._known:
            every = np.arange(width**count)
            grid = [every // width ** (count - 1 - at) % width for at in range(count)]
            self._known["unlikely", scale] = self._unlikely(grid, scale)
        places = standing[0].astype(np.uint32)
        for points in standing[1:]:
            places *= np.uint32(width)
            places += points
        index[...] = places
        found: Small = self._known["unlikely", scale].take(index)
        return found

    def _unlikely(self, standing: Sequence[Numbers], scale: Scale) -> Small:
        assert self.calibration  # noqa: S101  (asked where there is one)
        odds = self.odds(standing, scale)
        largest = reduce(np.maximum, odds)
        total = reduce(np.add, odds)
        with np.errstate(invalid="ignore"):  # none where no family is left
            found: Small = (~(largest / total >= self.calibration.clear)).view(np.uint8)
        return found

    def odds(self, standing: Sequence[Numbers], scale: Scale) -> Sequence[Floats]:
        """The odds of each family beside the best one's, by points alone; as `calibration.chances` raises them."""
        assert self.calibration  # noqa: S101  (likewise)
        worth, width = self.calibration.per_point, scale.most + 2
        if ("odds", scale) not in self._known:
            values = [worth * (points - 1 - scale.lost) for points in range(width)]
            raised = [
                [exp(min(0.0, value - best)) if at else 0.0 for best in values] for at, value in enumerate(values)
            ]
            self._known["odds", scale] = np.array(raised).ravel()
        standing = [points.astype(np.intp) for points in standing]
        best = reduce(np.maximum, standing)
        return [self._known["odds", scale].take(points * width + best) for points in standing]


def _surplus(apart: Numbers, touched: Numbers, limit: Ratio) -> Numbers:
    """`scoring.surplus`, which adds up, for many rows."""
    found: Numbers = surplus(1, 0, limit) * apart.astype(np.int64) + surplus(0, 1, limit) * touched
    return found


def rounded(share: Floats) -> Floats:
    """To four places, each as `round` does it."""
    scaled = share * 1e4
    found: Floats = np.rint(scaled) / 1e4
    for at in np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < 1e-6):
        found.flat[at] = round(float(share.flat[at]), 4)
    return found
