"""`genarch measure`: a generator of one's own, timed against a spec's budget."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from types import FrameType
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from genarch.cli.app import Commands, Output, Overrides, Rules, Text, Texts, argument, flag, option
from genarch.cli.output import ExitCode, interrupting, keep, read_spec, say, write_report, written
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Spec
from genarch.errors import InputError
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.percentiles import enough, percentile_of
from genarch.evidence.ways import at_most
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, OWN_NAME, load_catalogue, load_rules, table_files
from genarch.files.catalogue_reader import add_evidence, check_target
from genarch.files.io import alone, read_text, refuse
from genarch.measure.evidence import Found, Place, entries_of, place_of, subject_of
from genarch.measure.machine import Watch, cards, machine
from genarch.measure.running import Load, Plan, Runs, Seen, loaded, measured
from genarch.measure.ways import Address, CommandWay, LoopWay, UrlWay, Way
from genarch.reports.measurement import Measured, as_svg, measured_page, measured_report

app = Commands()

MOST_RUNS = 100_000

_INSISTS = 3
"""Times that the end is asked for before it comes at whatever cost."""

MeasureFormat = Annotated[
    Literal["text", "json", "markdown", "html", "svg"], option(None, "Output format.", "--format")
]


@app.command()
def measure(
    spec: Annotated[str, argument("SPEC", "A spec file, a Markdown document with one spec, or - for standard input.")],
    command: Annotated[
        Texts, argument("COMMAND", "After --: a command that makes one image; {n} is replaced by the image's number.")
    ] = None,
    *,
    candidate: Annotated[
        Text, option("MODEL", "Measure a catalogue model with random weights instead of a command.", of="candidates")
    ] = None,
    steps: Annotated[
        int | None, option("N", "Denoising steps of the candidate; defaults to the model's own.", min=1)
    ] = None,
    compiled: Annotated[bool, flag("--compile", "Run the candidate through torch.compile.")] = False,
    loop: Annotated[bool, flag("--loop", "COMMAND loads once, then answers each request with a line.")] = False,
    url: Annotated[Text, option("ADDRESS", "Request images from a server instead of running a command.")] = None,
    method: Annotated[Literal["GET", "POST", "PUT"], option(None, "HTTP method of the requests.", "--method")] = "POST",
    body: Annotated[Text, option("TEXT|@FILE", "Body of each request; {n} is replaced by the image's number.")] = None,
    headers: Annotated[Texts, option("NAME:VALUE", "Header to send with each request. Repeatable.", "--header")] = None,
    runs: Annotated[int, option("N", "Number of images to time.", min=1, max=MOST_RUNS)] = 100,
    warmup: Annotated[int, option("N", "Number of warm-up images, which do not count.", min=0, max=1_000)] = 3,
    seconds: Annotated[
        float, option("S", "Time limit for all runs, and again for the requests at the peak.", min=1, max=86_400)
    ] = 300,
    timeout: Annotated[float, option("S", "Time limit for one image.", min=0.1, max=3_600)] = 60,
    model: Annotated[
        Text, option("ID", "The model that is measured; defaults to the spec's, or to one of your own.", of="models")
    ] = None,
    gpu: Annotated[
        Text, option("ID", "The hardware it runs on; defaults to what is found on this machine.", of="gpus")
    ] = None,
    evidence: Annotated[
        Text, option("FILE", "File to add the measurement to; defaults to genarch-evidence.yaml beside the spec.")
    ] = None,
    no_save: Annotated[bool, flag("--no-save", "Do not save the measurement.")] = False,
    overrides: Overrides = None,
    output_format: MeasureFormat = "text",
    output: Output = None,
    rules: Rules = DEFAULT_TABLE,
) -> int:
    """Measure your own generator against a spec's latency budget."""
    if evidence == "":
        raise refuse("--evidence", "is not a file name; write one")
    no_save = no_save or candidate is not None
    target = None if no_save else evidence or (None if spec == "-" else os.path.join(os.path.dirname(spec), OWN_NAME))
    keep(output, [*([] if spec == "-" else [spec]), *([target] if target else []), *table_files(rules)])
    table, catalogue = load_rules(rules), load_catalogue()
    stated = read_spec(spec, table, parse_overrides(overrides or ()))
    if output not in (None, "-"):  # what cannot be written, or added to, is said before anything is measured
        with alone(output):
            pass
    if target:
        with alone(target):
            catalogue = check_target(target, catalogue)
    model = catalogue.model(model).id if model and not catalogue.awaits(model) else model
    plan = Plan(runs, warmup, seconds, timeout)
    notes: list[str] = []
    if candidate:
        if command or url or loop:
            raise typer.BadParameter("--candidate replaces the command; leave --, --url and --loop out")
        command, loop, notes = _of_candidate(candidate, stated, steps, catalogue, compiled=compiled)
    elif steps or compiled:
        raise typer.BadParameter("--steps and --compile need --candidate")
    found = cards()
    watch = Watch(found)
    way = _way(command, watch, loop=loop, address=_address(url, method, body, headers), body=_body(body))
    here = not isinstance(way, UrlWay) or _is_here(way.address.url)
    place = place_of(gpu, machine(found) if here else None, catalogue)
    if not target and not no_save:
        notes = ["Not saved: the spec has no file; name one for it with --evidence."]
    elif target and (why := _not_saved(stated, model, place, table, catalogue)):
        target, notes = None, [why]
    elif target and not isinstance(stated.constraints.get("resolution_px"), int):
        notes = ["Saved without a size, so it is compared at none; state one with --set resolution_px=…"]
    name = percentile_of(stated.constraints)
    few = "latency_budget_ms" in stated.constraints and runs < enough(name)
    hints = [f"{runs} runs are too few to tell for {name}; --runs {enough(name)} or more is enough"] if few else []
    if notes or hints:
        say(*notes, *hints)  # in time to end it
    asked = _End()
    with interrupting(asked, "SIGINT"):
        with watch.watching():
            taken, load = _timed(way, plan, stated, asked)
        report = measured_report(
            stated,
            datetime.now(UTC).date().isoformat(),
            plan,
            taken,
            load=load,
            memory=watch.most(),
            machine=machine(found) if here else None,
            hardware=place.id if place else None,
            notes=[*notes, *_elsewhere(stated, place)],
        )
        if target and place and report.percentiles and not (taken.stopped and taken.stopped.why == "failed"):
            try:
                report = _saved(report, stated, model, place, target, table)
            except (InputError, KeyboardInterrupt):  # what was measured is shown all the same
                _write(report, output_format, output)
                raise
        return _write(report, output_format, output)


