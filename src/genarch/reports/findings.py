"""The reports of findings: of `genarch rules lint` on rule tables, and of `genarch check` on documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from genarch.documents.judge import CheckedDecision
from genarch.engine.answers import plain_value
from genarch.engine.constraints import Answers, in_order
from genarch.engine.findings import SEVERITIES, Located, Severity
from genarch.engine.forms import INLINED, OMITTED
from genarch.engine.rules import RuleTable, TableVersion
from genarch.engine.spec import Waiver
from genarch.reports.page import Block, Entries, Entry, Line, Paragraph, Section, Span, Table, Title, code, dim, strong
from genarch.reports.words import counted, name_words, stated_words
from genarch.values import NamedTuple
from genarch.version import __version__


class ReportedFinding(NamedTuple):
    """A finding of a check."""

    check: str
    severity: Severity
    message: str
    path: str
    """As given, or found from there."""
    file: str
    """The path from the root of the repository, where it lies in one."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    end_column: int | None
    """The first column after what is shown on that line; null where only its beginning is known."""
    spec: str | None
    """The id of the spec in a document that it is about; null where it is about the form, or about a table."""
    subject: tuple[str, ...]
    """The ids that it is about, as a waiver names them."""
    example: Answers | None
    """Answers that cause it, where there are such."""
    waived: str | None
    """The reason of the waiver that covers it; null where none does."""
    known: bool
    """Whether the baseline has it."""
    fingerprint: str
    """The same for the same finding in every run, wherever it is in its file."""

    @property
    def open(self) -> bool:
        """Whether it is neither waived nor known."""
        return not (self.waived or self.known)

    @property
    def example_words(self) -> str:
        """`example: domain: narrow`."""
        return f"example: {', '.join(stated_words(self.example or {})) or 'nothing stated'}"

    def fails(self, fail_on: str) -> bool:
        """Whether a run that fails on this severity fails for it."""
        return self.open and fail_on != "never" and SEVERITIES.index(self.severity) <= SEVERITIES.index(fail_on)


class FindingCounts(NamedTuple):
    """How many open findings there are of each severity, and how many are waived or known from a baseline."""

    error: int
    warning: int
    note: int
    waived: int
    known: int


class LintedTable(NamedTuple):
    """A table that was verified."""

    path: str
    rules: Annotated[TableVersion, INLINED]


class LintReport(NamedTuple):
    """The findings on rule tables."""

    schema_version: Literal[1]
    genarch_version: str
    tables: tuple[LintedTable, ...]
    findings: tuple[ReportedFinding, ...]
    counts: FindingCounts


class CheckedDocument(NamedTuple):
    """A document that states a spec, or tries to."""

    path: str
    skipped: str | None
    """Its status, where that is why it was skipped."""
    decisions: tuple[CheckedDecision, ...]


class CheckCounts(NamedTuple):
    """What was looked at, and what was found."""

    files: int
    documents: int
    """Those that state a spec and are not skipped."""
    decisions: int
    skipped: Mapping[str, int]
    """By reason."""
    findings: Annotated[FindingCounts, INLINED]


class CheckReport(NamedTuple):
    """The report of a check on documents."""

    schema_version: Literal[1]
    genarch_version: str
    rules: TableVersion
    """The rule table that decisions were compared with."""
    today: str
    """The date for waiver expiry, in UTC."""
    fail_on: str
    documents: tuple[CheckedDocument, ...]
    findings: tuple[ReportedFinding, ...]
    counts: CheckCounts
    evidence: bool = True
    """Whether what was measured decided together with the rules."""
    settings: str | None = None
    """The file of the settings."""
    baseline: str | None = None
    """The file of known findings."""
    trusted: str | None = None
    """The commit, as it was named, at which settings, table and baseline were read; null where that is now."""
    measurements: Annotated[tuple[str, ...] | None, OMITTED] = None
    """The files of a team's own measurements that counted; left out where there are none."""


Report = LintReport | CheckReport


