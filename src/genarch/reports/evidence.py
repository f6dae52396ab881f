"""Evidence as a page, and the words that its other reports share. An estimate is never shown as a measurement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genarch.engine.constraints import Range
from genarch.evidence.advice import Asked, Judged, Start
from genarch.evidence.assessment import Assessment, Candidate, Judgement
from genarch.evidence.catalogue import Here, Row
from genarch.evidence.cost import Amounts
from genarch.evidence.entries import Licence
from genarch.evidence.estimates import Estimate
from genarch.evidence.feasibility import KEPT, UNSHOWN, Feasibility
from genarch.evidence.percentiles import Percentile
from genarch.evidence.times import Time
from genarch.evidence.ways import ms_words
from genarch.reports.page import (
    Band,
    Block,
    Entries,
    Entry,
    Line,
    Paragraph,
    Scale,
    Section,
    Span,
    code,
    codes,
    dim,
    strong,
)
from genarch.reports.words import both, counted

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
    "pipelined": "per frame of a stream, not request latency",
    "network": "the network alone",
}
_READ = {"secondary": "second-hand", "derived": "derived", "memory": "recalled, not read"}
_MEASURED = {
    "e2e_chart_derived": "read off a chart",
    "vendor_blog": "a hosting vendor's figure",
    "paper_abstract": "from an abstract",
    "paper_table": "from a paper",
    "paper_text": "from a paper",
    "claim": "a claim",
}


def evidence_sections(evidence: Assessment) -> Iterator[Block]:
    """What was measured and estimated, whether the rules agree, and the models to start from."""
    missing = [name for name in ("gpu", "resolution_px") if not getattr(evidence, name)]
    wanted = (Paragraph((dim("State "), dim(both(missing)), dim(" for estimates."))),) if missing else ()
    entries = Entries(tuple(_feasibility(entry, evidence) for entry in evidence.feasibility))
    place = evidence.gpu or evidence.device or "any hardware"
    size = f" at {evidence.resolution_px} px" if evidence.resolution_px else ""
    heading = f"Evidence: {ms_words(evidence.budget_ms)} a request on {place}{size}"
    yield Section(heading, (*_scale(evidence), entries, *wanted))
    claims = "Claims of 'GAN vs Diffusion Model', the article that the rules begin with"
    for title, compared in (("Rules against evidence", _judgements(evidence)), (claims, _claims(evidence))):
        if found := tuple(compared):
            yield Section(title, (Entries(found),))
    if evidence.near:
        yield Section("Models that miss one thing", (Entries(tuple(map(_candidate, evidence.near))),))


_TONES = {"demonstrated": "kept", "within": "kept", "straddling": "open", "beyond": "missed"}


def _scale(evidence: Assessment) -> Iterator[Scale]:
    """The times that are known, beside the budget: what was measured, else what is estimated."""
    bands = []
    for entry in evidence.feasibility:
        row, guess = (*entry.rows, None)[0], entry.estimate
        tone = _TONES.get(entry.status, "open")
        if row and row.latency_ms:
            took = row.latency_ms
            bands.append(Band(entry.architecture, took, took, took, f"{ms_words(took)} measured", tone))
        elif guess:
            words = f"{ms_words(guess.low_ms)} to {ms_words(guess.high_ms)} estimated"
            bands.append(Band(entry.architecture, guess.low_ms, guess.high_ms, guess.mid_ms, words, tone))
    budget = evidence.budget_ms
    limit = (budget.high or budget.low) if isinstance(budget, Range) else budget
    if bands and limit:
        yield Scale(limit, ms_words(budget), tuple(bands))


def start_entries(start_with: Sequence[Start], *, budgeted: bool) -> Iterator[Entry]:
    """Models to start with, each with its time, memory and licence, and its quality and cost where there are any."""
    for start in start_with:
        entry = start.candidate
        out = [f"its architecture is excluded by {both(start.excluded_by)}"] if start.excluded_by else []
        missing = [*out, *(miss.says for miss in entry.misses)]
        state = both(missing) or (_STATUS[entry.status] if budgeted else "")
        of = ", ".join(filter(None, (entry.architecture, start.released)))
        lines = list(_model_lines(entry))
        if not start.time and not missing:
            lines.insert(0, "Time: neither measured nor estimated for what is stated")
        lines += [f"Quality: {f.metric} {f.value:g} on {f.dataset} ({f.row})" for f in start.quality[:1]]
        if start.cost and start.cost.usd_per_1000_images:
            gpus = start.cost.gpus
            many = f"; GPUs: {gpus.low if gpus.low == gpus.high else f'{gpus.low} to {gpus.high}'}" if gpus else ""
            grade = "measured" if start.cost.row else "estimated"
            dollars = usd_words(start.cost.usd_per_1000_images)
            lines.append(f"Cost, from {grade} time: {dollars} for 1,000 images{many}")
        origin = ("; ", *row_origin(entry.row)) if entry.row else ()
        yield Entry(
            (strong(entry.title), f" ({of}){f': {state}' if state else ''}"), tuple(lines), (code(entry.model), *origin)
        )


def model_section(model: Judged) -> Section:
    """Why, or why not, the model that was named: each test, the failed ones first."""
    order = ("fails", "open", "passes")
    entries = []
    for asked in sorted(model.tests, key=lambda asked: order.index(asked.outcome)):
        tone = {"fails": "disagrees", "open": "warning", "passes": "agrees"}[asked.outcome]
        by = (", by ", *codes(asked.rules)) if asked.rules else ()
        shown: tuple[str | Span, ...] = (Span(asked.outcome, "plain", tone), f" {asked.test}")
        if unshown(model, asked):
            shown = (f"{asked.test} ", Span("not shown", "plain", "warning"))
        entries.append(Entry((*shown, f": {asked.says}", *by)))
    heading = f"{model.title} fits" if model.fits else f"Why not {model.title}"
    return Section(heading, (Entries(tuple(entries)),))


def unshown(model: Judged, asked: Asked) -> bool:
    """Whether a model fails the budget because its time is not known, and not because it is too slow."""
    found = model.details.candidate
    return asked.test == "budget" and asked.outcome == "fails" and found.status in UNSHOWN and not found.row


def standing_words(evidence: Assessment, recommended: Sequence[str]) -> str:
    """What the evidence says of the recommendation, in a sentence for each architecture.

    Where it shows none of those recommended to keep the budget, also which others a measurement does.
    """
    if not recommended:
        least = quickest_there(evidence)
        return f"The quickest that is known there: {ms_words(least[0])} ({least[1]}; {least[2]})." if least else ""
    found = {entry.architecture: entry for entry in evidence.feasibility}
    words = [_standing(found[name], evidence.budget_ms) for name in recommended]
    if all(found[name].status not in KEPT for name in recommended):
        words += [f"Measured to keep it: {_kept(entry)}." for entry in evidence.feasibility if entry.rows]
    return " ".join(words)


def quickest_there(evidence: Assessment) -> tuple[float, str, str] | None:
    """The least time in ms that is known for what is asked, where all are beyond the budget; of what, and how known."""
    times = [
        (row.latency_ms, entry.architecture, f"measured, {row.id}")
        for entry in evidence.feasibility
        if entry.measured_beyond and (row := entry.nearest) and row.latency_ms is not None
    ]
    times += [
        (
            Time(guess.low_ms, guess.mid_ms, guess.high_ms).rounded().low,
            entry.architecture,
            f"the least that is estimated, {guess.title}; likeliest {ms_words(guess.mid_ms)}",
        )
        for entry in evidence.feasibility
        if (guess := entry.estimate) and entry.status == "beyond"
    ]
    return min(times, default=None)


def not_shown(evidence: Assessment, recommended: Sequence[str]) -> str:
    """Where nothing shows that what is recommended keeps the budget, or that it does not: that this is so."""
    status = {entry.architecture: entry.status for entry in evidence.feasibility}
    neither = recommended and all(status[name] in UNSHOWN for name in recommended)
    return f"not shown to keep {ms_words(evidence.budget_ms)}" if neither else ""


def _standing(entry: Feasibility, budget_ms: float | Range) -> str:
    name, budget = entry.architecture, ms_words(budget_ms)
    if entry.status == "demonstrated":
        return f"Measured to keep {budget}: {_kept(entry)}."
    band = band_words(entry.estimate) if entry.estimate else ""
    match entry.status:
        case "within":
            return f"Estimated to keep {budget}: {name} ({band})."
        case "straddling":
            nearest = on_the_nearest(entry, budget_ms)
            return f"Open whether {name} keeps {budget}: it is estimated{nearest} at {band}."
        case "beyond":
            return f"Estimated to miss {budget}: {name} ({band})."
    return f"No measurement or estimate shows that {name} keeps {budget} there."


def on_the_nearest(entry: Feasibility, budget_ms: float | Range) -> str:
    """Why it is open whether a budget is kept where the estimate is within it: it is of another task."""
    within = entry.estimate and not isinstance(budget_ms, Range) and entry.estimate.high_ms <= budget_ms
    return " on the nearest kind of task" if within else ""


def _kept(entry: Feasibility) -> str:
    row = entry.rows[0]
    return f"{entry.architecture} ({ms_words(row.latency_ms)}, {row.id})"


def _feasibility(entry: Feasibility, evidence: Assessment) -> Entry:
    lines: list[str] = []
    rows = [*entry.rows[:1]]
    if entry.rows:
        more = entry.row_count - 1
        lines.append(f"{row_words(entry.rows[0])}{f'; {more} more within it' if more else ''}")
    if entry.estimate:
        lines.append(_estimate_line(entry.estimate))
    if entry.nearest and not entry.rows:
        place = "there" if entry.nearest.hardware == evidence.gpu else "that comes near"
        lines.append(f"Fastest measured {place}: {row_words(entry.nearest)}")
        rows.append(entry.nearest)
    for row in entry.apart[:1]:
        lines.append(f"Not counted, {_APART[row.timing]}: {row_words(row)}")
        rows.append(row)
    if entry.weak and not entry.rows:
        lines.append(f"Within it, but not to be relied on alone: {', '.join(entry.weak[:2])}")
    origin = tuple(part for row in rows for part in (". ", *row_origin(row)))[1:]
    return Entry((code(entry.architecture), f": {_STATUS[entry.status]}"), tuple(lines), origin)


def _judgements(evidence: Assessment) -> Iterator[Entry]:
    """What each rule that fired on the budget does, and whether the evidence agrees.

    Where it says nothing, a rule that excludes is left out, and one that speaks for an architecture is listed.
    """
    found = {entry.architecture: entry for entry in evidence.feasibility}
    for entry in evidence.judgements:
        if verdict := _agreement(entry, found[entry.architecture]):
            yield Entry((code(entry.rule), f" {entry.effect} ", code(entry.architecture)), (verdict,))


def _agreement(entry: Judgement, found: Feasibility) -> Line:
    if entry.agrees is not None:
        word = Span("Agrees", "plain", "agrees") if entry.agrees else Span("DISAGREES", "plain", "disagrees")
        row = found.rows[0] if found.rows else found.nearest if found.measured_beyond else None
        if row:
            return (word, f": measured, {row_words(row)} (", code(row.id), ")")
        return (word, f": estimated, {band_words(found.estimate)}" if found.estimate else "")
    if found.status == "straddling" and found.estimate:
        return f"Open: estimated, {band_words(found.estimate)}"
    return "Not shown: no measurement or estimate for this keeps the budget" if entry.effect == "favours" else ()


def _claims(evidence: Assessment) -> Iterator[Entry]:
    """What the rules that fired on the budget rest on, where measurements say otherwise."""
    claims = {claim.id: claim for entry in evidence.judgements for claim in entry.claims}
    for claim in claims.values():
        if claim.verdict != "supported":
            words = claim.qualified or ("partly supported" if claim.verdict == "partly" else claim.verdict)
            row = (f"; measured, {row_words(claim.row)} (", code(claim.row.id), ")") if claim.row else ()
            yield Entry((code(claim.id), f": '{claim.claim}' is {words}", *row))


_MEMORY_IS = {
    "measured": "measured",
    "stated": "as stated of it",
    "alike": "measured of the same network",
    "weights": "for the weights alone",
}


def _candidate(entry: Candidate) -> Entry:
    state = both([miss.says for miss in entry.misses]) if entry.misses else _STATUS[entry.status]
    origin = ("; ", *row_origin(entry.row)) if entry.row else ()
    first = f"{entry.title} ({entry.architecture}): {state}"
    return Entry(first, tuple(_model_lines(entry)), (code(entry.model), *origin))


def _model_lines(entry: Candidate) -> Iterator[str]:
    """A model's time, with its grade, its memory, its licence and its adapters."""
    if entry.estimate and entry.status != "demonstrated":  # which its standing rests on
        yield _estimate_line(entry.estimate)
    if entry.row:
        yield f"Measured: {row_words(entry.row)}"
    adapters = f"with {both(entry.adapters)}" if entry.adapters else ""
    memory, basis = entry.memory_gb or 0, _MEMORY_IS[entry.memory_is or "weights"]
    amount = f"{memory:.3g} GB {basis}" if memory >= 1 else f"{memory:.1g} GB {basis}" if memory else "memory not known"
    yield "; ".join(filter(None, (amount, licence_words(entry.licence), adapters)))


