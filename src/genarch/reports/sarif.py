"""Findings as SARIF 2.1.0, for code scanning. Source: the OASIS standard, section 3."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from genarch.files.checks import DOCUMENT_CHECKS, TABLE_CHECKS, Check
from genarch.reports.escape import safe
from genarch.reports.findings import CheckReport, LintReport, ReportedFinding, example_words, open_findings
from genarch.table.findings import SEVERITIES

MOST = 25_000
"""Results of one run that GitHub takes."""

LONGEST = 1_024
"""Characters that GitHub takes of a text."""


def as_sarif(report: CheckReport | LintReport) -> str:
    """One run with the open findings, the most severe first where there are too many.

    Waived ones are left out: the places that show SARIF take no notice of suppressions, and would show them as open.
    """
    checks = DOCUMENT_CHECKS if isinstance(report, CheckReport) else TABLE_CHECKS
    found = open_findings(report)
    if len(found) > MOST:
        found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    ids = list(dict.fromkeys(finding.check for finding in found[:MOST]))
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "genarch",
                "version": report.genarch_version,
                "semanticVersion": report.genarch_version,
                "rules": [_rule(checks[name]) for name in ids],
            }
        },
        "automationDetails": {"id": "genarch/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, ids) for finding in found[:MOST]],
    }
    if len(found) > MOST:
        rest = {"level": "warning", "message": {"text": f"{len(found) - MOST} more findings do not fit; see the log"}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [rest]}]
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.rationale},
        "help": {"text": check.rationale},
        "defaultConfiguration": {"level": check.severity},
    }


def _result(finding: ReportedFinding, ids: Sequence[str]) -> dict[str, object]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    if finding.end_column:
        region |= {"endLine": finding.line, "endColumn": finding.end_column}
    uri = quote(finding.file.replace("\\", "/"), errors="surrogateescape")
    return {
        "ruleId": finding.check,
        "ruleIndex": ids.index(finding.check),
        "level": finding.severity,
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"genarch/v1": finding.fingerprint},
    }


def _message(finding: ReportedFinding) -> str:
    example = example_words(finding)
    shown = safe(f"{finding.message} ({example})" if example else finding.message)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