def open_findings(report: Report) -> list[ReportedFinding]:
    """The findings that are neither waived nor known, in order."""
    return [finding for finding in report.findings if finding.open]


def lint_report(tables: Iterable[tuple[str, RuleTable]], located: Sequence[Located]) -> LintReport:
    """The report on tables, given with the paths that they were read from."""
    identities = ((item.finding.check, item.place.path, *item.finding.subject) for item in located)
    findings = tuple(_reported(located, identities))
    linted = tuple(LintedTable(path, table.identity) for path, table in tables)
    return LintReport(1, __version__, linted, findings, finding_counts(findings))


def document_findings(located: Sequence[Located], file: str = "") -> Iterator[ReportedFinding]:
    """Findings in one document; `file` is its path from the root of its repository."""
    return _reported(located, (_identity(item, file or item.place.path) for item in located), file)


def finding_counts(findings: Iterable[ReportedFinding]) -> FindingCounts:
    """The findings counted."""
    found = Counter("waived" if item.waived else "known" if item.known else item.severity for item in findings)
    return FindingCounts(*(found[name] for name in FindingCounts._fields))


def _reported(
    located: Iterable[Located], identities: Iterable[tuple[str, ...]], file: str = ""
) -> Iterator[ReportedFinding]:
    """The findings, each with the fingerprint of its identity; those that are alike are numbered."""
    seen: Counter[tuple[str, ...]] = Counter()
    for (place, finding, severity, spec), identity in zip(located, identities, strict=True):
        seen[identity] += 1
        numbered = (*identity, str(seen[identity])) if seen[identity] > 1 else identity
        fingerprint = _digest("\0".join(numbered))
        example = None if finding.example is None else in_order(finding.example)
        path, line, column, end_column = place
        where = (path, file or path, line, column, end_column or None, spec.id if spec else None)
        rest = (finding.subject, example, finding.waived or None)
        yield ReportedFinding(
            finding.check, severity, finding.message, *where, *rest, known=False, fingerprint=fingerprint
        )


def _digest(text: str) -> str:
    from hashlib import sha256  # loads OpenSSL: for those who have findings

    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def _identity(located: Located, file: str) -> tuple[str, ...]:
    """What makes a finding the same one, wherever it is in its document and however it is worded."""
    finding, spec = located.finding, located.spec
    if spec is None:
        return (file, finding.check, *finding.subject, re.sub(r"\d+", "", finding.message.replace(file, "")))
    stated = json.dumps({name: plain_value(name, value) for name, value in spec.constraints.items()}, sort_keys=True)
    return (file, finding.check, *finding.subject, spec.id, spec.decision or "", stated)


def findings_page(report: Report, *, waived: bool) -> Iterator[Block]:
    """Each finding with what causes it, those that are waived only when asked for, and the summary."""
    shown = report.findings if waived else open_findings(report)
    if shown:
        yield Entries(tuple(map(_entry, shown)))
    yield Paragraph(strong(summary_words(report, listed=waived)))
    yield from (Paragraph(dim(words)) for words in judged_by(report))
    if open_findings(report):
        yield Paragraph(dim("'genarch show CHECK' says more about each."))


def _entry(finding: ReportedFinding) -> Entry:
    severity = strong("waived") if finding.waived else strong(finding.severity, tone=finding.severity)
    place = Span(f"{finding.path}:{finding.line}:{finding.column}", "place")
    below: list[Line] = [finding.message]
    below += [dim(finding.example_words)] if finding.example is not None else []
    below += [dim(f"because: {finding.waived}")] if finding.waived else []
    return Entry((place, ": ", severity, dim(f" [{finding.check}]")), tuple(below))


HEADING = "Design decisions"
"""What the Markdown report of a check begins with."""

MOST_LISTED = 200
"""Findings in the Markdown table; a step summary holds 1 MiB, and nobody reads more in one."""

LONGEST_MESSAGE = 2_000
"""Characters of a message there."""


