"""Tables in files: what they may hold, what is refused and of which file, and what is written."""

from __future__ import annotations

import gzip
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from command_line import run
from genarch.columns import files
from genarch.errors import InputError


def read(path: Path | str, stream: bytes = b"") -> list[dict[str, Any]]:
    with files.opened(str(path), io.BytesIO(stream), lambda _: True) as source:
        return [row for batch in source.batches for row in batch.to_pylist()]


def write(path: Path, *batches: Any) -> None:
    with files.written(str(path), files.format_of(str(path)), io.BytesIO()) as add:
        for batch in batches:
            add(pa.record_batch(batch))


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'\xef\xbb\xbf"task",x\r\na,"1 ""q"", 2"\r\n', [{"task": "a", "x": '1 "q", 2'}]),
        (b"task,x\n\na,\n", [{"task": "a", "x": None}]),
        (b"task,x\n", []),
        (b'task,x\na,5" tall\n"b","""c"""\n', [{"task": "a", "x": '5" tall'}, {"task": "b", "x": '"c"'}]),
        (b'{"a": 1}\n\n{"b": [1]}', [{"a": 1, "b": None}, {"a": None, "b": [1]}]),
        (b'{"a": 123456789012345678901234}', [{"a": "123456789012345678901234"}]),
        (b'{"a": {"b": 1}}\n{"a": "x"}', [{"a": '{"b": 1}'}, {"a": "x"}]),
    ],
)
def test_what_text_may_hold(content: bytes, rows: list[dict[str, Any]]) -> None:
    assert read("-", content) == rows


