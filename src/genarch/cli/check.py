"""`genarch check`: find the documents, check each, compare the findings with the baseline, report."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated, NamedTuple

from genarch.cli.app import flag, group, option
from genarch.cli.documents import (
    Config,
    Exclude,
    Include,
    NoConfig,
    Paths,
    RequireBlock,
    Settings,
    TableOption,
    Today,
    project_settings,
    settings_of,
)
from genarch.cli.output import ExitCode, busy, keep, look_of, not_one_of, say, written
from genarch.cli.tally import Tally
from genarch.documents.discovery import Skipped, listed_files
from genarch.documents.settings import KnownFinding, baseline_text, read_baseline
from genarch.errors import InputError, Problem
from genarch.files.io import refuse
from genarch.reports.finding_formats import FORMATS, LISTING, View
from genarch.reports.findings import CheckReport
from genarch.reports.words import safe

app = group()


@app.command()
def check(
    *,
    paths: Paths = None,
    formats: Annotated[
        list[str] | None,
        option("--format", "FORMAT[=FILE]", f"{', '.join(FORMATS)}; with =FILE to a file. Repeatable."),
    ] = None,
    fail_on: Annotated[
        str | None, option("--fail-on", "SEVERITY", "Exit 1 from here on: error (default), warning, note, never.")
    ] = None,
    rules: TableOption = None,
    include: Include = None,
    exclude: Exclude = None,
    require_block: RequireBlock = None,
    changed_since: Annotated[
        str | None, option("--changed-since", "REF", "Only what differs from where the branch left a commit.")
    ] = None,
    baseline: Annotated[
        str | None, option("--baseline", "FILE", "Known findings, which are no reason to fail.")
    ] = None,
    write_baseline: Annotated[
        str | None, option("--write-baseline", "FILE", "Write what is found as a baseline.")
    ] = None,
    show_waived: Annotated[bool, flag("--show-waived", "List waived findings too, with the reasons.")] = False,
    no_waivers: Annotated[bool, flag("--no-waivers", "Ignore every waiver.")] = False,
    allow_empty: Annotated[bool, flag("--allow-empty", "Exit 0 when there is nothing to check.")] = False,
    today: Today = None,
    config: Config = None,
    no_config: NoConfig = False,
    jobs: Annotated[int, option("--jobs -j", None, "Processes; 0 is one for each core.", min=0, max=64)] = 1,
    show_files: Annotated[bool, flag("--show-files", "List what would be checked, and why not.")] = False,
    show_config: Annotated[bool, flag("--show-config", "Show the settings in effect.")] = False,
) -> int:
    """Check design documents: whether each decision agrees with the constraints beside it."""
    outputs = parse_outputs(formats or ())
    project = project_settings(config, no_config=no_config)
    settings = settings_of(
        project, rules, include, exclude, require_block, today, fail_on, baseline, waivers=not no_waivers
    )
    if show_config:
        return _show_config(settings)
    if show_files:
        return _show_files(paths or ["."], settings)
    read = [path for path in (*(paths or ()), settings.project.path, settings.baseline or "") if path]
    for output in outputs:
        keep(output.path, read, "--format")
    keep(write_baseline, [path for path in read if path != settings.baseline], "--write-baseline")
    if write_baseline is not None and (formats or changed_since is not None):
        what, option = ("the baseline and no report", "--format") if formats else ("all findings", "--changed-since")
        raise refuse("--write-baseline", f"writes {what}; leave {option} out")
    known = read_baseline(settings.baseline) if settings.baseline and not write_baseline else Counter[str]()
    targets = [path for path in (*(output.path for output in outputs), write_baseline) if path]
    tally = Tally(settings, targets, listing=any(output.format in LISTING for output in outputs))
    with busy("checking documents") if jobs == 1 else nullcontext():  # no thread beside a fork
        tally.take(paths or (), jobs, changed_since, rules)
    report = tally.report(known)
    if write_baseline:
        kept = [
            KnownFinding(finding.file, finding.spec, finding.check, finding.fingerprint)
            for finding in report.findings
            if not finding.waived
        ]
        written(baseline_text(kept), write_baseline)
        count = f"{len(kept)} finding{'' if len(kept) == 1 else 's'}"
        say(f"{write_baseline}: wrote {count}; check with --baseline {write_baseline}")
    else:
        _write(report, outputs, waived=show_waived)
    for message in tally.messages:
        say(message)
    if +known:
        say(f"{settings.baseline}: {sum((+known).values())} entries match no finding any more; write it anew")
    if tally.failed or tally.unusable:
        return ExitCode.BUG if tally.failed else ExitCode.UNUSABLE
    if not write_baseline and any(finding.fails(report.fail_on) for finding in report.findings):
        return ExitCode.FINDINGS
    named = any(path == "-" or not os.path.isdir(path) for path in paths or ())
    if tally.carrying or named or allow_empty or write_baseline or changed_since is not None:
        return ExitCode.OK
    where = ", ".join(paths or ["."])
    say(f"nothing to check: no document in {where} states a spec (--allow-empty accepts that)")
    return ExitCode.NOTHING


class Output(NamedTuple):
    """A format, and the file that it goes to; None is standard output."""

    format: str
    path: str | None


def parse_outputs(texts: Sequence[str]) -> list[Output]:
    """`format` and `format=FILE` texts; text to standard output where nothing goes there."""
    outputs = []
    problems = []
    for text in texts:
        name, equals, path = text.partition("=")
        if name not in FORMATS:
            problems.append(not_one_of("--format", name, "a format", list(FORMATS)))
        elif equals and not path:
            problems.append(Problem("--format", None, None, "", f"'{text}' names no file; write {name}=FILE"))
        else:
            outputs.append(Output(name, path if equals and path != "-" else None))
    real = [os.path.realpath(output.path) if output.path else "" for output in outputs]
    for place in dict.fromkeys(real):
        sharing = [output.format for output, path in zip(outputs, real, strict=True) if path == place]
        if len(sharing) > 1:
            where = os.path.relpath(place) if place else "standard output"
            message = f"{' and '.join(sharing)} would both go to {where}; give one a file, as {sharing[-1]}=FILE"
            problems.append(Problem("--format", None, None, "", message))
    if problems:
        raise InputError(problems)
    return outputs if any(output.path is None for output in outputs) else [Output("text", None), *outputs]


def _write(report: CheckReport, outputs: Sequence[Output], *, waived: bool) -> None:
    """Write each report, the files first; beside annotations the log gets the text."""
    for output in sorted(outputs, key=lambda output: output.path is None):
        view = View(look_of(output.path), waived, report.fail_on)
        written(FORMATS[output.format](report, view), output.path)
        if output == Output("github", None):
            sys.stderr.write(FORMATS["text"](report, view._replace(look=look_of(stream=sys.stderr))))


def _show_files(paths: Sequence[str], settings: Settings) -> int:
    """List the files, and those that are skipped with the reason."""
    code = ExitCode.OK
    for item in listed_files(paths, settings.selection):
        if isinstance(item, Skipped):
            sys.stdout.write(f"{safe(item.path)}: skipped, {item.reason}\n")
        elif item.path != "-" and not os.path.lexists(item.path):
            say(f"{item.path}: no such file or folder")
            code = ExitCode.UNUSABLE
        else:
            required = " (must state a spec)" if settings.require_block.match(item.path) else ""
            sys.stdout.write(f"{safe(item.path)}{required}\n")
    return code


def _show_config(settings: Settings) -> int:
    """Print the settings in effect."""
    project, policy = settings.project, settings.policy
    shown = [
        ("configuration", project.path or "none"),
        ("rules", settings.rules.name),
        ("fail_on", settings.fail_on),
        ("include", str(settings.selection.include) or "every *.md, *.markdown, *.genarch.yaml and genarch.yaml"),
        ("exclude", str(settings.selection.exclude) or "nothing"),
        ("require_block", str(settings.require_block) or "nowhere"),
        ("baseline", settings.baseline or "none"),
        ("today", policy.today),
        ("waivers", f"may end up to {policy.latest}{' and must end' if policy.ending else ''}"),
        ("severity", ", ".join(f"{name} {word}" for name, word in policy.severities.items()) or "as each check has it"),
        ("root", settings.root),
    ]
    return written("".join(f"{name}: {safe(value)}\n" for name, value in shown))
