"""Design documents checked, on one processor or several, and the report of them all."""

from __future__ import annotations

import os
import sys
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from genarch.cli.check_settings import Settings
from genarch.cli.output import STDIN, bug, read_standard_input
from genarch.documents import discovery, reader
from genarch.documents.discovery import ListedFile, Skipped
from genarch.documents.judge import CheckedDecision, duplicate, judge, with_severities
from genarch.documents.reader import located
from genarch.engine.findings import CheckId, Located, Place
from genarch.errors import InputError
from genarch.files.bundled import catalogue_of
from genarch.files.io import read_text, refuse
from genarch.reports.findings import (
    HEADING,
    CheckCounts,
    CheckedDocument,
    CheckReport,
    ReportedFinding,
    document_findings,
    finding_counts,
)
from genarch.values import NamedTuple, grouped
from genarch.version import __version__

if TYPE_CHECKING:
    from genarch.documents.revisions import Changed
    from genarch.documents.trust import Comparison

_AT_ONCE = 64
"""Files that a process takes at a time."""

NOT_IN_FORCE = "not in force"
"""What skipped documents are counted as that were superseded, rejected or the like."""


class Checked(NamedTuple):
    """What checking one file gave.

    `real` is where the document lies that binds, which for a spec file may be one beside it. `carries` is whether the
    file states a spec, or tries to; `bare` that it states none, and must. `status` is set where the document was
    skipped for it; `measured` are the files of a team's own measurements that counted.
    """

    path: str
    real: str = ""
    carries: bool = False
    bare: bool = False
    status: str = ""
    findings: tuple[Located, ...] = ()
    judged: tuple[tuple[CheckedDecision, reader.PlacedSpec], ...] = ()
    measured: tuple[str, ...] = ()


