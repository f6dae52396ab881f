"""Conditions matched with answers: hit, miss or unknown, for a whole table at once.

Each condition is brought into terms: it is the `any` of terms, a term the `all` of single predicates. Negation is
pushed down to the predicates and `all` spread over `any`; both laws hold in Kleene's three-valued logic, so nothing
changes its truth. Where a whole alternative is negated, that would multiply terms: it is matched as it is, and what it
hits is taken away. A term is one bit. A stated answer *fails* the terms with a predicate that it contradicts, an
unstated one leaves *open* every term that reads it. What is neither failed nor open hits. Matching a spec is then one
look-up and one bitwise `or` for each constraint, however many conditions there are.

What is compiled of a table also serves for tables that extend it by a few rules, as evidence does.
"""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from functools import reduce
from itertools import compress, count, pairwise
from operator import and_, or_
from typing import TypeGuard

from genarch.engine.conditions import (
    NEVER,
    All,
    Any,
    Condition,
    Not,
    Predicate,
    SignedPredicate,
    Term,
    satisfies,
    terms,
    threshold,
)
from genarch.engine.constraints import BY_NAME, Answers, Constraint, Range, Value
from genarch.engine.rules import Assumption, Rule, RuleTable
from genarch.values import NamedTuple

_ZERO_IS_FALSE = bytes.maketrans(b"0", b"\0")


def positions(mask: int) -> list[int]:
    """The positions of the bits that are set, ascending."""
    return list(compress(count(), f"{mask:b}"[::-1].encode().translate(_ZERO_IS_FALSE)))


class Matches(NamedTuple):
    """Bits of the conditions, first condition lowest: those that hit, and those that still depend on an answer.

    `assumed` has the position of each assumption that stood in for an unstated number.
    """

    hits: int
    unknown: int
    assumed: tuple[int, ...]


class Column(NamedTuple):
    """What one constraint does to the terms: those that read it, and those that a stated answer fails.

    `members` are those that tell answers apart which are sets, by `tests`, each with the terms that have it;
    `thresholds` are the numbers that it is compared with, ascending.
    """

    constraint: str
    reads: int = 0
    fails: Callable[[Value], int] = lambda _: 0
    members: Sequence[str] = ()
    thresholds: Sequence[int | float] = ()
    tests: Sequence[tuple[SignedPredicate, int]] = ()

    def joined(self, other: "Column") -> "Column":
        """What it and another of the same constraint do together."""
        fails, more = self.fails, other.fails
        thresholds = sorted({*self.thresholds, *other.thresholds})
        members, tests = (*self.members, *other.members), (*self.tests, *other.tests)
        reads = self.reads | other.reads
        return Column(self.constraint, reads, lambda value: fails(value) | more(value), members, thresholds, tests)

    def alike(self, names: Iterable[str], live: int = -1) -> list[list[str]]:
        """Those of the names that make a difference to live terms, together where any of them makes the same one.

        Of such members of a set it does not matter which it has, nor how many.
        """
        tested: dict[str, list[object]] = {name: [] for name in BY_NAME[self.constraint].values if name in set(names)}
        for (test, _), bits in self.tests:
            if bits & live:
                apart = test.operator in ("is", "all_of")
                for name in tested if test.operator == "is" else tested.keys() & test.operand:
                    tested[str(name)].append(name if apart and name in test.operand else test)
        together: dict[tuple[object, ...], list[str]] = {}
        for name, found in tested.items():
            if found:
                together.setdefault(tuple(found), []).append(name)
        return list(together.values())

    def within(self, stated: Value | None) -> list[int | float]:
        """The number that is stated, or of a range at least one of those that do the same, ascending; else none."""
        if not isinstance(stated, Range):
            return [stated] if isinstance(stated, int | float) else []
        return [number for number in self.numbers(*stated.stated.values()) if stated.holds(number)]

    def numbers(self, *more: float) -> list[int | float]:
        """One number on each threshold (and `more`) and in each gap between them that has an answer, ascending."""
        constraint = BY_NAME[self.constraint]
        edges = sorted({constraint.least, *self.thresholds, *more})
        found = {*edges, edges[-1] * 2 or 1}
        for middle in ((here + following) / 2 for here, following in pairwise(edges)):
            found.add(int(middle) if constraint.kind == "integer" or middle == int(middle) else middle)
        return [number for number in sorted(found) if constraint.allows(number)]


