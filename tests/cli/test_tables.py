"""Tables of specs on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from command_line import run

SPECS = """\
id,task,latency_budget_ms,priorities,serving,notes
1,text_to_image,50ms,speed|cost,realtime,"a, b"
2,inpainting,1s..3s,quality,batch,
3,,,,unknown,x
"""
VERDICTS = ["hybrid", "diffusion", "undetermined"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "specs.csv").write_text(SPECS)
    return tmp_path


def test_csv_on_standard_output(folder: Path) -> None:
    """What states nothing is carried along; a stream is read as a file is."""
    shown = run("evaluate", "--table", "specs.csv", "--no-evidence", cwd=folder)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.splitlines() == [
        '"id","notes","verdict","architecture","confidence","margin"',
        '"1","a, b","hybrid","few_step","forced",',
        '"2",,"diffusion","diffusion","lean",0.6',
        '"3","x","undetermined",,,',
    ]
    assert run("evaluate", "--table", "-", "--no-evidence", stdin=SPECS).stdout == shown.stdout


def test_every_format_says_the_same(folder: Path) -> None:
    """Each is written, read again, and evaluated again."""
    options = ("--no-evidence", "--columns", "verdict,recommended,rules", "--keep", "all")
    last = "specs.csv"
    for name in ("a.parquet", "a.arrow", "a.jsonl", "a.csv"):
        done = run("evaluate", "--table", last, "-o", name, *options, cwd=folder)
        assert (done.returncode, done.stderr) == (
            0,
            "genarch: 3 rows: 1 hybrid, 1 diffusion, 1 undetermined\n",
        )
        options = (*options[:-1], "id,task,latency_budget_ms,priorities,serving")
        last = name
    assert parquet.read_table(folder / "a.parquet").column("verdict").to_pylist() == VERDICTS
    with pa.ipc.open_file(folder / "a.arrow") as file:
        assert file.read_all().column("recommended").to_pylist() == [["few_step"], ["diffusion"], []]
    rows = [json.loads(line) for line in (folder / "a.jsonl").read_text().splitlines()]
    assert [row["verdict"] for row in rows] == VERDICTS
    assert "speed-first-favours-gan|" in (folder / "a.csv").read_text()


def test_evidence_takes_part_and_set_states_for_every_row(folder: Path) -> None:
    options = ("--columns", "verdict,excluded_by", "--keep", "none", "--set", "gpu=l4", "--set", "resolution_px=1024")
    shown = run("evaluate", "--table", "specs.csv", *options, "--set", "commercial_use=true", cwd=folder)
    assert "evidence-diffusion-too-slow" in shown.stdout.splitlines()[1]
    assert run("evaluate", "--table", "specs.csv", *options, "--fail-on", "infeasible", cwd=folder).returncode == 1


OWN = """\
format: 1
sources: [{id: own, title: Measured here}]
models:
- id: own-gan
  title: Posters
  family: gan
  architecture: gan
  tasks: [text_to_image]
  licence: {code: {terms: Own, commercial_use: allowed}, weights: {terms: Own, commercial_use: allowed},
            weights_released: true, via: primary, source: own}
hardware:
- {id: own-card, name: Own card, devices: [edge], platform: cuda, efficiency_class: cpu}
measurements:
- {id: posters-1, here: true, spec: poster, date: 2026-11-29, model: own-gan, tasks: [text_to_image],
   conditioning: [text], hardware: own-card, resolution: "512x512", batch: 1, latency_ms: 10.5, percentile: p95,
   runs: 100, measure: e2e, source: own, where: loop, via: primary, verified: true, trust: high,
   usable_for_calibration: false}
