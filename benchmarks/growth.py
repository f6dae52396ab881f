"""Rule tables of any size, made at random but the same ones every time, to see how exploration grows with them."""

from __future__ import annotations

import random

from genarch import RuleTable, load_rules
from genarch.engine.conditions import All, Condition, Predicate
from genarch.engine.constraints import BY_NAME, Constraint
from genarch.engine.rules import Rule

READ = ("task", "conditioning", "control", "domain", "latency_budget_ms", "serving", "priorities", "team_expertise",
        "training", "paired_data", "maturity", "device", "resolution_px")  # fmt: skip
"""The shipped table's constraints that rules read, and two more."""

LIMITS = (10, 50, 100, 500, 1000)


def table_of(size: int) -> RuleTable:
    """The shipped table with as many random rules in place of its own, one in ten of which excludes something."""
    shipped = load_rules("article")
    chance = random.Random(size)
    names = [architecture.id for architecture in shipped.architectures]
    rules = [_rule(number, shipped.rules[0], names, chance) for number in range(size)]
    return shipped._replace(rules=tuple(rules), waivers=())


def _rule(number: int, pattern: Rule, names: list[str], chance: random.Random) -> Rule:
    tests = tuple(_test(BY_NAME[name], chance) for name in chance.sample(READ, chance.choice((1, 1, 2, 2, 3))))
    condition: Condition = All(tests) if len(tests) > 1 else tests[0]
    points = {name: chance.choice((-1, 1, 1, 2, 3)) for name in chance.sample(names, chance.choice((1, 1, 2)))}
    excludes = (chance.choice(names),) if chance.random() < 0.1 else ()
    return pattern._replace(id=f"rule-{number}", when=condition, points=points, excludes=excludes)


def _test(constraint: Constraint, chance: random.Random) -> Predicate:
    match constraint.kind:
        case "flag":
            return Predicate(constraint.name, "is", (chance.random() < 0.5,))
        case "choice" | "set":
            named = chance.sample(constraint.values, chance.choice((1, 1, 2)))
            return Predicate(constraint.name, "any_of", tuple(named))
        case _:
            return Predicate(constraint.name, chance.choice(("below", "at_least")), (chance.choice(LIMITS),))
