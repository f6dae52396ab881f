"""Completions of stated answers as if at random, the same ones every time, where examples are enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, reduce
from itertools import chain, islice, product
from math import prod
from operator import or_
from struct import unpack

from genarch.engine.constraints import NOTHING_STATED, Answers
from genarch.engine.search import ALL, FAILS, AnswerClass, Classes, Space

SAMPLES = 20_000
"""A fifth of a second of looking for the shipped tables."""


def sampled(
    space: Space, stated: Answers = NOTHING_STATED, count: int | None = None, *, classes: Classes = ALL
) -> Iterator[tuple[int, tuple[AnswerClass, ...]]]:
    """The watched conditions that hit on sampled answers without a contradiction, and the classes of these answers.

    Where something is stated, the samples are completions of it, and a contradiction within it is passed over. The
    classes stand in the order of the constraints that are not stated, or only as a range; `classes` are those to draw
    from, of some constraints. The samples are always the same, and each completion once where there are no more than
    `count`.
    """
    every = list(space.left_open(stated, classes).values())
    given, pending = space.matcher.against(stated)
    ignored = space.matcher.gather(given, pending)[0] | space.watched
    gather = space.matcher.narrowed(given, pending).gather
    count = SAMPLES if count is None else count
    for chosen in product(*every) if prod(map(len, every)) <= count else _drawn(every, count):
        hits, _ = gather(reduce(or_, map(FAILS, chosen), given), 0)
        if not hits & ~ignored:
            yield hits & space.watched, chosen


_BLOCK = 64
"""Samples that are drawn at once."""


def _drawn(every: Sequence[Sequence[AnswerClass]], count: int) -> Iterator[tuple[AnswerClass, ...]]:
    """One answer to each constraint, drawn so many times."""
    numbers, width = chain.from_iterable(_scattered()), len(every)
    for begin in range(0, count, _BLOCK):
        block = list(islice(numbers, width * min(_BLOCK, count - begin)))
        drawn = ([answers[number % len(answers)] for number in block[at::width]] for at, answers in enumerate(every))
        yield from zip(*drawn, strict=True)


_MULTIPLIER, _INCREMENT, _BITS = 6364136223846793005, 1442695040888963407, 64  # Knuth's MMIX
_DOUBLED = 12
"""How often the numbers that are worked out at once were doubled."""


def _scattered() -> Iterator[Sequence[int]]:
    """Numbers from 0 to below 2**31, scattered as if by chance, and always the same ones.

    They are worked out many at once, in one integer that has 128 bits for each.
    """
    numbers, states, (times, plus), ones, mask = _first_scattered()
    while True:
        yield numbers
        states = (states * times + plus * ones) & mask
        numbers = _upper(states)


@cache
def _first_scattered() -> tuple[Sequence[int], int, tuple[int, int], int, int]:
    """The first numbers, the states behind them, how the following come from these, and a one and a mask for each."""
    low = (1 << _BITS) - 1
    times, plus, ones = _MULTIPLIER, _INCREMENT, 1
    states = (times + plus) & low
    for doubled in range(_DOUBLED):
        width = 2 * _BITS << doubled
        states |= ((states * times + plus * ones) & ones * low) << width
        ones |= ones << width
        times, plus = times * times & low, (times + 1) * plus & low
    return _upper(states), states, (times, plus), ones, ones * low


def _upper(states: int) -> Sequence[int]:
    """The upper bits of each state."""
    return [word >> 1 for word in unpack(f"<{4 << _DOUBLED}I", states.to_bytes(16 << _DOUBLED, "little"))[1::4]]


def scattered() -> Iterator[float]:
    """The same numbers, from 0 to below 1."""
    return (number / (1 << 31) for number in chain.from_iterable(_scattered()))
