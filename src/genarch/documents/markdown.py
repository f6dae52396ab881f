"""Markdown documents: where their spec blocks and headings stand, line by line, and what their front matter says.

Only the block structure is read, by CommonMark's rules. A spec block is a fence whose info string is `yaml genarch`,
in a list or a quotation too; what stands in a comment, or in another fence, is none. Other tools own the front matter,
so it may be whatever YAML allows: only the parser's events are read, which is safe on any text, and what stands under
`genarch:` is cut out and read as strictly as a spec file.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from genarch.documents.lookalikes import (
    INFO,
    MISSPELT,
    QUOTED,
    WORD,
    Defect,
    Verbatim,
    hidden_blocks,
    is_nearly,
    is_spec_like,
    near_fence,
)
from genarch.engine.budget import Budget
from genarch.engine.findings import CheckId
from genarch.errors import InputError, Problem
from genarch.files.yaml_text import LINE_END, LINE_END_OF_YAML, LOADER, what_is_wrong
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

_OWN_KEY = re.compile(r"genarch[ \t]*:(?:\s|$)")

MAX_EVENTS = 50_000
"""Model cards have front matter of some thousand."""

MAX_DEPTH = 64

MAX_NESTING = 100
"""Lists count twice, quotations once. What is nested deeper is not parsed; a block behind it is reported as hidden."""

_KEY = re.compile(
    r"""["']?\bgenarch["']?[ \t]*:|^[ \t]*+["']?genarch["']?[ \t]*+(?:=|$)""", re.IGNORECASE | re.MULTILINE
)
_NESTED_KEY = re.compile(
    r"""(?:^[ \t-]*+|[{,][ \t]*+)["']?(genarch)["']?[ \t]*+:(?=\s|$)""", re.IGNORECASE | re.MULTILINE
)
_ANY_KEY = re.compile(rf"""{WORD}|^["']?(?:g[\w-]{{4,8}}|constraints)["']?[ \t]*+:""", re.IGNORECASE | re.MULTILINE)
"""Front matter where something of ours may be."""
_STATING = re.compile(r"^(?:version[ \t]*+:[ \t]*+1$|decision[ \t]*+:)", re.MULTILINE)
_KEY_ELSEWHERE = re.compile(r"""\[?["']?\bgenarch\b["']?(?:[ \t]*(?:[:=]|\]$)|\.[\w.]*+[ \t]*+=)""", re.IGNORECASE)
"""A key as YAML, TOML and JSON have it."""
_STATUS = re.compile(r"""^status[ \t]*:[ \t]*["']?([^"'#\n]*)""", re.IGNORECASE | re.MULTILINE)
_OTHER_FORMS = {"---": "never ends with a line of three hyphens", "+++": "is TOML", "{": "is JSON"}


MAX_STEPS = 300_000
"""Lines that are looked at, once for each list and quotation that they stand in; 15,000 for 700 kB of usual text."""


class TooCostlyError(InputError):
    """A document that takes more steps to read than there are."""


class Block(NamedTuple):
    """The YAML of a spec, and for each line of it the line of the document and the columns before it.

    `first` and `last` are the lines of the document that the spec takes with its fence, from 1; `column` is where it
    begins; `closed` is whether its fence is.
    """

    text: str
    lines: tuple[tuple[int, int], ...]
    first: int
    last: int
    column: int = 1
    closed: bool = True


class Heading(NamedTuple):
    """A heading at the top level: its text, and the lines from its own to the last before the next heading."""

    title: str
    first: int
    last: int


