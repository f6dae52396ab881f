"""A report as JSON: its field names are the keys, its tuples the lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from json.encoder import encode_basestring_ascii as quoted
from operator import add
from typing import Any, Literal

from genarch.engine.constraints import CONSTRAINTS
from genarch.engine.rules import Ratio

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_SCALARS: Mapping[type, Callable[[Any], str]] = {
    str: quoted,
    int: int.__repr__,
    float: json.dumps,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
    Ratio: lambda ratio: json.dumps(round(float(ratio), 4)),
}
_ORDER = {member: at for entry in CONSTRAINTS if entry.kind == "set" for at, member in enumerate(entry.values)}

_KEYS: dict[type, list[str]] = {}
"""Of each declaration, as they are written."""

_Form = Literal["", "omitted", "inlined"]
_FORMS: dict[type, list[_Form]] = {}
"""Of the declarations that have any."""

_Written = dict[int, tuple[object, str]]
"""Parts by identity, with the JSON of them; that a part is held keeps its identity its own."""

_MOST_WRITTEN = 2_000


def compact(value: object, written: _Written) -> str:
    """A report, or a part of one, as JSON on a line.

    A key has no `_` at its end (`for_`); a set of answers is in the order of the constraint's values. What is in
    `written` is taken from there: the reports of one table share a rule's reasons, and each is written once.

    Raises:
        TypeError: for what JSON has no form for.
    """
    # A report has hundreds of parts, and a run thousands of reports: the most frequent kinds come first, and a scalar
    # of a tuple is not worth a call of this.
    kind: type = type(value)
    if isinstance(value, tuple):
        if not value:
            return "[]"
        if before := written.get(id(value)):
            return before[1]
        items = [scalar(item) if (scalar := _SCALARS.get(type(item))) else compact(item, written) for item in value]
        if kind is tuple:
            return f"[{','.join(items)}]"
        keys = _KEYS.get(kind) or _keys(kind)
        fields = _formed(keys, items, _FORMS[kind]) if kind in _FORMS else map(add, keys, items)
        text = f"{{{','.join(fields)}}}"
        if len(written) >= _MOST_WRITTEN:
            written.clear()
        written[id(value)] = value, text
        return text
    if scalar := _SCALARS.get(kind):
        return scalar(value)
    if isinstance(value, Mapping):
        return f"{{{','.join([f'{quoted(str(key))}:{compact(item, written)}' for key, item in value.items()])}}}"
    if isinstance(value, frozenset):
        return compact(tuple(sorted(value, key=_ORDER.__getitem__)), written)
    if isinstance(value, list):
        return compact(tuple(value), written)
    raise TypeError(f"no JSON is made of {kind.__name__}")


def _formed(keys: list[str], items: list[str], forms: list[_Form]) -> Iterator[str]:
    """The fields that are written, of a declaration with forms."""
    for key, item, form in zip(keys, items, forms, strict=True):
        if form == "inlined" and item != "null":
            yield item[1:-1]
        elif not form or item != "null":
            yield key + item


def _keys(kind: type) -> list[str]:
    """Each field's key; notes which fields are marked as OMITTED or INLINED.

    The marks are looked for by their names in the annotation, whether that is a text or not: to resolve it would take
    longer than to write the report.
    """
    texts = [str(annotation).lower() for annotation in kind.__annotations__.values()]
    forms: list[_Form] = ["omitted" if "omitted" in text else "inlined" if "inlined" in text else "" for text in texts]
    if any(forms):
        _FORMS[kind] = forms
    return _KEYS.setdefault(kind, [f'"{name.removesuffix("_")}":' for name in kind.__annotations__])


def plain(value: object) -> Json:
    """A report, or a part of one, as JSON data.

    Raises:
        TypeError: for what JSON has no form for.
    """
    data: Json = json.loads(compact(value, {}))
    return data


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
    written: _Written = {}
    return (compact(report, written) + "\n" for report in reports)
