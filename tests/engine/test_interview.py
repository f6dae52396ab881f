"""The questionnaire's logic: it stops when the rest cannot matter, and says rightly what an answer ruled out."""

from __future__ import annotations

from functools import partial

import pytest
from benchmarks.questions import asked, complete_people, full_form
from hypothesis import given
from hypothesis import strategies as st

import brute
from builders import SOURCE, rule, table
from genarch import RuleTable, load_rules
from genarch.engine import interview as module
from genarch.engine.conditions import All, Any, Predicate
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Answers, Value
from genarch.engine.interview import Decided, Interview, Order, RuledOut, Sheet
from genarch.engine.matching import Matcher
from genarch.engine.rules import Notice
from genarch.engine.spec import with_implied
from strategies import answers as random_answers
from strategies import complete_answers, contradictory_tables, examples, values

BELOW_50 = Predicate("latency_budget_ms", "below", (50,))
SMALL = ("domain", "latency_budget_ms", "paired_data")
ORDERS: tuple[Order, ...] = ("adaptive", "fixed")


def filled(interview: Interview, answers: Answers) -> Sheet:
    """The sheet at the stop, for someone who has these answers and no others."""
    sheet = Sheet({})
    for _ in range(60):
        standing = interview.standing(sheet)
        if not standing.open:
            return sheet
        name = standing.open[0]
        assert name not in sheet.asked, "no question is put twice"
        sheet = sheet.answered(name, answers.get(name))
    raise AssertionError("it never stops")


@given(random_answers() | complete_answers(), st.sampled_from(ORDERS), st.data())
@examples(12)
def test_the_verdict_at_the_stop_is_that_of_every_completion(
    answers: Answers, order: Order, data: st.DataObject
) -> None:
    rules = load_rules("article", evidence=False)
    interview = Interview(rules, order=order)
    sheet = filled(interview, answers)
    standing = interview.standing(sheet)
    matcher = Matcher([notice.when for notice in rules.notices if notice.level == "inconsistency"])
    before = matcher.match(sheet.stated).hits
    for _ in range(12):
        rest = {c.name: data.draw(values(c)) for c in CONSTRAINTS if c.name not in sheet.stated}
        completed = {**sheet.stated, **rest}
        if not matcher.match(completed).hits & ~before:
            assert brute.verdict(completed, rules) in standing.possible
    if standing.settled:
        assert standing.possible == (brute.verdict(dict(sheet.stated), rules),)
    else:
        assert sheet.declined


@given(contradictory_tables(SMALL), random_answers(SMALL), st.sampled_from(ORDERS))
@examples(40)
def test_on_small_tables_it_agrees_with_brute_force(rules: RuleTable, answers: Answers, order: Order) -> None:
    interview = Interview(rules, order=order)
    sheet = filled(interview, answers)
    found = {brute.verdict(completed, rules) for completed in brute.completions(dict(sheet.stated), rules, SMALL)}
    assert set(interview.standing(sheet).possible) == found


@given(contradictory_tables(SMALL), random_answers(SMALL), st.data())
@examples(40)
def test_what_an_answer_rules_out_is_what_brute_force_says(
    rules: RuleTable, answers: Answers, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(SMALL))
    stated: dict[str, Value] = {**answers, name: data.draw(values(BY_NAME[name]))}
    others = {other: value for other, value in stated.items() if other != name}
    before = {brute.verdict(completed, rules) for completed in brute.completions(others, rules, SMALL)}
    after = {brute.verdict(completed, rules) for completed in brute.completions(stated, rules, SMALL)}
    ruled_out = Interview(rules).ruled_out(name, stated)
    assert {item.verdict for item in ruled_out} == before - after
    matcher = Matcher([rule.when for rule in rules.rules])
    ids = [rule.id for rule in rules.rules]
    for item in ruled_out:
        for completed in brute.completions(others, rules, SMALL):
            hits = matcher.match(completed).hits
            if item.rules and all(bool(hits >> ids.index(rule.rule) & 1) == rule.hits for rule in item.rules):
                assert brute.verdict(completed, rules) != item.verdict


