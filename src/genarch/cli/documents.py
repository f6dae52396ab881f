"""The commands on design documents: `genarch check`, `genarch fix` and `genarch waivers`."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from difflib import unified_diff
from typing import TYPE_CHECKING, Annotated

from genarch.cli.app import Cases, Commands, EntryFormat, Evidence, Text, Texts, argument, flag, option
from genarch.cli.check_settings import Settings, changed_files, compared, known_findings, settings_of, trusted_commit
from genarch.cli.checking import check_documents
from genarch.cli.output import ExitCode, busy, collected, keep, look_of, one_of, say, write_report, written
from genarch.documents.discovery import (
    ListedFile,
    Selection,
    Skipped,
    led_out,
    listed_files,
    repository_root,
    specs_beside,
)
from genarch.documents.editing import fixed, with_skeleton
from genarch.documents.reader import DesignDocument, PlacedSpec, beside, inactive_status, load_document, load_sidecar
from genarch.documents.settings import KnownFinding, baseline_text
from genarch.errors import InputError
from genarch.files.io import DOCUMENT_SUFFIXES, SPEC_SUFFIX, read_exactly, refuse, within
from genarch.reports.finding_formats import FORMATS, LISTING, View
from genarch.reports.findings import CheckReport, ListedWaiver, judged_by, waivers_page
from genarch.reports.words import counted, safe
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from genarch.documents.revisions import Changed

app = Commands()

Paths = Annotated[
    Texts,
    argument(
        "PATH",
        "Markdown documents, spec files, folders to search for both, or - for a document on standard input. "
        "Defaults to the current folder.",
    ),
]
TableOption = Annotated[Text, option("ID|PATH", "A bundled rule table's id, or a path.")]
Include = Annotated[Texts, option("GLOB", "Include only matching files when searching folders. Repeatable.")]
Exclude = Annotated[Texts, option("GLOB", "Skip matching files, even if named. Repeatable.")]
RequireBlock = Annotated[Texts, option("GLOB", "Require matching documents to state a spec. Repeatable.")]
Config = Annotated[
    Text, option("FILE", "A genarch.toml or pyproject.toml; defaults to the nearest one, searching upwards.")
]
NoConfig = Annotated[bool, flag("--no-config", "Ignore all configuration files.")]
Today = Annotated[Text, option("DATE", "The date for waiver expiry; defaults to today in UTC.")]


@app.command()
def check(
    *,
    paths: Paths = None,
    formats: Annotated[
        Texts,
        option(
            "FORMAT[=FILE]",
            f"{', '.join(FORMATS)}; with =FILE to a file. Repeatable.",
            "--format",
            of="finding formats",
        ),
    ] = None,
    fail_on: Annotated[
        Text, option("SEVERITY", "Exit 1 on findings of this severity or above: error (default), warning, note, never.")
    ] = None,
    rules: TableOption = None,
    include: Include = None,
    exclude: Exclude = None,
    require_block: RequireBlock = None,
    changed_since: Annotated[
        Text, option("REF", "Check only what has changed since the branch diverged from a commit.")
    ] = None,
    trusted_ref: Annotated[
        Text,
        option(
            "REF", "Use the settings, rule table and baseline of a commit, and report changes that weaken the check."
        ),
    ] = None,
    baseline: Annotated[Text, option("FILE", "Known findings, which do not fail the check.")] = None,
    write_baseline: Annotated[Text, option("FILE", "Write the current findings as a baseline.")] = None,
    show_waived: Annotated[bool, flag("--show-waived", "Also list waived findings, with the reasons.")] = False,
    no_waivers: Annotated[bool, flag("--no-waivers", "Ignore every waiver.")] = False,
    waiver_days: Annotated[
        int | None, option("N", "Maximum number of days ahead that a waiver may expire.", min=1, max=36_500)
    ] = None,
    measurement_days: Annotated[
        int | None, option("N", "Maximum age of a measurement, in days.", min=1, max=36_500)
    ] = None,
    severity: Annotated[
        Texts, option("CHECK=SEVERITY", "Override a check's severity: error, warning, note or off. Repeatable.")
    ] = None,
    cases: Cases = None,
    no_evidence: Annotated[bool, flag("--no-evidence", "Use the rules alone, without measurements.")] = False,
    evidence: Evidence = None,
    allow_empty: Annotated[bool, flag("--allow-empty", "Exit 0 when there is nothing to check.")] = False,
    today: Today = None,
    config: Config = None,
    no_config: NoConfig = False,
    jobs: Annotated[int, option("N", "Number of processes; 0 for one per core.", "--jobs -j", min=0, max=64)] = 1,
    show_files: Annotated[
        bool, flag("--show-files", "List the files that would be checked, and why others are skipped.")
    ] = False,
    show_config: Annotated[bool, flag("--show-config", "Show the settings in effect.")] = False,
) -> int:
    """Check that the decisions in design documents agree with the constraints beside them."""
    outputs = parse_outputs(formats or ())
    asked = (rules, include, exclude, require_block, today, fail_on, baseline)
    trusted = trusted_commit(trusted_ref)
    at = trusted and trusted.at
    settings = settings_of(
        config,
        no_config,
        *asked,
        waivers=not no_waivers,
        evidence=not no_evidence,
        waiver_days=waiver_days,
        measurement_days=measurement_days,
        severity=severity,
        cases=cases,
        measurements=evidence,
        at=at,
    )
    if show_config:
        return _show_config(settings)
    if show_files:
        return _show_files(paths or ["."], settings)
    read = [path for path in (*(paths or ()), settings.project.path, settings.baseline or "") if path]
    for output in outputs:
        keep(output.path, read, "--format")
    keep(write_baseline, [path for path in read if path != settings.baseline], "--write-baseline")
    if write_baseline is not None:
        _only_baseline(write_baseline, formats, changed_since, trusted_ref)
    accepted = known_findings(settings, at) if not write_baseline else ()
    known = Counter(finding.fingerprint for finding in accepted)
    targets = [path for path in (*(output.path for output in outputs), write_baseline) if path]
    listing = any(output.format in LISTING for output in outputs)
    changed, everything = changed_files(changed_since, settings, rules, nearest=config is None and not no_config)
    trust = trusted and compared(
        trusted, paths or ["."], targets, settings, config, rules, baseline, no_config=no_config
    )
    if trust is not None and changed is not None:
        changed = changed._replace(paths=changed.paths | trust.differing())
    with busy("checking documents") if jobs == 1 else nullcontext():  # no thread beside a fork
        report, stating, missing = check_documents(
            paths or ["."], settings, known, targets, changed, jobs=jobs, listing=listing, trust=trust
        )
    if write_baseline:
        found = (item for item in report.findings if not item.waived)
        kept = [KnownFinding(item.file, item.spec, item.check, item.fingerprint) for item in found]
        written(baseline_text(kept), write_baseline)
        say(f"{write_baseline}: wrote {counted(len(kept), 'finding')}; check with --baseline {write_baseline}")
    else:
        _write(report, outputs, waived=show_waived)
    say(*([f"everything is checked, since {everything} has changed"] if everything else []))
    say(*(f"{path}: no such file or folder" for path in missing))
    if left := len(_idle(accepted, known, paths or ["."], changed, settings.selection)):
        say(f"{settings.baseline}: {counted(left, 'known finding')} no longer found; write it again")
    if any(finding.check == "internal-error" for finding in report.findings):
        return ExitCode.BUG
    if missing:
        return ExitCode.UNUSABLE
    if not write_baseline and any(finding.fails(report.fail_on) for finding in report.findings):
        return ExitCode.FINDINGS
    # Who names files, as a hook does, need not name any with a spec; but to leave out all of them says nothing of them.
    named = any(path == "-" or not os.path.isdir(path) for path in paths or ())
    named = named and not (exclude and not report.counts.files)
    if stating or named or allow_empty or write_baseline or changed_since is not None:
        return ExitCode.OK
    why = f"no document in {', '.join(paths or ['.'])} states a spec"
    why = "every file that is named is excluded by --exclude" if exclude and not report.counts.files else why
    say(f"nothing to check: {why} (--allow-empty accepts that)")
    return ExitCode.NOTHING


def _only_baseline(
    path: str, formats: Sequence[str] | None, changed_since: str | None, trusted_ref: str | None
) -> None:
    """Refuse what does not go with writing a baseline, and to write it where a document is."""
    if path.lower().endswith((*DOCUMENT_SUFFIXES, ".yaml", ".yml")):
        if os.path.lexists(path):
            raise refuse(path, "is an input, and would be overwritten; name another file")
        raise refuse("--write-baseline", f"'{path[-60:]}' would be checked as a document; name a .json")
    for name, given, what in (
        ("--format", formats, "the baseline and no report"),
        ("--changed-since", changed_since, "all findings"),
        ("--trusted-ref", trusted_ref, "the findings by the current settings"),
    ):
        if given is not None:
            raise refuse("--write-baseline", f"writes {what}; leave {name} out")


def _idle(
    accepted: Sequence[KnownFinding],
    left: Counter[str],
    paths: Sequence[str],
    changed: Changed | None,
    selection: Selection,
) -> list[KnownFinding]:
    """The entries of a baseline that no finding matches, of the files that were looked at."""
    if not (+left).total():
        return []
    root = repository_root(".") or "."
    found = []
    for finding in accepted:
        real = os.path.realpath(os.path.join(root, finding.file))
        if left[finding.fingerprint] > 0 and (changed is None or real in changed) and selection.takes(real, paths):
            left[finding.fingerprint] -= 1
            found.append(finding)
    return found


class Output(NamedTuple):
    """A format, and the file that it goes to; None is standard output."""

    format: str
    path: str | None


def parse_outputs(texts: Sequence[str]) -> list[Output]:
    """`format` and `format=FILE` texts; text to standard output where nothing goes there."""
    sharing: dict[str, list[str]] = {}

    def parsed(text: str) -> Output:
        name, equals, path = text.partition("=")
        one_of("--format", name, "a format", FORMATS)
        if equals and not path:
            raise refuse("--format", f"'{text}' has no file name; write {name}=FILE")
        output = Output(name, None if path in ("", "-") else path)
        names = sharing.setdefault(os.path.realpath(output.path) if output.path else "", [])
        names.append(name)
        if len(names) > 1:
            where = os.path.relpath(os.path.realpath(output.path)) if output.path else "standard output"
            message = f"{' and '.join(names)} would both go to {where}; give one a file, as {name}=FILE"
            raise refuse("--format", message)
        return output

    outputs = collected(parsed, texts)
    return outputs if "" in sharing else [Output("text", None), *outputs]


def _write(report: CheckReport, outputs: Sequence[Output], *, waived: bool) -> None:
    """Write each report, the files first; beside annotations the log gets the text."""
    for output in sorted(outputs, key=lambda output: output.path is None):
        view = View(look_of(output.path), waived, report.fail_on)
        written(FORMATS[output.format](report, view), output.path)
        if output.format in ("concise", "gitlab"):  # whose lines and entries are findings alone
            say(*judged_by(report))
        if output == Output("github", None):
            sys.stderr.write(FORMATS["text"](report, view._replace(look=look_of(stream=sys.stderr))))


def _show_files(paths: Sequence[str], settings: Settings) -> int:
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
    project, policy = settings.project, settings.policy
    suffixes = (*DOCUMENT_SUFFIXES, SPEC_SUFFIX)
    shown = [
        ("configuration", project.path or "none"),
        ("rules", settings.rules.name),
        ("evidence", "decides too" if policy.evidence else "left aside"),
        ("fail_on", settings.fail_on),
        ("include", str(settings.selection.include) or f"every *{', *'.join(suffixes)} and genarch.yaml"),
        ("exclude", str(settings.selection.exclude) or "nothing"),
        ("require_block", str(settings.require_block) or "nowhere"),
        ("baseline", settings.baseline or "none"),
        ("today", policy.today),
        ("waivers", f"may end up to {policy.latest}{' and must end' if policy.ending else ''}"),
        ("severity", ", ".join(f"{name} {word}" for name, word in policy.severities.items()) or "as each check has it"),
        ("root", settings.selection.root),
    ]
    return written("".join(f"{name}: {safe(value)}\n" for name, value in shown))


@app.command()
def waivers(
    *,
    paths: Paths = None,
    rules: TableOption = None,
    include: Include = None,
    exclude: Exclude = None,
    today: Today = None,
    config: Config = None,
    no_config: NoConfig = False,
    output_format: EntryFormat = "text",
) -> int:
    """List the waivers in design documents, the soonest to expire first."""
    settings = settings_of(config, no_config, rules, include, exclude, today=today)
    documents = list(_documents(paths, settings))
    defects = [defect for document in documents for defect in document.defects]
    say(*(f"{place.path}:{place.line}:{place.column}: {finding.message}" for place, finding, *_ in defects))
    specs = [spec for document in documents if not document.inactive for spec in document.specs]
    rows = [row for spec in specs for row in _rows(spec, settings.policy.today)]
    rows.sort(key=lambda row: (row.waiver.expires or "9999-99-99", row.path, row.line))
    write_report(rows, waivers_page(rows), output_format)
    return ExitCode.UNUSABLE if defects else ExitCode.OK


def _documents(paths: Sequence[str] | None, settings: Settings) -> Iterator[DesignDocument]:
    for item in (item for item in listed_files(paths or (".",), settings.selection) if isinstance(item, ListedFile)):
        if item.is_spec:
            own = load_sidecar(item.path, settings.rules)
            found = beside(own, settings.rules, settings.policy.today)
            other = found.document if found else None
            yield own._replace(status=other.status) if isinstance(other, DesignDocument) else own
        elif document := load_document(item.path, settings.rules, settings.policy.today):
            yield document


def _rows(stated: PlacedSpec, today: str) -> Iterator[ListedWaiver]:
    for at, waiver in enumerate(stated.spec.waivers):
        place = stated.place(f"waivers[{at}].rule", f"waivers[{at}]")
        expired = waiver.expires is not None and waiver.expires < today
        yield ListedWaiver(os.path.normpath(place.path), place.line, stated.spec.id, waiver, expired)


@app.command()
def fix(
    *,
    paths: Paths = None,
    diff: Annotated[bool, flag("--diff", "Show what would change, without writing it.")] = False,
    rules: TableOption = None,
    include: Include = None,
    exclude: Exclude = None,
    require_block: RequireBlock = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> int:
    """Fix design documents: misspelt keys, values and fences, and missing required blocks."""
    settings = settings_of(config, no_config, rules, include, exclude, require_block)
    if paths and "-" in paths:
        raise refuse("-", "fix works in place; name a file")
    changed = 0
    code = ExitCode.OK
    for item in (item for item in listed_files(paths or (".",), settings.selection) if isinstance(item, ListedFile)):
        try:
            before, after = _fixed(item, settings)
            changed += before != after
            if diff:
                _show_patch(before, after, item.path)
            elif before != after:
                if real := led_out(item.path):
                    raise refuse(item.path, f"is a link to a file outside the tree; to change that file, name {real}")
                written(after, item.path, before=before)
                say(f"{os.path.normpath(item.path)}: fixed")
        except InputError as error:
            say(*error.problems)
            code = ExitCode.UNUSABLE
    say(f"{counted(changed, 'file')} {'would change' if diff else 'changed'}")
    return code or (ExitCode.FINDINGS if diff and changed else ExitCode.OK)


def _show_patch(before: str, after: str, path: str) -> None:
    """Print a change as a patch that git takes, byte for byte in a pipe; nothing on a terminal moves it."""
    if before == after:
        return
    root, real = repository_root(".") or os.path.realpath("."), os.path.realpath(path)
    if not within(real, root):
        folder = os.path.dirname(real)
        root = repository_root(folder) or folder
        say(f"{path}: its patch is for {root}")
    lines = "".join(f"{line}\n" for line in _difference(before, after, os.path.relpath(real, root)))
    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        sys.stdout.write("".join(f"{safe(line)}\n" for line in lines.split("\n")[:-1]))
    else:
        sys.stdout.buffer.write(lines.encode("utf-8", "surrogateescape"))


def _difference(before: str, after: str, path: str) -> Iterator[str]:
    """The lines of a patch as git takes it: only a line feed ends one, and a last line without it is marked."""
    left, right = (_quoted(f"{side}/{path}") for side in "ab")
    yield f"diff --git {left} {right}"
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    end = "\t" if " " in path else ""  # of a name with blanks
    for line in unified_diff(old, new, left + end, right + end):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _quoted(path: str) -> str:
    """A path as git quotes it, where it has to."""
    plain = path.isprintable() and not set('"\\') & set(path)
    shown = (chr(byte) if 31 < byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in os.fsencode(path))
    return path if plain else f'"{"".join(shown)}"'


def _fixed(item: ListedFile, settings: Settings) -> tuple[str, str]:
    """The text before and after; nothing of a file that is none of ours."""
    required = settings.require_block.match(item.path) and not item.is_spec
    document = None if item.is_spec else load_document(item.path, settings.rules, settings.policy.today)
    if item.beside or (document is None and not (item.is_spec or required)):
        return "", ""
    before = read_exactly(item.path)
    after = fixed(before, item.path, settings.rules, spec_file=item.is_spec)
    stating = document is not None and (document.specs or document.defects)
    if required and after == before and not stating and _bare(item, settings):
        after = with_skeleton(before, item.path)
    return before, after


def _bare(item: ListedFile, settings: Settings) -> bool:
    """Whether a document that has no block needs one: it is in force, and no spec file beside it states one."""
    if inactive_status(item.path, settings.rules, settings.policy.today):
        return False
    real = os.path.realpath(item.path)
    specs = (other.path for other in specs_beside(item.path))
    found = (beside(load_sidecar(path, settings.rules), settings.rules) for path in specs)
    return not any(other and other.real == real for other in found)
