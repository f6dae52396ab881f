"""Two tables against each other: hand-worked, then against every answer one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brute import completions, contradictions
from builders import SOURCE, rule, table
from genarch import RuleTable
from genarch.engine import diff as module
from genarch.engine.conditions import ALWAYS, All, Any, Condition, Not, Predicate, satisfies
from genarch.engine.constraints import Value
from genarch.engine.diff import Comparison, Where
from genarch.engine.rules import Notice, Ratio
from genarch.engine.scoring import scorer
from genarch.engine.spec import Spec
from strategies import contradictory_tables, examples, rules

NAMES = ("domain", "latency_budget_ms", "paired_data")
WITH_A_SET = ("conditioning", "domain")

NARROW = Predicate("domain", "is", ("narrow",))
PAIRED = Predicate("paired_data", "is", (True,))


def below(limit: float) -> Predicate:
    return Predicate("latency_budget_ms", "below", (limit,))


def at_least(limit: float) -> Predicate:
    return Predicate("latency_budget_ms", "at_least", (limit,))


def outcome(answers: dict[str, Value], rules: RuleTable) -> str:
    verdict = scorer(rules).decide(Spec("s", answers).constraints)
    return verdict.architecture or verdict.verdict


def admits(where: tuple[Where, ...], answers: dict[str, Value]) -> bool:
    return all(satisfies(test, answers[item.constraint]) for item in where for test in item.conditions())


def test_a_moved_limit() -> None:
    """From 50 to below 100, gan's 3 points come in; diffusion has its 2 where the domain is narrow: (3 - 2) of 5."""
    before = table(rule("fast", below(50), {"gan": 3}), rule("narrow", NARROW, {"diffusion": 2}))
    after = table(rule("fast", below(100), {"gan": 3}), rule("narrow", NARROW, {"diffusion": 2}))
    comparison = Comparison(before, after)
    moved = Where("latency_budget_ms", at_least=50, below=100)
    assert comparison.scope() == (moved,)
    found = {(change.before, change.after): change for change in comparison.changes()}
    assert set(found) == {("diffusion", "gan"), ("undetermined", "gan")}
    (region,) = found["diffusion", "gan"].regions
    assert region.where == (Where("domain", any_of=("narrow",)), moved)
    assert found["diffusion", "gan"].elsewhere == "no"
    assert comparison.complete


def test_a_region_is_told_in_full_where_it_takes_several() -> None:
    """Narrow or paired: two regions, of which the second is told when two are asked for."""
    before = table(rule("one", NARROW, {"gan": 3}), rule("two", PAIRED, {"gan": 3}))
    after = table(rule("one", NARROW, {"diffusion": 3}), rule("two", PAIRED, {"diffusion": 3}))
    (single,) = Comparison(before, after).changes()
    assert (single.before, single.after, len(single.regions), single.elsewhere) == ("gan", "diffusion", 1, "yes")
    (both,) = Comparison(before, after).changes(2)
    assert {region.where for region in both.regions} == {
        (Where("domain", any_of=("narrow",)),),
        (Where("paired_data", is_=True),),
    }
    assert both.elsewhere == "no"


def test_the_same_tables_and_words_alone_change_nothing() -> None:
    before = table(rule("one", NARROW, {"gan": 3}))
    after = table(rule("one", NARROW, {"gan": 3})._replace(because="in other words"))
    for other in (before, after):
        comparison = Comparison(before, other)
        assert list(comparison.changes()) == []
        assert comparison.scope() == ()
        assert comparison.complete


def test_a_renamed_rule_changes_nothing() -> None:
    before, after = table(rule("one", NARROW, {"gan": 3})), table(rule("another", NARROW, {"gan": 3}))
    assert list(Comparison(before, after).changes()) == []


def test_a_condition_that_can_never_hit_restricts_nothing() -> None:
    for never in (All((NARROW, Not(All(())))), All((NARROW, Any(())))):
        comparison = Comparison(table(rule("one", never, {"gan": 1})), table(rule("one", never, {"gan": 2})))
        assert comparison.scope() == ()
        assert list(comparison.changes()) == []


def test_all_in_place_of_any_is_a_change() -> None:
    before, after = (table(rule("one", join((NARROW, PAIRED)), {"gan": 3})) for join in (All, Any))
    (change,) = Comparison(before, after).changes(2)
    assert (change.before, change.after, change.elsewhere) == ("undetermined", "gan", "no")
    assert {frozenset(region.where) for region in change.regions} == {
        frozenset({Where("domain", any_of=("narrow",)), Where("paired_data", is_=False)}),
        frozenset({Where("domain", any_of=("broad",)), Where("paired_data", is_=True)}),
    }


