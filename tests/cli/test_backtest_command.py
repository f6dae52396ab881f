"""`genarch backtest` as people and scripts call it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner, Result

from genarch import load_rules
from genarch.cli.app import app
from genarch.cli.rules import schema_of

CASES = """\
- {id: live, year: 2024, chosen: gan, reason: "Frames cannot wait.", spec: {constraints: {domain: narrow, serving: realtime}}}
- {id: prompt, year: 2023, chosen: diffusion, spec: {constraints: {task: text_to_image, serving: batch, priorities: [quality]}}}
- {id: odd, year: 2023, chosen: gan, spec: {constraints: {task: text_to_image, serving: batch, priorities: [quality]}}}
- {id: old, year: 2019, strict: false, chosen: gan, spec: {constraints: {task: data_augmentation, serving: batch}}}
"""
GENTLE = """\
format: 1
id: gentle
version: 0.1.0
title: Text does not rule a GAN out
source: {title: Ours, facts: [O1], section: one, grade: expert_judgement}
extends: article
facts: [{id: O1, text: We have one that follows text., cases: [odd, live]}]
disable: [{id: text-excludes-plain-gan, reason: We have one that follows text.}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cases.yaml").write_text(CASES)
    (tmp_path / "gentle.yaml").write_text(GENTLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(app, ["backtest", *arguments], prog_name="genarch", env={"COLUMNS": "80", **env})


def reported(*arguments: str) -> dict[str, Any]:
    result = invoke(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    Draft7Validator(schema_of("backtest")).validate(report)
    return report


@pytest.mark.usefixtures("folder")
def test_every_bundled_table_and_the_groups_strict_first() -> None:
    report = reported("cases.yaml")
    assert [(g["group"], g["cases"]) for g in report["groups"]] == [("strict", 3), ("before_2022", 1), ("all", 4)]
    assert [table["id"] for table in report["tables"]] == ["article", "field"]
    strict = report["groups"][0]
    assert [(b["always"], b["most_common"], b["right"]) for b in strict["baselines"]] == [
        ("diffusion", False, 1),
        ("gan", True, 2),
    ]


@pytest.mark.usefixtures("folder")
def test_without_cases_the_bundled_ones_are_backtested_wherever_one_is() -> None:
    report = reported("--rules", "article")
    assert [(g["group"], g["cases"]) for g in report["groups"]] == [("strict", 98), ("before_2022", 37), ("all", 149)]
    first = report["tables"][0]["results"][0]
    assert (first["case"], first["path"], first["line"]) == ("ulm-pneumonia-limited-data", "rules/cases/first.yaml", 9)


def test_what_was_left_out_comes_first_and_is_drawn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genarch.cli.rules.find_spec", lambda _: None)
    text = invoke("--rules", "field", "--learners", "--plot", "plot.svg").stdout
    first, *_ = text.splitlines()
    assert first.endswith(", left out: 98 strict cases of 97 sources")
    assert "Install it with: python -m pip install scikit-learn" in " ".join(text.split())
    assert "right by confidence" not in text  # it stands among what was left out
    image = ET.fromstring((folder / "plot.svg").read_text())
    (part,) = reported("--rules", "field")["left_out"]
    dots = list(image.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(dots) == len(part["reliability"])
    assert sum(entry["cases"] for entry in part["reliability"]) == part["cases"] == 98
    calibration = load_rules().header.calibration
    assert calibration is not None
    kept = {name: found.cases for name, found in calibration.left_out._asdict().items() if found}
    assert {entry["confidence"]: entry["cases"] for entry in part["confidences"]} == kept


@pytest.mark.usefixtures("folder")
def test_a_few_cases_of_ones_own_are_left_out_too_and_methods_are_not_compared_on_them() -> None:
    (part,) = reported("cases.yaml", "--rules", "field")["left_out"]
    assert (part["cases"], part["sources"], part["methods"]) == (3, 3, [])
    refused = invoke("cases.yaml", "--rules", "field", "--plot", "plot.svg")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--plot: needs a calibrated table" in refused.stderr
    assert reported("cases.yaml", "--rules", "article")["left_out"] == []


@pytest.mark.usefixtures("folder")
def test_the_article_on_four_cases_by_hand() -> None:
    """live: gan 3 + 2 of under 50 ms unknown, 3 of narrow: clear. prompt and odd: text leaves no gan; diffusion 3 + 3 + 1.

    old: gan 3 of augmentation alone, since the priorities are not stated.
    """
    results = reported("cases.yaml", "--rules", "article")["tables"][0]["results"]
    assert [(r["case"], r["verdict"], r["outcome"]) for r in results] == [
        ("live", "gan", "right"),
        ("prompt", "diffusion", "right"),
        ("odd", "diffusion", "confidently_wrong"),
        ("old", "gan", "right"),
    ]
    odd = results[2]
    assert odd["decided_by"][0] == {"rule": "text-excludes-plain-gan", "points": {}, "excludes": ["gan"]}
    assert [entry["rule"] for entry in odd["decided_by"][1:]] == [
        "unhurried-quality-favours-diffusion",
        "text-to-image-favours-diffusion",
        "batch-quality-favours-diffusion",
    ]


def test_failures_name_the_rules_that_did_it(folder: Path) -> None:
    text = invoke("cases.yaml", "--rules", "article", "--failures").stdout
    assert (
        "article@1.0.0: misses\n  odd (2023, strict): chosen GAN, said diffusion (clear): confidently wrong\n" in text
    )
    assert "    text-excludes-plain-gan: excludes gan\n" in text
    assert "misses" not in invoke("cases.yaml", "--rules", "article").stdout
    (folder / "live.yaml").write_text(CASES.splitlines()[0])
    assert "misses\n  None.\n" in invoke("live.yaml", "--rules", "article", "--failures").stdout


@pytest.mark.usefixtures("folder")
def test_against_tells_case_by_case_what_is_gained_and_broken() -> None:
    """Without the exclusion gan has 0 points in both prompts, diffusion 7: they stay diffusion, and nothing moves."""
    report = reported("cases.yaml", "--rules", "gentle.yaml", "--against", "article")
    assert report["against"] == [{"rules": "gentle@0.1.0", "against": "article@1.0.0", "gains": [], "breaks": []}]
    moved = reported("cases.yaml", "--against", "article")["against"][0]
    assert (moved["rules"].split("@")[0], [case["case"] for case in moved["breaks"]]) == ("field", ["old"])
    assert moved["breaks"][0]["before"]["outcome"] == "right"
    assert (
        "field@2.0.0 in place of article@1.0.0: 0 cases better, 1 worse"
        in invoke("cases.yaml", "--against", "article").stdout
    )


@pytest.mark.usefixtures("folder")
def test_ablation_and_leave_one_out_are_there_when_asked_for() -> None:
    (plain,) = reported("cases.yaml", "--rules", "article")["tables"]
    assert (plain["ablation"], plain["leave_one_out"]) == (None, None)
    (table,) = reported("cases.yaml", "--rules", "article", "--ablation", "--leave-one-out")["tables"]
    without = {entry["rule"]: entry for entry in table["ablation"]}
    assert len(without) == table["size"]["rules"]
    assert without["narrow-domain-favours-gan"]["hits"] == 1
    assert table["leave_one_out"]["values"] == table["size"]["strengths"]
    text = invoke("cases.yaml", "--rules", "article", "--ablation", "--leave-one-out").stdout
    assert "each rule taken out, strict cases" in text
    assert "strengths fitted to the cases, strict cases" in text


def test_without_strict_cases_all_are_scored(folder: Path) -> None:
    (folder / "cases.yaml").write_text(CASES.splitlines()[3])
    (table,) = reported("cases.yaml", "--rules", "article")["tables"]
    assert table["scope"] == "all"
    assert "chosen and said, all cases" in invoke("cases.yaml", "--rules", "article").stdout


def test_bad_cases_are_refused_with_their_places_and_without_a_report(folder: Path) -> None:
    (folder / "bad.yaml").write_text("- id: a\n  spec: {constraints: {task: txt}}\n  chosen: gna\n")
    result = invoke("cases.yaml", "bad.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["bad.yaml:2:30", "bad.yaml:3:11"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["missing.yaml"], 2, "missing.yaml: no such file"),
        (["cases.yaml", "--rules", "artcle"], 2, "did you mean 'article'?"),
        (["cases.yaml", "--rules", "artcle", "--against", "fild"], 2, "did you mean 'field'?"),
        (["cases.yaml", "-o", "cases.yaml"], 2, "is an input, and would be overwritten by -o"),
        (["empty"], 3, "nothing to backtest: no *.yaml of cases in empty"),
    ],
)
def test_what_cannot_be_used(folder: Path, arguments: list[str], code: int, told: str) -> None:
    (folder / "empty").mkdir()
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("columns", [40, 80, 140])
def test_text_fits_its_columns(columns: int) -> None:
    options = ["--failures", "--ablation", "--leave-one-out", "--against", "article"]
    text = invoke("cases.yaml", *options, COLUMNS=str(columns)).stdout
    assert max(map(len, text.splitlines())) <= columns


def test_hostile_words_of_a_case_stay_words(folder: Path) -> None:
    hostile = '- {id: a, chosen: diffusion, reason: "\\e[31m| <b> @all", spec: {constraints: {serving: realtime, domain: narrow}}}\n'
    (folder / "cases.yaml").write_text(hostile)
    assert "\x1b" not in invoke("cases.yaml", "--failures").stdout
    markdown = invoke("cases.yaml", "--failures", "--format", "markdown").stdout
    assert "<b>" not in markdown
    assert "@all" not in markdown


def test_markdown_goes_to_a_file(folder: Path) -> None:
    result = invoke("cases.yaml", "--format", "markdown", "-o", "out.md")
    assert (result.exit_code, result.stdout) == (0, "")
    text = (folder / "out.md").read_text()
    assert "### Strict, the source names the family" in text
    assert "| always GAN, the most common |" in text
