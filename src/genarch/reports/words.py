"""How the report's names read to people: shared by the text and Markdown formats."""

from __future__ import annotations

from typing import Any

from genarch.model.answers import format_answer


def verdict_words(report: dict[str, Any]) -> str:
    """The verdict as a headline: `GAN`, `Hybrid: consistency`, `Evaluate both: GAN and diffusion`."""
    verdict = str(report["verdict"])
    if verdict == "evaluate_both":
        first, second = (name_words(family) for family in report["candidates"])
        return f"Evaluate both: {first} and {second}"
    words = name_words(verdict)
    architecture = report["architecture"]
    words = words[:1].upper() + words[1:]
    return words if architecture in (None, verdict) else f"{words}: {architecture}"


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


def value_words(value: Any) -> str:
    """A stated answer as a spec has it."""
    return f"[{', '.join(value)}]" if isinstance(value, list) else format_answer(value)
