"""A decision map, which needs no numpy, has in each place what a table of the same grid has."""

from __future__ import annotations

import pyarrow as pa
import pytest

import genarch
from genarch import load_rules, load_spec
from genarch.columns.sweep import Varied, grid
from genarch.engine.decision_map import decision_map


@pytest.mark.parametrize("evidence", [False, True])
@pytest.mark.parametrize(
    ("spec", "x", "y"),
    [
        ("marketing-studio", "serving", "gpu"),
        ("live-face-filter", "latency_budget_ms", "conditioning"),
        ("early-idea", "training_images", "serving"),
        ("medical-augmentation", "priorities", "domain"),
    ],
)
def test_a_map_and_a_table_of_the_same_grid_agree(spec: str, x: str, y: str, *, evidence: bool) -> None:
    rules = load_rules("field", evidence=evidence)
    stated = load_spec(f"examples/specs/{spec}.genarch.yaml")
    drawn = decision_map(stated, rules, x, y, explored=False)
    varied = [Varied(axis.constraint, tuple(cell.value for cell in axis.cells)) for axis in (drawn.y, drawn.x)]
    table = genarch.table(rules)(pa.Table.from_batches(grid(stated.constraints, varied)))
    found = zip(*(table.column(name).to_pylist() for name in ("verdict", "architecture", "confidence")), strict=True)
    tiles = [tile for row in drawn.rows for tile in row]
    assert len({tile.verdict for tile in tiles}) > 1
    assert [(*tile[:2], tile.confidence) for tile in tiles if not tile.contradicts] == [
        row for row, tile in zip(found, tiles, strict=True) if not tile.contradicts
    ]
