"""The rule table: its entries together, and finding things in them."""

from __future__ import annotations

from genarch.errors import UnknownIdError, nearest
from genarch.model.entries import (
    VERDICTS_WITHOUT_FAMILY,
    Architecture,
    Assumption,
    Disabled,
    Entry,
    Fact,
    Family,
    Header,
    Method,
    Notice,
    Question,
    Risk,
    Rule,
    Statement,
    TableWaiver,
)


class RuleTable:
    """A checked rule table; two tables are equal only when they are the same object."""

    __slots__ = (
        "__weakref__",
        "architectures",
        "assumptions",
        "disabled",
        "facts",
        "families",
        "header",
        "methods",
        "notices",
        "questions",
        "rules",
        "waivers",
    )

    def __init__(
        self,
        *,
        header: Header,
        families: tuple[Family, ...],
        architectures: tuple[Architecture, ...],
        rules: tuple[Rule, ...],
        methods: tuple[Method, ...] = (),
        notices: tuple[Notice, ...] = (),
        assumptions: tuple[Assumption, ...] = (),
        questions: tuple[Question, ...] = (),
        disabled: tuple[Disabled, ...] = (),
        facts: tuple[Fact, ...] = (),
        waivers: tuple[TableWaiver, ...] = (),
    ) -> None:
        self.header = header
        self.families = families
        self.architectures = architectures
        self.rules = rules
        self.methods = methods
        self.notices = notices
        self.assumptions = assumptions
        self.questions = questions
        self.disabled = disabled
        self.facts = facts
        self.waivers = waivers

    @property
    def name(self) -> str:
        """`id@version`, as `decided_with` has it."""
        return f"{self.header.id}@{self.header.version}"

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Every verdict that an evaluation can end with."""
        return (*(family.id for family in self.families), *VERDICTS_WITHOUT_FAMILY)

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a spec's `decision` may name."""
        return (
            *dict.fromkeys([*(f.id for f in self.families), *(a.id for a in self.architectures)]),
            "evaluate_both",
        )

    def entries(self) -> dict[str, list[Entry]]:
        """Everything that has an id: rules, methods, notices, assumptions, architectures, families, questions."""
        groups: tuple[tuple[Entry, ...], ...] = (
            self.rules,
            self.methods,
            self.notices,
            self.assumptions,
            self.architectures,
            self.families,
            self.questions,
        )
        found: dict[str, list[Entry]] = {}
        for group in groups:
            for entry in group:
                found.setdefault(entry.id, []).append(entry)
        return found

    def citations(self) -> dict[str, list[str]]:
        """For each fact, the entries that cite it, figures, strengths and risks of architectures included."""
        cited = [(self.header.id, self.header.source)]
        for group in (self.rules, self.methods, self.notices, self.assumptions):
            cited += [(entry.id, entry.source) for entry in group]
        for architecture in self.architectures:
            parts: list[Statement | Risk] = [*architecture.figures, *architecture.strengths, *architecture.risks]
            cited += [(architecture.id, source) for source in (architecture.source, *(part.source for part in parts))]
        found: dict[str, list[str]] = {}
        for name, source in cited:
            for fact in source.facts:
                if name not in found.setdefault(fact, []):
                    found[fact].append(name)
        return found

    def find(self, entry_id: str) -> list[Entry]:
        """The entries called `entry_id`; an architecture and its family may share a name.

        Raises:
            UnknownIdError: when there is none.
        """
        entries = self.entries()
        for left_out in self.disabled:
            if left_out.id == entry_id and entry_id not in entries:
                raise UnknownIdError(f"{self.name} disables '{entry_id}': {left_out.reason}")
        if entry_id not in entries:
            raise UnknownIdError(f"{self.name} has no '{entry_id}'{nearest(entry_id, entries)}")
        return entries[entry_id]
