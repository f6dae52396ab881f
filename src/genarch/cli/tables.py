"""Tables of specs on the command line: read in batches, evaluated, and written while the next ones are read.

Tables are also counted: rows that two rule tables decide otherwise, and what was decided.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import typer

from genarch.cli.app import ComparisonFormat
from genarch.cli.evaluate import check_evidence, failing_verdicts
from genarch.cli.output import (
    PATIENCE_SECONDS,
    STDIN,
    ExitCode,
    OwnEvidence,
    collected,
    counting_own_cases,
    names_in,
    say,
    write_report,
)
from genarch.cli.output import format_of as report_format
from genarch.cli.output import keep as refuse_input
from genarch.cli.output import written as text_written
from genarch.columns import files
from genarch.columns.batches import beside, changed, counted, decisions, outcomes, stating
from genarch.columns.evaluator import Evaluator
from genarch.columns.frames import check_kept, problems_of
from genarch.columns.reading import Faults, check_stating, columns_of
from genarch.engine.answers import format_answer
from genarch.engine.constraints import BY_NAME
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Verdict
from genarch.engine.spec import Case, CaseSpec, Spec
from genarch.errors import InputError, nearest
from genarch.files.answers import parse_overrides
from genarch.files.bundled import load_rules, table_files
from genarch.files.io import refuse
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from genarch.columns.sweep import Varied

_AHEAD = 2
"""Batches that are read, and that wait to be written, beside the one that is evaluated."""

KEPT = ("other", "all", "none")


class TableRun(NamedTuple):
    """What the options say: the table, where verdicts go, and what they have."""

    path: str
    output: str | None
    columns: str
    keep: str
    on_error: str
    overrides: Sequence[str]
    fail_on: str
    evidence: bool


def evaluate_table(
    run: TableRun, rules: str, cases: list[str] | None, measured: list[str] | None, *, alone: bool
) -> int:
    """Write the verdicts of a table of specs."""
    if not alone:
        raise typer.BadParameter("--table takes no PATH, --try, --watch, --full, --model or --format; leave them out")
    path, output, columns, keep, on_error, overrides, fail_on, evidence = run
    stated = parse_overrides(overrides)
    shown = STDIN if path == "-" else path
    check_evidence(measured, no_evidence=not evidence)
    table = load_rules(rules, evidence=evidence)
    failing, inputs = failing_verdicts(fail_on, table), table_files(rules)
    if evidence:
        own = OwnEvidence(counting_own_cases(table, cases), measured)
        table, inputs = own.table_for(shown), [*inputs, *own.files_for(shown)]
    target = output or "-"
    refuse_input(output, [*inputs, path, *(cases or ())])
    how, report = _on_error(on_error, [*inputs, path], output)
    evaluator = Evaluator(table, columns)
    if failing and "verdict" not in evaluator.columns:
        raise refuse("--fail-on", "needs the column verdict; add it to --columns")
    faults, counts, rows = Faults(), Counter[tuple[str]](), 0
    with ExitStack() as stack:
        source = stack.enter_context(files.opened(path, sys.stdin.buffer, lambda name: _wanted(name, keep)))
        kept = _kept(source.names, keep, shown)
        check_columns(source.names, kept, shown)
        check_kept(kept, evaluator.written(), shown, "--keep")
        kind = files.format_of(target) if target != "-" else source.format if source.format != "parquet" else "csv"
        add = stack.enter_context(files.written(target, kind, sys.stdout.buffer))
        later = stack.enter_context(_pipeline(add))
        for batch in progress(ahead(source.batches), source.rows):
            found = evaluator.verdicts(evaluator.read(stating(batch, stated), faults))
            rows += batch.num_rows
            if "verdict" in found:
                counts.update(counted([found["verdict"]]))
            if not faults or how != "fail":  # else to find the others
                later(beside(batch, kept, found))
        if faults and how == "fail":
            raise InputError(problems_of(faults, shown))
    if report:
        text_written("".join(json.dumps(kind._asdict()) + "\n" for kind in faults.kinds), report)
    if faults:
        values = sum(kind.values for kind in faults.kinds)
        many = f"{values:,} invalid value{'' if values == 1 else 's'}"
        say(f"{shown}: {many}, treated as unknown" + (f"; see {report}" if report else ""))
    if not rows:
        say(f"{shown}: has no rows")
        return ExitCode.NOTHING
    if output and output != "-":
        several = ", ".join(f"{many:,} {verdict}" for (verdict,), many in counts.most_common()) or "evaluated"
        say(f"{rows:,} row{'' if rows == 1 else 's'}: {several}")
    return ExitCode.FINDINGS if any(verdict in failing for (verdict,) in counts) else ExitCode.OK


def _on_error(on_error: str, inputs: Sequence[str], output: str | None) -> tuple[str, str]:
    """What is done with values that are no answers, and the file that has them, if any."""
    how, _, report = on_error.partition("=")
    if how not in ("fail", "null", "report") or (how == "report") is not bool(report):
        raise refuse("--on-error", f"'{on_error[:60]}' is not a choice; write fail, null or report=FILE")
    refuse_input(report or None, inputs, "--on-error")
    if report and not os.path.isdir(os.path.dirname(report) or "."):
        raise refuse(report, "cannot be written: no such folder")
    if report and output and os.path.realpath(report) == os.path.realpath(output):
        raise refuse("--on-error", f"{report} is where the verdicts go; name another file")
    return how, report


def _wanted(name: str, keep: str) -> bool:
    """Whether a column is read: it states something, or is carried along."""
    return bool(columns_of([name])) or keep in ("other", "all") or (keep != "none" and name in names_in(keep))


def _kept(names: Collection[str], keep: str, shown: str) -> list[str]:
    """The columns that are carried along."""
    stating = {column for of in columns_of(list(names)).values() for column in of}
    if keep in KEPT:
        return [name for name in names if keep == "all" or (keep == "other" and name not in stating)]
    for name in names_in(keep):
        if name not in names:
            raise refuse("--keep", f"{shown} has no column '{name}'{nearest(name, names)}")
    return list(dict.fromkeys(names_in(keep)))


def check_columns(names: Collection[str], kept: Collection[str], shown: str) -> None:
    """Say what states nothing and is spelt much like what would; a table that states nothing is refused."""
    check_stating(names, shown)
    stating = columns_of(list(names))
    for name in kept:
        constraint, _, member = name.partition(".")
        of_a_set = constraint in BY_NAME and bool(member)
        known = BY_NAME[constraint].values if of_a_set else [known for known in BY_NAME if known not in stating]
        if not columns_of([name]) and (hint := nearest(member if of_a_set else name, known)):
            say(f"{shown}: column '{name}' is not a constraint, and is only copied{hint}")


def ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches, the next ones read while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(next, batches, None) for _ in range(_AHEAD)]
        while (batch := waiting.pop(0).result()) is not None:
            waiting.append(pool.submit(next, batches, None))
            yield batch


@contextmanager
def _pipeline(add: Callable[[Any], None]) -> Iterator[Callable[[Any], None]]:
    """What writes batches in their order, while others are worked on."""
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:

        def later(batch: Any) -> None:
            waiting.append(pool.submit(add, batch))
            if len(waiting) > _AHEAD:
                waiting.pop(0).result()

        yield later
        for one in waiting:
            one.result()


def progress(batches: Iterable[Any], rows: int | None) -> Iterator[Any]:
    """The batches; on a terminal, after a while, how far they are, how fast it goes, and how long it will take."""
    began, done = time.monotonic(), 0
    with ExitStack() as stack:
        status = None
        for batch in batches:
            yield batch
            done += batch.num_rows
            elapsed = time.monotonic() - began
            if status is None and elapsed > PATIENCE_SECONDS and sys.stderr is not None and sys.stderr.isatty():
                from rich.console import Console

                status = stack.enter_context(Console(file=sys.stderr).status(""))
            if status is not None:
                left = f" of {rows:,}, {(rows - done) / (done / elapsed):.0f} s left" if rows else ""
                status.update(f"{done:,} rows{left}, {done / elapsed:,.0f} a second")


_MANY = 10_000_000
"""Rows of a grid that are announced: they take seconds to write."""


def write_grid(fixed: Spec, table: RuleTable, vary: list[str], columns: str, output: str | None, most: int) -> int:
    """Write the verdicts of a spec over a grid of answers: a table of every combination, or a picture."""
    from genarch.columns.sweep import grid, parse_varied, rows_of

    varied = parse_varied(vary)
    if output is None or output.endswith((".html", ".svg", ".md", ".txt")):
        if columns:
            raise refuse("--columns", "is for a table; write one, as with -o grid.csv")
        return _drawn(fixed, table, varied, output)
    evaluator, faults, rows = Evaluator(table, columns), Faults(), rows_of(varied)
    kind = files.format_of(output) if output != "-" else "csv"
    if rows > most:
        raise refuse("--vary", f"makes {rows:,} rows, more than {most:,}; vary less, or raise --max-rows")
    if rows > _MANY:
        say(f"writing {rows:,} rows")
    with ExitStack() as stack:
        add = stack.enter_context(files.written(output, kind, sys.stdout.buffer))
        for batch in progress(grid(fixed.constraints, varied), rows):
            add(beside(batch, [one.name for one in varied], evaluator.verdicts(evaluator.read(batch, faults))))
    return ExitCode.OK


def _drawn(fixed: Spec, table: RuleTable, varied: Sequence[Varied], output: str | None) -> int:
    """A picture of the verdicts over one constraint or two."""
    from genarch.columns.sweep import grid, labels, rows_of
    from genarch.engine.decision_map import MOST_TILES, Axis, Cell, DecisionMap, Tile
    from genarch.reports.decision_map import as_svg, map_page, map_report

    if len(varied) > 2 or rows_of(varied) > MOST_TILES:
        raise refuse(
            "--vary",
            f"a picture shows one or two fields, and at most {MOST_TILES:,} combinations; write a table with -o",
        )
    x, *rest = varied
    evaluator, tiles = Evaluator(table, ("verdict", "architecture", "confidence")), list[Tile]()
    places = product(*(one.values for one in (*rest, x)))
    here = tuple(fixed.constraints.get(one.name) for one in (*rest, x))
    for batch in grid(fixed.constraints, [*rest, x]):
        found = evaluator.verdicts(evaluator.read(batch, Faults()))
        each = zip(*(found[name].to_pylist() for name in evaluator.columns), places, strict=False)
        tiles += [Tile(verdict, best, (), sure, None, (), place == here) for verdict, best, sure, place in each]
    across = [Cell(label, value) for label, value in labels(x).items()]
    other = rest[0].name if rest else next(name for name in BY_NAME if name != x.name)
    value = fixed.constraints.get(other)
    down = [Cell("unknown" if value is None else format_answer(value), value)]
    if rest:
        down = [Cell(label, value) for label, value in labels(rest[0]).items()]
    width = len(x.values)
    rows = tuple(tuple(tiles[at : at + width]) for at in range(0, len(tiles), width))
    report = map_report(fixed, table, DecisionMap(Axis(x.name, tuple(across)), Axis(other, tuple(down)), rows))
    kind = report_format(output or "-", ("text", "markdown", "html", "svg"))
    if kind == "svg":
        return text_written(as_svg(report), output)
    return write_report(report, map_page(report), kind, output, title=f"Sweep: {fixed.id}")


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
    from genarch.engine.backtest import outcome
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
        source = stack.enter_context(
            files.opened(path, sys.stdin.buffer, lambda name: name == DECISION or bool(columns_of([name])))
        )
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
