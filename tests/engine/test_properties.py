"""What holds for every table and every spec."""

from __future__ import annotations

import pytest
from benchmarks import plain
from hypothesis import given
from hypothesis import strategies as st

from builders import FAMILIES, rule, table
from genarch import load_rules
from genarch.engine.conditions import ALWAYS, Not
from genarch.engine.constraints import Value
from genarch.engine.evaluation import evaluate
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import decide
from genarch.engine.spec import Spec
from strategies import answers, examples, tables

TABLES = [load_rules(name, evidence=False) for name in ("article", "field")]  # plain Python knows the rules alone
SHIPPED = [(rules, plain.function_of(rules)) for rules in TABLES]


def points(evaluation_of: Spec, rules: RuleTable) -> dict[str, int]:
    return {entry.architecture: entry.points for entry in evaluate(evaluation_of, rules).ranking}


@given(tables(), answers(), st.randoms(use_true_random=False))
def test_the_order_of_rules_never_matters(rules: RuleTable, stated: dict[str, Value], random: object) -> None:
    shuffled = list(rules.rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = evaluate(Spec("s", stated), rules), evaluate(Spec("s", stated), table(*shuffled))
    assert one.verdict == other.verdict
    assert {hit.id for hit in one.hits} == {hit.id for hit in other.hits}
    for here, there in zip(one.ranking, other.ranking, strict=True):
        assert (here.architecture, here.points) == (there.architecture, there.points)
        assert set(here.excluded_by) == set(there.excluded_by)
        assert set(here.contributions) == set(there.contributions)


@given(tables(), answers())
def test_plain_python_comes_to_the_same_verdict(rules: RuleTable, stated: dict[str, Value]) -> None:
    assert plain.function_of(rules)(stated) == decide(Spec("s", stated), rules).verdict


@pytest.mark.parametrize(("rules", "by_hand"), SHIPPED)
@given(stated=answers())
@examples(400)
def test_plain_python_comes_to_the_same_verdict_by_the_shipped_tables(
    rules: RuleTable, by_hand: plain.Function, stated: dict[str, Value]
) -> None:
    assert by_hand(stated) == decide(Spec("s", stated), rules).verdict


@given(tables(), answers())
def test_a_rule_that_misses_changes_nothing(rules: RuleTable, stated: dict[str, Value]) -> None:
    missing = rule("misses", Not(ALWAYS), {"gan": 3, "diffusion": -3}, list(FAMILIES))
    assert evaluate(Spec("s", stated), rules) == evaluate(Spec("s", stated), table(*rules.rules, missing))


@given(tables(), answers(), st.sampled_from(sorted(FAMILIES)))
def test_excluding_one_architecture_never_changes_points(
    rules: RuleTable, stated: dict[str, Value], excluded: str
) -> None:
    without = table(*rules.rules, rule("excludes", ALWAYS, {}, [excluded]))
    assert points(Spec("s", stated), rules) == points(Spec("s", stated), without)


@given(tables(), answers())
def test_points_are_the_sum_of_contributions_and_the_ranking_is_in_order(
    rules: RuleTable, stated: dict[str, Value]
) -> None:
    ranking = evaluate(Spec("s", stated), rules).ranking
    for entry in ranking:
        assert entry.points == sum(contribution.points for contribution in entry.contributions)
    keys = [(bool(entry.excluded_by), -entry.points) for entry in ranking]
    assert keys == sorted(keys)


@given(tables(), answers())
def test_the_verdict_alone_is_the_evaluation_s(rules: RuleTable, stated: dict[str, Value]) -> None:
    assert decide(Spec("s", stated), rules) == evaluate(Spec("s", stated), rules).verdict


@given(tables(), answers())
def test_the_parts_of_a_verdict_agree(rules: RuleTable, stated: dict[str, Value]) -> None:
    evaluation = evaluate(Spec("s", stated), rules)
    verdict = evaluation.verdict
    alive = {entry.family for entry in evaluation.ranking if not entry.excluded_by}
    assert (verdict.verdict == "infeasible") is (not alive)
    assert (verdict.confidence == "forced") is (len(alive) == 1)
    assert (verdict.confidence == "close_call") is (verdict.verdict == "evaluate_both")
    assert len(verdict.candidates) == {"evaluate_both": 2, "infeasible": 0, "undetermined": 0}.get(verdict.verdict, 1)
    assert len(evaluation.verdict.recommended) == len(verdict.candidates)
    if verdict.margin:
        assert 0 <= verdict.margin.numerator <= verdict.margin.denominator
