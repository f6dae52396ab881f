"""`genarch doc add`: a spec block in a decision record, from questions or from a spec file."""

from __future__ import annotations

from typing import NamedTuple

from genarch.cli import exits
from genarch.cli.ask.run import AskRequest, questioned
from genarch.cli.ask.saving import answers_of
from genarch.cli.output import written
from genarch.documents.editing import behind, fenced, marked, with_block, with_rationale
from genarch.documents.markdown import Block, parse_markdown
from genarch.errors import nearest
from genarch.files.answers import parse_settings, with_settings
from genarch.files.io import decode, read_bytes, read_text, refuse
from genarch.files.spec_text import spec_with_id, stated_id
from genarch.files.specs import FORMAT_VERSION, SLUG, default_id, parse_spec
from genarch.files.tables import DEFAULT_TABLE, base_of, load_rules
from genarch.reports.evaluation_markdown import excerpt
from genarch.reports.report import make_report
from genarch.table.explore import explore
from genarch.table.interview import Sheet
from genarch.table.rules import RuleTable
from genarch.table.scoring import evaluate
from genarch.table.spec import Spec

_BOM = "\ufeff"


class DocRequest(NamedTuple):
    """What the command line asked for."""

    document: str
    spec: str | None = None
    spec_id: str | None = None
    decision: str | None = None
    write: bool = False
    ask: AskRequest = AskRequest()
    rules: str = DEFAULT_TABLE


class _Found(NamedTuple):
    spec: Spec
    block: Block


def run_doc_add(request: DocRequest) -> int:
    """Put the block in, unless the document has it, and the rationale where it is wanted; the exit code.

    Raises:
        InputError: when the document, the spec or the rule table cannot be used, or the block would not be seen.
    """
    rules = load_rules(request.rules)
    _check_names(request, rules)
    path = request.document
    found = _blocks(_text(path), path, rules)
    if request.spec is None:
        spec_id = request.spec_id or default_id(path)
        if spec_id in found:
            _nothing_else(request, found[spec_id], rules)
            at = found[spec_id].block.first
            exits.say(f"{path}:{at}: has the block '{spec_id}'; edit it there, or add another one with --id")
            return _keep(request, found[spec_id], rules)
        with_block(_text(path), path, fenced("version: 1\n"))  # where none can go, nobody is asked

        def finish(_start: Spec, sheet: Sheet, _dialogue: object) -> int:
            return _keep(request, _added(path, _spec_text(request, spec_id, sheet, rules), rules), rules)

        return questioned(request.ask, rules, finish)
    text = read_text(request.spec)
    spec = parse_spec(text, path=request.spec, rules=rules)
    own, spec_id = stated_id(text), request.spec_id or spec.id
    if own is not None and spec_id != own:
        raise refuse(request.spec, f"states the id '{own}'; leave --id out, or change it there")
    if own is None and spec_id != default_id(path):
        text = spec_with_id(text, spec_id)
    if spec_id in found:
        _same(path, spec._replace(id=spec_id), found[spec_id])
        exits.say(f"{path}:{found[spec_id].block.first}: has the block '{spec_id}' already")
        return _keep(request, found[spec_id], rules)
    return _keep(request, _added(path, text, rules), rules)


def _check_names(request: DocRequest, rules: RuleTable) -> None:
    if request.spec_id is not None and not SLUG.fullmatch(request.spec_id):
        raise refuse("--id", f"'{request.spec_id[:60]}' is not a slug; write small letters, digits, '-', '_' and '.'")
    if request.decision is not None and request.decision not in rules.decisions:
        known = rules.decisions
        hint = nearest(request.decision, known) or f"; write one of: {', '.join(known)}"
        raise refuse("--decision", f"'{request.decision[:60]}' is not a family or architecture{hint}")


def _text(path: str) -> str:
    """The document, byte order mark and line ends as they stand."""
    content = read_bytes(path)
    text = decode(content, path)
    return _BOM + text if content.startswith(_BOM.encode()) else text


