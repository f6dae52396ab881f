"""Rule tables as SQL: each row as `decide` has it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import duckdb
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from builders import rule, table
from command_line import run
from genarch import RuleTable, load_rules
from genarch.engine.conditions import Not, Predicate
from genarch.engine.constraints import Value
from genarch.errors import InputError
from genarch.reports.sql import Dialect, Query, Sets, as_sql, check_sql, columns_read
from spec_tables import decided, random_rows, table_of
from strategies import answers, contradictory_tables, examples

FEW = ("device", "latency_budget_ms", "resolution_px", "conditioning", "pretrained_available")


def selected(specs: Any, rules: RuleTable, columns: list[str] | None = None, sets: Sets = "list") -> list[Any]:
    """The rows of a SELECT on a table."""
    specs = specs.append_column("id", pa.array(range(specs.num_rows)))
    names = columns_read(rules) if columns is None else columns
    query = as_sql(rules, Query("duckdb", "specs", names, ("id",), sets))
    rows = duckdb.connect().register("specs", specs).sql(query).fetchall()
    return [(*row[1:4], None if row[4] is None else round(row[4], 4)) for row in sorted(rows)]


@examples(10)
@given(contradictory_tables(FEW), st.lists(answers(FEW), min_size=1, max_size=8))
def test_small_tables(rules: RuleTable, rows: list[dict[str, Value]]) -> None:
    assert selected(table_of(rows, FEW), rules) == decided(rows, rules)


@pytest.mark.parametrize("name", ["field", "article"])
def test_bundled_tables(name: str) -> None:
    rules, rows = load_rules(name, evidence=False), random_rows(400, 8)
    assert selected(table_of(rows), rules, [*columns_read(rules), "gpu"]) == decided(rows, rules)
    alone = [{name: value for name, value in row.items() if name not in ("gpu", "task")} for row in rows]
    columns = [name for name in columns_read(rules) if name != "task"]
    assert selected(table_of(alone, columns), rules, columns) == decided(alone, rules)


def test_sets_as_text_and_what_is_unknown() -> None:
    has = Predicate("priorities", "any_of", ("speed",))
    rules = table(
        rule("has", has, {"gan": 1}), rule("not", Not(has), {"diffusion": 1}),
        rule("none", Predicate("priorities", "is", ()), {"consistency": 5}),
        rule("fast", Predicate("serving", "is", ("realtime",)), {}, ("diffusion",)),
    )  # fmt: skip
    specs = pa.table(
        {
            "priorities": ["speed|cost", "cost", "", None, "unknown", "none"],
            "serving": ["unknown", "", None, None, None, "batch"],
        }
    )
    found = [verdict for verdict, *_ in selected(specs, rules, sets="text")]
    assert found == ["gan", "diffusion", "undetermined", "undetermined", "undetermined", "hybrid"]


@pytest.mark.parametrize(
    "numbers",
    [
        pa.array([Decimal("99.99"), Decimal("100.00"), None]),
        pa.array([99.999999999, 100.0, None]),
        pa.array([99, 100, None], pa.int32()),
    ],
)
def test_numbers_at_thresholds(numbers: Any) -> None:
    rules = table(rule("a", Predicate("latency_budget_ms", "below", (100,)), {"gan": 1}))
    found = [verdict for verdict, *_ in selected(pa.table({"latency_budget_ms": numbers}), rules)]
    assert found == ["gan", "undetermined", "undetermined"]


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_every_dialect_is_parsed(dialect: str) -> None:
    """By a library that knows them; what duckdb and Spark make of it is tested by running it."""
    for command in ([], ["--check"]):
        shown = run(
            "rules", "compile", "--to", "sql", "--dialect", dialect, "--keep", "id", "--table", "a.specs", *command
        )
        assert shown.returncode == 0
        (parsed,) = sqlglot.parse(shown.stdout, read=dialect)
        assert parsed is not None
        assert command == [] or parsed.find(sqlglot.exp.Union)


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_kept_columns_of_any_name(dialect: Dialect) -> None:
    """Quoted where they are no plain words, and none that verdicts have."""
    rules, names = load_rules("article", evidence=False), ("id", "project id", 'a "b" `c`', "9")
    query = Query(dialect, "specs", ["task"], names)
    (parsed,) = sqlglot.parse(as_sql(rules, query), read=dialect)
    assert isinstance(parsed, sqlglot.exp.Select)
    assert tuple(parsed.named_selects[: len(names)]) == names
    if dialect == "duckdb":
        specs = pa.table({"task": ["inpainting"]} | {name: [name] for name in names})
        found = duckdb.connect().register("specs", specs).sql(as_sql(rules, query))
        assert found.fetchall()[0][: len(names)] == names
    for clash in ("verdict", "Margin", "points_gan"):
        with pytest.raises(InputError, match=f"--keep: the verdicts have a column {clash}, too"):
            as_sql(rules, query._replace(keep=[clash]))


def test_the_check_lists_what_is_no_answer() -> None:
    rules = load_rules("article", evidence=False)
    specs = table_of([{"task": "inpainting"}], columns_read(rules)).to_pylist()[0]
    rows = [
        specs,
        specs | {"task": "inpaint", "priorities": ["speed", "sped"], "latency_budget_ms": -1.0, "serving": "unknown"},
        specs | {"task": "inpaint"},
    ]
    schema = table_of([{"priorities": frozenset({"speed"})}], columns_read(rules)).schema
    found = duckdb.connect().register("specs", pa.Table.from_pylist(rows, schema))
    listed = found.sql(check_sql(rules, Query("duckdb", "specs", columns_read(rules)))).fetchall()
    assert sorted(listed) == [
        ("latency_budget_ms", "-1.0", 1),
        ("priorities", "an unknown or duplicate member", 1),
        ("task", "inpaint", 2),
    ]


def test_a_column_that_is_no_constraint() -> None:
    refused = run("rules", "compile", "--columns", "tsk")
    assert (refused.returncode, "'tsk' is not a constraint; did you mean 'task'?" in refused.stderr) == (2, True)
