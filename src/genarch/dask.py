"""Tables of specs in Dask: `genarch.dask.evaluate(df, rules)` evaluates each partition where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genarch.columns.evaluator import DEFAULT_COLUMNS
from genarch.columns.frames import InWorker, OnError
from genarch.engine.rules import RuleTable
from genarch.files.bundled import DEFAULT_TABLE


def evaluate(
    df: Any,
    rules: str | RuleTable = DEFAULT_TABLE,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    keep: Sequence[str] | None = None,
    evidence: bool = True,
    on_error: OnError = "fail",
) -> Any:
    """The verdicts of a Dask dataframe of specs, after the columns to `keep`, by default all; see `genarch.table`.

    Dask makes text of lists: have sets as `a|b`, or set its `dataframe.convert-string` to false.

    Raises:
        InputError: when there is no such table or column, or it states nothing; values that are no answers
            stop the task that meets them.
    """
    work = InWorker.of(list(df.columns), rules, columns, keep, evidence=evidence, on_error=on_error)
    return df.map_partitions(work.of_frame, meta=work.of_frame(df._meta))  # noqa: SLF001  (what Dask calls an example)
