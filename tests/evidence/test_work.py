"""How much arithmetic an image takes, worked by hand."""

from __future__ import annotations

from math import isclose, log

import pytest

from catalogues import card, catalogue, component, model, row, work
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.estimates import Options, gmac, job, job_of_row
from genarch.files.bundled import load_catalogue


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (512, 100.0),
        (1024, 800.0),
        (256, 25.0),  # below what is known: in proportion to the pixels, a quarter
        (2048, 3200.0),  # above: four times
        # Between, a power: 8 times the work for 4 times the pixels is pixels to the 1.5. At twice the pixels of 512,
        # 2^1.5 = 2.83 times 100.
        (724, 100 * (724**2 / 512**2) ** 1.5),
    ],
)
def test_the_work_of_a_pass_by_size(side: int, expected: float) -> None:
    assert isclose(gmac(component("c", (512, 100.0), (1024, 800.0)), side * side), expected, rel_tol=1e-9)
    assert isclose(gmac(component("c", (1024, 800.0), (512, 100.0)), side * side), expected, rel_tol=1e-9)


def test_between_three_sizes_the_two_around_count() -> None:
    sized = component("c", (256, 10.0), (512, 100.0), (1024, 800.0))
    assert isclose(gmac(sized, 724 * 724), 100 * (724**2 / 512**2) ** 1.5, rel_tol=1e-9)
    # From 10 to 100 over four times the pixels: pixels to the power of log(10) / log(4), 1.661.
    assert isclose(gmac(sized, 362 * 362), 10 * (362**2 / 256**2) ** (log(10) / log(4)), rel_tol=1e-9)
    assert isclose(gmac(sized, 512 * 512), 100.0, rel_tol=1e-9)


def test_the_parts_of_an_image_and_whether_the_figure_nearest_in_size_was_read() -> None:
    there = catalogue(models=[model(work=work(encoder="decoder", text="decoder", steps=4, guided=True))])
    near, far = (component("unet", (side, 1000.0)).passes[0] for side in (512, 1024))
    there.components["unet"] = component("unet")._replace(passes=(near._replace(verified=False), far))

    def parts(side: int) -> list[tuple[str, str, float, bool]]:
        found = job(there.models["net"], there, side * side, Options(controlnets=1))
        assert found is not None
        return [(part.part, part.component, part.times, part.verified) for part in found.parts]

    others = [("decoder", "decoder", 1.0, True), ("encoder", "decoder", 1.0, True), ("text", "decoder", 1.0, True)]
    # Four steps, two passes each, 1.5 times each with the ControlNet.
    assert parts(512) == [("pass", "unet", 12.0, False), *others]
    # In pixels 740 x 740 is nearer to 1,024 x 1,024 by ratio (1.9) than to 512 x 512 (2.1); 700 x 700 is not.
    assert parts(740) == [("pass", "unet", 12.0, True), *others]
    assert parts(700) == [("pass", "unet", 12.0, False), *others]
    assert parts(2048) == [("pass", "unet", 12.0, True), *others]
    there.components["unet"] = component("unet", (None, 7.0))
    assert parts(512)[0] == ("pass", "unet", 12.0, True)


def test_two_controlnets_beside_one_step_slow_the_whole_twice() -> None:
    there = catalogue(models=[model(work=work())])
    found = job(there.models["net"], there, 512 * 512, Options(controlnets=2))
    assert found is not None
    assert (found.step, found.slowed) == (2.0, 6.25)


def test_a_component_without_a_size_takes_the_same_at_each() -> None:
    assert gmac(component("text", (None, 7.0)), 10) == gmac(component("text", (None, 7.0)), 10**6) == 7.0


def test_sdxl_at_20_steps(shipped: Catalogue) -> None:
    # 20 steps, two passes each: 40 x 2,989. The decoder 5,235, CLIP 7. A multiply-accumulate is two operations:
    # 2 x (119,560 + 5,235 + 7) x 10^9 = 249.604 x 10^12.
    found = job(shipped.models["sdxl"], shipped, 1024 * 1024, Options(steps=20))
    assert found is not None
    assert isclose(found.total, 249.604, rel_tol=1e-9)


def test_sd_turbo_in_one_step_spends_most_on_the_decoder(shipped: Catalogue) -> None:
    # The U-Net is known at 768 px: 761 x (512 / 768)^2 = 338.2. 2 x (338.2 + 1,257 + 7) = 3,204.4 x 10^9.
    found = job(shipped.models["sd-turbo"], shipped, 512 * 512)
    assert found is not None
    assert isclose(found.step, 2 * 761 * 4 / 9 / 1000, rel_tol=1e-9)
    assert isclose(found.rest, 2 * (1257 + 7) / 1000, rel_tol=1e-9)


def test_guidance_doubles_the_passes_and_a_controlnet_is_charged_for_each() -> None:
    there = catalogue(models=[model(work=work(steps=4))])
    plain = job(there.models["net"], there, 512 * 512)
    guided = job(there.models["net"], there, 512 * 512, Options(guided=True))
    steered = job(there.models["net"], there, 512 * 512, Options(controlnets=1))
    assert plain is not None
    assert guided is not None
    assert steered is not None
    assert (plain.step, plain.steps, plain.rest) == (2.0, 4, 1.0)
    assert guided.step == 4.0
    assert steered.step == 3.0
    assert plain.slowed == steered.slowed == 1


def test_beside_one_step_a_controlnet_slows_the_whole() -> None:
    there = catalogue(models=[model(work=work())])
    found = job(there.models["net"], there, 512 * 512, Options(controlnets=1))
    assert found is not None
    assert (found.step, found.slowed) == (2.0, 2.5)


def test_without_a_figure_there_is_no_work() -> None:
    there = catalogue()
    assert job(there.models["net"], there, 512 * 512) is None


def test_a_step_rate_is_one_step_without_a_decoder() -> None:
    there = catalogue(
        [row("rate", measure="denoiser_step_rate", cfg=True, steps=1), row("net", steps=1)],
        [model(work=work(steps=20))],
        [card("a")],
    )
    rate = job_of_row(there.measurements["rate"], there)
    whole = job_of_row(there.measurements["net"], there)
    assert rate is not None
    assert whole is not None
    assert (rate.step, rate.rest, rate.steps) == (4.0, 0.0, 1)
    assert (whole.step, whole.rest) == (2.0, 1.0)


def test_the_shares_of_the_peak_that_were_worked_by_hand(shipped: Catalogue) -> None:
    """`calibration_points` leave text encoders out and take a shorter prompt for FLUX: within a tenth of ours."""
    assert len(shipped.parts.calibration_points) == 36
    for point in shipped.parts.calibration_points:
        measured = shipped.measurements[point.row]
        found = job_of_row(measured, shipped)
        assert found is not None
        assert measured.latency_ms is not None
        assert isclose(found.total, point.tflop_per_image, rel_tol=0.1), point.row
        effective = point.tflop_per_image / measured.latency_ms * 1e3
        assert isclose(effective, point.effective_tflops, rel_tol=0.01), point.row
        peak = shipped.hardware[point.hardware].peak_tflops
        assert peak is not None
        assert isclose(point.effective_tflops / peak, point.fraction_of_fp16_dense, abs_tol=0.0055), point.row
