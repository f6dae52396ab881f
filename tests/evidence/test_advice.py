"""The models to start with, and why not another one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import rule, spec, table
from catalogues import card, catalogue, licence, model, row, work
from genarch import RuleTable, UnknownIdError, evaluate, load_rules
from genarch.engine.conditions import Predicate
from genarch.engine.constraints import Value
from genarch.engine.spec import Spec
from genarch.evidence.advice import Advice, Asked, Judged, advice
from genarch.evidence.assessment import candidates
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Quality
from genarch.evidence.feasibility import needs_of
from genarch.files.bundled import load_catalogue
from genarch.files.schemas import model_of
from genarch.reports.json import plain
from strategies import answers

A = card("a100-80gb-sxm", 312, 2039, mem_gb=24)
TEXT: dict[str, Any] = {"task": "text_to_image", "conditioning": ["text"], "domain": "broad"}


@pytest.fixture(scope="module")
def field() -> RuleTable:
    return load_rules("field")


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


def advised(rules: RuleTable, there: Catalogue, model: str | None = None, **stated: Any) -> Advice:
    given = spec(**stated)._replace(model=model)
    return advice(given, rules, evaluate(given, rules), there)


def names(found: Advice) -> list[str]:
    return [start.candidate.model for start in found.start_with]


def few_step(names: str, rows: Any, released: dict[str, str] = {}, **fields: Any) -> Catalogue:  # noqa: B006
    made = [
        model(name, family="hybrid", architecture="few_step", released=released.get(name), **fields)
        for name in names.split()
    ]
    return catalogue(rows, made, [A])


def test_with_a_budget_what_is_shown_to_keep_it_comes_first(field: RuleTable) -> None:
    """`late` takes 990 ms; `unknown` nothing is known of; `shown` takes 900 ms, `new` is estimated within."""
    rows = [row("a", "shown", latency_ms=900.0), row("b", "late", latency_ms=990.0), row("c", "unknown", hardware=None)]
    there = few_step("late unknown shown", [r._replace(hardware=r.hardware and A.id) for r in rows])
    stated = {**TEXT, "latency_budget_ms": 950, "gpu": A.id, "resolution_px": 512}
    assert names(advised(field, there, **stated)) == ["shown"]


def test_what_keeps_the_budget_under_a_condition_comes_before_what_may_miss_it_and_what_likelier_keeps_it_before_that(
    field: RuleTable,
) -> None:
    """3, 5 and 9 TFLOP at half of 312, with 15, 20 and 30 ms: likeliest 34.2, 52.1 and 87.7 ms, from half to twice."""
    made = [
        model(name, family="hybrid", architecture="few_step", work=work(steps=steps), licence=licence(use), **fields)
        for name, steps, use, fields in (
            ("late", 4, "allowed", {"released": "2026-03"}),
            ("likely", 2, "allowed", {"released": "2026-02"}),
            ("sure", 1, "conditional", {"released": "2026-01"}),
        )
    ]
    there = catalogue([row(entry.id, entry.id, hardware=None) for entry in made], made, [A])
    stated = {**TEXT, "gpu": A.id, "resolution_px": 512, "latency_budget_ms": 80, "commercial_use": True}
    assert names(advised(field, there, **stated)) == ["sure", "likely", "late"]


def test_then_the_latest_and_last_what_another_is_better_than(field: RuleTable) -> None:
    """On the one data set that two have figures for, `worst` has the higher FID; that says nothing of the others."""

    def figure(name: str, fid: float, data: str = "faces") -> Any:
        return row(name, name, hardware=A.id, quality=Quality(data, "FID", fid))

    rows = [figure("best", 3.0), figure("worst", 9.0), figure("new", 99.0, "cars"), row("old", "old", hardware=A.id)]
    released = {"best": "2021-01", "worst": "2026-01", "new": "2025-01", "old": "2023-01"}
    there = few_step("worst old new best", rows, released)
    found = advised(field, there, **TEXT, latency_budget_ms=150, gpu=A.id, resolution_px=512)
    assert names(found) == ["new", "old", "best"]
    assert [figure.value for figure in found.start_with[2].quality] == [3.0]
    unread = [r._replace(unverified_fields=("quality",)) for r in rows]
    unsure = advised(field, few_step("worst old new best", unread, released), **TEXT, latency_budget_ms=150, gpu=A.id)
    assert names(unsure) == ["worst", "new", "old"]


def test_weights_that_are_known_to_be_released_come_first(field: RuleTable) -> None:
    """`paper` is the later one, of weights that nobody found; what never was released is not listed at all."""
    made = [
        model(name, family="hybrid", architecture="few_step", released=month, licence=licence("allowed")._replace(weights_released=there), weights_released=there is not False)
        for name, month, there in (("paper", "2026-01", None), ("shop", "2022-01", True), ("never", "2026-02", False))
    ]  # fmt: skip
    rows = [row(entry.id, entry.id, hardware=A.id) for entry in made]
    found = advised(field, catalogue(rows, made, [A]), **TEXT, latency_budget_ms=150, gpu=A.id, resolution_px=512)
    assert names(found) == ["shop", "paper"]


def test_the_best_of_each_recommended_architecture_is_there(shipped: Catalogue) -> None:
    article = load_rules("article")
    found = advised(
        article, shipped, task="image_to_image", conditioning=[], domain="narrow", priorities=["quality", "speed"]
    )
    given = evaluate(
        spec(task="image_to_image", conditioning=[], domain="narrow", priorities=["quality", "speed"]), article
    )
    architectures = {start.candidate.architecture for start in found.start_with}
    assert architectures <= set(given.verdict.recommended)


def test_without_a_budget_models_are_listed_too(field: RuleTable, shipped: Catalogue) -> None:
    found = advised(field, shipped, **TEXT, priorities=["quality"])
    assert len(found.start_with) == 3
    assert not found.nearest


def test_a_live_portrait_starts_with_what_was_made_for_it(field: RuleTable, shipped: Catalogue) -> None:
    found = advised(
        field, shipped, task="portrait_animation", conditioning=["reference_image", "pose"], domain="narrow",
        latency_budget_ms=33.3, gpu="rtx-4090", resolution_px=512,
    )  # fmt: skip
    assert names(found)[0] == "liveportrait"
    assert "pix2pix-turbo" not in names(found)
    took = found.start_with[0].time
    assert took is not None
    assert (took.low_ms, took.high_ms, took.grade, took.row) == (14.8, 14.8, "measured", "liveportrait-512-4090")


@pytest.mark.parametrize(
    ("task", "architecture", "there", "absent"),
    [
        ("inpainting", "gan", {"lama-dilated", "mi-gan"}, {"cyclegan", "pix2pix-unet"}),
        ("inpainting", "few_step", {"blazeedit"}, {"sd-turbo", "pix2pix-turbo"}),
        ("image_editing", "few_step", {"blazeedit", "qwen-image-edit-lightning"}, {"sdxl-turbo"}),
        ("portrait_animation", "gan", {"liveportrait"}, {"liveportrait-spade", "cyclegan"}),
        ("portrait_animation", "few_step", {"personalive"}, {"pix2pix-turbo", "streamdiffusion"}),
        ("style_transfer", "gan", {"cyclegan", "blazestylegan"}, {"lama-dilated", "liveportrait"}),
        ("super_resolution", "gan", {"real-esrgan-x4plus", "aura-sr"}, {"gfpgan"}),
        ("restoration", "gan", {"gfpgan", "codeformer"}, {"real-esrgan-anime-video"}),
        ("virtual_try_on", "diffusion", {"catvton"}, {"sdxl", "qwen-image-edit"}),
        ("video_frames", "few_step", {"streamdiffusion-v2"}, {"sd-turbo"}),
    ],
)
def test_models_that_do_a_task_itself(
    task: str, architecture: str, there: set[str], absent: set[str], shipped: Catalogue
) -> None:
    ranked = candidates((architecture,), needs_of({"task": task}, shipped))
    doing = {entry.model for entry in ranked if all(miss.kind != "task" for miss in entry.misses)}
    assert there <= doing
    assert not absent & doing


def test_a_licence_that_conflicts_is_never_listed(field: RuleTable) -> None:
    rows = [row("a", "closed", hardware=A.id), row("b", "open", hardware=A.id)]
    made = [
        model(name, family="hybrid", architecture="few_step", licence=licence(use))
        for name, use in (("closed", "forbidden"), ("open", "allowed"))
    ]
    stated = {**TEXT, "latency_budget_ms": 150, "gpu": A.id, "resolution_px": 512}
    both = advised(field, catalogue(rows, made, [A]), **stated)
    assert sorted(names(both)) == ["closed", "open"]
    assert names(advised(field, catalogue(rows, made, [A]), **stated, commercial_use=True)) == ["open"]
    none = advised(field, catalogue(rows[:1], made[:1], [A]), **stated, commercial_use=True)
    assert (none.start_with, none.nearest) == ((), ())


def test_what_may_be_used_in_a_product_comes_first_and_without_a_condition_where_it_is_for_one(
    field: RuleTable,
) -> None:
    uses = {"allowed": "2021-01", "conditional": "2022-01", "forbidden": "2023-01"}
    made = [
        model(use, family="hybrid", architecture="few_step", released=month, licence=licence(use))
        for use, month in uses.items()
    ]
    there = catalogue([row(use, use, hardware=A.id) for use in uses], made, [A])
    stated: dict[str, Any] = {**TEXT, "latency_budget_ms": 150, "gpu": A.id, "resolution_px": 512}
    assert names(advised(field, there, **stated)) == ["allowed", "conditional", "forbidden"]
    assert names(advised(field, there, **stated, commercial_use=True)) == ["allowed", "conditional"]
    assert names(advised(field, there, **stated, commercial_use=False)) == ["forbidden", "conditional", "allowed"]


def test_what_is_for_one_subject_comes_after_what_is_for_any_and_fits_no_open_ended_one(field: RuleTable) -> None:
    released = {"faces": "2026-01", "any": "2022-01"}
    rows = [row(name, name, hardware=A.id) for name in released]
    there = few_step("faces any", rows, released)
    one = {"faces": there.models["faces"]._replace(subject="faces"), "any": there.models["any"]}
    there = catalogue(rows, one.values(), [A])
    stated: dict[str, Any] = {**TEXT, "latency_budget_ms": 150, "gpu": A.id, "resolution_px": 512}
    assert names(advised(field, there, **{**stated, "domain": "narrow"})) == ["any", "faces"]
    assert names(advised(field, there, **stated)) == ["any"]
    _, tests = judged(advised(field, there, "faces", **stated))
    assert tests["task"] == Asked("task", "fails", "it is made for faces alone, and any subject is wanted")


def test_what_takes_more_than_a_minute_comes_last(field: RuleTable) -> None:
    """At half of 0.1 TFLOPS 3 TFLOP take a minute, from half of it to twice; 100 steps take more."""
    slow = card("t4", 0.1, 100)
    made = [
        model(name, family="hybrid", architecture="few_step", released=month, work=work(steps=steps))
        for name, month, steps in (("many", "2026-01", 100), ("few", "2022-01", 1))
    ]
    there = catalogue([row("a", "many", hardware=None), row("b", "few", hardware=None)], made, [slow])
    assert names(advised(field, there, **TEXT, gpu="t4", resolution_px=512)) == ["few", "many"]


def test_no_editor_by_words_is_named_for_a_modality_or_trained_on_what_has_none(
    field: RuleTable, shipped: Catalogue
) -> None:
    by_words = {name for name in shipped.models if shipped.conditioning_of(name)[:1] == ("text",)}
    stated: dict[str, Any] = {"domain": "narrow", "serving": "batch", "priorities": ["fidelity"]}
    for more in (
        {"task": "modality_translation"},
        {"task": "image_to_image", "training": "from_scratch"},
        {"task": "video_frames", "training": "from_scratch", "conditioning": ["other"]},
    ):
        found = advised(field, shipped, **stated, **more)
        assert by_words.isdisjoint(start.candidate.model for start in (*found.start_with, *found.nearest))
    edited = advised(field, shipped, **stated, task="image_editing", training="fine_tune")
    assert by_words & {*names(edited)}


def test_what_is_tuned_or_trained_is_what_can_be(field: RuleTable, shipped: Catalogue) -> None:
    """With a mask models of filling in are tuned, and edit; without classes, models of one class are trained."""
    masked: dict[str, Any] = {
        "task": "data_augmentation",
        "conditioning": ["mask"],
        "training": "fine_tune",
        "training_images": 300,
    }
    tuned = names(advised(field, shipped, **masked, domain="narrow", serving="batch"))
    assert tuned
    assert all("inpainting" in shipped.tasks_of(name) for name in tuned)
    edited = advised(field, shipped, task="image_editing", conditioning=["mask", "text"], training="pretrained")
    assert {"sdxl-inpainting", "powerpaint", "sd-2-inpainting"} & {*names(edited)}
    free: dict[str, Any] = {
        "task": "unconditional",
        "conditioning": [],
        "training": "from_scratch",
        "training_images": 20000,
    }
    trained = names(advised(field, shipped, **free, domain="broad", priorities=["diversity"]))
    assert all("class_conditional" in shipped.tasks_of(name) for name in trained)
    assert len(trained) == 3


def test_where_cost_matters_what_takes_three_times_as_long_comes_after(field: RuleTable) -> None:
    released = {"slow": "2026-01", "quick": "2022-01"}
    rows = [row("a", "slow", hardware=A.id, latency_ms=400.0), row("b", "quick", hardware=A.id)]
    there = few_step("slow quick", rows, released)
    stated: dict[str, Any] = {**TEXT, "latency_budget_ms": 500, "gpu": A.id, "resolution_px": 512}
    assert names(advised(field, there, **stated, priorities=["cost"])) == ["quick", "slow"]
    assert names(advised(field, there, **stated, priorities=["quality"])) == ["slow", "quick"]


def test_what_keeps_the_budget_is_named_where_nothing_that_is_recommended_is_shown_to(shipped: Catalogue) -> None:
    favoured = rule("favoured", Predicate("serving", "is", ("batch",)), {"few_step": 3})
    rules = table(favoured, architectures={"gan": "gan", "few_step": "hybrid"})
    stated: dict[str, Any] = {"task": "super_resolution", "serving": "batch", "resolution_px": 512}
    phone = advised(rules, shipped, **stated, gpu="snapdragon-8-elite", latency_budget_ms=50)
    assert not phone.start_with
    assert {start.candidate.architecture for start in phone.nearest} == {"gan"}
    assert names(advised(rules, shipped, **stated, gpu="a100-80gb-sxm", latency_budget_ms=50))[:1] == ["adcsr"]


def test_maps_of_what_goes_where_are_translated_where_there_is_one(field: RuleTable, shipped: Catalogue) -> None:
    def does(name: str, **stated: Any) -> str:
        _, tests = judged(advised(field, shipped, name, **stated))
        return tests["task"].outcome

    assert does("gaugan-compressed", task="image_to_image", conditioning=["spatial_layout"]) == "passes"
    assert does("gaugan-compressed", task="image_to_image", conditioning=[]) == "fails"
    assert does("cyclegan", task="image_to_image", conditioning=[]) == "passes"


def test_a_phone_is_timed_on_a_phone_and_not_on_a_board() -> None:
    """Of 10 and of 40 TFLOPS; a board may be called a mobile device where its name says what it is."""
    phone = card("phone", 10, 100, platform="metal", devices=("mobile",))
    board = card("board", 40, 200, devices=("edge", "mobile"))
    there = catalogue([row("a", "net", hardware=None)], [model(work=work())], [phone, board])

    def estimated(**stated: str) -> str | None:
        guess = candidates(("diffusion",), needs_of({**TEXT, "resolution_px": 512, **stated}, there))[0].estimate
        return guess and guess.hardware

    assert (estimated(device="mobile"), estimated(device="edge")) == ("phone", "board")


def test_what_was_shown_on_thumbnails_only_comes_last(field: RuleTable) -> None:
    rows = [row("a", "toy", hardware=A.id, resolution="64x64"), row("b", "real", hardware=A.id)]
    there = few_step("toy real", rows, {"toy": "2026-01", "real": "2022-01"})
    assert names(advised(field, there, **TEXT, latency_budget_ms=150, gpu=A.id)) == ["real", "toy"]


def test_what_is_too_large_for_the_usual_device_of_a_kind_comes_last(field: RuleTable) -> None:
    """Of 12, 24 and 512 GB the middle is usual."""
    cards = [
        card(name, 312, 2039, mem_gb=gb, devices=("consumer_gpu",)) for name, gb in (("a", 12), ("b", 24), ("c", 512))
    ]
    rows = [row("x", "large", hardware="c", vram_gb=30.0), row("y", "small", hardware="c", vram_gb=20.0)]
    made = [
        model(name, family="hybrid", architecture="few_step", released=month)
        for name, month in (("large", "2026-01"), ("small", "2022-01"))
    ]
    stated: dict[str, Any] = {**TEXT, "latency_budget_ms": 150, "device": "consumer_gpu"}
    assert names(advised(field, catalogue(rows, made, cards), **stated)) == ["small", "large"]


def test_one_style_is_tuned_into_a_model_of_text_to_image(field: RuleTable, shipped: Catalogue) -> None:
    stated: dict[str, Any] = {
        "task": "unconditional",
        "conditioning": [],
        "domain": "narrow",
        "team_expertise": "limited",
    }
    found = advised(field, shipped, **stated, training="fine_tune", pretrained_available=True, priorities=["quality"])
    assert len(found.start_with) == 3
    for start in found.start_with:
        assert "text_to_image" in shipped.tasks_of(start.candidate.model)
        assert (start.candidate.resolution_px or 0) >= 512


def test_what_is_trained_with_text_is_not_trained_from_scratch_without(field: RuleTable, shipped: Catalogue) -> None:
    stated = {"task": "image_to_image", "conditioning": [], "domain": "narrow", "paired_data": True}
    scratch = advised(field, shipped, "qwen-image-edit", **stated, training="from_scratch", training_images=40000)
    _, tests = judged(scratch)
    assert (tests["conditioning"].outcome, tests["conditioning"].says) == (
        "fails",
        "it is trained with text, and there is none",
    )
    _, released = judged(advised(field, shipped, "qwen-image-edit", **stated, training="pretrained"))
    assert "conditioning" not in released


def test_where_what_is_recommended_has_no_model_for_the_task_another_is_named(shipped: Catalogue) -> None:
    quick = rule("quick", Predicate("serving", "is", ("batch",)), {"gan": 3})
    rules = table(quick, architectures={"gan": "gan", "diffusion": "diffusion", "few_step": "hybrid"})
    found = advised(rules, shipped, task="video_generation", conditioning=[], serving="batch")
    assert not found.start_with
    assert {start.candidate.architecture for start in found.nearest} <= {"few_step", "diffusion"}
    assert len(found.nearest) == 3


def test_no_model_of_another_architecture_is_named_that_does_not_fit_either() -> None:
    quick = rule("quick", Predicate("serving", "is", ("batch",)), {"gan": 3})
    rules = table(quick, architectures={"gan": "gan", "few_step": "hybrid"})
    late = few_step("one", [row("late", model="one", hardware=A.id, latency_ms=900.0)])
    stated = {**TEXT, "serving": "batch", "gpu": A.id, "resolution_px": 512}
    assert [start.candidate.model for start in advised(rules, late, **stated, latency_budget_ms=1000).nearest] == [
        "one"
    ]
    found = advised(rules, late, **stated, latency_budget_ms=500)
    assert (found.start_with, found.nearest) == ((), ())


@pytest.mark.parametrize(
    ("stated", "there"),
    [
        ({}, True),
        ({"paired_data": True}, True),
        ({"paired_data": False}, False),
        ({"paired_data": False, "training": "pretrained"}, True),
    ],
    ids=str,
)
def test_what_learns_from_pairs_alone_is_nothing_without(
    stated: dict[str, Value], shipped: Catalogue, *, there: bool
) -> None:
    needs = needs_of({"task": "image_to_image", "conditioning": frozenset(), **stated}, shipped)
    without = {entry.model: [miss.kind for miss in entry.misses] for entry in candidates(("gan",), needs)}
    assert ("task" not in without["pix2pix-unet"]) is there
    assert "task" not in without["cyclegan"]


def test_no_model_is_named_before_the_task_is_known(field: RuleTable, shipped: Catalogue) -> None:
    found = advised(field, shipped, domain="narrow", latency_budget_ms=50)
    assert (found.start_with, found.nearest) == ((), ())


def test_where_a_kind_of_device_is_stated_the_quickest_of_it_is_estimated(field: RuleTable) -> None:
    """3 TFLOP at half of 312, and 15 ms: 34.2 ms, from half of it to twice."""
    there = few_step("one", [row("a", "one", hardware=None)], work=work())
    found = advised(field, there, **TEXT, latency_budget_ms=90, device="datacenter_gpu", resolution_px=512)
    took = found.start_with[0].time
    assert took is not None
    assert (took.low_ms, took.high_ms) == pytest.approx((17.1, 68.5), rel=1e-2)
    assert took.hardware == A.id


def test_where_nothing_fits_the_nearest_is_named_with_what_it_misses(field: RuleTable) -> None:
    rows = [row("a", "one", hardware=A.id), row("b", "two", hardware=A.id, resolution="256x256")]
    found = advised(field, few_step("one two", rows), **TEXT, latency_budget_ms=90, gpu=A.id, resolution_px=512)
    assert found.start_with == ()
    assert [(s.candidate.model, [m.kind for m in s.candidate.misses]) for s in found.nearest] == [("one", ["budget"])]


def test_of_the_nearest_the_quickest_comes_first_and_what_has_no_time_last(field: RuleTable) -> None:
    rows = [row("a", "unknown", hardware=None), row("b", "slow", latency_ms=900.0), row("c", "quick", latency_ms=200.0)]
    there = few_step("unknown slow quick", [r._replace(hardware=r.hardware and A.id) for r in rows])
    found = advised(field, there, **TEXT, latency_budget_ms=90, gpu=A.id, resolution_px=512)
    assert [start.candidate.model for start in found.nearest] == ["quick", "slow", "unknown"]


def test_where_no_time_is_known_the_smallest_is_nearest_and_what_does_another_task_is_not_near(
    field: RuleTable,
) -> None:
    sizes = {"large": 20.0, "unknown": None, "small": 6.0, "other": 1.0}
    task = {"other": {"tasks": ("restoration",)}}
    rows = [row(name, name, hardware=None, vram_gb=gb, **task.get(name, {})) for name, gb in sizes.items()]
    found = advised(field, few_step(" ".join(sizes), rows), **TEXT, latency_budget_ms=90, gpu=A.id, resolution_px=512)
    assert [start.candidate.model for start in found.nearest] == ["small", "large", "unknown"]


def test_of_those_that_are_too_large_the_smallest_is_nearest(field: RuleTable) -> None:
    rows = [row("a", "quick", vram_gb=20.0, latency_ms=10.0), row("b", "small", vram_gb=12.0)]
    there = few_step("quick small", [r._replace(hardware=A.id) for r in rows])
    stated: dict[str, Any] = {**TEXT, "latency_budget_ms": 150, "gpu": A.id, "resolution_px": 512}
    assert [s.candidate.model for s in advised(field, there, **stated, device_memory_gb=8).nearest] == [
        "small",
        "quick",
    ]


def test_what_is_known_to_fit_the_memory_comes_before_what_may(field: RuleTable) -> None:
    rows = [row("a", "unknown", hardware=A.id), row("b", "fits", hardware=A.id, vram_gb=6.0)]
    stated: dict[str, Any] = {**TEXT, "gpu": A.id, "resolution_px": 512}
    assert names(advised(field, few_step("unknown fits", rows), **stated)) == ["fits", "unknown"]


def test_cost_stands_beside_a_model_where_a_load_is_stated(field: RuleTable) -> None:
    """100 ms an image; at 3.6 USD an hour, busy 60% of it: 1000 x 0.1 / 3600 x 3.6 / 0.6 = 0.1667 USD."""
    there = few_step("one", [row("a", "one", hardware=A.id)])
    stated = {**TEXT, "latency_budget_ms": 150, "gpu": A.id, "resolution_px": 512, "price_per_gpu_hour_usd": 3.6}
    assert advised(field, there, **stated).start_with[0].cost is None
    cost = advised(field, there, **stated, images_per_day=1000).start_with[0].cost
    assert cost is not None
    assert cost.usd_per_1000_images is not None
    assert cost.usd_per_1000_images == pytest.approx((0.16667, 0.16667), rel=1e-3)


def test_an_estimate_is_never_shown_as_measured(field: RuleTable) -> None:
    """3 TFLOP at half of 312, and 15 ms: 34.2 ms, from half of it to twice."""
    there = few_step("one", [row("a", "one", hardware=None)], work=work())
    found = advised(field, there, **TEXT, latency_budget_ms=90, gpu=A.id, resolution_px=512).start_with[0]
    assert found.time is not None
    assert found.time.grade == "estimated"
    assert (found.time.low_ms, found.time.high_ms) == pytest.approx((17.1, 68.5), rel=1e-2)
    assert found.time.row is None


def judged(found: Advice) -> tuple[Judged, dict[str, Asked]]:
    assert found.model is not None
    return found.model, {asked.test: asked for asked in found.model.tests}


def test_why_not_another_model(field: RuleTable, shipped: Catalogue) -> None:
    stated = {**TEXT, "latency_budget_ms": 90, "gpu": "rtx-4090", "resolution_px": 512, "commercial_use": True}
    found, tests = judged(advised(field, shipped, "flux.1-dev", **stated))
    assert not found.fits
    assert not found.recommended
    assert {name for name, asked in tests.items() if asked.outcome == "fails"} >= {"licence", "budget", "architecture"}
    assert tests["task"].outcome == tests["conditioning"].outcome == "passes"
    assert "under-100-ms-needs-a-single-pass" in tests["architecture"].rules
    fits, every = judged(advised(field, shipped, "sd-turbo", **stated))
    assert fits.fits
    assert fits.recommended
    assert {asked.outcome for asked in every.values()} <= {"passes", "open"}


def test_why_not_names_the_rules_that_put_another_architecture_before_it(field: RuleTable, shipped: Catalogue) -> None:
    stated = {"task": "unconditional", "conditioning": [], "domain": "narrow", "priorities": ["speed"]}
    _, tests = judged(advised(field, shipped, "ddpm", **stated))
    place = tests["architecture"]
    assert place.outcome == "fails"
    assert place.says.startswith("its architecture, diffusion, is ")
    fired = {rule.id for rule in evaluate(spec(**stated), field).hits}
    assert place.rules
    assert set(place.rules) <= fired


def test_a_model_that_is_not_there(field: RuleTable, shipped: Catalogue) -> None:
    with pytest.raises(UnknownIdError, match="did you mean 'sd-turbo'"):
        advised(field, shipped, "sd-turboo", **TEXT)


@given(
    stated=answers(),
    budget=st.sampled_from([10, 50, 100, 500, 2000, 10_000]) | st.none(),
    gpu=st.sampled_from(["rtx-4090", "a100-80gb-sxm", "l4", "t4"]) | st.none(),
    size=st.sampled_from([256, 512, 1024]) | st.none(),
    sold=st.booleans(),
)
def test_whatever_is_listed_fits(
    stated: dict[str, Value], budget: int | None, gpu: str | None, size: int | None, *, sold: bool
) -> None:
    field, shipped = load_rules("field"), load_catalogue()
    added = {"latency_budget_ms": budget, "gpu": gpu, "resolution_px": size, "commercial_use": sold}
    given = Spec("any", {**stated, **{name: value for name, value in added.items() if value is not None}})
    evaluation = evaluate(given, field)
    found = advice(given._replace(model="sd-turbo"), field, evaluation, shipped)
    assert len(found.start_with) <= 3
    assert not (found.start_with and found.nearest)
    for start in found.start_with:
        assert start.candidate.architecture in evaluation.verdict.recommended
        assert not start.candidate.misses
        licence = start.candidate.licence
        terms = licence and (licence.code or licence) if stated.get("training") == "from_scratch" else licence
        assert not sold or (terms and terms.commercial_use in ("allowed", "conditional"))
        assert budget is None or start.candidate.status in ("demonstrated", "within", "straddling")
    assert all(miss.kind not in ("licence", "weights") for start in found.nearest for miss in start.candidate.misses)
    model_of(Advice).model_validate(json.loads(json.dumps(plain(found))), strict=True)
