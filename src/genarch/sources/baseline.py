"""Baselines: the findings that a team knows of and does not want to fail for, without line numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from genarch.errors import InputError, Problem
from genarch.sources.files import read_text, refuse

FORMAT_VERSION = 1
_LIMIT = 16 << 20


def read_baseline(path: str) -> Counter[str]:
    """The fingerprints in a baseline, each with how often it stands there.

    Raises:
        InputError: when the file is no baseline.
    """
    text = read_text(path, limit=_LIMIT)
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
        raise InputError([Problem(path, line, column, "", "not JSON; write it with --write-baseline")]) from None
    known = data.get("findings") if isinstance(data, dict) and data.get("genarch_baseline") == FORMAT_VERSION else None
    if not isinstance(known, list) or not all(isinstance(item, dict) for item in known):
        raise refuse(path, f"is no baseline of format {FORMAT_VERSION}; write one with --write-baseline")
    fingerprints = [item.get("fingerprint") for item in known]
    if not all(isinstance(fingerprint, str) for fingerprint in fingerprints):
        raise refuse(path, "has findings without a fingerprint; write it anew with --write-baseline")
    return Counter(map(str, fingerprints))


def baseline_text(findings: Iterable[Mapping[str, Any]]) -> str:
    """The text of a baseline of findings, in an order that shows well in a difference."""
    kept = [{key: finding[key] for key in ("file", "spec", "check", "fingerprint")} for finding in findings]
    kept.sort(key=lambda item: (item["file"], item["check"], item["fingerprint"]))
    lines = ",\n".join(f"    {json.dumps(item)}" for item in kept)
    body = f"[\n{lines}\n  ]" if kept else "[]"
    return f'{{\n  "genarch_baseline": {FORMAT_VERSION},\n  "findings": {body}\n}}\n'
