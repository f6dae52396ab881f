"""The front matter of a document: what stands under `genarch:` in it, and the document's status.

Other tools own the rest of it, so the rest may be whatever YAML allows. Only the parser's events are read, which is
safe on any text, and what stands under our key is cut out and read as strictly as a spec file.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from genarch.documents.markdown import WORD, Block
from genarch.table.findings import CheckId

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
_OTHER_FORMS = {
    "---": "never ends with a line of three hyphens",
    "+++": "is TOML",
    "{": "is JSON",
}
_INVALID = CheckId("block-invalid")
_MISSPELT = CheckId("block-misspelt")


class Defect(NamedTuple):
    """What a check finds at a line and column of a document."""

    check: CheckId
    line: int
    column: int
    message: str


class Front(NamedTuple):
    """What the front matter says; `specs` are the values under `genarch:`."""

    status: str = ""
    specs: tuple[Block, ...] = ()
    defects: tuple[Defect, ...] = ()


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
        return Front(defects=tuple(_unread(lines)))
    text = "\n".join(lines[1 : front - 1]) + "\n"
    stated = _STATUS.search(text)
    status = stated[1].strip() if stated else ""
    if WORD not in text.casefold():
        return Front(status)
    try:
        return _front(text, _top_level(text), status)
    except _OtherShape as shape:
        return Front(status, defects=(_defect(_MISSPELT, text, shape.at, shape.message),))
    except yaml.YAMLError as error:
        if not _KEY.search(text):
            return Front(status)
        mark = getattr(error, "problem_mark", None)
        message = f"the front matter is not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}"
        return Front(status, defects=(_defect(_INVALID, text, mark.index if mark else 0, message),))


def _front(text: str, entries: list[_Entry], status: str) -> Front:
    specs: list[Block] = []
    defects: list[Defect] = []
    for entry in entries:
        if entry.key == "status" and entry.text:
            status = entry.text
        if entry.key == WORD:
            specs.append(_spec(text, entry))
        elif entry.key.casefold() == WORD:
            message = f"'{entry.key}' is not read; did you mean '{WORD}'?"
            defects.append(_defect(_MISSPELT, text, entry.at, message))
        elif entry.text is None and (
            nested := _NESTED_KEY.search(text, text.rfind("\n", 0, entry.start) + 1, entry.end)
        ):
            message = f"'{WORD}' below '{entry.key[:40]}' is not read; write it at the top of the front matter"
            defects.append(_defect(_MISSPELT, text, text.casefold().index(WORD, nested.start()), message))
    return Front(status, tuple(specs), tuple(defects))


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
            if depth == 0 and not isinstance(event, yaml.MappingStartEvent):
                raise _OtherShape(at, f"front matter that is no mapping is not read; write '{WORD}:' at its top")
            if depth == 1 and key is None:
                if not isinstance(event, yaml.ScalarEvent):
                    raise _OtherShape(at, "front matter with a key that is no text is not read; use a block")
                key = event
            elif depth == 1 and key is not None:
                start = at
                if not isinstance(event, yaml.CollectionStartEvent):
                    value = event.value if isinstance(event, yaml.ScalarEvent) else None
                    entries.append(_Entry(key.value, _index(key.start_mark), at, _index(event.end_mark), value))
                    key = None
            depth += isinstance(event, yaml.CollectionStartEvent)
            if depth > MAX_DEPTH:
                raise _OtherShape(at, f"front matter nested deeper than {MAX_DEPTH} is not read; use a block")
    return entries


def _index(mark: Any) -> int:
    """The character at a mark; every event of a parser has one."""
    return int(mark.index)


def _spec(text: str, entry: _Entry) -> Block:
    """The text of a value; with the blanks before it where it begins its line, so that its lines stay aligned."""
    line_start = text.rfind("\n", 0, entry.start) + 1
    start = entry.start if text[line_start : entry.start].strip() else line_start
    own = text[start : entry.end]
    first, column = _position(text, start)
    lines = tuple((first + number, 0 if number else column - 1) for number in range(own.count("\n") + 1))
    line, column = _position(text, entry.at)
    return Block(own, lines, line, lines[-1][0], column)


def _position(text: str, at: int) -> tuple[int, int]:
    """Line and column in the document; the front matter's text begins on its second line."""
    return text.count("\n", 0, at) + 2, at - text.rfind("\n", 0, at)


def _defect(check: CheckId, text: str, at: int, message: str) -> Defect:
    return Defect(check, *_position(text, at), message)


def _unread(lines: Sequence[str]) -> Iterator[Defect]:
    """Where a document begins with what looks like front matter that names genarch, and is none."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    opening = lines[first].strip() if lines else ""
    mark = opening if opening in _OTHER_FORMS else "---" if re.fullmatch(r"-{3,}\s*\w*", opening) else ""
    if not mark:
        return
    closing = "}" if mark == "{" else opening if set(opening) == {"-"} else mark
    end = next((at for at in range(first + 1, len(lines)) if lines[at].strip() == closing), len(lines))
    for at in range(first + 1, end):
        if re.match(r"[ \t]*(?:`{3}|~{3}|#)", lines[at]):  # what follows is a document already
            return
        if found := _KEY_ELSEWHERE.search(lines[at]):
            why = _OTHER_FORMS[mark]
            if len(opening) > 3 or lines[first] != lines[first].lstrip():
                why = "does not begin with three hyphens alone"
            elif first and mark == "---":
                why = "does not begin on the first line"
            message = f"front matter that {why} is not read; write it in YAML from the first line, between lines of ---"
            yield Defect(_MISSPELT, at + 1, found.start() + 1, message)
            return
