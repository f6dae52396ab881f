"""Rule tables on documented cases, and strengths fitted to the cases: what a table owes to them, what to its reasons.

Only the strengths are fitted: which architectures a rule speaks for and against, and when, stays as it is. The fit
starts from `moderate` everywhere, so it does not know the table's own strengths, and changes one strength at a time for
as long as that helps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import comb
from typing import Literal, NamedTuple

from genarch.table.rules import VERDICTS_WITHOUT_FAMILY, RuleTable
from genarch.table.scoring import Effect, Verdict, revalued, scorer
from genarch.table.spec import Case

Outcome = Literal["right", "hedged", "wrong", "confidently_wrong"]

OUTCOMES: tuple[Outcome, ...] = ("right", "hedged", "wrong", "confidently_wrong")
"""Best first."""


class Judged(NamedTuple):
    """A case with the verdict of a table, and how that compares with what was chosen."""

    case: Case
    verdict: Verdict
    outcome: Outcome


class Score(NamedTuple):
    """How many cases came out how."""

    right: int
    """The verdict is one that the case accepts."""
    hedged: int
    """The verdict is evaluate_both, and the family chosen is one of the two."""
    wrong: int
    """Any other verdict that was not clear or forced."""
    confidently_wrong: int
    """Any other verdict that was."""
    cases: int
    right_interval: tuple[float, float]
    """The bootstrap's 95 % interval of the share that is right."""


class Ablation(NamedTuple):
    """A rule taken out."""

    rule: str
    hits: int
    """Cases that it hits."""
    without: Score


class LeaveOneOut(NamedTuple):
    """Strengths fitted to the cases."""

    values: int
    """Strengths that were fitted."""
    seen: Score
    """Fitted to all cases, on the same."""
    unseen: Score
    """Each case by strengths fitted to the others."""


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
    right, hedged, wrong, confidently_wrong = (counted[name] for name in OUTCOMES)
    low, high = interval(right, counted.total())
    return Score(right, hedged, wrong, confidently_wrong, counted.total(), (round(low, 4), round(high, 4)))


def always(verdict: str, cases: Iterable[Case]) -> Score:
    """The score of giving one verdict whatever is stated; such an answer claims no confidence."""
    candidates = () if verdict in VERDICTS_WITHOUT_FAMILY else (verdict,)
    same = Verdict(verdict, None, candidates)
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


WORTH: dict[Outcome, int] = {"right": 2, "hedged": 1, "wrong": 0, "confidently_wrong": -2}
"""What the fit counts an outcome for."""

MAX_ROUNDS = 10
"""Rounds over all strengths; after three or four nothing moves any more."""

_Effects = Sequence[Effect]


def leave_one_out(cases: Sequence[Case], rules: RuleTable) -> LeaveOneOut:
    """Each case judged by strengths fitted to all the others."""
    fit = _Fit(cases, rules)
    every = range(len(cases))
    to_all = fit.fitted(every)
    seen = [fit.outcome(at, to_all) for at in every]
    unseen = [fit.outcome(at, fit.fitted([other for other in every if other != at])) for at in every]
    return LeaveOneOut(len(fit.strengths), score(seen), score(unseen))


class _Fit:
    """Cases by the rules that hit on them, and the strengths that can be chosen."""

    def __init__(self, cases: Sequence[Case], rules: RuleTable) -> None:
        self._cases = cases
        self._scorer = scorer(rules)
        self._hits = [self._scorer.hits(case.spec.constraints) for case in cases]
        self._steps = tuple(rules.header.points.values())
        self.strengths = tuple(
            (rule, architecture, 1 if points > 0 else -1)
            for rule, effect in enumerate(self._scorer.effects)
            for architecture, points in effect.points
        )
        """What can be fitted: the points of one rule for one architecture, for it or against it."""
        self._start: _Effects = self._scorer.effects
        for rule, architecture, sign in self.strengths:
            self._start = revalued(self._start, rule, architecture, sign * rules.header.points["moderate"])

    def fitted(self, of: Sequence[int]) -> _Effects:
        """Strengths that suit these cases: each changed in turn where that is worth more, until none is."""
        effects = self._start
        worth = {at: WORTH[self.outcome(at, effects)] for at in of}
        for _ in range(MAX_ROUNDS):
            before = effects
            for rule, architecture, sign in self.strengths:
                touched = [at for at in of if self._hits[at] >> rule & 1]
                for step in self._steps if touched else ():
                    changed = revalued(effects, rule, architecture, sign * step)
                    found = {at: WORTH[self.outcome(at, changed)] for at in touched}
                    if sum(found.values()) > sum(worth[at] for at in touched):
                        effects, worth = changed, worth | found
            if effects is before:
                break
        return effects

    def outcome(self, at: int, effects: _Effects) -> Outcome:
        """How a case comes out with these effects of the rules."""
        return outcome(self._cases[at], self._scorer.judge(self._hits[at], effects))
