"""Measure genarch's speed against named peers in the same run, and print ratios. Run by `make bench`.

`python benchmarks/run.py [process] [engine] [explore] [growth] [lint] [files] [questions] [check] [evidence]
[tables]` runs some parts.
Medians of runs taken in turn: machines drift, and a ratio within one run holds where a time does not.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import check as documents
from benchmarks import evidence as evidences
from benchmarks import plain, tables, zen_table
from benchmarks import questions as interviews
from benchmarks.growth import table_of
from genarch import RuleTable, Spec, decide, evaluate, explore, load_rules, load_spec
from genarch.engine.constraints import CONSTRAINTS, Range, Value
from genarch.files.bundled import bundled_tables

ROOT = Path(__file__).resolve().parent.parent
SPECS = ROOT / "examples/specs"
ONE = "examples/specs/live-face-filter.genarch.yaml"
BIN = Path(sys.executable).parent


def main() -> None:
    parts = {
        "process": process,
        "engine": engine,
        "explore": explored,
        "growth": growth,
        "lint": lint,
        "files": files,
        "questions": questions,
        "check": documents.measure,
        "evidence": evidence,
        "tables": tables.measure,
    }
    gc.set_threshold(100_000)  # as the command line does
    chosen = [name for name in sys.argv[1:] if name in parts] or list(parts)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in chosen:
        parts[name]()


def process() -> None:
    """A whole process from nothing: one spec, one document; against importing three libraries, and a YAML linter."""
    # An installed package has its bytecode; so has this one, for the comparison to hold.
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "src/genarch")], check=True)
    ours = [str(BIN / "genarch"), "evaluate", ONE]
    commands = {
        "import typer, pydantic, yaml": [sys.executable, "-c", "import typer, pydantic, yaml"],
        "yamllint": [str(BIN / "yamllint"), ONE],
        "genarch evaluate, verdict only, json": [*ours, "--no-explore", "--no-evidence", "--format", "json"],
        "genarch evaluate --no-evidence, json": [*ours, "--no-evidence", "--format", "json"],
        "genarch evaluate, json": [*ours, "--format", "json"],
        "genarch evaluate, text": ours,
        "genarch check, one document": [str(BIN / "genarch"), "check", "examples/docs/pass/0001-live-face-filter.md"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    print("\nA whole process (one spec or document, CPU time, 41 runs in turn)")
    rounds = [[timed_process(command) for command in commands.values()] for _ in range(42)][1:]
    times = dict(zip(commands, zip(*rounds, strict=True), strict=True))
    for name, runs in times.items():
        print(f"  {name:37} {statistics.median(runs) * 1000:7.1f} ms")
    imports, linter, verdict, explored, json_report, text, checked, _ = times.values()
    report("json to the three imports (at most 1.5)", paired(json_report, imports))
    report("text to the three imports (at most 2)", paired(text, imports))
    report("check of one document to the three imports (at most 2)", paired(checked, imports))
    report("without exploration and evidence to yamllint on the same file", paired(verdict, linter))
    report("with evidence to without, json (at most 1.25)", paired(json_report, explored))


def engine() -> None:
    """Specs already loaded: genarch, zen-engine on the same rules, and a plain function; results compared first."""
    rules = load_rules("article", evidence=False)
    specs = [load_spec(path) for path in sorted(SPECS.glob("*.genarch.yaml"))]
    specs = [spec for spec in specs if not any(isinstance(value, Range) for value in spec.constraints.values())]
    specs += random_specs(200 - len(specs))  # zen has no ranges
    contexts = [zen_table.context(dict(spec.constraints)) for spec in specs]
    answers: list[dict[str, Any]] = [dict(spec.constraints) for spec in specs]
    table, expressions = zen_peers(rules)
    by_hand = plain.function_of(rules)
    compare_results(rules, specs, contexts, table, expressions)
    cases: dict[str, Callable[[], object]] = {
        "plain Python function, verdict": lambda: [by_hand(one) for one in answers],
        "genarch decide(), verdict": lambda: [decide(spec, rules) for spec in specs],
        "genarch evaluate(), all reasons": lambda: [evaluate(spec, rules) for spec in specs],
        "zen-engine decision table, points": lambda: [table.evaluate(one) for one in contexts],
        "zen-engine compiled expressions": lambda: [[e.evaluate(one) for e in expressions] for one in contexts],
    }
    print(f"\nEvaluations of loaded specs ({len(specs)} specs, {len(rules.rules)} rules, 15 rounds in turn)")
    times = list(zip(*[[timed(run) for run in cases.values()] for _ in range(15)], strict=True))
    base = statistics.median(times[0])
    for name, runs in zip(cases, times, strict=True):
        each = statistics.median(runs) / len(specs)
        speed = base / statistics.median(runs)
        print(f"  {name:34} {each * 1e6:7.1f} us each, {speed:6.3f} of the plain function's speed")
    report("speed of evaluate() to zen's decision table (at least 1)", paired(times[3], times[2]))
    report("speed of decide() to zen's expressions (at least 1)", paired(times[4], times[1]))


def explored() -> None:
    """Exploration: possible verdicts of the empty spec, of examples and of random specs; all seven answers."""
    examples = [load_spec(path) for path in sorted(SPECS.glob("*.genarch.yaml"))]
    chance = random.Random(7)
    incomplete = [
        spec._replace(constraints={k: v for k, v in spec.constraints.items() if chance.random() < share})
        for share in (0.1, 0.3, 0.5, 0.7, 1.0)
        for spec in random_specs(200)
    ]
    for rules in map(partial(load_rules, evidence=False), bundled_tables()):
        explore(examples[0], rules)  # compiles the table
        print(f"\nExploration by {rules.header.id} ({len(rules.rules)} rules, one core, milliseconds)")
        empty = [timed(partial(possible, Spec("s", {}), rules)) * 1e3 for _ in range(11)]
        print(
            f"  possible, nothing stated:             median {statistics.median(empty):6.1f}, worst {max(empty):6.1f}"
        )
        for name, specs in (("the examples", examples), ("1,000 random partial specs", incomplete)):
            times = [timed(partial(possible, spec, rules)) * 1e3 for spec in specs]
            print(f"  possible, {name + ':':27} median {statistics.median(times):6.1f}, worst {max(times):6.1f}")
        times = [timed(partial(all_answers, spec, rules)) * 1e3 for spec in examples]
        print(
            f"  all seven answers, the examples:      median {statistics.median(times):6.1f}, worst {max(times):6.1f}"
        )


def growth() -> None:
    """How the time for what is possible grows with the rules of a table and with what is known."""
    chance = random.Random(11)
    print("\nGrowth of possible (one core, milliseconds)")
    for size in (10, 50, 200):
        rules = table_of(size)
        explore(Spec("s", {}), rules).possible  # noqa: B018  (compiles the table)
        empty = timed(partial(possible, Spec("s", {}), rules)) * 1e3
        times = [timed(partial(possible, spec, rules)) * 1e3 for spec in random_specs(50)]
        told = f"median {statistics.median(times):7.1f}, worst {max(times):7.1f}"
        print(f"  {size:3} random rules: nothing stated {empty:8.1f}; 12 of 18 fields on average {told}")
    rules = load_rules(evidence=False)
    names = [constraint.name for constraint in CONSTRAINTS]
    for known in (0, 3, 6, 9, 12, 15, 18):
        specs = [Spec(f"s{n}", {name: value(name, chance) for name in chance.sample(names, known)}) for n in range(100)]
        times = [timed(partial(possible, spec, rules)) * 1e3 for spec in specs]
        told = f"median {statistics.median(times):7.1f}, worst {max(times):7.1f}"
        print(f"  the shipped {len(rules.rules)} rules, {known:2} fields known: {told}")


def lint() -> None:
    """The verification of each shipped table, as a process."""
    print()
    for name in bundled_tables():
        times = [timed_process([str(BIN / "genarch"), "rules", "lint", name]) for _ in range(3)]
        print(f"genarch rules lint {name}: {statistics.median(times):.1f} s (at most 10)")


def questions() -> None:
    """Questions until the verdict is settled, and the wait between an answer and the next question."""
    examples = [load_spec(path).constraints for path in sorted(SPECS.glob("*.genarch.yaml"))]
    for rules in map(partial(load_rules, evidence=False), bundled_tables()):
        complete = interviews.complete_people(rules, 100)
        for name, people in (
            (f"{len(complete)} random complete specs", complete),
            (f"the {len(examples)} example specs, don't know to what they leave out", examples),
        ):
            print(f"\nQuestions until settled by {rules.header.id}, {name}")
            interviews.measure(rules, people)
    for rules in map(load_rules, bundled_tables()):
        print(f"\nQuestions until as good as settled by {rules.header.id}")
        interviews.measure_likely(rules, interviews.complete_people(rules, 100))


def evidence() -> None:
    """The evidence catalogue: loading it, and what follows from it for a spec."""
    rules = load_rules()
    examples = [load_spec(path) for path in sorted(SPECS.glob("*.genarch.yaml"))]
    print("\nEvidence")
    evidences.measure([*examples, *random_specs(200)], rules, load_rules(evidence=False))


def possible(spec: Spec, rules: RuleTable) -> object:
    return explore(spec, rules).possible


def all_answers(spec: Spec, rules: RuleTable) -> object:
    e = explore(spec, rules)
    return e.possible, e.settled, e.next_question, e.flips, e.binding, e.relax, e.stability


def zen_peers(rules: RuleTable) -> tuple[Any, list[Any]]:
    import zen  # only the benchmark's own environment has it

    table = zen.ZenEngine().create_decision(zen_table.decision_table(rules))
    return table, [zen.compile_expression(zen_table.expression(rule.when, rules)) for rule in rules.rules]


def compare_results(
    rules: RuleTable,
    specs: Sequence[Spec],
    contexts: Sequence[dict[str, Any]],
    table: Any,
    expressions: Sequence[Any],
) -> None:
    """Stop unless everybody finds the same hits, points and verdicts."""
    by_hand = plain.function_of(rules)
    for spec, context in zip(specs, contexts, strict=True):
        evaluation = evaluate(spec, rules)
        hits = [hit.id for hit in evaluation.hits]
        found = table.evaluate(context)["result"]
        points = {entry.architecture: entry.points for entry in evaluation.ranking}
        same = (
            [hit["rule"] for hit in found["hits"]] == hits
            and {name: found[name] for name in points} == points
            and [rule.id for rule, e in zip(rules.rules, expressions, strict=True) if e.evaluate(context)] == hits
            and by_hand(spec.constraints) == evaluation.verdict.verdict == decide(spec, rules).verdict
        )
        if not same:
            sys.exit(f"results differ on {dict(spec.constraints)}")


def files() -> None:
    """Spec files through the command line: files a second, and whether memory grows with their number."""
    print("\nSpec files read, validated and evaluated (--no-explore --no-evidence --format jsonl)")
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 10_000):
            root = Path(folder, str(count))
            write_specs(root, count)
            command = [
                str(BIN / "genarch"),
                "evaluate",
                str(root),
                "--no-explore",
                "--no-evidence",
                "--format",
                "jsonl",
                "-o",
                os.devnull,
            ]
            began = time.perf_counter()
            peaks[count] = peak_kib(command)
            elapsed = time.perf_counter() - began
            print(
                f"  {count:6} files: {count / elapsed:6.0f} files a second, peak memory {peaks[count] / 1024:.1f} MiB"
            )
    print(f"  memory for 10,000 files to that for 1,000: {peaks[10_000] / peaks[1_000]:.2f}")


def write_specs(root: Path, count: int) -> None:
    """As many specs, a hundred to a folder."""
    for number, spec in enumerate(random_specs(count)):
        folder = root / f"{number // 100:03}"
        folder.mkdir(parents=True, exist_ok=True)
        stated = {name: sorted(v) if isinstance(v, frozenset) else v for name, v in spec.constraints.items()}
        text = json.dumps({"version": 1, "constraints": stated})
        (folder / f"{number:05}.genarch.yaml").write_text(text + "\n")


def random_specs(count: int) -> list[Spec]:
    """Specs that state each constraint two times out of three, the same ones every time."""
    chance = random.Random(20260423)
    return [
        Spec(f"s{n}", {c.name: value(c.name, chance) for c in CONSTRAINTS if chance.random() < 2 / 3})
        for n in range(count)
    ]


def value(name: str, chance: random.Random) -> Value:
    constraint = next(c for c in CONSTRAINTS if c.name == name)
    match constraint.kind:
        case "choice":
            return chance.choice(constraint.values)
        case "set":
            return frozenset(chance.sample(constraint.values, chance.randrange(4)))
        case "flag":
            return chance.random() < 0.5
        case _:
            return chance.choice((20, 49, 50, 80, 100, 300, 1000, 5000))


# A child's peak begins at the size of the process that forked it, so a small one has to.
LAUNCHER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak_kib(command: Sequence[str]) -> int:
    """Run a command to its end and return its peak resident memory."""
    launched = [sys.executable, "-S", "-c", LAUNCHER, *command]
    return int(subprocess.run(launched, capture_output=True, text=True, check=True).stdout)


def timed_process(command: Sequence[str]) -> float:
    """CPU seconds of a whole process: what it costs, whatever else the machine is doing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def paired(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Ratios of runs that stood next to each other."""
    return sorted(a / b for a, b in zip(ours, theirs, strict=True))


def report(name: str, ratios: Sequence[float]) -> None:
    low, high = ratios[len(ratios) // 4], ratios[-len(ratios) // 4]
    print(f"  ratio {name}: {statistics.median(ratios):.2f} (middle half {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