def test_lines_within_quotes() -> None:
    """Also where what is read at once ends within them."""
    rows = read("-", b'task,"x\ny"\n' + b'a,"b\nc"\n' * 300_000)
    assert len(rows) == 300_000
    assert all(row == {"task": "a", "x\ny": "b\nc"} for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"task,x,task\n", "has the column 'task' twice; rename one"),
        ("a.csv", b"priorities,priorities.speed\n", "priorities and priorities.speed state the same constraint; leave"),
        ("a.csv", b"task\ra\r", "ends its lines with carriage returns alone; save it with line feeds"),
        ("a.csv", "task\n".encode("utf-16"), "not UTF-8 at byte 0 (it begins as UTF-16 does); save it as UTF-8"),
        ("a.csv", b"task,\xff\n", "not UTF-8 at byte 5; save it as UTF-8"),
        ("a.csv", b"task\n\xff\n", "row 1 is not UTF-8; save the table as UTF-8"),
        ("a.csv", b"task,x\na\n", "row 1: 1 values for 2 columns: a"),
        ("a.csv", b"task,x\na,b\n\na,b,c\n", "row 2: 3 values for 2 columns: a,b,c"),
        ("a.csv", b'task,x\n"a",b\na,"b\na,b\n', "row 2 has a quote that is not closed; close it"),
        ("a.csv", b'"task",x\n"a""b",b\na,""""\nb,"a,"",\n', "row 3 has a quote that is not closed; close it"),
        ("a.csv", gzip.compress(b"task\n", mtime=0), "is compressed; unpack it first, as gunzip does"),
        ("a.arrow", gzip.compress(b"task\n", mtime=0), "is compressed; unpack it first, as gunzip does"),
        ("a.arrow", b"task\n", "is not an Arrow table, or is damaged"),
        ("a.arrow", b"", "is empty; name a column for each constraint"),
        ("a.parquet", b"", "is empty; name a column for each constraint"),
        ("a.jsonl", b'{"a": 1, "a": 2}', "line 1 is not valid JSON: 'a' is a duplicate key"),
        ("a.jsonl", b'{"a": "\\ud800"}', "line 1 is not valid JSON: "),
        ("a.jsonl", b'{"a": ' + b"[" * 100_000, "line 1 is not valid JSON: "),
        ("a.jsonl", b"1", "line 1 is not an object"),
        ("a.jsonl", b'[{"a": 1}]', "line 1 is an array; write a line for each object, as jq -c '.[]' does"),
        ("a.parquet", b"PAR1", "Parquet file size is 4 bytes"),
        ("a.arrow", b"ARROW1", "rrow"),
    ],
)
def test_what_is_refused_of_the_file(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(path)
    assert message in str(refused.value)
    assert refused.value.problems[0].path == str(path)


def test_columns_that_are_there_twice_and_folders(tmp_path: Path) -> None:
    parquet.write_table(pa.table([pa.array(["a"])] * 2, names=["task", "task"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="has the column 'task' twice"):
        read(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").mkdir()
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        read(tmp_path / "b.parquet")


def test_a_name_that_first_comes_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is passed over because of where it stands."""
    monkeypatch.setattr(files, "ROWS", 2)
    with pytest.raises(InputError, match="line 4 has 'b', no line before 2 has it; write it on the first line, as nu"):
        read("-", b'{"a": 1}\n{"a": 1}\n\n{"b": 1}\n')


@pytest.mark.parametrize("values", [["a", None, "b"], [None, None], [1.5, None, 2.5], [["a"], None, []]])
def test_a_column_alone_keeps_its_rows(tmp_path: Path, values: list[Any]) -> None:
    """Of CSV, whose readers skip empty lines."""
    write(tmp_path / "a.csv", {"x": pa.array(values)})
    assert "" not in (tmp_path / "a.csv").read_text().splitlines()
    assert [row["x"] is None for row in read(tmp_path / "a.csv")] == [not value for value in values]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.arrow"])
def test_a_table_without_rows_has_its_columns(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, {"task": pa.array([], pa.string())})
    if name != "a.jsonl":
        with files.opened(str(tmp_path / name), io.BytesIO(), lambda _: True) as source:
            assert ([*source.names], [batch.num_rows for batch in source.batches]) == (["task"], [0])


def test_what_is_carried_along_is_written_as_the_format_can(tmp_path: Path) -> None:
    columns = {
        "day": pa.array([date(2026, 1, 2), None]),
        "at": pa.array([1, None], pa.timestamp("ns")),
        "number": pa.array([float("nan"), float("inf")]),
        "other": pa.array([[1, None], None]),
        "within": pa.array([[float("nan"), 1.5], None]),
        "lasted": pa.array([1_500_000_001, None], pa.duration("ns")),
        "view": pa.array(["a", None], pa.string_view()),
        "priorities": pa.array([[], ["speed", "cost"]], pa.large_list(pa.string())),
    }
    write(tmp_path / "a.jsonl", columns)
    first, _ = (json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines())
    assert first == {
        "day": "2026-01-02", "at": "1970-01-01 00:00:00.000000001", "number": None, "other": [1, None], "within": [None, 1.5],
        "lasted": "0:00:01.500000", "view": "a", "priorities": []
    }  # fmt: skip
    write(tmp_path / "a.csv", columns)
    assert (tmp_path / "a.csv").read_text().splitlines() == [
        '"day","at","number","other","within","lasted","view","priorities"',
        '2026-01-02,1970-01-01 00:00:00.000000001,nan,"1|","nan|1.5",1500000001,"a","none"',
        ',,inf,,,,,"speed|cost"',
    ]


@pytest.mark.parametrize(
    ("name", "column", "message"),
    [
        (
            "a.csv",
            pa.array([{"a": 1}]),
            "x: is of type struct<a: int64>, which CSV cannot have; leave it out of --keep",
        ),
        ("a.csv", pa.array([[[1]]]), "which CSV cannot have"),
        ("a.csv", pa.array([b"a"]), "x: is of type binary, which CSV cannot have"),
        ("a.jsonl", pa.array([{"a": b"a"}]), "which JSON cannot have"),
        ("a.jsonl", pa.array([b"a"], pa.binary_view()), "x: is of type binary_view, which JSON cannot have"),
    ],
)
def test_columns_that_text_cannot_have(tmp_path: Path, name: str, column: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        write(tmp_path / name, {"x": column})
    assert not (tmp_path / name).exists()


def test_values_of_another_type_in_later_batches(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"x": pa.array(["a"])}, {"x": pa.array([2])})
    assert read(tmp_path / "a.parquet") == [{"x": "a"}, {"x": "2"}]
    with pytest.raises(InputError, match="x: is of type double after rows of type int64"):
        write(tmp_path / "b.parquet", {"x": pa.array([1])}, {"x": pa.array([1.5])})


def test_no_room_is_said_of_the_output(tmp_path: Path) -> None:
    (tmp_path / "specs.csv").write_text("task\ninpainting\n")
    for name in ("full.csv", "full.parquet"):
        (tmp_path / name).symlink_to("/dev/full")
        refused = run("evaluate", "--table", "specs.csv", "-o", name, "--no-evidence", cwd=tmp_path)
        assert (refused.returncode, refused.stderr) == (
            2,
            f"genarch: {name}: cannot be written: No space left on device\n",
        )
