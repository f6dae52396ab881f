"""The commands on rule tables, on decisions that they are tested on, and on formats."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from genarch.cli.app import Commands, ComparisonFormat, EntryFormat, Output, Overrides, Rules, argument, flag, option
from genarch.cli.output import (
    FAIL_ON,
    ExitCode,
    OwnEvidence,
    busy,
    collected,
    counting_own_cases,
    format_of,
    keep,
    look_of,
    names_in,
    not_one_of,
    one_of,
    print_descriptions,
    read_spec,
    say,
    write_report,
    written,
)
from genarch.engine.constraints import BY_NAME
from genarch.engine.findings import CheckId, Finding, Located, Place
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import decide
from genarch.errors import InputError
from genarch.files.answers import parse_overrides
from genarch.files.bundled import (
    DEFAULT_TABLE,
    TABLE_CHECKS,
    bundled_cases,
    bundled_tables,
    load_rules,
    load_weights,
    table_files,
    table_path,
)
from genarch.files.io import case_files, refuse, spec_files
from genarch.files.specs import load_spec
from genarch.reports.descriptions import describe, table_list, table_list_page
from genarch.reports.finding_formats import FORMATS, View
from genarch.reports.findings import lint_report
from genarch.reports.json import as_json
from genarch.reports.words import either

if TYPE_CHECKING:
    from genarch.engine.worth import Learner

app = Commands()
_INVALID = CheckId("table-invalid")
rules_app = Commands("List, verify, compare, compile and map rule tables.")
app.add_typer(rules_app, name="rules")


@rules_app.command("list")
def rules_list(*, rules: Rules = DEFAULT_TABLE, output_format: EntryFormat = "text") -> int:
    """List the contents of a rule table."""
    table = load_rules(rules)
    return write_report(table_list(table), table_list_page(table), output_format)


@rules_app.command("show", hidden=True)
def rules_show(
    entry: Annotated[str, argument("ID", "A rule, method, notice, architecture or family.")],
    rules: Rules = DEFAULT_TABLE,
    output_format: EntryFormat = "text",
) -> int:
    """Show one entry of the rule table."""
    table = load_rules(rules)
    return print_descriptions([describe(found, table) for found in table.find(entry)], output_format)


@rules_app.command("lint")
def rules_lint(
    *,
    tables: Annotated[
        list[str] | None, argument("TABLE", "Ids of bundled tables, or paths. Defaults to every bundled table.")
    ] = None,
    output_format: Annotated[str, option("FORMAT", f"Output format: {', '.join(FORMATS)}.", "--format")] = "text",
    output: Output = None,
    fail_on: Annotated[
        str, option("SEVERITY", "Exit 1 on findings of this severity or above: error, warning, note or never.")
    ] = "warning",
    waived: Annotated[bool, flag("--waived", "Also list waived findings, with the reasons.")] = False,
) -> int:
    """Verify rule tables as a whole: dead rules, blind spots, dead ends and unread entries."""
    one_of("--fail-on", fail_on, "a severity", FAIL_ON)
    if output_format not in FORMATS:
        raise typer.BadParameter(not_one_of(output_format, "a format", FORMATS), param_hint="'--format'")
    paths = {which: _relative(table_path(which)) for which in tables or bundled_tables()}
    keep(output, paths.values())
    read: list[tuple[str, RuleTable]] = []
    located: list[Located] = []
    for which, path in paths.items():
        with busy(f"verifying {which}"):
            located += _verified(path, read)
    report = lint_report(read, located)
    written(FORMATS[output_format](report, View(look_of(output), waived, fail_on)), output)
    if any(item.finding.check == _INVALID for item in located):
        return ExitCode.UNUSABLE
    return ExitCode.FINDINGS if any(finding.fails(fail_on) for finding in report.findings) else ExitCode.OK


def _relative(path: str) -> str:
    """From the current folder where the path is in it, as a reader of the report has it."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def _verified(path: str, tables: list[tuple[str, RuleTable]]) -> Iterator[Located]:
    """A table's findings in the order of its text; its problems where it cannot be read."""
    from genarch.engine.lint import verify
    from genarch.files.table_reader import read_located

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


