"""`genarch evaluate`: specs in, reports out, one at a time."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated

import typer

from genarch.cli.app import (
    Cases,
    Commands,
    Format,
    Output,
    Overrides,
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
    bug,
    collected,
    counted,
    counting_own_cases,
    keep,
    look_of,
    one_of,
    read_spec,
    say,
    writer,
)
from genarch.errors import InputError, Problem
from genarch.evidence.advice import Advice
from genarch.evidence.assessment import Assessment
from genarch.files.answers import parse_overrides, with_overrides
from genarch.files.bundled import DEFAULT_TABLE, base_of, load_catalogue, load_rules, own_cases, precedents, table_files
from genarch.files.io import refuse, spec_files
from genarch.files.specs import default_id
from genarch.reports.evaluation import Evaluated, Report, make_error_report, make_report
from genarch.reports.precedents import MOST, Precedents, precedents_part
from genarch.table import scoring
from genarch.table.rules import RuleTable
from genarch.table.scoring import Evaluation, Verdict
from genarch.table.spec import Origin, Spec

app = Commands()


@app.command()
def evaluate(
    *,
    paths: Annotated[
        Texts,
        argument("PATH", "Spec files, folders to search for *.genarch.yaml and genarch.yaml, or - for standard input."),
    ] = None,
    overrides: Overrides = None,
    output_format: Format = "text",
    output: Output = None,
    rules: Rules = DEFAULT_TABLE,
    fail_on: Annotated[str, option("VERDICT,...", "Exit 1 when a spec gets one of these verdicts.")] = "",
    explore: Annotated[bool, option(None, "Show what is settled and what would change the verdict; slower.")] = True,
    evidence: Annotated[
        bool,
        flag(
            "--evidence/--no-evidence", "Let measurements decide too, and show which models fit; else the rules alone."
        ),
    ] = True,
    model: Annotated[Text, option("ID", "Show why, or why not, this model of the evidence catalogue.")] = None,
    cases: Cases = None,
) -> int:
    """Evaluate specs: the recommendation, and every reason for it."""
    if not (paths or overrides):
        raise typer.BadParameter("name a spec file or a folder, - for standard input, or state something with --set")
    if model is not None and not evidence:
        raise typer.BadParameter("--model is compared with the evidence; leave --no-evidence out")
    if model is not None:
        load_catalogue().model(model)  # a name that it does not have is refused before anything is read
    output = None if output == "-" else output
    keep(output, table_files(rules), what="the rule table in use")
    table = load_rules(rules, evidence=evidence)
    names = [name.strip() for name in fail_on.split(",") if name.strip()]
    if fail_on and not names:
        raise refuse("--fail-on", f"names no verdict; write any of: {', '.join(table.verdicts)}")
    known = table.verdicts
    failing = frozenset(collected(lambda name: one_of("--fail-on", name, "a verdict", known, "any of"), names))
    stated = parse_overrides(overrides or ())
    table = counting_own_cases(table, cases) if evidence else table

    def one(spec: Spec) -> tuple[Report, int]:
        spec = spec._replace(model=model or spec.model)
        report = evaluated(spec, table, explored=explore, with_evidence=evidence)
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
                if output_format != "text" or output:  # where the report does not show them
                    say(*error.problems)
                problems, code = error.problems, ExitCode.UNUSABLE
            except Exception as error:  # noqa: BLE001  (one file's bug must not cost the others their verdict)
                problems, code = (Problem(shown, None, None, "", bug(error)),), ExitCode.BUG
                say(f"{shown}: {problems[0].message}")
            yield make_error_report(shown, default_id(shown), problems), code

    if not paths:
        stated_alone = with_overrides({}, stated)
        return write_reports([one(Spec("command-line", stated_alone, origin=Origin("--set")))], output_format, output)
    elsewhere = bool(output) or not sys.stdout.isatty()
    waiting = elsewhere and sys.stderr.isatty() and (len(paths) > 1 or os.path.isdir(paths[0]))
    code = write_reports(counted(every(paths)) if waiting else every(paths), output_format, output)
    if code == ExitCode.NOTHING:
        say(f"nothing to evaluate: no *.genarch.yaml or genarch.yaml in {', '.join(paths)}")
    return code


def evaluated(spec: Spec, rules: RuleTable, *, explored: bool = True, with_evidence: bool = True) -> Evaluated:
    """A spec's report."""
    evaluation = scoring.evaluate(spec, rules)
    evidence = evidence_of(spec, rules, evaluation) if with_evidence else None
    advice = advice_of(spec, rules, evaluation) if with_evidence else None
    exploration = None
    if explored:
        from genarch.table.explore import explore

        exploration = explore(spec, rules)
    found = precedents_of(spec, rules, evaluation.verdict) if with_evidence else None
    base = base_of(rules)
    return make_report(spec, rules, evaluation, exploration, evidence, base=base, advice=advice, precedents=found)


def evidence_of(spec: Spec, rules: RuleTable, evaluation: Evaluation) -> Assessment | None:
    """What the evidence catalogue says of a spec; None for one without a latency budget, which does not wait for it."""
    if spec.constraints.get("latency_budget_ms") is None:
        return None
    from genarch.evidence.assessment import assess
    from genarch.reports.evidence import shown

    return shown(assess(spec, rules, evaluation, load_catalogue()))


def advice_of(spec: Spec, rules: RuleTable, evaluation: Evaluation) -> Advice:
    """The models to start with on a spec, and how the one that it names does."""
    from genarch.evidence.advice import advice
    from genarch.reports.evidence import rounded

    return rounded(advice(spec, rules, evaluation, load_catalogue()))


def precedents_of(spec: Spec, rules: RuleTable, verdict: Verdict, most: int | None = MOST) -> Precedents:
    """What a report has of the cases beside a spec, those that the table brings along among them."""
    own = own_cases(rules)
    found = precedents(spec, own)
    return precedents_part(spec.constraints, verdict, found, {case.origin for case in own}, most)


def write_reports(reports: Iterable[tuple[Report, int]], output_format: ReportFormat, output: str | None) -> int:
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

    with writer(output) as write:
        for text in _rendered(counted_reports(), output_format, output):
            write(text)
    unusable = codes[ExitCode.UNUSABLE] + codes[ExitCode.BUG]
    if unusable and codes.total() > 1:
        say(f"{unusable} of {codes.total()} specs could not be evaluated")
    return max(codes, default=ExitCode.OK)


def _rendered(reports: Iterable[Report], output_format: ReportFormat, output: str | None) -> Iterator[str]:
    """The reports in the format asked for, as they come; each format is imported only when it is."""
    if output_format in ("json", "jsonl"):
        from genarch.reports.json import json_lines, json_list

        return json_lines(reports) if output_format == "jsonl" else json_list(reports)
    from genarch.reports.evaluation_page import markdown_reports, text_reports

    return markdown_reports(reports) if output_format == "markdown" else text_reports(reports, look_of(output))
