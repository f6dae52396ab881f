"""Text that came from outside, made safe to show: no control of the terminal, no markup, no hidden characters."""

from __future__ import annotations

import re

# C0 and C1 controls, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, tags, BOM.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)
_COMMAND = re.compile(r"::|##\[|##vso\[")
# What Markdown or GitHub acts on in the middle of a line: emphasis, links, HTML, mathematics, mentions, issue numbers,
# emoji names and bare addresses. A backslash or an entity is not enough for those that are looked for in the finished
# text; an empty comment parts them.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&@#$]|:(?=[\w/+-])|(?<=www)\.|(?<=GH)-", re.IGNORECASE)
_PARTED = "@#$:.-"
_MARKER = re.compile(r"^(\d+(?=[.)](?:\s|$))|)([-+=.)])")


def safe(text: str) -> str:
    """Text on one line, with every control, bidirectional and zero-width character as its escape sequence.

    Nothing in it is a workflow command either, wherever a line is broken: CI systems read `::` and `##[` in any output.
    """
    return _COMMAND.sub(lambda match: f"{match[0][:-1]}\\x{ord(match[0][-1]):02x}", _HIDDEN.sub(_escaped, text))


def inert(text: str) -> str:
    """Safe text that Markdown shows letter by letter: no markup, link, mention or HTML comes of it."""
    return marker_free(inert_within(text.strip()))


def inert_within(text: str) -> str:
    """Inert text for the middle of a line, blanks at its ends kept."""
    return _MARKUP.sub(_inert, safe(text))


def marker_free(text: str) -> str:
    """Inert text for the start of a line, where `-`, `+`, `=` or `1.` would begin a list or a heading."""
    return _MARKER.sub(r"\1\\\2", text)


def code(text: str) -> str:
    """Safe text as a Markdown code span, whatever it holds, also within a table."""
    shown = safe(text).replace("|", "\\x7c")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _inert(match: re.Match[str]) -> str:
    character = match[0]
    if character in _PARTED:
        return f"{character}<!-- -->"
    return f"&#{ord(character)};" if character in "<>&|" else f"\\{character}"
