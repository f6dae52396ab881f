"""Rule tables held against documented decisions: what came out right, and which rules did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import comb

from genarch.engine.scoring import scorer
from genarch.model.cases import OUTCOMES, Ablation, Case, Judged, Outcome, Score
from genarch.model.entries import VERDICTS_WITHOUT_FAMILY
from genarch.model.evaluation import Verdict
from genarch.model.table import RuleTable

CONFIDENT = ("forced", "clear")
"""The confidences with which an answer should not be wrong."""


def outcome(case: Case, verdict: Verdict) -> Outcome:
    """How a verdict compares with what was chosen.

    `right` is any of the acceptable verdicts; `hedged` an `evaluate_both` that has the family chosen among its two.
    """
    if verdict.verdict in case.acceptable:
        return "right"
    if verdict.verdict == "evaluate_both" and case.chosen in verdict.candidates:
        return "hedged"
    return "confidently_wrong" if verdict.confidence in CONFIDENT else "wrong"


def judge(cases: Iterable[Case], rules: RuleTable) -> tuple[Judged, ...]:
    """Every case with the table's verdict."""
    decide = scorer(rules).decide
    judged = ((case, decide(case.spec.constraints)) for case in cases)
    return tuple(Judged(case, verdict, outcome(case, verdict)) for case, verdict in judged)


def score(outcomes: Iterable[Outcome]) -> Score:
    """Outcomes counted."""
    counted = Counter(outcomes)
    return Score(*(counted[name] for name in OUTCOMES))


def always(verdict: str, cases: Iterable[Case]) -> Score:
    """The score of giving one verdict whatever is stated; such an answer claims no confidence."""
    candidates = () if verdict in VERDICTS_WITHOUT_FAMILY else (verdict,)
    same = Verdict(verdict, None, candidates, None, None)
    return score(outcome(case, same) for case in cases)


def most_common(cases: Iterable[Case]) -> str | None:
    """What was chosen most often, the first in the order of names among equals; None without cases."""
    counted = Counter(case.chosen for case in cases)
    return min(counted, key=lambda name: (-counted[name], name), default=None)


def interval(successes: int, cases: int) -> tuple[float, float]:
    """The bootstrap's 95 % interval of a share, worked out rather than drawn.

    Drawing as many cases again, with replacement, gives a binomial number of successes; the interval goes from its
    2.5 % to its 97.5 % quantile. Where all cases came out alike it has no width: the bootstrap knows of no others.
    """
    if not cases:
        return 0.0, 0.0
    share, below, low = successes / cases, 0.0, None
    for number in range(cases + 1):
        below += comb(cases, number) * share**number * (1 - share) ** (cases - number)
        if low is None and below >= 0.025:
            low = number / cases
        if below >= 0.975:
            return low or 0.0, number / cases
    return low or 0.0, 1.0


def ablations(judged: Sequence[Judged], rules: RuleTable) -> Iterator[Ablation]:
    """Each rule taken out in turn: how the cases come out without it."""
    table = scorer(rules)
    hits = [table.hits(item.case.spec.constraints) for item in judged]
    for at, rule in enumerate(rules.rules):
        bit = 1 << at
        without = [
            outcome(item.case, table.judge(found & ~bit)) if found & bit else item.outcome
            for item, found in zip(judged, hits, strict=True)
        ]
        yield Ablation(rule.id, sum(bool(found & bit) for found in hits), score(without))
