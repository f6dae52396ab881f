"""The commands on evidence: lists, descriptions, the estimator and its errors, costs; and on precedents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from genarch.cli.app import (
    Cases,
    Commands,
    ComparisonFormat,
    EntryFormat,
    Evidence,
    Output,
    Overrides,
    Rules,
    argument,
    flag,
    option,
)
from genarch.cli.output import (
    OwnEvidence,
    counting_own_cases,
    keep,
    own_catalogue,
    print_descriptions,
    read_spec,
    write_report,
)
from genarch.engine.amounts import InvalidAnswerError
from genarch.engine.answers import parse_answer
from genarch.engine.constraints import BY_NAME
from genarch.engine.scoring import decide
from genarch.errors import InputError, Problem, UnknownIdError, nearest
from genarch.evidence.catalogue import Stack
from genarch.evidence.cost import bill
from genarch.evidence.estimates import Options
from genarch.evidence.estimates import estimate as estimated
from genarch.evidence.feasibility import Filter
from genarch.evidence.fit import leave_one_source_out, points
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, catalogue_of, load_catalogue, load_rules, table_files
from genarch.files.io import refuse
from genarch.reports import evidence_descriptions as pages
from genarch.reports.estimates import accuracy_page, accuracy_report, cost_page, cost_report, estimate_page
from genarch.reports.precedents import PrecedentsReport, precedents_page
from genarch.reports.reporting import precedents_of, rounded

app = Commands()
evidence_app = Commands("Published measurements, models, licences, and the accuracy of the estimator.")
hardware_app = Commands("Hardware that a spec's gpu may name.")
app.add_typer(evidence_app, name="evidence")
app.add_typer(hardware_app, name="hardware")


@evidence_app.command("list")
def evidence_list(
    family: Annotated[str | None, option("NAME", "gan, diffusion or hybrid.")] = None,
    architecture: Annotated[str | None, option("NAME", "An architecture, as a rule table names it.")] = None,
    model: Annotated[str | None, option("ID", "A model of the catalogue.")] = None,
    hardware: Annotated[str | None, option("ID", "Hardware of the catalogue.")] = None,
    resolution: Annotated[str | None, option("PX", "The longer side in pixels.")] = None,
    conditioning: Annotated[str | None, option("NAME,...", "Only models that take all of these, as in a spec.")] = None,
    licence: Annotated[str | None, option("NAME", "Commercial use: allowed, conditional, forbidden, unknown.")] = None,
    budget: Annotated[str | None, option("TIME", "Maximum latency of one request, such as 50ms or 1.5s.")] = None,
    evidence: Evidence = None,
    output_format: EntryFormat = "text",
) -> int:
    """List measurements, your own among them."""
    catalogue = own_catalogue(evidence)
    problems: list[Problem] = []

    def known(option: str, text: str | None, names: Iterable[str]) -> str | None:
        names = tuple(dict.fromkeys(names))
        if text is not None and text not in names:
            few = f"; write one of: {', '.join(names)}" if len(names) < 10 else ""
            message = f"'{text}' is not in the catalogue{nearest(text, names) or few}"
            problems.append(Problem(option, None, None, "", message))
        return text

    def answer(option: str, text: str | None, name: str) -> Any:
        try:
            return None if text is None else parse_answer(BY_NAME[name], text, single=True)
        except InvalidAnswerError as error:
            problems.append(Problem(option, None, None, "", str(error)))
            return None

    models = catalogue.models
    wanted = Filter(
        known("--family", family, (one.family for one in models.values())),
        known("--architecture", architecture, (one.architecture for one in models.values())),
        known("--model", model, models),
        hardware if hardware in catalogue.hardware else answer("--hardware", hardware, "gpu"),
        answer("--resolution", resolution, "resolution_px"),
        known("--licence", licence, ("allowed", "conditional", "forbidden", "unknown")),
        answer("--conditioning", conditioning, "conditioning") or frozenset(),
        answer("--budget", budget, "latency_budget_ms"),
    )
    if problems:
        raise InputError(problems)
    rows = [row for row in catalogue.measurements.values() if wanted.takes(row, models[row.model])]
    return write_report(pages.listed_rows(rows, catalogue), pages.rows_page(rows, catalogue), output_format)


@evidence_app.command("show", hidden=True)
def evidence_show(
    name: Annotated[str, argument("ID", "A measurement, model, hardware, claim, source or component.")],
    evidence: Evidence = None,
    output_format: EntryFormat = "text",
) -> int:
    """Show an entry of the catalogue: its figures, which of them were read, and where."""
    catalogue = own_catalogue(evidence)
    if found := pages.describe_evidence(name, catalogue):
        return print_descriptions(found, output_format)
    raise UnknownIdError(f"{catalogue.name} has no '{name}'{nearest(name, pages.evidence_ids(catalogue))}")


@evidence_app.command("models")
def evidence_models(*, evidence: Evidence = None, output_format: EntryFormat = "text") -> int:
    """List the models, with their licences."""
    catalogue = own_catalogue(evidence)
    return write_report(pages.listed_models(catalogue), pages.models_page(catalogue), output_format)


@evidence_app.command("accuracy")
def evidence_accuracy(*, output_format: EntryFormat = "text") -> int:
    """Show how far off the estimator is, with each source estimated from the others."""
    catalogue = load_catalogue()
    given, left = points(catalogue)
    report = accuracy_report(leave_one_source_out(given), left, catalogue)
    return write_report(report, accuracy_page(report), output_format)


@hardware_app.command("list")
def hardware_list(*, evidence: Evidence = None, output_format: EntryFormat = "text") -> int:
    """List the hardware."""
    catalogue = own_catalogue(evidence)
    return write_report(tuple(catalogue.hardware.values()), pages.hardware_page(catalogue), output_format)


@hardware_app.command("show", hidden=True)
def hardware_show(
    name: Annotated[str, argument("ID", "Hardware, by its id or another name.")],
    *,
    evidence: Evidence = None,
    output_format: EntryFormat = "text",
) -> int:
    """Show one piece of hardware, with its prices."""
    catalogue = own_catalogue(evidence)
    return print_descriptions([pages.describe_hardware(catalogue.gpu(name), catalogue)], output_format)


@app.command()
def estimate(
    *,
    model: Annotated[str, option("ID", "A model of the evidence catalogue.", of="models")],
    gpu: Annotated[str, option("ID", "Hardware of the evidence catalogue.", of="gpus")],
    resolution: Annotated[str, option("PX", "Pixels, as 1024 or 1024x768.")],
    steps: Annotated[int | None, option("N", "Denoising steps; defaults to the model's own.", min=1)] = None,
    stack: Annotated[Stack, option(None, "Run as written, or through a compiler or engine.")] = "compiled",
    controlnets: Annotated[int, option("N", "Number of ControlNets that run beside the model.", min=0, max=8)] = 0,
    with_image: Annotated[bool, flag("--with-image", "Count an input image beside the noise, as in editing.")] = False,
    full_load: Annotated[
        bool, flag("--full-load", "Estimate the time per image when batches keep the hardware busy.")
    ] = False,
    evidence: Evidence = None,
    output_format: EntryFormat = "text",
) -> int:
    """Estimate how long an image takes, with every factor."""
    catalogue = own_catalogue(evidence)
    wanted, hardware = catalogue.model(model), catalogue.gpu(gpu)
    size = _size(resolution)
    if wanted.family == "gan" and (controlnets or (steps or 1) > 1):
        option = "--controlnets" if controlnets else "--steps"
        raise refuse(option, f"{wanted.id} makes an image in a single pass; leave it out")
    options = Options(steps=steps, controlnets=controlnets, with_image=with_image)
    guess = estimated(wanted, hardware, size, catalogue, options=options, stack=stack, full_load=full_load)
    if guess is None and wanted.work is None:
        says = f"the work of a pass of {wanted.id} is not known, so there is nothing to estimate from"
        if any(row.latency_ms for row in catalogue.rows_of(wanted.id)):
            says += f"; 'genarch evidence list --model {wanted.id}' has its times"
        raise refuse("--model", says)
    if guess is None:
        raise refuse("--gpu", f"the peak of {hardware.id} is not known, so there is nothing to estimate from")
    report = rounded(guess)
    timed = [row for row in catalogue.rows_of(wanted.id) if row.hardware == hardware.id and row.timing != "none"]
    shown_at = catalogue.largest(wanted.id)
    beyond = f"No row shows {wanted.id} above {shown_at} px." if max(size) > shown_at else ""
    return write_report(report, estimate_page(report, timed, beyond, catalogue), output_format)


def _size(text: str) -> tuple[int, int]:
    """Width and height from `1024` or `1024x768`."""
    parts = text.split("x")
    if len(parts) > 2 or not all(part.isascii() and part.isdecimal() and 0 < int(part) < 10**5 for part in parts):
        raise refuse("--resolution", f"'{text}' is not a size; write pixels, as 1024 or 1024x768")
    return int(parts[0]), int(parts[-1])


@app.command()
def cost(
    spec: Annotated[str, argument("SPEC", "A spec file, a Markdown document with one spec, or - for standard input.")],
    overrides: Overrides = None,
    utilisation: Annotated[float, option("SHARE", "Share of each hour that a GPU is busy.")] = 0.6,
    output_format: ComparisonFormat = "text",
    output: Output = None,
    rules: Rules = DEFAULT_TABLE,
    evidence: Evidence = None,
) -> int:
    """Show what a spec's load costs on its gpu, by architecture."""
    keep(output, [spec, *table_files(rules)])
    if not 0 < utilisation <= 1:
        raise refuse("--utilisation", f"'{utilisation:g}' is not a share; write one above 0 and at most 1")
    table = load_rules(rules)
    stated = read_spec(spec, table, parse_overrides(overrides or ()))
    answers = stated.constraints
    lacking = [name for name in ("gpu", "resolution_px") if name not in answers]
    if lacking:
        raise refuse(spec, f"a cost needs {' and '.join(lacking)}; state it, or add --set {lacking[0]}=…")
    catalogue = catalogue_of(OwnEvidence(table, evidence).table_for(stated.origin.path))
    found = bill(answers, [entry.id for entry in table.architectures], catalogue, utilisation=utilisation)
    assert found is not None  # noqa: S101  (what it needs is stated)
    report = cost_report(stated.id, found, catalogue)
    return write_report(report, cost_page(report), output_format, output)


@app.command("precedents")
def precedents_command(
    spec: Annotated[str, argument("SPEC", "A spec file, a Markdown document with one spec, or - for standard input.")],
    *,
    overrides: Overrides = None,
    cases: Cases = None,
    rules: Rules = DEFAULT_TABLE,
    output_format: ComparisonFormat = "text",
    output: Output = None,
) -> int:
    """Show the documented cases most like a spec: what they chose, why, and how they differ."""
    keep(output, [spec, *table_files(rules), *(cases or ())])
    table = counting_own_cases(load_rules(rules), cases)
    stated = read_spec(spec, table, parse_overrides(overrides or ()))
    verdict = decide(stated, table)
    found = precedents_of(stated, table, verdict, most=None)
    report = PrecedentsReport(1, stated.id, verdict.verdict, found)
    return write_report(report, precedents_page(report, verdict), output_format, output)
