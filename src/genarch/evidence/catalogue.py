"""The evidence catalogue: its hardware and prices, its entries together, and finding things in them."""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from collections.abc import Collection, Mapping
from typing import Annotated, Literal, get_args

from genarch.engine.answers import nearest_gpu
from genarch.engine.constraints import gpu_key
from genarch.engine.forms import HIDDEN, OMITTED, VERSION, Mark, ShownText, format_version
from genarch.errors import UnknownIdError, nearest
from genarch.evidence.entries import (
    OWN_PREFIX,
    Amount,
    Claim,
    Component,
    Conditioning,
    Device,
    Flag,
    Id,
    Ids,
    Maybe,
    Measure,
    Measurement,
    Model,
    Month,
    Multiplier,
    Rejected,
    Source,
    Task,
    Timing,
    Trust,
    Url,
    Via,
    size_of,
)
from genarch.values import NamedTuple, grouped

Platform = Literal["cuda", "apple", "phone", "cpu", "rocm", "tpu", "xpu", "cann"]
Figure = Literal["fp16_dense_tflops", "fp16_acc16_tflops", "fp32_tflops", "mem_bandwidth_gbs", "mem_gb", "tdp_w"]


class Reading(NamedTuple):
    """Where figures of hardware were read: the source, its page, and what stands there.

    `derived` are figures worked out from it, as the note says; not `verified` is what cannot be relied on.
    """

    figures: Annotated[tuple[Figure, ...], Mark(least=1)]
    source: Id
    where: Maybe[ShownText]
    page: Maybe[Url]
    seen: Maybe[ShownText]
    via: Via
    verified: Annotated[bool, Mark(absent=True)]
    note: Maybe[ShownText]


class Hardware(NamedTuple):
    """What models run on.

    Peaks are in 10^12 operations a second, `fp16_dense_tflops` dense with fp32 accumulation; bandwidth in GB/s, memory
    in GB, power in W. `mem_variants_gb` are the sizes that are sold under the name. `devices` are what a spec's
    `device` may say of it, the first what it implies; `usual` are those that stand for others of their kind when it is
    said what would change a verdict. It `succeeds` what it does no worse than in its `line` of
    products, where the figures do not say so. `verified` names the figures that were read, `source` where; both follow
    from `readings`.
    """

    id: Id
    name: ShownText
    usual: Flag
    aliases: Ids
    line: Maybe[Id]
    succeeds: Ids
    devices: Annotated[tuple[Device, ...], Mark(least=1)]
    platform: Platform
    efficiency_class: ShownText
    fp16_dense_tflops: Maybe[Amount]
    fp16_acc16_tflops: Maybe[Amount]
    fp32_tflops: Maybe[Amount]
    mem_bandwidth_gbs: Maybe[Amount]
    mem_gb: Maybe[Amount]
    mem_variants_gb: Annotated[tuple[Amount, ...], Mark(absent=())]
    tdp_w: Maybe[Amount]
    readings: Annotated[tuple[Reading, ...], Mark(absent=())]
    note: Maybe[ShownText]
    verified: Annotated[tuple[Figure, ...], HIDDEN] = ()
    source: Annotated[str | None, HIDDEN] = None

    def summed(self, titles: Mapping[str, str]) -> "Hardware":
        """With what its readings come to; `titles` are those of the sources."""
        read = {name for reading in self.readings if reading.verified for name in reading.figures}
        sources = dict.fromkeys(titles.get(reading.source, "") for reading in self.readings)
        figures = tuple(name for name in get_args(Figure) if name in read)
        return self._replace(verified=figures, source="; ".join(filter(None, sources)) or None)

    @property
    def most_gb(self) -> float | None:
        """The largest memory that is sold under the name, in GB."""
        return max((*self.mem_variants_gb, self.mem_gb or 0)) or None

    def usable_gb(self, stated: float | None) -> float | None:
        """What is stated of its memory, as far as it is sold with so much; else all of it."""
        return min(stated, self.most_gb or stated) if stated else self.mem_gb

    @property
    def peak_tflops(self) -> float | None:
        """The peak that times are worked out against: fp16, or fp32 where there is none."""
        return self.fp16_dense_tflops or self.fp32_tflops

    @property
    def peak_verified(self) -> bool:
        """Whether that peak was read in a source."""
        return ("fp16_dense_tflops" if self.fp16_dense_tflops else "fp32_tflops") in self.verified

    def at_most(self, other: "Hardware") -> bool:
        """Whether it is no stronger than `other`, in peak and bandwidth, so that what it does in time `other` does.

        The best peak of each counts: quick engines run GeForce cards with fp16 accumulation, at twice the other rate.
        """
        if self.platform != other.platform or self.id == other.id:
            return self.id == other.id
        peak, limit = self.best_tflops, other.best_tflops
        bandwidth = self.mem_bandwidth_gbs or 0
        return 0 < peak <= limit and 0 < bandwidth <= (other.mem_bandwidth_gbs or 0)

    @property
    def best_tflops(self) -> float:
        """The highest peak that an engine can use; 0 where none is known."""
        return max(self.fp16_dense_tflops or self.fp32_tflops or 0, self.fp16_acc16_tflops or 0)