@rules_app.command("diff")
def rules_diff(
    before: Annotated[str, argument("OLD", "The table to start from: a bundled id, or a path.")],
    after: Annotated[str, argument("NEW", "The table to end with.")],
    *,
    specs: Annotated[
        list[str] | None, argument("SPEC", "Spec files or folders, to show which of them are affected.")
    ] = None,
    output_format: ComparisonFormat = "text",
    output: Output = None,
    regions: Annotated[int, option("N", "Number of regions to show for each change.", min=1)] = 1,
    exit_code: Annotated[bool, flag("--exit-code", "Exit 1 when a verdict changes.")] = False,
    table: Annotated[
        str | None,
        option(
            "FILE", "Count the rows of a table of specs whose verdict changes; -o writes them to a table.", "--table"
        ),
    ] = None,
) -> int:
    """Show which verdicts change between two tables, where, and for which specs."""
    if table is not None:
        from genarch.cli.tables import compare_on_table

        if specs or output_format != "text":
            raise typer.BadParameter("--table takes no SPEC and no --format; leave them out")
        changed = compare_on_table(load_rules(before, evidence=False), load_rules(after, evidence=False), table, output)
        return ExitCode.FINDINGS if exit_code and changed else ExitCode.OK
    from genarch.engine.diff import Comparison
    from genarch.reports.comparison import SpecVerdicts, comparison_page, comparison_report

    keep(output, [table_path(before), table_path(after), *(specs or ())])
    old, new = collected(partial(load_rules, evidence=False), (before, after))

    def outcome(path: str) -> SpecVerdicts:
        spec = load_spec(path, new)
        was, now = (verdict.architecture or verdict.verdict for verdict in (decide(spec, old), decide(spec, new)))
        return SpecVerdicts(path, spec.id, was, now, was != now)

    affected = collected(outcome, spec_files(specs) if specs else ())
    with busy("comparing"):
        report = comparison_report(old, new, Comparison(old, new), affected, regions)
    write_report(report, comparison_page(report), output_format, output)
    differs = report.changes or any(spec.changed for spec in report.specs)
    return ExitCode.FINDINGS if exit_code and differs else ExitCode.OK


@rules_app.command("compile")
def rules_compile(
    *,
    rules: Rules = DEFAULT_TABLE,
    to: Annotated[Literal["sql"], option(None, "Language to compile to.")] = "sql",  # noqa: ARG001  (there is one)
    dialect: Annotated[
        Literal["duckdb", "spark", "bigquery", "snowflake", "postgres"], option(None, "SQL dialect.")
    ] = "duckdb",
    table: Annotated[str, option("NAME", "The table of specs, as written after FROM.")] = "specs",
    columns: Annotated[
        str, option("FIELD,...", "Constraints that the table has columns for; defaults to all that the rules read.")
    ] = "",
    keep_columns: Annotated[str, option("NAME,...", "Columns to keep, such as a key.", "--keep")] = "",
    sets: Annotated[
        Literal["list", "text"], option(None, "How sets are stored: as lists, or as text such as a|b.")
    ] = "list",
    check: Annotated[bool, flag("--check", "Write a query that lists invalid values instead.")] = False,
    output: Annotated[str | None, option("FILE", "Write to a file.", "--output -o")] = None,
) -> int:
    """Compile a rule table to a SELECT, for specs in a database; without evidence and precedents."""
    from genarch.reports.sql import Query, as_sql, check_sql, columns_read

    keep(output, table_files(rules))
    read = load_rules(rules, evidence=False)
    named = names_in(columns)
    collected(lambda name: one_of("--columns", name, "a constraint", BY_NAME), named)
    if not table.strip():
        raise refuse("--table", "is empty; write the table as it appears after FROM")
    query = Query(dialect, table, named or columns_read(read), [*dict.fromkeys(names_in(keep_columns))], sets)
    return written((check_sql if check else as_sql)(read, query), output)


