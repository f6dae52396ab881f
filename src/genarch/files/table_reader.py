"""Files to a rule table: each merged with the one that it extends, every name known, every example as it says."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from genarch.engine.calibration import Calibration, LeftOut
from genarch.engine.conditions import constraints_read, too_many
from genarch.engine.constraints import BY_NAME
from genarch.engine.findings import Place
from genarch.engine.forms import VERSION, Mark, ShownText, format_version, whole
from genarch.engine.matching import Matcher
from genarch.engine.rules import (
    CLEAR,
    MARGIN,
    VERDICTS_WITHOUT_FAMILY,
    Architecture,
    Assumption,
    Citation,
    Disabled,
    Fact,
    FactIds,
    Family,
    Grade,
    Header,
    Method,
    NextStep,
    Notice,
    Question,
    Ratio,
    Rule,
    RuleId,
    RuleTable,
    Strength,
    TableWaiver,
)
from genarch.errors import nearest
from genarch.files.bundled import TABLE_CHECKS, bundled_tables, digest
from genarch.files.records import Location, Record, read_record
from genarch.files.yaml_text import Fields, Node
from genarch.values import NamedTuple

MAX_ENTRIES = 5_000
"""Entries in one part of a table: more than anybody can review."""

MAX_CHAIN = 8
"""Tables that extend one another; more than three are already hard to follow."""

_INCONSISTENT = "inconsistent-"
"""How the ids of inconsistencies begin."""

_CONDITIONAL = ("rules", "methods", "notices", "next_steps", "assumptions")
_MERGED = (*_CONDITIONAL, "families", "architectures", "questions", "facts")
_OUTCOMES = {"hit": "a hit", "miss": "a miss", "unknown": "unknown: it leaves out an answer that decides"}

_Entry = TypeVar("_Entry")
Part = Annotated[tuple[_Entry, ...], Mark(most=MAX_ENTRIES)]


class Points(NamedTuple):
    """How many points each strength is worth."""

    slight: int
    moderate: int
    strong: int


class TableSource(NamedTuple):
    """What the table as a whole is taken from."""

    facts: FactIds
    """Ids in the list of facts, such as E1."""
    section: ShownText
    """The section of the source."""
    grade: Grade
    """How good the source is."""
    title: ShownText


class TableForm(NamedTuple):
    """A rule table for genarch."""

    format: Annotated[int, format_version(1, "format")]
    """The version of this format: 1."""
    id: RuleId
    version: Annotated[str, VERSION]
    title: ShownText
    source: TableSource
    earlier: tuple[Annotated[str, VERSION], ...] = ()
    extends: ShownText = ""
    """A bundled table's id, or a path relative to this file."""
    points: Points | None = None
    """Required unless the table extends another."""
    close_call: Annotated[Ratio | None, MARGIN] = None
    """Below this margin the answer is to evaluate both. Required unless the table extends another."""
    clear: Annotated[Ratio | None, MARGIN] = None
    """From this margin on a recommendation is clear, below it a lean: 1/3 unless this or the extended table says."""
    least_rules: Annotated[int | None, whole(1, 9)] = None
    """What rests on fewer rules is a lean at most: 1 unless this or the extended table says."""
    calibration: Calibration | None = None
    """What makes a recommendation clear in place of a margin; that of the extended table, without its figures."""
    contradictions_lean: bool | None = None
    """Whether what rests on answers that contradict one another is a lean at most: no unless a table says so."""
    facts: Part[Fact] = ()
    families: Part[Family] = ()
    architectures: Part[Architecture] = ()
    rules: Part[Rule] = ()
    methods: Part[Method] = ()
    notices: Part[Notice] = ()
    next_steps: Part[NextStep] = ()
    assumptions: Part[Assumption] = ()
    questions: Part[Question] = ()
    disable: Part[Disabled] = ()
    waivers: Part[TableWaiver] = ()
    """Findings on the table as a whole that are accepted, each with the reason."""


TableFile = Record[TableForm]
"""A rule table as written: well-formed, names not yet resolved."""


