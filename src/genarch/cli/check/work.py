"""One file checked, and many of them, on one processor or several."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from genarch.cli import exits
from genarch.documents.discovery import Candidate, Patterns, near_spec_name
from genarch.documents.document import DesignDocument, Judged, Policy, located
from genarch.documents.judge import duplicate, judge, with_severities
from genarch.documents.reader import Beside, beside, inactive_status, load_document, load_sidecar, read_document
from genarch.errors import InputError
from genarch.files.catalogue import load_catalogue
from genarch.files.io import decode, read_stream, refuse
from genarch.table.findings import CheckId, Located, Place
from genarch.table.rules import RuleTable

STDIN = "<stdin>"

_AT_ONCE = 64
"""Files that a process takes at a time."""


class Context(NamedTuple):
    """What every file is checked with; `required` are the documents that must state a spec."""

    rules: RuleTable
    policy: Policy
    required: Patterns


class Looked(NamedTuple):
    """What a look at one file gave.

    `document` is the one that binds, which for a spec file is that beside it, and `real` where it lies. `carries` is
    whether it states a spec, or tries to; `bare` that it states none, and must. `status` is told where the document was
    skipped for it.
    """

    path: str
    document: str = ""
    real: str = ""
    carries: bool = False
    bare: bool = False
    status: str = ""
    objections: tuple[Located, ...] = ()
    judged: tuple[Judged, ...] = ()
    failed: bool = False


def look(candidate: Candidate, context: Context) -> Looked:
    """Check one file; a bug met on the way is a finding, so that it costs the others nothing.

    Raises:
        InputError: when standard input cannot be read.
    """
    try:
        return _sidecar(candidate, context) if candidate.is_spec else _document(candidate.path, context)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  (one file's bug must not cost the others their check)
        place = Place(candidate.path, 1, 1)
        objection = located(CheckId("internal-error"), place, exits.bug(error))
        return Looked(candidate.path, candidate.path, carries=True, objections=(objection,), failed=True)


def look_at_all(candidates: Iterable[Candidate], context: Context, jobs: int) -> Iterator[Looked]:
    """Check files, in their order."""
    if jobs == 1:
        yield from (look(candidate, context) for candidate in candidates)
        return
    from multiprocessing import get_all_start_methods, get_context

    # A fork has the rule table already, and this process has one thread.
    way = get_context("fork" if "fork" in get_all_start_methods() and sys.platform == "linux" else None)
    with way.Pool(jobs, _begin, (context,)) as pool:
        yield from pool.imap(_look, candidates, _AT_ONCE)


_context: list[Context] = []


def _begin(context: Context) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells of it
    _context[:] = [context]


def _look(candidate: Candidate) -> Looked:
    return look(candidate, _context[0])


def _document(path: str, context: Context) -> Looked:
    if path == "-":
        return _judged(STDIN, _standard_input(context.rules), context)
    document = load_document(path, context.rules)
    required = context.required.match(path)
    if document is not None:
        looked = _judged(path, document, context)
        return looked._replace(bare=required and not looked.carries and not document.inactive)
    if not required:
        return Looked(path)
    status = inactive_status(path, context.rules)
    return Looked(path, path, os.path.realpath(path), bare=not status, status=status)


def _standard_input(rules: RuleTable) -> DesignDocument:
    """The document on standard input.

    Raises:
        InputError: when it is closed, too large or not in UTF-8.
    """
    if sys.stdin is None:
        raise refuse(STDIN, "is closed; give a document on it, or name a file")
    return read_document(decode(read_stream(sys.stdin.buffer, STDIN), STDIN), STDIN, rules)


def _sidecar(candidate: Candidate, context: Context) -> Looked:
    path = candidate.path
    if not candidate.named and (meant := near_spec_name(os.path.basename(path))):
        message = f"a spec file of this name is not looked for; name it {meant}"
        objection = located(CheckId("block-misspelt"), Place(path, 1, 1), message)
        return Looked(path, path, carries=True, objections=tuple(with_severities([objection], context.policy)))
    own = load_sidecar(path, context.rules)
    found = beside(own, context.rules)
    real = found.real if isinstance(found, Beside) else ""
    if candidate.beside and real not in candidate.beside:
        return Looked("")
    if found is None:
        if own.stated and own.stated[0].spec.decision is None:
            return Looked(path)  # a spec to evaluate, and no decision of anybody
        return _judged(path, own, context)
    if isinstance(found.document, Located):
        broken = own._replace(stated=(), defects=(*own.defects, found.document))
        return _judged(path, broken, context)._replace(real=real)
    other = found.document
    together = own._replace(
        path=other.path, status=other.status, prose=other.prose, chosen=() if other.stated else other.chosen
    )
    looked = _judged(path, together, context)._replace(real=real)
    first = {stated.spec.id: stated.place() for stated in reversed(other.stated)}
    mine = own.stated[0]
    if mine.spec.id not in first or together.inactive:
        return looked
    twice = with_severities([duplicate(mine.spec.id, mine.place("id"), first[mine.spec.id])], context.policy)
    return looked._replace(objections=(*looked.objections, *twice))


def _judged(path: str, document: DesignDocument, context: Context) -> Looked:
    # A quotation states nothing: what must carry a spec does not do so by quoting one.
    carries = bool(
        document.stated or any(defect.finding.check != CheckId("block-quoted") for defect in document.defects)
    )
    named = any(stated.spec.model for stated in document.stated)
    objections, judged = judge(document, context.rules, context.policy, load_catalogue() if named else None)
    status = document.status if carries and document.inactive else ""
    real = os.path.realpath(path)
    return Looked(
        path,
        document.path,
        real,
        carries,
        status=status,
        objections=tuple(objections),
        judged=tuple(judged),
    )
