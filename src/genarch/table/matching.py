"""Conditions matched with answers: hit, miss or unknown, for a whole table at once.

Each condition is brought into terms: it is the `any` of terms, a term the `all` of single predicates. Negation is
pushed down to the predicates and `all` spread over `any`; both laws hold in Kleene's three-valued logic, so nothing
changes its truth. A term is one bit. A stated answer *fails* the terms with a predicate that it contradicts, an
unstated one leaves *open* every term that reads it. What is neither failed nor open hits. Matching a spec is then one
look-up and one bitwise `or` for each constraint, however many conditions there are.
"""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from genarch.table.answers import in_range
from genarch.table.conditions import Condition, SignedPredicate, Term, satisfies, terms, threshold
from genarch.table.constraints import BY_NAME, Answers, Constraint, Value
from genarch.table.rules import Assumption


class Matches(NamedTuple):
    """Bits of the conditions, first condition lowest: those that hit, and those that still depend on an answer.

    `assumed` has the position of each assumption that stood in for an unstated number.
    """

    hits: int
    unknown: int
    assumed: tuple[int, ...]


class Column(NamedTuple):
    """What one constraint does to the terms: those that read it, and those that a stated answer fails."""

    constraint: str
    reads: int
    fails: Callable[[Value], int]


class _Stand(NamedTuple):
    """An assumption compiled: where its own condition's bit is, and what the assumed range fails and leaves open."""

    position: int
    bit: int
    constraint: str
    fails: int
    open: int


class Matcher:
    """Conditions compiled once, then matched with any number of specs."""

    def __init__(self, conditions: Sequence[Condition], assumptions: Sequence[Assumption] = ()) -> None:
        """Compile; the assumptions' own conditions are matched on stated answers alone.

        Raises:
            TooManyTermsError: when a condition is too large.
        """
        every = [*(terms(condition) for condition in conditions), *(terms(item.when) for item in assumptions)]
        # Each condition's first term takes the bit of its own position; only further terms need collecting.
        self._size = len(conditions)
        laid: list[Term | None] = [alternatives[0] if alternatives else None for alternatives in every]
        extra: list[tuple[int, int]] = []
        for position, alternatives in enumerate(every):
            if len(alternatives) > 1:
                own = 0
                for further in alternatives[1:]:
                    own |= 1 << len(laid)
                    laid.append(further)
                extra.append((1 << position, own))
        never = sum(1 << bit for bit, term in enumerate(laid) if term is None)
        self._first = ((1 << len(every)) - 1) & ~never
        self._extra = tuple(extra)
        readers: dict[str, list[tuple[int, SignedPredicate]]] = {}
        for bit, term in enumerate(laid):
            for literal in term or ():
                readers.setdefault(literal.predicate.constraint, []).append((bit, literal))
        self.columns = tuple(_column(BY_NAME[name], literals) for name, literals in readers.items())
        self._stands = tuple(
            _stand(position, 1 << (self._size + position), item, readers.get(item.assume.constraint, ()))
            for position, item in enumerate(assumptions)
        )

    def terms_of(self, position: int) -> int:
        """The bits of the terms of one condition."""
        bit = 1 << position
        return bit | next((own for first, own in self._extra if first == bit), 0)

    def match(self, answers: Answers) -> Matches:
        """Match every condition with the stated answers."""
        failed, pending = self.against(answers)
        assumed: tuple[int, ...] = ()
        if self._stands:
            hits, _ = self.gather(failed, pending)
            standing = [s for s in self._stands if s.bit & hits and answers.get(s.constraint) is None]
            if standing:
                assumed = tuple(stand.position for stand in standing)
                failed, pending = self._assume(answers, failed, standing)
        hits, unknown = self.gather(failed, pending)
        own = (1 << self._size) - 1
        return Matches(hits & own, unknown & own, assumed)

    def against(self, answers: Answers) -> tuple[int, int]:
        """The terms that stated answers fail, and those that an unstated constraint is read by."""
        failed = pending = 0
        for name, reads, fails in self.columns:
            value = answers.get(name)
            if value is None:
                pending |= reads
            else:
                failed |= fails(value)
        return failed, pending

    def _assume(self, answers: Answers, failed: int, standing: Sequence[_Stand]) -> tuple[int, int]:
        """The failed and open terms once the assumed ranges are taken in place of nothing."""
        left_open: dict[str, int] = {}
        for stand in standing:
            failed |= stand.fails
            left_open[stand.constraint] = left_open.get(stand.constraint, -1) & stand.open
        pending = 0
        for name, reads, _ in self.columns:
            if answers.get(name) is None:
                pending |= left_open.get(name, reads)
        return failed, pending

    def gather(self, failed: int, pending: int) -> tuple[int, int]:
        """Terms gathered into conditions: one hit is enough, and unknown is what neither hits nor fails whole."""
        hit = self._first & ~(failed | pending)
        still_open = self._first & pending & ~failed
        for bit, own in self._extra:
            if own & ~(failed | pending):
                hit |= bit
            elif own & pending & ~failed:
                still_open |= bit
        return hit, still_open & ~hit


def _column(constraint: Constraint, literals: Sequence[tuple[int, SignedPredicate]]) -> Column:
    """Each answer is worked out once: there are few names, sets and cells of a number."""
    known: dict[Value, int] = {}

    def failed(key: Value, value: Value) -> int:
        found = 0
        for bit, literal in literals:
            if satisfies(literal.predicate, value) is not literal.holds:
                found |= 1 << bit
        known[key] = found
        return found

    def fails(value: Value) -> int:
        found = known.get(value)
        return failed(value, value) if found is None else found

    def fails_in_cell(value: Value) -> int:
        """The thresholds cut the line into points and the gaps between them, and all of a gap answers alike."""
        at = bisect_left(thresholds, value)
        cell = 2 * at + (at < len(thresholds) and thresholds[at] == value)
        found = known.get(cell)
        return failed(cell, value) if found is None else found

    thresholds = sorted({threshold(literal.predicate) for _, literal in literals}) if constraint.numeric else []
    reads = 0
    for bit, _ in literals:
        reads |= 1 << bit
    return Column(constraint.name, reads, fails_in_cell if constraint.numeric else fails)


def _stand(position: int, bit: int, assumption: Assumption, literals: Sequence[tuple[int, SignedPredicate]]) -> _Stand:
    """What "below a limit" settles: a predicate that every such number passes, or that none does."""
    tested = {threshold(literal.predicate) for _, literal in literals}
    inside = _numbers_below(assumption.assume.below, tested, BY_NAME[assumption.assume.constraint])
    failed = left_open = 0
    for term_bit, literal in literals:
        passing = [satisfies(literal.predicate, value) is literal.holds for value in inside]
        if not any(passing):
            failed |= 1 << term_bit
        elif not all(passing):
            left_open |= 1 << term_bit
    return _Stand(position, bit, assumption.assume.constraint, failed, left_open)


def _numbers_below(limit: float, thresholds: set[int | float], constraint: Constraint) -> list[float]:
    """One answer for each way in which answers below the limit can differ at the thresholds."""
    points = sorted({*thresholds, limit, constraint.above or constraint.at_least or 0})
    between = [(here + following) / 2 for here, following in pairwise(points)]
    near: list[float] = [point + step for point in points for step in (-1, 0, 1)]
    found = near if constraint.kind == "integer" else [*points, *between]
    return [number for number in found if number < limit and in_range(constraint, number)]
