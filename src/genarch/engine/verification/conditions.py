"""Checks on single conditions, and on rules whose conditions come to the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from genarch.engine.search import Search
from genarch.engine.space import Space, contradictions, table_space
from genarch.engine.witness import witness
from genarch.model import table_checks as checks
from genarch.model.conditions import All, Any, Condition, describe
from genarch.model.entries import Assumption, Method, Notice, Rule
from genarch.model.findings import Finding
from genarch.model.table import RuleTable

Conditional = Rule | Method | Notice | Assumption


def conditional_entries(rules: RuleTable) -> Iterator[tuple[str, Conditional]]:
    """Every entry with a condition, with the part of the table that it stands in."""
    yield from (("rules", entry) for entry in rules.rules)
    yield from (("methods", entry) for entry in rules.methods)
    yield from (("notices", entry) for entry in rules.notices)
    yield from (("assumptions", entry) for entry in rules.assumptions)


def impossible_conditions(rules: RuleTable) -> Iterator[Finding]:
    """Conditions that no answers pass, alternatives that none do, entries that only contradictory answers hit."""
    ruled_out = contradictions(rules)
    if ruled_out and witness([], ruled_out) is None:
        told = "whatever is answered, one of the table's inconsistencies holds"
        yield Finding(checks.EVERYTHING_INCONSISTENT, (rules.header.id,), told)
        return
    for section, entry in conditional_entries(rules):
        place = (section, entry.id)
        if witness([entry.when]) is None:
            told = f"no answers pass '{describe(entry.when)}'"
            yield Finding(checks.CONDITION_CONTRADICTS_ITSELF, (entry.id,), told, place)
            continue
        for part, narrowed in _alternatives(entry.when):
            if witness([narrowed]) is None:
                told = f"its alternative '{describe(part)}' never holds beside the rest of the condition"
                yield Finding(checks.CONDITION_CONTRADICTS_ITSELF, (entry.id,), told, place)
        if _is_inconsistency(entry):
            continue
        if witness([entry.when], contradictions=ruled_out) is None:
            told = f"'{describe(entry.when)}' holds only on answers that an inconsistency of the table rules out"
            yield Finding(checks.RULE_NEVER_HITS, (entry.id,), told, place)


def _is_inconsistency(entry: Conditional) -> bool:
    return isinstance(entry, Notice) and entry.level == "inconsistency"


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
    whens = [rule.when for rule in rules.rules]
    ruled_out = contradictions(rules)
    seen = _sampled_hits(table_space(rules))
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
        told = f"{', '.join(ids[:-1])} and {ids[-1]} hit on the same answers, '{describe(whens[first])}' and no others"
        yield Finding(checks.RULES_ALWAYS_TOGETHER, ids, told, ("rules", ids[0]))


def _sampled_hits(space: Space) -> list[int]:
    """The hits of some completions: for each rule one that hits it, as far as one is soon found."""
    found: list[int] = []
    for at in range(space.watched.bit_length()):
        if not any(hits >> at & 1 for hits in found):
            _sample(space, 1 << at, found)
    return found


def _sample(space: Space, bit: int, found: list[int]) -> None:
    def judge(hits: int) -> str | None:
        if not hits & bit:
            return None
        found.append(hits)
        return "found"

    def reachable(hits: int, unknown: int, _: set[str]) -> bool:
        return bool((hits | unknown) & bit)

    Search(space, judge, reachable, {}, limit=2_000).run(["found"])
