"""How names and values read to people, in every report, and how text from outside is made safe to show."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from unicodedata import category

from genarch.engine.answers import written
from genarch.engine.constraints import BY_NAME, Answers, in_order
from genarch.engine.rules import Rule

# C0 and C1 controls, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, tags, BOM; those
# of a flag as one match.
_HIDDEN = re.compile(
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
    "|[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)
_COMMAND = re.compile(r"##\[|##vso\[")
_BEGUN = re.compile(r"^[^\S\n]*+::", re.MULTILINE)
_JOINERS = "\u200c\u200d"
_SKIN_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")


def name_words(family: str) -> str:
    """A family's name, or a verdict's, in running text."""
    return "GAN" if family == "gan" else family.replace("_", " ")


def effect_words(points: Mapping[str, int], excludes: Collection[str], limits: Collection[str] = ()) -> str:
    """What a rule does on a hit: `gan +3, few_step -1; excludes diffusion; no more than a lean for gan`."""
    moved = ", ".join(f"{name} {signed(amount)}" for name, amount in points.items())
    excluded = f"excludes {', '.join(excludes)}" if excludes else ""
    limited = f"no more than a lean for {', '.join(limits)}" if limits else ""
    return "; ".join(part for part in (moved, excluded, limited) if part)


def rule_words(rule: Rule) -> str:
    """The same of a rule of a table."""
    return effect_words(rule.points, rule.excludes, rule.limits)


def stated_words(answers: Answers) -> list[str]:
    """Stated answers as a spec has them, in the order of the declaration: `domain: narrow`."""
    return [f"{name}: {written(BY_NAME[name], value)}" for name, value in in_order(answers).items()]


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def signed(points: int) -> str:
    """Points with their sign: +3, -1, 0."""
    return f"{points:+d}" if points else "0"


def both(words: Sequence[str], last: str = "and") -> str:
    """Things together in running text: `a, b and c`."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def unmeasured_words(stated: Answers) -> str:
    """What has to be stated beside a latency budget so that measurements count; empty where nothing has to."""
    names = [] if "gpu" in stated or "device" in stated else ["gpu"]
    names += [] if "resolution_px" in stated else ["resolution_px"]
    if not names or "latency_budget_ms" not in stated:
        return ""
    return f"measurements take part once {both(names)} {'is' if len(names) == 1 else 'are'} stated"


def either(words: Sequence[str]) -> str:
    """Alternatives in running text: `a, b or c`."""
    return both(words, "or")


def encodable(path: str) -> str:
    """A path that any JSON reader takes: bytes of a file name that are not UTF-8 stand as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def safe(text: str) -> str:
    """Text as `visible` has it, and no workflow command either, wherever a line is broken."""
    return visible(text).replace("::", ":\\x3a")


def in_svg(text: str) -> str:
    """Safe text for an element of an image."""
    from xml.sax.saxutils import escape  # for images alone

    return escape(safe(text.strip()))


def visible(text: str) -> str:
    """Text on one line, with every control, bidirectional and zero-width character as its escape sequence.

    What joins letters in scripts that need it, or makes one symbol of several, stays. CI systems read `##[` as a
    command anywhere in a line; what they read at its beginning alone is for `inert_lines`.
    """
    shown = _HIDDEN.sub(lambda match: match[0] if _joins(match) else _escaped(match[0]), text)
    return _COMMAND.sub(lambda match: match[0][:-1] + _escaped(match[0][-1]), shown) if "##" in shown else shown


def inert_lines(text: str) -> str:
    """Lines of which none begins a workflow command, as the rest of a word too long for a line might."""
    return _BEGUN.sub(lambda match: f"{match[0][:-1]}\\x3a", text) if "::" in text else text


def _joins(match: re.Match[str]) -> bool:
    """Whether something not seen is a part of what is: of a word, of a symbol, or of a rare form of a character."""
    found, text = match[0], match.string
    before, behind = (
        text[match.start() - 1 : match.start()] if match.start() else "",
        text[match.end() : match.end() + 1],
    )
    if len(found) > 1:
        return True
    if found in _JOINERS:
        word = "\u0600" <= before <= "\u1cff"  # Arabic and its kin, and the scripts of India
        return word or (found == "\u200d" and _symbol(before, joined=True) and _symbol(behind))
    if found in "\ufe0e\ufe0f":
        return _symbol(before) or (before in set("0123456789#*") and behind == "\u20e3")
    return found >= "\U000e0100" and before >= "\u3400" and category(before) == "Lo"


def _symbol(character: str, *, joined: bool = False) -> bool:
    """Whether a character is a symbol such as a heart; or what modifies one, behind which more may be joined to it."""
    if joined and _SKIN_TONES.fullmatch(character):
        return True
    return character != "" and (category(character) in ("So", "Sm") or character in "\u203c\u2049\u3030")


def _escaped(character: str) -> str:
    return f"\\x{ord(character):02x}" if character.isascii() else ascii(character)[1:-1]
