"""`genarch measure`: the shipped generator by all three ways, what a report says, and what is refused."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from command_line import run
from genarch import Spec
from genarch.cli.rules import schema_of
from genarch.engine.constraints import Range
from genarch.measure.machine import Memory
from genarch.measure.running import Load, Plan, Runs, Stop
from genarch.reports.json import plain
from genarch.reports.markdown import as_markdown
from genarch.reports.measurement import Bin, Measured, as_svg, histogram, measured_page, measured_report
from genarch.reports.page import Look
from genarch.reports.text import as_text

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = ROOT / "examples/measure/thumbnails.genarch.yaml"
GENERATOR = ROOT / "examples/measure/generator.py"


def report_of(*arguments: str | Path, code: int = 0) -> dict[str, object]:
    patient = ("--set", "latency_budget_ms=60s")  # whatever else the machine does
    result = run("measure", SPEC, *patient, "--no-save", "--runs", "6", "--warmup", "1", "--format", "json", *arguments)
    said = "genarch: 6 runs are too few to tell for p95; --runs 72 or more is enough\n"
    assert (result.returncode, result.stderr) == (code, "" if "latency_percentile=p50" in arguments else said)
    report: dict[str, object] = json.loads(result.stdout)
    jsonschema.Draft7Validator(schema_of("measure")).validate(report)
    return report


def test_the_example_by_all_three_ways() -> None:
    generator = (sys.executable, GENERATOR)
    # Six runs say nothing of the 95th percentile, but that the median keeps the budget.
    assert report_of("--", *generator)["verdict"] == "open"
    looped = report_of("--set", "latency_percentile=p50", "--loop", "--body", "{n}", "--", *generator, "--loop")
    assert (looped["verdict"], looped["percentile"], looped["load"]) == ("kept", "p50", None)
    queue = looped["queue"]
    assert isinstance(queue, dict)
    assert (queue["gpus"], queue["images_per_second"]) == (1, 2)
    served = subprocess.Popen([*generator, "--serve", "0"], stderr=subprocess.PIPE, text=True)
    assert served.stderr is not None
    try:
        address = served.stderr.readline().strip()
        asked = ("--set", "latency_percentile=p50", "--set", "peak_images_per_second=40")
        loaded = report_of(*asked, "--url", address, "--body", "{n}")
        assert loaded["verdict"] == "kept"
        load = loaded["load"]
        assert isinstance(load, dict)
        assert (load["images_per_second"], load["verdict"], load["stopped"]) == (40, "kept", None)
    finally:
        served.terminate()
        served.wait()
        served.stderr.close()


def test_a_missed_budget_and_a_failure_have_exit_codes(tmp_path: Path) -> None:
    slow = run("measure", SPEC, "--no-save", "--set", "latency_budget_ms=1", "--set", "latency_percentile=p50", "--runs", "6",
               "--", "sleep", "0.01")  # fmt: skip
    assert slow.returncode == 1
    assert "Missed: 1 ms for 50 of 100 images" in slow.stdout
    broken = run(
        "measure", SPEC, "--no-save", "--runs", "6", "--warmup", "1", "--", "sh", "-c", "test {n} -lt 5 || exit 3"
    )
    assert broken.returncode == 2
    assert "image 5: exited with 3; 3 of 6 runs are kept" in broken.stdout
    assert broken.stderr.endswith("image 5: exited with 3\n")
    image = tmp_path / "times.svg"
    assert run("measure", SPEC, "--no-save", "--runs", "6", "-o", image, "--", "true").returncode == 0
    assert ET.fromstring(image.read_text()).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    "signs", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGINT] * 3, [signal.SIGTERM, signal.SIGINT, signal.SIGTERM]]
)
def test_ctrl_c_keeps_what_was_measured_and_so_does_any_other_end_that_is_asked_for(
    signs: list[signal.Signals],
) -> None:
    command = [sys.executable, "-m", "genarch", "measure", str(SPEC), "--no-save", "--warmup", "0", "--", "sh", "-c"]
    # It does not end when it is asked to, so that there is time to ask again.
    script = "test {n} -lt 4 || { trap '' TERM; echo four > /proc/$PPID/fd/2; sleep 60; sleep 60; }"
    child = subprocess.Popen([*command, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr
    assert child.stderr.readline() == "four\n"
    for sign in signs:
        child.send_signal(sign)
        time.sleep(0.2)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (130, "genarch: interrupted; what was measured is kept\n")
    assert "interrupted; 3 of 100 runs are kept" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a command after --, or a server with --url"),
        (["--url", "http://localhost:1/", "--", "true"], "--url measures a server; leave the command and --loop out"),
        (["--header", "A: b", "--", "true"], "--header needs --url"),
        (["--body", "x", "--", "true"], "--body needs --loop or --url"),
        (["--url", "ftp://localhost/"], "is not a URL"),
        (["--url", "http://localhost/", "--header", "no"], "is not a header"),
        (["--url", "http://localhost/", "--header", "A: ✓"], "is not a header"),
        (["--url", "http://localhost/", "--method", "GET", "--body", "x"], "--body is not sent with GET"),
        (["--evidence", "no/such/folder.yaml", "--", "true"], "there is no folder of that name"),
        (["--evidence", "", "--", "true"], "--evidence: is not a file name; write one"),
        (["-o", "no/such/report.md", "--", "true"], "there is no folder of that name; make it first"),
        (["--runs", "0", "--", "true"], "greater than or equal to 1"),
        (
            ["python3", "generate.py", "--steps", "3"],
            "write -- before the command to run, so that --steps is its option",
        ),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], says: str) -> None:
    result = run("measure", SPEC, *arguments, COLUMNS="200")
    assert result.returncode == 2
    assert says in result.stderr


def reported(
    times: tuple[float, ...], load: Load | None = None, stop: Stop | None = None, **stated: object
) -> Measured:
    answers: dict[str, Any] = {"latency_budget_ms": 50, "latency_percentile": "p50", **stated}
    runs = Runs("url", "http://localhost/", None, 80.0, (60.0,), times, stop)
    spec = Spec("here", {name: value for name, value in answers.items() if value is not None})
    return measured_report(
        spec,
        "2026-11-29",
        Plan(len(times)),
        runs,
        load=load,
        memory=Memory(1.5, 7.25, 0.5),
        machine=None,
        hardware=None,
    )


def test_the_histogram_has_the_budget_as_an_edge() -> None:
    # From 41 to 60 ms there are 12 bins of 1.6, so of 2 ms: one begins at 50. What is beyond 4 medians is together.
    bins = histogram([41, 45, 49.9, 50, 50.1, 60], 50)
    assert bins[0] == Bin(40, 42, 1)
    assert [one for one in bins if one.low_ms == 50] == [Bin(50, 52, 2)]
    assert sum(one.images for one in bins) == 6
    assert histogram([10, 10, 10, 500], 15)[-1] == Bin(40, None, 1)
    assert histogram([], 50) == ()
    assert sum(one.images for one in histogram([3.0] * 5, None)) == 5


def test_a_report_says_the_verdict_and_what_it_rests_on() -> None:
    load = Load(20, 19.5, (45.0,) * 8 + (70.0,), None)
    report = reported(
        (40.0, 41.0, 42.0, 43.0, 44.0, 45.0, 46.0, 48.0, 90.0), load, queueing=True, peak_images_per_second=20
    )
    text = as_text(measured_page(report), Look(200))
    assert text.startswith("here\nKept: 50 ms for 50 of 100 images, including the wait for a GPU\n")
    assert "Peak    19.5 of 20 images a second answered; kept\n" in text
    assert "Memory  at most 1.5 GB in processes; 7.25 GB on the GPU, of which 0.5 GB was in use before\n" in text
    # 44 ms an image leave 6 ms to wait: at 20 a second, two GPUs are busy for 44 % each.
    assert report.queue
    assert report.queue.gpus == 2
    assert "  p50  44 ms  41 ms to 48 ms\n" in text
    assert text.index("budget  50 ms ----") > text.index("to 50 ms")
    assert "**Times of 9 images**" in as_markdown(measured_page(report))
    assert "budget 50 ms" in as_svg(report)


@pytest.mark.parametrize(
    ("times", "stated", "verdict", "words"),
    [
        ((60.0,) * 6, {}, "missed", "Missed: 50 ms for 50 of 100 images"),
        ((40.0,) * 5, {}, "open", "Not enough runs to tell whether it keeps 50 ms for 50 of 100 images; p50 needs at least 6"),
        ((40.0,) * 5 + (60.0,) * 5, {}, "open", "images; more runs would narrow it"),
        ((40.0,) * 6, {"latency_budget_ms": None}, None, "Measured: no latency budget is stated"),
        ((), {}, None, "Nothing was measured"),
        ((60.0,) * 6, {"latency_budget_ms": Range(above=50)}, "open", "range: 60 ms for 50 of 100 images, and more than 50 ms is"),
        # No GPU makes 45 ms of an image shorter, so that nobody may wait.
        ((45.0,) * 6, {"queueing": True}, "kept", "no peak_images_per_second is stated"),
        ((45.0,) * 6, {"queueing": True, "peak_images_per_second": 10**7}, "missed", "keeps the budget at the peak"),
        # Five runs say nothing of the median, and half of ten on either side no more; with a queue neither.
        ((60.0,) * 5, {"queueing": True, "peak_images_per_second": 1}, "open", "p50 needs at least 6"),
        ((40.0,) * 4 + (60.0,) * 6, {"queueing": True, "peak_images_per_second": 1}, "open", "more runs would narrow it"),
    ],
)  # fmt: skip
def test_verdicts_in_words(times: tuple[float, ...], stated: dict[str, Any], verdict: str | None, words: str) -> None:
    report = reported(times, **stated)
    assert report.verdict == verdict
    text = as_text(measured_page(report), Look(200))
    assert words in text
    assert "inf" not in text
    jsonschema.Draft7Validator(schema_of("measure")).validate(plain(report))


OWN = """\
version: 1
id: poster
constraints:
  task: text_to_image
  conditioning: [text]
  serving: near_realtime
  latency_budget_ms: 900ms
  gpu: l4
  resolution_px: 512
  peak_images_per_second: 1
