"""Nodes to conditions: a rule's `when`, each value typed by its constraint."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from genarch.errors import nearest
from genarch.files.answers import read_names
from genarch.files.yaml_text import Document, Fields, Items, Node, Scalar
from genarch.table.answers import InvalidAnswerError, in_range, parse_answer
from genarch.table.conditions import (
    ALWAYS,
    NUMBER_OPERATORS,
    SET_OPERATORS,
    All,
    Any,
    Condition,
    Not,
    Operator,
    Predicate,
    TooManyTermsError,
    satisfies,
    terms,
    threshold,
)
from genarch.table.constraints import BY_NAME, Constraint

JOINS = ("all", "any", "not")


def read_condition(document: Document, node: Node, field: str) -> Condition:
    """A `when` mapping: its entries must all hold. What is wrong is noted in the document."""
    condition = _condition(document, node, field)
    try:
        terms(condition)
    except TooManyTermsError as error:
        document.report(node, field, str(error))
        return ALWAYS
    return condition


def _condition(document: Document, node: Node, field: str) -> Condition:
    if not isinstance(node, Fields):
        document.report(node, field, "must be a mapping; write 'constraint: value', or all, any, not")
        return ALWAYS
    if not node.entries:
        document.report(node, field, "is empty; name a constraint, or all, any, not")
    parts: list[Condition] = []
    for key, value in node.entries:
        where = f"{field}.{key.text}"
        if key.text == "not":
            parts.append(Not(_condition(document, value, where)))
        elif key.text in JOINS:
            parts.append(_joined(document, key.text, value, where))
        elif key.text in BY_NAME:
            parts += _tests(document, BY_NAME[key.text], value, where)
        else:
            known = (*BY_NAME, *JOINS)
            hint = nearest(key.text, known) or f"; write one of: {', '.join(known)}"
            document.report(key, field, f"'{key.text[:60]}' is not a constraint, all, any or not{hint}")
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _joined(document: Document, join: str, node: Node, field: str) -> Condition:
    if not isinstance(node, Items) or not node.items:
        document.report(node, field, "must be a list of conditions; begin each with '- '")
        return ALWAYS
    parts = tuple(_condition(document, item, f"{field}[{at}]") for at, item in enumerate(node.items))
    return All(parts) if join == "all" else Any(parts)


def _tests(document: Document, constraint: Constraint, node: Node, field: str) -> list[Condition]:
    if isinstance(node, Scalar):
        return _single(document, constraint, "is", node, field)
    if isinstance(node, Items):
        return _any_of(document, constraint, "any_of", node, field)
    if constraint.kind == "flag":
        document.report(node, field, "must be true or false")
        return []
    found: list[Condition] = []
    for key, value in node.entries:
        where = f"{field}.{key.text}"
        operator = _operator(constraint, key.text)
        if operator is None:
            allowed = ", ".join(_operators(constraint))
            document.report(
                key,
                field,
                f"'{key.text[:60]}' is not an operator for this constraint; write one of: {allowed}",
            )
        elif operator in NUMBER_OPERATORS:
            found += _single(document, constraint, operator, value, where)
        elif isinstance(value, Items):
            found += _any_of(document, constraint, operator, value, where)
        else:
            document.report(value, where, "must be a list of names; write [a, b]")
    if not node.entries:
        document.report(node, field, f"is empty; write one of: {', '.join(_operators(constraint))}")
    if constraint.numeric:
        _check_range(
            document, constraint, [predicate for predicate in found if isinstance(predicate, Predicate)], node, field
        )
    return found


def _operators(constraint: Constraint) -> tuple[Operator, ...]:
    if constraint.numeric:
        return NUMBER_OPERATORS
    return SET_OPERATORS if constraint.kind == "set" else ("any_of", "none_of")


def _operator(constraint: Constraint, word: str) -> Operator | None:
    return next((operator for operator in _operators(constraint) if operator == word), None)


def _single(document: Document, constraint: Constraint, operator: Operator, node: Node, field: str) -> list[Condition]:
    """One value: a name, a yes/no, or a threshold."""
    if not isinstance(node, Scalar):
        document.report(node, field, "must be a number")
        return []
    if constraint.kind == "set":
        document.report(node, field, f"is a set; write [{node.text[:60]}] for any of, or all_of, none_of")
        return []
    try:
        value = parse_answer(constraint, node.text, quoted=not node.plain)
    except InvalidAnswerError as error:
        document.report(node, field, str(error))
        return []
    if value is None or isinstance(value, frozenset):
        document.report(node, field, "a condition cannot ask for an unknown; leave the constraint out")
        return []
    return [Predicate(constraint.name, operator, (value,))]


def _any_of(document: Document, constraint: Constraint, operator: Operator, node: Items, field: str) -> list[Condition]:
    if not constraint.values:
        document.report(node, field, "must be one value, not a list")
        return []
    names = tuple(read_names(document, node, constraint, field))
    if not names and not node.items:
        if constraint.kind == "set" and operator == "any_of":
            return [Predicate(constraint.name, "is", ())]
        document.report(node, field, "is an empty list; name at least one")
    return [Predicate(constraint.name, operator, names)]


def _check_range(
    document: Document, constraint: Constraint, bounds: Sequence[Predicate], node: Node, field: str
) -> None:
    """Refuse bounds that no answer is within, such as above 100 and below 50, or a whole number above 5 and below 6."""
    if not bounds:
        return
    edges = sorted({threshold(bound) for bound in bounds} | {constraint.at_least or constraint.above or 0})
    tried: list[float] = [edge + step for edge in edges for step in (-1, 0, 1)]
    if constraint.kind == "number":
        tried += [(here + following) / 2 for here, following in pairwise(edges)]
    allowed = [number for number in tried if in_range(constraint, number)]
    if not any(all(satisfies(bound, number) for bound in bounds) for number in allowed):
        document.report(node, field, "no answer lies within these bounds; correct them")
