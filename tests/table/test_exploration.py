"""Each answer of exploration against brute force: every completion, every change, one by one."""

from __future__ import annotations

from itertools import combinations, product
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brute import completions, contradictions, every, verdict
from builders import FAMILIES, spec, table
from genarch import RuleTable, explore, load_rules
from genarch.table.constraints import BY_NAME, CONSTRAINTS, Constraint, Value
from genarch.table.explore import Exploration
from genarch.table.matching import Matcher
from genarch.table.scoring import Change, Flip, Stability
from genarch.table.search import verdict_search
from genarch.table.spec import Spec
from strategies import answers, contradictory_tables, examples

NAMES = ("domain", "latency_budget_ms", "paired_data", "team_expertise")
WITH_A_SET = ("conditioning", "domain", "latency_budget_ms")

TABLE = load_rules("article", evidence=False)


def possible_by_force(stated: dict[str, Value], rules: RuleTable, names: tuple[str, ...]) -> set[str]:
    return {verdict(completed, rules) for completed in completions(stated, rules, names)}


@given(contradictory_tables(NAMES), answers(NAMES))
def test_possible_is_what_some_completion_reaches(rules: RuleTable, stated: dict[str, Value]) -> None:
    check_possible(rules, stated, NAMES)


@given(contradictory_tables(WITH_A_SET), answers(WITH_A_SET))
@examples(30)
def test_possible_with_sets(rules: RuleTable, stated: dict[str, Value]) -> None:
    check_possible(rules, stated, WITH_A_SET)


def check_possible(rules: RuleTable, stated: dict[str, Value], names: tuple[str, ...]) -> None:
    exploration = explore(Spec("s", stated), rules)
    expected = possible_by_force(stated, rules, names)
    assert {item.verdict for item in exploration.possible} == expected
    assert exploration.settled is (len(expected) == 1)
    before = contradictions(rules).match(stated).hits
    for item in exploration.possible:
        witness = dict(item.witness)
        assert verdict(witness, rules) == item.verdict
        assert witness.items() >= stated.items()
        assert not contradictions(rules).match(witness).hits & ~before
        assert set(verdict_search(rules).space.columns) <= set(witness)


@given(contradictory_tables(NAMES), answers(NAMES))
@examples(60)
def test_the_next_question_narrows_most(rules: RuleTable, stated: dict[str, Value]) -> None:
    exploration = explore(Spec("s", stated), rules)
    ranks: dict[str, tuple[float, int]] = {}
    for name, classes in verdict_search(rules).space.classes.items():
        if name not in stated:
            counts = [len(possible_by_force({**stated, name: answer.value}, rules, NAMES)) for answer in classes]
            counts = [count for count in counts if count]
            if counts:
                ranks[name] = (sum(counts) / len(counts), max(counts))
    if len(exploration.possible) < 2:
        assert exploration.next_question is None
    else:
        best = min(ranks.values())
        assert exploration.next_question == next(name for name in BY_NAME if ranks.get(name) == best)


@given(contradictory_tables(NAMES), answers(NAMES))
@examples(60)
def test_open_questions_are_those_whose_answer_alone_can_change_the_verdict(
    rules: RuleTable, stated: dict[str, Value]
) -> None:
    with patch("genarch.table.explore.VARIED", 10**6):
        exploration = explore(Spec("s", stated), rules)
        found = exploration.open_questions
    verdicts = [(completed, verdict(completed, rules)) for completed in completions(stated, rules, NAMES)]
    by_rest: dict[tuple[str, tuple[tuple[str, Value], ...]], set[str]] = {}
    for completed, reached in verdicts:
        for name in NAMES:
            rest = tuple((other, value) for other, value in completed.items() if other != name)
            by_rest.setdefault((name, rest), set()).add(reached)
    matter = {name for (name, _), reached in by_rest.items() if len(reached) > 1 and name not in stated}
    if exploration.settled or not exploration.possible:
        assert found == ()
    else:
        assert matter == set(found) or (not matter and found == (exploration.next_question,))


@given(contradictory_tables(NAMES), answers(NAMES))
def test_binding_is_the_smallest_that_gives_the_verdict(rules: RuleTable, stated: dict[str, Value]) -> None:
    found = explore(Spec("s", stated), rules).binding
    sizes = [
        size
        for size in range(len(stated) + 1)
        for some in combinations(stated, size)
        if verdict({name: stated[name] for name in some}, rules) == verdict(stated, rules)
    ]
    assert len(found) == min(sizes)
    assert verdict({name: stated[name] for name in found}, rules) == verdict(stated, rules)


