"""Every format of a check, letter by letter, over the example documents; `make goldens` rewrites the files."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from genarch.cli.app import app
from genarch.cli.rules import schema_of
from genarch.reports.finding_formats import FORMATS
from genarch.version import __version__

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example documents, below the root of a repository."""
    shutil.copytree(TESTS.parent / "examples/docs", tmp_path / "examples/docs")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "examples/docs")


def checked(output_format: str, *options: str) -> str:
    arguments = ["check", "--today", "2026-11-24", "--no-config", "--show-waived", "--format", output_format, *options]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "80"})
    assert result.exit_code == 1, result.stderr
    return result.stdout


@pytest.mark.parametrize("output_format", FORMATS)
def test_golden(output_format: str, request: pytest.FixtureRequest) -> None:
    text = re.sub(r"sha256:[0-9a-f]+", "sha256:@@DIGEST@@", checked(output_format))
    text = text.replace(f'"{__version__}"', '"@@VERSION@@"')
    path = TESTS / f"golden/check.{output_format}"
    if request.config.getoption("--update-goldens"):
        path.write_text(text)
    assert text == path.read_text()


def test_json_keeps_to_its_schema() -> None:
    report = json.loads(checked("json"))
    jsonschema.validate(report, schema_of("check"))
    counts = report["counts"]
    assert sum(counts[key] for key in ("error", "warning", "note", "waived", "known")) == len(report["findings"])
    assert counts["decisions"] == sum(len(document["decisions"]) for document in report["documents"])
    assert counts["skipped"]["not in force"] == 1


def test_sarif_keeps_to_its_schema_and_points_at_the_decision() -> None:
    log = json.loads(checked("sarif"))
    jsonschema.validate(log, json.loads((TESTS / "data/sarif-2.1.0.json").read_text()))
    (run,) = log["runs"]
    (first,) = [
        result
        for result in run["results"]
        if result["ruleId"] == "decision-excluded" and "0001" in json.dumps(result["locations"])
    ]
    location = first["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "examples/docs/fail/0001-live-face-filter.md", (
        "from the repository's root"
    )
    assert location["region"] == {"startLine": 25, "startColumn": 1, "endLine": 25, "endColumn": 20}
    fingerprints = [result["partialFingerprints"]["genarch/v1"] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_junit_counts_what_fails() -> None:
    suites = ET.fromstring(checked("junit"))
    (suite,) = suites
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases) == 14
    passed = [case.attrib["name"] for case in cases if not len(case)]
    assert "decision [virtual-try-on]" in passed


def test_every_line_of_the_text_fits() -> None:
    assert max(map(len, checked("text").splitlines())) <= 80


def test_annotations_come_with_the_gravest_first() -> None:
    lines = checked("github").splitlines()
    kinds = [line.split(" ")[0] for line in lines]
    assert kinds == ["::error"] * 10 + ["::warning"] * 3
    assert lines[9] == "::error title=genarch::5 more findings of this kind, see the log"
