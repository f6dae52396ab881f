"""What a spec asks of a measurement: budget, hardware, size, task and conditioning, in the catalogue's terms."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from genarch.model.catalogue import Catalogue
from genarch.model.constraints import Answers
from genarch.model.evidence import Measurement, Model
from genarch.model.hardware import Hardware
from genarch.model.implied import with_implied

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
