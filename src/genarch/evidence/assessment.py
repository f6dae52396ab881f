"""A spec with a latency budget against the catalogue: feasibility, whether the rules agree with it, models that fit."""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import inf
from typing import Literal, get_args

from genarch.engine.conditions import constraints_read
from genarch.engine.constraints import Range
from genarch.engine.evaluation import Evaluation
from genarch.engine.rules import Rule, RuleTable
from genarch.engine.spec import Spec
from genarch.evidence.catalogue import Catalogue, CatalogueVersion, Row
from genarch.evidence.entries import Claim, ClaimVerdict, CommercialUse, Licence, Model, Terms
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import KEPT, Feasibility, Needs, Status, best_standing, feasibility, needs_of
from genarch.evidence.times import Time, quickest
from genarch.evidence.ways import memory_of, ms_words, time_of, way_of
from genarch.values import NamedTuple

_DEPLOYED = ("commercial_use", "conditioning", "device", "device_memory_gb", "gpu")
READ = (*_DEPLOYED, "domain", "latency_budget_ms", "paired_data", "priorities", "resolution_px", "task", "training")
"""The constraints that an assessment reads."""

MOST_FITTING, MOST_NEAR = 5, 4
"""How many candidates are listed at most, of those that fit and of those that miss one thing."""

BESIDE_GB = 20
"""What text encoders and decoders took beside the weights, in each row that has the memory that a model ran in."""

_BEST_FIRST: Sequence[Status] = ("demonstrated", "within", "straddling", "not_demonstrated", "no_evidence", "beyond")
_LICENCES = get_args(CommercialUse)

_TOOK = {
    "measured": "it ran in",
    "stated": "it is said to need",
    "alike": "a model of the same network ran in",
    "weights": "its weights alone take",
}

MissKind = Literal["budget", "conditioning", "licence", "memory", "region", "resolution", "task", "weights"]
Outcome = Literal["passes", "fails", "open"]


class Miss(NamedTuple):
    """What keeps a model from fitting, in words."""

    kind: MissKind
    says: str


class ModelTest(NamedTuple):
    """One thing that a spec asks of a model, and how the model does; `open` where nothing shows either way."""

    test: MissKind
    outcome: Outcome
    says: str


class Candidate(NamedTuple):
    """A model compared with the spec."""

    model: str
    title: str
    architecture: str
    status: Status
    row: Row | None
    """The measured time; the fastest where none is within the budget."""
    estimate: Estimate | None
    adapters: tuple[str, ...]
    memory_gb: float | None
    """The least that a row shows, else what it is said to need, else the weights alone at two bytes a parameter."""
    memory_row: str | None
    """The row that the memory was measured in; null where none shows it."""
    memory_is: Literal["measured", "stated", "alike", "weights"] | None
    """What the memory is: measured in a row, of the model or of one of the same networks; stated; its weights."""
    resolution_px: int | None
    licence: Licence | None
    misses: tuple[Miss, ...]


class CheckedClaim(NamedTuple):
    """A claim of the article that a rule rests on."""

    id: str
    claim: str
    verdict: ClaimVerdict
    qualified: str | None
    row: Row | None
    """The fastest request that it was checked against."""


class Judgement(NamedTuple):
    """A rule that fired on the budget, compared with the evidence."""

    rule: str
    architecture: str
    effect: Literal["excludes", "favours"]
    status: Status
    agrees: bool | None
    """Null where the evidence says nothing either way."""
    claims: tuple[CheckedClaim, ...]


class Assessment(NamedTuple):
    """What was measured and can be estimated of a spec with a latency budget."""

    catalogue: CatalogueVersion
    budget_ms: float | Range
    gpu: str | None
    device: str | None
    resolution_px: int | None
    feasibility: tuple[Feasibility, ...]
    judgements: tuple[Judgement, ...]
    candidates: tuple[Candidate, ...]
    """Models of the recommended architectures that fit, best first."""
    near: tuple[Candidate, ...]
    """Those that miss one thing."""
    reads: tuple[str, ...]
    """The constraints that were considered."""

    def standing(self, recommended: Iterable[str]) -> Feasibility:
        """Of what is recommended, the one of which most is shown."""
        found = {entry.architecture: entry for entry in self.feasibility}
        return best_standing(found[name] for name in recommended)


