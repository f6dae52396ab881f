"""What a load costs, as a record, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.cost import Bill, Cost, Range
from genarch.reports.escape import code, inert
from genarch.reports.evidence.record import catalogue_record, estimate_record, licence_record, rounded, row_record
from genarch.reports.evidence.words import (
    estimated_words,
    licence_words,
    ms_words,
    row_conditions,
    row_origin,
    row_words,
)
from genarch.reports.words import both


def bill_record(bill: Bill, catalogue: Catalogue) -> dict[str, Any]:
    """What a load costs."""
    return {
        "catalogue": catalogue_record(catalogue),
        "gpu": bill.gpu,
        "resolution_px": bill.resolution_px,
        "utilisation": bill.utilisation,
        "batchable": bill.batchable,
        "images_per_day": bill.images_per_day,
        "peak_images_per_second": bill.peak_images_per_second,
        "usd_per_hour": _range(bill.usd_per_hour),
        "prices": [price._asdict() for price in bill.prices],
        "costs": [_cost(entry, catalogue) for entry in bill.costs],
        "without_figures": list(bill.without_figures),
    }


def _cost(entry: Cost, catalogue: Catalogue) -> dict[str, Any]:
    row = catalogue.measurements[entry.row] if entry.row else None
    return {
        "architecture": entry.architecture,
        "model": entry.model,
        "title": catalogue.models[entry.model].title,
        "row": row_record(row, catalogue) if row else None,
        "estimate": estimate_record(entry.estimate, catalogue) if entry.estimate else None,
        "full_load": entry.full_load,
        "seconds_per_image": _range(entry.seconds_per_image),
        "usd_per_1000_images": _range(entry.usd_per_1000_images),
        "gpus": entry.gpus._asdict() if entry.gpus else None,
        "usd_per_month_by_use": _range(entry.usd_per_month_by_use),
        "usd_per_month_kept_on": _range(entry.usd_per_month_kept_on),
        "licence": licence_record(catalogue.models[entry.model]),
        "misses": [{"kind": miss.kind, "told": miss.told} for miss in entry.misses],
    }


def _range(range_: Range | None) -> dict[str, Any] | None:
    return {"low": rounded(range_.low), "high": rounded(range_.high)} if range_ else None


def bill_as_text(record: Mapping[str, Any], width: int) -> str:
    """The load, the price, and each architecture's cost, for people."""
    lines = [record["spec"], *wrap(load_words(record), width)]
    for line in price_lines(record):
        lines += wrap(line, width, initial_indent="  ", subsequent_indent="    ")
    for cost in record["costs"]:
        lines += ["", *wrap(f"{cost['architecture']}: {cost['title']}", width)]
        for line in cost_lines(cost, record):
            lines += wrap(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    if told := without_words(record):
        lines += ["", *wrap(told, width)]
    return "\n".join(lines) + "\n"


def bill_as_markdown(record: Mapping[str, Any]) -> str:
    """The same as a section for a decision record."""
    return "\n".join(_section(record)) + "\n"


def _section(record: Mapping[str, Any]) -> Iterator[str]:
    yield f"### Cost of {code(record['spec'])}"
    yield ""
    yield inert(" ".join([load_words(record), *price_lines(record)]))
    yield ""
    if record["costs"]:
        yield from _table(record)
    if told := without_words(record):
        yield ""
        yield inert(told)


def _table(record: Mapping[str, Any]) -> Iterator[str]:
    yield "| Architecture | Model | Time for an image | 1,000 images | GPUs | A month by use | A month kept on |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for cost in record["costs"]:
        kind = "measured" if cost["row"] else "estimated"
        kind += " at full load" if cost["full_load"] else ""
        kind += f" ({row_origin(cost['row'])})" if cost["row"] else ""
        cells = (
            f"{seconds_words(cost['seconds_per_image'])}, {inert(kind)}",
            usd_words(cost["usd_per_1000_images"]),
            _gpus(cost["gpus"]),
            usd_words(cost["usd_per_month_by_use"]),
            usd_words(cost["usd_per_month_kept_on"]),
        )
        title = inert(cost["title"]) + (" (does not fit the spec)" if cost["misses"] else "")
        yield f"| {code(cost['architecture'])} | {title} | {' | '.join(cells)} |"


def load_words(record: Mapping[str, Any]) -> str:
    """The hardware, the size and the load, with the utilisation that is counted on."""
    load = []
    if record["images_per_day"]:
        load.append(f"{record['images_per_day']:,} images a day")
    if record["peak_images_per_second"]:
        load.append(f"{record['peak_images_per_second']:g} a second at the peak")
    together = "made together in batches" if record["batchable"] else "made one by one"
    what = both([*load, together]) if load else f"no load stated, {together}"
    return f"{record['gpu']} at {record['resolution_px']} px: {what}; busy {record['utilisation']:.0%} of the time."


def price_lines(record: Mapping[str, Any]) -> list[str]:
    """What an hour costs, and by whose word."""
    hour = record["usd_per_hour"]
    if hour is None:
        return [f"No price of {record['gpu']} is known; state price_per_gpu_hour_usd."]
    if not record["prices"]:
        return [f"An hour costs {usd_words(hour)}, as stated."]
    return [f"An hour costs {usd_words(hour)}.", *map(_price, record["prices"])]


def _price(price: Mapping[str, Any]) -> str:
    checked = "" if price["verified"] else " (not verified)"
    return f"{usd_words(price)}: {price['scope']}, {price['date'] or 'undated'}{checked}."


def cost_lines(cost: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """An architecture's figures, and what they come from."""
    lines = [f"{seconds_words(cost['seconds_per_image'])} an image, {_basis(cost)}"]
    if cost["usd_per_1000_images"]:
        lines.append(f"{usd_words(cost['usd_per_1000_images'])} for 1,000 images")
    if cost["gpus"]:
        at = "at the peak" if record["peak_images_per_second"] else "for a day spread evenly"
        lines.append(f"{_gpus(cost['gpus'])} {at}")
    if cost["usd_per_month_by_use"]:
        lines.append(f"{usd_words(cost['usd_per_month_by_use'])} a month, paid by use")
    if cost["usd_per_month_kept_on"]:
        lines.append(f"{usd_words(cost['usd_per_month_kept_on'])} a month, kept on")
    lines.append(licence_words(cost["licence"]))
    if cost["misses"]:
        lines.append(f"does not fit the spec: {both([miss['told'] for miss in cost['misses']])}")
    return lines


def _basis(cost: Mapping[str, Any]) -> str:
    if cost["row"]:
        row = cost["row"]
        if cost["full_load"]:  # what one of the batch waits is another time, and not told here
            return f"measured, at full load: {row_conditions(row)} ({row_origin(row)})"
        return f"measured: {row_words(row)} ({row_origin(row)})"
    return f"estimated ({estimated_words(cost['estimate'])})"


def without_words(record: Mapping[str, Any]) -> str:
    """The architectures that nothing can be said of."""
    if not record["without_figures"]:
        return ""
    return f"Without figures for this hardware and size: {both(record['without_figures'])}."


def seconds_words(seconds: Mapping[str, Any]) -> str:
    """`36.5 ms`, `170 to 581 ms`."""
    low, high = ms_words(seconds["low"] * 1000), ms_words(seconds["high"] * 1000)
    return low if low == high else f"{low} to {high}"


def usd_words(amount: Mapping[str, Any] | None) -> str:
    """`0.36 to 1.35 USD`; a dash where it is not known."""
    if amount is None:
        return "-"
    low, high = _dollars(amount["low"]), _dollars(amount["high"])
    return f"{low} USD" if low == high else f"{low} to {high} USD"


def _dollars(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}" if amount >= 0.1 else f"{amount:.2g}"


def _gpus(gpus: Mapping[str, int] | None) -> str:
    if gpus is None:
        return "-"
    low, high = gpus["low"], gpus["high"]
    return f"{low} GPU{'' if low == 1 else 's'}" if low == high else f"{low} to {high} GPUs"
