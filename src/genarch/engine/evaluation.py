"""A verdict with its reasons: the ranking, what hit, what is undecided or unread, methods, notices and next steps."""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter

from genarch.engine.conditions import constraints_read, values_named
from genarch.engine.constraints import CONSTRAINTS, Answers, Range
from genarch.engine.matching import extends, positions
from genarch.engine.rules import Assumption, Method, NextStep, Notice, Rule, RuleTable
from genarch.engine.scoring import Verdict, scorer
from genarch.engine.spec import Spec, gpu_not_listed, hardware_contradicted, with_implied
from genarch.values import NamedTuple


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
    reasons = _reasons(rules.on_hardware(spec.constraints))
    return reasons.of(spec.constraints, rules.agreement(spec.constraints))


_MOST_WAITED = 4096
_points = attrgetter("points")


class _Reasons:
    """What a table's reasons are made of, compiled once."""

    def __init__(self, rules: RuleTable, base: "_Reasons | None" = None) -> None:
        """`base` is that of the table that this one extends."""
        self._rules, self._scorer, self._base = rules, scorer(rules), base
        self._waited: dict[tuple[str, int], Undecided] = {}
        self._added = rules.added if extends(rules) else rules.rules
        self._known = len(rules.rules) - len(self._added)

    @cached_property
    def named(self) -> dict[str, set[object]]:
        """The values of each constraint that something in the table names."""
        rules = self._rules
        if self._base:
            known, more = self._base.named, values_named(rule.when for rule in self._added)
            return known | {name: values | known.get(name, set()) for name, values in more.items()}
        lists = (rules.rules, rules.methods, rules.notices, rules.next_steps, rules.assumptions)
        return values_named(entry.when for entries in lists for entry in entries)

    @cached_property
    def never_read(self) -> dict[str, Unread]:
        """The constraints that nothing in the table reads; a gpu is read as the device that it implies."""
        read = {*self.named, *(["gpu"] if "device" in self.named else [])}
        return {constraint.name: Unread(constraint.name) for constraint in CONSTRAINTS if constraint.name not in read}

    @cached_property
    def readers(self) -> dict[str, int]:
        """The bits of the rules that read each constraint."""
        readers = {**self._base.readers} if self._base else {constraint.name: 0 for constraint in CONSTRAINTS}
        for at, rule in enumerate(self._added, self._known):
            for name in constraints_read(rule.when):
                readers[name] |= 1 << at
        return readers

    @cached_property
    def contributions(self) -> list[list[tuple[int, Contribution]]]:
        """What each rule gives, with the position of the architecture."""
        added = zip(self._added, self._scorer.effects[self._known :], strict=True)
        given = [[(at, Contribution(rule.id, gave)) for at, gave in effect.points if gave] for rule, effect in added]
        return [*self._base.contributions, *given] if self._base else given

    def of(self, stated: Answers, shares: Mapping[str, float]) -> Evaluation:
        """The verdict on stated answers, with every reason; `shares` are those of the families among precedents."""
        answers = with_implied(stated)
        rules, rule_bits = self._rules, self._scorer.rule_bits
        bits, unknown, assumed = self._scorer.matcher.match(answers)
        tally = self._scorer.tally_on(stated, bits)
        verdict = self._scorer.earned(tally, shares)
        recommended = set(verdict.recommended)
        concerned = {verdict.verdict, *verdict.candidates, *recommended}
        hits = positions(bits & rule_bits)
        others, first_notice = positions(bits >> rule_bits.bit_length()), len(rules.methods)
        first_step = first_notice + len(rules.notices)
        methods = [rules.methods[at] for at in others if at < first_notice]
        notices = [rules.notices[at - first_notice] for at in others if first_notice <= at < first_step]
        next_steps = [rules.next_steps[at - first_step] for at in others if at >= first_step]
        return Evaluation(
            verdict,
            self._ranking(hits, tally.points),
            tuple([rules.rules[at] for at in hits]),
            tuple(self._undecided(unknown, answers)),
            tuple(self._unread(stated)),
            tuple([entry for entry in methods if not recommended.isdisjoint(entry.architectures)]),
            (
                *hardware_contradicted(stated),
                *gpu_not_listed(stated),
                *[entry for entry in notices if not (entry.about and concerned.isdisjoint(entry.about))],
            ),
            tuple([rules.assumptions[at] for at in assumed]),
            tuple([entry for entry in next_steps if not (entry.about and concerned.isdisjoint(entry.about))]),
        )

    def _undecided(self, unknown: int, answers: Answers) -> Iterator[Undecided]:
        """What is not stated, or a range of which a part makes a difference, and the rules that wait for it."""
        for name, reading in self.readers.items():
            if waiting := reading & unknown:
                stated = answers.get(name)
                if isinstance(stated, Range):
                    parted, terms_of = self._scorer.matcher.over(name, stated)[1], self._scorer.matcher.terms_of
                    waiting = sum(1 << at for at in positions(waiting) if parted & terms_of(1 << at))
                elif stated is not None:
                    continue
                if waiting:
                    yield self._waiting(name, waiting)

    def _waiting(self, constraint: str, rules: int) -> Undecided:
        """A constraint that rules wait for, by their bits; made once, since specs leave the same open."""
        known = self._waited.get((constraint, rules))
        if known is None:
            if len(self._waited) >= _MOST_WAITED:
                self._waited.clear()
            known = Undecided(constraint, tuple([self._rules.rules[at].id for at in positions(rules)]))
            self._waited[constraint, rules] = known
        return known

    def _ranking(self, hits: Sequence[int], points: Sequence[int]) -> tuple[Ranked, ...]:
        against: list[list[str]] = [[] for _ in self._rules.architectures]
        given: list[list[Contribution]] = [[] for _ in self._rules.architectures]
        for hit in hits:
            for at, contribution in self.contributions[hit]:
                given[at].append(contribution)
            if excludes := self._scorer.effects[hit].excludes:
                for at in positions(excludes):
                    against[at].append(self._rules.rules[hit].id)
        ranked = [
            Ranked(architecture.id, architecture.family, scored, tuple(excluded_by), tuple(contributions))
            for architecture, scored, excluded_by, contributions in zip(
                self._rules.architectures, points, against, given, strict=True
            )
        ]
        ranked.sort(key=_points, reverse=True)
        return (
            *[entry for entry in ranked if not entry.excluded_by],
            *[entry for entry in ranked if entry.excluded_by],
        )

    def _unread(self, answers: Answers) -> list[Unread]:
        """What is stated and nothing in the table reads, so that nobody takes it for considered."""
        named, never_read = self.named, self.never_read
        unread = []
        for name, value in answers.items():
            if name in never_read:
                unread.append(never_read[name])
            elif isinstance(value, frozenset) and not value <= named[name]:
                unread.append(Unread(name, tuple(sorted(value - named[name]))))
        return unread


@lru_cache(maxsize=64)
def _reasons(rules: RuleTable) -> _Reasons:
    """The table's, once for each table."""
    return _Reasons(rules, _reasons(rules.base) if extends(rules) else None)
