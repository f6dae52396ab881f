"""The same rule table for zen-engine: as a decision table, and as expressions."""

from __future__ import annotations

import json
from typing import Any

from genarch.engine.conditions import All, Condition, Not, Predicate
from genarch.engine.conditions import Any as Either
from genarch.engine.constraints import BY_NAME
from genarch.engine.rules import RuleTable

_COMPARE = {"below": "<", "at_most": "<=", "above": ">", "at_least": ">="}
_NEGATED = {"below": ">=", "at_most": ">", "above": "<=", "at_least": "<"}


def expression(condition: Condition, rules: RuleTable, *, holds: bool = True) -> str:
    """A condition in zen's language: true exactly on a hit, so that unknown answers count as false."""
    match condition:
        case Predicate():
            return _predicate(condition, rules, holds=holds)
        case Not(part):
            return expression(part, rules, holds=not holds)
        case All(parts) | Either(parts):
            join = " and " if isinstance(condition, All) is holds else " or "
            empty = "true" if isinstance(condition, All) is holds else "false"
            return f"({join.join(expression(part, rules, holds=holds) for part in parts) or empty})"


def _predicate(predicate: Predicate, rules: RuleTable, *, holds: bool) -> str:
    name = predicate.constraint
    constraint = BY_NAME[name]
    if constraint.numeric:
        compare = (_COMPARE if holds else _NEGATED)[predicate.operator]
        tested = f"({name} != null and {name} {compare} {predicate.operand[0]})"
        for assumption in rules.assumptions:
            if assumption.assume.constraint == name:
                limit = predicate.operand[0]
                assert isinstance(limit, int)  # noqa: S101
                below = predicate.operator in ("below", "at_most")
                if limit >= assumption.assume.below and below is holds:
                    when = expression(assumption.when, rules)
                    tested = f"({tested} or ({name} == null and {when}))"
        return tested
    listed = ", ".join(json.dumps(item) for item in predicate.operand)
    if constraint.kind == "set":
        found = f"some({name}, # in [{listed}])"
        wanted = (predicate.operator == "any_of") is holds
        return f"({name} != null and {found if wanted else f'not({found})'})"
    wanted = (predicate.operator != "none_of") is holds
    return f"({name} != null and {name} {'in' if wanted else 'not in'} [{listed}])"


def context(constraints: dict[str, Any]) -> dict[str, Any]:
    """Stated constraints as zen takes them: every field there, sets as lists."""
    return {name: (list(value) if isinstance(value := constraints.get(name), frozenset) else value) for name in BY_NAME}


def decision_table(rules: RuleTable) -> str:
    """The rules as one decision table that collects its hits, and the points summed up, all within the engine."""
    architectures = [architecture.id for architecture in rules.architectures]
    outputs = [{"id": f"o-{name}", "field": name, "name": name} for name in ("rule", "excludes", *architectures)]
    rows = [
        {
            "_id": rule.id,
            "in": expression(rule.when, rules),
            "o-rule": json.dumps(rule.id),
            "o-excludes": json.dumps(list(rule.excludes)),
            **{f"o-{name}": str(rule.points.get(name, 0)) for name in architectures},
        }
        for rule in rules.rules
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "in", "name": "when"}],
        "outputs": outputs,
        "rules": rows,
        "executionMode": "single",
        "outputPath": "hits",
    }
    sums = [{"id": f"s-{name}", "key": name, "value": f"sum(map(hits, #.{name}))"} for name in architectures]
    kept = [{"id": "s-hits", "key": "hits", "value": "hits"}]
    nodes = [
        {"id": "start", "type": "inputNode", "name": "start", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table, "position": {"x": 1, "y": 0}},
        {
            "id": "sums",
            "type": "expressionNode",
            "name": "sums",
            "content": {"expressions": kept + sums},
            "position": {"x": 2, "y": 0},
        },
        {"id": "end", "type": "outputNode", "name": "end", "position": {"x": 3, "y": 0}},
    ]
    edges = [
        {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
        for a, b in (("start", "table"), ("table", "sums"), ("sums", "end"))
    ]
    return json.dumps({"nodes": nodes, "edges": edges})
