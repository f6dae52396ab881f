"""Which rules hit in each row: a bit for each rule, and their ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from genarch.columns.joining import Evidence
from genarch.columns.joints import Words
from genarch.columns.judging import Added
from genarch.engine.rules import RuleTable

_BITS = 64

_SAMPLE = 2048
"""Rows by which it is seen whether they repeat."""


class Reasons:
    """The rules of a table, and those that evidence may add, by their bits."""

    def __init__(self, rules: RuleTable, evidence: Evidence | None) -> None:
        self._own, self._evidence = len(rules.rules), evidence
        self._excluding = sum(1 << at for at, rule in enumerate(rules.rules) if rule.excludes)
        self.ids = (*(rule.id for rule in rules.rules), *(evidence.ids if evidence else ()))
        """Of each bit."""
        self.words = -(-len(self.ids) // _BITS) or 1
        """How many numbers of 64 bits have them all."""

    def masks(self, hits: Sequence[Words], added: Added | None) -> list[Words]:
        """The bits of each row, word by word, by the hits of conditions and what evidence adds."""
        found = [
            hits[at] & own if at < len(hits) else np.zeros(len(hits[0]), np.uint64)
            for at, own in enumerate(self._split((1 << self._own) - 1))
        ]
        if added:
            more = np.array([self._split(mask << self._own) for mask in added.hits], np.uint64).reshape(-1, self.words)
            found = [word | own.take(added.which) for word, own in zip(found, more.T, strict=True)]
        return found

    def excluding(self, masks: Sequence[Words]) -> list[Words]:
        """Of these bits those of rules that exclude something."""
        every = self._excluding | (self._evidence.excluding << self._own if self._evidence else 0)
        return [word & own for word, own in zip(masks, self._split(every), strict=True)]

    def listed(self, masks: Sequence[Words]) -> Any:
        """The ids of rules as lists; where rows repeat, each list is made once."""
        some = np.stack(masks, axis=1)[:_SAMPLE]
        if 2 * len(np.unique(some, axis=0)) > len(some):
            return self._each(masks)
        index, distinct = _distinct(masks)
        return self._each(distinct).take(pa.array(index))

    def _each(self, masks: Sequence[Words]) -> Any:
        width = -(-len(self.ids) // 8) or 1
        octets = np.ascontiguousarray(np.stack(masks, axis=1).view(np.uint8)[:, :width])
        there = np.flatnonzero(np.unpackbits(octets.ravel(), bitorder="little").view(bool))
        which = pa.array((there % (8 * width)).astype(np.int32))
        counts = reduce(np.add, (np.bitwise_count(mask).astype(np.int32) for mask in masks))
        return lists(counts, pa.DictionaryArray.from_arrays(which, pa.array(self.ids, pa.string())))

    def _split(self, mask: int) -> list[np.uint64]:
        return [np.uint64(mask >> _BITS * at & (1 << _BITS) - 1) for at in range(self.words)]


def _distinct(masks: Sequence[Words]) -> tuple[npt.NDArray[Any], list[Words]]:
    """For each row which of the combinations of masks it has, and these."""
    first, *more = (pa.array(mask).dictionary_encode() for mask in masks)
    index, found = first.indices.to_numpy(), [first.dictionary.to_numpy()]
    for word in more:
        own = word.dictionary.to_numpy()
        both = pa.array(index.astype(np.int64) * len(own) + word.indices.to_numpy()).dictionary_encode()
        before, here = np.divmod(both.dictionary.to_numpy(), max(len(own), 1))
        index, found = both.indices.to_numpy(), [*(each[before] for each in found), own[here]]
    return index, found


def lists(counts: npt.NDArray[Any], members: Any) -> Any:
    """Lists of so many members each, one after the other."""
    begin = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=begin[1:])
    return pa.ListArray.from_arrays(pa.array(begin), members)
