"""YAML text to nodes with positions: the one place where YAML is read.

Scalars stay text, for the field that holds them to type; nothing becomes a number, a date or a yes/no here. Of YAML
only what data needs is read: one document of mappings, sequences and scalars. Anchors, aliases, tags, directives and
merge keys are refused where they stand, as are nesting and length that only an attack has. The events come from
libyaml's streaming parser, whose loader would crash on deep nesting where its events do not.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import isfinite

import yaml

from genarch.engine.budget import Budget
from genarch.engine.constraints import Range
from genarch.engine.forms import Scalar
from genarch.errors import InputError, Problem
from genarch.values import NamedTuple

MAX_DEPTH = 32
MAX_EVENTS = 5_000
"""A spec has some fifty; the largest rule table of ours about 6,000, and is read with a limit of its own."""

MAX_PROBLEMS = 50
"""Problems shown of one file; the rest are counted."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LINE_END = re.compile(r"\r\n|\n|\r")
"""What ends a line in an editor."""
LINE_END_OF_YAML = "\x85\u2028\u2029"
"""What ends a line in YAML besides."""
_REFUSED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]|\A\ufeff|^%", re.MULTILINE
)
_NO_COLON = "could not find expected ':'"
_UNEXPECTED_COLON = "mapping values are not allowed in this context"
_UNEXPECTED_START = "did not find expected <document start>"
_KEY_ALONE = re.compile(r"[ \t-]*+[^\s:\[\]{}'\"#,-][^:\[\]{}'\"#,\r\n]*+|.*[\r\n]++", re.DOTALL)
"""What may stand before the colon of a key, or a whole line."""
_NO_KEY = re.compile(r"([ \t]*+(?:- +)*+)(?!.*:(?:\s|$))[^\s\[\]{}'\"#-]")
"""The beginning of a line that has no key."""
_WORDS = {
    "found unexpected end of stream": "the quotation mark that opens here is never closed",
    _UNEXPECTED_COLON: "unexpected ':'; is the indentation that of the keys above, is a "
    "space missing after a colon, or should the value be in quotation marks?",
    _NO_COLON: "expected 'key: value'; is a space missing after the colon, or a quotation mark?",
    "did not find expected key": "expected a key here; is the indentation that of the keys above?",
    "did not find expected ',' or '}'": "expected ',' or '}' in the mapping that '{' began",
    "did not find expected ',' or ']'": "expected ',' or ']' in the list that '[' began",
}

BLOCK_OF_TEXT = "'>' begins a block of text in YAML; write \">5\" in quotation marks, or {above: 5}"
"""Where a number above another one is meant."""


NOWHERE = -1
"""The place of what does not stand in a text: values from Python."""


class Items(NamedTuple):
    """A sequence."""

    items: tuple["Node", ...]
    at: int


class Fields(NamedTuple):
    """A mapping with its keys in order, each key once."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    at: int

    def get(self, key: str) -> "Node | None":
        """The value under a key."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Items | Fields


MAX_NODES = 500_000
"""Values within one value from Python, JSON or TOML: what holds itself several times has more than can be counted."""


def nodes_of(
    value: object,
    place: Callable[[str], int] = lambda _: NOWHERE,
    at: int = NOWHERE,
    depth: int = 0,
    budget: Budget | None = None,
) -> Node:
    """A value from Python, or from TOML or JSON, as YAML would have it; `place` says where in its text a key stands.

    Text is text, as in quotation marks. What is neither text, number, yes/no, None nor a collection is what it prints.
    No format is as deep as MAX_DEPTH; what is nested deeper is cut off there.

    Raises:
        InputError: when it holds more than MAX_NODES.
    """
    budget = budget or Budget(MAX_NODES)
    if not budget.spend():
        raise InputError(
            [Problem("<value>", None, None, "", f"holds more than {MAX_NODES:,} values; is it part of itself?")]
        )
    match value:
        case Mapping() | AbstractSet() | list() | tuple() if depth > MAX_DEPTH:
            return Items((), at)
        case Range():
            return nodes_of(value.stated, place, at, depth, budget)
        case Mapping():
            keys = [Scalar(str(key), plain=True, at=place(str(key))) for key in value]
            items = (
                nodes_of(item, place, key.at, depth + 1, budget) for key, item in zip(keys, value.values(), strict=True)
            )
            return Fields(tuple(zip(keys, items, strict=True)), at)
        case AbstractSet():
            return nodes_of(sorted(value, key=str), place, at, depth, budget)
        case list() | tuple():
            return Items(tuple(nodes_of(item, place, at, depth + 1, budget) for item in value), at)
        case str():
            return Scalar(value, plain=False, at=at)
        case None | bool():
            return Scalar({None: "null", True: "true", False: "false"}[value], plain=True, at=at)
        case float() if isfinite(value):
            from decimal import Decimal  # for fractions alone

            return Scalar(format(Decimal(repr(value)), "f"), plain=True, at=at)
        case int() if value.bit_length() > _MOST_BITS:
            return Scalar(hex(value), plain=True, at=at)  # which no field takes, and Python writes out
    return Scalar(str(value), plain=True, at=at)