@rules_app.command("map")
def rules_map(
    spec: Annotated[str | None, argument("SPEC", "What stays fixed: a spec file, or - for standard input.")] = None,
    *,
    x: Annotated[str, option("FIELD", "The constraint on the horizontal axis.", of="fields")],
    y: Annotated[str, option("FIELD", "The constraint on the vertical axis.", of="fields")],
    overrides: Overrides = None,
    rules: Rules = DEFAULT_TABLE,
    output_format: Annotated[
        Literal["text", "json", "markdown", "html", "svg"] | None,
        option(None, "Output format; defaults to the one that -o's file name implies, or text.", "--format"),
    ] = None,
    output: Annotated[
        str | None, option("FILE", "Write to a file; *.svg is an image, *.html a page.", "--output -o")
    ] = None,
    explore: Annotated[bool, option(None, "Show where the verdict could still change.")] = True,
) -> int:
    """Draw the decision map: the verdicts as two constraints vary."""
    from genarch.engine.decision_map import decision_map
    from genarch.reports.decision_map import as_svg, map_page, map_report

    chosen = output_format or format_of(output or "-", ("text", "json", "markdown", "html", "svg"), strict=True)
    axes = {"--x": x, "--y": y}
    collected(lambda option: one_of(option, axes[option], "a constraint", BY_NAME), axes)
    if x == y:
        raise refuse("--y", f"is '{y}', as --x is; name another constraint")
    keep(output, [*table_files(rules), *([spec] if spec else [])])
    table = OwnEvidence(counting_own_cases(load_rules(rules))).table_for(spec or "")
    stated = parse_overrides(overrides or ())
    fixed = read_spec(spec, table, stated)
    with busy("drawing"):
        report = map_report(fixed, table, decision_map(fixed, table, x, y, explored=explore))
    if chosen == "svg":
        return written(as_svg(report), output)
    return write_report(report, map_page(report), chosen, output, title=f"Decision map: {fixed.id}")


@app.command()
def backtest(
    cases: Annotated[
        list[str] | None,
        argument("CASES", "Files of documented cases, or folders to search for *.yaml. Default: the bundled cases."),
    ] = None,
    *,
    rules: Annotated[
        list[str] | None, option("ID|PATH", "A table to backtest; repeatable. Default: every bundled one.")
    ] = None,
    against: Annotated[
        str | None, option("TABLE", "Show, case by case, what --rules gains and breaks compared with this table.")
    ] = None,
    failures: Annotated[bool, flag("--failures", "Explain each miss by the rules that caused it.")] = False,
    ablation: Annotated[bool, flag("--ablation", "Show what removing each rule changes.")] = False,
    leave_one_out: Annotated[
        bool, flag("--leave-one-out", "Also judge each case by strengths fitted to the other sources.")
    ] = False,
    learners: Annotated[
        bool, flag("--learners", "Compare with logistic regression and random forest; needs scikit-learn.")
    ] = False,
    plot: Annotated[str | None, option("FILE", "Draw how reliable the chances are, as an SVG image.")] = None,
    history: Annotated[
        str | None,
        option("FILE", "Backtest on a table of specs with a column 'decision' for what was chosen.", "--table"),
    ] = None,
    no_evidence: Annotated[
        bool, flag("--no-evidence", "With --table: use the rules alone, without measurements and documented cases.")
    ] = False,
    output_format: ComparisonFormat = "text",
    output: Output = None,
) -> int:
    """Backtest rule tables on documented decisions: how often they are right, how sure, and why they miss."""
    from genarch.reports.backtest import backtest_page, backtest_report
    from genarch.reports.worth import reliability_image

    if history is not None:
        from genarch.cli.tables import backtest_table

        if cases or against or failures or ablation or leave_one_out or learners or plot:
            options = "--against, --failures, --ablation, --leave-one-out, --learners or --plot"
            raise typer.BadParameter(f"--table takes no CASES, {options}; leave them out")
        which = list(dict.fromkeys(rules or bundled_tables()))
        return backtest_table(history, which, output_format, output, evidence=not no_evidence)
    paths = list(case_files(cases or ()))
    if cases and not paths:
        say(f"nothing to backtest: no *.yaml of cases in {', '.join(cases)}")
        return ExitCode.NOTHING
    names = dict.fromkeys(rules or ([DEFAULT_TABLE] if against else bundled_tables()))
    every = dict.fromkeys([*names, *([against] if against else [])])
    tables = dict(zip(every, collected(partial(load_rules, evidence=False), every), strict=True))
    for target in (output, plot):
        keep(target, [*map(table_path, every), *paths])
    found = _learners() if learners else {}
    if paths:
        from genarch.files.specs import load_cases

        verdicts = dict.fromkeys(verdict for table in tables.values() for verdict in table.verdicts)
        documented = load_cases(paths, tuple(verdicts))
    else:
        documented = bundled_cases()
    with busy("backtesting"):
        report = backtest_report(
            documented,
            [tables[name] for name in names],
            tables[against] if against else None,
            ablation=ablation,
            leave_one_out=leave_one_out,
            weights=load_weights(),
            others=bundled_cases(),
            learners=found,
        )
    if plot:
        drawn = [part for part in report.left_out if part.reliability]
        if not drawn:
            raise refuse("--plot", "needs a calibrated table, such as field, and thirty strict cases")
        written(reliability_image(drawn[0]), plot)
    more = (
        ""
        if found
        else NO_LEARNERS
        if learners
        else "--learners compares with logistic regression and random forest too."
    )
    page = backtest_page(report, failures=failures, learners=more)
    return write_report(report, page, output_format, output, title="Backtest")


