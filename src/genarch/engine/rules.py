"""What a rule table is made of: rules, architectures, methods, notices and what they cite, as values.

A table's file has the fields of these values; see `genarch.files.table_reader`.
"""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from genarch.engine.calibration import Calibration
from genarch.engine.conditions import ALWAYS, Condition
from genarch.engine.constraints import Answers
from genarch.engine.forms import HIDDEN, VERSION, Form, Mark, Scalar, ShownText, text
from genarch.errors import UnknownIdError, nearest
from genarch.values import NamedTuple, grouped

Grade = Literal[
    "planning_heuristic",
    "observed_range",
    "published_report",
    "expert_judgement",
    "measured",
    "estimated",
    "documented_case",
]

Maturity = Literal["proven", "emerging"]
Level = Literal["note", "warning", "inconsistency"]

RuleId = Annotated[
    str, text(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "an id; write small letters and digits, joined by '-'", most=100)
]
EntryId = Annotated[
    str,
    text(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", "an id; write small letters and digits, joined by '-' or '_'", most=100),
]
FactId = Annotated[str, text(r"[A-Za-z0-9][A-Za-z0-9._-]*", "a fact id; write it as E1", most=60)]
FactIds = Annotated[tuple[FactId, ...], Mark(least=1)]
When = Annotated[Condition, Mark(own="Condition")]
WhenOrAlways = Annotated[Condition, Mark(own="Condition", absent=ALWAYS)]
Example = Annotated[Answers, Mark(own="Constraints")]
Strength = Literal["slight", "moderate", "strong"]
COMMAND = text(
    r"genarch (?:[^{}\n]|\{(?:spec|model|gpu)\})+",
    "a command of genarch's; of names in braces there are {spec}, {model}, {gpu}",
    200,
)

VERDICTS_WITHOUT_FAMILY = ("evaluate_both", "undetermined", "infeasible")


class Citation(NamedTuple):
    """Where a statement comes from: fact ids of the table's source, the section, and how good the source is."""

    facts: FactIds
    """Ids in the list of facts, such as E1."""
    section: ShownText
    """The section of the source."""
    grade: Grade
    """How good the source is."""

    def __str__(self) -> str:
        """`E1, D1; planning heuristic`; the section where it cites no fact of a table."""
        return f"{', '.join(self.facts) or self.section}; {self.grade.replace('_', ' ')}"


class Fact(NamedTuple):
    """Something that entries cite."""

    id: FactId
    text: ShownText
    own: bool = False
    """A decision of this table, where its source leaves one open."""
    inherited: Annotated[bool, HIDDEN] = False
    """Whether the extended table states it."""
    rows: tuple[FactId, ...] = ()
    """Rows of the evidence catalogue that it rests on."""
    cases: tuple[FactId, ...] = ()
    """Documented cases that it rests on, as `genarch backtest` reads them."""
    claims: tuple[FactId, ...] = ()
    """Checked claims that it rests on, such as T1."""
    replaces: ShownText = ""
    works: tuple[ShownText, ...] = ()
    """Published works that it rests on: author, year, where to find it."""


class Statement(NamedTuple):
    """A sentence with its source."""

    text: ShownText
    source: Citation


class Risk(NamedTuple):
    """What can go wrong with an architecture, and what to do about it; `in_training`, where something is trained."""

    risk: ShownText
    mitigation: ShownText
    source: Citation
    in_training: Annotated[bool, Mark(absent=False)] = False


class Family(NamedTuple):
    """A group of architectures that is recommended as one answer."""

    id: EntryId
    title: ShownText
    summary: ShownText
    replaces: ShownText = ""


class Architecture(NamedTuple):
    """One alternative."""

    id: EntryId
    family: EntryId
    title: ShownText
    summary: ShownText
    maturity: Maturity
    source: Citation
    figures: tuple[Statement, ...] = ()
    strengths: tuple[Statement, ...] = ()
    risks: tuple[Risk, ...] = ()
    replaces: ShownText = ""
    aliases: tuple[EntryId, ...] = ()
    """Other names that specs and tables may give it; those of one that it replaces stay."""
    as_slow_as: Annotated[EntryId | None, Mark(absent=None)] = None
    """An architecture whose passes it makes too: where no time of its own is known, it takes no less than that one."""
    no_quicker_than: Annotated[EntryId | None, Mark(absent=None)] = None
    """One that is quicker on any hardware: where no time of its own is known there, and that is too slow, so is it."""


class Examples(NamedTuple):
    """Stated constraints on which a condition hits, and on which it misses."""

    hit: tuple[Example, ...] = ()
    miss: tuple[Example, ...] = ()


class Rule(NamedTuple):
    """One row: on a hit it adds or takes points, or rules architectures out."""

    id: RuleId
    """Says the claim; never used again for another one."""
    title: ShownText
    when: When
    because: ShownText
    source: Citation
    since: Annotated[str, VERSION]
    """The table version that the rule came with."""
    examples: Examples
    for_: Mapping[EntryId, Strength] = {}
    """Architecture to strength."""
    against: Mapping[EntryId, Strength] = {}
    """Architecture to strength."""
    excludes: tuple[EntryId, ...] = ()
    """Architectures that are out on a hit."""
    limits: tuple[EntryId, ...] = ()
    """Architectures whose recommendation is a lean at most on a hit."""
    points: Annotated[Mapping[str, int], HIDDEN] = {}
    """Architecture to whole points: above 0 for, below 0 against."""
    replaces: ShownText = ""
    """Only with `extends`: the reason why this entry takes the place of the one with its id."""


class Method(NamedTuple):
    """What to build, once one of the architectures is recommended."""

    id: RuleId
    title: ShownText
    architectures: tuple[EntryId, ...]
    when: WhenOrAlways
    because: ShownText
    source: Citation
    examples: Examples = Examples()
    replaces: ShownText = ""


class Notice(NamedTuple):
    """Something to say on a hit, without points; an inconsistency is answers that cannot hold together."""

    id: RuleId
    level: Level
    title: ShownText
    when: WhenOrAlways
    message: ShownText
    source: Citation
    about: tuple[EntryId, ...] = ()
    """Only when one of these architectures, families or verdicts is the answer."""
    examples: Examples = Examples()
    replaces: ShownText = ""


class NextStep(NamedTuple):
    """What to do once the answer is out: measure it, try it, verify it on the task."""

    id: RuleId
    title: ShownText
    when: WhenOrAlways
    step: ShownText
    source: Citation
    command: Annotated[str, COMMAND] = ""
    """A command of genarch's for it; `{spec}`, `{model}` and `{gpu}` stand for the spec's file, model and hardware."""
    about: tuple[EntryId, ...] = ()
    """Only when one of these architectures, families or verdicts is the answer."""
    examples: Examples = Examples()
    replaces: ShownText = ""


class Assumed(NamedTuple):
    """A number taken to be below a limit."""

    constraint: EntryId
    below: int


class Assumption(NamedTuple):
    """How one stated answer stands in for an unstated number."""

    id: RuleId
    title: ShownText
    when: When
    assume: Assumed
    message: ShownText
    source: Citation
    examples: Examples
    replaces: ShownText = ""


Conditional = Rule | Method | Notice | NextStep | Assumption
"""Every entry with a condition."""


class Question(NamedTuple):
    """A constraint in plain words."""

    id: EntryId
    ask: ShownText
    help: ShownText
    choices: Mapping[str, ShownText] = {}
    """Each choice or member, with its meaning in one line."""
    replaces: ShownText = ""


class Disabled(NamedTuple):
    """An entry of the extended table to leave out."""

    id: RuleId
    reason: ShownText


class TableWaiver(NamedTuple):
    """A finding of `genarch rules lint` that is accepted."""

    check: RuleId
    """The check's id."""
    subject: FactIds
    """The ids that the finding is about, all of them."""
    reason: ShownText
    inherited: Annotated[bool, HIDDEN] = False
    """Whether the extended table states it."""


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


def _share(scalar: Scalar) -> Ratio:
    """A share of the points, as a decimal or a fraction; raises a ValueError when it is none from 0 to 1."""
    if match := re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})", scalar.text):
        share = Ratio(int(match[1]), int(match[2]))
    elif scalar.plain and (match := re.fullmatch(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,6}))?", scalar.text)):
        decimals = match[2] or ""
        share = Ratio(int(match[1] + decimals), 10 ** len(decimals))
    else:
        raise ValueError("must be a decimal number such as 0.15, or a fraction such as 1/3, without quotation marks")
    if share.numerator > share.denominator:
        raise ValueError("must be at most 1: a margin is a share of the points")
    return share


