"""`genarch ask`: questions to a report, with or without someone at the terminal; and where the answers are kept."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from itertools import chain, count
from typing import Annotated, NamedTuple

import typer

from genarch.cli.app import Answers, Format, Output, Overrides, Plain, Rules, Yes, flag, group, option
from genarch.cli.dialogue import Dialogue, has_terminal
from genarch.cli.evaluate import evaluated, write_reports
from genarch.cli.output import ExitCode, keep, read_exactly, say, written
from genarch.errors import InputError
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, load_rules
from genarch.files.io import SPEC_NAME, SPEC_SUFFIX, read_text, refuse
from genarch.files.spec_text import changed_spec, new_spec, stated_unknown
from genarch.files.specs import default_id, parse_spec
from genarch.reports.descriptions import answer_words, question_of
from genarch.reports.interview import setting_words
from genarch.reports.json import as_json
from genarch.table.answers import MANY, names_words
from genarch.table.answers import written as as_written
from genarch.table.constraints import BY_NAME
from genarch.table.interview import Interview, Sheet
from genarch.table.rules import RuleTable
from genarch.table.spec import Origin, Spec

app = group()

SCHEMA_NAME = "genarch-spec.schema.json"
"""The JSON Schema that a saved spec names for editors, beside it."""

DRAFT = "genarch-draft"
"""No name that a folder of specs is searched for."""


class Again(NamedTuple):
    """A command line to type again: the command, and the options that it needs again."""

    command: Sequence[str]
    options: Sequence[str]

    def line(self, *given: str) -> str:
        """The line, for a shell."""
        return shlex.join(["genarch", *self.command, *given, *self.options])

    def with_answers(self, sheet: Sheet) -> str:
        """The line that states the answers, where no file could keep them."""
        overrides = " ".join(f"--set {shlex.quote(f'{name}={answer}')}" for name, answer in answers_of(sheet).items())
        return f"{self.line()} {overrides}"


@app.command()
def ask(
    *,
    answers: Answers = None,
    save: Annotated[str | None, option("FILE", "Write the answers to a spec file, on Ctrl-C too.")] = None,
    overrides: Overrides = None,
    every: Annotated[bool, flag("--all", "Go on once it is settled, to the last question.")] = False,
    fixed: Annotated[bool, flag("--fixed", "Ask in the order of the rule table.")] = False,
    confirm: Annotated[bool, flag("--confirm", "Ask again what --answers states, each answer as its default.")] = False,
    yes: Yes = False,
    plain: Plain = False,
    output_format: Format = "text",
    output: Output = None,
    rules: Rules = DEFAULT_TABLE,
) -> int:
    """Ask about a deployment, no more than it takes; then the recommendation."""
    if confirm and answers is None:
        raise typer.BadParameter("--confirm needs --answers, whose answers it asks again")
    if save is not None:
        check_target(save, answers)
    output = None if output == "-" else output
    keep(output, [answers] if answers else [])
    table = load_rules(rules)
    options = [] if rules == DEFAULT_TABLE else ["--rules", rules]
    options += [name for name, on in (("--all", every), ("--fixed", fixed), ("--plain", plain)) if on]
    options += [] if output_format == "text" else ["--format", output_format]
    again = Again(["ask"], [*options, *(["--output", output] if output else [])])

    def finish(spec: Spec, sheet: Sheet, dialogue: Dialogue | None) -> int:
        stated = {name: sheet.stated[name] for name in BY_NAME if name in sheet.stated}
        try:
            report, _ = evaluated(spec._replace(constraints=stated), table)
            code = write_reports([(report, ExitCode.OK)], output_format, output)
        finally:  # the answers are kept even where the report cannot be written
            if save:
                _save(save, sheet, table, answers)
        if dialogue and not save and not dialogue.piped:
            _offer_to_save(sheet, table, answers, dialogue, again)
        return code

    interview = Interview(table, order="fixed" if fixed else "adaptive", every=every)
    return questioned(table, interview, finish, again, answers, overrides, save, confirm=confirm, yes=yes, plain=plain)


def questioned(
    rules: RuleTable,
    interview: Interview,
    finish: Callable[[Spec, Sheet, Dialogue | None], int],
    again: Again,
    answers: str | None,
    overrides: Sequence[str] | None,
    save: str | None = None,
    *,
    confirm: bool = False,
    yes: bool,
    plain: bool,
) -> int:
    """Fill a sheet as a command line asks for it, and hand it on; the exit code.

    `finish` gets the spec started from, and the dialogue where answers came from it; `again` is how to resume.
    """
    spec, sheet = _start(rules, answers, overrides or (), save)
    if yes:
        return finish(spec, sheet._replace(declined=(*sheet.declined, *interview.standing(sheet).open)), None)
    if not (plain or has_terminal()):
        if not (still_open := interview.standing(sheet).open):
            return finish(spec, sheet, None)
        say(
            f"no terminal to ask on, and {len(still_open)} questions are open; state answers with --set or --answers, "
            "give a line for each on standard input with --plain, or take --yes for don't know to the rest:"
        )
        sys.stderr.writelines(f"  {setting_words(BY_NAME[name])}\n" for name in still_open)
        return ExitCode.UNUSABLE
    dialogue = Dialogue(rules, interview, sheet, tuple(spec.constraints) if confirm else (), plain=plain)
    try:
        dialogue.run()
        return finish(spec, dialogue.sheet, dialogue if dialogue.sheet != sheet else None)
    except (EOFError, KeyboardInterrupt):
        now = dialogue.sheet
        if (now.stated, now.declined) == (sheet.stated, sheet.declined):
            say("interrupted; nothing was answered")
        else:
            _keep_draft(now, rules, answers, save, again)
        return ExitCode.INTERRUPTED
    except InputError:
        if dialogue.sheet != sheet:
            say(f"the answers, to state them again: {again.with_answers(dialogue.sheet)}")
        raise


def _start(rules: RuleTable, answers: str | None, overrides: Sequence[str], save: str | None) -> tuple[Spec, Sheet]:
    """The start file, and the overrides in place of what it states."""
    typed = {name.strip(): text.strip() for name, _, text in (item.partition("=") for item in overrides)}
    stated = parse_overrides(overrides)
    declined: tuple[str, ...] = ()
    if answers is None:
        spec = Spec(default_id(save) if save else "answers", {}, origin=Origin("<answers>"))
    else:
        text = read_text(answers)
        spec = parse_spec(text, path=answers, rules=rules)
        declined = tuple(stated_unknown(text))
    sheet = Sheet(spec.constraints, declined)
    for name, value in stated.items():
        if value is None:
            sheet = sheet.left_open(name)
        else:
            sheet = sheet.answered(name, value, typed[name] if BY_NAME[name].numeric else "")
    return spec, sheet._replace(asked=())


def _keep_draft(sheet: Sheet, rules: RuleTable, start: str | None, wanted: str | None, again: Again) -> None:
    """Keep what was answered before an interruption, and say how to go on."""
    path = wanted or (start if start and _is_draft(start) else _free_name(os.path.dirname(start or ""), DRAFT, ".yaml"))
    try:
        save_answers(path, sheet, rules, start)
    except InputError as error:
        say(*error.problems)
        say(f"interrupted; to go on: {again.with_answers(sheet)}")
    else:
        say(f"interrupted; the answers so far are in {path}")
        say(f"to go on: {again.line('--answers', path, *(['--save', wanted] if wanted else []))}")


def _offer_to_save(sheet: Sheet, rules: RuleTable, start: str | None, dialogue: Dialogue, again: Again) -> None:
    offered = start or SPEC_NAME
    if not start and os.path.exists(SPEC_NAME):
        offered = _free_name("", "answers", SPEC_SUFFIX)
    while True:
        name = dialogue.ask(f"Save the answers? (a file name, Enter for {offered}, n for no)").strip()
        if name.casefold() in ("n", "no"):
            return
        try:
            check_target(name or offered, start)
            _save(name or offered, sheet, rules, start)
        except InputError as error:
            say(*error.problems)
            if start:  # which may be what no file can be made from
                say(f"to state the answers again: {again.with_answers(sheet)}")
        else:
            return


def _save(path: str, sheet: Sheet, rules: RuleTable, start: str | None) -> None:
    say(f"saved {' and '.join(save_answers(path, sheet, rules, start))}")
    if start and _is_draft(start) and os.path.realpath(start) != os.path.realpath(path):
        say(f"{start} is a draft of it, and no longer needed")


def _free_name(folder: str, stem: str, suffix: str) -> str:
    """A path that no file has."""
    names = chain([f"{stem}{suffix}"], (f"{stem}-{number}{suffix}" for number in count(2)))
    return next(path for name in names if not os.path.exists(path := os.path.join(folder, name)))


def _is_draft(path: str) -> bool:
    return os.path.basename(path).startswith(DRAFT)


def check_target(path: str, start: str | None) -> None:
    """Refuse, before anything is asked, to save where that cannot work or would overwrite something."""
    if path in ("", "-"):
        raise refuse("--save", "names no file; name one")
    if os.path.exists(path) and not (start and os.path.realpath(start) == os.path.realpath(path)):
        raise refuse(path, "exists already; start from it with --answers, or save to another file")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise refuse(path, "cannot be written: its folder does not exist")
    if not os.access(folder, os.W_OK):
        raise refuse(path, "cannot be written: permission denied")


def save_answers(path: str, sheet: Sheet, rules: RuleTable, start: str | None = None) -> list[str]:
    """Write the answers as a spec; the files written.

    What they started from keeps its comments and its order. A new spec gets a note on each field. Beside it goes the
    JSON Schema that it names, unless there is one, or the spec is a draft.
    """
    if start:
        before = read_exactly(start)
        mark, before = before[: before.startswith("\ufeff")], before.removeprefix("\ufeff")
        text = mark + changed_spec(before, start, _changes(before, start, sheet))
    else:
        text = new_spec("" if _is_draft(path) else default_id(path), answers_of(sheet), _notes(rules), SCHEMA_NAME)
    written(text, path)
    schema = os.path.join(os.path.dirname(path), SCHEMA_NAME)
    if _is_draft(path) or f"$schema={SCHEMA_NAME}" not in text or os.path.exists(schema):
        return [path]
    from genarch.files.schemas import schema_of

    written(as_json(schema_of(Spec, "file")), schema)
    return [path, schema]


def answers_of(sheet: Sheet) -> dict[str, str]:
    """The answers as a spec has them, in the order of its fields; `unknown` where nobody knows."""
    found = {}
    for name, constraint in BY_NAME.items():
        if name in sheet.stated:
            found[name] = sheet.written.get(name) or as_written(constraint, sheet.stated[name])
        elif name in sheet.declined:
            found[name] = "unknown"
    return found


def _changes(text: str, path: str, sheet: Sheet) -> dict[str, str]:
    """What the sheet has otherwise than the text of a spec; what it no longer has is `unknown`."""
    before = parse_spec(text, path=path).constraints
    known = set(stated_unknown(text))
    answers = answers_of(sheet)

    def differs(name: str) -> bool:
        if name in sheet.stated:
            return before.get(name) != sheet.stated[name]
        return name in before or (name in sheet.declined and name not in known)

    return {name: answers.get(name, "unknown") for name in BY_NAME if differs(name)}


def _notes(rules: RuleTable) -> dict[str, str]:
    """For each field its question, and what may be answered."""
    notes = {}
    for name, constraint in BY_NAME.items():
        allowed = answer_words(constraint)
        if constraint.values:
            some = "A list of any of: " if constraint.kind == "set" else "One of: "
            names = names_words(constraint)
            allowed = names if len(constraint.values) > MANY else f"{some}{names}"
        notes[name] = f"{question_of(constraint, rules).ask} {allowed[:1].upper()}{allowed[1:]}."
    return notes
