"""The page of a decision map as an SVG image: for light and dark pages, without script, every tile in words too."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from xml.sax.saxutils import escape

from genarch.reports import page
from genarch.reports.decision_map import FRAMED
from genarch.reports.escape import safe

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
_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #1b1b1b }
.title { font-weight: 600 } .small { font-size: 11px } .sign { font-weight: 600; text-anchor: middle; fill: #000 }
.mark { text-anchor: middle } .here { fill: none; stroke: #1b1b1b; stroke-width: 3 }
.open { stroke: #000; stroke-width: 1.5; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #ededed } .sign { fill: #000 } .here { stroke: #ededed } }"""


def as_svg(blocks: page.Page) -> str:
    """The image of a map's page."""
    return "\n".join(_Drawing(blocks).lines()) + "\n"


class _Drawing:
    """Positions, worked out from the longest words."""

    def __init__(self, blocks: page.Page) -> None:
        self._title = self._fixed = ""
        self._notes: list[str] = []
        self._legend: list[page.Span] = []
        for block in blocks:
            match block:
                case page.Title(line):
                    self._title = _words(line)
                case page.Grid():
                    self._grid = block
                case page.Entries(entries):
                    self._notes += [_words(entry.first).replace(FRAMED, "framed:") for entry in entries]
                case page.Paragraph(line) if any(span.style == "tile" for span in page.spans(line)):
                    self._legend = page.spans(line)
                case page.Paragraph(line):
                    self._fixed = _words(line)
        self._notes += wrap(self._fixed, 90, break_on_hyphens=False)
        labels = (self._grid.down, *(label for label, _ in self._grid.rows))
        self._left = 16 + CHARACTER * max(map(len, labels))
        self._top = 64 + 0.72 * CHARACTER * max(map(len, self._grid.columns))
        self._bottom = self._top + TILE_HEIGHT * len(self._grid.rows)
        slanted = 0.72 * CHARACTER * len(self._grid.columns[-1])
        self._width = max(
            self._left + TILE_WIDTH * len(self._grid.columns) + slanted,
            16 + CHARACTER * max(map(len, (self._title, *self._notes))),
        )

    def lines(self) -> Iterator[str]:
        """The image, line by line."""
        width, height = f"{self._width:.0f}", f"{self._bottom + 58 + 18 * len(self._notes):.0f}"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" '
            f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        )
        yield f'<title id="title">{_text(self._title)}</title>'
        yield f'<desc id="description">{_text(self._fixed)}</desc>'
        yield f"<style>\n{_STYLE}\n</style>"
        yield f'<text class="title" x="8" y="20">{_text(self._title)}</text>'
        yield f'<text class="small" x="{self._left:.0f}" y="40">{_text(self._grid.across)}</text>'
        yield f'<text class="small" x="8" y="{self._top - 8:.0f}">{_text(self._grid.down)}</text>'
        for at, label in enumerate(self._grid.columns):
            x, y = self._left + TILE_WIDTH * (at + 0.5), self._top - 8
            yield f'<text transform="translate({x:.0f} {y:.0f}) rotate(-45)">{_text(label)}</text>'
        own = ""
        for row, (label, tiles) in enumerate(self._grid.rows):
            y = self._top + TILE_HEIGHT * row
            yield f'<text x="8" y="{y + TILE_HEIGHT / 2 + 4:.0f}">{_text(label)}</text>'
            for column, tile in enumerate(tiles):
                x = self._left + TILE_WIDTH * column
                box = f'x="{x + 1:.0f}" y="{y + 1:.0f}" width="{TILE_WIDTH - 2}" height="{TILE_HEIGHT - 2}" rx="3"'
                middle = f'x="{x + TILE_WIDTH / 2:.0f}" y="{y + TILE_HEIGHT / 2 + 4:.0f}"'
                yield from _tile(tile, box, middle)
                own = f'<rect class="here" {box}/>' if tile.framed else own
        yield own
        yield from self._captions()
        yield "</svg>"

    def _captions(self) -> Iterator[str]:
        x, y = 8.0, self._bottom + 24
        for sign, words in zip(self._legend[::2], self._legend[1::2], strict=True):
            yield f'<rect x="{x:.0f}" y="{y - 13:.0f}" width="18" height="18" rx="3" fill="{_color(sign.tone)}"/>'
            yield f'<text class="sign" x="{x + 9:.0f}" y="{y:.0f}">{_text(sign.text)}</text>'
            yield f'<text x="{x + 24:.0f}" y="{y:.0f}">{_text(words.text)}</text>'
            x += 36 + CHARACTER * len(words.text.strip())
        for at, note in enumerate(self._notes, 1):
            yield f'<text class="small" x="8" y="{y + 18 * at:.0f}">{_text(note)}</text>'


def _tile(tile: page.Tile, box: str, middle: str) -> Iterator[str]:
    """A tile, dashed where its verdict could still change, which its small letter says."""
    yield f"<g><title>{_text(tile.words)}</title>"
    dashed = ' class="open"' if tile.sign.islower() else ""
    yield f'<rect {box} fill="none"/>' if tile.faint else f'<rect {box} fill="{_color(tile.tone)}"{dashed}/>'
    yield f'<text class="{"mark" if tile.faint else "sign"}" {middle}>{_text(tile.sign)}</text></g>'


def _color(tone: str) -> str:
    return _COLORS.get(tone, _OTHER)


def _words(line: page.Line) -> str:
    return "".join(span.text for span in page.spans(line))


def _text(text: str) -> str:
    return escape(safe(text.strip()))
