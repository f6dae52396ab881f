"""Lists and descriptions of the table's entries, as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from genarch.reports.entries import Description, effect_of
from genarch.reports.escape import safe
from genarch.table.rules import RuleTable


def list_as_json(rules: RuleTable) -> dict[str, object]:
    """What a table holds, each entry by id and title."""
    header = rules.header
    return {
        "id": header.id,
        "version": header.version,
        "title": header.title,
        "source": header.source_title,
        "digest": header.digest,
        "extends": header.extends or None,
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "effect": effect_of(rule),
                "facts": list(rule.source.facts),
                "grade": rule.source.grade,
            }
            for rule in rules.rules
        ],
        "disabled": [entry._asdict() for entry in rules.disabled],
        "methods": [{"id": entry.id, "title": entry.title} for entry in rules.methods],
        "notices": [{"id": entry.id, "title": entry.title, "level": entry.level} for entry in rules.notices],
        "assumptions": [{"id": entry.id, "title": entry.title} for entry in rules.assumptions],
        "architectures": [
            {"id": entry.id, "title": entry.title, "family": entry.family} for entry in rules.architectures
        ],
        "families": [{"id": entry.id, "title": entry.title} for entry in rules.families],
    }


def list_as_text(rules: RuleTable, width: int) -> str:
    """What a table holds, a rule in three lines, the rest by id."""
    header = rules.header
    lines = [
        *_wrapped(f"{rules.name}: {safe(header.title)}", width, 0),
        *_wrapped(f"from {safe(header.source_title)}", width, 2),
    ]
    if header.extends:
        lines.append(f"  extends {header.extends}")
    lines += ["", f"rules ({len(rules.rules)})"]
    for rule in rules.rules:
        lines += [*_wrapped(rule.id, width, 2), *_wrapped(safe(rule.title), width, 4)]
        lines += _wrapped(f"{effect_of(rule)} ({rule.source})", width, 4)
    for heading, ids in (
        ("disabled", [f"{entry.id} ({safe(entry.reason)})" for entry in rules.disabled]),
        ("methods", [entry.id for entry in rules.methods]),
        ("notices", [entry.id for entry in rules.notices]),
        ("assumptions", [entry.id for entry in rules.assumptions]),
        ("architectures", [entry.id for entry in rules.architectures]),
    ):
        if ids:
            lines += ["", f"{heading} ({len(ids)})", *_wrapped(", ".join(ids), width, 2)]
    return "\n".join([*lines, "", "genarch explain ID tells more of each."]) + "\n"


def descriptions_as_text(descriptions: Sequence[Description], width: int) -> str:
    """Descriptions one below the other."""
    return "\n".join("\n".join(_description(description, width)) + "\n" for description in descriptions)


def _description(description: Description, width: int) -> list[str]:
    lines = _wrapped(f"{description.kind} {description.id}: {safe(description.title)}", width, 0)
    for heading, text in description.parts:
        lines.append(f"  {heading}")
        if isinstance(text, str) and "\n" in text:
            lines += [f"    {safe(line)}".rstrip() for line in text.rstrip("\n").split("\n")]
            continue
        several = isinstance(text, tuple) and len(text) > 1
        for item in text if isinstance(text, tuple) else (text,):
            lines += _wrapped(safe(item), width, 4, mark="- " if several else "")
    return lines


def _wrapped(text: str, width: int, indent: int, mark: str = "") -> list[str]:
    start = " " * indent
    return wrap(
        text,
        max(width, 20),
        initial_indent=start + mark,
        subsequent_indent=start + " " * len(mark),
        break_on_hyphens=False,
    )
