"""The JSON report as pydantic models: its JSON Schema, and the check that reports keep to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, RootModel

from genarch.reports.evidence.schema import EvidenceRecord
from genarch.reports.json_record import Record
from genarch.table.rules import Grade


class PlaceRecord(Record):
    """Where a spec was read."""

    path: str
    """As given; <stdin> for standard input."""
    line: int
    """From 1."""


class SpecRecord(Record):
    """The spec that was evaluated."""

    id: str
    title: str
    """Empty when the spec has none."""
    source: PlaceRecord
    constraints: dict[str, str | int | float | bool | list[str]]
    """The stated constraints, --set included; what is unknown is absent."""


class RulesRecord(Record):
    """The rule table that it was evaluated with."""

    id: str
    version: str
    digest: str
    """sha256: over the digests of the table's files, the extended ones first."""
    source: str
    """What the table is taken from."""


class ContributionRecord(Record):
    """Points that one rule gave."""

    rule: str
    points: int
    """Below 0 against."""


class RankedRecord(Record):
    """An architecture in the ranking: survivors first, best first."""

    architecture: str
    family: str
    points: int
    excluded_by: list[str]
    """The rules that ruled it out; empty for a survivor."""
    contributions: list[ContributionRecord]


class EffectRecord(Record):
    """What a rule did; all empty for a note."""

    for_: dict[str, int] = Field(alias="for")
    """Architecture to points."""
    against: dict[str, int]
    """Architecture to points taken."""
    excludes: list[str]


class SourceRecord(Record):
    """Where a statement comes from."""

    facts: list[str]
    section: str
    grade: Grade


class ReasonRecord(Record):
    """A rule that fired, an assumption that was made, or a note."""

    rule: str
    title: str
    because: str
    effect: EffectRecord
    source: SourceRecord


class MethodRecord(Record):
    """What to start with."""

    id: str
    title: str
    architectures: list[str]
    because: str
    source: SourceRecord


class RiskRecord(Record):
    """What can go wrong with a recommended architecture."""

    architecture: str
    risk: str
    mitigation: str
    source: SourceRecord


class WarningRecord(Record):
    """What to know before acting; a contradiction within the spec has an id that begins with inconsistent-."""

    id: str
    message: str
    source: SourceRecord


class UndecidedRecord(Record):
    """A constraint that is not stated, and the rules that wait for it."""

    constraint: str
    rules: list[str]


class UnreadRecord(Record):
    """A stated constraint that nothing in the table reads."""

    constraint: str
    members: list[str]
    """Of a set, the members that nothing reads; empty where nothing reads the constraint at all."""


class BaseRecord(Record):
    """What the table that was extended says alone of the same answers."""

    rules: str
    """As id@version."""
    verdict: str
    architecture: str | None
    candidates: list[str]
    recommended: list[str]
    confidence: Literal["forced", "clear", "lean", "close_call"] | None
    margin: float | None
    differs: bool
    """Whether it recommends something else."""


class EvaluatedRecord(Record):
    """A spec with its verdict."""

    schema_version: Literal["1.1"]
    genarch_version: str
    spec: SpecRecord
    rules: RulesRecord
    verdict: str
    """A family, evaluate_both, undetermined or infeasible."""
    architecture: str | None
    """The best of that family; null without one."""
    candidates: list[str]
    """Families in play, best first: two for evaluate_both, else one or none."""
    recommended: list[str]
    """The architectures recommended: the best of each candidate family."""
    confidence: Literal["forced", "clear", "lean", "close_call"] | None
    margin: float | None
    """Difference of the two best families' points over all points that touch either, to four places."""
    summary: str
    """The reason in a sentence or two."""
    base: BaseRecord | None
    """Null where the table extends none, or none that comes with genarch. Since 1.1."""
    ranking: list[RankedRecord]
    rationale: list[ReasonRecord]
    methods: list[MethodRecord]
    risks: list[RiskRecord]
    warnings: list[WarningRecord]
    unread: list[UnreadRecord]
    undecided: list[UndecidedRecord]
    evidence: EvidenceRecord | None = None
    """What was measured and can be estimated; only where the spec has a latency budget."""


class PossibleRecord(Record):
    """A verdict that is still possible."""

    verdict: str
    witness: dict[str, str | int | float | bool | list[str]]
    """Answers to every constraint that the table reads, what is stated among them, that lead to it."""


class ChangeRecord(Record):
    """Another answer to a stated constraint."""

    constraint: str
    value: str | int | float | bool | list[str]
    """One such answer."""
    bound: Literal["at_least", "above", "at_most", "below"] | None
    """For a number, with threshold: from where on. Null for other kinds."""
    threshold: float | int | None
    others: list[str | bool]
    """For a choice, further answers that give the same verdict."""


class FlipRecord(Record):
    """Changes that together give another verdict."""

    changes: list[ChangeRecord]
    verdict: str


class StabilityRecord(Record):
    """The smallest change of one rule's points that gives another verdict."""

    rule: str
    architecture: str
    points: int
    changed: int
    """The points with which the verdict is another one."""
    verdict: str


class ExploredRecord(EvaluatedRecord):
    """A spec with its verdict, and what exploration adds; --no-explore leaves that out."""

    settled: bool
    """Whether every way to answer the rest leads to one verdict."""
    possible: list[PossibleRecord]
    """Every verdict that answering the rest can lead to. The present one need not be among them."""
    left_out: list[str]
    """Inconsistencies of the table that some answers would bring about; such answers are left out."""
    next_question: str | None
    """The open constraint whose answer narrows the possible verdicts most; null when settled."""
    flips: list[FlipRecord]
    """For each stated constraint the nearest changes that alone give another verdict; else one combination."""
    binding: list[str]
    """The fewest stated constraints that give this verdict when all else is unknown."""
    relax: list[list[str]]
    """When infeasible, each smallest set of stated constraints to drop so that something is left."""
    stability: StabilityRecord | None


class ErrorRecord(Record):
    """One problem with the input."""

    path: str
    line: int | None
    """From 1; null where the problem is the file's as a whole."""
    column: int | None
    field: str
    message: str


class RefusedRecord(Record):
    """An input without a verdict."""

    schema_version: Literal["1.1"]
    genarch_version: str
    spec: SpecRecord
    """Its id is the one that the path gives; it has no constraints."""
    error: ErrorRecord
    """The first problem."""
    errors: list[ErrorRecord]
    """Every problem."""


class ReportRecord(RootModel[EvaluatedRecord | ExploredRecord | RefusedRecord]):
    """One report: an element of the list of --format json, or a line of --format jsonl."""
