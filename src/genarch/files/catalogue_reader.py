"""The evidence catalogue from its files: every name checked, and what fields say of one another.

Measurements of a team are added to its file of them: what stands there stays as it is, comments too.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, get_type_hints

from genarch.engine.constraints import GpuNames, gpu_key
from genarch.engine.forms import Mark, format_version
from genarch.errors import InputError, Problem, nearest
from genarch.evidence.catalogue import Catalogue, Contents, Hardware, Head, Parts
from genarch.evidence.entries import OWN_PREFIX, Measurement, Model, Source
from genarch.evidence.fit import calibrate
from genarch.files.bundled import CATALOGUE_FILES, digest
from genarch.files.io import atomic_file, read_exactly, refuse
from genarch.files.records import Location, Record, read_record
from genarch.files.yaml_text import Document, parse

_UNREAD_BESIDE = ("all", "quality.dataset", "hybrid_kind")
"""What a row may say was not read beside its fields: some have the name that the sources give them."""

_REFERENCES = {
    ("models", "fits"): "models",
    ("models", "source"): "sources",
    ("models", "licence", "source"): "sources",
    ("models", "work", "passes"): "components",
    ("models", "work", "with_image"): "components",
    ("models", "work", "decoder"): "components",
    ("models", "work", "encoder"): "components",
    ("models", "work", "text"): "components",
    ("measurements", "model"): "models",
    ("measurements", "source"): "sources",
    ("measurements", "hardware"): "hardware",
    ("measurements", "decoder"): "components",
    ("hardware", "succeeds"): "hardware",
    ("multipliers", "rows"): "measurements",
    ("calibration_points", "row"): "measurements",
    ("calibration_points", "hardware"): "hardware",
    ("prices", "hardware"): "hardware",
    ("examples", "row"): "measurements",
    ("claims", "rows"): "measurements",
}
"""Fields that name entries, by the part and the path there: the part that they name."""


_Report = Callable[[Location, str], None]


def read_fitted(folder: str) -> Contents:
    """Read and check the catalogue in a folder, and fit the estimator to it.

    Raises:
        InputError: with every problem of form, or where there is none, every problem of meaning.
    """
    records: dict[str, Record[Any]] = {}
    problems: list[Problem] = []
    for name in CATALOGUE_FILES:
        try:
            records[name] = _read(folder, name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    file_of = {part: records[name] for name, held in CATALOGUE_FILES.items() for part in held}
    parts = Parts(**{part: getattr(file.value, part) for part, file in file_of.items()})
    _check_names(file_of, parts)
    for check in (_check_entries, _check_hardware):
        check(parts, lambda location, message: file_of[str(location[0])].report(location, message))
    if problems := [problem for file in records.values() for problem in file.document.error().problems]:
        raise InputError(problems)
    titles = {source.id: source.title for source in parts.sources}
    parts = parts._replace(
        models=tuple(model.summed() for model in parts.models),
        hardware=tuple(entry.summed(titles) for entry in parts.hardware),
    )
    head, *_ = records.values()
    catalogue = Catalogue(head=head.value, parts=parts, digest=digest([file.content for file in records.values()]))
    return Contents(catalogue.head, parts, catalogue.digest, calibrate(catalogue))


class OwnEvidence(NamedTuple):
    """A team's own measurements, and what they name that the catalogue does not have."""

    format: Annotated[int, format_version(1, "format")]
    """The version of this format, which is that of the catalogue."""
    sources: Annotated[tuple[Source, ...], Mark(absent=())]
    models: Annotated[tuple[Model, ...], Mark(absent=())]
    hardware: Annotated[tuple[Hardware, ...], Mark(absent=())]
    measurements: Annotated[tuple[Measurement, ...], Mark(absent=())]


_OWN_PARTS = OwnEvidence._fields[1:]


def with_own(catalogue: Catalogue, paths: Sequence[str]) -> Catalogue:
    """A catalogue with a team's own evidence, which is shown as such; the estimator is fitted as it was.

    What several files have alike is one entry: each file names the source, models and hardware of its measurements.

    Raises:
        InputError: with every problem of the files.
    """
    problems: list[Problem] = []
    for path in paths:
        try:
            catalogue = _joined(catalogue, path)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return catalogue


