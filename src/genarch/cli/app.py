"""The commands, as people type them: arguments to requests, no more."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from genarch.cli.check_app import check, fix, waivers
from genarch.cli.doc_app import doc_app
from genarch.cli.evaluate import Request, run_evaluate
from genarch.cli.evidence_app import evidence_app, hardware_app
from genarch.cli.options import (
    ComparisonFormat,
    EntryFormat,
    EntryFormatOption,
    Format,
    Rules,
    SchemaName,
    Settings,
    Stack,
    finish,
    printed,
)
from genarch.cli.rules_app import rules_app
from genarch.files.tables import DEFAULT_TABLE
from genarch.version import __version__

app = typer.Typer(
    name="genarch",
    help="Tells which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.",
    epilog=(
        "Exit codes: 0 nothing to object, 1 a verdict or finding that --fail-on names, 2 bad usage or unusable input, "
        "3 nothing to evaluate or check, 4 a bug in genarch, 130 interrupted."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(rules_app, name="rules")
app.add_typer(doc_app, name="doc")
app.add_typer(evidence_app, name="evidence")
app.add_typer(hardware_app, name="hardware")


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
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence/--no-evidence",
            help="Where there is a latency budget, tell what was measured and which models fit.",
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
        evidence=evidence,
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


# Told in this order by --help.
app.command()(check)
app.command()(waivers)
app.command()(fix)


@app.command()
def estimate(
    *,
    model: Annotated[str, typer.Option("--model", metavar="ID", help="A model of the evidence catalogue.")],
    gpu: Annotated[str, typer.Option("--gpu", metavar="ID", help="Hardware of the evidence catalogue.")],
    resolution: Annotated[str, typer.Option("--resolution", metavar="PX", help="Pixels, as 1024 or 1024x768.")],
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Denoising steps; else the model's own.")] = None,
    stack: Annotated[
        Stack, typer.Option("--stack", help="Run as written, or through a compiler or engine.")
    ] = Stack.COMPILED,
    controlnets: Annotated[int, typer.Option("--controlnets", min=0, max=8, help="How many run beside it.")] = 0,
    full_load: Annotated[
        bool, typer.Option("--full-load", help="The time per image when batches keep the hardware busy.")
    ] = False,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """Estimate how long an image takes, with every factor."""
    from genarch.cli.evidence import EstimateRequest, run_estimate

    request = EstimateRequest(model, gpu, resolution, steps, stack.value, controlnets, full_load)
    finish(lambda: run_estimate(request, output_format))


@app.command()
def cost(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A spec file, or - for standard input.")],
    *,
    settings: Settings = None,
    utilisation: Annotated[
        float, typer.Option("--utilisation", metavar="SHARE", help="The share of the hour that a GPU is busy.")
    ] = 0.6,
    output_format: Annotated[ComparisonFormat, typer.Option("--format", help="How to print it.")] = (
        ComparisonFormat.TEXT
    ),
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    rules: Rules = DEFAULT_TABLE,
) -> None:
    """Tell what a spec's load costs on its gpu, by architecture."""
    from genarch.cli.evidence import CostRequest, run_cost

    request = CostRequest(spec, tuple(settings or ()), rules, utilisation, output_format.value, output)
    finish(lambda: run_cost(request))


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

    request = BacktestRequest(
        tuple(cases), tuple(rules or ()), against, output_format.value, output, failures, ablation, leave_one_out
    )
    finish(lambda: run_backtest(request))


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A rule, fact, method, notice, architecture, constraint, value or measurement."
        ),
    ],
    *,
    rules: Rules = DEFAULT_TABLE,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """Explain an id: what it is, why it is there, since when, and its source."""
    from genarch.cli.explain import run_explain

    finish(lambda: run_explain(name, rules, output_format))


@app.command()
def schema(
    name: Annotated[
        SchemaName,
        typer.Argument(metavar="spec|rules|cases|report|findings|check|cost|backtest|diff|map", help="Which schema."),
    ],
) -> None:
    """Print a JSON Schema (draft-07), for editors and validators."""

    def run() -> int:
        from genarch.cli.schemas import schema_of

        return printed(json.dumps(schema_of(name.value), indent=2))

    finish(run)
