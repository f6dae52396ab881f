"""The file format of rule tables, as pydantic models: what a person writes, before names and conditions are resolved.

Imported only where a table is validated or its JSON Schema is asked for: pydantic costs more to import than a spec
costs to evaluate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from genarch.files.record_file import VISIBLE, Record
from genarch.files.records import Location
from genarch.table.forms import MAX_DIGITS
from genarch.table.rules import Grade, Level, Maturity

FORMAT_VERSION = 1

DEFINED = "genarch:defined"
"""Marks, in pydantic's schema, a part whose definition derives from the declared constraints."""


class PlainNumber(str):
    """The text of a number without quotation marks; all else stands as ordinary text."""

    __slots__ = ()


def _whole(value: object) -> object:
    if isinstance(value, PlainNumber) and re.fullmatch(r"0|[1-9][0-9]*", value) and len(value) <= MAX_DIGITS:
        return int(value)
    raise ValueError("must be a whole number; write it in plain digits, without quotation marks")


def _decimal(value: object) -> object:
    if isinstance(value, PlainNumber) and re.fullmatch(r"0|[1-9][0-9]{0,8}|(0|[1-9][0-9]{0,8})\.[0-9]{1,6}", value):
        return str(value)
    raise ValueError("must be a decimal number such as 0.15; write it in plain digits, without quotation marks")


def _fraction(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,8}/[1-9][0-9]{0,8}", value):
        return str(value)
    try:
        return _decimal(value)
    except ValueError:
        raise ValueError("must be a fraction such as 1/3, or a decimal number such as 0.4") from None


def _flag(value: object) -> object:
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("must be true or false")


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True, pattern=VISIBLE)]
ENTRY_ID = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"
RULE_ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
VERSION = r"^[0-9]+\.[0-9]+\.[0-9]+$"
EntryId = Annotated[str, StringConstraints(pattern=ENTRY_ID, max_length=100)]
RuleId = Annotated[str, StringConstraints(pattern=RULE_ID, max_length=100)]
FactId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
Version = Annotated[str, StringConstraints(pattern=VERSION, max_length=40)]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 0})]
Margin = Annotated[str, BeforeValidator(_decimal), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Fraction = Annotated[
    str,
    BeforeValidator(_fraction),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": "^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$"},
            ]
        }
    ),
]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Condition = Annotated[Any, WithJsonSchema({DEFINED: "Condition"})]
AnswersExample = Annotated[Any, WithJsonSchema({DEFINED: "Constraints"})]
Strength = Literal["slight", "moderate", "strong"]


class SourceRecord(Record):
    """Where a statement comes from."""

    facts: list[FactId] = Field(min_length=1)
    """Ids in the list of facts, such as E1."""
    section: Text
    """The section of the source."""
    grade: Grade
    """How good the source is."""


class FactRecord(Record):
    """Something that entries cite."""

    id: FactId
    text: Text
    own: Flag = False
    """A decision of this table, where its source leaves one open."""
    rows: list[FactId] = Field(default_factory=list)
    """Rows of the evidence catalogue that it rests on."""
    cases: list[FactId] = Field(default_factory=list)
    """Documented cases that it rests on, as `genarch backtest` reads them."""
    claims: list[FactId] = Field(default_factory=list)
    """Checked claims that it rests on, such as T1."""
    replaces: Text | None = None


class StatementRecord(Record):
    """A sentence with its source."""

    text: Text
    source: SourceRecord


class RiskRecord(Record):
    """What can go wrong with an architecture, and what to do about it."""

    risk: Text
    mitigation: Text
    source: SourceRecord


class TableSourceRecord(SourceRecord):
    """What the table as a whole is taken from."""

    title: Text


MAX_ENTRIES = 5_000
"""Entries in one part of a table: more than anybody can review."""


class PointsRecord(Record):
    """How many points each strength is worth."""

    slight: Whole
    moderate: Whole
    strong: Whole


class FamilyRecord(Record):
    """A group of architectures recommended as one answer."""

    id: EntryId
    title: Text
    summary: Text
    replaces: Text | None = None


