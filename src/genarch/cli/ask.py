"""`genarch ask`: questions to a report, with or without someone at the terminal, and where the answers are kept.

`genarch init` writes a spec to begin with, for a kind of project.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Annotated

import typer

from genarch.cli.app import (
    Answers,
    Commands,
    Evidence,
    Format,
    Full,
    Output,
    Overrides,
    Pager,
    Plain,
    Rules,
    Text,
    Yes,
    argument,
    flag,
    option,
)
from genarch.cli.dialogue import Dialogue, has_terminal
from genarch.cli.evaluate import write_reports
from genarch.cli.output import (
    ExitCode,
    OwnEvidence,
    counting_own_cases,
    interrupting,
    keep,
    look_of,
    not_one_of,
    read_spec,
    say,
    written,
)
from genarch.engine.answers import MANY, names_words
from genarch.engine.answers import written as as_written
from genarch.engine.constraints import BY_NAME
from genarch.engine.interview import Interview, Order, Sheet
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Origin, Spec
from genarch.errors import InputError
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, likely_by, load_questionnaire, load_rules
from genarch.files.cache import templates_folder
from genarch.files.io import SPEC_NAME, SPEC_SUFFIX, is_document, new_file, read_exactly, read_text, refuse
from genarch.files.spec_text import changed_spec, new_spec, stated_unknown
from genarch.files.specs import default_id, load_spec, parse_spec
from genarch.reports.descriptions import answer_words, question_of
from genarch.reports.interview import setting_words
from genarch.reports.json import as_json
from genarch.reports.page import Table
from genarch.reports.reporting import report_on
from genarch.reports.text import as_text

app = Commands()

SCHEMA_NAME = "genarch-spec.schema.json"
"""The JSON Schema that a saved spec names for editors, beside it."""

DRAFT = "genarch-draft"
"""No name that a folder of specs is searched for."""


@app.command()
def ask(
    context: typer.Context,
    *,
    answers: Answers = None,
    save: Annotated[str | None, option("FILE", "Write the answers to a spec file, also on Ctrl-C.")] = None,
    overrides: Overrides = None,
    every: Annotated[bool, flag("--all", "Keep asking after the verdict is settled, to the last question.")] = False,
    certain: Annotated[
        bool, flag("--certain", "Keep asking until the verdict is certain, not only very likely.")
    ] = False,
    fixed: Annotated[bool, flag("--fixed", "Ask in the order of the rule table.")] = False,
    confirm: Annotated[
        bool, flag("--confirm", "Ask again for what --answers states, with each answer as the default.")
    ] = False,
    yes: Yes = False,
    plain: Plain = False,
    output_format: Format = "text",
    output: Output = None,
    full: Full = False,
    pager: Pager = True,
    rules: Rules = DEFAULT_TABLE,
    evidence: Evidence = None,
) -> int:
    """Ask about a deployment, no more than needed, then print the recommendation."""
    if confirm and answers is None:
        raise typer.BadParameter("--confirm needs --answers, whose answers it asks again")
    start = None if answers and is_document(answers) else answers  # a document keeps what it states
    if save is not None:
        check_target(save, start)
    keep(output, [answers] if answers else [])
    table = OwnEvidence(counting_own_cases(load_rules(rules)), evidence).table_for(answers or save or "")
    interview = interview_by(table, order="fixed" if fixed else "adaptive", every=every, certain=certain)
    asking = questioned(context, table, interview, answers, overrides, save, confirm=confirm, yes=yes, plain=plain)
    with asking as (spec, sheet, dialogue):
        stated = {name: sheet.stated[name] for name in BY_NAME if name in sheet.stated}
        try:
            report = report_on(spec._replace(constraints=stated), table)
            code = write_reports([(report, ExitCode.OK)], table, output_format, output, full=full, pager=pager)
        finally:  # the answers are kept even where the report cannot be written
            if save:
                _save(save, sheet, table, start)
        if dialogue and not save and not dialogue.piped:
            _offer_to_save(table, start, dialogue, context)
    return code


def interview_by(
    rules: RuleTable, *, order: Order = "adaptive", every: bool = False, certain: bool = False
) -> Interview:
    """Questions by a rule table, the documented cases and a team's own."""
    likely, questionnaire = likely_by(rules), load_questionnaire()
    return Interview(rules, order=order, every=every, certain=certain, likely=likely, questionnaire=questionnaire)


