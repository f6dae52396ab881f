"""Rules compared with what was measured."""

from __future__ import annotations

from typing import Any

import pytest

from builders import spec
from genarch import RuleTable, evaluate, load_rules, load_spec
from genarch.evidence.assessment import Assessment, assess, claim_id, claims_of, within_budget
from genarch.evidence.catalogue import Catalogue
from genarch.files.catalogue import load_catalogue


@pytest.fixture(scope="module")
def there() -> Catalogue:
    return load_catalogue()


def assessed(rules: RuleTable, there: Catalogue, **stated: Any) -> Assessment:
    given = spec(**stated)
    return assess(given, rules, evaluate(given, rules), there)


def judged(found: Assessment) -> dict[tuple[str, str], bool | None]:
    return {(entry.rule, entry.architecture): entry.agrees for entry in found.judgements}


def test_under_100_ms_on_an_rtx_4090(shipped: RuleTable, there: Catalogue) -> None:
    """SD 1.5 takes 250 ms there in 20 steps: the rule that excludes diffusion is right. SD-Turbo takes 36.5 ms in one."""
    found = assessed(
        shipped, there, task="text_to_image", conditioning=["text"], latency_budget_ms=90, gpu="rtx-4090", resolution_px=512
    )  # fmt: skip
    by_name = {entry.architecture: entry for entry in found.feasibility}
    assert by_name["consistency"].status == "demonstrated"
    assert by_name["consistency"].rows[0] == "sdturbo-512-1st-b1-rtx-4090-trt"
    assert by_name["diffusion"].status == "beyond"
    assert by_name["diffusion"].nearest == "sd15-512-20st-4090-od"
    told = judged(found)
    rule = "under-100-ms-needs-a-single-pass"
    assert told[rule, "diffusion"] is True
    assert told[rule, "consistency"] is True
    assert told[rule, "gan_enhanced_diffusion"] is False
    assert found.candidates[0].model == "sd-turbo"


def test_the_same_budget_at_1024_px_on_an_a100(shipped: RuleTable, there: Catalogue) -> None:
    """The fastest measured there takes 210 ms: nothing shows the 90 ms."""
    found = assessed(
        shipped, there, task="text_to_image", conditioning=["text"], latency_budget_ms=90, gpu="a100-80gb-sxm", resolution_px=1024
    )  # fmt: skip
    by_name = {entry.architecture: entry for entry in found.feasibility}
    assert by_name["consistency"].status != "demonstrated"
    assert by_name["consistency"].nearest in ("sprint-t2-sprint06-1", "sprint-t2-sprint16-1")
    assert by_name["consistency"].measured_beyond


def test_a_gan_at_1024_px_on_an_old_card(shipped: RuleTable, there: Catalogue) -> None:
    found = assessed(
        shipped, there, task="unconditional", conditioning=[], latency_budget_ms=45, gpu="gtx-1080ti", resolution_px=1024
    )  # fmt: skip
    gan = next(entry for entry in found.feasibility if entry.architecture == "gan")
    assert gan.status == "demonstrated"
    assert gan.rows == ("sg2-rosinality-1024-1080ti",)
    assert judged(found)["under-50-ms-favours-gan", "gan"] is True


def test_without_a_budget_there_is_nothing_to_assess(shipped: RuleTable, there: Catalogue) -> None:
    with pytest.raises(ValueError, match="latency_budget_ms"):
        assessed(shipped, there, gpu="rtx-4090")


def test_claims_are_those_of_the_facts_that_a_rule_cites(shipped: RuleTable, there: Catalogue) -> None:
    rule = next(rule for rule in shipped.rules if rule.id == "under-50-ms-favours-gan")
    assert [claim.id for claim in claims_of(rule, shipped, there)] == ["claim-t2"]


def test_every_claim_is_of_facts_of_the_article_and_every_row_and_rule_has_one(
    shipped: RuleTable, there: Catalogue
) -> None:
    facts = {fact.id for fact in shipped.facts}
    claimed = {fact for claim in there.claims.values() for fact in claim.facts}
    assert claimed <= facts
    assert {fact for fact in facts if fact[0] in "DE"} <= claimed
    assert all(claims_of(rule, shipped, there) for rule in shipped.rules)


def test_another_table_with_facts_of_the_same_names_has_no_claims(there: Catalogue, tmp_path: Any) -> None:
    text = (load_rules("article").header.id, "own")
    path = tmp_path / "own.yaml"
    shipped_text = _article_text().replace(f"id: {text[0]}\n", f"id: {text[1]}\n", 1)
    path.write_text(shipped_text)
    own = load_rules(path)
    assert all(not claims_of(rule, own, there) for rule in own.rules)


def _article_text() -> str:
    from pathlib import Path

    from genarch.files.tables import bundled_tables

    return Path(bundled_tables()["article"]).read_text()


def test_an_extending_table_keeps_the_claims_of_the_rules_that_it_inherits(there: Catalogue, root: Any) -> None:
    stricter = load_rules(root / "examples/rules/stricter-real-time.yaml")
    rule = next(rule for rule in stricter.rules if rule.id == "under-50-ms-favours-gan")
    assert [claim.id for claim in claims_of(rule, stricter, there)] == ["claim-t2"]


def test_every_example_with_a_budget_is_assessed(shipped: RuleTable, there: Catalogue, root: Any) -> None:
    for path in sorted((root / "examples/specs").glob("*.genarch.yaml")):
        given = load_spec(path, shipped)
        if "latency_budget_ms" in given.constraints:
            evaluation = evaluate(given, shipped)
            found = assess(given, shipped, evaluation, there)
            assert [entry.architecture for entry in found.feasibility] == [a.id for a in shipped.architectures]
            assert all(entry.architecture in evaluation.recommended for entry in (*found.candidates, *found.near))
            assert all(not entry.misses for entry in found.candidates)
            assert all(len(entry.misses) == 1 for entry in found.near)


def test_what_the_facts_of_the_field_table_rest_on_is_in_the_catalogue(there: Catalogue) -> None:
    field = load_rules("field")
    for fact in field.facts:
        assert set(fact.rows) <= set(there.measurements), fact.id
        assert {claim_id(name) for name in fact.claims} <= set(there.claims), fact.id
    cited = next(rule for rule in field.rules if "M1" in rule.source.facts)
    assert "claim-t1" in [claim.id for claim in claims_of(cited, field, there)]


def test_a_card_with_a_higher_peak_shows_nothing_for_one_with_a_lower(there: Catalogue) -> None:
    """SDXL in 20 steps: 1.62 s on the A100, 1.56 s on an RTX 4090, whose best peak is the higher one."""
    assert not there.hardware["rtx-4090"].at_most(there.hardware["a100-80gb-sxm"])
    asked = spec(latency_budget_ms=1600, gpu="a100-80gb-sxm", resolution_px=1024, conditioning=["text"]).constraints
    judged_model = within_budget("sdxl", asked, there)
    assert judged_model is not None
    assert judged_model[1].row == "sdxl-1024-20st-a800-od"
    assert judged_model[1].status == "straddling"


def test_weights_alone_show_no_model_to_fit_a_stated_memory(there: Catalogue) -> None:
    asked = spec(latency_budget_ms=900, gpu="rtx-4090", resolution_px=1024, conditioning=["text"], device_memory_gb=1.5)
    found = within_budget("pixart-dmd", asked.constraints, there)
    assert found is not None
    assert [miss.told for miss in found[1].misses if miss.kind == "memory"] == [
        "its weights alone take 1.2 GB, and nothing shows it within the 1.5 GB that are there"
    ]


def test_a_forbidden_licence_shows_nothing_for_commercial_use(shipped: RuleTable, there: Catalogue) -> None:
    asked = {"latency_budget_ms": 300, "gpu": "h100", "resolution_px": 1024, "conditioning": ["text"]}
    free = assessed(shipped, there, **asked)
    sold = assessed(shipped, there, **asked, commercial_use=True)
    rows = {entry.architecture: entry.rows for entry in free.feasibility}
    assert "sprint-1024-h100" in rows["consistency"]
    assert all("sprint-1024-h100" not in entry.rows for entry in sold.feasibility)
