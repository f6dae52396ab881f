"""Which architectures keep a latency budget: what measurements show, and where none does, what the estimator says."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf
from typing import Literal

from genarch.engine.constraints import Answers, Range
from genarch.engine.spec import with_implied
from genarch.evidence.catalogue import Catalogue, Hardware, Row
from genarch.evidence.entries import Measurement, Model
from genarch.evidence.estimates import Estimate, Options, band_ms, estimate
from genarch.evidence.times import Group, Time, group_of
from genarch.evidence.ways import (
    Place,
    Terms,
    Way,
    adapters_for,
    at_least,
    at_most,
    from_image,
    in_spec_terms,
    measured_tasks,
    ms_words,
    place_of,
    takes_of,
    task_itself,
    time_of,
    ways_of,
)
from genarch.values import NamedTuple

Status = Literal["demonstrated", "within", "straddling", "beyond", "not_demonstrated", "no_evidence"]
"""Whether an architecture or a model keeps a budget. `demonstrated`: a measurement does. `within`, `straddling`,
`beyond`: an estimate's whole band does, a part of it, or none. `not_demonstrated`: measured, but not so; no estimate
either. `no_evidence`: nothing was measured of what is asked for."""

KEPT: frozenset[Status] = frozenset({"demonstrated", "within"})
"""Where a budget is shown or estimated to be kept."""

UNSHOWN: frozenset[Status] = frozenset({"not_demonstrated", "no_evidence"})
"""Where nothing is shown either way."""


_BY_WORDS = {"text_to_image", "image_editing", "inpainting", "subject_driven", "texture", "video_generation"}
"""The tasks that text may steer, where the conditioning is not stated, also where a model is trained from scratch."""


class Needs(NamedTuple):
    """What is asked for, and the catalogue that it is compared with; None where it is not stated.

    Times are in milliseconds, memory in GB. `there` is the hardware whose rows count: the GPU asked for and weaker
    ones, or any such device. `memory_gb` is what is stated, or else the GPU's own. `sold`: as it was released;
    `from_scratch`: trained by the team, so that of a model the code alone is taken. `unpaired`: trained without pairs.
    """

    catalogue: Catalogue
    budget_ms: float | None
    hardware: Hardware | None
    device: str | None
    there: frozenset[str]
    resolution_px: int | None
    task: str | None
    """As the spec states it; `tasks` are those whose rows count for it."""
    tasks: frozenset[str] | None
    conditioning: frozenset[str]
    no_text: bool
    """Whether the conditioning is stated, without text; or not stated, of a task that is done without words."""
    domain: str | None
    thrifty: bool
    """Whether the cost or the speed is among what matters most."""
    commercial_use: bool | None
    sold: bool
    from_scratch: bool
    unpaired: bool
    memory_gb: float | None
    memory_stated: bool
    place: Place | None
    most_ms: float | None
    """The most that the budget may be, where it is a range; `budget_ms` is the least, in which a time is shown."""
    sure_gb: float | None
    """The least that the memory may be; `memory_gb` is the most, beyond which a model is too large."""
    least_px: int | None
    """The least that the size may be; `resolution_px` is the most, or the least where that has no end."""

    @property
    def with_image(self) -> bool:
        """Whether the task has an input image."""
        return self.tasks is not None and from_image(self.tasks)

    @property
    def budget_words(self) -> str:
        """The budget in words; of a range both ends."""
        return _span(ms_words(self.budget_ms), ms_words(self.most_ms), endless=self.most_ms == inf)

    @property
    def memory_words(self) -> str:
        """The memory likewise."""
        return _span(f"{self.sure_gb:.3g} GB", f"{self.memory_gb:.3g} GB", endless=self.memory_gb == inf)

    @property
    def itself(self) -> frozenset[str] | None:
        """The tasks, as rows name them, that are the task itself; of maps of what goes where only with such a map."""
        maps = set[str]() if "spatial_layout" in self.conditioning else {"semantic_to_image"}
        return task_itself(self.tasks) - maps if self.tasks else None

    def large_enough(self, row: Measurement) -> bool:
        """Whether a row is at the size asked for, or a larger one."""
        return self.resolution_px is None or (row.longer_side or 0) >= self.resolution_px

    def counts(self, row: Measurement) -> bool:
        """Whether a row is on the hardware and at the size asked for, and a statement may rest on it."""
        return row.carries and row.hardware in self.there and self.large_enough(row) and not self.outranked(row)

    def outranked(self, row: Measurement) -> bool:
        """Whether a team's own measurement of what is asked for stands in a row's place."""
        return self.place is not None and self.place.outranked(row, self.resolution_px, self.catalogue)

    def within(self, rows: Iterable[Measurement]) -> list[Measurement]:
        """The rows within the budget, if any is stated: those on the hardware itself first, then the fastest."""
        itself = self.hardware.id if self.hardware else None
        found = [row for row in rows if self.budget_ms is None or time_of(row) <= self.budget_ms]
        return sorted(found, key=lambda row: (row.hardware != itself, time_of(row)))

    def rows_of(self, model: Model) -> Sequence[Measurement]:
        """A model's rows of the task, with all the conditioning, and in no fewer steps than usable images take."""
        return _rows_of(model.id, self.tasks, self.conditioning, self.catalogue)

    def lacking(self, model: Model) -> list[str]:
        """The conditioning asked for that no row shows of a model, or of an adapter."""
        return sorted(self.conditioning - takes_of(model.id, self.catalogue))

    def lacks_text_for(self, model: Model) -> bool:
        """Whether a model is shown with text only, and the spec states that there is none."""
        rows = self.catalogue.rows_of(model.id)
        return self.no_text and all(
            "text" in part for part in ([row.conditioning for row in rows] or [model.conditioning])
        )

    def wants_words(self, model: Model) -> bool:
        """Whether a model is trained with text, which one's own training set, or an imaging modality, lacks."""
        return (self.from_scratch or self.task == "modality_translation") and self.lacks_text_for(model)

    def may_use(self, model: Model) -> bool:
        """Whether a model's licence is known to let it be used in a product, where it is for one."""
        return self.commercial_use is not True or model.sellable(from_scratch=self.from_scratch)

    def adapters_for(self, model: Model) -> tuple[Model, ...] | None:
        """The adapters that give a model the conditioning asked for; none where it has it, None where none do."""
        return adapters_for(model.id, self.conditioning, self.catalogue)

    def does_task(self, model: Model, *, itself: bool = False) -> bool:
        """Whether rows show the model on the task, or an adapter that it needs for the conditioning.

        With `itself` the nearest kind is enough only where the task has no rows of its own.
        """
        wanted = self.itself if itself else self.tasks
        if wanted is None or not wanted.isdisjoint(self.catalogue.tasks_of(model.id)):
            return True
        adapters = self.adapters_for(model) or ()
        return any(not wanted.isdisjoint(self.catalogue.tasks_of(adapter.id)) for adapter in adapters)

    def estimated(self, model: Model, *, full_load: bool = False) -> Estimate | None:
        """A model's estimate on the hardware and at the size asked for, a square, with its adapters charged.

        Where a kind of device alone is stated, on the one that is likely to be quickest of those that are of that kind
        first of all: a board may be called a mobile device, but is no phone.

        None where it does not do what is asked for, is not known to at this size, or cannot be estimated.
        """
        options, side = self.run_as(model), self.resolution_px
        if self.place is None or side is None or options is None:
            return None
        usual = [card for card in self.place.hardware if card.devices[0] == self.device]
        there = [self.hardware] if self.hardware else usual or list(self.place.hardware)
        if len(there) > 1:
            bands = [(card, band_ms(model, card, side, self.catalogue, options)) for card in there]
            there = [card for card, band in sorted(bands, key=lambda pair: pair[1][1] if pair[1] else inf)]
        return estimate(model, there[0], (side, side), self.catalogue, options=options, full_load=full_load)

    def run_as(self, model: Model) -> Options | None:
        """How a model is run for what is asked for; None where it does not do it, or is not known to at this size.

        What is trained from scratch is trained for the size that it is to make.
        """
        adapters = self.adapters_for(model)
        if (
            adapters is None
            or not self.does_task(model)
            or (self.catalogue.largest(model.id) < (self.resolution_px or 0) and not self.from_scratch)
        ):
            return None
        return Options(controlnets=sum(adapter.every_step for adapter in adapters), with_image=self.with_image)

    def quickest_estimate(self, models: Iterable[Model], group: Group) -> Estimate | None:
        """The estimate of the model that is likeliest the quickest, on the best hardware of the place.

        Of those that do what is asked for; where there are none, of all ways to do the task, whatever they are steered
        by: then even those are too slow.
        """
        side = self.resolution_px
        if self.place is None or side is None:
            return None
        runs = ((model, self.run_as(model)) for model in models if model.weights_released)
        asked = [(model, options) for model, options in runs if options is not None]
        others = [
            (way.model, way.options._replace(with_image=self.with_image))
            for way in group.ways
            if way.model.weights_released and self.admits(way.terms) and way.largest_px >= side
        ]
        for able in ([pair for pair in asked if self.may_use(pair[0])], asked, others):
            guesses = [
                (band[1], model, entry, options)
                for model, options in able
                for entry in self.place.hardware
                if (band := band_ms(model, entry, side, self.catalogue, options))
            ]
            if guesses:
                _, model, entry, options = min(guesses, key=lambda guess: guess[0])
                return estimate(model, entry, (side, side), self.catalogue, options=options)
            if not self.times(group):
                return None
        return None

    def status(self, times: Sequence[Time], *, demonstrated: bool, measured: bool) -> Status:
        """Whether what was measured keeps the budget; where that does not, whether the quickest may."""
        if demonstrated:
            return "demonstrated"
        if times and self.budget_ms is not None:
            if min(time.high for time in times) <= self.budget_ms:
                return "within"
            return "beyond" if min(time.low for time in times) > (self.most_ms or 0) else "straddling"
        return "not_demonstrated" if measured else "no_evidence"

    def times(self, group: Group) -> list[Time]:
        """The times on the hardware and at the size asked for, of ways that do the task, by what is sold and fits.

        Of those that take the conditioning; of all, where none is known to and even so they are too slow. What is shown
        on the nearest task alone, or with adapters that nothing asks for, or may not be used in the product that it is
        for, may miss a budget, but keeps none.
        """
        if self.place is None or self.resolution_px is None:
            return []
        found = [
            (way, time if self._keeps(way) else time._replace(high=inf))
            for way, time in group.times(self.place, self.resolution_px)
            if self.admits(way.terms)
        ]
        taking = [time for way, time in found if not self.conditioning & way.terms.lacks]
        late = self.most_ms is not None and all(time.low > self.most_ms for _, time in found)
        return taking or ([time for _, time in found] if late else [])

    def _keeps(self, way: Way) -> bool:
        """Whether a time of it shows a budget to be kept."""
        return self.may_use(way.model) and (not self.tasks or way.is_for(self.tasks, self.conditioning))

    def admits(self, terms: Terms) -> bool:
        """Whether licence and memory let a model serve."""
        return terms.admit(self.memory_gb, sold=self.sold)


