"""Tables of specs: rows a second, after their results are compared with `decide`; peers beside it."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import zen_table
from genarch import RuleTable, Spec, decide, load_rules
from genarch.engine.constraints import BY_NAME, Value
from genarch.engine.evaluation import evaluate
from genarch.reports.sql import Query, as_sql, columns_read

ROWS = 1 << 20
COMPARED = 100_000
LOOPED = 20_000
NUMBERS = (20, 49, 50, 80, 99, 100, 300, 1000, 5000, 20000)


def answers(rows: int, names: list[str], seed: int = 5) -> dict[str, list[Value | None]]:
    """Random answers, each stated two times out of three, column by column."""
    chance, found = np.random.default_rng(seed), dict[str, list[Value | None]]()
    for name in names:
        constraint = BY_NAME[name]
        choices: list[Any] = [*constraint.values]
        if constraint.kind == "set":
            choices = [
                frozenset(chance.permutation(constraint.values)[: chance.integers(0, 4)].tolist()) for _ in range(200)
            ]
        elif constraint.kind == "flag":
            choices = [True, False]
        elif constraint.numeric:
            choices = list(NUMBERS)
        drawn, stated = chance.integers(0, len(choices), rows), chance.random(rows) < 2 / 3
        found[name] = [choices[at] if known else None for at, known in zip(drawn, stated, strict=True)]
    return found


def table_of(columns: dict[str, list[Value | None]], *, lists: bool = False) -> Any:
    """Columns as people have them: text, sets as a|b, or as `lists`."""
    import pyarrow as pa

    types = {"choice": pa.string(), "number": pa.float64(), "integer": pa.int64(), "flag": pa.bool_()}
    made = {}
    for name, values in columns.items():
        kind = BY_NAME[name].kind
        if kind != "set":
            made[name] = pa.array(values, types[kind])
        elif lists:
            listed = [sorted(value) if isinstance(value, frozenset) else None for value in values]
            made[name] = pa.array(listed, pa.list_(pa.string()))
        else:
            text = ["|".join(sorted(value)) or "none" if isinstance(value, frozenset) else None for value in values]
            made[name] = pa.array(text, pa.string())
    return pa.table(made)


def encoded(table: Any) -> Any:
    """Text as Parquet and categories of dataframes have it: each once, and for each row which it is."""
    import pyarrow as pa

    columns = [each.dictionary_encode() if pa.types.is_string(each.type) else each for each in table.columns]
    return pa.table(columns, table.schema.names)


def measure() -> None:
    """Every figure, with what it is of."""
    import pyarrow as pa

    from genarch.columns import evaluator as columns
    from genarch.columns.reading import Faults

    pa.set_cpu_count(1)
    cores = _stay_on(0)
    rules = load_rules(evidence=False)
    names = columns_read(rules)
    drawn = answers(ROWS, names)
    table = table_of(drawn)
    gc.freeze()  # what was drawn is no part of what is measured
    evaluator = columns.Evaluator(rules)
    began = time.process_time()
    evaluator.compiled(hardware=False)
    compile_ms = (time.process_time() - began) * 1e3
    compare(evaluator, table, drawn, rules)
    print(
        f"\nTables of specs by {rules.header.id} ({len(rules.rules)} rules, {len(names)} text columns, {ROWS:,} rows)"
    )
    print(f"  {COMPARED:,} rows are as decide() has them; compiled in {compile_ms:.0f} ms")

    def run(table: Any, of: columns.Evaluator) -> Callable[[], None]:
        def all_batches() -> None:
            for _ in of.batches(table, Faults()):
                pass

        return all_batches

    text = rate("from text columns, one core", ROWS, run(table, evaluator))
    rate("the same, sets as lists", ROWS, run(table_of(drawn, lists=True), evaluator))
    rate("from columns with each text once", ROWS, run(encoded(table), evaluator))
    batches = [evaluator.read(batch, Faults()) for batch in table.to_batches(max_chunksize=columns.ROWS)]
    rate("from coded columns, one core", ROWS, lambda: [evaluator.verdicts(batch) for batch in batches])
    for more in ("chance", "recommended", "points", "rules"):
        rate(f"from text columns, with {more}", ROWS, run(table, columns.Evaluator(rules, (*evaluator.columns, more))))
    if cores:
        os.sched_setaffinity(0, cores)
    two_processes(table, rules)
    specs = [Spec("s", stated_in(drawn, at)) for at in range(LOOPED)]
    loop = rate("a loop over decide()", LOOPED, lambda: [decide(spec, rules) for spec in specs], times=3)
    print(f"  ratio text columns to a loop over decide() (at least 100): {text / loop:.0f}")
    zen(specs, rules, names, text)
    duckdb(table, rules, names)
    spark(table, rules, names)
    files(table)


def _stay_on(which: int) -> set[int]:
    """Stay on one of the cores, where the system can be asked to; and all of them."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[which % len(cores)]})
    return cores


