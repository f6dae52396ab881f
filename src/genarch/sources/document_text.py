"""The text of decision records, with a spec block or a rationale put in: no other byte changes.

What was put in is looked for again in the result, as any reader of the document would find it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from genarch.sources.files import refuse
from genarch.sources.markdown import Block, Heading, Markdown, parse_markdown

HEADINGS = ("decision outcome", "decision")
"""Where a block belongs, best first: MADR's heading, then Nygard's."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_NUMBERING = re.compile(r"^\d[\d.)]*\s+|[*_`]|\s*[:.]\s*$")
_RUN = re.compile(r"(?:`|~)+")
_MODELINE = re.compile(r"\A#[ \t]*yaml-language-server:[^\n]*\n")
_BEGIN = "<!-- genarch rationale of {}; kept by 'genarch doc add --write' -->"
_END = "<!-- end of genarch rationale of {} -->"


def fenced(spec: str) -> str:
    """The text of a spec as a block, without the line that names its schema to editors of YAML files."""
    body = _MODELINE.sub("", "\n".join(_LINE_END.split(spec))).strip("\n")
    longest = max((len(run) for run in _RUN.findall(body) if run[0] == "`"), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}yaml genarch\n{body}\n{fence}"


def with_block(text: str, path: str, block: str) -> tuple[str, Block]:
    """The document with a block where its decision is told, and that block as a reader finds it.

    Raises:
        InputError: when an unclosed fence or comment would swallow the block.
    """
    document = _Document(text)
    before = document.markdown
    changed = document.with_lines(document.place(), block)
    after = parse_markdown(changed.removeprefix("\ufeff"))
    known = [found.text for found in before.blocks]
    new = [found for found in after.blocks if found.closed]
    for found in before.blocks:
        new = [other for other in new if other.text != found.text]
    body = "\n".join(block.split("\n")[1:-1]) + "\n"
    if len(after.blocks) != len(known) + 1 or [found.text for found in new] != [body]:
        raise refuse(path, "an unclosed fence or comment would hide the block from readers; close it, or move it down")
    return changed, new[0]


def with_rationale(text: str, path: str, spec_id: str, rationale: str) -> str:
    """The document with the rationale of a block between its markers: behind the block, or where it stands already.

    Raises:
        InputError: when the markers are not in pairs.
    """
    document = _Document(text)
    begin, end = _BEGIN.format(spec_id), _END.format(spec_id)
    block = f"{begin}\n\n{rationale.strip()}\n\n{end}"
    starts = document.rows(begin)
    ends = document.rows(end)
    if not starts and not ends:
        return text
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        raise refuse(path, f"the markers of the rationale of '{spec_id}' are not a pair; remove them to have it anew")
    return document.replaced(starts[0], ends[0], block)


def marked(text: str, spec_id: str) -> bool:
    """Whether the document has a marker of that rationale."""
    document = _Document(text)
    return bool(document.rows(_BEGIN.format(spec_id)) or document.rows(_END.format(spec_id)))


def behind(text: str, line: int, spec_id: str) -> str:
    """The document with the markers of an empty rationale after a line."""
    return _Document(text).with_lines(line, f"{_BEGIN.format(spec_id)}\n\n{_END.format(spec_id)}")


class _Row(NamedTuple):
    text: str
    end: str


class _Document:
    """A document's lines, each with its own end."""

    def __init__(self, text: str) -> None:
        bare = text.removeprefix("\ufeff")
        self._bom = text[: len(text) - len(bare)]
        ends = [match[0] for match in _LINE_END.finditer(bare)]
        texts = _LINE_END.split(bare)
        self._rows = [_Row(*row) for row in zip(texts, [*ends, ""], strict=True)]
        if not self._rows[-1].text:
            self._rows.pop()
        self._newline = ends[0] if ends else "\n"
        self.markdown: Markdown = parse_markdown(bare)

    def rows(self, text: str) -> list[int]:
        """The lines that are a comment with this text, from 1."""
        return [comment.first for comment in self.markdown.comments if comment.text.strip() == text]

    def place(self) -> int:
        """The line to put a block after: the last of the decision's own text, else of the document."""
        last = len(self._rows)
        if heading := _decision(self.markdown.headings):
            last = heading.last
            # A comment right above the next heading is about that one.
            above = [note for note in self.markdown.comments if note.last == last and note.first > heading.first]
            if above and last < len(self._rows) and above[0].closed:
                last = above[0].first - 1
        while last > 0 and not self._rows[last - 1].text.strip():
            last -= 1
        return last

    def with_lines(self, after: int, block: str) -> str:
        """The document with lines put in, an empty line before and behind them."""
        head, tail = self._rows[:after], self._rows[after:]
        if head and not head[-1].end:
            head[-1] = _Row(head[-1].text, self._newline)
        new = [_Row("", self._newline)] if head and head[-1].text.strip() else []
        new += [_Row(line, self._newline) for line in block.split("\n")]
        if tail and tail[0].text.strip():
            new.append(_Row("", self._newline))
        return self._joined([*head, *new, *tail])

    def replaced(self, first: int, last: int, block: str) -> str:
        """The document with other lines in place of these."""
        new = [_Row(line, self._newline) for line in block.split("\n")]
        new[-1] = _Row(new[-1].text, self._rows[last - 1].end)
        return self._joined([*self._rows[: first - 1], *new, *self._rows[last:]])

    def _joined(self, rows: list[_Row]) -> str:
        return self._bom + "".join(row.text + row.end for row in rows)


def _decision(headings: tuple[Heading, ...]) -> Heading | None:
    titled = [(_NUMBERING.sub("", heading.title.strip()).strip().casefold(), heading) for heading in headings]
    return next((heading for name in HEADINGS for title, heading in titled if title == name), None)
