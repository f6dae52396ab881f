"""Verdicts by hand: each case has its arithmetic beside it."""

from __future__ import annotations

import pytest

from builders import SOURCE, rule, spec, table
from genarch.table.conditions import ALWAYS, Predicate
from genarch.table.rules import Method, NextStep, Notice, Ratio, Rule
from genarch.table.scoring import Contribution, Unread, decide, evaluate

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