@contextmanager
def questioned(
    context: typer.Context,
    rules: RuleTable,
    interview: Interview,
    answers: str | None,
    overrides: Sequence[str] | None,
    save: str | None = None,
    *,
    confirm: bool = False,
    yes: bool,
    plain: bool,
) -> Iterator[tuple[Spec, Sheet, Dialogue | None]]:
    """The spec started from, the sheet filled as a command line asks for it, and the dialogue where it gave answers.

    What interrupts the dialogue, or what is made of the answers, ends the command with the answers kept.

    Raises:
        Exit: when there is nobody to ask, and on an interruption.
    """
    stated = parse_overrides(overrides or ())
    typed = {name.strip(): text.strip() for name, _, text in (item.partition("=") for item in overrides or ())}
    spec = Spec(default_id(save) if save else "answers", {}, origin=Origin("<answers>"))
    sheet = Sheet({})
    if answers is not None and is_document(answers):
        spec, answers = read_spec(answers, rules), None
        sheet = Sheet(spec.constraints)
    elif answers is not None:
        text = read_text(answers)
        spec = parse_spec(text, path=answers, rules=rules)
        sheet = Sheet(spec.constraints, tuple(stated_unknown(text)))
    for name, value in stated.items():
        sheet = sheet.answered(name, value, typed[name] if BY_NAME[name].numeric else "")
    sheet = sheet._replace(asked=())
    if yes:
        sheet = sheet._replace(declined=(*sheet.declined, *interview.standing(sheet).open))
    if yes or not (plain or has_terminal()):
        if not yes and (still_open := interview.standing(sheet).open):
            say(
                f"no terminal to ask on, and {len(still_open)} questions are open; state answers with --set or "
                "--answers, give a line for each on standard input with --plain, or use --yes to answer don't "
                "know to the rest:"
            )
            sys.stderr.writelines(f"  {setting_words(BY_NAME[name])}\n" for name in still_open)
            raise typer.Exit(ExitCode.UNUSABLE)
        yield spec, sheet, None
        return
    dialogue = Dialogue(rules, interview, sheet, tuple(spec.constraints) if confirm else (), plain=plain)
    try:
        with interrupting(signal.default_int_handler):
            dialogue.run()
            yield spec, dialogue.sheet, dialogue if dialogue.sheet != sheet else None
    except (EOFError, KeyboardInterrupt):
        now = dialogue.sheet
        context.params["certain"] = interview.certain  # `more` holds for whoever goes on
        if (now.stated, now.declined) == (sheet.stated, sheet.declined):
            say("interrupted; nothing was answered")
        else:
            with interrupting(signal.SIG_IGN):
                _keep_draft(now, rules, answers, save, context)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except InputError:
        if dialogue.sheet != sheet and not dialogue.refused:
            say(f"to state these answers again: {with_answers(context, dialogue.sheet)}")
        raise


def again(context: typer.Context, *given: str) -> str:
    """A command's line to type again, for a shell: with these options in place of those that it started from."""
    params = {param.name: param for param in context.command.params}

    def typed(*names: str) -> Iterator[str]:
        for name in names:
            if name in params and (value := context.params[name]) not in (params[name].default, "-"):
                yield from [params[name].opts[0], *([] if value is True else [value])]

    document = [context.params["document"]] if "document" in params else []
    about = typed("spec_id", "decision", "write")
    how = typed("rules", "every", "certain", "fixed", "plain", "output_format", "output")
    return shlex.join([*context.command_path.split(), *document, *about, *given, *how])


def with_answers(context: typer.Context, sheet: Sheet) -> str:
    """The line that states the answers, where no file could keep them."""
    overrides = (f"--set {shlex.quote(f'{name}={answer}')}" for name, answer in answers_of(sheet).items())
    return " ".join([again(context), *overrides])


def _keep_draft(sheet: Sheet, rules: RuleTable, start: str | None, wanted: str | None, context: typer.Context) -> None:
    """Keep what was answered before an interruption, and say how to go on."""
    path = wanted or (start if start and _is_draft(start) else _free_name(os.path.dirname(start or ""), DRAFT, ".yaml"))
    try:
        save_answers(path, sheet, rules, start)
    except InputError as error:
        messages = [*map(str, error.problems), f"interrupted; to go on: {with_answers(context, sheet)}"]
    else:
        onward = again(context, "--answers", path, *(["--save", wanted] if wanted else []))
        messages = [f"interrupted; the answers so far are in {path}", f"to go on: {onward}"]
    with suppress(OSError):  # the terminal may be gone
        say(*messages)


def _offer_to_save(rules: RuleTable, start: str | None, dialogue: Dialogue, context: typer.Context) -> None:
    offered = start or SPEC_NAME
    if not start and os.path.exists(SPEC_NAME):
        offered = _free_name("", "answers", SPEC_SUFFIX)
    while True:
        name = dialogue.ask(f"Save the answers? (a file name, Enter for {offered}, n for no)").strip()
        if name.casefold() in ("n", "no"):
            return
        try:
            check_target(name or offered, start)
            _save(name or offered, dialogue.sheet, rules, start)
        except InputError as error:
            say(*error.problems)
            if start:  # which may be what no file can be made from
                say(f"to state the answers again: {with_answers(context, dialogue.sheet)}")
        else:
            return


def _save(path: str, sheet: Sheet, rules: RuleTable, start: str | None) -> None:
    say(f"saved {' and '.join(save_answers(path, sheet, rules, start))}")
    if start and _is_draft(start) and not _is_start(path, start):
        say(f"the draft {start} is no longer needed")


def _free_name(folder: str, stem: str, suffix: str) -> str:
    """A path that no file has."""
    names = (f"{stem}{f'-{number}' if number > 1 else ''}{suffix}" for number in count(1))
    return next(path for name in names if not os.path.lexists(path := os.path.join(folder, name)))


