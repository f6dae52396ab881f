"""The commands on evidence: lists, descriptions, estimates, the estimator's errors, costs."""

from __future__ import annotations

import json
from typing import NamedTuple

from genarch.cli.options import ComparisonFormat, EntryFormat, print_descriptions, printed, width
from genarch.cli.output import keep, written
from genarch.cli.specs import read_spec
from genarch.errors import InputError, Problem, nearest
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.feasibility import Filter, filtered
from genarch.files.answers import parse_settings, with_settings
from genarch.files.catalogue import load_catalogue
from genarch.files.io import refuse
from genarch.files.tables import load_rules, table_files
from genarch.reports.evidence.record import estimate_record, row_record
from genarch.table.answers import InvalidAnswerError, parse_answer
from genarch.table.constraints import BY_NAME
from genarch.version import __version__

LICENCES = ("allowed", "conditional", "forbidden", "unknown")
FAMILIES = ("gan", "diffusion", "hybrid")


class ListRequest(NamedTuple):
    """What rows are asked for, still as text."""

    family: str | None = None
    architecture: str | None = None
    model: str | None = None
    hardware: str | None = None
    resolution: str | None = None
    conditioning: str | None = None
    licence: str | None = None
    budget: str | None = None


class EstimateRequest(NamedTuple):
    """What is to be estimated, still as text."""

    model: str
    gpu: str
    resolution: str | None
    steps: int | None
    stack: str
    controlnets: int
    full_load: bool


class CostRequest(NamedTuple):
    """Whose cost is asked for."""

    spec: str
    settings: tuple[str, ...]
    rules: str
    utilisation: float
    format: str
    output: str | None


def run_list(request: ListRequest, output_format: EntryFormat) -> int:
    """List the rows that are all of what is asked for.

    Raises:
        InputError: naming every option that asks for what does not exist.
    """
    from genarch.reports.evidence.lists import rows_as_json, rows_as_text

    catalogue = load_catalogue()
    rows = filtered(_filter(request, catalogue), catalogue)
    if output_format is EntryFormat.JSON:
        return printed(json.dumps(rows_as_json(rows, catalogue), indent=2))
    return printed(rows_as_text(rows, catalogue, width()))


def _filter(request: ListRequest, catalogue: Catalogue) -> Filter:
    problems: list[Problem] = []

    def known(option: str, text: str | None, names: tuple[str, ...]) -> str | None:
        if text is not None and text not in names:
            few = f"; write one of: {', '.join(names)}" if len(names) < 10 else ""
            told = f"'{text}' is not in the catalogue{nearest(text, names) or few}"
            problems.append(Problem(option, None, None, "", told))
        return text

    def answer(option: str, text: str | None, name: str) -> object:
        try:
            return None if text is None else parse_answer(BY_NAME[name], text)
        except InvalidAnswerError as error:
            problems.append(Problem(option, None, None, "", str(error)))
            return None

    architectures = tuple(dict.fromkeys(model.architecture for model in catalogue.models.values()))
    hardware = answer("--hardware", request.hardware, "gpu")
    resolution = answer("--resolution", request.resolution, "resolution_px")
    conditioning = answer("--conditioning", request.conditioning, "conditioning")
    budget = answer("--budget", request.budget, "latency_budget_ms")
    found = Filter(
        known("--family", request.family, FAMILIES),
        known("--architecture", request.architecture, architectures),
        known("--model", request.model, tuple(catalogue.models)),
        str(hardware) if hardware is not None else None,
        resolution if isinstance(resolution, int) else None,
        conditioning if isinstance(conditioning, frozenset) else frozenset(),
        known("--licence", request.licence, LICENCES),
        float(budget) if isinstance(budget, int | float) else None,
    )
    if problems:
        raise InputError(problems)
    return found


def run_show(name: str, output_format: EntryFormat) -> int:
    """Show what is called `name`."""
    from genarch.reports.evidence.entries import describe_evidence

    return print_descriptions(describe_evidence(name, load_catalogue()), output_format)


def run_show_hardware(name: str, output_format: EntryFormat) -> int:
    """Show hardware by its id, or by another name for it."""
    from genarch.reports.evidence.entries import describe_hardware

    catalogue = load_catalogue()
    return print_descriptions([describe_hardware(catalogue.gpu(name), catalogue)], output_format)


def run_models(output_format: EntryFormat) -> int:
    """List the models."""
    from genarch.reports.evidence.lists import models_as_json, models_as_text

    catalogue = load_catalogue()
    if output_format is EntryFormat.JSON:
        return printed(json.dumps(models_as_json(catalogue), indent=2))
    return printed(models_as_text(catalogue, width()))


def run_hardware(output_format: EntryFormat) -> int:
    """List the hardware."""
    from genarch.reports.evidence.lists import hardware_as_json, hardware_as_text

    catalogue = load_catalogue()
    if output_format is EntryFormat.JSON:
        return printed(json.dumps(hardware_as_json(catalogue), indent=2))
    return printed(hardware_as_text(catalogue, width()))


