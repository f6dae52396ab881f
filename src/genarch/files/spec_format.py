"""The format of specs as a pydantic model, made from the declared constraints.

It validates mappings that come from Python and gives the JSON Schema. Spec files are typed scalar by scalar as they
are read (`genarch.files.answers`), from the same declaration and without importing pydantic; tests hold the two
against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    create_model,
)

from genarch.errors import InputError, Problem
from genarch.files.answers import unknown_key
from genarch.files.record_file import Record
from genarch.files.specs import (
    FORMAT_VERSION,
    KEYS,
    NAME,
    SLUG,
    SOMETHING,
    TABLE_AT_VERSION,
    WAIVER_KEYS,
    unknown_model,
)
from genarch.table.answers import MAX_DIGITS, InvalidAnswerError, parse_answer
from genarch.table.constraints import BY_NAME, CONSTRAINTS, Constraint, Value
from genarch.table.spec import Origin, Spec, Waiver

# A Literal[1] would take True, which equals it.
_FormatVersion = Annotated[int, Field(ge=FORMAT_VERSION, le=FORMAT_VERSION), WithJsonSchema({"const": FORMAT_VERSION})]
_UNKNOWN = {"enum": ["unknown", None]}
_ORIGIN = "<python>"


def _calendar_date(value: object) -> object:
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"'{value[:40]}' is not a calendar date; write it as 2027-03-31") from None
    return value


class WaiverRecord(Record):
    """A stated exception to a finding."""

    rule: Annotated[str, StringConstraints(pattern=SOMETHING.pattern)]
    """The id of what is waived."""
    reason: Annotated[str, StringConstraints(pattern=SOMETHING.pattern)]
    """Why, for whoever reads it later."""
    expires: Annotated[str | None, BeforeValidator(_calendar_date), Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = (
        None
    )
    """The last valid day, as 2027-03-31 (UTC)."""
    approved_by: str | None = None
    """Who agreed."""


def _known(value: object) -> object:
    return None if value == "unknown" else value


def _annotation(constraint: Constraint) -> Any:
    """The type of one constraint's answer in Python, and how a schema has it."""
    kind: Any
    match constraint.kind:
        case "choice":
            kind = Literal[constraint.values]
            schema: dict[str, Any] = {"enum": [*constraint.values, *constraint.aliases, "unknown", None]}
        case "set":
            member: Any = Literal[constraint.values]
            kind = tuple[member, ...]
            members = {"type": "array", "items": {"enum": list(constraint.values)}, "uniqueItems": True}
            schema = {"anyOf": [members, _UNKNOWN]}
        case "flag":
            kind = bool
            schema = {"enum": [True, False, "unknown", None]}
        case _:
            kind, schema = _number(constraint)
    described = {**schema, "description": constraint.meaning}
    return Annotated[kind | None, BeforeValidator(_reader(constraint)), WithJsonSchema(described)]


def _number(constraint: Constraint) -> tuple[Any, dict[str, Any]]:
    bounds: dict[str, Any] = {"lt": 10**MAX_DIGITS}
    limits: dict[str, Any] = {}
    if constraint.above is not None:
        bounds["gt"] = limits["exclusiveMinimum"] = constraint.above
    else:
        bounds["ge"] = limits["minimum"] = constraint.at_least
    integer = constraint.kind == "integer"
    schema: dict[str, Any] = {"anyOf": [{"type": "integer" if integer else "number", **limits}, _UNKNOWN]}
    if constraint.units:
        pattern = f"^(0|[1-9][0-9]*)(\\.[0-9]+)? ?({'|'.join(constraint.units)})$"
        schema["anyOf"].insert(1, {"type": "string", "pattern": pattern})
    kind: Any = Annotated[int, Field(**bounds)] if integer else Annotated[float, Field(**bounds)]
    return kind, schema


def _reader(constraint: Constraint) -> Any:
    """What is done before pydantic looks: unknown, units, and the few things that it would let through."""

    def read(value: object) -> object:
        if isinstance(value, str) and value == "unknown":
            return None
        if isinstance(value, str) and value in constraint.aliases:
            return constraint.aliases[value]
        if constraint.kind == "set" and isinstance(value, list | tuple | set | frozenset):
            members = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
            if any(member in members[:at] for at, member in enumerate(members)):
                raise ValueError("names a member twice; keep one")
            return tuple(members)
        if constraint.units and isinstance(value, str):
            try:
                return parse_answer(constraint, value, quoted=True)
            except InvalidAnswerError as error:
                raise ValueError(str(error)) from None
        if constraint.numeric and value is not None and type(value) not in (int, float):
            raise ValueError(f"must be a number, not {type(value).__name__}")
        if constraint.numeric and isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
            raise ValueError(f"must be a finite number of at most {MAX_DIGITS} digits")
        return value

    return read


