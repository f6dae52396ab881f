"""Styled text laid out for a width, with or without colour."""

from __future__ import annotations

from io import StringIO
from typing import NamedTuple

from rich.console import Console, RenderableType

NARROWEST = 20
"""Columns below which nothing can be laid out."""


class Look(NamedTuple):
    """Columns, whether colour is shown, and whether characters beyond ASCII are."""

    width: int = 80
    color: bool = False
    unicode: bool = True


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
