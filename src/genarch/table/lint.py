"""Every check on a table, in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from genarch.table import reach
from genarch.table.conditions import ALWAYS, All, Any, Condition, describe, predicates
from genarch.table.constraints import BY_NAME, CONSTRAINTS
from genarch.table.findings import CheckId, Finding
from genarch.table.rules import Assumption, Method, Notice, Rule, RuleTable
from genarch.table.search import sampled, verdict_search, witness

Conditional = Rule | Method | Notice | Assumption

SAMPLES = 1_000
"""Completions that tell most rules apart before any search."""


def conditional_entries(rules: RuleTable) -> Iterator[tuple[str, Conditional]]:
    """Every entry with a condition, with the part of the table that it stands in."""
    yield from (("rules", entry) for entry in rules.rules)
    yield from (("methods", entry) for entry in rules.methods)
    yield from (("notices", entry) for entry in rules.notices)
    yield from (("assumptions", entry) for entry in rules.assumptions)


def impossible_conditions(rules: RuleTable) -> Iterator[Finding]:
    """Conditions that no answers pass, alternatives that none do, entries that only contradictory answers hit."""
    ruled_out = verdict_search(rules).ruled_out
    if ruled_out and witness([], ruled_out) is None:
        message = "whatever is answered, one of the table's inconsistencies holds"
        yield Finding(CheckId("everything-inconsistent"), (rules.header.id,), message)
        return
    for section, entry in conditional_entries(rules):
        place = (section, entry.id)
        if witness([entry.when]) is None:
            message = f"no answers pass '{describe(entry.when)}'"
            yield Finding(CheckId("condition-contradicts-itself"), (entry.id,), message, place)
            continue
        for part, narrowed in _alternatives(entry.when):
            if witness([narrowed]) is None:
                message = f"its alternative '{describe(part)}' never holds beside the rest of the condition"
                yield Finding(CheckId("condition-contradicts-itself"), (entry.id,), message, place)
        if isinstance(entry, Notice) and entry.level == "inconsistency":
            continue
        if witness([entry.when], contradictions=ruled_out) is None:
            message = f"'{describe(entry.when)}' holds only on answers that an inconsistency of the table rules out"
            yield Finding(CheckId("rule-never-hits"), (entry.id,), message, place)


def _alternatives(condition: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Each part of an `any`, with the condition in which only that part of it is left."""
    match condition:
        case Any(parts) if len(parts) > 1:
            for part in parts:
                yield part, part
                yield from _alternatives(part)
        case All(parts):
            for at, part in enumerate(parts):
                for alternative, narrowed in _alternatives(part):
                    yield alternative, All((*parts[:at], narrowed, *parts[at + 1 :]))


def rules_always_together(rules: RuleTable) -> Iterator[Finding]:
    """Sets of rules of which all hit or none does, whatever is answered."""
    table = verdict_search(rules)
    whens, ruled_out = table.whens, table.ruled_out
    seen = [hits for hits, _ in sampled(table.space, count=SAMPLES)]
    alike: dict[int, int] = {}
    for one, other in combinations(range(len(whens)), 2):
        if other in alike or any((hits >> one ^ hits >> other) & 1 for hits in seen):
            continue
        apart = witness([whens[one]], [whens[other]], ruled_out) or witness([whens[other]], [whens[one]], ruled_out)
        if apart is None and witness([whens[one]], contradictions=ruled_out) is not None:
            alike[other] = alike.get(one, one)
    for first in dict.fromkeys(alike.values()):
        members = [first, *(at for at, same in alike.items() if same == first)]
        ids = tuple(rules.rules[at].id for at in members)
        condition = describe(whens[first])
        message = f"{', '.join(ids[:-1])} and {ids[-1]} hit on the same answers, '{condition}' and no others"
        yield Finding(CheckId("rules-always-together"), ids, message, ("rules", ids[0]))


