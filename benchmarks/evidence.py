"""What evidence costs: loading the catalogue, assessing a spec, its costs, and the share of a whole process."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial

from genarch import Evaluation, RuleTable, Spec, evaluate, explore
from genarch.engine.constraints import BY_NAME
from genarch.engine.search import verdict_search
from genarch.evidence.assessment import assess
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.cost import bill
from genarch.evidence.fit import calibrate
from genarch.files import bundled


def measure(specs: list[Spec], rules: RuleTable, alone: RuleTable) -> None:
    """Print the times; `specs` are taken on random hardware, at random sizes and budgets; `alone`: without evidence."""
    loading = [_timed(bundled.load_catalogue.__wrapped__) for _ in range(21)]
    told = f"median {_ms(statistics.median(loading))}, worst {_ms(max(loading))}"
    print(f"  loading the catalogue (at most 30):      {told}")
    catalogue = bundled.load_catalogue()
    chance = random.Random(3)
    times: list[float] = []
    explored: list[tuple[float, float, float]] = []
    for spec in specs:
        stated = {
            # Of hardware that contradicts itself evidence says nothing.
            **{name: value for name, value in spec.constraints.items() if name != "device"},
            "gpu": chance.choice(BY_NAME["gpu"].values),
            "resolution_px": chance.choice([256, 512, 768, 1024, 2048]),
            "latency_budget_ms": chance.choice([30, 90, 500, 3000]),
            "images_per_day": 10_000,
            "batchable": chance.random() < 0.5,
        }
        asked = spec._replace(constraints=stated)
        evaluation = evaluate(asked, rules)
        runs = [_timed(partial(_all, asked, rules, evaluation, catalogue)) for _ in range(3)]
        times.append(statistics.median(runs))
        making = _timed(partial(_instantiated, asked, rules), time.process_time)
        together, apart = (_timed(partial(_explored, asked, table), time.process_time) for table in (rules, alone))
        explored.append((making, together, apart))
    told = f"median {_ms(statistics.median(times))}, worst {_ms(max(times))}"
    print(f"  feasibility, candidates and cost (at most 15): {told}, {len(times)} specs")
    making, together, apart = (sum(each) for each in zip(*explored, strict=True))
    with_making = f"{(making + together) / apart:.2f} where it is made for changes of the spec, too"
    print(f"  exploring with evidence to without (at most 1.5): {together / apart:.2f}, {with_making}")
    print(f"  fitting the estimator, as make generate does:  {_ms(_timed(lambda: calibrate(catalogue)))}")


def _all(spec: Spec, rules: RuleTable, evaluation: Evaluation, catalogue: Catalogue) -> None:
    assess(spec, rules, evaluation, catalogue)
    bill(spec.constraints, [architecture.id for architecture in rules.architectures], catalogue)


def _instantiated(spec: Spec, rules: RuleTable) -> None:
    """What evidence says around a spec, compiled for exploration; what it says of the spec itself, `evaluate` made."""
    for around in {False, "task" in spec.constraints}:
        verdict_search(rules.on_hardware(spec.constraints, around=around))


def _explored(spec: Spec, rules: RuleTable) -> list[object]:
    """Every answer once, of a spec that was not explored before."""
    found = explore(spec, rules)
    return [found.possible, found.flips, found.binding, found.relax, found.stability, found.next_question]


def _timed(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    run()
    return clock() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"
