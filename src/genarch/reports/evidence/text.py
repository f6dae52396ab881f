"""Evidence as text for people, laid out by rich."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from genarch.reports.console import heading, indented
from genarch.reports.escape import safe
from genarch.reports.evidence.words import (
    Entry,
    candidate_entries,
    claim_lines,
    feasibility_entries,
    heading_words,
    judgement_entries,
    missing_words,
)

_STYLES = {"agrees": "green", "DISAGREES": "red"}


def evidence_parts(evidence: Mapping[str, Any]) -> list[RenderableType]:
    """What was measured and estimated, whether the rules agree, and the models to start from."""
    parts = [heading(heading_words(evidence)), *entry_lines(feasibility_entries(evidence))]
    if told := missing_words(evidence):
        parts.append(indented(Text(told, style="dim")))
    judgements = judgement_entries(evidence)
    claims = claim_lines(evidence)
    if judgements or claims:
        parts.append(heading("The rules, held against it"))
    for rule, verdict in judgements:
        word, colon, rest = verdict.partition(":")
        parts.append(indented(Text(safe(rule))))
        parts.append(indented(Text.assemble((word, _STYLES.get(word, "")), colon, safe(rest)), 4))
    parts += [indented(Text(safe(line))) for line in claims]
    for title, candidates in (
        ("Models that fit", evidence["candidates"]),
        ("Models that miss one thing", evidence["near"]),
    ):
        if candidates:
            parts += [heading(title), *entry_lines(candidate_entries(candidates))]
    return parts


def entry_lines(entries: Sequence[Entry]) -> list[RenderableType]:
    """Entries of a first line, lines below it, and where they come from."""
    parts: list[RenderableType] = []
    for first, lines, origin in entries:
        parts.append(indented(Text(safe(first))))
        parts += [indented(Text(safe(line)), 4) for line in lines]
        if origin:
            parts.append(indented(Text(origin, style="dim"), 4))
    return parts
