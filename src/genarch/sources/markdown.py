"""Markdown documents: where their spec blocks and headings stand, line by line as an editor counts.

Only the block structure is read, by CommonMark's rules. A spec block is a fence whose info string is `yaml genarch`,
in a list or a quotation too; what stands in a comment, or in another fence, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

INFO = ("yaml genarch", "yml genarch")
"""The info strings of a spec block."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_FENCE_LINE = re.compile(r"[>\s\d.)*+-]*(?:`{3,}|~{3,})[ \t]*ya?ml genarch[ \t]*", re.IGNORECASE)


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


class Markdown(NamedTuple):
    """What a document holds. `front` is the last line of its front matter, 0 without one."""

    lines: tuple[str, ...]
    front: int
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    comments: tuple[Comment, ...]

    def swallowed(self) -> Iterator[tuple[int, int]]:
        """Lines that open a spec block to the eye but not to Markdown, each with the line of what swallows it."""
        inside = {number for block in self.blocks for number in range(block.first, block.last + 1)}
        for number, line in enumerate(self.lines, 1):
            if number > self.front and number not in inside and _FENCE_LINE.fullmatch(line):
                around = (comment.first for comment in self.comments if comment.first <= number <= comment.last)
                yield number, next(around, 0)


def parse_markdown(text: str) -> Markdown:
    """Read a document; `text` is without its byte order mark."""
    lines = tuple(_LINE_END.split(text))
    lines = lines if lines[-1] else lines[:-1]
    front = _front_matter(lines)
    tokens = _parser().parse("\n" * front + "\n".join([*lines[front:], ""]))
    blocks = tuple(_block(token, lines) for token in tokens if token.type == "fence" and _is_spec(token.info))
    return Markdown(lines, front, blocks, tuple(_headings(tokens, len(lines))), tuple(_comments(tokens)))


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


def _is_spec(info: str) -> bool:
    return info.strip() in INFO


def _block(token: Token, lines: tuple[str, ...]) -> Block:
    first, end = _span(token)
    content = token.content.split("\n")[:-1]
    placed = []
    for number, line in enumerate(content, first + 1):
        # The markers of lists and quotations stand before a line's own text, so it is the right end that is fixed.
        placed.append((number, len(lines[number - 1]) - len(line)))
    return Block(token.content, tuple(placed), first, end, end - first + 1 == len(content) + 2)


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
