"""Processes that check files: one that dies costs the others nothing, and the end of all is quiet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from genarch.cli import checking
from genarch.cli.app import app
from genarch.cli.checking import Checked
from genarch.documents.discovery import ListedFile

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="processes begin as copies on Linux alone")
RECORD = "# A\n\n```yaml genarch\nversion: 1\nconstraints: {domain: narrow}\ndecision: gan\n```\n"


@FORKS
@pytest.mark.parametrize("dying", [{"one/007.md"}, {"one/000.md", "two/150.md", "two/151.md"}])
def test_a_process_that_dies_is_an_error_of_its_document(
    dying: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(160):
        path = Path("one" if number < 100 else "two", f"{number:03}.md")
        path.parent.mkdir(exist_ok=True)
        path.write_text(RECORD)

    def check_file(item: ListedFile, _: object) -> Checked:
        if item.path in dying:
            os._exit(9)
        return Checked(item.path, carries=True)

    monkeypatch.setattr(checking, "check_file", check_file)
    monkeypatch.setattr(checking, "_AT_ONCE", 8)
    result = CliRunner().invoke(app, ["check", "--no-config", "--format", "concise", "--jobs", "2", "."])
    assert result.exit_code == 4
    lines = [line for line in result.stdout.splitlines() if "internal-error" in line]
    assert {line.partition(":")[0] for line in lines} == dying
    assert all("the process that checked it was killed" in line for line in lines)


@FORKS
def test_the_end_that_is_asked_for_is_quiet_and_soon(tmp_path: Path) -> None:
    """Each of the two processes is at a file that takes a minute."""
    for name in "abcd":
        (tmp_path / f"{name}.md").write_text(RECORD)
    script = (
        "import time\nfrom genarch.cli import checking\nfrom genarch.__main__ import main\n"
        "def check_file(item, _):\n    open(f'{item.path}.begun', 'w').close()\n    time.sleep(60)\n"
        "checking.check_file, checking._AT_ONCE = check_file, 1\nmain()\n"
    )
    command = [sys.executable, "-c", script, "check", "--no-config", "--jobs", "2", "."]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while len(list(tmp_path.glob("*.begun"))) < 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (128 + signal.SIGTERM, b"", b"")
