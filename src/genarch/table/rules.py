"""What a rule table is made of: rules, architectures, methods, notices and what they cite, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from genarch.errors import UnknownIdError, nearest
from genarch.table.conditions import Condition
from genarch.table.constraints import Answers

Grade = Literal[
    "planning_heuristic",
    "observed_range",
    "published_report",
    "expert_judgement",
    "measured",
    "documented_case",
]

Maturity = Literal["proven", "emerging"]
Level = Literal["note", "warning", "inconsistency"]

VERDICTS_WITHOUT_FAMILY = ("evaluate_both", "undetermined", "infeasible")


class Citation(NamedTuple):
    """Where a statement comes from: fact ids of the table's source, the section, and how good the source is."""

    facts: tuple[str, ...]
    section: str
    grade: Grade

    def __str__(self) -> str:
        """`E1, D1; planning heuristic`; the section where it cites no fact of a table."""
        return f"{', '.join(self.facts) or self.section}; {self.grade.replace('_', ' ')}"


class Fact(NamedTuple):
    """Something that entries cite.

    `own` says that it is this table's decision, where its source leaves one open; `inherited` that the extended table
    states it. `rows` of the evidence catalogue, documented `cases` and checked `claims` are what it rests on, by id.
    """

    id: str
    text: str
    own: bool = False
    inherited: bool = False
    rows: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


class Statement(NamedTuple):
    """A sentence with its source."""

    text: str
    source: Citation


class Risk(NamedTuple):
    """What can go wrong with an architecture, and what to do about it."""

    risk: str
    mitigation: str
    source: Citation


class Family(NamedTuple):
    """A group of architectures that is recommended as one answer."""

    id: str
    title: str
    summary: str


class Architecture(NamedTuple):
    """One alternative. `figures` are typical numbers with their conditions."""

    id: str
    family: str
    title: str
    summary: str
    maturity: Maturity
    source: Citation
    figures: tuple[Statement, ...] = ()
    strengths: tuple[Statement, ...] = ()
    risks: tuple[Risk, ...] = ()


class Examples(NamedTuple):
    """Stated answers on which a condition hits, and on which it misses."""

    hit: tuple[Answers, ...] = ()
    miss: tuple[Answers, ...] = ()


class Rule(NamedTuple):
    """One row: on a hit it adds or takes points, or rules architectures out.

    `points` maps an architecture to whole points: above 0 for, below 0 against. `replaces` is the reason given when
    the rule takes the place of one in the table that this one extends.
    """

    id: str
    title: str
    when: Condition
    points: Mapping[str, int]
    excludes: tuple[str, ...]
    because: str
    source: Citation
    since: str
    examples: Examples
    replaces: str = ""


class Method(NamedTuple):
    """What to build, once one of `architectures` is recommended and `when` hits."""

    id: str
    title: str
    architectures: tuple[str, ...]
    when: Condition
    because: str
    source: Citation
    examples: Examples = Examples()
    replaces: str = ""


class Notice(NamedTuple):
    """Something to say when `when` hits, without points.

    `about` limits it to recommendations of these architectures, families or verdicts; empty means always. An
    `inconsistency` is a pair of answers that cannot hold together.
    """

    id: str
    level: Level
    title: str
    when: Condition
    message: str
    source: Citation
    about: tuple[str, ...] = ()
    examples: Examples = Examples()
    replaces: str = ""


class Assumption(NamedTuple):
    """How one stated answer stands in for an unstated number: on a hit, `constraint` is taken to be below `below`."""

    id: str
    title: str
    when: Condition
    constraint: str
    below: int | float
    message: str
    source: Citation
    examples: Examples = Examples()
    replaces: str = ""


class Question(NamedTuple):
    """A constraint in plain words: the question, why it is asked, and one line for each choice."""

    id: str
    ask: str
    help: str
    choices: Mapping[str, str]


class Disabled(NamedTuple):
    """An entry of the extended table that this one leaves out, with the reason."""

    id: str
    reason: str


class TableWaiver(NamedTuple):
    """A finding on the table itself that is accepted, with the reason.

    `subject` are the ids that the finding is about, all of them. `inherited` says that the extended table states it.
    """

    check: str
    subject: tuple[str, ...]
    reason: str
    inherited: bool = False

    def covers(self, check: str, subject: tuple[str, ...]) -> bool:
        """Whether a finding of a check on these ids is the one meant."""
        return check == self.check and set(subject) == set(self.subject)