def test_another_limit_for_close_calls() -> None:
    """2 against 1 is a margin of 1/3: above 0.15, not above 0.4."""
    given = (rule("one", NARROW, {"gan": 2}), rule("two", PAIRED, {"diffusion": 1}))
    comparison = Comparison(table(*given), table(*given, close_call=Ratio(40, 100)))
    assert comparison.scope() == (Where("domain", any_of=("narrow",)), Where("paired_data", is_=True))
    (change,) = comparison.changes()
    assert (change.before, change.after) == ("gan", "evaluate_both")
    assert set(change.regions[0].where) == {Where("domain", any_of=("narrow",)), Where("paired_data", is_=True)}


@pytest.mark.parametrize(
    ("where", "conditions"),
    [
        (Where("paired_data", is_=False), [Predicate("paired_data", "is", (False,))]),
        (Where("control", any_of=("coarse", "fine")), [Predicate("control", "any_of", ("coarse", "fine"))]),
        (
            Where("conditioning", all_of=("text",), none_of=("mask", "pose")),
            [Predicate("conditioning", "all_of", ("text",)), Predicate("conditioning", "none_of", ("mask", "pose"))],
        ),
        (Where("latency_budget_ms", at_least=0.5, below=2), [at_least(0.5), below(2)]),
        (
            Where("latency_budget_ms", above=1, at_most=2),
            [Predicate("latency_budget_ms", "above", (1,)), Predicate("latency_budget_ms", "at_most", (2,))],
        ),
    ],
)
def test_a_restriction_is_the_conditions_that_it_stands_for(where: Where, conditions: list[Predicate]) -> None:
    assert where.conditions() == conditions


FINE = Predicate("control", "any_of", ("coarse", "fine"))
TEXT, MASK = (Predicate("conditioning", "any_of", (member,)) for member in ("text", "mask"))


@pytest.mark.parametrize(
    ("gains", "idle", "where"),
    [
        (ALWAYS, (), ()),
        (NARROW, (), (Where("domain", any_of=("narrow",)),)),
        (PAIRED, (), (Where("paired_data", is_=True),)),
        (FINE, (), (Where("control", any_of=("coarse", "fine")),)),
        # between coarse and fine something changes, but not the results
        (FINE, (Predicate("control", "is", ("fine",)),), (Where("control", any_of=("coarse", "fine")),)),
        (below(50), (), (Where("latency_budget_ms", below=50),)),
        (at_least(50), (), (Where("latency_budget_ms", at_least=50),)),
        (Predicate("latency_budget_ms", "at_most", (50,)), (), (Where("latency_budget_ms", at_most=50),)),
        (Predicate("latency_budget_ms", "above", (50,)), (), (Where("latency_budget_ms", above=50),)),
        (Predicate("latency_budget_ms", "is", (50,)), (), (Where("latency_budget_ms", at_least=50, at_most=50),)),
        # the same between 50 and 200, whatever else changes at 75, 100 and 150
        (
            All((at_least(50), below(200))),
            (at_least(100), below(75), below(150)),
            (Where("latency_budget_ms", at_least=50, below=200),),
        ),
        (TEXT, (), (Where("conditioning", all_of=("text",)),)),
        (All((TEXT, Not(MASK))), (), (Where("conditioning", all_of=("text",), none_of=("mask",)),)),
        (TEXT, (MASK,), (Where("conditioning", all_of=("text",)),)),
        (Not(TEXT), (), (Where("conditioning", none_of=("text",)),)),
        (All((PAIRED, NARROW)), (MASK, below(50)), (Where("domain", any_of=("narrow",)), Where("paired_data", is_=True))),
    ],
)  # fmt: skip
def test_a_region_is_as_large_as_it_gets(
    gains: Condition, idle: tuple[Condition, ...], where: tuple[Where, ...]
) -> None:
    """Three points for gan are three for diffusion now; a point less for a hybrid tips nothing."""
    rest = [rule(f"idle-{at}", when, {"gan_enhanced_diffusion": -1}) for at, when in enumerate(idle)]
    before, after = (table(rule("one", gains, {winner: 3}), *rest) for winner in ("gan", "diffusion"))
    comparison = Comparison(before, after)
    assert comparison.scope() == where
    (change,) = comparison.changes(2)
    assert (change.before, change.after, change.elsewhere) == ("gan", "diffusion", "no")
    assert [region.where for region in change.regions] == [where]


