"""Specs as commands take them: a file, or standard input."""

from __future__ import annotations

import sys

from genarch.files.io import decode, read_stream, refuse
from genarch.files.specs import load_spec, parse_spec
from genarch.table.rules import RuleTable
from genarch.table.spec import Spec

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
