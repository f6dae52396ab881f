"""The report: one plain, versioned value for each spec, which every format renders.

It is the JSON report as documented in `genarch.reports.schema`, and no dump of internals: those may change, this not
within a major version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from genarch.errors import Problem
from genarch.reports.words import name_words
from genarch.table.answers import plain_answers
from genarch.table.rules import Assumption, Citation, Method, Notice, Ratio, Rule, RuleTable
from genarch.table.scoring import Evaluation, Ranked, evaluate
from genarch.table.spec import Spec
from genarch.version import __version__

if TYPE_CHECKING:
    from genarch.table.explore import Exploration

SCHEMA_VERSION = "1.1"

Report = dict[str, Any]


def make_report(
    spec: Spec,
    rules: RuleTable,
    evaluation: Evaluation,
    exploration: Exploration | None = None,
    evidence: Report | None = None,
    *,
    base: RuleTable | None = None,
) -> Report:
    """The report of an evaluated spec.

    With an exploration, also what is settled and what would change the verdict; with `evidence`, made by
    `genarch.reports.evidence.record`, also what was measured. `base` is the table that this one extends: the report
    tells what it alone would have said.
    """
    report = _evaluated(spec, rules, evaluation, base)
    if evidence is not None:
        report["evidence"] = evidence
        report["unread"] = [entry for entry in report["unread"] if entry["constraint"] not in evidence["reads"]]
    if exploration is not None:
        from genarch.reports.explored import explored

        report |= explored(exploration)
    return report


def _evaluated(spec: Spec, rules: RuleTable, evaluation: Evaluation, base: RuleTable | None) -> Report:
    verdict = evaluation.verdict
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "spec": {
            "id": spec.id,
            "title": spec.title,
            "source": {"path": _encodable(spec.origin.path), "line": spec.origin.line},
            "constraints": plain_answers(spec.constraints),
        },
        "rules": {
            "id": rules.header.id,
            "version": rules.header.version,
            "digest": rules.header.digest,
            "source": rules.header.source_title,
        },
        "verdict": verdict.verdict,
        "architecture": verdict.architecture,
        "candidates": list(verdict.candidates),
        "recommended": list(evaluation.recommended),
        "confidence": verdict.confidence,
        "margin": round(float(verdict.margin), 4) if verdict.margin else None,
        "summary": _summary(rules, evaluation),
        "base": base and _base(spec, base, evaluation),
        "ranking": [
            {
                "architecture": entry.architecture,
                "family": entry.family,
                "points": entry.points,
                "excluded_by": list(entry.excluded_by),
                "contributions": [{"rule": c.rule, "points": c.points} for c in entry.contributions],
            }
            for entry in evaluation.ranking
        ],
        "rationale": [
            *(_fired(rule) for rule in evaluation.hits),
            *(_said(entry) for entry in evaluation.assumed),
            *(_said(entry) for entry in evaluation.notices if entry.level == "note"),
        ],
        "methods": [_method(method) for method in evaluation.methods],
        "risks": _risks(rules, evaluation.recommended),
        "warnings": [
            {"id": notice.id, "message": notice.message, "source": _source(notice.source)}
            for notice in evaluation.notices
            if notice.level != "note"
        ],
        "unread": [{"constraint": entry.constraint, "members": list(entry.members)} for entry in evaluation.unread],
        "undecided": [{"constraint": entry.constraint, "rules": list(entry.rules)} for entry in evaluation.undecided],
    }


def _base(spec: Spec, base: RuleTable, evaluation: Evaluation) -> dict[str, Any]:
    """What the table that was extended says of the same answers, and whether that is another recommendation."""
    alone = evaluate(spec, base)
    verdict = alone.verdict
    same = verdict.verdict == evaluation.verdict.verdict and set(alone.recommended) == set(evaluation.recommended)
    return {
        "rules": base.name,
        "verdict": verdict.verdict,
        "architecture": verdict.architecture,
        "candidates": list(verdict.candidates),
        "recommended": list(alone.recommended),
        "confidence": verdict.confidence,
        "margin": round(float(verdict.margin), 4) if verdict.margin else None,
        "differs": not same,
    }


def make_error_report(path: str, spec_id: str, problems: Sequence[Problem]) -> Report:
    """The report of an input without a verdict: `error` is its first problem, `errors` has them all.

    `spec_id` is the id that the path gives.
    """
    errors = [{**problem._asdict(), "path": _encodable(problem.path)} for problem in problems]
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "spec": {"id": spec_id, "title": "", "source": {"path": _encodable(path), "line": 1}, "constraints": {}},
        "error": errors[0],
        "errors": errors,
    }


def _encodable(path: str) -> str:
    """A path that any JSON reader takes: bytes of a file name that are not UTF-8 stand as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _fired(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "title": rule.title,
        "because": rule.because,
        "effect": {
            "for": {name: points for name, points in rule.points.items() if points > 0},
            "against": {name: -points for name, points in rule.points.items() if points < 0},
            "excludes": list(rule.excludes),
        },
        "source": _source(rule.source),
    }


