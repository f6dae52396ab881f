"""`genarch evaluate` as people and scripts call it: streams, files, exit codes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from command_line import run
from genarch import Evaluation, RuleTable, Spec, evaluate
from genarch.files.bundled import load_catalogue
from genarch.reports import reporting

GENARCH = (sys.executable, "-m", "genarch")

SPEC = "version: 1\nconstraints:\n  domain: narrow\n"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    (tmp_path / "a.genarch.yaml").write_text(SPEC)
    (tmp_path / "b.genarch.yaml").write_text("version: 1\nconstraints:\n  domian: narrow\n")
    (tmp_path / "c").mkdir()
    (tmp_path / "c/genarch.yaml").write_text("version: 1\nconstraints:\n  task: text_to_image\n")
    return tmp_path


def test_one_spec_as_text(specs: Path) -> None:
    result = run("evaluate", specs / "a.genarch.yaml")
    assert result.returncode == 0
    assert re.match(r"a\nGAN \(lean: right in \d+ of \d+ left-out cases\)\n", result.stdout)
    assert result.stderr == ""
    assert "\x1b" not in result.stdout


def test_one_bad_file_among_many_is_told_in_place_and_the_others_are_evaluated(specs: Path) -> None:
    result = run("evaluate", ".", "--format", "jsonl", cwd=specs)
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 2
    assert [report.get("verdict") for report in reports] == ["gan", None, "evaluate_both"]
    assert reports[1]["error"] == {
        "path": "./b.genarch.yaml",
        "line": 3,
        "column": 3,
        "field": "constraints",
        "message": "'domian' is not a key here; did you mean 'domain'?",
    }
    assert result.stderr.splitlines() == [
        "genarch: ./b.genarch.yaml:3:3: constraints: 'domian' is not a key here; did you mean 'domain'?",
        "genarch: 1 of 3 specs could not be evaluated",
    ]


def test_json_is_one_list(specs: Path) -> None:
    assert len(json.loads(run("evaluate", specs, "--format", "json").stdout)) == 3
    assert len(json.loads(run("evaluate", specs / "a.genarch.yaml", "--format", "json").stdout)) == 1


def test_several_specs_are_a_table_and_in_full_end_with_it(specs: Path) -> None:
    short = run("evaluate", specs / "a.genarch.yaml", specs / "c").stdout.splitlines()
    assert [line.split()[:3] for line in short[:3]] == [
        ["Spec", "Verdict", "Start"],
        ["a", "GAN,", "lean"],
        ["genarch", "evaluate", "both"],
    ]
    full = run("evaluate", "--full", specs / "a.genarch.yaml", specs / "c").stdout.splitlines()
    assert sum(line == "Ranking" for line in full) == 2
    table = short[:-1]  # then the hint
    assert full[-len(table) :] == table


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["a.genarch.yaml"], 0),
        (["a.genarch.yaml", "--fail-on", "diffusion,infeasible"], 0),
        (["a.genarch.yaml", "--fail-on", "gan"], 1),
        (["a.genarch.yaml", "b.genarch.yaml", "--fail-on", "gan"], 2),
        (["b.genarch.yaml"], 2),
        (["missing.yaml"], 2),
        (["a.genarch.yaml", "--fail-on", "gann"], 2),
        (["a.genarch.yaml", "--rules", "artcle"], 2),
        (["a.genarch.yaml", "--set", "domain"], 2),
        (["a.genarch.yaml", "--format", "xml"], 2),
        (["a.genarch.yaml", "--colour"], 2),
        ([], 2),
        (["empty"], 3),
    ],
)
def test_exit_codes(arguments: list[str], code: int, specs: Path) -> None:
    (specs / "empty").mkdir()
    result = run("evaluate", *arguments, cwd=specs)
    assert result.returncode == code
    assert "Traceback" not in result.stdout + result.stderr
    assert bool(result.stderr) is (code in (2, 3))


def test_usage_errors_say_what_to_write(specs: Path) -> None:
    told = run("evaluate", "a.genarch.yaml", "--fail-on", "gann", cwd=specs).stderr
    assert told == "genarch: --fail-on: 'gann' is not a verdict; did you mean 'gan'?\n"
    told = run("evaluate", "a.genarch.yaml", "--fail-on", "x", cwd=specs).stderr
    assert told.startswith("genarch: --fail-on: 'x' is not a verdict; write any of: gan, diffusion")
    told = run("evaluate", "a.genarch.yaml", "--fail-on", ",", cwd=specs).stderr
    assert told.startswith("genarch: --fail-on: has no verdict")
    told = run("evaluate", "empty", cwd=(specs / "c"), stdin="").stderr
    assert told == "genarch: empty: no such file\n"
    (specs / "empty").mkdir()
    told = run("evaluate", "empty", cwd=specs).stderr
    assert told == "genarch: nothing to evaluate: no *.genarch.yaml or genarch.yaml in empty\n"


def test_a_document_with_one_spec_is_a_spec(tmp_path: Path) -> None:
    block = (
        "```yaml genarch\nversion: 1\nid: {}\nconstraints: {{task: text_to_image, gpu: t4, resolution_px: 512}}\n```\n"
    )
    page = tmp_path / "adr.md"
    page.write_text(f"# 1. Images\n\n{block.format('posters')}")
    plain = tmp_path / "poster.genarch.yaml"
    plain.write_text(page.read_text().split("genarch\n")[1].removesuffix("```\n"))
    for command in (["evaluate", "--full"], ["cost"], ["precedents"], ["evaluate", "--try", "gpu=l4"]):
        of_page, of_spec = (run(command[0], path, *command[1:]) for path in (page, plain))
        words, same = (
            "".join(result.stdout.split()).replace(str(path), "")
            for result, path in ((of_page, page), (of_spec, plain))
        )
        assert (of_page.returncode, words) == (0, same)
    asked, spec = run("ask", "--yes", "--answers", page, "--save", tmp_path / "saved.yaml"), tmp_path / "saved.yaml"
    assert (asked.returncode, "task: text_to_image" in spec.read_text()) == (0, True)
    assert run("ask", "--yes", "--answers", page, "--save", page).returncode == 2
    for text, says in (
        ("# Nothing\n", "adr.md: has no block '```yaml genarch'; add one, or name a spec file"),
        (
            block.format("a") + block.format("b"),
            "adr.md: states several specs (a, b); put the one that is meant into",
        ),
        (
            block.format("a").replace("to_image", "to_img"),
            "adr.md:4:21: constraints.task: 'text_to_img' is not a choice here",
        ),
    ):
        page.write_text(text)
        result = run("evaluate", page)
        assert (result.returncode, says in result.stderr) == (2, True), result.stderr


def test_standard_input() -> None:
    result = run("evaluate", "-", "--format", "jsonl", stdin=SPEC)
    assert json.loads(result.stdout)["spec"] == {
        "id": "stdin",
        "title": "",
        "source": {"path": "<stdin>", "line": 1},
        "constraints": {"domain": "narrow"},
    }
    result = run("evaluate", "-", stdin="version: 1\nx: 1\n")
    assert result.returncode == 2
    assert "<stdin>:2:1: 'x' is not a key here" in result.stderr


def test_set_states_overrides_and_takes_away(specs: Path) -> None:
    def constraints(*arguments: str | Path) -> object:
        return json.loads(run("evaluate", *arguments, "--format", "jsonl").stdout)["spec"]["constraints"]

    path = specs / "a.genarch.yaml"
    assert constraints(path, "--set", "domain=broad", "--set", "conditioning=text,mask") == {
        "conditioning": ["text", "mask"],
        "domain": "broad",
    }
    assert constraints(path, "--set", "domain=unknown") == {}
    assert constraints("--set", "latency_budget_ms=30fps") == {"latency_budget_ms": 1000 / 30}


def test_set_alone_is_a_spec_of_its_own() -> None:
    report = json.loads(run("evaluate", "--set", "domain=narrow", "--format", "jsonl").stdout)
    assert report["verdict"] == "gan"
    assert report["spec"]["id"] == "command-line"


def test_a_report_can_go_to_a_file(specs: Path) -> None:
    result = run("evaluate", "a.genarch.yaml", "--format", "json", "-o", "out.json", cwd=specs)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert json.loads((specs / "out.json").read_text())[0]["verdict"] == "gan"
    assert sorted(os.listdir(specs)) == ["a.genarch.yaml", "b.genarch.yaml", "c", "out.json"]


def test_the_end_of_a_name_is_the_format_unless_one_is_stated(specs: Path) -> None:
    begins = {
        "out.json": "[",
        "out.jsonl": "{",
        "out.md": "### `a`",
        "out.html": "<!doctype html>",
        "out.log": "a\n",
        "out": "a\n",
    }
    for name, begin in begins.items():
        assert run("evaluate", "a.genarch.yaml", "-o", name, cwd=specs).returncode == 0
        assert (specs / name).read_text().startswith(begin)
    stated = run("evaluate", "a.genarch.yaml", "--format", "text", "-o", "out.html", cwd=specs)
    assert (stated.returncode, (specs / "out.html").read_text()[:2]) == (0, "a\n")
    lacking = run("evaluate", "a.genarch.yaml", "-o", "out.svg", cwd=specs)
    assert (lacking.returncode, (specs / "out.svg").exists()) == (2, False)
    assert "out.svg: no format ends in .svg; write --format, or one of: txt, md, json, jsonl, html" in lacking.stderr


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("a.genarch.yaml", "is an input, and would be overwritten by -o"),
        ("no/such/folder.json", "cannot be written: no such folder"),
        ("c", "is a folder; name a file to write"),
    ],
)
def test_a_report_that_cannot_be_written_leaves_everything_as_it_was(output: str, message: str, specs: Path) -> None:
    result = run("evaluate", ".", "-o", output, cwd=specs)
    assert result.returncode == 2
    assert message in result.stderr
    assert (specs / "a.genarch.yaml").read_text() == SPEC
    assert sorted(os.listdir(specs)) == ["a.genarch.yaml", "b.genarch.yaml", "c"]


def test_a_full_disk_is_said() -> None:
    result = run("evaluate", "--set", "domain=narrow", "-o", "/dev/full")
    assert result.returncode == 2
    assert "genarch: /dev/full: " in result.stderr
    with open("/dev/full", "w") as full:
        code = subprocess.run(
            [*GENARCH, "evaluate", "--set", "domain=narrow"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert code.returncode == 2
    assert "No space left on device" in code.stderr
    assert "Traceback" not in code.stderr


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "markdown"])
def test_a_closed_pipe_is_quiet(format_: str, root: Path) -> None:
    result = subprocess.run(
        f"{sys.executable} -m genarch evaluate examples/specs --format {format_} | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert result.returncode == 0
    assert len(result.stdout) == 1
    assert result.stderr == ""


def test_an_interrupt_is_130_and_quiet() -> None:
    code = (
        "import sys, genarch.cli.evaluate as e\n"
        "def stop(*a, **k): raise KeyboardInterrupt\n"
        "e.load_rules = stop\n"
        "sys.argv[1:] = ['evaluate', '-']\n"
        "from genarch.__main__ import main; main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "genarch: interrupted\n")


def test_a_bug_in_one_spec_is_4_and_costs_no_other_its_verdict(specs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(spec: Spec, rules: RuleTable) -> Evaluation:
        if spec.id == "a":
            raise RuntimeError("boom")
        return evaluate(spec, rules)

    monkeypatch.setattr(reporting, "evaluate", fails)
    result = run("evaluate", "a.genarch.yaml", "c", "--format", "jsonl", cwd=specs)
    assert result.returncode == 4
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert "internal error" in reports[0]["error"]["message"]
    assert reports[1]["verdict"] == "evaluate_both"
    assert "boom" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("flag", ["--explore", "--no-explore"])
def test_scripted_calls_import_nothing_heavy(flag: str, root: Path) -> None:
    arguments = ["evaluate", "examples/specs/live-face-filter.genarch.yaml", "--format", "json", flag]
    load_catalogue()  # after a change of the code, the first to read it keeps it for the others
    code = (
        "import sys\n"
        f"sys.argv[1:] = {arguments}\n"
        "from genarch.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = 'pydantic', 'rich', 'click', 'genarch.engine.explore', 'numpy', 'pyarrow'\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert result.stderr == ("['genarch.engine.explore']\n" if flag == "--explore" else "[]\n")


EXPLORED = {"settled", "possible", "left_out", "next_question", "flips", "binding", "relax", "stability"}


def test_exploration_is_told_unless_left_out(specs: Path) -> None:
    (specs / "a.genarch.yaml").write_text("version: 1\nconstraints: {task: text_to_image, latency_budget_ms: 2s}\n")
    told = json.loads(run("evaluate", "a.genarch.yaml", "--format", "json", cwd=specs).stdout)[0]
    silent = json.loads(run("evaluate", "a.genarch.yaml", "--format", "json", "--no-explore", cwd=specs).stdout)[0]
    assert told.keys() - silent.keys() == EXPLORED
    steps = silent.pop("next_steps")
    assert told["next_steps"][-len(steps) :] == steps  # what to ask first stands before them
    assert {key: told[key] for key in silent} == silent
    for style in ("text", "markdown"):
        page = ["evaluate", "a.genarch.yaml", "--full", "--format", style]
        assert "Decided by" in run(*page, cwd=specs).stdout
        assert "Decided by" not in run(*page, "--no-explore", cwd=specs).stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_standard_output_will_do(encoding: str, specs: Path) -> None:
    (specs / "a.genarch.yaml").write_text("version: 1\ntitle: Größe 一\nconstraints: {domain: narrow}\n")
    for format_ in ("text", "markdown", "json", "jsonl"):
        result = subprocess.run(
            [*GENARCH, "evaluate", "a.genarch.yaml", "b.genarch.yaml", "--format", format_],
            capture_output=True,
            cwd=specs,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
            check=False,
        )
        assert result.returncode == 2
        assert b"internal" not in result.stderr
        assert b"domian" in result.stderr


def test_columns_set_the_width(specs: Path) -> None:
    for columns in (20, 40, 140):
        result = run("evaluate", "--full", "a.genarch.yaml", cwd=specs, COLUMNS=str(columns))
        widest = max(map(len, result.stdout.splitlines()))
        assert columns - 20 < widest <= columns


def test_colour_only_on_request_in_a_pipe(specs: Path) -> None:
    path = specs / "a.genarch.yaml"
    assert "\x1b[" in run("evaluate", path, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("evaluate", path, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in run("evaluate", path, FORCE_COLOR="1", TERM="dumb").stdout
    assert "\x1b[" not in run("evaluate", path).stdout


def test_a_table_by_path(specs: Path) -> None:
    table = specs / "mine.yaml"
    table.write_text(
        "format: 1\nid: mine\nversion: 0.1.0\ntitle: Mine\nextends: article\nfacts: [{id: T1, text: t}]\n"
        "source: {title: t, facts: [T1], section: s, grade: measured}\n"
        "disable: [{id: narrow-domain-favours-gan, reason: a test}]\n"
    )
    report = json.loads(run("evaluate", specs / "a.genarch.yaml", "--rules", table, "--format", "jsonl").stdout)
    assert report["verdict"] == "undetermined"
    assert report["rules"]["id"] == "mine"


# What callers do to the streams and the files around a run


def shell(command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.replace("genarch ", f"{sys.executable} -m genarch "),
        shell=True,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("genarch evaluate - <&-", "<stdin>: is closed"),
        ("genarch evaluate - 0>sink", "<stdin>: "),
        ("genarch evaluate a.genarch.yaml >&-", "genarch: standard output: is closed"),
        ("genarch rules list >&-", "genarch: standard output: is closed"),
        ("genarch explain gan >&-", "genarch: standard output: is closed"),
        ("genarch --help >/dev/full", "No space left on device"),
        ("genarch evaluate a.genarch.yaml -o ''", "genarch: -o: is not a file name"),
        ("genarch evaluate --set task=", "genarch: --set: task: has no value; write task=unknown to remove it"),
        ("genarch evaluate --set task=inpainting --set task=restoration", "genarch: --set: task: is stated twice"),
        ("genarch evaluate --set conditioning=text,text", "'text' is a duplicate"),
        ("genarch evaluate --set conditioning=[text", "'[text' is not a member here"),
        ("genarch evaluate --set latency_budget_ms=e5", "'e5' is not a plain decimal number"),
    ],
)
def test_odd_calls_are_refused_and_never_bugs(command: str, told: str, specs: Path) -> None:
    streams = {"<", ">"} & set(command)  # what a shell does with them
    result = shell(command, specs) if streams else run(*shlex.split(command)[1:], cwd=specs)
    assert result.returncode == 2
    assert told in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert "internal" not in result.stderr


def test_a_closed_standard_error_puts_nothing_into_the_report(specs: Path) -> None:
    result = shell("genarch evaluate . --format jsonl 2>&-", specs)
    assert result.returncode == 2
    assert len([json.loads(line) for line in result.stdout.splitlines()]) == 3


def test_a_report_to_a_file_needs_no_standard_output(specs: Path) -> None:
    assert shell("genarch evaluate a.genarch.yaml -o out.txt >&-", specs).returncode == 0
    assert (specs / "out.txt").read_text().startswith("a\nGAN")


def test_a_dash_for_o_is_standard_output(specs: Path) -> None:
    assert shell("genarch evaluate a.genarch.yaml -o -", specs).stdout.startswith("a\nGAN")
    assert not (specs / "-").exists()


@pytest.mark.parametrize(("arguments", "code"), [("b.genarch.yaml", 2), ("a.genarch.yaml --fail-on gan", 1)])
def test_a_closed_pipe_keeps_the_code_of_what_was_evaluated(arguments: str, code: int, specs: Path) -> None:
    script = (
        f"(sleep 0.2; genarch evaluate {arguments}; echo $? >code) | true; while [ ! -s code ]; do sleep 0.05; done"
    )
    shell(script, specs, PYTHONUNBUFFERED="1")
    assert (specs / "code").read_text() == f"{code}\n"


def test_nothing_to_evaluate_leaves_the_output_as_it_was(specs: Path) -> None:
    (specs / "empty").mkdir()
    (specs / "out.json").write_text("precious")
    assert run("evaluate", "empty", "-o", "out.json", cwd=specs).returncode == 3
    assert (specs / "out.json").read_text() == "precious"


def test_the_rule_table_in_use_is_not_overwritten(specs: Path) -> None:
    header = "format: 1\nversion: 0.1.0\ntitle: t\nsource: {title: t, facts: [T1], section: s, grade: measured}\n"
    (specs / "base.yaml").write_text(f"id: base\nextends: article\nfacts: [{{id: T1, text: t}}]\n{header}")
    (specs / "mine.yaml").write_text(f"id: mine\nextends: base.yaml\n{header}")
    for name in ("mine.yaml", "base.yaml"):
        before = (specs / name).read_text()
        result = run("evaluate", "a.genarch.yaml", "--rules", "mine.yaml", "-o", name, cwd=specs)
        assert result.returncode == 2
        assert "is the rule table in use" in result.stderr
        assert (specs / name).read_text() == before


def test_a_replaced_report_keeps_its_permissions(specs: Path) -> None:
    out = specs / "out.txt"
    out.write_text("before")
    out.chmod(0o600)
    assert run("evaluate", "a.genarch.yaml", "-o", "out.txt", cwd=specs).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600


def test_what_is_named_in_a_folder_also_named_is_not_lost(specs: Path) -> None:
    (specs / "c/notes.yaml").write_text("nonsense: 1\n")
    named = ("c", "c/missing.genarch.yaml", "c/notes.yaml", "c/genarch.yaml")
    result = run("evaluate", *named, "--format", "jsonl", cwd=specs)
    assert result.returncode == 2
    paths = [json.loads(line)["spec"]["source"]["path"] for line in result.stdout.splitlines()]
    assert paths == ["c/genarch.yaml", "c/missing.genarch.yaml", "c/notes.yaml"]


def test_a_folder_that_cannot_be_read_is_told_in_its_place(specs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: str) -> Iterable[os.DirEntry[str]]:
        if os.path.basename(path) == "c":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = run("evaluate", ".", "--format", "json", cwd=specs)
    assert result.returncode == 2
    reports = json.loads(result.stdout)
    assert [report.get("verdict") for report in reports] == ["gan", None, None]
    assert reports[2]["error"]["message"] == "permission denied"


def test_a_deep_tree_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    monkeypatch.chdir(tmp_path)
    result = run("evaluate", ".", cwd=tmp_path)
    subprocess.run(["rm", "-r", "d"], cwd=tmp_path, check=True)  # what clears temporary folders would recurse
    assert result.returncode in (2, 3)
    assert "internal" not in result.stderr


def test_a_file_name_that_is_not_utf_8_makes_valid_json(specs: Path) -> None:
    name = os.fsdecode(b"x\xff.yaml")
    (specs / name).write_text("version: 1\n")
    result = run("evaluate", name, "--format", "jsonl", cwd=specs)
    assert json.loads(result.stdout)["spec"]["source"]["path"] == "x\\xff.yaml"


PORTRAIT = """version: 1
constraints:
  task: portrait_animation
  conditioning: [reference_image, pose]
  domain: narrow
  latency_budget_ms: 30fps
  gpu: rtx-4090
  resolution_px: 512
