"""Tables of specs in Spark: `genarch.spark.evaluate(df, rules)` evaluates each partition where it is.

    import genarch.spark

    verdicts = genarch.spark.evaluate(spark.read.parquet("specs"), keep=["id"])

genarch, numpy and pyarrow have to be installed where Python runs on the workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from genarch.columns.evaluator import DEFAULT_COLUMNS, Held
from genarch.columns.frames import InWorker, OnError
from genarch.engine.rules import RuleTable
from genarch.files.bundled import DEFAULT_TABLE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def evaluate(
    df: DataFrame,
    rules: str | RuleTable = DEFAULT_TABLE,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    keep: Sequence[str] | None = None,
    evidence: bool = True,
    on_error: OnError = "fail",
) -> DataFrame:
    """The verdicts of a dataframe of specs, after the columns to `keep`, by default all.

    As `genarch.table` has it. A rule table that is given by its path has to be there on the workers, too; a table that
    was loaded is sent to them.

    Raises:
        InputError: when there is no such table or column, or it states nothing; values that are no answers
            stop the job that meets them.
    """
    work = InWorker.of(df.columns, rules, columns, keep, evidence=evidence, on_error=on_error)
    kept = df.select([f"`{name}`" for name in work.keep])
    fields = [f"`{field.name}` {field.dataType.simpleString()}" for field in kept.schema.fields]
    fields += [f"`{name}` {_TYPES[kind]}" for name, kind in work.written().items()]

    def of_batches(batches: Iterable[Any]) -> Iterator[Any]:
        yield from work(batches)

    return df.mapInArrow(of_batches, ", ".join(fields))


_TYPES: dict[Held, str] = {
    "flag": "boolean",
    "text": "string",
    "number": "double",
    "whole": "int",
    "mask": "bigint",
    "list": "array<string>",
}
