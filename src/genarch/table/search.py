"""The search behind every exact answer: branch and bound over the answers that nobody has stated.

A node has some constraints answered and the others open. A node from which nothing that is still missing can be reached
is cut; so is one that leaves the same as another did. What is found has a witness, what is not was out of reach
everywhere: the answer is exact, though few of the completions are ever looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from genarch.table.bounds import Bounds
from genarch.table.conditions import Condition
from genarch.table.constraints import BY_NAME, CONSTRAINTS, Answers, Value
from genarch.table.matching import Matcher
from genarch.table.rules import RuleTable
from genarch.table.scoring import Scorer, scorer
from genarch.table.space import Kind, Space, contradictions, table_space

Judge = Callable[[int], str | None]
"""What it is called when exactly the watched conditions of these bits hit; None for nothing of interest."""

Reachable = Callable[[int, int, set[str]], bool]
"""Whether any of the names may still come of these hits and these open conditions; never False when one can."""


class _Open(NamedTuple):
    """A constraint that is not answered yet."""

    constraint: str
    reads: int
    kinds: tuple[Kind, ...]


_Chosen = tuple[tuple[str, Value], ...]


class Search:
    """One search for completions of stated answers.

    `found` has the names met so far, each with answers. `gave_up` says that it met its limit before its end.
    """

    def __init__(
        self,
        space: Space,
        judge: Judge,
        reachable: Reachable,
        stated: Answers,
        *,
        kinds: Mapping[str, tuple[Kind, ...]] | None = None,
        limit: int | None = None,
    ) -> None:
        """`kinds` are those to try, where not all of the space's are; `limit` is how many nodes to try in all."""
        self.gave_up = False
        self._space = space
        self._judge = judge
        self._reachable = reachable
        self._left = limit
        self._failed, pending = space.against(stated)
        self._remaining = tuple(
            _Open(name, column.reads, (kinds or space.kinds)[name])
            for name, column in space.columns.items()
            if stated.get(name) is None
        )
        hits, _ = space.matcher.gather(self._failed, pending)
        self._ignored = hits & ~space.watched  # what is stated contradicts itself already; its completions too, then
        self._seen: set[tuple[tuple[str, ...], int, int]] = set()
        self._missing: set[str] = set()
        self.found: dict[str, dict[str, Value]] = {}

    @property
    def left(self) -> int | None:
        """How many nodes may still be tried; None without a limit."""
        return self._left

    def run(self, wanted: Iterable[str]) -> Mapping[str, dict[str, Value]]:
        """Those of the wanted names that some completion is called, each with the answers that it adds."""
        self._missing = set(wanted)
        self._visit(self._remaining, self._failed, ())
        return self.found

    def _visit(self, remaining: tuple[_Open, ...], failed: int, chosen: _Chosen) -> None:
        space = self._space
        pending = _pending(remaining, failed)
        hits, unknown = space.matcher.gather(failed, pending)
        if self._contradicts(hits) or self._tired():
            return
        hits &= space.watched
        unknown &= space.watched
        if not unknown:
            self._reached(hits, remaining, failed, chosen)
            return
        state = (tuple(item.constraint for item in remaining), hits, pending)
        if state in self._seen:
            return
        self._seen.add(state)
        if not self._reachable(hits, unknown, self._missing):
            return
        here = max(remaining, key=lambda item: self._weight(item, pending))
        rest = tuple(item for item in remaining if item is not here)
        tried = set()
        for kind in here.kinds:
            fails = kind.fails & pending
            if fails not in tried:
                tried.add(fails)
                self._visit(rest, failed | fails, (*chosen, (here.constraint, kind.value)))
                if not self._missing or self.gave_up:
                    return

    def _reached(self, hits: int, remaining: tuple[_Open, ...], failed: int, chosen: _Chosen) -> None:
        """No watched condition is open any more; what is left has to be answered without a contradiction."""
        name = self._judge(hits)
        if name in self._missing:
            completed = self._completed(remaining, failed, chosen)
            if completed is not None:
                self._missing.discard(name)
                self.found[name] = dict(completed)

    def _completed(self, remaining: tuple[_Open, ...], failed: int, chosen: _Chosen) -> _Chosen | None:
        pending = _pending(remaining, failed)
        hits, _ = self._space.matcher.gather(failed, pending)
        if self._contradicts(hits) or self._tired():
            return None
        if not remaining:
            return chosen
        here = max(remaining, key=lambda item: (item.reads & pending).bit_count())
        rest = tuple(item for item in remaining if item is not here)
        tried = set()
        for kind in here.kinds:
            fails = kind.fails & pending
            if fails not in tried:
                tried.add(fails)
                found = self._completed(rest, failed | fails, (*chosen, (here.constraint, kind.value)))
                if found is not None:
                    return found
        return None

    def _tired(self) -> bool:
        if self._left is None:
            return False
        self._left -= 1
        self.gave_up = self._left < 0
        return self.gave_up

    def _contradicts(self, hits: int) -> bool:
        return bool(hits & ~self._space.watched & ~self._ignored)

    def _weight(self, item: _Open, pending: int) -> tuple[int, int]:
        """What to answer first: the constraint that decides most about what comes first, then about the rest."""
        alive = item.reads & pending
        return (alive & self._space.first_terms).bit_count(), (alive & self._space.watched_terms).bit_count()


