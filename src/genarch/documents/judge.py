"""A design document against the rule table: every finding, and the verdict on each decision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from genarch.documents.decision import CheckedDecision, judge_decision, judge_model
from genarch.documents.reader import DesignDocument, PlacedSpec, located
from genarch.documents.settings import Policy
from genarch.errors import nearest
from genarch.evidence.catalogue import Catalogue
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.table.findings import CheckId, Finding, Located, Place
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

_ENDLESS = CheckId("waiver-endless")


def with_waivers(placed: PlacedSpec, found: Sequence[Located], rules: RuleTable, policy: Policy) -> list[Located]:
    """Findings with those that a waiver covers marked, then what is wrong with the waivers."""
    waivers = placed.spec.waivers if policy.waivers else ()
    problems = [_problem(waiver, rules, policy) for waiver in waivers]
    counting = [
        waiver for waiver, problem in zip(waivers, problems, strict=True) if not problem or problem[0] == _ENDLESS
    ]
    used: set[str] = set()
    unapproved: set[str] = set()
    marked = []
    for item in found:
        covers = _covering(item.finding, counting)
        with_approval = DOCUMENT_CHECKS[item.finding.check].waivable == "with_approval"
        lacking = {waiver.rule for waiver in covers if with_approval and _NOBODY.fullmatch(waiver.approved_by or "")}
        used.update(waiver.rule for waiver in covers)
        unapproved |= lacking
        reasons = "" if lacking else "; ".join(dict.fromkeys(waiver.reason for waiver in covers))
        marked.append(item._replace(finding=item.finding._replace(waived=reasons)))
    subjects = {rule: item.finding.subject for item in found for rule in item.finding.subject}
    for at, (waiver, problem) in enumerate(zip(waivers, problems, strict=True)):
        rule, wrong = waiver.rule, [problem] if problem else []
        others = [other for other in subjects.get(rule, ()) if other != rule]
        if waiver not in counting:
            pass  # that is no reason to call it unused as well
        elif rule in unapproved:
            message = f"{rule} is a requirement; name in approved_by who answers for the exception"
            wrong.append((CheckId("waiver-unapproved"), message))
        elif rule in [earlier.rule for earlier in waivers[:at]]:
            wrong.append((CheckId("waiver-unused"), f"{rule} is waived above already; keep one of the two"))
        elif rule not in used:
            message = f"nothing is left that a waiver of {rule} would cover; remove it"
            if others:
                what = "hits too; waive both" if len(others) == 1 else "hit too; waive them all"
                message = f"a waiver of {rule} alone covers nothing, while {' and '.join(others)} {what}"
            wrong.append((CheckId("waiver-unused"), message))
        fields = f"waivers[{at}].rule", f"waivers[{at}]", "waivers"
        marked += [placed.found(check, message, *fields, subject=[rule]) for check, message in wrong]
    return marked


def _problem(waiver: Waiver, rules: RuleTable, policy: Policy) -> tuple[CheckId, str] | None:
    """What keeps a waiver from counting, or is wrong with one that counts."""
    rule, expires = waiver.rule[:60], waiver.expires
    requirements = {entry.id for entry in rules.rules if entry.excludes}
    notices = {DEVICE_CONTRADICTED, *(notice.id for notice in rules.notices if notice.level == "inconsistency")}
    known = {*DOCUMENT_CHECKS, *(entry.id for entry in rules.rules), *notices}
    if waiver.rule not in known:
        hint = nearest(waiver.rule, known) or "; write the id of a check or of a rule that excludes"
        return CheckId("waiver-unknown"), f"'{rule}' is neither a check nor a rule of {rules.name}{hint}"
    if waiver.rule in DOCUMENT_CHECKS:
        if DOCUMENT_CHECKS[waiver.rule].waivable == "never":
            return CheckId("waiver-forbidden"), f"{rule} cannot be waived; fix what it finds"
    elif waiver.rule not in requirements | notices:
        message = f"{rule} excludes nothing; waive the finding that it leads to, such as decision-not-recommended"
        return CheckId("waiver-forbidden"), message
    if not _explains(waiver.reason):
        message = f"'{waiver.reason[:60]}' gives no reason; say what was measured or decided"
        return CheckId("waiver-unjustified"), message
    if expires is None:
        message = f"the waiver of {rule} never ends; set expires to a day up to {policy.latest}"
        return (_ENDLESS, message) if policy.ending else None
    if expires < policy.today:
        message = f"the waiver of {rule} ended with {expires}; fix what it covers, or renew it"
        return CheckId("waiver-expired"), message
    if expires > policy.latest:
        return _ENDLESS, f"the waiver of {rule} ends only with {expires}; set a day up to {policy.latest}"
    return None


def _covering(finding: Finding, waivers: Sequence[Waiver]) -> list[Waiver]:
    """The waivers that together cover a finding: one of its check, or one of each id that it is about."""
    if DOCUMENT_CHECKS[finding.check].waivable == "never":
        return []
    of_check = [waiver for waiver in waivers if waiver.rule == finding.check]
    if of_check:
        return of_check[:1]
    of_rules = [waiver for waiver in waivers if waiver.rule in finding.subject]
    return of_rules if {waiver.rule for waiver in of_rules} >= set(finding.subject) else []


def _explains(reason: str) -> bool:
    """Whether a reason says something: not a placeholder, and not a word alone."""
    letters = re.findall(r"\w", reason)
    if any(ord(letter) > 0x2E7F for letter in letters):  # scripts without blanks between words
        return len(letters) >= SHORTEST_REASON // 2
    words = re.findall(r"\w+", reason.casefold())
    meant = any(not _EMPTY_WORDS.fullmatch(word) and len(set(word)) > 1 for word in words)
    return meant and len(letters) >= SHORTEST_REASON and len(reason.split()) > 1


def judge(
    document: DesignDocument, rules: RuleTable, policy: Policy, catalogue: Catalogue | None = None
) -> tuple[list[Located], list[CheckedDecision]]:
    """What is found in a document, in the order of its lines; nothing where it binds nobody any more.

    The catalogue is for decisions that name a model; without one nothing is said of it.
    """
    if document.inactive:
        return [], []
    found = list(document.defects)
    judged = []
    first: dict[str, PlacedSpec] = {}
    for placed in document.specs:
        before = first.setdefault(placed.spec.id, placed)
        found += [] if before is placed else [duplicate(placed, before.place())]
        decision, of_decision = judge_decision(placed, document, rules, policy.tables)
        judged.append(decision)
        models = judge_model(placed, catalogue) if catalogue else ()
        found += with_waivers(placed, [*of_decision, *models], rules, policy)
    return sorted(with_severities(found, policy), key=lambda item: item.place), judged


def duplicate(placed: PlacedSpec, first: Place) -> Located:
    """That a spec has the id of one that comes before it."""
    name = placed.spec.id
    message = f"the id '{name}' is stated twice, first at {first.path}:{first.line}; give each its own id"
    return located(CheckId("block-duplicated"), placed.place("id"), message, (name,))


def with_severities(found: Iterable[Located], policy: Policy) -> Iterator[Located]:
    """Findings with the severity that the team gives their checks."""
    for item in found:
        severity = policy.severities.get(item.finding.check, item.severity)
        if severity != "off":
            yield item._replace(severity=severity)