def stated_in(drawn: dict[str, list[Value | None]], row: int) -> dict[str, Value]:
    """What a row states."""
    return {name: value for name, values in drawn.items() if (value := values[row]) is not None}


def compare(evaluator: Any, table: Any, drawn: dict[str, list[Value | None]], rules: RuleTable) -> None:
    """Stop unless every row is as `decide` has it."""
    from genarch.columns.reading import Faults

    found: list[tuple[object, ...]] = []
    for batch in evaluator.batches(table.slice(0, COMPARED), Faults()):
        found += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    for at, row in enumerate(found):
        stated = stated_in(drawn, at)
        verdict = decide(Spec("s", stated), rules)
        margin = None if verdict.margin is None else round(float(verdict.margin), 4)
        if row != (verdict.verdict, verdict.architecture, verdict.confidence, margin):
            sys.exit(f"results differ on {stated}")


def rate(name: str, rows: int, run: Callable[[], object], *, times: int = 24) -> float:
    """Rows a second of CPU time, the best of some runs: what it costs, whatever else the machine is doing."""
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        run()
        best = min(best, time.process_time() - began)
    print(f"  {name:42} {rows / best / 1e6:8.2f} M rows a second")
    return rows / best


def two_processes(table: Any, rules: RuleTable) -> None:
    """Half of the rows in each of two processes, by the clock, until this one has the verdicts.

    The table is in memory that they share, as a file of Arrow IPC, and so are the verdicts.
    """
    import pyarrow as pa

    shared = Path("/dev/shm")  # noqa: S108  (memory that processes share)
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        with pa.ipc.new_file(f"{folder}/specs.arrow", table.schema) as to:
            to.write_table(table)
        ends = []
        for at in (0, 1):
            mine, theirs = context.Pipe()
            context.Process(target=_evaluating, args=(folder, at, rules, theirs), daemon=True).start()
            ends.append(mine)
        best = cpu = float("inf")
        for _ in range(48):
            began = time.perf_counter()
            for end in ends:
                end.send("go")
            done = [end.recv() for end in ends]
            found = [pa.ipc.open_stream(pa.memory_map(target)).read_all() for target, _ in done]
            best = min(best, time.perf_counter() - began)
            cpu = min(cpu, max(used for _, used in done))
        rows = sum(each.num_rows for each in found)
    assert rows == table.num_rows  # noqa: S101
    print(f"  {'two processes, by the clock':42} {rows / best / 1e6:8.2f} M rows a second")
    print(f"  {'the same, CPU time of the slower':42} {rows / cpu / 1e6:8.2f} M rows a second")


def _evaluating(folder: str, at: int, rules: RuleTable, end: Connection) -> None:
    """Evaluate a half of the table, and write its verdicts, as often as is said."""
    import pyarrow as pa

    from genarch.columns.evaluator import Evaluator
    from genarch.columns.reading import Faults

    _stay_on(at)
    evaluator, target = Evaluator(rules), f"{folder}/verdicts-{at}.arrow"
    table = pa.ipc.open_file(pa.memory_map(f"{folder}/specs.arrow")).read_all()
    half = table.num_rows // 2
    mine, to = table.slice(half) if at else table.slice(0, half), pa.create_memory_map(target, 16 * table.num_rows)
    while end.recv():
        began = time.process_time()
        to.seek(0)
        batches = evaluator.batches(mine, Faults())
        first = next(batches)
        with pa.ipc.new_stream(to, first.schema) as written:
            written.write_batch(first)
            for batch in batches:
                written.write_batch(batch)
        end.send((target, time.process_time() - began))


