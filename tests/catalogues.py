"""Small evidence catalogues, put together in tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genarch.evidence.catalogue import Band, Calibration, Catalogue, Hardware, Head, Parts, Price, Row, Share, StackFit
from genarch.evidence.entries import (
    Claim,
    Component,
    Licence,
    Measurement,
    Model,
    Multiplier,
    Passes,
    Source,
    Terms,
    Work,
)
from genarch.evidence.estimates import LOAD_GROUPS, REQUEST_GROUPS

CALIBRATION = Calibration(
    stacks={"eager": StackFit(50, 15), "compiled": StackFit(10, 5), "load": StackFit(0, 0)},
    shares={"eager": Share(0.25, 9), "compiled": Share(0.5, 9), "": Share(0.5, 9)},
    bands={group: Band(0.5, 2.0, 40) for group in (*REQUEST_GROUPS, *LOAD_GROUPS)},
)
"""Half of the peak, 10 ms a request and 5 ms a step, and a band from half to twice: figures to work with by hand."""


def named(row: Row | None) -> str | None:
    """The id of a row, where there is one."""
    return row and row.id


def ids(rows: Iterable[Row]) -> tuple[str, ...]:
    """The ids of rows."""
    return tuple(row.id for row in rows)


def row(name: str, model: str = "net", **fields: Any) -> Measurement:
    """A request of 100 ms at 512 px on the A card, trusted and read, but for what is said otherwise."""
    given: dict[str, Any] = dict.fromkeys(Measurement._fields)
    given |= {
        "id": name,
        "model": model,
        "tasks": ("text_to_image",),
        "conditioning": ("text",),
        "hardware": "a",
        "resolution": "512x512",
        "engine": "tensorrt",
        "batch": 1,
        "steps": 1,
        "controlnets": 0,
        "gpus": 1,
        "latency_ms": 100.0,
        "measure": "e2e",
        "source": "s",
        "via": "primary",
        "verified": True,
        "unverified_fields": (),
        "trust": "high",
        "usable_for_calibration": True,
        "here": False,
        "percentiles": (),
    }
    return Measurement(**{**given, **fields})


def model(name: str = "net", **fields: Any) -> Model:
    """A diffusion model of unknown licence and work, but for what is said otherwise."""
    given: dict[str, Any] = dict.fromkeys(Model._fields)
    given |= {
        "id": name,
        "title": name.title(),
        "kind": "generator",
        "family": "diffusion",
        "hybrid_kind": None,
        "architecture": "diffusion",
        "adversarial_loss": False,
        "tasks": (),
        "conditioning": (),
        "weights_released": True,
        "licence": None,
        "fits": (),
        "every_step": False,
        "work": None,
    }
    return Model(**{**given, **fields})


def card(name: str, peak: float | None = 100.0, bandwidth: float | None = 1000.0, **fields: Any) -> Hardware:
    """A datacentre card for CUDA with so much peak and bandwidth, but for what is said otherwise."""
    given: dict[str, Any] = dict.fromkeys(Hardware._fields)
    given |= {
        "id": name,
        "name": name,
        "aliases": (),
        "succeeds": (),
        "mem_variants_gb": (),
        "readings": (),
        "devices": ("datacenter_gpu",),
        "platform": "cuda",
        "efficiency_class": "datacenter",
        "fp16_dense_tflops": peak,
        "fp16_acc16_tflops": None,
        "fp32_tflops": None,
        "mem_bandwidth_gbs": bandwidth,
        "mem_gb": 24,
        "verified": (),
        "source": None,
        "note": None,
    }
    return Hardware(**{**given, **fields})


def work(**fields: Any) -> Work:
    """Passes of `unet` with a `decoder`, a step of them."""
    given: dict[str, Any] = {
        "passes": "unet",
        "with_image": None,
        "decoder": "decoder",
        "encoder": None,
        "text": None,
        "steps": 1,
        "guided": False,
    }
    return Work(**{**given, **fields})


def licence(use: Any, terms: str = "Some terms") -> Licence:
    """Terms of code and weights that come to this."""
    part = Terms(terms, use, "on a condition" if use == "conditional" else None, verified=True)
    given: dict[str, Any] = dict.fromkeys(Licence._fields) | Licence._field_defaults
    return Licence(**{**given, "code": part, "weights": part, "excluded_regions": (), "via": "primary"}).summed()


def component(name: str, *sized: tuple[int | None, float]) -> Component:
    """A network with its work at sizes in pixels of a side."""
    return Component(
        name,
        name,
        tuple(
            Passes(f"{side}x{side}" if side else None, None, gmac, verified=True, source="a paper", note=None)
            for side, gmac in sized
        ),
    )


def catalogue(
    rows: Iterable[Measurement] = (),
    models: Iterable[Model] = (),
    hardware: Iterable[Hardware] = (),
    *,
    claims: Iterable[Claim] = (),
    prices: Iterable[Price] = (),
    calibration: Calibration = CALIBRATION,
) -> Catalogue:
    """A catalogue of these; the unet takes 1,000 x 10^9 multiply-accumulates at 512 px, the decoder 500."""
    return Catalogue(
        head=Head(1, "evidence", "0.0.0", "For tests", "today"),
        parts=Parts(
            sources=(Source("s", "A source"),),
            rejected=(),
            models=tuple(models) or (model(),),
            measurements=tuple(rows),
            hardware=tuple(hardware) or (card("a"),),
            components=(component("unet", (512, 1000.0)), component("decoder", (512, 500.0))),
            multipliers=(
                Multiplier("controlnet", "A ControlNet", "1.5", 1.5, 1.5, verified=True, rows=()),
                Multiplier(
                    "controlnet-one-step", "A ControlNet beside one step", "2.5", 2.5, 2.5, verified=True, rows=()
                ),
            ),
            efficiency=(),
            calibration_points=(),
            prices=tuple(prices),
            examples=(),
            claims=tuple(claims),
        ),
        digest="sha256:0",
        calibration=calibration,
    )
