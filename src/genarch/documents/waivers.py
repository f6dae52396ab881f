"""The waivers of a spec: which findings they cover, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category

from genarch.documents.reader import PlacedSpec
from genarch.engine.findings import CheckId, Located
from genarch.engine.rules import RuleTable
from genarch.engine.spec import DEVICE_CONTRADICTED, MEMORY_CONTRADICTED, Waiver
from genarch.errors import nearest
from genarch.files.bundled import DOCUMENT_CHECKS

if TYPE_CHECKING:
    from genarch.documents.settings import Policy

OF_EVIDENCE = frozenset({
    "budget-beyond-evidence", "budget-open", "licence-conflict", "measurement-missed", "measurement-stale",
    "model-closed-in-regions", "model-too-large", "model-too-slow", "model-unsuited",
})  # fmt: skip
"""The checks that go by the evidence catalogue alone."""

SHORTEST_REASON = 8
"""Letters that a reason in Latin script has at least, in two words or more; in other scripts half as many will do."""

_EMPTY_WORDS = (
    r"todo|tb[dac]|tk|fixme|x+|na|none|nobody|nil|null|no|not|one|any(?:one|body)|some(?:one|body)|because|reasons?|wip|later|soon|now"
    r"|temporar(?:y|ily)|to|be|is|still|yet|in|for|by|determined|decided|undecided|defined|done|do|follows?|given|add(?:ed)?|fill|insert"
    r"|write|explain|why|placeholder|text|lorem|ipsum|dolor|see|above|below|as|discussed|agreed|said|so|will|ask(?:ed)?|question|draft"
    r"|review|under|open|needs?|needed|requires?|required|missing|un(?:known|assigned|approved)|approv(?:ed|er|als?)|known|pending|here"
    r"|the|an?|team|us|we|it|ok(?:ay)?|yes|true|false|\d+|foo|bar|baz|blah?|asdf\w*|qwert\w*|goes"
)
"""What placeholders are made of."""

_UNNAMED = re.compile(r"names?|your|my|me|(?:my|your|him|her)?self|who|person")
"""What names nobody besides."""

_UNDONE = re.compile(
    r"[\W_]*+(?:todo|fixme|t\.?b\.?[dac]|pending|awaiting|waiting|requested|to be|not yet|none|n\.?/?a|unknown|wip|"
    r"x{3,})(?!\w)",
    re.IGNORECASE,
)
"""What a text begins with in place of one that is still to be written."""

_OPEN = re.compile(r"[(\[,;:/-]\s*+(?:pending|awaiting|waiting|unapproved|not yet|todo|tb[dac])\b", re.IGNORECASE)
"""What follows the name of somebody who has not agreed yet."""

_REFUSED = re.compile(
    r"\?\s*$|\b(?:not|nobody|no one|(?:has|have|needs?) to|rejected|refused|declined|denied|ausstehend|en attente"
    r"|pendiente)\b",
    re.IGNORECASE,
)
"""What says anywhere that nobody has agreed."""

_TEMPLATE = re.compile(r"\s*(?:\$|\{|<[^@>]*>)")
"""What begins a text that is still to be filled in; `<a@example.org>` is an address."""

_ENDLESS = CheckId("waiver-endless")
MOST_HINTS = 20
"""Unknown waivers of one spec for which what was meant is looked for, which takes longest."""


def with_waivers(placed: PlacedSpec, found: Sequence[Located], rules: RuleTable, policy: Policy) -> list[Located]:
    """Findings with those that a waiver covers marked, then what is wrong with the waivers."""
    waivers = placed.spec.waivers if policy.waivers else ()
    problems = [_problem(waiver, rules, policy, hinted=at < MOST_HINTS) for at, waiver in enumerate(waivers)]
    counting = [
        waiver for waiver, problem in zip(waivers, problems, strict=True) if not problem or problem[0] == _ENDLESS
    ]
    used: set[str] = set()
    unapproved: set[str] = set()
    marked = []
    for item in found:
        waivable, subject = DOCUMENT_CHECKS[item.finding.check].waivable, set(item.finding.subject)
        # One waiver of its check covers a finding, or together one of each id that it is about.
        covers = [waiver for waiver in counting if waiver.rule == item.finding.check][:1]
        of_ids = [waiver for waiver in counting if waiver.rule in subject]
        covers = covers or (of_ids if {waiver.rule for waiver in of_ids} >= subject else [])
        covers = [] if waivable == "never" else covers
        named = [(waiver.rule, waiver.approved_by or "") for waiver in covers if waivable == "with_approval"]
        lacking = {rule for rule, name in named if not _names_somebody(name)}
        used.update(waiver.rule for waiver in covers)
        unapproved |= lacking
        reasons = "" if lacking else "; ".join(dict.fromkeys(waiver.reason for waiver in covers))
        marked.append(item._replace(finding=item.finding._replace(waived=reasons)))
    subjects = {rule: item.finding.subject for item in found for rule in item.finding.subject}
    for at, (waiver, problem) in enumerate(zip(waivers, problems, strict=True)):
        rule, wrong = waiver.rule, [problem] if problem else []
        idle = not policy.evidence and (rule in OF_EVIDENCE or rule.startswith("evidence-"))
        others = [other for other in subjects.get(rule, ()) if other != rule]
        if waiver not in counting:
            pass  # that is no reason to call it unused as well
        elif rule in unapproved:
            message = f"{rule} is a requirement; name in approved_by who answers for the exception"
            wrong.append((CheckId("waiver-unapproved"), message))
        elif rule in [earlier.rule for earlier in waivers[:at]]:
            wrong.append((CheckId("waiver-unused"), f"{rule} is waived above already; keep one of the two"))
        elif rule not in used and not idle:
            message = f"nothing is left that a waiver of {rule} would cover; remove it"
            if others:
                what = "hits too; waive both" if len(others) == 1 else "hit too; waive them all"
                message = f"a waiver of {rule} alone covers nothing, while {' and '.join(others)} {what}"
            wrong.append((CheckId("waiver-unused"), message))
        fields = f"waivers[{at}].rule", f"waivers[{at}]", "waivers"
        marked += [placed.found(check, *fields, subject=[rule], message=message) for check, message in wrong]
    return marked


def _problem(waiver: Waiver, rules: RuleTable, policy: Policy, *, hinted: bool) -> tuple[CheckId, str] | None:
    """What keeps a waiver from counting, or is wrong with one that counts; `hinted` says what was perhaps meant."""
    rule, expires = waiver.rule[:60], waiver.expires
    waivable = _of_table(rules) | _of_evidence(waiver.rule, rules)
    known = {*DOCUMENT_CHECKS, *(entry.id for entry in rules.rules), *waivable}
    if waiver.rule not in known:
        hint = (nearest(waiver.rule, known) if hinted else "") or "; write the id of a check or of a rule that excludes"
        return CheckId("waiver-unknown"), f"'{rule}' is neither a check nor a rule of {rules.name}{hint}"
    if waiver.rule in DOCUMENT_CHECKS:
        if DOCUMENT_CHECKS[waiver.rule].waivable == "never":
            return CheckId("waiver-forbidden"), f"{rule} cannot be waived; fix what it finds"
    elif waiver.rule not in waivable:
        message = f"{rule} excludes nothing; waive the finding that it leads to, such as decision-not-recommended"
        return CheckId("waiver-forbidden"), message
    if not _explains(waiver.reason):
        message = f"'{waiver.reason[:60]}' gives no reason; say what was measured or decided"
        return CheckId("waiver-unjustified"), message
    if expires is None:
        message = f"the waiver of {rule} never ends; set expires to {policy.latest} or earlier"
        return (_ENDLESS, message) if policy.ending else None
    if expires < policy.today:
        message = f"the waiver of {rule} ended on {expires}; fix what it covers, or renew it"
        return CheckId("waiver-expired"), message
    if expires > policy.latest:
        return _ENDLESS, f"the waiver of {rule} does not end until {expires}; set expires to {policy.latest} or earlier"
    return None


@lru_cache(maxsize=8)
def _of_table(rules: RuleTable) -> frozenset[str]:
    """The ids of what a table finds and can be waived."""
    found = {notice.id for notice in rules.notices if notice.level == "inconsistency"}
    return frozenset(found | {DEVICE_CONTRADICTED, MEMORY_CONTRADICTED} | {e.id for e in rules.rules if e.excludes})


def _of_evidence(rule: str, rules: RuleTable) -> set[str]:
    """The ids of the rules that evidence may add to the table, where it can be one of them."""
    if not rule.startswith("evidence-"):
        return set()
    from genarch.evidence.standing import KINDS, rule_id  # for those who waive one alone

    return {rule_id(entry.id, kind) for entry in rules.architectures for kind in KINDS}


def _explains(reason: str) -> bool:
    """Whether a reason says something: not a placeholder, and not a word alone."""
    if _UNDONE.match(reason) or _TEMPLATE.match(reason):
        return False
    letters = re.findall(r"\w", reason)
    if any(ord(letter) > 0x2E7F for letter in letters):  # scripts without blanks between words
        return len(letters) >= SHORTEST_REASON // 2 and len(set(letters)) > 1
    meant = any(not re.fullmatch(_EMPTY_WORDS, word) and len(set(word)) > 1 for word in _words(reason))
    return meant and len(letters) >= SHORTEST_REASON and len(reason.split()) > 1


def _names_somebody(name: str) -> bool:
    """Whether a text names somebody who has agreed, rather than that this is still to come."""
    name = "".join(letter for letter in name if letter.isascii() or category(letter) != "Cf")  # invisible
    if any(expression.match(name) for expression in (_UNDONE, _TEMPLATE)):
        return False
    words = [word for word in _words(name) if word in ("a", "team") or not re.fullmatch(_EMPTY_WORDS, word)]
    return any(not _UNNAMED.fullmatch(word) for word in words) and not (_OPEN.search(name) or _REFUSED.search(name))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
