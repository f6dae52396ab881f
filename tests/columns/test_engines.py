"""The same evaluator in Spark and in Dask, and the SELECT in Spark; skipped where they are not installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from genarch import load_rules
from genarch.columns.evaluator import DEFAULT_COLUMNS
from genarch.reports.sql import Query, as_sql, columns_read
from spec_tables import decided, random_rows, table_of

ROWS = random_rows(300, 9)
RULES = load_rules(evidence=False)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install pyspark")
    if not shutil.which("java"):
        pytest.skip("Spark needs java")
    settings = {
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.sql.codegen.hugeMethodLimit": "8000",
    }  # fmt: skip
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = builder.getOrCreate()
        yield session
        session.stop()


def specs(spark: Any) -> Any:
    columns = [*columns_read(RULES), "gpu"]
    rows = table_of(ROWS, columns).to_pylist()
    types = {"choice": "string", "number": "double", "integer": "bigint", "flag": "boolean", "set": "array<string>"}
    from genarch.engine.constraints import BY_NAME

    schema = ", ".join(["id int", *(f"{name} {types[BY_NAME[name].kind]}" for name in columns)])
    made = [(at, *(row[name] for name in columns)) for at, row in enumerate(rows)]
    return spark.createDataFrame(made, schema).repartition(3)


@pytest.mark.filterwarnings("ignore")
def test_spark(spark: Any) -> None:
    """By mapInArrow, and by SQL: rows come in another order, and are put back by what is kept."""
    import genarch.spark

    wanted = decided([{n: v for n, v in row.items() if n in (*columns_read(RULES), "gpu")} for row in ROWS], RULES)
    df = specs(spark)
    found = genarch.spark.evaluate(df, "field", keep=["id"], evidence=False)
    assert found.columns == ["id", *DEFAULT_COLUMNS]
    assert [tuple(row)[1:] for row in sorted(found.collect())] == wanted
    every = genarch.spark.evaluate(df.limit(5), columns=("points", "rules", "chance"), keep=["id"])
    assert len(every.collect()) == 5
    df.createOrReplaceTempView("specs")
    by_sql = spark.sql(as_sql(RULES, Query("spark", "specs", [*columns_read(RULES), "gpu"], ("id",)))).collect()
    rows = [tuple(row)[1:5] for row in sorted(by_sql)]
    assert [(*row[:3], None if row[3] is None else round(row[3], 4)) for row in rows] == wanted


@pytest.mark.filterwarnings("ignore")
def test_dask() -> None:
    dataframe = pytest.importorskip("dask.dataframe", reason="dask is not installed: pip install 'dask[dataframe]'")
    import genarch.dask

    frame = table_of(ROWS, columns_read(RULES)).to_pandas()
    for name in ("conditioning", "priorities"):  # Dask makes text of lists in its own way
        frame[name] = [None if members is None else "|".join(members) or "none" for members in frame[name]]
    found = genarch.dask.evaluate(dataframe.from_pandas(frame, npartitions=3), "field", keep=["task"], evidence=False)
    made = found.compute(scheduler="synchronous")
    assert list(made.columns) == ["task", *DEFAULT_COLUMNS]
    alone = [{n: v for n, v in row.items() if n in columns_read(RULES)} for row in ROWS]
    assert list(made["verdict"]) == [verdict for verdict, *_ in decided(alone, RULES)]
