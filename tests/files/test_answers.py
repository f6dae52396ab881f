"""Text to answers, field by field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.engine.amounts import InvalidAnswerError
from genarch.engine.answers import format_answer, parse_answer, plain_value
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Range, Value
from genarch.errors import InputError
from genarch.files.answers import parse_overrides, with_overrides
from strategies import ranges, values


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
    ("name", "text", "value", "written"),
    [
        ("training_images", "<1000", Range(below=1000), "<1000"),
        ("training_images", "<= 1000", Range(at_most=1000), "<=1000"),
        ("training_images", ">0", Range(above=0), ">0"),
        ("training_images", ">=0", Range(at_least=0), ">=0"),
        ("training_images", "1000..100000", Range(at_least=1000, at_most=100000), "1000..100000"),
        ("training_images", "5 .. 10", Range(at_least=5, at_most=10), "5..10"),
        ("training_images", "{above: 5, at_most: 10}", Range(above=5, at_most=10), "{above: 5, at_most: 10}"),
        ("training_images", "{below: 10, at_least: 5}", Range(at_least=5, below=10), "{at_least: 5, below: 10}"),
        ("training_images", "{at_least: 5}", Range(at_least=5), ">=5"),
        ("training_images", "5..5", 5, "5"),
        ("latency_budget_ms", ">5s", Range(above=5000), ">5000"),
        ("latency_budget_ms", "{at_least: 5, at_most: 2s}", Range(at_least=5, at_most=2000), "5..2000"),
        ("device_memory_gb", "1..3 GB", Range(at_least=1, at_most=3), "1..3"),
        ("latency_budget_ms", "1s..3s", Range(at_least=1000, at_most=3000), "1000..3000"),
        ("latency_budget_ms", "500ms..1.5 s", Range(at_least=500, at_most=1500), "500..1500"),
        ("latency_budget_ms", "20fps..50fps", Range(at_least=20, at_most=50), "20..50"),  # 50 ms to 20 ms
        ("latency_budget_ms", ">20fps", Range(below=50), "<50"),  # more frames, less time
        ("latency_budget_ms", "0.5..1.5", Range(at_least=0.5, at_most=1.5), "0.5..1.5"),
        ("device_memory_gb", "<2 GB", Range(below=2), "<2"),
        ("resolution_px", "512px..1024px", Range(at_least=512, at_most=1024), "512..1024"),
    ],
)
def test_a_number_may_be_a_range(name: str, text: str, value: Value, written: str) -> None:
    assert parse_answer(BY_NAME[name], text) == value
    assert format_answer(value) == written == format_answer(plain_value(name, value))
    assert parse_answer(BY_NAME[name], written) == value


def test_where_one_number_is_asked_for_a_range_is_none() -> None:
    assert parse_answer(BY_NAME["training_images"], "7..7", single=True) == 7
    with pytest.raises(InvalidAnswerError, match="'<7' is a range; write one number"):
        parse_answer(BY_NAME["training_images"], "<7", single=True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        # ranges
        ("training_images", "5..1", "5..1 begins above its end; write 1..5"),
        ("training_images", "{above: 9, below: 3}", "begins above its end; write {above: 3, below: 9}"),
        ("training_images", "{above: 4, below: 5}", "no whole number of at least 0 is in {above: 4, below: 5}"),
        ("training_images", "<0", "no whole number of at least 0 is in <0; write a wider range"),
        ("resolution_px", "<1", "no whole number of at least 1 is in <1"),
        ("latency_budget_ms", "<0", "must be a finite number above 0, not 0"),
        ("latency_budget_ms", "0..5", "must be a finite number above 0, not 0"),
        ("latency_budget_ms", ">0fps", "must be a finite number above 0, not 0"),
        ("latency_budget_ms", "{above: 5, below: 5}", "no number above 0 is in {above: 5, below: 5}"),
        ("training_images", "<nan", "must be a finite number of at least 0, not nan"),
        ("training_images", "<1.5", "'1.5' is not a whole number; write 2 or another one"),
        ("training_images", "<-5", "must be a finite number of at least 0, not -5"),
        ("training_images", ">1 <9", "'>1 <9' is not one comparison; write <1000, 5..10 or {at_least: 5}"),
        ("training_images", "<1..9", "is not one comparison"),
        ("training_images", "=<9", "is not one comparison"),
        ("training_images", "<", "has no number"),
        ("training_images", "5..", "needs two ends; write {at_least: 5}"),
        ("training_images", "..5", "needs two ends; write <=5"),
        ("training_images", "..", "needs two ends; write <=1000"),
        ("training_images", "1..2..3", "'2..3' is not a whole number"),
        ("training_images", "100-200", "write a range as 100..200"),
        ("latency_budget_ms", "300 to 500 ms", "write a range as 300ms..500ms"),
        ("latency_budget_ms", "0.5 s to 2 s", "write a range as 0.5s..2s"),
        ("training_images", "{}", "has no end; write one of: at_least, above, at_most, below"),
        ("training_images", "{at_leats: 5}", "did you mean 'at_least'?"),
        ("training_images", "{below: 5, below: 6}", "has an end twice; write each once"),
        ("training_images", "{below: 5, at_most: 6}", "at_most and below are both upper ends; write one of them"),
        ("training_images", "{below}", "has no number"),
        ("latency_budget_ms", "1..3s", "'1..3s' has a unit at one end; write one at both, as in 1s..3s"),
        ("latency_budget_ms", "30fps..1s", "mixes units"),
        ("latency_budget_ms", "<5 parsecs", "'parsecs' is not a unit here; write a number in ms"),
        ("device_memory_gb", "<5 tb", "'tb' is not a unit here; write a number in GB"),
        ("domain", "<5", "write narrow, broad"),
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
        ("conditioning", "txet", "did you mean 'text'?"),
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


@given(st.sampled_from(CONSTRAINTS).flatmap(lambda c: st.tuples(st.just(c), ranges(c) if c.numeric else values(c))))
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
