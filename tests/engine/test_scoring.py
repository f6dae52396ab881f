"""Verdicts by hand: each case has its arithmetic beside it."""

from __future__ import annotations

import pytest

from builders import SOURCE, rule, spec, table
from genarch.engine.conditions import ALWAYS, All, Predicate
from genarch.engine.evaluation import Contribution, Unread, evaluate
from genarch.engine.rules import Method, NextStep, Notice, Ratio, Rule
from genarch.engine.scoring import Effect, Stability, Verdict, decide, revalued, scorer
from genarch.engine.spec import Spec

NARROW = Predicate("domain", "is", ("narrow",))
BROAD = Predicate("domain", "is", ("broad",))


def always(rule_id: str, excludes: tuple[str, ...] = (), **points: int) -> Rule:
    return rule(rule_id, ALWAYS, points, excludes)


@pytest.mark.parametrize(
    ("rules", "verdict", "architecture", "candidates", "confidence", "margin"),
    [
        # gan 3, diffusion 0: (3 - 0) / (3 + 0) = 1
        ([always("a", gan=3)], "gan", "gan", ("gan",), "clear", 1.0),
        # gan 3, diffusion 2: (3 - 2) / (3 + 2) = 0.2: at least 0.15, below 1/3
        ([always("a", gan=3), always("b", diffusion=2)], "gan", "gan", ("gan",), "lean", 0.2),
        # diffusion 4, gan 3: 1/7 = 0.143, below 0.15
        ([always("a", gan=3), always("b", diffusion=4)], "evaluate_both", None, ("diffusion", "gan"), "close_call", 1 / 7),
        # 2 - 1 of 3 touched: exactly 1/3 is clear
        ([always("a", gan=2), always("b", diffusion=1)], "gan", "gan", ("gan",), "clear", 1 / 3),
        # a point against touches too: gan 3 - 1 = 2, diffusion 2: tie, 0 / (3 + 1 + 2)
        ([always("a", gan=3), always("b", gan=-1, diffusion=2)], "evaluate_both", None, ("gan", "diffusion"), "close_call", 0.0),
        # what speaks against gan touches it: 4 - 2 of 5 + 1 + 2, where 2 of 6 would be clear
        ([always("a", gan=5), always("b", gan=-1, diffusion=2)], "gan", "gan", ("gan",), "lean", 0.25),
        # diffusion excluded; gan 1, best hybrid 0: 1 / 1
        ([always("a", ("diffusion",), gan=1)], "gan", "gan", ("gan",), "clear", 1.0),
        # nothing but the hybrids left: forced, whatever the points
        ([always("a", ("diffusion", "gan"), consistency=-2)], "hybrid", "gan_enhanced_diffusion", ("hybrid",), "forced", None),
        # a hybrid stands as its best: consistency 3 against gan 2, margin 1 / (3 + 2)
        ([always("a", consistency=3, gan_enhanced_diffusion=1), always("b", gan=2)], "hybrid", "consistency", ("hybrid",), "lean", 0.2),
        # the family's best is excluded, its next stands: gan_enhanced_diffusion 1 against gan 2: 1 / 3
        ([always("a", ("consistency",), consistency=3, gan_enhanced_diffusion=1, gan=2)], "gan", "gan", ("gan",), "clear", 1 / 3),
        # no hit gives a survivor points
        ([], "undetermined", None, (), None, None),
        ([always("a", ("diffusion",), diffusion=3)], "undetermined", None, (), None, None),
        # only against: gan -1; diffusion and hybrid tie at 0, and nothing touches either
        ([always("a", gan=-1)], "evaluate_both", None, ("diffusion", "hybrid"), "close_call", 0.0),
        # nothing left
        (
            [always("a", ("gan", "diffusion")), always("b", ("consistency", "gan_enhanced_diffusion"), gan=3)],
            "infeasible", None, (), None, None,
        ),
    ],
)  # fmt: skip
def test_verdicts(
    rules: list[Rule],
    verdict: str,
    architecture: str | None,
    candidates: tuple[str, ...],
    confidence: str | None,
    margin: float | None,
) -> None:
    found = evaluate(spec(), table(*rules)).verdict
    assert found.verdict == verdict
    assert found.architecture == architecture
    assert found.candidates == candidates
    assert found.confidence == confidence
    assert (float(found.margin) if found.margin else None) == (pytest.approx(margin) if margin is not None else None)


