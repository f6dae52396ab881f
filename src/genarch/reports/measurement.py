"""A measurement as a report: percentiles with their intervals, whether the budget is kept, a histogram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from statistics import fmean, median
from typing import Literal

from genarch.engine.constraints import Range
from genarch.engine.spec import Spec
from genarch.evidence.percentiles import (
    BUSIEST,
    CONFIDENCE,
    PERCENTILES,
    Percentile,
    PercentileName,
    Queue,
    Verdict,
    enough,
    gpus_for,
    percentile,
    percentile_of,
)
from genarch.evidence.ways import at_least, at_most, ms_words, number
from genarch.measure.machine import Machine, Memory
from genarch.measure.running import Load, Plan, Runs, Stop
from genarch.reports.evidence import interval_words
from genarch.reports.page import Block, Fields, Line, Listing, Section, Table, Title, code, dim, strong
from genarch.reports.words import counted, in_svg
from genarch.values import NamedTuple
from genarch.version import __version__

BINS = 12
"""About how many bins the histogram has."""

_FAR = 4
"""Times beyond so many medians are counted together."""

_SHORTEST_SEEN_MS = 100
"""Of a command for each image, below which too little is seen of its memory."""


class Bin(NamedTuple):
    """How many images took that long; the last bin of a histogram may have no upper end."""

    low_ms: float
    high_ms: float | None
    images: int


class LoadPart(NamedTuple):
    """How it performed when requests came at the stated peak."""

    images_per_second: float
    answered_per_second: float
    percentiles: tuple[Percentile, ...]
    verdict: Verdict | None
    stopped: Stop | None


class Measured(NamedTuple):
    """The result of measuring a generator for a spec."""

    schema_version: Literal["1.0"]
    genarch_version: str
    spec: str
    title: str
    date: str
    """The date in UTC."""
    budget_ms: float | Range | None
    percentile: PercentileName
    """The percentile that the budget applies to."""
    verdict: Verdict | None
    """Null where no budget is stated, or nothing was measured."""
    planned: Plan
    runs: Runs
    percentiles: tuple[Percentile, ...]
    images_per_second: float | None
    """The rate when images are made one after the other."""
    histogram: tuple[Bin, ...]
    load: LoadPart | None
    """Null if no requests were sent at the peak."""
    queue: Queue | None
    """The fewest GPUs that keep the budget with the wait at the peak; null where that is not asked, or none do."""
    memory: Memory
    machine: Machine | None
    """Null for a server on another machine."""
    hardware: str | None
    """The hardware's id in the evidence catalogue."""
    saved: str | None
    """The evidence file that the measurement was added to."""
    notes: tuple[str, ...]


def measured_report(
    spec: Spec,
    date: str,
    plan: Plan,
    runs: Runs,
    *,
    load: Load | None,
    memory: Memory,
    machine: Machine | None,
    hardware: str | None,
    notes: Sequence[str] = (),
) -> Measured:
    """The report on runs, for the budget that a spec states."""
    answers = spec.constraints
    budget, name = answers.get("latency_budget_ms"), percentile_of(answers)
    found = tuple(percentile(runs.times_ms, each) for each in PERCENTILES) if runs.times_ms else ()
    most, peak = at_most(budget), at_most(answers.get("peak_images_per_second"))
    own = next((one for one in found if one.name == name), None)
    verdict = _verdict(own, budget)
    said, queue = [*notes], None
    if answers.get("queueing") is True and own and most:
        if peak:
            queue = gpus_for(peak, own.ms / 1000, most / 1000, PERCENTILES[name])
            verdict = _queued(own, at_least(budget) or most, most, peak)
        else:
            said.append("The wait for a GPU counts, but no peak_images_per_second is stated to work it out from.")
    if runs.way == "command" and runs.times_ms and median(runs.times_ms) < _SHORTEST_SEEN_MS:
        memory = memory._replace(processes_gb=None)
    return Measured(
        "1.0",
        __version__,
        spec.id,
        spec.title,
        date,
        budget if isinstance(budget, Range) else number(budget),
        name,
        verdict,
        plan,
        runs,
        found,
        1000 / fmean(runs.times_ms) if runs.times_ms else None,
        histogram(runs.times_ms, most),
        _load_part(load, name, budget) if load else None,
        queue,
        memory,
        machine,
        hardware,
        None,
        tuple(said),
    )


