"""How the report's names read to people: shared by the text and Markdown formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genarch.model.answers import format_answer


def verdict_words(report: dict[str, Any]) -> str:
    """The verdict as a headline: `GAN`, `Hybrid: consistency`, `Evaluate both: GAN and diffusion`."""
    verdict = str(report["verdict"])
    if verdict == "evaluate_both":
        pairs = zip(report["candidates"], report["recommended"], strict=True)
        first, second = (_candidate(family, architecture) for family, architecture in pairs)
        return f"Evaluate both: {first} and {second}"
    words = name_words(verdict)
    architecture = report["architecture"]
    words = words[:1].upper() + words[1:]
    return words if architecture in (None, verdict) else f"{words}: {architecture}"


def _candidate(family: str, architecture: str) -> str:
    return name_words(family) if family == architecture else f"{name_words(family)} ({architecture})"


def name_words(family: str) -> str:
    """A family's name, or a verdict's, in running text."""
    return "GAN" if family == "gan" else family.replace("_", " ")


def confidence_words(report: dict[str, Any]) -> str:
    """The confidence and what it rests on."""
    match report["confidence"]:
        case "forced":
            return "forced: no other family is left"
        case None:
            return ""
        case confidence:
            return f"{str(confidence).replace('_', ' ')}, margin {report['margin']:.2f}"


def effect_words(effect: dict[str, Any]) -> str:
    """What a rule did: `gan +3, consistency +1; excludes diffusion`."""
    gained = [f"{name} +{points}" for name, points in effect["for"].items()]
    lost = [f"{name} -{points}" for name, points in effect["against"].items()]
    excluded = [f"excludes {', '.join(effect['excludes'])}"] if effect["excludes"] else []
    return "; ".join([*([", ".join(gained + lost)] if gained + lost else []), *excluded])


def source_words(source: dict[str, Any]) -> str:
    """Facts and grade: `E1, G2; planning heuristic`."""
    return f"{', '.join(source['facts'])}; {str(source['grade']).replace('_', ' ')}"


def undecided_words(report: dict[str, Any]) -> str:
    """The constraints that rules wait for: `control (3 rules), training (1)`."""
    counted = [(item["constraint"], len(item["rules"])) for item in report["undecided"]]
    noun = "rule" if counted and counted[0][1] == 1 else "rules"
    first = [f"{name} ({count} {noun})" for name, count in counted[:1]]
    return ", ".join([*first, *(f"{name} ({count})" for name, count in counted[1:])])


def unread_words(report: dict[str, Any]) -> str:
    """What is stated and moves nothing: `device, priorities: fidelity`."""
    return ", ".join(
        f"{item['constraint']}: {', '.join(item['members'])}" if item["members"] else item["constraint"]
        for item in report["unread"]
    )


def origin_words(entry: Mapping[str, Any], recommended: list[str]) -> str:
    """Which of the recommended architectures a method is for, and where that is from."""
    mine = [name for name in entry["architectures"] if name in recommended]
    return f"{', '.join(mine)}; {source_words(entry['source'])}"


def value_words(value: Any) -> str:
    """A stated answer as a spec has it."""
    return f"[{', '.join(value)}]" if isinstance(value, list) else format_answer(value)