def assess(spec: Spec, rules: RuleTable, evaluation: Evaluation, catalogue: Catalogue) -> Assessment:
    """What was measured and can be estimated of a spec with a latency budget.

    Raises:
        ValueError: when it states none.
    """
    needs = needs_of(spec.constraints, catalogue)
    budget = spec.constraints.get("latency_budget_ms")
    if needs.budget_ms is None:
        raise ValueError("a spec without latency_budget_ms cannot be assessed")
    found = tuple(feasibility(entry.id, needs) for entry in rules.architectures)
    ranked = candidates(evaluation.verdict.recommended, needs)
    return Assessment(
        catalogue.release,
        budget if isinstance(budget, Range) else needs.budget_ms,
        str(spec.constraints["gpu"]) if "gpu" in spec.constraints else None,
        needs.device,
        needs.resolution_px,
        found,
        tuple(_judgements(evaluation.hits, found, rules, catalogue)),
        tuple([entry for entry in ranked if not entry.misses][:MOST_FITTING]),
        tuple([entry for entry in ranked if len(entry.misses) == 1][:MOST_NEAR]),
        READ,
    )


def _judgements(
    hits: Iterable[Rule], found: Sequence[Feasibility], rules: RuleTable, catalogue: Catalogue
) -> Iterator[Judgement]:
    """Each rule that fired on the budget and excludes an architecture, or favours one, against its feasibility."""
    for rule in hits:
        if rule.since and "latency_budget_ms" in constraints_read(rule.when):  # a rule of the table
            claims = tuple(_checked(claim, catalogue) for claim in claims_of(rule, rules, catalogue))
            for entry in found:
                excludes = entry.architecture in rule.excludes
                if excludes or rule.points.get(entry.architecture, 0) > 0:
                    effect: Literal["excludes", "favours"] = "excludes" if excludes else "favours"
                    agrees = _agrees(entry, excludes=excludes)
                    yield Judgement(rule.id, entry.architecture, effect, entry.status, agrees, claims)


def _checked(claim: Claim, catalogue: Catalogue) -> CheckedClaim:
    rows = [catalogue.measurements[name] for name in claim.rows]
    fastest = min((row for row in rows if row.timing == "request" and row.carries), key=time_of, default=None)
    return CheckedClaim(*claim[:4], fastest and catalogue.row(fastest))


def _agrees(entry: Feasibility, *, excludes: bool) -> bool | None:
    """That what was measured is too slow is nothing against a rule that favours it: other models may be faster."""
    if entry.status in KEPT or entry.status == "beyond":
        return excludes == (entry.status == "beyond")
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


@lru_cache(maxsize=16)
def candidates(architectures: tuple[str, ...], needs: Needs) -> tuple[Candidate, ...]:
    """The models of the architectures that do the task: fewest misses first, then measured before estimated."""
    models = [model for name in architectures for model in needs.catalogue.generators(name) if needs.does_task(model)]
    return tuple(sorted((candidate(model, needs) for model in models), key=_rank))


def _rank(entry: Candidate) -> tuple[int, int, int, float, str]:
    measured = entry.row and entry.row.latency_ms
    return (
        len(entry.misses),
        _BEST_FIRST.index(entry.status),
        _LICENCES.index(entry.licence.commercial_use if entry.licence else "unknown"),
        measured if measured is not None else entry.estimate.mid_ms if entry.estimate else float("inf"),
        entry.model,
    )


def candidate(model: Model, needs: Needs) -> Candidate:
    """One model for a spec, with what it misses."""
    catalogue, adapters, guess = needs.catalogue, needs.adapters_for(model), needs.estimated(model)
    there = _time_there(model, (adapter.id for adapter in adapters or ()), needs)
    known = [Time(guess.low_ms, guess.mid_ms, guess.high_ms).no_less_than(_floor(there, needs))] if guess else []
    if there and there.row and catalogue.measurements[there.row].here:
        known = [there]
    # What adapters take is in no row of the model.
    timed = [] if adapters else [row for row in needs.rows_of(model) if row.timing == "request" and needs.counts(row)]
    within = needs.within(timed)
    row = within[0] if within else min(timed, key=time_of, default=None)
    found = Candidate(
        model.id,
        model.title,
        model.architecture,
        needs.status(known, demonstrated=bool(within), measured=bool(timed)),
        row and catalogue.row(row),
        guess,
        tuple(adapter.id for adapter in adapters or ()),
        *memory_of(model, catalogue),
        None,
        catalogue.largest(model.id) or None,
        model.licence,
        (),
    )
    if found.memory_row:
        itself = catalogue.measurements[found.memory_row].model == model.id
        found = found._replace(memory_is="measured" if itself else "alike")
    elif found.memory_gb is not None:
        found = found._replace(memory_is="weights" if model.memory_gb is None else "stated")
    failed = (test for test in model_tests(found, needs) if test.outcome == "fails")
    return found._replace(misses=tuple(Miss(test.test, test.says) for test in failed))


