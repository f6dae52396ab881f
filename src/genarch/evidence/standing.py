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
from itertools import chain
from math import inf
from typing import NamedTuple

from genarch.engine.answers import format_answer
from genarch.engine.conditions import NUMBER_OPERATORS, All, Any, Condition, Not, Operator, Predicate
from genarch.engine.constraints import BY_NAME, Answers, Range
from genarch.engine.rules import Citation, Examples, Grade, Rule, RuleTable
from genarch.engine.spec import with_implied
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.times import Time, Wanted, able_of
from genarch.evidence.ways import (
    Place,
    Shown,
    Tasks,
    Terms,
    Way,
    at_most,
    best_of,
    measured_tasks,
    ms_words,
    place_of,
    shown_at,
    usual_like,
)

SIZES = (256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 1920, 2048, 3072, 4096)
"""The sizes in pixels that an image of another size than the stated one is tried at."""

SOLD_AS_RELEASED = All((Predicate("commercial_use", "is", (True,)), Predicate("training", "is", ("pretrained",))))
"""Where released weights are sold as they are, their licence decides."""

OUTWEIGHS = 2
"""As many strong rules count against what more likely misses a budget: a requirement outweighs preferences."""

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
    "unlikely": (
        "{} more likely misses the budget on this hardware than keeps it",
        "As two strong rules, against it where its quickest model likely misses the budget and another's keeps it.",
    ),
    "open": (
        "Whether {} keeps the budget on this hardware is open",
        "Where nothing shows that the budget is kept, and nothing that it is not, a recommendation of it is a lean.",
    ),
}
"""What evidence says of an architecture: the end of the rule's id, its title, and what it means."""


def _titled(what: str, architecture: str) -> str:
    """The title, with the architecture as running text has it."""
    words = KINDS[what][0].format("GAN" if architecture == "gan" else architecture.replace("_", " "))
    return words[:1].upper() + words[1:]


def instantiated(stated: Answers, rules: RuleTable, catalogue: Catalogue, *, around: bool = False) -> tuple[Rule, ...]:
    """The rules that evidence adds for the hardware, the size and the budget that are stated.

    Those of a budget need all three; those of memory and of licences do not. With `around`, they also hold where one of
    the three, or the task, is another; without, they are of the stated task alone.
    """
    answers, found = with_implied(stated), list[Rule]()
    given_gb, strong = at_most(stated.get("device_memory_gb")), rules.header.points["strong"]
    timed: list[_Against] = []
    for architecture in rules.architectures:
        against = _Against(architecture.id, answers, given_gb, catalogue, around=around)
        found += [*against.licence(), *against.memory()]
        if like := architecture.as_slow_as:
            against = _Against(architecture.id, answers, given_gb, catalogue, around=around, like=like)
        timed.append(against)
    for against in timed:
        found += against.time(strong, [other for other in timed if other is not against])
    return tuple(found)


