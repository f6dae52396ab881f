"""The search by itself: its order, its limit, and what it leaves out, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.table.conditions import All, Any, Not, Predicate
from genarch.table.matching import positions
from genarch.table.search import Space, Stretch, find, search, subsets, witness

NARROW = Predicate("domain", "is", ("narrow",))
PAIRED = Predicate("paired_data", "is", (True,))
LIMITED = Predicate("team_expertise", "is", ("limited",))
THREE = (NARROW, PAIRED, LIMITED)


def below(limit: float) -> Predicate:
    return Predicate("latency_budget_ms", "below", (limit,))


def at_least(limit: float) -> Predicate:
    return Predicate("latency_budget_ms", "at_least", (limit,))


@pytest.mark.parametrize(("first", "nodes"), [((), 15), ((2,), 3), ((0,), 15), ((1, 2), 7)])
def test_what_comes_first_is_answered_first(first: tuple[int, ...], nodes: int) -> None:
    """Nothing is in reach once the third is decided: first, that takes its two answers; last, all of 1 + 2 + 4 + 8."""
    space = Space(THREE, first=first)
    for limit, complete in ((nodes, True), (nodes - 1, False)):
        found = find(space, lambda _: False, lambda _, unknown: bool(unknown & 0b100), limit=limit)
        assert found.complete is complete
        assert found.answers is None


def test_what_is_read_most_is_answered_first() -> None:
    """Paired data is read by all three conditions, and false decides them all."""
    space = Space([All((NARROW, PAIRED)), All((LIMITED, PAIRED)), PAIRED])
    found = find(space, lambda hits: hits == 0, lambda hits, _: not hits, limit=4)
    # The root, paired with a hit, unpaired with none open, and the two that are still to be answered.
    assert found.answers is None
    assert find(space, lambda hits: hits == 0, lambda hits, _: not hits, limit=5).answers == {
        "domain": "narrow", "paired_data": False, "team_expertise": "limited",
    }  # fmt: skip


def test_each_name_has_the_first_witness_and_those_that_none_has_are_left_out() -> None:
    """The number of hits of two: none, one or both, but both contradict."""
    space = Space([NARROW, PAIRED], [All((NARROW, PAIRED))])
    found = search(space, lambda hits: (hits.bit_count(),), lambda *_: True, (0, 1, 2))
    assert found.complete
    assert found.witnesses == {
        0: {"domain": "broad", "paired_data": False},
        1: {"domain": "narrow", "paired_data": False},
    }


def test_what_is_stated_may_contradict_itself_and_the_rest_is_answered_all_the_same() -> None:
    space = Space([PAIRED], [NARROW, All((PAIRED, LIMITED))])
    found = search(space, lambda hits: (hits,), lambda *_: True, (0, 1), {"domain": "narrow"})
    assert found.witnesses == {
        0: {"paired_data": False, "team_expertise": "limited"},
        1: {"paired_data": True, "team_expertise": "experienced"},
    }


def test_only_the_given_classes_are_tried() -> None:
    space = Space([NARROW, PAIRED])
    unpaired = {"paired_data": [answer for answer in space.classes["paired_data"] if answer.value is False]}
    assert search(space, lambda hits: (hits,), lambda *_: True, range(4), classes=unpaired).witnesses.keys() == {0, 1}


def test_a_node_that_leaves_the_same_is_searched_once() -> None:
    """Both of narrow and paired, or neither: the second way to a hit, and to a miss, leaves what the first did."""
    asked = []

    def reachable(hits: int, unknown: int) -> bool:
        asked.append((hits, unknown))
        return True

    alike = Any((All((NARROW, PAIRED)), All((Not(NARROW), Not(PAIRED)))))
    assert find(Space([alike, LIMITED]), lambda _: False, reachable).answers is None
    root = narrow = broad = (0b00, 0b11)
    assert asked == [root, narrow, (0b01, 0b10), (0b00, 0b10), broad]


def test_a_node_where_a_negated_alternative_has_hit_is_another_one() -> None:
    """At 1 ms the second condition is decided, above it is open; what is pending is the same: narrow, and unpaired."""
    neither = Not(Any((Predicate("latency_budget_ms", "is", (1,)), Not(PAIRED), below(1))))
    found = search(Space([NARROW, neither]), lambda hits: (hits,), lambda *_: True, range(4))
    assert found.witnesses.keys() == {0b00, 0b01, 0b10, 0b11}


def test_a_witness_hits_and_misses_as_asked() -> None:
    assert witness([NARROW], [PAIRED]) == {"domain": "narrow", "paired_data": False}
    assert witness([NARROW], [Any((NARROW, PAIRED))]) is None
    assert witness([Any((NARROW, PAIRED))], contradictions=[NARROW]) == {"domain": "broad", "paired_data": True}


def test_stretches_are_cut_where_something_changes() -> None:
    space = Space([below(50), All((at_least(100), Not(at_least(100)))), at_least(200)])
    assert list(map(str, space.stretches("latency_budget_ms"))) == ["below 50", "50 to below 200", "200 or more"]
    assert list(map(str, space.stretches("device_memory_gb"))) == ["any"]
    assert [cell.value for cell in space.cells("latency_budget_ms")] == [25, 50, 75, 100, 150, 200, 400]


@pytest.mark.parametrize(
    ("stretch", "words", "inside"),
    [
        (Stretch(1, None, from_low=False, high=2, to_high=True), "2 or less", (1, 2)),
        (Stretch(1, None, from_low=False, high=2, to_high=False), "below 2", (1,)),
        (Stretch(2, 1, from_low=False, high=3, to_high=True), "above 1 to 3", (2, 3)),
        (Stretch(2, 1, from_low=True, high=3, to_high=False), "1 to below 3", (1, 2)),
        (Stretch(2, 1, from_low=True, high=None, to_high=False), "1 or more", (1, 2, 3, 4)),
        (Stretch(2, 1, from_low=False, high=None, to_high=False), "above 1", (2, 3, 4)),
        (Stretch(2, 2, from_low=True, high=2, to_high=True), "2", (2,)),
        (Stretch(2, None, from_low=False, high=None, to_high=False), "any", (1, 2, 3, 4)),
    ],
)
def test_a_stretch_in_words_and_what_it_holds(stretch: Stretch, words: str, inside: tuple[int, ...]) -> None:
    assert str(stretch) == words
    assert tuple(number for number in (1, 2, 3, 4) if stretch.holds(number)) == inside


def test_subsets_come_smallest_first() -> None:
    assert list(subsets("abc")) == [(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    assert list(subsets("abc", 2)) == [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]


@given(st.sets(st.integers(0, 200)))
def test_positions_are_those_of_the_bits(bits: set[int]) -> None:
    assert positions(sum(1 << bit for bit in bits)) == sorted(bits)
