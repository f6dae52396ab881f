"""The decision map of a spec: a report, a page, and an SVG image.

The image is for light and dark backgrounds, without script, and has every tile in words too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Annotated, Literal, NamedTuple
from xml.sax.saxutils import escape

from genarch.reports import page
from genarch.reports.page import Block, Entries, Entry, Grid, Paragraph, Space, Span, Title, dim
from genarch.reports.words import name_words, safe, stated_words
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
    fixed = FixedAnswers(spec.id, in_order(rest))
    return MapReport(1, __version__, fixed, rules.identity, _letters(family.id for family in rules.families), drawn)


def _letters(families: Iterable[str]) -> dict[str, str]:
    """A letter for each verdict: a family's first that is still free."""
    letters = dict(_LETTERS)
    for family in families:
        wanted = (*(c for c in family.upper() if c.isalpha()), *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        letters[family] = next((c for c in wanted if c not in letters.values()), "?")
    return {name: letters[name] for name in (*(n for n in letters if n not in _LETTERS), *VERDICTS_WITHOUT_FAMILY)}


def map_page(report: MapReport) -> Iterator[Block]:
    """The map, its legend, what its marks mean, and what stays fixed."""
    yield Title(_title(report))
    yield Space()
    yield _grid(report)
    yield Space()
    signs = [(Span(f" {sign} ", "tile", name), f" {name_words(name)}  ") for name, sign in _legend(report).items()]
    yield Paragraph(tuple(part for entry in signs for part in entry))
    yield Entries(tuple(map(Entry, _notes(report))))
    yield Paragraph(dim(_fixed(report)))


def _title(report: MapReport) -> str:
    return f"{report.spec.id}: {report.map.x.constraint} by {report.map.y.constraint}, rules {report.rules}"


def _grid(report: MapReport) -> Grid:
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
    return Grid(_axis_words(report.map.x), _axis_words(report.map.y), columns, tuple(rows))


def _legend(report: MapReport) -> dict[str, str]:
    """The letters of the verdicts on the map."""
    met = {tile.verdict for row in report.map.rows for tile in row if not tile.contradicts}
    return {name: sign for name, sign in report.letters.items() if name in met}


def _fixed(report: MapReport) -> str:
    stated = ", ".join(stated_words(report.spec.constraints))
    return f"All else as stated: {stated}." if stated else "Nothing else is stated."


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


def _notes(report: MapReport) -> Iterator[str]:
    """What the marks on the map mean, of those that occur."""
    tiles = [tile for row in report.map.rows for tile in row]
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
    title, fixed, grid = _title(report), _fixed(report), _grid(report)
    notes = [note.replace(FRAMED, "framed:") for note in _notes(report)] + wrap(fixed, 90, break_on_hyphens=False)
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
    yield f'<title id="title">{_text(title)}</title>'
    yield f'<desc id="description">{_text(fixed)}</desc>'
    yield f"<style>\n{_STYLESHEET}\n</style>"
    yield f'<text class="title" x="8" y="20">{_text(title)}</text>'
    yield f'<text class="small" x="{left:.0f}" y="40">{_text(grid.across)}</text>'
    yield f'<text class="small" x="8" y="{top - 8:.0f}">{_text(grid.down)}</text>'
    for at, label in enumerate(grid.columns):
        x, y = left + TILE_WIDTH * (at + 0.5), top - 8
        yield f'<text transform="translate({x:.0f} {y:.0f}) rotate(-45)">{_text(label)}</text>'
    own = ""
    for row, (label, tiles) in enumerate(grid.rows):
        y = top + TILE_HEIGHT * row
        yield f'<text x="8" y="{y + TILE_HEIGHT / 2 + 4:.0f}">{_text(label)}</text>'
        for column, tile in enumerate(tiles):
            x = left + TILE_WIDTH * column
            box = f'x="{x + 1:.0f}" y="{y + 1:.0f}" width="{TILE_WIDTH - 2}" height="{TILE_HEIGHT - 2}" rx="3"'
            yield from _drawn(tile, box, f'x="{x + TILE_WIDTH / 2:.0f}" y="{y + TILE_HEIGHT / 2 + 4:.0f}"')
            own = f'<rect class="here" {box}/>' if tile.framed else own
    yield own
    x, y = 8.0, bottom + 24
    for name, sign in _legend(report).items():
        yield f'<rect x="{x:.0f}" y="{y - 13:.0f}" width="18" height="18" rx="3" fill="{_COLORS.get(name, _OTHER)}"/>'
        yield f'<text class="sign" x="{x + 9:.0f}" y="{y:.0f}">{_text(sign)}</text>'
        yield f'<text x="{x + 24:.0f}" y="{y:.0f}">{_text(name_words(name))}</text>'
        x += 36 + CHARACTER * len(name_words(name))
    for at, note in enumerate(notes, 1):
        yield f'<text class="small" x="8" y="{y + 18 * at:.0f}">{_text(note)}</text>'
    yield "</svg>"


def _drawn(tile: page.Tile, box: str, middle: str) -> Iterator[str]:
    """A tile, dashed where its verdict could still change, which its small letter says."""
    yield f"<g><title>{_text(tile.words)}</title>"
    dashed = ' class="open"' if tile.sign.islower() else ""
    fill = "none" if tile.faint else _COLORS.get(tile.tone, _OTHER)
    yield f'<rect {box} fill="{fill}"{dashed}/>'
    yield f'<text class="{"mark" if tile.faint else "sign"}" {middle}>{_text(tile.sign)}</text></g>'


def _text(text: str) -> str:
    return escape(safe(text.strip()))
