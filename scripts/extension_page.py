"""The docs page that sets a table beside the one that it extends, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genarch.engine.conditions import constraints_read
from genarch.engine.conditions import describe as condition_words
from genarch.engine.rules import Assumption, Method, NextStep, Notice, Rule, RuleTable
from genarch.reports.descriptions import grounds
from genarch.reports.markdown import code, inert
from genarch.reports.words import rule_words

Row = Rule | Notice | Method | NextStep | Assumption


def extension_page(base: RuleTable, rules: RuleTable) -> str:
    """The page, in Markdown: each row of the base with what became of it and why, then what is new."""
    return "\n".join(_lines(base, rules)) + "\n"


def _lines(base: RuleTable, rules: RuleTable) -> Iterator[str]:
    one, other = base.header.id, rules.header.id
    yield f"# `{one}` and `{other}`, row by row"
    yield ""
    yield f"<!-- Made by `make generate` from rules/{one}.yaml and rules/{other}.yaml; do not edit. -->"
    yield ""
    yield f"`{other}` extends `{one}`. Each departure is a replacement or a disabling with its reason;"
    yield "notices, methods, next steps and assumptions that are not named here are the same in both."
    yield f"The rules in full: [`{one}`](rules/{one}.md), [`{other}`](rules/{other}.md)."
    yield f"What they rest on: [facts](facts/{other}.md)."
    yield "[How both fare on documented cases](cases.md) is printed by `genarch backtest`."
    yield ""
    yield _counts(base, rules)
    yield ""
    yield f"## Rules of `{one}`"
    yield ""
    yield f"| rule | `{one}` | `{other}` | why |"
    yield "| --- | --- | --- | --- |"
    after = {rule.id: rule for rule in rules.rules}
    reasons = {entry.id: entry.reason for entry in rules.disabled}
    for rule in base.rules:
        yield _row(rule, after.get(rule.id), reasons.get(rule.id, ""))
    yield ""
    yield f"## New rules of `{other}`"
    yield ""
    yield "| rule | when | effect | because | source |"
    yield "| --- | --- | --- | --- | --- |"
    known = {rule.id for rule in base.rules}
    for rule in rules.rules:
        if rule.id not in known:
            cells = [
                inert(condition_words(rule.when)),
                inert(rule_words(rule)),
                inert(rule.because),
                inert(str(rule.source)),
            ]
            yield f"| {code(rule.id)} | {' | '.join(cells)} |"
    yield from _others(base, rules, reasons)
    yield from _read(base, rules)
    yield from _grounds(rules)


def _counts(base: RuleTable, rules: RuleTable) -> str:
    """How much was set anew."""
    before = {rule.id: rule for rule in base.rules}
    new = [rule for rule in rules.rules if rule.id not in before]
    replaced = [rule for rule in rules.rules if rule.id in before and rule != before[rule.id]]
    kept = len(rules.rules) - len(new) - len(replaced)
    strengths = sum(len(rule.points) for rule in (*new, *replaced))
    return (
        f"Of its {len(rules.rules)} rules {kept} are those of `{base.header.id}`, {len(replaced)} replace one of them "
        f"and {len(new)} are new; {len(before) - kept - len(replaced)} are disabled. The replacements and the new ones "
        f"have {strengths} strengths together, each slight, moderate or strong."
    )


def _row(before: Rule, after: Rule | None, reason: str) -> str:
    shown = inert(f"{condition_words(before.when)}: {rule_words(before)}")
    if after is None:
        return f"| {code(before.id)} | {shown} | disabled | {inert(reason)} |"
    if after == before:
        return f"| {code(before.id)} | {shown} | the same | |"
    when = "" if after.when == before.when else f"{condition_words(after.when)}: "
    now = inert(when + rule_words(after))
    return f"| {code(before.id)} | {shown} | {now} | {inert(after.replaces)} |"


def _others(base: RuleTable, rules: RuleTable, reasons: dict[str, str]) -> Iterator[str]:
    """Notices, methods, next steps and assumptions that changed."""
    yield ""
    yield "## Notices, methods, next steps and assumptions"
    yield ""
    yield "| entry | change | why |"
    yield "| --- | --- | --- |"
    groups: tuple[tuple[Iterable[Row], Iterable[Row]], ...] = (
        (base.notices, rules.notices),
        (base.methods, rules.methods),
        (base.next_steps, rules.next_steps),
        (base.assumptions, rules.assumptions),
    )
    for before, after in groups:
        old, new = {entry.id: entry for entry in before}, {entry.id: entry for entry in after}
        for name in dict.fromkeys([*old, *new]):
            if name not in new:
                yield f"| {code(name)} | disabled | {inert(reasons.get(name, ''))} |"
            elif name not in old:
                yield f"| {code(name)} | new | {inert(str(new[name].source))} |"
            elif old[name] != new[name]:
                yield f"| {code(name)} | replaced | {inert(new[name].replaces)} |"


def _read(base: RuleTable, rules: RuleTable) -> Iterator[str]:
    """The constraints that rules of one table read and those of the other do not."""
    read = [{name for rule in table.rules for name in constraints_read(rule.when)} for table in (base, rules)]
    for table, more in ((rules, read[1] - read[0]), (base, read[0] - read[1])):
        if more:
            names = ", ".join(code(name) for name in sorted(more))
            yield ""
            yield f"Read by rules of `{table.header.id}` alone: {names}."


def _grounds(rules: RuleTable) -> Iterator[str]:
    """The facts of the table's own, with what each rests on."""
    yield ""
    yield f"## What the rules of `{rules.header.id}` rest on"
    yield ""
    yield "| fact | says | rests on |"
    yield "| --- | --- | --- |"
    for fact in rules.facts:
        if not fact.inherited:
            yield f"| {fact.id} | {inert(fact.text)} | {inert('; '.join(grounds(fact)))} |"
