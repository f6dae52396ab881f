"""Every check on a table as a whole: conditions, what the rules come to, and what is read and cited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, islice, permutations, product

from genarch.engine import courses
from genarch.engine.budget import Budget
from genarch.engine.completions import sampled
from genarch.engine.conditions import ALWAYS, All, Any, Condition, Not, Term, describe, terms, values_named
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Answers
from genarch.engine.findings import CheckId, Finding
from genarch.engine.matching import positions
from genarch.engine.rules import Method, NextStep, Notice, Rule, RuleTable
from genarch.engine.search import STEP, Found, Space, VerdictSearch, find, verdict_search, witness
from genarch.values import grouped

SAMPLES = 1_000
"""Completions that tell most rules apart before any search."""


TOTAL = 400_000
"""Steps that all checks of a table may take together: some half a minute. The shipped ones take a tenth of them."""


def impossible_conditions(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Conditions that no answers pass, alternatives that none do, entries that only contradictory answers hit."""
    budget = budget or Budget(TOTAL)
    ruled_out, own = verdict_search(rules).ruled_out, CheckId("condition-contradicts-itself")
    if ruled_out:
        message = "whatever is answered, one of the table's inconsistencies holds"
        found, about = witness([], ruled_out, budget=budget), ("", rules.header.id)
        yield from _missing(CheckId("everything-inconsistent"), about, found, message)
        if found.answers is None:
            return
    for section, entry in rules.conditional():
        place = (section, entry.id)
        if not (found := witness([entry.when], budget=budget)).witnesses:
            yield from _missing(own, place, found, f"no answers pass '{describe(entry.when)}'")
            continue
        for part, narrowed in _alternatives(entry.when):
            message = f"its alternative '{describe(part)}' never holds beside the rest of the condition"
            yield from _missing(own, place, witness([narrowed], budget=budget), message)
        if isinstance(entry, Notice) and entry.level == "inconsistency":
            continue
        message = f"'{describe(entry.when)}' holds only on answers that an inconsistency of the table rules out"
        found = witness([entry.when], contradictions=ruled_out, budget=budget)
        yield from _missing(CheckId("rule-never-hits"), place, found, message)


