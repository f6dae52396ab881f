"""What a row says by its own fields, and finding entries in a catalogue."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from catalogues import card, catalogue, row
from genarch import UnknownIdError
from genarch.evidence.entries import Measure

REQUESTS = {"e2e", "e2e_chart_derived", "paper_table", "paper_abstract", "paper_text", "vendor_blog", "claim"}
REQUESTS |= {"whole_model"}
OTHERS = {
    "clip": "clip",
    "model_only": "network",
    "denoiser_only": "network",
    "denoiser_step_rate": "step",
    "batch_throughput": "full_load",
    "e2e_pipelined_throughput": "pipelined",
    "quality_only": "none",
    "training_only": "none",
    "flops_only": "none",
    "vram_only": "none",
    "ratio_only": "none",
    "capability_only": "none",
}


@pytest.mark.parametrize("measure", get_args(Measure))
def test_what_a_time_is_of(measure: str) -> None:
    timing = "request" if measure in REQUESTS else OTHERS[measure]
    assert row("r", measure=measure).timing == timing
    assert row("r", measure=measure, batch=None).timing == timing
    assert row("r", measure=measure, latency_ms=None).timing == "none"
    assert row("r", measure=measure, gpus=2).timing == ("none" if timing == "none" else "parallel")


@pytest.mark.parametrize(
    ("measure", "timing"), [("e2e", "full_load"), ("e2e_pipelined_throughput", "pipelined"), ("vram_only", "none")]
)
def test_in_batches_a_time_is_of_full_load(measure: str, timing: str) -> None:
    assert row("r", measure=measure, batch=2).timing == timing


@pytest.mark.parametrize(
    ("fields", "load_ms"),
    [
        ({}, None),
        ({"batch": 4, "latency_ms": 25.0}, 25.0),
        ({"throughput_ips": 20.0, "throughput_batch": 8}, 50.0),
        ({"throughput_ips": 20.0}, None),
        ({"throughput_batch": 8}, None),
        ({"batch": 4, "latency_ms": 25.0, "throughput_ips": 20.0, "throughput_batch": 8}, 25.0),
    ],
)
def test_the_time_at_full_load(fields: dict[str, Any], load_ms: float | None) -> None:
    assert row("r", **fields).load_ms == load_ms


def test_the_longer_side() -> None:
    assert row("r", resolution="512x768").longer_side == row("r", resolution="768x512").longer_side == 768
    assert row("r", resolution=None).longer_side is None


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({}, True),
        ({"verified": False}, False),
        *(({"unverified_fields": (name,)}, False) for name in ("all", "latency_ms", "hardware", "resolution")),
        ({"unverified_fields": ("steps", "vram_gb")}, True),
    ],
)
def test_whether_a_time_was_read_in_its_source(fields: dict[str, Any], *, read: bool) -> None:
    assert row("r", **fields).latency_verified == read
    assert row("r", **fields).carries == read
    assert not row("r", trust="low", **fields).carries


def test_hardware_is_found_by_its_id_and_by_its_other_names() -> None:
    there = catalogue(hardware=[card("rtx-4090", aliases=("4090", "geforce-4090")), card("t4")])
    assert there.name == "evidence@0.0.0"
    assert there.gpu("t4").id == "t4"
    assert there.gpu("rtx-4090") == there.gpu("4090") == there.gpu("geforce-4090")
    with pytest.raises(UnknownIdError, match=r"evidence@0\.0\.0 has no hardware 'rtx-409'; did you mean 'rtx-4090'\?"):
        there.gpu("rtx-409")
