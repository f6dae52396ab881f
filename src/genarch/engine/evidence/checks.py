"""Two questions to a decision's named model: whether it can keep the budget, and may be used commercially."""

from __future__ import annotations

from genarch.engine.evidence.candidates import candidate, licence_conflict
from genarch.engine.evidence.needs import needs_of
from genarch.model.catalogue import Catalogue
from genarch.model.constraints import Answers
from genarch.model.estimates import Candidate


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
