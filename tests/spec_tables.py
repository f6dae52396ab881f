"""Tables of specs as Arrow has them, out of answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from genarch import RuleTable, decide
from genarch.columns.evaluator import DEFAULT_COLUMNS, Evaluator
from genarch.columns.reading import Faults
from genarch.engine.answers import format_answer
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Range, Value
from genarch.engine.spec import Spec

Answers = Mapping[str, Value]

TYPES = {"choice": pa.string(), "number": pa.float64(), "integer": pa.int64(), "flag": pa.bool_()}


def table_of(rows: Sequence[Answers], names: Sequence[str] | None = None) -> Any:
    """A column for each constraint; numbers as text where one is a range."""
    return pa.table({name: column(name, [row.get(name) for row in rows]) for name in names or BY_NAME})


def column(name: str, values: Sequence[Value | None]) -> Any:
    kind = BY_NAME[name].kind
    if kind == "set":
        lists = [sorted(value) if isinstance(value, frozenset) else None for value in values]
        return pa.array(lists, pa.list_(pa.string()))
    if any(isinstance(value, Range) for value in values):
        return pa.array([None if value is None else format_answer(value) for value in values], pa.string())
    return pa.array(values, TYPES[kind])


def evaluated(table: Any, rules: RuleTable, columns: Sequence[str] = DEFAULT_COLUMNS) -> list[tuple[object, ...]]:
    """The rows of verdicts, of a table without a fault."""
    faults = Faults()
    found = pa.Table.from_batches(Evaluator(rules, columns).batches(table, faults))
    assert not faults.kinds
    return list(zip(*(found.column(name).to_pylist() for name in found.column_names), strict=True))


def decided(rows: Sequence[Answers], rules: RuleTable) -> list[tuple[object, ...]]:
    """The same by `decide`, row by row."""
    verdicts = [decide(Spec("s", row), rules) for row in rows]
    return [
        (v.verdict, v.architecture, v.confidence, None if v.margin is None else round(float(v.margin), 4))
        for v in verdicts
    ]


def random_rows(count: int, seed: int, *, stated: float = 0.66, ranges: float = 0.0) -> list[dict[str, Value]]:
    """Rows that state each constraint at times, and of numbers a range at times."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        row: dict[str, Value] = {}
        for constraint in CONSTRAINTS:
            if chance.random() < stated:
                row[constraint.name] = random_value(constraint.name, chance, ranges)
        rows.append(row)
    return rows


NUMBERS = (1, 2, 4, 16, 20, 49, 80, 99.5, 100, 300, 500, 1000, 1024, 3000, 5000, 20000)


def random_value(name: str, chance: random.Random, ranges: float) -> Value:
    constraint = BY_NAME[name]
    match constraint.kind:
        case "choice":
            return chance.choice(constraint.values)
        case "set":
            return frozenset(chance.sample(constraint.values, chance.randrange(4)))
        case "flag":
            return chance.random() < 0.5
    numbers = [n for n in NUMBERS if constraint.kind == "number" or n == int(n)]
    if chance.random() >= ranges:
        return chance.choice(numbers)
    low, high = sorted(chance.sample(numbers, 2))
    return chance.choice((Range(at_least=low), Range(below=high), Range(at_least=low, at_most=high), Range(above=low)))
