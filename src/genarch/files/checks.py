"""The checks on documents and on rule tables: what each looks for and examples of it, read from `rules/checks`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple, cast

from genarch.files.cache import rules_folder
from genarch.files.io import read_text
from genarch.files.yaml_text import Document, Fields, Scalar, parse
from genarch.table.findings import Severity

Waivable = Literal["never", "with_reason", "with_approval"]
"""Who may waive a finding: nobody, whoever gives a reason, or whoever also names who approved it."""


class Check(NamedTuple):
    """One thing that is checked; `rationale` says why it matters and what to do about it.

    `fails` and `passes` are examples of what it finds and of what it leaves alone, empty where one file alone cannot
    show it.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    waivable: Waivable = "with_reason"
    fails: str = ""
    passes: str = ""


class Checks(Mapping[str, Check]):
    """Check by id, in the order of the ids; each is a folder with a `check.yaml`, read when it is asked for."""

    def __init__(self, subject: Literal["documents", "tables"]) -> None:
        """The checks on a subject, which is the name of their folder."""
        self._subject = subject
        self._read: dict[str, Check] = {}

    @cached_property
    def _folders(self) -> Mapping[str, str]:
        above = os.path.join(rules_folder(), "checks", self._subject)
        return {name: os.path.join(above, name) for name in sorted(os.listdir(above))}

    def __getitem__(self, name: str) -> Check:
        """The check of this id.

        Raises:
            KeyError: when there is none.
        """
        if name not in self._read:
            self._read[name] = _read(self._folders[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """The ids."""
        return iter(self._folders)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._folders)


DOCUMENT_CHECKS = Checks("documents")
TABLE_CHECKS = Checks("tables")


def _read(folder: str) -> Check:
    path = os.path.join(folder, "check.yaml")
    node = parse(Document(read_text(path), path))
    entries = node.entries if isinstance(node, Fields) else ()
    texts = {key.text: value.text for key, value in entries if isinstance(value, Scalar)}
    return Check(
        os.path.basename(folder),
        texts["title"],
        cast("Severity", texts["severity"]),
        texts["rationale"],
        cast("Waivable", texts.get("waivable", "with_reason")),
        _example(folder, "fails"),
        _example(folder, "passes"),
    )


def _example(folder: str, name: str) -> str:
    path = os.path.join(folder, f"{name}.md")
    return read_text(path) if os.path.exists(path) else ""
