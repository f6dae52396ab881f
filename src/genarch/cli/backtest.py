"""`genarch backtest`: documented cases and tables in, what came out right and why out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from genarch.cli import exits
from genarch.cli.output import busy, keep, written
from genarch.cli.terminal import screen
from genarch.errors import InputError, Problem
from genarch.files.cases import load_cases
from genarch.files.io import case_files
from genarch.files.tables import DEFAULT_TABLE, bundled_tables, load_rules, table_path
from genarch.reports.backtest import BacktestReport, backtest_page, backtest_report
from genarch.table.rules import RuleTable


class BacktestRequest(NamedTuple):
    """What the command line asked for. No tables: every bundled one, or the default one where `against` names one."""

    cases: tuple[str, ...]
    tables: tuple[str, ...]
    against: str | None
    format: str
    output: str | None
    failures: bool
    ablation: bool
    leave_one_out: bool


def run_backtest(request: BacktestRequest) -> int:
    """Backtest the tables on the cases and return the exit code.

    Raises:
        InputError: when a table or a case cannot be used, with the problems of all of them.
    """
    paths = list(case_files(request.cases))
    if not paths:
        exits.say(f"nothing to backtest: no *.yaml of cases in {', '.join(request.cases)}")
        return exits.NOTHING
    names = request.tables or ((DEFAULT_TABLE,) if request.against else tuple(bundled_tables()))
    every = tuple(dict.fromkeys([*names, *([request.against] if request.against else [])]))
    tables = _tables(every)
    keep(request.output, [*map(table_path, every), *paths])
    verdicts = dict.fromkeys(verdict for table in tables.values() for verdict in table.verdicts)
    cases = load_cases(paths, tuple(verdicts))
    with busy("backtesting"):
        report = backtest_report(
            cases,
            [tables[name] for name in dict.fromkeys(names)],
            tables[request.against] if request.against else None,
            ablation=request.ablation,
            leave_one_out=request.leave_one_out,
        )
    written(_rendered(request, report), request.output)
    return exits.OK


def _tables(names: Sequence[str]) -> dict[str, RuleTable]:
    found: dict[str, RuleTable] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            found[name] = load_rules(name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _rendered(request: BacktestRequest, report: BacktestReport) -> str:
    match request.format:
        case "json":
            from genarch.reports.json import as_json

            return as_json(report)
        case "markdown":
            from genarch.reports.markdown import as_markdown

            return as_markdown(backtest_page(report, failures=request.failures))
    from genarch.reports.text import Look, as_text

    return as_text(
        backtest_page(report, failures=request.failures), Look(*screen(None if request.output else sys.stdout))
    )