"""


def test_a_team_s_own_evidence_takes_part(folder: Path) -> None:
    """That beside the table, or that is named; of a card that nobody else knows."""
    below = folder / "below"
    below.mkdir()
    (below / "genarch-evidence.yaml").write_text(OWN)
    header = "task,gpu,resolution_px,conditioning,commercial_use,latency_budget_ms\n"
    (below / "a.csv").write_text(header + "".join(f"text_to_image,own-card,512,text,true,{ms}\n" for ms in (20, 5)))
    options = ("--columns", "excluded_by", "--keep", "none")
    shown = run("evaluate", "--table", "below/a.csv", *options, cwd=folder)
    assert ["evidence-gan-too-slow" in line for line in shown.stdout.splitlines()[1:]] == [False, True]
    named = ("--evidence", "below/genarch-evidence.yaml")
    stream = run("evaluate", "--table", "-", *options, *named, cwd=folder, stdin=(below / "a.csv").read_text())
    assert stream.stdout == shown.stdout
    (below / "poster.genarch.yaml").write_text("version: 1\nconstraints: {task: text_to_image, gpu: own-card}\n")
    vary = ("--vary", "latency_budget_ms=20,5", "--columns", "excluded_by", "-o", "-")
    stated = ("--set", "resolution_px=512", "--set", "conditioning=text", "--set", "commercial_use=true")
    swept = run("sweep", "below/poster.genarch.yaml", *vary, *stated, cwd=folder)
    assert [line.partition(",")[2] for line in swept.stdout.splitlines()] == shown.stdout.splitlines()


def test_values_that_are_no_answers(folder: Path) -> None:
    """Nothing is written by default; every kind is named."""
    (folder / "bad.jsonl").write_text('{"task": "inpaint", "latency_budget_ms": "33ms"}\n{"latency_budget_ms": -5}\n')
    refused = run("evaluate", "--table", "bad.jsonl", "-o", "out.csv", "--no-evidence", cwd=folder)
    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [
        "genarch: bad.jsonl: task: 'inpaint' is not a choice here; did you mean 'inpainting'? (row 1)",
        "genarch: bad.jsonl: latency_budget_ms: must be a finite number above 0, not -5 (row 2)",
    ]
    assert not (folder / "out.csv").exists()
    options = ("--no-evidence", "--on-error", "report=bad.report")
    done = run("evaluate", "--table", "bad.jsonl", "-o", "out.csv", *options, cwd=folder)
    assert done.returncode == 0
    assert "2 invalid values, treated as unknown; see bad.report" in done.stderr
    assert json.loads((folder / "bad.report").read_text().splitlines()[1])["rows"] == [2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.csv",), "none.csv: no such file"),
        (("specs.txt",), "specs.txt: is not the name of a table; write one that ends in .csv, .parquet"),
        (("specs.csv", "--columns", "margine"), "'margine' is not a column of verdicts; did you mean 'margin'?"),
        (("specs.csv", "--keep", "note"), "--keep: specs.csv has no column 'note'; did you mean 'notes'?"),
        (
            ("specs.csv", "--on-error", "ignore"),
            "--on-error: 'ignore' is not a choice; write fail, null or report=FILE",
        ),
        (
            ("specs.csv", "--on-error", "report"),
            "--on-error: 'report' is not a choice; write fail, null or report=FILE",
        ),
        (("specs.csv", "-o", "specs.csv"), "specs.csv: is an input, and would be overwritten by -o"),
        (("specs.csv", "other.yaml"), "--table takes no PATH, --try, --watch, --full, --model"),
        (("specs.csv", "--format", "json"), "--table takes no PATH, --try"),
        (("specs.csv", "--fail-on", "gan", "--columns", "margin"), "--fail-on: needs the column verdict; add it to"),
        (("specs.csv", "-o", "none/a.csv"), "none/a.csv: cannot be written: no such folder"),
        (("specs.csv", "--on-error", "report=none/a"), "none/a: cannot be written: no such folder"),
        (("other.csv",), "other.csv: has no column named after a constraint; write one such as task"),
        (("twice.csv",), "twice.csv: has the column 'task' twice; rename one"),
        (
            ("specs.csv", "--on-error", "report=specs.csv"),
            "specs.csv: is an input, and would be overwritten by --on-err",
        ),
        (
            ("specs.csv", "-o", "a.csv", "--on-error", "report=./a.csv"),
            "./a.csv is where the verdicts go; name another",
        ),
        (("empty.csv",), "empty.csv: is empty; name a column for each constraint, such as task"),
        (("semi.csv",), "semi.csv: has ';' between its columns; write commas"),
        (("near.csv",), "has no column named after a constraint; 'taks': did you mean 'task'?"),
        (("specs.csv", "--evidence", "own.yaml"), "--evidence names measurements, and --no-evidence leaves them out"),
        (("broken.jsonl",), "line 2 is not valid JSON"),
        (("broken.parquet",), "broken.parquet: "),
    ],
)
def test_what_is_refused(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    (folder / "other.csv").write_text("id\n1\n")
    (folder / "twice.csv").write_text("task,task\ninpainting,inpainting\n")
    (folder / "empty.csv").write_text("")
    (folder / "semi.csv").write_text("task;id\n")
    (folder / "near.csv").write_text("id,taks\n")
    (folder / "broken.jsonl").write_text('{"task": null}\n{\n')
    (folder / "broken.parquet").write_text("PAR1")
    refused = run("evaluate", "--no-evidence", "--table", *arguments, cwd=folder)
    assert refused.returncode == 2
    assert message in refused.stderr


@pytest.mark.parametrize("option", [("--columns", "verdict"), ("--keep", "all"), ("--on-error", "null")])
def test_what_only_a_table_has(option: tuple[str, str]) -> None:
    refused = run("evaluate", "--set", "task=texture", *option)
    assert refused.returncode == 2
    assert "--columns, --keep and --on-error are for --table" in refused.stderr


def test_names_that_are_spelt_much_like_a_constraint_are_named(folder: Path) -> None:
    (folder / "near.csv").write_text("task,latency_budget\ninpainting,5\n")
    shown = run("evaluate", "--no-evidence", "--table", "near.csv", cwd=folder)
    assert "column 'latency_budget' is not a constraint, and is only copied; did you mean 'latency_budget_ms'?" in (
        shown.stderr
    )
    (folder / "empty.csv").write_text("task\n")
    assert run("evaluate", "--no-evidence", "--table", "empty.csv", cwd=folder).returncode == 3


def test_a_reader_that_has_enough_is_no_error(folder: Path) -> None:
    (folder / "many.csv").write_text("task\n" + "inpainting\n" * 20_000)  # more than a pipe holds
    command = f"{sys.executable} -m genarch evaluate --table many.csv --no-evidence | head -1"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ('"verdict","architecture","confidence","margin"\n', "")


def test_rows_that_two_tables_decide_otherwise(folder: Path) -> None:
    rows = "id,latency_budget_ms,task\na,50,\nb,,object_removal\nc,,\n"
    (folder / "history.csv").write_text(rows)
    counted = run("rules", "diff", "article", "field", "--table", "history.csv", "--exit-code", cwd=folder)
    assert counted.returncode == 1
    assert counted.stdout.splitlines() == [
        "1 of 3 rows change from article@1.0.0 to field@2.0.0",
        "        1  undetermined -> gan",
    ]
    written = run("rules", "diff", "article", "field", "--table", "history.csv", "-o", "changed.csv", cwd=folder)
    assert (written.returncode, written.stderr.count("rows change")) == (0, 1)
    assert (folder / "changed.csv").read_text().splitlines()[1] == '"b",,"object_removal","undetermined","gan"'
    run("rules", "diff", "field", "field", "--table", "history.csv", "-o", "same.parquet", cwd=folder)
    assert parquet.read_table(folder / "same.parquet").column_names[-2:] == ["was", "now"]
    again = run("rules", "diff", "article", "field", "--table", "same.parquet", "-o", "more.csv", cwd=folder)
    assert again.stderr == "genarch: same.parquet: has a column was of its own; rename it\n"
    (folder / "near.csv").write_text("task,gpuu\ninpainting,t4\n")
    assert (
        "column 'gpuu' is not a constraint"
        in run("rules", "diff", "article", "field", "--table", "near.csv", cwd=folder).stderr
    )
    refused = run("rules", "diff", "article", "field", "specs.yaml", "--table", "history.csv", cwd=folder)
    assert "--table takes no SPEC and no --format" in refused.stderr
