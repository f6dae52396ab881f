"""Each check on a table: what it must find, what it must leave alone, and all of it against brute force."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brute import completions, contradictions, verdict
from builders import FAMILIES, SOURCE, rule, table
from genarch import RuleTable
from genarch.engine import courses, lint
from genarch.engine.conditions import All, Any, Condition, Not, Predicate
from genarch.engine.constraints import BY_NAME, Value
from genarch.engine.findings import Finding
from genarch.engine.lint import (
    architectures_never_recommended,
    blind_spots,
    entries_never_shown,
    examples_missing,
    exclusions_of_everything,
    facts_uncited,
    impossible_conditions,
    rules_always_together,
    rules_that_never_matter,
    unread,
    verdicts_that_return,
    verify,
)
from genarch.engine.matching import Matcher
from genarch.engine.rules import Fact, Method, Notice, TableWaiver
from genarch.engine.scoring import scorer
from strategies import contradictory_tables, examples, single_predicates

NAMES = ("domain", "latency_budget_ms", "paired_data", "team_expertise")

NARROW = Predicate("domain", "is", ("narrow",))
BROAD = Predicate("domain", "is", ("broad",))
PAIRED = Predicate("paired_data", "is", (True,))
LIMITED = Predicate("team_expertise", "is", ("limited",))


def below(limit: int) -> Predicate:
    return Predicate("latency_budget_ms", "below", (limit,))


def at_least(limit: int) -> Predicate:
    return Predicate("latency_budget_ms", "at_least", (limit,))


def subjects(findings: object) -> list[tuple[str, ...]]:
    return [finding.subject for finding in findings]  # type: ignore[attr-defined]


def ids(findings: object) -> list[str]:
    return [finding.check for finding in findings]  # type: ignore[attr-defined]


def hits_of(rules: RuleTable, answers: dict[str, Value]) -> int:
    return Matcher([each.when for each in rules.rules]).match(answers).hits


# Conditions


def test_a_condition_that_contradicts_itself() -> None:
    rules = table(rule("never", All((below(50), at_least(100))), {"gan": 1}), rule("fine", below(50), {"gan": 1}))
    (found,) = impossible_conditions(rules)
    assert found.check == "condition-contradicts-itself"
    assert found.entry == ("rules", "never")
    assert "latency_budget_ms below 50 and latency_budget_ms at least 100" in found.message


def test_an_alternative_that_never_holds() -> None:
    """Narrow, and one of: broad, or paired. The first of the two can never be."""
    rules = table(rule("half", All((NARROW, Any((BROAD, PAIRED)))), {"gan": 1}))
    (found,) = impossible_conditions(rules)
    assert found.message == "its alternative 'domain is broad' never holds beside the rest of the condition"


def test_a_rule_that_hits_on_inconsistent_answers_alone() -> None:
    notice = Notice("inconsistent-x", "inconsistency", "t", NARROW, "m", SOURCE)
    rules = table(rule("dead", All((NARROW, PAIRED)), {"gan": 1}), rule("fine", PAIRED, {"gan": 1}), notices=[notice])
    assert ids(impossible_conditions(rules)) == ["rule-never-hits"]
    assert subjects(impossible_conditions(rules)) == [("dead",)]


def test_inconsistencies_that_leave_no_answers() -> None:
    notices = [
        Notice("inconsistent-x", "inconsistency", "t", NARROW, "m", SOURCE),
        Notice("inconsistent-y", "inconsistency", "t", BROAD, "m", SOURCE),
    ]
    rules = table(rule("one", PAIRED, {"gan": 1}), notices=notices)
    assert ids(impossible_conditions(rules)) == ["everything-inconsistent"]


def test_rules_that_always_hit_together() -> None:
    """Not broad is narrow, where a choice has two values."""
    rules = table(
        rule("one", NARROW, {"gan": 1}),
        rule("two", Not(BROAD), {"gan": 2}),
        rule("three", Any((All((NARROW, PAIRED)), All((NARROW, Not(PAIRED))))), {"diffusion": 1}),
        rule("four", All((NARROW, PAIRED)), {"gan": 1}),
    )
    assert subjects(rules_always_together(rules)) == [("one", "two", "three")]


# Effects


def test_a_rule_that_never_matters() -> None:
    """Wherever 'small' hits, 'large' does, and gan leads by 3 of 3 points or by 4 of 4."""
    rules = table(rule("large", NARROW, {"gan": 3}), rule("small", All((NARROW, PAIRED)), {"gan": 1}))
    assert subjects(rules_that_never_matter(rules)) == [("small",)]


def test_a_rule_that_only_chooses_within_a_family_matters() -> None:
    rules = table(
        rule("hybrid", NARROW, {"consistency": 3}), rule("which", PAIRED, {"gan_enhanced_diffusion": 3, "gan": -3})
    )
    assert not list(rules_that_never_matter(rules))


def test_a_rule_that_only_limits_matters_where_a_verdict_is_surer_without_it() -> None:
    """With 3 of 3 points gan is clear, a lean where 'open' hits; nothing recommends diffusion."""
    favours, opened = rule("gan", NARROW, {"gan": 3}), rule("open", PAIRED)
    assert not list(rules_that_never_matter(table(favours, opened._replace(limits=("gan",)))))
    assert subjects(rules_that_never_matter(table(favours, opened._replace(limits=("diffusion",))))) == [("open",)]


def test_a_rule_that_only_limits_is_searched_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genarch.engine.completions.MOST_SAMPLES", 0)
    favours, opened = rule("gan", NARROW, {"gan": 3}), rule("open", PAIRED)
    assert not list(rules_that_never_matter(table(favours, opened._replace(limits=("gan",)))))
    assert subjects(rules_that_never_matter(table(favours, opened._replace(limits=("diffusion",))))) == [("open",)]


def test_a_blind_spot_and_its_example() -> None:
    rules = table(rule("narrow", NARROW, {"gan": 1}), rule("slow", at_least(100), {"diffusion": 1}))
    (found,) = blind_spots(rules)
    assert found.example is not None
    assert found.example["domain"] == "broad"
    assert not hits_of(rules, dict(found.example))
    assert not list(blind_spots(table(rule("n", NARROW, {"gan": 1}), rule("b", BROAD, {"diffusion": 1}))))


def test_rules_that_leave_nothing() -> None:
    """Two rules exclude two architectures each: narrow, or broad and paired, with below 50."""
    rules = table(
        rule("left", Any((NARROW, All((BROAD, PAIRED)))), excludes=["gan", "diffusion"]),
        rule("right", below(50), excludes=["consistency", "gan_enhanced_diffusion"]),
        rule("again", All((below(20), PAIRED)), excludes=["consistency", "gan_enhanced_diffusion"]),
        rule("apart", at_least(50), excludes=["gan"]),
    )
    first, second = exclusions_of_everything(rules)
    assert first.subject == ("left", "right")
    assert first.message.endswith("leave nothing: brought about by domain and latency_budget_ms")
    assert second.subject == ("left", "again")
    for found in (first, second):
        assert found.example is not None
        assert verdict(dict(found.example), rules) == "infeasible"


def test_an_architecture_that_is_never_recommended() -> None:
    rules = table(
        rule("gan", NARROW, {"gan": 3}),
        rule("both", BROAD, {"diffusion": 2, "consistency": 2}),
        rule("never", All((NARROW, PAIRED)), {"gan_enhanced_diffusion": 1}),
    )
    found = {finding.subject[0]: finding.check for finding in architectures_never_recommended(rules)}
    assert found == {
        "diffusion": "architecture-never-alone",
        "consistency": "architecture-never-alone",
        "gan_enhanced_diffusion": "architecture-never-recommended",
    }


def test_a_method_and_a_notice_that_are_never_shown() -> None:
    rules = table(
        rule("g", NARROW, {"gan": 3}),
        rule("d", BROAD, {"diffusion": 3}),
        notices=[Notice("never", "note", "t", BROAD, "m", SOURCE, about=("gan",))],
    )
    methods = (
        Method("shown", "t", ("gan",), NARROW, "b", SOURCE),
        Method("hidden", "t", ("diffusion",), NARROW, "b", SOURCE),
    )
    assert subjects(entries_never_shown(rules._replace(methods=methods))) == [("hidden",), ("never",)]


def test_a_verdict_that_returns() -> None:
    """From 50 to below 100 diffusion leads by 3 - 2 of 5; on both sides gan has its 2 alone."""
    rules = table(
        rule("always", Any((NARROW, BROAD)), {"gan": 2}),
        rule("between", All((at_least(50), below(100))), {"diffusion": 3}),
    )
    (found,) = verdicts_that_return(rules)
    assert found.subject == ("latency_budget_ms", "gan", "diffusion")
    assert found.message.endswith("below 50: gan; 50 to below 100: diffusion; 100 or more: gan")


def test_verdicts_that_samples_do_not_show_are_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "SAMPLES", 0)
    test_a_verdict_that_returns()


def test_two_rules_that_do_not_follow_each_other_return(monkeypatch: pytest.MonkeyPatch) -> None:
    """Below 50 and from 100 on, both ahead by 3 of 3; between, an excluded gan leaves diffusion, which has no rival."""
    monkeypatch.setattr(courses, "SAMPLES", 0)
    rules = table(
        rule("always", Any((NARROW, BROAD)), {"gan": 3}, ["consistency", "gan_enhanced_diffusion"]),
        rule("between", All((at_least(50), below(100))), excludes=["gan"]),
    )
    assert subjects(verdicts_that_return(rules)) == [("latency_budget_ms", "gan", "diffusion")]


EVERYWHERE = Any((NARROW, BROAD))
BETWEEN = (at_least(50), below(100))
TWO = ("gan", "diffusion")
THREE = (*TWO, "consistency")


@pytest.mark.parametrize(
    ("architectures", "always", "between", "there_and_back"),
    [
        # 3 : 3 on both sides; between 5 : 3, ahead by 2 of 8.
        (TWO, [{"gan": 3, "diffusion": 3}], [{"gan": 2}], ("evaluate_both", "gan")),
        # 5 : 3 on both sides; between 5 : 5.
        (TWO, [{"gan": 5, "diffusion": 3}], [{"diffusion": 2}], ("gan", "evaluate_both")),
        # 3 : 2 on both sides, 1 of 5; between 0 : 2, 2 of 8.
        (TWO, [{"gan": 3, "diffusion": 2}], [{"gan": -3}], ("gan", "diffusion")),
        # 3 : 2 on both sides; between 7 : 6, no further apart, but 1 of 13.
        (TWO, [{"gan": 3, "diffusion": 2}], [{"gan": 4, "diffusion": 4}], ("gan", "evaluate_both")),
        # 4 : 3 on both sides, 1 of 7, close; between 5 : 3, by a single point more.
        (TWO, [{"gan": 4, "diffusion": 3}], [{"gan": 1}], ("evaluate_both", "gan")),
        # 2 : 1 on both sides; between 2 : 3, by single points, of which neither is enough.
        (TWO, [{"gan": 2, "diffusion": 1}], [{"diffusion": 1}, {"diffusion": 1}], ("gan", "diffusion")),
        # 3 : 2 on both sides, and 3 : 0 between.
        (TWO, [{"gan": 3, "diffusion": 2}], [{"diffusion": -2}], None),
        # 5 of the enhancement : 3 on both sides; between it has none, and the other hybrid is level with gan.
        (
            ("gan", "consistency", "gan_enhanced_diffusion"),
            [{"gan": 3, "consistency": 3, "gan_enhanced_diffusion": 5}],
            [{"gan_enhanced_diffusion": -5}],
            ("hybrid", "evaluate_both"),
        ),
        # 5 : 2 : 3, where 2 are 10 less 8: ahead by 2 of 8 of the hybrid; between it has none, and 3 of 23 are close.
        (
            THREE,
            [{"gan": 5, "diffusion": 10, "consistency": 3}, {"diffusion": -8}],
            [{"consistency": -3}],
            ("gan", "evaluate_both"),
        ),
    ],
)
def test_what_returns_by_points(
    architectures: Sequence[str],
    always: Sequence[dict[str, int]],
    between: Sequence[dict[str, int]],
    there_and_back: tuple[str, str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search alone, past a rule that reads the number and does nothing; with paired data alone, or whatever else."""
    monkeypatch.setattr(courses, "SAMPLES", 0)
    for also in ((), (PAIRED,)):
        rules = table(
            rule("idle", at_least(200)),
            *(rule(f"between-{at}", All((*BETWEEN, *also)), points) for at, points in enumerate(between)),
            *(rule(f"always-{at}", EVERYWHERE, points) for at, points in enumerate(always)),
            architectures={name: FAMILIES[name] for name in architectures},
        )
        expected = [("latency_budget_ms", *there_and_back)] if there_and_back else []
        assert subjects(verdicts_that_return(rules)) == expected


