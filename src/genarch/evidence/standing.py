"""What the catalogue says against an architecture on stated hardware, as rules of the table that a spec is judged by.

An architecture is out where none of its models keeps what is stated: the time for an image, the memory, or terms that
let the model be sold. A model's time on a piece of hardware at a size is the low end of its estimate's band, or what
was measured there. Models without a figure say nothing, and an architecture without any is left alone; so is one of
which no model is known to take the stated conditioning, unless the others are out whatever they take.

A rule's condition names the constraints that evidence reads, so that everything that explores a table sees them. Time
hangs on hardware, size and budget together: the condition holds where all three are as stated, and, `around` them,
where one of them is another and everything else stays.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Model
from genarch.evidence.ways import (
    Place,
    Shown,
    Terms,
    Time,
    Way,
    measured_tasks,
    memory_of,
    ms_words,
    number,
    place_of,
    quickest,
    shown_of,
    ways_of,
)
from genarch.table.conditions import All, Any, Condition, Not, Operator, Predicate
from genarch.table.constraints import BY_NAME, Answers
from genarch.table.rules import Citation, Examples, Grade, Rule, RuleTable
from genarch.table.spec import with_implied

SIZES = (256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 1920, 2048, 3072, 4096)
"""The sizes in pixels that an image of another size than the stated one is tried at."""

SOLD_AS_RELEASED = All((Predicate("commercial_use", "is", (True,)), Predicate("training", "is", ("pretrained",))))
"""Where released weights are sold as they are, their licence decides."""

Tasks = tuple[str, ...]
"""Tasks of a spec that the same rows count for."""

Timed = Sequence[tuple[Way, Time]]

KINDS: Mapping[str, tuple[str, str]] = {
    "not-licensed": (
        "No {} model for this may be sold as released",
        "Excludes it where released weights are sold as they are, and no model of the task has weights that may be.",
    ),
    "too-large": (
        "No {} model for this fits the memory",
        "Excludes it where none of its models of the task is shown to run in device_memory_gb, or in that of the gpu.",
    ),
    "too-slow": (
        "No {} model for this keeps the budget on this hardware",
        "Excludes it where all its models are estimated or measured beyond the budget on this hardware at this size.",
    ),
    "open": (
        "Whether {} keeps the budget on this hardware is open",
        "Where nothing shows that the budget is kept, and nothing that it is not, a recommendation of it is a lean.",
    ),
}
"""What evidence says of an architecture: the end of the rule's id, its title, and what it means."""


def instantiated(stated: Answers, rules: RuleTable, catalogue: Catalogue, *, around: bool = False) -> tuple[Rule, ...]:
    """The rules that evidence adds for the hardware, the size and the budget that are stated.

    Those of a budget need all three; those of memory and of licences do not. With `around`, they also hold where one of
    the three, or the task, is another; without, they are of the stated task alone.
    """
    answers = with_implied(stated)
    found: list[Rule] = []
    for architecture in rules.architectures:
        given_gb, like = number(stated.get("device_memory_gb")), architecture.as_slow_as
        against = _Against(architecture.id, answers, given_gb, catalogue, around=around)
        found += [*against.licence(), *against.memory()]
        if like:
            against = _Against(architecture.id, answers, given_gb, catalogue, around=around, like=like)
        found += against.time()
    return tuple(found)


class _Point(NamedTuple):
    """The hardware, the size in pixels and the budget in milliseconds that are stated."""

    place: Place
    side: int
    budget: float

    @property
    def stated(self) -> tuple[Predicate, Predicate, Predicate]:
        """That each of them is what it is."""
        here, sized = (
            Predicate(self.place.constraint, "is", (self.place.name,)),
            _number("resolution_px", "is", self.side),
        )
        return here, sized, _number("latency_budget_ms", "is", self.budget)

    def __str__(self) -> str:
        """`on l4 at 1024 px`."""
        return f"on {self.place.name} at {self.side} px"


class _Able(NamedTuple):
    """What an architecture's models can do, whatever is stated.

    `groups` are its ways by the tasks that they do; `closed` those tasks where no way may be sold as it was released;
    `least` has the smallest model of those where all memory is known, with the row that shows its memory in GB.
    """

    groups: Mapping[Tasks, Sequence[Way]]
    closed: Sequence[Tasks]
    least: Mapping[Tasks, tuple[float, Model, str | None]]