class Ratio(NamedTuple):
    """An exact fraction, so that a margin is compared without rounding."""

    numerator: int
    denominator: int

    def __float__(self) -> float:
        """The nearest double."""
        return self.numerator / self.denominator

    def __str__(self) -> str:
        """As a table states it: `0.15`, or `1/3`."""
        decimal = self.denominator == 10 ** (len(str(self.denominator)) - 1)
        return f"{float(self):g}" if decimal else f"{self.numerator}/{self.denominator}"


CLEAR = Ratio(1, 3)
"""The margin from which a recommendation is clear, where a table does not say."""


class Header(NamedTuple):
    """What a table says of itself.

    Below a margin of `close_call` the verdict is `evaluate_both`; from `clear` on, a recommendation is clear.
    `digest` is `sha256:` over the digests of the files it was read from, in order of extension.
    """

    id: str
    version: str
    title: str
    source: Citation
    source_title: str
    points: Mapping[str, int]
    close_call: Ratio
    digest: str
    extends: str = ""
    clear: Ratio = CLEAR


class TableVersion(NamedTuple):
    """Which table something was worked out with."""

    id: str
    version: str
    digest: str
    """sha256: over the digests of the table's files, the extended ones first."""

    def __str__(self) -> str:
        """`article@1.0.0`, as `decided_with` has it."""
        return f"{self.id}@{self.version}"


Entry = Rule | Method | Notice | Assumption | Architecture | Family | Question


class RuleTable:
    """A checked rule table; two tables are equal only when they are the same object."""

    def __init__(
        self,
        *,
        header: Header,
        families: tuple[Family, ...],
        architectures: tuple[Architecture, ...],
        rules: tuple[Rule, ...],
        methods: tuple[Method, ...] = (),
        notices: tuple[Notice, ...] = (),
        assumptions: tuple[Assumption, ...] = (),
        questions: tuple[Question, ...] = (),
        disabled: tuple[Disabled, ...] = (),
        facts: tuple[Fact, ...] = (),
        waivers: tuple[TableWaiver, ...] = (),
    ) -> None:
        self.header = header
        self.families = families
        self.architectures = architectures
        self.rules = rules
        self.methods = methods
        self.notices = notices
        self.assumptions = assumptions
        self.questions = questions
        self.disabled = disabled
        self.facts = facts
        self.waivers = waivers

    @property
    def name(self) -> str:
        """`id@version`, as `decided_with` has it."""
        return f"{self.header.id}@{self.header.version}"

    @property
    def identity(self) -> TableVersion:
        """The id, the version and the digest: what a report says of its table."""
        return TableVersion(self.header.id, self.header.version, self.header.digest)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Every verdict that an evaluation can end with."""
        return (*(family.id for family in self.families), *VERDICTS_WITHOUT_FAMILY)

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a spec's `decision` may name."""
        return (
            *dict.fromkeys([*(f.id for f in self.families), *(a.id for a in self.architectures)]),
            "evaluate_both",
        )

    def entries(self) -> dict[str, list[Entry]]:
        """Everything that has an id: rules, methods, notices, assumptions, architectures, families, questions."""
        groups: tuple[tuple[Entry, ...], ...] = (
            self.rules,
            self.methods,
            self.notices,
            self.assumptions,
            self.architectures,
            self.families,
            self.questions,
        )
        found: dict[str, list[Entry]] = {}
        for group in groups:
            for entry in group:
                found.setdefault(entry.id, []).append(entry)
        return found

    def citations(self) -> dict[str, list[str]]:
        """For each fact, the entries that cite it, figures, strengths and risks of architectures included."""
        cited = [(self.header.id, self.header.source)]
        for group in (self.rules, self.methods, self.notices, self.assumptions):
            cited += [(entry.id, entry.source) for entry in group]
        for architecture in self.architectures:
            parts: list[Statement | Risk] = [*architecture.figures, *architecture.strengths, *architecture.risks]
            cited += [(architecture.id, source) for source in (architecture.source, *(part.source for part in parts))]
        found: dict[str, list[str]] = {}
        for name, source in cited:
            for fact in source.facts:
                if name not in found.setdefault(fact, []):
                    found[fact].append(name)
        return found

    def find(self, entry_id: str) -> list[Entry]:
        """The entries called `entry_id`; an architecture and its family may share a name.

        Raises:
            UnknownIdError: when there is none.
        """
        entries = self.entries()
        for left_out in self.disabled:
            if left_out.id == entry_id and entry_id not in entries:
                raise UnknownIdError(f"{self.name} disables '{entry_id}': {left_out.reason}")
        if entry_id not in entries:
            raise UnknownIdError(f"{self.name} has no '{entry_id}'{nearest(entry_id, entries)}")
        return entries[entry_id]
