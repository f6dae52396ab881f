"""Amounts as people say them at a question: `less than 1000`, `1 to 3 s`, `a few hundred`, `about 500`, `1080p`.

What is said is put as a spec has it. Of vague words the reading is wide, and fixed: `a few` and `several` of something
are 2 to 9 of it, `a couple of` 2 to 3, `hundreds` from 100 to below 1000, and `about` is a fifth less or more.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from genarch.engine.amounts import range_text
from genarch.engine.constraints import Constraint

_SCALES = {"ten": 10, "dozen": 12, "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "minute": 60}
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_SCALE = f"({'|'.join(_SCALES)})"
_END = rf"{_NUMBER} ?([a-z]*)"
_COUNTS = {"a couple of": (2, 3), "a couple": (2, 3), "a few": (2, 9), "several": (2, 9)}

_UNITS = {
    r"half an? (?=second|minute)": "0.5 ",
    r"(?<=[0-9]) ?mins?|minutes?": "minute s",
    r"frames (?:per|a) second": "fps",
    r"milliseconds?|millis|msecs?": "ms",
    r"seconds?|secs?": "s",
}
_SIDES = {
    "hd": 1280,
    "720p": 1280,
    "full hd": 1920,
    "1080p": 1920,
    "1440p": 2560,
    "2160p": 3840,
    "4k": 3840,
    "8k": 7680,
}
"""The longer side of pictures that are named otherwise."""

_BEFORE = {
    "at_least": "at least|no less than|not less than|no fewer than|minimum|min|from",
    "above": "more than|over|above|greater than",
    "at_most": "at most|up to|no more than|not more than|maximum|max",
    "below": "less than|fewer than|under|below|smaller than",
}
_AFTER = {"at_least": r"or more|or above|at least|\+", "at_most": "or less|or fewer|or below|at most"}
_VAGUE = r"about|around|roughly|approximately|approx\.?|circa|some|~"


LONGEST = 200
"""Letters of an amount in words; with a bound, no expression here takes long."""


def as_written(constraint: Constraint, said: str) -> str:
    """An amount as a spec has it; what is said itself, where these words are no others than a spec's.

    `said` is in small letters, with single spaces.
    """
    if len(said) > LONGEST:
        return said
    text = _plain(constraint, said)
    if match := re.fullmatch(rf"(?:between |from )?{_END} ?(?:to|and|-|\N{{EN DASH}}) ?{_END}", text):
        low, unit, high, last = match.groups()
        return range_text({"at_least": low + (unit or last), "at_most": high + last})
    for forms, pattern in ((_BEFORE, rf"(?:{{}}) ?{_END}"), (_AFTER, rf"{_END} ?(?:{{}})")):
        for name, words in forms.items():
            if match := re.fullmatch(pattern.format(words), text):
                return range_text({name: match[1] + match[2]})
    if match := re.fullmatch(rf"(?:{_VAGUE}) ?{_END}", text):
        ends = (Decimal(match[1]) * share / 10 for share in (8, 12))
        low, high = (
            _shown(constraint, each, way) for each, way in zip(ends, (ROUND_FLOOR, ROUND_CEILING), strict=True)
        )
        return range_text({"at_least": low + match[2], "at_most": high + match[2]})
    if match := re.fullmatch(rf"({'|'.join(_COUNTS)})(?: {_SCALE}s?)?(?: (?:of )?{_SCALE}s?)?(?: ([a-z]+))?", text):
        of, unit = _SCALES.get(match[2], 1) * _SCALES.get(match[3], 1), match[4] or ""
        least, most = _COUNTS[match[1]]
        return range_text({"at_least": f"{least * of}{unit}", "at_most": f"{most * of}{unit}"})
    if match := re.fullmatch(rf"{_SCALE}s(?: of {_SCALE}s)?(?: of)?(?: ([a-z]+))?", text):
        of, unit = _SCALES[match[1]] * _SCALES.get(match[2], 1), match[3] or ""
        return range_text({"at_least": str(of) + unit, "below": str(of * 10) + unit})
    return text


def range_example(constraint: Constraint) -> str:
    """A range as someone might say it."""
    return {"ms": "1 to 3 s", "GB": "8 to 16", "px": "512 to 1024"}.get(constraint.unit, "100 to 500")


def _plain(constraint: Constraint, said: str) -> str:
    """What is said with short units, digits for `a thousand` and `5k`, and no commas in numbers."""
    text = said
    if constraint.unit == "px":
        text = re.sub(rf"(?<![0-9a-z.])(?:{'|'.join(_SIDES)})\b", lambda found: str(_SIDES[found[0]]), text)
        text = re.sub(
            r"([0-9]{1,9}) ?(?:x|by|\N{MULTIPLICATION SIGN}) ?([0-9]{1,9})", lambda m: max(m[1], m[2], key=int), text
        )
    for words, unit in _UNITS.items() if constraint.units else ():
        text = re.sub(rf"(?<![a-z])(?:{words})\b", unit, text)
    if not constraint.units:
        noun = (
            f"{re.escape(constraint.unit.casefold())}|pixels?|dollars?"
            if constraint.unit
            else "images?|pictures?|photos?"
        )
        text = re.sub(rf"(?<=[0-9a-z ]) ?(?<![a-z])(?:{noun})\b", "", text).strip()
    text = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text)
    text = re.sub(rf"\b(?:an?|one) (?=(?:{_SCALE}|m?s)\b)", "1 ", text)
    text = re.sub(
        rf"{_NUMBER}(?= ?(?:to|-|\N{{EN DASH}}|and) ?{_NUMBER} ?{_SCALE}\b)", lambda m: f"{m[1]} {m[3]}", text
    )
    return re.sub(rf"{_NUMBER} ?{_SCALE}\b", _times, text)


def _times(match: re.Match[str]) -> str:
    product = Decimal(match[1]) * _SCALES[match[2]]
    return format(product.normalize(), "f")


def _shown(constraint: Constraint, number: Decimal, way: str) -> str:
    """A number as an answer has it: whole numbers are rounded."""
    return format((number.to_integral_value(way) if constraint.kind == "integer" else number).normalize(), "f")
