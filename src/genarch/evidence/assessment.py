"""A spec with a latency budget against the catalogue: feasibility, whether the rules agree with it, models that fit."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Claim, Measurement, Model
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import (
    KEPT,
    Feasibility,
    Needs,
    Status,
    adapters_for,
    conditioning_of,
    does_task,
    estimated,
    feasibility,
    forbidden,
    generators,
    largest,
    matches,
    needs_of,
    status_of,
    time_of,
)
from genarch.table.conditions import constraints_read
from genarch.table.constraints import Answers
from genarch.table.rules import Rule, RuleTable
from genarch.table.scoring import Evaluation
from genarch.table.spec import Spec

READ = frozenset(
    {
        "task",
        "conditioning",
        "latency_budget_ms",
        "device",
        "gpu",
        "device_memory_gb",
        "resolution_px",
        "commercial_use",
    }
)
"""The constraints that an assessment reads."""

MOST_FITTING, MOST_NEAR = 5, 4
"""How many candidates are listed at most, of those that fit and of those that miss one thing."""

BYTES_PER_PARAMETER = 2
"""At fp16 or bf16, which is how the models are run as a rule."""

_MAY_KEEP = KEPT | {"straddling"}
_BEST_FIRST: Sequence[Status] = ("demonstrated", "within", "straddling", "not_demonstrated", "no_evidence", "beyond")
_LICENCES = ("allowed", "conditional", None, "forbidden")

MissKind = Literal["budget", "conditioning", "licence", "memory", "resolution", "weights"]


class Miss(NamedTuple):
    """What keeps a model from fitting, in words."""

    kind: MissKind
    told: str


class Candidate(NamedTuple):
    """A model for a spec. `row` has its measured time, `estimate` the estimated one.

    `memory_gb` is measured in `memory_row`, or where that is None, the weights alone at two bytes a parameter.
    """

    model: str
    architecture: str
    status: Status
    row: str | None
    estimate: Estimate | None
    adapters: tuple[str, ...]
    memory_gb: float | None
    memory_row: str | None
    resolution_px: int | None
    misses: tuple[Miss, ...]


class Judgement(NamedTuple):
    """A rule that fired on the budget, compared with the evidence: `agrees` is None where that shows neither."""

    rule: str
    architecture: str
    excludes: bool
    status: Status
    agrees: bool | None
    claims: tuple[str, ...]


class Assessment(NamedTuple):
    """What the catalogue says of one spec with a latency budget."""

    budget_ms: float
    gpu: str | None
    device: str | None
    resolution_px: int | None
    feasibility: tuple[Feasibility, ...]
    judgements: tuple[Judgement, ...]
    candidates: tuple[Candidate, ...]
    near: tuple[Candidate, ...]


def assess(spec: Spec, rules: RuleTable, evaluation: Evaluation, catalogue: Catalogue) -> Assessment:
    """What was measured and can be estimated of a spec with a latency budget.

    Raises:
        ValueError: when it states none.
    """
    needs = needs_of(spec.constraints, catalogue)
    if needs.budget_ms is None:
        raise ValueError("a spec without latency_budget_ms cannot be assessed")
    found = tuple(feasibility(entry.id, needs, catalogue) for entry in rules.architectures)
    ranked = candidates(evaluation.verdict.recommended, needs, catalogue)
    return Assessment(
        needs.budget_ms,
        needs.hardware.id if needs.hardware else None,
        needs.device,
        needs.resolution_px,
        found,
        tuple(_judgements(evaluation.hits, found, rules, catalogue)),
        tuple([entry for entry in ranked if not entry.misses][:MOST_FITTING]),
        tuple([entry for entry in ranked if len(entry.misses) == 1][:MOST_NEAR]),
    )


def _judgements(
    hits: Iterable[Rule], found: Sequence[Feasibility], rules: RuleTable, catalogue: Catalogue
) -> Iterator[Judgement]:
    """Each rule that fired on the budget and excludes an architecture, or favours one, against its feasibility."""
    for rule in hits:
        if "latency_budget_ms" not in constraints_read(rule.when):
            continue
        claims = tuple(claim.id for claim in claims_of(rule, rules, catalogue))
        for entry in found:
            excludes = entry.architecture in rule.excludes
            if excludes or rule.points.get(entry.architecture, 0) > 0:
                agrees = _agrees(entry, excludes=excludes)
                yield Judgement(rule.id, entry.architecture, excludes, entry.status, agrees, claims)


def _agrees(entry: Feasibility, *, excludes: bool) -> bool | None:
    """Whether what was measured or estimated agrees with a rule that excludes an architecture, or favours it.

    That what was measured is too slow is nothing against a rule that favours it: other models may be faster.
    """
    if entry.status in KEPT:
        return not excludes
    if entry.status == "beyond":
        return excludes
    return True if excludes and entry.measured_beyond else None


def claims_of(rule: Rule, rules: RuleTable, catalogue: Catalogue) -> list[Claim]:
    """The claims that a rule rests on: those of the article's facts that it cites, and those that its facts name.

    A table with facts of its own under the ids of the article's has none through them.
    """
    of_article = {fact.id for fact in rules.facts if fact.inherited or rules.header.id == "article"}
    cited = of_article.intersection(rule.source.facts)
    named = {claim_id(name) for fact in rules.facts if fact.id in rule.source.facts for name in fact.claims}
    return [claim for claim in catalogue.claims.values() if claim.id in named or not cited.isdisjoint(claim.facts)]


def claim_id(name: str) -> str:
    """The id in the catalogue of a claim as facts name it: `T1` is `claim-t1`."""
    return f"claim-{name.lower()}"


def candidates(architectures: Sequence[str], needs: Needs, catalogue: Catalogue) -> list[Candidate]:
    """The models of the architectures that do the task: fewest misses first, then measured before estimated."""
    found = [
        candidate(model, needs, catalogue)
        for architecture in architectures
        for model in generators(catalogue, architecture)
        if does_task(model, needs, catalogue)
    ]
    return sorted(found, key=lambda entry: _rank(entry, catalogue))


def _rank(entry: Candidate, catalogue: Catalogue) -> tuple[int, int, int, float, str]:
    licence = catalogue.models[entry.model].licence
    measured = catalogue.measurements[entry.row].latency_ms if entry.row else None
    time = measured if measured is not None else entry.estimate.mid_ms if entry.estimate else float("inf")
    return (
        len(entry.misses),
        _BEST_FIRST.index(entry.status),
        _LICENCES.index(licence.commercial_use if licence else None),
        time,
        entry.model,
    )


def candidate(model: Model, needs: Needs, catalogue: Catalogue) -> Candidate:
    """One model for a spec, with what it misses."""
    adapters = adapters_for(model, needs, catalogue)
    guess = estimated(model, needs, catalogue)
    rows = [] if adapters else _timed(model, needs, catalogue)
    within = needs.within(rows)
    row = within[0] if within else min(rows, key=time_of, default=None)
    status = status_of(needs, guess, demonstrated=bool(within), measured=bool(rows))
    memory = memory_of(model, catalogue)
    misses = [*_misses(model, needs, catalogue, adapters, memory), *_budget_miss(status, row, guess, needs)]
    return Candidate(
        model.id,
        model.architecture,
        status,
        row.id if row else None,
        guess,
        tuple(adapter.id for adapter in adapters or ()),
        *memory,
        largest(model, catalogue) or None,
        tuple(misses),
    )


def _misses(
    model: Model,
    needs: Needs,
    catalogue: Catalogue,
    adapters: tuple[Model, ...] | None,
    memory: tuple[float | None, str | None],
) -> Iterator[Miss]:
    """What a model misses but for the budget."""
    if not model.weights_released:
        yield Miss("weights", "its weights were never released")
    if adapters is None:
        lacking = sorted(needs.conditioning - conditioning_of(model, catalogue))
        yield Miss("conditioning", f"nothing shows it steered by {' or '.join(lacking)}")
    if needs.commercial_use and (conflict := licence_conflict(model)):
        yield Miss("licence", conflict)
    least, row = memory
    if least is not None and needs.memory_gb is not None:
        took = f"{'it ran in' if row else 'its weights alone take'} {least:.3g} GB, and"
        if least > needs.memory_gb:
            yield Miss("memory", f"{took} {needs.memory_gb:.3g} GB are there")
        elif row is None and needs.memory_stated and model.family != "gan":
            # Text encoders and decoders, which such models need, are not among the weights that a row gives.
            yield Miss("memory", f"{took} nothing shows it within the {needs.memory_gb:.3g} GB that are there")
    shown = largest(model, catalogue)
    if shown < (needs.resolution_px or 0):
        yield Miss("resolution", f"it is shown up to {shown} px" if shown else "its size is not known")


def _timed(model: Model, needs: Needs, catalogue: Catalogue) -> list[Measurement]:
    """The requests of a model, on the hardware and at the size asked for, that a statement may rest on."""
    return [
        row
        for row in catalogue.rows_of(model.id)
        if row.timing == "request"
        and row.carries
        and row.hardware in needs.there
        and needs.large_enough(row)
        and matches(row, needs, catalogue)
    ]


def memory_of(model: Model, catalogue: Catalogue) -> tuple[float | None, str | None]:
    """The least memory in GB that a row shows the model running in; else that of its weights, without a row."""
    rows = [row for row in catalogue.rows_of(model.id) if row.vram_gb and _memory_in_use(row)]
    least = min(rows, key=lambda row: row.vram_gb or 0, default=None)
    if least:
        return least.vram_gb, least.id
    parameters = max((row.params_m or 0 for row in catalogue.rows_of(model.id)), default=0)
    return (parameters * BYTES_PER_PARAMETER / 1000 or None), None


def _memory_in_use(row: Measurement) -> bool:
    """Whether a row's memory is of the model in use, and was read."""
    read = row.verified and not {"all", "vram_gb"} & set(row.unverified_fields)
    return read and row.trust != "low" and row.measure != "training_only"


