"""The text of decision records with a spec block or a rationale put in, or with what is misspelt fixed.

No other byte changes. What was put in is looked for again in the result, as any reader of the document would find it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from genarch.documents.lookalikes import INFO, distance
from genarch.documents.markdown import Block, parse_markdown
from genarch.documents.reader import DesignDocument, read_document, read_sidecar
from genarch.engine.constraints import BY_NAME
from genarch.engine.findings import CheckId
from genarch.engine.rules import RuleTable
from genarch.engine.spec import SPEC_VERSION
from genarch.files.io import refuse
from genarch.files.spec_text import Edit, edited
from genarch.files.yaml_text import LINE_END

HEADINGS = ("decision outcome", "decision")
"""Where a block belongs, best first: MADR's heading, then Nygard's."""

_NUMBERING = re.compile(r"^\d[\d.)]*\s+|[*_`]|[:.]\s*+$")
_MODELINE = re.compile(r"\A#[ \t]*yaml-language-server:[^\n]*\n")
_BEGIN = "<!-- genarch rationale of {}; kept by 'genarch doc add --write' -->"
_END = "<!-- end of genarch rationale of {} -->"
_BOM = "\ufeff"
_LINE = re.compile(rf"[^\r\n]*(?:{LINE_END.pattern})|[^\r\n]+")


def fenced(spec: str) -> str:
    """The text of a spec as a block, without the line that names its schema to editors of YAML files."""
    body = _MODELINE.sub("", LINE_END.sub("\n", spec)).strip("\n")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`+", body))])
    return f"{fence}yaml genarch\n{body}\n{fence}"


def with_block(text: str, path: str, block: str) -> tuple[str, Block]:
    """The document with a block in the section of its decision, and that block as a reader finds it.

    Raises:
        InputError: when an unclosed fence or comment would swallow the block.
    """
    document = _Document(text)
    changed = document.with_lines(document.place(), block)
    before = [found.text for found in document.markdown.blocks]
    after = parse_markdown(changed.removeprefix(_BOM)).blocks
    new = [found for found in after if found.closed and found.text not in before]
    body = "\n".join(block.split("\n")[1:-1]) + "\n"
    if len(after) != len(before) + 1 or [found.text for found in new] != [body]:
        raise refuse(path, "an unclosed fence or comment would hide the block from readers; close it, or move it down")
    return changed, new[0]


def with_skeleton(text: str, path: str) -> str:
    """A document with an empty spec under its decision, every constraint waiting in a comment.

    Raises:
        InputError: when an unclosed fence or comment would swallow it.
    """
    lines = [f"version: {SPEC_VERSION}", "constraints:", *(f"  # {name}: unknown" for name in BY_NAME)]
    return with_block(text, path, fenced("\n".join([*lines, "# decision: unknown"])))[0]


def with_rationale(text: str, path: str, block: Block, spec_id: str, rationale: str) -> str:
    """The document with a rationale in place of what is between its markers; they go behind the block.

    Raises:
        InputError: when the markers are not in pairs, or there is no place for them.
    """
    document = _Document(text)
    begin, end = _BEGIN.format(spec_id), _END.format(spec_id)
    starts, ends = document.comments(begin), document.comments(end)
    whole = f"{begin}\n\n{rationale.strip()}\n\n{end}"
    if not starts and not ends:
        if any(before for _, before in block.lines):
            message = "the block is in a list or a quotation, which a rationale would break; move it out for --write"
            raise refuse(f"{path}:{block.first}", message)
        changed = document.with_lines(block.last, whole)
        if not _Document(changed).comments(begin):
            raise refuse(path, f"has no place for a rationale after line {block.last}; move the block")
        return changed
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        raise refuse(path, f"the markers of the rationale of '{spec_id}' are not a pair; remove them to write it again")
    return document.replaced(starts[0], ends[0], whole)


class _Document:
    """A document's lines, each with its own end."""

    def __init__(self, text: str) -> None:
        bare = text.removeprefix(_BOM)
        self._bom = text[: len(text) - len(bare)]
        self.markdown = parse_markdown(bare)
        self._lines = _LINE.findall(bare)
        first = self._lines[0] if self._lines else ""
        self._newline = first[len(first.rstrip("\r\n")) :] or "\n"

    def comments(self, text: str) -> list[int]:
        """The lines that are a comment with this text, from 1."""
        comments, lines = self.markdown.comments, self.markdown.lines
        return [part.first for part in comments if "\n".join(lines[part.first - 1 : part.last]).strip() == text]

    def place(self) -> int:
        """The line to put a block after: the last of the decision's own text, else of the document."""
        last = len(self._lines)
        titled = {_NUMBERING.sub("", h.title.strip()).strip().casefold(): h for h in reversed(self.markdown.headings)}
        if heading := next((titled[name] for name in HEADINGS if name in titled), None):
            last = heading.last
            # A comment right above the next heading is about that one.
            above = [note for note in self.markdown.comments if note.last == last and note.first > heading.first]
            if above and last < len(self._lines) and above[0].closed:
                last = above[0].first - 1
        while last > 0 and not self._lines[last - 1].strip():
            last -= 1
        return last

    def with_lines(self, after: int, block: str) -> str:
        """The document with lines put in, an empty line before and behind them."""
        head, tail = self._lines[:after], self._lines[after:]
        new = [line + self._newline for line in block.split("\n")]
        if head and not LINE_END.search(head[-1]):
            head[-1] += self._newline
        if head and head[-1].strip():
            new.insert(0, self._newline)
        if tail and tail[0].strip():
            new.append(self._newline)
        return self._bom + "".join([*head, *new, *tail])

    def replaced(self, first: int, last: int, block: str) -> str:
        """The document with other lines in place of these; the last of them keeps its end."""
        replaced = self._lines[last - 1]
        end = replaced[len(replaced.rstrip("\r\n")) :]
        new = block.replace("\n", self._newline) + end
        return self._bom + "".join([*self._lines[: first - 1], new, *self._lines[last:]])


