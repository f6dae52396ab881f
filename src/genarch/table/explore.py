"""The questions that go beyond a verdict, each answered when it is asked.

All of them rest on two things: the verdict of stated answers (`decide`), and the verdicts that completions of them
reach (`possible`). Answers that the table declares inconsistent are left out of every completion and every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations, product
from typing import Literal, NamedTuple

from genarch.table.constraints import BY_NAME, Answers, Constraint, Value
from genarch.table.questions import Seen, most_telling
from genarch.table.rules import RuleTable
from genarch.table.scoring import Stability, Verdict
from genarch.table.search import Compiled, compiled
from genarch.table.space import cells, representatives
from genarch.table.spec import Spec, with_implied

Bound = Literal["at_least", "above", "at_most", "below"]


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


def explore(spec: Spec, rules: RuleTable) -> Exploration:
    """Explore a spec; nothing is worked out before it is asked for."""
    return Exploration(spec.constraints, compiled(rules))


class Exploration:
    """What can be said of stated answers beyond their verdict."""

    def __init__(self, stated: Answers, table: Compiled) -> None:
        self._stated = dict(with_implied(stated))
        self._compiled = table
        self._refused = 0

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on what is stated."""
        return self._compiled.scorer.decide(self._stated)

    @cached_property
    def possible(self) -> tuple[Possible, ...]:
        """Every verdict that answering everything else can lead to, in the table's order, with a witness.

        A witness answers every constraint that the table's rules and inconsistencies read.
        """
        verdicts = self._compiled.rules.verdicts
        found = self._compiled.possible(self._stated, verdicts)
        return tuple(Possible(name, _ordered(self._stated | found[name])) for name in verdicts if name in found)

    @property
    def settled(self) -> bool:
        """Whether every way to answer the rest leads to one verdict."""
        return len(self.possible) == 1

    @property
    def left_out(self) -> tuple[str, ...]:
        """The table's inconsistencies that some answers to the rest, or some changes, would bring about.

        Those answers and changes are left out of everything that is said here.
        """
        self.flips  # noqa: B018  (meets the changes that are refused)
        met = self._compiled.contradictions.match(self._stated).unknown | self._refused
        return tuple(entry.id for at, entry in enumerate(self._compiled.inconsistencies) if met >> at & 1)

    @cached_property
    def next_question(self) -> str | None:
        """The unstated constraint whose answer leaves the fewest verdicts possible on average; None when settled.

        The average is over the kinds of answers that the table tells apart. Constraints that leave everything possible
        whatever the answer come last; among equals, the table's order of questions decides. On a table so large that
        working this out takes too long, what is known by then decides.
        """
        if self.settled or not self.possible:
            return None
        return self.question_among(self._open())

    def question_among(self, names: Iterable[str]) -> str | None:
        """The same of some constraints; None without any, and where nothing is possible."""
        return most_telling(self._seen, names)

    @cached_property
    def _seen(self) -> Seen:
        """Kept between questions: whoever does not know leaves what is stated as it was."""
        return Seen(self._compiled, self._stated, self.possible)

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """For each stated constraint, the nearest changes that alone give another verdict, one for each direction.

        A number moves to the first threshold on either side from which on the verdict is another one. A choice has one
        flip for each verdict that another choice gives, a set for each that the fewest members put in or out give.
        Where no single change does, the smallest combination of changes, if there is one.
        """
        single = tuple(flip for name in self._read() for flip in self._single(name))
        return single or self._combined()

    @cached_property
    def binding(self) -> tuple[str, ...]:
        """The fewest stated constraints that give this verdict when all else is unknown."""
        read = self._read()
        for size in range(len(read) + 1):
            for some in combinations(read, size):
                if self._decide({name: self._stated[name] for name in some}) == self.verdict.verdict:
                    return some
        return tuple(read)

    @cached_property
    def relax(self) -> tuple[tuple[str, ...], ...]:
        """When infeasible, each smallest set of stated constraints without which an architecture is left."""
        if self.verdict.verdict != "infeasible":
            return ()
        found: list[tuple[str, ...]] = []
        read = self._read()
        for size in range(1, len(read) + 1):
            for dropped in combinations(read, size):
                if any(set(smaller) <= set(dropped) for smaller in found):
                    continue
                kept = {name: value for name, value in self._stated.items() if name not in dropped}
                if self._decide(kept) != "infeasible":
                    found.append(dropped)
        return tuple(found)

    @cached_property
    def stability(self) -> Stability | None:
        """The smallest change of one rule's points that gives another verdict; None when none does."""
        return self._compiled.scorer.stability(self._stated)

    def _read(self) -> list[str]:
        """The stated constraints that a rule or an inconsistency reads."""
        return [name for name in BY_NAME if name in self._stated and name in self._compiled.space.columns]

    def _open(self) -> list[str]:
        """The unstated ones, in the order of questions."""
        columns = self._compiled.space.columns
        return [name for name in self._compiled.order if name in columns and name not in self._stated]

    def _decide(self, answers: Answers) -> str:
        return self._compiled.scorer.decide(answers).verdict

    def _changed(self, changes: Mapping[str, Value]) -> str | None:
        """The verdict with other answers; None where that, or no change at all, contradicts itself."""
        answers = {**self._stated, **changes}
        before = self._compiled.contradictions.match(self._stated).hits
        new = self._compiled.contradictions.match(answers).hits & ~before
        if new:
            self._refused |= new
            return None
        verdict = self._decide(answers)
        return None if verdict == self.verdict.verdict else verdict

    def _single(self, name: str) -> Iterator[Flip]:
        constraint = BY_NAME[name]
        thresholds = self._compiled.space.thresholds.get(name, [])
        if constraint.numeric:
            yield from self._moved(constraint, thresholds)
            return
        here = self._stated[name]
        known: dict[tuple[int, int], str | None] = {self._does(name, here): None}
        reached: dict[str, list[Value]] = {}
        for value in sorted(representatives(constraint, thresholds), key=lambda value: _distance(here, value)):
            does = self._does(name, value)
            if does not in known:
                known[does] = self._changed({name: value})
            verdict = known[does]
            if verdict:
                reached.setdefault(verdict, []).append(value)
        for verdict, (nearest, *others) in reached.items():
            yield Flip((Change(name, nearest, others=() if constraint.kind == "set" else tuple(others)),), verdict)

    def _does(self, name: str, value: Value) -> tuple[int, int]:
        """What an answer does to the rules, inconsistencies and assumptions; answers that do the same flip alike."""
        assumed = self._compiled.assumed.get(name)
        return self._compiled.space.columns[name].fails(value), assumed.fails(value) if assumed else 0

    def _moved(self, constraint: Constraint, thresholds: list[int | float]) -> Iterator[Flip]:
        """A number up and down, to the first cell on either side with another verdict."""
        here = self._stated[constraint.name]
        assert isinstance(here, int | float)  # noqa: S101  (a number constraint holds a number)
        numbers = cells(constraint, thresholds)
        up = [number for number in numbers if number > here and not _same_cell(here, number, thresholds)]
        down = [number for number in reversed(numbers) if number < here and not _same_cell(here, number, thresholds)]
        for way in (down, up):
            for number in way:
                verdict = self._changed({constraint.name: number})
                if verdict:
                    yield Flip((_range(constraint.name, number, thresholds, upwards=way is up),), verdict)
                    break

    def _combined(self) -> tuple[Flip, ...]:
        """The smallest combination of changes that gives another verdict."""
        kinds = self._compiled.space.kinds
        read = [name for name in self._read() if len(kinds[name]) > 1]
        for size in range(2, len(read) + 1):
            for names in combinations(read, size):
                for values in product(*(kinds[name] for name in names)):
                    changes = dict(zip(names, (kind.value for kind in values), strict=True))
                    verdict = self._changed(changes)
                    if verdict and all(changes[name] != self._stated[name] for name in names):
                        return (Flip(tuple(self._nearest(name, value) for name, value in changes.items()), verdict),)
        return ()

    def _nearest(self, name: str, value: Value) -> Change:
        """The change to answers of the same kind; for a number, from where on they begin on its side."""
        here = self._stated[name]
        constraint = BY_NAME[name]
        if not (constraint.numeric and isinstance(here, int | float) and isinstance(value, int | float)):
            return Change(name, value)
        thresholds = self._compiled.space.thresholds[name]
        fails = self._compiled.space.columns[name].fails
        between = [
            number
            for number in cells(constraint, thresholds)
            if fails(number) == fails(value) and (number > here) is (value > here)
        ]
        nearest = min(between, key=lambda number: abs(number - here))
        return _range(name, nearest, thresholds, upwards=nearest > here)


def _distance(here: Value, there: Value) -> int:
    """How many members go in or out; any other choice is one step away."""
    if isinstance(here, frozenset) and isinstance(there, frozenset):
        return len(here ^ there)
    return 1


def _same_cell(here: float, there: float, thresholds: list[int | float]) -> bool:
    low, high = sorted((here, there))
    return not any(low <= edge <= high for edge in thresholds)


def _range(name: str, number: float, thresholds: list[int | float], *, upwards: bool) -> Change:
    """From where on, on the way to `number`, its cell begins."""
    if number in thresholds:
        return Change(name, number, "at_least" if upwards else "at_most", number)
    if upwards:
        return Change(name, number, "above", max(edge for edge in thresholds if edge < number))
    return Change(name, number, "below", min(edge for edge in thresholds if edge > number))


def _ordered(answers: Mapping[str, Value]) -> Answers:
    return {name: answers[name] for name in BY_NAME if name in answers}
