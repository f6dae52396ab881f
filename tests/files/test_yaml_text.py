"""Hostile and odd YAML, one case each: a located refusal at once, never a traceback."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch import parse_spec
from genarch.engine.forms import Scalar
from genarch.errors import InputError
from genarch.files import yaml_text
from genarch.files.yaml_text import MAX_DEPTH, Document, Fields, Items, Node, nodes_of, parse


def refused(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(Document(text, "f"))
    return [str(problem) for problem in caught.value.problems]


BILLION = "a: &a [x,x,x]\n" + "".join(
    f"{c}: &{c} [*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 1 anchors and aliases
        (BILLION, "f:1:4: anchors and aliases are not allowed"),
        ("a: 1\nb: *x\n", "f:2:4: anchors and aliases are not allowed"),
        ("&a [*a]", "f:1:1: anchors and aliases are not allowed"),
        # 2 merge keys
        ("a: 1\n<<: {b: 2}\n", "f:2:1: merge keys are not allowed"),
        # 3 nesting
        ("[" * 1_000_000, f"f:1:33: nested deeper than {MAX_DEPTH}"),
        ("- " * 200_000, f"f:1:65: nested deeper than {MAX_DEPTH}"),
        ("? " * 100_000, f"f:1:65: nested deeper than {MAX_DEPTH}"),
        ("".join(" " * depth + "a:\n" for depth in range(1000)), f"f:33:33: nested deeper than {MAX_DEPTH}"),
        # 10 tags, directives, documents
        ('a: !!python/object/apply:os.system ["x"]\n', "f:1:4: tags (!…) are not allowed"),
        ("a: !x 1\n", "f:1:4: tags (!…) are not allowed"),
        ("%YAML 1.1\n---\na: 1\n", "f:1:1: directives (%YAML, %TAG) are not allowed"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here"),
        # 11 what is not YAML
        ("a:\n\tb: 1\n", "f:2:1: not YAML: a tab cannot indent"),
        ('a: 1\nb: "x\nc: 2\n', "f:2:4: not YAML: the quotation mark that opens here is never closed"),
        ("a: {{ template }}\n", "f:1:5: a key must be text, not a list or a mapping; a template?"),
        ("c: 1\nkey:value\n", "f:2:1: not YAML: expected 'key: value'; is a space missing"),
        ("a: b: c\n", "f:1:5: not YAML: unexpected ':'"),
        ("a: 1\n  b: 2\n", "f:2:4: not YAML: unexpected ':'"),
        ("a: `x`\n", "f:1:4: not YAML: a value cannot begin with '`'"),
        ("a: @x\n", "f:1:4: not YAML: a value cannot begin with '@'"),
        ("{a: 1", "f:1:6: not YAML: expected ',' or '}'"),
        ("? [a]\n: b\n", "f:1:3: a key must be text"),
        # 15 what is not text
        ("a: x\x00y\n", "f:1:5: control character U+0000"),
        ("a: 1 # b\u2028c: 2\n", "f:1:9: U+2028 ends a line in YAML, and in no editor"),
        ("a: 1 # b\u2029c: 2\n", "f:1:9: U+2029 ends"),
        ('a: "x\x85y"\n', "f:1:6: U+0085 ends"),
        ("a: 1\nb: \x1b[31m\n", "f:2:4: control character U+001B"),
        # length
        ("[" + "a," * 5000 + "]", "more than 5000 parts"),
        ("{" + "a," * 5000 + "}", "more than 5000 parts"),
    ],
)
def test_what_data_does_not_need_is_refused_where_it_stands(text: str, expected: str) -> None:
    assert any(problem.startswith(expected) or expected in problem for problem in refused(text))


def test_every_kind_of_refusal_is_told_in_one_go() -> None:
    problems = refused("a: &x 1\nb: !y 2\n<<: {c: 3}\n")
    assert [problem.split(": ")[0] for problem in problems] == ["f:1:4", "f:2:4", "f:3:1"]


@pytest.mark.parametrize("second", ["a", '"a"', "'a'"])
@pytest.mark.parametrize("value", ["1", "2"])
def test_a_duplicate_key_names_both_lines(second: str, value: str) -> None:
    document = Document(f"a: 1\nb: 2\n{second}: {value}\n", "f")
    parse(document)
    assert [str(problem) for problem in document.problems] == ["f:3:1: a: is a duplicate of line 1; keep one"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("final", [True, False])
def test_lines_are_those_of_an_editor(end: str, *, final: bool) -> None:
    text = end.join(["# one", "a: 1", "b: !x 2"]) + (end if final else "")
    assert refused(text) == ["f:3:4: tags (!…) are not allowed; the field says the type"]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"], ids=ascii)
def test_only_line_feeds_and_carriage_returns_end_a_line(separator: str) -> None:
    document = Document(f"a: 'x{separator}y'\nb: 2\n", "f")
    assert document.position(document.text.index("b:")) == (2, 1)


def test_mixed_line_ends_count_once_each() -> None:
    document = Document("a\r\nb\rc\nd", "f")
    assert [document.position(at) for at in (0, 3, 5, 7)] == [(1, 1), (2, 1), (3, 1), (4, 1)]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n"])
def test_a_text_without_a_node_is_none(text: str) -> None:
    assert parse(Document(text, "f")) is None


def test_a_long_line_is_read() -> None:
    node = parse(Document(f'a: "{"x" * 700_000}"\n', "f"))
    assert isinstance(node, Fields)


SCALARS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=8)


@st.composite
def nodes(draw: st.DrawFn, depth: int = 3) -> object:
    kind = draw(st.sampled_from(("scalar", "list", "mapping"))) if depth else "scalar"
    if kind == "list":
        return draw(st.lists(nodes(depth - 1), max_size=3))
    if kind == "mapping":
        return draw(st.dictionaries(SCALARS, nodes(depth - 1), max_size=3))
    return draw(SCALARS)


def written(value: object) -> str:
    """Flow YAML with every scalar in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return '"' + "".join(f"\\U{ord(character):08x}" for character in str(value)) + '"'


