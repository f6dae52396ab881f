"""The command line within this process: what a process of its own would give, without the time that it takes to start."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

from typer.testing import CliRunner

from genarch.cli.app import app


def run(
    *arguments: str | Path, stdin: str | bytes = "", cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run `genarch` in a folder; the output is that of a pipe, 80 columns wide."""
    words = [str(argument) for argument in arguments]
    with contextlib.chdir(cwd or os.getcwd()):
        result = CliRunner().invoke(app, words, prog_name="genarch", input=stdin, env={"COLUMNS": "80", **env})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(["genarch", *words], result.exit_code, result.stdout, result.stderr)
