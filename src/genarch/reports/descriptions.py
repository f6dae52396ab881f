"""What a table holds, and what an id of it, or a constraint, is: the words of `explain` and `rules show`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from genarch.errors import UnknownIdError, nearest
from genarch.files.bundled import DOCUMENT_CHECKS, TABLE_CHECKS, Check
from genarch.reports import page
from genarch.reports.page import (
    Block,
    Entries,
    Line,
    Listing,
    Paragraph,
    Section,
    Space,
    Title,
    code,
    codes,
    dim,
    strong,
)
from genarch.reports.words import effect_words
from genarch.table.answers import MANY, format_answer
from genarch.table.conditions import constraints_read, predicates
from genarch.table.conditions import describe as condition_words
from genarch.table.constraints import BY_NAME, CONSTRAINTS, Answers, Constraint
from genarch.table.rules import (
    Architecture,
    Assumption,
    Citation,
    Disabled,
    Entry,
    Fact,
    Family,
    Grade,
    Level,
    Method,
    Notice,
    Question,
    Rule,
    RuleTable,
)

GLOSSARY = {
    "evaluate_both": "The verdict where the two best families are too close to call: try both on the task.",
    "undetermined": "The verdict where several families are left and no hit gives any of them points.",
    "infeasible": "The verdict where the stated constraints exclude every architecture.",
    "forced": "The confidence where no other family is left.",
    "clear": "The confidence from the table's limit of that name on (a margin of 1/3 where it states none).",
    "lean": "The confidence between the table's limits close_call and clear.",
    "close_call": "The confidence below the table's limit of that name, where the verdict is evaluate_both.",
    "inconsistent-gpu-device": "A warning: the stated gpu is not of the kind of device that is stated.",
    "margin": "The difference of the two best families' points over all points that hits gave either.",
    "planning_heuristic": "A grade: a rule of thumb for planning, not a measurement.",
    "observed_range": "A grade: a range seen in practice, not a benchmark.",
    "published_report": "A grade: a figure published by others, not checked here.",
    "expert_judgement": "A grade: the judgement of people who know the field.",
    "measured": "A grade: a measurement under stated conditions.",
    "documented_case": "A grade: what documented deployments did.",
}
"""The words of a report that are no entries of the table."""

WAIVABLE = {
    "never": "cannot be waived",
    "with_reason": "in the document, with a reason",
    "with_approval": "in the document, with a reason and approved_by",
}
"""Who may except a finding, in words."""

Part = tuple[str, str | tuple[str, ...]]
"""A heading with one line, or several; a text with line ends is shown as it stands."""


class Description(NamedTuple):
    """One thing with an id. `parts` are headings, each with one line or several."""

    kind: str
    id: str
    title: str
    parts: tuple[Part, ...]

    def as_json(self) -> Mapping[str, str | tuple[str, ...]]:
        """What JSON has of it: its headings are keys too."""
        return {"kind": self.kind, "id": self.id, "title": self.title, **dict(self.parts)}


def descriptions_page(descriptions: Iterable[Description]) -> Iterator[Block]:
    """Descriptions one below the other."""
    for at, description in enumerate(descriptions):
        if at:
            yield Space()
        title = strong(f"{description.kind} {description.id}: {description.title}")
        parts = (page.Entry(heading, tuple(_shown(text))) for heading, text in description.parts)
        yield Entries((page.Entry(title, (Entries(tuple(parts)),)),))


def _shown(text: str | tuple[str, ...]) -> Iterator[Line | Block]:
    if isinstance(text, tuple) and len(text) > 1:
        yield Entries(tuple(map(page.Entry, text)), marked=True)
    elif isinstance(text, tuple):
        yield from text
    else:
        yield Listing(text) if "\n" in text else text


def describe_id(name: str, rules: RuleTable) -> list[Description]:
    """Everything called `name`: entries of the table, and the constraint.

    Raises:
        UnknownIdError: when nothing is.
    """
    entries = [entry for entry in rules.entries().get(name, ()) if not isinstance(entry, Question)]
    found = [_entry(entry, rules) for entry in entries]
    if name in BY_NAME:
        found.append(_constraint(BY_NAME[name], rules))
    found += [_fact(fact, rules) for fact in rules.facts if fact.id == name]
    found += [_value(constraint, name, rules) for constraint in CONSTRAINTS if name in constraint.values]
    found += [describe_check(checks[name]) for checks in (TABLE_CHECKS, DOCUMENT_CHECKS) if name in checks]
    if name in GLOSSARY:
        found.append(Description("word", name, GLOSSARY[name], ()))
    if not found:
        if any(entry.id == name for entry in rules.disabled):
            rules.find(name)
        values = [value for constraint in CONSTRAINTS for value in constraint.values]
        known = [
            *rules.entries(),
            *BY_NAME,
            *(fact.id for fact in rules.facts),
            *values,
            *GLOSSARY,
            *TABLE_CHECKS,
            *DOCUMENT_CHECKS,
        ]
        raise UnknownIdError(f"{rules.name} has no '{name}', nor is it a constraint or a value{nearest(name, known)}")
    return found


def describe_entry(name: str, rules: RuleTable) -> list[Description]:
    """The table's entries called `name`.

    Raises:
        UnknownIdError: when there is none.
    """
    return [describe(entry, rules) for entry in rules.find(name)]


def describe(entry: Entry | Fact, rules: RuleTable) -> Description:
    """One entry of the table, or one of its facts."""
    return _fact(entry, rules) if isinstance(entry, Fact) else _entry(entry, rules)


def describe_check(check: Check) -> Description:
    """A check on tables or on documents."""
    return described(
        "check",
        check.id,
        check.title,
        ("severity", check.severity),
        ("why", check.rationale),
        ("waiver", WAIVABLE[check.waivable] if check.id in DOCUMENT_CHECKS else ""),
        ("an example that fails", check.fails),
        ("an example that passes", check.passes),
    )


def described(kind: str, name: str, title: str, *parts: Part) -> Description:
    """A description of the parts that say something."""
    return Description(kind, name, title, tuple(part for part in parts if part[1]))


def _entry(entry: Entry, rules: RuleTable) -> Description:
    match entry:
        case Rule():
            kind, title = "rule", entry.title
            parts: list[Part] = [
                ("when", condition_words(entry.when)),
                ("effect", effect_words(entry.points, entry.excludes)),
            ]
            parts += [("because", entry.because), ("since", f"table version {entry.since}"), *_provenance(entry)]
        case Method():
            kind, title = "method", entry.title
            parts = [("when", condition_words(entry.when)), ("for", entry.architectures), ("because", entry.because)]
            parts += _provenance(entry)
        case Notice():
            kind, title = entry.level, entry.title
            parts = [("when", condition_words(entry.when)), ("about", entry.about or "any answer")]
            parts += [("says", entry.message), *_provenance(entry)]
        case Assumption():
            kind, title = "assumption", entry.title
            name, below = entry.assume.constraint, entry.assume.below
            parts = [("when", f"{condition_words(entry.when)}, and {name} is not stated")]
            parts += [("takes", f"{name} to be below {below}"), ("says", entry.message), *_provenance(entry)]
        case Architecture():
            kind, title, parts = "architecture", entry.title, _architecture_parts(entry, rules)
        case Family():
            kind, title = "family", entry.title
            members = tuple(item.id for item in rules.architectures if item.family == entry.id)
            parts = [("summary", entry.summary), ("architectures", members)]
        case Question():
            kind, title = "question", entry.ask
            choices = tuple(f"{name}: {meaning}" for name, meaning in entry.choices.items())
            parts = [("help", entry.help), ("choices", choices)]
    return described(kind, entry.id, title, *parts)


def _architecture_parts(architecture: Architecture, rules: RuleTable) -> list[Part]:
    points = {rule.id: rule.points.get(architecture.id, 0) for rule in rules.rules}

    def shown(chosen: Callable[[Rule], bool]) -> tuple[str, ...]:
        return tuple(f"{rule.id} ({effect_words(rule.points, rule.excludes)})" for rule in rules.rules if chosen(rule))

    return [
        ("summary", architecture.summary),
        ("family", architecture.family),
        ("maturity", architecture.maturity),
        ("figures", tuple(f"{item.text} ({item.source})" for item in architecture.figures)),
        ("strengths", tuple(f"{item.text} ({item.source})" for item in architecture.strengths)),
        ("risks", tuple(f"{item.risk} {item.mitigation} ({item.source})" for item in architecture.risks)),
        ("rules for it", shown(lambda rule: points[rule.id] > 0)),
        ("rules against it", shown(lambda rule: points[rule.id] < 0)),
        ("rules that exclude it", shown(lambda rule: architecture.id in rule.excludes)),
        ("methods", tuple(m.id for m in rules.methods if architecture.id in m.architectures)),
        *_origin(architecture.source),
    ]


def _constraint(constraint: Constraint, rules: RuleTable) -> Description:
    question = _question(constraint, rules)
    meanings = question.choices if question else {}
    values = tuple(f"{value}: {meanings[value]}" if value in meanings else value for value in constraint.values)
    readers = tuple(
        f"{rule.id} ({effect_words(rule.points, rule.excludes)}; {rule.source})"
        for rule in rules.rules
        if constraint.name in constraints_read(rule.when)
    )
    return described(
        "constraint",
        constraint.name,
        constraint.meaning,
        ("asks", question.ask if question else ""),
        ("why", question.help if question else ""),
        ("answer", answer_words(constraint)),
        ("values", ", ".join(constraint.values) if len(constraint.values) > MANY else values),
        ("rules that read it", readers or "none in this table"),
        ("also read by", "the evidence catalogue" if constraint.evidence else ""),
        ("since", "format version 1"),
    )


def _question(constraint: Constraint, rules: RuleTable) -> Question | None:
    return next((entry for entry in rules.questions if entry.id == constraint.name), None)


def _value(constraint: Constraint, value: str, rules: RuleTable) -> Description:
    question = _question(constraint, rules)
    meaning = question.choices.get(value, "") if question else ""
    readers = tuple(
        f"{rule.id} ({effect_words(rule.points, rule.excludes)})"
        for rule in rules.rules
        if any(p.constraint == constraint.name and value in p.operand for p in predicates(rule.when))
    )
    parts: tuple[Part, Part] = (("of", constraint.name), ("rules that name it", readers or "none"))
    return described("value", value, meaning or constraint.meaning, *parts)


def _fact(fact: Fact, rules: RuleTable) -> Description:
    origin = f"the extended table, {rules.header.extends}" if fact.inherited else rules.header.source_title
    origin = "a decision of this table, where its source leaves one open" if fact.own else origin
    citing = tuple(rules.citations().get(fact.id, ()))
    parts: tuple[Part, ...] = (("from", origin), ("rests on", grounds(fact)), ("cited by", citing))
    return described("fact", fact.id, fact.text, *parts)


def grounds(fact: Fact) -> tuple[str, ...]:
    """What a fact rests on, by kind: `claims T1`, `rows sg2ada-1024-3090`, `cases snapgen, snapfusion`."""
    kinds = (("claims", fact.claims), ("rows", fact.rows), ("cases", fact.cases))
    return tuple(f"{kind} {', '.join(names)}" for kind, names in kinds if names)


def answer_words(constraint: Constraint) -> str:
    """What may be answered, in a few words."""
    match constraint.kind:
        case "choice":
            return "one of the values, or unknown"
        case "set":
            return "a list of the values, [] for none, or unknown"
        case "flag":
            return "true, false or unknown"
    bound = f"above {constraint.above}" if constraint.above is not None else f"of at least {constraint.at_least}"
    noun = "a whole number" if constraint.kind == "integer" else "a number"
    unit = f" {constraint.unit}" if constraint.unit else ""
    also = f"; also as text with a unit: {', '.join(constraint.units)}" if constraint.units else ""
    return f"{noun} {bound}{unit}{also}; or unknown"


def _origin(source: Citation) -> tuple[Part, Part]:
    section = f"{', '.join(source.facts)}, in the section '{source.section}'"
    return ("source", section), ("grade", source.grade.replace("_", " "))


def _provenance(entry: Rule | Method | Notice | Assumption) -> tuple[Part, ...]:
    """Where an entry comes from, and what it hits and misses."""
    hits, misses = (tuple(map(_answers, answers)) for answers in entry.examples)
    replaces = ("replaces the extended table's, because", entry.replaces)
    return (*_origin(entry.source), replaces, ("hits", hits), ("misses", misses))


def _answers(answers: Answers) -> str:
    return ", ".join(f"{name}: {format_answer(value)}" for name, value in answers.items())


# Lists


class Named(NamedTuple):
    """An entry that is listed by its id."""

    id: str
    title: str


class ListedRule(NamedTuple):
    """A rule in short."""

    id: str
    title: str
    effect: str
    facts: tuple[str, ...]
    grade: Grade


class ListedNotice(NamedTuple):
    """A notice in short."""

    id: str
    title: str
    level: Level


class ListedArchitecture(NamedTuple):
    """An architecture in short."""

    id: str
    title: str
    family: str


class TableList(NamedTuple):
    """What a table holds."""

    id: str
    version: str
    title: str
    source: str
    digest: str
    extends: str | None
    rules: tuple[ListedRule, ...]
    disabled: tuple[Disabled, ...]
    methods: tuple[Named, ...]
    notices: tuple[ListedNotice, ...]
    assumptions: tuple[Named, ...]
    architectures: tuple[ListedArchitecture, ...]
    families: tuple[Named, ...]


def table_list(rules: RuleTable) -> TableList:
    """What a table holds, each entry by id and title."""
    header = rules.header
    return TableList(
        id=header.id,
        version=header.version,
        title=header.title,
        source=header.source_title,
        digest=header.digest,
        extends=header.extends or None,
        rules=tuple(
            ListedRule(r.id, r.title, effect_words(r.points, r.excludes), r.source.facts, r.source.grade)
            for r in rules.rules
        ),
        disabled=rules.disabled,
        methods=tuple(Named(entry.id, entry.title) for entry in rules.methods),
        notices=tuple(ListedNotice(entry.id, entry.title, entry.level) for entry in rules.notices),
        assumptions=tuple(Named(entry.id, entry.title) for entry in rules.assumptions),
        architectures=tuple(ListedArchitecture(entry.id, entry.title, entry.family) for entry in rules.architectures),
        families=tuple(Named(entry.id, entry.title) for entry in rules.families),
    )


def table_list_page(rules: RuleTable) -> Iterator[Block]:
    """What a table holds: the rules with their effect, the rest by id."""
    header = rules.header
    yield Title(strong(f"{rules.name}: {header.title}"))
    yield Paragraph(f"from {header.source_title}")
    if header.extends:
        yield Paragraph(("extends ", code(header.extends)))
    entries = (
        page.Entry(code(r.id), (r.title, f"{effect_words(r.points, r.excludes)} ({r.source})")) for r in rules.rules
    )
    yield Section(f"rules ({len(rules.rules)})", (Entries(tuple(entries)),))
    if rules.disabled:
        without = (page.Entry(code(entry.id), (entry.reason,)) for entry in rules.disabled)
        yield Section(f"disabled ({len(rules.disabled)})", (Entries(tuple(without)),))
    for title, ids in (
        ("methods", [entry.id for entry in rules.methods]),
        ("notices", [entry.id for entry in rules.notices]),
        ("assumptions", [entry.id for entry in rules.assumptions]),
        ("architectures", [entry.id for entry in rules.architectures]),
    ):
        if ids:
            yield Section(f"{title} ({len(ids)})", (Paragraph(codes(ids)),))
    yield Paragraph(dim("genarch explain ID says more of each."))
