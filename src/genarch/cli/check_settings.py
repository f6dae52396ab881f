"""What a check of documents goes by: options over settings, the rule table, the baseline, and what has changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from genarch.cli.output import FAIL_ON, OwnEvidence, collected, counting_own_cases, one_of, say
from genarch.documents import discovery
from genarch.documents.discovery import Patterns, wrong_glob
from genarch.documents.settings import (
    NAMES,
    OLDEST_DAYS,
    KnownFinding,
    Policy,
    ProjectSettings,
    TeamSeverity,
    find_settings,
    load_settings,
    read_baseline,
)
from genarch.engine.findings import SEVERITIES
from genarch.engine.rules import RuleTable
from genarch.errors import InputError, Problem
from genarch.files.bundled import DEFAULT_TABLE, DOCUMENT_CHECKS, OWN_NAME, bundled_tables, load_rules, table_files
from genarch.files.cache import rules_folder
from genarch.files.io import case_files, is_spec, refuse, within
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from genarch.documents.revisions import Changed, Revision, Trusted
    from genarch.documents.trust import Comparison

LONGEST_WAIVER_DAYS = 3_653
"""Ten years: how far ahead a waiver may end where nobody says otherwise."""


class Settings(NamedTuple):
    """What a check goes by."""

    rules: RuleTable
    policy: Policy
    selection: discovery.Selection
    require_block: Patterns
    fail_on: str
    baseline: str | None
    project: ProjectSettings
    own: OwnEvidence | None
    """The table for each document, with the measurements that count there; None where none count."""
    trusted: str | None = None
    """The commit, as it was named, at which settings, table, measurements and baseline are read."""


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
    evidence: bool = True,
    waiver_days: int | None = None,
    measurement_days: int | None = None,
    severity: Sequence[str] | None = None,
    cases: Sequence[str] | None = None,
    at: Revision | None = None,
    measurements: Sequence[str] | None = None,
) -> Settings:
    """The settings that hold: the options of the command line over those of the project, as now or at a commit."""
    if at is not None:
        from genarch.documents.trusted_settings import (  # git and copies: for those who trust a commit
            settings_at,
            table_at,
        )

        project = settings_at(at, config, none=no_config)
    else:
        project = load_settings(config) if config is not None else ProjectSettings() if no_config else find_settings()
    say(*(f"{path}: skipped, since it cannot be read and does not mention genarch" for path in project.passed_over))
    folder = project.folder
    if config is None and os.environ.get("CI", "").casefold() in ("true", "1"):
        _within_repository(project, at, rules=rules is None, baseline=baseline is None, measured=not measurements)
    project = project._replace(
        waiver_days=waiver_days or project.waiver_days,
        measurement_days=measurement_days or project.measurement_days,
        severity={**project.severity, **dict(collected(_severity, severity or ()))},
        cases=tuple(map(os.path.abspath, cases)) if cases else project.cases,
    )
    day = _today(today)
    days = min(project.waiver_days or LONGEST_WAIVER_DAYS, (date.max - day).days)
    root = discovery.repository_root(".") or os.path.realpath(".")
    evidence = evidence and project.evidence
    table = rules or project.path_of(project.rules) or DEFAULT_TABLE
    if at is None:
        rule_table = counting_own_cases(load_rules(table, evidence=evidence), project=project)
    else:
        with at.named():
            own = tuple(os.path.abspath(at.copy(path)) for path in project.case_paths)
            rule_table = load_rules(table_at(table, at)[0], evidence=evidence)
            rule_table = counting_own_cases(rule_table, project=project._replace(cases=own))

    def patterns(option: str, asked: Sequence[str] | None, configured: tuple[str, ...]) -> Patterns:
        wrong = [
            Problem(option, None, None, "", f"'{glob[:60]}' {why}") for glob in asked or () if (why := wrong_glob(glob))
        ]
        if wrong:
            raise InputError(wrong)
        return Patterns(tuple(asked), ".") if asked else Patterns(configured, folder)

    return Settings(
        rule_table,
        Policy(
            day.isoformat(),
            tuple(load_rules(name, evidence=evidence) for name in bundled_tables() if name != rule_table.header.id),
            (day + timedelta(days=days)).isoformat(),
            ending=project.waiver_days is not None,
            severities=project.severity,
            waivers=waivers,
            evidence=evidence,
            measured_since=(
                day - timedelta(days=min(project.measurement_days or OLDEST_DAYS, day.toordinal() - 1))
            ).isoformat(),
        ),
        discovery.Selection(
            patterns("--include", include, project.include), patterns("--exclude", exclude, project.exclude), root
        ),
        patterns("--require-block", require_block, project.require_block),
        one_of("--fail-on", fail_on or project.fail_on or "error", "a severity", FAIL_ON),
        baseline or project.path_of(project.baseline),
        project,
        OwnEvidence(rule_table, measurements, project, at) if evidence else None,
        None if at is None else at.reference,
    )


def _severity(text: str) -> tuple[str, TeamSeverity]:
    """What `CHECK=SEVERITY` says."""
    name, _, word = text.partition("=")
    one_of("--severity", name, "a check", DOCUMENT_CHECKS)
    known: tuple[TeamSeverity, ...] = (*SEVERITIES, "off")
    found = one_of("--severity", word, "a severity", known)
    return name, next(severity for severity in known if severity == found)


def trusted_commit(reference: str | None) -> Trusted | None:
    """The commit that is trusted, where one is named."""
    if reference is None:
        return None
    from genarch.documents.revisions import trusted_by  # git and copies: for those who trust a commit

    return trusted_by(reference)


def compared(
    trusted: Trusted,
    paths: Sequence[str],
    targets: Sequence[str],
    settings: Settings,
    config: str | None,
    rules: str | None,
    baseline: str | None,
    *,
    no_config: bool,
) -> Comparison:
    """What documents state beside what they did, and what else a change weakens; options are as they were given.

    Raises:
        InputError: where a change may have put a link out of the repository in place of one of the paths, or any link
            in place of one of the targets, which are written.
    """
    from genarch.documents.trust import Comparison  # likewise
    from genarch.documents.trusted_settings import weakened

    root = trusted.at.root
    for path in (*paths, *targets):
        inner, real = trusted.at.inside(path), os.path.realpath(path)
        if path == "-" or inner is None:
            continue
        if not within(real, root):
            raise refuse(path, "is a link out of the repository; name a file or folder in it")
        if path in targets and real != os.path.normpath(os.path.join(root, inner)):
            raise refuse(path, "is a link, which a change may have made; name a regular file")
    own = settings.own.paths if settings.own else ()
    weaker = weakened(trusted, config, rules, baseline, own, no_config=no_config)
    return Comparison(trusted, paths, settings.rules, settings.selection, settings.policy, weaker)


def known_findings(settings: Settings, at: Revision | None = None) -> tuple[KnownFinding, ...]:
    """What the baseline has, where there is one, now or at a commit."""
    if settings.baseline is None or at is None:
        return read_baseline(settings.baseline) if settings.baseline else ()
    with at.named():
        return read_baseline(at.copy(settings.baseline))


def _within_repository(
    project: ProjectSettings, at: Revision | None, *, rules: bool, baseline: bool, measured: bool
) -> None:
    """Refuse settings, and what they name in place of the command line, that lie outside of the repository.

    What a table extends counts too, and so does each file of cases; of a commit, `table_at` sees to the former, and
    the links of the commit lead nowhere outside, so that what the change makes of either is no reason to refuse.
    """
    named = [project.path, project.path_of(project.baseline) if baseline else None]
    named += map(project.path_of, project.measurements) if measured else []
    table = project.path_of(project.rules) if rules else None
    table = table if table not in bundled_tables() else None
    if at is not None:
        outside = [path for path in [*named, table, *project.case_paths] if path and at.inside(path) is None]
    elif root := discovery.repository_root("."):
        named += case_files(project.case_paths)
        if table:
            named += table_files(table) if within(os.path.realpath(table), root) else [table]
        outside = [path for path in named if path and not within(os.path.realpath(path), root)]
    else:
        return
    own = rules_folder()
    message = "is outside the repository, where changes are not reviewed; in CI, name it on the command line"
    if outside := [path for path in outside if not within(os.path.realpath(path), own)]:
        raise InputError([Problem(path, None, None, "", message) for path in outside])


def _today(stated: str | None) -> date:
    """The day stated, else that of SOURCE_DATE_EPOCH, else that of the clock; in UTC."""
    if stated is not None:
        full = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", stated)
        try:
            return datetime.strptime(stated if full else "", "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise refuse("--today", f"'{stated[:40]}' is not a calendar date; write it as 2027-03-31") from None
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise refuse("SOURCE_DATE_EPOCH", f"'{epoch[:40]}' is not a number of seconds since 1970") from None


def changed_files(
    since: str | None, settings: Settings, rules: str | None, *, nearest: bool
) -> tuple[Changed | None, str]:
    """What differs from where the branch left a commit, if one is named.

    None, and what it is, where something has changed that concerns all: the settings, where those count that are
    `nearest`, others that did; the baseline, a table or one that it extends, documented cases, and how git checks out.
    """
    if since is None:
        return None, ""
    from genarch.documents.revisions import changed_since  # git: for those who name a commit

    changed = changed_since(since)
    project = settings.project
    former = set[str]()
    if settings.trusted is not None:  # at which nothing has changed
        project, rules = ProjectSettings(), None
    elif nearest and any(os.path.basename(path) in NAMES for path in changed.paths):
        former = set(_former_settings(since, changed)) - {os.path.realpath(project.path)}
    table = rules or project.path_of(project.rules)
    paths = [project.path, settings.baseline, *case_files(project.case_paths)]
    paths += settings.own.paths if settings.own else ()
    if table and table not in bundled_tables():
        from genarch.files.table_reader import chain_of  # not for whoever has no table of their own

        paths += [file.document.path for file in chain_of(table)]
    configured = {os.path.realpath(path) for path in paths if path}
    # A spec file that is gone was for a document that may not have changed.
    cases = [os.path.realpath(path) for path in project.case_paths]
    gone = {
        path
        for path in changed.paths
        if not os.path.exists(path)
        and (is_spec(os.path.basename(path)) or any(within(path, folder) for folder in cases))
    }
    # Measurements beside a spec, and how git checks files out, concern what may not have changed.
    around = {path for path in changed.paths if os.path.basename(path) in (OWN_NAME, ".gitattributes")}
    everything = former | gone | around | (changed.paths & configured)
    return (None, os.path.relpath(min(everything))) if everything else (changed, "")


def _former_settings(since: str, changed: Changed) -> Iterator[str]:
    """The real paths of the settings that counted where a branch left a commit; those that could not be read too."""
    from genarch.documents.revisions import Revision
    from genarch.documents.trusted_settings import settings_at

    for base in changed.bases:
        try:
            path = settings_at(Revision("--changed-since", since, changed.root, base), None).path
        except InputError as error:
            path = error.problems[0].path
        if path:
            yield os.path.realpath(path)
