"""The docs pages of a rule table, made from the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genarch.engine.rules import Fact, RuleTable
from genarch.reports.descriptions import Description, describe, grounds
from genarch.reports.markdown import inert

_SECTIONS = (
    ("Architectures", "architectures"),
    ("Rules", "rules"),
    ("Assumptions", "assumptions"),
    ("Notices", "notices"),
    ("Methods", "methods"),
    ("Next steps", "next_steps"),
)


def rule_page(rules: RuleTable) -> str:
    """The page, in Markdown: every entry under a heading that is its id."""
    return "\n".join(_lines(rules)) + "\n"


def facts_page(rules: RuleTable) -> str:
    """The facts that the table's entries cite, in Markdown."""
    return "\n".join(_facts(rules)) + "\n"


def _facts(rules: RuleTable) -> Iterator[str]:
    header = rules.header
    yield f"# The facts behind the table `{header.id}`"
    yield ""
    yield f"<!-- Made by `make generate` from rules/{header.id}.yaml; do not edit. -->"
    yield ""
    yield f"Taken from: {inert(header.source_title)}. In our words, each with an id."
    yield f"Every entry of [the table](../rules/{header.id}.md) cites these ids, and every id is cited."
    for own, intro in ((False, "What the source says"), (True, "Our decisions, where the source leaves one open")):
        facts = [fact for fact in rules.facts if fact.own is own]
        if facts:
            yield ""
            yield f"## {intro}"
            yield ""
            yield from (f"- **{fact.id}** {inert(_fact(fact))}" for fact in facts)


def _fact(fact: Fact) -> str:
    resting = "; ".join(grounds(fact))
    return f"{fact.text} ({resting})" if resting else fact.text


def _lines(rules: RuleTable) -> Iterator[str]:
    header = rules.header
    strengths = ", ".join(f"{name} {points}" for name, points in header.points.items())
    yield f"# The rule table `{header.id}`"
    yield ""
    yield f"<!-- Made by `make generate` from rules/{header.id}.yaml; do not edit. -->"
    yield ""
    yield f"Version {header.version}: {inert(header.title)}."
    yield f"Taken from: {inert(header.source_title)}."
    yield f"Points: {strengths}. Below a margin of {header.close_call} the answer is to evaluate both."
    yield f"From a margin of {header.clear} on a recommendation is clear, below that it is a lean."
    yield f"The facts that entries cite are in [facts/{header.id}.md](../facts/{header.id}.md)."
    if rules.disabled:
        yield ""
        yield f"Disabled, of `{header.extends}`:"
        yield ""
        yield from (f"- `{entry.id}`: {inert(entry.reason)}" for entry in rules.disabled)
    for heading, attribute in _SECTIONS:
        entries = getattr(rules, attribute)
        if entries:
            yield ""
            yield f"## {heading}"
            for entry in entries:
                yield from _entry(describe(entry, rules))


def _entry(description: Description) -> Iterator[str]:
    yield ""
    yield f"### {description.id}"
    yield ""
    yield f"{inert(description.title)}."
    yield ""
    for heading, text in description.parts:
        if isinstance(text, tuple) and len(text) > 1:
            yield f"- **{heading}**"
            yield from _items(text)
        else:
            yield f"- **{heading}**: {inert(text if isinstance(text, str) else text[0])}"


def _items(texts: Iterable[str]) -> Iterator[str]:
    return (f"  - {inert(text)}" for text in texts)
