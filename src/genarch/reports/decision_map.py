"""The decision map of a spec: a report, and a page for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from genarch.reports.page import Block, Grid, Paragraph, Span, Title, dim
from genarch.reports.page import Tile as GridTile
from genarch.reports.words import name_words, value_words
from genarch.table.answers import Plain, plain_answers, plain_value
from genarch.table.constraints import BY_NAME
from genarch.table.decision_map import Axis, DecisionMap, Tile
from genarch.table.rules import VERDICTS_WITHOUT_FAMILY, RuleTable, TableVersion
from genarch.table.spec import Spec
from genarch.version import __version__


class FixedAnswers(NamedTuple):
    """What the spec states beside the two constraints of the map."""

    id: str
    constraints: Mapping[str, Plain]


class CellReport(NamedTuple):
    """Answers to the constraint of an axis."""

    label: str
    value: Plain | None
    """One of them; null for unknown."""


class AxisReport(NamedTuple):
    """A constraint that is varied."""

    constraint: str
    cells: tuple[CellReport, ...]


class TileReport(NamedTuple):
    """The verdict at one place of the map."""

    verdict: str
    architecture: str | None
    candidates: tuple[str, ...]
    confidence: str | None
    settled: bool | None
    """Whether answering the rest cannot change the verdict; null without exploration."""
    contradicts: tuple[str, ...]
    """The inconsistencies that the two answers cause."""
    here: bool
    """Whether this is the spec itself."""


class MapReport(NamedTuple):
    """The verdicts of a rule table where two constraints of a spec are varied."""

    schema_version: Literal[1]
    genarch_version: str
    spec: FixedAnswers
    rules: TableVersion
    letters: Mapping[str, str]
    """A letter for each verdict."""
    x: AxisReport
    y: AxisReport
    rows: tuple[tuple[TileReport, ...], ...]
    """A row for each cell of `y`, in it a tile for each cell of `x`."""


_LETTERS = {"evaluate_both": "B", "undetermined": "U", "infeasible": "X"}
CONTRADICTORY = "/"
"""Stands where the answers contradict one another."""


def map_report(spec: Spec, rules: RuleTable, drawn: DecisionMap) -> MapReport:
    """The report on a map."""
    varied = (drawn.x.constraint, drawn.y.constraint)
    rest = {name: value for name, value in spec.constraints.items() if name not in varied}
    return MapReport(
        schema_version=1,
        genarch_version=__version__,
        spec=FixedAnswers(spec.id, plain_answers(rest)),
        rules=rules.identity,
        letters=_letters(family.id for family in rules.families),
        x=_axis(drawn.x),
        y=_axis(drawn.y),
        rows=tuple(tuple(map(_tile, row)) for row in drawn.rows),
    )


def _letters(families: Iterable[str]) -> dict[str, str]:
    """A letter for each verdict: a family's first that is still free."""
    letters = dict(_LETTERS)
    for family in families:
        free = [c.upper() for c in family if c.isalpha() and c.upper() not in letters.values()]
        rest = (c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in letters.values())
        letters[family] = free[0] if free else next(rest, "?")
    return {name: letters[name] for name in (*(n for n in letters if n not in _LETTERS), *VERDICTS_WITHOUT_FAMILY)}


def _axis(axis: Axis) -> AxisReport:
    cells = (
        CellReport(cell.label, None if cell.value is None else plain_value(axis.constraint, cell.value))
        for cell in axis.cells
    )
    return AxisReport(axis.constraint, tuple(cells))


def _tile(tile: Tile) -> TileReport:
    verdict = tile.verdict
    return TileReport(
        verdict.verdict,
        verdict.architecture,
        verdict.candidates,
        verdict.confidence,
        tile.settled,
        tile.contradicts,
        tile.here,
    )


def map_page(report: MapReport) -> Iterator[Block]:
    """The map, its legend, and what stays fixed."""
    yield Title(title_words(report))
    columns = [cell.label for cell in report.x.cells]
    rows = [
        (cell.label, tuple(_grid_tile(tile, report, at, cell.label) for at, tile in zip(columns, tiles, strict=True)))
        for cell, tiles in zip(report.y.cells, report.rows, strict=True)
    ]
    yield Grid(axis_words(report.x), axis_words(report.y), tuple(columns), tuple(rows))
    legend = [(Span(f" {sign} ", "tile", verdict), f" {words}  ") for verdict, sign, words in legend_words(report)]
    yield Paragraph(tuple(part for pair in legend for part in pair))
    yield Paragraph(f"{'; '.join(notes_words(report))}.")
    yield Paragraph(dim(fixed_words(report)))


def _grid_tile(tile: TileReport, report: MapReport, column: str, row: str) -> GridTile:
    contradictory = bool(tile.contradicts)
    tone = "" if contradictory else tile.verdict
    return GridTile(letter(tile, report.letters), tone, tile.here, contradictory, tile_words(tile, column, row))


def letter(tile: TileReport, letters: Mapping[str, str]) -> str:
    """A tile's letter: small where answering the rest could still change the verdict."""
    if tile.contradicts:
        return CONTRADICTORY
    found = letters[tile.verdict]
    return found.lower() if tile.settled is False else found


def title_words(report: MapReport) -> str:
    """What is varied, and of what."""
    return f"{report.spec.id}: {report.x.constraint} by {report.y.constraint}, rules {report.rules}"


def axis_words(axis: AxisReport) -> str:
    """An axis, with the unit of a number."""
    unit = BY_NAME[axis.constraint].unit
    return f"{axis.constraint} ({unit})" if unit else axis.constraint


def fixed_words(report: MapReport) -> str:
    """What stays as the spec has it."""
    stated = report.spec.constraints
    if not stated:
        return "Nothing else is stated."
    return f"All else as stated: {', '.join(f'{name}: {value_words(value)}' for name, value in stated.items())}."


def legend_words(report: MapReport) -> list[tuple[str, str, str]]:
    """The verdicts that occur, each with its letter and its name in words."""
    met = {tile.verdict for row in report.rows for tile in row if not tile.contradicts}
    return [(verdict, sign, name_words(verdict)) for verdict, sign in report.letters.items() if verdict in met]


def notes_words(report: MapReport) -> list[str]:
    """What the marks on the map mean, of those that occur."""
    tiles = [tile for row in report.rows for tile in row]
    contradicted = sorted({name for tile in tiles for name in tile.contradicts})
    found = ["[ ] the spec itself"]
    if any(tile.settled is False and not tile.contradicts for tile in tiles):
        found.append("small letter: answering the rest could still change it")
    if contradicted:
        found.append(f"{CONTRADICTORY} answers that contradict one another ({', '.join(contradicted)})")
    return found


def tile_words(tile: TileReport, column: str, row: str) -> str:
    """A tile in full."""
    if tile.contradicts:
        return f"{column}, {row}: contradictory ({', '.join(tile.contradicts)})"
    inner = [tile.architecture] if tile.architecture and tile.architecture != tile.verdict else []
    inner += [tile.confidence.replace("_", " ")] if tile.confidence else []
    inner += ["could still change"] if tile.settled is False else []
    name = name_words(tile.verdict)
    return f"{column}, {row}: {name} ({', '.join(inner)})" if inner else f"{column}, {row}: {name}"
