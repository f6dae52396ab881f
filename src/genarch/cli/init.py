"""`genarch init`: a spec to begin with, for a kind of project."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from genarch.cli.app import Commands, Output, Rules, Text, argument, flag
from genarch.cli.ask import SCHEMA_NAME, notes, write_schema
from genarch.cli.output import look_of, not_one_of, say, written
from genarch.engine.answers import written as as_written
from genarch.engine.constraints import BY_NAME
from genarch.engine.spec import Spec
from genarch.files.bundled import DEFAULT_TABLE, load_rules
from genarch.files.cache import templates_folder
from genarch.files.io import new_file, refuse
from genarch.files.spec_text import new_spec
from genarch.files.specs import default_id, load_spec
from genarch.reports.page import Table
from genarch.reports.text import as_text

app = Commands()
_ENDING = ".genarch.yaml"


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
    path = output or f"{kind}{_ENDING}"
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
    names = sorted(name.removesuffix(_ENDING) for name in os.listdir(folder) if name.endswith(_ENDING))
    return {name: load_spec(os.path.join(folder, f"{name}{_ENDING}")) for name in names}
