"""The terminal of a questionnaire: lines out on standard error, one line in for each prompt."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from io import TextIOWrapper

import typer

from genarch.cli.terminal import screen
from genarch.reports.escape import safe
from genarch.reports.page import Page, Paragraph
from genarch.reports.text import Look, as_text

NARROW = 60
"""Columns below which a name and its meaning no longer fit beside each other."""


class Interrupted(Exception):  # noqa: N818  (what a person did, and no error)
    """Ctrl-C, or the end of input."""

    def __init__(self, *, end_of_input: bool) -> None:
        super().__init__()
        self.end_of_input = end_of_input


def has_terminal() -> bool:
    """Whether someone can read the questions and type."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


class Dialogue:
    """Questions and messages go to standard error, which leaves standard output to the report."""

    def __init__(self, *, plain: bool = False) -> None:
        """`plain` draws nothing and colours nothing."""
        self.plain = plain
        self._typed = bool(sys.stdin and sys.stdin.isatty())
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="backslashreplace")

    @property
    def piped(self) -> bool:
        """Whether the answers come from a file or another program."""
        return not self._typed

    @property
    def look(self) -> Look:
        """How to lay text out now; the window may have changed since the last question."""
        found = screen(sys.stderr)
        return Look(found.width, found.color and not self.plain, found.unicode and not self.plain)

    @property
    def one_line_each(self) -> bool:
        """Whether choices are lines of their own: for a screen reader, or where columns do not fit."""
        return self.plain or self.look.width < NARROW

    def show(self, page: Page) -> None:
        """Write a page, laid out for the window."""
        self.say(as_text(page, self.look))

    def say(self, text: str) -> None:
        """Write lines."""
        sys.stderr.write(text.rstrip("\n") + "\n")
        sys.stderr.flush()

    def paragraph(self, text: str, *, gap: bool = True) -> None:
        """Write sentences, wrapped to the window; with a gap, an empty line after them."""
        self.show([Paragraph(text)])
        if gap:
            self.say("")

    def ask(self, prompt: str) -> str:
        """One line typed by the person, or read from the pipe.

        Raises:
            Interrupted: on Ctrl-C, and at the end of input.
        """
        if sys.stdin is None:
            raise Interrupted(end_of_input=True)
        *above, prompt = as_text([Paragraph(prompt)], self.look).rstrip().split("\n")
        for line in above:
            self.say(line)
        try:
            # The prompt library writes a part of its prompt to standard output, which is the report's.
            with redirect_stdout(sys.stderr):
                line = str(typer.prompt(prompt, default="", show_default=False, err=True))
        except typer.Abort as abort:  # which stands for either, and remembers which
            self.say("")
            raise Interrupted(end_of_input=isinstance(abort.__context__, EOFError)) from None
        if self.piped:
            self.say(safe(line))
        return line
