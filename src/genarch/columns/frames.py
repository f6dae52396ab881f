"""Dataframes of specs to dataframes of verdicts, of the same kind: pandas, polars, pyarrow, DuckDB."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa

from genarch.columns.batches import beside
from genarch.columns.evaluator import DEFAULT_COLUMNS, ROWS, Evaluator, Held
from genarch.columns.reading import FaultKind, Faults, check_names, check_stating
from genarch.engine.rules import RuleTable
from genarch.errors import InputError, Problem, nearest
from genarch.files.bundled import DEFAULT_TABLE, load_rules
from genarch.files.io import refuse
from genarch.values import NamedTuple

OnError = Literal["fail", "null"]
"""Values that are no answers are refused, or unknown."""

MOST_SHOWN = 20
"""Kinds of problems that are shown one by one."""


def table(
    rules: RuleTable | str | os.PathLike[str] = DEFAULT_TABLE,
    columns: Sequence[str] | str = DEFAULT_COLUMNS,
    *,
    evidence: bool = True,
) -> TableOfSpecs:
    """A rule table that evaluates dataframes: one row for each spec, a column for each constraint that is known.

    `rules` is a table, the id of a bundled one, or a path; with `evidence`, what was measured and documented cases take
    part too, as in `load_rules`. `columns` says what the verdicts have: names, or all.

    Raises:
        InputError: when there is no such table or column, or with every problem of the table's file.
        MissingExtraError: when numpy or pyarrow is not installed.
    """
    return TableOfSpecs(rules if isinstance(rules, RuleTable) else load_rules(rules, evidence=evidence), columns)


class TableOfSpecs(Evaluator):
    """A rule table that evaluates dataframes; see `genarch.table`."""

    def __call__(self, frame: Any, *, keep: bool = False, on_error: OnError = "fail") -> Any:
        """The verdicts of a dataframe, row by row, as the same kind of dataframe.

        With `keep`, after the columns that it has. Values that are no answers are refused, or unknown with "null".

        Raises:
            InputError: with every kind of values that are no answers, or where it is no table of specs.
        """
        if on_error not in (ways := get_args(OnError)):
            raise refuse("on_error", f"'{on_error}' is not a choice; write one of: {', '.join(ways)}")
        given, back = _as_arrow(frame)
        check_stating(given.schema.names, _SHOWN)
        check_kept(given.schema.names if keep else (), self.written(), _SHOWN, "keep")
        faults = Faults()
        batches = list(self.batches(given, faults)) or [
            self.batch(pa.RecordBatch.from_pylist([], given.schema), faults)
        ]
        if faults and on_error == "fail":
            raise InputError(problems_of(faults, _SHOWN))
        found = pa.Table.from_batches(batches)
        if keep:
            for name in found.schema.names:
                given = given.append_column(name, found.column(name))
            found = given
        return back(found)

    def rules_of(self, verdicts: Any) -> Any:
        """The ids of the rules that hit, as an Arrow column of lists, by the columns `rules_mask` of some verdicts.

        Raises:
            InputError: where they have none.
        """
        given, _ = _as_arrow(verdicts)
        names = [f"rules_mask.{at}" for at in range(self._reasons.words)]
        if lacking := [name for name in names if name not in given.column_names]:
            raise refuse(_SHOWN, f"has no column {lacking[0]}; evaluate with the column rules_mask")
        masks = [given.column(name).combine_chunks().to_numpy(zero_copy_only=False).astype(np.uint64) for name in names]
        return self._reasons.listed(masks)


def check_kept(names: Collection[str], written: Collection[str], path: str, option: str) -> None:
    """Refuse columns that an option keeps beside those of verdicts, and that are called the same."""
    if clash := [name for name in names if name in written]:
        raise refuse(path, f"already has a column {clash[0]}; leave it out of {option}, or rename it")


class InWorker(NamedTuple):
    """What evaluates batches in another process: it is sent there small, and compiled there once."""

    rules: str | RuleTable
    columns: tuple[str, ...]
    keep: list[str]
    evidence: bool
    on_error: OnError

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        rules: str | RuleTable,
        columns: Sequence[str],
        keep: Sequence[str] | None,
        *,
        evidence: bool,
        on_error: OnError,
    ) -> InWorker:
        """For a dataframe with columns of such names.

        Raises:
            InputError: when it states nothing, or has not what is kept, or both have a column of verdicts.
        """
        work = cls(rules, tuple(columns), list(names if keep is None else keep), evidence, on_error)
        check_names(names, _SHOWN)
        check_stating(names, _SHOWN)
        if lacking := [name for name in work.keep if name not in names]:
            raise refuse("keep", f"{_SHOWN} has no column '{lacking[0]}'{nearest(lacking[0], names)}")
        check_kept(work.keep, work.written(), _SHOWN, "keep")
        return work

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Batches of verdicts, after what is kept."""
        evaluator, faults = _compiled(self.rules, self.columns, self.evidence), Faults()
        for batch in batches:
            for part in pa.Table.from_batches([batch]).to_batches(max_chunksize=ROWS) or [batch]:
                found = evaluator.verdicts(evaluator.read(part, faults))
                if faults and self.on_error == "fail":
                    raise InputError(problems_of(faults, "<partition>"))
                yield beside(part, self.keep, {name: _plain(column) for name, column in found.items()})

    def of_frame(self, frame: Any) -> Any:
        """The same of a whole dataframe, as the same kind of dataframe."""
        given, back = _as_arrow(frame)
        return back(pa.Table.from_batches(self(given.to_batches() or [_whole(given)])))

    def written(self) -> dict[str, Held]:
        """The columns of verdicts, each with what it holds."""
        return _compiled(self.rules, self.columns, self.evidence).written()


