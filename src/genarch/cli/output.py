"""Where a finished report goes, and what is seen until it is finished."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from genarch.files.io import AtomicFile, refuse


def keep(output: str | None, inputs: Iterable[str], option: str = "-o") -> None:
    """Refuse to overwrite what is read; `option` is what names the output.

    Raises:
        InputError: when the report would, or the output names no file.
    """
    if output == "":
        raise refuse(option, "names no file; name one, or - for standard output")
    if output in (None, "-") or not os.path.exists(output):
        return
    target = os.path.realpath(output)
    if any(os.path.realpath(path) == target for path in inputs):
        raise refuse(output, f"is an input, and would be overwritten by {option}; name another file")


def written(text: str, output: str | None) -> None:
    """Write to standard output, or to a file whole or not at all.

    Raises:
        InputError: when the file cannot be written.
    """
    if output in (None, "-"):
        sys.stdout.write(text)
        return
    with AtomicFile(output) as file:
        file.write(text)


def busy(words: str) -> AbstractContextManager[object]:
    """A sign of life on the terminal where someone is waiting."""
    if sys.stderr is None or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(file=sys.stderr).status(words)
