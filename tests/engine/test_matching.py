"""Matching against an oracle: Kleene's tables, worked out test by test."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brute import within
from builders import SOURCE
from genarch.engine.conditions import (
    ALWAYS,
    MAX_TERMS,
    All,
    Any,
    Condition,
    Not,
    Operator,
    Predicate,
    TooManyTermsError,
    terms,
)
from genarch.engine.constraints import BY_NAME, Answers, Range, Value
from genarch.engine.matching import Matcher
from genarch.engine.rules import Assumed, Assumption, Examples
from strategies import answers, conditions

HIT, MISS, UNKNOWN = "hit", "miss", "unknown"


def oracle(test: Predicate, value: Value) -> bool:
    """One test, written out by type, apart from the engine's own."""
    first = test.operand[0] if test.operand else None
    match test.operator:
        case "below":
            return value < first  # type: ignore[operator]
        case "at_most":
            return value <= first  # type: ignore[operator]
        case "above":
            return value > first  # type: ignore[operator]
        case "at_least":
            return value >= first  # type: ignore[operator]
        case "is":
            return set(value) == set(test.operand) if isinstance(value, frozenset) else value == first
        case "all_of":
            return all(item in value for item in test.operand)  # type: ignore[operator]
        case "any_of" if isinstance(value, frozenset):
            return any(item in value for item in test.operand)
        case "none_of" if isinstance(value, frozenset):
            return not any(item in value for item in test.operand)
        case "any_of":
            return value in test.operand
        case _:
            return value not in test.operand


def kleene(condition: Condition, stated: Answers) -> str:
    match condition:
        case Predicate():
            if condition.constraint not in stated:
                return UNKNOWN
            return HIT if oracle(condition, stated[condition.constraint]) else MISS
        case Not(part):
            return {HIT: MISS, MISS: HIT, UNKNOWN: UNKNOWN}[kleene(part, stated)]
        case All(parts):
            found = {kleene(part, stated) for part in parts}
            return MISS if MISS in found else UNKNOWN if UNKNOWN in found else HIT
        case Any(parts):
            found = {kleene(part, stated) for part in parts}
            return HIT if HIT in found else UNKNOWN if UNKNOWN in found else MISS


def outcomes(whens: list[Condition], stated: Answers, assumptions: tuple[Assumption, ...] = ()) -> list[str]:
    matches = Matcher(whens, assumptions).match(stated)
    assert not matches.hits & matches.unknown
    assert (matches.hits | matches.unknown) >> len(whens) == 0
    return [
        HIT if matches.hits >> at & 1 else UNKNOWN if matches.unknown >> at & 1 else MISS for at in range(len(whens))
    ]


@given(st.lists(conditions(), max_size=5), answers())
def test_every_condition_is_what_kleene_says(whens: list[Condition], stated: dict[str, Value]) -> None:
    assert outcomes(whens, stated) == [kleene(when, stated) for when in whens]


NUMERIC = ("latency_budget_ms", "training_images")


@given(st.lists(conditions(NUMERIC), min_size=1, max_size=5), answers(NUMERIC, with_ranges=True))
def test_a_range_hits_only_where_all_of_it_does_and_misses_where_none_of_it_does(
    whens: list[Condition], stated: dict[str, Value]
) -> None:
    """Of a single test, exactly so; where several cover a range together, it stays unknown."""
    chosen = product(
        *(within(BY_NAME[name], value) if isinstance(value, Range) else [value] for name, value in stated.items())
    )
    every = [dict(zip(stated, each, strict=True)) for each in chosen]
    for when, found in zip(whens, outcomes(whens, stated), strict=True):
        by_number = {kleene(when, each) for each in every}
        exact = by_number.pop() if len(by_number) == 1 else UNKNOWN
        assert found in (UNKNOWN, exact)
        if isinstance(when, Predicate | Not) and isinstance(getattr(when, "part", when), Predicate):
            assert found == exact


