"""Findings as plain data: what every format of them is made from, and what the JSON format prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from genarch.model.answers import plain_answers
from genarch.model.findings import SEVERITIES, Located
from genarch.model.table import RuleTable
from genarch.model.version import __version__

SCHEMA_VERSION = 1

FindingsReport = dict[str, Any]


def findings_report(tables: Iterable[tuple[str, RuleTable]], located: Sequence[Located]) -> FindingsReport:
    """The report on tables, given with the paths that they were read from."""
    findings = [_record(item) for item in located]
    open_ones = [finding["severity"] for finding in findings if finding["waived"] is None]
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "tables": [
            {"path": path, "id": table.header.id, "version": table.header.version, "digest": table.header.digest}
            for path, table in tables
        ],
        "findings": findings,
        "counts": {
            **{severity: open_ones.count(severity) for severity in SEVERITIES},
            "waived": len(findings) - len(open_ones),
        },
    }


def _record(located: Located) -> dict[str, Any]:
    place, finding = located
    return {
        "check": finding.check.id,
        "severity": finding.check.severity,
        "message": finding.message,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "subject": list(finding.subject),
        "example": None if finding.example is None else plain_answers(finding.example),
        "waived": finding.waived or None,
    }
