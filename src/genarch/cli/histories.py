"""Tables of specs on the command line, counted: rows that two rule tables decide otherwise, and what was decided."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from genarch.cli.app import ComparisonFormat
from genarch.cli.output import STDIN, ExitCode, OwnEvidence, collected, say, write_report
from genarch.cli.output import keep as refuse_input
from genarch.cli.output import written as text_written
from genarch.cli.tables import ahead, check_columns, progress
from genarch.columns import files
from genarch.columns.batches import changed, counted, decisions, outcomes
from genarch.columns.evaluator import Evaluator
from genarch.columns.frames import problems_of
from genarch.columns.reading import Faults, columns_of
from genarch.engine.backtest import outcome
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Verdict
from genarch.engine.spec import Case, CaseSpec
from genarch.errors import InputError, nearest
from genarch.files.bundled import load_rules, table_files
from genarch.files.io import refuse


def compare_on_table(old: RuleTable, new: RuleTable, path: str, output: str | None) -> int:
    """Show how many rows of a table of specs two rule tables decide otherwise; with an output, write those rows.

    What stands for a row is its architecture, or the verdict where there is none. Returns how many changed.
    """
    refuse_input(output, [path])
    was, now = (Evaluator(table, ("verdict", "architecture")) for table in (old, new))
    faults, again, counts, rows = Faults(), Faults(), Counter[tuple[str, str]](), 0
    shown = STDIN if path == "-" else path
    with ExitStack() as stack:
        source = stack.enter_context(files.opened(path, sys.stdin.buffer, lambda _: True))
        check_columns(source.names, source.names, shown)
        if output and (clash := [name for name in source.names if name in ("was", "now")]):
            raise refuse(shown, f"has a column {clash[0]} of its own; rename it")
        kind = files.format_of(output) if output and output != "-" else "csv"
        add = stack.enter_context(files.written(output, kind, sys.stdout.buffer)) if output else None
        for batch in progress(source.batches, source.rows):
            before, after = (
                outcomes(evaluator.verdicts(evaluator.read(batch, noted)))
                for evaluator, noted in ((was, faults), (now, again))
            )
            rows += batch.num_rows
            other = changed(batch, before, after)
            counts += counted(other.columns[-2:])
            if add:
                add(other)
        if faults:
            raise InputError(problems_of(faults, shown))
    if not rows:
        say(f"{shown}: has no rows")
    total = counts.total()
    lines = [f"{total:,} of {rows:,} rows change from {old.name} to {new.name}"]
    lines += [f"{many:>9,}  {one} -> {other}" for (one, other), many in counts.most_common()]
    if output is None:
        text_written("\n".join(lines))
    else:
        say(*lines)
    return total


DECISION = "decision"
"""The column that says what was chosen, as the field of a spec does."""

_NONE = ("undetermined", "infeasible")
"""Verdicts that nobody decides for."""


def backtest_table(
    path: str, which: Sequence[str], output_format: ComparisonFormat, output: str | None, *, evidence: bool
) -> int:
    """Show how often rule tables are right on a table of specs that says what was decided."""
    from genarch.reports.backtest import Decided, backtest_page, history_report

    shown = STDIN if path == "-" else path
    refuse_input(output, [path, *(file for name in which for file in table_files(name))])
    tables = collected(partial(load_rules, evidence=evidence), which)
    tables = [OwnEvidence(table).table_for(shown) for table in tables] if evidence else tables
    families = {name: name for table in tables for name in table.verdicts if name not in _NONE}
    families |= {entry.id: entry.family for table in tables for entry in table.architectures}
    evaluators = [Evaluator(table, ("verdict", "confidence", "recommended")) for table in tables]
    faults = [Faults() for _ in tables]
    counts, rows = [Counter[tuple[Any, ...]]() for _ in tables], 0
    with ExitStack() as stack:
        source = stack.enter_context(files.opened(path, sys.stdin.buffer, _wanted))
        check_columns(source.names, [], shown)
        if DECISION not in source.names:
            hint = nearest(DECISION, source.names) or "; rename the one that says what was chosen"
            raise refuse(shown, f"has no column '{DECISION}'{hint}")
        for batch in progress(ahead(source.batches), source.rows):
            chosen = decisions(batch, DECISION, families, faults[0])
            rows += batch.num_rows
            for evaluator, noted, several in zip(evaluators, faults, counts, strict=True):
                found = evaluator.verdicts(evaluator.read(batch, noted))
                several.update(counted([chosen, *found.values()]))
    if faults[0]:
        raise InputError(problems_of(faults[0], shown))
    decided = {}
    for table, several in zip(tables, counts, strict=True):
        decided[table] = Counter[Decided]()
        for (choice, verdict, confidence, recommended), count in several.items():
            if choice is not None:
                candidates = tuple(families[name] for name in recommended.split("|") if name)
                case = Case("row", CaseSpec({}), choice, (choice,))
                came_out = outcome(case, Verdict(verdict, None, candidates, confidence=confidence))
                decided[table][Decided(choice, verdict, confidence, came_out)] += count
    report = history_report(decided)
    if not (many := report.groups[0].cases):
        say(f"{shown}: has no row with a decision")
        return ExitCode.NOTHING
    if many < rows:
        say(f"{shown}: {rows - many:,} of {rows:,} rows have no decision, and are left out")
    page = backtest_page(report, failures=False)
    return write_report(report, page, output_format, output, title="Backtest")


def _wanted(name: str) -> bool:
    return name == DECISION or bool(columns_of([name]))