def _verdict(found: Percentile | None, budget: object) -> Verdict | None:
    """Of a budget that is a range: kept where the least of it is, missed where the most is."""
    least, most = at_least(budget), at_most(budget)
    if found is None or most is None:
        return None
    verdicts = {found.verdict(least or most), found.verdict(most)}
    return verdicts.pop() if len(verdicts) == 1 else "open"


def _queued(found: Percentile, least: float, most: float, peak: float) -> Verdict:
    """Likewise with the wait for a GPU: kept where the high end of the interval is, missed where the low end is."""
    share = PERCENTILES[found.name]
    if found.high_ms is not None and gpus_for(peak, found.high_ms / 1000, least / 1000, share):
        return "kept"
    beyond = found.low_ms is not None and not gpus_for(peak, found.low_ms / 1000, most / 1000, share)
    return "missed" if beyond else "open"


def _load_part(load: Load, name: str, budget: object) -> LoadPart:
    found = tuple(percentile(load.times_ms, each) for each in PERCENTILES) if load.times_ms else ()
    own = next((one for one in found if one.name == name), None)
    verdict = "missed" if load.stopped and load.stopped.why == "failed" else _verdict(own, budget)
    return LoadPart(load.images_per_second, load.answered_per_second, found, verdict, load.stopped)


def histogram(times: Sequence[float], budget: float | None) -> tuple[Bin, ...]:
    """Times by bins of a round width, of which one begins at the budget."""
    if not times:
        return ()
    least = min(times)
    most = min(max(times), _FAR * median(times))
    width = _round((most - least) / BINS or least / 10 or 1)
    start = budget if budget and budget != float("inf") else 0.0
    first, last = floor((least - start) / width), floor((most - start) / width)
    counts = [0] * (last - first + 1)
    for time in times:
        counts[min(floor((time - start) / width), last) - first] += 1
    beyond = max(times) >= start + (last + 1) * width
    edges = [start + at * width for at in range(first, last + 2)]
    return tuple(
        Bin(max(0.0, low), None if beyond and at == len(counts) - 1 else high, count)
        for at, (low, high, count) in enumerate(zip(edges, edges[1:], counts, strict=False))
    )


def _round(width: float) -> float:
    """1, 2 or 5 times a power of ten, no less than what is given."""
    power = 10.0 ** floor(log10(width))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= width * 0.999)


def measured_page(report: Measured) -> Iterator[Block]:
    """The verdict, the figures it rests on, and what comes next."""
    title = dim(f"  {report.title}") if report.title else ""
    yield Title((strong(report.spec), title), verdict_words(report))
    runs = report.runs
    yield Fields(tuple(_fields(report)))
    if report.percentiles:
        rows = tuple(
            (strong(one.name) if one.name == report.percentile else one.name, ms_words(one.ms), interval_words(one))
            for one in report.percentiles
        )
        header = ("", "time", f"with {CONFIDENCE:.0%} confidence")
        yield Section(f"Times of {counted(len(runs.times_ms), 'image')}", (Table(header, rows, "lrl"), _drawn(report)))
    if report.load and report.load.percentiles:
        rows = tuple((one.name, ms_words(one.ms), interval_words(one)) for one in report.load.percentiles)
        yield Section(
            f"Answers at {_rate(report.load.images_per_second)} images a second",
            (Table(("", "time", f"with {CONFIDENCE:.0%} confidence"), rows, "lrl"),),
        )


