"""Tables of specs to tables of verdicts, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from genarch.columns import judging
from genarch.columns.axes import Codes
from genarch.columns.judging import Judge, Lanes, Verdicts
from genarch.columns.plan import Compiled, Plan
from genarch.columns.reading import Faults, Reader, columns_of
from genarch.engine.rules import RuleTable
from genarch.errors import InputError, Problem, nearest

ROWS = 1 << 15
"""Rows that are worked on at once: what is in between stays near the processor."""

DEFAULT_COLUMNS = ("verdict", "architecture", "confidence", "margin")
COLUMNS = (*DEFAULT_COLUMNS, "chance", "recommended", "points", "excluded_by", "rules")
"""What a table of verdicts may have; `points` is a column for each architecture."""

CONFIDENCES = ("forced", "clear", "lean", "close_call")
_CONFIDENCE = {judging.FORCED: 0, judging.FORCED_LEAN: 2, judging.CLEAR: 1, judging.LEAN: 2, judging.EVALUATE_BOTH: 3}
_NONE = 255


class Batch(NamedTuple):
    """Rows as they were read."""

    rows: int
    codes: Mapping[str, Codes]
    table: Any
    """The batch itself, for what needs more of an answer than its class."""


class Evaluator:
    """A rule table that evaluates tables: Arrow in, Arrow out."""

    def __init__(self, rules: RuleTable, columns: Sequence[str] = DEFAULT_COLUMNS) -> None:
        """`columns` are what the tables of verdicts have, of `COLUMNS`.

        Raises:
            InputError: when there is no such column.
        """
        for name in columns:
            if name not in COLUMNS:
                hint = nearest(name, COLUMNS) or f"; write any of: {', '.join(COLUMNS)}"
                raise InputError([Problem("columns", None, None, "", f"'{name}' is not a column of verdicts{hint}")])
        self.rules, self.columns = rules, tuple(columns)
        self._lanes = Lanes(rules)
        self._plan = Plan(self._lanes.conditions, rules.assumptions, self._lanes.adds)
        self._judge = Judge(self._lanes)
        self._readers: dict[bool, Mapping[str, Reader]] = {}
        self._compiled: dict[bool, Compiled] = {}
        names = [architecture.id for architecture in rules.architectures]
        families = [architecture.family for architecture in rules.architectures]
        self._verdicts = pa.array(list(rules.verdicts))
        self._architectures, self._confidences = pa.array(names), pa.array(list(CONFIDENCES))
        at = {name: position for position, name in enumerate(rules.verdicts)}
        fixed = {
            judging.INFEASIBLE: at["infeasible"],
            judging.UNDETERMINED: at["undetermined"],
            judging.EVALUATE_BOTH: at["evaluate_both"],
        }
        self._width = len(names)
        every = [(outcome, first) for outcome in range(7) for first in range(self._width)]
        self._verdict_of = np.array([fixed.get(outcome, at[families[first]]) for outcome, first in every], np.int8)
        self._architecture_of = np.array([first if outcome not in fixed else -1 for outcome, first in every], np.int8)
        self._confidence_of = np.array([_CONFIDENCE.get(outcome, -1) for outcome, _ in every], np.int8)

    def __repr__(self) -> str:
        return f"Evaluator({self.rules.name}, {', '.join(self.columns)})"

    def read(self, table: Any, faults: Faults) -> Batch:
        """A batch of a table, its answers as codes."""
        stated = columns_of(table.schema.names)
        readers = self._readers_of("gpu" in stated)
        codes: dict[str, Codes] = {}
        for name, columns in stated.items():
            arrays = {column: table.column(column) for column in columns}
            if columns == [name]:
                codes[name] = readers[name].codes(name, arrays[name], faults)
            else:
                codes[name] = readers[name].members(arrays, faults)
            for column in columns:
                if column in faults.wrong and faults.wrong[column].any():
                    codes[name] = np.where(faults.wrong[column], 0, codes[name]).astype(codes[name].dtype)
        faults.rows_before += table.num_rows
        faults.wrong.clear()
        return Batch(table.num_rows, codes, table)

    def _readers_of(self, hardware: bool) -> Mapping[str, Reader]:  # noqa: FBT001  (whether a gpu is stated)
        if hardware not in self._readers:
            axes = self._plan.axes(hardware=hardware)
            self._readers[hardware] = {name: Reader(axis) for name, axis in axes.items()}
        return self._readers[hardware]

    def _compiled_of(self, hardware: bool) -> Compiled:  # noqa: FBT001  (likewise)
        if hardware not in self._compiled or not self._compiled[hardware].current:
            axes = {name: reader.axis for name, reader in self._readers_of(hardware).items()}
            self._compiled[hardware] = Compiled(self._plan, axes, hardware=hardware)
        return self._compiled[hardware]

    def verdicts(self, batch: Batch) -> Mapping[str, Any]:
        """The columns of verdicts of a batch."""
        by = self._compiled_of("gpu" in batch.codes)
        codes, contradicted = by.implied(batch.codes)
        words = by.sums(codes, batch.rows)
        sums = self._judge.sums(words, by)
        if contradicted is not None and self.rules.header.contradictions_lean:
            sums = sums._replace(limited=np.where(contradicted, self._lanes.own, sums.limited))
        found = self._judge.verdicts(sums)
        return self._written(found)

    def _written(self, found: Verdicts) -> dict[str, Any]:
        kind: Any = np.uint8 if 7 * self._width < 256 else np.uint16
        at = found.outcome * kind(self._width) + found.first
        columns: dict[str, Any] = {}
        for name in self.columns:
            if name == "verdict":
                columns[name] = _named(self._verdict_of.take(at), self._verdicts)
            elif name == "architecture":
                columns[name] = _named(self._architecture_of.take(at), self._architectures)
            elif name == "confidence":
                columns[name] = _named(self._confidence_of.take(at), self._confidences)
            elif name == "margin":
                columns[name] = pa.array(found.margin, mask=_WITHOUT_MARGIN.take(found.outcome))
        return columns

    def batch(self, table: Any, faults: Faults) -> Any:
        """A batch of verdicts for a batch of specs."""
        columns = self.verdicts(self.read(table, faults))
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))

    def batches(self, table: Any, faults: Faults) -> Iterator[Any]:
        """Batches of verdicts for a table of specs, in its order."""
        for batch in table.to_batches(max_chunksize=ROWS):
            yield self.batch(batch, faults)


_WITHOUT_MARGIN = ~np.isin(np.arange(7), [judging.EVALUATE_BOTH, judging.CLEAR, judging.LEAN])


def _named(codes: npt.NDArray[Any], names: Any) -> Any:
    """A column of names by their positions, null where that is below 0."""
    missing = codes < 0
    if not missing.any():
        return pa.DictionaryArray.from_arrays(pa.array(codes), names)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), names)
