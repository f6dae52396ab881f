"""From hits to a verdict: exclude, add up, rank, compare the two best families."""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Literal

from genarch.engine.budget import Budget
from genarch.engine.calibration import Calibration, Right, chances, is_clear
from genarch.engine.changes import Stability
from genarch.engine.conditions import constraints_read, values_named
from genarch.engine.constraints import CONSTRAINTS, Answers, Range
from genarch.engine.extension import ROOM, extends
from genarch.engine.hardware_notices import gpu_not_listed, hardware_contradicted
from genarch.engine.matching import Matcher, positions
from genarch.engine.rules import Assumption, Method, NextStep, Notice, Ratio, Rule, RuleTable
from genarch.engine.spec import Spec, with_implied
from genarch.values import NamedTuple

Confidence = Literal["forced", "clear", "lean", "close_call"]
NO_SHARES: Mapping[str, float] = {}
"""Of the families among precedents, where none are known."""


class Contribution(NamedTuple):
    """The points that one hit gave an architecture; below 0 where it speaks against it."""

    rule: str
    points: int


class Ranked(NamedTuple):
    """An architecture with its points and the hits that gave them; `excluded_by` names the hits that ruled it out."""

    architecture: str
    family: str
    points: int
    excluded_by: tuple[str, ...]
    contributions: tuple[Contribution, ...]


class Undecided(NamedTuple):
    """A constraint that is not stated, or only as a range, and the rules that wait for it."""

    constraint: str
    rules: tuple[str, ...]


class Unread(NamedTuple):
    """A stated constraint that nothing in the table reads.

    For a set of which some members are read, `members` has the others.
    """

    constraint: str
    members: tuple[str, ...] = ()


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


class Evaluation(NamedTuple):
    """A verdict with its reasons. Survivors of the ranking stand first, best first; then what was excluded."""

    verdict: Verdict
    ranking: tuple[Ranked, ...]
    hits: tuple[Rule, ...]
    undecided: tuple[Undecided, ...]
    unread: tuple[Unread, ...]
    methods: tuple[Method, ...]
    notices: tuple[Notice, ...]
    assumed: tuple[Assumption, ...]
    next_steps: tuple[NextStep, ...] = ()

    def __repr__(self) -> str:
        return f"Evaluation({self.verdict})"


