"""One stated decision against the verdict on its constraints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from genarch.documents.reader import DesignDocument, PlacedSpec, located
from genarch.evidence.catalogue import Catalogue
from genarch.table.answers import format_answer
from genarch.table.conditions import constraints_read
from genarch.table.constraints import BY_NAME, Value
from genarch.table.explore import explore
from genarch.table.findings import CheckId, Located, Place
from genarch.table.rules import Notice, Rule, RuleTable
from genarch.table.scoring import Evaluation, Ranked, evaluate

MOST_NAMED = 4
"""Constraints listed beside the one to state first."""

_EXCLUDED = CheckId("decision-excluded")
_NOT_RECOMMENDED = CheckId("decision-not-recommended")
_CLOSE_CALL = CheckId("close-call-without-alternative")
_AGAINST_DECISION = (_EXCLUDED, _NOT_RECOMMENDED, _CLOSE_CALL)

_NEGATION = re.compile(r"(?i)\b(?:not?|never|neither|without|instead|rather|over|versus|vs)\b")


class CheckedDecision(NamedTuple):
    """A decision that was judged."""

    spec: str
    line: int
    """Where the spec begins."""
    decision: str | None
    verdict: str
    architecture: str | None
    confidence: str | None
    settled: bool
    """Whether every way to answer the rest leads to this verdict."""


class JudgedDecision(NamedTuple):
    """A decision with the verdict on its constraints, where its spec begins, and where its id is stated."""

    decision: CheckedDecision
    place: Place
    id_place: Place


def judge_decision(
    placed: PlacedSpec, document: DesignDocument, rules: RuleTable, tables: tuple[RuleTable, ...] = ()
) -> tuple[JudgedDecision, list[Located]]:
    """A decision with the verdict on its constraints, and what is found, waivers aside.

    `tables` are other rule tables that are known.
    """
    judge = _Judge(placed, document, rules)
    found = judge.findings()
    pinned = pinned_to(placed.spec.decided_with, rules, tables)
    if pinned == "unknown":
        found.append(judge.unknown_rules(tables))
    elif pinned == "other" and _against_decision(found):
        then = table_of_that_day(placed.spec.decided_with or "@", tables)
        if then is None or not _against_decision(_Judge(placed, document, then).findings()):
            found = [item for item in found if item.finding.check not in _AGAINST_DECISION]
            found.append(judge.older_rules())
    return judge.judged(), found


def _against_decision(found: Iterable[Located]) -> bool:
    return any(item.finding.check in _AGAINST_DECISION for item in found)


def judge_model(placed: PlacedSpec, catalogue: Catalogue) -> Iterator[Located]:
    """A named model against the stated budget and the stated commercial use; nothing where none is named."""
    model, stated = placed.spec.model, placed.spec.constraints
    if model is None:
        return
    from genarch.evidence.assessment import commercial_conflict, within_budget  # for those who name a model alone

    place = placed.place("model")
    budget = within_budget(model, stated, catalogue)
    if budget and not budget[0]:
        misses = "; ".join(miss.told for miss in budget[1].misses if miss.kind != "licence")
        where = f" on {stated['gpu']}" if "gpu" in stated else ""
        message = (
            f"nothing shows {model} within the budget{where}: {misses} ({catalogue.name}). Measure it and add the row, "
            "name another model, or waive budget-beyond-evidence with what you measured"
        )
        yield located(CheckId("budget-beyond-evidence"), place, message, (model,), placed.spec)
    conflict = commercial_conflict(model, stated, catalogue)
    if conflict:
        message = (
            f"commercial use is stated, and of {model} {conflict}. Name another model, train weights of your own, or "
            "waive licence-conflict with the licence that you hold"
        )
        yield located(CheckId("licence-conflict"), place, message, (model,), placed.spec)


class _Judge:
    """One decision under one table."""

    def __init__(self, placed: PlacedSpec, document: DesignDocument, rules: RuleTable) -> None:
        self._placed = placed
        self._spec = placed.spec
        self._document = document
        self._rules = rules
        self._exploration = explore(placed.spec, rules)
        self._possible = [item.verdict for item in self._exploration.possible]
        self._evaluation = self._final()
        self._verdict = self._evaluation.verdict
        self._excluding = self._exclusions()

    def _final(self) -> Evaluation:
        """The evaluation that counts: where all ways to answer the rest lead to one other verdict, that one."""
        evaluation = evaluate(self._spec, self._rules)
        if len(self._possible) == 1 and self._possible[0] != evaluation.verdict.verdict:
            witness = self._exploration.possible[0].witness
            return evaluate(self._spec._replace(constraints=witness), self._rules)
        return evaluation

    def _exclusions(self) -> list[Rule]:
        """The rules that leave nothing of what was decided; none where something is left."""
        both = self._spec.decision == "evaluate_both"
        entries = self._evaluation.ranking if both else self._decided()
        if not all(entry.excluded_by for entry in entries):
            return []
        names = {name for entry in entries for name in entry.excluded_by}
        return [rule for rule in self._evaluation.hits if rule.id in names]

    def _decided(self) -> list[Ranked]:
        """The architectures that the decision, a family or an architecture, stands for."""
        decision = self._spec.decision
        return [entry for entry in self._evaluation.ranking if decision in (entry.architecture, entry.family)]

    def judged(self) -> JudgedDecision:
        """The decision beside the verdict."""
        verdict, architecture, _, confidence, _ = self._verdict
        decision = CheckedDecision(
            self._spec.id,
            self._placed.place().line,
            self._spec.decision,
            verdict,
            architecture,
            confidence,
            settled=self._possible == [verdict],
        )
        return JudgedDecision(decision, self._placed.place(), self._placed.place("id"))

    def findings(self) -> list[Located]:
        """What this table has to say of the decision, and of what it rests on."""
        return [*self._inconsistencies(), *self._on_decision(), *self._unsettled(), *self._prose()]

    def unknown_rules(self, tables: tuple[RuleTable, ...]) -> Located:
        """That nobody knows the rules that the decision was taken with."""
        known = ", ".join(table.header.id for table in (self._rules, *tables))
        message = (
            f"{self._spec.decided_with} is no rule table that is known here (known: {known}; the present one is "
            f"{self._rules.name}). Write the one that the decision was taken with"
        )
        return self._at(CheckId("decided-with-unknown-rules"), message, "decided_with")

    def older_rules(self) -> Located:
        """That by other rules, those it was taken with, the decision held."""
        message = (
            f"{self._spec.decision} was decided with {self._spec.decided_with}; with {self._rules.name} the "
            f"constraints give {self._answer()}. See whether the deployment still stands, then update the record"
        )
        return self._at(CheckId("decided-with-older-rules"), message, "decided_with")

    def _at(self, check: CheckId, message: str, *fields: str, subject: Iterable[str] = ()) -> Located:
        return located(check, self._placed.place(*fields), message, tuple(subject), self._spec)

    def _inconsistencies(self) -> Iterator[Located]:
        for notice in self._evaluation.notices:
            if notice.level == "inconsistency":
                fields = [f"constraints.{name}" for name in self._read(notice)]
                message = (
                    f"{self._facts(notice)} contradict one another ({notice.id}; {notice.source}): {notice.message}"
                )
                yield self._at(CheckId("constraints-inconsistent"), message, *fields, subject=[notice.id])

    def _on_decision(self) -> Iterator[Located]:
        decision, verdict = self._spec.decision, self._verdict
        if decision is None:
            if not self._document.undecided:
                message = f"no decision is stated; the constraints give {self._answer()}. Add 'decision:' beside them"
                yield self._at(CheckId("decision-missing"), message, "constraints")
        elif self._excluding:
            yield self._excluded(decision)
        elif verdict.verdict in ("undetermined", decision):
            return
        elif verdict.verdict == "evaluate_both":
            yield from self._close_call(decision)
        elif decision != verdict.architecture:
            yield self._not_recommended(decision)

    def _excluded(self, decision: str) -> Located:
        left = self._verdict.candidates
        change = "give up one of the constraints, since no architecture is left at all"
        if self._verdict.verdict != "infeasible":
            change = f"change the decision{f' (to {_either(left)})' if left else ''}, correct the constraint"
        message = (
            f"{decision} is ruled out by {self._cited(self._excluding)}. Either {change}, or waive "
            "decision-excluded with a reason and approved_by"
        )
        return self._at(_EXCLUDED, message, "decision", subject=[rule.id for rule in self._excluding])

    def _not_recommended(self, decision: str) -> Located:
        reasons = self._reasons()
        message = (
            f"the constraints speak for {self._answer()}, not for {decision}{f' by {reasons}' if reasons else ''}. "
            "Change the decision, state what else decided, or waive decision-not-recommended with a reason"
        )
        return self._at(_NOT_RECOMMENDED, message, "decision")

    def _close_call(self, decision: str) -> Iterator[Located]:
        families = self._verdict.candidates
        others = [
            family
            for family, architecture in zip(families, self._evaluation.recommended, strict=True)
            if decision not in (family, architecture)
        ]
        if len(others) == len(families):
            yield self._not_recommended(decision)
        elif families_named(self._document.prose, self._rules).isdisjoint(others):
            message = (
                f"{' and '.join(families)} are too close to call, and the document speaks of {decision} only. Describe "
                f"how {others[0]} compared, decide evaluate_both, or waive {_CLOSE_CALL} with a reason"
            )
            yield self._at(_CLOSE_CALL, message, "decision")

    def _unsettled(self) -> Iterator[Located]:
        name = self._exploration.next_question if len(self._possible) > 1 and not self._excluding else None
        if name is None:
            return
        verdict = self._verdict.verdict
        others = [other for other in self._possible if other != verdict]
        waiting = [entry.constraint for entry in self._evaluation.undecided if entry.constraint != name]
        listed = ", ".join(waiting[:MOST_NAMED])
        more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
        message = (
            f"{verdict} could still become {_either(others)}: {name} ({BY_NAME[name].meaning}) is not stated"
            f"{f'; rules also wait for {listed}{more}' if waiting else ''}. State it, or waive "
            "constraint-unsettled where nobody can know"
        )
        yield self._at(CheckId("constraint-unsettled"), message, "constraints", subject=[name])

    def _prose(self) -> Iterator[Located]:
        decision = self._spec.decision
        if decision is None or len(self._document.specs) > 1:
            return
        decided = {entry.family for entry in self._decided()}
        for chosen in self._document.chosen:
            if _NEGATION.search(chosen.text):  # which family it leaves is for a person to say
                continue
            named = families_named(chosen.text, self._rules)
            if len(named) == 1 if decision == "evaluate_both" else named and decided.isdisjoint(named):
                message = (
                    f"the text chooses '{chosen.text}', which is {' and '.join(sorted(named))}, and the block decides "
                    f"{decision}. Bring the two together"
                )
                yield located(CheckId("prose-names-another-architecture"), chosen.place, message, (), self._spec)

    def _answer(self) -> str:
        """The verdict in words: `gan (clear)`, `hybrid, as consistency (lean)`."""
        verdict = self._verdict
        if verdict.verdict == "infeasible":
            return "nothing (infeasible)"
        if verdict.verdict == "evaluate_both":
            return f"evaluate_both ({' and '.join(verdict.candidates)})"
        within = "" if verdict.architecture in (None, verdict.verdict) else f", as {verdict.architecture}"
        return f"{verdict.verdict}{within}{f' ({verdict.confidence})' if verdict.confidence else ''}"

    def _reasons(self) -> str:
        """The hits that put the recommended architecture ahead of what was decided, the weightiest first."""
        best = self._evaluation.recommended[:1]
        decided = [entry.architecture for entry in self._decided()]

        def lead(rule: Rule) -> int:
            own = max((rule.points.get(name, 0) for name in decided), default=0)
            return sum(rule.points.get(name, 0) for name in best) - own

        ahead = sorted((rule for rule in self._evaluation.hits if lead(rule) > 0), key=lead, reverse=True)
        return self._cited(ahead[:3]) + (f"; and {len(ahead) - 3} more rules" if len(ahead) > 3 else "")

    def _cited(self, rules: Sequence[Rule]) -> str:
        return "; ".join(f"{rule.id} ({self._facts(rule)}; {rule.source})" for rule in rules)

    def _facts(self, entry: Rule | Notice) -> str:
        """What is stated of what an entry reads: `latency_budget_ms: 33`."""
        stated = self._spec.constraints
        return ", ".join(f"{name}: {_shown(stated[name])}" for name in self._read(entry)) or "what the rest comes to"

    def _read(self, entry: Rule | Notice) -> list[str]:
        """The stated constraints that an entry's condition reads."""
        read = constraints_read(entry.when)
        return [name for name in self._spec.constraints if name in read]