@given(contradictory_tables(NAMES, exclusive=True), answers(NAMES))
def test_relax_is_every_smallest_way_out(rules: RuleTable, stated: dict[str, Value]) -> None:
    ways: list[set[str]] = []
    if verdict(stated, rules) == "infeasible":
        for size in range(len(stated) + 1):
            for some in combinations(stated, size):
                kept = {name: value for name, value in stated.items() if name not in some}
                if verdict(kept, rules) != "infeasible" and not any(way <= set(some) for way in ways):
                    ways.append(set(some))
    assert [set(way) for way in explore(Spec("s", stated), rules).relax] == ways


@given(contradictory_tables(NAMES), answers(NAMES))
@examples(40)
def test_stability_is_the_smallest_change_of_points(rules: RuleTable, stated: dict[str, Value]) -> None:
    found = explore(Spec("s", stated), rules).stability
    here = verdict(stated, rules)

    def changed(position: int, architecture: str, points: int) -> str:
        given = list(rules.rules)
        scored = {**given[position].points, architecture: points}
        given[position] = given[position]._replace(points={name: p for name, p in scored.items() if p})
        return verdict(stated, table(*given, notices=rules.notices))

    steps = range(1, abs(found.changed - found.points) + 1 if found else 8)
    smaller = [
        (step, changed(position, architecture, rule.points.get(architecture, 0) + way))
        for step in steps
        for position, rule in enumerate(rules.rules)
        for architecture in FAMILIES
        for way in (-step, step)
    ]
    flipping = [step for step, other in smaller if other != here]
    assert (min(flipping) if flipping else None) == (abs(found.changed - found.points) if found else None)
    if found:
        position = [rule.id for rule in rules.rules].index(found.rule)
        assert changed(position, found.architecture, found.changed) == found.verdict != here


@given(contradictory_tables(NAMES), answers(NAMES))
def test_flips_are_the_nearest_changes(rules: RuleTable, stated: dict[str, Value]) -> None:
    check_flips(rules, stated)


@given(contradictory_tables(WITH_A_SET), answers(WITH_A_SET))
@examples(30)
def test_flips_of_sets(rules: RuleTable, stated: dict[str, Value]) -> None:
    check_flips(rules, stated)


def check_flips(rules: RuleTable, stated: dict[str, Value]) -> None:
    flips = explore(Spec("s", stated), rules).flips
    matcher = contradictions(rules)
    before = matcher.match(stated).hits

    def other(changes: dict[str, Value]) -> str | None:
        answered = {**stated, **changes}
        found = verdict(answered, rules)
        return None if found == verdict(stated, rules) or matcher.match(answered).hits & ~before else found

    single: dict[str, dict[object, str]] = {}
    for name, here in stated.items():
        for value in every(BY_NAME[name]):
            found = other({name: value})
            if found and value != here:
                single.setdefault(name, {})[value] = found
    for flip in flips:
        assert other({change.constraint: change.value for change in flip.changes}) == flip.verdict
        for change in flip.changes:
            if change.bound:
                assert within(change, change.value)
                assert not within(change, stated[change.constraint])
    if single:
        assert {flip.changes[0].constraint for flip in flips} == set(single)
        for name, by_value in single.items():
            mine = [flip for flip in flips if flip.changes[0].constraint == name]
            check_nearest(stated[name], BY_NAME[name], by_value, mine)
    else:
        sizes = [
            size
            for size in range(2, len(stated) + 1)
            for names in combinations(stated, size)
            for chosen in product(*(every(BY_NAME[name]) for name in names))
            if all(value != stated[name] for name, value in zip(names, chosen, strict=True))
            and other(dict(zip(names, chosen, strict=True)))
        ]
        assert [len(flip.changes) for flip in flips] == ([min(sizes)] if sizes else [])


