"""The report of a check on documents: what was looked at, what was decided, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from genarch.documents.document import Judged
from genarch.reports.findings.record import SCHEMA_VERSION, FindingsReport, severity_counts
from genarch.table.findings import SEVERITIES
from genarch.table.rules import RuleTable
from genarch.version import __version__


class DocumentRow(NamedTuple):
    """A document that states a spec, or tries to; `status` is told where it was skipped for it."""

    path: str
    status: str
    judged: tuple[Judged, ...]


def check_report(
    rules: RuleTable,
    documents: Sequence[DocumentRow],
    findings: list[dict[str, Any]],
    *,
    counts: Mapping[str, Any],
    today: str,
    fail_on: str,
) -> FindingsReport:
    """The report; `counts` are of files, documents and decisions, and of what was skipped by why."""
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "rules": {"id": rules.header.id, "version": rules.header.version, "digest": rules.header.digest},
        "today": today,
        "fail_on": fail_on,
        "documents": [
            {"path": row.path, "skipped": row.status or None, "decisions": [_decision(item) for item in row.judged]}
            for row in documents
        ],
        "findings": findings,
        "counts": {**counts, **severity_counts(findings)},
    }


def fails(finding: Mapping[str, Any], fail_on: str) -> bool:
    """Whether a finding is one to fail for."""
    if finding["waived"] or finding["known"] or fail_on == "never":
        return False
    return SEVERITIES.index(finding["severity"]) <= SEVERITIES.index(fail_on)


def _decision(judged: Judged) -> dict[str, Any]:
    return {
        "spec": judged.spec,
        "line": judged.place.line,
        "decision": judged.decision,
        "verdict": judged.verdict,
        "architecture": judged.architecture,
        "confidence": judged.confidence,
        "settled": judged.settled,
    }
