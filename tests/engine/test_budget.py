"""Work has a budget of steps: when it is met, what is known stays true, and nothing is claimed to be settled."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given

from brute import completions, verdict
from builders import rule, spec, table
from genarch.documents.judge import judge_decision
from genarch.documents.reader import DesignDocument, PlacedSpec
from genarch.engine import decision_map, diff, explore, lint
from genarch.engine.budget import Budget
from genarch.engine.conditions import All, Predicate
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Range, Value
from genarch.engine.diff import Comparison
from genarch.engine.explore import Exploration
from genarch.engine.findings import Place
from genarch.engine.interview import Interview, Sheet
from genarch.engine.rules import RuleTable
from genarch.engine.search import LIMIT, Found
from genarch.errors import InputError
from genarch.reports.answer import pages
from genarch.reports.decision_map import map_page, map_report
from genarch.reports.interview import closing_words
from genarch.reports.markdown import as_markdown
from genarch.reports.reporting import report_on
from strategies import answers, examples, tables

NAMES = ("domain", "paired_data", "latency_budget_ms")


def every(count: int = 22) -> dict[str, Value]:
    """An answer to each of so many constraints."""
    found: dict[str, Value] = {}
    for name, kind, values in [(c.name, c.kind, c.values) for c in CONSTRAINTS if c.name != "gpu"][:count]:
        found[name] = 5
        if kind in ("flag", "choice", "set"):
            found[name] = True if kind == "flag" else values[0] if kind == "choice" else frozenset(values[:1])
    return found


def holds(name: str, value: Value) -> Predicate:
    if isinstance(value, frozenset):
        return Predicate(name, "all_of", tuple(value))
    assert not isinstance(value, Range)
    return Predicate(name, "at_most" if BY_NAME[name].numeric else "is", (value,))


def test_a_budget_is_met_by_the_first_step_that_is_not_left() -> None:
    budget = Budget(3)
    assert [budget.spend(2), budget.met, budget.spend(1), budget.met] == [True, False, True, False]
    assert [budget.spend(), budget.met, budget.spend(0), str(budget)] == [False, True, False, "3 steps"]


def test_what_is_found_once_costs_whoever_asks_again_the_same() -> None:
    rules = table(rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 3}))
    spent = []
    for _ in range(2):
        budget = Budget(2 * LIMIT)
        assert Exploration({}, rules, budget=budget).possible
        spent.append(budget.limit - budget.left)
    assert spent[0] == spent[1] > 0


@given(tables(NAMES), answers(NAMES))
@examples(40)
def test_whatever_the_budget_nothing_false_is_claimed(rules: RuleTable, stated: dict[str, Value]) -> None:
    truth = {verdict(completed, rules) for completed in completions(stated, rules, NAMES)}
    whole = Exploration(stated, rules)
    assert whole.partly is None
    for limit in (0, 1, 3, 9):
        with patch.multiple(explore, TRIES=limit):
            found = Exploration(stated, rules, budget=Budget(limit))
            assert {item.verdict for item in found.possible} <= truth
            assert not found.settled or len(truth) == 1
            assert found.settled or found.stopped or len(truth) != 1
            partly = found.partly or {}
            assert set(found.flips) <= set(whole.flips)
            assert found.binding == whole.binding or (
                "binding" in partly and found._decide({n: stated[n] for n in found.binding}) == whole.verdict.verdict
            )
            assert found.relax == whole.relax or "relax" in partly
            assert found.stability == whole.stability or "stability" in partly


def test_many_stated_constraints_are_tried_within_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of 22 are needed for the verdict: four million subsets, of which some are tried; none can be left out."""
    monkeypatch.setattr(explore, "TRIES", 2_000)
    stated = every()
    conditions = [holds(name, value) for name, value in stated.items()]
    needed = table(rule("all", All(tuple(conditions)), {"gan": 3}), rule("one", conditions[0], {"diffusion": 1}))
    found = Exploration(stated, needed)
    assert set(found.binding) == set(stated)
    assert found.partly == {"binding": explore.TRIES}
    # Each excludes an architecture, four or five each of one, so that none is left until the five of one are dropped.
    names = [architecture.id for architecture in needed.architectures]
    excluding = [rule(f"x{at}", when, excludes=[names[at % 4]]) for at, when in enumerate(conditions)]
    out = Exploration(stated, table(*excluding))
    assert out.verdict.verdict == "infeasible"
    assert (out.partly or {})["relax"] == explore.TRIES
    (dropped, *_) = out.relax
    kept = {name: value for name, value in stated.items() if name not in dropped}
    assert Exploration(kept, table(*excluding)).verdict.verdict != "infeasible"