_ROUNDS = 5
"""How often a text is read again: a key that is fixed shows what is wrong below it."""

_SUGGESTION = re.compile(r"'([^']+)' is not .*did you mean '([^']+)'\?")
_FENCE = re.compile(r"(?:`{3,}|~{3,})([^\r\n]*)")
_CHOICES = re.compile(r"'([^']+)' is not a choice here; write (.+?)(?:,? or unknown)?$")
_FACTS = re.compile(r"(?:decision|decided_with|model|constraints\.(?:gpu|model))\b")
"""What was decided, and which hardware and model there is, are for the authors to say, however it is spelt."""

_MISSPELT_KEYS = {CheckId("block-invalid"), CheckId("waiver-invalid")}


def fixed(text: str, path: str, rules: RuleTable, *, spec_file: bool = False) -> str:
    """A document, or a spec file, with what is misspelt put right; the same text where nothing is."""
    read = read_sidecar if spec_file else read_document
    bare = text.removeprefix(_BOM)
    bom = text[: len(text) - len(bare)]
    document = read(bare, path, rules)
    for _ in range(_ROUNDS):
        before, edits = bare, sorted(set(_edits(bare, document)))
        # One that makes nothing better must not keep the others from being made: then each is tried, the last first.
        for some in ([edits] if edits else []) + ([[edit] for edit in reversed(edits)] if len(edits) > 1 else []):
            changed = edited(bare, set(some))
            after = read(changed, path, rules)
            if _better(after, document):
                bare, document = changed, after
                if len(some) == len(edits):
                    break
        if bare == before:
            break
    return bom + bare


def _choice(message: str) -> Iterator[tuple[str, str]]:
    """A value with the one choice that is like it."""
    if match := _CHOICES.search(message):
        alike = [name for name in match[2].split(", ") if distance(match[1], name) <= 2]
        yield from [(match[1], name) for name in alike if len(alike) == 1]


def _better(after: DesignDocument, before: DesignDocument) -> bool:
    """Whether something is no longer wrong, and nothing new is where all was read before.

    A fence that becomes a block may show what is wrong in it.
    """
    gone = {(item.place.line, item.finding) for item in before.defects}
    gone -= {(item.place.line, item.finding) for item in after.defects}
    new = {item.finding.check for item in after.defects} - {item.finding.check for item in before.defects}
    twice = any("is a duplicate" in item.finding.message for item in after.defects)
    return bool(gone) and not twice and new <= _MISSPELT_KEYS


def _edits(text: str, document: DesignDocument) -> Iterator[Edit]:
    lines = _LINE.findall(text)
    starts = [0, *accumulate(map(len, lines))]
    for place, finding, *_ in document.defects:
        start = starts[place.line - 1]
        if finding.check == CheckId("block-misspelt"):
            # The info string of a fence, where it differs from ours in case, blanks, marks or order alone.
            info = _FENCE.search(lines[place.line - 1])
            if info and sorted(re.findall(r"\w+", info[1].casefold())) in (["genarch", "yaml"], ["genarch", "yml"]):
                yield start + info.start(1), start + info.end(1), INFO[0]
        elif finding.check in _MISSPELT_KEYS and not _FACTS.match(finding.message):
            for wrong, right in (*_SUGGESTION.findall(finding.message), *_choice(finding.message)):
                at = start + place.column - 1
                at += text[at : at + 1] in ("'", '"')
                # What is further off may be another word, and not this one misspelt.
                alike = distance(wrong, right) <= (2 if len(right) > 7 else 1)
                if alike and text.startswith(wrong, at):
                    yield at, at + len(wrong), right
