"""From hits to a verdict: exclude, add up, rank, compare the two best families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from genarch.table.conditions import All, Predicate, constraints_read, predicates
from genarch.table.constraints import CONSTRAINTS, Answers
from genarch.table.matching import Matcher
from genarch.table.rules import Assumption, Citation, Method, Notice, Ratio, Rule, RuleTable
from genarch.table.spec import Spec, contradicted_device, with_implied

Confidence = Literal["forced", "clear", "lean", "close_call"]


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
    """A constraint that nobody has stated, and the rules that wait for it."""

    constraint: str
    rules: tuple[str, ...]


class Unread(NamedTuple):
    """A stated constraint that nothing in the table reads.

    For a set of which some members are read, `members` has the others.
    """

    constraint: str
    members: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """The answer.

    `verdict` is a family, `evaluate_both`, `undetermined` or `infeasible`. `architecture` is the best of that family,
    None without a family. `candidates` are the families in play, best first: two for `evaluate_both`, else one or none.
    `margin` is the difference of the two best families' points over the sum of the absolute points that all hits gave
    either; None where fewer than two families are compared. `confidence` is None without a recommendation.
    """

    verdict: str
    architecture: str | None
    candidates: tuple[str, ...]
    confidence: Confidence | None
    margin: Ratio | None


class Stability(NamedTuple):
    """The smallest change of one rule's points for one architecture that gives another verdict."""

    rule: str
    architecture: str
    points: int
    changed: int
    verdict: str


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
    recommended: tuple[str, ...]
    """The architectures recommended: one, or for `evaluate_both` the best of either family."""


DEVICE_CONTRADICTED = "inconsistent-gpu-device"
"""Its id, as reports and waivers have it."""


def device_contradicted(stated: Answers) -> Iterator[Notice]:
    """That `gpu` and `device` contradict each other, where they do."""
    allowed = contradicted_device(stated)
    if allowed:
        gpu, device = stated["gpu"], stated["device"]
        message = (
            f"gpu says {gpu}, which is {' or '.join(allowed)}; device says {device}. The rules go by the device, the "
            "evidence by the gpu: state one of them, or make them agree."
        )
        title = "The hardware is not of the kind of device that is stated"
        when = All((Predicate("gpu", "is", (str(gpu),)), Predicate("device", "is", (str(device),))))
        source = Citation((), "the hardware of the evidence catalogue", "expert_judgement")
        yield Notice(DEVICE_CONTRADICTED, "inconsistency", title, when, message, source)


def evaluate(spec: Spec, rules: RuleTable) -> Evaluation:
    """Evaluate a spec, with every reason: ranking, hits, what is undecided, methods and notices."""
    return scorer(rules).evaluate(spec.constraints)


def decide(spec: Spec, rules: RuleTable) -> Verdict:
    """The verdict alone, for whoever needs many of them."""
    return scorer(rules).decide(spec.constraints)


class Effect(NamedTuple):
    """A rule by position of the architectures: its points, and the bits of what it excludes."""

    points: tuple[tuple[int, int], ...]
    excludes: int


def revalued(effects: Sequence[Effect], position: int, architecture: int, points: int) -> Sequence[Effect]:
    """The effects, with other points of one rule for one architecture."""
    effect = effects[position]
    scored = {**dict(effect.points), architecture: points}
    changed = Effect(tuple((at, gained) for at, gained in scored.items() if gained), effect.excludes)
    return (*effects[:position], changed, *effects[position + 1 :])


class _Best(NamedTuple):
    """A family's best surviving architecture."""

    family: str
    architecture: int
    points: int