def licence_conflict(model: Model) -> str | None:
    """What in a model's licence conflicts with commercial use; None where it is allowed, if under a condition."""
    if model.licence is None:
        return "its licence is not known, so commercial use cannot be taken for granted"
    return f"its licence forbids commercial use ({model.licence.terms})" if forbidden(model) else None


def _budget_miss(status: Status, row: Measurement | None, guess: Estimate | None, needs: Needs) -> Iterator[Miss]:
    if needs.budget_ms is None or status in _MAY_KEEP:
        return
    if status == "beyond" and guess:
        yield Miss("budget", f"it is estimated to take {_time(guess.low_ms)} to {_time(guess.high_ms)}")
    elif row:
        yield Miss("budget", f"the fastest measured takes {_time(time_of(row))}")
    else:
        yield Miss("budget", "its time on this hardware is neither measured nor estimated")


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"


def within_budget(model: str, answers: Answers, catalogue: Catalogue) -> tuple[bool, Candidate] | None:
    """Whether a model has a row or an estimate within the stated budget on the stated hardware, with what was found.

    An estimate counts where at least the low end of its band is within. None where no budget is stated.

    Raises:
        UnknownIdError: when the catalogue has no such model.
    """
    needs = needs_of(answers, catalogue)
    found = candidate(catalogue.model(model), needs, catalogue)
    return None if needs.budget_ms is None else (found.status in _MAY_KEEP, found)


def commercial_conflict(model: str, answers: Answers, catalogue: Catalogue) -> str | None:
    """What in a model's licence conflicts with a stated commercial use, in words; None where nothing does.

    Raises:
        UnknownIdError: when the catalogue has no such model.
    """
    named = catalogue.model(model)
    return licence_conflict(named) if answers.get("commercial_use") is True else None
