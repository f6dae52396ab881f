"""The page of every command and option, from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from genarch.cli.app import app
from genarch.reports.markdown import inert


def command_page() -> str:
    """The page."""
    head = (
        "# Commands\n\n<!-- Made by `make generate` from src/genarch/cli; do not edit. -->\n\n"
        "Every command with its options, as `genarch COMMAND --help` shows them.\n"
    )
    return head + "".join(_section(path, command) for path, command in commands())


def commands(group: Any = None, path: tuple[str, ...] = ("genarch",)) -> Iterator[tuple[str, Any]]:
    """Every command that does something, after the words that name it."""
    group = group or get_command(app)
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if command.hidden:
            continue
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def _section(path: str, command: Any) -> str:
    usage, rows = path, []
    for param in command.params:
        if param.param_type_name == "argument":
            usage += f" {param.metavar}{'…' if param.nargs == -1 else ''}"
            rows.append(f"- `{param.metavar}`: {inert(param.help)}")
        else:
            names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
            rows.append(f"- {names}: {inert(param.help)}")
    return "\n".join(["", f"## {usage}", "", inspect.cleandoc(command.help), "", *rows, ""])
