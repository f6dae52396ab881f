"""The text of decision records, with a spec block or a rationale put in: no other byte changes.

What was put in is looked for again in the result, as any reader of the document would find it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genarch.documents.document import DesignDocument
from genarch.documents.markdown import INFO, Block, Heading, Markdown, parse_markdown
from genarch.documents.reader import read_document, read_sidecar
from genarch.files.io import refuse
from genarch.table.constraints import BY_NAME
from genarch.table.findings import CheckId, Located
from genarch.table.rules import RuleTable
from genarch.table.spec import SPEC_VERSION

HEADINGS = ("decision outcome", "decision")
"""Where a block belongs, best first: MADR's heading, then Nygard's."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_NUMBERING = re.compile(r"^\d[\d.)]*\s+|[*_`]|\s*[:.]\s*$")
_RUN = re.compile(r"(?:`|~)+")
_MODELINE = re.compile(r"\A#[ \t]*yaml-language-server:[^\n]*\n")
_BEGIN = "<!-- genarch rationale of {}; kept by 'genarch doc add --write' -->"
_END = "<!-- end of genarch rationale of {} -->"


def fenced(spec: str) -> str:
    """The text of a spec as a block, without the line that names its schema to editors of YAML files."""
    body = _MODELINE.sub("", "\n".join(_LINE_END.split(spec))).strip("\n")
    longest = max((len(run) for run in _RUN.findall(body) if run[0] == "`"), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}yaml genarch\n{body}\n{fence}"


def with_block(text: str, path: str, block: str) -> tuple[str, Block]:
    """The document with a block where its decision is told, and that block as a reader finds it.

    Raises:
        InputError: when an unclosed fence or comment would swallow the block.
    """
    document = _Document(text)
    before = document.markdown
    changed = document.with_lines(document.place(), block)
    after = parse_markdown(changed.removeprefix("\ufeff"))
    known = [found.text for found in before.blocks]
    new = [found for found in after.blocks if found.closed]
    for found in before.blocks:
        new = [other for other in new if other.text != found.text]
    body = "\n".join(block.split("\n")[1:-1]) + "\n"
    if len(after.blocks) != len(known) + 1 or [found.text for found in new] != [body]:
        raise refuse(path, "an unclosed fence or comment would hide the block from readers; close it, or move it down")
    return changed, new[0]


def with_rationale(text: str, path: str, spec_id: str, rationale: str) -> str:
    """The document with the rationale of a block between its markers: behind the block, or where it stands already.

    Raises:
        InputError: when the markers are not in pairs.
    """
    document = _Document(text)
    begin, end = _BEGIN.format(spec_id), _END.format(spec_id)
    block = f"{begin}\n\n{rationale.strip()}\n\n{end}"
    starts = document.rows(begin)
    ends = document.rows(end)
    if not starts and not ends:
        return text
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        raise refuse(path, f"the markers of the rationale of '{spec_id}' are not a pair; remove them to have it anew")
    return document.replaced(starts[0], ends[0], block)


def marked(text: str, spec_id: str) -> bool:
    """Whether the document has a marker of that rationale."""
    document = _Document(text)
    return bool(document.rows(_BEGIN.format(spec_id)) or document.rows(_END.format(spec_id)))


def behind(text: str, line: int, spec_id: str) -> str:
    """The document with the markers of an empty rationale after a line."""
    return _Document(text).with_lines(line, f"{_BEGIN.format(spec_id)}\n\n{_END.format(spec_id)}")


class _Row(NamedTuple):
    text: str
    end: str


class _Document:
    """A document's lines, each with its own end."""

    def __init__(self, text: str) -> None:
        bare = text.removeprefix("\ufeff")
        self._bom = text[: len(text) - len(bare)]
        ends = [match[0] for match in _LINE_END.finditer(bare)]
        texts = _LINE_END.split(bare)
        self._rows = [_Row(*row) for row in zip(texts, [*ends, ""], strict=True)]
        if not self._rows[-1].text:
            self._rows.pop()
        self._newline = ends[0] if ends else "\n"
        self.markdown: Markdown = parse_markdown(bare)

    def rows(self, text: str) -> list[int]:
        """The lines that are a comment with this text, from 1."""
        return [comment.first for comment in self.markdown.comments if comment.text.strip() == text]

    def place(self) -> int:
        """The line to put a block after: the last of the decision's own text, else of the document."""
        last = len(self._rows)
        if heading := _decision(self.markdown.headings):
            last = heading.last
            # A comment right above the next heading is about that one.
            above = [note for note in self.markdown.comments if note.last == last and note.first > heading.first]
            if above and last < len(self._rows) and above[0].closed:
                last = above[0].first - 1
        while last > 0 and not self._rows[last - 1].text.strip():
            last -= 1
        return last

    def with_lines(self, after: int, block: str) -> str:
        """The document with lines put in, an empty line before and behind them."""
        head, tail = self._rows[:after], self._rows[after:]
        if head and not head[-1].end:
            head[-1] = _Row(head[-1].text, self._newline)
        new = [_Row("", self._newline)] if head and head[-1].text.strip() else []
        new += [_Row(line, self._newline) for line in block.split("\n")]
        if tail and tail[0].text.strip():
            new.append(_Row("", self._newline))
        return self._joined([*head, *new, *tail])

    def replaced(self, first: int, last: int, block: str) -> str:
        """The document with other lines in place of these."""
        new = [_Row(line, self._newline) for line in block.split("\n")]
        new[-1] = _Row(new[-1].text, self._rows[last - 1].end)
        return self._joined([*self._rows[: first - 1], *new, *self._rows[last:]])

    def _joined(self, rows: list[_Row]) -> str:
        return self._bom + "".join(row.text + row.end for row in rows)


