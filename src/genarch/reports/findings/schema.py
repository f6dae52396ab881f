"""The JSON format of findings as pydantic models: its JSON Schema, and the check that reports keep to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from genarch.model.findings import Severity
from genarch.reports.json_record import Record


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
    line: int = Field(ge=1)
    """From 1."""
    column: int = Field(ge=1)
    """From 1, in characters."""
    subject: list[str]
    """The ids that it is about, as a waiver names them."""
    example: dict[str, str | int | float | bool | list[str]] | None
    """Answers that bring it about, where there are such."""
    waived: str | None
    """The reason of the waiver that covers it; null where none does."""


class CountsRecord(Record):
    """How many findings there are of each severity, those that are waived apart."""

    error: int
    warning: int
    note: int
    waived: int


class FindingsRecord(Record):
    """The findings on rule tables."""

    schema_version: Literal[1]
    genarch_version: str
    tables: list[TableRecord]
    findings: list[FindingRecord]
    counts: CountsRecord
