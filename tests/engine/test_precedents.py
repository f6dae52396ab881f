"""Similarity worked by hand and as properties; what precedents speak for."""

from __future__ import annotations

from math import log10
from typing import get_args

import pytest
from hypothesis import given

from builders import spec
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Answers, Group, Range
from genarch.engine.precedents import GROUP_OF, Precedent, Weights, agreement, agreement_on, precedents
from genarch.engine.spec import Case, CaseSource, CaseSpec
from strategies import answers

EVEN = Weights()
COMPARED = tuple(name for name in BY_NAME if name in GROUP_OF)


def case(
    name: str, chosen: str = "gan", *acceptable: str, url: str = "", strict: bool = True, **stated: object
) -> Case:
    accepted = acceptable or (chosen,)
    return Case(name, CaseSpec(spec(**stated).constraints), chosen, accepted, strict, source=CaseSource(url=url))


def alike(one: Answers, other: Answers, weights: Weights = EVEN) -> float:
    (found,) = precedents(one, [Case("c", CaseSpec(other), "gan", ("gan",))], weights)
    return found.similarity


def test_similarity_by_hand() -> None:
    here = spec(task="inpainting", conditioning="text, mask", domain="narrow", latency_budget_ms=9, device="mobile")
    there = case(
        "c", task="object_removal", conditioning="mask", domain="narrow", latency_budget_ms=99, paired_data=True
    )
    (found,) = precedents(here.constraints, [there], Weights(task=2, output=1, serving=3, priorities=1, training=4))
    # The task is of the same kind (half of 2), one of two conditionings (half of 1), the domain the same (1), the
    # budgets a power of ten apart of two (half of 3). Device (3) and pairs (4) stand on one side: a quarter of each.
    agreed = 2 * 0.5 + 1 * 0.5 + 1 + 3 * 0.5
    assert found.similarity == pytest.approx(agreed / (2 + 1 + 1 + 3 + (3 + 4) / 4))
    assert found.same == ("domain",)
    assert set(found.differs) == {"task", "conditioning", "latency_budget_ms"}


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"),
    [
        ("task", "inpainting", "inpainting", 1),
        ("task", "super_resolution", "restoration", 0.5),
        ("task", "virtual_try_on", "portrait_animation", 0),
        ("serving", "realtime", "batch", 0),
        ("paired_data", True, True, 1),
        ("conditioning", frozenset(), frozenset(), 1),
        ("conditioning", frozenset(), frozenset({"text"}), 0),
        ("conditioning", frozenset({"text", "mask", "pose"}), frozenset({"text", "mask"}), 2 / 3),
        ("training_images", 0, 0, 1),
        ("training_images", 0, 9, 0.5),
        ("training_images", 99, 9, 0.5),
        ("training_images", 10, 100_000, 0),
        ("training_images", Range(below=99), 9, 0.5),  # from none to a hundred: both ends are a power of ten away
        ("training_images", Range(below=99), Range(at_least=99, at_most=9999), 0),
        ("training_images", Range(above=99), 9999, 0.5),  # as if to 9,999
        ("training_images", Range(at_least=9, below=999), Range(above=9, at_most=999), 1),
        ("resolution_px", 512, 1024, 1 - log10(1025 / 513) / 2),
    ],
)
def test_how_far_two_answers_agree(name: str, one: object, other: object, expected: float) -> None:
    assert agreement_on(name, one, other) == pytest.approx(expected)  # type: ignore[arg-type]  # a table's row
    assert agreement_on(name, other, one) == pytest.approx(expected)  # type: ignore[arg-type]


def test_what_is_compared() -> None:
    assert set(GROUP_OF) == {entry.name for entry in CONSTRAINTS if not entry.evidence}
    assert Weights._fields == get_args(Group)


def test_a_gpu_counts_as_the_device_it_implies() -> None:
    there: Answers = {"task": "texture", "device": "datacenter_gpu", "device_memory_gb": 24}
    assert alike({"task": "texture", "gpu": "l4"}, there) == 1
    assert alike({"task": "texture", "gpu": "l4", "device": "edge", "device_memory_gb": 24}, there) < 1


@given(answers(with_ranges=True), answers(with_ranges=True))
def test_similarity_is_the_same_from_either_side_and_a_share(one: Answers, other: Answers) -> None:
    assert 0 <= alike(one, other) <= 1
    assert alike(one, other) == pytest.approx(alike(other, one))


@given(answers(COMPARED, with_ranges=True))
def test_whatever_is_stated_is_like_itself_and_nothing_is_like_nothing(one: Answers) -> None:
    assert alike(one, one) == (1 if one else 0)
    assert alike(one, {}) == 0


@given(answers(COMPARED, with_ranges=True), answers(COMPARED, with_ranges=True))
def test_what_agrees_more_is_more_alike(one: Answers, other: Answers) -> None:
    before = alike(one, other)
    for name, value in one.items():
        assert alike(one, {**other, name: value}) >= before - 1e-12


def test_those_most_alike_come_first_and_sources_can_be_left_out() -> None:
    cases = [
        case("far", task="texture", domain="broad", url="https://a.example"),
        case("older", task="inpainting", domain="narrow", strict=False, url="https://b.example"),
        case("near", task="inpainting", domain="narrow", url="https://b.example"),
    ]
    here = spec(task="inpainting", domain="narrow").constraints
    assert [found.case.id for found in precedents(here, cases, EVEN)] == ["near", "older", "far"]
    assert [found.case.id for found in precedents(here, cases, EVEN, {"https://b.example"})] == ["far"]


def test_what_precedents_speak_for_by_hand() -> None:
    found = [
        Precedent(case("a", "gan"), 1.0),
        Precedent(case("b", "diffusion"), 0.5),  # a sixteenth
        Precedent(case("c", "diffusion", strict=False), 1.0),  # a quarter
        Precedent(case("d", "evaluate_both", "evaluate_both", "gan", "hybrid"), 1.0),  # a half each
        Precedent(case("e", "evaluate_both"), 1.0),  # says nothing
    ]
    whole = 1 + 1 / 16 + 1 / 4 + 1
    expected = {"gan": 1.5 / whole, "hybrid": 0.5 / whole, "diffusion": (1 / 16 + 1 / 4) / whole}
    assert agreement(found) == pytest.approx(expected)
    assert list(agreement(found)) == list(expected)  # the largest first
    assert agreement([]) == agreement([Precedent(case("a"), 0.0)]) == {}
