"""The files of a rule table: each a validated record, after those that it extends, with the place of everything."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from pydantic import ValidationError

from genarch.errors import nearest
from genarch.files.record_file import RecordFile
from genarch.files.table_format import ENTRY_ID, FORMAT_VERSION, RULE_ID, VERSION, PlainNumber, TableRecord
from genarch.files.tables import bundled_tables
from genarch.files.yaml_text import Fields, Items, Node
from genarch.table.findings import Place

_FORMS = {
    ENTRY_ID: "an id; write small letters and digits, joined by '-' or '_'",
    RULE_ID: "an id; write small letters and digits, joined by '-'",
    VERSION: "a version; write three numbers, as 1.0.0",
}
_NUMBER = re.compile(r"[0-9.]+")


class TableFile(RecordFile):
    """A rule table as written: well-formed, names and conditions not yet resolved."""

    def __init__(self, path: str) -> None:
        """Read and validate.

        Raises:
            InputError: with every problem of form.
        """
        super().__init__(path, TableRecord, _FORMS, "a fact id; write it as E1")
        node = self.root
        if not isinstance(node, Fields):
            self.document.report(node, "", "must be a mapping; a rule table begins with 'format: 1'")
            raise self.document.error()
        if node.get("constraints") is not None and node.get("format") is None:
            self.document.report(node, "", "is a spec, not a rule table; give it as a path")
            raise self.document.error()
        try:
            self.record = TableRecord.model_validate(_data(node))
        except ValidationError as error:
            raise self.refused(error) from None
        if self.record.format != FORMAT_VERSION:
            self.report(("format",), f"this genarch reads format {FORMAT_VERSION}; write {FORMAT_VERSION}")
            raise self.document.error()
        self.document.check()


def _data(node: Node) -> object:
    """A node as pydantic takes it; a number without quotation marks is marked as one."""
    if isinstance(node, Fields):
        return {key.text: _data(value) for key, value in node.entries}
    if isinstance(node, Items):
        return [_data(item) for item in node.items]
    if node.plain and node.text in ("", "~", "null"):
        return None
    return PlainNumber(node.text) if node.plain and _NUMBER.fullmatch(node.text) else node.text


MAX_CHAIN = 8
"""Tables that extend one another; more than three are already hard to follow."""


class Places:
    """Where the entries of a table stand in the files that it is read from."""

    def __init__(self, files: Sequence[TableFile]) -> None:
        self._files = files

    def of(self, entry: tuple[str, str] | None) -> Place:
        """The place of an entry, given by part and id, or of a waiver, by its number from 0; else the file's start."""
        if entry is None:
            return Place(self._files[-1].path, 1, 1)
        part, name = entry
        if part == "waivers":
            return self._files[-1].place((part, int(name), "check"))
        for file in reversed(self._files):
            for at, record in enumerate(getattr(file.record, part)):
                if record.id == name:
                    return file.place((part, at, "id"))
        return self.of(None)


def files_of(path: str) -> list[str]:
    """The files that a table is read from: the one extended first, the table itself last."""
    return [file.path for file in chain_of(path)]


def chain_of(path: str) -> list[TableFile]:
    """A table's file after those that it extends.

    Raises:
        InputError: with the problems of the first file that has any, or where they go in a circle.
    """
    files = [TableFile(path)]
    passed = [os.path.realpath(path)]
    while parent := files[0].record.extends:
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