def model_tests(found: Candidate, needs: Needs) -> Iterator[ModelTest]:
    """Everything that is asked of a model, each with how it does; what the spec does not ask for is left out."""
    model = needs.catalogue.models[found.model]
    yield _task(model, needs)
    released = model.licence.weights_released if model.licence else None
    code = model.licence.code if model.licence and needs.from_scratch else None
    if not model.weights_released and code and code.commercial_use != "unknown":
        yield ModelTest("weights", "open", "its weights were never released; its code was, to train it from scratch")
    elif not model.weights_released:
        yield ModelTest("weights", "fails", "its weights were never released")
    elif released:
        yield ModelTest("weights", "passes", "its weights are released")
    else:
        yield ModelTest("weights", "open", "whether its weights are released is not known")
    if lacking := [] if found.adapters else needs.lacking(model):
        yield ModelTest("conditioning", "fails", f"nothing shows it steered by {' or '.join(lacking)}")
    elif needs.wants_words(model):
        yield ModelTest("conditioning", "fails", "it is trained with text, and there is none")
    elif needs.conditioning:
        added = f" with {' and '.join(found.adapters)}" if found.adapters else ""
        shown = f"it is steered by {' and '.join(sorted(needs.conditioning))}{added}"
        yield ModelTest("conditioning", "passes", shown)
    if needs.commercial_use:
        conflict = licence_conflict(model, from_scratch=needs.from_scratch)
        yield ModelTest("licence", "fails" if conflict else "passes", conflict or _granted(model, code))
    if regions := model.licence and model.licence.closed_in:
        yield ModelTest("region", "open", f"its licence grants nothing in {regions}")
    if needs.memory_gb is not None:
        yield _memory(found, model, needs, needs.memory_gb)
    if needs.resolution_px is not None:
        shown = f"it is shown up to {found.resolution_px} px" if found.resolution_px else "its size is not known"
        large = found.resolution_px and found.resolution_px >= needs.resolution_px
        below = 0 < (found.resolution_px or 0) < (needs.least_px or inf)
        small: Outcome = "fails" if below and not needs.from_scratch else "open"
        yield ModelTest("resolution", "passes" if large else small, shown)
    if needs.budget_ms is not None:
        yield _budget(found, needs)


def _task(model: Model, needs: Needs) -> ModelTest:
    """On the task itself; where a spec's task has no rows of its own, on the nearest that has."""
    if model.kind != "generator":
        return ModelTest("task", "fails", f"it makes no images by itself; it is of the kind '{model.kind}'")
    if model.subject and (needs.domain == "broad" or needs.from_scratch):
        wanted = "it is to be trained on others" if needs.from_scratch else "any subject is wanted"
        return ModelTest("task", "fails", f"it is made for {model.subject} alone, and {wanted}")
    if model.pairs and needs.unpaired:
        return ModelTest("task", "fails", "it learns from pairs of input and output, and there are none")
    shown = " and ".join(needs.catalogue.tasks_of(model.id))
    if needs.itself is None or needs.does_task(model, itself=True):
        return ModelTest("task", "passes", f"it does {shown}" if shown else "an adapter does it")
    wanted = " or ".join(sorted(needs.itself))
    return ModelTest("task", "fails", f"nothing shows it on {wanted}; it does {shown or 'nothing that is known'}")


def _granted(model: Model, code: Terms | None) -> str:
    """What lets a model be used commercially, in words; `code` where that alone is taken."""
    granted = code or model.licence
    if granted is None or granted.condition is None:
        return f"its licence allows commercial use ({granted.terms if granted else 'not known'})"
    return f"its licence allows commercial use under a condition: {granted.condition}"


def _memory(found: Candidate, model: Model, needs: Needs, there_gb: float) -> ModelTest:
    # Text encoders and decoders, which such models need, are not among the weights that a row gives.
    beside = BESIDE_GB if needs.memory_stated and model.family != "gan" else 0
    scarce: Outcome = "fails" if beside and (found.memory_gb or 0) + beside > there_gb else "open"
    if found.memory_gb is None:
        return ModelTest("memory", scarce, "what memory it takes is not known")
    took = f"{_TOOK[found.memory_is or 'weights']} {found.memory_gb:.3g} GB, and"
    if found.memory_gb > there_gb:
        return ModelTest("memory", "fails", f"{took} {needs.memory_words} are available")
    if found.memory_is == "weights" and model.family != "gan":
        return ModelTest("memory", scarce, f"{took} nothing shows it within the {needs.memory_words} available")
    sure = found.memory_gb <= (there_gb if needs.sure_gb is None else needs.sure_gb)
    return ModelTest("memory", "passes" if sure else "open", f"{took} {needs.memory_words} are available")


