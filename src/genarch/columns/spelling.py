"""Which of a few names each text of a column is, found for all rows at once; and what lies where in an Arrow array."""

from __future__ import annotations

from collections.abc import Sequence
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


_FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}


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


def by_pairs(pairs: npt.NDArray[Any], codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The numbers by such a table."""
    even = np.append(codes, np.uint8(0)) if len(codes) % 2 else codes
    return pairs.take(even.view(np.uint16)).view(f"u{pairs.itemsize // 2}")[: len(codes)]


class Spelt:
    """Which of a few names each text of a column is, by its length and some characters, then compared whole.

    The text that the names would make is written out, several rows at a time, and compared with what is there: where
    both are the same, and so are the lengths, each text is the name that it was taken for.
    """

    _LARGEST = 8_000
    """Texts of several rows that are written out at most: more, and they are far from the processor."""

    def __init__(self, names: Sequence[str], by: Hashing) -> None:
        self._by = by
        spelt = [name.encode() for name in names]
        lengths = np.array([0, *map(len, spelt)], np.uint8)
        by_key = np.zeros(np.iinfo(by.kind).max + 1, np.uint8)
        by_key[by.keys(*_joined(spelt))] = np.arange(1, len(names) + 1)
        self._by_key, self._lengths = pairs_of(by_key) if by.kind == np.uint8 else by_key, pairs_of(lengths)
        every = pa.array(["", *names])
        self._count, self._group = len(every), 1
        while self._count ** (self._group + 1) <= self._LARGEST:
            self._group += 1
        self._joined = every
        for _ in range(1, self._group):
            first, last = np.divmod(np.arange(len(self._joined) * self._count), self._count)
            self._joined = pc.binary_join_element_wise(self._joined.take(first), every.take(last), "")

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
        begin = offsets(array)
        text = np.frombuffer(array.buffers()[2] or b"", np.uint8)
        if begin[-1] == begin[0]:
            return np.zeros(len(array), np.uint8)
        lengths = np.subtract(begin[1:], begin[:-1], dtype=np.uint8, casting="unsafe")
        keys = self._by.keys(begin, text)
        keys *= lengths != 0
        found = by_pairs(self._by_key, keys) if keys.dtype == np.uint8 else self._by_key.take(keys.astype(np.intp))
        given = by_pairs(self._lengths, found)
        if not np.array_equal(given, lengths) or not self._same(found, text[begin[0] : begin[-1]]):
            return None
        return found if (known := valid(array)) is None else found * known

    def _same(self, found: npt.NDArray[Any], text: npt.NDArray[Any]) -> bool:
        rest = -len(found) % self._group
        several = np.append(found, np.zeros(rest, np.uint8)) if rest else found
        several = several.reshape(-1, self._group)
        index = several[:, 0].astype(np.int32)
        for at in range(1, self._group):
            index *= self._count
            index += several[:, at]
        made = pc.call_function("array_take", [self._joined, pa.array(index)], _UNCHECKED)
        return bool(made.buffers()[2].slice(0, offsets(made)[-1]).equals(pa.py_buffer(text)))


_MOST_NAMES = 255
_UNCHECKED = pc.TakeOptions(boundscheck=False)


_MOST_CHARACTERS = 16
_FACTORS = (31, 37, 53, 59, 71, 97, 101, 113, 7919, 12289, 40503, 52711)


class Hashing(NamedTuple):
    """A number for a text: its length and some of its characters, each times a factor."""

    kind: Any
    factor: int
    characters: Sequence[tuple[int, bool, int]]
    """Each with whether it counts from the end, and its factor; where the text is too short its last, or first."""

    @classmethod
    def of(cls, begin: npt.NDArray[Any], text: npt.NDArray[Any]) -> Hashing | None:
        """One that has another number, and not 0, for each of some texts: of as few characters as are found."""
        chosen: tuple[tuple[int, bool, int], ...] = ()
        for factor in (1, 257, 1031, 6151):

            def told_apart(by: Hashing) -> int:
                return len({*by.keys(begin, text).tolist()} - {0})

            every = [(*chosen, (at, from_end, factor)) for at in range(_MOST_CHARACTERS) for from_end in (False, True)]
            chosen = max(every, key=lambda characters: told_apart(cls(np.uint64, 1 << 40, characters)))
            kinds = (np.uint8, np.uint16) if len(chosen) == 1 else (np.uint16,)
            for by in (cls(kind, times, chosen) for kind in kinds for times in _FACTORS):
                if told_apart(by) == len(begin) - 1:
                    return by
        return None

    def keys(self, begin: npt.NDArray[Any], text: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """That of each text by where it begins, and the last one ends."""
        kind = self.kind
        keys: npt.NDArray[Any] = np.subtract(begin[1:], begin[:-1], dtype=kind, casting="unsafe")
        keys *= kind(self.factor & np.iinfo(kind).max)
        for at, from_end, factor in self.characters:
            if from_end:
                where = begin[1:] - (at + 1)
                if at:
                    np.maximum(where, begin[:-1], out=where)
            else:
                where = begin[:-1]
                if at:
                    where = np.minimum(where + at, begin[1:] - 1)
            keys += np.multiply(text.take(where, mode="clip"), kind(factor & np.iinfo(kind).max), dtype=kind)
        return keys


def _joined(names: Sequence[bytes]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Where each begins in the text of all, and that text."""
    return np.cumsum([0, *map(len, names)]), np.frombuffer(b"".join(names), np.uint8)
