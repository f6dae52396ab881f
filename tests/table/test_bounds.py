"""Bounds never put out of reach what some completion gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from builders import FAMILIES, rule, table
from genarch import RuleTable
from genarch.table.bounds import Bounds
from genarch.table.conditions import ALWAYS
from genarch.table.rules import Ratio
from genarch.table.scoring import scorer
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