@lru_cache(maxsize=4096)
def _rows_of(
    name: str, tasks: frozenset[str] | None, conditioning: frozenset[str], catalogue: Catalogue
) -> Sequence[Measurement]:
    work = catalogue.models[name].work
    return [
        row
        for row in catalogue.rows_of(name)
        if (tasks is None or not tasks.isdisjoint(row.tasks))
        and (row.steps is None or row.steps >= (work.steps if work else 0))
        and conditioning <= in_spec_terms(row.conditioning)
    ]


def _span(least: str, most: str, *, endless: bool) -> str:
    return least if least == most else f"{least} or more" if endless else f"{least} to {most}"


def needs_of(answers: Answers, catalogue: Catalogue) -> Needs:
    """The needs that stated constraints come to."""
    stated = with_implied(answers)
    gpu, task, budget, side = (stated.get(name) for name in ("gpu", "task", "latency_budget_ms", "resolution_px"))
    largest, smallest = at_most(side), at_least(side)
    largest = smallest if largest == inf else largest
    place = place_of(stated, catalogue)
    hardware = place.hardware[0] if place and place.constraint == "gpu" else None
    conditioning, memory = stated.get("conditioning"), answers.get("device_memory_gb")
    priorities, tasks = stated.get("priorities"), measured_tasks(str(task)) if task else None
    if tasks and task == "image_editing" and isinstance(conditioning, frozenset) and "mask" in conditioning:
        tasks |= {"inpainting"}  # what fills a region in edits it
    sold, from_scratch = stated.get("commercial_use"), stated.get("training") == "from_scratch"
    wordless = task == "modality_translation" or (from_scratch and task is not None and task not in _BY_WORDS)

    def usable(memory_gb: float | None) -> float | None:
        return hardware.usable_gb(memory_gb) if hardware else memory_gb

    device = str(stated["device"]) if "device" in stated else None
    return Needs(
        catalogue,
        at_least(budget),
        hardware,
        device,
        place.there if place else frozenset() if gpu or device else frozenset(catalogue.hardware),
        None if largest is None else int(largest),
        str(task) if task else None,
        tasks,
        conditioning if isinstance(conditioning, frozenset) else frozenset(),
        "text" not in conditioning if isinstance(conditioning, frozenset) else wordless,
        str(stated["domain"]) if "domain" in stated else None,
        isinstance(priorities, frozenset) and not priorities.isdisjoint({"cost", "speed"}),
        sold if isinstance(sold, bool) else None,
        sold is True and stated.get("training") == "pretrained",
        from_scratch,
        stated.get("paired_data") is False and stated.get("training") != "pretrained",
        usable(at_most(memory)),
        "device_memory_gb" in answers,
        place,
        at_most(budget),
        0.0 if isinstance(memory, Range) and not memory.low else usable(at_least(memory)),
        None if smallest is None else int(smallest),
    )


