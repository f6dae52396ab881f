"""Which architectures keep a latency budget: what measurements show, and where none does, what the estimator says."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from genarch.evidence.catalogue import Catalogue
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
    "edges": "spatial_layout",
    "depth": "spatial_layout",
    "segmentation": "spatial_layout",
    "sketch": "spatial_layout",
    "pose": "pose",
    "reference_image": "reference_image",
}
"""A row's conditioning in a spec's terms; an input image is the task's own."""

_FROM_IMAGES = frozenset({"image_to_image", "semantic_to_image"})
_NEAREST_TASKS = {
    "image_to_image": _FROM_IMAGES,
    "image_editing": _FROM_IMAGES,
    "inpainting": _FROM_IMAGES,
    "style_transfer": _FROM_IMAGES,
    "video_frames": _FROM_IMAGES,
    "portrait_animation": _FROM_IMAGES,
    "virtual_try_on": _FROM_IMAGES,
    "subject_driven": frozenset({"text_to_image"}),
    "data_augmentation": frozenset({"unconditional", "class_conditional"}),
}
"""The tasks whose rows count for a spec's, where that is not the task itself: the nearest kind that was measured."""


class Needs(NamedTuple):
    """What is asked for; None where it is not stated. Times in milliseconds, memory in GB.

    `there` is the hardware whose rows count: the GPU asked for and weaker ones, or any such device. `memory_gb` is what
    is stated, or else the GPU's own.
    """

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

    def within(self, rows: Iterable[Measurement]) -> list[Measurement]:
        """The rows within the budget, if any is stated: those on the hardware itself first, then the fastest."""
        itself = self.hardware.id if self.hardware else None
        found = [row for row in rows if self.budget_ms is None or time_of(row) <= self.budget_ms]
        return sorted(found, key=lambda row: (row.hardware != itself, time_of(row)))


