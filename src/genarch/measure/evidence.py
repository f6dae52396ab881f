"""What was measured, as evidence of one's own: an entry of the catalogue, and the model and hardware that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from genarch.engine.constraints import gpu_ids, gpu_key
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import OWN_PREFIX, Task
from genarch.evidence.percentiles import Percentile, PercentileName
from genarch.evidence.ways import measured_tasks
from genarch.files.catalogue_reader import SOURCE, Entry, free_id, slug
from genarch.measure.machine import Machine, Memory
from genarch.measure.running import Runs
from genarch.values import NamedTuple

_CONDITIONING = {"class_label": "class", "spatial_layout": "edges"}
_NAMED = ("text", "reference_image", "mask", "pose", "audio", "points")

_LONGEST = 200


class Place(NamedTuple):
    """The hardware that a measurement is of: its id, and the entry for it where the catalogue has none."""

    id: str
    entry: Entry | None = None


def place_of(named: str | None, machine: Machine | None, catalogue: Catalogue) -> Place | None:
    """The hardware: as named, else the one kind of card that was found, else the processor; None where none is known.

    Raises:
        UnknownIdError: when there is none of that name.
    """
    if named is not None:
        return Place(catalogue.gpu(named).id)
    if machine is None:
        return None
    cards = {gpu_ids().get(gpu_key(name)) for name in machine.gpus}
    if cards:
        (card,) = cards if len(cards) == 1 else (None,)
        return Place(card) if card else None
    name = f"cpu-{slug(machine.cpu)}-{machine.cores}"
    entry = {
        "id": name,
        "name": f"{machine.cpu}, {machine.cores} cores",
        "devices": ["cpu"],
        "platform": "cpu",
        "efficiency_class": "cpu",
    }
    return Place(name, None if name in catalogue.hardware else entry)


class Found(NamedTuple):
    """What a measurement came to."""

    date: str
    runs: Runs
    percentiles: Sequence[Percentile]
    percentile: PercentileName
    """The one that the budget is for."""
    memory: Memory
    machine: Machine | None


class Subject(NamedTuple):
    """What a measurement is of: the model, its entry where it is a new one of one's own, and its tasks."""

    model: str
    entry: Entry | None
    tasks: Sequence[str]


def subject_of(spec: Spec, model: str | None, rules: RuleTable, catalogue: Catalogue) -> Subject | str:
    """What a measurement for a spec is of; where that cannot be known, why."""
    tasks, named, own = _tasks(spec.constraints.get("task")), model or spec.model, None
    if named is None or catalogue.awaits(named):
        architecture = _architecture(spec.decision, rules)
        if architecture is None:
            among = ", ".join(entry.id for entry in rules.architectures if entry.family == spec.decision)
            said = f"one of {among} as the decision" if among else "an architecture as the decision"
            return f"Not saved: name {said}, or a model of the catalogue in the spec or with --model."
        named = named or _own_name(spec, architecture, catalogue)
        own = None if named in catalogue.models else _own_model(named, spec, architecture, tasks, rules)
    tasks = tasks or list(catalogue.models[named].tasks if named in catalogue.models else ())
    tasks = tasks or list(catalogue.tasks_of(named))
    return Subject(named, own, tasks) if tasks else "Not saved: state the task in the spec."


def entries_of(
    spec: Spec, subject: Subject, place: Place, found: Found, catalogue: Catalogue
) -> Mapping[str, Entry | None]:
    """What is added to each part of the file."""
    stated = spec.constraints
    side = stated.get("resolution_px")
    taken = next(one for one in found.percentiles if one.name == found.percentile)
    row: dict[str, object] = {
        "id": free_id(f"{slug(spec.id)}-{found.date}", catalogue.measurements),
        "here": True,
        "spec": spec.id,
        "date": found.date,
        "model": subject.model,
        "tasks": subject.tasks,
        "conditioning": _conditioning(stated.get("conditioning")),
        "hardware": place.id,
        "hardware_named": _described(found.machine),
        "resolution": f"{side}x{side}" if isinstance(side, int) else None,
        "batch": 1,
        "latency_ms": taken.ms,
        "percentile": found.percentile,
        "percentiles": [one._asdict() for one in found.percentiles],
        "runs": len(found.runs.times_ms),
        "measure": "e2e",
        "vram_gb": found.memory.gpu_gb or None,
        "source": SOURCE,
        "where": f"{found.runs.way}: {found.runs.command}"[:_LONGEST],
        "via": "primary",
        "verified": True,
        "trust": "high",
        "usable_for_calibration": False,
    }
    return {"models": subject.entry, "hardware": place.entry, "measurements": row}


def _architecture(decision: str | None, rules: RuleTable) -> str | None:
    """The architecture that a decision names, or the only one of its family, or the one that is called as that is."""
    among = [entry.id for entry in rules.architectures if decision in (entry.id, entry.family)]
    return decision if decision in among else among[0] if len(among) == 1 else None


def _own_name(spec: Spec, architecture: str, catalogue: Catalogue) -> str:
    """The id of a spec's own model; another one where that was made for a decision that was another architecture."""
    name = f"{OWN_PREFIX}{slug(spec.id)}"
    known = catalogue.models.get(name)
    return name if known is None or known.architecture == architecture else f"{name}-{slug(architecture)}"


def _own_model(name: str, spec: Spec, architecture: str, tasks: Sequence[str], rules: RuleTable) -> Entry:
    family = next(entry.family for entry in rules.architectures if entry.id == architecture)
    terms = {"terms": "Own", "commercial_use": "allowed"}
    return {
        "id": name,
        "title": f"{spec.title or spec.id} (own)",
        "family": family if family in ("gan", "diffusion", "hybrid") else "other",
        "architecture": architecture,
        "tasks": tasks or None,
        "licence": {"code": terms, "weights": terms, "weights_released": True, "via": "primary", "source": SOURCE},
    }


def _tasks(task: object) -> list[str]:
    """A spec's task as rows have it: itself, or the nearest kinds that they know."""
    if task is None:
        return []
    return [str(task)] if task in get_args(Task) else sorted(measured_tasks(str(task)).intersection(get_args(Task)))


def _conditioning(stated: object) -> list[str]:
    """A spec's conditioning as rows have it; what they have no word for is left out."""
    names = sorted(stated) if isinstance(stated, frozenset) else []
    found = [_CONDITIONING.get(name, name) for name in names if name in _CONDITIONING or name in _NAMED]
    return found or ["none"]


def _described(machine: Machine | None) -> str | None:
    """The machine in a line."""
    if machine is None:
        return None
    driver = f"driver {machine.driver}" if machine.driver else ""
    processor = f"{machine.cpu} ({machine.cores} cores)"
    return ", ".join(filter(None, (*machine.gpus, driver, processor, machine.system)))
