"""`genarch doc add`: blocks and rationales in decision records."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

import command_line
from genarch.cli.app import app
from genarch.files.io import read_text
from genarch.files.spec_text import spec_with_decision
from genarch.files.specs import parse_spec
from terminal import at_terminal, ends

MADR = """---
status: accepted
---
# Serve the filter

## Considered Options

* GAN
* Diffusion

## Decision Outcome

Chosen option: "GAN", because frames cannot wait.

### Consequences

* Good, because it is fast
"""
SPEC = """# yaml-language-server: $schema=genarch-spec.schema.json
version: 1
# from the product team
constraints:
  latency_budget_ms: 33ms # a frame
  domain: narrow
decision: gan
"""
BLOCK = """```yaml genarch
version: 1
id: filter
# from the product team
constraints:
  latency_budget_ms: 33ms # a frame
  domain: narrow
decision: gan
```
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    (tmp_path / "filter.genarch.yaml").write_text(SPEC)
    path = tmp_path / "0007-filter.md"
    path.write_text(MADR)
    return path


def run(folder: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return command_line.run("doc", "add", *arguments, stdin=lines, cwd=folder)


def test_a_spec_file_goes_under_the_decision_once(record: Path) -> None:
    told = run(record.parent, record.name, "--spec", "filter.genarch.yaml")
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == "genarch: 0007-filter.md:15: added the block 'filter'\n"
    head, tail = MADR.split("### Consequences")
    once = f"{head}{BLOCK}\n### Consequences{tail}"
    assert record.read_text() == once
    told = run(record.parent, record.name, "--spec", "filter.genarch.yaml")
    assert told.returncode == 0
    assert told.stderr == "genarch: 0007-filter.md:15: has the block 'filter' already\n"
    assert record.read_text() == once


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_rationale_is_kept_and_a_second_run_changes_nothing(newline: str, record: Path) -> None:
    record.write_text("\ufeff" + MADR, encoding="utf-8", newline=newline)
    before = record.read_bytes()
    for _ in range(2):
        assert run(record.parent, record.name, "--spec", "filter.genarch.yaml", "--write").returncode == 0
    once = record.read_bytes()
    assert run(record.parent, record.name, "--id", "filter", "--write").stderr.endswith(
        "genarch: 0007-filter.md: the rationale of 'filter' is up to date\n"
    )
    assert record.read_bytes() == once
    text = once.decode().replace(newline, "\n")
    head, tail = before.decode().replace(newline, "\n").split("### Consequences")
    assert text.startswith(
        head + BLOCK + "\n<!-- genarch rationale of filter; kept by 'genarch doc add --write' -->\n\n"
    )
    assert text.endswith("\n\n<!-- end of genarch rationale of filter -->\n\n### Consequences" + tail)
    assert "\n**GAN** (" in text
    assert once.decode().count(newline) == len(text.split("\n")) - 1


def test_a_rationale_follows_the_block(record: Path) -> None:
    run(record.parent, record.name, "--spec", "filter.genarch.yaml", "--write")
    record.write_text(record.read_text().replace("33ms", "5s").replace("domain: narrow", "device: consumer_gpu"))
    told = run(record.parent, record.name, "--id", "filter", "--write")
    assert told.stderr.endswith("genarch: 0007-filter.md: wrote the rationale of 'filter'\n")
    assert "\n**Diffusion** (" in record.read_text()
    assert record.read_text().count("<!-- ") == 2 + record.read_text().count("<!-- -->")


def test_answers_on_the_command_line_and_a_decision(record: Path) -> None:
    told = run(record.parent, record.name, "--yes", "--set", "latency_budget_ms=20fps", "--decision", "gan")
    assert told.returncode == 0
    text = record.read_text()
    assert "```yaml genarch\nversion: 1\nconstraints:\n" in text
    assert "  latency_budget_ms: 20fps\n" in text
    assert "decision: gan\ndecided_with: field@" in text
    assert "  domain: unknown\n" in text
    again = run(record.parent, record.name, "--yes")
    assert again.returncode == 0
    assert "has the block '0007-filter'; edit it there, or add another one with --id" in again.stderr
    assert record.read_text() == text
    assert run(record.parent, record.name, "--yes", "--id", "second").returncode == 0
    assert record.read_text().count("```yaml genarch") == 2


def test_questions_in_a_terminal(record: Path) -> None:
    words = ("doc", "add", record.name, "--rules", "article", "--set", "task=image_to_image")
    child = at_terminal(*words, folder=record.parent, env={"NO_COLOR": "1"})
    for line in ("text", "d"):
        child.expect(r"Answer \([^)]*\): ")
        child.sendline(line)
    child.expect(r"Change which\? \([^)]*\): ")
    child.sendline("")
    rest, code = ends(child)
    assert code == 0
    assert "added the block '0007-filter'" in rest
    assert "\n  task: image_to_image\n  conditioning: [text]\n```\n" in record.read_text()


def test_broken_off_it_says_how_to_go_on(record: Path) -> None:
    told = run(
        record.parent,
        *[record.name, "--rules", "article", "--plain", "--decision", "gan", "--set", "latency_budget_ms=9"],
        lines="portrait animation\n",
    )
    assert told.returncode == 130
    assert told.stderr.endswith(
        "to go on: genarch doc add 0007-filter.md --decision gan --answers genarch-draft.yaml --rules article --plain\n"
    )
    assert record.read_text() == MADR
    told = run(record.parent, *["0007-filter.md", "--decision", "gan", "--answers", "genarch-draft.yaml", "--yes"])
    assert told.returncode == 0
    assert "  task: portrait_animation\n" in record.read_text()


def test_without_a_terminal_it_says_what_is_open(record: Path) -> None:
    told = run(record.parent, record.name)
    assert told.returncode == 2
    assert "no terminal to ask on" in told.stderr
    assert record.read_text() == MADR


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--spec", "none.yaml"], "genarch: none.yaml: no such file"),
        (["--spec", "filter.genarch.yaml", "--yes"], "--spec has every answer"),
        (["--yes", "--id", "Not A Slug"], "genarch: --id: 'Not A Slug' is not a slug"),
        (["--yes", "--decision", "gann"], "genarch: --decision: 'gann' is not a family or architecture; did you mean"),
        (["--spec", "own.yaml", "--id", "b"], "genarch: own.yaml: states the id 'own'; leave --id out"),
        (["--spec", "bad.yaml"], "genarch: bad.yaml:2:23: constraints.domain: "),
        (["--spec", "beside.yaml"], "beside.yaml: belongs to a document already, by its key 'document'"),
        (
            ["--spec", "filter.genarch.yaml", "--decision", "hybrid"],
            "filter.genarch.yaml: already has the decision gan; leave --decision out",
        ),
    ],
)
def test_what_is_refused_leaves_the_document_alone(options: list[str], message: str, record: Path) -> None:
    (record.parent / "own.yaml").write_text("version: 1\nid: own\nconstraints: {}\n")
    (record.parent / "beside.yaml").write_text("version: 1\ndocument: 0007-filter.md\nconstraints: {}\n")
    (record.parent / "bad.yaml").write_text("version: 1\nconstraints: {domain: brod}\n")
    told = run(record.parent, record.name, *options)
    assert told.returncode == 2
    assert message in " ".join(told.stderr.replace("│", " ").split())
    assert record.read_text() == MADR


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# A\n\n```\nnever closed\n", "a.md: an unclosed fence or comment would hide the block from readers"),
        (
            "# A\n\n- ```yaml genarch\n  version: 1\n  constraints: {domain: brod}\n  ```\n",
            "a.md:5:25: constraints.domain: ",
        ),
        ("```yaml genarch\nversion: 1\n", "a.md: the block at line 1 is never closed"),
        (f"{BLOCK}\n{BLOCK}", "a.md: has two blocks 'filter', at lines 1 and 11"),
        (BLOCK.replace("narrow", "broad"), "a.md:1: has a block 'filter' already, with another domain; edit it there"),
    ],
)
def test_a_document_that_cannot_take_it_is_left_alone(text: str, message: str, record: Path) -> None:
    path = record.parent / "a.md"
    path.write_text(text)
    told = run(record.parent, "a.md", "--spec", "filter.genarch.yaml")
    assert told.returncode == 2
    assert message in told.stderr
    assert path.read_text() == text


