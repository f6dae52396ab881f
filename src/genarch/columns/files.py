"""Tables in files and streams: CSV, Parquet, Arrow and JSON lines, in batches; written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any, BinaryIO, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from genarch.columns.evaluator import ROWS
from genarch.engine.answers import format_answer
from genarch.files.io import atomic_bytes, refuse

Format = Literal["csv", "parquet", "arrow", "jsonl"]
ENDINGS: dict[str, Format] = {
    "csv": "csv", "parquet": "parquet", "pq": "parquet", "arrow": "arrow", "feather": "arrow", "ipc": "arrow",
    "jsonl": "jsonl", "ndjson": "jsonl",
}  # fmt: skip

_FLUSHED = 8
"""Batches that make a group of rows in a Parquet file."""


class Source(NamedTuple):
    """A table that is read in batches."""

    names: Sequence[str]
    batches: Iterator[Any]
    rows: int | None
    """How many, where that is known before."""
    format: Format


def format_of(path: str) -> Format:
    """The format that a file's name ends in.

    Raises:
        InputError: when it is none of those that tables have.
    """
    ending = os.path.basename(path).rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise refuse(path, f"no table's name ends so; write one that ends in {', '.join(f'.{end}' for end in ENDINGS)}")
    return ENDINGS[ending]


@contextmanager
def opened(path: str, stream: BinaryIO, wanted: Callable[[str], bool]) -> Iterator[Source]:
    """A table in a file, or on the stream for `-`; of columns that are not wanted none is read.

    Raises:
        InputError: when it is missing, or no table.
    """
    shown = "<stdin>" if path == "-" else path
    with ExitStack() as stack:
        try:
            if path == "-":
                yield _of_stream(stream, wanted)
                return
            kind = format_of(path)
            if kind == "parquet":
                from pyarrow import parquet

                file = stack.enter_context(parquet.ParquetFile(path, read_dictionary=_texts(path), pre_buffer=False))
                names = file.schema_arrow.names
                batches = file.iter_batches(ROWS, columns=[name for name in names if wanted(name)])
                yield Source(names, batches, file.metadata.num_rows, kind)
                return
            content: BinaryIO = stack.enter_context(open(path, "rb"))
            if kind == "arrow" and content.peek(6)[:6] == b"ARROW1":  # type: ignore[attr-defined]  # buffered
                reader = pa.ipc.open_file(pa.memory_map(path))
                batches = _narrowed((reader.get_batch(at) for at in range(reader.num_record_batches)), wanted)
                yield Source(reader.schema.names, batches, None, kind)
                return
            yield _of_stream(content, wanted, kind)
        except BrokenPipeError:  # of whoever reads the verdicts
            raise
        except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
            words: dict[type, str] = {FileNotFoundError: "no such file", PermissionError: "permission denied"}
            raise refuse(shown, words.get(type(error)) or str(error).partition("\n")[0]) from None


def _texts(path: str) -> list[str]:
    """The columns of a Parquet file that are text: each value is read once."""
    from pyarrow import parquet

    return [field.name for field in parquet.read_schema(path) if pa.types.is_string(field.type)]


def _of_stream(stream: BinaryIO, wanted: Callable[[str], bool], kind: Format | None = None) -> Source:
    """A table as it comes; by how it begins, where its format is not given."""
    head = stream.read(6)
    if head in (b"PAR1", b"ARROW1") or head[:4] == b"PAR1":
        raise refuse("<stdin>", "is a file that is not read from its beginning on; name it, or write a stream of Arrow")
    joined: BinaryIO = _Joined(head, stream)  # type: ignore[assignment]  # it reads
    kind = kind or ("arrow" if head[:4] == b"\xff\xff\xff\xff" else "jsonl" if head.lstrip()[:1] == b"{" else "csv")
    if kind == "arrow":
        reader = pa.ipc.open_stream(joined)
        return Source(reader.schema.names, _narrowed(iter(reader), wanted), None, kind)
    if kind == "jsonl":
        return _json_lines(joined, wanted)
    return _csv(joined, wanted)


class _Joined:
    """What was read of a stream, and the rest of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest, self.closed = head, rest, False

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if size < 0:
            head, self._head = self._head, b""
            return head + self._rest.read()
        head, self._head = self._head[:size], self._head[size:]
        return head + self._rest.read(size - len(head)) if size > len(head) else head

    def readline(self) -> bytes:
        """The bytes up to the end of a line."""
        head, self._head = self._head, b""
        line = head + (b"" if head.endswith(b"\n") else self._rest.readline())
        before, end, after = line.partition(b"\n")
        self._head = after
        return before + end

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Whoever opened the stream closes it."""
        self.closed = True


def _csv(stream: Any, wanted: Callable[[str], bool]) -> Source:
    """Every column as text, which is read as in a spec: what a number or a yes is, constraints say."""
    from pyarrow import csv as arrow_csv

    header = stream.readline().decode("utf-8-sig")
    names = next(csv.reader([header.rstrip("\r\n")]), [])
    if len({*names}) < len(names):
        raise refuse("<table>", f"has the column {next(n for n in names if names.count(n) > 1)} twice; rename one")
    chosen = [name for name in names if wanted(name)]
    try:
        reader = arrow_csv.open_csv(
            pa.PythonFile(stream, "r"),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=chosen,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise
        return Source(names, iter(()), None, "csv")
    return Source(names, iter(reader), None, "csv")


def _json_lines(stream: Any, wanted: Callable[[str], bool]) -> Source:
    """A mapping on each line; the columns are those of the first lines."""

    def rows() -> Iterator[dict[str, Any]]:
        for number, line in enumerate(iter(stream.readline, b""), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise refuse("<table>", f"line {number} is not JSON: {error}") from None
            if not isinstance(row, dict):
                raise refuse("<table>", f'line {number} is no mapping; write {{"task": ...}}')
            yield row

    every = rows()
    first = list(islice(every, ROWS))
    names = list(dict.fromkeys(name for row in first for name in row))
    chosen = [name for name in names if wanted(name)]

    def batches() -> Iterator[Any]:
        several = first
        while several:
            columns = [_column([row.get(name) for row in several]) for name in chosen]
            yield pa.RecordBatch.from_arrays(columns, names=chosen)
            several = list(islice(every, ROWS))

    return Source(names, batches(), None, "jsonl")


def _column(values: Sequence[Any]) -> Any:
    """A column of JSON values; where they are of several kinds, as text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([v if v is None or isinstance(v, str) else _text(v) for v in values])


