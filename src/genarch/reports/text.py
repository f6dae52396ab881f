"""A page as text for people, laid out for the terminal's width.

Laid out here and not by a library: a run that prints one report takes less time than importing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from genarch.reports import page
from genarch.reports.escape import safe
from genarch.reports.page import Line, Page, Span, spans
from genarch.reports.words import signed

NARROWEST = 20
"""Columns below which nothing can be laid out."""
_NARROW = 60
"""Columns below which a table's row becomes an item."""
_GAP = 2

# Colours of a terminal, of the 8 that every one has.
_TONES = {
    "gan": 6, "diffusion": 5, "hybrid": 3, "evaluate_both": 4, "undetermined": 4, "infeasible": 1,
    "error": 1, "warning": 3, "note": 6, "added": 2, "removed": 1, "changed": 3, "agrees": 2, "disagrees": 1,
}  # fmt: skip
_OTHER = 2
_SPLIT = re.compile("[^ ]+")


class Look(NamedTuple):
    """Columns, whether colour is shown, and whether characters beyond ASCII are."""

    width: int = 80
    color: bool = False
    unicode: bool = True


class _Styled(NamedTuple):
    """Safe text with the codes of its styles, a place for each character; without any where it is all plain."""

    text: str
    codes: tuple[str, ...] = ()
    whole: bool = False
    """Whether it is never broken."""


def as_text(page: Page, look: Look) -> str:
    """The page, with a line end after every line and no blanks before one."""
    return "".join(f"{line.rstrip()}\n" for line in _Layout(look).blocks(page, 0))


