"""`genarch check --trusted-ref`: a change cannot weaken what it is judged by, nor take decisions away from it unseen."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_line import run
from genarch.documents.settings import load_settings
from genarch.documents.trusted_settings import _differences
from genarch.files.bundled import DOCUMENT_CHECKS
from genarch.files.catalogue_reader import add_evidence
from genarch.reports.finding_formats import FORMATS

TODAY = "2026-11-24"
SETTLED = "constraints: {latency_budget_ms: 33, conditioning: [], maturity: proven}"
GOOD = f"# A\n\n```yaml genarch\nversion: 1\n{SETTLED}\ndecision: gan\n```\n"
BAD = GOOD.replace("gan\n`", "diffusion\n`")
WAIVER = "- {rule: decision-excluded, reason: measured on the phone, approved_by: lead, expires: 2027-03-31}"
WAIVED = BAD.replace("diffusion\n", f"diffusion\nwaivers:\n{WAIVER}\n")
TABLE = """format: 1
id: {}
version: 0.1.0
title: Ours
source: {{title: Ours, facts: [{}], section: bench, grade: planning_heuristic}}
extends: {}
facts:
  - {{id: {}, text: Something we know.}}
"""
SIDECAR = f"version: 1\nid: beside\ndocument: plain.md\n{SETTLED}\ndecision: gan\n"
FILES = {
    "genarch.toml": 'rules = "article"\nbaseline = "known.json"\nfail_on = "warning"\nwaiver_days = 183\n',
    "rules/ours.yaml": TABLE.format("ours", "Q1", "base.yaml", "Q1"),
    "rules/base.yaml": TABLE.format("base", "Q2", "article", "Q2"),
    "known.json": '{\n  "genarch_baseline": 1,\n  "findings": []\n}\n',
    "docs/good.md": GOOD,
    "docs/waived.md": WAIVED,
    "docs/plain.md": "# Plain\n",
    "docs/plain.genarch.yaml": SIDECAR,
    "docs/old.md": f"---\nstatus: superseded by ADR-9\n---\n{WAIVED}",
    "docs/open.md": f"Status: proposed\n\n{GOOD.replace('decision: gan' + chr(10), '')}",
    "docs/.hidden/notes.md": GOOD,
}


def git(repo: Path, *arguments: str) -> str:
    identity = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "protocol.file.allow=always",
    ]
    done = subprocess.run(["git", *identity, *arguments], cwd=repo, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(repo: Path, message: str = "more") -> None:
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "repo"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "init", "-q", "-b", "main", "--template=")
    commit(folder)
    git(folder, "checkout", "-q", "-b", "topic")
    return folder


@pytest.fixture
def bundled(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch of a repository that is judged by the table of the article."""
    shutil.copytree(base, tmp_path / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "repo")
    monkeypatch.setenv("CI", "true")  # where it is used
    return tmp_path / "repo"


@pytest.fixture
def repo(bundled: Path) -> Path:
    """The same by a table of its own."""
    own_table(bundled)
    return bundled


def own_table(repo: Path) -> None:
    edit(repo, "genarch.toml", "article", "rules/ours.yaml")
    git(repo, "commit", "-q", "-a", "-m", "ours")
    git(repo, "branch", "-q", "-f", "main")


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("check", "--today", TODAY, *arguments)


def found(*arguments: str) -> list[tuple[str, str, int]]:
    result = check("--trusted-ref", "main", "--format", "json", *arguments)
    assert result.returncode in (0, 1), result.stderr
    report = json.loads(result.stdout)
    return sorted((item["path"], item["check"], item["line"]) for item in report["findings"] if not item["waived"])


