"""Precedents: the documented cases most like a deployment, and what they chose.

How alike two deployments are is the weighed share of their constraints that agree: each counts as its group weighs,
those that only one of them states count a quarter, so that what is unknown on one side says little. It is between 0
and 1, the same from either side, and 1 for two that state the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log10
from operator import attrgetter
from typing import Annotated, cast

from genarch.engine.constraints import BY_NAME, CONSTRAINTS, NOTHING_STATED, Answers, Range, Value
from genarch.engine.forms import format_version, number, whole
from genarch.engine.spec import Case, with_implied
from genarch.values import NamedTuple

Weight = Annotated[float, number(above=0, below=100)]


class Weights(NamedTuple):
    """What each constraint of a group counts."""

    task: Weight = 1.0
    output: Weight = 1.0
    """What is made, and what steers it."""
    serving: Weight = 1.0
    """How long it may take, and where it runs."""
    priorities: Weight = 1.0
    training: Weight = 1.0
    """Who trains what, on which images."""


class NearestScore(NamedTuple):
    """How the nearest cases alone do, each case judged by those of other sources."""

    cases: Annotated[int, whole()]
    """Strict ones."""
    right: Annotated[int, whole()]
    """The family that most speaks for is acceptable."""
    log_loss: Annotated[float, number(above=0)]
    """Per case that a family was chosen in; always guessing evenly is 1.099."""


class Similarity(NamedTuple):
    """The weights that similarity goes by, as they are kept, and what the nearest cases alone are worth with them."""

    version: Annotated[int, format_version(1)]
    weights: Weights
    sources: Annotated[int, whole()]
    """Of all cases, each left out in turn."""
    equal: NearestScore
    """With equal weights."""
    fitted: NearestScore
    """Each case by weights that were fitted without its source."""


GROUPS: Mapping[str, tuple[str, ...]] = {
    group: tuple(entry.name for entry in CONSTRAINTS if entry.group == group) for group in Weights._fields
}
"""The constraints that are compared. A `gpu` counts as the device that it implies; load, price and licence do not."""

GROUP_OF: Mapping[str, str] = {name: group for group, names in GROUPS.items() for name in names}

_KINDS = (
    ("unconditional", "class_conditional", "data_augmentation", "texture"),
    ("text_to_image", "subject_driven"),
    ("image_to_image", "modality_translation", "style_transfer"),
    ("image_editing", "inpainting", "object_removal"),
    ("super_resolution", "restoration", "enhancement", "compression"),
    ("video_frames", "video_generation"),
)
"""Tasks of one kind."""
_KIND_OF = {task: kind for kind, tasks in enumerate(_KINDS) for task in tasks}

SAME_KIND = 0.5
"""How much two different tasks of one kind agree."""

DECADES = 2.0
"""Powers of ten from which two numbers do not agree at all."""

UNSTATED = 0.25
"""What a constraint that only one of the two states counts, beside its weight."""

NOT_STRICT = 0.25
"""What a case counts that is not strict: most of those are from before diffusion was available."""

SHARPNESS = 4
"""The power of its similarity that a case counts: one half as alike counts a sixteenth."""


class Precedent(NamedTuple):
    """A documented case beside a deployment."""

    case: Case
    similarity: float
    """From 0 to 1."""
    here: Answers = NOTHING_STATED
    """What is compared of the deployment."""

    @property
    def same(self) -> tuple[str, ...]:
        """Constraints on which both say the same."""
        return self._stated_by_both(alike=True)

    @property
    def differs(self) -> tuple[str, ...]:
        """Constraints that both state, otherwise."""
        return self._stated_by_both(alike=False)

    def _stated_by_both(self, *, alike: bool) -> tuple[str, ...]:
        there = compared(self.case.spec.constraints)
        both = [name for name in self.here if name in there]
        return tuple([name for name in both if (agreement_on(name, self.here[name], there[name]) == 1) is alike])


def agreement_on(name: str, one: Value, other: Value) -> float:
    """How far two answers to a constraint agree, from 0 to 1.

    Sets by what is in both of what is in either, numbers and ranges by their distance on a logarithmic scale.
    """
    if one == other:
        return 1.0
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return len(one & other) / len(one | other)
    if name == "task":
        return SAME_KIND if _KIND_OF.get(str(one), one) == _KIND_OF.get(str(other), other) else 0.0
    if BY_NAME[name].numeric:
        (low, high), (from_, to) = _ends(one), _ends(other)
        decades = (abs(low - from_) + abs(high - to)) / 2  # of ranges as far apart as their ends are on average
        return max(0.0, 1 - decades / DECADES)
    return 0.0


def _ends(stated: Value) -> tuple[float, float]:
    """Where a number or a range begins and ends, in powers of ten; one is added, for there may be none of something.

    Without an end it begins at none, or goes on until the numbers in it need not agree at all.
    """
    if not isinstance(stated, Range):
        return (at := log10(1 + cast("float", stated))), at
    low = log10(1 + (stated.low or 0))
    return low, low + DECADES if stated.high is None else log10(1 + stated.high)


def source_of(case: Case) -> str:
    """What cases of one source have in common: its address, or its title where it has none."""
    return case.source.url or case.source.title or case.id


def precedents(
    answers: Answers, cases: Iterable[Case], weights: Weights, leave_out: Collection[str] = ()
) -> tuple[Precedent, ...]:
    """The cases beside the answers, those most alike first; cases of the sources in `leave_out` are left out."""
    found = _documented(tuple(cases), weights).beside(compared(answers))
    return tuple([one for one in found if source_of(one.case) not in leave_out]) if leave_out else found


class _Documented:
    """Cases side by side, with weights: what an answer that agrees with them counts is worked out once."""

    def __init__(self, cases: tuple[Case, ...], weights: Weights) -> None:
        self._cases = sorted(cases, key=lambda case: not case.strict)
        self._weight = by_constraint(weights)
        self._there = [compared(case.spec.constraints) for case in self._cases]
        self._agreed: dict[tuple[str, Value], Sequence[float]] = {}
        self._alone = [sum(UNSTATED * self._weight[name] for name in there) for there in self._there]
        self._both = {
            name: [(1 - 2 * UNSTATED) * weight * (name in there) for there in self._there]
            for name, weight in self._weight.items()
        }
        """What a constraint counts more where both state it than where each does by itself."""
        self._last: tuple[Answers | None, tuple[Precedent, ...]] = None, ()

    def beside(self, here: Answers) -> tuple[Precedent, ...]:
        """The cases, those most alike first; of those alike, the strict ones."""
        if self._last[0] != here:
            found = [Precedent(*each, here) for each in zip(self._cases, self._similar(here), strict=True)]
            self._last = here, tuple(sorted(found, key=attrgetter("similarity"), reverse=True))
        return self._last[1]

    def _similar(self, here: Answers) -> Sequence[float]:
        """How alike each is, from 0 to 1; as `agreed_of` has it, for all at once."""
        alone = [sum(UNSTATED * self._weight[name] for name in here)] * len(self._cases)
        whole = map(sum, zip(alone, self._alone, *(self._both[name] for name in here), strict=True))
        agreed = map(sum, zip(*(self._agreement(name, value) for name, value in here.items()), strict=True))
        return [part / of if of else 0.0 for part, of in zip(agreed, whole, strict=True)] if here else alone

    def _agreement(self, name: str, value: Value) -> Sequence[float]:
        key = name, value
        if key not in self._agreed:
            if len(self._agreed) >= _MOST_KEPT:
                self._agreed.clear()
            weight, there = self._weight[name], [answers.get(name) for answers in self._there]
            self._agreed[key] = [0.0 if it is None else weight * agreement_on(name, value, it) for it in there]
        return self._agreed[key]


_MOST_KEPT, _FEW = 1024, 16
_known: dict[tuple[object, ...], _Documented] = {}
"""By the identity of the cases, which are kept with them, and by the weights."""


def _documented(cases: tuple[Case, ...], weights: Weights) -> _Documented:
    key = (weights, *map(id, cases))
    if key not in _known:
        if len(_known) >= _FEW:
            _known.clear()
        _known[key] = _Documented(cases, weights)
    return _known[key]


def by_constraint(weights: Weights) -> Mapping[str, float]:
    """What each constraint that is compared counts."""
    of_group = weights._asdict()
    return {name: of_group[group] for name, group in GROUP_OF.items()}


def compared(answers: Answers) -> Answers:
    """Of the answers, those that are compared."""
    return {name: value for name, value in with_implied(answers).items() if name in GROUP_OF}


def agreed_of(here: Answers, there: Answers, weight: Mapping[str, float]) -> tuple[float, float]:
    """How much agrees, of how much, both weighed."""
    agreed = whole = 0.0
    for name, value in here.items():
        if name in there:
            agreed += weight[name] * agreement_on(name, value, there[name])
            whole += weight[name]
        else:
            whole += UNSTATED * weight[name]
    for name in there:
        if name not in here:
            whole += UNSTATED * weight[name]
    return agreed, whole


def counts(precedent: Precedent) -> float:
    """How much a precedent counts beside others."""
    return precedent.similarity**SHARPNESS * (1 if precedent.case.strict else NOT_STRICT)


def votes(case: Case) -> Mapping[str, float]:
    """The families that a case speaks for, by share: the one chosen, or evenly those that it left open."""
    if case.chosen != "evaluate_both":
        return {case.chosen: 1.0}
    families = [name for name in case.acceptable if name != case.chosen]
    return dict.fromkeys(families, 1 / len(families)) if families else {}


def agreement(found: Iterable[Precedent]) -> Mapping[str, float]:
    """How the precedents are spread over families, each as it counts: family to share, the largest first.

    Empty where none is alike at all.
    """
    sums: dict[str, float] = defaultdict(float)
    for precedent in found:
        chosen, counted = precedent.case.chosen, counts(precedent)
        if chosen != "evaluate_both":
            sums[chosen] += counted
        else:
            for family, share in votes(precedent.case).items():
                sums[family] += share * counted
    whole = sum(sums.values())
    return {name: part / whole for name, part in sorted(sums.items(), key=lambda item: -item[1])} if whole else {}


def contradicting(shares: Mapping[str, float], recommended: Collection[str]) -> str | None:
    """The family that precedents speak for most, where others are recommended: then the two contradict each other."""
    lead = next(iter(shares), None)
    return lead if recommended and lead not in recommended else None
