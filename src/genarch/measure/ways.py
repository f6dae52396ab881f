"""The three ways to have an image made: a command for each, a process that answers requests, an address."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import (
    BadStatusLine,
    HTTPConnection,
    HTTPException,
    HTTPSConnection,
    IncompleteRead,
    RemoteDisconnected,
)
from select import select
from shlex import join
from threading import Timer
from time import monotonic
from typing import Literal, Protocol
from urllib.parse import urlsplit

from genarch.files.io import refuse
from genarch.measure.machine import Watch
from genarch.measure.processes import Child, GeneratorError
from genarch.values import NamedTuple

MOST_ANSWERED = 64 << 20
"""Bytes of one answer over HTTP: 64 MiB."""

_LONGEST_LINE = 4_000
"""Bytes of a request or an answer of a process: they always fit into a pipe."""

_SHOWN = 80

Kind = Literal["command", "loop", "url"]


class Way(Protocol):
    """How images are made."""

    @property
    def kind(self) -> Kind:
        """Which of the three it is."""

    @property
    def shown(self) -> str:
        """The command or the address."""

    def start(self, seconds: float, /) -> float | None:
        """Get ready within so many seconds; the seconds until it said that it was, None where it says nothing."""

    def make(self, number: int, seconds: float) -> None:
        """Have an image made within so many seconds.

        Raises:
            GeneratorError: when it was not.
        """

    def settle(self) -> None:
        """What is no part of an image's time, after it: see that it was made.

        Raises:
            GeneratorError: when it was not.
        """

    def end(self) -> None:
        """Leave nothing behind."""


class CommandWay:
    """A command that makes an image each time it is run; `{n}` in it stands for the number of the image."""

    kind: Kind = "command"

    def __init__(self, command: Sequence[str], watch: Watch) -> None:
        """What is run, and what looks at its memory."""
        self.shown = join(command)
        self._command, self._watch = command, watch
        self._child: Child | None = None

    def start(self, _seconds: float, /) -> float | None:
        """Nothing to do."""
        return None

    def make(self, number: int, seconds: float) -> None:
        """Run it, to its end."""
        self._child = Child([word.replace("{n}", str(number)) for word in self._command], self._watch)
        self._child.wait(seconds)

    def settle(self) -> None:
        """See that it ended well, and end what it has left behind."""
        if self._child:
            self._child.check()
            self._child = None

    def end(self) -> None:
        """End what runs."""
        if self._child:
            self._child.end()


class LoopWay:
    """A process that loads once, and answers a line for each request: `1` or `1 TEXT` gets `done 1`."""

    kind: Kind = "loop"

    def __init__(self, command: Sequence[str], watch: Watch, body: str = "") -> None:
        """`body` is the text of a request, `{n}` in it the number of the image.

        Raises:
            InputError: when that is no single line, or too long for one.
        """
        if "\n" in body or len(body.encode()) > _LONGEST_LINE - 40:
            raise refuse("--body", f"must be one line of at most {_LONGEST_LINE - 40} bytes for a process")
        self.shown = join(command)
        self._command, self._watch, self._body = command, watch, body
        self._child: Child | None = None
        self._left = b""

    def start(self, seconds: float, /) -> float | None:
        """Start it, and wait until it is ready."""
        began = monotonic()
        self._child = Child(self._command, self._watch, answering=True)
        self._expect("ready", seconds, "--seconds")
        return monotonic() - began

    def make(self, number: int, seconds: float) -> None:
        """Send a request, and wait for its answer."""
        assert self._child  # noqa: S101  (started before)
        if select([self._child.answers.fileno()], [], [], 0)[0] and os.read(self._child.answers.fileno(), 1):
            raise self._child.failure("wrote to its standard output before the next image was requested")
        request = f"{number} {self._body.replace('{n}', str(number))}".rstrip() + "\n"
        try:
            os.write(self._child.requests.fileno(), request.encode())
        except OSError:
            raise self._child.failure("closed its standard input", "before all images were made") from None
        self._expect(f"done {number}", seconds)

    def _expect(self, line: str, seconds: float, option: str = "--timeout") -> None:
        assert self._child  # noqa: S101  (started before)
        answers, deadline = self._child.answers.fileno(), monotonic() + seconds
        while b"\n" not in self._left:
            there, _, _ = select([answers], [], [], max(0.0, deadline - monotonic()))
            if not there:
                raise self._child.failure(f"did not answer '{line}' within {seconds:g} s; raise {option} to allow more")
            part = os.read(answers, 1 << 16)
            if not part:
                alone = "" if line != "ready" else "; leave --loop out for a command that makes one image"
                raise self._child.failure("closed its standard output", f"before writing '{line}'{alone}")
            self._left += part
            if len(self._left) > _LONGEST_LINE:
                break
        answer, _, self._left = self._left.partition(b"\n")
        right = answer.rstrip(b"\r") == line.encode()
        if not right or self._left:
            got = (self._left if right else answer)[:_SHOWN].decode(errors="replace").rstrip()
            says = f"wrote '{got}' {'after' if right else 'instead of'} the line '{line}'"
            raise self._child.failure(f"{says}; write nothing else to standard output, as genarch.measure.loop does")

    def settle(self) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """End it, having looked once more at the memory that it has taken."""
        if self._child:
            self._watch.look()
            self._child.end()


class Address(NamedTuple):
    """Where requests go, and what they are; nothing else is asked, and no redirection is followed."""

    url: str
    method: str = "POST"
    body: str = ""
    headers: Mapping[str, str] = {}

    def checked(self) -> Address:
        """The same.

        Raises:
            InputError: when it is no address of a server.
        """
        try:
            parts = urlsplit(self.url)
            known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            known = False
        if not known or not self.url.isascii() or any(character <= " " for character in self.url):
            raise refuse(
                "--url", f"'{self.url[:_SHOWN]}' is not a URL; write one such as http://localhost:8000/generate"
            )
        if urlsplit(self.url).username is not None:
            raise refuse("--url", "contains a user name or a password; pass them with --header")
        return self

    @property
    def shown(self) -> str:
        """The address without its query, which may hold a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def ask(self, number: int, seconds: float, begun: Callable[[Callable[[], None]], object] = lambda _: None) -> None:
        """Send one request, over a connection of its own, and read the answer to its end.

        `begun` gets what breaks it off.

        Raises:
            GeneratorError: when that takes longer, or the answer is no success.
        """
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port
        connection = (
            HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
            if parts.scheme == "https"
            else HTTPConnection(host, port, timeout=seconds)
        )
        late: list[bool] = []

        def stop() -> None:
            late.append(True)
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)

        begun(stop)
        guard = Timer(seconds, stop)  # a server that sends a byte now and then would never be too late for the socket
        guard.daemon = True
        guard.start()
        try:
            connection.connect()
            guarded = connection.sock  # the connection lets go of it where the server says that it closes
            body = self.body.replace("{n}", str(number)).encode()
            target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request(self.method, target, body or None, dict(self.headers))
            answer = connection.getresponse()
            connection.sock = connection.sock or guarded
            length = 0
            while part := answer.read1(1 << 16):
                length += len(part)
                if length > MOST_ANSWERED:
                    raise GeneratorError(f"answered with more than {MOST_ANSWERED >> 20} MiB")
            if late:
                raise GeneratorError(_late(seconds))
            if answer.length:  # reading by parts does not raise for what is missing
                raise GeneratorError(f"ended its answer {answer.length} bytes early")
            if not 200 <= answer.status < 300:
                moved = "; redirects are not followed" if 300 <= answer.status < 400 else ""
                raise GeneratorError(f"answered with status {answer.status} {answer.reason}"[:_SHOWN] + moved)
        except (OSError, HTTPException) as error:
            if late or isinstance(error, TimeoutError):
                raise GeneratorError(_late(seconds)) from None
            raise GeneratorError(_broken(error)) from None
        finally:
            guard.cancel()
            connection.close()


def _broken(error: OSError | HTTPException) -> str:
    """What went wrong with a connection or an answer, and what to do where that can be said."""
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection; start the server first, or correct the address"
    if isinstance(error, socket.gaierror):
        return "has an unknown host name; correct the address"
    if isinstance(error, IncompleteRead):
        return "broke its answer off"
    if isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
        return "answered with something other than HTTP; correct the address"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:_SHOWN]


def _late(seconds: float) -> str:
    return f"did not answer within {seconds:g} s; raise --timeout to allow more"


class UrlWay:
    """A server that makes an image for each request."""

    kind: Kind = "url"

    def __init__(self, address: Address) -> None:
        """Where, and with what."""
        self.address = address
        self.shown = address.shown

    def start(self, _seconds: float, /) -> float | None:
        """Nothing to do."""
        return None

    def make(self, number: int, seconds: float) -> None:
        """Send a request."""
        self.address.ask(number, seconds)

    def settle(self) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """Nothing to do."""
