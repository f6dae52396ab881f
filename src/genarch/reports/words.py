"""How names and values read to people, in every report, and how text from outside is made safe to show."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from genarch.table.answers import Plain, format_answer, plain_answers
from genarch.table.constraints import Answers

# C0 and C1 controls, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, tags, BOM.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)
_COMMAND = re.compile(r"::|##\[|##vso\[")


def name_words(family: str) -> str:
    """A family's name, or a verdict's, in running text."""
    return "GAN" if family == "gan" else family.replace("_", " ")


class HasEffect(Protocol):
    """A rule, or what is shown of one."""

    @property
    def points(self) -> Mapping[str, int]:
        """Architecture to points, below 0 against."""

    @property
    def excludes(self) -> Collection[str]:
        """Architectures."""


def effect_of(rule: HasEffect) -> str:
    """What a rule does on a hit: `gan +3, consistency -1; excludes diffusion`."""
    moved = ", ".join(f"{name} {signed(amount)}" for name, amount in rule.points.items())
    excluded = f"excludes {', '.join(rule.excludes)}" if rule.excludes else ""
    return "; ".join(part for part in (moved, excluded) if part)


def stated_words(answers: Answers) -> list[str]:
    """Stated answers as a spec has them, in the order of the declaration: `domain: narrow`."""
    return [f"{name}: {value_words(value)}" for name, value in plain_answers(answers).items()]


def value_words(value: Plain) -> str:
    """A stated answer as a spec has it."""
    return f"[{', '.join(value)}]" if isinstance(value, list) else format_answer(value)


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def signed(points: int) -> str:
    """Points with their sign: +3, -1, 0."""
    return f"{points:+d}" if points else "0"


def either(words: Sequence[str]) -> str:
    """Alternatives in running text: `a, b or c`."""
    return _joined(words, "or")


def both(words: Sequence[str]) -> str:
    """Things together in running text: `a, b and c`."""
    return _joined(words, "and")


def _joined(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def safe(text: str) -> str:
    """Text on one line, with every control, bidirectional and zero-width character as its escape sequence.

    Nothing in it is a workflow command either, wherever a line is broken: CI systems read `::` and `##[` in any output.
    """
    return _COMMAND.sub(lambda match: f"{match[0][:-1]}\\x{ord(match[0][-1]):02x}", _HIDDEN.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