def _estimate_line(estimate: Estimate) -> str:
    return f"Estimate: {band_words(estimate)} ({estimated_words(estimate)})"


def band_words(estimate: Estimate) -> str:
    """`170 to 581 ms, likeliest 342 ms`."""
    return f"{ms_words(estimate.low_ms)} to {ms_words(estimate.high_ms)}, likeliest {ms_words(estimate.mid_ms)}"


def estimated_words(estimate: Estimate) -> str:
    """What an estimate is of: `SDXL base 1.0, 20 steps, guided, compiled`."""
    unread = "" if estimate.factors.peak_verified else "; peak not verified"
    return f"{estimate.title}, {run_words(estimate, 'at full load')}{unread}{shift_words(estimate)}"


def shift_words(estimate: Estimate) -> str:
    """By what factor a team's own measurements have shifted an estimate; nothing where there are none."""
    shift = estimate.factors.shift
    most = ", the most that is taken over" if shift and shift.bounded else ""
    return f"; x {shift.factor:.2g} by your own {both(shift.rows)}{most}" if shift else ""


def run_words(estimate: Estimate, loaded: str) -> str:
    """How the model is run: `20 steps, guided, compiled`; with the words for full load."""
    nets = counted(estimate.controlnets, "ControlNet") if estimate.controlnets else ""
    steps, guided = counted(estimate.steps, "step"), "guided" if estimate.guided else ""
    return ", ".join(filter(None, (steps, guided, nets, loaded if estimate.full_load else estimate.stack)))


