"""The format of documented cases as pydantic models, for its JSON Schema.

Files are read by `genarch.files.cases`; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, RootModel, StringConstraints, create_model

from genarch.files.cases import KEYS
from genarch.files.record_file import Record
from genarch.files.spec_format import spec_model
from genarch.files.specs import NAME, SLUG
from genarch.table.rules import VERDICTS_WITHOUT_FAMILY

VERDICTS = ("gan", "diffusion", "hybrid", *VERDICTS_WITHOUT_FAMILY)
"""Those of the bundled tables; a table of one's own may have other families."""

_Verdict = Annotated[str, Field(pattern=f"^(?:{NAME.pattern})$", examples=list(VERDICTS))]


class SourceRecord(Record):
    """Where a case is documented."""

    title: str | None = None
    url: str | None = None


def cases_model() -> type[RootModel[Any]]:
    """The model of a file of cases."""
    constraints: Any = spec_model().model_fields["constraints"].annotation
    spec: Any = create_model(
        "CaseSpec",
        __base__=Record,
        __doc__="What was known.",
        constraints=(constraints, Field(description="As in a spec.")),
    )
    fields: dict[str, Any] = {
        "id": (Annotated[str, StringConstraints(pattern=f"^(?:{SLUG.pattern})$")], Field(description="Used once.")),
        "title": (str | None, Field(None, description="A name for people.")),
        "year": (Annotated[int, Field(ge=1900, le=2099)] | None, Field(None, description="When it was decided.")),
        "summary": (str | None, None),
        "spec": (spec, Field(description="What was known, coded without looking at the choice.")),
        "chosen": (_Verdict, Field(description="The family that was decided for, or evaluate_both.")),
        "architecture": (str | None, Field(None, description="What was built, in the source's words.")),
        "acceptable": (
            list[_Verdict] | None,
            Field(None, description="Every verdict not to be counted wrong; absent: what was chosen."),
        ),
        "strict": (
            bool,
            Field(default=True, description="The source names the family, and the alternatives were on offer."),
        ),
        "reason": (str | None, Field(None, description="Why, in a sentence.")),
        "deciding": (list[str] | None, Field(None, description="What decided, in words of the collection.")),
        "source": (SourceRecord | None, None),
    }
    assert tuple(fields) == KEYS  # noqa: S101  (what the reader knows is what the schema says)
    case: Any = create_model("Case", __base__=Record, __doc__="One documented decision.", **fields)
    return create_model(
        "Cases", __base__=RootModel[Annotated[list[case], Field(min_length=1)]], __doc__="Documented cases for genarch."
    )
