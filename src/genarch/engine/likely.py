"""Likely answers: what people building such things answer together, by the documented cases; and what they build.

A likely way to answer the rest is put together from cases, each drawn as much as it agrees with what is stated, by the
similarity of precedents. What is made, and what steers it, comes from one case; how it is served, what matters and how
it is trained come each from that one or, as often, from another drawn so. What a case leaves out stays open, as it does
for people. Two in a hundred fields are drawn anew from all cases instead, whatever is stated.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Annotated

from genarch.engine.completions import scattered
from genarch.engine.constraints import BY_NAME, Answers, Constraint, Value, gpu_names
from genarch.engine.forms import Mark, ShownText, format_version
from genarch.engine.precedents import GROUPS, Weights, agreed_of, by_constraint, compared
from genarch.engine.spec import Case, with_implied
from genarch.values import NamedTuple

DRAWN = 500
"""Ways to answer the rest that are looked at."""

ANEW = 0.02
"""The part of the fields drawn from all cases alike."""

APART = 0.5
"""How often a part of the fields is not from the case that what is made is from."""

SHARPNESS = 6
"""The power of its agreement that a case is drawn with."""

_PARTS = ((*GROUPS["task"], *GROUPS["output"]), GROUPS["serving"], GROUPS["priorities"], GROUPS["training"])


class Situation(NamedTuple):
    """Something that people build, and the answers that its words give."""

    says: ShownText
    fills: Annotated[Answers, Mark(own="Constraints")]

    def fits(self, answers: Answers) -> bool:
        """Whether the answers say all that it does."""
        return all(answers.get(name) == value for name, value in self.fills.items())


class Questionnaire(NamedTuple):
    """What questions go by beside rules and cases."""

    version: Annotated[int, format_version(1)] = 1
    situations: tuple[Situation, ...] = ()
    only_for: Mapping[str, tuple[str, ...]] = {}
    """Constraint to the tasks for which asking for it makes sense, where that is not all."""
    then: tuple[str, ...] = ()
    """What makes an answer usable: asked once it is settled."""
    words: Mapping[str, tuple[str, ...]] = {}
    """Beginnings of words that people search for to those of words that situations have instead."""

    def said_as(self, word: str) -> Sequence[str]:
        """Beginnings of the words that a situation may have for one that is searched for."""
        return word, *(other for begin, others in self.words.items() if word.startswith(begin) for other in others)

    def applies(self, name: str, stated: Answers) -> bool:
        """Whether a question makes sense for the task that is stated."""
        tasks = self.only_for.get(name)
        return tasks is None or "task" not in stated or stated["task"] in tasks


class _Draw(NamedTuple):
    """What chance says of one way to answer, whatever is stated: the same for each state of a questionnaire."""

    at: Sequence[float]
    """Where in the agreement of all cases, from 0 to 1, the case of each part is found."""
    anew: Mapping[str, int]
    """Constraints drawn from all cases alike, each with the position of its case."""


class Likely:
    """What answers go together, by documented cases."""

    def __init__(self, cases: Sequence[Case], weights: Weights) -> None:
        self._weight = by_constraint(weights)
        self._cases = [case.spec.constraints for case in cases]
        self._compared = [compared(answers) for answers in self._cases]

    def completions(self, stated: Answers, names: Collection[str]) -> Iterator[Answers]:
        """Likely ways to answer what is not stated of these constraints; always the same ones."""
        totals, last = list(accumulate(self._agreements(stated))), len(self._cases) - 1
        given = with_implied(stated)
        parts = [[name for name in part if name in names and name not in given] for part in _PARTS]
        shares = [[{n: case[n] for n in part if n in case} for case in self._cases] for part in parts]
        for draw in self._draws:
            found: dict[str, Value] = {}
            for at, share in zip(draw.at, shares, strict=True):
                found |= share[bisect(totals, at * totals[-1], hi=last)]
            for name, source in draw.anew.items():
                if name in names and name not in given:
                    found.pop(name, None)
                    if name in self._cases[source]:
                        found[name] = self._cases[source][name]
            yield found

    @cached_property
    def _draws(self) -> Sequence[_Draw]:
        chance, count = scattered(), len(self._cases)
        found = []
        for number in range(DRAWN):
            base = [(number + next(chance)) / DRAWN, *(next(chance) for _ in _PARTS[1:])]  # all cases have their part
            at = [own if next(chance) < APART else base[0] for own in base]
            anew = {n: int(next(chance) * count) for part in _PARTS for n in part if next(chance) < ANEW}
            found.append(_Draw(at, anew))
        return found

    def _agreements(self, stated: Answers) -> list[float]:
        """How much each case agrees with what is stated; a little at least."""
        here = compared(stated)
        found = []
        for answers in self._compared:
            there = {name: value for name, value in answers.items() if name in here}
            agreed, whole = agreed_of(here, there, self._weight)
            found.append((agreed / whole if whole else 1.0) ** SHARPNESS + 1e-6)
        return found

    def situations(self, known: Sequence[Situation]) -> list[Situation]:
        """Situations, those first that most cases fit; then every task alone."""
        tasks = [Situation(f"{name}: {text}", {"task": name}) for name, text in BY_NAME["task"].names.items()]
        counts = {one.says: sum(map(one.fits, self._cases)) for one in known}
        return [*sorted(known, key=lambda one: -counts[one.says]), *tasks]

    def names(self, constraint: Constraint, stated: Answers) -> Sequence[str]:
        """A constraint's names, those first that are chosen most in likely ways to answer."""
        counts: Counter[str] = Counter()
        for way in self.completions(stated, {constraint.name}):
            value = way.get(constraint.name)
            counts.update(value if isinstance(value, frozenset) else [str(value)])
        return sorted(constraint.values, key=lambda name: -counts[name])


def usual_hardware(stated: Answers) -> Sequence[str]:
    """Hardware that stands for others, of the stated kind of device; a browser runs on what people have."""
    device = stated.get("device")
    kinds = {"consumer_gpu", "mobile"} if device == "browser" else {device}
    devices = gpu_names().devices
    fitting = [gpu for gpu in gpu_names().usual if device is None or kinds.intersection(devices[gpu])]
    return sorted(fitting, key=lambda gpu: device is not None and devices[gpu][0] not in kinds)
