"""A project's settings (`genarch.toml`), and its baseline: the findings that are known and do not fail a check."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from genarch.engine.findings import Severity
from genarch.engine.forms import HIDDEN, ShownText, format_version, whole
from genarch.engine.rules import RuleTable
from genarch.errors import InputError, Problem, nearest
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.files.io import LONGEST_SCAN, MAX_BYTES, read_bytes, read_text, refuse
from genarch.files.records import Record
from genarch.files.yaml_text import NOWHERE, Document, nodes_of
from genarch.values import NamedTuple

NAMES = ("genarch.toml", "pyproject.toml")
"""The files that hold settings; in one folder the first counts."""

MOST_KEYS = 100
"""Settings of one file; each that we do not know is reported, with what is like it."""

TeamSeverity = Literal[Severity, "off"]
"""What a team makes of a check: a severity, or nothing."""


OLDEST_DAYS = 365
"""How old a team's own measurement may be where nobody says otherwise: drivers and engines change within a year."""


class Policy(NamedTuple):
    """What a team asks of its documents.

    `tables` are those that a decision may have been taken with, beside the present one. Days are ISO dates in UTC:
    `today` is the date for waiver expiry, `latest` the last day that a waiver may end on; `ending` is whether each must
    end. `severities` replace those of checks, `off` leaves one out. `waivers` false leaves every waiver aside,
    `evidence` false what was measured. A team's own measurements are to be of
    `measured_since` or later.
    """

    today: str
    tables: tuple[RuleTable, ...] = ()
    latest: str = "9998-12-31"
    ending: bool = False
    severities: Mapping[str, TeamSeverity] = {}
    waivers: bool = True
    evidence: bool = True
    measured_since: str = ""


class ProjectSettings(NamedTuple):
    """The settings of a project. Paths and globs are relative to the folder of their file."""

    folder: Annotated[str, HIDDEN] = "."
    path: Annotated[str, HIDDEN] = ""
    rules: ShownText | None = None
    """The rule table: a bundled one's id, or a path."""
    fail_on: Literal[Severity, "never"] | None = None
    """The severity from which findings fail a check."""
    include: tuple[ShownText, ...] = ()
    """Globs of the files to look at in folders."""
    exclude: tuple[ShownText, ...] = ()
    """Globs of files to leave out."""
    require_block: tuple[ShownText, ...] = ()
    """Globs of the documents that must state a spec."""
    baseline: ShownText | None = None
    """A file of known findings."""
    waiver_days: Annotated[int | None, whole(1, 36_500)] = None
    """Maximum number of days ahead that a waiver may expire."""
    severity: Mapping[str, TeamSeverity] = {}
    """Check to severity, or off."""
    evidence: bool = True
    """Whether what was measured decides together with the rules."""
    cases: tuple[ShownText, ...] = ()
    """Files of a team's own documented cases, or folders of them."""
    measurements: tuple[ShownText, ...] = ()
    """Files of a team's own measurements, as genarch measure writes them."""
    measurement_days: Annotated[int | None, whole(1, 36_500)] = None
    """How old such a measurement may be."""
    passed_over: Annotated[tuple[str, ...], HIDDEN] = ()

    @property
    def case_paths(self) -> list[str]:
        """The files and folders of cases, as seen from the current folder."""
        return [os.path.normpath(os.path.join(self.folder, path)) for path in self.cases]

    def path_of(self, path: str | None) -> str | None:
        """A configured path, or the id of a bundled table, as seen from the current folder."""
        if path is None or not (os.sep in path or "/" in path or os.path.splitext(path)[1]):
            return path
        return os.path.normpath(os.path.join(self.folder, path))


def find_settings(folders: Iterable[str] | None = None) -> ProjectSettings:
    """The nearest settings from the current folder upwards, or in other folders; the defaults where there are none.

    A `pyproject.toml` without `[tool.genarch]` is passed by. What is found is not merged with what lies further up.

    Raises:
        InputError: when a file on the way cannot be read, or with every problem of the settings found.
    """
    passed_over: list[str] = []
    for path in (os.path.join(here, name) for here in folders or folders_above(".") for name in NAMES):
        shown = min(path, os.path.relpath(path), key=len)
        if not os.path.lexists(path):
            continue
        if path.endswith(NAMES[1]) and _of_others(path):
            passed_over.append(shown)
        elif found := _read_settings(shown):
            return found._replace(passed_over=tuple(passed_over))
    return ProjectSettings(passed_over=tuple(passed_over))


def folders_above(folder: str) -> Iterator[str]:
    """A folder, without links, and all above it."""
    here, below = os.path.realpath(folder), ""
    while here != below:
        yield here
        here, below = os.path.dirname(here), here


def _of_others(path: str) -> bool:
    """Whether a `pyproject.toml` cannot be read, and has no word of ours."""
    if not os.path.isfile(path):  # a folder, a pipe, a link that leads nowhere
        return True
    if (large := os.path.getsize(path)) > MAX_BYTES:
        return large > LONGEST_SCAN or b"genarch" not in read_bytes(path, limit=LONGEST_SCAN)
    content = read_bytes(path)
    try:
        content.decode()
    except UnicodeDecodeError:
        return b"genarch" not in content
    return False


def load_settings(path: str) -> ProjectSettings:
    """The settings in a file.

    Raises:
        InputError: when it has none, or with every problem.
    """
    found = _read_settings(path)
    if found is None:
        raise refuse(path, "has no [tool.genarch]; add it, or name a genarch.toml")
    return found


