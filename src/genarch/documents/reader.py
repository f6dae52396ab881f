"""Design documents: what they state for genarch and where, and what is never parsed or cannot be read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from genarch.documents.discovery import repository_root
from genarch.documents.markdown import INFO, WORD, Block, Defect, Markdown, Verbatim, parse_markdown, read_front
from genarch.errors import InputError, Problem
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.files.io import MAX_BYTES, decode, read_bytes, read_text, refuse
from genarch.files.specs import parse_placed
from genarch.files.yaml_text import LINE_END
from genarch.table.findings import CheckId, Finding, Located, Place
from genarch.table.rules import RuleTable
from genarch.table.spec import Spec

MAX_BLOCKS = 100
"""Specs that one document may state."""

MAX_BLOCK = 1 << 16
"""Characters of one block: 64 Ki."""

LONGEST = 500
"""Characters of a line that states a status or the chosen option."""

LONGEST_SCAN = 64 << 20
"""Bytes of a file too large to parse that are looked through for the word genarch: 64 MiB."""

INACTIVE = (
    "superseded", "superceded", "rejected", "deprecated", "withdrawn", "replaced", "declined", "obsolete", "abandoned",
)  # fmt: skip
"""The statuses of a document that binds nobody any more; tools write both spellings of the first."""

UNDECIDED = ("proposed", "draft", "provisional", "pending", "in review", "wip")
"""The statuses of a document whose decision may still be open."""

_INVALID = CheckId("block-invalid")
_CHOSEN = re.compile(r"[\s>*_-]*chosen option[*_\s]*:", re.IGNORECASE)
_WORD_BYTES = WORD.encode()
_WIDE_WORDS = tuple(WORD.encode(f"utf-{bits}-{order}") for bits in (16, 32) for order in ("le", "be"))
_DRIVE = re.compile(r"[A-Za-z]:|[\\/~]")


class PlacedSpec(NamedTuple):
    """A spec in a document.

    `places` are those of its keys, by dotted path (`decision`, `constraints.task`, `waivers[0]`); '' is the whole.
    """

    spec: Spec
    places: Mapping[str, Place]

    def place(self, *fields: str) -> Place:
        """The place of the first of these fields that is stated; else of the whole."""
        return next((self.places[field] for field in fields if field in self.places), self.places[""])

    def found(self, check: CheckId, message: str, *fields: str, subject: Iterable[str] = ()) -> Located:
        """What a check finds of the spec, at the place of the first of these fields that is stated."""
        return located(check, self.place(*fields), message, tuple(subject), self.spec)


class Chosen(NamedTuple):
    """The option that a document's prose names as chosen, as in MADR's `Chosen option: "…"`."""

    text: str
    place: Place


class DesignDocument(NamedTuple):
    """A document with what it states.

    `path` is the document that binds: for a sidecar the one that it names. `status` is in small letters, empty where
    none is stated. `defects` are what is wrong with its form, or with that of a spec in it. `prose` is the text outside
    of specs, to look for names in.
    """

    path: str
    status: str = ""
    specs: tuple[PlacedSpec, ...] = ()
    defects: tuple[Located, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    prose: str = ""

    @property
    def inactive(self) -> bool:
        """Whether the document was superseded, rejected or the like, so that nothing in it binds."""
        return self.status.startswith(INACTIVE)

    @property
    def undecided(self) -> bool:
        """Whether its decision may still be open."""
        return self.status.startswith(UNDECIDED)


def located(
    check: CheckId, place: Place, message: str, subject: tuple[str, ...] = (), spec: Spec | None = None
) -> Located:
    """What a check finds, with the severity that the check has."""
    return Located(place, Finding(check, subject, message), DOCUMENT_CHECKS[check].severity, spec)


def read_document(text: str, path: str, rules: RuleTable) -> DesignDocument:
    """Read a Markdown document; `text` is without its byte order mark, `path` stands in what is found."""
    markdown = parse_markdown(text)
    front = read_front(markdown.lines, markdown.front)
    reader = _Reader(path, markdown.lines, rules)
    for defect in front.defects:
        reader.defect(*defect)
    for spec in front.specs:
        reader.spec(spec)
    for block in markdown.blocks:
        if block.closed:
            reader.spec(block)
        else:
            message = "the block that begins here is never closed; end it with the marks that it began with"
            reader.defect(CheckId("block-unclosed"), block.first, block.column, message)
    for defect in _unread(markdown):
        reader.defect(*defect)
    chosen = tuple(_chosen(markdown, path))
    return reader.document(status_of(front.status, markdown), chosen, _prose(markdown))


def read_sidecar(text: str, path: str, rules: RuleTable) -> DesignDocument:
    """Read a spec file as a document of its own: what it states, and as prose its comments."""
    lines = LINE_END.split(text)
    reader = _Reader(path, lines, rules)
    reader.spec(Block(text, (), 1, len(lines)), sidecar=True)
    return reader.document(prose="\n".join(line[line.index("#") :] for line in lines if "#" in line))


class _Reader:
    """Collects what one file states, and what is wrong with it."""

    def __init__(self, path: str, lines: Sequence[str], rules: RuleTable) -> None:
        self._path = path
        self._lines = lines
        self._rules = rules
        self._specs: list[PlacedSpec] = []
        self._defects: list[Located] = []
        self._count = 0

    def document(self, status: str = "", chosen: tuple[Chosen, ...] = (), prose: str = "") -> DesignDocument:
        return DesignDocument(self._path, status, tuple(self._specs), tuple(self._defects), chosen, prose)

    def defect(self, check: CheckId, line: int, column: int, message: str, subject: tuple[str, ...] = ()) -> None:
        self._defects.append(located(check, self._place(line, column), message, subject))

    def spec(self, block: Block, *, sidecar: bool = False) -> None:
        """Read one spec."""
        self._count += 1
        too_much = ""
        if self._count > MAX_BLOCKS:
            too_much = f"more than {MAX_BLOCKS} specs in one document; from here on they are not read, split it"
        elif len(block.text) > MAX_BLOCK:
            too_much = f"a spec of more than {MAX_BLOCK // 1024} Ki characters is not read; state the constraints alone"
        if too_much:
            if self._count <= MAX_BLOCKS + 1:
                self.defect(_INVALID, block.first, block.column, too_much)
            return
        try:
            spec, places = parse_placed(block.text, path=self._path, rules=self._rules, lines=block.lines)
        except InputError as error:
            for problem in error.problems:
                self._invalid(problem, block)
            return
        if spec.document is not None and not sidecar:
            message = "'document' belongs into a spec file beside a document; remove it here"
            self.defect(_INVALID, *places["document"], message)
            return
        placed = {field: self._place(*at) for field, at in places.items()}
        self._specs.append(PlacedSpec(spec, {**placed, "": self._place(block.first, block.column)}))

    def _invalid(self, problem: Problem, block: Block) -> None:
        check = CheckId("waiver-invalid") if problem.field.startswith("waivers") else _INVALID
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        self.defect(check, problem.line or block.first, problem.column or block.column, message, (problem.field,))

    def _place(self, line: int, column: int) -> Place:
        """A place that reaches to the end of its line."""
        end = len(self._lines[line - 1].rstrip()) + 1 if 1 <= line <= len(self._lines) else 0
        return Place(self._path, line, column, max(end, column + 1))


def _unread(markdown: Markdown) -> Iterator[Defect]:
    """What looks like a spec and is not read."""
    for line, info in markdown.misspelt:
        message = f"a fence of '{info[:60]}' is not read; did you mean '{INFO[0]}'?"
        yield Defect(CheckId("block-misspelt"), line, 1, message)
    for line in markdown.keyed:
        message = f"a listing with 'genarch:' is not read; as a block, it begins with {INFO[0]} and leaves the key out"
        yield Defect(CheckId("block-quoted"), line, 1, message)
    for line, within in markdown.hidden():
        if within and within.closed and within.kind in ("comment", "fence"):
            message = f"the block here is not read, since it is inside {_named(within)}"
            yield Defect(CheckId("block-quoted"), line, 1, message)
        else:
            yield Defect(CheckId("block-swallowed"), line, 1, f"the block here is {_swallowed(within)}")


def _swallowed(within: Verbatim | None) -> str:
    if within is None:
        return "plain text to Markdown; put it at the margin, on lines of its own"
    if within.kind == "indented code":
        return "indented so far that it is code; put it at the margin"
    if within.kind == "html":
        return f"part of {_named(within)}; put an empty line before it"
    return f"inside {_named(within)} and is never closed; close it before the block"


def _named(part: Verbatim) -> str:
    return f"the {part.kind} that begins on line {part.first}"


def _chosen(markdown: Markdown, path: str) -> Iterator[Chosen]:
    # The cheap test first: most lines of most documents are none.
    suspects = [number for number, line in enumerate(markdown.lines, 1) if "hosen" in line or "HOSEN" in line]
    listed = markdown.listed() if suspects else set()
    for number in suspects:
        line = markdown.lines[number - 1]
        if number not in listed and (match := _CHOSEN.match(line)):
            column = len(line) - len(line.lstrip("> \t*_-")) + 1
            yield Chosen(_option(line[match.end() :]), Place(path, number, column, len(line.rstrip()) + 1))


def _option(text: str) -> str:
    """The option without its quotation marks, and without the reason behind it."""
    text = text[:LONGEST].strip(" \t*_")
    if text.startswith('"') and '"' in text[1:]:
        return text[1:].partition('"')[0]
    return text.partition("because")[0].strip(" \t*_.,")


def _prose(markdown: Markdown) -> str:
    """The document without its front matter and its spec blocks."""
    parts: list[str] = []
    after = markdown.front
    for block in markdown.blocks:
        parts += markdown.lines[after : block.first - 1]
        after = block.last
    return "\n".join([*parts, *markdown.lines[after:]])


HEAD = 30
"""Lines within which a document states its status as a line of its own."""
ACTIVE = ("accepted", "approved", "implemented", "implementable", "active", "final", "adopted", "published", "done")

_LINE = re.compile(r"[\s>*+_-]*status[*_\s]*:[*_\s]*(.+)|\|[\s*_]*status[\s*_]*\|(.+)", re.IGNORECASE)
_STRUCK = re.compile(r"~~[^~]*~~|<(?:s|del)>[^<]*</(?:s|del)>")
_CLAUSE = re.compile(r"[,;|]\s+|\s*(?:->|=>|→)\s*")
# A status is a word that stands alone or goes on as a status does: 'Replaced the sampler' is about something else.
_WORD = re.compile(
    rf"""[^\w(]*({"|".join((*INACTIVE, *UNDECIDED, *ACTIVE))})"""
    r"""(?![\w-])(?=\W*$|\s*[,;:.()\[\]|*_"'\u2014\u2013/-]|\s+(?:by|with|in|on|since|as|at|from|for|because|due|see|\d))""",
    re.IGNORECASE,
)


def status_of(stated: str, markdown: Markdown) -> str:
    """The status in small letters, from the word on: of the front matter, else of a heading, else of a line of its own.

    Of a history the last entry counts. Empty where none is stated.
    """
    if stated:
        return _status_in(stated)
    listed = markdown.listed()
    for heading in markdown.headings:
        if re.sub(r"^[\d.\s]+", "", heading.title).strip(" :*_").casefold() == "status":
            below = range(heading.first + 1, heading.last + 1)
            found = [_status_in(markdown.lines[number - 1]) for number in below if number not in listed]
            return next((status for status in reversed(found) if status), "")
    sections = [heading.first for heading in markdown.headings[1:]]
    end = min([markdown.front + HEAD, len(markdown.lines), *(first - 1 for first in sections)])
    for number in range(markdown.front + 1, end + 1):
        match = None if number in listed else _LINE.fullmatch(markdown.lines[number - 1][:LONGEST])
        if match:
            return _status_in(match[1] or match[2])
    return ""


def _status_in(text: str) -> str:
    """The last status that a line states."""
    clauses = _CLAUSE.split(_STRUCK.sub("", text[:LONGEST]))
    found = [clause[match.start(1) :] for clause in clauses if (match := _WORD.match(clause))]
    return re.sub(r"[\s>*_`\[\]\"'|]+", " ", found[-1]).strip().casefold() if found else ""


class Beside(NamedTuple):
    """The document that a spec file stands beside, or why it cannot be used; `real` is where it lies, or would."""

    document: DesignDocument | Located
    real: str


def load_document(path: str, rules: RuleTable) -> DesignDocument | None:
    """A Markdown document; None where it does not mention genarch, which is seen before anything is parsed."""
    try:
        content = _content(path)
        return None if content is None else read_document(decode(content, path), path, rules)
    except InputError as error:
        return DesignDocument(path, defects=(_unreadable(path, error),))


def load_sidecar(path: str, rules: RuleTable) -> DesignDocument:
    """A spec file as a document of its own."""
    try:
        text = read_text(path)
    except InputError as error:
        return DesignDocument(path, defects=(_unreadable(path, error),))
    return read_sidecar(text, path, rules)


def beside(own: DesignDocument, rules: RuleTable) -> Beside | None:
    """The document that a spec file stands beside; None where it names none.

    A document lies in the repository of the spec file, or where there is none, in its folder or below.
    """
    if not own.specs or own.specs[0].spec.document is None:
        return None
    (placed,) = own.specs
    named = placed.spec.document or ""
    folder = os.path.dirname(own.path) or "."
    path = os.path.normpath(os.path.join(folder, named))

    def refused(message: str, real: str = "") -> Beside:
        finding = located(_INVALID, placed.place("document"), f"document: '{named[:80]}' {message}")
        return Beside(finding, real)

    if not named.strip() or _DRIVE.match(named) or "\0" in named:
        return refused("is no path from here; write one such as README.md")
    real = os.path.realpath(path)
    root = repository_root(folder) or os.path.realpath(folder)
    if not real.startswith(os.path.join(root, "")):
        return refused("lies outside of the project; name a document in it")
    try:
        return Beside(read_document(read_text(path), path, rules), real)
    except InputError as error:
        return refused(f"cannot be read: {error.problems[0].message}", real)


def inactive_status(path: str, rules: RuleTable) -> str:
    """The status of a document that states nothing, where it binds nobody any more; else empty."""
    try:
        document = read_document(read_text(path), path, rules)
    except InputError:
        return ""
    return document.status if document.inactive else ""


def _content(path: str) -> bytes | None:
    """A document's bytes, where they mention genarch.

    Raises:
        InputError: when they do, or may, and cannot be read whole.
    """
    try:
        too_large = os.path.getsize(path) > MAX_BYTES and os.path.isfile(path)
    except OSError:
        too_large = False  # reading it gives the reason
    if too_large:
        if not any(map(_mentions, _windows(path))):
            return None
        raise refuse(path, f"larger than {MAX_BYTES // 1024} KiB, and mentions {WORD}; split it, or exclude it")
    content = read_bytes(path)
    mentions = _mentions(content)
    if mentions == "wide":
        raise refuse(path, "not UTF-8, but UTF-16 or UTF-32; save it as UTF-8")
    return content if mentions else None


def _mentions(content: bytes) -> Literal["", "wide", "plain"]:
    """Whether the word is there, and whether in an encoding of two or four bytes a character."""
    content = content.lower()
    if b"\0" in content and any(word in content for word in _WIDE_WORDS):
        return "wide"
    return "plain" if _WORD_BYTES in content else ""


def _windows(path: str) -> Iterator[bytes]:
    """A large file piece by piece, each with the end of the one before, where a word may begin.

    Raises:
        InputError: when it is too large even to look through.
    """
    seen = 0
    tail = b""
    try:
        with open(path, "rb") as stream:
            while chunk := stream.read(MAX_BYTES):
                yield tail + chunk
                tail = chunk[-4 * len(WORD) :]
                seen += len(chunk)
                if seen > LONGEST_SCAN:
                    raise refuse(path, f"larger than {LONGEST_SCAN >> 20} MiB; exclude it")
    except OSError as error:
        raise refuse(path, error.strerror or str(error)) from error


def _unreadable(path: str, error: InputError) -> Located:
    return located(CheckId("document-unreadable"), Place(path, 1, 1), error.problems[0].message)
