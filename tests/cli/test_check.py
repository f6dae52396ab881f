"""`genarch check` and `genarch waivers` as people and CI call them: options, exit codes, hostile input."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote, unquote

import jsonschema
import pytest
from lxml import etree
from markdown_it import MarkdownIt
from typer.testing import CliRunner, Result

import command_line
from genarch import load_rules
from genarch.cli import checking
from genarch.cli.app import app
from genarch.cli.check_settings import Settings
from genarch.documents.discovery import ListedFile
from genarch.documents.judge import judge
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.reports.finding_formats import FORMATS, LONGEST_TEXT, MOST_RESULTS, View
from genarch.reports.findings import CheckCounts, CheckReport, FindingCounts, ReportedFinding
from genarch.reports.page import Look

ARTICLE = ["--rules", "article"]
"""What is said here of verdicts is by the article's table, whichever is the default."""
SETTLED = "constraints: {latency_budget_ms: 33, conditioning: [], maturity: proven}"
GOOD = f"# A\n\n```yaml genarch\nversion: 1\n{SETTLED}\ndecision: gan\n```\n"
BAD = GOOD.replace("decision: gan", "decision: diffusion")
SARIF = json.loads((Path(__file__).resolve().parent.parent / "data/sarif-2.1.0.json").read_text())


JUDGED = "Judged by article@1.0.0, no settings, no baseline.\n"


def check(*arguments: str, stdin: str | bytes = "", **env: str) -> Result:
    options = [] if "--config" in arguments or "--no-config" in arguments else ["--no-config"]
    options += [] if "--rules" in arguments else ARTICLE
    command = ["check", *options, *arguments]
    return CliRunner().invoke(app, command, prog_name="genarch", input=stdin, env={"COLUMNS": "80", **env})


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """With the settings that are found, as without options."""
    return command_line.run(*arguments, *ARTICLE)


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "genarch", *arguments, *ARTICLE]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def found(*arguments: str) -> list[tuple[str, str, int]]:
    report = json.loads(check(*arguments, "--format", "json").stdout)
    return [(finding["path"], finding["check"], finding["line"]) for finding in report["findings"]]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/good.md").write_text(GOOD)
    (tmp_path / "docs/plain.md").write_text("# Nothing here\n")
    return tmp_path


TABLE = """format: 1
id: {}
version: 0.1.0
title: Ours
source: {{title: Ours, facts: [Q1], section: bench, grade: planning_heuristic}}
extends: {}
facts:
  - {{id: Q1, text: Something we know.}}
"""

# Exit codes


@pytest.mark.usefixtures("repo")
def test_nothing_to_object_is_0() -> None:
    result = check("docs")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"2 files, 1 document, 1 decision: no findings\n{JUDGED}"


def test_findings_are_1_from_the_severity_asked_for(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    assert check().exit_code == 1
    assert check("--fail-on", "never").exit_code == 0
    (repo / "docs/bad.md").write_text(BAD.replace("diffusion", "diffusion\ndecided_with: field@1.0.0"))
    assert [check("--fail-on", severity).exit_code for severity in ("error", "warning", "note")] == [0, 1, 1]


def test_nothing_checked_is_3(repo: Path) -> None:
    (repo / "docs/good.md").unlink()
    result = check("docs")
    assert result.exit_code == 3
    assert "nothing to check: no document in docs states a spec (--allow-empty accepts that)" in result.stderr
    assert check("docs", "--allow-empty").exit_code == 0
    assert check("docs/plain.md").exit_code == 0, "whoever names files, as a hook does, need not name any with a spec"
    (repo / "docs/plain.md").write_text(f"````\n{GOOD}````\n")
    assert check("docs").exit_code == 3, "a quotation is no check either"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["missing.md"], "missing.md: no such file or folder"),
        (["--fail-on", "warn"], "--fail-on: 'warn' is not a severity; did you mean 'warning'?"),
        (["--format", "txt"], "--format: 'txt' is not a format; did you mean 'text'?"),
        (["--format", "json="], "--format: 'json=' has no file name; write json=FILE"),
        (["--format", "json", "--format", "sarif"], "json and sarif would both go to standard output; give one a file"),
        (["--format", "json=x", "--format", "sarif=x"], "json and sarif would both go to x"),
        (["--format", "json=docs/good.md", "docs/good.md"], "docs/good.md: is an input, and would be overwritten"),
        (["--format", "json=no/such/folder"], "no/such/folder: cannot be written: no such folder"),
        (["--rules", "articel"], "articel: no bundled table and no file of this name; did you mean 'article'?"),
        (["--today", "2026-02-30"], "--today: '2026-02-30' is not a calendar date"),
        (["--today", "26-2-3"], "is not a calendar date"),
        (["--config", "none.toml"], "none.toml: no such file"),
        (["--baseline", "none.json"], "none.json: no such file"),
        (["--changed-since", "HEAD"], "--changed-since: this is not a git repository"),
        (["--write-baseline", "x.md"], "--write-baseline: 'x.md' would be checked as a document; name a .json"),
        (["--write-baseline", "b.json", "--format", "json"], "--write-baseline: writes the baseline and no report"),
    ],
)
def test_what_cannot_work_is_2(options: list[str], told: str, repo: Path) -> None:
    result = check(*options)
    assert result.exit_code == 2
    assert told in result.stderr
    assert (repo / "docs/good.md").read_text() == GOOD


