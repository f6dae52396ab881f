"""Files to a rule table: merged with the one that each extends, every name known, every example as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from genarch.errors import nearest, nearest_or_all
from genarch.files.bundled import TABLE_CHECKS, digest
from genarch.files.records import Location
from genarch.files.table_file import Places, TableFile, TableSource, chain_of
from genarch.table.answers import MANY
from genarch.table.conditions import MAX_ALL_TERMS, constraints_read, terms
from genarch.table.constraints import BY_NAME
from genarch.table.matching import Matcher
from genarch.table.rules import (
    CLEAR,
    VERDICTS_WITHOUT_FAMILY,
    Assumption,
    Citation,
    Conditional,
    Fact,
    Header,
    Ratio,
    Rule,
    RuleTable,
)


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def replaces(self) -> str: ...


INCONSISTENT = "inconsistent-"
"""How the ids of inconsistencies begin."""

_CONDITIONAL = ("rules", "methods", "notices", "assumptions")
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
    for at, file in enumerate(chain, 1):
        table = _Builder(file, table).table(digest([read.content for read in chain[:at]]))
    assert table is not None  # noqa: S101  (a chain has at least the file itself)
    return table, Places(chain)


class _Builder:
    """Turns a file into a table, on top of the one it extends."""

    def __init__(self, file: TableFile, base: RuleTable | None) -> None:
        self._file, self._form, self._base, self._report = file, file.value, base, file.report
        self._disabled = {entry.id for entry in file.value.disable}
        self._families = [family.id for family in (*self._inherited("families"), *file.value.families)]
        self._architectures = [entry.id for entry in (*self._inherited("architectures"), *file.value.architectures)]

    def table(self, table_digest: str) -> RuleTable:
        """The table; raises an InputError with every problem of meaning."""
        form, problems = self._form, self._file.document.problems
        self._check_disabled()
        self._check_waivers()
        header = self._header(table_digest)
        self._check_entries()
        table = RuleTable(
            header=header,
            families=self._merged("families", form.families),
            architectures=self._merged("architectures", form.architectures),
            rules=self._merged("rules", self._rules(header)),
            methods=self._merged("methods", form.methods),
            notices=self._merged("notices", form.notices),
            assumptions=self._merged("assumptions", form.assumptions),
            questions=self._merged("questions", form.questions),
            facts=self._merged("facts", form.facts),
            disabled=(*self._inherited("disabled"), *form.disable),
            waivers=(*self._inherited("waivers"), *form.waivers),
        )
        self._check_citations(table.facts)
        for family in table.families:
            if not problems and all(a.family != family.id for a in table.architectures):
                message = f"'{family.id}' has no architecture; name one, or leave the family out"
                self._report(("families",), message)
        if not table.architectures:
            self._report((), "has no architectures; name at least one, or extend a table that does")
        conditional = [entry for _, entry in table.conditional()]
        self._check_unique([*table.architectures, *conditional])
        if not problems and sum(len(terms(entry.when)) for entry in conditional) > MAX_ALL_TERMS:
            self._report((), f"its conditions amount to more than {MAX_ALL_TERMS} alternatives; split it")
        self._check_contradictions(table)
        self._file.document.check()
        for section in _CONDITIONAL:
            self._check_examples(section, () if section == "assumptions" else table.assumptions)
        self._file.document.check()
        return table

    def _inherited(self, section: str) -> tuple[Any, ...]:
        entries: tuple[Any, ...] = getattr(self._base, section) if self._base else ()
        marked = section in ("facts", "waivers")
        return tuple(entry._replace(inherited=True) for entry in entries) if marked else entries

    def _header(self, table_digest: str) -> Header:
        form, base = self._form, self._base
        if base and form.id == base.header.id:
            self._report(("id",), "is the id of the extended table; choose one of its own")
        if base and form.points:
            self._report(("points",), "are those of the extended table, whose rules they have scaled; leave them out")
        points = form.points._asdict() if form.points else dict(base.header.points) if base else {}
        if not points:
            self._report(("points",), "is missing; write {slight: 1, moderate: 2, strong: 3}")
        elif not 0 < points["slight"] < points["moderate"] < points["strong"]:
            self._report(("points",), "must grow: 0 < slight < moderate < strong")
        close_call = form.close_call or (base and base.header.close_call)
        if close_call is None:
            self._report(("close_call",), "is missing; write the margin below which to evaluate both, as 0.15")
        return Header(
            id=form.id,
            version=form.version,
            title=form.title,
            source=Citation(form.source.facts, form.source.section, form.source.grade),
            source_title=form.source.title,
            points=points,
            close_call=close_call or Ratio(0, 1),
            clear=form.clear or (base.header.clear if base else CLEAR),
            digest=table_digest,
            extends=base.name if base else "",
        )

    def _rules(self, header: Header) -> Iterator[Rule]:
        """The rules, their strengths as points."""
        for at, rule in enumerate(self._form.rules):
            where: Location = ("rules", at)
            for key, names in (("for", rule.for_), ("against", rule.against), ("excludes", rule.excludes)):
                self._check_known(names, self._architectures, (*where, key), "architecture")
            if both := sorted(rule.for_.keys() & rule.against.keys()):
                self._report((*where, "against"), f"names {both[0]}, which 'for' names too; keep one")
            if not (rule.for_ or rule.against or rule.excludes):
                self._report(where, "has no effect; give it for, against or excludes, or make it a notice")
            for key, examples in rule.examples._asdict().items():
                if not examples:
                    message = f"has no {key}; every rule shows one spec on which it is a {key}"
                    self._report((*where, "examples"), message)
            points = {name: header.points.get(strength, 0) for name, strength in rule.for_.items()}
            points |= {name: -header.points.get(strength, 0) for name, strength in rule.against.items()}
            yield rule._replace(
                points={name: points[name] for name in self._architectures if name in points},
                excludes=tuple(name for name in self._architectures if name in rule.excludes),
            )

    def _check_entries(self) -> None:
        """Check the names of and in families, architectures, methods, notices, assumptions and questions."""
        for section in ("families", "architectures"):
            for at, entry in enumerate(getattr(self._form, section)):
                if entry.id in VERDICTS_WITHOUT_FAMILY:
                    self._report((section, at, "id"), f"'{entry.id}' is a verdict of its own; choose another id")
        for at, architecture in enumerate(self._form.architectures):
            self._check_known([architecture.family], self._families, ("architectures", at, "family"), "family")
        for at, method in enumerate(self._form.methods):
            where: Location = ("methods", at, "architectures")
            self._check_known(method.architectures, self._architectures, where, "architecture")
        known = [*self._families, *self._architectures, *VERDICTS_WITHOUT_FAMILY]
        for at, notice in enumerate(self._form.notices):
            self._check_known(notice.about, known, ("notices", at, "about"), "architecture, family or verdict")
            if notice.id.startswith(INCONSISTENT) is not (notice.level == "inconsistency"):
                message = f"ids of inconsistencies, and no others, begin with '{INCONSISTENT}'"
                self._report(("notices", at, "id"), message)
        numbers = [name for name, constraint in BY_NAME.items() if constraint.numeric]
        for at, assumption in enumerate(self._form.assumptions):
            name, below = assumption.assume
            where = ("assumptions", at, "assume")
            self._check_known([name], numbers, (*where, "constraint"), "number constraint")
            if name in BY_NAME and below <= (BY_NAME[name].above or BY_NAME[name].at_least or 0):
                self._report((*where, "below"), "no answer is below that; write a larger number")
        for at, question in enumerate(self._form.questions):
            where = ("questions", at)
            self._check_known([question.id], BY_NAME, (*where, "id"), "constraint")
            values = BY_NAME[question.id].values if question.id in BY_NAME else tuple(question.choices)
            self._check_known(question.choices, values, (*where, "choices"), f"choice of {question.id}")
            for value in values if len(values) <= MANY else ():
                if value not in question.choices:
                    self._report((*where, "choices"), f"has no line for '{value}'; add one")

    def _check_known(self, names: Iterable[str], known: Iterable[str], location: Location, noun: str) -> None:
        known = dict.fromkeys(known)
        for name in names:
            if name not in known:
                hint = "" if self._file.document.full else nearest_or_all(name, known)
                self._report(location, f"'{name}' is not a known {noun}{hint}")

    def _merged(self, section: str, own: Iterable[_Entry]) -> tuple[_Entry, ...]:
        """The entries inherited, less the disabled, each replaced where this table does so; then the new ones."""
        inherited: tuple[_Entry, ...] = self._inherited(section)
        merged = {entry.id: entry for entry in inherited if entry.id not in self._disabled}
        known = {entry.id for entry in inherited}
        for at, entry in enumerate(own):
            if entry.id in known and not entry.replaces:
                message = "is in the extended table too; to take its place, add 'replaces: <the reason>'"
                self._report((section, at, "id"), message)
            elif entry.replaces and entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                self._report((section, at, "replaces"), f"the extended table has no '{entry.id}' here{hint}")
            merged[entry.id] = entry
        return tuple(merged.values())

    def _check_disabled(self) -> None:
        known = {entry.id for section in _CONDITIONAL for entry in self._inherited(section)}
        stated = {entry.id for section in _CONDITIONAL for entry in getattr(self._form, section)}
        for at, entry in enumerate(self._form.disable):
            where: Location = ("disable", at, "id")
            if entry.id in stated:
                self._report(where, f"'{entry.id}' is disabled or stated elsewhere here; keep one")
            stated.add(entry.id)
            if entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                message = f"the extended table has no rule, method, notice or assumption '{entry.id}'{hint}"
                self._report(where, message)

    def _check_waivers(self) -> None:
        for at, entry in enumerate(self._form.waivers):
            where: Location = ("waivers", at, "check")
            if entry.check not in TABLE_CHECKS:
                hint = nearest(entry.check, TABLE_CHECKS) or f"; the checks are: {', '.join(TABLE_CHECKS)}"
                self._report(where, f"'{entry.check}' is not a check on tables{hint}")
            elif entry.check in ("table-invalid", "waiver-unused"):
                self._report(where, f"'{entry.check}' cannot be waived; fix what it finds")

    def _check_contradictions(self, table: RuleTable) -> None:
        """An assumption can be contradicted by what is stated; an inconsistency has to say so."""
        contradicted = [set(constraints_read(entry.when)) for entry in table.notices if entry.level == "inconsistency"]
        own = [entry.id for entry in self._form.assumptions]
        for assumption in table.assumptions:
            reads = {assumption.assume.constraint, *constraints_read(assumption.when)}
            if not any(reads <= names for names in contradicted):
                name = assumption.id
                where: Location = ("assumptions", own.index(name)) if name in own else ("disable",)
                message = f"'{name}' needs a notice of level inconsistency for the answers that contradict it"
                self._report(where, message)

    def _check_citations(self, facts: Iterable[Fact]) -> None:
        known = [fact.id for fact in facts]
        for location, cited in _cited(self._form):
            for fact in cited:
                if fact not in known:
                    hint = nearest(fact, known) or "; state it under 'facts'"
                    self._report((*location, "facts"), f"'{fact}' is not among the facts{hint}")

    def _check_examples(self, section: str, assumptions: Sequence[Assumption]) -> None:
        """Check what this file gives as hits and misses against its conditions."""
        entries: Sequence[Conditional] = getattr(self._form, section)
        for at, entry in enumerate(entries):
            matcher = Matcher([entry.when], assumptions)
            for key, stated in entry.examples._asdict().items():
                for number, answers in enumerate(stated):
                    matches = matcher.match(answers)
                    outcome = "hit" if matches.hits else "unknown" if matches.unknown else "miss"
                    if outcome != key:
                        where = (section, at, "examples", key, number)
                        self._report(where, f"is no {key} but {_OUTCOMES[outcome]}")

    def _check_unique(self, shared: Iterable[_Named]) -> None:
        """No id twice in a part of this file, nor in two of the parts that are searched together, inherited or not."""
        holders = Counter(entry.id for entry in shared)
        for section in ("architectures", *_CONDITIONAL, "facts", "families", "questions"):
            seen: set[str] = set()
            for at, entry in enumerate(getattr(self._form, section)):
                together = section == "architectures" or section in _CONDITIONAL
                if entry.id in seen or (together and holders[entry.id] > 1):
                    self._report((section, at, "id"), f"'{entry.id}' is a duplicate; ids are used once")
                seen.add(entry.id)


def _cited(value: object, location: Location = ()) -> Iterator[tuple[Location, Sequence[str]]]:
    """The facts of every source that is cited in a value, with its place in the file."""
    if isinstance(value, Citation | TableSource):
        yield location, value.facts
    elif isinstance(value, tuple):
        keys = [name.removesuffix("_") for name in getattr(value, "_fields", ())] or range(len(value))
        for key, item in zip(keys, value, strict=True):
            yield from _cited(item, (*location, key))