def row_words(row: Row) -> str:
    """`36.5 ms: SD-Turbo, 1 step, 512x512, rtx-4090`; of a team's own also when, and which percentile it is."""
    return f"{ms_words(row.latency_ms)}{own_words(row)}: {row_conditions(row)}"


def own_words(row: Row) -> str:
    """That a time is a team's own, in brackets; nothing of one that was published."""
    return f" (your own, {here_words(row.here)})" if row.here else ""


def here_words(here: Here) -> str:
    """`p95 of 90 runs, 2026-11-29`."""
    runs = f" of {counted(here.runs, 'run')}" if here.runs else ""
    return f"{f'{here.percentile}{runs}, ' if here.percentile else ''}{here.date}"


def interval_words(one: Percentile) -> str:
    """Where a percentile lies, as far as the runs tell: `3.9 ms to 6.1 ms`."""
    if one.low_ms is None and one.high_ms is None:
        return "too few runs"
    if one.high_ms is None:
        return f"{ms_words(one.low_ms)} or more"
    return f"{ms_words(one.low_ms)} to {ms_words(one.high_ms)}" if one.low_ms else f"up to {ms_words(one.high_ms)}"


def row_conditions(row: Row) -> str:
    """What a row is of, without its time: `SD-Turbo, 1 step, 512x512, rtx-4090`."""
    steps = counted(row.steps, "step") if row.steps else ""
    parts = (row.title, steps, row.resolution, row.hardware or "hardware not stated", row.engine)
    return ", ".join(filter(None, parts))


