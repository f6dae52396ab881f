"""Hardware of the evidence catalogue, what each figure of it was read in, and what it costs, as values."""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from genarch.engine.forms import HIDDEN, Mark, ShownText
from genarch.evidence.entries import Amount, Device, Flag, Id, Ids, Maybe, Month, Url, Via
from genarch.values import NamedTuple

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
