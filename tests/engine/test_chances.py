"""Chances by hand, and how sure a verdict of a calibrated table is."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import rule, table
from genarch.engine.calibration import Calibration, chances, is_clear
from genarch.engine.conditions import ALWAYS
from genarch.engine.rules import Grade, Rule, RuleTable
from genarch.engine.scoring import Verdict, scorer

DOUBLES = Calibration(per_point=0.6931471805599453, precedents=1.0, clear=0.7)
"""A point doubles the odds, since 0.693 is the logarithm of 2; a share counts as it is."""


def test_points_alone_by_hand() -> None:
    """3, 1 and 0 points are odds of 8, 2 and 1."""
    found = chances({"gan": 3, "diffusion": 1, "hybrid": 0}, {}, DOUBLES)
    assert found == pytest.approx({"gan": 8 / 11, "diffusion": 2 / 11, "hybrid": 1 / 11})


def test_points_and_precedents_by_hand() -> None:
    """Odds of 8 and 2 by points, times shares of 0.2 and 0.8: 1.6 each."""
    assert chances({"gan": 3, "diffusion": 1}, {"diffusion": 0.8, "gan": 0.2}, DOUBLES) == pytest.approx(
        {"gan": 0.5, "diffusion": 0.5}
    )


def test_a_family_without_precedents_is_not_ruled_out() -> None:
    """It counts as a hundredth: odds of 8 times 0.01 against 1 of 1."""
    found = chances({"gan": 3, "diffusion": 0}, {"diffusion": 1.0}, DOUBLES)
    assert found["gan"] == pytest.approx(0.08 / 1.08)


def test_families_that_are_ruled_out_have_no_chance() -> None:
    assert chances({"hybrid": 0}, {"gan": 0.9, "hybrid": 0.1}, DOUBLES) == {"hybrid": 1.0}
    assert chances({}, {"gan": 1.0}, DOUBLES) == {}


@pytest.mark.parametrize(
    ("chance", "shares", "expected"),
    [
        (0.7, {}, True),
        (0.69, {}, False),
        (0.9, {"gan": 0.5, "diffusion": 0.5}, True),  # level: they do not contradict
        (0.9, {"diffusion": 0.51, "gan": 0.49}, False),
        (0.9, {"diffusion": 1.0}, False),
    ],
)
def test_clear_is_likely_enough_and_not_contradicted(
    chance: float, shares: dict[str, float], *, expected: bool
) -> None:
    assert is_clear("gan", chance, shares, DOUBLES) is expected


FAMILY = st.sampled_from(["gan", "diffusion", "hybrid"])


@given(st.dictionaries(FAMILY, st.integers(-9, 9), min_size=1), st.dictionaries(FAMILY, st.floats(0, 1)))
def test_chances_add_up_and_a_point_more_makes_a_family_likelier(
    points: dict[str, int], shares: dict[str, float]
) -> None:
    found = chances(points, shares, DOUBLES)
    assert isclose(sum(found.values()), 1)
    first = next(iter(points))
    more = chances({**points, first: points[first] + 1}, shares, DOUBLES)
    assert more[first] >= found[first]


def calibrated(*rules: Rule) -> RuleTable:
    made = table(*rules)
    return made._replace(header=made.header._replace(calibration=DOUBLES))


def judged(*rules: Rule, shares: dict[str, float] | None = None) -> Verdict:
    return scorer(calibrated(*rules)).decide({}, shares or {})


def test_a_margin_does_not_make_a_verdict_clear_where_chances_do() -> None:
    """1 point of 1 is a margin of 1, and odds of 2 in 4: a lean. 3 points are odds of 8 in 10: clear."""
    one, three = (judged(rule("a", ALWAYS, {"gan": points})) for points in (1, 3))
    assert (one.confidence, three.confidence) == ("lean", "clear")
    assert (one.chance, three.chance) == (0.5, 0.8)


def test_precedents_make_a_verdict_surer_and_never_another_one() -> None:
    """Odds of 4, 1 and 1: lean. Shares of 0.6, 0.2, 0.2 make them 2.4, 0.2, 0.2; the other way round they contradict."""
    two = rule("a", ALWAYS, {"gan": 2})
    assert judged(two).confidence == "lean"
    assert judged(two, shares={"gan": 0.6, "diffusion": 0.2, "hybrid": 0.2}).confidence == "clear"
    against = judged(rule("a", ALWAYS, {"gan": 9}), shares={"diffusion": 0.51, "gan": 0.49})
    assert (against.verdict, against.confidence) == ("gan", "lean")


def test_the_chance_of_a_close_call_is_that_of_either() -> None:
    """Level at 2 points: odds of 4, 4 and 1."""
    found = judged(rule("a", ALWAYS, {"gan": 2, "diffusion": 2}))
    assert (found.confidence, found.chance) == ("close_call", 0.8889)


def test_a_limit_holds_whatever_the_chance() -> None:
    found = judged(rule("a", ALWAYS, {"gan": 9}), rule("b", ALWAYS)._replace(limits=("gan",)))
    assert (found.confidence, found.chance) == ("lean", 0.9961)


HYBRIDS = ("consistency", "gan_enhanced_diffusion")


def graded(excludes: tuple[str, ...], grade: Grade) -> Rule:
    made = rule(f"no-{excludes[0].replace('_', '-')}", ALWAYS, {}, excludes)
    return made._replace(source=made.source._replace(grade=grade))


@pytest.mark.parametrize(
    ("grades", "confidence"),
    [
        (("measured", "published_report"), "forced"),
        (("estimated", "measured"), "forced"),
        (("measured", "expert_judgement"), "lean"),
        (("documented_case", "planning_heuristic"), "lean"),
    ],
)
def test_a_verdict_is_forced_by_figures_alone(grades: tuple[Grade, Grade], confidence: str) -> None:
    found = judged(graded(HYBRIDS, grades[0]), graded(("diffusion",), grades[1]))
    assert (found.verdict, found.confidence, found.chance) == ("gan", confidence, None)


def test_one_rule_with_figures_is_enough_for_an_exclusion() -> None:
    found = judged(
        graded(HYBRIDS, "measured"), graded(("diffusion",), "measured"), graded(("diffusion",), "observed_range")
    )
    assert found.confidence == "forced"


def test_what_is_out_within_the_family_that_is_left_needs_no_figures() -> None:
    found = judged(graded(("gan", "diffusion"), "measured"), graded(("consistency",), "expert_judgement"))
    assert (found.verdict, found.confidence) == ("hybrid", "forced")


def test_a_table_that_is_not_calibrated_goes_by_margins_and_forces_by_any_rule() -> None:
    assert scorer(table(rule("a", ALWAYS, {"gan": 1}))).decide({}).confidence == "clear"
    alone = table(graded((*HYBRIDS, "diffusion"), "expert_judgement"))
    assert scorer(alone).decide({}).confidence == "forced"
