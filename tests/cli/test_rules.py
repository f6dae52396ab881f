"""`rules lint`, `rules diff` and `rules map`, as commands."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import jsonschema
import pytest
from sarif_pydantic import Sarif
from typer.testing import CliRunner, Result

from genarch import decide, load_rules, parse_spec
from genarch.cli.app import app
from genarch.cli.rules import schema_of
from genarch.engine.diff import Where
from genarch.files.bundled import TABLE_CHECKS, bundled_tables
from genarch.reports.comparison import restriction_words
from genarch.reports.finding_formats import FORMATS, View
from genarch.reports.findings import FindingCounts, LintReport, ReportedFinding
from genarch.reports.page import Look

SOURCE = "{facts: [T1], section: s, grade: measured}"
SMALL = f"""\
format: 1
id: small
version: 1.0.0
title: Small
source: {{title: t, facts: [T1], section: s, grade: measured}}
points: {{slight: 1, moderate: 2, strong: 3}}
close_call: 0.15
facts: [{{id: T1, text: t}}]
families: [{{id: gan, title: GAN, summary: s}}, {{id: diffusion, title: Diffusion, summary: s}}]
architectures:
  - {{id: gan, family: gan, title: t, summary: s, maturity: proven, source: {SOURCE}}}
  - {{id: diffusion, family: diffusion, title: t, summary: s, maturity: proven, source: {SOURCE}}}
rules:
  - id: narrow
    title: Narrow
    when: {{domain: narrow}}
    for: {{gan: strong}}
    because: b
    source: {SOURCE}
    since: 1.0.0
    examples: {{hit: [{{domain: narrow}}], miss: [{{domain: broad}}]}}
