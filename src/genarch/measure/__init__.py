"""Measuring a generator against a spec's budget, and the helper by which one answers `genarch measure --loop`.

The helper imports next to nothing, for generators that have much to load themselves.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def loop(make: Callable[[str], object]) -> None:
    """Make an image for each request of `genarch measure --loop`, until there are no more.

    To be called once the model is loaded. `make` gets the request's text, empty where --body gives none, and returns
    when the image is there, on the processor: what a GPU is still at work on has not been waited for. What it prints
    goes to standard error, since standard output carries the answers.
    """
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        answers.write("ready\n")
        answers.flush()
        for line in sys.stdin:
            number, _, request = line.rstrip("\n").partition(" ")
            make(request)
            answers.write(f"done {number}\n")
            answers.flush()
