"""The formats of findings: `genarch check` and `genarch rules lint` write any of them.

A format is a function of a report, entered in `FORMATS`; the command line has its names from there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from genarch.engine.findings import SEVERITIES
from genarch.files.bundled import DOCUMENT_CHECKS, TABLE_CHECKS
from genarch.reports.findings import (
    CheckReport,
    Report,
    ReportedFinding,
    decisions,
    findings_page,
    findings_table,
    heading_of,
    judged_by,
    open_findings,
)
from genarch.reports.json import as_json
from genarch.reports.markdown import as_markdown
from genarch.reports.page import Look, Title
from genarch.reports.text import as_text
from genarch.reports.words import inert_lines, safe, visible
from genarch.values import NamedTuple
from genarch.version import PROJECT_URL


class View(NamedTuple):
    """What formats go by beside the report: what a text is laid out for, and whether it lists waived findings."""

    look: Look
    waived: bool = False
    fail_on: str = "error"


def _line(finding: ReportedFinding) -> str:
    return visible(f"{finding.path}:{finding.line}:{finding.column}: {finding.severity}: {finding.message}")


def _concise(report: Report, _: View) -> str:
    """`path:line:column: severity: message [check]`, however long: for editors and for searching in."""
    return inert_lines("".join(f"{_line(finding)} [{finding.check}]\n" for finding in open_findings(report)))


MOST_RESULTS = 25_000
"""Results of one SARIF run that GitHub takes."""
LONGEST_TEXT = 1_024
"""Characters that GitHub takes of a text in SARIF."""


def _sarif(report: Report, _: View) -> str:
    """SARIF 2.1.0 (the OASIS standard, section 3), for code scanning: the most severe first where there are too many.

    Waived ones are left out: the places that show SARIF take no notice of suppressions, and would show them as open.
    """
    found = open_findings(report)
    if len(found) > MOST_RESULTS:
        found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    ids = list(dict.fromkeys(finding.check for finding in found[:MOST_RESULTS]))
    checks = DOCUMENT_CHECKS if isinstance(report, CheckReport) else TABLE_CHECKS
    rules = [
        {
            "id": check.id,
            "shortDescription": {"text": check.title},
            "fullDescription": {"text": check.rationale},
            "help": {"text": check.rationale},
            "defaultConfiguration": {"level": check.severity},
        }
        for check in map(checks.__getitem__, ids)
    ]
    version = report.genarch_version
    driver = {
        "name": "genarch",
        "informationUri": PROJECT_URL,
        "version": version,
        "semanticVersion": version,
        "rules": rules,
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "genarch/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, ids.index(finding.check)) for finding in found[:MOST_RESULTS]],
    }
    if words := judged_by(report):
        run["properties"] = {"judgedBy": visible(words[0])}
    if len(found) > MOST_RESULTS:
        text = f"{len(found) - MOST_RESULTS} more findings do not fit; see the log"
        notice = {"level": "warning", "message": {"text": text}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [notice]}]
    return as_json({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})


def _result(finding: ReportedFinding, rule: int) -> dict[str, object]:
    text = visible(f"{finding.message} ({finding.example_words})" if finding.example is not None else finding.message)
    region = {"startLine": finding.line, "startColumn": finding.column}
    if finding.end_column:
        region |= {"endLine": finding.line, "endColumn": finding.end_column}
    path = finding.file.replace("\\", "/")
    uri = f"{'file://' if path.startswith('/') else ''}{quote(path, errors='surrogateescape')}"
    return {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"genarch/v1": finding.fingerprint},
    }


MOST_ANNOTATIONS = 10
"""Annotations of one kind that GitHub shows of one step."""


def _github(report: Report) -> Iterator[str]:
    """Workflow commands, which GitHub shows beside the lines of a change: the most severe findings first.

    Of too many of one severity, the last command counts the rest.
    """
    for severity, command in zip(SEVERITIES, ("error", "warning", "notice"), strict=True):
        found = [finding for finding in open_findings(report) if finding.severity == severity]
        shown = found if len(found) <= MOST_ANNOTATIONS else found[: MOST_ANNOTATIONS - 1]
        for finding in shown:
            end = f",endColumn={finding.end_column}" if finding.end_column else ""
            place = f"file={_property(finding.file)},line={finding.line},col={finding.column}{end}"
            message = safe(finding.message).replace("%", "%25")  # nothing in it begins another command
            yield f"::{command} {place},title={_property(finding.check)}::{message}"
        if len(found) > len(shown):
            yield f"::{command} title=genarch::{len(found) - len(shown)} more findings of this kind, see the log"


def _property(text: str) -> str:
    """A property: nothing in it ends it, and a line end in a file's name is one there."""
    escapes = {"\r": "%0D", "\n": "%0A", "%": "%25", ":": "%3A", ",": "%2C"}
    return "".join(escapes.get(part, visible(part)) for part in re.split(r"([\r\n%:,])", text))


