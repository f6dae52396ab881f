"""Files of specs and of documented cases: text to values, with every problem at its line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from genarch.engine.forms import NOT_IN_ID, NOT_IN_SLUG
from genarch.engine.rules import RuleTable
from genarch.engine.spec import DIFFUSION_ON_OFFER, SPEC_VERSION, Case, Cases, Origin, Spec
from genarch.errors import InputError, Problem
from genarch.files.answers import is_unknown
from genarch.files.io import SPEC_SUFFIX, read_text
from genarch.files.records import Record
from genarch.files.yaml_text import Document, Fields, Items, Node, nodes_of, parse, scalars_of

_AT_LEAST = f"write at least 'version: {SPEC_VERSION}' and 'constraints:'"


def load_spec(path: str | os.PathLike[str], rules: RuleTable | None = None) -> Spec:
    """Read a spec file.

    With `rules`, a `decision` must also be a name that this table has.

    Raises:
        InputError: with every problem of the file.
    """
    name = os.fspath(path)
    return parse_spec(read_text(name), path=name, rules=rules)


def parse_spec(
    text: str, *, path: str = "<text>", rules: RuleTable | None = None, lines: Sequence[tuple[int, int]] = ()
) -> Spec:
    """Read a spec from its YAML text; `path` stands in messages and gives the default id.

    Where the text is a part of a document, `lines` gives each line's number there, and the columns before it.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path, lines)
    return _read(document, parse(document), rules).value


def parse_placed(
    text: str, path: str, rules: RuleTable | None, lines: Sequence[tuple[int, int]]
) -> tuple[Spec, dict[str, tuple[int, int]]]:
    """A spec, as `parse_spec` reads it, with line and column of its keys.

    They are named by their path: `decision`, `constraints.task`, `waivers[0].rule`; '' is the spec itself.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path, lines)
    record = _read(document, parse(document), rules)
    placed = _placed(record.root, record.root.at)
    return record.value, {field: document.position(at) for field, at in placed}


def validate_spec(data: Mapping[str, Any]) -> Spec:
    """Make a spec of Python values, as strictly as of a file: no text for a number, no 1 for true, no NaN.

    Raises:
        InputError: with every problem.
    """
    document, node = Document("", "<python>"), nodes_of(data)
    for scalar in scalars_of(node):
        if found := re.search("[\ud800-\udfff]", scalar.text):
            document.report(scalar, "", f"half a character, U+{ord(found[0]):04X}; remove it")
    document.check()
    return _read(document, node, None).value


def _read(document: Document, node: Node | None, rules: RuleTable | None) -> Record[Spec]:
    if node and is_unknown(node):
        node = node._replace(at=min(node.at, 0))  # what is empty has its place at the start
    record = Record(document, node, Spec, _no_spec)
    spec = record.value
    if rules and (stated := spec.decision) is not None:
        spec = spec._replace(decision=(decision := rules.aliases.get(stated, stated)))
        record.check_names(("decision",), [decision], rules.decisions, "is not a family or architecture")
    document.check()
    origin = Origin(document.path, record.place(()).line)
    record.value = spec._replace(id=spec.id or default_id(document.path), origin=origin)
    return record


def _no_spec(root: Node) -> str:
    if not isinstance(root, Fields):
        return f"{'is empty' if is_unknown(root) else 'must be a mapping'}; {_AT_LEAST}"
    table = root.get("rules") is not None and root.get("constraints") is None
    return "is a rule table, not a spec; give it with --rules" if table else ""


def _placed(node: Node, at: int, field: str = "") -> Iterator[tuple[str, int]]:
    """Where a node and all in it stand, by their paths: values where their keys do."""
    yield field, at
    if isinstance(node, Fields):
        for key, value in node.entries:
            yield from _placed(value, key.at, f"{field}.{key.text}".removeprefix("."))
    elif isinstance(node, Items):
        for number, item in enumerate(node.items):
            yield from _placed(item, item.at, f"{field}[{number}]")


def default_id(path: str) -> str:
    """The slug of a file's stem: `Live Face.genarch.yaml` is `live-face`; letters of any script stay."""
    name = os.path.basename(path)
    stem = name.removesuffix(SPEC_SUFFIX) if name.endswith(SPEC_SUFFIX) else os.path.splitext(name)[0]
    if stem.isascii():
        slug = re.sub(NOT_IN_SLUG, "-", stem.lower())
    else:
        from unicodedata import normalize

        slug = re.sub(NOT_IN_ID, "-", normalize("NFC", stem.lower()))
    slug = slug.strip("-._")[:100].rstrip("-._")
    return slug or "spec"


MAX_CASES = 2_000
"""Cases of one backtest."""

MAX_CASE_EVENTS = 500_000
"""A case has some seventy parts; 1 MiB holds some thousand cases."""


def load_cases(paths: Sequence[str], verdicts: Collection[str]) -> tuple[Case, ...]:
    """The cases in files, in their order; `verdicts` are those that a case may name.

    Raises:
        InputError: with every problem of every file; an id that two files share is one.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            cases += parse_cases(read_text(path), path=path, verdicts=verdicts)
        except InputError as error:
            problems += error.problems
    first: dict[str, Origin] = {}
    for case in cases:
        before, here = first.setdefault(case.id, case.origin), case.origin
        if before is not here:
            message = f"is a duplicate, first at {before.path}:{before.line}; ids are used once"
            problems.append(Problem(here.path, here.line, None, f"[{case.id}].id", message))
    if len(cases) > MAX_CASES:
        message = f"more than {MAX_CASES:,} cases, each of which is compared with the others; backtest them in parts"
        problems.append(Problem(cases[MAX_CASES].origin.path, cases[MAX_CASES].origin.line, None, "", message))
    if problems:
        raise InputError(problems)
    return tuple(cases)


def parse_cases(text: str, *, path: str = "<text>", verdicts: Collection[str]) -> tuple[Case, ...]:
    """The cases in a YAML text.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path)
    record = Record(document, parse(document, max_events=MAX_CASE_EVENTS), Cases, _no_cases)
    read: tuple[Case | None, ...] = record.value
    cases = tuple(_checked(record, at, case, verdicts) for at, case in enumerate(read) if case)
    document.check()
    return cases


def _no_cases(root: Node) -> str:
    listed = isinstance(root, Items) and root.items
    return "" if listed else "must be a list of cases; begin each with '- id: …'"


def _checked(record: Record[Cases], at: int, case: Case, verdicts: Collection[str]) -> Case:
    """A case with what follows from the rest of it; what does not fit together is noted in the document."""
    for where, name in [(("chosen",), case.chosen), *((("acceptable", n), v) for n, v in enumerate(case.acceptable))]:
        record.check_names((at, *where), [name] if name else (), verdicts, "is not a family or a verdict")
    accepted = case.acceptable or (case.chosen,)
    if case.chosen and case.chosen not in accepted and all(name in verdicts for name in accepted):
        record.report((at, "acceptable"), f"leaves out '{case.chosen}', which was chosen; add it")
    # Before then usable diffusion was not on offer, so a case is no strict one unless it says so.
    early = case.year is not None and case.year < DIFFUSION_ON_OFFER and not record.has((at, "strict"))
    return case._replace(
        acceptable=tuple(dict.fromkeys(accepted)),
        strict=case.strict and not early,
        origin=Origin(record.document.path, record.place((at,)).line),
    )
