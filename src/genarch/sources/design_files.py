"""Files to design documents: what is never parsed, what cannot be read, and spec files beside documents."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from genarch.errors import InputError
from genarch.model import document_checks as checks
from genarch.model.documents import Defect, DesignDocument
from genarch.model.findings import Place
from genarch.model.table import RuleTable
from genarch.sources.design_document import read_document, read_sidecar
from genarch.sources.files import MAX_BYTES, decode, read_bytes, read_text, refuse
from genarch.sources.markdown import WORD
from genarch.sources.repository import repository_root

LONGEST_SCAN = 64 << 20
"""Bytes of a file too large to parse that are looked through for the word genarch: 64 MiB."""

_WORD = WORD.encode()
_WIDE_WORDS = tuple(WORD.encode(f"utf-{bits}-{order}") for bits in (16, 32) for order in ("le", "be"))
_DRIVE = re.compile(r"[A-Za-z]:|[\\/~]")


class Beside(NamedTuple):
    """The document that a spec file stands beside, or why it cannot be used; `real` is where it lies, or would."""

    document: DesignDocument | Defect
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


def beside(own: DesignDocument, rules: RuleTable) -> Beside | None:
    """The document that a spec file stands beside; None where it names none.

    A document lies in the repository of the spec file, or where there is none, in its folder or below.
    """
    if not own.stated or own.stated[0].spec.document is None:
        return None
    (stated,) = own.stated
    named = stated.spec.document or ""
    folder = os.path.dirname(own.path) or "."
    path = os.path.normpath(os.path.join(folder, named))

    def refused(message: str, real: str = "") -> Beside:
        told = f"document: '{named[:80]}' {message}"
        return Beside(Defect(checks.BLOCK_INVALID, stated.place("document"), told), real)

    if not named.strip() or _DRIVE.match(named) or "\0" in named:
        return refused("is no path from here; write one such as README.md")
    real = os.path.realpath(path)
    root = repository_root(folder) or os.path.realpath(folder)
    if not real.startswith(os.path.join(root, "")):
        return refused("lies outside of the project; name a document in it")
    try:
        return Beside(read_document(read_text(path), path, rules), real)
    except InputError as error:
        return refused(f"cannot be read: {error.problems[0].message}", real)


def inactive_status(path: str, rules: RuleTable) -> str:
    """The status of a document that states nothing, where it binds nobody any more; else empty."""
    try:
        document = read_document(read_text(path), path, rules)
    except InputError:
        return ""
    return document.status if document.inactive else ""


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
    if _mentions_wide(content):
        raise refuse(path, "not UTF-8, but UTF-16 or UTF-32; save it as UTF-8")
    return content if _WORD in content.lower() else None


def _mentions(content: bytes) -> bool:
    return _WORD in content.lower() or _mentions_wide(content)


def _mentions_wide(content: bytes) -> bool:
    """Whether the word is there in an encoding of two or four bytes a character."""
    return b"\0" in content and any(word in content.lower() for word in _WIDE_WORDS)


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
                tail = chunk[-4 * len(WORD) :]
                seen += len(chunk)
                if seen > LONGEST_SCAN:
                    raise refuse(path, f"larger than {LONGEST_SCAN >> 20} MiB; exclude it")
    except OSError as error:
        raise refuse(path, error.strerror or str(error)) from error
    return False


def _unreadable(path: str, error: InputError) -> Defect:
    return Defect(checks.DOCUMENT_UNREADABLE, Place(path, 1, 1), error.problems[0].message)
