"""What the terminal at hand can show."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TextIO, TypeVar

WIDEST = 140
"""Longer lines are hard to read, however wide the window."""

PATIENCE_SECONDS = 1.0
"""How long to work before showing that work goes on."""

_T = TypeVar("_T")


class Screen(NamedTuple):
    """Columns, and whether colour and characters beyond ASCII come out right."""

    width: int
    color: bool
    unicode: bool


def screen(stream: TextIO | None) -> Screen:
    """What to draw for on `stream`; None stands for a file in UTF-8.

    A pipe, `TERM=dumb` and `NO_COLOR` get no colour; `FORCE_COLOR` asks for it in a pipe. `COLUMNS` sets the width.
    """
    if stream is None:
        return Screen(80, color=False, unicode=True)
    width = min(_columns(stream), WIDEST)
    return Screen(width, _color(stream), (stream.encoding or "").lower().startswith("utf"))


def _columns(stream: TextIO) -> int:
    """The width of the stream's own terminal: standard output may be a pipe while questions go to the screen."""
    if not os.environ.get("COLUMNS"):
        try:
            return os.get_terminal_size(stream.fileno()).columns or 80
        except (OSError, ValueError):
            pass
    return shutil.get_terminal_size().columns


def _color(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def counted(items: Iterable[_T]) -> Iterator[_T]:
    """The items as they come; after a while a running count on standard error, gone at the end."""
    began = time.monotonic()
    iterator = iter(items)
    count = 0
    for item in iterator:
        count += 1
        yield item
        if time.monotonic() - began > PATIENCE_SECONDS:
            break
    else:
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} specs evaluated"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=None, completed=count)
        for item in iterator:
            yield item
            progress.advance(task)