def _pending(remaining: tuple[_Open, ...], failed: int) -> int:
    pending = 0
    for item in remaining:
        pending |= item.reads
    return pending & ~failed


SAMPLES = 20_000
"""A fifth of a second of looking for the shipped tables."""

Sample = tuple[int, tuple[Kind, ...]]

_MULTIPLIER, _INCREMENT, _MODULUS = 6364136223846793005, 1442695040888963407, 1 << 64  # Knuth's MMIX


def sampled(space: Space, stated: Answers | None = None, count: int | None = None) -> Iterator[Sample]:
    """The watched conditions that hit on sampled answers without a contradiction, and the kinds of these answers.

    Where something is stated, the samples are completions of it, and a contradiction within it is passed over. The
    kinds stand in the order of the constraints that are not stated. The samples are always the same.
    """
    stated = stated or {}
    every = [kinds for name, kinds in space.kinds.items() if stated.get(name) is None]
    given, pending = space.against(stated)
    ignored = space.matcher.gather(given, pending)[0] | space.watched
    state = 1
    for _ in range(SAMPLES if count is None else count):
        failed, chosen = given, []
        for kinds in every:
            state = (state * _MULTIPLIER + _INCREMENT) % _MODULUS
            kind = kinds[(state >> 33) % len(kinds)]
            failed |= kind.fails
            chosen.append(kind)
        hits, _ = space.matcher.gather(failed, 0)
        if not hits & ~ignored:
            yield hits & space.watched, tuple(chosen)


class Compiled:
    """What every question to a table starts from; `compiled` gives the one of a table."""

    def __init__(self, rules: RuleTable) -> None:
        self.rules = rules
        self.scorer: Scorer = scorer(rules)
        self.space = table_space(rules)
        self.bounds = Bounds(rules)
        self.inconsistencies = [notice for notice in rules.notices if notice.level == "inconsistency"]
        self.contradictions = Matcher(contradictions(rules))
        self.assumed = {column.constraint: column for column in Matcher([a.when for a in rules.assumptions]).columns}
        asked = dict.fromkeys(question.id for question in rules.questions)
        self.order = list(asked | dict.fromkeys(constraint.name for constraint in CONSTRAINTS))
        """Every constraint, in the order of the table's questions; those without a question come last."""

    def possible(self, stated: Answers, wanted: tuple[str, ...]) -> Mapping[str, dict[str, Value]]:
        """Those of the wanted verdicts that some completion reaches, each with the answers that it adds."""
        return self.search(stated).run(wanted)

    def search(self, stated: Answers, limit: int | None = None) -> Search:
        """A search for verdicts of completions, up to so many nodes."""
        return Search(self.space, self._verdict, self.bounds.reachable, stated, limit=limit)

    def _verdict(self, hits: int) -> str:
        return self.scorer.judge(hits).verdict


_COMPILED: WeakKeyDictionary[RuleTable, Compiled] = WeakKeyDictionary()


def compiled(rules: RuleTable) -> Compiled:
    """The table compiled."""
    found = _COMPILED.get(rules)
    if found is None:
        found = _COMPILED[rules] = Compiled(rules)
    return found


def witness(
    hit: Sequence[Condition], miss: Sequence[Condition] = (), contradictions: Sequence[Condition] = ()
) -> Answers | None:
    """Answers on which each of `hit` hits and each of `miss` misses, free of contradictions; None if there are none.

    They answer what the conditions and contradictions read, and no more.
    """
    space = Space([*hit, *miss], contradictions)
    wanted = (1 << len(hit)) - 1
    search = Search(
        space,
        lambda hits: "found" if hits == wanted else None,
        lambda hits, unknown, _: not (hits & ~wanted or wanted & ~(hits | unknown)),
        {},
    )
    found = search.run(["found"]).get("found")
    return None if found is None else {name: found[name] for name in BY_NAME if name in found}
