"""Which question to ask: the one whose answer leaves the fewest verdicts possible, of those that still matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genarch.engine.compiled import Compiled
from genarch.model.constraints import Answers
from genarch.model.exploration import Possible
from genarch.model.implied import with_implied


def most_telling(table: Compiled, stated: Answers, possible: Sequence[Possible], names: Iterable[str]) -> str | None:
    """The constraint whose answer leaves the fewest verdicts possible on average; None without any.

    The average is over the kinds of answers that the table tells apart. Constraints that leave everything possible
    whatever the answer come last; among equals the first named is given.
    """
    best: tuple[float, int] | None = None
    asked = None
    witnesses = [(item.verdict, item.witness) for item in possible]
    for name in names:
        rank = _left_by(table, stated, name, witnesses, best[0] if best else None)
        if rank and (best is None or rank < best):
            best, asked = rank, name
    return asked


def _left_by(
    table: Compiled, stated: Answers, name: str, witnesses: list[tuple[str, Answers]], limit: float | None
) -> tuple[float, int] | None:
    """How many verdicts an answer leaves possible, on average and at most; None once above the limit.

    A witness of one search shows what is possible in another too, and is added to those known.
    """
    column = table.space.columns[name]
    wanted = {verdict for verdict, _ in witnesses}
    kinds = table.space.kinds[name]
    total = most = counted = 0
    for number, kind in enumerate(kinds):
        known = {verdict for verdict, witness in witnesses if column.fails(witness[name]) == kind.fails}
        answered = {**stated, name: kind.value}
        found = table.possible(answered, tuple(wanted - known))
        witnesses += [(verdict, {**answered, **added}) for verdict, added in found.items()]
        count = len(known) + len(found)
        if not count:  # nothing is consistent with it: no answer
            continue
        total += count
        most = max(most, count)
        counted += 1
        rest = len(kinds) - number - 1
        if limit is not None and (total + rest) / (counted + rest) > limit:
            return None
    return (total / counted, most) if counted else None


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