class _Stand(NamedTuple):
    """An assumption compiled: where its own condition's bit is, and what it assumes."""

    position: int
    bit: int
    constraint: str
    below: int


class Matcher:
    """Conditions compiled once, then matched with any number of specs."""

    def __init__(self, conditions: Sequence[Condition], assumptions: Sequence[Assumption] = ()) -> None:
        """Compile; the assumptions' own conditions are matched on stated answers alone.

        Raises:
            TooManyTermsError: when a condition is too large.
        """
        self._size = len(conditions)
        self._sure = 0
        self._first, self._terms = 0, len(conditions) + len(assumptions)
        self._extra: tuple[tuple[int, int], ...] = ()
        self._unless: tuple[tuple[int, int], ...] = ()
        self.columns: dict[str, Column] = {}
        self.fill(0, [*conditions, *(item.when for item in assumptions)])
        self._stands = [
            _Stand(position, 1 << (self._size + position), *item.assume) for position, item in enumerate(assumptions)
        ]

    def filled(self, at: int, conditions: Sequence[Condition]) -> "Matcher":
        """This one with conditions in place of some that never hit, from a position on: only they are compiled."""
        other = copy(self)
        other.fill(at, conditions)
        return other

    def fill(self, at: int, conditions: Sequence[Condition]) -> None:
        """Compile conditions for the positions from `at` on; what a copy shares with others stays as it is.

        Each condition's first term takes the bit of its own position; only further terms need collecting.
        """
        readers: dict[str, list[tuple[int, SignedPredicate]]] = {}

        def laid(bit: int, term: Term) -> int:
            for literal in term:
                readers.setdefault(literal.predicate.constraint, []).append((bit, literal))
            return bit

        def collected(further: Iterable[tuple[int, list[Term]]]) -> Iterator[tuple[int, int]]:
            for bit, own in further:
                if own:
                    yield bit, sum(laid(1 << place, term) for place, term in enumerate(own, self._terms))
                    self._terms += len(own)

        parts = [(1 << position, _terms_of(condition)) for position, condition in enumerate(conditions, at)]
        self._first |= sum(laid(bit, alternatives[0]) for bit, (alternatives, _) in parts if alternatives)
        self._extra += tuple(collected((bit, alternatives[1:]) for bit, (alternatives, _) in parts))
        self._unless += tuple(collected((bit, refused) for bit, (_, refused) in parts))
        self.revocable = self.terms_of(sum(bit for bit, _ in self._unless))
        """The terms of conditions that hit only until a negated alternative does: which of them passed counts."""
        self.columns = {**self.columns}
        for name, literals in readers.items():
            column = _column(BY_NAME[name], literals)
            self.columns[name] = self.columns[name].joined(column) if name in self.columns else column
        self._ranges: dict[tuple[str, Range], tuple[int, int]] = {}

    def narrowed(self, failed: int, pending: int) -> "Matcher":
        """This one for gathering where these terms fail and no others than these hang on an answer.

        Only the conditions that this leaves open are looked at again, the others stay hit or missed.
        """
        other = copy(self)
        other.narrow(failed, pending)
        return other

    def narrow(self, failed: int, pending: int) -> None:
        """Leave of this one what `narrowed` does; what a copy shares with others stays as it is."""
        self._sure, still_open = self.gather(failed, pending)
        self._first &= still_open
        self._extra = tuple([(bit, own) for bit, own in self._extra if bit & still_open and own & ~failed])
        self._unless = tuple([(bit, own) for bit, own in self._unless if bit & still_open and own & ~failed])

    @property
    def size(self) -> int:
        """How many terms there are."""
        return self._terms

    def terms_of(self, bits: int) -> int:
        """The bits of the terms of these conditions."""
        return bits | sum(own for first, own in (*self._extra, *self._unless) if first & bits)

    def parts_of(self, position: int) -> tuple[int, int]:
        """The terms of a condition of which one has to hit, and those of which none may; assumptions come last."""
        bit = 1 << position
        required = sum(own for first, own in self._extra if first == bit) | (bit & self._first)
        return required, sum(own for first, own in self._unless if first == bit)

    def match(self, answers: Answers) -> Matches:
        """Match every condition with the stated answers."""
        failed, pending = self.against(answers)
        hits, unknown = self.gather(failed, pending)
        standing = [s for s in self._stands if s.bit & hits and answers.get(s.constraint) is None]
        if standing:  # what is assumed is a range in place of nothing; of several, the lowest
            assumed = {s.constraint: Range(below=s.below) for s in sorted(standing, key=lambda s: -s.below)}
            hits, unknown = self.gather(*self.against({**answers, **assumed}))
        own = (1 << self._size) - 1
        return Matches(hits & own, unknown & own, tuple([stand.position for stand in standing]))

    def against(self, answers: Answers, without: str | None = None) -> tuple[int, int]:
        """The terms that stated answers fail, and those that hang on an unstated constraint, or on where in a range.

        Both leave aside what is stated, or not, of the constraint `without`.
        """
        failed = pending = 0
        for name, column in self.columns.items():
            value = answers.get(name)
            if name == without:
                continue
            if value is None:
                pending |= column.reads
            elif isinstance(value, Range):
                failing, still_open = self.over(name, value)
                failed, pending = failed | failing, pending | still_open
            else:
                failed |= column.fails(value)
        return failed, pending

    def over(self, name: str, stated: Range) -> tuple[int, int]:
        """The terms that every number of a range fails, and those that only some of them do; worked out once."""
        key = name, stated
        if key not in self._ranges:
            if len(self._ranges) >= _MOST_RANGES:
                self._ranges.clear()
            column = self.columns[name]
            failing = [column.fails(number) for number in column.within(stated)]
            failed = reduce(and_, failing, column.reads)
            self._ranges[key] = failed, reduce(or_, failing, 0) & ~failed
        return self._ranges[key]

    def gather(self, failed: int, pending: int) -> tuple[int, int]:
        """Terms gathered into conditions: one hit is enough, and unknown is what neither hits nor fails whole."""
        hit = self._sure | self._first & ~(failed | pending)
        still_open = self._first & pending & ~failed
        for bit, own in self._extra:
            if own & ~(failed | pending):
                hit |= bit
            elif own & pending & ~failed:
                still_open |= bit
        for bit, own in self._unless:
            if own & ~(failed | pending):
                hit &= ~bit
                still_open &= ~bit
            elif hit & bit and own & pending & ~failed:
                hit &= ~bit
                still_open |= bit
        return hit, still_open & ~hit


