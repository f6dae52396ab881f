"""Rule tables on documented cases, and strengths fitted to the cases: what a table owes to them, what to its reasons.

Only the strengths are fitted: which architectures a rule speaks for and against, and when, stays as it is. The fit
starts from `moderate` everywhere, so it does not know the table's own strengths, and changes one strength at a time for
as long as that helps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import ceil, exp, lgamma, log, sqrt
from typing import Literal, get_args

from genarch.engine.constraints import Answers, in_order
from genarch.engine.matching import positions
from genarch.engine.precedents import source_of
from genarch.engine.rules import VERDICTS_WITHOUT_FAMILY, Rule, RuleTable
from genarch.engine.scoring import Confidence, Effect, Verdict, revalued, scorer
from genarch.engine.spec import Case
from genarch.values import NamedTuple

Outcome = Literal["right", "hedged", "wrong", "confidently_wrong"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""Best first."""


class DecidingRule(NamedTuple):
    """A rule that preferred the verdict to what was chosen."""

    rule: str
    points: Mapping[str, int]
    excludes: tuple[str, ...]
    """Of what was chosen or acceptable."""


class Result(NamedTuple):
    """One case with a table's verdict, and how that compares with what was chosen."""

    case: str
    title: str
    path: str
    line: int
    year: int | None
    strict: bool
    constraints: Answers
    chosen: str
    acceptable: tuple[str, ...]
    reason: str
    verdict: str
    candidates: tuple[str, ...]
    confidence: Confidence | None
    outcome: Outcome
    decided_by: tuple[DecidingRule, ...]
    """For a miss, the rules that did it, those that moved most first."""


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
    """Each case by strengths fitted to those of other sources."""


CONFIDENT = ("forced", "clear")
"""The confidences with which an answer should not be wrong."""


def outcome(case: Case | Result, verdict: Verdict) -> Outcome:
    """How a verdict compares with what was chosen.

    `right` is any of the acceptable verdicts; `hedged` an `evaluate_both` that has the family chosen among its two.
    """
    if verdict.verdict in case.acceptable:
        return "right"
    if verdict.verdict == "evaluate_both" and case.chosen in verdict.candidates:
        return "hedged"
    return "confidently_wrong" if verdict.confidence in CONFIDENT else "wrong"


def judge(cases: Iterable[Case], rules: RuleTable, by_id: Mapping[str, Verdict] | None = None) -> Iterator[Result]:
    """Every case with the table's verdict, or with the one of `by_id`, which was made with its source left out."""
    for case in cases:
        verdict = by_id[case.id] if by_id is not None else scorer(rules).decide(case.spec.constraints)
        found = outcome(case, verdict)
        about = (case.id, case.title, *case.origin, case.year, case.strict, in_order(case.spec.constraints))
        said = (case.chosen, case.acceptable, case.reason, verdict.verdict, verdict.candidates, verdict.confidence)
        yield Result(*about, *said, found, () if found == "right" else _decided_by(case, verdict, rules))


def _decided_by(case: Case, verdict: Verdict, rules: RuleTable) -> tuple[DecidingRule, ...]:
    hits = scorer(rules).hits(case.spec.constraints)
    families = {architecture.id: architecture.family for architecture in rules.architectures}
    wanted = {case.chosen, *case.acceptable}

    def most(rule: Rule, of: set[str]) -> int:
        return max((points for name, points in rule.points.items() if families[name] in of), default=0)

    moved = []
    for rule in map(rules.rules.__getitem__, positions(hits)):
        shift = most(rule, {*verdict.candidates} - wanted) - most(rule, wanted)
        out = tuple(name for name in rule.excludes if families[name] in wanted)
        if shift > 0 or out:
            points = {name: points for name, points in rule.points.items() if points}
            moved.append((-len(out), -shift, DecidingRule(rule.id, points, out)))
    return tuple(entry for *_, entry in sorted(moved, key=lambda found: found[:2]))


def score(outcomes: Iterable[Outcome]) -> Score:
    """Outcomes counted."""
    counted = Counter(outcomes)
    right, hedged, wrong, confidently_wrong = (counted[name] for name in OUTCOMES)
    low, high = interval(right, counted.total())
    return Score(right, hedged, wrong, confidently_wrong, counted.total(), (round(low, 4), round(high, 4)))


def always(verdict: str, cases: Iterable[Case | Result]) -> Score:
    """The score of giving one verdict whatever is stated; such an answer claims no confidence."""
    candidates = () if verdict in VERDICTS_WITHOUT_FAMILY else (verdict,)
    same = Verdict(verdict, None, candidates)
    return score(outcome(case, same) for case in cases)


