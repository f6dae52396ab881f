"""What follows from the catalogue for one spec, as values: estimates, feasibility, candidates."""

from typing import Literal, NamedTuple

from genarch.model.calibration import Band, Share, Stack, StackFit

Status = Literal["demonstrated", "within", "straddling", "beyond", "not_demonstrated", "no_evidence"]
"""How an architecture stands to a budget. `demonstrated`: a measurement keeps it. `within`, `straddling`, `beyond`: an
estimate's whole band does, a part of it, or none. `not_demonstrated`: measured, but not so; no estimate either.
`no_evidence`: nothing was measured of what is asked for."""

MissKind = Literal["budget", "conditioning", "licence", "memory", "resolution", "weights"]


class Part(NamedTuple):
    """One component's share of an estimate: `times` passes of `gmac` 10^9 multiply-accumulates."""

    part: str
    component: str
    title: str
    gmac: float
    times: float
    verified: bool


class Estimate(NamedTuple):
    """A latency band in milliseconds for one request, with every factor that it comes from.

    `mid` is `fixed + steps x pass + work / (share x peak)`, times `slowed`; `low` and `high` are where the band of
    errors on sources left out puts it. For full load there are no fixed times.
    """

    model: str
    hardware: str
    pixels: tuple[int, int]
    steps: int
    stack: Stack
    guided: bool
    controlnets: int
    full_load: bool
    tflop: float
    peak_tflops: float
    peak_verified: bool
    share: Share
    share_of: str
    times: StackFit
    slowed: float
    band: Band
    parts: tuple[Part, ...]
    low_ms: float
    mid_ms: float
    high_ms: float


class Feasibility(NamedTuple):
    """How one architecture stands to the budget.

    `rows` carry the status, best first. `weak` would keep the budget too, but are of low trust or were not read in
    their source. `measured_beyond`: what was measured there and at that size is all too slow. `nearest` is the fastest
    measurement that comes closest to what is asked for. `apart` are rows whose time is of another kind (full load, a
    stream's rate, a network alone) and below the budget: told, never counted.
    """

    architecture: str
    status: Status
    rows: tuple[str, ...]
    weak: tuple[str, ...]
    apart: tuple[str, ...]
    nearest: str | None
    measured_beyond: bool
    estimate: Estimate | None


class Judgement(NamedTuple):
    """A rule that fired on the budget, held against what was measured: `agrees` is None where the band straddles it."""

    rule: str
    architecture: str
    excludes: bool
    status: Status
    agrees: bool | None
    claims: tuple[str, ...]


class Miss(NamedTuple):
    """What keeps a model from fitting, in words."""

    kind: MissKind
    told: str


class Candidate(NamedTuple):
    """A model held against the spec. `row` has its measured time, `estimate` the estimated one; one or neither.

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
