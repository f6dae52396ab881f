"""Images made one after the other, and at a rate: every time that was taken, whatever ends it early."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from random import Random
from threading import Semaphore
from time import perf_counter, sleep
from typing import Literal

from genarch.errors import GenarchError
from genarch.measure.processes import GeneratorError
from genarch.measure.ways import Address, Kind, Way
from genarch.values import NamedTuple

MOST_AT_ONCE = 64
"""Requests under way beside each other: a server that lets so many wait does not keep up."""

Seen = Callable[[int, int, float], object]
"""Gets how many images of how many are made, and the seconds that it may still take."""


class Plan(NamedTuple):
    """How much is measured. Times are in seconds: `seconds` of all of it, `timeout` of one image."""

    runs: int = 100
    warmup: int = 3
    seconds: float = 300.0
    timeout: float = 60.0


class Stop(NamedTuple):
    """Why fewer images were made than was planned."""

    why: Literal["interrupted", "time", "failed"]
    says: str
    """What the generator did wrong, where it failed."""


class Runs(NamedTuple):
    """Times in milliseconds of images made one after the other; warm-up images are listed separately."""

    way: Kind
    command: str
    ready_ms: float | None
    """The time until the process was ready; null for a command or a server, which do not say so."""
    first_ms: float | None
    """From the start to the first image; null where there was none."""
    warmup_ms: tuple[float, ...]
    times_ms: tuple[float, ...]
    stopped: Stop | None


class Load(NamedTuple):
    """Requests that came at a rate, as chance has it, whether those before were answered or not."""

    images_per_second: float
    """Asked for."""
    answered_per_second: float
    times_ms: tuple[float, ...]
    """From when a request was due to its answer."""
    stopped: Stop | None


def measured(way: Way, plan: Plan, *, clock: Callable[[], float] = perf_counter, seen: Seen = lambda *_: None) -> Runs:
    """Have images made one after the other, and take their times; what was started is ended."""
    began, ready, stopped = clock(), None, None
    first: float | None = None
    times: list[float] = []

    def left() -> float:
        return plan.seconds - (clock() - began)

    wanted = plan.warmup + plan.runs
    try:
        ready = way.start(plan.seconds)
        while len(times) < wanted:
            if (most := min(plan.timeout, left())) <= 0:
                stopped = Stop("time", "")
                break
            start = clock()
            try:
                way.make(len(times) + 1, most)
                taken = clock() - start
                way.settle()
            except GeneratorError:
                if most < plan.timeout and left() <= 0:  # not its own time was up, but that of all
                    stopped = Stop("time", "")
                    break
                raise
            first = clock() - began if first is None else first
            times.append(taken)
            seen(len(times), wanted, min((wanted - len(times)) * (clock() - began) / len(times), max(left(), 0.0)))
    except KeyboardInterrupt:
        stopped = Stop("interrupted", "")
    except GeneratorError as error:
        which = f"image {len(times) + 1}: " if way.kind == "command" or times else ""
        stopped = Stop("failed", f"{which}{error}")
    finally:
        with suppress(KeyboardInterrupt):
            way.end()
    in_ms = tuple(1000 * taken for taken in times)
    return Runs(
        way.kind,
        way.shown,
        None if ready is None else 1000 * ready,
        None if first is None else 1000 * first,
        in_ms[: plan.warmup],
        in_ms[plan.warmup :],
        stopped,
    )


def loaded(
    address: Address,
    images_per_second: float,
    plan: Plan,
    *,
    seen: Seen = lambda *_: None,
    random: Callable[[], float] | None = None,
) -> Load:
    """Send requests at a rate, and take the times of the answers.

    `random` gives the gaps, in units of the mean one; by default they are those of a Poisson process, always the same.
    They are stretched so that all of them together come to the rate.
    """
    chance = random or _gaps()
    gaps = [chance() for _ in range(plan.runs)]
    gap = plan.runs / sum(gaps) / images_per_second
    began = perf_counter()
    times: list[float] = []
    stops: list[Stop] = []
    free = Semaphore(MOST_AT_ONCE)
    under_way: dict[int, Callable[[], None]] = {}

    def one(number: int, due: float) -> None:
        try:
            if not stops:
                address.ask(number, plan.timeout, lambda stop: under_way.update({number: stop}))
                times.append(perf_counter() - due)
        except GenarchError as error:
            stops.append(Stop("failed", str(error)))
        finally:
            under_way.pop(number, None)
            free.release()

    due, late = began, None
    sent: list[Future[None]] = []
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        try:
            for number, share in enumerate(gaps, start=1):
                due += share * gap
                if due - began > plan.seconds:
                    late = Stop("time", "")
                    break
                sleep(max(0.0, due - perf_counter()))
                if not stops and not free.acquire(blocking=False):
                    stops.append(Stop("failed", f"{MOST_AT_ONCE} requests were waiting: the server does not keep up"))
                if stops:
                    break
                sent.append(pool.submit(one, number, due))
                seen(number, plan.runs, (plan.runs - number) / images_per_second)
            if not stops:
                wait(sent)
        except KeyboardInterrupt:
            stops.append(Stop("interrupted", ""))
        for stop in list(under_way.values()):  # nobody waits for what is no more to be known
            stop()
    taken = perf_counter() - began
    in_ms = tuple(1000 * time for time in times)
    return Load(images_per_second, len(times) / taken if taken else 0.0, in_ms, stops[0] if stops else late)


def _gaps() -> Callable[[], float]:
    """Gaps of a Poisson process, in units of the mean one."""
    chance = Random(0)  # noqa: S311  (no secret)
    return lambda: chance.expovariate(1.0)
