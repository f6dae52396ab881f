"""What the evidence catalogue is made of: measurements, models and what they cite, as values.

A figure that nobody has read in its source is marked (`verified`, `unverified_fields`), and is marked wherever it is
shown. Fields that are None are not known. The files of `rules/evidence` have the fields of these values.
"""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Annotated, Literal, TypeVar, get_args

from genarch.engine.constraints import BY_NAME
from genarch.engine.forms import DAY, HIDDEN, OMITTED, SLUG, Mark, ShownText, choice, number, text, whole
from genarch.evidence.percentiles import Percentile, PercentileName, enough
from genarch.values import NamedTuple

_T = TypeVar("_T")
Maybe = Annotated[_T | None, Mark(absent=None)]
"""What a file may leave out, where it is not known."""

ID_PATTERN = r"[a-z0-9]+([.-][a-z0-9]+)*"
Id = Annotated[str, text(ID_PATTERN, "an id; write small letters and digits, joined by '-' or '.'", 100)]
OWN_PREFIX = "own-"
"""What the ids of a team's own models begin with, so that a spec may name one before anything is known of it."""

Ids = Annotated[tuple[Id, ...], Mark(absent=())]
Resolution = Annotated[str, text(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", "a resolution; write it as 1024x1024")]
Month = Annotated[
    str,
    text(
        r"20[0-9]{2}-(0[1-9]|1[0-2])( to 20[0-9]{2}-(0[1-9]|1[0-2]))?",
        "a month; write it as 2026-05, or two as 2026-03 to 2026-06",
    ),
]
Released = Annotated[str, text(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", "the month of a release; write it as 2026-05")]
Region = Annotated[str, text("[a-z]{2}", "a region; write 'eu', or a country's two small letters")]
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
    "image_editing",
    "inpainting",
    "portrait_animation",
    "style_transfer",
    "video_frames",
    "virtual_try_on",
]
Conditioning = Literal[
    "none",
    "text",
    "image",
    "class",
    "edges",
    "depth",
    "pose",
    "segmentation",
    "sketch",
    "reference_image",
    "mask",
    "audio",
    "points",
]
Device = Annotated[str, choice(BY_NAME["device"].values)]

Via = Literal["primary", "secondary", "derived", "memory"]
Trust = Literal["high", "medium", "low"]
CommercialUse = Literal["allowed", "conditional", "unknown", "forbidden"]
"""The later, the stricter: what is not known to be allowed cannot be taken for granted."""
ModelKind = Literal["generator", "adapter", "decoder", "part"]
Family = Literal["gan", "diffusion", "hybrid", "other"]
Distilled = Literal["consistency", "adversarial", "distribution_matching", "distilled"]
HybridKind = Literal[Distilled, "gan_enhanced", "latent_gan_decoder"]
"""Of few-step models, how they were distilled: `distilled` otherwise than by the three before it."""
ClaimVerdict = Literal["supported", "partly", "outdated", "contradicted", "unlocated", "untested"]

Request = Literal[
    "e2e", "e2e_chart_derived", "paper_table", "paper_abstract", "paper_text", "vendor_blog", "claim", "whole_model"
]
Network = Literal["model_only", "denoiser_only"]
NotTimed = Literal["quality_only", "training_only", "flops_only", "vram_only", "ratio_only", "capability_only"]
Rate = Literal["denoiser_step_rate", "batch_throughput", "e2e_pipelined_throughput", "clip"]
Measure = Literal[Request, Network, Rate, NotTimed]
"""How a row was measured. `whole_model`: the network alone, where that is all there is to the model."""

_NETWORK, _NOT_TIMED = get_args(Network), get_args(NotTimed)

Timing = Literal["request", "full_load", "pipelined", "parallel", "clip", "network", "step", "none"]
"""What a row's time is of. `request`: the latency of one request. `full_load`: time per image when batches keep the
hardware busy. `pipelined`: the rate of a stream. `parallel`: of several cards that work on one image. `clip`: a whole
clip of frames. `network`: the network alone, of a pipeline with other parts. `step`:
one denoising step. They are different quantities, and nothing compares one with another."""


class Source(NamedTuple):
    """Where figures and terms come from. Sources of one `work` stand or fall together."""

    id: Id
    title: ShownText
    url: Url | None = None
    work: ShownText | None = None


class Rejected(NamedTuple):
    """Figures that were read and are not used, and why, so that nobody takes them up again."""

    what: ShownText
    why: ShownText


class Terms(NamedTuple):
    """The terms of the code or of the weights, as the sources name them, and what they come to for commercial use.

    `condition` says what a conditional one asks for; not `verified` are terms that were not read.
    """

    terms: ShownText
    commercial_use: CommercialUse
    condition: Maybe[ShownText]
    verified: Annotated[bool, Mark(absent=True)]


class Licence(NamedTuple):
    """What a model may be used for: its code and its weights are licensed apart.

    In `excluded_regions` it grants nothing. `source` is where the terms were read, as of `read_at`; `seen` a phrase of
    it. What `terms`, `commercial_use`, `condition` and `verified` say follows from the two parts.
    """

    code: Maybe[Terms]
    weights: Maybe[Terms]
    weights_released: Maybe[bool]
    excluded_regions: Annotated[tuple[Region, ...], Mark(absent=())]
    source: Maybe[Id]
    seen: Maybe[ShownText]
    via: Literal["primary", "secondary", "memory", "not_found"]
    read_at: Maybe[ShownText]
    note: Maybe[ShownText]
    terms: Annotated[str, HIDDEN] = "not known"
    commercial_use: Annotated[CommercialUse, HIDDEN] = "unknown"
    condition: Annotated[str | None, HIDDEN] = None
    verified: Annotated[bool, HIDDEN] = False
    """Whether all terms were read in the licence itself, or in the model's own description."""

    def summed(self) -> "Licence":
        """With what the parts come to together: commercial use is the stricter of code and weights.

        Both are needed to run a model, so what either forbids is forbidden, and what either does not say is unknown.
        """
        parts = [part for _, part in self.parts]
        conditions = dict.fromkeys(part.condition for part in parts if part.condition)
        return self._replace(
            terms=_named(self.parts),
            commercial_use=max((part.commercial_use for part in parts), key=_STRICTNESS.index, default="unknown"),
            condition="; ".join(conditions) or None,
            verified=self.via == "primary" and all(part.verified for part in parts),
        )

    @property
    def parts(self) -> list[tuple[str, Terms]]:
        """The terms of code and weights, as far as there are any, each with what they are of."""
        return [(of, part) for of, part in (("code", self.code), ("weights", self.weights)) if part]

    @property
    def closed_in(self) -> str:
        """The regions where it grants nothing: `EU, GB, KR`. A spec does not say where its images are made."""
        return ", ".join(self.excluded_regions).upper()

    @property
    def deciding(self) -> str:
        """The terms that commercial use comes to what it does by, and what they are of where the other's are laxer."""
        strictest = [(of, part) for of, part in self.parts if part.commercial_use == self.commercial_use]
        return _named(strictest, apart=len(strictest) < len(self.parts))


def _named(parts: Sequence[tuple[str, Terms]], *, apart: bool = False) -> str:
    """Terms, each with what they are of where `apart`, or where they differ."""
    if len({part.terms for _, part in parts}) == 1 and not apart:
        return parts[0][1].terms
    return ", ".join(f"{part.terms} ({of})" for of, part in parts) or "not known"


_STRICTNESS = get_args(CommercialUse)


class Work(NamedTuple):
    """What one image costs, by components: `passes` at each step (twice where `guided`), the others once.

    `with_image` are the passes in their place where an image goes in beside the noise, as in editing.
    """

    passes: Id
    with_image: Maybe[Id]
    decoder: Maybe[Id]
    encoder: Maybe[Id]
    text: Maybe[Id]
    steps: Annotated[Count, Mark(absent=1)]
    guided: Flag


class Model(NamedTuple):
    """A model that measurements are of, or that a team may take.

    `architecture` is its place in a rule table. `tasks`, `conditioning` and `resolution`, its largest image, are as
    stated of it, beside what rows show; so is `memory_gb`, what it needs. `params_b` are its 10^9 parameters, `subject`
    is the one kind of image that it is for. `fits` are the models that an adapter can be added to; it runs beside each
    pass where `every_step`, else once. Its own figures were read in `source` as of `read_at`, with the phrase `seen`.
    Weights are released unless a licence says otherwise. `pairs`: it learns from pairs of input and output alone.
    """

    id: Id
    title: ShownText
    kind: Annotated[ModelKind, Mark(absent="generator")]
    family: Family
    hybrid_kind: Maybe[HybridKind]
    architecture: ShownText
    adversarial_loss: Maybe[bool]
    tasks: Annotated[tuple[Task, ...], Mark(absent=())]
    conditioning: Annotated[tuple[Conditioning, ...], Mark(absent=())]
    released: Maybe[Released]
    params_b: Maybe[Amount]
    resolution: Maybe[Resolution]
    memory_gb: Maybe[Amount]
    subject: Maybe[ShownText]
    licence: Maybe[Licence]
    fits: Ids
    every_step: Flag
    work: Maybe[Work]
    source: Maybe[Id]
    seen: Maybe[ShownText]
    via: Maybe[Via]
    read_at: Maybe[ShownText]
    note: Maybe[ShownText]
    weights_released: Annotated[bool, HIDDEN] = True
    pairs: Annotated[bool | None, OMITTED] = None

    def summed(self) -> "Model":
        """With what its licence comes to."""
        licence = self.licence.summed() if self.licence else None
        return self._replace(licence=licence, weights_released=not licence or licence.weights_released is not False)

    @property
    def commercial_use(self) -> CommercialUse:
        """What its licence comes to: the stricter of code and weights."""
        return self.licence.commercial_use if self.licence else "unknown"

    def use(self, *, from_scratch: bool) -> CommercialUse:
        """What its licence lets be done; trained from scratch, what that of the code alone does, where there is one."""
        code = self.licence.code if self.licence and from_scratch else None
        return code.commercial_use if code else self.commercial_use

    def sellable(self, *, from_scratch: bool) -> bool:
        """Whether its licence is known to let it be used in a product, if under a condition."""
        return self.use(from_scratch=from_scratch) in ("allowed", "conditional")


class Quality(NamedTuple):
    """A figure of quality; comparable within one data set and protocol only."""

    dataset: ShownText
    metric: ShownText
    value: float


class Measurement(NamedTuple):
    """One published measurement, with all that is known of its conditions.

    `latency_ms` is a time in milliseconds of the kind that `timing` has; `throughput_ips` are images per second, at
    `throughput_batch` where that is another batch than the time's. `gpus` are the cards that work on one image.
    `resolution` is that of the output. `cfg`: guided, two passes a step. `here`: a team's own, for its `spec`, with the
    `date`, the number of `runs`, and the `percentile` of them that `latency_ms` is.
    """

    id: Id
    model: Id
    named: Maybe[ShownText]
    tasks: Annotated[tuple[Task, ...], Mark(least=1)]
    conditioning: Annotated[tuple[Conditioning, ...], Mark(least=1)]
    hardware: Maybe[Id]
    hardware_named: Maybe[ShownText]
    gpus: Annotated[Count, Mark(absent=1)]
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
    source: Id
    where: Maybe[ShownText]
    via: Via
    verified: bool
    unverified_fields: Annotated[tuple[ShownText, ...], Mark(absent=())]
    trust: Trust
    usable_for_calibration: bool
    note: Maybe[ShownText]
    here: Flag
    spec: Maybe[Annotated[str, SLUG]]
    date: Maybe[Annotated[str, DAY]]
    runs: Maybe[Count]
    percentile: Maybe[PercentileName]
    percentiles: Annotated[tuple[Percentile, ...], Mark(absent=())]

    @property
    def typical_ms(self) -> float | None:
        """What an image takes as a rule: the median of one's own runs, else the time."""
        median = self.at("p50")
        return median.ms if median else self.latency_ms

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
        if self.gpus > 1:
            return "parallel"
        if self.measure == "clip":
            return "clip"
        if self.measure == "e2e_pipelined_throughput":
            return "pipelined"
        if self.measure == "batch_throughput" or (self.batch or 1) > 1:
            return "full_load"
        if self.measure == "denoiser_step_rate":
            return "step"
        return "network" if self.measure in _NETWORK else "request"

    @property
    def as_written(self) -> bool:
        """Whether the model ran as written, not through a compiler or an inference engine."""
        return self.engine in (None, "pytorch", "diffusers", "comfyui")

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
        """Whether a statement may rest on this row alone; of one's own runs, whether there were enough of them."""
        return self.trust != "low" and self.latency_verified and self.bounded(self.percentile)

    def at(self, percentile: PercentileName) -> Percentile | None:
        """A percentile of one's own runs, where it is stated with its interval."""
        return next((one for one in self.percentiles if one.name == percentile), None)

    def bounded(self, percentile: PercentileName | None) -> bool:
        """Whether the runs are enough for a percentile's interval to have an upper end; so is what names none."""
        stated = percentile and self.at(percentile)
        return percentile is None or (bool(stated.high_ms) if stated else (self.runs or 0) >= enough(percentile))


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


class Claim(NamedTuple):
    """A statement of the article, compared with the measurements; of the table's `facts`, with `rows`."""

    id: Id
    claim: ShownText
    verdict: ClaimVerdict
    qualified: Maybe[ShownText]
    evidence: ShownText
    facts: Annotated[tuple[ShownText, ...], Mark(absent=())]
    rows: Ids
