"""`genarch evaluate`: specs in, reports out, one at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Protocol

from genarch.cli import exits
from genarch.cli.specs import STDIN, read_spec
from genarch.errors import InputError, Problem, nearest
from genarch.files.answers import parse_settings, with_settings
from genarch.files.io import AtomicFile, refuse, spec_files
from genarch.files.specs import default_id
from genarch.files.tables import DEFAULT_TABLE, base_of, load_rules, table_files
from genarch.reports.report import Report, make_error_report, make_report
from genarch.table.constraints import Value
from genarch.table.rules import RuleTable
from genarch.table.scoring import Evaluation, evaluate
from genarch.table.spec import Origin, Spec

FORMATS = ("text", "json", "jsonl", "markdown")


class Request(NamedTuple):
    """What the command line asked for, still as text."""

    paths: tuple[str, ...]
    settings: tuple[str, ...] = ()
    format: str = "text"
    output: str | None = None
    rules: str = DEFAULT_TABLE
    fail_on: str = ""
    explore: bool = True
    evidence: bool = True


class Renderer(Protocol):
    """A report format."""

    def start(self) -> str:
        """What stands before the first report."""

    def one(self, report: Report) -> str:
        """One report."""

    def finish(self) -> str:
        """What stands after the last."""


def run_evaluate(request: Request) -> int:
    """Evaluate everything asked for and return the exit code.

    Raises:
        InputError: when the rule table, a setting or the output cannot be used.
    """
    if request.output == "":
        raise refuse("-o", "names no file; name one, or - for standard output")
    if request.output == "-":
        request = request._replace(output=None)
    if request.output and os.path.exists(request.output):
        _keep_rules(request.output, request.rules)
    rules = load_rules(request.rules)
    fail_on = _fail_on(request.fail_on, rules)
    settings = parse_settings(request.settings)
    if (
        not any(path == "-" or os.path.exists(path) for path in request.paths)
        and request.settings
        and not request.paths
    ):
        reports: Iterable[tuple[Report, int]] = [
            _evaluated(Spec("command-line", {}, origin=Origin("--set")), rules, settings, fail_on, request)
        ]
    else:
        reports = _reports(request, rules, settings, fail_on)
    return write_reports(request, reports)


def _keep_rules(output: str, rules: str) -> None:
    """Refuse to overwrite the rule table in use, or one that it extends.

    Raises:
        InputError: when the report would.
    """
    target = os.path.realpath(output)
    if any(os.path.realpath(path) == target for path in table_files(rules)):
        raise refuse(output, "is the rule table in use, and would be overwritten by -o; name another file")


def write_reports(request: Request, reports: Iterable[tuple[Report, int]]) -> int:
    """Render the reports as they come; the exit code is the gravest of theirs."""
    renderer = _renderer(request)
    count = unusable = gravest = 0
    target: AbstractContextManager[AtomicFile | None]
    target = AtomicFile(request.output) if request.output else nullcontext()
    with target as file:
        write: Callable[[str], object] = file.write if file else sys.stdout.write
        try:
            for report, code in _with_progress(request, reports):
                count += 1
                unusable += code in (exits.UNUSABLE, exits.BUG)
                gravest = max(gravest, code)
                write(renderer.one(report) if count > 1 else renderer.start() + renderer.one(report))
            if not count:
                if file:
                    file.discard()
                exits.say(f"nothing to evaluate: no *.genarch.yaml or genarch.yaml in {', '.join(request.paths)}")
                return exits.NOTHING
            write(renderer.finish())
            if not file:
                sys.stdout.flush()
        except BrokenPipeError:
            exits.hush()
    if unusable and count > 1:
        exits.say(f"{unusable} of {count} specs could not be evaluated")
    return gravest


def _reports(
    request: Request, rules: RuleTable, settings: Mapping[str, Value | None], fail_on: frozenset[str]
) -> Iterator[tuple[Report, int]]:
    output = os.path.realpath(request.output) if request.output else None
    told_elsewhere = request.format == "text" and not request.output
    for path in spec_files(request.paths):
        if output and path != "-" and os.path.realpath(path) == output:
            raise refuse(path, "is an input, and would be overwritten by -o; name another file")
        shown = STDIN if path == "-" else path
        try:
            yield _evaluated(read_spec(path, rules), rules, settings, fail_on, request)
        except InputError as error:
            if not told_elsewhere:
                for problem in error.problems:
                    exits.say(str(problem))
            yield make_error_report(shown, default_id(shown), error.problems), exits.UNUSABLE
        except Exception as error:  # noqa: BLE001  (one file's bug must not cost the others their verdict)
            message = exits.bug(error)
            exits.say(f"{shown}: {message}")
            yield make_error_report(shown, default_id(shown), [Problem(shown, None, None, "", message)]), exits.BUG


def _evaluated(
    spec: Spec,
    rules: RuleTable,
    settings: Mapping[str, Value | None],
    fail_on: frozenset[str],
    request: Request,
) -> tuple[Report, int]:
    if settings:
        spec = spec._replace(constraints=with_settings(spec.constraints, settings))
    evaluation = evaluate(spec, rules)
    code = exits.FINDINGS if evaluation.verdict.verdict in fail_on else exits.OK
    evidence = evidence_of(spec, rules, evaluation) if request.evidence else None
    if not request.explore:
        return make_report(spec, rules, evaluation, evidence=evidence, base=base_of(rules)), code
    from genarch.table.explore import explore

    return make_report(spec, rules, evaluation, explore(spec, rules), evidence, base=base_of(rules)), code


def evidence_of(spec: Spec, rules: RuleTable, evaluation: Evaluation) -> Report | None:
    """What the evidence catalogue says of a spec; None for one without a latency budget, which does not wait for it.

    Raises:
        InputError: when the catalogue was changed and is not valid.
    """
    if spec.constraints.get("latency_budget_ms") is None:
        return None
    from genarch.evidence.assessment import assess
    from genarch.files.catalogue import load_catalogue
    from genarch.reports.evidence.record import evidence_record

    catalogue = load_catalogue()
    return evidence_record(assess(spec, rules, evaluation, catalogue), catalogue)


def _fail_on(text: str, rules: RuleTable) -> frozenset[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if text and not names:
        raise refuse("--fail-on", f"names no verdict; write any of: {', '.join(rules.verdicts)}")
    problems = []
    for name in names:
        if name not in rules.verdicts:
            hint = nearest(name, rules.verdicts) or f"; write any of: {', '.join(rules.verdicts)}"
            problems.append(Problem("--fail-on", None, None, "", f"'{name}' is not a verdict{hint}"))
    if problems:
        raise InputError(problems)
    return frozenset(names)


def _renderer(request: Request) -> Renderer:
    """The format asked for; each is imported only when it is."""
    if request.format == "jsonl":
        from genarch.reports.json import JsonLines

        return JsonLines()
    if request.format == "json":
        from genarch.reports.json import JsonList

        return JsonList()
    if request.format == "markdown":
        from genarch.reports.evaluation_markdown import Markdown

        return Markdown()
    from genarch.cli.terminal import screen
    from genarch.reports.evaluation_text import TextReport

    look = screen(sys.stdout if request.output is None else None)
    return TextReport(width=look.width, color=look.color, unicode=look.unicode)


def _with_progress(request: Request, reports: Iterable[tuple[Report, int]]) -> Iterable[tuple[Report, int]]:
    """The same reports, counted on the terminal where the wait is long and the report goes elsewhere."""
    if len(request.paths) == 1 and not os.path.isdir(request.paths[0]):
        return reports
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not request.output):
        return reports
    from genarch.cli.terminal import counted

    return counted(reports)
