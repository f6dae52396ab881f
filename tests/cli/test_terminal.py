"""The commands in a real terminal."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pexpect
import pytest

from genarch import Evaluation, RuleTable, Spec
from genarch.cli import output
from genarch.engine import evaluation
from genarch.reports import reporting
from terminal import at_terminal, ends

SPEC = "examples/specs/live-face-filter.genarch.yaml"


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_text_fits_the_terminal_and_has_colour(columns: int, root: Path) -> None:
    text, code = ends(at_terminal("evaluate", SPEC, folder=root, columns=columns))
    assert code == 0
    assert "\x1b[1;36mGAN\x1b[0m" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= columns


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_plain_terminal_gets_plain_text(env: dict[str, str], root: Path) -> None:
    text, code = ends(at_terminal("evaluate", SPEC, folder=root, env=env))
    assert code == 0
    assert "\x1b" not in text
    begins = (
        r"live-face-filter  Live face filter\nGAN \(clear: right in \d+ of \d+ left-out cases\)\nBudget   not shown"
    )
    assert re.match(begins, text)


def test_bash_completes(root: Path, tmp_path: Path) -> None:
    """In an interactive bash, which takes words apart at `=`: Tab, then Enter, and what the command was run with."""
    (tmp_path / "genarch").write_text(f'#!/bin/sh\nexec {sys.executable} -m genarch "$@"\n')
    (tmp_path / "genarch").chmod(0o755)
    (tmp_path / "rc").write_text(
        f"PS1='ready> '\nPATH={tmp_path}:$PATH\nbind 'set enable-bracketed-paste off'\n"
        'eval "$(_GENARCH_COMPLETE=source_bash genarch)"\ngenarch() { echo "ran: $*."; }\n'
    )
    arguments = ["--noprofile", "--rcfile", str(tmp_path / "rc"), "-i"]
    shell = pexpect.spawn(
        "bash", arguments, cwd=str(root), encoding="utf-8", timeout=30, env={**os.environ, "TERM": "dumb"}
    )
    for typed, meant in {
        "eval": "evaluate",
        "evaluate --set gpu=rtx-409": "evaluate --set gpu=rtx-4090",
        "evaluate --try gpu=l4,rtx-409": "evaluate --try gpu=l4,rtx-4090",
        "evaluate --format=jsonl": "evaluate --format=jsonl",
        "check --format sar": "check --format sarif",
        "show text-exc": "show text-excludes-plain-gan",
    }.items():
        shell.expect("ready> ")
        shell.send(f"genarch {typed}\t\r")
        shell.expect(r"ran: ([^.]*)\.\r\n")
        assert isinstance(shell.match, re.Match)
        assert shell.match[1].strip() == meant
    shell.close(force=True)


def test_a_full_report_is_shown_by_the_pager_that_is_named(root: Path, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho by the pager:\ncat\n")
    pager.chmod(0o755)
    named = {"PAGER": str(pager)}
    paged, code = ends(at_terminal("evaluate", "--full", SPEC, folder=root, env=named))
    assert (code, paged.splitlines()[0]) == (0, "by the pager:")
    for arguments in (["evaluate", SPEC], ["evaluate", "--full", "--no-pager", SPEC]):
        assert "by the pager" not in ends(at_terminal(*arguments, folder=root, env=named))[0]
    assert (
        "by the pager"
        not in ends(at_terminal("evaluate", "--full", SPEC, folder=root, env={**named, "TERM": "dumb"}))[0]
    )


def test_a_watched_spec_is_evaluated_again_until_an_interrupt(root: Path, tmp_path: Path) -> None:
    watched = tmp_path / "a.genarch.yaml"
    watched.write_text("version: 1\nconstraints: {domain: narrow}\n")
    child = at_terminal("evaluate", "--watch", watched, folder=root)
    child.expect("GAN")
    watched.write_text("version: 1\nconstraints: {domian: narrow}\n")
    child.expect("did you mean 'domain'")
    watched.write_text("version: 1\nconstraints: {control: fine}\n")
    child.expect("--full has every reason")
    (tmp_path / "genarch-evidence.yaml").write_text("format: 2\n")  # what was measured counts too
    child.expect("'2' is not a format version")
    child.sendintr()
    text, code = ends(child)
    assert code == 0
    assert "Traceback" not in text


@pytest.mark.parametrize("arguments", [["rules", "list"], ["explain", "consistency"], ["rules", "show", "lora"]])
def test_no_command_is_wider_than_the_terminal(arguments: list[str], root: Path) -> None:
    text, code = ends(at_terminal(*arguments, folder=root, columns=40))
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= 40


def slow(arguments: str, folder: Path, seconds: float = 0.05) -> pexpect.spawn[str]:
    """A run whose every spec takes a while, with less patience than usual."""

    def prepare() -> None:
        def evaluate(spec: Spec, rules: RuleTable) -> Evaluation:
            time.sleep(seconds)
            return evaluation.evaluate(spec, rules)

        vars(reporting)["evaluate"] = evaluate
        vars(output)["PATIENCE_SECONDS"] = 0.05

    return at_terminal(*arguments.split(), folder=folder, prepare=prepare)


def test_a_long_run_shows_progress_where_the_report_goes_elsewhere(root: Path, tmp_path: Path) -> None:
    text, code = ends(slow(f"evaluate examples/specs --format jsonl -o {tmp_path}/out.jsonl", root))
    assert code == 0
    assert "specs evaluated" in text
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 17


def test_no_progress_where_the_report_is_on_the_same_terminal(root: Path) -> None:
    text, code = ends(slow("evaluate examples/specs --format jsonl", root))
    assert code == 0
    assert "specs evaluated" not in text


def test_ctrl_c_ends_with_130(root: Path) -> None:
    child = slow("evaluate --full --no-pager examples/specs", root, 1)
    child.expect("avatar-editor")
    child.sendintr()
    text, code = ends(child)
    assert code == 130
    assert "Traceback" not in text
    assert "genarch: interrupted" in text
