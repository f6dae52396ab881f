"""What looks like a spec block and is none: fences that are nearly ours, and lines of ours that are hidden."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Literal
from unicodedata import category, normalize

from genarch.engine.constraints import BY_NAME
from genarch.engine.findings import CheckId
from genarch.values import NamedTuple

INFO = ("yaml genarch", "yml genarch")
"""The info strings of a spec block."""

WORD = "genarch"
"""What every carrier within a document contains."""

MISSPELT = CheckId("block-misspelt")
QUOTED = CheckId("block-quoted")
_SWALLOWED = CheckId("block-swallowed")

# What opens a spec block to the eye, wherever it stands in a line. Nothing is tried twice, so that no line takes long.
_MARKS = re.compile(r"(?:(?<!`)``++|(?<!~)~~~++|(?<!')'''++)[ \t]*+\{?[ \t]*+\.?ya?ml[\s.,:]++genarch\b", re.IGNORECASE)
_END = re.compile(r"[\s>*+.)\d-]*+(`{3,}+|~{3,}+)\s*+")
"""What ends a fence, in lists and quotations too."""
_BEGIN = re.compile(r"[\s>*+.)\d-]*+(`{3,}+|~{3,}+)\s*+[^\s`][^`]*+")

LONGEST_INFO = 300
_FENCE = re.compile(r"^[ \t>*+.)\d-]*+(?:`{3,}+|~{3,}+)([^\r\n]*)", re.MULTILINE)
_QUOTED_VALUE = re.compile(r"""[\w-]+=(?:"[^"]*"|'[^']*'|[^\s"']*[./]\S*)|[^\s/]*+/\S*\.ya?ml\b""")
"""A title or a file name, which may be ours, on a fence of something else."""
_CONSTRAINTS = re.compile(
    r"""^[{ \t]*+["']?constraints["']?[ \t]*+:|[{,][ \t]*+["']?constraints["']?[ \t]*+:""", re.MULTILINE
)
_NAMES = re.compile(rf"""\b(?:{"|".join(BY_NAME)})["']?[ \t]*+:""")
_SPEC_KEY = re.compile(
    r"""^[{ \t]*+["']?(?:version["']?[ \t]*+:[ \t]*+1\b|(?:constraints|decision)["']?[ \t]*+:)""", re.MULTILINE
)
_TICK = re.compile(r"(?<!`)`(?!`)")
_MARK = re.compile(r"``+|~~~+")
_ENDED_HTML = re.compile(r"<(pre|script|style|textarea)\b", re.IGNORECASE)
_SCANNED = 100
"""Marks that are tried as the end of one block."""


class Verbatim(NamedTuple):
    """Lines in which Markdown reads no blocks; `closed` is whether their end is written, where they have one."""

    kind: Literal["fence", "comment", "html", "indented code"]
    first: int
    last: int
    closed: bool


class Defect(NamedTuple):
    """What a check finds at a line and column of a document; `subject` as in a finding."""

    check: CheckId
    line: int
    column: int
    message: str
    subject: tuple[str, ...] = ()


def near_fence(info: str, content: str) -> tuple[CheckId, str] | None:
    """What is wrong with a fence of another info string that was perhaps meant as a spec."""
    shown = info[:60]
    if not info.strip():
        first = content.partition("\n")[0].strip()
        return (MISSPELT, f"a fence of '{shown}' is not read; did you mean '{INFO[0]}'?") if first in INFO else None
    folded = _as_seen(_QUOTED_VALUE.sub("", info) if len(info) <= LONGEST_INFO else info)
    words = re.findall(r"[^\W_]+", folded)[:LONGEST_INFO]
    joined = "".join(words)
    named = WORD in joined or any(_is_nearly(word) for word in words)
    of_yaml = joined.startswith(("yaml", "yml")) or any(
        len(word) <= 5 and min(distance(word, "yaml"), distance(word, "yml")) <= 1 for word in words
    )
    stating = is_spec_like(content)
    if named and (of_yaml or stating or _SPEC_KEY.search(content)):
        return MISSPELT, f"a fence of '{shown}' is not read; did you mean '{INFO[0]}'?"
    if stating and not _MARKS.search(content):
        return QUOTED, f"a listing of a spec is not read; as a block, it begins with {INFO[0]}"
    if WORD in (word.strip("{}.,:=#") for word in folded.split()):
        return QUOTED, f"a fence of '{shown}' is not read; a block begins with {INFO[0]}"
    return None


def is_meant(text: str) -> bool:
    """Whether a text without our word has a spec in a fence that is nearly ours."""
    if not is_spec_like(text):
        return False
    infos = (fence[1] for fence in _FENCE.finditer(text))
    return any(near is not None and near[0] == MISSPELT for near in (near_fence(info, "") for info in infos))


