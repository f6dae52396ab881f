"""How long images wait for one of several GPUs at a stated load, and how many GPUs keep a budget then: M/D/c.

Requests come one by one and at random (Poisson), each image takes the same time, and whichever of the GPUs is free
takes the next. How many requests there are is worked out as C. D. Crommelin did (Delay probability formulae when the
holding times are constant, Post Office Electrical Engineers Journal 25, 1932), how long one waits as G. J. Franx (A
simple solution for the M/D/c waiting time distribution, Operations Research Letters 29, 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, floor, lgamma, log

from genarch.values import NamedTuple

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
