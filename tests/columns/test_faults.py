"""Values that are no answers, by kind, with counts and first rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from genarch import load_rules
from genarch.columns.evaluator import Evaluator
from genarch.columns.reading import FaultKind, Faults


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
        ("latency_budget_ms", pa.array([5.0, float("inf"), float("nan")]), (2,), "is infinite, not inf"),
        ("latency_budget_ms", pa.array([10**15, 1]), (1,), "has too many digits, not 1e+15"),
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


def test_what_is_no_answer_is_unknown() -> None:
    faults = Faults()
    found = Evaluator(load_rules(evidence=False)).batch(
        pa.RecordBatch.from_pydict({"latency_budget_ms": [-5.0, None], "serving": ["batsh", None]}), faults
    )
    assert found.to_pylist()[0] == found.to_pylist()[1]
    assert len(faults.kinds) == 2
