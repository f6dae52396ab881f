"""`genarch backtest`: documented cases and tables in, what came out right and why out."""

from __future__ import annotations

import json
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
from genarch.reports.backtest.record import BacktestReport, Wanted, backtest_report
from genarch.table.rules import RuleTable


class BacktestRequest(NamedTuple):
    """What the command line asked for. No tables: every bundled one, or the default one where `against` names one."""

    cases: tuple[str, ...]
    tables: tuple[str, ...]
    against: str | None
    format: str
    output: str | None
    failures: bool
    wanted: Wanted


def run_backtest(request: BacktestRequest) -> int:
    """Hold the tables against the cases and return the exit code.

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
            request.wanted,
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
            return json.dumps(report, indent=2) + "\n"
        case "markdown":
            from genarch.reports.backtest.markdown import as_markdown

            return as_markdown(report, failures=request.failures)
    from genarch.reports.backtest.text import as_text
    from genarch.reports.console import Look

    return as_text(report, Look(*screen(None if request.output else sys.stdout)), failures=request.failures)
