"""Specs as commands take them: a file, or standard input."""

from __future__ import annotations

import sys

from genarch.model.spec import Spec
from genarch.model.table import RuleTable
from genarch.sources.files import decode, read_stream, refuse
from genarch.sources.spec_file import load_spec, parse_spec

STDIN = "<stdin>"


def read_spec(path: str, rules: RuleTable) -> Spec:
    """The spec in a file, or on standard input for `-`.

    Raises:
        InputError: with every problem of the spec.
    """
    if path != "-":
        return load_spec(path, rules)
    if sys.stdin is None:
        raise refuse(STDIN, "is closed; give a spec on it, or name a file")
    return parse_spec(decode(read_stream(sys.stdin.buffer, STDIN), STDIN), path=STDIN, rules=rules)