def _shown(value: Value) -> str:
    """An answer in a message: a thirtieth of a second to two places."""
    return format_answer(round(value, 2) if isinstance(value, float) else value)


def _either(names: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def pinned_to(
    decided_with: str | None, present: RuleTable, others: Iterable[RuleTable]
) -> Literal["present", "other", "unknown"]:
    """Which table a decision was taken with; without a word of it, the present one.

    `other` is an older version of the present one, or another that is known; `unknown` is neither.
    """
    if decided_with is None:
        return "present"
    name, version = decided_with.split("@")
    known = {table.header.id: table for table in (*others, present)}.get(name)
    if known is None:
        return "other" if name == present.header.extends.partition("@")[0] else "unknown"
    if _has_version(known, version):
        return "present" if known is present else "other"
    return "unknown" if _numbers(version) > _numbers(known.header.version) else "other"


def table_of_that_day(decided_with: str, others: Iterable[RuleTable]) -> RuleTable | None:
    """The table itself, where it is at hand in that version."""
    name, version = decided_with.split("@")
    return next((table for table in others if table.header.id == name and _has_version(table, version)), None)


def _has_version(table: RuleTable, version: str) -> bool:
    """Whether a table has a version, which may be shortened: 1.0 is 1.0.0."""
    numbers = _numbers(version)
    return numbers == _numbers(table.header.version)[: len(numbers)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


def families_named(text: str, rules: RuleTable) -> frozenset[str]:
    """The families that a text names. Of overlapping names the longest counts: `GAN-enhanced diffusion` is no GAN."""
    pattern, families = _names(rules)
    # A name has its own group; lastindex is the group that matched.
    return frozenset(families[match.lastindex - 1] for match in pattern.finditer(text) if match.lastindex)


@cache
def _names(rules: RuleTable) -> tuple[re.Pattern[str], list[str]]:
    """One pattern of all names, and the family of each of its groups."""
    # Longest first: an alternation takes the first that fits.
    terms = sorted(dict.fromkeys(_terms(rules)), key=lambda term: -len(term[0]))
    return re.compile("|".join(f"({_pattern(name)})" for name, _ in terms)), [family for _, family in terms]


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
