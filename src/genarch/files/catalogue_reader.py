"""The evidence catalogue from its files: every name checked, and what fields say of one another."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_type_hints

from genarch.errors import InputError, Problem, nearest
from genarch.evidence.catalogue import Catalogue, Head, Parts
from genarch.evidence.entries import Hardware, Measurement
from genarch.evidence.estimates import calibrate
from genarch.files.bundled import CATALOGUE_FILES, digest
from genarch.files.records import Location, Record, read_record
from genarch.table.constraints import GpuNames

_UNREAD_FIELDS = {*Measurement._fields, "all", "quality.dataset", "hybrid_kind"}
"""What a row may say was not read: its fields, some by the name that the sources give them."""

_REFERENCES = {
    ("models", "fits"): "models",
    ("models", "work", "passes"): "components",
    ("models", "work", "decoder"): "components",
    ("models", "work", "encoder"): "components",
    ("models", "work", "text"): "components",
    ("measurements", "model"): "models",
    ("measurements", "source"): "sources",
    ("measurements", "hardware"): "hardware",
    ("measurements", "decoder"): "components",
    ("multipliers", "rows"): "measurements",
    ("calibration_points", "row"): "measurements",
    ("calibration_points", "hardware"): "hardware",
    ("prices", "hardware"): "hardware",
    ("examples", "row"): "measurements",
    ("claims", "rows"): "measurements",
}
"""Fields that name entries, by the part and the path there: the part that they name."""


def read_fitted(folder: str) -> Catalogue:
    """Read and check the catalogue in a folder, and fit the estimator to it.

    Raises:
        InputError: with every problem of form, or where there is none, every problem of meaning.
    """
    catalogue = _Reader(folder).catalogue()
    return catalogue.fitted(calibrate(catalogue))


def read_gpu_names(folder: str) -> GpuNames:
    """The names of the hardware alone.

    Raises:
        InputError: with every problem of the file.
    """
    entries: tuple[Hardware, ...] = _read(folder, "hardware.yaml").value.hardware
    return GpuNames(
        {entry.id: entry.devices for entry in entries},
        {alias: entry.id for entry in entries for alias in entry.aliases},
    )


def _read(folder: str, name: str) -> Record[Any]:
    hints = get_type_hints(Parts, include_extras=True)
    parts = [(part, hints[part]) for part in CATALOGUE_FILES[name]]
    form: Any = NamedTuple(name.removesuffix(".yaml"), parts) if parts else Head
    return read_record(os.path.join(folder, name), form)


class _Reader:
    def __init__(self, folder: str) -> None:
        self._problems: list[Problem] = []
        self._records: dict[str, Record[Any]] = {}
        for name in CATALOGUE_FILES:
            try:
                self._records[name] = _read(folder, name)
            except InputError as error:
                self._problems += error.problems
        self._raise()
        self._file_of = {part: self._records[name] for name, parts in CATALOGUE_FILES.items() for part in parts}
        self._parts = Parts(**{part: getattr(file.value, part) for part, file in self._file_of.items()})

    def catalogue(self) -> Catalogue:
        """The catalogue; raises an InputError with every problem."""
        for part in Parts._fields:
            self._check_unique(part)
        for path, named in _REFERENCES.items():
            known = {entry.id for entry in getattr(self._parts, named)}
            for where, names in _named(getattr(self._parts, path[0]), path):
                self._check_known(where, names, known, named.removesuffix("s"))
        self._check_models()
        self._check_rows()
        self._check_hardware()
        for at, component in enumerate(self._parts.components):
            for number, passes in enumerate(component.passes):
                if (passes.resolution is None) == (passes.tokens is None):
                    where = ("components", at, "passes", number)
                    self._report(where, "needs either a resolution or tokens; state one")
        for at, price in enumerate(self._parts.prices):
            if price.low > price.high:
                self._report(("prices", at, "low"), "is above 'high'; exchange the two")
        self._raise()
        (head, *_) = self._records.values()
        contents = [record.content for record in self._records.values()]
        return Catalogue(head=head.value, parts=self._parts, digest=digest(contents))

    def _check_models(self) -> None:
        for at, model in enumerate(self._parts.models):
            licence = model.licence
            if licence and bool(licence.condition) != (licence.commercial_use == "conditional"):
                wanted = "'condition' says what a conditional licence asks for, and stands with no other"
                self._report(("models", at, "licence"), f"{wanted}; add it or take it away")

    def _check_rows(self) -> None:
        for at, row in enumerate(self._parts.measurements):
            where: Location = ("measurements", at)
            self._check_known((*where, "unverified_fields"), row.unverified_fields, _UNREAD_FIELDS, "field")
            if row.usable_for_calibration and not (row.latency_ms and row.hardware and row.resolution):
                missing = "needs latency_ms, hardware and resolution; state them, or write false"
                self._report((*where, "usable_for_calibration"), missing)
            if row.throughput_batch and not row.throughput_ips:
                self._report((*where, "throughput_batch"), "needs throughput_ips; state it too")

    def _check_hardware(self) -> None:
        taken = {entry.id for entry in self._parts.hardware}
        for at, entry in enumerate(self._parts.hardware):
            for alias in entry.aliases:
                if alias in taken:
                    self._report(("hardware", at, "aliases"), f"'{alias}' names other hardware too; keep one")
                taken.add(alias)
            for name in entry.verified:
                if getattr(entry, name) is None:
                    self._report(("hardware", at, "verified"), f"'{name}' has no figure; state it")

    def _check_known(self, where: Location, names: Iterable[str], known: Iterable[str], kind: str) -> None:
        for name in names:
            if name not in known:
                self._report(where, f"'{name}' is no {kind} of the catalogue{nearest(name, known)}")

    def _check_unique(self, part: str) -> None:
        seen: set[str] = set()
        for at, entry in enumerate(getattr(self._parts, part)):
            name = getattr(entry, "id", None)
            if name in seen:
                self._report((part, at, "id"), f"'{name}' is a duplicate; give each its own id")
            elif name:
                seen.add(name)

    def _report(self, where: Location, message: str) -> None:
        file = self._file_of[str(where[0])]
        place = file.place(where)
        self._problems.append(Problem(place.path, place.line, place.column, file.field(where), message))

    def _raise(self) -> None:
        if self._problems:
            raise InputError(self._problems)


def _named(entries: Iterable[Any], path: tuple[str, ...]) -> Iterator[tuple[Location, Iterable[str]]]:
    """The names at a path in each entry, with their location."""
    part, *fields = path
    for at, entry in enumerate(entries):
        value = entry
        for field in fields:
            value = value and getattr(value, field)
        if value:
            yield (part, at, *fields), [value] if isinstance(value, str) else value
