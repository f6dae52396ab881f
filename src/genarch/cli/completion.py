"""What a shell completes: ids, fields with their values, tables, models and hardware. Loaded when Tab is pressed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from io import StringIO

from genarch.engine.constraints import BY_NAME
from genarch.files.bundled import DEFAULT_TABLE, bundled_cases, bundled_tables, load_catalogue, load_rules


def answers() -> Iterable[str]:
    """`field=value` for every value there is, `field=` where it is a number."""
    for name, constraint in BY_NAME.items():
        values = ("true", "false") if constraint.kind == "flag" else constraint.values
        yield from (f"{name}={value}" for value in (*values, "unknown"))
        yield from () if values else (f"{name}=",)


def finding_formats() -> Iterable[str]:
    """The formats of findings."""
    from genarch.reports.finding_formats import FORMATS

    return FORMATS


def candidates() -> Iterable[str]:
    """The models of which there is a published configuration."""
    from genarch.measure.candidate import candidates as found

    return found(load_catalogue())


def kinds() -> Iterable[str]:
    """The kinds of project that a spec can be begun for."""
    from genarch.cli.ask import kinds as found

    return found()


def ids() -> Iterable[str]:
    """Everything that `genarch show` knows."""
    from genarch.reports.descriptions import table_ids
    from genarch.reports.evidence_descriptions import evidence_ids

    return (*table_ids(load_rules(DEFAULT_TABLE)), *evidence_ids(load_catalogue()), *(c.id for c in bundled_cases()))


NAMES: dict[str, Callable[[], Iterable[str]]] = {
    "answers": answers,
    "candidates": candidates,
    "fields": lambda: BY_NAME,
    "finding formats": finding_formats,
    "gpus": lambda: load_catalogue().hardware,
    "ids": ids,
    "kinds": kinds,
    "models": lambda: load_catalogue().models,
    "tables": bundled_tables,
}
"""What options and arguments may ask for."""


def completed(what: str, begun: str) -> list[str]:
    """The names that begin so; of fields with values the fields first, until there is one, whose values are next.

    What comes before a comma is kept, for the next of several values.
    """
    head = begun[: begun.rfind(",") + 1] if what == "answers" and "=" in begun else ""
    field = f"{head.partition('=')[0]}=" if head else ""
    last = begun.removeprefix(head)
    found = [f"{head}{name.removeprefix(field)}" for name in NAMES[what]() if name.startswith(f"{field}{last}")]
    if what == "answers" and "=" not in begun:
        fields_begun = list(dict.fromkeys(f"{name.partition('=')[0]}=" for name in found))
        return found if len(fields_begun) == 1 else fields_begun
    return found


def in_bash(run: Callable[[], object]) -> None:
    """Run what answers bash, which takes words apart at `=`: put together before, and what it has cut off after.

    Raises:
        SystemExit: as what runs does, which has printed what may come next.
    """
    words, current = os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"])
    joined: list[str] = []
    at = 0
    for number, word in enumerate(words):
        if joined and (word.startswith("=") or joined[-1].endswith("=")):
            joined[-1] += word
        else:
            joined.append(word)
        if number == current:
            at = len(joined) - 1
    os.environ.update(COMP_WORDS="\n".join(joined), COMP_CWORD=str(at))
    begun = joined[at] if current < len(words) else ""
    found = StringIO()
    try:
        with redirect_stdout(found):
            run()
    finally:
        for line in found.getvalue().splitlines():
            print(line.removeprefix(begun[: begun.rfind("=") + 1]))  # noqa: T201  (what bash reads)
