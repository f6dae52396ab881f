"""Rules compared with what was measured."""

from __future__ import annotations

from typing import Any

import pytest

from builders import rule, spec, table
from catalogues import card, catalogue, ids, model, named, row, work
from genarch import RuleTable, evaluate, load_rules, load_spec
from genarch.engine.conditions import Predicate
from genarch.engine.constraints import CONSTRAINTS, Value
from genarch.engine.rules import Citation, Fact
from genarch.evidence.assessment import READ, Assessment, assess, candidate, claim_id, claims_of
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Claim, Measurement
from genarch.evidence.feasibility import needs_of
from genarch.files.bundled import load_catalogue


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
    assert by_name["few_step"].status == "demonstrated"
    assert by_name["few_step"].rows[0].id == "sdturbo-512-1st-b1-rtx-4090-trt"
    assert by_name["diffusion"].status == "beyond"
    assert named(by_name["diffusion"].nearest) == "sd15-512-20st-4090-od"
    told = judged(found)
    rule = "under-100-ms-needs-a-single-pass"
    assert told[rule, "diffusion"] is True
    assert told[rule, "few_step"] is True
    # What is distilled to a few steps with a discriminator is few-step diffusion: none other that follows text is there.
    assert told[rule, "gan_enhanced_diffusion"] is None
    assert found.candidates[0].model == "sd-turbo"


def test_the_same_budget_at_1024_px_on_an_a100(shipped: RuleTable, there: Catalogue) -> None:
    """The fastest measured there takes 210 ms: nothing shows the 90 ms."""
    found = assessed(
        shipped, there, task="text_to_image", conditioning=["text"], latency_budget_ms=90, gpu="a100-80gb-sxm", resolution_px=1024
    )  # fmt: skip
    by_name = {entry.architecture: entry for entry in found.feasibility}
    assert by_name["few_step"].status != "demonstrated"
    assert named(by_name["few_step"].nearest) in ("sprint-t2-sprint06-1", "sprint-t2-sprint16-1")
    assert by_name["few_step"].measured_beyond


def test_a_gan_at_1024_px_on_an_old_card(shipped: RuleTable, there: Catalogue) -> None:
    found = assessed(
        shipped, there, task="unconditional", conditioning=[], latency_budget_ms=45, gpu="gtx-1080ti", resolution_px=1024
    )  # fmt: skip
    gan = next(entry for entry in found.feasibility if entry.architecture == "gan")
    assert gan.status == "demonstrated"
    assert ids(gan.rows) == ("sg2-rosinality-1024-1080ti",)
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

    from genarch.files.bundled import bundled_tables

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
            assert all(
                entry.architecture in evaluation.verdict.recommended for entry in (*found.candidates, *found.near)
            )
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
    found = candidate(there.model("sdxl"), needs_of(asked, there))
    assert named(found.row) == "sdxl-1024-20st-a800-od"
    assert found.status == "straddling"


def test_weights_alone_show_no_model_to_fit_a_stated_memory(there: Catalogue) -> None:
    asked = spec(latency_budget_ms=900, gpu="rtx-4090", resolution_px=1024, conditioning=["text"], device_memory_gb=1.5)
    for name, said in (
        ("snapgen", "its weights alone take 0.758 GB, and nothing shows it within the 1.5 GB available"),
        ("sana-sprint-0.6b", "its weights alone take 6.4 GB, and 1.5 GB are available"),
        ("pixart-dmd", "a model of the same network ran in 13.6 GB, and 1.5 GB are available"),
        ("playground-v3", "its weights alone take 48 GB, and 1.5 GB are available"),
        ("sdxs-1024", "what memory it takes is not known"),
    ):
        found = candidate(there.model(name), needs_of(asked.constraints, there))
        assert [miss.says for miss in found.misses if miss.kind == "memory"] == [said]


def test_a_forbidden_licence_shows_nothing_for_commercial_use(shipped: RuleTable, there: Catalogue) -> None:
    asked = {"latency_budget_ms": 300, "gpu": "h100", "resolution_px": 1024, "conditioning": ["text"]}
    free = assessed(shipped, there, **asked)
    sold = assessed(shipped, there, **asked, commercial_use=True, training="pretrained")
    rows = {entry.architecture: ids(entry.rows) for entry in free.feasibility}
    assert "sprint-1024-h100" in rows["few_step"]
    assert all("sprint-1024-h100" not in ids(entry.rows) for entry in sold.feasibility)


