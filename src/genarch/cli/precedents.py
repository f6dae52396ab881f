"""`genarch precedents`: the documented cases beside a spec."""

from __future__ import annotations

from typing import Annotated

from genarch.cli.app import Cases, Commands, ComparisonFormat, Output, Overrides, Rules, argument
from genarch.cli.output import counting_own_cases, keep, read_spec, write_report
from genarch.engine.scoring import decide
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, load_rules, table_files
from genarch.reports.precedents import PrecedentsReport
from genarch.reports.precedents_page import precedents_page
from genarch.reports.reporting import precedents_of

app = Commands()


@app.command("precedents")
def precedents_command(
    spec: Annotated[str, argument("SPEC", "A spec file, or - for standard input.")],
    *,
    overrides: Overrides = None,
    cases: Cases = None,
    rules: Rules = DEFAULT_TABLE,
    output_format: ComparisonFormat = "text",
    output: Output = None,
) -> int:
    """Show the documented cases most like a spec: what they chose, why, and how they differ."""
    keep(output, [spec, *table_files(rules), *(cases or ())])
    table = counting_own_cases(load_rules(rules), cases)
    stated = read_spec(spec, table, parse_overrides(overrides or ()))
    verdict = decide(stated, table)
    found = precedents_of(stated, table, verdict, most=None)
    report = PrecedentsReport(1, stated.id, verdict.verdict, found)
    return write_report(report, precedents_page(report, verdict), output_format, output)
