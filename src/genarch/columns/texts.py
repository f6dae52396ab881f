"""Columns of verdicts, and those beside them, as CSV and JSON lines can have them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from genarch.engine.constraints import BY_NAME
from genarch.errors import InputError, Problem


def check_types(path: str, schema: Any, kind: Literal["csv", "jsonl"]) -> None:
    """Refuse columns that a format of text has no way to write."""
    for field in schema:
        if not _has_text(field.type, lists=kind == "csv"):
            message = f"is of type {field.type}, which {_SHOWN[kind]} cannot have; leave it out of --keep"
            raise InputError([Problem(path, None, None, field.name, message)])


_SHOWN = {"csv": "CSV", "jsonl": "JSON"}


def _has_text(kind: Any, *, lists: bool) -> bool:
    """Whether values of a type have a text; with `lists`, of nested ones lists of such values alone."""
    if "binary" in str(kind) and not pa.types.is_nested(kind):  # of several layouts
        return False
    if pa.types.is_dictionary(kind):
        return _has_text(kind.value_type, lists=lists)
    if not pa.types.is_nested(kind):
        return True
    if not lists:
        return all(_has_text(kind.field(at).type, lists=False) for at in range(kind.num_fields))
    return _is_list(kind) and not pa.types.is_nested(kind.value_type) and _has_text(kind.value_type, lists=True)


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def lines(batch: Any) -> str:
    """A line of JSON for each row; null for a number that JSON has not."""
    columns = []
    for column in batch.columns:
        kind, types = column.type, pa.types
        if types.is_timestamp(kind) or types.is_date(kind) or types.is_time(kind):
            column = column.cast(pa.string())  # noqa: PLW2901  (Python has no nanoseconds)
        elif types.is_duration(kind):
            column = column.cast(pa.duration("us"), safe=False)  # noqa: PLW2901  (likewise)
        columns.append(column)
    rows = pa.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
    try:
        return _dumped(rows)
    except ValueError:
        return _dumped(_finite(rows))


def _dumped(rows: Sequence[Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False, default=str) + "\n" for row in rows)


def _finite(value: Any) -> Any:
    """A value with null for each number in it that JSON has not."""
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def flat_columns(batch: Any) -> Any:
    """Lists as text `a|b`, and names as such, for CSV; what states that a set is empty still does."""
    columns = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        flat = column
        if _is_list(flat.type):
            lists = flat.cast(pa.list_(pa.string()))
            members = pa.ListArray.from_arrays(lists.offsets, pc.fill_null(lists.values, ""))
            flat = pc.if_else(lists.is_valid(), pc.binary_join(members, "|"), None)
            if name in BY_NAME:
                flat = pc.if_else(pc.equal(pc.list_value_length(lists), 0), "none", flat)
        text = pa.types.is_dictionary(flat.type) or pa.types.is_string_view(flat.type)
        columns.append(flat.cast(pa.string()) if text else flat)
    if len(columns) == 1:  # readers skip empty lines
        columns = [pc.fill_null(columns[0].cast(pa.string()), "")]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
