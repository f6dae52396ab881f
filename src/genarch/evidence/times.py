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
from genarch.evidence.estimates import Pace, band_ms, job_of, pace_of
from genarch.evidence.hardware import Hardware
from genarch.evidence.ways import Place, Tasks, Way, from_image, measured_tasks, memory_of, time_of, ways_of


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

    What was measured through an engine on this very hardware and at this size stands in place of an estimate. At full
    load an image takes no longer than by itself, and a model no longer than with adapters, so that is a floor. Two
    digits are as fine as the figures are.
    """
    if side > way.largest_px:
        return None
    rows = _rows_at(catalogue).get((way.model.id, hardware.id, side), ())
    if way.options.with_image:
        rows = [row for row in rows if from_image(frozenset(row.tasks))]
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


class _Job(NamedTuple):
    """The work of a way at a size: what the estimator multiplies with the pace of hardware."""

    way: Way
    family: str
    steps: int
    tflop: float
    slowed: float


_Jobs = Sequence[_Job]

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
        self._able: dict[tuple[frozenset[str], bool, int], tuple[bool, bool, _Jobs]] = {}
        self._times: dict[tuple[str, str, int], Sequence[tuple[Way, Time]]] = {}
        self._likely: dict[tuple[str, str, int], Sequence[tuple[Way, Time]]] = {}

    def times(self, place: Place, side: int) -> Sequence[tuple[Way, Time]]:
        """The times of the ways at a place, in the digits that are given; of those that have one."""

        def made() -> Sequence[tuple[Way, Time]]:
            return [(way, time.rounded()) for way, time in self._each(place, side)]

        return _kept(self._times, (place.constraint, place.name, side), made)

    def likely(self, place: Place, side: int) -> Sequence[tuple[Way, Time]]:
        """On the task itself, or the nearest where it has no models of its own: those of which one is likeliest least.

        The others' likeliest times are above it in the digits that are given, too.
        """
        key = place.constraint, place.name, side
        return _kept(self._likely, key, lambda: self._quickest(place, side))

    def _quickest(self, place: Place, side: int) -> Sequence[tuple[Way, Time]]:
        found = list(self._each(place, side, itself=True))
        # Two digits are less than a twentieth away.
        near = min((time.likely for _, time in found), default=inf) * 1.2
        return [pair for pair in found if pair[1].likely <= near]

    def late(self, place: Place, side: int, budget: float, wanted: Wanted, *, shown: bool) -> bool:
        """Whether none of the ways that may do what is wanted can keep a budget, and the time of one is known.

        Where none takes the conditioning, even those that do not have to be too slow. `shown`: what was measured keeps
        it, by what does not take it.
        """
        if not self._as_estimated(place, side):
            known = covered = otherwise = False
            for way, time in self.times(place, side):
                known, takes = True, wanted.conditioning.isdisjoint(way.terms.lacks)
                covered |= takes
                if time.low <= budget and way.terms.admit(wanted.memory_gb, sold=wanted.sold):
                    if takes:
                        return False
                    otherwise = True
            return known and (covered or not (otherwise or shown))
        known, covered, able = self._able_at(wanted, side)
        if not known or (shown and not covered):
            return False
        limit, memory_gb = budget * 1.1, wanted.memory_gb  # two digits are less than a tenth below
        paces = self._paces_of(able, place)
        for way, family, steps, tflop, slowed in able:
            if (pace := paces[family]) is None:
                return False
            least = (pace[0] + steps * pace[1] + tflop / pace[2] * 1e3) * slowed * pace[3]
            fits = memory_gb is None or (way.terms.memory_gb or 0) <= memory_gb
            if fits and least < limit and (least <= budget or _two_digits(least, floor) <= budget):
                return False
        return place.hardware[0].peak_tflops is not None

    def _able_at(self, wanted: Wanted, side: int) -> tuple[bool, bool, _Jobs]:
        """Whether any time is known, whether one is of a way that takes the conditioning, and the ways to look at."""

        def made() -> tuple[bool, bool, _Jobs]:
            every = self._jobs_at(side)
            taking = [job for job in every if wanted.conditioning.isdisjoint(job.way.terms.lacks)]
            able = [job for job in taking or every if job.way.terms.admit(None, sold=wanted.sold)]
            return bool(every), bool(taking), able

        return _kept(self._able, (wanted.conditioning, wanted.sold, side), made)

    def _as_estimated(self, place: Place, side: int) -> bool:
        """Whether all times are those of the estimator on one piece of hardware."""
        there = _measured_at(self._catalogue)
        return len(place.hardware) == 1 and self._models.isdisjoint(there.get((place.hardware[0].id, side), ()))

    def _paces_of(self, jobs: _Jobs, place: Place) -> Mapping[str, Pace | None]:
        """By family, the pace of models on the hardware of a place."""
        return {
            family: pace_of(family, place.hardware[0].id, self._catalogue) for family in {job.family for job in jobs}
        }

    def _each(self, place: Place, side: int, *, itself: bool = False) -> Iterator[tuple[Way, Time]]:
        """The times of the ways that have one; `itself`: of those on the task itself."""
        if self._as_estimated(place, side):
            jobs = self._jobs_at(side, itself=itself)
            paces = self._paces_of(jobs, place)
            for way, family, steps, tflop, slowed in jobs:
                if pace := paces[family]:
                    yield way, Time(*pace.band(steps, tflop, slowed))
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
