"""What can be mended in a document without knowing what its authors meant: spelling, and a block that is not there.

Every other byte stays. A text is mended where its reader says what was probably meant, and read again after that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genarch.model.constraints import BY_NAME
from genarch.model.document_checks import BLOCK_INVALID, BLOCK_MISSPELT
from genarch.model.documents import DesignDocument
from genarch.model.table import RuleTable
from genarch.sources.design_document import read_document, read_sidecar
from genarch.sources.document_text import fenced, with_block
from genarch.sources.markdown import INFO
from genarch.sources.spec_file import FORMAT_VERSION

_ROUNDS = 5
"""How often a text is read again: a key that is mended shows what is wrong below it."""

_SUGGESTION = re.compile(r"'([^']+)' is not .*did you mean '([^']+)'\?")
_LINE_END = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def mended(text: str, path: str, rules: RuleTable, *, spec_file: bool = False) -> str:
    """A document, or a spec file, with what is misspelt put right; the same text where nothing is."""
    bare = text.removeprefix(_BOM)
    for _ in range(_ROUNDS):
        document = read_sidecar(bare, path, rules) if spec_file else read_document(bare, path, rules)
        edits = sorted(set(_edits(bare, document)), reverse=True)
        if not edits:
            break
        for edit in edits:
            bare = bare[: edit.start] + edit.text + bare[edit.end :]
    return text[: len(text) - len(text.removeprefix(_BOM))] + bare


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
        elif defect.check is BLOCK_INVALID and (found := _SUGGESTION.search(defect.message)):
            wrong, right = found.groups()
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
    if words in (["genarch"], ["genarch", "yaml"], ["genarch", "yml"]):
        yield _Edit(starts[line - 1] + found.start(2), starts[line - 1] + found.end(2), INFO[0])
