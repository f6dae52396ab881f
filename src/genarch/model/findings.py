"""What a check finds: shared by the verification of rule tables and the checks on documents."""

from __future__ import annotations

from typing import Literal, NamedTuple

from genarch.model.constraints import Answers

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The gravest first."""


class Check(NamedTuple):
    """One thing that is checked; `rationale` says why it matters and what to do about it."""

    id: str
    title: str
    severity: Severity
    rationale: str


class Finding(NamedTuple):
    """Something that a check objects to.

    `subject` are the ids that it is about, which a waiver names; `entry` is the part of the table, and the id in it,
    where it is best shown. `example` are answers that bring it about. `waived` is the reason of the waiver that covers
    it.
    """

    check: Check
    subject: tuple[str, ...]
    message: str
    entry: tuple[str, str] | None = None
    example: Answers | None = None
    waived: str = ""


class Place(NamedTuple):
    """Where to show a finding; line and column count from 1, as editors do."""

    path: str
    line: int
    column: int


class Located(NamedTuple):
    """A finding at its place."""

    place: Place
    finding: Finding
