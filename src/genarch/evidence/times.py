"""How long the ways to make images take on hardware at a size, and what an architecture can do of a task with them.

Times are of one request. Most hardware has no rows of its own at a size, so that its times are the estimator's: the
same formula for all ways, of which each has its work, worked out once for a size.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import ceil, floor, inf, log10
from typing import NamedTuple, TypeVar

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Measurement, Model
from genarch.evidence.estimates import AS_IT_IS, Options, fit_of, job_of, regime_of, shift_of
from genarch.evidence.hardware import Hardware
from genarch.evidence.ways import Place, Tasks, Terms, Way, from_image, measured_tasks, memory_of, time_of, ways_of


def band_ms(
    model: Model, hardware: Hardware, side: int, catalogue: Catalogue, options: Options = AS_IT_IS
) -> tuple[float, float, float] | None:
    """Low end, middle and high end of `estimate` for one compiled request and a square: some ten times as fast."""
    work, pace = job_of(model.id, catalogue, side * side, options), pace_of(model.family, hardware.id, catalogue)
    if work is None or pace is None:
        return None
    shift = shift_of(model.id, hardware.id, catalogue) if catalogue.own else None
    return pace.band(work.steps, work.total, work.slowed * (shift.factor if shift else 1.0))


class Pace(NamedTuple):
    """How one compiled request of a family of models goes on hardware: what `estimate` takes, the band included."""

    fixed_ms: float
    pass_ms: float
    achieved_tflops: float
    band_low: float
    band_high: float

    def middle(self, steps: int, tflop: float, slowed: float) -> float:
        """The middle of the time for so much work."""
        return (self.fixed_ms + steps * self.pass_ms + tflop / self.achieved_tflops * 1e3) * slowed

    def band(self, steps: int, tflop: float, slowed: float) -> tuple[float, float, float]:
        """The ends and the middle of the time for so much work."""
        mid = self.middle(steps, tflop, slowed)
        return mid * self.band_low, mid, mid * self.band_high


@lru_cache(maxsize=1024)
def pace_of(family: str, hardware: str, catalogue: Catalogue) -> Pace | None:
    """The pace of a family on hardware by its id; None where its peak is not known."""
    entry = catalogue.hardware[hardware]
    if entry.peak_tflops is None:
        return None
    added, _, (share, _), (low, high, _) = fit_of(regime_of(family, entry, "compiled", full_load=False), catalogue)
    return Pace(*added, share * entry.peak_tflops, low, high)


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

    def likely_keeps(self, budget: float) -> bool:
        """Whether the likeliest time, in its two digits, is within a budget."""
        # Two digits are less than a tenth away.
        return self.likely <= budget * 0.9 or (self.likely < budget * 1.1 and self.rounded().likely <= budget)

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


class Lows(NamedTuple):
    """Low ends of times, by the terms of what takes them; estimates are `rounded` where a statement is made of them."""

    times: Sequence[tuple[Terms, float]]
    rounded: bool

    def late(self, budget: float, wanted: Wanted, *, shown: bool) -> bool:
        """Whether none of what may do what is wanted can keep a budget, and the time of something is known.

        Where nothing takes the conditioning, even what does not has to be too slow. `shown`: what was measured keeps
        it, by something that does not take it.
        """
        # Two digits are less than a tenth below.
        limit = budget if self.rounded else budget * 1.1
        conditioning, sold, memory_gb = wanted
        taken, otherwise = False, shown
        for terms, low in self.times:
            takes = conditioning.isdisjoint(terms.lacks)
            taken |= takes
            in_time = low <= limit and (low <= budget or _two_digits(low, floor) <= budget)
            if in_time and terms.admit(memory_gb, sold=sold):
                if takes:
                    return False
                otherwise = True
        return bool(self.times) and (taken or not otherwise)

    @property
    def in_digits(self) -> Sequence[tuple[Terms, float]]:
        """The low ends in the digits that are given."""
        return self.times if self.rounded else [(terms, _two_digits(low, floor)) for terms, low in self.times]


class _Job(NamedTuple):
    """The work of a way at a size: what the estimator multiplies with the pace of hardware."""

    way: Way
    family: str
    steps: int
    tflop: float
    slowed: float

    def no_more_than(self, other: "_Job") -> bool:
        """Whether it takes no longer than another on any hardware."""
        _, family, steps, tflop, slowed = other
        return self.steps <= steps and self.tflop <= tflop and self.slowed <= slowed and self.family == family


_Jobs = Sequence[_Job]

_At = tuple[str, str, int]
"""A place, and the side of a square."""

_Key = TypeVar("_Key", bound=Hashable)
_Made = TypeVar("_Made")

_MOST_KEPT = 64


def _kept(known: dict[_Key, _Made], key: _Key, make: Callable[[], _Made]) -> _Made:
    """What was made for a key before, else what is made now; few enough are kept."""
    if key not in known:
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[key] = make()
    return known[key]


class Group:
    """The ways to do some tasks, and their times; each is worked out once."""

    def __init__(self, ways: Sequence[Way], rows: frozenset[str] | None, catalogue: Catalogue) -> None:
        """`rows` are the tasks, as rows name them; None for whatever they do."""
        self.ways = ways
        self._catalogue = catalogue
        timed = [way for way in ways if way.timed]
        suited = [way for way in timed if rows and way.does(rows)] or timed
        # With adapters, which come later, a model takes no less.
        self._itself = tuple(reversed({way.model.id: way for way in reversed(suited)}.values()))
        self._timed = tuple(timed)
        self._models = frozenset(way.model.id for way in timed)
        self._jobs: dict[tuple[bool, int], _Jobs] = {}
        self._fronts: dict[tuple[bool, int], _Jobs] = {}
        self._times: dict[_At, Timed] = {}
        self._likely: dict[_At, Timed] = {}
        self._lows: dict[_At, Lows] = {}
        self._least: dict[_At, float] = {}

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

    def least(self, place: Place, side: int) -> float:
        """The least of the likeliest times, in the digits that are given; above any where none is known."""

        def made() -> float:
            if not self._as_estimated(place, side):
                return min((time.rounded().likely for _, time in self.likely(place, side)), default=inf)
            guesses = [middle for _, _, middle in self._guessed(self._front(side, itself=True), place)]
            return _two_digits(min(guesses), round) if guesses else inf

        return _kept(self._least, (place.constraint, place.name, side), made)

    def lows(self, place: Place, side: int) -> "Lows":
        """The low ends of the times at a place, without those that lie above one of better terms everywhere."""

        def made() -> Lows:
            if self._as_estimated(place, side):
                guesses = self._guessed(self._front(side), place)
                return Lows([(way.terms, middle * pace.band_low) for way, pace, middle in guesses], rounded=False)
            return Lows([(way.terms, time.low) for way, time in self.times(place, side)], rounded=True)

        return _kept(self._lows, (place.constraint, place.name, side), made)

    def _as_estimated(self, place: Place, side: int) -> bool:
        """Whether all times are those of the estimator on one piece of hardware."""
        there = _measured_at(self._catalogue)
        here = place.hardware[0].id
        shifted = any(row.hardware == here and row.model in self._models for row in self._catalogue.own)
        return len(place.hardware) == 1 and not shifted and self._models.isdisjoint(there.get((here, side), ()))

    def _guessed(self, jobs: _Jobs, place: Place) -> Iterator[tuple[Way, Pace, float]]:
        """The ways of which the time on the hardware can be estimated, with their pace there, and its middle."""
        there = place.hardware[0].id
        paces = {family: pace_of(family, there, self._catalogue) for family in {job.family for job in jobs}}
        for way, family, steps, tflop, slowed in jobs:
            if pace := paces[family]:
                yield way, pace, pace.middle(steps, tflop, slowed)

    def _each(self, place: Place, side: int, *, itself: bool = False) -> Iterator[tuple[Way, Time]]:
        """The times of the ways that have one; `itself`: of those on the task itself."""
        if self._as_estimated(place, side):
            for way, pace, middle in self._guessed(self._jobs_at(side, itself=itself), place):
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
                _Job(way, model.family, work.steps, work.total, work.slowed)
                for way, model in released
                if (work := job_of(model.id, self._catalogue, side * side, way.options))
            ]

        return _kept(self._jobs, (itself, side), made)

    def _front(self, side: int, *, itself: bool = False) -> _Jobs:
        """Those of which no other is as quick on any hardware, and of better terms; `itself`: whatever the terms."""

        def made() -> _Jobs:
            front: list[_Job] = []
            for job in sorted(self._jobs_at(side, itself=itself), key=lambda job: job.tflop):
                less = (other for other in front if other.no_more_than(job))
                if not any(itself or other.way.terms.no_worse(job.way.terms) for other in less):
                    front.append(job)
            return front

        return _kept(self._fronts, (itself, side), made)


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


@lru_cache(maxsize=256)
def able_of(architecture: str, like: str | None, tasks: Tasks, catalogue: Catalogue) -> Able:
    """What an architecture can do of these tasks; `like` is one whose ways it has where no time of its own is known."""
    together: dict[frozenset[str], list[str]] = {}
    for task in tasks:
        together.setdefault(measured_tasks(task), []).append(task)
    groups = {}
    for rows, named in together.items():
        group = group_of(architecture, rows, catalogue)
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
        named: (way.terms.memory_gb or 0, way.model, memory_of(way.model, catalogue)[1])
        for named, way in smallest.items()
    }
    return Able(groups, closed, least)


@lru_cache(maxsize=256)
def group_of(architecture: str, rows: frozenset[str] | None, catalogue: Catalogue) -> Group:
    """The ways of an architecture to do tasks, as rows name them; all of its ways for None."""
    ways = ways_of(architecture, catalogue)
    return Group([way.on(rows) for way in ways if rows & way.tasks] if rows is not None else ways, rows, catalogue)
