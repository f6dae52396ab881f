"""How a map reads to people: shared by its text and its image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genarch.reports.words import name_words, value_words
from genarch.table.constraints import BY_NAME

Record = Mapping[str, Any]

CONTRADICTORY = "/"
"""Stands where the answers contradict one another."""


def letter(tile: Record, letters: Mapping[str, str]) -> str:
    """A tile's letter: small where answering the rest could still change the verdict."""
    if tile["contradicts"]:
        return CONTRADICTORY
    found = letters[tile["verdict"]]
    return found.lower() if tile["settled"] is False else found


def title_words(report: Record) -> str:
    """What is varied, and of what."""
    rules = report["rules"]
    across, down = report["x"]["constraint"], report["y"]["constraint"]
    return f"{report['spec']['id']}: {across} by {down}, rules {rules['id']}@{rules['version']}"


def axis_words(axis: Record) -> str:
    """An axis, with the unit of a number."""
    unit = BY_NAME[axis["constraint"]].unit
    return f"{axis['constraint']} ({unit})" if unit else str(axis["constraint"])


def rest_words(report: Record) -> str:
    """What stays as the spec has it."""
    stated = report["spec"]["constraints"]
    if not stated:
        return "Nothing else is stated."
    return f"All else as stated: {', '.join(f'{name}: {value_words(value)}' for name, value in stated.items())}."


def legend_words(report: Record) -> list[tuple[str, str]]:
    """The letters that occur, each with its verdict, or none where it is a mark."""
    tiles = [tile for row in report["rows"] for tile in row]
    met = {tile["verdict"] for tile in tiles if not tile["contradicts"]}
    found = [(sign, name) for name, sign in report["letters"].items() if name in met]
    return [(sign, name_words(name)) for sign, name in found]


def notes_words(report: Record) -> list[str]:
    """What the marks on the map mean, of those that occur."""
    tiles: Sequence[Record] = [tile for row in report["rows"] for tile in row]
    contradicted = sorted({name for tile in tiles for name in tile["contradicts"]})
    found = ["[ ] the spec itself"]
    if any(tile["settled"] is False and not tile["contradicts"] for tile in tiles):
        found.append("small letter: answering the rest could still change it")
    if contradicted:
        found.append(f"{CONTRADICTORY} answers that contradict one another ({', '.join(contradicted)})")
    return found


def tile_words(tile: Record, column: str, row: str) -> str:
    """A tile in full."""
    place = f"{column}, {row}"
    if tile["contradicts"]:
        return f"{place}: contradictory ({', '.join(tile['contradicts'])})"
    name = name_words(tile["verdict"])
    inner = [tile["architecture"]] if tile["architecture"] not in (None, tile["verdict"]) else []
    inner += [tile["confidence"].replace("_", " ")] if tile["confidence"] else []
    inner += ["could still change"] if tile["settled"] is False else []
    told = f" ({', '.join(inner)})" if inner else ""
    return f"{place}: {name}{told}"
