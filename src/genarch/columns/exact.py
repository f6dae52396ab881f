"""Answers as they are stated, not by class: each distinct combination of some constraints once, for what reads more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from genarch.columns.reading import answer_of, columns_of
from genarch.engine.amounts import InvalidAnswerError
from genarch.engine.constraints import BY_NAME, Answers, Constraint, Value, in_order
from genarch.values import NamedTuple

_ALIKE = 1 << 40
"""Combinations that a number tells apart, before those that do not occur are left out."""


class Distinct(NamedTuple):
    """The combinations that occur, and for each row which it has."""

    which: npt.NDArray[Any]
    answers: Sequence[Answers]


def distinct(table: Any, names: Collection[str], rows: npt.NDArray[Any] | None = None) -> Distinct:
    """Those of some constraints in a batch of a table, or in some of its rows; what is no answer is not stated."""
    stated = {name: columns for name, columns in columns_of(table.schema.names).items() if name in names}
    count = table.num_rows if rows is None else len(rows)
    key, many = np.zeros(count, np.int64), 1
    for column in (column for columns in stated.values() for column in columns):
        index, size = _numbered(table.column(column))
        if many * size > _ALIKE:
            _, key = np.unique(key, return_inverse=True)
            many = int(key.max(initial=0)) + 1
        key, many = key * size + (index if rows is None else index[rows]), many * size
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    places = first if rows is None else rows[first]
    return Distinct(index, answers_of(table.take(pa.array(places)), names))


def answers_of(table: Any, names: Collection[str] = BY_NAME.keys()) -> list[Answers]:
    """What each row states of some constraints; what is no answer is not stated."""
    columns = {
        name: list(_values(BY_NAME[name], [table.column(column).to_pylist() for column in of], of))
        for name, of in columns_of(table.schema.names).items()
        if name in names
    }
    rows = ({name: values[at] for name, values in columns.items()} for at in range(table.num_rows))
    return [in_order({name: value for name, value in row.items() if value is not None}) for row in rows]


def _values(constraint: Constraint, columns: Sequence[Sequence[Any]], names: Sequence[str]) -> Iterable[Value | None]:
    if names == [constraint.name]:
        return (_value(constraint, stated) for stated in columns[0])
    members = [name.partition(".")[2] for name in names]
    said = ([_said(value) for value in row] for row in zip(*columns, strict=True))
    return (
        None
        if all(yes is None for yes in row)
        else frozenset(member for member, yes in zip(members, row, strict=True) if yes)
        for row in said
    )


def _said(value: object) -> bool | None:
    return (
        {"true": True, "false": False}.get(value.lower())
        if isinstance(value, str)
        else value is True
        if value is not None
        else None
    )


def _value(constraint: Constraint, stated: Any) -> Value | None:
    """An answer as a column has it; None where it is not known, or no answer."""
    if isinstance(stated, list):
        members = frozenset(stated)
        return members if len(members) == len(stated) and members <= {*constraint.values} else None
    try:
        if stated is None or isinstance(stated, bool):
            return stated
        if isinstance(stated, str):
            return answer_of(constraint, stated)
        if constraint.kind == "integer" and stated == int(stated):
            stated = int(stated)
        return stated if constraint.allows(stated) else None
    except (InvalidAnswerError, ValueError, TypeError, OverflowError):  # not a number, or one without an end
        return None


def _numbered(column: Any) -> tuple[npt.NDArray[Any], int]:
    """A number for each row, the same where the value is; and how many there may be."""
    kind = column.type
    if pa.types.is_null(kind):
        return np.zeros(len(column), np.int64), 1
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        flat = column.cast(pa.list_(pa.string()))
        column = pc.if_else(pc.equal(pc.list_value_length(flat), 0), "none", pc.binary_join(flat, "|"))
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    size = len(encoded.dictionary) + 1
    return pc.fill_null(encoded.indices.cast(pa.int64()), size - 1).to_numpy(), size
