"""Files to declared values and declarations to JSON Schemas: the one way for every format.

A format is a `NamedTuple`, declared beside what it is about: of nested ones, `tuple[X, ...]`, `Mapping[str, X]`,
`Literal`, `X | None`, and scalars with the forms of `genarch.engine.forms`. A trailing `_` of a field's name is not
part of its key (`for_`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from types import NoneType, UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from genarch.engine.constraints import BY_NAME
from genarch.engine.findings import Place
from genarch.engine.forms import Form, Mark, Scalar, choice, flag, number, text, whole
from genarch.errors import nearest, nearest_or_all
from genarch.files.answers import is_unknown, read_answers, read_condition, unknown_key
from genarch.files.io import decode, read_bytes
from genarch.files.yaml_text import NOWHERE, Document, Fields, Items, Node, parse
from genarch.values import NamedTuple

MAX_EVENTS = 100_000

_ID = re.compile(r"[\w.-]{1,100}")

Location = tuple[int | str, ...]
"""Keys and positions from the top of a file: `("rules", 3, "when")`."""

Read = Callable[[Document, Node, str], Any]
"""Reads a node; `field` is what messages call it. What is wrong is noted in the document, and the value is None."""

_T = TypeVar("_T")


class Field(NamedTuple):
    """A field of a declaration; `key` is its name in files, `default` the value where that is absent.

    `advice` ends the message that a required one is missing.
    """

    name: str
    key: str
    kind: Any
    mark: Mark
    default: Any
    required: bool
    advice: str


class Record(Generic[_T]):
    """A file's text as a declared value, and where everything in it stands."""

    def __init__(
        self,
        document: Document,
        root: Node | None,
        declaration: type[_T],
        mistaken: Callable[[Node], str] = lambda _: "",
        content: bytes = b"",
    ) -> None:
        """Read; what is wrong is noted in the document. `mistaken` says why a text is nothing of the kind.

        Raises:
            InputError: when it does.
        """
        self.document = document
        self.root = root or Scalar("", plain=True, at=0)
        self.content = content
        if message := mistaken(self.root):
            document.report(self.root, "", message)
            raise document.error()
        self.value: _T = read(document, self.root, declaration)

    def has(self, location: Location) -> bool:
        """Whether something is written at the location."""
        return len(self._steps(location)) > len(location)

    def place(self, location: Location) -> Place:
        """Where the value at a location stands, or what should have held it."""
        at = self._steps(location)[-1].at
        return Place(self.document.path, *((1, 1) if at == NOWHERE else self.document.position(at)))

    def report(self, location: Location, message: str) -> None:
        """Note a problem with the value at a location, or with what should have held it."""
        words = ""
        steps = self._steps(location)
        for step, node in zip_longest(location, steps[1:], fillvalue=steps[-1]):
            words = (
                item_field(words, step, node) if isinstance(step, int) else f"{words}.{step}" if words else str(step)
            )
        self.document.report(steps[-1], words, message)

    def check_names(
        self, location: Location, names: Iterable[str], known: Iterable[str], problem: str, otherwise: str | None = None
    ) -> None:
        """Note which names are not known, with the nearest that is; with `otherwise` where none is, else with all."""
        for name in names:
            if name not in known:
                hint = "" if self.document.full else nearest_or_all(name, known, otherwise)
                self.report(location, f"'{name}' {problem}{hint}")

    def check_references(
        self, path: Sequence[str], known: Iterable[str], problem: str, otherwise: str | None = None
    ) -> None:
        """Do so with the names at a path in each entry of a part of the file: `("notices", "about")`."""
        part, *fields = path
        keys = [field.removesuffix("_") for field in fields]
        for at, entry in enumerate(getattr(self.value, part)):
            value = entry
            for field in fields:
                value = value and getattr(value, field)
            self.check_names(
                (part, at, *keys), [value] if isinstance(value, str) else value or (), known, problem, otherwise
            )

    def check_unique(self, part: str, taken: Iterable[str] = (), *, elsewhere: Collection[str] = ()) -> None:
        """Note which ids in a part of the file are used twice there, or are taken, here or elsewhere."""
        seen = set(taken)
        for at, entry in enumerate(getattr(self.value, part)):
            if entry.id in seen:
                self.report((part, at, "id"), f"'{entry.id}' is a duplicate; ids are used once")
            elif entry.id in elsewhere:
                message = f"'{entry.id}' is another entry in the catalogue or another file; change the id"
                self.report((part, at, "id"), message)
            seen.add(entry.id)

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


