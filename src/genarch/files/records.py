"""What the pydantic models of the file formats have in common."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict

Location = tuple[int | str, ...]
"""Keys and positions from the top of the file, as pydantic gives them: `("rules", 3, "when")`."""

VISIBLE = r"\w"
"""The pattern of a text that says something."""


class Record(BaseModel):
    """A mapping of a format: unknown keys are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def keys_at(form: type[Record], location: Location) -> list[str]:
    """The keys that a format has in the mapping at a location (`("rules", 3, "source")`)."""
    model: Any = form
    for step in location:
        if isinstance(step, int):
            continue
        field = next((f for n, f in model.model_fields.items() if step in (n, f.alias)), None)
        model = field and _record_in(field.annotation)
        if model is None:
            return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _record_in(annotation: Any) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := _record_in(part))), None)
