"""The ways to make images that the catalogue knows: models, alone and with adapters, and what each takes.

Time is of one request, memory what a row shows or the weights alone; both are of the model as it is run as a rule.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, combinations
from math import inf

from genarch.engine.constraints import BY_NAME, Answers, Range
from genarch.engine.spec import contradicted_device
from genarch.evidence.catalogue import Catalogue, Hardware
from genarch.evidence.entries import Measurement, Model, Work
from genarch.evidence.estimates import Options
from genarch.values import NamedTuple

LEAST_GB = 0.5
"""Less memory than this any runtime takes by itself: what is said to run in less is not asked to fit."""

BYTES_PER_PARAMETER = 2
"""At fp16 or bf16, which is how the models are run as a rule."""

_CONDITIONING = {
    "text": "text",
    "class": "class_label",
    "edges": "spatial_layout",
    "depth": "spatial_layout",
    "segmentation": "spatial_layout",
    "sketch": "spatial_layout",
    "pose": "pose",
    "reference_image": "reference_image",
    "mask": "mask",
    "audio": "audio",
    "points": "points",
}
"""A row's conditioning in a spec's terms; an input image is the task's own."""

_EVERY_CONDITIONING = frozenset(BY_NAME["conditioning"].values)

_FROM_IMAGES = frozenset({"image_to_image", "semantic_to_image"})
_NEAREST_TASKS = {
    **dict.fromkeys(("image_to_image", "modality_translation", "style_transfer"), _FROM_IMAGES),
    **{
        name: _FROM_IMAGES | {name}
        for name in ("image_editing", "inpainting", "style_transfer", "video_frames", "virtual_try_on")
    },
    "object_removal": frozenset({"inpainting"}),
    "enhancement": frozenset({"restoration"}),
    "texture": frozenset({"unconditional", "text_to_image"}),
    "video_generation": frozenset({"video_frames"}),
    "subject_driven": frozenset({"text_to_image"}),
    "data_augmentation": frozenset({"unconditional", "class_conditional"}),
}
"""The tasks whose rows count for a spec's, where that is not the task itself: the nearest kind that was measured."""


def measured_tasks(task: str) -> frozenset[str]:
    """The tasks whose rows count for a spec's."""
    return _NEAREST_TASKS.get(task, frozenset({task}))


def from_image(tasks: frozenset[str]) -> bool:
    """Whether tasks, as rows name them, make an image of another one that goes in beside the noise."""
    return not tasks.isdisjoint(_FROM_IMAGES | {"image_editing"})


def task_itself(tasks: frozenset[str]) -> frozenset[str]:
    """Of the tasks whose rows count for a spec's, those that are the task; all, where it has no rows of its own.

    Every translation of images may be one of style.
    """
    return tasks if "style_transfer" in tasks else tasks - _FROM_IMAGES or tasks


@cache
def in_spec_terms(names: tuple[str, ...]) -> frozenset[str]:
    """A row's conditioning as a spec has it."""
    return frozenset(_CONDITIONING[name] for name in names if name in _CONDITIONING)


@lru_cache(maxsize=1024)
def takes_of(model: str, catalogue: Catalogue) -> frozenset[str]:
    """All that a model is shown or stated to be steered by, by itself, as a spec has it."""
    return in_spec_terms(catalogue.conditioning_of(model))


@lru_cache(maxsize=4096)
def adapters_for(model: str, wanted: frozenset[str], catalogue: Catalogue) -> tuple[Model, ...] | None:
    """The adapters that give a model what it lacks of some conditioning; None where none do."""
    added: list[Model] = []
    for name in sorted(wanted - takes_of(model, catalogue)):
        if not any(name in takes_of(adapter.id, catalogue) for adapter in added):
            able = (entry for entry in catalogue.adapters_of(model) if name in takes_of(entry.id, catalogue))
            if (first := next(able, None)) is None:
                return None
            added.append(first)
    return tuple(added)