def _alternatives(condition: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Each part of an `any`, with the condition in which only that part of it is left."""
    match condition:
        case Any(parts) if len(parts) > 1:
            for part in parts:
                yield part, part
                yield from _alternatives(part)
        case All(parts):
            for at, part in enumerate(parts):
                for alternative, narrowed in _alternatives(part):
                    yield alternative, All((*parts[:at], narrowed, *parts[at + 1 :]))


def rules_always_together(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Sets of rules of which all hit or none does, whatever is answered."""
    budget, check = budget or Budget(TOTAL), CheckId("rules-always-together")
    table = verdict_search(rules)
    whens, ruled_out = table.whens, table.ruled_out
    seen = [hits for hits, _ in sampled(table.space, count=SAMPLES)]
    hitting = (sum(1 << sample for sample, hits in enumerate(seen) if hits >> at & 1) for at in range(len(whens)))
    by_samples = grouped((samples, at) for at, samples in enumerate(hitting))
    alike: dict[int, int] = {}
    for one, other in (pair for same in by_samples.values() for pair in combinations(same, 2)):
        if other in alike:
            continue
        apart = [witness([whens[a]], [whens[b]], ruled_out, budget) for a, b in ((one, other), (other, one))]
        if any(found.witnesses for found in apart):
            continue
        hits = witness([whens[one]], (), ruled_out, budget)
        if not all(found.complete for found in (*apart, hits)):
            yield _unsettled(check, rules.header.id, None)
            break
        if hits.witnesses:
            alike[other] = alike.get(one, one)
    for first in sorted(set(alike.values())):
        members = [first, *(at for at, same in alike.items() if same == first)]
        ids = tuple(rules.rules[at].id for at in sorted(members))
        condition = describe(whens[first])
        message = f"{', '.join(ids[:-1])} and {ids[-1]} hit on the same answers, '{condition}' and no others"
        yield Finding(check, ids, message, ("rules", ids[0]))


LIMIT = 20_000
"""Nodes that one question may take: some one second. Those of the shipped tables take hundreds."""

DECIDING_LIMIT = 5_000
"""Nodes to look for what a rule decides alone, before the full question is asked; where there is something, tens do."""


def _missing(check: CheckId, entry: tuple[str, str], found: Found[bool], message: str) -> Iterator[Finding]:
    """The finding that there are no such answers, or that this was not settled; nothing where some were found."""
    if not found.complete:
        yield _unsettled(check, entry[1], entry if entry[0] else None)
    elif found.answers is None:
        yield Finding(check, (entry[1],), message, entry if entry[0] else None)


def _unsettled(check: CheckId, subject: str, entry: tuple[str, str] | None, limit: int | None = None) -> Finding:
    message = f"whether '{check}' applies was not settled within {limit or LIMIT:,} steps"
    return Finding(CheckId("search-limit"), (check, subject), message, entry)


def rules_that_never_matter(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Rules without which every verdict and every recommended architecture stays what it is, and no less sure."""
    budget, table = budget or Budget(TOTAL), verdict_search(rules)
    known, looks, cost = 0, Budget(LOOKS), 1 + len(rules.rules) // LOOK
    for hits, _ in sampled(table.space):
        for at in positions(hits & ~known):
            if looks.spend(cost) and _differs(at, hits, table):
                known |= 1 << at
    for at, rule in enumerate(rules.rules):
        if known >> at & 1:
            continue
        hit = witness([rule.when], contradictions=table.ruled_out, budget=budget)
        if hit.complete and hit.answers is None:
            continue  # that is the finding of another check
        if not _is_needed(1 << at, rule, table, budget):
            message = "wherever it hits, the verdict and the architecture are the same without it"
            found = _case_for(at, table, budget)
            yield from _missing(CheckId("rule-never-matters"), ("rules", rule.id), found, message)


LOOKS = 100_000
"""Times that a rule of a small table is left out of a sample, before it is searched for what it decides."""

LOOK = 64
"""Rules that are looked at once: of a larger table each time counts as several."""


def _differs(at: int, hits: int, table: VerdictSearch) -> bool:
    """Whether a rule makes a difference to these hits, for one that limits also to how sure the verdict is."""
    found, without = table.scorer.judge(hits), table.scorer.judge(hits & ~(1 << at))
    return found[:2] != without[:2] or bool(table.rules.rules[at].limits and found.confidence != without.confidence)


def _is_needed(bit: int, rule: Rule, table: VerdictSearch, budget: Budget) -> bool:
    """Whether a rule is soon seen to win for an architecture that it favours, or to keep out one that it excludes.

    Both ask for one architecture, which bounds narrow to much better than they do for any change at all.
    """
    judge, reach = table.scorer.judge, table.bounds.reach

    def differs(name: str, left_out: int) -> bool:
        """Whether an architecture is recommended with the rule, or without it (`left_out`), and not the other way."""
        found = find(
            table.space,
            lambda hits: (
                bool(hits & bit)
                and judge(hits & ~left_out).architecture == name != judge(hits & ~(bit ^ left_out)).architecture
            ),
            lambda hits, unknown: (
                bool((hits | unknown) & bit) and reach(hits & ~left_out, unknown & ~left_out).recommended(name)
            ),
            limit=DECIDING_LIMIT,
            budget=budget,
        )
        return found.answers is not None

    won = any(differs(name, 0) for name, points in rule.points.items() if points > 0)
    return won or any(differs(name, bit) for name in rule.excludes)


def _case_for(at: int, table: VerdictSearch, budget: Budget) -> Found[bool]:
    """Answers on which a rule makes a difference."""
    bit, limits = 1 << at, bool(table.rules.rules[at].limits)
    members = [architecture.family for architecture in table.rules.architectures]
    alike = {verdict for verdict in table.rules.verdicts if members.count(verdict) < 2}  # the verdict says all there is

    def may_matter(hits: int, unknown: int) -> bool:
        if limits or not (hits | unknown) & bit:
            return bool((hits | unknown) & bit)
        sides = [table.bounds.reach(found, unknown & ~bit) for found in (hits | bit, hits & ~bit)]
        reached = {verdict for verdict in table.rules.verdicts if any(side.any_of({verdict}) for side in sides)}
        return len(reached) > 1 or not reached <= alike

    matters = lambda hits: bool(hits & bit) and _differs(at, hits, table)  # noqa: E731
    return find(table.space, matters, may_matter, limit=LIMIT, budget=budget)


def architectures_never_recommended(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Architectures that no answers make the recommendation, or one only of two to compare."""
    for architecture in rules.architectures:
        yield from _never_recommended(architecture.id, verdict_search(rules), budget or Budget(TOTAL))


def _never_recommended(name: str, table: VerdictSearch, budget: Budget) -> Iterator[Finding]:
    entry, judge, reach = ("architectures", name), table.scorer.judge, table.bounds.reach
    alone = find(
        table.space,
        lambda hits: judge(hits).architecture == name,
        lambda hits, unknown: reach(hits, unknown).recommended(name),
        limit=LIMIT,
        budget=budget,
    )
    if not alone.complete or alone.answers is not None:
        yield from _missing(CheckId("architecture-never-recommended"), entry, alone, "")
        return
    compared = find(
        table.space,
        lambda hits: name in judge(hits).recommended,
        lambda hits, unknown: reach(hits, unknown).compared(name),
        limit=LIMIT,
        budget=budget,
    )
    message = "no complete answers make it the recommendation"
    yield from _missing(CheckId("architecture-never-recommended"), entry, compared, message)
    if compared.answers is not None:
        message = "with everything answered, it is only ever one of two to evaluate"
        yield Finding(CheckId("architecture-never-alone"), (name,), message, entry, compared.answers)


def entries_never_shown(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Methods, notices and next steps whose condition never holds together with an answer that they are for."""
    table, budget = verdict_search(rules), budget or Budget(TOTAL)
    for section, entry in rules.conditional():
        if isinstance(entry, Method | NextStep) or (isinstance(entry, Notice) and entry.level != "inconsistency"):
            about = frozenset(entry.architectures if isinstance(entry, Method) else entry.about)
            hit = witness([entry.when], contradictions=table.ruled_out, budget=budget) if about else None
            if hit and (hit.witnesses or not hit.complete):  # else another finding
                message = "its condition never holds together with an answer that it is for"
                found = _showing(entry.when, about, table, budget)
                yield from _missing(CheckId("method-never-suggested"), (section, entry.id), found, message)


def _showing(when: Condition, about: frozenset[str], table: VerdictSearch, budget: Budget) -> Found[bool]:
    """Answers on which an entry about some architectures, families or verdicts is shown."""
    own = 1 << len(table.whens)
    candidates = [a.id for a in table.rules.architectures if not about.isdisjoint((a.id, a.family))]

    def shown(hits: int) -> bool:
        verdict = table.scorer.judge(hits & ~own)
        return bool(hits & own) and not about.isdisjoint((verdict.verdict, *verdict.candidates, *verdict.recommended))

    def may_be_shown(hits: int, unknown: int) -> bool:
        if not (hits | unknown) & own:
            return False
        reach = table.bounds.reach(hits & ~own, unknown & ~own)
        return reach.any_of(about) or any(reach.recommended(name) or reach.compared(name) for name in candidates)

    space = Space([*table.whens, when], table.ruled_out, first=[len(table.whens)])
    return find(space, shown, may_be_shown, limit=LIMIT, budget=budget)


MAX_DEAD_ENDS = 50
"""Sets of rules that exclude everything: with more, the table needs another look than a list."""

MAX_SETS = 100_000
"""Sets of excluding rules to look at: every set of up to four of thirty."""


def blind_spots(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Complete answers on which no rule hits."""
    table, check = verdict_search(rules), CheckId("blind-spot")
    found = witness([], table.whens, table.ruled_out, budget)
    if not found.complete:
        yield _unsettled(check, rules.header.id, None)
    elif found.answers is not None:
        yield Finding(check, (rules.header.id,), "with everything answered, no rule may hit", example=found.answers)


def exclusions_of_everything(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """The smallest sets of rules that can hit together and leave nothing, with the constraints that bring it about."""
    budget, complete = budget or Budget(TOTAL), True
    every = {architecture.id for architecture in rules.architectures}
    excluding = [rule for rule in rules.rules if rule.excludes]
    known: list[frozenset[str]] = []
    sets = (some for size in range(1, len(every) + 1) for some in combinations(excluding, size))
    for some in islice(sets, MAX_SETS):
        ids = frozenset(rule.id for rule in some)
        covered = {name for rule in some for name in rule.excludes}
        if covered != every or any(smaller <= ids for smaller in known):
            continue
        causes, all_of_them = _causes([rule.when for rule in some], verdict_search(rules).ruled_out, budget)
        complete &= all_of_them
        if budget.met:
            break
        if not causes:
            continue
        known.append(ids)
        names = ", or by ".join(_listed(sorted(cause, key=list(BY_NAME).index)) for cause, _ in causes)
        message = f"{_listed([rule.id for rule in some])} can hit together and leave nothing: brought about by {names}"
        subject = tuple(rule.id for rule in some)
        yield Finding(CheckId("excludes-everything"), subject, message, ("rules", subject[0]), causes[0][1])
        if len(known) == MAX_DEAD_ENDS:
            return
    if not complete or next(sets, None):
        yield _unsettled(CheckId("excludes-everything"), rules.header.id, None)


MAX_CAUSES = 5_000
"""Ways to make a set of rules hit together, by one alternative of each."""


def _causes(
    whens: Sequence[Condition], ruled_out: Sequence[Condition], budget: Budget
) -> tuple[list[tuple[frozenset[str], Answers]], bool]:
    """The smallest sets of constraints whose answers alone make all of the conditions hit, each with such answers.

    And whether these are all there are.
    """

    def reads(term: Term) -> frozenset[str]:
        return frozenset(literal.predicate.constraint for literal in term)

    found: list[tuple[frozenset[str], Answers]] = []
    ways = product(*map(terms, whens))
    choices: list[Term] = [sum(choice, ()) for choice in islice(ways, MAX_CAUSES)]
    complete = next(ways, None) is None and budget.spend(1 + len(choices) // STEP)
    for term in sorted(choices, key=lambda term: len(reads(term))):
        if any(smaller <= reads(term) for smaller, _ in found):
            continue
        condition = All(tuple(part.predicate if part.holds else Not(part.predicate) for part in term))
        hit = witness([condition], contradictions=ruled_out, budget=budget)
        complete &= hit.complete
        if (answers := hit.answers) is not None:
            found.append((reads(term), {name: answers[name] for name in answers if name in reads(term)}))
        if budget.met:
            break
    return found, complete


def verdicts_that_return(rules: RuleTable, budget: Budget | None = None) -> Iterator[Finding]:
    """Numbers that, with all else equal, lead from one verdict to another and back as they grow."""
    space = verdict_search(rules).space
    for name in (name for name in BY_NAME if name in space.columns and BY_NAME[name].numeric):
        if len(stretches := space.stretches(name)) < 3:  # there and back takes three
            continue
        entry = ("questions", name) if any(question.id == name for question in rules.questions) else None
        if courses.cost(stretches) > courses.LIMIT or (budget and budget.met):
            yield _unsettled(CheckId("verdict-not-monotone"), name, entry, courses.LIMIT)
            continue
        course = courses.Course(name, stretches, rules)
        found = course.returns(budget)
        for pair in (pair for pair in permutations(rules.verdicts, 2) if pair in found.witnesses):
            listed = "; ".join(
                f"{stretch.range}: {verdict}" for stretch, verdict in course.along(found.witnesses[pair])
            )
            message = f"as {name} grows, all else equal, the verdict changes and comes back: {listed}"
            yield Finding(CheckId("verdict-not-monotone"), (name, *pair), message, entry, found.witnesses[pair])
        if not found.complete:
            yield _unsettled(CheckId("verdict-not-monotone"), name, entry, courses.LIMIT)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def unread(rules: RuleTable) -> Iterator[Finding]:
    """Constraints that nothing, or no rule, reads, and values that nothing names."""
    named = values_named(entry.when for _, entry in rules.conditional())
    deciding = values_named(entry.when for entry in (*rules.rules, *rules.assumptions))
    asked = {question.id for question in rules.questions}
    for constraint in CONSTRAINTS:
        name = constraint.name
        place = ("questions", name) if name in asked else None
        if name not in named:
            if not constraint.evidence:
                message = f"nothing in the table reads '{name}' ({constraint.meaning})"
                yield Finding(CheckId("constraint-unread"), (name,), message, place)
            continue
        if name not in deciding:
            message = f"'{name}' is read by notices or methods alone, so it has no say in the verdict"
            yield Finding(CheckId("constraint-never-decides"), (name,), message, place)
        if name not in asked:
            message = f"'{name}' is read, but the table has no question for it"
            yield Finding(CheckId("question-missing"), (name,), message)
        rest = [value for value in constraint.values if value not in named[name]]
        if rest if constraint.kind == "set" else len(rest) > 1 and not constraint.evidence:
            alike = "with or without, everything comes out the same"
            why = alike if constraint.kind == "set" else "nothing tells them apart"
            message = f"no condition names {', '.join(rest)} of '{name}': {why}"
            yield Finding(CheckId("value-unread"), (name, *rest), message, place)


def examples_missing(rules: RuleTable) -> Iterator[Finding]:
    """Conditions that no example shows to hit, or to miss."""
    for section, entry in rules.conditional():
        missing = [kind for kind in ("hit", "miss") if not getattr(entry.examples, kind)]
        if entry.when != ALWAYS and missing:
            message = f"has no example of a {' or of a '.join(missing)}"
            yield Finding(CheckId("example-missing"), (entry.id,), message, (section, entry.id))


def facts_uncited(rules: RuleTable) -> Iterator[Finding]:
    """Facts that no entry cites; those of an extended table may have lost the entry that did."""
    cited = rules.citations()
    for fact in rules.facts:
        if fact.id not in cited and not fact.inherited:
            yield Finding(CheckId("fact-uncited"), (fact.id,), "nothing in the table cites it", ("facts", fact.id))


def verify(rules: RuleTable) -> Iterator[Finding]:
    """Everything that the checks find, waived findings included; then the waivers that cover nothing.

    The waivers of an extended table may cover nothing: what they were for may be gone here.
    """
    used, budget = set(), Budget(TOTAL)
    conditions = list(impossible_conditions(rules, budget))
    consistent = all(finding.check != "everything-inconsistent" for finding in conditions)
    found = [conditions, unread(rules), examples_missing(rules), facts_uncited(rules)]
    if consistent:
        found[1:1] = [
            rules_always_together(rules, budget),
            rules_that_never_matter(rules, budget),
            blind_spots(rules, budget),
            exclusions_of_everything(rules, budget),
            architectures_never_recommended(rules, budget),
            entries_never_shown(rules, budget),
            verdicts_that_return(rules, budget),
        ]
    for finding in chain(*found):
        about = finding.check, set(finding.subject)
        waiver = next((waiver for waiver in rules.waivers if (waiver.check, set(waiver.subject)) == about), None)
        used.add(waiver)
        yield finding._replace(waived=waiver.reason) if waiver else finding
    for at, waiver in enumerate(waiver for waiver in rules.waivers if not waiver.inherited):
        if waiver not in used:
            message = f"no finding of '{waiver.check}' is about {', '.join(waiver.subject)} and nothing else"
            yield Finding(CheckId("waiver-unused"), (waiver.check, *waiver.subject), message, ("waivers", str(at)))
