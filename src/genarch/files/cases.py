"""Files of documented cases: text to cases, with every problem at its line and column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from genarch.errors import InputError, Problem, nearest
from genarch.files.answers import is_unknown, read_answers, unknown_key
from genarch.files.io import read_text
from genarch.files.specs import SLUG
from genarch.files.yaml_text import Document, Fields, Items, Node, Scalar, parse
from genarch.table.backtest import DIFFUSION_ON_OFFER, Case
from genarch.table.constraints import Value
from genarch.table.spec import Origin, Spec

KEYS = (
    "id", "title", "year", "summary", "spec", "chosen", "architecture", "acceptable", "strict", "reason", "deciding",
    "source",
)  # fmt: skip
SOURCE_KEYS = ("title", "url")
MAX_EVENTS = 500_000
"""A case has some seventy parts; 1 MiB holds some thousand cases."""

YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def load_cases(paths: Sequence[str], verdicts: Collection[str]) -> tuple[Case, ...]:
    """The cases in files, in their order; `verdicts` are those that a case may name.

    Raises:
        InputError: with every problem of every file; an id that two files share is one.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            cases += parse_cases(read_text(path), path=path, verdicts=verdicts)
        except InputError as error:
            problems += error.problems
    first: dict[str, Origin] = {}
    for case in cases:
        before, here = first.setdefault(case.id, case.spec.origin), case.spec.origin
        if before is not here:
            told = f"stands twice, first at {before.path}:{before.line}; ids are used once"
            problems.append(Problem(here.path, here.line, None, f"[{case.id}].id", told))
    if problems:
        raise InputError(problems)
    return tuple(cases)


def parse_cases(text: str, *, path: str = "<text>", verdicts: Collection[str]) -> tuple[Case, ...]:
    """The cases in a YAML text.

    Raises:
        InputError: with every problem of the text.
    """
    document = Document(text, path)
    node = parse(document, max_events=MAX_EVENTS)
    if not isinstance(node, Items) or not node.items:
        document.report(node or 0, "", "must be a list of cases; begin each with '- id: …'")
        raise document.error()
    reader = _Reader(document, verdicts)
    cases = tuple(case for at, item in enumerate(node.items) if (case := reader.read(item, at)))
    document.check()
    return cases


