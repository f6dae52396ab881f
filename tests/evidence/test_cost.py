"""Costs by hand."""

from __future__ import annotations

from math import ceil, isclose
from typing import Any

import pytest

from builders import spec
from catalogues import card, catalogue, model, named, row, work
from genarch.evidence.catalogue import Catalogue, Price
from genarch.evidence.cost import Amounts, Bill, bill, usd_per_1000
from genarch.files.bundled import load_catalogue

A = card("a100-80gb-sxm", 312, 2039)
PRICES = (
    Price("p1", A.id, "A100", 1.0, 2.0, "hourly", "a market", "2026-05", verified=True, source=None, note=None),
    Price("p2", A.id, "A100", 3.0, 3.0, "hourly", "a cloud", None, verified=False, source=None, note=None),
    Price("p3", A.id, "A100", 9.0, 9.0, "serverless", "scale to zero", None, verified=True, source=None, note=None),
    Price("p4", "t4", "T4", 0.5, 0.5, "hourly", "a cloud", None, verified=True, source=None, note=None),
)


def billed(*rows: Any, **stated: Any) -> Bill:
    there = catalogue(rows, [model(work=work())], [A], prices=PRICES)
    answers = {"gpu": A.id, "resolution_px": 512, "task": "text_to_image", **stated}
    found = bill(answers, ["gan", "diffusion"], there, utilisation=0.5)
    assert found is not None
    return found


def test_one_by_one_by_hand() -> None:
    # 100 ms an image, half of the time busy: 1,000 images take 100 s of work, 200 s of a GPU, 200 / 3,600 of an hour:
    # 0.0556 USD at 1 USD, 0.1667 at 3. At 12 images in the busiest second, 12 x 0.1 / 0.5 = 2.4 GPUs, so 3. A month of
    # 730 hours: 3 x 730 = 2,190 USD at 1 USD, 6,570 at 3. By use: 36,000 a day for 30.4 days are 1,094.4 thousands,
    # 60.8 USD at 1 USD, 182.4 at 3.
    found = billed(row("r", hardware=A.id), images_per_day=36_000, peak_images_per_second=12)
    assert found.usd_per_hour == Amounts(1.0, 3.0)
    assert [price.id for price in found.prices] == ["p1", "p2"]
    (cost,) = found.costs
    assert found.without_figures == ("gan",)
    assert named(cost.row) == "r"
    assert cost.usd_per_1000_images is not None
    assert isclose(cost.usd_per_1000_images.low, 1 / 18)
    assert isclose(cost.usd_per_1000_images.high, 3 / 18)
    assert list(cost.gpus or ()) == [3, 3]
    assert cost.usd_per_month_kept_on == Amounts(2190, 6570)
    assert cost.usd_per_month_by_use is not None
    assert isclose(cost.usd_per_month_by_use.low, 60.8)
    assert isclose(cost.usd_per_month_by_use.high, 182.4)


def test_a_stated_price_takes_the_place_of_published_ones() -> None:
    found = billed(row("r", hardware=A.id), price_per_gpu_hour_usd=2)
    assert (found.usd_per_hour, found.prices) == ((2.0, 2.0), ())


def test_without_a_peak_the_day_is_spread_evenly() -> None:
    # 8,640,000 images in 86,400 s are 100 a second: 100 x 0.1 / 0.5 = 20 GPUs.
    assert billed(row("r", hardware=A.id), images_per_day=8_640_000).costs[0].gpus == (20, 20)
    # 40 more are more than 20 can do.
    assert billed(row("r", hardware=A.id), images_per_day=8_640_040).costs[0].gpus == (21, 21)


def test_what_needs_a_load_or_a_price_that_is_not_known_is_left_open() -> None:
    idle = billed(row("r", hardware=A.id)).costs[0]
    assert idle.usd_per_1000_images is not None
    assert (idle.gpus, idle.usd_per_month_by_use, idle.usd_per_month_kept_on) == (None, None, None)
    asked: dict[str, Any] = {"gpu": A.id, "resolution_px": 512, "task": "text_to_image", "images_per_day": 1000}
    found = bill(asked, ["diffusion"], catalogue([row("r", hardware=A.id)], [model()], [A]))
    assert found is not None
    (free,) = found.costs
    assert free.gpus == (1, 1)
    assert (free.usd_per_1000_images, free.usd_per_month_by_use, free.usd_per_month_kept_on) == (None, None, None)


def test_batches_take_full_load_and_never_what_one_request_waits() -> None:
    rows = (
        row("wait", hardware=A.id, latency_ms=100.0),
        row("load", hardware=A.id, latency_ms=25.0, measure="batch_throughput"),
    )
    together, alone = billed(*rows, batchable=True).costs[0], billed(*rows, batchable=False).costs[0]
    assert (named(together.row), together.seconds_per_image.low) == ("load", 0.025)
    assert (named(alone.row), alone.seconds_per_image.low) == ("wait", 0.1)


def test_the_fastest_row_of_this_hardware_size_and_task_that_carries_a_statement_counts() -> None:
    rows = (
        row("a-slow", hardware=A.id, latency_ms=90.0),
        row("z-fast", hardware=A.id, latency_ms=60.0),
        row("weak", hardware=A.id, latency_ms=10.0, trust="low"),
        row("other-task", hardware=A.id, latency_ms=10.0, tasks=("restoration",)),
        row("other-size", hardware=A.id, latency_ms=10.0, resolution="1024x1024"),
        row("elsewhere", hardware="t4", latency_ms=10.0),
    )
    assert named(billed(*rows).costs[0].row) == "z-fast"