def test_the_first_question_narrows_the_verdicts_and_declined_ones_are_not_put_again(shipped: RuleTable) -> None:
    interview = Interview(shipped)
    first = interview.standing(Sheet({})).open[0]
    after = interview.standing(Sheet({}).answered(first, None))
    assert first not in after.open


def test_a_fixed_order_is_the_table_s_own(shipped: RuleTable) -> None:
    found = Interview(shipped, order="fixed").standing(Sheet({})).open
    order = [question.id for question in shipped.questions]
    assert list(found) == [name for name in order if name in found]


def test_every_question_is_put_with_every(shipped: RuleTable) -> None:
    standing = Interview(shipped, every=True).standing(Sheet({}))
    assert set(standing.open) == set(BY_NAME)


def test_without_rules_there_is_nothing_to_ask() -> None:
    assert Interview(table()).standing(Sheet({})).open == ()


def test_an_earlier_answer_changed_drops_what_is_not_asked_any_more(shipped: RuleTable) -> None:
    interview = Interview(shipped)
    sheet = Sheet({}).answered("conditioning", frozenset({"text"}), "[text]")
    sheet = sheet.answered("latency_budget_ms", 9, "9").answered("resolution_px", 512, "512")
    assert interview.no_longer_apply(sheet, "conditioning") == ["resolution_px"]
    assert sheet.dropped("resolution_px").asked == ("conditioning", "latency_budget_ms")


def test_it_asks_about_half_of_the_full_form() -> None:
    """The first 20 of the 1,000 people of the benchmark, for whom chance adds a little to its 0.49."""
    shipped = load_rules("article", evidence=False)
    people = complete_people(shipped, 20)
    adaptive = sum(asked(partial(Interview, shipped), answers).questions for answers in people)
    assert adaptive <= 0.55 * sum(full_form(shipped, answers) for answers in people)


def test_contradictions_are_told_as_the_table_has_them(shipped: RuleTable) -> None:
    chosen: dict[str, Value] = {"task": "text_to_image", "conditioning": frozenset({"mask"})}
    told = Interview(shipped).contradictions(chosen)
    assert [notice.id for notice in told] == ["inconsistent-text-to-image-without-text"]


def test_a_rule_is_named_for_what_it_rules_out(shipped: RuleTable) -> None:
    found = Interview(shipped).ruled_out("maturity", {"latency_budget_ms": 9, "maturity": "proven"})
    assert {item.verdict: [rule.rule for rule in item.rules] for item in found}["hybrid"] == [
        "proven-only-excludes-hybrids"
    ]


def test_a_sheet_has_each_answer_once() -> None:
    open_first = Sheet({}).answered("domain", None).answered("domain", "narrow", "narrow")
    assert open_first == Sheet({"domain": "narrow"}, (), ("domain",), {"domain": "narrow"})
    assert open_first.answered("domain", None) == Sheet({}, ("domain",), ("domain",), {})
    assert open_first.dropped("domain") == Sheet({})


def test_a_question_stays_where_an_answer_kept_from_before_it_needs_it() -> None:
    when = All((Predicate("domain", "is", ("narrow",)), Predicate("paired_data", "is", (True,)), BELOW_50))
    interview = Interview(table(rule("a-rule", when, {"gan": 3})))
    sheet = Sheet({"domain": "narrow", "paired_data": False, "latency_budget_ms": 20})
    sheet = sheet._replace(asked=("domain", "paired_data", "latency_budget_ms"))
    # Beside domain alone the rule waits for paired_data; with the answer to it, which rules it out, for nothing more.
    assert interview.no_longer_apply(sheet, "domain") == ["latency_budget_ms"]
    assert interview.no_longer_apply(sheet._replace(stated={"domain": "narrow"}), "domain") == []


