"""Which architectures keep a latency budget: what measurements show, and where none does, what the estimator says."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from genarch.evidence.catalogue import Catalogue, Row
from genarch.evidence.entries import Hardware, Measurement, Model
from genarch.evidence.estimates import Estimate, Options, estimate
from genarch.table.constraints import Answers
from genarch.table.spec import with_implied

Status = Literal["demonstrated", "within", "straddling", "beyond", "not_demonstrated", "no_evidence"]
"""Whether an architecture or a model keeps a budget. `demonstrated`: a measurement does. `within`, `straddling`,
`beyond`: an estimate's whole band does, a part of it, or none. `not_demonstrated`: measured, but not so; no estimate
either. `no_evidence`: nothing was measured of what is asked for."""

KEPT: frozenset[Status] = frozenset({"demonstrated", "within"})
"""Where a budget is shown or estimated to be kept."""

_CONDITIONING = {
    "text": "text",
    "class": "class_label",
    **dict.fromkeys(("edges", "depth", "segmentation", "sketch"), "spatial_layout"),
    "pose": "pose",
    "reference_image": "reference_image",
}
"""A row's conditioning in a spec's terms; an input image is the task's own."""

_FROM_IMAGES = frozenset({"image_to_image", "semantic_to_image"})
_NEAREST_TASKS = {
    **dict.fromkeys(("image_to_image", "image_editing", "inpainting", "style_transfer"), _FROM_IMAGES),
    **dict.fromkeys(("video_frames", "portrait_animation", "virtual_try_on"), _FROM_IMAGES),
    "subject_driven": frozenset({"text_to_image"}),
    "data_augmentation": frozenset({"unconditional", "class_conditional"}),
}
"""The tasks whose rows count for a spec's, where that is not the task itself: the nearest kind that was measured."""


@cache
def _in_spec_terms(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_CONDITIONING[name] for name in names if name in _CONDITIONING)


class Needs(NamedTuple):
    """What is asked for, and the catalogue that it is compared with; None where it is not stated.

    Times are in milliseconds, memory in GB. `there` is the hardware whose rows count: the GPU asked for and weaker
    ones, or any such device. `memory_gb` is what is stated, or else the GPU's own.
    """

    catalogue: Catalogue
    budget_ms: float | None
    hardware: Hardware | None
    device: str | None
    there: frozenset[str]
    resolution_px: int | None
    tasks: frozenset[str] | None
    conditioning: frozenset[str]
    commercial_use: bool
    memory_gb: float | None
    memory_stated: bool

    def large_enough(self, row: Measurement) -> bool:
        """Whether a row is at the size asked for, or a larger one."""
        return self.resolution_px is None or (row.longer_side or 0) >= self.resolution_px

    def counts(self, row: Measurement) -> bool:
        """Whether a row is on the hardware and at the size asked for, and a statement may rest on it."""
        return row.carries and row.hardware in self.there and self.large_enough(row)

    def within(self, rows: Iterable[Measurement]) -> list[Measurement]:
        """The rows within the budget, if any is stated: those on the hardware itself first, then the fastest."""
        itself = self.hardware.id if self.hardware else None
        found = [row for row in rows if self.budget_ms is None or time_of(row) <= self.budget_ms]
        return sorted(found, key=lambda row: (row.hardware != itself, time_of(row)))

    def rows_of(self, model: Model) -> list[Measurement]:
        """A model's rows of the task, with all the conditioning, and in no fewer steps than usable images take."""
        least = model.work.steps if model.work else 0
        return [
            row
            for row in self.catalogue.rows_of(model.id)
            if (self.tasks is None or not self.tasks.isdisjoint(row.tasks))
            and (row.steps is None or row.steps >= least)
            and self.conditioning <= _in_spec_terms(row.conditioning)
        ]

    def lacking(self, model: Model) -> list[str]:
        """The conditioning asked for that no row shows of a model, or of an adapter."""
        return sorted(self.conditioning - _in_spec_terms(self.catalogue.conditioning_of(model.id)))

    def adapters_for(self, model: Model) -> tuple[Model, ...] | None:
        """The adapters that give a model the conditioning asked for; none where it has it, None where none do."""
        added: list[Model] = []
        for wanted in self.lacking(model):
            if all(wanted in self.lacking(adapter) for adapter in added):
                able = [entry for entry in self.catalogue.adapters_of(model.id) if wanted not in self.lacking(entry)]
                if not able:
                    return None
                added.append(able[0])
        return tuple(added)

    def does_task(self, model: Model) -> bool:
        """Whether rows show the model on the task, or an adapter that it needs for the conditioning."""
        used = [model, *(self.adapters_for(model) or ())]
        tasks = (self.catalogue.tasks_of(entry.id) for entry in used)
        return self.tasks is None or any(not self.tasks.isdisjoint(shown) for shown in tasks)

    def estimated(self, model: Model, *, full_load: bool = False) -> Estimate | None:
        """A model's estimate on the hardware and at the size asked for, a square, with its adapters charged.

        None where it does not do what is asked for, is not known to at this size, or cannot be estimated.
        """
        side, adapters = self.resolution_px, self.adapters_for(model)
        if self.hardware is None or side is None or adapters is None or not self.does_task(model):
            return None
        if self.catalogue.largest(model.id) < side:
            return None
        options = Options(controlnets=sum(adapter.every_step for adapter in adapters))
        return estimate(model, self.hardware, (side, side), self.catalogue, options=options, full_load=full_load)

    def status(self, guess: Estimate | None, *, demonstrated: bool, measured: bool) -> Status:
        """Whether what was measured keeps the budget; where that does not, whether an estimate does."""
        if demonstrated:
            return "demonstrated"
        if guess and self.budget_ms is not None:
            if guess.high_ms <= self.budget_ms:
                return "within"
            return "beyond" if guess.low_ms > self.budget_ms else "straddling"
        return "not_demonstrated" if measured else "no_evidence"


