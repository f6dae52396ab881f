"""The files of a rule table: each as its author wrote it, after those that it extends, with the place of everything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypeVar

from genarch.errors import nearest
from genarch.files.bundled import bundled_tables
from genarch.files.io import decode, read_bytes
from genarch.files.records import MAX_EVENTS, Record
from genarch.files.yaml_text import Document, Fields, parse
from genarch.table.findings import Place
from genarch.table.forms import VERSION, Mark, Scalar, ShownText, format_version
from genarch.table.rules import (
    MARGIN,
    Architecture,
    Assumption,
    Disabled,
    Fact,
    FactIds,
    Family,
    Grade,
    Method,
    Notice,
    Question,
    Ratio,
    Rule,
    RuleId,
    TableWaiver,
)

MAX_ENTRIES = 5_000
"""Entries in one part of a table: more than anybody can review."""

MAX_CHAIN = 8
"""Tables that extend one another; more than three are already hard to follow."""

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
    extends: ShownText = ""
    """A bundled table's id, or a path relative to this file."""
    points: Points | None = None
    """Required unless the table extends another."""
    close_call: Annotated[Ratio | None, MARGIN] = None
    """Below this margin the answer is to evaluate both. Required unless the table extends another."""
    clear: Annotated[Ratio | None, MARGIN] = None
    """From this margin on a recommendation is clear, below it a lean: 1/3 unless this or the extended table says."""
    facts: Part[Fact] = ()
    families: Part[Family] = ()
    architectures: Part[Architecture] = ()
    rules: Part[Rule] = ()
    methods: Part[Method] = ()
    notices: Part[Notice] = ()
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
        if entry is None:
            return Place(self._files[-1].document.path, 1, 1)
        part, name = entry
        if part == "waivers":
            return self._files[-1].place((part, int(name), "check"))
        for file in reversed(self._files):
            for at, stated in enumerate(getattr(file.value, part)):
                if stated.id == name:
                    return file.place((part, at, "id"))
        return self.of(None)


def files_of(path: str) -> list[str]:
    """The files that a table is read from: the one extended first, the table itself last."""
    return [file.document.path for file in chain_of(path)]


def chain_of(path: str) -> list[TableFile]:
    """A table's file after those that it extends.

    Raises:
        InputError: with the problems of form of the first file that has any, or where they go in a circle.
    """
    files = [_read(path)]
    passed = [os.path.realpath(path)]
    while parent := files[0].value.extends:
        file = files[0]
        found = _extended(file, parent)
        real = os.path.realpath(found)
        if real in passed:
            circle = " extends ".join(os.path.basename(step) for step in [*passed[passed.index(real) :], real])
            file.report(("extends",), f"goes in a circle: {circle}")
        elif len(passed) == MAX_CHAIN:
            file.report(("extends",), f"more than {MAX_CHAIN} tables extend one another")
        file.document.check()
        passed.append(real)
        files.insert(0, _read(found))
    return files


def _read(path: str) -> TableFile:
    content = read_bytes(path)
    document = Document(decode(content, path), path)
    root = parse(document, max_events=MAX_EVENTS) or Scalar("", plain=True, at=0)
    if not isinstance(root, Fields):
        document.report(root, "", "must be a mapping; a rule table begins with 'format: 1'")
    elif root.get("constraints") is not None and root.get("format") is None:
        document.report(root, "", "is a spec, not a rule table; give it as a path")
    document.check()
    file = Record(document, root, TableForm)
    file.content = content
    document.check_form()
    return file


def _extended(file: TableFile, parent: str) -> str:
    """The path of the table that a file extends."""
    bundled = bundled_tables()
    if parent in bundled:
        return bundled[parent]
    path = os.path.join(os.path.dirname(file.document.path), parent)
    if not os.path.isfile(path):
        hint = nearest(parent, bundled) or f"; bundled are: {', '.join(bundled)}"
        file.report(("extends",), f"no bundled table and no file '{parent[:100]}'{hint}")
        raise file.document.error()
    return path
