"""`genarch rules lint`: tables in, findings out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

from genarch.cli import exits
from genarch.cli.output import busy, keep, written
from genarch.cli.terminal import screen
from genarch.errors import InputError, nearest
from genarch.files.checks import TABLE_CHECKS
from genarch.files.io import refuse
from genarch.files.table_reader import read_located
from genarch.files.tables import bundled_tables, table_path
from genarch.reports.finding_formats import FORMATS, View
from genarch.reports.findings import lint_report
from genarch.reports.text import Look
from genarch.table.findings import SEVERITIES, CheckId, Finding, Located, Place
from genarch.table.lint import verify
from genarch.table.rules import RuleTable

_INVALID = CheckId("table-invalid")


class LintRequest(NamedTuple):
    """What the command line asked for. No tables: every bundled one."""

    tables: tuple[str, ...]
    format: str
    output: str | None
    fail_on: str
    waived: bool


def run_lint(request: LintRequest) -> int:
    """Verify each table and return the exit code.

    Raises:
        InputError: when an option cannot be used.
    """
    if request.fail_on not in (*SEVERITIES, "never"):
        hint = nearest(request.fail_on, SEVERITIES) or f"; write {', '.join(SEVERITIES)} or never"
        raise refuse("--fail-on", f"'{request.fail_on}' is not a severity{hint}")
    paths = {which: _relative(table_path(which)) for which in request.tables or bundled_tables()}
    keep(request.output, paths.values())
    tables: list[tuple[str, RuleTable]] = []
    located: list[Located] = []
    for which, path in paths.items():
        with busy(f"verifying {which}"):
            located += _verified(path, tables)
    report = lint_report(tables, located)
    view = View(Look(*screen(None if request.output else sys.stdout)), request.waived, request.fail_on)
    written(FORMATS[request.format](report, view), request.output)
    if any(item.finding.check == _INVALID for item in located):
        return exits.UNUSABLE
    return exits.FINDINGS if any(finding.fails(request.fail_on) for finding in report.findings) else exits.OK


def _relative(path: str) -> str:
    """From the current folder where the path is in it, as a reader of the report has it."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def _verified(path: str, tables: list[tuple[str, RuleTable]]) -> Iterator[Located]:
    """A table's findings in the order of its text; its problems where it cannot be read."""
    try:
        table, places = read_located(path)
    except InputError as error:
        for problem in error.problems:
            message = f"{problem.field}: {problem.message}" if problem.field else problem.message
            place = Place(problem.path, problem.line or 1, problem.column or 1)
            yield Located(place, Finding(_INVALID, (problem.field,), message), TABLE_CHECKS[_INVALID].severity)
        return
    tables.append((path, table))
    found = [
        Located(places.of(finding.entry), finding, TABLE_CHECKS[finding.check].severity) for finding in verify(table)
    ]
    yield from sorted(found, key=lambda item: item.place)