class _Layout:
    def __init__(self, look: Look) -> None:
        self._width = max(look.width, NARROWEST)
        self._color = look.color
        self._bar, self._stroke = ("█", "─") if look.unicode else ("#", "-")
        self._narrow = self._width < _NARROW

    def blocks(self, blocks: Iterable[page.Block], indent: int) -> Iterator[str]:
        """The blocks' lines; a section and a rule are set off from what is around them."""
        before: page.Block | None = None
        for block in blocks:
            if before and (isinstance(block, page.Section | page.Rule) or isinstance(before, page.Section)):
                yield ""
            yield from self._block(block, indent)
            before = block

    def _block(self, block: page.Block, indent: int) -> Iterator[str]:
        match block:
            case page.Title(line, result):
                for part in filter(spans, (line, result)):
                    yield from self._wrapped(self.styled(part, "plain" if spans(result) else "strong"), indent)
            case page.Paragraph(line):
                yield from self._wrapped(self.styled(line), indent)
            case page.Section(title, blocks):
                yield from self._wrapped(self.styled(title, "strong"), indent)
                yield from self.blocks(blocks, indent + 2)
            case page.Entries(entries, marked):
                yield from (line for entry in entries for line in self._entry(entry, indent, "- " if marked else ""))
            case page.Table(header, rows, align):
                yield from self._table(header, rows, align, indent)
            case page.Bars():
                yield from self._bars(block, indent)
            case page.Grid():
                yield from self._grid(block, indent)
            case page.Listing(text):
                yield from (" " * indent + safe(line) for line in text.rstrip("\n").split("\n"))
            case page.Space():
                yield ""
            case page.Rule():
                yield from (self.whole(self.styled(page.dim(self._stroke * self._width))), "")

    def _entry(self, entry: page.Entry, indent: int, mark: str) -> Iterator[str]:
        below = [page.as_block(part) for part in entry.below]
        origin = spans(entry.origin)
        hang = len(mark) or (0 if below or origin else 2)
        yield from self._wrapped(self.styled((mark, *spans(entry.first))), indent, hang)
        inner = indent + len(mark) if mark else indent + 2
        for block in below:
            if isinstance(block, page.Paragraph):
                yield from self._wrapped(self.styled(block.line), inner)
            else:
                yield from self._block(block, inner)
        if origin:
            yield from self._wrapped(self.styled(tuple(origin), "dim"), inner)

    # Tables

    def _table(self, header: Sequence[str], rows: Sequence[Sequence[Line]], align: str, indent: int) -> Iterator[str]:
        cells = [[self.styled(cell) for cell in row] for row in rows]
        heads = [self.styled(page.dim(name)) for name in header]
        shown = [heads, *cells] if any(header) else cells
        widths = self._widths(shown, self._width - indent)
        if not widths:
            yield from self._listed(header, rows, indent)
            return
        for row in shown:
            yield from self._row(row, widths, align, indent)

    def _row(self, row: Sequence[_Styled], widths: Sequence[int], align: str, indent: int) -> Iterator[str]:
        broken = [[cut for cut, _ in self._broken(cell, width)] for cell, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, broken))):
            line = ""
            for column, (lines, width) in enumerate(zip(broken, widths, strict=True)):
                part = lines[at] if at < len(lines) else _Styled("")
                pad = " " * (width - _cells(part.text))
                shown = self.whole(part)
                line += (pad + shown if align[column : column + 1] == "r" else shown + pad) + " " * _GAP
            yield " " * indent + line

    def _widths(self, rows: Sequence[Sequence[_Styled]], room: int) -> list[int]:
        """Of each column, the widest ones narrowed until all fit; none where a word would have to be broken."""
        if self._narrow or not rows:
            return []
        columns = list(zip(*rows, strict=True))
        widths = [max(_cells(cell.text) for cell in column) for column in columns]
        least = [max(max(map(_cells, cell.text.split()), default=0) for cell in column) for column in columns]
        room -= _GAP * (len(columns) - 1)
        if sum(least) > room:
            return []
        while sum(widths) > room:
            widest = max((at for at in range(len(widths)) if widths[at] > least[at]), key=lambda at: widths[at])
            widths[widest] -= 1
        return widths

    def _listed(self, header: Sequence[str], rows: Sequence[Sequence[Line]], indent: int) -> Iterator[str]:
        for first, *rest in rows:
            if len(rest) == 1:
                yield from self._wrapped(self.styled((*spans(first), ": ", *spans(rest[0]))), indent, 2)
                continue
            cells: list[str | Span] = []
            for name, cell in zip(header[1:] or [""] * len(rest), rest, strict=True):
                if spans(cell):
                    cells += [", " if cells else "", f"{name} " if name else "", *spans(cell)]
            yield from self._wrapped(self.styled(first), indent)
            yield from self._wrapped(self.styled(tuple(cells)), indent + 2)

    # Drawings

    def _bars(self, block: page.Bars, indent: int) -> Iterator[str]:
        noted = f"{block.header[2].lower()} "
        if self._narrow:
            for bar in block.bars:
                yield from self._wrapped(self.styled(f"{signed(bar.value):>3} {bar.label}"), indent)
                if spans(bar.note):
                    yield from self._wrapped(self.styled((noted, *spans(bar.note)), "dim"), indent + 4)
            return
        labels = max(_cells(safe(bar.label)) for bar in block.bars)
        most = max([1, *(abs(bar.value) for bar in block.bars)])
        points = max(len(signed(bar.value)) for bar in block.bars)
        full = max(4, min(24, self._width - indent - labels - 16))
        widths = [labels, points, self._width - indent - labels - points - 2 * _GAP]
        for bar in block.bars:
            style: page.Style = "dim" if spans(bar.note) else "plain"
            drawn = (self._bar if bar.value > 0 else "-") * round(abs(bar.value) / most * full)
            cells = (
                self.styled(bar.label, style),
                self.styled(signed(bar.value), style),
                self.styled((noted, *spans(bar.note)), style)
                if spans(bar.note)
                else self.styled(Span(drawn, "plain", bar.tone)),
            )
            yield from self._row(cells, widths, "lrl", indent)

    def _grid(self, block: page.Grid, indent: int) -> Iterator[str]:
        stub = max(_cells(words) for words in (block.down, *(label for label, _ in block.rows)))
        named = stub + sum(max(len(label), 3) + 2 for label in block.columns) <= self._width - indent
        heads = block.columns if named else tuple(str(at) for at in range(1, len(block.columns) + 1))
        if not named:
            columns = ", ".join(f"{head} {label}" for head, label in zip(heads, block.columns, strict=True))
            yield from self._wrapped(self.styled(f"{block.across}: {columns}"), indent)
            yield ""
        widths = [max(len(head), 3) for head in heads]
        cells = " ".join(head.center(width) for head, width in zip(heads, widths, strict=True))
        corner = (block.down if named else "").ljust(stub)
        yield " " * indent + self.whole(self.styled(page.dim(f"{corner} {cells}")))
        for label, tiles in block.rows:
            line = self.whole(self.styled(label)) + " " * (stub - _cells(safe(label)))
            for tile, width in zip(tiles, widths, strict=True):
                sign = Span(f"[{tile.sign}]" if tile.framed else f" {tile.sign} ", "dim" if tile.faint else "tile")
                before = (width - 3) // 2
                shown = self.whole(self.styled(sign._replace(tone=tile.tone), "strong" if tile.framed else "plain"))
                line += " " * (1 + before) + shown + " " * (width - 3 - before)
            yield " " * indent + line

    # Lines

    def styled(self, line: Line, style: page.Style = "plain") -> _Styled:
        """The line as safe text; what is plain in it takes the given style."""
        parts = [(safe(span.text), span) for span in spans(line)]
        text = "".join(shown for shown, _ in parts)
        if not self._color:
            return _Styled(text, (), any(span.style == "place" for _, span in parts))
        codes: list[str] = []
        for shown, span in parts:
            codes += [_code(span, style)] * len(shown)
        return _Styled(text, tuple(codes), any(span.style == "place" for _, span in parts))

    def whole(self, styled: _Styled) -> str:
        """The text with its styles switched on and off."""
        if not styled.codes:
            return styled.text
        found, at = "", 0
        while at < len(styled.text):
            end = at
            while end < len(styled.text) and styled.codes[end] == styled.codes[at]:
                end += 1
            run, code = styled.text[at:end], styled.codes[at]
            found += f"\x1b[{code}m{run}\x1b[0m" if code else run
            at = end
        return found

    def _wrapped(self, styled: _Styled, indent: int, hang: int = 0) -> Iterator[str]:
        """Lines within the width, those after the first set in by `hang` more."""
        indent = min(indent, self._width - 10)
        for cut, first in self._broken(styled, self._width - indent, hang):
            yield " " * (indent if first else indent + hang) + self.whole(cut)

    def _broken(self, styled: _Styled, width: int, hang: int = 0) -> Iterator[tuple[_Styled, bool]]:
        """The text cut between words; a word that is longer than a line is cut too."""
        text = styled.text
        if styled.whole or _cells(text) <= width:
            yield styled, True
            return
        room, start, end = width, 0, 0
        first = True
        for word in _SPLIT.finditer(text):
            if end and _cells(text[start : word.end()]) > room:
                yield _cut(styled, start, end), first
                start, first, room = word.start(), False, width - hang
            end = word.end()
            while _cells(text[start:end]) > room:
                fits = start + 1
                while _cells(text[start : fits + 1]) <= room:
                    fits += 1
                yield _cut(styled, start, fits), first
                start, first, room = fits, False, width - hang
        yield _cut(styled, start, len(text.rstrip())), first


def _cut(styled: _Styled, start: int, end: int) -> _Styled:
    return _Styled(styled.text[start:end], styled.codes[start:end])


def _code(span: Span, style: page.Style) -> str:
    """The number of a terminal's style; that of a family that a table adds is the last."""
    style = style if span.style in ("plain", "code", "place") else span.style
    tone = _TONES.get(span.tone, _OTHER) if span.tone else None
    if span.style == "tile":
        return f"{'1;' if style == 'strong' else ''}30;4{tone}"
    codes = [{"strong": "1", "dim": "2"}.get(style, ""), "" if tone is None else f"3{tone}"]
    return ";".join(code for code in codes if code)


def _cells(text: str) -> int:
    """The columns that text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
