"""A table as plain Python: the yardstick for the engine, and an oracle for its tests.

The function is what a team would write for itself, each rule an `if` in two-valued logic. It is written from the table
when it is asked for, and shares nothing with the engine but the table's values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from genarch import RuleTable
from genarch.engine.conditions import All, Condition, Not, Predicate
from genarch.engine.conditions import Any as Either
from genarch.engine.constraints import BY_NAME
from genarch.engine.spec import with_implied

Function = Callable[[Mapping[str, Any]], str]

_COMPARE = {"below": "<", "at_most": "<=", "above": ">", "at_least": ">=", "is": "=="}
_SETS = {"is": "{name} == {names}", "any_of": "not {name}.isdisjoint({names})", "all_of": "{name} >= {names}"}


def function_of(rules: RuleTable) -> Function:
    """Stated answers to a verdict: a family, evaluate_both, undetermined or infeasible."""
    names = [architecture.id for architecture in rules.architectures]
    lines = ["def decide(stated):", "    c = with_implied(stated)"]
    lines += [f"    {name} = c.get({name!r})" for name in BY_NAME]
    lines += ["    points, touched, out = [0] * size, [0] * size, set()"]
    for rule in rules.rules:
        lines.append(f"    if {expression(rule.when, rules)}:  # {rule.id}")
        for name, gained in rule.points.items():
            at = names.index(name)
            lines.append(f"        points[{at}] += {gained}; touched[{at}] += {abs(gained)}")
        lines.append(f"        out.update({[names.index(name) for name in rule.excludes]})")
    lines.append("    return verdict(points, touched, out)")
    families = [
        (family.id, [at for at, a in enumerate(rules.architectures) if a.family == family.id])
        for family in rules.families
    ]
    close, whole = rules.header.close_call

    def verdict(points: list[int], touched: list[int], out: set[int]) -> str:
        best = []
        for family, members in families:
            alive = [member for member in members if member not in out]
            if alive:
                first = max(alive, key=points.__getitem__)
                best.append((points[first], family, first))
        if not best:
            return "infeasible"
        best.sort(key=lambda entry: -entry[0])
        if len(best) == 1:
            return best[0][1]
        if not any(touched[at] for at in range(len(names)) if at not in out):
            return "undetermined"
        apart = best[0][0] - best[1][0]
        if not apart or apart * whole < close * (touched[best[0][2]] + touched[best[1][2]]):
            return "evaluate_both"
        return best[0][1]

    scope: dict[str, Any] = {"size": len(names), "verdict": verdict, "with_implied": with_implied}
    exec("\n".join(lines), scope)  # noqa: S102  (the text is made here, from a table that was checked)
    function: Function = scope["decide"]
    return function


def expression(condition: Condition, rules: RuleTable, *, holds: bool = True) -> str:
    """A condition as Python: true exactly on a hit, or on a sure miss, so that unknown answers count as false."""
    match condition:
        case Predicate():
            return _predicate(condition, rules, holds=holds)
        case Not(part):
            return expression(part, rules, holds=not holds)
        case All(parts) | Either(parts):
            join = " and " if isinstance(condition, All) is holds else " or "
            empty = str(isinstance(condition, All) is holds)
            return f"({join.join(expression(part, rules, holds=holds) for part in parts) or empty})"


def _predicate(predicate: Predicate, rules: RuleTable, *, holds: bool) -> str:
    name, operator = predicate.constraint, predicate.operator
    constraint = BY_NAME[name]
    if constraint.kind == "set":
        positive = operator != "none_of"
        form = _SETS[operator if positive else "any_of"]
        tested = form.format(name=name, names=f"frozenset({predicate.operand!r})")
    elif constraint.numeric:
        positive, tested = True, f"{name} {_COMPARE[operator]} {predicate.operand[0]}"
    else:
        positive, tested = operator != "none_of", f"{name} in {predicate.operand!r}"
    found = f"({name} is not None and {'' if positive is holds else 'not '}({tested}))"
    for assumption in rules.assumptions:
        constraint_assumed, below = assumption.assume
        limit = predicate.operand[0] if constraint_assumed == name else None
        # Every number below the assumed limit passes `below` a higher one, and no other test of one.
        if isinstance(limit, int | float) and limit >= below and (operator in ("below", "at_most")) is holds:
            found = f"({found} or ({name} is None and {expression(assumption.when, rules)}))"
    return found
