"""Nearest cases alone, scored by hand; weights fitted to cases know nothing of the source that is left out."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest

from builders import spec
from fit_similarity import fitted, scored, settings
from genarch import bundled_cases
from genarch.engine.precedents import Similarity, Weights, source_of
from genarch.engine.spec import Case, CaseSource, CaseSpec
from genarch.files.bundled import load_weights
from genarch.files.records import read_record


def case(name: str, chosen: str, *, strict: bool = True, url: str = "", **stated: object) -> Case:
    about = CaseSpec(spec(**stated).constraints)
    return Case(name, about, chosen, (chosen,), strict, source=CaseSource(url=url or f"https://{name}.example"))


def test_each_case_is_judged_by_those_of_other_sources() -> None:
    cases = [case("a", "gan", task="texture"), case("b", "gan", task="texture"), case("c", "hybrid", task="texture")]
    found = scored(cases, lambda _: Weights())
    # a: one for GAN, one for a hybrid, and the first of equals counts; b likewise; c: both for GAN, which is wrong.
    even, never = -log(0.9 / 2 + 0.1 / 3), -log(0.1 / 3)
    assert found == (3, 2, round((2 * even + never) / 3, 3))
    together = [one._replace(source=CaseSource(url="https://one.example")) for one in cases[:2]]
    assert scored([*together, cases[2]], lambda _: Weights()) == (3, 0, round(never, 3))


def test_only_strict_cases_are_scored_and_the_others_count_less() -> None:
    cases = [
        case("a", "gan", task="texture"),
        case("b", "gan", task="texture"),
        case("c", "hybrid", strict=False, task="texture"),
    ]
    shares = -log(0.9 * 0.8 + 0.1 / 3)
    assert scored(cases, lambda _: Weights()) == (2, 2, round(shares, 3))


def test_weights_are_fitted_to_what_separates() -> None:
    families = {"narrow": "gan", "broad": "diffusion"}
    tasks = ("texture", "text_to_image", "virtual_try_on", "inpainting")
    cases = [
        case(f"{domain}-{task}", family, task=task, domain=domain)
        for domain, family in families.items()
        for task in tasks
    ]
    found = fitted(cases)
    assert found.weights.output > found.weights.task
    assert max(found.weights) == 1


def test_weights_without_a_source_do_not_depend_on_what_it_chose() -> None:
    cases = [
        case("a", "gan", task="texture", domain="narrow", url="https://x.example"),
        case("b", "gan", task="texture", domain="broad", url="https://x.example"),
        case("c", "diffusion", task="inpainting", domain="narrow"),
        case("d", "gan", task="texture", domain="narrow"),
        case("e", "diffusion", task="restoration", domain="broad"),
        case("f", "hybrid", task="inpainting", domain="broad"),
    ]
    rest = [one for one in cases if one.source.url != "https://x.example"]
    changed = [one._replace(chosen="hybrid", acceptable=("hybrid",)) for one in cases if one not in rest]
    found = fitted(cases).left_out["https://x.example"]
    assert found == fitted([*changed, *rest]).left_out["https://x.example"] == fitted(rest).weights


def test_choices_of_weights_differ_in_their_relations() -> None:
    found = list(settings())
    assert len(found) == len(set(found)) == 3**5 - 2**5  # at least one of each is the largest; equal ones count once
    assert all(max(weights) == 1 for weights in found)


def test_nothing_to_score() -> None:
    assert scored([], lambda _: Weights()) == pytest.approx((0, 0, 0.0))


def test_what_is_kept_is_of_the_bundled_cases(root: Path) -> None:
    """Where this fails, the cases have changed: `make similarity` fits the weights to them."""
    kept = read_record(str(root / "rules/precedents/similarity.yaml"), Similarity).value
    assert kept.weights == load_weights()
    assert kept.sources == len({source_of(one) for one in bundled_cases()})
    assert kept.equal == scored(bundled_cases(), lambda _: Weights())
    assert kept.fitted.log_loss < kept.equal.log_loss or kept.weights == Weights()
