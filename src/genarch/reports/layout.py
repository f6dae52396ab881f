"""A page laid out by rich for the terminal's width. Whatever a colour says, a word says too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import accumulate
from typing import Literal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from genarch.reports import page
from genarch.reports.page import Line, Look, Page, Span, dim, spans
from genarch.reports.words import signed, visible
from genarch.values import NamedTuple

_NARROW = 60
"""Columns below which a table's row becomes an item."""

_WRAPPED = 16
"""Columns that running text in a table may be wrapped to for another one to be shown."""

_TONES = {
    "gan": "cyan", "diffusion": "magenta", "hybrid": "yellow", "evaluate_both": "blue", "undetermined": "blue",
    "infeasible": "red", "error": "red", "warning": "yellow", "note": "cyan", "added": "green", "removed": "red",
    "changed": "yellow", "agrees": "green", "disagrees": "red", "kept": "green", "open": "yellow", "missed": "red",
}  # fmt: skip
_OTHER = "green"
"""The tone of a family that a table of one's own adds."""
_STYLES: dict[page.Style, str] = {"strong": "bold", "dim": "dim"}


def laid_out(content: Page, look: Look) -> str:
    """The page, with a line end after every line and no blanks before one."""
    file = StringIO()
    colors: Literal["standard"] | None = "standard" if look.color else None
    console = Console(file=file, width=look.width, color_system=colors, no_color=False, legacy_windows=False)
    console.print(Group(*_Layout(console, look.width, unicode=look.unicode).blocks(content)), crop=False)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().split("\n")[:-1])


class _Hanging(NamedTuple):
    """Text whose lines after the first are set in."""

    text: Text
    columns: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """The lines; what follows the first is wrapped anew, since it has less room."""
        first, *others = self.text.wrap(console, options.max_width, overflow="fold")
        yield first
        if others:
            rest = self.text[len(first.plain) :]
            rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
            for line in rest.wrap(console, options.max_width - self.columns, overflow="fold"):
                yield Text(" " * self.columns).append_text(line)


