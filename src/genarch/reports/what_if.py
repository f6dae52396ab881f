"""A spec beside what would come of other answers, one row for each combination."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Literal

from genarch.engine.answers import format_answer, plain_value
from genarch.engine.constraints import Value
from genarch.engine.spec import GPU_NOT_LISTED
from genarch.reports import page
from genarch.reports.answer import overview_cells
from genarch.reports.evaluation import Evaluated, RulesPart, SpecPart
from genarch.reports.page import Block, Line, Paragraph, Span, code, dim, spans
from genarch.reports.words import counted
from genarch.values import NamedTuple
from genarch.version import __version__


class Tried(NamedTuple):
    """What comes of some other answers."""

    answers: Mapping[str, Value | None]
    """In place of what is stated; null where an answer is taken away. None of the spec as it stands."""
    changed: bool
    """Whether another verdict, or another architecture, comes of them."""
    report: Evaluated


class WhatIf(NamedTuple):
    """A spec as it stands, and with every combination of the answers that are tried."""

    schema_version: Literal[1]
    genarch_version: str
    spec: SpecPart
    rules: RulesPart
    tried: tuple[Tried, ...]
    """The spec as it stands first."""


def what_if(
    evaluated: Callable[[Mapping[str, Value | None]], Evaluated], alternatives: Mapping[str, Sequence[Value | None]]
) -> WhatIf:
    """The comparison; `evaluated` has the report of the spec with some answers in place of its own."""
    now = evaluated({})

    def tried(answers: Mapping[str, Value | None]) -> Tried:
        report = evaluated(answers)
        before, after = now.verdict, report.verdict
        return Tried(
            answers, (before.verdict, set(before.recommended)) != (after.verdict, set(after.recommended)), report
        )

    rows = (tried(dict(zip(alternatives, values, strict=True))) for values in product(*alternatives.values()))
    return WhatIf(1, __version__, now.spec, now.rules, (Tried({}, changed=False, report=now), *rows))


def what_if_page(found: WhatIf) -> Iterator[Block]:
    """A table: the answers that are tried, then what comes of them; what is as it was stands back."""
    now, *others = found.tried
    before = overview_cells(now.report)
    rows = [_row(Span("as stated"), found.spec.constraints, found, before)]
    for entry in others:
        cells = overview_cells(entry.report)
        same = {header: _dimmed(cell) for header, cell in cells.items() if cell == before[header]}
        mark = Span("changes", tone="changed") if entry.changed else dim("same")
        rows.append(_row(mark, entry.answers, found, cells | same))
    shown = tuple(header for header in rows[0] if any(spans(row[header]) for row in rows))
    yield page.Title((code(found.spec.id), dim(f"  {found.spec.title}" if found.spec.title else "")))
    needed = len(others[0].answers) + 2
    yield page.Table(shown, tuple(tuple(row[header] for header in shown) for row in rows), needed=needed)
    known = {caution.message for caution in now.report.warnings}
    cautions = (caution for entry in others for caution in entry.report.warnings)
    added = dict.fromkeys(c.message for c in cautions if c.id == GPU_NOT_LISTED or c.id.startswith("inconsistent-"))
    yield from (Paragraph((Span("Careful: ", tone="open"), message)) for message in added if message not in known)
    changed = sum(entry.changed for entry in others)
    yield Paragraph(f"{changed} of {counted(len(others), 'combination')} would change the verdict.")


def _row(mark: Span, answers: Mapping[str, Value | None], found: WhatIf, cells: Mapping[str, Line]) -> dict[str, Line]:
    names = found.tried[-1].answers
    return {"": mark, **{name: _answer(name, answers.get(name)) for name in names}, **cells}


def _answer(name: str, value: Value | None) -> str:
    return "unknown" if value is None else format_answer(plain_value(name, value))


def _dimmed(cell: Line) -> Line:
    return tuple(span._replace(style="dim") for span in spans(cell))
