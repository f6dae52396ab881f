"""Where the answers go: a spec file, new or changed in place, or a draft when a session is broken off."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from genarch.cli.output import written
from genarch.files.io import SPEC_NAME, SPEC_SUFFIX, read_bytes, read_text, refuse
from genarch.files.spec_text import changed_spec, new_spec, stated_unknown
from genarch.files.specs import default_id, parse_spec
from genarch.reports.entries import answer_words
from genarch.reports.interview import question_of
from genarch.table.answers import MANY, names_words
from genarch.table.constraints import BY_NAME
from genarch.table.interview import Sheet
from genarch.table.replies import written as as_written
from genarch.table.rules import RuleTable

SCHEMA_NAME = "genarch-spec.schema.json"
"""The JSON Schema that a saved spec names for editors, beside it."""

DRAFT = "genarch-draft"
"""No name that a folder of specs is searched for."""

_BOM = b"\xef\xbb\xbf"


def answers_of(sheet: Sheet) -> dict[str, str]:
    """The answers as a spec has them, in the order of its fields; `unknown` where nobody knows."""
    found = {}
    for name, constraint in BY_NAME.items():
        if name in sheet.stated:
            found[name] = sheet.written.get(name) or as_written(constraint, sheet.stated[name])
        elif name in sheet.declined:
            found[name] = "unknown"
    return found


def check_target(path: str, start: str | None) -> None:
    """Refuse, before anything is asked, to save where that cannot work or would overwrite something.

    Raises:
        InputError: when it would.
    """
    if path in ("", "-"):
        raise refuse("--save", "names no file; name one")
    if os.path.exists(path) and not (start and os.path.realpath(start) == os.path.realpath(path)):
        raise refuse(path, "exists already; start from it with --answers, or save to another file")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise refuse(path, "cannot be written: its folder does not exist")
    if not os.access(folder, os.W_OK):
        raise refuse(path, "cannot be written: permission denied")


def save(path: str, sheet: Sheet, rules: RuleTable, start: str | None = None) -> list[str]:
    """Write the answers as a spec; the files written.

    What they started from keeps its comments and its order. A new spec gets a note on each field. Beside it goes the
    JSON Schema that it names, unless there is one, or the spec is a draft.

    Raises:
        InputError: when a file cannot be written.
    """
    if start:
        text = read_text(start)
        bom = "\ufeff" if read_bytes(start).startswith(_BOM) else ""
        changed = changed_spec(text, start, _changes(text, start, sheet))
        written(bom + changed, path)
    else:
        changed = new_spec("" if is_draft(path) else default_id(path), answers_of(sheet), _notes(rules), SCHEMA_NAME)
        written(changed, path)
    schema = os.path.join(os.path.dirname(path), SCHEMA_NAME)
    if is_draft(path) or f"$schema={SCHEMA_NAME}" not in changed or os.path.exists(schema):
        return [path]
    from genarch.cli.schemas import schema_of

    written(json.dumps(schema_of("spec"), indent=2) + "\n", schema)
    return [path, schema]


def _changes(text: str, path: str, sheet: Sheet) -> dict[str, str]:
    """What the sheet has otherwise than the text of a spec; what it no longer has is `unknown`."""
    before = parse_spec(text, path=path).constraints
    known = set(stated_unknown(text))
    answers = answers_of(sheet)
    found = {}
    for name in BY_NAME:
        if name in sheet.stated:
            if before.get(name) != sheet.stated[name]:
                found[name] = answers[name]
        elif name in before or (name in sheet.declined and name not in known):
            found[name] = "unknown"
    return found


def is_draft(path: str) -> bool:
    """Whether a file has the name of a draft."""
    return os.path.basename(path).startswith(DRAFT)


def draft_beside(start: str | None) -> str:
    """The draft that was started from, else a name for one beside the start that no file has."""
    if start and is_draft(start):
        return start
    folder = os.path.dirname(start) if start else ""
    return next(path for path in _numbered(folder, DRAFT, ".yaml") if not os.path.exists(path))


def free_name(start: str | None) -> str:
    """A name to offer: the file that was started from, else one that no file has."""
    if start:
        return start
    if not os.path.exists(SPEC_NAME):
        return SPEC_NAME
    return next(path for path in _numbered("", "answers", SPEC_SUFFIX) if not os.path.exists(path))


def resume_line(path: str, save_to: str | None, command: Sequence[str], options: Mapping[str, str | bool]) -> str:
    """The command that goes on from a file."""
    return _command(command, {"--answers": path, "--save": save_to or "", **options})


def retell_line(sheet: Sheet, command: Sequence[str], options: Mapping[str, str | bool]) -> str:
    """The command that states the answers again, where no file could keep them."""
    settings = " ".join(f"--set {shlex.quote(f'{name}={answer}')}" for name, answer in answers_of(sheet).items())
    return f"{_command(command, options)} {settings}"


def _command(command: Sequence[str], options: Mapping[str, str | bool]) -> str:
    words = ["genarch", *command]
    for name, value in options.items():
        if value:
            words += [name] if value is True else [name, value]
    return shlex.join(words)


def _numbered(folder: str, stem: str, suffix: str) -> Iterator[str]:
    yield os.path.join(folder, f"{stem}{suffix}")
    yield from (os.path.join(folder, f"{stem}-{number}{suffix}") for number in count(2))


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
