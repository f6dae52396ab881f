"""What a calibrated table is worth on cases that were left out: as records, as a page and as an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, get_args
from xml.sax.saxutils import escape

from genarch.engine import worth
from genarch.engine.backtest import CONFIDENT, OUTCOMES, Score, outcome, score
from genarch.engine.forms import INLINED
from genarch.engine.precedents import Weights, source_of
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Confidence
from genarch.engine.spec import Case
from genarch.engine.worth import Bin, Coders, Judged, Learner, Learnt, Method
from genarch.reports.page import Block, Paragraph, Section, Table
from genarch.reports.words import counted, name_words
from genarch.values import NamedTuple

ENOUGH = 30
"""Strict cases from which on methods are compared: fewer tell them apart by chance alone."""

CONFIDENCES: tuple[Confidence | None, ...] = (*get_args(Confidence), None)

NOTE = (
    "Each case is judged without its own source: by precedents and a calibration from the others. The rules are "
    "in-sample: their authors had read the bundled cases."
)


class Calibration(NamedTuple):
    """The score of the verdicts of one confidence."""

    confidence: Confidence | None
    """Null: verdicts without a recommendation."""
    score: Annotated[Score, INLINED]


class Worth(NamedTuple):
    """A calibrated table on strict cases, each judged by what was fitted without its source."""

    rules: str
    """As id@version."""
    sources: int
    score: Annotated[Score, INLINED]
    confidences: tuple[Calibration, ...]
    methods: tuple[Method, ...]
    """The table by its chances, and its baselines; empty where cases are few, as are the next two."""
    reliability: tuple[Bin, ...]
    learning: tuple[Learnt, ...]
    coders: Coders | None
    """Null where no case has a second coding."""


def worth_part(
    rules: RuleTable, judged: Sequence[Judged], cases: Sequence[Case], weights: Weights, learners: Mapping[str, Learner]
) -> Worth:
    """The part on a table; `judged` are of the cases to be scored, `cases` all that count as precedents."""
    strict = [item for item in judged if item.case.strict]
    found = [(item.verdict.confidence, outcome(item.case, item.verdict)) for item in strict]
    sure = ((name, [each for confidence, each in found if confidence == name]) for name in CONFIDENCES)
    enough = len(strict) >= ENOUGH
    return Worth(
        rules.name,
        len({source_of(item.case) for item in strict}),
        score(each for _, each in found),
        tuple(Calibration(name, score(outcomes)) for name, outcomes in sure if outcomes),
        tuple(worth.methods(rules, judged, learners)) if enough else (),
        tuple(worth.reliability(judged)) if enough else (),
        tuple(worth.learning_curve(cases, rules, weights)) if enough else (),
        worth.coders([item.case for item in judged], rules),
    )


def worth_sections(part: Worth, *, learners: str) -> Iterator[Section]:
    """The sections on a table; `learners` says what else to compare with, where nothing else was."""
    title = f"{part.rules}, left out: {counted(part.score.cases, 'strict case')} of {counted(part.sources, 'source')}"
    yield Section(title, (Paragraph(NOTE), _confidences(part)), level=3)
    if part.methods:
        header = ("method", "likeliest right", "log loss", "Brier")
        rows = tuple(
            (m.method, f"{_share(m.right, m.cases)}", f"{m.log_loss:.3f}", f"{m.brier:.3f}") for m in part.methods
        )
        blocks: tuple[Block, ...] = (Table(header, rows, "lrrr"), *([Paragraph(learners)] if learners else []))
        yield Section(f"{part.rules}: compared with other methods, left out", blocks, level=3)
    if part.reliability:
        lines = tuple(
            (f"{b.low:.1f} to {b.high:.1f}", str(b.cases), f"{100 * b.mean:.0f} %", _share(b.right, b.cases), _drawn(b))
            for b in part.reliability
        )
        blocks = (Table(("chance", "cases", "said", "right", "said ., right #"), lines, "rrrrl"),)
        yield Section(f"{part.rules}: how reliable its chances are, left out", blocks, level=3)
    if part.learning:
        losses = tuple((str(each.cases), f"{each.log_loss:.3f}", f"{each.nearest:.3f}") for each in part.learning)
        blocks = (Table(("cases known", "log loss", "nearest cases alone"), losses, "rrr"),)
        yield Section(f"{part.rules}: with fewer cases known, left out", blocks, level=3)
    if part.coders:
        cases, constraints, same, verdicts = part.coders
        words = (
            f"{counted(cases, 'case')} with a second coding: {same} of {constraints} constraints are the same, and by "
            f"both codings the verdict is the same in {verdicts} of {cases}."
        )
        yield Section(f"{part.rules}: two coders", (Paragraph(words),), level=3)


def _confidences(part: Worth) -> Table:
    header = ("", "cases", "of all", "right", "95 %", "hedged", "wrong")
    rows = []
    scores = [(name_words(each.confidence or "none"), each.score) for each in part.confidences]
    if len(sure := [each.score for each in part.confidences if each.confidence in CONFIDENT]) > 1:
        scores.insert(2, ("forced or clear", added(sure)))
    for name, found in [*scores, ("all", part.score)]:
        low, high = found.right_interval
        wrong = found.wrong + found.confidently_wrong
        shares = (_share(found.right, found.cases), f"{100 * low:.0f}-{100 * high:.0f}")
        hedged = (_share(found.hedged, found.cases), _share(wrong, found.cases))
        rows.append((name, str(found.cases), _share(found.cases, part.score.cases), *shares, *hedged))
    return Table(header, tuple(rows), "lrrrrrr")


def added(scores: Sequence[Score]) -> Score:
    """The score of all of them together."""
    return score(name for each in scores for name, count in zip(OUTCOMES, each[:4], strict=True) for _ in range(count))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _drawn(found: Bin) -> str:
    """Twenty places from 0 to 1: where the chance stands, and where what was right does."""
    places = ["-"] * 21
    places[round(20 * found.mean)] = "."
    places[round(20 * found.right / found.cases)] = "#"
    return "".join(places)


SIDE = 300
"""Of the image's plot, in pixels."""


