"""`genarch ask`: from a start to a report, with or without someone at the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

from genarch.cli import exits
from genarch.cli.ask.dialogue import Dialogue, Interrupted, has_terminal
from genarch.cli.ask.saving import check_target, draft_beside, free_name, is_draft, resume_line, retell_line, save
from genarch.cli.ask.session import Session
from genarch.cli.evaluate import Request, evidence_of, write_reports
from genarch.cli.output import keep
from genarch.errors import InputError
from genarch.files.answers import parse_settings
from genarch.files.io import read_text
from genarch.files.spec_text import stated_unknown
from genarch.files.specs import default_id, parse_spec
from genarch.files.tables import DEFAULT_TABLE, base_of, load_rules
from genarch.reports.interview import setting_words
from genarch.reports.report import make_report
from genarch.table.constraints import BY_NAME
from genarch.table.explore import explore
from genarch.table.interview import Interview, Sheet, Standing
from genarch.table.rules import RuleTable
from genarch.table.scoring import evaluate
from genarch.table.spec import Origin, Spec


class AskRequest(NamedTuple):
    """What the command line asked for."""

    answers: str | None = None
    save: str | None = None
    settings: tuple[str, ...] = ()
    rules: str = DEFAULT_TABLE
    every: bool = False
    fixed: bool = False
    confirm: bool = False
    yes: bool = False
    plain: bool = False
    format: str = "text"
    output: str | None = None
    command: tuple[str, ...] = ("ask",)

    def options(self) -> dict[str, str | bool]:
        """The options that a session resumed needs again; what was set is among the answers by then."""
        return {
            "--rules": "" if self.rules == DEFAULT_TABLE else self.rules,
            "--all": self.every,
            "--fixed": self.fixed,
            "--plain": self.plain,
            "--format": "" if self.format == "text" else self.format,
            "--output": self.output or "",
        }


def run_ask(request: AskRequest) -> int:
    """Ask, report, save; the exit code.

    Raises:
        InputError: when the start, the rule table, a setting or a target cannot be used.
    """
    if request.save is not None:
        check_target(request.save, request.answers)
    keep(request.output, [request.answers] if request.answers else [])
    rules = load_rules(request.rules)

    def finish(spec: Spec, sheet: Sheet, dialogue: Dialogue | None) -> int:
        code = _finish(request, spec, sheet, rules)
        if dialogue and not request.save and not dialogue.piped:
            _offer_to_save(request, sheet, rules, dialogue)
        return code

    return questioned(request, rules, finish)


def questioned(request: AskRequest, rules: RuleTable, finish: Callable[[Spec, Sheet, Dialogue | None], int]) -> int:
    """Fill a sheet as a command line asks for it, and hand it on; the exit code.

    `finish` gets the spec started from, and the dialogue where answers came from it.

    Raises:
        InputError: when the start or a setting cannot be used.
    """
    spec, sheet = _start(request, rules)
    interview = Interview(rules, order="fixed" if request.fixed else "adaptive", every=request.every)
    if request.yes:
        sheet = sheet._replace(declined=(*sheet.declined, *interview.standing(sheet).open))
        return finish(spec, sheet, None)
    if not (request.plain or has_terminal()):
        standing = interview.standing(sheet)
        return _not_asked(standing) if standing.open else finish(spec, sheet, None)
    dialogue = Dialogue(plain=request.plain)
    confirmed = tuple(spec.constraints) if request.confirm else ()
    session = Session(rules, interview, dialogue, sheet, confirmed)
    try:
        session.run()
        return finish(spec, session.sheet, dialogue if session.sheet != sheet else None)
    except (Interrupted, KeyboardInterrupt):
        return _broken_off(request, sheet, session.sheet, rules)
    except InputError:
        if session.sheet != sheet:
            exits.say(
                f"the answers, to state them again: {retell_line(session.sheet, request.command, request.options())}"
            )
        raise


def _start(request: AskRequest, rules: RuleTable) -> tuple[Spec, Sheet]:
    """The start file, and the settings in place of what it states."""
    settings = parse_settings(request.settings)
    typed = {name.strip(): text.strip() for name, _, text in (item.partition("=") for item in request.settings)}
    declined: tuple[str, ...] = ()
    if request.answers is None:
        spec = Spec(default_id(request.save) if request.save else "answers", {}, origin=Origin("<answers>"))
    else:
        text = read_text(request.answers)
        spec = parse_spec(text, path=request.answers, rules=rules)
        declined = tuple(stated_unknown(text))
    sheet = Sheet(spec.constraints, declined)
    for name, value in settings.items():
        if value is None:
            sheet = sheet.left_open(name)
        else:
            amount = typed[name] if BY_NAME[name].numeric else ""
            sheet = sheet.answered(name, value, amount)
    return spec, sheet._replace(asked=())


def _finish(request: AskRequest, spec: Spec, sheet: Sheet, rules: RuleTable) -> int:
    """The report, and the answers to the file that was asked for; these even where the report cannot be written."""
    spec = spec._replace(constraints={name: sheet.stated[name] for name in BY_NAME if name in sheet.stated})
    try:
        evaluation = evaluate(spec, rules)
        evidence = evidence_of(spec, rules, evaluation)
        report = make_report(spec, rules, evaluation, explore(spec, rules), evidence, base=base_of(rules))
        written = Request((), format=request.format, output=request.output, rules=request.rules)
        return write_reports(written, [(report, exits.OK)])
    finally:
        if request.save:
            _save(request.save, sheet, rules, request.answers)


def _offer_to_save(request: AskRequest, sheet: Sheet, rules: RuleTable, dialogue: Dialogue) -> None:
    offered = free_name(request.answers)
    while True:
        name = dialogue.ask(f"Save the answers? (a file name, Enter for {offered}, n for no)").strip()
        if name.casefold() in ("n", "no"):
            return
        try:
            check_target(name or offered, request.answers)
            _save(name or offered, sheet, rules, request.answers)
        except InputError as error:
            for problem in error.problems:
                exits.say(str(problem))
            if request.answers:  # which may be what no file can be made from
                exits.say(f"to state the answers again: {retell_line(sheet, request.command, request.options())}")
        else:
            return


def _save(path: str, sheet: Sheet, rules: RuleTable, start: str | None) -> None:
    exits.say(f"saved {' and '.join(save(path, sheet, rules, start))}")
    if start and is_draft(start) and os.path.realpath(start) != os.path.realpath(path):
        exits.say(f"{start} is a draft of it, and no longer needed")


def _broken_off(request: AskRequest, before: Sheet, sheet: Sheet, rules: RuleTable) -> int:
    """Keep what was answered, and say how to go on."""
    if (sheet.stated, sheet.declined) == (before.stated, before.declined):
        exits.say("interrupted; nothing was answered")
        return exits.INTERRUPTED
    path = request.save or draft_beside(request.answers)
    try:
        save(path, sheet, rules, request.answers)
    except InputError as error:
        for problem in error.problems:
            exits.say(str(problem))
        exits.say(f"interrupted; to go on: {retell_line(sheet, request.command, request.options())}")
    else:
        exits.say(f"interrupted; the answers so far are in {path}")
        exits.say(f"to go on: {resume_line(path, request.save, request.command, request.options())}")
    return exits.INTERRUPTED


def _not_asked(standing: Standing) -> int:
    """Nobody is there to answer: what is open, and how a script would answer it."""
    exits.say(
        f"no terminal to ask on, and {len(standing.open)} questions are open; state answers with --set or --answers, "
        "give a line for each on standard input with --plain, or take --yes for don't know to the rest:"
    )
    for name in standing.open:
        sys.stderr.write(f"  {setting_words(BY_NAME[name])}\n")
    return exits.UNUSABLE
