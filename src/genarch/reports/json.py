"""A report as JSON: its field names are the keys, its tuples the lists."""

from __future__ import annotations

import json
from collections.abc import Mapping

from genarch.table.rules import Ratio

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_SCALARS = frozenset((str, int, float, bool, type(None)))
_KEYS: dict[type, tuple[tuple[str, bool], ...]] = {}
_OMITTED: dict[type, frozenset[str]] = {}


def omit_when_none(report: type, *fields: str) -> None:
    """Declare that these fields of a report are left out of the JSON, not null, when they are None."""
    _OMITTED[report] = frozenset(fields)


def plain(value: object) -> Json:
    """A report, or a part of one, as JSON data. A key has no `_` at its end (`for_`); a set is sorted.

    Raises:
        TypeError: for what JSON has no form for.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value  # type: ignore[return-value]  # one of the types of _SCALARS
    if isinstance(value, Ratio):
        return round(float(value), 4)
    if isinstance(value, tuple):
        if not hasattr(kind, "_fields"):
            return [plain(item) for item in value]
        keys = _KEYS.get(kind) or _keys(kind)
        return {
            key: plain(item) for (key, omitted), item in zip(keys, value, strict=True) if not (omitted and item is None)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return [plain(item) for item in sorted(value)]
    raise TypeError(f"no JSON is made of {kind.__name__}")


def _keys(kind: type) -> tuple[tuple[str, bool], ...]:
    omitted = _OMITTED.get(kind, frozenset())
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # a NamedTuple, as plain has seen
    return _KEYS.setdefault(kind, tuple((name.removesuffix("_"), name in omitted) for name in names))


def as_json(report: object) -> str:
    """One report, indented, with a line end."""
    return json.dumps(plain(report), indent=2) + "\n"


class JsonList:
    """One list; each report is written as it comes."""

    def __init__(self) -> None:
        self._count = 0

    def start(self) -> str:
        """The list's opening."""
        return "["

    def one(self, report: object) -> str:
        """A report, with the comma before it."""
        self._count += 1
        indented = json.dumps(plain(report), indent=2).replace("\n", "\n  ")
        return f"{',' if self._count > 1 else ''}\n  {indented}"

    def finish(self) -> str:
        """The list's end."""
        return "\n]\n" if self._count else "]\n"


class JsonLines:
    """One report a line, for tools that read as a stream."""

    def start(self) -> str:
        """Nothing."""
        return ""

    def one(self, report: object) -> str:
        """A report on a line of its own."""
        return json.dumps(plain(report), separators=(",", ":")) + "\n"

    def finish(self) -> str:
        """Nothing."""
        return ""