def findings_table(report: Report) -> Iterator[Block]:
    """The open findings as a table, for a step summary or a comment on a change."""
    yield Title(heading_of(report), level=2)
    yield Paragraph(summary_words(report, listed=True))
    yield from map(Paragraph, judged_by(report))
    found = open_findings(report)
    rows = []
    for finding in found[:MOST_LISTED]:
        message = finding.message
        shown = message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…"
        rows.append((finding.severity, code(f"{finding.path}:{finding.line}"), (shown, " (", code(finding.check), ")")))
    if rows:
        yield Table(("", "where", "what"), tuple(rows))
    if len(found) > MOST_LISTED:
        yield Paragraph(f"And {counted(len(found) - MOST_LISTED, 'finding')} more; the log has them all.")


def heading_of(report: Report) -> str:
    """What a page of findings is called."""
    return HEADING if isinstance(report, CheckReport) else "Rule tables"


def decisions(report: Report) -> Iterator[Block]:
    """Every decision that was checked, and what the spec beside it comes to."""
    if isinstance(report, CheckReport) and report.documents:
        rows = [
            (code(document.path), one.spec, one.decision or "", name_words(one.verdict))
            for document in report.documents
            for one in document.decisions
        ]
        yield Section("Decisions", (Table(("document", "spec", "decision", "verdict"), tuple(rows)),))


def summary_words(report: Report, *, listed: bool) -> str:
    """What was looked at and what was found; `listed` says that waived findings are shown too."""
    *numbers, waived, known = report.counts if isinstance(report, LintReport) else report.counts.findings
    found = ", ".join(counted(count, name) for count, name in zip(numbers, SEVERITIES, strict=True) if count)
    found = found or "no findings"
    if waived:
        option = "--waived" if isinstance(report, LintReport) else "--show-waived"
        found += f"; {waived} waived{'' if listed else f' ({option} lists them)'}"
    if known:
        found += f"; {known} known from the baseline"
    if isinstance(report, LintReport):
        return f"{', '.join(str(table.rules) for table in report.tables) or 'no table'}: {found}"
    looked_at = ", ".join(map(counted, report.counts[:3], ("file", "document", "decision")))
    skipped = ", ".join(f"{number} {reason}" for reason, number in report.counts.skipped.items() if number)
    return f"{looked_at}: {found}{f'; skipped: {skipped}' if skipped else ''}"


def judged_by(report: Report) -> list[str]:
    """What documents were judged by: the table, the settings, the baseline."""
    if isinstance(report, LintReport):
        return []
    named = [str(report.rules), *([f"settings {report.settings}"] if report.settings else ["no settings"])]
    named += [f"baseline {report.baseline}" if report.baseline else "no baseline"]
    named += [f"measurements {', '.join(report.measurements)}"] if report.measurements else []
    return [f"Judged by {', '.join(named)}{f', as they are at {report.trusted}' if report.trusted else ''}."]


class ListedWaiver(NamedTuple):
    """A waiver and where it is."""

    path: str
    line: int
    spec: str
    waiver: Annotated[Waiver, INLINED]
    expired: bool


def waivers_page(waivers: Sequence[ListedWaiver]) -> Iterator[Block]:
    """Each waiver with its place and its reason, then how many there are."""
    yield Entries(tuple(map(_waiver, waivers)))
    expired = sum(listed.expired for listed in waivers)
    count = f"{counted(len(waivers), 'waiver')}{f', {expired} expired' if expired else ''}"
    yield Paragraph(strong(count if waivers else "no waivers"))


def _waiver(listed: ListedWaiver) -> Entry:
    rule, reason, expires, approved_by = listed.waiver
    ends = f"until {expires}" if expires else "without end"
    state = strong(f"expired, {ends}", tone="error") if listed.expired else strong(ends)
    approved = f" (approved by {approved_by})" if approved_by else ""
    return Entry(
        (state, f": {rule} for {listed.spec}, ", dim(f"{listed.path}:{listed.line}")), (f"{reason}{approved}",)
    )