@pytest.mark.parametrize(
    ("gains", "where"),
    [
        # half of the domains are narrow, a third of the numbers 25, 50 and 100 are below 50
        (Any((NARROW, below(50))), Where("domain", any_of=("narrow",))),
        (Any((below(50), NARROW)), Where("domain", any_of=("narrow",))),
        # with 50 told apart there are 25, 50, 75, 100 and 200, of which three are below 100
        (Any((NARROW, below(100), PAIRED, All((PAIRED, below(50))))), Where("latency_budget_ms", below=100)),
    ],
)
def test_of_regions_around_an_example_the_largest_is_given(gains: Condition, where: Where) -> None:
    before, after = (table(rule("one", gains, {winner: 3})) for winner in ("gan", "diffusion"))
    (change,) = Comparison(before, after).changes()
    assert (change.regions[0].where, change.elsewhere) == ((where,), "yes")


def test_where_a_search_gives_up_one_order_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the number, without domain, and what is left is paired data, half of all; the other way round it is below
    100, three of the five numbers. With less patience there, whether there is more elsewhere is not known, nor what all have in common.
    """
    gains = Any((below(100), NARROW, PAIRED, All((PAIRED, below(50)))))
    before, after = (table(rule("one", gains, {winner: 3})) for winner in ("gan", "diffusion"))
    (change,) = Comparison(before, after).changes()
    assert [region.where for region in change.regions] == [(Where("latency_budget_ms", below=100),)]
    monkeypatch.setattr(module, "LIMIT", 1)
    (change,) = Comparison(before, after).changes()
    assert change.elsewhere == "yes"
    monkeypatch.setattr(module, "LIMIT_APART", 1)
    (change,) = Comparison(before, after).changes()
    assert (change.before, change.after, change.elsewhere) == ("gan", "diffusion", "perhaps")
    assert [region.where for region in change.regions] == [(Where("paired_data", is_=True),)]
    before, after = (table(rule("one", TEXT, {winner: 3})) for winner in ("gan", "diffusion"))
    assert Comparison(before, after).scope() == ()


@pytest.mark.parametrize(("limit", "patience", "apart"), [(20_000, 1, 20_000), (1, 20_000, 1)])
def test_a_region_stays_as_it_is_where_widening_it_takes_too_long(
    limit: int, patience: int, apart: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Narrow is enough, whether data are paired or not; to show that takes more than the one node."""
    before, after = (
        table(rule("one", NARROW, {winner: 3}), rule("idle", PAIRED, {"gan_enhanced_diffusion": -1}))
        for winner in ("gan", "diffusion")
    )
    (change,) = Comparison(before, after).changes()
    assert [region.where for region in change.regions] == [(Where("domain", any_of=("narrow",)),)]
    monkeypatch.setattr(module, "TRIES", 0)
    (change,) = Comparison(before, after).changes()
    assert [region.where for region in change.regions] == [(Where("domain", any_of=("narrow",)),)]
    for name, value in (("LIMIT", limit), ("WIDENING_LIMIT", patience), ("WIDENING_LIMIT_APART", apart)):
        monkeypatch.setattr(module, name, value)
    (change,) = Comparison(before, after).changes()
    assert [region.where for region in change.regions] == [
        (Where("domain", any_of=("narrow",)), Where("paired_data", is_=True))
    ]