def number(value: object) -> float | None:
    """A stated number; None where none is stated."""
    return float(value) if isinstance(value, int | float) else None


def at_least(value: object) -> float | None:
    """The smallest number that a stated one may be, 0 where a range has no lower end; None where none is stated."""
    return float(value.low or 0) if isinstance(value, Range) else number(value)


def at_most(value: object) -> float | None:
    """The largest number that a stated one may be, without bound where a range has no upper end; None where none is."""
    if isinstance(value, Range):
        return inf if value.high is None else float(value.high)
    return number(value)


def time_of(row: Measurement) -> float:
    """Milliseconds of a row that has a time."""
    return row.latency_ms or 0.0


def ms_words(ms: float | Range | None) -> str:
    """`36.5 ms`, `1.62 s`, `more than 5 s`, `500 ms to 2 s`; `no time` where there is none."""
    if isinstance(ms, Range):
        low, high = ms_words(ms.low), ms_words(ms.high)
        if ms.low is None:
            return f"{high} or less" if ms.below is None else f"less than {high}"
        if ms.high is None:
            return f"{low} or more" if ms.above is None else f"more than {low}"
        return f"{low} to {high}"
    if ms is None:
        return "no time"
    if ms >= 1_000_000:
        return f"{ms / 1000:,.0f} s"
    return f"{ms / 1000:.3g} s" if ms >= 1000 else f"{ms:.3g} ms"


def memory_of(model: Model, catalogue: Catalogue) -> tuple[float | None, str | None]:
    """The memory in GB that a model takes, with the row that shows it.

    The least that it ran in; else what it is said to need; else what a model of the same networks ran in, as the one
    that it was distilled from; else that of its weights.
    """
    least, row = least_memory_of(model.id, catalogue)
    if row or model.memory_gb or not model.work:
        return least, row
    ran = _ran_in_of(_network(model.work), catalogue)
    return ran if ran and ran[0] >= (least or 0) else (least, row)


@lru_cache(maxsize=1024)
def least_memory_of(name: str, catalogue: Catalogue) -> tuple[float | None, str | None]:
    """The least memory in GB that a model ran in, with the row that shows it; else what it is said to need, or weights.

    What another of the same networks ran in is no least, since parts of a model may wait in main memory.
    """
    model, rows = catalogue.models[name], catalogue.rows_of(name)
    parameters = max([*((row.params_m or 0) / 1000 for row in rows), model.params_b or 0])
    weights = parameters * BYTES_PER_PARAMETER or None
    return min(_ran_in(name, catalogue), default=(model.memory_gb or weights, None))


@lru_cache(maxsize=256)
def _ran_in_of(network: tuple[str, str | None, str | None], catalogue: Catalogue) -> tuple[float, str] | None:
    """The least memory in GB that a model of these networks ran in, with its row."""
    alike = (model.id for model in catalogue.models.values() if model.work and _network(model.work) == network)
    return min(chain.from_iterable(_ran_in(name, catalogue) for name in alike), default=None)


def _ran_in(name: str, catalogue: Catalogue) -> list[tuple[float, str]]:
    """The memory in GB that rows show a model running in, each with its row."""
    rows = (row for row in catalogue.rows_of(name) if row.read("vram_gb") and row.trust != "low")
    return [(row.vram_gb, row.id) for row in rows if row.vram_gb and row.measure != "training_only"]


def _network(work: Work) -> tuple[str, str | None, str | None]:
    """What models have to have in common to take the same memory, however many steps they take."""
    return work.passes, work.decoder, work.text


class Terms(NamedTuple):
    """What models have in common beside their time, as far as evidence asks.

    `lacks` is the conditioning of a spec that nothing shows them to take; `closed` that they may not be sold as they
    were released, or never were released.
    """

    lacks: frozenset[str]
    closed: bool
    memory_gb: float | None

    def admit(self, memory_gb: float | None, *, sold: bool) -> bool:
        """Whether licence and memory let a model serve, in so much memory; `sold`: as it was released."""
        small = self.memory_gb is None or memory_gb is None or self.memory_gb <= memory_gb
        return small and not (sold and self.closed)

    def no_worse(self, other: "Terms") -> bool:
        """Whether a model of these terms can do whatever one of the others can."""
        small = self.memory_gb is None or (other.memory_gb is not None and self.memory_gb <= other.memory_gb)
        return small and self.lacks <= other.lacks and self.closed <= other.closed


