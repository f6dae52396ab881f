"""The backtest as Markdown, for the description of a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genarch.reports.backtest.record import BacktestReport
from genarch.reports.backtest.words import Block, blocks
from genarch.reports.escape import inert


def as_markdown(report: BacktestReport, *, failures: bool) -> str:
    """The backtest under headings."""
    return "\n".join(line for block in blocks(report, failures=failures) for line in _block(block)).strip() + "\n"


def _block(block: Block) -> Iterator[str]:
    yield f"### {inert(block.heading)}"
    yield ""
    if block.rows:
        yield _row(block.header)
        yield f"| --- |{' ---: |' * (len(block.header) - 1)}"
        yield from map(_row, block.rows)
        yield ""
    for first, rest in block.entries:
        yield f"- {inert(first)}"
        yield from (f"  - {inert(line)}" for line in rest)
    if block.entries:
        yield ""
    for line in block.lines:
        yield inert(line)
        yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(inert, cells))} |"