def test_the_close_call_is_compared_exactly() -> None:
    rules = [rule("a", ALWAYS, {"gan": 23, "diffusion": 17})]  # (23 - 17) / 40 = 0.15: not below it
    assert decide(spec(), table(*rules, close_call=Ratio(15, 100))).verdict == "gan"
    assert decide(spec(), table(*rules, close_call=Ratio(151, 1000))).verdict == "evaluate_both"


def test_the_limit_of_clear_is_the_tables() -> None:
    rules = [rule("a", ALWAYS, {"gan": 3}), rule("b", ALWAYS, {"diffusion": 2})]  # (3 - 2) / 5 = 1/5
    assert decide(spec(), table(*rules, clear=Ratio(1, 5))).confidence == "clear"
    assert decide(spec(), table(*rules, clear=Ratio(21, 100))).confidence == "lean"


def test_only_hits_act() -> None:
    rules = [rule("narrow", NARROW, {"gan": 2}), rule("broad", BROAD, {"diffusion": 2})]
    assert evaluate(spec(), table(*rules)).verdict.verdict == "undetermined"
    assert evaluate(spec(domain="narrow"), table(*rules)).verdict.verdict == "gan"
    assert evaluate(spec(domain="broad"), table(*rules)).verdict.verdict == "diffusion"


def test_the_ranking_has_every_reason() -> None:
    evaluation = evaluate(
        spec(domain="narrow"),
        table(
            rule("one", NARROW, {"gan": 3, "diffusion": -1}),
            rule("two", ALWAYS, {"gan": 1}, ("consistency",)),
            rule("three", BROAD, {"gan": 3}),
        ),
    )
    ranking = [(entry.architecture, entry.points, entry.excluded_by) for entry in evaluation.ranking]
    assert ranking == [
        ("gan", 4, ()),
        ("gan_enhanced_diffusion", 0, ()),
        ("diffusion", -1, ()),
        ("consistency", 0, ("two",)),
    ]
    assert evaluation.ranking[0].contributions == (Contribution("one", 3), Contribution("two", 1))
    assert [hit.id for hit in evaluation.hits] == ["one", "two"]


def test_what_is_undecided_names_the_rules_that_wait() -> None:
    rules = [
        rule("narrow", NARROW, {"gan": 2}),
        rule("fast", Predicate("latency_budget_ms", "below", (100,)), {"gan": 1}),
    ]
    undecided = evaluate(spec(domain="broad"), table(*rules)).undecided
    assert [(entry.constraint, entry.rules) for entry in undecided] == [("latency_budget_ms", ("fast",))]


@pytest.mark.parametrize(
    ("about", "domain", "shown"),
    [
        ((), "narrow", True),
        (("gan",), "narrow", True),
        (("diffusion",), "narrow", False),
        (("undetermined",), "broad", True),
        (("gan",), "broad", False),
    ],
)
def test_a_notice_speaks_only_of_its_answer(about: tuple[str, ...], domain: str, *, shown: bool) -> None:
    notice = Notice("notice", "warning", "t", ALWAYS, "message", SOURCE, about)
    evaluation = evaluate(spec(domain=domain), table(rule("a", NARROW, {"gan": 2}), notices=[notice]))
    assert bool(evaluation.notices) is shown


@pytest.mark.parametrize(
    ("about", "domain", "shown"),
    [((), "narrow", True), (("gan",), "narrow", True), (("diffusion",), "narrow", False), ((), "broad", False)],
)
def test_a_next_step_is_given_where_its_condition_hits_and_its_answer_is_given(
    about: tuple[str, ...], domain: str, *, shown: bool
) -> None:
    step = NextStep("a-step", "t", NARROW, "s", SOURCE, about=about)
    rules = table(always("a", gan=1))._replace(next_steps=(step,))
    found = evaluate(spec(domain=domain), rules)
    assert found.next_steps == ((step,) if shown else ())
    assert found.notices == ()


