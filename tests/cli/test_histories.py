"""Backtests on tables of specs: as the same rows one by one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from command_line import run
from genarch import RuleTable, decide, load_rules
from genarch.engine.backtest import OUTCOMES, interval, outcome
from genarch.engine.spec import Case, CaseSpec, Spec
from genarch.files.bundled import bundled_cases
from genarch.reports.backtest import backtest_report
from spec_tables import random_rows, table_of

CHOSEN = ("gan", "diffusion", "hybrid", "evaluate_both", "diffusion", "gan")


def backtested(path: Path, *options: str) -> Any:
    done = run("backtest", "--table", path.name, "--format", "json", *options, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def came_out(cases: list[Case], rules: RuleTable) -> Counter[tuple[str, str, str | None, str]]:
    """By `decide`, row by row."""
    verdicts = [decide(Spec("s", case.spec.constraints), rules) for case in cases]
    pairs = zip(cases, verdicts, strict=True)
    return Counter((case.chosen, said.verdict, said.confidence, outcome(case, said)) for case, said in pairs)


def test_it_is_the_backtest_of_its_rows(tmp_path: Path) -> None:
    """With the rules alone the report is that of cases; with evidence and precedents each row is as `decide` has it."""
    rows = [dict(case.spec.constraints) for case in bundled_cases()[:60]] + random_rows(60, 3)
    cases = [
        Case(f"row-{at}", CaseSpec(row), chosen, (chosen,))
        for at, (row, chosen) in enumerate(zip(rows, CHOSEN * 20, strict=True))
    ]
    table = table_of(rows).append_column("decision", [[case.chosen for case in cases]])
    parquet.write_table(table, tmp_path / "history.parquet")
    alone = backtested(tmp_path / "history.parquet", "--rules", "article", "--no-evidence")
    wanted = backtest_report(cases, [load_rules("article", evidence=False)], None)
    (group,) = (group for group in wanted.groups if group.group == "all")
    (found,) = alone["groups"]
    assert [found["cases"], *found["tables"][0].values()][:6] == [120, "article@1.0.0", *group.tables[0].score[:4]]
    assert found["baselines"] == [
        {
            "always": one.always,
            "most_common": one.most_common,
            **dict(zip((*OUTCOMES, "cases"), one.score[:5], strict=True)),
            "right_interval": list(one.score.right_interval),
        }
        for one in group.baselines
    ]
    both = backtested(tmp_path / "history.parquet")
    assert [entry["rules"] for entry in both["groups"][0]["tables"]] == ["article@1.0.0", "field@2.0.0"]
    for part, name in zip(both["tables"], ("article", "field"), strict=True):
        counted = came_out(cases, load_rules(name))
        assert {(e["chosen"], e["verdict"]): e["cases"] for e in part["confusion"]} == Counter(
            {pair: sum(n for key, n in counted.items() if key[:2] == pair) for pair in {key[:2] for key in counted}}
        )
        for entry in part["calibration"]:
            some = {key[3]: 0 for key in counted}
            for key, count in counted.items():
                some[key[3]] += count * (key[2] == entry["confidence"])
            assert [entry[name] for name in OUTCOMES] == [some.get(name, 0) for name in OUTCOMES]


def test_what_was_decided(tmp_path: Path) -> None:
    """An architecture stands for its family; rows without a decision are left out, and what is none is refused."""
    path = tmp_path / "a.csv"
    path.write_text("task,decision\ninpainting,few_step\ninpainting,\n,unknown\ninpainting, diffusion\n")
    shown = run("backtest", "--table", "a.csv", "--rules", "field", cwd=tmp_path)
    assert "a.csv: 2 of 4 rows have no decision, and are left out" in shown.stderr
    assert (shown.returncode, "All: 2 cases" in shown.stdout) == (0, True)
    for text, code, message in (
        (
            "task,decision\n,difusion\n,1\n",
            2,
            "decision: 'difusion' is not a decision here; did you mean 'diffusion'? (row 1)",
        ),
        ("task,decided\n,gan\n", 2, "a.csv: has no column 'decision'; rename the one that says what was chosen"),
        ("task,decision\ninpainting,\n", 3, "a.csv: has no row with a decision"),
        ("task,decision\ninpaintin,gan\n", 2, "task: 'inpaintin' is not a choice here"),
    ):
        path.write_text(text)
        refused = run("backtest", "--table", "a.csv", cwd=tmp_path)
        assert (refused.returncode, message in refused.stderr) == (code, True)
    assert "--table takes no CASES" in run("backtest", "--table", "a.csv", "--failures", cwd=tmp_path).stderr


@pytest.mark.parametrize("decision", ['["gan"]', '{"a": 1}', "3", "true"])
def test_a_decision_of_any_type_is_named_where_it_is_none(decision: str) -> None:
    refused = run("backtest", "--table", "-", stdin=f'{{"task": null, "decision": {decision}}}\n')
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "<stdin>: decision: " in refused.stderr


def test_a_history_without_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("task,decision\n")
    shown = run("rules", "diff", "article", "field", "--table", "a.csv", cwd=tmp_path)
    assert shown.stderr == "genarch: a.csv: has no rows\n"


@pytest.mark.parametrize(("right", "cases"), [(1, 3), (37, 149), (1, 10_000), (5_000_000, 10_000_000)])
def test_the_interval_of_very_many_cases(right: int, cases: int) -> None:
    """As the normal distribution has it, where that is near."""
    low, high = interval(right, cases)
    share = right / cases
    far = 1.96 * (share * (1 - share) / cases) ** 0.5
    assert low == pytest.approx(max(0, share - far), abs=1.2 / cases)
    assert high == pytest.approx(share + far, abs=1.2 / cases)
