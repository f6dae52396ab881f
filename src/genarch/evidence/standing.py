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

from genarch.engine.answers import format_answer
from genarch.engine.conditions import ALWAYS, NUMBER_OPERATORS, All, Any, Condition, Not, Operator, Predicate
from genarch.engine.constraints import BY_NAME, Answers, Range
from genarch.engine.rules import Citation, Examples, Grade, Rule, RuleTable
from genarch.engine.spec import with_implied
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Model
from genarch.evidence.times import NOTHING_KNOWN, At, Wanted, able_of
from genarch.evidence.ways import (
    Place,
    Tasks,
    Terms,
    at_most,
    best_of,
    measured_tasks,
    ms_words,
    place_of,
)
from genarch.values import NamedTuple, grouped

SOLD_AS_RELEASED = All((Predicate("commercial_use", "is", (True,)), Predicate("training", "is", ("pretrained",))))
"""Where released weights are sold as they are, their licence decides."""

OUTWEIGHS = 2
"""As many strong rules count against what more likely misses a budget: a requirement outweighs preferences."""

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
        "Counts as two strong rules against it, if its quickest model likely misses the budget and another's does not.",
    ),
    "open": (
        "Whether {} keeps the budget on this hardware is open",
        "Where nothing shows that the budget is kept, and nothing that it is not, a recommendation of it is a lean.",
    ),
}
"""What evidence says of an architecture: the end of the rule's id, its title, and what it means."""


def _titled(what: str, architecture: str) -> str:
    """The title, with the architecture as running text has it."""
    named = " ".join("GAN" if word == "gan" else word for word in architecture.split("_"))
    words = KINDS[what][0].format(named.replace("few step", "few-step"))
    return words[:1].upper() + words[1:]


def instantiated(stated: Answers, rules: RuleTable, catalogue: Catalogue) -> tuple[Rule, ...]:
    """The rules that evidence adds for the hardware, the size and the budget that are stated.

    Those of a budget need all three; those of memory and of licences do not. They are of the stated task, and hold at
    any budget; where no task is stated, of every task, and those of a budget hold for the stated one.
    """
    task = stated.get("task")
    case = Case(stated, catalogue, (str(task),) if task else BY_NAME["task"].values)
    found = whatever_the_budget(case, rules)
    if point := case.point:
        timed, points = timed_of(case, rules), OUTWEIGHS * rules.header.points["strong"]
        found += [rule for one in timed for rule in one.time(point, points, timed, any_budget=bool(task))]
    return tuple(found)


def whatever_the_budget(case: "Case", rules: RuleTable) -> list[Rule]:
    """What licences and memory say against each architecture."""
    every = (Against(architecture.id, case) for architecture in rules.architectures)
    return [rule for one in every for rule in (*one.licence(), *one.memory())]


def timed_of(case: "Case", rules: RuleTable) -> list["Against"]:
    """What can be said of the times of each architecture."""
    entries = {architecture.id: architecture for architecture in rules.architectures}
    made: dict[str, Against] = {}

    def of(name: str) -> Against:
        if name not in made:
            like, than = entries[name].as_slow_as, entries[name].no_quicker_than
            made[name] = Against(name, case, like)  # known before what it hangs on: two may name each other
            made[name].than = of(quicker) if (quicker := than or like) in entries else None
        return made[name]

    return list(map(of, entries))


class Point(NamedTuple):
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
            numbered("resolution_px", "is", self.side),
        )
        if not self.range:
            return here, sized, numbered("latency_budget_ms", "is", self.budget)
        ends = self.range.stated
        within = [Predicate("latency_budget_ms", name, (ends[name],)) for name in NUMBER_OPERATORS if name in ends]
        return here, sized, All(tuple(within))

    def __str__(self) -> str:
        """`on l4 at 1024 px`."""
        return f"on {self.place.name} at {self.side} px"