def test_a_missing_file_does_not_stop_the_others(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    result = check("missing.md", "docs/bad.md")
    assert result.exit_code == 2
    assert "decision-excluded" in result.stdout


def test_a_bug_is_4_and_costs_the_others_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "docs/bad.md").write_text(BAD)

    def broken(document: object, *rest: object) -> object:
        if "good" in str(document):
            raise ZeroDivisionError("x")
        return judge(document, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("genarch.cli.checking.judge", broken)
    result = check()
    assert result.exit_code == 4
    assert "[decision-excluded]" in result.stdout
    assert "docs/good.md:1:1: error [internal-error]\n  internal error at test_check.py" in result.stdout


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize("epoch", ["x", "99999999999999999999"])
def test_a_wrong_day_in_the_environment_is_told(epoch: str) -> None:
    result = check(SOURCE_DATE_EPOCH=epoch)
    assert result.exit_code == 2
    assert "SOURCE_DATE_EPOCH" in result.stderr


def test_the_day_comes_from_the_option_the_environment_or_the_clock(repo: Path) -> None:
    waived = BAD.replace("```\n", "", 0).replace(
        "decision: diffusion\n",
        "decision: diffusion\nwaivers:\n- {rule: decision-excluded, reason: measured at 31 ms, approved_by: a, expires: 2026-06-30}\n",
    )
    (repo / "docs/bad.md").write_text(waived)
    assert check("--today", "2026-06-30").exit_code == 0
    assert check("--today", "2026-07-01").exit_code == 1
    assert check(SOURCE_DATE_EPOCH="1751328000").exit_code == 0  # 2025-07-01
    shown = check("--today", "2026-06-30", "--show-waived").stdout
    assert "waived [decision-excluded]" in shown
    assert "because: measured at 31 ms" in shown
    assert check("--today", "2026-06-30", "--no-waivers").exit_code == 1


# What is looked at


@pytest.mark.usefixtures("repo")
def test_standard_input_is_a_document() -> None:
    result = check("-", stdin=BAD)
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>:6:1: error [decision-excluded]\n")
    assert check("-", stdin=b"\xff\xfe\x00").exit_code == 2


def test_must_state_a_spec(repo: Path) -> None:
    assert found("--require-block", "docs/*.md") == [("docs/plain.md", "block-missing", 1)]
    (repo / "docs/genarch.yaml").write_text(f"version: 1\ndocument: plain.md\n{SETTLED}\ndecision: gan\n")
    assert found("--require-block", "docs/*.md") == []
    (repo / "docs/plain.md").write_text(f"````\n{GOOD}````\n")
    assert found("--require-block", "docs/*.md") == [("docs/plain.md", "block-quoted", 4)]


def test_a_spec_file_alone_is_checked_when_it_decides(repo: Path) -> None:
    (repo / "a.genarch.yaml").write_text(f"version: 1\n{SETTLED}\n")
    assert found() == []
    (repo / "a.genarch.yaml").write_text(f"version: 1\n{SETTLED}\ndecision: diffusion\n")
    assert found() == [("a.genarch.yaml", "decision-excluded", 3)]
    (repo / "a.genarch.yaml").write_text("version: 1\nconstraints: {domian: x}\n")
    assert found() == [("a.genarch.yaml", "block-invalid", 2)]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("none.md", "cannot be read: no such file"),
        ("../../etc/passwd", "is outside the project"),
        ("/etc/passwd", "is not a relative path"),
        ("~/x.md", "is not a relative path"),
        ("'C:\\x.md'", "is not a relative path"),
        ("'x/' ", "cannot be read"),
        ("a" * 5_000, "cannot be read: File name too long"),
        ("link.md", "is outside the project"),
    ],
)
def test_a_document_beside_has_to_be_one_in_the_project(document: str, told: str, repo: Path) -> None:
    (repo / ".git").mkdir()
    (repo / "docs/link.md").symlink_to("/etc/hostname")
    (repo / "docs/genarch.yaml").write_text(f"version: 1\ndocument: {document}\n{SETTLED}\ndecision: gan\n")
    (finding,) = json.loads(check("--format", "json").stdout)["findings"]
    assert (finding["check"], finding["path"], finding["line"]) == ("block-invalid", "docs/genarch.yaml", 2)
    assert told in finding["message"]


def test_one_id_in_all_carriers(repo: Path) -> None:
    spec = f"version: 1\nid: good\ndocument: good.md\n{SETTLED}\ndecision: gan\n"
    (repo / "docs/genarch.yaml").write_text(spec)
    assert found() == [("docs/genarch.yaml", "block-duplicated", 2)]
    for name in ("genarch", "x.genarch"):
        (repo / f"docs/{name}.yaml").write_text(spec.replace("id: good", "id: other"))
    assert found() == [("docs/x.genarch.yaml", "block-duplicated", 2)]
    (repo / "docs/good.md").write_text(f"---\ngenarch: {{version: 1, {SETTLED}, decision: gan}}\n---\n{GOOD}")
    assert ("docs/good.md", "block-duplicated", 6) in found()


def sidecar(repo: Path, document: str, name: str = "genarch.yaml", decision: str = "gan", spec_id: str = "x") -> Path:
    path = repo / "docs" / name
    path.write_text(f"version: 1\nid: {spec_id}\ndocument: {document}\n{SETTLED}\ndecision: {decision}\n")
    return path


def test_a_document_named_alone_meets_what_stands_beside_it(repo: Path) -> None:
    sidecar(repo, "plain.md", decision="diffusion")
    assert found("docs/plain.md") == [("docs/genarch.yaml", "decision-excluded", 5)]
    assert found("docs/good.md") == []
    assert found("docs/good.md", "docs/plain.md") == [("docs/genarch.yaml", "decision-excluded", 5)]
    sidecar(repo, "plain.md")
    assert check("docs/plain.md", "--require-block", "docs/*.md").exit_code == 0


@pytest.mark.parametrize("name", ["genarch.yml", "adr.genarch.yml", "Genarch.yaml"])
def test_a_spec_file_of_nearly_the_right_name_is_told(name: str, repo: Path) -> None:
    sidecar(repo, "plain.md", name, decision="diffusion")
    assert found() == [(f"docs/{name}", "block-misspelt", 1)]


def test_what_is_not_in_force_need_not_state_a_spec(repo: Path) -> None:
    (repo / "docs/old.md").write_text("---\nstatus: superseded by ADR-2\n---\n# Old\n")
    result = check("--require-block", "docs/old.md")
    assert result.exit_code == 0
    assert "skipped: 1 not in force" in result.stdout


@pytest.mark.usefixtures("repo")
def test_the_project_of_a_spec_file_is_where_it_lies(tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "docs").mkdir()
    (elsewhere / "docs/README.md").write_text("# A\n")
    sidecar(elsewhere, "README.md")
    assert check(str(elsewhere / "docs")).exit_code == 0


@pytest.mark.parametrize(("kept", "named"), [("U\u0308.md", "\u00dc.md"), ("\u00dc.md", "U\u0308.md")])
def test_a_document_is_found_however_its_letters_are_kept(kept: str, named: str, repo: Path) -> None:
    (repo / "docs" / kept).write_text("# A\n\n## Status\n\nSuperseded by B\n")
    sidecar(repo, named, decision="diffusion")
    assert found("docs/genarch.yaml") == []
    (repo / "docs" / kept).write_text("# A\n")
    assert found("docs/genarch.yaml") == [("docs/genarch.yaml", "decision-excluded", 5)]
    (repo / "docs" / kept).unlink()
    assert found("docs/genarch.yaml") == [("docs/genarch.yaml", "block-invalid", 3)]


def test_a_superseded_document_silences_its_sidecar(repo: Path) -> None:
    (repo / "docs/plain.md").write_text("# A\n\n## Status\n\nSuperseded by B\n")
    (repo / "docs/genarch.yaml").write_text(f"version: 1\ndocument: plain.md\n{SETTLED}\ndecision: diffusion\n")
    result = check()
    assert result.exit_code == 0
    assert result.stdout == f"3 files, 1 document, 1 decision: no findings; skipped: 1 not in force\n{JUDGED}"


def test_settings_of_the_project_hold_and_options_go_before(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "genarch.toml").write_text('fail_on = "never"\nexclude = ["docs/bad.md"]\n')
    assert check("--config", "genarch.toml").stdout == (
        f"2 files, 1 document, 1 decision: no findings; skipped: 1 excluded\n{JUDGED}".replace(
            "no settings", "settings genarch.toml"
        )
    )
    result = run("check", "docs/bad.md")
    assert (result.returncode, result.stdout) == (
        0,
        f"0 files, 0 documents, 0 decisions: no findings; skipped: 1 excluded\n{JUDGED}".replace(
            "no settings", "settings genarch.toml"
        ),
    )
    (repo / "genarch.toml").write_text('fail_on = "never"\n[severity]\ndecision-excluded = "note"\n')
    assert "note [decision-excluded]" in run("check").stdout
    assert run("check", "--fail-on", "note").returncode == 1
    monkeypatch.chdir(repo / "docs")
    assert run("check").returncode == 0
    assert run("check", "--no-config").returncode == 1
    (repo / "genarch.toml").write_text('fial_on = "never"\n')
    result = run("check")
    assert result.returncode == 2
    assert "genarch.toml:1:1: 'fial_on' is not a key here; did you mean 'fail_on'?" in result.stderr


