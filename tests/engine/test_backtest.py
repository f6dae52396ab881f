"""Outcomes, scores and intervals by hand; ablation and refitting on tables small enough to follow."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import rule, spec, table
from genarch.engine.backtest import (
    OUTCOMES,
    Ablation,
    Outcome,
    Score,
    ablations,
    always,
    interval,
    judge,
    leave_one_out,
    most_common,
    outcome,
    score,
)
from genarch.engine.conditions import Predicate
from genarch.engine.scoring import Confidence, Verdict
from genarch.engine.spec import Case, CaseSpec

NARROW = Predicate("domain", "any_of", ("narrow",))
BROAD = Predicate("domain", "any_of", ("broad",))
PAIRED = Predicate("paired_data", "is", (True,))


def case(case_id: str, chosen: str, *acceptable: str, **stated: object) -> Case:
    return Case(case_id, CaseSpec(spec(**stated).constraints), chosen, acceptable or (chosen,))


def said(verdict: str, confidence: Confidence | None, *candidates: str) -> Verdict:
    return Verdict(verdict, None, candidates or (verdict,), confidence=confidence)


def scored(**counts: int) -> Score:
    """The score of so many outcomes."""
    return score(name for name in OUTCOMES for _ in range(counts.get(name, 0)))


@pytest.mark.parametrize(
    ("chosen", "acceptable", "verdict", "expected"),
    [
        ("gan", (), said("gan", "lean"), "right"),
        ("gan", ("gan", "hybrid"), said("hybrid", "clear"), "right"),
        ("gan", (), said("evaluate_both", "close_call", "diffusion", "gan"), "hedged"),
        ("gan", ("gan", "evaluate_both"), said("evaluate_both", "close_call", "diffusion", "hybrid"), "right"),
        ("gan", (), said("evaluate_both", "close_call", "diffusion", "hybrid"), "wrong"),
        ("gan", (), said("diffusion", "lean"), "wrong"),
        ("gan", (), said("diffusion", "clear"), "confidently_wrong"),
        ("gan", (), said("diffusion", "forced"), "confidently_wrong"),
        ("gan", (), Verdict("undetermined", None, ()), "wrong"),
        ("gan", (), Verdict("infeasible", None, ()), "wrong"),
        ("evaluate_both", (), said("gan", "clear"), "confidently_wrong"),
    ],
)
def test_how_a_verdict_compares_with_the_choice(
    chosen: str, acceptable: tuple[str, ...], verdict: Verdict, expected: Outcome
) -> None:
    assert outcome(case("c", chosen, *acceptable), verdict) == expected


def test_a_score_counts_and_adds_up() -> None:
    found = score(["right", "right", "hedged", "confidently_wrong"])
    assert found == Score(2, 1, 0, 1, cases=4, right_interval=(0.0, 1.0))


def test_a_baseline_is_right_where_its_verdict_is_accepted_and_never_confident() -> None:
    cases = [case("a", "gan"), case("b", "diffusion", "diffusion", "gan"), case("c", "hybrid")]
    assert always("gan", cases) == scored(right=2, wrong=1)
    assert most_common([*(one.chosen for one in cases), "hybrid"]) == "hybrid"
    assert most_common(one.chosen for one in cases) == "diffusion"  # all are there once: the first by name
    assert most_common([]) is None


def test_the_interval_of_two_in_four_by_hand() -> None:
    """Of 16 ways to draw four, 1 has none right, 4 one, 6 two, 4 three, 1 four: 1/16 is above 2.5 %, 15/16 below 97.5 %."""
    assert interval(2, 4) == (0.0, 1.0)


def test_the_interval_of_nine_in_ten_by_hand() -> None:
    """All ten with 0.9^10 = 0.349; six or fewer with 0.0128, seven with 0.0574 more: 7 is the first above 2.5 %."""
    assert interval(9, 10) == (0.7, 1.0)


@given(st.integers(1, 60).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases))))
def test_the_interval_holds_the_share_and_leaves_little_outside(numbers: tuple[int, int]) -> None:
    successes, cases = numbers
    low, high = interval(successes, cases)
    share = successes / cases
    assert low <= share <= high
    chance = [comb(cases, k) * share**k * (1 - share) ** (cases - k) for k in range(cases + 1)]
    assert sum(chance[: round(low * cases)]) < 0.025
    assert sum(chance[round(high * cases) + 1 :]) <= 0.025 + 1e-9


def test_an_interval_without_cases_or_without_misses_has_no_width() -> None:
    assert interval(0, 0) == (0.0, 0.0)
    assert interval(7, 7) == (1.0, 1.0)
    assert interval(0, 7) == (0.0, 0.0)


def test_a_rule_taken_out_shows_what_it_is_good_for() -> None:
    """Narrow gives gan 3, paired data diffusion 1: with both 3 - 1 = 2 of 4 is a clear gan; without the first, diffusion."""
    rules = table(rule("narrow", NARROW, {"gan": 3}), rule("paired", PAIRED, {"diffusion": 1}))
    judged = list(
        judge([case("a", "gan", domain="narrow", paired_data=True), case("b", "gan", domain="narrow")], rules)
    )
    assert [item.outcome for item in judged] == ["right", "right"]
    assert list(ablations(judged, rules)) == [
        Ablation("narrow", 2, scored(wrong=1, confidently_wrong=1)),  # nothing left of b: undetermined
        Ablation("paired", 1, scored(right=2)),
    ]


def test_the_sum_over_a_table_without_hits_is_the_table_itself() -> None:
    rules = table(rule("narrow", NARROW, {"gan": 1}), rule("broad", BROAD, {"diffusion": 1}))
    judged = list(judge([case("a", "gan", domain="narrow")], rules))
    by_rule = {entry.rule: entry for entry in ablations(judged, rules)}
    assert by_rule["broad"].hits == 0
    assert by_rule["broad"].without == score(item.outcome for item in judged)


def test_strengths_are_fitted_from_moderate_and_an_unseen_case_is_judged_by_the_others() -> None:
    """Narrow and paired speak for different sides. From 2 against 2 the fit has to tell them apart.

    Fitted to either case, gan's 2 becomes 3: 3 - 2 of 5 is a lean to gan, and right for both.
    """
    rules = table(rule("narrow", NARROW, {"gan": 1}), rule("paired", PAIRED, {"diffusion": 3}))
    cases = [case(name, "gan", domain="narrow", paired_data=True) for name in ("a", "b")]
    assert [item.outcome for item in judge(cases, rules)] == ["confidently_wrong"] * 2
    found = leave_one_out(cases, rules)
    assert (found.values, found.seen, found.unseen) == (2, scored(right=2), scored(right=2))


def test_a_single_case_is_judged_by_strengths_that_have_seen_none() -> None:
    """Without the other, moderate against moderate is level: hedged."""
    rules = table(rule("narrow", NARROW, {"gan": 1}), rule("paired", PAIRED, {"diffusion": 3}))
    found = leave_one_out([case("a", "gan", domain="narrow", paired_data=True)], rules)
    assert (found.seen, found.unseen) == (scored(right=1), scored(hedged=1))


def test_a_fit_keeps_signs() -> None:
    """A rule that speaks against gan is never fitted to speak for it, whatever the cases say."""
    rules = table(rule("narrow", NARROW, {"gan": -1}), rule("also", NARROW, {"diffusion": 1}))
    found = leave_one_out([case(name, "gan", domain="narrow") for name in ("a", "b")], rules)
    assert found.unseen == scored(confidently_wrong=2)


@pytest.mark.parametrize("cases", [1, 149, 1_030, 20_000])
def test_of_any_number_of_cases_a_share_has_an_interval(cases: int) -> None:
    """Of half right the interval is 1.96 standard deviations of the binomial wide on either side."""
    assert interval(0, cases) == (0.0, 0.0)
    assert interval(cases, cases) == (1.0, 1.0)
    low, high = interval(cases // 2, cases)
    if cases > 100:
        assert (low, high) == pytest.approx((0.5 - 0.98 / cases**0.5, 0.5 + 0.98 / cases**0.5), abs=1.5 / cases)
