"""Tables in files and streams: CSV, Parquet, Arrow and JSON lines, in batches; written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any, BinaryIO, Literal

import pyarrow as pa

from genarch.columns.evaluator import ROWS
from genarch.columns.reading import check_names, check_stating
from genarch.columns.texts import check_types, flat_columns, lines
from genarch.engine.answers import format_answer
from genarch.errors import InputError, Problem
from genarch.files.io import atomic_bytes, decode, reason, refuse
from genarch.values import NamedTuple

Format = Literal["csv", "parquet", "arrow", "jsonl"]
ENDINGS: dict[str, Format] = {
    "csv": "csv", "parquet": "parquet", "pq": "parquet", "arrow": "arrow", "feather": "arrow", "ipc": "arrow",
    "jsonl": "jsonl", "ndjson": "jsonl",
}  # fmt: skip

_STDOUT = "<stdout>"

_FLUSHED = 4
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
        raise refuse(
            path, f"is not the name of a table; write one that ends in {', '.join(f'.{end}' for end in ENDINGS)}"
        )
    return ENDINGS[ending]


@contextmanager
def opened(path: str, stream: BinaryIO, wanted: Callable[[str], bool]) -> Iterator[Source]:
    """A table in a file, or on the stream for `-`; of columns that are not wanted none is read.

    Raises:
        InputError: when it is missing, or no table.
    """
    shown = "<stdin>" if path == "-" else path
    with ExitStack() as stack:
        with _refused(shown):
            source = _of_stream(stream, shown, wanted) if path == "-" else _of_file(path, wanted, stack)
        check_names(source.names, shown)
        yield source._replace(batches=_read(source.batches, shown))


def _of_file(path: str, wanted: Callable[[str], bool], stack: ExitStack) -> Source:
    kind = format_of(path)
    content: BinaryIO = stack.enter_context(open(path, "rb"))  # noqa: SIM115  (closed with what else is open)
    if not content.peek(1):  # type: ignore[attr-defined]  # buffered
        check_stating((), path)
    if kind == "parquet":
        from pyarrow import parquet

        file = stack.enter_context(parquet.ParquetFile(path, read_dictionary=_texts(path), pre_buffer=False))
        names = file.schema_arrow.names
        batches = file.iter_batches(ROWS, columns=[name for name in names if wanted(name)])
        return Source(names, _some(batches, file.schema_arrow, wanted), file.metadata.num_rows, kind)
    if kind == "arrow" and content.peek(6)[:6] == b"ARROW1":  # type: ignore[attr-defined]  # buffered
        reader = pa.ipc.open_file(pa.memory_map(path))
        batches = (reader.get_batch(at) for at in range(reader.num_record_batches))
        return Source(reader.schema.names, _narrowed(batches, reader.schema, wanted), None, kind)
    return _of_stream(content, path, wanted, kind)


@contextmanager
def _refused(path: str, before: str = "") -> Iterator[None]:
    """Why a table cannot be read or written, after the words `before`."""
    try:
        yield
    except BrokenPipeError:  # of whoever reads the verdicts
        raise
    except (pa.ArrowException, UnicodeError, OSError) as error:
        if path == _STDOUT and isinstance(error, OSError):  # which whoever flushes it at the end has to know
            raise
        why = reason(error, writing=bool(before))
        for words, plain in _IN_PLAIN_WORDS:
            why = words.sub(plain, why)
        raise refuse(path, before + why) from None


_IN_PLAIN_WORDS = (
    (
        re.compile(r"CSV parse error: Row #(\d+): Expected (\d+) columns, got (\d+):"),
        r"row \1: \3 values for \2 columns:",
    ),
    (
        re.compile(r"In CSV column #\d+: Row #(\d+): .*invalid UTF8 data"),
        r"row \1 is not UTF-8; save the table as UTF-8",
    ),
)


def _read(batches: Iterator[Any], path: str) -> Iterator[Any]:
    """The batches; what hinders reading one is said of the table, whatever is done with the others."""
    while True:
        with _refused(path):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


def _some(batches: Iterable[Any], schema: Any, wanted: Callable[[str], bool]) -> Iterator[Any]:
    """The batches; of a table without rows an empty one, which has its columns."""
    empty = True
    for batch in batches:
        empty = False
        yield batch
    if empty:
        yield pa.RecordBatch.from_pylist([], pa.schema([field for field in schema if wanted(field.name)]))


def _texts(path: str) -> list[str]:
    """The columns of a Parquet file that are text: each value is read once."""
    from pyarrow import parquet

    return [field.name for field in parquet.read_schema(path) if pa.types.is_string(field.type)]


def _of_stream(stream: BinaryIO, path: str, wanted: Callable[[str], bool], kind: Format | None = None) -> Source:
    """A table as it comes; by how it begins, where its format is not given."""
    head = stream.read(6)
    if head[:2] == b"\x1f\x8b":
        raise refuse(path, "is compressed; unpack it first, as gunzip does")
    if head in (b"PAR1", b"ARROW1") or head[:4] == b"PAR1":
        raise refuse(path, "cannot be read as a stream in this format; name the file, or write an Arrow stream")
    joined: BinaryIO = _Joined(head, stream)  # type: ignore[assignment]  # it reads
    kind = kind or (
        "arrow" if head[:4] == b"\xff\xff\xff\xff" else "jsonl" if head.lstrip()[:1] in (b"{", b"[") else "csv"
    )
    if kind == "arrow":
        try:
            reader = pa.ipc.open_stream(joined)
        except pa.ArrowException:
            raise refuse(path, "is not an Arrow table, or is damaged") from None
        return Source(reader.schema.names, _narrowed(iter(reader), reader.schema, wanted), None, kind)
    return (_json_lines if kind == "jsonl" else _csv)(joined, path, wanted)


class _Joined:
    """What was read of a stream, and the rest of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest, self.closed = head, rest, False
        self._quotes, self._last = 0, (b"", b"")

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        head, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        found = head + self._rest.read(size if size < 0 else size - len(head))
        self._quotes += found.count(b'"')
        if found:
            self._last = self._last[1], found
        return found

    @property
    def within_quotes(self) -> bool:
        """Whether what was read ends within a quoted value; what is quoted is never longer than two parts."""
        before, quote, _ = b"".join(self._last).replace(b'""', b"").rpartition(b'"')
        return self._quotes % 2 == 1 and bool(quote) and before[-1:] in (b",", b"\n", b"")

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


