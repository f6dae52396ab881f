"""Declarations: what is read by them, what is refused and where, and that their JSON Schemas accept the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.engine.conditions import ALWAYS, Condition, Predicate
from genarch.engine.constraints import Answers
from genarch.engine.forms import HIDDEN, OPEN, Mark, Scalar, ShownText, format_version, number, text, whole
from genarch.errors import InputError
from genarch.files.records import Record, read_record
from genarch.files.schemas import DRAFT, model_of, schema_of
from genarch.files.yaml_text import Document, Items, parse
from strategies import yaml_of

NAME = text(r"[a-z]+", "a name; write small letters", most=10)
SLUG = text(r"[a-z0-9]+", "a slug")


class Part(NamedTuple):
    """A part of it."""

    id: Annotated[str, NAME]
    """What it is called."""
    amount: Annotated[float, number(above=0, below=1000)]
    note: ShownText | None = None


class Whole_(NamedTuple):  # noqa: N801  (shows that a name's underscore does not matter)
    """A format with a field of each kind."""

    format: Annotated[int, format_version(1, "format")]
    name: Annotated[str, NAME, Mark(needed="give it one")]
    for_: Annotated[Mapping[Annotated[str, NAME], Literal["weak", "strong"]], Mark()] = {}
    parts: Annotated[tuple[Part, ...], Mark(least=1)] = ()
    words: tuple[str, ...] = ()
    number: Annotated[int | None, whole(1, 99)] = None
    own: bool = False
    slug: Annotated[str, SLUG, OPEN, Mark(absent="from-elsewhere")] = ""
    title: Annotated[str, OPEN] = ""
    answers: Annotated[Answers, Mark(own="Constraints")] = {}  # noqa: RUF012  (nobody changes it)
    when: Annotated[Condition, Mark(own="Condition")] = ALWAYS
    place: Annotated[str, HIDDEN] = "nowhere"


SMALL = "format: 1\nname: x\n"


def read(text: str) -> Whole_:
    document = Document(text, "t")
    record = Record(document, parse(document) or Scalar("", plain=True, at=0), Whole_)
    document.check()
    return record.value


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_what_is_left_out_has_its_default() -> None:
    assert read(SMALL) == Whole_(1, "x", slug="from-elsewhere")


def test_every_kind_is_read() -> None:
    found = read(
        "format: 1\nname: 'x'\nfor: {a: weak}\nparts: [{id: p, amount: 1.5, note: ' n '}]\nwords: [1, two]\nnumber: 3\n"
        "own: true\nslug: 12\ntitle: 2026\nanswers: {domain: narrow}\nwhen: {domain: broad}\n"
    )
    assert found == Whole_(
        1, "x", {"a": "weak"}, (Part("p", 1.5, "n"),), ("1", "two"), 3, True,  # noqa: FBT003
        "12", "2026", {"domain": "narrow"},
        Predicate("domain", "is", ("broad",)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["t:1:1: is empty; write a value"]),
        ("[]", ["t:1:1: must be a mapping with format and name"]),
        ("x: 1", [
            "t:1:1: 'x' is not a key here; write one of: format, name, for, parts, words, number, own, slug, title, answers, when",
            "t:1:1: format: is missing; write 'format: 1'", "t:1:1: name: is missing; give it one",
        ]),
        ("format: '1'\nname: x", ["t:1:9: format: '1' is not a format version that this genarch reads; write 1 without quotation marks"]),
        ("format: 2\nname: x", ["t:1:9: format: '2' is not a format version that this genarch reads; write 1"]),
        ("format: [1]\nname: x", ["t:1:9: format: must be a format version, not a list or a mapping"]),
        ("format: 1\nname:", ["t:2:6: name: is empty; write a value"]),
        ("format: 1\nname: X", ["t:2:7: name: 'X' is not a name; write small letters"]),
        ("format: 1\nname: abcdefghijkl", ["t:2:7: name: has more than 10 characters; shorten it"]),
        ("format: 1\nname: {a: b}", ["t:2:7: name: must be text, not a list or a mapping"]),
        (f"{SMALL}for: [a]", ["t:3:6: for: must be a mapping"]),
        (f"{SMALL}for: {{a: mild}}", ["t:3:10: for.a: must be one of: weak or strong"]),
        (f"{SMALL}for: {{A: weak}}", ["t:3:7: for.A: 'A' is not a name; write small letters"]),
        (f"{SMALL}parts: x", ["t:3:8: parts: must be a list; begin each with '- id: …'"]),
        (f"{SMALL}parts:", ["t:3:7: parts: is empty; write a value"]),
        (f"{SMALL}parts: []", ["t:3:8: parts: is empty; name at least one"]),
        (f"{SMALL}parts: [x]", ["t:3:9: parts[0]: must be a mapping with id and amount"]),
        (f"{SMALL}parts: [{{id: p, amount: 0}}]", ["t:3:25: parts[p].amount: must be greater than 0"]),
        (f"{SMALL}parts: [{{id: p, amount: 1000}}]", ["t:3:25: parts[p].amount: must be less than 1000"]),
        (f"{SMALL}parts: [{{id: p, amount: 1e3}}]", ["t:3:25: parts[p].amount: must be a number; write it in plain decimals, without quotation marks"]),
        (f"{SMALL}parts: [{{id: p, amount: 1, note: ' '}}]", ["t:3:34: parts[p].note: is empty; write a value"]),
        (f"{SMALL}words: a", ['t:3:8: words: must be a list; write ["a", "b"]']),
        (f"{SMALL}words: [[a]]", ["t:3:9: words[0]: must be text, not a list or a mapping"]),
        (f"{SMALL}number: 0", ["t:3:9: number: must be a whole number from 1 to 99"]),
        (f"{SMALL}number: '3'", ["t:3:9: number: must be a whole number; write it in plain digits, without quotation marks"]),
        (f"{SMALL}own: yes", ["t:3:6: own: must be true or false, without quotation marks"]),
        (f"{SMALL}slug: A", ["t:3:7: slug: 'A' is not a slug"]),
        (f"{SMALL}place: here", ["t:3:1: 'place' is not a key here; write one of: format, name, for, parts, words, number, own, slug, title, answers, when"]),
        (f"{SMALL}answers: {{domian: narrow}}", ["t:3:11: answers: 'domian' is not a key here; did you mean 'domain'?"]),
        (f"{SMALL}when: {{domain: tiny}}", ["t:3:16: when.domain: 'tiny' is not a choice here; write narrow, broad, or unknown"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_a_file_is_read_with_the_places_of_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(f"{SMALL}parts:\n- {{id: p, amount: 1}}\n")
    record = read_record(str(path), Whole_)
    assert record.content == path.read_bytes()
    assert record.place(("parts", 0, "amount"))[:3] == (str(path), 4, 19)
    assert record.place(("parts", 0, "note"))[1:3] == (4, 3), "what is not there stands where its parent is"
    assert (record.has(("parts", 0)), record.has(("parts", 1))) == (True, False)
    record.report(("parts", 0, "amount"), "is too small")
    assert [str(problem) for problem in record.document.problems] == [f"{path}:4:19: parts[p].amount: is too small"]
    path.write_text("[]")
    with pytest.raises(InputError, match="must be a mapping; write more"):
        read_record(str(path), Whole_, lambda root: "must be a mapping; write more" if isinstance(root, Items) else "")


def test_a_schema_describes_every_field() -> None:
    schema = schema_of(Whole_)
    jsonschema.Draft7Validator.check_schema(schema)
    assert (schema["$schema"], schema["description"]) == (DRAFT, "A format with a field of each kind.")
    assert schema["required"] == ["format", "name"]
    assert "for" in schema["properties"]
    assert "place" not in schema["properties"]
    assert schema["definitions"]["Part"]["properties"]["id"]["description"] == "What it is called."
    assert schema["definitions"]["Part"]["additionalProperties"] is False


def test_a_list_and_a_union_have_schemas_too() -> None:
    assert schema_of(tuple[Part, ...])["items"] == {"$ref": "#/definitions/Part"}
    assert len(schema_of(Part | Output, "output")["anyOf"]) == 2


class Output(NamedTuple):
    """What is written."""

    for_: Mapping[str, int]
    band: tuple[float, float]
    members: frozenset[str]
    part: Part | None
    more: str | None = None


def test_what_is_written_has_a_closed_model_and_schema() -> None:
    check = jsonschema.Draft7Validator(schema_of(Output, "output"))
    good: dict[str, Any] = {
        "for": {"a": 1},
        "band": [1, 2.5],
        "members": ["x"],
        "more": None,
        "part": {"id": "A b", "amount": -1.5, "note": None},
    }
    check.validate(good)
    model_of(Output).model_validate(good, strict=True)
    for wrong in (
        {"band": [1]},
        {"for": {"a": "1"}},
        {"members": "x"},
        {"other": 1},
        {"part": {"id": "a"}},
        {"part": 3},
    ):
        assert not check.is_valid(good | wrong)


SCALARS: st.SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 120), st.sampled_from([0.5, 1.5, 1e3, -0.5]),
    st.sampled_from(["x", "X", "weak", "12", "", " ", "unknown", "abcdefghijkl", "true", "\u200b"]),
)  # fmt: skip
PARTS = st.fixed_dictionaries({"id": SCALARS, "amount": SCALARS}, optional={"note": SCALARS, "x": SCALARS})
FILES = st.fixed_dictionaries(
    {"format": st.sampled_from([1, 1, 1, 2, True, "1"]), "name": st.one_of(st.just("x"), SCALARS)},
    optional={
        "for": st.one_of(SCALARS, st.dictionaries(st.sampled_from(["a", "B"]), SCALARS)),
        "parts": st.one_of(SCALARS, st.lists(st.one_of(SCALARS, PARTS), max_size=2)),
        "words": st.one_of(SCALARS, st.lists(SCALARS, max_size=2)),
        "number": SCALARS,
        "own": SCALARS,
        "slug": SCALARS,
        "title": SCALARS,
        "other": SCALARS,
    },
)


@given(FILES)
def test_the_schema_accepts_what_the_reader_accepts(data: dict[str, object]) -> None:
    document = Document(yaml_of(data), "t")
    root = parse(document)
    assert root is not None
    Record(document, root, Whole_)
    assert (not document.problems) == CHECK.is_valid(data), document.problems


CHECK = jsonschema.Draft7Validator(schema_of(Whole_))