def verdict_words(report: Measured) -> str:
    """The verdict in a sentence."""
    if report.verdict is None:
        return "Measured: no latency budget is stated" if report.percentiles else "Nothing was measured"
    share = f"{PERCENTILES[report.percentile] * 100:g} of 100 images"
    budget = f"{ms_words(report.budget_ms)} for {share}"
    if report.verdict == "open":
        own = next(one for one in report.percentiles if one.name == report.percentile)
        if (
            isinstance(report.budget_ms, Range) and own.verdict(at_most(report.budget_ms) or 0) == "kept"
        ):  # the most of a range, and not the least
            took = f"{ms_words(own.ms)} for {share}"
            return f"Depends on the budget, which is a range: {took}, and {ms_words(report.budget_ms)} is stated"
        few = enough(report.percentile) if len(report.runs.times_ms) < enough(report.percentile) else 0
        more = f"; {report.percentile} needs at least {few} runs" if few else "; more runs would narrow it"
        return f"Not enough runs to tell whether it keeps {budget}{more}"
    queued = ", including the wait for a GPU" if report.queue else ""
    return f"{report.verdict.capitalize()}: {budget}{queued}"


def _fields(report: Measured) -> Iterator[tuple[str, tuple[Line, ...]]]:
    runs, load, queue = report.runs, report.load, report.queue
    if runs.stopped:
        yield "Stopped", (_stopped_words(runs.stopped, len(runs.times_ms), report.planned),)
    if runs.first_ms is not None:
        ready = f", loaded after {ms_words(runs.ready_ms)}" if runs.ready_ms is not None else ""
        warmup = ", ".join(map(ms_words, runs.warmup_ms))
        yield ("First", (f"{ms_words(runs.first_ms)} after starting{ready}{f'; warm-up: {warmup}' if warmup else ''}",))
    if report.images_per_second:
        yield "Rate", (f"{_rate(report.images_per_second)} images a second, one after the other",)
    if load:
        answered = f"{_rate(load.answered_per_second)} of {_rate(load.images_per_second)} images a second answered"
        kept = f"; {load.verdict}" if load.verdict else ""
        failed = f"; {load.stopped.says or load.stopped.why}" if load.stopped else ""
        yield "Peak", (f"{answered}{kept}{failed}",)
    if queue:
        wait = f"{ms_words(queue.wait_seconds * 1000)} waiting, {queue.busy:.0%} busy"
        rate = f"{_rate(queue.images_per_second)} images a second"
        yield "GPUs", (f"{queue.gpus} or more keep the budget at {rate}: {wait} (M/D/c)",)
    elif report.verdict == "missed" and any(one.name == report.percentile for one in report.percentiles):
        own = next(one for one in report.percentiles if one.name == report.percentile)
        if own.verdict(at_most(report.budget_ms) or 0) != "missed":
            yield "GPUs", (f"no number of GPUs, each at most {BUSIEST:.0%} busy, keeps the budget at the peak",)
    yield from _ran_on(report)
    for note in report.notes:
        yield "Note", (note,)
    if report.saved:
        own = next(one for one in report.percentiles if one.name == report.percentile)
        few = f"; {own.name} needs {enough(own.name)} runs to count before published figures" if not own.high_ms else ""
        yield "Saved", ((code(report.saved), f", as your own evidence{few}"),)


def _rate(images: float) -> str:
    return f"{images:,.0f}" if images >= 1000 else f"{images:.3g}"


def _ran_on(report: Measured) -> Iterator[tuple[str, tuple[Line, ...]]]:
    memory, machine = report.memory, report.machine
    used = [f"{memory.processes_gb:.2g} GB in processes"] if memory.processes_gb else []
    if memory.gpu_gb is not None:
        used.append(f"{memory.gpu_gb:.3g} GB on the GPU, of which {memory.gpu_before_gb or 0:.3g} GB was in use before")
    if used:
        yield "Memory", (f"at most {'; '.join(used)}",)
    if machine:
        cards = ", ".join(machine.gpus)
        driver = f" (driver {machine.driver})" if machine.driver else ""
        gpu = f"{cards}{driver}; " if cards else ""
        ram = f", {machine.memory_gb:g} GB" if machine.memory_gb else ""
        yield "Machine", (f"{gpu}{machine.cpu}, {counted(machine.cores, 'core')}{ram}; {machine.system}",)
    yield "Ran", (code(report.runs.command),)


