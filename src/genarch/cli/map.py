"""`genarch rules map`: a spec and two constraints in, the decision map out."""

from __future__ import annotations

import sys
from typing import NamedTuple

from genarch.cli import exits
from genarch.cli.output import busy, keep, written
from genarch.cli.specs import read_spec
from genarch.cli.terminal import screen
from genarch.errors import InputError, Problem, nearest
from genarch.files.answers import parse_settings, with_settings
from genarch.files.tables import load_rules, table_files
from genarch.reports.decision_map import MapReport, map_page, map_report
from genarch.table.constraints import BY_NAME
from genarch.table.decision_map import decision_map
from genarch.table.spec import Origin, Spec


class MapRequest(NamedTuple):
    """What the command line asked for; no format: the one that the output's name says, else text."""

    spec: str | None
    x: str
    y: str
    settings: tuple[str, ...]
    rules: str
    format: str | None
    output: str | None
    explore: bool


def run_map(request: MapRequest) -> int:
    """Draw the map and return the exit code.

    Raises:
        InputError: when the spec, the table or an option cannot be used.
    """
    _check_axes(request)
    keep(request.output, [*table_files(request.rules), *([request.spec] if request.spec else [])])
    rules = load_rules(request.rules)
    settings = parse_settings(request.settings)
    spec = read_spec(request.spec, rules) if request.spec else Spec("nothing-stated", {}, origin=Origin("--set"))
    spec = spec._replace(constraints=with_settings(spec.constraints, settings))
    with busy("drawing"):
        drawn = decision_map(spec, rules, request.x, request.y, explored=request.explore)
    written(_rendered(request, map_report(spec, rules, drawn)), request.output)
    return exits.OK


def _check_axes(request: MapRequest) -> None:
    problems = []
    for option, name in (("--x", request.x), ("--y", request.y)):
        if name not in BY_NAME:
            hint = nearest(name, BY_NAME) or f"; write one of: {', '.join(BY_NAME)}"
            problems.append(Problem(option, None, None, "", f"'{name}' is not a constraint{hint}"))
    if not problems and request.x == request.y:
        problems.append(Problem("--y", None, None, "", f"is '{request.y}', as --x is; name another constraint"))
    if problems:
        raise InputError(problems)


def _rendered(request: MapRequest, report: MapReport) -> str:
    ending = (request.output or "").rpartition(".")[2].lower()
    match request.format or (ending if ending in ("json", "svg") else "text"):
        case "json":
            from genarch.reports.json import as_json

            return as_json(report)
        case "svg":
            from genarch.reports.map_svg import as_svg

            return as_svg(report)
    from genarch.reports.text import Look, as_text

    return as_text(map_page(report), Look(*screen(None if request.output else sys.stdout)))
