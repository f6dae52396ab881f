"""Fits to documented cases by hand, and that what is left out has no part in them."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import rule, spec, table
from fit_calibration import counted, fitted_to
from genarch.engine.calibration import Calibration, LeftOut, Right, chances
from genarch.engine.conditions import Predicate
from genarch.engine.precedents import Weights, votes
from genarch.engine.scoring import Verdict, scorer
from genarch.engine.spec import Case, CaseSource, CaseSpec
from genarch.engine.worth import PULL, START, Judged, cautious, fitted, known, left_out

NARROW = rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 3})
BROAD = rule("broad", Predicate("domain", "is", ("broad",)), {"diffusion": 2})
RULES = table(NARROW, BROAD)
EVEN = Weights()


def case(name: str, chosen: str, url: str = "", **stated: object) -> Case:
    return Case(name, CaseSpec(spec(**stated).constraints), chosen, (chosen,), source=CaseSource(url=url))


CASES = [
    case("a", "gan", "https://one.example", domain="narrow", serving="realtime"),
    case("b", "gan", "https://one.example", domain="narrow", serving="batch"),
    case("c", "diffusion", "https://two.example", domain="broad", serving="batch"),
    case("d", "hybrid", "https://three.example", domain="broad", serving="realtime"),
]


def test_a_part_of_every_chance_is_spread_evenly() -> None:
    """97 % of what was found and a hundredth for each of three; even chances where nothing is left."""
    assert cautious({"gan": 1.0}, ["gan", "diffusion", "hybrid"]) == pytest.approx(
        {"gan": 0.98, "diffusion": 0.01, "hybrid": 0.01}
    )
    assert cautious({}, ["gan", "diffusion"]) == pytest.approx({"gan": 0.5, "diffusion": 0.5})


def test_a_case_has_precedents_of_other_sources_alone() -> None:
    """b, of the same source, says nothing of a; c and d agree with it on nothing, and on serving: 0 and 1 of 2."""
    first = known(CASES, scorer(RULES), EVEN)[0]
    assert first.shares() == {"hybrid": 1.0, "diffusion": 0.0}
    assert first.points == {"gan": 3, "diffusion": 0, "hybrid": 0}
    assert first.shares("https://three.example") == {}


def loss(by: Calibration) -> float:
    """What the fit makes least: the log loss of all cases, and the pull."""
    total = PULL * ((by.per_point - START.per_point) ** 2 + (by.precedents - START.precedents) ** 2)
    for item in known(CASES, scorer(RULES), EVEN):
        found = chances(item.points, item.shares(), by)
        total -= sum(vote * log(found[family]) for family, vote in votes(item.case).items())
    return total


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_no_other_values_make_the_cases_likelier(point: float, power: float) -> None:
    best = fitted_to(CASES, RULES, EVEN)
    other = best._replace(per_point=best.per_point + point, precedents=best.precedents + power)
    assert loss(best) <= loss(other) + 1e-4  # what is fitted is rounded


def test_without_cases_the_fit_stays_where_it_starts() -> None:
    assert fitted([], 0.8) == START._replace(clear=0.8)


def test_what_is_left_out_has_no_part_in_how_it_is_judged() -> None:
    """Whatever a and b chose, they are judged alike: the two are all that one source documents."""
    by_id = {item.case.id: item for item in left_out(CASES, RULES, EVEN)}
    turned = [one._replace(chosen="diffusion") if one.id in "ab" else one for one in CASES]
    for item in left_out(turned, RULES, EVEN):
        if item.case.id in "ab":
            assert item[1:] == by_id[item.case.id][1:]
        else:
            assert item.chances != by_id[item.case.id].chances


def test_answers_are_counted_by_confidence_and_close_calls_by_what_they_leave_open() -> None:
    def judged(verdict: str, confidence: str | None, chosen: str, *both: str) -> Judged:
        said = Verdict(verdict, None, both or (verdict,), confidence=confidence)  # type: ignore[arg-type]
        return Judged(case(f"{verdict}-{chosen}", chosen), said, {}, {})

    found = counted(
        [
            judged("gan", "clear", "gan"),
            judged("gan", "clear", "diffusion"),
            judged("evaluate_both", "close_call", "gan", "gan", "diffusion"),
            judged("evaluate_both", "close_call", "hybrid", "gan", "diffusion"),
            judged("undetermined", None, "gan"),
        ]
    )
    assert found == LeftOut(clear=Right(1, 2), close_call=Right(1, 2))