def zen(specs: list[Spec], rules: RuleTable, names: list[str], text: float) -> None:
    """zen-engine's batch on the same rules, with the answers that they read alone; results are compared first."""
    try:
        import zen as engine
    except ImportError:
        return
    content = {"table": json.loads(zen_table.decision_table(rules))}
    peer, specs = engine.ZenEngine({"loader": {"type": "static", "content": content}}), specs[:2_000]
    answers = [zen_table.context(dict(spec.constraints)) for spec in specs]
    requests: list[Any] = [{"key": "table", "context": {name: row[name] for name in names}} for row in answers]
    for spec, found in zip(specs, peer.evaluate_batch(requests), strict=True):
        evaluation, result = evaluate(spec, rules), found["data"]["result"]
        points = {entry.architecture: entry.points for entry in evaluation.ranking}
        if [hit["rule"] for hit in result.pop("hits")] != [hit.id for hit in evaluation.hits] or result != points:
            sys.exit(f"zen-engine differs on {dict(spec.constraints)}")
    batch = rate("zen-engine's batch, the same rules", len(specs), lambda: peer.evaluate_batch(requests), times=5)
    print(f"  ratio text columns to zen-engine's batch (at least 300): {text / batch:.0f}")


def duckdb(table: Any, rules: RuleTable, names: list[str]) -> None:
    """The SELECT, on one thread."""
    try:
        import duckdb as database
    except ImportError:
        return
    rows = 1 << 17
    connection = database.connect(config={"threads": 1})
    connection.register("specs", table.slice(0, rows))
    query = as_sql(rules, Query("duckdb", "specs", names, (), "text"))
    rate("DuckDB, the SELECT, one thread", rows, lambda: connection.sql(query).arrow().read_all(), times=3)


def spark(table: Any, rules: RuleTable, names: list[str]) -> None:
    """Spark on this machine with one task at a time, by the clock: the evaluator by mapInArrow, and the SELECT."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        return
    if not shutil.which("java"):
        return
    from pyarrow import parquet

    import genarch.spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.log.level": "ERROR"}
    settings["spark.sql.codegen.hugeMethodLimit"] = "8000"
    session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    with tempfile.TemporaryDirectory() as folder:
        parquet.write_table(table, f"{folder}/specs.parquet")
        df = session.read.parquet(f"{folder}/specs.parquet")
        df.createOrReplaceTempView("specs")
        query = as_sql(rules, Query("spark", "specs", names, (), "text"))
        made = {
            "Spark, local, mapInArrow": genarch.spark.evaluate(df, rules, keep=[]),
            "Spark, local, the SELECT": session.sql(query),
        }
        for name, found in made.items():
            seconds = []
            for _ in range(2):  # the first starts what the second finds there
                began = time.perf_counter()
                found.write.format("noop").mode("overwrite").save()
                seconds.append(time.perf_counter() - began)
            print(f"  {name:42} {table.num_rows / min(seconds) / 1e6:8.2f} M rows a second by the clock")
    session.stop()


def files(table: Any) -> None:
    """Parquet to Parquet as a process, by the clock and by CPU time, and its memory over four times as many rows."""
    from pyarrow import parquet

    from benchmarks.run import peak_kib

    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for times in (2, 8):
            path = Path(folder, f"{times}.parquet")
            with parquet.ParquetWriter(path, table.schema) as writer:
                for _ in range(times):
                    writer.write_table(table)
            target = Path(folder, "out.parquet")
            command = [
                str(Path(sys.executable).parent / "genarch"),
                "evaluate",
                "--table",
                str(path),
                "-o",
                str(target),
            ]
            before, began = os.times(), time.perf_counter()
            peaks.append(peak_kib([*command, "--no-evidence"]))
            seconds, after = time.perf_counter() - began, os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            rows = table.num_rows * times
            print(
                f"  Parquet to Parquet, {rows:,} rows: {rows / seconds / 1e6:.2f} M rows a second by the clock, "
                f"{rows / cpu / 1e6:.2f} M a second of CPU time, peak {peaks[-1] / 1024:.0f} MiB"
            )
        print(f"  memory for four times as many rows: {peaks[1] / peaks[0]:.2f}")
