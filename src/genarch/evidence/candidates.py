"""Two questions to a decision's named model: whether it can keep the budget, and may be used commercially."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Measurement, Model
from genarch.evidence.estimates import Candidate, Estimate, Miss, Status
from genarch.evidence.feasibility import (
    Needs,
    adapters_for,
    band_status,
    does_task,
    estimated,
    forbidden,
    generators,
    holding,
    keeping,
    large_enough,
    largest,
    needs_of,
    speaks_to,
    steering,
)
from genarch.table.constraints import Answers

BYTES_PER_PARAMETER = 2
"""At fp16 or bf16, which is how the models are run as a rule."""

_STANDING: Sequence[Status] = ("demonstrated", "within", "straddling", "not_demonstrated", "no_evidence", "beyond")
_LICENCES = ("allowed", "conditional", None, "forbidden")


def candidates(architectures: Sequence[str], needs: Needs, catalogue: Catalogue) -> list[Candidate]:
    """The models of the architectures that do the task: fewest misses first, then measured before estimated."""
    found = [
        candidate(model, needs, catalogue)
        for architecture in architectures
        for model in generators(catalogue, architecture)
        if does_task(model, needs, catalogue)
    ]
    return sorted(found, key=lambda entry: _rank(entry, catalogue))


def candidate(model: Model, needs: Needs, catalogue: Catalogue) -> Candidate:
    """One model held against a spec."""
    adapters = adapters_for(model, needs, catalogue)
    guess = estimated(model, needs, catalogue)
    row = None if adapters else _best_row(model, needs, catalogue)
    memory, memory_row = memory_of(model, catalogue)
    largest_px = largest(model, catalogue) or None
    status = _status(row, guess, needs)
    misses = [
        *_weights(model),
        *_conditioning(model, adapters, needs, catalogue),
        *_licence(model, needs),
        *_memory(model, memory, memory_row, needs),
        *_resolution(largest_px, needs),
        *_budget(status, row, guess, needs),
    ]
    names = tuple(adapter.id for adapter in adapters or ())
    return Candidate(
        model.id,
        model.architecture,
        status,
        row.id if row else None,
        guess,
        names,
        memory,
        memory_row,
        largest_px,
        tuple(misses),
    )


def _best_row(model: Model, needs: Needs, catalogue: Catalogue) -> Measurement | None:
    """The request to go by, measured there, at the size and steered as asked: the best in budget, else the fastest."""
    waits = [row for row in catalogue.rows_of(model.id) if row.timing == "request" and speaks_to(row, needs, catalogue)]
    shown = [row for row in holding(waits, needs) if row.carries and large_enough(row, needs)]
    within = keeping(shown, needs, inf if needs.budget_ms is None else needs.budget_ms)
    return within[0] if within else min(shown, key=lambda row: row.latency_ms or 0, default=None)


def _status(row: Measurement | None, guess: Estimate | None, needs: Needs) -> Status:
    if needs.budget_ms is None:
        return "demonstrated" if row else "not_demonstrated"
    if row and row.latency_ms is not None and row.latency_ms <= needs.budget_ms:
        return "demonstrated"
    if guess:
        return band_status(guess, needs.budget_ms)
    return "not_demonstrated" if row else "no_evidence"


def memory_of(model: Model, catalogue: Catalogue) -> tuple[float | None, str | None]:
    """The least memory in GB that a row shows the model running in; else that of its weights, without a row."""
    rows = [row for row in catalogue.rows_of(model.id) if row.vram_gb and _tells_memory(row)]
    least = min(rows, key=lambda row: row.vram_gb or 0, default=None)
    if least:
        return least.vram_gb, least.id
    parameters = max((row.params_m or 0 for row in catalogue.rows_of(model.id)), default=0)
    return (parameters * BYTES_PER_PARAMETER / 1000 or None), None


def _tells_memory(row: Measurement) -> bool:
    """Whether a row's memory is of use, of the model in use, and was read."""
    read = row.verified and not {"all", "vram_gb"} & set(row.unverified_fields)
    return read and row.trust != "low" and row.measure != "training_only"


