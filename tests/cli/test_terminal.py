"""The commands in a real terminal."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest

SPEC = "examples/specs/live-face-filter.genarch.yaml"


def on_a_terminal(
    arguments: list[str], root: Path, columns: int = 80, env: dict[str, str] | None = None
) -> tuple[str, int | None]:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "genarch", *arguments],
        cwd=str(root),
        dimensions=(24, columns),
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        timeout=20,
    )
    text = child.read()
    child.close()
    return text.replace("\r\n", "\n"), child.exitstatus


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_text_fits_the_terminal_and_has_colour(columns: int, root: Path) -> None:
    text, code = on_a_terminal(["evaluate", SPEC], root, columns)
    assert code == 0
    assert "\x1b[1;36mGAN\x1b[0m" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= columns


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_plain_terminal_gets_plain_text(env: dict[str, str], root: Path) -> None:
    text, code = on_a_terminal(["evaluate", SPEC], root, env=env)
    assert code == 0
    assert "\x1b" not in text
    assert text.startswith(
        "live-face-filter  Live face filter\nGAN (clear: right in 40 of 43 left-out cases)\nBudget   not shown to keep"
    )


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
    paged, code = on_a_terminal(["evaluate", "--full", SPEC], root, env=named)
    assert (code, paged.splitlines()[0]) == (0, "by the pager:")
    for arguments in (["evaluate", SPEC], ["evaluate", "--full", "--no-pager", SPEC]):
        assert "by the pager" not in on_a_terminal(arguments, root, env=named)[0]
    assert "by the pager" not in on_a_terminal(["evaluate", "--full", SPEC], root, env={**named, "TERM": "dumb"})[0]


def test_a_watched_spec_is_evaluated_again_until_an_interrupt(root: Path, tmp_path: Path) -> None:
    watched = tmp_path / "a.genarch.yaml"
    watched.write_text("version: 1\nconstraints: {domain: narrow}\n")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "genarch", "evaluate", "--watch", str(watched)],
        cwd=str(root),
        encoding="utf-8",
        timeout=20,
    )
    child.expect("GAN")
    watched.write_text("version: 1\nconstraints: {domian: narrow}\n")
    child.expect("did you mean 'domain'")
    watched.write_text("version: 1\nconstraints: {control: fine}\n")
    child.expect("--full has every reason")
    child.sendintr()
    text = child.read()
    child.close()
    assert child.exitstatus == 0
    assert "Traceback" not in text


@pytest.mark.parametrize("arguments", [["rules", "list"], ["explain", "consistency"], ["rules", "show", "lora"]])
def test_no_command_is_wider_than_the_terminal(arguments: list[str], root: Path) -> None:
    text, code = on_a_terminal(arguments, root, 40)
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= 40


def slow(arguments: str, seconds: float = 0.05) -> str:
    """A run whose every spec takes a while, with less patience than usual."""
    return (
        "import sys, time, genarch.engine.scoring as e, genarch.cli.output as t\n"
        "t.PATIENCE_SECONDS = 0.05\n"
        "real = e.evaluate\n"
        "def slow(spec, rules):\n"
        f"    time.sleep({seconds})\n"
        "    return real(spec, rules)\n"
        "e.evaluate = slow\n"
        f"sys.argv[1:] = {arguments.split()!r}\n"
        "from genarch.__main__ import main; main()\n"
    )


def test_a_long_run_shows_progress_where_the_report_goes_elsewhere(root: Path, tmp_path: Path) -> None:
    code = slow(f"evaluate examples/specs --format jsonl -o {tmp_path}/out.jsonl")
    child = pexpect.spawn(sys.executable, ["-c", code], cwd=str(root), encoding="utf-8", timeout=20)
    text = child.read()
    child.close()
    assert child.exitstatus == 0
    assert "specs evaluated" in text
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 17


def test_no_progress_where_the_report_is_on_the_same_terminal(root: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", slow("evaluate examples/specs --format jsonl")],
        cwd=str(root),
        encoding="utf-8",
        timeout=20,
    )
    text = child.read()
    child.close()
    assert "specs evaluated" not in text


def test_ctrl_c_ends_with_130(root: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", slow("evaluate --full --no-pager examples/specs", 1)],
        cwd=str(root),
        encoding="utf-8",
        timeout=40,
    )
    child.expect("avatar-editor")
    child.sendintr()
    text = child.read()
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in text
    assert "genarch: interrupted" in text
