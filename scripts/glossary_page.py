"""The glossary: what `genarch show` says of each word, with the families, architectures and constraints."""

from __future__ import annotations

from collections.abc import Iterable

from genarch.engine.constraints import CONSTRAINTS
from genarch.engine.rules import RuleTable
from genarch.reports.descriptions import GLOSSARY
from genarch.reports.markdown import inert

KINDS = {"Confidence": "The confidence", "Grades": "A grade: ", "Warnings": "A warning: "}
"""The sections of words, and how what they mean begins."""


def glossary_page(rules: RuleTable) -> str:
    """The page."""
    words = {
        word: next((kind for kind, start in KINDS.items() if meaning.startswith(start)), "")
        for word, meaning in GLOSSARY.items()
    }
    verdicts = [word for word in rules.verdicts if word in GLOSSARY]
    parts = [
        "# Glossary",
        "<!-- Made by `make generate` from src/genarch and rules/field.yaml; do not edit. -->",
        "The words of reports and of these pages. `genarch show WORD` says the same, and more of what has an id.",
        "## Verdicts",
        _list([(entry.id, entry.summary or entry.title) for entry in rules.families]) + _list(_said(verdicts)),
        "## Architectures",
        _list([(entry.id, f"{entry.title}. {entry.summary}".strip()) for entry in rules.architectures]),
    ]
    for kind, start in KINDS.items():
        of_kind = [
            (word, GLOSSARY[word].removeprefix(start) if start.endswith(": ") else GLOSSARY[word])
            for word in words
            if words[word] == kind
        ]
        parts += [f"## {kind}", _list((word, text[0].upper() + text[1:]) for word, text in of_kind)]
    rest = [word for word, kind in words.items() if not kind and word not in verdicts]
    parts += ["## Other words", _list(_said(rest)), "## Constraints"]
    parts += [
        "What a spec may state. [specs.md](specs.md#constraints) has the values.",
        _list((entry.name, entry.meaning) for entry in CONSTRAINTS),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _said(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(word, GLOSSARY[word]) for word in words]


def _list(entries: Iterable[tuple[str, str]]) -> str:
    return "".join(f"- `{word}`: {inert(meaning)}\n" for word, meaning in entries)
