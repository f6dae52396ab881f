"""Lists of what a table and the evidence catalogue hold: reports, and their pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, NamedTuple

from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Hardware, Licence, Measurement, Model, Timing
from genarch.reports.evidence import row_part
from genarch.reports.evidence_page import licence_words, row_origin, row_words
from genarch.reports.page import Block, Entries, Entry, Paragraph, Section, Space, Title, code, codes, dim, strong
from genarch.reports.words import counted, effect_of
from genarch.table.forms import INLINED
from genarch.table.rules import Disabled, Grade, Level, RuleTable

MORE = "genarch evidence show ID says more of each."


class Named(NamedTuple):
    """An entry that is listed by its id."""

    id: str
    title: str


class ListedRule(NamedTuple):
    """A rule in short."""

    id: str
    title: str
    effect: str
    facts: tuple[str, ...]
    grade: Grade


class ListedNotice(NamedTuple):
    """A notice in short."""

    id: str
    title: str
    level: Level


class ListedArchitecture(NamedTuple):
    """An architecture in short."""

    id: str
    title: str
    family: str


class TableList(NamedTuple):
    """What a table holds."""

    id: str
    version: str
    title: str
    source: str
    digest: str
    extends: str | None
    rules: tuple[ListedRule, ...]
    disabled: tuple[Disabled, ...]
    methods: tuple[Named, ...]
    notices: tuple[ListedNotice, ...]
    assumptions: tuple[Named, ...]
    architectures: tuple[ListedArchitecture, ...]
    families: tuple[Named, ...]


class ListedRow(NamedTuple):
    """A measurement with every field that it has, and what it is of."""

    row: Annotated[Measurement, INLINED]
    width: int | None
    height: int | None
    timing: Timing
    family: str
    architecture: str
    adversarial_loss: bool | None
    model_licence: Licence | None
    source_title: str
    source_url: str | None


ListedRows = tuple[ListedRow, ...]


class ListedModel(NamedTuple):
    """A model with every field that it has, and what rows show of it."""

    model: Annotated[Model, INLINED]
    tasks: tuple[str, ...]
    conditioning: tuple[str, ...]
    rows: tuple[str, ...]


def table_list(rules: RuleTable) -> TableList:
    """What a table holds, each entry by id and title."""
    header = rules.header
    return TableList(
        id=header.id,
        version=header.version,
        title=header.title,
        source=header.source_title,
        digest=header.digest,
        extends=header.extends or None,
        rules=tuple(ListedRule(r.id, r.title, effect_of(r), r.source.facts, r.source.grade) for r in rules.rules),
        disabled=rules.disabled,
        methods=tuple(Named(entry.id, entry.title) for entry in rules.methods),
        notices=tuple(ListedNotice(entry.id, entry.title, entry.level) for entry in rules.notices),
        assumptions=tuple(Named(entry.id, entry.title) for entry in rules.assumptions),
        architectures=tuple(ListedArchitecture(entry.id, entry.title, entry.family) for entry in rules.architectures),
        families=tuple(Named(entry.id, entry.title) for entry in rules.families),
    )


def table_list_page(rules: RuleTable) -> Iterator[Block]:
    """What a table holds: the rules with their effect, the rest by id."""
    header = rules.header
    yield Title(strong(f"{rules.name}: {header.title}"))
    yield Paragraph(f"from {header.source_title}")
    if header.extends:
        yield Paragraph(("extends ", code(header.extends)))
    entries = (Entry(code(r.id), (r.title, f"{effect_of(r)} ({r.source})")) for r in rules.rules)
    yield Section(f"rules ({len(rules.rules)})", (Entries(tuple(entries)),))
    if rules.disabled:
        without = (Entry(code(entry.id), (entry.reason,)) for entry in rules.disabled)
        yield Section(f"disabled ({len(rules.disabled)})", (Entries(tuple(without)),))
    for title, ids in (
        ("methods", [entry.id for entry in rules.methods]),
        ("notices", [entry.id for entry in rules.notices]),
        ("assumptions", [entry.id for entry in rules.assumptions]),
        ("architectures", [entry.id for entry in rules.architectures]),
    ):
        if ids:
            yield Section(f"{title} ({len(ids)})", (Paragraph(codes(ids)),))
    yield Paragraph(dim("genarch explain ID says more of each."))


def listed_rows(rows: Iterable[Measurement], catalogue: Catalogue) -> ListedRows:
    """Rows with their model's family and licence."""
    return tuple(_listed_row(row, catalogue) for row in rows)