def _as_seen(text: str) -> str:
    """A text as it looks: in small letters, none of them wide, without what is invisible."""
    if text.isascii():
        return text.casefold()
    return "".join(letter for letter in normalize("NFKC", text).casefold() if category(letter) not in ("Cf", "Mn"))


def _is_nearly(word: str) -> bool:
    """Whether a word is ours but for a letter, or for letters of other scripts, which may look the same."""
    if not 6 <= len(word) <= 8:
        return False
    own = sum(letter == wanted for letter, wanted in zip(word, WORD, strict=False))
    foreign = sum(not letter.isascii() for letter in word)
    return (len(word) == own + foreign == len(WORD) and own > foreign) or distance(word, WORD) == 1


def is_spec_like(text: str) -> bool:
    """Whether a text has `constraints:` with one that we know."""
    return "constraints" in text and bool(_CONSTRAINTS.search(text) and _NAMES.search(text))


@lru_cache(maxsize=1024)
def distance(one: str, other: str) -> int:
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


def hidden_blocks(
    lines: Sequence[str], front: int, read: Collection[int], verbatim: Sequence[Verbatim]
) -> Iterator[Defect]:
    """The lines that open a spec block to the eye but not to Markdown, by what they stand in.

    Where `read` has a line, the marks are closed again in it, or stand between others, it speaks of a block or is one.
    """
    opening = {}
    for number, line in enumerate(lines, 1):
        found = _MARKS.search(line) if WORD in line.casefold() and number not in read else None
        quoted = found and _TICK.search(line[: found.start()]) and _TICK.search(line[found.end() :])
        if found and not quoted and not any(marks in line[found.end() :] for marks in ("``", "~~~", "'''")):
            opening[number] = line[found.start() :]
    ends = _Ends(lines) if opening else None
    for number, text in opening.items():
        at = bisect_right(verbatim, number, key=lambda part: part.first) - 1
        within = verbatim[at] if at >= 0 and number <= verbatim[at].last else None
        check = _SWALLOWED
        if number <= front:
            why = f"part of the front matter, which ends on line {front}; begin the document with another line than ---"
        elif within is None:
            why = "plain text to Markdown; put it at the margin, on lines of its own"
        elif within.kind == "indented code":
            why = "indented so far that it is code; put it at the margin"
        elif within.kind == "html":
            tag = _ENDED_HTML.search(lines[within.first - 1])
            change = f"end the <{tag[1].casefold()}> before it" if tag else "put an empty line before it"
            why = f"part of the html that begins on line {within.first}; {change}"
        else:
            part = f"the {within.kind} that begins on line {within.first}"
            if not within.closed:
                why = f"inside {part} and is never closed; close it before the block"
            elif ends and not ends.meant(within, number, text):
                why = f"inside {part} and is not closed by what was meant to; close it before the block"
            else:
                check, why = QUOTED, f"not read, since it is inside {part}"
        yield Defect(check, number, 1, f"the block here is {why}")


class _Ends:
    """The lines of a document that may end a fence or a comment, or begin another one."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._comments = [number for number, line in enumerate(lines, 1) if "<!--" in line]
        self._marks: dict[tuple[str, bool], list[tuple[int, int]]] = defaultdict(list)
        for number, line in enumerate(lines, 1):
            for ends, pattern in ((True, _END), (False, _BEGIN)) if "``" in line or "~~" in line else ():
                if mark := pattern.fullmatch(line):
                    self._marks[mark[1][0], ends].append((number, len(mark[1])))

    def meant(self, within: Verbatim, number: int, text: str) -> bool:
        """Whether what holds a block ends behind it on purpose: not by the block's own end, nor by that of another."""
        own, outer = _MARK.match(text), _MARK.search(self._lines[within.first - 1])
        end = self._first(own[0], number, ends=True) if own else number
        if end >= within.last:
            return False
        if within.kind == "fence":
            return outer is None or self._first(outer[0], end, ends=False) >= within.last
        more = bisect_right(self._comments, number)
        last = self._lines[within.last - 1].strip()
        another = more < len(self._comments) and self._comments[more] <= within.last
        return not another and (last.lstrip("> ").startswith("-->") or last.endswith("-->"))

    def _first(self, mark: str, after: int, *, ends: bool) -> int:
        """The line of the first marks after a line that end a fence of these marks, or begin one that is as long."""
        known = self._marks[mark[0], ends]
        at = bisect_right(known, (after, len(self._lines)))
        found = (line for line, length in known[at : at + _SCANNED] if length >= len(mark))
        return next(found, len(self._lines) + 1)
