"""Checks on what a table's rules, architectures, methods and notices can ever bring about."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.bounds import Bounds
from genarch.engine.samples import sampled
from genarch.engine.scoring import Scorer, scorer
from genarch.engine.space import Space, contradictions, table_space
from genarch.engine.verification.limited import Outcome, look_for, unsettled
from genarch.engine.witness import witness
from genarch.model import table_checks as checks
from genarch.model.entries import Method, Notice, Rule
from genarch.model.findings import Finding
from genarch.model.table import RuleTable

DECIDING_LIMIT = 5_000
"""Nodes to look for what a rule decides alone, before the full question is asked; where there is something, tens do."""


def rules_that_never_matter(rules: RuleTable) -> Iterator[Finding]:
    """Rules without which every verdict and every recommended architecture stays what it is."""
    space, score, bounds = table_space(rules), scorer(rules), Bounds(rules)
    ruled_out = contradictions(rules)
    known = _seen_to_matter(space, score)
    for at, rule in enumerate(rules.rules):
        if known >> at & 1 or witness([rule.when], contradictions=ruled_out) is None:
            continue  # the second is told by another check
        if _is_needed(1 << at, rule, space, score, bounds):
            continue
        found = _case_for(1 << at, space, score, bounds, rules)
        if found.gave_up:
            yield unsettled(checks.RULE_NEVER_MATTERS, rule.id, ("rules", rule.id))
        elif found.answers is None:
            told = "wherever it hits, the verdict and the architecture are the same without it"
            yield Finding(checks.RULE_NEVER_MATTERS, (rule.id,), told, ("rules", rule.id))


def _seen_to_matter(space: Space, score: Scorer) -> int:
    """The bits of rules that make a difference on some sampled answers."""
    known = 0
    for hits, _ in sampled(space):
        rest = hits & ~known
        verdict = score.judge(hits)[:2] if rest else None
        while rest:
            bit = rest & -rest
            rest ^= bit
            if score.judge(hits & ~bit)[:2] != verdict:
                known |= bit
    return known


def _is_needed(bit: int, rule: Rule, space: Space, score: Scorer, bounds: Bounds) -> bool:
    """Whether a rule is seen to win for an architecture that it favours, or to keep out one that it excludes.

    Both ask for one architecture, which bounds narrow to much better than they do for any change at all.
    """
    won = any(_differing(name, bit, 0, space, score, bounds) for name, points in rule.points.items() if points > 0)
    return won or any(_differing(name, bit, bit, space, score, bounds) for name in rule.excludes)


def _differing(name: str, bit: int, left_out: int, space: Space, score: Scorer, bounds: Bounds) -> bool:
    """Whether an architecture is soon seen to be recommended with a rule and not without it, or the other way round.

    `left_out` is the rule's bit where it is to be recommended without.
    """

    def differs(hits: int) -> bool:
        one, other = score.judge(hits & ~left_out).architecture, score.judge(hits & ~(bit ^ left_out)).architecture
        return bool(hits & bit) and one == name != other

    def may_differ(hits: int, unknown: int) -> bool:
        if not (hits | unknown) & bit:
            return False
        return bounds.may_be_recommended(hits & ~left_out, unknown & ~left_out, name)

    return look_for(space, differs, may_differ, limit=DECIDING_LIMIT).answers is not None


def _case_for(bit: int, space: Space, score: Scorer, bounds: Bounds, rules: RuleTable) -> Outcome:
    """Answers on which a rule makes a difference."""
    members = [architecture.family for architecture in rules.architectures]
    alike = {verdict for verdict in rules.verdicts if members.count(verdict) < 2}  # the verdict says all there is

    def matters(hits: int) -> bool:
        return bool(hits & bit) and score.judge(hits)[:2] != score.judge(hits & ~bit)[:2]

    def may_matter(hits: int, unknown: int) -> bool:
        if not (hits | unknown) & bit:
            return False
        rest = unknown & ~bit
        reached = {
            verdict
            for verdict in rules.verdicts
            if bounds.reachable(hits | bit, rest, {verdict}) or bounds.reachable(hits & ~bit, rest, {verdict})
        }
        return len(reached) > 1 or not reached <= alike

    return look_for(space, matters, may_matter)


def architectures_never_recommended(rules: RuleTable) -> Iterator[Finding]:
    """Architectures that no answers make the recommendation, or one only of two to compare."""
    for architecture in rules.architectures:
        name, place = architecture.id, ("architectures", architecture.id)
        alone = _recommending(name, rules)
        compared = alone if alone.gave_up or alone.answers else _comparing(name, rules)
        if compared.gave_up:
            yield unsettled(checks.ARCHITECTURE_NEVER_RECOMMENDED, name, place)
        elif compared.answers is None:
            told = "no complete answers make it the recommendation"
            yield Finding(checks.ARCHITECTURE_NEVER_RECOMMENDED, (name,), told, place)
        elif alone.answers is None:
            told = "with everything answered, it is only ever one of two to evaluate"
            yield Finding(checks.ARCHITECTURE_NEVER_ALONE, (name,), told, place, compared.answers)


def _recommending(name: str, rules: RuleTable) -> Outcome:
    score, bounds = scorer(rules), Bounds(rules)
    return look_for(
        table_space(rules),
        lambda hits: score.judge(hits).architecture == name,
        lambda hits, unknown: bounds.may_be_recommended(hits, unknown, name),
    )


def _comparing(name: str, rules: RuleTable) -> Outcome:
    score, bounds = scorer(rules), Bounds(rules)
    return look_for(
        table_space(rules),
        lambda hits: name in score.recommended(hits),
        lambda hits, unknown: bounds.may_be_compared(hits, unknown, name),
    )


def entries_never_shown(rules: RuleTable) -> Iterator[Finding]:
    """Methods and notices whose condition never holds together with an answer that they are for."""
    ruled_out = contradictions(rules)
    shown: list[tuple[str, Method | Notice]] = [("methods", method) for method in rules.methods]
    shown += [("notices", notice) for notice in rules.notices if notice.level != "inconsistency"]
    for section, entry in shown:
        about = frozenset(entry.architectures if isinstance(entry, Method) else entry.about)
        if not about:
            continue
        if witness([entry.when], contradictions=ruled_out) is None:
            continue  # told by another check
        found = _showing(entry, about, rules)
        if found.gave_up:
            yield unsettled(checks.METHOD_NEVER_SUGGESTED, entry.id, (section, entry.id))
        elif found.answers is None:
            told = "its condition never holds together with an answer that it is for"
            yield Finding(checks.METHOD_NEVER_SUGGESTED, (entry.id,), told, (section, entry.id))


def _showing(entry: Method | Notice, about: frozenset[str], rules: RuleTable) -> Outcome:
    """Answers on which a method or notice is shown."""
    score, bounds = scorer(rules), Bounds(rules)
    own = 1 << len(rules.rules)
    whens = [*(rule.when for rule in rules.rules), entry.when]
    space = Space(whens, contradictions(rules), first=[len(rules.rules)])
    candidates = [a.id for a in rules.architectures if not about.isdisjoint((a.id, a.family))]
    verdicts = set(rules.verdicts) & about

    def shown(hits: int) -> bool:
        verdict = score.judge(hits & ~own)
        named = {verdict.verdict, *verdict.candidates, *score.recommended(hits & ~own)}
        return bool(hits & own) and not about.isdisjoint(named)

    def may_be_shown(hits: int, unknown: int) -> bool:
        if not (hits | unknown) & own:
            return False
        hits, unknown = hits & ~own, unknown & ~own
        return bounds.reachable(hits, unknown, verdicts) or any(
            bounds.may_be_recommended(hits, unknown, name) or bounds.may_be_compared(hits, unknown, name)
            for name in candidates
        )

    return look_for(space, shown, may_be_shown)
