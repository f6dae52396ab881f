"""The decision map of a spec: a report, and a page for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

from genarch.reports import page
from genarch.reports.page import Block, Entries, Entry, Grid, Paragraph, Space, Span, Title, dim
from genarch.reports.words import name_words, stated_words
from genarch.table.constraints import BY_NAME, Answers, in_order
from genarch.table.explore import Axis, DecisionMap, Tile
from genarch.table.forms import INLINED
from genarch.table.rules import VERDICTS_WITHOUT_FAMILY, RuleTable, TableVersion
from genarch.table.spec import Spec
from genarch.version import __version__


class FixedAnswers(NamedTuple):
    """What the spec states beside the two constraints of the map."""

    id: str
    constraints: Answers


class MapReport(NamedTuple):
    """The verdicts of a rule table where two constraints of a spec are varied."""

    schema_version: Literal[1]
    genarch_version: str
    spec: FixedAnswers
    rules: TableVersion
    letters: Mapping[str, str]
    """A letter for each verdict."""
    map: Annotated[DecisionMap, INLINED]


_LETTERS = {"evaluate_both": "B", "undetermined": "U", "infeasible": "X"}
FRAMED = "[ ]"
"""Stands for a framed tile."""
CONTRADICTORY = "/"
"""Stands where the answers contradict one another."""


def map_report(spec: Spec, rules: RuleTable, drawn: DecisionMap) -> MapReport:
    """The report on a map."""
    varied = (drawn.x.constraint, drawn.y.constraint)
    rest = {name: value for name, value in spec.constraints.items() if name not in varied}
    return MapReport(
        schema_version=1,
        genarch_version=__version__,
        spec=FixedAnswers(spec.id, in_order(rest)),
        rules=rules.identity,
        letters=_letters(family.id for family in rules.families),
        map=drawn,
    )


def _letters(families: Iterable[str]) -> dict[str, str]:
    """A letter for each verdict: a family's first that is still free."""
    letters = dict(_LETTERS)
    for family in families:
        free = [c.upper() for c in family if c.isalpha() and c.upper() not in letters.values()]
        rest = (c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in letters.values())
        letters[family] = free[0] if free else next(rest, "?")
    return {name: letters[name] for name in (*(n for n in letters if n not in _LETTERS), *VERDICTS_WITHOUT_FAMILY)}


def map_page(report: MapReport) -> Iterator[Block]:
    """The map, its legend, what its marks mean, and what stays fixed."""
    yield Title(f"{report.spec.id}: {report.map.x.constraint} by {report.map.y.constraint}, rules {report.rules}")
    columns = tuple(cell.label for cell in report.map.x.cells)
    rows = []
    for cell, row in zip(report.map.y.cells, report.map.rows, strict=True):
        drawn = [
            page.Tile(
                _sign(tile, report.letters),
                "" if tile.contradicts else tile.verdict,
                framed=tile.here,
                faint=bool(tile.contradicts),
                words=f"{label}, {cell.label}: {_tile_words(tile)}",
            )
            for label, tile in zip(columns, row, strict=True)
        ]
        rows.append((cell.label, tuple(drawn)))
    yield Space()
    yield Grid(_axis_words(report.map.x), _axis_words(report.map.y), columns, tuple(rows))
    yield Space()
    tiles = [tile for row in report.map.rows for tile in row]
    met = {tile.verdict for tile in tiles if not tile.contradicts}
    legend = ((sign, name) for name, sign in report.letters.items() if name in met)
    spans = ((Span(f" {sign} ", "tile", name), f" {name_words(name)}  ") for sign, name in legend)
    yield Paragraph(tuple(part for entry in spans for part in entry))
    yield Entries(tuple(map(Entry, _notes(tiles))))
    stated = ", ".join(stated_words(report.spec.constraints))
    yield Paragraph(dim(f"All else as stated: {stated}." if stated else "Nothing else is stated."))


def _sign(tile: Tile, letters: Mapping[str, str]) -> str:
    """A tile's letter: small where answering the rest could still change the verdict."""
    if tile.contradicts:
        return CONTRADICTORY
    letter = letters[tile.verdict]
    return letter.lower() if tile.settled is False else letter


def _axis_words(axis: Axis) -> str:
    """An axis, with the unit of a number."""
    unit = BY_NAME[axis.constraint].unit
    return f"{axis.constraint} ({unit})" if unit else axis.constraint


def _notes(tiles: Sequence[Tile]) -> Iterator[str]:
    """What the marks on the map mean, of those that occur."""
    yield f"{FRAMED} the spec itself"
    if any(tile.settled is False and not tile.contradicts for tile in tiles):
        yield "small letter: answering the rest could still change it"
    if contradicted := sorted({name for tile in tiles for name in tile.contradicts}):
        yield f"{CONTRADICTORY} answers that contradict one another ({', '.join(contradicted)})"


def _tile_words(tile: Tile) -> str:
    if tile.contradicts:
        return f"contradictory ({', '.join(tile.contradicts)})"
    inner = [tile.architecture] if tile.architecture and tile.architecture != tile.verdict else []
    inner += [tile.confidence.replace("_", " ")] if tile.confidence else []
    inner += ["could still change"] if tile.settled is False else []
    return f"{name_words(tile.verdict)} ({', '.join(inner)})" if inner else name_words(tile.verdict)
