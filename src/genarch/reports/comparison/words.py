"""How a comparison's names read to people: shared by its text and Markdown formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genarch.reports.words import name_words, value_words
from genarch.table.answers import format_answer
from genarch.table.constraints import BY_NAME
from genarch.table.rules import VERDICTS_WITHOUT_FAMILY
from genarch.table.space import Stretch

Record = Mapping[str, Any]


def title_words(report: Record) -> str:
    """`article@1.0.0 (sha256:2e240e5f5ce5) to article@1.1.0 (sha256:59f9eed56d6c)`."""
    return " to ".join(f"{t['id']}@{t['version']} ({t['digest'][:19]})" for t in (report["before"], report["after"]))


def entry_words(entry: Record) -> str:
    """`changed rule under-100-ms-needs-a-single-pass`."""
    return f"{entry['change']} {entry['kind']} {entry['id']}"


def field_words(field: Record) -> str:
    """`when: domain is narrow -> domain is broad`; what is not there on one side is told as added or taken away."""
    before, after = field["before"], field["after"]
    if before is None:
        return f"{field['name']}: added: {after}"
    if after is None:
        return f"{field['name']}: taken away: {before}"
    return f"{field['name']}: {before} -> {after}"


def change_words(change: Record) -> str:
    """`diffusion -> GAN`."""
    return f"{_outcome_words(change['before'])} -> {_outcome_words(change['after'])}"


def _outcome_words(name: str) -> str:
    """An architecture by its id, a verdict in words."""
    return name_words(name) if name == "gan" or name in VERDICTS_WITHOUT_FAMILY else name


def where_words(where: Sequence[Record]) -> str:
    """Restrictions, all of which must hold: `domain: narrow, latency_budget_ms: 100 to below 120`."""
    return "; ".join(map(restriction_words, where)) or "everywhere"


def restriction_words(item: Record) -> str:
    """One restriction; a long choice by what it leaves out."""
    name = item["constraint"]
    constraint = BY_NAME[name]
    if constraint.kind == "set":
        parts = [f"with {', '.join(item['all_of'])}"] if "all_of" in item else []
        parts += [f"without {', '.join(item['none_of'])}"] if "none_of" in item else []
        return f"{name} {' and '.join(parts)}"
    if constraint.numeric:
        low, high = item.get("at_least", item.get("above")), item.get("at_most", item.get("below"))
        return f"{name}: {Stretch(0, low, 'at_least' in item, high, 'at_most' in item)}"
    if "is" in item:
        return f"{name}: {format_answer(item['is'])}"
    rest = [value for value in constraint.values if value not in item["any_of"]]
    if len(rest) < len(item["any_of"]):
        return f"{name}: {'none of' if len(rest) > 1 else 'not'} {', '.join(rest)}"
    return f"{name}: {'any of ' if len(item['any_of']) > 1 else ''}{', '.join(item['any_of'])}"


def example_words(example: Record) -> str:
    """Complete answers in one line."""
    return ", ".join(f"{name}: {value_words(value)}" for name, value in example.items())


def scope_words(report: Record) -> str:
    """In one sentence, whether verdicts change and where at most."""
    if not report["changes"]:
        if report["complete"]:
            return "No complete answers that both tables call consistent change their verdict."
        return "No change of a verdict was found within the limit of the search; some may remain."
    where = f" where {where_words(report['scope'])}" if report["scope"] else ""
    told = f"Verdicts change{f' only{where}' if where else ''}."
    return told if report["complete"] else f"{told} The search met its limit: there may be further changes."


def elsewhere_words(change: Record) -> str:
    """Whether there are further regions; empty when there are none."""
    return {"yes": "and in further regions", "perhaps": "and perhaps in further regions", "no": ""}[change["elsewhere"]]


def specs_words(report: Record) -> str:
    """How many of the given specs change."""
    changed = sum(spec["changed"] for spec in report["specs"])
    return f"{changed or 'none'} of {len(report['specs'])} specs change{'s' if changed == 1 else ''}"
