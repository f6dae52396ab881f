"""The published JSON Schemas, and that what is written keeps to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import TypeAdapter

from genarch import InputError, evaluate, explore, load_rules, load_spec, parse_spec
from genarch.cli.rules import FILES, OUTPUTS, schema_of
from genarch.files.bundled import base_of, bundled_tables
from genarch.files.schemas import DRAFT, type_of
from genarch.reports.evaluation import SCHEMA_VERSION, Report, make_error_report, make_report
from genarch.reports.json import plain
from genarch.reports.reporting import advice_of, evidence_of


class _Yaml12(yaml.SafeLoader):
    """What a YAML 1.2 editor makes of a file: only true and false are yes/no."""


_Yaml12.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile("^(true|false)$"), list("tf"))


def as_editor(text: str) -> Any:
    return yaml.load(text, Loader=_Yaml12)  # noqa: S506  (a SafeLoader with fewer types)


def validator(name: str) -> jsonschema.Draft7Validator:
    schema = schema_of(name)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def objects_in(part: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that is about an object with keys of its own."""
    if isinstance(part, dict):
        if "properties" in part and not isinstance(part["properties"].get("type"), str):
            yield part
        for item in part.values():
            yield from objects_in(item)
    elif isinstance(part, list):
        for item in part:
            yield from objects_in(item)


@pytest.mark.parametrize("name", [*FILES, *OUTPUTS])
def test_a_schema_is_draft_07_and_closed(name: str) -> None:
    schema = schema_of(name)
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["$schema"] == DRAFT
    text = json.dumps(schema)
    assert "$defs" not in text
    assert "prefixItems" not in text
    assert "genarch:defined" not in text
    defined = {f"#/definitions/{key}" for key in schema.get("definitions", {})}
    assert {part for part in text.split('"') if part.startswith("#/")} <= defined
    found = list(objects_in(schema))
    assert found
    for part in found:
        assert part["type"] == "object"
        assert part["additionalProperties"] is False, part.get("title")


def test_every_example_spec_keeps_to_the_schema(root: Path) -> None:
    check = validator("spec")
    for path in sorted((root / "examples/specs").glob("*.genarch.yaml")):
        check.validate(as_editor(path.read_text()))


@pytest.mark.parametrize(
    "constraints",
    [
        "{task: text_to_img}", "{tsk: inpainting}", "{latency_budget_ms: 0}", '{latency_budget_ms: "33"}', "{paired_data: maybe}",
        "{conditioning: text}", "{conditioning: [text, text]}", "{training_images: 1.5}", "{resolution_px: 0}", "{device: no}",
    ],
)  # fmt: skip
def test_what_the_reader_refuses_the_schema_refuses(constraints: str) -> None:
    text = f"version: 1\nconstraints: {constraints}\n"
    with pytest.raises(InputError):
        parse_spec(text)
    assert not validator("spec").is_valid(as_editor(text))


@pytest.mark.parametrize("budget", ["33", "33.5", "33ms", "1.5s", "30 fps", "unknown", "null"])
def test_what_the_reader_takes_the_schema_takes(budget: str) -> None:
    text = f"version: 1\nconstraints: {{latency_budget_ms: {budget}}}\n"
    parse_spec(text)
    validator("spec").validate(as_editor(text))


def test_the_shipped_tables_keep_to_the_schema(root: Path) -> None:
    check = validator("rules")
    for path in sorted((root / "rules").glob("*.yaml")):
        check.validate(as_editor(path.read_text()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: {control: fine}", "when: {control: finest}"),
        ("when: {control: fine}", "when: {controls: fine}"),
        ("when: {priorities: [speed]}", "when: {priorities: {has: [speed]}}"),
        ("grade: planning_heuristic", "grade: guess"),
        ("for: {gan: moderate}", "for: {gan: huge}"),
        ("format: 1", "form: 1"),
    ],
)
def test_a_wrong_table_does_not_keep_to_the_schema(old: str, new: str, root: Path) -> None:
    text = (root / "rules/article.yaml").read_text()
    assert old in text
    assert not validator("rules").is_valid(as_editor(text.replace(old, new, 1)))


@pytest.mark.parametrize("table", bundled_tables())
@pytest.mark.parametrize("exploring", [False, True])
def test_every_report_keeps_to_its_schema_and_model(*, exploring: bool, table: str, root: Path) -> None:
    shipped = load_rules(table)
    base = base_of(shipped)
    check = validator("report")
    model: TypeAdapter[Any] = TypeAdapter(type_of(Report))
    for path in sorted((root / "examples/specs").glob("*.genarch.yaml")):
        spec = load_spec(path)
        exploration = explore(spec, shipped) if exploring else None
        evaluation = evaluate(spec, shipped)
        evidence = evidence_of(spec, shipped, evaluation)
        advice = advice_of(spec._replace(model="sdxl" if exploring else None), shipped, evaluation)
        made = make_report(spec, shipped, evaluation, exploration, evidence, base=base, advice=advice)
        report = json.loads(json.dumps(plain(made)))
        assert ("evidence" in report) == ("latency_budget_ms" in spec.constraints)
        check.validate(report)
        model.validate_python(report, strict=True)
        assert ("settled" in report) == exploring
        assert ("model" in report) == exploring
        assert report["schema_version"] == SCHEMA_VERSION
    for path in sorted((root / "examples/invalid").glob("*.genarch.yaml")):
        with pytest.raises(InputError) as caught:
            load_spec(path, shipped)
        report = json.loads(json.dumps(plain(make_error_report(str(path), "an-id", caught.value.problems))))
        check.validate(report)
        model.validate_python(report, strict=True)


def test_own_measurements_keep_to_the_schema(root: Path) -> None:
    text = (root / "examples/measure/genarch-evidence.yaml").read_text()
    validator("measurements").validate(as_editor(text))
