"""Design documents: text to what it states for genarch, with every flaw of form at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from genarch.errors import InputError, Problem
from genarch.model import document_checks as checks
from genarch.model.documents import Carrier, Chosen, Defect, DesignDocument, Stated
from genarch.model.findings import Check, Place
from genarch.model.table import RuleTable
from genarch.sources.front_matter import read_front
from genarch.sources.markdown import INFO, Hidden, Markdown, parse_markdown
from genarch.sources.spec_file import parse_placed
from genarch.sources.status import status_of

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
        check = checks.BLOCK_MISSPELT if flaw.misspelt else checks.BLOCK_INVALID
        reader.defect(check, flaw.line, flaw.column, flaw.message)
    for part, line, column in front.specs:
        reader.spec(part.text, part.lines, "front_matter", line, column)
    for block in markdown.blocks:
        first = markdown.lines[block.first - 1]
        column = len(first) - len(first.lstrip("> \t0123456789.)*+-")) + 1
        if not block.closed:
            message = "the block that begins here is never closed; end it with the marks that it began with"
            reader.defect(checks.BLOCK_UNCLOSED, block.first, column, message)
        else:
            reader.spec(block.text, block.lines, "block", block.first, column)
    for fence in markdown.misspelt:
        message = f"a fence of '{fence.info[:60]}' is not read; did you mean '{INFO[0]}'?"
        reader.defect(checks.BLOCK_MISSPELT, fence.line, 1, message)
    for listing in markdown.keyed:
        message = f"a listing with 'genarch:' is not read; as a block, it begins with {INFO[0]} and leaves the key out"
        reader.defect(checks.BLOCK_QUOTED, listing, 1, message)
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
        self.defects: list[Defect] = []
        self._path = path
        self._lines = lines
        self._rules = rules
        self._count = 0

    def defect(self, check: Check, line: int, column: int, message: str) -> None:
        self.defects.append(Defect(check, self._place(line, column), message))

    def spec(self, text: str, lines: Sequence[tuple[int, int]], carrier: Carrier, line: int, column: int) -> None:
        """Read one spec; `line` and `column` are where its carrier begins."""
        self._count += 1
        if self._count > MAX_BLOCKS:
            if self._count == MAX_BLOCKS + 1:
                message = f"more than {MAX_BLOCKS} specs in one document; from here on they are not read, split it"
                self.defect(checks.BLOCK_INVALID, line, column, message)
            return
        if len(text) > MAX_BLOCK:
            message = f"a spec of more than {MAX_BLOCK // 1024} Ki characters is not read; state the constraints alone"
            self.defect(checks.BLOCK_INVALID, line, column, message)
            return
        try:
            spec, places = parse_placed(text, path=self._path, rules=self._rules, lines=lines)
        except InputError as error:
            self.defects += [self._invalid(problem, line, column) for problem in error.problems]
            return
        if spec.document is not None and carrier != "sidecar":
            at = places["document"]
            message = "'document' belongs into a spec file beside a document; remove it here"
            self.defect(checks.BLOCK_INVALID, *at, message)
            return
        found: Mapping[str, Place] = {field: self._place(*at) for field, at in places.items()}
        self.stated.append(Stated(spec, carrier, {**found, "": self._place(line, column)}))

    def _invalid(self, problem: Problem, line: int, column: int) -> Defect:
        waiver = problem.field.startswith("waivers")
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        place = self._place(problem.line or line, problem.column or column)
        return Defect(checks.WAIVER_INVALID if waiver else checks.BLOCK_INVALID, place, message, (problem.field,))

    def _place(self, line: int, column: int) -> Place:
        """A place that reaches to the end of its line."""
        end = len(self._lines[line - 1].rstrip()) + 1 if 1 <= line <= len(self._lines) else 0
        return Place(self._path, line, column, max(end, column + 1))


def _hidden_words(hidden: Hidden) -> tuple[Check, str]:
    """What to say of a block that is not read."""
    within = hidden.within
    if within is None:
        return (
            checks.BLOCK_SWALLOWED,
            "the block here is plain text to Markdown; put it at the margin, on lines of its own",
        )
    at = f"the {within.kind} that begins on line {within.first}"
    if within.kind == "indented code":
        return checks.BLOCK_SWALLOWED, "the block here is indented so far that it is code; put it at the margin"
    if within.kind == "html":
        return checks.BLOCK_SWALLOWED, f"the block here is part of {at}; put an empty line before it"
    if not within.closed:
        return checks.BLOCK_SWALLOWED, f"the block here is inside {at} and is never closed; close it before the block"
    return checks.BLOCK_QUOTED, f"the block here is not read, since it is inside {at}"


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
