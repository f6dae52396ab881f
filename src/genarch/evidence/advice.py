"""Which models to start with on a spec, and why not another one."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil, inf, log10
from typing import Annotated, Literal, get_args

from genarch.engine.evaluation import Evaluation
from genarch.engine.forms import INLINED
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec
from genarch.evidence.assessment import Candidate, ModelTest, Outcome, candidate, candidates, model_tests
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.cost import Cost, cost_of, load_of
from genarch.evidence.entries import CommercialUse
from genarch.evidence.feasibility import Needs, Status, needs_of
from genarch.evidence.ways import LEAST_GB
from genarch.values import NamedTuple

MOST = 3
"""How many models are named."""

THUMBNAIL_PX = 128
"""The largest image of a model of research into small ones; nobody starts with it where a larger one is to be had."""

_TUNED_FROM_TEXT = {"unconditional", "class_conditional", "data_augmentation"}
"""The tasks for which a released model of text to image is tuned: the prompt says what the training set shows."""

MINUTE_MS = 60_000
"""A minute for an image, of which a thousand take most of a day; nobody starts with that where there is a choice."""

_USE: Sequence[CommercialUse] = get_args(CommercialUse)
_FITS_FIRST: Mapping[Status, int] = {"demonstrated": 0, "within": 1, "straddling": 3}


class Figure(NamedTuple):
    """A figure of quality that was published of a model; comparable within one data set and metric only."""

    dataset: str
    metric: str
    value: float
    row: str


class Took(NamedTuple):
    """The time of a request in milliseconds: measured in `row`, from `low_ms` to `high_ms` where it is estimated."""

    low_ms: float
    high_ms: float
    grade: Literal["measured", "estimated"]
    row: str | None
    hardware: str | None


class Start(NamedTuple):
    """A model, with what a team weighs before it takes one."""

    candidate: Annotated[Candidate, INLINED]
    time: Took | None
    released: str | None
    """The month."""
    quality: tuple[Figure, ...]
    cost: Cost | None
    """On the stated load; null where none is stated, or hardware, size or time are not known."""
    excluded_by: tuple[str, ...]
    """The rules that exclude its architecture; none where it is recommended."""


class Asked(NamedTuple):
    """One thing that is asked of a model."""

    test: str
    outcome: Outcome
    says: str
    rules: tuple[str, ...] = ()
    """Of the architecture: the rules that exclude it, or that put another before it."""


class Judged(NamedTuple):
    """Why, or why not, a model that was named: everything that is asked of it, with how it does."""

    model: str
    title: str
    recommended: bool
    """Whether its architecture is among those recommended."""
    fits: bool
    """Whether it fails nothing, its architecture's place among it."""
    tests: tuple[Asked, ...]
    details: Start


class Advice(NamedTuple):
    """The models of a spec."""

    start_with: tuple[Start, ...]
    nearest: tuple[Start, ...]
    """Where none fits: those that miss least, at most one thing beside the budget, of the recommended architectures;
    where nothing is recommended, of those that are left, or of all. Where those have none for the task, or none that is
    shown to keep the budget, what fits of the others that are left."""
    model: Judged | None


def advice(spec: Spec, rules: RuleTable, evaluation: Evaluation, catalogue: Catalogue) -> Advice:
    """The models to start with, and how the one that the spec names does, unless it is an own one not measured yet.

    Raises:
        UnknownIdError: when the catalogue has no model of that name.
    """
    needs = needs_of(spec.constraints, catalogue)
    load = load_of(spec.constraints, needs)
    excluded = {entry.architecture: entry.excluded_by for entry in evaluation.ranking}
    stated = load if load and (load.images_per_day or load.peak_images_per_second) else None

    def start(entry: Candidate) -> Start:
        cost = cost_of(entry, stated, needs) if stated else None
        model = catalogue.models[entry.model]
        figures, out = tuple(_figures(entry.model, catalogue)), excluded.get(entry.architecture, ())
        return Start(entry, _time_of(entry), model.released, figures, cost, out)

    chosen, nearest = _chosen(spec, evaluation, needs) if "task" in spec.constraints else ([], [])
    judged = None
    if spec.model is not None and not catalogue.awaits(spec.model):
        named = candidate(catalogue.model(spec.model), needs)
        judged = _judged(start(named), tuple(model_tests(named, needs)), evaluation, rules)
    return Advice(tuple(map(start, chosen)), tuple(map(start, nearest)), judged)