class Price(NamedTuple):
    """An hour of hardware in US dollars, from `low` to `high`; `date` is its month, None where not known."""

    id: Id
    hardware: Id
    offered_as: ShownText
    low: Amount
    high: Amount
    kind: Literal["hourly", "serverless"]
    scope: ShownText
    date: Maybe[Month]
    verified: bool
    source: Maybe[ShownText]
    note: Maybe[ShownText]


class CostExample(NamedTuple):
    """Dollars per 1,000 images of one row, worked by hand."""

    row: Id
    basis: ShownText
    usd_per_1000_low: Amount
    usd_per_1000_high: Amount
    usd_per_hour_low: Amount
    usd_per_hour_high: Amount


Stack = Literal["eager", "compiled"]
"""How a model is run: as written, or through a compiler or an inference engine."""


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

    `stacks` has the times of each stack, and of `load`. `shares` are keyed by `stack/efficiency class/kind`, with less
    of the key where less was measured (`stack/kind`, `stack`), `kind` being `network` for a single network and
    `pipeline` for one with a decoder; at full load by the kind, or an empty key. `bands` are keyed by `eager`,
    `compiled` and `other` for requests, and by `load/kind`.
    """

    stacks: Mapping[str, StackFit]
    shares: Mapping[str, Share]
    bands: Mapping[str, Band]


NOT_FITTED = Calibration({}, {}, {})


class CatalogueVersion(NamedTuple):
    """Which catalogue it was."""

    id: str
    version: str
    digest: str
    compiled: str
    """Up to when sources were read."""


class RowSource(NamedTuple):
    """Where a measurement was published."""

    title: str
    url: str | None
    where: str | None


class Here(NamedTuple):
    """That a row is a team's own: when it was measured, and which percentile of how many runs its time is."""

    date: str | None
    percentile: str | None
    runs: int | None


class Row(NamedTuple):
    """A measurement with what makes it one: conditions, trust, source."""

    id: str
    model: str
    title: str
    latency_ms: float | None
    timing: Timing
    """What the time is of; times of different kinds are never compared."""
    measure: Measure
    hardware: str | None
    resolution: str | None
    steps: int | None
    engine: str | None
    precision: str | None
    trust: Trust
    via: Via
    verified: bool
    """Whether the time and its conditions were read in the source."""
    source: RowSource
    here: Annotated[Here | None, OMITTED] = None


class Head(NamedTuple):
    """The catalogue as a whole."""

    format: Annotated[int, format_version(1, "format")]
    id: Id
    version: Annotated[str, VERSION]
    title: ShownText
    compiled: ShownText
    """Up to when sources were read, in words."""


class Efficiency(NamedTuple):
    """Achieved share of the fp16 peak in one regime, in words."""

    regime: ShownText
    engine: ShownText
    fraction_of_fp16_dense: ShownText


class CalibrationPoint(NamedTuple):
    """A row's share of the peak, worked by hand."""

    row: Id
    hardware: Id
    tflop_per_image: Amount
    effective_tflops: Amount
    fraction_of_fp16_dense: Amount


class Parts(NamedTuple):
    """All that a catalogue holds."""

    sources: tuple[Source, ...]
    rejected: tuple[Rejected, ...]
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


class Contents(NamedTuple):
    """What a catalogue is made of; `digest` is that of its files."""

    head: Head
    parts: Parts
    digest: str
    calibration: Calibration


