"""Spec files written anew and changed in place: what is not changed stays as it is, byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.engine.answers import written
from genarch.engine.constraints import BY_NAME, Answers
from genarch.errors import InputError
from genarch.files.spec_text import changed_spec, new_spec, spec_with_id, stated_id, stated_unknown
from genarch.files.specs import parse_spec
from strategies import answers as random_answers


def in_words(answers: Answers) -> dict[str, str]:
    return {name: written(BY_NAME[name], value) for name, value in answers.items()}


@given(random_answers(with_ranges=True))
def test_a_new_spec_has_every_field_and_reads_as_what_it_was_made_of(answers: Answers) -> None:
    text = new_spec("my-spec", in_words(answers), {}, "schema.json")
    spec = parse_spec(text)
    assert (spec.id, spec.constraints) == ("my-spec", answers)
    assert text.startswith("# yaml-language-server: $schema=schema.json\nversion: 1\nid: my-spec\n")
    for name in BY_NAME:
        assert (f"  # {name}: unknown\n" in text) == (name not in answers)


@given(random_answers(with_ranges=True), random_answers(with_ranges=True), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_template_is_filled_in_place(first: Answers, second: Answers, newline: str) -> None:
    text = new_spec("", in_words(first), {}).replace("\n", newline)
    changed = changed_spec(text, "a.yaml", in_words(second))
    assert parse_spec(changed, path="a.yaml").constraints == {**first, **second}
    assert len(changed.split(newline)) == len(text.split(newline)), "no line comes or goes"
    assert changed.replace(newline, "").count("\n") == 0 if newline != "\n" else True


LAYOUTS = {
    "a value with a comment": (
        "version: 1\nconstraints:\n  domain: broad  # for now\n  # later\n",
        "version: 1\nconstraints:\n  domain: narrow  # for now\n  # later\n",
    ),
    "no such field yet": (
        "version: 1\nconstraints:\n    paired_data: true # yes\n\ndecision: gan\n",
        "version: 1\nconstraints:\n    paired_data: true # yes\n    domain: narrow\n\ndecision: gan\n",
    ),
    "no constraints": ("version: 1\n", "version: 1\nconstraints:\n  domain: narrow\n"),
    "no constraints and no end of line": ("version: 1", "version: 1\nconstraints:\n  domain: narrow"),
    "constraints without any": (
        "version: 1\nconstraints:\nid: a\n",
        "version: 1\nconstraints:\n  domain: narrow\nid: a\n",
    ),
    "constraints that are null": (
        "version: 1\nconstraints: null # none\n",
        "version: 1\nconstraints: # none\n  domain: narrow\n",
    ),
    "empty braces": ("version: 1\nconstraints: {}\n", "version: 1\nconstraints: {domain: narrow}\n"),
    "braces": (
        "version: 1\nconstraints: {paired_data: true}\n",
        "version: 1\nconstraints: {paired_data: true, domain: narrow}\n",
    ),
    "JSON": (
        '{"version": 1, "constraints": {"domain": "broad"}}\n',
        '{"version": 1, "constraints": {"domain": "narrow"}}\n',
    ),
    "JSON without the field": (
        '{"version": 1, "constraints": {"task": "inpainting"}}',
        '{"version": 1, "constraints": {"task": "inpainting", "domain": "narrow"}}',
    ),
    "a value on its own line": (
        "version: 1\nconstraints:\n  domain:\n    broad\n",
        "version: 1\nconstraints:\n  domain:\n    narrow\n",
    ),
    "an empty value": ("version: 1\nconstraints:\n  domain:\n", "version: 1\nconstraints:\n  domain: narrow\n"),
    "quoted": ("version: 1\nconstraints:\n  domain: 'broad'\n", "version: 1\nconstraints:\n  domain: 'narrow'\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_answer_finds_its_place(layout: str) -> None:
    before, after = LAYOUTS[layout]
    found = changed_spec(before, "a.yaml", {"domain": "narrow"})
    assert found.replace(" \n", "\n") == after
    windows = changed_spec(before.replace("\n", "\r\n"), "a.yaml", {"domain": "narrow"})
    assert windows.replace("\r\n", "\n").replace(" \n", "\n") == after or "\n" not in before


def test_a_list_on_lines_of_its_own_gives_its_comments_back() -> None:
    text = (
        "version: 1\nconstraints:\n  conditioning:\n    - text # typed\n    # or drawn\n    - mask\n  domain: broad\n"
    )
    assert changed_spec(text, "a.yaml", {"conditioning": "[pose]"}) == (
        "version: 1\nconstraints:\n  # typed\n  # or drawn\n  conditioning: [pose]\n  domain: broad\n"
    )


def test_a_list_in_brackets_gives_its_comments_back_too() -> None:
    text = "version: 1\nconstraints:\n  conditioning: [\n    text, # typed\n    # or drawn\n    mask,\n  ] # end\n"
    assert changed_spec(text, "a.yaml", {"conditioning": "[pose]"}) == (
        "version: 1\nconstraints:\n  # typed\n  # or drawn\n  conditioning: [pose] # end\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('latency_budget_ms: "33ms"', 'latency_budget_ms: "50 fps"'),
        ("latency_budget_ms: '33ms'", "latency_budget_ms: '50 fps'"),
        ("latency_budget_ms: 33", "latency_budget_ms: 50 fps"),
    ],
)
def test_an_amount_keeps_its_quotation_marks(before: str, after: str) -> None:
    text = f"version: 1\nconstraints:\n  {before}\n"
    assert changed_spec(text, "a.yaml", {"latency_budget_ms": "50 fps"}) == text.replace(before, after)


def test_a_file_in_json_stays_one() -> None:
    text = '{"version": 1, "constraints": {"maturity": "proven"}}'
    answers = {
        "latency_budget_ms": "33ms",
        "paired_data": "true",
        "conditioning": "[text, mask]",
        "resolution_px": "512",
        "training_images": "{above: 5, at_most: 10}",
        "images_per_day": ">1000",
    }
    changed = json.loads(changed_spec(text, "a.yaml", answers))
    assert changed["constraints"] == {
        "maturity": "proven",
        "latency_budget_ms": "33ms",
        "paired_data": True,
        "conditioning": ["text", "mask"],
        "resolution_px": 512,
        "training_images": {"above": 5, "at_most": 10},
        "images_per_day": ">1000",
    }


@pytest.mark.parametrize(
    "text", ["version: 1\n? constraints\n: domain: broad\n", "version: 1\nconstraints:\n  ? domain\n  : broad\n"]
)
def test_what_cannot_be_changed_is_left_alone(text: str) -> None:
    try:
        changed = changed_spec(text, "a.yaml", {"domain": "narrow", "paired_data": "true"})
    except InputError as error:
        assert "cannot be put into it; write its constraints as" in str(error.problems[0])
    else:
        assert parse_spec(changed).constraints == {"domain": "narrow", "paired_data": True}


def test_a_spec_gets_an_id_below_its_version() -> None:
    text = "# about\nversion: 1 # of the format\nconstraints: {}\n"
    assert stated_id(text) is None
    changed = spec_with_id(text, "a-b")
    assert changed == "# about\nversion: 1 # of the format\nid: a-b\nconstraints: {}\n"
    assert stated_id(changed) == "a-b"


def test_unknown_is_an_answer_that_is_told_from_none() -> None:
    assert stated_unknown("version: 1\nconstraints:\n  domain: unknown\n  task:\n  paired_data: null\n") == ["domain"]
    assert stated_unknown("version: 1\n") == []
