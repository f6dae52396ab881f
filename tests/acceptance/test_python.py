"""What Python offers: everything named, short to look at, and a notebook that runs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import genarch
from genarch import cost, evaluate, load_rules, load_spec, report_on, to_html, to_markdown
from genarch.reports.evaluation import Evaluated


@pytest.fixture(scope="module")
def report(root: Path) -> Evaluated:
    return report_on(load_spec(root / "examples/specs/marketing-studio.genarch.yaml"))


def test_dir_has_every_name_and_each_is_there() -> None:
    assert set(genarch.__all__) <= set(dir(genarch))
    for name in genarch.__all__:
        assert getattr(genarch, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = genarch.nothing


def test_names_of_reports_are_imported_when_they_are_asked_for() -> None:
    code = (
        "import sys, genarch\n"
        "assert 'to_html' in dir(genarch)\n"
        "assert not any(name.startswith(('genarch.reports', 'pydantic', 'markdown_it', 'numpy')) for name in sys.modules)\n"
        "genarch.report_on\n"
        "assert 'genarch.reports' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_shown_of_values_is_short(report: Evaluated) -> None:
    verdict = report.verdict
    assert repr(report) == f"Evaluated(marketing-studio: {verdict.architecture}, {verdict.confidence})"
    rules = load_rules("article", evidence=False)
    assert repr(rules) == f"RuleTable(article@1.0.0, {len(rules.rules)} rules)"
    nothing = evaluate(genarch.validate_spec({"version": 1, "id": "nothing", "constraints": {}}), rules)
    assert repr(nothing) == "Evaluation(undetermined)"


def test_a_notebook_shows_the_answer_and_runs_nothing_of_the_spec(report: Evaluated) -> None:
    html = report._repr_html_()
    assert "<strong>Diffusion</strong>" in html
    assert "<table>" in html
    hostile = report._replace(spec=report.spec._replace(title="<script>alert(1)</script> [x](javascript:alert(1))"))
    assert "<script" not in hostile._repr_html_()
    assert "href" not in hostile._repr_html_()


def test_formats_are_those_of_the_command(report: Evaluated) -> None:
    assert to_markdown(report).startswith("### `marketing-studio`")
    assert len(to_markdown(report, full=True)) > len(to_markdown(report))
    assert "| `marketing-studio` |" in to_markdown(report, report)
    assert to_html(report).lower().startswith("<!doctype html>")


def test_a_report_says_at_its_top_whether_the_budget_is_kept(report: Evaluated, root: Path) -> None:
    assert report.evidence
    status = {entry.architecture: entry.status for entry in report.evidence.feasibility}
    assert report.feasibility == status[report.verdict.recommended[0]]
    assert report_on(load_spec(root / "examples/specs/early-idea.genarch.yaml"), explored=False).feasibility is None
    assert (
        report_on(load_spec(root / "examples/specs/marketing-studio.genarch.yaml"), with_evidence=False).feasibility
        is None
    )


def test_a_cost_needs_hardware_and_size(root: Path) -> None:
    spec = load_spec(root / "examples/specs/marketing-studio.genarch.yaml")
    bill, idle = cost(spec), cost(spec, utilisation=0.3)
    assert bill
    assert idle
    assert bill.utilisation == 0.6
    assert bill.costs[0].usd_per_1000_images
    assert idle.costs[0].usd_per_1000_images
    assert idle.costs[0].usd_per_1000_images.low == pytest.approx(2 * bill.costs[0].usd_per_1000_images.low)
    assert cost(load_spec(root / "examples/specs/early-idea.genarch.yaml")) is None


def test_the_notebook_runs(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads((root / "examples/notebook.ipynb").read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    monkeypatch.chdir(root / "examples")
    names: dict[str, Any] = {}
    shown = [executed("".join(cell["source"]), names) for cell in cells]
    assert isinstance(shown[0], Evaluated)
    assert shown[1].keys() == {"t4", "l4", "a100-80gb-sxm", "h100-sxm"}
    assert all(shown[:-1])
    assert capsys.readouterr().out.startswith("### `marketing-studio`")


def executed(source: str, names: dict[str, Any]) -> Any:
    """A cell's last expression, as a notebook shows it."""
    module = ast.parse(source)
    last = module.body.pop() if isinstance(module.body[-1], ast.Expr) else None
    exec(compile(module, "<cell>", "exec"), names)  # noqa: S102  (the notebook is our own)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if isinstance(last, ast.Expr) else None  # noqa: S307
