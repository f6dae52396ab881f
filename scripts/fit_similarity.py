"""Fit the weights of similarity to the bundled cases, print what they are worth, and write them down.

What the nearest cases alone are worth is judged by those of other sources only: two that one source documents are one
piece of evidence.

With --check nothing is written, and the exit code is 1 where something would be.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import log
from pathlib import Path

from genarch import bundled_cases
from genarch.engine.precedents import (
    GROUPS,
    NearestScore,
    Precedent,
    Weights,
    agreed_of,
    agreement,
    by_constraint,
    compared,
    counts,
    precedents,
    source_of,
    votes,
)
from genarch.engine.spec import Case
from genarch.values import NamedTuple

PATH = Path(__file__).resolve().parent.parent / "rules/precedents/similarity.yaml"

WORTH = 0.01
"""The log loss that fitted weights have to save left out: below it equal ones stay, which no case has had a part in."""

TEXT = """\
# What a constraint of each group counts where cases are compared with a deployment, and what the nearest cases alone
# are worth, each strict case judged by those of other sources: with equal weights, and with weights that were fitted
# without its source. Equal ones are kept unless the fitted ones save a hundredth of log loss. Made by
# `make similarity`; do not edit.
version: 1
weights: {weights}
sources: {sources}
equal: {equal}
fitted: {fitted}
"""


GRID = (0.5, 1.0, 2.0)
"""The weights that are tried for each group."""

PULL = 3.0
"""What it costs in log loss over all cases to depart from equal weights: times the squares of the logarithms."""

CAUTION = 0.1
"""The part of every probability that is spread evenly, so that no case is impossible."""

FAMILIES = 3


class Fitted(NamedTuple):
    """Weights fitted to cases."""

    weights: Weights
    """To all."""
    left_out: Mapping[str, Weights]
    """Source to the weights fitted without it."""


def loss(case: Case, shares: Mapping[str, float]) -> float:
    """The log loss of a family that was chosen."""
    return -log((1 - CAUTION) * shares.get(case.chosen, 0.0) + CAUTION / FAMILIES)


def scored(cases: Sequence[Case], weights: Callable[[Case], Weights]) -> NearestScore:
    """The nearest cases alone, on each strict case by the weights for it."""
    strict = [case for case in cases if case.strict]
    losses, right = [], 0
    for case in strict:
        shares = agreement(precedents(case.spec.constraints, cases, weights(case), {source_of(case)}))
        right += next(iter(shares), "") in case.acceptable
        if case.chosen != "evaluate_both":
            losses.append(loss(case, shares))
    return NearestScore(len(strict), right, round(sum(losses) / len(losses), 3) if losses else 0.0)


def settings() -> Iterator[Weights]:
    """Every choice of weights that is tried, each once: only their relations matter."""
    seen = set()
    for weights in product(GRID, repeat=len(GROUPS)):
        relations = Weights(*(weight / max(weights) for weight in weights))
        if relations not in seen:
            seen.add(relations)
            yield relations


def fitted(cases: Sequence[Case]) -> Fitted:
    """The weights that give strict cases of other sources the least loss: to all cases, and without each source."""
    judged = [case for case in cases if case.strict and case.chosen != "evaluate_both"]
    sides = [(case, source_of(case), compared(case.spec.constraints)) for case in cases]
    units = [by_constraint(Weights(*(float(group == name) for name in GROUPS))) for group in GROUPS]
    # What agrees of each group, and of how much, for each pair: both are sums, so weights only scale them.
    pairs = []
    for case in judged:
        own, here = source_of(case), compared(case.spec.constraints)
        others = [(other, source, there) for other, source, there in sides if source != own]
        parts = [(o, s, [agreed_of(here, there, unit) for unit in units]) for o, s, there in others]
        pairs.append((case, own, parts))
    sources = {source for _, source, _ in sides}
    best: dict[str, tuple[float, Weights]] = {}
    for weights in settings():
        found = _losses(pairs, weights, sources)
        for left, sum_ in found.items():
            if left not in best or sum_ < best[left][0]:
                best[left] = sum_, weights
    return Fitted(best.pop("")[1], {source: weights for source, (_, weights) in best.items()})


_Pairs = Sequence[tuple[Case, str, Sequence[tuple[Case, str, Sequence[tuple[float, float]]]]]]


def _losses(pairs: _Pairs, weights: Weights, sources: set[str]) -> dict[str, float]:
    """The loss over the cases of all sources but one, which nothing is taken from either; '' leaves none out."""
    mean = sum(map(log, weights)) / len(weights)
    pull = PULL * sum((log(weight) - mean) ** 2 for weight in weights)
    sums = dict.fromkeys([*sources, ""], pull)
    for case, own, parts in pairs:
        whole: dict[str, float] = defaultdict(float)
        by_source: dict[str, dict[str, float]] = {}
        for other, source, each in parts:
            agreed = sum(weight * part for weight, (part, _) in zip(weights, each, strict=True))
            of = sum(weight * part for weight, (_, part) in zip(weights, each, strict=True))
            count = counts(Precedent(other, agreed / of if of else 0.0))
            for family, share in votes(other).items():
                whole[family] += share * count
                taken = by_source.setdefault(source, {})
                taken[family] = taken.get(family, 0.0) + share * count
        for left in sums:
            if left != own:
                without = by_source.get(left, {})
                shares = {family: part - without.get(family, 0.0) for family, part in whole.items()}
                of = sum(shares.values())
                sums[left] += loss(case, {family: part / of for family, part in shares.items()} if of else {})
    return sums


def in_braces(value: Weights | NearestScore) -> str:
    """A record as YAML on a line."""
    return f"{{{', '.join(f'{name}: {part:g}' for name, part in value._asdict().items())}}}"


def main() -> int:
    """Fit, print and write: the fitted weights where they are worth their while left out, else equal ones."""
    cases = bundled_cases()
    found = fitted(cases)
    equal = scored(cases, lambda _: Weights())
    left_out = scored(cases, lambda case: found.left_out[source_of(case)])
    in_sample = scored(cases, lambda _: found.weights)
    rows = {"equal weights": equal, "fitted without the source": left_out, "fitted to all (in-sample)": in_sample}
    print(f"{'nearest cases alone':28}{'right':>12}{'log loss':>10}")
    for name, (cases_, right, loss) in rows.items():
        print(f"{name:28}{right:4} of {cases_} {100 * right / cases_:3.0f} %{loss:8.3f}")
    for each, sources in Counter(found.left_out.values()).most_common():
        print(f"{sources:4} of {len(found.left_out)} fits: {in_braces(each)}")
    weights = found.weights if left_out.log_loss < equal.log_loss - WORTH else Weights()
    text = TEXT.format(
        weights=in_braces(weights), sources=len(found.left_out), equal=in_braces(equal), fitted=in_braces(left_out)
    )
    if PATH.exists() and PATH.read_text() == text:
        return 0
    if "--check" in sys.argv:
        return 1
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
