"""Findings as GitLab's code quality report."""

from __future__ import annotations

import json

from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport, open_findings

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def as_gitlab(report: FindingsReport) -> str:
    """One issue for each finding that is open; GitLab drops those with a fingerprint that it has seen."""
    issues = [
        {
            "description": safe(finding["message"]),
            "check_name": finding["check"],
            "fingerprint": finding["fingerprint"],
            "severity": _SEVERITIES[finding["severity"]],
            "location": {"path": finding["file"], "lines": {"begin": finding["line"]}},
        }
        for finding in open_findings(report)
    ]
    return json.dumps(issues, indent=2) + "\n"
