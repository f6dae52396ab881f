"""The map of verdicts over two constraints: where an answer to them puts a spec, and where it stands now."""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from itertools import compress
from typing import Annotated

from genarch.engine.answers import format_answer
from genarch.engine.budget import Budget
from genarch.engine.constraints import BY_NAME, Value
from genarch.engine.explore import Exploration
from genarch.engine.forms import OMITTED
from genarch.engine.matching import positions
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Confidence, decide
from genarch.engine.search import Space, VerdictSearch, verdict_search
from genarch.engine.spec import Spec
from genarch.errors import InputError, Problem
from genarch.values import NamedTuple

TOTAL = 1_000_000
"""Steps that the searches for all tiles may take together: some minute."""

MOST_TILES = 10_000
"""Tiles of a map."""


class Cell(NamedTuple):
    """Answers to one constraint that do the same; for a number, the stretch in which nothing that decides changes."""

    label: str
    value: Value | None
    """One of them; null for unknown."""


class Axis(NamedTuple):
    """One constraint and its cells, in order."""

    constraint: str
    cells: tuple[Cell, ...]


class Tile(NamedTuple):
    """The verdict at one place of the map."""

    verdict: str
    architecture: str | None
    candidates: tuple[str, ...]
    confidence: Confidence | None
    settled: bool | None
    """Whether answering the rest is known not to change the verdict; null where that was not asked."""
    contradicts: tuple[str, ...]
    """The inconsistencies that the two answers cause, beside those of the rest."""
    here: bool
    """Whether this is the spec's own place."""


class DecisionMap(NamedTuple):
    """Tiles by row; a row for each cell of `y`, in it a tile for each cell of `x`."""

    x: Axis
    y: Axis
    rows: tuple[tuple[Tile, ...], ...]
    stopped: Annotated[int | None, OMITTED] = None
    """Tiles whose search stopped at its limit of steps, not known to be settled; only if there are some."""


def decision_map(spec: Spec, rules: RuleTable, x: str, y: str, *, explored: bool = True) -> DecisionMap:
    """The map of a spec over two constraints; with `explored`, each tile says whether its verdict is settled.

    Raises:
        InputError: when there are too many places.
    """
    table = verdict_search(rules.on_hardware(spec.constraints, around=True))
    (across, x_here), (down, y_here) = (_cells(table, name, spec.constraints.get(name)) for name in (x, y))
    fixed = {name: value for name, value in spec.constraints.items() if name not in (x, y)}
    if len(across) * len(down) > MOST_TILES:
        message = f"conditions distinguish more than {MOST_TILES:,} tiles; name another constraint"
        raise InputError([Problem("--x", None, None, "", message)])
    before, budget, stopped = table.contradictions.match(fixed).hits, Budget(TOTAL), 0

    def tile(column: Cell, row: Cell) -> Tile:
        nonlocal stopped
        chosen = {x: column.value, y: row.value}
        answers = {**fixed, **{name: value for name, value in chosen.items() if value is not None}}
        verdict = decide(Spec(spec.id, answers), rules)
        hits = table.contradictions.match(answers).hits & ~before
        contradicts = tuple(table.inconsistencies[at].id for at in positions(hits))
        settled = None
        if explored:
            found = Exploration(answers, rules, budget=budget)
            settled = found.settled and found.possible[0].verdict == verdict.verdict
            stopped += bool(found.stopped)
        return Tile(*verdict[:3], verdict.confidence, settled, contradicts, column in x_here and row in y_here)

    rows = tuple(tuple(tile(column, row) for column in across) for row in down)
    return DecisionMap(Axis(x, tuple(across)), Axis(y, tuple(down)), rows, stopped or None)


def _cells(table: VerdictSearch, name: str, stated: Value | None) -> tuple[list[Cell], list[Cell]]:
    """The cells of an axis, and those of them that the stated answer is in: several, where it is a range."""
    constraint, unknown = BY_NAME[name], Cell("unknown", None)
    if constraint.numeric:
        # Nothing that decides changes within a stretch: no rule, inconsistency or assumption.
        deciding = [*table.whens, *(assumption.when for assumption in table.rules.assumptions), *table.ruled_out]
        space = Space(deciding)
        stretches = space.stretches(name)
        cells = [Cell(str(stretch.range), stretch.value) for stretch in stretches]
        numbers = space.column(name).within(stated)
        here = [any(map(stretch.range.holds, numbers)) for stretch in stretches]
    else:
        values: list[Value] = [True, False] if constraint.kind == "flag" else list(constraint.values)
        if constraint.kind == "set":
            values = [frozenset(), *(frozenset((member,)) for member in constraint.values)]
            values += [stated] if stated is not None and stated not in values else []
        cells = [
            Cell(" + ".join(sorted(v)) or "none" if isinstance(v, frozenset) else format_answer(v), v) for v in values
        ]
        here = [value == stated for value in values]
    return [*cells, unknown], list(compress(cells, here)) or [unknown]