def test_what_settings_say_can_be_said_by_options(repo: Path) -> None:
    waived = "diffusion\nwaivers:\n- {rule: decision-excluded, reason: measured on the phone, approved_by: lead, expires: 2027-01-31}\n"
    (repo / "docs/bad.md").write_text(BAD.replace("diffusion\n", waived))
    (repo / "genarch.toml").write_text(
        'waiver_days = 183\n[severity]\nwaiver-endless = "error"\ndecision-excluded = "error"\n'
    )
    named = ["--config", "genarch.toml", "--today", "2026-11-24"]
    assert check(*named).exit_code == 0
    assert check(*named, "--waiver-days", "30").exit_code == 1
    softer = ["--severity", "waiver-endless=note", "--severity=decision-excluded=off"]
    assert check(*named, "--waiver-days", "30", *softer).exit_code == 0
    for wrong, says in (
        ("waiver-endles=off", "is not a check; did you mean 'waiver-endless'?"),
        ("waiver-endless", "'' is not a severity; write one of: error, warning, note, off"),
    ):
        assert says in check("--severity", wrong).stderr
    assert "none: no such file" in check("--cases", "none").stderr


WRONG = (
    "# A\n\n```yaml genarch\nversion: 1\nconstraints:\n  task: text_to_image\n  conditioning: [text, reference_image]\n"
    "  control: coarse\n  domain: broad\n  latency_budget_ms: 2s\n  serving: near_realtime\n  gpu: l4\n"
    "  resolution_px: 1024\n  priorities: [quality]\n  team_expertise: limited\n  pretrained_available: true\n"
    "  maturity: proven\ndecision: diffusion\nmodel: sdxl\n```\n"
)


def test_what_was_measured_decides_unless_it_is_left_aside(repo: Path) -> None:
    (repo / "docs/good.md").write_text(WRONG)
    assert found("docs") == [("docs/good.md", "decision-excluded", 18), ("docs/good.md", "model-too-slow", 19)]
    assert check("docs").exit_code == 1
    assert found("docs", "--no-evidence") == []
    for options, decides in (([], True), (["--no-evidence"], False)):
        assert json.loads(check("docs", "--format", "json", *options).stdout)["evidence"] is decides
    assert "evidence: decides too\n" in check("--show-config").stdout
    (repo / "genarch.toml").write_text("evidence = false\n")
    assert found("docs", "--config", "genarch.toml") == []
    assert "evidence: left aside\n" in check("--config", "genarch.toml", "--show-config").stdout


@pytest.mark.parametrize("output_format", FORMATS)
def test_what_evidence_finds_is_in_every_format_and_in_a_baseline(output_format: str, repo: Path) -> None:
    (repo / "docs/good.md").write_text(WRONG)
    result = check("docs", "--format", output_format)
    assert result.exit_code == 1
    shown = re.sub(r"[\s\\]+", " ", result.stdout)
    assert "mlperf-v51-sdxl-l4" in shown
    assert "model-too-slow" in shown
    assert check("docs", "--write-baseline", "b.json").exit_code == 0
    known = check("docs", "--baseline", "b.json", "--format", output_format)
    assert known.exit_code == 0


