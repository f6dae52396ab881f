"""Checks on what a table leaves out: constraints, values, examples, facts, questions."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.verification.conditions import conditional_entries
from genarch.model import table_checks as checks
from genarch.model.conditions import ALWAYS, predicates
from genarch.model.constraints import BY_NAME, CONSTRAINTS
from genarch.model.entries import Assumption, Rule
from genarch.model.findings import Finding
from genarch.model.table import RuleTable


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
            told = f"nothing in the table reads '{name}' ({constraint.meaning})"
            yield Finding(checks.CONSTRAINT_UNREAD, (name,), told, place)
            continue
        if name not in deciding:
            told = f"'{name}' is read by notices or methods alone, so it has no say in the verdict"
            yield Finding(checks.CONSTRAINT_NEVER_DECIDES, (name,), told, place)
        if name not in asked:
            told = f"'{name}' is read, but the table has no question for it"
            yield Finding(checks.QUESTION_MISSING, (name,), told)
        rest = [value for value in constraint.values if value not in named[name]]
        if constraint.kind == "set" and rest:
            told = f"no condition names {', '.join(rest)} of '{name}': with or without, everything comes out the same"
            yield Finding(checks.VALUE_UNREAD, (name, *rest), told, place)
        elif len(rest) > 1 and not constraint.evidence:
            told = f"no condition names {', '.join(rest)} of '{name}': they are told apart by nothing"
            yield Finding(checks.VALUE_UNREAD, (name, *rest), told, place)


def examples_missing(rules: RuleTable) -> Iterator[Finding]:
    """Conditions that no example shows to hit, or to miss."""
    for section, entry in conditional_entries(rules):
        missing = [kind for kind in ("hit", "miss") if not getattr(entry.examples, kind)]
        if entry.when != ALWAYS and missing:
            told = f"has no example of a {' or of a '.join(missing)}"
            yield Finding(checks.EXAMPLE_MISSING, (entry.id,), told, (section, entry.id))


def facts_uncited(rules: RuleTable) -> Iterator[Finding]:
    """Facts that no entry cites; those of an extended table may have lost the entry that did."""
    cited = rules.citations()
    for fact in rules.facts:
        if fact.id not in cited and not fact.inherited:
            yield Finding(checks.FACT_UNCITED, (fact.id,), "nothing in the table cites it", ("facts", fact.id))
