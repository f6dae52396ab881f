"""Checks on regions of the space: where no rule hits, where nothing is left, where a number leads there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice, pairwise, product
from typing import NamedTuple

from genarch.table.bounds import Bounds
from genarch.table.conditions import All, Condition, Not, Term, answered, constraints_read, terms
from genarch.table.constraints import BY_NAME, Answers
from genarch.table.findings import CheckId, Finding
from genarch.table.rules import Method, Notice, Rule, RuleTable
from genarch.table.scoring import Scorer, scorer
from genarch.table.search import Search, sampled, witness
from genarch.table.space import Space, Stretch, contradictions, stretches, table_space

LIMIT = 150_000
"""Nodes that one question may take: some five seconds. Of the shipped table's questions, one takes half of it."""


class Outcome(NamedTuple):
    """Answers that were looked for, None when there are none, or when the search gave up before it knew."""

    answers: Answers | None
    gave_up: bool


def look_for(
    space: Space, judge: Callable[[int], bool], reachable: Callable[[int, int], bool], *, limit: int | None = None
) -> Outcome:
    """Answers on which the hits pass the judge; `reachable` tells whether hits and open ones may still.

    `limit` is how many nodes to try, where not as many as any question may take.
    """
    search = Search(
        space,
        lambda hits: "found" if judge(hits) else None,
        lambda hits, unknown, _: reachable(hits, unknown),
        {},
        limit=LIMIT if limit is None else limit,
    )
    found = search.run(["found"]).get("found")
    return Outcome(None if found is None else ordered(found), search.gave_up)


def unsettled(check: CheckId, subject: str, entry: tuple[str, str] | None) -> Finding:
    """The finding that a question was left unanswered."""
    told = f"whether '{check}' applies was not settled within {LIMIT:,} steps"
    return Finding(CheckId("search-limit"), (check, subject), told, entry)


def ordered(answers: Answers) -> Answers:
    """Answers in the order of the declaration."""
    return {name: answers[name] for name in BY_NAME if name in answers}


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
            yield unsettled(CheckId("rule-never-matters"), rule.id, ("rules", rule.id))
        elif found.answers is None:
            told = "wherever it hits, the verdict and the architecture are the same without it"
            yield Finding(CheckId("rule-never-matters"), (rule.id,), told, ("rules", rule.id))


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
            yield unsettled(CheckId("architecture-never-recommended"), name, place)
        elif compared.answers is None:
            told = "no complete answers make it the recommendation"
            yield Finding(CheckId("architecture-never-recommended"), (name,), told, place)
        elif alone.answers is None:
            told = "with everything answered, it is only ever one of two to evaluate"
            yield Finding(CheckId("architecture-never-alone"), (name,), told, place, compared.answers)


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
            yield unsettled(CheckId("method-never-suggested"), entry.id, (section, entry.id))
        elif found.answers is None:
            told = "its condition never holds together with an answer that it is for"
            yield Finding(CheckId("method-never-suggested"), (entry.id,), told, (section, entry.id))


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


MAX_DEAD_ENDS = 50
"""Sets of rules that exclude everything: with more, the table needs another look than a list."""

MAX_SETS = 100_000
"""Sets of excluding rules to look at: every set of up to four of thirty."""


def blind_spots(rules: RuleTable) -> Iterator[Finding]:
    """Complete answers on which no rule hits."""
    found = witness([], [rule.when for rule in rules.rules], contradictions(rules))
    if found is not None:
        told = "with everything answered, no rule may hit"
        yield Finding(CheckId("blind-spot"), (rules.header.id,), told, example=found)


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
        yield Finding(CheckId("excludes-everything"), subject, message, ("rules", subject[0]), causes[0][1])
        if len(told) == MAX_DEAD_ENDS:
            return
    if next(sets, None):
        yield unsettled(CheckId("excludes-everything"), rules.header.id, None)


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
    if name not in whole.columns:
        return  # read only by conditions that can never hit
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
            yield Finding(CheckId("verdict-not-monotone"), (name, *pair.split()), told, place, ordered(example))
    if search.gave_up:
        yield unsettled(CheckId("verdict-not-monotone"), name, place)


def _hits(when: Condition, answers: Answers) -> bool:
    return any(not term for term in terms(answered(when, answers)))


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