def test_the_catalogue_is_read_only_where_a_spec_states_what_evidence_reads(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> None:
        raise AssertionError("the catalogue is read")

    monkeypatch.setattr("genarch.files.bundled.load_catalogue", read)
    assert check("docs").exit_code == 0
    (repo / "docs/good.md").write_text(WRONG.replace("model: sdxl\n", "").replace("2s", "1913ms"))
    assert check("docs", "--no-evidence").exit_code == 0
    assert check("docs").exit_code == 4


def test_what_would_be_looked_at_and_by_which_settings(repo: Path) -> None:
    (repo / "genarch.toml").write_text('exclude = ["docs/plain.md"]\nrequire_block = ["docs/*"]\nwaiver_days = 90\n')
    shown = check("--config", "genarch.toml", "--show-files")
    assert shown.stdout == "docs/good.md (must state a spec)\ndocs/plain.md: skipped, excluded\n"
    assert check("--show-files", "none").exit_code == 2
    settings = check("--config", "genarch.toml", "--show-config", "--today", "2026-11-24").stdout
    assert "configuration: genarch.toml\nrules: article@" in settings
    assert "waivers: may end up to 2027-02-22 and must end\n" in settings


def git(repo: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=repo, check=True, capture_output=True)


@pytest.mark.parametrize(
    "name", ["genarch.toml", "ours.yaml", "base.yaml", "known.json", "cases/a.yaml", "-genarch.toml"]
)
def test_a_change_of_what_concerns_all_has_everything_checked(name: str, repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "genarch.toml").write_text('rules = "ours.yaml"\nbaseline = "known.json"\ncases = ["cases"]\n')
    (repo / "ours.yaml").write_text(TABLE.format("ours", "base.yaml"))
    (repo / "base.yaml").write_text(TABLE.format("base", "article").replace("Q1", "Q2"))
    (repo / "known.json").write_text('{"genarch_baseline": 1, "findings": []}\n')
    (repo / "cases").mkdir()
    shutil.copy(next((Path(__file__).parents[2] / "rules/cases").glob("*.yaml")), repo / "cases/a.yaml")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    arguments = ["check", "--today", "2026-11-24", "--changed-since", "HEAD"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    path = repo / name.removeprefix("-")
    path.unlink() if name.startswith("-") else path.write_text(f"{path.read_text()}\n")
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert f"everything is checked, since {name.removeprefix('-')} has changed" in result.stderr


def test_what_has_changed_in_a_repository_inside_is_checked(repo: Path) -> None:
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "inner/docs").mkdir(parents=True)
    (repo / "inner/docs/bad.md").write_text(BAD)
    git(repo / "inner", "init", "-q", "-b", "main")
    git(repo / "inner", "add", "-A")
    git(repo / "inner", "commit", "-q", "-m", "one")
    assert [(path, name) for path, name, _ in found("--changed-since", "HEAD")] == [
        ("inner/docs/bad.md", "decision-excluded")
    ]
    git(repo, "checkout", "-q", "--orphan", "other")
    git(repo, "commit", "-q", "-m", "two")
    result = check("--changed-since", "main")
    assert result.exit_code == 2
    assert "'main' and HEAD have no commit in common here" in result.stderr


@pytest.fixture
def submodule(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submodule with a document that is right, in a repository of one commit."""
    other = tmp_path_factory.mktemp("other")
    (other / "a.md").write_text(GOOD)
    git(other, "init", "-q", "-b", "main")
    git(other, "add", "-A")
    git(other, "commit", "-q", "-m", "one")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "mod")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    return repo / "mod"


@pytest.mark.parametrize("how", ["edited", "new", "committed", "pinned", "ignored"])
def test_what_has_changed_in_a_submodule_is_checked(how: str, repo: Path, submodule: Path) -> None:
    assert found("--changed-since", "HEAD") == []
    (submodule / ("b.md" if how == "new" else "a.md")).write_text(BAD)
    since = "HEAD"
    if how in ("committed", "pinned"):
        git(submodule, "commit", "-q", "-a", "-m", "two")
    if how == "pinned":
        git(repo, "commit", "-q", "-a", "-m", "two")
        assert found("--changed-since", "HEAD") == [], "git says that nothing differs"
        since = "HEAD~1"
    if how == "ignored":
        git(repo, "config", "-f", ".gitmodules", "submodule.mod.ignore", "all")
        git(repo, "config", "diff.ignoreSubmodules", "all")
        git(repo, "commit", "-q", "-m", "two", ".gitmodules")
    assert [path for path, *_ in found("--changed-since", since)] == [f"mod/{'b' if how == 'new' else 'a'}.md"]


def test_where_git_cannot_say_what_has_changed_everything_is_checked(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "a.md").write_text(BAD)
    (repo / "vendor/inner").mkdir(parents=True)
    (repo / "vendor/inner/b.md").write_text(BAD)
    git(repo / "vendor/inner", "init", "-q")
    (repo / ".gitignore").write_text("vendor/\n")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    assert [path for path, *_ in found(str(elsewhere), ".", "--changed-since", "HEAD")] == [
        str(elsewhere / "a.md"),
        "vendor/inner/b.md",
    ]
    result = check("-", "--changed-since", "HEAD", stdin=BAD)
    assert (result.exit_code, result.stdout[:12]) == (1, "<stdin>:6:1:")


def test_that_a_clone_lacks_history_is_said(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    for number in range(3):
        git(repo, "commit", "-q", "--allow-empty", "-m", str(number))
    first = subprocess.run(["git", "rev-parse", "HEAD~2"], cwd=repo, capture_output=True, text=True, check=True)
    git(repo, "checkout", "-q", "-b", "topic", "HEAD~1")
    git(repo, "commit", "-q", "--allow-empty", "-m", "topic")
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    git(repo, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo}", str(clone))
    with contextlib.chdir(clone):
        for reference, says in (
            (first.stdout.strip(), "git knows no commit"),
            ("origin/main", "have no commit in common"),
        ):
            result = check("--changed-since", reference)
            assert result.exit_code == 2
            assert says in result.stderr
            assert "in this shallow clone, which lacks a part of the history; fetch it" in result.stderr
    assert "shallow" not in check("--changed-since", "none").stderr.replace("--unshallow", "")


def test_a_case_that_is_gone_concerns_all(repo: Path) -> None:
    (repo / "genarch.toml").write_text('cases = ["cases"]\n')
    (repo / "cases").mkdir()
    for number, path in enumerate(list((Path(__file__).parents[2] / "rules/cases").glob("*.yaml"))[:2]):
        shutil.copy(path, repo / f"cases/{number}.yaml")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "cases/0.yaml").unlink()
    result = check("--changed-since", "HEAD", "--config", "genarch.toml")
    assert "everything is checked, since cases/0.yaml has changed" in result.stderr


def test_a_baseline_is_judged_by_the_files_that_were_looked_at(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "docs/other.md").write_text(BAD)
    git(repo, "init", "-q", "-b", "main")
    assert check("--write-baseline", "known.json").exit_code == 0
    assert "no longer found" not in check("docs/bad.md", "--baseline", "known.json").stderr
    (repo / "docs/other.md").write_text(GOOD)
    assert "no longer found" not in check("docs/bad.md", "--baseline", "known.json").stderr
    assert "known.json: 1 known finding no longer found" in check("--baseline", "known.json").stderr
    for left_out in (["--exclude", "other.md"], ["--include", "bad.md"], ["docs/bad.md", "docs/good.md"]):
        assert "no longer found" not in check("--baseline", "known.json", *left_out).stderr
    (repo / "docs/other.md").unlink()
    assert "1 known finding no longer found" in check("docs", "--baseline", "known.json").stderr


def test_only_what_has_changed(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "docs/beside.md").write_text("# A\n")
    (repo / "docs/genarch.yaml").write_text(f"version: 1\ndocument: beside.md\n{SETTLED}\ndecision: diffusion\n")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    result = check("--changed-since", "HEAD")
    assert result.exit_code == 0
    assert result.stdout == f"0 files, 0 documents, 0 decisions: no findings\n{JUDGED}"
    (repo / "docs/näw.md").write_text(BAD)
    assert found("--changed-since", "main") == [("docs/näw.md", "decision-excluded", 6)]
    git(repo, "checkout", "-q", "-b", "topic")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "two")
    (repo / "docs/beside.md").write_text("# B\n")
    assert found("--changed-since", "main") == [
        ("docs/genarch.yaml", "decision-excluded", 4),
        ("docs/näw.md", "decision-excluded", 6),
    ], "a spec file is judged with the document that it stands beside"
    for reference in ("none", "--output=x", ""):
        result = check("--changed-since", reference)
        assert result.exit_code == 2
        assert "--changed-since: " in result.stderr


def test_what_is_gone_counts_as_changed(repo: Path) -> None:
    sidecar(repo, "plain.md")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "docs/plain.md").unlink()
    assert found("--changed-since", "main") == [("docs/genarch.yaml", "block-invalid", 3)]
    git(repo, "checkout", "-q", "docs/plain.md")
    (repo / "docs/genarch.yaml").unlink()
    result = check("--changed-since", "main", "--require-block", "docs/plain.md")
    assert result.exit_code == 1
    assert "everything is checked, since docs/genarch.yaml has changed" in result.stderr


def test_one_id_twice_is_found_where_one_of_the_two_has_changed(repo: Path) -> None:
    one, two = (
        sidecar(repo, "plain.md", "one.genarch.yaml", spec_id="one"),
        sidecar(repo, "plain.md", "two.genarch.yaml", spec_id="two"),
    )
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    two.write_text(two.read_text().replace("id: two", "id: one"))
    assert found("--changed-since", "main") == [("docs/two.genarch.yaml", "block-duplicated", 2)]
    git(repo, "checkout", "-q", "docs")
    one.write_text(one.read_text().replace("id: one", "id: two"))
    assert found("--changed-since", "main") == [("docs/two.genarch.yaml", "block-duplicated", 2)]


def test_one_id_twice_is_found_whichever_of_the_two_is_named(repo: Path) -> None:
    for name in ("one", "two"):
        sidecar(repo, "plain.md", f"{name}.genarch.yaml", spec_id="same")
    sidecar(repo, "good.md", "other.genarch.yaml", spec_id="same")
    for name, other in (("one", "two"), ("two", "one")):
        assert found(f"docs/{name}.genarch.yaml") == [(f"docs/{name}.genarch.yaml", "block-duplicated", 2)]
        message = json.loads(check(f"docs/{name}.genarch.yaml", "--format", "json").stdout)["findings"][0]["message"]
        assert f"first at docs/{other}.genarch.yaml:1" in message
        assert found(f"docs/{name}.genarch.yaml", "--exclude", f"docs/{other}*") == []
    assert found("docs/other.genarch.yaml") == []
    assert found("docs") == found("docs/one.genarch.yaml", "docs/two.genarch.yaml")


def test_new_settings_concern_every_document(repo: Path) -> None:
    (repo / "genarch.toml").write_text("")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "genarch.toml").write_text('require_block = ["docs/*.md"]\n')
    result = run("check", "--changed-since", "main")
    assert result.returncode == 1
    assert "[block-missing]" in result.stdout


@pytest.mark.parametrize("left", ["", "[project]\nname = 'a'\n", "[tool.other]\n", None])
@pytest.mark.parametrize("below", [False, True])
def test_settings_that_no_longer_count_concern_every_document(
    below: bool,  # noqa: FBT001
    left: str | None,
    repo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether their file is gone or has lost its part, and from a folder below too."""
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "pyproject.toml").write_text("[tool.genarch.severity]\ndecision-excluded = 'off'\n")
    (repo / "other").mkdir()
    (repo / "other/pyproject.toml").write_text("[tool.genarch]\n")
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    if below:
        monkeypatch.chdir(repo / "docs")
    (repo / "other/pyproject.toml").unlink()
    assert "0 files" in run("check", "--changed-since", "main").stdout, "of which nothing is judged here"
    (repo / "pyproject.toml").write_text(left) if left is not None else (repo / "pyproject.toml").unlink()
    result = run("check", "--changed-since", "main", *([".."] if below else []))
    assert (result.returncode, "[decision-excluded]" in result.stdout) == (1, True)
    assert f"everything is checked, since {'../' if below else ''}pyproject.toml has changed" in result.stderr
    assert "0 files" in run("check", "--changed-since", "main", "--no-config").stdout


def test_how_git_checks_out_concerns_every_document(repo: Path) -> None:
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "docs/.gitattributes").write_text("*.md working-tree-encoding=UTF-16\n")
    for path in (repo / "docs").glob("*.md"):
        path.unlink()
    git(repo, "checkout", "--", "docs")
    assert {name for _, name, _ in found("--changed-since", "main")} == {"document-unreadable"}