def _chosen(spec: Spec, evaluation: Evaluation, needs: Needs) -> tuple[list[Candidate], list[Candidate]]:
    """The models to start with; where none fits, those that are nearest."""
    recommended = evaluation.verdict.recommended
    left = tuple(entry.architecture for entry in evaluation.ranking if not entry.excluded_by)
    tuned = spec.constraints.get("training") == "fine_tune" and spec.constraints["task"] in _TUNED_FROM_TEXT
    if tuned and needs.tasks:
        terms = needs.conditioning - {"class_label"} | {"text"}
        tasks = needs.tasks | {"text_to_image", *(["inpainting"] if "mask" in terms else [])}
        needs = needs._replace(tasks=tasks, conditioning=terms, no_text=False)
    elif needs.tasks and needs.task == "unconditional" and needs.from_scratch:  # as of a single class
        needs = needs._replace(tasks=needs.tasks | {"class_conditional"})
    found = candidates(recommended or left or tuple(entry.architecture for entry in evaluation.ranking), needs)
    fitting = best_first([entry for entry in found if not entry.misses], needs) if recommended else []
    # Each architecture that is recommended is to be tried, so the best of each comes before a second of another.
    chosen = [next(entry for entry in fitting if entry.architecture == name) for name in _shown(recommended, fitting)]
    chosen += [entry for entry in fitting if entry not in chosen]
    if chosen:
        return sorted(chosen[:MOST], key=fitting.index), []
    near = _nearest(found, needs)
    if any(miss.kind != "budget" for entry in near[:1] for miss in entry.misses):
        return [], near[:MOST]
    # What is not shown to keep a budget comes after what does, of whatever architecture.
    others = candidates(tuple(name for name in left if name not in recommended), needs)
    fits = best_first([entry for entry in others if not entry.misses], needs)
    return [], (fits or near)[:MOST]


def _shown(architectures: Iterable[str], found: Iterable[Candidate]) -> list[str]:
    """Those of the architectures that have a model among these."""
    having = {entry.architecture for entry in found}
    return [name for name in architectures if name in having]


def _nearest(found: Iterable[Candidate], needs: Needs) -> list[Candidate]:
    """Those of fewest misses, of known weights first: the smallest where that is missed, the quickest, then what suits.

    What is not shown on the task, is trained with what is not there, was never released, or may not be used so, is no
    near miss; nor is what misses more than one thing beside the budget.
    """
    far = {"licence", "task", "weights"}
    there = [entry for entry in found if far.isdisjoint(miss.kind for miss in entry.misses)]
    there = [entry for entry in there if not needs.wants_words(needs.catalogue.models[entry.model])]
    there = [entry for entry in there if sum(miss.kind != "budget" for miss in entry.misses) < 2]
    least = min((len(entry.misses) for entry in there), default=0)
    nearest = [entry for entry in there if len(entry.misses) == least]
    suits = _suiting(nearest, needs)

    def rank(entry: Candidate) -> tuple[bool, float, float, tuple[float, ...], float]:
        took, gb = _time_of(entry), max(entry.memory_gb or inf, LEAST_GB)
        large = any(miss.kind == "memory" for miss in entry.misses)
        return not _released(entry), gb if large else 0, took.low_ms if took and not large else inf, suits(entry), gb

    return sorted(nearest, key=rank)


def best_first(found: Sequence[Candidate], needs: Needs) -> list[Candidate]:
    """Of known weights; shown to keep the budget, or likelier to; then what suits; then the latest.

    What is sold under a condition alone comes as late as what is estimated to keep it beside what was measured to, but
    before what may miss it.
    """
    models, suits = needs.catalogue.models, _suiting(found, needs)

    def kept(entry: Candidate) -> int:
        use = models[entry.model].use(from_scratch=needs.from_scratch)
        conditional = needs.commercial_use is True and use == "conditional"
        if needs.budget_ms is None:
            return 0
        guess = entry.estimate if entry.status == "straddling" else None
        late = guess is not None and guess.mid_ms > needs.budget_ms
        return _FITS_FIRST[entry.status] + conditional + 2 * late

    latest = sorted(found, key=lambda entry: models[entry.model].released or "", reverse=True)
    return sorted(latest, key=lambda entry: (not _released(entry), kept(entry), suits(entry)))


def _released(entry: Candidate) -> bool:
    return bool(entry.licence and entry.licence.weights_released)


