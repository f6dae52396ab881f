"""Conditions compiled for columns: groups of columns that conditions read together, and what each group's answers add.

The classes of a group's columns in mixed radix index a look-up table, whose rows have packed sums of lanes: what the
conditions that hit add. Sums of groups are what all hits come to. A condition whose columns make too large a table is
matched by itself, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import islice
from math import prod
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt

from genarch.columns.axes import Axis, Codes, Hardware, hardware_of, memory_numbers
from genarch.columns.joints import PER_WORD, ROW, Words, joints_of, part_of, plus
from genarch.engine.conditions import Condition, constraints_read
from genarch.engine.constraints import CONSTRAINTS, Range
from genarch.engine.matching import Matcher
from genarch.engine.rules import Assumption
from genarch.values import NamedTuple

Bools = npt.NDArray[Any]

LARGEST = 1 << 16
"""Rows of a look-up table at most: so many stay near the processor, and their numbers have 16 bits."""

_BITS = 64


class Part(NamedTuple):
    """A condition by its terms: of `required` one has to hit, of `refused` none may."""

    columns: tuple[str, ...]
    required: int
    refused: int

    @property
    def terms(self) -> int:
        """The bits of all of them."""
        return self.required | self.refused


class Stand(NamedTuple):
    """That an unstated number is taken to be in a range where a condition hits."""

    part: Part
    name: str
    range: Range


class Done(NamedTuple):
    """What the answers to one constraint do to some terms, by class or by row; the last dimension is of words."""

    failed: Words
    pending: Words
    unknown: Bools


class Group(NamedTuple):
    """Conditions that are looked up together, by position."""

    conditions: tuple[int, ...]
    steps: Mapping[str, Codes]
    """Of each column, what each class adds to the row of the look-up table; unknown adds nothing."""
    hits: Bools
    """Row by condition."""


class Field(NamedTuple):
    """Where the sum of a lane is: in which word, from which bit, and its bits."""

    word: int
    shift: int
    mask: int
    most: int = 0
    """The largest sum."""

    @property
    def end(self) -> int:
        """The bit after it."""
        return self.shift + self.mask.bit_length()

    def of(self, words: Sequence[Words]) -> Words:
        """The sums."""
        found: Words = words[self.word] >> np.uint64(self.shift)
        found &= np.uint64(self.mask)
        return found


class Plan:
    """How rows of codes become sums of lanes."""

    def __init__(
        self,
        conditions: Sequence[Condition],
        assumptions: Sequence[Assumption],
        adds: npt.NDArray[Any],
        slots: Sequence[int],
    ) -> None:
        """`adds` has what each condition adds to each lane, `slots` how many lanes after another belong together."""
        self.matcher, self.adds, self.slots = Matcher(conditions, assumptions), adds, slots
        self.parts = [self._part(at, condition) for at, condition in enumerate(conditions)]
        self._stands = [
            Stand(self._part(at, entry.when), entry.assume.constraint, Range(below=entry.assume.below))
            for at, entry in sorted(
                enumerate(assumptions, len(conditions)), key=lambda item: -item[1].assume.below
            )  # of several the lowest counts
        ]

    def _part(self, at: int, condition: Condition) -> Part:
        return Part(tuple(constraints_read(condition)), *self.matcher.parts_of(at))

    def axes(self, *, hardware: bool) -> dict[str, Axis]:
        """The classes of the answers; with `hardware`, also by what a gpu implies and contradicts."""
        numbers = {"device_memory_gb": memory_numbers()} if hardware else {}
        apart = {"device", "device_memory_gb"} if hardware else frozenset()
        return {
            entry.name: Axis(entry.name, self.matcher, apart=entry.name in apart, numbers=numbers.get(entry.name, ()))
            for entry in CONSTRAINTS
        }

    def stands_for(self, part: Part) -> Sequence[Stand]:
        """What may stand in for something that a condition reads."""
        return [stand for stand in self._stands if stand.name in part.columns]

    def columns_of(self, part: Part) -> Sequence[str]:
        """What decides whether a condition hits."""
        more = [name for stand in self.stands_for(part) for name in (stand.name, *stand.part.columns)]
        return list(dict.fromkeys([*part.columns, *more]))


class _Forming:
    """A group that is being formed."""

    def __init__(self, plan: Plan, axes: Mapping[str, Axis], conditions: tuple[int, ...]) -> None:
        parts = [plan.parts[at] for at in conditions]
        stands = {stand for part in parts for stand in plan.stands_for(part)}
        self.conditions = conditions
        self.terms = reduce(or_, (part.terms for part in (*parts, *(stand.part for stand in stands))), 0)
        standing = {stand.name for stand in stands}
        self.classes = {
            name: self._classes(axes[name], apart=name in standing)
            for name in dict.fromkeys(name for part in parts for name in plan.columns_of(part))
        }
        self.size = prod(len(kept) for _, kept in self.classes.values())

    def _classes(self, axis: Axis, *, apart: bool) -> tuple[list[int], list[int]]:
        """The class here of each class of the axis, and one of the axis for each here; unknown may be `apart`."""
        found: dict[tuple[int, int, bool], int] = {}
        kept: list[int] = []
        into = []
        for code, (failed, pending) in enumerate(axis.masks):
            key = failed & self.terms, pending & self.terms, apart and not code
            if key not in found:
                found[key] = len(kept)
                kept.append(code)
            into.append(found[key])
        return into, kept


class Compiled:
    """Look-up tables, for the classes that answers have."""

    def __init__(self, plan: Plan, axes: Mapping[str, Axis], *, hardware: bool) -> None:
        """With `hardware`, a gpu is stated."""
        self._plan, self.axes = plan, axes
        self._hit_words = -(-len(plan.parts) // _BITS) or 1
        self.hardware: Sequence[Hardware] = hardware_of(axes) if hardware else ()
        self._sizes = {name: axis.size for name, axis in axes.items()}
        self.groups: list[Group] = []
        self.wide: list[int] = []
        for forming in self._formed():
            self.groups.append(self._group(forming))
        self.slots = self._slots()
        self._fields = [field for slot in self.slots for field in slot]
        words = 1 + max((field.word for field in self._fields), default=0)
        self._tables = [
            [table if table.any() else None for table in self._packed(group.hits, group.conditions, words)]
            for group in self.groups
        ]
        self._joints = joints_of([group.steps for group in self.groups], self._sizes)
        self._by_condition = self._packed(np.eye(len(plan.parts), dtype=bool), range(len(plan.parts)), words)

    @property
    def current(self) -> bool:
        """Whether answers have no more classes by now."""
        return all(axis.size == self._sizes[name] for name, axis in self.axes.items())

    def _formed(self) -> Iterable[_Forming]:
        """Few groups: the largest conditions first, each where it makes a group the least larger."""
        alone = [_Forming(self._plan, self.axes, (at,)) for at in range(len(self._plan.parts))]
        groups: list[_Forming] = []
        for one in sorted(alone, key=lambda one: -one.size):
            if one.size > LARGEST:
                self.wide += one.conditions
                continue
            found = [
                (_Forming(self._plan, self.axes, (*group.conditions, *one.conditions)), at)
                for at, group in enumerate(groups)
            ]
            fitting = [(both, at) for both, at in found if both.size <= LARGEST]
            if fitting:
                both, at = min(fitting, key=lambda pair: pair[0].size / groups[pair[1]].size)
                groups[at] = both
            else:
                groups.append(one)
        return groups

    def _group(self, forming: _Forming) -> Group:
        shape = [len(kept) for _, kept in forming.classes.values()]
        steps: dict[str, Codes] = {}
        done: dict[str, Done] = {}
        at = _positions(forming.terms)
        for number, (name, (into, kept)) in enumerate(forming.classes.items()):
            stride = prod(shape[number + 1 :])
            steps[name] = np.array(into, np.uint64) * np.uint64(stride)
            own = [1] * len(shape)
            own[number] = len(kept)
            masks = [self.axes[name].masks[code] for code in kept]
            done[name] = Done(
                _words([mask.failed for mask in masks], at).reshape((*own, -1)),
                _words([mask.pending for mask in masks], at).reshape((*own, -1)),
                np.array([code == 0 for code in kept]).reshape(own),
            )
        hits = self._hits(forming.conditions, done, at, tuple(shape) or (1,))
        return Group(forming.conditions, steps, hits.reshape((-1, len(forming.conditions))))

    def _hits(
        self, conditions: Sequence[int], done: Mapping[str, Done], at: Sequence[int], shape: tuple[int, ...]
    ) -> Bools:
        """Which conditions hit; the last dimension is of conditions."""
        parts = [self._plan.parts[condition] for condition in conditions]
        stands = list(dict.fromkeys(stand for part in parts for stand in self._plan.stands_for(part)))

        def hit(part: Part, failed: Words, pending: Words) -> Bools:
            required, refused = _words([part.required], at), _words([part.refused], at)
            found: Bools = np.any(~(failed | pending) & required, axis=-1)
            return found & np.all((failed & refused) == refused, axis=-1) if part.refused else found

        def all_of(done: Mapping[str, Done]) -> tuple[Words, Words]:
            nothing = np.zeros((*(1 for _ in shape), len(_words([0], at)[0])), np.uint64)
            failed = reduce(np.bitwise_or, (one.failed for one in done.values()), nothing)
            return failed, reduce(np.bitwise_or, (one.pending for one in done.values()), nothing)

        sums = all_of(done)
        if stands:
            assumed = dict(done)
            for stand in stands:
                name, here = stand.name, (hit(stand.part, *sums) & done[stand.name].unknown)[..., None]
                failed, pending = self._plan.matcher.over(name, stand.range)
                assumed[name] = Done(
                    np.where(here, _words([failed], at), assumed[name].failed),
                    np.where(here, _words([pending], at), assumed[name].pending),
                    done[name].unknown,
                )
            sums = all_of(assumed)
        return np.stack([np.broadcast_to(hit(part, *sums), shape) for part in parts], axis=-1)

    def _slots(self) -> Sequence[Sequence[Field]]:
        """Room for each lane's largest sum, slot by slot."""
        adds = self._plan.adds
        most = adds[self.wide].sum(axis=0)
        for group in self.groups:
            for lane in range(adds.shape[1]):
                sums = np.zeros(len(group.hits), np.int32)
                for number, condition in enumerate(group.conditions):
                    if adds[condition, lane]:
                        sums += group.hits[:, number] * np.int32(adds[condition, lane])
                most[lane] += sums.max()
        slots: list[list[Field]] = []
        word = shift = 0
        lanes = iter(most.tolist())
        for count in self._plan.slots:
            several = [(total, total.bit_length()) for total in islice(lanes, count)]
            if shift and shift + sum(width for _, width in several) > _BITS:
                word, shift = word + 1, 0
            slot: list[Field] = []
            for total, width in several:
                if shift + width > _BITS:
                    word, shift = word + 1, 0
                slot.append(Field(word, shift, (1 << width) - 1, total))
                shift += width
            slots.append(slot)
        return slots

    def _packed(self, hits: Bools, conditions: Sequence[int], words: int) -> list[Words]:
        """The sums of lanes, by word."""
        packed = [np.zeros(len(hits), np.uint64) for _ in range(words)]
        for number, condition in enumerate(conditions):
            adds = [0] * words
            for field, lane in zip(self._fields, self._plan.adds[condition], strict=True):
                adds[field.word] += int(lane) << field.shift
            for word, add in enumerate(adds):
                if add:
                    packed[word] += hits[:, number] * np.uint64(add)
        return packed

    def implied(self, codes: Mapping[str, Codes]) -> tuple[Mapping[str, Codes], Bools | None]:
        """The codes with what a gpu implies, and in which rows it contradicts what is stated."""
        if "gpu" not in codes or not self.hardware:
            return codes, None
        found, wrong = dict(codes), np.zeros(1, bool)
        for name, becomes, contradicts in self.hardware:
            index = codes["gpu"].astype(np.intp) * becomes.shape[1]
            if name in codes:
                index += codes[name]
            found[name] = becomes.ravel().take(index)
            wrong = wrong | (contradicts.ravel().take(index) != 0)
        return found, wrong

    def sums(self, codes: Mapping[str, Codes], rows: int) -> list[Words]:
        """The packed sums of each row, by word; what has no codes is unknown throughout."""
        totals: list[Words | None] = [None] * len(self._by_condition)
        spare = np.empty(rows, np.uint64)
        for index, tables in zip(self._rows(codes, rows, spare), self._tables, strict=True):
            totals = [plus(total, table, index, spare) for total, table in zip(totals, tables, strict=True)]
        sums = [np.zeros(rows, np.uint64) if total is None else total for total in totals]
        for condition in self.wide:
            hit = self._matched(condition, codes, rows)
            sums = [total + hit * by[condition] for total, by in zip(sums, self._by_condition, strict=True)]
        return sums

    def _rows(self, codes: Mapping[str, Codes], rows: int, spare: Words) -> Iterable[npt.NDArray[Any]]:
        """Of each group, the rows of its look-up table, in the same place each time; needs `spare` until the first."""
        index = np.empty(rows, np.intp)
        words: list[Words | None] = [None] * -(-len(self.groups) // PER_WORD)
        for joint in self._joints:
            if (numbers := joint.numbers(codes)) is not None:
                index[...] = numbers
                words = [plus(word, table, index, spare) for word, table in zip(words, joint.rows, strict=True)]
        for at in range(len(self.groups)):
            word = words[at // PER_WORD]
            if word is None:
                index[...] = 0
            else:
                part_of(word, at % PER_WORD * ROW, ROW, index)
            yield index

    def hits(self, codes: Mapping[str, Codes], rows: int) -> list[Words]:
        """A bit for each condition that hits in a row, 64 of them in each word."""
        words = [np.zeros(rows, np.uint64) for _ in range(self._hit_words)]
        for index, tables in zip(self._rows(codes, rows, np.empty(rows, np.uint64)), self._hit_bits, strict=True):
            for word, table in zip(words, tables, strict=True):
                word |= table.take(index)  # noqa: PLW2901  (in place)
        for condition in self.wide:
            hit = self._matched(condition, codes, rows).astype(np.uint64)
            words[condition // _BITS] |= hit << np.uint64(condition % _BITS)
        return words

    @cached_property
    def _hit_bits(self) -> Sequence[Sequence[Words]]:
        """Of each group, a bit for each condition that hits, word by word, by row of its look-up table."""
        found = []
        for group in self.groups:
            every = np.zeros((len(group.hits), self._hit_words * _BITS), bool)
            every[:, list(group.conditions)] = group.hits
            packed = np.packbits(every, axis=1, bitorder="little").view(np.uint64)
            found.append([np.ascontiguousarray(word) for word in packed.T])
        return found

    def _matched(self, condition: int, codes: Mapping[str, Codes], rows: int) -> Bools:
        """In which rows a condition hits that has no look-up table."""
        part = self._plan.parts[condition]
        terms = reduce(or_, (stand.part.terms for stand in self._plan.stands_for(part)), part.terms)
        at, done = _positions(terms), {}
        for name in self._plan.columns_of(part):
            own = codes.get(name, np.zeros(1, np.uint8))
            masks = self.axes[name].masks
            failed, pending = _words([m.failed for m in masks], at), _words([m.pending for m in masks], at)
            done[name] = Done(failed[own], pending[own], own == 0)
        return self._hits([condition], done, at, (rows,))[:, 0]


def _positions(terms: int) -> Sequence[int]:
    return [at for at in range(terms.bit_length()) if terms >> at & 1]


def _words(masks: Sequence[int], at: Sequence[int]) -> Words:
    """Masks of terms, of which those at some positions count, in words of 64 bits."""
    local = [sum(1 << number for number, position in enumerate(at) if mask >> position & 1) for mask in masks]
    count = max(1, -(-len(at) // _BITS))
    low = (1 << _BITS) - 1
    return np.array([[mask >> (_BITS * word) & low for word in range(count)] for mask in local], np.uint64)