_MOST_BITS = 10_000
"""Of a whole number; Python refuses to write one of 4,300 digits in decimals."""


def scalars_of(node: Node) -> Iterator[Scalar]:
    """Every text in a node, keys too."""
    match node:
        case Scalar():
            yield node
        case Items(items):
            for item in items:
                yield from scalars_of(item)
        case Fields(entries):
            for key, value in entries:
                yield key
                yield from scalars_of(value)


class Document:
    """One text, its positions and the problems found in it so far."""

    def __init__(self, text: str, path: str, lines: Sequence[tuple[int, int]] = ()) -> None:
        """Where the text stands in a larger one, `lines` gives each line's number there, and its columns before it."""
        self.text = text
        self.path = path
        self.problems: list[Problem] = []
        self.uncounted = 0
        """Problems that were not even worked out, because there were too many."""
        self.grave = False
        """Whether a problem left no value to go on with."""
        self._starts: list[int] | None = None
        self._lines = lines

    def position(self, at: int) -> tuple[int, int]:
        """Line and column of a character, from 1, as editors count: only LF, CR and CRLF end a line."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in LINE_END.finditer(self.text))]
        line = bisect_right(self._starts, at)
        column = at - self._starts[line - 1] + 1
        if not self._lines:
            return line, column
        number, before = self._lines[min(line, len(self._lines)) - 1]
        return number, max(column + before, 1)

    @property
    def full(self) -> bool:
        """Whether there are enough already: what follows need not be put into words."""
        return len(self.problems) > MAX_PROBLEMS

    def report(self, at: int | Node, field: str, message: str) -> None:
        """Note a problem, and go on."""
        self.grave = True
        if self.full:
            self.uncounted += 1
            return
        where = at if isinstance(at, int) else at.at
        line, column = (None, None) if where == NOWHERE else self.position(where)
        self.problems.append(Problem(self.path, line, column, field, message))

    def error(self) -> InputError:
        """Every problem so far, in the order of the text."""
        found = sorted(dict.fromkeys(self.problems), key=lambda problem: (problem.line or 0, problem.column or 0))
        more = len(found) - MAX_PROBLEMS + self.uncounted
        if more > 0:
            found = [*found[:MAX_PROBLEMS], Problem(self.path, None, None, "", f"and {more} more problems")]
        return InputError(found)

    def check(self) -> None:
        """Raise what was noted.

        Raises:
            InputError: when anything was.
        """
        if self.problems:
            raise self.error()


def parse(document: Document, *, max_events: int = MAX_EVENTS) -> Node | None:
    """The document's one node; None for a text without any.

    Duplicate keys are noted in the document's problems, and the first is kept.

    Raises:
        InputError: when the text is not YAML, or uses more of YAML than data needs.
    """
    text = document.text
    if found := _REFUSED.search(text):
        # Directives are refused here because libyaml takes quadratic time over many, before its first event.
        message = "directives (%YAML, %TAG) are not allowed; remove the line"
        if found[0] != "%":
            message = f"control character U+{ord(found[0]):04X}; remove it"
        if found[0] in LINE_END_OF_YAML:  # a comment that goes on to the eye has ended there
            message = f"U+{ord(found[0]):04X} ends a line in YAML, and in no editor; remove it"
        document.report(found.start(), "", message)
        raise document.error()
    loader = None
    try:
        loader = LOADER(text)
        refused: dict[str, int] = {}
        root = _read(document, iter(loader.get_event, None), max_events, refused)
        if not refused:
            return root
        for message, at in refused.items():
            document.report(at, "", message)
    except yaml.YAMLError as error:
        at, words = what_is_wrong(error, text)
        document.report(at, "", f"not YAML: {words}")
    finally:
        if loader:
            loader.dispose()
    raise document.error()


def what_is_wrong(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """What the parser found in a text, as a person would need it, and where a person would look for it."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, str(error).splitlines()[0]
    said = str(error.problem or error.context)
    # A text or a key that never ended is looked for where it began.
    began = said in ("found unexpected end of stream", _NO_COLON) or error.context == "while scanning a block scalar"
    marks = (error.context_mark, error.problem_mark) if began else (error.problem_mark, error.context_mark)
    at = next((mark.index for mark in marks if mark), 0)
    colon = text.find(":", at) if said == _UNEXPECTED_START else at if said == _UNEXPECTED_COLON else -1
    if colon >= 0 and (start := _without_colon(text, colon)) is not None:
        return start, _WORDS[_NO_COLON]
    character = text[at : at + 1]
    if error.context == "while scanning a block scalar" and character == ">":
        return at, BLOCK_OF_TEXT
    if said == "found character that cannot start any token":
        tab = "a tab cannot indent; use spaces"
        return at, tab if character == "\t" else f"a value cannot begin with {character!r}; put it in quotation marks"
    return at, _WORDS.get(said, said)


