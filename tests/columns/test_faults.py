"""Values that are no answers, by kind, with counts and first rows."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from genarch import load_rules
from genarch.columns.evaluator import Evaluator
from genarch.columns.reading import FaultKind, Faults
from genarch.engine.constraints import BY_NAME


def faults_of(*batches: Any) -> list[FaultKind]:
    faults = Faults()
    evaluator = Evaluator(load_rules(evidence=False))
    for batch in batches:
        evaluator.batch(pa.RecordBatch.from_pydict(batch), faults)
    return list(faults.kinds)


@pytest.mark.parametrize(
    ("column", "array", "rows", "message"),
    [
        ("serving", pa.array(["batch", "realtlme", "batch", "realtlme"]), (2, 4), "'realtlme' is not a choice here; write realtime"),
        ("serving", pa.array([1, 2, None]), (1, 2), "is of type int64; write its names as text"),
        ("latency_budget_ms", pa.array([5.0, -1.0, 0.0, None]), (2, 3), "must be above 0, not -1"),
        ("latency_budget_ms", pa.array([5.0, float("inf"), float("nan")]), (2,), "must be a finite number of at most 15 digits, not inf"),
        ("latency_budget_ms", pa.array([10**15, 1]), (1,), "must be a finite number of at most 15 digits, not 1e+15"),
        ("resolution_px", pa.array([512.0, 512.5]), (2,), "must be a whole number, not 512.5"),
        ("resolution_px", pa.array(["512", "512.5", "-3"]), (2,), "'512.5' is not a whole number; write 512"),
        ("latency_budget_ms", pa.array(["1e3", "50"]), (1,), "'1e3' is not a plain decimal number"),
        ("priorities", pa.array([["speed"], ["sped", "cost"]]), (2,), "'sped' is not a member here"),
        ("priorities", pa.array([[], ["speed", None]]), (2,), "has a null among its members"),
        ("priorities", pa.array([["cost"], ["speed", "speed"]]), (2,), "has a member twice"),
        ("priorities", pa.array(["speed|sped"]), (1,), "'sped' is not a member here"),
        ("batchable", pa.array([1, 0]), (1, 2), "is of type int64; write true or false"),
        ("batchable", pa.array(["yes"]), (1,), "'yes' is not an answer to a yes or no"),
        ("priorities.speed", pa.array([1, None]), (1,), "is of type int64; write true or false"),
        ("priorities.speed", pa.array(["yes", None]), (1,), "must be one of: true, True"),
    ],
)  # fmt: skip
def test_kinds(column: str, array: Any, rows: tuple[int, ...], message: str) -> None:
    kind, *_ = faults_of({column: array})
    assert (kind.column, kind.rows, kind.values) == (column, rows, len(rows))
    assert kind.message.startswith(message)


def test_rows_count_over_batches_and_only_the_first_are_named() -> None:
    (kind,) = faults_of({"serving": ["x"] * 4}, {"serving": ["batch"]}, {"serving": ["x"] * 4})
    assert (kind.values, kind.rows) == (8, (1, 2, 3, 4, 6))


NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ODD = [
    pa.array([1, 0]), pa.array([1.5, None]), pa.array([300.0, math.nan], pa.float16()), pa.array([True, False]),
    pa.array([None, Decimal("99.99")]), pa.array(["1e300", "x"]), pa.array(["x", "speed"]).dictionary_encode(),
    pa.array([2, None]).dictionary_encode(), pa.array([b"text", b"\xff"]), pa.array([NOW, None]), pa.array([NOW.date(), None]),
    pa.array([None, dt.timedelta(days=1)]), pa.array([["speed"], ["cost", "cost"]]), pa.array([["x"], None]),
    pa.array([[], [1]]), pa.array([[], [None]]), pa.array([[["speed"]], None]), pa.array([{"a": 1}, None]),
    pa.nulls(2, pa.struct({"a": pa.int8()})), pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
    pa.array([["speed"], None], pa.list_(pa.string_view())), pa.array(["speed", "x"], pa.string_view()),
]  # fmt: skip
"""Columns of any type; the first row may be an answer, or the second, or none."""


@pytest.mark.parametrize("name", [*BY_NAME, "priorities.speed"])
def test_what_is_no_answer_is_unknown(name: str) -> None:
    """Whatever its type, also to what reads answers exactly: evidence, cases, and what is still open."""
    evaluator = Evaluator(load_rules(), "all")
    others: dict[str, Any] = {"latency_budget_ms": [250, 250]}
    others |= {"task": ["inpainting"] * 2, "priorities.cost": [True, False], "gpu": ["t4"] * 2}
    others = {other: array for other, array in others.items() if other.partition(".")[0] != name.partition(".")[0]}
    unknown = evaluator.batch(pa.RecordBatch.from_pydict(others), Faults()).to_pylist()
    for array in ODD:
        faults = Faults()
        found = evaluator.batch(pa.RecordBatch.from_pydict({name: array, **others}), faults).to_pylist()
        wrong = {row for kind in faults.kinds for row in kind.rows}
        for row in wrong:
            assert found[row - 1] == unknown[row - 1], (name, array)
        assert len(faults.kinds) == len({kind.message for kind in faults.kinds})
        if pa.types.is_nested(array.type) and not pa.types.is_list(array.type):
            assert len(wrong) == len(array) - array.null_count


def test_a_member_that_is_none_leaves_the_set_unknown() -> None:
    """Its other members would say that all others are left out."""
    evaluator, faults = Evaluator(load_rules(), "all"), Faults()
    columns: dict[str, Any] = {"task": ["texture"] * 3, "priorities.speed": [True, True, None]}
    columns |= {"priorities.cost": pa.array(["yes", "TRUE", ""]).dictionary_encode()}
    wrong, known, unknown = evaluator.batch(pa.RecordBatch.from_pydict(columns), faults).to_pylist()
    assert [kind.rows for kind in faults.kinds] == [(1,)]
    assert wrong == unknown != known