def _stopped_words(stopped: Stop, done: int, plan: Plan) -> str:
    words = {"interrupted": "interrupted", "time": f"after {plan.seconds:g} s (--seconds)", "failed": stopped.says}
    return f"{words[stopped.why]}; {done} of {plan.runs} runs are kept"


def _drawn(report: Measured) -> Listing:
    """The histogram in characters that every terminal has, with a line at the budget."""
    bins, limit = report.histogram, _limit(report)
    most = max(one.images for one in bins)
    labels = [_bin_words(one) for one in bins]
    wide = max(map(len, labels))
    lines = []
    for one, label in zip(bins, labels, strict=True):
        if limit and one.low_ms == limit:
            lines.append(_budget_line(report, wide))
        drawn = f" {'#' * ceil(one.images / most * 40)}" if one.images else ""  # last, so that nothing else is cut off
        lines.append(f"{label:>{wide}}  {one.images:>{len(str(most))}}{drawn}")
    if limit and all(one.low_ms < limit for one in bins):
        lines.append(_budget_line(report, wide))
    elif limit and all(one.low_ms > limit for one in bins):
        lines.insert(0, _budget_line(report, wide))
    return Listing("\n".join(lines))


def _budget_line(report: Measured, wide: int) -> str:
    return f"{'budget':>{wide}}  {ms_words(_limit(report))} {'-' * 20}"


def _limit(report: Measured) -> float | None:
    """The budget as a line has it: the most of it, where there is one."""
    most = at_most(report.budget_ms)
    return None if most == float("inf") else most


def _bin_words(one: Bin) -> str:
    return f"{ms_words(one.low_ms)} or more" if one.high_ms is None else f"to {ms_words(one.high_ms)}"


_STYLESHEET = (
    "text { font: 13px sans-serif; fill: #1f2328; } rect { fill: #4c78a8; } .late { fill: #e45756; } "
    "line { stroke: #1f2328; stroke-width: 2; stroke-dasharray: 5 3; }"
)


def as_svg(report: Measured) -> str:
    """The histogram as an image, with the budget marked."""
    bins, limit = report.histogram, _limit(report)
    wide, high, left, top = 640, 220, 16, 48
    most = max((one.images for one in bins), default=1)
    step = (wide - 2 * left) / max(1, len(bins))
    title = f"{report.spec}: {verdict_words(report)}"
    size = f'viewBox="0 0 {wide} {high + top + 40}" width="{wide}" height="{high + top + 40}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" {size}>',
        f'<title id="title">{in_svg(title)}</title>',
        f"<style>{_STYLESHEET}</style>",
        f'<rect x="0" y="0" width="{wide}" height="{high + top + 40}" style="fill: #ffffff"/>',
        f'<text x="{left}" y="20">{in_svg(title)}</text>',
    ]
    for at, one in enumerate(bins):
        tall, x = one.images / most * high, left + at * step
        late = ' class="late"' if limit and one.low_ms >= limit else ""
        words = f"{_bin_words(one)}: {counted(one.images, 'image')}"
        lines.append(
            f'<rect x="{x + 1:.1f}" y="{top + high - tall:.1f}" width="{step - 2:.1f}" height="{tall:.1f}"{late}>'
            f"<title>{in_svg(words)}</title></rect>"
        )
    if bins:
        ends = (bins[0].low_ms, bins[-1].high_ms)
        lines.append(f'<text x="{left}" y="{top + high + 18}">{in_svg(ms_words(ends[0]))}</text>')
        last = ms_words(ends[1]) if ends[1] is not None else "more"
        lines.append(f'<text x="{wide - left}" y="{top + high + 18}" text-anchor="end">{in_svg(last)}</text>')
        width = (bins[0].high_ms or 0) - bins[0].low_ms or 1.0
        if limit:
            x = min(max(left + (limit - bins[0].low_ms) / width * step, left), wide - left)
            lines.append(f'<line x1="{x:.1f}" y1="{top - 14}" x2="{x:.1f}" y2="{top + high}"/>')
            anchor = "end" if x > wide / 2 else "start"
            words = in_svg(f" budget {ms_words(limit)} ")
            lines.append(f'<text x="{x:.1f}" y="{top + high + 34}" text-anchor="{anchor}">{words}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
