"""The answer on one screen, and the table of several specs."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import SOURCE, rule, spec, table
from genarch import RuleTable, Spec, evaluate, explore, load_rules, load_spec
from genarch.engine.conditions import ALWAYS, Condition, Predicate
from genarch.engine.rules import Notice
from genarch.errors import Problem
from genarch.evidence.advice import advice
from genarch.files.bundled import load_catalogue
from genarch.reports.answer import answer_page, pages
from genarch.reports.evaluation import Evaluated, Report, make_error_report, make_report
from genarch.reports.evaluation_page import report_page
from genarch.reports.page import Look
from genarch.reports.reporting import report_on
from genarch.reports.text import as_text

EXAMPLES = sorted((Path(__file__).resolve().parent.parent.parent / "examples/specs").glob("*.genarch.yaml"))


def shown(made: Evaluated, width: int = 80) -> str:
    return as_text(answer_page(made, hinted=True), Look(width))


def every(reports: list[Report], width: int = 80, *, full: bool = False) -> str:
    return "\n".join(as_text(page, Look(width)) for page in pages(reports, full=full, hinted=True))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name.removesuffix(".genarch.yaml"))
def test_the_answer_to_each_example_fits_on_a_screen_and_names_no_id(path: Path) -> None:
    rules = load_rules()
    text = shown(report_on(load_spec(path), rules))
    assert text.count("\n") <= 20
    ids = {entry.id for entry in rules.rules} | {fact.id for fact in rules.facts}
    assert not ids & set(text.replace(",", " ").split())


def report(rules: RuleTable, stated: Spec) -> Evaluated:
    return make_report(stated, rules, evaluate(stated, rules), explore(stated, rules))


NARROW = rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 3})
BATCH = rule("batch", Predicate("serving", "is", ("batch",)), {"diffusion": 1})
CHEAP = rule("cheap", Predicate("priorities", "any_of", ("cost",)), {"gan": 1})
QUICK = rule("quick", Predicate("priorities", "any_of", ("speed",)), {"gan": 2, "diffusion": 1})
PROVEN = rule("proven", Predicate("maturity", "is", ("proven",)), {}, ("consistency",))


def test_the_strongest_reasons_for_it_and_the_strongest_against() -> None:
    """GAN 3 + 1 + 2, diffusion 1 + 1: ahead by 3, 1 and 1, behind by 1; what excludes another family comes first."""
    stated = spec(domain="narrow", serving="batch", priorities=["cost", "speed"], maturity="proven")
    text = shown(report(table(NARROW, BATCH, CHEAP, QUICK, PROVEN), stated))
    assert [line[-8:].strip() for line in text.splitlines() if " + " in line or " - " in line] == [
        "+ proven",
        "+ narrow",
        "- batch",
    ]


def test_of_changes_that_move_the_same_way_the_first_is_named_and_another_task_is_none() -> None:
    """Priorities with quality, and without speed, each give another verdict; so does another task."""
    rules = table(
        rule("speed", Predicate("priorities", "any_of", ("speed",)), {"gan": 3}),
        rule("steps", Predicate("priorities", "any_of", ("quality",)), {"diffusion": 6}),
        rule("out", Predicate("domain", "is", ("broad",)), {}, ("gan", "diffusion", "consistency", "gan_enhanced_diffusion")),
        rule("task", Predicate("task", "is", ("inpainting",)), {"diffusion": 9}),
    )  # fmt: skip
    text = shown(report(rules, spec(task="text_to_image", domain="narrow", priorities=["speed"])))
    assert [line[9:] for line in text.splitlines() if "->" in line] == [
        "domain: broad -> nothing fits",
        "priorities without speed -> undetermined",
    ]


def test_what_holds_of_any_spec_is_the_last_warning() -> None:
    whens: dict[str, Condition] = {"any": ALWAYS, "narrow": Predicate("domain", "is", ("narrow",))}
    notices = [Notice(name, "warning", name, when, "message", SOURCE) for name, when in whens.items()]
    found = report(table(NARROW, notices=notices), spec(domain="narrow"))
    assert [caution.id for caution in found.warnings] == ["narrow", "any"]


def test_without_a_verdict_what_excludes_is_the_reason() -> None:
    out = rule(
        "none",
        Predicate("domain", "is", ("narrow",)),
        {},
        ("gan", "diffusion", "consistency", "gan_enhanced_diffusion"),
    )
    text = shown(report(table(out), spec(domain="narrow")))
    assert text.splitlines()[1:3] == ["Infeasible", "Why  - none"]


def test_models_of_another_architecture_are_said_to_be() -> None:
    quick = rule("quick", Predicate("serving", "is", ("batch",)), {"gan": 3})
    stated = spec(task="video_generation", conditioning=[], serving="batch")
    rules = table(quick, architectures={"gan": "gan", "diffusion": "diffusion", "few_step": "hybrid"})
    found = evaluate(stated, rules)
    made = make_report(stated, rules, found, advice=advice(stated, rules, found, load_catalogue()))
    assert "No GAN model of the catalogue fits; others do." in shown(made)
    assert "Models of other architectures" in as_text(report_page(made), Look(140))


def test_what_is_open_is_said_with_what_to_find_out() -> None:
    text = shown(report(table(NARROW, BATCH._replace(points={"diffusion": 3})), spec(domain="narrow")))
    assert "Open     could become evaluate both: find out serving" in text


def test_several_specs_are_a_table_with_the_columns_there_is_room_for() -> None:
    rules = table(NARROW, BATCH._replace(points={"diffusion": 3}))
    named = [report(rules, spec(domain="narrow")._replace(id=name)) for name in ("one", "two")]
    refused = make_error_report("three.yaml", "three", [Problem("three.yaml", 1, 1, "", "wrong")])
    lines = every([*named, refused]).splitlines()
    assert [line.split("  ")[0] for line in lines[:4]] == ["Spec", "one", "two", "three"]
    assert "GAN, clear" in lines[1]
    assert lines[1].endswith("serving")
    assert lines[3].endswith("not evaluated")


def test_in_full_every_report_and_then_the_table() -> None:
    rules = table(NARROW)
    text = every([report(rules, spec(domain="narrow")._replace(id=name)) for name in ("one", "two")], full=True)
    assert text.count("Ranking") == 2
    assert "one" in text.splitlines()[-2]


@pytest.mark.parametrize("width", [20, 40, 80, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for path in EXAMPLES[:3]:
        text = shown(report_on(load_spec(path), load_rules()), width)
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("commercial", [True, False])
@pytest.mark.parametrize(("gpu", "budget"), [("l4", 3000), ("a10g", 6000), ("apple-m3-pro", 10_000), ("t4", 2000)])
@pytest.mark.parametrize("task", ["text_to_image", "image_editing", "inpainting"])
def test_the_budget_is_that_of_a_model_to_start_with(task: str, gpu: str, budget: int, *, commercial: bool) -> None:
    stated = spec(task=task, conditioning=["text"], gpu=gpu, resolution_px=1024, latency_budget_ms=budget)
    stated = stated._replace(constraints={**stated.constraints, "commercial_use": commercial})
    made = report_on(stated, load_rules("field"))
    line = " ".join(shown(made, 140).partition("Budget")[2].partition("Open")[0].splitlines()[0].split())
    if made.start_with and line.startswith(("measured", "estimated", "open")):
        assert any(start.candidate.title in line for start in made.start_with), line


def test_an_estimate_within_the_budget_that_leaves_it_open_is_said_to_be_of_another_task() -> None:
    asked = {"task": "virtual_try_on", "conditioning": ["reference_image"], "latency_budget_ms": 5000}
    stated = spec(**asked, gpu="l40s", resolution_px=1024)
    text = " ".join(shown(report_on(stated, load_rules("field"))).split())
    assert "open whether it keeps 5 s on l40s at 1024 px: estimated on the nearest kind of task at 727 ms" in text