def _gitlab(report: Report, _: View) -> str:
    """GitLab's code quality report; GitLab drops issues with a fingerprint that it has seen."""
    severities = {"error": "major", "warning": "minor", "note": "info"}
    return as_json(
        [
            {
                "description": visible(finding.message),
                "check_name": finding.check,
                "fingerprint": finding.fingerprint,
                "severity": severities[finding.severity],
                "location": {"path": finding.file, "lines": {"begin": finding.line}},
            }
            for finding in open_findings(report)
        ]
    )


def _junit(report: Report, view: View) -> str:
    """JUnit XML as Ant's schema and Jenkins' xUnit both have it: a case for each finding, and for what is without one.

    What fails the run is a failure, what is waived or known is skipped with the reason, the rest passes, and its words
    are the output of the whole. No case takes time, since what is measured is nowhere kept.
    """
    from xml.etree import ElementTree as ET

    suite, seen = ET.Element("testsuite", name="genarch", package="genarch", id="0"), Counter[tuple[str, str]]()
    properties = ET.SubElement(suite, "properties")
    for words in judged_by(report):
        ET.SubElement(properties, "property", name="judged-by", value=visible(words))

    def case(path: str, name: str) -> ET.Element:
        seen[path, name] += 1
        if seen[path, name] > 1:  # readers take cases of one name for the same
            name += f" #{seen[path, name]}"
        return ET.SubElement(suite, "testcase", classname=visible(path), name=visible(name), time="0")

    listed: list[tuple[str, str | None, str]]
    if isinstance(report, CheckReport):
        listed = [(at.path, item.spec, f"decision [{item.spec}]") for at in report.documents for item in at.decisions]
    else:
        listed = [(table.path, None, f"table [{table.rules.id}]") for table in report.tables]
    found = {(finding.path, finding.spec) for finding in report.findings}
    for path, name in ((path, name) for path, spec, name in listed if (path, spec) not in found):
        case(path, name)
    passing = []
    for finding in report.findings:
        element = case(finding.path, f"{finding.check} [{finding.spec}]" if finding.spec else finding.check)
        if not finding.open:
            reason = f"waived: {visible(finding.waived)}" if finding.waived else "known from the baseline"
            ET.SubElement(element, "skipped", message=reason)
        elif finding.fails(view.fail_on):
            # Readers that ignore the attribute have the text in the body.
            failure = ET.SubElement(element, "failure", message=visible(finding.message), type=finding.severity)
            failure.text = _line(finding)
        else:
            passing.append(f"{_line(finding)}\n")
    ET.SubElement(suite, "system-out").text = inert_lines("".join(passing))
    ET.SubElement(suite, "system-err")
    failures, skipped = (len(suite.findall(f"*/{kind}")) for kind in ("failure", "skipped"))
    tests = len(suite.findall("testcase"))
    for key, count in (("tests", tests), ("failures", failures), ("errors", 0), ("skipped", skipped), ("time", 0)):
        suite.set(key, str(count))
    day = report.today if isinstance(report, CheckReport) else datetime.now(UTC).date().isoformat()
    suite.attrib |= {"timestamp": f"{day}T00:00:00", "hostname": "localhost"}
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _text(report: Report, view: View) -> str:
    return as_text(findings_page(report, waived=view.waived), view.look)


def _html(report: Report, view: View) -> str:
    from genarch.reports.html import as_html  # Jinja2: for those who want a page alone

    title = heading_of(report)
    return as_html([(Title(title), *findings_page(report, waived=view.waived), *decisions(report))], title)


FORMATS: Mapping[str, Callable[[Report, View], str]] = {
    "text": _text,
    "concise": _concise,
    "json": lambda report, _: as_json(report),
    "sarif": _sarif,
    "github": lambda report, _: "".join(f"{line}\n" for line in _github(report)),
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": lambda report, _: as_markdown(findings_table(report)),
    "html": _html,
}

LISTING = ("json", "junit", "html")
"""The formats that have every document with its decisions, and not findings alone."""
