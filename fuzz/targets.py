"""What is fuzzed: functions of bytes that must not raise, and whose results must keep what is promised.

They run under the fuzzer and, over the kept inputs, in the test suite.
"""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from genarch import load_rules
from genarch.documents.editing import fixed
from genarch.documents.judge import judge
from genarch.documents.reader import DesignDocument, read_document, read_sidecar
from genarch.documents.settings import Policy
from genarch.engine.findings import CheckId, Finding, Located, Place
from genarch.errors import InputError
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.files.io import decode
from genarch.reports.finding_formats import FORMATS, View
from genarch.reports.findings import CheckCounts, CheckReport, document_findings, finding_counts
from genarch.reports.page import Look

RULES = load_rules()
POLICY = Policy("2026-11-24", latest="2036-11-24")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def reader(data: bytes) -> None:
    """Any bytes as a document: every place lies in it, and judging it comes to an end."""
    try:
        text = decode(data, "a.md")
    except InputError:
        return
    document = read_document(text, "a.md", RULES)
    _placed(document, text)
    judge(document, RULES, POLICY)
    again = fixed(text, "a.md", RULES)
    if again != text:
        assert fixed(again, "a.md", RULES) == again, "fixing once fixes all"


def sidecar(data: bytes) -> None:
    """Any bytes as a spec file."""
    try:
        text = decode(data, "a.yaml")
    except InputError:
        return
    document = read_sidecar(text, "a.yaml", RULES)
    _placed(document, text)
    judge(document, RULES, POLICY)


def formats(data: bytes) -> None:
    """Any text in a path, an id and a message: no format gets out of hand."""
    path, message, name, *_ = [*data.decode("utf-8", "surrogateescape").split("\n", 2), "", ""]
    check = list(DOCUMENT_CHECKS.values())[len(data) % len(DOCUMENT_CHECKS)]
    finding = Finding(CheckId(check.id), (name,), message)
    found = [
        Located(Place(path or "a.md", 1, 1, 2), finding._replace(waived=name or "meant"), check.severity),
        Located(Place(path or "a.md", 1, 1), finding, check.severity),
    ]
    findings = tuple(document_findings(found))
    counts = CheckCounts(1, 1, 1, {}, finding_counts(findings))
    report = CheckReport(1, "1.0.0", RULES.identity, "2026-11-24", "error", (), findings, counts)
    for output_format, render in FORMATS.items():
        text = render(report, View(Look(), waived=True))
        assert not CONTROLS.search(text), output_format
        if output_format in ("json", "sarif", "gitlab"):
            json.loads(text)
        elif output_format == "junit":
            ET.fromstring(text)
        else:
            commands = [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]
            assert len(commands) == (output_format == "github"), output_format


def _placed(document: DesignDocument, text: str) -> None:
    lines = re.split(r"\r\n|\n|\r", text)
    places = [defect.place for defect in document.defects]
    places += [place for placed in document.specs for place in placed.places.values()]
    for place in places:
        assert 1 <= place.line <= len(lines), place
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1, place


TARGETS = {"reader": reader, "sidecar": sidecar, "formats": formats}
