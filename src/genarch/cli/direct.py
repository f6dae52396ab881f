"""Scripted calls of `evaluate`, understood without the command-line library.

Importing that library takes longer than a spec takes to evaluate, and a script pays for it at every call. This reads
the plain form that scripts use, to the same request, and leaves everything else (help, abbreviations, mistakes) to
the full command line, which explains. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genarch.cli.evaluate import FORMATS, Request

_OPTIONS = {
    "--set": "settings",
    "--format": "format",
    "-o": "output",
    "--output": "output",
    "--rules": "rules",
    "--fail-on": "fail_on",
}

_FLAGS = {
    "--explore": ("explore", True),
    "--no-explore": ("explore", False),
    "--evidence": ("evidence", True),
    "--no-evidence": ("evidence", False),
}


def parse(arguments: Sequence[str]) -> Request | None:
    """The request, or None where it takes more to understand."""
    if not arguments or arguments[0] != "evaluate":
        return None
    paths: list[str] = []
    settings: list[str] = []
    texts: dict[str, Any] = {}
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "-" or not argument.startswith("-"):
            paths.append(argument)
            continue
        if argument in _FLAGS:
            field, stated = _FLAGS[argument]
            texts[field] = stated
            continue
        name, equals, value = argument.partition("=")
        if name not in _OPTIONS or (equals and not name.startswith("--")):
            return None
        if not equals:
            following = next(rest, None)
            if following is None or following.startswith("-"):
                return None
            value = following
        if name == "--set":
            settings.append(value)
        else:
            texts[_OPTIONS[name]] = value
    if not (paths or settings) or texts.get("format", "text") not in FORMATS:
        return None
    return Request(tuple(paths), tuple(settings))._replace(**texts)
