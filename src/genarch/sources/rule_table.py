"""Rule tables by id or path: the quick way where the table is a bundled one, else the long way."""

from __future__ import annotations

import os
from functools import cache

from genarch.errors import nearest
from genarch.model.table import RuleTable
from genarch.sources.bundled import bundled_tables, compiled
from genarch.sources.files import refuse

DEFAULT_TABLE = "field"


def table_files(which: str) -> list[str]:
    """The files that a table given by path is read from; none for a bundled one."""
    if which in bundled_tables() or not os.path.exists(which):
        return []
    from genarch.sources.table_chain import files_of

    return files_of(which)


def table_path(which: str) -> str:
    """The path of a table given by the id of a bundled one or by path.

    Raises:
        InputError: when there is no such table.
    """
    bundled = bundled_tables()
    if which in bundled:
        return bundled[which]
    if not os.path.exists(which) and not os.path.splitext(which)[1] and os.path.basename(which) == which:
        hint = nearest(which, bundled) or f"; bundled are: {', '.join(bundled)}"
        raise refuse(which, f"no bundled table and no file of this name{hint}")
    return which


@cache
def base_of(rules: RuleTable) -> RuleTable | None:
    """The bundled table that a table extends, where it is still the one that was extended; else None."""
    name = rules.header.extends.partition("@")[0]
    if not name or name not in bundled_tables():
        return None
    base = load_rules(name)
    return base if base.name == rules.header.extends else None


def load_rules(which: str | os.PathLike[str] = DEFAULT_TABLE) -> RuleTable:
    """A rule table, by the id of a bundled one or by path.

    Raises:
        InputError: when there is no such table, or with every problem of the file.
    """
    name = os.fspath(which)
    path = table_path(name)
    if path != name:
        table = compiled(name)
        if table is not None:
            return table
    from genarch.sources.table_reader import (
        read_table,
    )  # validation imports pydantic: only when there is need

    return read_table(path)
