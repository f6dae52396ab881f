"""The decision map: each tile is what evaluating its answers gives."""

from __future__ import annotations

import pytest

from builders import spec, table
from genarch import RuleTable, decide, explore
from genarch.engine.constraints import BY_NAME
from genarch.engine.decision_map import decision_map
from genarch.engine.spec import Spec


def test_every_tile_is_the_verdict_of_its_answers(shipped: RuleTable) -> None:
    stated = spec(task="image_to_image", latency_budget_ms=60, domain="narrow", paired_data=True)
    drawn = decision_map(stated, shipped, "latency_budget_ms", "domain")
    assert [cell.label for cell in drawn.x.cells] == [
        "below 50", "50 to below 100", "100 to below 1000", "1000 or more", "unknown",
    ]  # fmt: skip
    assert [cell.label for cell in drawn.y.cells] == ["narrow", "broad", "unknown"]
    for row, tiles in zip(drawn.y.cells, drawn.rows, strict=True):
        for column, tile in zip(drawn.x.cells, tiles, strict=True):
            answers = {
                name: value for name, value in stated.constraints.items() if name not in ("latency_budget_ms", "domain")
            }
            for name, value in (("latency_budget_ms", column.value), ("domain", row.value)):
                answers |= {name: value} if value is not None else {}
            verdict = decide(Spec("s", answers), shipped)
            assert tile[:4] == (*verdict[:3], verdict.confidence)
            exploration = explore(Spec("s", answers), shipped)
            assert tile.settled is ([item.verdict for item in exploration.possible] == [tile.verdict])
            assert tile.here is (column.label == "50 to below 100" and row.label == "narrow")


@pytest.mark.parametrize("name", list(BY_NAME))
def test_each_constraint_can_be_an_axis(shipped: RuleTable, name: str) -> None:
    other = "control" if name != "control" else "domain"
    drawn = decision_map(spec(), shipped, name, other, explored=False)
    assert len(drawn.rows) == len(drawn.y.cells)
    assert all(len(row) == len(drawn.x.cells) for row in drawn.rows)
    assert drawn.x.cells[-1].label == "unknown"
    assert sum(tile.here for row in drawn.rows for tile in row) == 1
    assert all(tile.settled is None for row in drawn.rows for tile in row)


def test_a_range_is_in_every_cell_that_it_meets(shipped: RuleTable) -> None:
    stated = spec(latency_budget_ms="{above: 50, at_most: 100}", domain="narrow")
    drawn = decision_map(stated, shipped, "latency_budget_ms", "domain", explored=False)
    assert [tile.here for tile in drawn.rows[0]] == [False, True, True, False, False]
    assert not any(tile.here for row in drawn.rows[1:] for tile in row)


def test_a_set_of_several_has_a_cell_of_its_own(shipped: RuleTable) -> None:
    drawn = decision_map(spec(priorities=["speed", "cost"]), shipped, "priorities", "domain", explored=False)
    assert [cell.label for cell in drawn.x.cells][-2:] == ["cost + speed", "unknown"]
    assert [tile.here for tile in drawn.rows[-1]][-2:] == [True, False]


def test_contradictions_are_those_that_the_map_brings_about(shipped: RuleTable) -> None:
    """Real time with 100 ms or more contradicts itself; the pretrained model that is not there does so everywhere."""
    stated = spec(training="pretrained", pretrained_available=False)
    drawn = decision_map(stated, shipped, "latency_budget_ms", "serving", explored=False)
    by_place = {
        (column.label, row.label): tile.contradicts
        for row, tiles in zip(drawn.y.cells, drawn.rows, strict=True)
        for column, tile in zip(drawn.x.cells, tiles, strict=True)
    }
    told = {place for place, names in by_place.items() if names}
    assert told == {("100 to below 1000", "realtime"), ("1000 or more", "realtime")}
    assert by_place["1000 or more", "realtime"] == ("inconsistent-realtime-budget",)


def test_cells_of_flags_and_sets_by_hand() -> None:
    stated = spec(conditioning=["text", "mask"], paired_data=False)
    drawn = decision_map(stated, table(), "paired_data", "conditioning", explored=False)
    assert [(cell.label, cell.value) for cell in drawn.x.cells] == [("true", True), ("false", False), ("unknown", None)]
    members = list(BY_NAME["conditioning"].values)
    assert [cell.label for cell in drawn.y.cells] == ["none", *members, "mask + text", "unknown"]
    assert [tile.here for row in drawn.rows for tile in row].index(True) == (1 + len(members)) * 3 + 1
    for priorities in ([], ["speed"]):  # these have a cell already
        drawn = decision_map(spec(priorities=priorities), table(), "priorities", "domain", explored=False)
        assert [cell.label for cell in drawn.x.cells] == [
            "none", "quality", "speed", "diversity", "sharpness", "fidelity", "cost", "stability", "robustness",
            "calibration", "footprint", "downstream", "prompt_adherence", "consistency", "unknown",
        ]  # fmt: skip
        assert [tile.here for tile in drawn.rows[-1]].index(True) == (2 if priorities else 0)
