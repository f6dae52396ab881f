"""Decisions compared with their constraints: every check by its own example, and the waivers one by one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import rule, table
from genarch import RuleTable, decide, evaluate, explore, load_catalogue, load_rules
from genarch.documents.judge import judge, judge_model
from genarch.documents.reader import DesignDocument, PlacedSpec, families_named, read_document
from genarch.documents.settings import Policy
from genarch.engine.conditions import Predicate
from genarch.engine.findings import Located, Place
from genarch.engine.spec import Spec
from genarch.files.bundled import DOCUMENT_CHECKS, Check, bundled_tables
from strategies import answers as random_answers
from strategies import complete_answers, examples

OTHER = table(rule("narrow", Predicate("domain", "any_of", ("narrow",)), {"gan": 3}))
"""A table that has nothing against any decision here, and is called test@1.0.0."""
POLICY = Policy("2026-11-24", (OTHER,), "2036-11-24")
EXAMPLES = [check for check in DOCUMENT_CHECKS.values() if check.fails and check.id != "block-missing"]


def found(text: str, rules: RuleTable, policy: Policy = POLICY) -> list[Located]:
    return judge(read_document(text, "filter.md", rules), rules, policy, load_catalogue())[0]


def ids(findings: list[Located], *, waived: bool = False) -> list[str]:
    return [item.finding.check for item in findings if bool(item.finding.waived) is waived]


def record(block: str, prose: str = "") -> str:
    return f"# A\n\n## Decision\n\n{prose}\n\n```yaml genarch\nversion: 1\n{block}\n```\n"


SETTLED = "constraints: {latency_budget_ms: 33, conditioning: [], maturity: proven}"
"""GAN, forced: the budget excludes what takes several steps, maturity the hybrids, and nothing is steered by text."""


@pytest.mark.parametrize("name", bundled_tables())
@pytest.mark.parametrize("check", EXAMPLES, ids=lambda check: check.id)
def test_what_fails_does_and_what_passes_does(check: Check, name: str) -> None:
    rules = load_rules(name)
    policy = POLICY._replace(tables=tuple(load_rules(other) for other in bundled_tables() if other != name))
    assert check.id in ids(found(check.fails, rules, policy))
    assert ids(found(check.passes, rules, policy)) == []


def test_every_check_has_examples_where_a_document_alone_can_show_it() -> None:
    without = {check.id for check in DOCUMENT_CHECKS.values() if not check.fails}
    of_changes = {
        "settings-weakened",
        "table-changed",
        "baseline-grown",
        "waiver-added",
        "status-left-force",
        "measurements-changed",
    }
    beside = {"measurement-missed", "measurement-stale"}
    assert without == {"document-unreadable", "document-too-costly", "internal-error", *of_changes, *beside}
    for check in DOCUMENT_CHECKS.values():
        assert check.rationale.endswith(".")
        assert bool(check.fails) is bool(check.passes)


def test_a_decision_that_holds_gives_nothing(shipped: RuleTable) -> None:
    findings, judged = judge(read_document(record(f"{SETTLED}\ndecision: gan"), "a.md", shipped), shipped, POLICY)
    assert findings == []
    assert [(d.spec, d.decision, d.verdict, d.confidence, d.settled) for d in judged] == [
        ("a", "gan", "gan", "forced", True)
    ]


def test_the_message_has_constraint_rule_grade_and_what_to_do(shipped: RuleTable) -> None:
    (finding_at,) = found(record(f"{SETTLED}\ndecision: diffusion"), shipped)
    assert finding_at.finding.message == (
        "diffusion is ruled out by under-100-ms-needs-a-single-pass (latency_budget_ms: 33; E1, G2; planning "
        "heuristic). Either change the decision (to gan), correct the constraint, or waive decision-excluded with a "
        "reason and approved_by"
    )
    assert finding_at.finding.subject == ("under-100-ms-needs-a-single-pass",)
    assert finding_at.place == Place("filter.md", 10, 1, 20)


def test_where_nothing_is_left_the_message_says_so(shipped: RuleTable) -> None:
    block = "constraints: {latency_budget_ms: 33, conditioning: [text], maturity: proven}\ndecision: evaluate_both"
    (finding_at,) = found(record(block), shipped)
    assert finding_at.finding.check == "decision-excluded"
    assert "no architecture is left" in finding_at.finding.message
    assert set(finding_at.finding.subject) == {
        "under-100-ms-needs-a-single-pass",
        "text-excludes-plain-gan",
        "proven-only-excludes-hybrids",
    }


PROMPTS = "constraints: {domain: broad, conditioning: [text], latency_budget_ms: 3s}"
CLOSE = (
    "constraints: {task: unconditional, control: none, domain: narrow, latency_budget_ms: 3s, priorities: [quality],"
    " team_expertise: experienced, maturity: emerging}"
)


@pytest.mark.parametrize(
    ("block", "prose", "expected"),
    [
        (f"{PROMPTS}\ndecision: diffusion", "", []),
        (f"{PROMPTS}\ndecision: gan", "", ["decision-excluded"]),  # text excludes a plain GAN
        (f"{PROMPTS}\ndecision: hybrid", "", ["decision-not-recommended"]),
        (f"{PROMPTS}\ndecision: consistency", "", ["decision-not-recommended"]),
        (f"{PROMPTS}\ndecision: evaluate_both", "", ["decision-not-recommended"]),
        (f"{CLOSE}\ndecision: evaluate_both", "", []),
        (f"{CLOSE}\ndecision: diffusion", "", ["close-call-without-alternative"]),
        (f"{CLOSE}\ndecision: diffusion", "A StyleGAN3 was tried too.", []),
        (f"{CLOSE}\ndecision: diffusion", "It began with an organ.", ["close-call-without-alternative"]),
        (f"{CLOSE}\ndecision: hybrid", "", ["decision-not-recommended"]),
        ("constraints: {domain: narrow}\ndecision: gan", "", ["constraint-unsettled"]),
        ("constraints: {}\ndecision: gan", "", ["constraint-unsettled"]),
        (f"{SETTLED}\ndecision: gan", 'Chosen option: "Latent diffusion", because.', ["prose-names-another-architecture"]),
        (f"{SETTLED}\ndecision: gan", "Chosen option: pix2pix, because of pairs", []),
        (f"{SETTLED}\ndecision: gan", 'Chosen option: "Option B", because.', []),
        (f"{SETTLED}\ndecision: diffusion\ndecided_with: article@1.0.0", "", ["decision-excluded"]),
        (f"{SETTLED}\ndecision: diffusion\ndecided_with: article@0.9.0", "", ["decision-excluded", "decided-with-unknown-rules"]),
        (f"{SETTLED}\ndecision: diffusion\ndecided_with: test@1.0.0", "", ["decided-with-older-rules"]),
        (f"{SETTLED}\ndecision: diffusion\ndecided_with: article@1", "", ["decision-excluded"]),
        (f"{SETTLED}\ndecision: diffusion\ndecided_with: article@1.0", "", ["decision-excluded"]),
        (f"{SETTLED}\ndecision: diffusion\ndecided_with: article@2", "", ["decision-excluded", "decided-with-unknown-rules"]),
        (f"{SETTLED}\ndecision: gan\ndecided_with: nonsense@1", "", ["decided-with-unknown-rules"]),
        (f"{SETTLED}\ndecision: diffusion", 'Chosen option: "Not a GAN"', ["decision-excluded"]),
        (f"{SETTLED}\ndecision: diffusion", 'Chosen option: "the SLOGAN generator"', ["decision-excluded"]),
        (f"{SETTLED}\ndecision: gan\ndecided_with: test@1", "", []),
    ],
)  # fmt: skip
def test_decisions(block: str, prose: str, expected: list[str], shipped: RuleTable) -> None:
    assert ids(found(record(block, prose), shipped)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("accepted", ["decision-missing"]),
        ("proposed", []),
        ("draft", []),
        ("superseded by 0009", []),
        ("rejected", []),
        ("deprecated", []),
    ],
)
def test_the_status_says_what_binds(status: str, expected: list[str], shipped: RuleTable) -> None:
    text = f"---\nstatus: {status}\n---\n{record(SETTLED)}"
    assert ids(found(text, shipped)) == expected


def test_a_document_that_binds_nobody_is_not_judged(shipped: RuleTable) -> None:
    text = "# A\n\n## Status\n\nSuperceded by [9](0009.md)\n\n```yaml genarch\nnonsense\n```\n"
    assert judge(read_document(text, "a.md", shipped), shipped, POLICY) == ([], [])


WAIVED = f"{SETTLED}\ndecision: diffusion\nwaivers:\n- {{rule: %s, reason: %s, approved_by: '@team'%s}}"
GOOD = "measured at 31 ms on the phone"


@pytest.mark.parametrize(
    ("rule", "reason", "more", "open_ones"),
    [
        ("decision-excluded", GOOD, "", []),
        ("under-100-ms-needs-a-single-pass", GOOD, "", []),
        ("decision-excluded", GOOD, ", expires: 2026-11-24", []),  # the last valid day counts
        ("decision-excluded", GOOD, ", expires: 2026-11-23", ["decision-excluded", "waiver-expired"]),
        ("decision-excluded", GOOD, ", expires: 9999-12-31", ["waiver-endless"]),
        ("decision-excluded", "TODO", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-excluded", "necessary", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-excluded", "TODO TODO", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-excluded", "tbd by the team", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-excluded", "aaaaaaaa bbbbb", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-excluded", "\u5df2\u5728\u624b\u673a\u4e0a\u6d4b\u5f97", "", []),
        ("decision-excluded", "x", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-excluded", "'...'", "", ["decision-excluded", "waiver-unjustified"]),
        ("decision-exclude", GOOD, "", ["decision-excluded", "waiver-unknown"]),
        ("'*'", GOOD, "", ["decision-excluded", "waiver-unknown"]),
        ("block-invalid", GOOD, "", ["decision-excluded", "waiver-forbidden"]),
        ("narrow-domain-favours-gan", GOOD, "", ["decision-excluded", "waiver-forbidden"]),
        ("decision-not-recommended", GOOD, "", ["decision-excluded", "waiver-unused"]),
        ("text-excludes-plain-gan", GOOD, "", ["decision-excluded", "waiver-unused"]),
    ],
)
def test_waivers(rule: str, reason: str, more: str, open_ones: list[str], shipped: RuleTable) -> None:
    findings = found(record(WAIVED % (rule, reason, more)), shipped)
    assert ids(findings) == open_ones
    assert ids(findings, waived=True) == ([] if "decision-excluded" in open_ones else ["decision-excluded"])


def test_requirements_need_an_approval(shipped: RuleTable) -> None:
    text = record(WAIVED % ("decision-excluded", GOOD, "")).replace(", approved_by: '@team'", "")
    assert ids(found(text, shipped)) == ["decision-excluded", "waiver-unapproved"]
    assert ids(found(text.replace(GOOD, f"{GOOD}, approved_by: tbd"), shipped)) == [
        "decision-excluded",
        "waiver-unapproved",
    ]


def test_two_waivers_of_one_check_are_one_too_many(shipped: RuleTable) -> None:
    text = record(WAIVED % ("decision-excluded", GOOD, "")).replace("```\n", "", 0)
    twice = text.replace("\n```\n", f"\n- {{rule: decision-excluded, reason: {GOOD}, approved_by: '@a'}}\n```\n")
    (finding_at,) = [item for item in found(twice, shipped) if not item.finding.waived]
    assert "is waived above already" in finding_at.finding.message


def test_a_waiver_of_rules_has_to_name_each(shipped: RuleTable) -> None:
    block = "constraints: {latency_budget_ms: 33, conditioning: [text], maturity: proven}\ndecision: hybrid\nwaivers:\n"
    one = "- {rule: proven-only-excludes-hybrids, reason: allowed by the board, approved_by: '@cto'}\n"
    other = "- {rule: under-100-ms-needs-a-single-pass, reason: allowed by the board, approved_by: '@cto'}\n"
    excluded = found(record(block + one), shipped)
    assert ids(excluded) == ["decision-excluded", "waiver-unused"]
    assert (
        "alone covers nothing, while under-100-ms-needs-a-single-pass hits too; waive both"
        in excluded[1].finding.message
    )
    assert ids(found(record(block + one + other), shipped)) == []


def test_a_team_may_ask_for_an_end(shipped: RuleTable) -> None:
    text = record(WAIVED % ("decision-excluded", GOOD, ""))
    ending = POLICY._replace(latest="2027-02-22", ending=True)
    assert ids(found(text, shipped, ending)) == ["waiver-endless"]
    assert ids(found(text.replace(GOOD, f"{GOOD}, expires: 2027-02-22"), shipped, ending)) == []
    assert ids(found(text.replace(GOOD, f"{GOOD}, expires: 2027-02-23"), shipped, ending)) == ["waiver-endless"]


def test_waivers_may_be_left_aside(shipped: RuleTable) -> None:
    text = record(WAIVED % ("decision-excluded", GOOD, ", expires: 2020-01-01"))
    assert ids(found(text, shipped, POLICY._replace(waivers=False))) == ["decision-excluded"]


def test_severities_are_the_team_s(shipped: RuleTable) -> None:
    text = record("constraints: {domain: narrow}\ndecision: gan")
    (finding_at,) = found(text, shipped, POLICY._replace(severities={"constraint-unsettled": "note"}))
    assert finding_at.severity == "note"
    assert found(text, shipped, POLICY._replace(severities={"constraint-unsettled": "off"})) == []


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("GAN", {"gan"}),
        ("a gan", {"gan"}),
        ("GANs and Diffusion", {"gan", "diffusion"}),
        ("StyleGAN2-ADA", {"gan"}),
        ("organ, began, Michigan, slogans", set()),
        ("SLOGAN, ORGANISATION, ELEGANT", set()),
        ("WGAN, VQGAN, GigaGANs", {"gan"}),
        ("GAN-enhanced diffusion", {"hybrid"}),
        ("gan_enhanced_diffusion", {"hybrid"}),
        ("latent diffusion with a GAN decoder", {"hybrid"}),
        ("a consistency model", {"hybrid"}),
        ("temporal consistency", set()),
        ("Stable Diffusion with ControlNet", {"diffusion"}),
        ("CycleGAN or pix2pix", {"gan"}),
        ("LoRA", set()),  # a method of diffusion and of hybrids alike
        ("d\u0130ffu\u017fion with D\u0131FFUSION", {"diffusion"}),
        ("", set()),
    ],
)
def test_names_in_a_text(text: str, families: set[str], shipped: RuleTable) -> None:
    assert families_named(text, shipped) == families


@given(random_answers() | complete_answers(), st.data())
def test_what_is_said_of_a_decision_agrees_with_evaluation_and_exploration(
    shipped: RuleTable, answers: dict[str, object], data: st.DataObject
) -> None:
    agreeing = decide(Spec("s", answers), shipped).verdict  # type: ignore[arg-type]
    often = [name for name in shipped.decisions if name == agreeing] or shipped.decisions
    decision = data.draw(st.sampled_from(shipped.decisions) | st.sampled_from(often))
    spec = Spec("s", answers, decision=decision)  # type: ignore[arg-type]
    placed = PlacedSpec(spec, {"": Place("a.md", 1, 1)})
    findings, (judged,) = judge(DesignDocument("a.md", specs=(placed,)), shipped, POLICY)
    checks = set(ids(findings))
    possible = {item.verdict for item in explore(spec, shipped).possible}
    assert ("constraint-unsettled" in checks) <= (len(possible) > 1)
    if len(possible) == 1:
        assert {judged.verdict} == possible
    else:
        assert judged.verdict == decide(spec, shipped).verdict
    if decision == judged.verdict:
        assert not checks & {"decision-excluded", "decision-not-recommended", "close-call-without-alternative"}
    if judged.verdict == "infeasible":
        assert "decision-excluded" in checks
    assert len(checks & {"decision-excluded", "decision-not-recommended", "close-call-without-alternative"}) <= 1


@pytest.mark.parametrize("text", ["ab12" * 100_000, "GAN" * 100_000, "a" * 300_000 + "GAN"], ids=range(3))
def test_names_are_looked_for_in_time(text: str, shipped: RuleTable) -> None:
    began = time.process_time()
    families_named(text, shipped)
    assert time.process_time() - began < 5


def test_what_the_table_of_that_day_contradicts_as_well_is_no_matter_of_tables(shipped: RuleTable) -> None:
    text = record(f"{SETTLED}\ndecision: diffusion\ndecided_with: article@1.0.0")
    field = load_rules("field")
    assert ids(found(text, field, POLICY._replace(tables=(shipped,)))) == ["decision-excluded"]
    agreed = record(f"{SETTLED}\ndecision: gan\ndecided_with: article@1.0.0")
    assert "decided-with-older-rules" not in ids(found(agreed, field, POLICY._replace(tables=(shipped,))))


def test_a_named_model_is_compared_with_budget_and_licence(shipped: RuleTable) -> None:
    block = f"{SETTLED.replace('}', ', task: unconditional, training: from_scratch, commercial_use: true, gpu: gtx-1080ti, resolution_px: 1024}')}\ndecision: gan\nmodel: stylegan3-t"
    budget, licence = found(record(block), shipped)
    assert budget.finding.check == "model-too-slow"
    assert "stylegan3-t is too slow for the budget of 33 ms: it is estimated to take" in budget.finding.message
    assert "on gtx-1080ti at 1024 px" in budget.finding.message
    assert "evidence@" in budget.finding.message
    assert licence.finding.check == "licence-conflict"
    assert "its licence forbids commercial use" in licence.finding.message
    waived = f"{block}\nwaivers:\n- {{rule: licence-conflict, reason: commercial licence of 2026-03}}\n- {{rule: model-too-slow, reason: 31 ms measured on ours}}"
    assert ids(found(record(waived), shipped)) == []
    quicker = block.replace("stylegan3-t", "stylegan2-rosinality")
    assert ids(found(record(quicker), shipped)) == ["budget-beyond-evidence"], "39 ms as it was written"
    assert ids(found(record(quicker.replace("gtx-1080ti", "rtx-3090")), shipped)) == [], "measured: 22 ms"


def test_hardware_that_contradicts_the_device_is_found_and_waived_by_the_id_in_the_message(shipped: RuleTable) -> None:
    block = f"{PROMPTS.replace('}', ', gpu: a100, device: mobile}')}\ndecision: diffusion"
    (only,) = found(record(block), shipped)
    assert only.finding.check == "constraints-inconsistent"
    assert only.finding.subject == ("inconsistent-gpu-device",)
    waived = f"{block}\nwaivers:\n- {{rule: inconsistent-gpu-device, reason: two machines are meant here}}"
    assert ids(found(record(waived), shipped)) == []


CATALOGUE = load_catalogue()
FIELD = load_rules("field")


@given(
    st.fixed_dictionaries(
        {
            "task": st.sampled_from(["text_to_image", "image_to_image", "unconditional", "super_resolution"]),
            "conditioning": st.sets(st.sampled_from(["text", "pose", "reference_image"])).map(frozenset),
            "gpu": st.sampled_from(sorted(CATALOGUE.hardware)),
            "resolution_px": st.sampled_from([256, 512, 1024]),
            "latency_budget_ms": st.sampled_from([10, 50, 200, 1000, 4000, 20000]),
        }
    )
)
@examples(60)
def test_no_model_passes_of_an_architecture_that_evidence_calls_too_slow(answers: dict[str, Any]) -> None:
    out = {
        name
        for rule in evaluate(Spec("s", answers), FIELD).hits
        if rule.id.startswith("evidence-") and rule.id.endswith("-too-slow")
        for name in rule.excludes
    }
    for model in (model for name in out for model in CATALOGUE.generators(name)):
        spec = Spec("s", answers, decision=model.architecture, model=model.id)
        assert list(judge_model(PlacedSpec(spec, {"": Place("a.md", 1, 1)}), FIELD, CATALOGUE)), model.id


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("pix2pix-turbo", {"hybrid"}),
        ("Pix2Pix Turbo or CycleGAN-turbo", {"hybrid"}),
        ("Cycle-GAN-Turbo", {"hybrid"}),
        ("pix2pix and CycleGAN", {"gan"}),
        ("a turbo mode of CycleGAN", {"gan"}),
        ("DDGAN", {"hybrid"}),
        ("Denoising Diffusion GAN", {"hybrid"}),
        ("Diffusion-GAN", {"hybrid"}),
        ("a VQ-GAN decoder", {"hybrid"}),
        ("VQGAN decoders", {"hybrid"}),
        ("the GAN decoder", {"hybrid"}),
        ("a decoder beside the GAN", {"gan"}),
        ("VQGAN f16", {"hybrid"}),
        ("StyleGAN-T", {"gan"}),
        ("SDXL-Turbo", set()),  # nothing in its name is another family's
    ],
)
def test_a_model_named_in_a_text_is_what_the_catalogue_says(text: str, families: set[str]) -> None:
    assert families_named(text, FIELD) == families


@pytest.mark.parametrize(
    ("decision", "chosen", "found_there"),
    [
        ("hybrid", "CycleGAN-turbo", False),
        ("few_step", "pix2pix-turbo, fine-tuned", False),
        ("latent_diffusion_gan_decoder", "Latent diffusion with a VQ-GAN decoder", False),
        ("gan", "CycleGAN-turbo", True),
        ("hybrid", "CycleGAN", True),
    ],
)
def test_what_the_text_chooses_is_compared_by_what_it_is(decision: str, chosen: str, found_there: bool) -> None:  # noqa: FBT001
    text = record(f"constraints: {{}}\ndecision: {decision}", f'Chosen option: "{chosen}", because.')
    assert ("prose-names-another-architecture" in ids(found(text, FIELD))) is found_there