def test_batches_are_no_duty_where_one_by_one_takes_less() -> None:
    rows = (
        row("wait", hardware=A.id, latency_ms=20.0),
        row("load", hardware=A.id, latency_ms=25.0, measure="batch_throughput"),
    )
    found = billed(*rows, batchable=True).costs[0]
    assert (named(found.row), found.full_load) == ("wait", False)


def test_of_models_that_miss_as_little_a_measured_time_comes_before_a_shorter_estimated_one() -> None:
    rows = [row("slow", "net", hardware=A.id, latency_ms=300.0), row("other", "quick", hardware="t4", latency_ms=20.0)]
    there = catalogue(rows, [model(), model("quick", work=work())], [A, card("t4", 400, 3000)])
    found = bill({"gpu": A.id, "resolution_px": 512, "task": "text_to_image"}, ["diffusion"], there)
    assert found is not None
    assert (found.costs[0].model, named(found.costs[0].row)) == ("net", "slow")


def test_a_throughput_at_another_batch_is_full_load() -> None:
    one = row("r", hardware=A.id, throughput_ips=20.0, throughput_batch=10)
    assert billed(one, batchable=True).costs[0].seconds_per_image.low == 0.05
    assert billed(one._replace(throughput_batch=None), batchable=True).costs[0].row is None  # 1/latency, no batches


def test_where_nothing_was_measured_there_the_cost_is_a_band() -> None:
    # 3 TFLOP at half of 312: 19.2 ms, and 15 ms of fixed times: 34.2 ms, from half of it to twice.
    found = billed(row("r", hardware=A.id, resolution="1024x1024"), price_per_gpu_hour_usd=3.6).costs[0]
    assert found.row is None
    assert found.estimate is not None
    mid = (10 + 5 + 3 / 156 * 1e3) / 1000
    assert isclose(found.seconds_per_image.low, mid / 2)
    assert isclose(found.seconds_per_image.high, mid * 2)
    # 3.6 USD an hour are a tenth of a cent a second: 1,000 images cost their seconds in dollars, twice that at half use.
    assert found.usd_per_1000_images is not None
    assert isclose(found.usd_per_1000_images.low, mid)


def test_hardware_and_size_are_needed() -> None:
    there = catalogue([row("r", hardware=A.id)], hardware=[A])
    assert bill({"gpu": A.id}, ["diffusion"], there) is None
    assert bill({"resolution_px": 512}, ["diffusion"], there) is None


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


def test_the_costs_that_were_worked_by_hand(shipped: Catalogue) -> None:
    assert len(shipped.parts.examples) == 10
    for example in shipped.parts.examples:
        measured = shipped.measurements[example.row]
        assert measured.latency_ms is not None
        for price, expected in (
            (example.usd_per_hour_low, example.usd_per_1000_low),
            (example.usd_per_hour_high, example.usd_per_1000_high),
        ):
            found = usd_per_1000(measured.latency_ms / 1000, price, 1.0)
            assert isclose(found, expected, rel_tol=0.012, abs_tol=0.0006), example.row


def test_the_example_of_the_documentation(shipped: Catalogue) -> None:
    """docs/evidence.md works this out: SDXL, 20 steps at 1024 px on an A100, one by one."""
    stated: dict[str, Any] = {
        "gpu": "a100-80gb-sxm",
        "resolution_px": 1024,
        "task": "text_to_image",
        "conditioning": frozenset({"text"}),
        "commercial_use": True,
        "images_per_day": 40_000,
        "peak_images_per_second": 2,
        "price_per_gpu_hour_usd": 1.5,
    }
    found = bill(stated, ["diffusion"], shipped)
    assert found is not None
    (cost,) = found.costs
    assert (cost.model, named(cost.row)) == ("sdxl", "sdxl-1024-20st-a800-od")
    assert cost.seconds_per_image == Amounts(1.62, 1.62)
    assert cost.usd_per_1000_images is not None
    assert isclose(cost.usd_per_1000_images.low, 1000 * 1.62 / 3600 * 1.5 / 0.6)
    assert round(cost.usd_per_1000_images.low, 3) == 1.125
    assert pytest.approx(5.4) == 2 * 1.62 / 0.6
    assert list(cost.gpus or ()) == [ceil(2 * 1.62 / 0.6)] * 2 == [6, 6]
    assert cost.usd_per_month_kept_on == Amounts(6 * 730 * 1.5, 6570)
    assert cost.usd_per_month_by_use is not None
    assert cost.usd_per_month_by_use.low == pytest.approx(40 * 30.4 * 1.125) == pytest.approx(1368)


def test_whoever_may_batch_pays_no_more() -> None:
    there = load_catalogue()
    asked: dict[str, Any] = {
        "gpu": "a100-80gb-sxm", "resolution_px": 1024, "conditioning": ["text"], "price_per_gpu_hour_usd": 1.5,
    }  # fmt: skip
    names = ("diffusion", "few_step", "gan_enhanced_diffusion")
    one = bill(spec(**asked).constraints, names, there)
    many = bill(spec(**asked, batchable=True).constraints, names, there)
    assert one is not None
    assert many is not None
    for alone, batched in zip(one.costs, many.costs, strict=True):
        assert alone.architecture == batched.architecture
        assert sum(batched.seconds_per_image) <= sum(alone.seconds_per_image)
