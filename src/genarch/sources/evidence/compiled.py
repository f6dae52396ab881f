"""The compiled catalogue: the validated values as JSON, which loads in a fraction of the time that YAML takes.

Entries are lists in the order of their type's fields, with the positions of those that hold several values beside them;
`make generate` writes it from `rules/evidence`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from genarch.model.calibration import Band, Calibration, Share, StackFit
from genarch.model.catalogue import PARTS, Catalogue
from genarch.model.evidence import Component, Licence, Measurement, Model, Passes, Quality, Work

_HEAD = ("id", "version", "title", "compiled", "digest")
_FITTED = {"stacks": StackFit, "shares": Share, "load_shares": Share, "bands": Band}
_QUALITY = Measurement._fields.index("quality")
_LICENCE, _WORK = Model._fields.index("licence"), Model._fields.index("work")
_PASSES = Component._fields.index("passes")


def as_json(catalogue: Catalogue) -> str:
    """A catalogue as text, an entry a line."""
    parts = []
    for name in PARTS:
        entries = getattr(catalogue, name)
        listed = list(entries.values()) if isinstance(entries, dict) else list(entries)
        several = sorted({at for entry in listed for at, value in enumerate(entry) if type(value) is tuple})
        lines = ",\n".join(map(_line, listed))
        parts.append(f'{json.dumps(name)}: {{"several": {several}, "entries": [\n{lines}\n]}}')
    calibration = {name: getattr(catalogue.calibration, name) for name in _FITTED}
    head = {name: getattr(catalogue, name) for name in _HEAD}
    together = ",\n".join(parts)
    return f'{{"head": {_line(head)},\n"calibration": {_line(calibration)},\n{together}}}\n'


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Catalogue:
    """The catalogue that `as_json` wrote."""
    data = json.loads(text)
    fitted = {
        name: {key: kind(*values) for key, values in data["calibration"][name].items()}
        for name, kind in _FITTED.items()
    }
    parts: dict[str, Any] = {name: _part(name, kind, data[name]) for name, kind in PARTS.items()}
    return Catalogue(**data["head"], **parts, calibration=Calibration(**fitted))


def _part(name: str, kind: Any, part: dict[str, Any]) -> tuple[Any, ...]:
    several, mend, make = part["several"], _NESTED.get(name), kind._make
    for values in part["entries"]:
        for at in several:
            values[at] = tuple(values[at])
        if mend:
            mend(values)
    return tuple([make(values) for values in part["entries"]])


def _measurement(values: list[Any]) -> None:
    if values[_QUALITY] is not None:
        values[_QUALITY] = Quality(*values[_QUALITY])


def _model(values: list[Any]) -> None:
    if values[_LICENCE] is not None:
        values[_LICENCE] = Licence(*values[_LICENCE])
    if values[_WORK] is not None:
        values[_WORK] = Work(*values[_WORK])


def _component(values: list[Any]) -> None:
    values[_PASSES] = tuple(Passes(*passes) for passes in values[_PASSES])


_NESTED: dict[str, Callable[[list[Any]], None]] = {
    "measurements": _measurement,
    "models": _model,
    "components": _component,
}