def test_parts_that_cover_a_range_together_leave_it_unknown() -> None:
    slow, fast = (Predicate("latency_budget_ms", operator, (50,)) for operator in ("at_least", "below"))
    stated: Answers = {"latency_budget_ms": Range(at_least=20, at_most=100)}
    assert outcomes([Any((slow, fast)), All((slow, fast)), slow, fast], stated) == [UNKNOWN, MISS, UNKNOWN, UNKNOWN]
    assert outcomes([slow, fast], {"latency_budget_ms": Range(at_least=50)}) == [HIT, MISS]
    assert outcomes([slow, fast], {"latency_budget_ms": Range(above=49)}) == [UNKNOWN, UNKNOWN]
    assert outcomes([slow, fast], {"latency_budget_ms": Range(below=50)}) == [MISS, HIT]


FEW = ("domain", "conditioning", "latency_budget_ms")


@given(st.lists(conditions(FEW), min_size=1, max_size=5), answers(FEW))
def test_so_it_is_where_conditions_read_the_same_constraints(whens: list[Condition], stated: dict[str, Value]) -> None:
    assert outcomes(whens, stated) == [kleene(when, stated) for when in whens]


@given(st.lists(conditions(FEW), min_size=1, max_size=4), st.lists(answers(FEW), min_size=2, max_size=6))
def test_what_was_worked_out_for_one_spec_serves_another(whens: list[Condition], specs: list[Answers]) -> None:
    matcher = Matcher(whens)
    for stated in (*specs, *specs):
        matches = matcher.match(stated)
        for at, when in enumerate(whens):
            found = HIT if matches.hits >> at & 1 else UNKNOWN if matches.unknown >> at & 1 else MISS
            assert found == kleene(when, stated)


@pytest.mark.parametrize("operator", ["below", "at_most", "above", "at_least", "is"])
def test_one_matcher_tells_apart_all_that_a_limit_does(operator: Operator) -> None:
    predicate = Predicate("latency_budget_ms", operator, (50,))
    matcher = Matcher([predicate, Predicate("latency_budget_ms", "above", (100,))])
    for number in (20, 50, 70, 100, 200, 49.9, 50.1, 20):
        hits = matcher.match({"latency_budget_ms": number}).hits
        assert (hits & 1, hits >> 1) == (oracle(predicate, number), number > 100)


@given(st.lists(conditions(), max_size=4), answers(), st.data())
def test_adding_knowledge_never_turns_a_hit_or_a_miss(
    whens: list[Condition], stated: dict[str, Value], data: st.DataObject
) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(stated)))) if stated else set()
    less = {name: value for name, value in stated.items() if name not in names}
    for before, after in zip(outcomes(whens, less), outcomes(whens, stated), strict=True):
        assert before in (UNKNOWN, after)


TEXT = Predicate("conditioning", "any_of", ("text",))
FAST = Predicate("latency_budget_ms", "below", (100,))
NARROW = Predicate("domain", "is", ("narrow",))


@pytest.mark.parametrize(
    ("when", "stated", "expected"),
    [
        (All((TEXT, FAST)), {"latency_budget_ms": 200}, MISS),  # unknown and miss: a miss
        (All((TEXT, FAST)), {"latency_budget_ms": 50}, UNKNOWN),  # unknown and hit: unknown
        (Any((TEXT, FAST)), {"latency_budget_ms": 50}, HIT),  # unknown or hit: a hit
        (Any((TEXT, FAST)), {"latency_budget_ms": 200}, UNKNOWN),  # unknown or miss: unknown
        (Not(TEXT), {}, UNKNOWN),
        (All((FAST, Not(All((TEXT, NARROW))))), {"latency_budget_ms": 200}, MISS),  # whatever the negated one comes to
        (All((FAST, Not(All((TEXT, NARROW))))), {"latency_budget_ms": 50}, UNKNOWN),
        (All((FAST, Not(All((TEXT, NARROW))))), {"latency_budget_ms": 50, "domain": "broad"}, HIT),
        (ALWAYS, {}, HIT),
        (Not(ALWAYS), {}, MISS),
        (FAST, {"latency_budget_ms": 100}, MISS),
        (FAST, {"latency_budget_ms": 99.999}, HIT),
        (Predicate("conditioning", "is", ()), {"conditioning": frozenset()}, HIT),
        (Predicate("conditioning", "is", ()), {"conditioning": frozenset({"text"})}, MISS),
    ],
)
def test_truth_by_hand(when: Condition, stated: dict[str, Value], expected: str) -> None:
    assert outcomes([when], stated) == [expected]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, UNKNOWN),
        ({"domain": "broad"}, UNKNOWN),
        ({"domain": "broad", "latency_budget_ms": 200}, UNKNOWN),
        ({"domain": "broad", "latency_budget_ms": 200, "conditioning": frozenset()}, MISS),
        ({"domain": "broad", "latency_budget_ms": 50}, HIT),
        ({"conditioning": frozenset({"text"})}, HIT),
    ],
)
def test_alternatives_in_any_order_and_beside_other_conditions(stated: dict[str, Value], expected: str) -> None:
    parts = (TEXT, FAST, NARROW)
    every: list[Condition] = [Any(order) for order in permutations(parts)]
    assert outcomes(every, stated) == [expected] * 6
    assert outcomes([NARROW, *every, FAST], stated)[1:-1] == [expected] * 6
    assert [outcomes([when], stated) for when in every] == [[expected]] * 6


