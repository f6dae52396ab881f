"""The decision map of a spec: two constraints varied over all answers between which the table makes a difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from genarch.table.answers import format_answer
from genarch.table.constraints import BY_NAME, Value
from genarch.table.explore import explore
from genarch.table.rules import RuleTable
from genarch.table.scoring import Confidence
from genarch.table.search import VerdictSearch, verdict_search
from genarch.table.space import Space, Stretch
from genarch.table.spec import Spec


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
    """Whether answering the rest cannot change the verdict; null where that was not asked."""
    contradicts: tuple[str, ...]
    """The inconsistencies that the two answers cause, beside those of the rest."""
    here: bool
    """Whether this is the spec's own place."""


class DecisionMap(NamedTuple):
    """Tiles by row; a row for each cell of `y`, in it a tile for each cell of `x`."""

    x: Axis
    y: Axis
    rows: tuple[tuple[Tile, ...], ...]


class _Option(NamedTuple):
    label: str
    value: Value | None
    stretch: Stretch | None = None

    def holds(self, stated: Value | None) -> bool:
        """Whether a stated answer, or none, is one of these."""
        if self.stretch and isinstance(stated, int | float):
            return self.stretch.holds(stated)
        return self.value == stated


def decision_map(spec: Spec, rules: RuleTable, x: str, y: str, *, explored: bool = True) -> DecisionMap:
    """The map of a spec over two constraints; with `explored`, each tile says whether its verdict is settled."""
    table = verdict_search(rules)
    across, down = _options(spec, table, x), _options(spec, table, y)
    fixed = {name: value for name, value in spec.constraints.items() if name not in (x, y)}
    before = table.contradictions.match(fixed).hits

    def tile(column: _Option, row: _Option) -> Tile:
        chosen = {x: column.value, y: row.value}
        answers = {**fixed, **{name: value for name, value in chosen.items() if value is not None}}
        verdict = table.scorer.decide(answers)
        hits = table.contradictions.match(answers).hits & ~before
        contradicts = tuple(notice.id for at, notice in enumerate(table.inconsistencies) if hits >> at & 1)
        settled = None
        if explored:
            possible = explore(Spec(spec.id, answers), rules).possible
            settled = [item.verdict for item in possible] == [verdict.verdict]
        here = column.holds(spec.constraints.get(x)) and row.holds(spec.constraints.get(y))
        return Tile(*verdict[:4], settled, contradicts, here)

    return DecisionMap(_axis(x, across), _axis(y, down), tuple(tuple(tile(at, row) for at in across) for row in down))


def _axis(name: str, options: Iterable[_Option]) -> Axis:
    return Axis(name, tuple(Cell(option.label, option.value) for option in options))


def _options(spec: Spec, table: VerdictSearch, name: str) -> list[_Option]:
    constraint = BY_NAME[name]
    stated = spec.constraints.get(name)
    values: list[Value] = list(constraint.values)
    match constraint.kind:
        case "flag":
            values = [True, False]
        case "set":
            values = [frozenset(), *(frozenset((member,)) for member in constraint.values)]
            if stated is not None and stated not in values:
                values.append(stated)
    options = _ranges(table, name) if constraint.numeric else [_Option(_label(value), value) for value in values]
    return [*options, _Option("unknown", None)]


def _ranges(table: VerdictSearch, name: str) -> list[_Option]:
    """The stretches of a number in which every rule, inconsistency and assumption stays as it is."""
    space = Space([*table.whens, *(assumption.when for assumption in table.rules.assumptions), *table.ruled_out])
    return [_Option(str(stretch), stretch.value, stretch) for stretch in space.stretches(name)]


def _label(value: Value) -> str:
    if isinstance(value, frozenset):
        return " + ".join(sorted(value)) or "none"
    return format_answer(value)