class Case:
    """What is stated, and the tasks that are looked at."""

    def __init__(self, stated: Answers, catalogue: Catalogue, tasks: Tasks) -> None:
        self.answers, self.catalogue, self.tasks = with_implied(stated), catalogue, tasks
        self.memory_gb = at_most(self.answers.get("device_memory_gb"))
        self._given_gb = at_most(stated.get("device_memory_gb"))
        taken = stated.get("conditioning")
        self.taken: frozenset[str] = taken if isinstance(taken, frozenset) else frozenset()
        self._for_product = self.answers.get("commercial_use") is True
        self.sold = self._for_product and self.answers.get("training") == "pretrained"

    def may_use(self, model: Model) -> bool:
        """Whether a model's licence is known to let it be used in a product, where it is for one."""
        return not self._for_product or model.sellable(from_scratch=self.answers.get("training") == "from_scratch")

    @property
    def point(self) -> Point | None:
        """The point that is stated, where all of it is."""
        place, side = place_of(self.answers, self.catalogue), self.answers.get("resolution_px")
        stated = self.answers.get("latency_budget_ms")
        budget = at_most(stated)
        if place is None or not isinstance(side, int) or budget is None:
            return None
        return Point(place, side, budget, stated if isinstance(stated, Range) else None)

    def wanted(self, place: Place) -> Wanted:
        """What a model has to take on hardware, in the memory that is there."""
        memory_gb = self._given_gb
        if place.constraint == "gpu":
            memory_gb = place.hardware[0].usable_gb(memory_gb)
        return Wanted(self.taken, self.sold, memory_gb)


