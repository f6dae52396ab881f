"""What exploration adds to a report, in words, over small tables worked by hand."""

from __future__ import annotations

from math import log

from builders import SOURCE, rule, spec, table
from genarch import RuleTable, Spec, evaluate, explore
from genarch.engine.conditions import All, Predicate
from genarch.engine.rules import Notice
from genarch.engine.spec import Origin
from genarch.reports.evaluation import Evaluated, Explored, make_report
from genarch.reports.evaluation_page import flip_rows, report_page, standing_lines
from genarch.reports.markdown import as_markdown

NARROW = rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 3})
TEXT = rule("text", Predicate("conditioning", "any_of", ("text",)), {"diffusion": 3})
FAST = rule("fast", Predicate("latency_budget_ms", "below", (100,)), {}, ("diffusion",))
PROVEN = rule("proven", Predicate("maturity", "is", ("proven",)), {}, ("consistency", "gan_enhanced_diffusion"))
NO_GAN = rule("no-gan", Predicate("conditioning", "any_of", ("text",)), {}, ("gan",))
WAITING = All((Predicate("serving", "is", ("realtime",)), Predicate("latency_budget_ms", "at_least", (100,))))
INCONSISTENT = Notice("inconsistent-budget", "inconsistency", "t", WAITING, "m", SOURCE)


def report(rules: RuleTable, stated: Spec) -> Evaluated:
    return make_report(stated, rules, evaluate(stated, rules), explore(stated, rules))


def explored(made: Evaluated) -> Explored:
    assert made.explored
    return made.explored


def test_a_settled_answer() -> None:
    made = report(table(NARROW), spec(domain="narrow"))
    assert list(standing_lines(made)) == ["Settled: answering the rest cannot change this."]
    assert flip_rows(explored(made), made.spec.constraints) == [
        ("domain: broad", "undetermined"),
        ("narrow: gan 0 instead of +3", "undetermined"),
    ]
    assert "**Decided by:** domain.\n" in as_markdown(report_page(made))


def test_what_it_could_become_and_what_to_ask() -> None:
    made = report(table(NARROW, TEXT), spec(domain="narrow"))  # with text 3 against 3: level
    assert list(standing_lines(made)) == [
        "Could still become evaluate both.",
        "Ask next: conditioning (what steers the output beyond the task's own input image).",
    ]


def test_an_answer_that_will_not_stay() -> None:
    either = rule("broad", Predicate("domain", "is", ("broad",)), {"gan": 1})
    made = report(table(NARROW, either), spec())
    assert made.verdict.verdict == "undetermined"
    assert next(standing_lines(made)) == "Not final: every way to answer the rest makes it GAN."
    told = report(table(NARROW, either._replace(points={"diffusion": 1})), spec())
    assert next(standing_lines(told)) == "Not final: answering the rest makes it GAN or diffusion."


def test_where_every_answer_contradicts_itself() -> None:
    always = [Notice(f"inconsistent-{d}", "inconsistency", "t", Predicate("domain", "is", (d,)), "m", SOURCE) for d in ("narrow", "broad")]  # fmt: skip
    made = report(table(NARROW, notices=always), spec())
    assert explored(made).possible == ()
    assert next(standing_lines(made)).startswith("Every way to answer the rest contradicts itself")


def test_thresholds_have_their_side_and_unit() -> None:
    made = report(table(NARROW, FAST, TEXT), spec(conditioning=["text"], latency_budget_ms=33))
    assert ("latency_budget_ms at 100 ms or more", "diffusion") in flip_rows(explored(made), made.spec.constraints)
    back = report(table(NARROW, FAST, TEXT), spec(conditioning=["text"], latency_budget_ms=100))
    assert ("latency_budget_ms below 100 ms", "undetermined") in flip_rows(explored(back), back.spec.constraints)


