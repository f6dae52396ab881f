"""The search by itself: its order, its limit, and what it leaves out, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SOURCE, rule, table
from genarch.engine.completions import sampled
from genarch.engine.conditions import All, Any, Not, Predicate
from genarch.engine.constraints import CONSTRAINTS, Answers, Range
from genarch.engine.matching import ROOM, Column, positions
from genarch.engine.rules import Notice, Question
from genarch.engine.search import Found, Space, Stretch, find, search, subsets, verdict_search, witness

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


@pytest.mark.parametrize("first", [(), (0, 1, 2, 3)])
def test_what_has_failed_counts_no_more_for_the_order(first: tuple[int, ...]) -> None:
    """Domain is read by three, paired data by two of them; the fourth reads expertise. Broad fails the first three.

    Narrow: 1 node, paired or not: 2, and for each of these limited or experienced: 4. Broad: 1, and then expertise, the
    only one that anything waits for: 2. With the root that is 1 + 7 + 3.
    """
    space = Space([All((NARROW, PAIRED)), All((NARROW, Not(PAIRED))), NARROW, LIMITED], first=first)
    for limit in (11, 10):
        assert find(space, lambda _: False, limit=limit).complete is (limit == 11)


def test_answers_that_do_the_same_to_what_is_pending_are_tried_once() -> None:
    """Fine control counts where it is narrow alone. There three ways of control are tried, and two where it is broad."""
    fine, coarse = (Predicate("control", "is", (value,)) for value in ("fine", "coarse"))
    space = Space([All((NARROW, fine)), coarse, NARROW])
    for limit in (8, 7):  # the root, 1 + 3 and 1 + 2
        assert find(space, lambda _: False, limit=limit).complete is (limit == 8)


def test_it_stops_where_everything_is_found() -> None:
    """The root, narrow, and paired beside it, which is what was looked for: the limit is not met."""
    found = find(Space([NARROW, PAIRED]), lambda hits: hits == 0b11, limit=3)
    assert (found.answers, found.complete) == ({"domain": "narrow", "paired_data": True}, True)


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
    assert witness([NARROW], [PAIRED]).answers == {"domain": "narrow", "paired_data": False}
    assert witness([NARROW], [Any((NARROW, PAIRED))]) == Found({}, complete=True)
    assert witness([Any((NARROW, PAIRED))], contradictions=[NARROW]).answers == {"domain": "broad", "paired_data": True}


def test_stretches_are_cut_where_something_changes() -> None:
    space = Space([below(50), All((at_least(100), Not(at_least(100)))), at_least(200)])
    assert [str(each.range) for each in space.stretches("latency_budget_ms")] == [
        "below 50",
        "50 to below 200",
        "200 or more",
    ]
    assert [str(each.range) for each in space.stretches("device_memory_gb")] == ["any"]
    assert [cell.value for cell in space.cells("latency_budget_ms")] == [25, 50, 75, 100, 150, 200, 400]


@pytest.mark.parametrize(
    ("some", "words", "inside"),
    [
        (Range(at_most=2), "2 or less", (1, 2)),
        (Range(below=2), "below 2", (1,)),
        (Range(above=1, at_most=3), "above 1 to 3", (2, 3)),
        (Range(at_least=1, below=3), "1 to below 3", (1, 2)),
        (Range(at_least=1), "1 or more", (1, 2, 3, 4)),
        (Range(above=1), "above 1", (2, 3, 4)),
        (Range(at_least=2, at_most=2), "2", (2,)),
        (Range(), "any", (1, 2, 3, 4)),
    ],
)
def test_a_range_in_words_and_what_it_holds(some: Range, words: str, inside: tuple[int, ...]) -> None:
    assert str(some) == words
    assert tuple(number for number in (1, 2, 3, 4) if some.holds(number)) == inside


def test_subsets_come_smallest_first() -> None:
    assert list(subsets("abc")) == [(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    assert list(subsets("abc", 2)) == [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]


@given(st.sets(st.integers(0, 200)))
def test_positions_are_those_of_the_bits(bits: set[int]) -> None:
    assert positions(sum(1 << bit for bit in bits)) == sorted(bits)


@pytest.mark.parametrize(
    ("name", "thresholds", "more", "numbers"),
    [
        ("device_memory_gb", (), (), "1"),  # above 0
        ("training_images", (), (), "0 1"),  # 0 or more
        ("images_per_day", (), (), "1 2"),  # 1 or more
        ("latency_budget_ms", (50,), (), "25 50 100"),
        ("latency_budget_ms", (50, 51), (), "25 50 50.5 51 102"),
        ("training_images", (50, 51, 60), (), "0 25 50 51 55 60 120"),  # none between 50 and 51
        ("latency_budget_ms", (50,), (70,), "25 50 60 70 140"),
        ("training_images", (), (10,), "0 5 10 20"),
    ],
)
def test_a_number_for_each_threshold_and_gap(
    name: str, thresholds: tuple[int, ...], more: tuple[int, ...], numbers: str
) -> None:
    assert " ".join(map(str, Column(name, thresholds=thresholds).numbers(*more))) == numbers


def test_cells_are_thresholds_and_the_gaps_between_them() -> None:
    assert Space([below(50), at_least(100)]).cells("latency_budget_ms") == [
        Stretch(25, Range(below=50)),
        Stretch(50, Range(at_least=50, at_most=50)),
        Stretch(75, Range(above=50, below=100)),
        Stretch(100, Range(at_least=100, at_most=100)),
        Stretch(200, Range(above=100)),
    ]


# Samples

DRAWN = (908834774, 1093944153, 1392341196, 822192870, 1708211034, 1074839795)
"""Knuth's MMIX from 1: 6364136223846793005 times the number before and 1442695040888963407 more, modulo 2^64; of each
number what is left of it over 2^33. The first is 7806831264735756412 // 8589934592."""


