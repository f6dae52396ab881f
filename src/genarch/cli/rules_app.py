"""The commands under `rules`, as people type them: arguments to requests, no more."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from genarch.cli.options import (
    ComparisonFormat,
    EntryFormat,
    EntryFormatOption,
    FindingFormat,
    MapFormat,
    Rules,
    Settings,
    finish,
    print_descriptions,
    printed,
    width,
)
from genarch.files.tables import DEFAULT_TABLE, load_rules

rules_app = typer.Typer(
    help="The rule table: what it holds, whether it is sound, what changes between two, how it decides.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@rules_app.command("list")
def rules_list(*, rules: Rules = DEFAULT_TABLE, output_format: EntryFormatOption = EntryFormat.TEXT) -> None:
    """List what the rule table holds."""

    def run() -> int:
        from genarch.reports.catalogue import list_as_json, list_as_text

        table = load_rules(rules)
        if output_format is EntryFormat.JSON:
            return printed(json.dumps(list_as_json(table), indent=2))
        return printed(list_as_text(table, width()))

    finish(run)


@rules_app.command("show")
def rules_show(
    entry: Annotated[str, typer.Argument(metavar="ID", help="A rule, method, notice, architecture or family.")],
    *,
    rules: Rules = DEFAULT_TABLE,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """Show one entry of the rule table."""

    def run() -> int:
        from genarch.reports.entries import describe_entry

        return print_descriptions(describe_entry(entry, load_rules(rules)), output_format)

    finish(run)


@rules_app.command("lint")
def rules_lint(
    *,
    tables: Annotated[
        list[str] | None,
        typer.Argument(metavar="TABLE", help="Bundled tables' ids, or paths; every bundled table when none is named."),
    ] = None,
    output_format: Annotated[FindingFormat, typer.Option("--format", help="How to print it.")] = FindingFormat.TEXT,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="SEVERITY", help="Exit 1 from here on: error, warning, note or never.")
    ] = "warning",
    waived: Annotated[bool, typer.Option("--waived", help="List waived findings too, with the reasons.")] = False,
) -> None:
    """Verify rule tables as a whole: dead rules, blind spots, dead ends, what nothing reads."""
    from genarch.cli.lint import LintRequest, run_lint

    request = LintRequest(tuple(tables or ()), output_format.value, output, fail_on, waived)
    finish(lambda: run_lint(request))


@rules_app.command("diff")
def rules_diff(
    before: Annotated[str, typer.Argument(metavar="OLD", help="The table to start from: a bundled id, or a path.")],
    after: Annotated[str, typer.Argument(metavar="NEW", help="The table to end with.")],
    *,
    specs: Annotated[
        list[str] | None, typer.Argument(metavar="SPEC", help="Spec files or folders: which of them are affected.")
    ] = None,
    output_format: Annotated[ComparisonFormat, typer.Option("--format", help="How to print it.")] = (
        ComparisonFormat.TEXT
    ),
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    regions: Annotated[int, typer.Option("--regions", min=1, help="How many regions to tell for each change.")] = 1,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when a verdict changes.")] = False,
) -> None:
    """Tell which verdicts change between two tables, where, and for which specs."""
    from genarch.cli.diff import DiffRequest, run_diff

    request = DiffRequest(before, after, tuple(specs or ()), output_format.value, output, regions, exit_code)
    finish(lambda: run_diff(request))


@rules_app.command("map")
def rules_map(
    spec: Annotated[
        str | None, typer.Argument(metavar="SPEC", help="What stays fixed: a spec file, or - for standard input.")
    ] = None,
    *,
    x: Annotated[str, typer.Option("--x", metavar="FIELD", help="The constraint that varies across.")],
    y: Annotated[str, typer.Option("--y", metavar="FIELD", help="The constraint that varies down.")],
    settings: Settings = None,
    rules: Rules = DEFAULT_TABLE,
    output_format: Annotated[
        MapFormat | None, typer.Option("--format", help="How to print it; else what -o's name says, else text.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file; *.svg is an image.")
    ] = None,
    explore: Annotated[
        bool, typer.Option("--explore/--no-explore", help="Tell where the verdict could still change.")
    ] = True,
) -> None:
    """Draw the decision map: the verdicts as two constraints vary."""
    from genarch.cli.map import MapRequest, run_map

    chosen = output_format.value if output_format else None
    request = MapRequest(spec, x, y, tuple(settings or ()), rules, chosen, output, explore)
    finish(lambda: run_map(request))
