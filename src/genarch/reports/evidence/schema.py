"""The evidence part of a JSON report, and the bill of a load, as pydantic models."""

from __future__ import annotations

from typing import Literal

from genarch.evidence.assessment import MissKind
from genarch.evidence.catalogue import Stack
from genarch.evidence.entries import CommercialUse, Measure, Timing, Trust, Via
from genarch.evidence.feasibility import Status
from genarch.reports.json_record import Record


class CatalogueRecord(Record):
    """Which catalogue it was."""

    id: str
    version: str
    digest: str
    compiled: str


class RowSourceRecord(Record):
    """Where a measurement was published."""

    title: str
    url: str | None
    where: str | None


class RowRecord(Record):
    """A measurement."""

    id: str
    model: str
    title: str
    latency_ms: float
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
    source: RowSourceRecord


class PartRecord(Record):
    """One component's share of the work."""

    part: Literal["pass", "decoder", "encoder", "text"]
    component: str
    title: str
    gmac: float
    times: float
    verified: bool


class FactorsRecord(Record):
    """What an estimate comes from."""

    parts: list[PartRecord]
    tflop: float
    peak_tflops: float
    peak_verified: bool
    share_of_peak: float
    share_from: str
    """stack/hardware class/kind whose rows the share is the median of."""
    share_rows: int
    fixed_ms: float
    pass_ms: float
    slowed: float
    band_low: float
    band_high: float
    band_rows: int


class EstimateRecord(Record):
    """A latency band; an estimate, not a measurement."""

    model: str
    title: str
    hardware: str
    width: int
    height: int
    steps: int
    stack: Stack
    guided: bool
    controlnets: int
    full_load: bool
    low_ms: float
    mid_ms: float
    high_ms: float
    factors: FactorsRecord


class FeasibilityRecord(Record):
    """How an architecture stands to the budget."""

    architecture: str
    status: Status
    rows: list[RowRecord]
    """The first of those that carry the status: those on the hardware itself, then the fastest."""
    row_count: int
    weak: list[str]
    """Rows within the budget that are of low trust or were not read in their source."""
    apart: list[RowRecord]
    """Rows below the budget whose time is of another kind; not counted."""
    nearest: RowRecord | None
    measured_beyond: bool
    """Whether all that was measured there and at that size is slower than the budget."""
    estimate: EstimateRecord | None


class ClaimRecord(Record):
    """A claim of the article that a rule rests on."""

    id: str
    claim: str
    verdict: str
    qualified: str | None
    row: RowRecord | None
    """The fastest request that it was held against."""


class JudgementRecord(Record):
    """A rule that fired on the budget, held against the evidence."""

    rule: str
    architecture: str
    effect: Literal["excludes", "favours"]
    status: Status
    agrees: bool | None
    """Null where the evidence says nothing either way."""
    claims: list[ClaimRecord]


class LicenceRecord(Record):
    """A licence's terms."""

    terms: str
    commercial_use: CommercialUse
    condition: str | None
    verified: bool


class MissRecord(Record):
    """What keeps a model from fitting."""

    kind: MissKind
    told: str


class CandidateRecord(Record):
    """A model held against the spec."""

    model: str
    title: str
    architecture: str
    status: Status
    row: RowRecord | None
    estimate: EstimateRecord | None
    adapters: list[str]
    memory_gb: float | None
    memory_row: str | None
    """The row that the memory was measured in; null where it is that of the weights alone."""
    resolution_px: int | None
    licence: LicenceRecord | None
    misses: list[MissRecord]


class EvidenceRecord(Record):
    """What was measured and can be estimated of a spec with a latency budget."""

    catalogue: CatalogueRecord
    budget_ms: float
    gpu: str | None
    device: str | None
    resolution_px: int | None
    feasibility: list[FeasibilityRecord]
    judgements: list[JudgementRecord]
    candidates: list[CandidateRecord]
    """Models of the recommended architectures that fit, best first."""
    near: list[CandidateRecord]
    """Those that miss one thing."""
    reads: list[str]
    """The constraints that were considered."""


class RangeRecord(Record):
    """From low to high."""

    low: float
    high: float


class CountRecord(Record):
    """From low to high, whole."""

    low: int
    high: int


class PriceRecord(Record):
    """A published price of an hour."""

    id: str
    hardware: str
    offered_as: str
    low: float
    high: float
    kind: Literal["hourly", "serverless"]
    scope: str
    date: str | None
    verified: bool
    source: str | None
    note: str | None


class CostRecord(Record):
    """What an architecture costs on the load."""

    architecture: str
    model: str
    title: str
    row: RowRecord | None
    estimate: EstimateRecord | None
    full_load: bool
    seconds_per_image: RangeRecord
    usd_per_1000_images: RangeRecord | None
    gpus: CountRecord | None
    usd_per_month_by_use: RangeRecord | None
    usd_per_month_kept_on: RangeRecord | None
    licence: LicenceRecord | None
    misses: list[MissRecord]
    """What keeps the model from fitting the spec; the one that misses least is taken."""


class BillRecord(Record):
    """The costs of a spec's load."""

    schema_version: Literal["1.0"]
    genarch_version: str
    spec: str
    catalogue: CatalogueRecord
    gpu: str
    resolution_px: int
    utilisation: float
    batchable: bool
    images_per_day: int | None
    peak_images_per_second: float | None
    usd_per_hour: RangeRecord | None
    prices: list[PriceRecord]
    costs: list[CostRecord]
    without_figures: list[str]
    """Architectures without a model whose time on this hardware is measured or can be estimated."""
