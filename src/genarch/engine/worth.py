"""What a calibrated table is worth on cases that were left out, beside baselines that see the same constraints.

Every method is judged alike: each strict case by what the method makes of the cases of other sources, with a part of
every chance spread evenly, so that nothing is impossible.

Points and precedents are fitted to the cases likewise. Cases that one source documents are one piece of evidence: where
a case is judged, all of its source are left out, as precedents and of the fit, also as precedents of the cases that
the fit goes by. The rules' conditions and strengths stay as the table has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import exp, log

from genarch.engine.calibration import LEAST_SHARE, Calibration, chances
from genarch.engine.conditions import predicates, threshold
from genarch.engine.constraints import BY_NAME, Answers, Range
from genarch.engine.precedents import Weights, counts, precedents, source_of, votes
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Scorer, Tally, Verdict, scorer
from genarch.engine.spec import Case, with_implied
from genarch.values import NamedTuple, grouped

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
    by_source = grouped((source_of(item.case), item) for item in items if only is None or item.case.id in only)
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


Chances = Mapping[str, float]
Learner = Callable[[Sequence[Sequence[float]], Sequence[str], Sequence[Sequence[float]]], Sequence[Chances]]
"""Learns what was chosen from rows of features, and says how likely each choice is for further rows."""


class Method(NamedTuple):
    """How a way to tell what gets chosen does on cases that were left out."""

    method: str
    right: int
    """The likeliest family is acceptable."""
    cases: int
    log_loss: float
    """Per case in which a family was chosen; always guessing evenly is 1.099."""
    brier: float
    """Likewise, the sum of the squares of what each chance misses by; 0.667 is guessing evenly."""


class Bin(NamedTuple):
    """Answers that were about as likely, and how many were right."""

    low: float
    high: float
    cases: int
    mean: float
    """Of their chances."""
    right: int


class Learnt(NamedTuple):
    """What is learnt from a part of the cases of other sources."""

    cases: int
    """Strict ones, on average."""
    log_loss: float
    nearest: float
    """The log loss of the nearest cases alone."""


class Coders(NamedTuple):
    """Cases that two people coded apart."""

    cases: int
    constraints: int
    """That either stated."""
    same: int
    """On which both said the same."""
    verdicts: int
    """Cases in which the table says the same by both."""


def method(name: str, strict: Sequence[Case], found: Sequence[Chances]) -> Method:
    """The figures of a method, by its chances for each case."""
    right, losses, squares = 0, [], []
    for case, chance in zip(strict, found, strict=True):
        right += max(chance, key=lambda family: chance[family]) in case.acceptable
        if case.chosen in chance:
            losses.append(-log(chance[case.chosen]))
            squares.append(sum((part - (family == case.chosen)) ** 2 for family, part in chance.items()))
    chosen = len(losses) or 1
    return Method(name, right, len(strict), round(sum(losses) / chosen, 3), round(sum(squares) / chosen, 3))


def methods(
    rules: RuleTable, judged: Sequence[Judged], learners: Mapping[str, Learner] | None = None
) -> Iterator[Method]:
    """The table first, then its baselines; `judged` are all cases, of which strict ones are scored."""
    families = [family.id for family in rules.families]
    strict = [item for item in judged if item.case.strict]
    cases = [item.case for item in strict]
    yield method(rules.name, cases, [item.chances for item in strict])
    yield method("always diffusion", cases, [cautious({"diffusion": 1.0}, families)] * len(cases))
    totals = {family: sum(votes(case).get(family, 0.0) for case in cases) for family in families}
    usual = []
    for case in cases:
        own = [other for other in cases if source_of(other) == source_of(case)]
        left = {family: total - sum(votes(o).get(family, 0.0) for o in own) for family, total in totals.items()}
        usual.append(cautious({family: part / (sum(left.values()) or 1) for family, part in left.items()}, families))
    yield method("how often each was chosen", cases, usual)
    yield method("nearest cases alone", cases, [cautious(item.shares, families) for item in strict])
    rows = encoded(rules, cases) if learners else []
    for name, learn in (learners or {}).items():
        yield method(name, cases, list(_learnt(learn, cases, rows, families)))


def _learnt(
    learn: Learner, cases: Sequence[Case], rows: Sequence[Sequence[float]], families: Sequence[str]
) -> Iterator[Chances]:
    """The chances of each case, learnt from the cases of other sources."""
    for case, row in zip(cases, rows, strict=True):
        own = source_of(case)
        others = [at for at, other in enumerate(cases) if source_of(other) != own and other.chosen in families]
        (found,) = learn([rows[at] for at in others], [cases[at].chosen for at in others], [row])
        yield cautious(found, families)


def encoded(rules: RuleTable, cases: Sequence[Case]) -> list[list[float]]:
    """Constraints as learners take them: what is stated, and of numbers on which side of each limit in the table."""
    limits: dict[str, set[float]] = defaultdict(set)
    for rule in rules.rules:
        for predicate in predicates(rule.when):
            if BY_NAME[predicate.constraint].numeric:
                limits[predicate.constraint].add(threshold(predicate))
    stated = [set(_features(with_implied(case.spec.constraints), limits)) for case in cases]
    names = sorted(set().union(*stated))
    return [[float(name in features) for name in names] for features in stated]


def _features(answers: Answers, limits: Mapping[str, set[float]]) -> Iterator[str]:
    for name, value in answers.items():
        if isinstance(value, frozenset):
            yield from (f"{name} has {member}" for member in value)
        elif isinstance(value, Range) or BY_NAME[name].numeric:
            stretch = value if isinstance(value, Range) else Range(at_least=float(value), at_most=float(value))
            for limit in limits.get(name, ()):
                if stretch.high is not None and (stretch.high < limit or stretch.below == limit):
                    yield f"{name} below {limit:g}"
                if stretch.low is not None and stretch.low >= limit:
                    yield f"{name} from {limit:g}"
        else:
            yield f"{name} is {value}"


def reliability(judged: Sequence[Judged]) -> list[Bin]:
    """Strict cases by how likely their likeliest family was said to be, and how often that was right, by tenths."""
    top = []
    for item in judged:
        if item.case.strict:
            family = max(item.chances, key=lambda name: item.chances[name])
            top.append((item.chances[family], family in item.case.acceptable))
    found = []
    for tenth, group in groupby(sorted(top), key=lambda entry: min(9, int(entry[0] * 10))):
        entries = list(group)
        mean = sum(chance for chance, _ in entries) / len(entries)
        found.append(Bin(tenth / 10, (tenth + 1) / 10, len(entries), round(mean, 3), sum(good for _, good in entries)))
    return found


PARTS = (1, 2, 4, 8)
"""Of eight parts of the sources: how many are known on the learning curve."""


def learning_curve(cases: Sequence[Case], rules: RuleTable, weights: Weights) -> Iterator[Learnt]:
    """What precedents and the calibration are worth when fewer of the other sources are known.

    The sources are dealt out into eight parts in the order of the cases.
    """
    families = [family.id for family in rules.families]
    part_of = {source: at % PARTS[-1] for at, source in enumerate(dict.fromkeys(map(source_of, cases)))}
    for part in PARTS:
        some = [case for case in cases if part_of[source_of(case)] < part]
        items = known(some, scorer(rules), weights)
        strict = [item for item in items if item.case.strict]
        sources = {source_of(item.case) for item in items}
        fits: dict[str, tuple[int, Calibration]] = {}  # by what is left out
        shown, alone, counted = [], [], []
        for target in known(cases, scorer(rules), weights, among=some):
            if target.case.strict and target.case.chosen in families:
                own = source_of(target.case)
                left = own if own in sources else ""  # a source that is not among them makes no difference
                if left not in fits:
                    others = [item for item in strict if source_of(item.case) != own]
                    fits[left] = len(others), fitted((item, item.shares(own)) for item in others)
                count, by = fits[left]
                counted.append(count)
                shares = target.shares()
                shown.append(-log(cautious(chances(target.points, shares, by), families)[target.case.chosen]))
                alone.append(-log(cautious(shares, families)[target.case.chosen]))
        each = len(shown) or 1
        yield Learnt(round(sum(counted) / each), round(sum(shown) / each, 3), round(sum(alone) / each, 3))


def coders(cases: Sequence[Case], rules: RuleTable) -> Coders | None:
    """How far the second codings of cases agree with the first; None where no case has one."""
    both = [(case, case.spec.constraints, case.second.constraints) for case in cases if case.second]
    if not both:
        return None
    names = [(one, other, name) for _, one, other in both for name in {**one, **other}]
    same = sum(one.get(name) == other.get(name) for one, other, name in names)
    table = scorer(rules)
    verdicts = sum(table.decide(one).verdict == table.decide(other).verdict for _, one, other in both)
    return Coders(len(both), len(names), same, verdicts)
