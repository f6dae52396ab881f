"""A design document against the rule table: every finding, and the verdict on each decision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from genarch.documents import checks
from genarch.documents.checks import BLOCK_DUPLICATED
from genarch.documents.decision import judge_decision, judge_model
from genarch.documents.document import DesignDocument, Judged, Objection, Policy, Stated
from genarch.errors import nearest
from genarch.evidence.catalogue import Catalogue
from genarch.table.findings import Check, Finding, Located, Place
from genarch.table.rules import RuleTable
from genarch.table.scoring import DEVICE_CONTRADICTED
from genarch.table.spec import Waiver

SHORTEST_REASON = 8
"""Letters that a reason in Latin script has at least, in two words or more; in other scripts half as many will do."""

_EMPTY_WORDS = re.compile(
    r"todo|tb[dac]|fixme|x+|na|none|nobody|no|one|any(?:one|body)|some(?:one|body)|because|reasons?|wip|later|temporar(?:y|ily)"
    r"|to|be|determined|decided|defined|done|follow|by|the|an?|team|us|we|it|is|ok(?:ay)?|yes|unknown|\d+"
)
"""What placeholders are made of."""

_NOBODY = re.compile(r"(?i)\W*(?:nobody|no one|none|n/?a|tb[dac]|todo|unknown|somebody|someone)?\W*")

_Told = tuple[Check, str]


def with_waivers(stated: Stated, found: Sequence[Located], rules: RuleTable, policy: Policy) -> list[Located]:
    """Findings with those that a waiver covers marked, and with what is wrong with the waivers."""
    waivers = stated.spec.waivers if policy.waivers else ()
    wrong = [_wrong(waiver, rules, policy) for waiver in waivers]
    counting = [waiver for waiver, told in zip(waivers, wrong, strict=True) if _counts(told)]
    covering = [_covering(item.finding, counting) for item in found]
    marked = [
        Located(place, finding._replace(waived=_reasons(waivers) if _suffices(finding, waivers) else ""))
        for (place, finding), waivers in zip(found, covering, strict=True)
    ]
    used = {waiver.rule for waivers in covering for waiver in waivers}
    beside = {rule: subject for (_, finding) in found for subject in [finding.subject] for rule in subject}
    unapproved = {
        waiver.rule
        for (_, finding), waivers in zip(found, covering, strict=True)
        for waiver in waivers
        if _lacks_approval(finding, waiver)
    }
    for at, (waiver, told) in enumerate(zip(waivers, wrong, strict=True)):
        place = stated.place(f"waivers[{at}].rule", f"waivers[{at}]", "waivers")
        twice = waiver.rule in [earlier.rule for earlier in waivers[:at]]
        for check, message in _objections(waiver, told, used=used, unapproved=unapproved, beside=beside, twice=twice):
            marked.append(Located(place, Finding(check, (waiver.rule,), message)))
    return marked


def _objections(
    waiver: Waiver,
    told: _Told | None,
    *,
    used: set[str],
    unapproved: set[str],
    beside: Mapping[str, tuple[str, ...]],
    twice: bool,
) -> Iterator[tuple[Check, str]]:
    """What is to be said of a waiver; what one was for that does not count is no reason to call it unused as well."""
    if told:
        yield told
    if not _counts(told):
        return
    if waiver.rule in unapproved:
        message = f"{waiver.rule} is a requirement; name in approved_by who answers for the exception"
        yield checks.WAIVER_UNAPPROVED, message
    elif twice:
        yield checks.WAIVER_UNUSED, f"{waiver.rule} is waived above already; keep one of the two"
    elif waiver.rule in beside and waiver.rule not in used:
        others = " and ".join(rule for rule in beside[waiver.rule] if rule != waiver.rule)
        yield (
            checks.WAIVER_UNUSED,
            f"a waiver of {waiver.rule} alone covers nothing, while {others} hits too; waive both",
        )
    elif waiver.rule not in used:
        yield checks.WAIVER_UNUSED, f"nothing is left that a waiver of {waiver.rule} would cover; remove it"


def _counts(told: _Told | None) -> bool:
    """Whether a waiver counts in spite of what is to be said of it."""
    return told is None or told[0] is checks.WAIVER_ENDLESS


def _wrong(waiver: Waiver, rules: RuleTable, policy: Policy) -> _Told | None:
    """What keeps a waiver from counting, or is to be said of one that counts."""
    shown = waiver.rule[:60]
    requirements = {rule.id for rule in rules.rules if rule.excludes}
    notices = {DEVICE_CONTRADICTED, *(notice.id for notice in rules.notices if notice.level == "inconsistency")}
    known = {*checks.DOCUMENT_CHECKS, *(rule.id for rule in rules.rules), *notices}
    if waiver.rule not in known:
        hint = nearest(waiver.rule, known) or "; write the id of a check or of a rule that excludes"
        return checks.WAIVER_UNKNOWN, f"'{shown}' is neither a check nor a rule of {rules.name}{hint}"
    check = checks.DOCUMENT_CHECKS.get(waiver.rule)
    if check and check.waivable == "no":
        return checks.WAIVER_FORBIDDEN, f"{shown} cannot be waived; mend what it finds"
    if not check and waiver.rule not in requirements | notices:
        lead = checks.DECISION_NOT_RECOMMENDED.id
        return checks.WAIVER_FORBIDDEN, f"{shown} excludes nothing; waive the finding that it leads to, such as {lead}"
    if not _explains(waiver.reason):
        return checks.WAIVER_UNJUSTIFIED, f"'{waiver.reason[:60]}' gives no reason; say what was measured or decided"
    if waiver.expires is not None and waiver.expires < policy.today:
        return (
            checks.WAIVER_EXPIRED,
            f"the waiver of {shown} ended with {waiver.expires}; mend what it covers, or renew it",
        )
    if waiver.expires is None and policy.ending:
        return checks.WAIVER_ENDLESS, f"the waiver of {shown} never ends; set expires to a day up to {policy.latest}"
    if waiver.expires is not None and waiver.expires > policy.latest:
        return (
            checks.WAIVER_ENDLESS,
            f"the waiver of {shown} ends only with {waiver.expires}; set a day up to {policy.latest}",
        )
    return None


def _covering(finding: Finding, waivers: Sequence[Waiver]) -> list[Waiver]:
    """The waivers that together cover a finding: one of its check, or one of each id that it is about."""
    if finding.check.waivable == "no":
        return []
    of_check = [waiver for waiver in waivers if waiver.rule == finding.check.id]
    if of_check:
        return of_check[:1]
    of_rules = [waiver for waiver in waivers if waiver.rule in finding.subject]
    return of_rules if finding.subject and {waiver.rule for waiver in of_rules} >= set(finding.subject) else []


def _suffices(finding: Finding, covering: Sequence[Waiver]) -> bool:
    return bool(covering) and not any(_lacks_approval(finding, waiver) for waiver in covering)


def _lacks_approval(finding: Finding, waiver: Waiver) -> bool:
    return finding.check.waivable == "with_approval" and not _names(waiver.approved_by)


def _reasons(waivers: Sequence[Waiver]) -> str:
    return "; ".join(dict.fromkeys(waiver.reason for waiver in waivers))


def _meant(text: str) -> bool:
    """Whether somebody wrote something, rather than a placeholder."""
    words = re.findall(r"\w+", text.casefold().replace("/", ""))
    return any(not _EMPTY_WORDS.fullmatch(word) and len(set(word)) > 1 for word in words)


def _names(approver: str | None) -> bool:
    """Whether somebody is named who approved it."""
    return approver is not None and not _NOBODY.fullmatch(approver)


def _explains(reason: str) -> bool:
    """Whether a reason says something: not a placeholder, and not a word alone."""
    letters = re.findall(r"\w", reason)
    if any(ord(letter) > 0x2E7F for letter in letters):  # scripts without blanks between words
        return len(letters) >= SHORTEST_REASON // 2
    return _meant(reason) and len(letters) >= SHORTEST_REASON and len(reason.split()) > 1


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
