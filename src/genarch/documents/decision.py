"""One stated decision against the verdict on its constraints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from genarch.documents.document import DesignDocument, Judged, Stated, located
from genarch.evidence.assessment import commercial_conflict, within_budget
from genarch.evidence.catalogue import Catalogue
from genarch.table.answers import format_answer
from genarch.table.conditions import constraints_read
from genarch.table.constraints import BY_NAME, Value
from genarch.table.explore import Exploration, explore
from genarch.table.findings import CheckId, Located
from genarch.table.rules import Notice, Rule, RuleTable
from genarch.table.scoring import Evaluation, evaluate

Pinned = Literal["present", "other", "unknown"]
"""The present table; an older version of it, or another one that is known; or neither."""


def pinned_to(decided_with: str | None, present: RuleTable, others: Iterable[RuleTable]) -> Pinned:
    """Which table a decision was taken with; without a word of it, the present one."""
    if decided_with is None:
        return "present"
    table, version = decided_with.split("@")
    known = {other.header.id: other for other in (*others, present)}.get(table)
    if known is None:
        return "other" if table == present.header.extends.partition("@")[0] else "unknown"
    if not _begins(version, known.header.version) and _numbers(version) > _numbers(known.header.version):
        return "unknown"
    return "present" if known is present and _begins(version, present.header.version) else "other"


def table_of_that_day(decided_with: str, others: Iterable[RuleTable]) -> RuleTable | None:
    """The table itself, where it is at hand in that version."""
    table, version = decided_with.split("@")
    named = (other for other in others if other.header.id == table)
    return next((other for other in named if _begins(version, other.header.version)), None)


def _begins(given: str, version: str) -> bool:
    """Whether a version is the one given, which may be shortened: 1.0 is 1.0.0."""
    numbers = _numbers(given)
    return numbers == _numbers(version)[: len(numbers)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


def families_named(text: str, rules: RuleTable) -> frozenset[str]:
    """The families that a text names. Of overlapping names the longest counts: `GAN-enhanced diffusion` is no GAN."""
    pattern, families = _names(rules)
    # A name has its own group; lastindex is the group that matched.
    return frozenset(families[match.lastindex - 1] for match in pattern.finditer(text) if match.lastindex)


def _names(rules: RuleTable) -> tuple[re.Pattern[str], list[str]]:
    known = _KNOWN.get(rules)
    if known is None:
        # Longest first: an alternation takes the first that fits.
        terms = sorted(dict.fromkeys(_terms(rules)), key=lambda term: -len(term[0]))
        alternatives = "|".join(f"({_pattern(name)})" for name, _ in terms)
        known = _KNOWN[rules] = (re.compile(alternatives or r"(?!)"), [family for _, family in terms])
    return known


def _terms(rules: RuleTable) -> Iterator[tuple[str, str]]:
    """Names with the family that each stands for; a name that could stand for two is left out."""
    family_of = {architecture.id: architecture.family for architecture in rules.architectures}
    for family in rules.families:
        yield from ((name, family.id) for name in (family.id, family.title))
    for architecture in rules.architectures:
        names = [architecture.title, re.sub(r"\s*\(.*?\)", "", architecture.title)]
        if "_" in architecture.id:  # a single word, such as consistency, may well mean something else
            names.append(architecture.id)
        yield from ((name, architecture.family) for name in names)
    for method in rules.methods:
        families = {family_of[name] for name in method.architectures}
        if len(families) == 1:
            yield method.title, families.pop()


def _pattern(name: str) -> str:
    """A name in a text: in any case, with hyphens or blanks, also in the plural.

    An acronym in capitals counts as the end of a longer name too: StyleGAN2 and VQGAN are GANs, an organ and an
    ORGANISATION are none. What may stand before it has a bound, so that no text takes long.
    """
    words = r"[-_\s]".join(re.escape(word) for word in re.split(r"[-_\s]+", name))
    whole = rf"(?i:(?<!\w){words}s?(?!\w))"
    if not (name.isupper() and name.isalpha()):
        return whole
    return rf"{whole}|(?<!\w)(?:\w{{0,24}}[a-z0-9]|[A-Z]{{0,2}}){re.escape(name)}(?![A-Z])\w{{0,9}}"


_KNOWN: WeakKeyDictionary[RuleTable, tuple[re.Pattern[str], list[str]]] = WeakKeyDictionary()


def judge_model(stated: Stated, catalogue: Catalogue) -> Iterator[Located]:
    """Hold a named model against the stated budget and the stated commercial use; nothing where none is named."""
    spec = stated.spec
    if spec.model is None:
        return
    budget = within_budget(spec.model, spec.constraints, catalogue)
    if budget and not budget[0]:
        why = (
            "; ".join(miss.told for miss in budget[1].misses if miss.kind != "licence")
            or "nothing is measured or estimated of it there"
        )
        where = f" on {spec.constraints['gpu']}" if "gpu" in spec.constraints else ""
        message = (
            f"nothing shows {spec.model} within the budget{where}: {why} ({catalogue.name}). Measure it and add the "
            f"row, name another model, or waive budget-beyond-evidence with what you measured"
        )
        yield _at(stated, CheckId("budget-beyond-evidence"), message)
    conflict = commercial_conflict(spec.model, spec.constraints, catalogue)
    if conflict:
        message = (
            f"commercial use is stated, and of {spec.model} {conflict}. Name another model, train weights of your own, "
            f"or waive licence-conflict with the licence that you hold"
        )
        yield _at(stated, CheckId("licence-conflict"), message)


def _at(stated: Stated, check: CheckId, message: str) -> Located:
    return located(check, stated.place("model", "decision"), message, (stated.spec.model or "",), stated.spec)


_DECISION_CHECKS = (
    CheckId("decision-excluded"),
    CheckId("decision-not-recommended"),
    CheckId("close-call-without-alternative"),
)


MOST_NAMED = 4
"""Constraints listed beside the one to state first."""


_NEGATION = re.compile(r"(?i)\b(?:not?|never|neither|without|instead|rather|over|versus|vs)\b")


class Outcome(NamedTuple):
    """A decision with its verdict, and what was found, waivers aside."""

    judged: Judged
    found: tuple[Located, ...]


def judge_decision(
    stated: Stated, document: DesignDocument, rules: RuleTable, tables: tuple[RuleTable, ...] = ()
) -> Outcome:
    """Hold a decision against its constraints; `tables` are other rule tables that are known."""
    return _Judge(stated, document, rules, tables).outcome()


class _Judge:
    def __init__(
        self, stated: Stated, document: DesignDocument, rules: RuleTable, tables: tuple[RuleTable, ...]
    ) -> None:
        self._stated = stated
        self._tables = tables
        self._document = document
        self._rules = rules
        self._exploration: Exploration = explore(stated.spec, rules)
        self._possible = [item.verdict for item in self._exploration.possible]
        self._evaluation = self._final()

    def _final(self) -> Evaluation:
        """The evaluation that counts: where all ways to answer the rest lead to one other verdict, that one."""
        evaluation = evaluate(self._stated.spec, self._rules)
        if len(self._possible) == 1 and self._possible[0] != evaluation.verdict.verdict:
            witness = self._exploration.possible[0].witness
            return evaluate(self._stated.spec._replace(constraints=witness), self._rules)
        return evaluation

    def outcome(self) -> Outcome:
        verdict = self._evaluation.verdict
        settled = self._possible == [verdict.verdict]
        spec = self._stated.spec
        answer = (verdict.verdict, verdict.architecture, verdict.confidence)
        judged = Judged(spec.id, self._stated.place(), self._stated.place("id"), spec.decision, *answer, settled)
        found = [*self._inconsistent(), *self._decision(), *self._unsettled(), *self._prose()]
        pinned = pinned_to(spec.decided_with, self._rules, self._tables)
        if pinned == "unknown":
            found.append(self._unknown_rules())
        objected = any(item.finding.check in _DECISION_CHECKS for item in found)
        if pinned == "other" and objected and not self._objected_then():
            found = [item for item in found if item.finding.check not in _DECISION_CHECKS]
            found.append(self._older())
        return Outcome(judged, tuple(found))

    def _at(self, check: CheckId, message: str, *fields: str, subject: Iterable[str] = ()) -> Located:
        return located(check, self._stated.place(*fields), message, tuple(subject), self._stated.spec)

    def _inconsistent(self) -> Iterator[Located]:
        for notice in self._evaluation.notices:
            if notice.level == "inconsistency":
                fields = [f"constraints.{name}" for name in self._read(notice)]
                message = (
                    f"{self._facts(notice)} contradict one another ({notice.id}; {notice.source}): {notice.message}"
                )
                yield self._at(CheckId("constraints-inconsistent"), message, *fields, subject=[notice.id])

    def _decision(self) -> Iterator[Located]:
        spec, verdict = self._stated.spec, self._evaluation.verdict
        if spec.decision is None:
            if not self._document.undecided:
                told = f"no decision is stated; the constraints give {self._answer()}. Add 'decision:' beside them"
                yield self._at(CheckId("decision-missing"), told, "constraints")
            return
        ruled_out = self._ruled_out(spec.decision)
        if ruled_out:
            yield self._excluded(spec.decision, ruled_out)
        elif verdict.verdict in ("undetermined", spec.decision):
            return
        elif verdict.verdict == "evaluate_both":
            yield from self._close_call(spec.decision)
        elif spec.decision not in (verdict.architecture, *verdict.candidates):
            yield self._not_recommended(spec.decision)

    def _ruled_out(self, decision: str) -> list[Rule]:
        """The rules that leave nothing of what was decided; none where something is left."""
        ranked = [entry for entry in self._evaluation.ranking if decision in (entry.architecture, entry.family)]
        if decision == "evaluate_both":
            ranked = list(self._evaluation.ranking)
        if not all(entry.excluded_by for entry in ranked):
            return []
        names = {name for entry in ranked for name in entry.excluded_by}
        return [rule for rule in self._evaluation.hits if rule.id in names]

    def _excluded(self, decision: str, ruled_out: list[Rule]) -> Located:
        told = "; ".join(f"{rule.id} ({self._facts(rule)}; {rule.source})" for rule in ruled_out)
        left = [name for name in self._evaluation.verdict.candidates if name != decision]
        change = "give up one of the constraints, since no architecture is left at all"
        if self._evaluation.verdict.verdict != "infeasible":
            change = f"change the decision{f' (to {_either(left)})' if left else ''}, correct the constraint"
        message = (
            f"{decision} is ruled out by {told}. Either {change}, or waive decision-excluded with a reason "
            "and approved_by"
        )
        return self._at(CheckId("decision-excluded"), message, "decision", subject=[rule.id for rule in ruled_out])

    def _not_recommended(self, decision: str) -> Located:
        reasons = self._reasons(decision)
        told = f" by {reasons}" if reasons else ""
        message = (
            f"the constraints speak for {self._answer()}, not for {decision}{told}. Change the decision, state what "
            f"else decided, or waive decision-not-recommended with a reason"
        )
        return self._at(CheckId("decision-not-recommended"), message, "decision")

    def _close_call(self, decision: str) -> Iterator[Located]:
        families = self._evaluation.verdict.candidates
        chosen = [
            family
            for family, architecture in zip(families, self._evaluation.recommended, strict=True)
            if decision in (family, architecture)
        ]
        if not chosen:
            yield self._not_recommended(decision)
            return
        (other,) = (family for family in families if family not in chosen)
        if other not in families_named(self._document.prose, self._rules):
            check = CheckId("close-call-without-alternative")
            message = (
                f"{' and '.join(families)} are too close to call, and the document speaks of {decision} only. Tell how "
                f"{other} compared, decide evaluate_both, or waive {check} with a reason"
            )
            yield self._at(check, message, "decision")

    def _unsettled(self) -> Iterator[Located]:
        spec, verdict = self._stated.spec, self._evaluation.verdict.verdict
        if len(self._possible) < 2 or (spec.decision and self._ruled_out(spec.decision)):
            return
        name = self._exploration.next_question
        if name is None:
            return
        others = [other for other in self._possible if other != verdict]
        waiting = [entry.constraint for entry in self._evaluation.undecided if entry.constraint != name]
        listed = ", ".join(waiting[:MOST_NAMED]) + (
            f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
        )
        more = f"; rules also wait for {listed}" if waiting else ""
        message = (
            f"{verdict} could still become {_either(others)}: {name} ({BY_NAME[name].meaning}) is not stated"
            f"{more}. State it, or waive constraint-unsettled where nobody can know"
        )
        yield self._at(CheckId("constraint-unsettled"), message, "constraints", subject=[name])

    def _prose(self) -> Iterator[Located]:
        decision = self._stated.spec.decision
        if decision is None or len(self._document.stated) > 1:
            return
        wanted = self._families(decision)
        for chosen in self._document.chosen:
            if _NEGATION.search(chosen.text):  # which family it leaves is for a person to say
                continue
            named = families_named(chosen.text, self._rules)
            several = decision == "evaluate_both"
            if named and (len(named) < 2 if several else wanted.isdisjoint(named)):
                message = (
                    f"the text chooses '{chosen.text}', which is {' and '.join(sorted(named))}, and the block decides "
                    f"{decision}. Bring the two together"
                )
                yield located(CheckId("prose-names-another-architecture"), chosen.place, message, (), self._stated.spec)

    def _objected_then(self) -> bool:
        """Whether the table that the decision was taken with, where it is at hand, objects to it too."""
        then = table_of_that_day(self._stated.spec.decided_with or "@", self._tables)
        if then is None:
            return False
        found = judge_decision(self._stated, self._document, then).found
        return any(item.finding.check in _DECISION_CHECKS for item in found)

    def _unknown_rules(self) -> Located:
        known = ", ".join(table.header.id for table in (self._rules, *self._tables))
        message = (
            f"{self._stated.spec.decided_with} is no rule table that is known here (known: {known}; the present one is "
            f"{self._rules.name}). Write the one that the decision was taken with"
        )
        return self._at(CheckId("decided-with-unknown-rules"), message, "decided_with")

    def _older(self) -> Located:
        spec = self._stated.spec
        message = (
            f"{spec.decision} was decided with {spec.decided_with}; with {self._rules.name} the constraints give "
            f"{self._answer()}. See whether the deployment still stands, then update the record"
        )
        return self._at(CheckId("decided-with-older-rules"), message, "decided_with", "decision")

    def _families(self, decision: str) -> set[str]:
        """The families that a decision's name stands for."""
        if decision == "evaluate_both":
            return {family.id for family in self._rules.families}
        return {entry.family for entry in self._evaluation.ranking if decision in (entry.architecture, entry.family)}

    def _answer(self) -> str:
        """The verdict in words: `gan (clear)`, `hybrid, as consistency (lean)`."""
        verdict = self._evaluation.verdict
        if verdict.verdict == "infeasible":
            return "nothing (infeasible)"
        if verdict.verdict == "evaluate_both":
            return f"evaluate_both ({' and '.join(verdict.candidates)})"
        told = verdict.verdict
        if verdict.architecture not in (None, told):
            told += f", as {verdict.architecture}"
        return f"{told} ({verdict.confidence})" if verdict.confidence else told

    def _reasons(self, decision: str) -> str:
        """The hits that put the recommended architecture ahead of what was decided, the weightiest first."""
        wanted = self._evaluation.recommended[:1]
        mine = [
            entry.architecture for entry in self._evaluation.ranking if decision in (entry.architecture, entry.family)
        ]
        weights: Mapping[str, int] = {
            rule.id: sum(rule.points.get(name, 0) for name in wanted)
            - max((rule.points.get(name, 0) for name in mine), default=0)
            for rule in self._evaluation.hits
        }
        ahead = sorted(
            (rule for rule in self._evaluation.hits if weights[rule.id] > 0), key=lambda rule: -weights[rule.id]
        )
        told = [f"{rule.id} ({self._facts(rule)}; {rule.source})" for rule in ahead[:3]]
        return "; ".join(told) + (f"; and {len(ahead) - 3} more rules" if len(ahead) > 3 else "")

    def _read(self, entry: Rule | Notice) -> list[str]:
        """The stated constraints that an entry's condition reads."""
        read = constraints_read(entry.when)
        return [name for name in self._stated.spec.constraints if name in read]

    def _facts(self, entry: Rule | Notice) -> str:
        """What is stated of what an entry reads: `latency_budget_ms: 33`."""
        stated = self._stated.spec.constraints
        told = [f"{name}: {_shown(stated[name])}" for name in self._read(entry)]
        return ", ".join(told) or "what the rest comes to"


def _shown(value: Value) -> str:
    """An answer in a message: a thirtieth of a second to two places."""
    return format_answer(round(value, 2) if isinstance(value, float) else value)


def _either(names: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
