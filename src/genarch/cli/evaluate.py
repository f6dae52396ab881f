"""`genarch evaluate`: specs in, reports out, one at a time; and `genarch sweep`: a spec over a grid of answers."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from math import prod
from time import sleep
from typing import Annotated

import typer

from genarch.cli.app import (
    Cases,
    Commands,
    Evidence,
    Format,
    Full,
    Output,
    Overrides,
    Pager,
    ReportFormat,
    Rules,
    Text,
    Texts,
    argument,
    flag,
    option,
)
from genarch.cli.output import (
    STDIN,
    ExitCode,
    OwnEvidence,
    bug,
    collected,
    counted,
    counting_own_cases,
    guarded,
    keep,
    look_of,
    names_in,
    one_of,
    read_spec,
    say,
    write_report,
    writer,
    written,
)
from genarch.engine.constraints import Value
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Origin, Spec
from genarch.errors import InputError, Problem
from genarch.files.answers import parse_alternatives, parse_overrides, with_overrides
from genarch.files.bundled import DEFAULT_TABLE, OWN_NAME, catalogue_of, load_catalogue, load_rules, table_files
from genarch.files.io import refuse, spec_files
from genarch.files.specs import default_id
from genarch.reports.evaluation import Evaluated, Report, make_error_report
from genarch.reports.reporting import report_on, to_html
from genarch.reports.text import as_text

app = Commands()


@app.command()
def evaluate(
    *,
    paths: Annotated[
        Texts,
        argument(
            "PATH",
            "Spec files, Markdown documents with one spec, folders to search for *.genarch.yaml and genarch.yaml, "
            "or - for standard input.",
        ),
    ] = None,
    overrides: Overrides = None,
    output_format: Format = "text",
    output: Output = None,
    rules: Rules = DEFAULT_TABLE,
    fail_on: Annotated[str, option("VERDICT,...", "Exit 1 when a spec gets one of these verdicts.")] = "",
    explore: Annotated[bool, option(None, "Show what is settled and what would change the verdict; slower.")] = True,
    evidence: Evidence = None,
    no_evidence: Annotated[
        bool, flag("--no-evidence", "Use the rules alone, without measurements or the models that fit.")
    ] = False,
    tries: Annotated[
        Texts,
        option(
            "FIELD=A,B",
            "Compare with other values, in every combination; join members of a set with +.",
            "--try",
            of="answers",
        ),
    ] = None,
    watch: Annotated[bool, flag("--watch", "Evaluate again whenever a file changes, until Ctrl-C.")] = False,
    full: Full = False,
    pager: Pager = True,
    model: Annotated[
        Text, option("ID", "Show why, or why not, this model of the evidence catalogue.", of="models")
    ] = None,
    cases: Cases = None,
    specs: Annotated[
        Text,
        option(
            "FILE",
            "Evaluate a table with one spec per row: CSV, Parquet, Arrow or JSON lines; - for standard input.",
            "--table",
        ),
    ] = None,
    columns: Annotated[str, option("NAME,...", "Columns of the table of verdicts, or all.")] = "",
    keep_columns: Annotated[
        str,
        option(
            "NAME,...", "Input columns to keep: other (those that are not constraints), all, none, or names.", "--keep"
        ),
    ] = "other",
    on_error: Annotated[
        str,
        option(
            "HOW",
            "How to handle invalid values in a table: fail, null (treat as unknown), or report=FILE (also list them).",
        ),
    ] = "fail",
) -> int:
    """Evaluate specs: the recommendation, and every reason for it."""
    if specs is not None:
        from genarch.cli.tables import TableRun, evaluate_table

        return evaluate_table(
            TableRun(specs, output, columns, keep_columns, on_error, overrides or (), fail_on, not no_evidence),
            rules,
            cases,
            evidence,
            alone=not (paths or tries or watch or full or model or (output_format != "text" and not output)),
        )
    _check_given(paths or overrides, for_tables=bool(columns) or keep_columns != "other" or on_error != "fail")
    if watch:
        if not paths or "-" in paths:
            raise typer.BadParameter("--watch needs files; name some")
        again = dict(locals(), watch=False, pager=False)
        return watched(lambda: evaluate(**again), lambda: [*_read_for(paths, evidence), *table_files(rules)])
    check_evidence(evidence, no_evidence=no_evidence, model=model)
    output = None if output == "-" else output
    keep(output, table_files(rules), what="the rule table in use")
    keep(output, evidence or (), what="evidence in use")
    table = load_rules(rules, evidence=not no_evidence)
    failing = failing_verdicts(fail_on, table)
    stated = parse_overrides(overrides or ())
    table = table if no_evidence else counting_own_cases(table, cases)
    own = None if no_evidence else OwnEvidence(table, evidence)
    if tries:
        if len(paths or ()) > 1 or os.path.isdir((paths or [""])[0]):
            raise typer.BadParameter("--try compares the answers of one spec; name a single file")
        spec = read_spec(paths[0], table, stated) if paths else of_overrides(stated)
        table = own.table_for(spec.origin.path) if own else table
        return tried(spec._replace(model=model or spec.model), table, tries, output_format, output, evidence=bool(own))

    def write(reports: Iterable[tuple[Report, int]]) -> int:
        return write_reports(reports, table, output_format, output, full=full, pager=pager)

    def one(spec: Spec) -> tuple[Report, int]:
        spec = spec._replace(model=model or spec.model)
        judged_by = _judged_by(spec, own, table)
        report = report_on(spec, judged_by, explored=explore, with_evidence=bool(own))
        return report, ExitCode.FINDINGS if report.verdict.verdict in failing else ExitCode.OK

    def every(paths: list[str]) -> Iterator[tuple[Report, int]]:
        target = os.path.realpath(output) if output else None
        for path in spec_files(paths):
            if target and path != "-" and os.path.realpath(path) == target:
                raise refuse(path, "is an input, and would be overwritten by -o; name another file")
            shown = STDIN if path == "-" else path
            try:
                yield one(read_spec(path, table, stated))
                continue
            except InputError as error:
                say(*error.problems)
                problems, code = error.problems, ExitCode.UNUSABLE
            except Exception as error:  # noqa: BLE001  (one file's bug must not cost the others their verdict)
                problems, code = (Problem(shown, None, None, "", bug(error)),), ExitCode.BUG
                say(f"{shown}: {problems[0].message}")
            yield make_error_report(shown, default_id(shown), problems), code

    if not paths:
        return write([one(of_overrides(stated))])
    elsewhere = bool(output) or not sys.stdout.isatty()
    waiting = elsewhere and sys.stderr.isatty() and (len(paths) > 1 or os.path.isdir(paths[0]))
    code = write(counted(every(paths)) if waiting else every(paths))
    if code == ExitCode.NOTHING:
        say(f"nothing to evaluate: no *.genarch.yaml or genarch.yaml in {', '.join(paths)}")
    return code


def _check_given(given: object, *, for_tables: bool) -> None:
    if for_tables:
        raise typer.BadParameter("--columns, --keep and --on-error are for --table; add it, or leave them out")
    if not given:
        raise typer.BadParameter("name a spec file or a folder, - for standard input, or state something with --set")


def _judged_by(spec: Spec, own: OwnEvidence | None, table: RuleTable) -> RuleTable:
    """The table that a spec is judged by; says where nothing has been measured yet of a model of one's own."""
    if own is None:
        return table
    found = own.table_for(spec.origin.path)
    if spec.model and catalogue_of(found).awaits(spec.model):
        says = f"model '{spec.model}' is not in your own evidence, so it is not judged; 'genarch measure' adds it"
        say(Problem(spec.origin.path, None, None, "", says))
    return found


