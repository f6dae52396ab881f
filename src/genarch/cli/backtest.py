"""`genarch backtest`, `explain`, `schema`: tables on documented decisions, and what ids and formats mean."""

from __future__ import annotations

from typing import Annotated

import typer

from genarch.cli.command import (
    NOTHING,
    Command,
    ComparisonFormat,
    EntryFormat,
    Output,
    Rules,
    argument,
    flag,
    group,
    option,
    say,
)
from genarch.cli.output import busy, keep, load_tables, not_one_of, print_descriptions, write_report, written
from genarch.cli.schemas import FILES, OUTPUTS, schema_of
from genarch.errors import UnknownIdError
from genarch.files.io import case_files
from genarch.files.tables import DEFAULT_TABLE, bundled_tables, load_rules, table_path
from genarch.reports.json import as_json
from genarch.table.rules import Rule

app = group()


@app.command(cls=Command)
def backtest(
    cases: Annotated[list[str], argument("CASES", "Files of documented cases, or folders to search for *.yaml.")],
    *,
    rules: Annotated[
        list[str] | None, option("--rules", "ID|PATH", "A table to backtest; repeatable. Default: every bundled one.")
    ] = None,
    against: Annotated[
        str | None, option("--against", "TABLE", "Show, case by case, what --rules gains and breaks in its place.")
    ] = None,
    failures: Annotated[bool, flag("--failures", "Explain each miss by the rules that did it.")] = False,
    ablation: Annotated[bool, flag("--ablation", "Take out each rule in turn.")] = False,
    leave_one_out: Annotated[
        bool, flag("--leave-one-out", "Judge each case by strengths fitted to the others.")
    ] = False,
    output_format: ComparisonFormat = "text",
    output: Output = None,
) -> int:
    """Backtest rule tables on documented decisions: how often right, how sure, and why not."""
    from genarch.files.cases import load_cases
    from genarch.reports.backtest import backtest_page, backtest_report

    paths = list(case_files(cases))
    if not paths:
        say(f"nothing to backtest: no *.yaml of cases in {', '.join(cases)}")
        return NOTHING
    names = dict.fromkeys(rules or ([DEFAULT_TABLE] if against else bundled_tables()))
    every = dict.fromkeys([*names, *([against] if against else [])])
    tables = load_tables(every)
    keep(output, [*map(table_path, every), *paths])
    verdicts = dict.fromkeys(verdict for table in tables.values() for verdict in table.verdicts)
    documented = load_cases(paths, tuple(verdicts))
    with busy("backtesting"):
        report = backtest_report(
            documented,
            [tables[name] for name in names],
            tables[against] if against else None,
            ablation=ablation,
            leave_one_out=leave_one_out,
        )
    return write_report(report, lambda: backtest_page(report, failures=failures), output_format, output)


@app.command(cls=Command)
def explain(
    name: Annotated[
        str, argument("ID", "A rule, fact, method, notice, architecture, constraint, value or measurement.")
    ],
    *,
    rules: Rules = DEFAULT_TABLE,
    output_format: EntryFormat = "text",
) -> int:
    """Explain an id: what it is, why it is there, since when, and its source."""
    from genarch.files.catalogue import load_catalogue
    from genarch.reports.entries import describe_id
    from genarch.reports.evidence.entries import describe_evidence, evidence_for

    table = load_rules(rules)
    catalogue = load_catalogue()
    try:
        found = describe_id(name, table)
    except UnknownIdError as unknown:
        try:
            found = describe_evidence(name, catalogue)
        except UnknownIdError:
            raise unknown from None
    for entry in table.entries().get(name, ()):
        if isinstance(entry, Rule) and (evidence := evidence_for(entry, table, catalogue)):
            found.append(evidence)
    return print_descriptions(found, output_format)


@app.command(cls=Command)
def schema(name: Annotated[str, argument("|".join((*FILES, *OUTPUTS)), "Which schema.")]) -> int:
    """Print a JSON Schema (draft-07), for editors and validators."""
    names = (*FILES, *OUTPUTS)
    if name not in names:
        raise typer.BadParameter(not_one_of("", name, "a schema", names).message)
    return written(as_json(schema_of(name)))