def test_methods_are_those_of_what_is_recommended_whose_condition_hits() -> None:
    narrow, broad = Predicate("domain", "is", ("narrow",)), Predicate("domain", "is", ("broad",))
    methods = (
        Method("for-gan", "t", ("gan",), narrow, "b", SOURCE),
        Method("for-both", "t", ("diffusion", "gan"), ALWAYS, "b", SOURCE),
        Method("for-diffusion", "t", ("diffusion",), ALWAYS, "b", SOURCE),
        Method("for-broad", "t", ("gan",), broad, "b", SOURCE),
    )
    rules = table(rule("one", narrow, {"gan": 3}), rule("other", broad, {"diffusion": 3}), methods=methods)
    assert [method.id for method in evaluate(spec(domain="narrow"), rules).methods] == ["for-gan", "for-both"]
    assert [method.id for method in evaluate(spec(domain="broad"), rules).methods] == ["for-both", "for-diffusion"]
    # Three against three: both are recommended.
    even = table(rule("one", narrow, {"gan": 3, "diffusion": 3}), methods=methods)
    assert [method.id for method in evaluate(spec(domain="narrow"), even).methods] == [
        "for-gan",
        "for-both",
        "for-diffusion",
    ]
    assert evaluate(spec(domain="broad"), even).methods == ()


def test_a_set_compared_with_exactly_these_is_read_whole() -> None:
    """Whether a mask comes along decides it, although no condition names a mask."""
    rules = table(rule("text-alone", Predicate("conditioning", "is", ("text",)), {"gan": 3}))
    assert evaluate(spec(conditioning=["text", "mask"]), rules).unread == ()
    rules = table(rule("text", Predicate("conditioning", "any_of", ("text",)), {"gan": 3}))
    assert evaluate(spec(conditioning=["text", "mask"]), rules).unread == (Unread("conditioning", ("mask",)),)


def test_a_gpu_is_read_as_the_device_that_it_implies() -> None:
    given = spec(domain="narrow", gpu="rtx-4090", resolution_px=512)
    on_device = table(rule("edge", Predicate("device", "is", ("edge",)), {"gan": 3}))
    assert evaluate(given, on_device).unread == (Unread("domain"), Unread("resolution_px"))
    assert evaluate(given, table(rule("narrow", NARROW, {"gan": 3}))).unread == (Unread("gpu"), Unread("resolution_px"))


def test_hardware_that_contradicts_the_device_is_an_inconsistency() -> None:
    (notice,) = evaluate(spec(gpu="t4", device="mobile"), table()).notices
    assert (notice.id, notice.level) == ("inconsistent-gpu-device", "inconsistency")
    assert (notice.source.section, notice.source.grade) == (
        "the hardware of the evidence catalogue",
        "expert_judgement",
    )
    assert notice.when == All((Predicate("gpu", "is", ("t4",)), Predicate("device", "is", ("mobile",))))


@pytest.mark.parametrize(
    ("device", "rest"), [({}, "state device, which rules read."), ({"device": "edge"}, "the rules use device, edge.")]
)
def test_hardware_that_is_not_listed_is_a_warning(device: dict[str, str], rest: str) -> None:
    constraints = {"gpu": "abacus-1", **device}
    (notice,) = evaluate(Spec("s", constraints), table()).notices
    assert (notice.id, notice.level, notice.when) == (
        "gpu-not-listed",
        "warning",
        Predicate("gpu", "is", ("abacus-1",)),
    )
    assert notice.source.grade == "expert_judgement"
    assert notice.message.startswith("The evidence catalogue has no gpu abacus-1. No measurement")
    assert notice.message.endswith(f"No measurement or estimate applies to it; {rest}")


def test_hardware_that_was_meant_is_named() -> None:
    (notice,) = evaluate(Spec("s", {"gpu": "rtx-4091"}), table()).notices
    assert notice.message.startswith("The evidence catalogue has no gpu rtx-4091; did you mean")


def test_members_that_nothing_reads_are_named_in_order() -> None:
    rules = table(rule("text", Predicate("conditioning", "any_of", ("text",)), {"gan": 3}))
    assert evaluate(spec(conditioning=["text"]), rules).unread == ()
    given = spec(conditioning=["text", "reference_image", "pose", "mask", "class_label", "attributes"])
    unread = Unread("conditioning", ("attributes", "class_label", "mask", "pose", "reference_image"))
    assert evaluate(given, rules).unread == (unread,)


