"""`genarch check` over a tree of documents, against a Markdown linter and a schema validator over the same files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.documents import BLOCKS, make_tree

BIN = Path(sys.executable).parent
FILES = 5_000
SHARES = {"none": 0.0, "one in ten": 0.1, "all": 1.0}


class Cost(NamedTuple):
    """Wall time in seconds, the peak memory of the largest process in MiB, and CPU time in seconds."""

    seconds: float
    memory: float
    cpu: float


def measure() -> None:
    """Print what each share of blocks costs, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        for name, share in SHARES.items():
            tree = Path(folder) / name
            size = make_tree(tree, FILES, share)
            print(f"\nDocuments: {FILES:,} files, {size / 1e6:.0f} MB, a block in {name} (wall time, median of three)")
            one, both = (_genarch(tree, jobs) for jobs in (1, 2))
            print(f"  {'genarch check':34} {one.seconds:6.2f} s  {one.memory:5.0f} MiB")
            print(f"  {'documents a second of its CPU time':34} {FILES / one.cpu:6.0f}")
            print(f"  {'genarch check --jobs 2':34} {both.seconds:6.2f} s  {both.memory:5.0f} MiB")
            linter = shutil.which("markdownlint-cli2", path=_search_path())
            if linter is None:
                print("  markdownlint-cli2 is not installed; npm install markdownlint-cli2 brings it")
            elif share:
                cost = _run([linter, "**/*.md"], tree)
                ratios = (cost.seconds / one.seconds, cost.seconds / both.seconds)
                told = f"{ratios[0]:5.1f} times genarch's, {ratios[1]:5.1f} with two jobs"
                print(f"  {'markdownlint-cli2':34} {cost.seconds:6.2f} s  {cost.memory:5.0f} MiB  {told}")
            if share == 1:
                _validator(Path(folder), one)
        other = Path(folder) / "other"
        make_tree(other, FILES // 5, 1.0, differing=True)
        rate = FILES // 5 / _genarch(other, 1).cpu
        print(f"  {'the same where every spec differs':34} {rate:6.0f}")
        few = Path(folder) / "few"
        make_tree(few, FILES // 5, 1.0)
        ratio = one.memory / _genarch(few, 1).memory
        print(f"  {f'peak memory, {FILES:,} files to {FILES // 5:,}':34} {ratio:6.2f}")


def _validator(folder: Path, ours: Cost) -> None:
    """The same blocks as files of their own, against their JSON Schema: form alone, without any Markdown."""
    specs = folder / "specs"
    specs.mkdir()
    for number in range(FILES):
        (specs / f"{number}.yaml").write_text(BLOCKS[number % len(BLOCKS)])
    schema = folder / "spec.schema.json"
    schema.write_text(
        subprocess.run([BIN / "genarch", "schema", "spec"], capture_output=True, text=True, check=True).stdout
    )
    json.loads(schema.read_text())
    names = [f"specs/{number}.yaml" for number in range(FILES)]
    cost = _run([str(BIN / "check-jsonschema"), "--schemafile", str(schema), *names], folder)
    told = f"{cost.seconds / ours.seconds:5.1f} times genarch's for the documents, decisions judged"
    print(f"  {'check-jsonschema, the blocks alone':34} {cost.seconds:6.2f} s  {cost.memory:5.0f} MiB  {told}")


def _genarch(tree: Path, jobs: int) -> Cost:
    command = [str(BIN / "genarch"), "check", "--no-config", "--today", "2026-11-24", "--jobs", str(jobs)]
    runs = sorted(_run(command, tree) for _ in range(3))
    return runs[1]


def _run(command: list[str], folder: Path) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return Cost(time.perf_counter() - began, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def _search_path() -> str:
    """Where `make bench` puts the Markdown linter, before the folders of PATH."""
    return os.pathsep.join([str(BIN.parent / "node/node_modules/.bin"), os.environ.get("PATH", "")])