class Scorer:
    """A rule table compiled for evaluation; `scorer` gives the one of a table."""

    __slots__ = (
        "_architectures",
        "_clear",
        "_close",
        "_families",
        "_matcher",
        "_methods_at",
        "_named",
        "_notices_at",
        "_readers",
        "_rule_bits",
        "_rules",
        "effects",
    )

    def __init__(self, rules: RuleTable) -> None:
        names = [architecture.id for architecture in rules.architectures]
        position = {name: at for at, name in enumerate(names)}
        self._rules = rules
        self._architectures = names
        self._close, self._clear = rules.header.close_call, rules.header.clear
        self.effects = tuple(
            Effect(
                tuple((position[name], points) for name, points in rule.points.items()),
                sum(1 << position[name] for name in set(rule.excludes)),
            )
            for rule in rules.rules
        )
        self._families = tuple(
            (family.id, tuple(position[a.id] for a in rules.architectures if a.family == family.id))
            for family in rules.families
        )
        entries: list[Rule | Method | Notice] = [*rules.rules, *rules.methods, *rules.notices]
        self._matcher = Matcher([entry.when for entry in entries], rules.assumptions)
        self._rule_bits = (1 << len(rules.rules)) - 1
        self._methods_at = len(rules.rules)
        self._notices_at = self._methods_at + len(rules.methods)
        readers: dict[str, list[int]] = {constraint.name: [] for constraint in CONSTRAINTS}
        for at, rule in enumerate(rules.rules):
            for name in constraints_read(rule.when):
                readers[name].append(at)
        self._readers = readers
        named: dict[str, set[object]] = {name: set() for name in readers}
        for reader in (*entries, *rules.assumptions):
            for predicate in predicates(reader.when):
                named[predicate.constraint].update(predicate.operand)
        self._named = named

    def decide(self, answers: Answers) -> Verdict:
        """The verdict on stated answers."""
        return self.judge(self.hits(answers))

    def hits(self, answers: Answers) -> int:
        """The rules that hit on stated answers; the table's first has the lowest bit."""
        return self._matcher.match(with_implied(answers)).hits & self._rule_bits

    def judge(self, hits: int, effects: Sequence[Effect] | None = None) -> Verdict:
        """The verdict when exactly these rules hit; the table's first has the lowest bit.

        `effects` are other ones than the table's.
        """
        effects = self.effects if effects is None else effects
        points, excluded, scored = self._tally(hits, effects)
        return self._verdict(hits, effects, points, excluded, scored)

    def recommended(self, hits: int) -> tuple[str, ...]:
        """The architectures recommended when exactly these rules hit: one, or the best of either family."""
        points, excluded, scored = self._tally(hits, self.effects)
        return self._recommended(self._verdict(hits, self.effects, points, excluded, scored), points, excluded)

    def evaluate(self, answers: Answers) -> Evaluation:
        """The verdict on stated answers, with every reason."""
        rules = self._rules
        stated, answers = answers, with_implied(answers)
        matches = self._matcher.match(answers)
        hits = matches.hits & self._rule_bits
        points, excluded, scored = self._tally(hits, self.effects)
        verdict = self._verdict(hits, self.effects, points, excluded, scored)
        recommended = self._recommended(verdict, points, excluded)
        positions = [at for at in range(len(rules.rules)) if hits >> at & 1]
        waiting = _waiting(self._readers, matches.unknown & self._rule_bits)
        return Evaluation(
            verdict,
            self._ranking(positions, points),
            tuple(rules.rules[at] for at in positions),
            tuple(
                Undecided(name, tuple(rules.rules[at].id for at in at_rules))
                for name, at_rules in waiting.items()
                if answers.get(name) is None
            ),
            self._unread(stated),
            self._methods(matches.hits, recommended),
            (*self._notices(matches.hits, verdict, recommended), *device_contradicted(stated)),
            tuple(rules.assumptions[at] for at in matches.assumed),
            recommended,
        )

    def stability(self, answers: Answers) -> Stability | None:
        """The smallest change of one hit's points for one architecture that gives another verdict.

        Rules that do not hit have no say, however many points they had. Among equals the first rule and architecture
        of the table are given, and fewer points before more.
        """
        hits = self.hits(answers)
        verdict = self.judge(hits).verdict
        positions = [at for at in range(len(self.effects)) if hits >> at & 1]
        farthest = 3 * sum(abs(points) for at in positions for _, points in self.effects[at].points) + 3
        for step in range(1, farthest + 1):
            for at in positions:
                for architecture, name in enumerate(self._architectures):
                    before = self._rules.rules[at].points.get(name, 0)
                    for after in (before - step, before + step):
                        found = self.judge(hits, revalued(self.effects, at, architecture, after)).verdict
                        if found != verdict:
                            return Stability(self._rules.rules[at].id, name, before, after, found)
        return None

    def _tally(self, hits: int, effects: Sequence[Effect]) -> tuple[list[int], int, int]:
        """Points by architecture, the bits of the excluded ones, and the bits of those that any hit gave points."""
        points = [0] * len(self._architectures)
        excluded = scored = 0
        while hits:
            lowest = hits & -hits
            effect = effects[lowest.bit_length() - 1]
            excluded |= effect.excludes
            for at, gained in effect.points:
                points[at] += gained
                scored |= 1 << at
            hits ^= lowest
        return points, excluded, scored

    def _best(self, points: Sequence[int], excluded: int) -> list[_Best]:
        """Each surviving family by its best surviving architecture, best first; ties keep the table's order."""
        found = []
        for family, members in self._families:
            alive = [at for at in members if not excluded >> at & 1]
            if alive:
                best = max(alive, key=points.__getitem__)
                found.append(_Best(family, best, points[best]))
        found.sort(key=lambda best: -best.points)
        return found

    def _verdict(
        self, hits: int, effects: Sequence[Effect], points: Sequence[int], excluded: int, scored: int
    ) -> Verdict:
        best = self._best(points, excluded)
        if not best:
            return Verdict("infeasible", None, (), None, None)
        first = best[0]
        name = self._architectures[first.architecture]
        if len(best) == 1:
            return Verdict(first.family, name, (first.family,), "forced", None)
        if not scored & ~excluded:
            return Verdict("undetermined", None, (), None, None)
        margin = self._margin(hits, effects, first, best[1])
        if not margin.numerator or _below(margin, self._close):
            return Verdict("evaluate_both", None, (first.family, best[1].family), "close_call", margin)
        confidence: Confidence = "lean" if _below(margin, self._clear) else "clear"
        return Verdict(first.family, name, (first.family,), confidence, margin)

    def _margin(self, hits: int, effects: Sequence[Effect], first: _Best, second: _Best) -> Ratio:
        touched = 0
        pair = (first.architecture, second.architecture)
        while hits:
            lowest = hits & -hits
            for at, gained in effects[lowest.bit_length() - 1].points:
                if at in pair:
                    touched += abs(gained)
            hits ^= lowest
        return Ratio(first.points - second.points, touched or 1)

    def _recommended(self, verdict: Verdict, points: Sequence[int], excluded: int) -> tuple[str, ...]:
        if verdict.architecture:
            return (verdict.architecture,)
        by_family = {best.family: self._architectures[best.architecture] for best in self._best(points, excluded)}
        return tuple(by_family[family] for family in verdict.candidates)

    def _ranking(self, positions: Sequence[int], points: Sequence[int]) -> tuple[Ranked, ...]:
        ranked = []
        for at, architecture in enumerate(self._rules.architectures):
            excluded_by = []
            contributions = []
            for position in positions:
                rule = self._rules.rules[position]
                if self.effects[position].excludes >> at & 1:
                    excluded_by.append(rule.id)
                gained = rule.points.get(architecture.id)
                if gained:
                    contributions.append(Contribution(rule.id, gained))
            ranked.append(
                Ranked(architecture.id, architecture.family, points[at], tuple(excluded_by), tuple(contributions))
            )
        ranked.sort(key=lambda entry: (bool(entry.excluded_by), -entry.points))
        return tuple(ranked)

    def _unread(self, answers: Answers) -> tuple[Unread, ...]:
        """What is stated and nothing in the table reads, so that nobody takes it for considered."""
        found = []
        for name, value in answers.items():
            if name == "gpu" and self._named["device"]:
                continue  # read as the device that it implies
            if not self._named[name]:
                found.append(Unread(name))
            elif isinstance(value, frozenset) and not value <= self._named[name]:
                found.append(Unread(name, tuple(sorted(value - self._named[name]))))
        return tuple(found)

    def _methods(self, bits: int, recommended: Sequence[str]) -> tuple[Method, ...]:
        return tuple(
            method
            for at, method in enumerate(self._rules.methods, self._methods_at)
            if bits >> at & 1 and not set(recommended).isdisjoint(method.architectures)
        )

    def _notices(self, bits: int, verdict: Verdict, recommended: Sequence[str]) -> tuple[Notice, ...]:
        talked_of = {verdict.verdict, *verdict.candidates, *recommended}
        return tuple(
            notice
            for at, notice in enumerate(self._rules.notices, self._notices_at)
            if bits >> at & 1 and (not notice.about or not talked_of.isdisjoint(notice.about))
        )


def _waiting(readers: Mapping[str, Sequence[int]], bits: int) -> dict[str, tuple[int, ...]]:
    """For each constraint, which of the conditions in `bits` read it; constraints that none reads are left out."""
    found = {name: tuple(i for i in positions if bits >> i & 1) for name, positions in readers.items()}
    return {name: positions for name, positions in found.items() if positions}


def _below(margin: Ratio, limit: Ratio) -> bool:
    return margin.numerator * limit.denominator < limit.numerator * margin.denominator


_SCORERS: WeakKeyDictionary[RuleTable, Scorer] = WeakKeyDictionary()


def scorer(rules: RuleTable) -> Scorer:
    """The table compiled, once for each table."""
    found = _SCORERS.get(rules)
    if found is None:
        found = _SCORERS[rules] = Scorer(rules)
    return found
