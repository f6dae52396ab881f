"""Conditions as terms: the `any` of terms, each the `all` of predicates that hold or do not."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from genarch.model.conditions import All, Any, Condition, Not, Predicate, threshold
from genarch.model.constraints import Answers, Value

MAX_ALL_TERMS = 8_192
"""Terms of a whole table. A hundred rules have some two hundred."""

MAX_TERMS = 512
"""Terms of one condition. Only nested alternatives multiply; a person who needs more means several rules."""


class TooManyTermsError(ValueError):
    """A condition is an `all` of too many alternatives."""


class Literal(NamedTuple):
    """A predicate, or its negation."""

    predicate: Predicate
    holds: bool


Term = tuple[Literal, ...]


def terms(condition: Condition, *, holds: bool = True) -> list[Term]:
    """A condition (or its negation) as the `any` of terms.

    Raises:
        TooManyTermsError: when there would be more than MAX_TERMS.
    """
    match condition:
        case Predicate():
            return [(Literal(condition, holds),)]
        case Not(part):
            return terms(part, holds=not holds)
        case All(parts) | Any(parts):
            alternatives = [terms(part, holds=holds) for part in parts]
            if isinstance(condition, All) is not holds:
                found = [term for choice in alternatives for term in choice]
            else:
                count = 1
                for choice in alternatives:
                    count *= len(choice)
                if count > MAX_TERMS:
                    raise TooManyTermsError(f"it amounts to more than {MAX_TERMS} alternatives; split it")
                found = [sum(choice, ()) for choice in product(*alternatives)]
            if len(found) > MAX_TERMS:
                raise TooManyTermsError(f"it amounts to more than {MAX_TERMS} alternatives; split it")
            return found


def answered(condition: Condition, stated: Answers) -> Condition:
    """What is left of a condition once some constraints are answered."""
    match condition:
        case Predicate():
            if condition.constraint not in stated:
                return condition
            return All(()) if satisfies(condition, stated[condition.constraint]) else Any(())
        case Not(part):
            return Not(answered(part, stated))
        case All(parts):
            return All(tuple(answered(part, stated) for part in parts))
        case Any(parts):
            return Any(tuple(answered(part, stated) for part in parts))


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
        return _compare(predicate, value)
    return (value in operand) is not (predicate.operator == "none_of")


def _compare(predicate: Predicate, value: float) -> bool:
    limit = threshold(predicate)
    match predicate.operator:
        case "below":
            return value < limit
        case "at_most":
            return value <= limit
        case "above":
            return value > limit
        case "at_least":
            return value >= limit
        case _:
            return value == limit
