"""Bounds never put out of reach what some completion gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import FAMILIES, rule, table
from genarch import RuleTable
from genarch.engine.bounds import Bounds
from genarch.engine.conditions import ALWAYS
from genarch.engine.rules import Ratio, Rule
from genarch.engine.scoring import scorer
from strategies import examples


def test_the_margin_is_that_over_the_second_best_alone() -> None:
    """Second is gan: 5 - 3 of 8 is a lean. Diffusion has 7 - 4 = 3 too, but 5 - 3 of 16 would be too close."""
    rules = table(
        rule("one", ALWAYS, {"consistency": 5, "gan": 3, "diffusion": 7}), rule("other", ALWAYS, {"diffusion": -4})
    )
    verdict = scorer(rules).judge(0b11)
    assert (verdict.verdict, verdict.margin) == ("hybrid", Ratio(2, 8))
    assert Bounds(scorer(rules)).reach(0b11, 0).any_of({"hybrid"})


def test_a_third_with_fewer_points_may_be_closer_by_the_margin() -> None:
    """Gan 10, diffusion 7: 3 of 17 is a lean. Consistency has 26 - 20 = 6, and 4 of 56 would be too close."""
    rules = table(
        rule("one", ALWAYS, {"gan": 10, "diffusion": 7, "consistency": 26}),
        rule("other", ALWAYS, {"consistency": -20}),
    )
    verdict = scorer(rules).judge(0b11)
    assert (verdict.verdict, verdict.margin) == ("gan", Ratio(3, 17))
    assert Bounds(scorer(rules)).reach(0b11, 0).any_of({"gan"})


@st.composite
def weighted_tables(draw: st.DrawFn) -> RuleTable:
    """Tables whose rules all may hit, with points that often cancel out."""
    points = st.dictionaries(st.sampled_from(sorted(FAMILIES)), st.sampled_from([-9, -4, -1, 1, 3, 8]), max_size=4)
    excludes = st.lists(st.sampled_from(sorted(FAMILIES)), max_size=1) | st.just(sorted(FAMILIES))
    count = draw(st.integers(1, 7))
    return table(*(rule(f"rule-{at}", ALWAYS, draw(points), draw(excludes)) for at in range(count)))


@given(weighted_tables(), st.data())
@examples(500)
def test_what_a_completion_gives_is_in_reach(rules: RuleTable, data: st.DataObject) -> None:
    every = (1 << len(rules.rules)) - 1
    hits = data.draw(st.integers(0, every))
    still_open = data.draw(st.integers(0, every)) & ~hits
    completed = hits | (data.draw(st.integers(0, every)) & still_open)
    score = scorer(rules)
    reach = Bounds(score).reach(hits, still_open)
    verdict = score.judge(completed)
    assert reach.any_of({verdict.verdict})
    if verdict.architecture:
        assert reach.recommended(verdict.architecture)
    for name in verdict.recommended if verdict.verdict == "evaluate_both" else ():
        assert reach.compared(name)


@given(weighted_tables(), st.data())
@examples(300)
def test_with_nothing_open_no_family_but_the_one_that_wins_is_in_reach(rules: RuleTable, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, (1 << len(rules.rules)) - 1))
    score = scorer(rules)
    reach, verdict = Bounds(score).reach(hits, 0), score.judge(hits)
    families = {family.id for family in rules.families}
    if verdict.verdict in families:
        assert {name for name in families if reach.any_of({name})} == {verdict.verdict}
    for name in ("infeasible", "undetermined"):
        assert reach.any_of({name}) is (verdict.verdict == name)


def test_an_open_rule_that_cannot_tip_the_balance_puts_nothing_in_reach() -> None:
    """Gan leads by 5 of 5 points. With 2 more for diffusion it still does, by 3 of 7; with 4, 1 of 9 is too close."""
    given = rule("hit", ALWAYS, {"gan": 5})
    for points, more in ((2, False), (4, True)):
        reach = Bounds(scorer(table(given, rule("open", ALWAYS, {"diffusion": points})))).reach(0b01, 0b10)
        assert reach.any_of({"gan"})
        assert reach.any_of({"evaluate_both"}) is more
        assert not reach.any_of({"diffusion", "hybrid", "undetermined", "infeasible"})
        assert reach.compared("diffusion") is more
        assert not reach.recommended("diffusion")


NAMES = ("gan", "diffusion", "consistency", "gan_enhanced_diffusion")
OUTCOMES = ("gan", "diffusion", "hybrid", "evaluate_both", "undetermined", "infeasible")


def points(excludes: tuple[str, ...] = (), **given: int) -> Rule:
    return rule("a-rule", ALWAYS, given, excludes)


@pytest.mark.parametrize(
    ("hits", "still_open", "outcomes", "recommended", "compared"),
    [
        # 23 - 17 of 40 is 0.15, the limit itself; the hybrids' 0 is 17 of 17 behind diffusion
        ([points(gan=23, diffusion=17)], [], "gan", "gan", ""),
        # a point less for gan, 5 of 39, is too close
        ([points(gan=22, diffusion=17)], [], "evaluate_both", "", "gan diffusion"),
        # 3 against 3
        ([points(gan=3, diffusion=3)], [], "evaluate_both", "", "gan diffusion"),
        # -1 is behind, and nothing speaks of the others: three at 0, of two families
        ([points(gan=-1)], [], "evaluate_both", "", "diffusion consistency gan_enhanced_diffusion"),
        # of the hybrids 3 is in front of 1, and so it is 3 against 3 of gan that are compared
        (
            [points(gan=3, consistency=3, gan_enhanced_diffusion=1)],
            [],
            "evaluate_both",
            "",
            "gan consistency",
        ),
        # the hybrids alone are left, and one of them has a point; two families are needed for undetermined
        ([points(("gan", "diffusion"), consistency=1)], [], "hybrid", "consistency", ""),
        ([points(("gan", "diffusion"))], [], "hybrid", "consistency gan_enhanced_diffusion", ""),
        # one family more is enough for it; that nothing level has any points is not looked at for evaluate_both
        (
            [points(("gan",))],
            [],
            "evaluate_both undetermined",
            "",
            "diffusion consistency gan_enhanced_diffusion",
        ),
        # what is excluded has no say, however many points it has; here nothing that is left has any
        (
            [points(("gan",), gan=3)],
            [],
            "evaluate_both undetermined",
            "",
            "diffusion consistency gan_enhanced_diffusion",
        ),
        # all are excluded
        ([points(NAMES, gan=3)], [], "infeasible", "", ""),
        # two more for diffusion are 3 of 7 behind, four are 1 of 9
        ([points(gan=5)], [points(diffusion=2)], "gan", "gan", ""),
        ([points(gan=5)], [points(diffusion=4)], "gan evaluate_both", "gan", "gan diffusion"),
        # 23 against 17, to the point: two rules together make it the limit, which is not too close
        ([points(gan=23)], [points(diffusion=8), points(diffusion=9)], "gan", "gan", ""),
        # and 18 are
        ([points(gan=23)], [points(diffusion=9), points(diffusion=9)], "gan evaluate_both", "gan", "gan diffusion"),
        # 3 against 3, and two more for gan are 2 of 8
        ([points(gan=3, diffusion=3)], [points(gan=2)], "gan evaluate_both", "gan", "gan diffusion"),
        # one more is 1 of 7
        ([points(gan=3, diffusion=3)], [points(gan=1)], "evaluate_both", "", "gan diffusion"),
        # five less are 0 of 10: level with diffusion and the hybrids, of which each may then be compared
        ([points(gan=5)], [points(gan=-5)], "gan evaluate_both", "gan", " ".join(NAMES)),
        # six less are behind them, but they are level with one another: none of them wins
        ([points(gan=5)], [points(gan=-6)], "gan evaluate_both", "gan", " ".join(NAMES)),
        # six less for gan and one more for diffusion: 1 of 1 before the hybrids
        (
            [points(gan=5)],
            [points(gan=-6), points(diffusion=1)],
            "gan diffusion evaluate_both",
            "gan diffusion",
            " ".join(NAMES),
        ),
        # without gan nothing has points
        (
            [points(gan=3)],
            [points(("gan",))],
            "gan evaluate_both undetermined",
            "gan",
            "diffusion consistency gan_enhanced_diffusion",
        ),
        # as far as bounds go, each may be excluded by itself; where diffusion is not, it is 3 of 3 in front
        (
            [points(diffusion=3)],
            [points(NAMES)],
            " ".join(OUTCOMES),
            " ".join(NAMES),
            "gan consistency gan_enhanced_diffusion",
        ),
        # gan's 9 and consistency's 11 are too close, 2 of 20, though the other hybrid has 10
        ([points(gan=9, consistency=11, gan_enhanced_diffusion=10)], [], "evaluate_both", "", "gan consistency"),
        # 20 against 17 is too close, 3 of 37. So is 20 against 15, 5 of 35, but diffusion comes third
        ([points(gan=20, consistency=17, diffusion=15)], [], "evaluate_both", "", "gan consistency"),
        # 10 against 7 is enough, 3 of 17; 10 against 26 - 20 is not, 4 of 56, but that is third too
        ([points(gan=10, consistency=7, diffusion=26), points(diffusion=-20)], [], "gan", "gan", ""),
        ([points(diffusion=10, consistency=7, gan=26), points(gan=-20)], [], "diffusion", "diffusion", ""),
        # two that are close, 12 against 11, are both behind a third: 8 of 32
        ([points(gan=12, diffusion=11, consistency=20)], [], "hybrid", "consistency", ""),
        # the best hybrid is the one with more points, unless it is excluded
        ([points(consistency=5, gan_enhanced_diffusion=4)], [], "hybrid", "consistency", ""),
        (
            [points(consistency=5, gan_enhanced_diffusion=4)],
            [points(("consistency",))],
            "hybrid",
            "consistency gan_enhanced_diffusion",
            "",
        ),
        # or the other has two points more
        (
            [points(consistency=5, gan_enhanced_diffusion=4)],
            [points(gan_enhanced_diffusion=2)],
            "hybrid",
            "consistency gan_enhanced_diffusion",
            "",
        ),
    ],
)
def test_what_is_in_reach_by_hand(
    hits: list[Rule], still_open: list[Rule], outcomes: str, recommended: str, compared: str
) -> None:
    every = [each._replace(id=f"rule-{at}") for at, each in enumerate((*hits, *still_open))]
    known = (1 << len(hits)) - 1
    reach = Bounds(scorer(table(*every))).reach(known, (1 << len(every)) - 1 & ~known)
    assert [name for name in OUTCOMES if reach.any_of({name})] == outcomes.split()
    assert [name for name in NAMES if reach.recommended(name)] == recommended.split()
    assert [name for name in NAMES if reach.compared(name)] == compared.split()


def test_a_lead_of_a_single_point_is_one() -> None:
    """1 of 1 is above a half, by 2 times 1 less 1 times 1."""
    reach = Bounds(scorer(table(points(gan=1), close_call=Ratio(1, 2)))).reach(0b1, 0)
    assert reach.any_of({"gan"})
    assert not reach.any_of({"evaluate_both"})
