"""How far off the estimator is on sources that it has not seen: the figures, as a record, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from textwrap import wrap
from typing import Any

from genarch.evidence.calibration import Error
from genarch.evidence.catalogue import Catalogue

WORST = 12
"""How many of the rows that it is furthest off on are named."""

GOALS = {"median": 1.6, "within_3": 0.9, "covered": 0.85}
"""What the estimator is meant to reach: the median factor at most, and the two shares at least."""

_GROUPS = (
    ("all requests", None),
    ("pipelines, eager", "eager"),
    ("pipelines, compiled", "compiled"),
    ("single networks, processors, small boards", "other"),
)


def accuracy_record(
    errors: Sequence[Error], load_errors: Sequence[Error], left: Mapping[str, Sequence[str]], catalogue: Catalogue
) -> dict[str, Any]:
    """The table, the rows that it is furthest off on, and the usable rows that it says nothing of."""
    groups = [_group(title, [e for e in errors if group in (None, e.point.group)]) for title, group in _GROUPS]
    groups.append(_group("full load", load_errors))
    worst = sorted([*errors, *load_errors], key=lambda error: -error.factor)[:WORST]
    return {
        "catalogue": {"id": catalogue.id, "version": catalogue.version, "digest": catalogue.digest},
        "sources": len({error.point.work for error in (*errors, *load_errors)}),
        "goals": GOALS,
        "groups": [group for group in groups if group["rows"]],
        "worst": [
            {
                "row": error.point.row,
                "estimated_ms": round(error.estimated_ms, 1),
                "measured_ms": round(error.point.measured_ms, 1),
                "factor": round(error.factor, 2),
                "covered": error.covered,
            }
            for error in worst
        ],
        "left_out": [{"reason": reason, "rows": list(rows)} for reason, rows in left.items()],
    }


def _group(title: str, errors: Sequence[Error]) -> dict[str, Any]:
    factors = sorted(error.factor for error in errors)
    if not factors:
        return {"title": title, "rows": 0}
    return {
        "title": title,
        "rows": len(factors),
        "median": round(median(factors), 2),
        "nine_in_ten": round(factors[min(len(factors) - 1, int(0.9 * len(factors)))], 2),
        "within_3": round(_share(factor <= 3 for factor in factors), 3),
        "covered": round(_share(error.covered for error in errors), 3),
    }


def _share(held: Iterable[bool]) -> float:
    told = list(held)
    return sum(told) / len(told)


_NARROW = 60
"""Columns below which the figures no longer fit side by side."""

_HEADINGS = ("rows", "median", "9 in 10", "in 3x", "in band")


def _cells(group: Mapping[str, Any]) -> list[str]:
    return [
        str(group["rows"]),
        f"{group['median']:.2f}x",
        f"{group['nine_in_ten']:.2f}x",
        f"{group['within_3']:.0%}",
        f"{group['covered']:.0%}",
    ]


def _table(record: Mapping[str, Any], width: int) -> list[str]:
    """The groups, a line of figures under each; beside their headings where that is too wide."""
    if width < _NARROW:
        told = [zip(_HEADINGS, _cells(group), strict=True) for group in record["groups"]]
        lines: list[str] = []
        for group, cells in zip(record["groups"], told, strict=True):
            words = ", ".join(f"{heading} {cell}" for heading, cell in cells)
            lines += [*wrap(group["title"], width), *wrap(words, width, initial_indent="  ", subsequent_indent="  ")]
        return lines
    lines = ["  " + " ".join(f"{heading:>8}" for heading in _HEADINGS)]
    for group in record["groups"]:
        lines += [group["title"], "  " + " ".join(f"{cell:>8}" for cell in _cells(group))]
    return lines


def accuracy_as_text(record: Mapping[str, Any], width: int) -> str:
    """The figures for people."""
    catalogue = record["catalogue"]
    lines = wrap(
        f"The estimator of {catalogue['id']}@{catalogue['version']}, each of {record['sources']} sources estimated "
        "without it. Factors are how far off, either way; in band: the stated band holds the measurement.",
        width,
    )
    lines += ["", *_table(record, width)]
    goals = record["goals"]
    told = (
        f"Goals: median at most {goals['median']}x, {goals['within_3']:.0%} within 3x, {goals['covered']:.0%} in band."
    )
    lines += ["", *wrap(told, width), "", "Furthest off"]
    for worst in record["worst"]:
        outside = "" if worst["covered"] else ", outside its band"
        words = f"{worst['row']}: {worst['measured_ms']:g} ms measured, {worst['estimated_ms']:g} estimated"
        lines += wrap(
            f"{words} ({worst['factor']:.2f}x{outside})", width, initial_indent="  ", subsequent_indent="    "
        )
    lines += ["", *wrap("Usable rows that it cannot be held against", width)]
    for left in record["left_out"]:
        lines += wrap(f"{len(left['rows'])}: {left['reason']}", width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"
