"""What completions of stated answers lead to: which verdicts, and by samples, which constraints decide between them.

Samples are drawn as if at random, the same ones every time, where examples are enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, reduce
from itertools import chain, count, islice, product
from math import prod
from operator import or_
from struct import unpack

from genarch.engine.budget import Budget
from genarch.engine.constraints import NOTHING_STATED, Answers
from genarch.engine.search import ALL, FAILS, LIMIT, AnswerClass, Classes, Space, VerdictSearch, distinct, search

MOST_SAMPLES = 20_000
"""A fifth of a second of looking for the shipped tables."""


def sampled(
    space: Space, stated: Answers = NOTHING_STATED, count: int | None = None, *, classes: Classes = ALL
) -> Iterator[tuple[int, tuple[AnswerClass, ...]]]:
    """The watched conditions that hit on sampled answers without a contradiction, and the classes of these answers.

    Where something is stated, the samples are completions of it, and a contradiction within it is passed over. The
    classes stand in the order of the constraints that are not stated, or only as a range; `classes` are those to draw
    from, of some constraints. The samples are always the same, and each completion once where there are no more than
    `count`.
    """
    every = list(space.left_open(stated, classes).values())
    given, pending = space.matcher.against(stated)
    ignored = space.matcher.gather(given, pending)[0] | space.watched
    gather = space.matcher.narrowed(given, pending).gather
    count = MOST_SAMPLES if count is None else count
    for chosen in product(*every) if prod(map(len, every)) <= count else _drawn(every, count):
        hits, _ = gather(reduce(or_, map(FAILS, chosen), given), 0)
        if not hits & ~ignored:
            yield hits & space.watched, chosen


_BLOCK = 64
"""Samples that are drawn at once."""


def _drawn(every: Sequence[Sequence[AnswerClass]], count: int) -> Iterator[tuple[AnswerClass, ...]]:
    """One answer to each constraint, drawn so many times."""
    numbers, width = chain.from_iterable(_scattered()), len(every)
    for begin in range(0, count, _BLOCK):
        block = list(islice(numbers, width * min(_BLOCK, count - begin)))
        drawn = ([answers[number % len(answers)] for number in block[at::width]] for at, answers in enumerate(every))
        yield from zip(*drawn, strict=True)


_MULTIPLIER, _INCREMENT, _BITS = 6364136223846793005, 1442695040888963407, 64  # Knuth's MMIX
_DOUBLED = 12
"""How often the numbers that are worked out at once were doubled."""


def _scattered() -> Iterator[Sequence[int]]:
    """Numbers from 0 to below 2**31, scattered as if by chance, and always the same ones.

    They are worked out many at once, in one integer that has 128 bits for each.
    """
    numbers, states, (times, plus), ones, mask = _first_scattered()
    while True:
        yield numbers
        states = (states * times + plus * ones) & mask
        numbers = _upper(states)


@cache
def _first_scattered() -> tuple[Sequence[int], int, tuple[int, int], int, int]:
    """The first numbers, the states behind them, how the following come from these, and a one and a mask for each."""
    low = (1 << _BITS) - 1
    times, plus, ones = _MULTIPLIER, _INCREMENT, 1
    states = (times + plus) & low
    for doubled in range(_DOUBLED):
        width = 2 * _BITS << doubled
        states |= ((states * times + plus * ones) & ones * low) << width
        ones |= ones << width
        times, plus = times * times & low, (times + 1) * plus & low
    return _upper(states), states, (times, plus), ones, ones * low


def _upper(states: int) -> Sequence[int]:
    """The upper bits of each state."""
    return [word >> 1 for word in unpack(f"<{4 << _DOUBLED}I", states.to_bytes(16 << _DOUBLED, "little"))[1::4]]


def scattered() -> Iterator[float]:
    """The same numbers, from 0 to below 1."""
    return (number / (1 << 31) for number in chain.from_iterable(_scattered()))


COMPLETED = 5_000
"""Completions to look at for what is possible, where a search did not come to its end."""

MOST_KNOWN = 256
"""Answers of which it is kept what their completions lead to, by each table."""

SAMPLES = 200
"""Completions to look at at most: where there are no more, all of them, each answer of each varied."""

TELLING = 1_000
"""Completions to choose a question by at most, some 10 ms."""

ENOUGH = 200
"""Of these, how many are looked at in turn, until so many show no verdict with an answer that it was not seen with."""

PATIENCE = 24
"""Samples that show nothing new, after which no more are looked at."""

CLOSE = 24
"""Completions next to a change of the verdict of which each answer is varied then: what matters rarely, does there."""


class Completions:
    """What completions of stated answers lead to."""

    def __init__(self, table: VerdictSearch, stated: Answers, budget: Budget) -> None:
        self._table, self._stated = table, stated
        verdicts, before = table.rules.verdicts, budget.left
        named = lambda hits: (table.verdict(hits),)  # noqa: E731
        result = search(table.space, named, table.reachable, verdicts, stated, budget=budget)
        self.complete, self.steps = result.complete, before - budget.left
        found = dict(result.witnesses)
        if not result.complete and not budget.met:
            names = table.space.left_open(stated)
            for hits, chosen in sampled(table.space, stated, COMPLETED):
                found.setdefault(table.verdict(hits), {n: a.value for n, a in zip(names, chosen, strict=True)})
        self.reached = {name: found[name] for name in verdicts if name in found}
        """Each verdict, in the table's order, with answers to what is open that lead to it."""

    @cached_property
    def open_questions(self) -> tuple[str, ...]:
        """The constraints that matter, the most telling first."""
        return tuple(open_questions(self._table, self._stated, self.reached.values()))

    @cached_property
    def next_question(self) -> str | None:
        """The constraint whose answer leaves the fewest verdicts possible on average."""
        still_open = self._table.space.left_open(self._stated)
        names = [name for name in self._table.order if name in still_open]
        return next(iter(by_telling(self._table, self._stated, names)), None)