@cache
def _compiled(rules: str | RuleTable, columns: tuple[str, ...], evidence: bool) -> TableOfSpecs:  # noqa: FBT001  (a key)
    return table(rules, columns, evidence=evidence)


def _plain(column: Any) -> Any:
    """Names as text, and lists of them as lists of text, for readers that know no dictionaries; bits with a sign."""
    kind = column.type
    if pa.types.is_uint64(kind):
        return column.view(pa.int64())
    if pa.types.is_dictionary(kind):
        return column.cast(pa.string())
    return column.cast(pa.list_(pa.string())) if pa.types.is_list(kind) else column


def problems_of(faults: Faults, path: str) -> list[Problem]:
    """Each kind of values that are no answers, as an error has it; of many the most frequent."""
    kinds = sorted(faults.kinds, key=lambda kind: -kind.values)
    problems = [
        Problem(path, None, None, kind.column, f"{kind.message} ({_rows(kind)})") for kind in kinds[:MOST_SHOWN]
    ]
    if len(kinds) > MOST_SHOWN:
        rest = sum(kind.values for kind in kinds[MOST_SHOWN:])
        problems.append(
            Problem(path, None, None, "", f"{rest:,} more invalid values, of {len(kinds) - MOST_SHOWN} kinds")
        )
    return problems


def _rows(kind: FaultKind) -> str:
    """`row 3`, `rows 3, 8`, `1,200 rows: 3, 8, 9, 10, 12, ...`."""
    named = ", ".join(map(str, kind.rows))
    if kind.values == len(kind.rows):
        return f"row{'s' if kind.values > 1 else ''} {named}"
    return f"{kind.values:,} rows: {named}, ..."


def _as_arrow(frame: Any) -> tuple[Any, Callable[[Any], Any]]:
    """A dataframe as Arrow has it, and what makes one of its kind of that again.

    Raises:
        InputError: where it is none, or has columns that Arrow cannot hold.
    """
    try:
        given, back = _converted(frame)
    except (TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        reason = str(error.args[-1] if error.args else error).partition("\n")[0].rstrip(".")
        raise refuse(
            _SHOWN, f"of type {type(frame).__name__}, cannot be read: {reason.rstrip('.')}; {_TAKEN}"
        ) from None
    if not isinstance(given, pa.Table):
        raise refuse(_SHOWN, f"of type {type(frame).__name__}, cannot be read; {_TAKEN}")
    return given, back


_SHOWN = "<table>"
_TAKEN = "give a pandas, polars, pyarrow or DuckDB dataframe, or a mapping of columns, each with values of one type"


def _whole(table: Any) -> Any:
    """A table as one batch."""
    return table.combine_chunks().to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], table.schema)


def _converted(frame: Any) -> tuple[Any, Callable[[Any], Any]]:
    module = type(frame).__module__.partition(".")[0]
    if isinstance(frame, pa.Table):
        return frame, lambda found: found
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame]), _whole
    if module == "pandas":

        def as_pandas(found: Any) -> Any:
            made = found.to_pandas()
            made.index = frame.index
            return made

        return pa.Table.from_pandas(frame, preserve_index=False), as_pandas
    if module == "polars":
        import polars as pl

        return getattr(frame, "collect", lambda: frame)().to_arrow(), pl.from_arrow
    if module in ("duckdb", "_duckdb"):
        import duckdb

        if not isinstance(frame, duckdb.DuckDBPyRelation):
            raise TypeError("it is no relation, as con.sql(...) gives one")
        return frame.to_arrow_table(), duckdb.from_arrow
    return pa.table(frame), lambda found: found  # whatever hands on Arrow, such as a mapping of columns
