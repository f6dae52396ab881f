"""A spec with a latency budget held against the catalogue: feasibility, the rules' judgement of it, candidates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from genarch.evidence.candidates import candidates
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Claim
from genarch.evidence.estimates import Assessment, Feasibility, Judgement, Status
from genarch.evidence.feasibility import every, needs_of
from genarch.table.conditions import constraints_read
from genarch.table.rules import Rule, RuleTable
from genarch.table.scoring import Evaluation
from genarch.table.spec import Spec

READ = frozenset(
    {
        "task",
        "conditioning",
        "latency_budget_ms",
        "device",
        "gpu",
        "device_memory_gb",
        "resolution_px",
        "commercial_use",
    }
)
"""The constraints that an assessment reads."""

MOST_FITTING, MOST_NEAR = 5, 4
"""How many candidates are told of, those that fit and those that miss one thing."""

_SHOWN_TO_FIT: frozenset[Status] = frozenset({"demonstrated", "within"})


def assess(spec: Spec, rules: RuleTable, evaluation: Evaluation, catalogue: Catalogue) -> Assessment:
    """What was measured and can be estimated of a spec with a latency budget.

    Raises:
        ValueError: when it states none.
    """
    needs = needs_of(spec.constraints, catalogue)
    if needs.budget_ms is None:
        raise ValueError("a spec without latency_budget_ms has nothing to be held against")
    found = tuple(every((entry.id for entry in rules.architectures), needs, catalogue))
    ranked = candidates(evaluation.recommended, needs, catalogue)
    return Assessment(
        needs.budget_ms,
        needs.hardware.id if needs.hardware else None,
        needs.device,
        needs.resolution_px,
        found,
        tuple(_judgements(evaluation.hits, found, rules, catalogue)),
        tuple([entry for entry in ranked if not entry.misses][:MOST_FITTING]),
        tuple([entry for entry in ranked if len(entry.misses) == 1][:MOST_NEAR]),
    )


def _judgements(
    hits: Iterable[Rule], found: Sequence[Feasibility], rules: RuleTable, catalogue: Catalogue
) -> Iterator[Judgement]:
    """Each rule that fired on the budget and excludes an architecture, or speaks for one, against its feasibility."""
    for rule in hits:
        if "latency_budget_ms" not in constraints_read(rule.when):
            continue
        claims = tuple(claim.id for claim in claims_of(rule, rules, catalogue))
        for entry in found:
            excludes = entry.architecture in rule.excludes
            if excludes or rule.points.get(entry.architecture, 0) > 0:
                agrees = _agrees(entry, excludes=excludes)
                yield Judgement(rule.id, entry.architecture, excludes, entry.status, agrees, claims)


def _agrees(entry: Feasibility, *, excludes: bool) -> bool | None:
    """Whether a rule that excludes an architecture, or speaks for it, says what was measured or estimated.

    That what was measured is too slow says nothing against a rule that speaks for it: others may be faster.
    """
    if entry.status in _SHOWN_TO_FIT:
        return not excludes
    if entry.status == "beyond":
        return excludes
    return True if excludes and entry.measured_beyond else None


def claims_of(rule: Rule, rules: RuleTable, catalogue: Catalogue) -> list[Claim]:
    """The claims that a rule rests on: those of the article's facts that it cites, and those that its facts name.

    A table with facts of its own under the ids of the article's has none through them.
    """
    theirs = {fact.id for fact in rules.facts if fact.inherited or rules.header.id == "article"}
    cited = theirs.intersection(rule.source.facts)
    named = {claim_id(name) for fact in rules.facts if fact.id in rule.source.facts for name in fact.claims}
    return [claim for claim in catalogue.claims.values() if claim.id in named or not cited.isdisjoint(claim.facts)]


def claim_id(name: str) -> str:
    """The id in the catalogue of a claim as facts name it: `T1` is `claim-t1`."""
    return f"claim-{name.lower()}"
