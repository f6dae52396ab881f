"""A report as JSON: its field names are the keys, its tuples the lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from genarch.table.constraints import CONSTRAINTS

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_SCALARS = frozenset((str, int, float, bool, type(None)))
_ORDER = {member: at for entry in CONSTRAINTS if entry.kind == "set" for at, member in enumerate(entry.values)}

_Form = Literal["", "omitted", "inlined"]
_KEYS: dict[type, list[str]] = {}
_FORMS: dict[type, list[_Form]] = {}
"""Of the declarations that have any."""


def plain(value: object) -> Json:
    """A report, or a part of one, as JSON data.

    A key has no `_` at its end (`for_`); a set of answers is in the order of the constraint's values.

    Raises:
        TypeError: for what JSON has no form for.
    """
    # A report has hundreds of parts, and a run thousands of reports: the most frequent kinds come first, and a scalar
    # is not worth a call.
    kind: type = type(value)
    if kind in _SCALARS:
        return value  # type: ignore[return-value]  # one of the types of _SCALARS
    if isinstance(value, tuple | list):
        shown = [item if type(item) in _SCALARS else plain(item) for item in value]
        if kind is tuple or kind is list:
            return shown
        keys = _KEYS.get(kind) or _keys(kind)
        found: dict[str, Json] = dict(zip(keys, shown))  # noqa: B905  (as many as there are)
        return _with_forms(found, _FORMS[kind]) if kind in _FORMS else found
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value, key=_ORDER.__getitem__)
    raise TypeError(f"no JSON is made of {kind.__name__}")


def _with_forms(found: dict[str, Json], forms: list[_Form]) -> Json:
    shown: dict[str, Json] = {}
    for (key, item), form in zip(found.items(), forms, strict=True):
        if form == "inlined" and isinstance(item, dict):
            shown.update(item)
        elif not form or item is not None:
            shown[key] = item
    return shown


def _keys(kind: type) -> list[str]:
    """Each field's key; notes which fields are marked as OMITTED or INLINED.

    The marks are looked for in the text of the annotation: to resolve it would take longer than to write the report. So
    a module that marks a field of a report has its annotations as text (`from __future__ import annotations`).
    """
    texts = {name.removesuffix("_"): str(annotation) for name, annotation in kind.__annotations__.items()}
    forms: list[_Form] = [
        "omitted" if "OMITTED" in text else "inlined" if "INLINED" in text else "" for text in texts.values()
    ]
    if any(forms):
        _FORMS[kind] = forms
    return _KEYS.setdefault(kind, list(texts))


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
    encode = json.JSONEncoder(separators=(",", ":")).encode
    return (encode(plain(report)) + "\n" for report in reports)
