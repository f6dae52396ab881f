"""Spec files: text to a `Spec`, with every problem at its line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from genarch.errors import nearest
from genarch.files.answers import is_unknown, read_answers, unknown_key
from genarch.files.io import SPEC_SUFFIX, read_text
from genarch.files.yaml_text import Document, Fields, Items, Node, Scalar, parse
from genarch.table.constraints import BY_NAME
from genarch.table.rules import RuleTable
from genarch.table.spec import Origin, Spec, Waiver

FORMAT_VERSION = 1
KEYS = ("version", "id", "title", "document", "constraints", "decision", "model", "decided_with", "waivers")
WAIVER_KEYS = ("rule", "reason", "expires", "approved_by")

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,99}")
TABLE_AT_VERSION = re.compile(r"[a-z][a-z0-9-]*@[0-9]+(\.[0-9]+){0,2}")
SOMETHING = re.compile(r"[!-~\w]")
"""What a text that says anything has: a character that is seen."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def load_spec(path: str | os.PathLike[str], rules: RuleTable | None = None) -> Spec:
    """Read a spec file.

    With `rules`, a `decision` must also be a name that this table has.

    Raises:
        InputError: with every problem of the file.
    """
    name = os.fspath(path)
    return parse_spec(read_text(name), path=name, rules=rules)


def parse_spec(
    text: str,
    *,
    path: str = "<text>",
    rules: RuleTable | None = None,
    lines: Sequence[tuple[int, int]] = (),
) -> Spec:
    """Read a spec from its YAML text; `path` stands in messages and gives the default id.

    Where the text is a part of a document, `lines` gives each line's number there, and the columns before it.

    Raises:
        InputError: with every problem of the text.
    """
    return parse_placed(text, path=path, rules=rules, lines=lines)[0]


def parse_placed(
    text: str,
    *,
    path: str = "<text>",
    rules: RuleTable | None = None,
    lines: Sequence[tuple[int, int]] = (),
) -> tuple[Spec, dict[str, tuple[int, int]]]:
    """A spec, as `parse_spec` reads it, with line and column of its keys.

    They are named by their path: `decision`, `constraints.task`, `waivers[0].rule`; '' is the spec itself.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path, lines)
    node = parse(document)
    if node is None or is_unknown(node):
        document.report(0, "", "is empty; write at least 'version: 1' and 'constraints:'")
        raise document.error()
    if not isinstance(node, Fields):
        document.report(node, "", "must be a mapping; write at least 'version: 1' and 'constraints:'")
        raise document.error()
    spec = _Reader(document, rules).read(node)
    document.check()
    return spec, {field: document.position(at) for field, at in [("", node.at), *_keys(node)]}


def _keys(node: Fields, within: str = "") -> Iterator[tuple[str, int]]:
    """Where each key stands, by its path, and the items of lists of mappings."""
    for key, value in node.entries:
        field = f"{within}{key.text}"
        yield field, key.at
        if isinstance(value, Fields):
            yield from _keys(value, f"{field}.")
        elif isinstance(value, Items):
            for at, item in enumerate(value.items):
                if isinstance(item, Fields):
                    yield f"{field}[{at}]", item.at
                    yield from _keys(item, f"{field}[{at}].")


def validate_spec(data: Mapping[str, Any]) -> Spec:
    """Make a spec of Python values, strictly: no text for a number, no 1 for true, no NaN.

    Raises:
        InputError: with every problem.
    """
    from genarch.files.spec_format import spec_from

    return spec_from(data)


def default_id(path: str) -> str:
    """The slug of a file's stem: `Live Face.genarch.yaml` is `live-face`."""
    name = os.path.basename(path)
    stem = name.removesuffix(SPEC_SUFFIX) if name.endswith(SPEC_SUFFIX) else os.path.splitext(name)[0]
    slug = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:100].rstrip("-._")
    return slug or "spec"


