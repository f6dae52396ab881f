"""The decision map of a spec: a report, a page, and an SVG image.

The image is for light and dark backgrounds, without script, and has every tile in words too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from textwrap import wrap
from typing import Annotated, Literal

from genarch.engine.constraints import BY_NAME, Answers, in_order
from genarch.engine.decision_map import DecisionMap, Tile
from genarch.engine.forms import INLINED
from genarch.engine.rules import RuleTable, TableVersion
from genarch.engine.spec import Spec
from genarch.reports import page
from genarch.reports.page import Block, Entries, Entry, Grid, Paragraph, Space, Span, Title, dim
from genarch.reports.words import counted, in_svg, name_words, stated_words
from genarch.values import NamedTuple, grouped
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
MOST_ROWS = 24
"""Rows that fit on a screen; of more, those that come out alike are drawn as one."""
CONTRADICTORY = "/"
"""Stands where the answers contradict one another."""


def map_report(spec: Spec, rules: RuleTable, drawn: DecisionMap) -> MapReport:
    """The report on a map; a family's letter is its first that is still free."""
    varied = (drawn.x.constraint, drawn.y.constraint)
    rest = {name: value for name, value in spec.constraints.items() if name not in varied}
    letters: dict[str, str] = {}
    for family in rules.families:
        wanted = (*(c for c in family.id.upper() if c.isalpha()), *ascii_uppercase)
        taken = {*letters.values(), *_LETTERS.values()}
        letters[family.id] = next((c for c in wanted if c not in taken), "?")
    fixed = FixedAnswers(spec.id, in_order(rest))
    return MapReport(1, __version__, fixed, rules.identity, letters | _LETTERS, drawn)


def map_page(report: MapReport) -> Iterator[Block]:
    """The map, its legend, what its marks mean, and what stays fixed."""
    title, grid, legend, notes, fixed = _parts(report)
    yield from (Title(title), Space(), grid, Space())
    signs = [(Span(f" {sign} ", "tile", name), f" {name_words(name)}  ") for name, sign in legend.items()]
    yield Paragraph(tuple(part for entry in signs for part in entry))
    yield Entries(tuple(map(Entry, notes)))
    yield Paragraph(dim(fixed))


def _parts(report: MapReport) -> tuple[str, Grid, dict[str, str], list[str], str]:
    """What the page and the image have: title, grid, the letters on it, what its marks mean, what stays fixed."""
    letters, (x, y, rows, stopped) = report.letters, report.map
    across, down = (  # an axis, with the unit of a number
        f"{name} ({unit})" if (unit := BY_NAME[name].unit) else name for name in (x.constraint, y.constraint)
    )
    drawn, together = [], []
    for labels, row in _alike([(cell.label, row) for cell, row in zip(y.cells, rows, strict=True)]):
        label = labels[0] + (f" and {len(labels) - 1} more" if labels[1:] else "")
        together += [f"{label}: {', '.join(labels[1:])}"] if labels[1:] else []
        places = (f"{column.label}, {label}" for column in x.cells)
        drawn.append((label, tuple(_tile(tile, letters, place) for tile, place in zip(row, places, strict=True))))
    tiles = [tile for row in rows for tile in row]
    verdicts = {tile.verdict for tile in tiles if not tile.contradicts}
    notes = [f"{FRAMED} the spec itself"] if any(tile.here for tile in tiles) else []
    if any(tile.settled is False and not tile.contradicts for tile in tiles):
        notes.append("small letter: answering the rest could still change it")
    if stopped:
        notes.append(f"{counted(stopped, 'tile')} not settled: the search stopped at its limit of steps")
    if contradicted := sorted({name for tile in tiles for name in tile.contradicts}):
        notes.append(f"{CONTRADICTORY} answers that contradict one another ({', '.join(contradicted)})")
    notes += together
    stated = ", ".join(stated_words(report.spec.constraints))
    return (
        f"{report.spec.id}: {x.constraint} by {y.constraint}, rules {report.rules}",
        Grid(across, down, tuple(cell.label for cell in x.cells), tuple(drawn)),
        {name: sign for name, sign in letters.items() if name in verdicts},
        notes,
        f"All else as stated: {stated}." if stated else "Nothing else is stated.",
    )


def _alike(rows: Sequence[tuple[str, Sequence[Tile]]]) -> list[tuple[list[str], Sequence[Tile]]]:
    """The rows of a map with what they are labelled, those that come out alike together where there are very many."""
    if len(rows) <= MOST_ROWS:
        return [([label], row) for label, row in rows]
    return [(labels, row) for row, labels in grouped((row, label) for label, row in rows).items()]


def _tile(tile: Tile, letters: Mapping[str, str], place: str) -> page.Tile:
    """A tile as drawn: its letter is small where answering the rest could still change the verdict."""
    if tile.contradicts:
        words = f"{place}: contradictory ({', '.join(tile.contradicts)})"
        return page.Tile(CONTRADICTORY, framed=tile.here, faint=True, words=words)
    architecture = tile.architecture if tile.architecture != tile.verdict else None
    change = "could still change" if tile.settled is False else None
    inner = ", ".join(filter(None, (architecture, (tile.confidence or "").replace("_", " "), change)))
    words = f"{place}: {name_words(tile.verdict)}{f' ({inner})' if inner else ''}"
    letter = letters[tile.verdict].lower() if change else letters[tile.verdict]
    return page.Tile(letter, tile.verdict, tile.here, words=words)


