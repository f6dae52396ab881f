"""Conditions by themselves: what an answer passes, in words, by what they read, and what answers leave of them."""

from __future__ import annotations

import pytest

from genarch.engine.conditions import (
    ALWAYS,
    MAX_TERMS,
    MAX_TESTS,
    All,
    Any,
    Condition,
    Not,
    Operator,
    Predicate,
    TooManyTermsError,
    answered,
    constraints_read,
    describe,
    predicates,
    satisfies,
    terms,
)
from genarch.engine.constraints import Value

TEXT = Predicate("conditioning", "any_of", ("text",))
FAST = Predicate("latency_budget_ms", "below", (100,))
NARROW = Predicate("domain", "is", ("narrow",))
NEVER = Any(())


@pytest.mark.parametrize(
    ("operator", "limit", "passing"),
    [
        ("below", 50, (49.9,)),
        ("at_most", 50, (49.9, 50)),
        ("above", 50, (50.1,)),
        ("at_least", 50, (50, 50.1)),
        ("is", 50, (50,)),
    ],
)
def test_a_number_passes(operator: Operator, limit: int, passing: tuple[float, ...]) -> None:
    predicate = Predicate("latency_budget_ms", operator, (limit,))
    assert tuple(number for number in (49.9, 50, 50.1) if satisfies(predicate, number)) == passing


EMPTY: frozenset[str] = frozenset()
BOTH = frozenset({"text", "mask"})


@pytest.mark.parametrize(
    ("operator", "operand", "value", "passes"),
    [
        ("any_of", ("text", "mask"), frozenset({"mask", "pose"}), True),
        ("any_of", ("text", "mask"), frozenset({"pose"}), False),
        ("any_of", ("text",), EMPTY, False),
        ("all_of", ("text", "mask"), BOTH | {"pose"}, True),
        ("all_of", ("text", "mask"), frozenset({"text"}), False),
        ("none_of", ("text", "mask"), frozenset({"pose"}), True),
        ("none_of", ("text", "mask"), frozenset({"mask", "pose"}), False),
        ("none_of", ("text",), EMPTY, True),
        ("is", ("text", "mask"), BOTH, True),
        ("is", ("text", "mask"), BOTH | {"pose"}, False),
        ("is", ("text", "mask"), frozenset({"text"}), False),
        ("is", (), EMPTY, True),
        ("is", ("narrow",), "narrow", True),
        ("is", ("narrow",), "broad", False),
        ("any_of", ("mobile", "cpu"), "cpu", True),
        ("any_of", ("mobile", "cpu"), "browser", False),
        ("none_of", ("mobile", "cpu"), "browser", True),
        ("none_of", ("mobile", "cpu"), "cpu", False),
        ("is", (True,), True, True),
        ("is", (True,), False, False),
        ("is", (False,), False, True),
    ],
)
def test_a_set_a_choice_or_a_flag_passes(
    operator: Operator, operand: tuple[str | bool, ...], value: Value, *, passes: bool
) -> None:
    assert satisfies(Predicate("any", operator, operand), value) == passes


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (ALWAYS, "always"),
        (NARROW, "domain is narrow"),
        (Predicate("conditioning", "is", ()), "conditioning is empty"),
        (Predicate("paired_data", "is", (True,)), "paired_data is true"),
        (FAST, "latency_budget_ms below 100"),
        (Predicate("latency_budget_ms", "above", (100,)), "latency_budget_ms above 100"),
        (Predicate("latency_budget_ms", "at_most", (100,)), "latency_budget_ms at most 100"),
        (Predicate("latency_budget_ms", "at_least", (2.5,)), "latency_budget_ms at least 2.5"),
        (TEXT, "conditioning has text"),
        (Predicate("conditioning", "any_of", ("text", "mask")), "conditioning any of text, mask"),
        (Predicate("conditioning", "all_of", ("text", "mask")), "conditioning has all of text, mask"),
        (Predicate("device", "none_of", ("cpu", "mobile")), "device none of cpu, mobile"),
        (Not(NARROW), "not (domain is narrow)"),
        (All((NARROW, FAST)), "domain is narrow and latency_budget_ms below 100"),
        (Any((NARROW, FAST)), "domain is narrow or latency_budget_ms below 100"),
        (
            All((NARROW, Any((FAST, TEXT)))),
            "domain is narrow and (latency_budget_ms below 100 or conditioning has text)",
        ),
        (
            Any((All((NARROW, FAST)), TEXT)),
            "(domain is narrow and latency_budget_ms below 100) or conditioning has text",
        ),
    ],
)
def test_in_words(when: Condition, words: str) -> None:
    assert describe(when) == words


def test_all_and_any_of_the_same_parts_are_two_conditions() -> None:
    for parts in ((), (NARROW,), (NARROW, FAST)):
        both: list[Condition] = [All(parts), Any(parts), All(parts), Any(parts)]
        assert len(set(both)) == 2
        assert both.index(Any(parts)) == 1


def test_what_a_condition_reads_is_in_reading_order_each_constraint_once() -> None:
    slow = Predicate("latency_budget_ms", "at_least", (500,))
    when = Any((Not(FAST), All((TEXT, slow)), NARROW))
    assert predicates(when) == [FAST, TEXT, slow, NARROW]
    assert constraints_read(when) == ["latency_budget_ms", "conditioning", "domain"]
    assert constraints_read(ALWAYS) == []


@pytest.mark.parametrize(
    ("when", "left"),
    [
        (FAST, FAST),
        (NARROW, ALWAYS),
        (Predicate("domain", "is", ("broad",)), NEVER),
        (Not(NARROW), Not(ALWAYS)),
        (All((NARROW, FAST)), All((ALWAYS, FAST))),
        (Any((NARROW, FAST)), Any((ALWAYS, FAST))),
    ],
)
def test_what_answers_leave_of_a_condition(when: Condition, left: Condition) -> None:
    assert answered(when, {"domain": "narrow", "task": "inpainting"}) == left


def test_as_many_terms_as_are_allowed_and_one_more() -> None:
    one, two = Any((TEXT, FAST)), Any((NARROW, FAST))
    # 2^9 are 512, and 3 x 171 are 513.
    assert len(terms(All((one, two) * 4 + (one,)))) == MAX_TERMS
    assert len(terms(Any((FAST,) * MAX_TERMS))) == MAX_TERMS
    for more in (Any((FAST,) * (MAX_TERMS + 1)), All((Any((FAST,) * 3), Any((FAST,) * 171)))):
        with pytest.raises(TooManyTermsError):
            terms(more)
    with pytest.raises(TooManyTermsError):
        terms(Not(All((FAST,) * (MAX_TERMS + 1))))


def test_as_many_tests_as_are_allowed_and_one_more() -> None:
    """Each of 500 alternatives has the 39 tests beside them again: 500 x 40 are 20,000."""
    many = Any((NARROW,) * 500)
    assert sum(map(len, terms(All((*(FAST,) * 39, many))))) == MAX_TESTS
    with pytest.raises(TooManyTermsError, match="more than 20,000 tests; split it"):
        terms(All((*(FAST,) * 40, many)))
