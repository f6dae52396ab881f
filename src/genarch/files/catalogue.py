"""The evidence catalogue that comes with genarch: the quick way where it is what was validated, else the long way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from typing import Any

from genarch.evidence.catalogue import PARTS, Band, Calibration, Catalogue, Share, StackFit
from genarch.evidence.entries import Component, Licence, Measurement, Model, Passes, Quality, Work
from genarch.files.io import read_bytes
from genarch.files.tables import digest, rules_folder

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


COMPILED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compiled", "evidence.json")

FILES = (
    "catalogue.yaml",
    "sources.yaml",
    "models.yaml",
    "measurements.yaml",
    "hardware.yaml",
    "compute.yaml",
    "prices.yaml",
    "claims.yaml",
)
"""The files of the catalogue, in the order that its digest is taken."""


def evidence_folder() -> str:
    """Where the catalogue's files are."""
    return os.path.join(rules_folder(), "evidence")


@cache
def load_catalogue() -> Catalogue:
    """The catalogue, with the estimator fitted to it.

    Raises:
        InputError: with every problem, where a file was changed and is not valid.
    """
    compiled = _compiled()
    if compiled is not None:
        return compiled
    from genarch.files.catalogue_reader import read_fitted

    return read_fitted(evidence_folder())


def _compiled() -> Catalogue | None:
    try:
        with open(COMPILED, encoding="utf-8") as file:
            catalogue = from_json(file.read())
    except FileNotFoundError:
        return None
    contents = [read_bytes(os.path.join(evidence_folder(), name)) for name in FILES]
    return catalogue if digest(contents) == catalogue.digest else None
