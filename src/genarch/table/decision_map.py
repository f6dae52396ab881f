"""The decision map of a spec: two constraints varied over everything that the table tells apart."""

from __future__ import annotations

from typing import NamedTuple

from genarch.table.answers import format_answer
from genarch.table.constraints import BY_NAME, Constraint, Value
from genarch.table.explore import explore
from genarch.table.matching import Matcher
from genarch.table.rules import RuleTable
from genarch.table.scoring import Verdict, scorer
from genarch.table.space import Space, Stretch, stretches
from genarch.table.spec import Spec


class Cell(NamedTuple):
    """Answers to one constraint: in words, and one of them, None for unknown.

    A cell of a number is the stretch in which nothing that decides changes.
    """

    label: str
    value: Value | None
    stretch: Stretch | None = None


class Axis(NamedTuple):
    """One constraint and its cells, in order."""

    constraint: str
    cells: tuple[Cell, ...]


class Tile(NamedTuple):
    """The verdict at one place of the map.

    `contradicts` names the inconsistencies that the two answers bring about, beside those of the rest. `settled` says
    whether answering the rest cannot change the verdict; None where that was not asked. `here` marks the spec's own
    place.
    """

    verdict: Verdict
    contradicts: tuple[str, ...]
    settled: bool | None
    here: bool


class DecisionMap(NamedTuple):
    """Tiles by row; a row for each cell of `y`, in it a tile for each cell of `x`."""

    x: Axis
    y: Axis
    rows: tuple[tuple[Tile, ...], ...]


UNKNOWN = Cell("unknown", None)


def decision_map(spec: Spec, rules: RuleTable, x: str, y: str, *, explored: bool = True) -> DecisionMap:
    """The map of a spec over two constraints; with `explored`, each tile tells whether its verdict is settled."""
    across, down = _axis(spec, rules, x), _axis(spec, rules, y)
    inconsistencies = [notice for notice in rules.notices if notice.level == "inconsistency"]
    contradictions = Matcher([notice.when for notice in inconsistencies])
    fixed = {name: value for name, value in spec.constraints.items() if name not in (x, y)}
    before = contradictions.match(fixed).hits
    own = (_place(across, spec.constraints.get(x)), _place(down, spec.constraints.get(y)))

    def tile(column: int, row: int) -> Tile:
        answers = dict(fixed)
        for axis, at in ((across, column), (down, row)):
            value = axis.cells[at].value
            if value is not None:
                answers[axis.constraint] = value
        verdict = scorer(rules).decide(answers)
        hits = contradictions.match(answers).hits & ~before
        told = tuple(notice.id for at, notice in enumerate(inconsistencies) if hits >> at & 1)
        settled = None
        if explored:
            possible = explore(Spec(spec.id, answers), rules).possible
            settled = [item.verdict for item in possible] == [verdict.verdict]
        return Tile(verdict, told, settled, here=(column, row) == own)

    rows = tuple(tuple(tile(column, row) for column in range(len(across.cells))) for row in range(len(down.cells)))
    return DecisionMap(across, down, rows)


def _axis(spec: Spec, rules: RuleTable, name: str) -> Axis:
    constraint = BY_NAME[name]
    stated = spec.constraints.get(name)
    match constraint.kind:
        case "choice":
            values: list[Value] = list(constraint.values)
        case "flag":
            values = [True, False]
        case "set":
            values = [frozenset(), *(frozenset((member,)) for member in constraint.values)]
            if stated is not None and stated not in values:
                values.append(stated)
        case _:
            return Axis(name, (*_ranges(constraint, rules), UNKNOWN))
    return Axis(name, (*(Cell(_label(value), value) for value in values), UNKNOWN))


def _ranges(constraint: Constraint, rules: RuleTable) -> list[Cell]:
    """The stretches of a number in which every rule, inconsistency and assumption stays as it is."""
    deciding = [rule.when for rule in rules.rules] + [a.when for a in rules.assumptions]
    deciding += [notice.when for notice in rules.notices if notice.level == "inconsistency"]
    space = Space(deciding)
    column = space.columns.get(constraint.name)
    if column is None:
        return [Cell("any", stretch.value, stretch) for stretch in stretches(constraint, [], lambda _: None)]
    found = stretches(constraint, space.thresholds[constraint.name], column.fails)
    return [Cell(str(stretch), stretch.value, stretch) for stretch in found]


def _label(value: Value) -> str:
    if isinstance(value, frozenset):
        return " + ".join(sorted(value)) or "none"
    return format_answer(value)


def _place(axis: Axis, stated: Value | None) -> int:
    """Which cell a stated answer is in."""
    if stated is None:
        return axis.cells.index(UNKNOWN)
    return next(
        at
        for at, cell in enumerate(axis.cells)
        if (cell.stretch.holds(stated) if cell.stretch and isinstance(stated, int | float) else cell.value == stated)
    )
