"""Text to a number, or to a range of numbers, with or without a unit.

At a question people also say amounts in words: `less than 1000`, `1 to 3 s`, `a few hundred`, `about 500`, `1080p`.
These are put as a spec has them. Of vague words the reading is wide, and fixed: `a few` and `several` of something
are 2 to 9 of it, `a couple of` 2 to 3, `hundreds` from 100 to below 1000, and `about` is a fifth less or more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from genarch.engine.constraints import Constraint, Range
from genarch.engine.forms import DECIMAL, MAX_DIGITS, shown
from genarch.errors import nearest
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

SIGNS: Mapping[str, str] = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}
"""The names of a range's ends, each with its sign."""

_NAMES = {sign: name for name, sign in SIGNS.items()}
_SIDES = {"lower": ("at_least", "above"), "upper": ("at_most", "below")}
_TURNED = {"at_least": "at_most", "above": "below", "at_most": "at_least", "below": "above"}
"""Frames a second: the more of them, the less time there is for each."""

_WITH_UNIT = re.compile(r"(-?[0-9][0-9.]*) ?([A-Za-z]+)")
_COMPARED = re.compile(r"([<>=]+) *(.*)", re.DOTALL)
_FROM_TO = re.compile(r"([0-9.]+ ?[a-z]*) *(?:-|\N{EN DASH}|to) *([0-9.]+ ?[a-z]*)")
_FORMS = "write <1000, 5..10 or {at_least: 5}"


class InvalidAnswerError(ValueError):
    """The text is no answer to the constraint; the message says what to write instead."""


class End(NamedTuple):
    """One end of a range as it is written, its unit, and the number in the unit of the constraint."""

    written: str
    unit: str
    value: int | float


def parse_amount(constraint: Constraint, text: str, *, quoted: bool = False) -> int | float | Range:
    """The number, or the range of numbers, that a text gives.

    Raises:
        InvalidAnswerError: when it gives none.
    """
    if not quoted and text.startswith("{") and text.endswith("}"):
        pairs = [tuple(map(str.strip, part.split(":", 1))) for part in text[1:-1].split(",") if part.strip()]
        if len({name for name, *_ in pairs}) < len(pairs):
            raise InvalidAnswerError(f"'{shown(text)}' has an end twice; write each once")
        return range_of(constraint, {name: parse_end(constraint, name, "".join(end)) for name, *end in pairs})
    if match := _COMPARED.fullmatch(text):
        sign, end = match.groups()
        if sign not in _NAMES or re.search("[<>=]|[.][.]", end):
            raise InvalidAnswerError(f"'{shown(text)}' is not one comparison; {_FORMS}")
        return range_of(constraint, {_NAMES[sign]: parse_end(constraint, _NAMES[sign], end)})
    low, dots, high = (part.strip() for part in text.partition(".."))
    if not dots:
        return _number(constraint, text, constraint.units, quoted=quoted).value
    if not low or not high:
        one = f"{{at_least: {shown(low)}}}" if low else f"<={shown(high) or 1000}"
        raise InvalidAnswerError(f"'{shown(text)}' needs two ends; write {one}")
    if constraint.units and low[-1].isalpha() != high[-1].isalpha():
        raise InvalidAnswerError(f"'{shown(text)}' has a unit at one end; write one at both, as in 1s..3s")
    ends = {name: parse_end(constraint, name, end) for name, end in (("at_least", low), ("at_most", high))}
    return range_of(constraint, ends)


def parse_end(constraint: Constraint, name: str, text: str, *, quoted: bool = False) -> End:
    """One end of a range.

    Raises:
        InvalidAnswerError: when no end has this name, or the text is no number for it.
    """
    if name not in SIGNS:
        hint = nearest(name, SIGNS) or f"; write one of: {', '.join(SIGNS)}"
        raise InvalidAnswerError(f"'{shown(name)}' is not an end of a range{hint}")
    if not text:
        raise InvalidAnswerError(f"has no number; {_FORMS}")
    return _number(constraint, text, constraint.written_units, end=name, quoted=quoted)


def range_of(constraint: Constraint, ends: Mapping[str, End]) -> int | float | Range:
    """The range between its ends, by their names; the number itself where both are the same.

    Raises:
        InvalidAnswerError: when the ends do not go together, or no answer lies between them.
    """
    if not ends:
        raise InvalidAnswerError(f"has no end; write one of: {', '.join(SIGNS)}")
    for side, (one, other) in _SIDES.items():
        if one in ends and other in ends:
            raise InvalidAnswerError(f"{one} and {other} are both {side} ends; write one of them")
    units = {end.unit for end in ends.values()}
    if "fps" in units and len(units) > 1:
        raise InvalidAnswerError(f"{range_text(_texts(ends))} mixes units; write the same one at both ends")
    stated = Range(**{_TURNED[name] if "fps" in units else name: end.value for name, end in ends.items()})
    low, high = stated.low, stated.high
    if low is not None and high is not None and low > high:
        swapped = {_TURNED[name]: end for name, end in _texts(ends).items()}
        raise InvalidAnswerError(f"{range_text(_texts(ends))} begins above its end; write {range_text(swapped)}")
    if stated.at_least is not None and stated.at_least == stated.at_most:
        return stated.at_least
    first = max(constraint.least, constraint.least if low is None else low)
    if constraint.kind == "integer":
        empty = not stated.holds(first) and not stated.holds(first + 1)
    else:
        empty = high is not None and high <= first
    if empty:
        noun = "whole number" if constraint.kind == "integer" else "number"
        raise InvalidAnswerError(f"no {noun} {constraint.bound} is in {range_text(_texts(ends))}; write a wider range")
    return stated