# Baseline


def test_a_baseline_keeps_what_is_known_from_failing(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    wrote = check("--write-baseline", "b.json")
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    assert "b.json: wrote 1 finding; check with --baseline b.json" in wrote.stderr
    assert '"line"' not in (repo / "b.json").read_text()
    assert check("--baseline", "b.json").stdout.endswith(
        "no findings; 1 known from the baseline\n" + JUDGED.replace("no baseline", "baseline b.json")
    )
    (repo / "docs/bad.md").write_text("\n\nMoved down.\n\n" + BAD)
    assert check("--baseline", "b.json").exit_code == 0, "a line number is no part of it"
    (repo / "docs/bad.md").write_text(BAD.replace("33", "32"))
    changed = check("--baseline", "b.json")
    assert changed.exit_code == 1, "what is stated is"
    assert "b.json: 1 known finding no longer found" in changed.stderr
    (repo / "docs/bad.md").write_text(BAD + BAD.replace("version: 1", "version: 1\nid: two"))
    assert check("--baseline", "b.json").exit_code == 1, "another decision is another finding"


def test_a_baseline_knows_nothing_of_lines_or_of_how_a_path_is_written(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / ".git").mkdir()
    (repo / "docs/bad.md").write_text("# A\n\n<!-- open\n\n" + BAD)
    check("--write-baseline", "b.json")
    (repo / "docs/bad.md").write_text("\n\n# A\n\n<!-- open\n\n" + BAD)
    assert check("--baseline", "b.json").exit_code == 0
    assert check("--baseline", "b.json", str(repo / "docs/bad.md")).exit_code == 0
    monkeypatch.chdir(repo / "docs")
    assert check("--baseline", "../b.json", "../docs/bad.md").exit_code == 0


def test_a_baseline_hides_no_bad_input(repo: Path) -> None:
    result = check("missing.md", "--write-baseline", "b.json")
    assert result.exit_code == 2
    assert "missing.md: no such file" in result.stderr
    assert "leave --changed-since out" in check("--write-baseline", "b.json", "--changed-since", "x").stderr
    (repo / "genarch.toml").write_text('baseline = "c.json"\n')
    assert check("--config", "genarch.toml", "--write-baseline", "c.json").exit_code == 0
    assert check("--config", "genarch.toml", "--write-baseline", "c.json").exit_code == 0


@pytest.mark.parametrize("option", ["--write-baseline=docs/good.md", "--format=json=docs/good.md"])
def test_no_document_come_upon_is_overwritten(option: str, repo: Path) -> None:
    result = check(option, "docs")
    assert result.exit_code == 2
    assert "docs/good.md: is an input, and would be overwritten" in result.stderr
    assert (repo / "docs/good.md").read_text() == GOOD


def test_the_report_of_an_earlier_run_is_written_anew(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    for _ in range(2):
        assert check("--format", "markdown=report.md").exit_code == 1
    (repo / "report.md").write_text("# Mine\n")
    assert check("--format", "markdown=report.md").exit_code == 2
    assert (repo / "report.md").read_text() == "# Mine\n"


def test_paths_begin_at_the_root_of_the_repository(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / ".git").mkdir()
    (repo / "sub").mkdir()
    (repo / "docs/bad.md").write_text(BAD)
    monkeypatch.chdir(repo / "sub")
    for path in ("../docs", str(repo / "docs"), "../docs/bad.md"):
        assert "::error file=docs/bad.md," in check(path, "--format", "github").stdout
        (issue,) = json.loads(check(path, "--format", "gitlab").stdout)
        assert issue["location"]["path"] == "docs/bad.md"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "b.json:1:2: not JSON"),
        ("[]", "is not a baseline of format 1"),
        *(
            (
                f'{{"genarch_baseline": 1, "findings": [{{"file": "{name}", "spec": null, "check": "x", "fingerprint": "y"}}]}}',
                "is not a path",
            )
            for name in (r"\ud800", r"a\u0000b")
        ),
        ('{"genarch_baseline": 2, "findings": []}', "is not a baseline of format 1"),
        ('{"genarch_baseline": 1, "findings": [{}]}', "b.json: findings[0].fingerprint: is missing"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_baseline_is_told(text: str, told: str, repo: Path) -> None:
    (repo / "b.json").write_text(text)
    result = check("--baseline", "b.json")
    assert result.exit_code == 2
    assert told in result.stderr


# Formats


def test_several_formats_in_one_run(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    files = {name: f"out.{name}" for name in FORMATS if name != "text"}
    options = [word for name, path in files.items() for word in ("--format", f"{name}={path}")]
    result = check(*options)
    assert result.exit_code == 1
    assert "docs/bad.md:6:1: error [decision-excluded]" in result.stdout
    assert all((repo / path).stat().st_size for path in files.values())


def test_annotations_go_with_the_text_in_the_log(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    result = check("--format", "github")
    assert result.stdout.startswith("::error file=docs/bad.md,line=6,")
    assert "docs/bad.md:6:1: error [decision-excluded]" in result.stderr


FORGERIES = [
    "\n::error::forged", "::stop-commands::t", "##[error]x", "%0A::error::x", "\x1b[31mred", "\x1b]8;;http://x\x07l", "\x1b]52;c;x\x07",
    "a\rb", "\u202eb", "\u200b", "<script>x</script>", "![x](http://x)", "`", "|", "@team", "#123", "</details>", "]]>", "\x01", "&", "\ufffe",
]  # fmt: skip


def forged(repo: Path) -> None:
    """Hostile text in values, ids, keys, infos, options and file names."""
    quoted = [json.dumps(text) for text in FORGERIES]
    for number, text in enumerate(FORGERIES):
        block = f"version: 1\nid: x{number}\n{SETTLED}\ndecision: diffusion\nwaivers:\n- {{rule: {quoted[number]}, reason: {quoted[number]}}}\n"
        prose = f'Chosen option: "{text} a GAN", because {text}\n'.replace("\n::", " ::")
        (repo / f"docs/{number}.md").write_text(f"# {text}\n\n{prose}\n```yaml genarch\n{block}```\n", newline="")
        name = text.replace("/", "_").replace("\0", "")
        (repo / "docs" / f"{name}.md").write_text(BAD)
        (repo / f"docs/bad{number}.md").write_text(
            f"```yaml genarch\nversion: {quoted[number]}\n{quoted[number]}: 1\n```\n"
        )


def rendered(repo: Path, output_format: str) -> str:
    forged(repo)
    result = check("--format", output_format)
    assert result.exit_code == 1, result.output
    return result.stdout


@pytest.mark.parametrize("output_format", FORMATS)
def test_nothing_untrusted_moves_a_terminal_or_forges_a_command(output_format: str, repo: Path) -> None:
    text = rendered(repo, output_format)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202e\u200b\ufffe]", text)
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]
    if output_format == "github":
        assert all(
            re.match(
                r"::(error|warning|notice) (file=[^:,]+,line=\d+,col=\d+(,endColumn=\d+)?,)?title=[a-z-]+::[^:]", line
            )
            for line in commands
        )
        assert len(commands) == len(text.splitlines()) <= 30
        assert not any("::" in line.split("::", 2)[2] for line in commands)
    elif output_format not in ("json", "sarif", "gitlab"):  # one value a line there, in quotation marks
        assert commands == []


def test_markdown_has_no_markup_of_others(repo: Path) -> None:
    html = MarkdownIt("commonmark").enable("table").render(rendered(repo, "markdown"))
    assert not re.search(r"<(script|img|a|details)\b", html)
    assert html.count("<table>") == 1
    text = re.sub(r"<code>.*?</code>", "", html)
    assert "@team" not in text
    assert "#123" not in text


def test_junit_is_well_formed(repo: Path) -> None:
    suites = ET.fromstring(rendered(repo, "junit"))
    assert len(list(suites.iter("testcase"))) > len(FORGERIES)


JUNIT = etree.XMLSchema(file=str(Path(__file__).resolve().parent.parent / "data/junit.xsd"))


def test_junit_keeps_to_what_ant_and_jenkins_take(repo: Path) -> None:
    waiver = "waivers:\n- {rule: decision-excluded, reason: measured at 31 ms, approved_by: '@a'}\n"
    (repo / "docs/waived.md").write_text(BAD.replace("diffusion\n", f"diffusion\n{waiver}"))
    (repo / "docs/::warning::x.md").write_text(BAD.replace("diffusion\n", "diffusion\ndecided_with: field@1.0.0\n"))
    for options in (["docs"], ["docs", "--fail-on", "never"], ["docs", "--fail-on", "note"], ["docs/plain.md"]):
        text = check(*options, "--format", "junit", "--show-waived").stdout
        JUNIT.assertValid(etree.fromstring(text.encode()))
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    JUNIT.assertValid(etree.fromstring(rendered(repo, "junit").encode()))
    lint = CliRunner().invoke(app, ["rules", "lint", "article", "--format", "junit"]).stdout
    JUNIT.assertValid(etree.fromstring(lint.encode()))


@pytest.mark.usefixtures("repo")
def test_a_path_names_its_file_wherever_the_format_can_say_so() -> None:
    name = "docs/a\nb\x1b::c,d%.md"
    Path(name).write_text(BAD)
    assert json.loads(check("--format", "json").stdout)["findings"][0]["path"] == name
    assert json.loads(check("--format", "gitlab").stdout)[0]["location"]["path"] == name
    (result,) = json.loads(check("--format", "sarif").stdout)["runs"][0]["results"]
    assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == name
    assert check("--format", "github").stdout.startswith("::error file=docs/a%0Ab\\x1b%3A%3Ac%2Cd%25.md,line=6,")
    assert check("--format", "concise").stdout.startswith("docs/a\\x0ab\\x1b::c,d%.md:6:1: ")
    assert ET.fromstring(check("--format", "junit").stdout)[0].findall("testcase")[-1].get("classname") == (
        "docs/a\\x0ab\\x1b::c,d%.md"
    )


def test_sarif_names_a_file_that_lies_elsewhere_by_a_whole_address(repo: Path) -> None:
    (repo / "a b.md").write_text(BAD)
    (result,) = json.loads(check(str(repo / "a b.md"), "--format", "sarif").stdout)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert location == f"file://{quote(str(repo))}/a%20b.md"


def test_sarif_has_the_address_of_the_project_that_the_docs_have(repo: Path, root: Path) -> None:
    driver = json.loads(rendered(repo, "sarif"))["runs"][0]["tool"]["driver"]
    assert f"repo: {driver['informationUri']}\n" in (root / "docs/ci.md").read_text()


def test_sarif_of_hostile_text_keeps_to_its_schema(repo: Path) -> None:
    log = json.loads(rendered(repo, "sarif"))
    jsonschema.validate(log, SARIF)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]
    }
    assert all(re.fullmatch(r"[A-Za-z0-9%./_~-]+", uri) for uri in uris)