def check_file(item: ListedFile, settings: Settings) -> Checked | None:
    """Check one file, unless it is for none of the documents looked at.

    A bug met on the way is a finding, so that it costs the others nothing.
    """
    try:
        return _sidecar(item, settings) if item.is_spec else _document(item.path, settings)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  (one file's bug must not cost the others their check)
        finding = located(CheckId("internal-error"), Place(item.path, 1, 1), bug(error))
        return Checked(item.path, carries=True, findings=(finding,))


def check_files(files: Iterable[ListedFile], settings: Settings, jobs: int) -> Iterator[Checked | None]:
    """Check files, in their order.

    A process that ends by itself, as one does for which there is no memory left, costs the other files nothing: what it
    had is checked again, each file in a process of its own, and the one that ends that as well is reported.
    """
    if jobs == 1:  # as for standard input, which a process of a pool does not have
        yield from (check_file(item, settings) for item in files)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from itertools import islice
    from multiprocessing import get_all_start_methods, get_context

    # A fork has the rule table already, and this process has one thread.
    way = get_context("fork" if "fork" in get_all_start_methods() and sys.platform == "linux" else None)
    # Other ways start Python, which would take modules of the current folder before its own.
    os.environ["PYTHONSAFEPATH"] = "1"
    coming = iter(files)
    waiting: deque[tuple[list[ListedFile], Future[list[Checked | None]]]] = deque()
    pool = ProcessPoolExecutor(jobs, way, _begin, (settings,))

    def asked(batch: list[ListedFile]) -> Future[list[Checked | None]]:
        """A batch to be checked; of a pool that has broken already, its end."""
        try:
            return pool.submit(_check, batch)
        except BrokenProcessPool as error:
            ended: Future[list[Checked | None]] = Future()
            ended.set_exception(error)
            return ended

    with _ended_quietly():
        try:
            while True:
                while len(waiting) < 4 * jobs and (batch := list(islice(coming, _AT_ONCE))):
                    waiting.append((batch, asked(batch)))
                if not waiting:
                    break
                batch, result = waiting.popleft()
                try:
                    yield from result.result()
                except BrokenProcessPool:
                    pool.shutdown()
                    pool = ProcessPoolExecutor(jobs, way, _begin, (settings,))
                    waiting = deque((other, asked(other)) for other, _ in waiting)
                    for item in batch:
                        with ProcessPoolExecutor(1, way, _begin, (settings,)) as own:
                            try:
                                yield from own.submit(_check, [item]).result()
                            except BrokenProcessPool:
                                message = (
                                    "the process that checked it was killed, perhaps for lack of memory; exclude it"
                                )
                                finding = located(CheckId("internal-error"), Place(item.path, 1, 1), message)
                                yield Checked(item.path, carries=True, findings=(finding,))
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _ended_quietly() -> Iterator[None]:
    """The end that is asked for by SIGTERM, with the processes of a pool and no word."""
    import signal
    from multiprocessing import active_children

    def end(*_: object) -> None:
        for process in active_children():
            process.terminate()  # what it is at may take long
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_settings: list[Settings] = []


def _begin(settings: Settings) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process reports it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _settings[:] = [settings]


def _check(batch: list[ListedFile]) -> list[Checked | None]:
    return [check_file(item, _settings[0]) for item in batch]


def _document(path: str, settings: Settings) -> Checked:
    if path == "-":
        return _judged(
            STDIN, reader.read_document(read_standard_input(), STDIN, settings.rules, settings.policy.today), settings
        )
    document = reader.load_document(path, settings.rules, settings.policy.today)
    required = settings.require_block.match(path)
    if document is not None:
        checked = _judged(path, document, settings)
        return checked._replace(bare=required and not checked.carries and not document.inactive)
    if not required:
        return Checked(path)
    status = reader.inactive_status(path, settings.rules, settings.policy.today)
    return Checked(path, os.path.realpath(path), bare=not status, status=status)


def _sidecar(item: ListedFile, settings: Settings) -> Checked | None:
    path = item.path
    if not item.named and (meant := discovery.near_spec_name(os.path.basename(path))):
        if not discovery.is_surely_spec(path):
            return None
        message = f"spec files of this name are not searched for; name it {meant}"
        finding = located(CheckId("block-misspelt"), Place(path, 1, 1), message)
        return Checked(path, carries=True, findings=tuple(with_severities([finding], settings.policy)))
    own = reader.load_sidecar(path, settings.rules)
    found = reader.beside(own, settings.rules, settings.policy.today)
    if item.beside and (found is None or found.real not in item.beside):
        return None
    if found is None:
        if own.specs and own.specs[0].spec.decision is None:
            return Checked(path)  # a spec to evaluate, and no decision of anybody
        return _judged(path, own, settings)
    other = found.document
    if isinstance(other, Located):
        return _judged(path, own._replace(specs=(), defects=(*own.defects, other)), settings, found.real)
    chosen = () if other.specs else other.chosen
    together = own._replace(path=other.path, status=other.status, prose=other.prose, chosen=chosen)
    checked = _judged(path, together, settings, found.real)
    (mine,) = own.specs
    first = next((stated.place() for stated in other.specs if stated.spec.id == mine.spec.id), None)
    if first is None or together.inactive:
        return checked
    again = with_severities([duplicate(mine, first)], settings.policy)
    return checked._replace(findings=(*checked.findings, *again))


def _judged(path: str, document: reader.DesignDocument, settings: Settings, real: str = "") -> Checked:
    # A quotation states nothing: what must carry a spec does not do so by quoting one.
    stated = [*document.specs, *(item for item in document.defects if item.finding.check != CheckId("block-quoted"))]
    rules, found, measured = settings.rules, [], tuple[str, ...]()
    if settings.own and document.specs:
        measured = settings.own.files_for(path)
        try:
            rules = settings.own.table_for(path)
        except InputError as error:
            found = [_unusable(*problem) for problem in error.problems]
    named = settings.own and (rules is not settings.rules or any(placed.spec.model for placed in document.specs))
    findings, judged = judge(document, rules, settings.policy, catalogue_of(rules) if named else None)
    findings += with_severities(found, settings.policy)
    status = document.status if stated and document.inactive else ""
    real = real or os.path.realpath(path)
    pairs = tuple(zip(judged, document.specs, strict=bool(judged)))
    return Checked(path, real, bool(stated), status=status, findings=tuple(findings), judged=pairs, measured=measured)


def _unusable(path: str, line: int | None, column: int | None, field: str, message: str) -> Located:
    """A problem of the measurements beside a document, which is none of a file that was to be checked."""
    says = f"{field}: {message}" if field else message
    return located(CheckId("document-unreadable"), Place(path, line or 1, column or 1), says)


def check_documents(
    paths: Sequence[str],
    settings: Settings,
    known: Counter[str],
    targets: Iterable[str] = (),
    changed: Changed | None = None,
    *,
    jobs: int = 1,
    listing: bool = False,
    trust: Comparison | None = None,
) -> tuple[CheckReport, int, list[str]]:
    """Check everything in `paths`, or what of it is among the real paths that have `changed`.

    Given are the report, how many documents state a spec or try to, and the paths where nothing is.

    The memory that it takes grows with what is found, not with what is checked; with `listing`, documents without a
    finding are reported too. What is found is taken from `known`. `targets`, the files that will be written, must not
    be among those checked. `trust` compares what is stated with what was.
    """
    skipped, counts = Counter({NOT_IN_FORCE: 0}), Counter(files=0, documents=0, decisions=0)
    stating = 0
    missing: list[str] = []
    rows: list[CheckedDocument] = []
    bare: dict[str, str] = {}
    first: dict[tuple[str, str], reader.PlacedSpec] = {}
    beside: set[str] = set()
    findings: list[ReportedFinding] = []
    measured: dict[str, None] = {}
    outputs = {os.path.realpath(path) for path in targets}
    wanted = _wanted(discovery.listed_files(paths, settings.selection), changed, outputs, skipped, missing)
    jobs = 1 if "-" in paths else jobs or os.cpu_count() or 1
    for checked in filter(None, check_files(wanted, settings, jobs)):
        if trust is not None:
            trust.saw(checked.path, [placed for _, placed in checked.judged])
        reals = (os.path.realpath(checked.path), checked.real)
        beside.update(reals[:1] if checked.real not in ("", reals[0]) else ())
        duplicates = list(_duplicates(checked, changed, first))
        if not (
            changed is None or duplicates or checked.path == STDIN or any(real in changed for real in reals if real)
        ):
            continue
        counts["files"] += 1
        measured |= dict.fromkeys(map(os.path.normpath, checked.measured))
        skipped[NOT_IN_FORCE] += bool(checked.status)
        stating += checked.carries
        if checked.carries:
            counts["documents"] += not checked.status
            counts["decisions"] += len(checked.judged)
            if listing:
                decisions = tuple(decision for decision, _ in checked.judged)
                rows.append(CheckedDocument(checked.path, checked.status or None, decisions))
        elif checked.bare:
            bare[os.path.realpath(checked.path)] = checked.path
        findings += _reported(checked.path, (*checked.findings, *with_severities(duplicates, settings.policy)))
    for item in with_severities(_left_out(first, beside, changed, settings), settings.policy):
        findings += _reported(item.place.path, [item])
    stated_beside = {real for real, _ in first}
    for path in (path for real, path in bare.items() if real not in stated_beside):
        message = "must state a spec; add one with 'genarch doc add'"
        lacking = located(CheckId("block-missing"), Place(path, 1, 1), message)
        findings += _reported(path, list(with_severities([lacking], settings.policy)))
    weakened = with_severities(trust.findings() if trust is not None else (), settings.policy)
    by_path = grouped((item.place.path, item) for item in weakened)
    findings += [finding for path, found in by_path.items() for finding in _reported(path, found)]
    # What is in one document comes together, wherever it was found.
    findings.sort(key=lambda finding: (finding.path, finding.line, finding.column))
    for at, finding in enumerate(findings):
        if not finding.waived and known[finding.fingerprint] > 0:
            known[finding.fingerprint] -= 1
            findings[at] = finding._replace(known=True)
    rules, today = settings.rules.identity, settings.policy.today
    looked_at = CheckCounts(**counts, skipped=skipped, findings=finding_counts(findings))
    found = tuple(rows), tuple(findings), looked_at, settings.policy.evidence
    judged_by = settings.project.path or None, settings.baseline, settings.trusted
    report = CheckReport(
        1, __version__, rules, today, settings.fail_on, *found, *judged_by, measurements=tuple(measured) or None
    )
    return report, stating, missing


def _wanted(
    found: Iterable[ListedFile | Skipped],
    changed: Changed | None,
    outputs: Collection[str],
    skipped: Counter[str],
    missing: list[str],
) -> Iterator[ListedFile]:
    """The files to check; of what has not changed only spec files, whose documents may have."""
    for item in found:
        if isinstance(item, Skipped):
            skipped[item.reason] += 1
        elif item.named and item.path != "-" and not os.path.lexists(item.path):
            missing.append(item.path)
        elif changed is None or item.is_spec or item.path == "-" or os.path.realpath(item.path) in changed:
            if os.path.realpath(item.path) not in outputs:
                yield item
            elif not read_text(item.path).startswith(f"## {HEADING}"):  # as what an earlier run wrote does
                raise refuse(item.path, "is an input, and would be overwritten; name another file")


def _duplicates(
    checked: Checked, changed: Changed | None, first: dict[tuple[str, str], reader.PlacedSpec]
) -> Iterator[Located]:
    """Spec files beside one document that have one id, where one of the two has changed."""
    if checked.status or checked.real in ("", os.path.realpath(checked.path)):
        return
    for _, placed in checked.judged:
        before = first.setdefault((checked.real, placed.spec.id), placed)
        if before is not placed and _differs(changed, before, placed):
            yield duplicate(placed, before.place())


def _left_out(
    first: Mapping[tuple[str, str], reader.PlacedSpec],
    looked_at: Collection[str],
    changed: Changed | None,
    settings: Settings,
) -> Iterator[Located]:
    """The same of spec files beside those that were named, as a hook names them batch by batch."""
    for folder in sorted({os.path.dirname(placed.place().path) for placed in first.values()}):
        for path in discovery.specs_in(folder):
            if os.path.realpath(path) in looked_at or settings.selection.exclude.match(path):
                continue
            own = reader.load_sidecar(path, settings.rules)
            found = reader.beside(own, settings.rules, settings.policy.today)
            placed = first.get((found.real, own.specs[0].spec.id)) if found else None
            if placed and _differs(changed, placed, own.specs[0]):
                yield duplicate(placed, own.specs[0].place())


def _differs(changed: Changed | None, *specs: reader.PlacedSpec) -> bool:
    return changed is None or any(os.path.realpath(placed.place().path) in changed for placed in specs)


def _reported(path: str, found: Sequence[Located]) -> Iterable[ReportedFinding]:
    """Findings in a file, by its path from the root of its repository; as it is shown where it lies in none."""
    if not found:
        return []
    folder, name = os.path.split(path)
    root = None if path == STDIN else discovery.repository_root(folder or ".")
    if root is None:
        return document_findings(found, path)
    real = os.path.join(os.path.realpath(folder or "."), name)
    return document_findings(found, os.path.relpath(real, root).replace(os.sep, "/"))
