"""The front matter of a document: what stands under `genarch:` in it, and the document's status.

Other tools own the rest of it, so the rest may be whatever YAML allows. Only the parser's events are read, which is
safe on any text, and what stands under our key is cut out and read as strictly as a spec file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from genarch.documents.markdown import WORD

MAX_EVENTS = 50_000
"""Model cards have front matter of some thousand."""

MAX_DEPTH = 64

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEY = re.compile(r"""["']?\bgenarch["']?[ \t]*:""", re.IGNORECASE)
_NESTED_KEY = re.compile(
    r"""^[ \t]*(?:-[ \t]+)*(?:[^\n]*[{,][ \t]*)?["']?\bgenarch["']?[ \t]*:(?=\s|$)""", re.IGNORECASE | re.MULTILINE
)
_KEY_ELSEWHERE = re.compile(r"""\[?["']?\bgenarch\b["']?[ \t]*(?:[:=]|\]$)""", re.IGNORECASE)
"""A key as YAML, TOML and JSON have it."""
_STATUS = re.compile(r"""^status[ \t]*:[ \t]*["']?([^"'#\n]*)""", re.IGNORECASE | re.MULTILINE)
_OTHER_WAYS = {
    "---": "never ends with a line of three hyphens",
    "+++": "is TOML",
    "{": "is JSON",
}


class Part(NamedTuple):
    """Text cut out of the front matter, and for each line of it the line of the document and the columns before it."""

    text: str
    lines: tuple[tuple[int, int], ...]


class Flaw(NamedTuple):
    """What is wrong, at a line and column of the document; `misspelt` where nothing was read as meant for genarch."""

    line: int
    column: int
    message: str
    misspelt: bool = False


class Front(NamedTuple):
    """What the front matter says: `specs` are the values under `genarch:`, each with the line and column of its key."""

    status: str = ""
    specs: tuple[tuple[Part, int, int], ...] = ()
    flaws: tuple[Flaw, ...] = ()


class _Entry(NamedTuple):
    """A key of the mapping at the top, and the extent of its value; `text` where that is a scalar."""

    key: str
    at: int
    start: int
    end: int
    text: str | None


def read_front(lines: Sequence[str], front: int) -> Front:
    """Read the front matter that takes the first `front` lines; with 0, say what looks like one and is none."""
    if not front:
        return Front(flaws=tuple(_unread(lines)))
    text = "\n".join(lines[1 : front - 1]) + "\n"
    told = _STATUS.search(text)
    status = told[1].strip() if told else ""
    if WORD not in text.casefold():
        return Front(status)
    try:
        return _front(text, _top_level(text), status)
    except _OtherShape as shape:
        return Front(status, flaws=(_flaw(text, shape.at, shape.message, misspelt=True),))
    except yaml.YAMLError as error:
        if not _KEY.search(text):
            return Front(status)
        mark = getattr(error, "problem_mark", None)
        message = f"the front matter is not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}"
        return Front(status, flaws=(_flaw(text, mark.index if mark else 0, message),))


def _front(text: str, entries: list[_Entry], status: str) -> Front:
    specs: list[tuple[Part, int, int]] = []
    flaws: list[Flaw] = []
    for entry in entries:
        if entry.key == "status" and entry.text:
            status = entry.text
        if entry.key == WORD:
            specs.append((_part(text, entry), *_position(text, entry.at)))
        elif entry.key.casefold() == WORD:
            message = f"'{entry.key}' is not read; did you mean '{WORD}'?"
            flaws.append(_flaw(text, entry.at, message, misspelt=True))
        elif entry.text is None and (
            nested := _NESTED_KEY.search(text, text.rfind("\n", 0, entry.start) + 1, entry.end)
        ):
            message = f"'{WORD}' below '{entry.key[:40]}' is not read; write it at the top of the front matter"
            flaws.append(_flaw(text, text.casefold().index(WORD, nested.start()), message, misspelt=True))
    return Front(status, tuple(specs), tuple(flaws))


class _OtherShape(Exception):  # noqa: N818  (front matter of another shape is no error of its owner)
    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


def _top_level(text: str) -> list[_Entry]:
    """The keys of the mapping at the top.

    Raises:
        YAMLError: when the text is not YAML.
        _OtherShape: when it is another shape than front matter has.
    """
    entries: list[_Entry] = []
    depth = 0
    key: yaml.ScalarEvent | None = None
    start = -1  # of the value of that key
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if count >= MAX_EVENTS:
            raise _OtherShape(0, f"front matter of more than {MAX_EVENTS} parts is not read; use a block")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            if depth == 1 and key is not None:
                entries.append(_Entry(key.value, _index(key.start_mark), start, _index(event.end_mark), None))
                key = None
        elif isinstance(event, yaml.NodeEvent):
            at = _index(event.start_mark)
            collection = isinstance(event, yaml.CollectionStartEvent)
            if depth == 0 and not isinstance(event, yaml.MappingStartEvent):
                raise _OtherShape(at, f"front matter that is no mapping is not read; write '{WORD}:' at its top")
            if depth == 1 and key is None:
                if not isinstance(event, yaml.ScalarEvent):
                    raise _OtherShape(at, "front matter with a key that is no text is not read; use a block")
                key = event
            elif depth == 1 and key is not None:
                start = at
                if not collection:
                    value = event.value if isinstance(event, yaml.ScalarEvent) else None
                    entries.append(_Entry(key.value, _index(key.start_mark), at, _index(event.end_mark), value))
                    key = None
            depth += collection
            if depth > MAX_DEPTH:
                raise _OtherShape(at, f"front matter nested deeper than {MAX_DEPTH} is not read; use a block")
    return entries


def _index(mark: Any) -> int:
    """The character at a mark; every event of a parser has one."""
    return int(mark.index)


def _part(text: str, entry: _Entry) -> Part:
    """The text of a value; with the blanks before it where it begins its line, so that its lines stay aligned."""
    line_start = text.rfind("\n", 0, entry.start) + 1
    alone = not text[line_start : entry.start].strip()
    start = line_start if alone else entry.start
    part = text[start : entry.end]
    first, column = _position(text, start)
    return Part(part, tuple((first + number, 0 if number else column - 1) for number in range(part.count("\n") + 1)))


def _position(text: str, at: int) -> tuple[int, int]:
    """Line and column in the document; the front matter's text begins on its second line."""
    return text.count("\n", 0, at) + 2, at - text.rfind("\n", 0, at)


def _flaw(text: str, at: int, message: str, *, misspelt: bool = False) -> Flaw:
    return Flaw(*_position(text, at), message, misspelt)


def _unread(lines: Sequence[str]) -> Iterator[Flaw]:
    """Where a document begins with what looks like front matter that names genarch, and is none."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if not lines:
        return
    opening = lines[first].strip()
    mark = opening if opening in _OTHER_WAYS else "---" if re.fullmatch(r"-{3,}\s*\w*", opening) else ""
    if not mark:
        return
    closing = "}" if mark == "{" else opening if set(opening) == {"-"} else mark
    end = next((at for at in range(first + 1, len(lines)) if lines[at].strip() == closing), None)
    for at in range(first + 1, len(lines) if end is None else end):
        if re.match(r"[ \t]*(?:`{3}|~{3}|#)", lines[at]):  # what follows is a document already
            return
        if found := _KEY_ELSEWHERE.search(lines[at]):
            why = _OTHER_WAYS[mark]
            if len(opening) > 3 or lines[first] != lines[first].lstrip():
                why = "does not begin with three hyphens alone"
            elif first and mark == "---":
                why = "does not begin on the first line"
            message = f"front matter that {why} is not read; write it in YAML from the first line, between lines of ---"
            yield Flaw(at + 1, found.start() + 1, message, misspelt=True)
            return
