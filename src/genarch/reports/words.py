"""How names and values read to people, in every report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from genarch.table.answers import Plain, format_answer, plain_answers
from genarch.table.constraints import Answers


def name_words(family: str) -> str:
    """A family's name, or a verdict's, in running text."""
    return "GAN" if family == "gan" else family.replace("_", " ")


def effect_words(points: Mapping[str, int], excludes: Collection[str]) -> str:
    """What a rule does: `gan +3, consistency -1; excludes diffusion`."""
    moved = ", ".join(f"{name} {signed(amount)}" for name, amount in points.items())
    excluded = f"excludes {', '.join(excludes)}" if excludes else ""
    return "; ".join(part for part in (moved, excluded) if part)


class HasEffect(Protocol):
    """A rule, or what is shown of one."""

    @property
    def points(self) -> Mapping[str, int]:
        """Architecture to points, below 0 against."""

    @property
    def excludes(self) -> Collection[str]:
        """Architectures."""


def effect_of(rule: HasEffect) -> str:
    """What a rule does on a hit."""
    return effect_words(rule.points, rule.excludes)


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
