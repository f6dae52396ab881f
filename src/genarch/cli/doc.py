"""`genarch doc add`: a spec block in a decision record, from questions or from a spec file."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from genarch.cli.app import Answers, Commands, Overrides, Plain, Rules, Text, Yes, argument, flag, option
from genarch.cli.ask import answers_of, interview_by, questioned
from genarch.cli.output import ExitCode, one_of, say, written
from genarch.documents.discovery import led_out
from genarch.documents.editing import fenced, with_block, with_rationale
from genarch.documents.markdown import Block, parse_markdown
from genarch.engine.forms import ID_PATTERN
from genarch.engine.rules import RuleTable
from genarch.engine.spec import SPEC_VERSION, Spec
from genarch.files.answers import parse_overrides, with_overrides
from genarch.files.bundled import DEFAULT_TABLE, load_rules
from genarch.files.io import read_exactly, read_text, refuse
from genarch.files.spec_text import spec_with_decision, spec_with_id, stated_id
from genarch.files.specs import default_id, parse_spec
from genarch.reports.evaluation_page import excerpt
from genarch.reports.reporting import report_on
from genarch.reports.words import either

app = Commands()
doc_app = Commands("Decision records: specs as blocks in Markdown documents.")
app.add_typer(doc_app, name="doc")


_Found = tuple[Spec, Block]


@doc_app.command("add")
def doc_add(
    context: typer.Context,
    document: Annotated[str, argument("DOC.md", "A Markdown document.")],
    *,
    spec: Annotated[Text, option("FILE", "Use the spec in this file; ask nothing.")] = None,
    spec_id: Annotated[Text, option("ID", "Id of the block; defaults to the document's name.", "--id")] = None,
    decision: Annotated[Text, option("NAME", "What was decided: a family, an architecture or evaluate_both.")] = None,
    write: Annotated[
        bool, flag("--write", "Write the rationale below the block, between markers, or update it.")
    ] = False,
    answers: Answers = None,
    overrides: Overrides = None,
    yes: Yes = False,
    plain: Plain = False,
    rules: Rules = DEFAULT_TABLE,
) -> int:
    """Add a spec block under a document's decision, from questions or a spec file."""
    if spec is not None and (answers is not None or overrides or yes):
        raise typer.BadParameter("--spec has every answer; leave --answers, --set and --yes out")
    table = load_rules(rules)
    if spec_id is not None and not re.fullmatch(ID_PATTERN, spec_id):
        raise refuse("--id", f"'{spec_id[:60]}' is not a slug; write small letters, digits, '-', '_' and '.'")
    if decision is not None:
        decision = table.aliases.get(decision, decision)
        one_of("--decision", decision, "a family or architecture", table.decisions)
    if real := led_out(document):
        raise refuse(document, f"is a link to a file outside the tree; to change that file, name {real}")
    found = _blocks(read_exactly(document), document, table)
    if spec is not None:
        text, wanted = _deciding(spec, decision, table)
        own, new_id = stated_id(text), spec_id or wanted.id
        if own is not None and new_id != own:
            raise refuse(spec, f"states the id '{own}'; leave --id out, or change it there")
        if new_id in found:
            _same(document, wanted._replace(id=new_id), found[new_id])
            say(f"{document}:{found[new_id][1].first}: has the block '{new_id}' already")
        else:
            text = spec_with_id(text, new_id) if own is None and new_id != default_id(document) else text
            found[new_id] = _added(document, text, new_id, table)
    elif (new_id := spec_id or default_id(document)) in found:
        have, block = found[new_id]
        start = parse_spec(read_text(answers), path=answers, rules=table) if answers else have
        stated = with_overrides(start.constraints, parse_overrides(overrides or ()))
        _same(document, have._replace(constraints=stated, decision=decision or have.decision), found[new_id])
        say(f"{document}:{block.first}: has the block '{new_id}'; edit it there, or add another one with --id")
    else:
        with_block(read_exactly(document), document, fenced("version: 1\n"))  # where none can go, nobody is asked
        with questioned(context, table, interview_by(table), answers, overrides, yes=yes, plain=plain) as (_, sheet, _):
            lines = [f"version: {SPEC_VERSION}", *([f"id: {new_id}"] if new_id != default_id(document) else [])]
            given = answers_of(sheet)
            lines.append("constraints:" if given else "constraints: {}")
            lines += [f"  {name}: {answer}" for name, answer in given.items()]
            lines += [f"decision: {decision}", f"decided_with: {table.name}"] if decision else []
            found[new_id] = _added(document, "\n".join(lines) + "\n", new_id, table)
    have, block = found[new_id]
    if have.decision is None:
        names = either([*(family.id for family in table.families), "evaluate_both"])
        say(f"{document}:{block.first}: states no decision yet; add 'decision: NAME' to it, with {names}")
    return _keep_rationale(document, new_id, table) if write else ExitCode.OK


def _deciding(path: str, decision: str | None, rules: RuleTable) -> tuple[str, Spec]:
    """The text of a spec file, with what was decided where it leaves that open."""
    text = read_text(path)
    spec = parse_spec(text, path=path, rules=rules)
    if spec.document is not None:
        raise refuse(path, "belongs to a document already, by its key 'document'; remove that key to add it as a block")
    if decision is None or decision == spec.decision:
        return text, spec
    if spec.decision is not None:
        raise refuse(path, f"already has the decision {spec.decision}; leave --decision out, or change it there")
    text = spec_with_decision(text, decision, rules.name)
    return text, parse_spec(text, path=path, rules=rules)


def _blocks(text: str, path: str, rules: RuleTable) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for block in parse_markdown(text.removeprefix("\ufeff")).blocks:
        if not block.closed:
            raise refuse(path, f"the block at line {block.first} is never closed; end it with the marks it began with")
        spec = parse_spec(block.text, path=path, rules=rules, lines=block.lines)
        if spec.id in found:
            raise refuse(path, f"has two blocks '{spec.id}', at lines {found[spec.id][1].first} and {block.first}")
        found[spec.id] = spec, block
    return found


def _same(path: str, wanted: Spec, found: _Found) -> None:
    """Refuse to go on where a document states something else under the same id."""
    have, block = found
    fields = sorted({name for name, _ in wanted.constraints.items() ^ have.constraints.items()})
    keys = ("title", "decision", "decided_with", "waivers")
    fields += [key for key in keys if getattr(wanted, key) != getattr(have, key)]
    if fields:
        raise refuse(
            f"{path}:{block.first}",
            f"has a block '{have.id}' already, with another {', '.join(fields)}; edit it there, or give the new one "
            "an id of its own with --id",
        )


def _added(path: str, spec: str, spec_id: str, rules: RuleTable) -> _Found:
    before = read_exactly(path)
    if spec_id in _blocks(before, path, rules):
        raise refuse(path, f"has a block '{spec_id}' that was just added; run it again")
    text, block = with_block(before, path, fenced(spec))
    found = parse_spec(block.text, path=path, rules=rules, lines=block.lines)
    written(text, path, before=before)
    say(f"{path}:{block.first}: added the block '{found.id}'")
    return found, block


def _keep_rationale(path: str, spec_id: str, rules: RuleTable) -> int:
    before = read_exactly(path)
    spec, block = _blocks(before, path, rules)[spec_id]
    report = report_on(spec, rules, with_evidence=False)
    text = with_rationale(before, path, block, spec_id, excerpt(report))
    if text == before:
        say(f"{path}: the rationale of '{spec_id}' is up to date")
    else:
        written(text, path, before=before)
        say(f"{path}: wrote the rationale of '{spec_id}'")
    return ExitCode.OK
