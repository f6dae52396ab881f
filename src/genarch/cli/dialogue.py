"""A questionnaire on a terminal: question, reply, what follows from it; until nothing is left to ask."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import TextIOWrapper

from genarch.cli.output import look_of
from genarch.errors import nearest
from genarch.reports import interview as words
from genarch.reports.page import Look, Page, Paragraph
from genarch.reports.words import safe
from genarch.table.amounts import InvalidAnswerError
from genarch.table.answers import Reply, parse_reply, written
from genarch.table.constraints import BY_NAME, Constraint
from genarch.table.interview import Interview, Sheet, Standing
from genarch.table.rules import RuleTable

NARROW = 60
"""Columns below which a name and its meaning no longer fit beside each other."""


def has_terminal() -> bool:
    """Whether someone can read the questions and type."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


@dataclass
class Dialogue:
    """Fills a sheet, which has every answer taken so far, whatever ends the dialogue.

    `confirmed` are the answers on it to be asked again first, each as its own default. Questions and messages go to
    standard error, which leaves standard output to the report; `plain` draws nothing and colours nothing.
    """

    rules: RuleTable
    interview: Interview
    sheet: Sheet
    confirmed: Sequence[str]
    plain: bool

    @property
    def piped(self) -> bool:
        """Whether the answers come from a file or another program."""
        return not (sys.stdin and sys.stdin.isatty())

    @property
    def _look(self) -> Look:
        """How to lay text out now; the window may have changed since the last question."""
        found = look_of(stream=sys.stderr)
        return found._replace(color=False, unicode=False) if self.plain else found

    @property
    def _one_line_each(self) -> bool:
        """Whether choices are lines of their own: for a screen reader, or where columns do not fit."""
        return self.plain or self._look.width < NARROW

    def _laid_out(self, page: Page) -> str:
        from genarch.reports.text import as_text  # rich: for those who are asked something

        return as_text(page, self._look)

    def _show(self, page: Page) -> None:
        self._say(self._laid_out(page))

    def _say(self, text: str) -> None:
        sys.stderr.write(text.rstrip("\n") + "\n")
        sys.stderr.flush()

    def _paragraph(self, text: str, *, gap: bool = True) -> None:
        """Write sentences, wrapped to the window; with a gap, an empty line after them."""
        self._show([Paragraph(text)])
        if gap:
            self._say("")

    def ask(self, prompt: str) -> str:
        """One line typed by the person, or read from the pipe.

        Raises:
            KeyboardInterrupt: on Ctrl-C.
            EOFError: when no more is to come.
        """
        if sys.stdin is None:
            raise EOFError
        try:
            with redirect_stdout(sys.stderr):  # standard output is the report's
                line = input(f"{self._laid_out([Paragraph(prompt)]).rstrip()}: ")
        except (EOFError, KeyboardInterrupt):
            self._say("")
            raise
        if self.piped:
            self._say(safe(line))
        return line

    def run(self) -> None:
        """Ask until nothing is left to ask, then let the answers be changed until they are right.

        Raises:
            KeyboardInterrupt, EOFError: as `ask` does.
        """
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="backslashreplace")
        self._paragraph(words.INTRODUCTION)
        shown_last = ""
        while True:
            closing = self._questions()
            if closing != shown_last:
                self._paragraph(closing)
            shown_last = closing
            if not self._reviewed():
                self._say("")
                return

    def _questions(self) -> str:
        """Put every question that is left; then why there is none."""
        standing = self._standing()
        announced = False
        while standing.open:
            if standing.settled and not announced and standing.open[0] not in self.confirmed:
                self._paragraph(f"{words.closing_words(standing, self.sheet)} Asking on; d is done.")
                announced = True
            if not self._turn(standing):
                break
            standing = self._standing()
        return words.closing_words(standing, self.sheet)

    def _turn(self, standing: Standing) -> bool:
        """One question answered, the next one or after going back an earlier one; False to be done with questions."""
        asked = self.sheet.asked
        at = len(asked)
        while True:
            earlier = at < len(asked)
            name = asked[at] if earlier else standing.open[0]
            progress = f"Question {at + 1} again" if earlier else words.progress_words(at + 1, standing)
            reply = self._reply(BY_NAME[name], progress)
            if reply.kind == "done":
                return False
            if reply.kind == "back":
                self._paragraph("" if at else "This is the first question.", gap=not at)
                at = max(at - 1, 0)
            elif not self._kept(name, reply):
                self._take(name, reply)
                return True
            elif earlier:
                self._say("")
                at = len(asked)
            else:
                self.sheet = self.sheet._replace(asked=(*asked, name))
                return True

    def _reply(self, constraint: Constraint, progress: str) -> Reply:
        """A reply that answers, declines or moves; help and mistakes are dealt with here."""
        name = constraint.name
        default = self.sheet.stated.get(name)
        declined = name in self.sheet.declined
        self._show(words.question_page(constraint, self.rules, progress, plain=self._one_line_each))
        while True:
            try:
                reply = parse_reply(constraint, self.ask(words.prompt_words(constraint, default, declined=declined)))
            except InvalidAnswerError as error:
                self._paragraph(str(error), gap=False)
                continue
            if reply.kind == "help":
                self._show(words.help_page(constraint, self.rules))
            elif reply.kind != "keep":
                if reply.note:
                    self._paragraph(reply.note, gap=False)
                return reply
            elif default is not None:
                return Reply("answer", default, self.sheet.written.get(name) or written(constraint, default))
            elif declined:
                return Reply("unknown")
            else:
                self._paragraph("No default here; type an answer, or u if nobody knows.", gap=False)

    def _kept(self, name: str, reply: Reply) -> bool:
        """Whether a reply says again what the sheet has."""
        if reply.kind == "unknown":
            return name in self.sheet.declined
        return reply.value == self.sheet.stated.get(name)

    def _take(self, name: str, reply: Reply) -> None:
        """Take an answer, drop what no longer applies, and say what it taught."""
        before = self.sheet
        sheet = before.answered(name, reply.value, reply.written)
        for gone in self.interview.no_longer_apply(sheet, name):
            if gone in sheet.stated:
                was = words.shown(BY_NAME[gone], sheet.stated[gone])
                self._paragraph(f"Dropped, since no rule reads it any more: {gone} ({was}).", gap=False)
            sheet = sheet.dropped(gone)
        self.sheet = sheet
        standing = self.interview.standing(sheet)
        ruled_out = self.interview.ruled_out(name, sheet.stated) if name in sheet.stated else None
        self._paragraph(words.learnt_words(standing, ruled_out))
        known = self.interview.contradictions(before.stated)
        for notice in self.interview.contradictions(sheet.stated):
            if notice not in known:
                contradiction = f"This contradicts an earlier answer: {notice.message} ({notice.id}) b goes back."
                self._paragraph(contradiction)

    def _standing(self) -> Standing:
        """Where the answers leave it, with what is still to be confirmed before what is to be asked."""
        standing = self.interview.standing(self.sheet)
        waiting = [name for name in self.confirmed if name not in self.sheet.asked]
        return standing._replace(open=(*waiting, *(name for name in standing.open if name not in waiting)))

    def _reviewed(self) -> bool:
        """Show the answers; whether one of them was changed, so that there may be more to ask."""
        names = words.reviewed(self.sheet)
        self._show(words.review_page(self.sheet, plain=self._one_line_each))
        while True:
            try:
                typed = " ".join(self.ask("Change which? (number or field; Enter for the report)").split())
            except EOFError:
                if self.piped:  # whoever wrote the answers down had nothing to change
                    return False
                raise
            if typed.casefold() in ("", "d", "done"):
                return False
            if typed == "?":
                self._paragraph("Each answer can be changed: type its number or its field.", gap=False)
                continue
            last = [name for name in self.sheet.asked if name in names][-1:]
            chosen = last[0] if last and typed.casefold() in ("b", "back") else _chosen(typed, names)
            if chosen is None:
                hint = nearest(typed, BY_NAME)
                self._paragraph(f"'{typed[:60]}' is neither a number of the list nor a field{hint}.", gap=False)
                continue
            reply = self._reply(BY_NAME[chosen], f"Change {chosen}")
            if reply.kind in ("back", "done") or self._kept(chosen, reply):
                continue
            self._take(chosen, reply)
            return True


def _chosen(typed: str, names: list[str]) -> str | None:
    if typed.isascii() and typed.isdecimal():
        number = int(typed[:4])
        return names[number - 1] if 1 <= number <= len(names) else None
    name = typed.casefold().replace("-", "_").replace(" ", "_")
    return name if name in BY_NAME else None
