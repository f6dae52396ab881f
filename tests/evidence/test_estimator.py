"""Estimates by hand, and what holds of every estimate."""

from __future__ import annotations

from math import isclose
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogues import CALIBRATION, card, catalogue, model, work
from genarch.evidence.catalogue import Catalogue, Share, Stack
from genarch.evidence.estimates import Estimate, Options, Regime, estimate
from genarch.files.bundled import load_catalogue

THERE = catalogue(models=[model(work=work(steps=4)), model("gan", family="gan", work=work(decoder=None))])
A = card("a", peak=100.0)


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


def found(name: str = "net", **options: object) -> Estimate:
    guess = estimate(THERE.models[name], A, (512, 512), THERE, **options)  # type: ignore[arg-type]
    assert guess is not None
    return guess


def test_a_compiled_pipeline_by_hand() -> None:
    # 4 steps of 2 TFLOP and a decoder of 1: 9 TFLOP. At half of 100 TFLOPS, 9 / 50 s = 180 ms. 10 ms a request and
    # 4 x 5 ms make 210. The band goes from half of it to twice.
    guess = found()
    assert isclose(guess.mid_ms, 210)
    assert (guess.low_ms, guess.high_ms) == (guess.mid_ms / 2, guess.mid_ms * 2)
    assert guess.factors.tflop == 9.0


def test_an_image_that_is_no_square() -> None:
    # Twice the pixels of 512 x 512, in proportion: 18 TFLOP, 360 ms, and 30 of fixed times.
    guess = estimate(THERE.models["net"], A, (1024, 512), THERE)
    assert guess is not None
    assert (guess.width, guess.height) == (1024, 512)
    assert isclose(guess.mid_ms, 390)


def test_an_eager_pipeline_by_hand() -> None:
    # 9 / (0.25 x 100) s = 360 ms, 50 ms a request, 4 x 15 ms.
    assert isclose(found(stack="eager").mid_ms, 470)


def test_full_load_has_no_fixed_times() -> None:
    assert isclose(found(full_load=True).mid_ms, 180)


def test_a_single_network_pays_for_its_pass_only() -> None:
    # 2 TFLOP at half of 100: 40 ms, and 5 ms for the pass.
    assert isclose(found("gan").mid_ms, 45)


def test_a_controlnet_beside_four_steps_and_beside_one() -> None:
    # Each pass 1.5 times: 4 x 3 + 1 = 13 TFLOP, 260 ms, and 30 ms of fixed times.
    assert isclose(found(options=Options(controlnets=1)).mid_ms, 290)
    # One step: 3 TFLOP, 60 ms, and 15 ms; 2.5 times the whole.
    assert isclose(found(options=Options(steps=1, controlnets=1)).mid_ms, 187.5)


def test_on_a_processor_a_pass_costs_nothing_beside_its_work() -> None:
    guess = estimate(THERE.models["net"], card("p", efficiency_class="cpu"), (512, 512), THERE)
    assert guess is not None
    assert isclose(guess.mid_ms, 190)


@pytest.mark.parametrize(
    ("stack", "hardware_class", "kind", "group"),
    [
        ("eager", "datacenter", "pipeline", "eager"),
        ("compiled", "geforce", "pipeline", "compiled"),
        ("compiled", "geforce", "network", "other"),
        ("eager", "cpu", "pipeline", "other"),
        ("compiled", "jetson", "pipeline", "other"),
        ("compiled", "phone", "pipeline", "other"),
    ],
)
def test_pipelines_on_gpus_err_alike_and_all_else_otherwise(
    stack: Stack, hardware_class: str, kind: Literal["network", "pipeline"], group: str
) -> None:
    assert Regime(stack, hardware_class, kind, full_load=False).group == group
    assert Regime(stack, hardware_class, kind, full_load=True).group == f"load/{kind}"


def test_the_share_is_that_of_the_nearest_that_was_measured() -> None:
    shares = {
        "compiled": Share(0.5, 9),
        "compiled/pipeline": Share(0.4, 5),
        "compiled/datacenter/pipeline": Share(0.3, 2),
    }
    there = catalogue(models=[model(work=work(steps=4))], calibration=CALIBRATION._replace(shares=shares))
    near = estimate(there.models["net"], A, (512, 512), there)
    far = estimate(there.models["net"], card("c", efficiency_class="geforce"), (512, 512), there)
    assert near is not None
    assert far is not None
    assert near.factors[4:7] == (0.3, "compiled/datacenter/pipeline", 2)
    assert far.factors[4:7] == (0.4, "compiled/pipeline", 5)


def test_nothing_to_estimate_from() -> None:
    assert estimate(model("other"), A, (512, 512), THERE) is None
    assert estimate(THERE.models["net"], card("n", peak=None), (512, 512), THERE) is None


@given(
    name=st.sampled_from(["sdxl", "sd-turbo", "flux.1-schnell", "stylegan2-ada", "pixart-alpha"]),
    gpu=st.sampled_from(["a100-80gb-sxm", "rtx-4090", "t4", "apple-m2-ultra", "cpu-i7-12700"]),
    side=st.integers(64, 2048),
    more=st.integers(1, 1024),
    steps=st.integers(1, 60),
    stack=st.sampled_from(["eager", "compiled"]),
)
def test_more_work_never_takes_less(shipped: Catalogue, name, gpu, side, more, steps, stack) -> None:  # type: ignore[no-untyped-def]
    def time(side: int, steps: int, controlnets: int = 0) -> Estimate:
        guess = estimate(
            shipped.models[name],
            shipped.hardware[gpu],
            (side, side),
            shipped,
            options=Options(steps=steps, controlnets=controlnets),
            stack=stack,
        )
        assert guess is not None
        return guess

    base = time(side, steps)
    assert 0 < base.low_ms < base.mid_ms < base.high_ms
    assert time(side + more, steps).mid_ms >= base.mid_ms
    assert time(side, steps + 1).mid_ms > base.mid_ms
    assert time(side, steps, 1).mid_ms > base.mid_ms


def test_the_factors_that_are_shown_give_the_estimate(shipped: Catalogue) -> None:
    guess = estimate(shipped.models["sdxl"], shipped.hardware["rtx-4090"], (1024, 1024), shipped)
    assert guess is not None
    work_done = 2e-3 * sum(part.times * part.gmac for part in guess.factors.parts)
    assert isclose(work_done, guess.factors.tflop)
    arithmetic = guess.factors.tflop / (guess.factors.share_of_peak * guess.factors.peak_tflops) * 1e3
    assert isclose(guess.mid_ms, guess.factors.fixed_ms + guess.steps * guess.factors.pass_ms + arithmetic)