def _decision(headings: tuple[Heading, ...]) -> Heading | None:
    titled = [(_NUMBERING.sub("", heading.title.strip()).strip().casefold(), heading) for heading in headings]
    return next((heading for name in HEADINGS for title, heading in titled if title == name), None)


_ROUNDS = 5
"""How often a text is read again: a key that is mended shows what is wrong below it."""

_SUGGESTION = re.compile(r"'([^']+)' is not .*did you mean '([^']+)'\?")
_DECIDED = re.compile(r"decision: '")
"""What was decided is for its authors to say, however it is spelt."""
_LINE_END_mending = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def mended(text: str, path: str, rules: RuleTable, *, spec_file: bool = False) -> str:
    """A document, or a spec file, with what is misspelt put right; the same text where nothing is."""
    bare = text.removeprefix(_BOM)
    document = _read(bare, path, rules, spec_file=spec_file)
    for _ in range(_ROUNDS):
        changed = bare
        for edit in sorted(set(_edits(bare, document)), reverse=True):
            changed = changed[: edit.start] + edit.text + changed[edit.end :]
        after = _read(changed, path, rules, spec_file=spec_file)
        if changed == bare or not _better(after, document):
            break
        bare, document = changed, after
    return text[: len(text) - len(text.removeprefix(_BOM))] + bare


def _read(text: str, path: str, rules: RuleTable, *, spec_file: bool) -> DesignDocument:
    return read_sidecar(text, path, rules) if spec_file else read_document(text, path, rules)


def _better(after: DesignDocument, before: DesignDocument) -> bool:
    """Whether what was mended is no longer wrong, and nothing new is where all was read before.

    A fence that becomes a block may show what is wrong in it.
    """
    gone = {_wrong(defect) for defect in before.defects} - {_wrong(defect) for defect in after.defects}
    new = {defect.finding.check for defect in after.defects} - {defect.finding.check for defect in before.defects}
    twice = any("is a duplicate of line" in defect.finding.message for defect in after.defects)
    return bool(gone) and not twice and new <= {CheckId("block-invalid"), CheckId("waiver-invalid")}


def _wrong(defect: Located) -> tuple[str, int, str]:
    return defect.finding.check, defect.place.line, defect.finding.message


def with_skeleton(text: str, path: str) -> str:
    """A document with an empty spec under its decision, every constraint waiting in a comment.

    Raises:
        InputError: when an unclosed fence or comment would swallow it.
    """
    lines = [f"version: {SPEC_VERSION}", "constraints:", *(f"  # {name}: unknown" for name in BY_NAME)]
    return with_block(text, path, fenced("\n".join([*lines, "# decision: unknown"])))[0]


def _edits(text: str, document: DesignDocument) -> Iterator[_Edit]:
    starts = [0, *(match.end() for match in _LINE_END_mending.finditer(text))]
    for defect in document.defects:
        at = starts[defect.place.line - 1] + defect.place.column - 1
        if defect.finding.check == CheckId("block-misspelt"):
            yield from _info(text, starts, defect.place.line)
        elif (
            defect.finding.check in (CheckId("block-invalid"), CheckId("waiver-invalid"))
            and not _DECIDED.match(defect.finding.message)
            and (found := _SUGGESTION.search(defect.finding.message))
        ):
            wrong, right = found.groups()
            if _distance(wrong, right) > (2 if len(right) > 7 else 1):
                continue  # another word, and not this one misspelt
            begin = at + (text[at : at + 1] in ("'", '"'))
            if text.startswith(wrong, begin):
                yield _Edit(begin, begin + len(wrong), right)


def _info(text: str, starts: Sequence[int], line: int) -> Iterator[_Edit]:
    """The info string of a fence, where it differs from ours in case, blanks, marks or order alone."""
    end = starts[line] if line < len(starts) else len(text)
    found = re.search(r"(`{3,}|~{3,})([^\r\n]*)", text[starts[line - 1] : end])
    if not found:
        return
    words = sorted(re.findall(r"\w+", found[2].casefold()))
    if words in (["genarch", "yaml"], ["genarch", "yml"]):
        yield _Edit(starts[line - 1] + found.start(2), starts[line - 1] + found.end(2), INFO[0])


def _distance(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or exchanged with their neighbour (Damerau and Levenshtein)."""
    rows = [list(range(len(other) + 1))]
    for at, letter in enumerate(one, 1):
        row = [at]
        for to, wanted in enumerate(other, 1):
            cost = min(rows[-1][to] + 1, row[-1] + 1, rows[-1][to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, rows[-2][to - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
