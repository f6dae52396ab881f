"""`genarch precedents`, and a team's own cases in it and in `evaluate`: by option and by settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner, Result

import genarch
from builders import spec
from genarch.cli.app import app
from genarch.cli.rules import schema_of
from genarch.engine.calibration import Calibration
from genarch.engine.spec import Case, CaseSpec
from genarch.files.bundled import own_cases, with_own_cases

SPEC = "version: 1\nconstraints: {task: texture, domain: narrow, resolution_px: 512, training_images: 7}\n"
OWN = """\
- {id: ours, year: 2025, chosen: gan, spec: {constraints: {task: texture, domain: narrow, resolution_px: 512, training_images: 7}}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.genarch.yaml").write_text(SPEC)
    (tmp_path / "past").mkdir()
    (tmp_path / "past/cases.yaml").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="genarch", env={"COLUMNS": "80"})


def reported(*arguments: str) -> Any:
    result = invoke(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("folder")
def test_every_bundled_case_most_alike_first_and_the_api_has_the_same() -> None:
    report = reported("precedents", "a.genarch.yaml")
    Draft7Validator(schema_of("precedents")).validate(report)
    found = genarch.precedents(genarch.load_spec("a.genarch.yaml"))
    assert report["cases"] == len(found) == len(genarch.bundled_cases())
    assert [each["case"] for each in report["nearest"]] == [each.case.id for each in found if each.similarity]
    assert [each.similarity for each in found] == sorted((each.similarity for each in found), reverse=True)
    assert sum(report["agreement"].values()) == pytest.approx(1, abs=0.001)
    evaluated = reported("evaluate", "a.genarch.yaml")[0]["precedents"]
    assert evaluated["agreement"] == report["agreement"]
    assert evaluated["nearest"] == report["nearest"][:3]


@pytest.mark.parametrize("option", [["--cases", "past/cases.yaml"], ["--cases", "past"], []])
@pytest.mark.parametrize("settings", ["genarch.toml", "pyproject.toml"])
def test_a_teams_own_cases_count_and_are_shown_as_theirs(folder: Path, option: list[str], settings: str) -> None:
    before = reported("precedents", "a.genarch.yaml")
    if not option:
        heading = "[tool.genarch]\n" if settings == "pyproject.toml" else ""
        (folder / settings).write_text(f'{heading}cases = ["past"]\n')
    after = reported("precedents", "a.genarch.yaml", *option)
    first = after["nearest"][0]
    assert (first["case"], first["own"], first["similarity"]) == ("ours", True, 1)
    assert not any(each["own"] for each in after["nearest"][1:])
    assert after["cases"] == before["cases"] + 1
    assert after["agreement"]["gan"] > before["agreement"]["gan"]
    assert reported("evaluate", "a.genarch.yaml", *option)[0]["precedents"]["nearest"][0] == first


def test_ask_counts_the_cases_of_the_settings(folder: Path) -> None:
    (folder / "genarch.toml").write_text('cases = ["past"]\n')
    found = reported("ask", "--answers", "a.genarch.yaml", "--yes")[0]["precedents"]
    assert (found["nearest"][0]["case"], found["nearest"][0]["own"]) == ("ours", True)


@pytest.mark.usefixtures("folder")
def test_the_rules_alone_have_no_precedents() -> None:
    assert "precedents" not in reported("evaluate", "a.genarch.yaml", "--no-evidence")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a, chosen: gn, spec: {constraints: {}}}", "past/cases.yaml:1:19: [a].chosen: 'gn' is not a family or a verdict"),
        (None, "past: has no *.yaml of cases; name a file of cases"),
    ],
)  # fmt: skip
def test_own_cases_that_cannot_be_read(folder: Path, text: str | None, message: str) -> None:
    path = folder / "past/cases.yaml"
    path.write_text(text) if text else path.unlink()
    for command in ("precedents", "evaluate"):
        result = invoke(command, "a.genarch.yaml", "--cases", "past")
        assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


@pytest.mark.usefixtures("folder")
def test_a_page_in_each_format_and_overrides() -> None:
    text = invoke("precedents", "a.genarch.yaml", "--cases", "past").stdout
    assert "ours (2025, your own): GAN, similarity 1.00" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "**GAN**" in invoke("precedents", "a.genarch.yaml", "--format", "markdown").stdout
    changed = reported("precedents", "a.genarch.yaml", "--cases", "past", "--set", "domain=broad")
    assert changed["nearest"][0]["similarity"] < 1


def test_own_cases_count_in_how_sure_a_calibrated_table_is() -> None:
    rules = genarch.load_rules()
    calibrated = rules._replace(header=rules.header._replace(calibration=Calibration(0.5, 1.0, 0.8)))
    stated = spec(task="texture", domain="narrow").constraints
    own = [Case("ours", CaseSpec(stated), "gan", ("gan",))]
    counting = with_own_cases(calibrated, own)
    assert tuple(counting) == tuple(calibrated)
    assert counting.agreement(stated)["gan"] > calibrated.agreement(stated)["gan"]
    assert (own_cases(counting), own_cases(calibrated)) == (tuple(own), ())