def read_record(path: str, declaration: type[_T], mistaken: Callable[[Node], str] = lambda _: "") -> Record[_T]:
    """Read a YAML file; see `Record`.

    Raises:
        InputError: when it cannot be read, is not YAML, or with every problem of form.
    """
    content = read_bytes(path)
    document = Document(decode(content, path), path)
    record = Record(document, parse(document, max_events=MAX_EVENTS), declaration, mistaken, content)
    if document.grave:
        raise document.error()
    return record


def read(document: Document, node: Node, kind: Any, field: str = "") -> Any:
    """The value that a node has by a declaration or any other annotation; problems are noted in the document.

    Where there are any, the value is not to be used: None stands in for whatever could not be read.
    """
    return _reader(kind)(document, node, field)


@cache
def fields_of(declaration: Any, *, hidden: bool = False) -> tuple[Field, ...]:
    """The fields that files have of a declaration, in its order; with those `hidden` that only its value has."""
    found = []
    defaults = declaration._field_defaults
    for name, hint in get_type_hints(declaration, include_extras=True).items():
        kind, mark = marked(hint)
        if hidden >= mark.hidden and not mark.inlined:
            default = defaults.get(name) if mark.absent is ... else mark.absent
            required = bool(mark.needed) or (name not in defaults and mark.absent is ...)
            advice = mark.needed or "the format needs it"
            found.append(Field(name, name.removesuffix("_"), kind, mark, default, required, advice))
    return tuple(found)


def marked(annotation: Any, *around: Mark) -> tuple[Any, Mark]:
    """An annotation without its marks, and those as one, with what stands around it."""
    marks = getattr(annotation, "__metadata__", ())
    stated = {name: value for mark in (*marks, *around) for name, value in mark.stated.items()}
    return annotation.__origin__ if marks else annotation, Mark(**stated)


