"""The long way to a rule table: resolve `extends`, check every name, read every condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from genarch.errors import nearest
from genarch.files import table_format as form
from genarch.files.checks import TABLE_CHECKS
from genarch.files.record_file import Record
from genarch.files.records import Location
from genarch.files.table_entries import Entries, read_source
from genarch.files.table_file import Places, TableFile, chain_of
from genarch.files.tables import digest
from genarch.table.conditions import MAX_ALL_TERMS, Condition, constraints_read, terms
from genarch.table.matching import Matcher
from genarch.table.rules import (
    CLEAR,
    Assumption,
    Disabled,
    Examples,
    Fact,
    Header,
    Notice,
    Ratio,
    RuleTable,
    TableWaiver,
)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


class _Conditional(_Named, Protocol):
    @property
    def when(self) -> Condition: ...
    @property
    def examples(self) -> Examples: ...


_REPLACEABLE = ("rules", "methods", "notices", "assumptions")
_OUTCOMES = {"hit": "a hit", "miss": "a miss", "unknown": "unknown: it leaves out an answer that decides"}

_Entry = TypeVar("_Entry", bound=_Named)


def read_table(path: str) -> RuleTable:
    """Read and check a table and those that it extends.

    Raises:
        InputError: with every problem of the first file that has any.
    """
    return read_located(path)[0]


def read_located(path: str) -> tuple[RuleTable, Places]:
    """A table, as `read_table` gives it, with the places of its entries.

    Raises:
        InputError: with every problem of the first file that has any.
    """
    chain = chain_of(path)
    table: RuleTable | None = None
    contents: list[bytes] = []
    for file in chain:
        contents.append(file.content)
        table = _Builder(file, table).table(digest(contents))
    assert table is not None  # noqa: S101  (a chain has at least the file itself)
    return table, Places(chain)


class _Builder:
    """Turns a file's record into a table, on top of the one it extends."""

    def __init__(self, file: TableFile, base: RuleTable | None) -> None:
        self._file = file
        self._record = file.record
        self._base = base
        self._disabled = {entry.id for entry in file.record.disable}
        families = [family.id for family in base.families] if base else []
        architectures = [architecture.id for architecture in base.architectures] if base else []
        self._entries = Entries(
            file,
            families=[*families, *(family.id for family in file.record.families)],
            architectures=[*architectures, *(architecture.id for architecture in file.record.architectures)],
        )

    def table(self, table_digest: str) -> RuleTable:
        """The table.

        Raises:
            InputError: with every problem of meaning.
        """
        record, base, entries = self._record, self._base, self._entries
        self._check_disabled()
        self._check_waivers()
        header = self._header(table_digest)
        inherited = [fact._replace(inherited=True) for fact in base.facts] if base else []
        facts = self._merged("facts", inherited, entries.facts())
        self._check_citations(facts)
        families = self._merged("families", base.families if base else (), entries.families())
        architectures = self._merged("architectures", base.architectures if base else (), entries.architectures())
        rules = self._merged("rules", base.rules if base else (), entries.rules(header.points))
        methods = self._merged("methods", base.methods if base else (), entries.methods())
        notices = self._merged("notices", base.notices if base else (), entries.notices())
        assumptions = self._merged("assumptions", base.assumptions if base else (), entries.assumptions())
        questions = self._merged("questions", base.questions if base else (), entries.questions())
        for family in families:
            if not self._file.document.problems and all(a.family != family.id for a in architectures):
                self._file.report(
                    ("families",), f"'{family.id}' has no architecture; name one, or leave the family out"
                )
        if not architectures:
            self._file.report((), "has no architectures; name at least one, or extend a table that does")
        self._check_unique(architectures, rules, methods, notices, assumptions)
        self._check_size([*rules, *methods, *notices, *assumptions])
        self._check_contradictions(notices, assumptions)
        self._file.document.check()
        self._check_examples("rules", rules, assumptions)
        self._check_examples("methods", methods, assumptions)
        self._check_examples("notices", notices, assumptions)
        self._check_examples("assumptions", assumptions, ())
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
            facts=facts,
            disabled=(
                *(base.disabled if base else ()),
                *(Disabled(entry.id, entry.reason) for entry in record.disable),
            ),
            waivers=(
                *(waiver._replace(inherited=True) for waiver in (base.waivers if base else ())),
                *(TableWaiver(entry.check, tuple(entry.subject), entry.reason) for entry in record.waivers),
            ),
        )

    def _header(self, table_digest: str) -> Header:
        record, base = self._record, self._base
        points = record.points.model_dump() if record.points else dict(base.header.points) if base else {}
        if base and record.id == base.header.id:
            self._file.report(("id",), "is the id of the extended table; choose one of its own")
        if base and record.points:
            self._file.report(
                ("points",), "are those of the extended table, whose rules they have scaled; leave them out"
            )
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
            self._file.report(("close_call",), "is missing; write the margin below which to evaluate both, as 0.15")
        if close_call.numerator > close_call.denominator:
            self._file.report(("close_call",), "must be at most 1: a margin is a share of the points")
        clear = base.header.clear if base else CLEAR
        if record.clear is not None:
            clear = _ratio(record.clear)
            if clear.numerator > clear.denominator:
                self._file.report(("clear",), "must be at most 1: a margin is a share of the points")
        return Header(
            id=record.id,
            version=record.version,
            title=record.title,
            source=read_source(record.source),
            source_title=record.source.title,
            points=points,
            close_call=close_call,
            clear=clear,
            digest=table_digest,
            extends=base.name if base else "",
        )

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
                self._file.report((*location, "replaces"), f"the extended table has no '{entry.id}' here{hint}")
            merged[entry.id] = entry
        return tuple(merged.values())

    def _check_disabled(self) -> None:
        base = self._base
        known: set[str] = set()
        if base:
            for section in (base.rules, base.methods, base.notices, base.assumptions):
                known |= {entry.id for entry in section}
        replaced = {entry.id for section in _REPLACEABLE for entry in getattr(self._record, section)}
        for at, entry in enumerate(self._record.disable):
            if entry.id in replaced or entry.id in [other.id for other in self._record.disable[:at]]:
                self._file.report(("disable", at, "id"), f"'{entry.id}' is disabled or stated elsewhere here; keep one")
            if entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                self._file.report(
                    ("disable", at, "id"),
                    f"the extended table has no rule, method, notice or assumption '{entry.id}'{hint}",
                )

    def _check_waivers(self) -> None:
        for at, entry in enumerate(self._record.waivers):
            if entry.check not in TABLE_CHECKS:
                hint = nearest(entry.check, TABLE_CHECKS) or f"; the checks are: {', '.join(TABLE_CHECKS)}"
                self._file.report(("waivers", at, "check"), f"'{entry.check}' is not a check on tables{hint}")
            elif entry.check in ("table-invalid", "waiver-unused"):
                self._file.report(("waivers", at, "check"), f"'{entry.check}' cannot be waived; fix what it finds")

    def _check_size(self, entries: Iterable[_Conditional]) -> None:
        if not self._file.document.problems and sum(len(terms(entry.when)) for entry in entries) > MAX_ALL_TERMS:
            self._file.report((), f"its conditions amount to more than {MAX_ALL_TERMS} alternatives; split it")

    def _check_contradictions(self, notices: Iterable[Notice], assumptions: Iterable[Assumption]) -> None:
        """An assumption can be contradicted by what is stated; an inconsistency has to say so."""
        told = [set(constraints_read(notice.when)) for notice in notices if notice.level == "inconsistency"]
        for assumption in assumptions:
            reads = {assumption.constraint, *constraints_read(assumption.when)}
            at = next((at for at, own in enumerate(self._record.assumptions) if own.id == assumption.id), None)
            if not any(reads <= constraints for constraints in told):
                where: Location = ("disable",) if at is None else ("assumptions", at)
                message = f"'{assumption.id}' needs a notice of level inconsistency for the answers that contradict it"
                self._file.report(where, message)

    def _check_citations(self, facts: Iterable[Fact]) -> None:
        known = [fact.id for fact in facts]
        for location, source in _sources_in(self._record):
            for fact in source.facts:
                if fact not in known:
                    hint = nearest(fact, known) or "; state it under 'facts'"
                    self._file.report((*location, "facts"), f"'{fact}' is not among the facts{hint}")

    def _check_examples(self, section: str, entries: Iterable[_Conditional], assumptions: Sequence[Assumption]) -> None:
        """Hold what this file gives as hits and misses against its conditions."""
        by_id = {entry.id: entry for entry in entries}
        for at, record in enumerate(getattr(self._record, section)):
            entry = by_id[record.id]
            matcher = Matcher([entry.when], assumptions)
            for key, stated in (("hit", entry.examples.hit), ("miss", entry.examples.miss)):
                for number, answers in enumerate(stated):
                    matches = matcher.match(answers)
                    outcome = "hit" if matches.hits else "unknown" if matches.unknown else "miss"
                    if outcome != key:
                        where = (section, at, "examples", key, number)
                        self._file.report(where, f"is no {key} but {_OUTCOMES[outcome]}")

    def _check_unique(self, *shared: Iterable[_Named]) -> None:
        """No id twice in a part of this file, nor in two of the parts that are searched together, inherited or not."""
        holders = Counter(entry.id for section in shared for entry in section)
        for section in ("architectures", *_REPLACEABLE, "facts", "families", "questions"):
            seen: set[str] = set()
            for at, entry in enumerate(getattr(self._record, section)):
                apart = section == "architectures" or section in _REPLACEABLE
                if entry.id in seen or (apart and holders[entry.id] > 1):
                    self._file.report((section, at, "id"), f"'{entry.id}' stands twice; ids are used once")
                seen.add(entry.id)


def _ratio(text: str) -> Ratio:
    """`0.15` as 15/100, `1/3` as it is."""
    if "/" in text:
        numerator, denominator = map(int, text.split("/"))
        return Ratio(numerator, denominator)
    whole, _, fraction = text.partition(".")
    return Ratio(int(whole + fraction), 10 ** len(fraction))


def _sources_in(value: object, location: Location = ()) -> Iterator[tuple[Location, form.SourceRecord]]:
    """Every source that is cited in a record, with its place."""
    if isinstance(value, form.SourceRecord):
        yield location, value
    if isinstance(value, Record):
        for name in type(value).model_fields:
            yield from _sources_in(getattr(value, name), (*location, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _sources_in(item, (*location, at))
