"""Where the reports of a check go: one to standard output, any number to files, each in its own format."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from genarch.cli.output import keep, written
from genarch.cli.terminal import screen
from genarch.errors import InputError, Problem, nearest
from genarch.reports.findings.record import FindingsReport

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")


LISTING = ("json", "junit")
"""The formats that tell of every decision, and not of findings alone."""


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


def write_outputs(report: FindingsReport, outputs: Sequence[Output], *, show_waived: bool) -> None:
    """Write each report, the files first; beside annotations the log gets the text.

    Raises:
        InputError: when a file cannot be written.
    """
    for output in sorted(outputs, key=lambda output: output.path is None):
        written(render(report, output, show_waived=show_waived), output.path)
        if output == Output("github", None):
            sys.stderr.write(_text(report, None, show_waived=show_waived))


def render(report: FindingsReport, output: Output, *, show_waived: bool) -> str:
    """The report in a format; each is imported only when it is asked for."""
    match output.format:
        case "json":
            return json.dumps(report, indent=2) + "\n"
        case "sarif":
            from genarch.files.checks import DOCUMENT_CHECKS
            from genarch.reports.findings.sarif import as_sarif

            return as_sarif(report, DOCUMENT_CHECKS)
        case "github":
            from genarch.reports.findings.github import as_github

            return as_github(report)
        case "gitlab":
            from genarch.reports.findings.gitlab import as_gitlab

            return as_gitlab(report)
        case "junit":
            from genarch.reports.findings.junit import as_junit

            return as_junit(report)
        case "concise":
            from genarch.reports.findings.concise import as_concise

            return as_concise(report)
        case "markdown":
            from genarch.reports.findings.markdown import as_markdown
            from genarch.reports.findings.words import check_summary

            return as_markdown(report, check_summary(report, listed=True))
    return _text(report, output, show_waived=show_waived)


def _text(report: FindingsReport, output: Output | None, *, show_waived: bool) -> str:
    """The text for a terminal, or for a file; without an output it is standard error that it is for."""
    from genarch.reports.console import Look
    from genarch.reports.findings.text import as_text
    from genarch.reports.findings.words import check_summary

    stream = sys.stderr if output is None else None if output.path else sys.stdout
    summary = check_summary(report, listed=show_waived)
    return as_text(report, Look(*screen(stream)), summary, waived=show_waived)
