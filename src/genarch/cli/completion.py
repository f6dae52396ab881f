"""What a shell completes: ids, fields with their values, tables, models and hardware. Loaded when Tab is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from genarch.files.bundled import DEFAULT_TABLE, bundled_cases, bundled_tables, load_catalogue, load_rules
from genarch.table.constraints import BY_NAME


def answers() -> Iterable[str]:
    """`field=value` for every value there is, `field=` where it is a number."""
    for name, constraint in BY_NAME.items():
        values = ("true", "false") if constraint.kind == "flag" else constraint.values
        yield from (f"{name}={value}" for value in (*values, "unknown"))
        yield from () if values else (f"{name}=",)


def fields() -> Iterable[str]:
    """The constraints."""
    return BY_NAME


def tables() -> Iterable[str]:
    """The bundled rule tables."""
    return bundled_tables()


def models() -> Iterable[str]:
    """The models of the evidence catalogue."""
    return load_catalogue().models


def gpus() -> Iterable[str]:
    """The hardware of the evidence catalogue."""
    return load_catalogue().hardware


def kinds() -> Iterable[str]:
    """The kinds of project that a spec can be begun for."""
    from genarch.cli.init import kinds as found

    return found()


def ids() -> Iterable[str]:
    """Everything that `genarch show` knows."""
    from genarch.reports.descriptions import table_ids
    from genarch.reports.evidence_descriptions import evidence_ids

    return (*table_ids(load_rules(DEFAULT_TABLE)), *evidence_ids(load_catalogue()), *(c.id for c in bundled_cases()))


NAMES: dict[str, Callable[[], Iterable[str]]] = {
    "answers": answers,
    "fields": fields,
    "gpus": gpus,
    "ids": ids,
    "kinds": kinds,
    "models": models,
    "tables": tables,
}
"""What options and arguments may ask for."""


def completed(what: str, begun: str) -> list[str]:
    """The names that begin so; of fields with values first the fields, as far as the next `=`."""
    found = [name for name in NAMES[what]() if name.startswith(begun)]
    if what == "answers" and "=" not in begun:
        return list(dict.fromkeys(f"{name.partition('=')[0]}=" for name in found))
    return found
