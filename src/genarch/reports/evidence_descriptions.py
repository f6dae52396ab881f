"""What the evidence catalogue holds, and what an id of it is: a measurement, a model, hardware, a claim.

What was not read in a source is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from genarch.engine.constraints import gpu_key
from genarch.engine.forms import INLINED
from genarch.engine.rules import Rule, RuleTable
from genarch.evidence.assessment import claims_of
from genarch.evidence.catalogue import Catalogue, Hardware, Price, Reading
from genarch.evidence.entries import Claim, Licence, Measurement, Model, Timing
from genarch.evidence.standing import KINDS, rule_id
from genarch.evidence.ways import ms_words
from genarch.reports.descriptions import Description, Part, described
from genarch.reports.evidence import here_words, interval_words, licence_words, row_marks, row_origin, row_words
from genarch.reports.page import Block, Entries, Entry, Paragraph, Space, Title, code, codes, dim
from genarch.reports.words import counted
from genarch.values import NamedTuple

MORE = "'genarch show ID' explains each."

_NOT_READ = " (not verified)"
_TIMINGS = {
    "request": "request latency",
    "full_load": "per image, when batches keep the hardware busy",
    "pipelined": "per frame of a pipelined stream; a rate, not request latency",
    "parallel": "request latency, of several cards that work on one image",
    "clip": "a whole clip of frames",
    "network": "the network alone, without text encoder and decoder",
    "step": "one denoising step, without decoder",
    "none": "no time",
}


def describe_evidence(name: str, catalogue: Catalogue) -> list[Description]:
    """Everything in the catalogue called `name`; other names of hardware count."""
    found = []
    if rule := _rules_of_evidence(catalogue).get(name):
        architecture, (title, meaning) = rule
        found.append(described("rule of evidence", name, title.format(architecture), ("meaning", meaning)))
    if name in catalogue.measurements:
        found.append(describe_row(catalogue.measurements[name], catalogue))
    if name in catalogue.models:
        found.append(describe_model(catalogue.models[name], catalogue))
    key = gpu_key(name)
    machines = [entry for entry in catalogue.hardware.values() if key in map(gpu_key, (entry.id, *entry.aliases))]
    found += [describe_hardware(entry, catalogue) for entry in machines]
    if name in catalogue.claims:
        found.append(describe_claim(catalogue.claims[name], catalogue))
    if name in catalogue.sources:
        source = catalogue.sources[name]
        rows = tuple(row.id for row in catalogue.measurements.values() if row.source == name)
        terms = tuple(m.id for m in catalogue.models.values() if m.licence and m.licence.source == name)
        machines = [entry for entry in catalogue.hardware.values() if name in (r.source for r in entry.readings)]
        cited = (("rows", rows), ("licences of", terms), ("hardware", tuple(entry.id for entry in machines)))
        found.append(described("source", name, source.title, ("address", source.url or ""), *cited))
    if name in catalogue.components:
        component = catalogue.components[name]
        sizes = tuple(
            f"{passes.gmac:g}x10^9 multiply-accumulates{f' at {passes.pixels} pixels' if passes.pixels else ''}"
            f"{'' if passes.verified else _NOT_READ}: {passes.source}"
            for passes in component.passes
        )
        found.append(described("component", name, component.title, ("a pass takes", sizes)))
    if name in catalogue.multipliers:
        multiplier = catalogue.multipliers[name]
        factor = multiplier.factor + ("" if multiplier.verified else _NOT_READ)
        found.append(described("multiplier", name, multiplier.item, ("factor", factor), ("rows", multiplier.rows)))
    return found


def evidence_ids(catalogue: Catalogue) -> list[str]:
    """Every id of the catalogue and of the rules that it adds, and the other names of hardware."""
    aliases = [alias for entry in catalogue.hardware.values() for alias in entry.aliases]
    return [*catalogue.measurements, *catalogue.models, *catalogue.hardware, *aliases, *catalogue.claims,
            *catalogue.sources, *catalogue.components, *catalogue.multipliers,
            *_rules_of_evidence(catalogue)]  # fmt: skip


def _rules_of_evidence(catalogue: Catalogue) -> dict[str, tuple[str, tuple[str, str]]]:
    """The ids of what evidence may say of architectures, each with the architecture, its title and its meaning."""
    architectures = dict.fromkeys(model.architecture for model in catalogue.models.values())
    return {rule_id(name, kind): (name, words) for name in architectures for kind, words in KINDS.items()}


def describe_row(row: Measurement, catalogue: Catalogue) -> Description:
    """A measurement with its conditions, trust and source."""
    model, source = catalogue.models[row.model], catalogue.sources[row.source]
    unread = ", ".join(row.unverified_fields)
    run_with = (row.engine, row.precision, f"batch {row.batch}" if row.batch else "")
    speed = f"{row.throughput_ips:g} images a second" if row.throughput_ips else ""
    if speed and row.throughput_batch:
        speed += f", at batch {row.throughput_batch}"
    return described(
        "measurement",
        row.id,
        row.named or model.title,
        ("time", f"{ms_words(row.latency_ms)}: {_TIMINGS[row.timing]}" if row.latency_ms else ""),
        ("your own", here_words(here) if (here := catalogue.row(row).here) else ""),
        ("percentiles", tuple(f"{p.name}: {ms_words(p.ms)}, {interval_words(p)}" for p in row.percentiles)),
        ("throughput", speed),
        ("model", f"{row.model} ({model.family}, {model.architecture})"),
        ("tasks", ", ".join(row.tasks)),
        ("conditioning", ", ".join(row.conditioning)),
        ("hardware", f"{f'{row.gpus} x ' if row.gpus > 1 else ''}{row.hardware or row.hardware_named or 'not stated'}"),
        ("resolution", row.resolution or ""),
        ("steps", f"{row.steps}{', guided' if row.cfg else ''}" if row.steps else ""),
        ("run with", ", ".join(filter(None, run_with))),
        ("memory", f"{row.vram_gb:g} GB" if row.vram_gb else ""),
        ("parameters", f"{row.params_m:g} million" if row.params_m else ""),
        ("quality", _quality(row)),
        ("training", row.training_cost or ""),
        ("licence", model.licence.terms if model.licence else ""),
        ("source", source.title + (f", {source.url}" if source.url else "")),
        ("where", row.where or ""),
        ("grade", f"{row.measure.replace('_', ' ')}; {row.via}; {row.trust} trust"),
        ("verified", "read in the source" if row.verified else "no: the figures were not read in the source"),
        ("not verified", "every figure" if unread == "all" else unread),
        ("calibrates the estimator", "yes" if row.usable_for_calibration else "no"),
        ("note", row.note or ""),
    )


def describe_model(model: Model, catalogue: Catalogue) -> Description:
    """A model with its licence, work and measurements."""
    rows = catalogue.rows_of(model.id)
    work = model.work
    parts = [work.passes, work.with_image, work.decoder, work.encoder, work.text] if work else []
    took = f"{', '.join(part for part in parts if part)}; {work.steps} steps as a rule" if work else ""
    return described(
        "model",
        model.id,
        model.title,
        ("kind", model.kind if model.kind != "generator" else ""),
        ("family", f"{model.family}{f', {model.hybrid_kind}' if model.hybrid_kind else ''}"),
        ("architecture", model.architecture),
        ("trained with a discriminator", {True: "yes", False: "no", None: ""}[model.adversarial_loss]),
        ("tasks", ", ".join(catalogue.tasks_of(model.id))),
        ("conditioning", ", ".join(catalogue.conditioning_of(model.id))),
        ("released", model.released or ""),
        ("parameters", f"{model.params_b:g} x 10^9" if model.params_b else ""),
        ("largest image", f"{catalogue.largest(model.id)} px" if catalogue.largest(model.id) else ""),
        ("memory, as stated", f"{model.memory_gb:g} GB" if model.memory_gb else ""),
        ("licence", licence_words(model.licence).removeprefix("licence ")),
        *_licence_parts(model.licence, catalogue),
        ("weights", "" if model.weights_released else "never released"),
        ("fits", ", ".join(model.fits)),
        ("adapters", ", ".join(adapter.id for adapter in catalogue.adapters_of(model.id))),
        ("an image takes", took),
        ("source", _read_in(model.source, model.read_at, catalogue)),
        ("note", model.note or ""),
        ("measurements", tuple(map(short_row, rows))),
    )


def _licence_parts(licence: Licence | None, catalogue: Catalogue) -> Iterator[Part]:
    """The terms of code and weights, and where they were read."""
    if licence is None:
        return
    for of, part in licence.parts:
        use = part.condition or f"commercial use {part.commercial_use}"
        yield f"licence of the {of}", f"{part.terms}: {use}{'' if part.verified else _NOT_READ}"
    yield "terms read in", _read_in(licence.source, licence.read_at, catalogue)
    yield "phrase read", licence.seen or ""
    yield "how the terms are known", _LICENCE_VIA[licence.via]
    yield "note on the licence", licence.note or ""


_LICENCE_VIA = {
    "primary": "read in the licence or the model's own description",
    "secondary": "named by another text",
    "memory": "recalled, not read",
    "not_found": "none were found",
}


def _read_in(source: str | None, read_at: str | None, catalogue: Catalogue) -> str:
    if source is None:
        return ""
    entry = catalogue.sources[source]
    return ", ".join(filter(None, (entry.title, entry.url, read_at)))


def short_row(row: Measurement) -> str:
    """A row in a line: its id and what it says."""
    if row.latency_ms:
        return f"{row.id}: {ms_words(row.latency_ms)} ({row.timing.replace('_', ' ')})"
    return f"{row.id}: {_quality(row) or row.measure.replace('_', ' ')}"


def _quality(row: Measurement) -> str:
    return f"{row.quality.metric} {row.quality.value:g} on {row.quality.dataset}" if row.quality else ""


def describe_hardware(entry: Hardware, catalogue: Catalogue) -> Description:
    """Hardware with its figures, prices and how much was measured on it."""
    rows = [row for row in catalogue.measurements.values() if row.hardware == entry.id and row.latency_ms]
    return described(
        "hardware",
        entry.id,
        entry.name,
        ("also called", ", ".join(entry.aliases)),
        ("device", " or ".join(entry.devices)),
        ("platform", entry.platform),
        ("fp16, dense", _figure(entry, "fp16_dense_tflops", "TFLOPS")),
        ("fp16, accumulated in fp16", _figure(entry, "fp16_acc16_tflops", "TFLOPS")),
        ("fp32", _figure(entry, "fp32_tflops", "TFLOPS")),
        ("bandwidth", _figure(entry, "mem_bandwidth_gbs", "GB/s")),
        ("memory", _figure(entry, "mem_gb", "GB")),
        ("memory of its versions", ", ".join(f"{size:g} GB" for size in entry.mem_variants_gb)),
        ("power", _figure(entry, "tdp_w", "W")),
        ("line", entry.line or ""),
        ("does no worse than", ", ".join(entry.succeeds)),
        ("figures read", tuple(_reading(reading, catalogue) for reading in entry.readings)),
        ("an hour costs", tuple(price_words(price) for price in catalogue.prices if price.hardware == entry.id)),
        ("times measured on it", str(len(rows))),
        ("note", entry.note or ""),
    )


def _reading(reading: Reading, catalogue: Catalogue) -> str:
    source = catalogue.sources[reading.source]
    where = ", ".join(filter(None, (source.title, reading.where, reading.page or source.url)))
    marks = "" if reading.via in ("primary", "secondary") else f" ({reading.via})"
    said = "; ".join(filter(None, (reading.seen, reading.note)))
    names = ", ".join(reading.figures)
    return f"{names}{marks}{'' if reading.verified else _NOT_READ}: {where}{f': {said}' if said else ''}"


def _figure(entry: Hardware, field: str, unit: str) -> str:
    value = getattr(entry, field)
    return f"{value:g} {unit}{'' if field in entry.verified else _NOT_READ}" if value is not None else ""


def price_words(price: Price) -> str:
    """`0.80 to 3.00 USD: market on-demand range, 2026-05`."""
    amount = f"{price.low:.3g}" if price.low == price.high else f"{price.low:.3g} to {price.high:.3g}"
    kind = ", serverless" if price.kind == "serverless" else ""
    checked = "" if price.verified else _NOT_READ
    return f"{amount} USD{kind}: {price.scope}, {price.date or 'undated'}{checked}"


def describe_claim(claim: Claim, catalogue: Catalogue) -> Description:
    """A claim of the article with its verdict and the rows that speak to it."""
    return described(
        "claim",
        claim.id,
        claim.claim,
        ("verdict", claim.qualified or claim.verdict),
        ("evidence", claim.evidence),
        ("facts of the article", ", ".join(claim.facts)),
        ("rows", tuple(_row_line(name, catalogue) for name in claim.rows)),
    )


def _row_line(name: str, catalogue: Catalogue) -> str:
    row = catalogue.measurements[name]
    if row.timing == "none":
        return short_row(row)
    part = catalogue.row(row)
    return f"{row_words(part)} ({row.timing.replace('_', ' ')}; {row.id}{row_marks(part)})"


def evidence_for(rule: Rule, rules: RuleTable, catalogue: Catalogue) -> Description | None:
    """What was measured of the claims that a rule rests on, for and against; None where none is known."""
    parts: list[Part] = [
        (
            claim.id,
            (
                f"{claim.claim}: {claim.qualified or claim.verdict}",
                f"{claim.evidence}.",
                *(_row_line(name, catalogue) for name in claim.rows),
            ),
        )
        for claim in claims_of(rule, rules, catalogue)
    ]
    title = f"claims that it rests on, by {catalogue.name}"
    return Description("evidence", rule.id, title, tuple(parts)) if parts else None


# Lists


class ListedRow(NamedTuple):
    """A measurement with every field that it has, and what it is of."""

    row: Annotated[Measurement, INLINED]
    width: int | None
    height: int | None
    timing: Timing
    family: str
    architecture: str
    adversarial_loss: bool | None
    licence: str | None
    """The terms of the model's licence."""
    model_licence: Licence | None
    source_title: str
    source_url: str | None


