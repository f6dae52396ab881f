"""A report as JSON: its field names are the keys, its tuples the lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from genarch.table.constraints import CONSTRAINTS

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_SCALARS = frozenset((str, int, float, bool, type(None)))
_ORDER = {member: at for entry in CONSTRAINTS if entry.kind == "set" for at, member in enumerate(entry.values)}

Form = Literal["", "omitted", "inlined"]
_KEYS: dict[type, tuple[tuple[str, Form], ...]] = {}


def plain(value: object) -> Json:
    """A report, or a part of one, as JSON data.

    A key has no `_` at its end (`for_`); a set of answers is in the order of the constraint's values.

    Raises:
        TypeError: for what JSON has no form for.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value  # type: ignore[return-value]  # one of the types of _SCALARS
    if isinstance(value, tuple):
        return _object(kind, value) if hasattr(kind, "_fields") else [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value, key=_ORDER.__getitem__)
    raise TypeError(f"no JSON is made of {kind.__name__}")


def _object(kind: type, values: tuple[object, ...]) -> Json:
    found: dict[str, Json] = {}
    for (key, form), item in zip(_KEYS.get(kind) or _keys(kind), values, strict=True):
        if not form:
            found[key] = plain(item)
        elif item is not None:
            shown = plain(item)
            found.update(shown if form == "inlined" and isinstance(shown, dict) else {key: shown})
    return found


def _keys(kind: type) -> tuple[tuple[str, Form], ...]:
    """Each field's key, and whether it is marked as OMITTED or INLINED.

    The marks are looked for in the text of the annotation: to resolve it would take longer than to write the report.
    """
    found: list[tuple[str, Form]] = []
    for name, annotation in kind.__annotations__.items():
        text = str(annotation)
        form: Form = "omitted" if "OMITTED" in text else "inlined" if "INLINED" in text else ""
        found.append((name.removesuffix("_"), form))
    return _KEYS.setdefault(kind, tuple(found))


def as_json(report: object) -> str:
    """One report, indented, with a line end."""
    return json.dumps(plain(report), indent=2) + "\n"


def json_list(reports: Iterable[object]) -> Iterator[str]:
    """One list, indented; each report is written as it comes."""
    yield "["
    count = 0
    for count, report in enumerate(reports, 1):
        indented = json.dumps(plain(report), indent=2).replace("\n", "\n  ")
        yield f"{',' if count > 1 else ''}\n  {indented}"
    yield "\n]\n" if count else "]\n"


def json_lines(reports: Iterable[object]) -> Iterator[str]:
    """One report a line, for tools that read as a stream."""
    return (json.dumps(plain(report), separators=(",", ":")) + "\n" for report in reports)