def _suiting(found: Sequence[Candidate], needs: Needs) -> Callable[[Candidate], tuple[float, ...]]:
    """How well a model suits, among these; the less, the better.

    What suits fits the memory that such devices usually have; is shown on the task itself, or on one like it, on any
    subject, and above thumbnails; takes no text that is not there; may be used in a product, unless it is said to be
    for none, and rather without a condition; is known to take no longer than a minute, or not so many times longer, and
    where cost or speed matters not three times as long as others; is shown at the size; and is not behind another of
    them in the figures of quality that both have.
    """
    catalogue = needs.catalogue
    sizes = sorted(card.mem_gb for card in (needs.place.hardware if needs.place else ()) if card.mem_gb)
    usual_gb = sizes[len(sizes) // 2] if sizes else inf
    timed = any(map(_time_of, found))
    quality = {entry.model: {f[:2]: f.value for f in _figures(entry.model, catalogue)} for entry in found}

    def behind(name: str) -> bool:
        pairs = ((key, value, other) for key, value in quality[name].items() for other in quality.values())
        return sum(_better(value, other[key], key[1]) for key, value, other in pairs if key in other) < 0

    def rank(entry: Candidate) -> tuple[float, ...]:
        model = catalogue.models[entry.model]
        use, took = model.use(from_scratch=needs.from_scratch), _time_of(entry)
        tasks = set[str](catalogue.tasks_of(entry.model))
        return (
            not _released(entry),
            needs.memory_gb is not None and entry.memory_gb is None,
            (entry.memory_gb or 0) > usual_gb,
            needs.task not in tasks,
            tasks.isdisjoint((needs.tasks or tasks) - {"semantic_to_image"}),
            model.subject is not None,
            0 < (entry.resolution_px or 0) <= THUMBNAIL_PX,
            needs.lacks_text_for(model),
            use == "unknown" if needs.commercial_use is False else _USE.index(use),
            ceil(log10(max(took.low_ms / MINUTE_MS, 1))) if took else inf if timed else 0,
            round(2 * log10(took.low_ms)) if took and needs.thrifty else 0,
            (entry.resolution_px or 0) < (needs.resolution_px or 1),
            behind(entry.model),
        )

    return rank


def _better(mine: float, theirs: float, metric: str) -> int:
    """1, 0 or -1; of distances, as FID is one, less is better."""
    return ((mine > theirs) - (mine < theirs)) * (-1 if "FID" in metric else 1)


def _figures(model: str, catalogue: Catalogue) -> Iterator[Figure]:
    """The best figure of each data set and metric that was read in its source, in usable steps."""
    work = catalogue.models[model].work
    best: dict[tuple[str, str], Figure] = {}
    for row in catalogue.rows_of(model):
        usable = row.read("quality") and row.trust != "low" and (row.steps or 10**6) >= (work.steps if work else 0)
        if row.quality and usable:
            key, figure = row.quality[:2], Figure(*row.quality, row.id)
            if key not in best or _better(figure.value, best[key].value, figure.metric) > 0:
                best[key] = figure
    yield from best.values()


def _time_of(entry: Candidate) -> Took | None:
    """What its standing rests on: a row that keeps the budget, else the estimate, else the fastest row."""
    row, guess = entry.row, entry.estimate
    if row and row.latency_ms is not None and (entry.status not in ("within", "straddling", "beyond") or not guess):
        return Took(row.latency_ms, row.latency_ms, "measured", row.id, row.hardware)
    return Took(guess.low_ms, guess.high_ms, "estimated", None, guess.hardware) if guess else None


def _judged(start: Start, tests: Iterable[ModelTest], evaluation: Evaluation, rules: RuleTable) -> Judged:
    place = _place(start.candidate.architecture, evaluation, rules)
    asked = (*(Asked(*test) for test in tests), place)
    fails = any(test.outcome == "fails" for test in asked)
    named = start.candidate
    return Judged(named.model, named.title, place.outcome == "passes", not fails, asked, start)


def _place(name: str, evaluation: Evaluation, rules: RuleTable) -> Asked:
    """Whether an architecture is what is recommended, and if not, by which rules."""
    recommended, ranking = evaluation.verdict.recommended, {entry.architecture: entry for entry in evaluation.ranking}
    if name in recommended:
        return Asked("architecture", "passes", f"its architecture, {name}, is recommended")
    if name not in ranking:
        return Asked("architecture", "open", f"its architecture, {name}, is not one that {rules.name} knows")
    own = ranking[name]
    if own.excluded_by:
        return Asked("architecture", "fails", f"its architecture, {name}, is excluded", own.excluded_by)
    if not recommended:
        return Asked("architecture", "open", f"its architecture, {name}, is not excluded, and none is recommended")
    best = ranking[recommended[0]]
    behind = best.points - own.points
    ahead = {rule.id: rule.points.get(best.architecture, 0) - rule.points.get(name, 0) for rule in evaluation.hits}
    by = sorted((rule for rule, points in ahead.items() if points > 0), key=lambda rule: -ahead[rule])
    apart = f"{behind} points behind" if behind > 0 else "with as many points as"
    return Asked("architecture", "fails", f"its architecture, {name}, is {apart} {best.architecture}", tuple(by))
