"""Which constraints a verdict still depends on, and which of them tells most of it, by samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from math import prod
from operator import or_

from genarch.engine.constraints import Answers
from genarch.engine.search import AnswerClass, VerdictSearch, distinct, sampled

SAMPLES = 200
"""Completions to look at at most: where there are no more, all of them, each answer of each varied."""

TELLING = 1_000
"""Completions to choose a question by, some 10 ms."""

PATIENCE = 24
"""Samples that show nothing new, after which no more are looked at."""

CLOSE = 24
"""Completions next to a change of the verdict of which each answer is varied then: what matters rarely, does there."""


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
    at = {name: position for position, name in enumerate(space.left_open(stated))}
    met: dict[str, set[tuple[int, str]]] = {name: set() for name in names}
    asked = [(at[name], found.add) for name, found in met.items()]
    verdicts: dict[int, str] = {}  # many samples have the same hits
    for hits, answers in sampled(space, stated, TELLING):
        if (verdict := verdicts.get(hits)) is None:
            verdict = verdicts[hits] = table.verdict(hits)
        for position, add in asked:
            add((answers[position].fails, verdict))
    return _sorted(met)


def _sorted(met: Mapping[str, Iterable[tuple[int, str]]]) -> list[str]:
    """Constraints by how many verdicts each class of answers was met with, on average and then at most."""
    counts = {name: list(Counter(fails for fails, _ in found).values()) for name, found in met.items() if found}
    return sorted(counts, key=lambda name: (sum(counts[name]) / len(counts[name]), max(counts[name])))
