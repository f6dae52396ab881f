"""Text to a number, or to a range of numbers, with or without a unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from genarch.engine.constraints import Constraint, Range
from genarch.engine.forms import DECIMAL, MAX_DIGITS, shown
from genarch.errors import nearest
from genarch.values import NamedTuple

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
            raise InvalidAnswerError(f"'{shown(text)}' names an end twice; write each once")
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
        raise InvalidAnswerError(f"'{shown(text)}' has not two ends; write {one}")
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
        raise InvalidAnswerError(f"names no number; {_FORMS}")
    return _number(constraint, text, constraint.written_units, end=name, quoted=quoted)


def range_of(constraint: Constraint, ends: Mapping[str, End]) -> int | float | Range:
    """The range between its ends, by their names; the number itself where both are the same.

    Raises:
        InvalidAnswerError: when the ends do not go together, or no answer lies between them.
    """
    if not ends:
        raise InvalidAnswerError(f"names no end; write one of: {', '.join(SIGNS)}")
    for side, (one, other) in _SIDES.items():
        if one in ends and other in ends:
            raise InvalidAnswerError(f"{one} and {other} are both its {side} end; write one of them")
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
