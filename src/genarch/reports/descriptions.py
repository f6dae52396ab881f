"""What a table holds, and what an id of it, a constraint or a case is: the words of `genarch show`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from genarch.engine import rules as table
from genarch.engine.answers import MANY, format_answer
from genarch.engine.conditions import constraints_read, predicates
from genarch.engine.conditions import describe as condition_words
from genarch.engine.constraints import CONSTRAINTS, Answers, Constraint
from genarch.engine.forms import OMITTED
from genarch.engine.rules import Architecture, Citation, Conditional, Entry, Fact, Question, Rule, RuleTable
from genarch.engine.spec import Case
from genarch.errors import UnknownIdError, nearest
from genarch.files.bundled import DOCUMENT_CHECKS, TABLE_CHECKS, Checks
from genarch.reports import page
from genarch.reports.page import Block, Entries, Line, Paragraph, Section, code, codes, dim, strong
from genarch.reports.words import rule_words, stated_words
from genarch.values import NamedTuple

GLOSSARY = {
    "evaluate_both": "The verdict where the two best families are too close to call: try both on the task.",
    "undetermined": "The verdict where several families are left, and no rule that hits gives any of them points.",
    "infeasible": "The verdict where the stated constraints exclude every architecture.",
    "forced": "The confidence where no other family is left.",
    "clear": "The confidence at or above the table's limit of that name: a chance, or a margin (1/3 by default).",
    "lean": "The confidence between close call and clear, or the most that contrary precedents or a rule allow.",
    "close_call": "The confidence below the table's limit of that name, where the verdict is evaluate_both.",
    "inconsistent-gpu-device": "A warning: the stated gpu is not the kind of device that is stated.",
    "inconsistent-gpu-memory": "A warning: the stated gpu is not sold with as much memory as is stated.",
    "margin": "The difference between the points of the two best families, over all points that hits gave either.",
    "planning_heuristic": "A grade: a rule of thumb for planning, not a measurement.",
    "observed_range": "A grade: a range seen in practice, not a benchmark.",
    "published_report": "A grade: a figure published by others, not checked here.",
    "expert_judgement": "A grade: the judgement of people who know the field.",
    "measured": "A grade: a measurement under stated conditions.",
    "documented_case": "A grade: what documented deployments did.",
    "hit": "A rule whose condition holds, whatever the unknown turns out to be. Only hits have an effect.",
    "miss": "A rule whose condition cannot hold, whatever the unknown turns out to be.",
    "settled": "A verdict is settled when no answer to what is open can change it.",
    "precedent": "A documented case compared with a spec: what was chosen, why, when, and how the two differ.",
    "waiver": "A stated exception to a finding, or to a rule that excludes, with a reason and an expiry date.",
    "baseline": "Known findings, which do not fail a check.",
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
            yield page.Space()
        title = strong(f"{description.kind} {description.id}: {description.title}")
        parts = (page.Entry(heading, _shown(text)) for heading, text in description.parts)
        yield Entries((page.Entry(title, (Entries(tuple(parts)),)),))


def _shown(text: str | tuple[str, ...]) -> tuple[Line | Block, ...]:
    if isinstance(text, str):
        return (page.Listing(text) if "\n" in text else text,)
    return (Entries(tuple(map(page.Entry, text)), marked=True),) if len(text) > 1 else text


def describe_id(name: str, rules: RuleTable) -> list[Description]:
    """Everything called `name`: entries and facts of the table, constraints and their values, checks, words.

    Raises:
        UnknownIdError: when nothing is.
    """
    found = [describe() for known, describe in _things(rules) if known == name]
    if not found:
        if any(entry.id == name for entry in rules.disabled):
            rules.find(name)
        hint = nearest(name, table_ids(rules))
        raise UnknownIdError(f"{rules.name} has no '{name}', nor is it a constraint or a value{hint}")
    return found


def table_ids(rules: RuleTable) -> list[str]:
    """Every name that `describe_id` knows."""
    return list(dict.fromkeys(known for known, _ in _things(rules)))


def _things(rules: RuleTable) -> Iterator[tuple[str, Callable[[], Description]]]:
    yield from (
        (entry.id, partial(describe, entry, rules)) for entry in rules.entries() if not isinstance(entry, Question)
    )
    yield from ((alias, partial(describe, e, rules)) for e in rules.architectures for alias in e.aliases)
    yield from ((constraint.name, partial(_constraint, constraint, rules)) for constraint in CONSTRAINTS)
    yield from ((fact.id, partial(describe, fact, rules)) for fact in rules.facts)
    yield from ((value, partial(_value, entry, value, rules)) for entry in CONSTRAINTS for value in entry.values)
    yield from ((check, partial(_check, check, of)) for of in (TABLE_CHECKS, DOCUMENT_CHECKS) for check in of)
    yield from ((word, partial(described, "word", word, meaning)) for word, meaning in GLOSSARY.items())


def describe_case(case: Case) -> Description:
    """A documented decision."""
    return described(
        "case",
        case.id,
        case.title,
        ("year", str(case.year or "")),
        ("summary", case.summary),
        ("stated", ", ".join(stated_words(case.spec.constraints))),
        ("chosen", case.chosen),
        ("acceptable", ", ".join(case.acceptable)),
        ("built", case.architecture),
        ("because", case.reason),
        ("source", ", ".join(filter(None, (case.source.title, case.source.url)))),
        ("strict", "" if case.strict else "no: the source names no family, or the others were not available"),
    )


def described(kind: str, name: str, title: str, *parts: Part) -> Description:
    """A description of the parts that say something."""
    return Description(kind, name, title, tuple(part for part in parts if part[1]))


def describe(entry: Entry | Fact, rules: RuleTable) -> Description:
    """One entry of the table, or one of its facts."""
    kind, parts = type(entry).__name__.lower(), list[Part]()
    match entry:
        case Rule():
            parts += [("effect", rule_words(entry)), ("because", entry.because)]
            parts += [("since", f"table version {entry.since}")]
        case table.Method():
            parts += [("for", entry.architectures), ("because", entry.because)]
        case table.Notice():
            kind = entry.level
            parts += [("about", entry.about or "any answer"), ("says", entry.message)]
        case table.NextStep():
            kind = "next step"
            parts += [("about", entry.about or "any answer"), ("says", entry.step), ("command", entry.command)]
        case table.Assumption():
            name, below = entry.assume
            parts += [("takes", f"{name} to be below {below}"), ("says", entry.message)]
        case Architecture():
            parts += _architecture(entry, rules)
        case table.Family():
            members = tuple(item.id for item in rules.architectures if item.family == entry.id)
            parts += [("summary", entry.summary), ("architectures", members)]
        case Question():
            choices = tuple(f"{name}: {meaning}" for name, meaning in entry.choices.items())
            parts += [("help", entry.help), ("choices", choices)]
        case Fact():
            origin = f"the extended table, {rules.header.extends}" if entry.inherited else rules.header.source_title
            origin = "a decision of this table, where its source leaves one open" if entry.own else origin
            citing = tuple(rules.citations().get(entry.id, ()))
            parts += [("from", origin), ("rests on", grounds(entry)), ("cited by", citing)]
    if isinstance(entry, Conditional):
        waiting = f", and {entry.assume.constraint} is not stated" if isinstance(entry, table.Assumption) else ""
        hits, misses = (tuple(map(_answers, examples)) for examples in entry.examples)
        replaces = ("replaces the extended table's, because", entry.replaces)
        parts = [("when", condition_words(entry.when) + waiting), *parts, *_origin(entry.source)]
        parts += [replaces, ("hits", hits), ("misses", misses)]
    title = entry.ask if isinstance(entry, Question) else entry.text if isinstance(entry, Fact) else entry.title
    return described(kind, entry.id, title, *parts)


def _architecture(architecture: Architecture, rules: RuleTable) -> list[Part]:
    name = architecture.id
    return [
        ("summary", architecture.summary),
        ("also called", architecture.aliases),
        ("family", architecture.family),
        ("maturity", architecture.maturity),
        ("figures", tuple(f"{text} ({source})" for text, source in architecture.figures)),
        ("strengths", tuple(f"{text} ({source})" for text, source in architecture.strengths)),
        ("risks", tuple(f"{risk} {mitigation} ({source})" for risk, mitigation, source, _ in architecture.risks)),
        ("rules for it", _rules(rules, lambda rule: rule.points.get(name, 0) > 0)),
        ("rules against it", _rules(rules, lambda rule: rule.points.get(name, 0) < 0)),
        ("rules that exclude it", _rules(rules, lambda rule: name in rule.excludes)),
        ("methods", tuple(method.id for method in rules.methods if name in method.architectures)),
        *_origin(architecture.source),
    ]


def _rules(rules: RuleTable, chosen: Callable[[Rule], bool], *, cited: bool = False) -> tuple[str, ...]:
    """Some rules of the table, each with its effect."""
    found = ((rule, rule_words(rule)) for rule in rules.rules if chosen(rule))
    return tuple(f"{rule.id} ({effect}{f'; {rule.source}' if cited else ''})" for rule, effect in found)


def _origin(source: Citation) -> tuple[Part, Part]:
    section = f"{', '.join(source.facts)}, in the section '{source.section}'"
    return ("source", section), ("grade", source.grade.replace("_", " "))


def _answers(answers: Answers) -> str:
    return ", ".join(f"{name}: {format_answer(value)}" for name, value in answers.items())


def _constraint(constraint: Constraint, rules: RuleTable) -> Description:
    name, question = constraint.name, question_of(constraint, rules)
    values = tuple(f"{v}: {question.choices[v]}" if v in question.choices else v for v in constraint.values)
    readers = _rules(rules, lambda rule: name in constraints_read(rule.when), cited=True)
    return described(
        "constraint",
        name,
        constraint.meaning,
        ("asks", question.ask if question in rules.questions else ""),
        ("why", question.help),
        ("answer", answer_words(constraint)),
        ("values", ", ".join(constraint.values) if len(constraint.values) > MANY else values),
        ("rules that read it", readers or "none in this table"),
        ("also read by", "the evidence catalogue" if constraint.evidence else ""),
        ("since", "format version 1"),
    )


def _value(constraint: Constraint, value: str, rules: RuleTable) -> Description:
    name, meaning = constraint.name, question_of(constraint, rules).choices.get(value, constraint.meaning)
    readers = _rules(
        rules, lambda rule: any(p.constraint == name and value in p.operand for p in predicates(rule.when))
    )
    return described("value", value, meaning, ("of", name), ("rules that name it", readers or "none"))


def _check(name: str, checks: Checks) -> Description:
    check = checks[name]
    return described(
        "check",
        name,
        check.title,
        ("severity", check.severity),
        ("why", check.rationale),
        ("waiver", WAIVABLE[check.waivable] if checks is DOCUMENT_CHECKS else ""),
        ("an example that fails", check.fails),
        ("an example that passes", check.passes),
    )


def grounds(fact: Fact) -> tuple[str, ...]:
    """What a fact rests on, by kind: `claims T1`, `rows sg2ada-1024-3090`, `cases snapgen, snapfusion`."""
    kinds = (("claims", fact.claims), ("rows", fact.rows), ("cases", fact.cases), ("works", fact.works))
    return tuple(f"{kind} {('; ' if kind == 'works' else ', ').join(names)}" for kind, names in kinds if names)


def question_of(constraint: Constraint, rules: RuleTable) -> Question:
    """The table's question for a constraint, or what the format says of it where the table has none."""
    found = next((entry for entry in rules.questions if entry.id == constraint.name), None)
    return found or Question(constraint.name, f"{constraint.name}: {constraint.meaning}", "", constraint.names)


