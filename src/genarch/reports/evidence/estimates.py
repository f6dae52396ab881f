"""One estimate with every factor, as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from genarch.reports.evidence.words import band_words

_PARTS = {"pass": "passes", "decoder": "decoder", "encoder": "encoder", "text": "text encoder"}


def estimate_as_text(estimate: Mapping[str, Any], measured: list[str], caution: str, width: int) -> str:
    """The band, a caution, the work, the hardware, the stack and the error that it comes from; what was measured."""
    factors = estimate["factors"]
    size = f"{estimate['width']}x{estimate['height']}"
    lines = wrap(f"{estimate['title']} on {estimate['hardware']}, {size}, {_how(estimate)}", width)
    band = f"estimate: {band_words(estimate)}"
    for line in (band, caution):
        lines += wrap(line, width, initial_indent="  ", subsequent_indent="    ")
    lines.append("")
    lines.append("Work, in 10^9 multiply-accumulates")
    for part in factors["parts"]:
        mark = "" if part["verified"] else " (not verified)"
        words = f"{_PARTS[part['part']]}: {part['times']:g} x {part['gmac']:g}, {part['title']}{mark}"
        lines += wrap(words, width, initial_indent="  ", subsequent_indent="    ")
    lines.append(f"  together {factors['tflop']:g} TFLOP")
    peak = f"{factors['peak_tflops']:g} TFLOPS{'' if factors['peak_verified'] else ' (not verified)'}"
    rows = f"the median of {factors['share_rows']} rows of {factors['share_from'] or 'all'}"
    above = "; above 1 where engines accumulate in fp16" if factors["share_of_peak"] > 1 else ""
    share = f"{factors['share_of_peak']:.2f} of it, {rows}{above}"
    peak_tflops = factors["peak_tflops"]
    arithmetic = factors["tflop"] / (factors["share_of_peak"] * peak_tflops) * 1e3
    told = [
        f"peak: {peak}; achieved: {share}",
        f"arithmetic: {factors['tflop']:g} / ({factors['share_of_peak']:g} x {peak_tflops:g}) = {arithmetic:.4g} ms",
        f"fixed: {factors['fixed_ms']:g} ms a request, {factors['pass_ms']:g} ms a step",
    ]
    if factors["slowed"] != 1:
        told.append(f"a ControlNet beside a single step: x {factors['slowed']:g}")
    band = f"band: {factors['band_low']:.2f} to {factors['band_high']:.2f} of it"
    told.append(f"{band}, from the errors on {factors['band_rows']} rows of sources left out")
    lines += ["", "Hardware and stack"]
    for line in told:
        lines += wrap(line, width, initial_indent="  ", subsequent_indent="    ")
    if measured:
        lines += ["", "Measured of this model on this hardware"]
        for line in measured:
            lines += wrap(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def _how(estimate: Mapping[str, Any]) -> str:
    steps = f"{estimate['steps']} step{'' if estimate['steps'] == 1 else 's'}"
    how = [steps, "guided" if estimate["guided"] else "", "" if estimate["full_load"] else estimate["stack"]]
    nets = estimate["controlnets"]
    how.append(f"{nets} ControlNet{'' if nets == 1 else 's'}" if nets else "")
    how.append("time per image at full load" if estimate["full_load"] else "one request")
    return ", ".join(part for part in how if part)
