"""The command line at a terminal: in a fork of this process, without the time that a process of its own takes to start."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pexpect

from genarch.__main__ import main


def at_terminal(
    *arguments: str | Path,
    folder: Path,
    columns: int = 80,
    rows: int = 24,
    env: Mapping[str, str] = {},
    prepare: Callable[[], object] = lambda: None,
) -> pexpect.spawn[str]:
    """Run `genarch` in a folder, once `prepare` was called."""

    def program() -> None:
        code: object = 70
        os.closerange(3, 1 << 20)  # the parent waits for the end of one of them
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup ignores
        os.environ.update(env)
        sys.stdin, sys.stdout, sys.stderr = (open(number, mode) for number, mode in enumerate("rww"))  # noqa: SIM115
        sys.argv = ["genarch", *map(str, arguments)]
        try:
            prepare()
            main()
        except SystemExit as end:
            code = end.code
        finally:
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            finally:  # a terminal that is gone takes no more, and the tests must not go on here
                os._exit(code if isinstance(code, int) else 70)

    child = pexpect.spawn(
        sys.executable,
        cwd=str(folder),
        dimensions=(rows, columns),
        encoding="utf-8",
        preexec_fn=program,
        timeout=20,
    )
    child.delaybeforesend = None  # nothing here turns the echo off before it reads
    return child


def ends(child: pexpect.spawn[str]) -> tuple[str, int | None]:
    """The rest of what is shown, and the exit code."""
    text = child.read()
    child.wait()
    vars(child)["ptyproc"].delayafterclose = 0  # it has ended: nothing to wait for
    child.close()
    return text.replace("\r\n", "\n"), child.exitstatus
