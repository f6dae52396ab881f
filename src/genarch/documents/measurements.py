"""A team's own measurements of what a decision is for: whether they still say anything of it, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.documents.reader import PlacedSpec
from genarch.engine.constraints import Range
from genarch.engine.findings import CheckId, Located
from genarch.engine.spec import Spec
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Measurement
from genarch.evidence.percentiles import PERCENTILES, percentile_of
from genarch.evidence.ways import at_most, ms_words


def judge_measurements(placed: PlacedSpec, catalogue: Catalogue, since: str) -> Iterator[Located]:
    """What is found of the newest measurement for a spec, which is to be no older than a day."""
    spec = placed.spec
    mine = [row for row in catalogue.own if row.spec == spec.id and row.timing == "request"]
    if not mine:
        return
    fitting = [row for row in mine if not any(_differences(row, spec, catalogue))]
    if not fitting:
        check, apart = CheckId("measurement-stale"), "; ".join(_differences(mine[-1], spec, catalogue))
        yield placed.found(check, "constraints", subject=[mine[-1].id], row=mine[-1], why=apart)
        return
    newest = fitting[-1]
    if (newest.date or "") < since:
        check, why = CheckId("measurement-stale"), f"before {since}"
        yield placed.found(check, "constraints", subject=[newest.id], row=newest, why=why)
    name, budget = percentile_of(spec.constraints), at_most(spec.constraints.get("latency_budget_ms"))
    found = next((one for one in newest.percentiles if one.name == name), None)
    if found and budget is not None and found.verdict(budget) == "missed":
        words = {"share": f"{PERCENTILES[name] * 100:g}", "took": ms_words(found.ms), "budget": ms_words(budget)}
        check = CheckId("measurement-missed")
        yield placed.found(check, "constraints.latency_budget_ms", subject=[newest.id], row=newest, **words)


def _differences(row: Measurement, spec: Spec, catalogue: Catalogue) -> Iterator[str]:
    """In what a measurement is of something else than a spec states."""
    stated = spec.constraints
    gpu, device, side = (stated.get(name) for name in ("gpu", "device", "resolution_px"))
    if spec.model and row.model != spec.model:
        yield f"of {row.model}, but the decision is for {spec.model}"
    hardware = catalogue.hardware[row.hardware] if row.hardware else None
    where = row.hardware or row.hardware_named or "unknown hardware"
    if gpu is not None and row.hardware != gpu:
        yield f"on {where}, but the spec states {gpu}"
    elif gpu is None and hardware and device is not None and device not in hardware.devices:
        yield f"on {where}, but the spec states {device}"
    holds = side.holds(row.longer_side or 0) if isinstance(side, Range) else side in (None, row.longer_side)
    if not holds:
        yield f"at {row.longer_side or 'unknown'} px, but the spec states {side} px"