def check_nearest(here: Value, constraint: Constraint, by_value: dict[object, str], flips: list[Flip]) -> None:
    if constraint.kind == "set":
        assert isinstance(here, frozenset)
        nearest: dict[str, int] = {}
        for value, found in by_value.items():
            assert isinstance(value, frozenset)
            nearest[found] = min(nearest.get(found, 99), len(value ^ here))
        assert {flip.verdict: len(here ^ flip.changes[0].value) for flip in flips} == nearest  # type: ignore[operator]
    elif constraint.numeric:
        assert isinstance(here, int | float)
        numbers = [number for number in by_value if isinstance(number, int | float)]
        down = [number for number in numbers if number < here]
        up = [number for number in numbers if number > here]
        expected = ([by_value[max(down)]] if down else []) + ([by_value[min(up)]] if up else [])
        assert [flip.verdict for flip in flips] == expected
        for flip in flips:
            check_threshold(flip.changes[0], numbers)
    else:
        reached: dict[str, set[object]] = {}
        for value, found in by_value.items():
            reached.setdefault(found, set()).add(value)
        assert {flip.verdict: {flip.changes[0].value, *flip.changes[0].others} for flip in flips} == reached


def check_threshold(change: Change, flipping: list[int | float]) -> None:
    """The nearest flipping number of the grid is on the threshold, or in the gap that begins there."""
    assert change.threshold is not None
    assert within(change, change.value)
    assert any(within(change, number) for number in flipping)


def within(change: Change, number: object) -> bool:
    assert isinstance(number, int | float)
    assert change.threshold is not None
    match change.bound:
        case "at_least":
            return number >= change.threshold
        case "above":
            return number > change.threshold
        case "at_most":
            return number <= change.threshold
        case _:
            return number < change.threshold


# The shipped table


@given(st.randoms(use_true_random=False), answers())
@examples(200)
def test_what_is_called_settled_stays_so_whatever_the_rest(random: object, stated: dict[str, Value]) -> None:
    exploration = explore(Spec("s", stated), TABLE)
    possible = {item.verdict for item in exploration.possible}
    matcher = Matcher([notice.when for notice in TABLE.notices if notice.level == "inconsistency"])
    before = matcher.match(stated).hits
    for _ in range(50):  # 200 specs times 50 completions: 10,000
        completed = dict(stated)
        for constraint in CONSTRAINTS:
            if constraint.name not in stated:
                completed[constraint.name] = random.choice(every(constraint))  # type: ignore[attr-defined]
        if not matcher.match(completed).hits & ~before:
            assert verdict(completed, TABLE) in possible


@given(answers())
@examples(60)
def test_every_witness_and_flip_gives_the_verdict_it_claims(stated: dict[str, Value]) -> None:
    exploration = explore(Spec("s", stated), TABLE)
    for item in exploration.possible:
        assert verdict(dict(item.witness), TABLE) == item.verdict
    for flip in exploration.flips:
        changed = {**stated, **{change.constraint: change.value for change in flip.changes}}
        assert verdict(changed, TABLE) == flip.verdict != verdict(stated, TABLE)


@pytest.fixture
def proven_canvas() -> Exploration:
    stated = spec(
        task="text_to_image", conditioning=["text"], latency_budget_ms=90, serving="realtime", maturity="proven"
    )
    return explore(stated, TABLE)


def test_an_infeasible_spec_by_hand(proven_canvas: Exploration) -> None:
    assert proven_canvas.verdict.verdict == "infeasible"
    assert proven_canvas.settled
    assert proven_canvas.next_question is None
    # Text needs both words gone; real time is said twice, by the budget and by the serving.
    assert proven_canvas.relax == (("maturity",), ("task", "conditioning"), ("latency_budget_ms", "serving"))
    assert proven_canvas.binding == ("task", "latency_budget_ms", "maturity")
    assert proven_canvas.stability is None


def test_a_threshold_by_hand() -> None:
    stated = spec(task="text_to_image", conditioning=["text"], latency_budget_ms=90)
    flips = explore(stated, TABLE).flips
    assert Flip((Change("latency_budget_ms", 100, "at_least", 100),), "diffusion") in flips


def test_stability_by_hand() -> None:
    # narrow: gan 3; limited: diffusion 3. One point less for gan: 2 against 3, margin 1/5, a lean to diffusion.
    found = explore(spec(domain="narrow", team_expertise="limited"), TABLE).stability
    assert found == Stability("narrow-domain-favours-gan", "gan", 3, 2, "diffusion")


def test_nothing_is_worked_out_before_it_is_asked() -> None:
    exploration = explore(spec(domain="narrow"), TABLE)
    assert set(vars(exploration)) == {"_rules", "_given", "_stated", "_table", "_refused"}
    assert exploration.binding == ("domain",)
    assert set(vars(exploration)) == {"_rules", "_given", "_stated", "_table", "_refused", "binding", "verdict"}
