"""What is said of a decision, word for word, under small tables in which every figure can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from builders import SOURCE, rule, table
from catalogues import card, catalogue, licence, model, row, work
from genarch import RuleTable, explore
from genarch.documents.judge import judge_decision, judge_model, taken_with
from genarch.documents.reader import Chosen, DesignDocument, PlacedSpec, families_named
from genarch.engine.conditions import ALWAYS, All, Condition, Not, Predicate
from genarch.engine.constraints import BY_NAME, Answers, Range
from genarch.engine.findings import Located, Place
from genarch.engine.rules import Architecture, Family, Method, Notice
from genarch.engine.spec import Spec
from genarch.evidence.entries import Measurement
from genarch.evidence.standing import instantiated

NARROW = Predicate("domain", "any_of", ("narrow",))
BROAD = Predicate("domain", "any_of", ("broad",))
PATH = "a.md"
CITED = "(domain: narrow; T1; expert judgement)"


def placed(constraints: Answers, decision: str | None = None, decided_with: str | None = None) -> PlacedSpec:
    fields = ["", "id", "constraints", *(f"constraints.{name}" for name in constraints), "decision", "decided_with"]
    places = {field: Place(PATH, line, 1) for line, field in enumerate(fields, 1)}
    return PlacedSpec(Spec("a", constraints, decision=decision, decided_with=decided_with), places)


def found(
    spec: PlacedSpec, rules: RuleTable, document: DesignDocument | None = None, *others: RuleTable
) -> list[Located]:
    return judge_decision(spec, document or DesignDocument(PATH, specs=(spec,)), rules, others)[1]


def only(findings: Sequence[Located], check: str) -> Located:
    (wanted,) = [item for item in findings if item.finding.check == check]
    return wanted


@pytest.mark.parametrize(
    ("points", "decision", "message"),
    [
        ([{"gan": 3}], "hybrid", f"gan (clear), not hybrid by r0 {CITED}"),
        ([{"consistency": 3}], "gan", f"hybrid, as consistency (clear), not gan by r0 {CITED}"),
        ([{"gan": 3, "diffusion": 3}], "hybrid", f"evaluate_both (gan and diffusion), not hybrid by r0 {CITED}"),
        ([{"gan": 3, "diffusion": 2}], "hybrid", f"gan (lean), not hybrid by r0 {CITED}"),
        ([{"gan": 3}, {"diffusion": 3}], "hybrid", f"evaluate_both (gan and diffusion), not hybrid by r0 {CITED}"),
        ([{"gan": 3}], "evaluate_both", f"gan (clear), not evaluate_both by r0 {CITED}"),
        ([{"gan": 1}], "evaluate_both", f"gan (clear), not evaluate_both by r0 {CITED}"),
        ([{"gan": 3}, {"diffusion": 1}], "evaluate_both", f"gan (clear), not evaluate_both by r0 {CITED}"),
        ([{"gan": 1}], "diffusion", f"gan (clear), not diffusion by r0 {CITED}"),
        ([{"gan": 3}, {"diffusion": -1}], "diffusion", f"gan (clear), not diffusion by r0 {CITED}; r1 {CITED}"),
        (
            [{"consistency": 3}],
            "gan_enhanced_diffusion",
            f"hybrid, as consistency (clear), not gan_enhanced_diffusion by r0 {CITED}",
        ),
        # Each rule gives one of the hybrids as much as the GAN, and the GAN has the sum.
        (
            [{"gan": 2, "consistency": 2}, {"gan": 2, "gan_enhanced_diffusion": 2}],
            "hybrid",
            "gan (clear), not hybrid",
        ),
        (
            [{"diffusion": -3}, {"gan": 1, "consistency": 1}],
            "diffusion",
            f"evaluate_both (gan and hybrid), not diffusion by r0 {CITED}; r1 {CITED}",
        ),
    ],
)
def test_the_answer_and_its_reasons(points: list[dict[str, int]], decision: str, message: str) -> None:
    rules = table(*(rule(f"r{at}", NARROW, gained) for at, gained in enumerate(points)))
    item = only(found(placed({"domain": "narrow"}, decision), rules), "decision-not-recommended")
    assert item.finding.message == (
        f"the constraints favour {message}. Change the decision, state what else decided, or waive "
        "decision-not-recommended with a reason"
    )
    assert item.place == Place(PATH, 5, 1)
    assert item.severity == "error"
    assert item.spec is not None


def test_the_recommended_architecture_may_be_named_itself() -> None:
    rules = table(rule("r", NARROW, {"consistency": 3}))
    assert found(placed({"domain": "narrow"}, "consistency"), rules) == []
    assert found(placed({"domain": "narrow"}, "hybrid"), rules) == []


def test_without_a_decision_the_message_has_the_answer() -> None:
    nothing = table(rule("r", NARROW, excludes=["gan", "diffusion", "consistency", "gan_enhanced_diffusion"]))
    for rules, answer in ((nothing, "nothing (infeasible)"), (table(rule("r", BROAD, {"gan": 1})), "undetermined")):
        item = only(found(placed({"domain": "narrow"}), rules), "decision-missing")
        assert (
            item.finding.message == f"no decision is stated; the constraints give {answer}. Add 'decision:' beside them"
        )
        assert item.place == Place(PATH, 3, 1)


def test_the_weightiest_reasons_come_first_and_the_rest_are_counted() -> None:
    points = {"a": 1, "b": 3, "c": 2, "d": 3, "e": 1}
    rules = table(
        *(rule(name, NARROW, {"gan": gained}) for name, gained in points.items()),
        rule("against", NARROW, {"consistency": 3}),
        rule("less", NARROW, {"gan": 3, "consistency": 2, "gan_enhanced_diffusion": 1}),  # a lead of 1
        rule("level", NARROW, {"gan": 2, "gan_enhanced_diffusion": 2}),  # none
    )
    message = only(found(placed({"domain": "narrow"}, "hybrid"), rules), "decision-not-recommended").finding.message
    assert f"by b {CITED}; d {CITED}; c {CITED}; and 3 more rules. Change" in message
    four = table(*(rule(name, NARROW, {"gan": 3}) for name in "abcd"))
    message = only(found(placed({"domain": "narrow"}, "hybrid"), four), "decision-not-recommended").finding.message
    assert f"; c {CITED}; and 1 more rules. Change" in message
    three = table(*(rule(name, NARROW, {"gan": 3}) for name in "abc"))
    message = only(found(placed({"domain": "narrow"}, "hybrid"), three), "decision-not-recommended").finding.message
    assert f"; c {CITED}. Change" in message


def test_a_rule_that_reads_nothing_stated_says_so() -> None:
    rules = table(rule("always", ALWAYS, {"gan": 3}))
    message = only(found(placed({"domain": "narrow"}, "hybrid"), rules), "decision-not-recommended").finding.message
    assert "by always (implied by the rest; T1; expert judgement)" in message


def test_a_rule_that_reads_several_constraints_names_each() -> None:
    rules = table(rule("r", All((NARROW, Predicate("serving", "any_of", ("batch",)))), {"gan": 3}))
    message = found(placed({"domain": "narrow", "serving": "batch"}, "hybrid"), rules)[0].finding.message
    assert "by r (domain: narrow, serving: batch; T1; expert judgement)" in message


def test_what_a_verdict_could_still_become_is_listed() -> None:
    serving = {"realtime": "gan", "near_realtime": "diffusion", "batch": "consistency"}
    rules = table(*(rule(name, Predicate("serving", "any_of", (name,)), {best: 3}) for name, best in serving.items()))
    message = only(found(placed({}, "gan"), rules), "constraint-unsettled").finding.message
    assert message.startswith("undetermined could still become gan, diffusion or hybrid: serving (")


def test_numbers_are_shown_to_two_places() -> None:
    rules = table(rule("fast", Predicate("latency_budget_ms", "below", (50,)), {"gan": 3}))
    spec = placed({"latency_budget_ms": 100 / 3}, "hybrid")
    assert "fast (latency_budget_ms: 33.33; T1" in found(spec, rules)[0].finding.message
    assert (
        "fast (latency_budget_ms: 33; T1"
        in found(placed({"latency_budget_ms": 33}, "hybrid"), rules)[0].finding.message
    )


def test_what_is_excluded() -> None:
    rules = table(
        rule("no-gan", NARROW, excludes=["gan"]),
        rule("no-consistency", NARROW, excludes=["consistency"]),
        rule("elsewhere", BROAD, excludes=["gan"]),
        rule("r", NARROW, {"diffusion": 3, "gan_enhanced_diffusion": 3}),
    )
    item = only(found(placed({"domain": "narrow"}, "gan"), rules), "decision-excluded")
    assert item.finding.message == (
        f"gan is ruled out by no-gan {CITED}. Either change the decision (to diffusion or hybrid), correct the "
        "constraint, or waive decision-excluded with a reason and approved_by"
    )
    assert item.finding.subject == ("no-gan",)
    assert item.place == Place(PATH, 5, 1)
    for decision, check in (("consistency", "decision-excluded"), ("hybrid", "close-call-without-alternative")):
        assert [item.finding.check for item in found(placed({"domain": "narrow"}, decision), rules)] == [check]
    assert found(placed({"domain": "narrow"}, "evaluate_both"), rules) == []


def test_where_nothing_else_leads_no_other_decision_is_suggested() -> None:
    rules = table(rule("no-gan", NARROW, excludes=["gan"]))
    message = only(found(placed({"domain": "narrow"}, "gan"), rules), "decision-excluded").finding.message
    assert "Either change the decision, correct the constraint, or waive" in message


def test_where_nothing_is_left_there_is_nothing_to_change_to() -> None:
    rules = table(
        rule("some", NARROW, excludes=["gan", "diffusion"]),
        rule("others", NARROW, excludes=["consistency", "gan_enhanced_diffusion"]),
    )
    item = only(found(placed({"domain": "narrow"}, "evaluate_both"), rules), "decision-excluded")
    assert item.finding.subject == ("some", "others")
    assert item.finding.message == (
        f"evaluate_both is ruled out by some {CITED}; others {CITED}. Either relax one of the constraints, since no "
        "architecture is left, or waive decision-excluded with a reason and approved_by"
    )


@pytest.mark.parametrize("decision", ["gan", "hybrid", "consistency"])
def test_a_close_call_needs_the_other_side(decision: str) -> None:
    rules = table(rule("r", NARROW, {"gan": 3, "consistency": 3}))
    spec = placed({"domain": "narrow"}, decision)
    other = "hybrid" if decision == "gan" else "gan"
    item = only(found(spec, rules), "close-call-without-alternative")
    assert item.finding.message == (
        f"gan and hybrid are too close to call, but the document mentions only {decision}. Describe how {other} compared,"
        " decide evaluate_both, or waive close-call-without-alternative with a reason"
    )
    assert item.place == Place(PATH, 5, 1)
    assert found(spec, rules, DesignDocument(PATH, prose=f"We tried {other}.")) == []
    assert found(spec, rules, DesignDocument(PATH, prose="We tried diffusion.")) == [item]


FLAGS = ("temporal_consistency", "pretrained_available", "paired_data")


def test_what_is_unsettled_names_everything_that_matters_the_most_telling_first() -> None:
    paired = rule("w", Predicate("paired_data", "is", (True,)), {"diffusion": 2})
    rules = table(rule("r", NARROW, {"gan": 2}), paired)
    one = only(found(placed({"domain": "narrow"}, "gan"), rules), "constraint-unsettled")
    meaning = BY_NAME["paired_data"].meaning
    assert one.finding.message == (
        f"gan could still become evaluate_both: paired_data ({meaning}) is not stated. State it, or waive "
        "constraint-unsettled where nobody can know"
    )
    assert (one.finding.subject, one.severity) == (("paired_data",), "warning")
    assert one.place == Place(PATH, 3, 1)
    # Batch serving alone settles it for diffusion, 9 points against at most 6; each flag alone makes it a close call.
    conditions: list[Condition] = [Predicate(name, "is", (True,)) for name in FLAGS]
    rules = table(
        rule("r", NARROW, {"gan": 3}),
        *(rule(f"w{at}", condition, {"diffusion": 3}) for at, condition in enumerate(conditions)),
        rule("batch", Predicate("serving", "any_of", ("batch",)), {"diffusion": 9}),
        rule("idle", BROAD, {"diffusion": 3}),  # narrow is stated: it can hit no more
    )
    several = only(found(placed({"domain": "narrow"}, "gan"), rules), "constraint-unsettled")
    assert set(several.finding.subject) == {"serving", *FLAGS}
    first, *others = several.finding.subject
    assert several.finding.message == (
        f"gan could still become diffusion or evaluate_both: {first} ({BY_NAME[first].meaning}), {others[0]}, "
        f"{others[1]} and {others[2]} are not stated, the most telling first. State them, or waive "
        "constraint-unsettled where nobody can know"
    )
    assert first == explore(Spec("a", {"domain": "narrow"}), rules).next_question == "serving"


def test_nothing_is_unsettled_where_the_decision_is_excluded_anyway() -> None:
    rules = table(
        rule("no", NARROW, excludes=["gan"]), rule("r", Predicate("paired_data", "is", (True,)), {"diffusion": 3})
    )
    assert [item.finding.check for item in found(placed({"domain": "narrow"}, "gan"), rules)] == ["decision-excluded"]


def test_where_all_answers_lead_to_one_verdict_that_one_counts() -> None:
    rules = table(rule("n", NARROW, {"gan": 3}), rule("b", BROAD, {"gan": 3}))
    spec = placed({}, "diffusion")
    decision, findings = judge_decision(spec, DesignDocument(PATH), rules)
    assert (decision.verdict, decision.architecture, decision.settled) == ("gan", "gan", True)
    assert (decision.spec, decision.line, decision.decision) == ("a", 1, "diffusion")
    assert "the constraints favour gan (clear)" in only(findings, "decision-not-recommended").finding.message
    unsettled = judge_decision(placed({}, "gan"), DesignDocument(PATH), table(rule("n", NARROW, {"gan": 3})))[0]
    assert (unsettled.verdict, unsettled.settled) == ("undetermined", False)


@pytest.mark.parametrize(
    ("text", "decision", "another"),
    [
        ("GAN", "gan", False),
        ("GAN and diffusion", "gan", False),  # what was decided is among them
        ("diffusion", "gan", True),
        ("diffusion and hybrid", "gan", True),
        ("Option B", "gan", False),
        ("rather diffusion", "gan", False),
        ("GAN", "consistency", True),
        ("hybrid", "consistency", False),
        ("GAN", "evaluate_both", True),
        ("GAN and diffusion", "evaluate_both", False),
        ("Option B", "evaluate_both", False),
        ("diffusion", None, False),
    ],
)
def test_what_the_text_chooses(text: str, decision: str | None, another: bool) -> None:  # noqa: FBT001
    rules = table(rule("r", ALWAYS, {"gan": 1}))
    spec = placed({}, decision)
    chosen = (Chosen("Option A", Place(PATH, 8, 1)), Chosen(text, Place(PATH, 9, 1)))
    findings = found(spec, rules, DesignDocument(PATH, "draft", (spec,), chosen=chosen))
    named = [item for item in findings if item.finding.check == "prose-names-another-architecture"]
    assert [item.place.line for item in named] == ([9] if another else [])
    for item in named:
        families = " and ".join(sorted(families_named(text, rules)))
        assert item.finding.message == (
            f"the text chooses '{text}', which is {families}, but the block decides {decision}. Make the two agree"
        )
    several = found(spec, rules, DesignDocument(PATH, "draft", (spec, spec), chosen=chosen))
    assert not [item for item in several if item.finding.check == "prose-names-another-architecture"]


def test_an_inconsistency_stands_at_the_first_constraint_it_reads() -> None:
    when = Not(Predicate("serving", "any_of", ("batch",)))
    notice = Notice(
        id="n", level="inconsistency", title="n", when=when, message="Both cannot be.", source=SOURCE, about=()
    )
    rules = table(rule("r", NARROW, {"gan": 3}), notices=[notice, notice._replace(id="w", level="warning")])
    item = only(found(placed({"domain": "narrow", "serving": "realtime"}, "gan"), rules), "constraints-inconsistent")
    assert item.finding.message == "serving: realtime contradict one another (n; T1; expert judgement): Both cannot be."
    assert item.finding.subject == ("n",)
    assert item.place == Place(PATH, 5, 1)


OLD = "test@0.9"


@pytest.mark.parametrize(
    ("points", "decision"),
    [({"gan": 3}, "hybrid"), ({"gan": 3, "consistency": 3}, "gan")],
    ids=["not-recommended", "close-call"],
)
def test_what_older_rules_allowed_is_a_warning(points: dict[str, int], decision: str) -> None:
    rules = named_table("test", "1.0.0", rule("r", NARROW, points), earlier=("0.9.0",))
    made_up = found(placed({"domain": "narrow"}, decision, "test@0.8"), rules)
    assert [one.finding.check for one in made_up][1:] == ["decided-with-unknown-rules"], (
        "what never was excuses nothing"
    )
    item = found(placed({"domain": "narrow"}, decision, OLD), rules)
    assert [one.finding.check for one in item] == ["decided-with-older-rules"]
    answer = "gan (clear)" if len(points) == 1 else "evaluate_both (gan and hybrid)"
    assert item[0].finding.message == (
        f"{decision} was decided with {OLD}; with test@1.0.0 the constraints give {answer}. Check whether the deployment "
        "still stands, then update the record"
    )
    assert item[0].place == Place(PATH, 6, 1)


def named_table(
    table_id: str, version: str, *rules: object, extends: str = "", earlier: tuple[str, ...] = ()
) -> RuleTable:
    made = table(*rules)  # type: ignore[arg-type]  # rules of the builders
    header = made.header._replace(id=table_id, version=version, extends=extends, earlier=earlier)
    return made._replace(header=header)


def test_the_table_of_that_day_is_asked_where_it_is_at_hand() -> None:
    rules = table(rule("r", NARROW, {"gan": 3}))
    spec = placed({"domain": "narrow"}, "hybrid", "old@2.0")
    agreed = named_table("old", "2.0.1", rule("r", NARROW, {"consistency": 3}))
    against = named_table("old", "2.0.1", rule("r", NARROW, {"diffusion": 3}))
    without = named_table("old", "2.1.0", rule("r", NARROW, {"diffusion": 3}), earlier=("2.0.1",))
    checks = {
        name: [item.finding.check for item in found(spec, rules, None, other)]
        for name, other in (("agreed", agreed), ("against", against), ("without", without))
    }
    assert checks == {
        "agreed": ["decided-with-older-rules"],
        "against": ["decision-not-recommended"],
        "without": ["decided-with-older-rules"],
    }


def test_rules_that_nobody_knows_are_named_beside_those_that_are() -> None:
    rules = table(rule("r", NARROW, {"gan": 3}))
    other = named_table("other", "1.0.0")
    item = only(found(placed({"domain": "narrow"}, "gan", "x@1"), rules, None, other), "decided-with-unknown-rules")
    assert item.finding.message == (
        "x@1 is not a known rule table (known: test, other; the current one is test@1.0.0). Name the one that "
        "the decision was taken with"
    )
    assert item.place == Place(PATH, 6, 1)


@pytest.mark.parametrize(
    ("decided_with", "taken"),
    [
        (None, "own"),
        ("own@1.2.0", "own"),
        ("own@1.2", "own"),
        ("own@1", "own"),
        ("own@1.1.9", "unknown"),
        ("own@1.1.0", "older"),
        ("own@1.1", "older"),
        ("own@0.9", "older"),
        ("own@0", "older"),
        ("own@0.1", "unknown"),
        ("own@1.0", "unknown"),
        ("own@1.2.1", "unknown"),
        ("own@1.10", "unknown"),
        ("own@2", "unknown"),
        ("other@1.0.0", "other"),
        ("other@1.0", "other"),
        ("other@0.9", "unknown"),
        ("other@1.1", "unknown"),
        ("base@1.0.0", "older"),
        ("base@1", "older"),
        ("base@99", "unknown"),
        ("base@0.1.0", "unknown"),
        ("nonsense@1", "unknown"),
    ],
)
def test_which_table_a_decision_was_taken_with(decided_with: str | None, taken: str) -> None:
    own = named_table("own", "1.2.0", extends="base@1.0.0", earlier=("1.1.0", "0.9.0"))
    other = named_table("other", "1.0.0")
    found = taken_with(decided_with, own, [other])
    assert found is {"own": own, "other": other}.get(taken, taken)


def test_a_table_at_hand_in_several_versions() -> None:
    present = named_table("a", "1.0.0")
    others = [named_table("b", "1.2.0"), named_table("b", "2.0.0")]
    for decided_with, wanted in (("b@1", others[0]), ("b@2.0.0", others[1]), ("b@1.9", "unknown"), ("b@3", "unknown")):
        assert taken_with(decided_with, present, others) is wanted


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("one", {"one"}),
        ("The First Family", {"one"}),
        ("Fast Net (small) Plus", {"one"}),
        ("fast-net plus", {"one"}),
        ("net_two", {"two"}),
        ("Net two of them", {"two"}),
        ("single", set()),  # an id of one word may mean something else
        ("Adapters", {"two"}),
        ("LoRA", set()),  # of both families
        ("Net", set()),
        ("NET-2", {"two"}),
        ("XNET-2", set()),  # no acronym that ends a longer name
        ("Fast Net Plus Ultra", {"two"}),  # the longest name counts
    ],
)
def test_names_stand_for_families(text: str, families: set[str]) -> None:
    families_of = (Family("one", "The First Family", "s"), Family("two", "Second", "s"))
    architectures = (
        Architecture("single", "one", "Fast Net (small) Plus", "s", "proven", SOURCE),
        Architecture("net_two", "two", "Other", "s", "proven", SOURCE),
        Architecture("third", "two", "Fast Net Plus Ultra", "s", "proven", SOURCE),
    )
    methods = (
        Method("adapters", "Adapters", ("net_two", "third"), ALWAYS, "because", SOURCE),
        Method("n", "NET-2", ("third",), ALWAYS, "because", SOURCE),
        Method("lora", "LoRA", ("single", "net_two"), ALWAYS, "because", SOURCE),
    )
    rules = table(architectures={"x": "one"})._replace(
        families=families_of, architectures=architectures, methods=methods
    )
    assert families_named(text, rules) == families


# A pass of 2 TFLOP and a decoder of 1, at half of 312 TFLOPS, with 10 ms a request and 5 a step: 34.2 ms, and the band
# from half to twice of it: 17 to 69 ms, in two digits.
A = card("a100-80gb-sxm", 312, 2039, mem_gb=80)
CARDS = [A, card("h100-sxm", 989, 3350)]
SHOWN = row("elsewhere", hardware="h100-sxm", latency_ms=20.0)
FULL = row("full", hardware=A.id, latency_ms=30.0, measure="batch_throughput")
ASKED: Answers = {
    "task": "text_to_image",
    "conditioning": frozenset({"text"}),
    "latency_budget_ms": 100,
    "gpu": "a100-80gb-sxm",
    "resolution_px": 512,
}
BAND = "it is estimated to take 17 ms to 69 ms, likeliest 34.2 ms, on a100-80gb-sxm at 512 px"


def about_model(
    rows: Sequence[Measurement], made: dict[str, Any], decision: str = "diffusion", **stated: Any
) -> list[Located]:
    there = catalogue([SHOWN, *rows], [model(**{"work": work(), "title": "Net", **made})], CARDS)
    answers = {name: value for name, value in {**ASKED, **stated}.items() if value is not None}
    places = {"": Place(PATH, 1, 1), "model": Place(PATH, 7, 1), "decision": Place(PATH, 6, 1)}
    return list(judge_model(PlacedSpec(Spec("a", answers, decision=decision, model="net"), places), table(), there))


@pytest.mark.parametrize(
    ("rows", "made", "stated", "check", "says"),
    [
        (
            [],
            {},
            {"latency_budget_ms": 16},
            "model-too-slow",
            f"the budget of 16 ms: {BAND} (evidence@0.0.0; estimated)",
        ),
        ([], {}, {"latency_budget_ms": 17}, "budget-beyond-evidence", f"17 ms: {BAND} (evidence@0.0.0; estimated)"),
        ([], {}, {"latency_budget_ms": 34}, "budget-beyond-evidence", f"34 ms: {BAND} (evidence@0.0.0; estimated)"),
        (
            [row("there", hardware=A.id, latency_ms=40.0)],
            {},
            {"latency_budget_ms": 30},
            "model-too-slow",
            "the budget of 30 ms: it takes 40 ms on a100-80gb-sxm at 512 px (there; measured)",
        ),
        (  # what images take at full load is the least that one takes
            [FULL],
            {},
            {"latency_budget_ms": 29},
            "model-too-slow",
            "29 ms: it takes at least 30 ms on a100-80gb-sxm at 512 px (full; measured)",
        ),
        (
            [row("there", hardware=A.id, latency_ms=40.0, engine="pytorch")],
            {"work": None},
            {"latency_budget_ms": 30},
            "model-too-slow",
            "30 ms: the fastest measured takes 40 ms on a100-80gb-sxm (there; measured)",
        ),
        (
            [],
            {"work": None},
            {"latency_budget_ms": 30},
            "budget-beyond-evidence",
            "its time on a100-80gb-sxm at 512 px is neither measured nor estimated (not shown)",
        ),
        (
            [],
            {},
            {"latency_budget_ms": 10, "gpu": None},
            "budget-beyond-evidence",
            "10 ms: the fastest measured takes 20 ms on h100-sxm (elsewhere; measured)",
        ),
        (
            [row("large", hardware=A.id, vram_gb=25.0, latency_ms=9.0)],
            {},
            {"device_memory_gb": 24},
            "model-too-large",
            "it ran in 25 GB, and 24 GB are available (large; measured)",
        ),
        (
            [],
            {"licence": licence("forbidden")},
            {"commercial_use": True},
            "licence-conflict",
            "net does not fit: its licence forbids commercial use (Some terms)",
        ),
        (
            [],
            {"licence": licence("allowed")._replace(excluded_regions=("eu", "kr"))},
            {},
            "model-closed-in-regions",
            "of net grants nothing in EU, KR (Some terms)",
        ),
        ([], {}, {"task": "super_resolution", "latency_budget_ms": None}, "model-unsuited", "super_resolution"),
        ([], {}, {"conditioning": frozenset({"mask"})}, "model-unsuited", "nothing shows it steered by mask"),
        ([], {}, {"resolution_px": 1024, "latency_budget_ms": None}, "model-unsuited", "it is shown up to 512 px"),
        ([], {"weights_released": False}, {}, "model-unsuited", "its weights were never released"),
        (
            [],
            {},
            {"decision": "gan"},
            "model-unsuited",
            "its architecture is diffusion, and the decision is gan (evidence@0.0.0). Name another model",
        ),
    ],
)
def test_a_named_model_is_judged_itself(
    rows: list[Measurement], made: dict[str, Any], stated: dict[str, Any], check: str, says: str
) -> None:
    item = only(about_model(rows, made, **stated), check)
    assert says in item.finding.message
    assert (item.place.line, item.finding.subject) == (7, ("net",))


@pytest.mark.parametrize(
    ("rows", "made", "stated"),
    [
        ([], {}, {}),
        ([], {}, {"latency_budget_ms": 35}),  # likeliest within
        ([], {}, {"latency_budget_ms": None}),
        ([], {}, {"decision": "evaluate_both", "latency_budget_ms": 35}),
        ([row("there", hardware=A.id, latency_ms=40.0)], {}, {"latency_budget_ms": 40}),
        ([], {"licence": licence("allowed")}, {"commercial_use": True}),
        ([], {"weights_released": False}, {"training": "from_scratch", "latency_budget_ms": None}),
    ],
)
def test_a_named_model_that_does_what_is_asked_is_left_alone(
    rows: list[Measurement], made: dict[str, Any], stated: dict[str, Any]
) -> None:
    assert about_model(rows, made, **stated) == []


def with_evidence(budget: int) -> RuleTable:
    """A table for diffusion or a GAN, with what evidence says of the A100."""
    there = catalogue([SHOWN], [model(work=work(), title="Net")], CARDS)
    plain = table(rule("r", NARROW, {"diffusion": 3}))
    rules = instantiated({**ASKED, "latency_budget_ms": budget}, plain, there)
    return RuleTable(*plain)._replace(rules=(*plain.rules, *rules))


def test_what_evidence_excludes_is_an_error_with_what_was_estimated() -> None:
    spec = placed({**ASKED, "domain": "narrow", "latency_budget_ms": 16}, "diffusion")
    (item,) = found(spec, with_evidence(16))
    assert (item.finding.check, item.severity) == ("decision-excluded", "error")
    assert item.finding.subject == ("evidence-diffusion-too-slow",)
    assert "diffusion is ruled out by evidence-diffusion-too-slow (the quickest of its models" in item.finding.message
    assert "17 ms on a100-80gb-sxm at 512 px; the budget is 16 ms; net; estimated). Either" in item.finding.message


def test_where_evidence_leaves_a_decision_open_the_band_is_named_unless_a_model_is() -> None:
    spec = placed({**ASKED, "domain": "narrow", "latency_budget_ms": 60}, "diffusion")
    (item,) = found(spec, with_evidence(60))
    assert (item.finding.check, item.severity) == ("budget-open", "warning")
    assert item.finding.subject == ("evidence-diffusion-open",)
    assert item.finding.message.startswith("whether diffusion keeps the budget is open: nothing shows that it")
    assert "17 ms to 69 ms" in item.finding.message
    assert "estimated)" in item.finding.message
    assert found(spec._replace(spec=spec.spec._replace(model="net")), with_evidence(60)) == []
    assert found(placed({**ASKED, "domain": "narrow", "latency_budget_ms": 69}, "diffusion"), with_evidence(69)) == []


def test_a_range_is_to_be_stated_more_closely() -> None:
    few = Predicate("training_images", "below", (1000,))
    rules = table(rule("few", few, {"diffusion": 3}), rule("many", Not(few), {"gan": 3}))
    item = only(found(placed({"training_images": Range(at_most=5000)}, "gan"), rules), "constraint-unsettled")
    assert "training_images more closely than <=5000 (own images at hand) is not stated" in item.finding.message
    settled = placed({"training_images": Range(at_most=999)}, "gan")
    assert "decision-not-recommended" in [each.finding.check for each in found(settled, rules)]
