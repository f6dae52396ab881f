"""The evidence catalogue: its entries together, and finding things in them."""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from genarch.errors import UnknownIdError, nearest
from genarch.evidence.entries import (
    CalibrationPoint,
    Claim,
    Component,
    CostExample,
    Efficiency,
    Hardware,
    Id,
    Measurement,
    Model,
    Multiplier,
    Price,
    Source,
)
from genarch.table.forms import VERSION, FormatVersion, ShownText

Stack = Literal["eager", "compiled"]
"""How a model is run: as written, or through a compiler or an inference engine."""

STACKS: tuple[Stack, ...] = ("eager", "compiled")


class StackFit(NamedTuple):
    """Times in milliseconds that a stack adds whatever the hardware: once per request, and for each pass."""

    fixed_ms: float
    pass_ms: float


class Share(NamedTuple):
    """The achieved share of the hardware's peak, the median of `rows` rows."""

    share: float
    rows: int


class Band(NamedTuple):
    """How far off estimates of sources left out were: measured over estimated, from `low` to `high`, over `rows`."""

    low: float
    high: float
    rows: int


class Calibration(NamedTuple):
    """The fitted estimator.

    `shares` are keyed by `stack/efficiency class/kind`, with less of the key where less was measured (`stack/kind`,
    `stack`), `kind` being `network` for a single network and `pipeline` for one with a decoder. `load_shares` are keyed
    by kind. `bands` are keyed by `eager`, `compiled` and `other` for requests, and by `load/kind`.
    """

    stacks: Mapping[str, StackFit]
    shares: Mapping[str, Share]
    load_shares: Mapping[str, Share]
    bands: Mapping[str, Band]


class Head(NamedTuple):
    """The catalogue as a whole."""

    format: Annotated[int, FormatVersion(1, "format")]
    id: Id
    version: Annotated[str, VERSION]
    title: ShownText
    compiled: ShownText
    """Up to when sources were read, in words."""


class Parts(NamedTuple):
    """All that a catalogue holds."""

    sources: tuple[Source, ...]
    models: tuple[Model, ...]
    measurements: tuple[Measurement, ...]
    hardware: tuple[Hardware, ...]
    components: tuple[Component, ...]
    multipliers: tuple[Multiplier, ...]
    efficiency: tuple[Efficiency, ...]
    calibration_points: tuple[CalibrationPoint, ...]
    prices: tuple[Price, ...]
    examples: tuple[CostExample, ...]
    claims: tuple[Claim, ...]


class Catalogue:
    """A checked evidence catalogue, with the estimator fitted to it."""

    def __init__(self, *, head: Head, parts: Parts, digest: str, calibration: Calibration | None = None) -> None:
        """`digest` is that of the files."""
        self.head = head
        self.parts = parts
        self.digest = digest
        self.id, self.version, self.title, self.compiled = head[1:]
        self.sources = {entry.id: entry for entry in parts.sources}
        self.models = {entry.id: entry for entry in parts.models}
        self.measurements = {entry.id: entry for entry in parts.measurements}
        self.hardware = {entry.id: entry for entry in parts.hardware}
        self.components = {entry.id: entry for entry in parts.components}
        self.multipliers = {entry.id: entry for entry in parts.multipliers}
        self.efficiency = parts.efficiency
        self.calibration_points = parts.calibration_points
        self.prices = parts.prices
        self.examples = parts.examples
        self.claims = {entry.id: entry for entry in parts.claims}
        self._calibration = calibration
        self._tasks_of: dict[str, frozenset[str]] = {}
        self._conditioning_of: dict[str, tuple[str, ...]] = {}
        self._rows_of: dict[str, list[Measurement]] = {}
        for row in parts.measurements:
            self._rows_of.setdefault(row.model, []).append(row)

    @property
    def name(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    @property
    def calibration(self) -> Calibration:
        """What the estimator was fitted to."""
        assert self._calibration is not None  # noqa: S101  (whoever loads a catalogue fits it)
        return self._calibration

    def fitted(self, calibration: Calibration) -> "Catalogue":
        """The same catalogue, with the estimator fitted."""
        self._calibration = calibration
        return self

    def rows_of(self, model: str) -> list[Measurement]:
        """The measurements of a model, in the order of the file."""
        return self._rows_of.get(model, [])

    def model(self, name: str) -> Model:
        """A model by its id.

        Raises:
            UnknownIdError: when there is none.
        """
        if name not in self.models:
            raise UnknownIdError(f"{self.name} has no model '{name}'{nearest(name, self.models)}")
        return self.models[name]

    def gpu(self, name: str) -> Hardware:
        """Hardware by its id, or by another name for it.

        Raises:
            UnknownIdError: when there is none.
        """
        names = {alias: entry for entry in self.hardware.values() for alias in (entry.id, *entry.aliases)}
        if name not in names:
            raise UnknownIdError(f"{self.name} has no hardware '{name}'{nearest(name, names)}")
        return names[name]

    def tasks_of(self, model: str) -> frozenset[str]:
        """Every task that a row shows the model on, by itself."""
        if model not in self._tasks_of:
            self._tasks_of[model] = frozenset(task for row in self._alone(model) for task in row.tasks)
        return self._tasks_of[model]

    def conditioning_of(self, model: str) -> tuple[str, ...]:
        """All that a row shows the model steered by, by itself."""
        if model not in self._conditioning_of:
            shown = dict.fromkeys(name for row in self._alone(model) for name in row.conditioning)
            self._conditioning_of[model] = tuple(shown)
        return self._conditioning_of[model]

    def _alone(self, model: str) -> list[Measurement]:
        """The rows of a model without a ControlNet beside it."""
        return [row for row in self.rows_of(model) if not row.controlnets]

    def adapters_of(self, model: str) -> list[Model]:
        """The adapters that can be added to a model."""
        return [entry for entry in self.models.values() if model in entry.fits]
