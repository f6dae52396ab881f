"""Text for people: the verdict first, then its reasons. Laid out by rich for the terminal's width.

Without colour nothing is lost: whatever a colour says, a word says too.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from genarch.errors import Problem
from genarch.reports.console import NARROWEST, Look, heading, indented, rendered
from genarch.reports.escape import safe
from genarch.reports.evidence.text import evidence_parts
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
    signed,
    source_words,
    undecided_words,
    unread_words,
    value_words,
    verdict_words,
)

_STYLES = {
    "gan": "cyan",
    "diffusion": "magenta",
    "hybrid": "yellow",
    "evaluate_both": "blue",
    "undetermined": "blue",
    "infeasible": "red",
}
_NARROW = 60
"""Columns below which a bar no longer fits beside a name."""


class TextReport:
    """One block for each spec; after several, a summary with a line for each."""

    def __init__(self, *, width: int, color: bool, unicode: bool) -> None:
        """`width` in columns; without `unicode` only ASCII is drawn."""
        self._width = max(width, NARROWEST)
        self._look = Look(width, color, unicode)
        self._bar, self._rule = ("█", "─") if unicode else ("#", "-")
        self._rows: list[tuple[str, str, str]] = []

    def start(self) -> str:
        """Nothing."""
        return ""

    def one(self, report: Report) -> str:
        """A report's block, after a line that sets it off from the one before."""
        parts: list[RenderableType] = []
        if self._rows:
            parts.append(Text(f"\n{self._rule * self._width}\n", style="dim"))
        if "error" in report:
            path = report["spec"]["source"]["path"]
            self._rows.append((safe(path), "not evaluated", "infeasible"))
            parts += _error(report)
        else:
            self._rows.append((report["spec"]["id"], _verdict_line(report), report["verdict"]))
            parts += self._block(report)
        return self._rendered(Group(*parts))

    def finish(self) -> str:
        """The summary, where there is more than one spec."""
        if len(self._rows) < 2:
            return ""
        grid = Table.grid(padding=(0, 2, 0, 0))
        for name, words, style in self._rows:
            grid.add_row(Text(name, overflow="fold"), Text(words, style=_STYLES.get(style, ""), overflow="fold"))
        title = Text(f"\n{self._rule * self._width}\n{len(self._rows)} specs", style="bold")
        if self._width < _NARROW:
            lines = [Text.assemble(name, ": ", words) for name, words, _ in self._rows]
            return self._rendered(Group(title, *(indented(line) for line in lines)))
        return self._rendered(Group(title, indented(grid)))

    def _rendered(self, content: RenderableType) -> str:
        return rendered(content, self._look)

    def _block(self, report: Report) -> list[RenderableType]:
        spec = report["spec"]
        style = _STYLES.get(report["verdict"], "")
        title = f"  {safe(spec['title'])}" if spec["title"] else ""
        parts: list[RenderableType] = [
            Text.assemble((spec["id"], "bold"), (title, "dim")),
            Text.assemble((verdict_words(report), f"bold {style}"), *_confidence(report)),
            Text(safe(report["summary"])),
            *([Text(told)] if (told := base_words(report)) else []),
            *_settled(report),
            *([Text(told)] if (told := standing_words(report)) else []),
            heading("Ranking"),
            self._ranking(report),
        ]
        parts += _fired(report)
        if "settled" in report:
            parts += self._changes(report)
        if "evidence" in report:
            parts += evidence_parts(report["evidence"])
        recommended = report["recommended"]
        methods = [(m["title"], m["because"], origin_words(m, recommended)) for m in report["methods"]]
        parts += _section("Start with", methods)
        parts += _section(
            "Risks, and what to do",
            [
                (r["risk"], r["mitigation"], f"{r['architecture']}; {source_words(r['source'])}")
                for r in report["risks"]
            ],
        )
        parts += _section(
            "Warnings",
            [(w["message"], "", f"{w['id']}; {source_words(w['source'])}") for w in report["warnings"]],
        )
        if spec["constraints"]:
            stated = ", ".join(f"{name}: {value_words(value)}" for name, value in spec["constraints"].items())
            parts += [heading("Stated"), indented(Text(stated))]
        if report["unread"]:
            parts += [heading("Stated, but read by nothing in the table"), indented(Text(unread_words(report)))]
        if report["undecided"]:
            parts += [heading("Not stated, and read by rules"), indented(Text(undecided_words(report)))]
        rules = report["rules"]
        table = f"{rules['id']}@{rules['version']} ({rules['digest'][:19]}), from {safe(rules['source'])}"
        parts.append(
            Text(f"\nRules: {table}. 'genarch explain ID' tells more of every id, facts such as A1 too.", "dim")
        )
        return parts

    def _changes(self, report: Report) -> list[RenderableType]:
        """What would change the verdict, what decided it, and what to drop when nothing fits."""
        parts: list[RenderableType] = []
        rows = flip_rows(report)
        if rows:
            grid = Table.grid(padding=(0, 2, 0, 0))
            for change, verdict in rows:
                grid.add_row(Text(change, overflow="fold"), Text(verdict, overflow="fold"))
            lines = [indented(Text(f"{change}: {verdict}")) for change, verdict in rows]
            parts += [heading("What would change this"), *(lines if self._width < _NARROW else [indented(grid)])]
        if relaxed := relax_words(report):
            parts += [heading("If nothing fits, drop one of"), *(indented(Text(words)) for words in relaxed)]
        if decided := binding_words(report):
            parts += [heading("Decided by"), indented(Text(decided))]
        if left_out := left_out_words(report):
            parts.append(Text(f"\n{left_out}", style="dim"))
        return parts

    def _ranking(self, report: Report) -> RenderableType:
        most = max([1, *(abs(entry["points"]) for entry in report["ranking"])])
        room = max(4, min(24, self._width - 46))
        grid = Table.grid(padding=(0, 2, 0, 0))
        narrow = self._width < _NARROW
        lines: list[RenderableType] = []
        for entry in report["ranking"]:
            points = entry["points"]
            name = entry["architecture"]
            if entry["excluded_by"]:
                fate = Text(f"out: {', '.join(entry['excluded_by'])}", style="dim", overflow="fold")
                grid.add_row(
                    Text(name, style="dim", overflow="fold"), Text(signed(points), style="dim", justify="right"), fate
                )
            else:
                length = round(abs(points) / most * room)
                bar = Text((self._bar if points > 0 else "-") * length, style=_STYLES.get(entry["family"], ""))
                grid.add_row(Text(name, overflow="fold"), Text(signed(points), justify="right"), bar)
            if narrow:
                lines.append(indented(Text(f"{signed(points):>3} {name}")))
                if entry["excluded_by"]:
                    lines.append(indented(Text(f"out: {', '.join(entry['excluded_by'])}", style="dim"), 6))
        return Group(*lines) if narrow else indented(grid)