class _Reader:
    """Reads the keys of one spec; what is wrong is noted in the document."""

    def __init__(self, document: Document, rules: RuleTable | None) -> None:
        self._document = document
        self._rules = rules

    def read(self, node: Fields) -> Spec:
        if node.get("rules") is not None and node.get("constraints") is None:
            self._document.report(node, "", "is a rule table, not a spec; give it with --rules")
            return Spec("", {})
        for key, _ in node.entries:
            if key.text not in KEYS:
                hint = " (it belongs under 'constraints:')" if key.text in BY_NAME else ""
                told = "" if self._document.full else unknown_key(key.text, KEYS)
                self._document.report(key, "", f"{told}{hint}")
        self._version(node)
        answers = (
            read_answers(self._document, constraints, "constraints") if (constraints := node.get("constraints")) else {}
        )
        line, _ = self._document.position(node.at)
        return Spec(
            id=self._slug(node, "id") or default_id(self._document.path),
            constraints=answers,
            title=self._text(node, "title") or "",
            decision=self._decision(node),
            decided_with=self._decided_with(node),
            document=self._text(node, "document"),
            waivers=tuple(self._waivers(node)),
            origin=Origin(self._document.path, line),
            model=self._model(node),
        )

    def _version(self, node: Fields) -> None:
        version = node.get("version")
        if version is None:
            self._document.report(node, "version", f"is missing; write 'version: {FORMAT_VERSION}'")
        elif not (isinstance(version, Scalar) and version.plain and version.text == str(FORMAT_VERSION)):
            shown = f"'{version.text[:40]}'" if isinstance(version, Scalar) else "a list or mapping"
            quoted = isinstance(version, Scalar) and version.text == str(FORMAT_VERSION)
            without = " without quotation marks" if quoted else ""
            message = f"{shown} is not a format version that this genarch reads; write {FORMAT_VERSION}{without}"
            self._document.report(version, "version", message)

    def _text(self, node: Fields, key: str, within: str = "") -> str | None:
        """A scalar's text; None where the key is absent or unknown."""
        value = node.get(key)
        if value is None or is_unknown(value):
            return None
        if not isinstance(value, Scalar):
            self._document.report(value, f"{within}{key}", "must be text, not a list or a mapping")
            return None
        return value.text

    def _matching(self, node: Fields, key: str, pattern: re.Pattern[str], wanted: str) -> str | None:
        text = self._text(node, key)
        if text is not None and not pattern.fullmatch(text):
            self._document.report(node.get(key) or node, key, f"'{text[:60]}' is not {wanted}")
            return None
        return text

    def _slug(self, node: Fields, key: str) -> str | None:
        return self._matching(node, key, SLUG, "a slug; write small letters, digits, '-', '_' and '.', at most 100")

    def _decision(self, node: Fields) -> str | None:
        known = self._rules.decisions if self._rules else ()
        wanted = f"a decision; write one of: {', '.join(known)}" if known else "the name of a family or architecture"
        decision = self._matching(node, "decision", NAME, wanted)
        if decision is not None and known and decision not in known:
            hint = nearest(decision, known) or f"; write one of: {', '.join(known)}"
            self._document.report(
                node.get("decision") or node,
                "decision",
                f"'{decision}' is not a family or architecture{hint}",
            )
        return decision

    def _model(self, node: Fields) -> str | None:
        model = self._matching(node, "model", SLUG, "the id of a model; 'genarch evidence models' has them")
        if model is not None and (told := unknown_model(model)):
            self._document.report(node.get("model") or node, "model", told)
        return model

    def _decided_with(self, node: Fields) -> str | None:
        return self._matching(node, "decided_with", TABLE_AT_VERSION, "a table at a version; write it as article@1.0.0")

    def _waivers(self, node: Fields) -> Iterator[Waiver]:
        waivers = node.get("waivers")
        if waivers is None or is_unknown(waivers):
            return
        if not isinstance(waivers, Items):
            self._document.report(waivers, "waivers", "must be a list; begin each waiver with '- rule: …'")
            return
        for at, item in enumerate(waivers.items):
            waiver = self._waiver(item, f"waivers[{at}]")
            if waiver:
                yield waiver

    def _waiver(self, node: Node, field: str) -> Waiver | None:
        if not isinstance(node, Fields):
            self._document.report(node, field, "must be a mapping with rule and reason")
            return None
        for given, _ in node.entries:
            if given.text not in WAIVER_KEYS:
                self._document.report(given, field, unknown_key(given.text, WAIVER_KEYS))
        texts = {key: self._text(node, key, f"{field}.") for key in WAIVER_KEYS}
        for key in ("rule", "reason"):
            if not SOMETHING.search(texts[key] or "") and not isinstance(node.get(key), Items | Fields):
                self._document.report(node.get(key) or node, f"{field}.{key}", "is missing; a waiver needs it")
        expires = texts["expires"]
        if expires is not None and not _is_date(expires):
            self._document.report(
                node.get("expires") or node,
                f"{field}.expires",
                f"'{expires[:40]}' is not a calendar date; write it as 2027-03-31",
            )
        return Waiver(texts["rule"] or "", texts["reason"] or "", expires, texts["approved_by"])


def unknown_model(name: str) -> str:
    """What to say of a model that the evidence catalogue does not have; nothing where it has."""
    from genarch.files.catalogue import load_catalogue

    models = load_catalogue().models
    if name in models:
        return ""
    return f"'{name}' is no model of the evidence catalogue" + (
        nearest(name, models) or "; 'genarch evidence models' has them"
    )


def _is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, as YYYY-MM-DD."""
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
