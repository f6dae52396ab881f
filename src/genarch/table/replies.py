"""What a person types at a question: a number from the list, a name, an amount, or a word for the tool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from genarch.errors import nearest
from genarch.table.answers import MANY, InvalidAnswerError, format_answer, ordered, parse_answer, parse_name
from genarch.table.constraints import Constraint, Value

NONE = 0
"""The number that stands for the empty set."""

Kind = Literal["answer", "unknown", "help", "back", "done", "keep"]

_WORDS: Mapping[str, Kind] = {
    "": "keep",
    "?": "help",
    "help": "help",
    "b": "back",
    "back": "back",
    "d": "done",
    "done": "done",
    "u": "unknown",
    "unknown": "unknown",
    "don't know": "unknown",
    "dont know": "unknown",
    "not sure": "unknown",
}
_FLAGS = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}


class Reply(NamedTuple):
    """A reply understood. `written` is how a spec has the answer: an amount keeps the unit that it was typed with."""

    kind: Kind
    value: Value | None = None
    written: str = ""


def numbered(constraint: Constraint) -> list[tuple[int, str]]:
    """The numbers that a list shows, each with the name it stands for; nothing for amounts, and for too many names."""
    if constraint.kind == "flag":
        return [(1, "yes"), (2, "no")]
    if len(constraint.values) > MANY:
        return []
    names = list(enumerate(constraint.values, 1))
    return [*names, (NONE, "none of these")] if constraint.kind == "set" else names


def written(constraint: Constraint, value: Value) -> str:
    """An answer as a spec has it, a set in the order of the declaration."""
    if isinstance(value, frozenset):
        return f"[{', '.join(ordered(constraint, value))}]"
    return format_answer(value)


def parse_reply(constraint: Constraint, text: str) -> Reply:
    """Understand a reply to the question that `constraint` answers.

    Raises:
        InvalidAnswerError: when it is no reply to it; the message says what to type.
    """
    typed = " ".join(text.split())
    word = typed.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if word in _WORDS:
        return Reply(_WORDS[word])
    if constraint.numeric:
        return _amount(constraint, word)
    if constraint.kind == "flag":
        value: Value = _flag(word)
    elif constraint.kind == "set":
        value = _members(constraint, word)
    else:
        value = _choice(constraint, word)
    return Reply("answer", value, written(constraint, value))


def _choice(constraint: Constraint, word: str) -> str:
    if constraint.aliases:
        return _spelt(constraint, word)
    if word.isdecimal() and word.isascii() and 1 <= int(word[:4]) <= len(constraint.values):
        return constraint.values[int(word[:4]) - 1]
    name = _name(word)
    if name in constraint.values:
        return name
    last = len(constraint.values)
    several = " (one answer, not several)" if re.fullmatch(r"[0-9]+([ ,]+[0-9]+)+", word) else ""
    hint = nearest(word, constraint.values)
    raise InvalidAnswerError(
        f"{_quoted(word)} is not in the list{several}{_then(hint, f'type a number from 1 to {last}, or u')}"
    )


def _spelt(constraint: Constraint, word: str) -> str:
    """One of many names, or another spelling of one, as it is."""
    name = word.replace("_", "-").replace(" ", "-")
    try:
        return parse_name(constraint, name)
    except InvalidAnswerError:
        hint = nearest(name, (*constraint.values, *constraint.aliases))
        raise InvalidAnswerError(f"{_quoted(word)} is not in the list{hint}; type a name, or u") from None


def _flag(word: str) -> bool:
    if word in ("1", "2"):
        return word == "1"
    if word in _FLAGS:
        return _FLAGS[word]
    raise InvalidAnswerError(f"{_quoted(word)} is neither yes nor no; type 1 or y, 2 or n, or u")


def _members(constraint: Constraint, word: str) -> frozenset[str]:
    inner = word.strip("[] ")
    if inner in ("none", "none of these", "", str(NONE)):
        return frozenset()
    parts = [part.strip() for part in (inner.split(",") if "," in inner else inner.split())]
    found = set()
    for part in parts:
        if part == str(NONE):
            raise InvalidAnswerError(f"{NONE} means none of these, and stands alone; leave it out, or type it alone")
        try:
            found.add(_choice(constraint, part))
        except InvalidAnswerError:
            hint = nearest(part, constraint.values)
            last = len(constraint.values)
            advice = _then(hint, f"type numbers from 1 to {last}, as in 1 3, {NONE} for none, or u")
            raise InvalidAnswerError(f"{_quoted(part)} is not in the list{advice}") from None
    return frozenset(found)


def _amount(constraint: Constraint, word: str) -> Reply:
    text = word.removesuffix(constraint.unit.casefold()).strip() if not constraint.units else word
    try:
        value = parse_answer(constraint, text)
    except InvalidAnswerError as error:
        raise InvalidAnswerError(f"{error}; or type u") from None
    if value is None:
        raise InvalidAnswerError(f"{_quoted(word)} is not a number; type one, or u")
    return Reply("answer", value, text)


def _then(hint: str, advice: str) -> str:
    """Advice behind a suggestion, which is a question, or in its place."""
    return f"{hint} {advice[0].upper()}{advice[1:]}." if hint else f"; {advice}"


def _name(word: str) -> str:
    return word.replace("-", "_").replace(" ", "_")


def _quoted(word: str) -> str:
    return f"'{word if len(word) <= 60 else word[:57] + '...'}'"
