"""The text of spec files, written anew or changed in place: whatever is not changed stays as it is.

A file that people keep has comments, an order and line ends of its own. Changes are cut into the text at the positions
that the YAML parser gives, and the result is read again before anyone gets it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from textwrap import wrap
from typing import Any

import yaml

from genarch.engine.constraints import BY_NAME, in_order
from genarch.engine.spec import SPEC_VERSION
from genarch.errors import InputError
from genarch.files.io import refuse
from genarch.files.specs import parse_spec
from genarch.files.yaml_text import LINE_END, LOADER

INDENT = "  "
_WIDEST_COMMENT = 78
_UNQUOTED = re.compile(r"[0-9.]+|true|false")
_ENDS = re.compile(r"\{\w+: [0-9.]+, \w+: [0-9.]+\}")
"""A range by the names of its ends, as answers have it."""
_DOCUMENT_END = re.compile(r"(?<=[\r\n])\.\.\.\Z")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\r\n]*", re.MULTILINE)


def new_spec(
    spec_id: str, answers: Mapping[str, str], notes: Mapping[str, str], schema: str = "", title: str = ""
) -> str:
    """A spec file: every field with its note, those without an answer as a comment.

    `answers` are as a spec has them (`unknown` where nobody knows). `schema` is where editors find the JSON Schema.
    Without an id the file's name gives it.
    """
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += [f"version: {SPEC_VERSION}", *([f"id: {spec_id}"] if spec_id else [])]
    lines += [*([f"title: {json.dumps(title, ensure_ascii=False)}"] if title else []), "constraints:"]
    for name in BY_NAME:
        lines += wrap(
            " ".join(notes.get(name, BY_NAME[name].meaning).split()),
            _WIDEST_COMMENT,
            initial_indent=f"{INDENT}# ",
            subsequent_indent=f"{INDENT}# ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.append(f"{INDENT}{name}: {_quoted(answers[name])}" if name in answers else f"{INDENT}# {name}: unknown")
    return "\n".join(lines) + "\n"


def changed_spec(text: str, path: str, answers: Mapping[str, str]) -> str:
    """The text of a spec with other answers, in place where it has the field, else at the end of the constraints.

    Raises:
        InputError: when the text is no spec, or is laid out so that nothing can be put into it.
    """
    before = parse_spec(text, path=path)
    changed = _Text(text).with_answers(answers)
    stated = parse_spec(f"version: 1\nconstraints: {{{_flow(answers)}}}\n").constraints
    wanted = {name: value for name, value in before.constraints.items() if name not in answers} | dict(stated)
    with suppress(InputError):
        if parse_spec(changed, path=path) == before._replace(constraints=in_order(wanted)):
            return changed
    raise refuse(
        path, "is laid out so that the answers cannot be put into it; write its constraints as 'field: answer'"
    )


def spec_with_id(text: str, spec_id: str) -> str:
    """The text of a spec that says its id, which stood in the name of its file until now."""
    spec = _Text(text)
    return edited(text, [spec.into(spec.root, {"id": spec_id}, after=0)])


def spec_with_decision(text: str, decision: str, decided_with: str) -> str:
    """The text of a spec that left open what was decided, with that and the table; at its end, if nowhere yet."""
    spec = _Text(text)
    there = [spec.replaced(key, value, decision) for key, value in spec.root.value if key.value == "decision"]
    new = {"decision": decision, "decided_with": decided_with}
    new = {name: value for name, value in new.items() if name not in spec.keys}
    if spec.root.flow_style:
        return edited(text, [*there, *([spec.into(spec.root, new)] if new else [])])
    lines = "".join(f"{spec.newline}{name}: {value}" for name, value in new.items())
    before = _DOCUMENT_END.sub("", edited(text, there).rstrip()).rstrip()
    return f"{before}{lines}{spec.newline}"


def stated_id(text: str) -> str | None:
    """The id that the text of a spec says, not the one that its file's name would give."""
    return next((str(value.value) for key, value in _Text(text).root.value if key.value == "id"), None)


def stated_unknown(text: str) -> list[str]:
    """The constraints that the text of a spec says to be `unknown`, in so many letters."""
    return [key.value for key, value in _Text(text).entries if value.value == "unknown" and key.value in BY_NAME]


