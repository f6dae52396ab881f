"""Grids of specs on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet

from command_line import run
from genarch import decide, load_rules, parse_spec
from genarch.columns.sweep import parse_varied
from genarch.engine.constraints import BY_NAME

SPEC = "version: 1\nid: live\nconstraints: {task: text_to_image, serving: realtime}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "live.genarch.yaml").write_text(SPEC)
    return tmp_path


def test_every_combination(folder: Path) -> None:
    """The last varies fastest; a row is what `decide` says of it."""
    varied = [
        "--vary",
        "device=all",
        "--vary",
        "latency_budget_ms=10..1000:log3",
        "--vary",
        "priorities=speed+cost,unknown",
    ]
    done = run("sweep", "live.genarch.yaml", *varied, "-o", "grid.parquet", "--no-evidence", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    rows = parquet.read_table(folder / "grid.parquet").to_pylist()
    assert len(rows) == len(BY_NAME["device"].values) * 3 * 2
    assert [row["latency_budget_ms"] for row in rows[:6]] == [10, 10, 100, 100, 1000, 1000]
    assert [row["priorities"] for row in rows[:2]] == ["cost|speed", None]
    rules, stated = load_rules(evidence=False), parse_spec(SPEC)
    for row in rows[::7]:
        answers = dict(stated.constraints) | {name: row[name] for name in ("device", "latency_budget_ms")}
        if row["priorities"]:
            answers["priorities"] = frozenset(row["priorities"].split("|"))
        assert row["verdict"] == decide(stated._replace(constraints=answers), rules).verdict


def test_a_picture(folder: Path) -> None:
    varied = ["--vary", "latency_budget_ms=10,500,5000", "--vary", "gpu=l4,t4", "--set", "resolution_px=512"]
    shown = run("sweep", "live.genarch.yaml", *varied, cwd=folder)
    assert shown.stdout.startswith("live: latency_budget_ms by gpu, rules field@")
    assert "the spec itself" not in shown.stdout
    own = run("sweep", "live.genarch.yaml", "--vary", "serving=all", "--vary", "task=text_to_image", cwd=folder).stdout
    assert ("[ ] the spec itself" in own, own.count("[")) == (True, 2)
    assert run("sweep", "live.genarch.yaml", *varied, "-o", "a.html", cwd=folder).returncode == 0
    assert "<h1" in (folder / "a.html").read_text()
    one = run("sweep", "--vary", "resolution_px=256..1024:4", "-o", "a.svg", "--no-evidence", cwd=folder)
    assert (one.returncode, (folder / "a.svg").read_text().startswith("<svg")) == (0, True)


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        (["latency=5"], "--vary: latency=5: 'latency' is not a constraint; did you mean 'latency_budget_ms'?"),
        (["device=gpus"], "'gpus' is not a choice here"),
        (["resolution_px=all"], "has no finite list of values; write from..to:steps, or list some"),
        (["resolution_px=1..9:x"], "write from..to:20 for 20 steps"),
        (["latency_budget_ms=9..1:5"], "must begin below its end"),
        (["training_images=0..9:log5"], "above 0 for steps by a factor"),
        (["device=cpu", "device=edge"], "'device' is varied twice; write it once"),
        (["device="], "has no value"),
        (["device=all", "serving=all", "domain=all"], "a picture shows one or two"),
        ([], "vary something"),
    ],
)
def test_what_is_refused(vary: list[str], message: str) -> None:
    refused = run("sweep", "--no-evidence", *(word for one in vary for word in ("--vary", one)))
    assert refused.returncode == 2
    assert message in refused.stderr


def test_grids_that_are_very_large() -> None:
    vary = [word for name in ("latency_budget_ms", "training_images") for word in ("--vary", f"{name}=1..9000:9000")]
    for most, message in (((), "81,000,000 rows"), (("--max-rows", "9"), "81,000,000 rows, more than 9; vary less")):
        refused = run("sweep", *vary, "--no-evidence", "-o", "none/grid.csv", *most)
        assert (refused.returncode, message in refused.stderr) == (2, True)


def test_columns_are_of_a_table() -> None:
    refused = run("sweep", "--no-evidence", "--vary", "task=all", "--columns", "margin")
    assert (refused.returncode, refused.stderr) == (
        2,
        "genarch: --columns: is for a table; write one, as with -o grid.csv\n",
    )


def test_each_value_once() -> None:
    """However often it is listed, and with as many digits as tell it from the next."""
    for vary in ("task=texture,texture", "priorities=cost+speed,speed+cost", "latency_budget_ms=100,0.1s"):
        drawn = run("sweep", "--no-evidence", "--vary", vary)
        assert (drawn.returncode, drawn.stderr) == (0, "")
    (varied,) = parse_varied(["latency_budget_ms=99.999..100:5"])
    assert varied.values == (99.999, 99.99925, 99.9995, 99.99975, 100)


def test_what_is_set_does_not_vary() -> None:
    refused = run("sweep", "--no-evidence", "--vary", "device=all", "--set", "device=cpu")
    assert refused.returncode == 2
    assert "device is varied and set; leave one of them out" in refused.stderr
