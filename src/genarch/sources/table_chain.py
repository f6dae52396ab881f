"""The files of a table, after those that it extends, and where its entries stand in them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from genarch.errors import nearest
from genarch.model.findings import Place
from genarch.sources.bundled import bundled_tables
from genarch.sources.table_file import TableFile

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
