"""What the evidence catalogue is made of: measurements, models and what they cite, as values.

A figure that nobody has read in its source is marked (`verified`, `unverified_fields`), and is marked wherever it is
shown. Fields that are None are not known. The files of `rules/evidence` have the fields of these values.
"""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from functools import cache
from math import prod
from typing import Annotated, Literal, NamedTuple, TypeVar, get_args

from genarch.table.constraints import BY_NAME
from genarch.table.forms import Mark, ShownText, choice, number, text, whole

_T = TypeVar("_T")
Maybe = Annotated[_T | None, Mark(absent=None)]
"""What a file may leave out, where it is not known."""

Id = Annotated[
    str, text(r"[a-z0-9]+([.-][a-z0-9]+)*", "an id; write small letters and digits, joined by '-' or '.'", 100)
]
Ids = Annotated[tuple[Id, ...], Mark(absent=())]
Resolution = Annotated[
    str, text(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", "a resolution; write width and height, as 1024x1024")
]
Month = Annotated[
    str,
    text(
        r"20[0-9]{2}-(0[1-9]|1[0-2])( to 20[0-9]{2}-(0[1-9]|1[0-2]))?",
        "a month; write it as 2026-05, or two as 2026-03 to 2026-06",
    ),
]
Url = Annotated[str, text(r"https?://\S+", "a web address; begin it with https://")]
Amount = Annotated[float, number(above=0, below=10**9)]
Count = Annotated[int, whole(1, 10**6 - 1)]
Flag = Annotated[bool, Mark(absent=False)]

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
Device = Annotated[str, choice(BY_NAME["device"].values)]

Via = Literal["primary", "secondary", "derived", "memory"]
Trust = Literal["high", "medium", "low"]
CommercialUse = Literal["allowed", "conditional", "forbidden"]
ModelKind = Literal["generator", "adapter", "decoder"]
ClaimVerdict = Literal["supported", "partly", "outdated", "contradicted", "unlocated", "untested"]

Request = Literal["e2e", "e2e_chart_derived", "paper_table", "paper_abstract", "paper_text", "vendor_blog", "claim"]
Network = Literal["model_only", "denoiser_only"]
NotTimed = Literal["quality_only", "training_only", "flops_only", "vram_only", "ratio_only", "capability_only"]
Measure = Literal[Request, Network, "denoiser_step_rate", "batch_throughput", "e2e_pipelined_throughput", NotTimed]
"""How a row was measured."""

_NETWORK, _NOT_TIMED = get_args(Network), get_args(NotTimed)

Timing = Literal["request", "full_load", "pipelined", "network", "step", "none"]
"""What a row's time is of. `request`: the latency of one request. `full_load`: time per image when batches keep the
hardware busy. `pipelined`: the rate of a stream. `network`: the network alone, of a pipeline with other parts. `step`:
one denoising step. They are different quantities, and nothing compares one with another."""


class Source(NamedTuple):
    """Where figures come from. Sources of one `work` stand or fall together."""

    id: Id
    title: ShownText
    url: Url | None = None
    work: ShownText | None = None


class Licence(NamedTuple):
    """A licence's terms as the sources name them, and what they come to; `condition` where commercial use has one."""

    terms: ShownText
    commercial_use: CommercialUse
    condition: Maybe[ShownText]
    verified: bool


class Work(NamedTuple):
    """What one image costs, by components: `passes` at each step (twice where `guided`), the others once."""

    passes: Id
    decoder: Maybe[Id]
    encoder: Maybe[Id]
    text: Maybe[Id]
    steps: Annotated[Count, Mark(absent=1)]
    guided: Flag


class Model(NamedTuple):
    """A model that measurements are of.

    `architecture` is its place in a rule table. `fits` are the models that an adapter can be added to; it runs beside
    each pass where `every_step`, else once.
    """

    id: Id
    title: ShownText
    kind: Annotated[ModelKind, Mark(absent="generator")]
    family: Literal["gan", "diffusion", "hybrid"]
    hybrid_kind: Maybe[Literal["consistency", "distilled", "gan_enhanced", "latent_gan_decoder"]]
    architecture: ShownText
    adversarial_loss: Maybe[bool]
    weights_released: Annotated[bool, Mark(absent=True)]
    licence: Maybe[Licence]
    fits: Ids
    every_step: Flag
    work: Maybe[Work]

    @property
    def commercial_use(self) -> Literal[CommercialUse, "unknown"]:
        """What its licence says of it."""
        return self.licence.commercial_use if self.licence else "unknown"


class Quality(NamedTuple):
    """A figure of quality; comparable within one data set and protocol only."""

    dataset: ShownText
    metric: ShownText
    value: float


class Measurement(NamedTuple):
    """One published measurement, with all that is known of its conditions.

    `latency_ms` is a time in milliseconds of the kind that `timing` has; `throughput_ips` are images per second, at
    `throughput_batch` where that is another batch than the time's. `cfg`: guided, two passes a step.
    """

    id: Id
    model: Id
    named: Maybe[ShownText]
    tasks: Annotated[tuple[Task, ...], Mark(least=1)]
    conditioning: Annotated[tuple[Conditioning, ...], Mark(least=1)]
    hardware: Maybe[Id]
    hardware_named: Maybe[ShownText]
    resolution: Maybe[Resolution]
    engine: Maybe[ShownText]
    precision: Maybe[ShownText]
    batch: Maybe[Count]
    steps: Maybe[Count]
    cfg: Maybe[bool]
    controlnets: Annotated[Count, Mark(absent=0)]
    decoder: Maybe[Id]
    latency_ms: Maybe[Amount]
    throughput_ips: Maybe[Amount]
    throughput_batch: Maybe[Count]
    measure: Measure
    vram_gb: Maybe[Amount]
    params_m: Maybe[Amount]
    quality: Maybe[Quality]
    training_cost: Maybe[ShownText]
    licence: Maybe[ShownText]
    source: Id
    where: Maybe[ShownText]
    via: Via
    verified: bool
    unverified_fields: Annotated[tuple[ShownText, ...], Mark(absent=())]
    trust: Trust
    usable_for_calibration: bool
    note: Maybe[ShownText]

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels."""
        return size_of(self.resolution) if self.resolution else None

    @property
    def longer_side(self) -> int | None:
        """Pixels of the longer side."""
        return max(self.size) if self.size else None

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
        return "network" if self.measure in _NETWORK else "request"

    @property
    def load_ms(self) -> float | None:
        """Time per image in milliseconds when batches keep the hardware busy."""
        if self.timing == "full_load":
            return self.latency_ms
        return 1000 / self.throughput_ips if self.throughput_ips and self.throughput_batch else None

    def read(self, *fields: str) -> bool:
        """Whether these figures were read in the source."""
        return self.verified and {"all", *fields}.isdisjoint(self.unverified_fields)

    @property
    def latency_verified(self) -> bool:
        """Whether the time, and what it was taken on, was read in the source."""
        return self.read("latency_ms", "hardware", "resolution")

    @property
    def carries(self) -> bool:
        """Whether a statement may rest on this row alone."""
        return self.trust != "low" and self.latency_verified


@cache
def size_of(resolution: str) -> tuple[int, int]:
    """Width and height of `512x512`."""
    width, height = resolution.split("x")
    return int(width), int(height)


class Passes(NamedTuple):
    """Work of one forward pass: 10^9 multiply-accumulates at a resolution, or for so many tokens whatever the size."""

    resolution: Maybe[Resolution]
    tokens: Maybe[Count]
    gmac: Amount
    verified: bool
    source: ShownText
    note: Maybe[ShownText]

    @property
    def pixels(self) -> int | None:
        """Pixels of the resolution."""
        return prod(size_of(self.resolution)) if self.resolution else None


class Component(NamedTuple):
    """A network that pipelines are built of."""

    id: Id
    title: ShownText
    passes: Annotated[tuple[Passes, ...], Mark(least=1)]


class Multiplier(NamedTuple):
    """What an option costs or gains, as a factor of time; `low` and `high` where there is a figure."""

    id: Id
    item: ShownText
    factor: ShownText
    low: Maybe[Amount]
    high: Maybe[Amount]
    verified: bool
    rows: tuple[Id, ...]


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


class Claim(NamedTuple):
    """A statement of the article, compared with the measurements; of the table's `facts`, with `rows`."""

    id: Id
    claim: ShownText
    verdict: ClaimVerdict
    qualified: Maybe[ShownText]
    evidence: ShownText
    facts: Annotated[tuple[ShownText, ...], Mark(absent=())]
    rows: Ids


Platform = Literal["cuda", "apple", "phone", "cpu", "rocm", "tpu"]
Figure = Literal["fp16_dense_tflops", "fp16_acc16_tflops", "fp32_tflops", "mem_bandwidth_gbs", "mem_gb"]


class Hardware(NamedTuple):
    """What models run on.

    Peaks are in 10^12 operations a second, `fp16_dense_tflops` dense with fp32 accumulation; bandwidth in GB/s, memory
    in GB. `devices` are what a spec's `device` may say of it, the first what it implies. `verified` names the fields
    that were read in `source`.
    """

    id: Id
    name: ShownText
    aliases: Ids
    devices: Annotated[tuple[Device, ...], Mark(least=1)]
    platform: Platform
    efficiency_class: ShownText
    fp16_dense_tflops: Maybe[Amount]
    fp16_acc16_tflops: Maybe[Amount]
    fp32_tflops: Maybe[Amount]
    mem_bandwidth_gbs: Maybe[Amount]
    mem_gb: Maybe[Amount]
    verified: Annotated[tuple[Figure, ...], Mark(absent=())]
    source: Maybe[ShownText]
    note: Maybe[ShownText]

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
        mine, theirs = (
            (max(one.peak_tflops or 0, one.fp16_acc16_tflops or 0), one.mem_bandwidth_gbs or 0) for one in (self, other)
        )
        weaker = all(0 < weak <= strong for weak, strong in zip(mine, theirs, strict=True))
        return self.id == other.id or (self.platform == other.platform and weaker)


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