class Places:
    """Where the entries of a table stand in the files that it is read from."""

    def __init__(self, files: Sequence[TableFile]) -> None:
        self._files = files

    def of(self, entry: tuple[str, str] | None) -> Place:
        """The place of an entry, given by part and id, or of a waiver, by its number from 0; else the file's start."""
        part, name = entry or ("", "")
        if part == "waivers":
            return self._files[-1].place((part, int(name), "check"))
        for file in reversed(self._files if part else ()):
            for at, stated in enumerate(getattr(file.value, part)):
                if stated.id == name:
                    return file.place((part, at, "id"))
        return Place(self._files[-1].document.path, 1, 1)


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


def chain_of(path: str) -> list[TableFile]:
    """A table's file after those that it extends.

    Raises:
        InputError: with the problems of form of the first file that has any, or where they go in a circle.
    """
    files = [read_record(path, TableForm, _no_table)]
    passed = [os.path.realpath(path)]
    bundled = bundled_tables()
    while parent := files[0].value.extends:
        file = files[0]
        found = bundled.get(parent) or os.path.join(os.path.dirname(file.document.path), parent)
        real = os.path.realpath(found)
        if parent not in bundled and not os.path.isfile(found):
            hint = nearest(parent, bundled) or f"; bundled are: {', '.join(bundled)}"
            file.report(("extends",), f"no bundled table and no file '{parent[:100]}'{hint}")
        elif real in passed:
            circle = " extends ".join(os.path.basename(step) for step in [*passed[passed.index(real) :], real])
            file.report(("extends",), f"is circular: {circle}")
        elif len(passed) == MAX_CHAIN:
            file.report(("extends",), f"more than {MAX_CHAIN} tables extend one another")
        file.document.check()
        passed.append(real)
        files.insert(0, read_record(found, TableForm, _no_table))
    return files


def _no_table(root: Node) -> str:
    if not isinstance(root, Fields):
        return "must be a mapping; a rule table begins with 'format: 1'"
    spec = root.get("constraints") is not None and root.get("format") is None
    return "is a spec, not a rule table; give it as a path" if spec else ""