def edit(repo: Path, name: str, *replaced: str) -> None:
    text = (repo / name).read_text()
    for old, new in zip(replaced[::2], replaced[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    (repo / name).write_text(text)


# Settings: what is weaker, by hand

WEAKER = [
    ("", "", []),
    ("", 'fail_on = "error"', []),
    ("", 'fail_on = "never"', ["'fail_on' changes from error to never"]),
    ('fail_on = "note"', 'fail_on = "warning"', ["'fail_on' changes from note to warning"]),
    ('fail_on = "warning"', "", ["'fail_on' changes from warning to error"]),
    ('fail_on = "never"', 'fail_on = "note"', []),
    ("", 'exclude = ["docs/old/"]', ["'exclude' has docs/old/ added"]),
    ('exclude = ["docs/old/"]', "", []),
    ('exclude = ["a/", "!a/b"]', 'exclude = ["a/"]', ["'exclude' has !a/b removed"]),
    ('exclude = ["a/"]', 'exclude = ["a/", "!a/b"]', []),
    ('exclude = ["a/", "!a/b"]', 'exclude = ["!a/b", "a/"]', ["'exclude' is in another order: !a/b, a/"]),
    ('exclude = ["a/", "b/"]', 'exclude = ["b/", "a/"]', []),
    ("", 'include = ["docs/*.md"]', ["'include' changes from everything to docs/*.md"]),
    ('include = ["docs/*.md", "!docs/x.txt", "a/*.QMD", "b.genarch.yaml"]', "", []),
    ('include = ["docs/*.md", "a/*.txt"]', "", ["'include' changes from docs/*.md, a/*.txt to documents and spec files alone"]),
    ('include = ["docs/"]', "", ["'include' changes from docs/ to documents and spec files alone"]),
    ('include = ["a/*", "b/*"]', 'include = ["a/*"]', ["'include' has b/* removed"]),
    ('include = ["a/*"]', 'include = ["a/*", "b/*"]', []),
    ('include = ["a/*"]', 'include = ["a/*", "!a/x"]', ["'include' has !a/x added"]),
    ('require_block = ["docs/*"]', "", ["'require_block' has docs/* removed"]),
    ('require_block = ["docs/*"]', 'require_block = ["docs/*", "!docs/x"]', ["'require_block' has !docs/x added"]),
    ("", 'require_block = ["docs/*"]', []),
    ("", 'baseline = "b.json"', ["'baseline' changes from none to {}/b.json"]),
    ('baseline = "b.json"', 'baseline = "c.json"', ["'baseline' changes from {}/b.json to {}/c.json"]),
    ('baseline = "b.json"', "", []),
    ("waiver_days = 90", "", ["'waiver_days' changes from 90 to none"]),
    ("waiver_days = 90", "waiver_days = 91", ["'waiver_days' changes from 90 to 91"]),
    ("waiver_days = 90", "waiver_days = 30", []),
    ("", "waiver_days = 36500", []),
    ("measurement_days = 90", "measurement_days = 91", ["'measurement_days' changes from 90 to 91"]),
    ('measurements = ["a.yaml"]', "", ["'measurements' changes from a.yaml to none"]),
    ("", 'measurements = ["a.yaml"]', ["'measurements' changes from none to a.yaml"]),
    ("", "evidence = false", ["'evidence' changes from true to false"]),
    ("evidence = false", "", []),
    ("", 'rules = "article"', ["'rules' changes from field to article"]),
    ('rules = "field"', "", []),
    ('rules = "a.yaml"', 'rules = "b.yaml"', ["'rules' changes from {}/a.yaml to {}/b.yaml"]),
    ("", '[severity]\nblock-missing = "off"', ["the severity of block-missing changes from error to off"]),
    ("", '[severity]\nblock-missing = "error"', []),
    ('[severity]\nbudget-open = "error"', "", ["the severity of budget-open changes from error to warning"]),
    ('[severity]\nbudget-open = "off"', "", []),
    ("", '[severity]\nbudget-open = "note"', ["the severity of budget-open changes from warning to note"]),
    ("", '[severity]\nstatus-left-force = "off"', ["the severity of status-left-force changes from error to off"]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "weaker"), WEAKER)
def test_what_is_weaker_of_settings(before: str, now: str, weaker: list[str], tmp_path: Path) -> None:
    (tmp_path / "genarch.toml").write_text(before)
    was = load_settings(str(tmp_path / "genarch.toml"))
    (tmp_path / "genarch.toml").write_text(now)
    changes = [change for _, change in _differences(was, load_settings(str(tmp_path / "genarch.toml")))]
    assert changes == [change.replace("{}", str(tmp_path)) for change in weaker]


# A change, and what is found of it


def put(name: str, text: str) -> Callable[[Path], object]:
    def change(repo: Path) -> None:
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text)

    return change


def gone(*names: str) -> Callable[[Path], object]:
    def change(repo: Path) -> None:
        for name in names:
            (repo / name).unlink()

    return change


def edited(name: str, *replaced: str) -> Callable[[Path], object]:
    return lambda repo: edit(repo, name, *replaced)


def linked(name: str, target: str, moved: str) -> Callable[[Path], object]:
    def change(repo: Path) -> None:
        (repo / moved).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).rename(repo / moved)
        (repo / name).symlink_to(target)

    return change


def edited_link(name: str, target: str) -> Callable[[Path], object]:
    def change(repo: Path) -> None:
        (repo / name).unlink(missing_ok=True)
        (repo / name).symlink_to(target)

    return change