@pytest.mark.parametrize(
    ("when", "there_and_back"),
    [(Any((below(50), at_least(100))), ("gan", "diffusion")), (All(BETWEEN), ("diffusion", "gan"))],
)
def test_what_returns_by_exclusion(
    when: Condition, there_and_back: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """diffusion leads by 3 to 2 wherever it is left."""
    monkeypatch.setattr(courses, "SAMPLES", 0)
    rules = table(
        rule("idle", at_least(200)),
        rule("left", when, excludes=["diffusion"]),
        rule("always", EVERYWHERE, {"gan": 2, "diffusion": 3}),
        architectures={name: FAMILIES[name] for name in TWO},
    )
    assert subjects(verdicts_that_return(rules)) == [("latency_budget_ms", *there_and_back)]


def test_a_course_that_only_falls_needs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """gan gains in two steps as the budget shrinks: whatever else is answered, it never overtakes as the budget grows.

    Its points are on either side of diffusion's 2 or 4 and the hybrid's 3, so that each verdict is met by some answers.
    """
    monkeypatch.setattr(courses, "LIMIT", 1)
    rules = table(
        rule("tight", below(50), {"gan": 3}),
        rule("close", below(100), {"gan": 2}),
        rule("broad", BROAD, {"diffusion": 2}),
        rule("paired", PAIRED, {"diffusion": 2}),
        rule("limited", LIMITED, {"consistency": 3}),
    )
    assert ids(verdicts_that_return(rules)) == []


def test_a_search_that_gives_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "LIMIT", 1)
    monkeypatch.setattr(lint, "DECIDING_LIMIT", 1)
    monkeypatch.setattr("genarch.engine.completions.MOST_SAMPLES", 0)
    rules = table(rule("one", All((NARROW, PAIRED)), {"gan": 1}), rule("two", below(50), {"gan": 1}))
    found = [*rules_that_never_matter(rules), *architectures_never_recommended(rules)]
    assert set(ids(found)) == {"search-limit"}
    assert ("rule-never-matters", "one") in subjects(found)