def test_points_of_any_size_are_changed_within_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "TRIES", 1_000)
    narrow = Predicate("domain", "is", ("narrow",))
    huge = table(rule("a", narrow, {"gan": 10**14}), rule("b", narrow, {"diffusion": 3 * 10**14}))
    found = Exploration({"domain": "narrow"}, huge)
    assert (found.stability, found.partly) == (None, {"stability": explore.TRIES})


STOPPED = table(
    rule("n", Predicate("domain", "is", ("narrow",)), {"gan": 3}),
    rule("b", Predicate("domain", "is", ("broad",)), {"gan": 3}),
)


def _at_once(*_: object, **__: object) -> Found[str]:
    """A search that met its limit before it found anything."""
    return Found({}, complete=False)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genarch.engine.completions.search", _at_once)


@pytest.mark.usefixtures("stopped")
def test_no_report_takes_what_was_not_searched_for_settled() -> None:
    """Whatever the domain it is gan; unless that is known, it is settled nowhere."""
    report = report_on(spec(), STOPPED, with_evidence=False)
    assert report.explored is not None
    assert (report.explored.settled, report.explored.partly) == (False, {"possible": LIMIT})
    for full in (False, True):
        text = "".join(as_markdown(page) for page in pages([report], full=full))
        assert "ot settled: the search stopped at 20,000 steps" in text
        assert "Settled" not in text
    placed = PlacedSpec(spec()._replace(decision="gan"), {"": Place("a.md", 1, 1)})
    decision, findings = judge_decision(placed, DesignDocument("a.md", specs=(placed,)), STOPPED)
    assert decision.settled is False
    (unsettled,) = [item.finding for item in findings if item.finding.check == "constraint-unsettled"]
    assert "could still become gan or another (not settled: the search stopped at 20,000 steps)" in unsettled.message
    sheet = Sheet({"domain": "narrow"})
    standing = Interview(STOPPED).standing(sheet)
    assert (standing.settled, standing.possible) == (False, ("gan",))
    assert "perhaps another (the search stopped at 20,000 steps)" in closing_words(standing, sheet)
    assert Interview(STOPPED).ruled_out("domain", sheet.stated) == []
    drawn = decision_map.decision_map(spec(), STOPPED, "domain", "paired_data")
    assert {tile.settled for row in drawn.rows for tile in row} == {False}
    text = as_markdown(map_page(map_report(spec(), STOPPED, drawn)))
    assert f"{drawn.stopped} tiles not settled: the search stopped at its limit of steps" in text


def test_a_map_has_so_many_places_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_map, "MOST_TILES", 8)
    with pytest.raises(InputError, match="more than 8 tiles"):
        decision_map.decision_map(spec(), STOPPED, "domain", "paired_data")


def test_checks_on_a_table_and_comparisons_share_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """With none left, each check says that it did not settle what it asks; nothing is found to be dead, or alike."""
    same = All((Predicate("domain", "is", ("narrow",)), Predicate("paired_data", "is", (True,))))
    rules = table(rule("one", same, {"gan": 3}), rule("other", same, {"gan": 3}, excludes=["diffusion"]))
    assert {f.check for f in lint.verify(rules)} >= {"rules-always-together", "rule-never-matters"}
    monkeypatch.setattr(lint, "TOTAL", 0)
    found = list(lint.verify(rules))
    searched = {"rules-always-together", "rule-never-matters", "blind-spot", "architecture-never-recommended"}
    assert searched | {"condition-contradicts-itself"} <= {f.subject[0] for f in found if f.check == "search-limit"}
    assert searched.isdisjoint(f.check for f in found)
    monkeypatch.setattr(diff, "TOTAL", 0)
    compared = Comparison(rules, table(*rules.rules[:1]))
    assert all(change.elsewhere != "no" for change in compared.changes())
    assert not compared.complete
