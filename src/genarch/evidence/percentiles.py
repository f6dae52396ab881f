"""Percentiles of measured times with intervals of confidence, and whether a budget is kept.

Nothing is assumed of how times are spread but that runs do not hang on one another. The interval is that of order
statistics: of `n` sorted times, how many are below the percentile is binomial, so that two of them hold it between them
with a probability that is known exactly (H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition, 2003, section
7.1; J.-Y. Le Boudec, Performance Evaluation of Computer and Communication Systems, 2010, section 2.2).
"""

# No annotations as strings here: what is kept is read by them at every start, and each would be compiled.
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, lgamma, log, log1p
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
