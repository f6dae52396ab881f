"""The other commands: lists, explanations, schemas, help, completion."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from genarch import RuleTable, __version__, load_rules, load_spec
from genarch.cli.app import MODULES, SECTIONS, app
from genarch.cli.ask import kinds
from genarch.cli.completion import NAMES, completed
from genarch.engine.constraints import CONSTRAINTS
from genarch.files.bundled import bundled_cases, bundled_tables, load_catalogue
from genarch.reports.descriptions import table_ids
from genarch.reports.evidence_descriptions import evidence_ids


def invoke(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="genarch", env={"COLUMNS": "80", **env})


def test_version() -> None:
    assert invoke("--version").stdout == f"genarch {__version__}\n"


def commands_of(group: Any, *path: str) -> list[list[str]]:
    """Every command and group by the words that name it."""
    found = [list(path)]
    for name in group.list_commands(None) if hasattr(group, "list_commands") else ():
        found += commands_of(group.get_command(None, name), *path, name)
    return found


@pytest.mark.parametrize("command", commands_of(get_command(app)), ids=" ".join)
def test_every_command_has_help(command: list[str]) -> None:
    result = invoke(*command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: genarch")
    assert len(result.stdout.splitlines()) > 5


@pytest.mark.parametrize("arguments", [[], ["rules"], ["evidence"], ["doc"]], ids=" ".join)
def test_without_arguments_there_is_help(arguments: list[str]) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (0, invoke(*arguments, "--help").stdout)


def test_help_has_commands_by_what_they_are_for_and_cuts_no_summary() -> None:
    lines = invoke(COLUMNS="80").stdout.splitlines()
    assert [line for line in lines if line in {f"{title}:" for title in SECTIONS}] == [f"{name}:" for name in SECTIONS]
    assert not any(line.endswith("...") for line in lines[1:])
    assert not any(line.split()[:1] == ["explain"] for line in lines)
    assert "<list" not in invoke("evaluate", "--help").stdout
    assert "  PATH...  Spec files" in invoke("evaluate", "--help").stdout


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("e1", "fact E1"),
        ("rtx4090", "value rtx-4090"),
        ("SDTurbo", "model sd-turbo"),
        ("evidence-diffusion-too-s", "rule of evidence evidence-diffusion-too-slow"),
        ("under-100-ms", "rule under-100-ms-needs-a-single-pass"),
        ("staindiff", "case staindiffuser"),
    ],
)
def test_show_finds_ids_by_their_beginning_and_in_any_case(name: str, first: str) -> None:
    assert invoke("show", name).stdout.startswith(f"{first}: ")
    assert invoke("explain", name).stdout == invoke("show", name).stdout


def ids_in(part: Any) -> set[str]:
    """Every id that a part of a JSON report names."""
    if isinstance(part, list):
        return set().union(*map(ids_in, part))
    if not isinstance(part, dict):
        return set()
    named = {part[key] for key in ("rule", "id", "model", "case") if isinstance(part.get(key), str)}
    return named.union(part.get("facts") or (), *map(ids_in, part.values()))


def test_show_explains_every_id_of_the_reports_on_the_examples() -> None:
    known = {*table_ids(load_rules()), *evidence_ids(load_catalogue()), *(case.id for case in bundled_cases())}
    reports = json.loads(invoke("evaluate", "examples/specs", "--format", "json").stdout)
    parts = ("rationale", "methods", "warnings", "next_steps", "evidence", "start_with", "nearest", "precedents")
    named = set().union(*(ids_in(report.get(part)) for report in reports for part in parts))
    assert any(name.startswith("evidence-") for name in named)
    assert named - {"evidence"} <= known  # the catalogue itself has an id, too


def test_show_says_what_an_ambiguous_beginning_may_be() -> None:
    result = invoke("show", "sdx")
    assert result.exit_code == 2
    assert result.stderr.startswith("genarch: 'sdx' is the beginning of sdx")
    assert result.stderr.endswith("write a longer prefix\n")


def test_init_writes_a_spec_that_says_what_each_field_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed = invoke("init", "--list").stdout
    for name, template in kinds().items():
        assert f"{name} " in listed
        made = invoke("init", name, "-o", f"{name}.yaml")
        assert made.exit_code == 0
        spec = load_spec(tmp_path / f"{name}.yaml")
        assert (spec.id, spec.title, spec.constraints) == (name, template.title, template.constraints)
    text = (tmp_path / "early-idea.yaml").read_text()
    assert "  # What does the system generate? One of:" in text
    assert (tmp_path / "genarch-spec.schema.json").exists()
    again = invoke("init", "early-idea", "-o", "early-idea.yaml")
    assert (again.exit_code, (tmp_path / "early-idea.yaml").read_text()) == (2, text)
    assert "exists already" in again.stderr
    assert "see --list" in invoke("init").stderr
    assert "did you mean 'early-idea'" in invoke("init", "early-ideas").stderr


@pytest.mark.parametrize(
    ("what", "begun", "found"),
    [
        ("answers", "d", ["domain=", "device=", "device_memory_gb="]),
        ("answers", "latency_b", ["latency_budget_ms=unknown", "latency_budget_ms="]),
        ("answers", "dom", ["domain=narrow", "domain=broad", "domain=unknown"]),
        ("answers", "priorities=quality,spe", ["priorities=quality,speed"]),
        ("answers", "domain=", ["domain=narrow", "domain=broad", "domain=unknown"]),
        ("tables", "f", ["field"]),
        ("kinds", "early", ["early-idea"]),
    ],
)
def test_completion(what: str, begun: str, found: list[str]) -> None:
    assert completed(what, begun) == found


@pytest.mark.parametrize("what", sorted(NAMES))
def test_everything_that_is_completed_is_there(what: str) -> None:
    assert len(completed(what, "")) > 1


@pytest.mark.parametrize(
    "arguments",
    [["explian"], ["explain"], ["schema", "specs"], ["rules", "lst"], ["rules", "show", "x", "--format", "xml"]],
)
def test_bad_usage_is_2(arguments: list[str]) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage: genarch" in result.stderr


def test_rules_list(article: RuleTable) -> None:
    text = invoke("rules", "list", "--rules", "article").stdout
    listed = json.loads(invoke("rules", "list", "--rules", "article", "--format", "json").stdout)
    assert text.startswith("article@1.0.0: ")
    assert [rule["id"] for rule in listed["rules"]] == [rule.id for rule in article.rules]
    for rule in article.rules:
        assert f"\n  {rule.id}\n" in text
    assert listed["digest"] == article.header.digest


@pytest.mark.parametrize("table", bundled_tables())
def test_every_id_can_be_shown_and_explained(table: str) -> None:
    for name in dict.fromkeys(entry.id for entry in load_rules(table).entries()):
        text = invoke("explain", name, "--rules", table)
        assert text.exit_code == 0, name
        assert all(len(line) <= 80 for line in text.stdout.splitlines())
        described = json.loads(invoke("rules", "show", name, "--rules", table, "--format", "json").stdout)
        assert described[0]["id"] == name


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.name)
def test_every_constraint_is_explained(constraint: object) -> None:
    described = json.loads(invoke("explain", constraint.name, "--format", "json").stdout)[0]  # type: ignore[attr-defined]
    assert described["kind"] == "constraint"
    assert described["asks"].endswith("?")
    assert described["since"] == "format version 1"


def test_a_rule_is_explained_whole() -> None:
    text = invoke("explain", "under-100-ms-needs-a-single-pass", "--rules", "article").stdout
    for part in (
        "rule under-100-ms-needs-a-single-pass: Under 100 ms an image has to come from",
        "latency_budget_ms below 100",
        "gan +3, few_step +1; excludes diffusion, gan_enhanced_diffusion,",
        "E1, G2, in the section 'Choosing by deployment constraint'",
        "planning heuristic",
        "table version 1.0.0",
        "latency_budget_ms: 99.9",
    ):
        assert part in text


def test_gan_is_an_architecture_and_a_family() -> None:
    assert [entry["kind"] for entry in json.loads(invoke("explain", "gan", "--format", "json").stdout)] == [
        "architecture",
        "family",
    ]


@pytest.mark.parametrize("command", [["explain"], ["rules", "show"]])
def test_an_unknown_id_suggests_the_nearest(command: list[str]) -> None:
    result = invoke(*command, "under-100-ms-need-a-single-pass")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "did you mean 'under-100-ms-needs-a-single-pass'?" in result.stderr


def test_a_hostile_id_is_shown_as_text() -> None:
    assert "\x1b" not in invoke("explain", "\x1b[31mred").stderr


@pytest.mark.parametrize("name", ["spec", "rules", "cases", "report", "findings", "backtest"])
def test_schema_prints_json(name: str) -> None:
    assert json.loads(invoke("schema", name).stdout)["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_offered(shell: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "genarch"],
        env={"_GENARCH_COMPLETE": f"source_{shell}", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_GENARCH_COMPLETE" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["estimate", "--model", "sd-turbo", "--gpu", "l4", "--resolution", "512", "--steps", "no"], "'--steps'"),
        (["estimate", "--model", "sd-turbo", "--gpu", "l4", "--resolution", "512", "--steps", "0"], "'--steps'"),
        (["estimate", "--model", "sd-turbo", "--gpu", "l4", "--resolution", "512", "--stack", "x"], "'--stack'"),
        (["cost", "-", "--utilisation", "much"], "'--utilisation'"),
        (["check", "--jobs", "99"], "'--jobs'"),
        (["evaluate", "-", "--format", "JSON"], "'--format'"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_option_s_name(arguments: list[str], message: str) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Invalid value for {message}" in result.stderr


def test_a_value_that_has_to_be_converted_is() -> None:
    arguments = ["estimate", "--model", "sd-turbo", "--gpu", "l4", "--resolution", "512", "--format", "json"]
    assert json.loads(invoke(*arguments, "--steps", "4").stdout)["steps"] == 4


@pytest.mark.parametrize(
    "command", ["evaluate", "check", "ask", "explain", "rules list", "doc add", "cost", "schema", "precedents"]
)
def test_a_command_imports_the_modules_of_no_other(command: str) -> None:
    """And no pydantic, whose import costs more than most commands take, nor what only tables of specs need."""
    first, dear = command.split(maxsplit=1)[0], ("pydantic", "rich.", "numpy", "pyarrow", "genarch.columns")
    code = (
        f"import sys; sys.argv[1:] = {[*command.split(), '--help']}\n"
        "from genarch.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print(*[name for name in sys.modules if name.startswith(('genarch.cli.', *{dear}))], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(result.stderr.split())
    assert not [name for name in imported if name.startswith(dear)]
    modules = {f"genarch.cli.{name}" for name in MODULES.values()}
    needed = {"ask": {"ask", "evaluate"}, "doc": {"doc", "ask", "evaluate"}}
    assert imported & modules == {f"genarch.cli.{name}" for name in needed.get(first, {MODULES[first]})}