def test_sets_tell_what_goes_in_and_out() -> None:
    made = report(table(NARROW, TEXT), spec(domain="narrow", conditioning=["text"]))
    assert ("conditioning without text", "GAN") in flip_rows(explored(made), made.spec.constraints)
    without = report(table(NARROW, TEXT), spec(domain="narrow", conditioning=["mask"]))
    assert ("conditioning with text", "evaluate both") in flip_rows(explored(without), without.spec.constraints)


def test_changes_that_contradict_are_left_out_and_named() -> None:
    stated = spec(conditioning=["text"], latency_budget_ms=33, serving="realtime")
    made = report(table(TEXT, FAST, notices=[INCONSISTENT]), stated)
    assert (
        flip_rows(explored(made), made.spec.constraints)[0][0]
        == "latency_budget_ms at 100 ms or more and serving: near_realtime"
    )
    left_out = "Left out are answers that contradict one another: `inconsistent-budget`."
    assert left_out in as_markdown(report_page(made))
    assert "Left out" not in as_markdown(report_page(report(table(TEXT), stated)))


def test_what_to_drop_when_nothing_fits() -> None:
    stated = spec(conditioning=["text"], latency_budget_ms=33, maturity="proven", domain="narrow")
    made = report(table(TEXT, FAST, PROVEN, NO_GAN), stated)
    assert made.verdict.verdict == "infeasible"
    page = as_markdown(report_page(made))
    assert "**If nothing fits, drop one of**\n\n- conditioning\n- latency\\_budget\\_ms\n- maturity\n" in page
    assert (
        "**Decided by:** conditioning, latency\\_budget\\_ms and maturity: stated alone, they give the same verdict.\n"
        in page
    )


def test_what_to_relax_where_nothing_fits() -> None:
    """With text nothing but diffusion is left, and below 100 ms not that: 100 ms or more, or no text."""
    stated = spec(conditioning=["text"], latency_budget_ms=50, maturity="proven")
    made = report(table(TEXT, FAST, PROVEN, NO_GAN), stated)
    assert made.verdict.verdict == "infeasible"
    assert "To relax, one of: latency_budget_ms at 100 ms or more (diffusion)." in list(standing_lines(made))
    assert [step.title for step in made.next_steps] == ["Relax what can give"]
    fits = report(table(TEXT, FAST, PROVEN, NO_GAN), spec(conditioning=["text"], latency_budget_ms=100))
    assert not any(line.startswith("To relax") for line in standing_lines(fits))


def test_a_table_says_what_gpu_would_do_by_the_three_that_are_nearest_in_strength() -> None:
    """The three with the peak nearest to a T4's are named, and the others counted; JSON has them all."""
    from genarch.engine.constraints import gpu_names

    small = rule("small", Predicate("gpu", "is", ("t4",)), {"gan": 3})
    other = tuple(name for name in gpu_names().devices if name != "t4")
    made = report(table(small, rule("others", Predicate("gpu", "is", other), {"diffusion": 3})), spec(gpu="t4"))
    flip = next(flip for flip in explored(made).flips if flip.verdict == "diffusion")
    every = [str(value) for value in (flip.changes[0].value, *flip.changes[0].others)]
    named, more = flip_rows(explored(made), made.spec.constraints)[0][0].removeprefix("gpu: ").rsplit(" or ", 1)
    assert more == f"{len(every) - 3} more"
    peaks, own = gpu_names().peak_tflops, gpu_names().peak_tflops["t4"]
    nearest = sorted((name for name in every if name in peaks), key=lambda name: abs(log(peaks[name] / own)))[:3]
    assert named == ", ".join(nearest)


def test_what_to_ask_first_comes_with_the_command_for_it() -> None:
    made = report(table(NARROW, TEXT), spec(domain="narrow")._replace(origin=Origin("my specs/a.yaml")))
    first = made.next_steps[0]
    assert first.step.startswith("Find out conditioning first (")
    assert first.command == "genarch ask --answers 'my specs/a.yaml'"
    assert report(table(NARROW, TEXT), spec(domain="narrow")).next_steps[0].command is None  # of no file
