"""Where the reports of a check go: one to standard output, any number to files, each in its own format."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from genarch.cli.output import keep, written
from genarch.cli.terminal import screen
from genarch.errors import InputError, Problem, nearest
from genarch.reports.finding_formats import FORMATS, View
from genarch.reports.findings import CheckReport
from genarch.reports.text import Look


class Output(NamedTuple):
    """A format, and the file that it goes to; None is standard output."""

    format: str
    path: str | None


def parse_outputs(texts: Sequence[str]) -> list[Output]:
    """`format` and `format=FILE` texts; text to standard output where nothing goes there.

    Raises:
        InputError: when one is no format, or two go to one place.
    """
    outputs = []
    problems = []
    for text in texts:
        name, equals, path = text.partition("=")
        if name not in FORMATS:
            hint = nearest(name, FORMATS) or f"; write one of: {', '.join(FORMATS)}"
            problems.append(Problem("--format", None, None, "", f"'{name[:40]}' is not a format{hint}"))
        elif equals and not path:
            problems.append(Problem("--format", None, None, "", f"'{text}' names no file; write {name}=FILE"))
        else:
            outputs.append(Output(name, path if equals and path != "-" else None))
    real = [os.path.realpath(output.path) if output.path else "" for output in outputs]
    for place in dict.fromkeys(real):
        sharing = [output.format for output, path in zip(outputs, real, strict=True) if path == place]
        if len(sharing) > 1:
            where = os.path.relpath(place) if place else "standard output"
            told = f"{' and '.join(sharing)} would both go to {where}; give one a file, as {sharing[-1]}=FILE"
            problems.append(Problem("--format", None, None, "", told))
    if problems:
        raise InputError(problems)
    return outputs if any(output.path is None for output in outputs) else [Output("text", None), *outputs]


def keep_inputs(outputs: Sequence[Output], inputs: Sequence[str]) -> None:
    """Refuse to overwrite what is read.

    Raises:
        InputError: when an output would.
    """
    for output in outputs:
        keep(output.path, inputs, "--format")


def write_outputs(report: CheckReport, outputs: Sequence[Output], *, show_waived: bool) -> None:
    """Write each report, the files first; beside annotations the log gets the text.

    Raises:
        InputError: when a file cannot be written.
    """
    for output in sorted(outputs, key=lambda output: output.path is None):
        stream = None if output.path else sys.stdout
        written(render(report, output.format, Look(*screen(stream)), show_waived=show_waived), output.path)
        if output == Output("github", None):
            sys.stderr.write(render(report, "text", Look(*screen(sys.stderr)), show_waived=show_waived))


def render(report: CheckReport, output_format: str, look: Look, *, show_waived: bool) -> str:
    """The report in a format."""
    return FORMATS[output_format](report, View(look, show_waived, report.fail_on))