TILE_WIDTH, TILE_HEIGHT = 44, 30
CHARACTER = 7.0
"""Width of an average character at 12 px."""

# Okabe and Ito's colours, which people who cannot see red from green distinguish too; "Color Universal Design", 2008.
_COLORS = {
    "gan": "#56b4e9",
    "diffusion": "#cc79a7",
    "hybrid": "#e69f00",
    "evaluate_both": "#f0e442",
    "undetermined": "#bbbbbb",
    "infeasible": "#d55e00",
}
_OTHER = "#009e73"
_STYLESHEET = """\
text { font: 12px system-ui, sans-serif; fill: #1b1b1b }
.title { font-weight: 600 } .small { font-size: 11px } .sign { font-weight: 600; text-anchor: middle; fill: #000 }
.mark { text-anchor: middle } .here { fill: none; stroke: #1b1b1b; stroke-width: 3 }
.open { stroke: #000; stroke-width: 1.5; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #ededed } .sign { fill: #000 } .here { stroke: #ededed } }"""


def as_svg(report: MapReport) -> str:
    """The map as an image."""
    return "\n".join(_svg(report)) + "\n"


def _svg(report: MapReport) -> Iterator[str]:
    """The image, line by line; positions come from the longest words."""
    title, grid, legend, notes, fixed = _parts(report)
    notes = [
        line for note in (*notes, fixed) for line in wrap(note.replace(FRAMED, "framed:"), 90, break_on_hyphens=False)
    ]
    left = 16 + CHARACTER * max(map(len, (grid.down, *(label for label, _ in grid.rows))))
    top = 64 + 0.72 * CHARACTER * max(map(len, grid.columns))
    bottom = top + TILE_HEIGHT * len(grid.rows)
    right = left + TILE_WIDTH * len(grid.columns) + 0.72 * CHARACTER * len(grid.columns[-1])  # labels are slanted
    width = f"{max(right, 16 + CHARACTER * max(map(len, (title, *notes)))):.0f}"
    height = f"{bottom + 58 + 18 * len(notes):.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    )
    yield f'<title id="title">{in_svg(title)}</title>'
    yield f'<desc id="description">{in_svg(fixed)}</desc>'
    yield f"<style>\n{_STYLESHEET}\n</style>"
    yield f'<text class="title" x="8" y="20">{in_svg(title)}</text>'
    yield f'<text class="small" x="{left:.0f}" y="40">{in_svg(grid.across)}</text>'
    yield f'<text class="small" x="8" y="{top - 8:.0f}">{in_svg(grid.down)}</text>'
    for at, label in enumerate(grid.columns):
        x, y = left + TILE_WIDTH * (at + 0.5), top - 8
        yield f'<text transform="translate({x:.0f} {y:.0f}) rotate(-45)">{in_svg(label)}</text>'
    own = ""
    for row, (label, tiles) in enumerate(grid.rows):
        y = top + TILE_HEIGHT * row
        yield f'<text x="8" y="{y + TILE_HEIGHT / 2 + 4:.0f}">{in_svg(label)}</text>'
        for column, tile in enumerate(tiles):
            x = left + TILE_WIDTH * column
            box = f'x="{x + 1:.0f}" y="{y + 1:.0f}" width="{TILE_WIDTH - 2}" height="{TILE_HEIGHT - 2}" rx="3"'
            fill = "none" if tile.faint else _COLORS.get(tile.tone, _OTHER)
            dashed = ' class="open"' if tile.sign.islower() else ""  # its verdict could still change
            yield f"<g><title>{in_svg(tile.words)}</title>"
            yield f'<rect {box} fill="{fill}"{dashed}/>'
            middle = f'x="{x + TILE_WIDTH / 2:.0f}" y="{y + TILE_HEIGHT / 2 + 4:.0f}"'
            yield f'<text class="{"mark" if tile.faint else "sign"}" {middle}>{in_svg(tile.sign)}</text></g>'
            own += f'<rect class="here" {box}/>' if tile.framed else ""
    yield own
    x, y = 8.0, bottom + 24
    for name, sign in legend.items():
        yield f'<rect x="{x:.0f}" y="{y - 13:.0f}" width="18" height="18" rx="3" fill="{_COLORS.get(name, _OTHER)}"/>'
        yield f'<text class="sign" x="{x + 9:.0f}" y="{y:.0f}">{in_svg(sign)}</text>'
        yield f'<text x="{x + 24:.0f}" y="{y:.0f}">{in_svg(name_words(name))}</text>'
        x += 36 + CHARACTER * len(name_words(name))
    for at, note in enumerate(notes, 1):
        yield f'<text class="small" x="8" y="{y + 18 * at:.0f}">{in_svg(note)}</text>'
    yield "</svg>"