class Way(NamedTuple):
    """A way to make images: a model, with the adapters that some conditioning takes; `tasks` as rows name them."""

    model: Model
    adapters: tuple[Model, ...]
    gives: tuple[frozenset[str], ...]
    """What each adapter gives of a spec's conditioning that the model lacks."""
    options: Options
    tasks: frozenset[str]
    terms: Terms
    largest_px: int
    timed: bool
    """Whether its time can be known: what it takes, or a request of it, was published."""

    def on(self, tasks: frozenset[str]) -> "Way":
        """As it is run on tasks, as rows name them: with an input image, where they have one that is known to count."""
        if self.model.work is None or self.model.work.with_image is None or not from_image(tasks):
            return self
        return self._replace(options=self.options._replace(with_image=True))

    def does(self, tasks: frozenset[str]) -> bool:
        """Whether it is shown on the task itself whose rows these are; on the nearest, where the task has none."""
        return not task_itself(tasks).isdisjoint(self.tasks)

    def is_for(self, tasks: frozenset[str], conditioning: frozenset[str]) -> bool:
        """Whether it does the task itself with the conditioning, and adds no adapter that it does not ask for."""
        asked = self.terms.lacks.isdisjoint(conditioning) and not any(map(conditioning.isdisjoint, self.gives))
        return asked and self.does(tasks)

    @property
    def words(self) -> str:
        """`SDXL base 1.0 with IP-Adapter`."""
        return " with ".join([self.model.title, *(adapter.title for adapter in self.adapters)])


class Shown(NamedTuple):
    """A request that was measured, its longer side in pixels and its time; a statement may rest on it."""

    row: Measurement
    side: int
    time: float
    terms: Terms


@lru_cache(maxsize=64)
def ways_of(architecture: str, catalogue: Catalogue) -> tuple[Way, ...]:
    """The ways to make images with an architecture: each of its generators, alone and with adapters.

    Those of few steps come first: a look for one that is quick enough soon ends.
    """
    few = sorted(catalogue.generators(architecture), key=lambda model: model.work.steps if model.work else 10**6)
    return tuple(chain.from_iterable(_ways(model, catalogue) for model in few))


@lru_cache(maxsize=4096)
def way_of(model: str, adapters: frozenset[str], catalogue: Catalogue) -> Way | None:
    """The way that a model is with these adapters, by their ids."""
    ways = ways_of(catalogue.models[model].architecture, catalogue)
    return next((w for w in ways if w.model.id == model and {entry.id for entry in w.adapters} == adapters), None)


def _ways(model: Model, catalogue: Catalogue) -> Iterator[Way]:
    takes = {entry.id: takes_of(entry.id, catalogue) for entry in catalogue.adapters_of(model.id)}
    own, shown = takes_of(model.id, catalogue), frozenset[str](catalogue.tasks_of(model.id))
    needed = dict.fromkeys(
        name
        for wanted in (sorted(_EVERY_CONDITIONING - own) if takes else ())
        for name in next(([name] for name, terms in takes.items() if wanted in terms), [])
    )
    largest, alone = catalogue.largest(model.id), _terms(model, own, catalogue)
    timed = (model.work is not None and model.weights_released) or any(
        row.timing == "request" and row.carries for row in catalogue.rows_of(model.id)
    )
    for names in (some for size in range(len(needed) + 1) for some in combinations(needed, size)):
        adapters = tuple(catalogue.models[name] for name in names)
        terms = alone._replace(lacks=alone.lacks.difference(*(takes[name] for name in names))) if names else alone
        tasks = shown.union(*(catalogue.tasks_of(name) for name in names))
        gives = tuple(takes[name] - own for name in names)
        options = Options(controlnets=sum(adapter.every_step for adapter in adapters))
        yield Way(model, adapters, gives, options, tasks, terms, largest, timed)


