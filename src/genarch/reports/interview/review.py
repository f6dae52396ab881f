"""The answers at the end, numbered so that each can be changed."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from genarch.reports.console import Look, rendered
from genarch.reports.interview.prompt import shown
from genarch.reports.words import both
from genarch.table.constraints import BY_NAME
from genarch.table.interview import Sheet


def reviewed(sheet: Sheet) -> list[str]:
    """The constraints in the order of the table of answers, whose numbers begin at 1."""
    return [name for name in BY_NAME if name in sheet.stated or name in sheet.declined]


def review_text(sheet: Sheet, look: Look, *, plain: bool = False) -> str:
    """The table of answers, and what was not asked."""
    names, answers = reviewed(sheet), sheet.stated
    rows = [
        (str(number), name, shown(BY_NAME[name], answers[name]) if name in answers else "don't know")
        for number, name in enumerate(names, 1)
    ]
    parts: list[RenderableType] = [Text("Your answers:", style="bold")]
    if plain or look.width < 50:
        parts += [
            Padding(Text(f"{number} {name}: {answer}", overflow="fold"), (0, 0, 0, 2)) for number, name, answer in rows
        ]
    else:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(justify="right")
        for number, name, answer in rows:
            grid.add_row(Text(number, style="bold"), Text(name), Text(answer, overflow="fold"))
        parts.append(Padding(grid, (0, 0, 0, 2)))
    rest = [name for name in BY_NAME if name not in names]
    if rest:
        parts.append(Text(f"Not answered: {both(rest)}.", style="dim"))
    return rendered(Group(*parts), look)
