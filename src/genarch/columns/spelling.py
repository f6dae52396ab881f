"""Which of a few names each text of a column is, found for all rows at once; and what lies where in an Arrow array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from genarch.values import NamedTuple


def valid(array: Any) -> npt.NDArray[Any] | None:
    """1 for each row that has a value; None where all have."""
    return None if not array.null_count or array.buffers()[0] is None else bits_of(array, 0)


def stated(array: Any) -> npt.NDArray[Any]:
    """In which rows there is a value."""
    return np.ones(len(array), bool) if (known := valid(array)) is None else known.view(bool)


def bits_of(array: Any, which: int) -> npt.NDArray[Any]:
    """One of an array's buffers of bits, a byte for each."""
    begin = array.offset // 8
    end = (array.offset + len(array) + 7) // 8
    packed = np.frombuffer(array.buffers()[which], np.uint8)[begin:end]
    return np.unpackbits(packed, bitorder="little")[array.offset % 8 :][: len(array)]


def buffer_of(array: Any) -> npt.NDArray[Any]:
    """An array's values as they lie in memory, those of nulls included."""
    kind = str(array.type)
    values = np.frombuffer(array.buffers()[1], _FLOATS.get(kind, kind))
    return values[array.offset : array.offset + len(array)]


_FLOATS = {"float": "float32", "double": "float64"}


def offsets(array: Any) -> npt.NDArray[Any]:
    """Where each text or list begins, and where the last ends."""
    large = pa.types.is_large_string(array.type) or pa.types.is_large_list(array.type)
    every = np.frombuffer(array.buffers()[1], np.int64 if large else np.int32)
    return every[array.offset : array.offset + len(array) + 1]


