"""A rule's `when`, as data: tests of single constraints, joined by all, any and not."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, product
from math import prod
from operator import eq, ge, gt, le, lt
from typing import Literal

from genarch.engine.constraints import BY_NAME, Answers, Value
from genarch.values import NamedTuple

Operator = Literal["is", "below", "at_most", "above", "at_least", "any_of", "all_of", "none_of"]

NUMBER_OPERATORS: tuple[Operator, ...] = ("below", "at_most", "above", "at_least")
SET_OPERATORS: tuple[Operator, ...] = ("any_of", "all_of", "none_of")


class Predicate(NamedTuple):
    """A test of one constraint by named values or a threshold.

    For a choice, `any_of` and `none_of` test membership. For a set, `any_of` asks for at least one of the
    members, `all_of` for each, `none_of` for none, and `is` for exactly these. For a number, `operand` holds the one
    threshold; `is` means equality.
    """

    constraint: str
    operator: Operator
    operand: tuple[str | int | float | bool, ...]


def threshold(predicate: Predicate) -> int | float:
    """The number that a predicate on a number compares answers with."""
    number = predicate.operand[0]
    assert isinstance(number, int | float)  # noqa: S101  (a table's reader lets nothing else through)
    return number


class All(NamedTuple):
    """Hit when every part hits, a miss when any part misses; `All(())` always hits."""

    parts: tuple["Condition", ...]


class Any(NamedTuple):
    """Hit when any part hits, a miss when every part misses."""

    parts: tuple["Condition", ...]
    kind: Literal["any"] = "any"
    """Tells it from `All` of the same parts: tuples of the same items are equal."""


class Not(NamedTuple):
    """Hit and miss exchanged; unknown stays unknown."""

    part: "Condition"


Condition = Predicate | All | Any | Not

ALWAYS = All(())
NEVER = Any(())


def predicates(condition: Condition) -> list[Predicate]:
    """Every predicate in a condition, in reading order."""
    match condition:
        case Predicate():
            return [condition]
        case Not(part):
            return predicates(part)
        case All(parts) | Any(parts):
            return [predicate for part in parts for predicate in predicates(part)]


def constraints_read(condition: Condition) -> list[str]:
    """The constraints that a condition reads, each once, in reading order."""
    return list(dict.fromkeys(predicate.constraint for predicate in predicates(condition)))


def values_named(conditions: Iterable[Condition]) -> dict[str, set[object]]:
    """The values that conditions name, by constraint; a test for exactly some members of a set names every member."""
    found: dict[str, set[object]] = {}
    for predicate in (predicate for condition in conditions for predicate in predicates(condition)):
        constraint = BY_NAME[predicate.constraint]
        exactly = constraint.kind == "set" and predicate.operator == "is"
        found.setdefault(predicate.constraint, set()).update(constraint.values if exactly else predicate.operand)
    return found


def describe(condition: Condition) -> str:
    """A condition in words, fit for a report."""
    match condition:
        case Predicate(name, operator, operand):
            listed = ", ".join(str(item).lower() if isinstance(item, bool) else str(item) for item in operand)
            words = "has" if operator == "any_of" and len(operand) == 1 else _WORDS.get(operator, operator)
            return f"{name} {words} {listed or 'empty'}"
        case Not(part):
            return f"not ({describe(part)})"
        case All(()):
            return "always"
        case All(parts):
            return " and ".join(f"({describe(part)})" if isinstance(part, Any) else describe(part) for part in parts)
        case Any(parts):
            return " or ".join(f"({describe(part)})" if isinstance(part, All) else describe(part) for part in parts)


_WORDS: Mapping[Operator, str] = {
    "at_most": "at most",
    "at_least": "at least",
    "any_of": "any of",
    "all_of": "has all of",
    "none_of": "none of",
}


MAX_ALL_TERMS = 8_192
"""Terms of a whole table. A hundred rules have some two hundred."""

MAX_TERMS = 512
"""Terms of one condition. Only nested alternatives multiply; a person who needs more means several rules."""

MAX_TESTS = 20_000
"""Tests in the terms of one condition: each alternative has those of the whole condition again."""

MAX_ALL_TESTS = 100_000
"""Tests in the terms of a whole table."""


class TooManyTermsError(ValueError):
    """A condition is an `all` of too many alternatives."""


class SignedPredicate(NamedTuple):
    """A predicate, or its negation."""

    predicate: Predicate
    holds: bool


Term = tuple[SignedPredicate, ...]


def terms(condition: Condition, *, holds: bool = True) -> list[Term]:
    """A condition (or its negation) as the `any` of terms.

    Raises:
        TooManyTermsError: when there would be more than MAX_TERMS, or more than MAX_TESTS in them.
    """
    if isinstance(condition, Predicate):
        return [(SignedPredicate(condition, holds),)]
    if isinstance(condition, Not):
        return terms(condition.part, holds=not holds)
    alternatives = [
        [(SignedPredicate(part, holds),)] if isinstance(part, Predicate) else terms(part, holds=holds)
        for part in condition.parts
    ]
    if isinstance(condition, All) is not holds:
        if sum(map(len, alternatives)) > MAX_TERMS:
            raise TooManyTermsError(_TOO_MANY)
        return [*chain(*alternatives)]
    if (many := prod(map(len, alternatives))) == 1:
        return [tuple(chain.from_iterable(term for (term,) in alternatives))]
    if many > MAX_TERMS:
        raise TooManyTermsError(_TOO_MANY)
    if many and sum(many // len(some) * sum(map(len, some)) for some in alternatives) > MAX_TESTS:
        raise TooManyTermsError(f"its alternatives amount to more than {MAX_TESTS:,} tests; split it")
    return [tuple(chain.from_iterable(choice)) for choice in product(*alternatives)]


def too_many(conditions: Iterable[Condition]) -> str:
    """What is wrong with a table of so many alternatives, or tests in them; empty where nothing is."""
    sizes = [list(map(len, terms(condition))) for condition in conditions]
    if sum(map(len, sizes)) > MAX_ALL_TERMS:
        return f"its conditions amount to more than {MAX_ALL_TERMS} alternatives; split it"
    many = sum(map(sum, sizes)) > MAX_ALL_TESTS
    return f"its conditions amount to more than {MAX_ALL_TESTS:,} tests; split it" if many else ""


_TOO_MANY = f"it amounts to more than {MAX_TERMS} alternatives; split it"


def answered(condition: Condition, stated: Answers) -> Condition:
    """What is left of a condition once some constraints are answered."""
    match condition:
        case Predicate():
            if condition.constraint not in stated:
                return condition
            return All(()) if satisfies(condition, stated[condition.constraint]) else Any(())
        case Not(part):
            return Not(answered(part, stated))
        case All(parts) | Any(parts):
            return condition._replace(parts=tuple(answered(part, stated) for part in parts))


_COMPARE: Mapping[Operator, Callable[[float, float], bool]] = {
    "below": lt,
    "at_most": le,
    "above": gt,
    "at_least": ge,
    "is": eq,
}


def satisfies(predicate: Predicate, value: Value) -> bool:
    """Whether a stated answer passes a predicate."""
    operand = predicate.operand
    if isinstance(value, frozenset):
        match predicate.operator:
            case "is":
                return value == frozenset(operand)
            case "any_of":
                return not value.isdisjoint(operand)
            case "all_of":
                return value.issuperset(operand)
            case _:
                return value.isdisjoint(operand)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _COMPARE[predicate.operator](value, threshold(predicate))
    return (value in operand) is not (predicate.operator == "none_of")
