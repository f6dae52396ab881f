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
    from genarch.cli.app import app

    app(prog_name="genarch")


if __name__ == "__main__":
    main()
