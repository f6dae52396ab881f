"""How evidence reads to people: shared by the text and Markdown formats. An estimate is never told as a measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genarch.reports.words import both

Entry = tuple[str, list[str], str]
"""A first line, what stands below it, and where it comes from."""

_STATUS = {
    "demonstrated": "demonstrated",
    "within": "estimated within",
    "straddling": "estimated on either side",
    "beyond": "estimated beyond",
    "not_demonstrated": "not demonstrated",
    "no_evidence": "no evidence",
}
_APART = {
    "full_load": "per image at full load",
    "pipelined": "per frame of a stream, not what one waits",
    "network": "the network alone",
}
_READ = {"secondary": "at second hand", "derived": "derived", "memory": "recalled, not read"}
_MEASURED = {
    "e2e_chart_derived": "read off a chart",
    "vendor_blog": "a hosting vendor's figure",
    "paper_abstract": "as an abstract has it",
    "paper_table": "as a paper prints it",
    "paper_text": "as a paper prints it",
    "claim": "a claim",
}


def ms_words(ms: float) -> str:
    """`36.5 ms`, `1.62 s`."""
    return f"{ms / 1000:.3g} s" if ms >= 1000 else f"{ms:.3g} ms"


def band_words(estimate: Mapping[str, Any]) -> str:
    """`170 to 581 ms, likeliest 342 ms`."""
    low, mid, high = (estimate[name] for name in ("low_ms", "mid_ms", "high_ms"))
    return f"{ms_words(low)} to {ms_words(high)}, likeliest {ms_words(mid)}"


def heading_words(evidence: Mapping[str, Any]) -> str:
    """What was asked of the catalogue."""
    place = evidence["gpu"] or (f"any {evidence['device']}" if evidence["device"] else "any hardware")
    size = f" at {evidence['resolution_px']} px" if evidence["resolution_px"] else ""
    return f"Evidence: {ms_words(evidence['budget_ms'])} a request on {place}{size}"


def standing_words(report: Mapping[str, Any]) -> str:
    """What the evidence says of the recommendation, in a sentence for each architecture; empty without evidence.

    Where it shows none of those recommended to keep the budget, also which others a measurement does.
    """
    if "evidence" not in report:
        return ""
    evidence = report["evidence"]
    budget = ms_words(evidence["budget_ms"])
    found = {entry["architecture"]: entry for entry in evidence["feasibility"]}
    told = [_standing(found[name], budget) for name in report["recommended"]]
    if all(found[name]["status"] not in ("demonstrated", "within") for name in report["recommended"]):
        others = [entry for entry in found.values() if entry["rows"]]
        told += [f"Measured to keep it: {_kept(entry)}." for entry in others]
    return " ".join(told)


def _standing(entry: Mapping[str, Any], budget: str) -> str:
    name, guess = entry["architecture"], entry["estimate"]
    match entry["status"]:
        case "demonstrated":
            return f"Measured to keep {budget}: {_kept(entry)}."
        case "within":
            return f"Estimated to keep {budget}: {name} ({band_words(guess)})."
        case "straddling":
            return f"Open whether {name} keeps {budget}: it is estimated at {band_words(guess)}."
        case "beyond":
            return f"Estimated to miss {budget}: {name} ({band_words(guess)})."
    return f"Not shown: nothing measured or estimated has {name} keep {budget} there."


def _kept(entry: Mapping[str, Any]) -> str:
    row = entry["rows"][0]
    return f"{entry['architecture']} ({ms_words(row['latency_ms'])}, {row['id']})"


def row_words(row: Mapping[str, Any]) -> str:
    """`36.5 ms: SD-Turbo, 1 step, 512x512, rtx-4090`."""
    return f"{ms_words(row['latency_ms'])}: {row_conditions(row)}"


def row_conditions(row: Mapping[str, Any]) -> str:
    """What a row is of, without its time: `SD-Turbo, 1 step, 512x512, rtx-4090`."""
    steps = f"{row['steps']} step{'' if row['steps'] == 1 else 's'}" if row["steps"] else ""
    parts = (row["title"], steps, row["resolution"], row["hardware"] or "hardware not stated", row["engine"])
    return ", ".join(part for part in parts if part)


def row_origin(row: Mapping[str, Any]) -> str:
    """The id of a row, and how good it is."""
    marks = [_MEASURED.get(row["measure"], ""), _READ.get(row["via"], "")]
    marks += ["" if row["verified"] else "not verified", "" if row["trust"] == "high" else f"{row['trust']} trust"]
    return "; ".join([row["id"], *(mark for mark in marks if mark)])


def feasibility_entries(evidence: Mapping[str, Any]) -> list[Entry]:
    """Each architecture's standing: the words, the figures, and the rows that they come from."""
    return [_feasibility(entry, evidence) for entry in evidence["feasibility"]]


def _feasibility(entry: Mapping[str, Any], evidence: Mapping[str, Any]) -> Entry:
    lines: list[str] = []
    origins: list[str] = []
    for row in entry["rows"][:1]:
        more = entry["row_count"] - 1
        lines.append(f"{row_words(row)}{f'; {more} more within it' if more else ''}")
        origins.append(row_origin(row))
    if entry["estimate"]:
        lines.append(estimate_words(entry["estimate"]))
    nearest = entry["nearest"]
    if nearest and not entry["rows"]:
        lines.append(f"{_nearest_words(nearest, evidence)} {row_words(nearest)}")
        origins.append(row_origin(nearest))
    for row in entry["apart"][:1]:
        lines.append(f"Not counted, {_APART[row['timing']]}: {row_words(row)}")
        origins.append(row_origin(row))
    if entry["weak"] and not entry["rows"]:
        lines.append(f"Within it, but not to be relied on alone: {', '.join(entry['weak'][:2])}")
    return f"{entry['architecture']}: {_STATUS[entry['status']]}", lines, ". ".join(origins)


