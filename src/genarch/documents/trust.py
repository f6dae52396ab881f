"""A change against the commit that it began at: whatever in it would have the check find less is a finding."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from genarch.documents.discovery import DOCUMENT_SUFFIXES, Selection
from genarch.documents.judge import taken_with
from genarch.documents.lookalikes import WORD
from genarch.documents.reader import PlacedSpec, load_document, load_sidecar, located, read_document, read_sidecar
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
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec, Waiver
from genarch.errors import InputError
from genarch.files.bundled import DEFAULT_TABLE, DOCUMENT_CHECKS, OWN_NAME, bundled_tables
from genarch.files.io import decode, entered, is_spec, read_text, refuse, within

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
    from genarch.files.records import read_record  # not for whoever has no table of their own
    from genarch.files.table_reader import MAX_CHAIN, TableForm

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
            raise refuse(
                copy, f"extends '{extended[:80]}', which does not lie in the repository with it; copy it there"
            )
    return at.copy(files[0]) if files else table, files


def _found(name: CheckId, place: Place, subject: str, **words: object) -> Located:
    message = DOCUMENT_CHECKS[name].message.format(**words)
    return located(name, place, message, (subject,) if subject else ())


def weakened(
    trusted: Trusted, config: str | None, rules: str | None, baseline: str | None, *, no_config: bool
) -> Iterator[Located]:
    """What a change does to the settings, the tables and the baseline that it is judged by; options go before them."""
    before = trusted.before
    project = settings_at(before, config, none=no_config)
    yield from _settings(project, config, trusted.at.reference) if not no_config else ()
    with before.named():
        _, files = table_at(rules or project.path_of(project.rules) or DEFAULT_TABLE, before)
    for path in files:
        inner = before.inside(path)
        there = "" if inner is None else before.at(inner)
        if there not in before.files or before.unchanged(there):
            continue
        if _lines(before.contents([there])[there]) != _lines(_now(path)):
            gone = "is gone" if not os.path.exists(path) else "is changed"
            yield _found(CheckId("table-changed"), Place(path, 1, 1), path, gone=gone, at=trusted.at.reference)
    own = [before.inside(os.path.join(project.folder, path)) for path in project.measurements]
    own += [path for path in before.files if os.path.basename(path) == OWN_NAME]
    differing = [path for path in filter(None, own) if path in before.files and not before.unchanged(path)]
    for inner, content in before.contents(dict.fromkeys(differing)).items():
        path = before.shown(inner)
        now = iter(_lines(_now(path)) or [])
        if not all(line in now for line in _lines(content) or []):  # what is added stands among what was there
            gone = "is gone" if not os.path.exists(path) else "has lost something"
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


def _now(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
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
        instead = f"those of {now.path} count" if now.path else "there are none"
        yield "", f"the settings of {before.path} count no more: {instead}"
    was, table = (project.path_of(project.rules) or DEFAULT_TABLE for project in (before, now))
    if was != table:
        yield "rules", f"rules goes from {was} to {table}"
    level, fail_on = (project.fail_on or "error" for project in (before, now))
    if _STRICTEST.index(fail_on) > _STRICTEST.index(level):
        yield "fail_on", f"fail_on goes from {level} to {fail_on}"
    if now.include and not before.include:
        yield "include", f"include goes from everything to {', '.join(now.include)}"
    for name, more in (("include", True), ("exclude", False), ("require_block", True)):
        globs, others = getattr(before, name), getattr(now, name)
        if name != "include" or (before.include and now.include):
            for change in _of_globs(globs, others, more=more):
                yield name, f"{name} {change}"
    known, baseline = (project.path_of(project.baseline) for project in (before, now))
    if baseline and baseline != known:
        yield "baseline", f"baseline goes from {known or 'none'} to {baseline}"
    most, days = (project.waiver_days for project in (before, now))
    if most and (days is None or days > most):
        yield "waiver_days", f"waiver_days goes from {most} to {days or 'none'}"
    for name in sorted({*before.severity, *now.severity}):
        own = DOCUMENT_CHECKS[name].severity
        former, severity = (project.severity.get(name, own) for project in (before, now))
        order = (*SEVERITIES, "off")
        if order.index(severity) > order.index(former):
            yield name, f"severity of {name} goes from {former} to {severity}"
    if before.evidence and not now.evidence:
        yield "evidence", "evidence goes from true to false"
    yield from _of_measurements(before, now)


def _of_measurements(before: ProjectSettings, now: ProjectSettings) -> Iterator[tuple[str, str]]:
    """How a team's own measurements are others, or may be older."""
    former, files = (", ".join(project.measurements) or "none" for project in (before, now))
    if files != former:
        yield "measurements", f"measurements goes from {former} to {files}"
    oldest, days = (project.measurement_days or OLDEST_DAYS for project in (before, now))
    if days > oldest:
        yield "measurement_days", f"measurement_days goes from {oldest} to {days}"


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
        yield f"has another order: {', '.join(now)}"


