"""Each format, letter by letter, over the verdicts there are; `make goldens` rewrites the files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest

from genarch import InputError, RuleTable, evaluate, explore, load_rules, load_spec
from genarch.cli.evaluate import joined
from genarch.files.bundled import base_of
from genarch.files.specs import load_cases
from genarch.reports.answer import pages
from genarch.reports.backtest import BacktestReport, backtest_page, backtest_report
from genarch.reports.evaluation import Report, make_error_report, make_report
from genarch.reports.json import json_lines, json_list
from genarch.reports.markdown import as_markdown
from genarch.reports.page import Look
from genarch.reports.reporting import advice_of, evidence_of
from genarch.reports.text import as_text
from genarch.version import __version__

GOLDEN = Path(__file__).resolve().parent.parent / "golden"

SPECS = (
    "specs/live-face-filter",  # excluded architectures, a note, methods, risks
    "specs/realtime-text-canvas",  # forced, two warnings
    "specs/texture-library",  # a lean
    "specs/house-style-illustrations",  # a close call: evaluate both
    "specs/early-idea",  # undetermined, much unknown
    "specs/realtime-text-canvas-proven",  # infeasible
    "invalid/misspelt",  # not evaluated
)


DIFFERING = (
    "specs/sketch-to-photo",  # another family than the article alone
    "specs/live-face-filter",  # the same
    "specs/texture-library",  # both families' architectures named
)
"""Told with the default table, beside what the one that it extends says alone."""


def reports(rules: RuleTable, root: Path, specs: Sequence[str] = SPECS, base: RuleTable | None = None) -> list[Report]:
    made: list[Report] = []
    for name in specs:
        path = str(root / "examples" / f"{name}.genarch.yaml")
        shown = f"@@PATH@@/{name}.genarch.yaml"
        try:
            spec = load_spec(path, rules)
            shown_spec = spec._replace(origin=spec.origin._replace(path=shown))
            evaluation = evaluate(spec, rules)
            evidence, advice = evidence_of(spec, rules, evaluation), advice_of(spec, rules, evaluation)
            exploration = explore(spec, rules)
            made.append(make_report(shown_spec, rules, evaluation, exploration, evidence, base=base, advice=advice))
        except InputError as error:
            made.append(make_error_report(shown, "an-id", [problem._replace(path=shown) for problem in error.problems]))
    return made


@pytest.fixture(scope="module")
def by_article(shipped: RuleTable, root: Path) -> list[Report]:
    return reports(shipped, root)


@pytest.fixture(scope="module")
def by_default(root: Path) -> list[Report]:
    rules = load_rules()
    return reports(rules, root, DIFFERING, base_of(rules))


Render = Callable[[list[Report]], Iterable[str]]


def as_lines(look: Look, *, full: bool = True) -> Render:
    return lambda made: joined(as_text(page, look) for page in pages(made, full=full, hinted=True))


def as_pages(made: list[Report], *, full: bool = True) -> Iterable[str]:
    return joined(map(as_markdown, pages(made, full=full)))


def one_answer(look: Look) -> Render:
    return lambda made: joined(as_text(page, look) for report in made for page in pages([report], hinted=True))


def written(render: Render, made: list[Report]) -> str:
    return "".join(render(made))


def rendered(render: Render, made: list[Report]) -> str:
    text = written(render, made)
    text = re.sub(r"sha256:[0-9a-f]+", "sha256:@@DIGEST@@", text)
    return text.replace(f'"{__version__}"', '"@@VERSION@@"').replace(f"genarch {__version__}", "genarch @@VERSION@@")


CASES: dict[str, Render] = {
    "report.json": json_list,
    "report.jsonl": json_lines,
    "report.md": as_pages,
    "report-40.txt": as_lines(Look(width=40, color=False, unicode=True)),
    "report-80.txt": as_lines(Look(width=80, color=False, unicode=True)),
    "report-140.txt": as_lines(Look(width=140, color=False, unicode=True)),
    "report-80-ascii.txt": as_lines(Look(width=80, color=False, unicode=False)),
    "report-80-color.txt": as_lines(Look(width=80, color=True, unicode=True)),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, by_article: list[Report], request: pytest.FixtureRequest) -> None:
    held(GOLDEN / name, rendered(CASES[name], by_article), request)


def held(path: Path, actual: str, request: pytest.FixtureRequest) -> None:
    """Hold what was made against the file; write it first where that is asked for."""
    if request.config.getoption("--update-goldens"):
        path.write_text(actual)
    assert actual == path.read_text()


DEFAULT: dict[str, Render] = {
    "default.md": as_pages,
    "answers-40.txt": one_answer(Look(width=40, color=False, unicode=True)),
    "answers-80.txt": one_answer(Look(width=80, color=False, unicode=True)),
    "answers-80-color.txt": one_answer(Look(width=80, color=True, unicode=True)),
    "answers-80-table.txt": as_lines(Look(width=80, color=False, unicode=True), full=False),
    "answers.md": lambda made: as_pages(made, full=False),
    "default-40.txt": as_lines(Look(width=40, color=False, unicode=True)),
    "default-80.txt": as_lines(Look(width=80, color=False, unicode=True)),
}


@pytest.mark.parametrize("name", DEFAULT)
def test_golden_of_the_default_table(name: str, by_default: list[Report], request: pytest.FixtureRequest) -> None:
    held(GOLDEN / name, rendered(DEFAULT[name], by_default), request)


@cache
def backtested(root: Path) -> BacktestReport:
    article, field = load_rules("article"), load_rules("field")
    cases = load_cases([str(root / "rules/cases/first.yaml")], field.verdicts)
    return backtest_report(cases, [field], article, ablation=True, leave_one_out=True)


@pytest.mark.parametrize(
    ("name", "look"),
    [("backtest.md", None), ("backtest-40.txt", Look(width=40)), ("backtest-80.txt", Look(width=80))],
)
def test_golden_of_the_backtest(name: str, look: Look | None, root: Path, request: pytest.FixtureRequest) -> None:
    report = backtested(root)
    page = backtest_page(report, failures=True)
    actual = as_text(page, look) if look else as_markdown(page)
    held(GOLDEN / name, actual, request)


@pytest.mark.parametrize("width", [20, 40, 80, 140])
def test_no_line_is_wider_than_the_terminal(width: int, shipped: RuleTable, root: Path) -> None:
    text = written(as_lines(Look(width=width)), reports(shipped, root))
    assert max(map(len, text.splitlines())) <= width


def test_colour_only_adds_escape_sequences(shipped: RuleTable, root: Path) -> None:
    made = reports(shipped, root)
    plain = rendered(as_lines(Look(width=80, color=False, unicode=True)), made)
    colored = rendered(as_lines(Look(width=80, color=True, unicode=True)), made)
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()
    assert "\x1b" not in plain


def test_ascii_is_ascii(shipped: RuleTable, root: Path) -> None:
    assert rendered(as_lines(Look(width=80, color=False, unicode=False)), reports(shipped, root)).isascii()
