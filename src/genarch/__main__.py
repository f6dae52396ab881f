"""`genarch` and `python -m genarch`."""

from __future__ import annotations

import sys

from genarch.cli.app import app
from genarch.cli.command import guarded


def main() -> None:
    """Run the command line and exit."""
    sys.exit(guarded(_run))


def _run() -> int:
    """Run the command line; its end is a code, so that output is flushed under guard."""
    try:
        app(prog_name="genarch")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


if __name__ == "__main__":
    main()