def _nearest_words(row: Mapping[str, Any], evidence: Mapping[str, Any]) -> str:
    there = row["hardware"] == evidence["gpu"]
    return "Fastest measured there:" if there else "Fastest measured that comes near:"


def estimate_words(estimate: Mapping[str, Any]) -> str:
    """An estimate and what it is of."""
    return f"Estimate: {band_words(estimate)} ({estimated_words(estimate)})"


def estimated_words(estimate: Mapping[str, Any]) -> str:
    """What an estimate is of: `SDXL base 1.0, 20 steps, guided, compiled`."""
    steps = f"{estimate['steps']} step{'' if estimate['steps'] == 1 else 's'}"
    extra = ", guided" if estimate["guided"] else ""
    nets = estimate["controlnets"]
    extra += f", {nets} ControlNet{'' if nets == 1 else 's'}" if nets else ""
    kind = "at full load" if estimate["full_load"] else estimate["stack"]
    peak = "" if estimate["factors"]["peak_verified"] else "; peak not verified"
    return f"{estimate['title']}, {steps}{extra}, {kind}{peak}"


def judgement_entries(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What each rule that fired on the budget does, and whether the evidence agrees.

    Where it says nothing, a rule that excludes is left out, and of one that speaks for an architecture that is told.
    """
    told: list[tuple[str, str]] = []
    by_architecture = {entry["architecture"]: entry for entry in evidence["feasibility"]}
    for entry in evidence["judgements"]:
        found = by_architecture[entry["architecture"]]
        if entry["agrees"] is not None:
            verdict = f"{'agrees' if entry['agrees'] else 'DISAGREES'}: {_shown(found)}"
        elif found["status"] == "straddling":
            verdict = f"open: estimated, {band_words(found['estimate'])}"
        elif entry["effect"] == "favours":
            verdict = "not shown: nothing measured or estimated for this keeps the budget"
        else:
            continue
        told.append((f"{entry['rule']} {entry['effect']} {entry['architecture']}", verdict))
    return told


def _shown(found: Mapping[str, Any]) -> str:
    row = found["rows"][0] if found["rows"] else found["nearest"] if found["measured_beyond"] else None
    if row:
        return f"measured, {row_words(row)} ({row['id']})"
    return f"estimated, {band_words(found['estimate'])}"


def claim_lines(evidence: Mapping[str, Any]) -> list[str]:
    """What the rules that fired on the budget rest on, where measurements say otherwise."""
    claims = {claim["id"]: claim for entry in evidence["judgements"] for claim in entry["claims"]}
    return [
        f"{claim['id']}: the article's '{claim['claim']}' is {claim['qualified'] or claim['verdict']}{_instance(claim)}"
        for claim in claims.values()
        if claim["verdict"] != "supported"
    ]


def _instance(claim: Mapping[str, Any]) -> str:
    """The fastest measurement that a claim was held against."""
    row = claim["row"]
    return f"; measured, {row_words(row)} ({row['id']})" if row else ""


def candidate_entries(candidates: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Models with their time, memory and licence."""
    return [_candidate(entry) for entry in candidates]


def _candidate(entry: Mapping[str, Any]) -> Entry:
    title = f"{entry['title']} ({entry['architecture']})"
    if entry["misses"]:
        title += f": {both([miss['told'] for miss in entry['misses']])}"
    else:
        title += f": {_STATUS[entry['status']]}"
    lines = []
    if entry["estimate"] and entry["status"] != "demonstrated":  # which its standing rests on
        lines.append(estimate_words(entry["estimate"]))
    if entry["row"]:
        lines.append(row_words(entry["row"]))
    lines.append("; ".join(part for part in (_memory(entry), licence_words(entry["licence"]), _with(entry)) if part))
    origin = "; ".join([entry["model"], *([row_origin(entry["row"])] if entry["row"] else [])])
    return title, lines, origin


def _memory(entry: Mapping[str, Any]) -> str:
    if not entry["memory_gb"]:
        return "memory not known"
    amount = entry["memory_gb"]
    shown = f"{amount:.3g}" if amount >= 1 else f"{amount:.1g}"
    return f"{shown} GB {'measured' if entry['memory_row'] else 'for the weights alone'}"


def _with(entry: Mapping[str, Any]) -> str:
    return f"with {both(entry['adapters'])}" if entry["adapters"] else ""


def licence_words(licence: Mapping[str, Any] | None) -> str:
    """The terms, what they say of commercial use, and whether they were read."""
    if licence is None:
        return "licence not known"
    use = licence["condition"] or f"commercial use {licence['commercial_use']}"
    return f"licence {licence['terms']}: {use}{'' if licence['verified'] else ' (terms not verified)'}"


def missing_words(evidence: Mapping[str, Any]) -> str:
    """What to state so that more can be said; empty where nothing is missing."""
    names = [name for name in ("gpu", "resolution_px") if not evidence[name]]
    return f"State {both(names)} for estimates." if names else ""
