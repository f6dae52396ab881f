"""A design document against the rule table: every finding, and the verdict on each decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genarch.engine.conformance.decision import judge_decision
from genarch.engine.conformance.named_model import judge_model
from genarch.engine.conformance.waivers import with_waivers
from genarch.model.catalogue import Catalogue
from genarch.model.document_checks import BLOCK_DUPLICATED
from genarch.model.documents import DesignDocument, Judged, Objection, Policy, Stated
from genarch.model.findings import Finding, Place
from genarch.model.table import RuleTable


def judge(
    document: DesignDocument, rules: RuleTable, policy: Policy, catalogue: Catalogue | None = None
) -> tuple[list[Objection], list[Judged]]:
    """What is found in a document, in the order of its lines; nothing where it binds nobody any more.

    The catalogue is for decisions that name a model; without one nothing is said of it.
    """
    if document.inactive:
        return [], []
    found = [Objection(*defect.located()) for defect in document.defects]
    found += _duplicates(document.stated)
    judged = []
    for stated in document.stated:
        outcome = judge_decision(stated, document, rules, policy.tables)
        judged.append(outcome.judged)
        located = [*outcome.found, *(judge_model(stated, catalogue) if catalogue else ())]
        found += [Objection(*item, stated.spec) for item in with_waivers(stated, located, rules, policy)]
    return sorted(as_grave(found, policy), key=lambda item: item.place), judged


def _duplicates(stated: tuple[Stated, ...]) -> Iterator[Objection]:
    first: dict[str, Place] = {}
    for item in stated:
        place = item.place()
        if first.setdefault(item.spec.id, place) is not place:
            yield duplicate(item.spec.id, item.place("id"), first[item.spec.id])


def duplicate(spec_id: str, place: Place, first: Place) -> Objection:
    """That a spec has the id of one that comes before it."""
    message = f"the id '{spec_id}' is stated twice, first at {first.path}:{first.line}; give each its own id"
    return Objection(place, Finding(BLOCK_DUPLICATED, (spec_id,), message))


def as_grave(found: Iterable[Objection], policy: Policy) -> Iterator[Objection]:
    """Findings with the severity that the team gives their checks."""
    for objection in found:
        check = objection.finding.check
        severity = policy.severities.get(check.id, check.severity)
        if severity != "off":
            yield objection._replace(finding=objection.finding._replace(check=check._replace(severity=severity)))
