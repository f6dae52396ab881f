"""Documents checked one by one, on one processor or several, and what all the checks come to."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from genarch.cli.output import STDIN, bug, read_standard_input
from genarch.cli.settings import Settings
from genarch.documents.decision import CheckedDecision
from genarch.documents.discovery import (
    ListedFile,
    Skipped,
    changed_since,
    listed_files,
    near_spec_name,
    repository_root,
)
from genarch.documents.judge import duplicate, judge, with_severities
from genarch.documents.reader import (
    Beside,
    DesignDocument,
    PlacedSpec,
    beside,
    inactive_status,
    load_document,
    load_sidecar,
    located,
    read_document,
)
from genarch.errors import InputError
from genarch.files.bundled import load_catalogue
from genarch.files.io import is_spec, read_text, refuse
from genarch.reports.findings import (
    HEADING,
    CheckedDocument,
    CheckReport,
    ReportedFinding,
    check_report,
    document_findings,
)
from genarch.table.findings import CheckId, Located, Place

_AT_ONCE = 64
"""Files that a process takes at a time."""

NOT_IN_FORCE = "not in force"
"""What skipped documents are counted as that were superseded, rejected or the like."""


class Checked(NamedTuple):
    """What checking one file gave.

    `document` is the one that binds, which for a spec file is that beside it, and `real` where it lies. `carries` is
    whether it states a spec, or tries to; `bare` that it states none, and must. `status` is set where the document was
    skipped for it.
    """

    path: str
    document: str = ""
    real: str = ""
    carries: bool = False
    bare: bool = False
    status: str = ""
    findings: tuple[Located, ...] = ()
    judged: tuple[tuple[CheckedDecision, PlacedSpec], ...] = ()
    failed: bool = False


def check_file(candidate: ListedFile, settings: Settings) -> Checked:
    """Check one file; a bug met on the way is a finding, so that it costs the others nothing."""
    try:
        return _sidecar(candidate, settings) if candidate.is_spec else _document(candidate.path, settings)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  (one file's bug must not cost the others their check)
        place = Place(candidate.path, 1, 1)
        finding = located(CheckId("internal-error"), place, bug(error))
        return Checked(candidate.path, candidate.path, carries=True, findings=(finding,), failed=True)


def check_files(files: Iterable[ListedFile], settings: Settings, jobs: int) -> Iterator[Checked]:
    """Check files, in their order."""
    if jobs == 1:
        yield from (check_file(candidate, settings) for candidate in files)
        return
    from multiprocessing import get_all_start_methods, get_context

    # A fork has the rule table already, and this process has one thread.
    way = get_context("fork" if "fork" in get_all_start_methods() and sys.platform == "linux" else None)
    with way.Pool(jobs, _begin, (settings,)) as pool:
        yield from pool.imap(_check, files, _AT_ONCE)


_settings: list[Settings] = []


def _begin(settings: Settings) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process reports it
    _settings[:] = [settings]


def _check(candidate: ListedFile) -> Checked:
    return check_file(candidate, _settings[0])


def _document(path: str, settings: Settings) -> Checked:
    if path == "-":
        return _judged(STDIN, read_document(read_standard_input(), STDIN, settings.rules), settings)
    document = load_document(path, settings.rules)
    required = settings.require_block.match(path)
    if document is not None:
        checked = _judged(path, document, settings)
        return checked._replace(bare=required and not checked.carries and not document.inactive)
    if not required:
        return Checked(path)
    status = inactive_status(path, settings.rules)
    return Checked(path, path, os.path.realpath(path), bare=not status, status=status)


def _sidecar(candidate: ListedFile, settings: Settings) -> Checked:
    path = candidate.path
    if not candidate.named and (meant := near_spec_name(os.path.basename(path))):
        message = f"a spec file of this name is not looked for; name it {meant}"
        finding = located(CheckId("block-misspelt"), Place(path, 1, 1), message)
        return Checked(path, path, carries=True, findings=tuple(with_severities([finding], settings.policy)))
    own = load_sidecar(path, settings.rules)
    found = beside(own, settings.rules)
    real = found.real if isinstance(found, Beside) else ""
    if candidate.beside and real not in candidate.beside:
        return Checked("")
    if found is None:
        if own.specs and own.specs[0].spec.decision is None:
            return Checked(path)  # a spec to evaluate, and no decision of anybody
        return _judged(path, own, settings)
    if isinstance(found.document, Located):
        broken = own._replace(specs=(), defects=(*own.defects, found.document))
        return _judged(path, broken, settings)._replace(real=real)
    other = found.document
    together = own._replace(
        path=other.path, status=other.status, prose=other.prose, chosen=() if other.specs else other.chosen
    )
    checked = _judged(path, together, settings)._replace(real=real)
    first = {stated.spec.id: stated.place() for stated in reversed(other.specs)}
    mine = own.specs[0]
    if mine.spec.id not in first or together.inactive:
        return checked
    again = with_severities([duplicate(mine, first[mine.spec.id])], settings.policy)
    return checked._replace(findings=(*checked.findings, *again))


def _judged(path: str, document: DesignDocument, settings: Settings) -> Checked:
    # A quotation states nothing: what must carry a spec does not do so by quoting one.
    carries = bool(
        document.specs or any(defect.finding.check != CheckId("block-quoted") for defect in document.defects)
    )
    named = any(stated.spec.model for stated in document.specs)
    findings, judged = judge(document, settings.rules, settings.policy, load_catalogue() if named else None)
    status = document.status if carries and document.inactive else ""
    real = os.path.realpath(path)
    pairs = tuple(zip(judged, document.specs, strict=bool(judged)))
    return Checked(path, document.path, real, carries, status=status, findings=tuple(findings), judged=pairs)


class Tally:
    """What the checks of all files come to; grows with what is found, not with what is checked.

    With `listing`, documents without a finding are kept too, for the formats that list them.
    """

    def __init__(self, settings: Settings, outputs: Sequence[str], listing: bool) -> None:  # noqa: FBT001
        """Start; `outputs` are the files that will be written, and must not be among those checked."""
        self.messages: list[str] = []
        self.failed = False
        self.unusable = False
        self.carrying = 0
        """Documents that state a spec, or try to."""
        self._settings = settings
        self._outputs = {os.path.realpath(path): path for path in outputs}
        self._listing = listing
        self._rows: list[CheckedDocument] = []
        self._counts: Counter[str] = Counter(files=0, documents=0, decisions=0)
        self._skipped: Counter[str] = Counter({NOT_IN_FORCE: 0})
        self._findings: list[ReportedFinding] = []
        self._bare: dict[str, str] = {}
        self._beside: dict[tuple[str, str], Place] = {}

    def take(self, paths: Sequence[str], jobs: int, since: str | None, rules: str | None) -> None:
        """Check everything in `paths`, or what of it differs from where the branch left the commit `since`."""
        changed = None if since is None else self._changed(since, rules)
        wanted = self._wanted(listed_files(paths or (".",), self._settings.selection), changed)
        for checked in check_files(wanted, self._settings, jobs or os.cpu_count() or 1):
            if checked.path:
                self._add(checked, changed)

    def _changed(self, since: str, rules: str | None) -> frozenset[str] | None:
        """The files that have changed; None for all, where what has changed concerns all."""
        changed = changed_since(since, ".")
        configured = {os.path.realpath(path) for path in (self._settings.project.path, rules) if path}
        # A spec file that is gone was for a document that may not have changed.
        everything = [
            path
            for path in changed
            if path in configured or (is_spec(os.path.basename(path)) and not os.path.exists(path))
        ]
        if everything:
            self.messages.append(f"everything is checked, since {os.path.relpath(min(everything))} has changed")
        return None if everything else changed

    def report(self, known: Counter[str]) -> CheckReport:
        """The report; from `known` is taken what was found."""
        settings = self._settings
        beside = {real for real, _ in self._beside}
        for real, path in self._bare.items():
            if real not in beside:
                message = "states no spec, and must; add one with 'genarch doc add'"
                missing = located(CheckId("block-missing"), Place(path, 1, 1), message)
                self._found(path, list(with_severities([missing], settings.policy)))
        # What is in one document comes together, wherever it was found.
        self._findings.sort(key=lambda finding: (finding.path, finding.line, finding.column))
        return check_report(
            settings.rules,
            self._rows,
            _known(self._findings, known),
            looked_at=self._counts,
            skipped=dict(self._skipped),
            today=settings.policy.today,
            fail_on=settings.fail_on,
        )

    def _wanted(self, found: Iterable[ListedFile | Skipped], changed: frozenset[str] | None) -> Iterator[ListedFile]:
        """The files to check; of what has not changed only spec files, whose documents may have."""
        for item in found:
            if isinstance(item, Skipped):
                self._skipped[item.reason] += 1
            elif item.named and item.path != "-" and not os.path.lexists(item.path):
                self.messages.append(f"{item.path}: no such file or folder")
                self.unusable = True
            elif changed is None or item.is_spec or os.path.realpath(item.path) in changed:
                if os.path.realpath(item.path) not in self._outputs:
                    yield item
                elif not read_text(item.path).startswith(f"## {HEADING}"):  # as what an earlier run wrote does
                    raise refuse(item.path, "is an input, and would be overwritten; name another file")

    def _add(self, checked: Checked, changed: frozenset[str] | None) -> None:
        duplicates = self._duplicates_beside(checked, changed)
        if not (changed is None or duplicates or os.path.realpath(checked.path) in changed or checked.real in changed):
            return
        self._counts["files"] += 1
        self.failed |= checked.failed
        self._skipped[NOT_IN_FORCE] += bool(checked.status)
        if checked.carries:
            self.carrying += 1
            self._counts["documents"] += not checked.status
            self._counts["decisions"] += len(checked.judged)
            if self._listing:
                decisions = tuple(decision for decision, _ in checked.judged)
                self._rows.append(CheckedDocument(checked.path, checked.status or None, decisions))
        elif checked.bare:
            self._bare[os.path.realpath(checked.path)] = checked.path
        self._found(checked.path, (*checked.findings, *with_severities(duplicates, self._settings.policy)))

    def _found(self, path: str, findings: Sequence[Located]) -> None:
        if findings:
            self._findings += document_findings(findings, _from_root(path))

    def _duplicates_beside(self, checked: Checked, changed: frozenset[str] | None) -> list[Located]:
        """Spec files beside one document that have one id, where one of the two has changed."""
        if checked.document in ("", checked.path) or checked.status:
            return []
        found = []
        for _, placed in checked.judged:
            place = placed.place()
            first = self._beside.setdefault((checked.real, placed.spec.id), place)
            paths = {os.path.realpath(item.path) for item in (first, place)}
            if first is not place and (changed is None or paths & changed):
                found.append(duplicate(placed, first))
        return found


def _from_root(path: str) -> str:
    """The path of a file from the root of its repository; as it is shown where it lies in none."""
    root = repository_root(os.path.dirname(path) or ".") if path != STDIN else None
    if root is None:
        return path
    folder, name = os.path.split(path)
    return os.path.relpath(os.path.join(os.path.realpath(folder or "."), name), root).replace(os.sep, "/")


def _known(findings: Iterable[ReportedFinding], known: Counter[str]) -> Iterator[ReportedFinding]:
    for finding in findings:
        if not finding.waived and known[finding.fingerprint] > 0:
            known[finding.fingerprint] -= 1
            yield finding._replace(known=True)
        else:
            yield finding
