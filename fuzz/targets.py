"""What is fuzzed: functions of bytes that must not raise, and whose results must keep what is promised.

They run under the fuzzer and, over the kept inputs, in the test suite.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from xml.etree import ElementTree as ET

from genarch import load_rules
from genarch.documents.discovery import Patterns, wrong_glob
from genarch.documents.editing import fixed
from genarch.documents.judge import judge
from genarch.documents.markdown import parse_markdown
from genarch.documents.reader import DesignDocument, read_document, read_sidecar
from genarch.documents.settings import Policy, load_settings, read_baseline
from genarch.documents.status import ACTIVE, INACTIVE, UNDECIDED, status_of
from genarch.engine import diff as comparing
from genarch.engine.backtest import ablations, score
from genarch.engine.backtest import judge as judge_cases
from genarch.engine.decision_map import decision_map as mapped
from genarch.engine.diff import Comparison
from genarch.engine.findings import CheckId, Finding, Located, Place
from genarch.errors import InputError
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.files.io import decode
from genarch.files.specs import parse_cases, parse_spec
from genarch.files.table_reader import read_located
from genarch.files.yaml_text import LINE_END
from genarch.reports.comparison import comparison_page, comparison_report
from genarch.reports.decision_map import as_svg, map_page, map_report
from genarch.reports.finding_formats import FORMATS, View
from genarch.reports.findings import CheckCounts, CheckReport, document_findings, finding_counts
from genarch.reports.json import as_json
from genarch.reports.markdown import as_markdown
from genarch.reports.page import Look

RULES = load_rules()
ARTICLE = load_rules("article", evidence=False)
AXES = ("domain", "latency_budget_ms", "priorities", "device", "task", "paired_data")
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


def status(data: bytes) -> None:
    """Any bytes as a document: a status is one known word with what goes on with it, on one line."""
    try:
        found = status_of(parse_markdown(decode(data, "a.md")))
    except InputError:
        return
    assert not found or found.startswith((*INACTIVE, *UNDECIDED, *ACTIVE)), found
    assert "\n" not in found


def globs(data: bytes) -> None:
    """A line as a glob, the others as paths: it is refused, or takes each or not, and with its negation none."""
    glob, *paths = data.decode("utf-8", "replace").replace("\0", "").split("\n")
    if wrong_glob(glob):
        return
    for path in paths[:5]:
        taken = Patterns((glob,), ".").match(path[:500])
        assert not Patterns((glob, f"!{glob.removeprefix('!')}"), ".").match(path[:500]) or not taken


def settings(data: bytes) -> None:
    """Any bytes as settings, and as a baseline: they are refused, or every value can be used."""
    with TemporaryDirectory() as folder:
        for name in ("genarch.toml", "pyproject.toml"):
            path = os.path.join(folder, name)
            Path(path).write_bytes(data)
            with suppress(InputError):
                found = load_settings(path)
                for pattern in (found.include, found.exclude, found.require_block):
                    Patterns(pattern, folder).match(f"{folder}/docs/a.md")
                assert set(found.severity) <= set(DOCUMENT_CHECKS)
        with suppress(InputError):
            read_baseline(path)


def fix(data: bytes) -> None:
    """Any bytes as a document: what is fixed reads as before, but for the lines on which something was found."""
    try:
        text = decode(data, "a.md")
    except InputError:
        return
    changed = fixed(text, "a.md", RULES)
    before, after = (read_document(of, "a.md", RULES) for of in (text, changed))
    specs = [placed.spec for placed in after.specs]
    assert all(placed.spec in specs for placed in before.specs)
    assert (before.status, before.chosen) == (after.status, after.chosen)
    lines, other = (LINE_END.split(of) for of in (text, changed))
    assert len(lines) == len(other)
    assert LINE_END.findall(text) == LINE_END.findall(changed)


def backtest(data: bytes) -> None:
    """Any bytes as documented cases: they are refused, or each comes out somehow, with and without each rule."""
    try:
        cases = parse_cases(decode(data, "a.yaml"), path="a.yaml", verdicts=ARTICLE.verdicts)
    except InputError:
        return
    judged = list(judge_cases(cases, ARTICLE))
    for scored in (score(item.outcome for item in judged), *(each.without for each in ablations(judged, ARTICLE))):
        assert sum(scored[:4]) == scored.cases == len(cases)
        assert 0 <= scored.right_interval[0] <= scored.right_interval[1] <= 1


def decision_map(data: bytes) -> None:
    """Any bytes as a spec: it is refused, or every place of its maps has a verdict."""
    try:
        spec = parse_spec(decode(data, "a.yaml"), path="a.yaml", rules=ARTICLE)
    except InputError:
        return
    x, y = (AXES[at % len(AXES)] for at in (len(data), len(data) // 7))
    for across, down in ((x, y), (y, "resolution_px")):
        with suppress(InputError):
            drawn = mapped(spec, ARTICLE, across, down, explored=len(data) % 8 == 0)
            report = map_report(spec, ARTICLE, drawn)
            assert {tile.verdict for row in drawn.rows for tile in row} <= set(ARTICLE.verdicts)
            assert as_markdown(map_page(report))
            ET.fromstring(as_svg(report))
            json.loads(as_json(report))


def diff(data: bytes) -> None:
    """Any bytes as a rule table: it is refused, or compared with the article's, and each example given is one."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "mine.yaml")
        path.write_bytes(data)
        try:
            other, _ = read_located(str(path))
        except InputError:
            return
    with patch.object(comparing, "TOTAL", 500):
        report = comparison_report(ARTICLE, other, Comparison(ARTICLE, other), [], 1)
    assert as_markdown(comparison_page(report))
    for change in report.changes:
        assert change.before != change.after


TARGETS = {
    "reader": reader,
    "sidecar": sidecar,
    "formats": formats,
    "status": status,
    "globs": globs,
    "settings": settings,
    "fix": fix,
    "backtest": backtest,
    "map": decision_map,
    "diff": diff,
}