_MOST_RANGES = 1024

_known: dict[int, tuple[Condition, tuple[list[Term], list[Term]]]] = {}
"""By the identity of a condition, which is kept with it, its terms: a rule is in each variant of its table."""

_MOST_KNOWN = 4096


def _terms_of(condition: Condition) -> tuple[list[Term], list[Term]]:
    """The terms of the parts that all have to hit, and of the alternatives of which none may."""
    known = _known.get(id(condition))
    if known and known[0] is condition:
        return known[1]
    parts = condition.parts if isinstance(condition, All) else (condition,)
    refused = [part for part in parts if isinstance(part, Not) and not isinstance(part.part, Predicate)]
    required = tuple(part for part in parts if part not in refused)
    found = terms(All(required)), terms(Any(tuple(part.part for part in refused)))
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[id(condition)] = condition, found
    return found


def _column(constraint: Constraint, literals: Sequence[tuple[int, SignedPredicate]]) -> Column:
    """Each answer is worked out once: there are few names and sets.

    Thresholds cut the line of numbers into points and the gaps between them, and all of a gap answers alike.
    """
    thresholds = sorted({threshold(literal.predicate) for _, literal in literals}) if constraint.numeric else []
    tests: dict[SignedPredicate, int] = {}
    for bit, literal in literals:
        tests[literal] = tests.get(literal, 0) | bit
    having: dict[object, int] = {}
    """By member of a set, the terms that it fails by having it; by another answer, those that it fails."""
    passing, passed = dict[object, int](), 0
    """By an answer that is no set, the terms of `passed` that it does not fail."""
    lacking: list[tuple[frozenset[object], int]] = []
    """The terms that a set fails by having none of some members."""
    others: list[tuple[SignedPredicate, int]] = []
    for literal, bits in tests.items():
        (_, operator, operand), holds = literal
        if constraint.kind == "set" and operator in ("any_of", "none_of"):
            if (operator == "any_of") is holds:
                lacking.append((frozenset(operand), bits))
            else:
                having.update({member: having.get(member, 0) | bits for member in operand})
        elif constraint.kind != "set" and operator == "is" and not (holds and passed & bits):
            by_value, passed = (passing, passed | bits) if holds else (having, passed)
            by_value.update({name: by_value.get(name, 0) | bits for name in operand})
        else:
            others.append((literal, bits))
    known: dict[Value, int] = {}

    def fails(value: Value) -> int:
        key = value
        if thresholds:
            at = bisect_left(thresholds, value)
            key = 2 * at + (at < len(thresholds) and thresholds[at] == value)
        found = known.get(key)
        if found is None:
            found = 0 if isinstance(value, frozenset) else passed & ~passing.get(value, 0) | having.get(value, 0)
            for (test, holds), bits in others:
                if satisfies(test, value) is not holds:
                    found |= bits
            if isinstance(value, frozenset):
                for member in value:
                    found |= having.get(member, 0)
                for some, bits in lacking:
                    if value.isdisjoint(some):
                        found |= bits
            known[key] = found
        return found

    operands = [literal.predicate.operand for _, literal in literals] if constraint.kind == "set" else []
    named = {str(name) for operand in operands for name in operand}
    if () in operands:  # whether the set is empty: any one member shows that
        named.update([name for name in constraint.values if name not in named][:1])
    by_set = tuple(tests.items()) if constraint.kind == "set" else ()
    return Column(constraint.name, reduce(or_, tests.values(), 0), fails, tuple(named), thresholds, by_set)