class Against:
    """What can be said against one architecture."""

    def __init__(self, architecture: str, case: Case, like: str | None = None) -> None:
        """`like` is an architecture whose passes it makes too, for tasks of which no time of its own is known.

        `than` is what can be said against one that is no slower, for places at which no time of its own is known.
        """
        self.architecture, self._case, self._catalogue = architecture, case, case.catalogue
        self.than: Against | None = None
        self.groups, self._closed, self._least = able_of(architecture, like, case.tasks, case.catalogue)

    def licence(self) -> Iterator[Rule]:
        """Out where every model of the task has a licence that forbids what is wanted."""
        if self._closed and "commercial_use" in self._case.answers:
            models = {way.model.id: way.model.title for way in self.groups[self._closed[0]].ways}
            message = f"No model of it that does this may be sold as it was released: {', '.join(models.values())}."
            when = All((any_of(self._closed), SOLD_AS_RELEASED))
            yield self.rule("not-licensed", when, message, tuple(models), "published_report")

    def memory(self) -> Iterator[Rule]:
        """Out where no model of the task is shown to run in so little memory."""
        if self._case.memory_gb is None or not self._least:
            return
        by_least = grouped((most, tasks) for tasks, (most, *_) in self._least.items())
        short = [All((any_of(some), numbered("device_memory_gb", "below", most))) for most, some in by_least.items()]
        most, smallest, row = next(iter(self._least.values()))
        stated = self._case.answers["device_memory_gb"]
        there = format_answer(stated) if isinstance(stated, Range) else f"{self._case.memory_gb:.3g}"
        message = (
            f"The smallest of its models that do this, {smallest.title}, takes {most:.3g} GB"
            f"{'' if row else ' for its weights alone'}; {there} GB are available."
        )
        cited = (row or smallest.id,)
        yield self.rule("too-large", Any(tuple(short)), message, cited, "measured" if row else "estimated")

    def time(self, point: Point, points: int, every: Sequence["Against"], *, any_budget: bool) -> Iterator[Rule]:
        """Out where no model keeps the budget on the hardware at the size; a lean at most where that is open.

        Where it is likelier missed, and another of `every` likelier keeps it, that speaks against it, in `points`. With
        `any_budget` also where the budget is another than the stated one.
        """
        here, sized, within = point.stated
        alike: dict[tuple[Condition, ...], list[Tasks]] = {}
        every_task = dict.fromkeys(chain.from_iterable(one.groups for one in self._chain()))
        known = [tasks for tasks in every_task if self.at(tasks, point).known]
        for tasks in known:
            alike.setdefault(tuple(self._serving(tasks, point, any_budget=any_budget)), []).append(tasks)
        alike = {ways: some for ways, some in alike.items() if ALWAYS not in ways}
        late = [tasks for some in alike.values() for tasks in some]
        kept = [All((any_of(some), way)) if len(alike) > 1 else way for ways, some in alike.items() for way in ways]
        if late:
            when = All((any_of(late), here, sized, *([] if any_budget else [within]), Not(Any(tuple(kept)))))
            yield from self._timed(when, point)
        if known and (len(self._case.tasks) > 1 or not self.late(known[0], point)):
            yield from self.unlikely(known, point, points, every, any_budget=any_budget)

    def at(self, tasks: Tasks, point: Point) -> At:
        """What is known of its times to do these tasks there; where nothing is, that what is no slower takes them."""
        group, quicker = self.groups.get(tasks), self._quicker(tasks, point)
        at = group.at(point.place, point.side) if group else NOTHING_KNOWN
        return quicker.groups[tasks].at(point.place, point.side).floor(at.shown) if quicker else at

    def _quicker(self, tasks: Tasks, point: Point) -> "Against | None":
        """Where no time of its own is known there, the nearest that is no slower and of which one is."""
        for one in self._chain():
            if (group := one.groups.get(tasks)) and group.at(point.place, point.side).known:
                return None if one is self else one
        return None

    def _chain(self) -> Iterator["Against"]:
        """Itself, what is no slower, what is no slower than that, and so on."""
        one: Against | None = self
        seen: list[Against] = []
        while one and one not in seen:
            yield one
            seen.append(one)
            one = one.than

    def late(self, tasks: Tasks, point: Point) -> bool:
        """Whether of the models that may do what is stated none keeps the budget."""
        return self.at(tasks, point).late(point.budget, self._case.wanted(point.place))

    def unlikely(
        self, known: Iterable[Tasks], point: Point, points: int, every: Sequence["Against"], *, any_budget: bool
    ) -> Iterator[Rule]:
        """That it more likely misses the budget than keeps it, where a rival does better."""
        here, sized, within = point.stated
        alike: dict[tuple[Condition, ...], list[Tasks]] = {}
        for tasks in known:
            for rival, mine in sorted(self.at(tasks, point).behind([other.at(tasks, point) for other in every])):
                if any_budget:
                    alike.setdefault(tuple(_between(rival, mine)), []).append(tasks)
                elif rival <= point.budget and point.tightest < mine:
                    ends = _between(rival, mine) if point.range else ()
                    alike.setdefault((within, *ends), []).append(tasks)
        if alike:
            tasks = next(iter(alike.values()))[0]
            likely = self.groups[tasks].likely(point.place, point.side)
            way, time = min(likely, key=lambda pair: pair[1].likely)
            message = f"The quickest of its models that do this, {way.words}, most likely takes"
            message += f" {ms_words(time.rounded().likely)} {point}; the budget is {point.words}"
            grade: Grade = "measured" if time.low == time.high else "estimated"
            cited = (time.row or way.model.id,)
            when = Any(tuple([All((any_of(some), here, sized, *ends)) for ends, some in alike.items()]))
            yield self.rule("unlikely", when, f"{message}, which another architecture keeps.", cited, grade, points)

    def _serving(self, tasks: Tasks, point: Point, *, any_budget: bool) -> Iterator[Condition]:
        """The alternatives of which none may hold: a model that serves and takes the conditioning, or nothing does."""
        at = self.at(tasks, point)
        lacking = {terms.lacks for terms, _ in (*at.lows, *at.given)}
        least = [lacks for lacks in lacking if not any(other < lacks for other in lacking)]
        uncovered = [Predicate("conditioning", "any_of", tuple(sorted(lacks))) for lacks in least]
        found = [*at.in_digits, *[(shown.terms, shown.time) for shown in at.shown]]
        if not any_budget:
            tightest, most = point.tightest, point.budget
            found = [(terms, 0.0 if time <= tightest else time) for terms, time in found if time <= most]
        if self._case.memory_gb is None:
            found = [(terms._replace(memory_gb=None), time) for terms, time in found]
        best = best_of(found)
        for terms, time in best:
            taken = [Predicate("conditioning", "none_of", tuple(sorted(terms.lacks)))] if terms.lacks else []
            yield All((*_serves(terms, time), *taken))
        if all(least):
            for terms, time in best_of([(terms._replace(lacks=frozenset()), time) for terms, time in best]):
                yield All((*_serves(terms, time), *uncovered))

    def _timed(self, when: Condition, point: Point) -> Iterator[Rule]:
        """That it is too slow, with what is quickest; and where that is open, that it is."""
        case, asked = self._case, self._case.tasks
        quicker = self._quicker(asked, point)
        groups = (quicker or self).groups
        timed = groups[asked].times(point.place, point.side) if asked in groups and len(asked) == 1 else ()
        admitted = [pair for pair in timed if pair[0].terms.admit(case.memory_gb, sold=case.sold)]
        fitting = [pair for pair in admitted if not case.taken & pair[0].terms.lacks] or admitted or timed
        fitting = timed if quicker else fitting
        if not fitting:
            message = f"None of its models is known to be that quick {point}."
            yield self.rule("too-slow", when, message, (self.architecture,), "estimated")
            return
        way, (low, _, _, row) = min(fitting, key=lambda pair: pair[1].low)
        cited = (row or way.model.id,)
        grade: Grade = "measured" if row else "estimated"
        took = "is estimated to take no less than"
        if row:
            took = "takes" if self._catalogue.measurements[row].timing == "request" else "takes at least"
        whose = "its" if way.model.architecture == self.architecture else f"the {way.model.architecture}"
        message = f"The quickest of {whose} models that do this, {way.words}, {took} {ms_words(low)} {point}"
        message += f"{', and it is not quicker' if quicker else ''}; the budget is {point.words}."
        if low <= point.budget:
            message = f"None of its models that may be sold, fit and take the conditioning keeps the budget {point}."
        yield self.rule("too-slow", when, message, cited, grade)
        if quicker:
            return
        # What is shown on the nearest task alone, or with adapters that nothing asks for, shows no budget to be kept.
        rows = measured_tasks(asked[0])
        suited = [(way, time) for way, time in fitting if way.is_for(rows, case.taken) and case.may_use(way.model)]
        way, time = min(suited or fitting, key=lambda pair: pair[1].high)
        if low < time.high or not suited:
            here, sized, within = point.stated
            band = f"{ms_words(time.low)} to {ms_words(time.high)}" if time.low < time.high else ms_words(time.low)
            message = f"Nothing shows that it keeps the budget {point}: {way.words} is estimated at {band}."
            able = (each for each in self.at(asked, point).shown if not case.taken & each.terms.lacks)
            kept = [each.time for each in able if case.may_use(self._catalogue.models[each.row.model])]
            kept += [time.high] if suited else []
            open_at: list[Condition] = [*_between(low, *kept)]
            if point.range:  # open in a part of a range, it is open
                if point.budget < low or point.tightest >= min(kept, default=inf):
                    return
                open_at = [within]
            yield self.rule("open", All((here, sized, *open_at)), message, cited, grade)

    def rule(
        self, what: str, when: Condition, because: str, cited: tuple[str, ...], grade: Grade, points: int = 0
    ) -> Rule:
        """A rule against it, in `points` if any; a kind with none excludes it, but for what is open."""
        named = (self.architecture,)
        return Rule(
            rule_id(self.architecture, what),
            _titled(what, self.architecture),
            when,
            because,
            Citation(cited, self._catalogue.name, grade),
            "",
            Examples(),
            excludes=() if points or what == "open" else named,
            limits=named if what == "open" else (),
            points={self.architecture: -points} if points else {},
        )


def rule_id(architecture: str, kind: str) -> str:
    """The id of what evidence says of an architecture: `evidence-diffusion-too-slow`."""
    return f"evidence-{architecture.replace('_', '-')}-{kind}"


def _between(least: float, *below: float) -> list[Predicate]:
    """That the budget is no less than the first, and below the others."""
    above = (numbered("latency_budget_ms", "below", time) for time in below)
    return [numbered("latency_budget_ms", "at_least", least), *above]


def numbered(name: str, operator: Operator, number: float) -> Predicate:
    """A test of a number, which is written as a whole one where it is."""
    return Predicate(name, operator, (int(number) if number == int(number) else number,))


def any_of(groups: Iterable[Tasks]) -> Predicate:
    """That the task is one of these."""
    return Predicate("task", "is", tuple(chain.from_iterable(groups)))


def _serves(terms: Terms, time: float) -> Iterator[Condition]:
    """What has to hold for a model of these terms to serve, beside what it takes."""
    if time:
        yield numbered("latency_budget_ms", "at_least", time)
    if terms.closed:
        yield Not(SOLD_AS_RELEASED)
    if terms.memory_gb is not None:
        yield numbered("device_memory_gb", "at_least", terms.memory_gb)