def test_the_bits_of_a_condition_are_those_of_its_alternatives() -> None:
    matcher = Matcher([Any((TEXT, FAST)), NARROW, Any((NARROW, FAST, TEXT))])
    bits = [matcher.terms_of(1 << at) for at in range(3)]
    assert [mask.bit_count() for mask in bits] == [2, 1, 3]
    assert [mask >> at & 1 for at, mask in enumerate(bits)] == [1, 1, 1]
    assert sum(bits) == bits[0] | bits[1] | bits[2] == 0b111111


REALTIME = Assumption(
    "realtime",
    "t",
    Predicate("serving", "is", ("realtime",)),
    Assumed("latency_budget_ms", 100),
    "message",
    SOURCE,
    Examples(),
)


@pytest.mark.parametrize(
    ("when", "stated", "expected"),
    [
        (FAST, {"serving": "realtime"}, HIT),
        (Predicate("latency_budget_ms", "below", (50,)), {"serving": "realtime"}, UNKNOWN),
        (Predicate("latency_budget_ms", "below", (200,)), {"serving": "realtime"}, HIT),
        (Predicate("latency_budget_ms", "at_least", (100,)), {"serving": "realtime"}, MISS),
        (Predicate("latency_budget_ms", "at_least", (99,)), {"serving": "realtime"}, UNKNOWN),
        (Not(FAST), {"serving": "realtime"}, MISS),
        (FAST, {"serving": "batch"}, UNKNOWN),
        (FAST, {}, UNKNOWN),
        (FAST, {"serving": "realtime", "latency_budget_ms": 300}, MISS),  # a stated budget wins over the word
        (All((FAST, TEXT)), {"serving": "realtime"}, UNKNOWN),
    ],
)
def test_an_assumption_stands_in_for_an_unstated_number(
    when: Condition, stated: dict[str, Value], expected: str
) -> None:
    assert outcomes([when], stated, (REALTIME,)) == [expected]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(100, HIT), (80, HIT), (60, HIT), (40, UNKNOWN)],
)
def test_of_two_assumptions_about_one_number_each_settles_what_it_can(limit: int, expected: str) -> None:
    """Below 100 and below 60 together are below 60."""
    fine = REALTIME._replace(
        id="fine", when=Predicate("control", "is", ("fine",)), assume=Assumed("latency_budget_ms", 60)
    )
    stated: dict[str, Value] = {"serving": "realtime", "control": "fine"}
    for assumptions in ((REALTIME, fine), (fine, REALTIME)):
        assert outcomes([Predicate("latency_budget_ms", "below", (limit,))], stated, assumptions) == [expected]
        whens: list[Condition] = [NARROW, Predicate("latency_budget_ms", "at_least", (limit,)), TEXT]
        opposite = MISS if expected == HIT else UNKNOWN
        assert outcomes(whens, stated, assumptions) == [UNKNOWN, opposite, UNKNOWN]
        assert Matcher(whens, assumptions).match(stated).assumed == (0, 1)