class Filter(NamedTuple):
    """What rows must be; None and empty ask for nothing. A budget is for the latency of a request."""

    family: str | None = None
    architecture: str | None = None
    model: str | None = None
    hardware: str | None = None
    resolution_px: int | None = None
    licence: str | None = None
    conditioning: frozenset[str] = frozenset()
    budget_ms: float | None = None

    def takes(self, row: Measurement, model: Model) -> bool:
        """Whether a row of a model is all of that."""
        found = (model.family, model.architecture, model.id, row.hardware, row.longer_side, model.commercial_use)
        return (
            all(wanted in (None, value) for wanted, value in zip(self, found, strict=False))
            and self.conditioning <= in_spec_terms(row.conditioning)
            and (self.budget_ms is None or (row.timing == "request" and time_of(row) <= self.budget_ms))
        )


class Feasibility(NamedTuple):
    """How an architecture stands to the budget."""

    architecture: str
    status: Status
    rows: tuple[Row, ...]
    """Those that carry the status: first those on the hardware itself, then the fastest. A report has the first."""
    row_count: int
    weak: tuple[str, ...]
    """Rows within the budget that are of low trust or were not read in their source."""
    apart: tuple[Row, ...]
    """Rows below the budget whose time is of another kind (full load, a stream's rate, a network alone); not counted.
    A report has the first."""
    nearest: Row | None
    """The fastest measurement that comes closest to what is asked for."""
    measured_beyond: bool
    """Whether all that was measured there and at that size is slower than the budget."""
    estimate: Estimate | None


