"""Styled text laid out for a width, with or without colour."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from genarch.reports.text import NARROWEST, Look

__all__ = ["NARROWEST", "Look", "heading", "indented", "rendered"]


def rendered(content: RenderableType, look: Look) -> str:
    """The content as lines of text, without blanks at their ends."""
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=max(look.width, NARROWEST),
        force_terminal=look.color,
        color_system="standard" if look.color else None,
        no_color=not look.color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(content, crop=False)
    return "\n".join(line.rstrip() for line in buffer.getvalue().split("\n"))


def heading(words: str) -> Text:
    """The title of a part, set off from the one before."""
    return Text(f"\n{words}", style="bold")


def indented(content: RenderableType, columns: int = 2) -> Padding:
    """Content set off from the margin."""
    return Padding(content, (0, 0, 0, columns))