def test_what_was_asked_before_an_answer_stays() -> None:
    """Paired data matter where it is narrow. What was asked before is not looked at, though no rule reads it."""
    narrow_and_paired = All((Predicate("domain", "is", ("narrow",)), Predicate("paired_data", "is", (True,))))
    rules = table(rule("one", narrow_and_paired, {"gan": 3}))
    sheet = Sheet({"domain": "broad", "paired_data": True, "control": "fine", "maturity": "proven"})
    sheet = sheet._replace(asked=("control", "domain", "paired_data", "maturity"))
    assert Interview(rules).no_longer_apply(sheet, "domain") == ["paired_data", "maturity"]
    assert Interview(rules).no_longer_apply(sheet, "paired_data") == ["maturity"]
    assert Interview(rules).no_longer_apply(sheet, "task") == []  # it was not asked
    assert Interview(rules, every=True).no_longer_apply(sheet, "domain") == []


NARROW, BROAD = Predicate("domain", "is", ("narrow",)), Predicate("domain", "is", ("broad",))
PAIRED = Predicate("paired_data", "is", (True,))
LIMITED = Predicate("team_expertise", "is", ("limited",))
SOLD = Predicate("commercial_use", "is", (True,))


@pytest.mark.parametrize(
    ("stated", "waiting"),
    [
        ({}, ["domain", "latency_budget_ms", "paired_data"]),
        ({"domain": "broad"}, []),
        ({"domain": "narrow", "paired_data": True}, []),
        ({"domain": "narrow", "paired_data": False}, ["latency_budget_ms"]),
        ({"latency_budget_ms": 20}, ["domain", "paired_data"]),  # an alternative is open that makes no difference
        ({"latency_budget_ms": 50}, ["domain", "paired_data"]),
    ],
)
def test_a_rule_waits_for_what_can_still_decide_it(stated: Answers, waiting: list[str]) -> None:
    """Narrow, and paired or below 50."""
    rules = table(rule("one", All((NARROW, Any((PAIRED, BELOW_50)))), {"gan": 3}))
    assert Interview(rules).awaited(stated) == waiting


@pytest.mark.parametrize(
    ("stated", "waiting"),
    [
        ({}, ["team_expertise", "paired_data"]),
        ({"team_expertise": "experienced"}, ["paired_data"]),
        ({"team_expertise": "limited"}, ["paired_data"]),
        ({"paired_data": True}, []),
    ],
)
def test_an_inconsistency_counts_where_it_reads_what_a_rule_waits_for(stated: Answers, waiting: list[str]) -> None:
    """The second inconsistency reads what the first does, but nothing that a rule waits for."""
    notices = [
        Notice(f"inconsistent-{at}", "inconsistency", "t", when, "m", SOURCE)
        for at, when in enumerate((All((PAIRED, LIMITED)), All((LIMITED, SOLD))))
    ]
    for either in (notices, notices[::-1]):
        assert Interview(table(rule("one", PAIRED, {"gan": 3}), notices=either)).awaited(stated) == waiting


def test_what_hardware_implies_is_not_waited_for() -> None:
    interview = Interview(table(rule("one", Predicate("device", "is", ("mobile",)), {"gan": 3})))
    assert interview.awaited({}) == ["device"]
    assert interview.awaited({"gpu": "rtx-4090"}) == []


def test_one_rule_is_named_where_it_is_enough() -> None:
    """With paired data diffusion has 5. Below 100 gan has 3 of 8, below 50 it has 5: level, so no verdict for either."""
    rules = table(
        rule("below-100", Predicate("latency_budget_ms", "below", (100,)), {"gan": 3}),
        rule("below-50", BELOW_50, {"gan": 2}),
        rule("paired", PAIRED, {"diffusion": 5}),
    )
    found = {
        item.verdict: item.rules for item in Interview(rules).ruled_out("latency_budget_ms", {"latency_budget_ms": 20})
    }
    assert found["diffusion"] == (Decided("below-50", hits=True),)
    assert found["undetermined"] == (Decided("below-100", hits=True),)


