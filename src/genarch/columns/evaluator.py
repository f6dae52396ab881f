"""Tables of specs to tables of verdicts, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from genarch.columns import judging
from genarch.columns.axes import Codes
from genarch.columns.exact import distinct
from genarch.columns.joining import Beside, Evidence, joins
from genarch.columns.judging import Judge, Lanes, Verdicts
from genarch.columns.plan import Compiled, Plan
from genarch.columns.reading import Faults, Reader, check_names, columns_of
from genarch.columns.reasons import Reasons, lists
from genarch.columns.spelling import by_pairs, pairs_of
from genarch.engine.constraints import BY_NAME
from genarch.engine.explore import explore
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec
from genarch.errors import InputError, Problem, nearest
from genarch.values import NamedTuple

ROWS = 1 << 18
"""Rows that are read from a file at once."""

_READ, _JUDGED = 1 << 20, 1 << 17
"""Rows of a table in memory that are read, and that are judged at once: the more, the longer the tables that they are
looked up in stay near the processor; the fewer, the more so what is in between."""

DEFAULT_COLUMNS = ("verdict", "architecture", "confidence", "margin")
_REASONS = ("points", "excluded_by", "rules", "rules_mask", "feasibility")
COLUMNS = (*DEFAULT_COLUMNS, "chance", "recommended", *_REASONS, "settled", "next_question")
"""What a table of verdicts may have; `points` is a column for each architecture, `rules_mask` for each 64 rules."""

Held = Literal["text", "number", "whole", "mask", "list", "flag"]
"""What a column holds."""

_HELD: dict[str, Held] = {
    "margin": "number",
    "chance": "number",
    "settled": "flag",
    **dict.fromkeys(("recommended", "excluded_by", "rules"), "list"),
}

CONFIDENCES = ("forced", "clear", "lean", "close_call")
_CONFIDENCE = {judging.FORCED: 0, judging.FORCED_LEAN: 2, judging.CLEAR: 1, judging.LEAN: 2, judging.EVALUATE_BOTH: 3}

_FEW = 256
"""Pairs of an outcome and an architecture, up to which two rows' are looked up at once."""

_WITH_MARGIN = (judging.EVALUATE_BOTH, judging.CLEAR, judging.LEAN)

# What is allocated for a batch is given back to the system after each, and taken anew, until the allocator has seen
# something large come and go.
np.empty(1 << 24, np.uint8)


class Batch(NamedTuple):
    """Rows as they were read."""

    rows: int
    codes: Mapping[str, Codes]
    table: Any
    """The batch itself, for what needs more of an answer than its class."""

    def part(self, at: int, rows: int) -> Batch:
        """So many rows from one on, where there are so many."""
        codes = {name: own[at : at + rows] for name, own in self.codes.items()}
        return Batch(min(rows, self.rows - at), codes, self.table.slice(at, rows))


