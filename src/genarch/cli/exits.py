"""How a command ends: its exit code, and what it says of what went wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import IntEnum
from io import StringIO, TextIOWrapper

import typer

from genarch.errors import GenarchError, InputError
from genarch.files.io import refuse
from genarch.reports.escape import safe


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    """No findings."""
    FINDINGS = 1
    """A verdict or finding that `--fail-on` names."""
    UNUSABLE = 2
    """Bad usage or unusable input: no verdict for it."""
    NOTHING = 3
    """Nothing to check."""
    BUG = 4
    """A bug in genarch."""
    INTERRUPTED = 130


def guarded(run: Callable[[], int]) -> int:
    """Run something; what it raises becomes an exit code and a message, except what typer shows with the usage."""
    _repair_streams()
    try:
        code = run()
        sys.stdout.flush()
    except (typer.BadParameter, typer.Exit):
        raise
    except InputError as error:
        say_problems(error)
        return ExitCode.UNUSABLE
    except GenarchError as error:
        say(str(error))
        return ExitCode.UNUSABLE
    except KeyboardInterrupt:
        say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return ExitCode.OK
    except OSError as error:
        discard_output()
        say(f"{error.filename or 'output'}: {error.strerror or error}")
        return ExitCode.UNUSABLE
    except Exception as error:  # noqa: BLE001  (the outermost floor: anything left is a bug, and reported as one)
        say(bug(error))
        return ExitCode.BUG
    return code


def _repair_streams() -> None:
    """Stand-ins for streams that the caller closed; whatever the encoding, no title can stop a report."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (open to the end)
    if sys.stdout is None:
        sys.stdout = _Closed()
    elif isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class _Closed(StringIO):
    """Standard output that is not there: writing to it is an error, and not a bug."""

    def write(self, _text: str, /) -> int:
        """Refuse.

        Raises:
            InputError: always.
        """
        raise refuse("standard output", "is closed; open it, or write to a file")


def bug(error: Exception) -> str:
    """What to say of a bug: what it was and where, on one line; the traceback with GENARCH_TRACEBACK set."""
    import traceback

    if os.environ.get("GENARCH_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"internal error{where}: {type(error).__name__}: {error}; please report it (GENARCH_TRACEBACK=1 shows more)"


def say(message: str) -> None:
    """A line to standard error, which never carries the report."""
    print(f"genarch: {safe(message)}", file=sys.stderr)  # noqa: T201


def say_problems(error: InputError) -> None:
    """A line for each problem."""
    for problem in error.problems:
        say(str(problem))


def discard_output() -> None:
    """Whoever read standard output has gone: what is still to be flushed goes nowhere."""
    if not isinstance(sys.stdout, _Closed):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
