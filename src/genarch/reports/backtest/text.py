"""The backtest for people, laid out for the terminal's width."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from genarch.reports.backtest.record import BacktestReport
from genarch.reports.backtest.words import Block, blocks
from genarch.reports.console import Look, rendered
from genarch.reports.escape import safe

NARROW = 64
"""Below so many columns a row of a table becomes a line of its own for each cell."""


def as_text(report: BacktestReport, look: Look, *, failures: bool) -> str:
    """The backtest in words."""
    parts = [part for block in blocks(report, failures=failures) for part in _block(block, look)]
    return rendered(Group(*parts), look).lstrip("\n")


def _block(block: Block, look: Look) -> Iterator[RenderableType]:
    yield Text(f"\n{safe(block.heading)}", style="bold")
    if block.rows:
        yield from _listed(block) if look.width < NARROW else [_indented(_grid(block))]
    for first, rest in block.entries:
        yield _indented(Text(safe(first), overflow="fold"))
        for line in rest:
            yield _indented(Text(safe(line), style="dim", overflow="fold"), 4)
    for line in block.lines:
        yield _indented(Text(safe(line), overflow="fold"))


def _grid(block: Block) -> Table:
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, show_edge=False)
    for at, name in enumerate(block.header):
        grid.add_column(name, justify="right" if at else "left", overflow="fold")
    for row in block.rows:
        grid.add_row(*(Text(safe(cell)) for cell in row))
    return grid


def _listed(block: Block) -> Iterator[RenderableType]:
    for name, *cells in block.rows:
        yield _indented(Text(safe(name), overflow="fold"))
        told = ", ".join(f"{head} {cell}" for head, cell in zip(block.header[1:], cells, strict=True))
        yield _indented(Text(safe(told)), 4)


def _indented(content: RenderableType, columns: int = 2) -> Padding:
    return Padding(content, (0, 0, 0, columns))
