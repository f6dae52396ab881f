"""Each answer of exploration against brute force: every completion, every change, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brute import completions, contradictions, every, verdict
from brute import within as inside
from builders import FAMILIES, SOURCE, rule, spec, table
from genarch import RuleTable, evaluate, explore, load_rules
from genarch.engine.conditions import ALWAYS, All, Any, Condition, Not, Operator, Predicate
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Constraint, Range, Value, gpu_names
from genarch.engine.explore import Exploration
from genarch.engine.matching import Extended, Matcher
from genarch.engine.rules import Assumed, Assumption, Examples, Method, Notice, Ratio
from genarch.engine.scoring import Change, Flip, Stability
from genarch.engine.search import AnswerClass, verdict_search
from genarch.engine.spec import Spec
from strategies import answers, contradictory_tables, examples, tables

NAMES = ("domain", "latency_budget_ms", "paired_data", "team_expertise")
WITH_A_SET = ("conditioning", "domain", "latency_budget_ms")

TABLE = load_rules("article", evidence=False)

QUICK = Assumption(
    "quick", "t", Predicate("domain", "is", ("narrow",)), Assumed("latency_budget_ms", 100), "m", SOURCE, Examples()
)


def possible_by_force(stated: dict[str, Value], rules: RuleTable, names: tuple[str, ...]) -> set[str]:
    return {verdict(completed, rules) for completed in completions(stated, rules, names)}


@given(contradictory_tables(NAMES), answers(NAMES, with_ranges=True))
def test_possible_is_what_some_completion_reaches(rules: RuleTable, stated: dict[str, Value]) -> None:
    check_possible(rules, stated, NAMES)


@given(contradictory_tables(WITH_A_SET), answers(WITH_A_SET, with_ranges=True))
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
        for name, value in stated.items():
            here = witness[name]
            assert here == value or (isinstance(value, Range) and value.holds(here))  # type: ignore[arg-type]
        assert not contradictions(rules).match(witness).hits & ~before
        assert set(verdict_search(rules).space.columns) <= set(witness)


@given(contradictory_tables(NAMES), tables(NAMES), answers(NAMES, with_ranges=True))
@examples(60)
def test_a_table_with_further_rules_is_explored_as_if_they_were_its_own(
    base: RuleTable, further: RuleTable, stated: dict[str, Value]
) -> None:
    base = base._replace(assumptions=(QUICK,))
    extended, anew = Extended.of(base, further.rules), RuleTable(*base)._replace(rules=(*base.rules, *further.rules))
    asked = Spec("s", stated)
    assert evaluate(asked, extended) == evaluate(asked, anew)
    found, expected = explore(asked, extended), explore(asked, anew)
    assert [item.verdict for item in found.possible] == [item.verdict for item in expected.possible]
    for answer in ("verdict", "settled", "flips", "binding", "relax", "stability"):
        assert getattr(found, answer) == getattr(expected, answer)


@pytest.mark.parametrize("steps", [(48,), (49,), (30, 30), (49, 1)])
def test_any_number_of_further_rules_is_as_if_they_were_the_tables_own(steps: tuple[int, ...]) -> None:
    narrow, broad = (Predicate("domain", "is", (value,)) for value in ("narrow", "broad"))
    base = table(
        rule("first", broad, {"diffusion": 3}), methods=[Method("build", "Build", ("gan",), narrow, "It fits.", SOURCE)]
    )
    further = [rule(f"further-{at}", narrow, {"gan": 1}) for at in range(sum(steps))]
    extended, begin = base, 0
    for count in steps:
        extended, begin = Extended.of(extended, further[begin : begin + count]), begin + count
    anew = RuleTable(*base)._replace(rules=(*base.rules, *further))
    every_answer: list[dict[str, Value]] = [{}, {"domain": "narrow"}, {"domain": "broad"}]
    for stated in every_answer:
        asked = Spec("s", stated)
        assert evaluate(asked, extended) == evaluate(asked, anew)
        assert explore(asked, extended).possible == explore(asked, anew).possible


@given(contradictory_tables(NAMES), answers(NAMES, with_ranges=True))
@examples(60)
def test_the_next_question_narrows_most(rules: RuleTable, stated: dict[str, Value]) -> None:
    exploration = explore(Spec("s", stated), rules)
    matcher = contradictions(rules)
    before = matcher.match(stated).hits
    ranks: dict[str, tuple[float, int]] = {}
    space = verdict_search(rules).space
    for name in space.columns:
        if name not in stated or isinstance(stated[name], Range):
            columns = {space.columns[name].fails(value): value for value in inside(BY_NAME[name], stated.get(name))}
            classes = space.classes[name] if name not in stated else [AnswerClass(v, f) for f, v in columns.items()]
            answered = [{**stated, name: answer.value} for answer in classes]
            consistent = [each for each in answered if not matcher.match(each).hits & ~before]
            counts = [len(possible_by_force(each, rules, NAMES)) for each in consistent]
            counts = [count for count in counts if count]
            if counts:
                ranks[name] = (sum(counts) / len(counts), max(counts))
    if len(exploration.possible) < 2:
        assert exploration.next_question is None
    else:
        best = min(ranks.values())
        assert exploration.next_question == next(name for name in BY_NAME if ranks.get(name) == best)


@given(contradictory_tables(NAMES), answers(NAMES, with_ranges=True))
@examples(60)
def test_open_questions_are_those_whose_answer_alone_can_change_the_verdict(
    rules: RuleTable, stated: dict[str, Value]
) -> None:
    with patch("genarch.engine.completions.SAMPLES", 10**6):
        exploration = explore(Spec("s", stated), rules)
        found = exploration.open_questions
    verdicts = [(completed, verdict(completed, rules)) for completed in completions(stated, rules, NAMES)]
    by_rest: dict[tuple[str, tuple[tuple[str, Value], ...]], set[str]] = {}
    for completed, reached in verdicts:
        for name in (name for name in NAMES if name not in stated or isinstance(stated[name], Range)):
            rest = tuple((other, value) for other, value in completed.items() if other != name)
            by_rest.setdefault((name, rest), set()).add(reached)
    matter = {name for (name, _), reached in by_rest.items() if len(reached) > 1}
    if exploration.settled or not exploration.possible:
        assert found == ()
    else:
        assert matter == set(found) or (not matter and found == (exploration.next_question,))


@given(contradictory_tables(NAMES), answers(NAMES, with_ranges=True))
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


@given(contradictory_tables(NAMES, exclusive=True), answers(NAMES, with_ranges=True))
def test_relax_is_every_smallest_way_out(rules: RuleTable, stated: dict[str, Value]) -> None:
    ways: list[set[str]] = []
    if verdict(stated, rules) == "infeasible":
        for size in range(len(stated) + 1):
            for some in combinations(stated, size):
                kept = {name: value for name, value in stated.items() if name not in some}
                if verdict(kept, rules) != "infeasible" and not any(way <= set(some) for way in ways):
                    ways.append(set(some))
    assert [set(way) for way in explore(Spec("s", stated), rules).relax] == ways


@given(contradictory_tables(NAMES), answers(NAMES, with_ranges=True))
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


@given(contradictory_tables(NAMES), answers(NAMES, with_ranges=True))
def test_flips_are_the_nearest_changes(rules: RuleTable, stated: dict[str, Value]) -> None:
    check_flips(rules, stated)


@given(contradictory_tables(WITH_A_SET), answers(WITH_A_SET, with_ranges=True))
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

    def beyond(name: str) -> list[Value]:
        """Other answers; to a range, numbers that are in it and alike with none that is."""
        here, column = stated[name], verdict_search(rules).space.columns.get(name)
        if not isinstance(here, Range):
            return [value for value in every(name) if value != here]
        cuts = column.thresholds if column else ()
        met = {cell(value, cuts) for value in inside(BY_NAME[name], here)}
        return [value for value in every(name) if cell(value, cuts) not in met]

    single: dict[str, dict[object, str]] = {}
    for name in stated:
        for value in beyond(name):
            if found := other({name: value}):
                single.setdefault(name, {})[value] = found
    for flip in flips:
        assert other({change.constraint: change.value for change in flip.changes}) == flip.verdict
        for change in flip.changes:
            if change.bound:
                assert within(change, change.value)
                here = stated[change.constraint]
                assert not any(
                    within(change, n)
                    for n in ([here] if not isinstance(here, Range) else inside(BY_NAME[change.constraint], here))
                )
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
            for chosen in product(*map(beyond, names))
            if other(dict(zip(names, chosen, strict=True)))
        ]
        assert [len(flip.changes) for flip in flips] == ([min(sizes)] if sizes else [])


def cell(number: Value, cuts: Sequence[int | float]) -> tuple[int, bool]:
    """Which of the thresholds a number is on, or between."""
    assert isinstance(number, int | float)
    return sum(cut < number for cut in cuts), number in cuts


def check_nearest(here: Value, constraint: Constraint, by_value: dict[object, str], flips: list[Flip]) -> None:
    if constraint.kind == "set":
        assert isinstance(here, frozenset)
        nearest: dict[str, int] = {}
        for value, found in by_value.items():
            assert isinstance(value, frozenset)
            nearest[found] = min(nearest.get(found, 99), len(value ^ here))
        assert {flip.verdict: len(here ^ flip.changes[0].value) for flip in flips} == nearest  # type: ignore[operator]
    elif constraint.numeric:
        numbers = [number for number in by_value if isinstance(number, int | float)]
        stated = inside(constraint, here) if isinstance(here, Range) else [here]
        down = [number for number in numbers if number < min(stated)]  # type: ignore[operator]
        up = [number for number in numbers if number > max(stated)]  # type: ignore[operator]
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


def test_what_covers_a_range_together_is_settled_though_nothing_hits() -> None:
    slow, fast = (Predicate("latency_budget_ms", operator, (50,)) for operator in ("at_least", "below"))
    rules = table(
        rule("slow", slow, {"gan": 3}), rule("fast", fast, {"gan": 3}), rule("same", ALWAYS, {"diffusion": 1})
    )
    exploration = explore(spec(latency_budget_ms="20..100"), rules)
    assert exploration.verdict.verdict == "diffusion"
    assert [item.verdict for item in exploration.possible] == ["gan"]
    assert exploration.settled
    assert exploration.next_question is None
    within = explore(
        spec(latency_budget_ms="20..100"), table(rule("fast", fast, {"gan": 3}), rule("same", ALWAYS, {"diffusion": 1}))
    )
    assert [(item.verdict, dict(item.witness)) for item in within.possible] == [
        ("gan", {"latency_budget_ms": 20}),
        ("diffusion", {"latency_budget_ms": 50}),
    ]
    assert within.next_question == "latency_budget_ms"
    assert within.flips == ()  # what lies beyond does the same as what is within


# The shipped table


@given(st.randoms(use_true_random=True), answers())
@examples(200)
def test_what_is_called_settled_stays_so_whatever_the_rest(random: Random, stated: dict[str, Value]) -> None:
    exploration = explore(Spec("s", stated), TABLE)
    possible = {item.verdict for item in exploration.possible}
    matcher = Matcher([notice.when for notice in TABLE.notices if notice.level == "inconsistency"])
    before = matcher.match(stated).hits
    for _ in range(50):  # 200 specs times 50 completions: 10,000
        completed = dict(stated)
        for constraint in CONSTRAINTS:
            if constraint.name not in stated:
                completed[constraint.name] = random.choice(every(constraint.name))
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
    made = {"_rules", "_given", "_stated", "_table", "_refused", "_budget", "_met", "_cost"}
    assert set(vars(exploration)) == made
    assert exploration.binding == ("domain",)
    assert set(vars(exploration)) == {*made, "binding", "verdict", "_unplaced"}


# Small tables by hand

ALL_HOLD = All(())

NARROW, PAIRED = Predicate("domain", "is", ("narrow",)), Predicate("paired_data", "is", (True,))
MOBILE, CONSUMER = (Predicate("device", "is", (device,)) for device in ("mobile", "consumer_gpu"))


def ms(operator: Operator, limit: int) -> Predicate:
    return Predicate("latency_budget_ms", operator, (limit,))


def gan_where(*conditions: Condition, contradictions: tuple[Condition, ...] = ()) -> RuleTable:
    """A table with gan where any of these holds, undetermined elsewhere."""
    notices = [
        Notice(f"inconsistent-{at}", "inconsistency", "t", when, "m", SOURCE) for at, when in enumerate(contradictions)
    ]
    return table(*(rule(f"rule-{at}", when, {"gan": 3}) for at, when in enumerate(conditions)), notices=notices)


def test_a_gpu_is_taken_back_for_the_device_that_it_implies() -> None:
    rules = table(rule("no-room", CONSUMER, excludes=tuple(FAMILIES)), rule("gan", NARROW, {"gan": 3}))
    found = explore(spec(gpu="rtx-4090", domain="narrow"), rules)
    assert (found.verdict.verdict, found.relax) == ("infeasible", (("gpu",),))
    found = explore(spec(gpu="rtx-4090", device="consumer_gpu"), rules)
    assert found.relax == (("device", "gpu"),)  # either alone implies the other's rule


def gan(*changes: Change) -> Flip:
    return Flip(changes, "gan")


@pytest.mark.parametrize(
    ("when", "stated", "flips"),
    [
        # a number: from where on, on the way there
        (ms("below", 50), {"latency_budget_ms": 75}, (gan(Change("latency_budget_ms", 25, "below", 50)),)),
        (ms("at_most", 50), {"latency_budget_ms": 75}, (gan(Change("latency_budget_ms", 50, "at_most", 50)),)),
        (ms("at_least", 50), {"latency_budget_ms": 20}, (gan(Change("latency_budget_ms", 50, "at_least", 50)),)),
        (ms("above", 50), {"latency_budget_ms": 20}, (gan(Change("latency_budget_ms", 100, "above", 50)),)),
        (ms("above", 50), {"latency_budget_ms": 50}, (gan(Change("latency_budget_ms", 100, "above", 50)),)),
        (ms("is", 50), {"latency_budget_ms": 75}, (gan(Change("latency_budget_ms", 50, "at_most", 50)),)),
        # a size as any number, where evidence says nothing
        (
            Predicate("resolution_px", "above", (512,)),
            {"resolution_px": 512},
            (gan(Change("resolution_px", 1024, "above", 512)),),
        ),
        # both ways
        (
            Any((ms("below", 50), ms("at_least", 100))),
            {"latency_budget_ms": 75},
            (
                gan(Change("latency_budget_ms", 25, "below", 50)),
                gan(Change("latency_budget_ms", 100, "at_least", 100)),
            ),
        ),
        # out of where it is
        (
            All((ms("at_least", 50), ms("below", 100))),
            {"latency_budget_ms": 75},
            (
                Flip((Change("latency_budget_ms", 25, "below", 50),), "undetermined"),
                Flip((Change("latency_budget_ms", 100, "at_least", 100),), "undetermined"),
            ),
        ),
        # a choice: one change for each verdict, with the others that give it
        (
            Predicate("control", "any_of", ("coarse", "fine")),
            {"control": "none"},
            (gan(Change("control", "coarse", others=("fine",))),),
        ),
        (PAIRED, {"paired_data": True}, (Flip((Change("paired_data", value=False),), "undetermined"),)),
        # a set: the fewest members put in or out
        (
            Predicate("conditioning", "all_of", ("text", "mask")),
            {"conditioning": frozenset({"mask", "pose"})},
            (gan(Change("conditioning", frozenset({"text", "mask", "pose"}))),),
        ),
        (
            Predicate("conditioning", "none_of", ("text", "mask")),
            {"conditioning": frozenset({"text", "mask"})},
            (gan(Change("conditioning", frozenset())),),
        ),
        # what nothing reads, or what is not stated, changes nothing
        (PAIRED, {"domain": "narrow"}, ()),
        (All((PAIRED, NARROW)), {"domain": "narrow"}, ()),
        # two changes where one is not enough
        (
            All((NARROW, PAIRED)),
            {"domain": "broad", "paired_data": False},
            (gan(Change("domain", "narrow"), Change("paired_data", value=True)),),
        ),
        # of a number, as near as it gets: 100 rather than 50
        (
            All((ms("at_most", 100), PAIRED)),
            {"latency_budget_ms": 500, "paired_data": False},
            (gan(Change("latency_budget_ms", 100, "at_most", 100), Change("paired_data", value=True)),),
        ),
        # of a range, beyond it, as near as it gets
        (
            All((ms("at_least", 100), PAIRED)),
            {"latency_budget_ms": Range(at_most=50), "paired_data": False},
            (gan(Change("latency_budget_ms", 100, "at_least", 100), Change("paired_data", value=True)),),
        ),
        # three where two are not
        (
            All((NARROW, PAIRED, ms("below", 50))),
            {"domain": "broad", "paired_data": False, "latency_budget_ms": 50},
            (
                gan(
                    Change("domain", "narrow"),
                    Change("latency_budget_ms", 25, "below", 50),
                    Change("paired_data", value=True),
                ),
            ),
        ),
        # at most one of what the time for an image hangs on
        (All((MOBILE, ms("below", 50))), {"latency_budget_ms": 75, "device": "edge"}, ()),
        (
            All((MOBILE, PAIRED)),
            {"paired_data": False, "device": "edge"},
            (gan(Change("device", "mobile"), Change("paired_data", value=True)),),
        ),
    ],
)
def test_flips_by_hand(when: Condition, stated: dict[str, Value], flips: tuple[Flip, ...]) -> None:
    assert explore(Spec("s", stated), gan_where(when)).flips == flips


def test_a_number_moves_to_answers_of_one_side() -> None:
    """Not 50 is 25, 55 and 120; 60 is told apart by a rule without points. On the way down to 25 there is no 55."""
    rules = table(rule("one", All((Not(ms("is", 50)), PAIRED)), {"gan": 3}), rule("idle", ms("at_least", 60), {}))
    (flip,) = explore(Spec("s", {"latency_budget_ms": 50, "paired_data": False}), rules).flips
    assert flip == gan(Change("latency_budget_ms", 25, "below", 50), Change("paired_data", value=True))


def test_contradictions_are_left_out_and_named() -> None:
    """Narrow is never paired; the other two inconsistencies are out of reach, and none."""
    rules = gan_where(PAIRED, contradictions=(All((NARROW, PAIRED)), All((NARROW, Not(NARROW))), ms("below", 50)))
    open_yet = explore(Spec("s", {"domain": "narrow", "latency_budget_ms": 75}), rules)
    assert [item.verdict for item in open_yet.possible] == ["undetermined"]
    assert open_yet.settled
    assert open_yet.next_question is None
    assert open_yet.flips == ()
    assert open_yet.left_out == ("inconsistent-0", "inconsistent-2")
    decided = explore(Spec("s", {"domain": "narrow", "paired_data": False}), rules)
    assert decided.flips == (gan(Change("domain", "broad"), Change("paired_data", value=True)),)
    assert decided.left_out == ("inconsistent-0", "inconsistent-2")
    broad = explore(Spec("s", {"domain": "broad", "paired_data": False, "latency_budget_ms": 75}), rules)
    assert broad.flips == (gan(Change("paired_data", value=True)),)
    # What contradicts itself already may be changed.
    both = explore(Spec("s", {"domain": "narrow", "paired_data": True, "latency_budget_ms": 75}), rules)
    assert both.flips == (Flip((Change("paired_data", value=False),), "undetermined"),)
    assert both.left_out == ("inconsistent-2",)


def test_hardware_is_read_as_its_device_and_changes_to_another_of_its_kind_alone() -> None:
    rules = gan_where(CONSUMER)
    by_gpu = explore(spec(gpu="rtx-4090"), rules)
    assert (by_gpu.verdict.verdict, by_gpu.binding, by_gpu.flips) == ("gan", ("gpu",), ())
    by_device = explore(spec(device="consumer_gpu"), rules)
    (flip,) = by_device.flips
    assert flip == Flip(
        (Change("device", "datacenter_gpu", others=("edge", "mobile", "browser", "cpu")),), "undetermined"
    )
    # Beside the hardware any other device than a browser, which may run on it, contradicts it.
    (flip,) = explore(spec(device="consumer_gpu", gpu="rtx-4090"), rules).flips
    assert flip == Flip((Change("device", "browser"),), "undetermined")
    # Where the two contradict each other already, the device may change.
    (flip,) = explore(spec(device="mobile", gpu="rtx-4090"), rules).flips
    assert flip == gan(Change("device", "consumer_gpu"))
    # Anything else may change as well.
    found = explore(spec(device="mobile", gpu="rtx-4090", domain="broad"), gan_where(NARROW)).flips
    assert found == (gan(Change("domain", "narrow")),)
    assert explore(spec(gpu="rtx-4090"), gan_where(NARROW)).binding == ()
    # A combination with other hardware is not among the changes.
    assert explore(spec(gpu="rtx-4090", domain="broad"), gan_where(All((MOBILE, NARROW)))).flips == ()


def test_hardware_of_the_same_kind_may_have_more_memory() -> None:
    large = Predicate("device_memory_gb", "at_least", (32,))
    rules = gan_where(large, All((large, MOBILE)))
    (flip,) = explore(spec(gpu="rtx-4090"), rules).flips
    (change,) = flip.changes
    assert (flip.verdict, change.constraint) == ("gan", "gpu")
    names = gpu_names()
    for gpu in (change.value, *change.others):
        assert names.devices[str(gpu)][0] == "consumer_gpu"
        assert names.memory_gb[str(gpu)] >= 32
    assert "rtx-5090" in (change.value, *change.others)


def test_the_way_out_of_infeasible_by_hand() -> None:
    """Narrow and paired together leave nothing, nor does real time: either of the first two goes, and the serving."""
    realtime = Predicate("serving", "is", ("realtime",))
    rules = table(rule("one", All((NARROW, PAIRED)), {}, tuple(FAMILIES)), rule("other", realtime, {}, tuple(FAMILIES)))
    stated = spec(domain="narrow", serving="realtime", paired_data=True, task="inpainting")
    found = explore(stated, rules)
    assert found.relax == (("domain", "serving"), ("serving", "paired_data"))
    assert found.binding == ("serving",)
    assert explore(spec(domain="narrow"), rules).relax == ()


def test_possible_verdicts_come_in_the_order_of_the_table_with_complete_answers() -> None:
    rules = table(rule("one", NARROW, {"diffusion": 3}), rule("other", PAIRED, {"gan": 3}))
    found = explore(spec(latency_budget_ms=20), rules).possible
    assert [(item.verdict, dict(item.witness)) for item in found] == [
        ("gan", {"domain": "broad", "latency_budget_ms": 20, "paired_data": True}),
        ("diffusion", {"domain": "narrow", "latency_budget_ms": 20, "paired_data": False}),
        ("evaluate_both", {"domain": "narrow", "latency_budget_ms": 20, "paired_data": True}),
        ("undetermined", {"domain": "broad", "latency_budget_ms": 20, "paired_data": False}),
    ]


def test_what_narrows_most_is_asked_first() -> None:
    """Three points against two, so that all four answers give something else: as well ask for either.

    With two points for gan whatever the domain, domain decides between two verdicts and paired data alone does not.
    """
    even = table(rule("one", NARROW, {"diffusion": 3}), rule("other", PAIRED, {"gan": 3}))
    assert explore(spec(), even).open_questions == ("domain", "paired_data")
    assert explore(spec(), even).question_among(["paired_data", "domain"]) == "paired_data"
    assert explore(spec(), even).question_among([]) is None
    assert explore(spec(domain="narrow"), even).open_questions == ("paired_data",)
    # Diffusion where it is narrow, whatever the data; broad and paired is gan.
    uneven = table(rule("one", NARROW, {"diffusion": 9}), rule("other", PAIRED, {"gan": 3}))
    assert explore(spec(), uneven).question_among(["paired_data", "domain"]) == "domain"
    assert explore(spec(), uneven).open_questions == ("domain", "paired_data")
    assert explore(spec(domain="narrow"), uneven).open_questions == ()


def test_a_high_limit_takes_a_larger_change() -> None:
    # gan and diffusion have 1 + 1 - 1 - 1 each: level, of 8 points. With -k in place of one of gan's 1 it has -1 - k, so
    # diffusion leads by 1 + k of 7 + k points; from 9 in 10 on that takes k = 53: 54/60. The other way it takes more.
    both = [
        rule(f"{name}{at}", ALL_HOLD, {name: 1 if at < 2 else -1}) for name in ("gan", "diffusion") for at in range(4)
    ]
    found = explore(
        spec(), table(*both, close_call=Ratio(9, 10), architectures={"gan": "gan", "diffusion": "diffusion"})
    ).stability
    assert found == Stability("gan0", "gan", 1, -53, "diffusion")


def test_no_limit_of_one_whole() -> None:
    assert explore(spec(), table(rule("a", ALL_HOLD, {"gan": 1}), close_call=Ratio(1, 1))).stability is not None


def test_open_questions_do_not_depend_on_what_was_explored_before() -> None:
    """What is asked for last comes last among the classes, but not in the samples."""
    rules = table(rule("first", NARROW, {"diffusion": 9}), rule("second", PAIRED, {"gan": 3}))
    assert explore(spec(domain="broad"), rules).open_questions == ("paired_data",)  # makes no classes of the domain
    assert explore(spec(), rules).open_questions == ("domain", "paired_data")


@given(contradictory_tables(NAMES), st.lists(answers(NAMES, with_ranges=True), min_size=2, max_size=6))
@examples(30)
def test_what_completions_lead_to_is_kept_for_answers_that_leave_the_same_open(
    rules: RuleTable, every_stated: list[dict[str, Value]]
) -> None:
    """By a table that explored other answers before, among them some that leave the same, as by a new one."""

    def known(rules: RuleTable, stated: dict[str, Value]) -> tuple[object, ...]:
        found = explore(Spec("s", stated), rules)
        return found.possible, found.open_questions, found.next_question

    before = [known(rules, stated) for stated in every_stated]
    for stated, found in zip(every_stated, before, strict=True):
        verdict_search.cache_clear()
        assert known(rules, stated) == found


def test_a_budget_in_the_same_gap_has_its_own_witnesses() -> None:
    first, second = (explore(spec(domain="narrow", latency_budget_ms=ms), TABLE) for ms in (150, 160))
    assert [item.verdict for item in first.possible] == [item.verdict for item in second.possible]
    assert {item.witness["latency_budget_ms"] for item in second.possible} == {160}
    assert first.open_questions == second.open_questions
