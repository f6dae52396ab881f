"""What goes in and out of a command: input, reports, messages, signs of life, and the exit code at its end."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from enum import IntEnum
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO, TypeVar

import typer

from genarch.engine.constraints import Value
from genarch.engine.findings import SEVERITIES
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Origin, Spec
from genarch.errors import GenarchError, InputError, Problem, nearest
from genarch.files.answers import with_overrides
from genarch.files.bundled import (
    DEFAULT_TABLE,
    OWN_NAME,
    catalogue_of,
    load_rules,
    with_own_cases,
    with_own_evidence,
)
from genarch.files.io import added_to, atomic_file, case_files, decode, is_document, read_stream, refuse
from genarch.files.specs import load_spec, parse_spec
from genarch.reports.json import as_json
from genarch.reports.text import as_text
from genarch.reports.words import safe

if TYPE_CHECKING:
    import signal
    from types import FrameType

    from genarch.documents.revisions import Revision
    from genarch.documents.settings import ProjectSettings
    from genarch.evidence.catalogue import Catalogue
    from genarch.reports.descriptions import Description
    from genarch.reports.page import Look, Page


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0  # no findings
    FINDINGS = 1  # a verdict or finding that --fail-on names
    UNUSABLE = 2  # bad usage or unusable input: no verdict for it
    NOTHING = 3  # nothing to check
    BUG = 4  # in genarch
    INTERRUPTED = 130


def guarded(run: Callable[[], int]) -> int:
    """Run something; what it raises becomes an exit code and a message, except what typer shows with the usage."""
    _repair_streams()
    try:
        code = run()
        sys.stdout.flush()
    except (typer.BadParameter, typer.Exit):
        raise
    except GenarchError as error:
        say(*(error.problems if isinstance(error, InputError) else [error]))
        return ExitCode.UNUSABLE
    except KeyboardInterrupt:
        say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return ExitCode.OK
    except OSError as error:
        discard_output()
        say(f"{error.filename or 'output'}: {error.strerror or error}")
        return ExitCode.UNUSABLE
    except Exception as error:  # noqa: BLE001  (the outermost floor: anything left is a bug, and reported as one)
        say(bug(error))
        return ExitCode.BUG
    return code


def _repair_streams() -> None:
    """Stand-ins for streams that the caller closed; whatever the encoding, no title can stop a report."""
    if len(os.environ.get("COLUMNS", "")) > 6:  # no width of anything, and no number that Python reads
        del os.environ["COLUMNS"]
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (open to the end)
    if sys.stdout is None:
        sys.stdout = _Closed()
    elif isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class _Closed(StringIO):
    """Standard output that is not there: writing to it is an error, and not a bug."""

    def write(self, _text: str, /) -> int:
        """Refuse.

        Raises:
            InputError: always.
        """
        raise refuse("standard output", "is closed; open it, or write to a file")


def bug(error: Exception) -> str:
    """What to say of a bug: what it was and where, on one line; the traceback with GENARCH_TRACEBACK set."""
    import traceback

    if os.environ.get("GENARCH_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"internal error{where}: {type(error).__name__}: {error}; please report it (GENARCH_TRACEBACK=1 shows more)"


def say(*messages: object) -> None:
    """A line for each to standard error, which never carries the report."""
    for message in messages:
        print(f"genarch: {safe(str(message))}", file=sys.stderr)  # noqa: T201


def discard_output() -> None:
    """Whoever read standard output has gone: what is still to be flushed goes nowhere."""
    if not isinstance(sys.stdout, _Closed):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


STDIN = "<stdin>"

WIDEST = 140
"""Longer lines are hard to read, however wide the window."""

PATIENCE_SECONDS = 1.0
"""How long to work before showing that work goes on."""

_T = TypeVar("_T")


def read_standard_input() -> str:
    """The text on standard input."""
    if sys.stdin is None:
        raise refuse(STDIN, "is closed; give a document on it, or name a file")
    return decode(read_stream(sys.stdin.buffer, STDIN), STDIN)


def read_spec(path: str | None, rules: RuleTable, overrides: Mapping[str, Value | None] = {}) -> Spec:
    """The spec in a file or a document, on standard input for `-`, or without any, with overrides in its place."""
    if path is None:
        return Spec("nothing-stated", with_overrides({}, overrides), origin=Origin("--set"))
    if is_document(path):
        from genarch.documents.reader import spec_in

        spec = spec_in(path, rules)
    else:
        spec = parse_spec(read_standard_input(), path=STDIN, rules=rules) if path == "-" else load_spec(path, rules)
    return spec._replace(constraints=with_overrides(spec.constraints, overrides)) if overrides else spec


def counting_own_cases(
    rules: RuleTable, named: Sequence[str] | None = None, project: ProjectSettings | None = None
) -> RuleTable:
    """The table with a team's own cases: in the files or folders named, else in those that the settings name.

    Raises:
        InputError: where there are none in what is named, or with every problem of the files and of the settings.
    """
    paths = list(named or ())
    if not paths:
        from genarch.documents.settings import find_settings

        paths = (project or find_settings()).case_paths
    if not paths:
        return rules
    from genarch.files.specs import load_cases

    files = list(case_files(paths))
    if not files:
        raise refuse(", ".join(paths), "has no *.yaml of cases; name a file of cases")
    return with_own_cases(rules, load_cases(files, rules.verdicts))


class OwnEvidence:
    """A table with a team's own measurements, for each spec those that count for it; every file is read once."""

    def __init__(
        self,
        rules: RuleTable,
        named: Sequence[str] | None = None,
        project: ProjectSettings | None = None,
        at: Revision | None = None,
    ) -> None:
        """In the files named; else in those that the settings name, and in the file beside a spec; as `at` a commit.

        Raises:
            InputError: with every problem of the settings.
        """
        self._rules, self._beside, self._at = rules, not named, at
        if "" in (named or ()):
            raise refuse("--evidence", "is not a file name; write one")
        if not named:
            from genarch.documents.settings import find_settings

            settings = project or find_settings()
            named = [os.path.normpath(os.path.join(settings.folder, path)) for path in settings.measurements]
        self.paths = list(named)
        self._tables: dict[tuple[str, ...], RuleTable] = {(): rules}

    def table_for(self, spec: str) -> RuleTable:
        """The table for the spec in a file; for one that is in none, by the files alone that are named anyway.

        Raises:
            InputError: with every problem of the measurements.
        """
        paths = self.files_for(spec)
        if paths not in self._tables:
            with self._at.named() if self._at else nullcontext():
                kept = [path for path in map(self._at.copy, paths) if os.path.isfile(path)] if self._at else paths
                self._tables[paths] = with_own_evidence(self._rules, kept)
        return self._tables[paths]

    def files_for(self, spec: str) -> tuple[str, ...]:
        """The files of measurements that count for the spec in a file."""
        own = os.path.join(os.path.dirname(spec), OWN_NAME)
        known = {os.path.realpath(path) for path in self.paths}
        there = self._beside and os.path.isfile(self._at.copy(own) if self._at else own)
        return (*self.paths, *([own] if there and os.path.realpath(own) not in known else []))


