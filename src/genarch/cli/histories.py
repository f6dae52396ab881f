"""Tables of specs on the command line, counted: rows that two rule tables decide otherwise, and what was decided."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from genarch.cli.app import ComparisonFormat
from genarch.cli.output import STDIN, ExitCode, OwnEvidence, collected, say, write_report
from genarch.cli.output import keep as refuse_input
from genarch.cli.output import written as text_written
from genarch.cli.tables import ahead, check_columns, progress
from genarch.columns import files
from genarch.columns.evaluator import Evaluator
from genarch.columns.frames import problems_of
from genarch.columns.reading import Faults, columns_of
from genarch.engine.answers import UNKNOWN_WORDS
from genarch.engine.backtest import outcome
from genarch.engine.forms import shown as shown_text
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Verdict
from genarch.engine.spec import Case, CaseSpec
from genarch.errors import InputError, nearest, nearest_or_all
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
                _outcome(evaluator.verdicts(evaluator.read(batch, noted)))
                for evaluator, noted in ((was, faults), (now, again))
            )
            rows += batch.num_rows
            changed = pc.not_equal(before, after)
            counts.update(zip(before.filter(changed).to_pylist(), after.filter(changed).to_pylist(), strict=True))
            if add:
                more = batch.append_column("was", before).append_column("now", after)
                add(more.filter(changed))
        if faults:
            raise InputError(problems_of(faults, shown))
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
            chosen = _decisions(batch.column(DECISION), families, faults[0])
            rows += batch.num_rows
            for evaluator, noted, counted in zip(evaluators, faults, counts, strict=True):
                found = evaluator.verdicts(evaluator.read(batch, noted))
                counted.update(_combined([chosen, *found.values()]))
    if faults[0]:
        raise InputError(problems_of(faults[0], shown))
    decided = {}
    for table, counted in zip(tables, counts, strict=True):
        decided[table] = Counter[Decided]()
        for (choice, verdict, confidence, recommended), count in counted.items():
            if choice is not None:
                candidates = tuple(families[name] for name in recommended.split("|") if name)
                case = Case("row", CaseSpec({}), choice, (choice,))
                came_out = outcome(case, Verdict(verdict, None, candidates, confidence=confidence))
                decided[table][Decided(choice, verdict, confidence, came_out)] += count
    report = history_report(decided)
    if not (many := report.groups[0].cases):
        say(f"{shown}: has no row that says what was decided")
        return ExitCode.NOTHING
    if many < rows:
        say(f"{shown}: {rows - many:,} of {rows:,} rows say nothing of what was decided, and are left out")
    page = backtest_page(report, failures=False)
    return write_report(report, page, output_format, output, title="Backtest")


def _wanted(name: str) -> bool:
    return name == DECISION or bool(columns_of([name]))


def _decisions(column: Any, families: Mapping[str, str], faults: Faults) -> Any:
    """The family that was chosen in each row, or evaluate_both; null where none was yet."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    chosen: list[str | None] = []
    for at, text in enumerate(encoded.dictionary.to_pylist()):
        name = str(text).strip()
        chosen.append(families.get(name))
        if not chosen[-1] and name not in (*UNKNOWN_WORDS, ""):
            message = f"'{shown_text(name, 40)}' is not a decision here{nearest_or_all(name, families)}"
            faults.add(DECISION, message, encoded.indices.fill_null(-1).to_numpy() == at)
    return pa.array(chosen, pa.string()).take(encoded.indices)


def _combined(columns: Sequence[Any]) -> dict[tuple[Any, ...], int]:
    """How many rows have each combination of values."""
    names = [str(at) for at in range(len(columns))]
    plain = [
        pc.binary_join(column.cast(pa.list_(pa.string())), "|") if pa.types.is_list(column.type) else column
        for column in columns
    ]
    table = pa.table([column.cast(pa.string()) for column in plain], names=names)
    counted = table.group_by(names).aggregate([([], "count_all")])
    *keys, many = (counted.column(name).to_pylist() for name in [*names, "count_all"])
    return dict(zip(zip(*keys, strict=True), many, strict=True))


def _outcome(found: Mapping[str, Any]) -> Any:
    """The architecture, or the verdict where there is none."""
    return pc.coalesce(found["architecture"].cast(pa.string()), found["verdict"].cast(pa.string()))
