"""The JSON format of findings as pydantic models: its JSON Schema, and the check that reports keep to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from genarch.reports.json_record import Record
from genarch.table.findings import Severity


class TableRecord(Record):
    """A table that was verified."""

    path: str
    id: str
    version: str
    digest: str
    """sha256: over the digests of the table's files, the extended ones first."""


class FindingRecord(Record):
    """Something that a check objects to."""

    check: str
    severity: Severity
    message: str
    path: str
    """As given, or come upon from there."""
    file: str
    """The path from the root of the repository, where it lies in one."""
    line: int = Field(ge=1)
    """From 1."""
    column: int = Field(ge=1)
    """From 1, in characters."""
    end_column: int | None
    """The first column behind what is shown on that line; null where only its beginning is known."""
    spec: str | None
    """The id of the spec in a document that it is about; null where it is about the form, or about a table."""
    subject: list[str]
    """The ids that it is about, as a waiver names them."""
    example: dict[str, str | int | float | bool | list[str]] | None
    """Answers that bring it about, where there are such."""
    waived: str | None
    """The reason of the waiver that covers it; null where none does."""
    known: bool
    """Whether the baseline has it."""
    fingerprint: str
    """The same for the same finding in every run, wherever it stands in its file."""


class CountsRecord(Record):
    """How many findings there are of each severity, those apart that are waived or known from a baseline."""

    error: int
    warning: int
    note: int
    waived: int
    known: int


class FindingsRecord(Record):
    """The findings on rule tables."""

    schema_version: Literal[1]
    genarch_version: str
    tables: list[TableRecord]
    findings: list[FindingRecord]
    counts: CountsRecord


class RulesRecord(Record):
    """The rule table that decisions were held against."""

    id: str
    version: str
    digest: str


class DecisionRecord(Record):
    """A decision that was judged."""

    spec: str
    line: int = Field(ge=1)
    """Where the spec begins."""
    decision: str | None
    verdict: str
    architecture: str | None
    confidence: str | None
    settled: bool
    """Whether every way to answer the rest leads to this verdict."""


class DocumentRecord(Record):
    """A document that states a spec, or tries to."""

    path: str
    skipped: str | None
    """Its status, where that is why it was skipped."""
    decisions: list[DecisionRecord]


class CheckCountsRecord(CountsRecord):
    """What was looked at, and what was found."""

    files: int
    documents: int
    """Those that state a spec and are not skipped."""
    decisions: int
    skipped: dict[str, int]
    """By reason."""


class CheckRecord(Record):
    """The report of a check on documents."""

    schema_version: Literal[1]
    genarch_version: str
    rules: RulesRecord
    today: str
    """The day that waivers were held against, in UTC."""
    fail_on: str
    documents: list[DocumentRecord]
    findings: list[FindingRecord]
    counts: CheckCountsRecord
