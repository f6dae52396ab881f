"""A rule's `when`, as data: tests of single constraints, joined by all, any and not."""

from __future__ import annotations

from typing import Literal, NamedTuple

Operator = Literal["is", "below", "at_most", "above", "at_least", "any_of", "all_of", "none_of"]

NUMBER_OPERATORS: tuple[Operator, ...] = ("below", "at_most", "above", "at_least")
SET_OPERATORS: tuple[Operator, ...] = ("any_of", "all_of", "none_of")


class Predicate(NamedTuple):
    """One constraint held against named values or a threshold.

    For a choice, `any_of` and `none_of` test membership. For a set, `any_of` asks for at least one of the
    members, `all_of` for each, `none_of` for none, and `is` for exactly these. For a number, `operand` holds the one
    threshold; `is` means equality.
    """

    constraint: str
    operator: Operator
    operand: tuple[str | int | float | bool, ...]


def threshold(predicate: Predicate) -> int | float:
    """The number that a predicate on a number holds answers against."""
    number = predicate.operand[0]
    assert isinstance(number, int | float)  # noqa: S101  (a table's reader lets nothing else through)
    return number


class All(NamedTuple):
    """Hit when every part hits, a miss when any part misses; `All(())` always hits."""

    parts: tuple[Condition, ...]


class Any(NamedTuple):
    """Hit when any part hits, a miss when every part misses."""

    parts: tuple[Condition, ...]


class Not(NamedTuple):
    """Hit and miss exchanged; unknown stays unknown."""

    part: Condition


Condition = Predicate | All | Any | Not

ALWAYS = All(())


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


def describe(condition: Condition) -> str:
    """A condition in words, fit for a report."""
    match condition:
        case Predicate():
            return _describe_predicate(condition)
        case Not(part):
            return f"not ({describe(part)})"
        case All(()):
            return "always"
        case All(parts):
            return " and ".join(f"({describe(part)})" if isinstance(part, Any) else describe(part) for part in parts)
        case Any(parts):
            return " or ".join(f"({describe(part)})" if isinstance(part, All) else describe(part) for part in parts)


def _describe_predicate(predicate: Predicate) -> str:
    words = [str(item).lower() if isinstance(item, bool) else str(item) for item in predicate.operand]
    listed = ", ".join(words)
    match predicate.operator:
        case "is":
            return f"{predicate.constraint} is {listed or 'empty'}"
        case "below" | "above":
            return f"{predicate.constraint} {predicate.operator} {listed}"
        case "at_most":
            return f"{predicate.constraint} at most {listed}"
        case "at_least":
            return f"{predicate.constraint} at least {listed}"
        case "any_of":
            return f"{predicate.constraint} {'has' if len(words) == 1 else 'any of'} {listed}"
        case "all_of":
            return f"{predicate.constraint} has all of {listed}"
        case "none_of":
            return f"{predicate.constraint} none of {listed}"
