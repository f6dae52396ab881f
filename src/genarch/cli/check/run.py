"""`genarch check`: find the documents, look at each, hold the findings against the baseline, report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any

from genarch.cli import exits
from genarch.cli.check.outputs import LISTING, Output, keep_inputs, parse_outputs, write_outputs
from genarch.cli.check.settings import CheckRequest, Settings, settled
from genarch.cli.check.work import Context, Looked, look_at_all
from genarch.cli.output import busy, keep, written
from genarch.engine.conformance.judge import as_grave, duplicate
from genarch.model.document_checks import BLOCK_MISSING
from genarch.model.documents import Objection
from genarch.model.findings import Finding, Place
from genarch.reports.findings.check_record import DocumentRow, check_report, fails
from genarch.reports.findings.record import FindingsReport, document_records
from genarch.sources.baseline import baseline_text, read_baseline
from genarch.sources.document_files import SPEC_SUFFIXES, Candidate, Skipped, candidates
from genarch.sources.files import refuse
from genarch.sources.repository import changed_since


def run_check(request: CheckRequest) -> int:
    """Check documents and return the exit code.

    Raises:
        InputError: when an option, the configuration, the rule table, the baseline or an output cannot be used.
    """
    outputs = parse_outputs(request.formats)
    settings = settled(request)
    _check_targets(request, outputs, settings)
    known = read_baseline(settings.baseline) if settings.baseline else Counter[str]()
    tally = Tally(settings, listing=any(output.format in LISTING for output in outputs))
    with busy("checking documents") if request.jobs == 1 else nullcontext():  # no thread beside a fork
        tally.take(request)
    report = tally.report(known)
    if request.write_baseline:
        return _write_baseline(request.write_baseline, report)
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
        keep(request.write_baseline, [path for path in read if path != settings.baseline])
        if request.formats:
            raise refuse("--write-baseline", "writes the baseline and no report; leave --format out")


def _write_baseline(path: str, report: FindingsReport) -> int:
    kept = [finding for finding in report["findings"] if not finding["waived"]]
    written(baseline_text(kept), path)
    exits.say(f"{path}: wrote {len(kept)} findings; check with --baseline {path}")
    return exits.OK


def _code(request: CheckRequest, tally: Tally, report: FindingsReport) -> int:
    """The gravest thing that came up."""
    if tally.failed:
        return exits.BUG
    if tally.unusable:
        return exits.UNUSABLE
    if any(fails(finding, report["fail_on"]) for finding in report["findings"]):
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

    def __init__(self, settings: Settings, *, listing: bool) -> None:
        self.messages: list[str] = []
        self.failed = False
        self.unusable = False
        self.carrying = 0
        """Documents that state a spec, or try to."""
        self._settings = settings
        self._listing = listing
        self._rows: list[DocumentRow] = []
        self._counts: Counter[str] = Counter(files=0, documents=0, decisions=0)
        self._skipped: Counter[str] = Counter({NOT_IN_FORCE: 0})
        self._findings: list[dict[str, Any]] = []
        self._bare: dict[str, str] = {}
        self._beside: dict[tuple[str, str], Place] = {}

    def take(self, request: CheckRequest) -> None:
        """Look at everything asked for.

        Raises:
            InputError: when git cannot tell what has changed.
        """
        settings = self._settings
        changed = changed_since(request.changed_since, ".") if request.changed_since is not None else None
        context = Context(settings.rules, settings.policy, settings.root)
        found = candidates(request.paths or (".",), settings.selection)
        wanted = self._wanted(found, changed)
        for looked in look_at_all(wanted, context, request.jobs or os.cpu_count() or 1):
            if changed is None or os.path.realpath(looked.path) in changed or looked.real in changed:
                self._add(looked)

    def report(self, known: Counter[str]) -> FindingsReport:
        """The report; from `known` is taken what was found."""
        settings = self._settings
        beside = {real for real, _ in self._beside}
        missing = [_missing(path) for real, path in self._bare.items() if real not in beside]
        self._found(as_grave(missing, settings.policy))
        # What stands in one document comes together, wherever it was found.
        self._findings.sort(key=lambda finding: (finding["path"], finding["line"], finding["column"]))
        return check_report(
            settings.rules,
            self._rows,
            list(_known(self._findings, known)),
            counts={**self._counts, "skipped": dict(self._skipped)},
            today=settings.policy.today,
            fail_on=settings.fail_on,
            prefix=settings.prefix,
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
                yield item

    def _add(self, looked: Looked) -> None:
        self._counts["files"] += 1
        self.failed |= looked.failed
        if looked.carries:
            self.carrying += 1
            self._counts["documents"] += not looked.status
            self._counts["decisions"] += len(looked.judged)
            self._skipped[NOT_IN_FORCE] += bool(looked.status)
            if self._listing:
                self._rows.append(DocumentRow(looked.path, looked.status, looked.judged))
        elif not looked.path.endswith(SPEC_SUFFIXES) and self._settings.require_block.match(looked.path):
            self._bare[os.path.realpath(looked.path)] = looked.path
        twice: Iterable[Objection] = ()
        if looked.document and looked.document != looked.path and not looked.status:
            twice = as_grave(self._twice_beside(looked), self._settings.policy)
        self._found((*looked.objections, *twice))

    def _found(self, objections: Iterable[Objection]) -> None:
        self._findings += document_records(list(objections), self._settings.prefix)

    def _twice_beside(self, looked: Looked) -> Iterator[Objection]:
        """Spec files beside one document that have one id."""
        for judged in looked.judged:
            first = self._beside.setdefault((looked.real, judged.spec), judged.place)
            if first is not judged.place:
                yield duplicate(judged.spec, judged.place, first)


def _missing(path: str) -> Objection:
    message = "states no spec, and must; add one with 'genarch doc add'"
    return Objection(Place(path, 1, 1), Finding(BLOCK_MISSING, (), message))


def _known(findings: Iterable[dict[str, Any]], known: Counter[str]) -> Iterator[dict[str, Any]]:
    for finding in findings:
        if not finding["waived"] and known[finding["fingerprint"]] > 0:
            known[finding["fingerprint"]] -= 1
            yield {**finding, "known": True}
        else:
            yield finding
