"""Whatever a spec states, its evidence can be told in each format and keeps to its schema."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from genarch import RuleTable, Spec, evaluate
from genarch.engine.constraints import Value
from genarch.evidence.assessment import Assessment
from genarch.evidence.cost import bill
from genarch.files.bundled import load_catalogue
from genarch.files.schemas import model_of, type_of
from genarch.reports.estimates import CostReport, cost_page, cost_report
from genarch.reports.evaluation import make_report
from genarch.reports.evaluation_page import report_page
from genarch.reports.json import plain
from genarch.reports.markdown import as_markdown
from genarch.reports.page import Look
from genarch.reports.reporting import advice_of, evidence_of
from genarch.reports.text import as_text
from strategies import answers

GPUS = st.sampled_from(sorted(load_catalogue().hardware))
SIZES = st.sampled_from([64, 256, 512, 768, 1024, 2048, 8192])


@given(
    stated=answers(),
    budget=st.floats(1, 10_000),
    gpu=GPUS | st.none(),
    size=SIZES | st.none(),
    width=st.sampled_from([20, 40, 80]),
)
def test_any_spec_with_a_budget(
    stated: dict[str, Value], budget: float, gpu: str | None, size: int | None, width: int, shipped: RuleTable
) -> None:
    added = {"latency_budget_ms": round(budget, 2), "gpu": gpu, "resolution_px": size}
    constraints = {**stated, **{name: value for name, value in added.items() if value is not None}}
    spec = Spec("any", constraints)
    evaluation = evaluate(spec, shipped)
    evidence = evidence_of(spec, shipped, evaluation)
    assert evidence is not None
    model_of(Assessment).model_validate(json.loads(json.dumps(plain(evidence))), strict=True)
    for entry in evidence.feasibility:
        assert (entry.status == "demonstrated") == bool(entry.rows)
        for row in entry.rows:
            assert row.timing == "request"
            assert row.latency_ms is not None
            assert row.latency_ms <= budget + 0.01
            assert row.verified
            assert row.trust != "low"
        assert all(row.timing != "request" for row in entry.apart)
        if entry.status in ("within", "straddling", "beyond"):
            assert entry.estimate or entry.nearest
    advice = advice_of(spec._replace(model="sdxl"), shipped, evaluation)
    report = make_report(spec, shipped, evaluation, evidence=evidence, advice=advice)
    text = as_text(report_page(report), Look(width=width, color=False, unicode=True))
    assert max(map(len, text.splitlines())) <= width
    assert "**Evidence: " in as_markdown(report_page(report))


@given(answers(), GPUS, SIZES, st.floats(0.01, 1))
def test_any_load(stated: dict[str, Value], gpu: str, size: int, utilisation: float) -> None:
    catalogue = load_catalogue()
    names = ["gan", "diffusion", "few_step"]
    stated.pop("device", None)  # the gpu says it
    found = bill({**stated, "gpu": gpu, "resolution_px": size}, names, catalogue, utilisation=utilisation)
    assert found is not None
    assert sorted([*(cost.architecture for cost in found.costs), *found.without_figures]) == sorted(names)
    report = cost_report("any", found, catalogue)
    type_of(CostReport).model_validate(json.loads(json.dumps(plain(report))), strict=True)
    assert max(map(len, as_text(cost_page(report), Look(40)).splitlines())) <= 40
    assert as_markdown(cost_page(report)).startswith("### Cost of `any`")
    for cost in found.costs:
        assert 0 < cost.seconds_per_image.low <= cost.seconds_per_image.high
        assert cost.gpus is None or 1 <= cost.gpus[0] <= cost.gpus[1]
        if cost.usd_per_1000_images:
            assert 0 < cost.usd_per_1000_images.low <= cost.usd_per_1000_images.high
