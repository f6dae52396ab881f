"""Lists of the catalogue's entries, as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Hardware, Measurement
from genarch.reports.evidence.record import licence_record, row_record
from genarch.reports.evidence.words import licence_words, row_origin, row_words

_NONE = "nothing in the catalogue is all of that"


def rows_as_json(rows: Sequence[Measurement], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Rows with every field that they have, their model's family and licence beside them."""
    return [_full_row(row, catalogue) for row in rows]


def _full_row(row: Measurement, catalogue: Catalogue) -> dict[str, Any]:
    model, source = catalogue.models[row.model], catalogue.sources[row.source]
    fields = {name: list(value) if type(value) is tuple else value for name, value in row._asdict().items()}
    fields["quality"] = row.quality._asdict() if row.quality else None
    return {
        **fields,
        "width": row.size and row.size[0],
        "height": row.size and row.size[1],
        "timing": row.timing,
        "family": model.family,
        "architecture": model.architecture,
        "adversarial_loss": model.adversarial_loss,
        "model_licence": licence_record(model),
        "source_title": source.title,
        "source_url": source.url,
    }


def rows_as_text(rows: Sequence[Measurement], catalogue: Catalogue, width: int) -> str:
    """A row in two lines: what it says, and its id with how good it is."""
    told = f"{catalogue.name}: {len(rows)} of {len(catalogue.measurements)} measurements, {catalogue.compiled}"
    lines = [*_wrapped(told, width, 0), ""]
    for row in rows:
        record = row_record(row, catalogue)
        if row.timing == "none":
            said = f"{record['title']}: {_without_time(row)}"
        else:
            said = f"{row_words(record)}{_timing(row)}"
        lines += [*_wrapped(said, width, 0), *_wrapped(row_origin(record), width, 2)]
    if not rows:
        lines.append(_NONE)
    return _ended(lines, "genarch evidence show ID tells more of each.", width)


def _timing(row: Measurement) -> str:
    return "" if row.timing == "request" else f" ({row.timing.replace('_', ' ')})"


def _without_time(row: Measurement) -> str:
    if row.quality:
        return f"{row.quality.metric} {row.quality.value:g} on {row.quality.dataset}"
    return row.training_cost or row.measure.replace("_", " ")


def models_as_text(catalogue: Catalogue, width: int) -> str:
    """A model in two lines."""
    lines = [*_wrapped(f"{catalogue.name}: {len(catalogue.models)} models, {catalogue.compiled}", width, 0), ""]
    for model in catalogue.models.values():
        lines += _wrapped(f"{model.id}: {model.title}", width, 0)
        what = model.architecture if model.kind == "generator" else model.kind
        count = len(catalogue.rows_of(model.id))
        rows = f"{count} row{'' if count == 1 else 's'}"
        lines += _wrapped(f"{what}; {rows}; {licence_words(licence_record(model))}", width, 2)
    return _ended(lines, "genarch evidence show ID tells more of each.", width)


def models_as_json(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Models with their fields."""
    return [
        {
            **model._asdict(),
            "fits": list(model.fits),
            "licence": licence_record(model),
            "work": model.work._asdict() if model.work else None,
            "tasks": sorted(catalogue.tasks_of(model.id)),
            "conditioning": list(catalogue.conditioning_of(model.id)),
            "rows": [row.id for row in catalogue.rows_of(model.id)],
        }
        for model in catalogue.models.values()
    ]


def hardware_as_text(catalogue: Catalogue, width: int) -> str:
    """Hardware by its id, with what a spec may call it."""
    lines = [f"{catalogue.name}: {len(catalogue.hardware)} pieces of hardware", ""]
    for entry in catalogue.hardware.values():
        lines += [*_wrapped(f"{entry.id}: {entry.name}", width, 0), *_wrapped(_figures(entry), width, 2)]
        if entry.aliases:
            lines += _wrapped(f"also {', '.join(entry.aliases)}", width, 2)
    return _ended(lines, "Figures with a ? were not read in a source. genarch hardware show ID tells more.", width)


def _figures(entry: Hardware) -> str:
    peak = entry.peak_tflops
    told = [" or ".join(entry.devices)]
    if peak is not None:
        told.append(
            f"{peak:g}{'' if entry.peak_verified else '?'} TFLOPS{'' if entry.fp16_dense_tflops else ' (fp32)'}"
        )
    for field, unit in (("mem_bandwidth_gbs", "GB/s"), ("mem_gb", "GB")):
        value = getattr(entry, field)
        if value is not None:
            told.append(f"{value:g}{'' if field in entry.verified else '?'} {unit}")
    return ", ".join(told)


def hardware_as_json(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Hardware with its fields."""
    return [
        {name: list(value) if type(value) is tuple else value for name, value in entry._asdict().items()}
        for entry in catalogue.hardware.values()
    ]


def _ended(lines: list[str], last: str, width: int) -> str:
    return "\n".join([*lines, "", *_wrapped(last, width, 0)]) + "\n"


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    return wrap(
        text,
        max(width, 20),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )
