"""Expressions over text that anybody may have written take steps in proportion to its length, whatever it is.

The steps are counted by a matcher of our own, over what Python's parser makes of an expression: doubling a text must not
do more than double them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import genarch
from genarch.documents.discovery import _name

sre: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

BOUNDED = {
    "documents.discovery.kept": "as the others of globs",
    "documents.discovery._NEAR_SPEC": "names of files, which no system has longer than 255 bytes",
    "files.io._PARTIAL": "likewise",
    "documents.status._REFERRED": "lines of at most LONGEST characters",
    "documents.status._BELOW_HEADER": "likewise",
    "engine.amounts.text": "amounts of at most LONGEST letters",
    "engine.amounts.sub": "likewise",
    "files.spec_text.sub": "two bounds that this program wrote itself",
    "documents.discovery._TOKEN": "globs of at most LONGEST_GLOB characters",
    "documents.lookalikes._QUOTED_VALUE": "infos of at most LONGEST_INFO characters",
    "documents.editing._SUGGESTION": "messages, which quote 60 characters",
}
"""Those that take more than steps in proportion, at most their square, and on what short text."""
MADE = {
    "cli.dialogue": 1, "documents.discovery": 1, "documents.reader": 1, "engine.forms": 1, "engine.amounts": 3,
    "files.catalogue_reader": 1, "files.spec_text": 1,
}  # fmt: skip
"""How many expressions each module makes of names as it goes: of words of a table, a spec or our own."""
ANCHORED = ("_END", "_BEGIN")
"""Those that are tried on whole lines, by another name."""
CALL = {
    "search": False,
    "sub": False,
    "findall": False,
    "finditer": False,
    "split": False,
    "match": True,
    "fullmatch": True,
}


class Matcher:
    """A backtracking matcher that counts its steps."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.tree = list(parser.parse(pattern.pattern, pattern.flags))
        self.ignore, self.lines = bool(pattern.flags & re.IGNORECASE), bool(pattern.flags & re.MULTILINE)
        self.steps = 0
        self.text = ""
        self.groups: dict[Any, str] = {}

    def run(self, text: str, *, anchored: bool) -> int:
        """The steps of a search, or of a match at the beginning."""
        self.text, self.steps, self.groups = text, 0, {}
        at = 0
        while at <= (0 if anchored else len(text)):
            end = next(self._all(self.tree, 0, at), None)
            at = at + 1 if end is None else max(end, at + 1)  # as findall goes on
        return self.steps

    def _all(self, nodes: Any, first: int, at: int) -> Iterator[int]:
        if first == len(nodes):
            yield at
            return
        for end in self._one(nodes[first], at):
            yield from self._all(nodes, first + 1, end)

    def _one(self, node: Any, at: int) -> Iterator[int]:
        op, of = node
        self.steps += 1
        if op in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            if self._fits(op, of, at):
                yield at + 1
        elif op is sre.AT:
            if self._at(of, at):
                yield at
        elif op is sre.BRANCH:
            for branch in of[1]:
                yield from self._all(list(branch), 0, at)
        elif op in (sre.SUBPATTERN, sre.GROUPREF):
            yield from self._group(op, of, at)
        elif op is sre.ATOMIC_GROUP:
            yield from [end for end in [next(self._all(list(of), 0, at), None)] if end is not None]
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            start = at - (of[1].getwidth()[0] if of[0] < 0 else 0)
            found = start >= 0 and next(self._all(list(of[1]), 0, start), None) is not None
            if found == (op is sre.ASSERT):
                yield at
        else:
            ends = self._repeated(of, at) if op is not sre.MIN_REPEAT else reversed(list(self._repeated(of, at)))
            yield from list(ends)[:1] if op is sre.POSSESSIVE_REPEAT else ends

    def _group(self, op: Any, of: Any, at: int) -> Iterator[int]:
        """What a group matches, which is noted, and what is the same as it."""
        for end in self._all(list(of[3]), 0, at) if op is sre.SUBPATTERN else ():
            self.groups[of[0]] = self.text[at:end]
            yield end
        if op is sre.GROUPREF and self.text.startswith(self.groups.get(of, "\0"), at):
            yield at + len(self.groups[of])

    def _repeated(self, repeat: Any, at: int) -> Iterator[int]:
        least, most, body = repeat
        nodes = list(body)
        op, of = nodes[0]
        if len(nodes) == 1 and op in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            end = at
            while end - at < most and self._fits(op, of, end):
                self.steps += 1
                end += 1
            for stop in range(end, at + least - 1, -1):
                self.steps += 1
                yield stop
            return

        def more(count: int, here: int) -> Iterator[int]:
            for stop in self._all(nodes, 0, here) if count < most else ():
                if stop > here:
                    yield from more(count + 1, stop)
            if count >= least:
                yield here

        yield from more(0, at)

    def _fits(self, op: Any, of: Any, at: int) -> bool:
        if at >= len(self.text):
            return False
        letter = self.text[at]
        if op is sre.ANY:
            return letter != "\n"
        forms = {letter, letter.lower(), letter.upper()} if self.ignore else {letter}
        if op is sre.IN:
            negated = bool(of[0][0] is sre.NEGATE)
            return negated != any(self._in(kind, value, form) for kind, value in of[negated:] for form in forms)
        return (chr(of) in forms) == bool(op is sre.LITERAL)

    def _in(self, kind: Any, value: Any, letter: str) -> bool:
        if kind is sre.LITERAL:
            return bool(ord(letter) == value)
        if kind is sre.RANGE:
            return bool(value[0] <= ord(letter) <= value[1])
        word = letter.isalnum() or letter == "_"
        name = str(value).removeprefix("CATEGORY_")
        fits = {"SPACE": letter.isspace(), "DIGIT": letter.isdigit(), "WORD": word}[name.removeprefix("NOT_")]
        return fits != name.startswith("NOT_")

    def _at(self, kind: Any, at: int) -> bool:
        name = str(kind)
        before, behind = self.text[at - 1 : at] if at else "", self.text[at : at + 1]
        if "BOUNDARY" in name:
            words = [letter.isalnum() or letter == "_" for letter in (before, behind)]
            return (words[0] != words[1]) != ("NON" in name)
        if "BEGINNING" in name:
            return at == 0 or (self.lines and "STRING" not in name and before == "\n")
        return at == len(self.text) or (self.lines and "STRING" not in name and behind == "\n")


