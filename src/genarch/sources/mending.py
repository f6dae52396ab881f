"""What can be mended in a document without knowing what its authors meant: spelling, and a block that is not there.

Every other byte stays. A text is mended where its reader says what was probably meant, and read again after that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genarch.model.constraints import BY_NAME
from genarch.model.document_checks import BLOCK_INVALID, BLOCK_MISSPELT, WAIVER_INVALID
from genarch.model.documents import Defect, DesignDocument
from genarch.model.table import RuleTable
from genarch.sources.design_document import read_document, read_sidecar
from genarch.sources.document_text import fenced, with_block
from genarch.sources.markdown import INFO
from genarch.sources.spec_file import FORMAT_VERSION

_ROUNDS = 5
"""How often a text is read again: a key that is mended shows what is wrong below it."""

_SUGGESTION = re.compile(r"'([^']+)' is not .*did you mean '([^']+)'\?")
_DECIDED = re.compile(r"decision: '")
"""What was decided is for its authors to say, however it is spelt."""
_LINE_END = re.compile(r"\r\n|\n|\r")
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
    new = {defect.check for defect in after.defects} - {defect.check for defect in before.defects}
    twice = any("stands twice" in defect.message for defect in after.defects)
    return bool(gone) and not twice and new <= {BLOCK_INVALID, WAIVER_INVALID}


def _wrong(defect: Defect) -> tuple[str, int, str]:
    return defect.check.id, defect.place.line, defect.message


def with_skeleton(text: str, path: str) -> str:
    """A document with an empty spec under its decision, every constraint waiting in a comment.

    Raises:
        InputError: when an unclosed fence or comment would swallow it.
    """
    lines = [f"version: {FORMAT_VERSION}", "constraints:", *(f"  # {name}: unknown" for name in BY_NAME)]
    return with_block(text, path, fenced("\n".join([*lines, "# decision: unknown"])))[0]


def _edits(text: str, document: DesignDocument) -> Iterator[_Edit]:
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    for defect in document.defects:
        at = starts[defect.place.line - 1] + defect.place.column - 1
        if defect.check is BLOCK_MISSPELT:
            yield from _info(text, starts, defect.place.line)
        elif (
            defect.check in (BLOCK_INVALID, WAIVER_INVALID)
            and not _DECIDED.match(defect.message)
            and (found := _SUGGESTION.search(defect.message))
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
