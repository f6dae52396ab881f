"""Sampled answers, and what rests on them where a search would take too long."""

from __future__ import annotations

import pytest
from hypothesis import given

from brute import contradictions, verdict
from builders import rule, table
from genarch import RuleTable, explore, load_rules
from genarch.engine import diff as comparison
from genarch.engine.completions import sampled
from genarch.engine.conditions import Predicate
from genarch.engine.constraints import Value
from genarch.engine.diff import Comparison
from genarch.engine.scoring import scorer
from genarch.engine.search import verdict_search
from genarch.engine.spec import Spec
from strategies import answers, contradictory_tables, examples

NAMES = ("domain", "latency_budget_ms", "paired_data", "conditioning")
NARROW = Predicate("domain", "any_of", ("narrow",))
BROAD = Predicate("domain", "any_of", ("broad",))


@given(contradictory_tables(NAMES), answers(NAMES))
@examples(50)
def test_each_sample_is_a_completion_with_the_hits_that_it_tells(rules: RuleTable, stated: dict[str, Value]) -> None:
    space = verdict_search(rules).space
    names = [name for name in space.columns if name not in stated]
    before = contradictions(rules).match(stated).hits
    for hits, sample in sampled(space, stated, 20):
        completed = {**stated, **{name: answer.value for name, answer in zip(names, sample, strict=True)}}
        assert scorer(rules).judge(hits).verdict == verdict(completed, rules)
        assert not contradictions(rules).match(completed).hits & ~before


def test_the_samples_are_always_the_same() -> None:
    space = verdict_search(load_rules("field")).space
    found = list(sampled(space, count=200))
    assert found == list(sampled(space, count=200))
    assert len({hits for hits, _ in found}) > 0.9 * len(found) > 50


def test_few_completions_are_all_there_once() -> None:
    """Narrow or broad, paired or not: four."""
    rules = table(
        rule("narrow", NARROW, {"gan": 3}), rule("paired", Predicate("paired_data", "is", (True,)), {"gan": 3})
    )
    found = [hits for hits, _ in sampled(verdict_search(rules).space, count=4)]
    assert sorted(found) == [0b00, 0b01, 0b10, 0b11]


def test_on_a_large_table_the_next_question_is_one_that_is_open() -> None:
    found = explore(Spec("s", {"domain": "narrow"}), load_rules("field"))
    assert found.next_question
    assert found.next_question != "domain"


def test_changes_that_the_search_does_not_come_to_are_found_among_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    before = table(rule("narrow", NARROW, {"gan": 3}), rule("broad", BROAD, {"gan": 3}))
    after = table(rule("narrow", NARROW, {"diffusion": 3}), rule("broad", BROAD, {"gan": 3}))
    monkeypatch.setattr(comparison, "LIMIT", 1)
    compared = Comparison(before, after)
    (change,) = compared.changes()
    assert not compared.complete
    assert (change.before, change.after) == ("gan", "diffusion")
    assert change.regions[0].example == {"domain": "narrow"}
