"""`genarch fix`: what can be mended without asking anybody, put right in place or shown as a difference."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from difflib import unified_diff

from genarch.cli import exits
from genarch.cli.check.settings import CheckRequest, Settings, settled
from genarch.cli.output import written
from genarch.documents.discovery import Candidate, Skipped, candidates, specs_beside
from genarch.documents.editing import mended, with_skeleton
from genarch.documents.reader import beside, inactive_status, load_document, load_sidecar
from genarch.errors import InputError
from genarch.files.io import decode, read_bytes, refuse
from genarch.reports.escape import safe

_BOM = b"\xef\xbb\xbf"


def run_fix(request: CheckRequest, *, diff: bool) -> int:
    """Mend documents and spec files; with `diff` show what would change, and exit as findings do when something would.

    Raises:
        InputError: when an option, the configuration or the rule table cannot be used.
    """
    settings = settled(request)
    if "-" in request.paths:
        raise refuse("-", "fix mends files in place; name one")
    changed = 0
    code = exits.OK
    for item in candidates(request.paths or (".",), settings.selection):
        if isinstance(item, Skipped):
            continue
        try:
            for before, after in _mended(item, settings):
                changed += 1
                _show(item.path, before, after) if diff else _write(item.path, after)
        except InputError as error:
            for problem in error.problems:
                exits.say(str(problem))
            code = exits.UNUSABLE
    exits.say(f"{changed} file{'' if changed == 1 else 's'} {'would change' if diff else 'changed'}")
    return code or (exits.FINDINGS if diff and changed else exits.OK)


def _mended(item: Candidate, settings: Settings) -> Iterator[tuple[str, str]]:
    """The text before and after, where they differ.

    Raises:
        InputError: when a file that may need mending cannot be read.
    """
    if item.beside:
        return
    required = settings.require_block.match(item.path) and not item.is_spec
    document = None if item.is_spec else load_document(item.path, settings.rules)
    if document is None and not (item.is_spec or required):
        return
    content = read_bytes(item.path)
    before = ("\ufeff" if content.startswith(_BOM) else "") + decode(content, item.path)
    after = mended(before, item.path, settings.rules, spec_file=item.is_spec)
    if (
        required
        and after == before
        and not (document and (document.stated or document.defects))
        and _bare(item, settings)
    ):
        after = with_skeleton(before, item.path)
    if after != before:
        yield before, after


def _bare(item: Candidate, settings: Settings) -> bool:
    """Whether a document that has no block needs one: it is in force, and no spec file beside it states one."""
    if inactive_status(item.path, settings.rules):
        return False
    real = os.path.realpath(item.path)
    specs = (other.path for other in specs_beside(item.path))
    found = (beside(load_sidecar(path, settings.rules), settings.rules) for path in specs)
    return not any(other and other.real == real for other in found)


def _write(path: str, text: str) -> None:
    written(text, path)
    exits.say(f"{os.path.normpath(path)}: mended")


def _show(path: str, before: str, after: str) -> None:
    lines = unified_diff(before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
    for line in lines:
        sys.stdout.write(f"{safe(line)}\n")
