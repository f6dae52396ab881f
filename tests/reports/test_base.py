"""What a report says of the table that its table extends."""

from __future__ import annotations

from pathlib import Path

from builders import spec
from genarch import RuleTable, evaluate, load_rules
from genarch.files.bundled import base_of
from genarch.reports.evaluation import Evaluated, make_report
from genarch.reports.evaluation_page import standing_lines
from genarch.reports.json import plain

FIELD = load_rules("field", evidence=False)

CHILD = """\
format: 1
id: child
version: 0.1.0
title: Ours
source: {title: Ours, facts: [O1], section: one, grade: expert_judgement}
extends: EXTENDED
facts: [{id: O1, text: Diversity is nothing to us.}]
disable: [{id: diversity-favours-diffusion, reason: Diversity is nothing to us.}]
"""


def reported(rules: RuleTable, **stated: object) -> Evaluated:
    return make_report(spec(**stated), rules, evaluate(spec(**stated), rules), base=base_of(rules))


def test_another_recommendation_is_told_in_one_line() -> None:
    """Images made ahead: the article has gan 3 of augmentation, field diffusion 2 of the wait."""
    report = reported(FIELD, task="data_augmentation", serving="batch")
    assert report.verdict.verdict == "diffusion"
    assert plain(report.base) == {
        "rules": "article@1.0.0",
        "verdict": "gan",
        "architecture": "gan",
        "candidates": ["gan"],
        "recommended": ["gan"],
        "confidence": "clear",
        "margin": 1.0,
        "chance": None,
        "documented": None,
        "differs": True,
    }
    assert list(standing_lines(report)) == ["By article@1.0.0 alone: GAN (clear, margin 1.00)."]


def test_the_same_recommendation_is_not_told() -> None:
    report = reported(FIELD, domain="narrow", serving="realtime")
    assert report.base
    assert (report.verdict.verdict, report.base.verdict.verdict, report.base.differs) == ("gan", "gan", False)
    assert list(standing_lines(report)) == []


def test_the_same_two_that_are_too_close_to_call_are_not_told() -> None:
    report = reported(FIELD, task="image_to_image")
    assert report.base
    assert report.verdict.verdict == "evaluate_both" == report.base.verdict.verdict
    assert report.base.differs is False


def test_the_article_extends_nothing() -> None:
    article = load_rules("article")
    assert base_of(article) is None
    assert reported(article, domain="narrow").base is None
    assert list(standing_lines(reported(article, domain="narrow"))) == []


def test_a_table_of_ones_own_is_held_against_the_bundled_one_that_it_extends(tmp_path: Path) -> None:
    path = tmp_path / "child.yaml"
    path.write_text(CHILD.replace("EXTENDED", "field"))
    child = load_rules(path)
    assert base_of(child) is FIELD
    assert next(standing_lines(reported(child, priorities=["diversity"]))).startswith("By field@2.0.0 alone: ")


def test_a_base_that_does_not_come_with_genarch_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "child.yaml").write_text(CHILD.replace("EXTENDED", "article"))
    path = tmp_path / "grandchild.yaml"
    text = CHILD.replace("EXTENDED", "child.yaml").replace("id: child", "id: grandchild").replace("O1", "O2")
    path.write_text(text.split("disable:")[0])
    assert base_of(load_rules(path)) is None
