"""The docs page of the article's claims, made from the catalogue and the table."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.rules import RuleTable
from genarch.evidence.assessment import claims_of
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Claim
from genarch.reports.markdown import code, inert

_MEANINGS = {
    "supported": "the evidence agrees at the stated conditions",
    "partly": "true under conditions that the article does not state",
    "outdated": "was a fair summary once; newer measurements say otherwise",
    "contradicted": "a measured counter-example exists",
    "unlocated": "no source was found; not to be repeated as a fact",
    "untested": "opinion or experience; nothing in the catalogue speaks to it",
}


def claims_page(catalogue: Catalogue, rules: RuleTable) -> str:
    """The page, in Markdown: every claim under its id, with the rules that rest on it and the rows that speak to it."""
    return "\n".join(_lines(catalogue, rules)) + "\n"


def _lines(catalogue: Catalogue, rules: RuleTable) -> Iterator[str]:
    yield "# The article's claims, checked against the measurements"
    yield ""
    yield "<!-- Made by `make generate` from rules/evidence/claims.yaml; do not edit. -->"
    yield ""
    yield f"What the table `{rules.header.id}` takes from its source in figures and categories."
    yield f"By {catalogue.name}, {catalogue.head.compiled}."
    yield "`genarch show ID` explains each claim and row; [evidence.md](evidence.md) how good a row is."
    yield ""
    verdicts: list[str] = [claim.verdict for claim in catalogue.claims.values()]
    yield "| verdict | means | claims |"
    yield "| --- | --- | ---: |"
    for verdict, meaning in _MEANINGS.items():
        yield f"| {verdict} | {meaning} | {verdicts.count(verdict)} |"
    resting = {rule.id: {claim.id for claim in claims_of(rule, rules, catalogue)} for rule in rules.rules}
    for claim in catalogue.claims.values():
        yield from _claim(claim, [rule for rule, claims in resting.items() if claim.id in claims])


def _claim(claim: Claim, resting: list[str]) -> Iterator[str]:
    yield ""
    yield f"## {claim.id}"
    yield ""
    yield f"The article: {inert(claim.claim)}."
    yield ""
    yield f"Measurements: **{inert(claim.qualified or claim.verdict)}**. {inert(claim.evidence)}."
    yield ""
    if claim.facts:
        yield f"- facts: {', '.join(claim.facts)}"
    if resting:
        yield f"- rules: {', '.join(map(code, resting))}"
    if claim.rows:
        yield f"- rows: {', '.join(map(code, claim.rows))}"
