"""Evidence and precedents take part in tables as in single specs."""

from __future__ import annotations

import pyarrow as pa

import genarch
from genarch import decide, explore, load_rules
from genarch.columns.evaluator import COLUMNS
from genarch.engine.constraints import Value
from genarch.engine.evaluation import evaluate
from genarch.engine.spec import Spec
from genarch.reports.reporting import evidence_of
from spec_tables import evaluated, random_rows, table_of


def test_every_column_is_that_of_decide_and_evaluate() -> None:
    rules = load_rules()
    rows = [*random_rows(60, 5), *random_rows(60, 6, stated=0.4, ranges=0.3)]
    table = table_of(rows)
    found = evaluated(table, rules, [name for name in COLUMNS[:-2] if name != "rules_mask"])
    in_bits = genarch.table(rules, "rules_mask")
    assert in_bits(table).column_names == ["rules_mask.0", "rules_mask.1"]
    assert in_bits.rules_of(in_bits(pa.concat_tables([table, table]))).to_pylist() == 2 * [row[-2] for row in found]
    for row, found_row in zip(rows, found, strict=True):
        verdict = decide(Spec("s", row), rules)
        full = evaluate(Spec("s", row), rules.on_hardware(row))
        assessed = evidence_of(Spec("s", row), rules, full)
        points = {entry.architecture: entry.points for entry in full.ranking}
        assert found_row == (
            verdict.verdict,
            verdict.architecture,
            verdict.confidence,
            None if verdict.margin is None else round(float(verdict.margin), 4),
            verdict.chance,
            list(verdict.recommended),
            *[points[entry.id] for entry in rules.architectures],
            [rule.id for rule in full.hits if rule.excludes],
            [rule.id for rule in full.hits],
            assessed.standing(verdict.recommended).status if assessed and verdict.recommended else None,
        )


def test_columns_of_members_and_text_are_read_as_they_are_stated() -> None:
    rules = load_rules()
    rows = [row | {"priorities": frozenset({"speed"}), "commercial_use": True} for row in random_rows(20, 7)]
    table = table_of(rows)
    as_members = table.drop_columns(["priorities"]).append_column("priorities.speed", pa.array(["true"] * 20))
    as_text = table.drop_columns(["commercial_use"]).append_column("commercial_use", pa.array(["True"] * 20))
    assert evaluated(as_members, rules) == evaluated(as_text, rules) == evaluated(table, rules)


def test_what_the_rest_of_the_answers_might_change() -> None:
    rules = load_rules(evidence=False)
    rows: list[dict[str, Value]] = [
        {"task": "text_to_image"},
        {"latency_budget_ms": 20, "domain": "narrow"},
        {"task": "text_to_image"},
    ]
    found = evaluated(table_of(rows), rules, ["settled", "next_question"])
    each = [explore(Spec("s", row), rules) for row in rows]
    assert found == [(one.settled, one.next_question) for one in each]