ListedRows = tuple[ListedRow, ...]


class ListedModel(NamedTuple):
    """A model with every field that it has, and what rows show of it."""

    model: Annotated[Model, INLINED]
    """`tasks` and `conditioning` are what it is shown or stated to do."""
    rows: tuple[str, ...]


def listed_rows(rows: Iterable[Measurement], catalogue: Catalogue) -> ListedRows:
    """Rows with their model's family and licence."""
    listed = []
    for row in rows:
        model, source = catalogue.models[row.model], catalogue.sources[row.source]
        terms = model.licence and model.licence.terms
        of_model = (model.family, model.architecture, model.adversarial_loss, terms, model.licence)
        width, height = row.size or (None, None)
        listed.append(ListedRow(row, width, height, row.timing, *of_model, source.title, source.url))
    return tuple(listed)


def rows_page(rows: Sequence[Measurement], catalogue: Catalogue) -> Iterator[Block]:
    """What each row says, its id, and how good it is."""
    own = sum(row.here for row in rows)
    count = f"{len(rows)} of {len(catalogue.measurements)} measurements{f' ({own} your own)' if own else ''}"
    entries = []
    for row in rows:
        part = catalogue.row(row)
        result = _quality(row) or row.training_cost or row.measure.replace("_", " ")
        kind = "" if row.timing == "request" else f" ({row.timing.replace('_', ' ')})"
        says = f"{part.title}: {result}" if row.timing == "none" else f"{row_words(part)}{kind}"
        entries.append(Entry(says, (), row_origin(part)))
    return _page(f"{catalogue.name}: {count}, {catalogue.head.compiled}", entries, MORE)