def test_rules_are_named_together_where_each_alone_is_not_enough_and_idle_ones_are_not() -> None:
    """Diffusion has 4 with paired data, and needs 3 more from below 50, or gan's 4 from below 100 to be away."""
    rules = table(
        rule("below-50", BELOW_50, {"diffusion": 3}),
        rule("below-80", Predicate("latency_budget_ms", "below", (80,)), {"consistency": 1}),
        rule("below-100", Predicate("latency_budget_ms", "below", (100,)), {"gan": 4}),
        rule("paired", PAIRED, {"diffusion": 4}),
    )
    found = Interview(rules).ruled_out("latency_budget_ms", {"latency_budget_ms": 75})
    assert found == [
        RuledOut("diffusion", (Decided("below-50", hits=False), Decided("below-100", hits=True))),
        RuledOut("undetermined", (Decided("below-80", hits=True),)),
    ]
    # With nothing paired, diffusion never had more than 3: 3 of 7 against gan's 4 are too close to call.
    assert Interview(rules).ruled_out("latency_budget_ms", {"latency_budget_ms": 75, "paired_data": False}) == [
        RuledOut("evaluate_both", (Decided("below-50", hits=False),)),
        RuledOut("undetermined", (Decided("below-80", hits=True),)),
    ]


def reason(rules: RuleTable, verdict: str, **answer: Value) -> tuple[Decided, ...]:
    """Why one answer to nothing stated rules a verdict out."""
    ((name, value),) = answer.items()
    (found,) = [item for item in Interview(rules).ruled_out(name, {name: value}) if item.verdict == verdict]
    return found.rules


FROM_100 = Predicate("latency_budget_ms", "at_least", (100,))
BELOW_100 = Predicate("latency_budget_ms", "below", (100,))
HIT, FAR = Decided("below-50", hits=True), Decided("from-100", hits=False)


def test_a_rule_is_enough_though_no_bound_says_so() -> None:
    """Gan's 4 against 8 leave diffusion in front, 4 of 12, but nothing is below 50 and at least 100."""
    rules = table(rule("below-50", BELOW_50, {"gan": 4}), rule("from-100", FROM_100, {"diffusion": 8}))
    assert reason(rules, "diffusion", latency_budget_ms=20) == (HIT,)
    assert reason(rules._replace(rules=rules.rules[::-1]), "diffusion", latency_budget_ms=20) == (FAR,)
    assert reason(rules, "undetermined", latency_budget_ms=20) == (HIT,)
    assert reason(rules, "undetermined", latency_budget_ms=200) == (Decided("from-100", hits=True),)