class Markdown(NamedTuple):
    """What a document holds. `front` is the last line of its front matter, 0 without one."""

    lines: tuple[str, ...]
    blocks: tuple[Block, ...] = ()
    front: int = 0
    status: str = ""
    """What the front matter says it is."""
    specs: tuple[Block, ...] = ()
    """The values under `genarch:` in the front matter."""
    headings: tuple[Heading, ...] = ()
    verbatim: tuple[Verbatim, ...] = ()
    comments: tuple[Verbatim, ...] = ()
    """Those of `verbatim` that are comments at the top level."""
    defects: tuple[Defect, ...] = ()
    """What looks like a block and is none, or is never closed."""

    def listed(self) -> set[int]:
        """The lines that are no prose: those of spec blocks, and those that are verbatim."""
        spans = [(part.first, part.last) for part in self.blocks] + [(part.first, part.last) for part in self.verbatim]
        return {line for first, last in spans for line in range(first, last + 1)}


def parse_markdown(text: str) -> Markdown:
    """Read a document; `text` is without its byte order mark.

    Raises:
        TooCostlyError: when it takes too many steps.
    """
    lines = tuple(LINE_END.split(text))
    lines = lines if lines[-1] else lines[:-1]
    ends = (number for number, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "..."))
    front = next(ends, 0) if lines and lines[0].rstrip() == "---" else 0
    tokens = _parser().parse("\n" * front + "\n".join([*lines[front:], ""]), {_BUDGET: Budget(MAX_STEPS)})
    status, specs, defects = _read_front(lines, front)
    blocks, verbatim, comments = [], [], []
    headings: list[Heading] = []
    opened: set[int] = set()
    for at, token in enumerate(tokens):
        start, last = token.map or (0, 1)
        first = start + 1
        if token.type == "heading_open" and token.level == 0:
            headings[-1:] = (heading._replace(last=start) for heading in headings[-1:])
            headings.append(Heading(tokens[at + 1].content, first, len(lines)))
        elif token.type == "code_block":
            verbatim.append(Verbatim("indented code", first, last, closed=True))
        elif token.type == "html_block":
            comment = token.content.lstrip().startswith("<!--")
            part = Verbatim("comment" if comment else "html", first, last, not comment or "-->" in token.content)
            verbatim.append(part)
            comments += [part] if comment and token.level == 0 else []
        elif token.type == "fence":
            info = token.info.strip()
            # The mark that ends a fence takes a line beside the first and those of its content.
            closed = last - first + 1 == token.content.count("\n") + 2
            column = len(lines[start]) - len(lines[start].lstrip("> \t0123456789.)*+-")) + 1
            opened.add(first)
            if info in INFO:
                # The markers of lists and quotations stand before a line's own text: its right end is what is fixed.
                own = enumerate(token.content.split("\n")[:-1], first + 1)
                placed = tuple((number, len(lines[number - 1]) - len(line)) for number, line in own)
                placed = placed or ((first, column - 1),)
                blocks.append(Block(token.content, placed, first, last, column, closed))
                if not closed:
                    message = "the block that begins here is never closed; end it with the marks that it began with"
                    defects.append(Defect(CheckId("block-unclosed"), first, column, message))
                continue
            verbatim.append(Verbatim("fence", first, last, closed))
            if near := near_fence(token.info, token.content):
                defects.append(Defect(near[0], first, column, near[1]))
            elif info in ("yaml", "yml") and _OWN_KEY.match(token.content):
                instead = f"as a block, it begins with {INFO[0]} and leaves the key out"
                message = f"a listing with 'genarch:' is not read; {instead}"
                defects.append(Defect(QUOTED, first, column, message))
    read = opened | {line for block in (*specs, *blocks) for line in range(block.first, block.last + 1)}
    read.update(defect.line for defect in defects)
    defects += hidden_blocks(lines, front, read, verbatim)
    parts = tuple(specs), tuple(headings), tuple(verbatim), tuple(comments), tuple(defects)
    return Markdown(lines, tuple(blocks), front, status, *parts)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING})
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.before("code", "steps", _step, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.block.ruler.after("steps", "plain", _plain)
    return parser


_BUDGET = "genarch"


def _step(state: "StateBlock", line: int, _: int, __: bool) -> bool:  # noqa: FBT001  (as rules of the parser are called)
    """What is asked before any other rule what a line begins: nothing ever, but so many times at most.

    Raises:
        TooCostlyError: when there are no steps left.
    """
    if not state.env[_BUDGET].spend():
        message = f"takes more than {state.env[_BUDGET]} to read; split it"
        raise TooCostlyError([Problem("the document", line + 1, None, "", message)])
    return False


_BEGINS_MORE = frozenset("`~>*-_+#<[=0123456789")
"""What a line begins with that may be, or end, anything but a paragraph, unless it is indented as code."""


def _plain(state: "StateBlock", line: int, _: int, __: bool) -> bool:  # noqa: FBT001  (likewise)
    """A paragraph that begins like nothing else: most of any document, passed over by one rule, since nobody asks it.

    Where a line below may make a heading of it, the rules of the parser go on.
    """
    source, begins, indents, columns = state.src, state.bMarks, state.tShift, state.sCount
    if columns[line] - state.blkIndent > 3 or source[begins[line] + indents[line]] in _BEGINS_MORE:
        return False
    following, end, silent = line + 1, state.lineMax, True
    while following < end and not state.isEmpty(following):
        mark = source[begins[following] + indents[following]]
        if mark not in _BEGINS_MORE or columns[following] < 0 or columns[following] - state.blkIndent > 3:
            _step(state, following, end, silent)
        elif mark in "-=":
            return False
        else:
            outer, state.parentType = state.parentType, "paragraph"
            ended = any(rule(state, following, end, silent) for rule in state.md.block.ruler.getRules("paragraph"))
            state.parentType = outer
            if ended:
                break
        following += 1
    state.line = following
    return True


def _read_front(lines: Sequence[str], front: int) -> tuple[str, list[Block], list[Defect]]:
    """The status, the specs and the defects of the front matter, or of what looks like one and is none."""
    if not front:
        return "", [], list(_unread(lines))
    text = "\n".join(lines[1 : front - 1]) + "\n"
    stated, ours = _STATUS.search(text), _ANY_KEY.search(text) or is_spec_like(text)
    status = stated[1].strip() if stated else ""
    specs: list[Block] = []
    found: list[tuple[CheckId, int, str]] = []
    entries: list[tuple[str, int, int, int, str | None]] = []
    try:
        # What ends a line for YAML alone is read as the blank that it looks like; within a spec it is refused.
        seen = text.translate(dict.fromkeys(map(ord, LINE_END_OF_YAML), " "))
        entries += _top_level(seen) if ours or stated else ()
        statuses = {value for key, *_, value in entries if key.casefold() == "status"}
        status = status if statuses == {None} else (statuses.pop() or "") if len(statuses) == 1 else ""
    except _OtherShape as shape:
        entries, found = [], [(MISSPELT, *shape.args)] if ours else []
    except yaml.YAMLError as error:
        at, words = what_is_wrong(error, seen)
        defect = CheckId("block-invalid"), at, f"the front matter is not YAML: {words}"
        entries, found = [], [defect] if _KEY.search(text) else []
    for key, at, start, end, value in entries if ours else ():
        if key == WORD:
            specs.append(_spec(text, at, start, end))
        elif key.casefold() == WORD or (
            value is None and (is_nearly(key) or (WORD in key.casefold() and is_spec_like(text[at:end])))
        ):
            found.append((MISSPELT, at, f"'{key}' is not read; did you mean '{WORD}'?"))
        elif key == "constraints" and is_spec_like(text[at:end]):
            meant = _STATING.search(text) or any(WORD in line.casefold() for line in lines)
            check = MISSPELT if meant else QUOTED
            found.append((check, at, f"'{key}' at the top is not read; put the spec below '{WORD}:'"))
        elif value is None and (nested := _NESTED_KEY.search(text, text.rfind("\n", 0, start) + 1, end)):
            message = f"'{WORD}' below '{key[:40]}' is not read; write it at the top of the front matter"
            found.append((MISSPELT, nested.start(1), message))
        elif value is None and is_spec_like(text[start:end]):
            found.append((QUOTED, at, f"a spec below '{key[:40]}' is not read; it is read below '{WORD}:'"))
    return status, specs, [Defect(check, *_position(text, at), message) for check, at, message in found]


class _OtherShape(Exception):  # noqa: N818  (front matter of another shape is no error of its owner)
    """Where, and in what, front matter differs from the shape that is read."""


def _top_level(text: str) -> Iterator[tuple[str, int, int, int, str | None]]:
    """The keys of the mapping at the top: where each, its value and the end of that stand, and the value of a scalar.

    Raises:
        YAMLError: when the text is not YAML.
        _OtherShape: when it is another shape than front matter has.
    """
    depth, start = 0, -1
    key: tuple[str, int] | None = None
    events: Iterator[Any] = yaml.parse(text, Loader=LOADER)  # every event of a parser has its marks
    for count, event in enumerate(events):
        at, end = event.start_mark.index, event.end_mark.index
        if count >= MAX_EVENTS:
            raise _OtherShape(0, f"front matter of more than {MAX_EVENTS} parts is not read; use a block")
        if isinstance(event, yaml.NodeEvent):
            if depth == 0 and not isinstance(event, yaml.MappingStartEvent):
                raise _OtherShape(at, f"front matter that is not a mapping is not read; write '{WORD}:' at its top")
            if depth == 1 and key is None:
                if not isinstance(event, yaml.ScalarEvent):
                    raise _OtherShape(at, "front matter with a key that is not text is not read; use a block")
                key = event.value, at
                continue
            start = at if depth == 1 else start
            depth += isinstance(event, yaml.CollectionStartEvent)
            if depth > MAX_DEPTH:
                raise _OtherShape(at, f"front matter nested deeper than {MAX_DEPTH} is not read; use a block")
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth == 1 and key is not None:
            yield *key, start, end, event.value if isinstance(event, yaml.ScalarEvent) else None
            key = None


def _spec(text: str, at: int, start: int, end: int) -> Block:
    """The text of a value; with the blanks before it where it begins its line, so that its lines stay aligned."""
    line_start = text.rfind("\n", 0, start) + 1
    start = start if text[line_start:start].strip() else line_start
    own = text[start:end]
    first, column = _position(text, start)
    lines = tuple((first + number, 0 if number else column - 1) for number in range(own.count("\n") + 1))
    line, column = _position(text, at)
    return Block(own, lines, line, lines[-1][0], column)


def _position(text: str, at: int) -> tuple[int, int]:
    """Line and column in the document; the front matter's text begins on its second line."""
    return text.count("\n", 0, at) + 2, at - text.rfind("\n", 0, at)


def _unread(lines: Sequence[str]) -> Iterator[Defect]:
    """Where a document begins with what looks like front matter that names genarch, and is none."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    opening = lines[first].strip() if lines else ""
    mark = opening if opening in _OTHER_FORMS else "---" if re.fullmatch(r"-{3,}\s*\w*", opening) else ""
    if not mark:
        return
    closing = "}" if mark == "{" else opening if set(opening) == {"-"} else mark
    for at in range(first + 1, len(lines)):
        if lines[at].strip() == closing or re.match(r"[ \t]*(?:`{3}|~{3}|#)", lines[at]):
            return  # what follows is a document already
        if found := _KEY_ELSEWHERE.search(lines[at]):
            why = _OTHER_FORMS[mark]
            if len(opening) > 3 or lines[first] != lines[first].lstrip():
                why = "does not begin with three hyphens alone"
            elif first and mark == "---":
                why = "does not begin on the first line"
            message = f"front matter that {why} is not read; write it in YAML from the first line, between lines of ---"
            yield Defect(MISSPELT, at + 1, found.start() + 1, message)
            return
