"""Fit what points and precedents are worth to the bundled cases, print what that is worth, and write it down.

With --check nothing is written, and the exit code is 1 where something would be.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from genarch import bundled_cases, load_rules
from genarch.engine.calibration import Calibration
from genarch.engine.worth import counted, fitted_to, left_out
from genarch.files.bundled import DEFAULT_TABLE, load_weights

PATH = Path(__file__).resolve().parent.parent / f"rules/{DEFAULT_TABLE}.yaml"


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