@pytest.mark.parametrize("content", [b"\xff\xfea\0", b"\x00" * 10, b"# \xe9\n", b"a" * (1 << 21)])
def test_what_is_no_document_is_told(content: bytes, record: Path) -> None:
    path = record.parent / "a.md"
    path.write_bytes(content)
    told = run(record.parent, "a.md", "--spec", "filter.genarch.yaml")
    assert "Traceback" not in told.stderr
    assert told.returncode == (0 if content == b"\x00" * 10 else 2)
    assert content == path.read_bytes() or content == b"\x00" * 10
    assert run(record.parent, "folder.md", "--yes").returncode == 2


def test_rule_text_and_titles_cannot_break_out_of_the_rationale(record: Path) -> None:
    spec = SPEC.replace("decision: gan", 'title: "--> <script> ```"\ndecision: gan')
    (record.parent / "filter.genarch.yaml").write_text(spec)
    assert run(record.parent, record.name, "--spec", "filter.genarch.yaml", "--write").returncode == 0
    assert run(record.parent, record.name, "--id", "filter", "--write").returncode == 0
    assert "<script>" not in record.read_text().split("<!-- genarch rationale")[1]


def test_where_no_block_can_go_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# a\n\n## Decision outcome\n\n```\nunclosed\n")
    result = run(tmp_path, "a.md", "--plain", "--set", "latency_budget_ms=33ms", lines="2\n3\n\n")
    assert result.returncode == 2
    assert "an unclosed fence or comment would hide the block" in result.stderr
    assert "Question" not in result.stderr