NO_LEARNERS = (
    "Logistic regression and random forest were left out: scikit-learn is not installed. "
    "Install it with: python -m pip install scikit-learn"
)
STRENGTHS = (0.1, 1.0)
"""Inverse strengths of regularisation that are tried: one that suits few cases, and the default."""
TREES = 200


def _learners() -> Mapping[str, Learner]:
    """Those of scikit-learn as baselines, each by its name; none without it."""
    if find_spec("sklearn") is None:
        return {}
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    def regression(inverse: float) -> Learner:
        return lambda rows, chosen, asked: _learn(LogisticRegression(C=inverse, max_iter=2000), rows, chosen, asked)

    def forest(
        rows: Sequence[Sequence[float]], chosen: Sequence[str], asked: Sequence[Sequence[float]]
    ) -> list[Mapping[str, float]]:
        return _learn(RandomForestClassifier(TREES, random_state=0), rows, chosen, asked)

    found = {f"logistic regression, C = {inverse:g}": regression(inverse) for inverse in STRENGTHS}
    return {**found, f"random forest, {TREES} trees": forest}


def _learn(
    model: Any, rows: Sequence[Sequence[float]], chosen: Sequence[str], asked: Sequence[Sequence[float]]
) -> list[Mapping[str, float]]:
    model.fit(rows, chosen)
    return [dict(zip(model.classes_, map(float, row), strict=True)) for row in model.predict_proba(asked)]


FILES = {
    "spec": "genarch.engine.spec:Spec",
    "rules": "genarch.files.table_reader:TableForm",
    "cases": "genarch.engine.spec:Cases",
    "settings": "genarch.documents.settings:ProjectSettings",
    "measurements": "genarch.files.catalogue_reader:OwnEvidence",
    "baseline": "genarch.documents.settings:Baseline",
}
"""What people write: the module and name of each declaration."""

OUTPUTS = {
    "report": "genarch.reports.evaluation:Report",
    "what-if": "genarch.reports.what_if:WhatIf",
    "findings": "genarch.reports.findings:LintReport",
    "check": "genarch.reports.findings:CheckReport",
    "cost": "genarch.reports.estimates:CostReport",
    "measure": "genarch.reports.measurement:Measured",
    "backtest": "genarch.reports.backtest:BacktestReport",
    "diff": "genarch.reports.comparison:ComparisonReport",
    "map": "genarch.reports.decision_map:MapReport",
    "evidence": "genarch.reports.evidence_descriptions:ListedRows",
    "estimate": "genarch.evidence.estimates:Estimate",
    "accuracy": "genarch.reports.estimates:AccuracyReport",
    "precedents": "genarch.reports.precedents:PrecedentsReport",
}
"""What genarch writes as JSON, likewise."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a format."""
    from genarch.files import schemas

    module, declaration = (FILES | OUTPUTS)[name].split(":")
    return schemas.schema_of(getattr(import_module(module), declaration), "file" if name in FILES else "output")


@app.command()
def schema(name: Annotated[str, argument("NAME", f"{either([*FILES, *OUTPUTS])}.")]) -> int:
    """Print a JSON Schema (draft-07), for editors and validators."""
    if name not in FILES | OUTPUTS:
        raise typer.BadParameter(not_one_of(name, "a schema", FILES | OUTPUTS), param_hint="NAME")
    return written(as_json(schema_of(name)))
