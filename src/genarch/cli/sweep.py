"""`genarch sweep`: a spec over a grid of answers."""

from __future__ import annotations

from typing import Annotated

import typer

from genarch.cli.app import Commands, Evidence, Overrides, Rules, Text, Texts, argument, flag, option
from genarch.cli.output import OwnEvidence, counting_own_cases, keep, read_spec
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, load_rules, table_files

app = Commands()


@app.command()
def sweep(
    spec: Annotated[str | None, argument("SPEC", "What stays fixed: a spec file, or - for standard input.")] = None,
    *,
    vary: Annotated[
        Texts,
        option(
            "FIELD=VALUES", "Values for a field: 10..10000:log50, 256..1024:4, a,b,c or all. Repeatable.", of="answers"
        ),
    ] = None,
    overrides: Overrides = None,
    rules: Rules = DEFAULT_TABLE,
    evidence: Evidence = None,
    no_evidence: Annotated[
        bool, flag("--no-evidence", "Use the rules alone, without measurements; much faster.")
    ] = False,
    columns: Annotated[str, option("NAME,...", "Columns of the table of verdicts, or all.")] = "",
    output: Annotated[
        Text,
        option(
            "FILE",
            "Write a table (*.parquet, *.csv), or with one or two fields a picture (*.html, *.svg).",
            "--output -o",
        ),
    ] = None,
    max_rows: Annotated[int, option("N", "Refuse grids with more rows than this.", min=1)] = 100_000_000,
) -> int:
    """Evaluate a spec over a grid of values: a table of every combination, or a picture."""
    if not vary:
        raise typer.BadParameter("vary something: --vary latency_budget_ms=10..10000:log50")
    from genarch.cli.evaluate import check_evidence
    from genarch.cli.tables import write_grid  # numpy and pyarrow: for tables alone

    check_evidence(evidence, no_evidence=no_evidence)
    keep(output, [*table_files(rules), *([spec] if spec else []), *(evidence or ())])
    table = load_rules(rules, evidence=not no_evidence)
    table = table if no_evidence else OwnEvidence(counting_own_cases(table), evidence).table_for(spec or "")
    stated = parse_overrides(overrides or ())
    if twice := [name for name in stated if name in {text.partition("=")[0] for text in vary}]:
        raise typer.BadParameter(f"{twice[0]} is varied and set; leave one of them out")
    return write_grid(read_spec(spec, table, stated), table, vary, columns, output, max_rows)