def reliability_image(part: Worth) -> str:
    """How reliable chances are, as an SVG image: dots on the diagonal came true as often as was said."""
    said = f"{part.rules} on {part.score.cases} cases that were left out: chance said, and share right"
    dots = []
    for found in part.reliability:
        x, y = 50 + SIDE * found.mean, 40 + SIDE * (1 - found.right / found.cases)
        words = f"said {found.mean:.2f}, right in {found.right} of {found.cases}"
        radius = 3 + found.cases**0.5
        dots.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}"><title>{words}</title></circle>')
    marks = []
    for tenth in range(0, 11, 2):
        at = SIDE * tenth / 10
        marks.append(f'<text x="{50 + at:.0f}" y="{58 + SIDE}" text-anchor="middle">{tenth / 10:.1f}</text>')
        marks.append(f'<text x="44" y="{44 + SIDE - at:.0f}" text-anchor="end">{tenth / 10:.1f}</text>')
    width, height = SIDE + 250, SIDE + 90
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}">',
            f"<title>{escape(said)}</title>",
            "<style>text { font: 11px system-ui, sans-serif; fill: #1b1b1b }",
            "circle { fill: #0072b2; fill-opacity: .7 } line, rect { stroke: #888; fill: none }</style>",
            f'<text x="8" y="20">{escape(said)}</text>',
            f'<rect x="50" y="40" width="{SIDE}" height="{SIDE}"/>',
            f'<line x1="50" y1="{40 + SIDE}" x2="{50 + SIDE}" y2="40" stroke-dasharray="4 4"/>',
            *marks,
            *dots,
            f'<text x="{50 + SIDE / 2:.0f}" y="{78 + SIDE}" text-anchor="middle">chance that was said</text>',
            f'<text x="{60 + SIDE}" y="56">share that was right, up; a dot</text>',
            f'<text x="{60 + SIDE}" y="72">grows with its cases</text>',
            "</svg>",
            "",
        )
    )