@pytest.mark.parametrize(("patience", "named"), [(4, (HIT,)), (3, (FAR,))])
def test_a_search_for_idle_rules_ends_where_a_rule_is_not_as_decided(
    patience: int, named: tuple[Decided, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root, below 50, from 50 and from 100: there the first rule misses, so whether data are paired is not tried.

    One node less, and it is left for the second rule, without which diffusion never has points.
    """
    rules = table(
        rule("below-50", BELOW_50, {"gan": 4}),
        rule("from-100", FROM_100, {"diffusion": 8}),
        rule("paired", PAIRED, {"consistency": 1}),
    )
    monkeypatch.setattr(module, "PATIENCE", patience)
    assert reason(rules, "diffusion", latency_budget_ms=20) == named


@pytest.mark.parametrize(("patience", "named"), [(11, ("from-100",)), (10, ("from-100", "below-20"))])
def test_so_it_does_where_a_rule_hits_that_must_not(
    patience: int, named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gan has 4, diffusion 3 where it is narrow and 3 where it is broad: never more than 3 without the first rule.

    The root, below 10, from 10, from 20 and from 100. In the first three there are narrow and broad to be tried, which
    no bound sees; in the last the first rule hits. That is 1 + 3 * 3 + 1. One less, and it stays beside below 20: with
    both, only from 20 has narrow and broad to be tried, 1 + 2 + 3 + 1.
    """
    rules = table(
        rule("from-100", FROM_100, {"diffusion": 8}),
        rule("below-10", Predicate("latency_budget_ms", "below", (10,)), {}),
        rule("below-20", Predicate("latency_budget_ms", "below", (20,)), {}),
        rule("narrow", NARROW, {"diffusion": 3}),
        rule("broad", BROAD, {"diffusion": 3}),
        rule("always", All(()), {"gan": 4}),
    )
    monkeypatch.setattr(module, "PATIENCE", patience)
    assert tuple(decided.rule for decided in reason(rules, "diffusion", latency_budget_ms=50)) == named


@pytest.mark.parametrize(
    ("patience", "abandoned", "named"),
    [
        (300, 4, ("below-50",)),
        (300, 1, ("below-50",)),  # the first search finds an answer: it came to its end
        (1, 4, ("below-50",)),  # that below 100 alone is enough cannot be shown, that below 50 is, at once
        (1, 1, ("below-100", "below-50")),  # it is not looked at after one that was abandoned
        (300, 0, ("below-100", "below-50")),
    ],
)
def test_what_takes_too_long_to_be_shown_idle_stays(
    patience: int, abandoned: int, named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below 50 diffusion is excluded; gan's point below 100 leaves it in front, 3 against 1."""
    rules = table(
        rule("below-100", BELOW_100, {"gan": 1}),
        rule("below-50", BELOW_50, {}, ["diffusion"]),
        rule("paired", PAIRED, {"diffusion": 3}),
    )
    monkeypatch.setattr(module, "PATIENCE", patience)
    monkeypatch.setattr(module, "MOST_ABANDONED", abandoned)
    assert tuple(decided.rule for decided in reason(rules, "diffusion", latency_budget_ms=20)) == named


@pytest.mark.parametrize(
    ("devices", "patience", "named"),
    [
        (("datacenter_gpu", "consumer_gpu", "edge"), 1, (HIT,)),
        (("datacenter_gpu", "consumer_gpu", "edge", "mobile"), 1, ()),
        (("datacenter_gpu", "consumer_gpu", "edge", "mobile"), 2, (HIT,)),
    ],
)
def test_all_rules_together_have_five_times_the_patience(
    devices: tuple[str, ...], patience: int, named: tuple[Decided, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gan has 4. Diffusion gets 3 on each of the devices, and nothing is two of them: the root, each, and any other."""
    on_devices = (rule(f"on-{device}", Predicate("device", "is", (device,)), {"diffusion": 3}) for device in devices)
    monkeypatch.setattr(module, "PATIENCE", patience)
    rules = table(rule("below-50", BELOW_50, {"gan": 4}), *on_devices)
    assert reason(rules, "diffusion", latency_budget_ms=20) == named


def test_settled_answers_are_confirmed_by_what_gives_their_verdict_most_often() -> None:
    """Narrow and broad both give gan; of the tasks two do, and all others leave nothing with points."""
    rules = table(
        rule("narrow", NARROW, {"gan": 3}),
        rule("broad", BROAD, {"gan": 3}),
        rule("inpainting", Predicate("task", "is", ("inpainting",)), {"gan": 1}),
        rule("restoration", Predicate("task", "is", ("restoration",)), {"gan": 2}),
    )
    standing = Interview(rules).standing(Sheet({}))
    assert (standing.verdict.verdict, standing.possible, standing.settled) == ("undetermined", ("gan",), False)
    assert standing.open == ("domain", "task")
    assert Interview(rules, order="fixed").standing(Sheet({})).open == ("task", "domain")
    assert Interview(rules).standing(Sheet({}, declined=("domain",))).open == ("task",)
    assert Interview(rules).standing(Sheet({"domain": "narrow"})).open == ()
    assert Interview(rules).standing(Sheet({"task": "inpainting"})).open == ()


def test_every_question_is_put_after_those_that_a_rule_waits_for() -> None:
    """Not the hardware and what it implies, nor what was declined."""
    rules = table(rule("paired", PAIRED, {"gan": 3}))
    sheet = Sheet({"gpu": "rtx-4090"}, declined=("task",))
    rest = [c.name for c in CONSTRAINTS if c.name not in ("task", "paired_data", *with_implied(sheet.stated))]
    assert Interview(rules, every=True).standing(sheet).open == ("paired_data", *rest)
    assert Interview(rules, every=True).standing(
        sheet._replace(stated={**sheet.stated, "paired_data": True})
    ).open == tuple(rest)
    assert Interview(rules).standing(sheet).open == ("paired_data",)
