"""How the report's names read to people: shared by the text and Markdown formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genarch.table.answers import format_answer
from genarch.table.constraints import BY_NAME


def verdict_words(report: Mapping[str, Any]) -> str:
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


def confidence_words(report: Mapping[str, Any]) -> str:
    """The confidence and what it rests on."""
    match report["confidence"]:
        case "forced":
            return "forced: no other family is left"
        case None:
            return ""
        case confidence:
            return f"{str(confidence).replace('_', ' ')}, margin {report['margin']:.2f}"


def base_words(report: Mapping[str, Any]) -> str:
    """What the table that was extended would have said alone; empty where that is the same, or none was extended.

    `By article@1.0.0 alone: GAN (clear, margin 0.67).`
    """
    base = report["base"]
    if not base or not base["differs"]:
        return ""
    confidence = confidence_words(base)
    return f"By {base['rules']} alone: {verdict_words(base)}{f' ({confidence})' if confidence else ''}."


def effect_words(effect: dict[str, Any]) -> str:
    """What a rule did: `gan +3, consistency +1; excludes diffusion`."""
    gained = [f"{name} +{points}" for name, points in effect["for"].items()]
    lost = [f"{name} -{points}" for name, points in effect["against"].items()]
    excluded = [f"excludes {', '.join(effect['excludes'])}"] if effect["excludes"] else []
    return "; ".join([*([", ".join(gained + lost)] if gained + lost else []), *excluded])


def source_words(source: dict[str, Any]) -> str:
    """Facts and grade: `E1, G2; planning heuristic`. What is not from the table's source has a section instead."""
    return f"{', '.join(source['facts']) or source['section']}; {str(source['grade']).replace('_', ' ')}"


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


def settled_words(report: Mapping[str, Any]) -> str:
    """Whether answering what is open can still change the verdict, and what to ask next."""
    verdicts = [item["verdict"] for item in report["possible"]]
    others = [name_words(verdict) for verdict in verdicts if verdict != report["verdict"]]
    if not verdicts:
        told = "Every way to answer the rest contradicts itself, so nothing can be said of what it leads to."
    elif not others:
        told = "Settled: answering the rest cannot change this."
    elif len(verdicts) == 1:
        told = f"Not final: every way to answer the rest makes it {others[0]}."
    elif len(others) == len(verdicts):
        told = f"Not final: answering the rest makes it {either(others)}."
    else:
        told = f"Could still become {either(others)}."
    return told


def next_words(report: Mapping[str, Any]) -> str:
    """The question to ask next; empty when there is none."""
    name = report["next_question"]
    return f"Ask next: {name} ({BY_NAME[name].meaning})." if name else ""


def left_out_words(report: Mapping[str, Any]) -> str:
    """Which answers were not considered; empty where every one was."""
    if not report["left_out"]:
        return ""
    return f"Left out are answers that contradict one another: {', '.join(report['left_out'])}."


def flip_rows(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What would change the verdict, and to which: `latency_budget_ms at 100 ms or more`, `diffusion`."""
    stated = report["spec"]["constraints"]
    rows = [
        (" and ".join(_change_words(change, stated) for change in flip["changes"]), name_words(flip["verdict"]))
        for flip in report["flips"]
    ]
    found = report["stability"]
    if found:
        told = (
            f"{found['rule']}: {found['architecture']} {signed(found['changed'])} instead of {signed(found['points'])}"
        )
        rows.append((told, name_words(found["verdict"])))
    return rows


def _change_words(change: Mapping[str, Any], stated: Mapping[str, Any]) -> str:
    name = change["constraint"]
    if change["bound"]:
        unit = BY_NAME[name].unit
        limit = format_answer(change["threshold"]) + (f" {unit}" if unit else "")
        return f"{name} " + _BOUNDS[change["bound"]].format(limit)
    if isinstance(change["value"], list):
        before, after = stated[name], change["value"]
        words = [f"with {member}" for member in after if member not in before]
        words += [f"without {member}" for member in before if member not in after]
        return f"{name} {' and '.join(words)}"
    return f"{name}: {either([value_words(value) for value in [change['value'], *change['others']]])}"


_BOUNDS = {"at_least": "at {} or more", "above": "above {}", "at_most": "at {} or less", "below": "below {}"}


def binding_words(report: Mapping[str, Any]) -> str:
    """The constraints that alone give the verdict, and how many of the stated ones they are."""
    binding, stated = report["binding"], report["spec"]["constraints"]
    if not binding:
        return ""
    rest = len(stated) - len(binding)
    others = f" The other {rest} stated would not be needed for it." if rest > 1 else ""
    one = " The other one stated would not be needed for it." if rest == 1 else ""
    return f"{both(binding)}.{others}{one}"


def relax_words(report: Mapping[str, Any]) -> list[str]:
    """Each smallest set of constraints to drop so that something is left."""
    return [both(dropped) for dropped in report["relax"]]


def signed(points: int) -> str:
    """Points with their sign: +3, -1, 0."""
    return f"{points:+d}" if points else "0"


def either(words: list[str]) -> str:
    """Alternatives in running text: `a, b or c`."""
    return _joined(words, "or")


def both(words: list[str]) -> str:
    """Things together in running text: `a, b and c`."""
    return _joined(words, "and")


def _joined(words: list[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def value_words(value: Any) -> str:
    """A stated answer as a spec has it."""
    return f"[{', '.join(value)}]" if isinstance(value, list) else format_answer(value)
