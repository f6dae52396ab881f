"""How long the ways to make images take on hardware at a size, and what an architecture can do of a task with them.

Times are of one request. Most hardware has no rows of its own at a size, so that its times are the estimator's: the
same formula for all ways, of which each has its work, worked out once for a size.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain
from math import ceil, floor, inf, log10
from typing import TypeVar

from genarch.evidence.catalogue import Catalogue, Hardware
from genarch.evidence.entries import Measurement, Model
from genarch.evidence.estimates import Work, band_ms, job_of, pace_of
from genarch.evidence.ways import (
    Place,
    Shown,
    Tasks,
    Terms,
    Way,
    from_image,
    least_memory_of,
    measured_tasks,
    shown_of,
    time_of,
    ways_of,
)
from genarch.values import NamedTuple, grouped


class Time(NamedTuple):
    """The time of a way, in milliseconds: from `low`, and shown to be no more than `high`; measured in `row`, if so."""

    low: float
    likely: float
    high: float
    row: str | None = None

    def no_less_than(self, floor: float) -> "Time":
        """With no end below a floor."""
        return self._replace(low=max(self.low, floor), likely=max(self.likely, floor), high=max(self.high, floor))

    def rounded(self) -> "Time":
        """With the ends of an estimate in two digits, which is as fine as they are, the band no narrower."""
        if self.low == self.high:
            return self
        low = self.low if self.row else _two_digits(self.low, floor)
        likely = max(low, _two_digits(self.likely, round))
        return Time(low, likely, _two_digits(self.high, ceil), self.row)

    def may_keep(self, budget: float) -> bool:
        """Whether the low end, in its two digits, is within a budget."""
        # Two digits are less than a tenth below.
        return self.low <= budget or (self.low < budget * 1.1 and self.rounded().low <= budget)


def time_on(way: Way, hardware: Hardware, side: int, catalogue: Catalogue) -> Time | None:
    """The time of a way on hardware, for a square of `side` pixels; None where nothing shows it.

    What a team measured itself on this very hardware and at this size stands in place of all else, what was measured
    there through an engine in place of an estimate, and a team's own measurements at other sizes shift that. At full
    load an image takes no longer than by itself, and a model no longer than with adapters, so that is a floor. Two
    digits are as fine as the figures are.
    """
    if side > way.largest_px:
        return None
    rows = _rows_at(catalogue).get((way.model.id, hardware.id, side), ())
    if way.options.with_image:
        rows = [row for row in rows if from_image(frozenset(row.tasks))]
    own = catalogue.measured_here(way.model.id, (hardware.id,), side) if catalogue.own and not way.adapters else None
    if own and own in rows:
        return Time(time_of(own), time_of(own), time_of(own), own.id)
    exact = [row for row in rows if row.timing == "request" and not row.as_written] if not way.adapters else None
    if exact:
        row = min(exact, key=time_of)
        return Time(time_of(row), time_of(row), time_of(row), row.id)
    released = way.model.weights_released
    band = band_ms(way.model, hardware, side, catalogue, way.options) if released else None
    if band is None:
        return None
    if not rows:
        return Time(*band)
    loaded = min((row for row in rows if row.timing == "full_load"), key=time_of, default=None)
    if loaded and time_of(loaded) > band[0]:
        return Time(*band, loaded.id).no_less_than(time_of(loaded))
    return Time(*band)


@lru_cache(maxsize=64)
def _rows_at(catalogue: Catalogue) -> Mapping[tuple[str, str | None, int | None], Sequence[Measurement]]:
    """By model, hardware and longer side, the rows in as many steps as the model takes."""
    found: dict[tuple[str, str | None, int | None], list[Measurement]] = {}
    for row in catalogue.measurements.values():
        work = catalogue.models[row.model].work
        if not row.controlnets and row.steps in (None, work and work.steps) and row.carries:
            found.setdefault((row.model, row.hardware, row.longer_side), []).append(row)
    return found


def quickest(way: Way, hardware: Sequence[Hardware], side: int, catalogue: Catalogue) -> Time | None:
    """The least time of a way on any of the hardware."""
    if len(hardware) == 1:
        return time_on(way, hardware[0], side, catalogue)
    times = [time for entry in hardware if (time := time_on(way, entry, side, catalogue))]
    return min(times, key=lambda time: time.low, default=None)


def _two_digits(amount: float, rounded: Callable[[float], int]) -> float:
    power = floor(log10(amount)) - 1
    if power >= 0:
        return float(rounded(round(amount / 10**power, 9)) * 10**power)
    return rounded(round(amount * 10**-power, 9)) / int(10**-power)  # the float that is nearest to the two digits


class Wanted(NamedTuple):
    """What a model has to take, and whether it is sold as released, in how much memory in GB."""

    conditioning: frozenset[str]
    sold: bool
    memory_gb: float | None


Timed = Sequence[tuple[Way, Time]]


class At(NamedTuple):
    """What is known of the times to do some tasks on hardware at a size.

    `lows` are low ends of estimates, by the terms of what takes them, `given` those that a statement is made of as they
    are; either may lack those above one of better terms. `shown` was measured on this hardware, or on hardware that
    does no better, at this size or a larger one. `likely` is the least of the likeliest times of what does the task
    itself, `least` that or what was measured, `near` that or the least likely of the nearest kind of task; above any
    where none is known.
    """

    lows: Sequence[tuple[Terms, float]]
    given: Sequence[tuple[Terms, float]]
    shown: Sequence[Shown]
    likely: float
    least: float
    near: float

    def late(self, budget: float, wanted: Wanted) -> bool:
        """Whether none of what may do what is wanted can keep a budget, and the time of something is known.

        Where nothing takes the conditioning, even what does not has to be too slow.
        """
        conditioning, sold, memory_gb = wanted
        taken = otherwise = False
        for _, _, time, terms in self.shown:
            if time <= budget and terms.admit(memory_gb, sold=sold):
                if conditioning.isdisjoint(terms.lacks):
                    return False
                otherwise = True
        # Two digits are less than a tenth below.
        for times, limit in ((self.given, budget), (self.lows, budget * 1.1)):
            for terms, low in times:
                takes = conditioning.isdisjoint(terms.lacks)
                taken |= takes
                in_time = low <= limit and (low <= budget or _two_digits(low, floor) <= budget)
                if in_time and terms.admit(memory_gb, sold=sold):
                    if takes:
                        return False
                    otherwise = True
        return self.known and (taken or not otherwise)

    def floor(self, shown: Sequence[Shown]) -> "At":
        """What this says of something that is no quicker, of which that was `shown`: the least of times."""
        lows, given = ([(ANYTHING, min(low for _, low in times))] if times else [] for times in (self.lows, self.given))
        every = [*shown, *[each._replace(terms=ANYTHING) for each in self.shown]]
        return At(lows, given, every, inf, inf, inf)

    @property
    def known(self) -> bool:
        """Whether the time of anything is known."""
        return bool(self.lows or self.given)

    def behind(self, every: Sequence["At"]) -> set[tuple[float, float]]:
        """The budgets, from and below, that it most likely misses and another of `every` keeps, on one kind of task."""
        if self.likely == inf:
            return set()
        pairs = (min(at.least for at in every), self.least), (min(at.near for at in every), self.near)
        return {(theirs, mine) for theirs, mine in pairs if theirs < mine}

    @property
    def in_digits(self) -> Sequence[tuple[Terms, float]]:
        """The low ends in the digits that are given."""
        return [*self.given, *[(terms, _two_digits(low, floor)) for terms, low in self.lows]]


NOTHING_KNOWN, ANYTHING = At((), (), (), inf, inf, inf), Terms(frozenset(), closed=False, memory_gb=None)


class _Job(NamedTuple):
    """The work of a way at a size."""

    way: Way
    work: Work

    def no_more_than(self, other: "_Job") -> bool:
        """Whether it takes no longer than another on any hardware."""
        (steps, tflop, slowed), (more, more_tflop, slower) = self.work, other.work
        less = steps <= more and tflop <= more_tflop and slowed <= slower
        return less and self.way.model.family == other.way.model.family


_Jobs = Sequence[_Job]


class _Front(NamedTuple):
    """Of a family of models at a size: what no other takes less than on any hardware."""

    family: str
    terms: Sequence[Terms]
    works: Sequence[Work]
    """By terms, but for what others of better terms cover."""
    itself: Sequence[Work]
    """On the task itself, whatever the terms."""


_Spot = tuple[str, str, int]
"""A place, and the side of a square."""

_Key = TypeVar("_Key", bound=Hashable)
_Made = TypeVar("_Made")

_MOST_KEPT, _MOST_AT = 64, 512


def _kept(known: dict[_Key, _Made], key: _Key, make: Callable[[], _Made], most: int = _MOST_KEPT) -> _Made:
    """What was made for a key before, else what is made now; few enough are kept."""
    if key not in known:
        if len(known) >= most:
            known.clear()
        known[key] = make()
    return known[key]


class Group:
    """The ways to do some tasks, and their times; each is worked out once."""

    def __init__(
        self, ways: Sequence[Way], rows: frozenset[str] | None, catalogue: Catalogue, shown: Sequence[Shown] = ()
    ) -> None:
        """`rows` are the tasks, as rows name them; None for whatever they do. `shown` was measured of them."""
        self.ways, self._shown = ways, shown
        self._catalogue = catalogue
        timed = [way for way in ways if way.timed]
        suited = [way for way in timed if rows and way.does(rows)] or timed
        # With adapters, which come later, a model takes no less.
        self._itself = tuple(reversed({way.model.id: way for way in reversed(suited)}.values()))
        self._timed = tuple(timed)
        self._models = frozenset(way.model.id for way in timed)
        self._jobs: dict[tuple[bool, int], _Jobs] = {}
        self._fronts: dict[int, tuple[bool, Sequence[_Front]]] = {}
        self._times: dict[_Spot, Timed] = {}
        self._likely: dict[_Spot, Timed] = {}
        self._at: dict[_Spot, At] = {}

    def times(self, place: Place, side: int) -> Timed:
        """The times of the ways at a place, in the digits that are given; of those that have one."""

        def made() -> Timed:
            return [(way, time.rounded()) for way, time in self._each(place, side)]

        return _kept(self._times, (place.constraint, place.name, side), made)

    def likely(self, place: Place, side: int) -> Timed:
        """On the task itself, or the nearest where it has no models of its own: those of which one is likeliest least.

        The others' likeliest times are above it in the digits that are given, too.
        """

        def made() -> Timed:
            found = list(self._each(place, side, itself=True))
            # Two digits are less than a twentieth away.
            near = min((time.likely for _, time in found), default=inf) * 1.2
            return [pair for pair in found if pair[1].likely <= near]

        return _kept(self._likely, (place.constraint, place.name, side), made)

    def at(self, place: Place, side: int) -> At:
        """What is known of the times at a place."""
        if not self._timed:
            return NOTHING_KNOWN
        key = place.constraint, place.name, side
        return self._at[key] if key in self._at else _kept(self._at, key, lambda: self._made_at(place, side), _MOST_AT)

    def _made_at(self, place: Place, side: int) -> At:
        lows: list[tuple[Terms, float]] = []
        middles, others = list[float](), list[float]()
        if len(place.hardware) > 1:
            times = self.times(place, side)
        else:
            here, apart = place.hardware[0], self._not_as_estimated(place, side)
            every = ((way, time_on(way, here, side, self._catalogue)) for way in self._timed if way.model.id in apart)
            times = [(way, time.rounded()) for way, time in every if time] if apart else []
            for family, terms, works, own_works in self._fronts_at(side, apart):
                if pace := pace_of(family, here.id, self._catalogue):
                    found = pace.middles(works)
                    lows += zip(terms, [middle * pace.band_low for middle in found], strict=True)
                    others += found
                    middles += pace.middles(own_works)
        itself, nearest = (_two_digits(min(some), round) if some else inf for some in (middles, others))
        likely = min([itself, *[time.likely for way, time in times if way in self._itself]])
        near = min([nearest, *[time.likely for _, time in times]])
        shown = [shown for shown in self._shown if shown.side >= side and shown.row.hardware in place.there]
        if self._catalogue.own:
            shown = [each for each in shown if not place.outranked(each.row, side, self._catalogue)]
        return At(
            lows,
            [(way.terms, time.low) for way, time in times],
            shown,
            likely,
            least := min([likely, *[each.time for each in shown]]),
            min(least, near),
        )

    def _not_as_estimated(self, place: Place, side: int) -> AbstractSet[str]:
        """The models whose times on the place's hardware are not the estimator's for what they publish."""
        here = place.hardware[0].id
        measured = self._models & _measured_at(self._catalogue).get((here, side), frozenset())
        own = {row.model for row in self._catalogue.own if row.hardware == here} if self._catalogue.own else frozenset()
        return measured | (self._models & own) if own else measured

    def _each(self, place: Place, side: int, *, itself: bool = False) -> Iterator[tuple[Way, Time]]:
        """The times of the ways that have one; `itself`: of those on the task itself."""
        if len(place.hardware) == 1 and not self._not_as_estimated(place, side):
            for way, work in self._jobs_at(side, itself=itself):
                if pace := pace_of(way.model.family, place.hardware[0].id, self._catalogue):
                    (middle,) = pace.middles([work])
                    yield way, Time(middle * pace.band_low, middle, middle * pace.band_high)
            return
        for way in self._itself if itself else self._timed:
            if time := quickest(way, place.hardware, side, self._catalogue):
                yield way, time

    def _jobs_at(self, side: int, *, itself: bool = False) -> _Jobs:
        """What each way that can be estimated takes at a size."""

        def made() -> _Jobs:
            ways = [way for way in (self._itself if itself else self._timed) if way.largest_px >= side]
            released = ((way, way.model) for way in ways if way.model.weights_released)
            return [
                _Job(way, job.work)
                for way, model in released
                if (job := job_of(model.id, self._catalogue, side * side, way.options))
            ]

        return _kept(self._jobs, (itself, side), made)

    def _fronts_at(self, side: int, without: AbstractSet[str]) -> Sequence[_Front]:
        """What takes least, worked out where it is asked for again: for once that would take longer than it saves."""
        known = None if without else self._fronts.get(side)
        if known and known[0]:
            return known[1]
        able, itself = self._jobs_at(side), self._jobs_at(side, itself=True)
        if without:
            return _fronts([[job for job in jobs if job.way.model.id not in without] for jobs in (able, itself)])
        if len(self._fronts) >= _MOST_KEPT:
            self._fronts.clear()
        fronts = (_front(able), _front(itself, whatever_terms=True)) if known else (able, itself)
        self._fronts[side] = known is not None, _fronts(fronts)
        return self._fronts[side][1]


def _fronts(jobs: Sequence[_Jobs]) -> list[_Front]:
    """By family; of all that is able, and of what does the task itself."""
    able, itself = jobs
    return [
        _Front(
            family,
            [job.way.terms for job in able if job.way.model.family == family],
            [job.work for job in able if job.way.model.family == family],
            [job.work for job in itself if job.way.model.family == family],
        )
        for family in {job.way.model.family: None for job in able}
    ]


def _front(jobs: _Jobs, *, whatever_terms: bool = False) -> _Jobs:
    """Those of which no other is as quick on any hardware, and of better terms."""
    front: list[_Job] = []
    for job in sorted(jobs, key=lambda job: job.work.tflop):
        less = (other for other in front if other.no_more_than(job))
        if not any(whatever_terms or other.way.terms.no_worse(job.way.terms) for other in less):
            front.append(job)
    return front


@lru_cache(maxsize=8)
def _measured_at(catalogue: Catalogue) -> Mapping[tuple[str | None, int | None], set[str]]:
    """By hardware and longer side, the models with rows there."""
    found: dict[tuple[str | None, int | None], set[str]] = {}
    for model, hardware, side in _rows_at(catalogue):
        found.setdefault((hardware, side), set()).add(model)
    return found


class Able(NamedTuple):
    """What an architecture's models can do, whatever is stated.

    `groups` are its ways by the tasks that they do; `closed` those tasks where no way may be sold as it was released;
    `least` has the smallest model of those where all memory is known, with the row that shows its memory in GB.
    """

    groups: Mapping[Tasks, Group]
    closed: Sequence[Tasks]
    least: Mapping[Tasks, tuple[float, Model, str | None]]


@lru_cache(maxsize=512)
def able_of(architecture: str, like: str | None, tasks: Tasks, catalogue: Catalogue) -> Able:
    """What an architecture can do of these tasks; `like` is one whose ways it has where no time of its own is known."""
    together = grouped((measured_tasks(task), task) for task in tasks)
    groups = {}
    for rows, named in together.items():
        group = group_of(architecture, rows, catalogue, like)
        if like and not any(way.timed for way in group.ways):
            group = group_of(like, rows, catalogue)
        if group.ways:
            groups[tuple(named)] = group
    closed = [named for named, group in groups.items() if all(way.terms.closed for way in group.ways)]
    smallest = {
        named: min(group.ways, key=lambda way: way.terms.memory_gb or 0)
        for named, group in groups.items()
        if all(way.terms.memory_gb for way in group.ways)
    }
    least = {
        named: (way.terms.memory_gb or 0, way.model, least_memory_of(way.model.id, catalogue)[1])
        for named, way in smallest.items()
    }
    return Able(groups, closed, least)


@lru_cache(maxsize=256)
def group_of(architecture: str, rows: frozenset[str] | None, catalogue: Catalogue, like: str | None = None) -> Group:
    """The ways of an architecture to do tasks, as rows name them; all of its ways for None.

    What was measured of `like` counts for it, too.
    """
    ways = ways_of(architecture, catalogue)
    every = chain.from_iterable(shown_of(name, catalogue) for name in (architecture, like) if name)
    if rows is None:
        return Group(ways, rows, catalogue, tuple(every))
    shown = tuple([shown for shown in every if not rows.isdisjoint(shown.row.tasks)])
    return Group([way.on(rows) for way in ways if rows & way.tasks], rows, catalogue, shown)
