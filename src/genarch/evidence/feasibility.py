"""Which architectures keep a latency budget: what measurements show, and where none does, what the estimator says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Hardware, Measurement, Model
from genarch.evidence.estimates import Estimate, Feasibility, Options, Status, estimate
from genarch.table.constraints import Answers
from genarch.table.spec import with_implied

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
_TASKS = {
    "unconditional": frozenset({"unconditional"}),
    "class_conditional": frozenset({"class_conditional"}),
    "text_to_image": frozenset({"text_to_image"}),
    "image_to_image": _FROM_IMAGES,
    "image_editing": _FROM_IMAGES,
    "inpainting": _FROM_IMAGES,
    "style_transfer": _FROM_IMAGES,
    "super_resolution": frozenset({"super_resolution"}),
    "restoration": frozenset({"restoration"}),
    "subject_driven": frozenset({"text_to_image"}),
    "data_augmentation": frozenset({"unconditional", "class_conditional"}),
    "video_frames": _FROM_IMAGES,
    "portrait_animation": _FROM_IMAGES,
    "virtual_try_on": _FROM_IMAGES,
}
"""Which rows speak to a spec's task: those of the task itself, or where none was measured, of the nearest kind."""


class Needs(NamedTuple):
    """What is asked for; None where it is not stated. Times in milliseconds, memory in GB.

    `there` is the hardware whose rows hold for what is asked for: that GPU and weaker ones, or any such device.
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
    """Whether the spec says how much memory there is, and not the GPU alone."""

    @property
    def size(self) -> tuple[int, int] | None:
        """A square of the stated longer side."""
        return (self.resolution_px, self.resolution_px) if self.resolution_px else None


def needs_of(answers: Answers, catalogue: Catalogue) -> Needs:
    """The needs that stated constraints come to. Memory is what is stated, or else the GPU's own."""
    stated = with_implied(answers)
    gpu, task, resolution = stated.get("gpu"), stated.get("task"), stated.get("resolution_px")
    hardware = catalogue.hardware.get(str(gpu)) if gpu else None
    memory = stated.get("device_memory_gb") or (hardware.mem_gb if hardware else None)
    conditioning = stated.get("conditioning")
    device = str(stated["device"]) if "device" in stated else None
    return Needs(
        _number(stated.get("latency_budget_ms")),
        hardware,
        device,
        frozenset(entry.id for entry in catalogue.hardware.values() if _holds(entry, hardware, device)),
        int(resolution) if isinstance(resolution, int) else None,
        _TASKS[str(task)] if task else None,
        conditioning if isinstance(conditioning, frozenset) else frozenset(),
        stated.get("commercial_use") is True,
        _number(memory),
        "device_memory_gb" in stated,
    )


def _holds(entry: Hardware, hardware: Hardware | None, device: str | None) -> bool:
    """Whether what keeps a budget on an entry does on the hardware asked for; else, whether it is such a device."""
    if hardware:
        return entry.at_most(hardware)
    return device is None or device in entry.devices


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@cache
def steered_by(names: tuple[str, ...]) -> frozenset[str]:
    """A row's conditioning in a spec's terms."""
    return frozenset(_CONDITIONING[name] for name in names if name in _CONDITIONING)


def speaks_to(row: Measurement, needs: Needs, catalogue: Catalogue) -> bool:
    """Whether a row is of the task, steered by all that is asked for, and in no fewer steps than usable images take."""
    if needs.tasks is not None and needs.tasks.isdisjoint(row.tasks):
        return False
    work = catalogue.models[row.model].work
    too_few = work is not None and row.steps is not None and row.steps < work.steps
    return not too_few and needs.conditioning <= steered_by(row.conditioning)


def large_enough(row: Measurement, needs: Needs) -> bool:
    """Whether a row is at the size asked for, or a larger one."""
    return needs.resolution_px is None or (row.longer_side or 0) >= needs.resolution_px