def _budget(found: Candidate, needs: Needs) -> ModelTest:
    row, guess, keeps = found.row, found.estimate, needs.budget_words
    if row and found.status == "demonstrated":
        return ModelTest("budget", "passes", f"measured, {ms_words(row.latency_ms)} on {row.hardware}")
    if row and row.here:
        return ModelTest("budget", "fails", f"measured here, it takes {ms_words(row.latency_ms)}")
    if guess and found.status in ("within", "straddling", "beyond"):
        took = f"it is estimated to take {ms_words(guess.low_ms)} to {ms_words(guess.high_ms)}"
        time = _time_there(needs.catalogue.models[found.model], found.adapters, needs)
        if time and found.status == "beyond" and _floor(time, needs):
            took = _taken(time, needs)
        if found.status == "straddling":
            return ModelTest("budget", "open", f"{took}, so whether it keeps {keeps} is open")
        return ModelTest("budget", "passes" if found.status == "within" else "fails", took)
    if row:
        return ModelTest("budget", "fails", f"the fastest measured takes {ms_words(row.latency_ms)}")
    there = needs.place.itself if needs.place else ()
    own = (row for row in needs.catalogue.own if (row.model, row.longer_side) == (found.model, needs.resolution_px))
    if few := next((row for row in own if row.hardware in there and row.percentile and not row.carries), None):
        runs = f"{few.runs} runs" if few.runs else "its runs"
        return ModelTest(
            "budget", "fails", f"measured here, but {runs} are too few to tell of {few.percentile}; measure again"
        )
    where = " on this hardware" if needs.place else ""
    return ModelTest("budget", "fails", f"its time{where} is neither measured nor estimated")


def _time_there(model: Model, adapters: Iterable[str], needs: Needs) -> Time | None:
    """The time of a model with adapters on the stated hardware at the stated size; None where nothing shows it."""
    place, side, way = needs.place, needs.resolution_px, way_of(model.id, frozenset(adapters), needs.catalogue)
    way = way.on(needs.tasks) if way and needs.tasks else way
    return quickest(way, place.hardware, side, needs.catalogue) if way and place and side else None


def _floor(time: Time | None, needs: Needs) -> float:
    """What images take at full load, in milliseconds, where that is the least that one takes; else 0."""
    row = needs.catalogue.measurements[time.row] if time and time.row else None
    return time_of(row) if row and row.timing == "full_load" else 0.0


def _taken(time: Time, needs: Needs) -> str:
    """A measured time in words: `it takes at least 3.98 s`, where that is what images take at full load."""
    return f"it takes {'at least ' if _floor(time, needs) else ''}{ms_words(time.low)}"


class Lateness(NamedTuple):
    """How a model may miss the budget; `late` where even the low end of its estimate does, or what was measured.

    `source` is the row or the catalogue, with the grade.
    """

    late: bool
    says: str
    source: str


def lateness(found: Candidate, needs: Needs) -> Lateness | None:
    """How a model may miss the stated budget; None where none is stated, or the likeliest time keeps it."""
    budget, model, side = needs.most_ms, needs.catalogue.models[found.model], needs.resolution_px
    if budget is None or found.status == "demonstrated":
        return None
    where = f" on {needs.place.name} at {side} px" if needs.place and side else ""
    time, row = _time_there(model, found.adapters, needs), found.row
    if time is None:
        if row is None:
            return Lateness(late=False, says=f"its time{where} is neither measured nor estimated", source="not shown")
        here = needs.hardware and row.hardware == needs.hardware.id and row.resolution == f"{side}x{side}"
        says = f"the fastest measured takes {ms_words(row.latency_ms)} on {row.hardware or 'hardware not stated'}"
        return Lateness(bool(here), says, f"{row.id}; measured")
    if time.row and time.low > budget:
        return Lateness(late=True, says=f"{_taken(time, needs)}{where}", source=f"{time.row}; measured")
    likeliest = time.likely
    if likeliest <= budget:
        return None
    low, _, high, _ = time.rounded()
    says = f"it is estimated to take {ms_words(low)} to {ms_words(high)}, likeliest {ms_words(likeliest)},{where}"
    return Lateness(not time.may_keep(budget), says, f"{needs.catalogue.name}; estimated")


def licence_conflict(model: Model, *, from_scratch: bool = False) -> str | None:
    """What in a model's licence conflicts with commercial use; None where it is allowed, if under a condition.

    What is trained from scratch takes the code alone, so that its licence decides.
    """
    licence = model.licence
    code = licence.code if licence and from_scratch else None
    use, terms = (code.commercial_use, f"{code.terms} (code)") if code else (model.commercial_use, "")
    terms = terms or (licence.deciding if licence else "")
    if use == "unknown":
        named = f" ({terms})" if terms else ""
        return f"its licence is not known{named}, so commercial use cannot be taken for granted"
    return f"its licence forbids commercial use ({terms})" if use == "forbidden" else None
