"""What a field of a file may say, as marks in the declarations of values: `Annotated[str, SLUG]`.

A declaration says once what a file has; `genarch.files.records` reads files by it and makes JSON Schemas of it. Each
form reads the text of one scalar and knows its JSON Schema, so that the two cannot differ.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

from genarch.errors import nearest
from genarch.values import NamedTuple

Json = dict[str, Any]
"""A part of a JSON Schema."""

MAX_DIGITS = 15
"""More digits than a double holds exactly: no figure of a deployment has them."""

_VISIBLE = r"[^\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
"""A character that is seen."""

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class Scalar(NamedTuple):
    """Text as it stands in a file; `plain` when without quotation marks, `at` the character where it begins."""

    text: str
    plain: bool
    at: int


class Form(NamedTuple):
    """How a scalar is read, and the JSON Schema of what is accepted; `noun` is what has to stand there, for messages.

    `parse` raises a ValueError that says what to write. `schema` is of what an editor sees.
    """

    noun: str
    parse: Callable[[Scalar], Any]
    schema: Callable[[], Json]


class Mark(NamedTuple):
    """What a declaration says of a field beside its type; a field may have several."""

    form: Form | None = None
    own: str = ""
    """A part with a reader and a schema of its own, by name: see `genarch.files.records`."""
    least: int = 0
    """How few items a list may have."""
    most: int | None = None
    """How many."""
    absent: object = ...
    """What it means when a file leaves the field out, though the value always has it."""
    needed: str = ""
    """Why a file has to have the field, or how to write it: ends the message that it is missing."""
    hidden: bool = False
    """Files do not have it; it keeps its default until its reader sets it."""
    open: bool = False
    """It may also say `unknown` or `null`, which is the same as leaving it out; it has a default."""
    omitted: bool = False
    """JSON output leaves it out when it is None, where others are null."""
    inlined: bool = False
    """Its own fields stand in JSON output in its place; nothing does when it is None."""

    @property
    def stated(self) -> dict[str, Any]:
        """What it says."""
        return {name: value for name, value in self._asdict().items() if value != self._field_defaults[name]}

    def __repr__(self) -> str:
        return f"Mark({', '.join(self.stated)})"


HIDDEN, OPEN, OMITTED, INLINED = Mark(hidden=True), Mark(open=True), Mark(omitted=True), Mark(inlined=True)


def text(
    pattern: str = "", what: str = "", most: int | None = None, *, strip: bool = False, in_ascii: str = ""
) -> Mark:
    """Text, stripped where `strip`; with a `pattern`, all of it has to match, and `what` says in words how.

    A number or a yes/no without quotation marks is text too, where the pattern has it so. Without `what`, text that
    does not match is called empty. `in_ascii` is the pattern as it comes to for ASCII, where that compiles sooner.
    """

    def matches(word: str) -> bool:
        return not pattern or bool(re.fullmatch(in_ascii if in_ascii and word.isascii() else pattern, word))

    def parse(scalar: Scalar) -> str:
        if not matches(scalar.text):
            raise ValueError(f"'{shown(scalar.text)}' is not {what}" if what else "is empty; write a value")
        if most is not None and len(scalar.text) > most:
            raise ValueError(f"has more than {most} characters; shorten it")
        return scalar.text.strip() if strip else scalar.text

    def schema() -> Json:
        """Text of the pattern, and what an editor takes for a number or a yes/no but is such text."""
        numbers = matches("0")
        types = ["string", *(["number"] if numbers else []), *(["boolean"] if matches("true") else [])]
        return {
            "type": types if len(types) > 1 else "string",
            **({"pattern": f"^(?:{pattern})$"} if pattern else {}),
            **({"minimum": 0} if numbers and not matches("-1") else {}),
            **({"maxLength": most} if most is not None else {}),
        }

    return Mark(Form("text", parse, schema))


def whole(least: int = 0, most: int = 10**MAX_DIGITS - 1) -> Mark:
    """A whole number."""

    def parse(scalar: Scalar) -> int:
        if not scalar.plain or not _WHOLE.fullmatch(scalar.text) or len(scalar.text) > MAX_DIGITS:
            raise ValueError("must be a whole number; write it in plain digits, without quotation marks")
        if not least <= int(scalar.text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(scalar.text)

    return Mark(Form("a whole number", parse, lambda: {"type": "integer", "minimum": least, "maximum": most}))


def number(above: float | None = None, below: float | None = None) -> Mark:
    """A decimal number, more than `above` and less than `below` where they are given."""

    def parse(scalar: Scalar) -> float:
        if not scalar.plain or not DECIMAL.fullmatch(scalar.text) or len(scalar.text) > MAX_DIGITS + 10:
            raise ValueError("must be a number; write it in plain decimals, without quotation marks")
        if above is not None and float(scalar.text) <= above:
            raise ValueError(f"must be greater than {above:g}")
        if below is not None and float(scalar.text) >= below:
            raise ValueError(f"must be less than {below:g}")
        return float(scalar.text)

    limits = {"exclusiveMinimum": above, "exclusiveMaximum": below}
    stated = {key: limit for key, limit in limits.items() if limit is not None}
    return Mark(Form("a number", parse, lambda: {"type": "number", **stated}))


def flag() -> Mark:
    """A yes or no."""

    def parse(scalar: Scalar) -> bool:
        if not scalar.plain or scalar.text not in ("true", "false"):
            raise ValueError("must be true or false, without quotation marks")
        return scalar.text == "true"

    return Mark(Form("true or false", parse, lambda: {"type": "boolean"}))


def choice(names: tuple[str, ...]) -> Mark:
    """One of some names."""
    *others, last = names
    noun = f"one of: {', '.join(others)} or {last}" if others else f"one of: {last}"

    def parse(scalar: Scalar) -> str:
        if scalar.text not in names:
            raise ValueError(f"must be {noun}{nearest(scalar.text, names)}")
        return scalar.text

    return Mark(Form(noun, parse, lambda: {"enum": list(names)}))


def format_version(version: int, key: str = "version") -> Mark:
    """The version of a format, which every file of it begins with; `key` is what it is called there."""

    def parse(scalar: Scalar) -> int:
        if scalar.text == str(version) and scalar.plain:
            return version
        advice = f"write {version}{' without quotation marks' if scalar.text == str(version) else ''}"
        raise ValueError(f"'{shown(scalar.text)}' is not a format version that this genarch reads; {advice}")

    form = Form("a format version", parse, lambda: {"const": version})
    return Mark(form, needed=f"write '{key}: {version}'")


SLUG_PATTERN = r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?"
SLUG = text(SLUG_PATTERN, "a slug; write small letters, digits, '-', '_' and '.', at most 100")
# Letters of other scripts and their marks; what is not seen, or is no letter to the eye, is none.
_LETTER = (
    r"(?:[a-z0-9]|(?![\xd7\xf7\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2e00-\u2e7f\u3000-\u3004\u3164\uffa0])"
    r"[\xc0-\u1fff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufefc\uff10-\uffdc])"
)
ID_PATTERN = rf"{_LETTER}(?:(?:{_LETTER}|[._-]){{0,98}}{_LETTER})?"
ID = text(ID_PATTERN, "a slug; write small letters, digits, '-', '_' and '.', at most 100", in_ascii=SLUG_PATTERN)
NOT_IN_ID = rf"(?:(?!{_LETTER}|[._-])[\s\S])+"
NOT_IN_SLUG = "[^a-z0-9._-]+"
NAME = text(r"[a-z][a-z0-9_-]{0,99}", "the name of a family or architecture")
TABLE_AT_VERSION = text(
    r"[a-z][a-z0-9-]*@[0-9]{1,9}(\.[0-9]{1,9}){0,2}", "a table at a version; write it as article@1.0.0"
)
VERSION = text(r"[0-9]+\.[0-9]+\.[0-9]+", "a version; write three numbers, as 1.0.0", 40)
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DAY = text(
    "(?!0000)(?:[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    f"|(?:0[13578]|1[02])-31)|{_LEAP_YEAR}-02-29)",
    "a calendar date; write it as 2027-03-31",
)

ShownText = Annotated[str, text(rf"[\s\S]*{_VISIBLE}[\s\S]*", strip=True)]
"""Text that says something."""


def shown(text: str, most: int = 60) -> str:
    """A value short enough to quote in a message."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