def pairs_of(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A table by codes of 8 bits, of numbers of 8 or 16, as one by two codes, so that half as many are looked up."""
    every = np.resize(np.append(values[:256], np.zeros(256, values.dtype)), 256).astype(values.dtype)
    both = np.empty((256, 256, 2), values.dtype)
    both[..., 0], both[..., 1] = every[None, :], every[:, None]
    return both.view(f"u{2 * values.itemsize}").ravel()


def by_pairs(pairs: npt.NDArray[Any], codes: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """The numbers by such a table; in `out`, which has room for an even number of them."""
    even = np.append(codes, np.uint8(0)) if len(codes) % 2 else codes
    found = np.empty(len(even), f"u{pairs.itemsize // 2}") if out is None else out[: len(even)]
    pairs.take(even.view(np.uint16), out=found.view(pairs.dtype), mode="wrap")
    return found[: len(codes)]


class Spelt:
    """Which of a few names each text of a column is, by its length and some characters, then compared whole.

    The text that the names would make is written out, several rows at a time, and compared with what is there: where
    both are the same, and so are the lengths, each text is the name that it was taken for.
    """

    _LARGEST = 10_000
    """Texts of several rows that are written out at most: more, and they are far from the processor."""

    def __init__(self, names: Sequence[str], by: Hashing) -> None:
        self._by = by
        spelt = [name.encode() for name in names]
        by_key = np.zeros(np.iinfo(by.kind).max + 1, by.kind)
        by_key[by.keys(*_joined(spelt))] = np.arange(1, len(names) + 1)
        self._by_key = pairs_of(by_key) if by.kind == np.uint8 else by_key
        every = pa.array(["", *names])
        count = len(every)
        group = max(each for each in (1, 2, 3, 4, 6, 8) if count**each <= self._LARGEST)
        self._joined = every
        for _ in range(1, group):
            first, last = np.divmod(np.arange(len(self._joined) * count), count)
            self._joined = pc.binary_join_element_wise(self._joined.take(first), every.take(last), "")
        self._halves: list[tuple[Any, Any, Any, Any]] = []
        """How two numbers become one of twice as many bits, while a group halves; then so many are left."""
        self._left, weight = group, count
        for kind in (np.uint16, np.uint32, np.uint64):
            if self._left % 2 == 0:
                bits = 4 * kind().itemsize
                self._halves.append((kind, kind(bits), kind((1 << bits) - 1), kind(weight)))
                self._left, weight = self._left // 2, weight * weight
        self._weight = np.uint16(weight)

    @staticmethod
    @cache
    def of(names: tuple[str, ...]) -> Spelt | None:
        """For some names; None where there are many, or no characters tell those of a length apart."""
        spelt = [name.encode() for name in names]
        if not names or len(names) > _MOST_NAMES or max(map(len, spelt)) > _MOST_NAMES:
            return None
        begin, text = _joined(spelt)
        by = Hashing.of(begin, text)
        return None if by is None else Spelt(names, by)

    def positions(self, array: Any) -> npt.NDArray[Any] | None:
        """The position of each text's name, from 1, 0 for null and for no text; None where one is none of them."""
        begin, rows = offsets(array), len(array)
        found = np.zeros(rows + -rows % _PADDED, np.uint8)
        if begin[-1] > begin[0]:
            text = array.buffers()[2]
            characters = np.frombuffer(text, np.uint8)
            for at in range(0, rows, _PART):
                if not self._find(begin[at : at + _PART + 1], text, characters, found[at : at + _PART]):
                    return None
        if (known := valid(array)) is not None:
            found[:rows] *= known
        return found[:rows]

    def _find(self, begin: npt.NDArray[Any], text: Any, characters: npt.NDArray[Any], found: npt.NDArray[Any]) -> bool:
        """Whether each text is one of the names, as noted by then."""
        rows, size = len(begin) - 1, int(begin[-1] - begin[0])
        keys = self._by.keys(begin, characters)
        if keys.dtype == np.uint8:
            by_pairs(self._by_key, keys, found)
        else:
            found[:rows] = self._by_key.take(keys, mode="wrap")
        made = pc.call_function("array_take", [self._joined, pa.array(self._several(self._dense(found)))], _UNCHECKED)
        # A key has the length: none is taken for a longer name, and one for a shorter or for none makes less text.
        same = offsets(made)[-1] == size and made.buffers()[2].slice(0, size).equals(text.slice(begin[0], size))
        return bool(same)

    def _dense(self, found: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Those that are a name: there are fewer groups, more alike in length, which is what they are copied by."""
        named = np.flatnonzero(found != 0)
        padded = np.zeros(len(named) + -len(named) % _PADDED, np.uint8)
        found.take(named, out=padded[: len(named)], mode="wrap")
        return padded

    def _several(self, found: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The rows of a group, one after the other, as one number."""
        for kind, bits, low, count in self._halves:
            both = found.view(kind)
            found = both & low
            found *= count
            found += both >> bits
        if self._left == 1:
            return found
        each = found.reshape(-1, self._left)
        index = each[:, 0].astype(np.uint16)
        for at in range(1, self._left):
            index *= self._weight
            index += each[:, at]
        return index


_MOST_NAMES = 255
_UNCHECKED = pc.TakeOptions(boundscheck=False)
_PADDED = 24
"""Groups of any size come out even with a multiple of so many rows."""
_PART = _PADDED << 12
"""Rows that are worked on at once: more, and what is in between is far from the processor."""


_MOST_CHARACTERS = 5
_TRIES: Mapping[Any, int] = {np.uint8: 64, np.uint16: 8}
"""So many factors are tried for numbers of either kind, with a character more each time."""


class Hashing(NamedTuple):
    """A number for a text: its length in the lowest bits, and further up what some of its characters come to."""

    kind: Any
    bits: int
    """Those of lengths."""
    characters: Sequence[tuple[int, bool, int]] = ()
    """Each with whether it counts from the end, and its factor; 0 where the text is too short."""

    @classmethod
    def of(cls, begin: npt.NDArray[Any], text: npt.NDArray[Any]) -> Hashing | None:
        """One that has another number for each of some texts: of as few characters as are found."""
        lengths, draw = _lengths(begin), np.random.default_rng(0)
        bits = int(lengths.max()).bit_length()
        every = {(at, end): _characters(begin, lengths, text, at, end) for at in range(16) for end in (False, True)}
        chosen: list[tuple[int, bool]] = []
        if len({*lengths.tolist()}) == len(lengths):
            return cls(np.uint8, bits)
        while len(chosen) < _MOST_CHARACTERS:
            known = [lengths, *(every[where] for where in chosen)]
            chosen.append(max(every, key=lambda where: len({*zip(*known, every[where], strict=True)})))
            for kind, tries in _TRIES.items():
                for _ in range(tries):
                    factors = (draw.integers(np.iinfo(kind).max, size=len(chosen)) | 1).tolist()
                    by = cls(kind, bits, [(*where, factor) for where, factor in zip(chosen, factors, strict=True)])
                    if len({*by.keys(begin, text).tolist()}) == len(lengths):
                        return by
        return None

    def keys(self, begin: npt.NDArray[Any], text: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """That of each text by where it begins, and the last one ends."""
        lengths = _lengths(begin)
        if not self.characters:
            return lengths
        keys: npt.NDArray[Any] = np.zeros(1, self.kind)
        where = begin.astype(np.intp)
        for at, from_end, factor in self.characters:
            found = _characters(where, lengths, text, at, from_end)
            keys = np.multiply(found, self.kind(factor), dtype=self.kind) + keys
        keys &= self.kind(np.iinfo(self.kind).max >> self.bits << self.bits)
        keys |= lengths
        return keys


def _lengths(begin: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Of each text, modulo 256."""
    low = begin.astype(np.uint8)
    found: npt.NDArray[Any] = low[1:] - low[:-1]
    return found


def _characters(
    begin: npt.NDArray[Any],
    lengths: npt.NDArray[Any],
    text: npt.NDArray[Any],
    at: int,
    from_end: bool,  # noqa: FBT001  (as `Hashing` has it)
) -> npt.NDArray[Any]:
    """A character of each text, 0 where it is too short."""
    where = begin[1:] - (at + 1) if from_end else begin[:-1] + at if at else begin[:-1]
    found: npt.NDArray[Any] = text.take(where, mode="wrap")
    found *= (lengths > at).view(np.uint8)
    return found


def _joined(names: Sequence[bytes]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Where each begins in the text of all, and that text."""
    return np.cumsum([0, *map(len, names)]), np.frombuffer(b"".join(names), np.uint8)
