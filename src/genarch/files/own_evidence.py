"""A team's own measurements, added to the file of them: what stands there stays as it is, comments too."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from genarch.errors import InputError
from genarch.evidence.catalogue import Catalogue
from genarch.files.catalogue_reader import OwnEvidence, with_own
from genarch.files.io import atomic_file, read_exactly, refuse
from genarch.files.records import Record
from genarch.files.yaml_text import Document, parse

Entry = Mapping[str, Any]
"""An entry as the file has it: scalars, lists of them, and lists of mappings."""

_HEADER = """\
# What `genarch measure` has measured here. It counts before what was published; docs/measure.md says how.
format: 1
"""

SOURCE = "own"
"""What entries name as theirs; a file that has none of that id gets it."""

_SOURCE_ENTRY: Entry = {"id": SOURCE, "title": "Measured here with genarch measure"}

_PLAIN = re.compile(r"[a-z][a-z0-9_.-]*|20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "unknown"})


def slug(text: str, most: int = 60) -> str:
    """An id of the catalogue that is made of any text: small letters and digits, joined by '-'."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].strip("-") or "unnamed"


def free_id(name: str, taken: Iterable[str]) -> str:
    """The id, or with the first number behind it that is not taken."""
    known = set(taken)
    numbered = (name if number == 1 else f"{name}-{number}" for number in range(1, len(known) + 2))
    return next(one for one in numbered if one not in known)


def check_target(path: str, catalogue: Catalogue) -> Catalogue:
    """The catalogue with what a file has of a team's own, where there is one already.

    Raises:
        InputError: with every problem of it: nothing is added to what cannot be read.
    """
    return with_own(catalogue, [path]) if os.path.exists(path) else catalogue


def add_evidence(path: str, parts: Mapping[str, Entry | None]) -> None:
    """Add an entry to each of the parts, `models`, `hardware` and `measurements`, where there is one for it.

    Raises:
        InputError: when the file cannot be written, or does not read as it should then.
    """
    before = read_exactly(path) if os.path.exists(path) else _with_entry(_HEADER, "sources", _SOURCE_ENTRY)
    text, wanted = before, {part: entry for part, entry in parts.items() if entry is not None}
    for part, entry in wanted.items():
        text = _with_entry(text, part, entry)
    read = _ids(text, path)
    if read and SOURCE not in read["sources"]:
        text = _with_entry(text, "sources", _SOURCE_ENTRY)
        read = _ids(text, path)
    if not all(entry["id"] in read.get(part, ()) for part, entry in wanted.items()):
        raise refuse(path, "is laid out so that nothing can be added; write its parts as lists, an entry a '- id: …'")
    with atomic_file(path) as write:
        write(text)


def _ids(text: str, path: str) -> Mapping[str, list[str]]:
    """The ids in each part of a file's text; none where it cannot be read."""
    document = Document(text.removeprefix("\ufeff"), path)
    try:
        record = Record(document, parse(document), OwnEvidence)
        document.check()
    except InputError:
        return {}
    own = record.value
    return {part: [one.id for one in getattr(own, part)] for part in OwnEvidence._fields[1:]}


def _with_entry(text: str, part: str, entry: Entry) -> str:
    """The text with an entry at the end of a part, which is made where it is not there."""
    end = "\r\n" if "\r\n" in text else "\n"
    text += "" if text.endswith("\n") else end
    found = re.search(rf"^{part}:[ \t]*(\[\])?[ \t]*(#[^\r\n]*)?\r?\n", text, re.MULTILINE)
    if not found:
        return f"{text}{part}:{end}{_item(entry, '', end)}"
    rest = text[found.end() :]
    after = re.search(r"^[^\s#-]", rest, re.MULTILINE)
    at = found.end() + (after.start() if after else len(rest))
    indent = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*( *)- ", rest)
    head = text[: found.start()] + found[0].replace("[]", "", 1) + text[found.end() : at]
    return head + _item(entry, indent[1] if indent else "", end) + text[at:]


def _item(entry: Entry, indent: str, end: str) -> str:
    lines = [f"{name}: {_value(value)}" for name, value in entry.items() if value is not None]
    return "".join(f"{indent}{'- ' if not at else '  '}{line}{end}" for at, line in enumerate(lines))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{max(value, 0.001):.3f}".rstrip("0").rstrip(".")
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_value(item)}' for name, item in value.items() if item is not None)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    text = "".join(character if character.isprintable() else " " for character in str(value))
    plain = isinstance(value, int) or (_PLAIN.fullmatch(text) and text not in _WORDS)
    return text if plain else json.dumps(text, ensure_ascii=False)
