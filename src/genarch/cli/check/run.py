"""`genarch check`: find the documents, look at each, hold the findings against the baseline, report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext

from genarch.cli import exits
from genarch.cli.check.outputs import Output, keep_inputs, parse_outputs, write_outputs
from genarch.cli.check.settings import CheckRequest, Settings, settled
from genarch.cli.check.work import STDIN, Context, Looked, look_at_all
from genarch.cli.output import busy, keep, written
from genarch.documents.discovery import Candidate, Skipped, candidates, changed_since, repository_root
from genarch.documents.document import located
from genarch.documents.judge import duplicate, with_severities
from genarch.documents.settings import baseline_text, read_baseline
from genarch.files.io import is_spec, read_text, refuse
from genarch.reports.finding_formats import LISTING
from genarch.reports.findings import (
    HEADING,
    CheckedDocument,
    CheckReport,
    ReportedFinding,
    check_report,
    checked_document,
    document_findings,
)
from genarch.table.findings import CheckId, Located, Place


def run_check(request: CheckRequest) -> int:
    """Check documents and return the exit code.

    Raises:
        InputError: when an option, the configuration, the rule table, the baseline or an output cannot be used.
    """
    outputs = parse_outputs(request.formats)
    settings = settled(request)
    _check_targets(request, outputs, settings)
    wanted = settings.baseline and not request.write_baseline
    known = read_baseline(settings.baseline) if wanted and settings.baseline else Counter[str]()
    written_to = [*(output.path for output in outputs), request.write_baseline]
    tally = Tally(settings, [path for path in written_to if path], any(output.format in LISTING for output in outputs))
    with busy("checking documents") if request.jobs == 1 else nullcontext():  # no thread beside a fork
        tally.take(request)
    report = tally.report(known)
    if request.write_baseline:
        _write_baseline(request.write_baseline, report)
        for message in tally.messages:
            exits.say(message)
        return exits.BUG if tally.failed else exits.UNUSABLE if tally.unusable else exits.OK
    write_outputs(report, outputs, show_waived=request.show_waived)
    for message in tally.messages:
        exits.say(message)
    if +known:
        exits.say(f"{settings.baseline}: {sum((+known).values())} entries match no finding any more; write it anew")
    return _code(request, tally, report)


def _check_targets(request: CheckRequest, outputs: list[Output], settings: Settings) -> None:
    """Refuse to overwrite what is read, before anything is."""
    read = [path for path in (*request.paths, settings.configuration.path, settings.baseline or "") if path]
    keep_inputs(outputs, read)
    if request.write_baseline is not None:
        keep(request.write_baseline, [path for path in read if path != settings.baseline], "--write-baseline")
        if request.formats:
            raise refuse("--write-baseline", "writes the baseline and no report; leave --format out")
        if request.changed_since is not None:
            raise refuse("--write-baseline", "writes what all documents have; leave --changed-since out")


def _write_baseline(path: str, report: CheckReport) -> None:
    kept = [finding._asdict() for finding in report.findings if not finding.waived]
    written(baseline_text(kept), path)
    exits.say(f"{path}: wrote {len(kept)} finding{'' if len(kept) == 1 else 's'}; check with --baseline {path}")


def _code(request: CheckRequest, tally: Tally, report: CheckReport) -> int:
    """The gravest thing that came up."""
    if tally.failed:
        return exits.BUG
    if tally.unusable:
        return exits.UNUSABLE
    if any(finding.fails(report.fail_on) for finding in report.findings):
        return exits.FINDINGS
    named = any(path == "-" or not os.path.isdir(path) for path in request.paths)
    if tally.carrying or named or request.allow_empty or request.changed_since is not None:
        return exits.OK
    where = ", ".join(request.paths or (".",))
    exits.say(f"nothing to check: no document in {where} states a spec (--allow-empty accepts that)")
    return exits.NOTHING


NOT_IN_FORCE = "not in force"
"""What skipped documents are counted as that were superseded, rejected or the like."""


class Tally:
    """What the looks at all the files come to; grows with what is found, not with what is looked at.

    With `listing`, documents without a finding are kept too, for the formats that tell of them.
    """

    def __init__(self, settings: Settings, outputs: Sequence[str], listing: bool) -> None:  # noqa: FBT001
        """Start; `outputs` are the files that will be written, and must not be among those looked at."""
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

    def take(self, request: CheckRequest) -> None:
        """Look at everything asked for.

        Raises:
            InputError: when git cannot tell what has changed, or an output is among what is looked at.
        """
        settings = self._settings
        changed = self._changed(request)
        context = Context(settings.rules, settings.policy, settings.require_block)
        wanted = self._wanted(candidates(request.paths or (".",), settings.selection), changed)
        for looked in look_at_all(wanted, context, request.jobs or os.cpu_count() or 1):
            if looked.path:
                self._add(looked, changed)

    def _changed(self, request: CheckRequest) -> frozenset[str] | None:
        """The files that have changed; None for all, also where what has changed concerns all."""
        if request.changed_since is None:
            return None
        changed = changed_since(request.changed_since, ".")
        configured = {os.path.realpath(path) for path in (self._settings.configuration.path, request.rules) if path}
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
                self._found(path, with_severities([_missing(path)], settings.policy))
        # What stands in one document comes together, wherever it was found.
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

    def _wanted(self, found: Iterable[Candidate | Skipped], changed: frozenset[str] | None) -> Iterator[Candidate]:
        """The files to look at; of what has not changed only spec files, whose documents may have."""
        for item in found:
            if isinstance(item, Skipped):
                self._skipped[item.reason] += 1
            elif item.named and item.path != "-" and not os.path.lexists(item.path):
                self.messages.append(f"{item.path}: no such file or folder")
                self.unusable = True
            elif changed is None or item.is_spec or os.path.realpath(item.path) in changed:
                if os.path.realpath(item.path) not in self._outputs:
                    yield item
                elif not _is_report(item.path):
                    raise refuse(
                        item.path, "is an input, and would be overwritten by what is written; name another file"
                    )

    def _add(self, looked: Looked, changed: frozenset[str] | None) -> None:
        twice = self._twice_beside(looked, changed)
        if not (changed is None or os.path.realpath(looked.path) in changed or looked.real in changed or twice):
            return
        self._counts["files"] += 1
        self.failed |= looked.failed
        self._skipped[NOT_IN_FORCE] += bool(looked.status)
        if looked.carries:
            self.carrying += 1
            self._counts["documents"] += not looked.status
            self._counts["decisions"] += len(looked.judged)
            if self._listing:
                self._rows.append(checked_document(looked.path, looked.status, looked.judged))
        elif looked.bare:
            self._bare[os.path.realpath(looked.path)] = looked.path
        self._found(looked.path, (*looked.objections, *with_severities(twice, self._settings.policy)))

    def _found(self, path: str, objections: Iterable[Located]) -> None:
        found = list(objections)
        if found:
            self._findings += document_findings(found, _from_root(path))

    def _twice_beside(self, looked: Looked, changed: frozenset[str] | None) -> list[Located]:
        """Spec files beside one document that have one id, where one of the two has changed."""
        if looked.document in ("", looked.path) or looked.status:
            return []
        found = []
        for judged in looked.judged:
            first = self._beside.setdefault((looked.real, judged.spec), judged.place)
            paths = {os.path.realpath(place.path) for place in (first, judged.place)}
            if first is not judged.place and (changed is None or paths & changed):
                found.append(duplicate(judged.spec, judged.named, first))
        return found


def _is_report(path: str) -> bool:
    """Whether a document is what an earlier run wrote, and not somebody's own."""
    return read_text(path).startswith(f"## {HEADING}")


def _from_root(path: str) -> str:
    """The path of a file from the root of its repository; as it is shown where it lies in none."""
    root = repository_root(os.path.dirname(path) or ".") if path != STDIN else None
    if root is None:
        return path
    folder, name = os.path.split(path)
    return os.path.relpath(os.path.join(os.path.realpath(folder or "."), name), root).replace(os.sep, "/")


def _missing(path: str) -> Located:
    message = "states no spec, and must; add one with 'genarch doc add'"
    return located(CheckId("block-missing"), Place(path, 1, 1), message)


def _known(findings: Iterable[ReportedFinding], known: Counter[str]) -> Iterator[ReportedFinding]:
    for finding in findings:
        if not finding.waived and known[finding.fingerprint] > 0:
            known[finding.fingerprint] -= 1
            yield finding._replace(known=True)
        else:
            yield finding
