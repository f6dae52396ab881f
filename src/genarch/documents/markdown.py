"""Markdown documents: where their spec blocks and headings stand, line by line as an editor counts.

Only the block structure is read, by CommonMark's rules. A spec block is a fence whose info string is `yaml genarch`,
in a list or a quotation too; what stands in a comment, or in another fence, is none.
"""

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

LINE_END = re.compile(r"\r\n|\n|\r")
"""What ends a line in an editor."""

_MARKS = re.compile(r"(?:``+|~~~+|'''+)[ \t]*\{?[ \t]*\.?ya?ml[\s.,:]+\.?genarch\b", re.IGNORECASE)
"""What opens a spec block to the eye, wherever it stands in a line."""
_ATTRIBUTES = re.compile(r"""[\w-]+=(?:"[^"]*"|'[^']*'|\S+)""")
_OWN_KEY = re.compile(r"genarch[ \t]*:(?:\s|$)")


class Block(NamedTuple):
    """The YAML of a spec, and for each line of it the line of the document and the columns before it.

    `first` and `last` are the lines of the document that the spec takes with its fence, from 1; `column` is where it
    begins; `closed` is whether its fence is.
    """

    text: str
    lines: tuple[tuple[int, int], ...]
    first: int
    last: int
    column: int = 1
    closed: bool = True


class Heading(NamedTuple):
    """A heading at the top level: its text, and the lines from its own to the last before the next heading."""

    title: str
    first: int
    last: int


class Verbatim(NamedTuple):
    """Lines in which Markdown reads no blocks; `closed` is whether their end is written, where they have one."""

    kind: Literal["fence", "comment", "html", "indented code"]
    first: int
    last: int
    closed: bool


class Markdown(NamedTuple):
    """What a document holds. `front` is the last line of its front matter, 0 without one."""

    lines: tuple[str, ...]
    front: int
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    verbatim: tuple[Verbatim, ...]
    comments: tuple[Verbatim, ...]
    """Those of `verbatim` that are comments at the top level."""
    misspelt: tuple[tuple[int, str], ...]
    """The lines of fences whose info string has the word and is none of a spec block, with that string."""
    keyed: tuple[int, ...]
    """The lines of YAML listings that begin with the key of the front matter."""

    def text_of(self, part: Verbatim) -> str:
        """The lines of a part."""
        return "\n".join(self.lines[part.first - 1 : part.last])

    def listed(self) -> set[int]:
        """The lines that are no prose: those of spec blocks, and those that are verbatim."""
        spans = [(part.first, part.last) for part in self.blocks] + [(part.first, part.last) for part in self.verbatim]
        return {line for first, last in spans for line in range(first, last + 1)}

    def hidden(self) -> Iterator[tuple[int, Verbatim | None]]:
        """The lines that open a spec block to the eye but not to Markdown, each with what it stands in.

        That is None for plain text. Lines in blocks, and fences that are misspelt, are left out.
        """
        suspects = [
            number
            for number, line in enumerate(self.lines, 1)
            if number > self.front and WORD in line.casefold() and _opens(line)
        ]
        if not suspects:
            return
        known = {number for block in self.blocks for number in range(block.first, block.last + 1)}
        known |= {number for number, _ in self.misspelt}
        starts = [part.first for part in self.verbatim]
        for number in suspects:
            if number not in known:
                at = bisect_right(starts, number) - 1
                yield number, self.verbatim[at] if at >= 0 and number <= self.verbatim[at].last else None


def _opens(line: str) -> bool:
    """Whether a line shows the marks that open a block; where they are closed again it speaks of them."""
    found = _MARKS.search(line)
    return bool(found and not any(marks in line[found.end() :] for marks in ("``", "~~~", "'''")))


def parse_markdown(text: str) -> Markdown:
    """Read a document; `text` is without its byte order mark."""
    lines = tuple(LINE_END.split(text))
    lines = lines if lines[-1] else lines[:-1]
    front = _front_matter(lines)
    tokens = _parser().parse("\n" * front + "\n".join([*lines[front:], ""]))
    blocks, verbatim, comments, titles = [], [], [], []
    misspelt, keyed = [], []
    for at, token in enumerate(tokens):
        start, last = token.map or (0, 1)
        first = start + 1
        if token.type == "heading_open" and token.level == 0:
            titles.append((tokens[at + 1].content, first))
        elif token.type == "code_block":
            verbatim.append(Verbatim("indented code", first, last, closed=True))
        elif token.type == "html_block":
            comment = token.content.lstrip().startswith("<!--")
            part = Verbatim("comment" if comment else "html", first, last, not comment or "-->" in token.content)
            verbatim.append(part)
            comments += [part] if comment and token.level == 0 else []
        elif token.type == "fence":
            info = token.info.strip()
            # The mark that ends a fence takes a line beside the first and those of its content.
            closed = last - first + 1 == token.content.count("\n") + 2
            if info in INFO:
                blocks.append(_block(token.content, lines, first, last, closed=closed))
                continue
            verbatim.append(Verbatim("fence", first, last, closed))
            if _perhaps_spec(token):
                misspelt.append((first, info))
            elif info in ("yaml", "yml") and _OWN_KEY.match(token.content):
                keyed.append(first)
    ends = [*(first - 1 for _, first in titles[1:]), len(lines)]
    headings = (Heading(title, first, end) for (title, first), end in zip(titles, ends, strict=False))
    return Markdown(
        lines, front, tuple(blocks), tuple(headings), tuple(verbatim), tuple(comments), tuple(misspelt), tuple(keyed)
    )


def _front_matter(lines: tuple[str, ...]) -> int:
    """How many lines the front matter takes, its two rules included."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "...")), 0)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _block(text: str, lines: tuple[str, ...], first: int, last: int, *, closed: bool) -> Block:
    # The markers of lists and quotations stand before a line's own text, so it is the right end that is fixed.
    own = text.split("\n")[:-1]
    placed = tuple((number, len(lines[number - 1]) - len(line)) for number, line in enumerate(own, first + 1))
    opening = lines[first - 1]
    return Block(text, placed, first, last, len(opening) - len(opening.lstrip("> \t0123456789.)*+-")) + 1, closed)


def _perhaps_spec(token: "Token") -> bool:
    """Whether a fence was meant as a spec: both words in its info, or one with what only a spec holds."""
    info = _ATTRIBUTES.sub("", token.info).casefold()
    if not info.strip():
        return token.content.partition("\n")[0].strip() in INFO
    words = re.findall(r"\w+", info)
    if WORD not in words:
        return False
    return bool({"yaml", "yml"} & set(words)) or (len(words) == 1 and "\nconstraints" in f"\n{token.content}")
