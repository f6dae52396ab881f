"""What models run on, and what an hour of it costs, as values."""

from typing import Literal, NamedTuple

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

    def at_most(self, other: "Hardware") -> bool:
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
