"""A document's status, as the formats of decision records tell it."""

from __future__ import annotations

import re

from genarch.model.documents import INACTIVE, UNDECIDED
from genarch.sources.markdown import Markdown

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
    found = [clause[match.start(1) :] for clause in clauses if (match := _WORD.match(clause))]
    return re.sub(r"[\s>*_`\[\]\"'|]+", " ", found[-1]).strip().casefold() if found else ""