def needs_of(answers: Answers, catalogue: Catalogue) -> Needs:
    """The needs that stated constraints come to."""
    stated = with_implied(answers)
    gpu, task, resolution = stated.get("gpu"), stated.get("task"), stated.get("resolution_px")
    hardware = catalogue.hardware.get(str(gpu)) if gpu else None
    conditioning = stated.get("conditioning")
    device = str(stated["device"]) if "device" in stated else None
    return Needs(
        catalogue,
        number(stated.get("latency_budget_ms")),
        hardware,
        device,
        frozenset(
            entry.id
            for entry in catalogue.hardware.values()
            if (entry.at_most(hardware) if hardware else device is None or device in entry.devices)
        ),
        int(resolution) if isinstance(resolution, int) else None,
        _NEAREST_TASKS.get(str(task), frozenset({str(task)})) if task else None,
        conditioning if isinstance(conditioning, frozenset) else frozenset(),
        stated.get("commercial_use") is True,
        number(stated.get("device_memory_gb")) or (hardware.mem_gb if hardware else None),
        "device_memory_gb" in stated,
    )


def number(value: object) -> float | None:
    """A stated number; None where none is stated."""
    return float(value) if isinstance(value, int | float) else None


def time_of(row: Measurement) -> float:
    """Milliseconds of a row that has a time."""
    return row.latency_ms or 0.0


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
            and self.conditioning <= _in_spec_terms(row.conditioning)
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


def feasibility(architecture: str, needs: Needs) -> Feasibility:
    """Whether one architecture keeps the budget for one request."""
    made = needs.catalogue.generators(architecture)
    models = [model for model in made if not needs.commercial_use or model.commercial_use != "forbidden"]
    rows = sorted((row for model in models for row in needs.rows_of(model)), key=time_of)
    requests = [row for row in rows if row.timing == "request"]
    there = [row for row in requests if row.hardware in needs.there]
    sized = [row for row in requests if needs.large_enough(row)]
    shown = [row for row in there if needs.large_enough(row)]
    within = needs.within(shown)
    carrying = tuple(needs.catalogue.row(row) for row in within if row.carries)
    apart = [row for row in rows if row.timing in ("full_load", "pipelined", "network") and needs.counts(row)]
    nearest = next((row for near in (shown, there, sized, requests) for row in near if row.carries), None)
    guesses = [guess for model in models if model.weights_released and (guess := needs.estimated(model))]
    lowest = min(guesses, key=lambda guess: guess.mid_ms, default=None)
    return Feasibility(
        architecture,
        needs.status(lowest, demonstrated=bool(carrying), measured=any(row.carries for row in requests)),
        carrying,
        len(carrying),
        tuple(row.id for row in within if not row.carries),
        tuple(needs.catalogue.row(row) for row in apart if needs.budget_ms is None or time_of(row) <= needs.budget_ms),
        nearest and needs.catalogue.row(nearest),
        any(row.carries for row in shown) and not within,
        lowest,
    )
