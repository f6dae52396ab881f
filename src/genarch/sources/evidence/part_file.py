"""One file of the evidence catalogue: YAML to a validated record."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from genarch.sources.evidence.format import ID, MONTH, RESOLUTION, VERSION
from genarch.sources.record import Record
from genarch.sources.record_file import RecordFile
from genarch.sources.yaml_text import Fields, Items, Node

_FORMS = {
    ID: "an id; write small letters and digits, joined by '-' or '.'",
    RESOLUTION: "a resolution; write width and height, as 1024x1024",
    MONTH: "a month; write it as 2026-05, or two as 2026-03 to 2026-06",
    VERSION: "a version; write three numbers, as 1.0.0",
}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,9}")

_Form = TypeVar("_Form", bound=Record)


class PartFile(RecordFile, Generic[_Form]):
    """A part of the catalogue as written: well-formed, names not yet resolved."""

    def __init__(self, path: str, form: type[_Form]) -> None:
        """Read and validate.

        Raises:
            InputError: with every problem of form.
        """
        super().__init__(path, form, _FORMS, "what is wanted here")
        self.document.check()
        try:
            self.record = form.model_validate(_typed(self.root))
        except ValidationError as error:
            raise self.refused(error) from None


def _typed(node: Node) -> Any:
    """A node as pydantic takes it: plain scalars by their look, text in quotation marks as text."""
    if isinstance(node, Fields):
        return {key.text: _typed(value) for key, value in node.entries}
    if isinstance(node, Items):
        return tuple(_typed(item) for item in node.items)
    if not node.plain:
        return node.text
    if node.text in ("", "~", "null"):
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if _WHOLE.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if _DECIMAL.fullmatch(node.text) else node.text
