"""A design document against the rule table: every finding, and the verdict on each decision."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.conformance.decision import judge_decision
from genarch.engine.conformance.waivers import with_waivers
from genarch.model.document_checks import BLOCK_DUPLICATED
from genarch.model.documents import DesignDocument, Judged, Policy, Stated
from genarch.model.findings import Finding, Located
from genarch.model.table import RuleTable


def judge(document: DesignDocument, rules: RuleTable, policy: Policy) -> tuple[list[Located], list[Judged]]:
    """What is found in a document, in the order of its lines; nothing where it binds nobody any more."""
    if document.inactive:
        return [], []
    found = [defect.located() for defect in document.defects]
    found += _duplicates(document.stated)
    judged = []
    for stated in document.stated:
        outcome = judge_decision(stated, document, rules)
        judged.append(outcome.judged)
        found += with_waivers(stated, outcome.found, rules, policy)
    return sorted(_as_grave(found, policy), key=lambda item: item.place), judged


def _duplicates(stated: tuple[Stated, ...]) -> Iterator[Located]:
    first: dict[str, Stated] = {}
    for item in stated:
        known = first.setdefault(item.spec.id, item)
        if known is not item:
            at = known.places[""]
            message = f"the id '{item.spec.id}' is stated twice, first at {at.path}:{at.line}; give each its own id"
            yield Located(item.place("id"), Finding(BLOCK_DUPLICATED, (item.spec.id,), message))


def _as_grave(found: list[Located], policy: Policy) -> Iterator[Located]:
    """Findings with the severity that the team gives their checks."""
    for place, finding in found:
        severity = policy.severities.get(finding.check.id, finding.check.severity)
        if severity != "off":
            yield Located(place, finding._replace(check=finding.check._replace(severity=severity)))