def unread(rules: RuleTable) -> Iterator[Finding]:
    """Constraints that nothing, or no rule, reads, and values that nothing names."""
    named: dict[str, set[object]] = {}
    deciding: set[str] = set()
    for _, entry in conditional_entries(rules):
        for predicate in predicates(entry.when):
            exactly = predicate.operator == "is" and BY_NAME[predicate.constraint].kind == "set"
            names = BY_NAME[predicate.constraint].values if exactly else predicate.operand
            named.setdefault(predicate.constraint, set()).update(names)
            if isinstance(entry, Rule | Assumption):
                deciding.add(predicate.constraint)
    asked = {question.id for question in rules.questions}
    for constraint in CONSTRAINTS:
        name = constraint.name
        place = ("questions", name) if name in asked else None
        if name not in named and constraint.evidence:
            continue
        if name not in named:
            message = f"nothing in the table reads '{name}' ({constraint.meaning})"
            yield Finding(CheckId("constraint-unread"), (name,), message, place)
            continue
        if name not in deciding:
            message = f"'{name}' is read by notices or methods alone, so it has no say in the verdict"
            yield Finding(CheckId("constraint-never-decides"), (name,), message, place)
        if name not in asked:
            message = f"'{name}' is read, but the table has no question for it"
            yield Finding(CheckId("question-missing"), (name,), message)
        rest = [value for value in constraint.values if value not in named[name]]
        if constraint.kind == "set" and rest:
            message = (
                f"no condition names {', '.join(rest)} of '{name}': with or without, everything comes out the same"
            )
            yield Finding(CheckId("value-unread"), (name, *rest), message, place)
        elif len(rest) > 1 and not constraint.evidence:
            message = f"no condition names {', '.join(rest)} of '{name}': nothing tells them apart"
            yield Finding(CheckId("value-unread"), (name, *rest), message, place)


def examples_missing(rules: RuleTable) -> Iterator[Finding]:
    """Conditions that no example shows to hit, or to miss."""
    for section, entry in conditional_entries(rules):
        missing = [kind for kind in ("hit", "miss") if not getattr(entry.examples, kind)]
        if entry.when != ALWAYS and missing:
            message = f"has no example of a {' or of a '.join(missing)}"
            yield Finding(CheckId("example-missing"), (entry.id,), message, (section, entry.id))


def facts_uncited(rules: RuleTable) -> Iterator[Finding]:
    """Facts that no entry cites; those of an extended table may have lost the entry that did."""
    cited = rules.citations()
    for fact in rules.facts:
        if fact.id not in cited and not fact.inherited:
            yield Finding(CheckId("fact-uncited"), (fact.id,), "nothing in the table cites it", ("facts", fact.id))


Verification = Callable[[RuleTable], Iterator[Finding]]

VERIFICATIONS: tuple[Verification, ...] = (
    impossible_conditions,
    rules_always_together,
    reach.rules_that_never_matter,
    reach.blind_spots,
    reach.exclusions_of_everything,
    reach.architectures_never_recommended,
    reach.entries_never_shown,
    reach.verdicts_that_return,
)
"""What needs answers that are consistent; the first says whether there are any."""

COVERAGE: tuple[Verification, ...] = (unread, examples_missing, facts_uncited)


def verify(rules: RuleTable) -> Iterator[Finding]:
    """Everything that the checks find, waived findings included; then the waivers that cover nothing.

    The waivers of an extended table may cover nothing: what they were for may be gone here.
    """
    used = set()
    for finding in _found(rules):
        waiver = next((w for w in rules.waivers if w.covers(finding.check, finding.subject)), None)
        if waiver:
            used.add(waiver)
        yield finding._replace(waived=waiver.reason) if waiver else finding
    own = [waiver for waiver in rules.waivers if not waiver.inherited]
    for at, waiver in enumerate(own):
        if waiver not in used:
            message = f"no finding of '{waiver.check}' is about {', '.join(waiver.subject)} and nothing else"
            yield Finding(CheckId("waiver-unused"), (waiver.check, *waiver.subject), message, ("waivers", str(at)))


def _found(rules: RuleTable) -> Iterator[Finding]:
    for check in VERIFICATIONS:
        found = list(check(rules))
        yield from found
        if any(finding.check == CheckId("everything-inconsistent") for finding in found):
            break
    for check in COVERAGE:
        yield from check(rules)