def expressions() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Each expression in the source with its name, and whether it is only ever tried at the beginning of a text.

    They are found in the source itself, so that none is forgotten: what is given to `re`, and to `forms.text`.
    """
    root = Path(genarch.__file__).parent
    for path in sorted(root.rglob("*.py")):
        source, place = path.read_text(), ".".join(path.relative_to(root).with_suffix("").parts)
        nodes = list(ast.walk(ast.parse(source))) if re.search(r"\b(?:re\b|text\()", source) else []
        calls = [(node, call) for node in nodes if isinstance(node, ast.Call) and (call := _call(node))]
        if not calls:  # some need what is not installed with genarch
            continue
        module = import_module(f"genarch.{place}") if place != "__main__" else genarch
        named = {
            (node.value.lineno, node.value.col_offset): node.targets[0].id
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node, call in calls:
            try:
                found = eval(compile(ast.Expression(node.args[0]), "", "eval"), vars(module))  # noqa: S307
                flags = [eval(compile(ast.Expression(n), "", "eval"), vars(module)) for n in _flags(node, call)]  # noqa: S307
            except NameError:
                MADE[place] = MADE.get(place, 0) - 1
                continue
            if isinstance(found, bytes) or found == "":
                continue
            key = named.get((node.lineno, node.col_offset), "")
            name = f"{place}.{key or call}"
            anchored = CALL.get(call, key in ANCHORED or (bool(key) and _anchored(key, source)))
            yield name, re.compile(found, *flags), anchored


def _call(node: ast.Call) -> str:
    """Which function of `re` is called, or `fullmatch` for a form of text; empty for any other."""
    match node.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name) if name in (*CALL, "compile"):
            return name
        case ast.Name(id="text") if node.args and not isinstance(node.args[0], ast.Name):
            return "fullmatch"
    return ""


def _flags(node: ast.Call, call: str) -> list[ast.expr]:
    given = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
    at = {"compile": 1, "match": 2, "fullmatch": 2, "search": 2, "findall": 2, "finditer": 2}.get(call, 9)
    return given + (node.args[at : at + 1] if isinstance(node.func, ast.Attribute) else [])


def _anchored(key: str, source: str) -> bool:
    calls = re.findall(rf"\b{key}\.(\w+)\(", source)
    return bool(calls) and all(CALL.get(call, False) for call in calls)


def pumps(pattern: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """Beginnings and what may follow them again and again: the words of an expression, its marks, blanks."""
    words = re.findall(r"[a-z]{3,}", pattern.pattern)[:4]
    marks = sorted(set(re.sub(r"[\w\\()?^$|+*]", "", pattern.pattern)))[:10]
    return ["", *words[:3], *(f"{mark}{word}" for word in words[:1] for mark in marks[:3])], [
        " ",
        "a",
        "1",
        ".",
        *marks,
        *words[:2],
        "-a",
        ": ",
    ]


EXPRESSIONS = list(expressions())


@pytest.mark.parametrize(("name", "pattern", "anchored"), [pytest.param(*found, id=found[0]) for found in EXPRESSIONS])
def test_twice_the_text_takes_no_more_than_twice_the_steps(name: str, pattern: re.Pattern[str], anchored: bool) -> None:  # noqa: FBT001
    matcher = Matcher(pattern)
    beginnings, again = pumps(pattern)
    for beginning in beginnings:
        for pump in again:
            once, twice = (matcher.run(f"{beginning}{pump * size}\x01", anchored=anchored) for size in (24, 48))
            assert twice <= (4.6 if name in BOUNDED else 2.3) * once + 50, (name, beginning, pump, once, twice)


def test_every_expression_is_looked_at() -> None:
    assert set(MADE.values()) == {0}, "an expression that is made as it goes is not looked at; bound it, and count it"
    assert {name for name, *_ in EXPRESSIONS} >= BOUNDED.keys()


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("a+b", "aaab", True),
        (r"(?<!`)``++x", "```x", True),
        (r"\s*[:.]\s*$", "  : ", True),
        ("(?:a|b)*?c", "abac", True),
        ("[^a]", "a", False),
    ],
)
def test_the_matcher_agrees_with_python_s(expression: str, text: str, found: bool) -> None:  # noqa: FBT001
    matcher = Matcher(re.compile(expression))
    matcher.text = text
    ends = [next(matcher._all(matcher.tree, 0, at), None) for at in range(len(text) + 1)]
    assert any(end is not None for end in ends) is found is bool(re.search(expression, text))


@pytest.mark.parametrize("expression", ["``+x", r"[ \t]*\{?[ \t]*y", r"\W*(?:no)?\W*!", r"\s*[:.]\s*$", r"[\w-]+="])
def test_what_takes_longer_is_noticed(expression: str) -> None:
    with pytest.raises(AssertionError):
        test_twice_the_text_takes_no_more_than_twice_the_steps("", re.compile(expression), False)  # noqa: FBT003


@pytest.mark.parametrize("glob", ["*a*a*a*a*b", "*a*a*a*a*a*a*a*a*a*a*b", "*[ab]?*a*x", "*" * 9 + "a" * 9 + "*b"])
def test_a_name_takes_steps_in_proportion_to_its_length(glob: str) -> None:
    matcher = Matcher(_name(glob))
    once, twice, again = (matcher.run("a" * size, anchored=True) for size in (100, 200, 400))
    assert twice <= 2.1 * once
    assert again <= 2.1 * twice