def listed_models(catalogue: Catalogue) -> tuple[ListedModel, ...]:
    """Models with what their rows show."""
    listed = []
    for model in catalogue.models.values():
        rows = tuple(row.id for row in catalogue.rows_of(model.id))
        tasks, conditioning = catalogue.tasks_of(model.id), catalogue.conditioning_of(model.id)
        listed.append(ListedModel(model._replace(tasks=tasks, conditioning=conditioning), rows))
    return tuple(listed)


def models_page(catalogue: Catalogue) -> Iterator[Block]:
    """Each model with its architecture, how much was measured of it, and its licence."""
    entries = []
    for model in catalogue.models.values():
        what = model.architecture if model.kind == "generator" else model.kind
        rows = counted(len(catalogue.rows_of(model.id)), "row")
        entries.append(
            Entry((code(model.id), f": {model.title}"), (f"{what}; {rows}; {licence_words(model.licence)}",))
        )
    return _page(f"{catalogue.name}: {len(catalogue.models)} models, {catalogue.head.compiled}", entries, MORE)


def hardware_page(catalogue: Catalogue) -> Iterator[Block]:
    """Hardware by its id, with what a spec may call it."""
    entries = []
    for entry in catalogue.hardware.values():
        aliases = (("also ", *codes(entry.aliases)),) if entry.aliases else ()
        entries.append(Entry((code(entry.id), f": {entry.name}"), (_figures(entry), *aliases)))
    more = "Figures with a ? were not read in a source. 'genarch show ID' says more."
    return _page(f"{catalogue.name}: {len(catalogue.hardware)} pieces of hardware", entries, more)


def _figures(entry: Hardware) -> str:
    peak = entry.peak_tflops
    figures = (
        (peak, entry.peak_verified, f"TFLOPS{'' if entry.fp16_dense_tflops else ' (fp32)'}"),
        (entry.mem_bandwidth_gbs, "mem_bandwidth_gbs" in entry.verified, "GB/s"),
        (entry.mem_gb, "mem_gb" in entry.verified, "GB"),
    )
    shown = [f"{value:g}{'' if read else '?'} {unit}" for value, read, unit in figures if value is not None]
    return ", ".join([" or ".join(entry.devices), *shown])


def _page(title: str, entries: Sequence[Entry], more: str) -> Iterator[Block]:
    yield Title(title)
    yield Space()
    yield Entries(tuple(entries)) if entries else Paragraph("nothing in the catalogue matches all of that")
    yield Space()
    yield Paragraph(dim(more))
