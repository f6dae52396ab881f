"""Spec files: what is kept, what is refused, and where."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
from errno import EBUSY, EPERM
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch import InputError, RuleTable, load_spec, parse_spec, validate_spec
from genarch.engine.answers import format_answer
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Value
from genarch.engine.forms import ID_PATTERN, NOT_IN_ID, NOT_IN_SLUG, SLUG_PATTERN
from genarch.engine.spec import Spec, Waiver
from genarch.files.io import MAX_BYTES, atomic_file, new_file, spec_files
from genarch.files.schemas import schema_of
from genarch.files.specs import default_id
from genarch.files.yaml_text import BLOCK_OF_TEXT
from strategies import answers, yaml_of

FULL = """\
version: 1
id: live-face-filter
title: Live face filter
constraints:
  task: style_transfer
  latency_budget_ms: 33
  conditioning: []
  control: unknown
  domain:
  serving: null
decision: gan
decided_with: article@1.0.0
waivers:
  - rule: decision-not-recommended
    reason: Distilled 4-step variant measured at 31 ms on the target phone.
    expires: 2027-03-31
    approved_by: "@ml-platform"
"""


def problems(text: str | bytes, tmp_path: Path, rules: RuleTable | None = None) -> list[str]:
    path = tmp_path / "s.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_spec(path, rules)
    return [str(problem).replace(f"{path}", "s") for problem in caught.value.problems]


def test_a_full_spec_is_read_whole() -> None:
    spec = parse_spec(FULL, path="x.yaml")
    assert spec.id == "live-face-filter"
    assert spec.title == "Live face filter"
    assert spec.constraints == {"task": "style_transfer", "conditioning": frozenset(), "latency_budget_ms": 33}
    assert spec.decision == "gan"
    assert spec.decided_with == "article@1.0.0"
    reason = "Distilled 4-step variant measured at 31 ms on the target phone."
    assert spec.waivers == (Waiver("decision-not-recommended", reason, "2027-03-31", "@ml-platform"),)
    assert spec.origin.path == "x.yaml"
    assert spec.origin.line == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/live-face.genarch.yaml", "live-face"),
        ("genarch.yaml", "genarch"),
        ("Große Idee (2).yml", "große-idee-2"),
        ("\u00dcberblick-\u00e9.md", "\u00fcberblick-\u00e9"),
        ("U\u0308berblick-e\u0301.md", "\u00fcberblick-\u00e9"),
        ("\u6c7a\u5b9a 7.md", "\u6c7a\u5b9a-7"),
        ("\u0420\u0435\u0448\u0435\u043d\u0438\u0435.md", "\u0440\u0435\u0448\u0435\u043d\u0438\u0435"),
        (
            "\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u0647.md",
            "\u06a9\u062a\u0627\u0628-\u062e\u0627\u0646\u0647",
        ),
        ("\u0939\u093f\u0928\u094d\u0926\u0940.md", "\u0939\u093f\u0928\u094d\u0926\u0940"),
        ("a\u202eb\u3164\u00d7\U0001f600c.md", "a-b-c"),
        ("….yaml", "spec"),
        ("<stdin>", "stdin"),
    ],
)
def test_the_id_defaults_to_the_stem(path: str, expected: str) -> None:
    assert default_id(path) == expected
    assert parse_spec(f"version: 1\nid: '{expected}'\n").id == expected


@given(st.text(st.characters(max_codepoint=127), max_size=110))
def test_of_ascii_the_short_patterns_of_an_id_take_the_same(word: str) -> None:
    assert bool(re.fullmatch(ID_PATTERN, word)) == bool(re.fullmatch(SLUG_PATTERN, word))
    assert re.sub(NOT_IN_ID, "-", word) == re.sub(NOT_IN_SLUG, "-", word)


def test_the_line_is_where_the_mapping_begins() -> None:
    assert parse_spec("# a comment\n\nversion: 1\n").origin.line == 3


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_the_carrier_does_not_change_the_spec_or_the_lines(tmp_path: Path, bom: bytes, end: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(bom + FULL.replace("\n", end).encode())
    assert load_spec(path)._replace(origin=parse_spec("version: 1").origin) == parse_spec(FULL)._replace(
        origin=parse_spec("version: 1").origin
    )
    assert problems(bom + f"version: 1{end}titel: x{end}".encode(), tmp_path) == [
        "s:2:1: 'titel' is not a key here; did you mean 'title'?"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["s:1:1: is empty"]),
        ("---\n", ["s:1:1: is empty"]),
        ("# nothing\n", ["s:1:1: is empty"]),
        ("- a\n", ["s:1:1: must be a mapping"]),
        ("text\n", ["s:1:1: must be a mapping"]),
        ("constraints: {}\n", ["s:1:1: version: is missing; write 'version: 1'"]),
        ("version: 2\n", ["s:1:10: version: '2' is not a format version"]),
        ('version: "1"\n', ["s:1:10: version: '1' is not a format version"]),
        ("version: [1]\n", ["s:1:10: version: must be a format version, not a list or a mapping"]),
        ("version: 1\nconstraints: 3\n", ["s:2:14: constraints: must be a mapping"]),
        ("version: 1\ntask: inpainting\n", ["s:2:1: 'task' is not a key here"]),
        (
            "version: 1\nconstraints:\n  training_images: {at_least: 5, below: x, abve: 3}\n  resolution_px: 9..5\n",
            [
                "s:3:41: constraints.training_images.below: 'x' is not a whole number",
                "s:3:44: constraints.training_images.abve: 'abve' is not an end of a range; did you mean 'above'?",
                "s:4:18: constraints.resolution_px: 9..5 begins above its end; write 5..9",
            ],
        ),
        (
            "version: 1\nconstraints:\n  resolution_px: {above: , below: [5]}\n  training_images: {above: 4, below: 5}\n",
            [
                "s:3:35: constraints.resolution_px.below: must be a number, not a list",
                "s:4:20: constraints.training_images: no whole number of at least 0 is in {above: 4, below: 5}",
            ],
        ),
        (
            "version: 1\nconstraints:\n  training_images: >5\n",
            [f"s:3:20: constraints.training_images: {BLOCK_OF_TEXT}"],
        ),
        ("version: 1\nconstraints:\n  training_images: >=5\n", [f"s:3:20: not YAML: {BLOCK_OF_TEXT}"]),
        ("version: 1\nid: No Slug\n", ["s:2:5: id: 'No Slug' is not a slug"]),
        ("version: 1\nid: [a]\n", ["s:2:5: id: must be text"]),
        ("version: 1\ndecision: Big Gan\n", ["s:2:11: decision: 'Big Gan' is not"]),
        ("version: 1\ndecided_with: article\n", ["s:2:15: decided_with: 'article' is not a table at a version"]),
        ("version: 1\nwaivers: x\n", ["s:2:10: waivers: must be a list"]),
        ("version: 1\nwaivers: [x]\n", ["s:2:11: waivers[0]: must be a mapping"]),
        (
            "version: 1\nwaivers:\n  - reson: x\n",
            [
                "s:3:5: waivers[0]: 'reson' is not a key here; did you mean 'reason'?",
                "s:3:5: waivers[0].rule: is missing",
                "s:3:5: waivers[0].reason: is missing",
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, expected: list[str], tmp_path: Path) -> None:
    found = problems(text, tmp_path)
    assert len(found) == len(expected)
    for problem, start in zip(found, expected, strict=True):
        assert problem.startswith(start)


@pytest.mark.parametrize("rule", ['""', '" "', "'\u200b'"])
def test_a_waiver_says_something(rule: str, tmp_path: Path) -> None:
    found = problems(f"version: 1\nwaivers:\n  - {{rule: {rule}, reason: {rule}}}\n", tmp_path)
    assert [problem.endswith("is empty; write a value") for problem in found] == [True, True]


@pytest.mark.parametrize("date", ["2023-14-05", "2026-02-30", "31/12/2026", "20270331", "2027-W01-1", "soon"])
def test_an_expiry_is_a_calendar_date(date: str, tmp_path: Path) -> None:
    text = f"version: 1\nwaivers:\n  - {{rule: a, reason: b, expires: {date}}}\n"
    assert problems(text, tmp_path)[0].endswith(f"'{date}' is not a calendar date; write it as 2027-03-31")


def test_a_decision_must_be_in_the_table_when_one_is_given(article: RuleTable, tmp_path: Path) -> None:
    text = "version: 1\ndecision: difusion\n"
    assert "did you mean 'diffusion'?" in problems(text, tmp_path, article)[0]
    assert parse_spec(text).decision == "difusion"
    for decision in ("gan", "hybrid", "few_step", "evaluate_both"):
        assert parse_spec(f"version: 1\ndecision: {decision}\n", rules=article).decision == decision
    assert parse_spec("version: 1\ndecision: consistency\n", rules=article).decision == "few_step"


def test_all_problems_come_in_one_go_in_the_order_of_the_text(tmp_path: Path) -> None:
    found = problems("version: 3\nconstraints:\n  tsk: x\n  domain: tiny\n  domain: broad\nextra: 1\n", tmp_path)
    assert [problem.split(": ")[0] for problem in found] == ["s:1:10", "s:3:3", "s:4:11", "s:5:3", "s:6:1"]


def test_hundreds_of_problems_are_cut_and_counted(tmp_path: Path) -> None:
    found = problems("version: 1\n" + "".join(f"k{n}: 1\n" for n in range(200)), tmp_path)
    assert len(found) == 51
    assert found[-1] == "s: and 150 more problems"


# Row 15: bytes that are not UTF-8


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("title: Größe\n".encode("latin-1"), "s: not UTF-8 at byte 9"),
        ("version: 1\n".encode("utf-16"), "s: not UTF-8 at byte 0 (it begins as UTF-16 does)"),
        ("version: 1\n".encode("utf-16-le"), "s:1:2: control character U+0000"),
        (b"version: 1\nid: a\x00\n", "s:2:6: control character U+0000"),
        (b"title: \xed\xa0\x80\n", "s: not UTF-8 at byte 7"),
        (bytes(range(256)), "s: not UTF-8 at byte 128"),
    ],
    ids=["latin-1", "utf-16", "utf-16-le", "nul", "surrogate", "binary"],
)
def test_what_is_not_utf_8_is_refused_at_its_byte(content: bytes, expected: str, tmp_path: Path) -> None:
    assert problems(content, tmp_path)[0].startswith(expected)


# Rows 16 and 18: files that are not to be read, or cannot be


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_spec(path)
    return str(caught.value.problems[0]).removeprefix(f"{path}: ")


def test_a_sparse_file_of_10_gb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(10 << 30)
    assert refused(path) == "larger than 1024 KiB; a file of that size is not read"


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("version: 1\n#" + "x" * (MAX_BYTES - 12))
    assert load_spec(path).constraints == {}
    path.write_text("version: 1\n#" + "x" * (MAX_BYTES - 11))
    assert refused(path).startswith("larger than")


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.yaml"
    os.mkfifo(fifo)
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket.yaml"))
    listener.close()
    assert refused(fifo) == "is not a regular file; name one"
    assert refused(folder) == "is a folder; name a file in it"
    assert refused(tmp_path / "socket.yaml") == "is not a regular file; name one"
    assert refused(Path("/dev/zero")) == "is not a regular file; name one"


def test_what_is_not_there_or_not_readable_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "missing.yaml") == "no such file"
    broken = tmp_path / "broken.yaml"
    broken.symlink_to("nowhere")
    assert refused(broken) == "no such file"
    assert "null" in refused(Path("a\0b"))
    closed = tmp_path / "closed.yaml"
    closed.write_text("version: 1\n")
    closed.chmod(0)
    if not os.access(closed, os.R_OK):  # root reads everything
        assert refused(closed) == "permission denied"


def test_a_folder_is_searched_by_name_and_links_are_not_followed(tmp_path: Path) -> None:
    for name in ("b.genarch.yaml", "a/genarch.yaml", "a/other.yaml", ".git/genarch.yaml", "node_modules/genarch.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("version: 1\n")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    expected = [str(tmp_path / "b.genarch.yaml"), str(tmp_path / "a/genarch.yaml")]
    assert list(spec_files([str(tmp_path)])) == expected
    assert list(spec_files([str(tmp_path / "a"), str(tmp_path), str(tmp_path / "b.genarch.yaml")])) == expected
    assert list(spec_files([str(tmp_path), str(tmp_path / ".git"), str(tmp_path / "a/other.yaml")])) == [
        *expected,
        str(tmp_path / ".git/genarch.yaml"),
        str(tmp_path / "a/other.yaml"),
    ]
    assert list(spec_files([str(tmp_path / "a/other.yaml"), "-", "missing"])) == [
        str(tmp_path / "a/other.yaml"),
        "-",
        "missing",
    ]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError), atomic_file(str(path)) as write:
        write("half")
        raise RuntimeError
    assert path.read_text() == "before"
    with atomic_file(str(path)) as write:
        write("after\n")
    assert path.read_text() == "after\n"
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 != 0 or os.umask(0o077) == 0o077
    assert os.listdir(tmp_path) == ["report.txt"]


def test_what_a_killed_run_left_is_removed_by_the_next_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    killed = "import os, sys; from genarch.files.io import atomic_file\nwith atomic_file(sys.argv[1]) as w: w('x'); os._exit(9)"
    subprocess.run([sys.executable, "-c", killed, str(tmp_path / "other.md")], check=False)
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".other.md.")
    (tmp_path / ".notes.genarch-partial").write_text("somebody's own")
    with atomic_file(str(tmp_path / "a.md")) as write, atomic_file(str(tmp_path / "b.md")) as other:
        write("a")
        other("b")
    assert sorted(os.listdir(tmp_path)) == [".notes.genarch-partial", "a.md", "b.md"]
    assert (tmp_path / "a.md").read_text() + (tmp_path / "b.md").read_text() == "ab"


@pytest.mark.parametrize(
    ("error", "why"), [(EBUSY, "it is a mount point"), (EPERM, "its folder takes no other file in its place")]
)
def test_what_cannot_be_replaced_is_written_over(
    error: int, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hindered(*_: object) -> None:
        raise OSError(error, "no")

    monkeypatch.setattr(os, "replace", hindered)
    path = tmp_path / "a.md"
    path.write_text("a longer text before")
    there, notes = path.stat().st_ino, list[str]()
    with atomic_file(str(path), note=notes.append) as write:
        write("after")
    assert (path.read_text(), path.stat().st_ino, os.listdir(tmp_path)) == ("after", there, ["a.md"])
    assert notes == [f"{path}: written in place, since {why}"]
    with pytest.raises(InputError, match="cannot be written: "), atomic_file(str(tmp_path / "new.md")) as write:
        write("nothing is there to write over")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, notes = tmp_path / "a.md", list[str]()
    path.write_text("before")
    os.chown(path, 4_321, 8_765)
    path.chmod(0o604)
    with atomic_file(str(path), note=notes.append) as write:
        write("after")
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (4_321, 8_765, 0o604)

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", refused)
    with atomic_file(str(path), before="after", note=notes.append) as write:
        write("again")
    assert (path.read_text(), path.stat().st_uid) == ("again", 4_321)
    assert notes == [f"{path}: written in place, since its owner or group is another"]


def test_what_has_changed_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("\ufeffone\r\n", newline="")
    with (
        pytest.raises(InputError, match="has changed since it was read"),
        atomic_file(str(path), before="one\r\n") as write,
    ):
        write("two")
    with atomic_file(str(path), before="\ufeffone\r\n") as write:
        write("two")
    path.unlink()
    with pytest.raises(InputError, match="no such file"), atomic_file(str(path), before="two") as write:
        write("three")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="cannot be written: no such folder"),
        atomic_file(str(tmp_path / "no/report.txt")),
    ):
        pass
    with pytest.raises(InputError, match="is a folder; name a file to write"), atomic_file(str(tmp_path)):
        pass


# The reader of text and the pydantic model of Python values come from one declaration, and agree


def as_python(stated: dict[str, Value]) -> dict[str, object]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in stated.items()}


@given(answers(with_ranges=True))
def test_text_and_python_give_the_same_spec(stated: dict[str, Value]) -> None:
    texts = {name: format_answer(value) for name, value in stated.items()}
    lines = "".join(
        f"  {name}: '{text}'\n" if text[0] == ">" else f"  {name}: {text}\n" for name, text in texts.items()
    )
    from_text = parse_spec(f"version: 1\nid: s\nconstraints:\n{lines or '  {}'}\n")
    from_python = validate_spec({"version": 1, "id": "s", "constraints": as_python(stated)})
    assert from_text.constraints == from_python.constraints == stated
    assert list(from_text.constraints) == list(from_python.constraints)


WRONG: st.SearchStrategy[object] = st.sampled_from(
    [
        "3",
        "33",
        "no",
        True,
        False,
        0,
        -1,
        1.5,
        float("nan"),
        float("inf"),
        [],
        ["x"],
        ["text", "text"],
        {},
        "<5",
        "5..1",
        {"at_least": 5, "below": 7},
        {"at_least": 7, "at_most": 5},
        {"below": "5"},
        "narrow",
        None,
    ]
)


@given(st.sampled_from(sorted(BY_NAME)), WRONG)
def test_text_and_python_refuse_the_same_values(name: str, value: object) -> None:
    def accepted(read: object) -> object:
        try:
            return read().constraints  # type: ignore[operator]
        except InputError:
            return "refused"

    text = f"version: 1\nconstraints:\n  {name}: {yaml_of(value)}\n"
    assert accepted(lambda: parse_spec(text)) == accepted(
        lambda: validate_spec({"version": 1, "constraints": {name: value}})
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"version": 1, "constraints": {"training_images": "3"}}, "<python>: constraints.training_images"),
        ({"version": 1, "constraints": {"training_images": True}}, "<python>: constraints.training_images"),
        ({"version": 1, "constraints": {"tsk": "x"}}, "did you mean 'task'?"),
        ({"version": 1, "constrains": {}}, "did you mean 'constraints'?"),
        ({"version": 1, "waivers": [{"rule": "a", "reason": "b", "expires": "2026-02-30"}]}, "not a calendar date"),
        ({"version": True}, "<python>: version"),
        ({}, "<python>: version"),
    ],
)
def test_python_values_are_refused_by_field(data: dict[str, object], expected: str) -> None:
    with pytest.raises(InputError) as caught:
        validate_spec(data)
    assert expected in str(caught.value)


def test_python_values_that_no_file_has_are_refused_and_no_bug() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    wrong: list[dict[Any, Any]] = [
        {"title": deep},
        {1: "a", "1": "b"},
        {"constraints": {1: 2}},
        {"constraints": {"1": {2}}},
    ]
    for stated in wrong:
        with pytest.raises(InputError):
            validate_spec({"version": 1} | stated)


def test_a_number_is_what_it_was() -> None:
    stated = 1000 / 30
    data = {"version": 1, "constraints": {"latency_budget_ms": stated, "resolution_px": 512}}
    assert validate_spec(data).constraints == {"latency_budget_ms": stated, "resolution_px": 512}
    assert parse_spec(f"version: 1\nconstraints: {{latency_budget_ms: {stated}}}").constraints == {
        "latency_budget_ms": stated
    }


def test_python_values_take_units_and_unknown_as_files_do() -> None:
    data = {"version": 1, "constraints": {"latency_budget_ms": "30fps", "task": "unknown", "conditioning": {"text"}}}
    assert validate_spec(data).constraints == {"conditioning": frozenset({"text"}), "latency_budget_ms": 1000 / 30}


# The JSON Schema accepts what the reader accepts

CHECK = jsonschema.Draft7Validator(schema_of(Spec))


def agrees(data: object) -> bool:
    """Whether the reader accepts it, as the schema does or does not."""
    try:
        parse_spec(yaml_of(data))
        accepted = True
    except InputError:
        accepted = False
    assert CHECK.is_valid(data) is accepted, data
    return accepted


@pytest.mark.parametrize(
    ("stated", "accepted"),
    [
        ({"id": "a-slug"}, True), ({"id": "A"}, False), ({"id": ""}, False), ({"id": 12}, True), ({"id": -1}, False),
        ({"id": "unknown"}, True), ({"id": None}, True), ({"id": ["a"]}, False),
        ({"title": 2026}, True), ({"title": ""}, True), ({"title": True}, True), ({"title": {}}, False),
        ({"model": "sd-turbo"}, True), ({"model": "nope"}, False), ({"model": "unknown"}, True),
        ({"decided_with": "article@1.0.0"}, True), ({"decided_with": "article"}, False),
        ({"decision": "gan"}, True), ({"decision": "Gan"}, False), ({"decision": 3}, False),
        ({"constraints": "unknown"}, True), ({"constraints": None}, True), ({"constraints": []}, False),
        ({"constraints": {"latency_budget_ms": "0ms"}}, False), ({"constraints": {"latency_budget_ms": "0.0 s"}}, False),
        ({"constraints": {"latency_budget_ms": "0.5ms"}}, True), ({"constraints": {"latency_budget_ms": "30 fps"}}, True),
        ({"constraints": {"latency_budget_ms": "-5ms"}}, False), ({"constraints": {"latency_budget_ms": "5"}}, False),
        ({"constraints": {"latency_budget_ms": 10**15}}, False), ({"constraints": {"training_images": 10**15}}, False),
        ({"constraints": {"training_images": "<1000"}}, True), ({"constraints": {"training_images": ">= 5"}}, True),
        ({"constraints": {"training_images": "5..9"}}, True), ({"constraints": {"training_images": "5..9.5"}}, False),
        ({"constraints": {"training_images": "<0"}}, False), ({"constraints": {"training_images": "<=0"}}, True),
        ({"constraints": {"resolution_px": "<1"}}, False), ({"constraints": {"resolution_px": "<2 px"}}, True),
        ({"constraints": {"device_memory_gb": "<0"}}, False), ({"constraints": {"device_memory_gb": ">0"}}, True),
        ({"constraints": {"device_memory_gb": "<2 GB"}}, True), ({"constraints": {"device_memory_gb": "<2 MB"}}, False),
        ({"constraints": {"latency_budget_ms": ">5s"}}, True), ({"constraints": {"latency_budget_ms": "1s..3 s"}}, True),
        ({"constraints": {"latency_budget_ms": "<>5"}}, False), ({"constraints": {"latency_budget_ms": "=5"}}, False),
        ({"constraints": {"latency_budget_ms": {"at_least": "1s", "below": 3000}}}, True),
        ({"constraints": {"latency_budget_ms": "1..3s"}}, False), ({"constraints": {"device_memory_gb": "1..3 GB"}}, True),
        ({"constraints": {"latency_budget_ms": {"at_least": 1, "below": 3.5}}}, True),
        ({"constraints": {"latency_budget_ms": {"at_least": 1, "at_most": None}}}, True),
        ({"constraints": {"latency_budget_ms": {"at_least": 1, "above": 0}}}, False),
        ({"constraints": {"latency_budget_ms": {"below": "3"}}}, False), ({"constraints": {"latency_budget_ms": {}}}, False),
        ({"constraints": {"training_images": "{below: 5}"}}, False), ({"constraints": {"training_images": {"until": 5}}}, False),
        ({"constraints": {"gpu": 4090}}, True), ({"constraints": {"gpu": "4090"}}, True), ({"constraints": {"gpu": 4091}}, True),
        ({"constraints": {"gpu": "RX 6800"}}, True), ({"constraints": {"gpu": "yes"}}, False), ({"constraints": {"gpu": True}}, False),
        ({"constraints": {"gpu": "a: b"}}, False), ({"constraints": {"gpu": -1}}, False), ({"constraints": {"gpu": ["t4"]}}, False),
        ({"waivers": [{"rule": "x", "reason": "y", "expires": "2028-02-29"}]}, True),
        ({"waivers": [{"rule": "x", "reason": "y", "expires": "2027-02-29"}]}, False),
        ({"waivers": [{"rule": "x", "reason": "y", "expires": "never"}]}, False),
        ({"waivers": [{"rule": "x", "reason": "y", "approved_by": 5}]}, True),
        ({"waivers": [{"rule": "x", "reason": " "}]}, False), ({"waivers": [{"rule": "x"}]}, False),
        ({"waivers": "unknown"}, True), ({"waivers": {}}, False), ({"document": "a.md", "title": "t"}, True),
        ({"version": 2}, False), ({"version": "1"}, False), ({"version": True}, False), ({"origin": "x"}, False),
    ],
)  # fmt: skip
def test_the_schema_and_the_reader_agree(stated: dict[str, object], accepted: bool) -> None:  # noqa: FBT001
    assert agrees({"version": 1, **stated}) is accepted


SCALARS: st.SearchStrategy[object] = st.one_of(
    st.sampled_from([None, True, False, -1, 0, 1, 33, 4090, 10**15, 0.5, 1e3, -0.5]),
    st.sampled_from(["unknown", "gan", "A", "a b", "", " ", "article@1", "sd-turbo", "33ms", "0s", "1.5 s", "33"]),
    st.sampled_from(["<5", "<0", "<1", ">0", ">=0", "<=1.5", "1..3", "1ms..2s", "<1 GB", "..5", ">", ">5ms"]),
)
DAYS = st.one_of(st.dates(), st.tuples(*[st.integers(0, 35)] * 3)).map(
    lambda day: "{:04}-{:02}-{:02}".format(*day) if isinstance(day, tuple) else day.isoformat()
)
WAIVERS = st.fixed_dictionaries(
    {"rule": SCALARS}, optional={"reason": SCALARS, "expires": st.one_of(DAYS, SCALARS), "approved_by": SCALARS}
)
NAMES_AND_SCALARS = st.sampled_from(CONSTRAINTS).flatmap(
    lambda constraint: st.tuples(
        st.just(constraint.name),
        st.one_of(
            SCALARS,
            st.sampled_from([*constraint.values, "x"]),
            st.lists(st.sampled_from([*constraint.values, "x", 1]), max_size=2),
        ),
    )
)
SPECS = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 1, 1, 1, 2])},
    optional={
        **dict.fromkeys(("id", "title", "document", "decision", "model", "decided_with", "x"), SCALARS),
        "constraints": st.one_of(SCALARS, st.lists(NAMES_AND_SCALARS, max_size=2).map(dict)),
        "waivers": st.one_of(SCALARS, st.lists(st.one_of(SCALARS, WAIVERS), max_size=2)),
    },
)


@given(SPECS)
def test_the_schema_accepts_what_the_reader_accepts(data: dict[str, object]) -> None:
    agrees(data)


CYCLE: dict[str, Any] = {"version": 1}
CYCLE["constraints"] = CYCLE


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        CYCLE,
        {"version": 10**5_000},
        {"version": 1, "title": "\ud800"},
        {"version": 1, "constraints": {"task": "\udfff"}},
        {"version": 1, "constraints": {"latency_budget_ms": -(10**5_000)}},
        {1: 2},
    ],
    ids=range(8),
)
def test_values_from_python_that_are_no_spec_are_an_input_error(data: Any) -> None:
    with pytest.raises(InputError):
        validate_spec(data)


@pytest.mark.parametrize("link", [os.link, Mock(side_effect=OSError("no hard links here"))], ids=["links", "none"])
def test_a_new_file_takes_no_other_s_place(link: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.link", link)
    (tmp_path / "link.yaml").symlink_to("new.yaml")
    with pytest.raises(InputError, match=r"link\.yaml: exists already, and is not overwritten"):
        new_file(str(tmp_path / "link.yaml"), "one")
    new_file(str(tmp_path / "new.yaml"), "one")
    with pytest.raises(InputError, match=r"new\.yaml: exists already"):
        new_file(str(tmp_path / "new.yaml"), "two")
    with pytest.raises(InputError, match="cannot be written: no such folder"):
        new_file(str(tmp_path / "no" / "new.yaml"), "two")
    assert (tmp_path / "new.yaml").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "new.yaml"]