def _joined(catalogue: Catalogue, path: str) -> Catalogue:
    record = read_record(path, OwnEvidence)
    own, before = record.value, catalogue.parts
    titles = {source.id: source.title for source in (*before.sources, *own.sources)}
    summed = own._replace(
        models=tuple(model.summed() for model in own.models),
        hardware=tuple(entry.summed(titles) for entry in own.hardware),
    )
    added: dict[str, Any] = {}
    for part in _OWN_PARTS:
        there = {entry.id: entry for entry in getattr(before, part)}
        added[part] = tuple(entry for entry in getattr(summed, part) if there.get(entry.id) != entry)
        record.check_unique(part, elsewhere=there.keys() & {entry.id for entry in added[part]})
    parts = before._replace(**{part: (*getattr(before, part), *entries) for part, entries in added.items()})
    for names, named in _REFERENCES.items():
        if names[0] in _OWN_PARTS:
            known = {entry.id for entry in getattr(parts, named)}
            record.check_references(names, known, f"is not among the {named} of the catalogue or of this file", "")
    stated: dict[str, Any] = {part: getattr(own, part) for part in _OWN_PARTS}
    _check_entries(Parts(*((),) * len(Parts._fields))._replace(**stated), record.report)
    for at, model in enumerate(own.models):
        if not model.id.startswith(OWN_PREFIX):
            record.report(("models", at, "id"), f"must begin with '{OWN_PREFIX}', as models of your own do")
    for at, row in enumerate(own.measurements):
        if row.here and not (row.date and row.latency_ms):
            record.report(("measurements", at, "here"), "needs 'date' and 'latency_ms'; state them, or remove 'here'")
    record.document.check()
    found = digest([catalogue.digest.encode(), record.content])
    return Catalogue(head=catalogue.head, parts=parts, digest=found, calibration=catalogue.calibration)


def read_gpu_names(folder: str) -> GpuNames:
    """The names of the hardware alone.

    Raises:
        InputError: with every problem of the file.
    """
    entries: tuple[Hardware, ...] = _read(folder, "hardware.yaml").value.hardware
    return GpuNames(
        {entry.id: entry.devices for entry in entries},
        {alias: entry.id for entry in entries for alias in entry.aliases},
        {entry.id: entry.mem_gb for entry in entries if entry.mem_gb},
        {entry.id: most for entry in entries if (most := entry.most_gb)},
        {entry.id: entry.peak_tflops for entry in entries if entry.peak_tflops},
        tuple(entry.id for entry in entries if entry.usual),
        {entry.id: entry.name for entry in entries},
    )


def _read(folder: str, name: str) -> Record[Any]:
    hints = get_type_hints(Parts, include_extras=True)
    parts = [(part, hints[part]) for part in CATALOGUE_FILES[name]]
    form: Any = NamedTuple(name.removesuffix(".yaml"), parts) if parts else Head
    return read_record(os.path.join(folder, name), form)


def _check_names(file_of: Mapping[str, Record[Any]], parts: Parts) -> None:
    for part, entries in zip(Parts._fields, parts, strict=True):
        if entries and hasattr(entries[0], "id"):
            file_of[part].check_unique(part)
    for path, named in _REFERENCES.items():
        known = {entry.id for entry in getattr(parts, named)}
        file_of[path[0]].check_references(path, known, f"is not among the {named} of the catalogue", "")
    unread = {*Measurement._fields, *_UNREAD_BESIDE}
    path = ("measurements", "unverified_fields")
    file_of["measurements"].check_references(path, unread, "is not a field of the catalogue", "")


def _check_entries(parts: Parts, report: _Report) -> None:
    """Check what fields say of one another."""
    for at, model in enumerate(parts.models):
        licence = model.licence
        for name, part in (("code", licence.code), ("weights", licence.weights)) if licence else ():
            if part and bool(part.condition) != (part.commercial_use == "conditional"):
                wanted = "'condition' says what a conditional licence asks for, and no other licence has one"
                report(("models", at, "licence", name), f"{wanted}; add or remove it")
        if licence and licence.via == "primary" and not licence.source:
            report(("models", at, "licence", "via"), "says that the terms were read, but not where; add 'source'")
    for at, row in enumerate(parts.measurements):
        where: Location = ("measurements", at)
        if row.usable_for_calibration and not (row.latency_ms and row.hardware and row.resolution):
            missing = "needs latency_ms, hardware and resolution; state them, or write false"
            report((*where, "usable_for_calibration"), missing)
        if row.throughput_batch and not row.throughput_ips:
            report((*where, "throughput_batch"), "needs throughput_ips; state it too")
    for at, component in enumerate(parts.components):
        for number, passes in enumerate(component.passes):
            if (passes.resolution is None) == (passes.tokens is None):
                report(("components", at, "passes", number), "needs either a resolution or tokens; state one")
    for at, price in enumerate(parts.prices):
        if price.low > price.high:
            report(("prices", at, "low"), "is above 'high'; swap the two")


def _check_hardware(parts: Parts, report: _Report) -> None:
    known, sources = {entry.id: entry for entry in parts.hardware}, {source.id for source in parts.sources}
    taken = {gpu_key(entry.id): entry.id for entry in parts.hardware}
    for at, entry in enumerate(parts.hardware):
        for alias in entry.aliases:
            if taken.setdefault(gpu_key(alias), entry.id) != entry.id:
                report(("hardware", at, "aliases"), f"'{alias}' names other hardware too; keep one")
        for number, reading in enumerate(entry.readings):
            where: Location = ("hardware", at, "readings", number)
            if reading.source not in sources:
                hint = nearest(reading.source, sources)
                report((*where, "source"), f"'{reading.source}' is not a source of the catalogue{hint}")
            for figure in reading.figures:
                if getattr(entry, figure) is None:
                    report((*where, "figures"), f"'{figure}' has no figure; state it")
        if entry.mem_variants_gb and entry.mem_gb not in entry.mem_variants_gb:
            report(("hardware", at, "mem_variants_gb"), "does not contain mem_gb; add it")
        for name in entry.succeeds:
            if (before := known.get(name)) and not _may_succeed(entry, before):
                message = f"'{name}' is of another line or platform, or has a higher peak; remove it"
                report(("hardware", at, "succeeds"), message)