# Coverage


def test_what_nothing_reads() -> None:
    rules = table(
        rule("one", Predicate("conditioning", "any_of", ("text", "mask")), {"gan": 1}),
        rule("two", Predicate("task", "any_of", ("inpainting", "restoration")), {"gan": 1}),
        notices=[Notice("n", "note", "t", PAIRED, "m", SOURCE)],
    )
    found = {(str(f.check), f.subject[0]): f.subject[1:] for f in unread(rules)}
    # Fields that are there for the evidence need no rule.
    for_rules = {name for name, constraint in BY_NAME.items() if not constraint.evidence}
    unread_names = for_rules - {"conditioning", "task", "paired_data"}
    assert {name for check, name in found if check == "constraint-unread"} == unread_names
    assert {name for check, name in found if check == "constraint-never-decides"} == {"paired_data"}
    assert found["value-unread", "conditioning"] == (
        "class_label", "attributes", "spatial_layout", "reference_image", "pose", "audio", "points", "other",
    )  # fmt: skip
    assert "inpainting" not in found["value-unread", "task"]
    assert {name for check, name in found if check == "question-missing"} == {"conditioning", "task", "paired_data"}


def test_a_set_held_against_exactly_these_is_read_whole() -> None:
    rules = table(rule("none", Predicate("conditioning", "is", ()), {"gan": 1}))
    assert "value-unread" not in ids(unread(rules))


