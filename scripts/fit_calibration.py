"""Fit what points and precedents are worth to the bundled cases, print what that is worth, and write it down.

With --check nothing is written, and the exit code is 1 where something would be.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from genarch import bundled_cases, load_rules
from genarch.engine.backtest import outcome
from genarch.engine.calibration import Calibration, LeftOut, Right
from genarch.engine.precedents import Weights
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import scorer
from genarch.engine.spec import Case
from genarch.engine.worth import START, Judged, fitted, known, left_out
from genarch.files.bundled import DEFAULT_TABLE, load_weights

PATH = Path(__file__).resolve().parent.parent / f"rules/{DEFAULT_TABLE}.yaml"


def fitted_to(cases: Sequence[Case], rules: RuleTable, weights: Weights, clear: float = START.clear) -> Calibration:
    """What points and precedents of a table are worth by all strict cases."""
    items = known(cases, scorer(rules), weights)
    return fitted(((item, item.shares()) for item in items if item.case.strict), clear)


def counted(judged: Iterable[Judged]) -> LeftOut:
    """How the answers of each confidence did on strict cases; of close calls, those with what was chosen in them."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for item in judged:
        if item.case.strict and item.verdict.confidence:
            found = outcome(item.case, item.verdict)
            good = ("right", "hedged") if item.verdict.confidence == "close_call" else ("right",)
            counts[item.verdict.confidence].append(found in good)
    return LeftOut(**{name: Right(sum(good), len(good)) for name, good in counts.items()})


def in_braces(calibration: Calibration) -> str:
    """It as YAML on a line."""
    by, (per_point, precedents, clear, left) = ": {{right: {0.right}, cases: {0.cases}}}".format, calibration
    counts = ", ".join(f"{name}{by(found)}" for name, found in left._asdict().items() if found)
    return f"{{per_point: {per_point:g}, precedents: {precedents:g}, clear: {clear:g}, left_out: {{{counts}}}}}"


def main() -> int:
    """Fit, print and write."""
    rules, cases, weights = load_rules(evidence=False), bundled_cases(), load_weights()
    clear = rules.header.calibration.clear if rules.header.calibration else 0.7
    found = fitted_to(cases, rules, weights, clear)
    found = found._replace(left_out=counted(left_out(cases, rules, weights, clear)))
    for name, value in found._asdict().items():
        print(f"{name}: {value}")
    old = PATH.read_text()
    text = re.sub(r"^calibration: .*$", f"calibration: {in_braces(found)}", old, flags=re.MULTILINE)
    if "--check" not in sys.argv and text != old:
        PATH.write_text(text)
    return int("--check" in sys.argv and text != old)


if __name__ == "__main__":
    sys.exit(main())
