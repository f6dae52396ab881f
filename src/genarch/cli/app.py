"""The command line as a whole: how commands are declared, the options they share, and every command by its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from itertools import takewhile
from typing import Annotated, Any, Literal, get_args

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group
from typer.models import CommandFunctionType

from genarch.cli.output import ENDINGS, format_of, guarded, written
from genarch.values import NamedTuple
from genarch.version import __version__


def option(metavar: str | None, help_text: str, names: str = "", *, of: str = "", **limits: Any) -> Any:
    """An option: what stands for its value in the help, its help, and its names where they are not the parameter's.

    A shell completes its value `of` what `cli.completion` knows by that name.
    """
    return typer.Option(*names.split(), metavar=metavar, help=help_text, autocompletion=_completion(of), **limits)


def flag(names: str, help_text: str, **more: Any) -> Any:
    """An option without a value."""
    return typer.Option(*names.split(), help=help_text, **more)


def argument(metavar: str, help_text: str, *, of: str = "") -> Any:
    """What is given without an option; completed as an option is."""
    return typer.Argument(metavar=metavar, help=help_text, autocompletion=_completion(of))


def _completion(of: str) -> Callable[[str], list[str]] | None:
    if not of:
        return None

    def complete(incomplete: str) -> list[str]:
        from genarch.cli.completion import completed

        return completed(of, incomplete)

    return complete


Text = str | None
Texts = list[str] | None
"""The value of an option that may be left out, and of one that may be repeated."""

ReportFormat = Literal["text", "json", "jsonl", "markdown", "html"]
_FORMAT = option(None, "Output format.", "--format")
Format = Annotated[ReportFormat, _FORMAT]
EntryFormat = Annotated[Literal["text", "json"], _FORMAT]
ComparisonFormat = Annotated[Literal["text", "json", "markdown", "html"], _FORMAT]

Rules = Annotated[str, option("ID|PATH", "A bundled rule table's id, or a path.", of="tables")]
Cases = Annotated[Texts, option("FILE", "Your own documented cases, used in addition to the bundled ones. Repeatable.")]
Evidence = Annotated[
    Texts,
    option(
        "FILE",
        "Your own measurements; defaults to those in the settings and genarch-evidence.yaml beside the spec, "
        "or without a spec in this folder.",
    ),
]
Overrides = Annotated[
    Texts,
    option(
        "FIELD=VALUE",
        "State or override a constraint in every spec; FIELD=unknown removes it. Repeatable.",
        "--set",
        of="answers",
    ),
]
Output = Annotated[Text, option("FILE", "Write to a file; its extension sets the format.", "--output -o")]
Full = Annotated[bool, flag("--full -v", "Show every reason, source, model and step, not only the answer.")]
Pager = Annotated[bool, flag("--pager/--no-pager", "On a terminal, show --full through $PAGER, or less.")]
Answers = Annotated[Text, option("FILE", "Start from the answers of a spec file, or resume a draft.")]
Yes = Annotated[bool, flag("--yes -y", 'Ask nothing; answer every open question with "don\'t know".')]
Plain = Annotated[bool, flag("--plain", "Print one choice per line, without colour; also reads answers from a pipe.")]


class Group(TyperGroup):
    """A group of commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, their values taken as typed."""
        return _as_typed(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments; without any, those for help."""
        return super().parse_args(ctx, args or ["--help"])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands by section, none of their summaries cut."""
        for title, names in self.sections(ctx).items():
            commands = ((name, self.get_command(ctx, name)) for name in names)
            rows = [
                (name, (command.help or "").partition("\n")[0])
                for name, command in commands
                if command and not command.hidden
            ]
            with formatter.section(title):
                formatter.write_dl(rows)

    def sections(self, ctx: Any) -> Mapping[str, Iterable[str]]:
        """What --help has below each heading."""
        return {"Commands": self.list_commands(ctx)}


class Command(TyperCommand):
    """A command whose function returns its exit code, and whose errors become one."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, their values taken as typed."""
        return _as_typed(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments.

        Raises:
            UsageError: where one would be taken for an option and is the name of a file, as a hook passes it; or where
                it may be an option of a command that is to be run.
        """
        if os.environ.get("PRE_COMMIT"):  # names of files come last there, and a change chooses them
            ctx.allow_interspersed_args = False
        for word in takewhile(lambda word: word != "--", args):
            if len(word) > 1 and word.startswith("-") and os.path.lexists(word):
                raise typer.BadParameter(f"'{word}' is an option and a file; write -- before files, or ./{word}", ctx)
        given = [*args]
        rest = super().parse_args(ctx, args)
        if "--" not in given and (words := ctx.params.get("command")):
            of_it = [word for word in given[given.index(words[0]) :] if word.startswith("-")]
            if of_it:
                raise typer.BadParameter(f"write -- before the command to run, so that {of_it[0]} is its option", ctx)
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            Exit: always, with the exit code.
        """

        def run() -> Any:
            given, source, params = ctx.params, ctx.get_parameter_source("output_format"), list[Any](self.params)
            if given.get("output") and given.get("output_format") and source and source.name == "DEFAULT":
                formats = next(param for param in params if param.name == "output_format").type_descriptor.annotation
                given["output_format"] = format_of(given["output"], get_args(formats) or ENDINGS.values())
            return TyperCommand.invoke(self, ctx)

        raise typer.Exit(guarded(run))


def _as_typed(params: list[Any]) -> list[Any]:
    """The parameters, with values taken as typed and arguments named without their Python type."""
    for param in params:
        vars(param).setdefault("get_runtime_param", partial(_AsTyped, param.get_runtime_param))
        if param.param_type_name == "argument":
            many = "..." if param.nargs == -1 else ""
            vars(param).setdefault("_rich_display_name", partial(str, f"{param.metavar}{many}"))
            vars(param).setdefault("display_type_rich", lambda ctx: None)  # noqa: ARG005  (called by name)
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
        super().__init__(cls=Group, help=help_text, rich_markup_mode=None)

    def command(self, name: str | None = None, **more: Any) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """Declare a command whose function returns its exit code."""
        return super().command(name, cls=Command, **more)


SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Decide": {
        "evaluate": "evaluate",
        "ask": "ask",
        "init": "ask",
        "sweep": "evaluate",
        "precedents": "evidence",
        "cost": "evidence",
    },
    "Measure": {"measure": "measure"},
    "Check": {"check": "documents", "fix": "documents", "waivers": "documents", "doc": "doc"},
    "Rules": {"rules": "rules", "backtest": "rules", "show": "show", "schema": "rules"},
    "Evidence": {"evidence": "evidence", "estimate": "evidence", "hardware": "evidence"},
}
"""Every command and group by what it is for, as --help has them, with the module that it is declared in."""

