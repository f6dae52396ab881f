"""What looks like a spec block and is none: fences that are nearly ours, and lines of ours that are hidden."""

import re
from bisect import bisect_right
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
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
    r"""^[{\s>*+.)\d-]*+["']?(?:version["']?[ \t]*+[:=][ \t]*+1(?![\w.])|(?:constraints|decision)["']?[ \t]*+[:=])""",
    re.MULTILINE,
)
_DECIDING = re.compile(r"^(?:decision|document)[ \t]*+:", re.MULTILINE)
_NAMING = re.compile(
    r"""ya?ml[\W_]{0,20}+genarch\b|^[\s>*+.)\d#|-]*+\[?["']?genarch["']?\]?[ \t]*+[:=]?[ \t]*+$""", re.IGNORECASE
)
"""A line that names what follows it as ours, whatever it is made of."""
_FOLLOWING = 4
"""Lines behind such a line in which a spec begins."""
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
    folded, words = _words(info)
    joined = "".join(words)
    of_yaml = joined.startswith(("yaml", "yml")) or any(
        len(word) <= 5 and min(distance(word, "yaml"), distance(word, "yml")) <= 1 for word in words
    )
    stating = is_spec_like(content)
    if _is_named(words) and (of_yaml or stating or _SPEC_KEY.search(content) or _NAMES.search(content)):
        return MISSPELT, f"a fence of '{shown}' is not read; did you mean '{INFO[0]}'?"
    if stating and not _MARKS.search(content):
        return QUOTED, f"a listing of a spec is not read; as a block, it begins with {INFO[0]}"
    if WORD in (word.strip("{}.,:=#") for word in folded.split()):
        return QUOTED, f"a fence of '{shown}' is not read; a block begins with {INFO[0]}"
    return None


def is_meant(content: bytes) -> bool:
    """Whether a text without our word may be meant for us: by a fence that is nearly ours, or by what is stated."""
    behind = [part for mark in (b"```", b"~~~") if mark in content for part in content.split(mark)[1:]]
    if any(_is_near_info(part[:LONGEST_INFO].partition(b"\n")[0].partition(b"\r")[0]) for part in behind):
        return True
    stating = b"constraints" in content and (bool(behind) or content.removeprefix(BOM_UTF8).startswith(b"---"))
    return stating and is_spec_like(content.decode(errors="replace"))


@lru_cache(maxsize=1024)
def _is_near_info(info: bytes) -> bool:
    return len(info) > 4 and _is_named(_words(info.decode(errors="replace"))[1])


def _words(info: str) -> tuple[str, list[str]]:
    """An info string as it looks, without titles and file names, and its words."""
    folded = _as_seen(_QUOTED_VALUE.sub("", info) if len(info) <= LONGEST_INFO else info)
    return folded, re.findall(r"[^\W_]+", folded)[:LONGEST_INFO]


def _is_named(words: Sequence[str]) -> bool:
    return WORD in "".join(words) or any(is_nearly(word.removeprefix("yaml").removeprefix("yml")) for word in words)


def _as_seen(text: str) -> str:
    """A text as it looks: in small letters, none of them wide, without what is invisible."""
    if text.isascii():
        return text.casefold()
    return "".join(letter for letter in normalize("NFKC", text).casefold() if category(letter) not in ("Cf", "Mn"))


def is_nearly(word: str) -> bool:
    """Whether a word is ours but for a letter, for two behind the first, or for those of other scripts that look alike.

    `search` and the like, which others have, are not.
    """
    joined = "".join(letter for letter in _as_seen(word) if letter.isalnum()) if len(word) < 20 else word
    if not 5 <= len(joined) <= 9:
        return False
    own = sum(letter == wanted for letter, wanted in zip(joined, WORD, strict=False))
    foreign = sum(not letter.isascii() for letter in joined)
    alike = len(joined) == own + foreign == len(WORD) and own > foreign
    return alike or (len({*joined} & {*WORD}) > 3 and distance(joined, WORD) <= 1 + joined.startswith(WORD[0]))


def is_spec_like(text: str) -> bool:
    """Whether a text has `constraints:` with one that we know."""
    found = _CONSTRAINTS.search(text) if "constraints" in text else None
    return found is not None and _NAMES.search(text, found.end()) is not None


def is_deciding(text: str) -> bool:
    """Whether a text reads as a spec file that is for a document, or has a decision."""
    return is_spec_like(text) and _DECIDING.search(text) is not None


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
    opening = dict(_openings(lines, read))
    ends = _Ends(lines) if opening else None
    for number, (column, text) in opening.items():
        at = bisect_right(verbatim, number, key=lambda part: part.first) - 1
        within = verbatim[at] if at >= 0 and number <= verbatim[at].last else None
        check = _SWALLOWED
        if number <= front:
            why = f"part of the front matter, which ends on line {front}; begin the document with another line than ---"
        elif within is None and not text:
            why = f"plain text to Markdown; write it as a block, which begins with ```{INFO[0]}"
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
        # What names a spec, and opens no block to the eye, may well be quoted.
        if text or (number > front and check == _SWALLOWED and (within is None or within.kind != "indented code")):
            yield Defect(check, number, column + 1, f"the block here is {why}")


def _openings(lines: Sequence[str], read: Collection[int]) -> Iterator[tuple[int, tuple[int, str]]]:
    """The lines that open a spec to the eye: where in them, and the marks with what follows; empty without marks."""
    for number, line in enumerate(lines, 1):
        if WORD not in line.casefold() or number in read:
            continue
        found = _MARKS.search(line)
        quoted = found and _TICK.search(line[: found.start()]) and _TICK.search(line[found.end() :])
        if found and not quoted and not any(marks in line[found.end() :] for marks in ("``", "~~~", "'''")):
            yield number, (found.start(), line[found.start() :])
        elif not found and (naming := _NAMING.search(line)):
            following = range(number + 1, min(number + _FOLLOWING, len(lines)) + 1)
            if any(_SPEC_KEY.match(lines[at - 1]) for at in takewhile(lambda at: at not in read, following)):
                yield number, (naming.start(), "")


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
