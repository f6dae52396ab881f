"""What a check of design documents goes by, from the command line and the configuration of the project."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from genarch.cli.output import severity_or_never
from genarch.documents.discovery import Patterns, Selection, repository_root
from genarch.documents.settings import Policy, ProjectSettings, find_settings, load_settings
from genarch.files.bundled import DEFAULT_TABLE, bundled_tables, load_rules
from genarch.files.io import refuse
from genarch.table.rules import RuleTable

LONGEST_WAIVER_DAYS = 3_653
"""Ten years: how far ahead a waiver may end where nobody says otherwise."""


class Settings(NamedTuple):
    """What a check goes by."""

    rules: RuleTable
    policy: Policy
    selection: Selection
    require_block: Patterns
    fail_on: str
    baseline: str | None
    project: ProjectSettings


def settings_of(
    config: str | None,
    no_config: bool,  # noqa: FBT001  (as the command line has it)
    rules: str | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    require_block: Sequence[str] | None = None,
    today: str | None = None,
    fail_on: str | None = None,
    baseline: str | None = None,
    *,
    waivers: bool = True,
) -> Settings:
    """The settings that hold: the options of the command line over those of the project."""
    project = load_settings(config) if config is not None else ProjectSettings() if no_config else find_settings(".")
    folder = project.folder
    day = _today(today)
    days = min(project.waiver_days or LONGEST_WAIVER_DAYS, (date.max - day).days)
    root = repository_root(".") or os.path.realpath(".")
    table = load_rules(rules or _from(folder, project.rules) or DEFAULT_TABLE)

    def patterns(asked: Sequence[str] | None, configured: tuple[str, ...]) -> Patterns:
        return Patterns(tuple(asked), ".") if asked else Patterns(configured, folder)

    return Settings(
        table,
        Policy(
            day.isoformat(),
            tuple(load_rules(name) for name in bundled_tables() if name != table.header.id),
            (day + timedelta(days=days)).isoformat(),
            ending=project.waiver_days is not None,
            severities=project.severity,
            waivers=waivers,
        ),
        Selection(patterns(include, project.include), patterns(exclude, project.exclude), root),
        patterns(require_block, project.require_block),
        severity_or_never(fail_on or project.fail_on or "error"),
        baseline or _from(folder, project.baseline),
        project,
    )


def _from(folder: str, path: str | None) -> str | None:
    """A configured path, or the id of a bundled table, as seen from the current folder."""
    if path is None or not (os.sep in path or "/" in path or os.path.splitext(path)[1]):
        return path
    return os.path.normpath(os.path.join(folder, path))


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
