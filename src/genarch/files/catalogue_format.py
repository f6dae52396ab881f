"""The files of the evidence catalogue, as pydantic models: what a person writes, before names are resolved."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from genarch.evidence.entries import ClaimVerdict, CommercialUse, Measure, ModelKind, Platform, Trust, Via
from genarch.files.record_file import VISIBLE, Record

FORMAT_VERSION = 1

ID = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
RESOLUTION = r"^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$"
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])( to 20[0-9]{2}-(0[1-9]|1[0-2]))?$"
VERSION = r"^[0-9]+\.[0-9]+\.[0-9]+$"

Id = Annotated[str, StringConstraints(pattern=ID, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1, pattern=VISIBLE)]
Resolution = Annotated[str, StringConstraints(pattern=RESOLUTION)]
Amount = Annotated[float, Field(gt=0, lt=10**9)]
Count = Annotated[int, Field(ge=1, lt=10**6)]

Task = Literal[
    "text_to_image",
    "image_to_image",
    "unconditional",
    "class_conditional",
    "semantic_to_image",
    "super_resolution",
    "restoration",
    "latent_decoding",
]
Conditioning = Literal[
    "none", "text", "image", "class", "edges", "depth", "pose", "segmentation", "sketch", "reference_image"
]
Device = Literal["datacenter_gpu", "consumer_gpu", "mobile", "browser", "cpu"]


class HeadRecord(Record):
    """The catalogue as a whole."""

    format: Literal[1]
    id: Id
    version: Annotated[str, StringConstraints(pattern=VERSION)]
    title: Text
    compiled: Text


class SourceRecord(Record):
    """Where figures come from."""

    id: Id
    title: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    work: Text | None = None


class LicenceRecord(Record):
    """A licence's terms."""

    terms: Text
    commercial_use: CommercialUse
    condition: Text | None = None
    verified: bool


class WorkRecord(Record):
    """What one image costs, by components."""

    passes: Id
    decoder: Id | None = None
    encoder: Id | None = None
    text: Id | None = None
    steps: Count = 1
    guided: bool = False


class ModelRecord(Record):
    """A model."""

    id: Id
    title: Text
    kind: ModelKind = "generator"
    family: Literal["gan", "diffusion", "hybrid"]
    hybrid_kind: Literal["consistency", "distilled", "gan_enhanced", "latent_gan_decoder"] | None = None
    architecture: Text
    adversarial_loss: bool | None = None
    weights_released: bool = True
    licence: LicenceRecord | None = None
    fits: tuple[Id, ...] = ()
    every_step: bool = False
    work: WorkRecord | None = None


class QualityRecord(Record):
    """A figure of quality."""

    dataset: Text
    metric: Text
    value: float


class MeasurementRecord(Record):
    """A row."""

    id: Id
    model: Id
    named: Text | None = None
    tasks: Annotated[tuple[Task, ...], Field(min_length=1)]
    conditioning: Annotated[tuple[Conditioning, ...], Field(min_length=1)]
    hardware: Id | None = None
    hardware_named: Text | None = None
    resolution: Resolution | None = None
    engine: Text | None = None
    precision: Text | None = None
    batch: Count | None = None
    steps: Count | None = None
    cfg: bool | None = None
    controlnets: Count | None = None
    decoder: Id | None = None
    latency_ms: Amount | None = None
    throughput_ips: Amount | None = None
    throughput_batch: Count | None = None
    measure: Measure
    vram_gb: Amount | None = None
    params_m: Amount | None = None
    quality: QualityRecord | None = None
    training_cost: Text | None = None
    licence: Text | None = None
    source: Id
    where: Text | None = None
    via: Via
    verified: bool
    unverified_fields: tuple[Text, ...] = ()
    trust: Trust
    usable_for_calibration: bool
    note: Text | None = None


class HardwareRecord(Record):
    """What models run on."""

    id: Id
    name: Text
    aliases: tuple[Id, ...] = ()
    devices: Annotated[tuple[Device, ...], Field(min_length=1)]
    platform: Platform
    efficiency_class: Text
    fp16_dense_tflops: Amount | None = None
    fp16_acc16_tflops: Amount | None = None
    fp32_tflops: Amount | None = None
    mem_bandwidth_gbs: Amount | None = None
    mem_gb: Amount | None = None
    verified: tuple[
        Literal["fp16_dense_tflops", "fp16_acc16_tflops", "fp32_tflops", "mem_bandwidth_gbs", "mem_gb"], ...
    ] = ()
    source: Text | None = None
    note: Text | None = None


class PassesRecord(Record):
    """Work of one forward pass, at a resolution or for so many tokens."""

    resolution: Resolution | None = None
    tokens: Count | None = None
    gmac: Amount
    verified: bool
    source: Text
    note: Text | None = None


class ComponentRecord(Record):
    """A network that pipelines are built of."""

    id: Id
    title: Text
    passes: Annotated[tuple[PassesRecord, ...], Field(min_length=1)]


class MultiplierRecord(Record):
    """What an option costs or gains."""

    id: Id
    item: Text
    factor: Text
    low: Amount | None = None
    high: Amount | None = None
    verified: bool
    rows: tuple[Id, ...]


class EfficiencyRecord(Record):
    """Achieved share of the peak, in words."""

    regime: Text
    engine: Text
    fraction_of_fp16_dense: Text


class CalibrationPointRecord(Record):
    """A row's share of the peak, worked by hand."""

    row: Id
    hardware: Id
    tflop_per_image: Amount
    effective_tflops: Amount
    fraction_of_fp16_dense: Amount


class PriceRecord(Record):
    """An hour of hardware."""

    id: Id
    hardware: Id
    offered_as: Text
    low: Amount
    high: Amount
    kind: Literal["hourly", "serverless"]
    scope: Text
    date: Annotated[str, StringConstraints(pattern=MONTH)] | None = None
    verified: bool
    source: Text | None = None
    note: Text | None = None


class CostExampleRecord(Record):
    """Dollars per 1,000 images, worked by hand."""

    row: Id
    basis: Text
    usd_per_1000_low: Amount
    usd_per_1000_high: Amount
    usd_per_hour_low: Amount
    usd_per_hour_high: Amount


class ClaimRecord(Record):
    """A statement of the article, held against the measurements."""

    id: Id
    claim: Text
    verdict: ClaimVerdict
    qualified: Text | None = None
    evidence: Text
    facts: tuple[Text, ...] = ()
    rows: tuple[Id, ...] = ()


class SourcesFile(Record):
    """sources.yaml."""

    sources: tuple[SourceRecord, ...]


class ModelsFile(Record):
    """models.yaml."""

    models: tuple[ModelRecord, ...]


class MeasurementsFile(Record):
    """measurements.yaml."""

    measurements: tuple[MeasurementRecord, ...]


class HardwareFile(Record):
    """hardware.yaml."""

    hardware: tuple[HardwareRecord, ...]


class ComputeFile(Record):
    """compute.yaml."""

    components: tuple[ComponentRecord, ...]
    multipliers: tuple[MultiplierRecord, ...]
    efficiency: tuple[EfficiencyRecord, ...]
    calibration_points: tuple[CalibrationPointRecord, ...]


class PricesFile(Record):
    """prices.yaml."""

    prices: tuple[PriceRecord, ...]
    examples: tuple[CostExampleRecord, ...]


class ClaimsFile(Record):
    """claims.yaml."""

    claims: tuple[ClaimRecord, ...]