def completions_of(table: VerdictSearch, stated: Answers, budget: Budget | None = None) -> Completions:
    """What completions lead to: found once for all answers that leave the same open, unless the budget may end it."""
    if budget and budget.left <= LIMIT:
        return Completions(table, stated, budget)
    known: dict[object, Completions] = vars(table).setdefault("completed", {})
    if (key := table.space.left_by(stated)) not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[key] = Completions(table, stated, Budget(LIMIT + 1))
    if budget:
        budget.spend(known[key].steps)
    return known[key]


def open_questions(table: VerdictSearch, stated: Answers, reached: Iterable[Answers]) -> list[str]:
    """The constraints that matter, the most telling first; `reached` are completions with different verdicts.

    Where there are more completions than are looked at, one that matters rarely may be missed.
    """
    space = table.space
    given, pending = space.matcher.against(stated)
    met, unknown = space.matcher.gather(given, pending)
    gather, live = space.matcher.narrowed(given, pending).gather, space.matcher.terms_of(unknown) & ~given
    classes = {
        name: distinct(AnswerClass(answer.value, answer.fails & live) for answer in answers)
        for name, answers in space.left_open(stated).items()
    }

    def verdict_of(way: Sequence[int]) -> str | None:
        """The verdict on an answer to each constraint, by the terms that it fails; None on a contradiction."""
        hits, _ = gather(reduce(or_, way, given), 0)
        return None if hits & ~(met | space.watched) else table.verdict(hits & space.watched)

    def varied(way: list[int], now: str) -> Iterable[int]:
        """Those of the constraints of which another answer changes the verdict, each tried."""
        for at, answers in enumerate(classes.values()):
            if at in left and any(
                verdict_of([*way[:at], answer.fails, *way[at + 1 :]]) not in (None, now) for answer in answers
            ):
                yield at

    def exchanged(way: list[int], now: str, other: list[int]) -> Iterable[int]:
        """Those that change the verdict when one after the other is answered as in another way; none if all do not."""
        if verdict_of([other[at] if at in left else fails for at, fails in enumerate(way)]) in (None, now):
            return
        here: str | None = now
        for at in sorted(left):
            changed = [*way[:at], other[at], *way[at + 1 :]]
            there = verdict_of(changed)
            if here and there and here != there:
                close.extend([(way, here), (changed, there)])
                yield at
            way, here = changed, there

    drawn = ([answer.fails for answer in chosen] for _, chosen in sampled(space, stated, SAMPLES, classes=classes))
    known = ([space.column(name).fails(answers[name]) & live for name in classes] for answers in reached)
    every = prod(map(len, classes.values())) <= SAMPLES
    left = {at for at, answers in enumerate(classes.values()) if len(answers) > 1}
    found: set[int] = set()
    seen: list[set[tuple[int, str]]] = [set() for _ in classes]
    close: list[tuple[list[int], str]] = []
    before: list[int] = []
    since = 0
    for way in drawn if every else chain(known, drawn):
        if (now := verdict_of(way)) is None:
            continue
        for pairs, fails in zip(seen, way, strict=True):
            pairs.add((fails, now))
        if every:
            more = set(varied(way, now))
        else:
            more = set(exchanged(way, now, before)) if before else set()
            before = way
        found, left, since = found | more, left - more, 0 if more else since + 1
        if not every and since > PATIENCE:
            break
    for way, now in close[-CLOSE:]:
        more = set(varied(way, now))
        found, left = found | more, left - more

    met_at = dict(zip(classes, seen, strict=True))
    names = [name for at, name in enumerate(classes) if at in found]
    return _sorted({name: met_at[name] for name in table.order if name in names})


def by_telling(table: VerdictSearch, stated: Answers, names: Sequence[str]) -> list[str]:
    """Constraints that are not stated, those first whose answer leaves the fewest verdicts possible on average."""
    space = table.space
    places = dict(zip(space.left_open(stated), count()))
    met: dict[str, set[tuple[int, str]]] = {name: set() for name in names}
    samples, size = sampled(space, stated, TELLING), -1
    while size < (size := sum(map(len, met.values()))) and (block := list(islice(samples, ENOUGH))):
        verdicts = [table.verdict(hits) for hits, _ in block]
        columns = list(zip(*(answers for _, answers in block), strict=True))
        for name, seen in met.items():
            seen.update(zip(map(FAILS, columns[places[name]]), verdicts, strict=True))
    return _sorted(met)


def _sorted(met: Mapping[str, Iterable[tuple[int, str]]]) -> list[str]:
    """Constraints by how many verdicts each class of answers was met with, on average and then at most."""
    counts = {name: list(Counter(fails for fails, _ in found).values()) for name, found in met.items() if found}
    return sorted(counts, key=lambda name: (sum(counts[name]) / len(counts[name]), max(counts[name])))
