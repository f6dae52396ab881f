"""JSON Schemas of declarations, in draft-07: the newest draft that editors' YAML support reads.

Pydantic makes them, of models built from the declarations: the same that files are read by and reports are made of.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from textwrap import dedent
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema, create_model

from genarch.engine.amounts import SIGNS
from genarch.engine.answers import UNLISTED_PATTERN
from genarch.engine.constraints import CONSTRAINTS, Constraint
from genarch.engine.forms import MAX_DIGITS, Mark
from genarch.engine.rules import Ratio
from genarch.files.bundled import load_catalogue
from genarch.files.records import fields_of, form_of, is_mapping, marked, options_of

DRAFT = "http://json-schema.org/draft-07/schema#"

Mode = Literal["file", "output"]
"""A schema of what people write in files, or of what genarch writes: the forms of scalars are those of files alone."""

_UNKNOWN = Annotated[Any, WithJsonSchema({"enum": ["unknown", None]})]
_DEFINED = "genarch:defined"
"""Marks, in pydantic's schema, a part whose definition derives from the declared constraints."""


def schema_of(declaration: Any, mode: Mode = "file") -> dict[str, Any]:
    """The JSON Schema of a declaration, of a union of several, or of a list (`tuple[X, ...]`)."""
    adapter: TypeAdapter[Any] = TypeAdapter(type_of(declaration, mode))
    schema = adapter.json_schema(mode="serialization" if mode == "output" else "validation")
    found: dict[str, Any] = {"$schema": DRAFT, **_converted(schema)}
    for name, make in _OWN.items():
        if f"'#/definitions/{name}'" in str(found) and name not in found.get("definitions", {}):
            found.setdefault("definitions", {})[name] = make()
    return found


@cache
def model_of(declaration: Any, mode: Mode = "output") -> type[BaseModel]:
    """A pydantic model of a declaration: closed, each field described by the text below it."""
    fields: dict[str, Any] = {}
    texts = _texts_of(declaration)
    for field in fields_of(declaration, hidden=mode == "output"):
        shown = field.default is None or isinstance(field.default, str | int | float)
        default = {"default": field.default} if shown else {"default_factory": type(field.default)}
        required = field.required or (mode == "output" and not field.mark.omitted)
        fields[field.name] = (
            _annotation(field.kind, field.mark, mode),
            Field(alias=field.key, description=texts.get(field.name), **({} if required else default)),
        )
    return create_model(
        declaration.__name__,
        __doc__=declaration.__doc__,
        __module__=declaration.__module__,
        __config__=ConfigDict(extra="forbid", frozen=True, protected_namespaces=()),
        **fields,
    )


def type_of(declaration: Any, mode: Mode = "output") -> Any:
    """A declaration, or a union of several, as pydantic takes it."""
    return _annotation(*marked(declaration), mode)


def _with_inlined(declaration: Any, mode: Mode) -> Any:
    """The model of a declaration, joined with those of the fields whose own fields stand in their place."""
    found = [model_of(declaration, mode)]
    for annotation in get_type_hints(declaration, include_extras=True).values():
        kind, mark = marked(annotation)
        if mark.inlined:
            options = options_of(kind) or (kind,)
            inner = model_of(next(option for option in options if option is not NoneType), mode)
            pairs = [(f"{model.__name__}{inner.__name__}", (model, inner)) for model in found]
            joined = [create_model(name, __base__=both, __doc__=declaration.__doc__) for name, both in pairs]
            found = [*(found if NoneType in options else ()), *joined]
    return Union[tuple(found)]  # noqa: UP007  (made at run time)


def _annotation(kind: Any, mark: Mark, mode: Mode) -> Any:
    """An annotation as pydantic takes it."""
    if mode == "file" and mark.open:
        return _annotation(kind, mark._replace(open=False), mode) | _UNKNOWN
    if mode == "file" and mark.own:
        return Annotated[Any, WithJsonSchema({_DEFINED: mark.own})]
    if options := options_of(kind):
        parts = [option if option is NoneType else _annotation(*marked(option, mark), mode) for option in options]
        return Union[tuple(parts)]  # noqa: UP007  (of parts made at run time)
    if get_origin(kind) in (tuple, frozenset):
        items = get_args(kind)
        fixed = get_origin(kind) is tuple and items[-1] is not Ellipsis
        least, most = (len(items), len(items)) if fixed else (mark.least or None, mark.most)
        listed: Any = list[_annotation(*marked(items[0]), mode)]  # type: ignore[misc]  # made at run time
        return Annotated[listed, Field(min_length=least, max_length=most)]
    if is_mapping(kind):
        key, value = (_annotation(*marked(part), mode) for part in get_args(kind))
        return dict[key, value]  # type: ignore[valid-type]  # made at run time
    if mode == "output" and kind is Ratio:
        return float
    if hasattr(kind, "_fields") and not (mode == "file" and mark.form):
        return _with_inlined(kind, mode)
    return kind if mode == "output" else Annotated[Any, WithJsonSchema(form_of(kind, mark).schema())]


