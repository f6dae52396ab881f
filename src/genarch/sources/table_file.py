"""One rule table file: text to a validated record, with the place of everything in it."""

from __future__ import annotations

import re

from pydantic import ValidationError

from genarch.sources.record_file import RecordFile
from genarch.sources.table_format import ENTRY_ID, FORMAT_VERSION, RULE_ID, VERSION, PlainNumber, TableRecord
from genarch.sources.yaml_text import Fields, Items, Node

_FORMS = {
    ENTRY_ID: "an id; write small letters and digits, joined by '-' or '_'",
    RULE_ID: "an id; write small letters and digits, joined by '-'",
    VERSION: "a version; write three numbers, as 1.0.0",
}
_NUMBER = re.compile(r"[0-9.]+")


class TableFile(RecordFile):
    """A rule table as written: well-formed, names and conditions not yet resolved."""

    def __init__(self, path: str) -> None:
        """Read and validate.

        Raises:
            InputError: with every problem of form.
        """
        super().__init__(path, TableRecord, _FORMS, "a fact id; write it as E1")
        node = self.root
        if not isinstance(node, Fields):
            self.document.report(node, "", "must be a mapping; a rule table begins with 'format: 1'")
            raise self.document.error()
        if node.get("constraints") is not None and node.get("format") is None:
            self.document.report(node, "", "is a spec, not a rule table; give it as a path")
            raise self.document.error()
        try:
            self.record = TableRecord.model_validate(_data(node))
        except ValidationError as error:
            raise self.refused(error) from None
        if self.record.format != FORMAT_VERSION:
            self.report(("format",), f"this genarch reads format {FORMAT_VERSION}; write {FORMAT_VERSION}")
            raise self.document.error()
        self.document.check()


def _data(node: Node) -> object:
    """A node as pydantic takes it; a number without quotation marks is marked as one."""
    if isinstance(node, Fields):
        return {key.text: _data(value) for key, value in node.entries}
    if isinstance(node, Items):
        return [_data(item) for item in node.items]
    if node.plain and node.text in ("", "~", "null"):
        return None
    return PlainNumber(node.text) if node.plain and _NUMBER.fullmatch(node.text) else node.text