def values(space: Space, stated: Answers, count: int, **classes: object) -> list[tuple[int, tuple[object, ...]]]:
    """The hits of each sample, and its answers."""
    chosen = {name: [a for a in space.classes[name] if a.value == value] for name, value in classes.items()}
    return [
        (hits, tuple(answer.value for answer in answers))
        for hits, answers in sampled(space, stated, count, classes=chosen)
    ]


def test_samples_are_all_that_contradict_nothing_where_these_are_few() -> None:
    """Paired or not, narrow or broad, limited or experienced, but nothing narrow, and not paired and limited."""
    space = Space([PAIRED], [NARROW, All((PAIRED, LIMITED))])
    assert values(space, {}, 8) == [
        (1, (True, "broad", "experienced")),
        (0, (False, "broad", "limited")),
        (0, (False, "broad", "experienced")),
    ]
    assert values(space, {}, 8, paired_data=False, domain="broad") == [
        (0, (False, "broad", "limited")),
        (0, (False, "broad", "experienced")),
    ]
    assert [hits for hits, _ in sampled(space)] == [1, 0, 0]
    # What is stated contradicts itself already; that is no reason against what comes beside it.
    assert values(space, {"domain": "narrow"}, 4) == [
        (1, (True, "experienced")),
        (0, (False, "limited")),
        (0, (False, "experienced")),
    ]


def test_samples_are_drawn_where_there_are_more() -> None:
    """Two draws of three out of eight. Even numbers are the first answer, odd ones the second: 0 1 0, 0 0 1."""
    space = Space(THREE)
    first, second = ("narrow", "broad"), (True, False)
    third = ("limited", "experienced")
    picked = [number % 2 for number in DRAWN]
    assert picked == [0, 1, 0, 0, 0, 1]
    assert values(space, {}, 2) == [
        (0b101, (first[0], second[1], third[0])),
        (0b011, (first[0], second[0], third[1])),
    ]
    assert values(space, {}, 7)[:2] == values(space, {}, 2)
    assert len(values(space, {}, 7)) == 7
    # There are no more than eight.
    assert len(set(values(space, {}, 8))) == 8


def test_a_draw_is_of_all_answers_to_a_constraint() -> None:
    """Whatever of seven members, 128 sets, and three ways of control in turn: 908834774 is 86 modulo 128, and so on."""
    members = ("class_label", "attributes", "text", "spatial_layout", "reference_image", "mask", "pose")
    controls = [Predicate("control", "is", (value,)) for value in ("coarse", "fine")]
    space = Space([*(Predicate("conditioning", "all_of", (member,)) for member in members), *controls])
    sets, ways = ([answer.value for answer in space.classes[name]] for name in ("conditioning", "control"))
    assert (len(sets), ways) == (128, ["none", "coarse", "fine"])
    picked = [number % among for number, among in zip(DRAWN, (128, 3) * 3, strict=True)]
    assert picked == [86, 0, 76, 0, 90, 2]
    assert [chosen for _, chosen in values(space, {}, 3)] == [
        (sets[86], "none"),
        (sets[76], "none"),
        (sets[90], "fine"),
    ]


def test_a_table_is_prepared_without_what_its_inconsistencies_rule_out() -> None:
    """A warning rules nothing out; rules that exclude are settled first; questions come in the order of the table."""
    notices = [
        Notice("a-warning", "warning", "t", NARROW, "m", SOURCE),
        Notice("an-inconsistency", "inconsistency", "t", All((PAIRED, LIMITED)), "m", SOURCE),
    ]
    rules = table(rule("one", NARROW, {"gan": 3}), rule("two", PAIRED, {"gan": 1}, ["diffusion"]), notices=notices)
    rules = rules._replace(questions=(Question("paired_data", "?", ""), Question("domain", "?", "")))
    prepared = verdict_search(rules)
    assert [notice.id for notice in prepared.inconsistencies] == ["an-inconsistency"]
    assert (prepared.space.watched, prepared.space.first_terms) == ((1 << 2 + len(ROOM)) - 1, 0b10)
    assert prepared.order[:4] == ["paired_data", "domain", "task", "existing_generator"]
    assert len(prepared.order) == len(set(prepared.order)) == len(CONSTRAINTS)
    assert prepared.verdict(0b01) == prepared.verdict(0b10) == "gan"
    assert prepared.verdict(0b00) == "undetermined"
    assert prepared.reachable(0, 0b01, {"gan"})
    assert prepared.reachable(0, 0b01, {"diffusion", "undetermined"})
    assert not prepared.reachable(0, 0b01, {"diffusion", "infeasible"})
