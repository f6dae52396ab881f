"""How commands are declared, and the options that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from genarch.cli.exits import guarded


def option(names: str, metavar: str | None, help_text: str, **limits: Any) -> Any:
    """An option by its names, what stands for its value in the help, and its help."""
    return typer.Option(*names.split(), metavar=metavar, help=help_text, **limits)


def flag(names: str, help_text: str, **more: Any) -> Any:
    """An option without a value."""
    return typer.Option(*names.split(), help=help_text, **more)


def argument(metavar: str, help_text: str) -> Any:
    """What is given without an option."""
    return typer.Argument(metavar=metavar, help=help_text)


ReportFormat = Literal["text", "json", "jsonl", "markdown"]
_FORMAT = option("--format", None, "Output format.")
Format = Annotated[ReportFormat, _FORMAT]
EntryFormat = Annotated[Literal["text", "json"], _FORMAT]
ComparisonFormat = Annotated[Literal["text", "json", "markdown"], _FORMAT]

Rules = Annotated[str, option("--rules", "ID|PATH", "A bundled rule table's id, or a path.")]
Overrides = Annotated[
    list[str] | None,
    option(
        "--set", "FIELD=VALUE", "State or override a constraint in every spec; FIELD=unknown removes it. Repeatable."
    ),
]
Output = Annotated[str | None, option("--output -o", "FILE", "Write to a file.")]
Answers = Annotated[
    str | None, option("--answers", "FILE", "Start from the answers of a spec file, or resume a draft.")
]
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
        if converter := getattr(param, "get_runtime_param", None):
            vars(param).setdefault("get_runtime_param", partial(_AsTyped, converter))
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
        if isinstance(declared, type) and isinstance(value, declared):
            return value
        if declared == list[str] and all(isinstance(item, str) for item in value):
            return list(value)
        if value in get_args(declared):  # of a Literal
            return value
        return self.converter().coerce(value, param, ctx)


def group(help_text: str = "") -> typer.Typer:
    """Commands; with a help text, those of a group that has a name."""
    return typer.Typer(cls=Group, help=help_text, no_args_is_help=True, rich_markup_mode=None)
