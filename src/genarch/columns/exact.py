"""Answers as they are stated, not by class: each distinct combination of some constraints once, for what reads more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from genarch.columns.reading import NO, YES, answer_of, columns_of
from genarch.engine.constraints import BY_NAME, Answers, Constraint, Value, in_order
from genarch.values import NamedTuple

_ALIKE = 1 << 40
"""Combinations that a number tells apart, before those that do not occur are left out."""


class Distinct(NamedTuple):
    """The combinations that occur, and for each row which it has."""

    which: npt.NDArray[Any]
    answers: Sequence[Answers]


def distinct(table: Any, names: Collection[str], rows: npt.NDArray[Any] | None = None) -> Distinct:
    """Those of some constraints in a batch of a table, or in some of its rows, which has no value that is no answer."""
    stated = {name: columns for name, columns in columns_of(table.schema.names).items() if name in names}
    table = table.select([column for columns in stated.values() for column in columns])
    count = table.num_rows if rows is None else len(rows)
    key, many = np.zeros(count, np.int64), 1
    for column in table.columns:
        index, size = _numbered(column)
        if many * size > _ALIKE:
            _, key = np.unique(key, return_inverse=True)
            many = int(key.max(initial=0)) + 1
        key, many = key * size + (index if rows is None else index[rows]), many * size
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    different = table.take(pa.array(first if rows is None else rows[first]))
    columns = [
        _values(BY_NAME[name], [different.column(column).to_pylist() for column in of], of)
        for name, of in stated.items()
    ]
    found = [
        in_order({name: value for name, value in zip(stated, values, strict=True) if value is not None})
        for values in (zip(*columns, strict=True) if columns else repeat((), len(first)))
    ]
    return Distinct(index, found)


def _values(constraint: Constraint, columns: Sequence[Sequence[Any]], names: Sequence[str]) -> Iterable[Value | None]:
    if names == [constraint.name]:
        return (_value(constraint, stated) for stated in columns[0])
    members = [name.partition(".")[2] for name in names]
    said = ([_SAID.get(value) for value in row] for row in zip(*columns, strict=True))
    return (
        None
        if all(yes is None for yes in row)
        else frozenset(member for member, yes in zip(members, row, strict=True) if yes)
        for row in said
    )


_SAID = {True: True, False: False} | dict.fromkeys(YES, True) | dict.fromkeys(NO, False)


def _value(constraint: Constraint, stated: Any) -> Value | None:
    """An answer as a column has it; None where it is not known."""
    if isinstance(stated, list):
        return frozenset(stated)
    if isinstance(stated, str):
        return answer_of(constraint, stated)
    if stated is None or isinstance(stated, bool):
        return stated
    number = float(stated)
    return None if isnan(number) else int(number) if number.is_integer() else number


def _numbered(column: Any) -> tuple[npt.NDArray[Any], int]:
    """A number for each row, the same where the value is; and how many there may be."""
    kind = column.type
    if column.null_count == len(column):
        return np.zeros(len(column), np.int64), 1
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        flat = column.cast(pa.list_(pa.string()))
        column = pc.if_else(pc.equal(pc.list_value_length(flat), 0), "none", pc.binary_join(flat, "|"))
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    size = len(encoded.dictionary) + 1
    return pc.fill_null(encoded.indices.cast(pa.int64()), size - 1).to_numpy(), size