def _read_for(paths: Sequence[str], evidence: Sequence[str] | None) -> Iterator[str]:
    """The files of specs, and of the measurements that count for them where those are named or beside them."""
    yield from evidence or ()
    for path in spec_files(paths):
        yield path
        if not evidence:
            yield os.path.join(os.path.dirname(path), OWN_NAME)


def check_evidence(evidence: list[str] | None, *, no_evidence: bool, model: str | None = None) -> None:
    """Refuse options on evidence that contradict one another."""
    if evidence and no_evidence:
        raise typer.BadParameter("--evidence names measurements, and --no-evidence leaves them out; leave one out")
    if model is not None and no_evidence:
        raise typer.BadParameter("--model is compared with the evidence; leave --no-evidence out")
    if model is not None and not load_catalogue().awaits(model):
        load_catalogue().model(model)  # a name that it does not have is refused before anything is read


def failing_verdicts(fail_on: str, table: RuleTable) -> frozenset[str]:
    """The verdicts that --fail-on names."""
    names = names_in(fail_on)
    known = table.verdicts
    if fail_on and not names:
        raise refuse("--fail-on", f"has no verdict; write any of: {', '.join(known)}")
    return frozenset(collected(lambda name: one_of("--fail-on", name, "a verdict", known, "any of"), names))


def of_overrides(stated: Mapping[str, Value | None]) -> Spec:
    """The spec that --set alone states."""
    return Spec("command-line", with_overrides({}, stated), origin=Origin("--set"))


def watched(run: Callable[[], int], files: Callable[[], Iterable[str]]) -> int:
    """Run again whenever one of the files changes, appears or goes, until the reader interrupts."""

    def state() -> dict[str, int]:
        return {path: os.stat(path).st_mtime_ns for path in files() if os.path.exists(path)}

    before = None
    with suppress(KeyboardInterrupt):
        while True:
            if (now := state()) != before:
                if sys.stdout.isatty():
                    sys.stdout.write("\x1b[2J\x1b[H")  # the screen cleared, the cursor at its top
                before = now
                if guarded(run) == ExitCode.INTERRUPTED:
                    break
            sleep(WATCH_SECONDS)
    return ExitCode.OK


WATCH_SECONDS = 0.3
"""How long to wait between two looks at the files."""