class _Point(NamedTuple):
    """The hardware, the size in pixels and the budget in milliseconds that are stated.

    Of a budget that is a range, `budget` is the most that it may be: what is late then is late in all of it.
    """

    place: Place
    side: int
    budget: float
    range: Range | None = None

    @property
    def tightest(self) -> float:
        """The least that the budget may be."""
        return self.range.low or 0 if self.range else self.budget

    @property
    def words(self) -> str:
        """The budget in words."""
        return ms_words(self.range or self.budget)

    @property
    def stated(self) -> tuple[Condition, Condition, Condition]:
        """That each of them is what it is."""
        here, sized = (
            Predicate(self.place.constraint, "is", (self.place.name,)),
            _number("resolution_px", "is", self.side),
        )
        if not self.range:
            return here, sized, _number("latency_budget_ms", "is", self.budget)
        ends = self.range.stated
        within = [Predicate("latency_budget_ms", name, (ends[name],)) for name in NUMBER_OPERATORS if name in ends]
        return here, sized, All(tuple(within))

    def __str__(self) -> str:
        """`on l4 at 1024 px`."""
        return f"on {self.place.name} at {self.side} px"


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
        self._rivals: Sequence[_Against] = ()
        self._least_likely: dict[tuple[Tasks, str, int], float] = {}
        self._seen: dict[tuple[Tasks, str, int], list[Shown]] = {}
        self._architecture, self._answers, self._catalogue, self._around = architecture, answers, catalogue, around
        self._given_gb, self._memory_gb = given_gb, at_most(answers.get("device_memory_gb"))
        wanted = answers.get("conditioning")
        self._taken = wanted if isinstance(wanted, frozenset) else frozenset()
        asked = answers.get("task")
        tasks = BY_NAME["task"].values if around or asked is None else (str(asked),)
        self._groups, self._closed, self._least = able_of(architecture, like, tasks, catalogue)
        self._sold = answers.get("commercial_use") is True and answers.get("training") == "pretrained"
        self._asked: Tasks = next((tasks for tasks in self._groups if asked in tasks), ())

    def licence(self) -> Iterator[Rule]:
        """Out where every model of the task has a licence that forbids what is wanted."""
        closed = self._closed
        if closed and "commercial_use" in self._answers:
            models = {way.model.id: way.model.title for way in self._groups[self._asked or closed[0]].ways}
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
            f"{'' if row else ' for its weights alone'}; {self._there} GB are there."
        )
        cited = (row or smallest.id,)
        yield self._rule("too-large", Any(tuple(short)), message, cited, "measured" if row else "estimated")

    @property
    def _there(self) -> str:
        """The stated memory in words."""
        stated = self._answers["device_memory_gb"]
        return format_answer(stated) if isinstance(stated, Range) else f"{self._memory_gb:.3g}"

    def time(self, strong: int, rivals: Sequence["_Against"]) -> Iterator[Rule]:
        """Out where no model keeps the budget on the hardware at the size; a lean at most where that is open.

        Where it is likelier missed, and a rival likelier keeps it, that speaks against it, in `strong` points.
        """
        self._rivals = rivals
        place, side = place_of(self._answers, self._catalogue), self._answers.get("resolution_px")
        stated = self._answers.get("latency_budget_ms")
        budget = at_most(stated)
        if place is None or not isinstance(side, int) or budget is None:
            return
        point = _Point(place, side, budget, stated if isinstance(stated, Range) else None)
        groups = [self._asked] if self._asked else list(self._groups)
        timed = {tasks: self._times(tasks, point) for tasks in groups}
        here, sized, _ = point.stated
        kept: list[Condition] = []
        for tasks, times in timed.items():
            found = [(way.terms, time.low) for way, time in times]
            found += [(shown.terms, shown.time) for shown in self._shown(tasks, point)]
            kept += self._serving([_any_of([tasks])] if len(groups) > 1 else [], found, times)
        if known := [tasks for tasks, times in timed.items() if times]:
            when = All((_any_of(known), here, sized, Not(Any(tuple(kept)))))
            yield from self._timed(when, point, timed.get(self._asked, ()))
            if self._around or not (self._asked and self._late(self._asked, point)):
                yield from self._unlikely(known, point, OUTWEIGHS * strong)
        if self._around and self._asked:
            yield from self._elsewhere(point, OUTWEIGHS * strong)

    def _elsewhere(self, point: _Point, points: int) -> Iterator[Rule]:
        """Likewise if the task, the hardware or the size is another."""

        def found(tasks: Tasks, at: _Point) -> str:
            return "too-slow" if self._late(tasks, at) else "unlikely" if self._misses(tasks, at) else ""

        asked, (here, sized, within) = self._asked, point.stated
        tasks = {others: found(others, point) for others in self._groups if others != asked}
        places = {
            at.name: found(asked, point._replace(place=at)) for at in self._places(point.place) if at != point.place
        }
        sizes = {size: found(asked, point._replace(side=size)) for size in SIZES if size != point.side}
        for what, taken in (("too-slow", 0), ("unlikely", points)):
            elsewhere = Predicate(point.place.constraint, "is", tuple(at for at in places if places[at] == what))
            # A bound is enough here: what is said of another size is asked again.
            sized_so = Any(tuple(_number("resolution_px", "is", size) for size in sizes if sizes[size] == what))
            lines = (
                (_any_of(others for others in tasks if tasks[others] == what), here, sized, within),
                (_any_of([asked]), elsewhere, sized, within),
                (_any_of([asked]), here, sized_so, within),
            )
            yield self._rule(what, Any(tuple(map(All, lines))), "", (self._architecture,), "estimated", taken)

    def _misses(self, tasks: Tasks, point: _Point) -> bool:
        """Whether the likeliest time misses the budget, whatever steers the models, and that of a rival keeps it."""
        if self.keeps(tasks, point) is not False:
            return False
        tight = point._replace(budget=point.tightest)
        return any(rival.keeps(tasks, tight) for rival in self._rivals)

    def keeps(self, tasks: Tasks, point: _Point) -> bool | None:
        """Whether some likeliest time keeps the budget, or what was measured; None where no time is known."""
        if any(shown.time <= point.budget for shown in self._shown(tasks, point)):
            return True
        likely = self._likely(tasks, point)
        return any(time.likely_keeps(point.budget) for _, time in likely) if likely else None

    def least(self, tasks: Tasks, point: _Point) -> float:
        """The least of the likeliest times, and of those that were measured; above any where none is known."""
        key = tasks, point.place.name, point.side
        if key not in self._least_likely:
            likely = (time.rounded().likely for _, time in self._likely(tasks, point))
            shown = (shown.time for shown in self._shown(tasks, point))
            self._least_likely[key] = min([*likely, *shown], default=inf)
        return self._least_likely[key]

    def _likely(self, tasks: Tasks, point: _Point) -> Timed:
        group = self._groups.get(tasks)
        return group.likely(point.place, point.side) if group else ()

    def _unlikely(self, known: Iterable[Tasks], point: _Point, points: int) -> Iterator[Rule]:
        """That it more likely misses the budget than keeps it, where a rival does better."""
        here, sized, _ = point.stated
        lines: list[Condition] = []
        for tasks in known:
            rival = min((other.least(tasks, point) for other in self._rivals), default=inf)
            if rival < (mine := self.least(tasks, point)) and any(self._likely(tasks, point)):
                lines.append(All((_any_of([tasks]), here, sized, *_between(rival, mine))))
        if lines:
            tasks = self._asked or next(iter(known))
            way, time = min(self._likely(tasks, point), key=lambda pair: pair[1].likely)
            message = f"The quickest of its models that do this, {way.words}, most likely takes"
            message += f" {ms_words(time.rounded().likely)} {point}; the budget is {point.words}"
            grade: Grade = "measured" if time.low == time.high else "estimated"
            cited = (time.row or way.model.id,)
            yield self._rule("unlikely", Any(tuple(lines)), f"{message}, which another keeps.", cited, grade, points)

    def _times(self, tasks: Tasks, point: _Point) -> Timed:
        group = self._groups.get(tasks)
        return group.times(point.place, point.side) if group else ()

    def _serving(
        self, tasks: Sequence[Condition], found: Iterable[tuple[Terms, float]], timed: Timed
    ) -> Iterator[Condition]:
        """The alternatives of which none may hold: a model that serves and takes the conditioning, or nothing does."""
        lacking = {way.terms.lacks for way, _ in timed}
        least = [lacks for lacks in lacking if not any(other < lacks for other in lacking)]
        uncovered = [Predicate("conditioning", "any_of", tuple(sorted(lacks))) for lacks in least]
        best = best_of(found)
        if self._memory_gb is None:
            best = best_of((terms._replace(memory_gb=None), time) for terms, time in best)
        for terms, time in best:
            taken = [Predicate("conditioning", "none_of", tuple(sorted(terms.lacks)))] if terms.lacks else []
            yield All((*tasks, *_serves(terms, time), *taken))
        if all(least):
            for terms, time in best_of((terms._replace(lacks=frozenset()), time) for terms, time in best):
                yield All((*tasks, *_serves(terms, time), *uncovered))

    def _shown(self, tasks: Tasks, point: _Point) -> list[Shown]:
        """What was measured on this hardware, or on hardware that does no better, at this size or a larger one."""
        key = tasks, point.place.name, point.side
        if key not in self._seen:
            every = shown_at(self._architecture, self._like, tasks[0], point.side, self._catalogue)
            self._seen[key] = [shown for shown in every if shown.row.hardware in point.place.there]
        return self._seen[key]

    def _places(self, place: Place) -> Sequence[Place]:
        """The hardware of the kind, by GPU; or each kind of device."""
        if place.constraint == "gpu":
            return usual_like(place.name, self._catalogue)
        named = [{"device": name} for name in BY_NAME["device"].values]
        return [found for answers in named if (found := place_of(answers, self._catalogue))]

    def _late(self, tasks: Tasks, point: _Point) -> bool:
        """Whether of the models that may do what is stated none keeps the budget."""
        memory_gb = self._given_gb
        if point.place.constraint == "gpu":
            memory_gb = point.place.hardware[0].usable_gb(memory_gb)
        wanted = Wanted(self._taken, self._sold, memory_gb)
        shown = [
            shown.terms
            for shown in self._shown(tasks, point)
            if shown.time <= point.budget and shown.terms.admit(memory_gb, sold=self._sold)
        ]
        if any(self._taken.isdisjoint(terms.lacks) for terms in shown):
            return False
        return self._groups[tasks].late(point.place, point.side, point.budget, wanted, shown=bool(shown))

    def _timed(self, when: Condition, point: _Point, timed: Timed) -> Iterator[Rule]:
        """That it is too slow, with what is quickest; and where that is open, that it is."""
        admitted = [pair for pair in timed if pair[0].terms.admit(self._memory_gb, sold=self._sold)]
        fitting = [pair for pair in admitted if not self._taken & pair[0].terms.lacks] or admitted or timed
        if not fitting:
            message = f"None of its models is known to be so quick {point}."
            yield self._rule("too-slow", when, message, (self._architecture,), "estimated")
            return
        way, (low, _, _, row) = min(fitting, key=lambda pair: pair[1].low)
        cited = (row or way.model.id,)
        grade: Grade = "measured" if row else "estimated"
        took = "is estimated to take no less than"
        if row:
            took = "takes" if self._catalogue.measurements[row].timing == "request" else "takes at least"
        whose = "its" if way.model.architecture == self._architecture else f"the {way.model.architecture}"
        message = f"The quickest of {whose} models that do this, {way.words}, {took} {ms_words(low)} {point}"
        message += f"; the budget is {point.words}."
        if low <= point.budget:
            message = (
                f"None of its models that may be sold so, fit, and take the conditioning keeps the budget {point}."
            )
        yield self._rule("too-slow", when, message, cited, grade)
        # What is shown on the nearest task alone, or with adapters that nothing asks for, shows no budget to be kept.
        rows = measured_tasks(self._asked[0])
        suited = [(way, time) for way, time in fitting if way.is_for(rows, self._taken)]
        way, time = min(suited or fitting, key=lambda pair: pair[1].high)
        if low < time.high or not suited:
            here, sized, within = point.stated
            band = f"{ms_words(time.low)} to {ms_words(time.high)}" if time.low < time.high else ms_words(time.low)
            message = f"Nothing shows it to keep the budget {point}: {way.words} is estimated at {band}."
            kept = [shown.time for shown in self._shown(self._asked, point) if not self._taken & shown.terms.lacks]
            kept += [time.high] if suited else []
            open_at: list[Condition] = [*_between(low, *kept)]
            if point.range:  # open in a part of a range, it is open
                if point.budget < low or point.tightest >= min(kept, default=inf):
                    return
                open_at = [within]
            yield self._rule("open", All((here, sized, *open_at)), message, cited, grade)

    def _rule(
        self, what: str, when: Condition, because: str, cited: tuple[str, ...], grade: Grade, points: int = 0
    ) -> Rule:
        named = (self._architecture,)
        return Rule(
            rule_id(self._architecture, what),
            _titled(what, self._architecture),
            when,
            because,
            Citation(cited, self._catalogue.name, grade),
            "",
            Examples(),
            excludes=() if points or what == "open" else named,
            limits=named if what == "open" else (),
            points={self._architecture: -points} if points else {},
        )


def rule_id(architecture: str, kind: str) -> str:
    """The id of what evidence says of an architecture: `evidence-diffusion-too-slow`."""
    return f"evidence-{architecture.replace('_', '-')}-{kind}"


def _between(least: float, *below: float) -> list[Predicate]:
    """That the budget is no less than the first, and below the others."""
    above = (_number("latency_budget_ms", "below", time) for time in below)
    return [_number("latency_budget_ms", "at_least", least), *above]


def _number(name: str, operator: Operator, number: float) -> Predicate:
    return Predicate(name, operator, (int(number) if number == int(number) else number,))


def _any_of(groups: Iterable[Tasks]) -> Predicate:
    return Predicate("task", "is", tuple(chain.from_iterable(groups)))


def _serves(terms: Terms, time: float) -> Iterator[Condition]:
    """What has to hold for a model of these terms to serve, beside what it takes."""
    yield _number("latency_budget_ms", "at_least", time)
    if terms.closed:
        yield Not(SOLD_AS_RELEASED)
    if terms.memory_gb is not None:
        yield _number("device_memory_gb", "at_least", terms.memory_gb)