def read(node: Node | None) -> object:
    match node:
        case Fields(entries):
            return {key.text: read(value) for key, value in entries}
        case Items(items):
            return [read(item) for item in items]
        case Scalar(text):
            return text
    return None


@given(nodes())
def test_what_is_written_is_read(value: object) -> None:
    assert read(parse(Document(written(value), "f"))) == value


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"%@`#,? \n\t~.0"), max_size=60))
def test_any_text_gives_a_node_or_a_located_problem(text: str) -> None:
    document = Document(text, "f")
    try:
        parse(document)
    except InputError as error:
        assert error.problems
        assert all(problem.line and problem.column for problem in error.problems)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"%TAG !{n}! x\n" for n in range(60_000)) + "--- a",
        "a: 1\n...\n" + "".join(f"%TAG !{n}! x\n" for n in range(60_000)) + "--- a",
        "&a [" * 20_000,
        "version: 1\nconstraints:\n  latency_budget_ms: " + "\ufdfa" * 300_000,
        "\n".join(f"{''.join(p)}: 1" for p in list(permutations("abcdefg"))[:2400]),
    ],
    ids=["directives", "later directives", "anchors", "ligatures", "anagrams"],
)
def test_hostile_texts_are_answered_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(InputError):
        parse_spec(text)
    assert time.process_time() - began < 5  # a fence against quadratic time, which takes minutes, and no benchmark


@pytest.mark.parametrize(
    ("text", "place"), [("a: 1\nb: x\x80y\n", (2, 5)), ("\ufeffa: 1\n", (1, 1)), ("a: \ufffe\n", (1, 4))], ids=ascii
)
def test_characters_that_yaml_has_not_are_told_where_they_stand(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        parse(Document(text, "f"))
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == place


def test_what_holds_itself_is_cut_off_and_what_holds_itself_often_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    chain: list[object] = []
    chain.append(chain)
    assert nodes_of(chain) != nodes_of([])
    often: dict[str, object] = {}
    often.update(dict.fromkeys("abcdefgh", often))
    monkeypatch.setattr(yaml_text, "MAX_NODES", 1_000)
    for value in (often, {"constraints": often}, [[often], {"a": often}]):
        with pytest.raises(InputError, match="holds more than 1,000 values; is it part of itself"):
            nodes_of(value)
    assert isinstance(nodes_of(list(range(900))), Items)
