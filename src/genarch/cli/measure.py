"""`genarch measure`: a generator of one's own, timed against a spec's budget."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from genarch.cli.app import Commands, Output, Overrides, Rules, Text, Texts, argument, flag, option
from genarch.cli.output import ExitCode, keep, read_spec, say, write_report, written
from genarch.engine.spec import Spec
from genarch.evidence.ways import at_most
from genarch.files.answers import parse_overrides
from genarch.files.bundled import DEFAULT_TABLE, load_rules, table_files
from genarch.files.io import read_text, refuse
from genarch.measure.machine import Cards, Watch, cards, machine
from genarch.measure.running import Load, Plan, Runs, Seen, loaded, measured
from genarch.measure.ways import Address, CommandWay, LoopWay, UrlWay, Way
from genarch.reports.measurement import as_svg, measured_page, measured_report

app = Commands()

MOST_RUNS = 100_000

MeasureFormat = Annotated[
    Literal["text", "json", "markdown", "html", "svg"], option(None, "Output format.", "--format")
]


@app.command()
def measure(
    spec: Annotated[str, argument("SPEC", "A spec file, or - for standard input.")],
    command: Annotated[
        Texts, argument("COMMAND", "After --: what makes an image each time it is run; {n} stands for its number.")
    ] = None,
    *,
    loop: Annotated[bool, flag("--loop", "COMMAND loads once and answers a line for each request.")] = False,
    url: Annotated[Text, option("ADDRESS", "Have images made by requests to a server instead.")] = None,
    method: Annotated[Literal["GET", "POST", "PUT"], option(None, "Of the requests.", "--method")] = "POST",
    body: Annotated[Text, option("TEXT|@FILE", "What a request holds; {n} stands for its number.")] = None,
    headers: Annotated[Texts, option("NAME:VALUE", "A header of the requests. Repeatable.", "--header")] = None,
    runs: Annotated[int, option("N", "Images whose times count.", min=1, max=MOST_RUNS)] = 100,
    warmup: Annotated[int, option("N", "Images made before those.", min=0, max=1_000)] = 3,
    seconds: Annotated[float, option("S", "What all of it may take, and the peak again.", min=1, max=86_400)] = 300,
    timeout: Annotated[float, option("S", "What one image may take.", min=0.1, max=3_600)] = 60,
    overrides: Overrides = None,
    output_format: MeasureFormat = "text",
    output: Output = None,
    rules: Rules = DEFAULT_TABLE,
) -> int:
    """Measure a generator of your own against a spec's latency budget."""
    keep(output, [*([] if spec == "-" else [spec]), *table_files(rules)])
    stated = read_spec(spec, load_rules(rules), parse_overrides(overrides or ()))
    plan = Plan(runs, warmup, seconds, timeout)
    found = cards()
    watch = Watch(found)
    way = _way(command, watch, loop=loop, address=_address(url, method, body, headers), body=_body(body))
    elsewhere = isinstance(way, UrlWay) and not _is_here(way.address.url)
    load = None
    with watch.watching():
        with _progress() as seen:
            taken = measured(way, plan, seen=seen)
        peak = at_most(stated.constraints.get("peak_images_per_second"))
        if isinstance(way, UrlWay) and peak and not taken.stopped:
            with _progress() as seen:
                load = loaded(way.address, peak, plan, seen=seen)
    return _write(
        stated, plan, taken, load, watch, None if elsewhere else found, output_format, output, here=not elsewhere
    )


def _write(
    spec: Spec,
    plan: Plan,
    runs: Runs,
    load: Load | None,
    watch: Watch,
    found: Cards | None,
    output_format: str,
    output: str | None,
    *,
    here: bool,
) -> int:
    """Write the report; the exit code is of how the measurement ended, else of the verdict."""
    date = datetime.now(UTC).date().isoformat()
    here_is = machine(found) if here else None
    report = measured_report(spec, date, plan, runs, load=load, memory=watch.most(), machine=here_is, hardware=None)
    if output_format == "svg":
        written(as_svg(report), output)
    else:
        write_report(report, measured_page(report), output_format, output, title=f"Measured: {spec.id}")
    if runs.stopped and runs.stopped.why == "failed":
        say(f"{runs.command}: {runs.stopped.says}")
        return ExitCode.UNUSABLE
    if any(part and part.stopped and part.stopped.why == "interrupted" for part in (runs, load)):
        say("interrupted; what was measured is kept")
        return ExitCode.INTERRUPTED
    missed = report.verdict == "missed" or (report.load and report.load.verdict == "missed")
    return ExitCode.FINDINGS if missed else ExitCode.OK


def _way(command: list[str] | None, watch: Watch, *, loop: bool, address: Address | None, body: str) -> Way:
    if address:
        if command or loop:
            raise typer.BadParameter("--url asks a server; leave the command and --loop out")
        return UrlWay(address)
    if not command:
        raise typer.BadParameter("name what makes an image after --, or a server by --url")
    if loop:
        return LoopWay(command, watch, body)
    if body:
        raise typer.BadParameter("--body is for --loop and --url; write what the command needs after it")
    return CommandWay(command, watch)


def _address(url: str | None, method: str, body: str | None, headers: list[str] | None) -> Address | None:
    if url is None:
        if headers:
            raise typer.BadParameter("--header is for --url")
        return None
    pairs = {}
    for header in headers or ():
        name, colon, value = header.partition(":")
        if not colon or not name.strip().isascii() or not name.strip() or not header.isprintable():
            raise refuse("--header", "is no header; write it as 'Authorization: Bearer …'")
        pairs[name.strip()] = value.strip()
    return Address(url, method, "" if method == "GET" else _body(body), pairs).checked()


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
def _progress() -> Iterator[Seen]:
    """A bar on the terminal, with the time left; nothing where there is none."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.completed} of {task.total} images"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=None, left="")

        def seen(done: int, wanted: int, left: float) -> None:
            bar.update(task, completed=done, total=wanted, left=f"{left:.0f} s left")

        yield seen
