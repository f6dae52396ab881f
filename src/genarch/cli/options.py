"""What the commands share: their formats, common options, and how a command ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from genarch.cli.exits import guarded
from genarch.reports.entries import Description


class Format(StrEnum):
    """Report formats."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


class EntryFormat(StrEnum):
    """Formats of what the table holds."""

    TEXT = "text"
    JSON = "json"


class FindingFormat(StrEnum):
    """Formats of findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class ComparisonFormat(StrEnum):
    """Formats of comparisons."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class MapFormat(StrEnum):
    """Formats of decision maps."""

    TEXT = "text"
    JSON = "json"
    SVG = "svg"


class Stack(StrEnum):
    """How a model is run."""

    EAGER = "eager"
    COMPILED = "compiled"


class SchemaName(StrEnum):
    """What has a JSON Schema."""

    SPEC = "spec"
    RULES = "rules"
    CASES = "cases"
    REPORT = "report"
    FINDINGS = "findings"
    CHECK = "check"
    COST = "cost"
    BACKTEST = "backtest"
    DIFF = "diff"
    MAP = "map"


Rules = Annotated[str, typer.Option("--rules", metavar="ID|PATH", help="A bundled rule table's id, or a path.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="State or override a constraint in every spec; FIELD=unknown takes it away. Repeatable.",
    ),
]
EntryFormatOption = Annotated[EntryFormat, typer.Option("--format", help="How to print it.")]


def finish(run: Callable[[], int]) -> NoReturn:
    """Run a command and exit with its code."""
    raise typer.Exit(guarded(run))


def printed(text: str) -> int:
    """Write to standard output, and end well."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0


def width() -> int:
    """The columns to lay text out for."""
    from genarch.cli.terminal import screen

    return screen(sys.stdout).width


def print_descriptions(descriptions: list[Description], output_format: EntryFormat) -> int:
    """Write descriptions as asked for, and end well."""
    from genarch.reports.catalogue import descriptions_as_text

    if output_format is EntryFormat.JSON:
        return printed(json.dumps([description.as_json() for description in descriptions], indent=2))
    return printed(descriptions_as_text(descriptions, width()))
