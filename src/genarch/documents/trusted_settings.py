"""What documents are judged by as it is at a commit, and what a change weakens of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress

from genarch.documents.reader import located
from genarch.documents.revisions import Revision, Trusted
from genarch.documents.settings import (
    NAMES,
    OLDEST_DAYS,
    ProjectSettings,
    find_settings,
    folders_above,
    load_settings,
    places_of_settings,
    read_baseline,
)
from genarch.engine.findings import SEVERITIES, CheckId, Located, Place
from genarch.errors import InputError
from genarch.files.bundled import DEFAULT_TABLE, DOCUMENT_CHECKS, OWN_NAME, bundled_tables
from genarch.files.io import DOCUMENT_SUFFIXES, SPEC_NAME, read_bytes, read_text, refuse, within
from genarch.files.records import read_record

_STRICTEST = (*reversed(SEVERITIES), "never")
"""What a check may fail from, the strictest first."""


def settings_at(at: Revision, config: str | None, *, none: bool = False) -> ProjectSettings:
    """The settings in the file named, else the nearest ones, as they are at a commit; `none` takes no file."""
    if none:
        return ProjectSettings()
    with at.named():
        project = find_settings(_folders(at)) if config is None else load_settings(at.copy(config))
    path = at.original(project.path)
    return project._replace(folder=os.path.dirname(path) or ".", path=path)


def _folders(at: Revision) -> Iterator[str]:
    """The folders that settings are looked for in: those of the commit, then those above the repository."""
    for folder in folders_above("."):
        copies = [at.copy(os.path.join(folder, name)) for name in NAMES if within(folder, at.root)]
        yield os.path.dirname(copies[0]) if copies else folder


def table_at(table: str, at: Revision) -> tuple[str, list[str]]:
    """The path of a copy of a rule table as it is at a commit, and the paths of the files that it is read from.

    Raises:
        InputError: where it extends one on the other side of the repository's border.
    """
    from genarch.files.table_reader import MAX_CHAIN, TableForm  # not for whoever has no table of their own

    files: list[str] = []
    while table not in bundled_tables() and len(files) <= MAX_CHAIN:
        copy = at.copy(table)
        files.append(table)
        if not (extended := os.path.isfile(copy) and read_record(copy, TableForm).value.extends):
            break
        inner, table = at.inside(table), os.path.join(os.path.dirname(table), extended)
        if extended in bundled_tables():
            break
        if (at.inside(table) is None) is not (inner is None) or (inner is not None and os.path.isabs(extended)):
            raise refuse(copy, f"extends '{extended[:80]}', which is not in the same repository; copy it there")
    return at.copy(files[0]) if files else table, files


def _found(name: CheckId, place: Place, subject: str, **words: object) -> Located:
    message = DOCUMENT_CHECKS[name].message.format(**words)
    return located(name, place, message, (subject,) if subject else ())


def weakened(
    trusted: Trusted,
    config: str | None,
    rules: str | None,
    baseline: str | None,
    measurements: Sequence[str] = (),
    *,
    no_config: bool,
) -> Iterator[Located]:
    """What a change does to the settings, tables, measurements and baseline that it is judged by.

    Options go before settings; `measurements` are the files of them that count.
    """
    before = trusted.before
    project = settings_at(before, config, none=no_config)
    yield from _settings(project, config, trusted.at.reference) if not no_config else ()
    with before.named():
        _, files = table_at(rules or project.path_of(project.rules) or DEFAULT_TABLE, before)
    for path in files:
        inner = before.inside(path)
        there = "" if inner is None else before.at(inner)
        if there not in before.files or (there == inner and before.unchanged(there)):
            continue
        if _lines(before.contents([there])[there]) != _lines(_now(path)):
            gone = "is gone" if not os.path.exists(path) else "is changed"
            yield _found(CheckId("table-changed"), Place(path, 1, 1), path, gone=gone, at=trusted.at.reference)
    own = [before.inside(path) for path in measurements]
    own += [before.inside(os.path.join(project.folder, path)) for path in project.measurements]
    own += [path for path in before.files if os.path.basename(path) == OWN_NAME]
    for inner in dict.fromkeys(filter(None, own)):
        path = before.shown(inner)
        if inner in before.files and before.unchanged(inner):
            continue
        now = _measured(path)
        if any(entry not in now for entry in _measured(before.copy(path))):
            gone = "is gone" if not os.path.exists(path) else "has entries removed or edited"
            yield _found(CheckId("measurements-changed"), Place(path, 1, 1), path, gone=gone, at=trusted.at.reference)
    known = baseline or project.path_of(project.baseline)
    if known and before.inside(known) is not None and os.path.exists(known):
        copy = before.copy(known)
        with before.named():
            left = Counter(item.fingerprint for item in read_baseline(copy)) if os.path.exists(copy) else Counter()
        text = read_text(known, limit=16 << 20)
        for item in read_baseline(known):
            left[item.fingerprint] -= 1
            if left[item.fingerprint] < 0:
                line = text.count("\n", 0, max(text.find(item.fingerprint), 0)) + 1
                words = {"check": item.check, "file": item.file, "at": trusted.at.reference}
                yield _found(CheckId("baseline-grown"), Place(known, line, 1), item.fingerprint, **words)


def _measured(path: str) -> list[object]:
    """The entries of a file of measurements; none where it cannot be read."""
    from genarch.files.catalogue_reader import OwnEvidence  # for a team that has such a file

    with suppress(InputError):
        own = read_record(path, OwnEvidence).value
        return [entry for part in own[1:] for entry in part]
    return []


def _now(path: str) -> bytes | None:
    with suppress(InputError):
        return read_bytes(path)
    return None


def _lines(content: bytes | None) -> list[bytes] | None:
    return None if content is None else content.splitlines()


def _settings(before: ProjectSettings, config: str | None, reference: str) -> Iterator[Located]:
    path = before.path or NAMES[0]
    try:
        now = find_settings() if config is None else load_settings(config)
        places = places_of_settings(now.path) if now.path else {}
    except InputError as error:
        problem, places = error.problems[0], {}
        found = [("", f"{problem.field or 'the file'}: {problem.message}")]
        path = problem.path
    else:
        found = list(_differences(before, now))
        path = now.path or path
    for name, change in found:
        line, column = places.get(name, (1, 1))
        yield _found(CheckId("settings-weakened"), Place(path, line, column), name, change=change, at=reference)


def _differences(before: ProjectSettings, now: ProjectSettings) -> Iterator[tuple[str, str]]:
    """The settings that are weaker now, each with how."""
    if before.path and os.path.abspath(before.path) != os.path.abspath(now.path or os.curdir):
        instead = f"those of {now.path} are used instead" if now.path else "there are none now"
        yield "", f"the settings of {before.path} no longer count: {instead}"
    was, table = (project.path_of(project.rules) or DEFAULT_TABLE for project in (before, now))
    if was != table:
        yield "rules", f"'rules' changes from {was} to {table}"
    level, fail_on = (project.fail_on or "error" for project in (before, now))
    if _STRICTEST.index(fail_on) > _STRICTEST.index(level):
        yield "fail_on", f"'fail_on' changes from {level} to {fail_on}"
    for change in _of_include(before.include, now.include):
        yield "include", f"'include' {change}"
    for name in ("exclude", "require_block"):
        for change in _of_globs(getattr(before, name), getattr(now, name), more=name != "exclude"):
            yield name, f"'{name}' {change}"
    known, baseline = (project.path_of(project.baseline) for project in (before, now))
    if baseline and baseline != known:
        yield "baseline", f"'baseline' changes from {known or 'none'} to {baseline}"
    most, days = (project.waiver_days for project in (before, now))
    if most and (days is None or days > most):
        yield "waiver_days", f"'waiver_days' changes from {most} to {days or 'none'}"
    for name in sorted({*before.severity, *now.severity}):
        own = DOCUMENT_CHECKS[name].severity
        former, severity = (project.severity.get(name, own) for project in (before, now))
        order = (*SEVERITIES, "off")
        if order.index(severity) > order.index(former):
            yield name, f"the severity of {name} changes from {former} to {severity}"
    if before.evidence and not now.evidence:
        yield "evidence", "'evidence' changes from true to false"
    yield from _of_measurements(before, now)


def _of_measurements(before: ProjectSettings, now: ProjectSettings) -> Iterator[tuple[str, str]]:
    """How a team's own measurements are others, or may be older."""
    former, files = (", ".join(project.measurements) or "none" for project in (before, now))
    if files != former:
        yield "measurements", f"'measurements' changes from {former} to {files}"
    oldest, days = (project.measurement_days or OLDEST_DAYS for project in (before, now))
    if days > oldest:
        yield "measurement_days", f"'measurement_days' changes from {oldest} to {days}"


def _of_include(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """How globs take less that stand in place of every document and spec file."""
    if before and now:
        yield from _of_globs(before, now, more=True)
    elif now:
        yield f"changes from everything to {', '.join(now)}"
    elif not all(glob.startswith("!") or glob.lower().endswith((*DOCUMENT_SUFFIXES, SPEC_NAME)) for glob in before):
        yield f"changes from {', '.join(before)} to documents and spec files alone"


def _of_globs(before: Sequence[str], now: Sequence[str], *, more: bool) -> Iterator[str]:
    """How globs take less than they did, or where `more` is false, more: what they add, lose, or have in another order.

    A glob that begins with `!` does the contrary of the others.
    """
    for glob in (glob for glob in now if glob not in before and glob.startswith("!") is more):
        yield f"has {glob} added"
    for glob in (glob for glob in before if glob not in now and glob.startswith("!") is not more):
        yield f"has {glob} removed"
    both = [[glob for glob in globs if glob in before and glob in now] for globs in (before, now)]
    if both[0] != both[1] and any(glob.startswith("!") for glob in both[0]):
        yield f"is in another order: {', '.join(now)}"
