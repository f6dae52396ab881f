"""Values with named fields: `NamedTuple` as in `typing`, declared in a third of the time.

A hundred and sixty of them are declared at each start, and most of what `typing` does for one, before any value of it
is made, is to check its fields again and to compile what makes the values. Here that is compiled for those alone of
which more than a few values are made. And what every floor does with values: `grouped`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

__all__ = ["NamedTuple", "grouped"]

_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


def grouped(pairs: Iterable[tuple[_Key, _Item]]) -> dict[_Key, list[_Item]]:
    """The items of each key, keys and items in the order in which they first come."""
    found: dict[_Key, list[_Item]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return found


if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import _tuplegetter

    _FEW = 5
    """Values that are made one by one in less time than what makes them is compiled in."""
    _made = {}

    class _Value(tuple):
        __slots__ = ()

        def __new__(cls, /, *values, **named):
            _made[cls] = count = _made.get(cls, 0) + 1
            fields, defaults = cls._fields, cls._field_defaults
            rest = fields[len(values) :]
            fits = len(values) <= len(fields) and named.keys() <= {*rest} <= named.keys() | defaults.keys()
            if fits and count <= _FEW:
                added = [named[name] if name in named else defaults[name] for name in rest]
                return tuple.__new__(cls, (*values, *added))
            kind = next(base for base in cls.__mro__ if "_fields" in vars(base))
            listed = "".join(f"{field}, " for field in fields)
            new = eval(f"lambda _cls, {listed}: _new(_cls, ({listed}))", {"_new": tuple.__new__})  # noqa: S307
            new.__defaults__, new.__qualname__ = tuple(defaults.values()), f"{kind.__name__}.__new__"
            kind.__new__ = new
            return new(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} takes {len(cls._fields)} values, not {len(made)}")
            return made

        def _replace(self, /, **changed):
            made = self._make(map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(changed)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

    class _Declared(type):
        def __new__(cls, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            body.update(zip(fields, _GETTERS, strict=False), __slots__=(), __match_args__=fields, _fields=fields)
            body["_field_defaults"] = defaults
            return type(name, (_Value, *bases[1:]), body)

    class _Base:
        def __mro_entries__(self, bases):
            return (_DECLARED,)

    _GETTERS = [_tuplegetter(at, "") for at in range(40)]
    _DECLARED = type.__new__(_Declared, "NamedTuple", (), {})
    NamedTuple = _Base()
