"""The long way to the evidence catalogue: read its files, check every name, make values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from genarch.errors import InputError, Problem, nearest
from genarch.evidence import entries as hardware
from genarch.evidence import entries as values
from genarch.evidence.calibration import calibrate
from genarch.evidence.catalogue import Catalogue, Head, Parts
from genarch.files import catalogue_format as form
from genarch.files.catalogue import FILES
from genarch.files.catalogue_format import ID, MONTH, RESOLUTION, VERSION
from genarch.files.record_file import Record, RecordFile
from genarch.files.records import Location
from genarch.files.tables import digest
from genarch.files.yaml_text import Fields, Items, Node
from genarch.table.constraints import GpuNames

_FORMS = {
    ID: "an id; write small letters and digits, joined by '-' or '.'",
    RESOLUTION: "a resolution; write width and height, as 1024x1024",
    MONTH: "a month; write it as 2026-05, or two as 2026-03 to 2026-06",
    VERSION: "a version; write three numbers, as 1.0.0",
}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,9}")

_Form = TypeVar("_Form", bound=Record)


class PartFile(RecordFile, Generic[_Form]):
    """A part of the catalogue as written: well-formed, names not yet resolved."""

    def __init__(self, path: str, form: type[_Form]) -> None:
        """Read and validate.

        Raises:
            InputError: with every problem of form.
        """
        super().__init__(path, form, _FORMS, "what is wanted here")
        self.document.check()
        try:
            self.record = form.model_validate(_typed(self.root))
        except ValidationError as error:
            raise self.refused(error) from None


def _typed(node: Node) -> Any:
    """A node as pydantic takes it: plain scalars by their look, text in quotation marks as text."""
    if isinstance(node, Fields):
        return {key.text: _typed(value) for key, value in node.entries}
    if isinstance(node, Items):
        return tuple(_typed(item) for item in node.items)
    if not node.plain:
        return node.text
    if node.text in ("", "~", "null"):
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if _WHOLE.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if _DECIMAL.fullmatch(node.text) else node.text


_UNREAD_FIELDS = frozenset({*values.Measurement._fields, "all", "resolution", "hybrid_kind", "quality.dataset"})
"""What a row may say was not read: its fields, some by the name that the sources give them."""


def read_catalogue(folder: str) -> Catalogue:
    """Read and check the catalogue in a folder; the estimator is not fitted yet.

    Raises:
        InputError: with every problem of form of the first file that has any, or every problem of meaning.
    """
    head = PartFile(os.path.join(folder, FILES[0]), form.HeadRecord)
    reader = _Reader(folder)
    catalogue = reader.catalogue(head)
    reader.check(catalogue)
    return catalogue


def read_gpu_names(folder: str) -> GpuNames:
    """The names of the hardware alone.

    Raises:
        InputError: with every problem of the file.
    """
    entries = PartFile(os.path.join(folder, "hardware.yaml"), form.HardwareFile).record.hardware
    return GpuNames(
        {entry.id: entry.devices for entry in entries},
        {alias: entry.id for entry in entries for alias in entry.aliases},
    )


def read_fitted(folder: str) -> Catalogue:
    """The catalogue in a folder, with the estimator fitted to it.

    Raises:
        InputError: as `read_catalogue`.
    """
    catalogue = read_catalogue(folder)
    return catalogue.fitted(calibrate(catalogue))


class _Reader:
    def __init__(self, folder: str) -> None:
        _, sources, models, rows, machines, compute, prices, claims = (os.path.join(folder, name) for name in FILES)
        self._sources = PartFile(sources, form.SourcesFile)
        self._models = PartFile(models, form.ModelsFile)
        self._rows = PartFile(rows, form.MeasurementsFile)
        self._hardware = PartFile(machines, form.HardwareFile)
        self._compute = PartFile(compute, form.ComputeFile)
        self._prices = PartFile(prices, form.PricesFile)
        self._claims = PartFile(claims, form.ClaimsFile)
        self._problems: list[Problem] = []

    def catalogue(self, head: PartFile[form.HeadRecord]) -> Catalogue:
        """The values of every file."""
        parts: list[PartFile[Any]] = [
            self._sources,
            self._models,
            self._rows,
            self._hardware,
            self._compute,
            self._prices,
            self._claims,
        ]
        compute = self._compute.record
        return Catalogue(
            head=Head(**head.record.model_dump()),
            parts=Parts(
                sources=_values(values.Source, self._sources.record.sources),
                models=tuple(map(_model, self._models.record.models)),
                measurements=tuple(map(_measurement, self._rows.record.measurements)),
                hardware=_values(hardware.Hardware, self._hardware.record.hardware),
                components=tuple(map(_component, compute.components)),
                multipliers=_values(values.Multiplier, compute.multipliers),
                efficiency=_values(values.Efficiency, compute.efficiency),
                calibration_points=_values(values.CalibrationPoint, compute.calibration_points),
                prices=_values(hardware.Price, self._prices.record.prices),
                examples=_values(hardware.CostExample, self._prices.record.examples),
                claims=_values(values.Claim, self._claims.record.claims),
            ),
            digest=digest([head.content, *(part.content for part in parts)]),
        )

    def check(self, catalogue: Catalogue) -> None:
        """Check every name and what fields say of one another.

        Raises:
            InputError: with every problem.
        """
        rows = catalogue.measurements
        self._unique(self._sources, "sources", [entry.id for entry in self._sources.record.sources])
        self._check_models(catalogue)
        self._check_rows(catalogue)
        self._check_hardware()
        self._check_compute(catalogue)
        prices = self._prices.record
        self._unique(self._prices, "prices", [entry.id for entry in prices.prices])
        for at, price in enumerate(prices.prices):
            self._known(self._prices, ("prices", at, "hardware"), [price.hardware], catalogue.hardware, "hardware")
            if price.low > price.high:
                self._report(self._prices, ("prices", at, "low"), "is above 'high'; exchange the two")
        for at, example in enumerate(prices.examples):
            self._known(self._prices, ("examples", at, "row"), [example.row], rows, "measurement")
        self._unique(self._claims, "claims", [entry.id for entry in self._claims.record.claims])
        for at, claim in enumerate(self._claims.record.claims):
            self._known(self._claims, ("claims", at, "rows"), claim.rows, rows, "measurement")
        if self._problems:
            raise InputError(self._problems)

    def _check_models(self, catalogue: Catalogue) -> None:
        file = self._models
        self._unique(file, "models", [entry.id for entry in file.record.models])
        for at, model in enumerate(file.record.models):
            where: Location = ("models", at)
            self._known(file, (*where, "fits"), model.fits, catalogue.models, "model")
            if model.work:
                named = {name: getattr(model.work, name) for name in ("passes", "decoder", "encoder", "text")}
                for name, component in named.items():
                    if component:
                        place = (*where, "work", name)
                        self._known(file, place, [component], catalogue.components, "component")
            if model.licence and bool(model.licence.condition) != (model.licence.commercial_use == "conditional"):
                wanted = "'condition' says what a conditional licence asks for, and stands with no other"
                self._report(file, (*where, "licence"), f"{wanted}; add it or take it away")

    def _check_rows(self, catalogue: Catalogue) -> None:
        file = self._rows
        self._unique(file, "measurements", [entry.id for entry in file.record.measurements])
        for at, row in enumerate(file.record.measurements):
            where: Location = ("measurements", at)
            self._known(file, (*where, "model"), [row.model], catalogue.models, "model")
            self._known(file, (*where, "source"), [row.source], catalogue.sources, "source")
            for name, known, kind in (
                (row.hardware, catalogue.hardware, "hardware"),
                (row.decoder, catalogue.components, "component"),
            ):
                field = "hardware" if kind == "hardware" else "decoder"
                self._known(file, (*where, field), [name] if name else [], known, kind)
            self._known(file, (*where, "unverified_fields"), row.unverified_fields, _UNREAD_FIELDS, "field")
            if row.usable_for_calibration and not (row.latency_ms and row.hardware and row.resolution):
                missing = "needs latency_ms, hardware and resolution; state them, or write false"
                self._report(file, (*where, "usable_for_calibration"), missing)
            if row.throughput_batch and not row.throughput_ips:
                self._report(file, (*where, "throughput_batch"), "needs throughput_ips; state it too")

    def _check_hardware(self) -> None:
        file = self._hardware
        entries = file.record.hardware
        self._unique(file, "hardware", [entry.id for entry in entries])
        taken = {entry.id for entry in entries}
        for at, entry in enumerate(entries):
            for alias in entry.aliases:
                if alias in taken:
                    self._report(file, ("hardware", at, "aliases"), f"'{alias}' names other hardware too; keep one")
                taken.add(alias)
            for name in entry.verified:
                if getattr(entry, name) is None:
                    self._report(file, ("hardware", at, "verified"), f"'{name}' has no figure; state it")

    def _check_compute(self, catalogue: Catalogue) -> None:
        file = self._compute
        compute = file.record
        self._unique(file, "components", [entry.id for entry in compute.components])
        for at, component in enumerate(compute.components):
            for number, passes in enumerate(component.passes):
                if (passes.resolution is None) == (passes.tokens is None):
                    place = ("components", at, "passes", number)
                    self._report(file, place, "needs either a resolution or tokens; state one")
        for at, multiplier in enumerate(compute.multipliers):
            self._known(file, ("multipliers", at, "rows"), multiplier.rows, catalogue.measurements, "measurement")
        for at, point in enumerate(compute.calibration_points):
            where: Location = ("calibration_points", at)
            self._known(file, (*where, "row"), [point.row], catalogue.measurements, "measurement")
            self._known(file, (*where, "hardware"), [point.hardware], catalogue.hardware, "hardware")

    def _known(
        self, file: PartFile[Any], where: Location, names: Iterable[str], known: Iterable[str], kind: str
    ) -> None:
        allowed = known if isinstance(known, dict | frozenset) else set(known)
        for name in names:
            if name not in allowed:
                self._report(file, where, f"'{name}' is no {kind} of the catalogue{nearest(name, allowed)}")

    def _unique(self, file: PartFile[Any], part: str, ids: Sequence[str]) -> None:
        seen: set[str] = set()
        for at, name in enumerate(ids):
            if name in seen:
                self._report(file, (part, at, "id"), f"'{name}' stands twice; give each its own id")
            seen.add(name)

    def _report(self, file: PartFile[Any], where: Location, message: str) -> None:
        place = file.place(where)
        self._problems.append(Problem(file.path, place.line, place.column, file.field(where), message))


def _values(kind: Any, records: Iterable[Record]) -> tuple[Any, ...]:
    return tuple(kind(**record.model_dump()) for record in records)


def _model(record: form.ModelRecord) -> values.Model:
    fields = record.model_dump()
    licence = values.Licence(**fields.pop("licence")) if record.licence else None
    work = values.Work(**fields.pop("work")) if record.work else None
    return values.Model(**{**fields, "licence": licence, "work": work})


def _measurement(record: form.MeasurementRecord) -> values.Measurement:
    fields = record.model_dump(exclude={"resolution", "quality", "controlnets"})
    width, height = map(int, record.resolution.split("x")) if record.resolution else (None, None)
    quality = values.Quality(**record.quality.model_dump()) if record.quality else None
    return values.Measurement(
        **fields, width=width, height=height, quality=quality, controlnets=record.controlnets or 0
    )


def _component(record: form.ComponentRecord) -> values.Component:
    return values.Component(record.id, record.title, tuple(map(_passes, record.passes)))


def _passes(record: form.PassesRecord) -> values.Passes:
    width, height = map(int, record.resolution.split("x")) if record.resolution else (0, 0)
    return values.Passes(width * height or None, record.gmac, record.verified, record.source, record.note)