def test_a_search_sees_where_one_side_alone_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gan where it is narrow and consistency where it is broad, against diffusion everywhere; no sample shows it."""
    monkeypatch.setattr(module, "TRIES", 0)
    narrow, broad = (Where("domain", any_of=(domain,)) for domain in ("narrow", "broad"))
    idle = rule("idle", PAIRED, {})
    one = table(
        rule("narrow", NARROW, {"gan": 3}),
        rule("broad", Predicate("domain", "is", ("broad",)), {"consistency": 3}),
        idle,
    )
    other = table(rule("always", ALWAYS, {"diffusion": 3}), idle)
    for before, after in ((one, other), (other, one)):
        found = {
            (change.before, change.after): change.regions[0].where for change in Comparison(before, after).changes()
        }
        there = [("gan", "diffusion"), ("consistency", "diffusion")]
        expected = dict(
            zip(there if before is one else [pair[::-1] for pair in there], ((narrow,), (broad,)), strict=True)
        )
        assert found == expected


def inconsistent(*whens: Condition) -> list[Notice]:
    return [Notice(f"inconsistent-{at}", "inconsistency", "t", when, "m", SOURCE) for at, when in enumerate(whens)]


def test_a_region_is_widened_past_what_contradicts_itself() -> None:
    """Nothing is broad, so that narrow need not be said."""
    notices = inconsistent(Predicate("domain", "is", ("broad",)))
    before, after = (
        table(rule("one", All((NARROW, PAIRED)), {winner: 3}), notices=notices) for winner in ("gan", "diffusion")
    )
    (change,) = Comparison(before, after).changes()
    assert [region.where for region in change.regions] == [(Where("paired_data", is_=True),)]


def test_a_region_is_widened_down_from_its_example_too() -> None:
    """Nothing narrow is below 50, so the first answers are narrow and 50; what is broad and below 50 changes as well."""
    notices = inconsistent(All((NARROW, below(50))))
    broad = Predicate("domain", "is", ("broad",))
    before, after = (
        table(
            rule("narrow", All((NARROW, below(100))), {winner: 3}),
            rule("broad", All((broad, below(100))), {winner: 3}),
            notices=notices,
        )
        for winner in ("gan", "diffusion")
    )
    (change,) = Comparison(before, after).changes()
    (region,) = change.regions
    assert region.example == {"domain": "narrow", "latency_budget_ms": 50}
    assert (region.where, change.elsewhere) == ((Where("latency_budget_ms", below=100),), "no")


def test_the_scope_is_of_what_changed_rules_read() -> None:
    """Below 50 gan has 3 instead of 2, which makes a difference only where diffusion has its 2 of narrow."""
    before, after = (
        table(rule("fast", below(50), {"gan": points}), rule("narrow", NARROW, {"diffusion": 2})) for points in (2, 3)
    )
    comparison = Comparison(before, after)
    assert comparison.scope() == (Where("latency_budget_ms", below=50),)
    (change,) = comparison.changes()
    assert (change.before, change.after) == ("evaluate_both", "gan")
    assert change.regions[0].where == (Where("domain", any_of=("narrow",)), Where("latency_budget_ms", below=50))


def test_an_architecture_of_another_family() -> None:
    """The only rule stays. Where it misses, two families without points are undetermined, and one alone is forced."""
    before, after = (
        table(rule("one", NARROW, {"gan": 1}), architectures={"gan": "gan", "diffusion": family})
        for family in ("diffusion", "gan")
    )
    comparison = Comparison(before, after)
    assert comparison.scope() == (Where("domain", any_of=("broad",)),)
    (change,) = comparison.changes()
    assert (change.before, change.after) == ("undetermined", "gan")


def test_points_in_another_order_are_the_same_rule() -> None:
    before, after = (
        table(rule("one", NARROW, given)) for given in ({"gan": 3, "diffusion": 1}, {"diffusion": 1, "gan": 3})
    )
    comparison = Comparison(before, after)
    assert (comparison.scope(), list(comparison.changes())) == ((), [])


def test_an_architecture_more() -> None:
    before = table(rule("one", NARROW, {"gan": 1}), architectures={"gan": "gan", "diffusion": "diffusion"})
    after = table(
        rule("one", NARROW, {"gan": 1, "consistency": 3}),
        architectures={"gan": "gan", "diffusion": "diffusion", "consistency": "hybrid"},
    )
    (change,) = Comparison(before, after).changes()
    assert (change.before, change.after) == ("gan", "consistency")


def test_a_search_that_gives_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 1)
    before, after = table(rule("one", All((NARROW, PAIRED)), {"gan": 3})), table(rule("one", NARROW, {"gan": 3}))
    comparison = Comparison(before, after)
    list(comparison.changes())
    assert not comparison.complete


@st.composite
def pairs(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[RuleTable, RuleTable]:
    """A table, and the same with a rule or two written anew."""
    before = draw(contradictory_tables(names))
    given = list(before.rules)
    for at in sorted(draw(st.sets(st.integers(min_value=0, max_value=max(len(given), 1)), max_size=2))):
        fresh = draw(rules(at, names))
        given[at : at + 1] = [fresh]
    return before, table(*given, notices=before.notices)


@given(pairs(NAMES))
@examples(60)
def test_changes_against_every_answer(tables: tuple[RuleTable, RuleTable]) -> None:
    check(*tables, NAMES)


@given(pairs(WITH_A_SET))
@examples(20)
def test_changes_against_every_answer_with_sets(tables: tuple[RuleTable, RuleTable]) -> None:
    check(*tables, WITH_A_SET)


def check(before: RuleTable, after: RuleTable, names: tuple[str, ...]) -> None:
    if contradictions(before).match({}).hits:
        return
    every = [(each, outcome(each, before), outcome(each, after)) for each in completions({}, before, names)]
    expected = {(one, other) for _, one, other in every if one != other}
    comparison = Comparison(before, after)
    found = list(comparison.changes(2))
    assert comparison.complete
    assert {(change.before, change.after) for change in found} == expected
    for change in found:
        for region in change.regions:
            inside = {(one, other) for each, one, other in every if admits(region.where, each)}
            assert inside == {(change.before, change.after)}
            assert admits(region.where, dict(region.example))
        outside = [
            each
            for each, one, other in every
            if (one, other) == (change.before, change.after)
            and not any(admits(region.where, each) for region in change.regions)
        ]
        assert change.elsewhere == ("yes" if outside else "no")
    scope = comparison.scope()
    assert all(admits(scope, each) for each, one, other in every if one != other)
