from __future__ import annotations

import gc
import os
from functools import cache
from pathlib import Path

import pytest
import typer.testing
from hypothesis import HealthCheck, settings
from typer.main import get_command

import genarch.cli.evidence
import genarch.evidence.fit
from genarch import RuleTable, load_rules
from genarch.evidence.fit import Error, Point, leave_one_source_out
from genarch.files.table_reader import read_table

ROOT = Path(__file__).resolve().parent.parent

# What the program reads of its surroundings is what a test says, on a machine of CI as at a desk. Where bytecode is not
# written, each of the hundreds of processes that tests start would compile the package anew.
for name in (
    *("CI", "COLUMNS", "FORCE_COLOR", "GENARCH_TRACEBACK", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "NO_COLOR"),
    *("PRE_COMMIT", "PYTHONDONTWRITEBYTECODE", "SOURCE_DATE_EPOCH"),
):
    os.environ.pop(name, None)

# The commands are put together once for all tests of a process, not for each call.
vars(typer.testing)["_get_command"] = cache(get_command)


@cache
def _errors(given: tuple[Point, ...]) -> list[Error]:
    return leave_one_source_out(given)


# So are the errors of the estimator, which are in the catalogue and in reports of every format.
for module in (genarch.evidence.fit, genarch.cli.evidence):
    vars(module)["leave_one_source_out"] = lambda given: _errors(tuple(given))

# The same examples in every run; `make random` tries others, and `make fuzz` very many.
settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("random", settings.get_profile("suite"), derandomize=False, max_examples=20, print_blob=True)
settings.register_profile("long", settings.get_profile("random"), max_examples=1000)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="rewrite the golden files from what is rendered now")


def pytest_collection_finish() -> None:
    """Look for garbage seldom, as the command line does, and never among the modules and the tests."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def article() -> RuleTable:
    """The shipped table, read from its YAML rather than from the compiled copy."""
    return read_table(str(ROOT / "rules/article.yaml"))


@pytest.fixture(scope="session")
def shipped() -> RuleTable:
    """The table of the article as `load_rules` gives it, by the compiled copy."""
    return load_rules("article")


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GENARCH_TRACEBACK", "_GENARCH_COMPLETE"):
        monkeypatch.delenv(name, raising=False)
    os.environ["TERM"] = "xterm-256color"
