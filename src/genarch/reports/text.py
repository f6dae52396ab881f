"""A page as text for people."""

from genarch.reports.page import Look, Page, Paragraph, spans
from genarch.reports.words import inert_lines

NARROWEST = 20
"""Columns below which nothing can be laid out."""


def as_text(content: Page, look: Look) -> str:
    """The page, with a line end after every line and no blanks before one."""
    blocks, look = tuple(content), look._replace(width=max(look.width, NARROWEST))
    lines = _as_they_are(blocks, look)
    if lines is None:
        from genarch.reports.layout import laid_out  # rich: for what has to be laid out

        lines = laid_out(blocks, look)
    return inert_lines(lines)


def _as_they_are(blocks: Page, look: Look) -> str | None:
    """The page, where it is nothing but lines that fit and have no colour: a check without findings, say."""
    lines = []
    for block in blocks:
        line = "".join(span.text for span in spans(block.line)) if isinstance(block, Paragraph) else ""
        if look.color or not line.strip() or len(line) > look.width or not (line.isascii() and line.isprintable()):
            return None
        lines.append(f"{line.rstrip()}\n")
    return "".join(lines)
