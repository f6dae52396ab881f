"""The command line as a whole: every command, imported once it is named."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_group

from genarch.cli.exits import guarded
from genarch.cli.options import Group, flag
from genarch.cli.output import written
from genarch.version import __version__

MODULES = {
    "evaluate": "evaluate",
    "ask": "ask",
    "check": "check",
    "waivers": "documents",
    "fix": "documents",
    "estimate": "evidence",
    "cost": "evidence",
    "backtest": "rules",
    "explain": "rules",
    "schema": "rules",
    "rules": "rules",
    "doc": "doc",
    "evidence": "evidence",
    "hardware": "evidence",
}
"""The module of each command and group, in the order of --help."""


class _Commands(Group):
    """Commands that are declared in modules of their own: building all of them would slow every one down."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(MODULES)  # type: ignore[assignment]  # filled as they are asked for

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command or group by its name; None for one that there is not."""
        module = MODULES.get(cmd_name)
        if module and self.commands[cmd_name] is None:
            self.commands.update(get_group(import_module(f"genarch.cli.{module}").app).commands)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="genarch",
    cls=_Commands,
    help="Tells which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.",
    epilog=(
        "Exit codes: 0 no findings, 1 a verdict or finding that --fail-on names, 2 bad usage or unusable input, "
        "3 nothing to evaluate or check, 4 a bug in genarch, 130 interrupted."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def main(*, version: Annotated[bool, flag("--version", "Print the version and exit.", is_eager=True)] = False) -> None:
    """Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid."""
    if version:
        raise typer.Exit(guarded(lambda: written(f"genarch {__version__}")))
