"""Findings as SARIF 2.1.0, for code scanning. Source: the OASIS standard, section 3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from genarch.files.checks import Check
from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport, open_findings
from genarch.reports.words import value_words
from genarch.table.findings import SEVERITIES

MOST = 25_000
"""Results of one run that GitHub takes."""

LONGEST = 1_024
"""Characters that GitHub takes of a text."""


def as_sarif(report: FindingsReport, checks: Mapping[str, Check]) -> str:
    """One run with the findings that are open, the gravest first where there are too many.

    Waived ones are left out: the places that show SARIF take no notice of suppressions, and would show them as open.
    """
    found = sorted(open_findings(report), key=lambda finding: SEVERITIES.index(finding["severity"]))
    found = found if len(found) > MOST else open_findings(report)
    ids = list(dict.fromkeys(finding["check"] for finding in found[:MOST]))
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "genarch",
                "version": report["genarch_version"],
                "semanticVersion": report["genarch_version"],
                "rules": [_rule(checks[name]) for name in ids],
            }
        },
        "automationDetails": {"id": "genarch/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, ids) for finding in found[:MOST]],
    }
    if len(found) > MOST:
        told = {"level": "warning", "message": {"text": f"{len(found) - MOST} more findings do not fit; see the log"}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [told]}]
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.rationale},
        "help": {"text": check.rationale},
        "defaultConfiguration": {"level": check.severity},
    }


def _result(finding: Mapping[str, Any], ids: list[str]) -> dict[str, Any]:
    region = {"startLine": finding["line"], "startColumn": finding["column"]}
    if finding["end_column"]:
        region |= {"endLine": finding["line"], "endColumn": finding["end_column"]}
    uri = quote(finding["file"].replace("\\", "/"), errors="surrogateescape")
    return {
        "ruleId": finding["check"],
        "ruleIndex": ids.index(finding["check"]),
        "level": finding["severity"],
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"genarch/v1": finding["fingerprint"]},
    }


def _message(finding: Mapping[str, Any]) -> str:
    told = finding["message"]
    if finding["example"] is not None:
        stated = ", ".join(f"{name}: {value_words(value)}" for name, value in finding["example"].items())
        told = f"{told} (example: {stated or 'nothing stated'})"
    shown = safe(told)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