def adapters_for(model: Model, needs: Needs, catalogue: Catalogue) -> tuple[Model, ...] | None:
    """The adapters that give a model the conditioning asked for; none where it has it, None where none do."""
    lacking = needs.conditioning - steering(model, catalogue)
    chosen: list[Model] = []
    for wanted in sorted(lacking):
        if any(wanted in steering(adapter, catalogue) for adapter in chosen):
            continue
        found = next((a for a in catalogue.adapters_of(model.id) if wanted in steering(a, catalogue)), None)
        if found is None:
            return None
        chosen.append(found)
    return tuple(chosen)


def does_task(model: Model, needs: Needs, catalogue: Catalogue) -> bool:
    """Whether rows show the model on the task, or an adapter that it needs for the conditioning."""
    if needs.tasks is None:
        return True
    used = [model, *(adapters_for(model, needs, catalogue) or ())]
    return any(not needs.tasks.isdisjoint(catalogue.tasks_of(entry.id)) for entry in used)


def steering(model: Model, catalogue: Catalogue) -> frozenset[str]:
    """All that rows show a model, or an adapter, steered by, in a spec's terms."""
    return steered_by(catalogue.conditioning_of(model.id))


class Filter(NamedTuple):
    """What rows must be; None and empty ask for nothing. A budget is for what a request waits, and for nothing else."""

    family: str | None = None
    architecture: str | None = None
    model: str | None = None
    hardware: str | None = None
    resolution_px: int | None = None
    conditioning: frozenset[str] = frozenset()
    licence: str | None = None
    budget_ms: float | None = None


def chosen(wanted: Filter, catalogue: Catalogue) -> list[Measurement]:
    """The rows that are all of what is wanted, in the order of the catalogue."""
    return [row for row in catalogue.measurements.values() if _is(row, wanted, catalogue)]


def _is(row: Measurement, wanted: Filter, catalogue: Catalogue) -> bool:
    model = catalogue.models[row.model]
    use = model.licence.commercial_use if model.licence else "unknown"
    asked: tuple[tuple[object, object], ...] = (
        (wanted.family, model.family),
        (wanted.architecture, model.architecture),
        (wanted.model, row.model),
        (wanted.hardware, row.hardware),
        (wanted.resolution_px, row.longer_side),
        (wanted.licence, use),
    )
    if any(want is not None and want != is_ for want, is_ in asked):
        return False
    if not wanted.conditioning <= steered_by(row.conditioning):
        return False
    if wanted.budget_ms is None:
        return True
    return row.timing == "request" and row.latency_ms is not None and row.latency_ms <= wanted.budget_ms


_OTHER_TIMINGS = ("full_load", "pipelined", "network")


def generators(catalogue: Catalogue, architecture: str) -> list[Model]:
    """The models of an architecture that make images by themselves."""
    return [
        model for model in catalogue.models.values() if model.architecture == architecture and model.kind == "generator"
    ]


def feasibility(architecture: str, needs: Needs, budget_ms: float, catalogue: Catalogue) -> Feasibility:
    """How one architecture stands to a budget for one request."""
    models = [model for model in generators(catalogue, architecture) if not (needs.commercial_use and forbidden(model))]
    rows = [row for model in models for row in catalogue.rows_of(model.id) if speaks_to(row, needs, catalogue)]
    waits = _by_time(row for row in rows if row.timing == "request")
    shown = [row for row in holding(waits, needs) if large_enough(row, needs)]
    within = keeping(shown, needs, budget_ms)
    carrying = tuple(row.id for row in within if row.carries)
    guess = quickest(models, needs, catalogue)
    return Feasibility(
        architecture,
        _status(carrying, guess, budget_ms, waits),
        carrying,
        tuple(row.id for row in within if not row.carries),
        tuple(row.id for row in _apart(rows, needs, budget_ms)),
        _nearest(shown, waits, needs),
        any(row.carries for row in shown) and not within,
        guess,
    )