def needs_of(answers: Answers, catalogue: Catalogue) -> Needs:
    """The needs that stated constraints come to."""
    stated = with_implied(answers)
    gpu, task, resolution = stated.get("gpu"), stated.get("task"), stated.get("resolution_px")
    hardware = catalogue.hardware.get(str(gpu)) if gpu else None
    conditioning = stated.get("conditioning")
    device = str(stated["device"]) if "device" in stated else None
    return Needs(
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


@cache
def _in_spec_terms(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_CONDITIONING[name] for name in names if name in _CONDITIONING)


def matches(row: Measurement, needs: Needs, catalogue: Catalogue) -> bool:
    """Whether a row is of the task, with all the conditioning, and in no fewer steps than usable images take."""
    if needs.tasks is not None and needs.tasks.isdisjoint(row.tasks):
        return False
    work = catalogue.models[row.model].work
    too_few = work is not None and row.steps is not None and row.steps < work.steps
    return not too_few and needs.conditioning <= _in_spec_terms(row.conditioning)


def conditioning_of(model: Model, catalogue: Catalogue) -> frozenset[str]:
    """All the conditioning that rows show of a model, or of an adapter, in a spec's terms."""
    return _in_spec_terms(catalogue.conditioning_of(model.id))


def adapters_for(model: Model, needs: Needs, catalogue: Catalogue) -> tuple[Model, ...] | None:
    """The adapters that give a model the conditioning asked for; none where it has it, None where none do."""
    added: list[Model] = []
    for wanted in sorted(needs.conditioning - conditioning_of(model, catalogue)):
        if any(wanted in conditioning_of(adapter, catalogue) for adapter in added):
            continue
        able = [entry for entry in catalogue.adapters_of(model.id) if wanted in conditioning_of(entry, catalogue)]
        if not able:
            return None
        added.append(able[0])
    return tuple(added)


def does_task(model: Model, needs: Needs, catalogue: Catalogue) -> bool:
    """Whether rows show the model on the task, or an adapter that it needs for the conditioning."""
    if needs.tasks is None:
        return True
    used = [model, *(adapters_for(model, needs, catalogue) or ())]
    return any(not needs.tasks.isdisjoint(catalogue.tasks_of(entry.id)) for entry in used)


class Filter(NamedTuple):
    """What rows must be; None and empty ask for nothing. A budget is for the latency of a request."""

    family: str | None = None
    architecture: str | None = None
    model: str | None = None
    hardware: str | None = None
    resolution_px: int | None = None
    conditioning: frozenset[str] = frozenset()
    licence: str | None = None
    budget_ms: float | None = None


def filtered(wanted: Filter, catalogue: Catalogue) -> list[Measurement]:
    """The rows that are all of what is wanted, in the order of the catalogue."""

    def is_wanted(row: Measurement) -> bool:
        model = catalogue.models[row.model]
        use = model.licence.commercial_use if model.licence else "unknown"
        is_ = (model.family, model.architecture, row.model, row.hardware, row.longer_side)
        return (
            all(want in (None, value) for want, value in zip(wanted[:5], is_, strict=True))
            and wanted.licence in (None, use)
            and wanted.conditioning <= _in_spec_terms(row.conditioning)
            and (wanted.budget_ms is None or (row.timing == "request" and time_of(row) <= wanted.budget_ms))
        )

    return [row for row in catalogue.measurements.values() if is_wanted(row)]


class Feasibility(NamedTuple):
    """Whether one architecture keeps the budget.

    `rows` carry the status: first those on the hardware itself, then the fastest. `weak` would keep the budget too, but
    are of low trust or were not read in their source. `measured_beyond`: what was measured there and at that size is
    all too slow. `nearest` is the fastest measurement that comes closest to what is asked for. `apart` are rows whose
    time is of another kind (full load, a stream's rate, a network alone) and below the budget: shown, never counted.
    """

    architecture: str
    status: Status
    rows: tuple[str, ...]
    weak: tuple[str, ...]
    apart: tuple[str, ...]
    nearest: str | None
    measured_beyond: bool
    estimate: Estimate | None


def feasibility(architecture: str, needs: Needs, catalogue: Catalogue) -> Feasibility:
    """Whether one architecture keeps the budget for one request."""
    models = [model for model in generators(catalogue, architecture) if not (needs.commercial_use and forbidden(model))]
    rows = [row for model in models for row in catalogue.rows_of(model.id) if matches(row, needs, catalogue)]
    rows.sort(key=time_of)
    requests = [row for row in rows if row.timing == "request"]
    there = [row for row in requests if row.hardware in needs.there]
    shown = [row for row in there if needs.large_enough(row)]
    within = needs.within(shown)
    carrying = [row.id for row in within if row.carries]
    sized = [row for row in requests if needs.large_enough(row)]
    nearest = next((row.id for near in (shown, there, sized, requests) for row in near if row.carries), None)
    others = [row for row in rows if row.timing in ("full_load", "pipelined", "network") and row.carries]
    apart = [row for row in others if row.hardware in needs.there and needs.large_enough(row)]
    guesses = [guess for model in models if model.weights_released and (guess := estimated(model, needs, catalogue))]
    lowest = min(guesses, key=lambda guess: guess.mid_ms, default=None)
    return Feasibility(
        architecture,
        status_of(needs, lowest, demonstrated=bool(carrying), measured=any(row.carries for row in requests)),
        tuple(carrying),
        tuple(row.id for row in within if not row.carries),
        tuple(row.id for row in apart if needs.budget_ms is None or time_of(row) <= needs.budget_ms),
        nearest,
        any(row.carries for row in shown) and not within,
        lowest,
    )


def generators(catalogue: Catalogue, architecture: str) -> list[Model]:
    """The models of an architecture that make images by themselves."""
    return [
        model for model in catalogue.models.values() if model.architecture == architecture and model.kind == "generator"
    ]


def forbidden(model: Model) -> bool:
    """Whether a model's licence forbids commercial use."""
    return model.licence is not None and model.licence.commercial_use == "forbidden"


def status_of(needs: Needs, guess: Estimate | None, *, demonstrated: bool, measured: bool) -> Status:
    """Whether what was measured keeps the budget; where that does not, whether an estimate does."""
    if demonstrated:
        return "demonstrated"
    if guess and needs.budget_ms is not None:
        if guess.high_ms <= needs.budget_ms:
            return "within"
        return "beyond" if guess.low_ms > needs.budget_ms else "straddling"
    return "not_demonstrated" if measured else "no_evidence"


def estimated(model: Model, needs: Needs, catalogue: Catalogue, *, full_load: bool = False) -> Estimate | None:
    """A model's estimate on the hardware and at the size asked for, a square, with its adapters charged.

    None where it does not do what is asked for, is not known to at this size, or cannot be estimated.
    """
    side = needs.resolution_px
    if needs.hardware is None or side is None or not does_task(model, needs, catalogue):
        return None
    adapters = adapters_for(model, needs, catalogue)
    if adapters is None or largest(model, catalogue) < side:
        return None
    options = Options(controlnets=sum(adapter.every_step for adapter in adapters))
    return estimate(model, needs.hardware, (side, side), catalogue, options=options, full_load=full_load)


def largest(model: Model, catalogue: Catalogue) -> int:
    """The longer side of the largest image that a row shows of a model; 0 where none says."""
    return max((row.longer_side or 0 for row in catalogue.rows_of(model.id)), default=0)