MOST_TRIED = 1_000
"""Combinations that are evaluated at most: a screen of them is read, a sweep is for tables."""


def tried(
    spec: Spec, table: RuleTable, tries: list[str], output_format: ReportFormat, output: str | None, *, evidence: bool
) -> int:
    """Write a spec beside what would come of other answers."""
    from genarch.reports.what_if import what_if, what_if_page

    alternatives = parse_alternatives(tries)
    if (many := prod(map(len, alternatives.values()))) > MOST_TRIED:
        raise refuse("--try", f"makes {many:,} combinations; write at most {MOST_TRIED:,}")

    def with_answers(answers: Mapping[str, Value | None]) -> Evaluated:
        changed = spec._replace(constraints=with_overrides(spec.constraints, answers))
        return report_on(changed, table, with_evidence=evidence)

    report = what_if(with_answers, alternatives)
    if output_format == "jsonl":
        from genarch.reports.json import json_lines

        return written("".join(json_lines(report.tried)), output)
    return write_report(report, what_if_page(report), output_format, output)


def write_reports(
    reports: Iterable[tuple[Report, int]],
    rules: RuleTable,
    output_format: ReportFormat,
    output: str | None,
    *,
    full: bool = False,
    pager: bool = False,
) -> int:
    """Write reports as they come; the exit code is the gravest of theirs, or that there are none."""
    codes: Counter[int] = Counter()
    iterator = iter(reports)
    first = next(iterator, None)
    if first is None:
        return ExitCode.NOTHING

    def counted_reports() -> Iterator[Report]:
        for report, code in chain([first], iterator):
            codes[code] += 1
            yield report

    with writer(output, paged=full and pager and output_format == "text") as write:
        for text in _rendered(counted_reports(), rules, output_format, output, full=full):
            write(text)
    unusable = codes[ExitCode.UNUSABLE] + codes[ExitCode.BUG]
    if unusable and codes.total() > 1:
        say(f"{unusable} of {codes.total()} specs could not be evaluated")
    return max(codes, default=ExitCode.OK)


def _rendered(
    reports: Iterable[Report], rules: RuleTable, output_format: ReportFormat, output: str | None, *, full: bool
) -> Iterator[str]:
    """The reports in the format asked for, as they come; each format is imported only when it is."""
    if output_format in ("json", "jsonl"):
        from genarch.reports.json import json_lines, json_list

        return json_lines(reports) if output_format == "jsonl" else json_list(reports)
    if output_format == "html":
        return iter([to_html(*reports, rules=rules)])
    from genarch.reports.answer import pages

    shown = pages(reports, full=full, hinted=output_format == "text")
    if output_format == "markdown":
        from genarch.reports.markdown import as_markdown

        return joined(map(as_markdown, shown))
    look = look_of(output)
    return joined(as_text(page, look) for page in shown)


def joined(texts: Iterable[str]) -> Iterator[str]:
    """Pages with an empty line between them."""
    return (f"\n{text}" if at else text for at, text in enumerate(texts))


@app.command()
def sweep(
    spec: Annotated[str | None, argument("SPEC", "What stays fixed: a spec file, or - for standard input.")] = None,
    *,
    vary: Annotated[
        Texts,
        option(
            "FIELD=VALUES", "Values for a field: 10..10000:log50, 256..1024:4, a,b,c or all. Repeatable.", of="answers"
        ),
    ] = None,
    overrides: Overrides = None,
    rules: Rules = DEFAULT_TABLE,
    evidence: Evidence = None,
    no_evidence: Annotated[
        bool, flag("--no-evidence", "Use the rules alone, without measurements; much faster.")
    ] = False,
    columns: Annotated[str, option("NAME,...", "Columns of the table of verdicts, or all.")] = "",
    output: Annotated[
        Text,
        option(
            "FILE",
            "Write a table (*.parquet, *.csv), or with one or two fields a picture (*.html, *.svg).",
            "--output -o",
        ),
    ] = None,
    max_rows: Annotated[int, option("N", "Refuse grids with more rows than this.", min=1)] = 100_000_000,
) -> int:
    """Evaluate a spec over a grid of values: a table of every combination, or a picture."""
    if not vary:
        raise typer.BadParameter("vary something: --vary latency_budget_ms=10..10000:log50")
    from genarch.cli.tables import write_grid  # numpy and pyarrow: for tables alone

    check_evidence(evidence, no_evidence=no_evidence)
    keep(output, [*table_files(rules), *([spec] if spec else []), *(evidence or ())])
    table = load_rules(rules, evidence=not no_evidence)
    table = table if no_evidence else OwnEvidence(counting_own_cases(table), evidence).table_for(spec or "")
    stated = parse_overrides(overrides or ())
    if twice := [name for name in stated if name in {text.partition("=")[0] for text in vary}]:
        raise typer.BadParameter(f"{twice[0]} is varied and set; leave one of them out")
    return write_grid(read_spec(spec, table, stated), table, vary, columns, output, max_rows)
