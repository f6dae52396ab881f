"""What may be typed at a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.engine.amounts import InvalidAnswerError, range_example
from genarch.engine.answers import Reply, numbered, parse_reply
from genarch.engine.constraints import BY_NAME, Range, Value

WORDS = [
    "a",
    "few",
    "5",
    "0",
    "1.5",
    "k",
    "hundreds",
    "of",
    "to",
    "-",
    "s",
    "about",
    "under",
    "at least",
    "or more",
    "..",
]
SAID = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("name", "typed", "value", "written"),
    [
        ("domain", "1", "narrow", "narrow"),
        ("domain", " Broad ", "broad", "broad"),
        ("task", "style transfer", "style_transfer", "style_transfer"),
        ("task", "Style-Transfer", "style_transfer", "style_transfer"),
        ("temporal_consistency", "1", True, "true"),
        ("temporal_consistency", "N", False, "false"),
        ("conditioning", "3 1", frozenset({"text", "class_label"}), "[class_label, text]"),
        ("conditioning", "text, mask", frozenset({"text", "mask"}), "[text, mask]"),
        ("conditioning", "[3]", frozenset({"text"}), "[text]"),
        ("conditioning", "0", frozenset(), "[]"),
        ("conditioning", "none of these", frozenset(), "[]"),
        ("latency_budget_ms", "33ms", 33, "33ms"),
        ("latency_budget_ms", "1.5 s", 1500, "1.5 s"),
        ("latency_budget_ms", "20 FPS", 50, "20 fps"),
        ("device_memory_gb", "8 GB", 8, "8"),
        ("resolution_px", "512px", 512, "512"),
        ("training_images", "0", 0, "0"),
    ],
)
def test_an_answer_is_understood(name: str, typed: str, value: Value, written: str) -> None:
    assert parse_reply(BY_NAME[name], typed) == Reply("answer", value, written)


@pytest.mark.parametrize(
    ("name", "typed", "value", "written"),
    [
        ("training_images", "less than 1000", Range(below=1000), "<1000"),
        ("training_images", "Over 5k", Range(above=5000), ">5000"),
        ("training_images", "at least 10", Range(at_least=10), ">=10"),
        ("training_images", "10 or more images", Range(at_least=10), ">=10"),
        ("training_images", "up to 10,000", Range(at_most=10_000), "<=10000"),
        ("training_images", "between 100 and 200", Range(at_least=100, at_most=200), "100..200"),
        ("training_images", "5 to 10 thousand", Range(at_least=5000, at_most=10_000), "5000..10000"),
        ("training_images", "a few", Range(at_least=2, at_most=9), "2..9"),
        ("training_images", "a few hundred", Range(at_least=200, at_most=900), "200..900"),
        ("training_images", "several thousand photos", Range(at_least=2000, at_most=9000), "2000..9000"),
        ("training_images", "a couple of dozen", Range(at_least=24, at_most=36), "24..36"),
        ("training_images", "hundreds", Range(at_least=100, below=1000), "{at_least: 100, below: 1000}"),
        (
            "training_images",
            "tens of thousands",
            Range(at_least=10_000, below=100_000),
            "{at_least: 10000, below: 100000}",
        ),
        ("training_images", "about 500", Range(at_least=400, at_most=600), "400..600"),
        ("training_images", "about 7", Range(at_least=5, at_most=9), "5..9"),
        ("training_images", "a thousand", 1000, "1000"),
        ("latency_budget_ms", "1 to 3 s", Range(at_least=1000, at_most=3000), "1s..3s"),
        ("latency_budget_ms", "less than a second", Range(below=1000), "<1s"),
        ("latency_budget_ms", "a few seconds", Range(at_least=2000, at_most=9000), "2s..9s"),
        ("latency_budget_ms", "at least 20 frames per second", Range(at_most=50), ">=20fps"),
        ("latency_budget_ms", "about 1.5 s", Range(at_least=1200, at_most=1800), "1.2s..1.8s"),
        ("latency_budget_ms", "a minute", 60_000, "60 s"),
        ("latency_budget_ms", "half a second", 500, "0.5 s"),
        ("latency_budget_ms", "under 5 min", Range(below=300_000), "<300s"),
        ("latency_budget_ms", "1 to 2 minutes", Range(at_least=60_000, at_most=120_000), "60s..120s"),
        ("latency_budget_ms", "a few minutes", Range(at_least=120_000, at_most=540_000), "120s..540s"),
        ("device_memory_gb", "8 to 12gb", Range(at_least=8, at_most=12), "8..12"),
        ("resolution_px", "at most 1024 pixels", Range(at_most=1024), "<=1024"),
        ("resolution_px", "1080p", 1920, "1920"),
        ("resolution_px", "Full HD", 1920, "1920"),
        ("resolution_px", "up to 4k", Range(at_most=3840), "<=3840"),
        ("resolution_px", "512 x 768 px", 768, "768"),
    ],
)
def test_what_people_say_of_an_amount_is_a_range_and_they_see_how_it_is_read(
    name: str, typed: str, value: Value, written: str
) -> None:
    note = f"'{typed.casefold()}' is read as {written}."
    assert parse_reply(BY_NAME[name], typed) == Reply("answer", value, written, note)
    assert parse_reply(BY_NAME[name], written) == Reply("answer", value, written)


@given(st.sampled_from(["latency_budget_ms", "training_images", "device_memory_gb"]), st.text(max_size=12) | SAID)
def test_whatever_is_said_is_an_amount_or_explained(name: str, said: str) -> None:
    try:
        reply = parse_reply(BY_NAME[name], said)
    except InvalidAnswerError as error:
        assert str(error).endswith(("or type u", "or u", "u."))
    else:
        assert reply.value is None or isinstance(reply.value, int | float | Range)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("skip", "unknown"),
        ("more", "more"),
        ("", "keep"),
        ("  ", "keep"),
        ("?", "help"),
        ("HELP", "help"),
        ("b", "back"),
        ("back", "back"),
        ("d", "done"),
        ("u", "unknown"),
        ("don't  know", "unknown"),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t know", "unknown"),
        ("not sure", "unknown"),
    ],
)
@pytest.mark.parametrize("name", ["domain", "conditioning", "latency_budget_ms", "paired_data"])
def test_words_for_the_tool_mean_the_same_everywhere(name: str, typed: str, kind: str) -> None:
    assert parse_reply(BY_NAME[name], typed) == Reply(kind)  # type: ignore[arg-type]


def test_numbers_are_those_of_the_list_that_was_shown() -> None:
    assert parse_reply(BY_NAME["domain"], "1", ["broad", "narrow"]).value == "broad"
    assert parse_reply(BY_NAME["conditioning"], "2", ["text", "mask"]).value == frozenset({"mask"})


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("domain", "3", "'3' is not in the list; type a number from 1 to 2, or u"),
        ("domain", "00001", "'00001' is not in the list; type a number from 1 to 2, or u"),
        ("domain", "0", "'0' is not in the list; type a number from 1 to 2, or u"),
        ("domain", "narow", "'narow' is not in the list; did you mean 'narrow'? Type a number from 1 to 2, or u."),
        ("domain", "1 2", "'1 2' is not in the list (one answer, not several); type a number from 1 to 2, or u"),
        ("domain", "9" * 5000, f"'{'9' * 57}...' is not in the list; type a number from 1 to 2, or u"),
        ("paired_data", "3", "'3' is neither yes nor no; type 1 or y, 2 or n, or u"),
        ("gpu", "rtx 4091", "'rtx 4091' is not in the list; did you mean 'rtx-4090'?; type a name, or u"),
        ("gpu", "1", "'1' is not in the list; type a name, or u"),
        ("conditioning", "0 1", "0 means none of these, and cannot be combined; leave it out, or type it alone"),
        ("conditioning", "1 11", "'11' is not in the list; type numbers from 1 to 10, as in 1 3, 0 for none, or u"),
    ],
)
def test_what_is_no_answer_is_explained(name: str, typed: str, message: str) -> None:
    with pytest.raises(InvalidAnswerError) as error:
        parse_reply(BY_NAME[name], typed)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "typed", ["-1", "0", "nan", "inf", "1e400", "1_000", "12:30", "9" * 5000, "33 m", "\x1b[2J", "\u0663", "33 34"]
)
def test_no_hostile_amount_passes(typed: str) -> None:
    with pytest.raises(InvalidAnswerError, match=r"type (one, or )?u$"):
        parse_reply(BY_NAME["latency_budget_ms"], typed)


@pytest.mark.parametrize(
    ("typed", "gpu"), [("rtx 4090", "rtx-4090"), ("A100", "a100-80gb-sxm"), ("jetson_nano", "jetson-nano")]
)
def test_hardware_is_named_and_numbered_where_it_is_listed(typed: str, gpu: str) -> None:
    assert numbered(BY_NAME["gpu"], ["t4", "l4"]) == [(1, "t4"), (2, "l4")]
    assert parse_reply(BY_NAME["gpu"], "2", ["t4", "l4"]) == Reply("answer", "l4", "l4")
    assert parse_reply(BY_NAME["gpu"], typed) == Reply("answer", gpu, gpu)


@pytest.mark.parametrize("name", ["domain", "device", "gpu"])
def test_other_where_no_name_fits_leaves_it_open(name: str) -> None:
    assert parse_reply(BY_NAME[name], "other") == Reply("unknown", note="None of these: left open.")
    assert parse_reply(BY_NAME["conditioning"], "other").value == frozenset({"other"})


@pytest.mark.parametrize(
    ("name", "example"), [("latency_budget_ms", "1 to 3 s"), ("images_per_day", "100 to 500"), ("resolution_px", "512")]
)
def test_what_is_no_amount_is_explained_with_a_range_that_is_one(name: str, example: str) -> None:
    with pytest.raises(InvalidAnswerError, match=f"'lots' is not .*, a range as in {example}.*, or type u$"):
        parse_reply(BY_NAME[name], "lots")
    assert isinstance(parse_reply(BY_NAME[name], range_example(BY_NAME[name])).value, Range)


def test_hardware_named_for_its_device_answers_both() -> None:
    reply = parse_reply(BY_NAME["device"], "RTX 4090")
    assert (reply.value, reply.also) == ("consumer_gpu", {"gpu": "rtx-4090"})
    assert reply.note == "Taken from it: gpu rtx-4090, device consumer_gpu."
    for name in BY_NAME["device"].values:
        assert parse_reply(BY_NAME["device"], name) == Reply("answer", name, name)