def own_catalogue(named: Sequence[str] | None = None) -> Catalogue:
    """The catalogue where no spec is read: with the measurements in the files named, else in those that count here.

    Raises:
        InputError: with every problem of the settings and of the measurements.
    """
    return catalogue_of(OwnEvidence(load_rules(DEFAULT_TABLE), named).table_for(""))


@contextmanager
def interrupting(by: Callable[[int, FrameType | None], None] | signal.Handlers, *also: str) -> Iterator[None]:
    """The end that others ask for, or that a closed terminal brings along, is dealt with so; what is ignored stays.

    `also` are names of other signals.
    """
    import signal  # for those who may be ended at length

    names = ("SIGTERM", "SIGHUP", *also)  # the second is unknown to Windows
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in known}
    taken = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    try:
        for number in taken:
            signal.signal(number, by)
        yield
    finally:
        for number, handler in taken.items():
            signal.signal(number, handler)


def collected(read: Callable[[str], _T], names: Iterable[str]) -> list[_T]:
    """What each is read as.

    Raises:
        InputError: with the problems of all of them.
    """
    found: list[_T] = []
    problems: list[Problem] = []
    for name in names:
        try:
            found.append(read(name))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def names_in(text: str) -> list[str]:
    """The names in an option's value, between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def one_of(option: str, word: str, what: str, words: Collection[str], many: str = "one of") -> str:
    """The word, an option's value.

    Raises:
        InputError: when it is none of those known.
    """
    if word not in words:
        raise refuse(option, not_one_of(word, what, words, many))
    return word


def not_one_of(word: str, what: str, words: Iterable[str], many: str = "one of") -> str:
    """The message on a word that is none of those known."""
    hint = nearest(word, words) or f"; write {many}: {', '.join(words)}"
    return f"'{word[:60]}' is not {what}{hint}"


FAIL_ON = (*SEVERITIES, "never")
"""The severities that --fail-on may name."""


def look_of(output: str | None = None, stream: TextIO | None = None) -> Look:
    """What to draw for: a file in UTF-8, else `stream` or standard output.

    A pipe, `TERM=dumb` and `NO_COLOR` get no colour; `FORCE_COLOR` asks for it in a pipe. `COLUMNS` sets the width.
    """
    from genarch.reports.page import Look

    if output not in (None, "-"):
        return Look()
    stream = stream or sys.stdout
    dull = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    color = not dull and (bool(os.environ.get("FORCE_COLOR")) or stream.isatty())
    columns = shutil.get_terminal_size().columns
    if not os.environ.get("COLUMNS"):
        with suppress(OSError, ValueError):  # standard output may be a pipe while questions go to the screen
            columns = os.get_terminal_size(stream.fileno()).columns or 80
    return Look(min(columns, WIDEST), color, (stream.encoding or "").lower().startswith("utf"))


def keep(output: str | None, inputs: Iterable[str], option: str = "-o", what: str = "an input") -> None:
    """Refuse to overwrite what is read; `option` names the output, `what` says what the inputs are."""
    if output == "":
        raise refuse(option, "is not a file name; write one, or - for standard output")
    if output in (None, "-") or not os.path.exists(output):
        return
    target = os.path.realpath(output)
    if any(os.path.realpath(path) == target for path in inputs):
        raise refuse(output, f"is {what}, and would be overwritten by {option}; name another file")


@contextmanager
def writer(output: str | None, *, paged: bool = False, before: str | None = None) -> Iterator[Callable[[str], object]]:
    """A function that writes text to standard output, or to a file that appears once it is complete.

    `before` is the text that the file must still have then.

    On a terminal, what is `paged` is shown by the pager that PAGER names, or less, which ends at once where it fits.
    """
    if paged and output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from pydoc import pager  # imports much, for those who read on a terminal alone

        parts: list[str] = []
        yield parts.append
        os.environ.setdefault("LESS", "FRX")
        pager("".join(parts))
        return
    if output in (None, "-"):
        try:
            yield sys.stdout.write
            sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
        return
    if _is_summary(output):
        parts = []
        yield parts.append
        added_to(output, "".join(parts))
        return
    with atomic_file(output, before=before, note=say) as write:
        yield write


def _is_summary(path: str) -> bool:
    """Whether a file is where GitHub's runner collects the summary of a step, to which others write too."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return bool(summary) and os.path.exists(path) and os.path.realpath(path) == os.path.realpath(summary or "")


