"""A design document against the rule table: every finding, and the verdict on each decision.

A team's own measurements of what a decision is for are judged too: whether they are current, and whether it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from genarch.documents.reader import TOO_COSTLY, DesignDocument, PlacedSpec, families_named, located
from genarch.documents.waivers import with_waivers
from genarch.engine.answers import format_answer
from genarch.engine.budget import Budget
from genarch.engine.conditions import constraints_read
from genarch.engine.constraints import BY_NAME, Range
from genarch.engine.evaluation import Evaluation, Ranked, evaluate
from genarch.engine.explore import Exploration
from genarch.engine.findings import CheckId, Located, Place
from genarch.engine.rules import Notice, Rule, RuleTable
from genarch.engine.scoring import Verdict
from genarch.engine.spec import GPU_NOT_LISTED, Spec
from genarch.evidence.catalogue import Catalogue
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from genarch.documents.settings import Policy
from genarch.evidence.entries import Measurement
from genarch.evidence.percentiles import PERCENTILES, percentile_of
from genarch.evidence.ways import at_most, ms_words

_NEGATION = re.compile(r"(?i)\b(?:not?|never|neither|without|instead|rather|over|versus|vs)\b")


MAX_STEPS = 200_000
"""Steps that all searches for the specs of one document may take; one by the shipped tables takes 4,000 at most."""


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


def judge(
    document: DesignDocument, rules: RuleTable, policy: Policy, catalogue: Catalogue | None = None
) -> tuple[list[Located], list[CheckedDecision]]:
    """What is found in a document, in the order of its lines; nothing where it binds nobody any more.

    The catalogue is for decisions that name a model; without one nothing is said of it.
    """
    if document.inactive:
        return [], []
    found, budget = list(document.defects), Budget(MAX_STEPS)
    judged = []
    first: dict[str, PlacedSpec] = {}
    for placed in document.specs:
        before = first.setdefault(placed.spec.id, placed)
        found += [] if before is placed else [duplicate(placed, before.place())]
        enough = not budget.met
        decision, of_decision = judge_decision(placed, document, rules, policy.tables, budget)
        if enough and budget.met:
            message = f"its specs take more than {budget} to judge; which are settled is unknown from here on; split it"
            found.append(located(TOO_COSTLY, placed.place(), message))
        judged.append(decision)
        of_decision += judge_model(placed, rules, catalogue) if catalogue else ()
        if catalogue and catalogue.own:
            of_decision += judge_measurements(placed, catalogue, policy.measured_since)
        found += with_waivers(placed, of_decision, rules, policy)
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


def judge_decision(
    placed: PlacedSpec,
    document: DesignDocument,
    rules: RuleTable,
    tables: tuple[RuleTable, ...] = (),
    budget: Budget | None = None,
) -> tuple[CheckedDecision, list[Located]]:
    """A decision with the verdict on its constraints, and what is found, waivers aside.

    `tables` are other rule tables that are known, `budget` what the specs of a document share.
    """
    spec = placed.spec
    budget = budget or Budget(MAX_STEPS)
    evaluation, exploration = _evaluated(spec, rules, budget)
    against = list(_against(placed, document, rules, evaluation))
    found = list(_beside(placed, document, rules, evaluation, exploration))
    taken = taken_with(spec.decided_with, rules, tables)
    if taken == "unknown":
        known = ", ".join(table.header.id for table in (rules, *tables))
        check = CheckId("decided-with-unknown-rules")
        found.append(placed.found(check, "decided_with", known=known, present=rules.name))
    elif (
        against
        and taken is not rules
        and (taken == "older" or not any(_against(placed, document, taken, _evaluated(spec, taken, budget)[0])))
    ):
        against, answer = [], _answer(evaluation.verdict)
        check = CheckId("decided-with-older-rules")
        found.append(placed.found(check, "decided_with", answer=answer, present=rules.name))
    verdict = evaluation.verdict
    settled = exploration.settled and exploration.possible[0].verdict == verdict.verdict
    judged = CheckedDecision(
        spec.id, placed.place().line, spec.decision, verdict.verdict, verdict.architecture, verdict.confidence, settled
    )
    return judged, [*against, *found]


def _evaluated(spec: Spec, rules: RuleTable, budget: Budget) -> tuple[Evaluation, Exploration]:
    """The evaluation that counts: where all ways to answer the rest lead to one other verdict, that one."""
    evaluation, exploration = evaluate(spec, rules), Exploration(spec.constraints, rules, budget=budget)
    only = exploration.possible[0] if exploration.settled else None
    if only and only.verdict != evaluation.verdict.verdict:
        evaluation = evaluate(spec._replace(constraints=only.witness), rules)
    return evaluation, exploration


def _decided(spec: Spec, evaluation: Evaluation) -> list[Ranked]:
    """The architectures that a decision, a family or an architecture, stands for."""
    return [entry for entry in evaluation.ranking if spec.decision in (entry.architecture, entry.family)]


def _excluding(spec: Spec, evaluation: Evaluation) -> list[Rule]:
    """The rules that leave nothing of what was decided; none where something is left."""
    entries = _decided(spec, evaluation) or evaluation.ranking
    if not all(entry.excluded_by for entry in entries):
        return []
    names = {name for entry in entries for name in entry.excluded_by}
    return [rule for rule in evaluation.hits if rule.id in names]


def _against(
    placed: PlacedSpec, document: DesignDocument, rules: RuleTable, evaluation: Evaluation
) -> Iterator[Located]:
    """What speaks against the decision: it is excluded, not recommended, or a close call that nobody looked into."""
    spec, decision = placed.spec, placed.spec.decision
    verdict, best, candidates, *_ = evaluation.verdict
    if decision is None:
        return
    if excluding := _excluding(spec, evaluation):
        change = "relax one of the constraints, since no architecture is left"
        if verdict != "infeasible":
            to = f" (to {_either(candidates)})" if candidates else ""
            change = f"change the decision{to}, correct the constraint"
        ids, cited = (rule.id for rule in excluding), _cited(excluding, spec)
        yield placed.found(CheckId("decision-excluded"), "decision", subject=ids, rules=cited, change=change)
        return
    if verdict in ("undetermined", decision):
        return
    sides = zip(candidates, evaluation.verdict.recommended, strict=False) if verdict == "evaluate_both" else ()
    others = [family for family, architecture in sides if decision not in (family, architecture)]
    if len(others) == 1:
        if families_named(document.prose, rules).isdisjoint(others):
            check, both = CheckId("close-call-without-alternative"), " and ".join(candidates)
            yield placed.found(check, "decision", both=both, other=others[0])
    elif decision != best:
        reasons = _reasons(spec, evaluation)
        words = {"answer": _answer(evaluation.verdict), "reasons": f" by {reasons}" if reasons else ""}
        yield placed.found(CheckId("decision-not-recommended"), "decision", **words)


def _beside(
    placed: PlacedSpec, document: DesignDocument, rules: RuleTable, evaluation: Evaluation, exploration: Exploration
) -> Iterator[Located]:
    """What is found beside that: contradictions, what is missing or unsettled, and another choice in the text."""
    spec, decision, verdict = placed.spec, placed.spec.decision, evaluation.verdict
    for notice in evaluation.notices:
        if notice.level == "inconsistency":
            fields = [f"constraints.{name}" for name in _read(notice, spec)]
            check, facts = CheckId("constraints-inconsistent"), _facts(notice, spec)
            yield placed.found(check, *fields, subject=[notice.id], facts=facts, notice=notice)
        elif notice.id == GPU_NOT_LISTED:
            yield placed.found(CheckId("gpu-not-listed"), "constraints.gpu", notice=notice)
    if decision is None and not document.undecided:
        yield placed.found(CheckId("decision-missing"), "constraints", answer=_answer(verdict))
    possible = [item.verdict for item in exploration.possible if item.verdict != verdict.verdict]
    if steps := exploration.stopped:
        possible.append(f"another (not settled: the search stopped at {steps:,} steps)")
    if not _excluding(spec, evaluation) and (names := exploration.open_questions):
        ranges = {name: value for name, value in spec.constraints.items() if isinstance(value, Range)}
        closer = {name: f" more closely than {format_answer(value)}" for name, value in ranges.items()}
        first, *others = [f"{name}{closer.get(name, '')}" for name in names]
        listed = _either([f"{first} ({BY_NAME[names[0]].meaning})", *others], "and")
        words = {"verdict": verdict.verdict, "others": _either(possible), "listed": f"{listed} is", "state": "it"}
        if others:
            words |= {"listed": f"{listed} are", "state": "them"}
        order = ", the most telling first" if others else ""
        yield placed.found(CheckId("constraint-unsettled"), "constraints", subject=names, order=order, **words)
    left = next((entry.architecture for entry in _decided(spec, evaluation) if not entry.excluded_by), None)
    for rule in evaluation.hits if spec.model is None else ():  # a model is judged itself
        if left in rule.limits:
            check, band = CheckId("budget-open"), _because(rule)
            yield placed.found(check, "decision", subject=[rule.id], architecture=left, band=band, source=rule.source)
    if decision is None or len(document.specs) > 1:
        return
    decided = {entry.family for entry in _decided(spec, evaluation)}
    for chosen in document.chosen:
        named = families_named(chosen.text, rules)
        another = len(named) == 1 if decision == "evaluate_both" else named and decided.isdisjoint(named)
        if another and not _NEGATION.search(chosen.text):  # which family a negation leaves is for a person to say
            check, families = CheckId("prose-names-another-architecture"), " and ".join(sorted(named))
            yield placed.found(check, text=chosen.text, families=families)._replace(place=chosen.place)


def judge_model(placed: PlacedSpec, rules: RuleTable, catalogue: Catalogue) -> Iterator[Located]:
    """A named model in everything that the constraints ask of it; nothing where none is named."""
    name, stated, decision = placed.spec.model, placed.spec.constraints, placed.spec.decision
    if name is None:
        return
    from genarch.evidence.assessment import candidate, lateness, model_tests  # for those who name a model alone
    from genarch.evidence.feasibility import needs_of

    if catalogue.awaits(name):
        why = "you have no evidence of your own for it; add it with genarch measure"
        yield placed.found(CheckId("model-unsuited"), "model", subject=[name], misses=why, evidence=catalogue.name)
        return
    needs = needs_of(stated, catalogue)
    found = candidate(catalogue.model(name), needs)
    failed = {test.test: test.says for test in model_tests(found, needs) if test.outcome == "fails"}

    def about(check: CheckId, **words: object) -> Located:
        return placed.found(check, "model", subject=[name], **words)

    if late := lateness(found, needs):
        words = {"says": late.says, "source": late.source, "budget": needs.budget_words}
        yield about(CheckId("model-too-slow") if late.late else CheckId("budget-beyond-evidence"), **words)
    if found.memory_gb and needs.memory_gb and found.memory_gb > needs.memory_gb:
        source = f"{found.memory_row}; measured" if found.memory_row else f"{catalogue.name}; {found.memory_is}"
        yield about(CheckId("model-too-large"), says=failed["memory"], source=source)
    if conflict := failed.get("licence"):
        yield about(CheckId("licence-conflict"), conflict=conflict)
    if (licence := found.licence) and licence.closed_in:
        yield about(CheckId("model-closed-in-regions"), regions=licence.closed_in, terms=licence.deciding)
    if stated.get("training") == "from_scratch":
        failed.pop("weights", None)
    misses = [failed[test] for test in ("task", "conditioning", "resolution", "weights") if test in failed]
    families = {entry.id: entry.family for entry in rules.architectures}
    if decision not in (None, "evaluate_both", found.architecture, families.get(found.architecture, decision)):
        misses.insert(0, f"its architecture is {found.architecture}, and the decision is {decision}")
    if misses:
        yield about(CheckId("model-unsuited"), misses="; ".join(misses), evidence=catalogue.name)


def _answer(verdict: Verdict) -> str:
    """The verdict in words: `gan (clear)`, `hybrid, as consistency (lean)`."""
    name, architecture, candidates, _, confidence, *_ = verdict
    if name == "infeasible":
        return "nothing (infeasible)"
    if name == "evaluate_both":
        return f"evaluate_both ({' and '.join(candidates)})"
    within = "" if architecture in (None, name) else f", as {architecture}"
    return f"{name}{within}{f' ({confidence})' if confidence else ''}"


def _reasons(spec: Spec, evaluation: Evaluation) -> str:
    """The hits that put the recommended architecture ahead of what was decided, the weightiest first."""
    best = evaluation.verdict.recommended[:1]
    decided = [entry.architecture for entry in _decided(spec, evaluation)]

    def lead(rule: Rule) -> int:
        own = max((rule.points.get(name, 0) for name in decided), default=0)
        return sum(rule.points.get(name, 0) for name in best) - own

    ahead = sorted((rule for rule in evaluation.hits if lead(rule) > 0), key=lead, reverse=True)
    return _cited(ahead[:3], spec) + (f"; and {len(ahead) - 3} more rules" if len(ahead) > 3 else "")


def _cited(rules: Sequence[Rule], spec: Spec) -> str:
    """Each rule with what is stated of what it reads; one of evidence with what was measured or estimated."""
    reasons = ((rule, _because(rule) if rule.id.startswith("evidence-") else _facts(rule, spec)) for rule in rules)
    return "; ".join(f"{rule.id} ({facts}; {rule.source})" for rule, facts in reasons)


def _because(rule: Rule) -> str:
    """Why evidence speaks so, as a part of a sentence."""
    return f"{rule.because[:1].lower()}{rule.because[1:].rstrip('.')}"


def _facts(entry: Rule | Notice, spec: Spec) -> str:
    """What is stated of what an entry reads, a thirtieth of a second to two places: `latency_budget_ms: 33.33`."""
    stated = ((name, spec.constraints[name]) for name in _read(entry, spec))
    shown = ((name, round(value, 2) if isinstance(value, float) else value) for name, value in stated)
    return ", ".join(f"{name}: {format_answer(value)}" for name, value in shown) or "implied by the rest"


def _read(entry: Rule | Notice, spec: Spec) -> list[str]:
    """The stated constraints that an entry's condition reads."""
    read = constraints_read(entry.when)
    return [name for name in spec.constraints if name in read]


