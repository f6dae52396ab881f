"""Fit the weights of similarity to the bundled cases, print what they are worth, and write them down.

With --check nothing is written, and the exit code is 1 where something would be.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from genarch import bundled_cases
from genarch.engine.nearest import NearestScore, fitted, scored
from genarch.engine.precedents import Weights, source_of

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
