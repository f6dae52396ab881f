"""Markdown: a section to paste into a decision record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from genarch.errors import Problem
from genarch.reports.escape import code, inert
from genarch.reports.evidence.markdown import evidence_section
from genarch.reports.evidence.words import standing_words
from genarch.reports.report import Report
from genarch.reports.words import (
    base_words,
    binding_words,
    confidence_words,
    effect_words,
    flip_rows,
    left_out_words,
    next_words,
    origin_words,
    relax_words,
    settled_words,
    source_words,
    undecided_words,
    unread_words,
    value_words,
    verdict_words,
)


class Markdown:
    """One section for each spec, separated by an empty line."""

    def __init__(self) -> None:
        self._count = 0

    def start(self) -> str:
        """Nothing."""
        return ""

    def one(self, report: Report) -> str:
        """A report's section."""
        self._count += 1
        gap = "\n" if self._count > 1 else ""
        return gap + "\n".join(_error(report) if "error" in report else _section(report)) + "\n"

    def finish(self) -> str:
        """Nothing."""
        return ""


def excerpt(report: Report) -> str:
    """The verdict and its reasons without a heading, for a place within a document.

    It changes when the answers or the rule table do, and with nothing else.
    """
    confidence = confidence_words(report)
    rules = report["rules"]
    verdict = f"**{inert(verdict_words(report))}**{f' ({confidence})' if confidence else ''}"
    lines = [f"{verdict}. {inert(report['summary'])}"]
    if told := base_words(report):
        lines += ["", inert(told)]
    if "settled" in report:
        lines += ["", inert(f"{settled_words(report)} {next_words(report)}")]
    lines += _rationale(report)
    if "settled" in report:
        lines += _changes(report)
    lines += _warnings(report)
    lines += ["", f"From {code(rules['id'] + '@' + rules['version'])} ({code(rules['digest'][:19])})."]
    return "\n".join(lines)


def _error(report: Report) -> Iterator[str]:
    yield f"### {code(report['spec']['source']['path'])}: not evaluated"
    yield ""
    for error in report["errors"]:
        yield f"- {code(str(Problem(**error)))}"


def _section(report: Report) -> Iterator[str]:
    spec = report["spec"]
    name = inert(spec["title"]) if spec["title"] else code(spec["id"])
    confidence = confidence_words(report)
    yield f"### {name}: {inert(verdict_words(report))}{f' ({confidence})' if confidence else ''}"
    yield ""
    yield inert(report["summary"])
    if told := base_words(report):
        yield ""
        yield inert(told)
    if "settled" in report:
        yield ""
        yield inert(f"{settled_words(report)} {next_words(report)}")
    if told := standing_words(report):
        yield ""
        yield inert(told)
    yield from _stated(report)
    yield from _ranking(report)
    yield from _rationale(report)
    if "settled" in report:
        yield from _changes(report)
    if "evidence" in report:
        yield from evidence_section(report["evidence"])
    yield from _list("Start with", [_method(method, report["recommended"]) for method in report["methods"]])
    yield from _list("Risks", [_risk(risk) for risk in report["risks"]])
    yield from _warnings(report)
    if report["unread"]:
        yield ""
        yield f"**Stated, but read by nothing in the table:** {inert(unread_words(report))}"
    if report["undecided"]:
        yield ""
        yield f"**Not stated, and read by rules:** {inert(undecided_words(report))}"
    rules = report["rules"]
    yield ""
    yield (
        f"Evaluated by genarch {inert(report['genarch_version'])} with {code(rules['id'] + '@' + rules['version'])} "
        f"({code(rules['digest'][:19])}), from {inert(rules['source'])}."
    )


def _stated(report: Report) -> Iterator[str]:
    stated = report["spec"]["constraints"]
    if stated:
        yield ""
        yield "**Stated:** " + ", ".join(code(f"{name}: {value_words(value)}") for name, value in stated.items())


def _ranking(report: Report) -> Iterator[str]:
    yield ""
    yield "| Architecture | Family | Points | Excluded by |"
    yield "| --- | --- | ---: | --- |"
    for entry in report["ranking"]:
        excluded = ", ".join(map(code, entry["excluded_by"]))
        yield f"| {code(entry['architecture'])} | {entry['family']} | {entry['points']} | {excluded} |"


def _rationale(report: Report) -> Iterator[str]:
    lines = []
    for entry in report["rationale"]:
        effect = effect_words(entry["effect"])
        told = f" Effect: {inert(effect)}." if effect else ""
        lines.append(
            f"**{inert(entry['title'])}.** {inert(entry['because'])}{told} ({code(entry['rule'])}; {_source(entry)})"
        )
    yield from _list("Why", lines)


def _changes(report: Report) -> Iterator[str]:
    yield from _list("What would change this", [f"{inert(c)}: {inert(v)}" for c, v in flip_rows(report)])
    yield from _list("If nothing fits, drop one of", [inert(words) for words in relax_words(report)])
    if decided := binding_words(report):
        yield ""
        yield f"**Decided by:** {inert(decided)}"
    if left_out := left_out_words(report):
        yield ""
        yield inert(left_out)


def _warnings(report: Report) -> Iterator[str]:
    yield from _list("Warnings", [f"{inert(w['message'])} ({code(w['id'])})" for w in report["warnings"]])


def _method(method: Mapping[str, str], recommended: list[str]) -> str:
    return f"**{inert(method['title'])}**: {inert(method['because'])} ({inert(origin_words(method, recommended))})"


def _risk(risk: Mapping[str, str]) -> str:
    told = f"{inert(risk['risk'])} *Mitigation:* {inert(risk['mitigation'])}"
    return f"{told} ({code(risk['architecture'])}; {_source(risk)})"


def _list(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"**{heading}**"
        yield ""
        for line in lines:
            yield f"- {line}"


def _source(entry: Mapping[str, object]) -> str:
    source = entry["source"]
    assert isinstance(source, dict)  # noqa: S101  (the report's own shape)
    return inert(source_words(source))
