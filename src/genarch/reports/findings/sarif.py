"""Findings as SARIF 2.1.0, for code scanning. Source: the OASIS standard, section 3."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from genarch.model.findings import Check
from genarch.reports.escape import safe
from genarch.reports.findings.record import FindingsReport
from genarch.reports.words import value_words


def as_sarif(report: FindingsReport, checks: Mapping[str, Check]) -> str:
    """One run; waived findings are results that are suppressed, with the reason."""
    used = [checks[name] for name in dict.fromkeys(finding["check"] for finding in report["findings"])]
    run = {
        "tool": {
            "driver": {
                "name": "genarch",
                "version": report["genarch_version"],
                "semanticVersion": report["genarch_version"],
                "rules": [_rule(check) for check in used],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, [check.id for check in used]) for finding in report["findings"]],
    }
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
    result = {
        "ruleId": finding["check"],
        "ruleIndex": ids.index(finding["check"]),
        "level": finding["severity"],
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding["path"], errors="surrogateescape")},
                    "region": {"startLine": finding["line"], "startColumn": finding["column"]},
                }
            }
        ],
        "partialFingerprints": {"genarch/v1": _fingerprint([finding["check"], finding["path"], *finding["subject"]])},
    }
    if finding["waived"]:
        result["suppressions"] = [{"kind": "inSource", "justification": safe(finding["waived"])}]
    return result


def _message(finding: Mapping[str, Any]) -> str:
    if finding["example"] is None:
        return safe(finding["message"])
    stated = ", ".join(f"{name}: {value_words(value)}" for name, value in finding["example"].items())
    return safe(f"{finding['message']} (example: {stated or 'nothing stated'})")


def _fingerprint(parts: Iterable[str]) -> str:
    """The same for the same finding wherever it stands in its file."""
    return sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]
