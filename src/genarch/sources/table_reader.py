"""The long way to a rule table: resolve `extends`, check every name, read every condition."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from genarch.engine.matching import TooManyTermsError, terms
from genarch.errors import nearest
from genarch.model.conditions import ALWAYS, Condition
from genarch.model.constraints import BY_NAME, Answers
from genarch.model.table import (
    VERDICTS_WITHOUT_FAMILY,
    Architecture,
    Assumption,
    Disabled,
    Examples,
    Family,
    Header,
    Method,
    Notice,
    Question,
    Ratio,
    Risk,
    Rule,
    RuleTable,
    Source,
    Statement,
)
from genarch.sources import table_format as form
from genarch.sources.answers import read_answers
from genarch.sources.bundled import bundled_tables, digest
from genarch.sources.conditions import read_condition
from genarch.sources.table_file import Location, TableFile

MAX_CHAIN = 8
"""Tables that extend one another; more than three are already hard to follow."""

INCONSISTENT = "inconsistent-"


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)


def read_table(path: str) -> RuleTable:
    """Read and check a table and those that it extends.

    Raises:
        InputError: with every problem of the first file that has any.
    """
    chain = _chain(path)
    table: RuleTable | None = None
    contents: list[bytes] = []
    for file in chain:
        contents.append(file.content)
        table = _Builder(file, table).table(digest(contents))
    assert table is not None  # noqa: S101  (a chain has at least the file itself)
    return table


def files_of(path: str) -> list[str]:
    """The files that a table is read from: the one extended first, the table itself last."""
    return [file.path for file in _chain(path)]


def _chain(path: str) -> list[TableFile]:
    """A table's file after those that it extends."""
    files = [TableFile(path)]
    passed = [os.path.realpath(path)]
    while parent := files[0].record.extends:
        file = files[0]
        found = _extended(file, parent)
        real = os.path.realpath(found)
        if real in passed:
            circle = " extends ".join(
                os.path.basename(step) for step in [*passed[passed.index(real) :], real]
            )
            file.report(("extends",), f"goes in a circle: {circle}")
        elif len(passed) == MAX_CHAIN:
            file.report(("extends",), f"more than {MAX_CHAIN} tables extend one another")
        file.document.check()
        passed.append(real)
        files.insert(0, TableFile(found))
    return files


def _extended(file: TableFile, parent: str) -> str:
    """The path of the table that a file extends."""
    bundled = bundled_tables()
    if parent in bundled:
        return bundled[parent]
    path = os.path.join(os.path.dirname(file.path), parent)
    if not os.path.isfile(path):
        hint = nearest(parent, bundled) or f"; bundled are: {', '.join(bundled)}"
        file.report(("extends",), f"no bundled table and no file '{parent[:100]}'{hint}")
        raise file.document.error()
    return path