def _is_start(path: str, start: str | None) -> bool:
    return start is not None and os.path.realpath(start) == os.path.realpath(path)


def _is_draft(path: str) -> bool:
    return os.path.basename(path).startswith(DRAFT)


def check_target(path: str, start: str | None) -> None:
    """Refuse, before anything is asked, to save where that cannot work or would overwrite something."""
    if path in ("", "-"):
        raise refuse("--save", "is not a file name; write one")
    if os.path.lexists(path) and not _is_start(path, start):
        raise refuse(path, "exists already; start from it with --answers, or save to another file")
    folder = os.path.realpath(os.path.dirname(path))
    if not os.path.isdir(folder):
        raise refuse(path, "cannot be written: its folder does not exist")
    if not os.access(folder, os.W_OK):
        raise refuse(path, "cannot be written: permission denied")


def save_answers(path: str, sheet: Sheet, rules: RuleTable, start: str | None = None) -> list[str]:
    """Write the answers as a spec; the files written.

    What they started from keeps its comments and its order; what it has and they have not becomes `unknown`. A new spec
    gets a note on each field. Beside it goes the JSON Schema that it names, unless there is one, or it is a draft.
    """
    answers, before = answers_of(sheet), ""
    if start:
        before = read_exactly(start)
        mark, spec = before[: before.startswith("\ufeff")], before.removeprefix("\ufeff")
        stated = parse_spec(spec, path=start).constraints
        differing = {name for name in BY_NAME if stated.get(name) != sheet.stated.get(name)}
        differing.update(set(sheet.declined) - set(stated_unknown(spec)))
        changes = {name: answers.get(name, "unknown") for name in BY_NAME if name in differing}
        text = mark + changed_spec(spec, start, changes)
    else:
        text = new_spec("" if _is_draft(path) else default_id(path), answers, notes(rules), SCHEMA_NAME)
    if _is_start(path, start):
        written(text, path, before=before)
    else:
        new_file(path, text)
    return [path] if _is_draft(path) else [path, *write_schema(path, text)]


def write_schema(path: str, text: str) -> list[str]:
    """Write beside a spec the JSON Schema that its text names, unless there is one; the files written."""
    schema = os.path.join(os.path.dirname(path), SCHEMA_NAME)
    if f"$schema={SCHEMA_NAME}" not in text or os.path.lexists(schema):
        return []
    from genarch.files.schemas import schema_of

    new_file(schema, as_json(schema_of(Spec, "file")))
    return [schema]


def answers_of(sheet: Sheet) -> dict[str, str]:
    """The answers as a spec has them, in the order of its fields; `unknown` where nobody knows."""
    found = dict.fromkeys(sheet.declined, "unknown")
    for name, value in sheet.stated.items():
        found[name] = sheet.written.get(name) or as_written(BY_NAME[name], value)
    return {name: found[name] for name in BY_NAME if name in found}


def notes(rules: RuleTable) -> dict[str, str]:
    """For each field its question, and what may be answered."""
    found = {}
    for name, constraint in BY_NAME.items():
        allowed = answer_words(constraint)
        if constraint.values:
            some = "A list of any of: " if constraint.kind == "set" else "One of: "
            names = names_words(constraint)
            allowed = names if len(constraint.values) > MANY else f"{some}{names}"
        found[name] = f"{question_of(constraint, rules).ask} {allowed[:1].upper()}{allowed[1:]}."
    return found


@app.command()
def init(
    kind: Annotated[Text, argument("KIND", "A kind of project; see --list.", of="kinds")] = None,
    *,
    output: Output = None,
    listed: Annotated[bool, flag("--list", "List the kinds of project.")] = False,
    rules: Rules = DEFAULT_TABLE,
) -> int:
    """Write a starter spec for a kind of project, with every field explained."""
    templates = kinds()
    if listed:
        rows = tuple((name, spec.title) for name, spec in templates.items())
        return written(as_text((Table(("kind", "of"), rows),), look_of()))
    if kind is None:
        raise typer.BadParameter("name a kind of project; see --list")
    if kind not in templates:
        raise refuse("KIND", not_one_of(kind, "a kind of project", templates))
    path = output or f"{kind}{SPEC_SUFFIX}"
    if os.path.lexists(path):
        raise refuse(path, "exists already; write to another file with -o")
    template = templates[kind]
    answers = {name: as_written(BY_NAME[name], value) for name, value in template.constraints.items()}
    text = new_spec(default_id(path), answers, notes(load_rules(rules)), SCHEMA_NAME, template.title)
    if path == "-":
        return written(text)
    new_file(path, text)
    say(f"wrote {' and '.join([path, *write_schema(path, text)])}; change what differs, then: genarch evaluate {path}")
    return 0


def kinds() -> dict[str, Spec]:
    """The kinds of project, by name: the example specs."""
    folder = templates_folder()
    names = sorted(name.removesuffix(SPEC_SUFFIX) for name in os.listdir(folder) if name.endswith(SPEC_SUFFIX))
    return {name: load_spec(os.path.join(folder, f"{name}{SPEC_SUFFIX}")) for name in names}
