"""Every check on a table, in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from genarch.engine.verification import conditions, coverage, reach, regions
from genarch.model.findings import Finding
from genarch.model.table import RuleTable
from genarch.model.table_checks import EVERYTHING_INCONSISTENT, WAIVER_UNUSED

Verification = Callable[[RuleTable], Iterator[Finding]]

VERIFICATIONS: tuple[Verification, ...] = (
    conditions.impossible_conditions,
    conditions.rules_always_together,
    reach.rules_that_never_matter,
    regions.blind_spots,
    regions.exclusions_of_everything,
    reach.architectures_never_recommended,
    reach.entries_never_shown,
    regions.verdicts_that_return,
)
"""What needs answers that are consistent; the first says whether there are any."""

COVERAGE: tuple[Verification, ...] = (coverage.unread, coverage.examples_missing, coverage.facts_uncited)


def verify(rules: RuleTable) -> Iterator[Finding]:
    """Everything that the checks find, waived findings included; then the waivers that cover nothing.

    A table is not held to the waivers of the one that it extends: what they were for may be gone here.
    """
    used = set()
    for finding in _found(rules):
        waiver = next((w for w in rules.waivers if w.covers(finding.check.id, finding.subject)), None)
        if waiver:
            used.add(waiver)
        yield finding._replace(waived=waiver.reason) if waiver else finding
    own = [waiver for waiver in rules.waivers if not waiver.inherited]
    for at, waiver in enumerate(own):
        if waiver not in used:
            told = f"no finding of '{waiver.check}' is about {', '.join(waiver.subject)} and nothing else"
            yield Finding(WAIVER_UNUSED, (waiver.check, *waiver.subject), told, ("waivers", str(at)))


def _found(rules: RuleTable) -> Iterator[Finding]:
    for check in VERIFICATIONS:
        found = list(check(rules))
        yield from found
        if any(finding.check is EVERYTHING_INCONSISTENT for finding in found):
            break
    for check in COVERAGE:
        yield from check(rules)
