"""Files of documented cases: text to cases, with every problem at its line and column."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from genarch.errors import InputError, Problem, nearest
from genarch.files.io import read_text
from genarch.files.records import Record
from genarch.files.yaml_text import Document, Items, parse
from genarch.table.backtest import DIFFUSION_ON_OFFER, Case, Cases
from genarch.table.spec import Origin

MAX_EVENTS = 500_000
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
    node = parse(document, max_events=MAX_EVENTS)
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
            hint = nearest(name, verdicts) or f"; write one of: {', '.join(verdicts)}"
            record.report((at, *where), f"'{name}' is not a family or a verdict{hint}")
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
