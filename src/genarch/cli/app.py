"""The commands, as people type them: arguments to requests, no more."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from genarch.cli.evaluate import Request, run_evaluate
from genarch.cli.exits import guarded
from genarch.model.version import __version__
from genarch.reports.entries import Description
from genarch.sources.rule_table import DEFAULT_TABLE, load_rules

app = typer.Typer(
    name="genarch",
    help="Tells which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.",
    epilog=(
        "Exit codes: 0 nothing to object, 1 a verdict named by --fail-on, 2 bad usage or unusable input, "
        "3 nothing to evaluate, 4 a bug in genarch, 130 interrupted."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(help="The rule table: what it holds.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")


class Format(StrEnum):
    """Report formats."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


class EntryFormat(StrEnum):
    """Formats of what the table holds."""

    TEXT = "text"
    JSON = "json"


class FindingFormat(StrEnum):
    """Formats of findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class ComparisonFormat(StrEnum):
    """Formats of comparisons."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class MapFormat(StrEnum):
    """Formats of decision maps."""

    TEXT = "text"
    JSON = "json"
    SVG = "svg"


class SchemaName(StrEnum):
    """What has a JSON Schema."""

    SPEC = "spec"
    RULES = "rules"
    REPORT = "report"
    FINDINGS = "findings"


Rules = Annotated[str, typer.Option("--rules", metavar="ID|PATH", help="A bundled rule table's id, or a path.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="State or override a constraint in every spec; FIELD=unknown takes it away. Repeatable.",
    ),
]
EntryFormatOption = Annotated[EntryFormat, typer.Option("--format", help="How to print it.")]


def _finish(run: Callable[[], int]) -> NoReturn:
    raise typer.Exit(guarded(run))


def _print(text: str) -> int:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0


def _width() -> int:
    from genarch.cli.terminal import screen

    return screen(sys.stdout).width


@app.callback(invoke_without_command=True)
def main(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid."""
    if version:
        _finish(lambda: _print(f"genarch {__version__}"))


@app.command()
def evaluate(
    *,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Spec files, folders to search for *.genarch.yaml and genarch.yaml, or - for standard input.",
        ),
    ] = None,
    settings: Settings = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to print the reports.")] = Format.TEXT,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the reports to a file.")
    ] = None,
    rules: Rules = DEFAULT_TABLE,
    fail_on: Annotated[
        str,
        typer.Option("--fail-on", metavar="VERDICT,...", help="Exit 1 when a spec gets one of these verdicts."),
    ] = "",
    explore: Annotated[
        bool,
        typer.Option(
            "--explore/--no-explore",
            help="Tell what is settled and what would change the verdict; leave it out for speed.",
        ),
    ] = True,
) -> None:
    """Evaluate specs: the recommendation, and every reason for it."""
    if not (paths or settings):
        raise typer.BadParameter("name a spec file or a folder, - for standard input, or state something with --set")
    request = Request(
        tuple(paths or ()),
        tuple(settings or ()),
        output_format.value,
        output,
        rules=rules,
        fail_on=fail_on,
        explore=explore,
    )
    _finish(lambda: run_evaluate(request))


@rules_app.command("list")
def rules_list(*, rules: Rules = DEFAULT_TABLE, output_format: EntryFormatOption = EntryFormat.TEXT) -> None:
    """List what the rule table holds."""

    def run() -> int:
        from genarch.reports.catalogue import list_as_json, list_as_text

        table = load_rules(rules)
        if output_format is EntryFormat.JSON:
            return _print(json.dumps(list_as_json(table), indent=2))
        return _print(list_as_text(table, _width()))

    _finish(run)


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

        return _print_descriptions(describe_entry(entry, load_rules(rules)), output_format)

    _finish(run)


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(metavar="ID", help="A rule, fact, method, notice, architecture, constraint or value."),
    ],
    *,
    rules: Rules = DEFAULT_TABLE,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """Explain an id: what it is, why it is there, since when, and its source."""

    def run() -> int:
        from genarch.reports.entries import describe_id

        return _print_descriptions(describe_id(name, load_rules(rules)), output_format)

    _finish(run)


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
    _finish(lambda: run_lint(request))


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
    _finish(lambda: run_diff(request))


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
    _finish(lambda: run_map(request))


def _print_descriptions(descriptions: list[Description], output_format: EntryFormat) -> int:
    from genarch.reports.catalogue import descriptions_as_text

    if output_format is EntryFormat.JSON:
        return _print(json.dumps([description.as_json() for description in descriptions], indent=2))
    return _print(descriptions_as_text(descriptions, _width()))


@app.command()
def schema(
    name: Annotated[SchemaName, typer.Argument(metavar="spec|rules|report|findings", help="Which schema.")],
) -> None:
    """Print a JSON Schema (draft-07), for editors and validators."""

    def run() -> int:
        from genarch.cli.schemas import schema_of

        return _print(json.dumps(schema_of(name.value), indent=2))

    _finish(run)
