"""JSON Schemas, brought to draft-07: the newest draft that editors' YAML support reads."""

from __future__ import annotations

from typing import Any

from genarch.table.constraints import CONSTRAINTS, Constraint

DRAFT = "http://json-schema.org/draft-07/schema#"


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a `spec`, a `rules` table, `cases`, a `report`, `findings`, a `check`, a `cost` or a `backtest`."""
    if name == "spec":
        from genarch.files.spec_format import spec_model

        return _draft_07(spec_model().model_json_schema())
    if name == "report":
        from genarch.reports.schema import ReportRecord

        return _draft_07(ReportRecord.model_json_schema(mode="serialization"))
    if name == "cost":
        from genarch.reports.evidence.schema import BillRecord

        return _draft_07(BillRecord.model_json_schema(mode="serialization"))
    if name in ("findings", "check"):
        from genarch.reports.findings.schema import CheckRecord, FindingsRecord

        record = CheckRecord if name == "check" else FindingsRecord
        return _draft_07(record.model_json_schema(mode="serialization"))
    if name == "backtest":
        from genarch.reports.backtest.schema import BacktestRecord

        return _draft_07(BacktestRecord.model_json_schema(mode="serialization"))
    if name == "cases":
        from genarch.files.case_format import cases_model

        return _draft_07(cases_model().model_json_schema())
    from genarch.files.spec_format import spec_model
    from genarch.files.table_format import DEFINED, TableRecord

    schema = _draft_07(TableRecord.model_json_schema(), defined=DEFINED)
    spec = _draft_07(spec_model().model_json_schema())
    schema["definitions"]["Constraints"] = spec["definitions"]["Constraints"]
    schema["definitions"]["Condition"] = _condition_schema()
    return schema


def _draft_07(schema: dict[str, Any], defined: str = "") -> dict[str, Any]:
    """Pydantic writes 2020-12; what genarch's models use of it differs only in where definitions stand.

    `defined` is the key of parts that stand for a definition by name.
    """
    return {"$schema": DRAFT, **_converted(schema, defined)}


def _converted(part: Any, defined: str) -> Any:
    if isinstance(part, list):
        return [_converted(item, defined) for item in part]
    if not isinstance(part, dict):
        return part.replace("#/$defs/", "#/definitions/") if isinstance(part, str) else part
    found = {("definitions" if key == "$defs" else key): _converted(value, defined) for key, value in part.items()}
    reference = f"#/definitions/{found.pop(defined)}" if defined in found else found.pop("$ref", None)
    if reference is None:
        return found
    return {**found, "allOf": [{"$ref": reference}]} if found else {"$ref": reference}  # draft-07 reads a $ref alone


def _condition_schema() -> dict[str, Any]:
    parts = {"type": "array", "items": {"$ref": "#/definitions/Condition"}, "minItems": 1}
    joins = {"all": parts, "any": parts, "not": {"$ref": "#/definitions/Condition"}}
    return {
        "description": "Constraints to test, which must all hold; all, any and not join several.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {**joins, **{constraint.name: _test_schema(constraint) for constraint in CONSTRAINTS}},
    }


def _test_schema(constraint: Constraint) -> dict[str, Any]:
    if constraint.numeric:
        limit = {"anyOf": [{"type": "number"}, *([{"type": "string"}] if constraint.units else [])]}
        bounds = dict.fromkeys(("below", "at_most", "above", "at_least"), limit)
        operators = {
            "type": "object",
            "properties": bounds,
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"description": constraint.meaning, "anyOf": [*limit["anyOf"], operators]}
    if constraint.kind == "flag":
        return {"description": constraint.meaning, "type": "boolean"}
    names = {
        "type": "array",
        "items": {"enum": [*constraint.values, *constraint.aliases]},
        "uniqueItems": True,
    }
    words = ("any_of", "all_of", "none_of") if constraint.kind == "set" else ("any_of", "none_of")
    operators = {
        "type": "object",
        "properties": dict.fromkeys(words, names),
        "additionalProperties": False,
        "minProperties": 1,
    }
    single = [] if constraint.kind == "set" else [{"enum": [*constraint.values, *constraint.aliases]}]
    return {"description": constraint.meaning, "anyOf": [*single, names, operators]}