class Evaluator:
    """A rule table that evaluates tables: Arrow in, Arrow out."""

    def __init__(self, rules: RuleTable, columns: Sequence[str] | str = DEFAULT_COLUMNS) -> None:
        """`columns` are what the tables of verdicts have, of `COLUMNS`; as text `verdict,margin` or `all`.

        Raises:
            InputError: when there is no such column.
        """
        if isinstance(columns, str):
            columns = COLUMNS if columns.strip() == "all" else [part.strip() for part in columns.split(",")]
        columns = tuple(dict.fromkeys(filter(None, columns))) or DEFAULT_COLUMNS
        for name in columns:
            if name not in COLUMNS:
                hint = nearest(name, COLUMNS) or f"; write any of: {', '.join(COLUMNS)}"
                raise InputError([Problem("columns", None, None, "", f"'{name}' is not a column of verdicts{hint}")])
        self.rules, self.columns = rules, columns
        self._lanes = Lanes(rules)
        self._plan = Plan(self._lanes.conditions, rules.assumptions, self._lanes.adds, self._lanes.slots)
        self._judge = Judge(self._lanes)
        self._evidence = Evidence(rules) if joins(rules) else None
        self._reasons = Reasons(rules, self._evidence)
        self._beside = Beside(rules, self._judge) if joins(rules) else None
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
        named = self._judge.named.tolist()
        self._width = len(named)
        every = [(outcome, first) for outcome in range(7) for first in named]
        of_each = [
            (
                fixed.get(outcome, at[families[first]]),
                first if outcome not in fixed else -1,
                _CONFIDENCE.get(outcome, -1),
            )
            for outcome, first in every
        ]
        self._said = [np.array(each, np.int8).view(np.uint8) for each in zip(*of_each, strict=True)]
        """By outcome and best architecture, the position of each name; below 0 for none."""
        self._pairs_said = [pairs_of(each) for each in self._said] if len(of_each) <= _FEW else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.rules.name}, {', '.join(self.columns)})"

    def written(self) -> dict[str, Held]:
        """The columns of verdicts, each with what it holds."""
        found: dict[str, Held] = {}
        for name in self.columns:
            if name == "points":
                found |= {f"points.{entry.id}": "whole" for entry in self.rules.architectures}
            elif name == "rules_mask":
                found |= {f"rules_mask.{at}": "mask" for at in range(self._reasons.words)}
            else:
                found[name] = _HELD.get(name, "text")
        return found

    def read(self, table: Any, faults: Faults) -> Batch:
        """A batch of a table, its answers as codes.

        Raises:
            InputError: where columns have the same name, or state the same.
        """
        check_names(table.schema.names, "<table>")
        stated = columns_of(table.schema.names)
        table = _usual(table, {name for columns in stated.values() for name in columns})
        readers = self._readers_of("gpu" in stated)
        codes: dict[str, Codes] = {}
        for name, columns in stated.items():
            arrays = {column: table.column(column) for column in columns}
            if columns == [name]:
                codes[name] = readers[name].codes(name, arrays[name], faults)
            else:
                codes[name] = readers[name].members(arrays, faults)
            if several := [faults.wrong[column] for column in columns if column in faults.wrong]:
                wrong = reduce(np.logical_or, several)
                codes[name] = np.where(wrong, 0, codes[name]).astype(codes[name].dtype)
                known = pa.array(np.arange(table.num_rows), mask=wrong)
                for column in columns:
                    at = table.schema.get_field_index(column)
                    table = table.set_column(at, column, arrays[column].take(known))
        faults.rows_before += table.num_rows
        faults.wrong.clear()
        return Batch(table.num_rows, codes, table)

    def _readers_of(self, hardware: bool) -> Mapping[str, Reader]:  # noqa: FBT001  (whether a gpu is stated)
        if hardware not in self._readers:
            axes = self._plan.axes(hardware=hardware)
            self._readers[hardware] = {name: Reader(axis) for name, axis in axes.items()}
        return self._readers[hardware]

    def compiled(self, *, hardware: bool) -> Compiled:
        """The look-up tables, for the classes of answers so far; with `hardware`, a gpu is stated."""
        if hardware not in self._compiled or not self._compiled[hardware].current:
            axes = {name: reader.axis for name, reader in self._readers_of(hardware).items()}
            self._compiled[hardware] = Compiled(self._plan, axes, hardware=hardware)
        return self._compiled[hardware]

    def verdicts(self, batch: Batch) -> dict[str, Any]:
        """The columns of verdicts of a batch."""
        by = self.compiled(hardware="gpu" in batch.codes)
        codes, contradicted = by.implied(batch.codes)
        added = self._evidence.added(batch.table) if self._evidence else None
        words = by.sums(codes, batch.rows)
        beside = self._beside if self._judge.calibration else None
        wrong = contradicted if self.rules.header.contradictions_lean else None
        found = self._judge.verdicts(words, by, added, contradicted=wrong, alone=beside is None)
        chance = None
        if self._judge.calibration and (beside or "chance" in self.columns):
            outcome, chance = self._chances(found, batch)
            found = found._replace(outcome=outcome)
        verdict, architecture, confidence = self._named(found)
        columns: dict[str, Callable[[], Any]] = {
            "verdict": lambda: _column(verdict, self._verdicts),
            "architecture": lambda: _column(architecture, self._architectures),
            "confidence": lambda: _column(confidence, self._confidences),
            "margin": lambda: _array(pa.float64(), found.margin, found.without),
            "chance": lambda: (
                pa.nulls(batch.rows, pa.float64()) if chance is None else pa.array(chance, mask=np.isnan(chance))
            ),
            "recommended": lambda: self._recommended(found),
            "feasibility": lambda: (
                self._evidence.feasibility(batch.table, self._pairs(found))
                if self._evidence
                else pa.nulls(batch.rows, pa.string())
            ),
        }
        if not {"settled", "next_question"}.isdisjoint(self.columns):
            columns |= self._explored(batch)
        masks = []
        if not {"rules", "rules_mask", "excluded_by"}.isdisjoint(self.columns):
            masks = self._reasons.masks(by.hits(codes, batch.rows), added)
            columns["rules"] = lambda: self._reasons.listed(masks)
            columns["excluded_by"] = lambda: self._reasons.listed(self._reasons.excluding(masks))
        written = {}
        for name in self.columns:
            if name == "points":
                every = self._judge.points(words, by, added)
                for entry, points in zip(self.rules.architectures, every, strict=True):
                    written[f"points.{entry.id}"] = pa.array(points.astype(np.int32))
            elif name == "rules_mask":
                written |= {f"rules_mask.{at}": pa.array(mask) for at, mask in enumerate(masks)}
            else:
                written[name] = columns[name]()
        return written

    def _named(self, found: Verdicts) -> Sequence[Codes]:
        """The position of each name that rows have."""
        if self._pairs_said:
            at = found.outcome * np.uint8(self._width)
            at += found.first
            return [by_pairs(pairs, at).view(np.int8) for pairs in self._pairs_said]
        index = np.multiply(found.outcome, self._width, dtype=np.intp)
        index += found.first
        return [said.take(index).view(np.int8) for said in self._said]

    def _chances(self, found: Verdicts, batch: Batch) -> tuple[Codes, Codes]:
        """The outcomes, as sure as the chance allows, and the chance where there is one; else not a number."""
        chance = np.full(batch.rows, np.nan)
        asked = "chance" in self.columns
        rows = np.flatnonzero(np.isin(found.outcome, _WITH_MARGIN) if asked else found.outcome == judging.CLEAR)
        standing = [points[rows].astype(np.int64) for points in found.standing]
        recommended = np.zeros((len(rows), len(standing)))
        every = np.arange(len(rows))
        recommended[every, self._judge.family_of[found.first[rows]]] = 1
        both = found.outcome[rows] == judging.EVALUATE_BOTH
        recommended[every[both], self._judge.family_of[found.second[rows[both]]]] = 1
        if self._beside is None:
            odds = self._judge.odds(standing, found.scale)
            total = reduce(np.add, odds)
            parts = [one / total * yes for one, yes in zip(odds, recommended.T, strict=True)]
            chance[rows] = judging.rounded(reduce(np.add, parts))
            return found.outcome, chance
        chance[rows], clear = self._beside.chances(batch.table, rows, standing, found.scale.lost, recommended)
        outcome = found.outcome.copy()
        outcome[rows[~clear & (outcome[rows] == judging.CLEAR)]] = judging.LEAN
        return outcome, chance

    def _explored(self, batch: Batch) -> dict[str, Callable[[], Any]]:
        """What the rest of the answers might change, once for each distinct row: the slowest of columns by far."""
        which, answers = distinct(batch.table, BY_NAME)
        explored = [explore(Spec("row", stated), self.rules) for stated in answers]
        rows = pa.array(which)
        return {
            "settled": lambda: pa.array([each.settled for each in explored], pa.bool_()).take(rows),
            "next_question": lambda: pa.array([each.next_question for each in explored], pa.string()).take(rows),
        }

    def _pairs(self, found: Verdicts) -> npt.NDArray[Any]:
        """The positions of what is recommended: of one architecture, of two, or of none; -1 where there is none."""
        both, none = found.outcome == judging.EVALUATE_BOTH, np.isin(found.outcome, _NOTHING)
        first, second = (self._judge.named.take(np.broadcast_to(at, len(both))) for at in (found.first, found.second))
        return np.stack([np.where(none, -1, first), np.where(both, second, -1)], axis=1)

    def _recommended(self, found: Verdicts) -> Any:
        """The architectures that are recommended, as lists: one, two where it is too close to call, or none."""
        pairs = self._pairs(found)
        there = pairs >= 0
        return lists(there.sum(axis=1), pa.DictionaryArray.from_arrays(pa.array(pairs[there]), self._architectures))

    def batch(self, table: Any, faults: Faults) -> Any:
        """A batch of verdicts for a batch of specs."""
        return pa.record_batch(self.verdicts(self.read(table, faults)))

    def batches(self, table: Any, faults: Faults) -> Iterator[Any]:
        """Batches of verdicts for a table of specs, in its order."""
        for several in table.to_batches(max_chunksize=_READ):
            batch = self.read(several, faults)
            for at in range(0, batch.rows, _JUDGED):
                yield pa.record_batch(self.verdicts(batch.part(at, _JUDGED)))


def _usual(table: Any, names: Collection[str]) -> Any:
    """A batch whose texts, and lists, of these columns are laid out as most are."""
    fields = [pa.field(each.name, _usual_type(each.type) if each.name in names else each.type) for each in table.schema]
    schema = pa.schema(fields)
    return table if schema.types == table.schema.types else table.cast(schema)


def _usual_type(kind: Any) -> Any:
    types = pa.types
    if types.is_string_view(kind):
        return pa.large_string()
    if types.is_large_list(kind):
        return pa.large_list(_usual_type(kind.value_type))
    if types.is_list(kind) or types.is_fixed_size_list(kind):
        return pa.list_(_usual_type(kind.value_type))
    return kind


_NOTHING = [judging.INFEASIBLE, judging.UNDETERMINED]


def _column(codes: Codes, names: Any) -> Any:
    """A column of names by their positions, null where that is below 0."""
    return pa.DictionaryArray.from_arrays(_array(pa.int8(), codes, codes < 0), names, safe=False)


def _array(kind: Any, values: npt.NDArray[Any], missing: npt.NDArray[Any]) -> Any:
    """A column of values as they lie in memory, null where they are missing."""
    there = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.Array.from_buffers(kind, len(values), [there, pa.py_buffer(values)])
