"""`genarch` and `python -m genarch`."""

from __future__ import annotations

import sys

from genarch.cli import direct
from genarch.cli.evaluate import run_evaluate
from genarch.cli.exits import guarded


def main() -> None:
    """Run the command line and exit."""
    request = direct.parse(sys.argv[1:])
    if request is not None:
        sys.exit(guarded(lambda: run_evaluate(request)))
    sys.exit(guarded(_full_command_line))


def _full_command_line() -> int:
    """Run what the short way does not understand; its end is a code, so that output is flushed under guard."""
    from genarch.cli.app import app

    try:
        app(prog_name="genarch")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


if __name__ == "__main__":
    main()
