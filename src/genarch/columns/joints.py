"""The rows of look-up tables, and what tables have there, for all rows of a batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from genarch.columns.axes import Codes
from genarch.values import NamedTuple

Words = npt.NDArray[Any]
"""Numbers of 64 bits, of which several parts are numbers of their own."""

ROW = 16
"""Bits of the number of a row of a look-up table."""

PER_WORD = 64 // ROW
"""Rows of look-up tables that a word has."""

JOINT = 1 << 15
"""Rows of a table at most that has the rows of others by what some columns have together."""


class Joint(NamedTuple):
    """Columns whose codes are one number together, and what that adds to the rows of the groups' look-up tables."""

    sizes: Mapping[str, int]
    """How many codes each column has, the first of the least weight."""
    rows: Sequence[Words | None]
    """Four groups to a word, by that number."""

    def numbers(self, codes: Mapping[str, Codes]) -> Codes | None:
        """The numbers; none where all columns are unknown."""
        found: Codes | None = None
        weight = 1
        for name, size in self.sizes.items():
            if name in codes:
                kind = np.uint8 if weight * size <= 256 else np.uint16
                own = np.multiply(codes[name], kind(weight), dtype=kind) if weight > 1 else codes[name]
                found = own if found is None else np.add(found, own, out=own) if weight > 1 else own
            weight *= size
        return found


def joints_of(groups: Sequence[Mapping[str, Codes]], sizes: Mapping[str, int]) -> Sequence[Joint]:
    """The columns that groups read, few of them together: the largest first where they fit.

    Of each group, what each code of a column adds to the row of its table; `sizes` are how many codes columns have.
    """
    found: list[dict[str, int]] = []
    for name in sorted({name for steps in groups for name in steps}, key=lambda name: (-sizes[name], name)):
        fitting = [each for each in found if prod(each.values()) * sizes[name] <= JOINT]
        if fitting:
            fitting[0][name] = sizes[name]
        else:
            found.append({name: sizes[name]})
    return [_joint(groups, dict(reversed(each.items()))) for each in found]


def _joint(groups: Sequence[Mapping[str, Codes]], sizes: Mapping[str, int]) -> Joint:
    rows: list[Words | None] = []
    for first in range(0, len(groups), PER_WORD):
        word = np.zeros(1, np.uint64)
        for name, size in sizes.items():  # the last is of the most weight
            own = np.zeros(size, np.uint64)
            for at, steps in enumerate(groups[first : first + PER_WORD]):
                if name in steps:
                    own |= steps[name] << np.uint64(at * ROW)
            word = (own[:, None] + word).ravel()
        rows.append(word if word.any() else None)
    return Joint(sizes, rows)


def plus(total: Words | None, table: Words | None, index: npt.NDArray[Any], spare: Words) -> Words | None:
    """The total with what a table has at some places, which are within it; that is in `spare` meanwhile."""
    if table is None:
        return total
    if total is None:
        return taken(table, index)
    total += table.take(index, out=spare, mode="wrap")
    return total


def part_of(word: Words, shift: int, bits: int, out: npt.NDArray[Any]) -> None:
    """So many bits of a word, from one on, as places in a table."""
    found = np.right_shift(word, np.uint64(shift), out=out.view(np.uint64)) if shift else word
    if shift + bits < 64 or not shift:
        np.bitwise_and(found, np.uint64((1 << bits) - 1), out=out.view(np.uint64))


def taken(table: npt.NDArray[Any], index: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What a table has at places that are within it; quicker than to look whether they are."""
    found = np.empty(len(index), table.dtype)
    table.take(index, out=found, mode="wrap")
    return found