def _csv(stream: Any, path: str, wanted: Callable[[str], bool]) -> Source:
    """Every column as text, which is read as in a spec: what a number or a yes is, constraints say."""
    from pyarrow import csv as arrow_csv

    first = stream.readline()
    while first.count(b'"') % 2 and (more := stream.readline()):  # a name of several lines
        first += more
    header = decode(first, path).rstrip("\r\n")
    if "\r" in header.replace("\r\n", ""):
        raise refuse(path, "ends its lines with carriage returns alone; save it with line feeds")
    names = next(csv.reader([header]), [])
    chosen = [name for name in names if wanted(name)]
    empty = pa.schema([(name, pa.string()) for name in names])
    try:
        reader = arrow_csv.open_csv(
            pa.PythonFile(stream, "r"),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
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
        reader = ()

    def batches() -> Iterator[Any]:
        rows = 0
        for batch in reader:
            rows += batch.num_rows
            yield batch
        if stream.within_quotes:
            raise refuse(path, f"row {rows} has a quote that is not closed; close it")

    return Source(names, _some(batches(), empty, wanted), None, "csv")


def _json_lines(stream: Any, path: str, wanted: Callable[[str], bool]) -> Source:
    """A mapping on each line; the columns are those of the first lines."""

    def rows() -> Iterator[tuple[int, dict[str, Any]]]:
        for number, line in enumerate(iter(stream.readline, b""), 1):
            if not line.strip():
                continue
            if line.lstrip()[:1] == b"[":
                raise refuse(path, f"line {number} is an array; write a line for each object, as jq -c '.[]' does")
            try:
                row = json.loads(line, object_pairs_hook=_mapping)
                if b"\\u" in line:
                    json.dumps(row, ensure_ascii=False).encode()  # half a character is no text
            except (ValueError, RecursionError) as error:
                raise refuse(path, f"line {number} is not valid JSON: {error}") from None
            if not isinstance(row, dict):
                raise refuse(path, f'line {number} is not an object; write {{"task": ...}}')
            yield number, row

    every = rows()
    first = list(islice(every, ROWS))
    names = list(dict.fromkeys(name for _, row in first for name in row))
    known, chosen = {*names}, [name for name in names if wanted(name)]

    def batches() -> Iterator[Any]:
        several = first
        while several:
            for number, row in several:
                if late := [name for name in row if name not in known and wanted(name)]:
                    before = f"no line before {ROWS:,} has it"
                    raise refuse(path, f"line {number} has '{late[0]}', {before}; write it on the first line, as null")
            columns = [_column([row.get(name) for _, row in several]) for name in chosen]
            yield pa.RecordBatch.from_arrays(columns, names=chosen)
            several = list(islice(every, ROWS))

    return Source(names, batches(), None, "jsonl")


def _mapping(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError where a name is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"'{Counter(name for name, _ in pairs).most_common(1)[0][0]}' is a duplicate key")
    return found


def _column(values: Sequence[Any]) -> Any:
    """A column of JSON values; where they are of several kinds, or there is none, as text."""
    try:
        column = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([v if v is None or isinstance(v, str) else _text(v) for v in values])
    return column.cast(pa.string()) if pa.types.is_null(column.type) else column


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return "|".join(map(str, value)) or "none" if isinstance(value, list) else format_answer(value)


def _narrowed(batches: Iterable[Any], schema: Any, wanted: Callable[[str], bool]) -> Iterator[Any]:
    for batch in _some(batches, schema, lambda _: True):
        names = [name for name in batch.schema.names if wanted(name)]
        for begin in range(0, max(batch.num_rows, 1), ROWS):
            yield batch.select(names).slice(begin, ROWS)


@contextmanager
def written(path: str, kind: Format, stream: BinaryIO) -> Iterator[Callable[[Any], None]]:
    """What adds a batch to a table that appears under its name only once it is complete; to the stream for `-`.

    Raises:
        InputError: when it cannot be written, or has a column that there is not in the format.
    """
    shown, before = (_STDOUT if path == "-" else path), "cannot be written: "
    with ExitStack() as stack:
        content = stream if path == "-" else stack.enter_context(atomic_bytes(path))
        add, end, abandon = _writer(content, shown, kind, streamed=path == "-")

        def refusing(batch: Any) -> None:
            with _refused(shown, before):
                add(batch)

        try:
            yield refusing
            with _refused(shown, before):
                end()
        except BaseException:
            abandon()
            raise


def _writer(content: BinaryIO, path: str, kind: Format, *, streamed: bool) -> tuple[Callable[..., None], ...]:
    """What adds a batch, what ends the table, and what leaves it as it is."""
    made: list[Any] = []
    schemas: list[Any] = []
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
        if kind in ("csv", "jsonl"):
            check_types(path, batch.schema, kind)
        if kind == "jsonl":
            content.write(lines(batch).encode())
            return
        if kind == "csv":
            batch = flat_columns(batch)
        if not made:
            made.append(writer(batch.schema))
            schemas.append(batch.schema)
        elif batch.schema != schemas[0]:  # as of JSON, whose later lines may have other values
            batch = _as_before(path, batch, schemas[0])
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

    def abandon() -> None:
        if made and kind == "parquet":  # which would end itself later, when nothing takes it any more
            made[0].is_open = False

    return add, end, abandon


def _as_before(path: str, batch: Any, schema: Any) -> Any:
    """A batch, its columns of the types that those of the first one had."""
    columns = []
    for field, column in zip(schema, batch.columns, strict=True):
        try:
            columns.append(column.cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            message = (
                f"is of type {column.type} after rows of type {field.type}; write JSON lines, or leave the column out"
            )
            raise InputError([Problem(path, None, None, field.name, message)]) from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)
