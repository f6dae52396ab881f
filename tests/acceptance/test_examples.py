"""The example folders are the acceptance suite: what they promise is what the command gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from command_line import run
from genarch import load_rules
from genarch.engine.lint import verify
from genarch.files.bundled import bundled_tables

ROOT = Path(__file__).resolve().parent.parent.parent
SPECS = sorted((ROOT / "examples/specs").glob("*.genarch.yaml"))
INVALID = sorted((ROOT / "examples/invalid").glob("*.genarch.yaml"))
EXPECTED = yaml.safe_load((ROOT / "examples/specs/expected.yaml").read_text())


def reports(folder: str, *options: str) -> tuple[int, dict[str, Any]]:
    result = run("evaluate", ".", "--format", "jsonl", *options, cwd=ROOT / folder)
    made = [json.loads(line) for line in result.stdout.splitlines()]
    return result.returncode, {Path(report["spec"]["source"]["path"]).name: report for report in made}


@pytest.mark.parametrize("table", bundled_tables())
def test_every_example_gets_the_verdict_beside_it(table: str) -> None:
    # the article's mapping is that of its rules alone
    code, made = reports("examples/specs", "--rules", table, *(["--no-evidence"] if table == "article" else []))
    assert code == 0
    assert {report["spec"]["id"] for report in made.values()} == set(EXPECTED)
    for report in made.values():
        for key, value in EXPECTED[report["spec"]["id"]][table].items():
            assert report[key] == value, report["spec"]["id"]
        assert f"{report['spec']['id']}.genarch.yaml" == Path(report["spec"]["source"]["path"]).name


def test_the_default_table_says_what_the_article_alone_would_have_said() -> None:
    _, made = reports("examples/specs")
    for report in made.values():
        expected = EXPECTED[report["spec"]["id"]]
        alone = {key: value for key, value in expected["article"].items() if key in report["base"]}
        assert {key: report["base"][key] for key in alone} == alone
        keys = ("verdict", "architecture")
        same = all(expected["article"].get(key) == expected["field"].get(key) for key in keys)
        assert report["base"]["differs"] is not same, report["spec"]["id"]


@pytest.mark.parametrize("path", sorted((ROOT / "examples/rules").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_example_tables_are_verified(path: Path) -> None:
    found = [finding for finding in verify(load_rules(path)) if not finding.waived]
    assert found == []


def test_the_examples_cover_every_kind_of_answer() -> None:
    verdicts = [expected["article"]["verdict"] for expected in EXPECTED.values()]
    assert len(verdicts) >= 12
    assert verdicts.count("hybrid") >= 3
    assert len({e["article"]["architecture"] for e in EXPECTED.values() if e["article"]["verdict"] == "hybrid"}) == 3
    assert verdicts.count("evaluate_both") >= 2
    assert verdicts.count("infeasible") >= 1
    assert {"gan", "diffusion", "undetermined"} <= set(verdicts)


def test_every_invalid_example_gives_its_message() -> None:
    code, made = reports("examples/invalid")
    assert code == 2
    assert set(made) == {path.name for path in INVALID}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_an_invalid_example_is_refused_in_these_words(path: Path) -> None:
    result = run("evaluate", path.name, "--format", "json", cwd=path.parent)
    assert result.returncode == 2
    told = "".join(line.removeprefix("genarch: ") for line in result.stderr.splitlines(keepends=True))
    assert told == path.with_name(path.name.replace(".genarch.yaml", ".expected")).read_text()