def _blocks(text: str, path: str, rules: RuleTable) -> dict[str, _Found]:
    """The document's specs by id."""
    found: dict[str, _Found] = {}
    for block in parse_markdown(text.removeprefix(_BOM)).blocks:
        if not block.closed:
            raise refuse(path, f"the block at line {block.first} is never closed; end it with the marks it began with")
        spec = parse_spec(block.text, path=path, rules=rules, lines=block.lines)
        if spec.id in found:
            raise refuse(path, f"has two blocks '{spec.id}', at lines {found[spec.id].block.first} and {block.first}")
        found[spec.id] = _Found(spec, block)
    return found


def _spec_text(request: DocRequest, spec_id: str, sheet: Sheet, rules: RuleTable) -> str:
    """Answers as the text of a spec: what was answered, and what nobody knows."""
    lines = [f"version: {FORMAT_VERSION}"]
    if spec_id != default_id(request.document):
        lines.append(f"id: {spec_id}")
    answers = answers_of(sheet)
    lines.append("constraints:" if answers else "constraints: {}")
    lines += [f"  {name}: {answer}" for name, answer in answers.items()]
    if request.decision:
        lines += [f"decision: {request.decision}", f"decided_with: {rules.name}"]
    return "\n".join(lines) + "\n"


def _nothing_else(request: DocRequest, found: _Found, rules: RuleTable) -> None:
    """Refuse to pass over answers that the block does not have."""
    asked = request.ask
    start = parse_spec(read_text(asked.answers), path=asked.answers, rules=rules) if asked.answers else found.spec
    stated = with_settings(start.constraints, parse_settings(asked.settings))
    decision = request.decision or found.spec.decision
    _same(request.document, found.spec._replace(constraints=stated, decision=decision), found)


def _same(path: str, wanted: Spec, found: _Found) -> None:
    """Refuse to go on where a document states something else under the same id."""
    have = found.spec
    fields = sorted(
        name
        for name in {*wanted.constraints, *have.constraints}
        if wanted.constraints.get(name) != have.constraints.get(name)
    )
    keys = ("title", "decision", "decided_with", "waivers")
    fields += [key for key in keys if getattr(wanted, key) != getattr(have, key)]
    if fields:
        raise refuse(
            f"{path}:{found.block.first}",
            f"has a block '{have.id}' already, with another {', '.join(fields)}; edit it there, or give the new one "
            "an id of its own with --id",
        )


def _added(path: str, spec: str, rules: RuleTable) -> _Found:
    text, block = with_block(_text(path), path, fenced(spec))
    found = parse_spec(block.text, path=path, rules=rules, lines=block.lines)
    written(text, path)
    exits.say(f"{path}:{block.first}: added the block '{found.id}'")
    return _Found(found, block)


def _keep(request: DocRequest, found: _Found, rules: RuleTable) -> int:
    """Bring the rationale up to date where it is wanted."""
    if not request.write:
        return exits.OK
    path, spec = request.document, found.spec
    report = make_report(spec, rules, evaluate(spec, rules), explore(spec, rules), base=base_of(rules))
    before = text = _text(path)
    if not marked(text, spec.id):
        if any(before for _, before in found.block.lines):
            raise refuse(
                f"{path}:{found.block.first}",
                "the block stands in a list or a quotation, which a rationale would break; move it out for --write",
            )
        text = behind(text, found.block.last, spec.id)
        if not marked(text, spec.id):
            raise refuse(path, f"has no place for a rationale after line {found.block.last}; move the block")
    text = with_rationale(text, path, spec.id, excerpt(report))
    if text == before:
        exits.say(f"{path}: the rationale of '{spec.id}' is up to date")
        return exits.OK
    written(text, path)
    exits.say(f"{path}: wrote the rationale of '{spec.id}'")
    return exits.OK
