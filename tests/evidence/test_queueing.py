"""The wait for a GPU: against the closed form of one, a simulation of several, and by hand."""

from __future__ import annotations

from heapq import heappop, heappush
from math import exp, factorial
from random import Random

import pytest

from genarch.evidence.percentiles import BUSIEST, Queue, gpus_for, waiting


def of_one(load: float, time: float) -> float:
    """The chance to wait no longer for a single server, in units of an image's time (Erlang, 1909)."""
    terms = ((load * (k - time)) ** k / factorial(k) * exp(-load * (k - time)) for k in range(int(time) + 1))
    return (1 - load) * sum(terms)


@pytest.mark.parametrize(("load", "share"), [(0.5, 0.95), (0.8, 0.5), (0.8, 0.99)])
def test_one_gpu_is_as_the_closed_form_has_it(load: float, share: float) -> None:
    found = waiting(load / 3, 3.0, 1, share)
    assert found
    assert of_one(load, found.wait_seconds / 3) == pytest.approx(share, abs=2e-4)
    assert found.busy == pytest.approx(load)


def test_nobody_waits_where_a_gpu_is_free_for_so_many() -> None:
    # Of requests to a GPU that is busy for 40 % of the time, 60 % find it free.
    assert waiting(0.4, 1.0, 1, 0.6) == Queue(0.4, 1.0, 0.6, 1, 0.4, 0.0)
    assert waiting(BUSIEST + 0.01, 1.0, 1, 0.5) is None


@pytest.mark.parametrize(("rate", "gpus"), [(3.2, 4), (9.0, 12)])
def test_several_gpus_are_as_a_simulation_has_them(rate: float, gpus: int) -> None:
    chance, free, now, waits = Random(gpus), [0.0] * gpus, 0.0, []
    for _ in range(100_000):
        now += chance.expovariate(rate)
        start = max(now, heappop(free))
        heappush(free, start + 1)
        waits.append(start - now)
    for share in (0.8, 0.95):
        found = waiting(rate, 1.0, gpus, share)
        assert found
        assert sum(wait <= found.wait_seconds for wait in waits) / len(waits) == pytest.approx(share, abs=0.012)


def test_the_fewest_gpus_keep_the_budget_and_one_less_does_not() -> None:
    # Two images of 1.62 s a second are work for 3.24 GPUs: four are busy for 81 %.
    found = gpus_for(2, 1.62, 5, 0.95)
    assert found
    assert found.gpus == 4
    assert found.busy == pytest.approx(0.81)
    tight = gpus_for(2, 1.62, 2.2, 0.95)
    assert tight
    assert tight.wait_seconds <= 2.2 - 1.62
    before = waiting(2, 1.62, tight.gpus - 1, 0.95)
    assert before
    assert before.wait_seconds > 2.2 - 1.62


def test_no_number_of_gpus_helps_an_image_that_takes_longer_than_the_budget() -> None:
    assert gpus_for(2, 1.62, 1.6, 0.95) is None
    assert gpus_for(1_000_000, 1.0, 2.0, 0.95) is None
