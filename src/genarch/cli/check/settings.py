"""What a check is asked for: the command line over the configuration, and the day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from genarch.documents.discovery import Patterns, Selection, repository_root
from genarch.documents.document import Policy
from genarch.documents.settings import Configuration, find_configuration, load_configuration
from genarch.errors import nearest
from genarch.files.io import refuse
from genarch.files.tables import DEFAULT_TABLE, bundled_tables, load_rules
from genarch.table.findings import SEVERITIES
from genarch.table.rules import RuleTable

LONGEST_WAIVER_DAYS = 3_653
"""Ten years: how far ahead a waiver may end where nobody says otherwise."""


class CheckRequest(NamedTuple):
    """What the command line asked for, still as text; None where it does not say."""

    paths: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    rules: str | None = None
    fail_on: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    require_block: tuple[str, ...] = ()
    config: str | None = None
    no_config: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    changed_since: str | None = None
    today: str | None = None
    show_waived: bool = False
    no_waivers: bool = False
    allow_empty: bool = False
    jobs: int = 1


class Settings(NamedTuple):
    """What a check goes by; `root` is the folder that links are not followed out of."""

    rules: RuleTable
    policy: Policy
    selection: Selection
    require_block: Patterns
    fail_on: str
    baseline: str | None
    root: str
    configuration: Configuration


def settled(request: CheckRequest) -> Settings:
    """The settings that hold.

    Raises:
        InputError: when an option, the configuration or the rule table cannot be used.
    """
    configuration = _configuration(request)
    folder = configuration.folder
    here = os.path.realpath(".")
    root = repository_root(".") or here
    today = _today(request.today)
    days = configuration.waiver_days
    latest = _days_after(today, days or LONGEST_WAIVER_DAYS)
    rules = load_rules(request.rules or _from(folder, configuration.rules) or DEFAULT_TABLE)
    others = [load_rules(name) for name in bundled_tables() if name != rules.header.id]
    return Settings(
        rules,
        Policy(
            today.isoformat(),
            tuple(others),
            latest,
            ending=days is not None,
            severities=configuration.severity,
            waivers=not request.no_waivers,
        ),
        Selection(
            _patterns(request.include, configuration.include, folder),
            _patterns(request.exclude, configuration.exclude, folder),
            root,
        ),
        _patterns(request.require_block, configuration.require_block, folder),
        _fail_on(request.fail_on or configuration.fail_on or "error"),
        request.baseline or _from(folder, configuration.baseline),
        root,
        configuration,
    )


def _configuration(request: CheckRequest) -> Configuration:
    if request.config is not None:
        return load_configuration(request.config)
    return Configuration(".") if request.no_config else find_configuration(".")


def _patterns(asked: tuple[str, ...], configured: tuple[str, ...], folder: str) -> Patterns:
    """The globs of the command line, from the current folder, in place of those configured."""
    return Patterns(asked, ".") if asked else Patterns(configured, folder)


def _from(folder: str, path: str | None) -> str | None:
    """A configured path, or the id of a bundled table, as seen from the current folder."""
    if path is None or not (os.sep in path or "/" in path or os.path.splitext(path)[1]):
        return path
    return os.path.normpath(os.path.join(folder, path))


def _fail_on(word: str) -> str:
    if word not in (*SEVERITIES, "never"):
        hint = nearest(word, SEVERITIES) or f"; write {', '.join(SEVERITIES)} or never"
        raise refuse("--fail-on", f"'{word[:60]}' is not a severity{hint}")
    return word


def _today(stated: str | None) -> date:
    """The day stated, else that of SOURCE_DATE_EPOCH, else that of the clock; in UTC."""
    if stated is not None:
        try:
            return datetime.strptime(stated, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise refuse("--today", f"'{stated[:40]}' is not a calendar date; write it as 2027-03-31") from None
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise refuse("SOURCE_DATE_EPOCH", f"'{epoch[:40]}' is not a number of seconds since 1970") from None


def _days_after(day: date, days: int) -> str:
    try:
        return (day + timedelta(days=days)).isoformat()
    except OverflowError:
        return date.max.isoformat()
