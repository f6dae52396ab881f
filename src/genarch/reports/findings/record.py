"""Findings as plain data: what every format of them is made from, and what the JSON formats print."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from genarch.table.answers import plain_answers
from genarch.table.findings import SEVERITIES, Located
from genarch.table.rules import RuleTable
from genarch.version import __version__

SCHEMA_VERSION = 1

FindingsReport = dict[str, Any]


def findings_report(tables: Iterable[tuple[str, RuleTable]], located: Sequence[Located]) -> FindingsReport:
    """The report on tables, given with the paths that they were read from."""
    parts = [(item, (item.finding.check, item.place.path, *item.finding.subject)) for item in located]
    findings = [_record(item, fingerprint) for (item, _), fingerprint in zip(parts, _fingerprints(parts), strict=True)]
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "tables": [
            {"path": path, "id": table.header.id, "version": table.header.version, "digest": table.header.digest}
            for path, table in tables
        ],
        "findings": findings,
        "counts": severity_counts(findings),
    }


def document_records(found: Sequence[Located], file: str = "") -> list[dict[str, Any]]:
    """Findings in one document; `file` is its path from the root of its repository."""
    parts = [(item, _identity(item, file or item.place.path)) for item in found]
    return [
        _record(item, fingerprint, file) for (item, _), fingerprint in zip(parts, _fingerprints(parts), strict=True)
    ]


def severity_counts(findings: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many findings there are of each severity, those apart that are waived, or known from a baseline."""
    found = Counter("waived" if item["waived"] else "known" if item["known"] else item["severity"] for item in findings)
    return {name: found[name] for name in (*SEVERITIES, "waived", "known")}


def open_findings(report: FindingsReport) -> list[dict[str, Any]]:
    """The findings that are neither waived nor known, in the order of the report."""
    return [finding for finding in report["findings"] if not (finding["waived"] or finding["known"])]


def _record(located: Located, fingerprint: str, file: str = "") -> dict[str, Any]:
    place, finding, severity, spec = located
    return {
        "check": finding.check,
        "severity": severity,
        "message": finding.message,
        "path": place.path,
        "file": file or place.path,
        "line": place.line,
        "column": place.column,
        "end_column": place.end_column or None,
        "spec": spec.id if spec else None,
        "subject": list(finding.subject),
        "example": None if finding.example is None else plain_answers(finding.example),
        "waived": finding.waived or None,
        "known": False,
        "fingerprint": fingerprint,
    }


def _identity(located: Located, file: str) -> tuple[str, ...]:
    """What makes a finding the same one, wherever it stands in its document and however it is put."""
    finding, spec = located.finding, located.spec
    if spec is None:
        return (file, finding.check, *finding.subject, re.sub(r"\d+", "", finding.message.replace(file, "")))
    stated = json.dumps(plain_answers(spec.constraints), sort_keys=True)
    return (file, finding.check, *finding.subject, spec.id, spec.decision or "", stated)


def _fingerprints(parts: Iterable[tuple[object, tuple[str, ...]]]) -> Iterator[str]:
    """One for each finding, the same in every run; those that are alike are numbered."""
    seen: Counter[tuple[str, ...]] = Counter()
    for _, identity in parts:
        seen[identity] += 1
        numbered = (*identity, str(seen[identity])) if seen[identity] > 1 else identity
        yield sha256("\0".join(numbered).encode(errors="surrogatepass")).hexdigest()[:32]