def variations(constraint: Constraint, here: frozenset[str], together: Iterable[Sequence[str]]) -> list[Value]:
    """The sets that differ from one in members that make a difference, of those that make the same one in all or none.

    The smallest first, then in the order of the declaration.
    """
    rank = {member: 1 << at for at, member in enumerate(reversed(constraint.values))}
    ways = [(here.difference(*together), 0)]
    for some in together:
        chosen = here.intersection(some) or frozenset(some[:1])
        ranked = sum(rank[member] for member in chosen)
        ways += [(way | chosen, at + ranked) for way, at in ways]
    return [way for way, _ in sorted(ways, key=lambda pair: (len(pair[0]), -pair[1]))]


ROOM = (NEVER,) * 48
"""Conditions that are compiled after those of a table's rules, to be replaced by those of rules that extend it."""


class Extended(RuleTable):
    """A rule table with further rules, and the table that they were added to."""

    base: RuleTable
    room: int
    """For how many more rules what is compiled serves."""

    @classmethod
    def of(cls, base: RuleTable, rules: Iterable[Rule]) -> "Extended":
        """A table with further rules after its own."""
        table = cls(*base._replace(rules=(*base.rules, *rules)))
        table.base = base
        table.room = (base.room if isinstance(base, cls) else len(ROOM)) - len(table.added)
        return table

    @property
    def added(self) -> tuple[Rule, ...]:
        """The further rules."""
        return self.rules[len(self.base.rules) :]


def extends(rules: RuleTable) -> TypeGuard[Extended]:
    """Whether a table is another one and few enough further rules, so that what is compiled of it serves."""
    return isinstance(rules, Extended) and rules.room >= 0
