"""What the evidence catalogue is made of: measurements, models and what they cite, as values.

A figure that nobody has read in its source is marked (`verified`, `unverified_fields`), and is marked wherever it is
shown. Fields that are None are not known.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Via = Literal["primary", "secondary", "derived", "memory"]
Trust = Literal["high", "medium", "low"]
CommercialUse = Literal["allowed", "conditional", "forbidden"]
ModelKind = Literal["generator", "adapter", "decoder"]
ClaimVerdict = Literal["supported", "partly", "outdated", "contradicted", "unlocated", "untested"]

Measure = Literal[
    "e2e",
    "e2e_chart_derived",
    "paper_table",
    "paper_abstract",
    "paper_text",
    "vendor_blog",
    "claim",
    "model_only",
    "denoiser_only",
    "denoiser_step_rate",
    "batch_throughput",
    "e2e_pipelined_throughput",
    "quality_only",
    "training_only",
    "flops_only",
    "vram_only",
    "ratio_only",
    "capability_only",
]

Timing = Literal["request", "full_load", "pipelined", "network", "step", "none"]
"""What a row's time is of. `request`: what one request waits. `full_load`: time per image when batches keep the
hardware busy. `pipelined`: the rate of a stream. `network`: the network alone, of a pipeline with other parts. `step`:
one denoising step. They are different quantities, and nothing compares one with another."""

_PARTS = ("model_only", "denoiser_only")
_NOT_TIMED = ("quality_only", "training_only", "flops_only", "vram_only", "ratio_only", "capability_only")


class Source(NamedTuple):
    """Where figures come from. Sources of one `work` stand or fall together."""

    id: str
    title: str
    url: str | None = None
    work: str | None = None

    @property
    def whole(self) -> str:
        """What is left out where the source is: the work it is part of."""
        return self.work or self.id


class Licence(NamedTuple):
    """A licence's terms as the sources name them, and what they come to; `condition` where commercial use has one."""

    terms: str
    commercial_use: CommercialUse
    condition: str | None
    verified: bool


class Work(NamedTuple):
    """What one image costs, by components: `passes` at each step (twice where `guided`), the others once."""

    passes: str
    decoder: str | None
    encoder: str | None
    text: str | None
    steps: int
    guided: bool


class Model(NamedTuple):
    """A model that measurements are of.

    `architecture` is its place in a rule table. `fits` are the models that an adapter can be added to; it runs beside
    each pass where `every_step`, else once.
    """

    id: str
    title: str
    kind: ModelKind
    family: str
    hybrid_kind: str | None
    architecture: str
    adversarial_loss: bool | None
    weights_released: bool
    licence: Licence | None
    fits: tuple[str, ...]
    every_step: bool
    work: Work | None


class Quality(NamedTuple):
    """A figure of quality; comparable within one data set and protocol only."""

    dataset: str
    metric: str
    value: float


class Measurement(NamedTuple):
    """One published measurement, with all that is known of its conditions.

    `latency_ms` is a time in milliseconds of the kind that `timing` tells; `throughput_ips` are images per second, at
    `throughput_batch` where that is another batch than the time's. `cfg`: guided, two passes a step.
    """

    id: str
    model: str
    named: str | None
    tasks: tuple[str, ...]
    conditioning: tuple[str, ...]
    hardware: str | None
    hardware_named: str | None
    width: int | None
    height: int | None
    engine: str | None
    precision: str | None
    batch: int | None
    steps: int | None
    cfg: bool | None
    controlnets: int
    decoder: str | None
    latency_ms: float | None
    throughput_ips: float | None
    throughput_batch: int | None
    measure: Measure
    vram_gb: float | None
    params_m: float | None
    quality: Quality | None
    training_cost: str | None
    licence: str | None
    source: str
    where: str | None
    via: Via
    verified: bool
    unverified_fields: tuple[str, ...]
    trust: Trust
    usable_for_calibration: bool
    note: str | None

    @property
    def resolution(self) -> str | None:
        """`512x512`."""
        return f"{self.width}x{self.height}" if self.width else None

    @property
    def longer_side(self) -> int | None:
        """Pixels of the longer side."""
        return max(self.width, self.height) if self.width and self.height else None

    @property
    def timing(self) -> Timing:
        """What `latency_ms` is of."""
        if self.latency_ms is None or self.measure in _NOT_TIMED:
            return "none"
        if self.measure == "e2e_pipelined_throughput":
            return "pipelined"
        if self.measure == "batch_throughput" or (self.batch or 1) > 1:
            return "full_load"
        if self.measure == "denoiser_step_rate":
            return "step"
        return "network" if self.measure in _PARTS else "request"

    @property
    def load_ms(self) -> float | None:
        """Time per image in milliseconds when batches keep the hardware busy."""
        if self.timing == "full_load":
            return self.latency_ms
        return 1000 / self.throughput_ips if self.throughput_ips and self.throughput_batch else None

    @property
    def latency_verified(self) -> bool:
        """Whether the time, and what it was taken on, was read in the source."""
        return self.verified and not {"all", "latency_ms", "hardware", "resolution"} & set(self.unverified_fields)

    @property
    def carries(self) -> bool:
        """Whether a statement may rest on this row alone."""
        return self.trust != "low" and self.latency_verified


