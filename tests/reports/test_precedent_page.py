"""Precedents in reports: what is shown, where they contradict the rules, and the page letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import spec
from genarch import evaluate, load_rules
from genarch.engine.precedents import Weights, precedents
from genarch.engine.scoring import Verdict
from genarch.engine.spec import Case, CaseSource, CaseSpec, Origin
from genarch.files.specs import load_cases
from genarch.reports.evaluation import make_report
from genarch.reports.evaluation_page import report_page
from genarch.reports.json import as_json
from genarch.reports.markdown import as_markdown
from genarch.reports.page import Look
from genarch.reports.precedents import (
    Difference,
    Precedents,
    PrecedentsReport,
    contradiction_words,
    precedents_page,
    precedents_part,
)
from genarch.reports.text import as_text

GOLDEN = Path(__file__).resolve().parent.parent / "golden"

STATED = {
    "task": "inpainting",
    "conditioning": "text, mask",
    "domain": "broad",
    "latency_budget_ms": 1500,
    "serving": "near_realtime",
}
GAN = Verdict("gan", None, ("gan",), confidence="lean")


def case(name: str, chosen: str, year: int, **stated: object) -> Case:
    source = CaseSource(f"Source of {name}", f"https://{name}.example")
    about = CaseSpec(spec(**stated).constraints)
    return Case(name, about, chosen, (chosen,), year >= 2022, year=year, source=source, origin=Origin("c.yaml", year))


CASES = [
    case("twin", "hybrid", 2024, **STATED)._replace(reason="Four steps keep the time."),
    case("slower", "diffusion", 2023, **{**STATED, "latency_budget_ms": 9000, "device": "datacenter_gpu"}),
    case("early", "gan", 2019, task="inpainting", domain="narrow"),
    *(case(f"other-{number}", "diffusion", 2025, task="texture", domain="broad") for number in range(9)),
    case("apart", "gan", 2025, task="texture", domain="narrow"),
]


def made(root: Path, most: int | None) -> Precedents:
    own = load_cases([str(root / "examples/cases/team.yaml")], load_rules("article").verdicts)
    own = tuple(one._replace(origin=one.origin._replace(path="team.yaml")) for one in own)
    found = precedents(spec(**STATED).constraints, [*own, *CASES], Weights())
    return precedents_part(spec(**STATED).constraints, GAN, found, {one.origin for one in own}, most)


def test_what_is_the_same_and_what_differs(root: Path) -> None:
    found = made(root, 3)
    assert (found.cases, found.contradicts) == (16, "hybrid")
    assert [(each.case, each.own) for each in found.nearest] == [
        ("twin", False),
        ("background-for-products", True),
        ("slower", False),
    ]
    twin, _, slower = found.nearest
    assert (twin.similarity, twin.same, twin.differs) == (1.0, tuple(STATED), ())
    assert slower.differs == (
        Difference("latency_budget_ms", 1500, 9000),
        Difference("device", None, "datacenter_gpu"),
    )


@pytest.mark.parametrize(
    ("verdict", "contradicts"),
    [
        (GAN, "hybrid"),
        (Verdict("hybrid", None, ("hybrid",)), None),
        (Verdict("evaluate_both", None, ("gan", "hybrid")), None),
        (Verdict("evaluate_both", None, ("gan", "diffusion")), "hybrid"),
        (Verdict("infeasible", None, ()), None),
    ],
)
def test_precedents_contradict_what_recommends_others(verdict: Verdict, contradicts: str | None) -> None:
    found = precedents(CASES[0].spec.constraints, CASES[:2], Weights())
    part = precedents_part({}, verdict, found, ())
    assert part.contradicts == contradicts
    assert bool(contradiction_words(part, verdict)) == bool(contradicts)


def test_a_report_says_where_the_two_contradict_each_other(root: Path) -> None:
    rules = load_rules("article")
    stated = spec(task="unconditional", domain="narrow", serving="realtime", latency_budget_ms=20)
    evaluation = evaluate(stated, rules)
    assert evaluation.verdict.verdict == "gan"
    found = made(root, 3)
    text = as_text(report_page(make_report(stated, rules, evaluation, precedents=found)), Look(width=140))
    assert contradiction_words(found, GAN) in text
    assert "background-for-products (2025, your own, counts a quarter): hybrid" in text
    assert "twin (2024): hybrid, similarity 1.00" in text
    silent = found._replace(contradicts=None)
    assert "Precedents point elsewhere" not in as_text(
        report_page(make_report(stated, rules, evaluation, precedents=silent)), Look(width=140)
    )


def test_what_cannot_be_compared_is_like_nothing() -> None:
    found = precedents_part({}, GAN, precedents({}, CASES, Weights()), ())
    assert (found.agreement, found.contradicts, found.nearest) == ({}, None, ())
    page = as_text(precedents_page(PrecedentsReport(1, "s", "gan", found), GAN), Look(width=80))
    assert "No case is similar: nothing that cases are compared on is stated." in page


@pytest.mark.parametrize("name", ["precedents.json", "precedents.md", "precedents-40.txt", "precedents-80.txt"])
def test_golden(name: str, root: Path, request: pytest.FixtureRequest) -> None:
    report = PrecedentsReport(1, "a-spec", "gan", made(root, None))
    if name.endswith("json"):
        actual = as_json(report)
    else:
        page = precedents_page(report, GAN)
        width = int(name[-6:-4]) if name.endswith("txt") else 0
        actual = as_text(page, Look(width=width)) if width else as_markdown(page)
        assert not width or max(map(len, actual.splitlines())) <= width
    if request.config.getoption("--update-goldens"):
        (GOLDEN / name).write_text(actual)
    assert actual == (GOLDEN / name).read_text()
