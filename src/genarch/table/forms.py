"""What a field of a file may say, as markers in the declarations of values: `Annotated[str, SLUG]`.

A declaration says once what a file has; `genarch.files.records` reads files by it and makes JSON Schemas of it. Each
form reads the text of one scalar and knows its JSON Schema, so that the two cannot differ.
"""

import re
from functools import cache
from typing import Annotated, Any, NamedTuple, Protocol

from genarch.errors import nearest

Json = dict[str, Any]
"""A part of a JSON Schema."""

MAX_DIGITS = 15
"""More digits than a double holds exactly: no figure of a deployment has them."""

_VISIBLE = r"[^\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
"""A character that is seen."""

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class Form(Protocol):
    """How the text of a scalar is read, and the JSON Schema of what is accepted."""

    @property
    def noun(self) -> str:
        """What has to stand there, for messages."""

    def parse(self, text: str, *, plain: bool) -> object:
        """The value of a text; `plain` says that it stood there without quotation marks.

        Raises:
            ValueError: when it is none; the message says what to write.
        """

    def schema(self) -> Json:
        """The JSON Schema of what an editor sees there."""


class Text(NamedTuple):
    """Text, stripped where `strip`; with a `pattern`, all of it has to match, and `what` says in words how.

    A number or a yes/no without quotation marks is text too, where the pattern has it so. Without `what`, text that
    does not match is called empty.
    """

    pattern: str = ""
    what: str = ""
    most: int | None = None
    strip: bool = False
    noun: str = "text"

    def matches(self, text: str) -> bool:
        """Whether a text has the pattern."""
        return not self.pattern or bool(_pattern(self.pattern).fullmatch(text))

    def parse(self, text: str, *, plain: bool) -> str:
        """The text."""
        del plain
        if not self.matches(text):
            raise ValueError(f"'{shown(text)}' is not {self.what}" if self.what else "is empty; write it out")
        if self.most is not None and len(text) > self.most:
            raise ValueError(f"has more than {self.most} characters; shorten it")
        return text.strip() if self.strip else text

    def schema(self) -> Json:
        """Text of the pattern, and what an editor takes for a number or a yes/no but is such text."""
        numbers = self.matches("0")
        types = ["string", *(["number"] if numbers else []), *(["boolean"] if self.matches("true") else [])]
        return {
            "type": types if len(types) > 1 else "string",
            **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}),
            **({"minimum": 0} if numbers and not self.matches("-1") else {}),
            **({"maxLength": self.most} if self.most is not None else {}),
        }


class Whole(NamedTuple):
    """A whole number."""

    least: int = 0
    most: int = 10**MAX_DIGITS - 1
    noun: str = "a whole number"

    def parse(self, text: str, *, plain: bool) -> int:
        """The number."""
        if not plain or not _WHOLE.fullmatch(text) or len(text) > MAX_DIGITS:
            raise ValueError("must be a whole number; write it in plain digits, without quotation marks")
        if not self.least <= int(text) <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return int(text)

    def schema(self) -> Json:
        """The integers in range."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Number(NamedTuple):
    """A decimal number, more than `above` and less than `below` where they are given."""

    above: float | None = None
    below: float | None = None
    noun: str = "a number"

    def parse(self, text: str, *, plain: bool) -> float:
        """The number."""
        if not plain or not DECIMAL.fullmatch(text) or len(text) > MAX_DIGITS + 10:
            raise ValueError("must be a number; write it in plain decimals, without quotation marks")
        number = float(text)
        if self.above is not None and number <= self.above:
            raise ValueError(f"must be greater than {self.above:g}")
        if self.below is not None and number >= self.below:
            raise ValueError(f"must be less than {self.below:g}")
        return number

    def schema(self) -> Json:
        """The numbers in range."""
        limits = {"exclusiveMinimum": self.above, "exclusiveMaximum": self.below}
        return {"type": "number", **{key: limit for key, limit in limits.items() if limit is not None}}


class Flag(NamedTuple):
    """A yes or no."""

    noun: str = "true or false"

    def parse(self, text: str, *, plain: bool) -> bool:
        """Whether it is true."""
        if not plain or text not in ("true", "false"):
            raise ValueError("must be true or false, without quotation marks")
        return text == "true"

    def schema(self) -> Json:
        """True or false."""
        return {"type": "boolean"}


class Choice(NamedTuple):
    """One of some names."""

    names: tuple[str, ...]

    @property
    def noun(self) -> str:
        """The names."""
        *others, last = self.names
        return f"one of: {', '.join(others)} or {last}" if others else f"one of: {last}"

    def parse(self, text: str, *, plain: bool) -> str:
        """The name."""
        del plain
        if text not in self.names:
            raise ValueError(f"must be {self.noun}{nearest(text, self.names)}")
        return text

    def schema(self) -> Json:
        """The names."""
        return {"enum": list(self.names)}


class FormatVersion(NamedTuple):
    """The version of a format, which every file of it begins with; `key` is what it is called there."""

    version: int
    key: str = "version"
    noun: str = "a format version"

    def parse(self, text: str, *, plain: bool) -> int:
        """The version."""
        if text == str(self.version) and plain:
            return self.version
        advice = f"write {self.version}{' without quotation marks' if text == str(self.version) else ''}"
        raise ValueError(f"'{shown(text)}' is not a format version that this genarch reads; {advice}")

    def schema(self) -> Json:
        """That number."""
        return {"const": self.version}


# Of markers that are no forms, `marker` says which one it is: tuples of equal values are equal whatever their class.


class Own(NamedTuple):
    """A part with a reader and a schema of its own, by name: see `genarch.files.records`."""

    name: str
    marker: str = "own"


class Several(NamedTuple):
    """How many items a list may have."""

    least: int = 0
    most: int | None = None
    marker: str = "several"


class Absent(NamedTuple):
    """What it means when a file leaves the field out, though the value always has it."""

    value: object
    marker: str = "absent"


class Needed(NamedTuple):
    """Why a file has to have the field, or how to write it: ends the message that it is missing."""

    why: str
    marker: str = "needed"


class Marker(NamedTuple):
    """Something that a field is, or is not."""

    marker: str


HIDDEN = Marker("hidden")
"""A field of the value that files do not have; it keeps its default until its reader sets it."""

OPEN = Marker("open")
"""A field that may also say `unknown` or `null`, which is the same as leaving it out; it has a default."""

OMITTED = Marker("omitted")
"""A field that JSON output leaves out when it is None, where others are null."""

INLINED = Marker("inlined")
"""A field whose own fields stand in JSON output in its place; nothing does when it is None."""

SLUG = Text(
    r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?", "a slug; write small letters, digits, '-', '_' and '.', at most 100"
)
NAME = Text(r"[a-z][a-z0-9_-]{0,99}", "the name of a family or architecture")
TABLE_AT_VERSION = Text(r"[a-z][a-z0-9-]*@[0-9]+(\.[0-9]+){0,2}", "a table at a version; write it as article@1.0.0")
VERSION = Text(r"[0-9]+\.[0-9]+\.[0-9]+", "a version; write three numbers, as 1.0.0", 40)
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DAY = Text(
    "(?!0000)(?:[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    f"|(?:0[13578]|1[02])-31)|{_LEAP_YEAR}-02-29)",
    "a calendar date; write it as 2027-03-31",
)

ShownText = Annotated[str, Text(rf"[\s\S]*{_VISIBLE}[\s\S]*", strip=True)]
"""Text that says something."""


def shown(text: str) -> str:
    """A value short enough to quote in a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
