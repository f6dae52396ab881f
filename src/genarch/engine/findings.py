"""What a check finds: shared by the verification of rule tables and the checks on documents."""

from typing import Literal, NewType, get_args

from genarch.engine.constraints import Answers
from genarch.engine.spec import Spec
from genarch.values import NamedTuple

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The gravest first."""

CheckId = NewType("CheckId", str)
"""The id of a check: the name of its folder in `rules/checks`."""


class Finding(NamedTuple):
    """Something that a check finds.

    `subject` are the ids that it is about, which a waiver names; `entry` is the part of the table, and the id in it,
    where it is best shown. `example` are answers that bring it about. `waived` is the reason of the waiver that covers
    it.
    """

    check: CheckId
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
    """A finding at its place, with the severity that counts.

    `spec` is the one that it is about; None where it is about a table, or the form of a document.
    """

    place: Place
    finding: Finding
    severity: Severity
    spec: Spec | None = None
