"""The command line as a whole: how commands are declared, the options they share, and every command by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Annotated, Any, Literal, NamedTuple, get_args

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group
from typer.models import CommandFunctionType

from genarch.cli.output import guarded, written
from genarch.version import __version__


def option(metavar: str | None, help_text: str, names: str = "", **limits: Any) -> Any:
    """An option: what stands for its value in the help, its help, and its names where they are not the parameter's."""
    return typer.Option(*names.split(), metavar=metavar, help=help_text, **limits)


def flag(names: str, help_text: str, **more: Any) -> Any:
    """An option without a value."""
    return typer.Option(*names.split(), help=help_text, **more)


def argument(metavar: str, help_text: str) -> Any:
    """What is given without an option."""
    return typer.Argument(metavar=metavar, help=help_text)


Text = str | None
Texts = list[str] | None
"""The value of an option that may be left out, and of one that may be repeated."""

ReportFormat = Literal["text", "json", "jsonl", "markdown"]
_FORMAT = option(None, "Output format.", "--format")
Format = Annotated[ReportFormat, _FORMAT]
EntryFormat = Annotated[Literal["text", "json"], _FORMAT]
ComparisonFormat = Annotated[Literal["text", "json", "markdown"], _FORMAT]

Rules = Annotated[str, option("ID|PATH", "A bundled rule table's id, or a path.")]
Cases = Annotated[
    Texts, option("FILE", "A team's own documented cases, which count beside the bundled ones; repeatable.")
]
Overrides = Annotated[
    Texts,
    option(
        "FIELD=VALUE", "State or override a constraint in every spec; FIELD=unknown removes it. Repeatable.", "--set"
    ),
]
Output = Annotated[Text, option("FILE", "Write to a file.", "--output -o")]
Answers = Annotated[Text, option("FILE", "Start from the answers of a spec file, or resume a draft.")]
Yes = Annotated[bool, flag("--yes -y", 'Ask nothing; take "don\'t know" for every question that is open.')]
Plain = Annotated[bool, flag("--plain", "A line for each choice, without colour; reads answers from a pipe too.")]


class Group(TyperGroup):
    """A group of commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, their values taken as typed."""
        return _as_typed(super().get_params(ctx))


class Command(TyperCommand):
    """A command whose function returns its exit code, and whose errors become one."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, their values taken as typed."""
        return _as_typed(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            Exit: always, with the exit code.
        """
        raise typer.Exit(guarded(lambda: TyperCommand.invoke(self, ctx)))


def _as_typed(params: list[Any]) -> list[Any]:
    for param in params:
        vars(param).setdefault("get_runtime_param", partial(_AsTyped, param.get_runtime_param))
    return params


class _AsTyped(NamedTuple):
    """A parameter's value as it was typed, where that is what its declaration says.

    Typer converts every value with pydantic, whose import costs a script more than its spec takes to evaluate; so only
    what has to be converted or refused is left to typer's own `converter`.
    """

    converter: Callable[[], Any]

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value in the declared type.

        Raises:
            BadParameter: when it cannot be.
        """
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        declared = param.type_descriptor.annotation
        if declared == list[str] and all(isinstance(item, str) for item in value):
            return list(value)
        if (isinstance(declared, type) and isinstance(value, declared)) or value in get_args(declared):  # of a Literal
            return value
        try:
            return self.converter().coerce(value, param, ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


class Commands(typer.Typer):
    """What commands are declared on; with a help text, those of a group that has a name."""

    def __init__(self, help_text: str = "") -> None:
        super().__init__(cls=Group, help=help_text, no_args_is_help=True, rich_markup_mode=None)

    def command(self, name: str | None = None, **more: Any) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """Declare a command whose function returns its exit code."""
        return super().command(name, cls=Command, **more)


MODULES = {"evaluate": "evaluate", "ask": "ask", "precedents": "precedents"}
MODULES |= dict.fromkeys(("check", "waivers", "fix"), "documents")
MODULES |= dict.fromkeys(("estimate", "cost"), "evidence")
MODULES |= dict.fromkeys(("backtest", "explain", "schema", "rules"), "rules")
MODULES |= {"doc": "doc"} | dict.fromkeys(("evidence", "hardware"), "evidence")
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
