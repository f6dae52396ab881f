"""What a report says, as blocks that no format is built into: `reports.text` and `reports.markdown` render them.

Words come unescaped; a renderer makes them safe for its format.
"""

from collections.abc import Iterable
from functools import partial
from math import log
from typing import Literal, cast

from genarch.values import NamedTuple

Style = Literal["plain", "strong", "dim", "code", "place", "tile"]
"""`code` is an id; a `place` (`file.md:3:1`) stands on a line that is never broken, since editors follow it; a `tile`
is the sign of a grid's tile within a line."""


class Span(NamedTuple):
    """Words in one style."""

    text: str
    style: Style = "plain"
    tone: str = ""
    """What a colour may show beside the words: a family, a verdict, a severity, a change. Colour alone says nothing."""
    href: str = ""
    """An address, or `#name` for the entry of that anchor, where a format has links."""


Line = str | Span | tuple[str | Span, ...]
"""Running text; one that does not fit is wrapped."""


class Title(NamedTuple):
    """What the page is about, and what it comes to."""

    line: Line
    result: Line = ()
    level: int = 3
    """Of the heading, where a format has levels."""


class Paragraph(NamedTuple):
    """Running text."""

    line: Line


class Section(NamedTuple):
    """Blocks under a heading."""

    title: Line
    blocks: tuple["Block", ...]
    level: int = 0
    """Of the heading, where a format has levels; 0 for a heading within a document's own."""


class Entry(NamedTuple):
    """An item: its first line, what stands below it, and where that is from."""

    first: Line
    below: tuple["Line | Block", ...] = ()
    origin: Line = ()
    anchor: str = ""
    """What links within the page call it."""


class Entries(NamedTuple):
    """Items one below the other."""

    entries: tuple[Entry, ...]
    marked: bool = False
    """Whether each begins with a mark in every format; Markdown always has one."""


class Table(NamedTuple):
    """Rows of cells below a header; where the columns do not fit, each row becomes an item."""

    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    align: str = ""
    """A letter for each column, `l` or `r`; columns without one are aligned left."""
    needed: int | None = None
    """How many columns are always shown, where the others are left out of text that has no room for them."""


class Bar(NamedTuple):
    """A labelled amount, drawn; with a note, that stands in place of the drawing."""

    label: str
    value: int
    tone: str = ""
    note: Line = ()


class Bars(NamedTuple):
    """Amounts beside each other. The header names label, tone, value and note; colour stands for a column of tones."""

    header: tuple[str, str, str, str]
    bars: tuple[Bar, ...]


class Band(NamedTuple):
    """A labelled amount between two ends, drawn on a scale; of one that is known, both are the same."""

    label: str
    low: float
    high: float
    likeliest: float
    words: str
    """The amount in words."""
    tone: str = ""


class Scale(NamedTuple):
    """Positive amounts beside a limit, drawn on a logarithmic scale."""

    limit: float
    limit_words: str
    bands: tuple[Band, ...]

    def share(self, value: float) -> float:
        """Where a value stands between the least and the most that is drawn, from 0 to 1."""
        ends = [log(end) for band in self.bands for end in (band.low, band.high)] + [log(self.limit)]
        room = max(ends) - min(ends) or 1
        return (log(value) - min(ends)) / room


class Tile(NamedTuple):
    """A place of a grid: a letter, so that nothing hangs on colour."""

    sign: str
    tone: str = ""
    framed: bool = False
    faint: bool = False
    words: str = ""
    """The tile in full, where a format can show it."""


class Grid(NamedTuple):
    """A map of tiles, each row under its label."""

    across: str
    """What the columns are of."""
    down: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Tile, ...]], ...]


class Fields(NamedTuple):
    """Labelled lines: each label once, its lines beside it, or below where there is no room."""

    fields: tuple[tuple[str, tuple[Line, ...]], ...]


class Listing(NamedTuple):
    """Text that is shown as it stands, line by line."""

    text: str


class Space(NamedTuple):
    """An empty line, where a format does not set every block off anyway."""


class Rule(NamedTuple):
    """A line between reports."""


Block = Title | Paragraph | Section | Entries | Fields | Table | Bars | Scale | Grid | Listing | Space | Rule
Page = Iterable[Block]


class Look(NamedTuple):
    """What text is laid out for: columns, whether colour is shown, and whether characters beyond ASCII are."""

    width: int = 80
    color: bool = False
    unicode: bool = True


strong = partial(Span, style="strong")
"""Words that stand out."""

dim = partial(Span, style="dim")
"""Words that stand back."""

code = partial(Span, style="code")
"""An id, or another word of a file or a command."""


def spans(line: Line) -> list[Span]:
    """The parts of a line that say something."""
    parts = (line,) if isinstance(line, str | Span) else line
    found = [part if isinstance(part, Span) else Span(part) for part in parts]
    return [span for span in found if span.text]


def as_block(part: Line | Block) -> Block:
    """A line as a paragraph; a block as it is."""
    if isinstance(part, str | Span) or type(part) is tuple:
        return Paragraph(cast("Line", part))
    return cast("Block", part)


def codes(names: Iterable[str]) -> tuple[str | Span, ...]:
    """Ids in a row."""
    return tuple(part for name in names for part in (", ", code(name)))[1:]
