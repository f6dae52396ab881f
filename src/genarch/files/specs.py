"""Files of specs and of documented cases: text to values, with every problem at its line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from genarch.errors import InputError, Problem, nearest_or_all
from genarch.files.answers import is_unknown
from genarch.files.io import SPEC_SUFFIX, read_text
from genarch.files.records import Record
from genarch.files.yaml_text import Document, Fields, Items, Node, nodes_of, parse
from genarch.table.rules import RuleTable
from genarch.table.spec import DIFFUSION_ON_OFFER, SPEC_VERSION, Case, Cases, Origin, Spec

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
    text: str,
    *,
    path: str = "<text>",
    rules: RuleTable | None = None,
    lines: Sequence[tuple[int, int]] = (),
) -> Spec:
    """Read a spec from its YAML text; `path` stands in messages and gives the default id.

    Where the text is a part of a document, `lines` gives each line's number there, and the columns before it.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path, lines)
    return _spec(document, parse(document), rules)


def parse_placed(
    text: str,
    *,
    path: str = "<text>",
    rules: RuleTable | None = None,
    lines: Sequence[tuple[int, int]] = (),
) -> tuple[Spec, dict[str, tuple[int, int]]]:
    """A spec, as `parse_spec` reads it, with line and column of its keys.

    They are named by their path: `decision`, `constraints.task`, `waivers[0].rule`; '' is the spec itself.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path, lines)
    node = parse(document)
    spec = _spec(document, node, rules)
    assert node is not None  # noqa: S101  (else it would have been refused)
    return spec, {field: document.position(at) for field, at in [("", node.at), *_keys(node)]}


def validate_spec(data: Mapping[str, Any]) -> Spec:
    """Make a spec of Python values, as strictly as of a file: no text for a number, no 1 for true, no NaN.

    Raises:
        InputError: with every problem.
    """
    document = Document("", "<python>")
    return _spec(document, nodes_of(data), None)


def _spec(document: Document, node: Node | None, rules: RuleTable | None) -> Spec:
    """The spec that a document's node is; raises an InputError with every problem."""
    if node is None or is_unknown(node):
        document.report(0 if node is None or node.at >= 0 else node, "", f"is empty; {_AT_LEAST}")
    elif not isinstance(node, Fields):
        document.report(node, "", f"must be a mapping; {_AT_LEAST}")
    elif node.get("rules") is not None and node.get("constraints") is None:
        document.report(node, "", "is a rule table, not a spec; give it with --rules")
    else:
        record = Record(document, node, Spec)
        spec = record.value
        if rules and spec.decision is not None and spec.decision not in rules.decisions:
            hint = nearest_or_all(spec.decision, rules.decisions)
            record.report(("decision",), f"'{spec.decision}' is not a family or architecture{hint}")
        document.check()
        return spec._replace(
            id=spec.id or default_id(document.path), origin=Origin(document.path, record.place(()).line)
        )
    raise document.error()


def _keys(node: Node, within: str = "") -> Iterator[tuple[str, int]]:
    """Where each key stands, by its path, and the items of lists of mappings."""
    for key, value in node.entries if isinstance(node, Fields) else ():
        field = f"{within}{key.text}"
        yield field, key.at
        if isinstance(value, Fields):
            yield from _keys(value, f"{field}.")
        elif isinstance(value, Items):
            for at, item in enumerate(value.items):
                if isinstance(item, Fields):
                    yield f"{field}[{at}]", item.at
                    yield from _keys(item, f"{field}[{at}].")


def default_id(path: str) -> str:
    """The slug of a file's stem: `Live Face.genarch.yaml` is `live-face`."""
    name = os.path.basename(path)
    stem = name.removesuffix(SPEC_SUFFIX) if name.endswith(SPEC_SUFFIX) else os.path.splitext(name)[0]
    slug = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:100].rstrip("-._")
    return slug or "spec"


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
    if problems:
        raise InputError(problems)
    return tuple(cases)


def parse_cases(text: str, *, path: str = "<text>", verdicts: Collection[str]) -> tuple[Case, ...]:
    """The cases in a YAML text.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path)
    node = parse(document, max_events=MAX_CASE_EVENTS)
    if not isinstance(node, Items) or not node.items:
        document.report(node or 0, "", "must be a list of cases; begin each with '- id: …'")
        raise document.error()
    record = Record(document, node, Cases)
    read: tuple[Case | None, ...] = record.value
    cases = tuple(_checked(record, at, case, verdicts) for at, case in enumerate(read) if case)
    document.check()
    return cases


def _checked(record: Record[Cases], at: int, case: Case, verdicts: Collection[str]) -> Case:
    """A case with what follows from the rest of it; what does not fit together is noted in the document."""
    for where, name in [(("chosen",), case.chosen), *((("acceptable", n), v) for n, v in enumerate(case.acceptable))]:
        if name and name not in verdicts:
            record.report((at, *where), f"'{name}' is not a family or a verdict{nearest_or_all(name, verdicts)}")
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
