"""Percentiles of measured times with intervals of confidence, the wait for a GPU, and whether a budget is kept.

Nothing is assumed of how times are spread but that runs do not hang on one another. The interval is that of order
statistics: of `n` sorted times, how many are below the percentile is binomial, so that two of them hold it between them
with a probability that is known exactly (H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition, 2003, section
7.1; J.-Y. Le Boudec, Performance Evaluation of Computer and Communication Systems, 2010, section 2.2).

How long images wait for one of several GPUs at a stated load, and how many GPUs keep a budget then, is M/D/c: requests
come one by one and at random (Poisson), each image takes the same time, and whichever of the GPUs is free takes the
next. How many requests there are is worked out as C. D. Crommelin did (Delay probability formulae when the holding
times are constant, Post Office Electrical Engineers Journal 25, 1932), how long one waits as G. J. Franx (A simple
solution for the M/D/c waiting time distribution, Operations Research Letters 29, 2001).
"""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, floor, lgamma, log, log1p
from typing import Annotated, Literal

from genarch.engine.constraints import Answers
from genarch.engine.forms import Mark, number
from genarch.values import NamedTuple

CONFIDENCE = 0.95
"""Of the interval, from end to end; one end alone is missed half as often."""

Verdict = Literal["kept", "missed", "open"]
"""Whether a percentile keeps a budget; `open` where there are not enough runs to tell."""

