"""The status of a document: whether anybody is bound by what it decides.

A status switches the check off, so only what can be nothing else is one: a known word that stands alone, or goes on
with a date or with what came in its place. Prose, several words to choose from, what is for a day to come or in part,
and what no reader sees are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from genarch.documents.markdown import Markdown
from genarch.values import NamedTuple

INACTIVE = (
    "superseded", "superceded", "rejected", "deprecated", "withdrawn", "replaced", "declined", "obsolete", "abandoned",
    "cancelled", "canceled", "retired", "archived", "discarded", "revoked", "repealed", "expired",
)  # fmt: skip
"""The statuses of a document that binds nobody any more; tools write both spellings of the first."""

UNDECIDED = ("proposed", "draft", "provisional", "pending", "in review", "wip")
ACTIVE = (
    "accepted", "approved", "implemented", "implementable", "active", "final", "adopted", "published", "done",
    "reinstated", "reopened", "restored", "revived", "reactivated",
)  # fmt: skip

HEAD = 30
"""Lines within which a document states its status as a line of its own."""

LONGEST = 500
"""Characters of a line that states a status; with a bound, no expression here takes long on any of them."""

_LINK = "\0"
"""What stands for a link while a line is read."""

_KNOWN = "|".join((*INACTIVE, *UNDECIDED, *ACTIVE))
_ANY = re.compile(rf"\b(?:{_KNOWN})(?![\w-])", re.IGNORECASE)
_LOOKS = r"</?(?:b|i|em|strong|p)>"
_LINE = re.compile(
    rf"(?:[\s>*+_-]|{_LOOKS})*+(?:(?:current|document|decision) )?status(?:[*_]|{_LOOKS})*+"
    rf"(?:\s*+[:\uff1a]|\s++[-\u2013\u2014](?=\s))(?:{_LOOKS})*+(.*)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    rf"(?:\d{{4}}-\d\d(?:-\d\d)?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|\d{{1,2}}\.?[ ]{_MONTH}(?:,?[ ]\d{{4}})?"
    rf"|{_MONTH}[ ]\d{{1,2}},?[ ]\d{{4}})"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(
    rf"[^\w(\0!\u00ab\u00ac\u2260]*(?P<date>{_DATE}[^\w(\0]*)?(?P<word>{_KNOWN})(?![\w-])", re.IGNORECASE
)
# After a colon nothing but the date or the link: 'Rejected: diffusion with 50 steps' is about an alternative.
_REFERRED = re.compile(
    rf"""[^\w\0:]*(?:(?:by|with|see|in\ favou?r\ of)\b[^\w\0]*(?:\0|\d|[a-z]{{2,5}}[-\ ]?\d|[\w./-]{{1,99}}\.md\b|https?://\w)
    |by\ [^:;.?!]{{1,60}}$
    |(?:(?:on|since|as\ of|as\ at|from|in|at)\ )?(?:{_DATE}|v?\d+\.\d[\d.]*|(?:19|20)\d\d)
      (?!\w)(?=\W*$|\W*[,;.)\u2013\u2014-])
    ) | [^\w\0]*(?:{_DATE}|\0)[^\w\0]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_LIMITED = re.compile(
    r"(?<![\w-])(?:in parts?|partly|partially|only|once|if|unless|until|when|except|soon|planned|draft|is)(?![\w-])",
    re.IGNORECASE,
)
"""How something else still binds, or binds for now."""
_NO_NAME = (
    r"(?:tb[acd]|todo|none|nothing|nobody|unknown|unclear|n/?a|link|url|title|name|number)(?![\w-])"
    r"|(?:(?:adr|rfc)[-\ #]?)?(?:0+(?![\w.-])|$)|adr[-\ #]*+\W|_|\u2026|\.\.|[$%]\w|\[[^\]\d]*+\]"
)
_UNNAMED = re.compile(rf"[^\w\0:]*by\b[ #]*(?:{_NO_NAME})", re.IGNORECASE)
"""A place for what comes instead, that nobody has filled."""
_NAMELESS = re.compile(_NO_NAME, re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w#/-])((?:19|20)\d\d)(?![\w/-])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})", re.IGNORECASE)
_HIDDEN = re.compile(r"<\w++[^>]*?\s(?:hidden\b|style=[^>]*?display:\s*+none)", re.IGNORECASE)
_GOES_ON = re.compile(
    r"""\s*[,;:.()\[\]|*_"'\u2014\u2013/-]|\s+(?:by|with|in|on|since|as|at|from|for|because|due|see|\d)"""
)
"""How what binds goes on; nothing is switched off by that."""

_CHOICE = re.compile(r"[|/]|\bor\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;]|\s(?:->|=>|\u2192|then)\s", re.IGNORECASE)
_DEFINITION = re.compile(r"[\s>*+-]*\[[^\]]*\]:")
_UNTICKED = "\u2610\u2b1c\u25fb\u25a1\u25a2\u25cb\u25ef"
# Struck out, an image, a box that is not ticked with what it is for, a ticked one, and marks of mere looks.
_UNSEEN = re.compile(
    r"(~~?)[^~]+\1|<(s|del|strike)>[^<]*</\2>|!\[[^\]]*\](?:\([^)]*\))?"
    rf"|(?:\[[\s/~-]*+\]|[{_UNTICKED}])[^\[\u2610-\u2612]*"
    r"|\[[xX]\]|[\u2611\u2612]|</?(?:b|i|em|strong|code|br|p)[ ]?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[a-z/!?%]|[{}]|%%|~~|^\s*//", re.IGNORECASE)
"""Tags, templates and comments of other languages."""
_UNFILLED = re.compile(r"\b(?:x{3,}|n{3,}|y{3,})\b|-(?:xx|nn)\b", re.IGNORECASE)
_LINKED = re.compile(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_BELOW_HEADER = re.compile(r"[\s>]*\|?[\s:|-]*-[\s:|-]*")
_BRACKETED = re.compile(r"^\W{0,9}?[\[(]([^\[\]()]*)[\])]|[\[(]([^\[\]()]*)[\])]\s*$")


_DASH = re.compile(r"\s(?:-{1,2}|\u2013|\u2014)\s")
_SECTIONS = ("status", "current status", "decision status", "status history")
_HISTORIES = ("history", "decision history", "document history", "revision history", "document control", "metadata")
"""Headings of sections that state the status, if at all, in a column of a table."""
_OPTIONS = {"option", "options", "alternative", "alternatives", "approach", "candidate", "variant", "choice", "idea"}
"""Columns of a table that is about what could have been decided, and not about the document."""


class _Stated(NamedTuple):
    """A status with the rest of its clause, its date where that is ISO's, and whether a date or a link is there.

    `dated` is the date as it is, with what is around it.
    """

    word: str
    text: str
    day: str
    referred: bool
    dated: str = ""

    def is_to_come(self, today: str) -> bool:
        """Whether what binds is to end only after a day."""
        if self.word not in INACTIVE or not today:
            return False
        if self.day:
            return self.day > today
        year, month = _YEAR.search(self.dated), _NAMED_MONTH.search(self.dated)
        if year is None:
            return False
        named = f"-{_MONTHS.index(month[0].casefold()) + 1:02}" if month else ""
        return f"{year[1]}{named}" > today[: 4 + len(named)]


def status_of(markdown: Markdown, today: str = "") -> str:
    """The status in small letters, from the word on: of the front matter, else of a heading, a line or a table.

    Of a history the last entry counts, by its date where each has one; a day to come, which is after `today`, does not
    end anything yet. Empty where none is stated.
    """

    def settled(entries: Iterable[_Stated]) -> str:
        last = _last([entry for entry in entries if not entry.is_to_come(today)])
        return last.text if last else ""

    if markdown.status:
        return "" if markdown.status[0] in "*&!" else settled(_in_line(markdown.status))
    unseen = {*markdown.listed(), *_hidden(markdown.lines)}

    def shown(first: int, last: int) -> list[str]:
        """The lines that a reader sees as text, the others empty."""
        return _visible("" if at in unseen else markdown.lines[at - 1] for at in range(first, last + 1))

    headings = [heading._replace(title=heading.title[:LONGEST]) for heading in markdown.headings]
    sections = [(re.sub(r"^[\d.\s]+", "", heading.title).strip(" :*_").casefold(), heading) for heading in headings]
    for name, heading in sections:
        if name in _SECTIONS:
            return settled(_entries(shown(heading.first + 1, heading.last)))
    end = min(markdown.front + HEAD, len(markdown.lines), *(later.first - 1 for later in headings[1:]))
    lines = shown(markdown.front + 1, end)
    entries: list[list[_Stated]] = []
    outer = LONGEST
    for at, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        stated = _LINE.match(line)
        if stated and indent < max(outer + 1, 2):  # else it is of what the item above names
            entries.append(_in_line(stated[1]))
        elif not entries and (column := _status_column(lines, at)[0]):
            return settled(column)
        if line.lstrip()[:2] in ("- ", "* ", "+ "):
            outer = min(outer, indent)
    if entries:
        return settled(entry for own in entries for entry in own) if entries[0] else ""
    for name, heading in sections:
        if stated := _LINE.match(heading.title):
            return settled(_in_line(stated[1]))
        lines = shown(heading.first + 1, heading.last) if name in _HISTORIES else []
        if found := next((column for _, column in _columns(lines) if column), None):
            return settled(found)
    # A title says that nothing binds any more, as a mark or with what came in its place; else it names its subject.
    whole = [entry for heading in headings[:2] for entry in _in_line(heading.title) if entry.referred]
    marks = [mark[1] or mark[2] or "" for heading in headings[:1] for mark in _BRACKETED.finditer(heading.title)]
    marks += [parts[-1] for heading in headings[:1] if len(parts := _DASH.split(heading.title)) > 1]
    found = [*whole, *(entry for mark in marks for entry in _in_line(mark))]
    return next((entry.text for entry in found if entry.word in INACTIVE and not entry.is_to_come(today)), "")


def _hidden(lines: Sequence[str]) -> Iterator[int]:
    """The lines from one that begins an element that browsers do not show, to one that ends an element."""
    inside = False
    for number, line in enumerate(lines, 1):
        inside = (inside and "</" not in line) or bool(len(line) <= LONGEST and _HIDDEN.search(line))
        if inside:
            yield number


def _visible(lines: Iterable[str]) -> list[str]:
    """Lines without comments, and without definitions of links and what may go on with them."""
    found = []
    commented = defined = False
    for line in lines:
        if len(line) > LONGEST:
            opens, ends = line.rfind("<!--"), line.rfind("-->")
            commented = opens > ends or (commented and ends < 0)
            found.append("")
            continue
        kept, rest = "", line
        while rest:
            before, mark, rest = rest.partition("-->" if commented else "<!--")
            kept += "" if commented else before
            commented = commented != bool(mark)
        defined = bool(kept.strip()) and (defined or bool(_DEFINITION.match(kept)))
        found.append("" if defined else kept.replace(_LINK, " "))
    return found


def _entries(lines: Sequence[str]) -> Iterator[_Stated]:
    """What the lines of a section state, tables by their column."""
    for line, column in _columns(lines):
        stated = _LINE.match(line)
        yield from column if column is not None else _in_line(stated[1] if stated else line)


def _columns(lines: Sequence[str]) -> Iterator[tuple[str, list[_Stated] | None]]:
    """The lines outside of tables, and of each table the first, with what its column 'Status' states."""
    at = 0
    while at < len(lines):
        first, (column, at) = at, _status_column(lines, at)
        yield lines[first], column


def _status_column(lines: Sequence[str], at: int) -> tuple[list[_Stated] | None, int]:
    """What a table that begins here states in its column 'Status', or beside that word, and the line behind it."""
    cells = _cells(lines[at])
    names = [cell.strip(" *_").casefold() for cell in cells]
    if "status" not in names:
        return None, at + 1
    if names[0] == "status" and len(cells) == 2 and (own := _in_line(cells[1])):
        return own, at + 1
    if not (at + 1 < len(lines) and _BELOW_HEADER.fullmatch(lines[at + 1])):
        return None, at + 1
    column, found = names.index("status"), []
    at += 2
    while at < len(lines) and len(row := _cells(lines[at])) > column:
        day = _ISO.search(lines[at])
        found += [entry._replace(day=entry.day or (day[0] if day else "")) for entry in _in_line(row[column])]
        at += 1
    return [] if _OPTIONS.intersection(names) else found, at


def _cells(line: str) -> list[str]:
    line = line.strip(" \t>")
    return [cell.strip() for cell in line.strip("|").split("|")] if "|" in line else []


def _in_line(text: str) -> list[_Stated]:
    """The status that a line states; none where it has several to choose from, or is prose."""
    (line,) = _visible([text])
    links: list[str] = []

    def hidden(link: re.Match[str]) -> str:
        own = _clause(link[1])
        links.append(link[0][len(link[1]) + 2 :] if own else link[0])
        return f"{link[1]} {_LINK}" if own else _LINK

    line = _UNSEEN.sub(" ", line)
    unfilled = _UNFILLED.search(line) or any(_NAMELESS.match(link[1]) for link in _LINKED.finditer(line))
    line = _LINKED.sub(hidden, line)
    words = len(_ANY.findall(line))
    if not words or unfilled or "?" in line or _TAG.search(line):
        return []
    if words > 1 and _CHOICE.search(line):
        return []
    parts = [_clause(part) for part in (_CLAUSE.split(line) if words > 1 else [line])]
    last = _last([part for part in parts if part]) if all(parts) else None
    if last is None:
        return []
    own = iter(links[len(links) - last.text.count(_LINK) :])
    return [last._replace(text=_plain(re.sub(_LINK, lambda _: next(own, ""), last.text)))]


def _clause(text: str) -> _Stated | None:
    match = _WORD.match(text)
    if not match:
        return None
    word, rest = match["word"].casefold(), text[match.end() :]
    goes_on = bool(_REFERRED.match(rest))
    referred = bool(match["date"]) or goes_on
    alone = not re.search(r"[\w\0]", rest)
    if word in INACTIVE and (_LIMITED.search(rest) or _UNNAMED.match(rest)):
        return None
    if not (alone or goes_on or (word not in INACTIVE and _GOES_ON.match(rest))):
        return None
    day = _ISO.search(text)
    return _Stated(word, text[match.start("word") :], day[0] if day else "", referred, text)


def _last(found: list[_Stated]) -> _Stated | None:
    """The last of a history, in which each but a first one has a date or a link; of anything else, nothing."""
    if not found:
        return None
    if all(entry.day for entry in found):
        found.sort(key=lambda entry: entry.day)
    history = all(entry.referred or entry.day for entry in found) or (len(found) == 2 and found[1].referred)
    return found[-1] if history or len({entry.word for entry in found}) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"[\s>*_`\[\]\"'|]+", " ", text).strip().casefold()
