"""`genarch` and `python -m genarch`."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial

from genarch.cli.app import app
from genarch.cli.output import guarded


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(100_000)  # hardly anything here is garbage that counting references leaves
    code = guarded(_run)
    gc.freeze()  # Python looks for garbage once more as it ends, which takes a short command a tenth of its time
    sys.exit(code)


def _run() -> int:
    """Run the command line; its end is a code, so that output is flushed under guard."""
    run = partial(app, prog_name="genarch")
    try:
        if os.environ.get("_GENARCH_COMPLETE") == "complete_bash":
            from genarch.cli.completion import in_bash

            in_bash(run)
        else:
            run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


if __name__ == "__main__":
    main()
