"""From hits to a verdict: exclude, add up, rank, compare the two best families; and what other verdicts are made of."""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Literal, TypeVar

from genarch.engine.budget import Budget
from genarch.engine.calibration import Calibration, Right, chances, is_clear
from genarch.engine.constraints import Answers, Value
from genarch.engine.matching import ROOM, Matcher, extends, positions
from genarch.engine.rules import Method, NextStep, Notice, Ratio, RuleTable
from genarch.engine.spec import Spec, hardware_contradicted, with_implied
from genarch.values import NamedTuple

Bound = Literal["at_least", "above", "at_most", "below"]


class Stability(NamedTuple):
    """The smallest change of one rule's points for one architecture that gives another verdict."""

    rule: str
    architecture: str
    points: int
    changed: int
    verdict: str


class Possible(NamedTuple):
    """A verdict that is still possible, and answers to everything that the table reads which lead to it."""

    verdict: str
    witness: Answers


class Change(NamedTuple):
    """Another answer to a stated constraint.

    For a number, `bound` and `threshold` say from where on (`at_least` 100); `value` is one answer there, as it is for
    the other kinds. For a choice, `others` are the further choices that give the same verdict.
    """

    constraint: str
    value: Value
    bound: Bound | None = None
    threshold: int | float | None = None
    others: tuple[Value, ...] = ()


class Flip(NamedTuple):
    """Changes that together give another verdict; a single one wherever a single one does."""

    changes: tuple[Change, ...]
    verdict: str


Entry = TypeVar("Entry", Method, Notice, NextStep)
Confidence = Literal["forced", "clear", "lean", "close_call"]
NO_SHARES: Mapping[str, float] = {}
"""Of the families among precedents, where none are known."""


class Verdict(NamedTuple):
    """The answer."""

    verdict: str
    """A family, evaluate_both, undetermined or infeasible."""
    architecture: str | None
    """The best of that family; null without one."""
    candidates: tuple[str, ...]
    """Families in play, best first: two for evaluate_both, else one or none."""
    recommended: tuple[str, ...] = ()
    """The architectures recommended: the best of each candidate family."""
    confidence: Confidence | None = None
    """Null without a recommendation."""
    margin: Ratio | None = None
    """Difference of the two best families' points over all points that touch either, to four places in JSON."""
    chance: float | None = None
    """That what is recommended gets chosen, by documented cases; only where the table is calibrated by such."""
    documented: Right | None = None
    """How many answers of this confidence were right on documented cases that were left out; likewise."""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.architecture or self.verdict, self.confidence)))


def decide(spec: Spec, rules: RuleTable) -> Verdict:
    """The verdict alone, for whoever needs many of them."""
    table = scorer(rules.on_hardware(spec.constraints))
    return table.decide(spec.constraints, rules.agreement(spec.constraints))


def verdict_of(answers: Answers, rules: RuleTable) -> str:
    """The verdict's name alone, which does not hang on precedents."""
    return scorer(rules.on_hardware(answers)).decide(answers).verdict


VOUCHED = frozenset({"measured", "estimated", "published_report"})
"""The grades of rules that force what they leave alone, where the table is calibrated: evidence, published figures."""


class Effect(NamedTuple):
    """A rule by position of the architectures: its points, and the bits of what it excludes and limits to a lean."""

    points: tuple[tuple[int, int], ...]
    excludes: int
    limits: int = 0
    vouched: int = -1
    """Of what it excludes, the bits of what is surely out, by its grade."""


def revalued(effects: Sequence[Effect], position: int, architecture: int, points: int) -> Sequence[Effect]:
    """The effects, with other points of one rule for one architecture."""
    effect = effects[position]
    scored = {**dict(effect.points), architecture: points}
    changed = effect._replace(points=tuple((at, gained) for at, gained in scored.items() if gained))
    return (*effects[:position], changed, *effects[position + 1 :])


class Tally(NamedTuple):
    """What hits come to: for each architecture its points and the absolute points, and the bits of the excluded.

    `limited` has the bits of those whose recommendation is a lean at most.
    """

    points: list[int]
    touched: list[int]
    excluded: int
    limited: int = 0


def surplus(apart: int, touched: int, limit: Ratio) -> int:
    """By how much the margin of `apart` of `touched` points is above a limit; below 0 where it is below.

    It adds up: that of all hits is the sum of that of each, which is what bounds rest on.
    """
    return limit.denominator * apart - limit.numerator * touched


