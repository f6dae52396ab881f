"""The answers to one constraint by class: those of a class do the same to every term of a rule table.

A column is read as small codes, one for each class; code 0 is unknown. Numbers have one between each two of the table's
thresholds, ranges one for each way in which they fail terms or leave them open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from genarch.engine.constraints import BY_NAME, Range, Value, gpu_names
from genarch.engine.matching import Column, Matcher
from genarch.engine.spec import contradicted_device, excess_memory, with_implied
from genarch.values import NamedTuple

Codes = npt.NDArray[Any]
"""The code of each row's answer; of 8 or 16 bits, as there are classes."""


UNLISTED = "hardware that is not listed"


class Masks(NamedTuple):
    """The bits of the terms that an answer fails, and of those that hang on what is not known of it."""

    failed: int
    pending: int


class Edge(NamedTuple):
    """A number that two classes meet at: those from it on, or above it, are of the later one."""

    number: int | float
    above: bool


class Axis:
    """The classes of the answers to one constraint."""

    def __init__(self, name: str, matcher: Matcher, *, apart: bool = False, numbers: Iterable[float] = ()) -> None:
        """With `apart`, answers that do the same are classes of their own; `numbers` cut beside the thresholds."""
        self.constraint, self._matcher, self._apart = BY_NAME[name], matcher, apart
        self._column = matcher.columns.get(name, Column(name))
        self._numbers = sorted({*self._column.thresholds, *numbers})
        self.masks: list[Masks] = [Masks(0, self._column.reads)]
        self.samples: list[Value | None] = [None]
        """An answer of each class."""
        self._known: dict[object, int] = {}
        self.edges: Sequence[Edge] = ()
        """Of numbers, where the classes from 1 on end, ascending."""
        self.members: Sequence[str] = ()
        """Of sets, those that tell answers apart: the lowest bit is the first."""
        self.by_bits: npt.NDArray[Any] = np.zeros(1, np.uint16)
        """Of sets, the class by the bits of the members."""
        if self.constraint.numeric:
            self._cut()
        elif self.constraint.kind == "set":
            telling = {member for some in self._column.alike(self.constraint.values) for member in some}
            self.members = [member for member in self.constraint.values if member in telling]
            subsets = [
                frozenset(member for at, member in enumerate(self.members) if bits >> at & 1)
                for bits in range(1 << len(self.members))
            ]
            self.by_bits = np.array([self._class_of(subset) for subset in subsets], np.uint16)
        else:
            named = (False, True) if self.constraint.kind == "flag" else self.constraint.values
            self.by_name: Mapping[Value, int] = {value: self._class_of(value) for value in named}
            if name == "gpu":
                self._class_of(UNLISTED)

    @property
    def size(self) -> int:
        """How many classes there are, that of unknown included."""
        return len(self.masks)

    def of(self, value: Value | None) -> int:
        """The class of an answer; a range may make a new one."""
        if value is None:
            return 0
        if isinstance(value, Range):
            return self._class_of(value)
        if self.constraint.numeric:
            number = cast("float", value)
            return 1 + sum(number > edge.number if edge.above else number >= edge.number for edge in self.edges)
        if isinstance(value, frozenset):
            return int(self.by_bits[sum(1 << at for at, member in enumerate(self.members) if member in value)])
        return self.by_name[value] if value in self.by_name else self._class_of(UNLISTED)

    def _cut(self) -> None:
        """A class for each gap between numbers and for each of them, but where neighbours do the same."""
        numbers = self._numbers
        samples = [
            *(at for pair in zip(_gaps(numbers), numbers, strict=False) for at in pair),
            (numbers[-1] + 1) if numbers else 1,
        ]
        kept: list[Edge] = []
        self._add(samples[0])
        before = self._does(samples[0], 0)
        for at, sample in enumerate(samples[1:]):
            does = self._does(sample, at + 1)
            if does != before:
                kept.append(Edge(numbers[at // 2], bool(at % 2)))
                self._add(sample)
                before = does
        self.edges = kept

    def _does(self, sample: float, at: int) -> object:
        return (self._column.fails(sample), at if self._apart else 0)

    def _add(self, value: Value) -> int:
        """A class of its own for an answer."""
        self.masks.append(self._masks_of(value))
        self.samples.append(value)
        return self.size - 1

    def _masks_of(self, value: Value) -> Masks:
        if isinstance(value, Range):
            return Masks(*self._matcher.over(self.constraint.name, value)) if self._column.reads else Masks(0, 0)
        return Masks(self._column.fails(value), 0)

    def _class_of(self, value: Value) -> int:
        """The class of those that do as this one does, which may be new; hardware implies something, too."""
        key: object = self._masks_of(value)
        if self._apart:
            key = value
        elif self.constraint.name == "gpu":
            key = key, _implications(str(value))
        if key not in self._known:
            self._known[key] = self._add(value)
        return self._known[key]


def _gaps(numbers: Sequence[float]) -> Iterable[float]:
    """A number below the first, and one between each two."""
    if numbers:
        yield numbers[0] - 1
    yield from ((low + high) / 2 for low, high in pairwise(numbers))


def _implications(gpu: str) -> object:
    known = gpu_names()
    return known.devices.get(gpu), known.memory_gb.get(gpu), known.most_gb.get(gpu)


class Hardware(NamedTuple):
    """What a stated gpu makes of the device and of the memory: class by class, first that of the gpu.

    `contradicts` is 1 where the two contradict each other.
    """

    name: str
    becomes: npt.NDArray[Any]
    contradicts: npt.NDArray[Any]


def hardware_of(axes: Mapping[str, Axis]) -> Sequence[Hardware]:
    """Likewise, for what of the two the axes have."""
    found = []
    for name, contradicted in (("device", contradicted_device), ("device_memory_gb", excess_memory)):
        if name not in axes:
            continue
        gpus, own = axes["gpu"], axes[name]
        pairs = [[(("gpu", gpu), (name, value)) for value in own.samples] for gpu in gpus.samples]
        answers = [[{key: value for key, value in pair if value is not None} for pair in row] for row in pairs]
        becomes = [[own.of(with_implied(both).get(name)) for both in row] for row in answers]
        wrong = [[contradicted(both) is not None for both in row] for row in answers]
        found.append(Hardware(name, np.array(becomes, np.uint16), np.array(wrong, np.uint8)))
    return found


def memory_numbers() -> Sequence[float]:
    """The memories that listed hardware has."""
    known = gpu_names()
    return sorted({*known.memory_gb.values(), *known.most_gb.values()})
