"""The tables of constraints in docs/specs.md and docs/precedents.md, from their declaration."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.engine.answers import MANY
from genarch.engine.constraints import CONSTRAINTS, Constraint
from genarch.engine.precedents import GROUPS

BEGIN, END = "<!-- constraints: made by scripts/generate.py -->\n", "<!-- end of constraints -->\n"


def with_constraint_table(page: str) -> str:
    """A page with the table of all constraints between its two marks."""
    return _between_marks(page, _lines())


def with_group_table(page: str) -> str:
    """A page with the table of what is compared together between its two marks."""
    return _between_marks(page, _group_lines())


def _between_marks(page: str, lines: Iterator[str]) -> str:
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{''.join(lines)}\n{END}{rest.split(END)[1]}"


def _group_lines() -> Iterator[str]:
    yield "| group | constraints |\n| --- | --- |\n"
    for group, names in GROUPS.items():
        yield f"| `{group}` | {', '.join(f'`{name}`' for name in names)} |\n"


def _lines() -> Iterator[str]:
    yield "| field | answer | values | what it means |\n| --- | --- | --- | --- |\n"
    for constraint in CONSTRAINTS:
        cells = (f"`{constraint.name}`", _answer(constraint), _values(constraint), constraint.meaning)
        yield f"| {' | '.join(cells)} |\n".replace("|  |", "| |")
    yield "\nThe values mean:\n\n| field | value | what it means |\n| --- | --- | --- |\n"
    for constraint in CONSTRAINTS:
        for name, meaning in constraint.names.items():
            yield f"| `{constraint.name}` | `{name}` | {meaning} |\n"


def _answer(constraint: Constraint) -> str:
    match constraint.kind:
        case "number":
            return f"number above {constraint.least}"
        case "integer":
            return f"whole number from {constraint.least}"
        case "flag":
            return "true or false"
    return "list of" if constraint.kind == "set" else "one of"


def _values(constraint: Constraint) -> str:
    values = constraint.values
    if len(values) > MANY:
        some = " ".join(f"`{name}`" for name in values[:: len(values) // 4][:4])
        return f"the names that `genarch hardware list` has, such as {some}"
    if constraint.units:
        return f"in {constraint.unit}, or with a unit: {' '.join(f'`{unit}`' for unit in constraint.units)}"
    return f"in {constraint.unit}" if constraint.unit else " ".join(f"`{name}`" for name in values)
