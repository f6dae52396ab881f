"""What points and precedents are worth, fitted to documented cases, and each case judged by what it had no part in.

Cases that one source documents are one piece of evidence: where a case is judged, all of its source are left out, as
precedents and of the fit, also as precedents of the cases that the fit goes by. The rules' conditions and strengths
stay as the table has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import exp, log

from genarch.engine.backtest import outcome
from genarch.engine.calibration import LEAST_SHARE, Calibration, LeftOut, Right, chances
from genarch.engine.precedents import Weights, counts, precedents, source_of, votes
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Scorer, Tally, Verdict, scorer
from genarch.engine.spec import Case
from genarch.values import NamedTuple

START = Calibration(per_point=0.3, precedents=0.4, clear=0.65)
"""What the fit starts from, and is pulled to where cases are few."""

PULL = 4.0
"""What it costs in log loss over all cases to depart from that: times the squares."""

CAUTION = 0.03
"""The part of every chance that is spread evenly over the families, so that none is impossible."""


class Known(NamedTuple):
    """A case as the fit sees it."""

    case: Case
    tally: Tally
    points: Mapping[str, int]
    """Of the best architecture of each family that is left."""
    counting: Mapping[str, float]
    """What precedents of other sources count for each family."""
    by_source: Mapping[str, Mapping[str, float]]
    """The same, those of each source."""

    def shares(self, without: str = "") -> Mapping[str, float]:
        """The shares of the families among precedents, also without those of a further source; the largest first."""
        less = self.by_source.get(without, {})
        left = {family: count - less.get(family, 0.0) for family, count in self.counting.items()}
        whole = sum(left.values())
        return {name: part / whole for name, part in sorted(left.items(), key=lambda entry: -entry[1])} if whole else {}


class Judged(NamedTuple):
    """A case judged by what was fitted without its source."""

    case: Case
    verdict: Verdict
    chances: Mapping[str, float]
    """Of each family, none of them impossible."""
    shares: Mapping[str, float]
    """Of the families among its precedents."""


def known(cases: Sequence[Case], table: Scorer, weights: Weights, among: Sequence[Case] | None = None) -> list[Known]:
    """The cases, each with what the others say of it, or those of a part of them."""
    found = []
    for case in cases:
        own, stated = source_of(case), case.spec.constraints
        counting: dict[str, float] = defaultdict(float)
        by_source: dict[str, dict[str, float]] = {}
        for precedent in precedents(stated, cases if among is None else among, weights, {own}):
            count, taken = counts(precedent), by_source.setdefault(source_of(precedent.case), defaultdict(float))
            for family, share in votes(precedent.case).items():
                counting[family] += share * count
                taken[family] += share * count
        tally = table.tally(table.hits(stated))
        found.append(Known(case, tally, table.standing(tally), counting, by_source))
    return found


def fitted(
    items: Iterable[tuple[Known, Mapping[str, float]]], clear: float = START.clear, near: Calibration = START
) -> Calibration:
    """What points and precedents are worth by these cases, each with its shares: the most likely values.

    The logarithm of the odds is linear in both, so there is one best pair, and Newton's method finds it, the sooner the
    nearer it starts.
    """
    rows = [
        [
            (votes(item.case).get(family, 0.0), points, log(max(shares.get(family, 0.0), LEAST_SHARE)))
            for family, points in item.points.items()
        ]
        for item, shares in items
    ]
    point, power = near.per_point, near.precedents
    for _ in range(MOST_STEPS):
        slope = [2 * PULL * (START.per_point - point), 2 * PULL * (START.precedents - power)]
        bend = [2 * PULL, 0.0, 2 * PULL]
        for row in rows:
            raised = [exp(point * x + power * y) for _, x, y in row]
            whole = sum(raised) or 1.0
            weight = sum(vote for vote, _, _ in row)
            x_mean = sum(odds * x for odds, (_, x, _) in zip(raised, row, strict=True)) / whole
            y_mean = sum(odds * y for odds, (_, _, y) in zip(raised, row, strict=True)) / whole
            for odds, (vote, x, y) in zip(raised, row, strict=True):
                dx, dy, part = x - x_mean, y - y_mean, weight * odds / whole
                slope[0] += vote * dx
                slope[1] += vote * dy
                bend[0] += part * dx * dx
                bend[1] += part * dx * dy
                bend[2] += part * dy * dy
        area = bend[0] * bend[2] - bend[1] * bend[1]
        moved = (bend[2] * slope[0] - bend[1] * slope[1]) / area, (bend[0] * slope[1] - bend[1] * slope[0]) / area
        point, power = point + moved[0], power + moved[1]
        if max(map(abs, moved)) < CLOSE:
            break
    return Calibration(round(max(point, 0.001), 3), round(power, 3), clear)


MOST_STEPS = 20
CLOSE = 1e-5
"""The fit ends after that many steps, or where one moves neither value by more than this."""


def cautious(found: Mapping[str, float], families: Collection[str]) -> Mapping[str, float]:
    """Chances of all families, of which none is impossible; even ones where nothing is left."""
    even = 1 / len(families)
    return {name: (1 - CAUTION) * found.get(name, 0.0 if found else even) + CAUTION * even for name in families}


def fitted_to(cases: Sequence[Case], rules: RuleTable, weights: Weights, clear: float = START.clear) -> Calibration:
    """What points and precedents of a table are worth by all strict cases."""
    items = known(cases, scorer(rules), weights)
    return fitted(((item, item.shares()) for item in items if item.case.strict), clear)


def left_out(
    cases: Sequence[Case],
    rules: RuleTable,
    weights: Weights,
    clear: float = START.clear,
    only: Collection[str] | None = None,
) -> list[Judged]:
    """Every case, or those of `only`, by id, judged by what was fitted to strict cases of other sources."""
    table, families = scorer(rules), [family.id for family in rules.families]
    items = known(cases, table, weights)
    by_source: dict[str, list[Known]] = defaultdict(list)
    for item in items:
        if only is None or item.case.id in only:
            by_source[source_of(item.case)].append(item)
    found, near = {}, fitted((item, item.shares()) for item in items if item.case.strict)
    for source, own in by_source.items():
        others = [item for item in items if item.case.strict and source_of(item.case) != source]
        by = fitted(((item, item.shares(source)) for item in others), clear, near)
        for item in own:
            shares = item.shares()
            verdict = table.earned(item.tally, shares, by)
            chance = cautious(chances(item.points, shares, by), families)
            found[item.case.id] = Judged(item.case, verdict, chance, shares)
    return [found[case.id] for case in cases if case.id in found]


def counted(judged: Iterable[Judged]) -> LeftOut:
    """How the answers of each confidence did on strict cases; of close calls, those with what was chosen in them."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for item in judged:
        if item.case.strict and item.verdict.confidence:
            found = outcome(item.case, item.verdict)
            good = ("right", "hedged") if item.verdict.confidence == "close_call" else ("right",)
            counts[item.verdict.confidence].append(found in good)
    return LeftOut(**{name: Right(sum(good), len(good)) for name, good in counts.items()})