class _Reader:
    """Reads one case after the other; what is wrong is noted in the document."""

    def __init__(self, document: Document, verdicts: Collection[str]) -> None:
        self._document = document
        self._verdicts = verdicts
        self._field = ""

    def read(self, node: Node, at: int) -> Case | None:
        """A case, given by its position in the list; None where it is none."""
        self._field = f"[{at}]"
        if not isinstance(node, Fields):
            self._document.report(node, self._field, "must be a mapping with id, spec and chosen")
            return None
        case_id = self._slug(node)
        self._field = f"[{case_id}]" if case_id else self._field
        self._known_keys(node, KEYS, self._field)
        chosen = self._verdict(node.get("chosen"), f"{self._field}.chosen", node)
        year = self._year(node)
        # Before then usable diffusion was not on offer, so a case is no strict one unless it says so.
        early = year is not None and year < DIFFUSION_ON_OFFER and node.get("strict") is None
        acceptable = tuple(dict.fromkeys(self._acceptable(node)))
        if all(acceptable) and acceptable and chosen and chosen not in acceptable:
            told = f"leaves out '{chosen}', which was chosen; add it"
            self._document.report(node.get("acceptable") or node, f"{self._field}.acceptable", told)
        line, _ = self._document.position(node.at)
        return Case(
            id=case_id,
            spec=Spec(case_id, self._constraints(node), self._text(node, "title"), origin=Origin(self._path, line)),
            chosen=chosen,
            acceptable=acceptable or (chosen,),
            strict=self._flag(node, "strict") and not early,
            year=year,
            summary=self._text(node, "summary"),
            architecture=self._text(node, "architecture"),
            reason=self._text(node, "reason"),
            deciding=tuple(self._texts(node, "deciding")),
            source=self._source(node),
        )

    @property
    def _path(self) -> str:
        return self._document.path

    def _known_keys(self, node: Fields, keys: Sequence[str], field: str) -> None:
        for key, _ in node.entries:
            if key.text not in keys:
                self._document.report(key, field, "" if self._document.full else unknown_key(key.text, keys))

    def _slug(self, node: Fields) -> str:
        value = node.get("id")
        if isinstance(value, Scalar) and SLUG.fullmatch(value.text):
            return value.text
        told = "is missing; give each case one of its own"
        if value is not None:
            told = "is not a slug; write small letters, digits, '-', '_' and '.', at most 100"
        self._document.report(value or node, f"{self._field}.id", told)
        return ""

    def _constraints(self, node: Fields) -> dict[str, Value]:
        spec = node.get("spec")
        field = f"{self._field}.spec"
        if not isinstance(spec, Fields) or spec.get("constraints") is None:
            self._document.report(spec or node, field, "must be a mapping with 'constraints:', as a spec has them")
            return {}
        self._known_keys(spec, ("constraints",), field)
        constraints = spec.get("constraints")
        return read_answers(self._document, constraints, f"{field}.constraints") if constraints else {}

    def _verdict(self, node: Node | None, field: str, parent: Node) -> str:
        if node is None or is_unknown(node):
            self._document.report(node or parent, field, f"is missing; write one of: {', '.join(self._verdicts)}")
        elif not isinstance(node, Scalar):
            self._document.report(node, field, "must be one name, not a list or a mapping")
        elif node.text not in self._verdicts:
            hint = nearest(node.text, self._verdicts) or f"; write one of: {', '.join(self._verdicts)}"
            self._document.report(node, field, f"'{node.text[:60]}' is not a family or a verdict{hint}")
        else:
            return node.text
        return ""

    def _acceptable(self, node: Fields) -> Iterator[str]:
        given = node.get("acceptable")
        if isinstance(given, Items) and not given.items:
            told = "is empty; name what would not be wrong, or leave it out for what was chosen alone"
            self._document.report(given, f"{self._field}.acceptable", told)
        elif isinstance(given, Items):
            for at, item in enumerate(given.items):
                yield self._verdict(item, f"{self._field}.acceptable[{at}]", given)
        elif given is not None and not is_unknown(given):
            self._document.report(given, f"{self._field}.acceptable", "must be a list of verdicts")

    def _flag(self, node: Fields, key: str) -> bool:
        value = node.get(key)
        if value is None or (isinstance(value, Scalar) and value.plain and value.text in ("true", "false")):
            return not (isinstance(value, Scalar) and value.text == "false")
        self._document.report(value, f"{self._field}.{key}", "is not an answer to a yes or no; write true or false")
        return True

    def _year(self, node: Fields) -> int | None:
        value = node.get("year")
        if value is None or is_unknown(value):
            return None
        if isinstance(value, Scalar) and value.plain and YEAR.fullmatch(value.text):
            return int(value.text)
        self._document.report(value, f"{self._field}.year", "is not a year; write it as 2024")
        return None

    def _text(self, node: Fields, key: str, field: str = "") -> str:
        value = node.get(key)
        if value is None or is_unknown(value):
            return ""
        if not isinstance(value, Scalar):
            self._document.report(value, f"{field or self._field}.{key}", "must be text, not a list or a mapping")
            return ""
        return value.text

    def _texts(self, node: Fields, key: str) -> Iterator[str]:
        value = node.get(key)
        if isinstance(value, Items) and all(isinstance(item, Scalar) for item in value.items):
            yield from (item.text for item in value.items if isinstance(item, Scalar))
        elif value is not None and not is_unknown(value):
            self._document.report(value, f"{self._field}.{key}", "must be a list of words")

    def _source(self, node: Fields) -> tuple[str, str]:
        value = node.get("source")
        if isinstance(value, Fields):
            field = f"{self._field}.source"
            self._known_keys(value, SOURCE_KEYS, field)
            return self._text(value, "title", field), self._text(value, "url", field)
        if value is not None and not is_unknown(value):
            self._document.report(value, f"{self._field}.source", "must be a mapping with title and url")
        return "", ""
