"""The commands under `evidence` and `hardware`, as people type them: arguments to requests, no more."""

from __future__ import annotations

from typing import Annotated

import typer

from genarch.cli.options import EntryFormat, EntryFormatOption, finish

evidence_app = typer.Typer(
    help="What has been measured: rows, models, licences, and how far the estimator is off.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
hardware_app = typer.Typer(help="The hardware that a spec's gpu may name.", no_args_is_help=True, rich_markup_mode=None)


@evidence_app.command("list")
def evidence_list(
    *,
    family: Annotated[str | None, typer.Option("--family", help="gan, diffusion or hybrid.")] = None,
    architecture: Annotated[str | None, typer.Option("--architecture", help="As a rule table names it.")] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="ID", help="A model of the catalogue.")] = None,
    hardware: Annotated[str | None, typer.Option("--hardware", metavar="ID", help="Hardware of the catalogue.")] = None,
    resolution: Annotated[
        str | None, typer.Option("--resolution", metavar="PX", help="The longer side in pixels.")
    ] = None,
    conditioning: Annotated[
        str | None, typer.Option("--conditioning", metavar="NAME,...", help="All that must steer it, as in a spec.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", help="Commercial use: allowed, conditional, forbidden or unknown.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="TIME", help="What one request waits at most: 50ms, 1.5s.")
    ] = None,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """List measurements."""
    from genarch.cli.evidence import ListRequest, run_list

    request = ListRequest(family, architecture, model, hardware, resolution, conditioning, licence, budget)
    finish(lambda: run_list(request, output_format))


@evidence_app.command("show")
def evidence_show(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="A measurement, model, hardware, claim, source or component.")
    ],
    *,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """Show an entry of the catalogue: its figures, which of them were read, and where."""
    from genarch.cli.evidence import run_show

    finish(lambda: run_show(name, output_format))


@evidence_app.command("models")
def evidence_models(*, output_format: EntryFormatOption = EntryFormat.TEXT) -> None:
    """List the models, with their licences."""
    from genarch.cli.evidence import run_models

    finish(lambda: run_models(output_format))


@evidence_app.command("accuracy")
def evidence_accuracy(*, output_format: EntryFormatOption = EntryFormat.TEXT) -> None:
    """Tell how far the estimator is off, each source estimated from the others."""
    from genarch.cli.evidence import run_accuracy

    finish(lambda: run_accuracy(output_format))


@hardware_app.command("list")
def hardware_list(*, output_format: EntryFormatOption = EntryFormat.TEXT) -> None:
    """List the hardware."""
    from genarch.cli.evidence import run_hardware

    finish(lambda: run_hardware(output_format))


@hardware_app.command("show")
def hardware_show(
    name: Annotated[str, typer.Argument(metavar="ID", help="Hardware, by its id or another name.")],
    *,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """Show one piece of hardware, with its prices."""
    from genarch.cli.evidence import run_show_hardware

    finish(lambda: run_show_hardware(name, output_format))