def test_a_rule_waits_for_nothing_that_is_stated_and_not_where_it_is_decided() -> None:
    fast = Predicate("latency_budget_ms", "below", (100,))
    rules = table(
        rule("narrow-and-fast", All((NARROW, fast)), {"gan": 1}), rule("broad-and-fast", All((BROAD, fast)), {"gan": 1})
    )
    found = evaluate(spec(domain="narrow"), rules).undecided
    assert [(entry.constraint, entry.rules) for entry in found] == [("latency_budget_ms", ("narrow-and-fast",))]


def test_what_is_said_beside_the_verdict_does_not_make_it() -> None:
    """Neither a method, nor a notice, nor a next step counts among the rules that hit."""
    method = Method("a-method", "t", ("gan",), ALWAYS, "b", SOURCE)
    notice = Notice("a-notice", "warning", "t", ALWAYS, "m", SOURCE)
    step = NextStep("a-step", "t", ALWAYS, "s", SOURCE)
    rules = table(rule("narrow", NARROW, {"gan": 3}), rule("broad", BROAD, {"gan": 3}), methods=[method])
    rules = rules._replace(notices=(notice,), next_steps=(step,))
    assert [scorer(rules).hits(stated) for stated in ({}, {"domain": "narrow"}, {"domain": "broad"})] == [0, 0b01, 0b10]
    assert decide(spec(), rules).verdict == "undetermined"
    found = evaluate(spec(domain="narrow"), rules)
    assert (found.verdict.verdict, found.methods, found.notices, found.next_steps) == (
        "gan",
        (method,),
        (notice,),
        (step,),
    )


def test_what_is_level_is_a_close_call_however_low_the_limit_is() -> None:
    rules = [always("a", gan=3), always("b", diffusion=3)]  # 0 of 6 is not below 0
    assert decide(spec(), table(*rules, close_call=Ratio(0, 1))).verdict == "evaluate_both"
    assert decide(spec(), table(*rules, always("c", gan=1), close_call=Ratio(0, 1))).verdict == "gan"
    # Gan is behind, and nothing touches the two in front: 0 of 1 for 0 of 0.
    assert decide(spec(), table(always("a", gan=-1))).margin == Ratio(0, 1)


# The smallest change of points that gives another verdict. In the table's order: gan, diffusion, two hybrids.


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        # 3 against 2 is a margin of 1/5; with a point less it is 2 against 2
        ([always("one", gan=3), always("two", diffusion=2)], Stability("one", "gan", 3, 2, "evaluate_both")),
        # 3 against 3; with 2 or 4 it is 2 against 3: 1/5 is enough, 1/7 is not
        ([always("one", gan=3, diffusion=3)], Stability("one", "gan", 3, 2, "diffusion")),
        # 7 of 41 is above 0.15. So is 6 of 40 with a point less; 6 of 42, with a point for diffusion there too, is not
        (
            [always("one", gan=24), always("two", diffusion=17)],
            Stability("one", "diffusion", 0, 1, "evaluate_both"),
        ),
        # 6 against 4 is 1/5, 5 against 4 is 1/9; two rules have given gan the same, and the first of them is named
        (
            [always("one", gan=3), always("two", gan=3), always("three", diffusion=4)],
            Stability("one", "gan", 3, 2, "evaluate_both"),
        ),
        # 3 and 5 against 2 are enough; 4 against 3, a margin of 1/7, is not
        ([always("one", gan=4), always("two", diffusion=2)], Stability("one", "diffusion", 0, 1, "evaluate_both")),
        # 3 against -2 is 5 of 5. With each point less the margin stays 1 down to 0 against -2, and the hybrids, at 0,
        # are level with gan from there on: they are what it is compared with, so 3 of 3 is 1 of 1, then 0
        ([always("one", gan=3, diffusion=-2)], Stability("one", "gan", 3, 0, "evaluate_both")),
        # gan has a point and nobody else any: without it, nothing has
        ([always("one", gan=1)], Stability("one", "gan", 1, 0, "undetermined")),
        # diffusion is excluded and nothing has points; gan at -1 is behind the hybrids' 0
        ([always("one", ("diffusion",))], Stability("one", "gan", 0, -1, "hybrid")),
        # so is gan; the first one left is diffusion, at -1
        ([always("one", ("gan",))], Stability("one", "diffusion", 0, -1, "hybrid")),
        # nothing but the hybrids is left, whatever the points; then nothing at all
        ([always("one", ("gan", "diffusion"), consistency=1)], None),
        ([always("one", ("gan", "diffusion", "consistency", "gan_enhanced_diffusion"), gan=1)], None),
        # no rule that could have other points
        ([], None),
        ([rule("one", NARROW, {"gan": 3})], None),
    ],
)
def test_the_smallest_change_that_tips_the_verdict(rules: list[Rule], expected: Stability | None) -> None:
    assert scorer(table(*rules)).stability({}) == expected


