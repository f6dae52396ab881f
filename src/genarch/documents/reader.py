"""Design documents: what they state for genarch and where, and what is never parsed or cannot be read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from genarch.documents.discovery import repository_root
from genarch.documents.lookalikes import WORD, Defect, is_meant
from genarch.documents.markdown import Block, Markdown, TooCostlyError, parse_markdown
from genarch.documents.status import INACTIVE, LONGEST, UNDECIDED, status_of
from genarch.engine.findings import CheckId, Finding, Located, Place
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec
from genarch.errors import InputError, Problem
from genarch.files.bundled import DOCUMENT_CHECKS, load_catalogue
from genarch.files.io import LONGEST_SCAN, MAX_BYTES, as_kept, decode, read_bytes, read_text, refuse, within
from genarch.files.specs import parse_placed
from genarch.files.yaml_text import LINE_END
from genarch.values import NamedTuple

MAX_BLOCKS = 100
"""Specs that one document may state."""

MAX_BLOCK = 1 << 16
"""Characters of one block: 64 Ki."""

TOO_COSTLY = CheckId("document-too-costly")
_INVALID = CheckId("block-invalid")
_CHOSEN = re.compile(r"[\s>*_-]*chosen option[*_\s]*:", re.IGNORECASE)
# In UTF-16 and UTF-32 there are zeros between the letters.
_MENTION = re.compile(rb"\0{0,3}".join(b"[%c%c]" % (letter, letter - 32) for letter in WORD.encode()))
_IN_BRACKETS = re.compile(r"(?<!\s)\s*+\([^()]*+\)")
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

    def found(self, check: CheckId, *fields: str, subject: Iterable[str] = (), **words: object) -> Located:
        """What a check finds of the spec, at the first of these fields stated; the words go into its message."""
        message = DOCUMENT_CHECKS[check].message.format(spec=self.spec, **words)
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


def read_document(text: str, path: str, rules: RuleTable, today: str = "") -> DesignDocument:
    """Read a Markdown document; `text` is without its byte order mark, `path` stands in what is found.

    A status that is to begin after `today` is none yet; without a day, every day is past.
    """
    try:
        markdown = parse_markdown(text)
    except TooCostlyError as error:
        (problem,) = error.problems
        return DesignDocument(path, defects=(located(TOO_COSTLY, Place(path, problem.line or 1, 1), problem.message),))
    specs, found = _stated(markdown, path, rules)
    # The prose is what is outside of the front matter and the blocks.
    starts, ends = (markdown.front, *(b.last for b in markdown.blocks)), (*(b.first - 1 for b in markdown.blocks), None)
    prose = "\n".join(line for start, end in zip(starts, ends, strict=True) for line in markdown.lines[start:end])
    return DesignDocument(path, status_of(markdown, today), specs, found, tuple(_chosen(markdown, path)), prose)


def read_sidecar(text: str, path: str, rules: RuleTable) -> DesignDocument:
    """Read a spec file as a document of its own: what it states, and as prose its comments."""
    lines = tuple(LINE_END.split(text))
    specs, found = _stated(Markdown(lines, (Block(text, (), 1, len(lines)),)), path, rules, sidecar=True)
    prose = "\n".join(line[line.index("#") :] for line in lines if "#" in line)
    return DesignDocument(path, "", specs, found, (), prose)


def _stated(
    markdown: Markdown, path: str, rules: RuleTable, *, sidecar: bool = False
) -> tuple[tuple[PlacedSpec, ...], tuple[Located, ...]]:
    """The specs that a document states, and what is wrong with them or with its form."""
    specs: list[PlacedSpec] = []
    found = list(markdown.defects)
    lines = markdown.lines

    def place(line: int, column: int) -> Place:
        """A place that reaches to the end of its line."""
        end = len(lines[line - 1].rstrip()) + 1 if 1 <= line <= len(lines) else 0
        return Place(path, line, column, max(end, column + 1))

    closed = [block for block in (*markdown.specs, *markdown.blocks) if block.closed]
    for block in closed[:MAX_BLOCKS]:
        if len(block.text) > MAX_BLOCK:
            message = f"a spec of more than {MAX_BLOCK // 1024} Ki characters is not read; state the constraints alone"
            found.append(Defect(_INVALID, block.first, block.column, message))
            continue
        try:
            spec, places = parse_placed(block.text, path=path, rules=rules, lines=block.lines)
        except InputError as error:
            for _, line, column, field, problem in error.problems:
                check = CheckId("waiver-invalid") if field.startswith("waivers") else _INVALID
                message = f"{field}: {problem}" if field else problem
                found.append(Defect(check, line or block.first, column or block.column, message, (field,)))
            continue
        if spec.document is not None and not sidecar:
            message = "'document' belongs in a spec file beside a document; remove it here"
            found.append(Defect(_INVALID, *places["document"], message))
            continue
        places[""] = block.first, block.column
        specs.append(PlacedSpec(spec, {field: place(*at) for field, at in places.items()}))
    for block in closed[MAX_BLOCKS : MAX_BLOCKS + 1]:
        message = f"more than {MAX_BLOCKS} specs in one document; from here on they are not read, split it"
        found.append(Defect(_INVALID, block.first, block.column, message))
    return tuple(specs), tuple(
        located(check, place(line, column), message, subject)
        for check, line, column, message, subject in sorted(found, key=lambda defect: defect[1:3])
    )


def _chosen(markdown: Markdown, path: str) -> Iterator[Chosen]:
    matches = [(number, match) for number, line in enumerate(markdown.lines, 1) if (match := _CHOSEN.match(line))]
    listed = markdown.listed() if matches else set()
    for number, match in matches[:MAX_BLOCKS]:
        if number not in listed:
            line = match.string
            column = len(line) - len(line.lstrip("> \t*_-")) + 1
            option = line[match.end() :][:LONGEST].strip(" \t*_")
            if option.startswith('"') and '"' in option[1:]:
                option = option[1:].partition('"')[0]
            else:
                option = option.partition("because")[0].strip(" \t*_.,")
            yield Chosen(option, Place(path, number, column, len(line.rstrip()) + 1))


class Beside(NamedTuple):
    """The document that a spec file stands beside, or why it cannot be used; `real` is where it lies, or would."""

    document: DesignDocument | Located
    real: str


def load_document(path: str, rules: RuleTable, today: str = "") -> DesignDocument | None:
    """A Markdown document; None where it does not mention genarch, which is seen before anything is parsed."""
    try:
        return read_document(decode(content, path), path, rules, today) if (content := _content(path)) else None
    except InputError as error:
        return _unreadable(path, error)


def spec_in(path: str, rules: RuleTable) -> Spec:
    """The one spec that a Markdown document states.

    Raises:
        InputError: with every problem of what it states, or where that is none or several.
    """
    document = read_document(read_text(path), path, rules)
    if wrong := [found for found in document.defects if found.severity == "error"]:
        raise InputError([Problem(path, at.place.line, at.place.column, "", at.finding.message) for at in wrong])
    if len(document.specs) != 1:
        several = ", ".join(placed.spec.id for placed in document.specs)
        says = f"states several specs ({several}); put the one that is meant into a file of its own"
        raise refuse(path, says if several else "has no block '```yaml genarch'; add one, or name a spec file")
    return document.specs[0].spec


def load_sidecar(path: str, rules: RuleTable) -> DesignDocument:
    """A spec file as a document of its own."""
    try:
        return read_sidecar(read_text(path), path, rules)
    except InputError as error:
        return _unreadable(path, error)


def _unreadable(path: str, error: InputError) -> DesignDocument:
    finding = located(CheckId("document-unreadable"), Place(path, 1, 1), error.problems[0].message)
    return DesignDocument(path, defects=(finding,))


def beside(own: DesignDocument, rules: RuleTable, today: str = "") -> Beside | None:
    """The document that a spec file stands beside; None where it names none.

    A document lies in the repository of the spec file, or where there is none, in its folder or below.
    """
    if not own.specs or own.specs[0].spec.document is None:
        return None
    (placed,) = own.specs
    named = placed.spec.document or ""
    folder = os.path.dirname(own.path) or "."
    path, real = as_kept(os.path.normpath(os.path.join(folder, named))), ""
    if not named.strip() or _DRIVE.match(named) or "\0" in named:
        message = "is not a relative path; write one such as README.md"
    elif not within(os.path.dirname(os.path.realpath(path)), repository_root(folder) or os.path.realpath(folder)):
        message = "is outside the project; name a document in it"
    else:
        real = os.path.realpath(path)
        try:
            return Beside(read_document(read_text(path), path, rules, today), real)
        except InputError as error:
            message = f"cannot be read: {error.problems[0].message}"
    return Beside(located(_INVALID, placed.place("document"), f"document: '{named[:80]}' {message}"), real)


def inactive_status(path: str, rules: RuleTable, today: str = "") -> str:
    """The status of a document that states nothing, where it binds nobody any more; else empty."""
    try:
        document = read_document(read_text(path), path, rules, today)
    except InputError:
        return ""
    return document.status if document.inactive else ""


def _content(path: str) -> bytes | None:
    """A document's bytes, where they mention genarch, or nearly so above a spec.

    Raises:
        InputError: when they do, or may, and cannot be read whole.
    """
    if os.path.isfile(path) and os.path.getsize(path) > MAX_BYTES:
        from mmap import ACCESS_READ, mmap

        try:
            with open(path, "rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as large:
                mentions = _MENTION.search(large, 0, LONGEST_SCAN) is not None
        except OSError as error:
            raise refuse(path, error.strerror or str(error)) from error
        if mentions:
            raise refuse(path, f"larger than {MAX_BYTES // 1024} KiB, and mentions {WORD}; split it, or exclude it")
        if os.path.getsize(path) > LONGEST_SCAN:
            raise refuse(path, f"larger than {LONGEST_SCAN >> 20} MiB; exclude it")
        return None
    content = read_bytes(path)
    mention = _MENTION.search(content) if b"\0" in content or WORD.encode() in content.lower() else None
    if mention and b"\0" in mention[0]:
        raise refuse(path, "not UTF-8, but UTF-16 or UTF-32; save it as UTF-8")
    return content if mention or is_meant(content) else None


@lru_cache(maxsize=8)
def families_named(text: str, rules: RuleTable) -> frozenset[str]:
    """The families that a text names. Of overlapping names the longest counts: `GAN-enhanced diffusion` is no GAN."""
    return _matched(_names(rules), text)


class _Name(NamedTuple):
    """A name as a pattern, what is in every text that it is in, in small letters, and the family it stands for."""

    pattern: str
    part: str
    family: str


_FOLDED = {0x130: "i", 0x131: "i", 0x17F: "s", 0x212A: "k"}
"""Letters that a pattern in any case takes for those of names."""


def _likely(names: Sequence[_Name], text: str) -> list[_Name]:
    """Those of which a text has a part, which is sooner found out than a match; they are few."""
    folded = text.translate(_FOLDED).lower()
    return [name for name in names if name.part in folded]


def _matched(names: Sequence[_Name], text: str) -> frozenset[str]:
    likely = _likely(names, text)
    found = _any_of(tuple(name.pattern for name in likely)).finditer(text) if likely else ()
    # A name has its own group; lastindex is the group that matched.
    return frozenset(likely[match.lastindex - 1].family for match in found if match.lastindex)


@lru_cache(maxsize=64)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"({pattern})" for pattern in patterns))


@cache
def _names(rules: RuleTable) -> Sequence[_Name]:
    """All names, the longest first.

    A name that could stand for two families is left out. A model of the catalogue that is called after another family
    than its own, as pix2pix-turbo is, stands for its own.
    """
    terms = [(name, family.id) for family in rules.families for name in (family.id, family.title)]
    family_of = {architecture.id: architecture.family for architecture in rules.architectures}
    for architecture in rules.architectures:
        names = [architecture.title, _IN_BRACKETS.sub("", architecture.title)]
        names += filter(None, [architecture.title.partition(" with a ")[2]])  # what it has beside another one
        names += [name for name in (architecture.id, *architecture.aliases) if "_" in name]  # a word may mean much
        terms += [(name, architecture.family) for name in names]
    for method in rules.methods:
        families = {family_of[name] for name in method.architectures}
        terms += [(method.title, family) for family in families if len(families) == 1]
    known = _compiled(terms)
    for model in load_catalogue().models.values():
        names = [model.id, *re.split(r" / | and ", _IN_BRACKETS.sub("", model.title))]
        names += [f"{model.title.split()[0]} decoder"] if model.kind == "decoder" else []
        own = family_of.get(model.architecture)
        if own is None:
            continue
        for name in names:
            cased = f"{name} {name.upper()}"
            if any(other.family != own for other in _likely(known, cased)) and _matched(known, cased) - {own}:
                terms.append((name, own))
    return _compiled(terms)


_PARTS = re.compile(r"[-_\s]+|(?<=\w)(?=GAN)")
"""Between the parts of a name; each of them is in every text that names it."""


def _compiled(terms: Iterable[tuple[str, str]]) -> Sequence[_Name]:
    # Longest first: an alternation takes the first that fits.
    ordered = sorted(dict.fromkeys(terms), key=lambda term: -len(term[0]))
    parts = (max(_PARTS.split(name), key=len).lower() for name, _ in ordered)
    return [
        _Name(_pattern(name), part if part.isascii() else "", family)
        for (name, family), part in zip(ordered, parts, strict=True)
    ]


def _pattern(name: str) -> str:
    """A name in a text: in any case, with hyphens or blanks, also in the plural.

    An acronym in capitals counts as the end of a longer name too: StyleGAN2 and VQGAN are GANs, an organ and an
    ORGANISATION are none. What may stand before it has a bound, so that no text takes long.
    """
    words = r"[-_\s]".join(re.escape(word) for word in re.split(r"[-_\s]+", name))
    words = re.sub(r"(?<=\w)(?=GAN)", r"[-_\\s]?", words)
    whole = rf"(?i:(?<!\w){words}s?(?!\w))"
    if not (name.isupper() and name.isalpha()):
        return whole
    return rf"{whole}|(?<!\w)(?:\w{{0,24}}[a-z0-9]|[A-Z]{{0,2}}){re.escape(name)}(?![A-Z])\w{{0,9}}"
