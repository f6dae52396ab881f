"""A page as Markdown, to paste into a decision record or the description of a change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from genarch.reports import page
from genarch.reports.page import Line, Page, spans
from genarch.reports.words import inert_lines, signed, visible

# What Markdown or GitHub acts on in the middle of a line: emphasis, links, HTML, mathematics, mentions, issue numbers,
# emoji names and bare addresses. A backslash or an entity is not enough for those that are looked for in the finished
# text; an empty comment parts them.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&@#$]|:(?=[\w/+-])|(?<=www)\.|(?<=GH)-", re.IGNORECASE)
_PARTED = "@#$:.-"
_MARKER = re.compile(r"^(\d+(?=[.)](?:\s|$))|)([-+=.)])")
_ENDS = (".", ":", "!", "?", ";")


def as_markdown(page: Page) -> str:
    """The page, blocks set off by empty lines."""
    return inert_lines("\n".join(_blocks(page)) + "\n")


def markdown_line(line: Line, *, starts: bool = True) -> str:
    """Running text, shown letter by letter; unless it `starts` a line, a mark at its start needs no escape."""
    parts = []
    for at, span in enumerate(spans(line)):
        match span.style:
            case "code" | "place":
                parts.append(code(span.text))
            case "strong" if inner := span.text.strip():
                before, _, after = span.text.partition(inner)
                parts.append(f"{before}**{_marker_free(_inert_within(inner))}**{after}")
            case _:
                shown = _inert_within(span.text)
                parts.append(_marker_free(shown.lstrip()) if starts and not at else shown)
    return "".join(parts).strip()


def _blocks(blocks: Iterable[page.Block]) -> Iterator[str]:
    found = [lines for block in blocks if (lines := list(_block(block)))]
    for at, lines in enumerate(found):
        yield from ("", *lines) if at else lines


def _block(block: page.Block) -> Iterator[str]:
    match block:
        case page.Title(line, result, level):
            colon = ": " if spans(result) else ""
            yield " ".join(f"{'#' * level} {markdown_line(line)}{colon}{markdown_line(result)}".split())
        case page.Paragraph(line):
            yield markdown_line(line)
        case page.Section(title, (page.Paragraph(line),), 0):
            yield f"**{markdown_line(title)}:** {markdown_line(line)}"
        case page.Section(title, blocks, level):
            yield f"{'#' * level} {markdown_line(title)}" if level else f"**{markdown_line(title)}**"
            yield ""
            yield from _blocks(blocks)
        case page.Entries(entries):
            for entry in entries:
                yield from _entry(entry)
        case page.Fields(fields):
            for label, lines in fields:
                first, *others = [markdown_line(line, starts=bool(at)) for at, line in enumerate(lines)]
                yield f"- **{markdown_line(label)}:** {first}"
                yield from (f"  - {line}" for line in others)
        case page.Table() | page.Bars() | page.Scale() | page.Grid():
            yield from _table(_tabled(block))
        case page.Listing(text):
            fence = "`" * max(3, 1 + max((len(line) - len(line.lstrip("`")) for line in text.split("\n")), default=0))
            yield from (fence, *map(visible, text.rstrip("\n").split("\n")), fence)


def _entry(entry: page.Entry) -> Iterator[str]:
    """One item: its lines as sentences, blocks below it."""
    below = [page.as_block(part) for part in entry.below]
    text = markdown_line(entry.first)
    for block in below:
        if isinstance(block, page.Paragraph):
            text += f"{'' if text.endswith(_ENDS) else '.'} {markdown_line(block.line, starts=False)}"
    if spans(entry.origin):
        ended = "" if text.endswith(_ENDS) or text == markdown_line(entry.first) else "."
        text += f"{ended} ({markdown_line(entry.origin, starts=False)})"
    yield f"- {text}"
    for line in _blocks(block for block in below if not isinstance(block, page.Paragraph)):
        yield f"  {line}" if line else ""


def _tabled(block: page.Table | page.Bars | page.Scale | page.Grid) -> page.Table:
    """What is drawn elsewhere, as the table that it is of."""
    match block:
        case page.Bars(header, bars):
            rows = tuple((page.code(bar.label), bar.tone, signed(bar.value), bar.note) for bar in bars)
            return page.Table(header, rows, "llrl")
        case page.Scale(_, limit, bands):
            return page.Table(("", f"against {limit}"), tuple((page.code(band.label), band.words) for band in bands))
        case page.Grid(across, down, columns, lines):
            places = (
                (label, *(page.strong(f"[{t.sign}]") if t.framed else t.sign for t in row)) for label, row in lines
            )
            return page.Table((f"{down}, by {across}", *columns), tuple(places))
    return block


def _table(table: page.Table) -> Iterator[str]:
    yield _row(table.header)
    marks = (" ---: |" if table.align[at : at + 1] == "r" else " --- |" for at in range(len(table.header)))
    yield f"|{''.join(marks)}"
    yield from map(_row, table.rows)


def _row(cells: Sequence[Line]) -> str:
    return f"| {' | '.join(markdown_line(cell, starts=False) for cell in cells)} |"


# Text that stays text


def inert(text: str) -> str:
    """Safe text that Markdown shows letter by letter: no markup, link, mention or HTML comes of it."""
    return _marker_free(_inert_within(text.strip()))


def _inert_within(text: str) -> str:
    """Inert text for the middle of a line, blanks at its ends kept."""
    return _MARKUP.sub(_inert, visible(text))


def _marker_free(text: str) -> str:
    """Inert text for the start of a line, where `-`, `+`, `=` or `1.` would begin a list or a heading."""
    return _MARKER.sub(r"\1\\\2", text)


def code(text: str) -> str:
    """Safe text as a Markdown code span, whatever it holds, also within a table."""
    shown = visible(text).replace("|", "\\x7c")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _inert(match: re.Match[str]) -> str:
    character = match[0]
    if character in _PARTED:
        return f"{character}<!-- -->"
    return f"&#{ord(character)};" if character in "<>&|" else f"\\{character}"
