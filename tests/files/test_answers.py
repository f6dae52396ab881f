"""Text to answers, field by field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.errors import InputError
from genarch.files.answers import parse_overrides, with_overrides
from genarch.table.answers import InvalidAnswerError, format_answer, parse_answer, plain_value
from genarch.table.constraints import BY_NAME, CONSTRAINTS, Value
from strategies import values


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("latency_budget_ms", "33", 33),
        ("latency_budget_ms", "33.5", 33.5),
        ("latency_budget_ms", "33ms", 33),
        ("latency_budget_ms", "33 ms", 33),
        ("latency_budget_ms", "1.5s", 1500),
        ("latency_budget_ms", "1.001s", 1001),
        ("latency_budget_ms", "2.01s", 2010),
        ("latency_budget_ms", "1234567.5", 1234567.5),
        ("latency_budget_ms", "10fps", 100),
        ("latency_budget_ms", "30 fps", 1000 / 30),
        ("training_images", "0", 0),
        ("resolution_px", "1024", 1024),
        ("device_memory_gb", "0.5", 0.5),
        ("temporal_consistency", "true", True),
        ("paired_data", "false", False),
        ("task", "inpainting", "inpainting"),
        ("conditioning", "text,mask", frozenset({"text", "mask"})),
        ("conditioning", "[text, mask]", frozenset({"text", "mask"})),
        ("conditioning", "none", frozenset()),
        ("conditioning", "[]", frozenset()),
        ("task", "unknown", None),
        ("latency_budget_ms", "null", None),
        ("paired_data", "~", None),
        ("conditioning", "unknown", None),
    ],
)
def test_answers(name: str, text: str, value: Value | None) -> None:
    answer = parse_answer(BY_NAME[name], text)
    assert answer == value
    assert type(answer) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        # 6 words that YAML 1.1 takes for booleans
        ("device", "no", "YAML 1.1"),
        ("device", "on", "YAML 1.1"),
        ("device", "NO", "YAML 1.1"),
        ("device", "y", "YAML 1.1"),
        ("paired_data", "yes", "write true, false or unknown"),
        ("paired_data", "True", "write true, false or unknown"),
        ("paired_data", "1", "write true, false or unknown"),
        # 7 look-alikes of numbers
        ("latency_budget_ms", "12:30", "base-60"),
        ("latency_budget_ms", "1_000", "write 1000"),
        ("latency_budget_ms", "017", "write 17"),
        ("latency_budget_ms", "0x1F", "write 31"),
        ("latency_budget_ms", "0b9", "plain decimal"),
        ("latency_budget_ms", "1e3", "write 1000"),
        ("latency_budget_ms", "e5", "plain decimal"),
        ("latency_budget_ms", ".e1", "plain decimal"),
        ("latency_budget_ms", "-e5", "plain decimal"),
        ("latency_budget_ms", ".5", "write 0.5"),
        ("latency_budget_ms", "5.", "write 5"),
        ("latency_budget_ms", "+5", "write 5"),
        ("latency_budget_ms", "８０", "write 80"),  # noqa: RUF001
        ("latency_budget_ms", "٣٣", "plain decimal"),
        ("latency_budget_ms", "1,5", "plain decimal"),
        ("latency_budget_ms", "true", "yes or no"),
        # 8 what is not a finite number in range
        ("latency_budget_ms", "9" * 5000, "finite number"),
        ("latency_budget_ms", "1." + "3" * 5000, "finite number"),
        ("latency_budget_ms", ".inf", "finite number above 0"),
        ("latency_budget_ms", ".NaN", "finite number above 0"),
        ("latency_budget_ms", "-0", "finite number above 0"),
        ("latency_budget_ms", "1e309", "plain decimal"),
        ("latency_budget_ms", "-5", "finite number above 0"),
        ("latency_budget_ms", "0", "finite number above 0"),
        ("latency_budget_ms", "0ms", "finite number above 0"),
        ("latency_budget_ms", "0.0", "finite number above 0"),
        ("resolution_px", "0", "at least 1"),
        ("training_images", "-1", "at least 0"),
        ("training_images", "1.5", "whole number"),
        ("training_images", "1.0", "whole number; write 1"),
        # units
        ("latency_budget_ms", "999999999999999s", "at most 15 digits"),
        ("latency_budget_ms", "33 parsecs", "not a unit here; write a number in ms"),
        ("latency_budget_ms", "33MS", "plain decimal"),
        ("device_memory_gb", "8GB", "plain decimal number; write a plain decimal number (in GB)"),
        # names
        ("task", "text_to_img", "did you mean 'text_to_image'?"),
        ("task", "Inpainting", "did you mean 'inpainting'?"),
        ("conditioning", "txet", "write class_label, attributes, text, "),
        ("device", "gpu", "write datacenter_gpu, consumer_gpu, "),
        ("task", "x" * 10_000, "..."),
    ],
)
def test_what_is_no_answer_says_what_to_write(name: str, text: str, message: str) -> None:
    with pytest.raises(InvalidAnswerError) as caught:
        parse_answer(BY_NAME[name], text)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_number_in_quotation_marks_is_text_unless_it_has_a_unit() -> None:
    with pytest.raises(InvalidAnswerError, match="without them"):
        parse_answer(BY_NAME["latency_budget_ms"], "33", quoted=True)
    assert parse_answer(BY_NAME["latency_budget_ms"], "33ms", quoted=True) == 33
    with pytest.raises(InvalidAnswerError, match="quotation marks"):
        parse_answer(BY_NAME["paired_data"], "true", quoted=True)


@given(st.sampled_from(CONSTRAINTS).flatmap(lambda c: st.tuples(st.just(c), values(c))))
def test_what_is_formatted_is_read_again(case: tuple[object, Value]) -> None:
    constraint, value = case
    assert parse_answer(constraint, format_answer(value)) == value  # type: ignore[arg-type]


@given(st.sampled_from(CONSTRAINTS), st.text(max_size=20))
def test_any_text_is_an_answer_or_a_message(constraint: object, text: str) -> None:
    try:
        parse_answer(constraint, text)  # type: ignore[arg-type]
    except InvalidAnswerError as error:
        assert "; write" in str(error) or "did you mean" in str(error) or "must be a finite number" in str(error)


def test_members_keep_the_declared_order() -> None:
    assert plain_value("conditioning", frozenset({"pose", "text"})) == ["text", "pose"]


def test_overrides_replace_add_and_take_away() -> None:
    overrides = parse_overrides(["domain=broad", "task=unknown", "latency_budget_ms = 2s"])
    stated: dict[str, Value] = {"task": "inpainting", "domain": "narrow", "control": "fine"}
    assert with_overrides(stated, overrides) == {"control": "fine", "domain": "broad", "latency_budget_ms": 2000}


def test_every_bad_override_is_named() -> None:
    with pytest.raises(InputError) as caught:
        parse_overrides(["domain", "domian=narrow", "domain=tiny"])
    told = [str(problem) for problem in caught.value.problems]
    assert told[0] == "--set: domain: write it as field=value"
    assert "did you mean 'domain'?" in told[1]
    assert told[2].startswith("--set: domain: 'tiny' is not a choice here; write narrow, broad")
