"""`genarch waivers`: every waiver in the documents, those that end first before the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from genarch.cli import exits
from genarch.cli.check.settings import CheckRequest, Settings, settled
from genarch.documents.discovery import Skipped, candidates
from genarch.documents.document import DesignDocument
from genarch.documents.reader import beside, load_document, load_sidecar
from genarch.reports.findings import ListedWaiver, waivers_page


def run_waivers(request: CheckRequest, output_format: str) -> int:
    """List the waivers; what cannot be read is told, and exits as unusable input does.

    Raises:
        InputError: when an option, the configuration or the rule table cannot be used.
    """
    settings = settled(request)
    rows: list[ListedWaiver] = []
    code = exits.OK
    for document in _documents(request, settings):
        for defect in document.defects:
            exits.say(f"{defect.place.path}:{defect.place.line}:{defect.place.column}: {defect.finding.message}")
            code = exits.UNUSABLE
        if not document.inactive:
            rows += _rows(document, settings.policy.today)
    rows.sort(key=lambda row: (row.expires or "9999-99-99", row.path, row.line))
    if output_format == "json":
        from genarch.reports.json import as_json

        sys.stdout.write(as_json(rows))
    else:
        from genarch.cli.terminal import screen
        from genarch.reports.text import Look, as_text

        sys.stdout.write(as_text(waivers_page(rows), Look(*screen(sys.stdout))))
    return code


def _documents(request: CheckRequest, settings: Settings) -> Iterator[DesignDocument]:
    for item in candidates(request.paths or (".",), settings.selection):
        if isinstance(item, Skipped):
            continue
        if not item.is_spec:
            document = load_document(item.path, settings.rules)
            if document is not None:
                yield document
            continue
        own = load_sidecar(item.path, settings.rules)
        found = beside(own, settings.rules)
        other = found.document if found else None
        yield own._replace(status=other.status) if isinstance(other, DesignDocument) else own


def _rows(document: DesignDocument, today: str) -> Iterator[ListedWaiver]:
    for stated in document.stated:
        for at, waiver in enumerate(stated.spec.waivers):
            place = stated.place(f"waivers[{at}].rule", f"waivers[{at}]")
            expired = waiver.expires is not None and waiver.expires < today
            yield ListedWaiver(
                os.path.normpath(place.path),
                place.line,
                stated.spec.id,
                waiver.rule,
                waiver.reason,
                waiver.expires,
                waiver.approved_by,
                expired,
            )