def answer_words(constraint: Constraint) -> str:
    """What may be answered, in a few words."""
    match constraint.kind:
        case "choice":
            return "one of the values, or unknown"
        case "set":
            return "a list of the values, [] for none, or unknown"
        case "flag":
            return "true, false or unknown"
    noun = "a whole number" if constraint.kind == "integer" else "a number"
    unit = f" {constraint.unit}" if constraint.unit else ""
    also = f"; also as text with a unit: {', '.join(constraint.units)}" if constraint.units else ""
    return f"{noun} {constraint.bound}{unit}{also}; or a range, as in <100 or 100..200; or unknown"


class Listed(NamedTuple):
    """An entry in short, with what tells it from others of its kind."""

    id: str
    title: str
    effect: Annotated[str | None, OMITTED] = None
    facts: Annotated[tuple[str, ...] | None, OMITTED] = None
    grade: Annotated[table.Grade | None, OMITTED] = None
    level: Annotated[table.Level | None, OMITTED] = None
    family: Annotated[str | None, OMITTED] = None


def table_list(rules: RuleTable) -> Mapping[str, object]:
    """What a table holds, each entry by id and title."""
    header = rules.header
    effects = ((rule, rule_words(rule)) for rule in rules.rules)
    return {
        "id": header.id,
        "version": header.version,
        "title": header.title,
        "source": header.source_title,
        "digest": header.digest,
        "extends": header.extends or None,
        "rules": [
            Listed(rule.id, rule.title, effect, rule.source.facts, rule.source.grade) for rule, effect in effects
        ],
        "disabled": rules.disabled,
        "methods": [Listed(entry.id, entry.title) for entry in rules.methods],
        "notices": [Listed(entry.id, entry.title, level=entry.level) for entry in rules.notices],
        "next_steps": [Listed(entry.id, entry.title) for entry in rules.next_steps],
        "assumptions": [Listed(entry.id, entry.title) for entry in rules.assumptions],
        "architectures": [Listed(entry.id, entry.title, family=entry.family) for entry in rules.architectures],
        "families": [Listed(entry.id, entry.title) for entry in rules.families],
    }


def table_list_page(rules: RuleTable) -> Iterator[Block]:
    """What a table holds: the rules with their effect, the rest by id."""
    header = rules.header
    yield page.Title(strong(f"{rules.name}: {header.title}"))
    yield Paragraph(f"from {header.source_title}")
    if header.extends:
        yield Paragraph(("extends ", code(header.extends)))
    entries = (page.Entry(code(r.id), (r.title, f"{rule_words(r)} ({r.source})")) for r in rules.rules)
    yield Section(f"rules ({len(rules.rules)})", (Entries(tuple(entries)),))
    if rules.disabled:
        without = (page.Entry(code(entry.id), (entry.reason,)) for entry in rules.disabled)
        yield Section(f"disabled ({len(rules.disabled)})", (Entries(tuple(without)),))
    rest: dict[str, Sequence[Entry]] = {"methods": rules.methods, "notices": rules.notices}
    rest |= {"next steps": rules.next_steps, "assumptions": rules.assumptions, "architectures": rules.architectures}
    for title, listed in rest.items():
        if listed:
            yield Section(f"{title} ({len(listed)})", (Paragraph(codes(entry.id for entry in listed)),))
    yield Paragraph(dim("'genarch show ID' explains each."))
