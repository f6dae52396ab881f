"""One rule table file: text to a validated record, with the place of everything in it."""

from __future__ import annotations

import re

from pydantic import ValidationError

from genarch.errors import InputError
from genarch.model.findings import Place
from genarch.sources.answers import unknown_key
from genarch.sources.files import decode, read_bytes
from genarch.sources.table_format import (
    ENTRY_ID,
    FORMAT_VERSION,
    RULE_ID,
    VERSION,
    VISIBLE,
    Location,
    PlainNumber,
    TableRecord,
    keys_at,
)
from genarch.sources.yaml_text import MAX_PROBLEMS, Document, Fields, Items, Node, Scalar, parse

MAX_EVENTS = 100_000

_FORMS = {
    ENTRY_ID: "an id; write small letters and digits, joined by '-' or '_'",
    RULE_ID: "an id; write small letters and digits, joined by '-'",
    VERSION: "a version; write three numbers, as 1.0.0",
}
_NUMBER = re.compile(r"[0-9.]+")


class TableFile:
    """A rule table as written: well-formed, names and conditions not yet resolved."""

    def __init__(self, path: str) -> None:
        """Read and validate.

        Raises:
            InputError: with every problem of form.
        """
        self.path = path
        self.content = read_bytes(path)
        self.document = Document(decode(self.content, path), path)
        node = parse(self.document, max_events=MAX_EVENTS)
        if not isinstance(node, Fields):
            self.document.report(node or 0, "", "must be a mapping; a rule table begins with 'format: 1'")
            raise self.document.error()
        if node.get("constraints") is not None and node.get("format") is None:
            self.document.report(node, "", "is a spec, not a rule table; give it as a path")
            raise self.document.error()
        self._root = node
        try:
            self.record = TableRecord.model_validate(_data(node))
        except ValidationError as error:
            raise self._refused(error) from None
        if self.record.format != FORMAT_VERSION:
            self.report(("format",), f"this genarch reads format {FORMAT_VERSION}; write {FORMAT_VERSION}")
            raise self.document.error()
        self.document.check()

    def node(self, location: Location) -> Node:
        """The node at a location, or the nearest one above it."""
        return self._steps(location)[-1]

    def has(self, location: Location) -> bool:
        """Whether something is written at the location."""
        return len(self._steps(location)) > len(location)

    def place(self, location: Location) -> Place:
        """Where the value at a location stands."""
        line, column = self.document.position(self.node(location).at)
        return Place(self.path, line, column)

    def report(self, location: Location, message: str) -> None:
        """Note a problem with the value at a location, or with what should have held it."""
        self.document.report(self.node(location), self.field(location), message)

    def field(self, location: Location) -> str:
        """A location as people read it: an entry by its id, a key by its dotted path."""
        words = ""
        for depth, step in enumerate(location):
            if isinstance(step, str):
                words += f".{step}" if words else step
            else:
                entry = self.node(location[: depth + 1])
                named = entry.get("id") if isinstance(entry, Fields) else None
                words += f"[{named.text[:100] if isinstance(named, Scalar) else step}]"
        return words

    def _steps(self, location: Location) -> list[Node]:
        """The nodes passed on the way to a location, as far as there are any."""
        passed: list[Node] = [self._root]
        for step in location:
            here = passed[-1]
            found: Node | None = None
            if isinstance(here, Fields) and isinstance(step, str):
                found = here.get(step)
            elif isinstance(here, Items) and isinstance(step, int) and step < len(here.items):
                found = here.items[step]
            if found is None:
                break
            passed.append(found)
        return passed

    def _refused(self, error: ValidationError) -> InputError:
        """Pydantic's findings at their places, in words."""
        details = error.errors(include_url=False)
        self.document.uncounted = max(0, len(details) - MAX_PROBLEMS)
        for detail in details[:MAX_PROBLEMS]:
            location = detail["loc"]
            if detail["type"] == "extra_forbidden":
                parent, key = location[:-1], str(location[-1])
                self.document.report(self._key(parent, key), self.field(parent), unknown_key(key, keys_at(parent)))
                continue
            if location[-1:] == ("[key]",):  # pydantic's mark for the key of a mapping, after the key itself
                location = location[:-1]
            empty = detail["input"] is None or detail["input"] == ""
            context = dict(detail.get("ctx", {}))
            self.report(
                location, "is empty; write it out" if empty else _in_words(detail["type"], detail["msg"], context)
            )
        return self.document.error()

    def _key(self, location: Location, key: str) -> Node:
        here = self.node(location)
        assert isinstance(here, Fields)  # noqa: S101  (only a mapping can have a key too many)
        return next(name for name, _ in here.entries if name.text == key)


def _data(node: Node) -> object:
    """A node as pydantic takes it; a number without quotation marks is marked as one."""
    if isinstance(node, Fields):
        return {key.text: _data(value) for key, value in node.entries}
    if isinstance(node, Items):
        return [_data(item) for item in node.items]
    if node.plain and node.text in ("", "~", "null"):
        return None
    return PlainNumber(node.text) if node.plain and _NUMBER.fullmatch(node.text) else node.text


def _in_words(kind: str, message: str, context: dict[str, object]) -> str:
    match kind:
        case "missing":
            return "is missing; the format needs it"
        case "string_too_short":
            return "is empty; write it out"
        case "too_short":
            return "names none; name at least one"
        case "too_long":
            return f"has more than {context.get('max_length')} entries; split the table"
        case "list_type":
            return "must be a list"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "must be a mapping"
        case "string_type":
            return "must be text, not a list or a mapping"
        case "literal_error":
            return f"must be one of: {str(context.get('expected', '')).replace(chr(39), '')}"
        case "string_pattern_mismatch":
            if context.get("pattern") == VISIBLE:
                return "is empty; write it out"
            return f"does not have the form of {_FORMS.get(str(context.get('pattern')), 'a fact id; write it as E1')}"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return message[:1].lower() + message[1:]
