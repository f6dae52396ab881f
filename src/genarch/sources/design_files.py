"""Files to design documents: what is never parsed, what cannot be read, and spec files beside documents."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from genarch.errors import InputError
from genarch.model import document_checks as checks
from genarch.model.documents import Defect, DesignDocument
from genarch.model.findings import Check, Place
from genarch.model.table import RuleTable
from genarch.sources.design_document import read_document, read_sidecar
from genarch.sources.files import MAX_BYTES, decode, read_bytes, read_text, refuse
from genarch.sources.markdown import WORD

LONGEST_SCAN = 64 << 20
"""Bytes of a file too large to parse that are looked through for the word genarch: 64 MiB."""

_WORD = WORD.encode()
_WIDE_WORDS = (WORD.encode("utf-16-le"), WORD.encode("utf-16-be"))
_DRIVE = re.compile(r"[A-Za-z]:|[\\/~]")


class Beside(NamedTuple):
    """A spec file with the document that it stands beside: `path` as it is shown, `real` as it lies on the disk."""

    own: DesignDocument
    document: DesignDocument
    real: str


def load_document(path: str, rules: RuleTable) -> DesignDocument | None:
    """A Markdown document; None where it does not mention genarch, which is told before anything is parsed."""
    try:
        content = _content(path)
        return None if content is None else read_document(decode(content, path), path, rules)
    except InputError as error:
        return DesignDocument(path, defects=(_unreadable(path, error),))


def load_sidecar(path: str, rules: RuleTable) -> DesignDocument:
    """A spec file as a document of its own."""
    try:
        text = read_text(path)
    except InputError as error:
        return DesignDocument(path, defects=(_unreadable(path, error),))
    return read_sidecar(text, path, rules)


def beside(own: DesignDocument, root: str, rules: RuleTable) -> Beside | Defect | None:
    """A spec file with its document; None where it names none, a defect where that cannot be used.

    `root` is the folder that a document must lie in.
    """
    if not own.stated or own.stated[0].spec.document is None:
        return None
    (stated,) = own.stated
    named = stated.spec.document or ""
    path = os.path.normpath(os.path.join(os.path.dirname(own.path), named))

    def refused(message: str) -> Defect:
        return Defect(checks.BLOCK_INVALID, stated.place("document"), f"document: '{named[:80]}' {message}")

    if not named.strip() or _DRIVE.match(named) or "\0" in named:
        return refused("is no path from here; write one such as README.md")
    real = os.path.realpath(path)
    if not real.startswith(os.path.join(os.path.realpath(root), "")):
        return refused("lies outside of the project; name a document in it")
    try:
        document = read_document(read_text(path), path, rules)
    except InputError as error:
        return refused(f"cannot be read: {error.problems[0].message}")
    return Beside(own, document, real)


def _content(path: str) -> bytes | None:
    """A document's bytes, where they mention genarch.

    Raises:
        InputError: when they do, or may, and cannot be read whole.
    """
    if _too_large(path):
        if not _mentioned_in(path):
            return None
        raise refuse(path, f"larger than {MAX_BYTES // 1024} KiB, and mentions {WORD}; split it, or exclude it")
    content = read_bytes(path)
    return content if _mentions(content) else None


def _mentions(content: bytes) -> bool:
    folded = content.lower()
    return _WORD in folded or (b"\0" in content and any(word in folded for word in _WIDE_WORDS))


def _too_large(path: str) -> bool:
    try:
        return os.path.getsize(path) > MAX_BYTES and os.path.isfile(path)
    except OSError:
        return False  # which reading it tells in words


def _mentioned_in(path: str) -> bool:
    """Whether a large file mentions genarch.

    Raises:
        InputError: when it is too large even to look through.
    """
    seen = 0
    tail = b""
    try:
        with open(path, "rb") as stream:
            while chunk := stream.read(MAX_BYTES):
                if _mentions(tail + chunk):
                    return True
                tail = chunk[-2 * len(WORD) :]
                seen += len(chunk)
                if seen > LONGEST_SCAN:
                    raise refuse(path, f"larger than {LONGEST_SCAN >> 20} MiB; exclude it")
    except OSError as error:
        raise refuse(path, error.strerror or str(error)) from error
    return False


def _unreadable(path: str, error: InputError, check: Check = checks.DOCUMENT_UNREADABLE) -> Defect:
    return Defect(check, Place(path, 1, 1), error.problems[0].message)
