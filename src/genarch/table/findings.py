"""What a check finds: shared by the verification of rule tables and the checks on documents."""

from __future__ import annotations

from typing import Literal, NamedTuple

from genarch.table.constraints import Answers

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The gravest first."""


class Check(NamedTuple):
    """One thing that is checked; `rationale` says why it matters and what to do about it.

    `fails` and `passes` are examples of what it objects to and of what it leaves alone, empty where a document alone
    cannot show it. `waivable` says who may except a finding: nobody, whoever gives a reason, or whoever names who
    approved it.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    fails: str = ""
    passes: str = ""
    waivable: Literal["no", "with_reason", "with_approval"] = "with_reason"


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
    """Where to show a finding; lines and columns count from 1, as editors do.

    `end_column` is the first column behind what is shown on that line; 0 where only its beginning is known.
    """

    path: str
    line: int
    column: int
    end_column: int = 0


class Located(NamedTuple):
    """A finding at its place."""

    place: Place
    finding: Finding
