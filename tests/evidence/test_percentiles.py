"""Percentiles: their intervals against the binomial by hand, and how often they hold the true value."""

from __future__ import annotations

from math import exp
from random import Random
from statistics import NormalDist

import pytest

from genarch.evidence.percentiles import PERCENTILES, Percentile, enough, percentile, percentile_of, ranks


def test_ranks_are_those_of_the_binomial() -> None:
    # Of 10 times, the median is below the 2nd with the chance (1 + 10) / 1024 = 1.07 %, below the 3rd with
    # (1 + 10 + 45) / 1024 = 5.5 %: 2.5 % is between them. Likewise from above: the 9th.
    assert ranks(10, 0.5) == (2, 9)
    # As tables of order statistics have it for 30 times.
    assert ranks(30, 0.5) == (10, 21)
    # No five times have an end on either side: 1 / 32 is more than 2.5 %; of six, the least and the most are.
    assert (ranks(5, 0.5), ranks(6, 0.5)) == ((0, 6), (1, 6))


def test_an_upper_end_takes_as_many_runs_as_the_formula_has() -> None:
    # 0.95^71 = 2.62 %, 0.95^72 = 2.49 %; 0.99^367 = 2.50007 %, 0.99^368 = 2.475 %; 0.5^6 = 1.6 %.
    assert [enough(name) for name in PERCENTILES] == [6, 72, 368]
    for name, share in PERCENTILES.items():
        assert ranks(enough(name), share)[1] == enough(name)
        assert ranks(enough(name) - 1, share)[1] == enough(name)


def test_a_percentile_is_the_least_time_that_its_share_does_not_exceed() -> None:
    times = list(range(1, 101))
    assert [percentile(times, name).ms for name in PERCENTILES] == [50, 95, 99]
    assert percentile([7.0], "p95") == Percentile("p95", 7.0, None, None)
    # One time in a hundred is above the 99th percentile, so that one already shows where that is not.
    assert percentile([7.0], "p99") == Percentile("p99", 7.0, 7.0, None)


def test_a_budget_is_kept_or_missed_where_the_whole_interval_says_so() -> None:
    found = percentile(list(range(1, 101)), "p95")
    assert (found.low_ms, found.high_ms) == (90, 100)
    assert [found.verdict(budget) for budget in (100, 99.9, 90, 89.9)] == ["kept", "open", "open", "missed"]
    assert percentile([5.0] * 71, "p95").verdict(10) == "open"
    assert percentile([5.0] * 72, "p95").verdict(10) == "kept"


@pytest.mark.parametrize("count", [100, 400])
def test_intervals_hold_the_true_percentile_as_often_as_they_say(count: int) -> None:
    true = {name: exp(NormalDist().inv_cdf(share) / 2) for name, share in PERCENTILES.items()}
    chance, held, wrong = Random(count), dict.fromkeys(true, 0), dict.fromkeys(true, 0)
    for _ in range(1_000):
        times = [chance.lognormvariate(0, 0.5) for _ in range(count)]
        for name, value in true.items():
            found = percentile(times, name)
            held[name] += (found.low_ms or 0) <= value and (found.high_ms is None or value <= found.high_ms)
            # A budget just below the true percentile is missed, one just above is kept: the other is the error.
            wrong[name] += found.verdict(value * 0.999) == "kept" or found.verdict(value * 1.001) == "missed"
    # 95 % are promised at least; of 1,000, three standard deviations below that are 929.
    assert all(count >= 929 for count in held.values()), held
    assert all(count <= 71 for count in wrong.values()), wrong


def test_the_percentile_is_the_stated_one_else_that_of_the_serving() -> None:
    assert percentile_of({"latency_percentile": "p99", "serving": "batch"}) == "p99"
    assert [percentile_of({"serving": name}) for name in ("realtime", "near_realtime", "batch")] == [
        "p95",
        "p95",
        "p50",
    ]
    assert percentile_of({}) == "p50"