class EntryRecord(Record):
    """What every replaceable entry has."""

    id: RuleId
    """Says the claim; never used again for another one."""
    title: Text
    source: SourceRecord
    replaces: Text | None = None
    """Only with `extends`: the reason why this entry takes the place of the one with its id."""


class ExamplesRecord(Record):
    """Stated constraints on which the condition hits, and on which it misses."""

    hit: list[AnswersExample] = Field(default_factory=list)
    miss: list[AnswersExample] = Field(default_factory=list)


class ArchitectureRecord(EntryRecord):
    """One alternative."""

    id: EntryId
    family: EntryId
    summary: Text
    maturity: Maturity
    figures: list[StatementRecord] = Field(default_factory=list)
    strengths: list[StatementRecord] = Field(default_factory=list)
    risks: list[RiskRecord] = Field(default_factory=list)


class RuleRecord(EntryRecord):
    """One row: on a hit it adds or takes points, or rules architectures out."""

    when: Condition
    for_: dict[EntryId, Strength] = Field(default_factory=dict, alias="for")
    """Architecture to strength."""
    against: dict[EntryId, Strength] = Field(default_factory=dict)
    """Architecture to strength."""
    excludes: list[EntryId] = Field(default_factory=list)
    """Architectures that are out on a hit."""
    because: Text
    since: Version
    """The table version that the rule came with."""
    examples: ExamplesRecord


class MethodRecord(EntryRecord):
    """What to build, once one of the architectures is recommended."""

    architectures: list[EntryId]
    when: Condition = None
    """Absent: always."""
    because: Text
    examples: ExamplesRecord = ExamplesRecord()


class NoticeRecord(EntryRecord):
    """Something to say on a hit, without points."""

    level: Level
    when: Condition = None
    """Absent: always."""
    about: list[EntryId] = Field(default_factory=list)
    """Only when one of these architectures, families or verdicts is the answer."""
    message: Text
    examples: ExamplesRecord = ExamplesRecord()


class AssumedRecord(Record):
    """A number taken to be below a limit."""

    constraint: EntryId
    below: Whole


class AssumptionRecord(EntryRecord):
    """How one stated answer stands in for an unstated number."""

    when: Condition
    assume: AssumedRecord
    message: Text
    examples: ExamplesRecord


class QuestionRecord(Record):
    """A constraint in plain words."""

    id: EntryId
    ask: Text
    help: Text
    choices: dict[str, Text] = Field(default_factory=dict)
    """Each choice or member, with its meaning in one line."""
    replaces: Text | None = None


class DisabledRecord(Record):
    """An entry of the extended table to leave out."""

    id: RuleId
    reason: Text


class WaiverRecord(Record):
    """A finding of `genarch rules lint` that is accepted."""

    check: RuleId
    """The check's id."""
    subject: list[EntryId | FactId] = Field(min_length=1)
    """The ids that the finding is about, all of them."""
    reason: Text


class TableRecord(Record):
    """A rule table for genarch."""

    format: Whole
    """The version of this format: 1."""
    id: RuleId
    version: Version
    title: Text
    source: TableSourceRecord
    extends: Text | None = None
    """A bundled table's id, or a path relative to this file."""
    points: PointsRecord | None = None
    """Required unless the table extends another."""
    close_call: Margin | None = None
    """Below this margin the answer is to evaluate both. Required unless the table extends another."""
    clear: Fraction | None = None
    """From this margin on a recommendation is clear, below it a lean: 1/3 unless this or the extended table says."""
    facts: list[FactRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    families: list[FamilyRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    architectures: list[ArchitectureRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    rules: list[RuleRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    methods: list[MethodRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    notices: list[NoticeRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    assumptions: list[AssumptionRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    questions: list[QuestionRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    disable: list[DisabledRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    waivers: list[WaiverRecord] = Field(default_factory=list, max_length=MAX_ENTRIES)
    """Findings on the table as a whole that are accepted, each with the reason."""


def sources_in(value: object, location: Location = ()) -> Iterator[tuple[Location, SourceRecord]]:
    """Every source that is cited in a record, with its place."""
    if isinstance(value, SourceRecord):
        yield location, value
    if isinstance(value, Record):
        for name in type(value).model_fields:
            yield from sources_in(getattr(value, name), (*location, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from sources_in(item, (*location, at))