def _weights(model: Model) -> Iterator[Miss]:
    if not model.weights_released:
        yield Miss("weights", "its weights were never released")


def _conditioning(
    model: Model, adapters: tuple[Model, ...] | None, needs: Needs, catalogue: Catalogue
) -> Iterator[Miss]:
    if adapters is None:
        lacking = sorted(needs.conditioning - steering(model, catalogue))
        yield Miss("conditioning", f"nothing shows it steered by {' or '.join(lacking)}")


def _licence(model: Model, needs: Needs) -> Iterator[Miss]:
    told = licence_conflict(model) if needs.commercial_use else None
    if told:
        yield Miss("licence", told)


def licence_conflict(model: Model) -> str | None:
    """What in a model's licence speaks against commercial use; None where it is allowed, if under a condition."""
    if model.licence is None:
        return "its licence is not known, so commercial use cannot be taken for granted"
    if forbidden(model):
        return f"its licence forbids commercial use ({model.licence.terms})"
    return None


def _memory(model: Model, memory: float | None, row: str | None, needs: Needs) -> Iterator[Miss]:
    if memory is None or needs.memory_gb is None:
        return
    if memory > needs.memory_gb:
        what = "it ran in" if row else "its weights alone take"
        yield Miss("memory", f"{what} {memory:.3g} GB, and {needs.memory_gb:.3g} GB are there")
    elif row is None and needs.memory_stated and model.family != "gan":
        # Text encoders and decoders, which such models need, are not among the weights that a row gives.
        there = f"nothing shows it within the {needs.memory_gb:.3g} GB that are there"
        yield Miss("memory", f"its weights alone take {memory:.3g} GB, and {there}")


def _resolution(largest_px: int | None, needs: Needs) -> Iterator[Miss]:
    if needs.resolution_px and (largest_px or 0) < needs.resolution_px:
        shown = f"it is shown up to {largest_px} px" if largest_px else "its size is not known"
        yield Miss("resolution", shown)


def _budget(status: Status, row: Measurement | None, guess: Estimate | None, needs: Needs) -> Iterator[Miss]:
    if needs.budget_ms is None or status in ("demonstrated", "within", "straddling"):
        return
    if status == "beyond" and guess:
        yield Miss("budget", f"it is estimated to take {_time(guess.low_ms)} to {_time(guess.high_ms)}")
    elif row:
        yield Miss("budget", f"the fastest measured takes {_time(row.latency_ms or 0)}")
    else:
        yield Miss("budget", "its time on this hardware is neither measured nor estimated")


def _rank(entry: Candidate, catalogue: Catalogue) -> tuple[int, int, int, float, str]:
    licence = catalogue.models[entry.model].licence
    measured = catalogue.measurements[entry.row].latency_ms if entry.row else None
    time = measured if measured is not None else entry.estimate.mid_ms if entry.estimate else float("inf")
    return (
        len(entry.misses),
        _STANDING.index(entry.status),
        _LICENCES.index(licence.commercial_use if licence else None),
        time,
        entry.model,
    )


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"


def within_budget(model: str, answers: Answers, catalogue: Catalogue) -> tuple[bool, Candidate] | None:
    """Whether a model has a row or an estimate within the stated budget on the stated hardware, with what was found.

    An estimate counts where at least the low end of its band is within. None where no budget is stated: there is
    nothing to be beyond.

    Raises:
        UnknownIdError: when the catalogue has no such model.
    """
    found = candidate(catalogue.model(model), needs_of(answers, catalogue), catalogue)
    if answers.get("latency_budget_ms") is None:
        return None
    return found.status in ("demonstrated", "within", "straddling"), found


def commercial_conflict(model: str, answers: Answers, catalogue: Catalogue) -> str | None:
    """What in a model's licence conflicts with a stated commercial use, in words; None where nothing does.

    Raises:
        UnknownIdError: when the catalogue has no such model.
    """
    named = catalogue.model(model)
    return licence_conflict(named) if answers.get("commercial_use") is True else None