class _Layout:
    """Blocks to what rich prints. What is set in is laid out for the room that is left."""

    def __init__(self, console: Console, room: int, *, unicode: bool) -> None:
        self._console, self._room, self._unicode = console, room, unicode
        self._narrow = console.width < _NARROW
        self._bar, self._stroke = ("█", "─") if unicode else ("#", "-")

    def blocks(self, blocks: Iterable[page.Block]) -> Iterator[RenderableType]:
        """The blocks; a section and a rule are set off from what is around them."""
        before: page.Block | None = None
        for block in blocks:
            if before and (isinstance(block, page.Section | page.Rule) or isinstance(before, page.Section)):
                yield ""
            yield from self._block(block)
            before = block

    def _indented(self, blocks: Iterable[page.Block], columns: int = 2) -> Padding:
        columns = min(columns, max(0, self._room - 10))  # however deep, some columns are left
        inner = _Layout(self._console, self._room - columns, unicode=self._unicode)
        return Padding(Group(*inner.blocks(blocks)), (0, 0, 0, columns))

    def _block(self, block: page.Block) -> Iterator[RenderableType]:
        match block:
            case page.Title(line, result):
                yield from (_styled(part, "" if spans(result) else "bold") for part in (line, result) if spans(part))
            case page.Paragraph(line):
                yield _styled(line)
            case page.Section(title, blocks):
                yield from (_styled(title, "bold"), self._indented(blocks))
            case page.Entries(entries, marked):
                yield from (part for entry in entries for part in self._entry(entry, "- " if marked else ""))
            case page.Fields(fields):
                yield from self._fields(fields)
            case page.Table(header, rows, align, needed):
                shown = len(header) if needed is None else self._fitting(header, rows, needed)
                yield from self._table(header[:shown], [row[:shown] for row in rows], align)
            case page.Bars():
                yield from self._bars(block)
            case page.Scale():
                yield from self._scale(block)
            case page.Grid():
                yield from self._grid(block)
            case page.Listing(text):
                yield from (
                    Text(visible(line), overflow="ignore", no_wrap=True) for line in text.rstrip("\n").split("\n")
                )
            case page.Space():
                yield ""
            case page.Rule():
                yield from (Text(self._stroke * self._room, style="dim"), "")

    def _entry(self, entry: page.Entry, mark: str) -> Iterator[RenderableType]:
        below = [page.as_block(part) for part in entry.below]
        if origin := spans(entry.origin):
            below.append(page.Paragraph(tuple(_dimmed(span) for span in origin)))
        hang = len(mark) or (0 if below else 2)
        first = _styled((mark, *spans(entry.first)))
        yield _Hanging(first, hang) if hang and not first.no_wrap else first
        if below:
            yield self._indented(below)

    def _fields(self, fields: Sequence[tuple[str, Sequence[Line]]]) -> Iterator[RenderableType]:
        if self._narrow:
            for label, lines in fields:
                first, *others = ((page.strong(f"{label}: "), *spans(lines[0])), *lines[1:])
                yield _Hanging(_styled(first), 2)
                yield from (Padding(_Hanging(_styled(line), 2), (0, 0, 0, 2)) for line in others)
            return
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, lines in fields:
            for at, line in enumerate(lines):
                grid.add_row(_styled(page.strong("" if at else label)), _Hanging(_styled(line), 2))
        yield grid

    def _fitting(self, header: Sequence[str], rows: Sequence[Sequence[Line]], needed: int) -> int:
        """How many columns have room beside each other; one of running text takes some, and is wrapped."""
        if self._narrow:
            return len(header)
        cells = [
            [name, *("".join(span.text for span in spans(row[at])) for row in rows)] for at, name in enumerate(header)
        ]
        wide = [
            max(cell_len(cell) if " " not in cell else min(cell_len(cell), _WRAPPED) for cell in column)
            for column in cells
        ]
        edges = accumulate(wide, lambda left, width: left + 2 + width)
        return max(needed, sum(edge <= self._room for edge in edges))

    def _table(self, header: Sequence[str], rows: Sequence[Sequence[Line]], align: str) -> Iterator[RenderableType]:
        grid = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=any(header), header_style="")
        cells = [[_styled(cell) for cell in row] for row in rows]
        columns = zip(header or [""] * len(cells[0]), *cells, strict=True) if cells else ()
        for at, (name, *column) in enumerate(columns):
            one_word = not any(" " in cell.plain for cell in column)
            justify: Literal["left", "right"] = "right" if align[at : at + 1] == "r" else "left"
            least = cell_len(visible(name)) if one_word else None
            grid.add_column(
                Text(visible(name), "dim"), justify=justify, overflow="fold", no_wrap=one_word, min_width=least
            )
        for row in cells:
            grid.add_row(*row)
        if rows and not self._narrow and self._console.measure(grid).minimum <= self._room:
            yield grid
            return
        if len(header) > 2 and header[0]:
            yield _styled(page.dim(f"{header[0]}:"))
        for first, *rest in rows:
            if len(rest) == 1:
                yield _Hanging(_styled((*spans(first), ": ", *spans(rest[0]))), 2)
                continue
            parts: list[str | Span] = []
            for name, cell in zip(header[1:] or [""] * len(rest), rest, strict=True):
                if spans(cell):
                    parts += [", " if parts else "", f"{name} " if name else "", *spans(cell)]
            yield from (_styled(first), self._indented([page.Paragraph(tuple(parts))]))

    def _bars(self, block: page.Bars) -> Iterator[RenderableType]:
        noted = f"{block.header[3].lower()} "
        if self._narrow:
            for bar in block.bars:
                yield _styled(f"{signed(bar.value):>3} {bar.label}")
                if spans(bar.note):
                    yield self._indented([page.Paragraph((noted, *spans(bar.note)))], 4)
            return
        most = max([1, *(abs(bar.value) for bar in block.bars)])
        full = max(4, min(24, self._room - max(cell_len(visible(bar.label)) for bar in block.bars) - 16))
        rows: list[tuple[Line, ...]] = []
        for label, value, tone, note in block.bars:
            drawn = Span((self._bar if value > 0 else "-") * round(abs(value) / most * full), tone=tone)
            row: tuple[Line, ...] = (label, signed(value), (noted, *spans(note)) if spans(note) else drawn)
            rows.append(tuple(tuple(map(_dimmed, spans(cell))) for cell in row) if spans(note) else row)
        yield from self._table(("", "", ""), rows, "lrl")

    def _scale(self, block: page.Scale) -> Iterator[RenderableType]:
        if self._narrow:
            rows = [(band.label, Span(band.words, tone=band.tone)) for band in block.bands]
            yield from self._table((), [*rows, ("budget", block.limit_words)], "")
            return
        inner, likeliest, limit = "━●│" if self._unicode else "=o|"
        columns = max(10, min(40, self._room - max(cell_len(visible(band.label)) for band in block.bands) - 30))

        def at(value: float) -> int:
            return round(block.share(value) * (columns - 1))

        drawings: list[tuple[Line, ...]] = []
        for band in block.bands:
            drawn = [" "] * columns
            drawn[at(band.low) : at(band.high) + 1] = inner * (at(band.high) - at(band.low) + 1)
            drawn[at(block.limit)] = limit
            drawn[at(band.likeliest)] = likeliest
            drawings.append((band.label, Span("".join(drawn), tone=band.tone), band.words))
        drawings.append((dim("budget"), dim(" " * at(block.limit) + limit), dim(block.limit_words)))
        yield from self._table(("", "", ""), drawings, "lll")

    def _grid(self, block: page.Grid) -> Iterator[RenderableType]:
        stub = max(cell_len(visible(words)) for words in (block.down, *(label for label, _ in block.rows)))
        named = stub + sum(max(len(label), 3) + 2 for label in block.columns) <= self._room
        heads = block.columns if named else tuple(str(at) for at in range(1, len(block.columns) + 1))
        if not named:
            columns = ", ".join(f"{head} {label}" for head, label in zip(heads, block.columns, strict=True))
            yield from (_styled(f"{block.across}: {columns}"), "")
        widths = [max(len(head), 3) for head in heads]
        centred = " ".join(head.center(width) for head, width in zip(heads, widths, strict=True))
        yield Text(f"{(block.down if named else '').ljust(stub)} {centred}", style="dim", no_wrap=True)
        for label, tiles in block.rows:
            row = Text(visible(label) + " " * (stub - cell_len(visible(label))), no_wrap=True)
            for tile, width in zip(tiles, widths, strict=True):
                before = (width - 3) // 2
                row.append(" " * (1 + before)).append_text(_tile(tile)).append(" " * (width - 3 - before))
            yield row


def _styled(line: Line, style: str = "") -> Text:
    """The line as safe text; one with a place in it is never broken, since editors follow it."""
    parts = spans(line)
    whole = any(span.style == "place" for span in parts)
    text = Text(no_wrap=whole, overflow="ignore" if whole else "fold")
    for span in parts:
        tone = _TONES.get(span.tone, _OTHER) if span.tone else ""
        if span.style == "tile":
            text.append(visible(span.text), f"black on {tone}")
        else:
            text.append(visible(span.text), f"{_STYLES.get(span.style, style)} {tone}".strip())
    return text


def _dimmed(span: Span) -> Span:
    return span if span.style in ("strong", "tile") else span._replace(style="dim")


def _tile(tile: page.Tile) -> Text:
    tone = _TONES.get(tile.tone, _OTHER) if tile.tone else ""
    if tile.faint:
        return Text(f" {tile.sign} ", f"dim {tone}".strip())
    framed = f"[{tile.sign}]" if tile.framed else f" {tile.sign} "
    return Text(framed, f"{'bold ' if tile.framed else ''}black on {tone}" if tone else "")
