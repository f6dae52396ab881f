"""What the commands on design documents share, `genarch fix` and `genarch waivers`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import unified_diff
from typing import Annotated, NamedTuple

from genarch.cli.app import EntryFormat, argument, flag, group, option
from genarch.cli.output import ExitCode, read_exactly, say, say_problems, severity_or_never, write_report, written
from genarch.documents.discovery import (
    ListedFile,
    Patterns,
    Selection,
    Skipped,
    listed_files,
    repository_root,
    specs_beside,
)
from genarch.documents.editing import fixed, with_skeleton
from genarch.documents.reader import DesignDocument, beside, inactive_status, load_document, load_sidecar
from genarch.documents.settings import Policy, ProjectSettings, find_settings, load_settings
from genarch.errors import InputError
from genarch.files.bundled import DEFAULT_TABLE, bundled_tables, load_rules
from genarch.files.io import refuse
from genarch.reports.findings import ListedWaiver, waivers_page
from genarch.reports.words import safe
from genarch.table.rules import RuleTable

app = group()

LONGEST_WAIVER_DAYS = 3_653
"""Ten years: how far ahead a waiver may end where nobody says otherwise."""

Paths = Annotated[
    list[str] | None,
    argument(
        "PATH",
        "Markdown documents, spec files, folders to search for both, or - for a document on standard input; "
        "the current folder when none is named.",
    ),
]
TableOption = Annotated[str | None, option("--rules", "ID|PATH", "A bundled rule table's id, or a path.")]
Include = Annotated[
    list[str] | None, option("--include", "GLOB", "Look at these in folders, in place of every document. Repeatable.")
]
Exclude = Annotated[list[str] | None, option("--exclude", "GLOB", "Leave these out, named or not. Repeatable.")]
RequireBlock = Annotated[
    list[str] | None, option("--require-block", "GLOB", "Documents that must state a spec. Repeatable.")
]
Config = Annotated[
    str | None, option("--config", "FILE", "A genarch.toml or pyproject.toml; else the nearest one upwards.")
]
NoConfig = Annotated[bool, flag("--no-config", "Read no configuration.")]
Today = Annotated[str | None, option("--today", "DATE", "The date for waiver expiry; else today, in UTC.")]


class Settings(NamedTuple):
    """What a check goes by; `root` is the folder that links are not followed out of."""

    rules: RuleTable
    policy: Policy
    selection: Selection
    require_block: Patterns
    fail_on: str
    baseline: str | None
    root: str
    project: ProjectSettings


def project_settings(config: str | None, *, no_config: bool) -> ProjectSettings:
    """The settings of the project: those of the file named, none, or those found nearest."""
    return load_settings(config) if config is not None else ProjectSettings() if no_config else find_settings(".")


def settings_of(
    project: ProjectSettings,
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
    folder = project.folder
    root = repository_root(".") or os.path.realpath(".")
    day = _today(today)
    days = min(project.waiver_days or LONGEST_WAIVER_DAYS, (date.max - day).days)
    table = load_rules(rules or _from(folder, project.rules) or DEFAULT_TABLE)

    def patterns(asked: Sequence[str] | None, configured: tuple[str, ...]) -> Patterns:
        """The globs of the command line, from the current folder, in place of those configured."""
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
        root,
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


@app.command()
def waivers(
    *,
    paths: Paths = None,
    rules: TableOption = None,
    include: Include = None,
    exclude: Exclude = None,
    today: Today = None,
    config: Config = None,
    no_config: NoConfig = False,
    output_format: EntryFormat = "text",
) -> int:
    """List the waivers of design documents, those that expire first before the others."""
    settings = settings_of(project_settings(config, no_config=no_config), rules, include, exclude, today=today)
    documents = list(_documents(paths, settings))
    defects = [defect for document in documents for defect in document.defects]
    for place, message in ((defect.place, defect.finding.message) for defect in defects):
        say(f"{place.path}:{place.line}:{place.column}: {message}")
    today = settings.policy.today
    rows = [row for document in documents if not document.inactive for row in _rows(document, today)]
    rows.sort(key=lambda row: (row.waiver.expires or "9999-99-99", row.path, row.line))
    write_report(rows, lambda: waivers_page(rows), output_format)
    return ExitCode.UNUSABLE if defects else ExitCode.OK


def _documents(paths: Sequence[str] | None, settings: Settings) -> Iterator[DesignDocument]:
    for item in listed_files(paths or (".",), settings.selection):
        if isinstance(item, Skipped):
            continue
        if not item.is_spec:
            document = load_document(item.path, settings.rules)
            if document is not None:
                yield document
            continue
        own = load_sidecar(item.path, settings.rules)
        found = beside(own, settings.rules)
        other = found.document if found else None
        yield own._replace(status=other.status) if isinstance(other, DesignDocument) else own


def _rows(document: DesignDocument, today: str) -> Iterator[ListedWaiver]:
    for stated in document.specs:
        for at, waiver in enumerate(stated.spec.waivers):
            place = stated.place(f"waivers[{at}].rule", f"waivers[{at}]")
            expired = waiver.expires is not None and waiver.expires < today
            yield ListedWaiver(os.path.normpath(place.path), place.line, stated.spec.id, waiver, expired)


@app.command()
def fix(
    *,
    paths: Paths = None,
    diff: Annotated[bool, flag("--diff", "Show what would change, and write nothing.")] = False,
    rules: TableOption = None,
    include: Include = None,
    exclude: Exclude = None,
    require_block: RequireBlock = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> int:
    """Fix design documents: misspelt keys, values and fences, and an empty block where one has to be."""
    settings = settings_of(project_settings(config, no_config=no_config), rules, include, exclude, require_block)
    if paths and "-" in paths:
        raise refuse("-", "fix works in place; name a file")
    changed = 0
    code = ExitCode.OK
    for item in listed_files(paths or (".",), settings.selection):
        if isinstance(item, Skipped):
            continue
        try:
            for before, after in _fixed(item, settings):
                changed += 1
                if diff:
                    _show(item.path, before, after)
                else:
                    written(after, item.path)
                    say(f"{os.path.normpath(item.path)}: fixed")
        except InputError as error:
            say_problems(error)
            code = ExitCode.UNUSABLE
    say(f"{changed} file{'' if changed == 1 else 's'} {'would change' if diff else 'changed'}")
    return code or (ExitCode.FINDINGS if diff and changed else ExitCode.OK)


def _fixed(item: ListedFile, settings: Settings) -> Iterator[tuple[str, str]]:
    """The text before and after, where they differ."""
    if item.beside:
        return
    required = settings.require_block.match(item.path) and not item.is_spec
    document = None if item.is_spec else load_document(item.path, settings.rules)
    if document is None and not (item.is_spec or required):
        return
    before = read_exactly(item.path)
    after = fixed(before, item.path, settings.rules, spec_file=item.is_spec)
    if (
        required
        and after == before
        and not (document and (document.specs or document.defects))
        and _bare(item, settings)
    ):
        after = with_skeleton(before, item.path)
    if after != before:
        yield before, after


def _bare(item: ListedFile, settings: Settings) -> bool:
    """Whether a document that has no block needs one: it is in force, and no spec file beside it states one."""
    if inactive_status(item.path, settings.rules):
        return False
    real = os.path.realpath(item.path)
    specs = (other.path for other in specs_beside(item.path))
    found = (beside(load_sidecar(path, settings.rules), settings.rules) for path in specs)
    return not any(other and other.real == real for other in found)


def _show(path: str, before: str, after: str) -> None:
    lines = unified_diff(before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
    for line in lines:
        sys.stdout.write(f"{safe(line)}\n")
