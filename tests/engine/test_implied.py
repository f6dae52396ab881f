"""What a GPU says of the device."""

from __future__ import annotations

import pytest

from builders import spec
from genarch import RuleTable, Spec, evaluate, explore
from genarch.engine.conditions import constraints_read
from genarch.engine.constraints import Answers, Range, Value
from genarch.engine.interview import Interview, Sheet
from genarch.engine.scoring import decide
from genarch.engine.spec import contradicted_device, excess_memory, with_implied
from genarch.files.bundled import load_rules


def test_a_gpu_implies_its_device() -> None:
    assert with_implied({"gpu": "rtx-4090"}) == {"gpu": "rtx-4090", "device": "consumer_gpu", "device_memory_gb": 24}
    assert with_implied({"gpu": "iphone-15-pro"})["device"] == "mobile"
    assert with_implied({"gpu": "rtx-4090", "device": "datacenter_gpu"})["device"] == "datacenter_gpu"
    assert with_implied({"device": "cpu"}) == {"device": "cpu"}


def test_a_range_of_memory_ends_where_the_hardware_does() -> None:
    def memory(stated: Range) -> Value:
        return with_implied({"gpu": "rtx-4090", "device_memory_gb": stated})["device_memory_gb"]

    assert memory(Range(at_least=8)) == Range(at_least=8, at_most=24)
    assert memory(Range(above=8, below=16)) == Range(above=8, below=16)
    assert memory(Range(above=24)) == 24 == memory(Range(at_least=32, at_most=40))
    assert excess_memory({"gpu": "rtx-4090", "device_memory_gb": Range(at_least=24)}) is None
    notices = evaluate(spec(gpu="rtx-4090", device_memory_gb=">32"), load_rules("article")).notices
    assert "device_memory_gb is >32." in next(n.message for n in notices if n.id == "inconsistent-gpu-memory")


@pytest.mark.parametrize(
    ("gpu", "device", "contradicts"),
    [
        ("a100-80gb-sxm", "datacenter_gpu", False),
        ("a100-80gb-sxm", "mobile", True),
        ("a100-80gb-sxm", "browser", True),
        ("rtx-4090", "consumer_gpu", False),
        ("rtx-4090", "datacenter_gpu", True),
        ("rtx-4090", "browser", False),  # a browser runs on what is at home
        ("rtx-a6000", "consumer_gpu", False),  # a workstation card is both
        ("rtx-a6000", "datacenter_gpu", False),
        ("cpu-i7-12700", "cpu", False),
        ("cpu-i7-12700", "consumer_gpu", True),
    ],
)
def test_which_devices_contradict_a_gpu(gpu: str, device: str, *, contradicts: bool, shipped: RuleTable) -> None:
    given = spec(gpu=gpu, device=device)
    assert bool(contradicted_device(given.constraints)) == contradicts
    told = [notice.id for notice in evaluate(given, shipped).notices if notice.level == "inconsistency"]
    assert told == (["inconsistent-gpu-device"] if contradicts else [])


def test_a_contradiction_names_both_fields_and_where_it_is_from(shipped: RuleTable) -> None:
    (notice,) = [n for n in evaluate(spec(gpu="t4", device="mobile"), shipped).notices if n.level == "inconsistency"]
    assert set(constraints_read(notice.when)) == {"gpu", "device"}
    assert str(notice.source) == "the hardware of the evidence catalogue; expert judgement"
    assert notice.message.startswith("gpu is t4, which is datacenter_gpu, but device is mobile.")


@pytest.mark.parametrize(
    ("gpu", "memory", "counts", "contradicts"),
    [
        ("l4", 80, 24, True),
        ("l4", 24, 24, False),
        ("l4", 8, 8, False),  # what is left of it
        ("apple-m3", 16, 16, False),  # sold with 8, 16 and 24 GB
        ("apple-m3", 24, 24, False),
        ("apple-m3", 32, 24, True),
        ("Tesla K80", 80, 80, False),  # not listed
        (None, 80, 80, False),
    ],
)
def test_a_gpu_has_no_more_memory_than_it_is_sold_with(
    gpu: str | None, memory: float, counts: float, *, contradicts: bool, shipped: RuleTable
) -> None:
    answers: Answers = {"device_memory_gb": memory, **({"gpu": gpu} if gpu else {})}
    assert with_implied(answers)["device_memory_gb"] == counts
    notices = [n for n in evaluate(Spec("s", answers), shipped).notices if n.level == "inconsistency"]
    assert [notice.id for notice in notices] == (["inconsistent-gpu-memory"] if contradicts else [])
    assert not notices or notices[0].message.startswith(
        f"gpu is {gpu}, which has at most 24 GB, but device_memory_gb is"
    )


