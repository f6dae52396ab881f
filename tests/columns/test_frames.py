"""Dataframes in, dataframes of the same kind out."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest

import genarch
import genarch.columns
from genarch import InputError
from genarch.columns.frames import InWorker

SPECS = {
    "id": ["a", "b", "c"],
    "task": ["text_to_image", "inpainting", None],
    "latency_budget_ms": [50.0, 2000.0, None],
    "priorities": [["speed"], [], None],
}
VERDICTS = ["hybrid", "diffusion", "undetermined"]


def test_arrow_and_what_hands_it_on() -> None:
    evaluate = genarch.table(evidence=False)
    table = pa.table(SPECS)
    found = evaluate(table)
    assert found.column("verdict").to_pylist() == VERDICTS
    assert evaluate(table.to_batches()[0]).column("verdict").to_pylist() == VERDICTS
    assert evaluate(SPECS).column("verdict").to_pylist() == VERDICTS
    assert evaluate(table, keep=True).column_names == [*SPECS, *found.column_names]
    assert evaluate(table.slice(0, 0)).num_rows == 0
    assert repr(evaluate) == "TableOfSpecs(field@2.0.0, verdict, architecture, confidence, margin)"


def test_duckdb() -> None:
    specs = pa.table(SPECS)  # noqa: F841  (read by its name)
    found = genarch.table(evidence=False)(duckdb.sql("from specs"))
    assert [row[0] for row in found.fetchall()] == VERDICTS
    assert found.columns == ["verdict", "architecture", "confidence", "margin"]


def test_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(SPECS, index=["x", "y", "z"])
    found = genarch.table(evidence=False)(frame)
    assert list(found["verdict"]) == VERDICTS
    assert list(found.index) == ["x", "y", "z"]


def test_polars() -> None:
    polars = pytest.importorskip("polars")
    for frame in (polars.DataFrame(SPECS), polars.DataFrame(SPECS).lazy()):
        found = genarch.table(evidence=False)(frame)
        assert isinstance(found, polars.DataFrame)
        assert found["verdict"].to_list() == VERDICTS


def test_lists_however_they_are_laid_out() -> None:
    rows = [["speed", "cost"], None]
    kinds = (pa.list_(pa.string(), 2), pa.large_list(pa.large_string()), pa.list_(pa.string_view()))
    for evidence in (True, False):
        evaluate = genarch.table(columns="verdict,chance", evidence=evidence)
        wanted = evaluate({"priorities": ["speed|cost", None]})
        assert all(evaluate({"priorities": pa.array(rows, kind)}).equals(wanted) for kind in kinds)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ([{"task": "inpainting"}], "<table>: of type list, cannot be read: Must pass names"),
        ({"task": [object()]}, "<table>: of type dict, cannot be read: Could not convert"),
        ({"taks": ["inpainting"]}, "<table>: has no column named after a constraint; 'taks': did you mean 'task'?"),
        ({}, "<table>: is empty; name a column for each constraint, such as task"),
        (duckdb.connect(), "cannot be read: it is no relation, as con.sql(...) gives one"),
        (pa.table([["a"], ["b"]], names=["task", "task"]), "<table>: has the column 'task' twice; rename one"),
        ({"priorities": ["cost"], "priorities.cost": [True]}, "priorities and priorities.cost state the same constrai"),
        ({"task": [b"inpainting"]}, "<table>: task: is of type binary; write its names as text (row 1)"),
        ({"task": ["inpainting"], "verdict": [1]}, "<table>: already has a column verdict; leave it out of keep"),
    ],
)
def test_what_is_no_table_of_specs(frame: object, message: str) -> None:
    with pytest.raises(InputError) as refused:
        genarch.table()(frame, keep=True)
    assert message in str(refused.value)
    with pytest.raises(InputError, match="on_error: 'none' is not a choice; write one of: fail, null"):
        genarch.table()(frame, on_error="none")  # type: ignore[arg-type]  # on purpose


def test_values_that_are_no_answers() -> None:
    wrong = {"serving": ["batsh"] * 7 + ["batch"], "latency_budget_ms": [1, -1, 1, 1, 1, 1, 1, 1]}
    evaluate = genarch.table("article", evidence=False)
    names = ("realtime", "near_realtime", "batch")
    with pytest.raises(InputError) as refused:
        evaluate(wrong)
    assert list(map(str, refused.value.problems)) == [
        f"<table>: serving: 'batsh' is not a choice here; write {', '.join(names)}, or unknown (7 rows: 1, 2, 3, 4, 5, ...)",
        "<table>: latency_budget_ms: must be above 0, not -1 (row 2)",
    ]
    assert evaluate(wrong, on_error="null").num_rows == 8
    many = {"serving": [f"at-{number}" for number in range(30)]}
    with pytest.raises(InputError, match="10 more invalid values, of 10 kinds"):
        evaluate(many)


@pytest.mark.parametrize(
    ("names", "keep", "message"),
    [
        (["id", "taks"], None, "<table>: has no column named after a constraint; 'taks': did you mean 'task'?"),
        (["id", "task"], ["ids"], "keep: <table> has no column 'ids'; did you mean 'id'?"),
        (["verdict", "task"], None, "<table>: already has a column verdict; leave it out of keep, or rename it"),
        (["task", "task"], [], "<table>: has the column 'task' twice; rename one"),
    ],
)
def test_what_is_refused_before_it_is_sent_to_workers(names: list[str], keep: list[str] | None, message: str) -> None:
    with pytest.raises(InputError) as refused:
        InWorker.of(names, "field", ("verdict",), keep, evidence=False, on_error="fail")
    assert str(refused.value) == message


def test_a_batch_is_a_batch() -> None:
    """Also without rows; a batch in a worker comes back as it went."""
    evaluate = genarch.table(evidence=False)
    work = InWorker.of(list(SPECS), "field", ("verdict",), ["id"], evidence=False, on_error="fail")
    for batch in (pa.record_batch(SPECS), pa.record_batch(SPECS).slice(3)):
        assert isinstance(evaluate(batch), pa.RecordBatch)
        assert evaluate(batch).column(0).to_pylist() == VERDICTS[: batch.num_rows]
        assert work.of_frame(batch).column(1).to_pylist() == VERDICTS[: batch.num_rows]


WITHOUT = """
import sys
from importlib.machinery import PathFinder

class Without:
    def find_spec(name, path=None, target=None):
        return None if name in ("numpy", "pyarrow") else PathFinder.find_spec(name, path, target)

sys.meta_path = [Without if finder is PathFinder else finder for finder in sys.meta_path]
"""


@pytest.mark.parametrize(
    "use",
    [
        "evaluate --table specs.csv",
        "sweep --vary task=all",
        "rules diff article field --table specs.csv",
        "backtest --table specs.csv",
        "genarch.table()",
        "import genarch.spark",
        "import genarch.dask",
    ],
)
def test_without_its_libraries_it_is_said_how_to_install_them(use: str) -> None:
    """By whatever needs them; nothing else needs one."""
    python = use if "genarch" in use else f"from genarch.__main__ import main; sys.argv[1:] = {use.split()}; main()"
    done = subprocess.run(
        [sys.executable, "-c", f"{WITHOUT}import genarch; {python}"], capture_output=True, text=True, check=False
    )
    words = "tables of specs need numpy and pyarrow; install with: pip install numpy pyarrow (genarch's extra tables"
    assert words in done.stderr.splitlines()[-1]
    if python != use:
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