def _listed_row(row: Measurement, catalogue: Catalogue) -> ListedRow:
    model, source = catalogue.models[row.model], catalogue.sources[row.source]
    return ListedRow(
        row=row,
        width=row.size[0] if row.size else None,
        height=row.size[1] if row.size else None,
        timing=row.timing,
        family=model.family,
        architecture=model.architecture,
        adversarial_loss=model.adversarial_loss,
        model_licence=model.licence,
        source_title=source.title,
        source_url=source.url,
    )


def rows_page(rows: Sequence[Measurement], catalogue: Catalogue) -> Iterator[Block]:
    """What each row says, its id, and how good it is."""
    count = f"{len(rows)} of {len(catalogue.measurements)} measurements"
    entries = []
    for row in rows:
        part = row_part(row, catalogue)
        kind = "" if row.timing == "request" else f" ({row.timing.replace('_', ' ')})"
        says = f"{part.title}: {result_words(row)}" if row.timing == "none" else f"{row_words(part)}{kind}"
        entries.append(Entry(says, (), row_origin(part)))
    return _page(f"{catalogue.name}: {count}, {catalogue.compiled}", entries, MORE)


def result_words(row: Measurement) -> str:
    """What a row without a time says."""
    if row.quality:
        return f"{row.quality.metric} {row.quality.value:g} on {row.quality.dataset}"
    return row.training_cost or row.measure.replace("_", " ")


def listed_models(catalogue: Catalogue) -> tuple[ListedModel, ...]:
    """Models with what their rows show."""
    return tuple(
        ListedModel(
            model=model,
            tasks=tuple(sorted(catalogue.tasks_of(model.id))),
            conditioning=catalogue.conditioning_of(model.id),
            rows=tuple(row.id for row in catalogue.rows_of(model.id)),
        )
        for model in catalogue.models.values()
    )


def models_page(catalogue: Catalogue) -> Iterator[Block]:
    """Each model with its architecture, how much was measured of it, and its licence."""
    entries = []
    for model in catalogue.models.values():
        what = model.architecture if model.kind == "generator" else model.kind
        rows = counted(len(catalogue.rows_of(model.id)), "row")
        entries.append(
            Entry((code(model.id), f": {model.title}"), (f"{what}; {rows}; {licence_words(model.licence)}",))
        )
    return _page(f"{catalogue.name}: {len(catalogue.models)} models, {catalogue.compiled}", entries, MORE)


def hardware_page(catalogue: Catalogue) -> Iterator[Block]:
    """Hardware by its id, with what a spec may call it."""
    entries = []
    for entry in catalogue.hardware.values():
        aliases = (("also ", *codes(entry.aliases)),) if entry.aliases else ()
        entries.append(Entry((code(entry.id), f": {entry.name}"), (_figures(entry), *aliases)))
    more = "Figures with a ? were not read in a source. genarch hardware show ID says more."
    return _page(f"{catalogue.name}: {len(catalogue.hardware)} pieces of hardware", entries, more)


def _figures(entry: Hardware) -> str:
    peak = entry.peak_tflops
    figures = (
        (peak, entry.peak_verified, f"TFLOPS{'' if entry.fp16_dense_tflops else ' (fp32)'}"),
        (entry.mem_bandwidth_gbs, "mem_bandwidth_gbs" in entry.verified, "GB/s"),
        (entry.mem_gb, "mem_gb" in entry.verified, "GB"),
    )
    shown = [f"{value:g}{'' if read else '?'} {unit}" for value, read, unit in figures if value is not None]
    return ", ".join([" or ".join(entry.devices), *shown])


def _page(title: str, entries: Sequence[Entry], more: str) -> Iterator[Block]:
    yield Title(title)
    yield Space()
    yield Entries(tuple(entries)) if entries else Paragraph("nothing in the catalogue is all of that")
    yield Space()
    yield Paragraph(dim(more))
