"""The map as plain data: what every format of it is made from, and what the JSON format prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genarch.table.answers import plain_answers, plain_value
from genarch.table.decision_map import Axis, DecisionMap, Tile
from genarch.table.rules import VERDICTS_WITHOUT_FAMILY, RuleTable
from genarch.table.spec import Spec
from genarch.version import __version__

SCHEMA_VERSION = 1

MapReport = dict[str, Any]

_LETTERS = {"evaluate_both": "B", "undetermined": "U", "infeasible": "X"}


def map_report(spec: Spec, rules: RuleTable, drawn: DecisionMap) -> MapReport:
    """The report on a map."""
    varied = (drawn.x.constraint, drawn.y.constraint)
    rest = {name: value for name, value in spec.constraints.items() if name not in varied}
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "spec": {"id": spec.id, "constraints": plain_answers(rest)},
        "rules": {"id": rules.header.id, "version": rules.header.version, "digest": rules.header.digest},
        "letters": _letters(family.id for family in rules.families),
        "x": _axis(drawn.x),
        "y": _axis(drawn.y),
        "rows": [[_tile(tile) for tile in row] for row in drawn.rows],
    }


def _letters(families: Iterable[str]) -> dict[str, str]:
    """A letter for each verdict: a family's first that is still free."""
    letters = dict(_LETTERS)
    for family in families:
        free = [c.upper() for c in family if c.isalpha() and c.upper() not in letters.values()]
        rest = (c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in letters.values())
        letters[family] = free[0] if free else next(rest, "?")
    return {name: letters[name] for name in (*(n for n in letters if n not in _LETTERS), *VERDICTS_WITHOUT_FAMILY)}


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "constraint": axis.constraint,
        "cells": [
            {"label": cell.label, "value": None if cell.value is None else plain_value(axis.constraint, cell.value)}
            for cell in axis.cells
        ],
    }


def _tile(tile: Tile) -> dict[str, Any]:
    verdict = tile.verdict
    return {
        "verdict": verdict.verdict,
        "architecture": verdict.architecture,
        "candidates": list(verdict.candidates),
        "confidence": verdict.confidence,
        "settled": tile.settled,
        "contradicts": list(tile.contradicts),
        "here": tile.here,
    }
