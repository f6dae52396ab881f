"""Findings as JUnit XML, in the part of it that every reader knows."""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

from genarch.reports.escape import safe
from genarch.reports.findings.check_record import fails
from genarch.reports.findings.record import FindingsReport


def as_junit(report: FindingsReport) -> str:
    """A test case for each finding, and for each decision without one.

    What fails the run is a failure, what is waived or known is skipped with the reason, the rest is told in the output
    of a case that passes.
    """
    suite = ET.Element("testsuite", name="genarch")
    told = {(finding["path"], finding["spec"]) for finding in report["findings"]}
    for document in report["documents"]:
        for decision in document["decisions"]:
            if (document["path"], decision["spec"]) not in told:
                _case(suite, document["path"], f"decision [{decision['spec']}]")
    seen: Counter[tuple[str, str]] = Counter()
    for finding in report["findings"]:
        name = f"{finding['check']} [{finding['spec']}]" if finding["spec"] else finding["check"]
        seen[finding["path"], name] += 1
        if seen[finding["path"], name] > 1:  # readers take cases of one name for the same
            name += f" #{seen[finding['path'], name]}"
        _outcome(_case(suite, finding["path"], name), finding, report["fail_on"])
    cases = suite.findall("testcase")
    for kind in ("failure", "skipped"):
        suite.set("failures" if kind == "failure" else kind, str(sum(case.find(kind) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
    suite.set("errors", "0")
    suites = ET.Element("testsuites", dict(suite.attrib))
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: ET.Element, path: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=safe(path), name=safe(name), file=safe(path))


def _outcome(case: ET.Element, finding: dict[str, Any], fail_on: str) -> None:
    message = safe(finding["message"])
    where = safe(
        f"{finding['path']}:{finding['line']}:{finding['column']}: {finding['severity']}: {finding['message']}"
    )
    if finding["waived"]:
        ET.SubElement(case, "skipped", message=f"waived: {safe(finding['waived'])}")
    elif finding["known"]:
        ET.SubElement(case, "skipped", message="known from the baseline")
    elif fails(finding, fail_on):
        # Readers that pass over the attribute have the text in the body.
        ET.SubElement(case, "failure", message=message, type=finding["severity"]).text = where
    else:
        ET.SubElement(case, "system-out").text = where
