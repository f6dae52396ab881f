"""Run one target under Atheris: `python -m fuzz.run TARGET [options of libFuzzer] [corpus]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["genarch", "markdown_it"]):
    from fuzz.targets import TARGETS


def main() -> None:
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
