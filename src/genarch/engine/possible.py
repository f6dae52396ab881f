"""Which verdicts are still possible: branch and bound over the answers that nobody has stated.

A node of the search has some constraints answered and the others open. A node from which no verdict that is still
missing can be reached is cut; so is one that leaves the same as another did. Each verdict that is found has a witness,
each that is not was out of reach everywhere: the answer is exact, though few of the completions are ever looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from genarch.engine.bounds import Bounds
from genarch.engine.space import Kind, Space
from genarch.model.constraints import Answers, Value
from genarch.model.evaluation import Verdict


class _Open(NamedTuple):
    """A constraint that is not answered yet."""

    constraint: str
    reads: int
    kinds: tuple[Kind, ...]


_Chosen = tuple[tuple[str, Value], ...]


class Search:
    """One search for completions of stated answers."""

    def __init__(self, space: Space, bounds: Bounds, judge: Callable[[int], Verdict], stated: Answers) -> None:
        """`judge` gives the verdict when exactly the rules of some bits hit."""
        self._space = space
        self._bounds = bounds
        self._judge = judge
        self._failed = 0
        remaining = []
        for name, column in space.columns.items():
            value = stated.get(name)
            if value is None:
                remaining.append(_Open(name, column.reads, space.kinds[name]))
            else:
                self._failed |= column.fails(value)
        self._remaining = tuple(remaining)
        hits, _ = space.matcher.gather(self._failed, self._pending(self._remaining, self._failed))
        self._ignored = hits & ~space.rule_bits  # what is stated contradicts itself already; its completions too, then
        self._seen: set[tuple[tuple[str, ...], int, int]] = set()
        self._missing: set[str] = set()
        self._found: dict[str, dict[str, Value]] = {}

    def run(self, wanted: Iterable[str]) -> dict[str, dict[str, Value]]:
        """Those of the wanted verdicts that some completion has, each with the answers that it adds."""
        self._missing = set(wanted)
        self._visit(self._remaining, self._failed, ())
        return self._found

    def _visit(self, remaining: tuple[_Open, ...], failed: int, chosen: _Chosen) -> None:
        space = self._space
        pending = self._pending(remaining, failed)
        hits, unknown = space.matcher.gather(failed, pending)
        if self._contradicts(hits):
            return
        hits &= space.rule_bits
        unknown &= space.rule_bits
        if not unknown:
            self._reached(hits, remaining, failed, chosen)
            return
        state = (tuple(item.constraint for item in remaining), hits, pending)
        if state in self._seen:
            return
        self._seen.add(state)
        if not self._bounds.reachable(_positions(hits), _positions(unknown), self._missing):
            return
        here = max(remaining, key=lambda item: self._weight(item, pending))
        rest = tuple(item for item in remaining if item is not here)
        tried = set()
        for kind in here.kinds:
            fails = kind.fails & pending
            if fails not in tried:
                tried.add(fails)
                self._visit(rest, failed | fails, (*chosen, (here.constraint, kind.value)))
                if not self._missing:
                    return

    def _reached(self, hits: int, remaining: tuple[_Open, ...], failed: int, chosen: _Chosen) -> None:
        """No rule is open any more; what is left has to be answered without a contradiction."""
        verdict = self._judge(hits).verdict
        if verdict in self._missing:
            completed = self._completed(remaining, failed, chosen)
            if completed is not None:
                self._missing.discard(verdict)
                self._found[verdict] = dict(completed)

    def _completed(self, remaining: tuple[_Open, ...], failed: int, chosen: _Chosen) -> _Chosen | None:
        hits, _ = self._space.matcher.gather(failed, self._pending(remaining, failed))
        if self._contradicts(hits):
            return None
        if not remaining:
            return chosen
        here, *rest = remaining
        for kind in here.kinds:
            found = self._completed(tuple(rest), failed | kind.fails, (*chosen, (here.constraint, kind.value)))
            if found is not None:
                return found
        return None

    def _contradicts(self, hits: int) -> bool:
        return bool(hits & ~self._space.rule_bits & ~self._ignored)

    def _weight(self, item: _Open, pending: int) -> tuple[int, int]:
        """What to answer first: the constraint that decides most about exclusions, then about rules."""
        alive = item.reads & pending
        return (alive & self._space.excluding_terms).bit_count(), (alive & self._space.rule_terms).bit_count()

    @staticmethod
    def _pending(remaining: tuple[_Open, ...], failed: int) -> int:
        pending = 0
        for item in remaining:
            pending |= item.reads
        return pending & ~failed


def _positions(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found
