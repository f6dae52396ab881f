"""Checks on regions of the space: where no rule hits, where nothing is left, where a number leads there and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, pairwise, product

from genarch.engine.scoring import scorer
from genarch.engine.search import Search
from genarch.engine.space import Space, contradictions, stretches, table_space
from genarch.engine.terms import Term, answered, terms
from genarch.engine.verification.limited import LIMIT, ordered, unsettled
from genarch.engine.witness import witness
from genarch.model import table_checks as checks
from genarch.model.conditions import All, Condition, Not, constraints_read
from genarch.model.constraints import BY_NAME, Answers
from genarch.model.findings import Finding
from genarch.model.regions import Stretch
from genarch.model.table import RuleTable

MAX_DEAD_ENDS = 50
"""Sets of rules that exclude everything: with more, the table needs another look than a list."""

MAX_SETS = 100_000
"""Sets of excluding rules to look at: every set of up to four of thirty."""


def blind_spots(rules: RuleTable) -> Iterator[Finding]:
    """Complete answers on which no rule hits."""
    found = witness([], [rule.when for rule in rules.rules], contradictions(rules))
    if found is not None:
        told = "with everything answered, no rule may hit"
        yield Finding(checks.BLIND_SPOT, (rules.header.id,), told, example=found)


def exclusions_of_everything(rules: RuleTable) -> Iterator[Finding]:
    """The smallest sets of rules that can hit together and leave nothing, with the constraints that bring it about."""
    every = {architecture.id for architecture in rules.architectures}
    excluding = [rule for rule in rules.rules if rule.excludes]
    ruled_out = contradictions(rules)
    told: list[frozenset[str]] = []
    sets = (some for size in range(1, len(every) + 1) for some in combinations(excluding, size))
    for some in islice(sets, MAX_SETS):
        ids = frozenset(rule.id for rule in some)
        covered = {name for rule in some for name in rule.excludes}
        if covered != every or any(smaller <= ids for smaller in told):
            continue
        causes = _causes([rule.when for rule in some], ruled_out)
        if not causes:
            continue
        told.append(ids)
        names = ", or by ".join(_listed(sorted(cause, key=list(BY_NAME).index)) for cause, _ in causes)
        message = f"{_listed([rule.id for rule in some])} can hit together and leave nothing: brought about by {names}"
        subject = tuple(rule.id for rule in some)
        yield Finding(checks.EXCLUDES_EVERYTHING, subject, message, ("rules", subject[0]), causes[0][1])
        if len(told) == MAX_DEAD_ENDS:
            return
    if next(sets, None):
        yield unsettled(checks.EXCLUDES_EVERYTHING, rules.header.id, None)


def _causes(whens: Sequence[Condition], ruled_out: Sequence[Condition]) -> list[tuple[frozenset[str], Answers]]:
    """The smallest sets of constraints whose answers alone make all of the conditions hit, each with such answers."""
    found: list[tuple[frozenset[str], Answers]] = []
    choices: list[Term] = [sum(choice, ()) for choice in islice(product(*map(terms, whens)), MAX_SETS)]
    for term in sorted(choices, key=lambda term: len(_reads(term))):
        reads = _reads(term)
        if any(smaller <= reads for smaller, _ in found):
            continue
        answers = witness([_as_condition(term)], contradictions=ruled_out)
        if answers is not None:
            found.append((reads, {name: answers[name] for name in answers if name in reads}))
    return found


def _reads(term: Term) -> frozenset[str]:
    return frozenset(literal.predicate.constraint for literal in term)


def _as_condition(term: Term) -> Condition:
    return All(tuple(part.predicate if part.holds else Not(part.predicate) for part in term))


def verdicts_that_return(rules: RuleTable) -> Iterator[Finding]:
    """Numbers that, with all else equal, lead from one verdict to another and back as they grow."""
    read = {name for rule in rules.rules for name in constraints_read(rule.when)}
    for name in BY_NAME:
        if name in read and BY_NAME[name].numeric:
            yield from _returning(rules, name)


def _returning(rules: RuleTable, name: str) -> Iterator[Finding]:
    """One search over the answers to everything else, with the rules as they are in each stretch of the number."""
    whole = table_space(rules)
    ranges = stretches(BY_NAME[name], whole.thresholds[name], whole.columns[name].fails)
    if len(ranges) < 3:
        return  # there and back takes three
    ruled_out = contradictions(rules)
    inner = [when for when in ruled_out if name in constraints_read(when)]
    outer = [when for when in ruled_out if name not in constraints_read(when)]
    whens = [*(rule.when for rule in rules.rules), *inner]
    watched = [answered(when, {name: stretch.value}) for stretch in ranges for when in whens]
    score = scorer(rules)

    def verdicts(hits: int) -> list[tuple[Stretch, str]]:
        """The verdicts in order, each with its stretch; where the rest contradicts the number there is none."""
        found: list[tuple[Stretch, str]] = []
        for at, stretch in enumerate(ranges):
            here = hits >> at * len(whens) & ((1 << len(whens)) - 1)
            if not here >> len(rules.rules):
                verdict = score.judge(here).verdict
                if found and found[-1][1] == verdict:
                    found[-1] = (found[-1][0].joined(stretch), verdict)
                else:
                    found.append((stretch, verdict))
        return found

    def returns(hits: int) -> str | None:
        """The verdict that is left and come back to, with the one between."""
        names = [verdict for _, verdict in verdicts(hits)]
        returning = (f"{one} {other}" for at, (one, other) in enumerate(pairwise(names)) if one in names[at + 2 :])
        return next((pair for pair in returning if pair not in search.found), None)

    pairs = [f"{one} {other}" for one in rules.verdicts for other in rules.verdicts if one != other]
    search = Search(Space(watched, outer), returns, lambda _, __, ___: True, {}, limit=LIMIT)
    search.run(pairs)
    place = ("questions", name) if any(question.id == name for question in rules.questions) else None
    for pair in pairs:
        if pair in search.found:
            example = search.found[pair]
            hits = sum(1 << at for at, when in enumerate(watched) if _hits(when, example))
            course = "; ".join(f"{stretch}: {verdict}" for stretch, verdict in verdicts(hits))
            told = f"as {name} grows, all else equal, the verdict changes and comes back: {course}"
            yield Finding(checks.VERDICT_NOT_MONOTONE, (name, *pair.split()), told, place, ordered(example))
    if search.gave_up:
        yield unsettled(checks.VERDICT_NOT_MONOTONE, name, place)


def _hits(when: Condition, answers: Answers) -> bool:
    return any(not term for term in terms(answered(when, answers)))


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
