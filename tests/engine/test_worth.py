"""What methods are worth on cases, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import pytest

from builders import rule, spec, table
from genarch.engine.conditions import Predicate
from genarch.engine.precedents import Weights
from genarch.engine.scoring import Verdict
from genarch.engine.spec import Case, CaseSource, CaseSpec
from genarch.engine.worth import (
    Bin,
    Chances,
    Coders,
    Judged,
    coders,
    encoded,
    learning_curve,
    left_out,
    method,
    methods,
    reliability,
)

QUICK = rule("quick", Predicate("latency_budget_ms", "below", (100,)), {"gan": 3})
RULES = table(QUICK, rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 2}))


def case(name: str, chosen: str, **stated: object) -> Case:
    return Case(name, CaseSpec(spec(**stated).constraints), chosen, (chosen,), source=CaseSource(url=name))


GAN, DIFFUSION = case("a", "gan", domain="narrow"), case("b", "diffusion", domain="broad")
BOTH = case("c", "evaluate_both")


def test_log_loss_and_brier_by_hand() -> None:
    """0.5 and 0.2 for what was chosen: 0.25 + 0.09 + 0.04, and 0.64 + 0.36 + 0.16; the third case chose no family."""
    found = [
        {"gan": 0.5, "diffusion": 0.3, "hybrid": 0.2},
        {"gan": 0.6, "diffusion": 0.2, "hybrid": 0.4},
        {"gan": 1.0, "diffusion": 0.0, "hybrid": 0.0},
    ]
    right, cases, loss, brier = method("ours", [GAN, DIFFUSION, BOTH], found)[1:]
    assert (right, cases) == (1, 3)
    assert (loss, brier) == (round((log(2) + log(5)) / 2, 3), round((0.38 + 1.16) / 2, 3))


def test_baselines_know_nothing_of_the_source() -> None:
    """What was chosen in the other case is all that counts for how often it is chosen, and for the nearest."""
    judged = left_out([GAN, DIFFUSION], RULES, Weights())
    seen: list[tuple[int, Sequence[str]]] = []

    def learn(
        rows: Sequence[Sequence[float]], chosen: Sequence[str], asked: Sequence[Sequence[float]]
    ) -> Sequence[Chances]:
        seen.append((len(rows), chosen))
        return [{chosen[0]: 1.0} for _ in asked]

    found = {each.method: each for each in methods(RULES, judged, {"learner": learn})}
    assert list(found) == [
        RULES.name,
        "always diffusion",
        "how often each was chosen",
        "nearest cases alone",
        "learner",
    ]
    assert seen == [(1, ["diffusion"]), (1, ["gan"])]
    assert found["always diffusion"].right == 1
    assert found["learner"].right == found["how often each was chosen"].right == 0
    assert found["learner"].log_loss == round(-log(0.01), 3)


def test_learners_see_what_is_stated_and_on_which_side_of_the_tables_limits() -> None:
    cases = [
        case("a", "gan", latency_budget_ms=99, priorities=["speed"]),
        case("b", "gan", latency_budget_ms=100, domain="narrow"),
        case("c", "gan"),
    ]
    # domain is narrow; latency_budget_ms below 100; from 100; priorities has speed
    assert encoded(RULES, cases) == [[0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_reliability_by_tenths() -> None:
    def judged(chance: float, chosen: str) -> Judged:
        found = {"gan": chance, "diffusion": 1 - chance}
        return Judged(case(f"{chance}-{chosen}", chosen), Verdict("gan", "gan", ("gan",)), found, {})

    found = reliability([judged(0.72, "gan"), judged(0.78, "diffusion"), judged(1.0, "gan")])
    assert found == [Bin(0.7, 0.8, 2, 0.75, 1), Bin(0.9, 1.0, 1, 1.0, 1)]


def test_the_learning_curve_ends_with_all_cases_of_other_sources() -> None:
    cases = [case(f"c{at}", "gan" if at % 2 else "diffusion", domain="narrow") for at in range(16)]
    curve = list(learning_curve(cases, RULES, Weights()))
    assert [each.cases for each in curve] == [2, 4, 8, 15]
    full = left_out(cases, RULES, Weights())
    assert curve[-1].log_loss == pytest.approx(method("", cases, [item.chances for item in full]).log_loss, abs=1e-3)


def test_two_coders_by_hand() -> None:
    """They agree on one of two constraints of the one case, and the verdict hangs on the other."""
    stated, other = spec(domain="narrow", serving="batch"), spec(domain="broad", serving="batch")
    again = GAN._replace(spec=CaseSpec(stated.constraints), second=CaseSpec(other.constraints))
    assert coders([again, DIFFUSION], RULES) == Coders(1, 2, 1, 0)
    assert coders([DIFFUSION], RULES) is None
