"""Random answers, conditions and small tables."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from builders import FAMILIES, SOURCE, rule, table
from genarch.engine.conditions import All, Any, Condition, Not, Operator, Predicate
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Constraint, Range, Value
from genarch.engine.rules import Notice, Rule, RuleTable


def examples(of_a_hundred: int) -> settings:
    """Run a property on more or fewer examples than others, in proportion to what the profile runs them on."""
    return settings(max_examples=max(1, settings().max_examples * of_a_hundred // 100))


THRESHOLDS = (1, 50, 100, 1000)
NUMBERS = (0.5, 1, 20, 50, 75.5, 100, 101, 1000, 5000)
BETWEEN = (*((here + following) / 2 for here, following in pairwise((0, *NUMBERS))), 9000)
"""Numbers in the gaps of that grid."""


def values(constraint: Constraint) -> st.SearchStrategy[Value]:
    return _values(constraint.name)


@cache
def _values(name: str) -> st.SearchStrategy[Value]:
    constraint = BY_NAME[name]
    match constraint.kind:
        case "choice":
            return st.sampled_from(constraint.values)
        case "set":
            return st.frozensets(st.sampled_from(constraint.values))
        case "flag":
            return st.booleans()
        case "integer":
            return st.sampled_from([int(n) for n in NUMBERS if n == int(n)])
        case "number":
            return st.sampled_from(NUMBERS)


@st.composite
def ranges(draw: st.DrawFn, constraint: Constraint) -> Range:
    """A range that has a number of the constraint's grid in it, or a gap of the grid."""
    grid = [int(n) for n in NUMBERS if n == int(n)] if constraint.kind == "integer" else list(NUMBERS)
    low, high = sorted(draw(st.lists(st.sampled_from(grid), min_size=2, max_size=2, unique=True)))
    lower = draw(st.sampled_from(({}, {"at_least": low}, {"above": low})))
    upper = draw(
        st.sampled_from(({"at_most": high}, {"below": high}) if not lower else ({}, {"at_most": high}, {"below": high}))
    )
    found = Range(**lower, **upper)
    return found if constraint.kind == "number" or found.holds(low + 1) or found.holds(low) else Range(at_most=high)


@st.composite
def answers(draw: st.DrawFn, names: tuple[str, ...] = tuple(BY_NAME), *, with_ranges: bool = False) -> dict[str, Value]:
    chosen = draw(st.sets(st.sampled_from(names)))
    found: dict[str, Value] = {}
    for constraint in CONSTRAINTS:
        if constraint.name in chosen:
            ranged = constraint.numeric and with_ranges and draw(st.booleans())
            found[constraint.name] = draw(ranges(constraint) if ranged else values(constraint))
    return found


def complete_answers(names: tuple[str, ...] = tuple(BY_NAME)) -> st.SearchStrategy[dict[str, Value]]:
    """An answer to every constraint: what is rare among random ones, that a rule hits or all is settled, is the rule."""
    return st.fixed_dictionaries({c.name: values(c) for c in CONSTRAINTS if c.name in names})


@cache
def operands(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Up to three of the names."""
    return st.lists(st.sampled_from(BY_NAME[name].values), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def single_predicates(draw: st.DrawFn, names: tuple[str, ...] = tuple(BY_NAME)) -> Predicate:
    constraint = BY_NAME[draw(st.sampled_from(names))]
    if constraint.numeric:
        operator: Operator = draw(st.sampled_from(("is", "below", "at_most", "above", "at_least")))
        return Predicate(constraint.name, operator, (draw(st.sampled_from(THRESHOLDS)),))
    if constraint.kind == "flag":
        return Predicate(constraint.name, "is", (draw(st.booleans()),))
    if constraint.kind == "set":
        return Predicate(
            constraint.name, draw(st.sampled_from(("any_of", "all_of", "none_of"))), draw(operands(constraint.name))
        )
    operator = draw(st.sampled_from(("is", "any_of", "none_of")))
    operand = draw(operands(constraint.name))
    return Predicate(constraint.name, operator, operand[:1] if operator == "is" else operand)


@cache
def conditions(names: tuple[str, ...] = tuple(BY_NAME)) -> st.SearchStrategy[Condition]:
    return st.recursive(
        single_predicates(names),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=6,
    )


POINTS = st.dictionaries(st.sampled_from(sorted(FAMILIES)), st.sampled_from([-3, -2, -1, 1, 2, 3]), max_size=3)
EXCLUDED = st.lists(st.sampled_from(sorted(FAMILIES)), max_size=1)


@st.composite
def rules(draw: st.DrawFn, position: int, names: tuple[str, ...] = tuple(BY_NAME)) -> Rule:
    points, excludes = draw(POINTS), draw(EXCLUDED)
    return rule(f"rule-{position}", draw(conditions(names)), points, excludes)


@st.composite
def tables(draw: st.DrawFn, names: tuple[str, ...] = tuple(BY_NAME)) -> RuleTable:
    count = draw(st.integers(min_value=0, max_value=6))
    return table(*(draw(rules(position, names)) for position in range(count)))


@st.composite
def contradictory_tables(draw: st.DrawFn, names: tuple[str, ...], *, exclusive: bool = False) -> RuleTable:
    """Small tables with an inconsistency or two; with `exclusive`, rules that exclude more than they score."""
    drawn = draw(tables(names))
    whens = draw(st.lists(conditions(names), max_size=2))
    given = list(drawn.rules)
    if exclusive:
        given = [
            each._replace(excludes=tuple(draw(st.sets(st.sampled_from(sorted(FAMILIES)), min_size=2))))
            for each in given
        ]
    notices = [Notice(f"inconsistent-{at}", "inconsistency", "t", when, "m", SOURCE) for at, when in enumerate(whens)]
    return table(*given, notices=notices)


def yaml_of(value: object) -> str:
    """A value as a file has it: what is text for an editor is in quotation marks."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(yaml_of, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {yaml_of(item)}' for key, item in value.items())}}}"
    return str(value)