def _text(value: Any) -> str:
    return "|".join(map(str, value)) or "none" if isinstance(value, list) else format_answer(value)


def _narrowed(batches: Iterable[Any], wanted: Callable[[str], bool]) -> Iterator[Any]:
    for batch in batches:
        names = [name for name in batch.schema.names if wanted(name)]
        for begin in range(0, batch.num_rows, ROWS):
            yield batch.select(names).slice(begin, ROWS)


@contextmanager
def written(path: str, kind: Format, stream: BinaryIO) -> Iterator[Callable[[Any], None]]:
    """What adds a batch to a table that appears under its name only once it is complete; to the stream for `-`."""
    with ExitStack() as stack:
        content = stream if path == "-" else stack.enter_context(atomic_bytes(path))
        add, end = _writer(content, kind, streamed=path == "-")
        yield add
        end()


def _writer(content: BinaryIO, kind: Format, *, streamed: bool) -> tuple[Callable[[Any], None], Callable[[], None]]:
    made: list[Any] = []
    waiting: list[Any] = []

    def writer(schema: Any) -> Any:
        if kind == "parquet":
            from pyarrow import parquet

            return parquet.ParquetWriter(content, schema)
        if kind == "arrow":
            return (pa.ipc.new_stream if streamed else pa.ipc.new_file)(content, schema)
        from pyarrow import csv as arrow_csv

        return arrow_csv.CSVWriter(content, schema, write_options=arrow_csv.WriteOptions(quoting_style="needed"))

    def flush() -> None:
        if waiting:
            made[0].write_table(pa.Table.from_batches(waiting))
            waiting.clear()

    def add(batch: Any) -> None:
        if kind == "jsonl":
            lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in batch.to_pylist())
            content.write("".join(lines).encode())
            return
        if kind == "csv":
            batch = _flat(batch)
        if not made:
            made.append(writer(batch.schema))
        if kind == "parquet":
            waiting.append(batch)
            if len(waiting) >= _FLUSHED:
                flush()
        else:
            made[0].write_batch(batch)

    def end() -> None:
        flush()
        for one in made:
            one.close()

    return add, end


def _flat(batch: Any) -> Any:
    """Lists as text `a|b`, and names as such, for CSV."""
    columns = []
    for column in batch.columns:
        flat = column
        if pa.types.is_list(flat.type):
            members = flat.flatten()
            members = members.cast(pa.string()) if not pa.types.is_string(members.type) else members
            flat = pc.binary_join(pa.ListArray.from_arrays(_begins(flat), members), "|")
        columns.append(flat.cast(pa.string()) if pa.types.is_dictionary(flat.type) else flat)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _begins(lists: Any) -> Any:
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    return pa.array([0, *pc.cumulative_sum(lengths).to_pylist()], pa.int32())