def range_text(ends: Mapping[str, str]) -> str:
    """A range as a spec has it: `<1000`, `>=5`, `5..10`; with two ends of which not both are included, by their names.

    `ends` are the texts of its ends, by their names.
    """
    if len(ends) == 1:
        return "".join(f"{SIGNS[name]}{end}" for name, end in ends.items())
    if ends.keys() == {"at_least", "at_most"}:
        return f"{ends['at_least']}..{ends['at_most']}"
    return f"{{{', '.join(f'{name}: {ends[name]}' for name in SIGNS if name in ends)}}}"


def _texts(ends: Mapping[str, End]) -> dict[str, str]:
    return {name: end.written for name, end in ends.items()}


def _number(constraint: Constraint, text: str, units: tuple[str, ...], *, end: str = "", quoted: bool) -> End:
    """A number by itself, or the named end of a range: that may be above what is itself no answer."""
    number, unit = text, ""
    if units and (match := _WITH_UNIT.fullmatch(text)) and (match[2] in units or match[2].islower()):
        number, unit = match.groups()
        if unit not in units:
            also = f", or with one of: {', '.join(units)}" if constraint.units else ""
            raise InvalidAnswerError(f"'{shown(unit)}' is not a unit here; write a number in {constraint.unit}{also}")
    if quoted and not unit:
        raise InvalidAnswerError(f"{shown(text)!r} in quotation marks is text; write the number without them")
    if not DECIMAL.fullmatch(number):
        raise InvalidAnswerError(_why_not_decimal(constraint, number))
    digits = sum(character.isdigit() for character in number)
    if digits > MAX_DIGITS and (number != repr(float(number)) or float(number) >= 10**MAX_DIGITS):
        raise InvalidAnswerError(f"must be a finite number of at most {MAX_DIGITS} digits")
    value: int | float = float(number) if "." in number else int(number)
    if "." in number and constraint.kind == "integer":
        raise InvalidAnswerError(f"'{number}' is not a whole number; write {round(float(number))} or another one")
    allowed = constraint.allows(value) or (end == "above" and unit != "fps")
    if number.startswith("-") or not allowed:
        raise InvalidAnswerError(f"must be a finite number {constraint.bound}, not {number}")
    if unit in constraint.units:
        value = _converted(number, unit)
        if not 0 <= value < 10**MAX_DIGITS or (not value and end != "above"):
            raise InvalidAnswerError(f"must be a finite number of at most {MAX_DIGITS} digits, in {constraint.unit}")
    return End(text, unit, value)


def _converted(number: str, unit: str) -> int | float:
    """The number in milliseconds, worked out in decimals: 1.001 s is 1001 ms, and 30 fps a thirtieth of a second."""
    from decimal import Decimal  # for units alone

    value = Decimal(number)
    value = 1000 / value if unit == "fps" else value * 1000 if unit == "s" else value
    return int(value) if value == int(value) else float(value)


def _why_not_decimal(constraint: Constraint, text: str) -> str:
    """Say which look-alike of a number this is, and the plain decimal to write."""
    noun = "a whole number" if constraint.kind == "integer" else "a plain decimal number"
    unit = f" (in {constraint.unit})" if constraint.unit else ""
    if constraint.units:
        unit = " (in ms), or one with a unit: 33ms, 1.5s, 30fps"
    if text.lower().lstrip("+-") in (".inf", ".nan", "inf", "nan", "infinity"):
        return f"must be a finite number {constraint.bound}, not {text}"
    if text in ("true", "false"):
        return f"'{text}' is a yes or no; write {noun}{unit}"
    if re.fullmatch(r"[0-9]+(:[0-9]+)+", text):
        return f"'{shown(text)}' is a time or a base-60 number to YAML 1.1; write {noun}{unit}"
    if match := _FROM_TO.fullmatch(text):
        low, high = (end.replace(" ", "") for end in match.groups())
        if low[-1:].isdigit():
            low += high.lstrip(".0123456789")  # 1 to 3 s
        return f"'{shown(text)}' is not {noun}; write a range as {shown(low)}..{shown(high)}"
    suggestion = ""
    if len(text) <= MAX_DIGITS + 5:
        folded = unicodedata.normalize("NFKC", text).replace("_", "").removeprefix("+")
        if re.fullmatch(r"0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+", folded):
            suggestion = str(int(folded, 0))
        elif re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,2})?", folded.lower()):
            suggestion = f"{float(folded):.15g}"
    instead = f"; write {suggestion}" if suggestion and "e" not in suggestion else f"; write {noun}{unit}"
    return f"'{shown(text)}' is not {noun}{instead}"


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
_PICTURES = {
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
    from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal  # for amounts in words alone

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
        text = re.sub(rf"(?<![0-9a-z.])(?:{'|'.join(_PICTURES)})\b", lambda found: str(_PICTURES[found[0]]), text)
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
    from decimal import Decimal  # likewise

    product = Decimal(match[1]) * _SCALES[match[2]]
    return format(product.normalize(), "f")


def _shown(constraint: Constraint, number: Decimal, way: str) -> str:
    """A number as an answer has it: whole numbers are rounded."""
    return format((number.to_integral_value(way) if constraint.kind == "integer" else number).normalize(), "f")
