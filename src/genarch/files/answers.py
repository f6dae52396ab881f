"""Answers from nodes of YAML, and from the command line: `--set field=value` overrides what a spec states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from genarch.errors import InputError, Problem, nearest
from genarch.files.yaml_text import Document, Fields, Items, Node, Scalar
from genarch.table.answers import UNKNOWN_WORDS, InvalidAnswerError, parse_answer, parse_name
from genarch.table.constraints import BY_NAME, Constraint, Value


def read_answers(document: Document, node: Node, field: str) -> dict[str, Value]:
    """The stated constraints of a mapping, in the order of the declaration; problems go to the document."""
    if not isinstance(node, Fields):
        document.report(node, field, "must be a mapping from constraint to answer; write 'task: …' below it")
        return {}
    stated: dict[str, Value] = {}
    for key, value in node.entries:
        constraint = BY_NAME.get(key.text)
        if constraint is None:
            document.report(key, field, "" if document.full else unknown_key(key.text, BY_NAME))
            continue
        answer = read_answer(document, value, constraint, f"{field}.{key.text}" if field else key.text)
        if answer is not None:
            stated[key.text] = answer
    return {name: stated[name] for name in BY_NAME if name in stated}


def read_answer(document: Document, node: Node, constraint: Constraint, field: str) -> Value | None:
    """The answer that a node gives; None for unknown, and where it gives none, which is noted."""
    if isinstance(node, Items):
        if constraint.kind == "set":
            return frozenset(read_names(document, node, constraint, field))
        document.report(node, field, f"must be one answer, not a list{_offer(constraint)}")
    elif isinstance(node, Fields):
        document.report(node, field, f"must be an answer, not a mapping{_offer(constraint)}")
    elif constraint.kind == "set" and not is_unknown(node):
        names = [name.strip() for name in node.text.split(",")]
        known = set(names) <= set(constraint.values)
        suggestion = f"[{', '.join(names)}]" if known else "[] for none, or [a, b]"
        document.report(node, field, f"must be a list; write {suggestion}, or unknown")
    else:
        try:
            return parse_answer(constraint, node.text, quoted=not node.plain)
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


def is_unknown(node: Node) -> bool:
    """Whether a node says that nobody knows: `unknown`, `null`, or nothing."""
    return isinstance(node, Scalar) and node.text in UNKNOWN_WORDS and (node.plain or node.text == "unknown")


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The message for a key that the format does not have."""
    known = list(known)
    hint = nearest(key, known)
    shown = key if len(key) <= 60 else f"{key[:57]}..."
    return f"'{shown}' is not a key here{hint or '; write one of: ' + ', '.join(known)}"


def _offer(constraint: Constraint) -> str:
    if constraint.values:
        return f"; write one of: {', '.join(constraint.values)}, or unknown"
    return "; write true, false or unknown" if constraint.kind == "flag" else "; write a number, or unknown"


def parse_overrides(texts: Sequence[str]) -> Mapping[str, Value | None]:
    """`field=value` texts as answers; None where the value is `unknown`.

    Raises:
        InputError: naming every text that is no answer.
    """
    stated: dict[str, Value | None] = {}
    problems = []
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        message = ""
        if not equals:
            name, message = text, "write it as field=value"
        elif not value:
            message = f"has no value; write {name}=unknown to take it away"
        elif name in stated:
            message = "is stated twice; keep one"
        elif name not in BY_NAME:
            name, message = "", unknown_key(name, BY_NAME)
        else:
            try:
                stated[name] = parse_answer(BY_NAME[name], value)
            except InvalidAnswerError as error:
                message = str(error)
        if message:
            problems.append(Problem("--set", None, None, name, message))
    if problems:
        raise InputError(problems)
    return stated


def with_overrides(answers: Mapping[str, Value], overrides: Mapping[str, Value | None]) -> dict[str, Value]:
    """Answers with the overrides in place of what they state; an override of None takes an answer away."""
    merged: dict[str, Value | None] = {**answers, **overrides}
    return {name: value for name in BY_NAME if (value := merged.get(name)) is not None}