class _End:
    """What asks for the end: it is heard once, while images are made, so that nothing that was measured is lost.

    Who goes on asking is heard whatever goes on.
    """

    def __init__(self) -> None:
        self.hearing, self.times = True, 0

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """A signal came."""
        self.times += 1
        if self.hearing or self.times > _INSISTS:
            self.hearing = False
            raise KeyboardInterrupt


def _timed(way: Way, plan: Plan, spec: Spec, asked: _End) -> tuple[Runs, Load | None]:
    """Images one after the other and, of a server, at the stated peak, unless the end was asked for."""
    with _progress(plan.warmup + plan.runs) as seen:
        taken = measured(way, plan, seen=seen)
        asked.hearing = False
    peak = at_most(spec.constraints.get("peak_images_per_second"))
    if not isinstance(way, UrlWay) or not peak or asked.times or (taken.stopped and taken.stopped.why != "time"):
        return taken, None
    with _progress(plan.runs) as seen:
        asked.hearing = True
        load = loaded(way.address, peak, plan, seen=seen)
        asked.hearing = False
    return taken, load


def _of_candidate(
    model: str, spec: Spec, steps: int | None, catalogue: Catalogue, *, compiled: bool
) -> tuple[list[str], bool, list[str]]:
    """The command of a candidate, that it answers requests, and what is to be known of it."""
    from genarch.measure.candidate import command_for  # for those who have no generator yet

    side = spec.constraints.get("resolution_px")
    if not isinstance(side, int):
        raise refuse("--candidate", "needs a size; state resolution_px, or add --set resolution_px=…")
    title = catalogue.model(model).title
    words = f"{title} with random weights: its passes and decoder, without a text encoder or scheduler."
    return command_for(model, side, steps, catalogue, compiled=compiled), True, [words]