@pytest.mark.parametrize("options", [["--set", "domain=broad"], ["--decision", "diffusion"]])
def test_answers_that_the_block_does_not_have_are_not_passed_over(options: list[str], record: Path) -> None:
    assert run(record.parent, record.name, "--spec", "filter.genarch.yaml").returncode == 0
    before = record.read_bytes()
    result = run(record.parent, record.name, "--id", "filter", "--yes", *options)
    assert result.returncode == 2
    assert "has a block 'filter' already, with another" in result.stderr
    assert record.read_bytes() == before
    assert run(record.parent, record.name, "--id", "filter", "--yes", "--set", "domain=narrow").returncode == 0


def test_a_rationale_breaks_no_list(tmp_path: Path) -> None:
    text = "- item\n\n  ```yaml genarch\n  version: 1\n  ```\n\n  more\n"
    (tmp_path / "a.md").write_text(text)
    result = run(tmp_path, "a.md", "--yes", "--write")
    assert result.returncode == 2
    assert "a.md:3: the block is in a list or a quotation" in result.stderr
    assert (tmp_path / "a.md").read_text() == text


def test_a_spec_file_that_decides_nothing_gets_the_decision_from_the_command_line(record: Path) -> None:
    bare = SPEC.replace("decision: gan\n", "# the rest is open\n")
    (record.parent / "filter.genarch.yaml").write_text(bare)
    told = run(record.parent, record.name, "--spec", "filter.genarch.yaml")
    assert told.returncode == 0
    assert told.stderr.endswith(
        ":15: states no decision yet; add 'decision: NAME' to it, with gan, diffusion, hybrid or evaluate_both\n"
    )
    record.write_text(MADR)
    told = run(record.parent, record.name, "--spec", "filter.genarch.yaml", "--decision", "gan", "--write")
    assert (told.returncode, "states no decision" in told.stderr) == (0, False)
    assert re.search(
        r"\n  domain: narrow\n# the rest is open\ndecision: gan\ndecided_with: field@[\d.]+\n```\n", record.read_text()
    )
    assert CliRunner().invoke(app, ["check", "--no-config", str(record)]).exit_code == 0
    assert run(record.parent, record.name, "--spec", "filter.genarch.yaml", "--decision", "gan").returncode == 0
    again = run(record.parent, record.name, "--spec", "filter.genarch.yaml", "--decision", "hybrid")
    assert "has a block 'filter' already, with another decision; edit it there" in again.stderr


@pytest.mark.parametrize(
    ("spec", "block"),
    [
        ("{version: 1, constraints: {domain: narrow}}", "{version: 1, constraints: {domain: narrow}, decision: gan, decided_with: article@1.0.0}"),
        ("version: 1\ndecision: unknown # soon\nconstraints: {}\n", "version: 1\ndecision: gan # soon\nconstraints: {}\ndecided_with: article@1.0.0\n"),
        ("version: 1\ndecided_with: article@1\n", "version: 1\ndecided_with: article@1\ndecision: gan\n"),
        ("version: 1\n...\n", "version: 1\ndecision: gan\ndecided_with: article@1.0.0\n"),
        ("version: 1\r\nconstraints:\r\n", "version: 1\r\nconstraints:\r\ndecision: gan\r\ndecided_with: article@1.0.0\r\n"),
    ],
)  # fmt: skip
def test_a_decision_is_put_into_a_spec_as_it_is_laid_out(spec: str, block: str) -> None:
    changed = spec_with_decision(spec, "gan", "article@1.0.0")
    assert changed == block
    assert parse_spec(changed).decision == "gan"


def test_what_another_run_added_meanwhile_is_not_added_again(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(record.parent, record.name, "--spec", "filter.genarch.yaml")
    once = record.read_bytes()
    record.write_text(MADR)
    read = read_text

    def meanwhile(path: str) -> str:
        record.write_bytes(once)
        return read(path)

    monkeypatch.setattr("genarch.cli.doc.read_text", meanwhile)
    told = run(record.parent, record.name, "--spec", "filter.genarch.yaml")
    assert (told.returncode, record.read_bytes()) == (2, once)
    assert "0007-filter.md: has a block 'filter' that was just added; run it again" in told.stderr


def test_no_link_is_followed_out_of_the_tree(record: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "a.md"
    outside.write_text(MADR)
    (record.parent / "link.md").symlink_to(outside)
    told = run(record.parent, "link.md", "--spec", "filter.genarch.yaml")
    assert (told.returncode, outside.read_text()) == (2, MADR)
    assert f"link.md: is a link to a file outside the tree; to change that file, name {outside}" in told.stderr
    assert run(record.parent, str(outside), "--spec", "filter.genarch.yaml").returncode == 0