_DEEP_KEY = r"""(?<![\w"'.-])(?:["']?[\w-]++["']?[ \t]*+\.[ \t]*+){17}"""
"""A dotted key with more parts than any that we know, for which the parser takes memory by their square."""
_TOO_DEEP = "nested too deeply; write it with fewer brackets"
_MAY_HAVE_TOOL = r"""\btool["'\s]*(\]|=|\.["'\s]*genarch)"""
"""What a `pyproject.toml` with `[tool.genarch]` has, however that is written."""


def _read_settings(path: str) -> ProjectSettings | None:
    text = read_text(path)
    in_pyproject = os.path.basename(path) == "pyproject.toml"
    if in_pyproject and not ("genarch" in text and re.search(_MAY_HAVE_TOOL, text)):
        return None
    if deep := re.search(_DEEP_KEY, text):
        where = Document(text, path).position(deep.start())
        raise InputError([Problem(path, *where, "", "a key of more than 16 parts is not read; write it shorter")])
    import tomllib  # not for whoever has no settings

    try:
        data: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is an error of its own
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        message = _TOO_DEEP if isinstance(error, RecursionError) else str(error).partition(" (at line ")[0].lower()
        message = message.partition("; use sys.")[0]
        raise InputError([Problem(path, line, column, "", f"not TOML: {message}")]) from None
    if in_pyproject:
        tool = data.get("tool", {})
        data = tool.get("genarch") if isinstance(tool, dict) else None
        if data is None:
            return None
    if not isinstance(data, dict):
        raise refuse(path, "tool.genarch must be a table; write [tool.genarch]")
    if len(data) > MOST_KEYS:
        raise refuse(path, f"more than {MOST_KEYS} settings; remove those that do not exist")
    places = _places(text, ("tool", "genarch") if in_pyproject else ())
    record = Record(Document(text, path), nodes_of(data, lambda key: places.get(key, NOWHERE)), ProjectSettings)
    from genarch.documents.discovery import wrong_glob  # likewise

    for name in ("include", "exclude", "require_block"):
        for at, glob in enumerate(getattr(record.value, name) or ()):
            if glob is not None and (wrong := wrong_glob(glob)):
                record.report((name, at), f"'{glob[:60]}' {wrong}")
    for name in record.value.severity or ():
        if name not in DOCUMENT_CHECKS:
            record.report(("severity", name), f"is not a check{nearest(name, DOCUMENT_CHECKS)}")
    record.document.check()
    return record.value._replace(folder=os.path.dirname(path) or ".", path=path)


def places_of_settings(path: str) -> Mapping[str, tuple[int, int]]:
    """The line and column where each name of a setting first stands in a file."""
    text = read_text(path)
    document = Document(text, path)
    within = ("tool", "genarch") if os.path.basename(path) == NAMES[1] else ()
    return {name: document.position(at) for name, at in _places(text, within).items()}


def _places(text: str, within: tuple[str, ...]) -> dict[str, int]:
    """Where each name of a key first stands, of those below a table."""
    places: dict[str, int] = {}
    section: tuple[str, ...] = ()
    at = 0
    for line in text.splitlines(keepends=True):
        stated = line.strip()
        header = stated.startswith("[")
        name = stated.strip("[]") if header else stated.partition("=")[0]
        names = tuple(part.strip(" \t\"'") for part in name.split(".")) if header or "=" in stated else ()
        section = names if header else section
        whole = names if header else section + names
        for part in whole[len(within) :] if names and whole[: len(within)] == within else ():
            places.setdefault(part, at)
        at += len(line)
    return places


BASELINE_VERSION = 1


class KnownFinding(NamedTuple):
    """A finding that a baseline has."""

    file: str
    spec: str | None
    check: str
    fingerprint: str
    """The same for the same finding in every run, wherever it stands in its file."""


class Baseline(NamedTuple):
    """The findings that a team knows of and does not want to fail for, without line numbers."""

    genarch_baseline: Annotated[int, format_version(BASELINE_VERSION, "genarch_baseline")]
    """The version of this format."""
    findings: tuple[KnownFinding, ...]


def read_baseline(path: str) -> tuple[KnownFinding, ...]:
    """The findings in a baseline.

    Raises:
        InputError: when the file is no baseline.
    """
    text = read_text(path, limit=16 << 20)
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
        raise InputError([Problem(path, line, column, "", "not JSON; write it with --write-baseline")]) from None
    if not isinstance(data, dict) or data.get("genarch_baseline") != BASELINE_VERSION:
        raise refuse(path, f"is not a baseline of format {BASELINE_VERSION}; write one with --write-baseline")
    record = Record(Document(text, path), nodes_of(data), Baseline)
    for at, item in enumerate(getattr(record.value, "findings", None) or ()):
        if isinstance(name := getattr(item, "file", None), str) and not _is_path(name):
            record.report(("findings", at, "file"), "is not a path; write the baseline again with --write-baseline")
    record.document.check()
    return record.value.findings


def _is_path(text: str) -> bool:
    """Whether there can be a file of that name."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half a character
        return False


def baseline_text(findings: Iterable[KnownFinding]) -> str:
    """The text of a baseline of findings, in an order that shows well in a difference."""
    kept = sorted(findings, key=lambda finding: (finding.file, finding.check, finding.fingerprint))
    lines = ",\n".join(f"    {json.dumps(finding._asdict())}" for finding in kept)
    body = f"[\n{lines}\n  ]" if kept else "[]"
    return f'{{\n  "genarch_baseline": {BASELINE_VERSION},\n  "findings": {body}\n}}\n'