"""
SPEC = "version: 1\nid: one\nconstraints: {domain: narrow}\n"


def invoke(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments], prog_name="genarch", env={"COLUMNS": "80", **env})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "other.yaml").write_text(SMALL.replace("gan: strong", "diffusion: strong"))
    (tmp_path / "one.genarch.yaml").write_text(SPEC)
    return tmp_path


# Lint


@pytest.mark.usefixtures("folder")
def test_lint_tells_findings_at_their_place() -> None:
    result = invoke("lint", "small.yaml", COLUMNS="140")
    assert result.exit_code == 1
    assert (
        "small.yaml:12:10: warning [architecture-never-recommended]\n"
        "  no complete answers make it the recommendation\n" in result.stdout
    )
    assert (
        "small.yaml:1:1: warning [blind-spot]\n  with everything answered, no rule may hit\n  example: domain: broad"
        in result.stdout
    )
    count = len(json.loads(invoke("lint", "small.yaml", "--format", "json").stdout)["findings"])
    assert result.stdout.endswith(f"small@1.0.0: {count} warnings\n'genarch show CHECK' says more about each.\n")


@pytest.mark.parametrize(
    ("severity", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)]
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_lint_fails_from_the_severity_asked_for(severity: str, code: int) -> None:
    assert invoke("lint", "small.yaml", "--fail-on", severity).exit_code == code


@pytest.mark.usefixtures("folder")
def test_lint_refuses_what_is_no_severity() -> None:
    result = invoke("lint", "small.yaml", "--fail-on", "warn")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--fail-on: 'warn' is not a severity; did you mean 'warning'?" in result.stderr


def test_lint_waives_what_the_table_waives(folder: Path) -> None:
    waivers = [
        "{check: blind-spot, subject: [small], reason: 'Meant, with \x1b[31m.'}",
        "{check: blind-spot, subject: [other], reason: Left over.}",
    ]
    (folder / "small.yaml").write_text(SMALL + f"waivers: [{waivers[0].replace(chr(27), 'E')}, {waivers[1]}]\n")
    plain, told = invoke("lint", "small.yaml", COLUMNS="140"), invoke("lint", "small.yaml", "--waived", COLUMNS="140")
    assert "; 1 waived (--waived lists them)\n" in plain.stdout
    assert ": waived [blind-spot]\n  with everything answered, no rule may hit\n" in told.stdout
    assert "because: Meant" in told.stdout
    assert "warning [waiver-unused]\n  no finding of 'blind-spot' is about other and nothing else\n" in plain.stdout


@pytest.mark.parametrize(
    ("waiver", "told"),
    [
        ("{check: blind-spots, subject: [a], reason: r}", "waivers[0].check: 'blind-spots' is not a check on tables; did you mean 'blind-spot'?"),
        ("{check: waiver-unused, subject: [a], reason: r}", "'waiver-unused' cannot be waived; fix what it finds"),
        ("{check: blind-spot, subject: [], reason: r}", "is empty; name at least one"),
        ("{check: blind-spot, subject: [a]}", "is missing; the format needs it"),
    ],
)  # fmt: skip
def test_waivers_are_checked(folder: Path, waiver: str, told: str) -> None:
    (folder / "small.yaml").write_text(f"{SMALL}waivers: [{waiver}]\n")
    result = invoke("lint", "small.yaml", COLUMNS="200")
    assert result.exit_code == 2
    assert told in result.stdout


def test_lint_goes_on_after_a_table_that_cannot_be_read(folder: Path) -> None:
    (folder / "bad.yaml").write_text(SMALL.replace("domain: broad", "domain: brod"))
    result = invoke("lint", "bad.yaml", "small.yaml", "missing.yaml", "--format", "json")
    assert result.exit_code == 2
    report = json.loads(result.stdout)
    invalid = [finding for finding in report["findings"] if finding["check"] == "table-invalid"]
    assert [(finding["path"], finding["line"]) for finding in invalid] == [("bad.yaml", 21), ("missing.yaml", 1)]
    assert [table["id"] for table in report["tables"]] == ["small"]


def test_lint_formats_agree(folder: Path) -> None:
    report = json.loads(invoke("lint", "small.yaml", "--format", "json").stdout)
    sarif = invoke("lint", "small.yaml", "--format", "sarif").stdout
    github = invoke("lint", "small.yaml", "--format", "github").stdout
    assert sum(report["counts"].values()) == len(report["findings"])
    jsonschema.validate(report, schema_of("findings"))
    parsed = Sarif.model_validate_json(sarif)
    results = parsed.runs[0].results
    assert results is not None
    assert [result.rule_id for result in results] == [finding["check"] for finding in report["findings"]]
    fingerprints = [result["partialFingerprints"]["genarch/v1"] for result in json.loads(sarif)["runs"][0]["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    shown = github.splitlines()
    assert len(shown) == 10, "as many as GitHub shows of one kind"
    assert (
        shown[-1] == f"::warning title=genarch::{len(report['findings']) - 9} more findings of this kind, see the log"
    )
    assert "::warning file=small.yaml,line=" in github
    out = invoke("lint", "small.yaml", "--format", "sarif", "-o", "out.sarif")
    assert (out.stdout, (folder / "out.sarif").read_text()) == ("", sarif)


def test_lint_has_every_format_of_findings(folder: Path) -> None:
    (folder / "bad.yaml").write_text(SMALL.replace("domain: broad", "domain: brod"))
    report = json.loads(invoke("lint", "bad.yaml", "--format", "json").stdout)
    (finding,) = report["findings"]
    for name in FORMATS:
        result = invoke("lint", "bad.yaml", "--format", name, COLUMNS="400")
        assert result.exit_code == 2
        assert finding["message"].split(";")[0] in unescape(result.stdout).replace("\\", "")
    (case,) = ET.fromstring(invoke("lint", "bad.yaml", "--format", "junit").stdout).iter("testcase")
    assert case.find("failure") is not None
    (suite,) = ET.fromstring(invoke("lint", "small.yaml", "--format", "junit", "--fail-on", "never").stdout)
    count = len(json.loads(invoke("lint", "small.yaml", "--format", "json").stdout)["findings"])
    assert (suite.attrib["failures"], suite.attrib["tests"]) == ("0", str(count))
    assert all(name in invoke("lint", "--help", COLUMNS="200").stdout for name in FORMATS)


@pytest.mark.usefixtures("folder")
def test_outputs_never_overwrite_a_table() -> None:
    for command in (["lint", "small.yaml"], ["diff", "small.yaml", "other.yaml"]):
        result = invoke(*command, "-o", "small.yaml")
        assert result.exit_code == 2
        assert "would be overwritten by -o" in result.stderr
    result = invoke("map", "--rules", "small.yaml", "--x", "domain", "--y", "control", "-o", "small.yaml")
    assert result.exit_code == 2


def hostile(output_format: str) -> str:
    path, message = "a,b:c%\n::error::x .yaml", "a\n::error::forged\x1b[31m %0A<b>&"
    finding = ReportedFinding(
        "blind-spot",
        "warning",
        message,
        path,
        path,
        3,
        5,
        None,
        None,
        ("x",),
        {"domain": "narrow"},
        None,
        known=False,
        fingerprint="f",
    )
    report = LintReport(1, "0", (), (finding,), FindingCounts(0, 1, 0, 0, 0))
    return FORMATS[output_format](report, View(Look(200)))


def test_nothing_in_a_finding_forges_a_command_or_moves_the_terminal() -> None:
    (line,) = hostile("github").splitlines()
    assert line.startswith(
        "::warning file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax .yaml,line=3,col=5,title=blind-spot::a\\x0a"
    )
    assert "%250A" in line
    text = hostile("text")
    assert "\x1b" not in text
    assert "\n::error" not in text
    Sarif.model_validate_json(hostile("sarif"))


@pytest.mark.parametrize("check", sorted(TABLE_CHECKS))
def test_every_check_is_explained(check: str) -> None:
    result = CliRunner().invoke(app, ["explain", check])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"check {check}: {TABLE_CHECKS[check].title}"[:70])


# Diff


@pytest.mark.usefixtures("folder")
def test_diff_tells_entries_verdicts_and_specs() -> None:
    result = invoke("diff", "small.yaml", "other.yaml", ".", "--exit-code")
    assert result.exit_code == 1
    assert "  changed rule narrow\n    effect: gan +3 -> diffusion +3\n" in result.stdout
    assert "  Verdicts change only where domain: narrow.\n" in result.stdout
    assert "  GAN -> diffusion\n    where domain: narrow\n      for example domain: narrow\n" in result.stdout
    assert "  1 of 1 specs changes\n    one.genarch.yaml: GAN -> diffusion\n" in result.stdout.replace("./", "")
    assert invoke("diff", "small.yaml", "other.yaml").exit_code == 0


def test_diff_of_the_two_bundled_tables_names_each_departure() -> None:
    report = json.loads(invoke("diff", "article", "field", "--format", "json").stdout)
    changed = {entry["id"] for entry in report["entries"] if entry["kind"] == "rule"}
    before, after = load_rules("article", evidence=False), load_rules("field", evidence=False)
    alike = {rule.id for rule in before.rules if rule in after.rules}
    assert changed == {rule.id for rule in (*before.rules, *after.rules)} - alike
    assert report["changes"]
    for change in report["changes"]:
        for region in change["regions"]:
            answers = parse_spec(json.dumps({"version": 1, "constraints": region["example"]}))
            for table, outcome in ((before, change["before"]), (after, change["after"])):
                verdict = decide(answers, table)
                assert (verdict.architecture or verdict.verdict) == outcome


@pytest.mark.parametrize("table", bundled_tables())
def test_map_of_each_bundled_table(table: str) -> None:
    axes = ("--x", "latency_budget_ms", "--y", "domain")
    report = json.loads(invoke("map", *axes, "--rules", table, "--format", "json").stdout)
    jsonschema.validate(report, schema_of("map"))
    corner = {row["value"]: report["rows"][at][0]["verdict"] for at, row in enumerate(report["y"]["cells"])}
    assert corner["narrow"] == "gan"
    assert corner["broad"] == {"article": "gan", "field": "hybrid"}[table]


@pytest.mark.usefixtures("folder")
def test_diff_of_a_table_with_itself() -> None:
    result = invoke("diff", "small.yaml", "small.yaml", "--exit-code")
    assert result.exit_code == 0
    assert "No entries change." in result.stdout
    assert "No complete answers that both tables call consistent change their verdict." in result.stdout


@pytest.mark.usefixtures("folder")
def test_diff_formats_agree() -> None:
    report = json.loads(invoke("diff", "small.yaml", "other.yaml", "one.genarch.yaml", "--format", "json").stdout)
    jsonschema.validate(report, schema_of("diff"))
    (change,) = report["changes"]
    assert (change["before"], change["after"], change["elsewhere"]) == ("gan", "diffusion", "no")
    assert change["regions"] == [
        {"where": [{"constraint": "domain", "any_of": ["narrow"]}], "example": {"domain": "narrow"}}
    ]
    assert report["scope"] == [{"constraint": "domain", "any_of": ["narrow"]}]
    assert [spec["changed"] for spec in report["specs"]] == [True]
    markdown = invoke("diff", "small.yaml", "other.yaml", "--format", "markdown").stdout
    assert "- **changed** rule `narrow`\n  - effect: gan +3 -&#62; diffusion +3" in markdown


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Where("control", any_of=("none", "coarse")), "control: not fine"),
        (Where("control", any_of=("fine",)), "control: fine"),
        (Where("device", any_of=("mobile", "cpu")), "device: any of mobile, cpu"),
        (Where("device", any_of=("datacenter_gpu", "consumer_gpu", "edge", "mobile")), "device: none of browser, cpu"),
        (Where("paired_data", is_=True), "paired_data: true"),
        (Where("priorities", all_of=("speed",), none_of=("cost",)), "priorities with speed and without cost"),
        (Where("latency_budget_ms", at_least=50, below=100), "latency_budget_ms: 50 to below 100"),
        (Where("latency_budget_ms", above=50), "latency_budget_ms: above 50"),
        (Where("latency_budget_ms", at_most=50), "latency_budget_ms: 50 or less"),
    ],
)
def test_restrictions_in_words(where: Where, words: str) -> None:
    assert restriction_words(where) == words


def test_diff_tells_all_that_is_wrong(folder: Path) -> None:
    (folder / "bad.yaml").write_text(SMALL.replace("gan: strong", "gan: very"))
    (folder / "bad.genarch.yaml").write_text("version: 1\nconstraints: {domain: brod}\n")
    result = invoke("diff", "bad.yaml", "missing.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bad.yaml:17:16" in result.stderr
    assert "missing.yaml" in result.stderr
    result = invoke("diff", "small.yaml", "other.yaml", ".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bad.genarch.yaml:2" in result.stderr


def test_diff_names_what_was_added_and_removed(folder: Path) -> None:
    (folder / "less.yaml").write_text(SMALL[: SMALL.index("rules:")])
    assert "removed rule narrow" in invoke("diff", "small.yaml", "less.yaml").stdout
    assert "added rule narrow" in invoke("diff", "less.yaml", "small.yaml").stdout


@pytest.mark.parametrize("limit", ["close_call", "clear"])
def test_diff_names_a_limit_of_the_verdict_that_changes(folder: Path, limit: str) -> None:
    text = SMALL.replace("close_call: 0.15", "close_call: 0.15\nclear: 0.33")
    (folder / "before.yaml").write_text(text)
    (folder / "after.yaml").write_text(text.replace("0.15" if limit == "close_call" else "0.33", "0.25"))
    shown = invoke("diff", "before.yaml", "after.yaml").stdout
    assert f"changed table small\n    {limit}: {'0.15' if limit == 'close_call' else '0.33'} -> 0.25\n" in shown


# Map


@pytest.mark.usefixtures("folder")
def test_map_in_the_terminal() -> None:
    result = invoke("map", "one.genarch.yaml", "--x", "domain", "--y", "paired_data", "--rules", "small.yaml")
    assert result.exit_code == 0
    assert "one: domain by paired_data, rules small@1.0.0" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith(("true", "false", "unknown"))]
    assert rows == [["true", "G", "U", "u"], ["false", "G", "U", "u"], ["unknown", "[G]", "U", "u"]]
    assert "Nothing else is stated." in result.stdout
    without = invoke("map", "--x", "domain", "--y", "paired_data", "--rules", "small.yaml", "--no-explore")
    assert "small letter" not in without.stdout


@pytest.mark.parametrize("width", ["20", "40", "80", "140"])
def test_map_keeps_to_the_width_where_its_tiles_fit(width: str) -> None:
    result = invoke("map", "--x", "latency_budget_ms", "--y", "domain", "--no-explore", COLUMNS=width)
    assert all(len(line) <= max(int(width), 28) for line in result.stdout.splitlines())
    assert "\x1b" not in result.stdout


def test_map_in_colour() -> None:
    result = invoke("map", "--x", "domain", "--y", "control", "--no-explore", FORCE_COLOR="1")
    assert "\x1b[" in result.stdout


def test_map_formats(folder: Path) -> None:
    common = ["map", "one.genarch.yaml", "--x", "domain", "--y", "control", "--set", "serving=batch"]
    report = json.loads(invoke(*common, "--format", "json").stdout)
    assert report["spec"]["constraints"] == {"serving": "batch"}
    assert [cell["value"] for cell in report["x"]["cells"]] == ["narrow", "broad", None]
    assert [len(row) for row in report["rows"]] == [3, 3, 3, 3]
    assert report["rows"][-1][0]["here"] is True
    assert invoke(*common, "-o", "map.svg").exit_code == 0
    assert invoke(*common, "-o", "map.json").exit_code == 0
    assert json.loads((folder / "map.json").read_text()) == report
    image = ET.fromstring((folder / "map.svg").read_text())
    titles = [title.text for title in image.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 1 + 12
    assert "narrow, none: evaluate both (close call, could still change)" in titles
    assert not list(image.iter("{http://www.w3.org/2000/svg}script"))
    assert "prefers-color-scheme: dark" in (folder / "map.svg").read_text()


def test_many_rows_that_come_out_alike_are_drawn_as_one(folder: Path) -> None:
    common = ["map", "--x", "domain", "--y", "gpu", "--set", "gpu=t4", "--rules", "small.yaml", "--no-explore"]
    every = json.loads(invoke(*common, "--format", "json").stdout)
    assert len(every["rows"]) == len(every["y"]["cells"]) > 100
    text = invoke(*common).stdout
    drawn = [line for line in text.splitlines() if line.endswith(("  U", "U  U", "]"))]
    names = {cell["label"] for cell in every["y"]["cells"]}
    assert 2 <= len(drawn) <= 5
    assert all(name in text for name in names)
    assert invoke(*common, "-o", "map.svg").exit_code == 0
    image = ET.fromstring((folder / "map.svg").read_text())
    assert float(image.attrib["height"]) < 1000
    assert float(image.attrib["width"]) < 1000


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--x", "latency", "--y", "domain"], "--x: 'latency' is not a constraint; did you mean 'latency_budget_ms'?"),
        (["--x", "domain", "--y", "domain"], "--y: is 'domain', as --x is; name another constraint"),
        (["--x", "domain", "--y", "control", "--set", "x=1"], "x"),
        (["nope.yaml", "--x", "domain", "--y", "control"], "nope.yaml"),
    ],
)
def test_map_refuses(arguments: list[str], told: str) -> None:
    result = invoke("map", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
