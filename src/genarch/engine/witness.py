"""Answers on which given conditions hit and miss, or the proof that there are none."""

from __future__ import annotations

from collections.abc import Sequence

from genarch.engine.search import Search
from genarch.engine.space import Space
from genarch.model.conditions import Condition
from genarch.model.constraints import BY_NAME, Answers


def witness(
    hit: Sequence[Condition], miss: Sequence[Condition] = (), contradictions: Sequence[Condition] = ()
) -> Answers | None:
    """Answers on which each of `hit` hits and each of `miss` misses, free of contradictions; None if there are none.

    They answer what the conditions and contradictions read, and no more.
    """
    space = Space([*hit, *miss], contradictions)
    wanted = (1 << len(hit)) - 1
    search = Search(
        space,
        lambda hits: "found" if hits == wanted else None,
        lambda hits, unknown, _: not (hits & ~wanted or wanted & ~(hits | unknown)),
        {},
    )
    found = search.run(["found"]).get("found")
    return None if found is None else {name: found[name] for name in BY_NAME if name in found}
