"""Findings as JUnit XML, in the part of it that every reader knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from genarch.reports.escape import safe
from genarch.reports.findings import CheckReport, LintReport, ReportedFinding


def as_junit(report: CheckReport | LintReport, fail_on: str) -> str:
    """A test case for each finding, and for each decision or table without one.

    What fails the run is a failure, what is waived or known is skipped with the reason, the rest is the output of a
    case that passes.
    """
    suite = ET.Element("testsuite", name="genarch")
    for path, name in _passing(report):
        _case(suite, path, name)
    seen: Counter[tuple[str, str]] = Counter()
    for finding in report.findings:
        name = f"{finding.check} [{finding.spec}]" if finding.spec else finding.check
        seen[finding.path, name] += 1
        if seen[finding.path, name] > 1:  # readers take cases of one name for the same
            name += f" #{seen[finding.path, name]}"
        _outcome(_case(suite, finding.path, name), finding, fail_on)
    cases = suite.findall("testcase")
    for kind, element in (("failures", "failure"), ("skipped", "skipped")):
        suite.set(kind, str(sum(case.find(element) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
    suite.set("errors", "0")
    suites = ET.Element("testsuites", dict(suite.attrib))
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _passing(report: CheckReport | LintReport) -> Iterator[tuple[str, str]]:
    """The path and the name of each decision, or table, without a finding."""
    if isinstance(report, LintReport):
        found = {finding.path for finding in report.findings}
        yield from ((table.path, f"table [{table.rules.id}]") for table in report.tables if table.path not in found)
        return
    judged = {(finding.path, finding.spec) for finding in report.findings}
    for document in report.documents:
        for decision in document.decisions:
            if (document.path, decision.spec) not in judged:
                yield document.path, f"decision [{decision.spec}]"


def _case(suite: ET.Element, path: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=safe(path), name=safe(name), file=safe(path))


def _outcome(case: ET.Element, finding: ReportedFinding, fail_on: str) -> None:
    where = safe(f"{finding.path}:{finding.line}:{finding.column}: {finding.severity}: {finding.message}")
    if finding.waived:
        ET.SubElement(case, "skipped", message=f"waived: {safe(finding.waived)}")
    elif finding.known:
        ET.SubElement(case, "skipped", message="known from the baseline")
    elif finding.fails(fail_on):
        # Readers that ignore the attribute have the text in the body.
        ET.SubElement(case, "failure", message=safe(finding.message), type=finding.severity).text = where
    else:
        ET.SubElement(case, "system-out").text = where
