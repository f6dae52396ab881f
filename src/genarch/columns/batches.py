"""Batches put together, and their rows counted: what the command line does with specs and verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from genarch.columns.reading import Faults, columns_of
from genarch.engine.answers import UNKNOWN_WORDS, format_answer
from genarch.engine.constraints import Value
from genarch.engine.forms import shown
from genarch.errors import nearest_or_all


def beside(batch: Any, names: Sequence[str], found: Mapping[str, Any]) -> Any:
    """Some columns of a batch, and after them what was found of its rows."""
    columns = [*(batch.column(name) for name in names), *found.values()]
    return pa.RecordBatch.from_arrays(columns, names=[*names, *found])


def stating(batch: Any, answers: Mapping[str, Value | None]) -> Any:
    """A batch with the same answers in every row, in place of what it states of them."""
    for name, value in answers.items():
        own = columns_of(batch.schema.names).get(name, [])
        batch = batch.select([column for column in batch.schema.names if column not in own])
        text = "unknown" if value is None else format_answer(value)
        batch = batch.append_column(name, pa.repeat(pa.scalar(text), batch.num_rows).dictionary_encode())
    return batch


def counted(columns: Sequence[Any]) -> Counter[tuple[Any, ...]]:
    """How many rows have each combination of values, in the order of the first ones; of lists their text."""
    names = [str(at) for at in range(len(columns))]
    plain = [
        pc.binary_join(column.cast(pa.list_(pa.string())), "|") if pa.types.is_list(column.type) else column
        for column in columns
    ]
    many = pa.table(plain, names=names).group_by(names, use_threads=False).aggregate([([], "count_all")])
    *keys, counts = (many.column(name).to_pylist() for name in [*names, "count_all"])
    return Counter(dict(zip(zip(*keys, strict=True), counts, strict=True)))


def outcomes(found: Mapping[str, Any]) -> Any:
    """The architecture of each row, or the verdict where there is none."""
    return pc.coalesce(found["architecture"].cast(pa.string()), found["verdict"].cast(pa.string()))


def changed(batch: Any, before: Any, after: Any) -> Any:
    """The rows whose outcomes are not the same, after their own columns with the columns `was` and `now`."""
    return batch.append_column("was", before).append_column("now", after).filter(pc.not_equal(before, after))


def decisions(batch: Any, column: str, families: Mapping[str, str], faults: Faults) -> Any:
    """The family that was chosen in each row, by the names that stand for families; null where none was yet."""
    array, none = batch.column(column), (*UNKNOWN_WORDS, "")
    if pa.types.is_nested(array.type):
        faults.add(column, f"is of type {array.type}; write a name as text", array.is_valid().to_numpy(False))  # noqa: FBT003
        return pa.nulls(len(array), pa.string())
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    chosen: list[str | None] = []
    for at, value in enumerate(encoded.dictionary.to_pylist()):
        name = str(value).strip()
        chosen.append(families.get(name))
        if not chosen[-1] and name not in none:
            message = f"'{shown(name, 40)}' is not a decision here{nearest_or_all(name, families)}"
            faults.add(column, message, encoded.indices.fill_null(-1).to_numpy() == at)
    return pa.array(chosen, pa.string()).take(encoded.indices)
