"""Rule tables with further rules: what is compiled of the table that they extend serves for them."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable
from typing import TypeGuard

from genarch.engine.conditions import NEVER
from genarch.engine.rules import Rule, RuleTable

ROOM = (NEVER,) * 48
"""Conditions that are compiled after those of a table's rules, to be replaced by those of rules that extend it."""


class Extended(RuleTable):
    """A rule table with further rules, and the table that they were added to."""

    base: RuleTable
    room: int
    """For how many more rules what is compiled serves."""

    @classmethod
    def of(cls, base: RuleTable, rules: Iterable[Rule]) -> "Extended":
        """A table with further rules after its own."""
        table = cls(*base._replace(rules=(*base.rules, *rules)))
        table.base = base
        table.room = (base.room if isinstance(base, cls) else len(ROOM)) - len(table.added)
        return table

    @property
    def added(self) -> tuple[Rule, ...]:
        """The further rules."""
        return self.rules[len(self.base.rules) :]


def extends(rules: RuleTable) -> TypeGuard[Extended]:
    """Whether a table is another one and few enough further rules, so that what is compiled of it serves."""
    return isinstance(rules, Extended) and rules.room >= 0
