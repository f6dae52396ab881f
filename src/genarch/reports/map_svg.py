"""The map as an SVG image: legible on light and dark pages, without script, with every tile in words too."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from genarch.reports.decision_map import (
    MapReport,
    axis_words,
    fixed_words,
    legend_words,
    letter,
    notes_words,
    tile_words,
    title_words,
)
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


def as_svg(report: MapReport) -> str:
    """The image."""
    return "\n".join(_Drawing(report).lines()) + "\n"


class _Drawing:
    """Positions, worked out from the longest words."""

    def __init__(self, report: MapReport) -> None:
        self._report = report
        self._columns = [cell.label for cell in report.x.cells]
        self._rows = [cell.label for cell in report.y.cells]
        self._left = 16 + CHARACTER * max(len(label) for label in (*self._rows, axis_words(report.y)))
        self._top = 64 + 0.72 * CHARACTER * max(len(label) for label in self._columns)
        self._bottom = self._top + TILE_HEIGHT * len(self._rows)
        slanted = 0.72 * CHARACTER * len(self._columns[-1])
        self._captions = [title_words(report), *notes_words(report), *_wrapped(fixed_words(report))]
        self._width = max(
            self._left + TILE_WIDTH * len(self._columns) + slanted,
            16 + CHARACTER * max(map(len, self._captions)),
        )

    def lines(self) -> Iterator[str]:
        """The image, line by line."""
        title = _text(title_words(self._report))
        height = self._bottom + 40 + 18 * len(self._captions)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" '
            f'viewBox="0 0 {self._width:.0f} {height:.0f}" width="{self._width:.0f}" height="{height:.0f}">'
        )
        yield f'<title id="title">{title}</title>'
        yield f'<desc id="description">{_text(fixed_words(self._report))}</desc>'
        yield f"<style>\n{_STYLE}\n</style>"
        yield f'<text class="title" x="8" y="20">{title}</text>'
        yield from self._heads()
        yield from self._tiles()
        yield from self._caption()
        yield "</svg>"

    def _heads(self) -> Iterator[str]:
        yield f'<text class="small" x="{self._left:.0f}" y="40">{_text(axis_words(self._report.x))}</text>'
        yield f'<text class="small" x="8" y="{self._top - 8:.0f}">{_text(axis_words(self._report.y))}</text>'
        for at, label in enumerate(self._columns):
            x, y = self._left + TILE_WIDTH * (at + 0.5), self._top - 8
            yield f'<text transform="translate({x:.0f} {y:.0f}) rotate(-45)">{_text(label)}</text>'
        for at, label in enumerate(self._rows):
            yield f'<text x="8" y="{self._top + TILE_HEIGHT * (at + 0.5) + 4:.0f}">{_text(label)}</text>'

    def _tiles(self) -> Iterator[str]:
        own = ""
        for row, (label, tiles) in enumerate(zip(self._rows, self._report.rows, strict=True)):
            for column, tile in enumerate(tiles):
                x, y = self._left + TILE_WIDTH * column, self._top + TILE_HEIGHT * row
                box = f'x="{x + 1:.0f}" y="{y + 1:.0f}" width="{TILE_WIDTH - 2}" height="{TILE_HEIGHT - 2}" rx="3"'
                sign = _text(letter(tile, self._report.letters))
                yield f"<g><title>{_text(tile_words(tile, self._columns[column], label))}</title>"
                if tile.contradicts:
                    look = "mark"
                    yield f'<rect {box} fill="none"/>'
                else:
                    look = "sign"
                    dashed = ' class="open"' if tile.settled is False else ""
                    yield f'<rect {box} fill="{_COLORS.get(tile.verdict, _OTHER)}"{dashed}/>'
                middle = f'x="{x + TILE_WIDTH / 2:.0f}" y="{y + TILE_HEIGHT / 2 + 4:.0f}"'
                yield f'<text class="{look}" {middle}>{sign}</text></g>'
                if tile.here:
                    own = f'<rect class="here" {box}/>'
        yield own

    def _caption(self) -> Iterator[str]:
        x, y = 8.0, self._bottom + 24
        for verdict, sign, words in legend_words(self._report):
            color = _COLORS.get(verdict, _OTHER)
            yield f'<rect x="{x:.0f}" y="{y - 13:.0f}" width="18" height="18" rx="3" fill="{color}"/>'
            yield f'<text class="sign" x="{x + 9:.0f}" y="{y:.0f}">{_text(sign)}</text>'
            yield f'<text x="{x + 24:.0f}" y="{y:.0f}">{_text(words)}</text>'
            x += 36 + CHARACTER * len(words)
        notes = [note.replace("[ ]", "framed:") for note in notes_words(self._report)]
        for note in (*notes, *_wrapped(fixed_words(self._report))):
            y += 18
            yield f'<text class="small" x="8" y="{y:.0f}">{_text(note)}</text>'


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap

    return wrap(text, 90, break_on_hyphens=False)


def _text(text: str) -> str:
    return escape(safe(text))
