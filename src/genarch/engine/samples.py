"""Complete answers taken here and there, to meet cases without a search for them.

A table with many constraints has far more cases than a search can pass on its way to one of them, and most of what is
looked for is common. What the samples do not show is left to a search, so nothing rests on their choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.space import Kind, Space
from genarch.model.constraints import Answers

SAMPLES = 20_000
"""A fifth of a second of looking for the shipped tables."""

Sample = tuple[int, tuple[Kind, ...]]

_MULTIPLIER, _INCREMENT, _MODULUS = 6364136223846793005, 1442695040888963407, 1 << 64  # Knuth's MMIX


def sampled(space: Space, stated: Answers | None = None, count: int | None = None) -> Iterator[Sample]:
    """The watched conditions that hit on sampled answers without a contradiction, and the kinds of these answers.

    Where something is stated, the samples are completions of it, and a contradiction within it is passed over. The
    kinds stand in the order of the constraints that are not stated. The samples are always the same.
    """
    stated = stated or {}
    every = [kinds for name, kinds in space.kinds.items() if stated.get(name) is None]
    given, pending = space.against(stated)
    ignored = space.matcher.gather(given, pending)[0] | space.watched
    state = 1
    for _ in range(SAMPLES if count is None else count):
        failed, chosen = given, []
        for kinds in every:
            state = (state * _MULTIPLIER + _INCREMENT) % _MODULUS
            kind = kinds[(state >> 33) % len(kinds)]
            failed |= kind.fails
            chosen.append(kind)
        hits, _ = space.matcher.gather(failed, 0)
        if not hits & ~ignored:
            yield hits & space.watched, tuple(chosen)