def _elsewhere(spec: Spec, place: Place | None) -> list[str]:
    """That it was measured on something else than the spec states."""
    gpu = spec.constraints.get("gpu")
    if place and gpu is not None and gpu != place.id:
        return [f"Measured on {place.id}, but the spec states {gpu}."]
    return []


def _not_saved(
    spec: Spec, model: str | None, place: Place | None, rules: RuleTable, catalogue: Catalogue
) -> str | None:
    """Why figures cannot be added to any file, where that is so."""
    if place is None:
        return "Not saved: name the hardware with --gpu."
    subject = subject_of(spec, model, rules, catalogue)
    return subject if isinstance(subject, str) else None


def _saved(report: Measured, spec: Spec, model: str | None, place: Place, target: str, rules: RuleTable) -> Measured:
    """The report, its figures added to the file."""
    found = Found(report.date, report.runs, report.percentiles, report.percentile, report.memory, report.machine)
    with alone(target):
        catalogue = check_target(target, load_catalogue())  # others may have added to it since
        subject = subject_of(spec, model, rules, catalogue)
        if isinstance(subject, str):  # what was the model's has been taken out meanwhile
            return report._replace(notes=(*report.notes, subject))
        add_evidence(target, entries_of(spec, subject, place, found, catalogue))
    return report._replace(saved=target)


def _write(report: Measured, output_format: str, output: str | None) -> int:
    """Write the report; the exit code is of how the measurement ended, else of the verdict."""
    try:
        if output_format == "svg":
            written(as_svg(report), output)
        else:
            write_report(report, measured_page(report), output_format, output, title=f"Measured: {report.spec}")
    except InputError:  # the file cannot be written, and what was measured is shown all the same
        if output is not None:
            write_report(report, measured_page(report), "text")
        raise
    runs, load = report.runs, report.load
    if runs.stopped and runs.stopped.why == "failed":
        say(f"{runs.command}: {runs.stopped.says}")
        return ExitCode.UNUSABLE
    if any(part and part.stopped and part.stopped.why == "interrupted" for part in (runs, load)):
        say(f"interrupted; {'what was measured is kept' if report.percentiles else 'nothing was measured'}")
        return ExitCode.INTERRUPTED
    missed = report.verdict == "missed" or (load and load.verdict == "missed")
    return ExitCode.FINDINGS if missed else ExitCode.OK


def _way(command: list[str] | None, watch: Watch, *, loop: bool, address: Address | None, body: str) -> Way:
    if address:
        if command or loop:
            raise typer.BadParameter("--url measures a server; leave the command and --loop out")
        return UrlWay(address)
    if not command:
        raise typer.BadParameter("name a command after --, or a server with --url")
    if loop:
        return LoopWay(command, watch, body)
    if body:
        raise typer.BadParameter("--body needs --loop or --url; write what the command needs as its arguments")
    return CommandWay(command, watch)


def _address(url: str | None, method: str, body: str | None, headers: list[str] | None) -> Address | None:
    if url is None:
        if headers:
            raise typer.BadParameter("--header needs --url")
        return None
    if body and method == "GET":
        raise typer.BadParameter("--body is not sent with GET; leave one of them out")
    pairs = {}
    for header in headers or ():
        name, colon, value = header.partition(":")
        if not colon or not name.strip() or not header.isascii() or not header.isprintable():
            raise refuse("--header", "is not a header; write one such as 'Authorization: Bearer …'")
        pairs[name.strip()] = value.strip()
    return Address(url, method, _body(body), pairs).checked()


def _body(text: str | None) -> str:
    return read_text(text[1:]) if text and text.startswith("@") else text or ""


def _is_here(url: str) -> bool:
    """Whether an address is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _progress(wanted: int) -> Iterator[Seen]:
    """A bar on the terminal, with the time left; nothing where there is none."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.completed} of {task.total} images"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=wanted, left="starting")

        def seen(done: int, _wanted: int, left: float) -> None:
            bar.update(task, completed=done, left=f"{left:.0f} s left")

        yield seen