class _Builder:
    """Turns a file into a table, on top of the one it extends."""

    def __init__(self, file: TableFile, base: RuleTable | None) -> None:
        self._file, self._base, self._report = file, base, file.report
        self._check_aliases()
        self._form = file.value
        self._families = [family.id for family in (*self._inherited("families"), *file.value.families)]
        stated = (*self._inherited("architectures"), *file.value.architectures)
        self._architectures = list(dict.fromkeys(entry.id for entry in stated))

    def table(self, table_digest: str) -> RuleTable:
        """The table; raises an InputError with every problem of meaning."""
        document = self._file.document
        self._check_disabled()
        self._check_names()
        header = self._header(table_digest)
        self._form = self._form._replace(rules=tuple(self._rules(header)))
        table = RuleTable(
            header=header,
            disabled=(*self._inherited("disabled"), *self._form.disable),
            waivers=(*self._inherited("waivers"), *self._form.waivers),
            **{section: self._merged(section) for section in _MERGED},
        )
        facts = [fact.id for fact in table.facts]
        for location, cited in _cited(self._form):
            otherwise = "; state it under 'facts'"
            self._file.check_names((*location, "facts"), cited, facts, "is not among the facts", otherwise)
        for family in table.families:
            if not document.problems and all(a.family != family.id for a in table.architectures):
                message = f"'{family.id}' has no architecture; name one, or leave the family out"
                self._report(("families",), message)
        if not table.architectures:
            self._report((), "has no architectures; name at least one, or extend a table that does")
        conditional = [entry for _, entry in table.conditional()]
        shared = Counter(entry.id for entry in (*table.architectures, *conditional))
        for section in _MERGED:
            together = section == "architectures" or section in _CONDITIONAL
            self._file.check_unique(section, [name for name in shared if shared[name] > 1] if together else ())
        if not document.problems and (message := too_many(entry.when for entry in conditional)):
            self._report((), message)
        self._check_contradictions(table)
        document.check()
        for section in _CONDITIONAL:
            self._check_examples(section, () if section == "assumptions" else table.assumptions)
        document.check()
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
        inherited = base and base.header.calibration
        if close_call is None:
            self._report(("close_call",), "is missing; write the margin below which to evaluate both, as 0.15")
        return Header(
            *form[1:4],
            source=Citation(*form.source[:3]),
            source_title=form.source.title,
            points=points,
            close_call=close_call or Ratio(0, 1),
            clear=form.clear or (base.header.clear if base else CLEAR),
            least_rules=form.least_rules or (base.header.least_rules if base else 1),
            contradictions_lean=form.contradictions_lean or (base is not None and base.header.contradictions_lean),
            calibration=form.calibration or (inherited and inherited._replace(left_out=LeftOut())),
            digest=table_digest,
            extends=base.name if base else "",
            earlier=form.earlier,
        )

    def _check_aliases(self) -> None:
        """Put ids in place of other names of architectures; check the names."""
        file, form = self._file, self._file.value
        inherited = self._base.aliases if self._base else {}
        ids = {*(entry.id for entry in (*self._inherited("architectures"), *form.architectures))} - inherited.keys()
        aliases = dict(inherited)
        for at, entry in enumerate(form.architectures):
            for alias in entry.aliases:
                if alias in ids or aliases.setdefault(alias, entry.id) != entry.id:
                    self._report(("architectures", at, "aliases"), f"'{alias}' is the name of another one")

        def known(names: Iterable[str], check: str = "") -> tuple[str, ...]:
            values = check == "value-unread"  # of which one may have the name of an architecture
            return tuple(name if values else aliases.get(name, name) for name in names)

        def scored(stated: Mapping[str, Strength], *location: int | str) -> Mapping[str, Strength]:
            found = {aliases.get(name, name): strength for name, strength in stated.items()}
            if len(found) < len(stated):
                self._report(("rules", *location), "names an architecture twice, by its id and by another name")
            return found

        file.value = form._replace(
            questions=tuple(  # a table says of a choice only what differs from what the format says of it
                entry._replace(choices={**BY_NAME[entry.id].names, **entry.choices}) if entry.id in BY_NAME else entry
                for entry in form.questions
            ),
            architectures=tuple(
                entry._replace(
                    id=(own := aliases.get(entry.id, entry.id)),
                    aliases=tuple(dict.fromkeys([*(a for a in inherited if inherited[a] == own), *entry.aliases])),
                )
                for entry in form.architectures
            ),
            rules=tuple(
                rule._replace(
                    for_=scored(rule.for_, at, "for"),
                    against=scored(rule.against, at, "against"),
                    excludes=known(rule.excludes),
                    limits=known(rule.limits),
                )
                for at, rule in enumerate(form.rules)
            ),
            methods=tuple(entry._replace(architectures=known(entry.architectures)) for entry in form.methods),
            next_steps=tuple(entry._replace(about=known(entry.about)) for entry in form.next_steps),
            notices=tuple(entry._replace(about=known(entry.about)) for entry in form.notices),
            waivers=tuple(w._replace(subject=known(w.subject, w.check)) for w in form.waivers),
        )

    def _rules(self, header: Header) -> Iterator[Rule]:
        """The rules, their strengths as points."""
        for at, rule in enumerate(self._form.rules):
            where: Location = ("rules", at)
            if both := sorted(rule.for_.keys() & rule.against.keys()):
                self._report((*where, "against"), f"names {both[0]}, which 'for' names too; keep one")
            if not (rule.for_ or rule.against or rule.excludes or rule.limits):
                self._report(where, "has no effect; give it for, against, excludes or limits, or make it a notice")
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

    def _check_names(self) -> None:
        """Check the names that entries state, their own and those of others."""
        form, file = self._form, self._file
        numbers = [name for name, constraint in BY_NAME.items() if constraint.numeric]
        decisions = [*self._families, *self._architectures, *VERDICTS_WITHOUT_FAMILY]
        for path, known, noun in (
            *((("rules", of), self._architectures, "architecture") for of in ("for_", "against", "excludes", "limits")),
            (("architectures", "family"), self._families, "family"),
            (("methods", "architectures"), self._architectures, "architecture"),
            (("next_steps", "about"), decisions, "architecture, family or verdict"),
            (("notices", "about"), decisions, "architecture, family or verdict"),
            (("assumptions", "assume", "constraint"), numbers, "number constraint"),
            (("questions", "id"), list(BY_NAME), "constraint"),
        ):
            file.check_references(path, dict.fromkeys(known), f"is not a known {noun}")
        for section in ("families", "architectures"):
            for at, entry in enumerate(getattr(form, section)):
                if entry.id in VERDICTS_WITHOUT_FAMILY:
                    self._report((section, at, "id"), f"'{entry.id}' is a verdict of its own; choose another id")
        for at, notice in enumerate(form.notices):
            if notice.id.startswith(_INCONSISTENT) is not (notice.level == "inconsistency"):
                message = f"ids of inconsistencies, and no others, begin with '{_INCONSISTENT}'"
                self._report(("notices", at, "id"), message)
        for at, assumption in enumerate(form.assumptions):
            name, below = assumption.assume
            if name in BY_NAME and below <= BY_NAME[name].least:
                self._report(("assumptions", at, "assume", "below"), "no answer is below that; write a larger number")
        for at, question in enumerate(form.questions):
            if constraint := BY_NAME.get(question.id):
                message = f"is not a known choice of {question.id}"
                file.check_names(("questions", at, "choices"), question.choices, constraint.values, message)

    def _merged(self, section: str) -> tuple[Any, ...]:
        """The entries inherited, less the disabled, each replaced where this table does so; then the new ones."""
        inherited, disabled = self._inherited(section), {entry.id for entry in self._form.disable}
        merged = {entry.id: entry for entry in inherited if entry.id not in disabled}
        known = {entry.id for entry in inherited}
        for at, entry in enumerate(getattr(self._form, section)):
            if entry.id in known and not entry.replaces:
                message = "is in the extended table too; to take its place, add 'replaces: <the reason>'"
                self._report((section, at, "id"), message)
            elif entry.replaces and entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                self._report((section, at, "replaces"), f"the extended table has no '{entry.id}' here{hint}")
            merged[entry.id] = entry
        return tuple(merged.values())

    def _check_disabled(self) -> None:
        """Check the entries that are left out, and the waivers."""
        known = {entry.id for section in _CONDITIONAL for entry in self._inherited(section)}
        stated = {entry.id for section in _CONDITIONAL for entry in getattr(self._form, section)}
        for at, entry in enumerate(self._form.disable):
            where: Location = ("disable", at, "id")
            if entry.id in stated:
                self._report(where, f"'{entry.id}' is disabled or stated elsewhere here; keep one")
            stated.add(entry.id)
            if entry.id not in known:
                hint = nearest(entry.id, known) if known else "; this table extends none"
                message = f"the extended table has no rule, method, notice, next step or assumption '{entry.id}'{hint}"
                self._report(where, message)
        otherwise = f"; the checks are: {', '.join(TABLE_CHECKS)}"
        self._file.check_references(("waivers", "check"), TABLE_CHECKS, "is not a check on tables", otherwise)
        for at, waiver in enumerate(self._form.waivers):
            if waiver.check in ("table-invalid", "waiver-unused"):
                self._report(("waivers", at, "check"), f"'{waiver.check}' cannot be waived; fix what it finds")

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

    def _check_examples(self, section: str, assumptions: Sequence[Assumption]) -> None:
        """Check what this file gives as hits and misses against its conditions."""
        for at, entry in enumerate(getattr(self._form, section)):
            matcher = Matcher([entry.when], assumptions)
            for key, stated in entry.examples._asdict().items():
                for number, answers in enumerate(stated):
                    matches = matcher.match(answers)
                    outcome = "hit" if matches.hits else "unknown" if matches.unknown else "miss"
                    if outcome != key:
                        where = (section, at, "examples", key, number)
                        self._report(where, f"is no {key} but {_OUTCOMES[outcome]}")


def _cited(value: object, location: Location = ()) -> Iterator[tuple[Location, Sequence[str]]]:
    """The facts of every source that is cited in a value, with its place in the file."""
    if isinstance(value, Citation | TableSource):
        yield location, value.facts
    elif isinstance(value, tuple):
        keys = [name.removesuffix("_") for name in getattr(value, "_fields", ())] or range(len(value))
        for key, item in zip(keys, value, strict=True):
            yield from _cited(item, (*location, key))
