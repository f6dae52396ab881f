"""`genarch rules diff`: two tables in, what changes between them out."""

from __future__ import annotations

import sys
from typing import NamedTuple

from genarch.cli import exits
from genarch.cli.output import busy, keep, written
from genarch.cli.terminal import screen
from genarch.errors import InputError, Problem
from genarch.files.io import spec_files
from genarch.files.specs import load_spec
from genarch.files.tables import load_rules, table_path
from genarch.reports.comparison import ComparisonReport, SpecOutcome, comparison_page, comparison_report
from genarch.table.diff import Comparison
from genarch.table.rules import RuleTable
from genarch.table.scoring import decide
from genarch.table.spec import Spec


class DiffRequest(NamedTuple):
    """What the command line asked for."""

    before: str
    after: str
    specs: tuple[str, ...]
    format: str
    output: str | None
    regions: int
    exit_code: bool


def run_diff(request: DiffRequest) -> int:
    """Compare and return the exit code.

    Raises:
        InputError: when a table or a spec cannot be used, with the problems of all of them.
    """
    keep(request.output, [table_path(request.before), table_path(request.after), *request.specs])
    before, after = _tables(request)
    specs = _outcomes(request.specs, before, after)
    with busy("comparing"):
        report = comparison_report(before, after, Comparison(before, after), specs, request.regions)
    written(_rendered(request, report), request.output)
    differs = report.changes or any(spec.changed for spec in report.specs)
    return exits.FINDINGS if request.exit_code and differs else exits.OK


def _tables(request: DiffRequest) -> tuple[RuleTable, RuleTable]:
    found: list[RuleTable] = []
    problems: list[Problem] = []
    for which in (request.before, request.after):
        try:
            found.append(load_rules(which))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    before, after = found
    return before, after


def _outcomes(paths: tuple[str, ...], before: RuleTable, after: RuleTable) -> list[SpecOutcome]:
    found: list[SpecOutcome] = []
    problems: list[Problem] = []
    for path in spec_files(paths) if paths else ():
        try:
            spec = load_spec(path, after)
        except InputError as error:
            problems += error.problems
        else:
            one, other = _outcome(spec, before), _outcome(spec, after)
            found.append(SpecOutcome(path, spec.id, one, other, one != other))
    if problems:
        raise InputError(problems)
    return found


def _outcome(spec: Spec, rules: RuleTable) -> str:
    verdict = decide(spec, rules)
    return verdict.architecture or verdict.verdict


def _rendered(request: DiffRequest, report: ComparisonReport) -> str:
    match request.format:
        case "json":
            from genarch.reports.json import as_json

            return as_json(report)
        case "markdown":
            from genarch.reports.markdown import as_markdown

            return as_markdown(comparison_page(report))
    from genarch.reports.text import Look, as_text

    return as_text(comparison_page(report), Look(*screen(None if request.output else sys.stdout)))