def run_accuracy(output_format: EntryFormat) -> int:
    """Fit the estimator without each source in turn, and tell how far off it is on it."""
    from genarch.evidence.calibration import leave_one_source_out, points
    from genarch.reports.evidence.accuracy import accuracy_as_text, accuracy_record

    catalogue = load_catalogue()
    given, left = points(catalogue)
    errors = leave_one_source_out(given)
    requests, loads = ([error for error in errors if error.point.full_load == loaded] for loaded in (False, True))
    record = accuracy_record(requests, loads, left, catalogue)
    if output_format is EntryFormat.JSON:
        return printed(json.dumps(record, indent=2))
    return printed(accuracy_as_text(record, width()))


def run_estimate(request: EstimateRequest, output_format: EntryFormat) -> int:
    """Estimate one model on one piece of hardware.

    Raises:
        InputError: when the resolution is none, or nothing is known to estimate from.
        UnknownIdError: when the catalogue has no such model or hardware.
    """
    from genarch.evidence.catalogue import STACKS
    from genarch.evidence.estimates import Options, estimate
    from genarch.evidence.feasibility import largest
    from genarch.reports.evidence.estimates import estimate_as_text
    from genarch.reports.evidence.words import row_origin, row_words

    catalogue = load_catalogue()
    model, hardware = catalogue.model(request.model), catalogue.gpu(request.gpu)
    size = _size(request.resolution)
    if model.family == "gan" and (request.controlnets or (request.steps or 1) > 1):
        option = "--controlnets" if request.controlnets else "--steps"
        raise refuse(option, f"{model.id} makes an image in one pass of its own; leave it out")
    options = Options(steps=request.steps, controlnets=request.controlnets)
    stack = next(name for name in STACKS if name == request.stack)
    guess = estimate(model, hardware, size, catalogue, options=options, stack=stack, full_load=request.full_load)
    if guess is None:
        if model.work is None:
            raise refuse(
                "--model", f"the work of a pass of {model.id} is not known, so there is nothing to estimate from"
            )
        raise refuse("--gpu", f"the peak of {hardware.id} is not known, so there is nothing to estimate from")
    record = estimate_record(guess, catalogue)
    if output_format is EntryFormat.JSON:
        return printed(json.dumps(record, indent=2))
    timed = [row for row in catalogue.rows_of(model.id) if row.hardware == hardware.id and row.timing != "none"]
    shown = [(row, row_record(row, catalogue)) for row in timed]
    shown_at = largest(model, catalogue)
    beyond = f"No row shows {model.id} above {shown_at} px." if max(size) > shown_at else ""
    measured = [f"{row_words(told)} ({row.timing.replace('_', ' ')}; {row_origin(told)})" for row, told in shown]
    return printed(estimate_as_text(record, measured, beyond, width()))


def _size(text: str | None) -> tuple[int, int]:
    """Width and height from `1024` or `1024x768`.

    Raises:
        InputError: when it is neither.
    """
    parts = (text or "").split("x")
    if not 1 <= len(parts) <= 2 or not all(
        part.isascii() and part.isdecimal() and 0 < int(part) < 10**5 for part in parts
    ):
        raise refuse("--resolution", f"'{text or ''}' is not a size; write pixels, as 1024 or 1024x768")
    return int(parts[0]), int(parts[-1])


def run_cost(request: CostRequest) -> int:
    """What a spec's load costs on its hardware.

    Raises:
        InputError: when the spec cannot be used, or states no hardware or size.
    """
    from genarch.evidence.cost import bill
    from genarch.reports.evidence.bill import bill_as_markdown, bill_as_text, bill_record

    keep(request.output, [request.spec, *table_files(request.rules)])
    if not 0 < request.utilisation <= 1:
        raise refuse("--utilisation", f"'{request.utilisation:g}' is not a share; write one above 0 and at most 1")
    rules = load_rules(request.rules)
    spec = read_spec(request.spec, rules)
    answers = with_settings(spec.constraints, parse_settings(request.settings))
    lacking = [name for name in ("gpu", "resolution_px") if name not in answers]
    if lacking:
        wanted = " and ".join(lacking)
        raise refuse(request.spec, f"a cost needs {wanted}; state it, or add --set {lacking[0]}=…")
    catalogue = load_catalogue()
    architectures = [entry.id for entry in rules.architectures]
    found = bill(answers, architectures, catalogue, utilisation=request.utilisation)
    assert found is not None  # noqa: S101  (what it needs is stated)
    record = {
        "schema_version": "1.0",
        "genarch_version": __version__,
        "spec": spec.id,
        **bill_record(found, catalogue),
    }
    if request.format == ComparisonFormat.JSON:
        written(json.dumps(record, indent=2) + "\n", request.output)
    elif request.format == ComparisonFormat.MARKDOWN:
        written(bill_as_markdown(record), request.output)
    else:
        written(bill_as_text(record, width()), request.output)
    return 0
