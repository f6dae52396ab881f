"""Which architectures keep a latency budget: what measurements show, and where none does, what the estimator says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from genarch.engine.evidence.estimator import estimate
from genarch.engine.evidence.needs import Needs, adapters_for, does_task, large_enough, speaks_to
from genarch.engine.evidence.work import Options
from genarch.model.catalogue import Catalogue
from genarch.model.estimates import Estimate, Feasibility, Status
from genarch.model.evidence import Measurement, Model

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
    within = [row for row in shown if _ms(row) <= budget_ms]
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


def holding(rows: Sequence[Measurement], needs: Needs) -> list[Measurement]:
    """The rows whose time holds on the hardware asked for: measured on it, or on weaker.

    Where the same was measured on the hardware itself, a row from elsewhere says nothing more.
    """
    direct = {_what(row) for row in rows if needs.hardware and row.hardware == needs.hardware.id}
    return [
        row
        for row in rows
        if row.hardware in needs.there
        and (needs.hardware is None or row.hardware == needs.hardware.id or _what(row) not in direct)
    ]


def _what(row: Measurement) -> tuple[object, ...]:
    return row.model, row.steps, row.resolution


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