def _terms(model: Model, takes: frozenset[str], catalogue: Catalogue) -> Terms:
    closed = model.commercial_use == "forbidden" or not model.weights_released
    least, _ = least_memory_of(model.id, catalogue)
    return Terms(_EVERY_CONDITIONING - takes, closed, least if least and least >= LEAST_GB else None)


@lru_cache(maxsize=64)
def shown_of(architecture: str, catalogue: Catalogue) -> tuple[Shown, ...]:
    """The requests that were measured of an architecture, in no fewer steps than usable images take."""
    return tuple(
        Shown(row, row.longer_side or 0, time_of(row), _terms(model, in_spec_terms(row.conditioning), catalogue))
        for model in catalogue.generators(architecture)
        for row in catalogue.rows_of(model.id)
        if row.timing == "request" and row.carries and (row.steps or 10**6) >= (model.work.steps if model.work else 0)
    )


Tasks = tuple[str, ...]
"""Tasks of a spec that the same rows count for."""


class Place(NamedTuple):
    """Hardware that a spec names by `gpu`, or by the `device` that it is."""

    constraint: str
    name: str
    hardware: tuple[Hardware, ...]
    there: frozenset[str]
    """The hardware whose measurements count: itself and what does no better, or any of the kind of device."""

    @property
    def itself(self) -> frozenset[str]:
        """The hardware that is named: the card, or any of the kind of device."""
        return frozenset((self.hardware[0].id,)) if self.constraint == "gpu" else self.there

    def outranked(self, row: Measurement, side: int | None, catalogue: Catalogue) -> bool:
        """Whether a team's own measurement of the model, on this hardware at this size, stands in a row's place."""
        own = catalogue.measured_here(row.model, self.itself, side) if catalogue.own else None
        return own is not None and own is not row


def place_of(answers: Answers, catalogue: Catalogue) -> Place | None:
    """The hardware that answers name; None where they name none that the catalogue has, or contradict themselves."""
    gpu, device = answers.get("gpu"), answers.get("device")
    if contradicted_device(answers):
        return None
    if gpu is not None:
        named = catalogue.hardware.get(str(gpu))
        return Place("gpu", str(gpu), (named,), catalogue.covered_by(named)) if named else None
    best, kind = _best_of(str(device), catalogue)
    return Place("device", str(device), best, kind) if best else None


@lru_cache(maxsize=16)
def _best_of(device: str, catalogue: Catalogue) -> tuple[tuple[Hardware, ...], frozenset[str]]:
    """The hardware of a kind of device that no other of it does better than; and all of the kind."""
    found = [entry for entry in catalogue.hardware.values() if device in entry.devices]
    best = (one for one in found if not any(one.at_most(other) and not other.at_most(one) for other in found))
    return tuple(best), frozenset(entry.id for entry in found)


@lru_cache(maxsize=64)
def usual_like(hardware: str, catalogue: Catalogue) -> Sequence[Place]:
    """The usual hardware of the kind of this one."""
    kind, every = catalogue.hardware[hardware].devices[0], catalogue.hardware.values()
    named = [{"gpu": entry.id} for entry in every if entry.usual and entry.devices[0] == kind]
    return [found for answers in named if (found := place_of(answers, catalogue))]


def best_of(found: Iterable[tuple[Terms, float]]) -> list[tuple[Terms, float]]:
    """Those of which no other of better terms is as quick."""
    best: dict[Terms, float] = {}
    # Of those that are as quick, what another may cover comes after it.
    for terms, time in sorted(found, key=lambda pair: (pair[1], len(pair[0].lacks), pair[0].memory_gb or 0)):
        if not any(other.no_worse(terms) for other in best):
            best[terms] = time
    return list(best.items())