def _may_succeed(entry: Hardware, before: Hardware) -> bool:
    """Whether the figures leave it open that hardware does no worse than other of its line; they are rounded."""
    peak, peak_before = entry.peak_tflops, before.peak_tflops
    weaker = peak is not None and peak_before is not None and peak < 0.99 * peak_before
    return (entry.line, entry.platform) == (before.line, before.platform) and entry.id != before.id and not weaker


Entry = Mapping[str, Any]
"""An entry as the file has it: scalars, lists of them, and lists of mappings."""

_HEADER = """\
# What `genarch measure` has measured here. It counts before what was published; docs/measure.md says how.
format: 1
"""

SOURCE = "own"
"""What entries name as theirs; a file that has none of that id gets it."""

_SOURCE_ENTRY: Entry = {"id": SOURCE, "title": "Measured here with genarch measure"}

_PLAIN = re.compile(r"[a-z][a-z0-9_.-]*|20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "unknown"})


def slug(text: str, most: int = 60) -> str:
    """An id of the catalogue that is made of any text: small letters and digits, joined by '-'."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].strip("-") or "unnamed"


def free_id(name: str, taken: Iterable[str]) -> str:
    """The id, or with the first number behind it that is not taken."""
    known = set(taken)
    numbered = (name if number == 1 else f"{name}-{number}" for number in range(1, len(known) + 2))
    return next(one for one in numbered if one not in known)


def check_target(path: str, catalogue: Catalogue) -> Catalogue:
    """The catalogue with what a file has of a team's own, where there is one already.

    Raises:
        InputError: with every problem of it: nothing is added to what cannot be read.
    """
    return with_own(catalogue, [path]) if os.path.exists(path) else catalogue


def add_evidence(path: str, parts: Mapping[str, Entry | None]) -> None:
    """Add an entry to each of the parts, `models`, `hardware` and `measurements`, where there is one for it.

    Raises:
        InputError: when the file cannot be written, or does not read as it should then.
    """
    before = read_exactly(path) if os.path.exists(path) else _with_entry(_HEADER, "sources", _SOURCE_ENTRY)
    text, wanted = before, {part: entry for part, entry in parts.items() if entry is not None}
    for part, entry in wanted.items():
        text = _with_entry(text, part, entry)
    read = _ids(text, path)
    if read and SOURCE not in read["sources"]:
        text = _with_entry(text, "sources", _SOURCE_ENTRY)
        read = _ids(text, path)
    if not all(entry["id"] in read.get(part, ()) for part, entry in wanted.items()):
        raise refuse(path, "is laid out so that nothing can be added; write its parts as lists, an entry a '- id: …'")
    with atomic_file(path) as write:
        write(text)


def _ids(text: str, path: str) -> Mapping[str, list[str]]:
    """The ids in each part of a file's text; none where it cannot be read."""
    document = Document(text.removeprefix("\ufeff"), path)
    try:
        record = Record(document, parse(document), OwnEvidence)
        document.check()
    except InputError:
        return {}
    own = record.value
    return {part: [one.id for one in getattr(own, part)] for part in OwnEvidence._fields[1:]}


def _with_entry(text: str, part: str, entry: Entry) -> str:
    """The text with an entry at the end of a part, which is made where it is not there."""
    end = "\r\n" if "\r\n" in text else "\n"
    text += "" if text.endswith("\n") else end
    found = re.search(rf"^{part}:[ \t]*(\[\])?[ \t]*(#[^\r\n]*)?\r?\n", text, re.MULTILINE)
    if not found:
        return f"{text}{part}:{end}{_item(entry, '', end)}"
    rest = text[found.end() :]
    after = re.search(r"^[^\s#-]", rest, re.MULTILINE)
    at = found.end() + (after.start() if after else len(rest))
    indent = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*( *)- ", rest)
    head = text[: found.start()] + found[0].replace("[]", "", 1) + text[found.end() : at]
    return head + _item(entry, indent[1] if indent else "", end) + text[at:]


def _item(entry: Entry, indent: str, end: str) -> str:
    lines = [f"{name}: {_value(value)}" for name, value in entry.items() if value is not None]
    return "".join(f"{indent}{'- ' if not at else '  '}{line}{end}" for at, line in enumerate(lines))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{max(value, 0.001):.3f}".rstrip("0").rstrip(".")
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_value(item)}' for name, item in value.items() if item is not None)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    text = "".join(character if character.isprintable() else " " for character in str(value))
    plain = isinstance(value, int) or (_PLAIN.fullmatch(text) and text not in _WORDS)
    return text if plain else json.dumps(text, ensure_ascii=False)