CLEAR: Answers = {
    "task": "text_to_image",
    "conditioning": frozenset({"text"}),
    "control": "fine",
    "training": "pretrained",
}


@pytest.mark.parametrize(
    "stated",
    [
        {"gpu": "l4", "device": "mobile", "latency_budget_ms": 90},
        {"gpu": "l4", "device_memory_gb": 80, "latency_budget_ms": 5000, "control": "fine"},
        {
            "gpu": "l4",
            "serving": "realtime",
            "latency_budget_ms": 5000,
            "control": "fine",
        },  # by an inconsistency of the table
    ],
)
def test_answers_that_contradict_one_another_make_a_lean_where_the_table_says_so(stated: Answers) -> None:
    answers, field = {**CLEAR, **stated}, load_rules("field", evidence=False)
    assert [n.level for n in evaluate(Spec("s", answers), field).notices if n.level == "inconsistency"]
    assert evaluate(Spec("s", answers), field).verdict.confidence == "lean"
    assert decide(Spec("s", answers), field).confidence == "lean"
    unmoved = field._replace(header=field.header._replace(contradictions_lean=False))
    assert decide(Spec("s", answers), unmoved).confidence in ("clear", "forced")


@pytest.mark.parametrize("stated", [{"gpu": "l4", "device": "mobile"}, {"gpu": "Tesla K80"}])
def test_what_would_change_a_verdict_without_known_hardware_is_judged_with_what_is_known_of_the_other(
    stated: Answers,
) -> None:
    answers = {**CLEAR, **stated, "latency_budget_ms": 2000, "resolution_px": 1024}
    field = load_rules("field", evidence=True)
    flips = explore(Spec("s", answers), field).flips
    assert {"gpu", "device"} & {flip.changes[0].constraint for flip in flips}
    for flip in flips:
        changed = {**answers, **{change.constraint: change.value for change in flip.changes}}
        assert decide(Spec("s", changed), field).verdict == flip.verdict


def test_the_rules_take_the_device_as_stated(shipped: RuleTable) -> None:
    def notices(**stated: object) -> list[str]:
        return [notice.id for notice in evaluate(spec(**stated), shipped).notices]

    for gpu, device in (("rtx-4090", "consumer_gpu"), ("iphone-15-pro", "mobile"), ("t4", "datacenter_gpu")):
        other = {"task": "text_to_image", "conditioning": ["text"], "domain": "broad"}
        assert notices(gpu=gpu, **other) == notices(device=device, **other)


def test_a_device_that_is_implied_is_neither_open_nor_asked_for(shipped: RuleTable) -> None:
    evaluation = evaluate(spec(gpu="rtx-4090"), shipped)
    assert "device" not in [entry.constraint for entry in evaluation.undecided]
    assert "gpu" not in [entry.constraint for entry in evaluation.unread]
    by_gpu, by_device = explore(spec(gpu="rtx-4090"), shipped), explore(spec(device="consumer_gpu"), shipped)
    assert [item.verdict for item in by_gpu.possible] == [item.verdict for item in by_device.possible]
    assert by_gpu.next_question == by_device.next_question != "device"
    standing = Interview(shipped, every=True).standing(Sheet({"gpu": "rtx-4090"}))
    assert "device" not in standing.open


def test_hardware_that_is_not_listed_implies_nothing_and_others_of_any_kind_are_asked_about(shipped: RuleTable) -> None:
    stated: Answers = {"gpu": "Tesla K80", "task": "text_to_image", "latency_budget_ms": 500.0}
    assert with_implied(stated) == stated
    asked = {flip.changes[0].constraint for flip in explore(Spec("s", stated), shipped).flips}
    assert "latency_budget_ms" in asked