class _Stated(NamedTuple):
    """A spec in force, in a file by its path from the root."""

    path: str
    spec: Spec
    beside: str = ""
    """The document that the file of a spec stands beside, likewise; not looked for in what is stated now."""
    placed: PlacedSpec | None = None
    """Where it stands now; None for one of the commit."""


class Comparison:
    """The decisions and exceptions in force in the documents of a change, against those where the change began."""

    def __init__(
        self,
        trusted: Trusted,
        paths: Sequence[str],
        rules: RuleTable,
        selection: Selection,
        tables: tuple[RuleTable, ...],
        weaker: Iterable[Located] = (),
    ) -> None:
        """`tables` are others that are known; what is `weaker` otherwise is found beside what documents state."""
        self._before, self._reference = trusted.before, trusted.at.reference
        self._rules, self._selection, self._tables = rules, selection, tables
        self._named = [inner for path in paths if path != "-" and (inner := self._scope(path))]
        self._weaker = tuple(weaker)
        self._now: dict[str, list[_Stated]] = {}
        self._same: dict[str, bool] = {}

    def differing(self) -> frozenset[str]:
        """The real paths of the documents and spec files that differ from those of the commit, new ones left out."""
        paths = (path for path in self._looked_at() if not self._unchanged(path))
        return frozenset(os.path.realpath(os.path.join(self._before.root, path)) for path in paths)

    def saw(self, path: str, stated: Iterable[PlacedSpec]) -> None:
        """Take in what a file states that is in force now."""
        stated = list(stated)
        if not stated or (inner := self._before.inside(path)) is None:
            return
        if os.path.islink(path):  # what it leads to is what the commit may have
            inner = self._before.inside(os.path.realpath(path)) or inner
        if is_spec(os.path.basename(inner)) or not self._unchanged(inner):
            self._now.setdefault(inner, []).extend(_Stated(inner, placed.spec, placed=placed) for placed in stated)

    def findings(self) -> Iterator[Located]:
        """What is weaker, the decisions that have left force, and the exceptions that are new."""
        yield from self._weaker
        looked_at = dict.fromkeys(self._looked_at())
        # Where a spec file is the same, the document beside it may not be.
        wanted = {path for path in looked_at if not self._unchanged(path) or self._may_differ(path)}
        before = self._stated_before(dict.fromkeys([*(path for path in looked_at if path in wanted), *self._now]))
        gone: list[_Stated] = []
        pairs: list[tuple[Spec | None, _Stated]] = []
        new: list[_Stated] = []
        for path in dict.fromkeys([*before, *self._now]):
            stated = {item.spec.id: item for item in self._now.get(path, ())}
            left = []
            for item in before.get(path, ()):
                if found := stated.pop(item.spec.id, None):
                    pairs.append((item.spec, found))
                else:
                    left.append(item)
            again = list(stated.values())  # under another id
            pairs += [(item.spec, found) for item, found in zip(left, again, strict=False)]
            gone += left[len(again) :]
            new += again[len(left) :]
        for item in gone:
            # Moved to another file, a decision is the same one.
            moved = next((found for found in new if _decided(found.spec) == _decided(item.spec)), None)
            if moved is not None:
                new.remove(moved)
                pairs.append((item.spec, moved))
            elif item.spec.decision is not None and item.path in wanted and self._meant(item):
                yield self._left(item)
        for spec, found in [*pairs, *((None, found) for found in new)]:
            if spec is not None and spec.decision is not None and found.spec.decision is None:
                yield self._left(_Stated(found.path, spec, placed=found.placed))
            yield from self._exceptions(spec, found)

    def _scope(self, path: str) -> str | None:
        """What of the repository a path that is to be checked stands for."""
        return "." if within(self._before.root, os.path.realpath(path)) else self._before.inside(path)

    def _may_differ(self, path: str) -> bool:
        return is_spec(os.path.basename(path)) and os.path.exists(os.path.join(self._before.root, path))

    def _unchanged(self, path: str) -> bool:
        if path not in self._same:
            self._same[path] = path in self._before.files and self._before.unchanged(path)
        return self._same[path]

    def _looked_at(self) -> Iterator[str]:
        """The files of the commit that the check would look at, were they as there; of links, their targets."""
        for path, kept in self._before.files.items():
            if not self._by_name(path) or self._selection.exclude.match_real(os.path.join(self._before.root, path)):
                continue
            there = path
            if kept.is_link:
                with suppress(InputError):
                    there = self._before.at(path)
            if there in self._before.files and not self._before.files[there].is_link:
                yield there

    def _by_name(self, path: str) -> bool:
        if path in self._named:
            return True
        folder, name = os.path.split(path)
        folders = [named for named in self._named if within(path, named) or named == "."]
        if is_spec(name):  # which goes with a document that is named
            folders += [folder for named in self._named if os.path.dirname(named) == folder]
        if self._selection.include:
            wanted = self._selection.include.match_real(os.path.join(self._before.root, path))
        else:
            wanted = name.lower().endswith(DOCUMENT_SUFFIXES) or is_spec(name)
        below = (os.path.dirname(os.path.relpath(path, named or ".")) for named in folders)
        return wanted and any(all(map(entered, filter(None, inner.split("/")))) for inner in below)

    def _meant(self, item: _Stated) -> bool:
        """Whether a spec file is looked at for its own sake, or for that of its document."""
        own = any(within(item.path, named) or named == "." for named in self._named)
        return own or item.beside in self._named

    def _stated_before(self, paths: Iterable[str]) -> Mapping[str, list[_Stated]]:
        """What files stated that was in force at the commit."""
        at = {path: self._before.at(path) for path in paths}
        contents = self._before.contents(at.values())
        return {path: self._in_force(path, contents.get(there)) for path, there in at.items()}

    def _in_force(self, path: str, content: bytes | None) -> list[_Stated]:
        beside = ""
        if content is None or (WORD.encode() not in content.lower() and not is_spec(os.path.basename(path))):
            return []
        try:
            text = decode(content, path)
            if not is_spec(os.path.basename(path)):
                document = read_document(text, path, self._rules)
            else:
                document = read_sidecar(text, path, self._rules)
                named = document.specs[0].spec.document if document.specs else None
                if named is not None:
                    beside = os.path.normpath(os.path.join(os.path.dirname(path), named))
                    read = self._before.contents([at := self._before.at(beside)]).get(at)
                    if read is None or read_document(decode(read, beside), beside, self._rules).inactive:
                        return []
        except InputError:
            return []
        return [] if document.inactive else [_Stated(path, placed.spec, beside) for placed in document.specs]

    def _left(self, item: _Stated) -> Located:
        """That a decision has left force, at what is left of it."""
        path = self._before.shown(item.path)
        why, place = "its document is gone from there", Place(path, 1, 1)
        if os.path.realpath(path) != os.path.join(self._before.root, item.path):
            why = "there is a link in place of its document"
        elif os.path.isfile(path):
            read = load_sidecar if is_spec(os.path.basename(path)) else load_document
            document = read(path, self._rules)
            placed = next((one for one in document.specs if one.spec.id == item.spec.id), None) if document else None
            why = f"{path} states it no more"
            if placed is not None:
                why = "is decided no more" if placed.spec.decision is None else "its document is not in force any more"
                place = placed.place("decision")
                if document and document.status:
                    why = f"the status of its document is '{document.status[:60]}'"
        message = DOCUMENT_CHECKS["status-left-force"].message.format(spec=item.spec, why=why, at=self._reference)
        return located(CheckId("status-left-force"), place, message, (), item.spec)

    def _exceptions(self, before: Spec | None, now: _Stated) -> Iterator[Located]:
        """The exceptions of a spec that it did not have for that decision."""
        placed, check = now.placed, CheckId("waiver-added")
        assert placed is not None  # noqa: S101  (what is in force now stands somewhere)
        same = before is not None and before.decision == now.spec.decision
        for number, waiver in enumerate(now.spec.waivers):
            earlier = [one for one in before.waivers if one.rule == waiver.rule] if before else []
            if same and any(_no_wider(waiver, one) for one in earlier):
                continue
            what = "is new" if not earlier else "has changed" if same else "was for another decision"
            fields = f"waivers[{number}].rule", f"waivers[{number}]"
            words = {"what": f"the waiver of {waiver.rule} {what}", "at": self._reference}
            yield placed.found(check, *fields, subject=[waiver.rule], **words)
        pinned = now.spec.decided_with
        if pinned is None or (same and before is not None and before.decided_with == pinned):
            return
        taken = taken_with(pinned, self._rules, self._tables)
        if taken not in ("unknown", self._rules):
            words = {"what": f"that it was decided_with {pinned} is new", "at": self._reference}
            yield placed.found(check, "decided_with", subject=["decided_with"], **words)


def _decided(spec: Spec) -> tuple[object, ...]:
    return spec.constraints, spec.decision


def _no_wider(now: Waiver, before: Waiver) -> bool:
    """Whether a waiver is the one that was, and ends no later."""
    sooner = before.expires is None or (now.expires is not None and now.expires <= before.expires)
    return sooner and now._replace(expires=None) == before._replace(expires=None)
