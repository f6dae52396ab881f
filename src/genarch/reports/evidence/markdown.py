"""Evidence as Markdown, for a decision record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genarch.reports.escape import inert
from genarch.reports.evidence.words import (
    Entry,
    candidate_entries,
    claim_lines,
    feasibility_entries,
    heading_words,
    judgement_entries,
    missing_words,
)


def evidence_section(evidence: Mapping[str, Any]) -> Iterator[str]:
    """What was measured and estimated, whether the rules agree, and the models to start from."""
    yield from _entries(heading_words(evidence), feasibility_entries(evidence))
    if told := missing_words(evidence):
        yield ""
        yield inert(told)
    lines = [f"{inert(rule)}. {inert(verdict)}" for rule, verdict in judgement_entries(evidence)]
    lines += [inert(line) for line in claim_lines(evidence)]
    if lines:
        yield ""
        yield "**The rules, held against it**"
        yield ""
        yield from (f"- {line}" for line in lines)
    yield from _entries("Models that fit", candidate_entries(evidence["candidates"]))
    yield from _entries("Models that miss one thing", candidate_entries(evidence["near"]))


def _entries(title: str, entries: Sequence[Entry]) -> Iterator[str]:
    if entries:
        yield ""
        yield f"**{inert(title)}**"
        yield ""
    for first, lines, origin in entries:
        told = ". ".join(inert(line) for line in lines)
        yield f"- {inert(first)}.{f' {told}.' if told else ''}{f' ({inert(origin)})' if origin else ''}"
