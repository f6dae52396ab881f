"""What every command has: how it is declared, the options that several share, how it ends, and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from io import StringIO, TextIOWrapper
from typing import Annotated, Any, Literal, NamedTuple, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from genarch.errors import GenarchError, InputError
from genarch.files.io import refuse
from genarch.reports.escape import safe

OK = 0
"""No findings."""
FINDINGS = 1
"""A verdict or finding that `--fail-on` names."""
UNUSABLE = 2
"""Bad usage or unusable input: no verdict for it."""
NOTHING = 3
"""Nothing to check."""
BUG = 4
"""A bug in genarch."""
INTERRUPTED = 130


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


def guarded(run: Callable[[], int]) -> int:
    """Run something; what it raises becomes an exit code and a message, except what typer shows with the usage."""
    _repair_streams()
    try:
        code = run()
        sys.stdout.flush()
    except (typer.BadParameter, typer.Exit):
        raise
    except InputError as error:
        say_problems(error)
        return UNUSABLE
    except GenarchError as error:
        say(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return OK
    except OSError as error:
        discard_output()
        say(f"{error.filename or 'output'}: {error.strerror or error}")
        return UNUSABLE
    except Exception as error:  # noqa: BLE001  (the outermost floor: anything left is a bug, and reported as one)
        say(bug(error))
        return BUG
    return code


def _repair_streams() -> None:
    """Stand-ins for streams that the caller closed; whatever the encoding, no title can stop a report."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (open to the end)
    if sys.stdout is None:
        sys.stdout = _Closed()
    elif isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class _Closed(StringIO):
    """Standard output that is not there: writing to it is an error, and not a bug."""

    def write(self, _text: str, /) -> int:
        """Refuse.

        Raises:
            InputError: always.
        """
        raise refuse("standard output", "is closed; open it, or write to a file")


def bug(error: Exception) -> str:
    """What to say of a bug: what it was and where, on one line; the traceback with GENARCH_TRACEBACK set."""
    import traceback

    if os.environ.get("GENARCH_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"internal error{where}: {type(error).__name__}: {error}; please report it (GENARCH_TRACEBACK=1 shows more)"


def say(message: str) -> None:
    """A line to standard error, which never carries the report."""
    print(f"genarch: {safe(message)}", file=sys.stderr)  # noqa: T201


def say_problems(error: InputError) -> None:
    """A line for each problem."""
    for problem in error.problems:
        say(str(problem))


def discard_output() -> None:
    """Whoever read standard output has gone: what is still to be flushed goes nowhere."""
    if not isinstance(sys.stdout, _Closed):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
