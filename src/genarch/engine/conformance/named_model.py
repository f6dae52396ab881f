"""The model that a decision names, against what has been measured of it and what its licence allows."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.evidence.checks import commercial_conflict, within_budget
from genarch.model import document_checks as checks
from genarch.model.catalogue import Catalogue
from genarch.model.documents import Stated
from genarch.model.findings import Check, Finding, Located


def judge_model(stated: Stated, catalogue: Catalogue) -> Iterator[Located]:
    """Hold a named model against the stated budget and the stated commercial use; nothing where none is named."""
    spec = stated.spec
    if spec.model is None:
        return
    budget = within_budget(spec.model, spec.constraints, catalogue)
    if budget and not budget[0]:
        why = (
            "; ".join(miss.told for miss in budget[1].misses if miss.kind != "licence")
            or "nothing is measured or estimated of it there"
        )
        where = f" on {spec.constraints['gpu']}" if "gpu" in spec.constraints else ""
        message = (
            f"nothing shows {spec.model} within the budget{where}: {why} ({catalogue.name}). Measure it and add the "
            f"row, name another model, or waive {checks.BUDGET_BEYOND_EVIDENCE.id} with what you measured"
        )
        yield _at(stated, checks.BUDGET_BEYOND_EVIDENCE, message)
    conflict = commercial_conflict(spec.model, spec.constraints, catalogue)
    if conflict:
        message = (
            f"commercial use is stated, and of {spec.model} {conflict}. Name another model, train weights of your own, "
            f"or waive {checks.LICENCE_CONFLICT.id} with the licence that you hold"
        )
        yield _at(stated, checks.LICENCE_CONFLICT, message)


def _at(stated: Stated, check: Check, message: str) -> Located:
    return Located(stated.place("model", "decision"), Finding(check, (stated.spec.model or "",), message))