@lru_cache(maxsize=256)
def _able(architecture: str, like: str | None, tasks: Tasks, catalogue: Catalogue) -> _Able:
    together: dict[frozenset[str], list[str]] = {}
    for task in tasks:
        together.setdefault(measured_tasks(task), []).append(task)
    groups: dict[Tasks, Sequence[Way]] = {}
    for rows, named in together.items():
        found = [way for way in ways_of(architecture, catalogue) if rows & way.tasks]
        if like and not any(way.timed for way in found):
            found = [way for way in ways_of(like, catalogue) if rows & way.tasks]
        if found:
            groups[tuple(named)] = found
    closed = [named for named, ways in groups.items() if all(way.terms.closed for way in ways)]
    smallest = {
        named: min(ways, key=lambda way: way.terms.memory_gb or 0)
        for named, ways in groups.items()
        if all(way.terms.memory_gb for way in ways)
    }
    least = {
        named: (way.terms.memory_gb or 0, way.model, memory_of(way.model, catalogue)[1])
        for named, way in smallest.items()
    }
    return _Able(groups, closed, least)


class _Against:
    """What can be said against one architecture."""

    def __init__(
        self,
        architecture: str,
        answers: Answers,
        given_gb: float | None,
        catalogue: Catalogue,
        *,
        around: bool,
        like: str | None = None,
    ) -> None:
        """`like` is an architecture whose passes it makes too, for tasks of which no time of its own is known."""
        self._like = like
        self._architecture, self._answers, self._catalogue, self._around = architecture, answers, catalogue, around
        self._given_gb, self._memory_gb = given_gb, number(answers.get("device_memory_gb"))
        wanted = answers.get("conditioning")
        self._taken = wanted if isinstance(wanted, frozenset) else frozenset()
        asked = answers.get("task")
        tasks = BY_NAME["task"].values if around or asked is None else (str(asked),)
        self._groups, self._closed, self._least = _able(architecture, like, tasks, catalogue)
        self._asked: Tasks = next((tasks for tasks in self._groups if asked in tasks), ())

    def licence(self) -> Iterator[Rule]:
        """Out where every model of the task has a licence that forbids what is wanted."""
        closed = self._closed
        if closed and "commercial_use" in self._answers:
            models = {way.model.id: way.model.title for way in self._groups[self._asked or closed[0]]}
            message = f"No model of it that does this may be sold as it was released: {', '.join(models.values())}."
            when = All((_any_of(closed), SOLD_AS_RELEASED))
            yield self._rule("not-licensed", when, message, tuple(models), "published_report")

    def memory(self) -> Iterator[Rule]:
        """Out where no model of the task is shown to run in so little memory."""
        least = self._least
        if self._memory_gb is None or not least:
            return
        short = [
            All((_any_of([tasks]), _number("device_memory_gb", "below", most))) for tasks, (most, *_) in least.items()
        ]
        tasks = self._asked if self._asked in least else next(iter(least))
        most, smallest, row = least[tasks]
        message = (
            f"The smallest of its models that do this, {smallest.title}, takes {most:.3g} GB"
            f"{'' if row else ' for its weights alone'}; {self._memory_gb:.3g} GB are there."
        )
        cited = (row or smallest.id,)
        yield self._rule("too-large", Any(tuple(short)), message, cited, "measured" if row else "estimated")

    def time(self) -> Iterator[Rule]:
        """Out where no model keeps the budget on the hardware at the size; a lean at most where that is open."""
        place, side = place_of(self._answers, self._catalogue), self._answers.get("resolution_px")
        budget = number(self._answers.get("latency_budget_ms"))
        if place is None or not isinstance(side, int) or budget is None:
            return
        point, groups = _Point(place, side, budget), [self._asked] if self._asked else list(self._groups)
        timed = {tasks: self._times(tasks, point) for tasks in groups}
        here, sized, within = point.stated
        kept: list[Condition] = []
        for tasks, times in timed.items():
            found = [(way.terms, time.low) for way, time in times] + self._shown(tasks, point)
            kept += self._serving((_any_of([tasks]), here, sized), found, times)
        if known := [tasks for tasks, times in timed.items() if times]:
            when = All((_any_of(known), here, sized, Not(Any(tuple(kept)))))
            yield from self._timed(when, point, timed.get(self._asked, ()))
        if self._around and self._asked:
            asked = _any_of([self._asked])
            others = _any_of([tasks for tasks in self._groups if tasks != self._asked and self._late(tasks, point)])
            places = [
                at for at in self._places(place) if at != place and self._late(self._asked, point._replace(place=at))
            ]
            elsewhere = Predicate(place.constraint, "is", tuple(at.name for at in places))
            late = self._late_sizes(point)
            # A bound is enough here: what is said of another size is asked again.
            sizes = Any(tuple(_number("resolution_px", "is", size) for size in late))
            lines = (
                (others, here, sized, within),
                (asked, elsewhere, sized, within),
                (asked, here, sizes, within),
            )
            yield self._rule("too-slow", Any(tuple(map(All, lines))), "", (self._architecture,), "estimated")

    def _late_sizes(self, point: _Point) -> Sequence[int]:
        """The other sizes that do not keep the budget on this hardware; a larger one takes longer."""
        if self._late(self._asked, point):
            smaller = [size for size in SIZES if size < point.side]
            kept = next(
                (size for size in reversed(smaller) if not self._late(self._asked, point._replace(side=size))), 0
            )
            return [size for size in SIZES if size > kept and size != point.side]
        larger = [size for size in SIZES if size > point.side]
        first = next((size for size in larger if self._late(self._asked, point._replace(side=size))), SIZES[-1] + 1)
        return [size for size in larger if size >= first]

    def _times(self, tasks: Tasks, point: _Point) -> Timed:
        ways = (way for way in self._groups[tasks] if way.timed and way.largest_px >= point.side)
        times = [(way, quickest(way, point.place.hardware, point.side, self._catalogue)) for way in ways]
        return [(way, time.rounded()) for way, time in times if time]

    def _serving(
        self, line: tuple[Condition, ...], found: Iterable[tuple[Terms, float]], timed: Timed
    ) -> Iterator[Condition]:
        """The alternatives of which none may hold: a model that serves, or that nothing takes the conditioning."""
        lacking = {way.terms.lacks for way, _ in timed}
        least = [lacks for lacks in lacking if not any(other < lacks for other in lacking)]
        uncovered = [Predicate("conditioning", "any_of", tuple(sorted(lacks))) for lacks in least]
        for terms, time in _best(found):
            serves = [*line, _number("latency_budget_ms", "at_least", time)]
            if terms.closed:
                serves.append(Not(SOLD_AS_RELEASED))
            if terms.memory_gb is not None and self._memory_gb is not None:
                serves.append(_number("device_memory_gb", "at_least", terms.memory_gb))
            if all(least):
                yield All((*serves, *uncovered))
            taken = [Predicate("conditioning", "none_of", tuple(sorted(terms.lacks)))] if terms.lacks else []
            yield All((*serves, *taken))

    def _shown(self, tasks: Tasks, point: _Point) -> list[tuple[Terms, float]]:
        """What was measured on this hardware, or on hardware that does no better, at this size or a larger one."""
        there = point.place.there
        return [
            (shown.terms, shown.time)
            for shown in _shown(self._architecture, self._like, tasks[0], point.side, self._catalogue)
            if shown.row.hardware in there
        ]

    def _places(self, place: Place) -> Sequence[Place]:
        """The hardware of the kind, by GPU; or each kind of device."""
        if place.constraint == "gpu":
            return _usual_like(place.name, self._catalogue)
        named = [{"device": name} for name in BY_NAME["device"].values]
        return [found for answers in named if (found := place_of(answers, self._catalogue))]

    def _late(self, tasks: Tasks, point: _Point) -> bool:
        """Whether of the models that may do what is stated none keeps the budget."""
        memory_gb = self._given_gb
        if point.place.constraint == "gpu":
            memory_gb = point.place.hardware[0].usable_gb(memory_gb)
        shown = [
            terms
            for terms, time in self._shown(tasks, point)
            if time <= point.budget and self._admits(terms, memory_gb)
        ]
        if any(self._taken.isdisjoint(terms.lacks) for terms in shown):
            return False
        known = covered = otherwise = False
        for way in self._groups[tasks]:
            if not way.timed or way.largest_px < point.side:
                continue
            if time := quickest(way, point.place.hardware, point.side, self._catalogue):
                known, takes = True, self._taken.isdisjoint(way.terms.lacks)
                covered |= takes
                if time.may_keep(point.budget) and self._admits(way.terms, memory_gb):
                    if takes:
                        return False
                    otherwise = True
        return known and (covered or not (otherwise or shown))

    def _timed(self, when: Condition, point: _Point, timed: Timed) -> Iterator[Rule]:
        """That it is too slow, with what is quickest; and where that is open, that it is."""
        admitted = [pair for pair in timed if self._admits(pair[0].terms, self._memory_gb)]
        fitting = [pair for pair in admitted if not self._taken & pair[0].terms.lacks] or admitted or timed
        if not fitting:
            message = f"None of its models is known to be so quick {point}."
            yield self._rule("too-slow", when, message, (self._architecture,), "estimated")
            return
        way, (low, _, row) = min(fitting, key=lambda pair: pair[1].low)
        cited = (row or way.model.id,)
        grade: Grade = "measured" if row else "estimated"
        took = "is estimated to take no less than"
        if row:
            took = "takes" if self._catalogue.measurements[row].timing == "request" else "takes at least"
        whose = "its" if way.model.architecture == self._architecture else f"the {way.model.architecture}"
        message = f"The quickest of {whose} models that do this, {way.words}, {took} {ms_words(low)} {point}"
        yield self._rule("too-slow", when, f"{message}; the budget is {ms_words(point.budget)}.", cited, grade)
        high = min(time.high for _, time in fitting)
        if low < high:
            here, sized, _ = point.stated
            between: tuple[Predicate, ...] = (
                _number("latency_budget_ms", "at_least", low),
                _number("latency_budget_ms", "below", high),
            )
            message = (
                f"Nothing shows it to keep the budget {point}: the estimate is {ms_words(low)} to {ms_words(high)}."
            )
            shown = [time for terms, time in self._shown(self._asked, point) if not self._taken & terms.lacks]
            between += tuple(_number("latency_budget_ms", "below", time) for time in shown)
            yield self._rule("open", All((here, sized, *between)), message, cited, grade)

    def _admits(self, terms: Terms, memory_gb: float | None) -> bool:
        """Whether licence and memory let a model serve."""
        sold = self._answers.get("commercial_use") is True and self._answers.get("training") == "pretrained"
        small = memory_gb is None or terms.memory_gb is None or terms.memory_gb <= memory_gb
        return small and not (sold and terms.closed)

    def _rule(self, what: str, when: Condition, because: str, cited: tuple[str, ...], grade: Grade) -> Rule:
        named = (self._architecture,)
        return Rule(
            rule_id(self._architecture, what),
            KINDS[what][0].format(self._architecture),
            when,
            because,
            Citation(cited, self._catalogue.name, grade),
            "",
            Examples(),
            excludes=() if what == "open" else named,
            limits=named if what == "open" else (),
        )