def _share_schema() -> dict[str, Any]:
    fraction = {"type": "string", "pattern": "^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$"}
    return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, fraction]}


MARGIN = Mark(Form("a number", _share, _share_schema))

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
    least_rules: int = 1
    """How many rules a verdict rests on to be more than a lean."""
    contradictions_lean: bool = False
    """Whether a recommendation on answers that contradict one another is a lean at most."""
    calibration: Calibration | None = None
    """What makes a recommendation clear in place of `clear`, where documented cases say."""
    earlier: tuple[str, ...] = ()
    """The versions of the table that came before, with which decisions may have been taken."""


class TableVersion(NamedTuple):
    """Which table something was worked out with."""

    id: str
    version: str
    digest: str
    """sha256: over the digests of the table's files, the extended ones first."""

    def __str__(self) -> str:
        """`article@1.0.0`, as `decided_with` has it."""
        return f"{self.id}@{self.version}"


Entry = Rule | Method | Notice | NextStep | Assumption | Architecture | Family | Question


class RuleTable(NamedTuple):
    """A checked rule table; two tables are equal only when they are the same object."""

    header: Header
    families: tuple[Family, ...]
    architectures: tuple[Architecture, ...]
    rules: tuple[Rule, ...]
    methods: tuple[Method, ...] = ()
    notices: tuple[Notice, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[Question, ...] = ()
    disabled: tuple[Disabled, ...] = ()
    facts: tuple[Fact, ...] = ()
    waivers: tuple[TableWaiver, ...] = ()
    next_steps: tuple[NextStep, ...] = ()

    def __repr__(self) -> str:
        return f"RuleTable({self.name}, {len(self.rules)} rules)"

    def __eq__(self, other: object) -> bool:
        """Whether it is the same object: what is compiled of a table is looked up by it."""
        return self is other

    def __hash__(self) -> int:
        """Likewise."""
        return id(self)

    def on_hardware(self, stated: Answers, *, around: bool = False) -> "RuleTable":  # noqa: ARG002  (what evidence reads)
        """The table with what evidence says of the stated hardware; a table by itself has none.

        `around`: also with what it says where one of hardware, size, budget and task is another.
        """
        return self

    def agreement(self, stated: Answers) -> Mapping[str, float]:  # noqa: ARG002  (what precedents are compared with)
        """How documented cases like it are spread over families: family to share. A table by itself knows none."""
        return {}

    @property
    def name(self) -> str:
        """`id@version`, as `decided_with` has it."""
        return str(self.identity)

    @property
    def identity(self) -> TableVersion:
        """The id, the version and the digest: what a report says of its table."""
        return TableVersion(self.header.id, self.header.version, self.header.digest)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Every verdict that an evaluation can end with."""
        return (*(family.id for family in self.families), *VERDICTS_WITHOUT_FAMILY)

    @property
    def aliases(self) -> dict[str, str]:
        """Other names of architectures, each with the id that it stands for."""
        return {alias: entry.id for entry in self.architectures for alias in entry.aliases}

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a spec's `decision` may name."""
        named = dict.fromkeys([*(family.id for family in self.families), *(entry.id for entry in self.architectures)])
        return (*named, "evaluate_both")

    def entries(self) -> Iterator[Entry]:
        """Everything that has an id, but facts: what has a condition, architectures, families, questions."""
        yield from (entry for _, entry in self.conditional())
        yield from self.architectures
        yield from self.families
        yield from self.questions

    def conditional(self) -> Iterator[tuple[str, Conditional]]:
        """Every entry with a condition, with the part of the table that it stands in."""
        for part in ("rules", "methods", "notices", "next_steps", "assumptions"):
            yield from ((part, entry) for entry in getattr(self, part))

    def citations(self) -> dict[str, list[str]]:
        """For each fact, the entries that cite it, figures, strengths and risks of architectures included."""
        cited = [(self.header.id, self.header.source)]
        cited += [(entry.id, entry.source) for _, entry in self.conditional()]
        for architecture in self.architectures:
            parts: tuple[Architecture | Statement | Risk, ...]
            parts = (architecture, *architecture.figures, *architecture.strengths, *architecture.risks)
            cited += [(architecture.id, part.source) for part in parts]
        return grouped(dict.fromkeys((fact, name) for name, source in cited for fact in source.facts))

    def find(self, entry_id: str) -> list[Entry]:
        """The entries called `entry_id`; an architecture and its family may share a name, and it may have others.

        Raises:
            UnknownIdError: when there is none.
        """
        wanted = self.aliases.get(entry_id, entry_id)
        if found := [entry for entry in self.entries() if entry.id == wanted]:
            return found
        for left_out in self.disabled:
            if left_out.id == entry_id:
                raise UnknownIdError(f"{self.name} disables '{entry_id}': {left_out.reason}")
        raise UnknownIdError(f"{self.name} has no '{entry_id}'{nearest(entry_id, [e.id for e in self.entries()])}")