class Passes(NamedTuple):
    """Work of one forward pass: 10^9 multiply-accumulates at a size in pixels, or whatever the size (`pixels` None)."""

    pixels: int | None
    gmac: float
    verified: bool
    source: str
    note: str | None


class Component(NamedTuple):
    """A network that pipelines are built of."""

    id: str
    title: str
    passes: tuple[Passes, ...]


class Multiplier(NamedTuple):
    """What an option costs or gains, as a factor of time; `low` and `high` where there is a figure."""

    id: str
    item: str
    factor: str
    low: float | None
    high: float | None
    verified: bool
    rows: tuple[str, ...]


class Efficiency(NamedTuple):
    """Achieved share of the fp16 peak in one regime, in words."""

    regime: str
    engine: str
    fraction_of_fp16_dense: str


class CalibrationPoint(NamedTuple):
    """A row's share of the peak, worked by hand."""

    row: str
    hardware: str
    tflop_per_image: float
    effective_tflops: float
    fraction_of_fp16_dense: float


class Claim(NamedTuple):
    """A statement of the article, held against the measurements; `facts` are the table's, `rows` speak to it."""

    id: str
    claim: str
    verdict: ClaimVerdict
    qualified: str | None
    evidence: str
    facts: tuple[str, ...]
    rows: tuple[str, ...]


Platform = Literal["cuda", "apple", "phone", "cpu", "rocm", "tpu"]


class Hardware(NamedTuple):
    """What models run on.

    Peaks are in 10^12 operations a second, `fp16_dense_tflops` dense with fp32 accumulation; bandwidth in GB/s, memory
    in GB. `devices` are what a spec's `device` may say of it, the first what it implies. `verified` names the fields
    that were read in `source`.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    devices: tuple[str, ...]
    platform: Platform
    efficiency_class: str
    fp16_dense_tflops: float | None
    fp16_acc16_tflops: float | None
    fp32_tflops: float | None
    mem_bandwidth_gbs: float | None
    mem_gb: float | None
    verified: tuple[str, ...]
    source: str | None
    note: str | None

    @property
    def peak_tflops(self) -> float | None:
        """The peak that times are worked out against: fp16, or fp32 where there is none."""
        return self.fp16_dense_tflops or self.fp32_tflops

    @property
    def best_tflops(self) -> float | None:
        """The highest peak that an engine can use."""
        return max((peak for peak in (self.peak_tflops, self.fp16_acc16_tflops) if peak), default=None)

    @property
    def peak_verified(self) -> bool:
        """Whether that peak was read in a source."""
        return ("fp16_dense_tflops" if self.fp16_dense_tflops else "fp32_tflops") in self.verified

    def at_most(self, other: Hardware) -> bool:
        """Whether it is no stronger than `other`, in peak and bandwidth, so that what it does in time `other` does.

        The best peak of each counts: quick engines run GeForce cards with fp16 accumulation, at twice the other rate.
        """
        if self.id == other.id:
            return True
        if self.platform != other.platform:
            return False
        mine, theirs = (self.best_tflops, self.mem_bandwidth_gbs), (other.best_tflops, other.mem_bandwidth_gbs)
        return all(a is not None and b is not None and a <= b for a, b in zip(mine, theirs, strict=True))


class Price(NamedTuple):
    """An hour of hardware in US dollars, from `low` to `high`; `date` is its month, None where not known."""

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


class CostExample(NamedTuple):
    """Dollars per 1,000 images of one row, worked by hand."""

    row: str
    basis: str
    usd_per_1000_low: float
    usd_per_1000_high: float
    usd_per_hour_low: float
    usd_per_hour_high: float
