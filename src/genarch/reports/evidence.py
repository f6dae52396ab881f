"""What the evidence catalogue says, as values that every format renders. Field names are the keys of the JSON."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from genarch.evidence.assessment import READ, Assessment, Candidate, Judgement, Miss
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Claim, ClaimVerdict, Licence, Measure, Measurement, Timing, Trust, Via
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import Feasibility, Status

MOST_ROWS = 3
"""How many rows of a kind are shown; their number is shown too."""


class CatalogueVersion(NamedTuple):
    """Which catalogue it was."""

    id: str
    version: str
    digest: str
    compiled: str
    """Up to when sources were read."""


class RowSource(NamedTuple):
    """Where a measurement was published."""

    title: str
    url: str | None
    where: str | None


class Row(NamedTuple):
    """A measurement with what makes it one: conditions, trust, source."""

    id: str
    model: str
    title: str
    latency_ms: float | None
    timing: Timing
    """What the time is of; times of different kinds are never compared."""
    measure: Measure
    hardware: str | None
    resolution: str | None
    steps: int | None
    engine: str | None
    precision: str | None
    trust: Trust
    via: Via
    verified: bool
    """Whether the time and its conditions were read in the source."""
    source: RowSource


class FeasibilityPart(NamedTuple):
    """How an architecture stands to the budget."""

    architecture: str
    status: Status
    rows: tuple[Row, ...]
    """The first of those that carry the status, fastest first."""
    row_count: int
    weak: tuple[str, ...]
    """Rows within the budget that are of low trust or were not read in their source."""
    apart: tuple[Row, ...]
    """Rows below the budget whose time is of another kind; not counted."""
    nearest: Row | None
    measured_beyond: bool
    """Whether all that was measured there and at that size is slower than the budget."""
    estimate: Estimate | None


class ClaimPart(NamedTuple):
    """A claim of the article that a rule rests on."""

    id: str
    claim: str
    verdict: ClaimVerdict
    qualified: str | None
    row: Row | None
    """The fastest request that it was checked against."""


class JudgementPart(NamedTuple):
    """A rule that fired on the budget, compared with the evidence."""

    rule: str
    architecture: str
    effect: Literal["excludes", "favours"]
    status: Status
    agrees: bool | None
    """Null where the evidence says nothing either way."""
    claims: tuple[ClaimPart, ...]


class CandidatePart(NamedTuple):
    """A model compared with the spec."""

    model: str
    title: str
    architecture: str
    status: Status
    row: Row | None
    estimate: Estimate | None
    adapters: tuple[str, ...]
    memory_gb: float | None
    memory_row: str | None
    """The row that the memory was measured in; null where it is that of the weights alone."""
    resolution_px: int | None
    licence: Licence | None
    misses: tuple[Miss, ...]


class EvidencePart(NamedTuple):
    """What was measured and can be estimated of a spec with a latency budget."""

    catalogue: CatalogueVersion
    budget_ms: float
    gpu: str | None
    device: str | None
    resolution_px: int | None
    feasibility: tuple[FeasibilityPart, ...]
    judgements: tuple[JudgementPart, ...]
    candidates: tuple[CandidatePart, ...]
    """Models of the recommended architectures that fit, best first."""
    near: tuple[CandidatePart, ...]
    """Those that miss one thing."""
    reads: tuple[str, ...]
    """The constraints that were considered."""


def evidence_part(assessment: Assessment, catalogue: Catalogue) -> EvidencePart:
    """What the catalogue says of a spec with a latency budget."""
    return EvidencePart(
        catalogue=catalogue_version(catalogue),
        budget_ms=assessment.budget_ms,
        gpu=assessment.gpu,
        device=assessment.device,
        resolution_px=assessment.resolution_px,
        feasibility=tuple(_feasibility(entry, catalogue) for entry in assessment.feasibility),
        judgements=tuple(_judgement(entry, catalogue) for entry in assessment.judgements),
        candidates=tuple(_candidate(entry, catalogue) for entry in assessment.candidates),
        near=tuple(_candidate(entry, catalogue) for entry in assessment.near),
        reads=tuple(sorted(READ)),
    )


def catalogue_version(catalogue: Catalogue) -> CatalogueVersion:
    """Which catalogue it is."""
    return CatalogueVersion(catalogue.id, catalogue.version, catalogue.digest, catalogue.compiled)


def row_of(name: str | None, catalogue: Catalogue) -> Row | None:
    """The measurement of that id; None for None."""
    return None if name is None else row_part(catalogue.measurements[name], catalogue)


def row_part(row: Measurement, catalogue: Catalogue) -> Row:
    """A measurement with its model's and its source's title."""
    source = catalogue.sources[row.source]
    return Row(
        id=row.id,
        model=row.model,
        title=row.named or catalogue.models[row.model].title,
        latency_ms=row.latency_ms,
        timing=row.timing,
        measure=row.measure,
        hardware=row.hardware,
        resolution=row.resolution,
        steps=row.steps,
        engine=row.engine,
        precision=row.precision,
        trust=row.trust,
        via=row.via,
        verified=row.latency_verified,
        source=RowSource(source.title, source.url, row.where),
    )


def rounded_estimate(guess: Estimate) -> Estimate:
    """An estimate with figures that are no finer than they can be."""
    factors = guess.factors
    return guess._replace(
        low_ms=rounded(guess.low_ms),
        mid_ms=rounded(guess.mid_ms),
        high_ms=rounded(guess.high_ms),
        factors=factors._replace(
            parts=tuple(part._replace(gmac=rounded(part.gmac), times=rounded(part.times)) for part in factors.parts),
            tflop=rounded(factors.tflop),
            share_of_peak=rounded(factors.share_of_peak),
            slowed=rounded(factors.slowed),
            band_low=rounded(factors.band_low),
            band_high=rounded(factors.band_high),
        ),
    )


def _feasibility(entry: Feasibility, catalogue: Catalogue) -> FeasibilityPart:
    def rows(names: Sequence[str]) -> tuple[Row, ...]:
        return tuple(row_part(catalogue.measurements[name], catalogue) for name in names[:MOST_ROWS])

    return FeasibilityPart(
        architecture=entry.architecture,
        status=entry.status,
        rows=rows(entry.rows),
        row_count=len(entry.rows),
        weak=entry.weak,
        apart=rows(entry.apart),
        nearest=row_of(entry.nearest, catalogue),
        measured_beyond=entry.measured_beyond,
        estimate=entry.estimate and rounded_estimate(entry.estimate),
    )


def _judgement(entry: Judgement, catalogue: Catalogue) -> JudgementPart:
    claims = tuple(_claim(catalogue.claims[name], catalogue) for name in entry.claims)
    effect: Literal["excludes", "favours"] = "excludes" if entry.excludes else "favours"
    return JudgementPart(entry.rule, entry.architecture, effect, entry.status, entry.agrees, claims)


def _claim(claim: Claim, catalogue: Catalogue) -> ClaimPart:
    rows = [catalogue.measurements[name] for name in claim.rows]
    timed = [row for row in rows if row.timing == "request" and row.carries]
    fastest = min(timed, key=lambda row: row.latency_ms or 0, default=None)
    row = row_part(fastest, catalogue) if fastest else None
    return ClaimPart(claim.id, claim.claim, claim.verdict, claim.qualified, row)


def _candidate(entry: Candidate, catalogue: Catalogue) -> CandidatePart:
    model = catalogue.models[entry.model]
    return CandidatePart(
        model=entry.model,
        title=model.title,
        architecture=entry.architecture,
        status=entry.status,
        row=row_of(entry.row, catalogue),
        estimate=entry.estimate and rounded_estimate(entry.estimate),
        adapters=entry.adapters,
        memory_gb=rounded(entry.memory_gb) if entry.memory_gb else None,
        memory_row=entry.memory_row,
        resolution_px=entry.resolution_px,
        licence=model.licence,
        misses=entry.misses,
    )


def rounded(value: float) -> float:
    """Four significant digits: more than any estimate has."""
    return float(f"{value:.4g}")
