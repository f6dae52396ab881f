"""Answers from nodes of YAML, conditions on them (a rule's `when`), and overrides of them: `--set field=value`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from genarch.engine.amounts import SIGNS, InvalidAnswerError, parse_end, range_of
from genarch.engine.answers import UNKNOWN_WORDS, parse_answer, parse_name
from genarch.engine.conditions import (
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
from genarch.engine.constraints import BY_NAME, Answers, Constraint, Range, Value, in_order
from genarch.engine.forms import Scalar, shown
from genarch.errors import InputError, Problem, nearest_or_all
from genarch.files.yaml_text import BLOCK_OF_TEXT, Document, Fields, Items, Node


def read_answers(document: Document, node: Node, field: str) -> Answers:
    """The stated constraints of a mapping, in the order of the declaration; problems go to the document."""
    if not isinstance(node, Fields):
        document.report(node, field, "must be a mapping from constraint to answer; write 'task: …' below it")
        return {}
    stated: dict[str, Value] = {}
    for key, value in node.entries:
        if (constraint := BY_NAME.get(key.text)) is None:
            document.report(key, field, "" if document.full else unknown_key(key.text, BY_NAME))
            continue
        where = f"{field}.{key.text}" if field else key.text
        if (answer := read_answer(document, value, constraint, where)) is not None:
            stated[key.text] = answer
    return in_order(stated)


def read_answer(document: Document, node: Node, constraint: Constraint, field: str) -> Value | None:
    """The answer that a node gives; None for unknown, and where it gives none, which is noted."""
    if isinstance(node, Items):
        if constraint.kind == "set":
            return frozenset(read_names(document, node, constraint, field))
        document.report(node, field, f"must be one answer, not a list{_offer(constraint)}")
    elif isinstance(node, Fields) and constraint.numeric:
        return _read_range(document, node, constraint, field)
    elif isinstance(node, Fields):
        document.report(node, field, f"must be an answer, not a mapping{_offer(constraint)}")
    elif constraint.kind == "set" and not is_unknown(node):
        names = [name.strip() for name in node.text.split(",")]
        known = set(names) <= set(constraint.values)
        suggestion = f"[{', '.join(names)}]" if known else "[] for none, or [a, b]"
        document.report(node, field, f"must be a list; write {suggestion}, or unknown")
    elif document.text[node.at : node.at + 1] == ">":
        document.report(node, field, BLOCK_OF_TEXT)
    else:
        try:
            return parse_answer(constraint, node.text, quoted=not node.plain, unlisted=True)
        except InvalidAnswerError as error:
            document.report(node, field, str(error))
    return None


def _read_range(document: Document, node: Fields, constraint: Constraint, field: str) -> int | float | Range | None:
    """The range that a mapping gives by its ends; None where it gives none, which is noted. An end may be unknown."""
    before = len(document.problems), document.uncounted
    ends = {}
    for key, value in node.entries:
        at, where = (value if key.text in SIGNS else key), f"{field}.{key.text}"
        try:
            if not isinstance(value, Scalar):
                document.report(value, where, "must be a number, not a list or a mapping")
            elif key.text not in SIGNS or not is_unknown(value):
                ends[key.text] = parse_end(constraint, key.text, value.text, quoted=not value.plain)
        except InvalidAnswerError as error:
            document.report(at, where, str(error))
    try:
        return range_of(constraint, ends) if before == (len(document.problems), document.uncounted) else None
    except InvalidAnswerError as error:
        document.report(node, field, str(error))
    return None


def read_names(document: Document, node: Items, constraint: Constraint, field: str) -> Iterable[str]:
    """The names in a list, each allowed and each once."""
    seen: set[str] = set()
    for at, item in enumerate(node.items):
        where = f"{field}[{at}]"
        if not isinstance(item, Scalar):
            document.report(item, where, "must be a name, not a list or a mapping")
            continue
        try:
            name = parse_name(constraint, item.text)
        except InvalidAnswerError as error:
            document.report(item, where, str(error))
            continue
        if name in seen:
            document.report(item, where, f"'{name}' is a duplicate; keep one")
        seen.add(name)
        yield name


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
            if isinstance(value, Items) and value.items:
                joined = tuple(_condition(document, item, f"{where}[{at}]") for at, item in enumerate(value.items))
                parts.append(All(joined) if key.text == "all" else Any(joined))
            else:
                document.report(value, where, "must be a list of conditions; begin each with '- '")
                parts.append(ALWAYS)
        elif key.text in BY_NAME:
            parts += _tests(document, BY_NAME[key.text], value, where)
        else:
            hint = nearest_or_all(key.text, (*BY_NAME, *JOINS))
            document.report(key, field, f"'{key.text[:60]}' is not a constraint, all, any or not{hint}")
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _tests(document: Document, constraint: Constraint, node: Node, field: str) -> list[Predicate]:
    """What a condition asks of one constraint."""
    if not isinstance(node, Fields):
        return _test(document, constraint, "is" if isinstance(node, Scalar) else "any_of", node, field)
    if constraint.kind == "flag":
        document.report(node, field, "must be true or false")
        return []
    operators: tuple[Operator, ...] = ("any_of", "none_of")
    if constraint.numeric or constraint.kind == "set":
        operators = NUMBER_OPERATORS if constraint.numeric else SET_OPERATORS
    allowed = f"write one of: {', '.join(operators)}"
    found: list[Predicate] = []
    for key, value in node.entries:
        operator = next((operator for operator in operators if operator == key.text), None)
        if operator is None:
            document.report(key, field, f"'{key.text[:60]}' is not an operator for this constraint; {allowed}")
        else:
            found += _test(document, constraint, operator, value, f"{field}.{key.text}")
    if not node.entries:
        document.report(node, field, f"is empty; {allowed}")
    if constraint.numeric and found and not _satisfiable(constraint, found):
        document.report(node, field, "no answer lies within these bounds; correct them")
    return found


def _test(document: Document, constraint: Constraint, operator: Operator, node: Node, field: str) -> list[Predicate]:
    """One test, by names, or by one value: a name, a yes/no, or a threshold; none where what is wrong is noted."""
    message = ""
    if operator in SET_OPERATORS:
        if not isinstance(node, Items):
            message = "must be a list of names; write [a, b]"
        elif not constraint.values:
            message = "must be one value, not a list"
        elif node.items or (constraint.kind == "set" and operator == "any_of"):
            names = tuple(read_names(document, node, constraint, field))
            return [Predicate(constraint.name, operator if node.items else "is", names)]
        else:
            message = "is an empty list; name at least one"
    elif not isinstance(node, Scalar):
        message = "must be a number"
    elif constraint.kind == "set":
        message = f"is a set; write [{node.text[:60]}] for any of, or all_of, none_of"
    else:
        try:
            value = parse_answer(constraint, node.text, quoted=not node.plain, single=True)
            if value is not None and not isinstance(value, frozenset | Range):
                return [Predicate(constraint.name, operator, (value,))]
            message = "a condition cannot ask for an unknown; leave the constraint out"
        except InvalidAnswerError as error:
            message = str(error)
    document.report(node, field, message)
    return []


def _satisfiable(constraint: Constraint, bounds: Sequence[Predicate]) -> bool:
    """Whether any answer is within bounds: none is above 100 and below 50, nor a whole number above 5 and below 6."""
    edges = sorted({threshold(bound) for bound in bounds} | {constraint.least})
    tried: list[float] = [edge + step for edge in edges for step in (-1, 0, 1)]
    if constraint.kind == "number":
        tried += [(here + following) / 2 for here, following in pairwise(edges)]
    return any(constraint.allows(number) and all(satisfies(bound, number) for bound in bounds) for number in tried)


def is_unknown(node: Node) -> bool:
    """Whether a node says that nobody knows: `unknown`, `null`, or nothing."""
    return isinstance(node, Scalar) and node.text in UNKNOWN_WORDS and (node.plain or node.text == "unknown")


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The message for a key that the format does not have."""
    return f"'{shown(key)}' is not a key here{nearest_or_all(key, known)}"