def _settled(report: Report) -> list[RenderableType]:
    if "settled" not in report:
        return []
    asked = next_words(report)
    return [Text(settled_words(report)), *([Text(asked)] if asked else [])]


def _verdict_line(report: Report) -> str:
    confidence = report["confidence"]
    return verdict_words(report) + (f" ({confidence.replace('_', ' ')})" if confidence else "")


def _confidence(report: Report) -> list[str]:
    words = confidence_words(report)
    return [f" ({words})"] if words else []


def _error(report: Report) -> list[RenderableType]:
    path = safe(report["spec"]["source"]["path"])
    lines = [indented(Text(safe(str(Problem(**error))))) for error in report["errors"]]
    return [Text.assemble((path, "bold"), (": not evaluated", "red")), *lines]


def _fired(report: Report) -> list[RenderableType]:
    """The rules with an effect, then what was only noted."""
    fired: list[RenderableType] = []
    noted: list[tuple[str, str, str]] = []
    for entry in report["rationale"]:
        effect = effect_words(entry["effect"])
        origin = source_words(entry["source"])
        if effect:
            fired += [
                indented(Text(safe(entry["title"]))),
                indented(Text(effect, style="bold"), 4),
                indented(Text(safe(entry["because"])), 4),
                indented(Text(f"{entry['rule']}; {origin}", style="dim"), 4),
            ]
        else:
            noted.append((entry["because"], "", f"{entry['rule']}; {origin}"))
    title = [heading("Rules that fired")] if fired else []
    return [*title, *fired, *_section("Notes", noted)]


def _section(title: str, entries: list[tuple[str, str, str]]) -> list[RenderableType]:
    """Entries of a first line, a second that may be empty, and where they come from."""
    parts: list[RenderableType] = [heading(title)] if entries else []
    for first, second, origin in entries:
        parts.append(indented(Text(safe(first))))
        if second:
            parts.append(indented(Text(safe(second)), 4))
        parts.append(indented(Text(origin, style="dim"), 4))
    return parts
