"""What was read from the files that come with genarch, kept as JSON: read again only where something has changed.

It is kept beside the files, in a folder that git ignores. A wheel brings it along (`scripts/wheel_cache.py`), a
checkout makes it on first use. Where nothing can be written, the files are read each time.
"""

from __future__ import annotations

import json
import os
from binascii import crc32
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, ForwardRef, TypeVar, Union, get_args, get_origin, get_type_hints

from genarch.engine.conditions import Condition
from genarch.engine.constraints import Range
from genarch.errors import InputError
from genarch.files.io import atomic_file, read_bytes
from genarch.version import __version__

try:
    from _blake2 import blake2b
except ImportError:  # the same; hashlib also loads OpenSSL, which takes longer than all that is kept takes to read
    from hashlib import blake2b

FOLDER = ".cache"
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_INSTALLED = os.path.join(_PACKAGE, "rules")
_CODE = ("files", "engine", "evidence")

_CONDITIONS = get_args(Condition)

_Value = TypeVar("_Value")
_Step = Callable[[Any], Any]


def rules_folder() -> str:
    """The folder of the YAML tables: in the package once installed, beside `src/` in a checkout."""
    beside = os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "rules")
    return _INSTALLED if os.path.isdir(_INSTALLED) else beside


def templates_folder() -> str:
    """The folder of the example specs, beside that of the tables."""
    return os.path.join(os.path.dirname(rules_folder()), "examples", "specs")


def cached(name: str, sources: Sequence[str], form: type[_Value], read: Callable[[], _Value]) -> _Value:
    """What `read` makes of the files `sources`, a `form`: kept from an earlier run where they are what they were.

    Raises:
        InputError: when a source cannot be read, or as `read` does.
    """
    folder = os.path.join(os.path.dirname(sources[0]), FOLDER)
    path = os.path.join(folder, f"{name}.json")
    key = _maker().encode() + b"".join(blake2b(read_bytes(source)).digest() for source in sources)
    try:
        with open(path, "rb") as file:
            seal, text = file.readline(), file.read()
        if seal == _seal(key, text):
            step, plain = _step(form), json.loads(text)
            made: _Value = step(plain) if step else plain
            return made
    except OSError:
        pass
    value = read()
    kept = json.dumps(_plain(value), separators=(",", ":"))  # in ASCII, which is read three times as fast
    try:
        os.makedirs(folder, exist_ok=True)
        with atomic_file(path) as write:
            write(_seal(key, kept.encode()).decode() + kept)
    except (OSError, InputError):
        pass  # a place that takes no files: the next run reads them again
    return value


def _seal(key: bytes, text: bytes) -> bytes:
    """The first line of what is kept: shows that it is of these files, and whole."""
    return f"{blake2b(key).hexdigest()} {crc32(text):08x}\n".encode()


@cache
def _maker() -> str:
    """What reads the files: this version, and in a checkout its code as it was last written."""
    if os.path.isdir(_INSTALLED):
        return __version__
    files = [file for folder in _CODE for file in os.scandir(os.path.join(_PACKAGE, folder)) if file.is_file()]
    return f"{__version__} {sorted((file.path, file.stat().st_mtime_ns) for file in files)}"


def _is_record(form: Any) -> bool:
    return hasattr(form, "_fields")


def _plain(value: Any) -> Any:
    """A value as JSON has it: a record is the list of its fields, a condition follows the number of its kind.

    An answer may be a set or a range: a range is the mapping of its ends.
    """
    if isinstance(value, Range):
        return value.stated
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if not isinstance(value, tuple):
        return value
    items = [_plain(item) for item in value]
    return [_CONDITIONS.index(type(value)), items] if isinstance(value, _CONDITIONS) else items


def _container(parts: Sequence[Any]) -> Any:
    """Of the parts of a union, the one that JSON has as a list or a mapping; None where it has none."""
    plain = map(_plain_form, parts)
    return next((part for part in plain if _is_record(part) or get_origin(part) in (tuple, frozenset, Mapping)), None)


def _plain_form(form: Any) -> Any:
    """A form without what is noted on it."""
    return form.__origin__ if get_origin(form) is Annotated else form


@cache
def _decoder(form: Any) -> _Step:
    """What makes a record of the list of its fields; the list is used up."""
    hints = form.__annotations__
    if form in _CONDITIONS or any(isinstance(hint, str | ForwardRef) for hint in hints.values()):
        hints = get_type_hints(form)  # names, to look up
    steps = [(at, step) for at, hint in enumerate(hints.values()) if (step := _step(hint))]
    build: _Step = partial(tuple.__new__, form)

    def make(values: list[Any]) -> Any:
        for at, step in steps:
            values[at] = step(values[at])
        return build(values)

    return make if steps else build


def _step(form: Any) -> _Step | None:
    """What makes a value of what JSON has for it; None where they are the same."""
    form = _plain_form(form)
    kind, parts = get_origin(form), get_args(form)
    if _is_record(form):
        return _decoder(form)
    if kind is frozenset:
        return frozenset
    if kind is tuple:
        step = _step(parts[0])
        return partial(_each, step) if step else tuple
    if kind is Mapping:
        step = _step(parts[1])
        return step and partial(_each_value, step)
    if kind in (Union, UnionType):
        if set(parts) == set(_CONDITIONS):
            return _condition
        if Range in parts:
            return _answer
        step = _step(_container(parts))
        return step and partial(_container_by, step)
    return None


def _each(step: _Step, items: list[Any]) -> tuple[Any, ...]:
    return tuple([step(item) for item in items])


def _each_value(step: _Step, items: dict[str, Any]) -> dict[str, Any]:
    return {key: step(item) for key, item in items.items()}


def _condition(numbered: list[Any]) -> Any:
    """A condition; its decoder is made here, since it may hold conditions."""
    return _decoder(_CONDITIONS[numbered[0]])(numbered[1])


def _answer(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else Range(**value) if isinstance(value, dict) else value


def _container_by(step: _Step, value: Any) -> Any:
    return step(value) if isinstance(value, list | dict) else value
