"""Baselines: the findings that a team knows of and does not want to fail for, without line numbers."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from genarch.documents.document import TeamSeverity
from genarch.errors import InputError, Problem, nearest
from genarch.files.checks import DOCUMENT_CHECKS
from genarch.files.io import read_text, refuse
from genarch.table.findings import SEVERITIES

NAMES = ("genarch.toml", "pyproject.toml")
"""The files that hold settings; in one folder the first counts."""


class Configuration(NamedTuple):
    """The settings, each with its default. Paths and globs are relative to `folder`; `path` is '' without a file."""

    folder: str
    path: str = ""
    rules: str | None = None
    fail_on: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    require_block: tuple[str, ...] = ()
    baseline: str | None = None
    waiver_days: int | None = None
    severity: Mapping[str, TeamSeverity] = {}


def find_configuration(folder: str) -> Configuration:
    """The nearest settings from a folder upwards; the defaults where there are none.

    A `pyproject.toml` without `[tool.genarch]` is passed by. What is found is not merged with what lies further up.

    Raises:
        InputError: when a file on the way cannot be read, or with every problem of the settings found.
    """
    here = os.path.realpath(folder)
    while True:
        for name in NAMES:
            path = os.path.join(here, name)
            if os.path.lexists(path) and (found := _read(_near(path, folder), required=name == NAMES[0])):
                return found
        above = os.path.dirname(here)
        if above == here:
            return Configuration(folder)
        here = above


def load_configuration(path: str) -> Configuration:
    """The settings in a file.

    Raises:
        InputError: when it has none, or with every problem.
    """
    found = _read(path, required=True)
    if found is None:
        raise refuse(path, "has no [tool.genarch]; add it, or name a genarch.toml")
    return found


def _near(path: str, folder: str) -> str:
    """A path as seen from a folder, where that is no longer than the path itself."""
    relative = os.path.relpath(path, os.path.realpath(folder))
    return relative if len(relative) < len(path) and os.path.realpath(folder) == os.path.realpath(".") else path


def _read(path: str, *, required: bool) -> Configuration | None:
    text = read_text(path)
    if os.path.basename(path) == "pyproject.toml" and "genarch" not in text:
        return None
    try:
        data: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        told = re.sub(r"\s*\(at line .*\)$", "", str(error)).lower()
        raise InputError([Problem(path, line, column, "", f"not TOML: {told}")]) from None
    if os.path.basename(path) == "pyproject.toml":
        tool = data.get("tool", {})
        data = tool.get("genarch") if isinstance(tool, dict) else None
        if data is None:
            return None
    if not isinstance(data, dict):
        raise refuse(path, "tool.genarch must be a table; write [tool.genarch]")
    return _Settings(path, text).read(data) if data or required else Configuration(os.path.dirname(path) or ".", path)


class _Settings:
    """Reads the settings of one file; notes what is wrong with each."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._problems: list[Problem] = []
        self._readers: Mapping[str, Callable[[str, Any], Any]] = {
            "rules": self._word,
            "fail_on": self._severity_or_never,
            "include": self._globs,
            "exclude": self._globs,
            "require_block": self._globs,
            "baseline": self._word,
            "waiver_days": self._days,
            "severity": self._severities,
        }

    def read(self, data: Mapping[str, Any]) -> Configuration:
        """The settings.

        Raises:
            InputError: with every problem.
        """
        stated: dict[str, Any] = {}
        for key, value in data.items():
            reader = self._readers.get(key)
            if reader is None:
                hint = nearest(key, self._readers) or f"; write any of: {', '.join(self._readers)}"
                self._note(key, f"is not a setting{hint}")
            else:
                stated[key] = reader(key, value)
        if self._problems:
            raise InputError(self._problems)
        return Configuration(os.path.dirname(self._path) or ".", self._path, **stated)

    def _note(self, key: str, message: str) -> None:
        name = key.rsplit(".", 1)[-1]
        found = re.search(rf"""^[ \t]*["']?{re.escape(name)}["']?[ \t]*=""", self._text, re.MULTILINE)
        line = self._text.count("\n", 0, found.start()) + 1 if found else None
        self._problems.append(Problem(self._path, line, 1 if found else None, key[:80], message))

    def _word(self, key: str, value: Any) -> str | None:
        if isinstance(value, str) and value:
            return value
        self._note(key, 'must be text; write it as "…"')
        return None

    def _globs(self, key: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        self._note(key, 'must be a list of globs; write ["docs/adr/*.md"]')
        return ()

    def _days(self, key: str, value: Any) -> int | None:
        if type(value) is int and 1 <= value <= 36_500:
            return value
        self._note(key, "must be a whole number of days from 1 to 36500")
        return None

    def _severity_or_never(self, key: str, value: Any) -> str:
        return self._one_of(key, value, (*SEVERITIES, "never"))

    def _severities(self, key: str, value: Any) -> dict[str, TeamSeverity]:
        if not isinstance(value, dict):
            self._note(key, "must be a table; write [tool.genarch.severity] and a line for each check")
            return {}
        for name in value:
            if name not in DOCUMENT_CHECKS:
                self._note(f"{key}.{name}", f"is not a check{nearest(name, DOCUMENT_CHECKS)}")
        words = (*SEVERITIES, "off")
        return {name: cast("TeamSeverity", self._one_of(f"{key}.{name}", word, words)) for name, word in value.items()}

    def _one_of(self, key: str, value: Any, words: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in words:
            return value
        hint = nearest(value, words) if isinstance(value, str) else ""
        self._note(key, f"'{str(value)[:40]}' is not one of: {', '.join(words)}{hint}")
        return words[0]


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