def best_standing(found: Iterable[Feasibility]) -> Feasibility:
    """The one of which most is shown."""
    return min(found, key=lambda entry: (entry.status not in KEPT, entry.status in UNSHOWN))


def feasibility(architecture: str, needs: Needs) -> Feasibility:
    """Whether one architecture keeps the budget for one request."""
    group = group_of(architecture, needs.tasks, needs.catalogue)
    ways = ways_of(architecture, needs.catalogue)
    models = [way.model for way in ways if not way.adapters and needs.admits(way.terms)]
    rows = sorted((row for model in models for row in needs.rows_of(model)), key=time_of)
    requests = [row for row in rows if row.timing == "request" and not needs.outranked(row)]
    there = [row for row in requests if row.hardware in needs.there]
    sized = [row for row in requests if needs.large_enough(row)]
    shown = [row for row in there if needs.large_enough(row)]
    within = needs.within(shown)
    within = [row for row in within if needs.may_use(needs.catalogue.models[row.model])]
    carrying = tuple(needs.catalogue.row(row) for row in within if row.carries)
    apart = [row for row in rows if row.timing in ("full_load", "pipelined", "network") and needs.counts(row)]
    nearest = next((row for near in (shown, there, sized, requests) for row in near if row.carries), None)
    return Feasibility(
        architecture,
        needs.status(needs.times(group), demonstrated=bool(carrying), measured=any(row.carries for row in requests)),
        carrying,
        len(carrying),
        tuple(row.id for row in within if not row.carries),
        tuple(needs.catalogue.row(row) for row in apart if needs.budget_ms is None or time_of(row) <= needs.budget_ms),
        nearest and needs.catalogue.row(nearest),
        any(row.carries for row in shown) and not within,
        needs.quickest_estimate(models, group),
    )