def written(text: str, output: str | None = None, *, before: str | None = None) -> int:
    """Write a whole text, to standard output with a line end, and end well; `before` as for a `writer`."""
    with writer(output, before=before) as write:
        write(text if output or not text or text.endswith("\n") else f"{text}\n")
    return 0


def write_report(
    report: object, page: Page, output_format: str, output: str | None = None, *, title: str = "genarch"
) -> int:
    """Write a report as JSON, or its page as text, Markdown or HTML, and end well; HTML has a title."""
    if output_format == "json":
        return written(as_json(report), output)
    if output_format == "markdown":
        from genarch.reports.markdown import as_markdown

        return written(as_markdown(page), output)
    if output_format == "html":
        from genarch.reports.html import as_html

        return written(as_html([page], title), output)
    return written(as_text(page, look_of(output)), output)


ENDINGS = {"txt": "text", "md": "markdown", **{name: name for name in ("json", "jsonl", "html", "svg", "sarif")}}
"""The format that the end of a file's name implies."""


def format_of(output: str, formats: Collection[str], *, strict: bool = False) -> str:
    """The one of the formats that the end of a file's name implies; of other ends text, except where `strict`.

    Raises:
        InputError: when it implies none of them.
    """
    name, dot, ending = os.path.basename(output).rpartition(".")
    found = ENDINGS.get(ending.lower(), "" if strict else "text") if name and dot else "text"
    if found not in formats:
        ends = ", ".join(end for end, implied in ENDINGS.items() if implied in formats)
        raise refuse(output, f"no format ends in .{ending}; write --format, or one of: {ends}")
    return found


def print_descriptions(descriptions: list[Description], output_format: str) -> int:
    """Write descriptions of entries, and end well."""
    from genarch.reports.descriptions import descriptions_page

    report = [description.as_json() for description in descriptions]
    return write_report(report, descriptions_page(descriptions), output_format)


def busy(words: str) -> AbstractContextManager[object]:
    """A sign of life on the terminal where someone is waiting."""
    if sys.stderr is None or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(file=sys.stderr).status(words)


def counted(items: Iterable[_T]) -> Iterator[_T]:
    """The items as they come; after a while a running count on standard error, gone at the end."""
    began = time.monotonic()
    with ExitStack() as stack:
        status = None
        for count, item in enumerate(items, 1):
            yield item
            elapsed = time.monotonic() - began
            if status is None and elapsed > PATIENCE_SECONDS:
                from rich.console import Console

                status = stack.enter_context(Console(file=sys.stderr).status(""))
            if status is not None:
                status.update(f"{count:,} specs evaluated, {elapsed:.0f} s")
