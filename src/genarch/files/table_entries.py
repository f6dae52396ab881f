"""A rule table's entries: records to values, every name known and every condition read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from genarch.errors import nearest
from genarch.files import table_format as form
from genarch.files.answers import read_answers
from genarch.files.conditions import read_condition
from genarch.files.records import Location
from genarch.files.table_file import TableFile
from genarch.files.yaml_text import Items
from genarch.table.answers import MANY
from genarch.table.conditions import ALWAYS, Condition, TooManyTermsError, terms
from genarch.table.constraints import BY_NAME, Answers
from genarch.table.rules import (
    VERDICTS_WITHOUT_FAMILY,
    Architecture,
    Assumption,
    Citation,
    Examples,
    Fact,
    Family,
    Method,
    Notice,
    Question,
    Risk,
    Rule,
    Statement,
)

INCONSISTENT = "inconsistent-"
"""How the ids of inconsistencies begin."""


class Entries:
    """The entries of one file, section by section; what is wrong is noted in the file's document."""

    def __init__(self, file: TableFile, *, families: Iterable[str], architectures: Iterable[str]) -> None:
        """`families` and `architectures` are all the ids that entries may name, inherited ones included."""
        self._file = file
        self._families = list(families)
        self._architectures = list(architectures)

    def facts(self) -> Iterator[Fact]:
        """The facts."""
        for entry in self._file.record.facts:
            yield Fact(
                entry.id,
                entry.text,
                entry.own,
                rows=tuple(entry.rows),
                cases=tuple(entry.cases),
                claims=tuple(entry.claims),
            )

    def families(self) -> Iterator[Family]:
        """The families."""
        for at, entry in enumerate(self._file.record.families):
            self._unreserved(entry.id, ("families", at, "id"))
            yield Family(entry.id, entry.title, entry.summary)

    def architectures(self) -> Iterator[Architecture]:
        """The alternatives."""
        for at, entry in enumerate(self._file.record.architectures):
            self._unreserved(entry.id, ("architectures", at, "id"))
            self._known([entry.family], self._families, ("architectures", at, "family"), "family")
            yield Architecture(
                id=entry.id,
                family=entry.family,
                title=entry.title,
                summary=entry.summary,
                maturity=entry.maturity,
                source=read_source(entry.source),
                figures=_statements(entry.figures),
                strengths=_statements(entry.strengths),
                risks=tuple(Risk(item.risk, item.mitigation, read_source(item.source)) for item in entry.risks),
            )

    def rules(self, points: Mapping[str, int]) -> Iterator[Rule]:
        """The rules, their strengths as points."""
        for at, entry in enumerate(self._file.record.rules):
            where: Location = ("rules", at)
            for key, names in (("for", entry.for_), ("against", entry.against), ("excludes", entry.excludes)):
                self._known(names, self._architectures, (*where, key), "architecture")
            if both := sorted(entry.for_.keys() & entry.against.keys()):
                self._file.report((*where, "against"), f"names {both[0]}, which 'for' names too; keep one")
            if not (entry.for_ or entry.against or entry.excludes):
                self._file.report(where, "has no effect; give it for, against or excludes, or make it a notice")
            gained = {name: points.get(strength, 0) for name, strength in entry.for_.items()}
            lost = {name: -points.get(strength, 0) for name, strength in entry.against.items()}
            scored = gained | lost
            yield Rule(
                id=entry.id,
                title=entry.title,
                when=self._condition((*where, "when")),
                points={name: scored[name] for name in self._architectures if name in scored},
                excludes=tuple(name for name in self._architectures if name in entry.excludes),
                because=entry.because,
                source=read_source(entry.source),
                since=entry.since,
                examples=self._examples((*where, "examples"), required=True),
                replaces=entry.replaces or "",
            )

    def methods(self) -> Iterator[Method]:
        """The methods."""
        for at, entry in enumerate(self._file.record.methods):
            where: Location = ("methods", at)
            self._known(entry.architectures, self._architectures, (*where, "architectures"), "architecture")
            yield Method(
                id=entry.id,
                title=entry.title,
                architectures=tuple(entry.architectures),
                when=self._condition((*where, "when")),
                because=entry.because,
                source=read_source(entry.source),
                examples=self._examples((*where, "examples")),
                replaces=entry.replaces or "",
            )

    def notices(self) -> Iterator[Notice]:
        """The notices."""
        known = [*self._families, *self._architectures, *VERDICTS_WITHOUT_FAMILY]
        for at, entry in enumerate(self._file.record.notices):
            where: Location = ("notices", at)
            self._known(entry.about, known, (*where, "about"), "architecture, family or verdict")
            if entry.id.startswith(INCONSISTENT) is not (entry.level == "inconsistency"):
                self._file.report((*where, "id"), f"ids of inconsistencies, and no others, begin with '{INCONSISTENT}'")
            yield Notice(
                id=entry.id,
                level=entry.level,
                title=entry.title,
                when=self._condition((*where, "when")),
                message=entry.message,
                source=read_source(entry.source),
                about=tuple(entry.about),
                examples=self._examples((*where, "examples")),
                replaces=entry.replaces or "",
            )

    def assumptions(self) -> Iterator[Assumption]:
        """The assumptions."""
        numbers = [name for name, constraint in BY_NAME.items() if constraint.numeric]
        for at, entry in enumerate(self._file.record.assumptions):
            where: Location = ("assumptions", at)
            self._known([entry.assume.constraint], numbers, (*where, "assume", "constraint"), "number constraint")
            constraint = BY_NAME.get(entry.assume.constraint)
            if constraint and entry.assume.below <= (constraint.above or constraint.at_least or 0):
                self._file.report((*where, "assume", "below"), "no answer is below that; write a larger number")
            yield Assumption(
                id=entry.id,
                title=entry.title,
                when=self._condition((*where, "when")),
                constraint=entry.assume.constraint,
                below=entry.assume.below,
                message=entry.message,
                source=read_source(entry.source),
                examples=self._examples((*where, "examples")),
                replaces=entry.replaces or "",
            )

    def questions(self) -> Iterator[Question]:
        """The questions."""
        for at, entry in enumerate(self._file.record.questions):
            where: Location = ("questions", at)
            self._known([entry.id], BY_NAME, (*where, "id"), "constraint")
            constraint = BY_NAME.get(entry.id)
            if constraint:
                self._known(entry.choices, constraint.values, (*where, "choices"), f"choice of {entry.id}")
                for value in constraint.values:
                    if value not in entry.choices and len(constraint.values) <= MANY:
                        self._file.report((*where, "choices"), f"has no line for '{value}'; add one")
            yield Question(entry.id, entry.ask, entry.help, dict(entry.choices))

    def _condition(self, location: Location) -> Condition:
        if not self._file.has(location):
            return ALWAYS
        condition = read_condition(self._file.document, self._file.node(location), self._file.field(location))
        try:
            terms(condition)
        except TooManyTermsError as error:
            self._file.report(location, str(error))
        return condition

    def _examples(self, location: Location, *, required: bool = False) -> Examples:
        found: dict[str, tuple[Answers, ...]] = {}
        for key in ("hit", "miss"):
            where = (*location, key)
            node = self._file.node(where) if self._file.has(where) else None
            count = len(node.items) if isinstance(node, Items) else 0
            if required and not count:
                self._file.report(location, f"has no {key}; every rule shows one spec on which it is a {key}")
            found[key] = tuple(
                read_answers(self._file.document, self._file.node((*where, at)), self._file.field((*where, at)))
                for at in range(count)
            )
        return Examples(found["hit"], found["miss"])

    def _unreserved(self, name: str, location: Location) -> None:
        if name in VERDICTS_WITHOUT_FAMILY:
            self._file.report(location, f"'{name}' is a verdict of its own; choose another id")

    def _known(self, names: Iterable[str], known: Iterable[str], location: Location, noun: str) -> None:
        known = dict.fromkeys(known)
        for name in names:
            if name not in known:
                if self._file.document.full:
                    self._file.report(location, "")
                    continue
                hint = nearest(name, known) or f"; write one of: {', '.join(known)}"
                self._file.report(location, f"'{name}' is not a known {noun}{hint}")


def read_source(record: form.SourceRecord) -> Citation:
    """A statement's source as a value."""
    return Citation(tuple(record.facts), record.section, record.grade)


def _statements(records: Iterable[form.StatementRecord]) -> tuple[Statement, ...]:
    return tuple(Statement(record.text, read_source(record.source)) for record in records)
