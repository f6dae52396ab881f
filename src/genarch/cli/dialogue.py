"""A questionnaire on a terminal: question, reply, what follows from it; until nothing is left to ask."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from io import TextIOWrapper

from genarch.cli.output import look_of
from genarch.engine.amounts import InvalidAnswerError
from genarch.engine.answers import MANY, UNLISTED_PATTERN, Reply, listed_number, parse_reply, written
from genarch.engine.constraints import BY_NAME, Constraint
from genarch.engine.interview import Interview, Sheet, Standing
from genarch.engine.likely import Situation
from genarch.engine.rules import RuleTable
from genarch.errors import InputError, Problem, nearest
from genarch.reports import interview as words
from genarch.reports.descriptions import question_of
from genarch.reports.page import Look, Page, Paragraph
from genarch.reports.text import as_text
from genarch.reports.words import safe

NARROW = 60
"""Columns below which a name and its meaning no longer fit beside each other."""

SCREEN = 24
"""Lines beyond which a long list is not shown, however tall the window is."""

HELP_LINES = 7
"""Lines of a screen that a question leaves for help and for what is typed."""


_LITTLE = re.compile("an|and|are|as|at|by|for|from|in|into|is|it|its|my|of|on|or|our|that|the|to|we|with")
"""Words that tell no situation from another."""

_UNLISTED = re.compile(f"(?=.*[0-9])(?=.*[A-Za-z]){UNLISTED_PATTERN}")


class _Listing:
    """A question with a list of which so much is shown as fits."""

    def __init__(
        self, choices: Sequence[words.Choice], laid_out: Callable[[Sequence[words.Choice], int], str], room: int
    ) -> None:
        self._all, self._choices, self._laid_out, self._room = choices, choices, laid_out, room
        self._begin = self._end = 0
        self.turn()

    @property
    def more(self) -> bool:
        """Whether some are not shown."""
        return len(self._all) > self._end - self._begin

    def turn(self) -> None:
        """Go on to what is not shown, and from the end to the beginning of all."""
        if self._end >= len(self._choices):
            self._choices, self._end = self._all, 0
        last = len(self._choices)
        self._begin = self._end
        self._end, few, many = last, min(self._begin + 1, last), last
        while few < many:  # the most that fit; all of them are tried first
            few, many = (self._end, many) if self.text.count("\n") <= self._room else (few, self._end - 1)
            self._end = (few + many + 1) // 2

    @property
    def text(self) -> str:
        """The question as it is laid out now."""
        shown = self._choices[self._begin : self._end]
        return self._laid_out(shown, len(self._all) - len(shown))

    def narrowed(self, beginnings: Sequence[Sequence[str]]) -> bool:
        """Keep what has a word of one of these beginnings for most of what is searched for, by its own word first."""

        def matched(choice: words.Choice, ways: Sequence[str]) -> int:
            has = [re.search(rf"(?<![a-z]){re.escape(way)}", choice[1], re.IGNORECASE) for way in ways]
            return 2 if has[0] else 1 if any(has) else 0

        found = [(choice, [matched(choice, ways) for ways in beginnings]) for choice in self._all]
        most = max((sum(map(bool, counts)) for _, counts in found), default=0)
        if not most:
            return False
        best = [(choice, sum(counts)) for choice, counts in found if sum(map(bool, counts)) == most]
        self._choices, self._end = [choice for choice, _ in sorted(best, key=lambda one: -one[1])], 0
        self.turn()
        return True


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
    refused: bool = False
    """Whether a line from a pipe was no answer."""
    _lines: int = 0
    """How many lines were read."""
    _since: int = 0
    """How many lines were written since the question."""
    _asking: str = ""
    """The question as it was last shown."""

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
        return as_text(page, self._look)

    def _say(self, text: str) -> None:
        self._since += text.rstrip("\n").count("\n") + 1
        try:
            sys.stderr.write(text.rstrip("\n") + "\n")
            sys.stderr.flush()
        except OSError as error:  # nobody is there any more
            raise EOFError from error

    def _wrong(self, message: str) -> None:
        """Say that a line is no answer; from a pipe, whose next lines answer other questions, that ends it.

        Raises:
            InputError: from a pipe.
        """
        if self.piped:
            self.refused = True
            raise InputError([Problem("<stdin>", self._lines, None, "", message)])
        self._below(self._laid_out([Paragraph(message)]))

    def _below(self, text: str) -> None:
        """Write below the question, which is shown again where it would scroll away."""
        lines = text.rstrip("\n").count("\n") + 2
        if self._since + lines > self._rows() >= self._asking.count("\n") + lines:
            self._question(self._asking)
        self._say(text)

    def _paragraph(self, text: str, *, gap: bool = True) -> None:
        """Write sentences, wrapped to the window; with a gap, an empty line after them."""
        self._say(self._laid_out([Paragraph(text)]))
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
            prompted = self._laid_out([Paragraph(prompt)]).rstrip()
            with redirect_stdout(sys.stderr):  # standard output is the report's
                line = input(f"{prompted}: ")
            self._lines, self._since = self._lines + 1, self._since + prompted.count("\n") + 1
        except (EOFError, KeyboardInterrupt):
            self._say("")
            raise
        except OSError as error:  # the terminal is gone
            raise EOFError from error
        if self.piped:
            self._say(safe(line))
        return line

    def run(self) -> None:
        """Ask until nothing is left to ask, then let the answers be changed until they are right.

        Raises:
            KeyboardInterrupt, EOFError: as `ask` does.
        """
        if isinstance(sys.stdin, TextIOWrapper):
            encoding = "utf-8-sig" if self.piped else sys.stdin.encoding  # without a byte order mark
            sys.stdin.reconfigure(encoding=encoding, errors="backslashreplace")
        self._paragraph(words.INTRODUCTION)
        shown_last = ""
        while True:
            closing = self._questions()
            if closing and closing != shown_last:
                self._paragraph(closing)
            shown_last = closing or shown_last
            if not self._reviewed():
                self._say("")
                return

    def _questions(self) -> str:
        """Put every question that is left; then why there is none."""
        standing, announced = self._standing(), ""
        while standing.open or standing.then:
            closing = words.closing_words(standing, self.sheet)
            if not standing.open or (standing.settled and standing.open[0] not in self.confirmed):
                if not announced:
                    on = words.asking_on(len(standing.then)) if not standing.open else "Asking more; d is done."
                    self._paragraph(f"{closing} {on}")
                announced = closing
            try:
                if not self._turn(standing):
                    break
            except EOFError:
                if self.piped and not standing.open:  # whoever wrote the answers down left these out
                    break
                raise
            standing = self._standing()
        closing = words.closing_words(standing, self.sheet)
        return "" if closing == announced else closing

    def _turn(self, standing: Standing) -> bool:
        """One question answered, the next one or after going back an earlier one; False to be done with questions."""
        asked = self.sheet.asked
        at = len(asked)
        while True:
            earlier = at < len(asked)
            name = asked[at] if earlier else (*standing.open, *standing.then)[0]
            progress = f"Question {at + 1} again" if earlier else words.progress_words(at + 1, standing)
            reply = self._reply(BY_NAME[name], progress, skip=not (earlier or standing.open))
            if reply.kind == "done":
                return False
            if reply.kind == "more":
                self.interview.certain = True
                self._paragraph("Going on until it is certain; d is done.")
                return True
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

    def _reply(self, constraint: Constraint, progress: str, *, skip: bool = False) -> Reply:
        """A reply that answers, declines or moves; help and mistakes are dealt with here."""
        name = constraint.name
        default, declined = self.sheet.stated.get(name), name in self.sheet.declined
        situations = self.interview.situations if name == "task" else ()
        names = self.interview.names(name, self.sheet)
        shown, unlisted = self._asked(constraint, progress, names, situations, skip=skip), ""
        while True:
            prompt = words.prompt_words(constraint, default, declined=declined, more=shown.more, skip=skip)
            typed = " ".join(self.ask(prompt).split())
            word = typed.casefold()
            if shown.more and ((word == "other" and word not in constraint.values) or (not word and default is None)):
                shown.turn()
                self._question(shown.text)
                continue
            if number := listed_number(word, len(situations)):
                fills = situations[number - 1].fills
                return Reply("answer", fills["task"], str(fills["task"]), also=fills)
            try:
                reply = parse_reply(constraint, typed, names)
            except InvalidAnswerError as error:
                if name == "gpu" and not self.piped and _UNLISTED.fullmatch(typed):
                    if word == unlisted:
                        return Reply("answer", typed, typed)
                    unlisted = word
                    self._wrong(f"{error}, or the same again: hardware need not be listed")
                elif not (situations and self._found(word, shown)):
                    self._wrong(words.no_situation_words(typed, len(situations), str(error), search=not self.piped))
                continue
            if reply.kind == "help":
                self._help(constraint, shown.text, situations)
            elif reply.kind != "keep":
                if reply.note:
                    self._paragraph(reply.note, gap=False)
                return reply
            elif default is not None or declined or skip:
                text = "" if default is None else self.sheet.written.get(name) or written(constraint, default)
                return Reply("unknown" if default is None else "answer", default, text)
            else:
                self._wrong("No default here; type an answer, or u if nobody knows.")

    def _found(self, word: str, shown: _Listing) -> bool:
        """Whether situations are found by these words, which are shown then; from a pipe nobody would see them."""
        searched = (part for part in re.findall(r"\w[\w-]+", word) if not _LITTLE.fullmatch(part))
        found = not self.piped and shown.narrowed([*map(self.interview.said_as, searched)])
        if found:
            self._question(shown.text)
        return found

    def _asked(
        self,
        constraint: Constraint,
        progress: str,
        names: Sequence[str],
        situations: Sequence[Situation],
        *,
        skip: bool,
    ) -> _Listing:
        """Put a question, with as much of its list as leaves room for help below it."""
        ask = words.WHAT_IS_MADE if situations else question_of(constraint, self.rules).ask
        choices = words.choices_of(constraint, self.rules, names)
        if situations:
            choices = [(number, one.says, "") for number, one in enumerate(situations, 1)]

        def laid_out(some: Sequence[words.Choice], more: int) -> str:
            plain = self._one_line_each
            return self._laid_out(words.question_page(constraint, ask, progress, some, more, plain=plain, skip=skip))

        rows = min(self._rows(), SCREEN) if len(choices) > MANY and not self.plain else self._rows()
        listing = _Listing(choices, laid_out, max(rows - HELP_LINES, 8))
        self._question(listing.text)
        return listing

    def _question(self, text: str) -> None:
        self._since, self._asking = 0, text
        self._say(text)

    def _rows(self) -> int:
        """Lines of the window; without end for a pipe or a screen reader."""
        if not (self.plain or self.piped):
            with suppress(OSError, ValueError):
                return os.get_terminal_size(sys.stderr.fileno()).lines or 24
        return 10**6

    def _help(self, constraint: Constraint, question: str, situations: Sequence[Situation]) -> None:
        """Why it is asked, as much as fits below the question."""
        lines = self._laid_out(words.help_page(constraint, self.rules, len(situations))).rstrip("\n").split("\n")
        left = max(self._rows() - question.count("\n") - 3, 4)
        if len(lines) > left:
            shown = lines[: left - 1]
            while len(shown) > 1 and not shown[-1].startswith("    "):  # up to a rule with what it does
                shown.pop()
            lines = [*(shown if len(shown) > 1 else lines[: left - 1]), lines[-1]]
        self._below("\n".join(lines))

    def _kept(self, name: str, reply: Reply) -> bool:
        """Whether a reply says again what the sheet has."""
        if reply.kind == "unknown":
            return name in self.sheet.declined
        return all(self.sheet.stated.get(at) == value for at, value in {name: reply.value, **reply.also}.items())

    def _take(self, name: str, reply: Reply) -> None:
        """Take an answer, drop what no longer applies, and say what it taught."""
        before = self.sheet
        situated = name == "task" and bool(reply.also)
        sheet = before.situated(reply.also) if situated else before.answered(name, reply.value, reply.written)
        if not situated:
            for other, value in reply.also.items():  # which was no question of its own
                sheet = sheet.answered(other, value)._replace(asked=sheet.asked)
        for gone in self.interview.no_longer_apply(sheet, name):
            if gone in sheet.stated:
                was = words.shown(BY_NAME[gone], sheet.stated[gone])
                self._paragraph(f"Dropped, since no rule reads it any more: {gone} ({was}).", gap=False)
            sheet = sheet.dropped(gone)
        self.sheet = sheet
        standing = self.interview.standing(sheet)
        if situated:
            self._paragraph(words.filled_words(sheet), gap=False)
        ruled_out = self.interview.ruled_out(name, sheet.stated) if name in sheet.stated else None
        usable = not standing.open and name in self.interview.then and not ruled_out
        learnt = "" if usable else f"{words.learnt_words(standing, ruled_out)} {words.likely_words(standing)}"
        self._paragraph(learnt.rstrip(), gap=not usable)
        known = self.interview.contradictions(before.stated)
        for notice in self.interview.contradictions(sheet.stated):
            if notice not in known:
                contradiction = f"This contradicts an earlier answer: {notice.message} ({notice.id}) b goes back."
                self._paragraph(contradiction)

    def _standing(self) -> Standing:
        """Where the answers leave it, with what is still to be confirmed before what is to be asked."""
        standing = self.interview.standing(self.sheet)
        waiting = [name for name in self.confirmed if name not in self.sheet.asked]
        rest = [[name for name in names if name not in waiting] for names in (standing.open, standing.then)]
        return standing._replace(open=(*waiting, *rest[0]), then=tuple(rest[1]))

    def _reviewed(self) -> bool:
        """Show the answers; whether one of them was changed, so that there may be more to ask."""
        names = words.reviewed(self.sheet)
        self._question(self._laid_out(words.review_page(self.sheet, plain=self._one_line_each)))
        while True:
            try:
                typed = " ".join(self.ask("Change which? (number or field; Enter for the report)").split())
            except EOFError:
                if self.piped:  # whoever wrote the answers down had nothing to change
                    return False
                raise
            if typed.casefold() in ("", "d", "done"):
                return False
            if typed.casefold() == "more":
                self.interview.certain = True
                return True
            if typed == "?":
                self._paragraph("Each answer can be changed: type its number or its field.", gap=False)
                continue
            last = [name for name in self.sheet.asked if name in names][-1:]
            chosen = last[0] if last and typed.casefold() in ("b", "back") else _chosen(typed, names)
            if chosen is None:
                hint = nearest(typed, BY_NAME)
                self._wrong(f"'{typed[:60]}' is neither a number of the list nor a field{hint or '.'}")
                continue
            reply = self._reply(BY_NAME[chosen], f"Change {chosen}")
            if reply.kind in ("back", "done", "more") or self._kept(chosen, reply):
                continue
            self._take(chosen, reply)
            return True


def _chosen(typed: str, names: list[str]) -> str | None:
    if number := listed_number(typed, len(names)):
        return names[number - 1]
    name = typed.casefold().replace("-", "_").replace(" ", "_")
    return name if name in BY_NAME else None