def _said(entry: Notice | Assumption) -> dict[str, Any]:
    """A note or an assumption: part of the rationale, without an effect of its own."""
    return {
        "rule": entry.id,
        "title": entry.title,
        "because": entry.message,
        "effect": {"for": {}, "against": {}, "excludes": []},
        "source": _source(entry.source),
    }


def _method(method: Method) -> dict[str, Any]:
    return {
        "id": method.id,
        "title": method.title,
        "architectures": list(method.architectures),
        "because": method.because,
        "source": _source(method.source),
    }


def _risks(rules: RuleTable, recommended: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "architecture": architecture.id,
            "risk": risk.risk,
            "mitigation": risk.mitigation,
            "source": _source(risk.source),
        }
        for architecture in rules.architectures
        if architecture.id in recommended
        for risk in architecture.risks
    ]


def _source(source: Citation) -> dict[str, Any]:
    return {"facts": list(source.facts), "section": source.section, "grade": source.grade}


def _summary(rules: RuleTable, evaluation: Evaluation) -> str:
    """The verdict's reason in one or two sentences."""
    verdict = evaluation.verdict
    title = {family.id: name_words(family.id) for family in rules.families}
    out = _excluded_families(rules, evaluation, title)
    match verdict.verdict:
        case "infeasible":
            return f"Nothing is left: {out}."
        case "undetermined":
            also = f" ({out})" if out else ""
            return f"No rule that fired gives points to a family that is left, so nothing separates them{also}."
    margin = verdict.margin
    if margin is None:
        text = f"{title[verdict.verdict]} is the only family {f'left: {out}' if out else 'there is'}."
    elif verdict.verdict == "evaluate_both":
        first, second = (title[family] for family in verdict.candidates)
        points = next(entry.points for entry in evaluation.ranking if entry.architecture == evaluation.recommended[0])
        level = [title[family] for family in _level(evaluation, points) if family not in verdict.candidates]
        others = f", and so is {' and '.join(level)}" if level else ""
        text = (
            f"{first} and {second} are level at {points} points each{others}{_also(out)}"
            if not margin.numerator
            else f"{first} and {second} are too close to call: {_apart(margin)} separate them "
            f"(margin {float(margin):.2f}, below {rules.header.close_call}){_also(out)}"
        )
    else:
        second = title[_runner_up(evaluation).family]
        text = f"{title[verdict.verdict]} leads {second} by {_apart(margin)} (margin {float(margin):.2f}){_also(out)}"
    text = text[:1].upper() + text[1:]
    return text + _ties(evaluation)


def _level(evaluation: Evaluation, points: int) -> list[str]:
    """The families whose best survivor has as many points as the two that are named."""
    best: dict[str, int] = {}
    for entry in evaluation.ranking:
        if not entry.excluded_by:
            best.setdefault(entry.family, entry.points)
    return [family for family, most in best.items() if most == points]


def _apart(margin: Ratio) -> str:
    return f"{margin.numerator} of the {margin.denominator} points that touch either"


def _also(excluded: str) -> str:
    return f"; {excluded}." if excluded else "."


def _runner_up(evaluation: Evaluation) -> Ranked:
    best = evaluation.verdict.verdict
    return next(entry for entry in evaluation.ranking if entry.family != best and not entry.excluded_by)


def _excluded_families(rules: RuleTable, evaluation: Evaluation, title: dict[str, str]) -> str:
    """Which families are out whole, and by which rules."""
    told = []
    for family in rules.families:
        members = [entry for entry in evaluation.ranking if entry.family == family.id]
        if members and all(entry.excluded_by for entry in members):
            by = dict.fromkeys(rule for entry in members for rule in entry.excluded_by)
            told.append(f"{title[family.id]} is excluded by {' and '.join(by)}")
    return ", ".join(told)


def _ties(evaluation: Evaluation) -> str:
    """Architectures of the recommended family that have as many points as the one that is named."""
    told = ""
    for name in evaluation.recommended:
        best = next(entry for entry in evaluation.ranking if entry.architecture == name)
        tied = [
            entry.architecture
            for entry in evaluation.ranking
            if entry.family == best.family
            and entry.architecture != name
            and not entry.excluded_by
            and entry.points == best.points
        ]
        if tied:
            told += f" Within its family, {name} ties with {' and '.join(tied)}."
    return told