def row_origin(row: Row) -> tuple[str | Span, ...]:
    """The id of a row, and how good it is."""
    return (code(row.id), row_marks(row))


def row_marks(row: Row) -> str:
    """How good a row is: `; read off a chart; medium trust`; empty where nothing speaks against it."""
    marks = [_MEASURED.get(row.measure, ""), _READ.get(row.via, "")]
    marks += ["" if row.verified else "not verified", "" if row.trust == "high" else f"{row.trust} trust"]
    return "".join(f"; {mark}" for mark in marks if mark)


def licence_words(licence: Licence | None) -> str:
    """The terms that decide on commercial use, what they say of it, and whether all were read."""
    if licence is None:
        return "licence not known"
    condition = licence.condition if licence.commercial_use == "conditional" else None
    use = condition or f"commercial use {licence.commercial_use}"
    nowhere = f"; not granted in {licence.closed_in}" if licence.closed_in else ""
    return f"licence {licence.deciding}: {use}{nowhere}{'' if licence.verified else ' (terms not verified)'}"


def usd_words(amount: Amounts) -> str:
    """`0.36 to 1.35 USD`."""
    low, high = _dollars(amount.low), _dollars(amount.high)
    return f"{low} USD" if low == high else f"{low} to {high} USD"


def _dollars(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}" if amount >= 0.1 else f"{amount:.2g}"
