"""The commands, as people type them: arguments to requests, no more."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from genarch.cli.doc_app import doc_app
from genarch.cli.evaluate import Request, run_evaluate
from genarch.cli.options import (
    ComparisonFormat,
    EntryFormat,
    EntryFormatOption,
    Format,
    Rules,
    SchemaName,
    Settings,
    finish,
    print_descriptions,
    printed,
)
from genarch.cli.rules_app import rules_app
from genarch.model.version import __version__
from genarch.sources.rule_table import DEFAULT_TABLE, load_rules

app = typer.Typer(
    name="genarch",
    help="Tells which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.",
    epilog=(
        "Exit codes: 0 nothing to object, 1 a verdict or finding that --fail-on names, 2 bad usage or unusable input, "
        "3 nothing to evaluate, 4 a bug in genarch, 130 interrupted."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(rules_app, name="rules")
app.add_typer(doc_app, name="doc")


@app.callback(invoke_without_command=True)
def main(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid."""
    if version:
        finish(lambda: printed(f"genarch {__version__}"))


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
    finish(lambda: run_evaluate(request))


@app.command()
def ask(
    *,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE", help="Start from the answers of a spec file, or resume a draft."),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option("--save", metavar="FILE", help="Write the answers to a spec file, on Ctrl-C too."),
    ] = None,
    settings: Settings = None,
    every: Annotated[bool, typer.Option("--all", help="Go on once it is settled, to the last question.")] = False,
    fixed: Annotated[bool, typer.Option("--fixed", help="Ask in the order of the rule table.")] = False,
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="Ask again what --answers states, each answer as its default."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; don't know to all that is open.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="A line for each choice, without colour; reads answers from a pipe too.")
    ] = False,
    output_format: Annotated[Format, typer.Option("--format", help="How to print the report.")] = Format.TEXT,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file.")
    ] = None,
    rules: Rules = DEFAULT_TABLE,
) -> None:
    """Ask about a deployment, no more than it takes; then the recommendation."""
    if confirm and answers is None:
        raise typer.BadParameter("--confirm needs --answers, whose answers it asks again")
    from genarch.cli.ask.run import AskRequest, run_ask

    request = AskRequest(
        answers,
        save,
        tuple(settings or ()),
        rules,
        every,
        fixed,
        confirm,
        yes,
        plain,
        output_format.value,
        output,
    )
    finish(lambda: run_ask(request))


@app.command()
def backtest(
    cases: Annotated[
        list[str],
        typer.Argument(metavar="CASES", help="Files of documented cases, or folders to search for *.yaml."),
    ],
    *,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rules", metavar="ID|PATH", help="A table to hold against them; repeatable. Default: every bundled one."
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="TABLE", help="Tell, case by case, what --rules gains and breaks in its place."
        ),
    ] = None,
    failures: Annotated[bool, typer.Option("--failures", help="Explain each miss by the rules that did it.")] = False,
    ablation: Annotated[bool, typer.Option("--ablation", help="Take out each rule in turn.")] = False,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Judge each case by strengths fitted to the others.")
    ] = False,
    output_format: Annotated[ComparisonFormat, typer.Option("--format", help="How to print it.")] = (
        ComparisonFormat.TEXT
    ),
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
) -> None:
    """Hold rule tables against documented decisions: how often right, how sure, and why not."""
    from genarch.cli.backtest import BacktestRequest, run_backtest
    from genarch.reports.backtest.record import Wanted

    wanted = Wanted(ablation, leave_one_out)
    request = BacktestRequest(tuple(cases), tuple(rules or ()), against, output_format.value, output, failures, wanted)
    finish(lambda: run_backtest(request))


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

        return print_descriptions(describe_id(name, load_rules(rules)), output_format)

    finish(run)


@app.command()
def schema(
    name: Annotated[
        SchemaName, typer.Argument(metavar="spec|rules|cases|report|findings|backtest", help="Which schema.")
    ],
) -> None:
    """Print a JSON Schema (draft-07), for editors and validators."""

    def run() -> int:
        from genarch.cli.schemas import schema_of

        return printed(json.dumps(schema_of(name.value), indent=2))

    finish(run)
