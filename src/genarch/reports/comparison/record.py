"""The comparison as plain data: what every format of it is made from, and what the JSON format prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from genarch.reports.entries import describe
from genarch.table.answers import Plain, plain_answers
from genarch.table.constraints import BY_NAME
from genarch.table.diff import Comparison
from genarch.table.rules import Entry, Fact, RuleTable
from genarch.table.space import Region, Restriction, conditions
from genarch.version import __version__

SCHEMA_VERSION = 1

ComparisonReport = dict[str, Any]

_DERIVED = frozenset(
    {"rules for it", "rules against it", "rules that exclude it", "methods", "architectures", "cited by"}
)
"""What a description of one entry tells of others; those tell of their own changes."""


class SpecOutcome(NamedTuple):
    """A spec under both tables: what is recommended, or the verdict."""

    path: str
    id: str
    before: str
    after: str


def comparison_report(
    before: RuleTable, after: RuleTable, comparison: Comparison, specs: Sequence[SpecOutcome], regions: int
) -> ComparisonReport:
    """The report; asks the comparison for everything, with up to so many regions for each change."""
    changes = [
        {
            "before": change.before,
            "after": change.after,
            "regions": [_region(region) for region in change.regions],
            "elsewhere": change.elsewhere,
        }
        for change in comparison.changes(regions)
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "genarch_version": __version__,
        "before": _table(before),
        "after": _table(after),
        "entries": [*_header_changes(before, after), *_entry_changes(before, after)],
        "scope": [_restriction(item) for item in comparison.scope()] if changes else [],
        "changes": changes,
        "complete": comparison.complete,
        "specs": [{**spec._asdict(), "changed": spec.before != spec.after} for spec in specs],
    }


def _table(rules: RuleTable) -> dict[str, str]:
    return {"id": rules.header.id, "version": rules.header.version, "digest": rules.header.digest}


def _region(region: Region) -> dict[str, Any]:
    return {"where": [_restriction(item) for item in region.where], "example": plain_answers(region.example)}


def _restriction(item: Restriction) -> dict[str, Any]:
    """A restriction in the words of a table's conditions."""
    found: dict[str, Any] = {"constraint": item.constraint}
    for test in conditions(item):
        single = test.operator == "is" or BY_NAME[item.constraint].numeric
        found[test.operator] = test.operand[0] if single else _in_order(item.constraint, test.operand)
    return found


def _in_order(name: str, values: Iterable[Plain]) -> list[Plain]:
    return sorted(values, key=lambda value: BY_NAME[name].values.index(str(value)))


def _header_changes(before: RuleTable, after: RuleTable) -> Iterator[dict[str, Any]]:
    fields = [
        ("close_call", str(before.header.close_call), str(after.header.close_call)),
        ("clear", str(before.header.clear), str(after.header.clear)),
        ("points", _points(before), _points(after)),
        ("source", before.header.source_title, after.header.source_title),
    ]
    changed = [{"name": name, "before": old, "after": new} for name, old, new in fields if old != new]
    if changed:
        yield {"kind": "table", "id": after.header.id, "change": "changed", "fields": changed}


def _points(rules: RuleTable) -> str:
    return ", ".join(f"{name} {points}" for name, points in rules.header.points.items())


def _entry_changes(before: RuleTable, after: RuleTable) -> Iterator[dict[str, Any]]:
    old, new = dict(_entries(before)), dict(_entries(after))
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        if one is None or other is None:
            entry, rules, change = (one, before, "removed") if other is None else (other, after, "added")
            assert entry is not None  # noqa: S101  (the key is from one of the two)
            yield {"kind": describe(entry, rules).kind, "id": entry.id, "change": change, "fields": []}
        elif one != other:
            fields = list(_field_changes(_parts(one, before), _parts(other, after)))
            yield {"kind": describe(other, after).kind, "id": other.id, "change": "changed", "fields": fields}


def _entries(rules: RuleTable) -> Iterator[tuple[tuple[str, str], Entry | Fact]]:
    groups: tuple[Iterable[Entry | Fact], ...] = (
        rules.rules,
        rules.assumptions,
        rules.notices,
        rules.methods,
        rules.architectures,
        rules.families,
        rules.questions,
        [fact._replace(inherited=False) for fact in rules.facts],
    )
    for group in groups:
        for entry in group:
            yield (type(entry).__name__, entry.id), entry


def _parts(entry: Entry | Fact, rules: RuleTable) -> dict[str, str]:
    description = describe(entry, rules)
    parts = {heading: text for heading, text in description.parts if heading not in _DERIVED}
    told = {heading: text if isinstance(text, str) else "; ".join(text) for heading, text in parts.items()}
    return {"title": description.title, **told}


def _field_changes(before: dict[str, str], after: dict[str, str]) -> Iterator[dict[str, str | None]]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield {"name": name, "before": before.get(name), "after": after.get(name)}
