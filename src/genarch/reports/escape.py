"""Text that came from outside, made safe to show: no control of the terminal, no markup, no hidden characters."""

from __future__ import annotations

import re

# C0 and C1 controls, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, tags, BOM.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# What Markdown or GitHub acts on in the middle of a line: emphasis, links, HTML, mathematics, mentions, issue numbers,
# emoji names and bare addresses.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&@$]|:(?=[\w/+-])|(?<=www)\.", re.IGNORECASE)


def safe(text: str) -> str:
    """Text on one line, with every control, bidirectional and zero-width character as its escape sequence."""
    return _HIDDEN.sub(_escaped, text)


def inert(text: str) -> str:
    """Safe text that Markdown shows letter by letter: no markup, link, mention or HTML comes of it."""
    return _MARKUP.sub(_entity, safe(text))


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


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};" if match[0] in "<>&@:#|.$" else f"\\{match[0]}"
