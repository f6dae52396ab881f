"""Tables of specs: every row as `decide` has it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SOURCE, rule, table
from genarch import RuleTable, load_rules
from genarch.columns import judging, plan
from genarch.columns.evaluator import Evaluator
from genarch.columns.reading import Faults
from genarch.engine.calibration import Calibration
from genarch.engine.conditions import Predicate
from genarch.engine.constraints import Value
from genarch.engine.rules import Assumed, Assumption, Examples
from genarch.errors import InputError
from spec_tables import decided, evaluated, random_rows, table_of
from strategies import answers, contradictory_tables, examples, single_predicates

FEW = ("device", "latency_budget_ms", "resolution_px", "conditioning", "pretrained_available")
HARDWARE = ("device", "gpu", "device_memory_gb")


@st.composite
def judged_tables(draw: st.DrawFn, few: tuple[str, ...] = FEW) -> RuleTable:
    """Small tables with all that makes a recommendation a lean, and an assumption or two."""
    drawn = draw(contradictory_tables(few, exclusive=draw(st.booleans())))
    limited = [
        each._replace(limits=tuple(draw(st.sets(st.sampled_from(("gan", "diffusion")))))) for each in drawn.rules
    ]
    graded = [
        each._replace(source=SOURCE._replace(grade=draw(st.sampled_from(("measured", "expert_judgement")))))
        for each in limited
    ]
    assumptions = tuple(
        Assumption(f"assumed-{at}", "t", when, Assumed(name, draw(st.sampled_from((50, 100)))), "m", SOURCE, Examples())
        for at, (when, name) in enumerate(
            draw(
                st.lists(
                    st.tuples(single_predicates(few), st.sampled_from(("latency_budget_ms", "resolution_px"))),
                    max_size=2,
                )
            )
        )
    )
    header = drawn.header._replace(
        least_rules=draw(st.integers(1, 2)),
        contradictions_lean=draw(st.booleans()),
        calibration=draw(st.sampled_from((None, Calibration(0.383, 0.363, 0.7)))),
    )
    return drawn._replace(header=header, rules=tuple(graded), assumptions=assumptions)


@examples(50)
@given(judged_tables(), st.lists(answers(FEW, with_ranges=True), min_size=1, max_size=12), st.booleans())
def test_small_tables(rules: RuleTable, rows: list[dict[str, Value]], wide: object) -> None:
    """Also where most conditions make too large a look-up table, and so do the sums of a family."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "LARGEST", 6 if wide else 1 << 16)
        patch.setattr(judging, "LOOKED_UP", -1 if wide else 20)
        assert evaluated(table_of(rows, FEW), rules) == decided(rows, rules)


@examples(10)
@given(judged_tables(HARDWARE), st.lists(answers(HARDWARE, with_ranges=True), min_size=1, max_size=12))
def test_hardware(rules: RuleTable, rows: list[dict[str, Value]]) -> None:
    """What a gpu implies, and contradicts."""
    assert evaluated(table_of(rows, HARDWARE), rules) == decided(rows, rules)


@pytest.mark.parametrize("name", ["field", "article"])
def test_bundled_tables(name: str) -> None:
    """A thousand rows and more, with hardware that implies things and contradicts them, and with ranges."""
    rules = load_rules(name, evidence=False)
    rows = [*random_rows(600, 1), *random_rows(300, 2, stated=0.3), *random_rows(300, 3, ranges=0.3)]
    assert evaluated(table_of(rows), rules) == decided(rows, rules)


def test_columns_that_are_not_there_are_unknown() -> None:
    rules = load_rules(evidence=False)
    rows = [{"task": row["task"]} for row in random_rows(50, 4, stated=1.0)]
    assert evaluated(table_of(rows, ["task"]), rules) == decided(rows, rules)
    assert evaluated(pa.table({"other": [1, 2]}), rules) == decided([{}, {}], rules)


def test_a_column_that_there_is_not() -> None:
    with pytest.raises(InputError, match="'confidense' is not a column of verdicts; did you mean 'confidence'"):
        Evaluator(load_rules(evidence=False), ["confidense"])


def one(name: str, array: Any, when: Predicate) -> list[bool]:
    """In which rows a condition hits."""
    return [verdict == "gan" for verdict, *_ in evaluated(pa.table({name: array}), table(rule("a", when, {"gan": 1})))]


@pytest.mark.parametrize("points", [1, 1 << 9, 1 << 20])
def test_many_points(points: int) -> None:
    """Sums that take more bits than are looked up, or fit in small numbers."""
    rules = table(
        rule("a", Predicate("device", "is", ("edge",)), {"gan": points, "diffusion": -1}),
        rule("b", Predicate("task", "is", ("inpainting",)), {"diffusion": points, "gan": -points}),
        rule("c", Predicate("serving", "is", ("batch",)), {"diffusion": points - 1}),
    )
    named = {"device": ("edge", "cpu"), "task": ("inpainting", None), "serving": ("batch", None)}
    rows: list[dict[str, Value]] = [
        {name: value for name, value in zip(named, values, strict=True) if value} for values in product(*named.values())
    ]
    assert evaluated(table_of(rows, list(named)), rules) == decided(rows, rules)
    assert evaluated(table_of(rows, list(named)), table()) == decided(rows, table())


