"""Findings on one line each, for editors and for searching in."""

from __future__ import annotations

from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport, open_findings


def as_concise(report: FindingsReport) -> str:
    """`path:line:column: severity: message [check]`, however long."""
    return "".join(
        safe(
            f"{finding['path']}:{finding['line']}:{finding['column']}: {finding['severity']}: {finding['message']} "
            f"[{finding['check']}]"
        )
        + "\n"
        for finding in open_findings(report)
    )