def _either(names: Sequence[str], word: str = "or") -> str:
    return f" {word} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def taken_with(
    decided_with: str | None, present: RuleTable, others: Iterable[RuleTable]
) -> RuleTable | Literal["older", "unknown"]:
    """The table that a decision was taken with; the present one where the spec does not say.

    `older` is an earlier version that a known table names, or the one that the present one extends, that is not at
    hand. A version that no table names may be made up, so that it excuses nothing.
    """
    if decided_with is None:
        return present
    known = [(table.name, table) for table in (present, *others)]
    names = [f"{table.header.id}@{version}" for _, table in known for version in table.header.earlier]
    at_hand = [table for name, table in known if f"{name}.".startswith(f"{decided_with}.")]  # 1.0 is 1.0.0
    older = any(f"{name}.".startswith(f"{decided_with}.") for name in (*names, present.header.extends))
    return at_hand[0] if at_hand else "older" if older else "unknown"


def judge_measurements(placed: PlacedSpec, catalogue: Catalogue, since: str) -> Iterator[Located]:
    """What is found of the newest measurement for a spec, which is to be no older than a day.

    One of too few runs for the spec's percentile says nothing while there is another.
    """
    spec = placed.spec
    name, budget = percentile_of(spec.constraints), at_most(spec.constraints.get("latency_budget_ms"))
    mine = [row for row in catalogue.own if row.spec == spec.id and row.timing == "request"]
    if not mine:
        return
    fitting = [row for row in mine if not any(_differences(row, spec, catalogue))]
    if not fitting:
        check, apart = CheckId("measurement-stale"), "; ".join(_differences(mine[-1], spec, catalogue))
        yield placed.found(check, "constraints", subject=[mine[-1].id], row=mine[-1], why=apart)
        return
    newest = next((row for row in reversed(fitting) if row.at(name) and row.bounded(name)), fitting[-1])
    old = f"before {since}" if (newest.date or "") < since else ""
    other = budget is not None and newest.percentile not in (None, name)
    if why := "; ".join(filter(None, (old, f"at {newest.percentile}, but the budget is for {name}" if other else ""))):
        yield placed.found(CheckId("measurement-stale"), "constraints", subject=[newest.id], row=newest, why=why)
    found = newest.at(name)
    if found and budget is not None and found.verdict(budget) == "missed":
        words = {"share": f"{PERCENTILES[name] * 100:g}", "took": ms_words(found.ms), "budget": ms_words(budget)}
        check = CheckId("measurement-missed")
        yield placed.found(check, "constraints.latency_budget_ms", subject=[newest.id], row=newest, **words)


def _differences(row: Measurement, spec: Spec, catalogue: Catalogue) -> Iterator[str]:
    """In what a measurement is of something else than a spec states."""
    stated = spec.constraints
    gpu, device, side = (stated.get(name) for name in ("gpu", "device", "resolution_px"))
    if spec.model and row.model != spec.model:
        yield f"of {row.model}, but the decision is for {spec.model}"
    kinds = {model.id: (model.architecture, model.family) for model in catalogue.models.values()}
    known = any(spec.decision in kind for kind in kinds.values())
    if known and not spec.model and spec.decision not in kinds[row.model]:
        yield f"of {row.model}, which is {kinds[row.model][0]}, but the decision is {spec.decision}"
    hardware = catalogue.hardware[row.hardware] if row.hardware else None
    where = row.hardware or row.hardware_named or "unknown hardware"
    if gpu is not None and row.hardware != gpu:
        yield f"on {where}, but the spec states {gpu}"
    elif gpu is None and hardware and device is not None and device not in hardware.devices:
        yield f"on {where}, but the spec states {device}"
    holds = side.holds(row.longer_side or 0) if isinstance(side, Range) else side in (None, row.longer_side)
    if not holds:
        yield f"at {row.longer_side or 'unknown'} px, but the spec states {side} px"