def test_missing_examples_and_uncited_facts() -> None:
    facts = (Fact("T1", "cited"), Fact("T2", "not cited"), Fact("T3", "not cited any more", inherited=True))
    rules = table(rule("one", NARROW, {"gan": 1}))._replace(facts=facts)
    (found,) = examples_missing(rules)
    assert found.message == "has no example of a hit or of a miss"
    assert subjects(facts_uncited(rules)) == [("T2",)]


# Waivers


def waived_table(*waivers: TableWaiver) -> RuleTable:
    return table(rule("one", NARROW, {"gan": 1}), rule("two", NARROW, {"gan": 1}))._replace(waivers=waivers)


def test_a_waiver_covers_the_finding_on_the_same_ids() -> None:
    waiver = TableWaiver("rules-always-together", ("two", "one"), "meant")
    (found,) = [f for f in verify(waived_table(waiver)) if f.check == "rules-always-together"]
    assert found.waived == "meant"


@pytest.mark.parametrize("subject", [("one",), ("one", "two", "three")])
def test_a_waiver_on_other_ids_covers_nothing_and_is_told(subject: tuple[str, ...]) -> None:
    found = list(verify(waived_table(TableWaiver("rules-always-together", subject, "meant"))))
    assert [f.waived for f in found if f.check == "rules-always-together"] == [""]
    assert [f.entry for f in found if f.check == "waiver-unused"] == [("waivers", "0")]


def test_an_inherited_waiver_may_be_left_over() -> None:
    waiver = TableWaiver("blind-spot", ("other",), "meant", inherited=True)
    assert "waiver-unused" not in ids(verify(waived_table(waiver)))


# Against brute force