@pytest.mark.usefixtures("repo")
def test_a_name_that_is_no_text_is_shown_all_the_same() -> None:
    Path(os.fsdecode(b"docs/\xff\xfe.md")).write_text(BAD)
    for output_format in FORMATS:
        assert check("--format", output_format).exit_code == 1
    assert process("check", "--no-config").returncode == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_any_encoding_of_the_output_will_do(encoding: str, repo: Path) -> None:
    (repo / "docs/日本.md").write_text(BAD)
    result = subprocess.run(
        [sys.executable, "-m", "genarch", "check", "--no-config", *ARTICLE],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding, "LANG": "C"}, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr


def test_no_more_than_code_scanning_takes(repo: Path) -> None:
    block = "```yaml genarch\nversion: 1\nid: a{}\n" + f"{SETTLED}\ndecision: diffusion\n```\n"
    for number in range(4):
        (repo / f"docs/{number}.md").write_text("\n".join(block.replace("{}", str(at), 1) for at in range(100)))
    assert (MOST_RESULTS, LONGEST_TEXT) == (25_000, 1_024)
    found = [ReportedFinding(**item) for item in json.loads(check("--format", "json").stdout)["findings"]]
    found = [found[0]._replace(message="x" * 5_000_000, severity="note"), *found * 70]
    counts = CheckCounts(0, 0, 0, {}, FindingCounts(0, 0, 0, 0, 0))
    report = CheckReport(1, "1.0.0", load_rules().identity, "2026-11-24", "error", (), tuple(found), counts)
    log = json.loads(FORMATS["sarif"](report, View(Look())))
    (run_,) = log["runs"]
    assert len(run_["results"]) == 25_000
    assert {result["level"] for result in run_["results"]} == {"error"}, "the gravest first"
    assert (
        run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        == "3001 more findings do not fit; see the log"
    )
    assert max(len(result["message"]["text"]) for result in run_["results"]) <= 1_024


