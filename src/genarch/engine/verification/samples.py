"""Complete answers taken here and there, to meet cases without a search for them.

A table with many constraints has far more cases than a search can pass on its way to one of them, and most of what is
looked for is common. What the samples do not show is left to a search, so nothing rests on their choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.space import Space

SAMPLES = 20_000
"""A fifth of a second of looking for the shipped tables."""

_MULTIPLIER, _INCREMENT, _MODULUS = 6364136223846793005, 1442695040888963407, 1 << 64  # Knuth's MMIX


def sampled_hits(space: Space) -> Iterator[int]:
    """The watched conditions that hit on sampled answers without a contradiction; always the same samples."""
    state = 1
    for _ in range(SAMPLES):
        failed = 0
        for kinds in space.kinds.values():
            state = (state * _MULTIPLIER + _INCREMENT) % _MODULUS
            failed |= kinds[(state >> 33) % len(kinds)].fails
        hits, _ = space.matcher.gather(failed, 0)
        if not hits & ~space.watched:
            yield hits
