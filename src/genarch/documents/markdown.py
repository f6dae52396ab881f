"""Markdown documents: where their spec blocks and headings stand, line by line as an editor counts.

Only the block structure is read, by CommonMark's rules. A spec block is a fence whose info string is `yaml genarch`,
in a list or a quotation too; what stands in a comment, or in another fence, is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

INFO = ("yaml genarch", "yml genarch")
"""The info strings of a spec block."""

WORD = "genarch"
"""What every carrier within a document contains."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKS = re.compile(r"(?:``+|~~~+|'''+)[ \t]*\{?[ \t]*\.?ya?ml[\s.,:]+\.?genarch\b", re.IGNORECASE)
"""What opens a spec block to the eye, wherever it stands in a line."""
_ATTRIBUTES = re.compile(r"""[\w-]+=(?:"[^"]*"|'[^']*'|\S+)""")
_OWN_KEY = re.compile(r"genarch[ \t]*:(?:\s|$)")


class Block(NamedTuple):
    """A spec block: its YAML, and for each line of it the line of the document and the columns before it.

    `first` and `last` are the lines of the document that it takes, from 1; `closed` is whether its fence is.
    """

    text: str
    lines: tuple[tuple[int, int], ...]
    first: int
    last: int
    closed: bool


class Heading(NamedTuple):
    """A heading at the top level: its text, and the lines from its own to the last before the next heading."""

    title: str
    first: int
    last: int


class Comment(NamedTuple):
    """An HTML block at the top level that begins as a comment does; `closed` is whether it ends as one."""

    text: str
    first: int
    last: int
    closed: bool


class Verbatim(NamedTuple):
    """Lines in which Markdown reads no blocks; `closed` is whether their end is written, where they have one."""

    kind: Literal["fence", "comment", "html", "indented code"]
    first: int
    last: int
    closed: bool


class Hidden(NamedTuple):
    """A line that opens a spec block to the eye but not to Markdown, and what it stands in; None for plain text."""

    line: int
    within: Verbatim | None


class Misspelt(NamedTuple):
    """A fence whose info string has the word, and is none of a spec block."""

    line: int
    info: str


class Markdown(NamedTuple):
    """What a document holds. `front` is the last line of its front matter, 0 without one."""

    lines: tuple[str, ...]
    front: int
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    comments: tuple[Comment, ...]
    misspelt: tuple[Misspelt, ...]
    keyed: tuple[int, ...]
    """The lines of YAML listings that begin with the key of the front matter."""
    verbatim: tuple[Verbatim, ...]

    def hidden(self) -> Iterator[Hidden]:
        """The lines that were perhaps meant to open a block, outside of blocks and of fences that are misspelt."""
        suspects = [
            number
            for number, line in enumerate(self.lines, 1)
            if number > self.front and WORD in line.casefold() and _opens(line)
        ]
        seen = {number for block in self.blocks for number in range(block.first, block.last + 1)} if suspects else set()
        seen |= {fence.line for fence in self.misspelt}
        starts = [part.first for part in self.verbatim]
        for number in suspects:
            if number not in seen:
                at = bisect_right(starts, number) - 1
                around = self.verbatim[at] if at >= 0 and number <= self.verbatim[at].last else None
                yield Hidden(number, around)


def _opens(line: str) -> bool:
    """Whether a line shows the marks that open a block; where they are closed again it speaks of them."""
    found = _MARKS.search(line)
    return bool(found and not any(marks in line[found.end() :] for marks in ("``", "~~~", "'''")))


def parse_markdown(text: str) -> Markdown:
    """Read a document; `text` is without its byte order mark."""
    lines = tuple(_LINE_END.split(text))
    lines = lines if lines[-1] else lines[:-1]
    front = _front_matter(lines)
    tokens = _parser().parse("\n" * front + "\n".join([*lines[front:], ""]))
    return Markdown(
        lines,
        front,
        tuple(_block(token, lines) for token in tokens if _is_spec(token)),
        tuple(_headings(tokens, len(lines))),
        tuple(_comments(tokens)),
        tuple(_misspelt(tokens)),
        tuple(_keyed(tokens)),
        tuple(_verbatim(tokens)),
    )


def _front_matter(lines: tuple[str, ...]) -> int:
    """How many lines the front matter takes, its two rules included."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "...")), 0)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _is_spec(token: Token) -> bool:
    return token.type == "fence" and token.info.strip() in INFO


def _block(token: Token, lines: tuple[str, ...]) -> Block:
    first, end = _span(token)
    content = token.content.split("\n")[:-1]
    placed = []
    for number, line in enumerate(content, first + 1):
        # The markers of lists and quotations stand before a line's own text, so it is the right end that is fixed.
        placed.append((number, len(lines[number - 1]) - len(line)))
    return Block(token.content, tuple(placed), first, end, _closed(token))


def _closed(fence: Token) -> bool:
    """Whether the mark that ends a fence is there: it takes a line beside the first and those of its content."""
    first, end = _span(fence)
    return end - first + 1 == fence.content.count("\n") + 2


def _misspelt(tokens: list[Token]) -> Iterator[Misspelt]:
    for token in tokens:
        if token.type == "fence" and not _is_spec(token) and _perhaps_spec(token):
            yield Misspelt(_span(token)[0], token.info.strip())


def _perhaps_spec(token: Token) -> bool:
    """Whether a fence was meant as a spec: both words in its info, or one with what only a spec holds."""
    info = _ATTRIBUTES.sub("", token.info).casefold()
    if not info.strip():
        return token.content.partition("\n")[0].strip() in INFO
    words = re.findall(r"\w+", info)
    if WORD not in words:
        return False
    return bool({"yaml", "yml"} & set(words)) or (len(words) == 1 and "\nconstraints" in f"\n{token.content}")


def _keyed(tokens: list[Token]) -> Iterator[int]:
    for token in tokens:
        if token.type == "fence" and token.info.strip() in ("yaml", "yml") and _OWN_KEY.match(token.content):
            yield _span(token)[0]


def _verbatim(tokens: list[Token]) -> Iterator[Verbatim]:
    for token in tokens:
        if token.type == "fence" and not _is_spec(token):
            yield Verbatim("fence", *_span(token), _closed(token))
        elif token.type == "code_block":
            yield Verbatim("indented code", *_span(token), closed=True)
        elif token.type == "html_block":
            comment = token.content.lstrip().startswith("<!--")
            yield Verbatim(
                "comment" if comment else "html", *_span(token), closed=not comment or "-->" in token.content
            )


def _headings(tokens: list[Token], last: int) -> Iterator[Heading]:
    found = [
        (tokens[at + 1].content, _span(token)[0])
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]
    ends = [first - 1 for _, first in found[1:]]
    for (title, first), end in zip(found, [*ends, last], strict=False):
        yield Heading(title, first, end)


def _comments(tokens: list[Token]) -> Iterator[Comment]:
    for token in tokens:
        if token.type == "html_block" and token.level == 0 and token.content.lstrip().startswith("<!--"):
            first, last = _span(token)
            yield Comment(token.content, first, last, "-->" in token.content)


def _span(token: Token) -> tuple[int, int]:
    """The lines a token takes, first and last, from 1."""
    start, end = token.map or (0, 1)
    return start + 1, end
