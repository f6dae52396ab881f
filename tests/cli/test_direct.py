"""The short way to a request and the full command line understand the same words alike."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from genarch.cli import direct
from genarch.cli.app import app
from genarch.cli.evaluate import Request

WORDS = [
    "evaluate", "a.yaml", "dir", "-", "--format", "json", "text", "xml", "--format=jsonl", "-o", "out", "-oout", "--output=x", "--rules", "r.yaml",
    "--rules=", "--set", "task=inpainting", "--set=domain=narrow", "--fail-on", "gan,hybrid", "--fail-on=", "--help", "-h", "--", "--form", "--version", "", "--no-explore", "--explore", "--no-explore=1", "--no-evidence", "--evidence",
]  # fmt: skip


def by_the_full_command_line(arguments: list[str]) -> Request | None:
    """What typer makes of the arguments; None when it refuses them."""
    seen: list[Request] = []

    def record(request: Request) -> int:
        seen.append(request)
        return 0

    with patch("genarch.cli.app.run_evaluate", record):
        result = CliRunner().invoke(app, arguments)
    return seen[0] if seen and result.exit_code == 0 else None


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(lambda words: ["evaluate", *words]))
def test_what_the_short_way_understands_the_full_way_understands_alike(arguments: list[str]) -> None:
    request = direct.parse(arguments)
    if request is not None:
        assert by_the_full_command_line(arguments) == request


@pytest.mark.parametrize(
    "arguments",
    [
        "evaluate a.yaml",
        "evaluate a.yaml b --format json",
        "evaluate - --format=jsonl",
        "evaluate --set task=inpainting",
        "evaluate a --set task=inpainting --set=domain=narrow -o out.md --format markdown --rules x.yaml --fail-on gan",
    ],
)
def test_scripts_calls_are_understood(arguments: str) -> None:
    assert direct.parse(arguments.split()) is not None


@pytest.mark.parametrize(
    "arguments",
    [
        "", "evaluate", "rules list", "--version", "evaluate --help", "evaluate a -h", "evaluate a --format xml", "evaluate a --format",
        "evaluate a -o -x", "evaluate a -oout", "evaluate a --form json", "evaluate -- a", "evaluate a --unknown",
    ],
)  # fmt: skip
def test_everything_else_is_left_to_the_full_command_line(arguments: str) -> None:
    assert direct.parse(arguments.split()) is None
