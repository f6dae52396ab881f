"""A YAML file held against a pydantic model: every problem at its place, in words for whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from genarch.errors import InputError
from genarch.files.answers import unknown_key
from genarch.files.io import decode, read_bytes
from genarch.files.records import Location
from genarch.files.yaml_text import MAX_PROBLEMS, Document, Fields, Items, Node, Scalar, parse
from genarch.table.findings import Place

MAX_EVENTS = 100_000

VISIBLE = r"\w"
"""The pattern of a text that says something."""


class Record(BaseModel):
    """A mapping of a format: unknown keys are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def keys_at(form: type[Record], location: Location) -> list[str]:
    """The keys that a format has in the mapping at a location (`("rules", 3, "source")`)."""
    model: Any = form
    for step in location:
        if isinstance(step, int):
            continue
        field = next((f for n, f in model.model_fields.items() if step in (n, f.alias)), None)
        model = field and _record_in(field.annotation)
        if model is None:
            return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _record_in(annotation: Any) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := _record_in(part))), None)


class RecordFile:
    """A file's text and its nodes, and where everything in it stands."""

    def __init__(self, path: str, form: type[Record], forms: Mapping[str, str], other_form: str) -> None:
        """Read; `forms` says in words what the patterns of `form` are, `other_form` what any other pattern is.

        Raises:
            InputError: when it cannot be read, or is not YAML.
        """
        self.path = path
        self.content = read_bytes(path)
        self.document = Document(decode(self.content, path), path)
        self._form = form
        self._forms = forms
        self._other_form = other_form
        self.root: Node = parse(self.document, max_events=MAX_EVENTS) or Scalar("", plain=True, at=0)

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
        passed: list[Node] = [self.root]
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

    def refused(self, error: ValidationError) -> InputError:
        """Pydantic's findings at their places, in words."""
        details = error.errors(include_url=False)
        self.document.uncounted = max(0, len(details) - MAX_PROBLEMS)
        for detail in details[:MAX_PROBLEMS]:
            location = detail["loc"]
            if detail["type"] == "extra_forbidden":
                parent, key = location[:-1], str(location[-1])
                self.document.report(
                    self._key(parent, key), self.field(parent), unknown_key(key, keys_at(self._form, parent))
                )
                continue
            if location[-1:] == ("[key]",):  # pydantic's mark for the key of a mapping, after the key itself
                location = location[:-1]
            empty = detail["input"] is None or detail["input"] == ""
            context = dict(detail.get("ctx", {}))
            self.report(
                location, "is empty; write it out" if empty else self._in_words(detail["type"], detail["msg"], context)
            )
        return self.document.error()

    def _key(self, location: Location, key: str) -> Node:
        here = self.node(location)
        assert isinstance(here, Fields)  # noqa: S101  (only a mapping can have a key too many)
        return next(name for name, _ in here.entries if name.text == key)

    def _in_words(self, kind: str, message: str, context: dict[str, object]) -> str:
        match kind:
            case "missing":
                return "is missing; the format needs it"
            case "string_too_short":
                return "is empty; write it out"
            case "too_short":
                return "names none; name at least one"
            case "too_long":
                return f"has more than {context.get('max_length')} entries; split the table"
            case "list_type" | "tuple_type":
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
                return f"does not have the form of {self._forms.get(str(context.get('pattern')), self._other_form)}"
            case "value_error":
                return message.removeprefix("Value error, ")
            case _:
                return message[:1].lower() + message[1:]