def evaluate(spec: Spec, rules: RuleTable) -> Evaluation:
    """Evaluate a spec, with every reason: ranking, hits, what is undecided, methods and notices."""
    return scorer(rules.on_hardware(spec.constraints)).evaluate(spec.constraints, rules.agreement(spec.constraints))


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
        self._base, self._added = base, rules.rules[len(known) :]
        effects = [
            Effect(
                tuple((position[name], points) for name, points in rule.points.items()),
                sum(1 << position[name] for name in set(rule.excludes)),
                sum(1 << position[name] for name in rule.limits),
                -1 if self._calibration is None or rule.source.grade in VOUCHED else 0,
            )
            for rule in self._added
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
        self._others: tuple[Method | Notice | NextStep, ...] = (*rules.methods, *rules.notices, *rules.next_steps)
        self.rule_bits: int = base.rule_bits if base else (1 << len(self._added) + len(ROOM)) - 1
        whens = [rule.when for rule in self._added]
        self.matcher: Matcher
        if base:
            self.matcher = base.matcher.filled(len(known), whens)
        else:
            self.matcher = Matcher([*whens, *ROOM, *(entry.when for entry in self._others)], rules.assumptions)
        doubts = [isinstance(entry, Notice) and entry.level == "inconsistency" for entry in self._others]
        begin = self.rule_bits.bit_length()
        self._contradictions = sum(1 << at for at, doubt in enumerate(doubts, begin) if doubt)

    @cached_property
    def readers(self) -> dict[str, list[int]]:
        """The rules that read each constraint, by position."""
        known = self._base.readers if self._base else {constraint.name: [] for constraint in CONSTRAINTS}
        readers = {name: [*rules] for name, rules in known.items()}
        for at, rule in enumerate(self._added, len(self.effects) - len(self._added)):
            for name in constraints_read(rule.when):
                readers[name].append(at)
        return readers

    @cached_property
    def named(self) -> dict[str, set[object]]:
        """The values of each constraint that something in the table names."""
        if self._base is None:
            return values_named(entry.when for entry in (*self._added, *self._others, *self._rules.assumptions))
        known, more = self._base.named, values_named(rule.when for rule in self._added)
        return known | {name: values | known.get(name, set()) for name, values in more.items()}

    def decide(self, answers: Answers, shares: Mapping[str, float] = NO_SHARES) -> Verdict:
        """The verdict on stated answers; `shares` are those of the families among precedents."""
        matched = self.matcher.match(with_implied(answers)).hits
        return self.earned(self._doubted(self.tally(matched & self.rule_bits), matched, answers), shares)

    def _doubted(self, tally: Tally, matched: int, stated: Answers) -> Tally:
        """The tally; where the table says so, every recommendation on answers that contradict one another is a lean."""
        lean = self._rules.header.contradictions_lean
        if lean and (matched & self._contradictions or any(hardware_contradicted(stated))):
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

    def evaluate(self, stated: Answers, shares: Mapping[str, float] = NO_SHARES) -> Evaluation:
        """The verdict on stated answers, with every reason; `shares` are those of the families among precedents."""
        answers = with_implied(stated)
        bits, unknown, assumed = self.matcher.match(answers)
        tally = self._doubted(self.tally(bits & self.rule_bits), bits, stated)
        verdict = self.earned(tally, shares)
        recommended = set(verdict.recommended)
        concerned = {verdict.verdict, *verdict.candidates, *recommended}
        waiting = (
            (
                name,
                tuple(
                    [self._rules.rules[at].id for at in readers if unknown >> at & 1 and self._open(name, at, answers)]
                ),
            )
            for name, readers in self.readers.items()
            if answers.get(name) is None or isinstance(answers[name], Range)
        )
        rules_hit = tuple([self._rules.rules[at] for at in positions(bits & self.rule_bits)])
        hits = [self._others[at] for at in positions(bits >> self.rule_bits.bit_length())]
        said = [e for e in hits if isinstance(e, Notice | NextStep) and not (e.about and concerned.isdisjoint(e.about))]
        return Evaluation(
            verdict,
            self._ranking(rules_hit, tally.points),
            rules_hit,
            tuple([Undecided(name, rules) for name, rules in waiting if rules]),
            tuple(self._unread(stated)),
            tuple([m for m in hits if isinstance(m, Method) and not recommended.isdisjoint(m.architectures)]),
            (
                *hardware_contradicted(stated),
                *gpu_not_listed(stated),
                *[entry for entry in said if isinstance(entry, Notice)],
            ),
            tuple([self._rules.assumptions[at] for at in assumed]),
            tuple([entry for entry in said if isinstance(entry, NextStep)]),
        )

    def _open(self, name: str, rule: int, answers: Answers) -> bool:
        """Whether a rule waits for a constraint: it is not stated, or a range of which a part makes a difference."""
        stated = answers.get(name)
        return not isinstance(stated, Range) or bool(
            self.matcher.over(name, stated)[1] & self.matcher.terms_of(1 << rule)
        )

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

    def _ranking(self, hits: Sequence[Rule], points: Sequence[int]) -> tuple[Ranked, ...]:
        ranked = []
        for (name, family, *_), scored in zip(self._rules.architectures, points, strict=True):
            excluded_by = tuple([rule.id for rule in hits if name in rule.excludes])
            contributions = tuple([Contribution(rule.id, gave) for rule in hits if (gave := rule.points.get(name))])
            ranked.append(Ranked(name, family, scored, excluded_by, contributions))
        return tuple(sorted(ranked, key=lambda entry: (bool(entry.excluded_by), -entry.points)))

    def _unread(self, answers: Answers) -> Iterator[Unread]:
        """What is stated and nothing in the table reads, so that nobody takes it for considered."""
        for name, value in answers.items():
            if name == "gpu" and "device" in self.named:
                continue  # read as the device that it implies
            if name not in self.named:
                yield Unread(name)
            elif isinstance(value, frozenset) and not value <= self.named[name]:
                yield Unread(name, tuple(sorted(value - self.named[name])))


@lru_cache(maxsize=64)
def scorer(rules: RuleTable) -> Scorer:
    """The table compiled, once for each table."""
    return Scorer(rules, scorer(rules.base) if extends(rules) else None)
