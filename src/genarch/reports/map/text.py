"""The map in the terminal: a block and a letter for each place, so that nothing hangs on colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from genarch.reports.console import Look, rendered
from genarch.reports.map.record import MapReport
from genarch.reports.map.words import axis_words, legend_words, letter, notes_words, rest_words, title_words

_STYLES = {
    "gan": "black on cyan",
    "diffusion": "black on magenta",
    "hybrid": "black on yellow",
    "evaluate_both": "black on blue",
    "undetermined": "black on white",
    "infeasible": "black on red",
}
_OTHER = "black on green"
"""For families that a table adds."""


def as_text(report: MapReport, look: Look) -> str:
    """The map, its legend and what stays fixed."""
    return rendered(Group(*_parts(report, look.width)), look)


def _parts(report: MapReport, width: int) -> Iterator[RenderableType]:
    yield Text(title_words(report), style="bold")
    columns = [cell["label"] for cell in report["x"]["cells"]]
    rows = [cell["label"] for cell in report["y"]["cells"]]
    down = axis_words(report["y"])
    stub = max(len(words) for words in (*rows, down))
    named = stub + 2 + sum(max(len(label), 3) + 2 for label in columns) <= width
    heads = columns if named else [str(at) for at in range(1, len(columns) + 1)]
    if not named:
        told = ", ".join(f"{head} {label}" for head, label in zip(heads, columns, strict=True))
        yield Text(f"\n{axis_words(report['x'])}: {told}")
    yield Text("")
    yield _grid(report, rows, heads, down if named else "")
    yield Text("")
    yield Text.assemble(*_legend(report))
    yield Text("; ".join(notes_words(report)) + ".")
    yield Text(rest_words(report), style="dim")


def _grid(report: MapReport, rows: Sequence[str], heads: Sequence[str], corner: str) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(overflow="fold")
    for _ in heads:
        grid.add_column(justify="center", no_wrap=True)
    grid.add_row(Text(corner, style="dim"), *(Text(head, style="dim") for head in heads))
    for label, tiles in zip(rows, report["rows"], strict=True):
        blocks = []
        for tile in tiles:
            sign = letter(tile, report["letters"])
            block = f"[{sign}]" if tile["here"] else f" {sign} "
            style = "dim" if tile["contradicts"] else _STYLES.get(tile["verdict"], _OTHER)
            blocks.append(Text(block, style=f"bold {style}" if tile["here"] else style))
        grid.add_row(Text(label), *blocks)
    return grid


def _legend(report: MapReport) -> Iterator[tuple[str, str]]:
    names = {sign: name for name, sign in report["letters"].items()}
    for at, (sign, words) in enumerate(legend_words(report)):
        yield ("  " if at else "", "")
        yield (f" {sign} ", _STYLES.get(names[sign], _OTHER))
        yield (f" {words}", "")