@given(contradictory_tables(NAMES))
@examples(60)
def test_conditions_against_brute_force(rules: RuleTable) -> None:
    every = completions({}, rules, NAMES)
    if not every or contradictions(rules).match({}).hits:
        assert ids(impossible_conditions(rules)) == ["everything-inconsistent"]
        return
    masks = [hits_of(rules, each) for each in every]
    never = {f.subject[0] for f in impossible_conditions(rules) if f.check == "rule-never-hits"}
    contradictory = {f.subject[0] for f in impossible_conditions(rules) if f.message.startswith("no answers")}
    for at, each in enumerate(rules.rules):
        assert (each.id in never | contradictory) is not any(mask >> at & 1 for mask in masks)
    together = {frozenset(pair) for f in rules_always_together(rules) for pair in combinations(f.subject, 2)}
    for (one, first), (other, second) in combinations(enumerate(rules.rules), 2):
        alike = all(mask >> one & 1 == mask >> other & 1 for mask in masks) and any(mask >> one & 1 for mask in masks)
        assert (frozenset((first.id, second.id)) in together) is alike
    assert bool(list(blind_spots(rules))) is (0 in masks)


@given(contradictory_tables(NAMES))
@examples(60)
def test_reach_against_brute_force(rules: RuleTable) -> None:
    every = completions({}, rules, NAMES)
    score = scorer(rules)
    masks = {hits_of(rules, each) for each in every}
    idle = {f.subject[0] for f in rules_that_never_matter(rules)}
    for at, each in enumerate(rules.rules):
        hit = [mask for mask in masks if mask >> at & 1]
        matters = any(score.judge(mask)[:2] != score.judge(mask & ~(1 << at))[:2] for mask in hit)
        assert (each.id in idle) is (bool(hit) and not matters)
    found = {f.subject[0]: f.check for f in architectures_never_recommended(rules)}
    for architecture in rules.architectures:
        alone = any(score.judge(mask).architecture == architecture.id for mask in masks)
        compared = any(architecture.id in score.judge(mask).recommended for mask in masks)
        expected = None if alone else "architecture-never-alone" if compared else "architecture-never-recommended"
        assert found.get(architecture.id) == expected


@given(contradictory_tables(NAMES, exclusive=True))
@examples(60)
def test_exclusions_against_brute_force(rules: RuleTable) -> None:
    every = completions({}, rules, NAMES)
    found = list(exclusions_of_everything(rules))
    assert bool(found) is any(verdict(each, rules) == "infeasible" for each in every)
    for finding in found:
        assert finding.example is not None
        assert verdict(dict(finding.example), rules) == "infeasible"
    for each in every:
        if verdict(each, rules) == "infeasible":
            hits = {r.id for at, r in enumerate(rules.rules) if hits_of(rules, each) >> at & 1}
            assert any(set(finding.subject) <= hits for finding in found)


def test_a_number_that_only_a_condition_that_can_never_hit_reads_leads_nowhere() -> None:
    below = Predicate("latency_budget_ms", "below", (50,))
    assert list(verdicts_that_return(table(rule("one", All((below, Not(All(())))), {"gan": 1})))) == []


@given(contradictory_tables(NAMES), st.lists(single_predicates(("latency_budget_ms",)), min_size=4, max_size=4))
@examples(60)
def test_returning_verdicts_against_brute_force(drawn: RuleTable, budgets: list[Predicate]) -> None:
    """Every other rule reads the number beside what it was drawn with."""
    given_rules = list(drawn.rules)
    for at, budget in zip(range(0, len(given_rules), 2), budgets, strict=False):
        given_rules[at] = given_rules[at]._replace(when=All((given_rules[at].when, budget)))
    rules = drawn._replace(rules=tuple(given_rules))
    expected = set()
    rest = [name for name in NAMES if name != "latency_budget_ms"]
    lines: dict[tuple[Value, ...], list[tuple[float, str]]] = {}
    for each in completions({}, rules, NAMES):
        number = each["latency_budget_ms"]
        assert isinstance(number, int | float)
        lines.setdefault(tuple(each[name] for name in rest), []).append((number, verdict(each, rules)))
    for line in lines.values():
        names = [name for _, name in sorted(line)]
        names = names[:1] + [after for before, after in pairwise(names) if after != before]
        expected |= {(one, other) for at, (one, other) in enumerate(pairwise(names)) if one in names[at + 2 :]}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(courses, "SAMPLES", 0)  # the search alone
        found: list[Finding] = list(verdicts_that_return(rules))
    read = any("latency_budget_ms" in str(each.when) for each in rules.rules)
    assert {f.subject[1:] for f in found} == (expected if read else set())


def test_the_shipped_table_is_clean(article: RuleTable) -> None:
    found = list(verify(article))
    assert [f for f in found if not f.waived] == []
    assert len([f for f in found if f.waived]) == len(article.waivers)