def _offer(constraint: Constraint) -> str:
    if constraint.values:
        return f"; write one of: {', '.join(constraint.values)}, or unknown"
    return f"; write {'true, false' if constraint.kind == 'flag' else 'a number, a range'} or unknown"


def parse_overrides(texts: Sequence[str]) -> Mapping[str, Value | None]:
    """`field=value` texts as answers; None where the value is `unknown`.

    Raises:
        InputError: naming every text that is no answer.
    """
    return {name: value for name, (value,) in _assignments("--set", texts, lambda value: [value]).items()}


def parse_alternatives(texts: Sequence[str]) -> Mapping[str, Sequence[Value | None]]:
    """`field=value,value` texts as the answers to try; None where a value is `unknown`, `a+b` for several of a set.

    Raises:
        InputError: naming every text in which something is no answer.
    """
    return _assignments("--try", texts, lambda value: [one.strip().replace("+", ",") for one in value.split(",")])


def _assignments(
    option: str, texts: Sequence[str], split: Callable[[str], Sequence[str]]
) -> Mapping[str, Sequence[Value | None]]:
    stated: dict[str, Sequence[Value | None]] = {}
    problems = []
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        message = ""
        if not equals:
            name, message = text, "write it as field=value"
        elif not value:
            message = f"has no value; write {name}=unknown to remove it"
        elif name in stated:
            message = "is stated twice; keep one"
        elif name not in BY_NAME:
            name, message = "", unknown_key(name, BY_NAME)
        else:
            try:
                stated[name] = [parse_answer(BY_NAME[name], one, unlisted=True) for one in split(value)]
            except InvalidAnswerError as error:
                message = str(error)
        if message:
            problems.append(Problem(option, None, None, name, message))
    if problems:
        raise InputError(problems)
    return stated


def with_overrides(answers: Mapping[str, Value], overrides: Mapping[str, Value | None]) -> dict[str, Value]:
    """Answers with the overrides in place of what they state; an override of None takes an answer away."""
    merged: dict[str, Value | None] = {**answers, **overrides}
    return {name: value for name in BY_NAME if (value := merged.get(name)) is not None}
