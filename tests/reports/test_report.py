"""The report's sentences, over tables that bring each of them about."""

from __future__ import annotations

import pytest

from builders import SOURCE, rule, spec, table
from genarch import RuleTable, evaluate
from genarch.engine.conditions import ALWAYS, Predicate
from genarch.engine.rules import NextStep, Ratio, Rule
from genarch.engine.spec import Origin
from genarch.reports.evaluation import make_report
from genarch.reports.evaluation_page import report_page, verdict_words
from genarch.reports.markdown import as_markdown


def summary(rules: RuleTable) -> str:
    return make_report(spec(), rules, evaluate(spec(), rules)).summary


def always(rule_id: str, excludes: tuple[str, ...] = (), **points: int) -> Rule:
    return rule(rule_id, ALWAYS, points, excludes)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([always("a", gan=3, diffusion=1)], "GAN leads diffusion by 2 of the 4 points that touch either (margin 0.50)."),
        (
            [always("a", ("diffusion",), gan=3, consistency=1)],
            "GAN leads hybrid by 2 of the 4 points that touch either (margin 0.50); diffusion is excluded by a.",
        ),
        (
            [always("a", gan=4, diffusion=3)],
            "GAN and diffusion are too close to call: 1 of the 7 points that touch either separate them (margin 0.14, below 0.15).",
        ),
        ([always("a", gan=3, diffusion=3)], "GAN and diffusion are level at 3 points each."),
        (
            [always("a", gan=3, diffusion=3, consistency=3)],
            "GAN and diffusion are level at 3 points each, and so is hybrid.",
        ),
        ([always("a", gan=-1)], "Diffusion and hybrid are level at 0 points each. Within its family, consistency ties with gan_enhanced_diffusion."),
        ([always("a", ("gan", "diffusion"), consistency=1)], "Hybrid is the only family left: GAN is excluded by a, diffusion is excluded by a."),
        ([], "No rule that fired gives points to a family that is left, so nothing separates them."),
        (
            [always("a", ("gan", "diffusion")), always("b", ("consistency", "gan_enhanced_diffusion"))],
            "Nothing is left: GAN is excluded by a, diffusion is excluded by a, hybrid is excluded by b.",
        ),
    ],
)  # fmt: skip
def test_summaries(rules: list[Rule], expected: str) -> None:
    assert summary(table(*rules)) == expected


def test_a_single_family_is_the_only_one_there_is() -> None:
    assert summary(table(architectures={"gan": "gan"})) == "GAN is the only family there is."


def test_a_tie_with_a_close_call_of_nothing_is_level() -> None:
    assert (
        summary(table(always("a", gan=1, diffusion=1), close_call=Ratio(0, 1)))
        == "GAN and diffusion are level at 1 points each."
    )


def test_evaluate_both_names_the_architectures() -> None:
    rules = table(always("a", gan=3, consistency=3))
    assert verdict_words(evaluate(spec(), rules).verdict) == "Evaluate both: GAN and hybrid (consistency)"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("", None),
        ("genarch evidence accuracy", "genarch evidence accuracy"),
        ("genarch cost {spec}", "genarch cost 'a spec.yaml'"),
        ("genarch estimate --model {model} --gpu {gpu}", "genarch estimate --model sd-turbo --gpu rtx-4090"),
    ],
)
def test_a_next_step_has_its_command_with_what_the_spec_states(command: str, expected: str | None) -> None:
    rules = table()._replace(next_steps=(NextStep("a-step", "Try it", ALWAYS, "Do.", SOURCE, command),))
    stated = spec(gpu="rtx-4090")._replace(origin=Origin("a spec.yaml"), model="sd-turbo")
    report = make_report(stated, rules, evaluate(stated, rules))
    assert [(step.id, step.step, step.command) for step in report.next_steps] == [("a-step", "Do.", expected)]
    page = as_markdown(report_page(report))
    assert "Try it" in page[page.index("### Next" if "### Next" in page else "**Next") :]
    assert (f"`{expected}`" in page) is (expected is not None)


@pytest.mark.parametrize("command", ["genarch cost {spec}", "genarch estimate --model {model}", "genarch x {gpu}"])
def test_a_command_without_what_it_needs_is_left_out(command: str) -> None:
    rules = table()._replace(next_steps=(NextStep("a-step", "Try it", ALWAYS, "Do.", SOURCE, command),))
    report = make_report(spec(), rules, evaluate(spec(), rules))
    assert report.next_steps[0].command is None


def test_what_is_stated_and_read_by_no_rule_is_named() -> None:
    rules = table(rule("a", Predicate("priorities", "any_of", ("speed",)), {"gan": 1}))
    stated = spec(device="mobile", priorities=["speed", "fidelity"])
    report = make_report(stated, rules, evaluate(stated, rules))
    assert report.unread == (("device", ()), ("priorities", ("fidelity",)))
    assert "**Stated, but not read by the table:** device, priorities: fidelity\n" in as_markdown(report_page(report))