MODULES = {name: module for section in SECTIONS.values() for name, module in section.items()} | {"explain": "show"}
"""The module of each command and group, former names included."""


class _Commands(Group):
    """Commands, each declared in a module and built when it is asked for: all of them would slow every one down."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(MODULES)  # type: ignore[assignment]  # filled as they are asked for

    def sections(self, _ctx: Any) -> Mapping[str, Iterable[str]]:
        """What --help has below each heading."""
        return SECTIONS

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command or group by its name; None for one that there is not."""
        module = MODULES.get(cmd_name)
        if module and self.commands[cmd_name] is None:
            declared, alone = import_module(f"genarch.cli.{module}").app, Commands()
            commands = declared.registered_commands
            alone.registered_commands = [one for one in commands if cmd_name in (one.name, one.callback.__name__)]
            alone.registered_groups = [one for one in declared.registered_groups if one.name == cmd_name]
            self.commands.update(get_group(alone).commands)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="genarch",
    cls=_Commands,
    help="Recommend an image architecture for a deployment: a GAN, a diffusion model, or a hybrid of the two.",
    epilog=(
        "Exit codes: 0 no findings, 1 a verdict or finding that --fail-on names, 2 bad usage or unusable input, "
        "3 nothing to evaluate or check, 4 a bug in genarch, 130 interrupted."
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def main(*, version: Annotated[bool, flag("--version", "Print the version and exit.", is_eager=True)] = False) -> None:
    """Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid."""
    if version:
        raise typer.Exit(guarded(lambda: written(f"genarch {__version__}")))
