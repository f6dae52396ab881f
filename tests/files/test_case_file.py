"""Files of documented cases: what is read, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from genarch import InputError, load_rules
from genarch.cli.rules import schema_of
from genarch.engine.constraints import Range
from genarch.engine.spec import Case
from genarch.files.bundled import bundled_cases
from genarch.files.io import case_files
from genarch.files.specs import load_cases, parse_cases

VERDICTS = load_rules("article").verdicts
CASE = """\
- id: face-filter
  title: A filter
  year: 2024
  spec:
    constraints:
      domain: narrow
      conditioning: []
      latency_budget_ms: 33ms
  chosen: gan
  acceptable: [gan, evaluate_both]
  strict: false
  reason: Frames cannot wait.
  deciding: [latency]
  source: {title: A page, url: "https://example.org"}
"""


def parsed(text: str) -> tuple[Case, ...]:
    return parse_cases(text, path="c", verdicts=VERDICTS)


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parsed(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_case_is_read_whole() -> None:
    (case,) = parsed(CASE)
    assert (case.id, case.chosen, case.acceptable, case.strict, case.year) == (
        *("face-filter", "gan", ("gan", "evaluate_both"), False, 2024),
    )
    assert case.spec.constraints == {"domain": "narrow", "conditioning": frozenset(), "latency_budget_ms": 33}
    assert case.origin == ("c", 1)
    assert case.deciding == ("latency",)
    assert case.source == ("A page", "https://example.org")


def test_what_was_coded_with_the_choice_in_sight_is_apart_and_known_too() -> None:
    """fidelity and cost, and footprint beside them; the first alone count."""
    (case,) = parsed(
        "- id: a\n  spec: {constraints: {domain: narrow, priorities: [cost, fidelity], training_images: 1000..5000}}\n"
        "  not_blind: {priorities: [footprint], existing_generator: many_steps}\n"
        "  second: {constraints: {domain: broad}}\n  chosen: gan\n"
    )
    assert case.spec.constraints["priorities"] == frozenset({"cost", "fidelity"})
    assert case.known == {
        **case.spec.constraints,
        "existing_generator": "many_steps",
        "priorities": {"cost", "fidelity", "footprint"},
    }
    assert list(case.known) == ["existing_generator", "domain", "priorities", "training_images"]
    assert case.second == ({"domain": "broad"},)
    assert case.spec.constraints["training_images"] == Range(at_least=1000, at_most=5000)
    assert parsed("- {id: a, spec: {constraints: {}}, chosen: gan, second: unknown, not_blind: null}")[0].second is None


def test_what_is_left_out_has_a_meaning() -> None:
    (case,) = parsed("- {id: a, spec: {constraints: {}}, chosen: hybrid}")
    assert (case.acceptable, case.strict, case.year) == (("hybrid",), True, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c:1:1: must be a list of cases; begin each with '- id: …'"]),
        ("[]", ["c:1:1: must be a list of cases; begin each with '- id: …'"]),
        ("id: a", ["c:1:1: must be a list of cases; begin each with '- id: …'"]),
        ("- a", ["c:1:3: [0]: must be a mapping with id, spec and chosen"]),
        ("- {id: A b, spec: {constraints: {}}, chosen: gan}", ["c:1:8: [0].id: 'A b' is not a slug; write small letters, digits, '-', '_' and '.', at most 100"]),
        ("- {spec: {constraints: {}}, chosen: gan}", ["c:1:3: [0].id: is missing; give each case one of its own"]),
        ("- {id: a, chosen: gan}", ["c:1:3: [a].spec: is missing; write 'constraints:' below it, as in a spec"]),
        ("- {id: a, spec: {constraints: {}, decision: gan}, chosen: gan}", ["c:1:35: [a].spec: 'decision' is not a key here; write one of: constraints"]),
        ("- {id: a, spec: {constraints: {domian: x}}, chosen: gan}", ["c:1:32: [a].spec.constraints: 'domian' is not a key here; did you mean 'domain'?"]),
        ("- {id: a, spec: {constraints: {}}}", ["c:1:3: [a].chosen: is missing; name the family that was decided for, or evaluate_both"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gna}", ["c:1:44: [a].chosen: 'gna' is not a family or a verdict; did you mean 'gan'?"]),
        ("- {id: a, spec: {constraints: {}}, chosen: [gan]}", ["c:1:44: [a].chosen: must be text, not a list or a mapping"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, acceptable: gan}", ['c:1:61: [a].acceptable: must be a list; write ["a", "b"]']),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, acceptable: [gann]}", ["c:1:62: [a].acceptable[0]: 'gann' is not a family or a verdict; did you mean 'gan'?"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, strict: yes}", ["c:1:57: [a].strict: must be true or false, without quotation marks"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, year: 24}", ["c:1:55: [a].year: must be a whole number from 1900 to 2099"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, title: [x]}", ["c:1:56: [a].title: must be text, not a list or a mapping"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, deciding: x}", ['c:1:59: [a].deciding: must be a list; write ["a", "b"]']),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, source: x}", ["c:1:57: [a].source: must be a mapping with title and url"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, source: {page: x}}", ["c:1:58: [a].source: 'page' is not a key here; write one of: title, url"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, not_blind: {task: txt}}", ["c:1:67: [a].not_blind.task: 'txt' is not a choice here; did you mean 'texture'?"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, second: {}}", ["c:1:57: [a].second.constraints: is missing; the format needs it"]),
        ("- {id: a, spec: {constraints: {}}, chosen: gan, chose: gan}", ["c:1:49: [a]: 'chose' is not a key here; did you mean 'chosen'?"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_every_problem_of_every_file_comes_at_once(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("- id: x\n  spec: {constraints: {}}\n  chosen: gna\n  year: soon\n")
    with pytest.raises(InputError) as caught:
        load_cases([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")], VERDICTS)
    assert [(Path(p.path).name, p.line, p.field) for p in caught.value.problems] == [
        *(("a.yaml", 3, "[x].chosen"), ("a.yaml", 4, "[x].year")),
        *(("b.yaml", 3, "[x].chosen"), ("b.yaml", 4, "[x].year")),
    ]


def test_an_id_stands_once_over_all_files(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text("\n- {id: x, spec: {constraints: {}}, chosen: gan}\n")
    with pytest.raises(InputError) as caught:
        load_cases(list(map(str, paths)), VERDICTS)
    assert str(caught.value) == f"{paths[1]}:2: [x].id: is a duplicate, first at {paths[0]}:2; ids are used once"


def test_folders_are_searched_for_cases_and_not_for_specs(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "x.genarch.yaml", "genarch.yaml", "notes.md", "deep/c.yaml", ".hidden/d.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = [str(Path(path).relative_to(tmp_path)) for path in case_files([str(tmp_path)])]
    assert found == ["a.yml", "b.yaml", "deep/c.yaml"]


def test_the_bundled_cases_keep_to_the_schema_and_the_reader(root: Path) -> None:
    paths = sorted(map(str, (root / "rules/cases").glob("*.yaml")))
    validator = Draft7Validator(schema_of("cases"))
    for path in paths:
        validator.validate(yaml.safe_load(Path(path).read_text()))
    cases = load_cases(paths, VERDICTS)
    assert (len(cases), sum(case.strict for case in cases)) == (149, 98)
    placed = [
        case._replace(origin=case.origin._replace(path=f"rules/cases/{Path(case.origin.path).name}")) for case in cases
    ]
    assert bundled_cases() == tuple(placed)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "- {id: A b, spec: {constraints: {}}, chosen: gan}",
        "- {id: a, chosen: gan}",
        "- {id: a, spec: {}, chosen: gan}",
        "- {id: a, spec: {constraints: {domian: x}}, chosen: gan}",
        "- {id: a, spec: {constraints: {}}}",
        "- {id: a, spec: {constraints: {}}, chosen: gan, year: 24}",
        "- {id: a, spec: {constraints: {}}, chosen: gan, acceptable: gan}",
        "- {id: a, spec: {constraints: {}}, chosen: gan, source: {page: x}}",
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(text: str) -> None:
    assert problems(text)
    assert not Draft7Validator(schema_of("cases")).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("stated", "strict"),
    [
        ("", True),
        ("year: 2023", True),
        ("year: 2019", False),
        ("year: 2019, strict: true", True),
        ("strict: false", False),
    ],
)
def test_an_early_case_is_strict_only_where_it_says_so(stated: str, strict: bool) -> None:  # noqa: FBT001
    more = f", {stated}" if stated else ""
    (case,) = parse_cases(f"- {{id: a, spec: {{constraints: {{}}}}, chosen: gan{more}}}\n", path="c", verdicts=VERDICTS)
    assert case.strict is strict


@pytest.mark.parametrize(
    ("acceptable", "told"),
    [("[]", "is empty; name at least one"), ("[diffusion]", "leaves out 'gan', which was chosen; add it")],
)
def test_what_was_chosen_is_acceptable(acceptable: str, told: str) -> None:
    with pytest.raises(InputError, match="acceptable") as error:
        parse_cases(
            f"- {{id: a, spec: {{constraints: {{}}}}, chosen: gan, acceptable: {acceptable}}}\n",
            path="c",
            verdicts=VERDICTS,
        )
    assert told in str(error.value)
