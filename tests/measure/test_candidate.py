"""Candidates without weights: their configurations, and small ones that make images where torch is installed."""

from __future__ import annotations

from typing import Any

import pytest

from genarch import load_catalogue
from genarch.errors import GenarchError
from genarch.evidence.estimates import Options, gmac, job
from genarch.measure import candidate
from genarch.measure.candidate import Network, candidates, command_for, maker, networks


def test_every_configuration_is_of_a_component_and_has_a_source() -> None:
    catalogue = load_catalogue()
    for name, network in networks().items():
        assert name in catalogue.components
        assert network.source
    found = candidates(catalogue)
    assert {"sd-1.5", "sdxl", "sd-turbo", "sdxl-turbo", "pixart-sigma", "sd3-medium", "stylegan2"} <= found.keys()
    assert (found["sd-turbo"].steps, found["sd-turbo"].guided, found["sdxl"].guided) == (1, False, True)
    # What is run for an image is what the estimator counts, but for the text encoder.
    for one in found.values():
        work = job(catalogue.models[one.model], catalogue, 512 * 512, Options())
        assert work
        assert {part.part for part in work.parts} <= {"pass", "decoder", "text", "encoder"}


def test_a_candidate_needs_a_configuration_and_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = load_catalogue()
    monkeypatch.setattr(candidate, "find_spec", lambda name: name == "torch")
    with pytest.raises(GenarchError, match=r"there is no configuration of 'flux\.1-dev'; choose one of"):
        command_for("flux.1-dev", 512, None, catalogue, compiled=False)
    with pytest.raises(GenarchError, match=r"--candidate needs diffusers; install with: pip install diffusers"):
        command_for("sdxl", 512, None, catalogue, compiled=False)
    monkeypatch.setattr(candidate, "find_spec", lambda _: True)
    words = command_for("sdxl", 512, 4, catalogue, compiled=True)[-1]
    assert '"steps": 4, "guided": true, "side": 512, "compiled": true' in words


SMALL: dict[str, dict[str, Any]] = {
    "sd15-unet": {"block_out_channels": [32, 64, 64, 64], "cross_attention_dim": 16},
    "sdxl-unet": {"block_out_channels": [32, 64, 64], "attention_head_dim": [2, 4, 4], "cross_attention_dim": 16},
    "pixart-dit": {
        "num_layers": 2, "num_attention_heads": 2, "attention_head_dim": 16, "cross_attention_dim": 32,
        "caption_channels": 16, "sample_size": 16,
    },
    "sd3-medium-mmdit": {
        "num_layers": 2, "num_attention_heads": 2, "attention_head_dim": 16, "caption_projection_dim": 32,
        "joint_attention_dim": 16, "sample_size": 16,
    },
    "kl-f8-decoder": {"block_out_channels": [32, 32, 32, 32]},
    "taesd-decoder": {},
    "stylegan2": {"channel_base": 512, "channel_max": 32},
}  # fmt: skip


@pytest.mark.parametrize(
    ("passes", "decoder"),
    [
        ("sd15-unet", "kl-f8-decoder"),
        ("sdxl-unet", "taesd-decoder"),
        ("pixart-dit", "kl-f8-decoder"),
        ("sd3-medium-mmdit", "kl-f8-decoder"),
        ("sd15-unet", None),
        ("stylegan2", None),
    ],
)
def test_small_ones_of_each_kind_make_images(passes: str, decoder: str | None) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install torch diffusers (the extra gpu)")
    pytest.importorskip("diffusers", reason="diffusers is not installed (the extra gpu)")
    known = networks()

    def small(name: str) -> Network:
        return known[name]._replace(config={**known[name].config, **SMALL[name]})

    image = maker(small(passes), small(decoder) if decoder else None, 2, 64, guided=True)()
    channels = known[passes].config.get("in_channels", 3)
    assert tuple(image.shape) == ((1, 3, 64, 64) if decoder or passes == "stylegan2" else (1, channels, 8, 8))


def test_stylegan2_takes_the_work_that_the_catalogue_has() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch (the extra gpu)")
    from torch.utils.flop_counter import FlopCounterMode

    from genarch.measure.stylegan import StyleGan2

    for side in (256, 512, 1024):
        with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.no_grad():
            image = StyleGan2(**networks()["stylegan2"].config)(torch.randn(1, 512), side)
        assert tuple(image.shape) == (1, 3, side, side)
        known = gmac(load_catalogue().components["stylegan2"], side * side)
        assert counter.get_total_flops() / 2e9 == pytest.approx(known, rel=0.03)