"""


def test_models_to_start_with_in_every_format(specs: Path) -> None:
    (specs / "a.genarch.yaml").write_text(PORTRAIT)
    report = json.loads(run("evaluate", "a.genarch.yaml", "--format", "json", cwd=specs).stdout)[0]
    assert [entry["model"] for entry in report["start_with"]] == ["liveportrait"]
    assert report["start_with"][0]["time"]["grade"] == "measured"
    assert all(set(step) == {"id", "title", "step", "command", "source"} for step in report["next_steps"])
    for style in ("text", "markdown"):
        page = run("evaluate", "a.genarch.yaml", "--full", "--format", style, cwd=specs).stdout
        assert "Measured: 14.8 ms: LivePortrait" in page
        assert "Try first" in page
        assert "14.8 ms measured" in run("evaluate", "a.genarch.yaml", "--format", style, cwd=specs).stdout
    assert (
        json.loads(run("evaluate", "a.genarch.yaml", "--format", "json", "--no-evidence", cwd=specs).stdout)[0][
            "start_with"
        ]
        == []
    )


def test_why_not_a_model(specs: Path) -> None:
    (specs / "a.genarch.yaml").write_text(PORTRAIT)
    asked = ["evaluate", "a.genarch.yaml", "--model", "pix2pix-turbo"]
    ran = run(*asked, cwd=specs)
    assert "pix2pix-turbo / CycleGAN-turbo does not fit" in ran.stdout
    assert "fails task: nothing shows it on portrait_animation" in " ".join(ran.stdout.split())
    unknown = run("evaluate", "a.genarch.yaml", "--model", "stylegan3-t", "--set", "gpu=ascend-910b", cwd=specs).stdout
    assert "budget not shown: its time on this hardware is neither measured nor" in " ".join(unknown.split())
    page = run(*asked, "--full", "--format", "markdown", cwd=specs).stdout
    assert "**Why not pix2pix-turbo / CycleGAN-turbo**" in page
    (specs / "b.genarch.yaml").write_text(PORTRAIT + "model: liveportrait\n")
    report = json.loads(run("evaluate", "b.genarch.yaml", "--format", "json", cwd=specs).stdout)[0]
    assert (report["model"]["model"], report["model"]["fits"], report["model"]["recommended"]) == (
        "liveportrait",
        True,
        True,
    )
    assert {test["test"]: test["outcome"] for test in report["model"]["tests"]}["budget"] == "passes"


def test_a_model_that_is_not_there_is_refused_with_the_nearest_name(specs: Path) -> None:
    ran = run("evaluate", "--set", "task=restoration", "--model", "liveportait", cwd=specs)
    assert ran.returncode == 2
    assert "did you mean 'liveportrait'?" in ran.stderr
    assert run("evaluate", "--set", "task=restoration", "--model", "sdxl", "--no-evidence", cwd=specs).returncode == 2