BELOW_100 = Predicate("latency_budget_ms", "below", (100,))


@pytest.mark.parametrize(
    ("array", "hits"),
    [
        (pa.array([99.999999999, 100, None, float("nan"), 1e-9]), [True, False, False, False, True]),
        (pa.array([99, 100, None], pa.int16()), [True, False, False]),
        (pa.array([99, 100], pa.float32()), [True, False]),
        (pa.array(["99.99", "100.00"]).cast(pa.decimal128(8, 2)), [True, False]),
        (pa.array(["99.9999999999999", "100"]).cast(pa.decimal128(28, 13)), [True, False]),
        (pa.array(["0.05s", "30fps", "<50", "50..100", "50..99.5", "unknown", "", None, "0.2 s", "99"]),
         [True, True, True, False, True, False, False, False, False, True]),
        (pa.array(["99", None, "100", "99"]).dictionary_encode(), [True, False, False, True]),
        (pa.nulls(2), [False, False]),
    ],
)  # fmt: skip
def test_numbers(array: Any, hits: list[bool]) -> None:
    assert one("latency_budget_ms", array, BELOW_100) == hits


@pytest.mark.parametrize(
    "array",
    [
        pa.array([["speed", "cost"], [], None, ["quality"]]),
        pa.array([["x"], ["speed", "cost"], [], None, ["quality"]], pa.large_list(pa.string())).slice(1),
        pa.array([["speed", "cost"], [], None, ["quality"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
        pa.array(["speed|cost", "none", "", "quality"]),
        pa.array(["[speed, cost]", "[]", "unknown", "quality"]),
    ],
)
def test_sets(array: Any) -> None:
    assert one("priorities", array, Predicate("priorities", "all_of", ("speed",))) == [True, False, False, False]
    assert one("priorities", array, Predicate("priorities", "none_of", ("speed",))) == [False, True, False, True]
    assert one("priorities", array, Predicate("priorities", "is", ())) == [False, True, False, False]


def test_a_column_for_each_member() -> None:
    """A set is known where one of its members is."""
    columns = pa.table({"priorities.speed": [True, False, None, None], "priorities.cost": [None, "false", "", "True"]})
    rules = table(
        rule("a", Predicate("priorities", "any_of", ("speed",)), {"gan": 1}),
        rule("b", Predicate("priorities", "is", ()), {"diffusion": 1}),
    )
    assert [verdict for verdict, *_ in evaluated(columns, rules)] == [
        "gan",
        "diffusion",
        "undetermined",
        "undetermined",
    ]
    with pytest.raises(InputError, match=r"priorities and priorities\.\w+ state the same"):
        evaluated(columns.append_column("priorities", pa.nulls(4, pa.string())), rules)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_text(kind: Any) -> None:
    """Null, empty and unknown are unknown; parts of columns are read from where they begin."""
    array = pa.array(["cpu", "edge", None, "", "unknown", "mobile", "edge"])
    array = (array.dictionary_encode() if pa.types.is_dictionary(kind) else array.cast(kind)).slice(1)
    assert one("device", array, Predicate("device", "is", ("edge", "mobile"))) == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]
    yes_no = pa.array(["true", "False", None, "unknown"])
    assert one("batchable", yes_no, Predicate("batchable", "is", (True,))) == [True, False, False, False]


def test_text_below_a_null_and_text_that_is_learned() -> None:
    """What lies in memory where a value is null is not read; a second batch knows the texts of the first."""
    there = pa.py_buffer(bytes([0b1101]))
    stated = pa.array(["edge", "edge", "cpu", "edge"])
    array = pa.Array.from_buffers(pa.string(), 4, [there, *stated.buffers()[1:]])
    assert one("device", array, Predicate("device", "is", ("edge",))) == [True, False, False, True]
    evaluator = Evaluator(table(rule("a", Predicate("priorities", "any_of", ("speed",)), {"gan": 1})), ["verdict"])
    faults = Faults()
    for texts in (["speed|cost", "none", None], ["speed|cost", "none", "cost|speed", "fast"], ["cost|speed", "none"]):
        found = evaluator.batch(pa.record_batch({"priorities": pa.array(texts)}), faults).column(0).to_pylist()
        assert found == ["gan" if text and "speed" in text else "undetermined" for text in texts]
    assert [(kind.rows, kind.values) for kind in faults.kinds] == [((7,), 1)]


def test_names_of_hardware_and_what_is_not_listed() -> None:
    gpus = pa.array(["RTX 4090", "rtx-4090", "my own board", None])
    assert one("gpu", gpus, Predicate("gpu", "is", ("rtx-4090",))) == [True, True, False, False]
    assert one("gpu", gpus, Predicate("device", "is", ("consumer_gpu",))) == [True, True, False, False]