# Hostile files


def test_files_that_cannot_be_read_are_findings_and_the_others_go_on(repo: Path) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "docs/latin.md").write_bytes(BAD.encode() + "é".encode("latin-1"))
    (repo / "docs/utf16.md").write_text(BAD, encoding="utf-16")
    (repo / "docs/utf16le.md").write_bytes(BAD.encode("utf-16-le"))
    (repo / "docs/lone.md").write_bytes(BAD.encode() + b"\xed\xa0\x80")
    (repo / "docs/nul.md").write_bytes(BAD.replace("diffusion", "diff\0usion").encode())
    (repo / "docs/latin-plain.md").write_bytes("café".encode("latin-1"))
    (repo / "docs/large.md").write_text(BAD + "x" * (2 << 20))
    (repo / "docs/large-plain.md").write_text("x" * (2 << 20))
    (repo / "docs/binary.md").write_bytes(bytes(range(256)) * 10)
    with (repo / "docs/sparse.md").open("wb") as stream:
        stream.truncate(10 << 30)
    os.mkfifo(repo / "docs/pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(repo / "docs/s.md")[-100:] if len(str(repo)) > 90 else str(repo / "docs/s.md"))
        began = time.process_time()
        report = json.loads(check("--format", "json").stdout)
    assert time.process_time() - began < 5  # neither waited for a pipe nor read the large ones
    told = {
        finding["path"].removeprefix("docs/"): (finding["check"], finding["message"]) for finding in report["findings"]
    }
    unreadable = {name: message for name, (check_id, message) in told.items() if check_id == "document-unreadable"}
    assert set(unreadable) == {"latin.md", "utf16.md", "utf16le.md", "lone.md", "large.md", "sparse.md"}
    assert "not UTF-8 at byte" in unreadable["latin.md"]
    assert "UTF-16" in unreadable["utf16.md"]
    assert unreadable["large.md"] == "larger than 1024 KiB, and mentions genarch; split it, or exclude it"
    assert unreadable["sparse.md"] == "larger than 64 MiB; exclude it"
    assert told["bad.md"][0] == "decision-excluded"
    assert told["nul.md"][0] == "block-invalid"
    assert report["counts"]["skipped"]["not a regular file"] == 2


@pytest.mark.usefixtures("repo")
def test_a_named_device_is_not_read() -> None:
    (report,) = [json.loads(check("/dev/zero", "--format", "json").stdout)]
    assert [(finding["check"], finding["message"]) for finding in report["findings"]] == [
        ("document-unreadable", "is not a regular file; name one")
    ]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        GOOD.rstrip("\n"),
        GOOD.replace("# A\n", "# A\r\n"),
    ],
    ids=range(5),
)
def test_line_ends_and_marks_make_no_difference(text: str, repo: Path) -> None:
    bad = text.replace("decision: gan", "decision: diffusion")
    (repo / "docs/good.md").write_text(bad, newline="")
    assert found() == [("docs/good.md", "decision-excluded", 6)]


def test_a_closed_pipe_is_quiet(repo: Path) -> None:
    for number in range(200):
        (repo / f"docs/bad{number}.md").write_text(BAD)
    command = f"{sys.executable} -m genarch check --no-config --rules article --format concise | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert result.stdout.count("\n") == 1
    assert result.stderr == f"genarch: {JUDGED}"


# Several processes


def test_several_processes_find_the_same(repo: Path) -> None:
    for number in range(150):
        (repo / f"docs/{number}.md").write_text(BAD if number % 3 else GOOD)
    one = run("check", "--no-config", "--format", "json")
    many = process("check", "--no-config", "--format", "json", "--jobs", "2")
    assert one.returncode == many.returncode == 1
    assert one.stdout == many.stdout
    assert process("check", "--no-config", "--format", "json", "-j", "0").stdout == one.stdout


# Waivers


def test_waivers_are_listed_with_the_first_to_end_first(repo: Path) -> None:
    waiver = "- {{rule: decision-excluded, reason: '{}', approved_by: '@a'{}}}\n"
    for name, end in (("a", ", expires: 2027-06-30"), ("b", ""), ("c", ", expires: 2026-01-31")):
        (repo / f"docs/{name}.md").write_text(
            BAD.replace("diffusion\n", "diffusion\nwaivers:\n" + waiver.format(f"reason {name}", end))
        )
    (repo / "docs/old.md").write_text(
        "Status: rejected\n\n" + BAD.replace("diffusion\n", "diffusion\nwaivers:\n" + waiver.format("x", ""))
    )
    arguments = ["waivers", "--no-config", "--today", "2026-11-24"]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "expired, until 2026-01-31: decision-excluded for c, docs/c.md:8", "  reason c (approved by @a)",
        "until 2027-06-30: decision-excluded for a, docs/a.md:8", "  reason a (approved by @a)",
        "without end: decision-excluded for b, docs/b.md:8", "  reason b (approved by @a)",
        "3 waivers, 1 expired",
    ]  # fmt: skip
    rows = json.loads(CliRunner().invoke(app, [*arguments, "--format", "json"]).stdout)
    assert [(row["spec"], row["expires"], row["expired"]) for row in rows] == [
        ("c", "2026-01-31", True), ("a", "2027-06-30", False), ("b", None, False),
    ]  # fmt: skip
    (repo / "docs/a.md").write_text(BAD.replace("version: 1", "version: 9"))
    broken = CliRunner().invoke(app, arguments)
    assert broken.exit_code == 2
    assert "docs/a.md:4:10: version: '9' is not a format version" in broken.stderr


@pytest.mark.parametrize("name", sorted(DOCUMENT_CHECKS))
def test_every_check_is_explained_with_its_examples(name: str) -> None:
    result = CliRunner().invoke(app, ["explain", name])
    assert result.exit_code == 0
    described = DOCUMENT_CHECKS[name]
    assert result.stdout.startswith(f"check {name}: {described.title}"[:70])
    for example in (described.fails, described.passes):
        assert all(f"    {line}".rstrip() in result.stdout for line in example.splitlines())


