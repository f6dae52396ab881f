"""Which question to ask: the one whose answer leaves the fewest verdicts possible, of those that still matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from genarch.table.constraints import Answers
from genarch.table.search import Compiled, sampled
from genarch.table.spec import with_implied

if TYPE_CHECKING:
    from genarch.table.explore import Possible

SAMPLES = 300
"""Completions to look at before any search, some 6 ms; what they show to be possible need not be searched for."""

PATIENCE = 4_000
"""Nodes that searches for one choice may take, some 60 ms; the article's table needs fewer."""

TRIES = 40
"""Completions of one verdict to try with another answer, before a search for it."""


class Seen:
    """What is known of the verdicts that each kind of answers leaves possible.

    It comes from completions that were looked at, each kept as the terms that its answers fail, in the order of the
    open constraints; and from searches, after which nothing is unknown of a kind.
    """

    def __init__(self, table: Compiled, stated: Answers, possible: Sequence[Possible]) -> None:
        space = table.space
        self._table = table
        self._stated = stated
        self._columns = [column for name, column in space.columns.items() if name not in stated]
        self._at = {column.constraint: at for at, column in enumerate(self._columns)}
        self._given, pending = space.against(stated)
        self._ignored = space.matcher.gather(self._given, pending)[0] | space.watched
        self._verdicts: dict[int, str] = {}
        self._patience = PATIENCE
        self._completions: dict[str, list[tuple[int, ...]]] = {item.verdict: [] for item in possible}
        self._known: list[dict[int, set[str]]] = [
            {kind.fails: set() for kind in space.kinds[column.constraint]} for column in self._columns
        ]
        self._searched: list[set[int]] = [set() for _ in self._columns]
        for item in possible:
            self._add(item.verdict, item.witness)
        for hits, kinds in sampled(space, stated, SAMPLES):
            self._note(self._verdict(hits), tuple(kind.fails for kind in kinds))

    def least(self, name: str) -> float:
        """The fewest verdicts that answers can leave possible on average; 0 where none is consistent."""
        return self._average(name, 1)

    def most(self, name: str) -> float:
        """The most of them."""
        return self._average(name, len(self._completions))

    def at_most(self, name: str) -> int:
        """How many verdicts the answer that is known to leave most leaves."""
        return max(map(len, self._known[self._at[name]].values()))

    def settled(self, name: str) -> bool:
        """Whether it is known of every kind of answers which verdicts it leaves."""
        searched, every = self._searched[self._at[name]], len(self._completions)
        return all(fails in searched or len(known) == every for fails, known in self._known[self._at[name]].items())

    @property
    def tired(self) -> bool:
        """Whether no more searches are worth the wait."""
        return self._patience <= 0

    def try_out(self, name: str) -> None:
        """Look which completions keep their verdict when their answer to one constraint is exchanged."""
        for fails, known in self._known[self._at[name]].items():
            for verdict in self._completions.keys() - known:
                self._exchange(self._at[name], fails, verdict)

    def search(self, name: str) -> None:
        """Find out which verdicts the first kind of answers leaves of which that is not known."""
        known, searched = self._known[self._at[name]], self._searched[self._at[name]]
        for kind in self._table.space.kinds[name]:
            missing = tuple(self._completions.keys() - known[kind.fails])
            if missing and kind.fails not in searched:
                answered = {**self._stated, name: kind.value}
                search = self._table.search(answered, self._patience)
                for verdict, added in search.run(missing).items():
                    self._add(verdict, {**answered, **added})
                self._patience = search.left or 0
                if not search.gave_up:
                    searched.add(kind.fails)
                return

    def _average(self, name: str, unsearched: int) -> float:
        """The average where a kind that was not searched leaves so many at least; one that leaves none is none."""
        searched = self._searched[self._at[name]]
        total = counted = 0
        for fails, known in self._known[self._at[name]].items():
            count = len(known) if fails in searched else max(unsearched, len(known))
            total += count
            counted += count > 0
        return total / counted if counted else 0.0

    def _exchange(self, at: int, fails: int, verdict: str) -> None:
        space = self._table.space
        for completion in self._completions[verdict][:TRIES]:
            changed = (*completion[:at], fails, *completion[at + 1 :])
            failed = self._given
            for each in changed:
                failed |= each
            hits, _ = space.matcher.gather(failed, 0)
            if not hits & ~self._ignored and self._verdict(hits & space.watched) == verdict:
                self._note(verdict, changed)
                return

    def _add(self, verdict: str, completed: Answers) -> None:
        self._note(verdict, tuple(column.fails(completed[column.constraint]) for column in self._columns))

    def _note(self, verdict: str, completion: tuple[int, ...]) -> None:
        self._completions[verdict].append(completion)
        for known, fails in zip(self._known, completion, strict=True):
            known[fails].add(verdict)

    def _verdict(self, hits: int) -> str:
        found = self._verdicts.get(hits)
        if found is None:
            found = self._verdicts[hits] = self._table.scorer.judge(hits).verdict
        return found


def most_telling(seen: Seen, names: Iterable[str]) -> str | None:
    """The constraint whose answer leaves the fewest verdicts possible on average; None without any.

    The average is over the kinds of answers that the table tells apart. Constraints that leave everything possible
    whatever the answer come last; among equals the one that leaves fewer at most, then the first named is given.
    Averages are worked out no further than it takes to tell which is the least; on a table so large that this takes too
    long, what is known by then decides.
    """
    names = list(names)
    for name in names:
        seen.try_out(name)
    while names:
        first, *others = sorted(names, key=seen.least)
        if others and seen.most(first) < seen.least(others[0]):
            return first
        level = [name for name in names if seen.least(name) <= seen.least(first)]
        unsettled = next((name for name in level if not seen.settled(name)), None)
        if unsettled is not None and seen.tired:
            return first
        if unsettled is not None:
            seen.search(unsettled)
        elif seen.least(first):
            return min(level, key=seen.at_most)
        else:  # nothing is consistent with any answer to these
            names = [name for name in names if name not in level]
    return None


def confirming(table: Compiled, stated: Answers, verdict: str, names: Iterable[str]) -> str | None:
    """The constraint most of whose kinds of answers make the stated answers give a verdict; None without any.

    For answers that are settled: whatever the rest is, it comes to this verdict, but what is stated does not yet.
    """

    def share(name: str) -> float:
        kinds = table.space.kinds[name]
        given = sum(table.scorer.decide({**stated, name: kind.value}).verdict == verdict for kind in kinds)
        return given / len(kinds)

    return max(names, key=share, default=None)


def awaited(table: Compiled, stated: Answers) -> list[str]:
    """The unstated constraints that a rule still waits for, in the order of the table's questions.

    An inconsistency counts where it ties a constraint to one that a rule waits for.
    """
    stated = with_implied(stated)
    space = table.space
    columns = [space.columns[name] for name in table.order if name in space.columns]
    failed, pending = space.against(stated)
    _, unknown = space.matcher.gather(failed, pending)
    alive = [(position, space.matcher.terms_of(position) & pending) for position in _positions(unknown)]
    waiting = {
        column.constraint
        for column in columns
        if column.constraint not in stated
        and any(terms & column.reads for position, terms in alive if space.watched >> position & 1)
    }
    tied = set()
    for position, terms in alive:
        if not space.watched >> position & 1:
            reading = {c.constraint for c in columns if c.constraint not in stated and c.reads & terms}
            tied |= reading if reading & waiting else set()
    return [column.constraint for column in columns if column.constraint in waiting | tied]


def _positions(mask: int) -> list[int]:
    return [position for position in range(mask.bit_length()) if mask >> position & 1]
