"""What answers go together by documented cases, and the situations that questions begin with."""

from __future__ import annotations

import re
from collections import Counter

from benchmarks.questions import drawn_people, measured

from builders import rule, table
from genarch import decide, load_rules
from genarch.engine.conditions import Predicate, predicates
from genarch.engine.constraints import BY_NAME, Answers, gpu_names
from genarch.engine.interview import MOST, Interview, Sheet
from genarch.engine.likely import DRAWN, Likely, Questionnaire, Situation, usual_hardware
from genarch.engine.precedents import Weights
from genarch.engine.spec import Case, CaseSpec, Spec
from genarch.files.bundled import bundled_cases, load_questionnaire


def case(name: str, answers: Answers) -> Case:
    return Case(name, CaseSpec(answers), "gan")


NARROW = {"task": "texture", "domain": "narrow", "serving": "batch"}
BROAD = {"task": "text_to_image", "domain": "broad", "serving": "realtime"}
LIKELY = Likely([case("one", NARROW), case("two", BROAD)], Weights())


def test_ways_to_answer_the_rest_are_those_of_the_cases_that_agree() -> None:
    ways = list(LIKELY.completions({"task": "texture"}, BY_NAME))
    assert len(ways) == DRAWN
    assert ways == list(LIKELY.completions({"task": "texture"}, BY_NAME)), "always the same"
    domains = Counter(way.get("domain") for way in ways)
    assert domains["narrow"] > 0.95 * DRAWN > domains["narrow"] - DRAWN * 0.05
    assert domains["broad"] > 0, "no answer of a case is impossible"
    assert all("task" not in way for way in ways)
    assert all(way.keys() <= {"serving"} for way in LIKELY.completions({"task": "texture"}, ("task", "serving")))


def test_without_anything_stated_every_case_counts_alike_and_what_is_made_stays_together() -> None:
    ways = list(LIKELY.completions({}, BY_NAME))
    together = Counter((way["task"], way["domain"]) for way in ways)
    assert together["texture", "narrow"] + together["text_to_image", "broad"] > 0.9 * DRAWN
    assert 0.4 * DRAWN < together["texture", "narrow"] < 0.6 * DRAWN


def test_names_that_are_chosen_most_stand_first() -> None:
    assert list(LIKELY.names(BY_NAME["serving"], {"task": "text_to_image"})) == ["realtime", "batch", "near_realtime"]


def test_situations_that_most_cases_fit_stand_first_and_every_task_is_there() -> None:
    known = [Situation("Nothing", {"task": "compression"}), Situation("Tiles", {"task": "texture", "domain": "narrow"})]
    found = LIKELY.situations(known)
    assert [one.says for one in found[:2]] == ["Tiles", "Nothing"]
    assert [one.fills["task"] for one in found[2:]] == list(BY_NAME["task"].values)


def test_another_situation_takes_the_place_of_the_first_and_leaves_what_was_stated() -> None:
    sheet = Sheet({"serving": "batch"}).situated(BROAD)
    assert sheet.stated == {"serving": "batch", "task": "text_to_image", "domain": "broad"}
    assert (sheet.asked, sheet.filled) == (("task",), ("domain",))
    assert sheet.situated({"task": "texture"}).stated == {"serving": "batch", "task": "texture"}
    assert sheet.answered("domain", "narrow").filled == ()


def test_it_stops_where_likely_ways_have_the_verdict_and_goes_on_until_it_is_certain() -> None:
    rules = table(
        rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 3}),
        rule("fine", Predicate("control", "is", ("fine",)), {"diffusion": 9}),
    )
    sheet = Sheet({"task": "texture", "domain": "narrow"})
    standing = Interview(rules, likely=LIKELY).standing(sheet)
    assert (standing.open, standing.settled, standing.share) == ((), False, 1.0)
    assert Interview(rules, likely=LIKELY, certain=True).standing(sheet).open == ("control",)
    assert Interview(rules).standing(sheet).open == ("control",)
    assert Interview(rules, likely=LIKELY).standing(Sheet({"task": "texture"})).open[0] == "domain"
    many = tuple(BY_NAME)[:MOST]
    assert Interview(rules, likely=LIKELY).standing(Sheet({"task": "texture"}, asked=many)).open == ()


def test_what_makes_no_sense_for_the_task_is_not_asked() -> None:
    rules = table(rule("paired", Predicate("paired_data", "is", (True,)), {"gan": 3}))
    questionnaire = Questionnaire(only_for={"paired_data": ("inpainting",)})
    interview = Interview(rules, questionnaire=questionnaire, every=True)
    assert "paired_data" not in interview.standing(Sheet({"task": "texture"})).open
    assert "paired_data" in interview.standing(Sheet({"task": "inpainting"})).open
    assert "paired_data" in interview.standing(Sheet({})).open


def test_no_question_is_left_out_where_a_case_or_a_rule_needs_it() -> None:
    known = load_questionnaire()
    for case in bundled_cases():
        stated = case.spec.constraints
        assert all(known.applies(name, stated) for name, value in stated.items() if value is not False), case.id
    for name in ("article", "field"):
        for entry in load_rules(name, evidence=False).rules:
            read = list(predicates(entry.when))
            for task in (t for one in read if one.constraint == "task" and one.operator == "is" for t in one.operand):
                assert all(known.applies(one.constraint, {"task": str(task)}) for one in read), entry.id


def test_situations_are_apart_and_name_what_there_is() -> None:
    known = load_questionnaire()
    assert len({one.says for one in known.situations}) == len(known.situations)
    assert {one.fills["task"] for one in known.situations} == set(BY_NAME["task"].values)
    assert {*known.only_for, *known.then} <= set(BY_NAME)
    assert {task for tasks in known.only_for.values() for task in tasks} <= set(BY_NAME["task"].values)


def test_every_word_to_search_for_leads_to_a_situation() -> None:
    known = load_questionnaire()
    says = [one.says.casefold() for one in LIKELY.situations(known.situations)]
    for other in {word for words in known.words.values() for word in words}:
        assert any(re.search(rf"(?<![a-z]){re.escape(other)}", text) for text in says), other
    assert list(known.said_as("upscaling")) == ["upscaling", "larger"]
    assert list(known.said_as("prompt")) == ["prompt"]


def test_hardware_to_choose_from_is_of_the_device_and_what_it_mostly_is_comes_first() -> None:
    devices = gpu_names().devices
    assert usual_hardware({}) == list(gpu_names().usual)
    assert devices[usual_hardware({"device": "mobile"})[0]][0] == "mobile"
    assert {devices[gpu][0] for gpu in usual_hardware({"device": "cpu"})} == {"cpu"}
    kinds = [devices[gpu][0] for gpu in usual_hardware({"device": "browser"})]
    assert set(kinds[:5]) <= {"consumer_gpu", "mobile"}
    assert "datacenter_gpu" not in kinds


def test_few_questions_come_to_the_verdict_of_all_answers() -> None:
    """A 40th of the people of the benchmark, which has at most 4.5 questions on average and 97 % for all."""
    people, rules = drawn_people(1_000)[::40], load_rules()
    runs = measured(rules, people)
    assert sum(run.questions for run in runs) / len(runs) <= 4.8
    assert max(run.questions for run in runs) <= MOST
    verdicts = [decide(Spec("all", answers), rules).verdict for answers in people]
    assert (
        sum(run.standing.verdict.verdict == verdict for run, verdict in zip(runs, verdicts, strict=True))
        >= len(runs) - 1
    )