@pytest.mark.parametrize(
    ("operator", "limit", "expected"),
    [
        ("at_most", 99, UNKNOWN),  # 99.5 is below 100 too
        ("at_most", 100, HIT),
        ("is", 100, MISS),
        ("is", 99, UNKNOWN),
        ("above", 99.9, UNKNOWN),
        ("above", 100, MISS),
        ("at_most", 0.5, UNKNOWN),
        ("above", 0.5, UNKNOWN),
    ],
)
def test_any_number_below_the_assumed_limit_may_be_meant(operator: Operator, limit: float, expected: str) -> None:
    assert outcomes([Predicate("latency_budget_ms", operator, (limit,))], {"serving": "realtime"}, (REALTIME,)) == [
        expected
    ]
    others: list[Condition] = [
        Predicate("latency_budget_ms", operator, (limit,)),
        Predicate("latency_budget_ms", "below", (2000,)),
    ]
    assert outcomes(others, {"serving": "realtime"}, (REALTIME,)) == [expected, HIT]


@pytest.mark.parametrize(
    ("operator", "limit", "expected"),
    [
        ("at_most", 9, HIT),  # whole numbers below 10
        ("at_most", 8, UNKNOWN),
        ("above", 8, UNKNOWN),
        ("above", 9, MISS),
        ("at_least", 0, HIT),
        ("at_least", 1, UNKNOWN),
        ("below", 1, UNKNOWN),
        ("is", 0, UNKNOWN),
        ("is", 9, UNKNOWN),
        ("is", 10, MISS),
    ],
)
def test_of_whole_numbers_those_below_the_assumed_limit_are_meant(
    operator: Operator, limit: int, expected: str
) -> None:
    few = REALTIME._replace(assume=Assumed("training_images", 10))
    assert outcomes([Predicate("training_images", operator, (limit,))], {"serving": "realtime"}, (few,)) == [expected]


def test_an_assumption_is_named_only_when_it_was_made() -> None:
    matcher = Matcher([FAST], (REALTIME,))
    assert matcher.match({"serving": "realtime"}).assumed == (0,)
    assert matcher.match({"serving": "realtime", "latency_budget_ms": 20}).assumed == ()
    assert matcher.match({"serving": "batch"}).assumed == ()


def test_a_condition_of_too_many_alternatives_is_refused() -> None:
    either = Any((TEXT, FAST, Predicate("domain", "is", ("narrow",))))
    assert len(terms(All((either,) * 5))) == 243  # 3^5
    with pytest.raises(TooManyTermsError, match=str(MAX_TERMS)):
        Matcher([All((either,) * 6)])  # 3^6 = 729


@pytest.mark.parametrize("number", [20, 50, 75, 100, 150])
def test_limits_that_contradict_one_another_never_hold(number: float) -> None:
    """Below 50 and at least 100: neither on either side, nor between the two."""
    both = All((Predicate("latency_budget_ms", "below", (50,)), Predicate("latency_budget_ms", "at_least", (100,))))
    assert Matcher([both]).match({"latency_budget_ms": number}).hits == 0


@pytest.mark.parametrize(("number", "hits"), [(20, 0), (50, 1), (75, 1), (100, 1), (101, 0), (150, 0)])
def test_several_limits_hold_where_each_of_them_does(number: float, hits: int) -> None:
    """At least 50, at least 20, at most 100 and below 150: from 50 to 100."""
    limits: list[tuple[Operator, int]] = [("at_least", 50), ("at_least", 20), ("at_most", 100), ("below", 150)]
    every = All(tuple(Predicate("latency_budget_ms", operator, (limit,)) for operator, limit in limits))
    assert Matcher([every]).match({"latency_budget_ms": number}).hits == hits


@pytest.mark.parametrize(
    ("members", "hits"),
    [(set(), 0), ({"text"}, 0), ({"mask"}, 0), ({"text", "mask"}, 1), ({"text", "mask", "pose"}, 0)],
)
def test_each_test_of_a_set_counts_by_itself(members: set[str], hits: int) -> None:
    every = All(
        (
            Predicate("conditioning", "any_of", ("text", "class_label")),
            Predicate("conditioning", "any_of", ("mask",)),
            Predicate("conditioning", "none_of", ("pose", "attributes")),
        )
    )
    assert Matcher([every]).match({"conditioning": frozenset(members)}).hits == hits