READS: dict[str, Value] = {
    "task": "restoration",
    "conditioning": frozenset({"text"}),
    "latency_budget_ms": 90,
    "device": "mobile",
    "gpu": "t4",
    "device_memory_gb": 8,
    "resolution_px": 512,
    "commercial_use": True,
    "domain": "broad",
    "priorities": frozenset({"cost"}),
    "training": "from_scratch",
    "paired_data": False,
}


def test_what_an_assessment_reads_is_what_changes_its_needs(there: Catalogue) -> None:
    nothing = needs_of({}, there)
    some: dict[str, Value] = {
        "choice": "narrow",
        "set": frozenset({"speed"}),
        "flag": True,
        "integer": 7,
        "number": 7.5,
    }
    for constraint in CONSTRAINTS:
        value = READS.get(
            constraint.name, constraint.values[0] if constraint.kind == "choice" else some[constraint.kind]
        )
        assert (needs_of({constraint.name: value}, there) != nothing) == (constraint.name in READ), constraint.name
    assert set(READS) == set(READ)


BUDGET = Predicate("latency_budget_ms", "below", (1000,))
SLOW = row("slow", hardware="a100-80gb-sxm", latency_ms=400.0)
NEAR = row("near", hardware="h100-sxm", latency_ms=20.0)
CARDS = (card("a100-80gb-sxm", 312, 2039), card("h100-sxm", 989, 3350))


@pytest.mark.parametrize(
    ("rows", "known", "budget", "status", "excluded", "favoured"),
    [
        ([SLOW], False, 500, "demonstrated", False, True),
        ([SLOW], False, 150, "not_demonstrated", True, None),  # others may be faster
        ([NEAR], False, 150, "not_demonstrated", None, None),
        ([], False, 150, "no_evidence", None, None),
        # The estimate goes from 17.1 to 68.5 ms.
        ([NEAR], True, 150, "within", False, True),
        ([NEAR], True, 50, "straddling", None, None),
        ([NEAR], True, 10, "beyond", True, False),
    ],
)
def test_whether_the_evidence_agrees_with_a_rule(
    rows: list[Measurement], budget: float, status: str, *, known: bool, excluded: bool | None, favoured: bool | None
) -> None:
    given = catalogue(rows, [model(work=work() if known else None)], CARDS)
    asked = spec(latency_budget_ms=budget, gpu="a100-80gb-sxm", resolution_px=512, task="text_to_image")
    rules = table(
        rule("other", Predicate("task", "is", ("text_to_image",)), {"diffusion": 3}),  # no matter of the budget
        rule("excludes", BUDGET, {}, ["diffusion"]),
        rule("favours", BUDGET, {"diffusion": 1, "gan": 0}),
        rule("against", BUDGET, {"diffusion": -1}),
    )
    found = assess(asked, rules, evaluate(asked, rules), given)
    assert [
        (entry.rule, entry.architecture, entry.effect, entry.status, entry.agrees) for entry in found.judgements
    ] == [
        ("excludes", "diffusion", "excludes", status, excluded),
        ("favours", "diffusion", "favours", status, favoured),
    ]


def test_five_that_fit_and_four_that_miss_one_thing_are_listed() -> None:
    names = [f"fits-{at}" for at in range(7)] + [f"near-{at}" for at in range(6)]
    rows = [row(name, name, hardware="a100-80gb-sxm") for name in names]
    given = catalogue(rows, [model(name, weights_released=name.startswith("fits")) for name in names], CARDS)
    asked = spec(latency_budget_ms=150, gpu="a100-80gb-sxm", resolution_px=512)
    rules = table(rule("favours", BUDGET, {"diffusion": 1}))
    found = assess(asked, rules, evaluate(asked, rules), given)
    assert [entry.model for entry in found.candidates] == names[:5]
    assert [entry.model for entry in found.near] == names[7:11]


def test_claims_by_the_facts_that_a_rule_cites_of_a_table_with_facts_of_its_own() -> None:
    claims = [
        Claim(f"claim-{name}", name, "partly", None, "e", (fact,), ())
        for name, fact in (("t1", "T1"), ("q3", "N1"), ("z", "Z"))
    ]
    given = catalogue(claims=claims)
    cites = rule("cites", BUDGET, {"gan": 1})._replace(source=Citation(("N1",), "a test", "expert_judgement"))
    other = Fact("N2", "not cited", claims=("Z",))
    own = table(cites, facts=(Fact("N1", "own", claims=("T1",)), other))
    assert [claim.id for claim in claims_of(cites, own, given)] == ["claim-t1"]
    inherited = table(cites, facts=(Fact("N1", "of the article", inherited=True), other))
    assert [claim.id for claim in claims_of(cites, inherited, given)] == ["claim-q3"]
