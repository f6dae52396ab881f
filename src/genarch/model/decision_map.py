"""The decision map: what is recommended as two constraints vary and the rest stays as a spec has it."""

from __future__ import annotations

from typing import NamedTuple

from genarch.model.constraints import Value
from genarch.model.evaluation import Verdict
from genarch.model.regions import Stretch


class Cell(NamedTuple):
    """Answers to one constraint: in words, and one of them, None for unknown.

    A cell of a number is the stretch in which nothing that decides changes.
    """

    label: str
    value: Value | None
    stretch: Stretch | None = None


class Axis(NamedTuple):
    """One constraint and its cells, in order."""

    constraint: str
    cells: tuple[Cell, ...]


class Tile(NamedTuple):
    """The verdict at one place of the map.

    `contradicts` names the inconsistencies that the two answers bring about, beside those of the rest. `settled` says
    whether answering the rest cannot change the verdict; None where that was not asked. `here` marks the spec's own
    place.
    """

    verdict: Verdict
    contradicts: tuple[str, ...]
    settled: bool | None
    here: bool


class DecisionMap(NamedTuple):
    """Tiles by row; a row for each cell of `y`, in it a tile for each cell of `x`."""

    x: Axis
    y: Axis
    rows: tuple[tuple[Tile, ...], ...]