@lru_cache(maxsize=1024)
def _shown(architecture: str, like: str | None, task: str, side: int, catalogue: Catalogue) -> Sequence[Shown]:
    """What was measured of a task at a size or a larger one, on any hardware."""
    every = chain.from_iterable(shown_of(name, catalogue) for name in (architecture, like) if name)
    rows = measured_tasks(task)
    return [shown for shown in every if shown.side >= side and not rows.isdisjoint(shown.row.tasks)]


@lru_cache(maxsize=64)
def _usual_like(hardware: str, catalogue: Catalogue) -> Sequence[Place]:
    """The usual hardware of the kind of this one."""
    kind, every = catalogue.hardware[hardware].devices[0], catalogue.hardware.values()
    named = [{"gpu": entry.id} for entry in every if entry.usual and entry.devices[0] == kind]
    return [found for answers in named if (found := place_of(answers, catalogue))]


def rule_id(architecture: str, kind: str) -> str:
    """The id of what evidence says of an architecture: `evidence-diffusion-too-slow`."""
    return f"evidence-{architecture.replace('_', '-')}-{kind}"


def _number(name: str, operator: Operator, number: float) -> Predicate:
    return Predicate(name, operator, (int(number) if number == int(number) else number,))


def _any_of(groups: Iterable[Tasks]) -> Predicate:
    return Predicate("task", "is", tuple(chain.from_iterable(groups)))


def _best(found: Iterable[tuple[Terms, float]]) -> list[tuple[Terms, float]]:
    """Those of which no other of better terms is as quick."""
    best: dict[Terms, float] = {}
    for terms, time in sorted(found, key=lambda pair: pair[1]):
        if not any(_no_worse(other, terms) for other in best):
            best[terms] = time
    return list(best.items())


def _no_worse(one: Terms, other: Terms) -> bool:
    """Whether a model of the first terms can do whatever one of the others can."""
    small = one.memory_gb is None or (other.memory_gb is not None and one.memory_gb <= other.memory_gb)
    return small and one.lacks <= other.lacks and one.closed <= other.closed
