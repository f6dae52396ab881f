"""The evidence part of a report: plain values that every format renders. Its schema is in `schema`."""

from __future__ import annotations

from typing import Any

from genarch.evidence.assessment import READ, Assessment, Candidate, Judgement
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Claim, Measurement, Model
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import Feasibility

Record = dict[str, Any]

MOST_ROWS = 3
"""How many rows of a kind are told of; their number is told too."""


def evidence_record(assessment: Assessment, catalogue: Catalogue) -> Record:
    """What the catalogue says of a spec with a latency budget."""
    return {
        "catalogue": catalogue_record(catalogue),
        "budget_ms": assessment.budget_ms,
        "gpu": assessment.gpu,
        "device": assessment.device,
        "resolution_px": assessment.resolution_px,
        "feasibility": [_feasibility(entry, catalogue) for entry in assessment.feasibility],
        "judgements": [_judgement(entry, catalogue) for entry in assessment.judgements],
        "candidates": [candidate_record(entry, catalogue) for entry in assessment.candidates],
        "near": [candidate_record(entry, catalogue) for entry in assessment.near],
        "reads": sorted(READ),
    }


def catalogue_record(catalogue: Catalogue) -> Record:
    """Which catalogue it is."""
    return {
        "id": catalogue.id,
        "version": catalogue.version,
        "digest": catalogue.digest,
        "compiled": catalogue.compiled,
    }


def row_record(row: Measurement, catalogue: Catalogue) -> Record:
    """A measurement with what makes it one: conditions, trust, source."""
    source = catalogue.sources[row.source]
    return {
        "id": row.id,
        "model": row.model,
        "title": row.named or catalogue.models[row.model].title,
        "latency_ms": row.latency_ms,
        "timing": row.timing,
        "measure": row.measure,
        "hardware": row.hardware,
        "resolution": row.resolution,
        "steps": row.steps,
        "engine": row.engine,
        "precision": row.precision,
        "trust": row.trust,
        "via": row.via,
        "verified": row.latency_verified,
        "source": {"title": source.title, "url": source.url, "where": row.where},
    }


def estimate_record(guess: Estimate, catalogue: Catalogue) -> Record:
    """An estimate with every factor."""
    return {
        "model": guess.model,
        "title": catalogue.models[guess.model].title,
        "hardware": guess.hardware,
        "width": guess.pixels[0],
        "height": guess.pixels[1],
        "steps": guess.steps,
        "stack": guess.stack,
        "guided": guess.guided,
        "controlnets": guess.controlnets,
        "full_load": guess.full_load,
        "low_ms": rounded(guess.low_ms),
        "mid_ms": rounded(guess.mid_ms),
        "high_ms": rounded(guess.high_ms),
        "factors": {
            "parts": [
                part._asdict() | {"gmac": rounded(part.gmac), "times": rounded(part.times)} for part in guess.parts
            ],
            "tflop": rounded(guess.tflop),
            "peak_tflops": guess.peak_tflops,
            "peak_verified": guess.peak_verified,
            "share_of_peak": rounded(guess.share.share),
            "share_from": guess.share_of,
            "share_rows": guess.share.rows,
            "fixed_ms": guess.times.fixed_ms,
            "pass_ms": guess.times.pass_ms,
            "slowed": rounded(guess.slowed),
            "band_low": rounded(guess.band.low),
            "band_high": rounded(guess.band.high),
            "band_rows": guess.band.rows,
        },
    }


def _feasibility(entry: Feasibility, catalogue: Catalogue) -> Record:
    rows = catalogue.measurements
    return {
        "architecture": entry.architecture,
        "status": entry.status,
        "rows": [row_record(rows[name], catalogue) for name in entry.rows[:MOST_ROWS]],
        "row_count": len(entry.rows),
        "weak": list(entry.weak),
        "apart": [row_record(rows[name], catalogue) for name in entry.apart[:MOST_ROWS]],
        "nearest": row_record(rows[entry.nearest], catalogue) if entry.nearest else None,
        "measured_beyond": entry.measured_beyond,
        "estimate": estimate_record(entry.estimate, catalogue) if entry.estimate else None,
    }


def _judgement(entry: Judgement, catalogue: Catalogue) -> Record:
    return {
        "rule": entry.rule,
        "architecture": entry.architecture,
        "effect": "excludes" if entry.excludes else "favours",
        "status": entry.status,
        "agrees": entry.agrees,
        "claims": [_claim(catalogue.claims[name], catalogue) for name in entry.claims],
    }


def _claim(claim: Claim, catalogue: Catalogue) -> Record:
    rows = [catalogue.measurements[name] for name in claim.rows]
    waits = [row for row in rows if row.timing == "request" and row.carries]
    fastest = min(waits, key=lambda row: row.latency_ms or 0, default=None)
    return {
        "id": claim.id,
        "claim": claim.claim,
        "verdict": claim.verdict,
        "qualified": claim.qualified,
        "row": row_record(fastest, catalogue) if fastest else None,
    }


def candidate_record(entry: Candidate, catalogue: Catalogue) -> Record:
    """A model held against a spec."""
    row = catalogue.measurements[entry.row] if entry.row else None
    return {
        "model": entry.model,
        "title": catalogue.models[entry.model].title,
        "architecture": entry.architecture,
        "status": entry.status,
        "row": row_record(row, catalogue) if row else None,
        "estimate": estimate_record(entry.estimate, catalogue) if entry.estimate else None,
        "adapters": list(entry.adapters),
        "memory_gb": rounded(entry.memory_gb) if entry.memory_gb else None,
        "memory_row": entry.memory_row,
        "resolution_px": entry.resolution_px,
        "licence": licence_record(catalogue.models[entry.model]),
        "misses": [{"kind": miss.kind, "told": miss.told} for miss in entry.misses],
    }


def licence_record(model: Model) -> Record | None:
    """A model's licence, or None where it is not known."""
    return model.licence._asdict() if model.licence else None


def rounded(value: float) -> float:
    """Four significant digits: more than any estimate has."""
    return float(f"{value:.4g}")
