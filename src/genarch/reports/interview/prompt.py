"""A question as it is put: its words, its numbered choices, and what is behind it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from genarch.reports.console import Look, rendered
from genarch.reports.entries import effect_of
from genarch.reports.escape import safe
from genarch.table.answers import MANY
from genarch.table.conditions import constraints_read
from genarch.table.constraints import Constraint, Value
from genarch.table.replies import numbered, written
from genarch.table.rules import Question, RuleTable

_NARROW = 60
"""Columns below which a name and its meaning no longer fit side by side."""


def question_of(constraint: Constraint, rules: RuleTable) -> Question:
    """The table's question for a constraint, or what the format says of it where the table has none."""
    found = next((entry for entry in rules.questions if entry.id == constraint.name), None)
    return found or Question(constraint.name, f"{constraint.name}: {constraint.meaning}", "", {})


def question_text(constraint: Constraint, rules: RuleTable, progress: str, look: Look, *, plain: bool = False) -> str:
    """The question with its choices. `plain` has one line for each, for a screen reader."""
    question = question_of(constraint, rules)
    parts: list[RenderableType] = [Text.assemble((f"{progress}: ", "dim"), (safe(question.ask), "bold"))]
    rows = [(str(number), name, safe(question.choices.get(name, ""))) for number, name in numbered(constraint)]
    rows.append(("u", "don't know", ""))
    if plain:
        parts += [
            Padding(Text(" ".join((number, _named(name, meaning)))), (0, 0, 0, 2)) for number, name, meaning in rows
        ]
    elif look.width < _NARROW:
        parts.append(Padding(_grid([(number, _named(name, meaning)) for number, name, meaning in rows]), (0, 0, 0, 2)))
    else:
        parts.append(Padding(_grid(rows), (0, 0, 0, 2)))
    if hint := _hint(constraint):
        parts.append(Text(hint, style="dim"))
    return rendered(Group(*parts), look)


def prompt_words(constraint: Constraint, default: Value | None, *, declined: bool = False) -> str:
    """What stands before the cursor; Enter takes the default."""
    if declined:
        return "Answer (Enter for don't know)"
    if default is None:
        return "Answer (? why, b back, d done)"
    return f"Answer (Enter for {shown(constraint, default)})"


def shown(constraint: Constraint, value: Value) -> str:
    """An answer as the questionnaire shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == frozenset():
        return "none of these"
    unit = f" {constraint.unit}" if constraint.unit else ""
    return f"{written(constraint, value).strip('[]')}{unit}"


def help_text(constraint: Constraint, rules: RuleTable, look: Look) -> str:
    """Why a question is asked, and the rules that read it with their sources."""
    question = question_of(constraint, rules)
    readers = [rule for rule in rules.rules if constraint.name in constraints_read(rule.when)]
    parts: list[RenderableType] = [Text(safe(question.help))] if question.help else []
    parts.append(Text("Rules that read it:" if readers else "No rule of this table reads it."))
    parts += [
        Padding(
            Group(
                Text(safe(rule.title)),
                Padding(Text(f"{rule.id}: {effect_of(rule)} ({rule.source})", style="dim"), (0, 0, 0, 2)),
            ),
            (0, 0, 0, 2),
        )
        for rule in readers
    ]
    parts.append(Text(f"'genarch explain {constraint.name}' has more, and explains each of these ids.", style="dim"))
    return rendered(Group(*parts), look)


def _hint(constraint: Constraint) -> str:
    if len(constraint.values) > MANY:
        return f"A name: {', '.join(constraint.values)}."
    if constraint.kind == "set":
        return "Several numbers at once, as in 1 3."
    if not constraint.numeric:
        return ""
    noun = "A whole number" if constraint.kind == "integer" else "A number"
    bound = f"above {constraint.above}" if constraint.above is not None else f"from {constraint.at_least} on"
    unit = f", in {constraint.unit}" if constraint.unit else ""
    also = ", or with a unit, as in 33ms, 1.5s or 30fps" if constraint.units else ""
    return f"{noun} {bound}{unit}{also}."


def _named(name: str, meaning: str) -> str:
    return f"{name}: {meaning}" if meaning else name


def _grid(rows: Sequence[tuple[str, ...]]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    for number, name, *meaning in rows:
        grid.add_row(Text(number, style="bold"), Text(name), *(Text(text, style="dim") for text in meaning))
    return grid