def holding(rows: Iterable[Measurement], needs: Needs) -> list[Measurement]:
    """The rows whose time holds on the hardware asked for: measured on it, or on weaker.

    A slower row on the hardware itself takes nothing away from one on weaker hardware: it was run another way.
    """
    return [row for row in rows if row.hardware in needs.there]


def keeping(rows: Iterable[Measurement], needs: Needs, budget_ms: float) -> list[Measurement]:
    """The rows within a budget: those on the hardware itself, then those on weaker; the fastest first."""
    itself = needs.hardware.id if needs.hardware else None
    within = [row for row in rows if _ms(row) <= budget_ms]
    return sorted(within, key=lambda row: (row.hardware != itself, _ms(row)))


def forbidden(model: Model) -> bool:
    """Whether a model's licence forbids commercial use."""
    return model.licence is not None and model.licence.commercial_use == "forbidden"


def _status(carrying: Sequence[str], guess: Estimate | None, budget_ms: float, waits: Sequence[Measurement]) -> Status:
    if carrying:
        return "demonstrated"
    if guess:
        return band_status(guess, budget_ms)
    return "not_demonstrated" if any(row.carries for row in waits) else "no_evidence"


def band_status(guess: Estimate, budget_ms: float) -> Status:
    """Where an estimate's band lies to a budget."""
    if guess.high_ms <= budget_ms:
        return "within"
    return "beyond" if guess.low_ms > budget_ms else "straddling"


def _apart(rows: Iterable[Measurement], needs: Needs, budget_ms: float) -> list[Measurement]:
    """Rows below the budget whose time is not what a request waits."""
    others = (row for row in rows if row.timing in _OTHER_TIMINGS and row.carries)
    found = _by_time(row for row in others if row.hardware in needs.there and large_enough(row, needs))
    return [row for row in found if _ms(row) <= budget_ms]


def _nearest(shown: Sequence[Measurement], waits: Sequence[Measurement], needs: Needs) -> str | None:
    """The fastest that carries a statement: there and at that size, else there, else at that size, else any."""
    there = [row for row in waits if row.hardware in needs.there]
    sized = [row for row in waits if large_enough(row, needs)]
    for rows in (shown, there, sized, waits):
        for row in rows:
            if row.carries:
                return row.id
    return None


def quickest(models: Iterable[Model], needs: Needs, catalogue: Catalogue) -> Estimate | None:
    """The lowest estimate of the models that do what is asked for; None where none can be estimated."""
    guesses = (estimated(model, needs, catalogue) for model in models if model.weights_released)
    return min((guess for guess in guesses if guess), key=lambda guess: guess.mid_ms, default=None)


def estimated(model: Model, needs: Needs, catalogue: Catalogue, *, full_load: bool = False) -> Estimate | None:
    """A model's estimate on the hardware and at the size asked for, with its adapters charged.

    None where it does not do what is asked for, is not known to at this size, or cannot be estimated.
    """
    if needs.hardware is None or needs.size is None or not does_task(model, needs, catalogue):
        return None
    adapters = adapters_for(model, needs, catalogue)
    if adapters is None or largest(model, catalogue) < (needs.resolution_px or 0):
        return None
    options = Options(controlnets=sum(adapter.every_step for adapter in adapters))
    return estimate(model, needs.hardware, needs.size, catalogue, options=options, full_load=full_load)


def largest(model: Model, catalogue: Catalogue) -> int:
    """The longer side of the largest image that a row shows of a model; 0 where none says."""
    return max((row.longer_side or 0 for row in catalogue.rows_of(model.id)), default=0)


def _by_time(rows: Iterable[Measurement]) -> list[Measurement]:
    return sorted(rows, key=_ms)


def _ms(row: Measurement) -> float:
    return row.latency_ms or 0.0


def every(architectures: Iterable[str], needs: Needs, catalogue: Catalogue) -> Iterator[Feasibility]:
    """Each architecture against the stated budget."""
    budget = needs.budget_ms
    if budget is not None:
        for architecture in architectures:
            yield feasibility(architecture, needs, budget, catalogue)