class _Builder:
    """Turns a file's record into a table, on top of the one it extends."""

    def __init__(self, file: TableFile, base: RuleTable | None) -> None:
        self._file = file
        self._record = file.record
        self._base = base
        self._disabled = {entry.id for entry in file.record.disable}
        families = [*(base.families if base else ()), *file.record.families]
        architectures = [*(base.architectures if base else ()), *file.record.architectures]
        self._families = [family.id for family in families]
        self._architectures = [architecture.id for architecture in architectures]

    def table(self, table_digest: str) -> RuleTable:
        """The table.

        Raises:
            InputError: with every problem of meaning.
        """
        record, base = self._record, self._base
        self._check_disabled()
        header = self._header(table_digest)
        families = self._merged("families", base.families if base else (), self._read_families())
        architectures = self._merged(
            "architectures", base.architectures if base else (), self._read_architectures()
        )
        rules = self._merged("rules", base.rules if base else (), self._read_rules(header.points))
        methods = self._merged("methods", base.methods if base else (), self._read_methods())
        notices = self._merged("notices", base.notices if base else (), self._read_notices())
        assumptions = self._merged("assumptions", base.assumptions if base else (), self._read_assumptions())
        questions = self._merged("questions", base.questions if base else (), self._read_questions())
        if not architectures:
            self._file.report((), "has no architectures; name at least one, or extend a table that does")
        self._check_unique()
        self._file.document.check()
        return RuleTable(
            header=header,
            families=families,
            architectures=architectures,
            rules=rules,
            methods=methods,
            notices=notices,
            assumptions=assumptions,
            questions=questions,
            disabled=(
                *(base.disabled if base else ()),
                *(Disabled(entry.id, entry.reason) for entry in record.disable),
            ),
        )

    def _header(self, table_digest: str) -> Header:
        record, base = self._record, self._base
        points = record.points.model_dump() if record.points else dict(base.header.points) if base else {}
        if not points:
            self._file.report(("points",), "is missing; write {slight: 1, moderate: 2, strong: 3}")
        elif not 0 < points["slight"] < points["moderate"] < points["strong"]:
            self._file.report(("points",), "must grow: 0 < slight < moderate < strong")
        if record.close_call is not None:
            close_call = _ratio(record.close_call)
        elif base:
            close_call = base.header.close_call
        else:
            close_call = Ratio(0, 1)
            self._file.report(
                ("close_call",), "is missing; write the margin below which to evaluate both, as 0.15"
            )
        if close_call.numerator > close_call.denominator:
            self._file.report(("close_call",), "must be at most 1: a margin is a share of the points")
        return Header(
            id=record.id,
            version=record.version,
            title=record.title,
            source=_source(record.source),
            source_title=record.source.title,
            points=points,
            close_call=close_call,
            digest=table_digest,
            extends=base.name if base else "",
        )

    def _read_families(self) -> Iterator[Family]:
        for entry in self._record.families:
            yield Family(entry.id, entry.title, entry.summary)

    def _read_architectures(self) -> Iterator[Architecture]:
        for at, entry in enumerate(self._record.architectures):
            self._known([entry.family], self._families, ("architectures", at, "family"), "family")
            yield Architecture(
                id=entry.id,
                family=entry.family,
                title=entry.title,
                summary=entry.summary,
                maturity=entry.maturity,
                source=_source(entry.source),
                figures=_statements(entry.figures),
                strengths=_statements(entry.strengths),
                risks=tuple(Risk(item.risk, item.mitigation, _source(item.source)) for item in entry.risks),
            )

    def _read_rules(self, points: Mapping[str, int]) -> Iterator[Rule]:
        for at, entry in enumerate(self._record.rules):
            where: Location = ("rules", at)
            for key, names in (("for", entry.for_), ("against", entry.against), ("excludes", entry.excludes)):
                self._known(names, self._architectures, (*where, key), "architecture")
            if both := sorted(entry.for_.keys() & entry.against.keys()):
                self._file.report((*where, "against"), f"names {both[0]}, which 'for' names too; keep one")
            if not (entry.for_ or entry.against or entry.excludes):
                self._file.report(
                    where, "has no effect; give it for, against or excludes, or make it a notice"
                )
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
                source=_source(entry.source),
                since=entry.since,
                examples=self._examples((*where, "examples"), required=True),
                replaces=entry.replaces or "",
            )

    def _read_methods(self) -> Iterator[Method]:
        for at, entry in enumerate(self._record.methods):
            where: Location = ("methods", at)
            self._known(entry.architectures, self._architectures, (*where, "architectures"), "architecture")
            yield Method(
                id=entry.id,
                title=entry.title,
                architectures=tuple(entry.architectures),
                when=self._condition((*where, "when")),
                because=entry.because,
                source=_source(entry.source),
                examples=self._examples((*where, "examples")),
                replaces=entry.replaces or "",
            )

    def _read_notices(self) -> Iterator[Notice]:
        known = [*self._families, *self._architectures, *VERDICTS_WITHOUT_FAMILY]
        for at, entry in enumerate(self._record.notices):
            where: Location = ("notices", at)
            self._known(entry.about, known, (*where, "about"), "architecture, family or verdict")
            if entry.id.startswith(INCONSISTENT) is not (entry.level == "inconsistency"):
                self._file.report(
                    (*where, "id"), f"ids of inconsistencies, and no others, begin with '{INCONSISTENT}'"
                )
            yield Notice(
                id=entry.id,
                level=entry.level,
                title=entry.title,
                when=self._condition((*where, "when")),
                message=entry.message,
                source=_source(entry.source),
                about=tuple(entry.about),
                examples=self._examples((*where, "examples")),
                replaces=entry.replaces or "",
            )

    def _read_assumptions(self) -> Iterator[Assumption]:
        numbers = [name for name, constraint in BY_NAME.items() if constraint.numeric]
        for at, entry in enumerate(self._record.assumptions):
            where: Location = ("assumptions", at)
            self._known(
                [entry.assume.constraint], numbers, (*where, "assume", "constraint"), "number constraint"
            )
            yield Assumption(
                id=entry.id,
                title=entry.title,
                when=self._condition((*where, "when")),
                constraint=entry.assume.constraint,
                below=entry.assume.below,
                message=entry.message,
                source=_source(entry.source),
                examples=self._examples((*where, "examples")),
                replaces=entry.replaces or "",
            )

    def _read_questions(self) -> Iterator[Question]:
        for at, entry in enumerate(self._record.questions):
            where: Location = ("questions", at)
            self._known([entry.id], BY_NAME, (*where, "id"), "constraint")
            constraint = BY_NAME.get(entry.id)
            if constraint:
                self._known(entry.choices, constraint.values, (*where, "choices"), f"choice of {entry.id}")
                for value in constraint.values:
                    if value not in entry.choices:
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
            count = len(getattr(node, "items", ()))
            if required and not count:
                self._file.report(location, f"has no {key}; every rule shows one spec on which it is a {key}")
            found[key] = tuple(
                read_answers(
                    self._file.document, self._file.node((*where, at)), self._file.field((*where, at))
                )
                for at in range(count)
            )
        return Examples(found["hit"], found["miss"])

    def _known(self, names: Iterable[str], known: Iterable[str], location: Location, noun: str) -> None:
        known = list(known)
        for name in names:
            if name not in known:
                hint = nearest(name, known) or f"; write one of: {', '.join(known)}"
                self._file.report(location, f"'{name}' is not a known {noun}{hint}")

    def _merged(self, section: str, inherited: Sequence[_Entry], own: Iterable[_Entry]) -> tuple[_Entry, ...]:
        """The entries inherited, less the disabled, each replaced where this table does so; then the new ones."""
        merged = {entry.id: entry for entry in inherited if entry.id not in self._disabled}
        known = {entry.id for entry in inherited}
        for at, (entry, record) in enumerate(zip(own, getattr(self._record, section), strict=True)):
            location: Location = (section, at)
            reason = getattr(record, "replaces", None)
            if entry.id in known and not reason:
                self._file.report(
                    (*location, "id"),
                    "is in the extended table too; to take its place, add 'replaces: <the reason>'",
                )
            elif reason and entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                self._file.report(
                    (*location, "replaces"), f"the extended table has no '{entry.id}' here{hint}"
                )
            merged[entry.id] = entry
        return tuple(merged.values())

    def _check_disabled(self) -> None:
        base = self._base
        known = (
            {e.id for e in (*base.rules, *base.methods, *base.notices, *base.assumptions)} if base else set()
        )
        for at, entry in enumerate(self._record.disable):
            if entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                self._file.report(
                    ("disable", at, "id"),
                    f"the extended table has no rule, method or notice '{entry.id}'{hint}",
                )

    def _check_unique(self) -> None:
        """No id twice in this file; an architecture may share its family's, as the sole member does."""
        record = self._record
        sections = ("architectures", "rules", "methods", "notices", "assumptions")
        counted = Counter(entry.id for section in sections for entry in getattr(record, section))
        for section in (*sections, "families", "questions"):
            own = Counter(entry.id for entry in getattr(record, section))
            seen: set[str] = set()
            for at, entry in enumerate(getattr(record, section)):
                twice = own[entry.id] > 1 or (section in sections and counted[entry.id] > 1)
                if twice and (entry.id in seen or own[entry.id] == 1):
                    self._file.report((section, at, "id"), f"'{entry.id}' stands twice; ids are used once")
                seen.add(entry.id)


def _source(record: form.SourceRecord) -> Source:
    return Source(tuple(record.facts), record.section, record.grade)


def _statements(records: Iterable[form.StatementRecord]) -> tuple[Statement, ...]:
    return tuple(Statement(record.text, _source(record.source)) for record in records)


def _ratio(decimal: str) -> Ratio:
    """`0.15` as 15/100."""
    whole, _, fraction = decimal.partition(".")
    return Ratio(int(whole + fraction), 10 ** len(fraction))
