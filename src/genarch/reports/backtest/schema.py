"""The JSON format of a backtest as pydantic models: its JSON Schema, and the check that reports keep to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from genarch.reports.json_record import Record
from genarch.table.backtest import Outcome

Confidence = Literal["forced", "clear", "lean", "close_call"]


class ScoreRecord(Record):
    """How many cases came out how."""

    right: int
    """The verdict is one that the case accepts."""
    hedged: int
    """The verdict is evaluate_both, and the family chosen is one of the two."""
    wrong: int
    """Any other verdict that was not clear or forced."""
    confidently_wrong: int
    """Any other verdict that was."""
    cases: int
    right_interval: list[float] = Field(min_length=2, max_length=2)
    """The bootstrap's 95 % interval of the share that is right."""


class TableScoreRecord(ScoreRecord):
    """A table's score on a group of cases."""

    rules: str
    """As id@version."""


class BaselineRecord(ScoreRecord):
    """The score of one verdict given whatever is stated."""

    always: str
    most_common: bool
    """Whether it is what was chosen most often in this group."""


class GroupRecord(Record):
    """Cases that are scored together, and the scores."""

    group: Literal["strict", "before_2022", "all"]
    cases: int
    tables: list[TableScoreRecord]
    baselines: list[BaselineRecord]


class SizeRecord(Record):
    """How much there is to set in a table, beside its close call."""

    rules: int
    strengths: int
    """Pairs of a rule and an architecture with points."""
    thresholds: int
    """Different numbers that conditions name."""


class ConfusionRecord(Record):
    """How many cases with this choice got this verdict."""

    chosen: str
    verdict: str
    cases: int


class CalibrationRecord(ScoreRecord):
    """The score of the verdicts of one confidence."""

    confidence: Confidence | None
    """Null: verdicts without a recommendation."""


class DecidingRecord(Record):
    """A rule that told the verdict from what was chosen."""

    rule: str
    points: dict[str, int]
    excludes: list[str]
    """Of what was chosen or acceptable."""


class ResultRecord(Record):
    """One case with a table's verdict."""

    case: str
    title: str
    path: str
    line: int
    year: int | None
    strict: bool
    constraints: dict[str, str | int | float | bool | list[str]]
    chosen: str
    acceptable: list[str]
    reason: str
    verdict: str
    candidates: list[str]
    confidence: Confidence | None
    outcome: Outcome
    decided_by: list[DecidingRecord]
    """For a miss, the rules that did it, those that moved most first."""


class AblationRecord(Record):
    """A rule taken out."""

    rule: str
    hits: int
    """Cases that it hits."""
    without: ScoreRecord


class LeaveOneOutRecord(Record):
    """Strengths fitted to the cases."""

    values: int
    """Strengths that were fitted."""
    seen: ScoreRecord
    """Fitted to all cases, on the same."""
    unseen: ScoreRecord
    """Each case by strengths fitted to the others."""


class TableRecord(Record):
    """A table and how it fared, on strict cases where there are any."""

    id: str
    version: str
    digest: str
    size: SizeRecord
    scope: Literal["strict", "all"]
    """The cases of confusion, calibration, ablation and leave_one_out."""
    confusion: list[ConfusionRecord]
    calibration: list[CalibrationRecord]
    results: list[ResultRecord]
    """Every case."""
    ablation: list[AblationRecord] | None
    """With --ablation."""
    leave_one_out: LeaveOneOutRecord | None
    """With --leave-one-out."""


class VerdictRecord(Record):
    """A verdict and how it came out."""

    verdict: str
    confidence: Confidence | None
    outcome: Outcome


class MovedRecord(Record):
    """A case that comes out otherwise."""

    case: str
    strict: bool
    chosen: str
    before: VerdictRecord
    after: VerdictRecord


class AgainstRecord(Record):
    """A table in place of another."""

    rules: str
    against: str
    gains: list[MovedRecord]
    breaks: list[MovedRecord]


class BacktestRecord(Record):
    """Rule tables held against documented cases."""

    schema_version: Literal[1]
    genarch_version: str
    groups: list[GroupRecord]
    tables: list[TableRecord]
    against: list[AgainstRecord]
    """With --against."""