def most_common(chosen: Iterable[str]) -> str | None:
    """What was chosen most often, the first in the order of names among equals; None where nothing was."""
    counted = Counter(chosen)
    return min(counted, key=lambda name: (-counted[name], name), default=None)


def interval(successes: int, cases: int) -> tuple[float, float]:
    """The bootstrap's 95 % interval of a share, worked out rather than drawn.

    Drawing as many cases again, with replacement, gives a binomial number of successes; the interval goes from its
    2.5 % to its 97.5 % quantile. Where all cases came out alike it has no width: the bootstrap knows of no others.
    """
    if successes in (0, cases):
        return (1.0, 1.0) if successes else (0.0, 0.0)
    share = successes / cases

    def chance(number: int) -> float:
        """By logarithms: of many cases the numbers are too large otherwise."""
        ways = lgamma(cases + 1) - lgamma(number + 1) - lgamma(cases - number + 1)
        return exp(ways + number * log(share) + (cases - number) * log(1 - share))

    # Beyond 12 standard deviations, and some more where they are small, nothing is left of it.
    far = ceil(12 * sqrt(cases * share * (1 - share))) + 30
    first = max(0, successes - far)
    below = list(accumulate(map(chance, range(first, min(cases, successes + far) + 1))))
    return (first + bisect_left(below, 0.025)) / cases, (first + bisect_left(below, 0.975)) / cases


def ablations(judged: Sequence[Result], rules: RuleTable) -> Iterator[Ablation]:
    """Each rule taken out in turn: how the cases come out without it."""
    table = scorer(rules)
    hits = [table.hits(item.constraints) for item in judged]
    for at, rule in enumerate(rules.rules):
        bit = 1 << at
        without = [
            outcome(item, table.judge(found & ~bit)) if found & bit else item.outcome
            for item, found in zip(judged, hits, strict=True)
        ]
        yield Ablation(rule.id, sum(bool(found & bit) for found in hits), score(without))


WORTH: dict[Outcome, int] = {"right": 2, "hedged": 1, "wrong": 0, "confidently_wrong": -2}
"""What the fit counts an outcome for."""

MAX_ROUNDS = 10
"""Rounds over all strengths; after three or four nothing moves any more."""


MOST_FITTED = 10_000_000
"""Strengths that are fitted times the cases they are fitted to: each source is left out alone where that allows it."""


def leave_one_out(cases: Sequence[Case], rules: RuleTable) -> LeaveOneOut:
    """Each case judged by strengths fitted to those of other sources; of very many, several are left out together."""
    table = scorer(rules)
    hits = [table.hits(case.spec.constraints) for case in cases]
    strengths = [
        (rule, architecture, 1 if points > 0 else -1)
        for rule, effect in enumerate(table.effects)
        for architecture, points in effect.points
    ]
    # What can be fitted: the points of one rule for one architecture, for it or against it.
    start: Sequence[Effect] = table.effects
    for rule, architecture, sign in strengths:
        start = revalued(start, rule, architecture, sign * rules.header.points["moderate"])

    def came_out(at: int, effects: Sequence[Effect]) -> Outcome:
        return outcome(cases[at], table.judge(hits[at], effects))

    def fitted(to: Sequence[int]) -> Sequence[Effect]:
        """Strengths that suit these cases: each changed in turn where that is worth more, until none is."""
        effects = start
        worth = {at: WORTH[came_out(at, effects)] for at in to}
        for _ in range(MAX_ROUNDS):
            before = effects
            for rule, architecture, sign in strengths:
                touched = [at for at in to if hits[at] >> rule & 1]
                for step in rules.header.points.values() if touched else ():
                    changed = revalued(effects, rule, architecture, sign * step)
                    found = {at: WORTH[came_out(at, changed)] for at in touched}
                    if sum(found.values()) > sum(worth[at] for at in touched):
                        effects, worth = changed, worth | found
            if effects is before:
                break
        return effects

    every = range(len(cases))
    to_all = fitted(every)
    sources = [source_of(case) for case in cases]
    fits = max(2, MOST_FITTED // (len(cases) * len(strengths) or 1))
    part = {source: at % fits for at, source in enumerate(dict.fromkeys(sources))}
    parts = [part[source] for source in sources]
    by_others = {left: fitted([at for at in every if parts[at] != left]) for left in set(parts)}
    unseen = (came_out(at, by_others[parts[at]]) for at in every)
    return LeaveOneOut(len(strengths), score(came_out(at, to_all) for at in every), score(unseen))
