"""The rule table that a decision says it was taken with, as `id@version`, against those that are at hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from genarch.model.table import RuleTable

Pinned = Literal["present", "other", "unknown"]
"""The present table; an older version of it, or another one that is known; or neither."""


def pinned_to(decided_with: str | None, present: RuleTable, others: Iterable[RuleTable]) -> Pinned:
    """Which table a decision was taken with; without a word of it, the present one."""
    if decided_with is None:
        return "present"
    table, version = decided_with.split("@")
    known = {other.header.id: other for other in (*others, present)}.get(table)
    if known is None:
        return "other" if table == present.header.extends.partition("@")[0] else "unknown"
    if not _begins(version, known.header.version) and _numbers(version) > _numbers(known.header.version):
        return "unknown"
    return "present" if known is present and _begins(version, present.header.version) else "other"


def table_of_that_day(decided_with: str, others: Iterable[RuleTable]) -> RuleTable | None:
    """The table itself, where it is at hand in that version."""
    table, version = decided_with.split("@")
    named = (other for other in others if other.header.id == table)
    return next((other for other in named if _begins(version, other.header.version)), None)


def _begins(given: str, version: str) -> bool:
    """Whether a version is the one given, which may be shortened: 1.0 is 1.0.0."""
    numbers = _numbers(given)
    return numbers == _numbers(version)[: len(numbers)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))