PercentileName = Literal["p50", "p95", "p99"]
PERCENTILES: Mapping[PercentileName, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

_Ms = Annotated[float, number(above=0)]


class Percentile(NamedTuple):
    """A percentile, and the ends of its interval; null where there are too few runs for one."""

    name: PercentileName
    ms: _Ms
    low_ms: Annotated[_Ms | None, Mark(absent=None)]
    high_ms: Annotated[_Ms | None, Mark(absent=None)]

    def verdict(self, budget_ms: float) -> Verdict:
        """Whether it keeps a budget: kept where the whole interval does, missed where none of it does."""
        if self.high_ms is not None and self.high_ms <= budget_ms:
            return "kept"
        return "missed" if self.low_ms is not None and self.low_ms > budget_ms else "open"


def percentile(times: Sequence[float], name: PercentileName) -> Percentile:
    """A percentile of at least one time, by its name.

    It is the least time that at least this share of them does not exceed.
    """
    share, ordered = PERCENTILES[name], sorted(times)
    below, above = ranks(len(ordered), share)
    return Percentile(
        name,
        ordered[max(0, ceil(len(ordered) * share - 1e-9) - 1)],
        ordered[below - 1] if below else None,
        ordered[above - 1] if above <= len(ordered) else None,
    )


@lru_cache(maxsize=64)
def ranks(count: int, share: float) -> tuple[int, int]:
    """The ranks of the ordered times between which a percentile lies, from 1; 0 and `count + 1` are beyond all."""
    logs = [lgamma(count + 1) - lgamma(at + 1) - lgamma(count - at + 1) for at in range(count + 1)]
    chances = [exp(at_log + at * log(share) + (count - at) * log1p(-share)) for at, at_log in enumerate(logs)]
    at_most = list(accumulate(chances))
    tail = (1 - CONFIDENCE) / 2
    # The lower time is above the percentile where fewer than `rank` times are below that, the upper likewise.
    lower = bisect_right(at_most, tail)
    return lower, bisect_left(at_most, 1 - tail) + 1


def enough(name: PercentileName) -> int:
    """How many runs it takes at least for a percentile's interval to have an upper end."""
    share = PERCENTILES[name]
    return ceil(log((1 - CONFIDENCE) / 2) / log(share))


LIVE = ("realtime", "near_realtime")


def percentile_of(answers: Answers) -> PercentileName:
    """The percentile that a budget is for: the one stated, else `p95` where someone waits, else `p50`."""
    stated = answers.get("latency_percentile")
    otherwise: PercentileName = "p95" if answers.get("serving") in LIVE else "p50"
    return next((name for name in PERCENTILES if name == stated), otherwise)


BUSIEST = 0.9
"""Of the time that GPUs may be busy: beyond it waits hang on chance more than on anything else."""

MOST_GPUS = 512

_NEGLIGIBLE = 1e-9
_ROUNDS = 20_000


class Queue(NamedTuple):
    """The wait for a GPU at a load."""

    images_per_second: float
    seconds_per_image: float
    share: float
    """The share of requests that wait no longer than that."""
    gpus: int
    busy: float
    """The share of time that each GPU is busy."""
    wait_seconds: float
    """The wait that only the remaining share of requests exceeds."""


def waiting(images_per_second: float, seconds_per_image: float, gpus: int, share: float) -> Queue | None:
    """How long all but the rest of the requests wait; None where the GPUs are too busy for that to be known."""
    busy = images_per_second * seconds_per_image / gpus
    if busy > BUSIEST:
        return None
    queued = _queue_lengths(images_per_second * seconds_per_image, gpus)
    load = images_per_second * seconds_per_image
    low, high = 0.0, 1.0
    while _served_within(high, load, gpus, queued) < share:
        low, high = high, high * 2
    if _served_within(0.0, load, gpus, queued) >= share:
        high = 0.0
    while high - low > 1e-4 * max(high, 1e-2):
        middle = (low + high) / 2
        low, high = (low, middle) if _served_within(middle, load, gpus, queued) >= share else (middle, high)
    return Queue(images_per_second, seconds_per_image, share, gpus, busy, high * seconds_per_image)


def gpus_for(images_per_second: float, seconds_per_image: float, budget_seconds: float, share: float) -> Queue | None:
    """The fewest GPUs by which waiting and the image keep a budget; None where no number of them does, or too many."""
    left = budget_seconds - seconds_per_image
    least = max(1, ceil(images_per_second * seconds_per_image / BUSIEST - 1e-9))
    if left < 0 or least > MOST_GPUS:
        return None

    def keeps(gpus: int) -> Queue | None:
        found = waiting(images_per_second, seconds_per_image, gpus, share)
        return found if found and found.wait_seconds <= left else None

    most = least
    while not keeps(most):
        if most == MOST_GPUS:
            return None
        most = min(most + max(1, most // 4), MOST_GPUS)
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if keeps(middle) else (middle + 1, most)
    return keeps(most)


def _served_within(time: float, load: float, gpus: int, queued: Sequence[float]) -> float:
    """The chance to wait no longer than `time`, in units of an image's; `queued` are chances of queues no longer."""
    if len(queued) < 1:
        return 1.0
    rounds = floor(time) + 1
    left = load * (rounds - time)
    total, most = 0.0, rounds * gpus - 1
    for at, chance in enumerate(_poisson(left, most)):
        total += chance * (queued[most - at] if most - at < len(queued) else 1.0)
    return min(total, 1.0)


@lru_cache(maxsize=256)
def _queue_lengths(load: float, gpus: int) -> Sequence[float]:
    """The chances that no more than 0, 1, 2, … requests wait.

    Over the time of one image, all that are being made leave, and as many come as chance has it.
    """
    coming = _poisson(load, ceil(load + 12 * load**0.5 + 20))
    while coming[-1] < _NEGLIGIBLE / 1000:
        coming.pop()
    states = [*coming]
    for _ in range(_ROUNDS):
        waiting_now = [sum(states[: gpus + 1]), *states[gpus + 1 :]]
        following = [0.0] * (len(waiting_now) + len(coming) - 1)
        for at, chance in enumerate(waiting_now):
            if chance > 0:
                for more, likely in enumerate(coming, at):
                    following[more] += chance * likely
        while len(following) > 1 and following[-1] < _NEGLIGIBLE / 100:
            following.pop()
        change = sum(abs(a - b) for a, b in zip(states, following, strict=False))
        change += sum(states[len(following) :]) + sum(following[len(states) :])
        states = following
        if change < _NEGLIGIBLE:
            break
    sure = list(accumulate(states))
    return [min(1.0, at / sure[-1]) for at in sure[gpus:]]


def _poisson(mean: float, most: int) -> list[float]:
    """The chances of 0, 1, … `most` where so many come on average."""
    if mean <= 0:
        return [1.0, *[0.0] * most]
    return [exp(at * log(mean) - mean - lgamma(at + 1)) for at in range(most + 1)]