decision: hybrid
model: sd-turbo
"""


def test_what_was_measured_counts_from_then_on(tmp_path: Path) -> None:
    spec, file = tmp_path / "poster.genarch.yaml", tmp_path / "genarch-evidence.yaml"
    spec.write_text(OWN)
    command = ("measure", spec.name, "--runs", "90", "--warmup", "0")
    assert "Saved" not in run(*command, "--no-save", "--", "true", cwd=tmp_path).stdout
    assert not file.exists()
    # No card is found here, so that it is of the processor, unless it is said otherwise.
    here = run(*command, "--", "true", cwd=tmp_path)
    assert "Measured on cpu-" in here.stdout
    file.unlink()
    quick = run(*command, "--gpu", "L4", "--", "sleep", "0.004", cwd=tmp_path)
    assert (quick.returncode, "genarch-evidence.yaml, as your own evidence" in quick.stdout) == (0, True)
    shown = " ".join(run("evaluate", spec.name, "--full", cwd=tmp_path).stdout.split())
    assert "(your own, p95 of 90 runs, 20" in shown
    report = json.loads(run("evaluate", spec.name, "--format", "json", cwd=tmp_path).stdout)[0]
    assert report["start_with"][0]["row"]["here"]["runs"] == 90
    jsonschema.Draft7Validator(schema_of("report")).validate(report)
    assert "(your own" not in run("evaluate", spec.name, "--full", "--no-evidence", cwd=tmp_path).stdout
    smaller = " ".join(run("evaluate", spec.name, "--full", "--set", "resolution_px=384", cwd=tmp_path).stdout.split())
    assert "by your own poster-20" in smaller
    assert "(your own, p95 of 90 runs" in " ".join(run("cost", spec.name, cwd=tmp_path).stdout.split())
    (tmp_path / "sub").mkdir()
    asked = run("ask", "--answers", "../poster.genarch.yaml", "--yes", "--full", cwd=tmp_path / "sub")
    assert "(your own, p95" in " ".join(asked.stdout.split())
    named = run("evaluate", "../poster.genarch.yaml", "--evidence", "../genarch-evidence.yaml", cwd=tmp_path / "sub")
    assert "(your own" in " ".join(named.stdout.split())
    assert run("evaluate", spec.name, "--evidence", "gone.yaml", cwd=tmp_path).returncode == 2


def test_a_spec_names_a_model_of_its_own_before_and_after_it_is_measured(tmp_path: Path) -> None:
    spec = tmp_path / "poster.genarch.yaml"
    spec.write_text(OWN.replace("sd-turbo", "own-net"))
    measure = ("measure", spec.name, "--runs", "80", "--gpu", "l4", "--", "sleep", "0.004")
    before = run("evaluate", spec.name, cwd=tmp_path)
    assert (before.returncode, "model 'own-net' is not in your own evidence, so it is not judged" in before.stderr) == (
        0,
        True,
    )
    assert "add it with genarch measure" in " ".join(run("check", cwd=tmp_path).stdout.split())
    # A family is no architecture, which is said before anything is measured.
    several = run(*measure, cwd=tmp_path)
    assert "Not saved: name one of few_step, gan_enhanced" in several.stderr
    spec.write_text(spec.read_text().replace("decision: hybrid", "decision: few_step"))
    sized = run(*measure[:2], "--set", "resolution_px=256..512", *measure[2:-1], "0", cwd=tmp_path)
    assert "Saved without a size" in sized.stderr
    assert "as your own evidence" in run(*measure, cwd=tmp_path).stdout
    after = run("evaluate", spec.name, "--model", "own-net", cwd=tmp_path)
    assert (after.returncode, after.stderr, "poster (own) fits" in after.stdout) == (0, "", True)
    assert "model-unsuited" not in run("check", cwd=tmp_path).stdout
    file = tmp_path / "genarch-evidence.yaml"
    file.write_text(re.sub(r"(name: p95.*?), high_ms: [0-9.]+", r"\1", file.read_text()))
    few = run("evaluate", spec.name, "--model", "own-net", "--full", cwd=tmp_path)
    assert "measured here, but 80 runs are too few to tell of p95; measure again" in " ".join(few.stdout.split())


def test_a_report_that_cannot_be_written_is_shown(tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    result = run("measure", SPEC, "--no-save", "--runs", "3", "-o", "report.md", "--", "true", cwd=tmp_path)
    assert (result.returncode, "Times of 3 images" in result.stdout) == (2, True)
    assert "report.md: " in result.stderr


def test_another_decision_is_measured_as_another_model(tmp_path: Path) -> None:
    spec, file = tmp_path / "poster.genarch.yaml", tmp_path / "genarch-evidence.yaml"
    measure = ("measure", spec.name, "--runs", "72", "--warmup", "0", "--gpu", "l4", "--", "true")
    for decision, model in (
        ("few_step", "own-poster"),
        ("diffusion", "own-poster-diffusion"),
        ("few_step", "own-poster"),
    ):
        spec.write_text(OWN.replace("decision: hybrid\nmodel: sd-turbo", f"decision: {decision}"))
        if file.exists():
            found = run("check", "--format", "concise", cwd=tmp_path).stdout
            assert ("measurement-stale" in found) == (decision == "diffusion")
        assert "as your own evidence" in run(*measure, cwd=tmp_path).stdout
        assert f"model: {model}\n" in file.read_text().rpartition("- id: poster-20")[2]
        assert "measurement-stale" not in run("check", "--format", "concise", cwd=tmp_path).stdout
    assert file.read_text().count("architecture: ") == 2


def test_a_measurement_that_is_stale_or_misses_the_budget_is_found(tmp_path: Path) -> None:
    spec, file = tmp_path / "poster.genarch.yaml", tmp_path / "genarch-evidence.yaml"
    spec.write_text(OWN)
    run("measure", spec.name, "--runs", "90", "--gpu", "l4", "--", "sleep", "0.004", cwd=tmp_path)
    measured_on = next(line for line in file.read_text().splitlines() if "date:" in line).split()[1]

    def found(*arguments: str, name: str = "measurement") -> list[str]:
        result = run("check", "--format", "concise", *arguments, cwd=tmp_path)
        return [line for line in result.stdout.splitlines() if name in line]

    assert found("--today", measured_on) == []
    report = json.loads(run("check", "--format", "json", "--today", measured_on, cwd=tmp_path).stdout)
    assert report["measurements"] == ["genarch-evidence.yaml"]
    jsonschema.Draft7Validator(schema_of("check")).validate(report)
    (stale,) = found("--today", "2099-01-01")
    assert ":3:1: warning: " in stale
    assert "was measured for this spec before 2098-01-01" in stale
    spec.write_text(OWN.replace("900ms", "1ms"))
    (missed,) = found("--today", measured_on)
    assert ":7:3: error: measured, 95 of 100 images take up to" in missed
    spec.write_text(OWN.replace("512", "1024").replace("gpu: l4", "gpu: t4").replace("sd-turbo", "sdxl-turbo"))
    (other,) = found("--today", measured_on)
    assert "of sd-turbo, but the decision is for sdxl-turbo; on l4, but the spec states t4; at 512 px" in other
    spec.write_text(OWN.replace("decision: hybrid", "decision: diffusion").replace("model: sd-turbo\n", ""))
    assert "of sd-turbo, which is few_step, but the decision is diffusion" in found("--today", measured_on)[0]
    spec.write_text(OWN.replace("model: sd-turbo\n", "").replace("  serving", "  latency_percentile: p50\n  serving"))
    (other,) = found("--today", measured_on)
    assert (
        "was measured for this spec at p95, but the budget is for p50. Measure again with 'genarch measure poster.gen"
        in other
    )
    spec.write_text(OWN.replace("900ms", "1ms"))
    run("measure", spec.name, "--runs", "1", "--warmup", "0", "--gpu", "l4", "--", "true", cwd=tmp_path)
    (missed,) = found("--today", measured_on)  # a single run takes nothing back
    assert "95 of 100 images take up to" in missed
    spec.write_text(OWN.replace("512", "1024").replace("gpu: l4", "device: mobile"))
    assert "on l4, but the spec states mobile" in found("--today", measured_on)[0]
    assert found("--no-evidence") == []
    (tmp_path / "genarch.toml").write_text('measurements = ["kept/own.yaml"]\nmeasurement_days = 30\n')
    (tmp_path / "kept").mkdir()
    file.rename(tmp_path / "kept/own.yaml")
    spec.write_text(OWN)
    assert found("--today", measured_on) == []
    assert len(found("--today", "2099-01-01")) == 1
    file.write_text("format: 2\n")
    (wrong,) = found("--today", measured_on, name="unreadable")
    assert wrong.startswith("genarch-evidence.yaml:1:9: error: format: '2' is not a format version")
