"""A command that is started and ended with all that it starts, and never waited for without bound."""

from __future__ import annotations

import errno
import os
import re
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from subprocess import DEVNULL, PIPE, Popen
from threading import Thread, Timer
from typing import IO

from genarch.errors import GenarchError
from genarch.measure.machine import Watch, started_at

MOST_OUTPUT = 256 << 20
"""Bytes that a command may write: 256 MiB, beyond which it is ended."""

_LAST = 2_000
_PATIENCE = 2.0
_SHOWN = 200


_BY_ANOTHER = "; make it executable, or name what runs it, as in python3 FILE"
_STARTED_BY = {
    errno.ENOENT: "; correct the name, or give its path",
    errno.EACCES: _BY_ANOTHER,
    errno.ENOEXEC: _BY_ANOTHER,
}
"""What to do where the system cannot start a command, by its error."""


class GeneratorError(GenarchError):
    """What a generator did in place of making an image."""


class Child:
    """A running command: what it writes is read and counted, and it is ended when its time is up."""

    def __init__(self, command: Sequence[str], watch: Watch, *, answering: bool = False) -> None:
        """Start it; `answering` leaves standard input and output to the caller.

        Raises:
            GeneratorError: when it cannot be started.
        """
        pipes = PIPE if answering else DEVNULL
        try:
            self._process: Popen[bytes] = Popen(  # noqa: S603  (it is the command that was given)
                list(command), stdin=pipes, stdout=PIPE, stderr=PIPE, bufsize=0, start_new_session=True
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            advice = _STARTED_BY.get(getattr(error, "errno", 0), "")
            raise GeneratorError(f"'{command[0]}' cannot be started: {reason.lower()}{advice}") from None
        self._watch = watch
        watch.look_at(self._process.pid)
        self._why = ""
        self._errors = b""
        self._written = 0
        self._ended = False
        streams = [self._process.stderr] if answering else [self._process.stdout, self._process.stderr]
        self._readers = [Thread(target=self._read, args=(stream,), daemon=True) for stream in streams if stream]
        for reader in self._readers:
            reader.start()

    @property
    def requests(self) -> FileIO:
        """Its standard input."""
        return _raw(self._process.stdin)

    @property
    def answers(self) -> FileIO:
        """Its standard output."""
        return _raw(self._process.stdout)

    def wait(self, seconds: float) -> None:
        """Wait until it has ended well.

        Raises:
            GeneratorError: when it has not after so long, wrote too much, or ended otherwise.
        """
        guard = Timer(seconds, self._stop, [f"took more than {seconds:g} s; raise --timeout to allow more"])
        guard.daemon = True
        guard.start()
        try:
            if hasattr(os, "waitid"):
                # Not waited for as a child yet, so that its id stays its own until all it has left behind is ended.
                os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            else:
                self._process.wait()
        finally:
            guard.cancel()

    def check(self) -> None:
        """End what it has left behind, once it has ended.

        Raises:
            GeneratorError: when it did not end well.
        """
        code = self.end()
        if self._why or code:
            raise GeneratorError(self._why or self._failed(code))

    def failure(self, otherwise: str, before: str = "") -> GeneratorError:
        """End it; the error for what went wrong with it.

        With `before`, it may be ending by itself, before something; then it has a moment to do so.
        """
        with suppress(OSError):
            self.requests.close()
        deadline = time.monotonic() + (0.5 if before else 0.0)
        while not self._gone() and time.monotonic() < deadline:
            time.sleep(0.01)
        running = not self._gone()
        code = self.end()
        if running or not (code or before):
            return GeneratorError(self._why or f"{otherwise} {before}".rstrip())
        return GeneratorError(self._why or (self._failed(code) if code else f"exited {before}"))

    def _gone(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        with suppress(ChildProcessError):
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
        return True

    def end(self) -> int:
        """End it and all that it started, first by asking; its exit code, negative where a signal ended it.

        Where that is interrupted, it is to be done again.
        """
        self._ended = True
        if self._watch.process != self._process.pid:
            return self._process.returncode or 0
        own, seen = self._process.pid, self._watch.seen
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for process in self._running():
                with suppress(OSError):
                    os.kill(process, sign)
            deadline = time.monotonic() + _PATIENCE
            while self._running() and time.monotonic() < deadline:
                time.sleep(0.005)
        with suppress(OSError, AttributeError):
            os.killpg(own, signal.SIGKILL)
        self._watch.reap()
        code = self._process.wait()
        seen.clear()
        for reader in self._readers:
            reader.join(_PATIENCE)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                stream.close() if stream else None
        self._watch.process = None
        return code

    def _running(self) -> list[int]:
        """Those processes of it that still run; one whose id is another's by now is none of them."""
        for process in self._watch.family():
            self._watch.seen.setdefault(process, started_at(process))
        return [one for one, start in list(self._watch.seen.items()) if start and started_at(one) == start]

    def _stop(self, why: str) -> None:
        """End it for a reason; whoever waits for it goes on."""
        if self._ended:
            return
        self._why = self._why or why
        with suppress(OSError, AttributeError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self, stream: IO[bytes]) -> None:
        with suppress(OSError, ValueError):
            while part := os.read(stream.fileno(), 1 << 16):
                self._written += len(part)
                if stream is self._process.stderr:
                    self._errors = (self._errors + part)[-_LAST:]
                if self._written > MOST_OUTPUT:
                    self._stop(f"wrote more than {MOST_OUTPUT >> 20} MiB; write less, or write to a file")

    def _failed(self, code: int) -> str:
        how = f"exited with {code}" if code > 0 else f"was killed by {_signal_name(-code)}"
        lines = [line for line in re.split(r"[\r\n]+", self._errors.decode(errors="replace")) if line.strip()]
        return f"{how}{f': {lines[-1].strip()[:_SHOWN]}' if lines else ''}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _raw(stream: IO[bytes] | None) -> FileIO:
    assert isinstance(stream, FileIO)  # noqa: S101  (pipes without a buffer are)
    return stream
