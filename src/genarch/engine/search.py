"""The space of answers, and the search behind every exact answer: branch and bound over what nobody has stated.

Conditions cut the answers to each constraint into classes that do the same. A question asked of this space is: which of
the wanted names do some completions have? Conditions are matched in three-valued logic, by their terms: with some
constraints answered, a condition hits, misses, or is open. A node of the search has some constraints answered and the
others open. It is cut where a bound says that no wanted name can be reached from it, and where it leaves the same as a
node that was searched before. What is found comes with a witness, the answers of one such completion; what is not found
is out of reach everywhere. So the answer is exact, though few of the completions are looked at, unless the search met
its limit of steps, which `Found.complete` says.

Where examples are enough, `genarch.engine.completions` samples some.
"""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from functools import lru_cache, reduce
from itertools import combinations, groupby
from operator import attrgetter
from typing import Generic, TypeVar

from genarch.engine.bounds import Bounds
from genarch.engine.budget import Budget
from genarch.engine.conditions import Condition
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, NOTHING_STATED, Answers, Constraint, Range, Value, in_order
from genarch.engine.matching import ROOM, Column, Extended, Matcher, extends, positions
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Scorer, scorer
from genarch.engine.spec import IMPLIED
from genarch.values import NamedTuple

Item = TypeVar("Item")


class Stretch(NamedTuple):
    """Neighbouring numbers that do the same, and one of them."""

    value: int | float
    range: Range

    def joined(self, following: "Stretch") -> "Stretch":
        """This one and the one that follows it, as one."""
        return Stretch(self.value, self.range._replace(at_most=following.range.at_most, below=following.range.below))


def subsets(items: Sequence[Item], least: int = 0) -> Iterator[tuple[Item, ...]]:
    """Every choice of some of the items, of at least so many, the smallest first."""
    return (some for size in range(least, len(items) + 1) for some in combinations(items, size))


