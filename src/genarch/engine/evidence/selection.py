"""Choosing rows of the catalogue."""

from __future__ import annotations

from typing import NamedTuple

from genarch.engine.evidence.needs import steered_by
from genarch.model.catalogue import Catalogue
from genarch.model.evidence import Measurement


class Filter(NamedTuple):
    """What rows must be; None and empty ask for nothing. A budget is for what a request waits, and for nothing else."""

    family: str | None = None
    architecture: str | None = None
    model: str | None = None
    hardware: str | None = None
    resolution_px: int | None = None
    conditioning: frozenset[str] = frozenset()
    licence: str | None = None
    budget_ms: float | None = None


def chosen(wanted: Filter, catalogue: Catalogue) -> list[Measurement]:
    """The rows that are all of what is wanted, in the order of the catalogue."""
    return [row for row in catalogue.measurements.values() if _is(row, wanted, catalogue)]


def _is(row: Measurement, wanted: Filter, catalogue: Catalogue) -> bool:
    model = catalogue.models[row.model]
    use = model.licence.commercial_use if model.licence else "unknown"
    asked: tuple[tuple[object, object], ...] = (
        (wanted.family, model.family),
        (wanted.architecture, model.architecture),
        (wanted.model, row.model),
        (wanted.hardware, row.hardware),
        (wanted.resolution_px, row.longer_side),
        (wanted.licence, use),
    )
    if any(want is not None and want != is_ for want, is_ in asked):
        return False
    if not wanted.conditioning <= steered_by(row.conditioning):
        return False
    if wanted.budget_ms is None:
        return True
    return row.timing == "request" and row.latency_ms is not None and row.latency_ms <= wanted.budget_ms
