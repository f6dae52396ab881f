"""Searches that may end without an answer, and say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from genarch.engine.search import Search
from genarch.engine.space import Space
from genarch.model.constraints import BY_NAME, Answers
from genarch.model.findings import Check, Finding
from genarch.model.table_checks import SEARCH_LIMIT

LIMIT = 150_000
"""Nodes that one question may take: some five seconds. Of the shipped table's questions, one takes half of it."""


class Outcome(NamedTuple):
    """Answers that were looked for, None when there are none, or when the search gave up before it knew."""

    answers: Answers | None
    gave_up: bool


def look_for(
    space: Space, judge: Callable[[int], bool], reachable: Callable[[int, int], bool], *, limit: int | None = None
) -> Outcome:
    """Answers on which the hits pass the judge; `reachable` tells whether hits and open ones may still.

    `limit` is how many nodes to try, where not as many as any question may take.
    """
    search = Search(
        space,
        lambda hits: "found" if judge(hits) else None,
        lambda hits, unknown, _: reachable(hits, unknown),
        {},
        limit=LIMIT if limit is None else limit,
    )
    found = search.run(["found"]).get("found")
    return Outcome(None if found is None else ordered(found), search.gave_up)


def unsettled(check: Check, subject: str, entry: tuple[str, str] | None) -> Finding:
    """The finding that a question was left unanswered."""
    told = f"whether '{check.id}' applies was not settled within {LIMIT:,} steps"
    return Finding(SEARCH_LIMIT, (check.id, subject), told, entry)


def ordered(answers: Answers) -> Answers:
    """Answers in the order of the declaration."""
    return {name: answers[name] for name in BY_NAME if name in answers}