class Scorer:
    """A rule table compiled for evaluation; `scorer` gives the one of a table."""

    def __init__(self, rules: RuleTable, base: "Scorer | None" = None) -> None:
        """`base` is that of the table that this one extends."""
        self.architectures = tuple(architecture.id for architecture in rules.architectures)
        position = {name: at for at, name in enumerate(self.architectures)}
        self._rules = rules
        self.close_call, self._calibration = rules.header.close_call, rules.header.calibration
        # A margin says nothing where chances do.
        self._clear = Ratio(0, 1) if self._calibration else rules.header.clear
        self._least_rules = rules.header.least_rules
        known: tuple[Effect, ...] = base.effects if base else ()
        added = rules.rules[len(known) :]
        effects = [
            Effect(
                tuple((position[name], points) for name, points in rule.points.items()),
                sum(1 << position[name] for name in set(rule.excludes)),
                sum(1 << position[name] for name in rule.limits),
                -1 if self._calibration is None or rule.source.grade in VOUCHED else 0,
            )
            for rule in added
        ]
        self.effects: tuple[Effect, ...] = (*known, *effects)
        self.excluding = sum(1 << at for at, effect in enumerate(self.effects) if effect.excludes)
        """The bits of the rules that exclude."""
        self.scoring = sum(1 << at for at, effect in enumerate(self.effects) if effect.points)
        """The bits of the rules that give points."""
        doubtful = any(effect.limits or (effect.excludes and not effect.vouched) for effect in self.effects)
        self._may_limit = self._least_rules > 1 or doubtful
        """Whether anything in the table makes a recommendation a lean."""
        self.families = tuple(
            (family.id, tuple(position[a.id] for a in rules.architectures if a.family == family.id))
            for family in rules.families
        )
        others: tuple[Method | Notice | NextStep, ...] = (*rules.methods, *rules.notices, *rules.next_steps)
        self.rule_bits: int = base.rule_bits if base else (1 << len(added) + len(ROOM)) - 1
        """Those of the rules and of the room for more; above them are those of methods, notices and next steps."""
        whens = [rule.when for rule in added]
        self.matcher: Matcher
        if base:
            self.matcher = base.matcher.filled(len(known), whens)
        else:
            self.matcher = Matcher([*whens, *ROOM, *(entry.when for entry in others)], rules.assumptions)
        doubts = [isinstance(entry, Notice) and entry.level == "inconsistency" for entry in others]
        begin = self.rule_bits.bit_length()
        self._contradictions = sum(1 << at for at, doubt in enumerate(doubts, begin) if doubt)

    def decide(self, answers: Answers, shares: Mapping[str, float] = NO_SHARES) -> Verdict:
        """The verdict on stated answers; `shares` are those of the families among precedents."""
        matched = self.matcher.match(with_implied(answers)).hits
        return self.earned(self.tally_on(answers, matched), shares)

    def tally_on(self, stated: Answers, matched: int) -> Tally:
        """What all that hits on stated answers comes to.

        Where the table says so, every recommendation on answers that contradict one another is a lean.
        """
        tally, lean = self.tally(matched & self.rule_bits), self._rules.header.contradictions_lean
        if lean and (matched & self._contradictions or hardware_contradicted(stated)):
            return tally._replace(limited=-1)
        return tally

    def hits(self, answers: Answers) -> int:
        """The rules that hit on stated answers; the table's first has the lowest bit."""
        return self.matcher.match(with_implied(answers)).hits & self.rule_bits

    def judge(self, hits: int, effects: Sequence[Effect] | None = None) -> Verdict:
        """The verdict when exactly these rules hit; the table's first has the lowest bit.

        `effects` are other ones than the table's.
        """
        return self._judged(self.tally(hits, effects))

    def verdict(self, hits: int) -> str:
        """The verdict's name alone when exactly these rules hit: whether it is a lean is not asked."""
        return self._judged(self.summed(hits)).verdict

    def stability(self, answers: Answers, budget: Budget | None = None) -> Stability | None:
        """The smallest change of one hit's points for one architecture that gives another verdict.

        Rules that do not hit have no say, however many points they had. Among equals the first rule and architecture
        of the table are given, and fewer points before more. A change of so many points that there are no steps left is
        not found.
        """
        hits = self.hits(answers)
        points, touched, excluded, limited = self.tally(hits)
        verdict = self._judged(Tally(points, touched, excluded, limited))
        if verdict.architecture and verdict.margin is None:  # no other family is left
            return None
        rules = [self._rules.rules[at] for at in positions(hits)]
        # Rules that gave an architecture the same points change the verdict alike: the first is tried for all.
        tried: dict[tuple[int, int], str] = {}
        for rule in rules:
            for at, name in enumerate(self.architectures):
                if not excluded >> at & 1:
                    tried.setdefault((at, rule.points.get(name, 0)), rule.id)
        most = 3 * sum(abs(points) for rule in rules for points in rule.points.values()) + 4
        # Each point that moves counts towards what the margin is of, too: a high limit takes as many times more.
        limit = self.close_call
        for step in range(1, most * limit.denominator // max(1, limit.denominator - limit.numerator) + 1):
            for (at, before), rule_id in tried.items():
                if budget and not budget.spend():
                    return None
                for after in (before - step, before + step):
                    changed, moved = points.copy(), touched.copy()
                    changed[at] += after - before
                    moved[at] += abs(after) - abs(before)
                    found = self._judged(Tally(changed, moved, excluded)).verdict
                    if found != verdict.verdict:
                        return Stability(rule_id, self.architectures[at], before, after, found)
        return None

    def tally(self, hits: int, effects: Sequence[Effect] | None = None) -> Tally:
        """The points that these hits come to, by the table's effects or by other ones."""
        summed = self.summed(hits, effects)
        return summed._replace(limited=self._limited(hits, effects or self.effects)) if self._may_limit else summed

    def summed(self, hits: int, effects: Sequence[Effect] | None = None) -> Tally:
        """The same, but for what limits a recommendation to a lean."""
        effects = self.effects if effects is None else effects
        points, touched = [0] * len(self.architectures), [0] * len(self.architectures)
        excluded, left = 0, hits
        while left:
            lowest = left & -left
            scored, excludes, *_ = effects[lowest.bit_length() - 1]
            excluded |= excludes
            for at, gained in scored:
                points[at] += gained
                touched[at] += gained if gained > 0 else -gained
            left ^= lowest
        return Tally(points, touched, excluded)

    def _limited(self, hits: int, effects: Sequence[Effect]) -> int:
        """The bits of the architectures whose recommendation is a lean: those of the hits, or all where few hit.

        Also those of a family that is left alone by rules of no grade that could force it.
        """
        hit = [effects[at] for at in positions(hits)]
        if sum(bool(effect.points or effect.excludes) for effect in hit) < self._least_rules:
            return -1
        limited = reduce(or_, (effect.limits for effect in hit), 0)
        excluded = reduce(or_, (effect.excludes for effect in hit), 0)
        vouched = reduce(or_, (effect.excludes & effect.vouched for effect in hit), 0)
        if excluded != vouched:
            for _, members in self.families:
                own = sum(1 << at for at in members)
                others = (1 << len(self.architectures)) - 1 & ~own
                if not others & ~excluded and others & ~vouched:
                    limited |= own
        return limited

    def earned(self, tally: Tally, shares: Mapping[str, float], by: Calibration | None = None) -> Verdict:
        """The verdict, and as sure as the chance allows that it gets chosen, by the table's calibration or another."""
        verdict, by = self._judged(tally), by or self._calibration
        if by is None or verdict.confidence is None:
            return verdict
        confidence = verdict.confidence
        if verdict.margin is not None:
            found = chances(self.standing(tally), shares, by)
            chance = sum(found[family] for family in verdict.candidates)
            if confidence == "clear" and not is_clear(verdict.verdict, chance, shares, by):
                confidence = "lean"
            verdict = verdict._replace(confidence=confidence, chance=round(chance, 4))
        return verdict._replace(documented=by.left_out._asdict()[confidence])

    def standing(self, tally: Tally) -> Mapping[str, int]:
        """The points of the best architecture of each family that is left."""
        left = {
            family: [tally.points[at] for at in members if not tally.excluded >> at & 1]
            for family, members in self.families
        }
        return {family: max(points) for family, points in left.items() if points}

    def _judged(self, tally: Tally) -> Verdict:
        """The verdict: a surviving family stands as its best surviving architecture; ties keep the table's order."""
        points, touched, excluded, limited = tally
        best = []
        for family, members in self.families:
            alive = [at for at in members if not excluded >> at & 1]
            if alive:
                best.append((family, max(alive, key=points.__getitem__)))
        if not best:
            return Verdict("infeasible", None, ())
        best.sort(key=lambda entry: -points[entry[1]])
        (family, first), *others = best
        name = self.architectures[first]
        lean = bool(limited >> first & 1)
        if not others:
            return Verdict(family, name, (family,), (name,), "lean" if lean else "forced")
        if not any(total and not excluded >> at & 1 for at, total in enumerate(touched)):
            return Verdict("undetermined", None, ())
        rival, second = others[0]
        margin = Ratio(points[first] - points[second], touched[first] + touched[second] or 1)
        if not margin.numerator or surplus(*margin, self.close_call) < 0:
            both = (name, self.architectures[second])
            return Verdict("evaluate_both", None, (family, rival), both, "close_call", margin)
        confidence: Confidence = "lean" if lean or surplus(*margin, self._clear) < 0 else "clear"
        return Verdict(family, name, (family,), (name,), confidence, margin)


@lru_cache(maxsize=64)
def scorer(rules: RuleTable) -> Scorer:
    """The table compiled, once for each table."""
    return Scorer(rules, scorer(rules.base) if extends(rules) else None)
