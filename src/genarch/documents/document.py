"""Design documents: what they state for genarch, and where they state it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.table.findings import CheckId, Finding, Located, Place, Severity
from genarch.table.rules import RuleTable
from genarch.table.spec import Spec

Carrier = Literal["block", "front_matter", "sidecar"]
"""How a spec is stated: in a fence, under `genarch:` in the front matter, or in a file beside the document."""

INACTIVE = (
    "superseded", "superceded", "rejected", "deprecated", "withdrawn", "replaced", "declined", "obsolete", "abandoned",
)  # fmt: skip
"""The statuses of a document that binds nobody any more; tools write both spellings of the first."""

UNDECIDED = ("proposed", "draft", "provisional", "pending", "in review", "wip")
"""The statuses of a document whose decision may still be open."""


class PlacedSpec(NamedTuple):
    """A spec in a document.

    `places` are those of its keys, by dotted path (`decision`, `constraints.task`, `waivers[0]`); '' is the whole.
    """

    spec: Spec
    carrier: Carrier
    places: Mapping[str, Place]

    def place(self, *fields: str) -> Place:
        """The place of the first of these fields that is stated; else of the whole."""
        return next((self.places[field] for field in fields if field in self.places), self.places[""])


class Chosen(NamedTuple):
    """The option that a document's prose names as chosen, as in MADR's `Chosen option: "…"`."""

    text: str
    place: Place


class DesignDocument(NamedTuple):
    """A document with what it states.

    `path` is the document that binds: for a sidecar the one that it names. `status` is in small letters, empty where
    none is stated. `defects` are what is wrong with its form, or with that of a spec in it. `prose` is the text outside
    of specs, to look for names in.
    """

    path: str
    status: str = ""
    specs: tuple[PlacedSpec, ...] = ()
    defects: tuple[Located, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    prose: str = ""

    @property
    def inactive(self) -> bool:
        """Whether the document was superseded, rejected or the like, so that nothing in it binds."""
        return self.status.startswith(INACTIVE)

    @property
    def undecided(self) -> bool:
        """Whether its decision may still be open."""
        return self.status.startswith(UNDECIDED)


TeamSeverity = Literal[Severity, "off"]
"""What a team makes of a check: a severity, or nothing."""


class Policy(NamedTuple):
    """What a team asks of its documents.

    `tables` are those that a decision may have been taken with, beside the present one. Days are ISO dates in UTC:
    `today` is the date for waiver expiry, `latest` the last day that a waiver may end on; `ending` is whether each must
    end. `severities` replace those of checks, `off` leaves one out. `waivers` false leaves every waiver aside.
    """

    today: str
    tables: tuple[RuleTable, ...] = ()
    latest: str = "9998-12-31"
    ending: bool = False
    severities: Mapping[str, TeamSeverity] = {}
    waivers: bool = True


class CheckedDecision(NamedTuple):
    """A decision that was judged."""

    spec: str
    line: int
    """Where the spec begins."""
    decision: str | None
    verdict: str
    architecture: str | None
    confidence: str | None
    settled: bool
    """Whether every way to answer the rest leads to this verdict."""


class JudgedDecision(NamedTuple):
    """A decision with the verdict on its constraints, where its spec begins, and where its id is stated."""

    decision: CheckedDecision
    place: Place
    id_place: Place


def located(
    check: CheckId, place: Place, message: str, subject: tuple[str, ...] = (), spec: Spec | None = None
) -> Located:
    """What a check finds, with the severity that the check has."""
    return Located(place, Finding(check, subject, message), DOCUMENT_CHECKS[check].severity, spec)