class Catalogue:
    """A checked evidence catalogue, with the estimator fitted to it."""

    def __init__(self, *, head: Head, parts: Parts, digest: str, calibration: Calibration = NOT_FITTED) -> None:
        """`digest` is that of the files."""
        self.head = head
        self.parts = parts
        self.digest = digest
        self.calibration = calibration
        self.release = CatalogueVersion(head.id, head.version, digest, head.compiled)
        self.name = f"{head.id}@{head.version}"
        self.sources = {entry.id: entry for entry in parts.sources}
        self.models = {entry.id: entry for entry in parts.models}
        self.measurements = {entry.id: entry for entry in parts.measurements}
        self.hardware = {entry.id: entry for entry in parts.hardware}
        self.components = {entry.id: entry for entry in parts.components}
        self.multipliers = {entry.id: entry for entry in parts.multipliers}
        self.prices = parts.prices
        self.claims = {entry.id: entry for entry in parts.claims}
        self._covered: dict[str, frozenset[str]] = {}
        self._largest: dict[str, int] = {}
        self._shown: dict[str, tuple[Measurement, Row]] = {}
        self._sorted_tasks: dict[str, tuple[Task, ...]] = {}
        self._adapters_of = grouped((base, model) for model in parts.models for base in model.fits)
        self._rows_of = grouped((row.model, row) for row in parts.measurements)
        # What a model is stated to do, and what rows show it on, and steered by, by itself: without a ControlNet.
        self._tasks_of: dict[str, dict[Task, None]] = {}
        self._conditioning_of: dict[str, dict[Conditioning, None]] = {}
        for model in parts.models:
            self._tasks_of[model.id] = dict.fromkeys(model.tasks)
            self._conditioning_of[model.id] = dict.fromkeys(model.conditioning)
        self.own = sorted((row for row in parts.measurements if row.here), key=lambda row: row.date or "")
        for row in parts.measurements:
            if not row.controlnets:
                self._tasks_of.setdefault(row.model, {}).update(dict.fromkeys(row.tasks))
                self._conditioning_of.setdefault(row.model, {}).update(dict.fromkeys(row.conditioning))

    def model(self, name: str) -> Model:
        """A model by its id, whatever its case, spaces and hyphens; raises an UnknownIdError when there is none."""
        if name in self.models:
            return self.models[name]
        named = {gpu_key(model): entry for model, entry in self.models.items()}
        if gpu_key(name) not in named:
            raise UnknownIdError(f"{self.name} has no model '{name}'{nearest(name, self.models)}")
        return named[gpu_key(name)]

    def awaits(self, name: str) -> bool:
        """Whether it is a team's own model of which there is no evidence yet."""
        return name.startswith(OWN_PREFIX) and name not in self.models

    def gpu(self, name: str) -> Hardware:
        """Hardware by its id, or by another name for it, whatever its case, spaces and hyphens.

        Raises an UnknownIdError when there is none.
        """
        named = {gpu_key(alias): entry for entry in self.hardware.values() for alias in (*entry.aliases, entry.id)}
        if gpu_key(name) not in named:
            raise UnknownIdError(f"{self.name} has no hardware '{name}'{nearest_gpu(name)}")
        return named[gpu_key(name)]

    def covered_by(self, hardware: Hardware) -> frozenset[str]:
        """What was measured on these holds for the hardware: itself, what is no stronger, and what it succeeds."""
        if hardware.id not in self._covered:
            covered, following = set[str](), [hardware]
            while following:
                latest = following.pop()
                new = [entry for entry in self.hardware.values() if entry.id not in covered and entry.at_most(latest)]
                covered.update(entry.id for entry in new)
                following += [self.hardware[name] for entry in new for name in entry.succeeds]
            self._covered[hardware.id] = frozenset(covered)
        return self._covered[hardware.id]

    def rows_of(self, model: str) -> list[Measurement]:
        """The measurements of a model, in the order of the file."""
        return self._rows_of.get(model, [])

    def row(self, row: Measurement) -> Row:
        """A measurement as reports show it, with its model's and its source's title."""
        known = self._shown.get(row.id)
        if known is None or known[0] is not row:
            title, source = row.named or self.models[row.model].title, self.sources[row.source]
            what = (row.id, row.model, title, row.latency_ms, row.timing, row.measure)
            conditions = (row.hardware, row.resolution, row.steps, row.engine, row.precision)
            grade = (row.trust, row.via, row.latency_verified)
            own = Here(row.date, row.percentile, row.runs) if row.here else None
            known = row, Row(*what, *conditions, *grade, RowSource(source.title, source.url, row.where), own)
            self._shown[row.id] = known
        return known[1]

    def measured_here(self, model: str, there: Collection[str], side: int | None) -> Measurement | None:
        """A team's newest own request of a model on any of the hardware at a size, which nothing published outranks.

        Of those with enough runs for a statement: with fewer, the percentile may be anything above.
        """
        for row in reversed(self.own):
            asked = row.model == model and row.hardware in there and row.longer_side == side
            if asked and row.timing == "request" and row.carries:
                return row
        return None

    def largest(self, model: str) -> int:
        """The longer side in pixels of the largest image that a model is shown or stated to make; 0 where none says."""
        if model not in self._largest:
            stated = {self.models[model].resolution, *(row.resolution for row in self.rows_of(model))}
            self._largest[model] = max((max(size_of(size)) for size in stated if size), default=0)
        return self._largest[model]

    def tasks_of(self, model: str) -> tuple[Task, ...]:
        """Every task that a model is shown on, or stated to do, by itself."""
        if model not in self._sorted_tasks:
            self._sorted_tasks[model] = tuple(sorted(self._tasks_of.get(model, ())))
        return self._sorted_tasks[model]

    def conditioning_of(self, model: str) -> tuple[Conditioning, ...]:
        """All that a model is shown or stated to be steered by, by itself."""
        return tuple(self._conditioning_of.get(model, ()))

    def adapters_of(self, model: str) -> list[Model]:
        """The adapters that can be added to a model."""
        return self._adapters_of.get(model, [])

    def generators(self, architecture: str) -> list[Model]:
        """The models of an architecture that make images by themselves."""
        made = [entry for entry in self.models.values() if entry.architecture == architecture]
        return [entry for entry in made if entry.kind == "generator"]