def fewer(names: Sequence[str], enough: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """Names that are enough, of which none can be left out alone; all of them are enough."""
    for name in names:
        others = [other for other in names if other != name]
        names = others if enough(others) else names
    return names


class AnswerClass(NamedTuple):
    """Answers to one constraint that do the same: one of them, and the terms that they fail."""

    value: Value
    fails: int


FAILS = attrgetter("fails")

Classes = Mapping[str, Sequence[AnswerClass]]

ALL: Classes = {}


class _Classes(dict[str, tuple[AnswerClass, ...]]):
    """The classes of answers to each constraint, made when asked for: what is stated needs none."""

    def __init__(self, space: "Space") -> None:
        super().__init__()
        self._space = space

    def __missing__(self, name: str) -> tuple[AnswerClass, ...]:
        base, column = self._space.base, self._space.columns.get(name)
        as_before = base is not None and base.columns.get(name) is column
        self[name] = base.classes[name] if base and as_before else distinct(self._space.answers(name, alike=False))
        return self[name]


class Space:
    """Conditions that are watched, those that must not hit, and the classes of answers to what they read."""

    def __init__(
        self, conditions: Sequence[Condition], contradictions: Iterable[Condition] = (), *, first: Iterable[int] = ()
    ) -> None:
        """Cut the space; a search settles the conditions at the positions `first` before the others."""
        self.watched = (1 << len(conditions)) - 1
        """The bits of the conditions that are watched; the others' are those of contradictions."""
        self.base: Space | None = None
        """That of which it is a copy with more conditions: constraints that they do not read have the same classes."""
        self.cut(Matcher([*conditions, *contradictions]), first)

    def cut(self, matcher: Matcher, first: Iterable[int]) -> None:
        """Cut it by a matcher of such conditions and contradictions."""
        self.matcher, self.columns = matcher, matcher.columns
        self.watched_terms = matcher.terms_of(self.watched)
        self.first_terms = matcher.terms_of(sum(1 << position for position in set(first)))
        self.classes = _Classes(self)

    def filled(self, at: int, conditions: Sequence[Condition], *, first: Iterable[int] = ()) -> "Space":
        """This one with conditions in place of some that never hit, from a position on."""
        other = copy(self)
        other.base = self
        other.cut(self.matcher.filled(at, conditions), first)
        return other

    def column(self, name: str) -> Column:
        """What a constraint does to the conditions; nothing, where none reads it."""
        return self.columns.get(name) or Column(name)

    def left_open(self, stated: Answers, classes: Classes = ALL) -> dict[str, Sequence[AnswerClass]]:
        """What is not stated, or only as a range, with the classes of answers to it; those of some are given."""
        found: dict[str, Sequence[AnswerClass]] = {}
        for name, column in self.columns.items():
            value = stated.get(name)
            if name in classes and (value is None or isinstance(value, Range)):
                found[name] = classes[name]
            elif isinstance(value, Range):
                found[name] = distinct(AnswerClass(number, column.fails(number)) for number in column.within(value))
            elif value is None:
                found[name] = self.classes[name]
        return found

    def left_by(self, stated: Answers) -> Hashable:
        """What stated answers leave open: completions of those that leave the same meet the same conditions."""
        values = ((name, stated.get(name)) for name in self.columns)
        return self.matcher.against(stated)[0], *[pair for pair in values if isinstance(pair[1], Range | None)]

    def answers(self, name: str, *, alike: bool = True) -> list[AnswerClass]:
        """Answers to a constraint, at least one of each class, in the order of the declaration, numbers ascending.

        Of members of sets that do the same, the first alone unless `alike`.
        """
        constraint, column = BY_NAME[name], self.column(name)
        values: Sequence[Value]
        if constraint.numeric:
            values = column.numbers()
        else:
            members = column.members if alike else [first for first, *_ in column.alike(column.members)]
            values = names_of(constraint, members)
        return [AnswerClass(value, column.fails(value)) for value in values]

    def cells(self, name: str) -> list[Stretch]:
        """The thresholds of a constraint and the gaps between them, in order, each for every number there is of it."""
        column = self.column(name)

        def around(number: float) -> Stretch:
            if number in column.thresholds:
                return Stretch(number, Range(at_least=number, at_most=number))
            low = max((edge for edge in column.thresholds if edge < number), default=None)
            high = min((edge for edge in column.thresholds if edge > number), default=None)
            return Stretch(number, Range(above=low, below=high))

        return [around(number) for number in column.numbers()]

    def stretches(self, name: str) -> list[Stretch]:
        """The numbers in order, cut only where the conditions that they fail change."""
        fails = self.column(name).fails
        alike = groupby(self.cells(name), lambda cell: fails(cell.value))
        return [reduce(Stretch.joined, cells) for _, cells in alike]


def names_of(constraint: Constraint, members: Iterable[str]) -> Sequence[Value]:
    """Every answer to a constraint that is not a number, in the order of the declaration; sets of some members."""
    if constraint.kind == "flag":
        return (True, False)
    if constraint.kind == "choice":
        return constraint.values
    return _sets_of(tuple([name for name in constraint.values if name in members]))


@lru_cache(maxsize=64)
def _sets_of(members: Sequence[str]) -> Sequence[Value]:
    """Every set of members, the smallest first: the same ones each time, whose hashes are known."""
    return [frozenset(some) for some in subsets(members)]


def distinct(answers: Iterable[AnswerClass]) -> tuple[AnswerClass, ...]:
    """The first answer of each class."""
    found: dict[int, AnswerClass] = {}
    for answer in answers:
        found.setdefault(answer.fails, answer)
    return tuple(found.values())


LIMIT = 20_000
"""Steps that a search may take where nobody says otherwise, some one second; the shipped tables take 4,000 at most."""

STEP = 256
"""Conditions that a search looks at in one step at most: a node of a larger table counts as several."""

Name = TypeVar("Name", bound=Hashable)


class Found(NamedTuple, Generic[Name]):
    """What a search found: for each name that was met, the answers that lead there beside the stated ones.

    `complete` says that the search came to its end: names that it did not find, no completion has.
    """

    witnesses: Mapping[Name, Answers]
    complete: bool

    @property
    def answers(self) -> Answers | None:
        """The witness of the first name, for searches of a single one."""
        return next(iter(self.witnesses.values()), None)


def search(
    space: Space,
    names: Callable[[int], Iterable[Name]],
    reachable: Callable[[int, int, AbstractSet[Name]], bool],
    wanted: Iterable[Name],
    stated: Answers = NOTHING_STATED,
    *,
    classes: Classes = ALL,
    limit: int = LIMIT,
    budget: Budget | None = None,
    cost: int = 1,
) -> Found[Name]:
    """Which of the wanted names some completions of the stated answers have.

    `names` has those of a completion on which exactly the watched conditions of these bits hit. `reachable` tells
    whether any of a set of names may still come of the conditions that hit and those that are open; it may err only
    on the side of yes. `classes` are those to try of some constraints, `limit` is how many steps to take at most, of
    the `budget` that it shares with others; `cost` is how many a node of a small table takes.
    """
    matcher, watched = space.matcher, space.watched
    every = space.left_open(stated, classes)
    reads = {
        name: matcher.over(name, value)[1]
        if isinstance(value := stated.get(name), Range)
        else space.columns[name].reads
        for name in every
    }
    given, given_pending = matcher.against(stated)
    # What is stated may contradict itself already; then so do its completions, and that is no reason against them.
    contradictions = ~watched & ~matcher.gather(given, given_pending)[0]
    gather = matcher.narrowed(given, given_pending).gather
    missing = set(wanted)
    found: dict[Name, Answers] = {}
    seen: set[tuple[tuple[str, ...], int, int, int]] = set()
    chosen: dict[str, Value] = {}  # each path answers every constraint anew, so that nothing of another one stays
    own = Budget(min(limit, budget.left) if budget else limit)
    cost *= 1 + matcher.size // STEP

    def visit(remaining: tuple[str, ...], failed: int) -> None:
        """Look for what is missing among the completions of a node, by what is left to answer and what has failed."""
        pending = 0
        for name in remaining:
            pending |= reads[name]
        pending &= ~failed
        hits, unknown = gather(failed, pending)
        if not own.spend(cost) or hits & contradictions:
            return
        sought, hits, unknown = missing, hits & watched, unknown & watched
        if unknown:
            state = remaining, hits, pending, matcher.revocable & ~failed
            if state in seen:
                return
            seen.add(state)
            if not reachable(hits, unknown, missing):
                return
            # Answer first what decides most about what comes first, then about the rest.
            order = space.first_terms & pending, space.watched_terms & pending
        else:
            # The names are certain, but for the contradictions: the rest is answered without any.
            sought, order = missing.intersection(names(hits)), (pending, 0)
            if not sought:
                return
            if not remaining:
                missing.difference_update(sought)
                found.update(dict.fromkeys(sought, in_order(chosen)))
                return
        first, then = order
        here = max(remaining, key=lambda name: ((reads[name] & first).bit_count(), (reads[name] & then).bit_count()))
        rest = tuple([name for name in remaining if name != here])
        tried = set()
        for answer in every[here]:
            fails = answer.fails & pending
            if fails not in tried:  # else it makes no difference to what is pending
                tried.add(fails)
                chosen[here] = answer.value
                visit(rest, failed | fails)
                if own.met or sought.isdisjoint(missing):
                    return

    visit(tuple(reads), given)
    if budget:
        budget.spend(own.limit - own.left)
    return Found(found, not own.met)


def find(
    space: Space,
    passes: Callable[[int], bool],
    reachable: Callable[[int, int], bool] = lambda _, __: True,
    stated: Answers = NOTHING_STATED,
    *,
    classes: Classes = ALL,
    limit: int = LIMIT,
    budget: Budget | None = None,
) -> Found[bool]:
    """A search for one completion of which the hits pass a test."""
    return search(
        space,
        lambda hits: (True,) if passes(hits) else (),
        lambda hits, unknown, _: reachable(hits, unknown),
        (True,),
        stated,
        classes=classes,
        limit=limit,
        budget=budget,
    )


def witness(
    hit: Sequence[Condition],
    miss: Sequence[Condition] = (),
    contradictions: Sequence[Condition] = (),
    budget: Budget | None = None,
) -> Found[bool]:
    """A search for answers on which each of `hit` hits and each of `miss` misses, free of contradictions.

    They answer what the conditions and contradictions read, and no more.
    """
    wanted = (1 << len(hit)) - 1
    return find(
        Space([*hit, *miss], contradictions),
        lambda hits: hits == wanted,
        lambda hits, unknown: not (hits & ~wanted or wanted & ~(hits | unknown)),
        budget=budget,
    )


def _remembered(table: Scorer) -> Callable[[int], str]:
    """The verdict on hits, with those that were asked for last: samples of many specs have the same hits."""
    return lru_cache(maxsize=1 << 12)(table.verdict)


class VerdictSearch:
    """A rule table prepared for searches for the verdicts of completions; `verdict_search` has the one of a table.

    Its space is that of the rules, without what the inconsistencies rule out. Assumptions play no part in it: they
    stand in for answers, and here every answer is tried.
    """

    def __init__(self, rules: RuleTable) -> None:
        self.rules = rules
        self.scorer: Scorer = scorer(rules)
        self.bounds = Bounds(self.scorer)
        self.verdict = _remembered(self.scorer)
        """The verdict when exactly these rules hit."""
        self.inconsistencies = [notice for notice in rules.notices if notice.level == "inconsistency"]
        self.ruled_out = [notice.when for notice in self.inconsistencies]
        self.contradictions = Matcher(self.ruled_out)
        self.whens = [rule.when for rule in rules.rules]
        self.space = Space([*self.whens, *ROOM], self.ruled_out, first=positions(self.scorer.excluding))
        self.assumed = Matcher([assumption.when for assumption in rules.assumptions]).columns
        asked = dict.fromkeys(question.id for question in rules.questions)
        self.order = list(asked | dict.fromkeys(constraint.name for constraint in CONSTRAINTS))
        """Every constraint, in the order of the table's questions; those without a question come last."""

    def extended(self, rules: Extended) -> "VerdictSearch":
        """That of the table with further rules."""
        other = copy(self)
        vars(other).pop("completed", None)
        other.rules, other.scorer = rules, scorer(rules)
        other.bounds, other.verdict = self.bounds.extended(other.scorer), _remembered(other.scorer)
        added = [rule.when for rule in rules.added]
        other.whens = [*self.whens, *added]
        other.space = self.space.filled(len(self.whens), added, first=positions(other.scorer.excluding))
        return other

    def deciding(self, given: Answers) -> set[str]:
        """The constraints that rules read which hit on some of the given answers, and what implies one of them.

        A rule that hits on some of them hits on all, but for what stands in for an answer that is left away.
        """
        stand_ins = {assumption.assume.constraint for assumption in self.rules.assumptions}
        stand_ins.update(IMPLIED if "gpu" in given else ())
        hits = 0
        for dropped in subsets([name for name in given if name in stand_ins]):
            hits |= self.scorer.hits({name: value for name, value in given.items() if name not in dropped})
        terms = self.space.matcher.terms_of(hits)
        found = {name for name, column in self.space.columns.items() if column.reads & terms} | self.assumed.keys()
        return found if found.isdisjoint(IMPLIED) else found | {"gpu"}

    def reachable(self, hits: int, unknown: int, wanted: AbstractSet[str]) -> bool:
        """Whether any of the wanted verdicts may be reached."""
        return self.bounds.reach(hits, unknown).any_of(wanted)


@lru_cache(maxsize=64)
def verdict_search(rules: RuleTable) -> VerdictSearch:
    """The table prepared, once for each table."""
    return verdict_search(rules.base).extended(rules) if extends(rules) else VerdictSearch(rules)