def options_of(kind: Any) -> tuple[Any, ...] | None:
    """The parts of a union; None where it is none."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else None


def is_mapping(kind: Any) -> bool:
    """Whether an annotation is of a mapping."""
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def form_of(kind: Any, mark: Mark) -> Form:
    """The form of a scalar: what its mark says, or what its type amounts to."""
    form = mark.form or (choice(get_args(kind)) if get_origin(kind) is Literal else _MARKS[kind]).form
    assert form is not None  # noqa: S101  (these marks all have one)
    return form


_MARKS: Mapping[Any, Mark] = {str: text(), int: whole(), float: number(), bool: flag()}


@cache
def _reader(annotation: Any) -> Read:
    return _reader_of(*marked(annotation))


def _reader_of(kind: Any, mark: Mark) -> Read:
    if mark.own:
        return _usable(_OWN[mark.own])
    if options := options_of(kind):
        (option,) = (option for option in options if option is not NoneType)  # files have no other unions
        inner = _reader_of(*marked(option, mark))
        return lambda document, node, field: None if _is_null(node) else inner(document, node, field)
    if get_origin(kind) is tuple:
        return _list_reader(get_args(kind)[0], mark)
    if is_mapping(kind):
        return _mapping_reader(*get_args(kind))
    return _fields_reader(kind) if hasattr(kind, "_fields") and not mark.form else _scalar_reader(form_of(kind, mark))


def _usable(inner: Read) -> Read:
    """A reader whose values can be used whatever the problems are."""

    def read_usable(document: Document, node: Node, field: str) -> Any:
        before = document.grave
        value = inner(document, node, field)
        document.grave = before
        return value

    return read_usable


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in ("", "~", "null")


def _only(kind: type[Node], otherwise: Any, message: str, inner: Read) -> Read:
    """A reader for nodes of a kind alone; of others it notes the message, and gives `otherwise`."""

    def read_only(document: Document, node: Node, field: str) -> Any:
        if isinstance(node, kind) and not _is_null(node):
            return inner(document, node, field)
        document.report(node, field, "is empty; write a value" if _is_null(node) else message)
        return otherwise

    return read_only


def _scalar_reader(form: Form) -> Read:
    def read_scalar(document: Document, node: Any, field: str) -> Any:
        try:
            return form.parse(node)
        except ValueError as error:
            document.report(node, field, str(error))
        return None

    return _only(Scalar, None, f"must be {form.noun}, not a list or a mapping", read_scalar)


def _list_reader(kind: Any, mark: Mark) -> Read:
    read_item = _reader(kind)
    record, _ = marked(kind)
    hint = '; write ["a", "b"]'
    if hasattr(record, "_fields"):
        hint = f"; begin each with '- {fields_of(record)[0].key}: …'"

    def read_list(document: Document, node: Any, field: str) -> Any:
        if len(node.items) < mark.least:
            document.report(node, field, "is empty; name at least one")
        if mark.most is not None and len(node.items) > mark.most:
            document.report(node, field, f"has more than {mark.most} entries; split the table")
            return ()
        return tuple(read_item(document, item, item_field(field, at, item)) for at, item in enumerate(node.items))

    return _only(Items, (), f"must be a list{hint}", read_list)


def item_field(field: str, at: int, item: Node) -> str:
    """What an item of a list is called: by its id where it has one that can be one."""
    named = item.get("id") if isinstance(item, Fields) else None
    return f"{field}[{named.text if isinstance(named, Scalar) and _ID.fullmatch(named.text) else at}]"


def _mapping_reader(key_kind: Any, value_kind: Any) -> Read:
    key_form = form_of(*marked(key_kind))
    read_value = _reader(value_kind)

    def read_mapping(document: Document, node: Any, field: str) -> Any:
        found = {}
        for key, value in node.entries:
            where = f"{field}.{key.text}" if field else key.text
            try:
                found[key_form.parse(key)] = read_value(document, value, where)
            except ValueError as error:
                document.report(key, where, str(error))
        return found

    return _only(Fields, {}, "must be a mapping", read_mapping)


def _fields_reader(declaration: Any) -> Read:
    fields = fields_of(declaration)
    plan = [(field, _reader_of(field.kind, field.mark), field.mark.open) for field in fields]
    keys = [field.key for field in sorted(fields, key=lambda field: not field.required)]
    needed = [field.key for field in fields if field.required]
    within = next((field.key for field in fields if field.mark.own == "Constraints"), None)
    *others, last = needed if len(needed) > 1 else keys
    hint = f" with {', '.join(others)} and {last}" if others else f" with {last}"

    def read_fields(document: Document, node: Any, name: str) -> Any:
        given = {key.text: value for key, value in node.entries}
        for key, _ in node.entries:
            if key.text not in keys:
                below = f" (it belongs under '{within}:')" if within and key.text in BY_NAME else ""
                document.report(key, name, "" if document.full else f"{unknown_key(key.text, keys)}{below}")
        values = {}
        for field, read_value, may_be_unknown in plan:
            value = given.get(field.key)
            where = f"{name}.{field.key}" if name else field.key
            if value is None or (may_be_unknown and is_unknown(value)):
                values[field.name] = field.default
                if field.required:
                    document.report(node, where, f"is missing; {field.advice}")
            else:
                values[field.name] = read_value(document, value, where)
        return declaration(**values)

    return _only(Fields, None, f"must be a mapping{hint}", read_fields)


def _read_model(document: Document, node: Node, field: str) -> Any:
    """The id of a model of the evidence catalogue, or of a team's own, which is looked for where evidence is."""
    from genarch.evidence.entries import ID_PATTERN, OWN_PREFIX
    from genarch.files.bundled import load_catalogue

    name = _reader_of(str, text(ID_PATTERN, "the id of a model; 'genarch evidence models' has them"))(
        document, node, field
    )
    models = load_catalogue().models if name else {}
    if name and name not in models and not name.startswith(OWN_PREFIX):
        hint = nearest(name, models) or f"; 'genarch evidence models' has them, '{OWN_PREFIX}…' is one of your own"
        document.report(node, field, f"'{name}' is not a model of the evidence catalogue{hint}")
    return name


_OWN: Mapping[str, Read] = {"Constraints": read_answers, "Condition": read_condition, "Model": _read_model}