def both(*changes: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda repo: [change(repo) for change in changes]


ENTRY = '{"file": "docs/good.md", "spec": "good", "check": "decision-excluded", "fingerprint": "0f"}'
GONE = ("docs/good.md", "status-left-force", 1)
LATER = WAIVER.replace("2027-03-31", "2027-04-01")
CHANGES: dict[str, tuple[Callable[[Path], object], list[tuple[str, str, int]]]] = {
    "nothing": (lambda _: None, []),
    "a decision that agrees": (put("docs/more.md", GOOD), []),
    "a decision that does not": (put("docs/more.md", BAD), [("docs/more.md", "decision-excluded", 6)]),
    # settings
    "settings deleted": (gone("genarch.toml"), [("genarch.toml", "settings-weakened", 1)] * 4),
    "settings lowered": (edited("genarch.toml", "warning", "never"), [("genarch.toml", "settings-weakened", 3)]),
    "a check off": (
        both(edited("genarch.toml", "183\n", '183\n[severity]\ndecision-excluded = "off"\n'), put("docs/x.md", BAD)),
        [("docs/x.md", "decision-excluded", 6), ("genarch.toml", "settings-weakened", 6)],
    ),
    "excluded": (
        both(edited("genarch.toml", "183\n", '183\nexclude = ["x.md"]\n'), put("docs/x.md", BAD)),
        [("docs/x.md", "decision-excluded", 6), ("genarch.toml", "settings-weakened", 5)],
    ),
    "settings that cannot be read": (put("genarch.toml", "rules = "), [("genarch.toml", "settings-weakened", 1)]),
    "settings that are moved": (
        both(lambda repo: (repo / "genarch.toml").rename(repo / "x.toml"), put("pyproject.toml", "[tool.genarch]\n" + FILES["genarch.toml"])),
        [("pyproject.toml", "settings-weakened", 1)],
    ),
    "stricter settings": (edited("genarch.toml", "183", "90", "warning", "note"), []),
    "a foreign pyproject": (put("pyproject.toml", "[project]\nname = 'a'\n"), []),
    # tables
    "a rule table": (
        both(edited("rules/ours.yaml", "facts:\n", "disable: [{id: under-100-ms-needs-a-single-pass, reason: we know better}]\nfacts:\n"), put("docs/x.md", BAD)),
        [("docs/x.md", "decision-excluded", 6), ("rules/ours.yaml", "table-changed", 1)],
    ),
    "an extended table": (edited("rules/base.yaml", "Something", "Anything"), [("rules/base.yaml", "table-changed", 1)]),
    "a table that is gone": (gone("rules/base.yaml"), [("rules/base.yaml", "table-changed", 1)]),
    "a table that is no file": (
        both(gone("rules/base.yaml"), lambda repo: os.mkfifo(repo / "rules/base.yaml")), [("rules/base.yaml", "table-changed", 1)],
    ),
    "a table by a link": (linked("rules/ours.yaml", "../x.yaml", "x.yaml"), []),
    "another table": (
        both(edited("genarch.toml", "rules/ours.yaml", "x.yaml"), put("x.yaml", TABLE.format("x", "Q3", "article", "Q3"))),
        [("genarch.toml", "settings-weakened", 1)],
    ),
    # the baseline
    "an entry of the baseline": (edited("known.json", "[]", f"[\n    {ENTRY}\n  ]"), [("known.json", "baseline-grown", 4)]),
    "no baseline": (gone("known.json"), []),
    # waivers
    "a waiver": (put("docs/good.md", WAIVED), [("docs/good.md", "waiver-added", 8)]),
    "a waiver in a new document": (put("docs/x.md", WAIVED), [("docs/x.md", "waiver-added", 8)]),
    "a waiver in front matter": (
        put("docs/good.md", f"---\ngenarch:\n  version: 1\n  {SETTLED}\n  decision: diffusion\n  waivers:\n  {WAIVER}\n---\n"),
        [("docs/good.md", "waiver-added", 7)],
    ),
    "a waiver in a spec file": (
        edited("docs/plain.genarch.yaml", "gan\n", f"diffusion\nwaivers: [{WAIVER[2:]}]\n"),
        [("docs/plain.genarch.yaml", "waiver-added", 6)],
    ),
    "a waiver that ends later": (edited("docs/waived.md", "2027-03-31", "2027-04-30"), [("docs/waived.md", "waiver-added", 8)]),
    "a waiver that ends sooner": (edited("docs/waived.md", "2027-03-31", "2027-02-28"), []),
    "a waiver by somebody else": (edited("docs/waived.md", "lead", "boss"), [("docs/waived.md", "waiver-added", 8)]),
    "a waiver of another reason": (edited("docs/waived.md", "measured", "never seen"), [("docs/waived.md", "waiver-added", 8)]),
    "a waiver for another decision": (
        edited("docs/waived.md", "decision: diffusion", "decision: hybrid"), [("docs/waived.md", "waiver-added", 8)],
    ),
    "a waiver for other constraints": (
        edited("docs/waived.md", "latency_budget_ms: 33", "latency_budget_ms: 20"), [("docs/waived.md", "waiver-added", 8)],
    ),
    "a waiver that moves down": (edited("docs/waived.md", "# A\n", "# A\n\nMore words.\n"), []),
    "a waiver gone, with what it was for": (put("docs/waived.md", GOOD), []),
    "a waiver comes into force": (
        edited("docs/old.md", "superseded by ADR-9", "accepted"), [("docs/old.md", "waiver-added", 11)],
    ),
    "a pin that excuses nothing": (
        put("docs/x.md", BAD.replace("diffusion\n", "diffusion\ndecided_with: field@2.0.0\n")),
        [("docs/x.md", "decision-excluded", 6), ("docs/x.md", "waiver-added", 7)],
    ),
    "a pin that excuses": (
        put("docs/x.md", BAD.replace("diffusion\n", "diffusion\ndecided_with: field@1.1.0\n")),
        [("docs/x.md", "decided-with-older-rules", 7), ("docs/x.md", "waiver-added", 7)],
    ),
    "a pin of what is judged by": (edited("docs/good.md", "gan\n", "gan\ndecided_with: article@1.0.0\n"), []),
    # statuses and what carries decisions
    "a status": (put("docs/good.md", f"Status: rejected\n\n{GOOD}"), [("docs/good.md", "status-left-force", 8)]),
    "a status in front matter": (put("docs/good.md", f"---\nstatus: deprecated\n---\n{GOOD}"), [("docs/good.md", "status-left-force", 9)]),
    "the status of a spec file's document": (
        put("docs/plain.md", "---\nstatus: superseded\n---\n# Plain\n"), [("docs/plain.genarch.yaml", "status-left-force", 5)],
    ),
    "a status without effect": (put("docs/good.md", f"Status: accepted\n\n{GOOD}"), []),
    "a document gone": (gone("docs/good.md"), [GONE]),
    "a spec file gone": (gone("docs/plain.genarch.yaml"), [("docs/plain.genarch.yaml", "status-left-force", 1)]),
    "a spec file and its document gone": (
        gone("docs/plain.genarch.yaml", "docs/plain.md"), [("docs/plain.genarch.yaml", "status-left-force", 1)],
    ),
    "a block gone": (put("docs/good.md", "# A\n"), [GONE]),
    "a block without its decision": (
        put("docs/good.md", "Status: proposed\n\n" + GOOD.replace("decision: gan\n", "")), [("docs/good.md", "status-left-force", 5)],
    ),
    "a block quoted": (put("docs/good.md", f"````\n{GOOD}````\n"), [("docs/good.md", "block-quoted", 4), GONE]),
    "a document where nobody looks": (
        lambda repo: (repo / "docs/good.md").rename(repo / "docs/.hidden/good.md"), [GONE],
    ),
    "a document of another kind": (lambda repo: (repo / "docs/good.md").rename(repo / "docs/good.txt"), [GONE]),
    "a link in place of a document": (linked("docs/good.md", ".hidden/good.md", "docs/.hidden/good.md"), []),
    "a link out of the tree": (linked("docs/good.md", "/etc/hostname", "docs/good.txt"), [GONE]),
    "a link in place of the folder": (
        linked("docs", ".docs", ".docs"),
        [("docs/good.md", "status-left-force", 1), ("docs/plain.genarch.yaml", "status-left-force", 1), ("docs/waived.md", "status-left-force", 1)],
    ),
    "a document that is moved": (lambda repo: (repo / "docs/good.md").rename(repo / "moved.md"), []),
    "a waived document that is moved": (lambda repo: (repo / "docs/waived.md").rename(repo / "moved.md"), []),
    "another id": (edited("docs/good.md", "version: 1\n", "version: 1\nid: other\n"), []),
    "line ends": (lambda repo: (repo / "docs/waived.md").write_bytes(WAIVED.replace("\n", "\r\n").encode()), []),
    "an open question decided": (put("docs/open.md", GOOD), []),
    "an open question gone": (gone("docs/open.md"), []),
    "what was out of force gone": (gone("docs/old.md"), []),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_weakens(name: str, bundled: Path) -> None:
    change, expected = CHANGES[name]
    if "table" in name:
        own_table(bundled)
    change(bundled)
    assert found() == sorted(expected)


def test_what_has_changed_has_all_that_it_weakens(bundled: Path) -> None:
    names = (
        "a check off", "a status", "a waiver in a spec file", "a waiver that ends later", "an entry of the baseline", "what was out of force gone",
    )  # fmt: skip
    for name in names:
        CHANGES[name][0](bundled)
    expected = sorted(item for name in names for item in CHANGES[name][1])
    assert found() == found("--changed-since", "main") == expected
    gone("docs/good.md")(bundled)
    commit(bundled)
    assert GONE in found("--changed-since", "HEAD"), "though it went before that"


# Links, and what git keeps elsewhere

MEASURED: dict[str, Any] = {
    "id": "mine", "here": True, "date": "2026-11-20", "model": "sd-turbo", "tasks": ["text_to_image"], "conditioning": ["text"],
    "hardware": "l4", "resolution": "512x512", "latency_ms": 41.25, "percentile": "p95", "measure": "e2e", "source": "own",
    "percentiles": [{"name": "p95", "ms": 41.25, "low_ms": 40.0, "high_ms": 42.0}],
    "where": "command", "via": "primary", "verified": True, "trust": "high", "usable_for_calibration": False,
}  # fmt: skip

LINKS: dict[str, tuple[Callable[[Path], object], list[tuple[str, str, int]]]] = {
    "nothing": (lambda _: None, []),
    "a document leads elsewhere": (edited_link("docs/l.md", "../src/y.txt"), [("docs/l.md", "status-left-force", 1)]),
    "a document leads to the same decision": (edited_link("docs/l.md", "../src/z.txt"), []),
    "a document leads nowhere": (edited_link("docs/l.md", "nowhere"), [("docs/l.md", "status-left-force", 1)]),
    "a document gone": (gone("docs/l.md"), [("docs/l.md", "status-left-force", 1)]),
    "a document is a file now": (both(gone("docs/l.md"), put("docs/l.md", GOOD)), []),
    "a document has the target as its text": (
        both(gone("docs/l.md"), put("docs/l.md", "../src/x.txt")), [("docs/l.md", "status-left-force", 1)],
    ),
    "a target changed": (put("src/x.txt", "# X\n"), [("docs/l.md", "status-left-force", 1)]),
    "a target waived": (put("src/x.txt", WAIVED), [("docs/l.md", "waiver-added", 8)]),
    "a spec file gone": (gone("docs/m.genarch.yaml"), [("docs/m.genarch.yaml", "status-left-force", 1)]),
    "a file of measurements leads to less": (
        edited_link("docs/genarch-evidence.yaml", "../src/none.yaml"), [("docs/genarch-evidence.yaml", "measurements-changed", 1)],
    ),
    "measurements edited behind a link": (
        edited("src/own.yaml", "41.25", "11.25"), [("docs/genarch-evidence.yaml", "measurements-changed", 1)],
    ),
    "a table leads elsewhere": (edited_link("rules/ours.yaml", "weak.yaml"), [("rules/ours.yaml", "table-changed", 1)]),
    "settings lead elsewhere": (edited_link("genarch.toml", "weak.toml"), [("genarch.toml", "settings-weakened", 2)]),
    "settings edited behind a link": (edited("strict.toml", "warning", "never"), [("genarch.toml", "settings-weakened", 2)]),
    "the baseline leads elsewhere": (
        both(put("grown.json", FILES["known.json"].replace("[]", f"[{ENTRY}]")), edited_link("known.json", "grown.json")),
        [("known.json", "baseline-grown", 3)],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def linked_base(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linked") / "repo"
    shutil.copytree(base, folder)
    settings = 'rules = "rules/ours.yaml"\nfail_on = "warning"\nbaseline = "known.json"\nwaiver_days = 183\n'
    for name, text in {
        "src/x.txt": GOOD, "src/y.txt": "# Y\n", "src/z.txt": GOOD, "src/m.txt": SIDECAR.replace("beside", "m"),
        "src/none.yaml": "format: 1\n", "strict.toml": settings, "weak.toml": settings.replace('"warning"', '"never"'),
        "rules/x.yaml": FILES["rules/ours.yaml"], "rules/weak.yaml": FILES["rules/ours.yaml"].replace("Ours", "Mine"),
        "kept.json": FILES["known.json"],
    }.items():  # fmt: skip
        put(name, text)(folder)
    add_evidence(str(folder / "src/own.yaml"), {"models": None, "hardware": None, "measurements": MEASURED})
    for name, target in {
        "docs/l.md": "../src/x.txt", "docs/m.genarch.yaml": "../src/m.txt", "docs/genarch-evidence.yaml": "../src/own.yaml",
        "rules/ours.yaml": "x.yaml", "genarch.toml": "strict.toml", "known.json": "kept.json",
    }.items():  # fmt: skip
        edited_link(name, target)(folder)
    commit(folder)
    git(folder, "branch", "-q", "-f", "main")
    return folder


@pytest.mark.parametrize("name", LINKS)
def test_what_a_change_does_by_links(
    name: str, linked_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(linked_base, tmp_path / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "repo")
    change, expected = LINKS[name]
    change(tmp_path / "repo")
    assert found() == found("--changed-since", "main") == sorted(expected)
    if expected and expected[0][0].startswith("docs/"):
        assert found("docs") == sorted(expected), "though its target lies elsewhere"


def pointer(text: str) -> str:
    """What git has of a file that Git LFS keeps."""
    oid = hashlib.sha256(text.encode()).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(text)}\n"


def test_what_git_lfs_keeps_is_compared_where_it_is_the_same_and_else_refused(bundled: Path) -> None:
    kept = {name: FILES[name] for name in ("docs/good.md", "docs/waived.md", "genarch.toml", "known.json")}
    git(bundled, "checkout", "-q", "main")
    for name, text in kept.items():
        put(name, pointer(text))(bundled)
    commit(bundled)
    for name, text in kept.items():
        put(name, text)(bundled)
    assert found() == []
    for name, text in kept.items():
        put(name, "# Another\n")(bundled)
        result = check("--trusted-ref", "main")
        assert result.returncode == 2
        assert f"main:{name}: is kept in Git LFS, and not what it is now; keep it in git itself" in result.stderr
        put(name, text)(bundled)
    put("docs/good.md", pointer(GOOD))(bundled)
    assert found() == [("docs/good.md", "document-unreadable", 1)], "not fetched"


@pytest.mark.parametrize("name", ["docs/good.md", "docs/plain.genarch.yaml", "genarch.toml", "known.json"])
def test_what_a_clone_lacks_is_not_taken_for_empty(name: str, bundled: Path) -> None:
    put("docs/waived.md", "# Nothing\n")(bundled)
    put(name, "")(bundled)
    blob = git(bundled, "rev-parse", f"main:{name}")
    (bundled / ".git/objects" / blob[:2] / blob[2:]).unlink()
    result = check("--trusted-ref", "main")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"main:{name}: is not in this clone; fetch it: git fetch --refetch origin" in result.stderr


# Whatever is done to files


def _renamed(path: Path, to: str) -> None:
    target = path.parent / to
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)


def _led(path: Path, to: str) -> None:
    _renamed(path, to)
    path.symlink_to(to)


def _rewritten(path: Path, before: str, after: str) -> None:
    path.write_text(f"{before}{path.read_text()}{after}")


DONE: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: shutil.rmtree(path) if path.is_dir() else path.unlink(),
    "hidden": lambda path: _renamed(path, f".{path.name}"),
    "vendored": lambda path: _renamed(path, f"node_modules/{path.name}"),
    "another kind": lambda path: _renamed(path, f"{path.stem}.txt"),
    "another kind of Markdown": lambda path: _renamed(path, f"{path.stem}.mdx"),
    "capitals": lambda path: _renamed(path, path.name.upper()),
    "a folder below": lambda path: _renamed(path, f"below/{path.name}"),
    "a link to what is hidden": lambda path: _led(path, ".kept"),
    "a link out": lambda path: _led(path, "../../kept"),
    "empty": lambda path: path.write_text(""),
    "half of it": lambda path: path.write_text(path.read_text()[: path.stat().st_size // 2]),
    "a comment around it": lambda path: _rewritten(path, "<!--\n", "-->\n"),
    "a fence around it": lambda path: _rewritten(path, "~~~~\n", "~~~~\n"),
    "a status above it": lambda path: _rewritten(path, "Status: rejected\n\n", ""),
    "undecided": lambda path: path.write_text(path.read_text().replace("decision:", "# decision:")),
    "in part": lambda path: path.write_text(path.read_text().replace("yaml genarch", "yaml\u00a0genarch")),
}


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(DONE)), st.sampled_from(sorted([*FILES, "docs"]))), min_size=1, max_size=3
    )
)
def test_a_check_that_is_green_has_judged_every_decision_of_the_commit(base: Path, done: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(base, "there/repo", symlinks=True)
        os.chdir("there/repo")
        for how, name in done:
            with contextlib.suppress(OSError, UnicodeError):  # as where the first has taken the file away
                DONE[how](Path(name))
        result = check("--trusted-ref", "main", "--format", "json")
        assert result.returncode in (0, 1, 2)
        if result.returncode == 0:
            documents = json.loads(result.stdout)["documents"]
            decided = [one["decision"] for document in documents for one in document["decisions"]]
            assert sorted(filter(None, decided)) == ["diffusion", "gan", "gan"]
        if result.returncode == 1:
            assert check("--trusted-ref", "main", "--changed-since", "main").returncode == 1


# Which commit


def test_it_is_judged_by_the_commit_named_and_compared_with_where_the_branch_left_it(bundled: Path) -> None:
    put("docs/x.md", BAD)(bundled)
    commit(bundled)
    git(bundled, "checkout", "-q", "main")
    edit(bundled, "genarch.toml", "183\n", '183\n[severity]\ndecision-excluded = "off"\n')
    put("docs/late.md", GOOD)(bundled)
    commit(bundled)
    git(bundled, "checkout", "-q", "topic")
    assert found() == [], (
        "main has turned it off meanwhile, which is nothing that the branch does, and so is docs/late.md"
    )
    assert [name for _, name, _ in found("--rules", "article")] == [], "options go before settings"
    git(bundled, "checkout", "-q", "--orphan", "other")
    commit(bundled)
    assert found() == [("docs/late.md", "status-left-force", 1)], "without a commit in common, that is main itself"


def test_where_a_branch_left_it_twice_it_is_compared_with_the_commit_itself(bundled: Path) -> None:
    """Both sides have merged the same two branches, so that git finds two commits and neither has all."""
    for name, text in {"one": GOOD, "two": GOOD.replace("33", "32"), "three": WAIVED}.items():
        git(bundled, "checkout", "-q", "-b", name, "main")
        put(f"docs/{name}.md", text)(bundled)
        commit(bundled, name)
    for branch, merged in (("main", ["one", "two", "three"]), ("topic", ["three", "two", "one"])):
        git(bundled, "checkout", "-q", branch)
        for name in merged:
            git(bundled, "merge", "-q", "--no-ff", "-m", name, name)
    assert len(git(bundled, "merge-base", "--all", "main", "HEAD").splitlines()) == 3
    assert found() == []
    for name in ("one", "two", "three"):
        put(f"docs/{name}.md", BAD)(bundled)
        expected = [(f"docs/{name}.md", "decision-excluded", 6)]
        assert found() == found("--changed-since", "main") == expected
        gone(f"docs/{name}.md")(bundled)
        assert found() == [(f"docs/{name}.md", "status-left-force", 1)]
        git(bundled, "checkout", "-q", "--", "docs")


def test_a_shallow_clone_has_the_commit_or_says_what_to_fetch(
    bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("docs/good.md", WAIVED)(bundled)
    commit(bundled)
    main = git(bundled, "rev-parse", "main")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{bundled}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    result = check("--trusted-ref", main)
    assert result.returncode == 2
    assert f"--trusted-ref: git knows no commit '{main}' in this shallow clone" in result.stderr
    assert f"fetch it first: git fetch --depth=1 origin {main}\n" in result.stderr
    result = check("--trusted-ref", "HEAD^1")
    assert "--trusted-ref: git knows no commit 'HEAD^1' in this shallow clone" in result.stderr
    assert "fetch it, and the history up to it (fetch-depth: 0, or git fetch --unshallow)\n" in result.stderr
    git(tmp_path / "shallow", "fetch", "-q", "--depth=1", "origin", main)
    result = check("--trusted-ref", main, "--format", "concise")
    assert (result.returncode, result.stdout.count("waiver-added")) == (1, 1)
    git(bundled, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "topic")
    monkeypatch.chdir(tmp_path / "tree/docs")
    assert found() == [("good.md", "waiver-added", 8)], "a worktree, from a folder in it"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("none", "--trusted-ref: git knows no commit 'none'; fetch it first"),
        ("", "--trusted-ref: git knows no commit ''"),
        ("--output=x", "--trusted-ref: git knows no commit '--output=x'"),
        ("main:genarch.toml", "--trusted-ref: git knows no commit 'main:genarch.toml'"),
        ("a\0b", "--trusted-ref: git cannot be run"),
    ],
)
def test_what_is_no_commit_is_2(reference: str, says: str, bundled: Path) -> None:
    result = check("--trusted-ref", reference)
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr
    assert not (bundled / "x").exists()


@pytest.mark.usefixtures("bundled")
def test_without_git_or_a_repository_it_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "leave --trusted-ref out" in check("--trusted-ref", "main", "--write-baseline", "b.json").stderr
    monkeypatch.setenv("PATH", "")
    result = check("--trusted-ref", "main")
    assert (result.returncode, "--trusted-ref: git cannot be run" in result.stderr) == (2, True)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    result = check("--trusted-ref", "main")
    assert result.returncode == 2
    assert "--trusted-ref: this is not a git repository; leave the option out" in result.stderr


# What is named, and from where


def test_nearer_settings_and_those_named_are_read_at_the_commit(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("docs/x.md", BAD)(repo)
    put(
        "docs/genarch.toml",
        'rules = "article"\nfail_on = "warning"\nwaiver_days = 183\n[severity]\ndecision-excluded = "off"\n',
    )(repo)
    monkeypatch.chdir(repo / "docs")
    weaker = [("genarch.toml", "settings-weakened", line) for line in (1, 1, 5)]
    assert found() == [*weaker, ("x.md", "decision-excluded", 6)]
    shown = check("--trusted-ref", "main", "--show-config").stdout
    assert "configuration: ../genarch.toml\nrules: ours@0.1.0\n" in shown
    monkeypatch.chdir(repo)
    assert ("docs/genarch.toml", "settings-weakened", 5) not in found(), "nobody goes by it here"
    edit(repo, "genarch.toml", "warning", "never")
    named = ["--config", "genarch.toml", "--rules", "rules/base.yaml", "--baseline", str(repo / "known.json")]
    edit(repo, "rules/base.yaml", "0.1.0", "0.2.0")
    edit(repo, "known.json", "[]", f"[{ENTRY}]")
    assert [item for item in found(*named) if item[0] != "docs/x.md"] == [
        (str(repo / "known.json"), "baseline-grown", 3), ("genarch.toml", "settings-weakened", 3), ("rules/base.yaml", "table-changed", 1),
    ]  # fmt: skip
    assert "Judged by base@0.1.0, settings genarch.toml" in check("--trusted-ref", "main", *named).stdout
    assert [name for _, name, _ in found("--no-config", "--rules", "article")] == ["decision-excluded"]
    new = check("--trusted-ref", "main", "--baseline", "new.json")
    assert (new.returncode, new.stderr) == (2, "genarch: main:new.json: no such file\n")


def test_files_that_a_hook_names_are_compared_alone(bundled: Path) -> None:
    gone("docs/waived.md")(bundled)
    put("docs/good.md", f"Status: rejected\n\n{GOOD}")(bundled)
    put("docs/plain.md", "Status: rejected\n")(bundled)
    assert found("docs/good.md") == [("docs/good.md", "status-left-force", 8)]
    assert found("docs/plain.md") == [("docs/plain.genarch.yaml", "status-left-force", 5)], "with what stands beside it"
    assert found("docs/open.md") == []
    assert len(found("docs")) == len(found("--jobs", "2")) == 3
    assert check("--trusted-ref", "main", "-").returncode == 0, (
        "what comes from elsewhere has nothing to be compared with"
    )


@pytest.mark.parametrize("target", ["{}", "..", "../..", "/", "/etc/hostname"])
@pytest.mark.parametrize("below", ["", "/good.md", "/new"])
def test_a_path_that_a_change_leads_out_of_the_repository_is_refused(
    target: str, below: str, bundled: Path, tmp_path: Path
) -> None:
    shutil.rmtree(bundled / "docs")
    for name in ("good.md", "new/x.md"):
        put(f"../outside/{name}", WAIVED)(bundled)
    (bundled / "docs").symlink_to(target.format(tmp_path / "outside"))
    result = check("--trusted-ref", "main", f"docs{below}")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"docs{below}: is a link out of the repository; name a file or folder in it\n" in result.stderr


@pytest.mark.parametrize("target", ["../x", ".git/config", "docs/good.md", "new", ".."])
def test_no_report_is_written_through_a_link_of_the_change(target: str, bundled: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("Of others.\n")
    (bundled / "out.sarif").symlink_to(target)
    kept = {path: path.read_bytes() for path in (tmp_path / "x", bundled / ".git/config", bundled / "docs/good.md")}
    result = check("--trusted-ref", "main", "--format", "sarif=out.sarif")
    assert (result.returncode, result.stdout) == (2, "")
    assert all(path.read_bytes() == text for path, text in kept.items())
    assert not (bundled / "new").exists()
    (tmp_path / "link").symlink_to(tmp_path / "x")
    assert check("--trusted-ref", "main", "--format", f"sarif={tmp_path / 'link'}").returncode == 0, "not of the change"
    assert check("--trusted-ref", "main", "--format", "sarif=/dev/stdout").returncode == 0


def test_documents_that_the_settings_leave_out_are_compared_with_nothing(bundled: Path) -> None:
    git(bundled, "checkout", "-q", "main")
    edit(bundled, "genarch.toml", "183\n", '183\nexclude = ["docs/waived.md"]\ninclude = ["docs/*.md"]\n')
    commit(bundled)
    gone("docs/waived.md", "docs/plain.genarch.yaml", "docs/good.md")(bundled)
    assert found() == [GONE]


def test_what_a_sparse_checkout_leaves_out_is_not_gone(repo: Path) -> None:
    git(repo, "sparse-checkout", "set", "--no-cone", "/genarch.toml", "/known.json", "/docs/good.md")
    assert not (repo / "docs/waived.md").exists()
    assert not (repo / "rules").exists()
    assert found() == []
    put("docs/good.md", f"Status: rejected\n\n{GOOD}")(repo)
    git(repo, "rm", "-q", "--sparse", "docs/plain.genarch.yaml")
    assert [name for name, *_ in found()] == ["docs/good.md", "docs/plain.genarch.yaml"]


def test_a_pin_excuses_what_it_was_for_and_nothing_else(bundled: Path) -> None:
    git(bundled, "checkout", "-q", "main")
    put("docs/x.md", BAD.replace("diffusion\n", "diffusion\ndecided_with: field@1.1.0\n"))(bundled)
    commit(bundled)
    excused = ("docs/x.md", "decided-with-older-rules", 7)
    assert found() == [excused]
    edit(bundled, "docs/x.md", "latency_budget_ms: 33", "latency_budget_ms: 20")
    assert found() == [excused, ("docs/x.md", "waiver-added", 7)]


def test_a_commit_is_of_this_repository_and_what_it_says_it_is(
    bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("docs/good.md", WAIVED)(bundled)
    commit(bundled)
    git(bundled, "replace", "main", "HEAD")
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    assert found() == found("--changed-since", "main") == [("docs/good.md", "waiver-added", 8)]


def test_a_folder_that_the_repository_lies_in_takes_in_all_of_it(bundled: Path) -> None:
    gone("docs/good.md")(bundled)
    assert (
        [name for _, name, _ in found(str(bundled.parent))]
        == [name for _, name, _ in found("..")]
        == ["status-left-force"]
    )
    assert found("docs/open.md", "docs/plain.md") == []


def test_the_settings_at_the_commit_may_lower_these_checks_too(bundled: Path) -> None:
    git(bundled, "checkout", "-q", "main")
    edit(bundled, "genarch.toml", "183\n", '183\n[severity]\nwaiver-added = "off"\nstatus-left-force = "note"\n')
    commit(bundled)
    put("docs/good.md", WAIVED)(bundled)
    put("docs/waived.md", "# Nothing\n")(bundled)
    assert found() == [("docs/waived.md", "status-left-force", 1)]
    assert check("--trusted-ref", "main").returncode == 0


def test_measurements_are_those_of_the_commit_and_none_is_lost(bundled: Path) -> None:
    """41.25 ms where 33 are allowed."""
    own, spec = (
        "docs/genarch-evidence.yaml",
        "{task: text_to_image, gpu: l4, resolution_px: 512, latency_budget_ms: 33}",
    )
    git(bundled, "checkout", "-q", "main")
    add_evidence(own, {"models": None, "hardware": None, "measurements": MEASURED})
    put("docs/x.md", f"# X\n\n```yaml genarch\nversion: 1\nconstraints: {spec}\nmodel: sd-turbo\n```\n")(bundled)
    commit(bundled)

    def changed() -> int:
        shown = check("--trusted-ref", "main", "--format", "concise").stdout
        (slow,) = (line for line in shown.splitlines() if "[model-too-slow]" in line)
        assert "mine" in slow, slow
        return shown.count("measurements-changed")

    assert changed() == 0
    faster = MEASURED | {
        "id": "new",
        "latency_ms": 20.0,
        "percentiles": [{"name": "p95", "ms": 20.0, "low_ms": 19.0, "high_ms": 21.0}],
    }
    add_evidence(own, {"models": None, "hardware": None, "measurements": faster})
    assert changed() == 0, "what is added counts once it is merged"
    text = (bundled / own).read_text()
    for hidden in (
        text.replace("41.25", "11.25"),
        text.replace("- id: mine", "- id: its"),
        f"{text}  nothing: such\n",
        # Lines that are all still there, and say nothing any more.
        text.replace("- id: mine\n", '- id: text\n  notes: "\n- id: mine\n').rstrip() + '\n  "\n',
        text.replace("sources:\n- id: own", 'sources:\n- id: text\n  title: "\n- id: own').replace("with genarch measure", ""),
    ):  # fmt: skip
        put(own, hidden)(bundled)
        assert changed() == 1, hidden
    put(own, text.replace("- id: mine", "# Ours.\n- id: mine").replace("\n", "\r\n"))(bundled)
    assert changed() == 0
    gone(own)(bundled)
    assert changed() == 1


def test_measurements_that_an_option_names_are_compared_too(bundled: Path) -> None:
    git(bundled, "checkout", "-q", "main")
    add_evidence("perf.yaml", {"models": None, "hardware": None, "measurements": MEASURED})
    commit(bundled)
    assert found("--evidence", "perf.yaml") == []
    edit(bundled, "perf.yaml", "41.25", "11.25")
    assert found("--evidence", "perf.yaml") == [("perf.yaml", "measurements-changed", 1)]
    assert found() == [], "which nobody goes by"


def test_a_submodule_is_compared_with_its_commit(bundled: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main", "other")
    put("adr/a.md", WAIVED)(tmp_path / "other")
    commit(tmp_path / "other")
    git(bundled, "checkout", "-q", "main")
    git(bundled, "submodule", "--quiet", "add", str(tmp_path / "other"), "sub")
    commit(bundled)
    assert found() == []
    put("sub/adr/a.md", BAD.replace("# A", "Status: rejected"))(bundled)
    put("sub/adr/b.md", WAIVED.replace("33", "32"))(bundled)
    commit(bundled / "sub")
    assert found() == [("sub/adr/a.md", "status-left-force", 6), ("sub/adr/b.md", "waiver-added", 8)]


@pytest.mark.parametrize(
    "setting",
    [
        'rules = "../ours.yaml"',
        'baseline = "../known.json"',
        'cases = ["../cases"]',
        'measurements = ["../own.yaml"]',
    ],
)
def test_in_ci_settings_at_the_commit_name_nothing_outside_of_the_repository(setting: str, bundled: Path) -> None:
    git(bundled, "checkout", "-q", "main")
    (bundled / "genarch.toml").write_text(f"{setting}\n")
    commit(bundled)
    put("../ours.yaml", TABLE.format("ours", "Q1", "article", "Q1"))(bundled)
    put("../known.json", FILES["known.json"])(bundled)
    put("../cases/a.yaml", "")(bundled)
    put("../own.yaml", "")(bundled)
    result = check("--trusted-ref", "main")
    assert result.returncode == 2
    assert ": is outside the repository" in result.stderr


@pytest.mark.parametrize("extended", ["../outside.yaml", "{}/rules/base.yaml"])
def test_tables_at_the_commit_extend_what_lies_in_the_repository(extended: str, repo: Path) -> None:
    """An absolute path would lead to the file as the change has it."""
    git(repo, "checkout", "-q", "main")
    edit(repo, "rules/ours.yaml", "base.yaml", extended.format(repo) if "{}" in extended else f"../{extended}")
    put("../outside.yaml", FILES["rules/base.yaml"])(repo)
    commit(repo)
    result = check("--trusted-ref", "main")
    assert result.returncode == 2
    assert "main:rules/ours.yaml: extends " in result.stderr
    assert "which is not in the same repository; copy it there" in result.stderr


def test_a_link_that_a_change_puts_in_the_way_of_settings_leads_nowhere(repo: Path) -> None:
    put("docs/x.md", BAD)(repo)
    put("weak/ours.yaml", TABLE.format("ours", "Q1", "base.yaml", "Q1"))(repo)
    put(
        "weak/base.yaml",
        FILES["rules/base.yaml"].replace(
            "facts:\n", "disable: [{id: under-100-ms-needs-a-single-pass, reason: x y}]\nfacts:\n"
        ),
    )(repo)
    shutil.rmtree(repo / "rules")
    (repo / "rules").symlink_to("weak")
    assert found() == [("docs/x.md", "decision-excluded", 6), ("rules/base.yaml", "table-changed", 1)]
    git(repo, "checkout", "-q", "main", "--", "rules") if not (repo / "rules").is_symlink() else (
        repo / "rules"
    ).unlink()
    (repo / "genarch.toml").unlink()
    (repo / "genarch.toml").symlink_to("/etc/hostname")
    assert ("docs/x.md", "decision-excluded", 6) in found()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_report_says_at_which_commit(name: str, bundled: Path) -> None:
    put("docs/good.md", WAIVED)(bundled)
    gone("docs/waived.md")(bundled)
    result = check("--trusted-ref", "main", "--format", name)
    assert result.returncode == 1
    text = " ".join((result.stderr if name in ("concise", "github", "gitlab") else result.stdout).split())
    assert '"trusted": "main"' in text if name == "json" else "as they are at main" in text
    assert "waiver-added" in result.stdout
    assert "status-left-force" in result.stdout


@pytest.mark.parametrize(
    "name", ["settings-weakened", "table-changed", "baseline-grown", "waiver-added", "status-left-force"]
)
def test_no_waiver_covers_them(name: str, bundled: Path) -> None:
    assert DOCUMENT_CHECKS[name].waivable == "never"
    put("docs/good.md", WAIVED.replace("rule: decision-excluded", f"rule: {name}"))(bundled)
    assert ("docs/good.md", "waiver-forbidden", 8) in found()
