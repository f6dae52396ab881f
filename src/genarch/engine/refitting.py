"""Strengths fitted to cases, to tell what a table owes to the cases it has seen from what it owes to its reasons.

Only the strengths are fitted: which architectures a rule speaks for and against, and when, stays as it is. The fit
starts from `moderate` everywhere, so it does not know the table's own strengths, and changes one strength at a time for
as long as that helps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from genarch.engine.backtest import outcome, score
from genarch.engine.scoring import Effect, revalued, scorer
from genarch.model.cases import Case, Outcome, Refit
from genarch.model.table import RuleTable

WORTH: dict[Outcome, int] = {"right": 2, "hedged": 1, "wrong": 0, "confidently_wrong": -2}
"""What the fit counts an outcome for."""

MAX_ROUNDS = 10
"""Rounds over all strengths; after three or four nothing moves any more."""

_Effects = Sequence[Effect]


def leave_one_out(cases: Sequence[Case], rules: RuleTable) -> Refit:
    """Each case judged by strengths fitted to all the others."""
    fit = _Fit(cases, rules)
    every = range(len(cases))
    to_all = fit.fitted(every)
    seen = [fit.outcome(at, to_all) for at in every]
    unseen = [fit.outcome(at, fit.fitted([other for other in every if other != at])) for at in every]
    return Refit(len(fit.strengths), score(seen), score(unseen))


class _Strength(NamedTuple):
    """What can be fitted: the points of one rule for one architecture, for it or against it."""

    rule: int
    architecture: int
    sign: int


class _Fit:
    """Cases by the rules that hit on them, and the strengths that can be chosen."""

    def __init__(self, cases: Sequence[Case], rules: RuleTable) -> None:
        self._cases = cases
        self._scorer = scorer(rules)
        self._hits = [self._scorer.hits(case.spec.constraints) for case in cases]
        self._steps = tuple(rules.header.points.values())
        self.strengths = tuple(
            _Strength(rule, architecture, 1 if points > 0 else -1)
            for rule, effect in enumerate(self._scorer.effects)
            for architecture, points in effect.points
        )
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