def _name(pattern: re.Pattern[str]) -> Any:
    """Text of a form, or unknown."""
    return Annotated[str | None, BeforeValidator(_known), Field(pattern=f"^(?:{pattern.pattern})$")]


def _known_model(name: str | None) -> str | None:
    if name is not None and (told := unknown_model(name)):
        raise ValueError(told)
    return name


@cache
def spec_model() -> type[BaseModel]:
    """The model of a spec, built on first use."""
    answers: dict[str, Any] = {constraint.name: (_annotation(constraint), None) for constraint in CONSTRAINTS}
    constraints: Any = create_model("Constraints", __base__=Record, __doc__="What is known.", **answers)
    fields: dict[str, Any] = {
        "version": (_FormatVersion, Field(description="The version of this format.")),
        "id": (_name(SLUG), Field(None, description="A slug; the file's stem when absent.")),
        "title": (str | None, Field(None, description="A name for people.")),
        "document": (
            str | None,
            Field(None, description="The design document that a spec file stands beside, by its path from there."),
        ),
        "constraints": (constraints | None, Field(None, description="Absent or null: nothing is known.")),
        "decision": (
            _name(NAME),
            Field(None, description="The family, architecture or evaluate_both chosen."),
        ),
        "model": (
            Annotated[_name(SLUG), AfterValidator(_known_model)],
            Field(None, description="The model of the evidence catalogue that the decision is for, as sd-turbo."),
        ),
        "decided_with": (
            _name(TABLE_AT_VERSION),
            Field(None, description="The rule table that the decision was taken with, as article@1.0.0."),
        ),
        "waivers": (list[WaiverRecord] | None, Field(None, description="Stated exceptions.")),
    }
    return create_model(
        "Spec",
        __base__=Record,
        __doc__="A deployment for genarch: its stated constraints, and the decision taken.",
        **fields,
    )


def spec_from(data: Mapping[str, Any]) -> Spec:
    """A spec from Python values.

    Raises:
        InputError: with every problem.
    """
    try:
        record: Any = spec_model().model_validate(_plain(data))
    except ValidationError as error:
        raise InputError(_problem(dict(detail)) for detail in error.errors(include_url=False)) from None
    stated = {} if record.constraints is None else record.constraints.model_dump()
    return Spec(
        id=record.id or "spec",
        constraints={name: _answer(stated[name]) for name in BY_NAME if stated.get(name) is not None},
        title=record.title or "",
        decision=record.decision,
        decided_with=record.decided_with,
        document=record.document,
        waivers=tuple(Waiver(**waiver.model_dump()) for waiver in record.waivers or ()),
        origin=Origin(_ORIGIN),
        model=record.model,
    )


def _plain(data: object) -> object:
    """Any mapping as a dict, which is what pydantic takes strictly."""
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    return [_plain(item) for item in data] if isinstance(data, list) else data


def _answer(value: Any) -> Value:
    """A validated value as an answer: a set for its members, and no fraction where there is none."""
    if isinstance(value, tuple):
        return frozenset(value)
    whole = isinstance(value, float) and value == int(value)
    answer: Value = int(value) if whole else value
    return answer


def _problem(detail: dict[str, Any]) -> Problem:
    location = detail["loc"]
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        keys = {"constraints": tuple(BY_NAME), "waivers": WAIVER_KEYS}.get(str(location[0]), KEYS)
        message = unknown_key(str(location[-1]), keys if len(location) > 1 else KEYS)
        location = location[:-1]
    elif detail["type"] == "literal_error":
        message = f"{str(detail['input'])[:60]!r} is not one of: {', '.join(BY_NAME[str(location[1])].values)}"
    elif detail["type"] == "missing":
        message = "is missing"
    elif detail["type"] in ("model_type", "dict_type"):
        message = "must be a mapping"
    else:
        message = message[:1].lower() + message[1:]
    return Problem(_ORIGIN, None, None, ".".join(map(str, location)), message)