def test_processes_that_start_anew_take_no_module_of_the_current_folder(repo: Path) -> None:
    """As on macOS, where there is no fork to go by."""
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "multiprocessing.py").write_text("raise SystemExit('what is checked has run')\n")
    main = repo / "bin/main.py"
    main.parent.mkdir()
    main.write_text(
        "import multiprocessing, sys\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.get_all_start_methods = lambda: ['spawn']\n"
        "    multiprocessing.set_start_method('spawn')\n"
        "    from genarch.cli.app import app\n"
        "    app()\n"
    )
    command = [sys.executable, str(main), "check", "--no-config", "--jobs", "2", "--format", "concise", *ARTICLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.count("[decision-excluded]")) == (1, 1)
    assert "has run" not in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2", "0"])
def test_standard_input_is_read_whatever_the_jobs(jobs: str) -> None:
    result = CliRunner().invoke(app, ["check", "--no-config", "-", "--jobs", jobs], input=BAD)
    assert result.exit_code == 1
    assert "[decision-excluded]" in result.stdout


@pytest.mark.parametrize("name", ["--exclude=*.md", "--no-config", "-h", "--write-baseline=x.md"])
def test_a_file_with_the_name_of_an_option_is_none(name: str, repo: Path) -> None:
    (repo / name).write_text(BAD)
    result = CliRunner().invoke(app, ["check", name, "docs/good.md"])
    assert result.exit_code == 2
    assert "is an option and a file" in result.stderr
    behind = CliRunner().invoke(app, ["check", "--format", "concise", "--", name, "docs/good.md"])
    assert (behind.exit_code, behind.stdout.startswith(f"{name}:")) == (1, True)
    assert (repo / "docs/good.md").read_text() == GOOD


@pytest.mark.usefixtures("repo")
def test_to_leave_out_all_files_that_are_named_is_to_check_nothing() -> None:
    """A file of that name, which a hook passes where nobody has put -- before it."""
    result = check("--exclude=*.md", "docs/good.md")
    assert (result.exit_code, "nothing to check" in result.stderr) == (3, True)
    assert check("--exclude=plain.md", "docs/good.md", "docs/plain.md").exit_code == 0
    assert check("--exclude=*.md", "docs/good.md", "--allow-empty").exit_code == 0


@pytest.mark.usefixtures("repo")
def test_a_hook_takes_no_option_behind_a_file() -> None:
    arguments = ["check", "--no-config", "docs/good.md", "--exclude=*.md"]
    assert "skipped: 1 excluded" in CliRunner().invoke(app, arguments, env={"PRE_COMMIT": ""}).stdout
    result = CliRunner().invoke(app, arguments, env={"PRE_COMMIT": "1"})
    assert (result.exit_code, "--exclude=*.md: no such file or folder" in result.stderr) == (2, True)
    assert "1 decision" in result.stdout


def test_a_process_that_ends_is_reported_by_its_document(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "docs/bad.md").write_text(BAD)
    (repo / "docs/large.md").write_text(GOOD)
    done = checking.check_file

    def ending(item: ListedFile, settings: Settings) -> checking.Checked | None:
        return os._exit(9) if item.path.endswith("large.md") else done(item, settings)

    monkeypatch.setattr(checking, "check_file", ending)
    result = CliRunner().invoke(app, ["check", "--no-config", "--format", "concise", "--jobs", "2"])
    assert result.exit_code == 4
    assert {"docs/bad.md", "docs/large.md"} <= {line.partition(":")[0] for line in result.stdout.splitlines()}
    assert "the process that checked it was killed" in result.stdout


@pytest.mark.parametrize(
    "setting",
    [
        'rules = "../ours.yaml"',
        'rules = "inner.yaml"',
        'baseline = "../known.json"',
        'cases = ["../cases"]',
        'cases = ["linked"]',
        "",
    ],
)
def test_in_ci_nothing_is_judged_by_what_lies_outside_of_the_repository(
    setting: str, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = repo / "inner"
    (inner / "docs").mkdir(parents=True)
    (inner / "docs/good.md").write_text(GOOD)
    git(inner, "init", "-q", "-b", "main")
    (repo / "known.json").write_text('{"genarch_baseline": 1, "findings": []}\n')
    (repo / "ours.yaml").write_text(TABLE.format("ours", "article"))
    (repo / "cases").mkdir()
    shutil.copy(next((Path(__file__).parents[2] / "rules/cases").glob("*.yaml")), repo / "cases/a.yaml")
    (inner / "inner.yaml").write_text(TABLE.format("inner", "../ours.yaml").replace("Q1", "Q3"))
    (inner / "linked").mkdir()
    (inner / "linked/a.yaml").symlink_to(repo / "cases/a.yaml")
    own = (inner if setting else repo) / "genarch.toml"
    own.write_text(f"{setting}\n")
    monkeypatch.chdir(inner)
    monkeypatch.setenv("CI", "")
    assert CliRunner().invoke(app, ["check"]).exit_code == 0
    monkeypatch.setenv("CI", "true")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 2
    assert "is outside the repository" in result.stderr
    assert CliRunner().invoke(app, ["check", "--config", str(own)]).exit_code == 0


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_report_says_what_it_was_judged_by(name: str, repo: Path) -> None:
    (repo / "genarch.toml").write_text('baseline = "known.json"\nrules = "article"\n')
    (repo / "known.json").write_text('{"genarch_baseline": 1, "findings": []}\n')
    result = CliRunner().invoke(app, ["check", "--format", name])
    text = result.stderr if name in ("concise", "github", "gitlab") else result.stdout
    assert "genarch.toml" in text
    assert "known.json" in text
    assert "article" in text


@pytest.mark.parametrize("day", ["2026-1-1", "\uff12\uff10\uff12\uff16-01-01", "2026-W01-1", "20260101", "2026-01-01 "])
def test_a_day_is_written_in_full(day: str, repo: Path) -> None:
    assert "is not a calendar date" in check("--today", day, str(repo)).stderr


@pytest.mark.parametrize(
    "others", [b"## Tests: 12 passed\n", b"no line end", b"", b"\xff\xfe not ours\n", b"x" * (2 << 20)], ids=range(5)
)
def test_a_step_summary_keeps_what_others_wrote(others: bytes, repo: Path) -> None:
    (repo / "summary").write_bytes(others)
    (repo / "link").symlink_to("summary")
    for path in ("summary", str(repo / "link")):
        result = check("--format", f"markdown={path}", GITHUB_STEP_SUMMARY=str(repo / "summary"))
        assert result.exit_code == 0
    (repo / "empty.yaml").write_text("")
    lint = ["rules", "lint", "empty.yaml", "-o", "summary"]
    assert CliRunner().invoke(app, lint, env={"GITHUB_STEP_SUMMARY": "summary"}).exit_code == 2
    content = (repo / "summary").read_bytes()
    assert content.startswith(others)
    assert content[len(others) :].lstrip(b"\n").startswith(b"## Design decisions\n")
    assert content.count(b"\n## Design decisions\n") == 2 - (others == b"")
    assert b"\nempty.yaml:1:1: error [table-invalid]\n" in content