Edit = tuple[int, int, str]
"""Where a text changes, from and up to which character, and what comes there."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with changes, none of which overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


class _Text:
    """A spec's text with its nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.root: Any = yaml.compose(text, Loader=LOADER)
        self.newline: str = (LINE_END.findall(text) or ["\n"])[0]

    @property
    def keys(self) -> dict[str, int]:
        """Where each key stands."""
        return {key.value: key.start_mark.index for key, _ in self.root.value}

    @property
    def constraints(self) -> Any:
        """The node under that key; None without one."""
        return next((value for key, value in self.root.value if key.value == "constraints"), None)

    @property
    def entries(self) -> list[tuple[Any, Any]]:
        """The constraints' keys and values."""
        return self.constraints.value if isinstance(self.constraints, yaml.MappingNode) else []

    def with_answers(self, answers: Mapping[str, str]) -> str:
        constraints = self.constraints
        edits: list[Edit] = []
        new: dict[str, str] = {}
        present = {key.value: (key, value) for key, value in self.entries}
        for name, answer in answers.items():
            if name in present:
                edits.append(self.replaced(*present[name], answer))
            elif template := self._template(name):
                edits.append((*template.span(), f"{template[1]}{name}: {_quoted(answer)}"))
            else:
                new[name] = answer
        if new:
            edits.append(self._added(constraints, new))
        return edited(self._text, edits)

    def replaced(self, key: Any, value: Any, answer: str) -> Edit:
        """The value's text exchanged; comments between the items of a list or a range that goes move above its key."""
        if isinstance(value, yaml.ScalarNode) and value.start_mark.index < value.end_mark.index:
            return (value.start_mark.index, self._end(value), _quoted(answer, value.style))
        colon = self._behind_colon(key)
        if isinstance(value, yaml.ScalarNode):
            return (colon, colon, f" {_quoted(answer)}")
        first = next(iter(value.value), None)
        style = getattr(first[0] if isinstance(first, tuple) else first, "style", None)
        end = self._end(value)
        comments = _COMMENT.findall(self._text[colon:end])
        if value.flow_style and not comments:
            return (value.start_mark.index, end, _quoted(answer, style))
        start = key.start_mark.index
        indent = self.newline + " " * key.start_mark.column
        kept = "".join(comment + indent for comment in comments)
        return (start, end, f"{kept}{self._text[start:colon]} {_quoted(answer, style)}")

    def _template(self, name: str) -> re.Match[str] | None:
        """The line of a new file that waits for this answer, where it still stands below `constraints`."""
        keys = self.keys
        start = keys.get("constraints")
        if start is None or self.root.flow_style:
            return None
        end = min((at for at in keys.values() if at > start), default=len(self._text))
        pattern = re.compile(rf"(?<=[\r\n])({INDENT}){re.escape(f'# {name}: unknown')}(?=[ \t]*(?:[\r\n]|\Z))")
        return pattern.search(self._text, start, end)

    def _added(self, constraints: Any, new: Mapping[str, str]) -> Edit:
        if self.entries:
            return self.into(constraints, new)
        block = "".join(f"{self.newline}{INDENT}{name}: {_quoted(answer)}" for name, answer in new.items())
        if constraints is None:
            own = {"constraints": f"{{{_flow(new)}}}" if self.root.flow_style else block}
            return self.into(self.root, own)
        if self.root.flow_style or isinstance(constraints, yaml.MappingNode):
            return (constraints.start_mark.index, self._end(constraints), f"{{{_flow(new)}}}")
        key = next(key for key, _ in self.root.value if key.value == "constraints")
        colon = self._behind_colon(key)
        end = self._line_end(colon)
        behind = self._text[max(colon, self._end(constraints)) : end]  # a comment, which stays on its line
        return (colon, end, behind + block)

    def into(self, mapping: Any, new: Mapping[str, str], after: int = -1) -> Edit:
        """Entries added to a mapping that has some, behind the one at a position."""
        key, value = mapping.value[after]
        end = max(self._end(value), self._behind_colon(key))
        if mapping.flow_style:
            added = "".join(f", {_quoted(name, key.style)}: {_quoted(text, key.style)}" for name, text in new.items())
            return (end, end, added)
        at = self._line_end(end)
        indent = " " * key.start_mark.column
        added = "".join(
            f"{self.newline}{indent}{name}:{text if LINE_END.match(text) else f' {_quoted(text)}'}"
            for name, text in new.items()
        )
        return (at, at, added)

    def _behind_colon(self, key: Any) -> int:
        return self._text.index(":", key.end_mark.index) + 1

    def _line_end(self, at: int) -> int:
        line = LINE_END.search(self._text, at)
        return line.start() if line else len(self._text)

    def _end(self, node: Any) -> int:
        """Where a node's own text ends: the parser counts what follows a block collection to it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        return int(start + len(self._text[start:end].rstrip()))


def _flow(answers: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {_quoted(answer)}" for name, answer in answers.items())


def _quoted(text: str, style: str | None = None) -> str:
    """Names, and amounts with a unit, in quotation marks where what they replace had some: a file in JSON stays one.

    What begins with `>` always has them, since that begins a block of text in YAML.
    """
    if style not in ('"', "'"):
        return f'"{text}"' if text.startswith(">") else text
    if _ENDS.fullmatch(text):
        return re.sub(r"\w+(?=:)", rf"{style}\g<0>{style}", text)
    if text.startswith("["):
        return f"[{', '.join(_quoted(name.strip(), style) for name in text[1:-1].split(',') if name.strip())}]"
    return text if _UNQUOTED.fullmatch(text) else f"{style}{text}{style}"
