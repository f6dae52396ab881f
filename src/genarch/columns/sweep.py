"""Grids of specs: what a spec states, with some constraints varied, as a table that is made in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10, prod
from typing import Any

import numpy as np
import pyarrow as pa

from genarch.columns.batches import stating
from genarch.columns.evaluator import ROWS
from genarch.engine.amounts import InvalidAnswerError
from genarch.engine.answers import format_answer, parse_answer
from genarch.engine.constraints import BY_NAME, Answers, Constraint, Value
from genarch.errors import InputError, Problem, nearest
from genarch.values import NamedTuple

MOST_STEPS = 1_000_000
"""Values of one constraint at most."""


class Varied(NamedTuple):
    """The values that one constraint takes, in turn; None for unknown."""

    name: str
    values: tuple[Value | None, ...]


def parse_varied(texts: Sequence[str]) -> list[Varied]:
    """What `field=10..1000:log50`, `field=256..1024:4`, `field=all` and `field=a,b+c,unknown` vary.

    Raises:
        InputError: naming every text that varies nothing.
    """
    found: list[Varied] = []
    problems: list[Problem] = []
    for text in texts:
        name, _, values = text.partition("=")
        try:
            found.append(_varied(name, values.strip(), [other.name for other in found]))
        except InvalidAnswerError as error:
            problems.append(Problem("--vary", None, None, "", f"{text[:60]}: {error}"))
    if problems:
        raise InputError(problems)
    return found


def _varied(name: str, values: str, before: Sequence[str]) -> Varied:
    if name not in BY_NAME:
        raise InvalidAnswerError(f"'{name[:60]}' is not a constraint{nearest(name, BY_NAME)}")
    if name in before:
        raise InvalidAnswerError(f"'{name}' is varied twice; write it once")
    return Varied(name, tuple(dict.fromkeys(_values(BY_NAME[name], values))))


def _values(constraint: Constraint, text: str) -> Sequence[Value | None]:
    if text == "all":
        if constraint.numeric or constraint.kind == "set":
            raise InvalidAnswerError("has no finite list of values; write from..to:steps, or list some")
        return [True, False] if constraint.kind == "flag" else list(constraint.values)
    span, colon, steps = text.partition(":")
    if constraint.numeric and colon:
        low, dots, high = span.partition("..")
        logarithmic, count = steps.startswith("log"), steps.removeprefix("log")
        if not dots or not count.isdecimal() or not 2 <= int(count) <= MOST_STEPS:
            raise InvalidAnswerError("write from..to:20 for 20 steps, or from..to:log20 for steps by a factor")
        ends = [parse_answer(constraint, end.strip(), single=True) for end in (low, high)]
        first, last = (float(end) for end in ends if isinstance(end, int | float))
        if not first < last or (logarithmic and first <= 0):
            raise InvalidAnswerError("must begin below its end, and above 0 for steps by a factor")
        made = np.geomspace(first, last, int(count)) if logarithmic else np.linspace(first, last, int(count))
        if constraint.kind == "integer":
            return [int(number) for number in np.unique(np.rint(made))]
        digits = max(0, 4 - int(log10(first)) if first > 0 else 6, 1 - floor(log10(made[1] - made[0])))
        return [first, *(round(float(number), digits) for number in made[1:-1]), last]
    if not text:
        raise InvalidAnswerError("has no value")
    return [parse_answer(constraint, one.strip().replace("+", ","), single=True) for one in text.split(",")]


def rows_of(varied: Sequence[Varied]) -> int:
    """How many combinations there are."""
    return prod(len(one.values) for one in varied)


def grid(stated: Answers, varied: Sequence[Varied]) -> Iterator[Any]:
    """The table, in batches: what is varied, the last the fastest, then what is stated."""
    total = rows_of(varied)
    choices = {one.name: _column(one) for one in varied}
    fixed = {name: value for name, value in stated.items() if name not in choices}
    for begin in range(0, total, ROWS):
        at, columns = np.arange(begin, min(total, begin + ROWS)), dict[str, Any]()
        for one in reversed(varied):
            at, index = np.divmod(at, len(one.values))
            columns[one.name] = choices[one.name].take(pa.array(index))
        yield stating(pa.RecordBatch.from_arrays([columns[one.name] for one in varied], list(choices)), fixed)


def _column(varied: Varied) -> Any:
    """The values as a column: numbers and yes or no as such, everything else as text."""
    if BY_NAME[varied.name].kind == "flag" or BY_NAME[varied.name].numeric:
        return pa.array(list(varied.values))
    return pa.array([None if value is None else _text(value) for value in varied.values])


def _text(value: Value) -> str:
    return "|".join(sorted(value)) or "none" if isinstance(value, frozenset) else format_answer(value)


def labels(varied: Varied) -> Mapping[str, Value | None]:
    """The values by what they are called."""
    return {"unknown" if value is None else format_answer(value): value for value in varied.values}