def _texts_of(declaration: type) -> dict[str, str]:
    """The texts below a declaration's fields."""
    (found,) = ast.parse(dedent(inspect.getsource(declaration))).body
    assert isinstance(found, ast.ClassDef)  # noqa: S101  (it is the source of a class)
    texts = {}
    for field, below in zip(found.body, found.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                texts[name] = " ".join(inspect.cleandoc(text).split())
    return texts


def _converted(part: Any) -> Any:
    """What genarch's models use of 2020-12 differs from draft-07 only in where definitions stand."""
    if isinstance(part, list):
        return [_converted(item) for item in part]
    if not isinstance(part, dict):
        return part.replace("#/$defs/", "#/definitions/") if isinstance(part, str) else part
    found = {("definitions" if key == "$defs" else key): _converted(value) for key, value in part.items()}
    reference = f"#/definitions/{found.pop(_DEFINED)}" if _DEFINED in found else found.pop("$ref", None)
    if reference is None:
        return found
    return {**found, "allOf": [{"$ref": reference}]} if found else {"$ref": reference}  # draft-07 reads a $ref alone


def _answers() -> dict[str, Any]:
    return {
        "title": "Constraints",
        "description": "What is known.",
        "type": "object",
        "additionalProperties": False,
        "properties": {constraint.name: _answer(constraint) for constraint in CONSTRAINTS},
    }


def _answer(constraint: Constraint) -> dict[str, Any]:
    """What a spec may say to one constraint."""
    names = [*constraint.values, *constraint.aliases]
    described = {"description": "; ".join([constraint.meaning, *map(": ".join, constraint.names.items())])}
    unknown: list[Any] = ["unknown", None]
    if constraint.kind == "flag":
        return {**described, "enum": [True, False, *unknown]}
    if constraint.name == "gpu":  # a name such as 4090 is a number to an editor; what is not listed is a warning
        named = {"type": "string", "pattern": f"^(?:{UNLISTED_PATTERN})$"}
        return {**described, "anyOf": [named, {"type": "number", "minimum": 0}, {"enum": unknown}]}
    if constraint.kind == "choice":
        return {**described, "enum": [*names, *(int(name) for name in names if name.isdecimal()), *unknown]}
    kinds: list[dict[str, Any]] = [{"enum": unknown}]
    if constraint.kind == "set":
        kinds.insert(0, {"type": "array", "items": {"enum": list(constraint.values)}, "uniqueItems": True})
        return {**described, "anyOf": kinds}
    low = {"minimum" if constraint.kind == "integer" else "exclusiveMinimum": constraint.least}
    whole = "integer" if constraint.kind == "integer" else "number"
    kinds.insert(0, {"type": whole, **low, "exclusiveMaximum": 10**MAX_DIGITS})
    if constraint.units:
        kinds.insert(1, {"type": "string", "pattern": f"^{_amount(constraint)} ?({'|'.join(constraint.units)})$"})
    unit = f"( ?({'|'.join(constraint.written_units)}))" if constraint.unit else ""
    at, above, below = (_amount(constraint, end) + (f"{unit}?" if unit else "") for end in ("at", "above", "below"))
    ends = {"at_least": at, "above": above, "at_most": at, "below": below}
    compared = "|".join(f"{SIGNS[name]} *{end}" for name, end in ends.items())
    between = [f"{_amount(constraint)}{unit}"] * bool(constraint.units) + [
        _amount(constraint) if constraint.units else at
    ]
    both = "|".join(f"{end} *[.][.] *{end}" for end in between)
    kinds.insert(-1, {"type": "string", "pattern": f"^({compared}|{both})$"})
    by_name = {
        name: {
            "anyOf": [
                {"type": whole, **(low if name != "above" else {"minimum": 0}), "exclusiveMaximum": 10**MAX_DIGITS},
                *([{"type": "string", "pattern": f"^{_amount(constraint, name)}{unit}$"}] if unit else []),
                {"enum": unknown},
            ]
        }
        for name in ends
    }
    kinds.insert(
        -1,
        {
            "type": "object",
            "properties": by_name,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 2,
            "not": {"anyOf": [{"required": ["at_least", "above"]}, {"required": ["at_most", "below"]}]},
        },
    )
    return {**described, "anyOf": kinds}


def _amount(constraint: Constraint, end: str = "at") -> str:
    """The pattern of a number, or of one that a range begins above, or ends below."""
    least = 0 if end == "above" else constraint.least + (constraint.kind == "number" or end == "below")
    if constraint.kind == "integer":
        return {0: "(0|[1-9][0-9]*)", 1: "[1-9][0-9]*", 2: "([2-9]|[1-9][0-9]+)"}[least]
    return r"(0\.[0-9]*[1-9][0-9]*|[1-9][0-9]*(\.[0-9]+)?)" if least else r"(0|[1-9][0-9]*)(\.[0-9]+)?"


def _condition() -> dict[str, Any]:
    parts = {"type": "array", "items": {"$ref": "#/definitions/Condition"}, "minItems": 1}
    joins = {"all": parts, "any": parts, "not": {"$ref": "#/definitions/Condition"}}
    return {
        "description": "Constraints to test, which must all hold; all, any and not join several.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {**joins, **{constraint.name: _test(constraint) for constraint in CONSTRAINTS}},
    }


def _test(constraint: Constraint) -> dict[str, Any]:
    """What a condition may ask of one constraint."""
    described = {"description": constraint.meaning}
    if constraint.kind == "flag":
        return {**described, "type": "boolean"}
    names = {"enum": [*constraint.values, *constraint.aliases]}
    operand: dict[str, Any] = {"type": "array", "items": names, "uniqueItems": True}
    plain, words = [operand], ["any_of", "none_of"]
    if constraint.numeric:
        plain = [{"type": "number"}, *([{"type": "string"}] if constraint.units else [])]
        operand, words = {"anyOf": plain}, ["below", "at_most", "above", "at_least"]
    elif constraint.kind == "set":
        words.append("all_of")
    else:
        plain.append(names)
    operators = {
        "type": "object",
        "properties": dict.fromkeys(words, operand),
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {**described, "anyOf": [*plain, operators]}


_OWN: Mapping[str, Callable[[], dict[str, Any]]] = {
    "Constraints": _answers,
    "Condition": _condition,
    "Model": lambda: {"enum": list(load_catalogue().models)},
}