def having(rules: list[Rule], least_rules: int, *limits: str) -> Verdict:
    """The verdict of a table that asks for so many rules, of which the first limits architectures to a lean."""
    made = table(rules[0]._replace(limits=limits), *rules[1:])
    return decide(spec(), made._replace(header=made.header._replace(least_rules=least_rules)))


@pytest.mark.parametrize("winner", ["gan", "diffusion", "consistency"])
def test_a_verdict_that_rests_on_too_few_rules_is_a_lean(winner: str) -> None:
    """3 of 3 points would be clear. A rule counts that gives points or excludes, whomever it speaks of."""
    points, more = rule("one", ALWAYS, {winner: 3}), rule("two", ALWAYS, {winner: 1})
    assert having([points], 1).confidence == "clear"
    assert having([points], 2).confidence == "lean"
    assert having([points, always("nothing")], 2).confidence == "lean"
    assert having([points, rule("misses", NARROW, {winner: 1})], 2).confidence == "lean"
    assert having([points, more], 2).confidence == "clear"
    assert having([points, more], 3).confidence == "lean"
    assert having([points, always("out", ("gan_enhanced_diffusion",))], 2).confidence == "clear"


@pytest.mark.parametrize("winner", ["gan", "diffusion", "consistency"])
def test_a_rule_may_limit_a_recommendation_to_a_lean(winner: str) -> None:
    found = having([rule("one", ALWAYS, {winner: 3})], 1, winner)
    assert (found.architecture, found.margin, found.confidence) == (winner, Ratio(3, 3), "lean")
    others = [name for name in ("gan", "diffusion", "consistency") if name != winner]
    assert having([rule("one", ALWAYS, {winner: 3})], 1, *others).confidence == "clear"


def test_so_it_may_what_is_forced() -> None:
    alone = always("one", ("gan", "diffusion", "gan_enhanced_diffusion"))
    assert having([alone], 1).confidence == "forced"
    assert having([alone], 1, "consistency").confidence == "lean"
    assert having([alone], 1, "gan", "diffusion", "gan_enhanced_diffusion").confidence == "forced"


def test_other_points_of_one_rule_leave_the_rest() -> None:
    score = scorer(table(always("one", gan=1), always("two", ("gan",), gan=2, diffusion=3), always("three", gan=4)))
    one, two, three = score.effects
    assert two == Effect(((0, 2), (1, 3)), excludes=0b1)
    assert revalued(score.effects, 1, 0, 5) == (one, Effect(((0, 5), (1, 3)), excludes=0b1), three)
    assert revalued(score.effects, 1, 2, -1) == (one, Effect(((0, 2), (1, 3), (2, -1)), excludes=0b1), three)
    assert revalued(score.effects, 1, 1, 0) == (one, Effect(((0, 2),), excludes=0b1), three)
    # Without the second rule's exclusion: 1 + 4 of gan; then 1 against 5 for diffusion, by other points of the third: 4 of 6.
    assert score.judge(0b101).verdict == "gan"
    other = revalued(revalued(score.effects, 2, 0, 0), 2, 1, 5)
    assert score.judge(0b101, other)[:2] == ("diffusion", "diffusion")
    assert score.judge(0b101, other).margin == Ratio(4, 6)
