"""Files to design documents: what is never parsed, what cannot be read, and spec files beside documents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from genarch.documents.discovery import repository_root
from genarch.documents.document import INACTIVE, UNDECIDED, Carrier, Chosen, DesignDocument, Stated, located
from genarch.documents.front_matter import read_front
from genarch.documents.markdown import INFO, WORD, Hidden, Markdown, parse_markdown
from genarch.errors import InputError, Problem
from genarch.files.io import MAX_BYTES, decode, read_bytes, read_text, refuse
from genarch.files.specs import parse_placed
from genarch.table.findings import CheckId, Located, Place
from genarch.table.rules import RuleTable

HEAD = 30
"""Lines within which a document tells its status as a line of its own."""
LONGEST = 500
"""Characters of a line that tells it."""

ACTIVE = ("accepted", "approved", "implemented", "implementable", "active", "final", "adopted", "published", "done")

_LINE = re.compile(r"[\s>*+_-]*status[*_\s]*:[*_\s]*(.+)|\|[\s*_]*status[\s*_]*\|(.+)", re.IGNORECASE)
_STRUCK = re.compile(r"~~[^~]*~~|<(?:s|del)>[^<]*</(?:s|del)>")
_CLAUSE = re.compile(r"[,;|]\s+|\s*(?:->|=>|→)\s*")
# A status is a word that stands alone or goes on as a status does: 'Replaced the sampler' tells of something else.
_WORD = re.compile(
    rf"""[^\w(]*({"|".join((*INACTIVE, *UNDECIDED, *ACTIVE))})"""
    r"""(?![\w-])(?=\W*$|\s*[,;:.()\[\]|*_"'\u2014\u2013/-]|\s+(?:by|with|in|on|since|as|at|from|for|because|due|see|\d))""",
    re.IGNORECASE,
)


def status_of(stated: str, markdown: Markdown) -> str:
    """The status in small letters, from the word on: of the front matter, else of a heading, else of a line of its own.

    Of a history the last entry counts. Empty where none is told.
    """
    if stated:
        return _told(stated)
    verbatim = {number for part in markdown.verbatim for number in range(part.first, part.last + 1)}
    verbatim |= {number for block in markdown.blocks for number in range(block.first, block.last + 1)}
    for heading in markdown.headings:
        if re.sub(r"^[\d.\s]+", "", heading.title).strip(" :*_").casefold() == "status":
            below = range(heading.first + 1, heading.last + 1)
            told = [_told(markdown.lines[number - 1]) for number in below if number not in verbatim]
            return next((status for status in reversed(told) if status), "")
    sections = [heading.first for heading in markdown.headings[1:]]
    end = min([markdown.front + HEAD, len(markdown.lines), *(first - 1 for first in sections)])
    for number in range(markdown.front + 1, end + 1):
        match = None if number in verbatim else _LINE.fullmatch(markdown.lines[number - 1][:LONGEST])
        if match:
            return _told(match[1] or match[2])
    return ""


def _told(text: str) -> str:
    """The last status that a line tells."""
    clauses = _CLAUSE.split(_STRUCK.sub("", text[:LONGEST]))
    told = [clause[match.start(1) :] for clause in clauses if (match := _WORD.match(clause))]
    return re.sub(r"[\s>*_`\[\]\"'|]+", " ", told[-1]).strip().casefold() if told else ""


MAX_BLOCKS = 100
"""Specs that one document may state."""
MAX_BLOCK = 1 << 16
"""Characters of one block: 64 Ki."""

LONGEST_CHOICE = 500
"""Characters of a line that names the chosen option."""

_CHOSEN = re.compile(r"[\s>*_-]*chosen option[*_\s]*:", re.IGNORECASE)


def read_document(text: str, path: str, rules: RuleTable) -> DesignDocument:
    """Read a Markdown document; `text` is without its byte order mark, `path` stands in what is found."""
    markdown = parse_markdown(text)
    front = read_front(markdown.lines, markdown.front)
    reader = _Reader(path, markdown.lines, rules)
    for flaw in front.flaws:
        check = CheckId("block-misspelt") if flaw.misspelt else CheckId("block-invalid")
        reader.defect(check, flaw.line, flaw.column, flaw.message)
    for part, line, column in front.specs:
        reader.spec(part.text, part.lines, "front_matter", line, column)
    for block in markdown.blocks:
        first = markdown.lines[block.first - 1]
        column = len(first) - len(first.lstrip("> \t0123456789.)*+-")) + 1
        if not block.closed:
            message = "the block that begins here is never closed; end it with the marks that it began with"
            reader.defect(CheckId("block-unclosed"), block.first, column, message)
        else:
            reader.spec(block.text, block.lines, "block", block.first, column)
    for fence in markdown.misspelt:
        message = f"a fence of '{fence.info[:60]}' is not read; did you mean '{INFO[0]}'?"
        reader.defect(CheckId("block-misspelt"), fence.line, 1, message)
    for listing in markdown.keyed:
        message = f"a listing with 'genarch:' is not read; as a block, it begins with {INFO[0]} and leaves the key out"
        reader.defect(CheckId("block-quoted"), listing, 1, message)
    for hidden in markdown.hidden():
        check, message = _hidden_words(hidden)
        reader.defect(check, hidden.line, 1, message)
    return DesignDocument(
        path,
        status_of(front.status, markdown),
        tuple(reader.stated),
        tuple(reader.defects),
        tuple(_chosen(markdown, path)),
        _prose(markdown),
    )


def read_sidecar(text: str, path: str, rules: RuleTable) -> DesignDocument:
    """Read a spec file as a document of its own: what it states, and as prose its comments."""
    lines = tuple(re.split(r"\r\n|\n|\r", text))
    reader = _Reader(path, lines, rules)
    reader.spec(text, (), "sidecar", 1, 1)
    comments = "\n".join(line[line.index("#") :] for line in lines if "#" in line)
    return DesignDocument(path, "", tuple(reader.stated), tuple(reader.defects), (), comments)


class _Reader:
    """Collects what one file states, and what is wrong with it."""

    def __init__(self, path: str, lines: Sequence[str], rules: RuleTable) -> None:
        self.stated: list[Stated] = []
        self.defects: list[Located] = []
        self._path = path
        self._lines = lines
        self._rules = rules
        self._count = 0

    def defect(self, check: CheckId, line: int, column: int, message: str) -> None:
        self.defects.append(located(check, self._place(line, column), message))

    def spec(self, text: str, lines: Sequence[tuple[int, int]], carrier: Carrier, line: int, column: int) -> None:
        """Read one spec; `line` and `column` are where its carrier begins."""
        self._count += 1
        if self._count > MAX_BLOCKS:
            if self._count == MAX_BLOCKS + 1:
                message = f"more than {MAX_BLOCKS} specs in one document; from here on they are not read, split it"
                self.defect(CheckId("block-invalid"), line, column, message)
            return
        if len(text) > MAX_BLOCK:
            message = f"a spec of more than {MAX_BLOCK // 1024} Ki characters is not read; state the constraints alone"
            self.defect(CheckId("block-invalid"), line, column, message)
            return
        try:
            spec, places = parse_placed(text, path=self._path, rules=self._rules, lines=lines)
        except InputError as error:
            self.defects += [self._invalid(problem, line, column) for problem in error.problems]
            return
        if spec.document is not None and carrier != "sidecar":
            at = places["document"]
            message = "'document' belongs into a spec file beside a document; remove it here"
            self.defect(CheckId("block-invalid"), *at, message)
            return
        stated: Mapping[str, Place] = {field: self._place(*at) for field, at in places.items()}
        self.stated.append(Stated(spec, carrier, {**stated, "": self._place(line, column)}))

    def _invalid(self, problem: Problem, line: int, column: int) -> Located:
        check = CheckId("waiver-invalid") if problem.field.startswith("waivers") else CheckId("block-invalid")
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        place = self._place(problem.line or line, problem.column or column)
        return located(check, place, message, (problem.field,))

    def _place(self, line: int, column: int) -> Place:
        """A place that reaches to the end of its line."""
        end = len(self._lines[line - 1].rstrip()) + 1 if 1 <= line <= len(self._lines) else 0
        return Place(self._path, line, column, max(end, column + 1))


def _hidden_words(hidden: Hidden) -> tuple[CheckId, str]:
    """What to say of a block that is not read."""
    within = hidden.within
    if within is None:
        return (
            CheckId("block-swallowed"),
            "the block here is plain text to Markdown; put it at the margin, on lines of its own",
        )
    at = f"the {within.kind} that begins on line {within.first}"
    if within.kind == "indented code":
        return CheckId("block-swallowed"), "the block here is indented so far that it is code; put it at the margin"
    if within.kind == "html":
        return CheckId("block-swallowed"), f"the block here is part of {at}; put an empty line before it"
    if not within.closed:
        return CheckId(
            "block-swallowed"
        ), f"the block here is inside {at} and is never closed; close it before the block"
    return CheckId("block-quoted"), f"the block here is not read, since it is inside {at}"


def _chosen(markdown: Markdown, path: str) -> Iterator[Chosen]:
    hidden = {number for block in markdown.blocks for number in range(block.first, block.last + 1)}
    hidden |= {number for part in markdown.verbatim for number in range(part.first, part.last + 1)}
    for number, line in enumerate(markdown.lines, 1):
        # The cheap test first: most lines of most documents are none.
        if ("hosen" in line or "HOSEN" in line) and number not in hidden and (match := _CHOSEN.match(line)):
            column = len(line) - len(line.lstrip("> \t*_-")) + 1
            yield Chosen(_option(line[match.end() :]), Place(path, number, column, len(line.rstrip()) + 1))


def _option(text: str) -> str:
    """The option without its quotation marks, and without the reason behind it."""
    text = text[:LONGEST_CHOICE].strip(" \t*_")
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


LONGEST_SCAN = 64 << 20
"""Bytes of a file too large to parse that are looked through for the word genarch: 64 MiB."""

_WORD_design_files = WORD.encode()
_WIDE_WORDS = tuple(WORD.encode(f"utf-{bits}-{order}") for bits in (16, 32) for order in ("le", "be"))
_DRIVE = re.compile(r"[A-Za-z]:|[\\/~]")


class Beside(NamedTuple):
    """The document that a spec file stands beside, or why it cannot be used; `real` is where it lies, or would."""

    document: DesignDocument | Located
    real: str


def load_document(path: str, rules: RuleTable) -> DesignDocument | None:
    """A Markdown document; None where it does not mention genarch, which is told before anything is parsed."""
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
    if not own.stated or own.stated[0].spec.document is None:
        return None
    (stated,) = own.stated
    named = stated.spec.document or ""
    folder = os.path.dirname(own.path) or "."
    path = os.path.normpath(os.path.join(folder, named))

    def refused(message: str, real: str = "") -> Beside:
        told = f"document: '{named[:80]}' {message}"
        return Beside(located(CheckId("block-invalid"), stated.place("document"), told), real)

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
    if _too_large(path):
        if not _mentioned_in(path):
            return None
        raise refuse(path, f"larger than {MAX_BYTES // 1024} KiB, and mentions {WORD}; split it, or exclude it")
    content = read_bytes(path)
    if _mentions_wide(content):
        raise refuse(path, "not UTF-8, but UTF-16 or UTF-32; save it as UTF-8")
    return content if _WORD_design_files in content.lower() else None


def _mentions(content: bytes) -> bool:
    return _WORD_design_files in content.lower() or _mentions_wide(content)


def _mentions_wide(content: bytes) -> bool:
    """Whether the word is there in an encoding of two or four bytes a character."""
    return b"\0" in content and any(word in content.lower() for word in _WIDE_WORDS)


def _too_large(path: str) -> bool:
    try:
        return os.path.getsize(path) > MAX_BYTES and os.path.isfile(path)
    except OSError:
        return False  # which reading it tells in words


def _mentioned_in(path: str) -> bool:
    """Whether a large file mentions genarch.

    Raises:
        InputError: when it is too large even to look through.
    """
    seen = 0
    tail = b""
    try:
        with open(path, "rb") as stream:
            while chunk := stream.read(MAX_BYTES):
                if _mentions(tail + chunk):
                    return True
                tail = chunk[-4 * len(WORD) :]
                seen += len(chunk)
                if seen > LONGEST_SCAN:
                    raise refuse(path, f"larger than {LONGEST_SCAN >> 20} MiB; exclude it")
    except OSError as error:
        raise refuse(path, error.strerror or str(error)) from error
    return False


def _unreadable(path: str, error: InputError) -> Located:
    return located(CheckId("document-unreadable"), Place(path, 1, 1), error.problems[0].message)