def _without_colon(text: str, at: int) -> int | None:
    """Where the lines begin that lack a colon, above one whose key goes on with them for that; None without such."""
    *above, own = text[:at].splitlines(keepends=True) or [""]
    start, found = at - len(own), None
    while above and _KEY_ALONE.fullmatch(own):
        start -= len(above[-1])
        own = above.pop()
        if own.strip() and not own.lstrip().startswith("#"):
            if not (line := _NO_KEY.match(own)):
                break
            found = start + line.end(1)
    return found


class _Open(NamedTuple):
    """A collection whose end has not been reached; for a mapping `key` waits for its value."""

    mapping: bool
    at: int
    children: list[Node]


def _read(document: Document, events: Iterable[yaml.Event], max_events: int, refused: dict[str, int]) -> Node | None:
    """The document's node; what data does not need is `refused`, each where it first occurs: a bomb has thousands."""
    root: list[Node] = []
    stack: list[_Open] = [_Open(mapping=False, at=0, children=root)]
    documents = 0
    for count, event in enumerate(events):
        at = event.start_mark.index if event.start_mark else 0
        if count >= max_events:
            refused[f"more than {max_events} parts, which is too many to read"] = at
            break
        if getattr(event, "anchor", None) is not None:
            refused.setdefault("anchors and aliases are not allowed; write the value out", at)
        if getattr(event, "tag", None) is not None:
            refused.setdefault("tags (!…) are not allowed; the field says the type", at)
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            if plain and event.value == "<<":
                refused.setdefault("merge keys are not allowed; write the fields out", at)
            stack[-1].children.append(Scalar(event.value, plain, at))
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(stack) > MAX_DEPTH:
                refused[f"nested deeper than {MAX_DEPTH}"] = at
                break
            stack.append(_Open(isinstance(event, yaml.MappingStartEvent), at, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = stack.pop()
            stack[-1].children.append(_closed(document, closed, refused))
        elif isinstance(event, yaml.AliasEvent):
            stack[-1].children.append(Scalar("", plain=True, at=at))
        elif isinstance(event, yaml.DocumentStartEvent) and (documents := documents + 1) > 1:
            refused["a second document begins here; one file holds one"] = at
            break
    return root[0] if root else None


def _closed(document: Document, closed: _Open, refused: dict[str, int]) -> Node:
    if not closed.mapping:
        return Items(tuple(closed.children), closed.at)
    first: dict[str, tuple[Scalar, Node]] = {}
    for key, value in zip(closed.children[::2], closed.children[1::2], strict=True):
        if not isinstance(key, Scalar):
            template = document.text.startswith("{{", closed.at)
            hint = "; a template? Fill it in first, or put it in quotation marks" if template else ""
            refused.setdefault(f"a key must be text, not a list or a mapping{hint}", key.at)
        elif first.setdefault(key.text, (key, value))[0] is not key:
            line, _ = document.position(first[key.text][0].at)
            document.report(key, key.text, f"is a duplicate of line {line}; keep one")
    return Fields(tuple(first.values()), closed.at)
