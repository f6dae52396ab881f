"""Two rule tables compared: a report, and a page for whoever reviews the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from genarch.engine.answers import format_answer
from genarch.engine.constraints import BY_NAME, Range
from genarch.engine.diff import Comparison, VerdictChange, Where
from genarch.engine.rules import VERDICTS_WITHOUT_FAMILY, Fact, RuleTable, TableVersion
from genarch.engine.rules import Entry as TableEntry
from genarch.reports.descriptions import Description, describe
from genarch.reports.page import Block, Entries, Entry, Line, Paragraph, Section, Title, code, dim, strong
from genarch.reports.words import name_words, stated_words
from genarch.values import NamedTuple
from genarch.version import __version__


class FieldChange(NamedTuple):
    """A part of an entry that changes."""

    name: str
    before: str | None
    """Null where it is added."""
    after: str | None
    """Null where it is removed."""


class EntryChange(NamedTuple):
    """An entry of the table that is added, removed or changed."""

    kind: str
    id: str
    change: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...]
    """Of one that is changed."""


class SpecVerdicts(NamedTuple):
    """A spec under both tables: what is recommended, or the verdict."""

    path: str
    id: str
    before: str
    after: str
    changed: bool


class ComparisonReport(NamedTuple):
    """What changes between two rule tables."""

    schema_version: Literal[1]
    genarch_version: str
    before: TableVersion
    after: TableVersion
    entries: tuple[EntryChange, ...]
    scope: tuple[Where, ...]
    """What all answers that change have in common."""
    changes: tuple[VerdictChange, ...]
    complete: bool
    """Whether every search came to its end; else there may be further changes."""
    specs: tuple[SpecVerdicts, ...]
    """With --specs."""


_DERIVED = frozenset(
    {"rules for it", "rules against it", "rules that exclude it", "methods", "architectures", "cited by"}
)
"""What a description of one entry says of others; their own changes say it again."""


def comparison_report(
    before: RuleTable, after: RuleTable, comparison: Comparison, specs: Iterable[SpecVerdicts], regions: int
) -> ComparisonReport:
    """The report; asks the comparison for everything, with up to so many regions for each change."""
    entries, changes = tuple(_entry_changes(before, after)), tuple(comparison.changes(regions))
    scope = comparison.scope() if changes else ()
    return ComparisonReport(
        1, __version__, before.identity, after.identity, entries, scope, changes, comparison.complete, tuple(specs)
    )


def _entry_changes(before: RuleTable, after: RuleTable) -> Iterator[EntryChange]:
    old, new = _described(before), _described(after)
    for key in dict.fromkeys([*old, *new]):
        (was, earlier), (now, later) = old.get(key) or new[key], new.get(key) or old[key]
        if key not in old or key not in new:
            yield EntryChange(later.kind, later.id, "added" if key in new else "removed", ())
        elif was != now:
            parts = [{"title": each.title, **dict(each.parts)} for each in (earlier, later)]
            names = (name for name in dict.fromkeys([*parts[0], *parts[1]]) if name not in _DERIVED)
            fields = (FieldChange(name, *(_joined(each.get(name)) for each in parts)) for name in names)
            changed = tuple(field for field in fields if field.before != field.after)
            yield EntryChange(later.kind, later.id, "changed", changed)


def _joined(part: str | tuple[str, ...] | None) -> str | None:
    return "; ".join(part) if isinstance(part, tuple) else part


def _described(rules: RuleTable) -> dict[tuple[str, str], tuple[object, Description]]:
    """What a table holds, each with what makes it another one, and its description; first what it says of itself."""
    header = rules.header
    points = ", ".join(f"{name} {points}" for name, points in header.points.items())
    limits = (("close_call", str(header.close_call)), ("clear", str(header.clear)))
    parts = (*limits, ("points", points), ("source", header.source_title))
    entries: list[TableEntry | Fact] = [
        *rules.rules,
        *rules.assumptions,
        *rules.notices,
        *rules.methods,
        *rules.next_steps,
    ]
    entries += [*rules.architectures, *rules.families, *rules.questions]
    entries += [fact._replace(inherited=False) for fact in rules.facts]
    own = {("", ""): (parts, Description("table", header.id, "", parts))}
    return own | {(type(entry).__name__, entry.id): (entry, describe(entry, rules)) for entry in entries}


def comparison_page(report: ComparisonReport) -> Iterator[Block]:
    """The comparison: entries, verdicts, and the specs that were given."""
    sides = (f"{table} ({table.digest[:19]})" for table in (report.before, report.after))
    yield Title(" to ".join(sides), level=2)
    changes = ((strong(entry.change, tone=entry.change), f" {entry.kind} ", code(entry.id)) for entry in report.entries)
    fields = (_lines(map(_field_words, entry.fields)) for entry in report.entries)
    entries = tuple(map(Entry, changes, fields))
    yield Section("Entries", (Entries(entries),), level=3) if entries else Paragraph("No entries change.")
    yield Section("Verdicts", (Paragraph(_scope_words(report)), *map(_change, report.changes)), level=3)
    if report.specs:
        changed = [spec for spec in report.specs if spec.changed]
        counted = f"{len(changed) or 'none'} of {len(report.specs)} specs change{'s' if len(changed) == 1 else ''}"
        lines = _lines((code(spec.path), f": {_change_words(spec)}") for spec in changed)
        yield Section("Specs", (Entries((Entry(counted, lines),)),), level=3)


def _lines(lines: Iterable[Line]) -> tuple[Entries, ...]:
    """A list below an entry; nothing where there are no lines."""
    entries = tuple(map(Entry, lines))
    return (Entries(entries),) if entries else ()


def _field_words(field: FieldChange) -> str:
    """`when: domain is narrow -> domain is broad`."""
    if field.before is None:
        return f"{field.name}: added: {field.after}"
    if field.after is None:
        return f"{field.name}: removed: {field.before}"
    return f"{field.name}: {field.before} -> {field.after}"


def _change(change: VerdictChange) -> Section:
    found = []
    for region in change.regions:
        example = f"for example {', '.join(stated_words(region.example))}"
        found.append(Entry(f"where {_where_words(region.where)}", _lines([dim(example)])))
    if change.elsewhere != "no":
        found.append(Entry(f"and {'perhaps ' if change.elsewhere == 'perhaps' else ''}in further regions"))
    return Section(_change_words(change), (Entries(tuple(found)),))


def _change_words(change: VerdictChange | SpecVerdicts) -> str:
    """`diffusion -> GAN`: an architecture by its id, a verdict in words."""
    sides = (change.before, change.after)
    return " -> ".join(name_words(n) if n == "gan" or n in VERDICTS_WITHOUT_FAMILY else n for n in sides)


def _scope_words(report: ComparisonReport) -> str:
    """In one sentence, whether verdicts change and where at most."""
    if not report.changes:
        if report.complete:
            return "No complete answers that both tables call consistent change their verdict."
        return "No change of a verdict was found within the limit of the search; some may remain."
    where = f" only where {_where_words(report.scope)}" if report.scope else ""
    rest = "" if report.complete else " The search met its limit: there may be further changes."
    return f"Verdicts change{where}.{rest}"


def _where_words(where: Sequence[Where]) -> str:
    """Restrictions, all of which must hold: `domain: narrow, latency_budget_ms: 100 to below 120`."""
    return "; ".join(map(restriction_words, where)) or "everywhere"


def restriction_words(where: Where) -> str:
    """What is asked of one constraint; a long choice by what it leaves out."""
    name, constraint = where.constraint, BY_NAME[where.constraint]
    if constraint.numeric:
        return f"{name}: {Range(where.at_least, where.above, where.at_most, where.below)}"
    if constraint.kind == "set":
        parts = (("with", where.all_of), ("without", where.none_of))
        return f"{name} " + " and ".join(f"{word} {', '.join(members)}" for word, members in parts if members)
    if where.is_ is not None:
        return f"{name}: {format_answer(where.is_)}"
    inside = where.any_of or ()
    outside = [value for value in constraint.values if value not in inside]
    if len(outside) < len(inside):
        return f"{name}: {'none of' if len(outside) > 1 else 'not'} {', '.join(outside)}"
    return f"{name}: {'any of ' if len(inside) > 1 else ''}{', '.join(inside)}"
