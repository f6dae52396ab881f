"""A spec's report with all that comes with genarch, what its load costs, and both in the formats that people share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from genarch.engine.evaluation import Evaluation, evaluate
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Verdict
from genarch.engine.spec import Spec
from genarch.evidence.catalogue import Row
from genarch.evidence.cost import UTILISATION, Bill, bill
from genarch.files.bundled import base_of, bundled_cases, catalogue_of, load_rules, own_cases, precedents
from genarch.reports.evaluation import Evaluated, Report, make_report
from genarch.reports.precedents import MOST, Precedents, precedents_part

if TYPE_CHECKING:
    from genarch.evidence.advice import Advice
    from genarch.evidence.assessment import Assessment

MOST_ROWS = 3
"""How many rows of a kind are shown; their number is shown too."""

_T = TypeVar("_T")


def report_on(
    spec: Spec, rules: RuleTable | None = None, *, explored: bool = True, with_evidence: bool = True
) -> Evaluated:
    """A spec's report, by the default table where none is given: what `genarch evaluate --format json` has of it.

    Without `explored` it leaves out what is settled and what would change the verdict, which takes the most time;
    without `with_evidence` what was measured, models and precedents.
    """
    rules = rules or load_rules(evidence=with_evidence)
    evaluation = evaluate(spec, rules)
    evidence = evidence_of(spec, rules, evaluation) if with_evidence else None
    advice = advice_of(spec, rules, evaluation) if with_evidence else None
    exploration = None
    if explored:
        from genarch.engine.explore import explore

        exploration = explore(spec, rules)
    found = precedents_of(spec, rules, evaluation.verdict) if with_evidence else None
    base = base_of(rules)
    return make_report(spec, rules, evaluation, exploration, evidence, base=base, advice=advice, precedents=found)


def evidence_of(spec: Spec, rules: RuleTable, evaluation: Evaluation) -> Assessment | None:
    """What the evidence catalogue says of a spec; None for one without a latency budget, which does not wait for it."""
    if spec.constraints.get("latency_budget_ms") is None:
        return None
    from genarch.evidence.assessment import assess

    return shown(assess(spec, rules, evaluation, catalogue_of(rules)))


def shown(found: Assessment) -> Assessment:
    """An assessment with as many rows as a report has, and figures no finer than they can be."""
    few = (one._replace(rows=one.rows[:MOST_ROWS], apart=one.apart[:MOST_ROWS]) for one in found.feasibility)
    return found._replace(
        feasibility=rounded(tuple(few)), candidates=rounded(found.candidates), near=rounded(found.near)
    )


def rounded(part: _T) -> _T:
    """Figures with four significant digits, more than any estimate has; those of rows as they were published.

    What has no longer figures stays the same object, which is written once.
    """
    made: object = part
    if isinstance(part, float):
        made = float(f"{part:.4g}")
    elif isinstance(part, tuple) and not isinstance(part, Row):
        items = [rounded(item) if isinstance(item, float | tuple) else item for item in part]
        if items != list(part):
            made = getattr(type(part), "_make", tuple)(items)
    return cast("_T", made)


def advice_of(spec: Spec, rules: RuleTable, evaluation: Evaluation) -> Advice:
    """The models to start with on a spec, and how the one that it names does."""
    from genarch.evidence.advice import advice

    return rounded(advice(spec, rules, evaluation, catalogue_of(rules)))


def precedents_of(spec: Spec, rules: RuleTable, verdict: Verdict, most: int | None = MOST) -> Precedents:
    """What a report has of the cases beside a spec, those that the table brings along among them."""
    own = own_cases(rules)
    found = precedents(spec, own)
    return precedents_part(spec.constraints, verdict, found, {case.origin for case in own}, most)


def cost(spec: Spec, rules: RuleTable | None = None, *, utilisation: float = UTILISATION) -> Bill | None:
    """What a spec's load costs, by architecture; None where it does not state `gpu` and `resolution_px`.

    `utilisation` is the share of the hour that a GPU is busy.
    """
    rules = rules or load_rules()
    names = [entry.id for entry in rules.architectures]
    return bill(spec.constraints, names, catalogue_of(rules), utilisation=utilisation)


def to_markdown(*reports: Report, full: bool = False) -> str:
    """Reports as Markdown: the answer of a single one, of several a table; in `full` also all that is behind it."""
    from genarch.reports.answer import pages
    from genarch.reports.markdown import as_markdown

    return "\n".join(map(as_markdown, pages(reports, full=full)))


def to_html(*reports: Report, rules: RuleTable | None = None) -> str:
    """Reports as one HTML file that stands alone, with their decision maps by `rules` and every source.

    Raises:
        MissingExtraError: when Jinja2 is not installed.
    """
    from genarch.reports.html import as_html
    from genarch.reports.share import shared_pages

    rules = rules or load_rules()
    shown = shared_pages(reports, rules, catalogue_of(rules), bundled_cases())
    return as_html(shown, "Which architecture")
